"""Partitions and file systems of disks, against programs nobody here wrote.

Disks are made by sgdisk, sfdisk, mkntfs, mkfs.fat and qemu-img, filled through ntfs-3g's library and
mtools, and come from Debian's forensics samples. What rdpsweep's reader says of them has to be what
ntfscat, mcopy and ntfs-3g say. Nothing is mounted, nothing needs root.
"""
import json
import lzma
import os
import pathlib
import random
import struct
import tempfile

from support import lib
from support.disk_images import (MEBIBYTE, ask, cut_out, empty, make_fat, make_ntfs, place, run, seen)
from support.ntfs_writer import COMPRESSED, Ntfs, ace, descriptor, parts_of

SAMPLES = pathlib.Path("/usr/share/forensics-samples")
SAMPLE_OFFSET = 2048 * 512
KEYS = "/ProgramData/Microsoft/Crypto/RSA/MachineKeys"
dice = random.Random(20261130)


def check_equal(found, wanted, what):
    lib.check(found == wanted, f"{what}: {str(found)[:300]} is not {str(wanted)[:300]}")


def tree(image):
    """Every file of an NTFS disk by the reader's own lists, system files left out."""
    files, folders = {}, ["/"]
    while folders:
        folder = folders.pop()
        (answer,) = ask(image, "use 0", f"list {folder}")[1:]
        for name, size, is_folder in answer["entries"]:
            path = f"{folder.rstrip('/')}/{name}"
            if is_folder and not name.startswith("$"):
                folders.append(path)
            elif not is_folder and not name.startswith("$"):
                files[path] = size
    return files


def foreign_samples(scratch):
    """Eighteen files on an NTFS and on a FAT32 volume."""
    for kind, table_type in (("ntfs", "0x07"), ("vfat", "0x0c")):
        disk = scratch / f"sample.{kind}"
        disk.write_bytes(lzma.decompress((SAMPLES / f"fs.{kind}.xz").read_bytes()))
        part = cut_out(disk, SAMPLE_OFFSET, 1 << 30, scratch / "part")
        (table,) = ask(disk, "partitions")
        check_equal(
            [(one["offset"], one["type"], one["kind"]) for one in table["partitions"]],
            [(SAMPLE_OFFSET, table_type, "NTFS" if kind == "ntfs" else "FAT32")], f"{kind} sample")
        if kind == "ntfs":
            files = tree(disk)
            check_equal(len(files), 18, "files of the sample")
        answers = ask(disk, "use 0", *(f"cat {path}" for path in files))[1:]
        for path, answer in zip(files, answers):
            bytes_of = (run("ntfscat", part, path) if kind == "ntfs"
                        else run("mcopy", "-i", part, f"::{path}", "-"))
            check_equal(answer, seen(bytes_of), f"{kind} {path}")


def many_rights():
    """Descriptors such as key files have, and such as nobody should have."""
    system, admins, users = "S-1-5-18", "S-1-5-32-544", "S-1-5-32-545"
    rows = [
        (admins, [ace(0, 0x10, 0x1F01FF, system), ace(0, 0x10, 0x1F01FF, admins)], 0x8404),
        (system, [ace(0, 0, 0x1F01FF, system), ace(0, 0, 0x120089, "S-1-5-20")], 0x9004),
        (system, None, 0x8004),
        (system, [], 0x8004),
        (system, [ace(1, 0, 0x1F01FF, "S-1-5-20"), ace(0, 3, 0x1301BF, users)], 0x8004),
        (system, [ace(9, 0, 0x120089, "S-1-1-0", b"artx\xf8\x01\0\0")], 0x8004),
    ]
    for number in range(60):
        who = "S-1-5-21-" + "-".join(str(dice.randrange(1 << 32)) for _ in range(4))
        entries = [ace(0, dice.choice((0, 3, 0x10)), dice.randrange(1 << 21), who)
                   for _ in range(1 + number % 7)]
        rows.append((who, entries, 0x8004 | dice.choice((0, 0x400, 0x1000))))
    return [descriptor(owner, system, entries, control) for owner, entries, control in rows]


def fill(volume):
    """Puts files of every kind on it; the paths that ntfscat reads as well."""
    volume.folders("/Windows/System32/config")
    volume.folders(KEYS)
    volume.file("/Windows/System32/config/SYSTEM", dice.randbytes(5 * MEBIBYTE + 1))
    for number in range(2500):  # a folder whose index has several levels
        volume.file(f"/Windows/System32/{number:04d}_{'library' * (number % 5)}.dll", b"MZ")
    volume.folder("/Program Files")
    for number in range(40):  # each of them twice in the folder's index
        volume.file(f"/Program Files/a long name {number}.txt", b"%d" % number)
        volume.short_name(f"/Program Files/a long name {number}.txt", f"ALO{number:03d}~1.TXT")
    volume.file("/resident", b"resident")
    volume.file("/empty")
    volume.file("/\u6e2c\u8a66 \u00e4.txt", b"a name that is not ASCII")
    volume.file("/sparse", b"begin", (9_000_000, b"end"))
    volume.file("/half", b"abc" * 3000)
    volume.allocate("/half", MEBIBYTE)
    volume.file("/fragmented")
    for number in dice.sample(range(900), 900):
        volume.write("/fragmented", number * 4096, dice.randbytes(4096))
    volume.folder("/packed")
    volume.attributes("/packed", COMPRESSED)
    volume.compress()
    volume.file("/packed/text", b"".join(b"line %d of a text\r\n" % i for i in range(50_000)))
    volume.file("/packed/noise", dice.randbytes(300_000))
    volume.file("/packed/mixed", b"a" * 100_000 + dice.randbytes(70_000) + bytes(200_000) + b"z")
    for name, tag in (("wof", 0x80000017), ("linked", 0xA000000C), ("deduplicated", 0x80000013)):
        volume.file(f"/{name}", b"x" * 5000)
        volume.reparse(f"/{name}", struct.pack("<IHH4I", tag, 16, 0, 1, 2, 1, 0))
    for method in range(4):  # XPRESS 4K, LZX, XPRESS 8K and 16K; the bytes lie in a stream of their own
        path = f"/wof{method}"
        volume.file(path, (70_000, b"x"))
        volume.stream(path, "WofCompressedData", dice.randbytes(3000))
        volume.reparse(path, struct.pack("<IHH4I", 0x80000017, 16, 0, 1, 2, 1, method))
    volume.file("/short", b"x")
    volume.reparse("/short", struct.pack("<IHH", 0x80000017, 0, 0))  # libfsntfs alone ends on it
    for number, rights in enumerate(many_rights()):
        volume.file(f"{KEYS}/{number:032x}_machine", b"key" * number)
        volume.set_rights(f"{KEYS}/{number:032x}_machine", rights)
    return ["/Windows/System32/config/SYSTEM", "/Windows/System32/0000_.dll", "/resident", "/empty",
            "/\u6e2c\u8a66 \u00e4.txt", "/sparse", "/half", "/fragmented", "/packed/text",
            "/packed/noise", "/packed/mixed"]


def own_ntfs(part):
    """Files, folders and rights of a volume that was filled here."""
    with make_ntfs(part, 64 * MEBIBYTE) as volume:
        paths = fill(volume)
    answers = ask(part, "use 0", *(f"cat {path}" for path in paths))[1:]
    for path, answer in zip(paths, answers):
        check_equal(answer, seen(run("ntfscat", part, path)), path)
    lib.check("Dumping attribute $ATTRIBUTE_LIST" in run("ntfsinfo", "-F", "/fragmented", part).decode(
        errors="replace"), "the fragmented file needs more than one record")
    whole = run("ntfscat", part, "/fragmented")
    places = [(0, 10), (4095, 2), (1_234_567, 70_000), (len(whole) - 1, 1)]
    answers = ask(part, "use 0", *(f"part {at} {length} /fragmented" for at, length in places))[1:]
    for (at, length), answer in zip(places, answers):
        check_equal(answer, seen(whole[at : at + length]), f"/fragmented at {at}")
    check_equal(ask(part, "use 0", "cat /short")[-1].get("error"), "unsupported", "a short reparse point")
    for answer in ask(part, "use 0", *(f"cat /wof{method}" for method in range(4)))[1:]:
        lib.check("WOF" in answer.get("detail", ""), f"compressed by the system: {answer}")
    refused = ask(part, "use 0", "cat /wof", "cat /linked", "cat /deduplicated", "cat /nothing",
                  "cat \\WINDOWS\\system32\\CONFIG\\system", "state")[1:]
    check_equal([answer.get("error") for answer in refused],
                ["unsupported"] * 3 + ["not_found", None, None], "what is refused")
    lib.check("WOF" in refused[0]["detail"] and "0x80000013" in refused[2]["detail"],
              f"the reason is told: {refused[:3]}")
    check_equal(refused[5], {"dirty": False, "journal_clean": True}, "state")
    (listed,) = ask(part, "use 0", "list /Windows/System32")[1:]
    names = run("ntfsls", "-p", "/Windows/System32", part).decode().split("\n")
    check_equal(sorted(name for name, _, _ in listed["entries"]),
                sorted(name for name in names if name.strip(".")), "names of System32")
    check_equal(listed["count"], 2501, "entries of System32")
    short, twice = ask(part, "use 0", "cat /program files/alo007~1.txt", "list /Program Files")[1:]
    check_equal(short, seen(b"7"), "a file by MS-DOS's name")
    check_equal(sorted(name for name, _, _ in twice["entries"]),
                sorted(f"a long name {number}.txt" for number in range(40)), "each file once")


def own_rights(part):
    """Every descriptor equals the one that ntfs-3g's library has, whatever the order of its parts."""
    wanted = many_rights_of(part)
    answers = ask(part, "use 0", *(f"rights {path}" for path in wanted))[1:]
    lib.check(len(wanted) == 68, "66 key files and two folders")
    for (path, rights), answer in zip(wanted.items(), answers):
        check_equal(parts_of(bytes.fromhex(answer.get("bytes", ""))), parts_of(rights),
                    f"rights of {path}: {answer}")
        lib.check(str(answer.get("sddl")).startswith("O:"), f"words of {path}: {answer}")
    texts = [answer.get("sddl") for answer in answers]
    check_equal(texts[0], "O:BAG:SYD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)", "words")
    check_equal(texts[1], "O:SYG:SYD:P(A;;FA;;;SY)(A;;FR;;;NS)", "words of a protected one")
    check_equal(texts[2:4], ["O:SYG:SYD:NO_ACCESS_CONTROL", "O:SYG:SYD:"], "no DACL and an empty one")
    if os.geteuid() == 0:  # the program itself refuses others
        shown = run("ntfssecaudit", "-v", part, f"{KEYS}/{1:032x}_machine").decode(errors="replace")
        lib.check("Windows owner S-1-5-18" in shown, f"ntfssecaudit: {shown}")


def many_rights_of(part):
    """{path: descriptor}, by ntfs-3g."""
    paths = [f"{KEYS}/{number:032x}_machine" for number in range(66)] + [KEYS, "/Windows"]
    with Ntfs(part) as volume:
        return {path: volume.rights(path) for path in paths}


def large_store(part):
    """More descriptors than a block of $Secure's stream holds: 200 of 60 entries, each another one."""
    with make_ntfs(part, 16 * MEBIBYTE) as volume:
        wanted = {}
        for number in range(200):
            path = f"/{number}"
            entries = [ace(0, 0, dice.randrange(1 << 21), f"S-1-5-21-{number}-{entry}-3-4")
                       for entry in range(60)]
            wanted[path] = descriptor("S-1-5-18", "S-1-5-18", entries)
            volume.file(path, b"")
            volume.set_rights(path, wanted[path])
    paths = list(reversed(wanted))
    answers = ask(part, "use 0", *(f"rights {path}" for path in paths), "cost")[1:]
    for path, answer in zip(paths, answers):
        check_equal(parts_of(bytes.fromhex(answer.get("bytes", ""))), parts_of(wanted[path]),
                    f"rights of {path}")
    lib.check(len(answers) == 201 and answers[-1]["requests"] < 40, f"and it costs little: {answers[-1:]}")


def other_shapes(scratch):
    """Sectors of 4 KiB are read; clusters that libfsntfs would read wrongly are refused."""
    part = scratch / "shape"
    for options, answer in ((("-s", "4096"), {"kind": "NTFS"}), (("-c", "512"), "unsupported"),
                            (("-c", "65536"), "unsupported")):
        with make_ntfs(part, 16 * MEBIBYTE, *options) as volume:
            volume.folder("/many")
            for number in range(500):
                volume.file(f"/many/{number:04d} in a folder", b"%d" % number)
        opened, listed, found = ask(part, "use 0", "list /many", "cat /many/0499 in a folder")
        check_equal(opened.get("error", opened), answer, f"a volume of {options}")
        check_equal(opened == answer, listed.get("count") == 500, f"its folder: {str(listed)[:200]}")
        check_equal(opened == answer, found == seen(b"499"), "its last file")


def dirty_volume(part):
    with make_ntfs(part, 8 * MEBIBYTE) as volume:
        volume.file("/file", b"content")
        volume.mark_dirty()
    dirty = ask(part, "use 0", "state", "cat /file")[1:]
    check_equal(dirty[0]["dirty"], True, "a dirty volume")
    check_equal(dirty[1], seen(b"content"), "its file")


def fat_volumes(scratch):
    """BCD, a fragmented file, long names; other widths by their name; a FAT that loops."""
    bcd, pieces = dice.randbytes(32768), dice.randbytes(400_000)
    long_name = "/EFI/a folder with a long name/A file, with a long name too.data"
    fat = make_fat(scratch / "fat", 40 * MEBIBYTE, {
        "/gap1": bytes(3000), "/gap2": bytes(3000), "/gap3": bytes(90_000), "/stays": b"x",
        "/EFI/Microsoft/Boot/BCD": bcd, long_name: b"long"})
    run("mdel", "-i", fat, "::/gap1", "::/gap3")
    with open(fat, "r+b") as volume:  # where to look for free clusters first: not said
        volume.seek(512 + 492)
        volume.write(b"\xff" * 4)
    run("mcopy", "-i", fat, "-", "::/EFI/pieces", input=pieces)
    fragments = run("mshowfat", "-i", fat, "::/EFI/pieces").decode()
    lib.check(fragments.count("-") >= 2, f"the file is fragmented: {fragments}")
    answers = ask(fat, "use 0", "cat \\EFI\\Microsoft\\Boot\\BCD", "cost", "cat /efi/PIECES",
                  f"cat {long_name.upper()}", "cat /EFI/Microsoft", "cat /gap1")[1:]
    check_equal(answers[0], seen(run("mcopy", "-i", fat, "::/EFI/Microsoft/Boot/BCD", "-")), "BCD")
    check_equal(answers[0], seen(bcd), "BCD")
    lib.check(answers[1]["requests"] <= 5, f"BCD takes few requests: {answers[1]}")
    check_equal(answers[2], seen(pieces), "a fragmented file")
    check_equal(answers[3], seen(b"long"), "long names")
    check_equal([answer.get("error") for answer in answers[4:]], ["not_found"] * 2, "what is no file")
    first = int(fragments.split("<")[1].split("-")[0].rstrip(">\n"))
    image = bytearray(fat.read_bytes())
    reserved = struct.unpack_from("<H", image, 14)[0] * 512
    struct.pack_into("<I", image, reserved + 4 * first, first)
    (scratch / "loop").write_bytes(image)
    (looped,) = ask(scratch / "loop", "use 0", "cat /EFI/pieces")[1:]
    check_equal(looped["detail"], "FAT32: a chain of clusters loops", "a chain that loops")
    for width, size in ((12, 2), (16, 20)):
        other = make_fat(scratch / "other", size * MEBIBYTE, {"/x": b"x"}, width)
        answers = ask(other, "use 0", "cat /x")
        check_equal(answers[0], {"kind": f"FAT{width}"}, f"FAT{width}")
        check_equal(answers[1]["error"], "unsupported", f"FAT{width}")


def generation_2(scratch, ntfs, fat):
    """A GPT by sgdisk: read, and read again where its begin is damaged. Returns the disk."""
    disk = empty(scratch / "gen2", 120 * MEBIBYTE)
    run("sgdisk", "-n", "1:1M:+40M", "-t", "1:EF00", "-c", "1:EFI system partition", "-n", "2:0:+1M",
        "-t", "2:0C01", "-n", "3:43M:+64M", "-t", "3:0700", disk)
    place(disk, MEBIBYTE, fat)
    place(disk, 43 * MEBIBYTE, ntfs)
    (healthy,) = ask(disk, "partitions")
    check_equal(
        [(one["offset"], one["length"], one["kind"]) for one in healthy["partitions"]],
        [(MEBIBYTE, 40 * MEBIBYTE, "FAT32"), (41 * MEBIBYTE, MEBIBYTE, "unknown"),
         (43 * MEBIBYTE, 64 * MEBIBYTE, "NTFS")], "partitions of a GPT")
    check_equal((healthy["damaged"], healthy["partitions"][0]["name"]), (False, "EFI system partition"),
                "a healthy GPT")
    files = ask(disk, "use 0", "cat /EFI/Microsoft/Boot/BCD", "use 2", "cat /resident")
    check_equal([answer.get("error") for answer in files], [None] * 4, "files of two partitions")
    for place_of, length in ((512, 512), (1024 + 40, 8), (0, 4096)):
        image = bytearray(disk.read_bytes())
        image[place_of : place_of + length] = bytes(length)
        (scratch / "damaged").write_bytes(image)
        (table,) = ask(scratch / "damaged", "partitions")
        check_equal(table, {**healthy, "damaged": True}, f"a GPT damaged at {place_of}")
    image[-512:] = bytes(512)
    (scratch / "damaged").write_bytes(image)
    check_equal(ask(scratch / "damaged", "partitions")[0]["error"], "malformed_output", "both damaged")
    return disk


def generation_1(scratch, ntfs):
    """An MBR by sfdisk, with logical partitions."""
    disk = empty(scratch / "gen1", 90 * MEBIBYTE)
    run("sfdisk", disk, input=b"label: dos\n1MiB,64MiB,7\n66MiB,20MiB,E\n67MiB,5MiB,7\n73MiB,5MiB,7\n")
    place(disk, MEBIBYTE, ntfs)
    (table,) = ask(disk, "partitions")
    layout = json.loads(run("sfdisk", "-J", disk))["partitiontable"]["partitions"]
    wanted = [(one["start"] * 512, one["size"] * 512) for one in layout if one["type"] != "f"]
    check_equal([(one["offset"], one["length"]) for one in table["partitions"]],
                [one for one in wanted if one[0] != 66 * MEBIBYTE], "partitions of an MBR")
    check_equal(len(table["partitions"]), 3, "partitions of an MBR")
    check_equal(table["partitions"][0]["kind"], "NTFS", "the first one")
    for size, holds in ((30, "NTFS"), (68, "NTFS")):
        os.truncate(disk, size * MEBIBYTE)
        (cut,) = ask(disk, "partitions")
        check_equal((cut["damaged"], cut["partitions"][0]["kind"]), (True, holds), f"cut at {size} MiB")
    os.truncate(disk, 20 * MEBIBYTE)
    gone = ask(disk, "use 0", "cat /Windows/System32/config/SYSTEM", "cat /packed/noise", "list /")[1:]
    lib.check(all(answer.get("error", "malformed_output") == "malformed_output" for answer in gone),
              f"what lies beyond the end is malformed: {gone}")


def with_bytes(path, changes, questions):
    """Asks an image of which some bytes are others meanwhile."""
    with open(path, "r+b", buffering=0) as image:
        before = []
        for place_of, value in changes:
            before.append((place_of, os.pread(image.fileno(), 1, place_of)))
            os.pwrite(image.fileno(), bytes([value]), place_of)
        answers = ask(path, *questions)
        for place_of, old in reversed(before):
            os.pwrite(image.fileno(), old, place_of)
    check_equal(len(answers), len(questions), f"answers to {questions}")


def mutated_volumes(ntfs, fat):
    """Bytes changed where the file systems keep what they are made of: an answer or an error, in time."""
    head = ntfs.read_bytes()[:512]
    table = struct.unpack_from("<Q", head, 48)[0] * 4096
    for _ in range(60):
        begins = [dice.choice((0, table, table, table + 27 * 1024)) for _ in range(dice.choice((1, 20, 300)))]
        with_bytes(ntfs, [(begin + dice.randrange(512 if begin == 0 else 200 * 1024), dice.randrange(256))
                          for begin in begins],
                   ("use 0", "state", "list /", "cat /fragmented", "cat /packed/mixed", f"list {KEYS}",
                    "cat /Windows/System32/config/SYSTEM", "rights /resident"))
    for _ in range(40):
        begins = [dice.choice((0, 0, 16 * 1024)) for _ in range(dice.choice((1, 20, 300)))]
        with_bytes(fat, [(begin + dice.randrange(64 * 1024), dice.randrange(256)) for begin in begins],
                   ("partitions", "use 0", "cat /EFI/Microsoft/Boot/BCD", "cat /EFI/pieces"))
    (whole,) = ask(fat, "use 0", "cat /EFI/Microsoft/Boot/BCD")[1:]
    check_equal(whole.get("size"), 32768, "what was changed is as it was")


def main():
    with tempfile.TemporaryDirectory(prefix="disk_volumes") as folder:
        scratch = pathlib.Path(folder)
        foreign_samples(scratch)
        ntfs = scratch / "ntfs"
        own_ntfs(ntfs)
        own_rights(ntfs)
        large_store(scratch / "store")
        other_shapes(scratch)
        dirty_volume(scratch / "dirty")
        fat_volumes(scratch)
        generation_2(scratch, ntfs, scratch / "fat")
        generation_1(scratch, ntfs)
        mutated_volumes(ntfs, scratch / "fat")
    lib.finish()


main()
