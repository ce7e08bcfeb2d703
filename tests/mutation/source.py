"""Finds, in a C++ source, what is code: comments, strings and directives are masked by blanks.

It knows our layout (clang-format), not the language: good enough to choose places, and what it gets
wrong does not compile.
"""
import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"([^(\s]*)\(.*?\)\1"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|^[ \t]*#(?:\\\n|[^\n])*",
    re.S | re.M,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def masked(text):
    """Returns the text with the same length, in which only code is left."""
    return _TOKEN.sub(lambda found: _blank(found.group(0)), text)


def strings(text):
    """Yields (start, end) of each plain string literal, with its quotes."""
    for found in _TOKEN.finditer(text):
        if found.group(0).startswith('"'):
            yield found.start(), found.end()


def closing(code, start):
    """Returns the place of the bracket that closes the one at start; -1 if there is none."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth = []
    for at in range(start, len(code)):
        if code[at] in pairs:
            depth.append(pairs[code[at]])
        elif code[at] in ")}]":
            if not depth or depth.pop() != code[at]:
                return -1
            if not depth:
                return at
    return -1


def end_of_statement(code, start):
    """Returns the place after the semicolon that ends what begins at start; -1 if a bracket of
    something around it closes first."""
    at = start
    while at < len(code):
        if code[at] in "({[":
            at = closing(code, at)
            if at < 0:
                return -1
        elif code[at] in ")}]":
            return -1
        elif code[at] == ";":
            return at + 1
        at += 1
    return -1


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def whole_lines(text, start, end):
    """Returns the lines that hold [start, end), their blanks drawn together."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    return " ".join(text[first:last if last >= 0 else len(text)].split())
