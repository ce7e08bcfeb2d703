#!/usr/bin/env python3
"""The Debian package, made by cpack of the programs of this build: what it holds and needs, what lintian says, that its
programs run from where it puts them, and how exposed its unit is. cpack strips and packs 100 MB of debugging symbols,
which takes most of the time."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOLDS = ("usr/bin/rdpsweep", "usr/libexec/rdpsweep/rdpsweep-disk", "usr/share/man/man1/rdpsweep-scan.1.gz",
         "usr/share/bash-completion/completions/rdpsweep", "usr/share/zsh/vendor-completions/_rdpsweep",
         "usr/share/fish/vendor_completions.d/rdpsweep.fish", "usr/share/doc/rdpsweep/copyright",
         "usr/share/doc/rdpsweep/changelog.gz", "usr/share/doc/rdpsweep/docs/every-night.md",
         "usr/share/doc/rdpsweep/contrib/cron/rdpsweep-nightly",
         "usr/lib/systemd/system/rdpsweep.service", "usr/lib/systemd/system/rdpsweep.timer")
NEEDS = ("libssl3", "libssh2-1", "libcpprest2.10", "libgssapi-krb5-2", "libyaml-0-2", "libfsntfs1", "libevtx1",
         "libseccomp2")
EXPOSURE = 1.5  # systemd's own scale of 0 to 10
# What a debugging build has and a package build has not.
OF_THE_BUILD = ("hardening-no-fortify-functions", "hardening-no-bindnow", "hardening-no-pie")


def run(*words, **kwargs):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **kwargs)


def made(folder):
    """Makes the package; returns its path."""
    done = run("cpack", "--config", lib.BUILD / "CPackConfig.cmake", "-G", "DEB", "-B", folder, cwd=folder)
    packages = list(folder.glob("rdpsweep_*.deb"))
    if len(packages) != 1:
        raise RuntimeError(f"cpack made {packages}: {done.stdout}{done.stderr}")
    return packages[0]


def held(root):
    """What is in it: no more and no less than it should have, and nothing that others may write to."""
    for path in HOLDS:
        lib.check((root / path).is_file(), f"the package holds {path}")
    notices = (root / "usr/share/doc/rdpsweep/copyright").read_text()
    lib.check_each(("MIT License", "Niels Lohmann", "University of Cincinnati", "Ms-PL"), lambda name: name in notices,
                   "the notices of what is compiled in are there")
    lib.check_each(root.rglob("*"), lambda path: not path.stat().st_mode & 0o022, "nothing is writable by others")
    pages = {path.name for path in (root / "usr/share/man/man1").iterdir()}
    verbs = lib.rdpsweep("--help", status=0).stdout.partition("Subcommands:\n")[2].partition("\n\n")[0]
    names = re.findall(r"^  ([a-z][a-z-]*)\s", verbs, re.M)
    lib.check_each(names, lambda name: f"rdpsweep-{name}.1.gz" in pages, "each verb has a page")


def needed(package):
    depends = run("dpkg-deb", "-f", package, "Depends").stdout
    lib.check_each(NEEDS, lambda name: re.search(rf"(?:^|[ |]){re.escape(name)}(?:t64)?\b", depends),
                   f"the package names its libraries: {depends}")
    recommends = run("dpkg-deb", "-f", package, "Recommends").stdout
    lib.check("gss-ntlmssp" in recommends and "ca-certificates" in recommends, f"and what is loaded: {recommends}")


def looked_at(package):
    done = run("lintian", "--allow-root", "--no-tag-display-limit", package)
    errors = [line for line in done.stdout.splitlines() if line.startswith("E:")]
    errors = [line for line in errors if not any(tag in line for tag in OF_THE_BUILD)]
    lib.check(not errors, f"lintian finds no error: {errors} {done.stderr}")
    print(done.stdout)


def runs(root, folder):
    """The programs run from the package's folders, and find each other."""
    program = root / "usr/bin/rdpsweep"
    said = json.loads(run(program, "--version", "--json").stdout)
    lib.check(said["schema"] == "rdpsweep.version/1", "the program runs")
    image = folder / "empty.img"
    image.write_bytes(b"\0" * (1 << 20))
    done = run(program, "scan", "--disk", image, "--state", folder / "state", "--report", f"json:{folder}/r.json")
    host = json.loads((folder / "r.json").read_text())["hosts"][0]
    lib.check("rdpsweep-disk is neither" not in json.dumps(host), f"the reader of disks is found: {done.stderr}")
    lib.check("RUNPATH" not in run("readelf", "-d", program).stdout, "the program looks for libraries nowhere else")


def unit(root, folder):
    units = root / "usr/lib/systemd/system"
    service = units / "rdpsweep.service"
    done = run("systemd-analyze", "security", "--offline=true", service)
    exposure = re.search(r"exposure level for rdpsweep\.service: ([\d.]+)", done.stdout + done.stderr)
    lib.check(exposure and float(exposure.group(1)) <= EXPOSURE, f"the unit is little exposed: {exposure}")
    # Where this machine looks for programs there is none of ours: the copy names the package's.
    (folder / "units").mkdir()
    for path in units.iterdir():
        (folder / "units" / path.name).write_text(path.read_text().replace("/usr/bin/", f"{root}/usr/bin/"))
    done = run("systemd-analyze", "verify", "--man=no", *(folder / "units").iterdir())
    wrong = [line for line in (done.stdout + done.stderr).splitlines() if "rdpsweep" in line]
    lib.check(not wrong, f"systemd understands the units: {wrong}")


def main():
    if not shutil.which("lintian"):
        print("SKIPPED: no lintian")
        sys.exit(77)
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        package = made(folder)
        root = folder / "root"
        if run("dpkg-deb", "-x", package, root).returncode:
            raise RuntimeError("the package cannot be unpacked")
        held(root)
        needed(package)
        looked_at(package)
        runs(root, folder)
        unit(root, folder)
    lib.finish()


if __name__ == "__main__":
    main()
