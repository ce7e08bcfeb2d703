#!/usr/bin/env python3
"""Hosts that say the password again that they were shown, in every form, in the words of a refusal and of a fault: it is
in nothing that a scan leaves. A host has a port and a credential of its own, so that each is asked."""
import base64
import contextlib
import html
import http.server
import json
import pathlib
import re
import secrets
import ssl
import tempfile
import threading
import urllib.parse

from support import lib, rdp_servers

FORMS = {
    "plain": lambda word: word,
    "json": lambda word: "".join(f"\\u{ord(c):04X}" for c in word),
    "json_partly": lambda word: "".join(f"\\u{ord(c):04x}" if i % 2 else c for i, c in enumerate(word)),
    "percent": lambda word: "".join(f"%{ord(c):02x}" for c in word),
    "percent_partly": lambda word: "".join(f"%{ord(c):02X}" if i % 3 else c for i, c in enumerate(word)),
    "entities": lambda word: "".join(f"&#{ord(c)};" if i % 2 else f"&#x{ord(c):x};" for i, c in enumerate(word)),
    "clixml": lambda word: "".join(f"_x{ord(c):04X}_" for c in word),
    "base64": lambda word: base64.b64encode(word.encode()).decode(),
    "base64_last": lambda word: base64.b64encode(b"ab:" + word.encode() + b"z").decode(),
    "base64_url": lambda word: base64.urlsafe_b64encode(b"u:" + word.encode()).decode().rstrip("="),
    "base64_wide": lambda word: base64.b64encode(word.encode("utf-16-le")).decode(),
    "hex": lambda word: word.encode().hex(),
    "cut": lambda word: "x" * (295 - len(word) // 2) + word,
}
ENVELOPE = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"><s:Header>
<a:Action>http://schemas.dmtf.org/wbem/wsman/1/wsman/fault</a:Action><a:RelatesTo>{id}</a:RelatesTo></s:Header>
<s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>{said}</s:Text></s:Reason>
<s:Detail><f:WSManFault Code="{code}"><f:Message>{said}</f:Message></f:WSManFault></s:Detail></s:Fault></s:Body>
</s:Envelope>"""


def handler(status, form, shown):
    class Echo(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode(errors="replace")
            given = self.headers.get("Authorization", "").removeprefix("Basic ")
            word = base64.b64decode(given).decode().partition(":")[2]
            shown.append(word)
            said = FORMS[form](word)
            message = re.search(r"MessageID[^>]*>([^<]*)<", asked)
            body = ENVELOPE.format(id=message[1] if message else "", said="it says " + html.escape(said),
                                   code=995 if status == 500 else 5).encode()
            self.send_response(status)
            self.send_header("WWW-Authenticate", f'Basic realm="{word}"')
            self.send_header("WWW-Authenticate", f"X-{said}"[:2000])
            self.send_header("Content-Type", "application/soap+xml;charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Echo


@contextlib.contextmanager
def host(context, status, form, shown):
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler(status, form, shown))
    web.socket = context.wrap_socket(web.socket, server_side=True)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    try:
        yield web.server_address[1]
    finally:
        web.shutdown()
        web.server_close()


def readings(text):
    """What readers make of a text, twice over; Base64 and hex at each place where they may begin."""
    def once(words):
        yield words
        yield html.unescape(words)
        yield urllib.parse.unquote(words)
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), words)
        yield re.sub(r"_x([0-9a-fA-F]{4})_", lambda found: chr(int(found[1], 16)), words)
    for first in set(once(text)):
        yield from once(first)
    for run in re.findall(r"[A-Za-z0-9+/_-]{8,}", text):
        for skew in range(4):
            part = run[skew:].replace("-", "+").replace("_", "/")
            part = part[:len(part) - 1] if len(part) % 4 == 1 else part
            decoded = base64.b64decode(part + "=" * (-len(part) % 4))
            yield decoded.replace(b"\0", b"").decode("latin-1")
    for run in re.findall(r"(?:[0-9a-fA-F]{2}){4,}", text):
        yield bytes.fromhex(run).decode("latin-1")


def scan(folder, password, ports):
    inventory = folder / "hosts.yaml"
    lines = ["version: 1", "credentials:"]
    lines += [f"  c-{name}: {{ username: sweeper, password: {{ env: {lib.PASSWORD_VARIABLE} }} }}" for name in ports]
    lines += ["defaults: { route: [winrm], rdp: { outside: false } }", "targets:"]
    lines += [f"  - {{ name: {name}, address: 127.0.0.1, credential: c-{name}, winrm: {{ port: {port}, auth: basic }} }}"
              for name, port in ports.items()]
    inventory.write_text("\n".join(lines) + "\n")
    reports = [word for kind in ("text", "json", "jsonl", "html", "csv") for word in
               ("--report", f"{kind}:{folder / 'out' / kind}")]
    (folder / "out").mkdir()
    done = lib.rdpsweep("scan", "-i", inventory, "--state", folder / "out" / "state", "--insecure", "--retries", "0",
                        "--log-file", folder / "out" / "log", "--log-level", "debug", "--audit-file",
                        folder / "out" / "audit", *reports, password=password)
    (folder / "out" / "stdout").write_text(done.stdout)
    (folder / "out" / "stderr").write_text(done.stderr)
    return json.loads((folder / "out" / "json").read_text())["hosts"]


def every_form(password):
    shown = []
    with tempfile.TemporaryDirectory(prefix="reflect-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*rdp_servers.certificate(folder, "winrm", -1, 30)[:2])
        ports = {f"{form.replace('_', '-')}-{status}": stack.enter_context(host(context, status, form, shown))
                 for form in FORMS for status in (401, 403, 500)}
        hosts = scan(folder, password, ports)
        lib.check(len(hosts) == 3 * len(FORMS), f"every host is reported: {len(hosts)}")
        lib.check(set(shown) == {password} and len(shown) >= len(hosts), f"every host saw the password: {len(shown)}")
        for one in hosts:
            last = one["attempts"][-1]
            refused = not one["name"].endswith("-500")
            lib.check((last["code"] == "access_denied") == refused, f"{one['name']}: {last}")
            if refused:
                lib.check("says" not in last["what"] and "X-" not in last["what"], f"no words are kept: {last}")
            elif len(password) >= 8:
                lib.check("[redacted" in last["what"], f"{one['name']}: its words are told, without the password: {last}")
            else:
                lib.check("[withheld" in last["what"], f"{one['name']}: its words are withheld: {last}")
        files = [path for path in (folder / "out").rglob("*") if path.is_file()]
        lib.check(len(files) >= 9, f"there is something to search: {files}")
        if len(password) < 8:  # a word, which stands in our own sentences, too
            text = (folder / "out" / "text").read_text() + (folder / "out" / "json").read_text()
            lib.check("wrong user or password" in text, "our own sentences stay whole")
            lib.check("[redacted]" not in text, "and nothing points to the word")
            return
        for path in files:
            for reading in readings(lib.plain_bytes(path).decode("latin-1")):
                lib.check(password not in reading, f"{path.name} holds the password")


def main():
    every_form("Refl-" + secrets.token_urlsafe(18))
    every_form("wrong")
    lib.finish()


main()
