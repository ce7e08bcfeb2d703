"""npm's winrm-client, whose NTLM is its own: a log-on with a domain that has no flag, a command and a script. Its
program is in tests/winrm-client. usage: node_winrm.py NODE MAIN"""
import json
import os
import subprocess
import sys

from support import lib

with lib.Fleet(3, "healthy") as fleet:
    vm = fleet.truth()[0]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("NODE_")}
    environment["NODE_EXTRA_CA_CERTS"] = str(fleet.ca)
    done = subprocess.run([*sys.argv[1:3], vm["address"], str(fleet.port), r"SIM\sweeper", fleet.password],
                          env=environment, capture_output=True, text=True, timeout=60, check=False)
    lib.check(done.returncode == 0, f"winrm-client: {done.stdout} {done.stderr}")
    said = json.loads(done.stdout or "{}")
    lib.check(said.get("name", "").strip() == vm["name"] and said.get("script", "").strip() == "x", f"it runs: {said}")
    lib.check("401" in said.get("refused", ""), f"and a wrong password is refused: {said}")
    stats = fleet.stop()
    lib.check(stats["shells_open"] == 0 and not stats["violations"], f"as a server likes it: {stats['violations']}")
    ntlm = stats["authentications"].get("ntlm", {})
    lib.check(ntlm.get("unbound", 0) >= 8, f"by NTLM: {stats['authentications']}")
lib.finish()
