#!/usr/bin/env python3
"""Passwords over SSH, against asyncssh as the server: each method works, and whatever the host does, it
sees the password once."""
import asyncio
import contextlib
import secrets
import threading

import asyncssh

from support import lib
from support import ssh_lib

OPTIONS = ["--known-hosts", "/dev/null", "--pin-on-first-use", "--step-timeout", "2s", "--deadline", "8s"]
CREDENTIAL = f"{{ username: 'CORP\\sweeper', password: {{ env: {lib.PASSWORD_VARIABLE} }} }}"


class Server(asyncssh.SSHServer):
    """methods: "password" and "interactive", each with what it does."""

    def __init__(self, password, methods, seen):
        self.password, self.methods, self.seen = password, methods, seen

    def begin_auth(self, username):
        self.seen.append(("user", username))
        return True

    def public_key_auth_supported(self):
        return False

    def password_auth_supported(self):
        return "password" in self.methods

    def validate_password(self, username, password):
        self.seen.append(("password", password))
        return self.methods["password"] == "accept" and password == self.password

    def kbdint_auth_supported(self):
        return "interactive" in self.methods

    def get_kbdint_challenge(self, username, lang, submethods):
        does = self.methods["interactive"]
        if does == "no prompt":
            return False
        if does == "two prompts":
            return "", "", "", [("Password: ", False), ("Code: ", False)]
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username, responses):
        self.seen.append(("interactive", *responses))
        return self.methods["interactive"] == "accept" and list(responses) == [self.password]


async def answer(process):
    nonce = (await process.stdin.readline()).strip()
    await process.stdin.read()
    process.stdout.write(f"hello {nonce}")
    process.exit(3)


@contextlib.contextmanager
def server(where, password, methods):
    seen, loop = [], asyncio.new_event_loop()
    key = where.path / "asyncssh_key"
    if not key.exists():
        ssh_lib.keygen(key)

    async def listen():
        listener = await asyncssh.listen("127.0.0.1", 0, server_host_keys=[str(key)], process_factory=answer,
                                         server_factory=lambda: Server(password, methods, seen))
        return listener.sockets[0].getsockname()[1]

    port = loop.run_until_complete(listen())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    try:
        yield port, seen
    finally:
        loop.call_soon_threadsafe(loop.stop)


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
        # A second factor gets nothing: the password is not shown to a question it does not answer.
        ({"interactive": "two prompts"}, "access_denied", [("interactive", "", "")]),
    ]
    with ssh_lib.place() as where:
        for methods, code, wanted in cases:
            with server(where, password, methods) as (port, seen):
                (where.path / "state" / "trust").unlink(missing_ok=True)
                _, host = ssh_lib.scan(where, port, options=OPTIONS, credential=CREDENTIAL, environment=environment)
                attempt = host["attempts"][-1]
                shown = [entry for entry in seen if entry[0] != "user"]
                lib.check(attempt["code"] == code, f"{methods}: {attempt['code']}: {attempt['what']}")
                lib.check(shown == wanted, f"{methods}: the host saw {[entry[0] for entry in shown]}")
                lib.check(("user", "CORP\\sweeper") in seen, f"the user's name goes as it is: {seen[:1]}")
                if code == "nonzero_exit":
                    lib.check("exit code 3: hello" in attempt["what"], f"the exit status: {attempt['what']}")
                lib.check(password not in str(host), "no password in the report")
    lib.finish()


main()
