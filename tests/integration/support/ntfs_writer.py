"""Fills an NTFS image through ntfs-3g's library, without a mount: folders, files of every kind, rights.

The library is loaded as it is installed (package ntfs-3g); no header of it is needed. What is written
here is read by rdpsweep's own reader and by ntfs-3g's programs, and the two are compared.
"""
import ctypes
import glob
import struct

REGULAR, DIRECTORY = 0o100000, 0o040000
AT_DATA = 0x80
COMPRESSED = 0x800
COMPRESSION_BIT = 1 << 6  # NV_Compression of ntfs_volume's state, the member behind two pointers


def _library():
    found = sorted(glob.glob("/usr/lib/*/libntfs-3g.so.*") + glob.glob("/lib/*/libntfs-3g.so.*"))
    library = ctypes.CDLL(found[0], use_errno=True)
    pointer, long, size, integer = ctypes.c_void_p, ctypes.c_int64, ctypes.c_size_t, ctypes.c_int
    for name, result, arguments in (
        ("ntfs_mount", pointer, [ctypes.c_char_p, ctypes.c_ulong]),
        ("ntfs_umount", integer, [pointer, integer]),
        ("ntfs_open_secure", integer, [pointer]),
        ("ntfs_pathname_to_inode", pointer, [pointer, pointer, ctypes.c_char_p]),
        ("ntfs_create", pointer, [pointer, ctypes.c_uint32, pointer, ctypes.c_uint8, ctypes.c_uint]),
        ("ntfs_inode_close", integer, [pointer]),
        ("ntfs_attr_open", pointer, [pointer, ctypes.c_uint32, pointer, ctypes.c_uint32]),
        ("ntfs_attr_pwrite", long, [pointer, long, long, ctypes.c_char_p]),
        ("ntfs_attr_truncate_solid", integer, [pointer, long]),
        ("ntfs_attr_pclose", integer, [pointer]),
        ("ntfs_attr_close", None, [pointer]),
        ("ntfs_set_ntfs_acl", integer, [pointer, pointer, ctypes.c_char_p, size, integer]),
        ("ntfs_get_ntfs_acl", integer, [pointer, pointer, ctypes.c_char_p, size]),
        ("ntfs_set_ntfs_attrib", integer, [pointer, ctypes.c_char_p, size, integer]),
        ("ntfs_set_ntfs_reparse_data", integer, [pointer, ctypes.c_char_p, size, integer]),
        ("ntfs_set_ntfs_dos_name", integer, [pointer, pointer, ctypes.c_char_p, size, integer]),
        ("ntfs_attr_add", integer, [pointer, ctypes.c_uint32, pointer, ctypes.c_uint8, ctypes.c_char_p, long]),
        ("ntfs_volume_write_flags", integer, [pointer, ctypes.c_uint16]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class Ntfs:
    """A volume that is open for writing; close it with `with`."""

    def __init__(self, path):
        self.ntfs = _library()
        self.volume = self.ntfs.ntfs_mount(str(path).encode(), 0)
        if not self.volume:
            raise OSError(ctypes.get_errno(), f"ntfs_mount {path}")
        self.ntfs.ntfs_open_secure(self.volume)
        # A security context begins with the volume; of the rest nothing is asked here.
        self.context = (ctypes.c_void_p * 64)(self.volume)
        self.unnamed = ctypes.addressof((ctypes.c_uint16 * 4).in_dll(self.ntfs, "AT_UNNAMED"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._must(self.ntfs.ntfs_umount(self.volume, 0) == 0, "ntfs_umount")

    def _must(self, holds, what):
        if not holds:
            raise OSError(ctypes.get_errno(), what)

    def compress(self):
        """Files made in a folder that is marked so are compressed from now on."""
        state = ctypes.c_ulong.from_address(self.volume + 2 * ctypes.sizeof(ctypes.c_void_p))
        state.value |= COMPRESSION_BIT

    def _open(self, path):
        node = self.ntfs.ntfs_pathname_to_inode(self.volume, None, path.encode())
        self._must(node, f"there is no {path}")
        return node

    def _create(self, path, kind):
        folder, _, name = path.rpartition("/")
        parent = self._open(folder or "/")
        units = name.encode("utf-16-le")
        node = self.ntfs.ntfs_create(parent, 0, units, len(units) // 2, kind)
        self._must(node, f"ntfs_create {path}")
        self._must(self.ntfs.ntfs_inode_close(parent) == 0, "ntfs_inode_close")
        return node

    def folder(self, path):
        self.ntfs.ntfs_inode_close(self._create(path, DIRECTORY))

    def folders(self, path):
        parts = path.strip("/").split("/")
        for end in range(1, len(parts) + 1):
            above = "/" + "/".join(parts[:end])
            node = self.ntfs.ntfs_pathname_to_inode(self.volume, None, above.encode())
            if node:
                self.ntfs.ntfs_inode_close(node)
            else:
                self.folder(above)

    def file(self, path, *pieces):
        """Makes a file of (offset, bytes) pieces, or of bytes at its begin."""
        self.ntfs.ntfs_inode_close(self._create(path, REGULAR))
        for piece in pieces:
            self.write(path, *(piece if isinstance(piece, tuple) else (0, piece)))

    def write(self, path, offset, data):
        node = self._open(path)
        stream = self.ntfs.ntfs_attr_open(node, AT_DATA, self.unnamed, 0)
        self._must(stream, f"ntfs_attr_open {path}")
        for at in range(0, len(data), 1 << 16):
            part = data[at : at + (1 << 16)]
            written = self.ntfs.ntfs_attr_pwrite(stream, offset + at, len(part), part)
            self._must(written == len(part), f"ntfs_attr_pwrite {path}")
        self.ntfs.ntfs_attr_pclose(stream)
        self.ntfs.ntfs_attr_close(stream)
        self._must(self.ntfs.ntfs_inode_close(node) == 0, "ntfs_inode_close")

    def allocate(self, path, size):
        """Gives a file clusters up to size without writing them: what is read there is zero."""
        node = self._open(path)
        stream = self.ntfs.ntfs_attr_open(node, AT_DATA, self.unnamed, 0)
        self._must(self.ntfs.ntfs_attr_truncate_solid(stream, size) == 0, f"truncate {path}")
        self.ntfs.ntfs_attr_close(stream)
        self._must(self.ntfs.ntfs_inode_close(node) == 0, "ntfs_inode_close")

    def _on(self, path, function, *arguments):
        node = self._open(path)
        result = function(*(node if a is Ntfs else a for a in arguments))
        self._must(result >= 0, f"{function.__name__} {path}")
        self._must(self.ntfs.ntfs_inode_close(node) == 0, "ntfs_inode_close")
        return result

    def attributes(self, path, bits):
        self._on(path, self.ntfs.ntfs_set_ntfs_attrib, Ntfs, struct.pack("<I", bits), 4, 0)

    def reparse(self, path, data):
        self._on(path, self.ntfs.ntfs_set_ntfs_reparse_data, Ntfs, data, len(data), 0)

    def stream(self, path, name, data):
        """Gives a file bytes under another name."""
        units = name.encode("utf-16-le")
        self._on(path, self.ntfs.ntfs_attr_add, Ntfs, AT_DATA, units, len(units) // 2, data, len(data))

    def set_rights(self, path, descriptor):
        self._on(path, self.ntfs.ntfs_set_ntfs_acl, self.context, Ntfs, descriptor, len(descriptor), 0)

    def rights(self, path):
        """The descriptor as ntfs-3g has it; it puts the parts in an order of its own."""
        into = ctypes.create_string_buffer(1 << 17)
        size = self._on(path, self.ntfs.ntfs_get_ntfs_acl, self.context, Ntfs, into, len(into))
        return into.raw[:size]

    def short_name(self, path, name):
        """Gives it MS-DOS's name as Windows does: a second name in the folder for the same file."""
        node, folder = self._open(path), self._open(path.rpartition("/")[0] or "/")
        # Both are closed by it.
        done = self.ntfs.ntfs_set_ntfs_dos_name(node, folder, name.encode(), len(name), 0)
        self._must(done == 0, f"ntfs_set_ntfs_dos_name {path}")

    def mark_dirty(self):
        self._must(self.ntfs.ntfs_volume_write_flags(self.volume, 1) == 0, "volume flags")


def parts_of(descriptor):
    """Control bits, owner, group, DACL and SACL of a self-relative descriptor, wherever they lie; None of none."""
    if len(descriptor) < 20:
        return None
    _, _, control, owner, group, sacl, dacl = struct.unpack_from("<BBHIIII", descriptor)

    def sid(at):
        return descriptor[at : at + 8 + 4 * descriptor[at + 1]] if at else b""

    def acl(at):
        return descriptor[at : at + struct.unpack_from("<H", descriptor, at + 2)[0]] if at else b""

    return control, sid(owner), sid(group), acl(dacl), acl(sacl)


def sid(text):
    """The bytes of S-1-...; no authority beyond 32 bits."""
    numbers = [int(number) for number in text.split("-")[2:]]
    return struct.pack(">BBHI", 1, len(numbers) - 1, 0, numbers[0]) + b"".join(
        struct.pack("<I", number) for number in numbers[1:]
    )


def ace(kind, flags, mask, who, extra=b""):
    body = struct.pack("<I", mask) + sid(who) + extra
    return struct.pack("<BBH", kind, flags, 4 + len(body)) + body


def descriptor(owner, group, aces, control=0x8004):
    """aces None: the DACL is there and is nothing, which allows all."""
    owner, group = sid(owner), sid(group)
    dacl = b""
    if aces is not None:
        entries = b"".join(aces)
        dacl = struct.pack("<BBHHH", 2, 0, 8 + len(entries), len(aces), 0) + entries
    at = 20 + len(dacl)
    head = struct.pack("<BBHIIII", 1, 0, control, at, at + len(owner), 0, 20 if dacl else 0)
    return head + dacl + owner + group
