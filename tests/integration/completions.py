#!/usr/bin/env python3
"""Manual pages and completions, against what --help says: each verb's page names every option and mandoc finds nothing
to say of it; bash, zsh and fish offer, behind each verb, exactly its options, and behind an option its values."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile

from support import lib

WANTED = ("mandoc", "zsh", "fish")
# zsh completes only while a line is edited. What its own functions hand to compadd is kept; a widget that completes
# and then says so tells when to look.
ZSH = r"""
PS1= ; unsetopt zle_bracketed_paste 2>/dev/null
fpath=(FOLDER $fpath); autoload -Uz compinit; compinit -u -d FOLDER/dump
compadd() {
    builtin compadd "$@"
    if [[ ${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
        local -a kept; builtin compadd -O kept "$@"; print -rl -- $kept >>FOLDER/offers
    fi
}
tell() { zle complete-word; print -r end >>FOLDER/offers; zle kill-whole-line; BUFFER= }
zle -N tell; bindkey '^I' tell; zstyle ':completion:*' list-prompt ''; LISTMAX=100000
print -r ready
"""


def options_of(verb):
    """The options that --help shows, short names as well."""
    text = lib.rdpsweep(*verb, "--help", status=0).stdout
    found = re.findall(r"^ +((?:-\w,)?--[a-z][a-z-]*|-\w,--[a-z-]+)", text, re.M)
    return {name for names in found for name in names.split(",")}


def verbs():
    """Every verb, of one word or two, as its --help names those below it."""
    def below(*words):
        text = lib.rdpsweep(*words, "--help", status=0).stdout
        block = re.search(r"^Subcommands:\n((?:  .*\n?)+)", text, re.M)
        return re.findall(r"^  ([a-z][a-z-]*)\s", block.group(1), re.M) if block else []

    firsts = below()
    return firsts, {first: below(first) for first in firsts if below(first)}


def manual(folder, all_verbs):
    lib.rdpsweep("manual", "all", "--out", folder, status=0)
    pages = sorted(folder.glob("*.1"))
    lib.check(len(pages) == len(all_verbs) + 1, f"a page a verb and one of the program: {len(pages)}")
    # Of style it says that lines are long: those of examples, which are whole commands.
    said = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True, check=False)
    said = [line for line in said.stdout.splitlines() if "referenced manual not found" not in line]
    lib.check(not said, f"mandoc has nothing to say: {said[:5]}")
    for verb in all_verbs:
        page = folder / f"rdpsweep-{'-'.join(verb)}.1"
        text = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=200", page], capture_output=True, text=True,
                              check=True).stdout
        text = re.sub(r".\x08", "", text)
        lib.check(" ".join(("rdpsweep", *verb)) in text, f"the page of {verb} names it")
        missing = [name for name in options_of(verb) if not re.search(rf"(?<![\w-]){name}(?![\w-])", text)]
        lib.check(not missing, f"the page of {verb} has every option: {missing}")


def bash(folder, lines):
    """What bash offers for each line: the words of it, the last one begun."""
    script = f"source {folder}/rdpsweep.bash\n"
    for words in lines:
        quoted = " ".join(f"'{word}'" for word in words)
        script += (f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; COMPREPLY=(); _rdpsweep\n"
                   "printf '%s\\n' \"${COMPREPLY[@]}\" end-of-offers\n")
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, cwd=folder)
    lib.check(not done.stderr, f"bash has nothing to complain of: {done.stderr}")
    return [set(part.split()) for part in done.stdout.split("end-of-offers\n")[:-1]]


def fish(folder, lines):
    script = f"source {folder}/rdpsweep.fish\n"
    for words in lines:
        script += f"complete -C '{' '.join(words)}'; echo end-of-offers\n"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True,
                          cwd=folder, env=dict(os.environ, HOME=str(folder)))
    lib.check(not done.stderr, f"fish has nothing to complain of: {done.stderr}")
    return [{line.split("\t")[0] for line in part.splitlines() if line}
            for part in done.stdout.split("end-of-offers\n")[:-1]]


class Terminal:
    """A zsh on a terminal of its own."""

    def __init__(self, folder):
        self.offers = folder / "offers"
        self.child, self.end = pty.fork()
        if self.child == 0:
            os.chdir(folder)
            os.environ.update(HOME=str(folder), TERM="dumb")
            os.execlp("zsh", "zsh", "-f", "-i")
        (folder / "setup.zsh").write_text(ZSH.replace("FOLDER", str(folder)))
        self.type(f"source {folder}/setup.zsh\n")
        lib.check(self.hears(b"\nready"), "zsh starts")

    def type(self, text):
        os.write(self.end, text.encode())

    def drain(self):
        said = b""
        while select.select([self.end], [], [], 0.02)[0]:
            said += os.read(self.end, 1 << 16)
        return said

    def hears(self, word):
        heard = bytearray()

        def there():
            heard.extend(self.drain())
            return word in heard

        return lib.until(there)

    def offered(self, words):
        self.offers.write_text("")
        self.type(" ".join(words) + "\t")

        def told():
            self.drain()
            return self.offers.read_text().endswith("end\n")

        lib.check(lib.until(told), f"zsh answers to {words}")
        return set(self.offers.read_text().split("\n")) - {"end", ""}

    def close(self):
        os.close(self.end)
        os.waitpid(self.child, 0)


def zsh(folder, lines):
    terminal = Terminal(folder)
    try:
        return [terminal.offered(words) for words in lines]
    finally:
        terminal.close()


def main():
    absent = [name for name in WANTED if not shutil.which(name)]
    if absent:
        print("SKIPPED: no", ", ".join(absent))
        sys.exit(77)
    firsts, groups = verbs()
    all_verbs = [(first,) for first in firsts] + [(first, word) for first in groups for word in groups[first]]
    lib.check(len(all_verbs) > 15 and groups, "there are verbs")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        (folder / "man").mkdir()
        manual(folder / "man", all_verbs)
        for shell, name in (("bash", "rdpsweep.bash"), ("zsh", "_rdpsweep"), ("fish", "rdpsweep.fish")):
            (folder / name).write_text(lib.rdpsweep("completion", shell, status=0).stdout)
        (folder / "plan-x.json").write_text("")
        # What is typed, and what has to be offered: that and nothing else.
        cases = [(("rdpsweep", *verb, "--"), {name for name in options_of(verb) if name.startswith("--")})
                 for verb in all_verbs]
        cases += [(("rdpsweep", first, ""), set(groups[first])) for first in groups]
        cases += [(("rdpsweep", ""), set(firsts)),
                  (("rdpsweep", "scan", "--collector", ""), {"auto", "powershell", "cim"}),
                  (("rdpsweep", "fix", "show", "plan-"), {"plan-x.json"}),
                  (("rdpsweep", "runs", "name", "last", ""), set()),
                  (("rdpsweep", "scan", "--ca-file", "plan-"), {"plan-x.json"})]
        for shell in (bash, zsh, fish):
            for (words, wanted), offered in zip(cases, shell(folder, [words for words, _ in cases]), strict=True):
                lib.check(offered == wanted, f"{shell.__name__} offers for {words}: lacks {wanted - offered}, "
                                             f"has too many: {offered - wanted}")
    lib.finish()


if __name__ == "__main__":
    main()
