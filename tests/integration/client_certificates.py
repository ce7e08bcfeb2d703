#!/usr/bin/env python3
"""Client certificates: rdpsweep, curl and python3-winrm against the simulated fleet, and rdpsweep
against openssl s_server, which shows what TLS it is offered and when the certificate is shown."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

# The Debian packages belong to Debian's interpreter.
if sys.executable != "/usr/bin/python3" and not os.environ.get("RDPSWEEP_REEXEC"):
    os.environ["RDPSWEEP_REEXEC"] = "1"
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
    os.environ.pop(variable, None)

from support import lib  # noqa: E402
import winrm  # noqa: E402

MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
FLEET = dict(vms=24, mix="healthy", options=["--accept-certificates", "--no-basic"])


def inventory(folder, targets, certificate, key, tls=""):
    path = folder / "certificates.yaml"
    lines = "".join(f"  - {{ name: 'vm{i}', address: {address}, winrm: {{ port: {port} }} }}\n"
                    for i, (address, port) in enumerate(targets))
    path.write_text(f"""version: 1
credentials:
  robot: {{ certificate: {{ file: {certificate} }}, key: {{ file: {key} }} }}
defaults: {{ credential: robot, winrm: {{ auth: certificate, tls: {{ {tls} }} }} }}
targets:
{lines}""")
    return path


def of_fleet(fleet, certificate=None, key=None, tls=""):
    folder = fleet.path / "fleet"
    return inventory(fleet.path, [(vm["address"], fleet.port) for vm in fleet.truth()],
                     certificate or folder / "client.pem", key or folder / "client.key", tls)


def stranger(folder):
    """A certificate of nobody's CA."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x",
                    "-keyout", folder / "x.key", "-out", folder / "x.pem"],
                   check=True, stderr=subprocess.DEVNULL)
    (folder / "x.key").chmod(0o600)
    return folder / "x.pem", folder / "x.key"


def ours():
    for tls, versions in (("", {"TLSv1.2"}), ("post_handshake_auth: true", {"TLSv1.2", "TLSv1.3"})):
        with lib.Fleet(**FLEET) as fleet:
            done, document = lib.scan(fleet, inventory=of_fleet(fleet, tls=tls),
                                      report=fleet.path / "r.json")
            lib.check(document["totals"]["assessed"] == 24, f"{tls}: {document['totals']}")
            stats = fleet.stop()
            print(stats["tls"], stats["authentications"])
            lib.check(set(stats["tls"]["handshakes"]) == versions, f"{tls}: {stats['tls']}")
            lib.check(set(stats["authentications"]) == {"certificate"}, f"{stats['authentications']}")
            lib.check(stats["authentications"]["certificate"]["unbound"] == 24, "one logon a host")
            lib.check(stats["violations"] == {}, f"{tls}: {stats['violations']}")
            lib.check(stats["shells_open"] == 0, f"{tls}: {stats['shells_open']} shells")


def ours_unknown():
    with lib.Fleet(**FLEET) as fleet:
        certificate, key = stranger(fleet.path)
        done, document = lib.scan(fleet, inventory=of_fleet(fleet, certificate, key),
                                  report=fleet.path / "r.json")
        # The first hosts of a credential go alone, and three refusals stop it.
        lib.check(document["totals"]["refused"] == 3, f"unknown: {document['totals']}")
        refused = [h for h in document["hosts"] if h["outcome"] == "refused"]
        lib.check(len(refused) == 3, f"three hosts say no: {len(refused)}")
        for host in refused:
            # The look at RDP from outside is an attempt of its own.
            winrm = [a for a in host["attempts"] if a["transport"] == "winrm"]
            attempts = [(a["stage"], a["code"]) for a in winrm]
            lib.check(attempts == [("auth", "access_denied")], f"unknown: {attempts}")
            lib.check("client certificate" in winrm[0]["what"], "it says what")
        key.chmod(0o644)
        done, _ = lib.scan(fleet, inventory=of_fleet(fleet, certificate, key), status=2)
        lib.check(done.returncode == 2 and "open to other users" in done.stderr, done.stderr)
        certificate, _ = stranger(fleet.path)
        wrong = of_fleet(fleet, fleet.path / "fleet" / "client.pem", fleet.path / "x.key")
        done, _ = lib.scan(fleet, inventory=wrong, status=2)
        lib.check(done.returncode == 2 and "does not belong" in done.stderr, done.stderr)


def strangers():
    with lib.Fleet(**FLEET) as fleet:
        folder = fleet.path / "fleet"
        answers = set()
        for vm in fleet.truth():
            for options in ([], ["--tls-max", "1.2"], ["--no-keepalive"]):
                done = subprocess.run(
                    ["curl", "-s", "-o", fleet.path / "body", "-w", "%{http_code}", "--max-time", "20",
                     "--cacert", fleet.ca, "--cert", folder / "client.pem",
                     "--key", folder / "client.key", "-H", f"Authorization: {MUTUAL}",
                     "-H", "Content-Type: application/soap+xml;charset=UTF-8", "--data", "<x/>",
                     *options, f"https://{vm['address']}:{fleet.port}/wsman"],
                    capture_output=True, text=True, check=False)
                answers.add(done.stdout)
        lib.check(answers == {"500"}, f"curl --cert is let in, its body is no envelope: {answers}")
        for vm in fleet.truth()[:6]:
            session = winrm.Session(
                f"https://{vm['address']}:{fleet.port}/wsman", auth=("", ""),
                transport="certificate", cert_pem=str(folder / "client.pem"),
                cert_key_pem=str(folder / "client.key"), ca_trust_path=str(fleet.ca))
            done = session.run_cmd("hostname")
            lib.check(done.std_out.decode().strip() == vm["name"], f"python3-winrm: {done.std_out}")
        stats = fleet.stop()
        disliked = {"an envelope that was refused with 2150858817"}  # curl's <x/>
        lib.check(set(stats["violations"]) == disliked, f"strangers: {stats['violations']}")


class TlsServer:
    """openssl s_server on loopback, with what it prints."""

    def __init__(self, folder, *options):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                        folder / "s.key", "-out", folder / "s.pem"], check=True,
                       stderr=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", folder / "s.key",
             "-cert", folder / "s.pem", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, bufsize=0)
        self.text = ""
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        if not self.wait("ACCEPT 127.0.0.1:"):
            raise RuntimeError(f"openssl s_server did not start: {self.text}")
        self.port = int(re.search(r"ACCEPT \S+:(\d+)", self.text)[1])

    def _read(self):
        while piece := self.process.stdout.read(4096):
            self.text += piece.decode("latin-1")

    def wait(self, word, seconds=60):
        end = time.monotonic() + seconds
        while word not in self.text and time.monotonic() < end:
            time.sleep(0.05)
        return word in self.text

    def say(self, text):
        self.process.stdin.write(text)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()  # what it had printed is read to its end
        return self.text


def check_in_background(arguments, **kwargs):
    thread = threading.Thread(target=lambda: lib.rdpsweep(*arguments, **kwargs))
    thread.start()
    return thread


def caps():
    """At most TLS 1.2; TLS 1.3, where the certificate is shown after the handshake, if asked for."""
    # s_server names the suite, and the suites of TLS 1.3 have names of their own.
    for tls, version, suite in (("", "1.2", "CIPHER is ECDHE-"),
                                ("post_handshake_auth: true", "1.3", "CIPHER is TLS_")):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            certificate, key = stranger(folder)
            # Asked in the handshake, or not before it is told to ("c").
            asks = ["-verify", "1"] if version == "1.2" else []
            server = TlsServer(folder, "-CAfile", certificate, *asks)
            path = inventory(folder, [("127.0.0.1", server.port)], certificate, key, tls)
            client = check_in_background(
                ["check", "-i", path, "--ca-file", folder / "s.pem", "--state", folder / "st",
                 "--step-timeout", "60s", "--retries", "0"])
            lib.check(server.wait("POST /wsman"), f"{version}: the request comes: {server.text}")
            lib.check(server.wait(MUTUAL), f"TLS {version}: the header names it: {server.text}")
            if version == "1.3":
                lib.check("depth=0 CN = x" not in server.text, "not shown before it is asked for")
                server.say(b"c\n")
            shown = server.wait("depth=0 CN = x")
            text = server.stop()  # it never answers: its end is the client's
            client.join()
            lib.check(suite in text, f"TLS {version}: {text[-600:]}")
            lib.check(shown, f"TLS {version}: the certificate is shown: {text[-600:]}")


def old_tls():
    """A host with TLS 1.0 only: refused with the way out named, reached with legacy: true."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = TlsServer(folder, "-tls1", "-cipher", "ALL:@SECLEVEL=0")
        password = {"password": "not the password"}

        def check_words(legacy):
            path = folder / f"{legacy}.yaml"
            path.write_text(f"""version: 1
credentials: {{ c: {{ username: u, password: {{ env: RDPSWEEP_PASSWORD }} }} }}
targets:
  - name: old
    address: 127.0.0.1
    credential: c
    winrm: {{ port: {server.port}, auth: basic, tls: {{ legacy: {legacy} }} }}
""")
            return ["check", "-i", path, "--ca-file", folder / "s.pem", "--state", folder / "st",
                    "--step-timeout", "60s", "--retries", "0"]

        done = lib.rdpsweep(*check_words("false"), **password)
        said = done.stdout + done.stderr
        lib.check("tls" in said, f"it stops at tls: {said}")
        client = check_in_background(check_words("true"), **password)
        lib.check(server.wait("POST /wsman"), f"with legacy the request comes: {server.text}")
        text = server.stop()
        client.join()
        lib.check(text.count("POST /wsman") == 1, f"and without it none had come: {text}")
        lib.check("CIPHER is ECDHE-RSA-AES256-SHA" in text, "a suite of TLS 1.0")
    with lib.Fleet(vms=2, mix="one:wire_tls_legacy") as fleet:
        path = fleet.path / "legacy.yaml"
        path.write_text(fleet.inventory.read_text().replace(
            f"port: {fleet.port}", f"port: {fleet.port}, tls: {{ legacy: true }}"))
        _, document = lib.scan(fleet, inventory=path, report=fleet.path / "r.json")
        lib.check(len(document["hosts"]) == 2, "both are told of")
        for host in document["hosts"]:
            keys = [note["key"] for note in host["attempts"][-1]["notes"]]
            lib.check(host["transport"] == "winrm", f"legacy: by {host['transport']}")
            lib.check("note.legacy_tls" in keys, f"legacy: the report says so: {keys}")
        stats = fleet.stop()
        lib.check(set(stats["tls"]["handshakes"]) == {"TLSv1"}, f"legacy: {stats['tls']}")


def main():
    ours()
    ours_unknown()
    strangers()
    caps()
    old_tls()
    lib.finish()


main()
