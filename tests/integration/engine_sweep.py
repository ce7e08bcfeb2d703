#!/usr/bin/env python3
"""A sweep whose VMs run the real collector on a real PowerShell engine, end to end: every verdict
equals the fleet's truth, and the script wrote nothing.

usage: engine_sweep.py rdpsweep-powershell.dll
"""
import pathlib
import subprocess
import sys

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = 30


def main():
    engine = ["--engine", "dotnet", sys.argv[1], "serve", "--engine-vms", str(REAL)]
    with lib.Fleet(vms=REAL, mix="every", seed=11, options=engine) as fleet:
        report = fleet.path / "report.json"
        done, document = lib.scan(fleet, "--deadline", "80s", report=report, timeout=280)
        print(done.stderr[-2000:])
        lib.check(document is not None, "there is a JSON report")
        compared = subprocess.run(
            [sys.executable, ROOT / "tests/integration/compare_truth.py",
             fleet.path / "fleet" / "truth.json", report], check=False)
        lib.check(compared.returncode == 0, "every verdict equals the fleet's truth")
        # The fleet itself always says 900 ms; a script that ran took its own time.
        times = [host["facts"]["collector"]["ms"] for host in document["hosts"] if host.get("facts")]
        lib.check(len(times) == REAL and all(time != 900 for time in times),
                  f"the scripts ran: {times}")
        stats = fleet.stop()
        lib.check(not stats["violations"], f"no protocol violations: {stats['violations']}")
        lib.check(stats["shells_open"] == 0, f"no shell is left open: {stats['shells_open']}")
    lib.finish()


main()
