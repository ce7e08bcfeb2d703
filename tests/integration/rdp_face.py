"""The simulated fleet's RDP face: seen by clients nobody here wrote (Python's TLS, nmap's scripts), and
swept alone, without a credential, by many at once."""
import collections
import json
import re
import socket
import ssl
import subprocess

from support import lib


def as_others_see_it(fleet):
    """X.224 by hand, TLS by Python: the answer of the VM's own state."""
    address = next(vm["address"] for vm in fleet.truth() if vm["profile"] == "healthy_2019")
    with socket.create_connection((address, fleet.rdp_port), timeout=10) as client:
        client.sendall(bytes.fromhex("030000130ee000000000000100080003000000"))
        confirm = lib.read_tpkt(client)
        lib.check(confirm[:4] == bytes.fromhex("03000013") and confirm[5] == 0xd0 and confirm[11] == 2 and
                  confirm[15] == 2, f"a Connection Confirm that chooses CredSSP: {confirm.hex()}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        with context.wrap_socket(client) as secure:
            lib.check(secure.version() == "TLSv1.2" and len(secure.getpeercert(True)) > 400,
                      f"TLS as Windows Server 2019: {secure.version()}")
    # The plus runs a script although the port is not RDP's usual one.
    done = subprocess.run(
        ["nmap", "-Pn", "-n", "-p", str(fleet.rdp_port), "--script",
         "+rdp-ntlm-info,+rdp-enum-encryption", "-oX", "-", address],
        capture_output=True, text=True, timeout=120, check=False)
    build = re.search(r'"Product_Version">([^<]*)', done.stdout)
    lib.check(build is not None and build[1] == "10.0.17763", f"nmap reads the NTLM challenge: {done.stdout[-1500:]}")
    lib.check("CredSSP (NLA): SUCCESS" in done.stdout, f"nmap is answered on NLA: {done.stdout[-1500:]}")


def alone(fleet):
    """Without a credential; what is wrong outside is what the loopback of each VM would show."""
    report = fleet.path / "alone.json"
    done = lib.rdpsweep("scan", "-i", fleet.inventory, "--transport", "rdp", "--state", fleet.path / "alone",
                        "--connect-rate", "2000", "--report", f"json:{report}", timeout=200)
    hosts = json.loads(report.read_text())["hosts"]
    profiles = {vm["address"]: vm["profile"] for vm in fleet.truth()}
    outcomes = collections.Counter(h["outcome"] for h in hosts)
    lib.check(outcomes == {"assessed": fleet.vms}, f"every VM is seen: {outcomes} {done.stderr[-300:]}")
    seen = {}
    for host in hosts:
        seen.setdefault(profiles[host["address"]], set()).add((host["verdict"], host["root_cause"]))
    for profile, verdict in (("healthy_2019", ("ok", "none")), ("port_taken", ("broken", "rdp_port")),
                             ("tls_all_off", ("broken", "unexplained"))):
        lib.check(seen.get(profile) == {verdict}, f"{profile} from outside: {seen.get(profile)}")
    verdicts = collections.Counter(h["verdict"] for h in hosts)
    lib.check(verdicts["ok"] > 60 and verdicts["broken"] > 10, f"verdicts from outside: {verdicts}")
    print(f"{len(hosts)} VMs from outside: {dict(verdicts)}")


with lib.Fleet(220, "every", seed=7, rdp=True) as some:
    as_others_see_it(some)
    alone(some)
lib.finish()
