#!/usr/bin/env python3
"""Plans applied to simulated VMs: from broken to healthy, stopped by the guards, killed at any moment and gone on
with, and undone to the byte. It takes long because some forty VMs are scanned, changed, looked at, undone and
looked at again, and a plan is killed and gone on with twenty times."""
import json
import random
import signal
import subprocess
import time

from support import lib
from support.azure_lib import Azure
from support.fix_lib import QUICK, Case, check_restored, fleet_of, states_of, there_and_back

CURABLE = ("service_stopped", "service_disabled", "tls_all_off", "key_acl_missing", "key_acl_denied", "layer_zero_with_nla", "layer_out_of_range",
           "http_tls_all_off", "http_key_acl_missing", "own_expired", "own_corrupt", "key_orphan", "key_empty", "key_undecryptable",
           "own_without_key_link", "port_taken_by_service", "policy_managed_stopped",
           "store_denied_empty", "service_account", "key_renewal_failing")
# Fixes that are planned only when they are named: what they let in, or cure that is no cause.
NAMED = {"rdp_denied": "allow-rdp", "rdp_denied_by_absence": "allow-rdp", "listener_off": "listener", "listener_draining": "listener",
         "console_off": "ems", "dump_off": "dump", "policy_client_disabled": "gpsvc", "policy_client_disabled_system": "gpsvc",
         "key_folder_hardened": "key-folder", "pin_dangling": "unpin", "tls_newest_forced": "tls13", "layer_test_residue": "nla",
         "layer_no_negotiation": "nla", "port_moved_blocked": "port-rule", "port_stale_adapter": "lan-adapter",
         "service_account_works": "account"}
# What a rule says after its fix where that is not "ok": RDP still is on another port, and is let in there.
LEFT = {"port_moved_blocked": "PORT.MOVED.moved"}
# More is wrong with them than there are fixes for: what was changed in vain is undone.
BEYOND = ("pin_dangling_dead",)


def broken_to_healthy():
    with fleet_of(lib.EVERY, "every", 5) as fleet:
        case = Case(fleet, CURABLE)
        sick = case.scan()
        case.make_plan("--stop-service", "TomcatGateway")
        planned = {host["name"]: host for host in case.document["hosts"]}
        truth = {vm["name"]: vm for vm in fleet.truth()}
        for name in planned:
            told = (sick[name]["verdict"], sick[name]["root_cause"])
            lib.check(told == (truth[name]["verdict"], truth[name]["root_cause"]), f"{case.names[name]} is as the truth has it: {told}")
        lib.check({case.names[name] for name in planned} == set(CURABLE), f"a VM of each profile is planned for: {planned}")
        refused = case.run("apply", "--confirm", "1:xxxx", *QUICK, status=2)
        lib.check(refused.returncode == 2 and case.phrase in refused.stderr, f"a phrase is asked for: {refused.stderr}")
        done = case.apply("--audit-file", fleet.path / "audit")
        lib.check(len(case.document["batches"]) > 1 and "paused" in done.stderr,
                  f"it pauses after the canary: {done.returncode} {done.stderr} {done.stdout}")
        again = case.apply(status=2)
        lib.check(again.returncode == 2 and "--resume" in again.stderr, f"a plan is not begun twice: {again.stderr}")
        done = case.apply("--resume", "--approve-each", "none")
        lib.check(done.returncode == 0, f"it goes on: {done.returncode} {done.stderr} {done.stdout}")
        stages = case.stages()
        lib.check(set(stages.values()) == {"verified"}, f"every VM is verified: {stages} {done.stdout}")
        audit = [json.loads(line) for line in (fleet.path / "audit").read_text().splitlines()]
        lib.check({record["effect"] for record in audit} == {"read_only", "changes_host"}, "the audit tells looks from changes")
        done = lib.rdpsweep("audit", fleet.path / "audit")
        lib.check(done.returncode == 0 and f"{len(audit)} records" in done.stdout, f"its chain is whole: {done.stdout}")
        done = case.run("status", "--changes")
        lib.check("Server\\Enabled: dword:0 -> dword:1" in done.stdout and f"--confirm {case.phrase}" in done.stdout,
                  f"what was changed is told, and how it is undone: {done.stdout[-600:]}")
        healed = case.scan()
        for name, host in planned.items():
            left = {f["rule"]: f["verdict"] for f in healed[name]["findings"]}
            lib.check(host["rules"], f"{case.names[name]}: the plan says which rules it cures")
            for rule in host["rules"]:
                lib.check(left[rule] not in ("broken", "unknown"), f"{case.names[name]}: {rule} is {left[rule]} after the fix")
            lib.check(left["HANDSHAKE"] == "ok", f"{case.names[name]}: the handshake is {left['HANDSHAKE']}")
        lib.check_each(planned, lambda name: sick[name]["verdict"] in ("broken", "at_risk"), "they were sick before")
        done = case.rollback()
        lib.check(done.returncode == 0, f"all of it is undone: {done.returncode} {done.stderr} {done.stdout}")
        lib.check(set(case.stages().values()) == {"rolled_back"}, f"and says so: {case.stages()}")
        done = case.rollback()
        lib.check(done.returncode == 0 and "nothing" in done.stderr, f"a second time there is nothing: {done.stderr}")
        check_restored(fleet, {name: len(host["steps"]) for name, host in planned.items()})


def by_name():
    """The fixes that have to be named, on every VM of the fleet that needs one."""
    with fleet_of(lib.EVERY, "every", 5) as fleet:
        case = Case(fleet, NAMED)
        sick = case.scan()
        case.make_plan("--fix", ",".join(sorted(set(NAMED.values()))))
        planned = {host["name"]: host for host in case.document["hosts"]}
        lib.check({NAMED[case.names[name]] for name in planned} == set(NAMED.values()), f"all of them are planned: {sorted(case.names.values())}")
        truth = {vm["name"]: vm for vm in fleet.truth()}
        for name, host in planned.items():
            lib.check(sick[name]["verdict"] == truth[name]["verdict"], f"{case.names[name]} is as the truth has it: {sick[name]['verdict']}")
            lib.check(NAMED[case.names[name]] in host["fixes"], f"{case.names[name]}: {host['fixes']}")
        done = case.apply("--approve-each", "none")
        lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"}, f"verified: {done.returncode} {done.stdout} {done.stderr}")
        healed = case.scan()
        for name, host in planned.items():
            left = {f["rule"]: f["verdict"] for f in healed[name]["findings"]}
            lib.check(host["rules"], f"{case.names[name]}: the plan says which rules it cures")
            for rule in host["rules"]:
                says = next(f["message"]["key"] for f in healed[name]["findings"] if f["rule"] == rule)
                lib.check(left[rule] == "ok" or says == LEFT.get(case.names[name]),
                          f"{case.names[name]}: {rule} is {left[rule]} ({says}) after {host['fixes']}")
        lib.check(case.rollback().returncode == 0, "all of it is undone")
        check_restored(fleet, {name: len(host["steps"]) for name, host in planned.items()})


def two_causes():
    """Causes that hide each other are cured in steps of one plan, verified, and undone in reverse order."""
    for profile, fixes in (("fix_stopped_and_orphan", ["services", "renew"]), ("fix_denied_and_corrupt", ["key-acl", "renew"])):
        with fleet_of(2, f"one:{profile}", 9) as fleet:
            case = Case(fleet, (profile,))
            sick = case.scan()
            lib.check({host["verdict"] for host in sick.values()} == {"broken"}, f"{profile}: broken")
            case.make_plan()
            lib.check_each(case.document["hosts"], lambda host: host["fixes"] == fixes and len(host["steps"]) == 2,
                           f"{profile}: {fixes} in two steps")
            done = case.apply("--approve-each", "none")
            lib.check(done.returncode == 0 and set(case.stages().values()) == {"verified"},
                      f"{profile}: both are cured: {done.returncode} {done.stdout} {done.stderr}")
            healed = case.scan()
            lib.check_each(healed.values(), lambda host: host["verdict"] in ("ok", "at_risk"), f"{profile}: well")
            done = case.rollback()
            lib.check(done.returncode == 0 and set(case.stages().values()) == {"rolled_back"}, f"{profile}: undone: {done.stdout} {done.stderr}")
            fleet.stop()
            for name, one in states_of(fleet).items():
                lib.check(one["restored"] and one["applied"] == 2 and one["undone"] == 1, f"{profile}: {name} is what it was: {one}")


def beside_a_cause():
    """A cause that the plan may not cure stays: what was cured beside it is kept, and the result says so."""
    for profile in ("fix_denied_and_taken", "several_causes"):
        with fleet_of(2, f"one:{profile}", 9) as fleet:
            case = Case(fleet, (profile,))
            case.scan()
            case.make_plan()
            account = case.document["account"]
            lib.check(account == {"broken": 2, "planned": 2, "left_out": 0, "no_fix": 0}, f"{profile}: {account}")
            lib.check([skip["rule"] for skip in case.document["skipped"]] == ["PORT.OWNER"] * 2, f"{profile}: {case.document['skipped']}")
            done = case.apply("--approve-each", "none")
            told = done.stdout.count("verified  RDP does not work yet: this plan does not cure PORT.OWNER")
            lib.check(done.returncode == 0 and told == 2, f"{profile}: verified by its own rule: {done.returncode} {done.stdout} {done.stderr}")
            healed = case.scan()
            for host in healed.values():
                left = {f["rule"]: f["verdict"] for f in host["findings"]}
                lib.check(left["KEY.ACL"] == "ok" and left["PORT.OWNER"] == "broken", f"{profile}: one is cured, one is not: {left}")
            lib.check(case.rollback().returncode == 0, f"{profile}: it is undone")
            check_restored(fleet, {host["name"]: len(host["steps"]) for host in case.document["hosts"]})


def guards():
    """A VM whose listener stays deaf, and one that lets nothing be written: undone, or untouched, and stopped."""
    for profile, stage, status in (("fix_no_help", "rolled_back", 21), ("fix_write_denied", "rolled_back", 21)):
        with fleet_of(6, f"one:{profile}", 9) as fleet:
            case = Case(fleet, (profile,))
            case.scan()
            case.make_plan()
            done = case.apply("--approve-each", "none", "--parallel", "1", status=status)
            stages = list(case.stages().values())
            lib.check(done.returncode == status, f"{profile}: {done.returncode} {done.stderr} {done.stdout}")
            canaries = len(case.document["batches"][0])
            lib.check(stages.count(stage) == 1 and stages.count("planned") == len(stages) - 1,
                      f"{profile}: the first VM ends the canary of {canaries}: {stages} {done.stdout}")
            lib.check("first batch" in done.stderr, f"{profile}: and says why: {done.stderr}")
            done = case.apply("--resume", status=2)
            lib.check(done.returncode == 2 and "--acknowledge canary" in done.stderr,
                      f"{profile}: going on takes a word about it: {done.stderr}")
            done = case.apply("--resume", "--acknowledge", "canary", "--parallel", "1", status=21)
            ended = sum(stage == "rolled_back" for stage in case.stages().values())
            lib.check(ended == 2, f"{profile}: the next VM stops it again: {done.returncode} {done.stdout}")
            fleet.stop()
            lib.check_each(states_of(fleet).values(), lambda one: one["restored"], f"{profile}: to the byte")


def beyond():
    """What does not help is undone, and said to be."""
    with fleet_of(lib.EVERY, "every", 5) as fleet:
        case = Case(fleet, BEYOND)
        case.scan()
        case.make_plan()
        lib.check(case.document["hosts"], "some VMs are planned for")
        done = case.apply("--approve-each", "none", "--parallel", "1", status=21)
        fleet.stop()
        states = states_of(fleet)
        lib.check_each(states.values(), lambda one: one["restored"], "what did not help is undone to the byte")
        tried = [name for name, one in states.items() if one["applied"]]
        lib.check(len(tried) == 1 and states[tried[0]]["undone"] == 1,
                  f"a canary that is not cured is undone, and stops the plan: {tried} {done.stdout}")


def plan_behind(fleet):
    """A second plan of the same run, after the first was applied: no host is what it was planned for."""
    case = Case(fleet, ("tls_all_off",))
    case.scan()
    case.make_plan()
    second = Case(fleet, ("tls_all_off",))
    second.plan = fleet.path / "second.json"
    second.make_plan()
    lib.check(case.apply("--approve-each", "none").returncode == 0, "the first plan helps")
    return second


def drift():
    """What changed since the plan is left alone: here a second plan of the same run, after the first was applied."""
    with fleet_of(3, "one:tls_all_off", 9) as fleet:
        second = plan_behind(fleet)
        done = second.apply("--approve-each", "none")
        lib.check(done.returncode == 0 and set(second.stages().values()) == {"skipped"},
                  f"the second finds nothing to do: {done.stdout}")
        fleet.stop()
        lib.check_each(states_of(fleet).values(), lambda one: one["applied"] == 1, "each VM was written to once")


def drift_stops():
    """Too many that are not as planned: the world changed, and the plan with it."""
    with fleet_of(8, "one:tls_all_off", 9) as fleet:
        second = plan_behind(fleet)
        done = second.apply("--approve-each", "none", status=21)
        lib.check(done.returncode == 21 and "new plan" in done.stderr, f"the second stops: {done.returncode} {done.stderr}")
        # The third that differs stops the plan; one more may be under way by then.
        stages = sorted(second.stages().values())
        lib.check(stages in (["planned"] * 5 + ["skipped"] * 3, ["planned"] * 4 + ["skipped"] * 4),
                  f"after two batches: {second.stages()}")


def held_and_closed():
    """A tag holds a VM back; outside of the window none begins, and that takes no acknowledgement."""
    with fleet_of(4, "one:tls_all_off", 9) as fleet:
        case = Case(fleet, ("tls_all_off",))
        case.scan()
        case.make_plan()
        text = case.inventory.read_text()
        held = case.document["hosts"][1]["name"]
        line = next(line for line in text.splitlines() if f'"{held}"' in line or f" {held}," in line)
        case.inventory.write_text(text.replace(line, line.replace("tags: { ", 'tags: { "rdpsweep:hold": "me", ')))
        now = time.gmtime()
        closed = f"{(now.tm_hour + 3) % 24:02}:00-{(now.tm_hour + 4) % 24:02}:00 Etc/UTC"
        done = case.apply("--approve-each", "none", "--window", closed, status=21)
        lib.check(done.returncode == 21 and "window" in done.stderr, f"closed: {done.returncode} {done.stderr}")
        lib.check(set(case.stages().values()) == {"planned"}, "no VM was begun")
        done = case.apply("--approve-each", "none", "--window", "Mon-Sun 00:00-24:00 Nowhere/City", status=2)
        lib.check(done.returncode == 2, f"a zone that nobody knows: {done.returncode} {done.stderr}")
        opened = f"{(now.tm_hour - 1) % 24:02}:00-{(now.tm_hour + 5) % 24:02}:00 Etc/UTC"
        done = case.apply("--approve-each", "none", "--window", opened)
        stages = case.stages()
        lib.check(done.returncode == 0 and stages.pop(held) == "skipped" and set(stages.values()) == {"verified"},
                  f"all but the one that is held: {done.returncode} {done.stdout}")
        document = json.loads(case.run("status", "--format", "json").stdout)
        told = {host["name"]: host for host in document["hosts"]}
        lib.check("rdpsweep:hold" in told[held]["why"] and not told[held]["changes"], f"why is told: {told[held]}")
        lib.check(len(told) == 4, f"each VM is told of: {sorted(told)}")
        changes = [change for name, host in told.items() if name != held for change in host["changes"]]
        lib.check_each(changes, lambda change: change["before"] != change["after"], "and what was changed")
        lib.check_each((host for name, host in told.items() if name != held), lambda host: host["changes"], "on each of them")


def people():
    """Somebody is logged on: TermService is not restarted, so nothing is changed."""
    with fleet_of(12, "one:tls_all_off", 9) as fleet:
        case = Case(fleet, ("tls_all_off",))
        busy = [name for name, host in case.scan().items() if host["facts"]["sessions"]["active"] > 0]
        case.make_plan()
        done = case.run("apply", "--confirm", case.phrase, *QUICK[:-1], "--approve-each", "none")
        stages = case.stages()
        lib.check(0 < len(busy) < len(stages), f"on some VMs there are people: {busy} of {sorted(stages)}")
        wanted = {name: "skipped" if name in busy else "verified" for name in stages}
        lib.check(stages == wanted, f"those with people on them are left alone, the others cured: {stages}, {wanted}")
        fleet.stop()
        written = {name for name, one in states_of(fleet).items() if one["applied"]}
        lib.check(written == set(stages) - set(busy), f"and no others were written to: {written}")


def over_ssh():
    with lib.Fleet(5, "one:tls_all_off", seed=2, rdp=True, ssh=True, options=["--states-at-end"]) as fleet:
        there_and_back(fleet, ("-i", fleet.inventory, "--ca-file", fleet.ca, "--known-hosts", fleet.known_hosts), None, "ssh")


def over_run_command():
    """No packet goes to the VM, and 4,096 bytes come back."""
    with Azure(vms=4, mix="one:key_acl_missing", options=["--run-command-ms", "100", "--states-at-end"]) as azure:
        defaults = azure.path / "defaults.yaml"
        defaults.write_text("""version: 1
credentials:
  fleet: { username: 'SIM\\sweeper', password: { env: RDPSWEEP_PASSWORD } }
defaults: { credential: fleet, route: [run-command], rdp: { outside: false } }
""")
        there_and_back(azure, ("-i", defaults, "--all-subscriptions", "--azure-cloud", azure.cloud, "--azure-ca-file",
                               azure.ca), azure.application(), "run-command")


def power_cuts(rounds):
    """kill -9 at any moment, again and again; in the end all is verified and nothing was done twice."""
    chance = random.Random(4)
    between = 0  # cuts after which some VMs were at their end, and others not
    for turn in range(rounds):
        with fleet_of(8, "one:tls_all_off", 20 + turn) as fleet:
            case = Case(fleet, ("tls_all_off",))
            case.scan()
            case.make_plan()
            cuts = 0
            while True:
                resume = ["--resume"] if case.run("status").stdout.count("planned") < 8 or cuts else []
                command = [str(lib.SCANNER), *map(str, case.words("apply", "--confirm", case.phrase, *QUICK, *resume,
                                                                  "--approve-each", "none", "--parallel", "3"))]
                process = subprocess.Popen(command, env=lib.environment_of(password=fleet.password),
                                           stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                try:
                    _, said = process.communicate(timeout=chance.uniform(0.02, 0.3) * (1 + cuts / 5) if cuts < 25 else 60)
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    cuts += 1
                    between += len(set(case.stages().values())) > 1
                    continue
                break
            lib.check_ending(("fix", "apply"), process.returncode, (0,), said)
            lib.check(cuts > 0, f"round {turn}: it was cut before its end")
            stages = case.stages()
            lib.check(set(stages.values()) == {"verified"}, f"after {cuts} cuts: {stages}")
            fleet.stop()
            for name, one in states_of(fleet).items():
                lib.check(one["applied"] == 1 and one["undone"] == 0, f"{name} was written to once, after {cuts} cuts: {one}")
            print(f"{cuts} power cuts survived")
    lib.check(between > 0, f"some cuts came in the middle of a plan: {between}")


def main():
    broken_to_healthy()
    by_name()
    two_causes()
    beside_a_cause()
    beyond()
    guards()
    drift()
    drift_stops()
    held_and_closed()
    people()
    over_ssh()
    over_run_command()
    power_cuts(3)
    lib.finish()


if __name__ == "__main__":
    main()
