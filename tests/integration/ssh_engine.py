#!/usr/bin/env python3
"""A real sshd with a real PowerShell engine behind it: the real script goes over SSH, runs, and every
verdict equals the truth of the simulated machine. The first logon starts an engine of its own, as Windows does;
one serves the others, since it takes seconds to start.

usage: ssh_engine.py rdpsweep-powershell.dll
"""
import json
import pathlib
import subprocess
import sys

from support import lib
from support import ssh_lib
from support.engine_lib import SHIM, one_engine

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACHINES = 31
A_SERVER = 16  # sshd listens on no more addresses
SEED = 17


def main():
    with lib.Fleet(vms=MACHINES, mix="every", seed=SEED) as fleet, ssh_lib.place() as where:
        states = where.path / "states"
        states.mkdir()
        lines = where.path / "states.jsonl"
        subprocess.run([str(lib.SIMFLEET), "--mix", "every", "--vms", str(MACHINES), "--seed", str(SEED),
                        "--dump-states", str(lines)], check=True)
        machines = [json.loads(line) for line in lines.read_text().splitlines()]
        targets = []
        for number, (machine, line) in enumerate(zip(machines, lines.read_text().splitlines()), 1):
            address = f"127.0.0.{number}"
            (states / address).write_text(line + "\n")
            targets.append((machine["name"], address))
        path = where.powershell("")
        engine = where.path / "engine"
        home = where.path / "home"  # what .NET keeps there goes with the test
        home.mkdir()
        (path / "powershell").write_text(SHIM.format(program=sys.argv[1], states=str(states), engine=str(engine),
                                                     home=str(home)))
        first = [f"ListenAddress {address}" for _, address in targets[1:A_SERVER]]
        second = [f"ListenAddress {address}" for _, address in targets[A_SERVER:][:A_SERVER - 1]]
        with (one_engine(["dotnet", sys.argv[1], "serve"], engine, home),
              ssh_lib.sshd(where, path=path, options=first) as (one, _),
              ssh_lib.sshd(where, path=path, options=second) as (two, _)):
            inventory = where.path / "fleet.yaml"
            inventory.write_text(
                f"version: 1\ncredentials:\n  me: {{ username: {ssh_lib.USER}, ssh_key: {where.key} }}\n"
                # No machine stands behind these addresses but its sshd.
                "defaults: { credential: me, route: [ssh], rdp: { outside: false } }\ntargets:\n"
                + "".join(f"  - {{ name: {name}, address: {address}, ssh: {{ port: {one if at < A_SERVER else two} }} }}\n"
                          for at, (name, address) in enumerate(targets)))
            report = where.path / "report.json"
            done = lib.rdpsweep("scan", "-i", inventory, "--state", where.path / "state", "--jobs", "2",
                                "--known-hosts", "/dev/null", "--pin-on-first-use",
                                "--report", f"json:{report}", timeout=280)
        print(done.stderr[-1500:])
        document = json.loads(report.read_text())
        compared = subprocess.run(
            [sys.executable, ROOT / "tests/integration/compare_truth.py",
             fleet.path / "fleet" / "truth.json", report], check=False)
        lib.check(compared.returncode == 0, "every verdict equals the fleet's truth")
        # The fleet itself always says 900 ms; a script that ran took its own time.
        times = [host["facts"]["collector"]["ms"] for host in document["hosts"] if host.get("facts")]
        lib.check(len(times) == MACHINES and all(time != 900 for time in times),
                  f"the scripts ran: {times}")
    lib.finish()


main()
