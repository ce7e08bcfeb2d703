#!/usr/bin/env python3
"""Checks what a reader sees first: the size of files and functions, the width of comments, and the
sentence a file opens with.

usage: check_style.py [--root DIR]   checks the tree; one line a violation, exit 1 if there is one
       check_style.py --self-test    proves that bad samples are caught and good ones are not

The count of lines in a function knows our layout (clang-format), not the language. Parameters and
functions in macros are clang-tidy's (readability-function-size).
"""
import argparse
import os
import re
import sys
import tempfile

PRODUCT = ("core", "transports", "probes", "reports", "offline", "scanner")
# Comments are reflowed and files begin with a sentence here too.
SIMULATOR = ("tests/simfleet",)
TESTS = ("tests/support", "tests/unit", "tests/fuzz", "bench")

LONGEST_FILE = 250
LONGEST_FUNCTION = 40  # lines between the braces, as clang-tidy counts
WIDEST = 100

# What was larger when the rule began to hold, with its size: a number here may only shrink. One that
# fits the rule by itself has to be taken off.
LARGE_FILES = {
    "reports/html/sections.cpp": 286,
    "transports/azure/cpprest.cpp": 277,
    "transports/serial/cmd_questions.cpp": 312,
    "transports/serial/sac_mux.cpp": 346,
    "transports/serial/session.cpp": 313,
    "transports/serial/shell_link.cpp": 270,
    "transports/serial/shell_transfer.cpp": 303,
    "transports/winrm/gss.cpp": 339,
}
LARGE_FUNCTIONS = {}
# Files without an opening sentence, and files with comments that are too wide: what is left of them.
NO_SENTENCE = set()
WIDE = set()

NOT_A_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern)\b|=\s*\{$|^\s*(public|private)")
OPENER = re.compile(r"^( *)(.*)\{$")


def files_below(root, tops):
    for top in tops:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith((".cpp", ".hpp")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read().split("\n")[:-1]


def statement_before(lines, at):
    """The text of the declaration whose '{' ends line at: upwards to where the one before ended."""
    first = at
    while first > 0:
        above = lines[first - 1].strip()
        if not above or above.endswith((";", "}", "{", ":")) or above.startswith(("//", "#")):
            # "    : member(...)" and "public:" both end or begin with a colon.
            break
        first -= 1
    return first, " ".join(line.strip() for line in lines[first : at + 1])


def functions_of(lines):
    """(name, first line, lines in the body) of every function defined at the top or in a class."""
    ends_at = -1
    for at, line in enumerate(lines):
        found = OPENER.match(line)
        if at <= ends_at or not found:
            continue
        first, text = statement_before(lines, at)
        if NOT_A_FUNCTION.search(text) or "(" not in text:
            continue
        indent = len(lines[first]) - len(lines[first].lstrip())
        # An initializer list may close a line deeper: the body ends at the declaration's own column.
        closes = re.compile(r"^ {%d}\}" % indent)
        for end in range(at + 1, len(lines)):
            if closes.match(lines[end]):
                name = re.search(r"([~\w:]+|operator\S+)\s*\(", text)
                yield (name.group(1) if name else "?", first + 1, end - at)
                ends_at = end
                break


def opens_with_sentence(lines):
    """A comment stands before the first directive or code, and it is more than a licence tag."""
    for line in lines:
        if not line.strip():
            continue
        return line.startswith("//") and len(line) > len("// a word")
    return False


def wide_comment(line):
    """A comment that goes past the last column; a URL or path cannot be broken and may."""
    at = line.find("//")
    if len(line) <= WIDEST or at < 0:
        return False
    return not re.search(r"https?://\S+$", line)


def size_problems(path, lines):
    ceiling = LARGE_FILES.get(path)
    if ceiling is None:
        if len(lines) > LONGEST_FILE:
            yield f"{path}: {len(lines)} lines, {LONGEST_FILE} at most"
    elif len(lines) > ceiling:
        yield f"{path}: {len(lines)} lines, it had {ceiling}: it may only shrink"
    elif len(lines) <= LONGEST_FILE:
        yield f"{path}: fits the rule now: take it off LARGE_FILES"


def function_problems(path, lines):
    allowed = dict(LARGE_FUNCTIONS.get(path, {}))
    for name, first, length in functions_of(lines):
        ceiling = allowed.pop(name, LONGEST_FUNCTION)
        if length > ceiling:
            yield f"{path}:{first}: {name} has {length} lines, {ceiling} at most"
        elif ceiling > LONGEST_FUNCTION >= length:
            yield f"{path}:{first}: {name} fits the rule now: take it off LARGE_FUNCTIONS"
    for name in allowed:
        yield f"{path}: no function {name}: take it off LARGE_FUNCTIONS"


def sentence_problems(path, lines):
    has_one = opens_with_sentence(lines)
    if not has_one and path not in NO_SENTENCE:
        yield f"{path}:1: no sentence at the top that says what the file holds"
    if has_one and path in NO_SENTENCE:
        yield f"{path}: has its sentence now: take it off NO_SENTENCE"


def width_problems(path, lines):
    wide = [number for number, line in enumerate(lines, 1) if wide_comment(line)]
    if path in WIDE:
        if not wide:
            yield f"{path}: its comments fit now: take it off WIDE"
        return
    for number in wide:
        columns = len(lines[number - 1])
        yield f"{path}:{number}: a comment of {columns} columns, {WIDEST} at most"


def check(root):
    """Every violation below root, and how many files were looked at."""
    violations, files = [], 0
    for path in sorted(files_below(root, PRODUCT + SIMULATOR + TESTS)):
        lines = read(root, path)
        files += 1
        violations += width_problems(path, lines)
        product = path.startswith(tuple(top + "/" for top in PRODUCT))
        if product:
            violations += size_problems(path, lines)
            violations += function_problems(path, lines)
        if product or path.startswith(tuple(top + "/" for top in SIMULATOR)):
            violations += sentence_problems(path, lines)
    return violations, files


def stale_rows(root):
    """Rows of the tables for files that are gone."""
    for path in sorted(set(LARGE_FILES) | set(LARGE_FUNCTIONS) | NO_SENTENCE | WIDE):
        if not os.path.exists(os.path.join(root, path)):
            yield f"{path}: is gone: take it off the tables of check_style.py"


# --- self-test ------------------------------------------------------------------------------------

HEAD = "// Holds a sample for this test.\n"
BODY = "    work();\n"


def function(length, head="void f() {", indent=""):
    return f"{indent}{head}\n" + BODY * (length - 1) + f"{indent}}}\n"


GOOD = [
    ("core/a.hpp", HEAD + "#pragma once\n"),
    ("core/a.cpp", HEAD + BODY * (LONGEST_FILE - 1)),
    ("core/a.cpp", HEAD + function(LONGEST_FUNCTION)),
    ("core/a.cpp", HEAD + function(LONGEST_FUNCTION) * 2),
    # Not functions, however long.
    ("core/a.cpp", HEAD + "namespace a {\n" + "int b(int);\n" * 60 + "}\n"),
    ("core/a.cpp", HEAD + "class A {\npublic:\n" + "    int b(int);\n" * 60 + "};\n"),
    ("core/a.cpp", HEAD + "const std::map<int, int> table = {\n" + "    {1, f(2)},\n" * 60 + "};\n"),
    ("core/a.cpp", HEAD + "// see https://example.org/" + "a" * 90 + "\n"),
    ("core/a.cpp", HEAD + 'auto text = "' + "a" * 120 + '";\n'),
    ("tests/unit/core/a_test.cpp", BODY * 400),
    ("tests/simfleet/a.cpp", HEAD + function(60)),
]
BAD = [
    ("core/a.hpp", "#pragma once\n"),
    ("core/a.cpp", '#include "core/a.hpp"\n\n// Too late.\n'),
    ("tests/simfleet/a.cpp", "namespace simfleet {}\n"),
    ("scanner/run/a.cpp", HEAD + BODY * LONGEST_FILE),
    ("core/a.cpp", HEAD + function(LONGEST_FUNCTION + 1)),
    ("core/a.cpp", HEAD + function(50, "A::A(int one)\n    : one_(one) {")),
    ("core/a.cpp", HEAD + function(50, "Task<void> f(\n    int one, int two\n) {")),
    ("core/a.cpp", HEAD + "class A {\n" + function(50, "void g() const override {", "    ") + "};\n"),
    ("core/a.cpp", HEAD + function(5) + "template <class T>\n" + function(50, "T f(T t) {")),
    ("core/a.cpp", HEAD + "// " + "a word " * 20 + "\n"),
    ("core/a.cpp", HEAD + "int a = 1; // " + "a word " * 20 + "\n"),
    ("bench/a.cpp", "int a = 1; // " + "a word " * 20 + "\n"),
]


def check_sample(path, text):
    with tempfile.TemporaryDirectory() as root:
        file = os.path.join(root, path)
        os.makedirs(os.path.dirname(file))
        with open(file, "w", encoding="utf-8") as out:
            out.write(text)
        return check(root)[0]


LISTED = [
    # (the tables, a sample): each is told once
    ({"LARGE_FILES": {"core/a.cpp": 300}}, HEAD + BODY * 300),
    ({"LARGE_FILES": {"core/a.cpp": 300}}, HEAD + BODY),
    ({"LARGE_FUNCTIONS": {"core/a.cpp": {"f": 60}}}, HEAD + function(61)),
    ({"LARGE_FUNCTIONS": {"core/a.cpp": {"f": 60}}}, HEAD + function(40)),
    ({"LARGE_FUNCTIONS": {"core/a.cpp": {"g": 60}}}, HEAD + function(40)),
    ({"NO_SENTENCE": {"core/a.cpp"}}, HEAD + BODY),
    ({"WIDE": {"core/a.cpp"}}, HEAD + BODY),
]


def told_of(tables, text):
    before = {name: globals()[name] for name in tables}
    globals().update(tables)
    violations = check_sample("core/a.cpp", text)
    globals().update(before)
    return violations


def self_test():
    failures = []
    for tables, text in LISTED:
        if len(told_of(tables, text)) != 1:
            failures.append(f"not told once: {tables}: {text[:60]!r}")
    for path, text in GOOD:
        violations = check_sample(path, text)
        if violations:
            failures.append(f"good sample refused: {violations}")
    for path, text in BAD:
        violations = check_sample(path, text)
        if len(violations) != 1:
            failures.append(f"bad sample not caught once: {path}: {text[:90]!r}: {violations}")
    for failure in failures:
        print(failure)
    bad = len(BAD) + len(LISTED)
    print(f"check_style.py: {len(GOOD)} good and {bad} bad samples, {len(failures)} failures")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    violations, files = check(options.root)
    violations += stale_rows(options.root)
    for violation in violations:
        print(violation)
    if not files:
        print(f"check_style.py: no source files below {options.root}")
    return 1 if violations or not files else 0


if __name__ == "__main__":
    sys.exit(main())
