"""RDP servers for the tests: real ones of Debian, and one of our own for what those cannot do.

Each listens on all of 127/8, so that a target's address tells which case it is.
"""
import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time

from support.lib import free_port, read_exactly, read_tpkt, until
from support.listening import Listening

CA_CONFIG = """[ca]
default_ca = c
[c]
database = {folder}/index
rand_serial = yes
new_certs_dir = {folder}
default_md = sha256
policy = p
unique_subject = no
x509_extensions = x
[p]
commonName = supplied
[x]
keyUsage = keyEncipherment,dataEncipherment
extendedKeyUsage = serverAuth
"""


def certificate(folder, name, start, end):
    """A self-signed certificate as Windows makes its own; start and end in days from now."""
    def day(offset):
        return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset * 86400))
    config = folder / "ca.cnf"
    config.write_text(CA_CONFIG.format(folder=folder))
    (folder / "index").touch()
    key, pem, request = (folder / f"{name}.{end}" for end in ("key", "pem", "csr"))
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                    "-out", request, "-subj", f"/CN={name}"], **quiet)
    subprocess.run(["openssl", "ca", "-batch", "-config", config, "-selfsign", "-keyfile", key,
                    "-in", request, "-out", pem, "-notext", "-startdate", day(start),
                    "-enddate", day(end)], **quiet)
    return pem, key


def wait_for(port, process=None, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the server on port {port} ended: {process.args}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"nothing came up on port {port}")


def end(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 15)
    process.wait(10)


def start(command, port, tries=3, **kwargs):
    """The process, once it listens. Some servers end now and then instead, on a busy machine."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True, **kwargs)
    try:
        if port:
            wait_for(port, process)
        return process
    except RuntimeError as failure:
        end(process)
        if tries == 1:
            raise
        print(failure, flush=True)
        time.sleep(1)
    return start(command, port, tries - 1, **kwargs)


@contextlib.contextmanager
def running(command, port, **kwargs):
    process = start(command, port, **kwargs)
    try:
        yield process
    finally:
        end(process)


def xrdp(folder, name, pem, key, layer="negotiate", protocols="TLSv1.2, TLSv1.3"):
    """One xrdp; returns its context and its port."""
    port = free_port()
    old = "tls_ciphers=ALL:@SECLEVEL=0\n" if protocols in ("TLSv1", "TLSv1.1") else ""
    config = folder / f"{name}.ini"
    config.write_text(f"""[Globals]
ini_version=1
fork=true
port={port}
security_layer={layer}
crypt_level=high
certificate={pem}
key_file={key}
ssl_protocols={protocols}
{old}allow_channels=false
[Logging]
LogFile={folder}/{name}.log
LogLevel=DEBUG
EnableSyslog=false
[Channels]
[Xorg]
name=Xorg
lib=libxup.so
ip=127.0.0.1
port=-1
""")
    command = [shutil.which("xrdp", path=os.environ["PATH"] + ":/usr/sbin"), "--nodaemon", "-c", str(config)]
    return running(command, port), port


def freerdp(folder, name, display, pem, key, *options):
    """One freerdp-shadow-cli that serves pem; returns its context and its port."""
    port = free_port()
    home = folder / name
    shadow = home / ".config" / "freerdp" / "shadow"
    shadow.mkdir(parents=True)
    shutil.copy(pem, shadow / "shadow.crt")
    shutil.copy(key, shadow / "shadow.key")
    sam = home / "SAM"
    with sam.open("w") as out:
        subprocess.run(["winpr-hash", "-u", "probe", "-p", "Passw0rd1", "-f", "sam"], stdout=out, check=True)
    environment = dict(os.environ, HOME=str(home), DISPLAY=display)
    command = ["freerdp-shadow-cli", f"/port:{port}", f"/sam-file:{sam}", *options]
    return running(command, port, env=environment, cwd=home), port


@contextlib.contextmanager
def x_server():
    """An X server on a display that nobody has; it writes the number once it takes clients in. Without
    -noreset it starts anew when its only client leaves, and refuses the next for a moment:
    freerdp-shadow-cli opens the display twice in a row."""
    number, to_us = os.pipe()
    command = ["Xvfb", "-displayfd", str(to_us), "-screen", "0", "640x480x24", "-nolisten", "tcp",
               "-noreset"]
    with running(command, 0, pass_fds=(to_us,)):
        os.close(to_us)
        with open(number, encoding="ascii") as told:
            yield f":{told.readline().strip()}"


# --- our own: it encodes how we read Windows, and what no server above does -----------------------

def confirm(kind, number, flags=0x1f):
    return bytes.fromhex("030000130ed000001234 00") + struct.pack("<BBHI", kind, flags, 8, number)


def read_hello(client):
    """Takes the record that a TLS client begins with."""
    head = read_exactly(client, 5)
    return head + read_exactly(client, int.from_bytes(head[3:5], "big"))


def peek_hello(client):
    """Returns that record, all of it, and leaves it where it is."""
    def there(size):
        until(lambda: len(client.recv(size, socket.MSG_PEEK)) == size)
        return client.recv(size, socket.MSG_PEEK)
    return there(5 + int.from_bytes(there(5)[3:5], "big"))


RESET = struct.pack("ii", 1, 0)


class Mock:
    """Answers by the last byte of the address it was called at; cases has a function for each."""

    def __init__(self, pem, key):
        self.port = 0
        self.most_open = {}  # address -> most connections at once
        self.unlucky = 0
        self._open = {}
        self._lock = threading.Lock()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pem, key)
        self.cases = [
            ("rst_on_accept", self.reset), ("silent", self.silent), ("fin_after_cr", self.close),
            ("http", lambda c: c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
            ("ssh", lambda c: c.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")),
            ("garbage", lambda c: c.sendall(os.urandom(4096).replace(b"\x03", b"\x04"))),
            ("oversize", lambda c: c.sendall(b"\x03\x00\xff\xff" + b"x" * 65536)),
            *((f"failure_{n}", lambda c, n=n: c.sendall(confirm(3, n, 0))) for n in range(1, 7)),
            ("no_negotiation", lambda c: c.sendall(bytes.fromhex("0300000b06d00000123400"))),
            ("rst_after_hello", self.after_hello(self.reset)),
            ("fin_after_hello", self.after_hello(self.close)),
            ("alert_40", self.after_hello(lambda c: c.sendall(bytes.fromhex("15030300020228")))),
            ("silent_after_hello", self.after_hello(self.silent)),
            ("flood", self.after_hello(self.flood)),
            ("intolerant_13", self.intolerant), ("once_unlucky", self.once_unlucky), ("slow", self.slow), ("healthy", self.healthy),
            ("nla_closes", self.nla(lambda c: None)),
            ("nla_garbage", self.nla(lambda c: c.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))),
            ("nla_silent", self.nla(lambda c: c.recv(1))),
            # TSRequest { version 6, errorCode STATUS_NOT_SUPPORTED }
            ("nla_refuses", self.nla(lambda c: c.sendall(bytes.fromhex("300da003020106a4060204c00000bb")))),
            ("anonymous", self.anonymous),
            ("rdstls", lambda c: c.sendall(confirm(2, 4))),
            ("tls_at_once", lambda c: c.sendall(bytes.fromhex("15030300020246"))),
        ]

    def __enter__(self):
        self._listening = Listening(self._serve, "0.0.0.0")
        self.port = self._listening.port
        return self

    def __exit__(self, *_):
        self._listening.close()

    def _serve(self, client):
        address = client.getsockname()[0]
        with self._lock:
            self._open[address] = self._open.get(address, 0) + 1
            self.most_open[address] = max(self.most_open.get(address, 0), self._open[address])
        with client, contextlib.suppress(OSError, ssl.SSLError):
            client.settimeout(20)
            name, act = self.cases[int(address.rsplit(".", 1)[1]) - 1]
            if name != "rst_on_accept":
                read_tpkt(client)  # the Connection Request
            act(client)
        with self._lock:
            self._open[address] -= 1

    @staticmethod
    def reset(client):
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        client.close()

    @staticmethod
    def close(client):
        client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def silent(client):
        client.recv(1)

    @staticmethod
    def flood(client):
        while True:
            client.sendall(b"\x16\x03\x03\x40\x00\x02\xff\xff\xff" + b"x" * 0x3ffc)

    @staticmethod
    def after_hello(act):
        def run(client):
            client.sendall(confirm(2, 2))
            read_hello(client)
            act(client)
        return run

    def intolerant(self, client):
        """Server 2019 with half of TLS 1.3: a hello that offers it is reset."""
        client.sendall(confirm(2, 1))
        hello = peek_hello(client)
        if b"\x00\x2b" in hello and b"\x03\x04" in hello[hello.index(b"\x00\x2b"):][:16]:
            read_hello(client)
            self.reset(client)
            return
        self.speak(client)

    def once_unlucky(self, client):
        """Resets its very first client."""
        self.unlucky += 1
        client.sendall(confirm(2, 1))
        if self.unlucky == 1:
            read_hello(client)
            self.reset(client)
            return
        self.speak(client)

    def slow(self, client):
        for byte in confirm(2, 1):
            client.sendall(bytes([byte]))
            time.sleep(0.03)
        self.speak(client)

    def healthy(self, client):
        client.sendall(confirm(2, 1))
        self.speak(client)

    def nla(self, answer):
        """CredSSP is chosen and TLS completed; what comes of the first leg is another matter."""
        def run(client):
            client.sendall(confirm(2, 2))
            with self._tls.wrap_socket(client, server_side=True) as spoken:
                spoken.recv(4096)
                answer(spoken)
        return run

    @staticmethod
    def anonymous(client):
        """A program that has no certificate, and completes TLS nevertheless."""
        client.sendall(confirm(2, 1))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AECDH:@SECLEVEL=0")
        with context.wrap_socket(client, server_side=True) as spoken:
            spoken.recv(1)

    def speak(self, client):
        with self._tls.wrap_socket(client, server_side=True) as spoken:
            spoken.recv(1)
