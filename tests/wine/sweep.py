#!/usr/bin/env python3
"""Two sweeps, end to end, whose script runs on Wine: behind the simulated WinRM shell, and behind a real sshd. The
facts of each host are what the fleet says as far as Wine has it, and every rule that could judge says what the truth
says; a fault that stands in the registry is found.

usage: sweep.py HOST.exe PREFIX STATES
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/integration"))

from support import lib  # noqa: E402
from support import ssh_lib  # noqa: E402
from support.engine_lib import SHIM, one_engine  # noqa: E402
from support.fix_lib import Case  # noqa: E402

from compare_truth import said_of  # noqa: E402
from comparison import Comparison  # noqa: E402

VMS, SEED = lib.EVERY, 11
# A profile, and the rule that has to find its fault by what Wine's registry says.
FAULTS = {
    "healthy_2016": None,
    "tls_all_off": "TLS.PROTO",
    "rdp_denied": "RDP.DENIED",
    "listener_off": "RDP.LISTENER",
    "layer_low_encryption": "SEC.LAYER",
    "own_expired": "CERT.SELF.VALID",
    "pin_dangling": "CERT.PIN",
}
BY_SSH = ("healthy_2016", "tls_all_off")
FEWEST_RULES = 10  # of a host, that say more than "unknown"


def check_host(host, profile, truth, facts, comparison):
    comparison.of(facts, host["facts"], profile)
    said = 0
    for finding in host["findings"]:
        found, wanted = said_of(finding), truth["findings"].get(finding["rule"], {"verdict": "ok"})
        # No handshake is made, no event is read, and the rights of files are not a machine's.
        rests_on = [*found["evidence"], *wanted.get("evidence", [])]
        if finding["verdict"] == "unknown" or not all(map(comparison.seen, rests_on)):
            continue
        said += 1
        wrong = {name: found[name] for name in wanted if found[name] != wanted[name]}
        lib.check(not wrong, f"{profile}: {finding['rule']} says {wrong}, truth {wanted}")
    lib.check(said >= FEWEST_RULES, f"{profile}: {said} rules judged")
    rule = FAULTS[profile]  # its verdict was compared above, if it is there
    verdicts = {finding["rule"]: finding["verdict"] for finding in host["findings"]}
    lib.check(rule is None or verdicts.get(rule) == truth["findings"][rule]["verdict"] != "ok",
              f"{profile}: {rule} says {verdicts.get(rule)}")


def check_report(document, served, names, truths):
    facts = dict(json.loads(line) for line in served.read_text(encoding="utf-8").splitlines())
    hosts = {host["name"]: host for host in document["hosts"]}
    lib.check(set(hosts) == set(facts) == set(names), f"each ran on Wine: {set(facts)}, {set(names)}")
    comparison = Comparison()
    for name, host in hosts.items():
        lib.check(host["outcome"] == "assessed", f"{names[name]}: {host['outcome']} {host['attempts']}")
        if host["outcome"] == "assessed":
            check_host(host, names[name], truths[name], facts[name], comparison)
    lib.check(comparison.compared >= 50 * len(hosts), f"{comparison.compared} facts were compared")


def by_winrm(engine, served):
    """Sweeps the simulated fleet, whose WinRM shell runs the script on Wine."""
    options = ["--engine", *engine(served), "--engine-vms", str(VMS)]
    with lib.Fleet(vms=VMS, mix="every", seed=SEED, options=options) as fleet:
        case = Case(fleet, tuple(FAULTS))
        report = fleet.path / "report.json"
        done, document = lib.scan(fleet, "--jobs", 2, "--no-handshake", inventory=case.inventory, report=report,
                                  timeout=280)
        print(done.stderr[-1500:])
        truths = {vm["name"]: vm for vm in fleet.truth()}
        check_report(document, served, case.names, truths)
        stats = fleet.stop()
        lib.check(not stats["violations"], f"no protocol violations: {stats['violations']}")
        lib.check(stats["shells_open"] == 0, f"no shell is left open: {stats['shells_open']}")
        return truths


def by_ssh(engine, truths):
    """Sweeps two machines behind a real sshd whose powershell runs the script on Wine."""
    with ssh_lib.place() as where:
        states, lines, served = where.path / "states", where.path / "states.jsonl", where.path / "served"
        states.mkdir()
        subprocess.run([str(lib.SIMFLEET), "--mix", "every", "--vms", str(VMS), "--seed", str(SEED),
                        "--dump-states", str(lines)], check=True)
        every = {json.loads(line)["profile"]: line for line in lines.read_text().splitlines()}
        targets = {json.loads(every[profile])["name"]: f"127.0.0.{number}"
                   for number, profile in enumerate(BY_SSH, 2)}
        for profile, address in zip(BY_SSH, targets.values()):
            (states / address).write_text(every[profile] + "\n")
        path, socket = where.powershell(""), where.path / "engine"
        (path / "powershell").write_text(SHIM.format(program="", states=str(states), engine=str(socket), home=""))
        listen = [f"ListenAddress {address}" for address in targets.values()]
        with (one_engine(engine(served), socket, pathlib.Path.home()),
              ssh_lib.sshd(where, path=path, options=listen) as (port, _)):
            inventory = where.path / "fleet.yaml"
            inventory.write_text(
                f"version: 1\ncredentials:\n  me: {{ username: {ssh_lib.USER}, ssh_key: {where.key} }}\n"
                "defaults: { credential: me, route: [ssh], rdp: { outside: false } }\ntargets:\n"
                + "".join(f"  - {{ name: {name}, address: {address}, ssh: {{ port: {port} }} }}\n"
                          for name, address in targets.items()))
            report = where.path / "report.json"
            done = lib.rdpsweep("scan", "-i", inventory, "--state", where.path / "state", "--jobs", "2",
                                "--no-handshake", "--known-hosts", "/dev/null", "--pin-on-first-use",
                                "--report", f"json:{report}", timeout=280)
        print(done.stderr[-1500:])
        check_report(json.loads(report.read_text()), served, dict(zip(targets, BY_SSH)), truths)


def main():
    host, folder, states = sys.argv[1:]

    def engine(served):
        return [sys.executable, str(ROOT / "tests/wine/serve.py"), host, folder, states, str(served), "serve"]

    with tempfile.TemporaryDirectory(prefix="wine-") as where:
        truths = by_winrm(engine, pathlib.Path(where) / "served")
    by_ssh(engine, truths)
    lib.finish()


main()
