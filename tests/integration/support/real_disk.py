"""A disk of a real machine's size: SYSTEM with its logs, BCD and event logs are those of real machines
(tests/data), SOFTWARE has their size, System32 and MachineKeys have as many files."""
import lzma
import random
import re

from support import windows_disk as wd, windows_hives
from support.disk_images import MEBIBYTE, empty, make_fat, make_ntfs, place, run

dice = random.Random(20261130)


def hive(name):
    parts = sorted(path for path in (wd.DATA / "hives").glob(f"{name}*.xz")
                   if re.sub(r"\.[12]$", "", path.name[:-3]) == name)
    return b"".join(lzma.decompress(path.read_bytes()) for path in parts)


def software(scratch):
    """60 MB, and what is asked for here and there in it."""
    windows, keys, number = wd.sound(), {}, 0
    for own, values in windows["software"].items():
        for _ in range(700 // len(windows["software"])):
            number += 1
            keys[f"Classes\\{number % 40}\\{{{number:08x}}}"] = {
                f"v{one}": dice.randbytes(8000) for one in range(10)}
        keys[own] = values
    return windows_hives.make(scratch / "SOFTWARE.hive", keys)


def fill(volume, scratch):
    for folder in (wd.CONFIG, wd.LOGS, wd.MACHINE_KEYS, "/Windows/System32/Configuration"):
        volume.folders(folder)
    for _ in range(4500):
        volume.file(f"/Windows/System32/{dice.randrange(1 << 40):010x}_library.dll", b"MZ")
    volume.file("/pagefile.sys")
    volume.allocate("/pagefile.sys", 16 * MEBIBYTE)
    for name, data in (("SOFTWARE", software(scratch)), ("SYSTEM", hive("SYSTEM_B")),
                       ("SYSTEM.LOG1", hive("SYSTEM_B.LOG1")), ("SYSTEM.LOG2", hive("SYSTEM_B.LOG2"))):
        volume.file(f"{wd.CONFIG}/{name}", data)
    for name, log in (("System", "system-clean"), ("Security", "security-new-user")):
        volume.file(f"{wd.LOGS}/{name}.evtx", wd.event_log(log))
    volume.set_rights(wd.MACHINE_KEYS, wd.FOLDER_RIGHTS)
    names = [f"{dice.randrange(1 << 128):032x}_{wd.GUID}" for _ in range(120)] + [wd.RDP_KEY]
    for name in dice.sample(names, len(names)):
        volume.file(f"{wd.MACHINE_KEYS}/{name}", bytes(2315))
        volume.set_rights(f"{wd.MACHINE_KEYS}/{name}", wd.KEY_RIGHTS if name == wd.RDP_KEY else wd.protected(
            wd.SYSTEM, (wd.ALL, wd.SYSTEM), (wd.ALL, wd.ADMINISTRATORS)))


def generation_2(folder, scratch):
    disk = empty(folder / "real.raw", 350 * MEBIBYTE)
    run("sgdisk", "-n", "1:1M:+36M", "-t", "1:EF00", "-n", "2:0:+1M", "-t", "2:0C01", "-n", "3:39M:+300M",
        "-t", "3:0700", disk)
    place(disk, MEBIBYTE, make_fat(scratch / "fat", 36 * MEBIBYTE, {"/EFI/Microsoft/Boot/BCD": hive("BCD")}))
    with make_ntfs(scratch / "ntfs", 300 * MEBIBYTE) as volume:
        fill(volume, scratch)
    place(disk, 39 * MEBIBYTE, scratch / "ntfs")
    return disk
