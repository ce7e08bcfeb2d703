"""One engine behind many logons of a real sshd."""
import contextlib
import os
import socketserver
import subprocess
import threading

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
def one_engine(command, address, home):
    """A PowerShell engine behind a socket; one connection is one script, one after the other."""
    environment = dict(os.environ, DOTNET_NOLOGO="1", DOTNET_CLI_TELEMETRY_OPTOUT="1", HOME=str(home))
    engine = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
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
