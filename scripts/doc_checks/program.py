"""Asks the rdpsweep program what it has: rules, fixes, verbs, transports, formats, options."""
import dataclasses
import json
import re
import subprocess

NO_SUCH_NAME = "no-such-name-anywhere"


@dataclasses.dataclass
class Program:
    rules: dict = dataclasses.field(default_factory=dict)  # id -> cause
    cures: dict = dataclasses.field(default_factory=dict)  # rule -> fix
    fixes: list = dataclasses.field(default_factory=list)
    verbs: list = dataclasses.field(default_factory=list)
    fix_verbs: list = dataclasses.field(default_factory=list)
    transports: list = dataclasses.field(default_factory=list)
    formats: list = dataclasses.field(default_factory=list)
    options: set = dataclasses.field(default_factory=set)
    statuses: set = dataclasses.field(default_factory=set)


def subcommands(help_text):
    """The names below "Subcommands:": each is indented by two blanks."""
    block = re.search(r"^Subcommands:\n((?:  .*\n?)+)", help_text, re.M)
    return re.findall(r"^  ([a-z][a-z-]*)\s", block.group(1), re.M) if block else []


def options_of(help_text):
    """The options that the lines of a help text begin with, short names left out."""
    lines = re.findall(r"^ +((?:-\w,)?--[a-z].*)$", help_text, re.M)
    return {name for line in lines for name in re.findall(r"--[a-z][a-z-]*", line.split("  ")[0])}


def statuses_of(help_text):
    """The numbers that an "Exit status:" block names, in either of its two shapes."""
    block = help_text.partition("Exit status:")[2]
    return {int(number) for number in re.findall(r"(?:^|[;,]|\n)\s*(\d{1,3})\b", block)}


def known_names(complaint):
    """The list behind "known: " or "is none of " in a complaint about a wrong name."""
    found = re.search(r"(?:known: |is none of )([a-z0-9, -]+)", complaint)
    return [name.strip() for name in found.group(1).split(",")] if found else []


def fix_named(explanation, heading):
    """The fix that an explanation of a rule ends with, or None."""
    found = re.search(rf"^{re.escape(heading)} (\S+)$", explanation, re.M)
    return found.group(1) if found else None


def read_program(binary, messages_path):
    """Runs the program as often as it takes; it contacts nothing and stores nothing."""
    def run(*words):
        done = subprocess.run([binary, *words], capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    program = Program()
    listed = json.loads(run("rules", "--format", "json"))["rules"]
    program.rules = {rule["id"]: rule["cause"] for rule in listed}
    with open(messages_path, encoding="utf-8") as file:
        heading = json.load(file)["explain.own_fix"]
    for rule in program.rules:
        if fix := fix_named(run("explain", rule), heading):
            program.cures[rule] = fix
    program.verbs = subcommands(run("--help"))
    program.fix_verbs = subcommands(run("fix", "--help"))
    program.fixes = known_names(run("fix", "plan", "last", "--fix", NO_SUCH_NAME))
    program.transports = known_names(run("targets", "-t", "a", "--transport", NO_SUCH_NAME))
    program.formats = known_names(run("scan", "-t", "a", "--report", NO_SUCH_NAME))
    calls = [[verb] for verb in program.verbs]
    calls += [[verb, below] for verb in program.verbs for below in subcommands(run(verb, "--help"))]
    for call in [[]] + calls:
        text = run(*call, "--help")
        program.options |= options_of(text)
        program.statuses |= statuses_of(text)
    return program


def empty_parts(program):
    """The parts that could not be read: a check against nothing would prove nothing."""
    return [field.name for field in dataclasses.fields(program) if not getattr(program, field.name)]
