#!/usr/bin/env bash
# Runs every fuzz target for a while, with inputs that no test run has had.
#   usage: tests/fuzz/run.sh MINUTES [PRESET]
# MINUTES is the time of all together. PRESET (dev) names the build: with the drivers of our own, or
# with libFuzzer where it was configured with -DRDPSWEEP_LIBFUZZER=ON (preset clang). What a target
# fails on is kept in build/PRESET/fuzz-found. Exit status 1: something does not hold.
set -euo pipefail
minutes=${1:?usage: tests/fuzz/run.sh MINUTES [PRESET]}
cd "$(dirname "$0")/../.."
build=build/${2:-dev}
[[ -f $build/CMakeCache.txt ]] || cmake --preset "${2:-dev}"
cmake --build "$build" --target fuzz
found=$PWD/$build/fuzz-found
mkdir -p "$found"
mapfile -t targets <"$build/tests/fuzz/targets.txt"
seconds=$((minutes * 60 / ${#targets[@]} + 1))
random=$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')
echo "${#targets[@]} targets, $seconds s each, --random $random"
failed=0
for line in "${targets[@]}"; do
    read -r target seeds <<<"$line"
    program=$PWD/$build/tests/fuzz/$target
    printf '%s: ' "$target"
    if grep -q '^RDPSWEEP_LIBFUZZER:BOOL=ON' "$build/CMakeCache.txt"; then
        mkdir -p "$found/$target.corpus"
        (cd tests/fuzz && cp $seeds "$found/$target.corpus/")
        "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -verbosity=0 \
            -artifact_prefix="$found/$target-" "$found/$target.corpus" && echo ok && continue
    else
        (cd tests/fuzz && "$program" $seeds --seconds "$seconds" --random "$random" \
            --keep "$found/$target-$random") && continue
    fi
    failed=1
    echo "$target FAILED: see $found/$target-*"
done
exit $failed
