#!/usr/bin/env python3
"""Every profile of the simulated fleet, swept by the PowerShell collector and by CIM: whatever rule both can
judge, they judge alike, and what CIM cannot see it calls unknown and says why. Where PowerShell cannot run, a
plain scan falls back to CIM by itself. It takes long because every VM of the fleet is asked twice, each by a
hundred requests and more, and what a hostile one holds back is waited for."""
import json

from support import lib
from support.ways import CIM, Comparison, verdicts

PATIENCE = ("--deadline", "60s", "--step-timeout", "6s", "--connect-timeout", "2s")


def sweep(fleet, name, *options):
    report = fleet.path / f"{name}.json"
    done, document = lib.scan(fleet, *PATIENCE, *options, report=report, state=fleet.path / f"state-{name}")
    lib.check(document is not None, f"{name}: {done.stderr[-2000:]}")
    return {host["name"]: host for host in document["hosts"]}


def why(host, finding):
    """The unread facts that the finding rests on."""
    facts = [item["fact"] for item in finding["evidence"]]
    return [entry for entry in host["facts"]["unread"]
            if any(fact == entry["ptr"] or fact.startswith(entry["ptr"] + "/") or entry["ptr"].startswith(fact + "/")
                   for fact in facts)]


def compare(fleet):
    """Without handshakes: over CIM nobody can make one inside the VM."""
    script = sweep(fleet, "script", "--collector", "powershell", "--no-handshake")
    cim = sweep(fleet, "cim", "--collector", "cim", "--no-handshake")
    profiles = {vm["name"]: vm["profile"] for vm in fleet.truth()}
    comparison = Comparison("cim", CIM)
    for name, host in script.items():
        other = cim[name]
        if not host["outcome"] == other["outcome"] == "assessed":
            continue
        if host["facts"]["collector"].get("lang_mode") != "FullLanguage":
            continue
        comparison.add(name, profiles[name], host, other)
        before = verdicts(host)
        for finding in other["findings"]:
            if finding["verdict"] == "unknown" != before[finding["rule"]]:
                lib.check(why(other, finding), f"{profiles[name]}: {finding['rule']} is unknown, for no reason: "
                                               f"{json.dumps(finding)[:600]}")
    comparison.finish(180)


PROFILES = ("cim_powershell_missing", "cim_script_fails", "cim_truncated_frame", "cim_shells_forbidden",
            "cim_constrained")


def check_fall_back(profile):
    """Of a VM on which PowerShell cannot run: what each choice of collector comes to."""
    with lib.Fleet(vms=4, mix=f"one:{profile}", seed=5, rdp=True) as fleet:
        audit = fleet.path / "audit"
        by_itself = sweep(fleet, "auto", "--audit-file", audit)
        script = sweep(fleet, "script", "--collector", "powershell")
        lib.check(len(by_itself) == len(script) == fleet.vms, f"{profile}: each VM is told of")
        for name, host in by_itself.items():
            lib.check(host["outcome"] == "assessed" and host["facts"]["collector"]["path"] == "cim",
                      f"{profile}: a plain scan asks over CIM: {host['attempts']}")
            notes = [note for attempt in host["attempts"] for note in attempt.get("notes", [])]
            lib.check(any(note["key"] == "note.cim" for note in notes), f"{profile}: the report says so: {notes}")
            other = script[name]
            blind = other["outcome"] != "assessed" or other["facts"].get("os") is None
            lib.check(blind, f"{profile}: the script alone sees nothing: {other['outcome']}")
        records = [json.loads(line) for line in audit.read_text().splitlines()]
        asked = [record for record in records if record.get("questions") == "cim"]
        lib.check(len(asked) == 4 and all(record["effect"] == "read_only" for record in records),
                  f"{profile}: the questions are in the audit: {records}")
        print(profile, next(iter(by_itself.values()))["attempts"][-1])
        lib.check(fleet.stop()["violations"] == {}, f"{profile}: nothing a real server dislikes")


def check_cim_alone():
    """--collector cim starts nothing on the VM, and says so in the audit."""
    with lib.Fleet(vms=6, mix="healthy", seed=5) as fleet:
        audit = fleet.path / "audit"
        sweep(fleet, "cim", "--collector", "cim", "--audit-file", audit)
        records = [json.loads(line) for line in audit.read_text().splitlines()]
        lib.check(len(records) == 6 and all("script" not in record for record in records),
                  f"no script is recorded: {records}")
        stats = fleet.stop()
        lib.check(not stats["scripts"], f"no script ran: {stats}")


def main():
    with lib.Fleet(vms=lib.EVERY, mix="every", seed=11, rdp=True) as fleet:
        compare(fleet)
        lib.check(fleet.stop()["shells_open"] == 0, "no shell is left open")
    for profile in PROFILES:
        check_fall_back(profile)
    check_cim_alone()
    lib.finish()


main()
