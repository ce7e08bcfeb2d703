"""Hosts that break a rule of RDP's first packets."""
import struct

from support import hostile
from support.hostile import kind


def tpkt(body, length=None):
    return struct.pack(">BBH", 3, 0, length if length is not None else len(body) + 4) + body


def confirm(kind_of_answer, value):
    """An X.224 connection confirm with a negotiation answer."""
    return tpkt(b"\x0e\xd0\0\0\x12\x34\0" + struct.pack("<BBHI", kind_of_answer, 0, 8, value))


def after_a_request(connection, answer):
    connection.recv(4096)
    connection.sendall(answer)
    hostile.until_it_leaves(connection)


@kind("rdp", "broken")
def rdp_says_nothing(connection):
    hostile.until_it_leaves(connection)


@kind("rdp", "broken")
def rdp_floods_zeros(connection):
    hostile.for_ever(connection, b"\0" * 65536)


@kind("rdp", "broken")
def rdp_announces_64_kb_and_drips(connection):
    connection.recv(4096)
    connection.sendall(struct.pack(">BBH", 3, 0, 65535))
    hostile.drip(connection, b"\xd0" * 600)


@kind("rdp", "broken")
def rdp_announces_less_than_a_header(connection):
    after_a_request(connection, tpkt(b"", 2))


@kind("rdp", "at_risk")
def rdp_answers_a_shorter_packet_than_it_says(connection):
    after_a_request(connection, tpkt(b"\xff\xd0\0\0\0\0\0"))


@kind("rdp", "broken")
def rdp_selects_every_protocol(connection):
    after_a_request(connection, confirm(2, 0xFFFFFFFF))


@kind("rdp", "broken")
def rdp_fails_with_an_unknown_code(connection):
    after_a_request(connection, confirm(3, 0xDEADBEEF))


@kind("rdp", "broken")
def rdp_floods_after_tls_was_chosen(connection):
    connection.recv(4096)
    connection.sendall(confirm(2, 1))
    hostile.for_ever(connection, b"\x16\x03\x03\x40\x00" + b"\x02" * 0x4000)


@kind("rdp", "timed_out")
def rdp_drips_after_tls_was_chosen(connection):
    connection.recv(4096)
    connection.sendall(confirm(2, 1) + b"\x16\x03\x03\x40\x00")
    hostile.drip(connection, b"\x02" * 600)


@kind("rdp", "broken")
def rdp_confirms_for_ever(connection):
    hostile.for_ever(connection, confirm(2, 1) * 1000)
