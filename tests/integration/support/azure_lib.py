"""A fleet with Azure's control plane, and a client of it that is Python's own."""
import json
import ssl
import urllib.parse
import urllib.request

from support.lib import Fleet, rdpsweep


class Azure(Fleet):
    """A fleet with a control plane."""

    def __init__(self, vms=130, mix="healthy", options=(), **kwargs):
        super().__init__(vms, mix, options=["--arm-port", "any", "--metadata-port", "any", *options], **kwargs)

    @property
    def cloud(self):
        return self.path / "fleet" / "cloud.json"

    def application(self, **changes):
        """The environment of a service principal with a secret."""
        identity = json.loads((self.path / "fleet" / "azure.json").read_text())
        return {"AZURE_TENANT_ID": identity["tenant"], "AZURE_CLIENT_ID": identity["client"],
                "AZURE_CLIENT_SECRET": self.password, **changes}

    def targets(self, *options, environment=None, status=0):
        done = rdpsweep("targets", "--azure-cloud", self.cloud, "--azure-ca-file", self.ca,
                        "--format", "json", *options,
                        environment=self.application() if environment is None else environment, status=status)
        listed = json.loads(done.stdout)["targets"] if done.stdout.startswith("{") else None
        return done, listed


class Arm:
    """A client of the control plane that shares nothing with ours."""

    def __init__(self, azure):
        self.base = f"https://localhost:{azure.arm_port}"
        self.context = ssl.create_default_context(cafile=str(azure.ca))
        login = azure.application()
        form = urllib.parse.urlencode({
            "client_id": login["AZURE_CLIENT_ID"], "client_secret": login["AZURE_CLIENT_SECRET"],
            "grant_type": "client_credentials", "scope": "https://management.core.windows.net//.default"})
        answer = self.open(urllib.request.Request(
            f"{self.base}/{login['AZURE_TENANT_ID']}/oauth2/v2.0/token", form.encode()))
        self.token = answer["access_token"]

    def open(self, request):
        with urllib.request.urlopen(request, context=self.context, timeout=20) as reply:
            return json.load(reply)

    def post(self, link, body):
        return self.open_raw(urllib.request.Request(
            link, json.dumps(body).encode(), headers={"Authorization": "Bearer " + self.token,
                                                      "Content-Type": "application/json"}))

    def open_raw(self, request):
        with urllib.request.urlopen(request, context=self.context, timeout=20) as reply:
            return reply.status, dict(reply.headers), reply.read()

    def rows(self, link):
        while link:
            page = self.open(urllib.request.Request(
                link, headers={"Authorization": "Bearer " + self.token}))
            yield from page["value"]
            link = page.get("nextLink")

    def machines(self):
        """address -> (id, power), as Compute and Network say."""
        found = {}
        for subscription in self.rows(f"{self.base}/subscriptions?api-version=2022-12-01"):
            if subscription["state"] != "Enabled":
                continue
            base = f"{self.base}/subscriptions/{subscription['subscriptionId']}/providers"
            vms = {}
            for vm in self.rows(f"{base}/Microsoft.Compute/virtualMachines?api-version=2024-07-01"):
                if vm["properties"]["storageProfile"]["osDisk"]["osType"] == "Windows":
                    vms[vm["id"].lower()] = vm
            power = {}
            for vm in self.rows(
                    f"{base}/Microsoft.Compute/virtualMachines?api-version=2024-07-01&statusOnly=true"):
                codes = [s["code"] for s in vm["properties"]["instanceView"]["statuses"]]
                power[vm["id"].lower()] = next(c for c in codes if c.startswith("PowerState/"))[11:]
            nics = {nic["id"].lower(): nic for nic in self.rows(
                f"{base}/Microsoft.Network/networkInterfaces?api-version=2024-05-01")}
            for vm_id, vm in vms.items():
                nic = nics[vm["properties"]["networkProfile"]["networkInterfaces"][0]["id"].lower()]
                address = nic["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"]
                found[address] = (vm_id, power[vm_id])
        return found
