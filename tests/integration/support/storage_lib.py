"""A storage account on loopback by azurite, which nobody here wrote, and what stands between it and us."""
import base64
import json
import os
import queue
import re
import secrets
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

from support.lib import plain_bytes
from support.listening import Listening

HEADER_END = b"\r\n\r\n"


class Storage:
    """Azurite over TLS, with a certificate of its own. node: the program; main: tests/azure-storage/main.mjs, as built."""

    def __init__(self, folder, node, main):
        self.node, self.main = node, main
        self.ca, self.key_file = folder / "storage.pem", folder / "storage.key"
        self.account, self.key = "swept", base64.b64encode(secrets.token_bytes(48)).decode()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=storage",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.key_file, "-out", self.ca],
                       check=True, capture_output=True)
        server = main.parent / "node_modules/azurite/dist/src/blob/main.js"
        self.process = subprocess.Popen(
            [node, server, "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--silent",
             "--cert", self.ca, "--key", self.key_file], cwd=folder, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "AZURITE_ACCOUNTS": f"{self.account}:{self.key}"})
        for line in self.process.stdout:
            found = re.search(r"successfully listens on https://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                break
        else:
            raise RuntimeError("azurite does not start")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def sign(self, *wanted, disks=()):
        """The URLs of (name, seconds[, permissions]); disks are put there before, (file, name)."""
        order = {"endpoint": f"https://127.0.0.1:{self.port}/{self.account}", "account": self.account, "key": self.key,
                 "disks": [{"file": str(file), "name": name} for file, name in disks],
                 "signatures": [dict(zip(("name", "seconds", "permissions"), one)) for one in wanted]}
        done = subprocess.run([self.node, self.main], input=json.dumps(order), text=True, capture_output=True, timeout=100,
                              check=False, env={**os.environ, "NODE_EXTRA_CA_CERTS": str(self.ca)})
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return json.loads(done.stdout)


def read_message(connection, buffer):
    """A header and its body from a connection; what came beyond it stays in buffer. Nothing at its end."""
    while HEADER_END not in buffer:
        more = connection.recv(1 << 16)
        if not more:
            return None
        buffer += more
    head, _, rest = bytes(buffer).partition(HEADER_END)
    if re.search(rb"(?i)\r\ntransfer-encoding: *chunked", head):  # what it refuses; the last chunk is empty
        while not buffer.endswith(b"\r\n0\r\n\r\n"):
            more = connection.recv(1 << 16)
            if not more:
                return None
            buffer += more
        whole = bytes(buffer)
        buffer.clear()
        return whole
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    length = int(length.group(1)) if length else 0
    rest = bytearray(rest)
    while len(rest) < length:
        more = connection.recv(1 << 16)
        if not more:
            return None
        rest += more
    buffer[:] = rest[length:]
    return head + HEADER_END + rest[:length]


def refusal(status, code, *headers):
    return "\r\n".join([f"HTTP/1.1 {status}", f"x-ms-error-code: {code}", "x-ms-request-id: 5e-00", *headers,
                        "Content-Length: 0", "", ""]).encode()


class Meddler:
    """Passes requests on to a storage, in clear on loopback, and does to the answers what meddle(number, request,
    answer) says: it returns the bytes to send, and whether the connection is cut behind them. number counts from 1."""

    def __init__(self, storage, meddle=None):
        self.storage, self.meddle = storage, meddle or (lambda number, request, answer: (answer, False))
        self.requests = []
        self.trust = ssl.create_default_context(cafile=str(storage.ca))
        self.lock = threading.Lock()
        self.listening = Listening(self._serve)
        self.port = self.listening.port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listening.close()

    def url(self, signed):
        """The same URL, by way of here."""
        return signed.replace(f"https://127.0.0.1:{self.storage.port}/", f"http://127.0.0.1:{self.port}/")

    def _ask(self, request):
        """The storage's answer, by a connection of its own: azurite closes those that are idle."""
        plain = socket.create_connection(("127.0.0.1", self.storage.port))
        with self.trust.wrap_socket(plain, server_hostname="127.0.0.1") as server:
            server.sendall(request)
            return read_message(server, bytearray())

    def _serve(self, client):
        ours = bytearray()
        with client:
            while request := read_message(client, ours):
                with self.lock:
                    self.requests.append(request)
                    number = len(self.requests)
                sent, cut = self.meddle(number, request, self._ask(request))
                client.sendall(sent)
                if cut:
                    return


class Delay:
    """Passes bytes on to a port, each direction later by half of a round trip."""

    def __init__(self, port, seconds):
        self.target, self.half = port, seconds / 2
        self.accepted = []
        self.port = Listening(self._carry).port

    @property
    def connections(self):
        return len(self.accepted)

    def _carry(self, client):
        self.accepted.append(client)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = socket.create_connection(("127.0.0.1", self.target))
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, sink in ((client, server), (server, client)):
            line = queue.SimpleQueue()
            threading.Thread(target=self._take, args=(source, line), daemon=True).start()
            threading.Thread(target=self._give, args=(line, sink), daemon=True).start()

    def _take(self, source, line):
        while True:
            try:
                data = source.recv(1 << 18)
            except OSError:
                data = b""
            line.put((time.monotonic() + self.half, data))
            if not data:
                return

    @staticmethod
    def _give(line, sink):
        while True:
            due, data = line.get()
            time.sleep(max(0, due - time.monotonic()))  # the delay that is simulated
            try:
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
            except OSError:
                return


def secrets_in(url):
    """What of a SAS must be found nowhere: its signature, as it is and decoded."""
    signature = re.search(r"[?&]sig=([^&]+)", url).group(1)
    return [signature, urllib.parse.unquote(signature)]


def found_in(folder, words):
    """The files below a folder that hold one of the words."""
    return [str(path) for path in folder.rglob("*") if path.is_file()
            for word in words if word.encode() in plain_bytes(path)]


