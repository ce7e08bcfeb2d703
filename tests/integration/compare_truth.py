#!/usr/bin/env python3
"""Compares a report (rdpsweep.report/1) with what the simulated fleet knows of itself.

usage: compare_truth.py TRUTH.json REPORT.json
Every outcome, root cause, verdict and non-ok finding must be equal; exits 1 otherwise.
"""
import collections
import json
import sys

QUIET = ("ok", "not_applicable")


def difference(truth, host):
    """What is wrong with host, one string a mismatch."""
    wrong = []
    if host["outcome"] != truth["outcome"]:
        codes = [a.get("what", "") for a in host["attempts"]]
        return [f"outcome {host['outcome']}, truth {truth['outcome']} {codes}"]
    if truth["outcome"] != "assessed":
        return wrong
    for key in ("root_cause", "verdict"):
        if host[key] != truth[key]:
            wrong.append(f"{key} {host[key]}, truth {truth[key]}")
    found = {f["rule"]: f["verdict"] for f in host["findings"] if f["verdict"] not in QUIET}
    for rule in sorted(set(found) | set(truth["findings"])):
        got, want = found.get(rule, "ok"), truth["findings"].get(rule, "ok")
        if got != want:
            wrong.append(f"{rule} {got}, truth {want}")
    return wrong


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        truths = {vm["name"]: vm for vm in json.load(file)["vms"]}
    with open(sys.argv[2], encoding="utf-8") as file:
        report = json.load(file)
    hosts = {host["name"]: host for host in report["hosts"]}
    failures = collections.defaultdict(list)
    for name in sorted(set(truths) ^ set(hosts)):
        failures["(accounting)"].append(f"{name!r} is in one of the two only")
    for name in set(truths) & set(hosts):
        for what in difference(truths[name], hosts[name]):
            failures[truths[name]["profile"]].append(f"{name!r}: {what}")
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
