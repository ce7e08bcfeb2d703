#!/usr/bin/env python3
"""Holds the tests that there are, and those that ran, against tests/expected_tests.txt.

usage: check_tests.py listed BUILD   each test of the list is registered in BUILD, no other is, each has a TIMEOUT
       check_tests.py ran BUILD      each test of the list ran to its end in the last run of ctest, which wrote
                                     BUILD/tests.xml; says nothing when all is well
       check_tests.py --self-test    proves that each kind of gap is seen

A line of the list is a name, or a name and, after "needs", what a machine may lack. CI=true says that this machine
lacks nothing: then no test may be missing and none may skip, not even in part. A name and, after "if", a variable of
the environment: there is such a test exactly where the variable is set.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "expected_tests.txt"
# What a test prints, at the beginning of a line, about a part of it that it left out.
SKIPPED = re.compile(r"^\s*SKIPPED\b.*", re.M)
BEGIN = re.compile(r"^\d+/\d+ Testing: (\S+)", re.M)


def read_list(text, environment):
    """Returns name -> what it needs ("" for nothing) from the text of a list."""
    tests = {}
    for line in text.splitlines():
        name, _, variable = line.partition(" if ")
        if not line or line.startswith("#") or (variable and not environment.get(variable.strip())):
            continue
        name, _, needs = name.partition(" needs ")
        tests[name.strip()] = needs.strip()
    return tests


def gaps(expected, found, everything):
    """Yields what is missing in found and what nobody expects; everything: no test may be missing."""
    for name in sorted(set(expected) - set(found)):
        if everything or not expected[name]:
            yield f"{name} is in tests/expected_tests.txt, and missing" + (
                f"; it needs {expected[name]}" if expected[name] else "")
    for name in sorted(set(found) - set(expected)):
        yield f"{name} is not in tests/expected_tests.txt"


def listed(expected, tests, everything):
    """Yields what is wrong with the registered tests, as ctest --show-only=json-v1 has them."""
    names = [test["name"] for test in tests]
    yield from gaps(expected, names, everything)
    for test in tests:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        if "TIMEOUT" not in properties:
            yield f"{test['name']} has no TIMEOUT"
        if everything and "SKIP_RETURN_CODE" in properties:
            yield f"{test['name']} may skip; configure again with CI=true"


def ran(expected, cases, log, everything):
    """Yields what is wrong with a run: cases is name -> status of JUnit, log what the tests printed."""
    yield from gaps(expected, cases, everything)
    for name, status in sorted(cases.items()):
        if status != "run" and (everything or not expected.get(name)):
            yield f"{name} did not run to its end: {status}"
    if everything:
        begins = list(BEGIN.finditer(log))
        for at, begin in enumerate(begins):
            end = begins[at + 1].start() if at + 1 < len(begins) else len(log)
            for told in SKIPPED.finditer(log, begin.end(), end):
                yield f"{begin[1]} left something out: {told[0].strip()}"


def registered(build):
    """Returns the tests that a build folder has. ctest empties the log of a folder also when it only
    shows what is there, and we may be one of its tests: it looks from a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="check-tests-") as folder:
        pathlib.Path(folder, "CTestTestfile.cmake").write_text(f'subdirs("{build.resolve()}")\n')
        told = subprocess.run(["ctest", "--test-dir", folder, "--show-only=json-v1"], check=True,
                              capture_output=True, text=True).stdout
    return json.loads(told)["tests"]


def self_test():
    text = "# a comment\nunit_a\nweb needs a browser\nheard if THEY_TALK\n\n"
    assert read_list(text, {"THEY_TALK": "yes"}).keys() == {"unit_a", "web", "heard"}
    expected = read_list(text, {"THEY_TALK": ""})
    assert expected == {"unit_a": "", "web": "a browser"}, expected
    assert not list(gaps(expected, ["unit_a"], False))
    assert len(list(gaps(expected, ["unit_a"], True))) == 1
    assert len(list(gaps(expected, ["web", "unit_b"], False))) == 2

    def test(name, **properties):
        return {"name": name, "properties": [{"name": key, "value": value} for key, value in properties.items()]}

    assert not list(listed(expected, [test("unit_a", TIMEOUT=9.0), test("web", TIMEOUT=9.0)], True))
    assert list(listed(expected, [test("unit_a"), test("web", TIMEOUT=9.0)], True)) == ["unit_a has no TIMEOUT"]
    assert len(list(listed(expected, [test("unit_a", TIMEOUT=9.0), test("web", TIMEOUT=9.0, SKIP_RETURN_CODE=77)], True))) == 1

    log = "1/2 Testing: unit_a\nfine\n2/2 Testing: web\n"
    assert not list(ran(expected, {"unit_a": "run", "web": "run"}, log, True))
    assert not list(ran(expected, {"unit_a": "run", "web": "notrun"}, log, False))
    assert len(list(ran(expected, {"unit_a": "run", "web": "notrun"}, log, True))) == 1
    assert len(list(ran(expected, {"unit_a": "fail"}, log, False))) == 1
    left_out = list(ran(expected, {"unit_a": "run", "web": "run"}, log + "SKIPPED: half of it\n", True))
    assert left_out == ["web left something out: SKIPPED: half of it"], left_out


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 2 or arguments[0] not in ("listed", "ran"):
        print(__doc__, file=sys.stderr)
        return 2
    what, build = arguments[0], pathlib.Path(arguments[1])
    expected, everything = read_list(LIST.read_text(), os.environ), os.environ.get("CI") == "true"
    if what == "listed":
        wrong = list(listed(expected, registered(build), everything))
    else:
        cases = {case.get("name"): case.get("status") for case in xml.parse(build / "tests.xml").iter("testcase")}
        log = (build / "Testing" / "Temporary" / "LastTest.log").read_text(errors="replace")
        wrong = list(ran(expected, cases, log, everything))
    for line in wrong:
        print(f"check_tests: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
