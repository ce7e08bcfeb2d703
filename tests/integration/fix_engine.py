#!/usr/bin/env python3
"""Plans applied and undone end to end with the real collector and the real change script, on a real PowerShell
engine behind WinRM: what was found before is what is found after undoing.

usage: fix_engine.py rdpsweep-powershell.dll
"""
import sys

from support import lib
from support.fix_lib import QUICK, Case

# What a fix changes, as the facts tell it; clocks and handshakes are not among it.
CHANGED = ("cert", "keys", "tls", "svc", "gp", "ems")


def facts_of(hosts):
    for host in hosts.values():
        host["facts"]["keys"]["files"].sort(key=lambda file: file["n"])  # a folder has no order
    return {name: {part: host["facts"].get(part) for part in CHANGED} for name, host in hosts.items()}


def there_and_back(profile, *options):
    engine = ["--engine", "dotnet", sys.argv[1], "serve-keeping", "--engine-vms", "2"]
    with lib.Fleet(vms=2, mix=f"one:{profile}", seed=11, rdp=True, options=engine) as fleet:
        case = Case(fleet, (profile,))
        # What answers from outside is not the machine behind the engine.
        case.inventory.write_text(case.inventory.read_text().replace("rdp: { port:", "rdp: { outside: false, port:"))
        before = case.scan()
        case.make_plan(*options)
        lib.check(len(case.document["hosts"]) == 2, f"{profile}: both are planned for")
        done = case.apply("--approve-each", "none")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"},
                  f"{profile}: verified: {done.returncode} {done.stdout} {done.stderr}")
        healed = case.scan()
        lib.check(facts_of(healed) != facts_of(before), f"{profile}: something changed")
        for host in case.document["hosts"]:
            verdicts = {f["rule"]: f["verdict"] for f in healed[host["name"]]["findings"]}
            for rule in host["rules"]:
                lib.check(verdicts[rule] == "ok", f"{profile}: {rule} is {verdicts[rule]}")
        done = case.rollback()
        lib.check(done.returncode == 0, f"{profile}: undone: {done.returncode} {done.stdout} {done.stderr}")
        after = case.scan()
        for name, facts in facts_of(before).items():
            for part, value in facts.items():
                lib.check(facts_of(after)[name][part] == value, f"{profile}: {part} of {name} is what it was")
        stats = fleet.stop()
        lib.check(stats["shells_open"] == 0 and not stats["violations"], f"{profile}: {stats['violations']}")


def main():
    there_and_back("tls_all_off")
    there_and_back("own_expired")
    there_and_back("key_orphan")
    there_and_back("policy_client_disabled_system", "--fix", "gpsvc")
    lib.finish()


main()
