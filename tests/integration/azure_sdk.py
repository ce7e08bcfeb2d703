"""Microsoft's own JavaScript clients of Azure against the simulated control plane: what it answers is what they
take for Azure. The cases are in tests/azure-sdk. usage: azure_sdk.py NODE MAIN"""
import json
import os
import subprocess
import sys
import tempfile

from support.azure_lib import Azure
from support.lib import check, finish

VMS, PAGE, LIFE = 60, 4, 4000

# What is on every OS disk; its bytes do not matter here.
DISK = tempfile.NamedTemporaryFile(prefix="os-disk-")
DISK.write(bytes(1 << 16))
DISK.flush()

with Azure(vms=VMS, options=["--os-disks", DISK.name, "--messy", "--subscriptions", "2", "--arm-page", str(PAGE), "--run-command-ms", "20",
                             "--locked-every", "3", "--token-life", str(LIFE)]) as azure:
    login = azure.application()
    subscriptions = [f"5b000000-0000-4000-8000-{number:012x}" for number in (1, 2, 3)]
    sim = {"base": f"https://localhost:{azure.arm_port}", "tenant": login["AZURE_TENANT_ID"],
           "client": login["AZURE_CLIENT_ID"], "secret": azure.password, "subscriptions": subscriptions[:2],
           "disabled": subscriptions[2], "vms": VMS, "page": PAGE, "tokenLife": LIFE}
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AZURE_", "NODE_"))}
    environment.update(SIM=json.dumps(sim), NODE_EXTRA_CA_CERTS=str(azure.ca), AZURE_POD_IDENTITY_AUTHORITY_HOST=(
        f"http://127.0.0.1:{azure.metadata_port}"))
    done = subprocess.run(sys.argv[1:3], env=environment, capture_output=True, text=True, timeout=100, check=False)
    check(done.returncode == 0 and done.stdout.endswith("ok\n"), f"{done.stdout[-6000:]}{done.stderr[-2000:]}")

    # The VMs that the clients saw are those that we list.
    _, listed = azure.targets("--all-subscriptions")
    check(len([each for each in listed if not each["tags"].get("scale_set")]) == VMS, "and we list as many")
    violations = azure.stop()["violations"]
    check(not violations, f"the control plane has nothing to complain of: {violations}")
finish()
