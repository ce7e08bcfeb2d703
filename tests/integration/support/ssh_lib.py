"""Real SSH servers on loopback, each a process with a configuration of its own."""
import contextlib
import ctypes
import os
import pathlib
import pwd
import socket
import subprocess
import tempfile
import time

from support import lib

USER = pwd.getpwuid(os.getuid()).pw_name


def libssh2_version():
    """That of the library which rdpsweep runs with: (1, 10, 0) on Debian 12, (1, 11, 1) on Debian 13."""
    version = ctypes.CDLL("libssh2.so.1").libssh2_version
    version.restype = ctypes.c_char_p
    return tuple(int(part) for part in version(0).decode().split("_")[0].split("."))


def keygen(path, kind="ed25519", *options):
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(path), *options], check=True)
    return path


def fingerprint(path):
    line = subprocess.run(["ssh-keygen", "-lf", str(path)], check=True, capture_output=True, text=True)
    return line.stdout.split()[1]


def wait_for(port, address="127.0.0.1"):
    if not lib.until(lambda: lib.accepts(port, address)):
        raise RuntimeError(f"nothing listens on port {port}")


class Place:
    """Keys of one test, and a folder whose powershell prints a framed document."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder)
        self.path.chmod(0o755)
        self.key = keygen(self.path / "id")
        self.rsa = keygen(self.path / "id_rsa", "rsa")
        self.authorized = self.path / "authorized"
        self.authorized.write_text((self.path / "id.pub").read_text() + (self.path / "id_rsa.pub").read_text())
        self.authorized.chmod(0o600)
        self.facts = lib.BUILD.parents[1] / "tests/golden/facts/healthy-2019-de.json"

    def powershell(self, body):
        """A folder to put in front of PATH whose powershell is this Python program."""
        folder = self.path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "powershell"
        program.write_text("#!/usr/bin/python3\nimport sys, zlib, json, time, os, signal\n" + body)
        program.chmod(0o755)
        return folder


FRAMED = """
nonce = sys.stdin.readline().strip()
arguments = json.loads(sys.stdin.readline())
script = sys.stdin.read()
assert script.startswith('# rdpsweep collector'), script[:60]
assert sys.argv[1:4] == ['-NoLogo', '-NoProfile', '-NonInteractive'], sys.argv
text = json.dumps(json.load(open(%r)), separators=(',', ':'))
sys.stderr.write('x' * 300000)
print('RDPSWEEP1', nonce, len(text), '%%08x' %% zlib.crc32(text.encode()), text)
"""


@contextlib.contextmanager
def sshd(place, host_key="ed25519", path=None, options=()):
    """A real sshd; yields its port and the path of its host key."""
    port = lib.free_port()
    key = place.path / f"host_{port}"
    keygen(key, host_key)
    config = place.path / f"sshd_{port}"
    lines = [
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {key}", f"PidFile {config}.pid",
        f"AuthorizedKeysFile {place.authorized}", "StrictModes no", "UsePAM no",
        "PermitRootLogin yes", "KbdInteractiveAuthentication no",
        f"SetEnv PATH={path or '/nowhere'}:/usr/bin:/bin", *options,
        "PasswordAuthentication no"]  # unless an option says otherwise: the first one counts
    config.write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:  # sshd wants it there when root starts it, and cannot be told another place
        os.makedirs("/run/sshd", exist_ok=True)
    log = open(f"{config}.log", "w")
    server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)], stderr=log)
    try:
        wait_for(port)
        yield port, key
    finally:
        server.terminate()
        server.wait(10)
        log.close()


@contextlib.contextmanager
def place():
    with tempfile.TemporaryDirectory(prefix="ssh-") as folder:
        yield Place(folder)


def scan(where, port, *, verb="scan", ssh="", credential=None, options=(), environment=None, timeout=60, retries=0):
    """Scans 127.0.0.1:port over SSH; returns the process and the host's part of the JSON report."""
    import json
    inventory = where.path / "fleet.yaml"
    credential = credential or f"{{ username: {USER}, ssh_key: {where.key} }}"
    inventory.write_text(f"""version: 1
credentials:
  me: {credential}
targets:
  - {{ name: vm, address: 127.0.0.1, credential: me, route: [ssh], ssh: {{ port: {port}{ssh} }} }}
""")
    report = where.path / "report.json"
    report.unlink(missing_ok=True)
    state = where.path / "state"
    arguments = [verb, "-i", inventory, "--state", state, "--retries", str(retries), *options]
    if verb == "scan":
        arguments += ["--report", f"json:{report}"]
    done = lib.rdpsweep(*arguments, environment=environment, timeout=timeout)
    host = json.loads(report.read_text())["hosts"][0] if report.exists() else None
    return done, host


