#!/usr/bin/env python3
"""Every change of a value, of a key's rights or of a service's start that the product plans for the simulated
fleet, made by change.ps1, unchanged, in Wine's registry. What reg.exe exports afterwards differs from before by what
the plan declares, line by line; a second time nothing differs; undone, the export is the first one, to the byte. The
rights of keys are read by Wine's own call.

usage: fixes.py HOST.exe PREFIX STATES CHANGES
"""
import json
import sys

import changes
import facts
import machine
import wine
from check import check, equal, finish
from registry_file import without_rows

KINDS = ("value", "key", "start")
# What else is planned, and what Wine lacks for it.
NOT_TRIED = {
    "run": "no service of Windows runs (wine_services starts and stops one of Wine's own)",
    "account": "sc.exe here has no `config`",
    "task": "the task scheduler runs no task; the change behind it is tried without its task",
    "rights": "the rights of a file are those of the disk below Wine",
    "folder": "the same",
    "firewall": "netsh here knows no firewall",
    "boot": "there is no bcdedit",
    "certificate": "no SessionEnv makes a certificate",
}
# All of the registry that a change may be in, and what lies around it.
EXPORTED = ("HKLM\\SYSTEM\\CurrentControlSet", "HKLM\\SOFTWARE\\Policies",
            "HKLM\\SOFTWARE\\Microsoft\\SystemCertificates")
ROOTS = tuple(key.removeprefix("HKLM\\") for key in EXPORTED)
IMAGE = "C:\\windows\\system32\\winmgmt.exe"
FEWEST = 25  # changes that differ


def plain(sddl):
    """Returns SDDL without the flag AI: SetSecurityInfo of Wine 8.0 loses it, that of Windows sets it anew."""
    return sddl.replace("D:AI(", "D:(")


def prepared(path):
    """Yields a machine's name, the fix and the lines of what can be tried, once for what is planned alike."""
    seen = set()
    with open(path, encoding="utf-8") as file:
        for entry in map(json.loads, file):
            lines = tuple(plain(facts.in_letters(line)) for line in entry["changes"].splitlines() if line.split("|")[0] in KINDS)
            if lines and lines not in seen:
                seen.add(lines)
                yield entry["name"], entry["fix"], lines


def kinds_of(path):
    with open(path, encoding="utf-8") as file:
        return {line.split("|")[0] for entry in map(json.loads, file) for line in entry["changes"].splitlines()}


def exported(prefix):
    return "".join(prefix.export(key) for key in EXPORTED)


def difference(first, second):
    before, after = set(without_rows(first)), set(without_rows(second))
    return before - after, after - before


def check_rights(prefix, lines, at, what):
    """Compares the rights of the changed keys with what stands in the plan, before (3) or after (4)."""
    wanted = {line.split("|")[1]: line.split("|")[at].removeprefix("sddl:") for line in lines
              if line.startswith("key|")}
    equal(wanted, prefix.rights({}, wanted), f"{what}: rights")
    return len(wanted)


def try_one(prefix, script, lines, what):
    """Applies, applies again, undoes; the registry is looked at in between."""
    first = exported(prefix)
    rights = check_rights(prefix, lines, 3, f"{what}, before")
    rows = changes.run(prefix, script, "apply", lines)
    for line, row in zip(lines, rows):
        check(changes.same(line.split("|")[3], row["found"]), f"{what}: planned {line}, found {row}")
    equal(["written"] * len(lines), [row["did"] for row in rows], f"{what}: applied, {rows}")
    second = exported(prefix)
    equal(changes.declared(lines, set(without_rows(first)), ROOTS), difference(first, second), f"{what}: lines gone, lines new")
    check(rights or first != second, f"{what}: nothing was written")
    check_rights(prefix, lines, 4, f"{what}, applied")
    equal(["kept"] * len(lines), [row["did"] for row in changes.run(prefix, script, "apply", lines)], f"{what}: again")
    check(exported(prefix) == second, f"{what}: a second time something differs")
    # What was found is what is put back: how much of a key was missing stands in it.
    exact = ["|".join([*line.split("|")[:3], row["found"], line.split("|")[4]]) for line, row in zip(lines, rows)]
    undone = changes.run(prefix, script, "undo", exact)
    equal(["written"] * len(lines), [row["did"] for row in undone], f"{what}: undone, {undone}")
    last = exported(prefix)
    check(last == first, f"{what}: undone, it is not as it was: {difference(first, last)}")
    check_rights(prefix, lines, 3, f"{what}, undone")


def make_service(prefix, name, values):
    """Has the service manager make the service that the registry holds only, with the same start type."""
    prefix.run("sc.exe", "delete", name, check=False)  # Wine has some of these names
    start = {2: "auto", 3: "demand", 4: "disabled"}[values["Start"][1][0]]
    prefix.run("sc.exe", "create", name, "binPath=", IMAGE, "type=", "own", "start=", start)


def main():
    host, folder, states, planned = sys.argv[1:]
    known = machine.machines(states)
    named = {one.name: one for one in known}
    script, tried = changes.script(), {kind: 0 for kind in KINDS}
    with wine.prefix(host, folder) as prefix:
        place = machine.Place(prefix, known)
        for name, fix, lines in prepared(planned):
            one = named[name]
            one.rights = {path: plain(sddl) for path, sddl in one.rights.items()}
            place.become(one)
            services = [line.split("|")[1] for line in lines if line.startswith("start|")]
            for service in services:
                make_service(prefix, service, named[name].keys[f"SYSTEM\\CurrentControlSet\\Services\\{service}"])
            try_one(prefix, script, lines, f"{fix} on {named[name].profile}")
            for service in services:
                prefix.run("sc.exe", "delete", service)
            for line in lines:
                tried[line.split("|")[0]] += 1
    print(f"tried: {tried}")
    check(all(tried.values()) and sum(tried.values()) >= FEWEST, f"too little was tried: {tried}")
    equal(set(KINDS) | set(NOT_TRIED), kinds_of(planned), "kinds of changes, tried or not")
    finish()


main()
