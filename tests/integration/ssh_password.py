#!/usr/bin/env python3
"""Passwords over SSH, against asyncssh as the server: each method works, and whatever the host does, it
sees the password once. A jump host is shown its own credential, whatever a VM behind it made of another."""
import asyncio
import contextlib
import http.server
import json
import pathlib
import secrets
import ssl
import tempfile
import threading
import time

import asyncssh

from support import lib
from support import rdp_servers
from support import ssh_lib

OPTIONS = ["--known-hosts", "/dev/null", "--pin-on-first-use", "--step-timeout", "2s", "--deadline", "8s"]
CREDENTIAL = f"{{ username: 'CORP\\sweeper', password: {{ env: {lib.PASSWORD_VARIABLE} }} }}"


# What a server asks after the password.
AFTER = {"then a code": "Verification code: ", "then a new one": "New password: ", "then again": "Password: "}


class RunsNothing(asyncssh.SSHServerSession):
    """Takes a session, and refuses every command in it."""

    def exec_requested(self, command):
        return False


class Server(asyncssh.SSHServer):
    """methods: "password", "interactive" and "key", each with what it does."""

    def __init__(self, password, methods, seen):
        self.password, self.methods, self.seen = password, methods, seen

    def begin_auth(self, username):
        self.seen.append(("user", username))
        return True

    def public_key_auth_supported(self):
        return "key" in self.methods

    def validate_public_key(self, username, key):
        return self.methods["key"] == "accept"

    def connection_requested(self, *_):
        return self.methods.get("forwards", False)

    def password_auth_supported(self):
        return "password" in self.methods

    def validate_password(self, username, password):
        self.seen.append(("password", password))
        if self.methods["password"] == "expired":
            raise asyncssh.PasswordChangeRequired("choose another one")
        return self.methods["password"] == "accept" and password == self.password

    def session_requested(self):
        return RunsNothing()  # where there is no process_factory

    def change_password(self, username, old_password, new_password):
        self.seen.append(("changed", new_password))
        return False

    def kbdint_auth_supported(self):
        return "interactive" in self.methods

    def get_kbdint_challenge(self, username, lang, submethods):
        does = self.methods["interactive"]
        if does == "no prompt":
            return False
        if does == "two prompts":
            return "", "", "", [("Password: ", False), ("Code: ", False)]
        if does == "a code":
            return "", "", "", [("Verification code: ", False)]
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username, responses):
        self.seen.append(("interactive", *responses))
        if self.methods["interactive"] in AFTER and len(self.seen) < 4:
            return "", "", "", [(AFTER[self.methods["interactive"]], False)]
        return self.methods["interactive"] == "accept" and list(responses) == [self.password]


async def answer(process):
    nonce = (await process.stdin.readline()).strip()
    await process.stdin.read()
    process.stdout.write(f"hello {nonce}")
    process.exit(3)


@contextlib.contextmanager
def server(where, password, methods, **options):
    seen, loop = [], asyncio.new_event_loop()
    key = where.path / "asyncssh_key"
    if not key.exists():
        ssh_lib.keygen(key)

    async def listen():
        listener = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[str(key)], **{"process_factory": answer, **options},
                                         server_factory=lambda: Server(password, methods, seen))
        return listener.sockets[0].getsockname()[1]

    port = loop.run_until_complete(listen())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    try:
        yield port, seen
    finally:
        loop.call_soon_threadsafe(loop.stop)


@contextlib.contextmanager
def winrm_that_refuses():
    """A WinRM over TLS that says no to every Basic logon."""
    class No(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="WSMAN"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with tempfile.TemporaryDirectory(prefix="winrm-") as folder:
        certificate, key = rdp_servers.certificate(pathlib.Path(folder), "winrm", -1, 30)[:2]
        web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), No)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        web.socket = context.wrap_socket(web.socket, server_side=True)
        threading.Thread(target=web.serve_forever, daemon=True).start()
        try:
            yield web.server_address[1]
        finally:
            web.shutdown()


def sweep(where, hop, targets, environment):
    """Scans VMs behind the jump host; returns their attempts over SSH by name."""
    inventory = where.path / "behind.yaml"
    inventory.write_text(f"""version: 1
credentials:
  me: {{ username: sweeper, password: {{ env: {lib.PASSWORD_VARIABLE} }}, ssh_key: {where.key} }}
  gate: {{ username: porter, password: {{ env: GATE_PASSWORD }} }}
defaults: {{ credential: me, rdp: {{ outside: false }} }}
jump_hosts:
  - {{ name: gate, address: 127.0.0.1, credential: gate, ssh: {{ port: {hop} }} }}
targets:
{targets}""")
    report = where.path / "behind.json"
    lib.rdpsweep("scan", "-i", inventory, "--state", where.path / "state", "--retries", "0", "--jobs", "1",
                 "--insecure", "--known-hosts", "/dev/null", "--step-timeout", "10s", "--report", f"json:{report}",
                 environment=environment, timeout=60)
    hosts = json.loads(report.read_text())["hosts"]
    return {host["name"]: host["attempts"] for host in hosts}


def behind_a_jump_host(where):
    words = {lib.PASSWORD_VARIABLE: secrets.token_urlsafe(16), "GATE_PASSWORD": secrets.token_urlsafe(16)}
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(server(where, "", {"key": "accept"}))[0] for _ in range(4)]
        winrm = stack.enter_context(winrm_that_refuses())
        plain = "".join(f"  - {{ name: vm-{i}, address: 127.0.0.1, route: [ssh], ssh: {{ port: {ports[i]}, via: gate }} }}\n"
                        for i in range(1, 4))
        # The first VM refused the password over WinRM. That is its own, not the jump host's.
        targets = (f"  - {{ name: vm-0, address: 127.0.0.1, route: [winrm, ssh], winrm: {{ port: {winrm}, auth: basic }}, "
                   f"ssh: {{ port: {ports[0]}, via: gate }} }}\n") + plain
        with server(where, words["GATE_PASSWORD"], {"password": "accept", "forwards": True}) as (hop, seen):
            attempts = sweep(where, hop, targets, words)
            lib.check(attempts["vm-0"][0]["code"] == "access_denied", f"WinRM refused: {attempts['vm-0'][0]}")
            for name in sorted(attempts):
                last = attempts[name][-1]
                lib.check(last["code"] == "nonzero_exit" and "hello" in last["what"],
                          f"{name} is reached through the jump host: {last['code']}: {last['what']}")
            shown = [entry for entry in seen if entry[0] == "password"]
            lib.check(shown == [("password", words["GATE_PASSWORD"])] * 4, f"its own password, each time: {len(shown)}")

        # A wrong password is shown to a jump host once, not once a VM.
        with server(where, "another", {"password": "accept", "forwards": True}) as (hop, seen):
            attempts = sweep(where, hop, plain, words)
            lib.check(len(attempts) == 3, f"three VMs: {sorted(attempts)}")
            for name, tries in attempts.items():
                last = tries[-1]
                lib.check("at the jump host gate" in last["what"] and last["code"] == "access_denied",
                          f"{name}: {last['code']}: {last['what']}")
            shown = [entry for entry in seen if entry[0] == "password"]
            lib.check(len(shown) == 1, f"a wrong password is shown once: {len(shown)}")

        # A jump host that was shown nothing has refused nothing: the next VM asks again.
        with server(where, "", {"key": "accept", "forwards": True}) as (hop, seen):
            sweep(where, hop, plain, words)
            lib.check(len(seen) == 3, f"each VM asks a jump host that takes no password: {len(seen)}")


def other_refusals(where, password, environment):
    """A server that demands compression, and one that refuses the command: the end is not waited for."""
    def said(**options):
        with server(where, password, {"password": "accept"}, **options) as (port, _):
            begun = time.monotonic()
            host = ssh_lib.scan(where, port, options=OPTIONS, credential=CREDENTIAL, environment=environment)[1]
            return host["attempts"][-1], time.monotonic() - begun

    attempt, _ = said(compression_algs=["zlib@openssh.com"])
    lib.check(attempt["code"] == "unsupported" and "no common compression" in attempt["what"] and
              "zlib@openssh.com" in attempt["what"], f"compression: {attempt['code']}: {attempt['what']}")
    attempt, took = said(process_factory=None)
    lib.check(attempt["code"] == "blocked_by_policy" and "runs no command" in attempt["what"],
              f"a refused command: {attempt['code']}: {attempt['what']}")
    lib.check(took < 5, f"and it is left at once: {took:.1f} s")


def main():
    password = secrets.token_urlsafe(16)
    environment = {lib.PASSWORD_VARIABLE: password}
    cases = [
        ({"password": "accept"}, "nonzero_exit", [("password", password)]),
        ({"interactive": "accept"}, "nonzero_exit", [("interactive", password)]),
        ({"interactive": "accept", "password": "accept"}, "nonzero_exit", [("interactive", password)]),
        ({"interactive": "no prompt", "password": "accept"}, "nonzero_exit", [("password", password)]),
        ({"password": "refuse"}, "access_denied", [("password", password)]),
        ({"interactive": "refuse", "password": "refuse"}, "access_denied", [("interactive", password)]),
        # A second factor gets nothing, not even an empty answer; nor does a new password. Neither is a refusal.
        ({"interactive": "two prompts"}, "blocked_by_policy", []),
        ({"interactive": "a code"}, "blocked_by_policy", []),
        ({"interactive": "then a code"}, "blocked_by_policy", [("interactive", password)]),
        ({"interactive": "then a new one"}, "blocked_by_policy", [("interactive", password)]),
        ({"password": "expired"}, "blocked_by_policy", [("password", password)]),
        # The same question again: the password was wrong.
        ({"interactive": "then again"}, "access_denied", [("interactive", password)]),
    ]
    reasons = {"two prompts": "a second factor", "a code": "a second factor", "then a code": "a second factor",
               "then a new one": "the password has expired", "expired": "the password has expired"}
    with ssh_lib.place() as where:
        for methods, code, wanted in cases:
            with server(where, password, methods) as (port, seen):
                (where.path / "state" / "trust").unlink(missing_ok=True)
                _, host = ssh_lib.scan(where, port, options=OPTIONS, credential=CREDENTIAL, environment=environment)
                attempt = host["attempts"][-1]
                shown = [entry for entry in seen if entry[0] != "user"]
                lib.check(attempt["code"] == code, f"{methods}: {attempt['code']}: {attempt['what']}")
                reason = reasons.get(next(iter(methods.values())), "")
                lib.check(reason in attempt["what"], f"{methods}: {reason}: {attempt['what']}")
                lib.check(bool(reason) == (code == "blocked_by_policy"), f"{methods}: one reason each")
                lib.check(shown == wanted, f"{methods}: the host saw {[entry[0] for entry in shown]}")
                lib.check(("user", "CORP\\sweeper") in seen, f"the user's name goes as it is: {seen[:1]}")
                if code == "nonzero_exit":
                    lib.check("exit code 3: hello" in attempt["what"], f"the exit status: {attempt['what']}")
                lib.check(password not in str(host), "no password in the report")
        other_refusals(where, password, environment)
        behind_a_jump_host(where)
    lib.finish()


main()
