#!/usr/bin/env python3
"""A canary password is searched for in every file, log, report and command line of a sweep that
meets every kind of host, and the process that holds it can leave no core."""
import base64
import os
import pathlib
import subprocess
import time

from support import lib


def forms(secret):
    """What the canary looks like: plain, UTF-16, and Base64 at each of three offsets."""
    for raw in (secret.encode(), secret.encode("utf-16-le")):
        yield raw
        for skew in range(3):
            encoded = base64.b64encode(b"x" * skew + raw)
            yield encoded[4 if skew else 0:-4]


def watch(process, canary):
    """While the scanner runs: its command line, its environment's readability, its core settings."""
    seen = set()
    while process.poll() is None:
        base = pathlib.Path(f"/proc/{process.pid}")
        try:
            lib.check(canary.encode() not in (base / "cmdline").read_bytes(), "not in the command line")
            limits = (base / "limits").read_text()
            core = next(line for line in limits.splitlines() if line.startswith("Max core"))
            seen.add(core.split()[4])
            # A process that is not dumpable belongs to root in /proc, and writes no core.
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.05)  # between two looks
    lib.check("0" in seen, f"the soft core limit is 0: {seen}")


def main():
    canary = "Canary-" + base64.urlsafe_b64encode(os.urandom(18)).decode()
    with lib.Fleet(vms=220, mix="every", seed=5, password=canary) as fleet:
        out = fleet.path / "out"
        out.mkdir()
        command = [str(lib.SCANNER), "scan", "-i", fleet.inventory, "--ca-file", fleet.ca,
                   "--state", out / "state", "--log-file", out / "log", "--log-level", "debug",
                   "--audit-file", out / "audit", "--stats-json", out / "stats",
                   "--connect-timeout", "2s", "--step-timeout", "5s", "--deadline", "20s",
                   "--quota-delay", "200ms"]
        for kind in ("text", "json", "jsonl", "html"):
            command += ["--report", f"{kind}:{out / kind}"]
        with open(out / "stdout", "wb") as stdout, open(out / "stderr", "wb") as stderr:
            process = subprocess.Popen(list(map(str, command)), stdout=stdout, stderr=stderr,
                                       env=lib.environment_of(password=canary))
            watch(process, canary)
        lib.check_ending(("the sweep",), process.returncode, (12,), (out / "stderr").read_text(errors="replace"))
        files = [path for path in out.rglob("*") if path.is_file()]
        lib.check(len(files) >= 10, f"there is something to search: {files}")
        for path in files:
            data = path.read_bytes()
            for form in forms(canary):
                lib.check(form not in data, f"{path.name} holds the secret as {form[:12]!r}...")
        audit = (out / "audit").read_text().splitlines()
        lib.check(len(audit) >= 60, f"the audit names every command: {len(audit)}")
        lib.check_each(audit, lambda line: '"effect":"read_only"' in line, "a scan only reads")
    lib.finish()


main()
