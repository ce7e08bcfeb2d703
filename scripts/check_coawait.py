#!/usr/bin/env python3
"""Finds co_await statements that GCC 12.2 compiles into use after free or heap corruption.

usage: check_coawait.py [--root DIR] [FILE...]  one line a violation, exit 1 if there is one
       check_coawait.py --self-test             proves that bad samples are caught and good ones not

In a statement with co_await: no braces, no lambda that captures by value, no ?: as the awaited
operand. Name it on the line above, move it, then co_await (docs/adr has the measurements). A
statement that is known to be harmless says so with a comment: // coawait-ok: reason
This is a tokenizer, not a compiler: it does not look into macros or through type aliases.
"""
import argparse
import os
import re
import sys
from typing import NamedTuple

FOLDERS = ("core", "transports", "probes", "reports", "offline", "scanner", "tests")

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<raw>(?:u8|u|U|L)?R"(?P<delimiter>[^()\s\\]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<text>(?:u8|u|U|L)?"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])(?:u8|u|U|L)?'(?:\\.|[^'\\\n])+')
      | (?P<hash>^[ \t]*\#(?:\\\n|[^\n])*)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<number>\.?[0-9](?:'?[\w.])*)
      | (?P<mark>::|->|&&|\|\||<<|[-+*/%^&|=!<>]=|[^\s])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
WAIVER = re.compile(r"//\s*coawait-ok:\s*\S")
CLOSING = {"(": ")", "[": "]", "{": "}"}
# A '{' after one of these begins a block, not an initializer.
BEFORE_BLOCK = {")", "else", "do", "try", "const", "noexcept", "override", "final", "mutable", "}"}
TYPE_WORDS = {"struct", "class", "union", "enum", "namespace"}
# After one of these words a '[' begins a lambda, after any other word it is a subscript.
BEFORE_LAMBDA = {"return", "co_return", "co_await", "co_yield", "throw", "else", "case", "do"}
LABELS = {"case", "default", "public", "private", "protected"}


class Token(NamedTuple):
    text: str
    kind: str
    line: int


class Source:
    """The tokens of a file, where its brackets match, and which lines waive a violation."""

    def __init__(self, text):
        self.tokens, self.waived, self.macros = [], set(), []
        line, at = 1, 0
        for found in TOKEN.finditer(text):
            line += text.count("\n", at, found.start())
            at = found.start()
            self.add(found, line)
        self.match = self.match_brackets()

    def add(self, found, line):
        kind, text = found.lastgroup, found.group()
        if found.group("raw"):
            kind = "text"
        if kind == "comment":
            if WAIVER.match(text):
                self.waived.add(line)
        elif kind == "hash":
            if re.match(r"\s*#\s*define\b", text) and re.search(r"\bco_(await|return)\b", text):
                self.macros.append(line)
        else:
            self.tokens.append(Token(text if kind != "text" else '""', kind, line))

    def match_brackets(self):
        """Index of the closing bracket of each opening one."""
        match, stack = {}, []
        for index, token in enumerate(self.tokens):
            if token.text in CLOSING:
                stack.append(index)
            elif token.text in CLOSING.values() and stack:
                if CLOSING[self.tokens[stack[-1]].text] == token.text:
                    match[stack.pop()] = index
        for index in stack:  # unbalanced: the rest of the file belongs to it
            match[index] = len(self.tokens) - 1
        return match


class Checker:
    def __init__(self, path, text):
        self.path = path
        self.source = Source(text)
        self.tokens = self.source.tokens
        self.violations = []

    def run(self):
        for line in self.source.macros:
            self.report(line, "a macro hides co_await or co_return: write it out")
        self.block(0, len(self.tokens))
        return sorted(set(self.violations))

    def report(self, line, what):
        self.violations.append((line, f"{self.path}:{line}: {what}"))

    # --- statements ---

    def block(self, at, end):
        """Splits [at, end) into statements and judges each."""
        start = at
        while at < end:
            text = self.tokens[at].text
            if text == ";":
                self.statement(start, at)
                start = at = at + 1
            elif text in ("if", "while", "switch", "for", "catch") and start == at:
                start = at = self.header(at, end)
            elif text in ("else", "do", "try") and start == at:
                start = at = at + 1
            elif text == ":" and self.tokens[start].text in LABELS:
                start = at = at + 1
            elif text == "{" and self.opens_block(start, at):
                self.declaration(start, at)
                self.block(at + 1, self.source.match[at])
                start = at = self.source.match[at] + 1
            else:
                at = self.skip(at)
        self.statement(start, end)

    def header(self, at, end):
        """if (...), for (...): the parts between semicolons are statements of their own."""
        at += 1
        while at < end and self.tokens[at].text in ("constexpr", "consteval", "!"):
            at += 1
        if at >= end or self.tokens[at].text != "(":
            return at
        close = self.source.match[at]
        start = at = at + 1
        while at < close:
            if self.tokens[at].text == ";":
                self.statement(start, at)
                start = at = at + 1
            else:
                at = self.skip(at)
        self.statement(start, close)
        return close + 1

    def skip(self, at):
        """Behind the token at, or behind the whole bracket or lambda that it opens."""
        body = self.lambda_body(at)
        if body is not None:
            return self.source.match[body] + 1
        return self.source.match[at] + 1 if at in self.source.match else at + 1

    def opens_block(self, start, at):
        """Whether the '{' at begins a block rather than an initializer."""
        if at == start:
            return True
        before = self.tokens[at - 1]
        words = [token.text for token in self.tokens[start:at]]
        # Parts in brackets are not at the level of this statement.
        if before.text in BEFORE_BLOCK or before.kind == "text":
            return "=" not in self.own_words(start, at) or before.text != ")"
        if words[0] in TYPE_WORDS or (words[0] == "template" and TYPE_WORDS & set(words)):
            return "=" not in words and "(" not in words
        if "requires" in words:
            return True
        # f(...) -> Type {
        arrows = [i for i in range(start + 1, at) if self.tokens[i].text == "->"]
        return any(self.tokens[i - 1].text in (")", "const", "noexcept") for i in arrows)

    def own_words(self, start, end):
        """The words of a statement outside its brackets."""
        words = []
        while start < end:
            words.append(self.tokens[start].text)
            start = self.skip(start)
        return words

    def lambda_body(self, at):
        """The '{' of the lambda whose introducer is at, or None."""
        if self.tokens[at].text != "[" or at not in self.source.match:
            return None
        if at > 0:
            before = self.tokens[at - 1]
            if before.kind in ("number", "text") or before.text in (")", "]", "["):
                return None
            if before.kind == "word" and before.text not in BEFORE_LAMBDA:
                return None
            if before.text in ("&", "&&") and at > 1 and self.tokens[at - 2].text == "auto":
                return None
        if self.tokens[at + 1].text == "[":
            return None
        at = self.source.match[at] + 1
        while at < len(self.tokens):
            text = self.tokens[at].text
            if text == "{":
                return at
            if text in ";,)]}=":
                return None
            at = self.source.match[at] + 1 if text in "([" else at + 1
        return None

    # --- what is wrong with one statement ---

    def statement(self, start, end):
        """Judges [start, end); bodies of lambdas in it are blocks of their own."""
        if start >= end:
            return
        self.declaration(start, end)
        braces, captures, awaits, at = [], [], [], start
        while at < end:
            text = self.tokens[at].text
            body = self.lambda_body(at)
            if body is not None:
                if self.captures_values(at):
                    captures.append(at)
                self.block(body + 1, self.source.match[body])
                at = self.source.match[body] + 1
                continue
            if text == "co_await":
                awaits.append(at)
            elif text == "{":
                braces.append(at)
            at += 1
        if not awaits or self.is_waived(start, end):
            return
        for brace in braces:
            self.report(self.tokens[brace].line, "braces in a statement with co_await")
        for capture in captures:
            self.report(
                self.tokens[capture].line, "a capturing lambda in a statement with co_await"
            )
        for wait in awaits:
            if self.awaits_a_choice(wait):
                self.report(self.tokens[wait].line, "co_await of ?: in parentheses")

    def is_waived(self, start, end):
        """A waiver stands on one of the statement's lines or on the line above it."""
        first = self.tokens[start].line
        last = self.tokens[min(end, len(self.tokens) - 1)].line
        return any(line in self.source.waived for line in range(first - 1, last + 1))

    def captures_values(self, at):
        """[x], [=], [this], [x = y]; not [], [&], [&x]."""
        captures = self.tokens[at + 1 : self.source.match[at]]
        depth, expect = 0, True
        for token in captures:
            if depth == 0 and expect and token.text != "&":
                return True
            expect = depth == 0 and token.text == ","
            depth += (token.text in CLOSING) - (token.text in CLOSING.values())
        return False

    def awaits_a_choice(self, wait):
        if wait + 1 >= len(self.tokens) or self.tokens[wait + 1].text != "(":
            return False
        return "?" in self.own_words(wait + 2, self.source.match[wait + 1])

    def declaration(self, start, end):
        """A default argument with braces becomes part of every co_await that uses it."""
        words = [token.text for token in self.tokens[start:end]]
        if "Task" not in words or "=" not in words:
            return
        for at in range(start, end):
            if self.tokens[at].text != "(" or self.is_waived(start, end):
                continue
            if self.lambda_before(start, at):
                continue
            self.default_arguments(at)

    def lambda_before(self, start, at):
        """Whether the '(' at is inside, or belongs to, a lambda of the statement."""
        for i in range(start, at):
            body = self.lambda_body(i)
            if body is not None and at < self.source.match[body]:
                return True
        return False

    def default_arguments(self, at):
        close = self.source.match[at]
        inside = at + 1
        while inside < close:
            if self.tokens[inside].text == "=":
                value = inside + 1
                while value < close and (
                    self.tokens[value].kind == "word" or self.tokens[value].text == "::"
                ):
                    value += 1
                if self.tokens[value].text == "{":
                    self.report(
                        self.tokens[inside].line, "a default argument with braces of a coroutine"
                    )
            inside = self.source.match.get(inside, inside) + 1


def check_text(path, text):
    return [message for _, message in Checker(path, text).run()]


def files_below(root):
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".cpp", ".hpp")):
                    yield os.path.join(folder, name)


# --- self-test: each sample is the body of a coroutine ---------------------------------------------

BAD = {
    "braced aggregate": "co_await f(Agg{1, name});",
    "braced aggregate by const reference": "auto r = co_await f(Agg{name}, deadline);",
    "designated initializers": "co_await f({.a = 1, .b = name});",
    "empty braces": "co_await f({});",
    "braces several lines down": "co_await f(\n    a,\n    g(Agg{\n        name}));",
    "capturing lambda called": "co_await [x]() -> Task<void> { co_return; }();",
    "capturing lambda as argument": "co_await f([x] { return x; });",
    "capture of everything": "co_await f([=] { return x; });",
    "capture of this": "co_await f([this] { return x_; });",
    "capture by move": "co_await f([s = std::move(s)]() mutable { return s.size(); });",
    "capture by reference and by value": "co_await f([&a, b] { return a + b; });",
    "co_spawn of a capturing lambda":
        "co_await co_spawn(ex, [x]() -> Task<void> { co_return; }, use_awaitable);",
    "async_initiate": "co_await async_initiate<T, void()>([x](auto&& h) { go(h, x); }, token);",
    "co_await inside braces": "Agg a{x, co_await f()};",
    "co_await inside braces of an argument": "v.push_back(Agg{co_await f()});",
    "list of awaits": "auto v = std::vector<int>{co_await a(), co_await b()};",
    "initializer list argument": 'co_await f({"a", "b"});',
    "initializer list of strings": 'co_await f(std::vector<std::string>{"a"});',
    "choice of awaitables": "co_await (cond ? a() : b());",
    "choice in a condition": "if (co_await (cond ? a() : b())) { return; }",
    "braces in a condition": "if (co_await f(Agg{1})) co_return;",
    "braces in a loop's header": "while (co_await f(Agg{1})) { g(); }",
    "statement expression": "auto v = ({ auto r = co_await f(); if (!r) co_return; *r; });",
    "inside a lambda coroutine": "auto l = [](int a) -> Task<void> { co_await f(Agg{a}); };",
    "waiver without a reason": "co_await f(Agg{1}); // coawait-ok:",
}
BAD_FILES = {
    "default argument": "Task<void> f(Agg a = {});",
    "default argument with a type": "struct S { Task<Result<int>> f(int x, Agg a = Agg{1}); };",
    "macro": "#define TRY(x) ({ auto r = co_await (x); if (!r) co_return r; *r; })\n",
    "macro over lines": "#define TRY(x) \\\n    auto r = \\\n    co_await (x)\n",
}
GOOD = {
    "constructor call": 'co_await f(std::string("a"), std::make_unique<int>(1));',
    "named and moved": "Agg a{1, name};\nco_await f(std::move(a));",
    "by reference": "co_await f([&] { return x; }, [&a, &b] { return a + b; });",
    "no capture": "co_await f([](int a) { return a; });",
    "choice of results": "auto v = cond ? co_await a() : co_await b();",
    "choice of an argument": "co_await f(cond ? 1 : 2);",
    "structured binding": "auto [a, b] = co_await f();\nfor (const auto& [k, v] : m) co_await f(k);",
    "attribute": "[[maybe_unused]] const auto x = co_await f();",
    "co_return of an aggregate": "co_return Agg{1, 2};",
    "block after a condition": "if (co_await f()) { g({1, 2}); } else { h(Agg{}); }",
    "loop over a list": "for (int i : {1, 2, 3}) co_await f(i);",
    "condition with an initializer": "if (auto r = co_await f(); !r) { co_return Agg{}; }",
    "lambda beside": "const auto guard = deadline.on_abort([this] { close(); });\nco_await f();",
    "lambda given to co_spawn": "co_spawn(ex, [x]() -> Task<void> { co_await f(x); }, detached);",
    "waived": "co_await f(Agg{1}); // coawait-ok: trivially destructible",
    "waived above": "// coawait-ok: Agg is trivially destructible\nco_await f(\n    Agg{1});",
    "text": 'co_await f("{ [x] ? :", R"(co_await f({}))", \'{\', 1\'000);',
    "comment": "co_await f(); // not f({})\n/* co_await f({}) */ g({});",
    "subscript": "co_await f(table[x], table[g()][y]);",
    "switch": "switch (x) {\ncase 1: co_await f(); break;\ndefault: g({}); co_await f();\n}",
    "try": "try { co_await f(); } catch (const E& e) { g(Agg{e}); }",
}
GOOD_FILES = {
    "constructor with braces": "C::C(int a) : a_(a), b_{a} { f({a}); }\nTask<void> g() { co_await h(); }",
    "class": "class C final : public B {\npublic:\n    Task<void> f(int a = 1);\n    int x_{1};\n};",
    "array": "constexpr std::array<int, 2> a{{1, 2}};\nTask<void> g() { co_await h(); }",
    "enum": "enum class E : int { a = 1, b };\nTask<int> g(E e = E::a) noexcept { co_return 1; }",
    "trailing return": "auto f() -> Task<void> { co_await g(); }\nauto x = T{1};",
    "local task": "Task<void> f() { Agg a = {}; std::map<int, int> m = {{1, 2}}; co_await g(m); }",
}


def self_test():
    failures = []

    def expect(name, text, bad):
        found = check_text(name, text)
        if bool(found) != bad:
            failures.append(f"{'missed' if bad else 'refused'}: {name}: {found or text}")

    for name, body in BAD.items():
        expect(name, "Task<void> C::f(int x) {\n" + body + "\n}\n", True)
    for name, body in GOOD.items():
        expect(name, "Task<void> C::f(int x) {\n" + body + "\n}\n", False)
    for name, text in BAD_FILES.items():
        expect(name, text, True)
    for name, text in GOOD_FILES.items():
        expect(name, text, False)
    for failure in failures:
        print(failure)
    bad, good = len(BAD) + len(BAD_FILES), len(GOOD) + len(GOOD_FILES)
    print(f"check_coawait.py: {bad} bad and {good} good samples, {len(failures)} failures")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(__file__), ".."))
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("files", nargs="*", metavar="FILE")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    root = os.path.normpath(options.root)
    files = options.files or list(files_below(root))
    violations = []
    for path in files:
        with open(path, encoding="utf-8") as file:
            shown = path if options.files else os.path.relpath(path, root)
            violations += check_text(shown, file.read())
    for violation in violations:
        print(violation)
    if not files:
        print(f"check_coawait.py: no source files below {root}")
    return 1 if violations or not files else 0


if __name__ == "__main__":
    sys.exit(main())
