"""The collector on Wine: runs it, reads its frame, and takes its facts apart."""
import json
import pathlib
import re
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
NONCE = "wine0wine"


def collect(wine, script):
    """Returns the facts that the collector printed; it asks nobody for a handshake, since nobody listens."""
    given = {"RDPSWEEP_ARGS": '{"profile":"full","handshake":false}', "RDPSWEEP_NONCE": NONCE}
    out, errors = wine.script(script, given)
    if errors:
        raise RuntimeError(f"errors of the script: {errors}")
    return unframe(out)


def collector():
    return (ROOT / "probes/collect/collector.ps1").read_text(encoding="ascii")


def unframe(text):
    """Returns the document in a frame, whose length and check sum have to be right."""
    found = re.fullmatch(r"RDPSWEEP1 (\S+) (\d+) ([0-9a-f]{8}) (.*)\n", text, re.S)
    if not found or found[1] != NONCE:
        raise RuntimeError(f"no frame: {text[:300]!r}")
    body = found[4].encode("ascii")
    if len(body) != int(found[2]) or zlib.crc32(body) != int(found[3], 16):
        raise RuntimeError("the frame is damaged")
    return json.loads(body)


def leaves(value, pointer=""):
    """Yields each pointer and what is there as JSON: a number, a text, an empty list or an empty object."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not members and not isinstance(value, (dict, list)) or value in ({}, []):
        yield pointer, json.dumps(value)
    for name, member in members:
        yield from leaves(member, f"{pointer}/{name}")


def in_letters(sddl):
    """Returns SDDL with rights in letters where Windows, and Wine, have some for them; the simulated fleet writes
    the same rights of two profiles as numbers."""
    return sddl.replace(";0x6;", ";DCLC;").replace(";0x4;", ";LC;")


def pattern(pointer):
    """Returns the expression of a pointer whose '*' stands for one member; what is below it belongs to it."""
    return re.compile(re.escape(pointer).replace(r"\*", "[^/]+") + r"(/.*)?")
