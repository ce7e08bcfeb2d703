#!/usr/bin/env python3
"""Thousands of addresses looked at from outside, without a credential, on the simulated fleet: hosts a
second, CPU and memory of rdpsweep alone.

usage: rdp_sweep.py [--build build/release] [--vms 2000] [--jobs 256,1000] [--repeat 2] [--matrix] [--instructions]

With --matrix each host is asked for every version of TLS, as rdpsweep scan --rdp-matrix does. --instructions: only
callgrind's slope between 8 and 32 hosts, beside a bare OpenSSL loop that does the same on the wire.
"""
import argparse
import os
import subprocess
import sys
import time

from measure import load_lib, slopes


def measure(command):
    """CPU seconds, wall seconds and peak KiB of a command."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 10, 11, 12):
        sys.exit(f"{command[:3]} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--vms", type=int, default=2000)
    parser.add_argument("--jobs", default="256,1000")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--matrix", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    args = parser.parse_args()
    lib = load_lib(args.build)
    with lib.Fleet(args.vms, "healthy", rdp=True) as fleet:
        def command(jobs, number, *more):
            return [str(lib.SCANNER), "scan", "-i", str(fleet.inventory), "--transport", "rdp", "--jobs",
                    str(jobs), "--connect-rate", "100000", "--state", str(fleet.path / f"state{number}"),
                    "--report", f"text:{fleet.path / 'report.txt'}", "--quiet", *["--rdp-matrix"] * args.matrix, *more]

        def scan(jobs, number):
            return measure(command(jobs, number))

        if args.instructions:
            floor = [str(lib.BUILD / "bench/rdp_floor"), str(fleet.rdp_port)]
            found = slopes({"floor": lambda hosts: [*floor, str(hosts), *["matrix"] * args.matrix],
                            "rdpsweep": lambda hosts: command(6, hosts, "--limit", str(hosts))}, 8, 32, fleet.path)
            for name, count in found.items():
                print(f"{name}: {count / 1e6:.2f} M instructions a host")
            return
        scan(256, "warm")  # the fleet builds its VMs when they are first asked for
        print(f"{'jobs':>6} {'hosts/s':>8} {'CPU ms/host':>12} {'peak MiB':>9}")
        for number in range(args.repeat):
            for jobs in map(int, args.jobs.split(",")):
                cpu, wall, peak = scan(jobs, f"{jobs}-{number}")
                print(f"{jobs:6} {args.vms / wall:8.0f} {cpu / args.vms * 1000:12.2f} {peak / 1024:9.1f}", flush=True)


main()
