#!/usr/bin/env python3
"""Every profile of the simulated fleet, swept: each verdict equals the fleet's own truth, the
totals add up, nothing is left open on any VM, and the client did nothing a real server dislikes."""
import json
import pathlib
import subprocess
import sys

from support import lib

VMS = lib.EVERY
ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    with lib.Fleet(vms=VMS, mix="every", seed=7, rdp=True) as fleet:
        report = fleet.path / "report.json"
        html = fleet.path / "report.html"
        done, document = lib.scan(
            fleet, "--report", f"html:{html}", "--deadline", "25s", "--step-timeout", "6s",
            "--connect-timeout", "2s", report=report, timeout=400)
        print(done.stderr[-2000:])
        lib.check(done.returncode == 12, f"findings and incomplete is 12, not {done.returncode}")
        lib.check(document is not None, "there is a JSON report")
        compared = subprocess.run(
            [sys.executable, ROOT / "tests/integration/compare_truth.py",
             fleet.path / "fleet" / "truth.json", report], check=False)
        lib.check(compared.returncode == 0, "every verdict equals the fleet's truth")
        check_totals(document)
        check_schemas(fleet, document, report)
        lib.check("<script>alert" not in html.read_text(), "hostile names are escaped in HTML")
        stats = fleet.stop()
        lib.check(stats["shells_open"] == 0, f"no shell is left open: {stats['shells_open']}")
        lib.check(not stats["violations"], f"nothing that a server dislikes: {stats['violations']}")
        lib.check(len(stats["scripts"]) == 1, "one script for the whole fleet")
    lib.finish()


def check_totals(document):
    totals = document["totals"]
    lib.check(totals["targets"] == VMS, f"every VM is told of: {totals}")
    parts = ("assessed", "unreachable", "refused", "skipped", "not_attempted")
    lib.check(sum(totals[part] for part in parts) == totals["targets"] == len(document["hosts"]),
              f"the totals add up: {totals}")


def check_schemas(fleet, document, report):
    facts = fleet.path / "facts"
    facts.mkdir()
    for index, host in enumerate(document["hosts"]):
        if host.get("facts"):
            (facts / f"{index}.json").write_text(json.dumps(host["facts"]))
    validate = [sys.executable, ROOT / "tests/integration/validate_schema.py"]
    checked = subprocess.run([*validate, ROOT / "docs/schema/report-1.schema.json", report], check=False)
    lib.check(checked.returncode == 0, "the report matches its schema")
    lib.check(len(list(facts.iterdir())) == document["totals"]["assessed"], "each assessed VM has facts")
    checked = subprocess.run(
        [*validate, ROOT / "docs/schema/facts-1.schema.json", *sorted(facts.iterdir()),
         *sorted((ROOT / "tests/golden/facts").rglob("*.json"))], check=False)
    lib.check(checked.returncode == 0, "all facts match their schema")


main()
