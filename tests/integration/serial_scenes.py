"""Everything that can be met on a serial console, each in its own VM, all at once: every visit ends in
the outcome that its scene names, no key goes where it must not, nothing is left behind. The slowest scenes
take more than a minute by themselves: a first profile, a console that restarts, a command that never ends."""
import json
import re
import signal
import subprocess

from support.lib import PASSWORD_VARIABLE, SCANNER, check, environment_of, finish, plain_bytes, side_by_side, until
from support.serial_lib import Consoles, outcome_of

SCENES = 54
LEAKS = {"taken-before-logon", "taken-after-logon"}  # somebody else has the console: it cannot be helped


def scenes():
    with Consoles(SCENES, "every") as fleet:
        done, report = fleet.scan("scenes", "--serial-jobs", "100", "--log-file", fleet.path / "log",
                                  "--log-level", "debug")
        stats, consoles = fleet.ended()
        check(len({c["scene"] for c in consoles.values()}) == SCENES == len(report["hosts"]), "every scene is played")
        for host in report["hosts"]:
            console = consoles[host["address"]]
            scene = console["scene"]
            last = host["attempts"][-1]
            check(outcome_of(host) == console["outcome"],
                  f"{scene}: {console['outcome']}, got {last['native']}: {last['what']}")
            notes = {note["key"] for note in last["notes"]}
            check(not console["note"] or console["note"] in notes, f"{scene}: {console['note']} is told, got {notes}")
            check(console["left_open"] == (1 if scene in LEAKS else 0), f"{scene}: {console['left_open']} left open")
            if scene in ("output-only", "channels-full", "crashed"):
                check("note.boot_says" in notes, f"{scene}: what its port had said is told: {notes}")
            if scene == "ems-report":
                check("reportTime" in json.dumps(last["notes"]), "the agent's report is kept")
            check(console["orders"] == [], f"{scene}: nobody orders a restart: {console['orders']}")
            check(outcome_of(host) == "ok" or last["hint"], f"{scene}: it says what to do: {last}")
        check(not stats["violations"], f"no key went where it must not: {stats['violations']}")
        files = {p.name: plain_bytes(p).decode(errors="replace") for p in fleet.path.rglob("*")
                 if p.is_file() and "fleet" not in p.parts}
        check({"log", "audit", "scenes.json"} <= set(files), f"there is something to search: {sorted(files)}")
        everything = done.stdout + done.stderr + "".join(files.values())
        check(fleet.password not in everything, "the password is nowhere")
        check(not re.search(r"sim\.\d+\.[0-9a-f]{32}", everything), "no token is anywhere")
        audit = [json.loads(line) for line in (fleet.path / "audit").read_text().splitlines()]
        check({a["transport"] for a in audit} == {"serial"}, "each command is in the audit")


def one_logon():
    """A refused logon is not tried again, whatever --retries says."""
    with Consoles(2, "password-a,password-b") as fleet:
        done, report = fleet.scan("logon", "--retries", "5")
        check([outcome_of(h) for h in report["hosts"]] == ["auth_failed"] * 2, "refused")
        stats, consoles = fleet.ended()
        check([c["sessions"] for c in consoles.values()] == [1, 1], f"one session a VM: {consoles}")


def in_use():
    with Consoles(1, "in-use") as fleet:
        done, report = fleet.scan("busy")
        check(outcome_of(report["hosts"][0]) == "console_in_use" and "--takeover" in report["hosts"][0]["attempts"][-1]["hint"],
              "a console in use is left alone, and it says how to take it")
        done, report = fleet.scan("taken", "--takeover")
        check(outcome_of(report["hosts"][0]) == "ok", f"--takeover takes it: {report['hosts'][0]['attempts'][-1]}")


def switched_off():
    with Consoles(2, "happy", options=["--console-disabled"]) as fleet:
        done, report = fleet.scan("off")
        check([outcome_of(h) for h in report["hosts"]] == ["console_disabled"] * 2, "the subscription's switch is off")
    with Consoles(2, "happy", options=["--stopped-every", "1"]) as fleet:
        done, report = fleet.scan("stopped")
        outcomes = [h["outcome"] for h in report["hosts"]]
        check(outcomes == ["skipped"] * 2, f"a VM that is off is not opened: {outcomes}")
        stats, consoles = fleet.ended()
        opened = [console for console in consoles.values() if console["sessions"]]
        check(not opened, f"no session was opened: {opened}")


def checked():
    """`check`: who we are there, and nothing more."""
    with Consoles(2, "happy-stream,not-elevated") as fleet:
        done = fleet.run("check", "--retries", "0")
        check("sim\\sweeper" in done.stdout, f"as whom: {done.stdout[-600:]}")
        check("not_elevated" in done.stdout + done.stderr, f"who lacks rights is told: {done.stdout[-600:]}")


def interrupted():
    """Ctrl-C ends the waits, not the connections: every channel is closed again. It comes when the audit says
    that three VMs are logged on to and their scripts about to be typed."""
    with Consoles(6, "happy-stream,happy-differences") as fleet:
        audit = fleet.path / "audit"
        environment = {**fleet.application(), PASSWORD_VARIABLE: fleet.password}
        process = subprocess.Popen(
            [str(SCANNER), "scan", "-i", str(fleet.defaults()), "--all-subscriptions", "--azure-cloud", str(fleet.cloud),
             "--azure-ca-file", str(fleet.ca), "--state", str(fleet.path / "state"), "--audit-file", str(audit), "--report",
             f"json:{fleet.path / 'cut.json'}"], env=environment_of(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        check(until(lambda: audit.exists() and audit.read_bytes().count(b"\n") >= 3), "three consoles are open")
        process.send_signal(signal.SIGINT)
        check(process.wait(60) == 130, "interrupted")
        stats, consoles = fleet.ended()
        check(sum(c["sessions"] for c in consoles.values()) >= 3, "some consoles were open")
        check(not [c for c in consoles.values() if c["left_open"]], f"nothing is left behind: {consoles}")
        report = json.loads((fleet.path / "cut.json").read_text())
        outcomes = [h["outcome"] for h in report["hosts"]]
        check(len(outcomes) == 6 and set(outcomes) <= {"assessed", "not_attempted"} and "not_attempted" in outcomes,
              f"and nobody else is blamed: {outcomes}")


side_by_side(scenes, interrupted, one_logon, in_use, switched_off, checked)
finish()
