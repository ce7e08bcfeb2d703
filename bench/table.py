#!/usr/bin/env python3
"""Turns what run.sh measured into one table. usage: table.py DIR JOBS..."""
import glob
import json
import os
import platform
import re
import statistics
import sys


def read_time(path):
    """Seconds of wall clock and CPU, and the peak of resident memory in MiB, as GNU time says."""
    with open(path, encoding="utf-8") as file:
        text = file.read()

    def value(label):
        return re.search(rf"{label}.*: (\S+)$", text, re.MULTILINE).group(1)

    wall = 0.0
    for part in value("Elapsed").split(":"):
        wall = wall * 60 + float(part)
    cpu = float(value("User time")) + float(value("System time"))
    return wall, cpu, int(value("Maximum resident")) / 1024


def read_report(path):
    """Number of hosts, and the means of round trips and bytes over all attempts of a host."""
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    totals = report["totals"]
    if totals["assessed"] != totals["targets"]:
        sys.exit(f"table.py: {path}: only {totals['assessed']} of {totals['targets']} assessed")
    sums = {"round_trips": 0, "bytes_sent": 0, "bytes_received": 0}
    for host in report["hosts"]:
        for attempt in host["attempts"]:
            for key in sums:
                sums[key] += attempt[key]
    count = len(report["hosts"])
    return count, {key: value / count for key, value in sums.items()}


def measure(folder, jobs):
    runs = sorted(glob.glob(os.path.join(folder, f"jobs-{jobs}-*.time")))
    rows = []
    for run in runs:
        wall, cpu, rss = read_time(run)
        hosts, means = read_report(run.removesuffix(".time") + ".json")
        rows.append((hosts / wall, 1000 * cpu / hosts, rss, means))
    return hosts, rows


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def main():
    folder, all_jobs = sys.argv[1], sys.argv[2:]
    lines = []
    for jobs in all_jobs:
        hosts, rows = measure(folder, jobs)
        median = [statistics.median(row[i] for row in rows) for i in range(3)]
        means = rows[0][3]
        lines.append(
            f"| {jobs} | {median[0]:.0f} | {median[1]:.2f} | {median[2]:.0f} "
            f"| {means['round_trips']:.1f} | {means['bytes_sent'] / 1024:.1f} "
            f"| {means['bytes_received'] / 1024:.1f} |"
        )
    print(f"{hosts} simulated hosts, all assessed; median of {len(rows)} runs.")
    print(f"{processor()}, {os.cpu_count()} processors, shared by client and fleet; "
          f"load {os.getloadavg()[0]:.1f} at the end.\n")
    print("| --jobs | hosts/s | client CPU ms/host | peak RSS MiB | round trips/host "
          "| KiB sent/host | KiB received/host |")
    print("|---|---|---|---|---|---|---|")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
