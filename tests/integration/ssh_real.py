#!/usr/bin/env python3
"""The SSH transport against real servers nobody here wrote: OpenSSH in several configurations, and Dropbear.
Behind them a program named powershell that prints a framed document; the engine has a test of its own
(ssh_engine.py). It takes long because each of a dozen servers is started, and sshd delays what it refuses."""
import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import time

from support import lib
from support import ssh_lib

# From 1.11.1 on libssh2 speaks AES-GCM, ChaCha20-Poly1305, EtM MACs and RSA with SHA-2.
MODERN = ssh_lib.libssh2_version() >= (1, 11, 1)
FIRST_USE = ["--known-hosts", "/dev/null", "--pin-on-first-use"]


def says(host, code, *words):
    """The last attempt failed with this code and these words."""
    attempt = host["attempts"][-1]
    text = " ".join(str(attempt[key]) for key in ("what", "hint", "native"))
    lib.check(attempt["code"] == code, f"{code} with {words}: {attempt['code']}: {text}")
    lib.check(not words or all(word in text for word in words), f"{code} with {words}: {text}")


def assessed(host, what):
    lib.check(host["outcome"] == "assessed", f"{what}: {host['outcome']}: {host['attempts'][-1]}")


def identity(where, port, key):
    """known_hosts in all its forms, a pin, and a key that changed."""
    public = pathlib.Path(f"{key}.pub").read_text().split()[:2]
    other = pathlib.Path(f"{ssh_lib.keygen(where.path / 'other')}.pub").read_text().split()[:2]
    name = f"[127.0.0.1]:{port}"
    known = where.path / "known_hosts"

    def with_lines(*lines, **kwargs):
        known.write_text("\n".join(lines) + "\n")
        return ssh_lib.scan(where, port, options=["--known-hosts", known], **kwargs)[1]

    assessed(with_lines(f"{name} {' '.join(public)}"), "a known key")
    assessed(with_lines(f"[127.0.0.*]:{port},!x {' '.join(public)}"), "a wildcard")
    known.write_text(f"{name} {' '.join(public)}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    lib.check(name not in known.read_text(), "ssh-keygen hashed the name")
    assessed(ssh_lib.scan(where, port, options=["--known-hosts", known])[1], "a hashed name")
    says(with_lines(f"[127.0.0.*]:{port},!{name} {' '.join(public)}"), "certificate_rejected", "not known")
    # A line without the port: it can vouch for the key, it contradicts none, as OpenSSH does.
    assessed(with_lines(f"127.0.0.1 {' '.join(public)}"), "a known key, without the port")
    says(with_lines(f"127.0.0.1 {' '.join(other)}"), "certificate_rejected", "not known")
    says(with_lines(f"{name} {' '.join(other)}", f"127.0.0.1 {' '.join(public)}"), "certificate_rejected", "changed")
    says(with_lines(f"@revoked 127.0.0.1 {' '.join(public)}", f"{name} {' '.join(public)}"),
         "certificate_rejected", "revoked")
    says(with_lines(f"{name} {' '.join(other)}"), "certificate_rejected", "changed",
         ssh_lib.fingerprint(f"{key}.pub"), ssh_lib.fingerprint(where.path / "other.pub"))
    says(with_lines(f"@revoked * {' '.join(public)}", f"{name} {' '.join(public)}"),
         "certificate_rejected", "revoked")
    says(with_lines(f"@cert-authority * {' '.join(other)}"), "certificate_rejected", "certificate authority")
    pin = ssh_lib.fingerprint(f"{key}.pub")
    assessed(with_lines("# none", ssh=f", pin: '{pin}'"), "a pin")
    wrong = ssh_lib.fingerprint(where.path / "other.pub")
    says(with_lines("# none", ssh=f", pin: '{wrong}'"), "certificate_rejected", pin, wrong)
    # What was pinned on first use is held on to.
    assessed(ssh_lib.scan(where, port, options=FIRST_USE)[1], "first use")
    assessed(with_lines("# none"), "second use")
    trust = where.path / "state" / "trust"
    trust.write_text(trust.read_text().replace("sha256:", "sha256:0")[:-1])
    lines = trust.read_text().splitlines()
    trust.write_text("".join(
        f"{line.split()[0]} sha256:{'0' * 64} {line.split()[2]}\n" for line in lines if line.startswith("127.")))
    says(with_lines("# none"), "certificate_rejected", "as first seen", pin)
    trust.unlink()
    done, host = ssh_lib.scan(where, port, options=["--known-hosts", "/dev/null", "--insecure"])
    lib.check("--insecure" in done.stderr and host["outcome"] == "assessed", "--insecure is said")


def authentication(where, path):
    with ssh_lib.sshd(where, path=path) as (port, _):
        with_rsa = ssh_lib.scan(where, port, options=FIRST_USE,
                                credential=f"{{ username: {ssh_lib.USER}, ssh_key: {where.rsa} }}")[1]
        if MODERN:
            assessed(with_rsa, "an RSA key, which signs with SHA-2")
        else:
            says(with_rsa, "access_denied", "ssh-rsa", "ed25519 or ECDSA", "refused: key ssh-rsa", "Debian 13")
        stranger = ssh_lib.keygen(where.path / "stranger")
        says(ssh_lib.scan(where, port, options=FIRST_USE,
                          credential=f"{{ username: {ssh_lib.USER}, ssh_key: {stranger} }}")[1],
             "access_denied", "offers publickey", "refused: key ssh-ed25519")
        ecdsa = ssh_lib.keygen(where.path / "id_ecdsa", "ecdsa")
        with where.authorized.open("a") as authorized:
            authorized.write(pathlib.Path(f"{ecdsa}.pub").read_text())
        assessed(ssh_lib.scan(where, port, options=FIRST_USE,
                              credential=f"{{ username: {ssh_lib.USER}, ssh_key: {ecdsa} }}")[1], "an ECDSA key")
        locked = where.path / "locked"
        locked.write_text(where.key.read_text())
        locked.chmod(0o600)
        subprocess.run(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", str(locked)], check=True,
                       capture_output=True)
        variable = {"KEY_WORDS": "open sesame"}
        assessed(ssh_lib.scan(where, port, options=FIRST_USE, environment=variable, credential=(
            f"{{ username: {ssh_lib.USER}, ssh_key: {locked}, ssh_passphrase: {{ env: KEY_WORDS }} }}"))[1],
            "an encrypted key")
        agent(where, port)


def agent(where, port):
    """A real ssh-agent, one that has no key, and one that never answers."""
    socket_path = where.path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket_path)], stdout=subprocess.DEVNULL)
    credential = f"{{ username: {ssh_lib.USER}, agent: true }}"
    environment = {"SSH_AUTH_SOCK": str(socket_path)}
    try:
        lib.check(lib.until(socket_path.exists), "the agent listens")
        empty = ssh_lib.scan(where, port, options=FIRST_USE, credential=credential, environment=environment)[1]
        says(empty, "access_denied", "it has no key")
        subprocess.run(["ssh-add", "-q", str(where.rsa), str(where.key)], check=True,
                       env=dict(os.environ, **environment))
        host = ssh_lib.scan(where, port, options=FIRST_USE, credential=credential, environment=environment)[1]
        assessed(host, "the agent's key")
        lib.check("agent key ssh-ed25519" in str(host["attempts"][-1]["notes"]), "the attempt names the agent's key")
        process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        stuck = ssh_lib.scan(where, port, options=[*FIRST_USE, "--step-timeout", "5s"], credential=credential,
                             environment=environment)[1]
        says(stuck, "access_denied", "agent did not answer")
        lib.check(time.monotonic() - begun < 40, "a stuck agent costs a step")
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(10)


def algorithms(where, path):
    old = ["KexAlgorithms diffie-hellman-group1-sha1"]
    with ssh_lib.sshd(where, path=path, options=old) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "unsupported", "no common key exchange",
             "diffie-hellman-group1-sha1", "curve25519-sha256")
    with ssh_lib.sshd(where, host_key="rsa", path=path) as (port, _):
        host = ssh_lib.scan(where, port, options=FIRST_USE)[1]
        if MODERN:
            assessed(host, "an RSA host key")
        else:
            says(host, "unsupported", "RSA key only", "rsa-sha2-512", "ssh-keygen -A", "Debian 13's libssh2 1.11.1")
    with ssh_lib.sshd(where, path=path, options=["Ciphers aes128-cbc"]) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "unsupported", "no common cipher", "aes128-cbc",
             "the host is the older side")


def hardened(where, path):
    """Servers hardened as the usual guides say. Debian 12's libssh2 says which side is older and which line would
    do, Debian 13's gets in; and the line does."""
    ctr = "Ciphers aes256-ctr,aes128-ctr"
    for options, kind, line in (
            (["Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com"], "cipher", "Ciphers +aes256-ctr"),
            (["Ciphers chacha20-poly1305@openssh.com"], "cipher", "Ciphers +aes256-ctr"),
            (["Ciphers aes128-gcm@openssh.com"], "cipher", "Ciphers +aes256-ctr"),
            ([ctr, "MACs hmac-sha2-512-etm@openssh.com"], "MAC", "MACs +hmac-sha2-256"),
            ([ctr, "MACs hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com"], "MAC", "MACs +hmac-sha2-256")):
        with ssh_lib.sshd(where, path=path, options=options) as (port, _):
            host = ssh_lib.scan(where, port, options=FIRST_USE)[1]
        if MODERN:
            assessed(host, f"hardened: {options}")
            continue
        says(host, "unsupported", f"no common {kind}: the host offers", "rdpsweep is the older side",
             "Debian 13's libssh2 1.11.1 (package libssh2-1t64) has", line)
        with ssh_lib.sshd(where, path=path, options=[line]) as (port, _):
            assessed(ssh_lib.scan(where, port, options=FIRST_USE)[1], f"the line does: {line}")
    with ssh_lib.sshd(where, path=path, options=["KexAlgorithms sntrup761x25519-sha512@openssh.com"]) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "unsupported", "no common key exchange",
             "rdpsweep is the older side: libssh2 has none of these", "KexAlgorithms +curve25519-sha256")


def host_certificate(where, path):
    authority = ssh_lib.keygen(where.path / "authority")
    key = ssh_lib.keygen(where.path / "certified")
    subprocess.run(["ssh-keygen", "-q", "-s", str(authority), "-I", "vm", "-h", "-n", "127.0.0.1",
                    f"{key}.pub"], check=True)
    options = [f"HostKey {key}", f"HostCertificate {key}-cert.pub"]
    with ssh_lib.sshd(where, path=path, options=options) as (port, _):
        known = where.path / "by_authority"
        public = pathlib.Path(f"{authority}.pub").read_text().split()[:2]
        known.write_text(f"@cert-authority [127.0.0.1]:{port} {' '.join(public)}\n")
        says(ssh_lib.scan(where, port, options=["--known-hosts", known])[1], "certificate_rejected",
             "certificate authority", "by_authority:1", "libssh2 cannot check")
    only = [*options, "HostKeyAlgorithms ssh-ed25519-cert-v01@openssh.com"]
    with ssh_lib.sshd(where, path=path, options=only) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "unsupported", "certificates only",
             "HostKeyAlgorithms +ssh-ed25519")


def commands(where, path):
    """What becomes of the command: forced, missing, killed, endless, silent."""
    with ssh_lib.sshd(where, path=path, options=["ForceCommand echo only this; exit 7"]) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "nonzero_exit", "exit code 7", "only this")
    with ssh_lib.sshd(where, path=path, options=["ForceCommand internal-sftp"]) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "blocked_by_policy", "use SFTP only", "exempt the account")
    with ssh_lib.sshd(where, path=path, options=["ForceCommand /usr/sbin/nologin"]) as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "blocked_by_policy", "the account is not available")
    with ssh_lib.sshd(where, path="/nowhere") as (port, _):
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "nonzero_exit", "exit code 127")
    with ssh_lib.sshd(where, path=path) as (port, _):
        where.powershell("os.kill(os.getpid(), signal.SIGKILL)\n")
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "nonzero_exit", "ended by signal KILL")
        where.powershell("while True: sys.stdout.write('y' * 65536)\n")
        begun = time.monotonic()
        says(ssh_lib.scan(where, port, options=FIRST_USE)[1], "output_limit")
        lib.check(time.monotonic() - begun < 60, "endless output is cut")
        where.powershell("signal.pause()\n")
        begun = time.monotonic()
        says(ssh_lib.scan(where, port, options=[*FIRST_USE, "--deadline", "3s"])[1], "timed_out")
        lib.check(time.monotonic() - begun < 60, "the deadline ends a silent command")
        # Longer than two steps without a byte of output: the keepalives' answers keep it going. The
        # silence itself is what is tried, so there is nothing to wait for but the time.
        held(where, port)
        where.powershell("time.sleep(11)\n" + ssh_lib.FRAMED % str(where.facts))
        assessed(ssh_lib.scan(where, port, options=[*FIRST_USE, "--step-timeout", "5s"])[1], "a slow command")
    where.powershell(ssh_lib.FRAMED % str(where.facts))


def held(where, port):
    """Something that the command started holds its output open: a whole frame is the end all the same."""
    holds = "sys.stdout.flush()\nimport subprocess\nsubprocess.Popen(['sleep', '40'])\n"
    alone = "sys.stdout.flush()\nos.close(1)\nos.close(2)\ntime.sleep(40)\n"
    for after in (holds, holds + "while True: sys.stderr.write('x' * 65536)\n", alone):
        where.powershell(ssh_lib.FRAMED % str(where.facts) + after)
        begun = time.monotonic()
        host = ssh_lib.scan(where, port, options=FIRST_USE)[1]
        assessed(host, f"a held output {after}")
        lib.check(time.monotonic() - begun < 20, f"and nobody waits for it: {time.monotonic() - begun:.1f} s")
        # The session is still good for the look at RDP from inside; that of a host which floods it is given up.
        tunnel = "tunnel" in [hs["from"] for hs in host["facts"]["hs"]]
        lib.check(tunnel or "while" in after, f"a tunnel after it: {after}: {host['attempts'][-1]['notes']}")
    # A frame that is cut is none: its end is waited for.
    where.powershell(holds + "print('RDPSWEEP1', sys.stdin.readline().strip(), 100, '00000000 {', flush=True)\n")
    says(ssh_lib.scan(where, port, options=[*FIRST_USE, "--deadline", "4s"])[1], "timed_out")


def half_a_logon(where, path):
    """A key that is the first of two proofs; a banner that libssh2 can take, and one that it cannot."""
    both = ["AuthenticationMethods publickey,password", "PasswordAuthentication yes"]
    with ssh_lib.sshd(where, path=path, options=both) as (port, _):
        host = ssh_lib.scan(where, port, options=FIRST_USE)[1]
        says(host, "blocked_by_policy", "accepted key ssh-ed25519 and asks for one more proof: password",
             "AuthenticationMethods")
        lib.check(host["outcome"] == "refused", f"and is refused: {host['outcome']}")
        words = {"WRONG_WORDS": "not this one"}
        says(ssh_lib.scan(where, port, options=FIRST_USE, environment=words, credential=(
            f"{{ username: {ssh_lib.USER}, ssh_key: {where.key}, password: {{ env: WRONG_WORDS }} }}"))[1],
            "access_denied", "password")
    banner = where.path / "banner"
    for size, fits in ((30_000, True), (70_000, False)):
        banner.write_text(("b" * 79 + "\n") * (size // 80))
        with ssh_lib.sshd(where, path=path, options=[f"Banner {banner}"]) as (port, _):
            host = ssh_lib.scan(where, port, options=FIRST_USE)[1]
            if fits:
                assessed(host, "a banner of 30 KB")
            else:
                says(host, "output_limit", "banner is longer", "shorten the file that Banner names")


@contextlib.contextmanager
def dropbear(where):
    """Dropbear knows one place for keys, the home folder in the list of users. It gets a list of its own
    (libnss-wrapper), in which that folder is one of this test's."""
    port = lib.free_port()
    key = where.path / "dropbear_key"
    subprocess.run(["dropbearkey", "-t", "ed25519", "-f", str(key)], check=True, capture_output=True)
    home = where.path / "home"
    (home / ".ssh").mkdir(mode=0o700, parents=True)
    home.chmod(0o700)
    (home / ".ssh" / "authorized_keys").write_text(where.authorized.read_text())
    (home / ".ssh" / "authorized_keys").chmod(0o600)
    me = pwd.getpwuid(os.getuid())
    users, groups = where.path / "passwd", where.path / "group"
    users.write_text(f"{me.pw_name}:x:{me.pw_uid}:{me.pw_gid}::{home}:{me.pw_shell}\n")
    groups.write_text(f"{me.pw_name}:x:{me.pw_gid}:\n")
    environment = dict(os.environ, HOME=str(home), LD_PRELOAD="libnss_wrapper.so", NSS_WRAPPER_PASSWD=str(users),
                       NSS_WRAPPER_GROUP=str(groups))
    server = subprocess.Popen(["/usr/sbin/dropbear", "-F", "-E", "-s", "-r", str(key), "-p", f"127.0.0.1:{port}",
                               "-P", str(where.path / "dropbear.pid")], stderr=subprocess.DEVNULL, env=environment)
    try:
        ssh_lib.wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def second_implementation(where):
    """Dropbear lets us in. No command is shown: it has no SetEnv, so that powershell would not be found."""
    with dropbear(where) as port:
        done, _ = ssh_lib.scan(where, port, verb="check", options=FIRST_USE)
        lib.check(done.returncode == 0, f"Dropbear lets us in: {done.stdout}{done.stderr}")


def entries(folder):
    """What is in a folder: names, and when each was changed."""
    return {path.name: path.lstat().st_mtime_ns for path in folder.iterdir()} if folder.is_dir() else None


def main():
    keys = pathlib.Path(pwd.getpwuid(os.getuid()).pw_dir) / ".ssh"
    before = entries(keys)
    with ssh_lib.place() as where:
        path = where.powershell(ssh_lib.FRAMED % str(where.facts))
        with ssh_lib.sshd(where, path=path) as (port, key):
            identity(where, port, key)
        authentication(where, path)
        algorithms(where, path)
        hardened(where, path)
        half_a_logon(where, path)
        host_certificate(where, path)
        commands(where, path)
        second_implementation(where)
    lib.check(entries(keys) == before, f"{keys} is what it was: {before} {entries(keys)}")
    lib.finish()


main()
