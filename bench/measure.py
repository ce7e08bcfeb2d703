"""What the benches and the gate on cost share: scans to measure, and the cost of a command."""
import concurrent.futures
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What a user runs comes first; then the inside alone, with the report that costs least.
MODES = {"default scan, text report": ("--report", "text:/dev/null"),
         "--no-handshake, jsonl": ("--no-handshake", "--report", "jsonl:/dev/null")}
DEFAULT, INSIDE_ALONE = MODES


def load_lib(build):
    """Returns what the integration tests share, for the programs of that build."""
    os.environ["RDPSWEEP_BUILD"] = str(pathlib.Path(build).resolve())
    sys.path.insert(0, str(ROOT / "tests/integration"))
    from support import lib
    return lib


class Inventory:
    """A fleet's inventory, of which each scan takes as many hosts as it wants."""

    def __init__(self, fleet, folder):
        self.folder = folder
        lines = fleet.inventory.read_text().splitlines(keepends=True)
        first = lines.index("targets:\n") + 1
        self.head, self.targets = lines[:first], lines[first:]

    def write(self, name, targets):
        """Returns a file with those lines as its targets."""
        path = self.folder / f"{name}.yaml"
        path.write_text("".join([*self.head, *targets]))
        return path

    def first(self, hosts):
        return self.write(f"first-{hosts}", self.targets[:hosts])


class Scans:
    """Scans of a fleet over WinRM. The password is in the environment from then on."""

    def __init__(self, lib, fleet, folder):
        os.environ[lib.PASSWORD_VARIABLE] = fleet.password
        self.lib, self.fleet, self.folder = lib, fleet, pathlib.Path(folder)
        self.inventory = Inventory(fleet, self.folder)

    def scan(self, hosts, jobs, mode, *options):
        """Returns the command: it visits the first so many hosts, at no pace but its own."""
        state = self.folder / f"state-{hosts}-{jobs}-{list(MODES).index(mode)}"
        words = [self.lib.SCANNER, "scan", "-i", self.inventory.first(hosts), "--ca-file", self.fleet.ca, "--jobs", jobs,
                 "--connect-rate", "100000", "--state", state, *MODES[mode], "-q", *options]
        return [str(word) for word in words]

    def held(self, hosts, mode):
        """Returns the KiB of a scan all of whose hosts wait for their PowerShell, and those of its peak."""
        with self.fleet.holding():
            process = start(self.scan(hosts, hosts, mode, "--deadline", "15m"))
            all_wait = self.lib.until(
                lambda: is_over(process) or self.fleet.stats()["receives_waiting"] == hosts, 600)
            waiting = resident(process.pid) if all_wait and not is_over(process) else None
        peak = end(process).ru_maxrss
        if waiting is None:
            sys.exit(f"not all of {hosts} hosts came to wait for their PowerShell")
        return waiting, peak


def resident(pid):
    """Returns the KiB of a process that are in memory."""
    return int(re.search(r"VmRSS:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1))


def start(command, stdin=None):
    with open(stdin or os.devnull, "rb") as source:
        return subprocess.Popen([str(word) for word in command], stdin=source, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)


def is_over(process):
    """Returns whether it has ended; what it used can be asked for all the same."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def end(process):
    """Waits for a command that has to end well; returns what it used."""
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 10, 11, 12):  # what a sweep comes to
        sys.exit(f"{process.args[:2]} ended with {process.returncode}: {said.decode()[-500:]}")
    return usage


def cost(command, stdin=None):
    """CPU seconds, elapsed seconds and peak KiB of a command and its children."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    usage = end(start(command, stdin))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            time.perf_counter() - begun, usage.ru_maxrss)


def peak(command):
    """Peak KiB of a command alone. What cost() says has the memory of this Python in it, until the command is
    executed: that counts where a bench holds much itself."""
    timed = subprocess.run(["/usr/bin/time", "-f", "%M", *map(str, command)], stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE, text=True, check=False)
    return int(timed.stderr.split()[-1])


def instructions(command, folder):
    """Instructions of a command, by callgrind."""
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={pathlib.Path(folder)}/callgrind.%p",
                           *map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 10):
        sys.exit(f"{command[:2]} ended with {done.returncode}: {done.stderr[-500:]}")
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def slopes(commands, few, many, folder):
    """Instructions a host by callgrind, of commands by their names: functions from a number of hosts to what is to
    be run. Starting up is not in them. Two run at once: callgrind counts, and does not time."""
    runs = {(name, hosts): command(hosts) for name, command in commands.items() for hosts in (few, many)}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        counted = dict(zip(runs, pool.map(lambda command: instructions(command, folder), runs.values())))
    return {name: (counted[name, many] - counted[name, few]) / (many - few) for name in commands}
