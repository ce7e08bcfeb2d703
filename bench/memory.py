#!/usr/bin/env python3
"""What a host of a sweep over WinRM takes in memory: while it waits for its PowerShell, and when it is done.

usage: memory.py [--build build/release] [--held 200,1000] [--growth 1000,10000] [--rounds 1]
                 [--tls 1.3] [--auth basic]

Held: PowerShell says nothing on any VM until all hosts of the scan wait for it; then the scanner's resident
memory is read, and its peak at the end, when all of them have been answered at once. Peak: the same number at
once where PowerShell takes 2.4 s (0.3 s the shell, 0.1 s the command, 2 s the output). Both less the same of one
host, a host. Growth: scans of so many hosts, 256 at once, that are answered at once: CPU, and what each finished
host leaves. Of 10,000 held: `prlimit --nofile=65536 bench/memory.py --held 10000`.
"""
import argparse
import statistics
import tempfile

from measure import DEFAULT, MODES, Scans, cost, load_lib

POWERSHELL = "300,100,2000"


def numbers(text):
    return [int(word) for word in text.split(",") if word]


def in_flight(bench, sizes, rounds):
    """Prints a row for each mode and size."""
    print("| scan | hosts at once | KiB a host, held | KiB a host, peak | MiB in all, held | peak |\n|---|---|---|---|---|---|")
    for mode in MODES:
        for size in sizes:
            found = [(*bench.held(1, mode), *bench.held(size, mode), cost(bench.scan(size, size, mode))[2])
                     for _ in range(rounds)]
            one, most, held, burst, peak = (statistics.median(column) for column in zip(*found))
            each = (held - one) / (size - 1), (peak - most) / (size - 1)
            print(f"| {mode} | {size:,} | {each[0]:.0f} | {each[1]:.0f} | {held / 1024:.0f} | "
                  f"{peak / 1024:.0f}, {burst / 1024:.0f} answered at once |", flush=True)


def growth(bench, sizes):
    """Prints whether a host costs the same in a large fleet, and what it leaves in memory."""
    before = None
    for size in sizes:
        cpu, wall, peak = cost(bench.scan(size, 256, DEFAULT))
        line = f"{size} hosts: {cpu * 1000 / size:.2f} ms of CPU a host, {size / wall:.0f} hosts/s, peak {peak / 1024:.0f} MiB"
        if before:
            line += f", {(peak - before[1]) / (size - before[0]):.2f} KiB retained a host"
        print(line, flush=True)
        before = (size, peak)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--held", default="200,1000")
    parser.add_argument("--growth", default="")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tls", choices=("1.3", "1.2"), default="1.3")
    parser.add_argument("--auth", choices=("basic", "ntlm"), default="basic")
    asked = parser.parse_args()
    lib = load_lib(asked.build)
    options = ["--inventory-auth", asked.auth, *(["--no-tls13"] if asked.tls == "1.2" else [])]
    for measure, sizes, slow in ((lambda bench, sizes: in_flight(bench, sizes, asked.rounds), numbers(asked.held),
                                  ["--powershell-ms", POWERSHELL]),
                                 (growth, numbers(asked.growth), [])):
        if not sizes:
            continue
        with tempfile.TemporaryDirectory(prefix="memory-bench-") as name, \
                lib.Fleet(max(sizes), "healthy", rdp=True, options=[*options, *slow]) as fleet:
            bench = Scans(lib, fleet, name)
            # The fleet builds its VMs when they are first asked for.
            cost(bench.scan(max(sizes), 64, DEFAULT, "--transport", "rdp"))
            measure(bench, sizes)


main()
