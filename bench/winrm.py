#!/usr/bin/env python3
"""What a sweep over WinRM costs a host, beside bare OpenSSL loops, python3-winrm, Ansible's raw and a Go
client, all against the same simulated fleet.

usage: winrm.py [--build build/release] [--hosts 300] [--peer-hosts 40] [--rounds 3] [--jobs 1,256,2000]
                [--tls 1.3,1.2] [--auth basic,ntlm] [--instructions]

The floors and rdpsweep run the collector, the peers one small PowerShell command. What a user runs comes first:
the default scan, which looks at RDP as well, with a text report; then the inside alone. Each has its own floor.
The VMs answer at once. Figures are user and system time of the program and its children, of N hosts minus
those of one, so that starting up is not in them. Peers that are not installed are left out. Instructions are
callgrind's slope between 10 and 60 hosts. What a host takes in memory: memory.py.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import tempfile

from measure import DEFAULT, INSIDE_ALONE, MODES, ROOT, Scans, cost, load_lib, slopes

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


class Bench(Scans):
    """The commands to measure, against one fleet."""

    def __init__(self, lib, fleet, folder, auth):
        super().__init__(lib, fleet, folder)
        self.auth = auth
        self.addresses = [vm["address"] for vm in fleet.truth()]

    def ours(self, mode, jobs):
        return lambda hosts: [self.scan(hosts, jobs, mode)]

    def floor(self, mode):
        """Returns what gives the bare loops that do on the wire what a scan in that mode does."""
        def both(hosts):
            inside = [self.lib.BUILD / "bench/winrm_floor", self.fleet.port, hosts, SCRIPT, self.fleet.ca]
            outside = [self.lib.BUILD / "bench/rdp_floor", self.fleet.rdp_port, hosts]
            return [inside, outside] if mode == DEFAULT else [inside]
        return both

    def peers(self, hosts):
        """Returns the programs that others wrote, by their names."""
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


def total(commands):
    """CPU and elapsed seconds of commands that run one after the other."""
    costs = [cost(command) for command in commands]
    return sum(cpu for cpu, _, _ in costs), sum(wall for _, wall, _ in costs)


class Table:
    """Rows of programs, measured in turn, round after round."""

    def __init__(self):
        self.figures, self.base = {}, {}

    def note(self, name, base, commands, hosts):
        """Measures a row; base names the row that it is compared with."""
        (cpu, wall), (start, begun) = total(commands(hosts)), total(commands(1))
        figures = (cpu - start) * 1000 / (hosts - 1), (hosts - 1) / max(wall - begun, 1e-9)
        self.figures.setdefault(name, []).append(figures)
        self.base[name] = base if base in self.figures else next(iter(self.figures))

    def show(self):
        print("| program | CPU ms a host | times | of | hosts/s |\n|---|---|---|---|---|")
        for name, rounds in self.figures.items():
            base = self.base[name]
            ratio = statistics.median(r[0] / f[0] for r, f in zip(rounds, self.figures[base]))
            cpu, rate = (statistics.median(r[i] for r in rounds) for i in range(2))
            print(f"| {name} | {cpu:.2f} | {ratio:.2f} | {base} | {rate:.0f} |", flush=True)


def compare(bench, asked, jobs):
    """One table: everyone in turn, round after round."""
    table = Table()
    for _ in range(asked.rounds):
        for mode in MODES:
            if bench.auth == "basic":
                table.note(f"floor of {mode}", f"floor of {mode}", bench.floor(mode), asked.hosts)
            for number in jobs:
                table.note(f"rdpsweep, {mode}, {number} at once", f"floor of {mode}", bench.ours(mode, number),
                           max(asked.hosts, number))
        for name in bench.peers(1):
            table.note(name, f"floor of {INSIDE_ALONE}", lambda hosts, name=name: [bench.peers(hosts)[name]],
                       asked.peer_hosts)
    table.show()


def count_instructions(bench):
    commands = {}
    for mode in MODES:
        if bench.auth == "basic":
            for number in range(len(bench.floor(mode)(1))):
                commands[f"floor of {mode}, part {number + 1}"] = \
                    lambda hosts, mode=mode, number=number: bench.floor(mode)(hosts)[number]
        commands[f"rdpsweep, {mode}"] = lambda hosts, mode=mode: bench.scan(hosts, 1, mode)
    for name, slope in slopes(commands, 10, 60, bench.folder).items():
        print(f"{name}: {slope / 1e6:.2f} M instructions a host", flush=True)


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
    asked = parser.parse_args()
    lib = load_lib(asked.build)
    jobs = [int(n) for n in asked.jobs.split(",") if n]
    most = max([asked.hosts, *jobs])
    for tls in asked.tls.split(","):
        for auth in asked.auth.split(","):
            options = ["--inventory-auth", auth, *(["--no-tls13"] if tls == "1.2" else [])]
            with tempfile.TemporaryDirectory(prefix="winrm-bench-") as name, \
                    lib.Fleet(most, "healthy", rdp=True, options=options) as fleet:
                bench = Bench(lib, fleet, name, auth)
                total(bench.floor(DEFAULT)(most))  # the fleet builds its VMs when they are first asked for
                print(f"\nTLS {tls}, {auth}\n", flush=True)
                if asked.rounds:
                    compare(bench, asked, jobs)
                if asked.instructions:
                    count_instructions(bench)


main()
