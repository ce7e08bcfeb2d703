#!/usr/bin/env python3
"""What RDP from outside costs a host, beside a bare OpenSSL loop, nmap and openssl s_client.

usage: rdp.py [--hosts N] [--rounds N]

All of them ask the same xrdp (TLS 1.2 and 1.3, RSA-2048), in turn, one host at a time: xrdp has a
backlog of 2. Figures are user and system time of the program, a host; of N hosts minus those of one,
so that starting up is not in them; s_client starts up for each host. Those that pause between
connections, nmap and --rdp-matrix, are asked for a tenth of the hosts. s_client knows no RDP: xrdp hangs
up on its ClientHello, so its figure is that of starting up. nmap is optional.
"""
import argparse
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
os.environ.setdefault("RDPSWEEP_BUILD", str(BUILD))
sys.path.insert(0, str(ROOT / "tests" / "integration"))
from support.rdp_servers import certificate, xrdp  # noqa: E402

SCRIPTS = "rdp-enum-encryption,ssl-cert,rdp-ntlm-info"


def cost(command, stdin=None):
    """User and system seconds, and elapsed seconds, of a command and its children."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
            time.perf_counter() - begun)


def ours(folder, port, hosts, *options):
    targets = folder / f"targets-{hosts}.yaml"
    targets.write_text("version: 1\ntargets:\n" + "".join(
        f"  - {{ name: h{n}, address: 127.0.1.{n}, rdp: {{ port: {port} }} }}\n" for n in range(1, hosts + 1)))
    return [BUILD / "scanner" / "rdpsweep", "scan", "-i", targets, "--transport", "rdp", "--jobs", "1",
            "--connect-rate", "100000", "--state", folder / "state", "--report", "jsonl:/dev/null", "-q", *options]


def commands(folder, port, hosts):
    floor = BUILD / "bench" / "rdp_floor"
    found = {
        "floor, one handshake": [floor, str(port), str(hosts)],
        "its look alone (rdp_probe)": [BUILD / "bench" / "rdp_probe", str(port), str(hosts)],
        "rdpsweep, one handshake": ours(folder, port, hosts),
        "floor, one and three versions": [floor, str(port), str(hosts), "matrix"],
        "its look alone, matrix": [BUILD / "bench" / "rdp_probe", str(port), str(hosts), "matrix"],
        "rdpsweep --rdp-matrix": ours(folder, port, hosts, "--rdp-matrix"),
        "openssl s_client, TLS only": ["sh", "-c", f"for n in $(seq {hosts}); do "
                                       f"openssl s_client -connect 127.0.1.$n:{port} </dev/null; done"],
    }
    if shutil.which("nmap"):
        found["nmap, three scripts"] = ["nmap", "-Pn", "-n", "-p", str(port), "--script-args", "unsafe=0",
                                        "--script", "+" + SCRIPTS.replace(",", ",+"), f"127.0.1.1-{hosts}"]
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rdp-bench-") as name:
        folder = pathlib.Path(name)
        server, port = xrdp(folder, "bench", *certificate(folder, "bench", -1, 180))
        with server:
            many, one = commands(folder, port, asked.hosts), commands(folder, port, 1)
            few = commands(folder, port, max(2, asked.hosts // 10))
            figures = {key: [] for key in many}
            for _ in range(asked.rounds):
                for key in many:
                    pauses = any(word in key for word in ("nmap", "--rdp-matrix", "look alone, matrix"))
                    hosts = max(2, asked.hosts // 10) if pauses else asked.hosts
                    cpu, wall = cost((few if pauses else many)[key])
                    base, start = cost(one[key]) if "s_client" not in key else (0, 0)
                    more = hosts - 1 if "s_client" not in key else hosts
                    figures[key].append(((cpu - base) * 1000 / more, more / (wall - start)))
    floor = {"one": "floor, one handshake", "matrix": "floor, one and three versions"}
    print("| program | CPU ms a host | hosts/s, one at a time | CPU, times the floor |\n|---|---|---|---|")
    for key, rounds in figures.items():
        base = floor["matrix" if "matrix" in key or "three versions" in key else "one"]
        ratio = statistics.median(a[0] / b[0] for a, b in zip(rounds, figures[base]))
        print(f"| {key} | {statistics.median(r[0] for r in rounds):.2f} | "
              f"{statistics.median(r[1] for r in rounds):.0f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
