"""change.ps1 on Wine: calls it, and says what its changes do to an exported registry."""
import base64
import json
import re

import facts
from registry_file import dword, quoted, written

RESTORED = re.compile(r"absent(/\d+)?")


def script():
    return (facts.ROOT / "probes/fix/change.ps1").read_text(encoding="ascii")


def run(wine, text, mode, lines):
    """Returns a row {"found", "did", "now", "why"} for each change."""
    changes = base64.b64encode("".join(line + "\n" for line in lines).encode()).decode()
    out, errors = wine.script(text, {"RDPSWEEP_ARGS": json.dumps({"mode": mode, "changes": changes}),
                                     "RDPSWEEP_NONCE": facts.NONCE})
    if errors:
        raise RuntimeError(f"errors of the script: {errors}")
    rows = facts.unframe(out)["changes"]
    if len(rows) != len(lines):
        raise RuntimeError(f"{len(rows)} rows for {len(lines)} changes")
    return [{name: value if name == "did" else base64.b64decode(value).decode() for name, value in row.items()}
            for row in rows]


def same(planned, found):
    """Tells whether a host is as planned: one state stands for several."""
    if planned == "start:enabled":
        return found in ("start:2", "start:3")
    return planned == found or bool(RESTORED.fullmatch(planned) and RESTORED.fullmatch(found))


def declared(lines, before, roots):
    """Returns the lines that the changes take from an export, and those they add to it, which holds
    what is below the roots."""
    gone, new, keys = set(), set(), {line for line in before if line.endswith("]")}
    for line in lines:
        kind, place, name, _, after = line.split("|")
        if kind == "key":
            continue  # an export holds no rights
        if kind == "start":
            place, name = f"SYSTEM\\CurrentControlSet\\Services\\{place}", "Start"
        gone |= {old for old in before if old.lower().startswith(f"[{place}]{quoted(name)}=".lower())}
        if not RESTORED.fullmatch(after):
            new.add(f"[{place}]{quoted(name)}={exported(after)}")
            new |= {f"[{above}]" for above in levels(place) if above.startswith(roots)} - keys
    return gone - new, new - before


def levels(place):
    parts = place.split("\\")
    return ["\\".join(parts[:count]) for count in range(1, len(parts) + 1)]


def exported(state):
    """Returns a state of a value as reg.exe exports it."""
    kind, _, value = state.partition(":")
    if kind in ("dword", "start"):
        return f"dword:{int(value):08x}"
    return "hex:" + written(3, bytes.fromhex(value)).partition(":")[2]
