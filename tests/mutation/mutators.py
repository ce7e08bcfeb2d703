"""The kinds of mutation: each yields (start, end, replacement) for a source and its masked code."""
import re
from dataclasses import dataclass

from . import source


@dataclass(frozen=True)
class Mutant:
    path: str
    line: int
    kind: str
    start: int
    end: int
    new: str
    before: str  # the whole line, or the whole statement
    after: str

    def text_of(self, original):
        return original[:self.start] + self.new + original[self.end:]


def boundary(text, code):
    other = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
    for found in re.finditer(r"(?<= )(<=|>=|<|>)(?= )", code):
        yield found.start(), found.end(), other[found.group(0)]


def equality(text, code):
    other = {"==": "!=", "!=": "=="}
    for found in re.finditer(r"(?<= )(==|!=)(?= )", code):
        yield found.start(), found.end(), other[found.group(0)]


def negation(text, code):
    """if (c) becomes if (!(c)); of a condition with a declaration, what follows its semicolon."""
    for found in re.finditer(r"\bif (?:constexpr )?\(", code):
        start, end = found.end(), source.closing(code, found.end() - 1)
        if end < 0:
            continue
        semicolon = code.rfind(";", start, end)
        start = semicolon + 1 if semicolon >= 0 else start
        if re.search(r"(?<![=!<>])=(?!=)", code[start:end]):
            continue
        condition = text[start:end]
        lead = condition[:len(condition) - len(condition.lstrip())]
        yield start, end, lead + "!(" + condition.strip() + ")"


def logic(text, code):
    other = {"&&": "||", "||": "&&"}
    for found in re.finditer(r"(?<= )(&&|\|\|)(?= |\n)", code):
        yield found.start(), found.end(), other[found.group(0)]


def truth(text, code):
    other = {"true": "false", "false": "true"}
    for found in re.finditer(r"\b(true|false)\b", code):
        yield found.start(), found.end(), other[found.group(0)]


def constant(text, code):
    """One more and one less; sizes of arrays are left alone, they only fail to compile."""
    for found in re.finditer(r"(?<![\w.'])(\d+|0x[0-9a-fA-F]+)([uUlL]*)(?![\w.'])", code):
        if re.match(r">|\]", code[found.end():]) or code[:found.start()].endswith("operator"):
            continue
        digits, tail = found.group(1), found.group(2)
        number = int(digits, 16 if digits.startswith("0x") else 10)
        for new in (number + 1, number - 1):
            if new < 0:
                continue
            shown = hex(new) if digits.startswith("0x") else str(new)
            yield found.start(), found.end(), shown + tail


def removal(text, code):
    """Takes away a statement that adds or calls, and a guard that only returns."""
    begins = r"(?:(?<=[;{})])|(?<=else)|(?<=\w:))\s+"
    call = begins + r"(?=(?:co_await )?[\w:*][\w.:>*\[\]-]*(?:\(|\.push_back\())(?!return\b|if\b|for\b|while\b|switch\b|co_return\b)"
    for found in re.finditer(call, code):
        end = source.end_of_statement(code, found.end())
        if end > 0 and code[:end].rstrip(";").rstrip().endswith(")") and "\n\n" not in code[found.end():end]:
            yield found.end(), end, "{}"
    for found in re.finditer(r"\bif \(", code):
        closes = source.closing(code, found.end() - 1)
        rest = re.match(r"\)\s*(?:\{\s*)?(?:co_)?(?:return|continue|break)\b", code[closes:]) if closes > 0 else None
        if rest is None or "{" in rest.group(0):
            continue
        end = source.end_of_statement(code, closes + 1)
        if end > 0 and not re.match(r"\s*else\b", code[end:]):
            yield found.start(), end, "{}"


def case(text, code):
    """Takes away one label of a switch that has a neighbour, or sends it to the default."""
    for found in re.finditer(r"\bcase [\w:']+:(?!:)", code):
        if re.match(r"\s*case\b", code[found.end():]) or re.search(r"case [\w:']+:\s*$", code[:found.start()]):
            yield found.start(), found.end(), ""


def pointer(text, code):
    """Another place in the facts than the one that shows what was found."""
    for start, end in source.strings(text):
        if re.match(r'"/\w', text[start:end]):
            yield start, end, text[start:end - 1] + 'x"'


KINDS = (boundary, equality, negation, logic, truth, constant, removal, case, pointer)


def mutants(path, text):
    """Returns every mutant of a source, in the order of its lines."""
    code = source.masked(text)
    found = []
    for kind in KINDS:
        for start, end, new in kind(text, code):
            before = source.whole_lines(text, start, end)
            if kind is removal:
                before = " ".join(text[start:end].split())
                after = "removed"
            else:
                mutated = text[:start] + new + text[end:]
                after = source.whole_lines(mutated, start, start + len(new))
            line = source.line_of(text, start)
            found.append(Mutant(path, line, kind.__name__, start, end, new, before, after))
    return sorted(found, key=lambda mutant: (mutant.line, mutant.start, mutant.kind, mutant.new))


def choose(candidates, count, random):
    """Draws kinds in turn, so that constants, of which there are most, do not crowd out the rest."""
    by_kind = {}
    for mutant in candidates:
        by_kind.setdefault(mutant.kind, []).append(mutant)
    for kind in sorted(by_kind):
        random.shuffle(by_kind[kind])
    chosen = []
    while len(chosen) < count and by_kind:
        for kind in sorted(by_kind):
            if len(chosen) == count:
                break
            chosen.append(by_kind[kind].pop())
            if not by_kind[kind]:
                del by_kind[kind]
    return sorted(chosen, key=lambda mutant: (mutant.path, mutant.line, mutant.start, mutant.new))
