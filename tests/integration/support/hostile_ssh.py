"""Hosts that break a rule of SSH: before its encryption by hand, behind it with asyncssh as the server."""
import asyncio

import asyncssh

from support import hostile
from support.hostile import kind
from support.hostile_winrm import MARKUP


@kind("ssh", "timed_out")
def ssh_says_nothing(connection):
    hostile.until_it_leaves(connection)


@kind("ssh", "protocol_violation")
def ssh_talks_before_its_version(connection):
    hostile.for_ever(connection, b"welcome\r\n" * 1000)


@kind("ssh", "protocol_violation")
def ssh_has_a_version_of_a_megabyte(connection):
    hostile.for_ever(connection, b"SSH-2.0-" + b"a" * (1 << 20))


@kind("ssh", "timed_out")
def ssh_drips_its_version(connection):
    hostile.drip(connection, b"SSH-2.0-slow" * 50)


@kind("ssh", "protocol_violation")
def ssh_floods_the_key_exchange(connection):
    connection.sendall(b"SSH-2.0-flood\r\n")
    hostile.for_ever(connection, b"\xff" * 65536)


@kind("ssh", "protocol_violation")
def ssh_announces_a_packet_of_4_gb(connection):
    connection.sendall(b"SSH-2.0-big\r\n" + b"\xff\xff\xff\xff" + b"\x14" * 1000)
    hostile.until_it_leaves(connection)


@kind("ssh", "protocol_violation")
def ssh_disconnects_with_markup(connection):
    text = MARKUP.encode()
    body = b"\x01" + (2).to_bytes(4, "big") + len(text).to_bytes(4, "big") + text + (0).to_bytes(4, "big")
    pad = 8 - (len(body) + 5) % 8 + 4
    connection.sendall(b"SSH-2.0-rude\r\n" + (len(body) + pad + 1).to_bytes(4, "big") + bytes([pad]) + body + b"\0" * pad)
    hostile.until_it_leaves(connection)


class Server(asyncssh.SSHServer):
    """Lets everybody in who has any password."""

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        return True


async def prints_for_ever(process):
    while True:
        process.stdout.write("a" * 65536)
        await process.stdout.drain()


async def complains_for_ever(process):
    while True:
        process.stderr.write("a" * 65536)
        await process.stderr.drain()


async def prints_a_byte_for_ever(process):
    while True:
        process.stdout.write("a")
        await asyncio.sleep(0)  # no pause: the other hosts of this loop go on


async def prints_control_sequences(process):
    process.stdout.write(MARKUP * 20)
    process.stderr.write(MARKUP * 20)
    process.exit(0)


async def ends_at_once(process):
    process.exit(0)


async def dies_of_a_signal(process):
    process.exit_with_signal("SEGV", msg=MARKUP)


async def never_ends(process):
    await process.stdin.read()
    await asyncio.Event().wait()


class Banner(Server):
    """Greets with half a megabyte."""

    def connection_made(self, conn):
        conn.send_auth_banner(MARKUP + "a" * (512 << 10))


class Another(Server):
    """Is never content with a password."""

    def validate_password(self, username, password):
        raise asyncssh.PasswordChangeRequired(MARKUP)


class Questions(asyncssh.SSHServer):
    """Asks a thousand questions instead of one."""

    def kbdint_auth_supported(self):
        return True

    def get_kbdint_challenge(self, username, lang, submethods):
        return MARKUP, MARKUP, "", [("Password: ", False)] * 1000

    def validate_kbdint_response(self, username, responses):
        return False


def register(key):
    """Registers the kinds behind encryption; key: a file with a private host key."""
    def add(name, ends, process, server=Server):
        async def serve(address, port):
            await asyncssh.listen(address, port, server_host_keys=[str(key)], process_factory=process,
                                  server_factory=server)
        hostile.KINDS["ssh_" + name] = hostile.Kind("ssh", ends, serve=serve)

    add("prints_for_ever", "output_limit", prints_for_ever)
    add("complains_for_ever", "output_limit", complains_for_ever)
    # By its bytes, by its answers that hold next to nothing, or by the time, whichever a machine comes to first.
    add("prints_a_byte_for_ever", "output_limit protocol_violation timed_out", prints_a_byte_for_ever)
    add("prints_control_sequences", "malformed_output", prints_control_sequences)
    add("ends_at_once", "malformed_output", ends_at_once)
    add("dies_of_a_signal", "nonzero_exit", dies_of_a_signal)
    add("never_ends", "timed_out", never_ends)
    add("has_a_long_banner", "output_limit", ends_at_once, Banner)
    add("wants_another_password", "access_denied", ends_at_once, Another)
    add("asks_a_thousand_questions", "access_denied", ends_at_once, Questions)
