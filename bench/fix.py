#!/usr/bin/env python3
"""What fixing a VM costs beside looking at it, and what a plan costs that is killed and undone: scripts, time, CPU
and memory of ours.

usage: fix.py [VMS]   (default 60; RDPSWEEP_BUILD says which build, best a release one)
The VMs are simulated and answer at once: what is left is ours, and the network's round trips.
"""
import collections
import json
import pathlib
import resource
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests/integration"))
from support.fix_lib import Case, fleet_of  # noqa: E402

vms = int(sys.argv[1]) if len(sys.argv) > 1 else 60


def measured(what, run):
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = run()
    took, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{what:10} {took * 1000 / vms:7.1f} ms a VM, {cpu * 1000 / vms:6.1f} ms CPU a VM, most {after.ru_maxrss / 1024:.0f} MiB")
    return done


with fleet_of(vms, "one:tls_all_off", 9) as fleet:
    case = Case(fleet, ("tls_all_off",))
    audit = fleet.path / "audit"
    measured("scan", case.scan)
    measured("plan", case.make_plan)
    words = ("--confirm", case.phrase, "--soak", "1ms", "--canary-soak", "1ms", "--despite-sessions", "--approve-each", "none",
             "--audit-file", audit)
    done = measured("apply", lambda: case.run("apply", *words))
    assert done.returncode == 0, done.stderr
    scripts = collections.Counter(json.loads(line)["effect"] for line in audit.read_text().splitlines())
    print(f"scripts    {scripts['read_only'] / vms:.1f} that look, {scripts['changes_host'] / vms:.1f} that read, write or undo, a VM")
    done = measured("rollback", case.rollback)
    assert done.returncode == 0, done.stderr
    journal = next((case.state / "plans").glob("*/journal.jsonl"))
    print(f"journal    {journal.stat().st_size / vms:.0f} bytes a VM, each line on the disk before the next step")
