#!/usr/bin/env python3
"""What a disk behind a SAS costs: one, and 12 at once, with 15 ms to the storage.

usage: disk.py [BUILD [TIMES]]   (default build/release 5; the target rdpsweep_npm_disk_sas has to be built, too)
The storage is azurite on loopback, over TLS. What comes and goes is held back by half of a round trip each by a proxy in
Python (support/storage_lib.py). The disk is the one of tests/integration/disk_cost.py, as a fixed VHD.
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from measure import ROOT, load_lib

AIMS = {"requests": 100, "MB": 10, "s": 1.5, "MiB a disk": 30, "s for 12": 8}
ROUND_TRIP, DISKS = 0.015, 12
TIMES = int(sys.argv[2]) if len(sys.argv) > 2 else 5
build = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "build/release")
lib = load_lib(build)
from support import real_disk  # noqa: E402
from support.storage_lib import Delay, Storage  # noqa: E402


def peak_of(process):
    """The peak of resident memory so far, in MiB; 0 of one that is gone."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except (OSError, IndexError):
        return 0


def readers():
    """The processes that read disks."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text() == "rdpsweep-disk\n":
                yield process.name
        except OSError:
            continue


def scan(folder, urls):
    """Reads the disks of these URLs: seconds, the attempts, MiB of rdpsweep and of its largest reader."""
    targets = []
    for number, url in enumerate(urls):
        sas = folder / f"{number}.sas"
        sas.write_text(url)
        sas.chmod(0o600)
        targets.append(f"  - {{ name: disk-{number}, disk: {{ sas: {{ file: {sas} }} }} }}\n")
    (folder / "fleet.yaml").write_text("version: 1\ntargets:\n" + "".join(targets))
    begun = time.monotonic()
    process = subprocess.Popen(
        [lib.SCANNER, "scan", "-i", folder / "fleet.yaml", "--state", folder / "state", "--azure-ca-file",
         folder / "storage.pem", "--report", f"json:{folder / 'report.json'}", "-q"], stdout=subprocess.DEVNULL)
    ours, theirs, over = [0.0], [0.0], threading.Event()

    def watch():
        while not over.wait(0.01):
            ours.append(peak_of(process.pid))
            theirs.extend(peak_of(reader) for reader in readers())

    watcher = threading.Thread(target=watch)
    watcher.start()
    process.wait()
    seconds = time.monotonic() - begun
    over.set()
    watcher.join()
    hosts = json.loads((folder / "report.json").read_text())["hosts"]
    if any(host["outcome"] != "assessed" for host in hosts):
        sys.exit(f"disk.py: {hosts[0]['attempts']}")
    return seconds, [host["attempts"][-1] for host in hosts], max(ours), max(theirs)


def main():
    node = shutil.which("node") or shutil.which("nodejs")
    program = build / "tests/azure-storage/main.mjs"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        image = folder / "real.vhd"
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "subformat=fixed,force_size=on",
                        real_disk.generation_2(folder, folder), image], check=True)
        with Storage(folder, node, program) as storage:
            signed, = storage.sign(("real", 3600), disks=[(image, "real")])
            for trip in (0, ROUND_TRIP):
                port = Delay(storage.port, trip).port if trip else storage.port
                url = signed.replace(f":{storage.port}/", f":{port}/")
                ones = [scan(folder, [url]) for _ in range(TIMES)]
                attempt = ones[0][1][0]
                seconds = statistics.median(one[0] for one in ones)
                read = statistics.median(one[1][0]["ms"] for one in ones) / 1000
                mine, reader = max(one[2] for one in ones), max(one[3] for one in ones)
                print(f"{trip * 1000:2.0f} ms, 1 disk: {attempt['round_trips']} round trips, "
                      f"{attempt['bytes_received'] / 1e6:.1f} MB, {read:.2f} s (whole run {seconds:.2f} s), "
                      f"rdpsweep {mine:.0f} MiB, reader {reader:.0f} MiB")
                many = [scan(folder, [url] * DISKS) for _ in range(TIMES)]
                seconds = statistics.median(one[0] for one in many)
                most, reader = max(one[2] for one in many), max(one[3] for one in many)
                each = reader + (most - mine) / (DISKS - 1)
                print(f"{trip * 1000:2.0f} ms, {DISKS} disks at once: {seconds:.2f} s, rdpsweep {most:.0f} MiB, "
                      f"each {each:.0f} MiB")
    print("aims at 15 ms:", ", ".join(f"{number} {what}" for what, number in AIMS.items()))


main()
