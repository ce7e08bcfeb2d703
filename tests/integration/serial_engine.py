#!/usr/bin/env python3
"""A real PowerShell engine behind simulated serial consoles, of both painters: the real loader, pager and
collector are typed at it, and every verdict equals that over WinRM. It takes long because they are typed.

usage: serial_engine.py rdpsweep-powershell.dll
"""
import os
import sys
import tempfile

from support.lib import check, check_each, finish
from support.serial_lib import Consoles, compare, outcome_of
from support.ways import LEAN, Comparison

VMS = 4  # PowerShell 2.0, 3.0, 4.0 and 5.1; each console starts an engine of its own, which takes seconds

home = tempfile.TemporaryDirectory(prefix="home-")  # what .NET keeps there goes with it
os.environ.update(DOTNET_NOLOGO="1", DOTNET_CLI_TELEMETRY_OPTOUT="1", HOME=home.name)
engine = [word for part in ("dotnet", sys.argv[1], "serve") for word in ("--engine", part)]
with Consoles(VMS, "happy-stream,happy-differences,happy-drop", mix="every",
              options=[*engine, "--engine-vms", str(VMS)]) as fleet:
    _, winrm = fleet.scan("winrm", "--deadline", "60s", "--jobs", "2", route="winrm")
    done, report = fleet.scan("serial", "--jobs", "3")
    for host in report["hosts"]:
        check(outcome_of(host) == "ok", f"{host['name']}: {host['attempts'][-1]}")
    # Healthy VMs without a chosen certificate need these; an excuse that nothing needs is a fault.
    needed = {"EVT.RDPCERT", "EVT.SCHANNEL", "KEY.OVERGRANT"}
    comparison = Comparison("serial", [excuse for excuse in LEAN if needed & set(excuse.rules.split())])
    compare(comparison, fleet, winrm, report)
    comparison.finish(VMS)
    stats, consoles = fleet.ended()
    check(not stats["violations"], f"no key went where it must not: {stats['violations']}")
    check(len(consoles) == VMS, f"each console was opened: {consoles}")
    check_each(consoles.values(), lambda console: console["left_open"] == 0, "no channel is left open")
finish()
