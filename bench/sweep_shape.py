#!/usr/bin/env python3
"""The shape of a sweep: how long hosts that are far away, slow, and in part switched off keep a scan with its
defaults, beside a scheduler that loses nothing.

usage: sweep_shape.py [--build build/release] [--hosts 2000,500] [--holes spread,first] [--share 30] [--seed 1]
                      [--rtt 80] [--powershell 300,100,2000] [--times 1] [-- OPTIONS OF THE SCAN]

All times in ms. Every VM is a round trip away and its PowerShell takes its time: the simulated fleet waits before
it hears what a client says (WinRM and RDP), makes a shell, begins the command, and has its output. A share of the
addresses are black holes: their WinRM and RDP are a port of loopback where SYNs vanish. It is one socket that
listens with a queue that is full, and nobody accepts: Linux drops what comes then, so that
nothing leaves this machine. Which targets these are follows from the seed; "first" puts them before all others
in the inventory.

Perfect is the ramp (hosts / connect rate, as the run has it) plus the longest host: the longer one of a hole and a
host that are scanned alone. --hosts scales it down.
"""
import argparse
import contextlib
import json
import pathlib
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile

from measure import DEFAULT, MODES, Scans, cost, load_lib


@contextlib.contextmanager
def hole():
    """Yields a port that swallows SYNs at every address of loopback."""
    with contextlib.ExitStack() as kept:
        listener = kept.enter_context(socket.socket())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        listener.bind(("0.0.0.0", 0))
        listener.listen(0)
        for _ in range(4):  # Linux queues one more than it is told
            filler = kept.enter_context(socket.socket())
            filler.settimeout(0.05)
            try:
                filler.connect(("127.0.0.1", listener.getsockname()[1]))
            except TimeoutError:
                filler.close()
                yield listener.getsockname()[1]
                return
    raise RuntimeError("the queue does not fill")


class Shape(Scans):
    """Scans of a fleet of which some targets lead to a hole."""

    def __init__(self, lib, fleet, folder, port):
        super().__init__(lib, fleet, folder)
        self.port = port

    def dead(self, line):
        """Returns a target whose WinRM and RDP are black holes, whatever its RDP was."""
        line = re.sub(r", rdp: \{[^{}]*(\{[^{}]*\})?[^{}]*\}", "", line)
        line, changed = re.subn(r"winrm: \{ port: \d+", f"rdp: {{ port: {self.port} }}, winrm: {{ port: {self.port}", line)
        assert changed == 1, line
        return line

    def targets(self, hosts, share, seed, first):
        """Returns the lines of so many targets."""
        holes = set(random.Random(seed).sample(range(hosts), hosts * share // 100))
        lines = self.inventory.targets[:hosts]
        found = [(number not in holes, self.dead(line) if number in holes else line) for number, line in enumerate(lines)]
        if first:
            found.sort(key=lambda entry: entry[0])  # stable
        return [line for _, line in found]

    def run(self, name, targets, options):
        """Scans those targets; returns seconds, the run's connect rate and its hosts."""
        state = self.folder / f"state-{name}"
        command = [self.lib.SCANNER, "scan", "-i", self.inventory.write(name, targets), "--ca-file", self.fleet.ca,
                   "--state", state, *MODES[DEFAULT], "-q", *options]
        _, wall, _ = cost(command)
        rendered = self.folder / f"{name}.json"
        subprocess.run([str(self.lib.SCANNER), "report", "last", "--state", str(state), "--report", f"json:{rendered}"],
                       stderr=subprocess.DEVNULL, check=False)
        stored = json.loads(next(state.glob("**/run.json")).read_text())
        hosts = [Host(host, self.port) for host in json.loads(rendered.read_text())["hosts"]]
        return wall, stored["options"]["pace"].get("connect_rate") or usual_rate(len(targets)), hosts


def names(lines):
    """Returns the names of targets."""
    return {re.search(r"name: ['\"]?([^,'\"]+)", line).group(1) for line in lines}


def usual_rate(targets):
    """Returns how many connections a second a run makes that was told nothing (--connect-rate in docs/nightly.md)."""
    return min(1000, max(200, targets / 5))


class Host:
    """What became of a target."""

    def __init__(self, told, port):
        self.name, self.outcome, self.ms = told["name"], told["outcome"], told["timing"]["ms"]
        self.is_hole = told["rdp_port"] == port
        self.round_trips = sum(attempt["round_trips"] for attempt in told["attempts"])
        self.looked = any(attempt["transport"] == "rdp" for attempt in told["attempts"])


def split(hosts):
    """Returns the hosts that are there, and the holes."""
    return [host for host in hosts if not host.is_hole], [host for host in hosts if host.is_hole]


def middle_and_longest(hosts):
    times = [host.ms for host in hosts]
    return f"{statistics.median(times):,.0f}, {max(times):,}" if times else "-"


def alone(shape, asked):
    """Returns how many seconds the longer one takes of a host and a hole with nothing beside them."""
    line = shape.inventory.targets[0]
    longest = []
    for name, targets in (("host-alone", [line]), ("hole-alone", [shape.dead(line)])):
        _, _, hosts = shape.run(name, targets, asked.options)
        longest.append(max(host.ms for host in hosts) / 1000)
        print(f"{name}: {longest[-1]:.1f} s")
    return max(longest)


def report(shape, asked):
    longest = alone(shape, asked)
    print("| hosts | holes | wall s | perfect s | times | hosts ms: median, longest | holes ms | not looked at from outside |")
    print("|---|---|---|---|---|---|---|---|")
    for hosts in map(int, asked.hosts.split(",")):
        for order in asked.holes.split(","):
            for turn in range(asked.times):
                targets = shape.targets(hosts, asked.share, asked.seed, order == "first")
                wall, rate, found = shape.run(f"{hosts}-{order}-{turn}", targets, asked.options)
                there, holes = split(found)
                unseen = names([line for line in targets if "outside: false" in line])
                lost = sum(host.outcome != "assessed" for host in there)
                perfect = hosts / rate + longest
                print(f"| {hosts:,} | {len(holes)} {order} | {wall:.1f} | {perfect:.1f} | {wall / perfect:.2f} | "
                      f"{middle_and_longest(there)}{f', {lost} not assessed' if lost else ''} | {middle_and_longest(holes)} | "
                      f"{sum(not host.looked for host in there if host.name not in unseen)} |", flush=True)


def main():
    words = sys.argv[1:]
    cut = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--hosts", default="2000,500")
    parser.add_argument("--holes", default="spread,first")
    parser.add_argument("--share", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rtt", default="80")
    parser.add_argument("--powershell", default="300,100,2000")
    parser.add_argument("--times", type=int, default=1)
    asked = parser.parse_args(words[:cut])
    asked.options = words[cut + 1:]
    lib = load_lib(asked.build)
    most = max(map(int, asked.hosts.split(",")))
    slow = ["--rtt-ms", asked.rtt, "--powershell-ms", asked.powershell, "--inventory-auth", "basic"]
    with tempfile.TemporaryDirectory(prefix="shape-bench-") as name, hole() as port, \
            lib.Fleet(most, "healthy", seed=asked.seed, rdp=True, options=slow) as fleet:
        shape = Shape(lib, fleet, pathlib.Path(name), port)
        # The fleet builds its VMs when they are first asked for.
        cost(shape.scan(most, 64, DEFAULT, "--transport", "rdp"))
        report(shape, asked)


if __name__ == "__main__":
    main()
