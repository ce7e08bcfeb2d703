"""`rdpsweep console` on a real pseudo-terminal: a person gets to SAC and away again, a terminal is left as
it was, what the VM sends cannot reach it raw, and NMI and reset reach Azure once each, after a yes."""
import codecs
import json
import os
import pty
import re
import select
import ssl
import termios
import time
import urllib.error
import urllib.request

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
        self.seen = ""  # and not yet looked for
        self.everything = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")  # a read may end within a character

    def until(self, word, seconds=60):
        found = self.until_all(word, seconds=seconds)
        if found:
            self.seen = self.seen.split(word, 1)[1]
        return found

    def until_all(self, *words, seconds=60):
        end = time.monotonic() + seconds
        while not all(word in self.seen for word in words) and time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            if not ready:
                continue
            try:
                came = self.decoder.decode(os.read(self.fd, 65536))
            except OSError:
                break
            self.seen += came
            self.everything += came
        return all(word in self.seen for word in words)

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def ended(self):
        """Returns the exit status. A terminal that nobody reads would hold a program that still paints."""
        self.until_all("\0")  # never painted: read until the terminal is closed
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def ordered(person, key, order, then):
    """Chooses an order in the menu and says yes: Azure follows it, and the VM shows what it did to it."""
    person.type(key + "y")
    check(person.until_all(f"{order}: Azure did it", then), f"{order} reaches the VM: {person.everything[-600:]!r}")


def refused(fleet):
    """The gateway follows nobody without a token."""
    path = "/n/connector/consoleconn-0/sessions/00000000-0000-0000-0000-000000000000/adminCommand/nmi"
    request = urllib.request.Request(f"https://localhost:{fleet.arm_port}{path}", data=b"{}", method="POST")
    try:
        urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(fleet.ca)), timeout=10)
        status = 200
    except urllib.error.HTTPError as error:
        status = error.code
    check(status == 401, f"an order without a token: {status}")


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
    person.type("x\x1d")
    ordered(person, "n", "nmi", "BLUESCREEN")
    person.type("\x1dq")
    raw = person.everything
    check(person.ended() == 0, "left")
    check(not re.search(r"\x1b\][0-9]", raw) and "\xff" not in raw, "no title and no stray byte of the VM's")
    person = Person(fleet, names[0], "--admin")
    check(person.until("SAC>"), "the first console again")
    person.type("\x1d")
    check(person.until("r reset"), "--admin offers reset")
    ordered(person, "r", "reset", "BdsDxe: loading")
    person.type("\x1dq")
    check(person.ended() == 0, "left")
    refused(fleet)
    person = Person(fleet, names[2])
    check(person.until("--takeover"), f"one in use is left alone: {person.seen[-300:]!r}")
    check(person.ended() == 1, "and says so")
    audit = [json.loads(line) for line in (fleet.path / "audit").read_text().splitlines()]
    check(len(audit) == 4 and {a["effect"] for a in audit} == {"a person's"}, f"each is in the audit: {audit}")
    stats, consoles = fleet.ended()
    by_name = {console["name"]: console["orders"] for console in consoles.values()}
    check(by_name == {names[0]: ["reset"], names[1]: ["nmi"], names[2]: []}, f"what was ordered, once each: {by_name}")
    check(not stats["violations"], f"violations: {stats['violations']}")
finish()
