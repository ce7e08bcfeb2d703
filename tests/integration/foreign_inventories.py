#!/usr/bin/env python3
"""Inventories that other programs wrote or understand: what rdpsweep makes of an Ansible inventory is
what Debian's ansible-inventory makes of it, and an Nmap scan of loopback becomes targets."""
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile

from support import lib

INI = r"""
plain-host ansible_host=10.0.0.9
10.20.30.40:5987

[web]
web[01:12:3].corp.example ansible_port=5986
web[a:c] ansible_user="CORP\\inline user" # a comment
last ansible_host='10.1.0.99' ansible_winrm_transport=basic

[db]
db-1 ansible_port=15986
web01.corp.example

[db:vars]
ansible_user=db-user
ansible_winrm_transport=ntlm
ansible_port=25986

[europe:children]
web
db

[europe:vars]
ansible_connection=winrm
ansible_user=europe-user
ansible_winrm_scheme=https
ansible_winrm_transport=kerberos

[apac]
db-1

[apac:vars]
ansible_user=apac-user
ansible_group_priority=10

[all:vars]
ansible_user=everybody
"""

YAML = r"""
all:
  vars:
    ansible_user: everybody
    ansible_connection: winrm
  hosts:
    lonely: { ansible_host: 10.9.0.1 }
  children:
    web:
      hosts:
        web[08:11]: { ansible_port: 5986 }
        special:
          ansible_host: 10.9.0.2
          ansible_winrm_transport: ntlm
      vars: { ansible_user: web-user }
    region:
      children:
        web:
        inner:
          hosts: { web09: , deep: { ansible_host: 10.9.0.3 } }
          vars: { ansible_user: inner-user, ansible_winrm_transport: basic }
      vars: { ansible_user: region-user, ansible_port: 15986 }
"""


def ansible_view(path):
    """Per host: address, port, user, transport and groups, as Ansible resolves them."""
    done = subprocess.run(["ansible-inventory", "-i", str(path), "--list"], capture_output=True,
                          text=True, check=True, env={"PATH": "/usr/bin:/bin", "HOME": str(path.parent),
                               "LC_ALL": "C.UTF-8"})
    listing = json.loads(done.stdout)
    parents = {}
    for group, body in listing.items():
        for child in body.get("children", []) if group != "_meta" else []:
            parents.setdefault(child, set()).add(group)

    def ancestors(group):
        found = {group}
        for parent in parents.get(group, ()):
            found |= ancestors(parent)
        return found

    groups, hosts = {}, set()
    for group, body in listing.items():
        for host in body.get("hosts", []) if group != "_meta" else []:
            hosts.add(host)
            groups.setdefault(host, set()).update(ancestors(group) - {"all", "ungrouped"})
    view = {}
    for host in hosts:
        hostvars = listing["_meta"]["hostvars"].get(host, {})
        transport = hostvars.get("ansible_winrm_transport")
        user = hostvars.get("ansible_user")
        view[host] = {
            "address": hostvars.get("ansible_host", host),
            "port": int(hostvars.get("ansible_port", 5986)),
            "credential": user + (" (kerberos)" if transport == "kerberos" else ""),
            "groups": groups.get(host, set()),
        }
    return view, done.stdout


def our_view(source):
    done = lib.rdpsweep("targets", "-i", source, "--format", "json")
    if done.returncode != 0:
        lib.check(False, f"{source}: {done.stderr}")
        return {}
    return {target["name"]: {"address": target["address"], "port": target["port"],
                             "credential": target["credential"], "groups": set(target["groups"])}
            for target in json.loads(done.stdout)["targets"]}


def compare(source, wanted):
    ours = our_view(source)
    lib.check(wanted and set(ours) == set(wanted), f"{source}: the same hosts: {set(ours) ^ set(wanted)}")
    for name in sorted(set(ours) & set(wanted)):
        lib.check(ours[name] == wanted[name], f"{source}: {name} is {ours[name]}, Ansible has {wanted[name]}")
    print(f"{source}: {len(ours)} hosts")


def ansible(folder):
    for name, text in (("hosts.ini", INI), ("hosts.yml", YAML)):
        path = folder / name
        path.write_text(text)
        wanted, listing = ansible_view(path)
        compare(f"ansible:{path}", wanted)
        # The same through a program that prints it, as dynamic inventories do.
        (folder / f"{name}.json").write_text(listing)
        script = folder / f"{name}.sh"
        script.write_text(f"#!/bin/sh\n[ \"$*\" = --list ] && exec cat '{folder / name}.json'\nexit 1\n")
        script.chmod(0o700)
        compare(f"exec:{script}", wanted)


def nmap(folder):
    output = folder / "scan.xml"
    network = lib.free_network()  # the port must be WinRM's own, so the addresses are ours
    first, third = network + "1", network + "3"
    listeners = [socket.create_server((address, 5986)) for address in (first, third)]
    subprocess.run(["nmap", "-n", "-Pn", "-sT", "-p", "5985,5986,3389", "-oX", str(output), network + "1-4"],
                   check=True, capture_output=True)
    for source in (f"nmap:{output}", str(output)):
        ours = our_view(source)
        lib.check({name: target["port"] for name, target in ours.items()} ==
                  {first: 5986, third: 5986}, f"{source}: {ours}")
    told = lib.rdpsweep("targets", "-i", output, "--format", "lines")
    lib.check("2 hosts are up without an open port" in told.stderr, told.stderr)
    for listener in listeners:
        listener.close()


def main():
    with tempfile.TemporaryDirectory(prefix="inventories-") as name:
        folder = pathlib.Path(name)
        for tool in ("ansible-inventory", "nmap"):
            lib.check(shutil.which(tool), f"{tool} is installed (scripts/setup.sh test)")
        ansible(folder)
        nmap(folder)
    lib.finish()


main()
