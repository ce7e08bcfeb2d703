#!/usr/bin/env python3
"""RDP from outside: xrdp, freerdp-shadow-cli and a mock, in one sweep without a credential."""
import contextlib
import json
import pathlib
import tempfile

from support.lib import check, finish, rdpsweep
from support.rdp_servers import Mock, certificate, freerdp, x_server, xrdp

# name -> (verdict, root cause, OUT.RDP's message, OUT.CERT's message or None)
MOCKED = {
    "rst_on_accept": ("broken", "unexplained", "hangs_up", None),
    "silent": ("broken", "unexplained", "silent", None),
    "fin_after_cr": ("broken", "unexplained", "hangs_up", None),
    "http": ("broken", "rdp_port", "not_rdp", None),
    "ssh": ("broken", "rdp_port", "not_rdp", None),
    "garbage": ("broken", "rdp_port", "not_rdp", None),
    "oversize": ("broken", "rdp_port", "not_rdp", None),
    "failure_1": ("broken", "unexplained", "negotiation", None),
    "failure_2": ("at_risk", "unexplained", "rdp_security", None),
    "failure_3": ("broken", "unexplained", "no_certificate", None),
    "failure_4": ("broken", "unexplained", "negotiation", None),
    "failure_5": ("broken", "unexplained", "negotiation", None),
    "failure_6": ("broken", "unexplained", "negotiation", None),
    "no_negotiation": ("at_risk", "unexplained", "rdp_security", None),
    "rst_after_hello": ("broken", "unexplained", "tls_dropped", None),
    "fin_after_hello": ("broken", "unexplained", "tls_dropped", None),
    "alert_40": ("broken", "unexplained", "tls_alert", None),
    "silent_after_hello": ("broken", "unexplained", "silent", None),
    "flood": ("broken", "unexplained", "tls_error", None),
    "intolerant_13": ("at_risk", "tls_protocols", "only_without_13", "ok"),
    "once_unlucky": ("ok", "none", "ok", "ok"),
    "slow": ("ok", "none", "ok", "ok"),
    "healthy": ("ok", "none", "ok", "ok"),
    "nla_closes": ("at_risk", "unexplained", "credssp", "ok"),
    "nla_garbage": ("at_risk", "unexplained", "credssp", "ok"),
    "nla_silent": ("at_risk", "unexplained", "credssp", "ok"),
    "nla_refuses": ("ok", "none", "credssp_refused", "ok"),
    "anonymous": ("broken", "rdp_port", "anonymous", None),
    "rdstls": ("broken", "rdp_port", "not_asked", None),
    "tls_at_once": ("broken", "rdp_port", "tls_at_once", None),
}
SERVERS = {
    "xrdp_valid": ("ok", "none", "ok", "ok"),
    "xrdp_expired": ("broken", "rdp_certificate", "ok", "expired"),
    "xrdp_future": ("at_risk", "rdp_certificate", "ok", "not_yet_valid"),
    "xrdp_wrong_key": ("broken", "unexplained", "not_tls", None),
    "xrdp_no_key": ("broken", "unexplained", "no_certificate", None),
    "xrdp_12": ("ok", "none", "ok", "ok"),
    "xrdp_13": ("ok", "none", "ok", "ok"),
    "xrdp_10": ("at_risk", "tls_protocols", "without_12", "ok"),
    "xrdp_rdp": ("at_risk", "unexplained", "rdp_security", None),
    "xrdp_tls": ("ok", "none", "ok", "ok"),
    "shadow_nla": ("ok", "none", "ok", "ok"),
    "shadow_nla_expired": ("broken", "rdp_certificate", "ok", "expired"),
    "shadow_tls": ("ok", "none", "ok", "ok"),
    "shadow_rdp": ("at_risk", "unexplained", "rdp_security", None),
    "closed": ("broken", "unexplained", "refused", None),
}


def start_servers(stack, folder):
    """Starts them all; returns name -> port."""
    valid = certificate(folder, "valid", -1, 180)
    expired = certificate(folder, "expired", -200, -19)
    future = certificate(folder, "future", 10, 190)
    absent = (valid[0], folder / "absent.key")
    cases = {
        "xrdp_valid": (valid, {}), "xrdp_expired": (expired, {}), "xrdp_future": (future, {}),
        "xrdp_wrong_key": ((valid[0], expired[1]), {"layer": "tls"}),
        "xrdp_no_key": (absent, {"layer": "tls"}),
        "xrdp_12": (valid, {"layer": "tls", "protocols": "TLSv1.2"}),
        "xrdp_13": (valid, {"layer": "tls", "protocols": "TLSv1.3"}),
        "xrdp_10": (valid, {"layer": "tls", "protocols": "TLSv1"}),
        "xrdp_rdp": (valid, {"layer": "rdp"}), "xrdp_tls": (valid, {"layer": "tls"}),
    }
    ports = {"closed": 1}
    for name, (files, options) in cases.items():
        server, ports[name] = xrdp(folder, name, *files, **options)
        stack.enter_context(server)
    display = stack.enter_context(x_server())
    for name, files, options in (
            ("shadow_nla", valid, ("/sec:nla",)), ("shadow_nla_expired", expired, ("/sec:nla",)),
            ("shadow_tls", valid, ("/sec:tls", "-auth")), ("shadow_rdp", valid, ("/sec:rdp", "-auth"))):
        server, ports[name] = freerdp(folder, name, display, *files, *options)
        stack.enter_context(server)
    # Serves a second certificate above its own.
    with_issuer = folder / "chain.pem"
    with_issuer.write_text(valid[0].read_text() + expired[0].read_text())
    mock = stack.enter_context(Mock(with_issuer, valid[1]))
    return ports, mock


def inventory(folder, ports, mock):
    lines = ["version: 1", "targets:"]
    for number, (name, port) in enumerate(ports.items(), 1):
        lines.append(f"  - {{ name: {name}, address: 127.20.0.{number}, rdp: {{ port: {port} }} }}")
    for number, (name, _) in enumerate(mock.cases, 1):
        lines.append(f"  - {{ name: {name}, address: 127.21.0.{number}, rdp: {{ port: {mock.port} }} }}")
    path = folder / "fleet.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def sweep(folder, fleet, *options):
    report = folder / "report.json"
    report.unlink(missing_ok=True)
    done = rdpsweep("scan", "-i", fleet, "--transport", "rdp", "--state", folder / "state",
                    "--step-timeout", "2s", "--report", f"json:{report}", "-q", *options)
    check(report.exists(), f"a report is written: {done.stderr}")
    document = json.loads(report.read_text())
    return done, {host["name"]: host for host in document["hosts"]}


def message(host, rule):
    finding = next(f for f in host["findings"] if f["rule"] == rule)
    return finding["message"]["key"].removeprefix(rule + "."), finding["verdict"]


def compare(hosts, expected):
    for name, (verdict, cause, answer, served) in expected.items():
        host = hosts[name]
        got = (host["outcome"], host["verdict"], host["root_cause"])
        check(got == ("assessed", verdict, cause), f"{name}: {got}, want {verdict} {cause}")
        if host["outcome"] != "assessed":
            print(host["attempts"])
            continue
        check(message(host, "OUT.RDP")[0] == answer, f"{name}: {message(host, 'OUT.RDP')}, want {answer}")
        if served:
            got = message(host, "OUT.CERT")[0]
            check(got == served, f"{name}: certificate {got}, want {served}")


def seen(hosts, name):
    return hosts[name]["facts"]["hs"][0]


def check_facts(hosts):
    check(seen(hosts, "xrdp_12")["tls"] == "1.2", "xrdp with TLS 1.2 only")
    check(seen(hosts, "xrdp_13")["tls"] == "1.3", "xrdp with TLS 1.3 only")
    check(seen(hosts, "xrdp_10")["tls"] == "1.0", "xrdp with TLS 1.0 only")
    chain = seen(hosts, "healthy")["chain"]
    check(len(chain) == 1 and len(chain[0]["thumb"]) == 40 and chain[0]["subject"].startswith("/CN="),
          f"what is served above the leaf is told: {chain}")
    check("chain" not in seen(hosts, "xrdp_12"), "and nothing where there is nothing")
    check(set(seen(hosts, "shadow_nla")["steps"]) == {"connect", "x224", "tls", "nla"} and
          set(seen(hosts, "http")["steps"]) == {"connect", "x224"}, "each step has its time")
    nla = seen(hosts, "shadow_nla")
    check(nla["x224"]["proto"] == 2, "NLA is chosen")
    check(nla.get("nla", {}).get("build") == 7601, f"the challenge is read: {nla.get('nla')}")
    check(message(hosts["shadow_nla"], "OUT.NAME") == ("inventory", "at_risk"), "another name is told")
    check("nla" not in seen(hosts, "shadow_tls"), "no challenge without NLA")
    reset = seen(hosts, "rst_after_hello")
    check((reset["stage"], reset["errno"]) == ("tls", "reset"), f"a reset after ClientHello: {reset}")
    check(set(reset["matrix"].values()) == {"reset"} and len(reset["matrix"]) == 4, "each version is tried")
    check(seen(hosts, "fin_after_hello")["errno"] == "closed", "FIN and RST are told apart")
    check(seen(hosts, "alert_40")["alert"] == 40, "the alert's number")
    check(seen(hosts, "http")["first"].startswith("48545450"), "the first bytes are kept")
    for name, word in (("nla_closes", "closed"), ("nla_garbage", "garbage"), ("nla_silent", "timeout"),
                       ("nla_refuses", "refused")):
        check(seen(hosts, name).get("nla_errno") == word, f"{name}: {seen(hosts, name).get('nla_errno')}")
    check("nla_errno" not in nla, "a challenge is no failure")
    check(seen(hosts, "failure_3")["plain"] is False, "plain RDP is asked for after failure 3")
    check(seen(hosts, "intolerant_13")["no13"] is True, "1.3 is left out after a reset")
    check(seen(hosts, "flood")["rcvd"] < 400_000, "an endless answer is ended")


def main():
    with tempfile.TemporaryDirectory(prefix="rdp-") as name, contextlib.ExitStack() as stack:
        folder = pathlib.Path(name)
        ports, mock = start_servers(stack, folder)
        fleet = inventory(folder, ports, mock)
        done, hosts = sweep(folder, fleet)
        check(done.returncode == 10, f"exit {done.returncode}: {done.stderr}")
        compare(hosts, {**SERVERS, **MOCKED})
        check_facts(hosts)
        check(max(mock.most_open.values()) == 1, f"one connection a host: {mock.most_open}")
        _, hosts = sweep(folder, fleet, "--deadline", "1s")
        check(hosts["silent"]["outcome"] == "unreachable", "our own deadline is no fact about the host")
        _, hosts = sweep(folder, fleet, "--rdp-matrix")
        # Only where each version is tried alone is it seen that 1.2 is missing beside 1.3.
        compare(hosts, {**SERVERS, "xrdp_13": ("at_risk", "tls_protocols", "without_12", "ok")})
        check(seen(hosts, "xrdp_valid")["matrix"] ==
              {"1.0": "alert 70", "1.1": "alert 70", "1.2": "ok", "1.3": "ok"},
              f"the matrix of xrdp: {seen(hosts, 'xrdp_valid')['matrix']}")
        check(seen(hosts, "xrdp_10")["matrix"]["1.2"] == "older", "a lower version is a free answer")
    finish()


if __name__ == "__main__":
    main()
