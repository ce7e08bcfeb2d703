#!/usr/bin/env bash
# Installs, builds and runs every test. usage: test.sh [--quick] [preset] [ctest options]
#   --quick   below 3 minutes: unit tests, checks and one integration test per transport
# Each test of tests/expected_tests.txt has to run; with CI=true also those that need what a machine
# may lack (scripts/check_tests.py). scripts/test_times.py then prints which tests took longest.
set -euo pipefail
cd "$(dirname "$0")/.."

only=()
if [ "${1:-}" = --quick ]; then
    only=(--label-regex '^quick$')
    shift
fi
preset=${1:-dev}
[ $# -gt 0 ] && shift
scripts/setup.sh test
cmake --preset "$preset"
cmake --build --preset "$preset"
# ctest's own lines come last: they are the result. What did not run is said after them.
if [ ${#only[@]} -gt 0 ] || [ $# -gt 0 ]; then
    exec ctest --preset "$preset" "${only[@]}" "$@"
fi
ctest --preset "$preset" --output-junit "$PWD/build/$preset/tests.xml"
exec scripts/check_tests.py ran "build/$preset"
