#!/usr/bin/env python3
"""A wrong password costs three bad logons on a fleet of 120, not 120: the credential is stopped, the
report says so with the next command, and the operator goes on by hand once it is mended."""
import json

from support import lib

# More than are in flight at once, so that some wait behind those that are refused.
VMS, JOBS = 120, 80
LEFT = VMS - 3


def refused(fleet):
    stats = json.loads(fleet.stats_file.read_text())
    return sum(way["refused"] for way in stats["authentications"].values())


def stopped(fleet, state):
    report = fleet.path / "wrong.json"
    done = lib.rdpsweep("scan", "-i", fleet.inventory, "--ca-file", fleet.ca, "--state", state, "--jobs", JOBS,
                        "--report", f"json:{report}", "--report", "text:-", password="not the password", status=11)
    document = json.loads(report.read_text())
    totals = document["totals"]
    lib.check(done.returncode == 11, f"incomplete is 11, not {done.returncode}")
    lib.check(totals["refused"] == 3, f"three hosts refuse: {totals}")
    lib.check(totals["not_attempted"] == LEFT, f"the others are not tried: {totals}")
    reasons = {host["reason"] for host in document["hosts"] if host["outcome"] == "not_attempted"}
    lib.check(reasons == {"credential 'fleet' was refused by 3 hosts and stopped"}, f"{reasons}")
    told = "refused by 3 hosts, the first of them"
    lib.check(told in done.stderr and f"{LEFT} hosts were not tried" in done.stderr, done.stderr)
    run = document["run"]["id"]
    lib.check(f"rdpsweep scan --resume {run}" in done.stderr, f"the next command: {done.stderr}")
    lib.check(told in done.stdout, f"the screen says it: {done.stdout}")
    lib.check(len(done.stdout.splitlines()) <= 40, "the screen has at most 40 lines")
    return run


def scan_with_stale(fleet, name, stale):
    """Scans over SSH, where the hosts of stale have another account of ours; returns the outcome by name."""
    credential = f"{{ username: 'SIM\\sweeper', password: {{ env: {lib.PASSWORD_VARIABLE} }} }}"
    text = f"version: 1\ncredentials:\n  c: {credential}\ndefaults: {{ credential: c, rdp: {{ outside: false }} }}\ntargets:\n"
    for vm in fleet.truth():
        user = ", user: stale" if vm["name"] in stale else ""
        text += (f"  - {{ name: {vm['name']}, address: {vm['address']}, route: [ssh], "
                 f"ssh: {{ port: {fleet.ssh_port}{user} }} }}\n")
    inventory = fleet.path / f"{name}.yaml"
    inventory.write_text(text)
    _, document = lib.scan(fleet, "--known-hosts", fleet.known_hosts, inventory=inventory,
                           report=fleet.path / f"{name}.json")
    return {host["name"]: host["outcome"] for host in document["hosts"]}


def stale_accounts():
    """Three VMs whose account is stale stand first. Once a run has learnt who lets us in, they stop the
    credential for nobody."""
    with lib.Fleet(vms=12, mix="healthy", seed=5, ssh=True) as fleet:
        names = [vm["name"] for vm in fleet.truth()]
        fresh = scan_with_stale(fleet, "fresh", [])
        lib.check(set(fresh.values()) == {"assessed"}, f"all let us in: {fresh}")
        stale = names[:3]
        outcomes = scan_with_stale(fleet, "stale", stale)
        # Those three accepted it before: they are among the first. Two runs on, nobody is asked in vain.
        again = scan_with_stale(fleet, "again", stale)
        told = {outcomes[name] for name in stale}
        lib.check("refused" in told <= {"refused", "not_attempted"}, f"the stale are refused or not tried: {told}")
        lib.check(all(outcomes[name] != "refused" for name in names[3:]), f"nobody else is refused: {outcomes}")
        for name in names:
            expected = "refused" if name in stale else "assessed"
            lib.check(again[name] == expected, f"{name} is {expected}: {again[name]}")


def main():
    stale_accounts()
    with lib.Fleet(vms=VMS, mix="healthy", seed=5) as fleet:
        state = fleet.path / "state"
        run = stopped(fleet, state)
        report = fleet.path / "right.json"
        done = lib.rdpsweep("scan", "--resume", run, "--state", state, "--report", f"json:{report}",
                            password=fleet.password)
        document = json.loads(report.read_text())
        lib.check(document["totals"]["assessed"] == VMS, f"resumed: {document['totals']} {done.stderr}")
        keys = [warning["key"] for warning in document["run"]["warnings"]]
        lib.check("run.credential_stopped" not in keys, f"the old warning is gone: {keys}")

        check = lib.rdpsweep("check", "-i", fleet.inventory, "--ca-file", fleet.ca, "--state", state, "--jobs", JOBS,
                             password="not the password either")
        lib.check(f"{LEFT} hosts were not tried" in check.stderr, f"check stops as well: {check.stderr}")
        fleet.stop()
        # Three of the scan and three of check; NTLM's first leg is no logon.
        lib.check(refused(fleet) == 6, f"six bad logons in all: {refused(fleet)}")
        stats = json.loads(fleet.stats_file.read_text())
        lib.check(stats["refusals_per_vm_max"] <= 2, "no host is asked twice in a run")
    lib.finish()


main()
