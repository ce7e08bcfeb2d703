"""VMs whose PowerShell cannot run and that nothing but their console reaches: cmd.exe's own tools are asked. What
they tell is judged as over WinRM; what they cannot tell is unknown, never ok. It takes long because the answers
come as screens of text, one command after the other."""
import collections

from support.lib import check, check_each, finish
from support.serial_lib import Consoles, compare, outcome_of
from support.ways import CMD, Comparison

VMS = 112  # the first of the profiles, one each

with Consoles(VMS, "constrained,no-powershell", mix="every") as fleet:
    _, winrm = fleet.scan("winrm", "--deadline", "20s", route="winrm")
    done, report = fleet.scan("serial", "--serial-jobs", "200")
    by_address = {h["address"]: h for h in winrm["hosts"]}
    check({outcome_of(h) for h in report["hosts"]} == {"ok"},
          f"all are assessed: {collections.Counter(outcome_of(h) for h in report['hosts'])}")
    known, causes = collections.Counter(), collections.Counter()
    for host in report["hosts"]:
        other = by_address[host["address"]]
        check("note.cmd" in {n["key"] for n in host["attempts"][-1]["notes"]}, f"{host['name']}: it says how")
        check(host["facts"]["collector"]["path"] == "sac", "the facts say how")
        if other["outcome"] != "assessed":
            continue
        for finding in host["findings"]:
            known[(finding["rule"], finding["verdict"] != "unknown")] += 1
        causes[(other["root_cause"], host["root_cause"])] += 1
    comparison = Comparison("cmd", CMD)
    compare(comparison, fleet, winrm, report)
    comparison.finish(80)
    rules = {rule for rule, _ in known}
    told = sorted(rule for rule in rules if known[(rule, True)] > known[(rule, False)])
    print(f"told of most VMs: {len(told)} of {len(rules)} rules: {' '.join(told)}")
    print("causes (winrm, console):", dict(causes))
    for rule in ("TLS.PROTO", "PORT.OWNER", "PORT.NOLISTEN"):
        check(rule in told, f"{rule} is told")
    check(causes[("tls_protocols", "tls_protocols")] >= 3, "causes are found by commands alone")
    last = [h["attempts"][-1] for h in report["hosts"]]
    print("median ms:", sorted(a["ms"] for a in last)[len(last) // 2], "most:", max(a["ms"] for a in last))
    stats, consoles = fleet.ended()
    check(not stats["violations"], f"nothing that a server dislikes, no key where it must not be: {stats['violations']}")
    check_each(consoles.values(), lambda console: console["left_open"] == 0, "no channel is left open")
finish()
