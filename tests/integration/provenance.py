#!/usr/bin/env python3
"""The commit that `rdpsweep --version` names: that of a clone, with a word about changes; none of a tree that is no
clone, not even when a clone of something else is around it."""
import pathlib
import re
import subprocess
import tempfile

from support import lib

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Runs the function of the build in a project of no language, and prints what it found.
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(sample NONE)
include("{module}")
rdpsweep_find_commit()
message(STATUS "found [${{RDPSWEEP_COMMIT}}] [${{RDPSWEEP_COMMIT_DAY}}] [${{RDPSWEEP_COMMIT_CHANGED}}]")
"""


def git(folder, *words):
    done = subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", *words], cwd=folder,
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def found(tree, build):
    """Configures a tree; returns commit, day and whether there are changes, as CMake found them."""
    done = subprocess.run(["cmake", "-S", tree, "-B", build], capture_output=True, text=True, check=True)
    return re.search(r"found \[(.*)\] \[(.*)\] \[(.*)\]", done.stdout).groups()


def tree_at(folder):
    folder.mkdir(parents=True)
    (folder / "CMakeLists.txt").write_text(PROJECT.format(module=ROOT / "cmake/Provenance.cmake"))
    return folder


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch).resolve()
        tarball = tree_at(scratch / "tarball")
        lib.check(found(tarball, scratch / "b1") == ("", "", "false"), "a tree that is no clone has no commit")
        clone = tree_at(scratch / "clone")
        git(clone, "init", "-q")
        git(clone, "add", "-A")
        git(clone, "commit", "-q", "-m", "one")
        head, day = git(clone, "rev-parse", "HEAD"), git(clone, "show", "-s", "--format=%cs")
        lib.check(found(clone, scratch / "b2") == (head, day, "false"), "a clone has its commit and its day")
        inner = tree_at(clone / "vendored" / "rdpsweep")
        lib.check(found(inner, scratch / "b3") == ("", "", "false"), "the clone around a tree is not ours")
        (clone / "CMakeLists.txt").write_text((clone / "CMakeLists.txt").read_text() + "# changed\n")
        lib.check(found(clone, scratch / "b4") == (head, day, "true"), "changes are said")
        git(clone, "commit", "-q", "-am", "two")
        # A build after a commit configures again by itself: git's log is what CMake watches.
        (scratch / "b4" / "stamp").touch()
        done = subprocess.run(["cmake", "--build", scratch / "b4"], capture_output=True, text=True, check=True)
        lib.check(git(clone, "rev-parse", "HEAD") in done.stdout, f"a build after a commit names it: {done.stdout}")
    lib.finish()


if __name__ == "__main__":
    main()
