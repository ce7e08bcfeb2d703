"""Compares what the documents state about the program with what the program says of itself."""
import glob
import os
import re

from doc_checks import markdown

WORDS = ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
         "sixteen seventeen eighteen nineteen twenty").split()
NUMBER = r"(\d+|" + "|".join(WORDS) + r")"
COUNTED = re.compile(
    rf"\b{NUMBER}\s+(?:judgement\s+)?"
    r"(rules|fixes|verbs|transports|report\s+formats|formats)\b", re.I)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*")
RULE = re.compile(r"\b[A-Z][A-Z0-9]+(?:\.[A-Z0-9]+)*\b")
# README and CHANGELOG have to state these, or the comparison would be with nothing.
STATED = {"README.md": ("rules", "fixes"),
          "CHANGELOG.md": ("rules", "fixes", "transports", "report formats")}
# Where all names of a kind have to be listed: (page, head of the first column, kind).
COMPLETE = (("README.md", "verb", "verbs"), ("README.md", "transport", "transports"),
            ("docs/fixes.md", "fix", "fixes"), ("docs/fixes.md", "verb", "fix_verbs"),
            ("docs/reports.md", "format", "formats"), ("docs/scan.md", "transport", "transports"))
KINDS = {"verb": "verbs", "transport": "transports", "fix": "fixes", "format": "formats"}


def value_of(word):
    return int(word) if word.isdigit() else WORDS.index(word.lower()) + 1


def counts(program):
    formats = len(program.formats)
    return {"rules": len(program.rules), "fixes": len(program.fixes),
            "verbs": len(program.verbs), "transports": len(program.transports),
            "report formats": formats, "formats": formats}


def joined(text):
    """The prose as one text with the line breaks of paragraphs kept as blanks, and line numbers."""
    kept = dict(markdown.prose(text))
    return "\n".join(kept.get(number, "") for number in range(1, max(kept, default=0) + 1))


def judge_counts(page, text, program):
    """Numbers of rules, fixes, verbs, transports and formats. A number that a list of as many rules
    follows ("four rules, OUT.RDP, ...") is about that list."""
    whole, stated = joined(text), set()
    for found in COUNTED.finditer(whole):
        number, kind = value_of(found.group(1)), re.sub(r"\s+", " ", found.group(2).lower())
        rest = re.split(r"\.\s|;|\n\n|\|", whole[found.end():], maxsplit=1)[0]
        named = [word for word in RULE.findall(rest) if word in program.rules]
        if kind == "rules" and named and number == len(named):
            continue
        if kind == "verbs" and re.match(r"\s+of\s+`fix`", rest):
            expected = len(program.fix_verbs)
        else:
            expected = counts(program)[kind]
        stated.add(kind)
        if number != expected:
            line = whole.count("\n", 0, found.start()) + 1
            yield f"{page}:{line}: says {found.group(1)} {kind}, the program has {expected}"
    for kind in STATED.get(page, ()):
        if kind not in stated:
            yield f"{page}:1: states no number of {kind}: this check would prove nothing"


def names_in(cell, kind):
    """The names that a cell in the first column gives: `scan`, `fix plan PLAN`."""
    for code in markdown.codes(cell):
        words = code.split()
        if kind == "verbs" and words[0] == "fix" and len(words) > 1:
            yield "fix_verbs", words[1]
        else:
            yield kind, words[0]


def judge_tables(page, text, program):
    """Names in the first column of a table exist; a table that has to be complete is."""
    listed = {}
    for line, header, rows in markdown.tables(text):
        head = header[0].lower()
        kind = KINDS.get(head)
        if kind is None:
            continue
        for number, row in rows:
            for which, name in names_in(row[0], kind):
                listed.setdefault((head, which), set()).add(name)
                if name not in getattr(program, which):
                    yield f"{page}:{number}: the program has no {head} {name}"
    for where, head, kind in COMPLETE:
        missing = set(getattr(program, kind)) - listed.get((head, kind), set())
        if where == page and missing:
            yield f"{page}:1: no table names the {head} {', '.join(sorted(missing))}"


def judge_rule_table(page, text, program):
    """The table of causes has each rule, once and under its cause; the view from outside apart."""
    for line, header, rows in markdown.tables(text):
        if "rules" not in header or "root cause" not in header:
            continue
        seen = []
        for number, row in rows:
            cause = (markdown.codes(row[0]) or [""])[0]
            for rule in RULE.findall(row[header.index("rules")]):
                seen.append(rule)
                if rule not in program.rules:
                    yield f"{page}:{number}: the program has no rule {rule}"
                elif cause and program.rules[rule] != cause:
                    yield f"{page}:{number}: {rule} belongs to {program.rules[rule]}"
        for rule in program.rules:
            if seen.count(rule) != 1:
                yield f"{page}:{line}: names {rule} {seen.count(rule)} times"


def judge_cures(page, text, program):
    """The table of fixes says of each what `explain` says."""
    for _, header, rows in markdown.tables(text):
        if header[:2] != ["fix", "cures"]:
            continue
        for number, row in rows:
            fix = (markdown.codes(row[0]) or [""])[0]
            said = set(RULE.findall(row[1]))
            truth = {rule for rule, cure in program.cures.items() if cure == fix}
            if said != truth:
                yield f"{page}:{number}: {fix} cures {', '.join(sorted(truth)) or 'nothing'}"


def judge_statuses(page, text, program):
    """A table of exit statuses names those of --help, and no others."""
    for line, header, rows in markdown.tables(text):
        if header[0] != "code" or not (rows and rows[0][1][0].split(",")[0].isdigit()):
            continue
        said = {int(word) for _, row in rows for word in re.findall(r"\d+", row[0])}
        for number in sorted(said - program.statuses):
            yield f"{page}:{line}: no help text names the exit status {number}"
        missing = program.statuses - said
        if page == "docs/nightly.md" and missing:
            yield f"{page}:{line}: lacks the exit status {', '.join(map(str, sorted(missing)))}"


def judge_rule_names(page, text, program):
    """Whatever looks like a rule is one: a known first word, a dot, another word."""
    families = {rule.split(".")[0] for rule in program.rules if "." in rule}
    for number, line in markdown.prose(text):
        for word in RULE.findall(line):
            if "." in word and word.split(".")[0] in families and word not in program.rules:
                yield f"{page}:{number}: the program has no rule {word}"


def options_of_scripts(root):
    """Options of our own scripts, tools and tests: any that their text names."""
    found = set()
    for pattern in ("scripts/*.sh", "scripts/*.py", "bench/*", "tests/**/*.py",
                    "tests/simfleet/**/options.cpp"):
        for path in glob.glob(os.path.join(root, pattern), recursive=True):
            if os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    found |= set(re.findall(r"--[a-z][a-z0-9-]*", file.read()))
    return found


def judge_options(page, text, program, others):
    """Options in inline code, and on lines that call rdpsweep, exist."""
    used = []
    for number, line in markdown.prose(text):
        for code in markdown.codes(line):
            if re.match(r"--|rdpsweep |fix |scan ", code):
                used += [(number, name) for name in OPTION.findall(code)]
    for number, line in markdown.commands(text):
        # What stands behind a pipe or && is another program's; so is what exec: starts.
        for call in re.split(r"\|(?!\|)|&&|\|\||;", line.split(" #")[0]):
            if re.match(r"\s*rdpsweep\s", call):
                call = re.sub(r"'exec:[^']*'", "", call)
                used += [(number, name) for name in OPTION.findall(call)]
    for number, name in used:
        if name not in program.options and name not in others:
            yield f"{page}:{number}: no verb has the option {name}"
