"""What the integration tests share: a simulated fleet, the scanner, and a KDC on loopback.

Every test is a program: it exits 0 when all it checks holds, else prints why and exits 1.
"""
import concurrent.futures
import contextlib
import gzip
import json
import os
import pathlib
import resource
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

from support import endings
from support.listening import Listening
from support.pace import PACE, in_time

BUILD = pathlib.Path(os.environ.get("RDPSWEEP_BUILD", "build/dev")).resolve()
SANITIZED_BUILDS = ("asan", "tsan")
SCANNER = BUILD / "scanner" / "rdpsweep"
SIMFLEET = BUILD / "tests" / "simfleet" / "rdpsweep-simfleet"
PASSWORD_VARIABLE = "RDPSWEEP_PASSWORD"
# VMs that mix "every" needs to have each profile at least once; unit_simfleet holds it.
EVERY = 270

failures = []
claims = []  # sockets that keep our ports ours until this program ends


def check(holds, what):
    """Notes a failed expectation; the test goes on."""
    if not holds:
        failures.append(what)
        print("FAILED:", what, flush=True)


def check_each(things, holds, what):
    """Notes a failed expectation when one of the things does not hold, and when there is none at all."""
    things = list(things)
    wrong = [thing for thing in things if not holds(thing)]
    check(things and not wrong, f"{what}: {wrong[:3] if things else 'there is nothing to look at'}")


def plain_bytes(path):
    """The bytes of a file; of one that is compressed, those that were. A secret hides in the others."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def check_peak(most):
    """The most memory of any finished child, in MB. What sanitizers take says nothing."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak {peak:.0f} MB")
    check(BUILD.name in SANITIZED_BUILDS or peak < most, f"memory stays bounded: {peak:.0f} MB")


def finish():
    """Ends the test program."""
    print("ok" if not failures else f"{len(failures)} expectations failed")
    sys.exit(1 if failures else 0)


def side_by_side(*cases):
    """Runs cases at once that share nothing and mostly wait for what they started. One that throws has
    failed, and the others go on."""
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        for case, run in [(case, pool.submit(case)) for case in cases]:
            failure = run.exception()
            if failure:
                check(False, f"{case.__name__}: " + "".join(traceback.format_exception(failure)))


def until(holds, seconds=60):
    """Waits for an event that nobody tells us of; returns whether it came."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def read_exactly(connection, size):
    """Returns that many bytes, in however many pieces they come; fewer where the other side ends."""
    data = b""
    while len(data) < size and (piece := connection.recv(size - len(data))):
        data += piece
    return data


def read_tpkt(connection):
    """Returns the packet that RDP begins with, by the length in its head."""
    head = read_exactly(connection, 4)
    return head + read_exactly(connection, int.from_bytes(head[2:4], "big") - 4)


def accepts(port, address="127.0.0.1"):
    """Returns whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


def free_port():
    """Returns a port that nobody has, for a server that cannot take any free one and say which (sshd, xrdp,
    krb5kdc): below those that the kernel gives to outgoing connections (32768 and up), one of which could take it
    before the server does. A test that runs beside this one does not get it either: a name in the abstract
    namespace says that it is taken until this program ends."""
    while True:
        port = secrets.randbelow(12_000) + 20_000
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0rdpsweep-test-port-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        claims.append(claim)
        return port


def free_network():
    """Returns the beginning "127.a.b." of loopback addresses that neither a fleet (127.0 and up) nor a test
    that runs beside this one has."""
    while True:
        network = f"127.{secrets.randbelow(27) + 100}.{secrets.randbelow(254) + 1}."
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0rdpsweep-test-network-{network}")
        except OSError:
            claim.close()
            continue
        claims.append(claim)
        return network


class Fleet:
    """A running rdpsweep-simfleet. Use it as a context manager."""

    def __init__(self, vms, mix, seed=1, options=(), password=None, environment=None, rdp=False,
                 ssh=False):
        self.folder = tempfile.TemporaryDirectory(prefix="simfleet-")
        self.path = pathlib.Path(self.folder.name)
        self.password = password or secrets.token_urlsafe(18)
        self.vms = vms
        # The fleet takes free ports, and says which: none is drawn before it is bound.
        self.port = self.http_port = self.rdp_port = self.ssh_port = 0
        self.stats_file = self.path / "stats.json"
        self.command = [
            str(SIMFLEET), "--vms", str(vms), "--mix", mix, "--seed", str(seed),
            "--port", "any", "--http-port", "any", "--rdp-port", "any" if rdp else "0",
            "--ssh-port", "any" if ssh else "0", "--state-dir", str(self.path / "fleet"),
            "--user", r"SIM\sweeper", "--password-env", PASSWORD_VARIABLE,
            "--stats-file", str(self.stats_file), *options,
        ]
        self.environment = endings.with_sanitizers(dict(os.environ, **(environment or {})))
        self.environment[PASSWORD_VARIABLE] = self.password
        self.process = None
        self.stopped = False

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, env=self.environment, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            self.process.kill()
            self.folder.cleanup()
            raise RuntimeError(f"the fleet did not start: {line!r}, status {self.process.wait()}")
        ports = json.loads((self.path / "fleet" / "ports.json").read_text())
        self.port, self.http_port = ports["https"], ports["http"]
        self.rdp_port, self.ssh_port = ports["rdp"], ports["ssh"]
        self.arm_port, self.metadata_port = ports["arm"], ports["metadata"]
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def stop(self):
        """Ends the fleet, which has to end well, and returns its statistics."""
        if not self.stopped:
            self.stopped = True
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            wrong = endings.wrong_ending(self.process.returncode, (0,))
            check(not wrong, f"the fleet ends well: {wrong}")
        return json.loads(self.stats_file.read_text())

    def stats(self):
        """Returns the statistics of a fleet that goes on running."""
        self.stats_file.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        told = []

        def written():
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                told.append(json.loads(self.stats_file.read_text()))
            return bool(told)

        if not until(written):
            raise RuntimeError("the fleet tells no statistics")
        return told[0]

    @contextlib.contextmanager
    def holding(self):
        """As long as this lasts, no script on any VM says anything."""
        self._hold(True)
        try:
            yield
        finally:
            self._hold(False)

    def _hold(self, held):
        self.process.send_signal(signal.SIGUSR2)
        if not until(lambda: self.stats()["held"] == held):
            raise RuntimeError("the fleet does not hear SIGUSR2")

    @property
    def inventory(self):
        return self.path / "fleet" / "inventory.yaml"

    @property
    def known_hosts(self):
        return self.path / "fleet" / "known_hosts"

    @property
    def ca(self):
        return self.path / "fleet" / "ca.pem"

    def truth(self):
        vms = json.loads((self.path / "fleet" / "truth.json").read_text())["vms"]
        check(len(vms) == self.vms, f"the truth is told of {self.vms} VMs, not of {len(vms)}")
        return vms


def environment_of(environment=None, password=None):
    """Returns what a program of ours gets as its environment."""
    # Whoever runs the tests may have a configuration of their own.
    given = {**os.environ, "RDPSWEEP_CONFIG": "/dev/null", **(environment or {})}
    env = endings.with_sanitizers(given)
    if password is not None:
        env[PASSWORD_VARIABLE] = password
    return env


def check_ending(words, returncode, expected, said=""):
    """Notes a program that ended as nobody expects."""
    wrong = endings.wrong_ending(returncode, expected, said)
    check(not wrong, f"{' '.join(map(str, words[:3]))}: {wrong}")


def rdpsweep(*arguments, status=None, password=None, environment=None, timeout=240, **kwargs):
    """Runs the scanner to its end, which has to be a status (or one of a tuple) that is expected: by
    default what a sweep comes to, or 0 for any other verb. A hang is found out before the limit of the
    test (300 s), so that the command that hung is named."""
    done = subprocess.run(
        [str(SCANNER), *in_time(arguments)], env=environment_of(environment, password), text=True,
        capture_output=True, timeout=timeout * PACE, check=False, **kwargs)
    check_ending(arguments, done.returncode, endings.expected_of(arguments, status), done.stderr)
    return done


def scan(fleet, *options, state=None, inventory=None, report=None, verb="scan", **kwargs):
    """Scans a fleet; returns the finished process and, where asked for, the JSON report."""
    state = state or fleet.path / "state"
    arguments = [verb, "-i", inventory or fleet.inventory, "--ca-file", fleet.ca,
                 "--state", state, "--quota-delay", "200ms", *options]
    if report:
        arguments += ["--report", f"json:{report}"]
    done = rdpsweep(*arguments, password=fleet.password, **kwargs)
    document = None
    if report and pathlib.Path(report).exists():
        document = json.loads(pathlib.Path(report).read_text())
    return done, document


@contextlib.contextmanager
def kdc(realm="SIM.TEST", services=(), users=()):
    """A real krb5kdc on loopback: services are principals for the keytab, users (name, password).

    Yields a dict of environment variables and the keytab's path.
    """
    with tempfile.TemporaryDirectory(prefix="kdc-") as name:
        folder = pathlib.Path(name)
        port = free_port()
        (folder / "krb5.conf").write_text(f"""[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 rdns = false
 dns_canonicalize_hostname = false
 default_ccache_name = FILE:{folder}/ccache
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
  admin_server = 127.0.0.1:1
 }}
[domain_realm]
 localhost = {realm}
""")
        (folder / "kdc.conf").write_text(f"""[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/acl
 }}
""")
        env = {"KRB5_CONFIG": str(folder / "krb5.conf"), "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
        full = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin", **env)

        def admin(query):
            subprocess.run(["kadmin.local", "-r", realm, "-q", query], env=full, check=True,
                           stdout=subprocess.DEVNULL)

        subprocess.run(["kdb5_util", "create", "-s", "-r", realm, "-P", secrets.token_hex(12)],
                       env=full, check=True, stdout=subprocess.DEVNULL)
        keytab = folder / "keytab"
        for service in services:
            admin(f"addprinc -randkey {service}")
            admin(f"ktadd -k {keytab} {service}")
        for user, password in users:
            admin(f"addprinc -pw {password} {user}")
        server = subprocess.Popen(["krb5kdc", "-n", "-r", realm], env=full,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            if not until(lambda: accepts(port)):
                raise RuntimeError("the KDC did not start")
            yield env, keytab
        finally:
            server.terminate()
            server.wait(10)


class CountingProxy:
    """Forwards TCP to a fleet and counts, per connection, how often the client began to speak:
    the TCP handshake plus these turns are the round trips, whoever counts them."""

    def __init__(self, address, port):
        self.target = (address, port)
        self.turns = []
        self.port = Listening(self._forward).port

    def _forward(self, client):
        import select
        index = len(self.turns)
        self.turns.append(0)
        server = socket.create_connection(self.target)
        speaker = None
        with client, server:
            while True:
                readable, _, _ = select.select([client, server], [], [], 30)
                if not readable:
                    return
                for end in readable:
                    data = end.recv(1 << 16)
                    if not data:
                        return
                    if end is client and speaker is not client:
                        self.turns[index] += 1
                    speaker = end
                    (server if end is client else client).sendall(data)
