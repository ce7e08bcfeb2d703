#!/usr/bin/env python3
"""Debian's python3-winrm, which nobody here wrote, signs in to the simulated fleet with Kerberos
from a real KDC on loopback and runs a command."""
import os
import subprocess
import sys

# The Debian package belongs to Debian's interpreter.
if sys.executable != "/usr/bin/python3" and not os.environ.get("RDPSWEEP_REEXEC"):
    os.environ["RDPSWEEP_REEXEC"] = "1"
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

# A CA bundle of the machine's would overrule server_cert_validation='ignore'.
os.environ.pop("REQUESTS_CA_BUNDLE", None)
os.environ.pop("CURL_CA_BUNDLE", None)

from support import lib  # noqa: E402


def main():
    with lib.kdc(services=["HTTP/localhost"], users=[("sweeper", "pw-of-sweeper")]) as (env, keytab):
        os.environ.update(env)
        subprocess.run(["kinit", "sweeper"], input="pw-of-sweeper\n", text=True, check=True,
                       stdout=subprocess.DEVNULL)
        with lib.Fleet(vms=1, mix="healthy", options=["--keytab", str(keytab)],
                       password="pw-of-sweeper", environment=env) as fleet:
            vm = fleet.truth()[0]
            proxy = lib.CountingProxy(vm["address"], fleet.port)
            import winrm
            session = winrm.Session(
                f"https://localhost:{proxy.port}/wsman", auth=("sweeper@SIM.TEST", "pw-of-sweeper"),
                transport="kerberos", server_cert_validation="ignore")
            done = session.run_cmd("hostname")
            lib.check(done.status_code == 0, f"the command's exit code is 0: {done.status_code}")
            lib.check(done.std_out.decode().strip() == vm["name"], f"it prints the host's name: {done.std_out!r}")
            stats = fleet.stop()
            print("authentications:", stats["authentications"])
            lib.check(set(stats["authentications"]) == {"kerberos"}, f"by Kerberos: {stats['authentications']}")
            lib.check(stats["shells_open"] == 0, "it leaves no shell")
    lib.finish()


main()
