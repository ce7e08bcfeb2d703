"""A fleet, a scan of it and a plan: what every test of fixes begins with."""
import json

from support import lib

QUICK = ("--soak", "10ms", "--canary-soak", "10ms", "--despite-sessions")


class Case:
    """A fleet, an inventory of some of its profiles, a scan of it and a plan."""

    def __init__(self, fleet, profiles):
        self.fleet, self.state = fleet, fleet.path / "state"
        self.names = {vm["name"]: vm["profile"] for vm in fleet.truth() if vm["profile"] in profiles}
        self.inventory = fleet.path / "some.yaml"
        self.plan = fleet.path / "plan.json"
        lines = fleet.inventory.read_text().splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if line == "targets:\n") + 1
        kept = [line for line in lines[first:] if any(f'"{name}"' in line or f" {name}," in line for name in self.names)]
        self.inventory.write_text("".join(lines[:first] + kept))
        self.document = None

    def scan(self):
        _, document = lib.scan(self.fleet, inventory=self.inventory, state=self.state, report=self.fleet.path / "r.json")
        return {host["name"]: host for host in document["hosts"]}

    def make_plan(self, *options):
        done = lib.rdpsweep("fix", "plan", "last", "--state", self.state, "--max-percent", "100", "--max-targets", "500",
                            "-o", self.plan, *options)
        lib.check(done.returncode == 0 and self.plan.exists(), f"a plan is made: {done.stderr} {done.stdout[-500:]}")
        self.document = json.loads(self.plan.read_text())

    @property
    def phrase(self):
        return f'{len(self.document["hosts"])}:{self.document["id"][-4:]}'

    def words(self, verb, *options):
        return ["fix", verb, self.plan, "--state", self.state, *options]

    def run(self, verb, *options):
        return lib.rdpsweep(*self.words(verb, *options), password=self.fleet.password)

    def apply(self, *options):
        return self.run("apply", "--confirm", self.phrase, *QUICK, *options)

    def rollback(self):
        return self.run("rollback", "--confirm", self.phrase)

    def stages(self):
        done = self.run("status")
        return {line.split("  ")[0]: line.split("  ")[1] for line in done.stdout.splitlines()}


def fleet_of(vms, mix, seed):
    return lib.Fleet(vms=vms, mix=mix, seed=seed, rdp=True, options=["--states-at-end"])


def states_of(fleet):
    return {one["name"]: one for one in map(json.loads, (fleet.path / "fleet" / "states").read_text().splitlines())}


def check_restored(fleet, planned):
    stats = fleet.stop()
    lib.check(stats["shells_open"] == 0, f"no shell is left open: {stats['shells_open']}")
    lib.check(not stats["violations"], f"nothing that a server dislikes: {stats['violations']}")
    after = states_of(fleet)
    for name in planned:
        lib.check(after[name]["restored"], f"{name} is what it was, to the byte")
        lib.check(after[name]["applied"] == 1 and after[name]["undone"] == 1, f"{name} was written to once each way: {after[name]}")
    for name, one in after.items():
        lib.check(name in planned or one["applied"] == 0, f"{name}, which is in no plan, was left alone")


def there_and_back(fleet, scan, environment, way):
    """A scan by that way, its plan applied and undone."""
    state, plan = fleet.path / "state", fleet.path / "plan.json"

    def run(*words):
        return lib.rdpsweep(*words, "--state", state, password=fleet.password, environment=environment)

    done = run("scan", *scan, "--report", f"json:{fleet.path / 'r.json'}")
    lib.check(done.returncode == 10, f"{way}: the VMs are sick: {done.returncode} {done.stderr}")
    run("fix", "plan", "last", "--max-percent", "100", "-o", plan)
    document = json.loads(plan.read_text())
    lib.check({host["seen_by"] for host in document["hosts"]} == {way}, f"{way} is the way in")
    phrase = f'{len(document["hosts"])}:{document["id"][-4:]}'
    done = run("fix", "apply", plan, "--confirm", phrase, *QUICK, "--approve-each", "none")
    lib.check(done.returncode == 0 and done.stdout.count("verified") == len(document["hosts"]),
              f"{way}: they are cured: {done.returncode} {done.stdout} {done.stderr}")
    done = run("fix", "rollback", plan, "--confirm", phrase)
    lib.check(done.returncode == 0, f"{way}: and made sick again: {done.returncode} {done.stdout} {done.stderr}")
    fleet.stop()
    for name, one in states_of(fleet).items():
        lib.check(one["restored"] and one["applied"] == one["undone"] == 1, f"{way}: {name} is what it was: {one}")
