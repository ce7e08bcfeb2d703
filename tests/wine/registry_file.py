"""Registry files as reg.exe imports and exports them: {path below HKEY_LOCAL_MACHINE: {name: (type, bytes)}}."""
import re
import struct

HEAD = "Windows Registry Editor Version 5.00"
ROOT = "HKEY_LOCAL_MACHINE\\"


def to_file(wanted, present, kept=frozenset()):
    """Returns a file whose import makes a registry that holds the keys `present` hold those `wanted`; keys of `kept`,
    in small letters, lose their values only."""
    lines = [HEAD, ""]
    stays = {path.lower() for path in wanted}
    stale = [path for path in present if path.lower() not in stays]
    for path in stale:
        if path.lower() not in kept:
            lines += [f"[-{ROOT}{path}]", ""]
    before = {path.lower(): values for path, values in present.items()}
    for path, values in {**{path: {} for path in stale if path.lower() in kept}, **wanted}.items():
        lines.append(f"[{ROOT}{path}]")
        kept = {name.lower() for name in values}
        lines += [f"{quoted(name)}=-" for name in sorted(before.get(path.lower(), ())) if name.lower() not in kept]
        lines += [f"{quoted(name)}={written(*value)}" for name, value in values.items()]
        lines.append("")
    return "\r\n".join(lines)


def quoted(name):
    if not name:
        return "@"
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(kind, data):
    """Returns the bytes of a value as such a file has them, in hex whatever their type."""
    return f"hex({kind:x}):{','.join(f'{byte:02x}' for byte in data)}"


def text(value, kind=1):
    return kind, (value + "\0").encode("utf-16-le")


def texts(*values):
    return 7, ("".join(value + "\0" for value in values) + "\0").encode("utf-16-le")


def dword(number):
    return 4, struct.pack("<I", number)


def without_rows(exported):
    """Returns the lines of an export, each value in one, with the key that it is in before it."""
    lines, key = [], ""
    for line in re.sub(r"\\\r?\n\s*", "", exported).splitlines():
        if line.startswith("["):
            key = line[1:-1].removeprefix(ROOT)
            lines.append(f"[{key}]")
        elif line and line != HEAD:
            lines.append(f"[{key}]{line}")
    return lines
