"""A fleet, a scan of it and a plan: what every test of fixes begins with."""
import json

from support import lib

QUICK = ("--soak", "10ms", "--canary-soak", "10ms", "--despite-sessions")


class Case:
    """A fleet, an inventory of some of its profiles, a scan of it and a plan."""

    def __init__(self, fleet, profiles):
        self.fleet, self.state = fleet, fleet.path / "state"
        self.names = {vm["name"]: vm["profile"] for vm in fleet.truth() if vm["profile"] in profiles}
        lib.check(set(self.names.values()) == set(profiles),
                  f"the fleet has a VM of each profile: {set(profiles) - set(self.names.values())}")
        self.inventory = fleet.path / "some.yaml"
        self.plan = fleet.path / "plan.json"
        lines = fleet.inventory.read_text().splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if line == "targets:\n") + 1
        kept = [line for line in lines[first:] if any(f'"{name}"' in line or f" {name}," in line for name in self.names)]
        lib.check(len(kept) == len(self.names), f"each has a line in the inventory: {len(kept)} of {len(self.names)}")
        self.inventory.write_text("".join(lines[:first] + kept))
        self.document = None

    def scan(self):
        _, document = lib.scan(self.fleet, inventory=self.inventory, state=self.state, report=self.fleet.path / "r.json")
        hosts = {host["name"]: host for host in document["hosts"]}
        lib.check(set(self.names) <= set(hosts), f"the scan tells of each VM: {set(self.names) - set(hosts)}")
        return hosts

    def make_plan(self, *options):
        done = lib.rdpsweep("fix", "plan", "last", "--state", self.state, "--max-percent", "100", "--max-targets", "500",
                            "-o", self.plan, *options)
        lib.check(done.returncode == 0 and self.plan.exists(), f"a plan is made: {done.stderr} {done.stdout[-500:]}")
        self.document = json.loads(self.plan.read_text())
        lib.check(self.document["hosts"], "the plan is for somebody")

    @property
    def phrase(self):
        return f'{len(self.document["hosts"])}:{self.document["id"][-4:]}'

    def words(self, verb, *options):
        return ["fix", verb, self.plan, "--state", self.state, *options]

    def run(self, verb, *options, status=None):
        return lib.rdpsweep(*self.words(verb, *options), password=self.fleet.password, status=status)

    def apply(self, *options, status=None):
        return self.run("apply", "--confirm", self.phrase, *QUICK, *options, status=status)

    def rollback(self):
        return self.run("rollback", "--confirm", self.phrase)

    def stages(self):
        done = self.run("status")
        stages = {line.split("  ")[0]: line.split("  ")[1] for line in done.stdout.splitlines()}
        hosts = {host["name"] for host in self.document["hosts"]}
        lib.check(set(stages) == hosts, f"status tells of each host of the plan: {set(stages) ^ hosts}")
        return stages


def fleet_of(vms, mix, seed):
    return lib.Fleet(vms=vms, mix=mix, seed=seed, rdp=True, options=["--states-at-end"])


def states_of(fleet):
    """Returns what became of every VM of a fleet that has ended."""
    told = [json.loads(line) for line in (fleet.path / "fleet" / "states").read_text().splitlines()]
    states = {one["name"]: one for one in told}
    lib.check(len(states) == fleet.vms, f"the fleet tells of each of its {fleet.vms} VMs, not of {len(states)}")
    return states


def check_untouched(fleet, what):
    """No VM of a fleet that has ended was written to."""
    written = [name for name, one in states_of(fleet).items() if one["applied"] or one["undone"]]
    lib.check(not written, f"{what}: {written}")


def check_restored(fleet, planned):
    """Each VM of planned (name -> steps that write) was changed once a step, undone in one go, and is as before."""
    stats = fleet.stop()
    lib.check(stats["shells_open"] == 0, f"no shell is left open: {stats['shells_open']}")
    lib.check(not stats["violations"], f"nothing that a server dislikes: {stats['violations']}")
    after = states_of(fleet)
    lib.check(planned, "some VMs are in the plan")
    for name, steps in planned.items():
        lib.check(after[name]["restored"], f"{name} is what it was, to the byte")
        lib.check(after[name]["applied"] == steps and after[name]["undone"] == 1,
                  f"{name} was written to once each way: {after[name]}, {steps} steps")
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
    lib.check(len(document["hosts"]) == fleet.vms, f"{way}: every VM is planned for")
    fleet.stop()
    for name, one in states_of(fleet).items():
        lib.check(one["restored"] and one["applied"] == one["undone"] == 1, f"{way}: {name} is what it was: {one}")
