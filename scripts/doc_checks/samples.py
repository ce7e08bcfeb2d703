"""The self-test of check_docs.py: a small repository without a fault, and one fault at a time."""
import os
import tempfile

from doc_checks import program as asked
from doc_checks.program import Program

PROGRAM = Program(
    rules={"TLS.PROTO": "tls_protocols", "FIPS": "tls_protocols", "OUT.RDP": "unexplained"},
    cures={"TLS.PROTO": "tls12"}, fixes=["tls12", "nla"], verbs=["scan", "fix"],
    fix_verbs=["plan", "apply"], transports=["winrm", "rdp"], formats=["text", "json"],
    options={"--report", "--jobs"}, statuses={0, 10})

README = """# rdpsweep
3 rules and two fixes. [The index](docs/README.md), [anchor](docs/reports.md#in-two-formats).

| verb | does |
|---|---|
| `scan` | looks, with `--jobs` |
| `fix` | cures |

| transport | is |
|---|---|
| `winrm` | WinRM |
| `rdp` | the port |

```sh
rdpsweep scan --jobs 3 \\
    --report text | sort --unique   # --no-option-of-ours
```
"""
REPORTS = """# Reports

## In two formats

| root cause | rules |
|---|---|
| `tls_protocols` | TLS.PROTO FIPS |
| from outside | OUT.RDP |

One host is judged by one rules, OUT.RDP.

| format | is |
|---|---|
| `text` | a screen |
| `json` | everything |
"""
FIXES = """# Fixes

| fix | cures |
|---|---|
| `tls12` | TLS.PROTO |
| `nla` | |

| verb | does |
|---|---|
| `fix plan RUN` | plans |
| `fix apply PLAN` | applies |
"""
GOOD = {
    "README.md": README,
    "CHANGELOG.md": "# Changelog\n3 rules, 2 fixes, two transports, two report\nformats.\n",
    "CONTRIBUTING.md": "# Contributing\nSee [the way](docs/reports.md) and `docs/reports.md`.\n",
    "docs/README.md": "# Index\n[1](reports.md) [2](fixes.md) [3](nightly.md) [4](scan.md)\n"
                      "[5](adr/README.md) [6](schema/a.json) [7](../README.md)\n"
                      "[8](../CHANGELOG.md) [9](../CONTRIBUTING.md) [10](witnesses.md)\n",
    "docs/witnesses.md": "# Witnesses\n| curl | `integration_curl` `unit_core` |\n",
    "docs/reports.md": REPORTS,
    "docs/fixes.md": FIXES,
    "docs/nightly.md": "# Nightly\n\n| code | means |\n|---|---|\n| 0 | well |\n| 10 | not |\n",
    "docs/scan.md": "# Scan\n\n| transport | does |\n|---|---|\n| `winrm` | a |\n| `rdp` | b |\n",
    "docs/adr/README.md": "# Decisions\n[one](0001-one.md)\n",
    "docs/adr/0001-one.md": "# One\nSee `core/long_gone.cpp`.\n",
    "docs/schema/a.json": "{}\n",
    "core/a.hpp": "// See docs/reports.md, core/a.hpp and RFC 5929 section 4.\n",
    "probes/a.cpp": "// RFC 5280 section 4.1 says so.\nint a; // https://example.org/x.md\n",
    "tests/a.py": '"""Reads docs/fixes.md."""\n',
    "tests/expected_tests.txt": "# All\ncheck_x needs y\nintegration_curl needs curl\nunit_core\n",
}
# (file, what is replaced, by what): each has to be caught. Nothing replaced: the file is written.
BAD = [
    ("README.md", "3 rules", "4 rules"),
    ("README.md", "two fixes", "eleven fixes"),
    ("README.md", "3 rules and two fixes", "Rules and fixes"),
    ("CHANGELOG.md", "two transports", "four transports"),
    ("CHANGELOG.md", "two report\nformats", "nine report\nformats"),
    ("docs/reports.md", "# Reports", "# Reports\n12 of 35 rules are told."),
    ("docs/reports.md", "one rules, OUT.RDP", "two rules, OUT.RDP"),
    ("docs/reports.md", "TLS.PROTO FIPS", "TLS.PROTO"),
    ("docs/reports.md", "TLS.PROTO FIPS", "TLS.PROTO FIPS TLS.OLD"),
    ("docs/reports.md", "TLS.PROTO FIPS", "TLS.PROTO FIPS OUT.RDP"),
    ("docs/reports.md", "| `json` | everything |\n", ""),
    ("docs/reports.md", "`json`", "`yaml`"),
    ("docs/fixes.md", "| `nla` | |\n", ""),
    ("docs/fixes.md", "`nla` | |", "`nla` | FIPS |"),
    ("docs/fixes.md", "fix apply PLAN", "fix pause PLAN"),
    ("docs/nightly.md", "| 10 |", "| 11 |"),
    ("docs/nightly.md", "| 10 | not |\n", ""),
    ("docs/nightly.md", "# Nightly", "# Nightly\nSee TLS.WEAK."),
    ("docs/nightly.md", "# Nightly", "# Nightly\nSay `--hurry`."),
    ("README.md", "--jobs 3", "--threads 3"),
    ("README.md", "    --report text", "    --form text"),
    ("README.md", "| `rdp` | the port |\n", ""),
    ("README.md", "`scan` | looks", "`look` | looks"),
    ("README.md", "docs/README.md", "docs/index.md"),
    ("README.md", "#in-two-formats", "#in-three-formats"),
    ("README.md", "# rdpsweep\n", "# rdpsweep\n" + "\n" * 200),
    ("CONTRIBUTING.md", "(docs/reports.md)", "(docs/way.md)"),
    ("CONTRIBUTING.md", "`docs/reports.md`", "`architecture.md`"),
    ("CONTRIBUTING.md", "`docs/reports.md`", "`core/b.hpp`"),
    ("docs/witnesses.md", "`unit_core`", "`unit_cor`"),
    ("docs/witnesses.md", "`integration_curl`", ""),
    ("docs/README.md", "[3](nightly.md)", ""),
    ("docs/README.md", "[6](schema/a.json)", ""),
    ("docs/adr/README.md", "[one](0001-one.md)", ""),
    ("docs/adr/0001-one.md", "# One", "# One\nAs `moves.md` has it."),
    ("core/a.hpp", "docs/reports.md", "windows-facts 1.4"),
    ("core/a.hpp", "docs/reports.md", "reference 3.1"),
    ("core/a.hpp", "docs/reports.md", "peers 4.4"),
    ("core/a.hpp", "docs/reports.md", "architecture.md"),
    ("core/a.hpp", "core/a.hpp", "core/b.hpp"),
    ("probes/a.cpp", "RFC 5280 section 4.1", "section 1.4"),
    ("tests/a.py", "docs/fixes.md", "cli.md"),
]
HELP = """Usage: x

Subcommands:
  scan                            Reach every target
                                  and judge.
  fix                             Plan
Options:
  -h,--help                       Print --nothing
  -i,--inventory FILE ...         targets

Exit status: 0 all verified; 21 stopped by a
guard; 22 undone; 130, 143 interrupted"""


def faults_of(files, check):
    with tempfile.TemporaryDirectory() as root:
        for name, content in files.items():
            os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as file:
                file.write(content)
        return list(check(root, PROGRAM))


def wrong_readings():
    """What is read from the program's words, one line for each reading that is wrong."""
    block = "Exit status:\n   0  well\n  10  not\n 130, 143  gone"
    cases = [
        (asked.subcommands(HELP), ["scan", "fix"]),
        (asked.options_of(HELP), {"--help", "--inventory"}),
        (asked.statuses_of(HELP), {0, 21, 22, 130, 143}),
        (asked.statuses_of(block), {0, 10, 130, 143}),
        (asked.known_names('no transport "x"; known: winrm, run-command\n see: y'),
         ["winrm", "run-command"]),
        (asked.known_names('"x" is none of text, json\n see: y'), ["text", "json"]),
        (asked.fix_named("a\nwe plan this as key-acl\n  b", "we plan this as"), "key-acl"),
        (asked.empty_parts(PROGRAM), []),
        (asked.empty_parts(Program())[:1], ["rules"]),
    ]
    return [f"read {got!r}, not {wanted!r}" for got, wanted in cases if got != wanted]


def self_test(check):
    failures = wrong_readings()
    if faults := faults_of(GOOD, check):
        failures.append(f"the good sample is refused: {faults}")
    for path, old, new in BAD:
        if old not in GOOD[path]:
            failures.append(f"bad sample without effect: {path}: {old!r}")
        elif not faults_of({**GOOD, path: GOOD[path].replace(old, new)}, check):
            failures.append(f"bad sample not caught: {path}: {new!r}")
    for failure in failures:
        print(failure)
    print(f"check_docs.py: {len(BAD)} bad samples, {len(failures)} failures")
    return 1 if failures else 0
