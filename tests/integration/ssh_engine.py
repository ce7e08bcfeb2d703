#!/usr/bin/env python3
"""A real sshd with a real PowerShell engine behind it: the real script goes over SSH, runs, and every
verdict equals the truth of the simulated machine. The first logon starts an engine of its own, as Windows does;
one serves the others, since it takes seconds to start.

usage: ssh_engine.py rdpsweep-powershell.dll
"""
import contextlib
import json
import os
import pathlib
import socketserver
import subprocess
import sys
import threading

from support import lib
from support import ssh_lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
MACHINES = 31
A_SERVER = 16  # sshd listens on no more addresses
SEED = 17

# The powershell of every logon: which machine it is on, says the address that was called; the rest is what it was
# given. What it says is what the engine said.
SHIM = """#!/usr/bin/python3
import json, os, socket, sys
address = os.environ['SSH_CONNECTION'].split()[2]
if address == '127.0.0.1':
    os.environ.update(HOME={home!r}, DOTNET_NOLOGO='1', DOTNET_CLI_TELEMETRY_OPTOUT='1')
    os.execvp('dotnet', ['dotnet', {program!r}, 'run', {states!r} + '/' + address, *sys.argv[1:]])
machine = open({states!r} + '/' + address).read()
quoted = ' '.join('"' + word.replace('"', '\\\\"') + '"' for word in sys.argv[1:])
given = {{name: value for name, value in os.environ.items() if name.startswith('RDPSWEEP_')}}
request = {{'machine': json.loads(machine), 'command': quoted, 'environment': given, 'input': sys.stdin.read()}}
with socket.socket(socket.AF_UNIX) as engine:
    engine.connect({engine!r})
    engine.sendall(json.dumps(request).encode() + b'\\n')
    answer = json.loads(engine.makefile().readline())
sys.stdout.write(answer['out'])
sys.stderr.write(answer['err'])
sys.exit(answer['exit'])
"""


@contextlib.contextmanager
def one_engine(program, address, home):
    """A PowerShell engine behind a socket; one connection is one script, one after the other."""
    environment = dict(os.environ, DOTNET_NOLOGO="1", DOTNET_CLI_TELEMETRY_OPTOUT="1", HOME=str(home))
    engine = subprocess.Popen(["dotnet", program, "serve"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    turn = threading.Lock()

    class Logon(socketserver.StreamRequestHandler):
        def handle(self):
            request = self.rfile.readline()
            with turn:
                engine.stdin.write(request)
                engine.stdin.flush()
                self.wfile.write(engine.stdout.readline())

    with socketserver.ThreadingUnixStreamServer(str(address), Logon) as server:
        address.chmod(0o666)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            engine.stdin.close()
            engine.wait(30)


def main():
    with lib.Fleet(vms=MACHINES, mix="every", seed=SEED) as fleet, ssh_lib.place() as where:
        states = where.path / "states"
        states.mkdir()
        lines = where.path / "states.jsonl"
        subprocess.run([str(lib.SIMFLEET), "--mix", "every", "--vms", str(MACHINES), "--seed", str(SEED),
                        "--dump-states", str(lines)], check=True)
        machines = [json.loads(line) for line in lines.read_text().splitlines()]
        targets = []
        for number, (machine, line) in enumerate(zip(machines, lines.read_text().splitlines()), 1):
            address = f"127.0.0.{number}"
            (states / address).write_text(line + "\n")
            targets.append((machine["name"], address))
        path = where.powershell("")
        engine = where.path / "engine"
        home = where.path / "home"  # what .NET keeps there goes with the test
        home.mkdir()
        (path / "powershell").write_text(SHIM.format(program=sys.argv[1], states=str(states), engine=str(engine),
                                                     home=str(home)))
        first = [f"ListenAddress {address}" for _, address in targets[1:A_SERVER]]
        second = [f"ListenAddress {address}" for _, address in targets[A_SERVER:][:A_SERVER - 1]]
        with (one_engine(sys.argv[1], engine, home), ssh_lib.sshd(where, path=path, options=first) as (one, _),
              ssh_lib.sshd(where, path=path, options=second) as (two, _)):
            inventory = where.path / "fleet.yaml"
            inventory.write_text(
                f"version: 1\ncredentials:\n  me: {{ username: {ssh_lib.USER}, ssh_key: {where.key} }}\n"
                # No machine stands behind these addresses but its sshd.
                "defaults: { credential: me, route: [ssh], rdp: { outside: false } }\ntargets:\n"
                + "".join(f"  - {{ name: {name}, address: {address}, ssh: {{ port: {one if at < A_SERVER else two} }} }}\n"
                          for at, (name, address) in enumerate(targets)))
            report = where.path / "report.json"
            done = lib.rdpsweep("scan", "-i", inventory, "--state", where.path / "state", "--jobs", "2",
                                "--known-hosts", "/dev/null", "--pin-on-first-use",
                                "--report", f"json:{report}", timeout=280)
        print(done.stderr[-1500:])
        document = json.loads(report.read_text())
        compared = subprocess.run(
            [sys.executable, ROOT / "tests/integration/compare_truth.py",
             fleet.path / "fleet" / "truth.json", report], check=False)
        lib.check(compared.returncode == 0, "every verdict equals the fleet's truth")
        # The fleet itself always says 900 ms; a script that ran took its own time.
        times = [host["facts"]["collector"]["ms"] for host in document["hosts"] if host.get("facts")]
        lib.check(len(times) == MACHINES and all(time != 900 for time in times),
                  f"the scripts ran: {times}")
    lib.finish()


main()
