#!/usr/bin/env bash
# Writes the golden files that tests compare with anew, after a change that was meant, and shows what
# changed. usage: renew_goldens.sh [preset]
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-dev}
[ -d "build/$preset" ] || cmake --preset "$preset"
cmake --build --preset "$preset" --target write-goldens
"build/$preset/tests/support/write-goldens" tests/golden/reports
git --no-pager diff --stat -- tests/golden
echo "read the difference before you commit it: git diff tests/golden"
