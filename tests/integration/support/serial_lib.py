"""A fleet whose VMs are reached over simulated serial consoles."""
import json

from support.azure_lib import Azure
from support.lib import check, rdpsweep


class Consoles(Azure):
    def __init__(self, vms, scenes, mix="healthy", options=(), **kwargs):
        super().__init__(vms=vms, mix=mix, options=["--console", scenes, *options], **kwargs)

    def defaults(self, route="serial"):
        path = self.path / f"defaults-{route}.yaml"
        path.write_text(f"""version: 1
credentials:
  fleet: {{ username: 'SIM\\sweeper', password: {{ env: RDPSWEEP_PASSWORD }} }}
defaults:
  credential: fleet
  route: [{route}]
  rdp: {{ outside: false }}
  winrm: {{ port: {self.port} }}
""")
        return path

    def run(self, verb, *options, route="serial", **kwargs):
        return rdpsweep(verb, "-i", self.defaults(route), "--all-subscriptions", "--azure-cloud", self.cloud,
                        "--azure-ca-file", self.ca, "--ca-file", self.ca, "--state", self.path / "state",
                        "--audit-file", self.path / "audit", *options,
                        password=self.password, environment=self.application(), **kwargs)

    def scan(self, name, *options, route="serial", **kwargs):
        report = self.path / f"{name}.json"
        done = self.run("scan", "--report", f"json:{report}", *options, route=route, **kwargs)
        return done, json.loads(report.read_text())

    def ended(self):
        """Stops the fleet: what it saw, and its consoles by address."""
        stats = self.stop()
        consoles = json.loads((self.path / "fleet" / "consoles.json").read_text())
        return stats, {console["address"]: console for console in consoles}


def outcome_of(host):
    """The console's outcome: what stands first in the last attempt's native code."""
    if host["outcome"] == "assessed":
        return "ok"
    return (host["attempts"][-1]["native"] or "").split(",")[0]


def compare(comparison, fleet, winrm, report):
    """Compares VMs that both ways have assessed by a script: over WinRM the wide one, not CIM in its place."""
    profiles = {vm["address"]: vm["profile"] for vm in fleet.truth()}
    by_address = {host["address"]: host for host in winrm["hosts"]}
    check(len(report["hosts"]) == len(by_address) == fleet.vms, f"every VM is told of: {len(report['hosts'])}")
    for host in report["hosts"]:
        wide = by_address[host["address"]]
        profile = profiles[host["address"]]
        if host["outcome"] == wide["outcome"] == "assessed" and not profile.startswith("cim_"):
            comparison.add(host["name"], profile, wide, host)
