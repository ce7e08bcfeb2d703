"""Hosts that break a rule of TCP, TLS, HTTP, SOAP or WS-Management. A kind whose answer is large may run out of time as
well: on a busy machine the answer itself comes too slowly."""
import json
import struct
import zlib

from support import hostile
from support.hostile import envelope, kind, nonce_of, read_request, receives, reply, stream, winrm

LURE = hostile.Lure()
MARKUP = "<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07\u202e\u0085"


# Before TLS.

@kind("tcp", "peer_closed")
def closes_at_once(connection):
    connection.close()


@kind("tcp", "peer_closed")
def resets_at_once(connection):
    connection.setsockopt(hostile.socket.SOL_SOCKET, hostile.socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@kind("tcp", "timed_out")
def says_nothing(connection):
    hostile.until_it_leaves(connection)


@kind("tcp", "protocol_violation")
def floods_before_tls(connection):
    hostile.for_ever(connection, b"\x00" * 65536)


@kind("tcp", "protocol_violation")
def speaks_http_without_tls(connection):
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    hostile.until_it_leaves(connection)


@kind("tcp", "timed_out")
def drips_a_tls_record(connection):
    connection.sendall(b"\x16\x03\x03\x40\x00")
    hostile.drip(connection, b"\x02" * 600)


@kind("tcp", "protocol_violation")
def alerts_for_ever(connection):
    hostile.for_ever(connection, b"\x15\x03\x03\x00\x02\x01\x5a" * 1000)  # warning, user_canceled


# HTTP.

def after_a_request(connection, answer):
    read_request(connection)
    connection.sendall(answer)
    hostile.until_it_leaves(connection)


@kind("winrm", "timed_out")
def says_nothing_after_tls(connection):
    hostile.until_it_leaves(connection)


@kind("winrm", "peer_closed")
def hangs_up_after_the_request(connection):
    read_request(connection)


@kind("winrm", "output_limit")
def sends_headers_for_ever(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    hostile.for_ever(connection, b"X-Again: and again\r\n" * 1000)


@kind("winrm", "output_limit")
def sends_one_header_of_a_megabyte(connection):
    after_a_request(connection, b"HTTP/1.1 200 OK\r\nX: " + b"a" * (1 << 20) + b"\r\n\r\n")


@kind("winrm", "timed_out")
def drips_its_headers(connection):
    read_request(connection)
    hostile.drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600)


@kind("winrm", "timed_out")
def drips_its_body(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\nContent-Length: 600\r\n\r\n")
    hostile.drip(connection, b"<" * 600)


@kind("winrm", "output_limit")
def promises_an_exabyte(connection):
    after_a_request(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 1152921504606846976\r\n\r\nx")


@kind("winrm", "protocol_violation")
def promises_less_than_nothing(connection):
    after_a_request(connection, b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")


@kind("winrm", "protocol_violation")
def promises_two_lengths(connection):
    after_a_request(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")


@kind("winrm", "output_limit")
def sends_a_chunk_of_an_exabyte(connection):
    after_a_request(connection, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\nx")


@kind("winrm", "output_limit timed_out")
def sends_chunks_for_ever(connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    hostile.for_ever(connection, b"1000\r\n" + b"a" * 4096 + b"\r\n")


@kind("winrm", "protocol_violation timed_out")
def sends_a_gzip_bomb(connection):
    read_request(connection)
    reply(connection, zlib.compress(b"\0" * (256 << 20)), extra="Content-Encoding: gzip\r\n")
    hostile.until_it_leaves(connection)


@kind("winrm", "output_limit")
def continues_for_ever(connection):
    read_request(connection)
    hostile.for_ever(connection, b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@kind("winrm", "protocol_violation")
def redirects_elsewhere(connection):
    while read_request(connection):
        reply(connection, "", "307 Temporary Redirect", extra=f"Location: {LURE.url}\r\n")


@kind("winrm", "access_denied")
def challenges_a_thousand_times(connection):
    while read_request(connection):
        reply(connection, "", "401 Unauthorized", extra='WWW-Authenticate: Basic realm="x"\r\n' * 1000)


@kind("winrm", "access_denied")
def refuses_for_ever(connection):
    while read_request(connection):
        reply(connection, "", "401 Unauthorized", extra='WWW-Authenticate: Basic realm="x"\r\n')


@kind("winrm", "protocol_violation")
def challenges_with_markup(connection):
    while read_request(connection):
        reply(connection, MARKUP, "401 " + MARKUP.replace("\u0085", "").replace("\u202e", ""), kind="text/html",
              extra='WWW-Authenticate: <script>alert(1)</script>\r\n')


@kind("winrm", "protocol_violation")
def answers_twice(connection):
    read_request(connection)
    reply(connection, "one")
    reply(connection, "two")
    hostile.until_it_leaves(connection)


# XML and SOAP.

@kind("winrm", "protocol_violation")
def answers_no_xml(connection):
    while read_request(connection):
        reply(connection, "hello " + MARKUP)


@kind("winrm", "protocol_violation")
def answers_a_billion_laughs(connection):
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    while read_request(connection):
        reply(connection, f'<!DOCTYPE s [<!ENTITY l0 "lol">{entities}]><s>&l9;</s>')


@kind("winrm", "protocol_violation")
def answers_with_a_foreign_entity(connection):
    while read_request(connection):
        reply(connection, f'<!DOCTYPE s [<!ENTITY x SYSTEM "{LURE.url}">]><s>&x;</s>')


@kind("winrm", "protocol_violation timed_out")
def nests_its_xml(connection):
    while read_request(connection):
        reply(connection, "<a>" * 100_000)


@kind("winrm", "protocol_violation timed_out")
def writes_a_million_attributes(connection):
    while read_request(connection):
        reply(connection, "<a " + "".join(f'a{i}="" ' for i in range(60_000)) + "/>")


@kind("winrm", "protocol_violation")
def answers_another_question(connection):
    while read_request(connection):
        reply(connection, envelope(b"<a:MessageID>uuid:somebody else's</a:MessageID>", hostile.ORDINARY["Create"]))


@kind("winrm", "protocol_violation")
def faults_with_markup(connection):
    while read_request(connection):
        text = MARKUP.replace("<", "&lt;").replace("\x1b", "").replace("\x07", "")
        reply(connection, envelope(b"", hostile.fault(MARKUP.split("\x1b", maxsplit=1)[0].replace("<", "&lt;"), text)),
              "500 Internal Server Error")


# The shell.

@kind("winrm", "protocol_violation")
def gives_no_shell_id(connection):
    winrm(connection, Create=lambda _: "<rsp:Shell/>")


@kind("winrm", "access_denied")
def gives_a_shell_id_of_markup(connection):
    winrm(connection, Create=lambda _: hostile.ORDINARY["Create"].replace(">S<", f">{'&lt;x>' * 1000}<"),
          Command=lambda _: hostile.fault(5, "no"))


@kind("winrm", "timed_out protocol_violation")
def times_out_at_once_for_ever(connection):
    winrm(connection, Receive=lambda _: hostile.fault(2150858793, "timed out", "w:TimedOut"))


@kind("winrm", "timed_out protocol_violation")
def receives_nothing_for_ever(connection):
    winrm(connection, **receives(hostile.RUNNING))


@kind("winrm", "timed_out protocol_violation")
def receives_a_byte_for_ever(connection):
    winrm(connection, **receives(stream(b"a") + hostile.RUNNING))


@kind("winrm", "output_limit timed_out")
def receives_half_a_megabyte_for_ever(connection):
    winrm(connection, **receives(stream(b"a" * (512 << 10)) + hostile.RUNNING))


@kind("winrm", "protocol_violation")
def receives_no_base64(connection):
    winrm(connection, **receives('<rsp:Stream Name="stdout" CommandId="C">!!!!</rsp:Stream>' + hostile.DONE))


@kind("winrm", "malformed_output")
def prints_control_sequences(connection):
    winrm(connection, **receives(stream(MARKUP.encode() * 20) + stream(MARKUP.encode() * 20, "stderr") + hostile.DONE))


def collector(connection, document, spoil=lambda frame: frame):
    """Speaks as a host whose collector returns that document, in a frame for the nonce it was sent."""
    nonce = []

    def creates(request):
        nonce.append(nonce_of(request))
        return hostile.ORDINARY["Create"]

    def prints(_):
        text = document.encode()
        frame = b"RDPSWEEP1 %s %d %08x %s\n" % (nonce[-1], len(text), zlib.crc32(text), text)
        return f"<rsp:ReceiveResponse>{stream(spoil(frame))}{hostile.DONE}</rsp:ReceiveResponse>"

    winrm(connection, Create=creates, Receive=prints)


@kind("winrm", "malformed_output")
def frames_an_empty_document(connection):
    collector(connection, "{}")


@kind("winrm", "malformed_output")
def frames_a_wrong_sum(connection):
    collector(connection, "{}", lambda frame: frame[:-3] + b"]]\n")


@kind("winrm", "output_limit timed_out")
def frames_a_deep_document(connection):
    collector(connection, "[" * 100_000)


@kind("winrm", "output_limit timed_out")
def frames_a_document_of_many_nodes(connection):
    collector(connection, json.dumps({"schema": "facts/1", "os": [0] * 700_000}))


@kind("winrm", "malformed_output")
def frames_numbers_that_are_none(connection):
    collector(connection, '{"schema":"facts/1","os":{"build":1e400,"pid":-0.0,"x":NaN}}')


@kind("winrm", "malformed_output")
def frames_markup(connection):
    collector(connection, json.dumps({"schema": "facts/1", "host": {"name": MARKUP}, "os": {"build": MARKUP, "name": MARKUP}}))


@kind("winrm", "malformed_output")
def prints_a_thousand_frames(connection):
    collector(connection, "{}", lambda frame: frame * 1000)


# CIM.

PAGE = "<n:Items>" + "<w:XmlFragment><A>" + "a" * 400_000 + "</A></w:XmlFragment>" + "</n:Items>"


@kind("winrm", "blocked_by_policy")
def pages_for_ever(connection):
    winrm(connection, Create=hostile.forbidden,
          Enumerate=lambda _: f"<n:EnumerateResponse><n:EnumerationContext>E</n:EnumerationContext>{PAGE}</n:EnumerateResponse>",
          Pull=lambda _: f"<n:PullResponse><n:EnumerationContext>E</n:EnumerationContext>{PAGE}</n:PullResponse>")


@kind("winrm", "blocked_by_policy")
def pages_of_nothing_for_ever(connection):
    winrm(connection, Create=hostile.forbidden,
          Enumerate=lambda _: "<n:EnumerateResponse><n:EnumerationContext>E</n:EnumerationContext></n:EnumerateResponse>",
          Pull=lambda _: "<n:PullResponse><n:EnumerationContext>E</n:EnumerationContext></n:PullResponse>")
