#!/usr/bin/env python3
"""fix plan and fix show on a run over sick VMs: what is planned, what is left out, and that nothing of it
touches a VM."""
import json
import pathlib
import subprocess
import sys

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]


def plan(fleet, *options, run="last"):
    return lib.rdpsweep("fix", "plan", run, "--state", fleet.path / "state", *options)


def main():
    with lib.Fleet(vms=220, mix="every", seed=3, rdp=True) as fleet:
        lib.scan(fleet, "--deadline", "15s", "--step-timeout", "4s", "--connect-timeout", "2s", state=fleet.path / "state")
        before = fleet.stats_file.read_text() if fleet.stats_file.exists() else ""
        made = fleet.path / "plan.json"
        done = plan(fleet, "-o", made)
        lib.check(done.returncode == 2 and "--max-percent" in done.stderr and not made.exists(),
                  f"a plan for more than a twentieth of the fleet needs a word: {done.stderr} {done.stdout}")
        done = plan(fleet, "--max-percent", "100", "-o", made)
        lib.check(done.returncode == 0, f"a plan is made: {done.stderr}")
        document = json.loads(made.read_text())
        valid = subprocess.run([sys.executable, ROOT / "tests/integration/validate_schema.py",
                                ROOT / "docs/schema/plan-1.schema.json", made], check=False)
        lib.check(valid.returncode == 0, "the plan matches its schema")
        profiles = {vm["name"]: vm["profile"] for vm in fleet.truth()}
        fixes = {profiles[host["name"]]: host["fixes"] for host in document["hosts"]}
        print(fixes)
        lib.check(fixes, "some VMs are planned for")
        for host in document["hosts"]:
            for change in host["changes"]:
                if change["kind"] == "certificate":
                    lib.check(change["place"] in done.stdout and "a certificate of " in done.stdout, f'{change["place"]} is shown')
                    continue
                lib.check(f'- {change["before"]}' in done.stdout and f'+ {change["after"]}' in done.stdout,
                          f"the change is shown: {change}")
        lib.check(oct(made.stat().st_mode & 0o777) == "0o600", "a plan is for its owner")
        shown = lib.rdpsweep("fix", "show", made)
        lib.check(shown.returncode == 0 and document["digest"] in shown.stdout, f"it is shown again: {shown.stderr}")
        again = plan(fleet, "--max-percent", "100", "-o", made)
        lib.check(again.returncode == 1 and "exists" in again.stderr, f"a plan is not replaced: {again.stderr}")
        made.write_text(made.read_text().replace('"dword:1"', '"dword:3"', 1))
        shown = lib.rdpsweep("fix", "show", made)
        lib.check(shown.returncode == 2 and "changed after" in shown.stderr, f"a changed plan is none: {shown.stderr}")
        stale = plan(fleet, "--max-age", "1ms", "--max-percent", "100", "-o", fleet.path / "stale.json")
        lib.check("scan it again" in stale.stdout and not (fleet.path / "stale.json").exists(),
                  f"old facts make no plan: {stale.stdout}")
        named = plan(fleet, "--fix", "tls13", "-o", fleet.path / "x.json")
        lib.check(named.returncode == 2 and "did you mean tls12" in named.stderr, f"a fix that is none: {named.stderr}")
        lib.check((fleet.stats_file.read_text() if fleet.stats_file.exists() else "") == before,
                  "no VM was reached")
    for words in (("fix",), ("fix", "--help"), ("fix", "plan", "--help"), ("fix", "plan"), ("fix", "plan", "--nope", "x")):
        done = lib.rdpsweep(*words)
        wanted = 0 if "--help" in words else 2
        lib.check(done.returncode == wanted, f"{words}: {done.returncode} {done.stdout} {done.stderr}")
    lib.finish()


main()
