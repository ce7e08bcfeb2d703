#!/usr/bin/env python3
"""Prints the slowest tests of the last run of ctest, longest first, and what all of them took together.

usage: test_times.py [--most N] [BUILD]   BUILD is build/dev; N is 20, 0 for all
       test_times.py --self-test          proves that a log is read as it is meant
"""
import argparse
import pathlib
import re
import sys

BEGIN = re.compile(r"\d+/\d+ Testing: (\S+)")
# The output of a test may hold anything, so only what follows its end is read.
TIME = re.compile(r"<end of output>\nTest time = +([\d.]+) sec\n-+\n(Test [^\n]*)\n")


def times(text):
    """Returns (seconds, name, passed) of each test of a LastTest.log, longest first."""
    found = []
    begins = list(BEGIN.finditer(text))
    for at, begin in enumerate(begins):
        end = begins[at + 1].start() if at + 1 < len(begins) else len(text)
        # A test may print a line like BEGIN: what follows it then still belongs to the first.
        told = TIME.search(text, begin.end(), end)
        if told:
            found.append((float(told[1]), begin[1], told[2] == "Test Passed."))
    return sorted(found, reverse=True)


def table(found, most):
    """Returns the lines to print."""
    shown = found[:most] if most else found
    lines = [f"{seconds:8.1f} s  {name}{'' if passed else '  (not passed)'}" for seconds, name, passed in shown]
    lines.append(f"{sum(seconds for seconds, *_ in found):8.1f} s  in all {len(found)} tests, one after the other")
    return lines


SAMPLE = """Start testing: Nov 29 21:00 UTC
----------------------------------------------------------
1/3 Testing: unit_core
1/3 Test: unit_core
Command: "unit_core"
Output:
----------------------------------------------------------
Test time =  99.00 sec
<end of output>
Test time =   0.50 sec
----------------------------------------------------------
Test Passed.
"unit_core" end time: Nov 29 21:00 UTC
2/3 Testing: integration_trouble
2/3 Test: integration_trouble
Output:
----------------------------------------------------------
<end of output>
Test time =  12.25 sec
----------------------------------------------------------
Test Failed.
3/3 Testing: never_ended
"""


def self_test():
    """Reads SAMPLE, where a test prints a time of its own and another never ends."""
    found = times(SAMPLE)
    assert found == [(12.25, "integration_trouble", False), (0.5, "unit_core", True)], found
    assert table(found, 1)[0].split() == ["12.2", "s", "integration_trouble", "(not", "passed)"], table(found, 1)
    assert table(found, 0)[-1].split()[0] == "12.8", table(found, 0)
    assert not times("")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", nargs="?", default="build/dev", metavar="BUILD")
    parser.add_argument("--most", type=int, default=20, metavar="N")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    log = pathlib.Path(options.build) / "Testing" / "Temporary" / "LastTest.log"
    if not log.exists():
        sys.exit(f"{log}: no test was run there")
    print("\n".join(table(times(log.read_text(errors="replace")), options.most)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
