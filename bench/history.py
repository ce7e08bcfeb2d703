#!/usr/bin/env python3
"""Measures the history: how long the end of a run takes to write it, how large a year is, and how long
`diff last` takes.

usage: bench/history.py [--build build/release] [--nights 400] [--hosts 10000]

Writes nights of a made-up fleet by the library itself: 31 findings a host, one in 100 of them
another each night, 12 of 100 texts a host's own. Exits with 1 where a night takes longer than 1 s
to write, or a year of 400 nights is larger than 200 MiB. Then it stores 3 nights as runs, those before the last
compressed, and times `diff last` over them: the aim is 0.5 s, which is said and not enforced. Only the release preset means anything.
"""
import argparse
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20


def diff(build, hosts):
    """Prints how long `diff last` takes; returns nothing."""
    program = build / "bench/stored_nights"
    subprocess.run(["cmake", "--build", build, "--target", "stored_nights", "rdpsweep"], check=True,
                   stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as state:
        subprocess.run([program, state, "3", str(hosts)], check=True)
        stored = sum(path.stat().st_size for path in pathlib.Path(state).rglob("hosts.jsonl*")) / MIB
        times, peak = [], 0
        for _ in range(5):
            begun = time.monotonic()
            subprocess.run([build / "scanner/rdpsweep", "diff", "last", "--state", state, "-o", f"{state}/diff.txt"],
                           check=True)
            times.append(time.monotonic() - begun)
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"diff last of {hosts} hosts, {stored:.0f} MiB of 3 runs: best {min(times):.2f} s, "
              f"median {statistics.median(times):.2f} s (aim: 0.5 s), peak of all {peak:.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--nights", type=int, default=400)
    parser.add_argument("--hosts", type=int, default=10000)
    options = parser.parse_args()
    program = pathlib.Path(options.build) / "bench/history_nights"
    subprocess.run(["cmake", "--build", options.build, "--target", "history_nights"], check=True,
                   stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as state:
        done = subprocess.run([program, state, str(options.nights), str(options.hosts)],
                              check=True, capture_output=True, text=True)
        nights = [tuple(map(float, line.split())) for line in done.stdout.splitlines()]
        size = (pathlib.Path(state) / "history.db").stat().st_size / MIB
    gathering, writing = zip(*nights)
    print(f"{options.nights} nights of {options.hosts} hosts: {size:.1f} MiB")
    print(f"first night: gathered in {gathering[0]:.2f} s, written in {writing[0]:.2f} s")
    print(f"others, written: median {statistics.median(writing[1:] or writing):.2f} s, "
          f"last {writing[-1]:.2f} s, worst {max(writing[1:] or writing):.2f} s; "
          f"gathered: median {statistics.median(gathering):.2f} s")
    diff(pathlib.Path(options.build), options.hosts)
    slow = max(writing[1:] or writing) > 1.0
    return 1 if slow or size > 200 else 0


if __name__ == "__main__":
    sys.exit(main())
