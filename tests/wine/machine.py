"""A machine of the simulated fleet (a line of --dump-states), put into a prefix of Wine.

What Windows derives from such a line is added as tests/powershell/Windows/MachineReader.cs adds it.
"""
import base64
import json
import re
import struct

from registry_file import text
from wine import KEY_FOLDERS

CONTROL = "SYSTEM\\CurrentControlSet\\Control"
NAMES = "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
# What is a machine's own, whatever is in it.
TREES = ("SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL",
         "SYSTEM\\CurrentControlSet\\Control\\Terminal Server", "SYSTEM\\CurrentControlSet\\Control\\Cryptography",
         "SYSTEM\\CurrentControlSet\\Services\\SharedAccess", "SYSTEM\\CurrentControlSet\\Services\\PortProxy",
         "SOFTWARE\\Policies\\Microsoft\\Windows NT", "SOFTWARE\\Policies\\Microsoft\\Cryptography",
         "SOFTWARE\\Policies\\Microsoft\\WindowsFirewall", "SOFTWARE\\Microsoft\\SystemCertificates\\Remote Desktop",
         "SOFTWARE\\Microsoft\\SystemCertificates\\MY\\Certificates", "SOFTWARE\\Microsoft\\Enrollments", "BCD00000000")
SYSTEM_ONLY = "O:SYG:SYD:PAI(A;;KA;;;SY)"
POLICIES = "windows/system32/GroupPolicy/Machine/Registry.pol"
CONFIGURATION = "windows/system32/Configuration/Current.mof"


class Machine:
    def __init__(self, document):
        self.name, self.profile, self.facts = document["name"], document["profile"], document["facts"]
        self.language = document["state"]["collector"]["language_mode"]
        self.state = document["state"]
        self.keys = {key["path"]: {value["name"]: (value["type"], base64.b64decode(value["data_b64"]))
                                   for value in key["values"]} for key in self.state["registry"]}
        self._add_derived()
        self.rights = {key["path"]: key["sddl"] for key in self.state["registry"] if key.get("sddl")}
        self._add_denials()

    def _add_derived(self):
        host = self.keys[f"{CONTROL}\\ComputerName\\ComputerName"]["ComputerName"]
        self.keys.setdefault(NAMES, {}).update(Hostname=host, Domain=text(self.state["os"]["domain"]))
        if self.state["management"]["mdm"]:
            enrollment = "SOFTWARE\\Microsoft\\Enrollments\\{0A2C8B38-7D0A-4B9E-9C1F-3D8A1B0F6E21}"
            self.keys[enrollment] = {"ProviderID": text("MS DM Server")}
        self.keys["BCD00000000"] = {}
        boot, loader = self.state["boot"], "{71a3c7fc-f751-4982-aec1-e958357e6813}"
        settings = "{0ce4991b-e6b3-4b16-b23c-5e0d9250e5d9}"
        self._add_element("{9dea862c-5cdd-4e70-acc1-f32b344d4795}", "23000003", text(loader))
        for name, store, element, form in (("ems", loader, "260000b0", "<?"), ("port", settings, "15000022", "<Q"),
                                           ("baud", settings, "15000023", "<Q")):
            if boot.get(name) is not None:
                self._add_element(store, element, (3, struct.pack(form, boot[name])))

    def _add_element(self, store, element, value):
        self.keys[f"BCD00000000\\Objects\\{store}\\Elements\\{element}"] = {"Element": value}

    def _add_denials(self):
        """What the machine denies to its administrators, it denies by rights here."""
        for limit in self.state["limits"]:
            kind, _, place = limit["resource"].partition(":")
            key = {"key": place, "bcd": "BCD00000000"}.get(kind)
            if key and limit["why"] == "denied":
                self.rights[key] = SYSTEM_ONLY

    def key_files(self):
        """Yields the path below C: and the size of each file in the folders of keys."""
        for file in self.state["files"]:
            below = re.sub(r"^C:\\", "", file["path"]).replace("\\", "/")
            if not file["folder"] and below.startswith(KEY_FOLDERS):
                yield below, file["size"]

    def policies(self):
        """Returns Registry.pol, or None: "PReg", version 1, then [key;value;type;size;data] (MS-GPREG 2.2.1)."""
        names = self.state["management"]["registry_pol"]
        entries = (name.rpartition("\\") for name in names)
        body = "".join(f"[{key}\0;{value}\0;\x04\0;\x04\0;\x01\0]" for key, _, value in entries)
        return b"PReg\x01\0\0\0" + body.encode("utf-16-le") if names else None


def machines(path):
    """Returns the machines of a file."""
    with open(path, encoding="utf-8") as lines:
        return [Machine(json.loads(line)) for line in lines]


class Place:
    """A prefix, and which machine it is now."""

    def __init__(self, prefix, known):
        self.prefix = prefix
        # An earlier run may have left the keys of any machine, with certificates of another day.
        self.present = union([{tree: {} for tree in TREES}, *(machine.keys for machine in known)])
        prefix.keep(self.present)
        self.empty()

    def become(self, machine):
        """Makes the prefix this machine: registry, rights of keys, key files, files of policies."""
        self.prefix.give_back()
        self.prefix.load(machine.keys, self.present)
        self.present = machine.keys
        if machine.rights:
            self.prefix.rights(machine.rights)
        self._place_files(machine)

    def empty(self):
        """Takes every key away that any machine has."""
        self.prefix.give_back()
        self.prefix.load({}, self.present)
        self.present = {}

    def _place_files(self, machine):
        for folder in KEY_FOLDERS:
            for file in self.prefix.path(folder).iterdir():
                file.unlink()
        for below, size in machine.key_files():
            self.prefix.path(below).write_bytes(bytes(size))
        self._place(POLICIES, machine.policies())
        self._place(CONFIGURATION, b"\x01" if machine.state["management"]["dsc"] else None)

    def _place(self, below, content):
        path = self.prefix.path(below)
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def union(registries):
    """Returns every key and every value's name of several registries."""
    found = {}
    for registry in registries:
        for path, values in registry.items():
            found.setdefault(path, {}).update(values)
    return found
