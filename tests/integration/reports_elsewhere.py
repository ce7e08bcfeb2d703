#!/usr/bin/env python3
"""The reports read by programs nobody here wrote: Python's csv and XML parsers, junitparser,
promtool, cmark-gfm. One sweep of every simulated profile, hostile ones included, writes all formats
at once; then the stored run is rendered again, in each language.
"""
import csv
import json
import re
import subprocess
import xml.etree.ElementTree as xml

import junitparser
from support import lib

FORMATS = {"text": "txt", "json": "json", "jsonl": "jsonl", "html": "html", "markdown": "md",
           "csv": "csv", "junit": "xml", "sarif": "sarif", "prometheus": "prom"}
VMS = 160
HAN = re.compile("[\u4e00-\u9fff]")


def main():
    with lib.Fleet(vms=VMS, mix="every") as fleet:
        wanted = requests(fleet.path / "scan")
        done, _ = lib.scan(fleet, *wanted)
        lib.check(done.returncode in (10, 12), f"the sweep ran: {done.returncode} {done.stderr[-500:]}")
        check_all(fleet.path / "scan", "en")
        for language in ("en", "zh-TW"):
            folder = fleet.path / language
            done = lib.rdpsweep("report", "last", "--state", fleet.path / "state", "--lang", language,
                                *requests(folder))
            lib.check(done.returncode in (10, 12), f"{language}: {done.returncode} {done.stderr}")
            check_all(folder, language)
        # The formats without groups: of a group, the host that was done first gives the sentence.
        for ending in ("csv", "xml", "prom"):
            lib.check((fleet.path / "scan" / f"r.{ending}").read_bytes()
                      == (fleet.path / "en" / f"r.{ending}").read_bytes(),
                      f"{ending}: a stored run gives the same report")
    lib.finish()


def requests(folder):
    folder.mkdir()
    arguments = []
    for name, ending in FORMATS.items():
        arguments += ["--report", f"{name}:{folder}/r.{ending}"]
    return arguments


def check_all(folder, language):
    report = json.loads((folder / "r.json").read_text())
    for ending in FORMATS.values():
        text = (folder / f"r.{ending}").read_bytes().decode()  # strict UTF-8
        lib.check("\x1b" not in text, f"{ending}: no escape sequence")
        # A host may have a Chinese Windows, whose own words json and jsonl carry in any language.
        own_words = language == "en" and ending in ("json", "jsonl")
        lib.check(own_words or bool(HAN.search(text)) == (language == "zh-TW"), f"{ending} is in {language}")
    check_csv(folder / "r.csv", report)
    check_junit(folder / "r.xml", report)
    check_markdown(folder / "r.md", report)
    check_prometheus(folder / "r.prom", report)
    check_sarif(folder / "r.sarif", report)


def check_csv(path, report):
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, strict=True))
    lib.check(len(rows) == len(report["hosts"]) == VMS, "csv: one row a host")
    for row, host in zip(rows, report["hosts"]):
        lib.check(row["outcome"] == host["outcome"], f"csv: outcome of {host['name']}")
        lib.check(None not in row and None not in row.values(), "csv: rows as wide as the header")
        for column, cell in row.items():
            lib.check(not re.match(r"\s*[=+\-@＝＋－＠]", cell), f"csv: {column} is a formula: {cell!r}")


def check_junit(path, report):
    totals = report["totals"]
    root = xml.parse(path).getroot()
    lib.check(root.tag == "testsuites", "junit: the root element")
    suites = list(junitparser.JUnitXml.fromfile(str(path)))
    lib.check(len(suites) == 1, "junit: one suite")
    cases = list(suites[0])
    kinds = {"passed": 0, "Failure": 0, "Error": 0, "Skipped": 0}
    for case in cases:
        kinds[type(case.result[0]).__name__ if case.result else "passed"] += 1
    lib.check(len(cases) == suites[0].tests == totals["targets"], "junit: one case a target")
    lib.check(kinds["Failure"] == suites[0].failures == totals["broken"] + totals["at_risk"],
              f"junit: failures {kinds} {totals}")
    lib.check(kinds["Error"] == suites[0].errors == totals["unreachable"] + totals["refused"]
              + totals["not_attempted"] + totals["unknown"], f"junit: errors {kinds} {totals}")
    lib.check(kinds["Skipped"] == suites[0].skipped, "junit: skipped")
    for case, host in zip(cases, report["hosts"]):
        plain = host["name"].isascii() and host["name"].isprintable()  # others are shown escaped
        lib.check(not plain or case.name == host["name"], f"junit: {case.name!r} is {host['name']!r}")


def check_markdown(path, report):
    text = path.read_text()
    lib.check(len(text.encode()) <= 60_000, "markdown: at most 60 KB")
    html = subprocess.run(["cmark-gfm", "-e", "table", "-e", "autolink", "-e", "strikethrough", "--unsafe"],
                          input=text, capture_output=True, text=True, check=True).stdout
    found = set(re.findall(r"<([a-z0-9]+)", html))
    ours = {"h1", "h2", "h3", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "ul", "li",
            "code", "br"}
    lib.check(found <= ours, f"markdown: only our own markup, not {found - ours}")
    rows = re.findall(r"<tr>\n(.*?)</tr>", html, re.S)
    lib.check_each(rows, lambda row: row.count("<t") in (3, 4, 6), "markdown: no cell was split")
    lib.check(str(report["totals"]["targets"]) in html, "markdown: the totals")


def check_prometheus(path, report):
    done = subprocess.run(["promtool", "check", "metrics"], stdin=open(path, "rb"),
                          capture_output=True, text=True, check=False)
    lib.check(done.returncode == 0, f"promtool: {done.stderr}{done.stdout}")
    samples = dict(line.rsplit(" ", 1) for line in path.read_text().splitlines() if line[:1] != "#")
    for verdict in ("broken", "at_risk", "unknown", "ok"):
        lib.check(samples[f'rdpsweep_hosts{{verdict="{verdict}"}}'] == str(report["totals"][verdict]),
                  f"prometheus: {verdict}")


def check_sarif(path, report):
    document = json.loads(path.read_text())
    run = document["runs"][0]
    groups = [group for group in report["groups"] if group["verdict"] in ("broken", "at_risk", "unknown")]
    lib.check(groups and len(run["results"]) == len(groups), "sarif: one result a group")
    hosts = sum(result["properties"]["hosts"] for result in run["results"])
    totals = report["totals"]
    lib.check(hosts == totals["broken"] + totals["at_risk"] + totals["unknown"], "sarif: every host")
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        lib.check(rule["id"] == result["ruleId"], "sarif: ruleIndex fits ruleId")


if __name__ == "__main__":
    main()
