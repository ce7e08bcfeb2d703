"""Says what a test found, and ends it with the status that goes with it."""
import sys

failures = []


def check(holds, what):
    """Notes a failure unless it holds."""
    if not holds:
        failures.append(what)
        print(f"FAILED  {what}", flush=True)


def equal(expected, found, what):
    check(expected == found, f"{what}: expected {expected!r}, found {found!r}")


def finish():
    print(f"{len(failures)} failed" if failures else "ok")
    sys.exit(1 if failures else 0)
