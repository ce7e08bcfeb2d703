#!/usr/bin/env python3
"""A sweep whose VMs run the real collector on a real PowerShell engine, end to end: every verdict
equals the fleet's truth, and the script wrote nothing. It takes long because a script that the engine
sees for the first time takes seconds.

usage: engine_sweep.py rdpsweep-powershell.dll
"""
import json
import pathlib
import subprocess
import sys

from support import lib
from support.fix_lib import Case

ROOT = pathlib.Path(__file__).resolve().parents[2]
VMS = lib.EVERY  # a VM of every profile; only those that are named below are visited
# Each release of PowerShell, an edition and a language that differ, and a VM that is broken in each part that the
# rules look at. That the script finds on every profile what is there is powershell_profiles' to show; here it is
# what becomes of it on the way.
PROFILES = ("healthy_2008r2", "healthy_2012", "healthy_2012r2", "healthy_2016", "healthy_2025", "healthy_core",
            "healthy_german", "healthy_session_host", "port_taken", "service_stopped", "tls_all_off",
            "key_acl_missing", "key_orphan", "own_expired", "policy_client_disabled_system", "layer_out_of_range")
AT_ONCE = 4  # the engine runs one script after the other, and a host waits for those before it


def main():
    engine = ["--engine", "dotnet", sys.argv[1], "serve", "--engine-vms", str(VMS)]
    with lib.Fleet(vms=VMS, mix="every", seed=11, options=engine) as fleet:
        case = Case(fleet, PROFILES)
        lib.check(set(case.names.values()) == set(PROFILES), f"one of each: {case.names}")
        report, truth = fleet.path / "report.json", fleet.path / "truth.json"
        truth.write_text(json.dumps({"vms": [vm for vm in fleet.truth() if vm["name"] in case.names]}))
        done, document = lib.scan(fleet, "--jobs", AT_ONCE, inventory=case.inventory, report=report, timeout=280)
        print(done.stderr[-2000:])
        lib.check(document is not None, "there is a JSON report")
        compared = subprocess.run(
            [sys.executable, ROOT / "tests/integration/compare_truth.py", truth, report], check=False)
        lib.check(compared.returncode == 0, "every verdict equals the fleet's truth")
        # The fleet itself always says 900 ms; a script that ran took its own time.
        times = [host["facts"]["collector"]["ms"] for host in document["hosts"] if host.get("facts")]
        lib.check(len(times) == len(case.names) and all(time != 900 for time in times),
                  f"the scripts ran: {times}")
        stats = fleet.stop()
        lib.check(not stats["violations"], f"no protocol violations: {stats['violations']}")
        lib.check(stats["shells_open"] == 0, f"no shell is left open: {stats['shells_open']}")
    lib.finish()


main()
