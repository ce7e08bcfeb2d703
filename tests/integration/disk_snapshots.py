#!/usr/bin/env python3
"""Snapshots of Azure from end to end, on the simulated control plane, which serves the bytes of real images behind its
SAS: verdicts as of the files, refusals, what a killed run leaves, a hundred of them within Azure's limits. It takes
long because a hundred snapshots are 300 writes, and Azure allows 200 at once and 10 a second."""
import json
import pathlib
import signal
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

from support import lib, windows_disk as wd
from support.azure_lib import Arm, Azure

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = "?api-version=2024-03-02"
MOST_AT_ONCE = 16


def disabled(windows):
    windows["system"].setdefault(f"{wd.SERVICES}\\TermService", {})["Start"] = 4


def without_tls(windows):
    for name in ("TLS 1.0", "TLS 1.1", "TLS 1.2"):
        windows["system"][f"{wd.SCHANNEL}\\Protocols\\{name}\\Server"] = {"Enabled": 0, "DisabledByDefault": 1}


def make_images(folder, scratch):
    """Three images: a sound Windows and two sick ones, of both generations."""
    images = []
    for name, edit, make in (("sound", lambda _: None, wd.generation_2), ("disabled", disabled, wd.generation_1),
                             ("no-tls", without_tls, wd.generation_2)):
        windows = wd.sound()
        edit(windows)
        images.append(make(folder / f"{name}.raw", scratch, windows))
    return images


class Plane(Azure):
    """A control plane whose VMs have disks; none of the VMs answers."""

    def __init__(self, vms, *options):
        super().__init__(vms=vms, options=["--subscriptions", "1", *map(str, options)])
        self.state = self.path / "state"

    def __enter__(self):
        super().__enter__()
        self.arm = Arm(self)
        machines = self.arm.machines()
        self.ids = [machines[vm["address"]][0] for vm in self.truth()]
        self.subscription = f"{self.arm.base}/subscriptions/{self.ids[0].split('/')[2]}"
        return self

    def words(self, *more):
        return ["scan", "--azure-cloud", self.cloud, "--azure-ca-file", self.ca, "--state", self.state, "--no-handshake",
                "--retries", "0", *more]

    def all_disks(self, *more):
        return self.words("--all-subscriptions", "--transport", "disk", "--disk-snapshots", *more)

    def scan(self, words, **kwargs):
        report = self.path / "report.json"
        report.unlink(missing_ok=True)
        done = lib.rdpsweep(*words, "--report", f"json:{report}", password=self.password,
                            environment=self.application(), **kwargs)
        hosts = json.loads(report.read_text())["hosts"] if report.exists() else []
        return done, {host["id"]: host for host in hosts}

    def start(self, words):
        return subprocess.Popen([str(lib.SCANNER), *map(str, words)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True,
                                env=lib.environment_of(self.application(), self.password))

    def snapshots(self):
        return {row["id"].lower(): row for row in self.arm.rows(
            f"{self.subscription}/providers/Microsoft.Compute/snapshots{VERSION}")}

    def seen(self, what):
        return self.stats()["requests"].get(what, 0)

    def actions(self):
        return {key[7:] for key in self.stats()["requests"] if key.startswith("action ")}

    def journal(self):
        """The lines of the journal, and the ids that are still open after them."""
        path = self.state / "snapshots.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        left, most = [], 0
        for line in lines:
            if line["what"] == "make":
                left.append(line["id"])
            else:
                left.remove(line["id"])
            most = max(most, len(left))
        return lines, left, most

    def send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.arm.base}{path}{VERSION}", data, method=method, headers={
            "Authorization": "Bearer " + self.arm.token, "Content-Type": "application/json"})
        try:
            return self.arm.open_raw(request)
        except urllib.error.HTTPError as refused:
            return refused.code, {}, refused.read()

    def put_foreign(self, path, number):
        """A snapshot that somebody else made of a VM's disk."""
        vm = self.ids[number]
        disk = vm.replace("virtualmachines", "disks") + "_OsDisk"
        status, _, said = self.send("PUT", path, {"location": "westeurope", "tags": {"owner": "somebody"}, "properties": {
            "incremental": True, "creationData": {"createOption": "Copy", "sourceResourceId": disk}}})
        lib.check(status in (200, 202), f"somebody makes a snapshot: {status} {said}")
        for _ in range(2):
            self.send("GET", path)


def verdict_of(host):
    return (host["outcome"], host["verdict"], host["root_cause"],
            [(one["rule"], one["verdict"], one["message"]["key"]) for one in host["findings"]])


def notes_of(host):
    return [note["key"] for attempt in host["attempts"] for note in attempt["notes"]]


def by_file(folder, images):
    report = folder / "files.json"
    lib.rdpsweep("scan", "--disk", *images, "--state", folder / "state", "--report", f"json:{report}")
    hosts = {host["id"]: host for host in json.loads(report.read_text())["hosts"]}
    return [hosts[image.name] for image in images]


class Watcher:
    """Looks at the command lines and environments of all processes that it may see, while this lasts."""

    def __init__(self):
        self.found, self.over = [], threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def look(self):
        while not self.over.wait(0.02):
            for process in pathlib.Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        if b"/abcd?sv=" in (process / name).read_bytes():
                            self.found.append(process.name)
                    except OSError:
                        continue


def whole_scan(folder, images):
    """Six VMs, half of them off: what is found is what their files tell, and nothing is left."""
    files = by_file(folder, images)
    lib.check([host["verdict"] for host in files] == ["ok", "broken", "broken"], "one is sound, two are sick")
    with Plane(6, "--stopped-every", 2, "--os-disks", ",".join(map(str, images))) as plane:
        log, audit = plane.path / "log", plane.path / "audit.jsonl"
        with Watcher() as watcher:
            done, hosts = plane.scan(plane.all_disks(
                "--log-file", log, "--log-level", "debug", "--audit-file", audit, "--report",
                f"text:{plane.path / 'report.txt'}", "--report", f"html:{plane.path / 'report.html'}"))
        lib.check(len(hosts) == 6, f"each VM is a host, also those that do not run: {len(hosts)} {done.stderr}")
        for number, vm in enumerate(plane.ids):
            host = hosts[vm]
            lib.check(verdict_of(host) == verdict_of(files[number % 3]), f"as its file: {verdict_of(host)} {host['attempts']}")
            notes = notes_of(host)
            lib.check("note.disk_snapshot_made" in notes and host["source"] == "disk", f"how it was read: {notes}")
            lib.check(("note.disk_released" in notes) == (number % 2 == 1), f"since when it is down: {number} {notes}")
        lib.check(plane.snapshots() == {}, "nothing is left")
        lines, left, _ = plane.journal()
        lib.check(len(lines) == 12 and left == [], f"each was written down twice: {lines}")
        records = [json.loads(line) for line in audit.read_text().splitlines()]
        made = [record["snapshot"] for record in records if record.get("effect") == "makes_snapshot"]
        lib.check(sorted(made) == sorted(line["id"] for line in lines if line["what"] == "make") and
                  len(records) == 12, f"the audit has each snapshot and each disk: {records}")
        lib.rdpsweep("audit", audit)
        files_of_run = {p.name: lib.plain_bytes(p) for p in plane.path.rglob("*") if p.is_file() and "fleet" not in p.parts}
        lib.check({"log", "report.json", "report.html", "hosts.jsonl", "run.json", "snapshots.jsonl"} <= set(files_of_run),
                  f"there is something to search: {sorted(files_of_run)}")
        spread = [name for name, data in files_of_run.items() if b"sig=" in data or b"abcd?" in data]
        lib.check(spread == [] and "sig=" not in done.stdout + done.stderr, f"the SAS is nowhere: {spread}")
        lib.check(watcher.found == [], f"nor in a process: {watcher.found}")
        roles = ("scan-disk", "scan-inventory")
        allowed = {action.lower() for role in roles for action in
                   json.loads((ROOT / f"docs/azure-roles/{role}.json").read_text())["Actions"]}
        # What our own client asked for, besides: the list of snapshots, which a role that reads them allows.
        lib.check(plane.actions() <= allowed, f"the roles are enough: {plane.actions() - allowed}")
        lib.check("microsoft.compute/snapshots/delete" in plane.actions(), "and it deleted")
        violations = plane.stop()["violations"]
        lib.check(not violations, f"Azure has nothing to complain of: {violations}")


def given_snapshots(folder, images):
    """A snapshot that is there is read without a write, by its id and by an inventory."""
    files = by_file(folder, images)
    with Plane(2, "--os-disks", ",".join(map(str, images))) as plane:
        path = plane.ids[1].split("/providers/")[0] + "/providers/Microsoft.Compute/snapshots/keep"
        plane.put_foreign(path, 1)
        before = {what: plane.seen(what) for what in ("arm PUT", "arm DELETE", "arm PATCH")}
        done, hosts = plane.scan(plane.words("--snapshot-id", path))
        lib.check(list(hosts) == ["keep"], f"it is a host: {list(hosts)} {done.stderr}")
        lib.check(verdict_of(hosts["keep"]) == verdict_of(files[1]), f"as its file: {verdict_of(hosts['keep'])}")
        lib.check("note.disk_snapshot" in notes_of(hosts["keep"]), f"what was read: {notes_of(hosts['keep'])}")
        fleet = plane.path / "fleet.yaml"
        fleet.write_text(f"version: 1\ntargets:\n  - {{ name: web, disk: {{ snapshot: {path} }} }}\n")
        _, hosts = plane.scan(plane.words("-i", fleet))
        lib.check(hosts["web"]["name"] == "web" and verdict_of(hosts["web"]) == verdict_of(files[1]), "by an inventory")
        after = {what: plane.seen(what) for what in before}
        lib.check(after == before, f"nothing was written: {before} {after}")
        (kept,) = plane.snapshots().values()
        lib.check(kept["properties"]["diskState"] == "Unattached", "the access was ended")
        lib.check(not (plane.state / "snapshots.jsonl").exists(), "and nothing had to be written down")
        # Somebody else reads it: their access is not ended with ours.
        plane.send("POST", path + "/beginGetAccess", {"access": "Read", "durationInSeconds": 600})
        ends = plane.seen("snapshot end")
        _, hosts = plane.scan(plane.words("--snapshot-id", path))
        lib.check(hosts["keep"]["outcome"] == "assessed" and plane.seen("snapshot end") == ends, "theirs stays")
        # Without --disk-snapshots none is made.
        _, hosts = plane.scan(plane.words("--resource", plane.ids[0], "--transport", "disk"))
        lib.check("--disk-snapshots" in hosts[plane.ids[0]]["attempts"][-1]["hint"], "how to allow it is said")
        lib.check(plane.seen("arm PUT") == before["arm PUT"], "it is never automatic")


def refusals(_, images):
    kinds = {"ade": ("refused", "encryptionSettingsCollection", "Azure Disk Encryption"),
             "confidential": ("refused", "ConfidentialVM_DiskEncryptedWithPlatformKey", "confidential"),
             "private": ("refused", "networkAccessPolicy AllowPrivate", "private access only"),
             "entra": ("refused", "dataAccessAuthMode AzureActiveDirectory", "Entra ID"),
             "ephemeral": ("unreachable", "", "ephemeral"), "unmanaged": ("unreachable", "", "no managed disk"),
             "policy": ("refused", "HTTP 403 RequestDisallowedByPolicy", "No public snapshots"),
             "no-right": ("refused", "HTTP 403 AuthorizationFailed", "snapshots/write")}
    with Plane(len(kinds) + 1, "--disk-kinds", ",".join([*kinds, "plain"]), "--os-disks", images[0], "--disks-at-once") as plane:
        _, hosts = plane.scan(plane.all_disks())
        for number, (outcome, native, words) in enumerate(kinds.values()):
            attempt = hosts[plane.ids[number]]["attempts"][-1]
            lib.check(hosts[plane.ids[number]]["outcome"] == outcome and attempt["native"].startswith(native) and
                      words in attempt["what"] and attempt["hint"], f"{list(kinds)[number]}: {attempt}")
        lib.check("scan-disk.json" in hosts[plane.ids[7]]["attempts"][-1]["hint"], "missing rights name the role")
        lib.check(hosts[plane.ids[8]]["outcome"] == "assessed", f"the plain one is read: {hosts[plane.ids[8]]['attempts']}")
        lib.check(plane.seen("arm PUT") == 3, f"most are refused before anything is asked for: {plane.seen('arm PUT')}")
        lib.check(plane.snapshots() == {} and plane.journal()[1] == [], "and nothing is left")


STEPS = ["make", "make+", "look", "begin", "begin+", "read", "end", "end+", "delete", "delete+"]


def killed(_, images):
    """Ten VMs, the snapshot of each at another step of its life when the run is killed."""
    kinds = ["plain"] * len(STEPS) + ["ade"]
    with Plane(len(kinds), "--freeze", ",".join(STEPS), "--disk-kinds", ",".join(kinds), "--os-disks", images[0],
               "--disks-at-once") as plane:
        cheap = plane.words("--resource", plane.ids[-1], "--transport", "disk", "--disk-snapshots")
        process = plane.start(plane.all_disks())
        try:
            lib.check(lib.until(lambda: plane.seen("frozen") == len(STEPS)), f"each is at its step: {plane.seen('frozen')}")
            there = set(plane.snapshots())
            lib.check(len(there) == len(STEPS) - 2, f"one is not there yet, one not any more: {len(there)}")
            said = lib.rdpsweep("doctor", "--state", plane.state, status=(0, 1)).stdout
            lib.check(f"{len(STEPS)} in use by a run that goes on" in said, f"doctor while it lives: {said}")
            plane.scan(cheap)
            lib.check(set(plane.snapshots()) == there, "what a run that lives has is not touched")
        finally:
            process.send_signal(signal.SIGKILL)
            process.communicate()
        lines, left, _ = plane.journal()
        lib.check(len(left) == len(STEPS), f"each has its name: {lines}")
        said = lib.rdpsweep("doctor", "--state", plane.state, status=(0, 1)).stdout
        for snapshot in left:
            name = snapshot.split("/")[-1]
            lib.check(f"{name} was asked for " in said and f"az snapshot delete --ids {snapshot}" in said, f"doctor names {name}: {said}")
        # Another one has taken the name of the first, which was never made; its tags are not ours.
        unmade = next(line["id"] for line in lines if line["vm"].lower() == plane.ids[0])
        plane.put_foreign(unmade, 0)
        done, _ = plane.scan(cheap)
        lib.check(list(plane.snapshots()) == [unmade.lower()], f"all of ours are gone: {list(plane.snapshots())} {done.stderr}")
        lib.check(done.stderr.count("removed the snapshot") == len(STEPS) - 2, f"each is told: {done.stderr}")
        lib.check("has not our tag, and is left alone" in done.stderr, f"and what is not ours: {done.stderr}")
        # The one that was deleted already is looked for once more, until the request cannot come to anything any more.
        lib.check(len(plane.journal()[1]) == 2, f"what is not certain keeps its name: {plane.journal()[1]}")
        damaged = plane.state / "snapshots.jsonl"
        damaged.write_text("nonsense\n" + damaged.read_text())
        done, _ = plane.scan(cheap, status=1)
        lib.check("damaged at line 1" in done.stderr, f"a damaged journal ends it: {done.stderr}")


def ended(_, images):
    """Ctrl-C and the host's deadline while a snapshot is read: it is removed all the same."""
    with Plane(2, "--freeze", "read,read", "--os-disks", images[0], "--disks-at-once") as plane:
        process = plane.start(plane.all_disks("--limit", "1"))
        try:
            lib.check(lib.until(lambda: plane.seen("frozen") == 1), "it is being read")
            lib.check(len(plane.snapshots()) == 1, "from a snapshot")
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=100)
        finally:
            process.kill()
        lib.check(process.returncode == 130, f"it was interrupted: {process.returncode} {said}")
        lib.check(plane.snapshots() == {} and plane.journal()[1] == [], f"and the snapshot is gone: {plane.journal()} {said}")
        _, hosts = plane.scan(plane.words("--resource", plane.ids[1], "--transport", "disk", "--disk-snapshots",
                                          "--deadline", "2s"))
        lib.check(hosts[plane.ids[1]]["outcome"] == "unreachable", f"its time was over: {hosts[plane.ids[1]]['attempts']}")
        lib.check(plane.snapshots() == {} and plane.journal()[1] == [], "and its snapshot is gone as well")


def a_hundred(folder, _):
    empty = folder / "empty.raw"
    empty.write_bytes(bytes(1 << 20))
    with Plane(100, "--os-disks", empty, "--disks-at-once", "--arm-limits") as plane:
        _, hosts = plane.scan(plane.all_disks())
        lib.check(len(hosts) == 100, f"each is a host: {len(hosts)}")
        lib.check_each(hosts.values(), lambda host: "note.disk_snapshot_made" in notes_of(host), "each from its snapshot")
        lines, left, most = plane.journal()
        lib.check(len(lines) == 200 and left == [] and plane.snapshots() == {}, f"nothing is left: {len(lines)} {left}")
        lib.check(most == MOST_AT_ONCE, f"so many at once: {most}")
        lib.check(plane.seen("arm limit tripped") == 0, "no limit of Azure's is tripped")


def main():
    with tempfile.TemporaryDirectory(prefix="snapshots-") as name:
        folder = pathlib.Path(name)
        scratch = folder / "scratch"
        scratch.mkdir()
        images = make_images(folder, scratch)
        cases = []
        for case in (whole_scan, given_snapshots, refusals, killed, ended, a_hundred):
            own = folder / case.__name__
            own.mkdir()

            def run(case=case, own=own):
                case(own, images)
            run.__name__ = case.__name__
            cases.append(run)
        lib.side_by_side(*cases)
    lib.finish()


main()
