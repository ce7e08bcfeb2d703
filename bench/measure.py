"""What the benches share: the cost of a command."""
import os
import pathlib
import re
import resource
import subprocess
import sys
import time


def cost(command, stdin=None):
    """CPU seconds, elapsed seconds and peak KiB of a command and its children."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with open(stdin or os.devnull, "rb") as source:
        process = subprocess.Popen([str(word) for word in command], stdin=source, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 10):
        sys.exit(f"{command[:2]} ended with {process.returncode}: {said.decode()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            time.perf_counter() - begun, usage.ru_maxrss)


def instructions(command, folder):
    """Instructions of a command, by callgrind."""
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={pathlib.Path(folder) / 'callgrind'}",
                           *map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 10):
        sys.exit(f"{command[:2]} ended with {done.returncode}: {done.stderr[-500:]}")
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))
