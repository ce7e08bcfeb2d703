"""A prefix of Wine, its reg.exe, and the host in it that runs scripts one after the other (Program.cs)."""
import contextlib
import json
import os
import pathlib
import subprocess
import threading

from registry_file import ROOT, to_file

WINE = "/usr/lib/wine/wine64"  # the wrapper "wine" only says that wine32 is missing
SERVER = "/usr/lib/wine/wineserver64"
# The runtime may end in a garbage collection (Wine 8.0 has no NtFlushProcessWriteBuffers): there is none before
# 2 GB were used, and one process runs few scripts.
RUNTIME = {"DOTNET_gcConcurrent": "0", "DOTNET_GCgen0size": "0x80000000", "DOTNET_GCHeapHardLimit": "0x200000000",
           "DOTNET_TieredPGO": "0"}
SCRIPTS_A_PROCESS = 28
NOT_NEEDED = "winemenubuilder.exe=d"  # menus of a desktop
# By its whole path a program is loaded at once; by its name alone start.exe stands in between, which on a busy machine
# now and then cannot start it.
PROGRAMS = "C:\\windows\\system32\\"
STARTS = 5
PATIENCE = 200  # seconds for one answer; a script takes 0.2 of a core that it has to itself
KEY_FOLDERS = ("ProgramData/Microsoft/Crypto/RSA/MachineKeys", "ProgramData/Microsoft/Crypto/Keys")


class Prefix:
    def __init__(self, host, folder):
        self.host, self.folder = host, pathlib.Path(folder)
        self.environment = {**os.environ, **RUNTIME, "WINEPREFIX": str(folder), "WINEARCH": "win64",
                            "WINEDEBUG": "-all", "DISPLAY": "", "WINEDLLOVERRIDES": NOT_NEEDED}
        self.scripts, self.process, self.own, self.kept = 0, None, set(), set()

    def make(self):
        made = self.folder / "made"  # the last thing: what was cut off is made anew
        if not made.exists():
            self.run("wineboot.exe", "--init")
            for folder in KEY_FOLDERS:
                self.path(folder).mkdir(parents=True, exist_ok=True)
            made.write_text("\n".join(self._keys()), encoding="utf-8")
        self.own = set(made.read_text(encoding="utf-8").split("\n"))
        self.start()  # beside it Wine is done with what it does to a registry when it begins
        self.ask(do="rights", set={}, get=["SOFTWARE"])

    def keep(self, ours):
        """Keeps the keys above those of Wine that are none of ours: they are never taken away as a whole."""
        for path in self.own - {path.lower() for path in ours}:
            while "\\" in path:
                path = path.rpartition("\\")[0]
                self.kept.add(path)

    def _keys(self):
        """Returns the keys that Wine itself has, in small letters."""
        lines = (self.export("HKLM\\SOFTWARE") + self.export("HKLM\\SYSTEM")).splitlines()
        return sorted({line[1:-1].removeprefix(ROOT).lower() for line in lines if line.startswith("[")})

    def path(self, below):
        """Returns where a path below C: lies; Windows does not mind the case, and Wine keeps its own."""
        where = self.folder / "drive_c"
        for part in pathlib.PurePosixPath(below.replace("\\", "/")).parts:
            there = [entry for entry in where.iterdir() if entry.name.lower() == part.lower()] if where.is_dir() else []
            where = there[0] if there else where / part
        return where

    def run(self, program, *words, check=True):
        """Runs a program of Wine's. One that failed without a word has done nothing: it is started again."""
        for _ in range(STARTS):
            done = subprocess.run([WINE, PROGRAMS + program, *words], env=self.environment, capture_output=True,
                                  check=False, stdin=subprocess.DEVNULL, timeout=300)
            if not done.returncode or done.stdout or done.stderr:
                break
        if check and done.returncode:
            raise RuntimeError(f"{program} {words} ended with {done.returncode}: {done.stdout + done.stderr!r}")
        return done

    def load(self, wanted, present):
        """Imports keys by Wine's own reg.exe: to_file() says what becomes of which."""
        path = self.folder / "import.reg"
        path.write_bytes(b"\xff\xfe" + to_file(wanted, present, self.kept).encode("utf-16-le"))
        self.run("reg.exe", "import", windows(path))

    def export(self, key):
        """Returns the text of what Wine's own reg.exe exports; nothing for a key that is not there."""
        path = self.folder / "export.reg"
        path.unlink(missing_ok=True)
        done = self.run("reg.exe", "export", key, windows(path), "/y", check=False)
        if done.returncode and b"Unable to find the specified registry key" in done.stdout + done.stderr:
            return ""
        if done.returncode or not path.exists():
            raise RuntimeError(f"the export of {key} ended with {done.returncode}: {done.stdout + done.stderr!r}")
        return path.read_bytes().decode("utf-16")

    def ask(self, **order):
        """Sends the host an order and returns its answer."""
        if self.process is None:
            self.start()
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.start()
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        finally:
            watch.cancel()
        if not line.startswith("{"):
            raise RuntimeError(f"the host gave no answer but {line!r} to {str(order)[:300]}")
        answer = json.loads(line)
        if "failed" in answer:
            raise RuntimeError(f"{str(order)[:300]}: {answer['failed']}")
        return answer

    def script(self, text, environment, given=""):
        """Runs a script; returns what it wrote, and its errors."""
        self.scripts += 1
        answer = self.ask(do="script", script=text, environment=environment, input=given)
        return answer["out"], answer["errors"]

    def rights(self, wanted, read=()):
        """Sets the rights of keys until give_back(), and returns those of the keys in `read`."""
        return self.ask(do="rights", set=wanted, get=list(read))

    def give_back(self):
        """Gives every key the rights that it had first; ends a process that has run its share of scripts."""
        if self.process is not None:
            self.ask(**{"do": "give back"})
        if self.scripts >= SCRIPTS_A_PROCESS:
            # The next one first: with none left Wine would begin anew, and write its own host name.
            old = self.process
            self.start()
            self.end(old)

    def start(self):
        self.process = subprocess.Popen([WINE, self.host], env=self.environment, text=True, encoding="utf-8",
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.scripts = 0

    def end(self, process):
        process.stdin.close()
        process.wait(timeout=PATIENCE)

    def stop(self):
        """Ends all that runs in the prefix."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        subprocess.run([SERVER, "-k", "-w"], env=self.environment, check=False, timeout=120)


@contextlib.contextmanager
def prefix(host, folder):
    """A prefix that is made where there is none yet, and in which nothing runs afterwards."""
    wine = Prefix(host, folder)
    try:
        wine.make()
        yield wine
        wine.give_back()
        wine.end(wine.process)
    finally:
        wine.stop()


def windows(path):
    return "Z:" + str(path).replace("/", "\\")
