#!/usr/bin/python3
"""Debian's python3-winrm, which shares no line with us, runs commands on a simulated VM.

Usage: pywinrm_basic.py PATH-OF-rdpsweep-simfleet
"""
import json
import os
import re
import subprocess
import sys
import tempfile

USER, PASSWORD = "SIM\\sweeper", "a pass & word"
FAILURES = []


def check(what, seen, wanted):
    if seen != wanted:
        FAILURES.append(f"{what}: {seen!r} instead of {wanted!r}")


def start(program, folder):
    environment = dict(os.environ, RDPSWEEP_PASSWORD=PASSWORD)
    fleet = subprocess.Popen(
        [program, "--vms", "3", "--mix", "healthy", "--port", "0", "--state-dir", folder,
         "--user", USER, "--exit-when-stdin-closes"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True)
    ready = fleet.stdout.readline().split()
    if len(ready) != 2 or ready[0] != "ready":
        sys.exit(f"the fleet did not start: {ready}")
    return fleet, int(ready[1])


def first_vm(folder):
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as truth:
        vm = json.load(truth)["vms"][0]
    return vm["name"], vm["address"]


def visit(winrm, url, authority):
    def session(password):
        return winrm.Session(url, auth=(USER, password), transport="basic",
                             server_cert_validation="validate", ca_trust_path=authority)

    ours = session(PASSWORD)
    answer = ours.run_cmd("hostname")
    check("hostname exit code", answer.status_code, 0)
    check("hostname stderr", answer.std_err, b"")
    name = answer.std_out.decode().strip()
    answer = ours.run_cmd("echo", ["hi", "there"])
    check("echo", answer.std_out, b"hi there\r\n")
    answer = ours.run_cmd("cmd.exe", ["/c echo out && echo err>&2 && exit 3"])
    check("two streams", (answer.std_out, answer.std_err, answer.status_code),
          (b"out \r\n", b"err \r\n", 3))
    answer = ours.run_ps('Write-Output "x"')
    check("run_ps", (answer.std_out, answer.status_code), (b"x\r\n", 0))
    try:
        session("wrong").run_cmd("hostname")
        check("a wrong password", "let in", "refused")
    except winrm.exceptions.InvalidCredentialsError:
        pass
    return name


def main():
    # requests would prefer these to the CA we name.
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        os.environ.pop(variable, None)
    try:
        import winrm
        import winrm.exceptions
    except ImportError:
        print("SKIPPED: python3-winrm is not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        fleet, port = start(sys.argv[1], folder)
        name, address = first_vm(folder)
        seen = visit(winrm, f"https://{address}:{port}/wsman", os.path.join(folder, "ca.pem"))
        check("the VM's name", seen, name)
        fleet.stdin.close()
        check("exit status of the fleet", fleet.wait(timeout=20), 0)
        with open(os.path.join(folder, "stats.json"), encoding="utf-8") as file:
            stats = json.load(file)
        check("shells left open", stats["shells_open"], 0)
        check("violations", stats["violations"], {})
        check("shells", stats["shells_created"], 4)
        if not re.search("wrong user", json.dumps(stats["refusals"])):
            FAILURES.append(f"the wrong password was not counted: {stats['refusals']}")
    for failure in FAILURES:
        print(failure, file=sys.stderr)
    return 1 if FAILURES else 0


if __name__ == "__main__":
    sys.exit(main())
