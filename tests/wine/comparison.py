"""Compares what the collector found on Wine with what it should have found, leaf by leaf."""
import facts
from check import equal

# What Wine cannot witness, as pointers whose '*' stands for one member, and why.
WMI = "there is no WMI that could be asked"
NOT_SEEN = {
    "/os/boot_utc": WMI,
    "/os/domain_role": WMI,
    "/os/disk_free_mb": WMI,
    "/os/locale_lcid": "the culture of the runtime, which is the invariant one",
    "/svc/*/pid": WMI,
    "/svc/*/state": WMI,
    "/svc/*/exit": WMI,
    "/svc/*/proc_start": "a process that WMI names",
    "/listener/sockets": "neither WMI nor netstat names the owners of sockets",
    "/listener/networks": WMI,
    "/sec/policy_source": WMI,
    "/cert/wmi_type": WMI,
    "/cert/wmi_hash": WMI,
    "/keys/dir_sddl": "the rights of a file are those of the disk below Wine",
    "/keys/files/*/sddl": "the same",
    "/keys/cng_files/*/sddl": "the same",
    "/gp/rsop": WMI,
    "/evt": "an event log would be waited for without end",
    "/hs": "no listener",
    "/sessions": "there is no qwinsta",
}
# What a profile denies, and Wine cannot: (profile, pointers that are not compared for it, why).
NOT_DENIED = (
    ("key_unlisted", ("/keys/dir_listed", "/keys/files"), "the rights of a folder are those of the disk below Wine"),
    ("store_unread", ("/cert/store_sddl",), "a key that may be opened for reading shows its rights"),
)
# Groups that are compared; /collector says of the engine, not of the machine.
GROUPS = ("os", "svc", "listener", "sec", "tls", "cert", "keys", "gp", "pending", "ems", "crash")


class Comparison:
    def __init__(self):
        self.used, self.compared, self.groups = set(), 0, set()
        self.patterns = [(pointer, facts.pattern(pointer)) for pointer in NOT_SEEN]
        self.denied = []

    def seen(self, pointer):
        """Tells whether a pointer is compared, and remembers the row of the table that says no."""
        if any(expression.fullmatch(pointer) for expression in self.denied):
            return False
        for row, expression in self.patterns:
            if expression.fullmatch(pointer):
                self.used.add(row)
                return False
        return True

    def of(self, expected, found, profile):
        self.denied = [facts.pattern(pointer) for name, pointers, _ in NOT_DENIED if name == profile
                       for pointer in pointers]
        for group in GROUPS:
            wanted, got = self.leaves(expected, group), self.leaves(found, group)
            for pointer in sorted(wanted.keys() | got.keys()):
                equal(wanted.get(pointer, "nothing"), got.get(pointer, "nothing"), f"{profile}: {pointer}")
            self.compared += len(wanted)
            if wanted:
                self.groups.add(group)
        equal(self.unread(expected), self.unread(found), f"{profile}: /unread")

    def leaves(self, document, group):
        value = document.get(group)
        if group == "cert" and value and "store_sddl" in value:
            value = {**value, "store_sddl": [facts.in_letters(sddl) for sddl in value["store_sddl"]]}
        if group == "keys" and value:
            # Their order is that of the disk.
            value = {name: sorted(member, key=lambda file: file["n"]) if isinstance(member, list) else member
                     for name, member in value.items()}
        return {pointer: leaf for pointer, leaf in facts.leaves(value, f"/{group}")
                if value is not None and self.seen(pointer)}

    def unread(self, document):
        return sorted((entry["ptr"], entry["why"], entry["code"]) for entry in document["unread"]
                      if self.seen(entry["ptr"]))
