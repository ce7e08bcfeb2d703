#!/usr/bin/env bash
# Installs, builds and runs every test. usage: test.sh [preset] [ctest options]
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-dev}
[ $# -gt 0 ] && shift
scripts/setup.sh test
cmake --preset "$preset"
cmake --build --preset "$preset"
# ctest's own lines come last: they are the result.
exec ctest --preset "$preset" "$@"
