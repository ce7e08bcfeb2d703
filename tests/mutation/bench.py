"""The private copy of the tree in which mutants are built and tested, one at a time."""
import os
import subprocess

from .areas import Area

NOT_COMPILED, SURVIVED, KILLED = "did not compile", "survived", "killed"
_COMPILE_FAILED = 99


class Bench:
    """A copy in build/mutate of the tree this is started from, which is never written to. It stays
    between runs, so that only what changed is built again."""

    def __init__(self, root, through, limit):
        self.root = root
        self.copy = os.path.join(root, "build", "mutate")
        self.build = os.path.join(self.copy, "build", "dev")
        self.through = through
        self.limit = limit

    def prepare(self, asked):
        """Copies what changed, configures, and builds and tests the areas unmutated."""
        self._copy_tree()
        apart = sorted({folder for area in asked for folder in area.apart})
        self._run(["cmake", "--preset", "dev", "-DRDPSWEEP_APART=" + ";".join(apart),
                   "-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold"], through=False)
        for program in sorted({area.program for area in asked}):
            self._run(["cmake", "--build", self.build, "--target", program])
            if self._script(self._tests(Area((), program))) != 0:
                raise SystemExit(f"mutate: {program} fails without a mutation")

    def judge(self, mutant, area):
        """Builds and tests the mutant, and puts the source back."""
        path = os.path.join(self.copy, mutant.path)
        with open(path, encoding="utf-8") as file:
            original = file.read()
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(mutant.text_of(original))
            status = self._script(
                f"cmake --build '{self.build}' --target {area.program} || exit {_COMPILE_FAILED}; "
                + self._tests(area))
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(original)
        if status == _COMPILE_FAILED:
            return NOT_COMPILED
        return SURVIVED if status == 0 else KILLED

    def _tests(self, area):
        """Returns a script that runs the area's tests, the likely and quick ones first."""
        folder = area.program.split("_", 1)[1]
        runs = ["".join("~" + tag for tag in area.first) + "~[slow]"]
        if area.first:
            runs.insert(0, ",".join(tag + "~[slow]" for tag in area.first))
        if area.slow:
            runs.append(area.slow)
        one = f"timeout {self.limit} '{self.build}/tests/unit/{folder}/{area.program}' --abort"
        # A mutant that fills memory without end must not take the machine's.
        return "ulimit -v 8000000; " + " && ".join(f"{one} '{tests}'" for tests in runs)

    def _copy_tree(self):
        listed = subprocess.run(["git", "-C", self.root, "ls-files", "-co", "--exclude-standard"],
                                check=True, capture_output=True, text=True).stdout.splitlines()
        present = {name for name in listed if os.path.isfile(os.path.join(self.root, name))}
        for name in sorted(present):
            copy_if_changed(os.path.join(self.root, name), os.path.join(self.copy, name))
        for folder, folders, names in os.walk(self.copy):
            if folder == self.copy and "build" in folders:
                folders.remove("build")
            for name in names:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.copy) not in present:
                    os.remove(path)

    def _run(self, command, through=True):
        done = subprocess.run((self.through if through else []) + command, cwd=self.copy,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit("mutate: " + " ".join(command) + "\n" + (done.stdout + done.stderr)[-4000:])

    def _script(self, script):
        return subprocess.run(self.through + ["bash", "-c", script], cwd=self.copy,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode


def copy_if_changed(source, target):
    """Copies a file, unless the target is equal: it keeps its time then, and is not built again."""
    with open(source, "rb") as file:
        wanted = file.read()
    if os.path.isfile(target):
        with open(target, "rb") as file:
            if file.read() == wanted:
                return
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(wanted)
    os.chmod(target, os.stat(source).st_mode)
