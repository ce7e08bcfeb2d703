#!/usr/bin/env python3
"""Hosts that are far away and slow, and addresses where SYNs vanish, as bench/sweep_shape.py makes them: each target
of a small fleet becomes what it is, and no host is done before its network and its PowerShell allow it."""
import pathlib
import sys
import tempfile

from support import lib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))
from sweep_shape import Shape, hole, split  # noqa: E402

ROUND_TRIP, SHELL, COMMAND, OUTPUT = 10, 20, 10, 100  # ms


def main():
    slow = ["--rtt-ms", str(ROUND_TRIP), "--powershell-ms", f"{SHELL},{COMMAND},{OUTPUT}", "--inventory-auth", "basic"]
    with tempfile.TemporaryDirectory(prefix="black-holes-") as folder, hole() as port, \
            lib.Fleet(60, "one:healthy_2022", rdp=True, options=slow) as fleet:
        shape = Shape(lib, fleet, folder, port)
        targets = shape.targets(60, 30, 1, True)
        lib.check([str(port) in line for line in targets] == [True] * 18 + [False] * 42, "the holes come first")
        _, rate, hosts = shape.run("small", targets, ["--connect-timeout", "500ms", "--retries", "0"])
        there, holes = split(hosts)
        lib.check(rate == 200, f"the run says how many connections a second it makes: {rate}")
        lib.check((len(there), len(holes)) == (42, 18), f"{len(there)} hosts and {len(holes)} holes are told of")
        lib.check_each(holes, lambda host: host.outcome == "unreachable", "holes are unreachable")
        lib.check_each(there, lambda host: host.outcome == "assessed", "hosts are assessed")
        lib.check_each(there, lambda host: host.looked, "hosts are looked at from outside")
        lib.check_each(there, lambda host: host.ms >= SHELL + COMMAND + OUTPUT + ROUND_TRIP * host.round_trips,
                       "hosts take as long as their PowerShell and their round trips")
        # TCP and TLS 1.3, five questions of WinRM, TCP to RDP.
        lib.check_each(there, lambda host: host.round_trips >= 8, "round trips are counted")
    lib.finish()


main()
