#!/usr/bin/env python3
"""The state directory and the reports against somebody else who can write there: what was planted is refused before
a VM is reached and before a program runs; two scans that write to one path do not mix; where the state is kept."""
import json
import os
import subprocess
import threading

from support import lib

STRANGER = 4711


def refused(done, fleet, *words):
    """A run that ended before it reached a VM, and said these words."""
    for word in words:
        lib.check(word in done.stderr, f"{word!r} is said: {done.stderr}")
    seen = fleet.stats()["connections"]["total"]
    lib.check(seen == fleet.seen, f"no VM was reached: {seen} connections, {fleet.seen} before")


def planted_trust(fleet):
    """An identity that somebody else wrote down is none."""
    state = fleet.path / "planted"
    state.mkdir(mode=0o700)
    trust = state / "trust"
    trust.write_text(f"127.0.0.1:{fleet.port} sha256:{'a' * 64} 2026-01-01T00:00:00Z\n")
    for mode, owner, what in ((0o666, 0, "mode 0666"), (0o600, STRANGER, "belongs to user 4711")):
        if owner and os.geteuid() != 0:
            continue
        trust.chmod(mode)
        if owner:
            os.chown(trust, owner, 0)
        done, _ = lib.scan(fleet, state=state, status=2)
        refused(done, fleet, str(trust), what, "chmod 600" if not owner else f"chown {os.geteuid()} ")
    trust.unlink()
    trust.symlink_to("/dev/null")
    done, _ = lib.scan(fleet, state=state, status=2)
    refused(done, fleet, str(trust), "is a symbolic link")


def open_folders(fleet):
    """A state directory, or a folder above it, that others can write to."""
    state = fleet.path / "above" / "state"
    state.mkdir(parents=True)
    for folder, mode, cure in ((state, 0o777, "chmod 700"), (state.parent, 0o777, "chmod go-w")):
        os.chmod(state, 0o700)
        os.chmod(folder, mode)
        done, _ = lib.scan(fleet, state=state, status=2)
        refused(done, fleet, f"{cure} {folder}", "mode 0777")
        doctor = lib.rdpsweep("doctor", "--state", state, status=1)
        lib.check(f"{cure} {folder}" in doctor.stdout, f"doctor says it too: {doctor.stdout}")


def planted_run(fleet):
    """A run that somebody else stored: its exec: source is not run."""
    state, witness = fleet.path / "runs-of-others", fleet.path / "witness"
    done, _ = lib.scan(fleet, state=state)
    lib.check(done.returncode == 0, f"a run to begin with: {done.stderr}")
    run = next((state / "runs").iterdir())
    stored = json.loads((run / "run.json").read_text())
    stored["run"]["args"] = ["scan", "-i", f"exec:/usr/bin/touch {witness}"]
    stored.pop("options", None)
    (run / "run.json").write_text(json.dumps(stored))
    (run / "run.json").chmod(0o666)
    fleet.seen = fleet.stats()["connections"]["total"]
    for words in (("scan", "--resume", "last"), ("scan", "--rerun", "last"), ("fix", "plan", "last"),
                  ("report", "last")):
        done = lib.rdpsweep(*words, "--state", state, password=fleet.password, status=2)
        refused(done, fleet, f"chmod 600 {run / 'run.json'}", "mode 0666")
        lib.check(not witness.exists(), f"{words}: no program was run")
    (run / "run.json").chmod(0o600)
    stored["schema"] = "rdpsweep.run/2"
    (run / "run.json").write_text(json.dumps(stored))
    done = lib.rdpsweep("report", "last", "--state", state, status=2)
    lib.check("rdpsweep.run/2" in done.stderr and "rdpsweep.run/1" in done.stderr,
              f"another schema is named: {done.stderr}")


def one_path(fleet):
    """Two scans that write their reports to the same files."""
    whole, live = fleet.path / "one.json", fleet.path / "one.jsonl"
    victim = fleet.path / "victim"
    victim.write_text("keep\n")
    for name in ("one.json", "one.jsonl", "one.json.part"):
        (fleet.path / name).symlink_to(victim)

    def sweep(number):
        lib.scan(fleet, "--report", f"jsonl:{live}", report=whole, state=fleet.path / f"one-{number}")

    threads = [threading.Thread(target=sweep, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    document = json.loads(whole.read_text())
    lib.check(document["totals"]["targets"] == fleet.vms, f"the report is whole: {document['totals']}")
    lines = [json.loads(line) for line in live.read_text().splitlines()]
    runs = {line["run"] for line in lines if "run" in line and isinstance(line["run"], str)}
    lib.check(len(lines) >= fleet.vms and len(runs) <= 1, f"the live one is of one run: {len(lines)} lines of {runs}")
    lib.check(victim.read_text() == "keep\n", "what a link points to stays as it is")
    left = sorted(path.name for path in fleet.path.glob("one.json*"))
    lib.check(left == ["one.json", "one.json.part", "one.jsonl"], f"nothing half written is left: {left}")


def redirected(fleet):
    """Reports to what the shell opened."""
    out = fleet.path / "redirected"
    out.write_text("head\n")
    with out.open("a") as file:
        subprocess.run([str(lib.SCANNER), "report", "last", "--state", str(fleet.path / "one-0"), "--report",
                        "json:/dev/stdout"], stdout=file, check=True, env=lib.environment_of())
    head, rest = out.read_text().split("\n", 1)
    lib.check(head == "head" and json.loads(rest)["totals"]["targets"] == fleet.vms,
              "what was appended to stays, and the report follows")


def where(fleet):
    """STATE_DIRECTORY, then XDG_STATE_HOME, then HOME, then the account's home; never the working folder."""
    work = fleet.path / "work"
    work.mkdir()
    told = {
        fleet.path / "systemd": {"STATE_DIRECTORY": f"{fleet.path / 'systemd'}:{fleet.path / 'second'}"},
        fleet.path / "xdg" / "rdpsweep": {"STATE_DIRECTORY": "", "XDG_STATE_HOME": str(fleet.path / "xdg")},
        fleet.path / "home" / ".local/state/rdpsweep": {
            "STATE_DIRECTORY": "", "XDG_STATE_HOME": "", "HOME": str(fleet.path / "home")},
    }
    for folder, environment in told.items():
        environment = {"XDG_STATE_HOME": str(fleet.path / "not-here"), **environment}
        lib.rdpsweep("scan", "-i", fleet.inventory, "--ca-file", fleet.ca, "-q", password=fleet.password,
                     environment=environment, cwd=work, umask=0)
        lib.check((folder / "runs").is_dir(), f"the run is kept in {folder}")
        for made in (folder, folder / "runs"):
            lib.check(made.stat().st_mode & 0o7777 == 0o700, f"{made} has mode 0700 in spite of umask 0")
        run = next((folder / "runs").iterdir())
        for made in (run / "run.json", run / "hosts.jsonl"):
            lib.check(made.stat().st_mode & 0o7777 == 0o600, f"{made} has mode 0600 in spite of umask 0")
    doctor = lib.rdpsweep("doctor", environment={"STATE_DIRECTORY": "", "XDG_STATE_HOME": "", "HOME": ""},
                          status=(0, 1), cwd=work)
    lib.check("/.local/state/rdpsweep" in doctor.stdout, f"without HOME it is the account's home: {doctor.stdout}")
    lib.check(not list(work.iterdir()), f"nothing is put into the working folder: {list(work.iterdir())}")


def main():
    with lib.Fleet(vms=6, mix="healthy") as fleet:
        fleet.seen = fleet.stats()["connections"]["total"]
        planted_trust(fleet)
        open_folders(fleet)
        planted_run(fleet)
        one_path(fleet)
        redirected(fleet)
        where(fleet)
    lib.finish()


main()
