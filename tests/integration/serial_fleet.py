"""VMs of every kind, more than a hundred, swept over their serial consoles at once: verdicts as over WinRM, and what
it cost."""
import collections
import statistics
import time

from support.lib import check, finish
from support.serial_lib import Consoles, differences

VMS = 170
SCENES = "happy,happy,happy-drop,nul-noise,binary-split,past-session,half-restart,other-words,bad-row"


with Consoles(VMS, SCENES, mix="every") as fleet:
    _, winrm = fleet.scan("winrm", "--deadline", "20s", route="winrm")
    began = time.monotonic()
    done, report = fleet.scan("serial", "--serial-jobs", "200")
    took = time.monotonic() - began
    by_address = {h["address"]: h for h in winrm["hosts"]}
    outcomes = collections.Counter(h["outcome"] for h in report["hosts"])
    check(len(report["hosts"]) == VMS, f"every VM is accounted for: {outcomes}")
    compared = 0
    for host in report["hosts"]:
        other = by_address[host["address"]]
        if host["outcome"] != "assessed" or other["outcome"] != "assessed":
            continue
        compared += 1
        wrong = differences(host, other)
        check(not wrong, f"{host['name']}: other verdicts: {wrong}")
    check(compared > 120, f"{compared} VMs compared rule by rule")
    beyond = sum(1 for h in report["hosts"] if h["outcome"] == "assessed" and
                 by_address[h["address"]]["outcome"] != "assessed")
    check(beyond > 5, f"{beyond} that WinRM does not reach are assessed")
    last = [h["attempts"][-1] for h in report["hosts"] if h["outcome"] == "assessed"]
    for what in ("ms", "bytes_received", "bytes_sent", "round_trips"):
        values = sorted(a[what] for a in last)
        print(f"{what}: median {statistics.median(values):.0f}, most {values[-1]}")
    print(f"{len(report['hosts'])} VMs in {took:.0f} s; {dict(outcomes)}; compared {compared}")
    stats, consoles = fleet.ended()
    # Of the WinRM run, hosts whose deadline passed may have complained.
    wrong = [v for v in stats["violations"] if not v.startswith(("Delete ", "Receive "))]
    check(not wrong, f"no key went where it must not: {wrong}")
    check(not [c for c in consoles.values() if c["left_open"]], "no channel is left open")
finish()
