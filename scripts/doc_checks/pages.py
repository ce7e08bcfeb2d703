"""Checks that documents and comments point at what is there: links, pages, files, the index."""
import glob
import os
import re

from doc_checks import markdown

SOURCE = (".cpp", ".hpp", ".py", ".sh", ".ps1", ".cs", ".cmake", "CMakeLists.txt", ".js", ".css")
FOLDERS = ("core", "transports", "probes", "reports", "scanner", "tests", "bench", "scripts",
           "cmake")
# The samples of self-tests name pages and files that are not there.
EXEMPT = ("scripts/doc_checks/", "scripts/check_")
README_LINES = 200
INDEX = "docs/README.md"
WITNESSES, EXPECTED = "docs/witnesses.md", "tests/expected_tests.txt"
# Pages that a reader of the repository does not have, by the words that name them.
ABSENT = re.compile(r"windows-facts|\b(?:reference|peers|style) \d+\.\d+|\bmoves\.md\b")
# A section of nothing: no specification and no page stands on the line.
BARE_SECTION = re.compile(r"\bsection \d+(?:\.\d+)*\b")
SPECIFICATION = re.compile(r"RFC|MS-|ITU|X\.\d|draft-|SARIF|XML|\.md\b")
PAGE = re.compile(r"[\w./-]*\w\.md\b")
PATH = re.compile(r"(?<![\w./-])(?:" + "|".join(FOLDERS + ("docs",)) + r")/[\w./*-]*\.\w+")
HASH = r"(?:^|\s)#\s(.*)"
COMMENT = {".py": HASH, ".sh": HASH, ".ps1": HASH, ".cmake": HASH, ".txt": HASH, ".css": r"/\*(.*)"}
PLACEHOLDER = re.compile(r"[A-Z]{4,}")


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def listed(root, pattern):
    found = glob.glob(os.path.join(root, pattern), recursive=True)
    return sorted(os.path.relpath(path, root) for path in found)


def judge_links(root, page, text):
    """Relative links and anchors resolve."""
    for number, target in markdown.links(text):
        if re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        file, _, anchor = target.partition("#")
        path = os.path.normpath(os.path.join(os.path.dirname(page), file)) if file else page
        if not os.path.exists(os.path.join(root, path)):
            yield f"{page}:{number}: links to {target}, which is not there"
        elif anchor and path.endswith(".md") and anchor not in markdown.anchors(read(root, path)):
            yield f"{page}:{number}: {path} has no heading for #{anchor}"


def judge_witnesses(root):
    """The page of foreign programs names tests that are run, and each that needs such a program."""
    named = re.findall(r"`((?:unit|integration|powershell|wine|fuzz)_\w+)`", read(root, WITNESSES))
    rows = [row.split(maxsplit=1) for row in read(root, EXPECTED).splitlines()
            if row.strip() and not row.startswith("#")]
    run = {row[0] for row in rows}
    needing = {row[0] for row in rows if len(row) > 1 and row[1].startswith("needs ")
               and not row[0].startswith("check_")}
    for test in sorted(set(named) - run):
        yield f"{WITNESSES}:1: names {test}, which is not in {EXPECTED}"
    for test in sorted(needing - set(named)):
        yield f"{WITNESSES}:1: does not name {test}, which needs a program of others"


def judge_index(root):
    """The index links every page, schema and role; that of the decisions links each decision."""
    wanted = {INDEX: [path for pattern in ("docs/*.md", "docs/schema/*", "docs/azure-roles/*",
                                           "docs/adr/README.md", "SECURITY.md", "CHANGELOG.md",
                                           "CONTRIBUTING.md", "README.md")
                      for path in listed(root, pattern) if path != INDEX],
              "docs/adr/README.md": listed(root, "docs/adr/[0-9]*.md")}
    for index, paths in wanted.items():
        if not os.path.exists(os.path.join(root, index)):
            yield f"{index}:1: is not there"
            continue
        text = read(root, index)
        linked = {os.path.normpath(os.path.join(os.path.dirname(index), target.split("#")[0]))
                  for _, target in markdown.links(text)}
        for path in paths:
            if path not in linked:
                yield f"{index}:1: does not list {path}"


def judge_readme(root):
    lines = read(root, "README.md").count("\n")
    if lines > README_LINES:
        yield f"README.md:{README_LINES + 1}: has {lines} lines, {README_LINES} at most"


def is_there(root, name, folder):
    """Whether a page or file with that name, or one that fits its pattern, exists."""
    return any(glob.glob(os.path.join(root, base, name)) for base in ("", folder))


def comments(path, text):
    """(line number, comment) of a source file; near enough: a marker inside a string counts too."""
    marker = re.compile(COMMENT.get(os.path.splitext(path)[1], r"(?://|^\s*/?\*)(.*)"))
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        quotes = line.count('"""') if path.endswith(".py") else 0
        found = marker.search(line)
        if inside or quotes:
            yield number, line
        elif found and not found.group(1).startswith("/"):
            yield number, found.group(1)
        inside ^= quotes == 1


def judge_mentions(root, path, number, text, files):
    """What one line of prose or comment names is there."""
    folder = os.path.dirname(path)
    if found := ABSENT.search(text):
        yield f"{path}:{number}: names a page that is not in the repository: {found.group()}"
        return
    if path.startswith("probes/") and BARE_SECTION.search(text) and not SPECIFICATION.search(text):
        yield f"{path}:{number}: names a section of no page: {BARE_SECTION.search(text).group()}"
    for name in PAGE.findall(re.sub(r"https?:\S+", "", text)):
        if not is_there(root, name, folder):
            yield f"{path}:{number}: names a page that is not in the repository: {name}"
    for name in PATH.findall(text) if files else ():
        pattern = PLACEHOLDER.sub("*", name)
        if not name.endswith(".md") and not is_there(root, pattern, folder):
            yield f"{path}:{number}: names a file that is not there: {name}"


def judge_comments(root):
    """Comments of every source file."""
    for folder in FOLDERS:
        for path in listed(root, f"{folder}/**/*"):
            if not path.endswith(SOURCE) or path.startswith(EXEMPT):
                continue
            for number, text in comments(path, read(root, path)):
                yield from judge_mentions(root, path, number, text, files=True)


def judge_page_mentions(root, page, text):
    """Prose of a page. Decisions may name files of their day, but no page that is not there."""
    for number, line in markdown.prose(text):
        line = re.sub(r"\]\([^)]*\)", "]", line)
        yield from judge_mentions(root, page, number, line, files="/adr/" not in page)
