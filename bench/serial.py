#!/usr/bin/env python3
"""What a visit over a serial console costs, stage by stage, for both painters and
with 150 ms to the VM: time, bytes, exchanges.

usage: serial.py [VMS]   (default 20; RDPSWEEP_BUILD says which build, best a release one)
The consoles are simulated; "far" paints differences, as Windows Server up to 2019 does.
"""
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/integration"))
from support.serial_lib import Consoles  # noqa: E402

STAGES = {"http": "gateway, SAC, channel", "auth": "logon", "shell": "keys proved",
          "collect": "script typed and run, pages read", "parse": "decoded, channel closed"}

vms = int(sys.argv[1]) if len(sys.argv) > 1 else 20
for scene in ("happy-stream", "happy-differences", "far"):
    with Consoles(vms, scene) as fleet:
        _, report = fleet.scan("bench", "--serial-jobs", str(vms), "--log-level", "error")
    attempts = [h["attempts"][-1] for h in report["hosts"] if h["outcome"] == "assessed"]
    print(f"{scene}: {len(attempts)} of {vms} VMs assessed")
    for rung, what in STAGES.items():
        times = [r["ms"] for a in attempts for r in a["rungs"] if r["rung"] == rung]
        print(f"  {what:34} {statistics.median(times):7.0f} ms")
    for key in ("ms", "bytes_received", "bytes_sent", "round_trips"):
        values = sorted(a[key] for a in attempts)
        print(f"  {key:34} {statistics.median(values):7.0f}  most {values[-1]}")
