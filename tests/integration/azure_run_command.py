"""Azure Run Command as the way in: verdicts as over WinRM for the same VMs, and everything that it can meet. No
packet goes to a VM. It takes long because a run command is asked about until it has ended, and throttled calls
wait as told."""
import collections
import itertools
import json

from support.azure_lib import Azure, Arm
from support.lib import EVERY, check, check_each, finish, plain_bytes, rdpsweep
from support.ways import RUN_COMMAND, Comparison


VMS = EVERY


def defaults(azure, route, extra=""):
    """An inventory that says how, not where."""
    path = azure.path / f"defaults-{route.replace(',', '-')}.yaml"
    path.write_text(f"""version: 1
credentials:
  fleet: {{ username: 'SIM\\sweeper', password: {{ env: RDPSWEEP_PASSWORD }} }}
defaults:
  credential: fleet
  route: [{route}]
  rdp: {{ outside: false }}
  winrm: {{ port: {azure.port} }}
{extra}""")
    return path


def scan(azure, route, name, *options, extra=""):
    done = rdpsweep("scan", "-i", defaults(azure, route, extra), "--all-subscriptions", "--azure-cloud", azure.cloud,
                    "--azure-ca-file", azure.ca, "--ca-file", azure.ca, "--state", azure.path / f"state-{name}",
                    "--audit-file", azure.path / f"audit-{name}", "--report",
                    f"json:{azure.path / f'{name}.json'}", *options,
                    password=azure.password, environment=azure.application())
    return done, json.loads((azure.path / f"{name}.json").read_text())


def same_verdicts():
    """Every profile of the fleet by both ways. What the lean profile leaves out may be unknown, no more."""
    with Azure(vms=VMS, mix="every", options=["--run-command-ms", "300"]) as azure:
        _, winrm = scan(azure, "winrm", "winrm", "--deadline", "20s")
        done, narrow = scan(azure, "run-command", "narrow", "--jobs", "64")
        by_id = {h["vm"]: h for h in winrm["hosts"]}
        outcomes = collections.Counter(h["outcome"] for h in narrow["hosts"])
        check(len(narrow["hosts"]) == VMS, f"every VM is accounted for: {outcomes} {done.stderr[-300:]}")
        profiles = {vm["address"]: vm["profile"] for vm in azure.truth()}
        comparison = Comparison("run-command", RUN_COMMAND)
        for host in narrow["hosts"]:
            other = by_id[host["vm"]]
            profile = profiles[host["address"]]
            # Where the script does not run over WinRM that way is CIM, and no wide one.
            if host["outcome"] == other["outcome"] == "assessed" and not profile.startswith("cim_"):
                comparison.add(host["name"], profile, other, host)
        comparison.finish(121)
        # VMs whose WinRM is broken are reached by their agent all the same.
        check(sum(1 for h in narrow["hosts"] if h["outcome"] == "assessed" and
                  by_id[h["vm"]]["outcome"] != "assessed") > 5, "what WinRM cannot reach is assessed")
        cut = [(profiles[h["address"]], a["what"]) for h in narrow["hosts"] for a in h["attempts"]
               if "rows" in (a["what"] or "")]
        print(f"outcomes {dict(outcomes)}; answers longer than the tail: {len(cut)} {cut}")
        audit = [json.loads(line) for line in (azure.path / "audit-narrow").read_text().splitlines()]
        check(len(audit) == VMS and {a["transport"] for a in audit} == {"run-command"} and
              all(a["user"].startswith("service principal") and a["effect"] == "read_only" for a in audit),
              "each command is in the audit, with the identity")


def fallback_and_trouble():
    with Azure(vms=24, mix="one:wire_refused", options=["--stopped-every", "6", "--arm-busy-every", "5",
                                                   "--run-command-ms", "1200"]) as azure:
        done, report = scan(azure, "winrm, run-command", "fallback", "--connect-timeout", "2s")
        outcomes = collections.Counter(h["outcome"] for h in report["hosts"])
        check(outcomes == {"assessed": 20, "skipped": 4}, f"WinRM refused, Run Command did it: {outcomes}")
        # Each may be tried again: a connection that is refused, a control plane that is busy for some.
        told = [[way for way, _ in itertools.groupby(a["transport"] for a in h["attempts"])]
                for h in report["hosts"] if h["outcome"] == "assessed"]
        check_each(told, lambda ways: ways == ["winrm", "run-command"], "both ways are told, in their order")
        stats = azure.stop()
        check(not stats["violations"], f"quotas and pauses are kept: {stats['violations']}")
    with Azure(vms=2, mix="healthy", options=["--run-command-ms", "6000"]) as azure:
        arm = Arm(azure)
        vm = next(iter(arm.machines().values()))[0]
        # Somebody else's command runs: ours is told that the VM is busy, and runs nothing.
        arm.post(f"{arm.base}{vm}/runCommand?api-version=2024-07-01",
                 {"commandId": "RunPowerShellScript", "script": ["param()"], "parameters": []})
        done, report = scan(azure, "run-command", "busy", "--resource", vm, "--deadline", "4s")
        attempt = report["hosts"][0]["attempts"][-1]
        check(report["hosts"][0]["outcome"] == "unreachable" and "another Run Command is running" in attempt["what"],
              f"busy is told: {attempt}")
        commands = [a for a in report["hosts"][0]["attempts"] if a["transport"] == "run-command"]
        check(len(commands) == 1 and attempt["code"] == "taken", f"and it is asked once: {commands}")


def evidence():
    """Of VMs that nothing reaches, Azure's word."""
    with Azure(vms=8, mix="one:wire_refused") as azure:
        done, report = scan(azure, "winrm", "evidence", "--connect-timeout", "2s", "--azure-evidence",
                            "--log-file", azure.path / "log", "--log-level", "debug")
        signs = collections.Counter()
        check_each(report["hosts"], lambda host: host["outcome"] == "unreachable", "they stay unreachable")
        for host in report["hosts"]:
            told = next(a for a in host["attempts"] if a["transport"] == "azure")
            state, log = told["notes"]
            check("Ready" in json.dumps(state) and "running" in json.dumps(state), f"its state is told: {told}")
            signs[log["key"]] += 1
        check(signs == {"note.boot_console": 2, "note.boot_crash": 2, "note.boot_firmware": 2,
                        "note.boot_nothing": 2}, f"boot logs: {signs}")
        files = {p.name: plain_bytes(p).decode(errors="replace") for p in azure.path.rglob("*")
                 if p.is_file() and "fleet" not in p.parts}
        check({"log", "evidence.json"} <= set(files), f"there is something to search: {sorted(files)}")
        check("sig=" not in done.stdout + done.stderr + "".join(files.values()), "the signed address is nowhere")
        stats = azure.stop()
        check(not stats["violations"], f"no token went to the signed address: {stats['violations']}")


same_verdicts()
evidence()
fallback_and_trouble()
finish()
