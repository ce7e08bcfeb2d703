"""Registry hives for tests: an empty one made here, filled by hivex, which nobody here wrote.

What a hive is to hold is {path: {value name: value}}; a value is an int (REG_DWORD), a str (REG_SZ),
bytes (REG_BINARY), a list of str (REG_MULTI_SZ) or a pair (type, bytes). Run by Debian's own Python,
which has hivex's module.
"""
import struct

import hivex

from support.ntfs_writer import ace, descriptor

FULL, READ = 0xF003F, 0x20019
SYSTEM, ADMINISTRATORS, USERS = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545"
# As Windows ships it for most keys: CI, users read, administrators and SYSTEM full.
KEY_RIGHTS = descriptor(ADMINISTRATORS, SYSTEM, [
    ace(0, 2, READ, USERS), ace(0, 2, FULL, ADMINISTRATORS), ace(0, 2, FULL, SYSTEM)], 0x9404)
EPOCH = 11_644_473_600


def filetime(unix):
    return struct.pack("<Q", int((unix + EPOCH) * 10_000_000))


def text(value):
    return value.encode("utf-16-le") + b"\0\0"


def _cell(body):
    size = -(-(len(body) + 4) // 8) * 8
    return struct.pack("<i", -size) + body.ljust(size - 4, b"\0")


def empty(rights=KEY_RIGHTS, written=1_700_000_000):
    """A hive with a topmost key alone; its descriptor and its time are those of keys that hivex adds, too."""
    stamp = filetime(written)
    name = b"ROOT"
    key_size = len(_cell(bytes(76) + name))
    key = struct.pack("<2sH8sIiIIiiIiiiIIIIIHH", b"nk", 0x2C, stamp, 0, -1, 0, 0, -1, -1, 0, -1,
                      0x20 + key_size, -1, 0, 0, 0, 0, 0, len(name), 0) + name
    security = struct.pack("<2sHIIII", b"sk", 0, 0x20 + key_size, 0x20 + key_size, 1, len(rights)) + rights
    cells = _cell(key) + _cell(security)
    room = 4096 - 32 - len(cells)
    page = struct.pack("<4sIIQ8sI", b"hbin", 0, 4096, 0, stamp, 0) + cells
    page += struct.pack("<i", room) + bytes(room - 4)
    head = struct.pack("<4sII8sIIIIIII", b"regf", 1, 1, stamp, 1, 5, 0, 1, 0x20, 4096, 1).ljust(508, b"\0")
    checksum = 0
    for number in struct.unpack("<127I", head):
        checksum ^= number
    return (head + struct.pack("<I", checksum)).ljust(4096, b"\0") + page


def as_value(name, value):
    kind, data = value if isinstance(value, tuple) else (
        (4, struct.pack("<I", value)) if isinstance(value, int) else
        (1, text(value)) if isinstance(value, str) else
        (7, b"".join(text(one) for one in value) + b"\0\0") if isinstance(value, list) else
        (3, bytes(value)))
    return {"key": name, "t": kind, "value": data}


def make(path, keys, **options):
    """Writes a hive of these keys; returns its bytes."""
    path.write_bytes(empty(**options))
    hive = hivex.Hivex(str(path), write=True)
    for key, values in keys.items():
        node = hive.root()
        for part in key.split("\\"):
            child = hive.node_get_child(node, part)
            node = child if child is not None else hive.node_add_child(node, part)
        hive.node_set_values(node, [as_value(name, value) for name, value in values.items()])
    hive.commit(None)
    return path.read_bytes()
