#!/usr/bin/env python3
"""Checks that nobody compares the name of a way in: what one needs to know of it is a trait.

A comparison with "ssh" is right until the next transport comes, and nothing tells where the others
are. The names are those that the rows of transports/registry.cpp give, by the constants of the
transports' headers or as they stand, and what Questions may be.

usage: check_names.py [--root DIR]   checks the tree; one line a comparison, exit 1 if there is one
       check_names.py --self-test    proves that bad samples are caught and good ones are not
"""
import argparse
import pathlib
import re
import sys

FOLDERS = ("core", "transports", "probes", "reports", "offline", "scanner")
# inline constexpr std::string_view transport_name = "winrm";
DEFINED = re.compile(r"constexpr std::string_view\s+(\w+)\s*=\s*\"([^\"]*)\"")
# A row of the table and its name: TransportKind{ winrm::transport_name,   SourceKind outside{ "rdp",
ROW = re.compile(r"(?:\bTransportKind|\bSourceKind(?:\s+\w+)?)\s*\{\s*(\"[^\"]*\"|[\w:]+)")
LITERAL = re.compile(r"\"[^\"\n]*\"")
ANSWERED_BY = ("cim", "cmd")


def names_in(registry, headers):
    """Every name a route or an attempt may hold, and the rows whose name nothing defines."""
    registry = re.sub(r"//[^\n]*", "", registry)
    defined = {}
    for text in headers:
        for constant, name in DEFINED.findall(text):
            defined.setdefault(constant, set()).add(name)
    names, unknown = set(), []
    rows = ROW.findall(registry)
    for first in rows:
        if first.startswith('"'):
            names.add(first.strip('"'))
        elif first.split("::")[-1] not in defined:
            unknown.append(f"the row of {first} has a name that no header defines")
    # A second name stands further down in its row: any constant that the table mentions counts.
    for word in re.findall(r"\w+", LITERAL.sub("", registry)):
        names |= defined.get(word, set())
    if not rows:
        unknown.append("no row was found")
    return names | set(ANSWERED_BY), unknown


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
    transports = root / "transports"
    names, unknown = names_in(
        (transports / "registry.cpp").read_text(encoding="utf-8"),
        [path.read_text(encoding="utf-8") for path in sorted(transports.rglob("*.hpp"))])
    pattern = comparison(names)
    violations = [f"transports/registry.cpp: {what}: nothing could be checked" for what in unknown]
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.[ch]pp")):
            for line, what in judge(path.read_text(encoding="utf-8"), pattern):
                where = path.relative_to(root)
                violations.append(f"{where}:{line}: {what}: ask traits_of() of transports/registry.hpp")
    return violations


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


HEADERS = [
    'inline constexpr std::string_view transport_name = "winrm";',
    'inline constexpr std::string_view transport_name = "ssh";\n'
    'inline constexpr std::string_view ciphers = "aes256-ctr";',
    'inline constexpr std::string_view called = "smoke";\n'
    'inline constexpr std::string_view again = "smoke-http";',
]
TABLE = """constexpr std::array kinds{
    TransportKind{winrm::transport_name, "one line", {}, make_winrm},
    TransportKind{
        smoke::called, "one line on ciphers", {}, make_smoke, smoke::again},
    TransportKind{"pigeon", "one line", {}, make_pigeon},
};
constexpr SourceKind outside{rdp::NAME, "one line", {}, make_rdp};
"""


def wrong_names():
    """What names_in() gets wrong of a table and headers written for it."""
    expected = {"winrm", "ssh", "smoke", "smoke-http", "pigeon", *ANSWERED_BY}
    names, unknown = names_in(TABLE.replace("NAME", "called"), HEADERS)
    if names != expected or unknown:
        yield f"wrong names of the table: {sorted(names)}, {unknown}"
    if not names_in(TABLE, HEADERS)[1]:
        yield "a row whose name no header defines was not told"
    if not names_in("// TransportKind{a}", HEADERS)[1]:
        yield "a table without rows was not told"


def self_test():
    pattern = comparison({"winrm", "winrm-http", "ssh", "run-command", "serial", "rdp", *ANSWERED_BY})
    failures = [f"good sample refused: {text!r}" for text in GOOD if list(judge(text, pattern))]
    failures += [f"bad sample not caught: {text!r}" for text in BAD if not list(judge(text, pattern))]
    failures += wrong_names()
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
    violations = check(pathlib.Path(options.root))
    for violation in violations:
        print(violation)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
