#!/usr/bin/env python3
"""What it costs to render a stored run of a large fleet again, by format.

usage: bench/report.py [--build build/release] [--hosts 10000] [--vms 400] [--rounds 3] [--formats text,html,...]

A simulated fleet is swept once, then its records are repeated under other names until the run has so
many hosts. Figures are user and system time and peak memory of `rdpsweep report`; medians.
"""
import argparse
import json
import pathlib
import statistics
import tempfile

from measure import ROOT, cost, load_lib, peak

FORMATS = "text,html,markdown,json,jsonl,csv,junit,sarif,prometheus"


def renamed(record, index, copy):
    """One stored record as that of another host."""
    record["index"] = index
    for part in (record, record.get("host", {})):
        for name in ("id", "name"):
            if name in part:
                part[name] += f"-{copy}"
    if "host" in record:
        record["host"]["index"] = index
    return record


def enlarge(folder, hosts):
    """Repeats a run's records, in place, until it has that many hosts."""
    path, about = folder / "hosts.jsonl", folder / "run.json"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    vms = sum(record["record"] == "finished" for record in records)
    with path.open("w") as file:
        for copy in range(-(-hosts // vms)):
            for record in records:
                if (index := record["index"] + copy * vms) < hosts:
                    again = renamed(json.loads(json.dumps(record)), index, copy)
                    file.write(json.dumps(again, separators=(",", ":")) + "\n")
    run = json.loads(about.read_text())
    run["run"]["targets"] = hosts
    about.write_text(json.dumps(run))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--hosts", type=int, default=10_000)
    parser.add_argument("--vms", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", default=FORMATS)
    wanted = parser.parse_args()
    lib = load_lib(ROOT / wanted.build)
    print("| format | CPU s | peak MiB | MB |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch, lib.Fleet(vms=wanted.vms, mix="demo", rdp=True) as fleet:
        scratch = pathlib.Path(scratch)
        lib.scan(fleet, "--deadline", "60s", state=scratch)
        (folder,) = (scratch / "runs").iterdir()
        enlarge(folder, wanted.hosts)
        fleet.stop()
        for name in wanted.formats.split(","):
            out = scratch / f"report.{name}"
            command = [lib.SCANNER, "report", "last", "--state", scratch, "--report", f"{name}:{out}", "-q"]
            seconds = statistics.median(cost(command)[0] for _ in range(wanted.rounds))
            print(f"| {name} | {seconds:.2f} | {peak(command) / 1024:.0f} | {out.stat().st_size / 1e6:.2f} |", flush=True)


main()
