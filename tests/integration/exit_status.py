#!/usr/bin/env python3
"""The exit status of every ending of docs/nightly.md that a scan can meet."""
import json
import os
import threading

from support import lib


def main():
    with lib.Fleet(vms=4, mix="healthy") as fleet:
        done, _ = lib.scan(fleet)
        lib.check(done.returncode == 0, f"all healthy is 0, not {done.returncode}: {done.stdout}")
        lib.check(len(done.stdout.splitlines()) <= 40, "the final screen has at most 40 lines")
        usage(fleet)
        store(fleet)
        reports(fleet)
        places(fleet)
    with lib.Fleet(vms=3, mix="one:tls_all_off") as fleet:
        done, _ = lib.scan(fleet)
        lib.check(done.returncode == 10, f"findings only is 10, not {done.returncode}")
        done, _ = lib.scan(fleet, "--fail-on", "never")
        lib.check(done.returncode == 0, f"--fail-on never is 0, not {done.returncode}")
        done, _ = lib.scan(fleet, "-t", "127.9.9.9:1",
                           "--credential", "fleet")
        lib.check(done.returncode == 12, f"findings and incomplete is 12, not {done.returncode} {done.stderr}")
    lib.finish()


def places(fleet):
    """A report is put where it was asked for, and what stands there stays what it is."""
    pipe, link, behind = fleet.path / "pipe", fleet.path / "link", fleet.path / "behind.json"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    behind.write_text("keep")
    link.symlink_to(behind)
    done, _ = lib.scan(fleet, "--report", f"json:{pipe}", "--report", f"json:{link}")
    reader.join(10)
    lib.check(done.returncode == 0, f"reports to a pipe and in the place of a link: {done.stderr}")
    lib.check(pipe.is_fifo() and read and json.loads(read[0])["schema"] == "rdpsweep.report/1",
              "a pipe is written to, not replaced")
    lib.check(not link.is_symlink() and json.loads(link.read_text())["totals"]["targets"] == 4
              and behind.read_text() == "keep", "a link is replaced, and what it pointed to stays as it is")
    done, _ = lib.scan(fleet, "--report", f"json:{fleet.path}", status=(1, 2))
    lib.check("directory" in done.stderr,
              f"a folder is no place for a report, and that is said at once: {done.returncode} {done.stderr}")


def usage(fleet):
    cases = {
        ("scan", "--no-such-option"): 2,
        ("scan", "-i", "/no/such/file.yaml"): 2,
        ("nonsense",): 2,
        ("--version",): 0,
        ("--help",): 0,
        ("scan", "--help"): 0,
        ("explain", "NO.SUCH"): 2,
        ("report", "last", "--state", "/nonexistent"): 2,
    }
    for arguments, status in cases.items():
        done = lib.rdpsweep(*arguments, password="x", status=status)
        lib.check(done.returncode == status, f"{arguments}: {status}, not {done.returncode} {done.stderr}")
    empty = fleet.path / "empty.yaml"
    empty.write_text("version: 1\ntargets: []\n")
    done = lib.rdpsweep("scan", "-i", empty, "--state", fleet.path / "s", password="x", status=3)
    lib.check(done.returncode == 3, f"no target is 3, not {done.returncode} {done.stderr}")
    done = lib.rdpsweep("scan", "-i", empty, "--allow-empty", "--state", fleet.path / "s", password="x")
    lib.check(done.returncode == 0, f"--allow-empty is 0, not {done.returncode} {done.stderr}")
    done = lib.rdpsweep("scan", "-i", fleet.inventory, "--state", fleet.path / "s",
                        environment={lib.PASSWORD_VARIABLE: ""}, status=2)
    lib.check(done.returncode == 2, f"an empty password is 2, not {done.returncode} {done.stderr}")


def store(fleet):
    done, _ = lib.scan(fleet, state="/proc/nowhere", status=(1, 2))
    lib.check("/proc/nowhere" in done.stderr, f"a store that cannot be is named: {done.stderr}")
    done, _ = lib.scan(fleet, "--report", "jsonl:/dev/full", status=1)
    lib.check("No space left" in done.stderr, f"a full disk is told: {done.stderr}")


def reports(fleet):
    state = fleet.path / "again"
    done, document = lib.scan(fleet, state=state, report=fleet.path / "first.json")
    told = lib.rdpsweep("report", "last", "--state", state, "--report", "json:-")
    again = json.loads(told.stdout)
    lib.check(len(again["hosts"]) == 4 and again["hosts"] == document["hosts"], "a stored run re-renders the same hosts")
    lib.check(again["totals"] == document["totals"], "and the same totals")


main()
