#!/usr/bin/env python3
"""Compares the documents with the program, and checks that what they and comments name is there.

usage: check_docs.py [--root DIR] PROGRAM   one line a fault, exit 1 if there is one
       check_docs.py --self-test            proves that bad samples are caught and good ones are not

PROGRAM is the rdpsweep binary: the numbers and names of its rules, fixes, verbs, transports and
report formats are read from what it prints.
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from doc_checks import pages, samples, statements  # noqa: E402
from doc_checks.program import empty_parts, read_program  # noqa: E402

TOP_PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def check_statements(root, program):
    """README, CHANGELOG and the pages against the program."""
    others = statements.options_of_scripts(root)
    for page in ["README.md", "CHANGELOG.md"] + pages.listed(root, "docs/*.md"):
        text = pages.read(root, page)
        for judge in (statements.judge_counts, statements.judge_tables, statements.judge_rule_table,
                      statements.judge_cures, statements.judge_statuses,
                      statements.judge_rule_names):
            yield from judge(page, text, program)
        yield from statements.judge_options(page, text, program, others)


def check_pages(root):
    """Links, mentions and the indexes."""
    existing = [page for page in TOP_PAGES if os.path.exists(os.path.join(root, page))]
    for page in existing + pages.listed(root, "docs/**/*.md") + pages.listed(root, "bench/*.md"):
        text = pages.read(root, page)
        yield from pages.judge_links(root, page, text)
        yield from pages.judge_page_mentions(root, page, text)
    yield from pages.judge_index(root)
    yield from pages.judge_witnesses(root)
    yield from pages.judge_readme(root)
    yield from pages.judge_comments(root)


def check(root, program):
    """Every fault below root, in the order of the checks, each once."""
    for part in empty_parts(program):
        yield f"the program told nothing of its {part}"
    yield from check_statements(root, program)
    yield from check_pages(root)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", nargs="?", help="the rdpsweep binary")
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return samples.self_test(check)
    if options.program is None:
        parser.error("PROGRAM is missing")
    root = os.path.abspath(options.root)
    program = read_program(options.program, os.path.join(root, "reports/messages/en.json"))
    faults = list(dict.fromkeys(check(root, program)))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
