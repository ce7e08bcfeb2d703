#!/usr/bin/env python3
"""Checks that each "phrase.*" of reports/messages/en.json is still said somewhere in the code.

Advice and reasons are translated by their English text: a word changed in the code would silently
leave them in English.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sentences(folder):
    """All text of a folder's sources, adjacent string literals joined."""
    for path in (ROOT / folder).rglob("*.[ch]pp"):
        yield re.sub(r'"\s*\n\s*"', "", path.read_text(encoding="utf-8"))


def main():
    code = "\n".join(text for folder in ("core", "transports", "scanner") for text in sentences(folder))
    catalogue = json.loads((ROOT / "reports/messages/en.json").read_text(encoding="utf-8"))
    lost = [key for key, text in catalogue.items() if key.startswith("phrase.") and text not in code]
    for key in lost:
        print(f"{key}: no source says {catalogue[key]!r}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
