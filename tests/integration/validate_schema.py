#!/usr/bin/env python3
"""Checks documents against a JSON Schema: validate_schema.py SCHEMA DOCUMENT...

A document that ends in .jsonl is read line by line: each line but the last is a result, the last
one the summary (the $defs of that name). In one that ends in .lines each line is a document. Exits 1 when a document does not conform, 2 when something
cannot be read; so does a document list that is empty, since it would prove nothing.
"""
import json
import sys

from jsonschema import Draft202012Validator

MOST_SHOWN = 10  # complaints about one document


def complaints(validator, document):
    errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.path)))
    for error in errors[:MOST_SHOWN]:
        where = "/" + "/".join(str(step) for step in error.absolute_path)
        yield f"{where}: {error.message[:300]}"
    if len(errors) > MOST_SHOWN:
        yield f"and {len(errors) - MOST_SHOWN} more"


def part_of(schema, name):
    return Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]})


def check_lines(schema, text):
    lines = text.splitlines()
    if not lines:
        yield "no line at all"
    for number, line in enumerate(lines, 1):
        part = "summary" if number == len(lines) else "result"
        for complaint in complaints(part_of(schema, part), json.loads(line)):
            yield f"line {number}: {complaint}"


def check_each(schema, text):
    validator = Draft202012Validator(schema)
    lines = text.splitlines()
    if not lines:
        yield "no line at all"
    for number, line in enumerate(lines, 1):
        for complaint in complaints(validator, json.loads(line)):
            yield f"line {number}: {complaint}"


def check(schema, path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".lines"):
        return list(check_each(schema, text))
    if path.endswith(".jsonl"):
        return list(check_lines(schema, text))
    return list(complaints(Draft202012Validator(schema), json.loads(text)))


def main(arguments):
    if len(arguments) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            schema = json.load(file)
        Draft202012Validator.check_schema(schema)
        found = {path: check(schema, path) for path in arguments[1:]}
    except (OSError, ValueError) as problem:
        print(f"validate_schema: {problem}", file=sys.stderr)
        return 2
    for path, wrong in found.items():
        for complaint in wrong:
            print(f"{path}: {complaint}", file=sys.stderr)
    good = sum(1 for wrong in found.values() if not wrong)
    print(f"{good} of {len(found)} documents conform")
    return 0 if good == len(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
