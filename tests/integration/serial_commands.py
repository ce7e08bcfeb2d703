"""VMs whose PowerShell cannot run and that nothing but their console reaches: cmd.exe's own tools are asked.
What they tell is judged as over WinRM; what they cannot tell is unknown, never ok."""
import collections

from support.lib import check, finish
from support.serial_lib import Consoles, differences, outcome_of

VMS = 100

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
        # No handshake is made inside: what it would have proved stays at risk. And cmd may be told what
        # WinRM's account was not.
        wrong = {rule: said for rule, said in differences(host, other).items()
                 if said[0] != "unknown" and not (rule.startswith("TLS.") and said[1] == "at_risk")}
        check(not wrong, f"{host['name']} {host['tags']}: other verdicts: {wrong}")
        for finding in host["findings"]:
            known[(finding["rule"], finding["verdict"] != "unknown")] += 1
        causes[(other["root_cause"], host["root_cause"])] += 1
    rules = {rule for rule, _ in known}
    told = sorted(rule for rule in rules if known[(rule, True)] > known[(rule, False)])
    print(f"told of most VMs: {len(told)} of {len(rules)} rules: {' '.join(told)}")
    print("causes (winrm, console):", dict(causes))
    for rule in ("TLS.PROTO", "PORT.OWNER", "PORT.LISTEN"):
        check(rule not in rules or rule in told, f"{rule} is told")
    check(causes[("tls_protocols", "tls_protocols")] >= 3, "causes are found by commands alone")
    last = [h["attempts"][-1] for h in report["hosts"]]
    print("median ms:", sorted(a["ms"] for a in last)[len(last) // 2], "most:", max(a["ms"] for a in last))
    stats, consoles = fleet.ended()
    wrong = [v for v in stats["violations"] if not v.startswith(("Delete ", "Receive "))]
    check(not wrong, f"no key went where it must not: {wrong}")
    check(not [c for c in consoles.values() if c["left_open"]], "no channel is left open")
finish()
