"""What a narrow way into a VM cannot tell, rule by rule and why, and a comparison with a wide way that excuses no
more than that: a rule that is not listed here has to say the same by both."""
import collections
import dataclasses
import datetime
from typing import Callable

from support.lib import check

GRAVE = ("high", "critical")  # an unknown of these moves a VM's verdict


@dataclasses.dataclass(frozen=True)
class Excuse:
    """Rules that say `instead` by the narrow way, of the VMs for which `where` holds."""

    rules: str
    why: str
    where: Callable = lambda vm: True  # of what the wide way found and the VM's profile
    instead: str = "unknown"


@dataclasses.dataclass(frozen=True)
class Seen:
    """A VM by the wide way."""

    profile: str
    host: dict

    @property
    def build(self):
        return self.host["facts"]["os"]["build"]

    def said(self, rule):
        return next(finding["verdict"] for finding in self.host["findings"] if finding["rule"] == rule)

    @property
    def chosen(self):
        """Whether a certificate of an authority is chosen, and found."""
        return "my_match" in self.host["facts"]["cert"]

    @property
    def own_event(self):
        """Whether Schannel logged something while our own handshake came as far as TLS: the lean profile tells
        that much."""
        facts = self.host["facts"]
        if not any(one["from"] == "guest" and one["stage"] == "tls" for one in facts.get("hs", [])):
            return False
        since = time_of(facts["collector"]["utc"]) - datetime.timedelta(seconds=2)
        return any(event["prov"] == "Schannel" and event["id"] in range(36869, 36875) and time_of(event["utc"]) >= since
                   for event in facts.get("evt", []))


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


FLOODED = ("attacked", "attacked_full")
# Whose root\cimv2 is denied.
UNASKED = ("service_unread", "services_unread_refused", "services_unread_reset")

# Over WS-Management's CIM, without a script on the VM.
CIM = (
    Excuse("EVT.KEYAUDIT", "the Security log is not served by WMI's registry provider or by CIM"),
    Excuse("GPO.MANAGED", "registry.pol is a file, and WMI reads no files"),
    Excuse("PORT.OWNER PORT.NOLISTEN", "2008 R2 has no class of TCP connections, and nobody runs netstat",
           lambda vm: vm.build == 7601),
    Excuse("EVT.SCHANNEL EVT.RDPCERT KEY.PRESENT KEY.FOLDER KEY.OVERGRANT",
           "logs, files and their descriptors are asked in root\\cimv2, which is denied there",
           lambda vm: vm.profile in UNASKED),
    Excuse("NLA.CHANNEL", "and so are Netlogon's events", lambda vm: vm.profile in UNASKED),
    Excuse("KEY.ACL", "nor is a key file's descriptor, which the script reads by itself where Windows lets it",
           lambda vm: vm.profile in UNASKED and vm.said("KEY.ACL") != "unknown"),
    Excuse("NLA.CREDSSP", "NTLM's own log is not among the classic ones", lambda vm: vm.profile == "nla_refused_somebody",
           instead="at_risk"),
    Excuse("RDP.LISTENER", "nor is RDP's own, which has the failed logons", lambda vm: vm.profile in FLOODED, instead="ok"),
)

# The lean profile of the collector, as over a serial console.
LEAN = (
    Excuse("EVT.RDPCERT EVT.KEYAUDIT NLA.CHANNEL", "the lean profile reads of the event logs Schannel's alone"),
    Excuse("EVT.SCHANNEL", "and of Schannel's those alone that our own handshake brought about: never that there are none",
           lambda vm: not vm.own_event or vm.said("EVT.SCHANNEL") == "ok"),
    Excuse("KEY.OVERGRANT", "of the key files only those of RDP's own container are told"),
    Excuse("RDP.LISTENER", "nor are the failed logons in RDP's own log", lambda vm: vm.profile in FLOODED, instead="ok"),
    Excuse("DISK.FULL", "nor what TermService logged", lambda vm: vm.profile == "disk_full", instead="at_risk"),
    Excuse("CERT.PIN", "nor is the key file of a certificate that was chosen", lambda vm: vm.chosen),
    Excuse("CERT.SELF.VALID", "nor where ProgramData is: it does not fit", lambda vm: vm.profile == "renewal_moved_data",
           instead="ok"),
)

# The same in an answer of 4,096 bytes.
RUN_COMMAND = (
    *LEAN,
    Excuse("CERT.CORRUPT", "Windows' own certificate is left out where another one is chosen and both do not fit",
           lambda vm: vm.chosen, instead="not_applicable"),
)

# cmd.exe's own tools at a serial console.
CMD = (
    Excuse("EVT.SCHANNEL EVT.RDPCERT EVT.KEYAUDIT NLA.CHANNEL", "no tool is asked for events"),
    Excuse("RDP.LISTENER", "nor for failed logons", lambda vm: vm.profile in FLOODED, instead="ok"),
    Excuse("DISK.FULL", "nor for free space: dir tells it in Windows' language"),
    Excuse("HANDSHAKE CERT.BINDING", "no tool of cmd.exe's makes a handshake"),
    Excuse("KEY.PRESENT KEY.ACL KEY.FOLDER KEY.OVERGRANT STORE.ACL", "no folder is listed and no descriptor is read"),
    Excuse("CERT.CORRUPT CERT.SELF.VALID", "a certificate's bytes do not fit on a screen"),
    Excuse("CERT.PIN CERT.CA.VALID", "nor does the chosen one", lambda vm: vm.chosen),
    Excuse("GPO.MANAGED", "registry.pol is a file, and RSoP is asked by WMI"),
    Excuse("EMS.READY", "bcdedit is not asked over the very console that it configures"),
    Excuse("PORT.OWNER", "the kernel's listener of 2008 R2 is proven by a handshake alone",
           lambda vm: vm.profile == "healthy_kernel_listener"),
    Excuse("TLS.PROTO", "and so is TLS 1.2 on it", lambda vm: vm.build == 7601, instead="at_risk"),
    Excuse("TLS.PROTO", "only a handshake that RDP ends proves that a version by request is none",
           lambda vm: vm.profile == "tls_by_request", instead="at_risk"),
    Excuse("PORT.NOLISTEN", "only a refused connection proves that nobody listens on IPv4",
           lambda vm: vm.profile == "port_ipv6_only", instead="at_risk"),
    Excuse("PORT.MOVED", "which profile of the firewall a network is in takes WMI",
           lambda vm: vm.profile == "port_rule_other_profile"),
    Excuse("SVC.STATE", "only a handshake that fails makes a disabled service the fault",
           lambda vm: vm.profile == "service_keyiso_disabled", instead="at_risk"),
    Excuse("SVC.STATE", "since when a process runs takes WMI", lambda vm: vm.profile == "service_hangs",
           instead="at_risk"),
    Excuse("SVC.STATE", "whether Windows' own certificate is at its end takes the certificate",
           lambda vm: vm.profile == "service_certprop_disabled", instead="ok"),
    Excuse("SEC.LAYER", "and weighs little only where a handshake completed",
           lambda vm: vm.said("HANDSHAKE") == "ok", instead="at_risk"),
    Excuse("TLS.SUITES", "whether a suite fits the certificate's key takes the certificate",
           lambda vm: vm.profile == "suites_wrong_key", instead="at_risk"),
    Excuse("PORT.OWNER PORT.NOLISTEN", "netstat of the console's account tells what WMI and netstat denied to WinRM's",
           lambda vm: vm.profile == "port_unread", instead="ok"),
    Excuse("SVC.STATE PORT.OWNER", "and sc.exe what WMI denied", lambda vm: vm.profile == "service_unread",
           instead="ok"),
)


def verdicts(host):
    return {finding["rule"]: finding["verdict"] for finding in host["findings"]}


def lighter_by(narrow, wide):
    """Returns the rules that have the same verdict by both ways and another severity."""
    weights = {finding["rule"]: (finding["verdict"], finding["severity"]) for finding in wide["findings"]}
    found = {finding["rule"]: (finding["verdict"], finding["severity"]) for finding in narrow["findings"]}
    return {rule for rule in set(weights) & set(found)
            if weights[rule][0] == found[rule][0] and weights[rule][1] != found[rule][1]}


class Comparison:
    """Compares what two ways say of VMs, and counts."""

    def __init__(self, way, excuses):
        self.way, self.excuses = way, excuses
        self.hosts = 0
        self.excused = collections.Counter()

    def excuse_of(self, rule, got, seen):
        """Returns the excuse for a rule that says something else, or None."""
        return next((excuse for excuse in self.excuses
                     if rule in excuse.rules.split() and got == excuse.instead and excuse.where(seen)), None)

    def add(self, name, profile, wide, narrow):
        """Compares a VM that both ways have assessed."""
        self.hosts += 1
        seen, by_wide, by_narrow = Seen(profile, wide), verdicts(wide), verdicts(narrow)
        check(by_wide and set(by_wide) == set(by_narrow),
              f"{self.way}: {name}: the same rules: {set(by_wide) ^ set(by_narrow)}")
        differ = {rule for rule in set(by_wide) & set(by_narrow) if by_wide[rule] != by_narrow[rule]}
        excuses = {rule: self.excuse_of(rule, by_narrow[rule], seen) for rule in differ}
        excused = {rule for rule, excuse in excuses.items() if excuse}
        for rule in sorted(differ - excused):
            check(False, f"{self.way}: {name} ({profile}): {rule} is {by_narrow[rule]}, and {by_wide[rule]} by the wide way")
        lighter = {rule: self.excuse_of(rule, by_narrow[rule], seen) for rule in lighter_by(narrow, wide)}
        excuses.update((rule, excuse) for rule, excuse in lighter.items() if excuse)
        excused |= {rule for rule, excuse in lighter.items() if excuse}
        self.excused.update((rule, excuses[rule]) for rule in excused)
        self.check_cause(name, wide, narrow, excused)

    def check_cause(self, name, wide, narrow, excused):
        """The VM's own verdict differs only where what carries it by one of the ways is excused, or where a grave
        rule that is excused makes it unknown."""
        told, got = ((host["root_cause"], host["verdict"]) for host in (wide, narrow))
        if told == got:
            return

        def carried(host, what):
            # One of low severity is hygiene, and carries nothing.
            rules = {finding["rule"] for finding in host["findings"] if finding["severity"] != "low"
                     and what[0] != "none" and (finding["cause"], finding["verdict"]) == what}
            return bool(rules) and rules <= excused

        # What one of the excused rules might say is the suspect by the narrow way alone.
        suspects = {finding["message"]["arguments"]["rule"] for finding in narrow["findings"]
                    if finding.get("message", {}).get("key", "").startswith("HANDSHAKE.suspect")}
        grave = {finding["rule"] for finding in narrow["findings"]
                 if finding["verdict"] == "unknown" and finding["severity"] in GRAVE}
        # A VM that the wide way calls broken is unknown by the narrow one only if what carries it is excused.
        hidden = got[1] == "unknown" and grave & excused and told[1] != "broken"
        explained = carried(wide, told) or carried(narrow, got) or suspects & excused or hidden
        check(explained, f"{self.way}: {name}: {got}, and {told} by the wide way; excused are {sorted(excused)}")

    def finish(self, least):
        """Every excuse was needed, and enough VMs were compared."""
        counts = collections.Counter(rule for rule, _ in self.excused.elements())
        print(f"{self.way}: {self.hosts} VMs compared; excused: {dict(counts)}")
        check(self.hosts >= least, f"{self.way}: {self.hosts} VMs compared, at least {least}")
        for excuse in self.excuses:
            for rule in excuse.rules.split():
                check(self.excused[rule, excuse] > 0, f"{self.way}: {rule} needs no excuse: {excuse.why}")
