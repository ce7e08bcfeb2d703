"""VMs of every kind, more than a hundred, swept over their serial consoles at once: verdicts as over WinRM, and
what it cost. It takes long because a console shows 30 kB a minute at best, and every VM shows all that it
tells."""
import collections
import statistics
import time

from support.lib import EVERY, check, check_each, finish
from support.serial_lib import Consoles, compare
from support.ways import LEAN, Comparison

VMS = EVERY
SCENES = "happy,happy,happy-drop,nul-noise,binary-split,past-session,half-restart,other-words,bad-row"


with Consoles(VMS, SCENES, mix="every") as fleet:
    _, winrm = fleet.scan("winrm", "--deadline", "20s", route="winrm")
    began = time.monotonic()
    done, report = fleet.scan("serial", "--serial-jobs", "200")
    took = time.monotonic() - began
    by_address = {h["address"]: h for h in winrm["hosts"]}
    outcomes = collections.Counter(h["outcome"] for h in report["hosts"])
    check(len(report["hosts"]) == VMS, f"every VM is accounted for: {outcomes}")
    comparison = Comparison("serial", LEAN)
    compare(comparison, fleet, winrm, report)
    comparison.finish(121)
    beyond = sum(1 for h in report["hosts"] if h["outcome"] == "assessed" and
                 by_address[h["address"]]["outcome"] != "assessed")
    check(beyond > 5, f"{beyond} that WinRM does not reach are assessed")
    last = [h["attempts"][-1] for h in report["hosts"] if h["outcome"] == "assessed"]
    for what in ("ms", "bytes_received", "bytes_sent", "round_trips"):
        values = sorted(a[what] for a in last)
        print(f"{what}: median {statistics.median(values):.0f}, most {values[-1]}")
    print(f"{len(report['hosts'])} VMs in {took:.0f} s; {dict(outcomes)}")
    stats, consoles = fleet.ended()
    check(not stats["violations"], f"nothing that a server dislikes, no key where it must not be: {stats['violations']}")
    check_each(consoles.values(), lambda console: console["left_open"] == 0, "no channel is left open")
finish()
