"""The simulated fleet's RDP face: seen by clients nobody here wrote (Python's TLS, nmap's scripts), and
swept alone, without a credential, by many at once."""
import collections
import json
import socket
import ssl
import subprocess
import xml.etree.ElementTree

from support import lib


# By profile: SecurityLayer, UserAuthentication and MinEncryptionLevel in effect. What is agreed on follows from
# them (MS-RDPBCGR 2.2.1.2): for each request, the protocol chosen, or the code of the refusal as a negative number;
# for a client without negotiation, whether the conference is opened. And what nmap's script prints: each thing
# that succeeded.
NLA = {0: -5, 1: -5, 2: 2, 3: 2, 4: -5, 8: 8, 11: 8}
NLA_PRINTED = ["CredSSP (NLA): SUCCESS", "CredSSP with Early User Auth: SUCCESS"]
STANDARD = {0: 0, 1: -2, 2: -2, 3: -2, 4: -2, 8: -2, 11: -2}
STANDARD_PRINTED = ["128-bit RC4: SUCCESS", "FIPS 140-1: SUCCESS", "Native RDP: SUCCESS", "RDP Encryption level: High"]
ANY_PRINTED = ["128-bit RC4: SUCCESS", "40-bit RC4: SUCCESS", "56-bit RC4: SUCCESS", "FIPS 140-1: SUCCESS",
               "Native RDP: SUCCESS", "RDP Encryption level: Client Compatible"]
AGREED = {
    "healthy_2019": (NLA, False, NLA_PRINTED),  # 2, 1, 3
    "layer_low_encryption": (NLA, False, NLA_PRINTED),  # 2, 1, 1
    "nla_off": ({0: -1, 1: 1, 2: 2, 3: 2, 4: -1, 8: 8, 11: 8}, False, NLA_PRINTED + ["SSL: SUCCESS"]),  # 2, 0, 3
    "layer_test_residue": (STANDARD, True, ANY_PRINTED),  # 0, 0, 2: a policy wins; a VM of build 9600
    "layer_zero_with_nla": (STANDARD, True, STANDARD_PRINTED),  # 0, 1, 3: NLA needs TLS, which is off
    "healthy_2008r2": ({**NLA, 8: -5, 11: 2}, False, NLA_PRINTED[:1]),  # 1, 1, 2: before the early result was known
}


def asked(fleet, address, protocols):
    """Returns the Connection Confirm for those protocols; for None: of a client that negotiates nothing."""
    negotiation = b"" if protocols is None else b"\x01\x00\x08\x00" + protocols.to_bytes(4, "little")
    rest = bytes([6 + len(negotiation), 0xe0, 0, 0, 0, 0, 0]) + negotiation
    client = socket.create_connection((address, fleet.rdp_port), timeout=10)
    client.sendall(bytes([3, 0, 0, 4 + len(rest)]) + rest)
    return client, lib.read_tpkt(client)


def negotiated(fleet, addresses):
    """X.224 by hand: each request is answered as the settings have it, and with rdpNegData only where it was asked
    for."""
    for profile, (by_request, opens, _) in AGREED.items():
        for protocols, wanted in by_request.items():
            client, confirm = asked(fleet, addresses[profile], protocols)
            client.close()
            kind, value = confirm[11], int.from_bytes(confirm[15:19], "little")
            lib.check(len(confirm) == 19 and confirm[5] == 0xd0 and (kind, value) == ((2, wanted) if wanted >= 0 else
                      (3, -wanted)), f"{profile}, asked for {protocols}: {wanted}, got {confirm.hex()}")
        client, confirm = asked(fleet, addresses[profile], None)
        lib.check(confirm.hex() == "0300000b06d00000123400", f"{profile}, asked for nothing: {confirm.hex()}")
        client.sendall(connect_initial(2))
        answer = client.recv(4096)
        client.close()
        lib.check(answer.startswith(b"\x03\x00") == opens, f"{profile}: RDP's own security {opens}: {answer.hex()}")


def connect_initial(methods):
    """An MCS Connect Initial as short as a server can read it, with the methods of encryption offered."""
    block = b"\x02\xc0\x0c\x00" + methods.to_bytes(4, "little") + bytes(4)
    user = bytes.fromhex("000500147c0001") + b"\x1a\x00\x08\x00\x10\x00\x01\xc0\x00Duca" + bytes([len(block)]) + block
    mcs = b"\x7f\x65" + bytes([len(user) + 2]) + b"\x04" + bytes([len(user)]) + user
    return bytes([3, 0, 0, len(mcs) + 7, 2, 0xf0, 0x80]) + mcs


def nmap(fleet, script, addresses):
    """Returns what a script of nmap's says, by address. The plus runs it although the port is not RDP's usual one."""
    done = subprocess.run(["nmap", "-Pn", "-n", "-p", str(fleet.rdp_port), "--script", "+" + script, "-oX", "-", *addresses],
                          capture_output=True, text=True, timeout=60, check=False)
    return {host.find("address").get("addr"): "".join(one.get("output") for one in host.iter("script"))
            for host in xml.etree.ElementTree.fromstring(done.stdout).iter("host")}


def printed_by_nmap(fleet, addresses):
    """nmap's scripts name what the VMs' settings allow, and nothing else."""
    names = nmap(fleet, "rdp-ntlm-info", [addresses["healthy_2019"]])[addresses["healthy_2019"]]
    lib.check("Product_Version: 10.0.17763" in names, f"nmap reads the NTLM challenge: {names}")
    said = nmap(fleet, "rdp-enum-encryption", [addresses[profile] for profile in AGREED])
    for profile, (_, _, wanted) in AGREED.items():
        lines = sorted(line.strip() for line in said[addresses[profile]].splitlines())
        told = [line for line in lines if "SUCCESS" in line or "Encryption level" in line]
        lib.check(told == sorted(wanted), f"{profile}: nmap prints {wanted}, not {lines}")
    inside = said[addresses["nla_off"]]
    lib.check("RDP Protocol Version:  RDP 10." in inside, f"and what a conference inside TLS tells: {inside}")


def as_others_see_it(fleet):
    """TLS by Python: the version and the certificate of the VM's own state; then what nmap says of many."""
    addresses = {vm["profile"]: vm["address"] for vm in fleet.truth()}
    client, confirm = asked(fleet, addresses["healthy_2019"], 3)
    lib.check(confirm.hex() == "030000130ed000001234" + "00021f080002000000", f"as Windows says it: {confirm.hex()}")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with client, context.wrap_socket(client) as secure:
        lib.check(secure.version() == "TLSv1.2" and len(secure.getpeercert(True)) > 400,
                  f"TLS as Windows Server 2019: {secure.version()}")
    negotiated(fleet, addresses)
    printed_by_nmap(fleet, addresses)


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
