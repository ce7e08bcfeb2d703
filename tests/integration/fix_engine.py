#!/usr/bin/env python3
"""Plans applied and undone end to end with the real collector and the real change script, on a real PowerShell
engine behind WinRM: what was found before is what is found after undoing. One engine is behind all VMs.

usage: fix_engine.py rdpsweep-powershell.dll
"""
import sys

from support import lib
from support.fix_lib import Case

VMS = lib.EVERY  # a VM of every profile; only those that are named below are visited
# A fix that writes values, one that has a certificate made anew, one that puts a certificate's key away, one whose
# file only SYSTEM may write: all in one plan, so that VMs keep what is written to them apart. Every other fix is done
# by the same engine in powershell_changes.
BROKEN = ("tls_all_off", "own_expired", "key_orphan", "key_acl_missing")
# Its restart leaves a disabled service down.
HARDENED = "fix_devices_disabled"
NAMED = ("policy_client_disabled", "policy_client_disabled_system")
# What a fix changes, as the facts tell it; clocks and handshakes are not among it.
CHANGED = ("cert", "keys", "tls", "svc", "gp", "ems")


def facts_of(hosts):
    for host in hosts.values():
        host["facts"]["keys"]["files"].sort(key=lambda file: file["n"])  # a folder has no order
    return {name: {part: host["facts"].get(part) for part in CHANGED} for name, host in hosts.items()}


def there_and_back(case, *options):
    """Plans, applies and undoes what the VMs of a case need, and looks at them in between."""
    # What answers from outside is not the machine behind the engine.
    case.inventory.write_text(case.inventory.read_text().replace("rdp: { port:", "rdp: { outside: false, port:"))
    before = case.scan()
    case.make_plan(*options)
    sick = sorted(case.names.values())
    lib.check(len(case.document["hosts"]) == len(sick), f"{sick}: all are planned for")
    done = case.apply("--approve-each", "none")
    lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"},
              f"{sick}: verified: {done.returncode} {done.stdout} {done.stderr}")
    healed = case.scan()
    for name, profile in case.names.items():
        lib.check(facts_of(healed)[name] != facts_of(before)[name], f"{profile}: something changed")
    for host in case.document["hosts"]:
        verdicts = {f["rule"]: f["verdict"] for f in healed[host["name"]]["findings"]}
        lib.check(host["rules"], "the plan says which rules it cures")
        for rule in host["rules"]:
            lib.check(verdicts[rule] == "ok", f'{case.names[host["name"]]}: {rule} is {verdicts[rule]}')
    done = case.rollback()
    lib.check(done.returncode == 0, f"{sick}: undone: {done.returncode} {done.stdout} {done.stderr}")
    after = case.scan()
    lib.check(set(before) == set(after) == set(case.names), f"{sick}: each VM is told of, before and after")
    for name, facts in facts_of(before).items():
        lib.check(facts["cert"] and facts["keys"] and facts["tls"], f"{case.names[name]}: there are facts of {name}")
        for part, value in facts.items():
            lib.check(facts_of(after)[name][part] == value, f"{case.names[name]}: {part} of {name} is what it was")


def engine_for(vms):
    return ["--engine", "dotnet", sys.argv[1], "serve-keeping", "--engine-vms", str(vms)]


def main():
    with lib.Fleet(vms=1, mix=f"one:{HARDENED}", seed=11, rdp=True, options=engine_for(1)) as fleet:
        there_and_back(Case(fleet, (HARDENED,)))
    with lib.Fleet(vms=VMS, mix="every", seed=11, rdp=True, options=engine_for(VMS)) as fleet:
        broken = Case(fleet, BROKEN)
        lib.check(set(broken.names.values()) == set(BROKEN), f"one of each: {broken.names}")
        there_and_back(broken)
        named = Case(fleet, NAMED)
        named.plan = fleet.path / "named.json"
        there_and_back(named, "--fix", "gpsvc")
        stats = fleet.stop()
        lib.check(stats["shells_open"] == 0 and not stats["violations"], f"nothing a server dislikes: {stats['violations']}")
    lib.finish()


main()
