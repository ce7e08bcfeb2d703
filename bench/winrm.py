#!/usr/bin/env python3
"""What a sweep over WinRM costs a host, beside a bare OpenSSL loop, python3-winrm, Ansible's raw and a Go
client, all against the same simulated fleet.

usage: winrm.py [--build build/release] [--hosts 300] [--peer-hosts 40] [--rounds 3] [--jobs 1,256,2000]
                [--tls 1.3,1.2] [--auth basic,ntlm] [--instructions] [--growth 1000,10000]

The floor and rdpsweep run the collector; the peers one small PowerShell command. Figures are user and
system time of the program and its children, of N hosts minus those of one, so that starting up is not in
them. Peers that are not installed are left out. Instructions are callgrind's slope between 10 and 60 hosts.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

from measure import cost, instructions

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "probes/collect/collector.ps1"
PYTHON = r"""
import os, sys, winrm
port, ca, auth, *addresses = sys.argv[1:]
for address in addresses:
    protocol = winrm.Protocol(f"https://{address}:{port}/wsman", transport=auth, username="SIM\\sweeper",
                          password=os.environ["RDPSWEEP_PASSWORD"], ca_trust_path=ca)
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "powershell.exe", ["-NoProfile", "-Command", "Write-Output hello"])
    _, _, status = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    protocol.close_shell(shell)
    assert status == 0
"""


class Bench:
    """The commands to measure, against one fleet."""

    def __init__(self, lib, fleet, folder, auth):
        self.lib, self.fleet, self.folder, self.auth = lib, fleet, folder, auth
        self.addresses = [vm["address"] for vm in fleet.truth()]
        self.lines = fleet.inventory.read_text().splitlines(keepends=True)
        self.first = next(i for i, line in enumerate(self.lines) if line == "targets:\n") + 1

    def ours(self, hosts, jobs, report="jsonl:/dev/null"):
        inventory = self.folder / f"first-{hosts}.yaml"
        inventory.write_text("".join(self.lines[:self.first + hosts]))
        return [self.lib.SCANNER, "scan", "-i", inventory, "--ca-file", self.fleet.ca, "--no-handshake", "--jobs", jobs,
                "--connect-rate", "100000", "--state", self.folder / "state", "--report", report, "-q"]

    def floor(self, hosts):
        return [self.lib.BUILD / "bench/winrm_floor", self.fleet.port, hosts, SCRIPT, self.fleet.ca]

    def peers(self, hosts):
        nodes = self.addresses[:hosts]
        found = {"python3-winrm": ["/usr/bin/python3", "-c", PYTHON, self.fleet.port, self.fleet.ca, self.auth, *nodes]}
        if self.auth == "basic" and shutil.which("go"):
            found["Go, masterzen/winrm"] = [self.go_client(), self.fleet.port, self.fleet.ca, 20, *nodes]
        if shutil.which("ansible"):
            listed = self.folder / f"peers-{hosts}.ini"
            listed.write_text("\n".join(nodes) + f"""
[all:vars]
ansible_connection=winrm
ansible_port={self.fleet.port}
ansible_user=SIM\\sweeper
ansible_password="{{{{ lookup('env', 'RDPSWEEP_PASSWORD') }}}}"
ansible_winrm_transport={self.auth}
ansible_winrm_ca_trust_path={self.fleet.ca}
""")
            found["Ansible raw"] = ["ansible", "all", "-i", listed, "-f", "20", "-m", "raw", "-a", "Write-Output hello"]
        return found

    def go_client(self):
        client = self.folder / "winrm_client"
        if not client.exists():
            subprocess.run(["go", "build", "-o", client, ROOT / "bench/winrm_client.go"], check=True, cwd=self.folder,
                           env=dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode",
                                    GOCACHE=str(self.folder / "go")))
        return client


def compare(bench, asked, jobs):
    """One table: everyone in turn, round after round."""
    figures = {}

    def note(name, many, one, hosts):
        (cpu, wall, peak), (base, start, least) = cost(many), cost(one)
        figures.setdefault(name, []).append(
            ((cpu - base) * 1000 / (hosts - 1), (hosts - 1) / max(wall - start, 1e-9), (peak - least) / (hosts - 1)))

    for _ in range(asked.rounds):
        if bench.auth == "basic":
            note("floor, bare OpenSSL", bench.floor(asked.hosts), bench.floor(1), asked.hosts)
        for number in jobs:
            hosts = max(asked.hosts, number)
            note(f"rdpsweep, {number} at once", bench.ours(hosts, number), bench.ours(1, number), hosts)
        one = bench.peers(1)
        for name, command in bench.peers(asked.peer_hosts).items():
            note(name, command, one[name], asked.peer_hosts)
    base = next(iter(figures.values()))
    print(f"| program | CPU ms a host | times the first | hosts/s | KiB of memory a host |\n|---|---|---|---|---|")
    for name, rounds in figures.items():
        ratio = statistics.median(r[0] / f[0] for r, f in zip(rounds, base))
        cpu, rate, memory = (statistics.median(r[i] for r in rounds) for i in range(3))
        print(f"| {name} | {cpu:.2f} | {ratio:.2f} | {rate:.0f} | {memory:.0f} |", flush=True)


def count_instructions(bench):
    few, many = 10, 60
    commands = {"rdpsweep": lambda hosts: bench.ours(hosts, 1)}
    if bench.auth == "basic":
        commands = {"floor": bench.floor, **commands}
    for name, command in commands.items():
        slope = (instructions(command(many), bench.folder) - instructions(command(few), bench.folder)) / (many - few)
        print(f"{name}: {slope / 1e6:.2f} M instructions a host", flush=True)


def growth(bench, sizes):
    """Whether a host costs the same in a large fleet, and what it leaves in memory."""
    before = None
    for size in sizes:
        cpu, wall, peak = cost(bench.ours(size, 256, f"json:{bench.folder / 'report.json'}"))
        line = f"{size} hosts: {cpu * 1000 / size:.2f} ms of CPU a host, {size / wall:.0f} hosts/s, peak {peak / 1024:.0f} MiB"
        if before:
            line += f", {(peak - before[1]) / (size - before[0]):.2f} KiB retained a host"
        print(line, flush=True)
        before = (size, peak)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--hosts", type=int, default=300)
    parser.add_argument("--peer-hosts", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default="1,256,2000")
    parser.add_argument("--tls", default="1.3,1.2")
    parser.add_argument("--auth", default="basic,ntlm")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--growth", default="")
    asked = parser.parse_args()
    os.environ["RDPSWEEP_BUILD"] = str(pathlib.Path(asked.build).resolve())
    sys.path.insert(0, str(ROOT / "tests/integration"))
    from support import lib
    jobs = [int(n) for n in asked.jobs.split(",") if n]
    sizes = [int(n) for n in asked.growth.split(",") if n]
    most = max([asked.hosts, *jobs, *sizes])
    for tls in asked.tls.split(","):
        for auth in asked.auth.split(","):
            kind = {"basic": "basic", "ntlm": "ntlm"}[auth]
            options = ["--inventory-auth", kind, *(["--no-tls13"] if tls == "1.2" else [])]
            with tempfile.TemporaryDirectory(prefix="winrm-bench-") as name, \
                    lib.Fleet(most, "healthy", options=options) as fleet:
                os.environ[lib.PASSWORD_VARIABLE] = fleet.password
                bench = Bench(lib, fleet, pathlib.Path(name), auth)
                cost(bench.floor(most))  # the fleet builds its VMs when they are first asked for
                print(f"\nTLS {tls}, {auth}\n", flush=True)
                if asked.rounds:
                    compare(bench, asked, jobs)
                if asked.instructions:
                    count_instructions(bench)
                if sizes:
                    growth(bench, sizes)


main()
