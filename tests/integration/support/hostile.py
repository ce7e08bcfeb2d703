"""Hosts that mean harm: a peer each, that speaks WinRM over TLS, SSH or RDP and breaks one rule of it.

Each kind listens on its own address, so that a target's address says which it is. A kind is a function of a
connection; what it does ends when the client leaves or this program does.
"""
import asyncio
import base64
import contextlib
import multiprocessing
import re
import socket
import ssl
import threading
import time
import uuid

KINDS = {}  # name: Kind


class Kind:
    """family: "tcp" and "winrm" are reached by WinRM, before and behind TLS; else the name of the way. ends: what its
    attempt may end as, code by code; or the verdict, where the look from outside always ends well."""

    def __init__(self, family, ends, talk=None, serve=None):
        self.family, self.ends = family, ends.split()
        self.talk, self.serve = talk, serve  # of each connection; or a coroutine function of (address, port)


def kind(family, ends):
    """Registers a function of a connection as a kind."""
    def register(talk):
        KINDS[talk.__name__] = Kind(family, ends, talk)
        return talk
    return register


def until_it_leaves(connection):
    while connection.recv(65536):
        pass


def for_ever(connection, piece):
    while True:
        connection.sendall(piece)


def drip(connection, data):
    """Sends data a byte at a time, for longer than a host's deadline. The pauses are what it is about: nobody
    waits for them but the client."""
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


class Network:
    """All kinds at once, each on an address of its own, and all on one port."""

    def __init__(self, network, certificate):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.addresses, self.port, listeners = {}, 0, {}
        for number, name in enumerate(KINDS, 1):
            listeners[name] = socket.create_server((f"{network}{number}", self.port), backlog=64)
            self.addresses[name], self.port = listeners[name].getsockname()
        self.serve_beside(listeners)
        for name, listener in listeners.items():
            threading.Thread(target=self.accept, args=(KINDS[name], listener), daemon=True).start()

    def serve_beside(self, listeners):
        """Gives the kinds that bind by themselves a process: they work hard, and must not slow the others down."""
        served = [name for name in listeners if KINDS[name].serve]
        for name in served:
            listeners.pop(name).close()
        ready = multiprocessing.Event()

        async def serve():
            for name in served:
                await KINDS[name].serve(self.addresses[name], self.port)
            ready.set()
            await asyncio.Event().wait()

        multiprocessing.Process(target=lambda: asyncio.run(serve()), daemon=True).start()
        if not ready.wait(60):
            raise RuntimeError("the hostile hosts do not listen")

    def accept(self, kind_, listener):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self.guarded, args=(kind_, connection), daemon=True).start()

    def guarded(self, kind_, connection):
        with contextlib.suppress(OSError, EOFError, ValueError), connection:
            connection.settimeout(60)
            if kind_.family != "winrm":
                kind_.talk(connection)
                return
            with self.context.wrap_socket(connection, server_side=True) as secured:
                kind_.talk(secured)


class Lure:
    """A server on loopback that nobody has a reason to come to: whoever follows what a host says is seen here."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    def was_visited(self):
        with contextlib.suppress(BlockingIOError):
            self.listener.accept()
            return True
        return False


# WS-Management, as far as it has to be spoken before a rule of it can be broken.

NAMESPACES = ('xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
              'xmlns:x="http://schemas.xmlsoap.org/ws/2004/09/transfer" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration" '
              'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"')
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
DONE = f'<rsp:CommandState CommandId="C" State="{SHELL}/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>'
RUNNING = f'<rsp:CommandState CommandId="C" State="{SHELL}/CommandState/Running"/>'


def read_request(connection):
    """Returns a request's head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise EOFError
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while len(body) < (int(length[1]) if length else 0):
        body += connection.recv(65536)
    return head, body


def reply(connection, body, status="200 OK", kind="application/soap+xml;charset=UTF-8", extra=""):
    body = body if isinstance(body, bytes) else body.encode()
    connection.sendall(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body)


def message_of(request):
    found = re.search(rb"MessageID[^>]*>([^<]+)<", request)
    return found[1].decode() if found else ""


def action_of(request):
    return re.search(rb"Action[^>]*>[^<]*/(\w+)<", request)[1].decode()


def envelope(request, body, action="Response"):
    return (f'<s:Envelope {NAMESPACES}><s:Header><a:Action>{action}</a:Action><a:MessageID>uuid:{uuid.uuid4()}</a:MessageID>'
            f'<a:RelatesTo>{message_of(request)}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>')


def fault(code, text, subcode="w:InternalError"):
    return (f'<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>'
            f'<s:Reason><s:Text xml:lang="en">{text}</s:Text></s:Reason><s:Detail><f:WSManFault '
            f'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}"><f:Message>{text}</f:Message>'
            f'</f:WSManFault></s:Detail></s:Fault>')


def stream(data, name="stdout"):
    return f'<rsp:Stream Name="{name}" CommandId="C">{base64.b64encode(data).decode()}</rsp:Stream>'


ORDINARY = {
    "Create": '<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name="ShellId">S</w:Selector></w:SelectorSet>'
              "</a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>S</rsp:ShellId></rsp:Shell>",
    "Command": "<rsp:CommandResponse><rsp:CommandId>C</rsp:CommandId></rsp:CommandResponse>",
    "Send": "<rsp:SendResponse/>", "Signal": "<rsp:SignalResponse/>", "Delete": "",
    "Receive": f"<rsp:ReceiveResponse>{DONE}</rsp:ReceiveResponse>",
}


def winrm(connection, **bodies):
    """Speaks as a host does, but for the actions that are named: their answer is what the function of the
    request returns, a body for the envelope."""
    while True:
        head, request = read_request(connection)
        if b"authorization:" not in head.lower():
            reply(connection, "", "401 Unauthorized", extra='WWW-Authenticate: Basic realm="WSMAN"\r\n')
            continue
        action = action_of(request)
        if action in bodies:
            reply(connection, envelope(request, bodies[action](request)))
        elif action in ORDINARY:
            reply(connection, envelope(request, ORDINARY[action]))
        else:
            reply(connection, envelope(request, fault(2150858778, "no such thing")), "500 Internal Server Error")


def receives(body):
    return {"Receive": lambda _: f"<rsp:ReceiveResponse>{body}</rsp:ReceiveResponse>"}


def nonce_of(create):
    """Returns what the host's answer has to be marked with: it stands in the environment of the shell."""
    return re.search(rb"RDPSWEEP_NONCE[^>]*>([^<]+)<", create)[1]


def forbidden(_):
    """Answers as a host does that lets nobody have a shell."""
    return fault(2150859180, "shells are forbidden")
