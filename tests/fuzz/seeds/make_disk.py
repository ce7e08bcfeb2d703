#!/usr/bin/env python3
"""Makes disk.sectors, the seed of fuzz_facts_from_disk: the sectors of a small volume with a Windows.

A sector is its number in four bytes and its 512 bytes; sectors of zeros, and those of the journal, which
mkntfs fills with 0xFF, are left out. Run it with Debian's own Python.
"""
import pathlib
import struct
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "integration"))

from support import windows_disk as wd
from support.disk_images import MEBIBYTE, make_ntfs

with tempfile.TemporaryDirectory() as name:
    scratch = pathlib.Path(name)
    windows = wd.sound()
    windows["files"] = {"/Boot/BCD": wd.boot_hive(scratch, windows), "/hiberfil.sys": b"HIBR",
                        f"{wd.LOGS}/System.evtx": (HERE / "system.evtx").read_bytes()}
    with make_ntfs(scratch / "part", 4 * MEBIBYTE) as volume:
        wd.fill(volume, scratch, windows)
    image = (scratch / "part").read_bytes()
sectors = []
for at in range(0, len(image), 512):
    sector = image[at : at + 512]
    if sector not in (bytes(512), b"\xff" * 512):
        sectors.append(struct.pack("<I", at // 512) + sector)
(HERE / "disk.sectors").write_bytes(b"".join(sectors))
