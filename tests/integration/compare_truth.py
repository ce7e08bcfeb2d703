#!/usr/bin/env python3
"""Compares a report (rdpsweep.report/1) with what the simulated fleet knows of itself.

usage: compare_truth.py TRUTH.json REPORT.json
       compare_truth.py --self-test       proves that each difference is seen

Every outcome, root cause and verdict must be equal, and of every rule its verdict; of a finding that is
neither ok nor beside the point also cause, severity, confidence, the message's key and the pointers of its
evidence, in order. A rule that the truth does not name has to be ok. Exits 1 otherwise.
"""
import collections
import copy
import json
import sys


def said_of(finding):
    """What a truth can say of a finding."""
    told = {name: finding[name] for name in ("verdict", "cause", "severity", "confidence")}
    told["key"] = finding["message"]["key"]
    told["evidence"] = [item["fact"] for item in finding["evidence"]]
    return told


def wrong_findings(truth, host):
    """Yields what is wrong with the findings of an assessed host."""
    found = {finding["rule"]: said_of(finding) for finding in host["findings"]}
    if len(found) != len(host["findings"]):
        yield "a rule has two findings"
    if not found:
        yield "no rule judged it"
    for rule in sorted(set(truth["findings"]) - set(found)):
        yield f"{rule} is missing"
    for rule, got in sorted(found.items()):
        for name, want in truth["findings"].get(rule, {"verdict": "ok"}).items():
            if got[name] != want:
                yield f"{rule} {name} {got[name]}, truth {want}"


def difference(truth, host):
    """What is wrong with host, one string a mismatch."""
    if host["outcome"] != truth["outcome"]:
        codes = [a.get("what", "") for a in host["attempts"]]
        return [f"outcome {host['outcome']}, truth {truth['outcome']} {codes}"]
    if truth["outcome"] != "assessed":
        return []
    wrong = [f"{key} {host[key]}, truth {truth[key]}" for key in ("root_cause", "verdict") if host[key] != truth[key]]
    return wrong + list(wrong_findings(truth, host))


def failures_of(truths, hosts):
    """What is wrong, by profile."""
    failures = collections.defaultdict(list)
    for name in sorted(set(truths) ^ set(hosts)):
        failures["(accounting)"].append(f"{name!r} is in one of the two only")
    for name in set(truths) & set(hosts):
        for what in difference(truths[name], hosts[name]):
            failures[truths[name]["profile"]].append(f"{name!r}: {what}")
    return failures


def self_test():
    """Changes a report that is right in one place after the other."""
    said = {"verdict": "broken", "cause": "services", "severity": "high", "confidence": "direct", "key": "A.x",
            "evidence": ["/a", "/b"]}
    truth = {"outcome": "assessed", "root_cause": "services", "verdict": "broken",
             "findings": {"A": said, "B": {"verdict": "not_applicable", "key": "B.none"}}}

    def finding(rule, verdict, key, pointers=()):
        return {"rule": rule, "verdict": verdict, "cause": "services", "severity": "high", "confidence": "direct",
                "message": {"key": key}, "evidence": [{"fact": pointer} for pointer in pointers]}

    right = {"outcome": "assessed", "root_cause": "services", "verdict": "broken", "attempts": [],
             "findings": [finding("A", "broken", "A.x", ["/a", "/b"]), finding("B", "not_applicable", "B.none"),
                          finding("C", "ok", "C.ok")]}
    assert not difference(truth, right), difference(truth, right)

    def breaks(change):
        changed = copy.deepcopy(right)
        change(changed)
        return len(difference(truth, changed)) == 1

    first = [("verdict", "at_risk"), ("cause", "none"), ("severity", "low"), ("confidence", "functional"),
             ("message", {"key": "A.y"}), ("evidence", [{"fact": "/b"}, {"fact": "/a"}]), ("evidence", [])]
    for name, value in first:
        assert breaks(lambda host, name=name, value=value: host["findings"][0].update({name: value})), name
    assert breaks(lambda host: host["findings"][1].update(verdict="ok")), "ok is not not_applicable"
    assert breaks(lambda host: host["findings"][2].update(verdict="not_applicable")), "nor the other way round"
    assert breaks(lambda host: host["findings"][1]["message"].update(key="B.other")), "why it does not matter"
    assert breaks(lambda host: host["findings"].pop(0)), "a rule is missing"
    assert breaks(lambda host: host.update(root_cause="none"))
    assert breaks(lambda host: host.update(outcome="refused"))
    assert not failures_of({"a": truth}, {"a": right}) and failures_of({"a": truth}, {})


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    with open(sys.argv[1], encoding="utf-8") as file:
        truths = {vm["name"]: vm for vm in json.load(file)["vms"]}
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    hosts = {host["name"]: host for host in report["hosts"]}
    failures = failures_of(truths, hosts)
    if len(hosts) != len(report["hosts"]):
        failures["(accounting)"].append("two hosts of the report have one name")
    for profile, lines in sorted(failures.items()):
        print(f"WRONG {profile}: {len(lines)}")
        for line in sorted(lines)[:6]:
            print("   ", line)
    profiles = {vm["profile"] for vm in truths.values()}
    wrong = sum(len(lines) for lines in failures.values())
    print(f"{len(hosts)} hosts of {len(profiles)} profiles compared with the fleet's truth: "
          f"{wrong} differences")
    return 1 if wrong or not hosts else 0


if __name__ == "__main__":
    sys.exit(main())
