#!/usr/bin/env python3
"""Readers that are slow, that leave, and that never come: no VM is lost to them, every one of them costs only what
was written to it, and the run ends when it should."""
import fcntl
import functools
import json
import os
import signal
import subprocess
import termios
import threading
import time

from support import lib

VMS = 100       # some 18 KB of a live report each: 1 MiB waits for a slow reader, and more than that is to be had
JOBS = 4
HELD = "no host is begun: the reader of an output is slow"
DEADLINE = 12   # seconds, of runs whose reader never comes: many times what 10 VMs take
LAST_WORDS = 5  # seconds that each output gets once the run is to end


def command(fleet, state, *options, verb="scan"):
    return [str(lib.SCANNER), verb, "-i", str(fleet.inventory), "--ca-file", str(fleet.ca), "--quota-delay", "200ms",
            "--state", str(state), "--jobs", str(JOBS), *map(str, options)]


def start(fleet, state, *options, verb="scan", **kwargs):
    kwargs = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **kwargs}
    return subprocess.Popen(command(fleet, state, *options, verb=verb), text=True,
                            env=lib.environment_of(password=fleet.password), **kwargs)


def records(state, kind):
    """Returns how many records of that kind the run's store has."""
    count = 0
    for path in (state / "runs").glob("*/hosts.jsonl"):
        count += sum(f'"record":"{kind}"' in line for line in path.read_text().split("\n")[:-1])
    return count


def check_store(state, vms, what):
    """The run is whole, whatever became of its reports."""
    run = json.loads(next((state / "runs").glob("*/run.json")).read_text())
    check = run.get("totals", {}).get("assessed")
    lib.check(check == vms, f"{what}: all {vms} VMs are assessed and stored, not {check}")


def reads_nothing_until_told(fleet):
    """A reader that stands still holds the next VMs back, and no VM that was begun."""
    state, fifo, said = fleet.path / "slow", fleet.path / "slow.fifo", fleet.path / "slow.err"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with open(said, "w", encoding="utf-8") as file:
        process = start(fleet, state, "--report", f"jsonl:{fifo}", stderr=file)

    def held():
        if records(state, "started"):
            process.send_signal(signal.SIGUSR1)
        return HELD in said.read_text()

    lib.check(lib.until(held), f"the status says why no VM is begun: {said.read_text()[-400:]}")
    lib.check(lib.until(lambda: records(state, "started") == records(state, "finished")),
              "VMs in flight come to their end while nobody reads")
    begun = records(state, "started")
    lib.check(40 < begun < VMS, f"and no further VM is begun: {begun} of {VMS} were")
    os.set_blocking(reader, True)
    with open(reader, encoding="utf-8") as pipe:
        lines = [json.loads(line) for line in pipe]
    lib.check_ending(("scan",), process.wait(60), (0,), said.read_text())
    lib.check_each(lines[:-1], lambda line: line["outcome"] == "assessed", "every VM of the report is assessed")
    lib.check(len({line["name"] for line in lines[:-1]}) == len(lines) - 1 == VMS, f"each once: {len(lines) - 1}")
    lib.check(lines[-1]["summary"]["assessed"] == VMS, f"and the summary is last: {str(lines[-1])[:200]}")
    check_store(state, VMS, "a reader that reads late")


def never_comes(fleet):
    """FIFOs that nobody opens: both are named, and the run ends after its deadline."""
    state, live, late = fleet.path / "never", fleet.path / "never.fifo", fleet.path / "late.fifo"
    os.mkfifo(live)
    os.mkfifo(late)
    begun = time.monotonic()
    process = start(fleet, state, "--run-deadline", f"{DEADLINE}s", "--report", f"jsonl:{live}",
                    "--report", f"json:{late}", "--limit", "10")
    _, said = process.communicate(timeout=60)
    took = time.monotonic() - begun
    lib.check_ending(("scan",), process.returncode, (1,), said)
    for fifo in (live, late):
        lib.check(f"cannot write the report {fifo}: nobody reads it" in said, f"{fifo.name} is named: {said}")
    lib.check(said.count("errno 6") == 2, f"with its errno: {said}")
    lib.check(took < DEADLINE + 4 * LAST_WORDS, f"the run ends after its deadline: {took:.1f} s")
    check_store(state, 10, "FIFOs that nobody opens")


def never_reads(fleet):
    """A reader that opens the FIFO and takes nothing."""
    state, fifo = fleet.path / "idle", fleet.path / "idle.fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    process = start(fleet, state, "--run-deadline", f"{DEADLINE}s", "--report", f"jsonl:{fifo}", "--limit", "10")
    _, said = process.communicate(timeout=60)
    os.close(reader)
    lib.check_ending(("scan",), process.returncode, (1,), said)
    lib.check(f"cannot write the report {fifo}: its reader takes nothing (config)\n  errno 11" in said,
              f"it is named, with its errno: {said}")
    check_store(state, 10, "a reader that takes nothing")


def goes_away(fleet):
    """A reader that leaves after the first VM."""
    state = fleet.path / "left"
    process = start(fleet, state, "--report", "jsonl:-", "--limit", "30", stdout=subprocess.PIPE)
    first = json.loads(process.stdout.readline())
    process.stdout.close()
    said = process.stderr.read()
    lib.check_ending(("scan",), process.wait(60), (1,), said)
    lib.check(first["outcome"] == "assessed", "the first VM is seen when it is done")
    lib.check("cannot write the report to stdout: Broken pipe (config)\n  errno 32" in said,
              f"that it left is told at the end: {said}")
    check_store(state, 30, "a reader that left")


def check_to_a_full_pipe(fleet):
    """The verb check streams as well."""
    state = fleet.path / "check"
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    process = start(fleet, state, "--run-deadline", f"{DEADLINE}s", verb="check", stdout=writer)
    os.close(writer)
    _, said = process.communicate(timeout=60)
    os.close(reader)
    lib.check_ending(("check",), process.returncode, (1,), said)
    lib.check("cannot write stdout: its reader takes nothing" in said, f"check names stdout: {said}")


def stopped_terminal(fleet):
    """Ctrl-S while a run goes on: all VMs are assessed, and the screen comes with Ctrl-Q."""
    state = fleet.path / "terminal"
    master, terminal = os.openpty()
    termios.tcflow(terminal, termios.TCOOFF)
    process = start(fleet, state, "--limit", "20", stdout=terminal, stderr=terminal)
    lib.check(lib.until(lambda: (state / "runs").exists() and records(state, "finished") == 20),
              "a stopped terminal stops no run")
    lib.check(process.poll() is None, "the run waits with its screen")
    termios.tcflow(terminal, termios.TCOON)
    os.close(terminal)
    shown = []

    def read():
        try:
            while piece := os.read(master, 4096):
                shown.append(piece)
        except OSError:  # EIO: the other side is closed
            return

    reader = threading.Thread(target=read)
    reader.start()
    lib.check_ending(("scan",), process.wait(60), (0,))
    reader.join(60)
    text = b"".join(shown).decode()
    lib.check("20 targets" in text and "is stored in" in text, f"the screen is whole: {text[-1500:]}")
    os.close(master)


def main():
    with lib.Fleet(vms=VMS, mix="healthy") as fleet:
        lib.side_by_side(*[functools.wraps(case)(lambda case=case: case(fleet)) for case in (
            reads_nothing_until_told, never_comes, never_reads, goes_away, check_to_a_full_pipe, stopped_terminal)])
    lib.finish()


main()
