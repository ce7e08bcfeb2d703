#!/usr/bin/env python3
"""Breaks the program on purpose, in small ways, and says which of them no unit test notices.

usage: tests/mutate.py --area plan --area fixes --seed 7 --count 25
       tests/mutate.py --area rules --list        what would be mutated; builds nothing
       tests/mutate.py --self-test                proves what the mutators do to samples; quick

A tool for developers: CI runs its self-test only. It works on a copy in build/mutate, which it
configures and builds; the tree it is started from is only read. The same seed on the same sources
chooses the same mutants. A survivor that means the same as the original goes into
tests/mutants_equivalent.txt, with the reason. Exit status 1: an area is below --least percent.
"""
import argparse
import os
import random
import shlex
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutation import areas, bench, mutators, self_test  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EQUIVALENTS = os.path.join(ROOT, "tests", "mutants_equivalent.txt")


def read_equivalents(path=EQUIVALENTS):
    """Returns (path, mutated text) of each line `path | text | reason`."""
    known = set()
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            parts = line.rstrip("\n").split(" | ")
            if len(parts) != 3 or not parts[2].strip():
                raise SystemExit(f"{path}:{number}: not `path | text | reason`")
            known.add((parts[0], parts[1]))
    return known


def text_for_file(mutant):
    """Returns what names a mutant whatever its line number is."""
    return "removed: " + mutant.before if mutant.after == "removed" else mutant.after


def candidates_of(name, only):
    found = []
    for path in areas.sources(ROOT, areas.AREAS[name]):
        if only and only not in path:
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            found += mutators.mutants(path, file.read())
    return found


def chosen_of(name, asked):
    seeded = random.Random(f"{asked.seed}/{name}")
    return mutators.choose(candidates_of(name, asked.only), asked.count, seeded)


def run_area(name, asked, place, known):
    """Judges an area's mutants, and returns how many there were of each verdict, and the survivors."""
    counts, survivors = {}, []
    for mutant in chosen_of(name, asked):
        began = time.monotonic()
        if (mutant.path, text_for_file(mutant)) in known:
            verdict = "equivalent"
        else:
            verdict = place.judge(mutant, areas.AREAS[name])
        counts[verdict] = counts.get(verdict, 0) + 1
        print(f"{verdict:15} {time.monotonic() - began:5.0f} s  {mutant.kind:8} "
              f"{mutant.path}:{mutant.line}  {mutant.after[:90]}", flush=True)
        if verdict == bench.SURVIVED:
            survivors.append(mutant)
    return counts, survivors


def percent(counts):
    killed, survived = counts.get(bench.KILLED, 0), counts.get(bench.SURVIVED, 0)
    return 100.0 * killed / (killed + survived) if killed + survived else 0.0


def report(results, seed):
    print(f"\nseed {seed}\n| area | mutants | did not compile | equivalent | killed | survived | killed of compiled |")
    print("|---|---|---|---|---|---|---|")
    for name, (counts, _) in results.items():
        cells = [counts.get(key, 0) for key in
                 (bench.NOT_COMPILED, "equivalent", bench.KILLED, bench.SURVIVED)]
        print(f"| {name} | {sum(counts.values())} | " + " | ".join(map(str, cells))
              + f" | {percent(counts):.0f} % |")
    for name, (_, survivors) in results.items():
        for mutant in survivors:
            print(f"\n{mutant.path}:{mutant.line} ({name}, {mutant.kind})\n  - {mutant.before}\n  + {mutant.after}")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--area", action="append", choices=sorted(areas.AREAS), default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=25, help="mutants an area")
    parser.add_argument("--only", default="", help="sources whose path contains this")
    parser.add_argument("--limit", type=int, default=60, help="seconds for the tests of one mutant")
    parser.add_argument("--least", type=float, default=85, help="percent an area has to kill")
    parser.add_argument("--through", default="", help="a command that each build and test is run by")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    return parser.parse_args(arguments)


def main(arguments):
    asked = parse(arguments)
    if asked.self_test:
        return self_test.run(read_equivalents)
    names = asked.area or ["rules", "fixes", "plan", "admission"]
    if asked.list:
        for name in names:
            for mutant in chosen_of(name, asked):
                print(f"{mutant.path}:{mutant.line} {mutant.kind}\n  - {mutant.before}\n  + {mutant.after}")
        return 0
    # Also when it is ended from outside, the source that is mutated is put back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    place = bench.Bench(ROOT, shlex.split(asked.through), asked.limit)
    known = read_equivalents()
    place.prepare([areas.AREAS[name] for name in names])
    results = {name: run_area(name, asked, place, known) for name in names}
    report(results, asked.seed)
    return 0 if all(percent(counts) >= asked.least for counts, _ in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
