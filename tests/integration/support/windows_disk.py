"""Disks with a small Windows on them, for tests: what of Server 2019 says something of RDP.

A Windows is a dict of its parts, sound as shipped; a test changes what is to be wrong. Disks are made
by mkntfs, mkfs.fat, sgdisk and sfdisk, volumes filled through ntfs-3g's library, hives by hivex,
certificates by OpenSSL. Nothing is mounted, nothing needs root.
"""
import copy
import datetime
import functools
import hashlib
import lzma
import pathlib
import struct
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from support import windows_hives
from support.disk_images import MEBIBYTE, empty, make_fat, make_ntfs, place, run
from support.ntfs_writer import ace, descriptor

GUID = "4e4f1d5b-93b2-4c0a-8d47-5a1f0d2c7e61"
RDP_KEY = f"f686aace6942fb7f7ceb231212eef4a4_{GUID}"  # MD5 of the container's name, as Windows has it
OTHER_KEY = f"6de9cb26d2b98c01ec4e9e8b34824aa2_{GUID}"
SYSTEM, NETWORK, ADMINISTRATORS, EVERYONE = "S-1-5-18", "S-1-5-20", "S-1-5-32-544", "S-1-1-0"
SESSION_ENV = "S-1-5-80-4022436659-1090538466-1613889075-870485073-3428993833"
ALL, READ, READ_WRITE = 0x1F01FF, 0x120089, 0x12019F
SET = "ControlSet001"
CONTROL, SERVICES = f"{SET}\\Control", f"{SET}\\Services"
SERVER = f"{CONTROL}\\Terminal Server"
STATIONS = f"{SERVER}\\WinStations"
LISTENER = f"{STATIONS}\\RDP-Tcp"
SCHANNEL = f"{CONTROL}\\SecurityProviders\\SCHANNEL"
FIREWALL = f"{SERVICES}\\SharedAccess\\Parameters\\FirewallPolicy"
POLICY = "Policies\\Microsoft\\Windows NT\\Terminal Services"
SUITES_POLICY = "Policies\\Microsoft\\Cryptography\\Configuration\\SSL\\00010002"
STORE = "Microsoft\\SystemCertificates\\Remote Desktop"
VERSION = "Microsoft\\Windows NT\\CurrentVersion"
CONFIG = "/Windows/System32/config"
LOGS = "/Windows/System32/winevt/Logs"
MACHINE_KEYS = "/ProgramData/Microsoft/Crypto/RSA/MachineKeys"
SUITES = ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"]
DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
DAY = 86400
NOW = time.time()
STOPPED = int(NOW) - 3 * DAY
WRITTEN = STOPPED - 30 * DAY  # all keys
LOADER = "{733b62e5-f608-11eb-825c-c112f60133ab}"


@functools.cache
def event_log(name):
    """The log of a real machine."""
    return lzma.decompress((DATA / "evtx" / f"{name}.evtx.xz").read_bytes())


def protected(owner, *entries):
    return descriptor(owner, SYSTEM, [ace(0, 0, mask, who) for mask, who in entries], 0x9404)


KEY_RIGHTS = protected(SYSTEM, (ALL, SYSTEM), (READ, NETWORK), (ALL, SESSION_ENV))
FOLDER_RIGHTS = protected(SYSTEM, (READ_WRITE, EVERYONE), (ALL, ADMINISTRATORS))


@functools.cache
def private_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@functools.cache
def certificate(first=-100, last=80):
    """DER of a certificate as Windows makes it for RDP, valid in these days from now."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app-de-07")])
    today = datetime.datetime.utcfromtimestamp(int(NOW))
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
            .public_key(private_key().public_key()).serial_number(0x319C69)
            .not_valid_before(today + datetime.timedelta(days=first))
            .not_valid_after(today + datetime.timedelta(days=last))
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(x509.KeyUsage(False, False, True, True, False, False, False, False, False), False)
            .sign(private_key(), hashes.SHA256()))
    return made.public_bytes(serialization.Encoding.DER)


def blob(der, container="TSSecKeySet1"):
    """A certificate as the registry has it: its hash, where its key is, itself."""
    names = windows_hives.text(container)
    provider = "Microsoft Enhanced Cryptographic Provider v1.0"
    place_of = struct.pack("<7I", 28, 28 + len(names), 1, 0x20, 0, 0, 1) + names + windows_hives.text(provider)
    properties = ((3, hashlib.sha1(der).digest()), (2, place_of), (32, der))
    return b"".join(struct.pack("<III", number, 1, len(data)) + data for number, data in properties)


def put_certificate(windows, der):
    """Makes it RDP's own."""
    thumbprint = hashlib.sha1(der).digest()
    for key in [key for key in windows["software"] if key.startswith(f"{STORE}\\Certificates\\")]:
        del windows["software"][key]
    windows["software"][f"{STORE}\\Certificates\\{thumbprint.hex().upper()}"] = {"Blob": blob(der)}
    windows["system"][STATIONS]["SelfSignedCertificate"] = thumbprint


def service(start, account):
    return {"Start": start, "Type": 32, "ObjectName": account}


def _system():
    network, local = "NT Authority\\NetworkService", "localSystem"
    services = {"TermService": service(3, network), "SessionEnv": service(3, local),
                "UmRdpService": service(3, local), "KeyIso": service(3, "LocalSystem"),
                "CertPropSvc": service(3, "LocalSystem"), "CryptSvc": service(2, network),
                "gpsvc": service(2, "LocalSystem")}
    return {
        "Select": {"Current": 1, "Default": 1, "Failed": 0, "LastKnownGood": 1},
        f"{CONTROL}\\ProductOptions": {"ProductType": "ServerNT"},
        f"{CONTROL}\\Nls\\Language": {"InstallLanguage": "0407"},
        f"{CONTROL}\\Windows": {"ShutdownTime": windows_hives.filetime(STOPPED)},
        f"{CONTROL}\\CrashControl": {"CrashDumpEnabled": 7},
        f"{CONTROL}\\Session Manager": {},
        f"{CONTROL}\\Lsa\\FipsAlgorithmPolicy": {"Enabled": 0},
        f"{CONTROL}\\Lsa\\MSV1_0": {},
        f"{CONTROL}\\Cryptography\\Configuration\\Local\\SSL\\00010002":
            {"Functions": list(SUITES), "EccCurves": ["curve25519", "NistP256", "NistP384"]},
        SCHANNEL: {"EventLogging": 1},
        f"{SCHANNEL}\\Protocols\\SSL 2.0\\Client": {"DisabledByDefault": 1},
        f"{SCHANNEL}\\Ciphers": {}, f"{SCHANNEL}\\Hashes": {}, f"{SCHANNEL}\\KeyExchangeAlgorithms": {},
        SERVER: {"fDenyTSConnections": 0, "TSEnabled": 1, "TSUserEnabled": 0},
        STATIONS: {"SelfSignedCertStore": "Remote Desktop"},
        f"{STATIONS}\\Console": {},
        LISTENER: {"PortNumber": 3389, "LanAdapter": 0, "fEnableWinStation": 1, "fLogonDisabled": 0,
                   "SecurityLayer": 2, "UserAuthentication": 1, "MinEncryptionLevel": 2,
                   "fAllowSecProtocolNegotiation": 1},
        **{f"{SERVICES}\\{name}": values for name, values in services.items()},
        f"{SERVICES}\\Tcpip\\Parameters": {"Hostname": "APP-DE-07", "Domain": ""},
        f"{FIREWALL}\\FirewallRules": {
            "RemoteDesktop-UserMode-In-TCP":
                "v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=3389|"
                "App=%SystemRoot%\\system32\\svchost.exe|Svc=termservice|Name=@FirewallAPI.dll,-28775|",
            "CoreNet-DNS-Out-UDP":
                "v2.30|Action=Allow|Active=TRUE|Dir=Out|Protocol=17|RPort=53|Svc=dnscache|Name=DNS|"},
        **{f"{FIREWALL}\\{name}Profile": {"EnableFirewall": 1} for name in ("Domain", "Standard", "Public")},
    }


def _software():
    return {
        VERSION: {"CurrentBuild": "17763", "CurrentBuildNumber": "17763", "UBR": 6054,
                  "EditionID": "ServerDatacenter", "InstallationType": "Server", "SystemRoot": "C:\\Windows"},
        f"{VERSION}\\ProfileList": {"ProgramData": (2, windows_hives.text("%SystemDrive%\\ProgramData"))},
        "Microsoft\\Cryptography": {"MachineGuid": GUID},
        f"{STORE}\\Certificates": {},
        "Microsoft\\SystemCertificates\\MY\\Certificates": {},
        "Microsoft\\Windows\\CurrentVersion": {},
        "Microsoft\\Enrollments": {},
        "Policies\\Microsoft": {},
    }


@functools.cache
def _sound():
    windows = {
        "system": _system(), "software": _software(),
        "boot": {
            "Objects\\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\\Elements\\23000003": {"Element": LOADER},
            f"Objects\\{LOADER}\\Elements\\260000b0": {"Element": b"\1"},
            "Objects\\{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}\\Elements\\15000022":
                {"Element": struct.pack("<Q", 1)},
            "Objects\\{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}\\Elements\\15000023":
                {"Element": struct.pack("<Q", 115200)}},
        "store_rights": windows_hives.KEY_RIGHTS,
        "folder_rights": FOLDER_RIGHTS,
        "keys": {RDP_KEY: (bytes(2315), KEY_RIGHTS),
                 OTHER_KEY: (bytes(2307), protected(ADMINISTRATORS, (ALL, SYSTEM), (ALL, ADMINISTRATORS)))},
        "files": {f"{LOGS}/System.evtx": event_log("system-clean"),
                  f"{LOGS}/Security.evtx": event_log("security-new-user")},  # {path: bytes}
        "spoil": {},  # {path: what changes a file's bytes}
        "dirty": False,
    }
    put_certificate(windows, certificate())
    return windows


def sound():
    """A Windows on which nothing is wrong."""
    return copy.deepcopy(_sound())


def boot_hive(scratch, windows):
    return windows_hives.make(scratch / "BCD.hive", windows["boot"])


def fill(volume, scratch, windows):
    """Puts a Windows on a volume that is open for writing."""
    for folder in (CONFIG, LOGS, MACHINE_KEYS, "/ProgramData/Microsoft/Crypto/Keys"):
        volume.folders(folder)
    files = {f"{CONFIG}/SYSTEM": windows_hives.make(
        scratch / "SYSTEM.hive", windows["system"], written=WRITTEN)}
    files[f"{CONFIG}/SOFTWARE"] = windows_hives.make(
        scratch / "SOFTWARE.hive", windows["software"], rights=windows["store_rights"], written=WRITTEN)
    files.update(windows["files"])
    for path, data in files.items():
        volume.folders(path.rpartition("/")[0])
        volume.file(path, windows["spoil"].get(path, bytes)(data))
    volume.set_rights(MACHINE_KEYS, windows["folder_rights"])
    for name, (data, rights) in windows["keys"].items():
        volume.file(f"{MACHINE_KEYS}/{name}", data)
        volume.set_rights(f"{MACHINE_KEYS}/{name}", rights)
    if windows["dirty"]:
        volume.mark_dirty()


def windows_part(scratch, windows):
    part = scratch / "windows.part"
    with make_ntfs(part, 24 * MEBIBYTE) as volume:
        fill(volume, scratch, windows)
    return part


def generation_2(disk, scratch, windows):
    """GPT: EFI system partition with BCD, MSR, Windows."""
    run("sgdisk", "-n", "1:1M:+36M", "-t", "1:EF00", "-n", "2:0:+1M", "-t", "2:0C01", "-n", "3:39M:+24M",
        "-t", "3:0700", empty(disk, 65 * MEBIBYTE))
    fat = make_fat(scratch / "fat.part", 36 * MEBIBYTE,
                   {"/EFI/Microsoft/Boot/BCD": boot_hive(scratch, windows)})
    place(disk, MEBIBYTE, fat)
    place(disk, 39 * MEBIBYTE, windows_part(scratch, windows))
    return disk


def generation_1(disk, scratch, windows):
    """MBR: System Reserved with BCD, Windows."""
    run("sfdisk", "-q", empty(disk, 36 * MEBIBYTE), input=b"label: dos\n1MiB,8MiB,7,*\n10MiB,24MiB,7\n")
    reserved = scratch / "reserved.part"
    with make_ntfs(reserved, 8 * MEBIBYTE) as volume:
        volume.folders("/Boot")
        volume.file("/Boot/BCD", boot_hive(scratch, windows))
    place(disk, MEBIBYTE, reserved)
    place(disk, 10 * MEBIBYTE, windows_part(scratch, windows))
    return disk
