"""`rdpsweep console` on a real pseudo-terminal: a person gets to SAC and away again, a terminal is left as
it was, and what the VM sends cannot reach it raw."""
import codecs
import json
import os
import pty
import re
import select
import termios
import time

from support.lib import SCANNER, check, finish
from support.serial_lib import Consoles


class Person:
    """Sees what a terminal of 30 rows would get, and types."""

    def __init__(self, fleet, target, *options):
        environment = {**os.environ, **fleet.application(), "TERM": "xterm"}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(SCANNER, ["rdpsweep", "console", target, "-i", str(fleet.defaults()), "--all-subscriptions",
                                "--azure-cloud", str(fleet.cloud), "--azure-ca-file", str(fleet.ca),
                                "--audit-file", str(fleet.path / "audit"), *options], environment)
        self.before = termios.tcgetattr(self.fd)
        self.seen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")  # a read may end within a character

    def until(self, word, seconds=60):
        end = time.monotonic() + seconds
        while word not in self.seen and time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            if not ready:
                continue
            try:
                self.seen += self.decoder.decode(os.read(self.fd, 65536))
            except OSError:
                break
        found = word in self.seen
        if found:
            self.seen = self.seen.split(word, 1)[1]
        return found

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def ended(self):
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


with Consoles(3, "happy-stream,bad-utf8,in-use") as fleet:
    names = [vm["name"] for vm in fleet.truth()]
    person = Person(fleet, names[0])
    check(person.until("SAC>"), f"the prompt shows: {person.seen[-300:]!r}")
    person.type("ch\r")
    check(person.until("(AV)    SAC"), "what is typed is run")
    person.type("\x1d")
    check(person.until("q leave") and "NMI" not in person.seen, "the menu has no NMI")
    person.type("s")
    check(person.until("63d02270-8aa4-11d5-bccf"), "to SAC by the menu")
    person.type("\r\x1dq")
    check(person.ended() == 0, "q leaves")
    person = Person(fleet, names[1], "--admin")
    check(person.until("SAC>"), "another console")
    person.type("\x1d")
    check(person.until("n NMI"), "--admin offers NMI")
    person.type("n")
    check(person.until("Sure?"), "and asks")
    person.type("x\x1dq")
    raw = person.seen
    check(person.ended() == 0, "left")
    check(not re.search(r"\x1b\][0-9]", raw) and "\xff" not in raw, "no title and no stray byte of the VM's")
    person = Person(fleet, names[2])
    check(person.until("--takeover"), f"one in use is left alone: {person.seen[-300:]!r}")
    check(person.ended() == 1, "and says so")
    audit = [json.loads(line) for line in (fleet.path / "audit").read_text().splitlines()]
    check(len(audit) == 3 and {a["effect"] for a in audit} == {"a person's"}, f"each is in the audit: {audit}")
    stats, consoles = fleet.ended()
    check(not stats["violations"], f"violations: {stats['violations']}")
finish()
