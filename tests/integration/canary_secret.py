#!/usr/bin/env python3
"""A canary password is searched for in every file, log, report and command line of a sweep that meets every kind
of host, and the process that holds it can leave no core. It takes long because the sweep meets hosts that say
nothing, and everything that it leaves is searched in every encoding."""
import base64
import os
import pathlib
import resource
import subprocess
import sys
import time

from support import lib


def forms(secret):
    """What the canary looks like: plain, UTF-16, and Base64 at each of three offsets."""
    for raw in (secret.encode(), secret.encode("utf-16-le")):
        yield raw
        for skew in range(3):
            encoded = base64.b64encode(b"x" * skew + raw)
            yield encoded[4 if skew else 0:-4]


# Root reads everybody's memory. Without its capabilities the kernel asks of it what it asks of any user:
# that the process is one's own, and dumpable.
AS_ANYBODY = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


def allow_cores():
    """Between fork and exec: as if nobody had forbidden cores, so that only the program itself does."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def core_limits(process):
    """The soft and the hard limit of a running process."""
    limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text().splitlines()
    return tuple(next(line for line in limits if line.startswith("Max core")).split()[4:6])


def readable(process):
    """Whether a process of the same user may look into that process."""
    look = subprocess.run([*AS_ANYBODY, "head", "-c1", f"/proc/{process.pid}/environ"], capture_output=True,
                          text=True, check=False)
    if look.returncode != 0 and "Permission denied" not in look.stderr:
        raise ProcessLookupError(look.stderr)
    return look.returncode == 0


def check_the_check():
    """An ordinary program started in the same way may leave a core and may be looked into."""
    with subprocess.Popen([*AS_ANYBODY, "cat"], stdin=subprocess.PIPE, preexec_fn=allow_cores) as plain:
        lib.until(lambda: pathlib.Path(f"/proc/{plain.pid}/comm").read_text() == "cat\n")
        may = core_limits(plain)
        lib.check(readable(plain), "an ordinary program may be looked into")
        plain.stdin.close()
    if may == ("0", "0"):
        print("SKIPPED: this machine allows nobody a core (ulimit -H -c is 0)")
        sys.exit(77)


def watch(process, canary):
    """Looks at the scanner while it runs: its command line, its core limits, and who may look into it."""
    limits, forbidden = [], []
    while process.poll() is None:
        try:
            line = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
            lib.check(canary.encode() not in line, "not in the command line")
            forbidden.append(not readable(process))
            limits.append(core_limits(process))
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.05)  # between two looks
    process.wait(60)  # a look may have found it gone before it was awaited
    # Both begin with the first secret, and hold from then on.
    lib.check(("0", "0") in limits, f"no core may be written: {limits[-1:]}")
    since = limits.index(("0", "0")) + 1 if ("0", "0") in limits else len(limits)
    lib.check(len(limits) > since + 5, f"there was time to look: {len(limits)}, {since}")
    lib.check(set(limits[since:]) == {("0", "0")}, "and none later")
    lib.check(len(forbidden[since:]) > 5 and all(forbidden[since:]), f"it may not be looked into: {forbidden[since:]}")


def main():
    check_the_check()
    canary = "Canary-" + base64.urlsafe_b64encode(os.urandom(18)).decode()
    with lib.Fleet(vms=lib.EVERY, mix="every", seed=5, password=canary) as fleet:
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
            process = subprocess.Popen([*AS_ANYBODY, *map(str, command)], stdout=stdout, stderr=stderr,
                                       preexec_fn=allow_cores, env=lib.environment_of(password=canary))
            watch(process, canary)
        lib.check_ending(("the sweep",), process.returncode, (12,), (out / "stderr").read_text(errors="replace"))
        files = [path for path in out.rglob("*") if path.is_file()]
        lib.check(len(files) >= 10, f"there is something to search: {files}")
        for path in files:
            data = lib.plain_bytes(path)
            for form in forms(canary):
                lib.check(form not in data, f"{path.name} holds the secret as {form[:12]!r}...")
        audit = (out / "audit").read_text().splitlines()
        lib.check(len(audit) >= 60, f"the audit names every command: {len(audit)}")
        lib.check_each(audit, lambda line: '"effect":"read_only"' in line, "a scan only reads")
    lib.finish()


main()
