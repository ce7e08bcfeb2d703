#!/usr/bin/env python3
"""Hosts of more than 70 kinds that mean harm, beside 120 that are healthy: the run ends by its deadline, every
healthy host is assessed, memory stays bounded, each of the others says why it was not, and nothing that a host sent
reaches a terminal or a browser as more than text. It takes long because a host that drips holds its place for as
long as the run lets it."""
import json
import pathlib
import secrets
import tempfile
import time

from support import hostile, hostile_rdp, hostile_ssh, hostile_winrm
from support import lib, rdp_servers, ssh_lib

HEALTHY = 120
HOST_SECONDS, RUN_SECONDS = 8, 90
# Measured: 83 MB, of which most is what 197 hosts at once take when they are well.
MEMORY_MB = 250
ROUTES = {"tcp": "winrm", "winrm": "winrm", "ssh": "ssh", "rdp": "rdp"}
FORMS = ("json", "html", "text", "csv", "junit")
BAIT = "BAIT"


def inventory_of(folder, network):
    """Writes an inventory in which each host has a credential of its own: one that refuses it stops no other."""
    names = list(network.addresses)
    lines = ["version: 1", "credentials:"]
    lines += [f"  c-{name}: {{ username: bait, password: {{ env: {BAIT} }} }}" for name in names]
    lines += ["targets:"]
    for name in names:
        route = ROUTES[hostile.KINDS[name].family]
        way = f"{route}: {{ port: {network.port}{', auth: basic' if route == 'winrm' else ''} }}"
        outside = "" if route == "rdp" else ", rdp: { outside: false }"
        lines.append(f"  - {{ name: {name}, address: {network.addresses[name]}, route: [{route}], credential: c-{name}, "
                     f"deadline: {HOST_SECONDS}s, {way}{outside} }}")
    path = folder / "hostile.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def sweep(fleet, folder, network, bait):
    """Scans both fleets at once; returns what was said, the folder of reports, and checks time and memory."""
    begun = time.monotonic()
    options = [option for form in FORMS for option in ("--report", f"{form}:{folder / form}")]
    done, _ = lib.scan(fleet, "-i", inventory_of(folder, network), "--insecure", "--known-hosts", "/dev/null", "--jobs",
                       "250", "--connect-timeout", "2s", "--step-timeout", "4s", "--run-deadline", f"{RUN_SECONDS}s",
                       "--retries", "0", "--log-file", folder / "log", "--log-level", "debug", *options,
                       environment={BAIT: bait}, status=12)
    took = time.monotonic() - begun
    print(f"{len(hostile.KINDS)} kinds, {took:.1f} s")
    lib.check(took < RUN_SECONDS, f"the run ends by its deadline, not after {took:.0f} s")
    lib.check_peak(MEMORY_MB)
    return done


def check_healthy(document):
    hosts = [host for host in document["hosts"] if host["name"] not in hostile.KINDS]
    lib.check(len(hosts) == HEALTHY, f"{HEALTHY} are healthy: {len(hosts)}")
    lib.check_each(hosts, lambda host: host["outcome"] == "assessed" and host["verdict"] == "ok", "each is assessed and ok")


def check_hostile(document):
    """Each ends as its kind says, and says at which stage and why."""
    hosts = {host["name"]: host for host in document["hosts"] if host["name"] in hostile.KINDS}
    lib.check(len(hosts) == len(hostile.KINDS) > 40, f"at least 40 kinds, all of them told: {len(hosts)}")
    for name, host in hosts.items():
        attempt = host["attempts"][-1]
        assessed = host["outcome"] == "assessed"
        end = host["verdict"] if assessed else attempt["code"]
        lib.check(end in hostile.KINDS[name].ends, f"{name} ends as {hostile.KINDS[name].ends}, not {end}: {attempt}")
        lib.check(assessed or (attempt["stage"] and attempt["what"]), f"{name} says where and why: {attempt}")


def check_text(done, folder, bait):
    """What hosts sent stands in reports, in the log and on the screen as text, and our password nowhere."""
    texts = {form: (folder / form).read_bytes() for form in FORMS}
    texts["log"], texts["screen"] = (folder / "log").read_bytes(), (done.stdout + done.stderr).encode()
    for name, text in texts.items():
        lib.check(text, f"{name} says something")
        lib.check(bait.encode() not in text, f"{name} holds no password")
        for control in (b"\x1b", b"\x07", b"\x7f", *map(str.encode, "\u0085\u009b\u202e\u2066\u200f\u061c")):
            lib.check(control not in text, f"{name} holds no {control!r}")
    lib.check(b"<script>alert(1)" not in texts["html"], "the page runs nothing of a host's")


def main():
    bait = "bait-" + secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = pathlib.Path(name)
        ssh_lib.keygen(folder / "key")
        hostile_ssh.register(folder / "key")
        network = hostile.Network(lib.free_network(), rdp_servers.certificate(folder, "hostile", -1, 30)[:2])
        with lib.Fleet(vms=HEALTHY, mix="healthy", seed=3) as fleet:
            done = sweep(fleet, folder, network, bait)
            document = json.loads((folder / "json").read_text())
            check_healthy(document)
            check_hostile(document)
            check_text(done, folder, bait)
            lib.check(not hostile_winrm.LURE.was_visited(), "nobody went where a host sent us")
    lib.finish()


assert hostile_rdp  # it registers its kinds
main()
