"""azure-cli, which nobody here wrote: a client of the simulated control plane, whose lists ours must
equal, and a source of our tokens. Skipped where it is not installed. It takes
long because each call of az starts Python and loads all of Azure."""
import json
import os
import shutil
import subprocess
import sys

from support.azure_lib import Azure
from support.endings import with_sanitizers
from support.lib import SCANNER, check, check_ending, finish

if shutil.which("az") is None:
    print("SKIPPED: no azure-cli")
    sys.exit(77)

with Azure(vms=60, mix="healthy", options=["--arm-page", "7", "--run-command-ms", "500",
                                                "--locked-every", "20"]) as azure:
    login = azure.application()
    environment = dict(os.environ, AZURE_CONFIG_DIR=str(azure.path / "az"), REQUESTS_CA_BUNDLE=str(azure.ca),
                       AZURE_CORE_COLLECT_TELEMETRY="0", AZURE_CORE_ONLY_SHOW_ERRORS="1")

    def az(*arguments):
        done = subprocess.run(["az", *arguments, "--output", "json"], env=environment, capture_output=True,
                              text=True, timeout=120, check=False)
        check(done.returncode == 0, f"az {arguments[:3]}: {done.stderr[-600:]}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    base = f"https://localhost:{azure.arm_port}"
    audience = "https://management.core.windows.net/"
    # It knows Microsoft's own token service by heart; another one must look like ADFS.
    az("cloud", "register", "-n", "Sim", "--endpoint-resource-manager", base + "/",
       "--endpoint-active-directory", base + "/adfs", "--endpoint-active-directory-resource-id", audience,
       "--endpoint-active-directory-graph-resource-id", base + "/graph")
    az("cloud", "set", "-n", "Sim")
    az("cloud", "update", "--profile", "2020-09-01-hybrid")
    accounts = az("login", "--service-principal", "-u", login["AZURE_CLIENT_ID"], "-p", azure.password,
                  "--tenant", login["AZURE_TENANT_ID"])
    theirs = {}
    for account in accounts:
        for vm in az("vm", "list", "--subscription", account["id"]):
            theirs[vm["id"].lower()] = (vm["name"], vm["location"], vm["hardwareProfile"]["vmSize"])

    own = {key: value for key, value in os.environ.items() if not key.startswith("AZURE_")}
    own.update(AZURE_CONFIG_DIR=environment["AZURE_CONFIG_DIR"], REQUESTS_CA_BUNDLE=str(azure.ca))
    words = ["targets", "--all-subscriptions", "--azure-cloud", str(azure.cloud), "--azure-ca-file", str(azure.ca),
             "--azure-login", "cli", "--format", "json"]
    done = subprocess.run([str(SCANNER), *words], env=with_sanitizers(own), capture_output=True, text=True, timeout=120,
                          check=False)
    check_ending(words, done.returncode, (0,), done.stderr)
    check(done.returncode == 0 and "azure-cli's login" in done.stderr, f"az is our source of tokens: {done.stderr}")
    ours = {t["id"]: (t["name"], t["tags"]["location"], t["tags"]["size"])
            for t in json.loads(done.stdout or '{"targets":[]}')["targets"]}
    check(len(theirs) == 60 and ours == theirs, f"az lists the same {len(theirs)} VMs as we do, {len(ours)}")

    some = next(iter(theirs))
    view = az("vm", "get-instance-view", "--ids", some)
    check(any(s["code"] == "PowerState/running" for s in view["instanceView"]["statuses"]), "az reads a state")
    # What is kept of an answer is its end, so that the short profile is asked for: its last row has the nonce.
    script = ("param([string]$nonce,[string]$settings)\n$env:RDPSWEEP_NONCE = $nonce\n"
              "$env:RDPSWEEP_ARGS = $settings\n'RDPSWEEP1'")
    ran = az("vm", "run-command", "invoke", "--ids", some, "--command-id", "RunPowerShellScript", "--scripts", script,
             "--parameters", "nonce=00ff", 'settings={"profile":"lean","most":4096}')
    told = {part["code"].split("/")[1]: part["message"] for part in ran["value"]}
    check(told["StdOut"].rstrip().endswith(" 00ff"), f"az runs a command and waits for it: {told['StdOut'][-300:]}")

    # What fixes ask and make: the same lists, the same body.
    locks = [lock for account in accounts for lock in az("lock", "list", "--subscription", account["id"])]
    check(sum(lock["name"] == "keep" for lock in locks) == 3 and {lock["level"] for lock in locks} <= {"ReadOnly", "CanNotDelete"},
          f"az reads the locks of a subscription: {locks}")
    vm = az("vm", "show", "--ids", some)
    disk = vm["storageProfile"]["osDisk"]["managedDisk"]["id"]
    made = az("snapshot", "create", "--subscription", some.split("/")[2], "-g", vm["resourceGroup"], "-n", "by-az", "--source",
              disk, "--location", vm["location"])
    check(made["provisioningState"] == "Succeeded" and made["creationData"]["sourceResourceId"] == disk,
          f"az copies a disk: {made}")
    # The commands that doctor advises, and access in between.
    given = az("snapshot", "grant-access", "--ids", made["id"], "--duration-in-seconds", "600", "--access-level", "Read")
    sas = given.get("accessSas") or given.get("accessSAS")
    check(sas.startswith(base + "/md-"), f"az is given access: {sorted(given)}")
    az("snapshot", "revoke-access", "--ids", made["id"])
    az("snapshot", "delete", "--ids", made["id"])
    left = az("snapshot", "list", "--subscription", some.split("/")[2], "-g", vm["resourceGroup"])
    check(left == [], f"az removes the copy, and waits until it is gone: {left}")
    check(az("disk", "show", "--ids", disk)["managedBy"].lower() == some, "az reads a disk")
finish()
