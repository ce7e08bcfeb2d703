#!/usr/bin/env python3
"""1,000 hosts of which 50 black-hole, 50 accept and never speak, 20 answer garbage and 10 never stop sending: the
run ends by its deadline, all others are assessed, memory stays bounded, and the report says who and why. It
takes long because a host that says nothing is silent for as long as the run lets it."""
import collections
import os
import time

from support import lib

RUN_DEADLINE = 120
# Measured: about 60 MB with 256 hosts in flight. The bound is far above, and far below what
# keeping every host's answer would take.
MEMORY_MB = 400


def main():
    with lib.Fleet(vms=1000, mix="trouble", seed=3) as fleet:
        begun = time.monotonic()
        done, document = lib.scan(
            fleet, "--jobs", "256", "--connect-timeout", "2s", "--step-timeout", "10s",
            "--deadline", "30s", "--run-deadline", f"{RUN_DEADLINE}s", "--retries", "1",
            "--connect-rate", "400", report=fleet.path / "report.json", timeout=400, status=11)
        took = time.monotonic() - begun
        print(f"{took:.1f} s, status {done.returncode}")
        lib.check(took < RUN_DEADLINE + 15, f"the run ends by its deadline, not after {took:.0f} s")
        lib.check_peak(MEMORY_MB)
        totals = document["totals"]
        lib.check(totals["assessed"] == 870, f"870 assessed: {totals}")
        lib.check(totals["unreachable"] == 130, f"130 unreachable: {totals}")
        lib.check(totals["not_attempted"] == 0, f"none left out: {totals}")
        check_reasons(fleet, document)
        stats = fleet.stop()
        lib.check(stats["shells_open"] == 0, f"no shell is left: {stats['shells_open']}")
    lib.finish()


def check_reasons(fleet, document):
    profiles = {vm["name"]: vm["profile"] for vm in fleet.truth()}
    seen = collections.defaultdict(collections.Counter)
    for host in document["hosts"]:
        if host["outcome"] == "assessed":
            continue
        attempt = host["attempts"][-1]
        seen[profiles[host["name"]]][attempt["stage"], attempt["code"]] += 1
        lib.check(attempt["what"], f"{host['name']}: it says what happened")
    for profile, reasons in sorted(seen.items()):
        print(profile, dict(reasons))
    expected = {
        "wire_black_hole": {("tcp", "timed_out"): 50}, "wire_mute": {("tls", "timed_out"): 50},
        "wire_garbage": {("tls", "protocol_violation"): 20},
    }
    for profile, reasons in expected.items():
        lib.check(seen[profile] == reasons, f"{profile}: {reasons}, not {dict(seen[profile])}")
    # Whichever comes first, the limit or the time.
    endless = seen["wire_endless"]
    lib.check(endless.total() == 10 and {code for _, code in endless} <= {"output_limit", "timed_out"},
              f"endless: output_limit or timed_out, not {dict(endless)}")
    lib.check(set(seen) == {*expected, "wire_endless"}, f"and no others: {set(seen)}")


os.environ.setdefault("PYTHONUNBUFFERED", "1")
main()
