#!/usr/bin/env python3
"""Every profile of the simulated fleet, in Wine's registry: the collector, unchanged, finds there what the fleet
says. Wine's reg.exe writes the registry, Wine's registry, files and descriptors answer: none of it was written here.

It takes 80 s, of which 0.2 s are for each of 257 profiles: PowerShell computes. One process runs many of them,
but not all (wine.py says why).

usage: profiles.py HOST.exe PREFIX STATES
"""
import sys

import facts
import machine
import wine
from check import check, equal, finish
from comparison import GROUPS, NOT_SEEN, Comparison

FEWEST = 20_000  # leaves, of all profiles together


def main():
    host, folder, states = sys.argv[1:]
    known = machine.machines(states)
    script, comparison, profiles = facts.collector(), Comparison(), set()
    with wine.prefix(host, folder) as prefix:
        place = machine.Place(prefix, known)
        for one in known:
            # In Constrained Language no call of .NET is made: nothing that Wine could answer.
            if one.profile in profiles or one.language != "FullLanguage":
                continue
            profiles.add(one.profile)
            place.become(one)
            comparison.of(one.facts, facts.collect(prefix, script), one.profile)
    print(f"{len(profiles)} profiles, {comparison.compared} leaves")
    check(len(profiles) == len({one.profile for one in known if one.language == "FullLanguage"}) >= 250, "profiles")
    check(comparison.compared >= FEWEST, f"only {comparison.compared} leaves were compared")
    equal(set(GROUPS), comparison.groups, "groups that were compared")
    equal(set(), set(NOT_SEEN) - comparison.used, "rows of NOT_SEEN that nothing needs")
    finish()


main()
