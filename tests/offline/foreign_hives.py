#!/usr/bin/env python3
"""Hives of msuhanov/yarp, whose licence (GPL-3) keeps them out of this tree: dirty ones beside what Windows
itself made of them, bad logs, and damaged ones.

RDPSWEEP_HIVES names a copy of that repository. A folder that has no such hives fails.
"""
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from support import lib

import hive_oracles as oracles

FOLDER = pathlib.Path(os.environ.get("RDPSWEEP_HIVES", "/nonexistent"))
HIVES = FOLDER / "hives_for_tests"

# name -> state and entries with its two logs
LOGGED = {"NewDirtyHive1/NewDirtyHive": ("replayed", 4), "NewDirtyHive2/NewDirtyHive": ("replayed", 3),
          "OldDirtyHive/OldDirtyHive": ("replayed", 1), "BadBaseBlockHive/BadBaseBlockHive": ("replayed", 1),
          "BadLogHive1/BadLogHive": ("untrusted", 0), "BadLogHive2/BadLogHive": ("untrusted", 0),
          "BadLogHive3/BadLogHive": ("replayed", 4)}
# What Windows wrote after it had replayed the same logs, and which bytes it has otherwise: sequence numbers,
# checksum; for the old format also the rest of the base block, the time in the first bin, and one byte more.
RECOVERED = {"NewDirtyHive1/NewDirtyHive": ("NewDirtyHive1/RecoveredHive_Windows10", {4, 8, 508}),
             "OldDirtyHive/OldDirtyHive": ("OldDirtyHive/RecoveredHive_Windows7",
                                           {*range(512), *range(4116, 4121), 4096 + 0x6ADC8})}
# Neither hivexregedit nor regfexport is asked of these; what is said of them: state, keys, values, unreadable.
DAMAGED = {"TruncatedHive": ("untrusted", 2, 0, 1), "TruncatedDirtyHive": ("untrusted", 2, 0, 1),
           "GarbageHive": ("untrusted", 1, 0, 0), "EffectiveSizeHive": ("untrusted", 2, 0, 1),
           "TruncatedNameHive": ("clean", 1, 0, 1), "DeletedDataHiveTruncated": ("clean", 2, 0, 1),
           "TruncatedPairHive": ("clean", 4, 0, 0), "TruncatedPairHive2": ("clean", 6, 5, 0),
           # of a container: values and keys that hide others, which both readers call corrupt
           "System_Delta": ("clean", 586, 820, 0)}
NO_HIVES = {"InvalidParentFragment", "OldLogWithRemnantData", "SqliteFragment", "SqliteFragment.sqlite",
            "TruncatedHiveBin"}
# hivex prints the path of a key by the parent that the key names, not by the one that lists it.
OTHER_PARENTS = {"BadListHive", "BadSubkeyHive", "InvalidParentHive"}
# regfexport takes a byte of a name for a character of a code page, and ends a name at its NUL.
OTHER_NAMES = {"CompHive", "BogusKeyNamesHive"}


def check_logged(folder):
    for name, (state, entries) in LOGGED.items():
        logs = [HIVES / f"{name}.LOG{number}" for number in (1, 2) if (HIVES / f"{name}.LOG{number}").exists()]
        hive, why = oracles.ours(HIVES / name, *logs)
        lib.check(hive and (hive.state, hive.entries) == (state, entries), f"{name}: {hive and hive.state} {why}")
        alone, _ = oracles.ours(HIVES / name)
        lib.check(alone is None or alone.state == "untrusted", f"{name} without its logs is untrusted")
        if name in RECOVERED:
            recovered, other = RECOVERED[name]
            whole = folder / "whole"
            oracles.run(oracles.HIVE_DUMP, "bytes", HIVES / name, whole, *logs)
            check_bytes(name, whole.read_bytes(), (HIVES / recovered).read_bytes(), other)


def check_bytes(name, own, theirs, other):
    lib.check(len(own) == len(theirs), f"{name}: {len(own)} bytes, and Windows {len(theirs)}")
    unlike = {at for at, (one, two) in enumerate(zip(own, theirs)) if one != two}
    lib.check(unlike and unlike <= other, f"{name}: other bytes than Windows at {sorted(unlike - other)[:5]}")


def check_damaged():
    for name, said in DAMAGED.items():
        hive, why = oracles.ours(HIVES / name)
        lib.check(hive is not None, f"{name}: {why}")
        values = sum(len(values) for _, _, _, values in hive.keys)
        lib.check((hive.state, len(hive.keys), values, len(hive.unreadable)) == said,
                  f"{name}: {hive.state, len(hive.keys), values, len(hive.unreadable)}")
    for name in NO_HIVES:
        hive, why = oracles.ours(HIVES / name)
        lib.check(hive is None and why, f"{name} is refused")


def check_sound():
    files = [path for path in sorted(HIVES.iterdir()) + sorted(HIVES.glob("*/Recovered*"))
             if path.is_file() and path.name not in DAMAGED and path.name not in NO_HIVES]
    lib.check(len(files) >= 34, f"{len(files)} hives")
    for path in files:
        hive, why = oracles.ours(path)
        lib.check(hive and hive.state == "clean" and not hive.unreadable, f"{path.name}: {why}")
        if path.name not in OTHER_PARENTS:
            lib.check(oracles.by_hivexregedit(path) == oracles.as_hivexregedit(hive), f"{path.name}: hivexregedit")
        if path.name not in OTHER_NAMES:
            unlike = oracles.unlike_regfexport(hive, oracles.by_regfexport(path)[1])
            lib.check(not unlike, f"{path.name}: regfexport: {unlike}")


def check_names():
    """Windows' own lists, names in other case and other languages."""
    for hive, names in (("UnicodeHive", ["привет\\КЛЮЧ"]), ("ExtendedASCIIHive", ["ËIGENAARDIG"]),
                        ("CompHive", []), ("UpcaseHive", [])):
        read, _ = oracles.ours(HIVES / hive)
        paths = ["\\".join(path) for path, _, _, _ in read.keys if path and not any("\\" in name for name in path)]
        lib.check(paths, f"{hive} has keys")
        lines, _ = oracles.ask(HIVES / hive, [], [f"value\t{path}\tx" for path in paths + names])
        lib.check(lines == [["absent", "x"]] * len(lines), f"{hive}: each key is found by its name: {lines}")


def check_against_yarp():
    """Times and security descriptors of every key, and the values of SYSTEM's kind, by yarp itself."""
    sys.path.insert(0, str(FOLDER))
    from yarp import Registry
    looked = 0
    for name in ("OldDirtyHive/RecoveredHive_Windows7", "RemnantData", "TwoOwnersHive", "StringValuesHive"):
        own, _ = oracles.ours(HIVES / name)
        with open(HIVES / name, "rb") as file:
            theirs = []

            def walk(key, path):
                theirs.append((path, key.key_node.get_last_written_timestamp(), key.security().descriptor().hex()))
                for subkey in key.subkeys():
                    walk(subkey, path + (subkey.name(),))
            walk(Registry.RegistryHive(file).root_key(), ())
        looked += len(theirs)
        lib.check(sorted(theirs) == sorted(key[:3] for key in own.keys), f"{name}: {len(theirs)} keys as yarp has them")
    lib.check(looked > 5000, f"{looked} keys")


def main():
    lib.check(HIVES.is_dir(), f"RDPSWEEP_HIVES names no copy of yarp: {FOLDER}")
    if HIVES.is_dir():
        with tempfile.TemporaryDirectory(prefix="foreign-hives-") as name:
            check_logged(pathlib.Path(name))
        check_damaged()
        check_sound()
        check_names()
        check_against_yarp()
    lib.finish()


if __name__ == "__main__":
    main()
