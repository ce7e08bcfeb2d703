"""How our programs may end: the exit statuses that the documents promise, and none of a sanitizer or a signal.

A test says which status it expects; a status that nobody expects fails the test, whatever else it looks at."""
import os
import re

# What a sweep comes to (docs/nightly.md). That hosts are broken or were not assessed is a result.
SWEEP = (0, 10, 11, 12)
SWEEPING = ("scan", "check", "report")
# Of a program that a sanitizer ended: no program of ours ends so by itself.
SANITIZED = 86
COMPLAINT = re.compile(r"(ERROR|WARNING|SUMMARY): \w+Sanitizer|: runtime error: ")


def with_sanitizers(environment):
    """Returns the environment with what makes a sanitizer's finding an exit status of its own."""
    told = {"ASAN_OPTIONS": f"exitcode={SANITIZED}", "TSAN_OPTIONS": f"exitcode={SANITIZED}",
            "UBSAN_OPTIONS": f"halt_on_error=1:print_stacktrace=1:exitcode={SANITIZED}"}
    for name, options in told.items():
        given = environment.get(name) or os.environ.get(name)
        environment[name] = f"{given}:{options}" if given else options
    return environment


def expected_of(arguments, status):
    """Returns the statuses that are good: those that were named, else those of the verb."""
    if status is not None:
        return status if isinstance(status, tuple) else (status,)
    return SWEEP if arguments and str(arguments[0]) in SWEEPING else (0,)


def wrong_ending(returncode, expected, said=""):
    """Returns what is wrong with how a program ended, or an empty text."""
    told = COMPLAINT.search(said or "")
    if returncode == SANITIZED or told:
        begin = told.start() if told else 0
        return f"a sanitizer complained: {(said or '')[begin:][:2000]}"
    if returncode < 0 and returncode not in expected:
        return f"signal {-returncode} ended it: {(said or '')[-800:]}"
    if returncode not in expected:
        return f"exit status {returncode}, expected {' or '.join(map(str, expected))}: {(said or '')[-800:]}"
    return ""


def self_test():
    """Proves that each kind of bad ending is seen, and none of the good ones."""
    assert not wrong_ending(0, (0,)) and not wrong_ending(12, expected_of(("scan",), None))
    assert wrong_ending(1, expected_of(("scan",), None)), "rdpsweep itself failed"
    assert wrong_ending(70, expected_of(("report",), None)), "the totals do not add up"
    assert wrong_ending(10, expected_of(("targets",), None)), "targets finds nothing"
    assert not wrong_ending(2, expected_of(("scan",), 2)) and wrong_ending(0, expected_of(("scan",), 2))
    assert "signal 11" in wrong_ending(-11, (0, 10)) and not wrong_ending(-9, (-9,))
    assert "sanitizer" in wrong_ending(SANITIZED, (0, SANITIZED))
    assert "sanitizer" in wrong_ending(0, (0,), "a.cpp:1:2: runtime error: signed integer overflow")
    assert with_sanitizers({"ASAN_OPTIONS": "x=1"})["ASAN_OPTIONS"] == f"x=1:exitcode={SANITIZED}"


if __name__ == "__main__":
    self_test()
