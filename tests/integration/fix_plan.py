#!/usr/bin/env python3
"""fix plan and fix show on a run over sick VMs: what is planned, what is left out, and that nothing of it touches
a VM. It takes long because every profile of the fleet is swept before, and the reports of nine ways to plan are
compared."""
import hashlib
import json
import pathlib
import re
import subprocess
import sys

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Controls and what turns a line around are escaped wherever we write JSON: a VM of the fleet is named so.
DISTURBING = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def plan(fleet, *options, run="last", status=0):
    return lib.rdpsweep("fix", "plan", run, "--state", fleet.path / "state", *options, status=status)


def made_so_far(fleet):
    """Returns all that the fleet counts but the connections that are open: one of the scan may close a moment later."""
    stats = fleet.stats()
    del stats["connections"]["open"]
    return stats


def signed_again(fleet, document):
    """Writes a plan with a digest of its own, as anybody can make one; returns its path."""
    def canonical(value):
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return DISTURBING.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
    document = {key: value for key, value in document.items() if key != "digest"}
    document["digest"] = hashlib.sha256(canonical(document)).hexdigest()
    path = fleet.path / "forged.json"
    path.write_bytes(canonical(document) + b"\n")
    return path


def forged(fleet, made, document):
    """A plan is believed when its run gives it, and not for its digest."""
    state = fleet.path / "state"
    host = document["hosts"][0]
    phrase = f'{len(document["hosts"])}:{document["id"][-4:]}'
    apply = ("--state", state, "--confirm", phrase)
    lib.check(signed_again(fleet, document).read_bytes() == made.read_bytes(), "the digest is made as it is made there")
    cases = [
        ({"canaries": 0}, f'/canaries is {document["canaries"]} by the stored run {document["run"]}, and 0 in the plan'),
        ({"expires": "2099-01-01T00:00:00Z"}, f'/expires is "{document["expires"]}" by the stored run'),
        ({"run": "last"}, "the run last that the plan was made from is not in"),
        ({"run": document["run"][:-1]}, f'the run {document["run"][:-1]} that the plan was made from is not in'),
        ({"force": True}, "/force is nothing by the stored run"),
        ({"hosts": [dict(host, address="10.6.6.6"), *document["hosts"][1:]]}, f'host {host["name"]}: /address is "{host["address"]}"'),
        ({"made_with": None}, "it is of an older version"),
    ]
    for change, words in cases:
        path = signed_again(fleet, {**document, **change})
        done = lib.rdpsweep("fix", "apply", path, *apply, password=fleet.password, status=2)
        lib.check(words in done.stderr, f"{change}: {done.stderr}")
        # What is known to be wrong is not shown, and not signed; where the run is not known, that is said.
        unknown = "run" in change
        shown = lib.rdpsweep("fix", "show", path, "--state", state, status=0 if unknown else 2)
        lib.check(("not held against its run" if unknown else words) in shown.stderr, f"{change}: {shown.stderr}")
    old = state / "runs" / document["run"] / "run.json"
    kept = old.read_text()
    stored = json.loads(kept)
    for options, words in ((None, "which kept its command line and not its options"),
                           (dict(stored["options"], version=2), "they are of version 2, and this program knows version 1")):
        old.write_text(json.dumps({key: value for key, value in dict(stored, options=options).items() if value}))
        done = plan(fleet, "-o", fleet.path / "none.json", status=2)
        lib.check(words in done.stderr, f"a run that nobody can be reached by: {done.stderr}")
    late = dict(stored, run=dict(stored["run"], finished="2099-01-01T00:00:00Z"))
    old.write_text(json.dumps(late))
    done = plan(fleet, "-o", fleet.path / "none.json", status=2)
    lib.check("the run is stamped 2099-01-01T00:00:00Z" in done.stderr, f"of a time to come: {done.stderr}")
    old.write_text(kept)


def apart(fleet, made):
    """Two VMs that answer as one Windows are left out, and the exit status says that there are such."""
    document = json.loads(made.read_text())
    one, other = document["hosts"][0], document["hosts"][1]
    hosts = fleet.path / "state" / "runs" / document["run"] / "hosts.jsonl"
    kept = hosts.read_text()
    lib.check(other["machine_guid"] in kept, "it is there to be changed")
    hosts.write_text(kept.replace(other["machine_guid"], one["machine_guid"]))
    done = plan(fleet, "--max-percent", "100", "-o", fleet.path / "apart.json", status=11)
    hosts.write_text(kept)
    left = {skip["name"]: skip for skip in json.loads((fleet.path / "apart.json").read_text())["skipped"]
            if skip["key"] == "fix.refused.same_windows"}
    lib.check({name: skip["arguments"]["hosts"] for name, skip in left.items()} ==
              {one["name"]: other["name"], other["name"]: one["name"]}, f"both, each for the other: {left}")
    lib.check("2 VMs were left out: each answers as the same Windows as another one" in done.stderr, done.stderr)


def main():
    with lib.Fleet(vms=lib.EVERY, mix="every", seed=3, rdp=True) as fleet:
        _, report = lib.scan(fleet, "--deadline", "40s", "--step-timeout", "8s", "--connect-timeout", "2s",
                             state=fleet.path / "state", report=fleet.path / "report.json")
        lib.check(report["totals"]["assessed"] > 170, f"most of the fleet is assessed: {report['totals']}")
        before = made_so_far(fleet)
        lib.check(before["connections"]["total"] > fleet.vms // 2, f"the scan reached them: {before['connections']}")
        made = fleet.path / "plan.json"
        done = plan(fleet, "-o", made, status=2)
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
        lib.check(len(fixes) > 10, f"some VMs are planned for: {sorted(fixes)}")
        lib.check_each(document["hosts"], lambda host: host["changes"], "each with what is changed")
        broken = [vm["name"] for vm in fleet.truth() if vm["verdict"] == "broken"]
        account = document["account"]
        lib.check(account["broken"] == len(broken) and account["broken"] == account["planned"] + account["left_out"] + account["no_fix"],
                  f"every broken VM is accounted for: {account} of {len(broken)}")
        told = {entry["name"] for entry in document["hosts"] + document["skipped"]}
        lib.check(set(broken) <= told, f"by name: {sorted(set(broken) - told)}")
        words = (f'{account["broken"]} broken hosts = {account["planned"]} planned + {account["left_out"]} left out + '
                 f'{account["no_fix"]} without a fix')
        lib.check(words in done.stdout, f"and says so: {done.stdout[:400]}")
        for host in document["hosts"]:
            for change in host["changes"]:
                if change["kind"] == "certificate":
                    words = "no certificate, " if change["place"] == "none" else "a certificate of "
                    lib.check(change["place"] in done.stdout and words in done.stdout, f'{change["place"]} is shown')
                    continue
                if change["kind"] == "task":
                    lib.check(f'task:{change["place"]}' in done.stdout and change["name"] in done.stdout, f"the task is shown: {change}")
                    continue
                lib.check(f'- {change["before"]}' in done.stdout and f'+ {change["after"]}' in done.stdout,
                          f"the change is shown: {change}")
        lib.check(oct(made.stat().st_mode & 0o777) == "0o600", "a plan is for its owner")
        forged(fleet, made, document)
        apart(fleet, made)
        shown = lib.rdpsweep("fix", "show", made, "--state", fleet.path / "state")
        lib.check(shown.returncode == 0 and document["digest"] in shown.stdout and words in shown.stdout, f"it is shown again: {shown.stderr}")
        again = plan(fleet, "--max-percent", "100", "-o", made, status=1)
        lib.check(again.returncode == 1 and "exists" in again.stderr, f"a plan is not replaced: {again.stderr}")
        whole = made.read_text()
        lib.check('"dword:1"' in whole, "there is something to change")
        made.write_text(whole.replace('"dword:1"', '"dword:3"', 1))
        shown = lib.rdpsweep("fix", "show", made, status=2)
        lib.check(shown.returncode == 2 and "changed after" in shown.stderr, f"a changed plan is none: {shown.stderr}")
        stale = plan(fleet, "--max-age", "1ms", "--max-percent", "100", "-o", fleet.path / "stale.json")
        lib.check("scan it again" in stale.stdout and not (fleet.path / "stale.json").exists(),
                  f"old facts make no plan: {stale.stdout}")
        named = plan(fleet, "--fix", "key-acll", "-o", fleet.path / "x.json", status=2)
        lib.check(named.returncode == 2 and "did you mean key-acl" in named.stderr, f"a fix that is none: {named.stderr}")
        after = made_so_far(fleet)
        lib.check(after == before, f"no VM was reached: {after['connections']}, {before['connections']}")
    for words in (("fix",), ("fix", "--help"), ("fix", "plan", "--help"), ("fix", "plan"), ("fix", "plan", "--nope", "x")):
        wanted = 0 if "--help" in words else 2
        done = lib.rdpsweep(*words, status=wanted)
        lib.check(done.returncode == wanted, f"{words}: {done.returncode} {done.stdout} {done.stderr}")
    lib.finish()


main()
