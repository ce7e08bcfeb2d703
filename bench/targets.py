#!/usr/bin/env python3
"""What it costs to read an inventory of many targets in YAML, three tags each, and to print them.

usage: bench/targets.py [--build build/release] [--targets 100000] [--rounds 3]

Figures are user and system time and peak memory of `rdpsweep targets`, by format; medians.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile

from measure import ROOT, cost, peak

FORMATS = ("table", "json", "lines")


def line(number):
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return f"  - {{ name: vm-{number:06d}, address: {address}, tags: {{ role: web, env: prod, rg: rg-{number % 50} }} }}\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--targets", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        inventory = pathlib.Path(folder) / "inventory.yaml"
        inventory.write_text("version: 1\ntargets:\n" + "".join(map(line, range(wanted.targets))))
        print("| format | CPU s | peak MiB |\n|---|---|---|")
        for name in FORMATS:
            command = [str(ROOT / wanted.build / "scanner/rdpsweep"), "targets", "-i", str(inventory), "--format", name]
            told = subprocess.run(command, capture_output=True, text=True, check=False)
            if told.returncode or f"vm-{wanted.targets - 1:06d}" not in told.stdout:
                sys.exit(f"not all targets were read: {told.stderr[-300:]}")
            seconds = statistics.median(cost(command)[0] for _ in range(wanted.rounds))
            print(f"| {name} | {seconds:.2f} | {peak(command) / 1024:.0f} |", flush=True)


main()
