"""Azure as the inventory: the simulated control plane, asked with every kind of login, and what comes of it
compared with the same lists read by plain HTTPS (Python's own client). It takes long because each kind of login
and each kind of answer is a run of its own, and the control plane makes callers wait as Azure does."""
import base64
import collections
import hashlib
import http.server
import json
import os
import ssl
import subprocess
import tempfile
import threading
import urllib.parse
import urllib.request

from compare_truth import difference
from support.azure_lib import Arm, Azure
from support.lib import SCANNER, check, check_each, check_ending, environment_of, finish, free_port, rdpsweep

VMS = 130


def compare(listed, truth, what):
    ours = {t["address"]: (t["id"], t["tags"].get("power")) for t in listed if not t["tags"].get("scale_set")}
    check(ours == truth, f"{what}: {len(ours)} VMs of ours are the {len(truth)} that there are")


def whole_subscriptions():
    with Azure(options=["--stopped-every", "10", "--subscriptions", "3"]) as azure:
        done, listed = azure.targets("--all-subscriptions")
        check(done.returncode == 0, f"targets ends well: {done.stderr}")
        truth = Arm(azure).machines()
        check(len(truth) == VMS, "the control plane has every VM")
        compare(listed, truth, "all subscriptions")
        check("asked by service principal" in done.stderr, "who asked is said")
        check(azure.password not in done.stdout + done.stderr, "the secret is not shown")
        skipped = [t for t in listed if t["skip"]]
        check(len(skipped) == VMS // 10, "what does not run is skipped")
        tags = listed[0]["tags"]
        check({"subscription", "resource_group", "location", "zone", "size", "power", "os", "image", "env",
               "owner"} <= set(tags), f"the attributes are tags: {sorted(tags)}")

        _, one = azure.targets("--subscription", "simulated 2", "--resource-group", "RG-1")
        wanted = {a for a, (i, _) in truth.items()
                  if "-000000000002/resourcegroups/rg-1/" in i}
        check({t["address"] for t in one} == wanted and wanted, "one resource group of one subscription")
        some_id = next(iter(truth.values()))[0]
        _, single = azure.targets("--resource", some_id.upper().replace("/SUBSCRIPTIONS", "/subscriptions"))
        check([t["id"] for t in single] == [some_id], "one VM by its id, in any letter case")
        _, selected = azure.targets("-i", "azure:", "--select", "tag:power=running & tag:env=prod")
        wanted = {t["address"] for t in listed if t["tags"]["env"] == "prod" and t["tags"]["power"] == "running"}
        check({t["address"] for t in selected} == wanted and 0 < len(wanted) < VMS, "-i azure: and --select")
        _, public = azure.targets("--all-subscriptions", "--azure-address", "public")
        check(sum(1 for t in public if t["address"]) == 33, "public addresses, of every fourth VM")

        doctor = rdpsweep("doctor", "--all-subscriptions", "--azure-cloud", azure.cloud, "--azure-ca-file", azure.ca,
                          "--state", azure.path / "state", environment=azure.application(), status=1)
        check("asked by service principal" in doctor.stdout and "has no credential" in doctor.stdout,
              f"doctor shows who we are to Azure, and that VMs lack a credential: {doctor.stdout[-800:]} {doctor.stderr[-300:]}")
        wrong, _ = azure.targets("--subscription", "Simulatde 2", status=2)
        check(wrong.returncode == 2 and "did you mean Simulated 2?" in wrong.stderr, "a misspelt name is told")
        refused, _ = azure.targets("--all-subscriptions", status=2,
                                   environment=azure.application(AZURE_CLIENT_SECRET="wrong-secret-value"))
        check(refused.returncode == 2 and "AADSTS7000215" in refused.stderr, "a wrong secret is told")
        check("wrong-secret-value" not in refused.stderr, "but not shown")
        untrusted = rdpsweep("targets", "--azure-cloud", azure.cloud, "--all-subscriptions",
                             environment=azure.application(), status=2)
        check(untrusted.returncode == 2 and "--ca-file" in untrusted.stderr,
              f"an unknown CA is not trusted: {untrusted.stderr}")


def difficult_subscriptions():
    with Azure(options=["--messy", "--subscriptions", "2", "--arm-page", "7", "--arm-busy-every", "9"]) as azure:
        done, listed = azure.targets("--all-subscriptions")
        check(done.returncode == 0, f"a busy control plane is waited for: {done.stderr}")
        check("is Disabled: left out" in done.stderr, "the disabled subscription is named")
        check("not up to date on Simulated 1" in done.stderr, "a stale Resource Graph is named")
        names = {t["name"] for t in listed if not t["tags"].get("scale_set")}
        check(len(names) == VMS and "build-agent" not in names, f"every VM but those with Linux: {len(names)}")
        instances = [t for t in listed if t["tags"].get("scale_set")]
        check([t["address"] for t in instances] == ["10.9.0.4"] * 2 and all(t["skip"] for t in instances),
              "the scale sets' instances are there, and skipped: they do not run")
        stats = azure.stop()
        check(not stats["violations"], f"the control plane has nothing to complain of: {stats['violations']}")
    with Azure(options=["--graph-forbidden", "--stopped-every", "7"]) as azure:
        done, listed = azure.targets("--all-subscriptions")
        truth = Arm(azure).machines()
        compare(listed, truth, "without Resource Graph")
        check("may not be asked" in done.stderr and "AuthorizationFailed" in done.stderr, "and that is said")


def other_logins():
    with Azure(vms=5, options=["--token-life", "4000"]) as azure:
        machine = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{azure.metadata_port}"}
        done, listed = azure.targets("--all-subscriptions", "--azure-login", "managed-identity",
                                     environment=machine)
        check(done.returncode == 0 and len(listed) == 5, f"managed identity: {done.stderr}")
        check("managed identity of this VM" in done.stderr, "and it is named")

        # A stand-in for az: prints what az does, the token from the metadata service.
        folder = azure.path / "bin"
        folder.mkdir()
        (folder / "az").write_text(f"""#!/usr/bin/env python3
import json, sys, urllib.request
assert sys.argv[1:4] == ["account", "get-access-token", "--output"], sys.argv
resource = sys.argv[sys.argv.index("--resource") + 1]
reply = json.load(urllib.request.urlopen(urllib.request.Request(
    "http://127.0.0.1:{azure.metadata_port}/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
    + resource, headers={{"Metadata": "true"}})))
print(json.dumps({{"accessToken": reply["access_token"], "expiresOn": "2026-11-25 12:00:00.000000",
                   "subscription": "x", "tenant": "y", "tokenType": "Bearer"}}))
""")
        (folder / "az").chmod(0o755)
        nowhere = {"AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{free_port()}",
                   "PATH": f"{folder}:{os.environ['PATH']}"}
        done, listed = azure.targets("--all-subscriptions", environment=nowhere)
        check(done.returncode == 0 and len(listed) == 5 and "azure-cli's login" in done.stderr,
              f"without a machine's identity az is asked: {done.stderr}")
        done, _ = azure.targets("--all-subscriptions", status=2, environment={
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{free_port()}", "PATH": "/nonexistent"})
        check(done.returncode == 2 and "az login" in done.stderr, f"and without az that is told: {done.stderr}")


class Authority(http.server.BaseHTTPRequestHandler):
    """A token endpoint that takes an application's certificate, checked with the openssl program."""
    public_key = metadata = thumbprint = None
    asked = 0

    def do_POST(self):
        Authority.asked += 1
        length = int(self.headers["Content-Length"])
        form = dict(urllib.parse.parse_qsl(self.rfile.read(length).decode()))
        head, body, signature = form["client_assertion"].split(".")
        decode = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        claims = json.loads(decode(body))
        header = json.loads(decode(head))
        with tempfile.NamedTemporaryFile() as signed:
            signed.write(decode(signature))
            signed.flush()
            verified = subprocess.run(
                ["openssl", "dgst", "-sha256", "-verify", self.public_key, "-signature", signed.name],
                input=f"{head}.{body}".encode(), capture_output=True, check=False).returncode == 0
        check(verified, "the assertion's signature is that of the certificate's key")
        check(header["alg"] == "RS256" and header["x5t"].rstrip("=") == self.thumbprint,
              f"its header names the certificate: {header}")
        check(claims["iss"] == claims["sub"] == "app-1" and claims["aud"].endswith("/t-1/oauth2/v2.0/token")
              and 0 < claims["exp"] - claims["nbf"] <= 600 and claims["jti"],
              f"its claims are those of RFC 7523: {claims}")
        check(form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
              and "client_secret" not in form, "the form says what it is")
        with urllib.request.urlopen(urllib.request.Request(
                self.metadata, headers={"Metadata": "true"}), timeout=20) as reply:
            token = reply.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(token)))
        self.end_headers()
        self.wfile.write(token)

    def log_message(self, *_):
        pass


def certificate_login():
    with Azure(vms=5) as azure:
        pem, key = azure.path / "app.pem", azure.path / "app.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", pem,
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "2"],
                       check=True, capture_output=True)
        both = azure.path / "both.pem"
        both.write_text(pem.read_text() + key.read_text())
        Authority.public_key = str(azure.path / "public.pem")
        (azure.path / "public.pem").write_bytes(subprocess.run(
            ["openssl", "x509", "-in", pem, "-pubkey", "-noout"], check=True, capture_output=True).stdout)
        der = subprocess.run(["openssl", "x509", "-in", pem, "-outform", "DER"], check=True,
                             capture_output=True).stdout
        Authority.thumbprint = base64.urlsafe_b64encode(hashlib.sha1(der).digest()).decode().rstrip("=")
        Authority.metadata = (f"http://127.0.0.1:{azure.metadata_port}/metadata/identity/oauth2/token"
                              "?api-version=2018-02-01&resource=x")
        server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cloud = json.loads(azure.cloud.read_text())
        cloud["endpoints"]["activeDirectory"] = f"https://localhost:{server.server_port}/"
        own = azure.path / "own-cloud.json"
        own.write_text(json.dumps(cloud))
        cas = azure.path / "cas.pem"
        cas.write_text(azure.ca.read_text() + pem.read_text())
        done = rdpsweep("targets", "--azure-cloud", own, "--azure-ca-file", cas, "--all-subscriptions",
                        environment={"AZURE_TENANT_ID": "t-1", "AZURE_CLIENT_ID": "app-1",
                                     "AZURE_CLIENT_CERTIFICATE_PATH": str(both)})
        check(done.returncode == 0 and "with a certificate" in done.stderr and Authority.asked == 1,
              f"an application logs on with its certificate, once: {Authority.asked} {done.stderr}")


def sweep():
    """Scanned with no other inventory than Azure; a file gives what Azure cannot know."""
    with Azure(vms=40, mix="demo", options=["--stopped-every", "8"]) as azure:
        defaults = azure.path / "defaults.yaml"
        defaults.write_text(f"""version: 1
credentials:
  fleet: {{ username: 'SIM\\sweeper', password: {{ env: RDPSWEEP_PASSWORD }} }}
defaults:
  credential: fleet
  rdp: {{ outside: false }}
  winrm: {{ port: {azure.port} }}
""")
        done = rdpsweep("scan", "-i", defaults, "--all-subscriptions", "--azure-cloud", azure.cloud,
                        "--azure-ca-file", azure.ca, "--ca-file", azure.ca, "--state", azure.path / "state",
                        "--deadline", "20s", "--report", f"json:{azure.path / 'report.json'}",
                        password=azure.password, environment=azure.application())
        report = json.loads((azure.path / "report.json").read_text())
        outcomes = collections.Counter(h["outcome"] for h in report["hosts"])
        check(outcomes["skipped"] == 5 and sum(outcomes.values()) == 40,
              f"every VM is in the report: {outcomes}, {done.stderr[-400:]}")
        truth = {vm["address"]: vm for vm in azure.truth()}
        # The addresses are the same. Some VMs are off, and this inventory offers no second way to others.
        wrong = {h["name"]: difference(truth[h["address"]], h) for h in report["hosts"] if h["outcome"] == "assessed"}
        check(outcomes["assessed"] > 20 and not any(wrong.values()), f"verdicts are the fleet's: {wrong}")
        check_each(report["hosts"], lambda host: host["vm"].startswith("/subscriptions/"), "with their ARM ids")
        stored = [p for p in (azure.path / "state").rglob("*") if p.is_file()]
        everything = done.stdout + done.stderr + "".join(p.read_text(errors="replace") for p in stored)
        check(len(stored) >= 2 and "/subscriptions/" in everything, f"there is something to search: {stored}")
        check("Bearer " not in everything and "sim.1." not in everything, "no token anywhere")


def many():
    """10,000 VMs in 5 subscriptions: what listing them costs our process."""
    with Azure(vms=10_000, options=["--subscriptions", "5", "--arm-page", "1000"]) as azure:
        command = [str(SCANNER), "targets", "--all-subscriptions", "--azure-cloud", str(azure.cloud),
                   "--azure-ca-file", str(azure.ca), "--format", "json"]
        before = os.times()
        done = subprocess.run(command, env=environment_of(azure.application()), capture_output=True,
                              text=True, timeout=280, check=False)
        check_ending(command[1:], done.returncode, (0,), done.stderr)
        after = os.times()
        listed = json.loads(done.stdout)["targets"] if done.stdout else []
        check(len(listed) == 10_000, f"10,000 VMs: {len(listed)} {done.stderr}")
        print(f"10,000 VMs listed with {after.children_user + after.children_system - before.children_user - before.children_system:.2f} s of CPU")


whole_subscriptions()
difficult_subscriptions()
other_logins()
certificate_login()
sweep()
many()
finish()
