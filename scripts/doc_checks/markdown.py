"""Reads just enough Markdown: prose without code blocks, tables, links, anchors, inline code."""
import re

FENCE = re.compile(r"^\s*(```|~~~)")
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")


def parts(text):
    """(line number, line, whether it lies in a code block) of every line; fences left out."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            inside = not inside
            continue
        yield number, line, inside


def prose(text):
    """The lines outside of code blocks."""
    return [(number, line) for number, line, inside in parts(text) if not inside]


def commands(text):
    """The lines of code blocks, those that end in a backslash joined with the next."""
    number, joined = 0, ""
    for at, line, inside in parts(text):
        if not inside:
            continue
        number, joined = (number, joined) if joined else (at, "")
        joined += line.rstrip("\\")
        if not line.endswith("\\"):
            yield number, joined
            joined = ""


def links(text):
    """(line number, target) of every link and picture; a link may be broken over two lines."""
    kept = {number: line for number, line in prose(text)}
    last = max(kept, default=0)
    whole = "\n".join(re.sub(r"`[^`]*`", "``", kept.get(n, "")) for n in range(1, last + 1))
    for found in LINK.finditer(whole):
        yield whole.count("\n", 0, found.start()) + 1, found.group(1)


def slug(heading):
    """The anchor that GitHub gives a heading."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def anchors(text):
    """Every anchor of a page; repeated headings are numbered."""
    seen, found = {}, set()
    for _, line in prose(text):
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if not heading:
            continue
        name = slug(heading.group(1))
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


def tables(text):
    """(line number of the header, header cells, rows of cells) of every table."""
    lines = prose(text)
    at = 0
    while at + 1 < len(lines):
        if not (lines[at][1].startswith("|") and re.match(r"^\|[\s:|-]+\|$", lines[at + 1][1])):
            at += 1
            continue
        first, header, rows = lines[at][0], cells(lines[at][1]), []
        at += 2
        while at < len(lines) and lines[at][1].startswith("|"):
            rows.append((lines[at][0], cells(lines[at][1])))
            at += 1
        yield first, header, rows


def cells(line):
    """The cells of a row; a bar behind a backslash does not end one."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def codes(text):
    """The inline code of a text."""
    return CODE.findall(text)
