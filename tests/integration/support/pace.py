"""How much slower programs are than they are built for: what a sanitizer looks into takes 3 to 4 times as long, and a
time limit of a test is no finding then."""
import os
import re

PACE = int(os.environ.get("RDPSWEEP_TEST_PACE", "1"))
LIMITS = ("--deadline", "--step-timeout", "--connect-timeout", "--run-deadline")


def _stretched(text):
    return re.sub(r"^\d+", lambda number: str(int(number.group()) * PACE), text)


def in_time(arguments):
    """The words of a command line, with more time in each limit that they set."""
    words = [str(word) for word in arguments]
    if PACE == 1:
        return words
    return [_stretched(word) if before in LIMITS else word for before, word in zip(["", *words], words)]
