#!/usr/bin/env python3
"""What holds a plan back: locks and states of Azure, copies of disks, approvals by others, orders from another
terminal, control VMs that stop answering. Approvals are made by openssl's own command. The cases run at
once, each with a fleet of its own: they wait for Azure's answers and for hosts to stay well, which takes long."""
import hashlib
import json
import subprocess
import threading

from support import lib
from support.azure_lib import Azure
from support.fix_lib import QUICK, Case, check_untouched, fleet_of, states_of


def azure_case(azure, mix_wanted, *options):
    """A case whose VMs come from Azure and are reached by Run Command."""
    case = Case(azure, (mix_wanted,))
    case.inventory.write_text("""version: 1
credentials:
  fleet: { username: 'SIM\\sweeper', password: { env: RDPSWEEP_PASSWORD } }
defaults: { credential: fleet, route: [run-command], rdp: { outside: false } }
""")
    done = lib.rdpsweep("scan", "-i", case.inventory, "--all-subscriptions", "--azure-cloud", azure.cloud, "--azure-ca-file",
                        azure.ca, "--state", case.state, password=azure.password, environment=azure.application())
    lib.check(done.returncode == 10, f"the VMs are sick: {done.returncode} {done.stderr}")
    case.make_plan(*options)
    lib.check(len(case.document["hosts"]) == azure.vms, "each of them is in the plan")
    return case


def run_in_azure(azure, case, *options, status=None):
    return lib.rdpsweep(*case.words("apply", "--confirm", case.phrase, *QUICK, "--approve-each", "none", *options),
                        password=azure.password, environment=azure.application(), status=status)


def told(case):
    hosts = {host["name"]: host for host in json.loads(case.run("status", "--format", "json").stdout)["hosts"]}
    lib.check(len(hosts) == len(case.document["hosts"]), f"status tells of each host: {sorted(hosts)}")
    return hosts


def locks_and_copies():
    options = ["--subscriptions", "2", "--sets-of", "2", "--locked-every", "4", "--run-command-ms", "50", "--states-at-end"]
    with Azure(vms=8, mix="one:key_acl_missing", options=options) as azure:
        case = azure_case(azure, "key_acl_missing")
        hosts = case.document["hosts"]
        lib.check_each(hosts, lambda host: len(host["kin"]) == 1, "every VM is of a set")
        for batch in case.document["batches"]:
            kin = [hosts[at]["kin"][0] for at in batch]
            lib.check(len(set(kin)) == len(kin), f"no two of a set in one batch: {kin}")
        done = run_in_azure(azure, case, "--snapshot", "always")
        hosts = told(case)
        stages = sorted(host["stage"] for host in hosts.values())
        lib.check(done.returncode == 0 and stages == ["skipped"] * 2 + ["verified"] * 6, f"{done.returncode} {done.stdout} {done.stderr}")
        for host in hosts.values():
            if host["stage"] == "verified":
                lib.check("/snapshots/rdpsweep-" in host["snapshot"], f"the copy is told: {host['snapshot']}")
            else:
                lib.check("Azure locks it" in host["why"] and not host["snapshot"], f"the lock is told: {host['why']}")
        copies = {host["snapshot"] for host in hosts.values() if host["stage"] == "verified"}
        lib.check(len(copies) == 6, f"each VM has a copy of its own: {copies}")
        stats = azure.stop()
        lib.check(not stats["violations"], f"nothing that Azure dislikes: {stats['violations']}")
        lib.check(sum(one["applied"] for one in states_of(azure).values()) == 6, "those that are locked were left alone")


def copies_that_fail():
    options = ["--snapshots-fail", "--run-command-ms", "50", "--states-at-end"]
    with Azure(vms=3, mix="one:key_acl_missing", options=options) as azure:
        case = azure_case(azure, "key_acl_missing")
        done = run_in_azure(azure, case, "--snapshot", "always", status=21)
        failed = [host for host in told(case).values() if host["stage"] == "failed"]
        lib.check(done.returncode == 21 and failed and "no copy of the OS disk" in failed[0]["why"],
                  f"without a copy nothing is done: {done.returncode} {done.stdout} {done.stderr}")
        azure.stop()
        check_untouched(azure, "to any VM")


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    lib.check(done.returncode == 0, f"openssl {words[0]}: {done.stderr}")
    return done.stdout


def canonical(document):
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def approvals():
    with fleet_of(3, "one:tls_all_off", 9) as fleet:
        case = Case(fleet, ("tls_all_off",))
        case.scan()
        case.make_plan()
        lines = []
        for name in ("anna", "ben", "mallory"):
            openssl("genpkey", "-algorithm", "ed25519", "-out", fleet.path / f"{name}.pem")
            openssl("pkeyutl", "-sign", "-rawin", "-inkey", fleet.path / f"{name}.pem", "-in", case.plan,
                    "-out", fleet.path / f"{name}.sig")
            lines.append(f"{name} {openssl('pkey', '-in', fleet.path / f'{name}.pem', '-pubout').splitlines()[1]}\n")
        (case.state / "approvers").write_text("".join(lines[:2]))
        done = case.apply(status=2)
        lib.check(done.returncode == 2 and "medium risk takes the approval of 1" in done.stderr, f"nobody said yes: {done.stderr}")
        done = case.apply("--approval", fleet.path / "mallory.sig", status=2)
        lib.check(done.returncode == 2 and "given: none" in done.stderr, f"a stranger did: {done.stderr}")
        # Whoever writes a lower risk into the plan, and its digest anew, does not get around them.
        meek = dict(case.document, hosts=[dict(host, risk="low") for host in case.document["hosts"]])
        del meek["digest"]
        meek["digest"] = hashlib.sha256(canonical(meek)).hexdigest()
        (fleet.path / "meek.json").write_bytes(canonical(meek))
        done = lib.rdpsweep("fix", "apply", fleet.path / "meek.json", "--state", case.state, "--confirm", case.phrase,
                            password=fleet.password, status=2)
        lib.check(done.returncode == 2 and "not those of its fixes" in done.stderr, f"a plan that belittles itself: {done.stderr}")
        own = lib.rdpsweep("fix", "approve", case.plan, "--key", fleet.path / "anna.pem", "-o", fleet.path / "own.sig")
        lib.check(own.returncode == 0 and (fleet.path / "own.sig").read_bytes() == (fleet.path / "anna.sig").read_bytes(),
                  f"our signature is that of openssl: {own.stderr}")
        nobody = lib.rdpsweep("fix", "approve", case.plan, status=2)
        lib.check("--key" in nobody.stderr, f"an approval is somebody's: {nobody.stderr}")
        brought = fleet.path / "brought"
        brought.write_text(lines[2])
        done = case.apply("--approvers", brought, "--approval", fleet.path / "mallory.sig", status=2)
        lib.check(f"and of one in {case.state}/approvers at least; given: mallory" in done.stderr,
                  f"a list that is brought along does not replace the one that stands: {done.stderr}")
        brought.chmod(0o666)
        done = case.apply("--approvers", brought, "--approval", fleet.path / "anna.sig", status=2)
        lib.check(f"{brought} proves nothing" in done.stderr, f"anybody could have written that: {done.stderr}")
        (fleet.path / "approvers").write_text("anna AAAA\n")
        done = case.apply("--approvers", fleet.path / "approvers", status=2)
        lib.check(done.returncode == 2 and "line 1" in done.stderr, f"a list that is none: {done.stderr}")
        done = case.apply("--approval", fleet.path / "anna.sig", "--approve-each", "none")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"}, f"anna's word is enough: {done.stderr}")


def begin(case, *options):
    """Applies a plan one VM after the other, each of which has to stay well for so long that an order which is
    given meanwhile comes before the last of them, also on a busy machine."""
    command = [str(lib.SCANNER), *map(str, case.words("apply", "--confirm", case.phrase, "--soak", "1500ms", "--canary-soak",
                                                      "1500ms", "--despite-sessions", "--approve-each", "none",
                                                      "--parallel", "1", *options))]
    return subprocess.Popen(command, env=lib.environment_of(password=case.fleet.password), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def orders():
    with fleet_of(5, "one:tls_all_off", 9) as fleet:
        case = Case(fleet, ("tls_all_off",))
        case.scan()
        case.make_plan()
        for order, needs in (("pause", ()), ("abort", ("--acknowledge", "abort"))):
            process = begin(case, *(("--resume",) if order == "abort" else ()))
            process.stdout.readline()  # a VM is at its end
            lib.check(case.run(order).returncode == 0, f"{order} is heard")
            _, said = process.communicate(timeout=60)
            lib.check_ending(("fix", "apply"), process.returncode, (21,), said)
            left = list(case.stages().values()).count("planned")
            lib.check(process.returncode == 21 and f"fix {order}" in said and 0 < left < 5,
                      f"{order} stops it: {process.returncode} {said} {case.stages()}")
            if needs:
                done = case.apply("--resume", status=2)
                lib.check(done.returncode == 2 and "--acknowledge abort" in done.stderr, f"going on takes a word: {done.stderr}")
        done = case.apply("--resume", "--approve-each", "none", "--acknowledge", "abort")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"}, f"then it goes on: {done.stderr}")


def controls():
    """VMs of another fleet, in the same inventory and in no plan: they vanish while the plan is under way."""
    with fleet_of(6, "one:tls_all_off", 9) as fleet, lib.Fleet(vms=4, mix="healthy", seed=3, rdp=True) as controls:
        case = Case(fleet, ("tls_all_off",))
        lines = controls.inventory.read_text().splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if line == "targets:\n") + 1
        port = next(line for line in lines if "rdp: { port:" in line).strip()
        # One that no packet from outside reaches cannot be watched from there.
        others = [line.replace('name: "', f'{port}, name: "beside-') for line in lines[first:] if "rdp:" not in line]
        lib.check(len(others) >= 3, f"there are VMs to watch: {others}")
        case.inventory.write_text(case.inventory.read_text() + "".join(others))
        case.scan()
        case.make_plan("--fix", "tls12")
        lib.check(len(case.document["hosts"]) == 6, "the others are in no plan")
        process = begin(case)
        process.stdout.readline()
        stopper = threading.Thread(target=controls.stop)
        stopper.start()
        _, said = process.communicate(timeout=120)
        lib.check_ending(("fix", "apply"), process.returncode, (21,), said)
        stopper.join()
        stages = list(case.stages().values())
        lib.check(process.returncode == 21 and "does not touch" in said and stages.count("planned") > 0,
                  f"what the plan does not touch is watched: {process.returncode} {said} {stages}")
        done = case.apply("--resume", "--approve-each", "none", "--acknowledge", "control")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"},
                  f"who looked into it goes on: {done.returncode} {done.stderr}")


def moved_behind_a_closed_gate():
    """The old port answers from here, the new one does not: that is no success, and what is missing is told."""
    with fleet_of(3, "one:port_taken", 9) as fleet:
        case = Case(fleet, ("port_taken",))
        case.scan()
        case.make_plan("--move-rdp", "33890")
        done = case.apply("--approve-each", "none", "--parallel", "1", status=21)
        lib.check(done.returncode == 21 and "rolled_back" in case.stages().values(), f"undone: {done.returncode} {done.stdout} {done.stderr}")
        lib.check("rule that allows TCP 33890 from the sources of the old port's rule" in done.stdout, f"and why: {done.stdout}")
        fleet.stop()
        lib.check_each(states_of(fleet).values(), lambda one: one["restored"], "to the byte")


def moved():
    """No service holds the port, so nothing can be stopped: RDP moves, where that is allowed."""
    with fleet_of(3, "one:port_taken", 9) as fleet:
        case = Case(fleet, ("port_taken",))
        text = case.inventory.read_text()
        port = next(line for line in text.splitlines() if line.startswith("  rdp: "))
        case.inventory.write_text(text.replace(port, "  rdp: { outside: false }"))
        case.scan()
        done = lib.rdpsweep("fix", "plan", "last", "--state", case.state, "--max-percent", "100", "-o", case.plan)
        lib.check(done.stdout.count("is no service") == 3 and not case.plan.exists(), f"by itself it does not: {done.stdout}")
        case.make_plan("--move-rdp", "33890")
        lib.check({host["risk"] for host in case.document["hosts"]} == {"high"}, "it is risky")
        done = case.apply("--approve-each", "none")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"}, f"moved: {done.returncode} {done.stdout} {done.stderr}")
        lib.check(done.stdout.count("port 33890 was not seen from here") == 3, f"nobody saw it from here: {done.stdout}")
        for host in case.scan().values():
            verdicts = {f["rule"]: f["verdict"] for f in host["findings"]}
            lib.check(verdicts["HANDSHAKE"] == "ok" and verdicts["PORT.MOVED"] == "at_risk", f"RDP answers there: {verdicts}")
        lib.check(case.rollback().returncode == 0, "and back")
        fleet.stop()
        lib.check_each(states_of(fleet).values(), lambda one: one["restored"] and one["applied"] == one["undone"] == 1,
                       "to the byte")


def opened_in_azure():
    """The new port is opened in both groups of each VM for the old port's sources, and closed again; or what lacks is told.
    Two of the VMs share the group of their subnet, which takes one write at a time."""
    options = ["--run-command-ms", "50", "--states-at-end"]
    with Azure(vms=4, mix="one:port_taken", options=options) as azure:
        case = azure_case(azure, "port_taken", "--move-rdp", "33890", "--open-nsg", "300")
        lib.check(case.document["open_nsg"] == 300, "the plan has it")
        shown = lib.rdpsweep("fix", "show", case.plan)
        lib.check("rule of priority 300" in shown.stdout, f"and says so: {shown.stdout[:600]}")
        done = run_in_azure(azure, case, "--snapshot", "never")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"}, f"{done.returncode} {done.stdout} {done.stderr}")
        journal = (case.state / "plans" / case.document["id"] / "journal.jsonl").read_text()
        lib.check(journal.count("-nsg/rdpsweep-RDP-33890-") == 8, f"the journal names the rules: {journal}")
        done = lib.rdpsweep(*case.words("rollback", "--confirm", case.phrase), password=azure.password, environment=azure.application())
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"rolled_back"}, f"undone: {done.stdout} {done.stderr}")
        stats = azure.stop()
        lib.check(not stats["violations"], f"nothing that Azure dislikes: {stats['violations']}")
        counts = (stats["requests"]["PUT securityRules"], stats["requests"]["DELETE securityRules"])
        lib.check(counts == (8, 8), f"what was opened is closed: {counts}")
        lib.check("refused securityRules" not in stats["requests"], f"VMs take turns: {stats['requests']}")
        lib.check_each(states_of(azure).values(), lambda one: one["restored"], "to the byte")
    with Azure(vms=1, mix="one:port_taken", options=options) as azure:
        case = azure_case(azure, "port_taken", "--move-rdp", "33890")
        done = run_in_azure(azure, case, "--snapshot", "never")
        lib.check("-nsg lacks a rule for TCP 33890 like its rule allow-rdp for 3389" in done.stdout, f"what lacks is told: {done.stdout}")
        stats = azure.stop()
        lib.check("PUT securityRules" not in stats["requests"], "and nothing is opened unasked")


def full_disk():
    """Nothing is done to a VM that cannot be written down."""
    with fleet_of(3, "one:tls_all_off", 9) as fleet:
        case = Case(fleet, ("tls_all_off",))
        case.scan()
        case.make_plan()
        # No file may grow; a link to /dev/full would be read first, and has no end.
        full = ["bash", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "bash", lib.SCANNER]
        words = case.words("apply", "--confirm", case.phrase, *QUICK, "--approve-each", "none")
        done = subprocess.run([*map(str, full), *map(str, words)], capture_output=True, text=True, check=False,
                              env=lib.environment_of(password=fleet.password), timeout=60)
        lib.check_ending(("fix", "apply"), done.returncode, (1, 2), done.stderr)
        lib.check("journal" in done.stderr, f"it says so: {done.returncode} {done.stderr}")
        fleet.stop()
        check_untouched(fleet, "no VM was changed")


def main():
    lib.side_by_side(locks_and_copies, copies_that_fail, approvals, orders, controls, moved, moved_behind_a_closed_gate, opened_in_azure,
                     full_disk)
    lib.finish()


if __name__ == "__main__":
    main()
