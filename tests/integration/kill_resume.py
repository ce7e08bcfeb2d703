#!/usr/bin/env python3
"""kill -9 at 200 random moments, half of them with the end of the record torn off as a power cut would: 400 runs,
which is why it takes long. Whatever the moment: every host that the live report had named is kept, the resumed run
visits the rest and only the rest, its report holds every host exactly once, and its totals add up. The moments come
from a seed, which is printed: RDPSWEEP_TEST_SEED repeats them."""
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import time

from support import lib

MOMENTS = int(os.environ.get("RDPSWEEP_TEST_MOMENTS", "200"))
# A run is interrupted before, between and in the middle of visits as long as there are several times as many hosts
# as are visited at once; what a kill can tear is the last two records. More hosts only take longer.
VMS = 12
SEED = int(os.environ.get("RDPSWEEP_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
AT_ONCE = 3


def start(fleet, state):
    command = [str(lib.SCANNER), "scan", "-i", str(fleet.inventory), "--ca-file", str(fleet.ca),
               "--state", str(state), "--jobs", "3", "--report", "jsonl:" + str(state) + ".jsonl", "-q"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            env=lib.environment_of(password=fleet.password))


def records(state):
    """The whole lines of hosts.jsonl: indexes of the finished hosts in order, and their names."""
    finished, names = [], set()
    for path in (state / "runs").glob("*/hosts.jsonl"):
        for line in path.read_bytes().split(b"\n")[:-1]:
            record = json.loads(line)
            if record["record"] == "finished":
                finished.append(record["index"])
                names.add(record["host"]["name"])
    return finished, names


def announced(state):
    """Hosts that the live report had named when the run was killed: these must be kept."""
    path = state.with_name(state.name + ".jsonl")
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return {record["name"] for record in map(json.loads, lines) if "name" in record}


def cut(state, dice):
    """What a power cut does to the bytes that were not synced yet: the end of the file is missing,
    anywhere in the last two records."""
    for path in (state / "runs").glob("*/hosts.jsonl"):
        data = path.read_bytes()
        begins = [0] + [at + 1 for at, byte in enumerate(data) if byte == 10]
        os.truncate(path, dice.randint(begins[max(0, len(begins) - 3)], len(data)))


def one_moment(fleet, number, delay, seed):
    state = fleet.path / f"state-{number}"
    process = start(fleet, state)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    ended = process.wait() == 0
    lib.check_ending((f"moment {number}",), process.returncode, (0, -signal.SIGKILL))
    if not list(state.glob("runs/*/run.json")):
        return "before the run"
    finished, names = records(state)
    lost = announced(state) - names
    lib.check(not lost, f"{number}: what was announced is kept: {lost}")
    if number % 2 == 1:
        cut(state, random.Random(seed))
        finished, names = records(state)
    kept = set(finished)
    lib.check(len(finished) == len(kept), f"{number}: no host is there twice: {finished}")
    report = fleet.path / f"{number}.json"
    done = lib.rdpsweep("scan", "--resume", "last", "--state", state, "--report", f"json:{report}", "-q",
                        password=fleet.password)
    if not report.exists():
        lib.check(False, f"{number} at {delay:.3f} s: no report: {done.stderr}")
        return "failed"
    document = json.loads(report.read_text())
    told = [host["name"] for host in document["hosts"]]
    lib.check(len(told) == VMS == len(set(told)), f"{number}: every host once: {sorted(told)}")
    lib.check(document["totals"]["assessed"] == VMS == document["totals"]["targets"],
              f"{number}: the totals add up: {document['totals']} {done.stderr}")
    lib.check(done.returncode == 0, f"{number}: exit 0, not {done.returncode}: {done.stderr}")
    lib.check(not document["run"]["interrupted"], f"{number}: it is complete")
    after, _ = records(state)
    lib.check(after[:len(finished)] == finished, f"{number}: what was kept stays as it was")
    again = set(after[len(finished):]) & kept
    lib.check(not again, f"{number}: no assessed host is visited again: {again}")
    lib.check(len(after) == VMS, f"{number}: the rest is visited once: {after}")
    return "after the run" if ended or len(kept) == VMS else "in the middle"


def main():
    print(f"RDPSWEEP_TEST_SEED={SEED}")
    dice = random.Random(SEED)
    with lib.Fleet(vms=VMS, mix="healthy", seed=2) as fleet:
        begun = time.monotonic()
        lib.check_ending(("a whole run",), start(fleet, fleet.path / "whole").wait(), (0,))
        whole = time.monotonic() - begun
        # Runs that share the machine take longer: the moments reach well into them.
        moments = [(number, dice.uniform(0.02, whole * 1.5), dice.random()) for number in range(MOMENTS)]
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            kinds = list(pool.map(lambda moment: one_moment(fleet, *moment), moments))
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    print(f"a whole run takes {whole:.2f} s; killed: {counts}")
    lib.check(counts.get("in the middle", 0) >= MOMENTS // 4, f"enough moments are inside: {counts}")
    lib.finish()


main()
