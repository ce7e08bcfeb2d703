#!/usr/bin/env python3
"""The simulated fleet's SSH servers: OpenSSH's client and asyncssh get along with them, and a sweep of mixed VMs
over SSH ends in the fleet's own truth, with a password and with a key. It takes long because each of the VMs
computes a key exchange, twice."""
import pathlib
import subprocess
import sys
import tempfile

from support import lib
from support.ssh_lib import keygen

ROOT = pathlib.Path(__file__).resolve().parents[2]
ASYNC = """
import asyncio, asyncssh, os, sys
async def main(address, port, known_hosts):
    async with asyncssh.connect(address, port=int(port), username='SIM\\\\sweeper', known_hosts=known_hosts,
                                password=os.environ['RDPSWEEP_PASSWORD'], client_keys=None) as session:
        done = await session.run('hostname')
        print(done.exit_status, done.stdout.strip())
        done = await session.run('nonsense')
        print(done.exit_status, done.stderr.splitlines()[0])
asyncio.run(main(*sys.argv[1:]))
"""


def openssh(fleet, address, key, *command):
    options = ["-F", "none", "-o", f"UserKnownHostsFile={fleet.known_hosts}", "-o", "StrictHostKeyChecking=yes",
               "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-i", key]
    return subprocess.run(["ssh", *options, "-p", str(fleet.ssh_port), r"SIM\sweeper@" + address, *command],
                          capture_output=True, text=True, timeout=30, check=False)


def other_clients(fleet, key):
    vm = next(vm for vm in fleet.truth() if vm["outcome"] == "assessed")
    done = openssh(fleet, vm["address"], key, "hostname")
    lib.check(done.returncode == 0 and done.stdout.strip() == vm["name"], f"ssh runs hostname: {done}")
    done = openssh(fleet, vm["address"], key, 'powershell -NoProfile -Command "exit 7"')
    lib.check(done.returncode == 7, f"ssh hears the exit status: {done}")
    wrong = fleet.path / "wrong"
    keygen(wrong)
    done = openssh(fleet, vm["address"], wrong, "hostname")
    lib.check("Permission denied" in done.stderr, f"another key is refused: {done}")
    done = subprocess.run(["/usr/bin/python3", "-c", ASYNC, vm["address"], str(fleet.ssh_port), str(fleet.known_hosts)],
                          env={"RDPSWEEP_PASSWORD": fleet.password, "PATH": "/usr/bin:/bin"}, capture_output=True,
                          text=True, timeout=60, check=False)
    lines = done.stdout.splitlines()
    lib.check(len(lines) == 2 and lines[0] == "0 " + vm["name"] and lines[1].startswith("1 'nonsense'"),
              f"asyncssh runs commands: {done}")


def sweep(fleet, name, *options, inventory=None):
    report = fleet.path / f"{name}.json"
    done, document = lib.scan(
        fleet, "--known-hosts", fleet.known_hosts, "--jobs", "200", "--deadline", "25s", "--step-timeout", "6s",
        "--connect-timeout", "2s", *options, report=report, state=fleet.path / name, inventory=inventory, timeout=400)
    lib.check(document is not None, f"{name}: there is a report: {done.stderr[-800:]}")
    compared = subprocess.run([sys.executable, ROOT / "tests/integration/compare_truth.py",
                               fleet.path / "fleet" / "truth.json", report], check=False)
    lib.check(compared.returncode == 0, f"{name}: every verdict equals the fleet's truth")
    return document["hosts"]


def with_key(fleet, key):
    """The same inventory, with a key in place of the password."""
    text = fleet.inventory.read_text()
    start, end = text.index(", password:"), text.index(" }", text.index(", password:"))
    end = text.index("}", end + 2)
    path = fleet.path / "with_key.yaml"
    path.write_text(text[:start] + f", ssh_key: {key} " + text[end:])
    return path


def main():
    with tempfile.TemporaryDirectory(prefix="ssh-fleet-") as folder:
        key = keygen(pathlib.Path(folder) / "id")
        options = ["--ssh-account-key", f"{key}.pub"]
        everything(key, options)
        keys_alone(key, options)
    lib.finish()


def everything(key, options):
    with lib.Fleet(vms=lib.EVERY, mix="every", seed=11, rdp=True, ssh=True, options=options) as fleet:
        other_clients(fleet, key)
        hosts = sweep(fleet, "password")
        attempts = [[a["transport"] for a in host["attempts"]] for host in hosts]
        alone = sum("ssh" in way and "winrm" not in way for way in attempts)
        both = sum("ssh" in way and "winrm" in way for way in attempts)
        lib.check(alone > 150 and both > 0, f"{alone} hosts over SSH alone, {both} over SSH after WinRM")
        tunnels = [h for host in hosts for h in (host.get("facts") or {}).get("hs", [])
                   if isinstance(h, dict) and h.get("from") == "tunnel"]
        lib.check(len(tunnels) > 150, f"{len(tunnels)} handshakes through tunnels")
        stats = fleet.stop()
        lib.check(not stats["violations"], f"nothing that a server dislikes: {stats['violations']}")


def keys_alone(key, options):
    with lib.Fleet(vms=40, mix="healthy", rdp=True, ssh=True, options=options) as fleet:
        sweep(fleet, "key", inventory=with_key(fleet, key))
        stats = fleet.stop()
        lib.check(stats["authentications"]["ssh key"]["bound"] == 40, f"a key each: {stats['authentications']}")


main()
