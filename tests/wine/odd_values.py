#!/usr/bin/env python3
"""What a registry may hold that no installation put there: other types, other sizes, names in other case, keys that
are missing, keys that deny. Wine's reg.exe and advapi32 make them; what the collector has to say of each stands here,
by hand.

usage: odd_values.py HOST.exe PREFIX STATES
"""
import copy
import sys

import facts
import machine
import wine
from check import check, finish
from comparison import Comparison
from machine import SYSTEM_ONLY
from registry_file import dword, text, texts

BASE = "healthy_2016"
CONTROL = "SYSTEM\\CurrentControlSet\\Control"
SERVER = f"{CONTROL}\\Terminal Server"
STATIONS = f"{SERVER}\\WinStations"
TCP = f"{STATIONS}\\RDP-Tcp"
SCHANNEL = f"{CONTROL}\\SecurityProviders\\SCHANNEL"
SUITES = f"{CONTROL}\\Cryptography\\Configuration\\Local\\SSL\\00010002"
POLICY_SUITES = "SOFTWARE\\Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
POLICY = "SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services"
SERVICES = "SYSTEM\\CurrentControlSet\\Services"
WINDOWS = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
STORE = "SOFTWARE\\Microsoft\\SystemCertificates\\Remote Desktop"
NONE, EXPAND, BINARY, DWORD, BIG_ENDIAN, MULTI, QWORD = 0, 2, 3, 4, 5, 7, 11
ONE = (1).to_bytes(8, "little")
WRONG = ("error", "wrong type")
DENIED = ("denied", "0x8013150a")  # SecurityException
UNKNOWN_ACCOUNT = ("error", "0x80131501")  # SystemException, of IdentityNotMappedException

# (key, value's name, type and bytes) and what becomes of it: a pointer, and a fact, or why it is unread.
TYPES = [
    (TCP, "PortNumber", text("3389"), "/listener/port", WRONG),
    (TCP, "LanAdapter", (QWORD, ONE), "/listener/lan", WRONG),
    (TCP, "fEnableWinStation", dword(0xFFFFFFFF), "/listener/enabled", 4294967295),
    (TCP, "fLogonDisabled", texts("0"), "/listener/logon_disabled", WRONG),
    (TCP, "SecurityLayer", (BIG_ENDIAN, b"\0\0\0\2"), "/sec/layer", WRONG),
    (TCP, "UserAuthentication", (BINARY, b"\1\0\0\0"), "/sec/nla", WRONG),
    (TCP, "MinEncryptionLevel", (NONE, b"\3\0\0\0"), "/sec/minenc", WRONG),
    (TCP, "fAllowSecProtocolNegotiation", text("1", EXPAND), "/sec/negotiate", WRONG),
    (TCP, "SSLCertificateSHA1Hash", text("00112233"), "/cert/pin", WRONG),
    (SERVER, "TSServerDrainMode", (DWORD, ONE), "/listener/ts/drain", WRONG),  # eight bytes are no DWORD
    (STATIONS, "SelfSignedCertificate", (BINARY, b""), "/cert/self", ""),
    (STATIONS, "SelfSignedCertStore", dword(1), "/cert/own_store", WRONG),
    (STATIONS, "CertRefreshInterval", text("7"), "/cert/refresh", WRONG),
    (WINDOWS, "UBR", text("4410"), "/os/ubr", WRONG),
    (WINDOWS, "EditionID", (1, "ServerStandard".encode("utf-16-le")), "/os/edition", "ServerStandard"),  # without NUL
    (f"{WINDOWS}\\ProfileList", "ProgramData", text("%SystemDrive%\\ProgramData", EXPAND), "/cert/program_data",
     "C:\\ProgramData"),
    (SUITES, "Functions", text("ONE,TWO , THREE,"), "/tls/suites_local", ["ONE", "TWO", "THREE"]),
    (SUITES, "EccCurves", texts(), "/tls/curves", []),  # an empty list is not an absent one
    (POLICY_SUITES, "Functions", (MULTI, b""), "/tls/suites_policy", []),
    (SCHANNEL, "EventLogging", texts("1"), "/tls/eventlogging", WRONG),
    (f"{SCHANNEL}\\Protocols\\TLS 1.2\\Server", "Enabled", text("1"), "/tls/proto/TLS 1.2/server/te", 1),
    (f"{SCHANNEL}\\Protocols\\TLS 1.2\\Server", "DisabledByDefault", (QWORD, bytes(8)),
     "/tls/proto/TLS 1.2/server/td", QWORD),
    (f"{SCHANNEL}\\Hashes\\MD5", "Enabled", (QWORD, ONE), "/tls/hashes/MD5", WRONG),
    (f"{SERVICES}\\TermService", "Start", text("3"), "/svc/0/start", WRONG),
    (f"{SERVICES}\\SessionEnv", "Type", (QWORD, ONE), "/svc/1/type", WRONG),
    (f"{SERVICES}\\CryptSvc", "ObjectName", text(".\\rdpsweep-nobody"), "/svc/5/acct_sid", UNKNOWN_ACCOUNT),
    (f"{CONTROL}\\CrashControl", "CrashDumpEnabled", (BINARY, b"\1\0\0\0"), "/crash/dump", WRONG),
    (POLICY, "SecurityLayer", text("2"), "/sec/policy/layer", WRONG),
    (POLICY, "fDenyTSConnections", (QWORD, ONE), "/listener/deny_policy", WRONG),
]


def set_pointer(document, pointer, value):
    *above, name = pointer[1:].split("/")
    for member in above:
        document = document[int(member)] if isinstance(document, list) else document.setdefault(member, {})
    document[name] = value


def drop(document, *pointers):
    for pointer in pointers:
        *above, name = pointer[1:].split("/")
        holder = document
        for member in above:
            holder = holder[int(member)] if isinstance(holder, list) else holder[member]
        holder.pop(name, None)


def unread(document, pointer, why):
    document["unread"].append({"ptr": pointer, "why": why[0], "code": why[1]})


def odd_types(one):
    for key, name, value, pointer, expected in TYPES:
        one.keys.setdefault(key, {})[name] = value
        drop_or_set(one.facts, pointer, expected)
    # The other side of a protocol that has a key, and what stands beside the wrong Blob.
    one.facts["tls"]["proto"]["TLS 1.2"]["client"] = {}
    blob = next(path for path in one.keys if path.startswith(f"{STORE}\\Certificates\\"))
    one.keys[blob]["Blob"] = text("no bytes")
    drop(one.facts, "/cert/store/0/blob_b64")
    unread(one.facts, "/cert/store/0/blob_b64", ("absent", ""))
    # It is a value of the policy, too, and no number.
    one.facts["sec"]["policy"].pop("fDenyTSConnections", None)


def drop_or_set(document, pointer, expected):
    if isinstance(expected, tuple):
        if not pointer.startswith(("/tls/hashes", "/sec/policy")):
            drop(document, pointer)
        unread(document, pointer, expected)
    else:
        set_pointer(document, pointer, expected)


def other_case(one):
    """Every name in other case: found all the same, and told as it is written where its name is told."""
    one.keys[POLICY] = {"SecurityLayer": dword(1), "fDisableCdm": dword(1)}
    one.keys = {path.swapcase(): {name.swapcase(): value for name, value in values.items()}
                for path, values in one.keys.items()}
    one.facts["listener"]["winstations"] = ["cONSOLE", "rdp-tCP"]
    for rule in one.facts["listener"]["fw"]:
        rule["id"] = rule["id"].swapcase()
    one.facts["tls"]["proto"] = {name.swapcase(): value for name, value in one.facts["tls"]["proto"].items()}
    one.facts["sec"]["policy"] = {"layer": 1, "FdISABLEcDM": 1}


def missing_keys(one):
    gone = (TCP, f"{CONTROL}\\CrashControl", STORE, f"{SERVICES}\\SharedAccess", SCHANNEL, SUITES,
            f"{SERVICES}\\TermService", f"{SERVICES}\\gpsvc", f"{CONTROL}\\Lsa\\FipsAlgorithmPolicy",
            f"{WINDOWS}\\ProfileList", f"{CONTROL}\\ProductOptions\\ProductType", "BCD00000000")
    one.keys = {path: values for path, values in one.keys.items()
                if not any(path == key or path.startswith(f"{key}\\") for key in gone)}
    one.rights = {}
    one.keys[f"{CONTROL}\\ProductOptions"] = {}
    drop(one.facts, "/os/product_type", "/listener/port", "/listener/lan", "/listener/enabled",
         "/listener/logon_disabled", "/sec/layer", "/sec/nla", "/sec/minenc", "/sec/negotiate", "/sec/fips",
         "/cert/program_data", "/tls/eventlogging", "/tls/suites_local", "/tls/curves", "/gp/gpsvc_start", "/ems")
    one.facts["svc"] = [service for service in one.facts["svc"] if service["n"] not in ("TermService", "gpsvc")]
    one.facts["listener"] |= {"key_present": False, "winstations": ["Console"], "fw": [],
                              "fw_profiles": {"Domain": {}, "Private": {}, "Public": {}}}
    one.facts["cert"] |= {"store_present": False, "store": [], "store_sddl": []}
    one.facts["tls"]["proto"] = {}
    one.facts["crash"] = {}
    unread(one.facts, "/ems", ("absent", ""))


def denied_keys(one):
    """A group whose key is denied is unread; one protocol of several is unread alone."""
    one.keys[f"{SCHANNEL}\\Protocols\\TLS 1.2"] = {}
    for key in (TCP, f"{SERVICES}\\UmRdpService", f"{SCHANNEL}\\Protocols\\TLS 1.2", f"{CONTROL}\\CrashControl",
                f"{CONTROL}\\Session Manager"):
        one.rights[key] = SYSTEM_ONLY
    for group in ("listener", "sec", "cert", "svc", "crash", "pending"):
        drop(one.facts, f"/{group}")
        one.facts["unread"] = [entry for entry in one.facts["unread"] if not entry["ptr"].startswith(f"/{group}")]
        unread(one.facts, f"/{group}", DENIED)
    unread(one.facts, "/tls/proto/TLS 1.2", DENIED)
    # Its own service is among those of /svc, and read for /gp all the same.
    one.facts["gp"]["gpsvc_start"] = 2


def denied_store(one):
    """Whoever may not see the certificates sees the rest; a key that denies one right of reading denies all."""
    one.rights[f"{STORE}\\Certificates"] = "O:SYG:SYD:PAI(A;;KA;;;SY)(A;;0x9;;;BA)"
    drop(one.facts, "/cert/store", "/cert/store_sddl")
    unread(one.facts, "/cert/store", DENIED)
    one.rights[f"{SERVICES}\\gpsvc"] = SYSTEM_ONLY
    for group in ("svc", "gp"):
        drop(one.facts, f"/{group}")
        unread(one.facts, f"/{group}", DENIED)


SCENES = (odd_types, other_case, missing_keys, denied_keys, denied_store)


def main():
    host, folder, states = sys.argv[1:]
    known = machine.machines(states)
    base = next(one for one in known if one.profile == BASE)
    script, comparison = facts.collector(), Comparison()
    with wine.prefix(host, folder) as prefix:
        place = machine.Place(prefix, known)
        for scene in SCENES:
            one = copy.deepcopy(base)
            scene(one)
            before = comparison.compared
            place.empty()  # a name keeps the case that it was made with
            place.become(one)
            comparison.of(one.facts, facts.collect(prefix, script), scene.__name__)
            check(comparison.compared > before + 30, f"{scene.__name__}: hardly anything was compared")
        place.empty()
    finish()


main()
