"""Disk images for tests, by programs nobody here wrote; and disk_dump, which is asked what is on them."""
import hashlib
import json
import os
import subprocess
import time

from support import lib
from support.ntfs_writer import Ntfs

DUMP = lib.BUILD / "tests" / "disks" / "disk_dump"
MEBIBYTE = 1 << 20
# Debian keeps what makes file systems out of a user's PATH.
ENVIRONMENT = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "MTOOLS_SKIP_CHECK": "1"}


def run(*words, **options):
    """The standard output of a program that must succeed."""
    done = subprocess.run(
        [str(word) for word in words], env=ENVIRONMENT, capture_output=True, check=False, **options
    )
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def ask(image, *questions):
    """disk_dump's answers, one a question. A crash, or a minute without an end, fails the test."""
    begun = time.monotonic()
    done = subprocess.run(
        [DUMP, str(image)], input="\n".join(questions) + "\n", text=True, capture_output=True,
        check=False, timeout=60,
    )
    lib.check(done.returncode == 0, f"{image} {questions}: status {done.returncode} {done.stderr}")
    lib.check(time.monotonic() - begun < 30, f"{image} took {time.monotonic() - begun:.0f} s")
    return [json.loads(line) for line in done.stdout.splitlines()]


def seen(data):
    """What disk_dump says of these bytes."""
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def empty(path, size):
    with open(path, "wb") as file:
        file.truncate(size)
    return path


def place(disk, offset, part):
    """Copies a partition into a disk, without the holes."""
    run("dd", f"if={part}", f"of={disk}", "bs=1M", f"seek={offset // MEBIBYTE}", "conv=notrunc,sparse")


def cut_out(disk, offset, length, part):
    with open(disk, "rb") as whole, open(part, "wb") as file:
        whole.seek(offset)
        file.write(whole.read(length))
    return part


def make_fat(path, size, files, width=32):
    """A FAT volume; files is {path: bytes}. Folders are made as they are needed."""
    run("mkfs.fat", "-F", width, empty(path, size))
    folders = set()
    for name, data in files.items():
        parts = name.split("/")[1:-1]
        for end in range(1, len(parts) + 1):
            folder = "::/" + "/".join(parts[:end])
            if folder not in folders:
                run("mmd", "-i", path, folder)
                folders.add(folder)
        run("mcopy", "-i", path, "-", f"::{name}", input=data)
    return path


def make_ntfs(path, size, *options):
    run("mkntfs", "-Q", "-F", "-q", *options, empty(path, size))
    return Ntfs(path)
