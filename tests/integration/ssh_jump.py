#!/usr/bin/env python3
"""Through real SSH servers to what stands behind them: jump hosts, one behind the other, and the RDP port
of the host itself (xrdp, and a listener that resets), with nothing but direct-tcpip."""
import contextlib
import json
import socket
import threading

from support import lib
from support import ssh_lib
from support.rdp_servers import certificate, xrdp

FIRST_USE = ["--known-hosts", "/dev/null", "--pin-on-first-use"]


def scan(where, targets, jumps="", *, options=(), credentials="", status=None):
    inventory = where.path / "fleet.yaml"
    inventory.write_text(f"""version: 1
credentials:
  me: {{ username: {ssh_lib.USER}, ssh_key: {where.key} }}
{credentials}defaults: {{ credential: me, route: [ssh], rdp: {{ outside: false }} }}
{jumps}
targets:
{targets}""")
    report = where.path / "report.json"
    report.unlink(missing_ok=True)
    done = lib.rdpsweep("scan", "-i", inventory, "--state", where.path / "state", "--retries", "0", *FIRST_USE,
                        "--report", f"json:{report}", *options, timeout=120, status=status)
    hosts = json.loads(report.read_text())["hosts"] if report.exists() else None
    return done, hosts


def told(host, *words):
    attempt = host["attempts"][-1]
    text = " ".join(str(attempt[key]) for key in ("what", "hint", "native", "code"))
    lib.check(host["outcome"] != "assessed", f"{words}: it is not let in")
    lib.check_each(words, lambda word: word in text, f"words in: {text}")


def through_jump_hosts(where, path):
    with contextlib.ExitStack() as stack:
        def server(*options):
            return stack.enter_context(ssh_lib.sshd(where, path=path, options=options))[0]
        outer, inner, vm = server(), server(), server("ListenAddress 127.0.0.2")
        closed = server("AllowTcpForwarding no")
        dead = lib.free_port()
        jumps = f"""jump_hosts:
  - {{ name: outer, address: 127.0.0.1, credential: me, ssh: {{ port: {outer} }} }}
  - {{ name: inner, address: localhost, credential: me, ssh: {{ port: {inner}, via: outer }} }}
  - {{ name: closed, address: 127.0.0.1, credential: me, ssh: {{ port: {closed} }} }}
  - {{ name: dead, address: 127.0.0.1, credential: me, ssh: {{ port: {dead} }} }}
  - {{ name: stranger, address: 127.0.0.1, credential: nobody, ssh: {{ port: {outer}, user: {ssh_lib.USER} }} }}
"""
        nobody = ssh_lib.keygen(where.path / "nobody")
        done, hosts = scan(where, "".join(
            f"  - {{ name: vm-{way}, address: 127.0.0.{number}, ssh: {{ port: {port}, via: {way} }} }}\n"
            for number, (way, port) in enumerate((
                ("outer", vm), ("inner", vm), ("closed", vm), ("dead", vm), ("stranger", vm), ("outer", dead)), 1)
        ).replace("vm-outer, address: 127.0.0.6", "vm-gone, address: 127.0.0.1"), jumps,
            credentials=f"  nobody: {{ username: nobody, ssh_key: {nobody} }}\n")
        lib.check(hosts is not None, f"a report: {done.stderr}")
        by_name = {host["name"]: host for host in hosts}
        for name in ("vm-outer", "vm-inner"):
            host = by_name[name]
            lib.check(host["outcome"] == "assessed", f"{name}: {host['outcome']}: {host['attempts']}")
        told(by_name["vm-closed"], "at the jump host closed", "forwards no connections", "blocked_by_policy")
        told(by_name["vm-dead"], "at the jump host dead", "refused")
        told(by_name["vm-stranger"], "at the jump host stranger", "access_denied")
        told(by_name["vm-gone"], "at the jump host outer", "could not connect", "refused")

        # Many at once through one door: sshd would turn away more than 10 that are not logged in yet.
        many = "".join(f"  - {{ name: vm-{i}, address: 127.0.0.{i}, ssh: {{ port: {vm}, via: outer }} }}\n"
                       for i in range(1, 2)) + "".join(
            f"  - {{ name: far-{i}, address: 127.0.1.{i}, ssh: {{ port: {dead}, via: outer }} }}\n" for i in range(1, 40))
        done, hosts = scan(where, many, jumps, credentials=f"  nobody: {{ username: nobody, ssh_key: {nobody} }}\n")
        refused = sum("could not connect" in str(h["attempts"][-1]["what"]) for h in hosts)
        others = {h["attempts"][-1]["what"] for h in hosts if h["attempts"][-1]["what"]}
        lib.check(refused == 39, f"39 VMs that are off, all told as such by the jump host: {refused}, {others}")

        # A stranger's key at the jump host is refused like one at a VM.
        trust = where.path / "state" / "trust"
        lines = trust.read_text().splitlines()
        trust.write_text("".join(
            f"{line.split()[0]} sha256:{'0' * 64} {line.split()[2]}\n" if f":{outer} " in line else line + "\n"
            for line in lines))
        done, hosts = scan(where, f"  - {{ name: vm, address: 127.0.0.1, ssh: {{ port: {vm}, via: outer }} }}\n", jumps,
                           credentials=f"  nobody: {{ username: nobody, ssh_key: {nobody} }}\n")
        told(hosts[0], "at the jump host outer", "certificate_rejected")

    for jumps, words in (
            ("jump_hosts:\n  - { name: a, address: h, credential: me, ssh: { via: b } }\n"
             "  - { name: b, address: h, credential: me, ssh: { via: a } }\n", "leads in a circle"),
            ("jump_hosts:\n  - { name: aa, address: h, credential: me }\n", "did you mean"),
            ("jump_hosts:\n  - { name: a, address: h }\n", "has no credential")):
        done, _ = scan(where, "  - { name: vm, address: 127.0.0.1, ssh: { via: a } }\n", jumps, status=2)
        lib.check(done.returncode == 2 and words in done.stderr, f"{words}: {done.stderr}")


def a_narrow_door(where, path):
    """A jump host that lets three log in at once and turns all others away: every VM behind it is reached, at the
    first try. One that holds something against our address is left alone."""
    addresses = [f"127.0.2.{i}" for i in range(1, 21)]

    def behind(*ports):
        return "".join(f"  - {{ name: vm-{i}, address: {address}, ssh: {{ port: {ports[i % 2]}, via: narrow }} }}\n"
                       for i, address in enumerate(addresses))

    jumps = "jump_hosts:\n  - {{ name: narrow, address: 127.0.0.1, credential: me, ssh: {{ port: {} }} }}\n"
    # sshd listens on 16 addresses at most: two serve the twenty.
    halves = [["MaxStartups 100", *(f"ListenAddress {address}" for address in addresses[half::2])] for half in (0, 1)]
    with ssh_lib.sshd(where, path=path, options=["MaxStartups 3:100:5"]) as (narrow, _), \
            ssh_lib.sshd(where, path=path, options=halves[0]) as (even, _), \
            ssh_lib.sshd(where, path=path, options=halves[1]) as (odd, _):
        _, hosts = scan(where, behind(even, odd), jumps.format(narrow))
        lost = {host["name"]: host["attempts"][-1]["what"] for host in hosts if host["outcome"] != "assessed"}
        lib.check(not lost and len(hosts) == 20, f"all 20 are reached: {lost}")
        lib.check(all(len(host["attempts"]) == 1 for host in hosts), "each in one attempt")
    with Penalising() as hop:
        _, hosts = scan(where, behind(22, 22), jumps.format(hop.port), options=["--deadline", "9s"])
        for host in hosts:
            told(host, "at the jump host narrow", "Not allowed at this time", "throttled", "PerSourcePenaltyExemptList")
        lib.check(hop.count == 1, f"20 VMs, and one connection: {hop.count}")


class Penalising:
    """What sshd 9.8 and later do with an address that failed too often."""

    def __enter__(self):
        self.count = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.count += 1
                client.sendall(b"Not allowed at this time\r\n")
                client.close()

    def __exit__(self, *_):
        self.listener.close()


class Resetting:
    """A port that accepts and resets, as RDP does when Schannel has no key."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            lib.read_tpkt(client)  # the Connection Request
            client.sendall(bytes.fromhex("030000130ed000001234000200080001000000"))  # Confirm: PROTOCOL_SSL
            client.recv(1)  # the client's hello has begun
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()


def inside_view(where, path):
    facts = json.loads(where.facts.read_text())

    def handshakes(port, *options, sshd_options=(), outside="false"):
        # The guest says which port it has; here it is whatever port the test could get.
        facts["listener"]["port"] = port
        for listening in facts["listener"]["sockets"]:
            listening["p"] = port
        changed = where.path / "facts.json"
        changed.write_text(json.dumps(facts))
        where.powershell(ssh_lib.FRAMED % str(changed))
        with ssh_lib.sshd(where, path=path, options=sshd_options) as (ssh, _):
            _, hosts = scan(where, f"  - {{ name: vm, address: 127.0.0.1, ssh: {{ port: {ssh} }},"
                                   f" rdp: {{ port: {port}, outside: {outside} }} }}\n", options=options)
        host = hosts[0]
        lib.check(host["outcome"] == "assessed", f"assessed: {host['attempts']}")
        return host, {hs["from"]: hs for hs in host["facts"]["hs"]}

    pem, key = certificate(where.path, "inside", -1, 100)
    server, port = xrdp(where.path, "inside", pem, key)
    with server:
        host, seen = handshakes(port, outside="true")
        tunnel, outside = seen.get("tunnel"), seen.get("outside")
        lib.check(tunnel is not None and tunnel["stage"] == outside["stage"], f"through the tunnel as from outside: {seen}")
        lib.check(tunnel.get("thumb") and tunnel["thumb"] == outside["thumb"], "and the same certificate")
        _, seen = handshakes(port, "--no-handshake")
        lib.check("tunnel" not in seen, "--no-handshake: none")
        host, seen = handshakes(port, sshd_options=["AllowTcpForwarding no"])
        notes = json.dumps(host["attempts"][-1]["notes"])
        lib.check("tunnel" not in seen and "no_tunnel" in notes, f"a server that forwards nothing is a note: {notes}")
    _, seen = handshakes(Resetting().port)
    lib.check(seen["tunnel"]["stage"] == "tls" and not seen["tunnel"].get("tls"), f"a reset is a reset: {seen['tunnel']}")
    _, seen = handshakes(lib.free_port())
    lib.check(seen["tunnel"]["stage"] == "connect" and seen["tunnel"]["errno"] == "refused", f"nobody listens: {seen['tunnel']}")


with ssh_lib.place() as place:
    program = place.powershell(ssh_lib.FRAMED % str(place.facts))
    through_jump_hosts(place, program)
    a_narrow_door(place, program)
    inside_view(place, program)
lib.finish()
