"""WinRM's message encryption by code that shares no line with rdpsweep: python3-winrm frames the
messages, python3-gssapi encrypts them. One side each for a client and for a server."""
import base64
import http.server
import re
import threading
import types

import gssapi
import gssapi.raw
import requests.auth
import winrm.encryption

NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
SIGNATURE = 16  # bytes of an NTLM signature
FLAGS = (gssapi.RequirementFlag.mutual_authentication | gssapi.RequirementFlag.confidentiality
         | gssapi.RequirementFlag.integrity | gssapi.RequirementFlag.out_of_sequence_detection
         | gssapi.RequirementFlag.replay_detection)


def seal(context, message, kerberos):
    """The cipher text and what goes before it."""
    if not kerberos:
        token = context.wrap(message, True).message
        return token[SIGNATURE:], token[:SIGNATURE]
    kinds = gssapi.raw.IOVBufferType
    pieces = gssapi.raw.IOV(kinds.header, message, kinds.padding, std_layout=False)
    gssapi.raw.wrap_iov(context, pieces, confidential=True)
    return pieces[1].value + (pieces[2].value or b""), pieces[0].value


def unseal(context, data, header):
    plain = context.unwrap(header + data)
    assert plain.encrypted, "a message that is signed only"
    return plain.message


class Security:
    """What python3-winrm asks of an authentication that can encrypt, for NTLM and Kerberos."""

    def __init__(self, context, kerberos):
        self.context, self.kerberos = context, kerberos
        self.session_security = types.SimpleNamespace(
            wrap=lambda message: seal(context, message, kerberos),
            unwrap=lambda data, header: unseal(context, data, header))

    def wrap_winrm(self, _, message):
        return seal(self.context, message, self.kerberos)

    def unwrap_winrm(self, _, data, header):
        return unseal(self.context, data, header)


class KerberosAuth(requests.auth.AuthBase, Security):
    """Negotiate with a ticket from the cache; Debian's python3-kerberos cannot encrypt for WinRM."""

    def __init__(self, host):
        name = gssapi.Name(f"HTTP@{host}", gssapi.NameType.hostbased_service)
        context = gssapi.SecurityContext(name=name, mech=SPNEGO, flags=FLAGS, usage="initiate")
        Security.__init__(self, context, True)

    def __call__(self, request):
        if not self.context.complete:
            token = base64.b64encode(self.context.step()).decode()
            request.headers["Authorization"] = "Negotiate " + token
            request.register_hook("response", self._finish)
        return request

    def _finish(self, response, **_):
        match = re.match(r"Negotiate (\S+)", response.headers.get("www-authenticate", ""))
        if match and not self.context.complete:
            self.context.step(base64.b64decode(match.group(1)))
        return response


class Acceptor:
    """An HTTP server that logs a client on, decrypts its envelopes and answers each of them with
    reply(envelope) -> (status, envelope). Bodies that are not encrypted are counted in `clear`."""

    def __init__(self, reply, kerberos):
        self.envelopes, self.clear, self.reply, self.kerberos = [], 0, reply, kerberos
        acceptor = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            context = None

            def do_POST(self):
                acceptor.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        token = handler.headers.get("Authorization", "")
        if token.startswith("Negotiate "):
            self.clear += bool(body)
            return self.log_on(handler, base64.b64decode(token[10:]))
        if handler.context is None or not handler.context.complete:
            return self.send(handler, 401, {"WWW-Authenticate": "Negotiate"})
        security = Security(handler.context, self.kerberos)
        session = types.SimpleNamespace(auth=security)
        codec = winrm.encryption.Encryption(session, "kerberos" if self.kerberos else "ntlm")
        kind = handler.headers.get("Content-Type", "")
        if not kind.startswith("multipart/encrypted"):
            self.clear += 1
            return self.send(handler, 500, {})
        request = types.SimpleNamespace(url="http://x/")
        envelope = codec._decrypt_response(types.SimpleNamespace(content=body, request=request), "x")
        self.envelopes.append(envelope.decode())
        status, text = self.reply(envelope.decode())
        sealed = codec._encrypt_message(text.encode(), "x") + codec.MIME_BOUNDARY + b"--\r\n"
        return self.send(handler, status, {"Content-Type": kind}, sealed)

    def log_on(self, handler, token):
        if handler.context is None:
            mechanism = SPNEGO if self.kerberos else NTLM
            accept = gssapi.Credentials(usage="accept", mechs=[mechanism])
            handler.context = gssapi.SecurityContext(creds=accept, usage="accept")
        try:
            ours = handler.context.step(token)
        except gssapi.exceptions.GSSError as error:
            print("acceptor:", error)
            return self.send(handler, 401, {"WWW-Authenticate": "Negotiate"})
        line = "Negotiate" + (" " + base64.b64encode(ours).decode() if ours else "")
        done = handler.context.complete
        return self.send(handler, 200 if done else 401, {"WWW-Authenticate": line})

    @staticmethod
    def send(handler, status, headers, body=b""):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
