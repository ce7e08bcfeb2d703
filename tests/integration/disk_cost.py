#!/usr/bin/env python3
"""What the reading of a disk of a real machine's size costs, in requests and bytes.

SYSTEM with its logs, BCD and event logs are those of real machines (tests/data), SOFTWARE has their
size, System32 and MachineKeys have as many files. Nothing is mounted, nothing needs root.
"""
import lzma
import pathlib
import random
import re
import tempfile

from support import lib, windows_disk as wd, windows_hives
from support.disk_images import MEBIBYTE, ask, empty, make_fat, make_ntfs, place, run

MOST_REQUESTS, MOST_BYTES = 100, 10_000_000
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


def main():
    with tempfile.TemporaryDirectory(prefix="disk_cost") as name:
        folder, scratch = pathlib.Path(name), pathlib.Path(name) / "scratch"
        scratch.mkdir()
        disk = generation_2(folder, scratch)
        document, cost = ask(disk, "facts", "cost")
        print(cost, "in", document.get("collector"), "disk:", document.get("disk"))
        lib.check(0 < cost["requests"] <= MOST_REQUESTS, f"requests: {cost}")
        lib.check(0 < cost["bytes"] <= MOST_BYTES, f"bytes: {cost}")
        # And it is no cheap failure: all of it was read.
        hives = {one["n"]: (one["state"], one.get("entries")) for one in document["disk"]["hives"]}
        lib.check(hives == {"SYSTEM": ("replayed", 24), "SOFTWARE": ("clean", None), "BCD": ("clean", None)},
                  f"hives: {hives}")
        lib.check(document["listener"]["port"] == 3389 and len(document["svc"]) >= 7, "SYSTEM")
        lib.check(document["os"]["machine_guid"] == wd.GUID and len(document["cert"]["store"]) == 1, "SOFTWARE")
        keys = document["keys"]
        lib.check(keys["files"][0]["n"] == wd.RDP_KEY and len(keys["files"]) == 64 and keys["other_count"] == 57,
                  f"keys: {keys['files'][:1]} {len(keys['files'])} {keys['other_count']}")
        lib.check_each(keys["files"], lambda file: file["sddl"].startswith("O:SYD:PAI(A;;FA;;;SY)"), "rights")
        lib.check("evt_until_utc" in document and "evt_oldest_utc" in document, "events")
        # The logs for which there is none here, and nothing else.
        wrong = [one for one in document["unread"] if one["why"] != "offline"]
        lib.check(sorted((one["ptr"], one["why"]) for one in wrong) == [
            ("/evt/LSM/16", "absent"), ("/evt/NTLM/4002", "absent"), ("/evt/RdpCoreTS/131", "absent"),
            ("/evt/RdpCoreTS/140", "absent"), ("/evt/TermService/261", "absent"),
            ("/keys/cng_files", "absent")], f"{wrong}")
    lib.finish()


main()
