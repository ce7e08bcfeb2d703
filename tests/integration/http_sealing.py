#!/usr/bin/env python3
"""WinRM over HTTP with message encryption, NTLM and Kerberos: python3-winrm against the simulated
fleet, rdpsweep against an acceptor of python3-winrm and python3-gssapi, rdpsweep against the fleet,
and the second way to a VM whose TLS is broken."""
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# The Debian packages belong to Debian's interpreter; its NTLM needs MD4, which OpenSSL 3 has in its
# legacy provider only.
LEGACY = """openssl_conf = init
[init]
providers = providers
[providers]
default = on
legacy = on
[on]
activate = 1
"""
if not os.environ.get("RDPSWEEP_REEXEC"):
    file = tempfile.NamedTemporaryFile("w", prefix="openssl-", suffix=".cnf", delete=False)
    file.write(LEGACY)
    file.close()
    os.environ.update(RDPSWEEP_REEXEC=file.name, OPENSSL_CONF=file.name)
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
hashlib.new("md4")  # OpenSSL reads its configuration now; what we start must not
pathlib.Path(os.environ.pop("RDPSWEEP_REEXEC")).unlink(missing_ok=True)
os.environ.pop("OPENSSL_CONF", None)

from support import gss_peer  # noqa: E402
from support import lib  # noqa: E402
import winrm  # noqa: E402
import winrm.protocol  # noqa: E402

FAULT = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"
 xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:RelatesTo>%s</a:RelatesTo>
</s:Header><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text
 xml:lang="en-US">no</s:Text></s:Reason><s:Detail><f:WSManFault Code="2150859180"
 xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"><f:Message>said in a whisper</f:Message>
</f:WSManFault></s:Detail></s:Fault></s:Body></s:Envelope>"""


def no_shells(envelope):
    """Refuses every Create, so that only who can decrypt the answer knows why."""
    return 500, FAULT % re.search(r"MessageID>([^<]+)<", envelope).group(1)


def check_stats(stats, what, mechanism):
    lib.check(stats["violations"] == {}, f"{what}: violations {stats['violations']}")
    lib.check(stats["shells_open"] == 0, f"{what}: shells left {stats['shells_open']}")
    lib.check(stats["requests"].get("sealed", 0) > 0, f"{what}: nothing was sealed")
    lib.check(stats["requests"].get("unencrypted", 0) == 0, f"{what}: something was in clear")
    lib.check(set(stats["authentications"]) == {mechanism}, f"{what}: {stats['authentications']}")


def run_commands(protocol, what):
    """More bodies than one, in both directions, and one above 16 KiB."""
    shell = protocol.open_shell()
    for text in ("hi there", "x" * 6000):
        command = protocol.run_command(shell, "echo", [text])
        out, _, status = protocol.get_command_output(shell, command)
        protocol.cleanup_command(shell, command)
        lib.check((out.decode().strip(), status) == (text, 0), f"{what}: {out[:60]!r} {status}")
    protocol.close_shell(shell)


def stranger_ntlm():
    with lib.Fleet(vms=1, mix="healthy") as fleet:
        url = f"http://{fleet.truth()[0]['address']}:{fleet.http_port}/wsman"
        protocol = winrm.protocol.Protocol(
            url, transport="ntlm", username=r"SIM\sweeper", password=fleet.password,
            message_encryption="always")
        run_commands(protocol, "python3-winrm, NTLM")
        check_stats(fleet.stop(), "python3-winrm, NTLM", "ntlm")


def stranger_kerberos(environment, keytab):
    with lib.Fleet(vms=1, mix="healthy", options=["--keytab", str(keytab)], password="pw-of-sweeper",
                   environment=environment) as fleet:
        proxy = lib.CountingProxy(fleet.truth()[0]["address"], fleet.http_port)
        protocol = winrm.protocol.Protocol(
            f"http://localhost:{proxy.port}/wsman", transport="kerberos", username="sweeper",
            password="x", message_encryption="never")
        protocol.transport.build_session()
        protocol.transport.session.auth = gss_peer.KerberosAuth("localhost")
        protocol.transport.setup_encryption()
        run_commands(protocol, "python3-winrm, Kerberos")
        check_stats(fleet.stop(), "python3-winrm, Kerberos", "kerberos")


def inventory(folder, port, auth, address):
    path = folder / "http.yaml"
    user = "sweeper@SIM.TEST" if auth == "kerberos" else r"SIM\sweeper"
    path.write_text(f"""version: 1
credentials: {{ c: {{ username: '{user}', password: {{ env: RDPSWEEP_PASSWORD }} }} }}
defaults: {{ credential: c, winrm: {{ scheme: http, port: {port}, auth: {auth} }} }}
targets: [ {{ name: vm, address: {address} }} ]
""")
    return path


def ours_to_a_stranger(auth, environment, address):
    acceptor = gss_peer.Acceptor(no_shells, auth == "kerberos")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        done = lib.rdpsweep(
            "check", "-i", inventory(folder, acceptor.port, auth, address), "--state", folder / "s",
            password="pw-of-sweeper", environment=environment)
        said = done.stdout + done.stderr
    lib.check("said in a whisper" in said, f"{auth}: the sealed fault is read: {said}")
    lib.check(acceptor.clear == 0, f"{auth}: {acceptor.clear} bodies in clear")
    lib.check(len(acceptor.envelopes) == 1 and "Create" in acceptor.envelopes[0],
              f"{auth}: one envelope: {acceptor.envelopes}")


def ours_kerberos_to_the_fleet(environment, keytab):
    with lib.Fleet(vms=1, mix="healthy", options=["--keytab", str(keytab)], password="pw-of-sweeper",
                   environment=environment) as fleet:
        proxy = lib.CountingProxy(fleet.truth()[0]["address"], fleet.http_port)
        path = inventory(fleet.path, proxy.port, "kerberos", "localhost")
        done, document = lib.scan(fleet, inventory=path, report=fleet.path / "r.json",
                                  environment=environment)
        host = document["hosts"][0]
        lib.check(host["outcome"] == "assessed", f"Kerberos: {done.stderr} {host['attempts']}")
        lib.check(host["transport"] == "winrm-http", f"Kerberos: by {host['transport']}")
        note = host["attempts"][-1]["notes"][0]["text"]
        lib.check("encrypted with Kerberos" in note, f"Kerberos: {note}")
        check_stats(fleet.stop(), "rdpsweep, Kerberos", "kerberos")


def ours_to_the_fleet():
    with lib.Fleet(vms=40, mix="healthy") as fleet:
        done, document = lib.scan(fleet, report=fleet.path / "r.json", inventory=with_http(fleet))
        lib.check(document["totals"]["assessed"] == 40, f"NTLM: {done.stderr}")
        lib.check_each(document["hosts"], lambda host: host["transport"] == "winrm-http", "NTLM: by HTTP")
        check_stats(fleet.stop(), "rdpsweep, NTLM", "ntlm")


def with_http(fleet):
    path = fleet.path / "http.yaml"
    text = fleet.inventory.read_text()
    path.write_text(text.replace(f"winrm: {{ port: {fleet.port} }}", "winrm: { scheme: http }"))
    return path


def http_fallback():
    """Tried after a TLS failure that points at SCHANNEL, when the policy allows it."""
    for mix, cause, code in (("http_tls_all_off", "tls_protocols", "peer_closed"),
                             ("http_key_acl_missing", "machine_keys", "protocol_violation")):
        with lib.Fleet(vms=3, mix=f"one:{mix}") as fleet:
            for when, assessed in ((None, True), ("never", False), ("kerberos", False)):
                options = ["--http-fallback", when] if when else []
                _, document = lib.scan(fleet, *options, report=fleet.path / "r.json")
                lib.check(len(document["hosts"]) == 3, f"{mix}, {when}: three hosts are told of")
                for host in document["hosts"]:
                    check_http_fallback(host, f"{mix}, {when}", assessed, cause, code)
            check_stats(fleet.stop(), mix, "ntlm")


def check_http_fallback(host, what, assessed, cause, code):
    attempts = [(a["transport"], a["stage"], a["code"]) for a in host["attempts"]]
    lib.check(attempts[0] == ("winrm", "tls", code), f"{what}: TLS is the evidence: {attempts}")
    ways = {transport for transport, _, _ in attempts}
    lib.check(("winrm-http" in ways) == assessed, f"{what}: ways {attempts}")
    lib.check((host["outcome"] == "assessed") == assessed, f"{what}: {host['outcome']}")
    if assessed:
        lib.check(host["root_cause"] == cause, f"{what}: {host['root_cause']}, not {cause}")


def never_for_a_certificate():
    """Who shows another certificate does not get our logon over HTTP either."""
    with lib.Fleet(vms=3, mix="healthy") as fleet:
        done = lib.rdpsweep(
            "scan", "-i", fleet.inventory, "--state", fleet.path / "s", "--http-fallback", "any",
            "--report", f"json:{fleet.path / 'r.json'}", password=fleet.password, status=11)
        lib.check(done.returncode == 11, f"certificates: {done.returncode} {done.stderr}")
        stats = fleet.stop()
        lib.check(stats["requests"] == {}, f"certificates: requests {stats['requests']}")
        lib.check(stats["connections"]["total"] == 3, f"certificates: {stats['connections']}")


def main():
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(variable, None)
    ours_to_the_fleet()
    http_fallback()
    never_for_a_certificate()
    stranger_ntlm()
    with tempfile.NamedTemporaryFile("w", prefix="ntlm-") as accounts:
        accounts.write("SIM:sweeper:pw-of-sweeper\n")
        accounts.flush()
        os.environ["NTLM_USER_FILE"] = accounts.name
        ours_to_a_stranger("ntlm", {}, "127.0.0.1")
        del os.environ["NTLM_USER_FILE"]
    with lib.kdc(services=["HTTP/localhost"], users=[("sweeper", "pw-of-sweeper")]) as (env, keytab):
        os.environ.update(env, KRB5_KTNAME=str(keytab))
        subprocess.run(["kinit", "sweeper"], input="pw-of-sweeper\n", text=True, check=True,
                       stdout=subprocess.DEVNULL)
        ours_kerberos_to_the_fleet(env, keytab)
        stranger_kerberos(env, keytab)
        ours_to_a_stranger("kerberos", env, "localhost")
    lib.finish()


main()
