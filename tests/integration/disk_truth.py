#!/usr/bin/env python3
"""Dead VMs of known faults, judged from their disks by the product itself.

Each disk holds a small Windows with one fault (support/windows_disk.py says who makes it); what is wrong
with it, and that nothing else is said of it, is written here by hand. Disks of both generations, and
those that hide their Windows, have two, or none. Nothing is mounted, nothing needs root or a network.
"""
import base64
import datetime
import hashlib
import json
import os
import pathlib
import struct
import tempfile
import uuid

from support import lib, windows_disk as wd, windows_hives
from support.disk_images import MEBIBYTE, ask, empty, make_ntfs, place, run

TERMSERVICE = f"{wd.SERVICES}\\TermService"
RULES = f"{wd.FIREWALL}\\FirewallRules"
# What a disk may cost, as measured on these; a real one is in disk_cost.py.
MOST_REQUESTS = 60


def value(hive, key, name, data):
    """An edit: sets a value."""
    def edit(windows):
        windows[hive].setdefault(key, {})[name] = data
    return edit


def values(hive, key, **data):
    def edit(windows):
        windows[hive].setdefault(key, {}).update(data)
    return edit


def disabled(name):
    return value("system", f"{wd.SERVICES}\\{name}", "Start", 4)


def protocols(*names):
    def edit(windows):
        for name in names:
            windows["system"][f"{wd.SCHANNEL}\\Protocols\\{name}\\Server"] = {"Enabled": 0, "DisabledByDefault": 1}
    return edit


def own_certificate(der):
    return lambda windows: wd.put_certificate(windows, der)


def damaged_certificate(windows):
    der = bytearray(wd.certificate())
    der[20:60] = bytes(40)
    wd.put_certificate(windows, bytes(der))


def key_file(data, rights):
    def edit(windows):
        windows["keys"][wd.RDP_KEY] = (data, rights)
    return edit


def no_key_file(windows):
    del windows["keys"][wd.RDP_KEY]


def part(name, data):
    def edit(windows):
        windows[name] = data
    return edit


def file(path, data):
    def edit(windows):
        windows["files"][path] = data
    return edit


def left_dirty(hive):
    """Makes the first sequence number one more than the second, as it is while Windows writes."""
    hive = bytearray(hive)
    struct.pack_into("<I", hive, 4, struct.unpack_from("<I", hive, 8)[0] + 1)
    checksum = 0
    for number in struct.unpack_from("<127I", hive):
        checksum ^= number
    struct.pack_into("<I", hive, 508, checksum)
    return bytes(hive)


def untrusted_hive(windows):
    """SYSTEM was being written, and its log is not there."""
    windows["spoil"][f"{wd.CONFIG}/SYSTEM"] = left_dirty


def registry_pol(*names):
    body = "".join(f"[{key}\0;{name}\0;\4\0;\4\0;\1\0]" for key, name in names)
    return b"PReg\1\0\0\0" + body.encode("utf-16-le")


NO_NETWORK_SERVICE = wd.protected(wd.SYSTEM, (wd.ALL, wd.SYSTEM), (wd.ALL, wd.SESSION_ENV))
STORE_DENIED = windows_hives.descriptor(wd.ADMINISTRATORS, wd.SYSTEM, [
    windows_hives.ace(1, 2, 0x6, wd.SYSTEM), windows_hives.ace(0, 2, windows_hives.FULL, wd.ADMINISTRATORS),
    windows_hives.ace(0, 2, windows_hives.FULL, wd.SYSTEM)], 0x9404)
BLOCKS_PORT = "v2.30|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=3389|Name=hardening|"
ELEMENT = f"Objects\\{wd.LOADER}\\Elements\\260000b0"
POLICY_KEY = "SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"

# name, edits, verdict, cause, what is said beyond "ok" and "not applicable".
TRUTH = [
    ("healthy", [], "ok", "none", []),
    ("termservice-disabled", [disabled("TermService")], "broken", "services",
     ["SVC.STATE broken critical direct SVC.STATE.start_disabled"]),
    ("keyiso-disabled", [disabled("KeyIso")], "broken", "services",
     ["SVC.STATE broken high direct SVC.STATE.start_needed"]),
    ("cryptsvc-disabled", [disabled("CryptSvc")], "broken", "services",
     ["SVC.STATE broken high direct SVC.STATE.start_needed"]),
    ("sessionenv-disabled", [disabled("SessionEnv")], "at_risk", "services",
     ["SVC.STATE at_risk high direct SVC.STATE.sessionenv_disabled"]),
    ("gpsvc-disabled", [disabled("gpsvc")], "at_risk", "group_policy",
     ["GPO.GPSVC at_risk high direct GPO.GPSVC.disabled"]),
    ("port-moved", [value("system", wd.LISTENER, "PortNumber", 3390)], "broken", "rdp_port",
     ["PORT.MOVED broken critical direct PORT.MOVED.blocked"]),
    ("port-proxy", [value("system", f"{wd.SERVICES}\\PortProxy\\v4tov4\\tcp", "0.0.0.0/3389", "10.9.8.7/22")],
     "at_risk", "rdp_port", ["PORT.OWNER at_risk high direct PORT.OWNER.portproxy_dormant"]),
    ("lan-adapter", [value("system", wd.LISTENER, "LanAdapter", 2)], "at_risk", "rdp_port",
     ["PORT.NOLISTEN at_risk medium circumstantial PORT.NOLISTEN.bound_disk"]),
    ("denied", [value("system", wd.SERVER, "fDenyTSConnections", 1)], "broken", "listener_security",
     ["RDP.DENIED broken critical direct RDP.DENIED.local"]),
    ("denied-by-policy",
     [value("software", wd.POLICY, "fDenyTSConnections", 1),
      file("/Windows/System32/GroupPolicy/Machine/Registry.pol", registry_pol((POLICY_KEY, "fDenyTSConnections")))],
     "broken", "listener_security",
     ["RDP.DENIED broken critical direct RDP.DENIED.policy",
      "GPO.MANAGED at_risk medium circumstantial GPO.MANAGED.disk_harmful"]),
    ("listener-off", [value("system", wd.LISTENER, "fEnableWinStation", 0)], "broken", "listener_security",
     ["RDP.LISTENER broken critical direct RDP.LISTENER.switched_off"]),
    ("security-layer-0", [value("system", wd.LISTENER, "SecurityLayer", 0)], "broken", "listener_security",
     ["SEC.LAYER broken critical direct SEC.LAYER.nla_without_tls"]),
    ("tls-all-off", [protocols("TLS 1.0", "TLS 1.1", "TLS 1.2")], "broken", "tls_protocols",
     ["TLS.PROTO broken critical direct TLS.PROTO.none"]),
    ("tls12-off", [protocols("TLS 1.2")], "at_risk", "tls_protocols",
     ["TLS.PROTO at_risk high direct TLS.PROTO.only_legacy", "TLS.SUITES at_risk high direct TLS.SUITES.few"]),
    ("suites-empty", [value("software", wd.SUITES_POLICY, "Functions", "")], "broken", "tls_protocols",
     ["TLS.SUITES broken critical direct TLS.SUITES.empty_policy"]),
    ("certificate-expired", [own_certificate(wd.certificate(-200, -10))], "broken", "rdp_certificate",
     ["CERT.SELF.VALID broken high direct CERT.SELF.VALID.expired"]),
    ("certificate-expired-while-down", [own_certificate(wd.certificate(-180, -1))], "at_risk", "rdp_certificate",
     ["CERT.SELF.VALID at_risk medium direct CERT.SELF.VALID.expired_while_down"]),
    ("certificate-damaged", [damaged_certificate], "broken", "rdp_certificate",
     ["CERT.SELF.VALID unknown critical direct CERT.SELF.VALID.unparsed",
      "CERT.CORRUPT broken high direct CERT.CORRUPT.unparsable"]),
    ("pin-missing", [value("system", wd.LISTENER, "SSLCertificateSHA1Hash", bytes(range(20)))], "at_risk",
     "rdp_certificate", ["CERT.PIN at_risk high direct CERT.PIN.dangling"]),
    ("store-acl", [part("store_rights", STORE_DENIED)], "broken", "rdp_certificate",
     ["STORE.ACL broken critical direct STORE.ACL.denied"]),
    ("key-acl", [key_file(bytes(2315), NO_NETWORK_SERVICE)], "broken", "machine_keys",
     ["KEY.ACL broken critical direct KEY.ACL.denied"]),
    ("key-missing", [no_key_file], "broken", "machine_keys",
     ["KEY.PRESENT broken critical direct KEY.PRESENT.orphan"]),
    ("key-empty", [key_file(b"", wd.KEY_RIGHTS)], "broken", "machine_keys",
     ["KEY.PRESENT broken critical direct KEY.PRESENT.damaged"]),
    ("key-missing-damaged-volume", [no_key_file, part("dirty", True)], "at_risk", "machine_keys",
     ["KEY.PRESENT at_risk high circumstantial KEY.PRESENT.orphan_unsure"]),
    ("termservice-disabled-untrusted-hive", [disabled("TermService"), untrusted_hive], "broken", "services",
     ["SVC.STATE broken critical circumstantial SVC.STATE.start_disabled"]),
    ("hibernated", [file("/hiberfil.sys", b"HIBR" + bytes(9000))], "ok", "none", []),
]


def make_disks(folder, scratch):
    """Every disk of the table, of both generations in turn; {name: path}."""
    disks = {}
    for number, (name, edits, *_) in enumerate(TRUTH):
        windows = wd.sound()
        for edit in edits:
            edit(windows)
        make = wd.generation_1 if number % 2 else wd.generation_2
        disks[name] = make(folder / f"{name}.raw", scratch, windows)
    return disks


def said_of(host):
    """What was found, one line a finding that is neither ok nor beside the point."""
    return [" ".join((one["rule"], one["verdict"], one["severity"], one["confidence"], one["message"]["key"]))
            for one in host["findings"] if one["verdict"] not in ("ok", "not_applicable")]


def scan(folder, disks, status=None):
    """The hosts of a scan of these disks, by their ids."""
    report = folder / "report.json"
    lib.rdpsweep("scan", "--disk", *disks, "--state", folder / "state", "--report", f"json:{report}", status=status)
    return {host["id"]: host for host in json.loads(report.read_text())["hosts"]}


def check_equal(found, wanted, what):
    lib.check(found == wanted, f"{what}: {str(found)[:900]} is not {str(wanted)[:900]}")


def known_faults(folder, scratch):
    disks = make_disks(folder, scratch)
    disks["healthy-gen1"] = wd.generation_1(folder / "healthy-gen1.raw", scratch, wd.sound())
    hosts = scan(folder, disks.values())
    check_equal(len(hosts), len(TRUTH) + 1, "hosts")
    for name, _, verdict, cause, findings in TRUTH:
        host = hosts.get(f"{name}.raw", {"outcome": "none"})
        if host["outcome"] != "assessed":
            lib.check(False, f"{name}: {host}"[:900])
            continue
        check_equal((host["verdict"], host["root_cause"], said_of(host)), (verdict, cause, findings), name)
        check_equal((host["source"], host["name"]), ("disk", "APP-DE-07"), f"{name}: where it was seen")
    return disks


def offline(*pointers):
    return [{"ptr": pointer, "why": "offline"} for pointer in pointers]


def absent(*pointers):
    return [{"ptr": pointer, "why": "absent"} for pointer in pointers]


def sound_document():
    """facts/1 of the sound Windows, by hand; what depends on the moment is put in."""
    services = [("TermService", 3, "S-1-5-20"), ("SessionEnv", 3, "S-1-5-18"), ("UmRdpService", 3, "S-1-5-18"),
                ("KeyIso", 3, "S-1-5-18"), ("CertPropSvc", 3, "S-1-5-18"), ("CryptSvc", 2, "S-1-5-20"),
                ("gpsvc", 2, "S-1-5-18")]
    thumb = hashlib.sha1(wd.certificate()).hexdigest()
    rights = "O:BAD:PAI(A;CI;KR;;;BU)(A;CI;KA;;;BA)(A;CI;KA;;;SY)"
    on = {"on": 1}
    return {
        "schema": "facts/1",
        "collector": {"ver": "1", "path": "offline"},
        "os": {"build": 17763, "ubr": 6054, "edition": "ServerDatacenter", "install_type": "Server",
               "product_type": 3, "domain": "", "host": "APP-DE-07", "fqdn": "APP-DE-07",
               "machine_guid": wd.GUID, "locale_lcid": 0x407, "winpe": False},
        "svc": [{"n": name, "start": start, "type": 32, "acct_sid": sid} for name, start, sid in services],
        "listener": {"port": 3389, "lan": 0, "enabled": 1, "logon_disabled": 0, "key_present": True,
                     "deny_local": 0, "ts": {"TSEnabled": 1, "TSUserEnabled": 0},
                     "winstations": ["Console", "RDP-Tcp"], "portproxy": [],
                     "fw": [{"id": "RemoteDesktop-UserMode-In-TCP", "active": True, "allow": True,
                             "lport": "3389", "profiles": [], "remote": [], "policy": False}],
                     "fw_profiles": {"Domain": on, "Private": on, "Public": on}},
        "sec": {"layer": 2, "nla": 1, "minenc": 2, "negotiate": 1, "policy": {}, "fips": 0},
        "tls": {"proto": {"SSL 2.0": {"server": {}, "client": {"d": 1, "td": 4}}}, "ciphers": {}, "hashes": {},
                "kx": {}, "suites_local": wd.SUITES, "curves": ["curve25519", "NistP256", "NistP384"],
                "eventlogging": 1},
        "cert": {"self": thumb, "own_store": "Remote Desktop", "program_data": "C:\\ProgramData",
                 "store_present": True, "store_sddl": [rights, rights],
                 "store": [{"thumb": thumb,
                            "blob_b64": base64.b64encode(wd.blob(wd.certificate())).decode()}]},
        "keys": {"dir_sddl": "O:SYD:PAI(A;;0x12019f;;;WD)(A;;FA;;;BA)", "dir_listed": True, "other_count": 0,
                 "cng_files": [],
                 "files": [{"n": wd.RDP_KEY, "size": 2315,
                            "sddl": f"O:SYD:PAI(A;;FA;;;SY)(A;;FR;;;NS)(A;;FA;;;{wd.SESSION_ENV})"},
                           {"n": wd.OTHER_KEY, "size": 2307, "sddl": "O:BAD:PAI(A;;FA;;;SY)(A;;FA;;;BA)"}]},
        "gp": {"gpsvc_start": 2, "registry_pol": [], "mdm": False, "dsc": False},
        "pending": {"cbs": False, "wu": False, "rename": False},
        "ems": {"ems": True, "port": 1, "baud": 115200},
        "crash": {"dump": 7},
        "disk": {"hives": [{"n": name, "state": "clean"} for name in ("SYSTEM", "SOFTWARE", "BCD")],
                 "volume": "clean", "hibernated": False,
                 "stopped_utc": iso(wd.STOPPED),
                 "written": {name: iso(wd.WRITTEN) for name in ("rdp_tcp", "schannel", "cert")}},
        "unread": sorted(offline(
            "/os/domain_role", "/os/boot_utc", "/os/disk_free_mb", *(f"/svc/{number}/state" for number in range(7)),
            "/listener/sockets", "/listener/networks", "/sec/policy_source", "/cert/wmi_type", "/cert/wmi_hash",
            "/gp/rsop", "/pending/ts_stale", "/hs", "/sessions") + absent(
                "/evt/TermService/261", "/evt/RdpCoreTS/131", "/evt/RdpCoreTS/140", "/evt/NTLM/4002",
                "/evt/LSM/16"), key=lambda one: one["ptr"]),
    }


def iso(unix):
    return datetime.datetime.utcfromtimestamp(unix).strftime("%Y-%m-%dT%H:%M:%SZ")


def whole_documents(disks):
    """What is read of the sound Windows, member by member, whichever generation, and what that costs."""
    wanted = sound_document()
    for name in ("healthy", "healthy-gen1"):
        document, cost = ask(disks[name], "facts", "cost")
        lib.check(0 <= document["collector"].pop("ms") < 20_000, "it says how long it took")
        lib.check(document.pop("evt_until_utc") > document.pop("evt_oldest_utc"), f"{name}: a log with records")
        events = [(one["prov"], one["id"], one["data"].get("param1")) for one in document.pop("evt")]
        check_equal((document.pop("evt_window_h"), len(events), set(events)),
                    (24, 10, {("SCM", 7023, "Interactive Services Detection")}), f"{name}: its events")
        document["unread"].sort(key=lambda one: one["ptr"])
        for member in sorted(set(wanted) | set(document)):
            check_equal(document.get(member), wanted.get(member), f"{name}: {member}")
        lib.check(cost["requests"] <= MOST_REQUESTS, f"{name} takes few requests: {cost}")
        print(name, cost)


def second_windows(folder, scratch):
    """Two of them: the one that the boot configuration names is read, and both are named."""
    guid = "01234567-89AB-CDEF-0123-456789ABCDEF"
    device = bytes(16) + struct.pack("<IIQ", 6, 0, 72) + uuid.UUID(guid).bytes_le + bytes(40)
    element = f"Objects\\{wd.LOADER}\\Elements\\21000001"
    windows = wd.sound()
    windows["boot"][element] = {"Element": device}
    disk = wd.generation_2(folder / "two.raw", scratch, windows)
    os.truncate(disk, 95 * MEBIBYTE)
    run("sgdisk", "-e", "-n", "4:65M:+24M", "-t", "4:0700", "-u", f"4:{guid}", disk)
    windows["system"][f"{wd.SERVICES}\\Tcpip\\Parameters"]["Hostname"] = "SECOND"
    place(disk, 65 * MEBIBYTE, wd.windows_part(scratch, windows))
    (document,) = ask(disk, "facts")
    check_equal(document["os"]["host"], "SECOND", "the Windows that is started")
    check_equal(document["disk"]["windows"], ["partition 4 (NTFS, 24 MiB)", "partition 3 (NTFS, 24 MiB)"], "both")
    run("sgdisk", "-U", "R", "-u", "4:R", disk)
    (document,) = ask(disk, "facts")
    check_equal(document["os"]["host"], "APP-DE-07", "the first, where nothing says which one is started")
    check_equal(document["disk"]["windows"], ["partition 3 (NTFS, 24 MiB)", "partition 4 (NTFS, 24 MiB)"], "both")
    windows = wd.sound()
    windows["boot"][element] = {"Element": bytes(16) + struct.pack("<IIQ", 6, 0, 72) +
                                struct.pack("<Q", 36 * MEBIBYTE) + bytes(48)}
    disk = wd.generation_1(folder / "two-gen1.raw", scratch, windows)
    os.truncate(disk, 62 * MEBIBYTE)
    run("sfdisk", "-q", "--append", disk, input=b"36MiB,24MiB,7\n")
    windows["system"][f"{wd.SERVICES}\\Tcpip\\Parameters"]["Hostname"] = "SECOND"
    place(disk, 36 * MEBIBYTE, wd.windows_part(scratch, windows))
    (document,) = ask(disk, "facts")
    check_equal(document["os"]["host"], "SECOND", "the Windows that is started, by an MBR")


def other_choices(folder, scratch):
    """The control set in use need not be the first, names need not be ASCII, a domain controller says so, and of
    accounts that only Windows can look up nothing is said."""
    windows = wd.sound()
    system = windows["system"]
    for key in [key for key in system if key.startswith(wd.SET)]:
        system[key.replace(wd.SET, "ControlSet003")] = dict(system[key])
    system["Select"]["Current"] = 3
    system[wd.LISTENER]["PortNumber"] = 1
    parameters = f"{wd.SERVICES}\\Tcpip\\Parameters".replace(wd.SET, "ControlSet003")
    system[parameters] = {"Hostname": "\u53f0\u5317-07", "Domain": "m\u00fcnchen.example"}
    system[f"{wd.CONTROL}\\ProductOptions".replace(wd.SET, "ControlSet003")] = {"ProductType": "LanmanNT"}
    system[f"{wd.CONTROL}\\Nls\\Language".replace(wd.SET, "ControlSet003")] = {"InstallLanguage": "0404"}
    system[TERMSERVICE.replace(wd.SET, "ControlSet003")]["ObjectName"] = ".\\Verwalter"
    (document,) = ask(wd.generation_1(folder / "other.raw", scratch, windows), "facts")
    check_equal(document["listener"]["port"], 3389, "the port of the control set in use")
    found = {name: document["os"].get(name) for name in ("host", "fqdn", "product_type", "domain_role", "locale_lcid")}
    check_equal(found, {"host": "\u53f0\u5317-07", "fqdn": "\u53f0\u5317-07.m\u00fcnchen.example", "product_type": 2,
                        "domain_role": 5, "locale_lcid": 0x404}, "another language, and a domain controller")
    check_equal(document["svc"][0], {"n": "TermService", "start": 3, "type": 32}, "a local account")
    lib.check({"ptr": "/svc/0/acct_sid", "why": "offline"} in document["unread"], "is not told by a disk")


def partition_of(folder, name, kind, begin):
    disk = empty(folder / f"{name}.raw", 8 * MEBIBYTE)
    run("sfdisk", "-q", disk, input=f"label: dos\n1MiB,4MiB,{kind}\n".encode())
    with open(disk, "r+b") as image:
        image.seek(MEBIBYTE)
        image.write(begin.ljust(510, b"\0") + b"\x55\xaa")
    return disk


def hidden_or_none(folder, scratch):
    """Disks whose Windows cannot be read: each ends with its own reason, and nothing is judged."""
    data = empty(folder / "data.raw", 8 * MEBIBYTE)
    run("sfdisk", "-q", data, input=b"label: dos\n1MiB,6MiB,7\n")
    with make_ntfs(scratch / "data.part", 6 * MEBIBYTE) as volume:
        volume.folders("/Windows/System32")
    place(data, MEBIBYTE, scratch / "data.part")
    lost = wd.sound()
    lost["spoil"][f"{wd.CONFIG}/SYSTEM"] = lambda hive: b"\0" * len(hive)
    truth = {
        partition_of(folder, "bitlocker", "7", b"\xeb\x58\x90-FVE-FS-"):
            ("refused", "partition 1 (BitLocker, 4 MiB): the volume is encrypted"),
        partition_of(folder, "refs", "7", b"\0\0\0ReFS\0\0\0\0FSRS"):
            ("unreachable", "partition 1 (ReFS, 4 MiB): the volume is ReFS"),
        partition_of(folder, "dynamic", "42", b""):
            ("unreachable", "partition 1 (dynamic disk, 4 MiB): it is a dynamic disk"),
        data: ("unreachable", "no Windows on this disk: partition 1 (NTFS, 6 MiB)"),
        empty(folder / "blank.raw", 8 * MEBIBYTE): ("unreachable", "the disk has no partition table"),
        wd.generation_1(folder / "lost.raw", scratch, lost):
            ("unreachable", "the registry hive SYSTEM cannot be read"),
    }
    hosts = scan(folder, truth, status=(11, 12))
    check_equal(len(hosts), 6, "hosts")
    for disk, (outcome, begin) in truth.items():
        host = hosts[disk.name]
        attempt = host["attempts"][-1]
        lib.check(host["outcome"] == outcome and attempt["what"].startswith(begin) and attempt["hint"],
                  f"{disk.name}: {host['outcome']}: {attempt['what']} {attempt['hint']}")


def main():
    with tempfile.TemporaryDirectory(prefix="disk_truth") as name:
        folder, scratch = pathlib.Path(name), pathlib.Path(name) / "scratch"
        scratch.mkdir()
        disks = known_faults(folder, scratch)
        whole_documents(disks)
        second_windows(folder, scratch)
        other_choices(folder, scratch)
        hidden_or_none(folder, scratch)
    lib.finish()


main()
