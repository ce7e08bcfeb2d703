#!/usr/bin/env python3
"""Disks from end to end: `scan --disk`, inventories, images that qemu-img made, and readers that misbehave. The
reader is tests/support/disk_reader.cpp, in the sandbox of the real one: it does what the first sector of its disk says.
It stands beside a copy of rdpsweep, where rdpsweep looks for it."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/facts/offline/healthy-2019.json"
CONVERT = "qemu-img convert -O raw IN OUT, then scan OUT"
CANARY = "canary-of-the-disk-test"
SECTOR = 512


class Desk:
    """A folder with rdpsweep, a reader beside it, and images."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder)
        self.reader = self.path / "bin" / "rdpsweep-disk"
        (self.path / "bin").mkdir()
        shutil.copy2(lib.SCANNER, self.path / "bin" / "rdpsweep")
        lib.SCANNER = self.path / "bin" / "rdpsweep"
        self.lend_reader()

    def lend_reader(self):
        shutil.copy2(lib.BUILD / "tests/support/disk-reader", self.reader)

    def image(self, name, order, more=b""):
        """Writes a raw image whose reader does as it is ordered."""
        path = self.path / name
        data = (order + "\n").encode().ljust(SECTOR, b"\0") + more
        path.write_bytes(data.ljust(1 << 20, b"\0"))
        return path

    def windows(self, name):
        """Writes a raw image of a healthy Windows."""
        document = GOLDEN.read_bytes()
        return self.image(name, f"facts {len(document)}", document)

    def converted(self, source, name, form, *options):
        path = self.path / name
        subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", form, *options, source, path], check=True)
        return path

    def scan(self, *arguments, **kwargs):
        """Returns the finished process, and the hosts of the report by their ids."""
        report = self.path / "report.json"
        report.unlink(missing_ok=True)
        done = lib.rdpsweep("scan", *arguments, "--state", self.path / "state", "--report", f"json:{report}", **kwargs)
        hosts = json.loads(report.read_text())["hosts"] if report.exists() else []
        return done, {host["id"]: host for host in hosts}

    def readers(self):
        """Returns the processes of our reader."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.readlink(process / "exe").startswith(str(self.reader)):
                    found.append(process)
            except OSError:
                continue
        return found


def check_end(host, outcome, native, what, hint=None):
    attempt = host["attempts"][-1]
    seen = (host["outcome"], attempt["native"], attempt["what"])
    lib.check(seen == (outcome, native, what), f"{host['id']}: {seen}")
    lib.check(len(host["attempts"]) == 1, f"{host['id']} is not tried again: {len(host['attempts'])} attempts")
    if hint is not None:
        lib.check(attempt["hint"] == hint, f"{host['id']}: {attempt['hint']}")


def good_disks(desk):
    raw = desk.windows("web.raw")
    fixed = desk.converted(raw, "web.vhd", "vpc", "-o", "subformat=fixed,force_size=on")
    audit = desk.path / "audit.jsonl"
    done, hosts = desk.scan("--disk", raw, fixed, "--audit-file", audit)
    golden = json.loads(GOLDEN.read_text())
    lib.check(list(hosts) == ["web.raw", "web.vhd"], f"both are hosts: {list(hosts)} {done.stderr}")
    for image in (raw, fixed):
        host = hosts[image.name]
        lib.check(host["outcome"] == "assessed", f"{image.name}: {host['outcome']} {host['attempts']}")
        lib.check(host["name"] == golden["os"]["host"], f"it has its own name: {host['name']}")
        lib.check(host["facts"]["os"] == golden["os"], "its facts are those of the disk")
        attempt = host["attempts"][-1]
        lib.check(attempt["transport"] == "disk" and host["route"] == ["disk"], "by the disk alone")
        notes = [note["text"] for note in attempt["notes"]]
        lib.check(notes[0] == f"read from its disk, without its Windows: {image}", f"where it was: {notes}")
        lib.check(any("the VM is down since" in note for note in notes), f"since when it is down: {notes}")
        lib.check(host["source"] == "disk" and host["verdict"] == "ok" and not host["disk"]["answered"],
                  f"nothing but its disk speaks for it: {host['source']} {host['verdict']}")
        lib.check(0 < attempt["round_trips"] <= 4, f"few requests: {attempt['round_trips']}")
    records = [json.loads(line) for line in audit.read_text().splitlines()]
    lib.check(sorted(record["disk"] for record in records) == sorted([str(raw), str(fixed)]), f"recorded: {records}")
    lib.rdpsweep("audit", audit)


def formats(desk, raw):
    forms = {"x.vhdx": ("vhdx", "a VHDX"), "x.qcow2": ("qcow2", "a qcow2 image"), "x.vmdk": ("vmdk", "a VMDK"),
             "x.vdi": ("vdi", "a VDI"), "x.vhd": ("vpc", "a dynamic VHD"), "x.hds": ("parallels", "a Parallels disk")}
    images = [desk.converted(raw, name, form) for name, (form, _) in forms.items()]
    _, hosts = desk.scan("--disk", *images)
    lib.check(len(hosts) == len(forms), f"each is a host: {list(hosts)}")
    for name, (_, called) in forms.items():
        check_end(hosts[name], "unreachable", "", f"the image is {called}", CONVERT)
    # And what the hint says works.
    subprocess.run(["qemu-img", "convert", "-O", "raw", desk.path / "x.vhdx", desk.path / "out.raw"], check=True)
    _, hosts = desk.scan("--disk", desk.path / "out.raw")
    lib.check(hosts["out.raw"]["outcome"] == "assessed", f"after the conversion: {hosts['out.raw']['attempts']}")


def rude_readers(desk):
    forbidden = "the disk's reader tried what its sandbox forbids, and was ended while it read: hive"
    ends = {
        "open": ("unreachable", "SIGSYS", forbidden),
        "socket": ("unreachable", "SIGSYS", forbidden),
        "exec": ("unreachable", "SIGSYS", forbidden),
        "crash": ("unreachable", "SIGSEGV", "the disk's reader crashed while it read: hive"),
        "often 10240 1048576": ("unreachable", "", "the disk's reader asked for more than 268435456 bytes"),
        "ask 1048576 1": ("unreachable", "", "the disk's reader asked for 1 bytes at 1048576, of a disk of 1048576"),
        "loud": ("unreachable", "", "the disk's reader would answer 104857600 bytes, over 4194304"),
        "fail blocked_by_policy bitlocker the volume is encrypted":
            ("refused", "bitlocker", "the volume is encrypted"),
        "fail cancelled x not for it to say": ("unreachable", "x", "not for it to say"),
        "answer": ("unreachable", "no-frame", "the collector's answer holds no frame"),
    }
    images = {order: desk.image(f"{order.split()[0]}{number}.raw", order) for number, order in enumerate(ends)}
    _, hosts = desk.scan("--disk", *images.values(), status=(11, 12))
    lib.check(len(hosts) == len(ends), f"each is a host: {list(hosts)}")
    for order, (outcome, native, what) in ends.items():
        check_end(hosts[images[order].name], outcome, native, what)
    lib.check(desk.readers() == [], f"no reader is left: {desk.readers()}")
    lib.check_peak(250)


def slow_readers(desk):
    images = [desk.image("hang.raw", "hang"), desk.image("spin.raw", "spin")]
    _, hosts = desk.scan("--disk", *images, "--deadline", "1s")
    for image in images:
        check_end(hosts[image.name], "unreachable", "", "the disk was not read within the host's time")
    lib.check(desk.readers() == [], f"no reader is left: {desk.readers()}")


def one_reader(desk, then):
    """Starts a scan whose reader hangs, and does something to it."""
    process = subprocess.Popen(
        [str(lib.SCANNER), "scan", "--disk", str(desk.image("still.raw", "hang")), "--state", str(desk.path / "state")],
        env=lib.environment_of({"RDPSWEEP_CANARY": CANARY}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        def inside():
            return any("Seccomp:\t2" in (reader / "status").read_text() for reader in desk.readers())
        lib.check(lib.until(inside), "the reader is in its sandbox")
        then(process, desk.readers()[0])
    finally:
        process.kill()
        process.wait()
    lib.check(lib.until(lambda: not desk.readers(), 20), "the reader ends with rdpsweep")


def what_a_reader_has(desk):
    def look(_, reader):
        status = (reader / "status").read_text()
        lib.check("NoNewPrivs:\t1" in status, "it gains no privileges")
        lib.check(sorted(os.listdir(reader / "fd")) == ["0", "1", "2"], f"descriptors: {os.listdir(reader / 'fd')}")
        lib.check((reader / "environ").read_bytes() == b"", "it has no environment")
        words = (reader / "cmdline").read_bytes().split(b"\0")[1:-1]
        lib.check(words[0] == b"1048576" and words[2] == b"facts" and len(words) == 3, f"its arguments: {words}")
    if os.geteuid() == 0:  # another user sees nothing of a process that is not dumpable
        one_reader(desk, look)


def ended_from_outside(desk):
    one_reader(desk, lambda process, _: process.send_signal(signal.SIGKILL))

    def end_reader(process, reader):
        os.kill(int(reader.name), signal.SIGKILL)
        lib.check(process.wait(30) == 11, f"the run comes to its end: {process.returncode}")
    one_reader(desk, end_reader)


def inventories(desk):
    images = desk.path / "images"
    images.mkdir()
    shutil.copy(desk.windows("copy.raw"), images / "dead.raw")
    port = lib.free_port()
    fleet = desk.path / "fleet.yaml"
    fleet.write_text(f"""version: 1
credentials: {{ c: {{ username: u, password: {{ env: RDPSWEEP_PASSWORD }} }} }}
defaults: {{ credential: c, winrm: {{ port: {port} }}, rdp: {{ port: {port} }} }}
targets:
  - {{ name: dead-01, disk: {{ file: images/dead.raw }} }}
  - {{ name: half-01, address: 127.0.0.1, route: [winrm, disk], disk: {{ file: images/dead.raw }} }}
  - {{ name: live-01, address: 127.0.0.2, disk: {{ file: images/dead.raw }} }}
""")
    _, hosts = desk.scan("-i", fleet, "--retries", "0", password="no-use")
    lib.check(hosts["dead-01"]["outcome"] == "assessed", f"the disk alone: {hosts['dead-01']['attempts']}")
    lib.check(hosts["dead-01"]["name"] == "dead-01", "a name that was given stays")
    ways = [attempt["transport"] for attempt in hosts["half-01"]["attempts"]]
    lib.check(ways[-2:] == ["winrm", "disk"] and hosts["half-01"]["outcome"] == "assessed", f"the ladder: {ways}")
    lib.check(hosts["live-01"]["outcome"] == "unreachable", "a disk is never read by itself")
    # And from another folder: the path is the inventory's.
    _, hosts = desk.scan("-i", fleet, "--transport", "disk", "--no-handshake", cwd="/")
    lib.check_each(hosts.values(), lambda host: host["outcome"] == "assessed", "--transport disk")
    lib.check(len(hosts) == 3, f"all three: {list(hosts)}")
    listed = json.loads(lib.rdpsweep("targets", "-i", fleet, "--format", "json").stdout)["targets"]
    lib.check(listed[0]["disk"] == str(images / "dead.raw"), f"targets names the file: {listed[0]}")


def rerun(desk):
    """A run of disks is gone on with from any folder, by the files that it had."""
    (desk.path / "bad.raw").unlink(missing_ok=True)
    desk.windows("good.raw")
    _, first = desk.scan("--disk", "good.raw", "bad.raw", cwd=desk.path)
    check_end(first["bad.raw"], "unreachable", "errno 2", "the disk cannot be opened: No such file or directory")
    desk.windows("bad.raw")
    _, again = desk.scan("--rerun", "last", cwd="/")
    lib.check([host["outcome"] for host in again.values()] == ["assessed"], f"the one that failed: {again.keys()}")
    for folder in ("a", "b"):
        (desk.path / folder).mkdir()
    desk.windows("a/os.raw")
    _, first = desk.scan("--disk", "a/os.raw", "b/os.raw", cwd=desk.path)
    names = [str(desk.path / folder / "os.raw") for folder in ("a", "b")]
    lib.check(list(first) == names, f"files of one name are told apart by their paths: {list(first)}")
    _, again = desk.scan("--rerun", "last", cwd="/")
    lib.check(list(again) == names[1:], f"and are the same ones from elsewhere: {list(again)}")


def fitness(desk):
    said = lib.rdpsweep("doctor", "--state", desk.path / "state", status=(0, 1)).stdout
    line = next((line for line in said.splitlines() if "disk reader" in line), "")
    lib.check(line == f"ok    disk reader     {desk.reader} works, and its sandbox holds", f"doctor: {line!r}")
    desk.reader.unlink()
    said = lib.rdpsweep("doctor", "--state", desk.path / "state", status=(0, 1)).stdout
    lib.check("warn  disk reader     rdpsweep-disk is neither in" in said, f"doctor without it: {said}")
    _, hosts = desk.scan("--disk", desk.windows("web.raw"))
    attempt = hosts["web.raw"]["attempts"][-1]
    lib.check(attempt["hint"] == "cmake --build --preset release --target rdpsweep-disk, and put it beside rdpsweep",
              f"a scan without it: {attempt}")
    desk.reader.write_text("#!/bin/sh\nexit 0\n")
    desk.reader.chmod(0o755)
    said = lib.rdpsweep("doctor", "--state", desk.path / "state", status=(0, 1)).stdout
    lib.check("ended without an answer (exit 0)" in said, f"doctor with another program: {said}")
    desk.reader.unlink()
    desk.lend_reader()


def main():
    with tempfile.TemporaryDirectory(prefix="disk-") as folder:
        desk = Desk(folder)
        good_disks(desk)
        formats(desk, desk.path / "web.raw")
        rude_readers(desk)
        slow_readers(desk)
        what_a_reader_has(desk)
        ended_from_outside(desk)
        inventories(desk)
        rerun(desk)
        fitness(desk)
    lib.finish()


main()
