#!/usr/bin/env python3
"""What a sweep over SSH costs a host, beside a bare libssh2 loop, OpenSSH's client, clush, parallel-ssh
and asyncssh, all against the SSH servers of the same simulated fleet.

usage: ssh.py [--build build/release] [--hosts 200] [--peer-hosts 40] [--rounds 3] [--jobs 1,200,1000]

Everyone logs in, runs the collector by standard input and reads its output. Figures are user and system
time of the program and its children, of N hosts minus those of one, so that starting up is not in them;
where each host costs a process, its start is. Peers that are not installed are left out. Instructions
are callgrind's, where valgrind is installed and --instructions is given.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import tempfile

from measure import ROOT, Inventory, cost, load_lib, slopes

COMMAND = ("powershell -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
           "\"[Environment]::SetEnvironmentVariable('RDPSWEEP_NONCE',[Console]::In.ReadLine());"
           "[Environment]::SetEnvironmentVariable('RDPSWEEP_ARGS',[Console]::In.ReadLine());"
           "Invoke-Expression ([Console]::In.ReadToEnd())\"")
ASYNC = r"""
import asyncio, asyncssh, os, sys
async def one(gate, address, port, known, command, text):
    async with gate:
        async with asyncssh.connect(address, port=port, username='SIM\\sweeper', known_hosts=known,
                                    password=os.environ['RDPSWEEP_PASSWORD'], client_keys=None) as session:
            done = await session.run(command, input=text)
            assert done.exit_status == 0, done
async def main(port, known, command, file, jobs, *addresses):
    text = '0123456789abcdef0123456789abcdef\n{}\n' + open(file).read()
    gate = asyncio.Semaphore(int(jobs))
    known = asyncssh.read_known_hosts(known)
    await asyncio.gather(*[one(gate, a, int(port), known, command, text) for a in addresses])
asyncio.run(main(*sys.argv[1:]))
"""


class Bench:
    def __init__(self, lib, fleet, key, folder):
        self.lib, self.fleet, self.folder = lib, fleet, folder
        self.script = ROOT / "probes/collect/collector.ps1"
        self.input = folder / "input"
        self.input.write_text("0123456789abcdef0123456789abcdef\n{}\n" + self.script.read_text())
        self.addresses = [vm["address"] for vm in fleet.truth()]
        self.inventory = Inventory(fleet, folder)
        self.options = ["-F", "none", "-p", str(fleet.ssh_port), "-l", r"SIM\sweeper", "-o", "IdentitiesOnly=yes",
                        "-o", f"UserKnownHostsFile={fleet.known_hosts}", "-o", "StrictHostKeyChecking=yes",
                        "-o", "BatchMode=yes", "-i", str(key)]

    def ours(self, hosts, jobs):
        return [self.lib.SCANNER, "scan", "-i", self.inventory.first(hosts), "--known-hosts", self.fleet.known_hosts,
                "--transport", "ssh", "--no-handshake", "--jobs", jobs, "--connect-rate", "100000",
                "--step-timeout", "60s", "--deadline", "300s",  # callgrind takes its time
                "--state", self.folder / f"state-{hosts}", "--report", "jsonl:/dev/null", "-q"]

    def floor(self, hosts):
        return [self.lib.BUILD / "bench/ssh_floor", self.fleet.ssh_port, hosts, self.script]

    def probe(self, hosts):
        return [self.lib.BUILD / "bench/ssh_probe", self.fleet.ssh_port, hosts, self.script, self.fleet.known_hosts]

    def peers(self, hosts, jobs):
        nodes = self.addresses[:hosts]
        loop = "".join(f"ssh {' '.join(map(quote, self.options))} {a} {quote(COMMAND)} < {self.input}; " for a in nodes)
        found = {"OpenSSH's ssh, one by one": (["sh", "-c", loop], None)}
        if shutil.which("clush"):
            found["clush"] = (["clush", "-w", ",".join(nodes), "-f", jobs, "-o", " ".join(map(quote, self.options)),
                               COMMAND], self.input)
        if shutil.which("parallel-ssh"):
            found["parallel-ssh"] = (["parallel-ssh", "-H", " ".join(nodes), "-p", jobs, "-I", "-t", "60",
                                      *[word for option in self.options_of_pssh() for word in ("-x", option)], COMMAND],
                                     self.input)
        found["python3-asyncssh"] = (["/usr/bin/python3", "-c", ASYNC, self.fleet.ssh_port, self.fleet.known_hosts, COMMAND,
                                      self.script, jobs, *nodes], None)
        return found

    def options_of_pssh(self):
        return [" ".join(map(quote, self.options))]


def quote(text):
    return "'" + str(text).replace("'", "'\\''") + "'"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--peer-hosts", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--jobs", default="1,200,1000")
    parser.add_argument("--instructions", action="store_true")
    asked = parser.parse_args()
    lib = load_lib(asked.build)
    from support.ssh_lib import keygen
    jobs = [int(n) for n in asked.jobs.split(",")]
    most = max(asked.hosts, *jobs)
    with tempfile.TemporaryDirectory(prefix="ssh-bench-") as name:
        folder = pathlib.Path(name)
        key = keygen(folder / "id")
        with lib.Fleet(most, "healthy", rdp=True, ssh=True, options=["--ssh-account-key", f"{key}.pub"]) as fleet:
            os.environ[lib.PASSWORD_VARIABLE] = fleet.password
            bench = Bench(lib, fleet, key, folder)
            cost(bench.floor(most))  # the fleet builds its VMs when they are first asked for
            measure(bench, asked, jobs)


def measure(bench, asked, jobs):
    figures = {}

    def note(name, many, one, hosts, stdin=None):
        (cpu, wall, peak), (base, start, least) = cost(many, stdin), cost(one, stdin)
        figures.setdefault(name, []).append(
            ((cpu - base) * 1000 / (hosts - 1), (hosts - 1) / max(wall - start, 1e-9), (peak - least) / (hosts - 1)))

    for _ in range(asked.rounds):
        note("floor, bare libssh2", bench.floor(asked.hosts), bench.floor(1), asked.hosts)
        note("its way in alone (ssh_probe)", bench.probe(asked.hosts), bench.probe(1), asked.hosts)
        for number in jobs:
            hosts = max(asked.hosts, number)
            note(f"rdpsweep, {number} at once", bench.ours(hosts, number), bench.ours(1, number), hosts)
        one = bench.peers(1, 20)
        for name, (command, stdin) in bench.peers(asked.peer_hosts, 20).items():
            note(name, command, one[name][0], asked.peer_hosts, stdin)
    print("| program | CPU ms a host | times the floor | hosts/s | KiB of memory a host |\n|---|---|---|---|---|")
    for name, rounds in figures.items():
        ratio = statistics.median(r[0] / f[0] for r, f in zip(rounds, figures["floor, bare libssh2"]))
        cpu, rate, memory = (statistics.median(r[i] for r in rounds) for i in range(3))
        print(f"| {name} | {cpu:.2f} | {ratio:.2f} | {rate:.0f} | {memory:.0f} |")
    if asked.instructions:
        commands = {"floor": bench.floor, "ssh_probe": bench.probe, "rdpsweep": lambda hosts: bench.ours(hosts, 1)}
        for name, slope in slopes(commands, 1, 11, bench.folder).items():
            print(f"{name}: {slope / 1e6:.2f} M instructions a host")


main()
