#!/usr/bin/env python3
"""Every key and value of real hives as regfexport and hivexregedit have them, with and without their logs.

The hives are those of tests/data/hives, and one that hivexsh makes. It takes about half a minute of two cores, most
of it in the other readers: they print some 200,000 values.
"""
import concurrent.futures
import datetime
import lzma
import pathlib
import re
import sys
import tempfile
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import lib

import hive_oracles as oracles

DATA = pathlib.Path(__file__).resolve().parents[1] / "data" / "hives"
LOGS = {"SYSTEM_B": ("SYSTEM_B.LOG1", "SYSTEM_B.LOG2"), "UsrClass.dat": ("UsrClass.dat.LOG1", "UsrClass.dat.LOG2"),
        "transactions_NTUSER.DAT": ("transactions_ntuser.dat.log1", "transactions_ntuser.dat.log2")}
# state, keys, values; a dirty hive without its logs is untrusted.
ALONE = {"BCD": ("clean", 132, 103), "SYSTEM": ("clean", 30756, 73456),
         "ntuser_software_partial": ("clean", 6396, 19990), "SYSTEM_B": ("untrusted", 33123, 74957),
         "UsrClass.dat": ("untrusted", 6205, 12369), "transactions_NTUSER.DAT": ("untrusted", 2590, 4119)}
# entries, runs of bytes, bytes; regipy's tests count the same entries and runs.
REPLAYED = {"SYSTEM_B": (24, 315, 2674688), "UsrClass.dat": (14, 158, 815104),
            "transactions_NTUSER.DAT": (23, 132, 1032192)}
SERVICES = "TermService SessionEnv UmRdpService KeyIso CryptSvc gpsvc mpssvc RpcSs LSM Netlogon Dnscache W32Time".split()


def unpack(folder):
    for path in sorted(DATA.glob("*.xz")):
        name = re.sub(r"\.[12]$", "", path.name[:-3])
        with open(folder / name, "ab") as out:
            out.write(lzma.decompress(path.read_bytes()))


def totals(hive):
    return len(hive.keys), sum(len(values) for _, _, _, values in hive.keys)


def check_equal(name, path, hive):
    """Compares what we say of a hive with what the others read of a file."""
    theirs = oracles.by_hivexregedit(path)
    own = oracles.as_hivexregedit(hive)
    lib.check(theirs == own, f"{name}: hivexregedit has the same {len(own)} keys: "
                             f"{sorted(set(theirs or []) ^ set(own))[:2]}")
    status, lines = oracles.by_regfexport(path)
    lib.check(status == 0 and lines, f"{name}: regfexport reads it: {status}, {len(lines)} lines")
    unlike = oracles.unlike_regfexport(hive, lines)
    lib.check(not unlike, f"{name}: regfexport prints the same: {unlike}")


def check_alone(folder, name):
    hive, why = oracles.ours(folder / name)
    lib.check(hive is not None, f"{name} is read: {why}")
    lib.check((hive.state, *totals(hive)) == ALONE[name], f"{name}: {hive.state}, {totals(hive)}")
    lib.check(not hive.unreadable, f"{name}: nothing is unreadable: {hive.unreadable[:2]}")
    if name != "SYSTEM_B":  # which takes long, and is compared when its logs are replayed
        check_equal(name, folder / name, hive)
    return hive


def check_replayed(folder, name):
    before = check_alone(folder, name)
    logs = [folder / log for log in LOGS[name]]
    hive, why = oracles.ours(folder / name, *logs)
    lib.check(hive is not None, f"{name} with its logs is read: {why}")
    lib.check(hive.state == "replayed", f"{name}: {hive.state}")
    lib.check((hive.entries, hive.runs, hive.bytes) == REPLAYED[name], f"{name}: {hive.entries, hive.runs, hive.bytes}")
    lib.check(not hive.unreadable, f"{name} replayed: nothing is unreadable: {hive.unreadable[:2]}")
    lib.check(hive.keys != before.keys, f"{name}: without its logs it says something else")
    whole = folder / (name + ".whole")
    lib.check(oracles.run(oracles.HIVE_DUMP, "bytes", folder / name, whole, *logs).returncode == 0, "bytes are written")
    check_equal(name + " replayed", whole, hive)
    back = folder / (name + ".back")
    lib.check(oracles.run(oracles.HIVE_DUMP, "bytes", folder / name, back, *reversed(logs)).returncode == 0
              and back.read_bytes() == whole.read_bytes(), f"{name}: the logs in the other order make the same")
    if name != "SYSTEM_B":  # which takes long
        again, _ = oracles.ours(whole)
        lib.check(again.state == "clean" and again.keys == hive.keys, f"{name}: what is replayed is a clean hive")


def check_sample_values(folder):
    """Values that only the logs of SYSTEM_B have, as yarp's recovery of the same files has them."""
    logs = [folder / log for log in LOGS["SYSTEM_B"]]
    asked = ["value\tSelect\tCurrent", "value\tcontrolset001\\control\\windows\\\tSHUTDOWNTIME",
             "value\tControlSet001\\Control\\Terminal Server\\WinStations\\RDP-Tcp\tPortNumber",
             "value\tControlSet001\\Control\\Terminal Server\\WinStations\\RDP-Tcp\tNoSuchValue",
             "value\tControlSet002\\Control\tCurrentUser"]
    lines, _ = oracles.ask(folder / "SYSTEM_B", logs, asked)
    lib.check([line[:3] for line in lines] == [
        ["value", "Current", "4"], ["value", "SHUTDOWNTIME", "3"], ["value", "PortNumber", "4"],
        ["absent", "NoSuchValue"], ["absent", "ControlSet002\\Control"]], f"values and absent ones: {lines}")
    lib.check([lines[0][3], lines[2][3]] == ["01000000", "3d0d0000"], f"their data: {lines}")


def questions():
    """All that is asked of a SYSTEM for one document of facts, but the rules of its firewall."""
    control, server = "ControlSet001\\Control\\", "ControlSet001\\Control\\Terminal Server"
    listener = server + "\\WinStations\\RDP-Tcp"
    yield "value\tSelect\tCurrent"
    for path, names in ((control + "ProductOptions", "ProductType"),
                        ("ControlSet001\\Services\\Tcpip\\Parameters", "Hostname Domain"),
                        (control + "Nls\\Language", "InstallLanguage"), (control + "Windows", "ShutdownTime"),
                        (control + "MiniNT", "any"), (control + "Lsa", "disabledomaincreds LmCompatibilityLevel"),
                        (control + "Lsa\\FipsAlgorithmPolicy", "Enabled"),
                        (control + "Cryptography\\Configuration\\Local\\SSL\\00010002", "Functions"),
                        (control + "Session Manager", "PendingFileRenameOperations"),
                        (server, "fDenyTSConnections"),
                        (server + "\\WinStations", "SelfSignedCertStore SelfSignedCertificate"),
                        *((f"ControlSet001\\Services\\{name}", "Start Type ObjectName") for name in SERVICES)):
        yield from (f"value\t{path}\t{name}" for name in names.split())
    yield from (f"values\t{path}" for path in (
        listener, control + "CrashControl", "ControlSet001\\Services\\PortProxy\\v4tov4\\tcp"))
    yield from (f"keys\t{path}" for path in (server, server + "\\WinStations"))
    schannel = control + "SecurityProviders\\SCHANNEL"
    for protocol in ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"):
        for side in ("Client", "Server"):
            yield f"values\t{schannel}\\Protocols\\{protocol}\\{side}"
    for kind in ("Ciphers", "Hashes", "KeyExchangeAlgorithms"):
        yield f"keys\t{schannel}\\{kind}"
    yield from (f"security\t{path}" for path in (listener, schannel))


RULES = "values\tControlSet001\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules"


def check_blocks(folder):
    """All of that touches few blocks of 64 KiB, of a hive of 12 MB with 200 of them; the hundreds of rules of the
    firewall, which lie here and there, take as many again."""
    for name in ("SYSTEM", "SYSTEM_B"):
        logs = [folder / log for log in LOGS.get(name, ())]
        asked = list(questions())
        lines, blocks = oracles.ask(folder / name, logs, asked)
        lib.check(len(lines) > 90 and not any(line[0] == "unreadable" for line in lines), f"{name}: {len(lines)} lines")
        lib.check(0 < blocks[0] <= 24, f"{name}: {blocks[0]} blocks for {len(asked)} questions")
        rules, more = oracles.ask(folder / name, logs, asked + [RULES])
        lib.check(len(rules) - len(lines) > 300 and more[0] <= 40, f"{name}: {len(rules)} lines, {more[0]} blocks")
        print(f"{name}: {len(lines)} values and keys, {blocks} blocks; with {len(rules) - len(lines)} rules {more}")


def check_times(folder):
    """The time of each key's last writing as hivexml has it."""
    epoch = datetime.datetime(1601, 1, 1)
    for name in ("BCD", "ntuser_software_partial"):
        tree = xml.fromstring(oracles.run("hivexml", folder / name).stdout)
        theirs = [node.findtext("mtime") for node in tree.iter("node")]
        hive, _ = oracles.ours(folder / name)
        own = [(epoch + datetime.timedelta(microseconds=time // 10)).strftime("%Y-%m-%dT%H:%M:%SZ")
               for _, time, _, _ in hive.keys]
        lib.check(theirs and theirs == own, f"{name}: the times of {len(theirs)} keys")


def check_descriptors(folder):
    """Each key has a whole self-relative security descriptor, whose owner and rights lie within it."""
    hive, _ = oracles.ours(folder / "SYSTEM")
    texts = {text for _, _, text, _ in hive.keys}
    for text in texts:
        data = bytes.fromhex(text)
        places = [int.from_bytes(data[at:at + 4], "little") for at in (4, 8, 16)]
        size = places[2] + int.from_bytes(data[places[2] + 2:places[2] + 4], "little")
        lib.check(data[0] == 1 and data[3] & 0x80 and all(20 <= place < len(data) for place in places)
                  and size <= len(data) and data[places[0]] == 1, f"a security descriptor: {text[:80]}")
    lib.check(len(texts) > 50, f"{len(texts)} different security descriptors")


def check_made(folder):
    """A hive that hivexsh makes: data of odd lengths, an empty one, names of other languages, many keys."""
    many = "".join(f"add key{number:04}\n" for number in range(3000))
    script = ("load {0}\ncd \\\nadd odd\ncd odd\nsetval 6\ntext\nhex:1:61,00,62\nopen\nhex:2:61,00,62,00\ntwo\n"
              "hex:1:61,00,00,00,62,00,00,00\nlist\nhex:7:61,00,00,00,62,00\nnumber\nhex:4:01,02\nempty\nhex:3:\n"
              "cd \\\nadd Größe\nadd КЛЮЧ\nadd many\ncd many\n{1}commit {2}\n").format(
                  folder / "BCD", many, folder / "made")
    done = oracles.run("hivexsh", "-w", stdin=script.encode())
    lib.check(done.returncode == 0, f"hivexsh makes a hive: {done.stderr.decode()}")
    hive, why = oracles.ours(folder / "made")
    lib.check(hive is not None and not hive.unreadable, f"it is read: {why}")
    check_equal("made", folder / "made", hive)
    lib.check(totals(hive) == (132 + 4 + 3000, 103 + 6), f"its keys and values: {totals(hive)}")
    lines, _ = oracles.ask(folder / "made", [], [f"value\tMANY\\KEY{number:04}\tx" for number in range(3000)])
    lib.check(lines == [["absent", "x"]] * 3000, f"each of many keys is found: {lines[:2]}")
    lines, _ = oracles.ask(folder / "made", [], ["value\tgrößE\tx", "value\tключ\tx", "value\tгруша\tx"])
    lib.check(lines == [["absent", "x"], ["absent", "x"], ["absent", "груша"]], f"names of other languages: {lines}")


def check_damaged(folder):
    """What hivex refuses and regfexport gives up is read as far as it goes, and says what it lacks."""
    path = folder / "corrupted_system_hive"
    hive, _ = oracles.ours(path)
    lib.check(oracles.by_hivexregedit(path) is None, "hivexregedit refuses a damaged hive")
    lib.check(totals(hive) == (1687, 5616) and len(hive.unreadable) == 176, f"{totals(hive), len(hive.unreadable)}")


def check_capitals(folder):
    """Capitals are those of $UpCase, which mkntfs writes as Windows does."""
    image = folder / "volume"
    with open(image, "wb") as file:
        file.truncate(20 << 20)
    lib.check(oracles.run("/usr/sbin/mkntfs", "-F", "-q", image).returncode == 0, "mkntfs makes a volume")
    theirs = oracles.run("ntfscat", image, "$UpCase").stdout
    lib.check(len(theirs) == 131072 and oracles.run(oracles.HIVE_DUMP, "upcase").stdout == theirs,
              "65,536 characters have the capitals of $UpCase")


def main():
    with tempfile.TemporaryDirectory(prefix="hives-") as name:
        folder = pathlib.Path(name)
        unpack(folder)
        jobs = [(check_replayed, folder, hive) for hive in REPLAYED]
        jobs += [(check_alone, folder, hive) for hive in ALONE if hive not in REPLAYED]
        jobs += [(job, folder) for job in (check_sample_values, check_blocks, check_times, check_descriptors, check_made,
                                           check_damaged, check_capitals)]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(*job) for job in jobs]:
                done.result()
    lib.finish()


if __name__ == "__main__":
    main()
