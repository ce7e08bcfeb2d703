#!/usr/bin/env python3
"""Checks that nobody compares the name of a way in: what one needs to know of it is a trait.

A comparison with "ssh" is right until the next transport comes, and nothing tells where the others
are. The names are those of the table in transports/registry.cpp, and what Questions may be.

usage: check_names.py [--root DIR]   checks the tree; one line a comparison, exit 1 if there is one
       check_names.py --self-test    proves that bad samples are caught and good ones are not
"""
import argparse
import pathlib
import re
import sys

FOLDERS = ("core", "transports", "probes", "reports", "scanner")
# inline constexpr std::string_view transport_name = "winrm";
DEFINED = re.compile(
    r"constexpr std::string_view\s+(?:transport|source|sealed|run_command)_name\s*=\s*\"([\w-]+)\""
)
ANSWERED_BY = ("cim", "cmd")


def names_in(root):
    """Every name a route or an attempt may hold, as the transports' headers define them."""
    names = set(ANSWERED_BY)
    for path in (root / "transports").rglob("*.hpp"):
        names.update(DEFINED.findall(path.read_text(encoding="utf-8")))
    return names


def comparison(names):
    """Matches == and != with one of the names, the set of a route by hand, and compare()."""
    name = '"(?:' + "|".join(sorted(re.escape(name) for name in names)) + ')"'
    return re.compile(
        rf"[=!]=\s*{name}|{name}\s*[=!]=|compare\(\s*{name}|"
        rf"(?:transports|route)\s*=\s*\{{\s*{name}"
    )


def judge(text, pattern):
    """(line number, what is there) of every comparison; comments do not count."""
    without = re.sub(r"//[^\n]*", "", text)
    for found in pattern.finditer(without):
        yield without.count("\n", 0, found.start()) + 1, " ".join(found.group().split())


def check(root):
    names = names_in(root)
    pattern = comparison(names)
    violations = []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            for line, what in judge(path.read_text(encoding="utf-8"), pattern):
                where = path.relative_to(root)
                violations.append(f"{where}:{line}: {what}: ask traits_of() of transports/registry.hpp")
    return violations, names


GOOD = [
    'const auto questions = traits_of(attempt.transport).questions;',
    'const YamlFields fields(node, "ssh", {"port"}, place);',
    'if (connection.ends_with("winrm")) return;',
    '// as if transport == "ssh"',
    'if (kind == "sshd") return;',
    'target.route = {default_transport()};',
]
BAD = [
    'if (attempt.transport == "ssh") return;',
    'if ("serial" == transport) return;',
    'if (way !=\n    "rdp") return;',
    'options.by_commands = client.asked_by() == "cmd";',
    'scope.transports = {"run-command"};',
    'return transport.compare("winrm-http") == 0;',
]


def self_test():
    pattern = comparison({"winrm", "winrm-http", "ssh", "run-command", "serial", "rdp", *ANSWERED_BY})
    failures = [f"good sample refused: {text!r}" for text in GOOD if list(judge(text, pattern))]
    failures += [f"bad sample not caught: {text!r}" for text in BAD if not list(judge(text, pattern))]
    for failure in failures:
        print(failure)
    print(f"check_names.py: {len(GOOD)} good and {len(BAD)} bad samples, {len(failures)} failures")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    violations, names = check(pathlib.Path(options.root))
    for violation in violations:
        print(violation)
    # The table cannot have fewer: then the headers spell it otherwise and nothing was checked.
    if len(names) < len(ANSWERED_BY) + 6:
        print(f"check_names.py: only these names were found: {', '.join(sorted(names))}")
        return 1
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
