#!/usr/bin/env python3
"""Peers that do not do as SSH says: no version, endless lines, another protocol, silence at any
moment, a connection cut after any number of bytes. Each ends in time, as what it is. It takes long
because each of twenty silences lasts a second or more before it is one."""
import contextlib
import socket
import threading
import time

from support import lib
from support import ssh_lib

OPTIONS = ["--known-hosts", "/dev/null", "--pin-on-first-use"]
# Where silence is the case a second is enough; what the peer does is waited for, also on a busy machine.
STEP_MS = 1000
SILENCE = ["--step-timeout", f"{STEP_MS}ms", "--deadline", "6s"]
ANSWER = ["--step-timeout", "20s", "--deadline", "60s"]
VERSION = b"SSH-2.0-Test\r\n"


@contextlib.contextmanager
def peer(talk):
    """A server that hands each connection to talk."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=guarded, args=(connection,), daemon=True).start()

    def guarded(connection):
        with connection, contextlib.suppress(OSError):
            talk(connection)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def flood(line):
    def talk(connection):
        while True:
            connection.sendall(line * 1000)
    return talk


def until_it_hangs_up(connection):
    """Says nothing more, and waits for the event that ends the case: the client leaves."""
    while connection.recv(65536):
        pass


def silent(first):
    def talk(connection):
        connection.sendall(first)
        until_it_hangs_up(connection)
    return talk


def through(port, limit, afterwards):
    """Forwards to a real server until it has sent limit bytes; then cuts or goes silent."""
    def talk(connection):
        with socket.create_connection(("127.0.0.1", port)) as server:
            reader = threading.Thread(target=pump, args=(connection, server), daemon=True)
            reader.start()
            left = limit
            while left > 0:
                data = server.recv(min(left, 65536))
                if not data:
                    return
                connection.sendall(data)
                left -= len(data)
            if afterwards == "silence":
                reader.join()  # it reads until the client leaves
            # Closing alone would wait for the thread that reads.
            connection.shutdown(socket.SHUT_RDWR)

    def pump(source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)

    return talk


def expect(where, port, codes, what, words=""):
    """A scan that never ends is ended by ssh_lib.scan; how long one takes on a busy machine is nobody's promise."""
    _, host = ssh_lib.scan(where, port, options=OPTIONS + (SILENCE if "timed_out" in codes else ANSWER))
    attempt = host["attempts"][-1]
    text = f"{attempt['what']} {attempt['native']}"
    lib.check(attempt["code"] in codes and words in text, f"{what}: {attempt['code']}: {text}")
    if attempt["code"] == "timed_out":
        lib.check(attempt["ms"] >= STEP_MS, f"{what}: a step had its time: {attempt['ms']} ms")
    return attempt


def turned_away(where):
    """sshd's one line before it closes: shown, and the host is left alone for as long as it says."""
    for line, least, tries, words in (
            ("Not allowed at this time", 0, 1, "PerSourcePenaltyExemptList"),  # 15 s are more than there is time
            ("Exceeded MaxStartups", 3, 2, "MaxStartups")):  # 3 s, then 6 s: no third try in 9 s
        seen = []

        def talk(connection, line=line, seen=seen):
            seen.append(time.monotonic())
            connection.sendall(line.encode() + b"\r\n")

        with peer(talk) as port:
            _, host = ssh_lib.scan(where, port, options=[*OPTIONS, "--deadline", "9s"], retries=5)
        attempt = host["attempts"][-1]
        lib.check(attempt["code"] == "throttled" and line in attempt["what"], f"{line}: {attempt}")
        lib.check(words in attempt["hint"], f"{line}: {attempt['hint']}")
        ours = sum(each["transport"] == "ssh" for each in host["attempts"])
        lib.check(len(seen) == tries == ours, f"{line}: connections {len(seen)}, attempts {ours}, not {tries}")
        lib.check(seen[-1] - seen[0] >= least, f"{line}: after {seen[-1] - seen[0]:.1f} s")
    with peer(lambda connection: connection.sendall(b"go away\r\n")) as port:
        expect(where, port, {"peer_closed"}, "any other line", "it said: go away")


def main():
    with ssh_lib.place() as where:
        for talk, codes, what, words in [
            (silent(b""), {"timed_out"}, "no version", "before it said its version"),
            (silent(VERSION), {"timed_out"}, "no key exchange", "during the key exchange"),
            (flood(b"a notice\r\n"), {"protocol_violation"}, "endless lines", "no SSH version"),
            (flood(b"x" * 100), {"protocol_violation"}, "one endless line", ""),
            (flood(VERSION), {"protocol_violation", "output_limit"}, "endless versions", ""),
            (silent(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {"timed_out", "protocol_violation"}, "HTTP", ""),
            (lambda connection: connection.sendall(VERSION), {"peer_closed"}, "a hang-up", "closed"),
            (silent(VERSION + b"\0\0\0\x0c\x04\x14" + b"\xff" * 40), {"timed_out", "protocol_violation", "peer_closed"},
             "a broken KEXINIT", ""),
        ]:
            with peer(talk) as port:
                expect(where, port, codes, what, words)
        turned_away(where)
        path = where.powershell(ssh_lib.FRAMED % str(where.facts))
        with ssh_lib.sshd(where, path=path) as (real, _):
            reached = set()
            for limit in [1, 30, 41, 500, 1100, 1500, 1700, 1900, 2100, 2300, 2500, 2700, 2900, 3200, 5000, 100000]:
                for afterwards in ["cut", "silence"]:
                    with peer(through(real, limit, afterwards)) as port:
                        codes = {"peer_closed"} if afterwards == "cut" else {"timed_out"}
                        attempt = expect(where, port, codes | {"access_denied"}, f"{afterwards} after {limit} bytes")
                        reached.add(attempt["stage"])
            lib.check({"tls", "auth", "collect"} <= reached, f"every state was left in: {reached}")
    lib.finish()


main()
