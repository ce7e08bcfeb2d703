#!/usr/bin/env python3
"""Hosts that answer CIM with pages of large instances without end, beside hosts that are as they should be:
what they make the scanner hold stays bounded, and the others are assessed. Some of them never go on once they
have made it hold a lot: those wait longest that the run has time for. Others answer at once and say nothing:
how often they are asked is counted. It takes as long as one host may: what holds and never goes on is cut then."""
import asyncio
import collections
import functools
import multiprocessing
import pathlib
import re
import ssl
import subprocess
import tempfile

from support import lib

GREEDY, HOLDING, IDLE, HEALTHY = 12, 24, 6, 12
DEADLINE = 40
# 128 MiB are common, and each of 54 hosts in flight has 512 KiB of its own (core/limits.hpp): 155 MiB. The
# program itself takes 40, and a string that grows up to twice its size. 40 such hosts took 1.85 GB once.
MEMORY_MB = 350
# Of one host: 16 at once, then ever longer pauses, up to a second; and one exchange for each question.
MOST_IDLE_PULLS = 16 + 6 + DEADLINE

NS = ('xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
      'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
      'xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" '
      'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"')
# Nearly all that one answer may be: 1 MiB.
ROWS = "".join(f"<w:XmlFragment><Name>n{i}</Name><Text>{'x' * 4900}</Text></w:XmlFragment>" for i in range(200))
PAGES_HELD = 7


# As long as the identity of a message, which takes its place.
MARK = "uuid:00000000-0000-0000-0000-000000000000"


@functools.cache
def answer(verb, rows):
    """An answer but for the message it is to; made once, for it is large."""
    context = "<n:EnumerationContext>more</n:EnumerationContext>"
    if verb == "Enumerate":
        body = f"<n:EnumerateResponse>{context}<w:Items>{rows}</w:Items></n:EnumerateResponse>"
    elif verb == "Pull":
        body = f"<n:PullResponse>{context}<n:Items>{rows}</n:Items></n:PullResponse>"
    elif verb == "Release":
        body = ""
    else:  # a method or an object
        body = f"<Strange>{rows and '<Text>' + 'x' * 900000 + '</Text>'}</Strange>"
    text = (f"<s:Envelope {NS}><s:Header><a:RelatesTo>{MARK}</a:RelatesTo></s:Header>"
            f"<s:Body>{body}</s:Body></s:Envelope>").encode()
    return (f"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"
            f"Content-Length: {len(text)}\r\n\r\n").encode() + text


class Hostile:
    """One host: what it answers, and how often it was asked for a page."""

    def __init__(self, kind):
        self.kind = kind
        self.pulls = 0
        self.questions = 0

    async def serve(self, reader, writer):
        try:
            while True:
                await self.exchange(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def exchange(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.I)
        body = (await reader.readexactly(int(length[1]) if length else 0)).decode()
        identity = re.search(r"MessageID[^>]*>([^<]+)<", body)[1]
        verb = re.search(r"Action[^>]*>[^<]*/([A-Za-z]+)<", body)[1]
        self.pulls += verb == "Pull"
        self.questions += verb not in ("Pull", "Release")
        if self.kind == "holding" and self.pulls >= PAGES_HELD:
            await reader.read(1)  # until the scanner hangs up
            raise ConnectionError
        assert len(identity) == len(MARK), identity
        whole = answer(verb, "" if self.kind == "idle" else ROWS)
        at = whole.index(MARK.encode())
        writer.write(whole[:at] + identity.encode() + whole[at + len(MARK):])
        await writer.drain()


def serve_all(kinds, certificate, pipe):
    """Serves in a process of its own, until it is told to stop; then says what was asked."""
    async def main():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        hosts = [Hostile(kind) for kind in kinds]
        servers = [await asyncio.start_server(host.serve, "127.0.0.1", 0, ssl=context, limit=1 << 20)
                   for host in hosts]
        pipe.send([server.sockets[0].getsockname()[1] for server in servers])
        await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        pipe.send([(host.kind, host.pulls, host.questions) for host in hosts])
    asyncio.run(main())


def self_signed(folder):
    path = folder / "peer.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out",
         str(folder / "cert.pem")], check=True, capture_output=True)
    path.write_text(path.read_text() + (folder / "cert.pem").read_text())
    return path


def inventory(folder, kinds, ports):
    """The hostile hosts; the fleet has an inventory of its own."""
    lines = [f"  - {{ name: {kind}-{i}, address: 127.0.0.1, credential: hostile-{i}, "
             f"rdp: {{ outside: false }}, winrm: {{ port: {port}, auth: basic }} }}"
             for i, (kind, port) in enumerate(zip(kinds, ports))]
    path = folder / "inventory.yaml"
    # One for each: a credential that is new goes to three hosts at first.
    keys = [f"  hostile-{i}: {{ username: nobody, password: {{ env: RDPSWEEP_PASSWORD }} }}" for i in range(len(kinds))]
    head = "version: 1\ncredentials:\n" + "\n".join(keys) + "\ntargets:\n"
    path.write_text(head + "\n".join(lines) + "\n")
    return path


def main():
    kinds = ["greedy"] * GREEDY + ["holding"] * HOLDING + ["idle"] * IDLE
    with tempfile.TemporaryDirectory() as name, lib.Fleet(HEALTHY, mix="one:healthy_2022") as fleet:
        folder = pathlib.Path(name)
        ours, theirs = multiprocessing.Pipe()
        peer = multiprocessing.Process(target=serve_all, args=(kinds, self_signed(folder), theirs), daemon=True)
        peer.start()
        hostile = inventory(folder, kinds, ours.recv())
        done, document = lib.scan(
            fleet, "-i", hostile, "--insecure", "--collector", "cim", "--retries", "0",
            "--deadline", f"{DEADLINE}s", report=folder / "report.json", status=(10, 11, 12))
        ours.send("stop")
        asked = ours.recv()
        peer.join(30)
        print(f"status {done.returncode}, {document['totals']}")
        lib.check_peak(MEMORY_MB)
        check_healthy(document)
        check_hostile(document, asked)
    lib.finish()


def check_healthy(document):
    healthy = [host for host in document["hosts"] if host["name"].split("-")[0] not in ("greedy", "holding", "idle")]
    lib.check(len(healthy) == HEALTHY, f"{HEALTHY} healthy hosts: {len(healthy)}")
    lib.check_each(healthy, lambda host: host["outcome"] == "assessed", "healthy hosts are assessed")


def check_hostile(document, asked):
    ends = collections.defaultdict(collections.Counter)
    for host in document["hosts"]:
        kind = host["name"].split("-")[0]
        if kind in ("greedy", "holding", "idle"):
            attempt = host["attempts"][-1]
            ends[kind][host["outcome"], attempt.get("stage"), attempt.get("code")] += 1
    for kind, ways in sorted(ends.items()):
        print(kind, dict(ways))
    lib.check(sum(map(collections.Counter.total, ends.values())) == GREEDY + HOLDING + IDLE, f"all are told: {ends}")
    holding = {code for _, _, code in ends["holding"]}
    lib.check("local_limit" in holding, f"a host that held most was ended: {holding}")
    pulls = [count for kind, count, _ in asked if kind == "idle"]
    questions = [count for kind, _, count in asked if kind == "idle"]
    print("pulls of the idle", sorted(pulls), "questions", sorted(questions))
    lib.check_each(pulls, lambda count: 16 <= count <= MOST_IDLE_PULLS, "idle hosts are asked so often")
    # Where the machine is busy, what all hosts hold is used up before one answer is too large.
    most = max(count for kind, count, _ in asked if kind == "greedy")
    ended = any(code == "local_limit" for _, _, code in ends["greedy"])
    lib.check(most > 8 or ended, f"greedy hosts were asked for more than they may make us hold: {most}")


if __name__ == "__main__":
    main()
