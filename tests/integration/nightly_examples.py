#!/usr/bin/env python3
"""The examples of docs/every-night.md, which are files of contrib/: each is what its scheduler reads (YAML with the keys
that it must have, a table of cron, units that systemd understands), and each command of rdpsweep in it is run, by the
shell that the scheduler would take, against a simulated fleet with a broken VM: the job ends as its comments say."""
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile

import yaml
from support import lib

CONTRIB = pathlib.Path(__file__).resolve().parents[2] / "contrib"
PAGE = CONTRIB.parent / "docs" / "every-night.md"
# The site's folders, wherever an example names them.
SITE = ("/etc/rdpsweep", "/var/lib/rdpsweep", "%S/rdpsweep")
# Stands in front of rdpsweep on PATH: the fleet's CA instead of the system's, and a state directory of the test's. What
# it was asked is kept.
WRAPPER = """#!/bin/bash
printf '%s\\n' "$*" >>{site}/asked
case $1 in
    scan) exec {scanner} "$@" --ca-file {ca} --state {site}/state --no-handshake ;;
    *) exec {scanner} "$@" --state {site}/state ;;
esac
"""


class Site:
    """A machine as the examples want it: an inventory, rdpsweep on PATH, a state directory."""

    def __init__(self, fleet, folder):
        self.fleet, self.folder = fleet, folder
        (folder / "bin").mkdir(parents=True)
        wrapper = folder / "bin" / "rdpsweep"
        wrapper.write_text(WRAPPER.format(site=folder, scanner=lib.SCANNER, ca=fleet.ca))
        wrapper.chmod(0o755)
        shutil.copy(fleet.inventory, folder / "fleet.yaml")
        self.environment = lib.environment_of({
            "PATH": f"{folder}/bin:/usr/bin:/bin", "HOME": str(folder),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}, fleet.password)

    def here(self, text):
        """The text with the site's folders for those of the examples."""
        for path in SITE:
            text = text.replace(path, str(self.folder))
        return text.replace("/usr/bin/rdpsweep", f"{self.folder}/bin/rdpsweep")

    def run(self, *words):
        return subprocess.run([self.here(str(word)) for word in words], env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=200, check=False)

    def bash(self, script):
        return self.run("bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script)

    def asked(self):
        asked = (self.folder / "asked").read_text().splitlines() if (self.folder / "asked").exists() else []
        (self.folder / "asked").unlink(missing_ok=True)
        return asked

    def scanned(self, name, done, status, *files):
        """The job ended so, has scanned the fleet, and has left these files."""
        lib.check(done.returncode == status, f"{name} ends with {status}: {done.returncode} {done.stdout} {done.stderr}")
        scans = [line for line in self.asked() if line.startswith("scan ")]
        lib.check(len(scans) == 1, f"{name} scans once: {scans}")
        lib.check_each(files, lambda file: (self.folder / file).exists() and (self.folder / file).stat().st_size > 0,
                       f"{name} has written its files")
        for file in files:
            (self.folder / file).unlink(missing_ok=True)

    def scanned_nothing(self, name, done):
        """A job whose scan was none has failed."""
        lib.check(done.returncode == 2, f"{name} fails where nothing was scanned: {done.returncode} {done.stderr}")
        self.asked()


def read(path):
    """A YAML file; `on:` is true to YAML 1.1, as GitHub's own reader does not have it."""
    document = yaml.safe_load((CONTRIB / path).read_text())
    return {("on" if key is True else key): value for key, value in document.items()}


def cron(site):
    rows = [line for line in (CONTRIB / "cron" / "rdpsweep").read_text().splitlines()
            if line and not line.startswith("#") and "=" not in line.split()[0]]
    lib.check(len(rows) == 1, f"the table has a row: {rows}")
    fields = rows[0].split(None, 6)
    lib.check_each(fields[:5], lambda field: re.fullmatch(r"\*|\d{1,2}", field), "five fields say when")
    lib.check("%" not in rows[0], "no percent sign, which cron takes for a line's end")
    program, *words = shlex.split(fields[6])
    done = site.run(CONTRIB / "cron" / program, *words)
    lib.check("Totals" in done.stdout or "broken" in done.stdout, f"findings are mailed: {done.stdout}{done.stderr}")
    site.scanned("cron", done, 0, "fleet.txt", "fleet.html")
    done = site.run(CONTRIB / "cron" / program, site.folder / "none.yaml")
    lib.check("did not scan" in done.stderr, f"a scan that was none is told: {done.stderr}")
    site.scanned_nothing("cron", done)


def systemd(site):
    """The package's unit with the drop-in, as systemd reads both; then their commands."""
    units = site.folder / "units"
    shutil.copytree(CONTRIB / "systemd", units)
    shutil.copy(CONTRIB.parent / "packaging" / "systemd" / "rdpsweep.service", units)
    for path in units.rglob("*.*"):
        if path.is_file():
            path.write_text(path.read_text().replace("/usr/bin/rdpsweep", f"{site.folder}/bin/rdpsweep"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units.glob("*.service")], capture_output=True,
                          text=True, check=False)
    wrong = [line for line in (done.stdout + done.stderr).splitlines() if str(units) in line or "rdpsweep" in line]
    lib.check(not wrong and done.returncode == 0, f"systemd understands the units: {wrong} {done.stderr}")
    text = (CONTRIB / "systemd/rdpsweep.service.d/site.conf").read_text()
    commands = re.findall(r"^ExecStart(?:Post)?=(/\S.*)$", text, re.M)
    lib.check(len(commands) == 2, f"a scan, and what comes after it: {commands}")
    site.scanned("the unit", site.run(*shlex.split(commands[0])), 10, "fleet.html", "rdpsweep.prom")
    done = site.run(*shlex.split(commands[1]))
    lib.check(done.returncode == 0, f"what comes after it: {done.stderr}")
    site.asked()


def container(site):
    job = read("container/job.yaml")["properties"]
    lib.check(job["configuration"]["triggerType"] == "Schedule", "the job has a schedule")
    lib.check(len(job["configuration"]["scheduleTriggerConfig"]["cronExpression"].split()) == 5, "of five fields")
    lib.check(job["configuration"]["replicaRetryLimit"] == 0, "no VM is asked again for findings")
    (image,) = job["template"]["containers"]
    names = {secret["name"] for secret in job["configuration"]["secrets"]}
    lib.check_each([entry["secretRef"] for entry in image["env"]], lambda name: name in names, "secrets are there")
    volumes = {volume["name"] for volume in job["template"]["volumes"]}
    lib.check_each(image["volumeMounts"], lambda mount: mount["volumeName"] in volumes, "volumes are there")
    lib.check_each(image["args"], lambda word: isinstance(word, str), "arguments are texts")
    recipe = (CONTRIB / "container" / "Containerfile").read_text()
    lib.check('ENTRYPOINT ["/usr/bin/rdpsweep"]' in recipe, "the image runs rdpsweep")
    (user,) = re.findall(r"^USER (\d+)$", recipe, re.M)
    lib.check(all(f"{what}={user}" in job["template"]["volumes"][1]["mountOptions"] for what in ("uid", "gid")),
              "the state is the image's user's")
    site.scanned("the job", site.run("rdpsweep", *image["args"]), 0, "fleet.html")


def github(site):
    flow = read("github/rdpsweep.yml")
    lib.check(flow["on"]["schedule"][0]["cron"], "the workflow has a schedule")
    steps = flow["jobs"]["scan"]["steps"]
    lib.check_each(steps, lambda step: ("uses" in step) != ("run" in step), "a step does one thing")
    lib.check_each([step["uses"] for step in steps if "uses" in step],
                   lambda name: re.fullmatch(r"[\w-]+/[\w/-]+@v\d+", name), "actions are of a version")
    (step,) = [step for step in steps if "run" in step]
    lib.check("secrets.RDPSWEEP_PASSWORD" in step["env"]["RDPSWEEP_PASSWORD"], "the password is a secret")
    done = site.bash(step["run"])
    lib.check("::warning::rdpsweep ended with 10" in done.stdout, f"findings are a warning: {done.stdout}")
    site.scanned("the workflow", done, 0, "fleet.html", "fleet.sarif", "summary.md")
    site.scanned_nothing("the workflow", site.bash(step["run"].replace("fleet.yaml", "none.yaml")))


def gitlab(site):
    job = read("gitlab/rdpsweep.gitlab-ci.yml")["rdpsweep"]
    lib.check({"stage", "script", "rules", "artifacts"} <= set(job), "a job of GitLab")
    done = site.bash("\n".join(job["script"]))
    lib.check(done.returncode in job["allow_failure"]["exit_codes"], "findings are a warning")
    files = [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]
    site.scanned("the job of GitLab", done, 10, *files)


def azure_devops(site):
    pipeline = read("azure-devops/azure-pipelines.yml")
    lib.check(pipeline["schedules"][0]["always"] is True, "every night, whether or not something changed")
    steps = pipeline["jobs"][0]["steps"]
    (step,) = [step for step in steps if "bash" in step]
    done = site.bash(step["bash"])
    lib.check("result=SucceededWithIssues" in done.stdout, f"findings are issues: {done.stdout}")
    (tests,) = [step["inputs"]["testResultsFiles"] for step in steps if step.get("task") == "PublishTestResults@2"]
    (page,) = [step["publish"] for step in steps if "publish" in step]
    site.scanned("the pipeline", done, 0, tests, page)
    site.scanned_nothing("the pipeline", site.bash(step["bash"].replace("fleet.yaml", "none.yaml")))


def documented():
    """The page names every file, and every file that it names is there."""
    named = set(re.findall(r"\]\(\.\./contrib/([\w./-]+)\)", PAGE.read_text()))
    held = {str(path.relative_to(CONTRIB)) for path in CONTRIB.rglob("*") if path.is_file()}
    lib.check(named == held, f"the page and the folder name the same files: {named ^ held}")


def main():
    documented()
    with tempfile.TemporaryDirectory() as scratch, lib.Fleet(vms=3, mix="one:key_acl_missing") as fleet:
        for number, case in enumerate((cron, systemd, container, github, gitlab, azure_devops)):
            case(Site(fleet, pathlib.Path(scratch) / str(number)))
    lib.finish()


if __name__ == "__main__":
    main()
