"""Reads a hive by programs that nobody here wrote, and by ours, into one form that can be compared."""
import os
import pathlib
import re
import subprocess

BUILD = pathlib.Path(os.environ.get("RDPSWEEP_BUILD", "build/dev")).resolve()
HIVE_DUMP = BUILD / "tests" / "offline" / "hive_dump"

# What regfexport calls the types; what it does not know, it gives no name.
TYPE_NAMES = {
    0: "undefined (REG_NONE)", 1: "string (REG_SZ)", 2: "expandable string (REG_EXPAND_SZ)",
    3: "binary data (REG_BINARY)", 4: "32-bit integer little-endian (REG_DWORD_LITTLE_ENDIAN)",
    5: "32-bit integer big-endian (REG_DWORD_BIG_ENDIAN)", 6: "symbolic link (REG_LINK)",
    7: "multi-value string (REG_MULTI_SZ)", 8: "resource list (REG_RESOURCE_LIST)",
    9: "full resource descriptor (REG_FULL_RESOURCE_DESCRIPTOR)",
    10: "resource requirements list (REG_RESOURCE_REQUIREMENTS_LIST)",
    11: "64-bit integer little-endian (REG_QWORD_LITTLE_ENDIAN)"}


class Hive:
    """What a hive holds: state is the first line of hive_dump, keys a list of (path, time, descriptor,
    values) in the order of the hive, where path is a tuple and a value is (name, type, bytes)."""

    def __init__(self, text):
        self.keys = []
        self.unreadable = []
        for line in text.splitlines():
            fields = line.split("\t")
            if fields[0] == "state":
                self.state = fields[1]
                self.entries, self.runs, self.bytes = (int(field) for field in fields[2:5])
            elif fields[0] == "key":
                path = tuple(plain(name) for name in re.split(r"\\(?!u[0-9a-f]{4})", fields[1])[1:])
                self.keys.append((path, int(fields[2]), fields[3], []))
            elif fields[0] == "value":
                self.keys[-1][3].append((plain(fields[1]), int(fields[2]), bytes.fromhex(fields[3])))
            else:
                self.unreadable.append(line)


def plain(text):
    """Undoes what hive_dump does to characters that would break its lines."""
    if "\\" not in text:
        return text
    units = re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def run(*command, stdin=None):
    return subprocess.run([str(part) for part in command], input=stdin, capture_output=True, timeout=120)


def ours(hive, *logs):
    """What hive_dump says of a hive; None and why where it refuses it."""
    done = run(HIVE_DUMP, "dump", hive, *logs)
    assert done.returncode in (0, 1), (done.returncode, done.stderr)
    if done.returncode:
        return None, done.stderr.decode().strip()
    return Hive(done.stdout.decode("ascii")), ""


def ask(hive, logs, questions):
    """The lines that hive_dump answers to questions, and how many blocks of each file it took."""
    done = run(HIVE_DUMP, "ask", hive, *logs, stdin="".join(line + "\n" for line in questions).encode())
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.decode().splitlines()]
    return ([line for line in lines if line[0] != "blocks"],
            [int(line[1]) for line in lines if line[0] == "blocks"])


# --- hivexregedit ---

def blocks_of(text):
    """The keys of an export, each with its lines, in an order that does not depend on whose it is."""
    blocks = [tuple(sorted(block.split("\n"))) for block in re.split(r"\n\n(?=\[\\)", text.strip("\n"))]
    return sorted(blocks)


def by_hivexregedit(hive):
    """The keys as hivexregedit exports them; None where it refuses the hive."""
    done = run("perl", "-CO", "/usr/bin/hivexregedit", "--export", hive, "\\")
    if done.returncode:
        return None
    return blocks_of(done.stdout.decode().split("\n\n", 1)[1])


def as_hivexregedit(hive):
    """Our keys in the same form."""
    text = ""
    for path, _, _, values in hive.keys:
        text += "[\\" + "\\".join(path) + "]\n"
        for name, kind, data in values:
            quoted = name.replace("\\", "\\\\").replace('"', '\\"')
            text += '"' + quoted + '"=' if name else "@="
            if kind == 4 and len(data) == 4:
                text += f"dword:{int.from_bytes(data, 'little'):08x}\n"
            else:
                text += f"hex({kind:x}):" + (data.hex(",") if data else "") + "\n"
        text += "\n"
    return blocks_of(text)


# --- regfexport ---

def by_regfexport(hive):
    """The lines that regfexport prints of each key, without its own first lines."""
    done = run("regfexport", hive)
    lines = done.stdout.decode("utf-8", "replace").split("\n")
    return done.returncode, lines[2:]


def as_regfexport(hive, root):
    """Our keys as the lines that regfexport prints; root is the name of the topmost key."""
    for path, _, _, values in hive.keys:
        yield "Key path: " + "\\".join((root,) + path)
        yield "Key: " + (path[-1] if path else root)
        for number, (name, kind, data) in enumerate(values):
            yield f"Value: {number} {name or '(default)'}"
            yield "Type: " + TYPE_NAMES.get(kind, f"unknown: 0x{kind:08x}")
            yield f"Data size: {len(data)}"
            yield from value_lines(kind, data)


TEXTS = (1, 2, 6)  # of which regfexport says no size that they have in the hive
OPEN = "\N{HORIZONTAL ELLIPSIS}"  # behind a text without its NUL: regfexport reads on in what follows


def value_lines(kind, data):
    """What regfexport prints of a value's data: texts up to their first NUL, numbers, else bytes. Of data
    of less than four bytes it shows others than there are; hivexregedit judges those."""
    if kind in TEXTS:
        text, end, _ = data[:len(data) // 2 * 2].decode("utf-16-le", "replace").partition("\0")
        yield "Data: " + text + OPEN * (not end)
    elif kind in (4, 5, 11) and len(data) in (4, 8):
        yield f"Data: {int.from_bytes(data, 'big' if kind == 5 else 'little')}"
    elif data:
        yield "Data:"
        yield from hexdump(data) if len(data) > 3 else ()


def hexdump(data):
    """The bytes as regfexport prints them, without the column of characters."""
    for at in range(0, len(data), 16):
        yield f"{at:08x}: {data[at:at + 8].hex(' ')}  {data[at + 8:at + 16].hex(' ')}".rstrip()


# What regfexport prints besides keys and values.
ASIDES = ("Class name: ", "Mismatch in data size")


def settled(lines):
    """Lines without what says nothing of keys and values: blank ones, spaces at the end, asides, the sizes of
    texts, the characters beside bytes, and the bytes of data that is shorter than four."""
    short = text = False
    of_texts = ["Type: " + TYPE_NAMES[kind] for kind in TEXTS]
    for line in "\n".join(lines).split("\n"):
        if line[8:10] == ": " and line[0] == "0":
            if not short:
                yield line[:58].rstrip()
        elif line.startswith("Data size: "):
            short = int(line[11:]) < 4
            if not text:
                yield line
        elif line.startswith("Type: "):
            text = line in of_texts
            yield line
        elif line.strip() and not line.startswith(ASIDES):
            yield line.rstrip()


def unlike_regfexport(hive, lines):
    """The first lines of regfexport that are not as ours, with ours; none: all of them are."""
    root = lines[0].removeprefix("Key path: ")
    theirs, own = list(settled(lines)), list(settled(as_regfexport(hive, root)))
    if len(theirs) != len(own):
        return [(len(theirs), len(own))]
    return [(one, other) for one, other in zip(theirs, own)
            if one != other and not (other.endswith(OPEN) and one.startswith(other[:-1].rstrip()))][:3]
