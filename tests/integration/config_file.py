#!/usr/bin/env python3
"""A configuration file of a user: a scan without a word more; what wins over what; `config show --origin` says it; what is
wrong with a file ends every verb before it does anything, but those that read none."""
import json
import pathlib
import re

from support import lib

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def main():
    with lib.Fleet(vms=6, mix="healthy") as fleet:
        folder = fleet.path / "xdg" / "rdpsweep"
        folder.mkdir(parents=True)
        config = folder / "config.yaml"
        state = fleet.path / "state"
        environment = {"XDG_CONFIG_HOME": str(folder.parent), "RDPSWEEP_CONFIG": ""}

        def run(*words, status=0, **more):
            return lib.rdpsweep(*words, status=status, password=fleet.password, environment=environment | more)

        config.write_text(f"inventory: {fleet.inventory}\nca-file: {fleet.ca}\nstate: {state}\njobs: 40\n"
                          f"no-handshake: true\nscan:\n  name: nightly\n  limit: 4\n"
                          f"  report: [text, 'json:{fleet.path}/report.json']\n")
        done = run("scan")
        lib.check("40 at work at once" in done.stderr, f"the file's jobs: {done.stderr}")
        report = json.loads((fleet.path / "report.json").read_text())
        lib.check(report["totals"]["targets"] == 4 and report["totals"]["assessed"] == 4, f"its limit: {report['totals']}")
        done = run("scan", RDPSWEEP_JOBS="30", RDPSWEEP_LIMIT="3")
        lib.check("30 at work at once" in done.stderr and "3 of 3" in done.stderr, f"a variable wins: {done.stderr}")
        done = run("scan", "--jobs", "20", RDPSWEEP_JOBS="30")
        lib.check("20 at work at once" in done.stderr, f"and the command line over it: {done.stderr}")
        runs = json.loads(run("runs", "list", "--format", "json").stdout)["rows"]
        lib.check(len(runs) == 3 and all(row["name"] == "nightly" for row in runs), f"all have its name: {runs}")
        # One target of the command line: the file's are not added, and its credential is not there.
        done = run("targets", "-t", "10.1.2.3", "--format", "json")
        lib.check([target["address"] for target in json.loads(done.stdout)["targets"]] == ["10.1.2.3"],
                  f"only what was named: {done.stdout}")
        # What is done again leaves nothing where the night's report is, nor does what somebody looks at.
        (fleet.path / "report.json").unlink()
        run("scan", "--rerun", "last:unknown")
        run("report", "last")
        lib.check(not (fleet.path / "report.json").exists(), "the night's report is not replaced by a part of it")

        done = run("config", "show", "--origin", RDPSWEEP_RETRIES="1")
        rows = [line.split() for line in done.stdout.splitlines()]
        lib.check(["jobs", "any", "40", f"{config}:4:1"] in rows, f"the file's place: {done.stdout}")
        lib.check(["limit", "scan", "4", f"{config}:8:3"] in rows, f"of a verb: {done.stdout}")
        lib.check(["retries", "any", "1", "RDPSWEEP_RETRIES"] in rows, f"a variable: {done.stdout}")
        lib.check("/etc/rdpsweep/config.yaml" in done.stderr and f"{config} was read" in done.stderr, done.stderr)
        shown = json.loads(run("config", "show", "--verb", "scan", "--format", "json").stdout)
        lib.check(shown["schema"] == "rdpsweep.config/1", "JSON for programs")
        origins = {row["option"]: row["origin"] for row in shown["options"]}
        lib.check(origins["jobs"].endswith(":4:1") and origins["deadline"] == "default", f"with defaults: {origins}")
        lib.check("insecure" not in origins, "what has to be said is nobody's preset")
        run("config", "show", "--verb", "scam", status=2)

        sample = re.search(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S).group(1)
        config.write_text(sample)
        rows = run("config", "show").stdout.splitlines()
        lib.check(len(rows) - 1 == len(re.findall(r"^ *[a-z-]+: \S", sample, re.M)) > 5, f"the page's sample is one: {rows}")

        config.write_text("jobs: 40\nretires: 3\npassword: hunter2\n")
        seen = fleet.stats()["connections"]["total"]
        for words in (("scan", "-i", fleet.inventory), ("rules",), ("config", "show")):
            done = run(*words, status=2)
            lib.check(f"{config}:2:1" in done.stderr and "did you mean retries?" in done.stderr, done.stderr)
            lib.check("holds no secret" in done.stderr and "hunter2" not in done.stderr + done.stdout, done.stderr)
        lib.check(fleet.stats()["connections"]["total"] == seen, "no VM was reached")
        run("version")
        run("rules", "--help")
        run("rules", "--config", "/dev/null")
        config.write_text("jobs: none\n")
        done = run("check", "-i", fleet.inventory, status=2)
        lib.check(f"{config}:1:1: jobs: \"none\" is not a number" in done.stderr, done.stderr)
        done = run("config", "show", status=2)
        lib.check(f"{config}:1:1" in done.stderr and "jobs of scan" in done.stderr, done.stderr)
    lib.finish()


if __name__ == "__main__":
    main()
