#!/usr/bin/env python3
"""SIGINT and SIGTERM in the middle of a run: drained, stored, reported, and resumed to the end
without visiting an assessed host again, from another folder too. SIGKILL: what was finished is still there."""
import json
import signal
import subprocess

from support import lib

# Several times as many as are visited at once (8) and as are finished when the signal comes: some are done, some are
# in flight, and most are left.
VMS, DONE = 160, 24


def start(fleet, state, report, folder=None):
    command = [str(lib.SCANNER), "scan", "-i", str(fleet.inventory), "--ca-file", str(fleet.ca),
               "--state", str(state), "--jobs", "8", "--report", f"json:{report}"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            cwd=folder, env=lib.environment_of(password=fleet.password))


def finished_lines(state):
    lines = []
    for path in (state / "runs").glob("*/hosts.jsonl"):
        lines += [line for line in path.read_bytes().split(b"\n")[:-1] if b'"finished"' in line[:30]]
    return lines


def wait_for(state, count):
    if not lib.until(lambda: (state / "runs").exists() and len(finished_lines(state)) >= count):
        raise RuntimeError("the run makes no progress")


def interrupted(fleet, number, status):
    state = fleet.path / f"state-{number}"
    folder = fleet.path / "begun"
    folder.mkdir(exist_ok=True)
    report = folder / f"{number}.json"
    process = start(fleet, state, report.name, folder)
    wait_for(state, DONE)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    lib.check_ending((f"signal {number}",), process.returncode, (status,), said)
    document = json.loads(report.read_text())
    totals = document["totals"]
    lib.check(totals["not_attempted"] > 0 and totals["assessed"] >= DONE, f"some are done, some are left: {totals}")
    lib.check(totals["assessed"] + totals["unreachable"] + totals["not_attempted"] == VMS, f"{totals}")
    lib.check(document["run"]["interrupted"], "the report says that it was interrupted")
    return state, document["run"]["id"], totals["assessed"]


def resumed(fleet, state, run, already):
    # Nothing but the run is named: its inventory and options are those it was begun with.
    report = fleet.path / "resumed.json"
    done = lib.rdpsweep("scan", "--resume", run, "--state", state, "--report", f"json:{report}",
                        password=fleet.password)
    document = json.loads(report.read_text())
    totals = document["totals"]
    lib.check(totals["assessed"] == VMS, f"resumed: all are assessed: {totals} {done.stderr[-500:]}")
    lib.check(document["run"]["id"] == run, "it is the same run")
    visited = len(finished_lines(state))
    lib.check(visited <= 2 * VMS - already, f"assessed hosts are not visited again: {visited} records")


def resumed_elsewhere(fleet, state, number):
    """Goes on from another folder, where a report of that name is another run's: the run's own report is the one
    that is written anew, and it is told."""
    report, folder = fleet.path / "begun" / f"{number}.json", fleet.path / "elsewhere"
    folder.mkdir()
    (folder / report.name).write_text("another run's")
    done = lib.rdpsweep("scan", "--resume", "last", "--state", state, password=fleet.password, cwd=folder)
    lib.check((folder / report.name).read_text() == "another run's", "a file of the same name is left alone")
    totals = json.loads(report.read_text())["totals"]
    lib.check(totals["assessed"] == VMS, f"the report is where the run was begun: {totals}")
    lib.check(f"reports written anew: json in {report}\n" in done.stderr, f"and it is told: {done.stderr[:500]}")


def main():
    with lib.Fleet(vms=VMS, mix="healthy", seed=2) as fleet:
        state, run, already = interrupted(fleet, signal.SIGINT, 130)
        resumed(fleet, state, run, already)
        state, _, _ = interrupted(fleet, signal.SIGTERM, 143)
        resumed_elsewhere(fleet, state, signal.SIGTERM)

        state = fleet.path / "state-kill"
        process = start(fleet, state, fleet.path / "kill.json")
        wait_for(state, DONE)
        process.kill()
        process.communicate()
        lib.check(process.returncode == -signal.SIGKILL, f"it is killed in the middle: {process.returncode}")
        kept = len(finished_lines(state))
        lib.check(DONE <= kept < VMS, f"what was finished is on disk: {kept}")
        told = lib.rdpsweep("report", "last", "--state", state, "--report", "json:-")
        document = json.loads(told.stdout)
        lib.check(document["totals"]["assessed"] == kept, f"the killed run can be read: {document['totals']}")
        lib.check(document["totals"]["targets"] == VMS, f"it still knows all its targets: {document['totals']}")
        resumed(fleet, state, document["run"]["id"], kept)
    lib.finish()


main()
