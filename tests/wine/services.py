#!/usr/bin/env python3
"""What Wine's service manager refuses, and with which number: the table that our stand-in for Windows' manager is
held to as well (tests/powershell/service_refusals.txt). Then change.ps1, unchanged, starts and stops a service.

usage: services.py HOST.exe PREFIX STATES
"""
import sys

import changes
import facts
import wine
from check import check, equal, finish

TABLE = facts.ROOT / "tests/powershell/service_refusals.txt"
# A service program of Wine's own: it runs until it is stopped.
IMAGE = "C:\\windows\\system32\\spoolsv.exe"
NAME = "rdpsweep-test"
SCRIPT = r"""
$ErrorActionPreference = 'Stop'
function Get-Number($call) {
  try { & $call | Out-Null; 'done' }
  catch {
    for ($cause = $_.Exception; $cause.InnerException; $cause = $cause.InnerException) { }
    if ($cause.NativeErrorCode) { "$($cause.NativeErrorCode)" } else { "$cause" }
  }
}
$service = New-Object ServiceProcess.ServiceController $env:RDPSWEEP_SERVICE
$calls = @{ start = { $service.Start() }; stop = { $service.Stop() } }
Get-Number $calls[$env:RDPSWEEP_CALL]
"""


def rows():
    """Yields scene, call and answer of each row."""
    for line in TABLE.read_text(encoding="ascii").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


class Scenes:
    def __init__(self, prefix):
        self.prefix = prefix

    def make(self, scene):
        """Makes the service of a scene; tells what it is called."""
        if scene == "missing":
            return f"{NAME}-missing"
        start = "disabled" if scene == "disabled" else "demand"
        self.prefix.run("sc.exe", "create", NAME, "binPath=", IMAGE, "type=", "own", "start=", start)
        if scene.startswith("running"):
            self.script(f"Start-Service {NAME}")
            self.wait("Running")
        if scene == "running-disabled":
            self.script(f"Set-Service {NAME} -StartupType Disabled")
        return NAME

    def take_away(self, scene):
        if scene != "missing":
            self.script(f"if ((Get-Service {NAME}).Status -ne 'Stopped') {{ Stop-Service {NAME} }}")
            self.wait("Stopped")
            self.prefix.run("sc.exe", "delete", NAME)

    def wait(self, status):
        self.script(f"(Get-Service {NAME}).WaitForStatus('{status}', [TimeSpan]'0:0:30')")

    def script(self, text, environment=None):
        out, errors = self.prefix.script("$ErrorActionPreference = 'Stop'\n" + text, environment or {})
        check(not errors, f"{text}: {errors}")
        return out.strip()


def check_table(scenes):
    tried = 0
    for scene, call, answer in rows():
        name = scenes.make(scene)
        said = scenes.script(SCRIPT, {"RDPSWEEP_SERVICE": name, "RDPSWEEP_CALL": call})
        equal(answer, said, f"{call} of a service that is {scene}")
        if answer == "done":
            scenes.wait("Running" if call == "start" else "Stopped")
        scenes.take_away(scene)
        tried += 1
    check(tried >= 9, f"only {tried} rows")


def check_change(scenes):
    """The changes of kind `run`: there, kept, back, kept; what is disabled or missing fails with its number."""
    prefix, script, line = scenes.prefix, changes.script(), f"run|{NAME}||stopped|running"
    scenes.make("stopped")
    for mode, expected in (("read", ("stopped", "kept", "stopped")), ("apply", ("stopped", "written", "running")),
                           ("apply", ("running", "kept", "running")), ("undo", ("running", "written", "stopped")),
                           ("undo", ("stopped", "kept", "stopped"))):
        row, = changes.run(prefix, script, mode, [line])
        equal(expected, (row["found"], row["did"], row["now"]), f"{mode} of {line} ({row['why']})")
    scenes.take_away("stopped")
    scenes.make("disabled")
    row, = changes.run(prefix, script, "apply", [line])
    equal(("stopped", "failed", "stopped"), (row["found"], row["did"], row["now"]), f"disabled: {row['why']}")
    check(row["why"].endswith("(1058)"), f"disabled: {row['why']}")
    scenes.take_away("disabled")
    row, = changes.run(prefix, script, "apply", [line])
    equal(("other:absent", "drift", "other:absent"), (row["found"], row["did"], row["now"]), "missing")
    row, = changes.run(prefix, script, "apply", [f"start|{NAME}||start:4|start:3"])
    equal(("other:absent", "drift"), (row["found"], row["did"]), "start type of a service that is missing")


def main():
    host, folder, _ = sys.argv[1:]
    with wine.prefix(host, folder) as prefix:
        scenes = Scenes(prefix)
        prefix.run("sc.exe", "delete", NAME, check=False)  # of a run that was cut off
        check_table(scenes)
        check_change(scenes)
    finish()


main()
