"""Proves what the mutators do to samples, and that they leave comments and strings alone."""
import random

from . import mutators, source

_SAMPLE = '''// a < b && true
#include <array>
const char* word = "x < 1 && true";
int f(int a) {
    if (a < 10 && a != 3) return 0x1f;
    if (const auto* p = find(a); p == nullptr) {
        list.push_back(
            {"/svc/term", a}
        );
        return 2;
    }
    switch (a) {
    case 1:
    case 2: return 7;
    }
    return g(std::array<int, 3>{}, true) ? 8 : 9;
}
'''

# What each kind makes of the sample: the line and what becomes of the place.
_WANTED = {
    "boundary": [(5, "<=")],
    "equality": [(5, "=="), (6, "!=")],
    "negation": [(5, "!(a < 10 && a != 3)"), (6, " !(p == nullptr)")],
    "logic": [(5, "||")],
    "truth": [(16, "false")],
    "constant": [(5, "11"), (5, "9"), (5, "4"), (5, "2"), (5, "0x20"), (5, "0x1e"), (10, "3"), (10, "1"),
                 (13, "2"), (13, "0"), (14, "3"), (14, "1"), (14, "8"), (14, "6"),
                 (16, "9"), (16, "7"), (16, "10"), (16, "8")],
    "removal": [(5, "{}"), (7, "{}")],
    "case": [(13, ""), (14, "")],
    "pointer": [(8, '"/svc/termx"')],
}


def _kinds():
    made = mutators.mutants("sample.cpp", _SAMPLE)
    for kind in mutators.KINDS:
        name = kind.__name__
        got = sorted((one.line, one.new) for one in made if one.kind == name)
        if got != sorted(_WANTED[name]):
            yield f"{name}: {got} instead of {sorted(_WANTED[name])}"
    for one in made:
        changed = one.text_of(_SAMPLE)
        if changed == _SAMPLE or changed[:one.start] != _SAMPLE[:one.start]:
            yield f"{one.kind} at line {one.line} changes nothing, or another place"
        if not changed.endswith(_SAMPLE[one.end:]):
            yield f"{one.kind} at line {one.line} changes what follows it"


def _masks():
    code = source.masked(_SAMPLE)
    if len(code) != len(_SAMPLE) or code.count("\n") != _SAMPLE.count("\n"):
        yield "the mask has another length"
    for word in ("include", '"', "//"):
        if word in code:
            yield f"the mask leaves {word}"
    if "1'000'000" not in source.masked("x = 1'000'000;"):
        yield "the mask takes the marks of a long number for a character"
    if source.masked("R\"(a \" b)\" c 'x' d").split() != ["c", "d"]:
        yield "the mask does not know raw strings"


def _choice():
    made = mutators.mutants("sample.cpp", _SAMPLE)
    first = mutators.choose(made, 9, random.Random("1/x"))
    if first != mutators.choose(list(made), 9, random.Random("1/x")):
        yield "the same seed chooses other mutants"
    if len({one.kind for one in first}) != 9:
        yield "nine mutants are not one of each kind"
    if first == mutators.choose(made, 9, random.Random("2/x")):
        yield "another seed chooses the same"
    if len(mutators.choose(made, 10_000, random.Random(1))) != len(made):
        yield "more than there are does not choose all"


def run(read_equivalents):
    """Prints what is wrong; returns the exit status."""
    read_equivalents()
    wrong = [*_kinds(), *_masks(), *_choice()]
    for line in wrong:
        print("mutate: self-test: " + line)
    return 1 if wrong else 0
