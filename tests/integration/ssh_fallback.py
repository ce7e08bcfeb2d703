#!/usr/bin/env python3
"""From WinRM to SSH on one host: a simulated VM whose WinRM fails in one way or another, and a real sshd
on the same address. Every attempt is told, and a password that WinRM refused is not shown again."""
import json

from support import lib
from support import ssh_lib


def scan(where, fleet, port, credential, route="winrm, ssh"):
    vm = fleet.truth()[0]
    winrm = fleet.inventory.read_text().split(f"address: {vm['address']}, winrm: {{ port: ")[1].split(" ")[0].rstrip(",")
    inventory = where.path / "fleet.yaml"
    inventory.write_text(f"""version: 1
credentials:
  both: {{ username: 'SIM\\sweeper', password: {{ env: {lib.PASSWORD_VARIABLE} }}{credential} }}
targets:
  - {{ name: vm, address: {vm['address']}, credential: both, route: [{route}], rdp: {{ outside: false }},
      winrm: {{ port: {winrm} }}, ssh: {{ port: {port}, user: {ssh_lib.USER} }} }}
""")
    report = where.path / "report.json"
    audit = where.path / "audit"
    audit.unlink(missing_ok=True)
    lib.rdpsweep("scan", "-i", inventory, "--ca-file", fleet.ca, "--state", where.path / "state", "--retries", "0",
                 "--known-hosts", "/dev/null", "--pin-on-first-use", "--connect-timeout", "3s", "--audit-file", audit,
                 "--report", f"json:{report}", password=fleet.password, timeout=120)
    commands = [json.loads(line) for line in audit.read_text().splitlines()] if audit.exists() else []
    return json.loads(report.read_text())["hosts"][0], commands


def shown(where, port):
    """Returns what sshd's log says of passwords that it was shown."""
    log = (where.path / f"sshd_{port}.log").read_text()
    lib.check("Server listening" in log, f"sshd writes its log: {log[-300:]}")
    return [line for line in log.splitlines() if " password for " in line]


with ssh_lib.place() as where:
    path = where.powershell(ssh_lib.FRAMED % str(where.facts))
    for profile, code in (("wire_refused", "refused"), ("wire_tls_alert", "protocol_violation"),
                          ("wire_bad_password", "access_denied"), ("wire_shells_forbidden", "blocked_by_policy")):
        with lib.Fleet(1, f"one:{profile}") as fleet:
            address = fleet.truth()[0]["address"]
            # It takes passwords, so that its log tells of each that it is shown.
            options = [f"ListenAddress {address}", "LogLevel VERBOSE", "PasswordAuthentication yes"]
            with ssh_lib.sshd(where, path=path, options=options) as (port, key):
                host, commands = scan(where, fleet, port, f", ssh_key: {where.key}")
                ways = [(a["transport"], a["code"]) for a in host["attempts"]]
                lib.check(not shown(where, port), f"{profile}: with a key no password is shown: {shown(where, port)}")
                lib.check(host["outcome"] == "assessed" and ways[0][0] == "winrm" and ways[-1] == ("ssh", "ok"),
                          f"{profile}: WinRM fails, SSH works, both are told: {host['outcome']} {ways}")
                lib.check(ways[0][1] == code, f"{profile}: {ways}")
                lib.check([c["user"] for c in commands if c["transport"] == "ssh"] == [ssh_lib.USER],
                          f"the audit names whom SSH logged in: {commands}")
                if profile != "wire_bad_password":
                    continue
                host, _ = scan(where, fleet, port, "")
                ways = [(a["transport"], a["code"]) for a in host["attempts"]]
                lib.check(host["outcome"] == "refused" and ways[-1] == ("ssh", "access_denied") and
                          "not tried" in host["attempts"][-1]["what"], f"the password is not shown again: {ways}")
                lib.check(not shown(where, port), f"and sshd saw none: {shown(where, port)}")
                # That it would have told: the same password, which WinRM has not refused this time.
                host, _ = scan(where, fleet, port, "", route="ssh")
                lib.check(host["outcome"] == "refused" and len(shown(where, port)) == 1,
                          f"sshd tells of a password that it is shown: {shown(where, port)}")
lib.finish()
