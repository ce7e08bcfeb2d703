#!/usr/bin/env python3
"""--select, --pick and --rerun from end to end: what they choose is visited and nothing else, a picked
run that was killed resumes with the same hosts, and a selection that matches nothing is an error."""
import json
import pathlib
import subprocess
import sys

from support import lib

VMS = 40
ROOT = pathlib.Path(__file__).resolve().parents[2]


def names(document):
    return [host["name"] for host in document["hosts"]]


def check_schema(state):
    stored = sorted(state.glob("runs/*/run.json"))
    lib.check(len(stored) == 2, f"two runs are stored: {stored}")
    checked = subprocess.run([sys.executable, ROOT / "tests/integration/validate_schema.py",
                              ROOT / "docs/schema/run-1.schema.json", *stored], check=False)
    lib.check(checked.returncode == 0, "stored runs match their schema")


def rerun(fleet, state):
    report = fleet.path / "first.json"
    _, first = lib.scan(fleet, state=state, report=report)
    kept = report.read_bytes()
    broken = [host["name"] for host in first["hosts"] if host["verdict"] == "broken"]
    lib.check(0 < len(broken) < VMS, f"some are broken: {len(broken)}")
    # Nothing but the run is named.
    done = lib.rdpsweep("scan", "--rerun", first["run"]["id"] + ":broken", "--state", state,
                        "--report", f"json:{fleet.path / 'again.json'}", password=fleet.password)
    again = json.loads((fleet.path / "again.json").read_text())
    lib.check(names(again) == broken, f"only the broken ones: {names(again)} {done.stderr}")
    lib.check(again["run"]["id"] != first["run"]["id"], "it is a run of its own")
    lib.check(report.read_bytes() == kept, "the first run's report is left alone")
    lib.check(f"{len(broken)} of {VMS} targets again" in done.stderr, done.stderr)
    check_schema(state)
    # And again from that one, with other words; though its command line is that of another version.
    path = state / "runs" / again["run"]["id"] / "run.json"
    stored = json.loads(path.read_text())
    stored["run"]["args"] = ["scan", "--option-of-old", "7"]
    path.write_text(json.dumps(stored))
    done = lib.rdpsweep("scan", "--rerun", "last:ok,at_risk", "--state", state, password=fleet.password, status=3)
    lib.check(done.returncode == 3, f"none of them is ok: 3, not {done.returncode} {done.stderr}")
    done = lib.rdpsweep("scan", "--rerun", "last:borken", "--state", state, password=fleet.password, status=2)
    lib.check(done.returncode == 2 and '"broken"' in done.stderr, f"a wrong word: {done.stderr}")


def pick(fleet, state):
    command = [str(lib.SCANNER), "scan", "-i", str(fleet.inventory), "--ca-file", str(fleet.ca), "--state",
               str(state), "--pick", "20", "--jobs", "1", "-q"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=lib.environment_of(password=fleet.password))

    def finished():
        return sum(path.read_bytes().count(b'"finished"') for path in state.glob("runs/*/hosts.jsonl"))

    lib.check(lib.until(lambda: finished() >= 3), "some hosts are finished")
    process.kill()
    lib.check(process.wait() == -9 and finished() < 20, f"it is killed in the middle: {finished()} of 20")
    done = lib.rdpsweep("scan", "--resume", "last", "--state", state, "--report",
                        f"json:{fleet.path / 'picked.json'}", password=fleet.password)
    document = json.loads((fleet.path / "picked.json").read_text())
    args = document["run"]["args"]
    lib.check("--seed" in args, f"the seed is kept: {args} {done.stderr}")
    seed = args[args.index("--seed") + 1]
    told = lib.rdpsweep("targets", "-i", fleet.inventory, "--pick", "20", "--seed", seed, "--format", "json")
    wanted = [target["name"] for target in json.loads(told.stdout)["targets"]]
    lib.check(len(wanted) == 20 and names(document) == wanted, f"the same 20: {names(document)}, {wanted}")
    lib.check(seed in told.stderr, f"the seed is said: {told.stderr}")


def select(fleet, state):
    one = fleet.truth()[3]["name"]
    done, document = lib.scan(fleet, "--select", f"name:'{one}' & !tag:no=such", state=state,
                              report=fleet.path / "one.json")
    lib.check(names(document) == [one], f"one host: {names(document)} {done.stderr}")
    done, _ = lib.scan(fleet, "--select", "no-such-*", state=state, status=3)
    lib.check(done.returncode == 3, f"a selection that matches nothing is 3, not {done.returncode}")
    lib.check(f"matches none of {VMS} targets" in done.stderr, done.stderr)
    done, _ = lib.scan(fleet, "--select", "no-such-*", "--allow-empty", state=state)
    lib.check(done.returncode == 0, f"--allow-empty is 0, not {done.returncode} {done.stderr}")
    done, _ = lib.scan(fleet, "--select", "a & (b", state=state, status=2)
    lib.check(done.returncode == 2 and "column 5" in done.stderr, f"a mistake: {done.stderr}")


def main():
    with lib.Fleet(vms=VMS, mix="demo", seed=11) as fleet:
        rerun(fleet, fleet.path / "state-rerun")
        pick(fleet, fleet.path / "state-pick")
        select(fleet, fleet.path / "state-select")
    lib.finish()


main()
