#!/usr/bin/env python3
"""Disks behind a SAS: azurite holds them, Microsoft's client signs, and what stands between cuts, shortens and refuses.

usage: disk_sas.py NODE MAIN (tests/azure-storage). The disks are those of disk_truth.py and disk_cost.py, as the fixed
VHDs that Azure exports. It takes half a minute: 350 MB of disks are made and uploaded, a SAS has to end, and each refusal
is a run of its own.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from support import lib, real_disk, windows_disk as wd
from support.storage_lib import Meddler, Storage, found_in, refusal, secrets_in

MOST_REQUESTS, MOST_BYTES = 120, 16_000_000
HOUR = 3600
HIDDEN = []  # what of each SAS must be found nowhere


class Desk:
    """A folder with disks, a storage that has them, and what is scanned."""

    def __init__(self, folder, storage):
        self.path, self.storage = folder, storage
        self.commands = set()
        self.said = []

    def signed(self, *wanted, **more):
        urls = self.storage.sign(*wanted, **more)
        for url in urls:
            HIDDEN.extend(secrets_in(url))
        return urls

    def file(self, name, url):
        path = self.path / f"{name}.sas"
        path.write_text(url + "\n")
        path.chmod(0o600)
        return path

    def scan(self, targets, *options, status=None, environment=None, ca=True):
        """The hosts of a scan, by name. Command lines are looked at meanwhile: of all processes there are."""
        inventory, report = self.path / "fleet.yaml", self.path / "report.json"
        inventory.write_text("version: 1\ntargets:\n" + "".join(
            f"  - {{ name: {name}, disk: {{ sas: {{ {where} }} }} }}\n" for name, where in targets.items()))
        report.unlink(missing_ok=True)
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over,))
        watch.start()
        done = lib.rdpsweep(
            "scan", "-i", inventory, "--state", self.path / "state", "--report", f"json:{report}", "--report",
            f"text:{self.path / 'report.txt'}", "--log-level", "debug", "--audit-file", self.path / "audit.jsonl",
            "--insecure", *(["--azure-ca-file", self.storage.ca] if ca else []), *options, status=status,
            environment=environment)
        over.set()
        watch.join()
        self.said.append(done.stdout + done.stderr + (report.read_text() if report.exists() else ""))
        hosts = json.loads(report.read_text())["hosts"] if report.exists() else []
        return done, {host["name"]: host for host in hosts}

    def _watch(self, over):
        while not over.wait(0.02):  # between two looks
            for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.commands.add(process.read_bytes())
                except OSError:
                    continue

    def one(self, url, *options, **more):
        """The host of one disk, and its attempt."""
        _, hosts = self.scan({"one": f"file: {self.file('one', url)}"}, "--retries", "0", *options, **more)
        return hosts["one"], hosts["one"]["attempts"][-1]


def facts_of(host):
    lib.check(host["outcome"] == "assessed", f"{host['name']}: {host['outcome']} {host['attempts']}"[:900])
    facts = json.loads(json.dumps(host.get("facts", {})))
    facts.get("collector", {}).pop("ms", None)
    return facts


def vhd(raw):
    image = raw.with_suffix(".vhd")
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", "subformat=fixed,force_size=on", raw, image],
                   check=True)
    return image


def from_files(desk, images):
    report = desk.path / "files.json"
    lib.rdpsweep("scan", "--disk", *images, "--state", desk.path / "state", "--report", f"json:{report}")
    hosts = json.loads(report.read_text())["hosts"]
    facts = {pathlib.Path(host["id"]).stem: facts_of(host) for host in hosts}
    lib.check(len(facts) == len(images) and all(one["os"]["host"] for one in facts.values()), f"files: {list(facts)}")
    return facts


def equal_facts(desk, images, known):
    """Over TLS, straight: both generations, by a variable and by files; and what that costs."""
    urls = desk.signed(*((image.stem, HOUR) for image in images), disks=[(image, image.stem) for image in images])
    where = {image.stem: f"file: {desk.file(image.stem, url)}" for image, url in zip(images, urls)}
    where[images[0].stem] = "env: SAS_OF_GEN1"
    _, hosts = desk.scan(where, environment={"SAS_OF_GEN1": urls[0]})
    for image in images:
        host = hosts[image.stem]
        lib.check(facts_of(host) == known[image.stem], f"{image.stem}: the facts of the SAS are those of the file")
        attempt = host["attempts"][-1]
        cost = (attempt["round_trips"], attempt["bytes_received"])
        print(image.stem, cost, attempt["ms"], "ms")
        lib.check(0 < cost[0] <= MOST_REQUESTS and 0 < cost[1] <= MOST_BYTES, f"{image.stem}: {cost}")
        notes = [note["text"] for note in attempt["notes"]]
        blob = f"127.0.0.1:{desk.storage.port}/{desk.storage.account}/disks/{image.stem}"
        lib.check(f"read from its disk by a SAS, without its Windows: {blob}" in notes, f"where it was: {notes}")
    audit = [json.loads(line)["disk"] for line in (desk.path / "audit.jsonl").read_text().splitlines()]
    lib.check("sas env:SAS_OF_GEN1" in audit and len(audit) == 3, f"recorded: {audit}")
    return urls


def distrust(desk, url):
    """Whoever answers with a certificate of nobody gets no SAS, also with --insecure."""
    host, attempt = desk.one(url, ca=False, status=(11, 12))
    lib.check((host["outcome"], attempt["code"]) == ("refused", "certificate_rejected"), f"distrust: {attempt}")
    lib.check("--azure-ca-file" in attempt["hint"], f"distrust: {attempt['hint']}")


def cut(desk, url, known, shorten):
    """The connection is cut in each request, once: behind half of the answer, or before any of it."""
    seen = set()

    def once(_, request, answer):
        if request in seen:
            return answer, False
        seen.add(request)
        return answer[:len(answer) // 2 if shorten else 0], True

    with Meddler(desk.storage, once) as between:
        host, attempt = desk.one(between.url(url))
        lib.check(facts_of(host) == known, "cut in each request: the facts are the same")
        notes = [note for note in attempt["notes"] if "had to be sent again" in note["text"]]
        lib.check(len(notes) == 1 and notes[0]["text"].startswith(f"{len(seen)} "), f"it is said: {attempt['notes']}")
        lib.check(len(seen) > 10 and len(between.requests) == 2 * len(seen), f"{len(seen)} {len(between.requests)}")


def refusals(desk, url):
    """What a storage may say from the 5th request on, or at once: how the host ends, and after how many requests."""
    cases = [
        (refusal("403 No", "AuthorizationPermissionMismatch"), "refused", "HTTP 403 AuthorizationPermissionMismatch", 0),
        (refusal("403 No", "AuthenticationFailed"), "refused", "HTTP 403 AuthenticationFailed", 0),
        (refusal("404 No", "BlobNotFound"), "unreachable", "HTTP 404 BlobNotFound", 0),
        (refusal("409 No", "BlobNotReady"), "unreachable", "HTTP 409 BlobNotReady", 0),
        (refusal("412 No", "ConditionNotMet"), "unreachable", "HTTP 412 ConditionNotMet", 0),
        (refusal("416 No", "InvalidRange"), "unreachable", "HTTP 416 InvalidRange", 0),
        (refusal("503 Busy", "ServerBusy", "Retry-After: 1"), "unreachable", "HTTP 503 ServerBusy", 3),
    ]
    for answer, outcome, native, more in cases:
        for first in (5,) if more else (1, 5):  # who is busy lets us wait
            def refuse(number, _, right, first=first, answer=answer):
                return (right if number < first else answer), False
            with Meddler(desk.storage, refuse) as between:
                host, attempt = desk.one(between.url(url), status=(11, 12))
                where = f"127.0.0.1:{between.port}/{desk.storage.account}/disks/gen1: "
                lib.check((host["outcome"], attempt["native"].split(",")[0]) == (outcome, native), f"{native}: {attempt}")
                lib.check(attempt["what"].startswith(where), attempt["what"])
                lib.check(attempt["hint"], f"{native}: what to do")
                lib.check(len(between.requests) == first + more, f"{native} {first}: {len(between.requests)} requests")


def of_the_storage(desk):
    """What azurite itself refuses."""
    nothing, write_only, past = desk.signed(("nothing", HOUR), ("gen1", HOUR, "w"), ("gen1", -60))
    forged = past.replace("sig=", "sig=AAAA")
    HIDDEN.extend(secrets_in(forged))
    for url, native in ((nothing, "HTTP 404 BlobNotFound"), (write_only, "HTTP 403 AuthorizationPermissionMismatch"),
                        (past, "HTTP 403 AuthorizationFailure"), (forged, "HTTP 403 AuthorizationFailure")):
        _, attempt = desk.one(url, status=(11, 12))
        lib.check(attempt["native"].split(",")[0] == native, f"{native}: {attempt}")


def expiry(desk, known):
    """A SAS ends half-way; the file has another one by then."""
    life = 3  # azurite counts in seconds
    brief, fresh = desk.signed(("gen1", life), ("gen1", HOUR))
    ends = time.time() + life + 1
    with Meddler(desk.storage) as between:
        file = desk.path / "one.sas"

        def hold(number, request, answer):
            if number == 8:
                file.write_text(between.url(fresh) + "\n")
                time.sleep(max(0, ends - time.time()))  # a peer that is slow until the SAS has ended
            return answer, False

        between.meddle = hold
        host, attempt = desk.one(between.url(brief))
        lib.check(facts_of(host) == known, "renewed half-way: the facts are the same")
        old, new = (sum(secrets_in(url)[0].encode() in request for request in between.requests) for url in (brief, fresh))
        lib.check(old == 9 and new > 5, f"the old one until it was refused, then the new one: {old} {new}")
        lib.check(not any("sent again" in note["text"] for note in attempt["notes"]), "that is no fault of the network")
    # Where there is no other one, that is the reason.
    brief, = desk.signed(("gen1", -60))
    _, hosts = desk.scan({"old": "env: OLD_SAS"}, status=(11, 12), environment={"OLD_SAS": brief})
    attempt = hosts["old"]["attempts"][-1]
    lib.check("the environment variable OLD_SAS has no other SAS" in attempt["what"], f"old: {attempt}")
    lib.check(len(hosts["old"]["attempts"]) == 1, "it is not tried again")


def mistakes(desk, url):
    """A SAS that is written into an inventory is refused and not repeated; so is one that is none."""
    for where in (f"sas: '{url}'", f"file: '{url}'", f"sas: {{ env: '{url}' }}", f"sas: {{ file: '{url}' }}"):
        inventory = desk.path / "bad.yaml"
        inventory.write_text(f"version: 1\ntargets: [ {{ name: a, disk: {{ {where} }} }} ]\n")
        done = lib.rdpsweep("scan", "-i", inventory, "--state", desk.path / "state", status=2)
        inventory.unlink()
        lib.check("disk: { sas: { env: VARIABLE } }" in done.stderr, f"a hint: {done.stderr}")
        desk.said.append(done.stdout + done.stderr)
    for value in (None, "no URL", url.replace("https:", "http:").replace("127.0.0.1", "storage.example")):
        done, hosts = desk.scan({"a": "env: SOME_SAS"}, status=2, environment={"SOME_SAS": value} if value else {})
        lib.check(not hosts and "a: the environment variable SOME_SAS" in done.stderr, f"{done.stderr}")
    open_file = desk.file("open", url)
    open_file.chmod(0o644)
    done, _ = desk.scan({"a": f"file: {open_file}"}, status=2)
    lib.check("is open to other users" in done.stderr, f"{done.stderr}")
    open_file.unlink()


def canary(desk):
    lib.check(len(HIDDEN) > 10 and len(desk.commands) > 5, f"{len(HIDDEN)} {len(desk.commands)}")
    for file in desk.path.glob("*.sas"):
        file.unlink()
    lib.check(found_in(desk.path, HIDDEN) == [], f"left in files: {found_in(desk.path, HIDDEN)}")
    lib.check((desk.path / "state").is_dir() and len(list(desk.path.rglob("hosts.jsonl*"))) > 5, "runs were stored")
    for word in HIDDEN:
        lib.check(not any(word in said for said in desk.said), "said to nobody")
        lib.check(not any(word.encode() in line for line in desk.commands), "in no command line")


def main():
    node, program = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="disk_sas") as name, tempfile.TemporaryDirectory() as other:
        folder, scratch = pathlib.Path(name), pathlib.Path(other)
        raw = [wd.generation_1(scratch / "gen1.raw", scratch, wd.sound()),
               wd.generation_2(scratch / "gen2.raw", scratch, wd.sound()), real_disk.generation_2(scratch, scratch)]
        images = [vhd(disk) for disk in raw]
        with Storage(scratch, node, program) as storage:
            desk = Desk(folder, storage)
            known = from_files(desk, images)
            url, *_ = equal_facts(desk, images, known)
            distrust(desk, url)
            cut(desk, url, known["gen1"], shorten=True)
            cut(desk, url, known["gen1"], shorten=False)
            refusals(desk, url)
            of_the_storage(desk)
            expiry(desk, known["gen1"])
            mistakes(desk, url)
            canary(desk)
    lib.finish()


main()
