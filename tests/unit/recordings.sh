#!/usr/bin/env bash
# Runs the tests that read traffic recorded from real Windows servers, which is not in this tree.
# usage: recordings.sh TEST-BINARY...
# RDPSWEEP_RECORDINGS names the folder: files as in tests/golden/winrm. A folder that is not there
# or has no such files fails.
set -euo pipefail
[ -d "${RDPSWEEP_RECORDINGS:?}" ] || { echo "there is no folder $RDPSWEEP_RECORDINGS" >&2; exit 1; }
for binary in "$@"; do
    # A filter that finds no test is no success.
    "$binary" "[.recordings]" | tee /dev/stderr | grep -q "^All tests passed"
done
