#!/usr/bin/env python3
"""Runs by name, compressed and removed, and the history of them, read by programs nobody here wrote:
sqlite3, jq and zcat."""
import json
import os
import subprocess

from support import lib

VMS = 40


def output(*command, **kwargs):
    return subprocess.run(command, check=True, capture_output=True, text=True, **kwargs).stdout


def rows(state, *verb):
    done = lib.rdpsweep(*verb, "--format", "json", "--state", state, status=0)
    return json.loads(done.stdout)["rows"]


def sql(state, question):
    return output("sqlite3", "-readonly", state / "history.db", question).split()


def runs(fleet, state):
    """Scans three times; returns the ids of the runs."""
    ids = []
    done = None
    for number, name in enumerate(("nightly", "other", "nightly")):
        done, document = lib.scan(fleet, "--name", name, state=state, report=fleet.path / f"{number}.json")
        lib.check("history" not in done.stderr, f"nothing is wrong with the history: {done.stderr}")
        ids.append(document["run"]["id"])
    (fleet.path / "status.json").write_text(str(done.returncode))
    listed = rows(state, "runs", "list")
    lib.check([row["run"] for row in listed] == ids, f"the runs are listed: {listed}")
    lib.check([row["name"] for row in listed] == ["nightly", "other", "nightly"], f"with names: {listed}")
    lib.check_each(listed, lambda row: row["state"] == "complete" and row["targets"] == VMS, "complete")
    shown = {row["what"]: row["value"] for row in rows(state, "runs", "show", "last:other")}
    lib.check(shown["run"] == ids[1] and shown["before"] == ids[0], f"the one before: {shown}")
    lib.rdpsweep("runs", "name", ids[0], "first", "--state", state, status=0)
    shown = rows(state, "runs", "show", "last:first")
    lib.check(shown[0]["value"] == ids[0], f"by its new name: {shown}")
    lib.rdpsweep("runs", "name", ids[0], "broken", "--state", state, status=2)
    return ids


def compressed(fleet, state, ids):
    for run in ids[:2]:
        folder = state / "runs" / run
        lib.check(not (folder / "hosts.jsonl").exists(), "an older run is compressed")
        lines = output("zcat", folder / "hosts.jsonl.gz").splitlines()
        lib.check([json.loads(line)["index"] for line in lines] == list(range(VMS)), "in order")
        names = output("jq", "-r", ".host.name", input="\n".join(lines)).split()
        lib.check(names == [host["name"] for host in fleet.truth()], f"jq reads it: {names}")
    # The same report as when the run ended.
    report = fleet.path / "again.json"
    lib.rdpsweep("report", ids[0], "--report", f"json:{report}", "--state", state)
    first = json.loads((fleet.path / "0.json").read_text())
    again = json.loads(report.read_text())
    lib.check(again["hosts"] == first["hosts"] and again["totals"] == first["totals"], "the same hosts")
    done = lib.rdpsweep("fix", "plan", ids[0], "--max-percent", "100", "-o", fleet.path / "plan.json",
                        "--state", state)
    lib.check((fleet.path / "plan.json").exists(), f"a plan is made from a compressed run: {done.stdout}{done.stderr}")


def history(fleet, state, ids):
    lib.check(oct((state / "history.db").stat().st_mode & 0o777) == "0o600", "it is ours alone")
    lib.check(sql(state, "PRAGMA integrity_check") == ["ok"], "sqlite3 finds it whole")
    lib.check(sql(state, "SELECT uid FROM run ORDER BY id") == ids, "sqlite3 reads the runs")
    broken = [host["name"] for host in json.loads((fleet.path / "2.json").read_text())["hosts"]
              if host["verdict"] == "broken"]
    found = sql(state, f"SELECT host FROM visits WHERE run = '{ids[2]}' AND verdict = 'broken' ORDER BY host")
    lib.check(broken and found == sorted(broken), f"broken ones: {found}, {broken}")
    spans = int(sql(state, "SELECT count(*) FROM span WHERE first_run > 1")[0])
    first = int(sql(state, "SELECT count(*) FROM span WHERE first_run = 1")[0])
    lib.check(first > VMS * 20 and spans < first / 10, f"what did not change takes no room: {first}, {spans}")
    listed = rows(state, "history", "runs")
    lib.check([row["broken"] for row in listed] == [len(broken)] * 3, f"totals: {listed}")
    told = lib.rdpsweep("history", "runs", "--format", "json", "--state", state, status=0).stdout
    lib.check(output("jq", ".rows | length", input=told).strip() == "3", "jq reads the list")
    past = rows(state, "history", "host", broken[0])
    lib.check_each([row for row in past if row["what"] == "assessed"],
                   lambda row: row["verdict"] == "broken", "the host's past")
    rule = next(row["what"] for row in past if row["verdict"] == "broken" and row["what"] != "assessed")
    of_rule = rows(state, "history", "rule", rule)
    lib.check(of_rule[0]["run"] == ids[0] and of_rule[0]["broken"] > 0, f"the rule's past: {of_rule}")
    lib.rdpsweep("history", "host", "no'; DROP TABLE run;--", "--state", state, status=2)
    lib.rdpsweep("history", "rule", "NO.RULE", "--state", state, status=2)


def rebuilt(state):
    lib.rdpsweep("history", "import", "--state", state, status=0)
    lib.check(sql(state, "SELECT name FROM run ORDER BY id") == ["first", "other", "nightly"], "its new name")
    dump = output("sqlite3", "-readonly", state / "history.db", ".dump")
    lib.rdpsweep("history", "rebuild", "--state", state, status=0)
    lib.check(output("sqlite3", "-readonly", state / "history.db", ".dump") == dump, "rebuilt, it is equal")
    (state / "history.db").unlink()
    lib.rdpsweep("history", "import", "--state", state, status=0)
    lib.check(output("sqlite3", "-readonly", state / "history.db", ".dump") == dump, "imported, it is equal")


def a_scan_does_not_fail(fleet, state):
    (state / "history.db").chmod(0o666)
    done, document = lib.scan(fleet, "--name", "nightly", state=state, report=fleet.path / "3.json")
    lib.check("not in the history yet" in done.stderr and "chmod" in done.stderr, f"a warning: {done.stderr}")
    lib.check(done.returncode == json.loads((fleet.path / "status.json").read_text()), "the run is as good")
    (state / "history.db").chmod(0o600)
    lib.check(document["run"]["id"] not in sql(state, "SELECT uid FROM run"), "it is not written")
    _, alone = lib.scan(fleet, state=state, report=fleet.path / "4.json")
    lib.check(alone["run"]["id"] not in sql(state, "SELECT uid FROM run"), "a run without a name writes nothing")
    _, later = lib.scan(fleet, "--name", "nightly", state=state, report=fleet.path / "5.json")
    written = sql(state, "SELECT uid FROM run ORDER BY id")[-3:]
    wanted = [one["run"]["id"] for one in (document, alone, later)]
    lib.check(written == wanted, f"the next run with a name writes all: {written}")
    return written


def pruned(state, ids, later):
    for run in ids:
        path = state / "runs" / run / "run.json"
        document = json.loads(path.read_text())
        document["run"]["started"] = "2020-01-01T00:00:00Z"
        path.write_text(json.dumps(document))
    before = sql(state, "SELECT count(*) FROM visit")
    command = ("runs", "prune", "--keep", "30d", "--newest", "1", "--state", state)
    said = lib.rdpsweep(*command, "--dry-run", status=0).stdout
    lib.check(f"{ids[1]} would be removed" in said, f"it says what it would do: {said}")
    said = lib.rdpsweep(*command, status=0).stdout
    lib.check(f"{ids[0]} stays: " in said and "was made from it" in said, f"a plan's run stays: {said}")
    left = sorted(os.listdir(state / "runs"))
    lib.check(left == [ids[0], *later], f"the others are gone: {left}")
    lib.check(sql(state, "SELECT count(*) FROM visit") == before, "the history keeps them")
    lib.rdpsweep("runs", "prune", "--state", state, status=2)


def main():
    with lib.Fleet(vms=VMS, mix="demo", seed=11) as fleet:
        state = fleet.path / "state"
        ids = runs(fleet, state)
        compressed(fleet, state, ids)
        history(fleet, state, ids)
        rebuilt(state)
        later = a_scan_does_not_fail(fleet, state)
        pruned(state, ids, later)
    lib.finish()


main()
