#!/usr/bin/env python3
"""Inventories that other programs wrote or understand: what rdpsweep makes of an Ansible inventory, with the
help of ansible-inventory and by its own reader, is what Debian's Ansible makes of it: ansible-inventory says
which variables a host has, and Ansible's own connection plug-ins what they read of them. An Nmap scan of
loopback becomes targets."""
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
localhost ansible_connection=local

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

[windows_psrp]
psrp-1 ansible_psrp_host=10.2.0.1 ansible_host=10.2.9.9   # its own name for it
psrp-2 ansible_host=10.2.0.2 ansible_psrp_port=15986 ansible_psrp_protocol=https ansible_port=1
psrp-3 ansible_host=10.2.0.3 ansible_psrp_protocol=https ansible_port=5985 ansible_winrm_user=nobody

[windows_psrp:vars]
ansible_connection=ansible.builtin.psrp
ansible_psrp_protocol='http' # the default would be https
ansible_psrp_auth='kerberos' # and not "negotiate"
ansible_psrp_user="ops@CORP.EXAMPLE" # not 'everybody'

[windows_ssh]
ssh-1 ansible_host=10.3.0.1 ansible_ssh_host=10.3.0.2 ansible_ssh_port=2222 ansible_ssh_user=shell
ssh-2 ansible_host=10.3.0.3 ansible_port=2022 ansible_winrm_user=nobody ansible_connection=ansible.legacy.ssh

[windows_ssh:vars]
ansible_shell_type=powershell
ansible_connection=ssh

[winrm_names]
names-1 ansible_host=10.4.0.1 ansible_winrm_host=10.4.0.2 ansible_port=1 ansible_winrm_port=5985 ansible_ssh_user=x
names-2 ansible_host=10.4.0.3 ansible_port=5985 ansible_winrm_scheme=https ansible_winrm_user='CORP\svc'

[winrm_names:vars]
ansible_connection=ansible.builtin.winrm

[linux]
db01 ansible_host=10.5.0.1 ansible_port=2222
db02 ansible_host=10.5.0.2 ansible_user="{{ nobody }}"

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
    merged:
      vars:
        common: &common { ansible_port: 5985, ansible_user: merged-user }
        other: &other { ansible_port: 1, ansible_winrm_transport: ntlm, ansible_host: 10.9.1.9 }
      hosts:
        m1: { <<: *common, ansible_host: 10.9.1.1 }
        m2: { ansible_host: 10.9.1.2, <<: [ *common, *other ] }
        m3:
          ansible_port: 25986
          <<: *other
    not_windows:
      hosts: { lin1: { ansible_connection: smart }, sw1: { ansible_connection: network_cli } }
"""

# What stands beside the inventory, and only Ansible reads.
BESIDE = {
    "hosts": "[windows]\nbeside-1\nbeside-2\n[linux]\nbeside-3\n",
    "group_vars/windows.yml": "ansible_connection: winrm\nansible_port: 5985\nansible_user: from-group\n",
    "host_vars/beside-2.yml": "ansible_host: 10.8.0.2\nansible_user: from-host\n",
}


WINDOWS = ("winrm", "psrp", "ssh")


def options_of(plugin, variables):
    """What a connection plug-in of Ansible's itself reads of a host's variables."""
    from ansible.playbook.play_context import PlayContext
    from ansible.plugins.loader import connection_loader
    connection = connection_loader.get(plugin, PlayContext(), "/dev/null")
    connection.set_options(var_options=variables)
    return connection.get_option


def way_to(host, variables):
    """Address, port, scheme, credential and route of a host; nothing when Ansible reaches no Windows by it."""
    variables = dict(variables, inventory_hostname=host)
    plugin = variables.get("ansible_connection", "smart").rsplit(".", 1)[-1]
    if plugin not in WINDOWS:
        return None
    option = options_of(plugin, variables)
    user, kerberos = option("remote_user"), False
    if plugin == "ssh":
        address, port, scheme = option("host"), option("port") or 22, "https"
    else:
        address, port = option("remote_addr"), option("port")
        scheme = option("scheme" if plugin == "winrm" else "protocol")
        auth = option("transport" if plugin == "winrm" else "auth")
        kerberos = "kerberos" in (auth if isinstance(auth, list) else [auth])
        scheme = scheme or ("http" if port == 5985 else "https")
        port = port or (5985 if scheme == "http" else 5986)
    return {"address": address, "port": int(port), "scheme": scheme, "route": ["ssh" if plugin == "ssh" else "winrm"],
            "credential": user + (" (kerberos)" if kerberos else "")}


def ansible_view(path):
    """Per host that is a way into Windows: how Ansible gets there, and its groups; and what it prints."""
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

    groups = {}
    for group, body in listing.items():
        for host in body.get("hosts", []) if group != "_meta" else []:
            groups.setdefault(host, set()).update(ancestors(group) - {"all", "ungrouped"})
    ways = {host: way_to(host, listing["_meta"]["hostvars"].get(host, {})) for host in groups}
    return {host: dict(way, groups=groups[host]) for host, way in ways.items() if way}, done.stdout


def our_view(source, *options, environment=None):
    done = lib.rdpsweep("targets", "-i", source, "--format", "json", *options, environment=environment)
    if done.returncode != 0:
        lib.check(False, f"{source}: {done.stderr}")
        return {}, done.stderr
    return {target["name"]: {"address": target["address"], "port": target["port"], "scheme": target["scheme"],
                             "route": target["route"], "credential": target["credential"],
                             "groups": set(target["groups"])}
            for target in json.loads(done.stdout)["targets"]}, done.stderr


def compare(source, wanted, environment=None):
    """Returns what rdpsweep said beside its targets."""
    ours, said = our_view(source, environment=environment)
    lib.check(wanted and set(ours) == set(wanted), f"{source}: the same hosts: {set(ours) ^ set(wanted)}")
    for name in sorted(set(ours) & set(wanted)):
        lib.check(ours[name] == wanted[name], f"{source}: {name} is {ours[name]}, Ansible has {wanted[name]}")
    print(f"{source}: {len(ours)} hosts")
    return said


def ansible(folder):
    empty = folder / "empty"
    empty.mkdir()
    alone = {"PATH": str(empty)}  # no ansible-inventory: our own reader
    for name, text, left in (("hosts.ini", INI, "4 hosts without ansible_connection are left out"),
                             ("hosts.yml", YAML, "1 host with ansible_connection=network_cli is left out")):
        path = folder / name
        path.write_text(text)
        wanted, listing = ansible_view(path)
        said = compare(f"ansible:{path}", wanted)
        lib.check("read without ansible-inventory" not in said, said)
        lib.check(left in said, f"{left}: {said}")
        said = compare(f"ansible:{path}", wanted, alone)
        lib.check("read without ansible-inventory, and so without group_vars, host_vars and the vault: "
                  "it is not installed" in said, said)
        lib.check(left in said, f"{left}: {said}")
        # The same through a program that prints it, as dynamic inventories do.
        (folder / f"{name}.json").write_text(listing)
        script = folder / f"{name}.sh"
        script.write_text(f"#!/bin/sh\n[ \"$*\" = --list ] && exec cat '{folder / name}.json'\nexit 1\n")
        script.chmod(0o700)
        compare(f"exec:{script}", wanted)


def beside(folder):
    """What is in files beside the inventory, in a folder, in the vault, and in no file that Ansible can read."""
    place = folder / "beside"
    for name, text in BESIDE.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    wanted, _ = ansible_view(place / "hosts")
    lib.check(set(wanted) == {"beside-1", "beside-2"} and wanted["beside-2"]["address"] == "10.8.0.2", str(wanted))
    said = compare(f"ansible:{place / 'hosts'}", wanted)
    lib.check("1 host without ansible_connection is left out" in said, said)
    compare(f"ansible:{place}", wanted)
    # The order is that of the file, and what is wrong has its line.
    (place / "hosts").write_text("[windows]\nb\na ansible_host=10.0.0.1 ansible_port=70000\n")
    done = lib.rdpsweep("targets", "-i", f"ansible:{place / 'hosts'}", status=2)
    lib.check(f"{place / 'hosts'}:3:1: the WinRM port must be a number" in done.stderr, done.stderr)
    # A vault that nobody opens, and a text that Ansible does not read: our own reader has to do.
    (place / "hosts").write_text("[windows]\nb ansible_connection=winrm\n")
    (place / "group_vars/windows.yml").write_text("$ANSIBLE_VAULT;1.1;AES256\n6161\n")
    ours, said = our_view(f"ansible:{place / 'hosts'}")
    lib.check(set(ours) == {"b"} and "it failed (exit status" in said, said)
    (place / "hosts").write_bytes("[windows]\nb ansible_connection=winrm\n".encode("utf-16"))
    ours, said = our_view(f"ansible:{place / 'hosts'}")
    lib.check(set(ours) == {"b"} and "it reads nothing but UTF-8" in said, said)


def nmap(folder):
    output = folder / "scan.xml"
    network = lib.free_network()  # the port must be WinRM's own, so the addresses are ours
    first, third = network + "1", network + "3"
    listeners = [socket.create_server((address, 5986)) for address in (first, third)]
    subprocess.run(["nmap", "-n", "-Pn", "-sT", "-p", "5985,5986,3389", "-oX", str(output), network + "1-4"],
                   check=True, capture_output=True)
    for source in (f"nmap:{output}", str(output)):
        ours, _ = our_view(source)
        lib.check({name: target["port"] for name, target in ours.items()} ==
                  {first: 5986, third: 5986}, f"{source}: {ours}")
    told = lib.rdpsweep("targets", "-i", output, "--format", "lines")
    lib.check("2 hosts are up without an open port 5986, 5985 or 3389" in told.stderr, told.stderr)
    for listener in listeners:
        listener.close()


def main():
    with tempfile.TemporaryDirectory(prefix="inventories-") as name:
        folder = pathlib.Path(name)
        for tool, tests in (("ansible-inventory", (ansible, beside)), ("nmap", (nmap,))):
            if not shutil.which(tool):
                lib.check(False, f"SKIPPED: {tool} is not installed (scripts/setup.sh test)")
                continue
            for test in tests:
                test(folder)
    lib.finish()


main()
