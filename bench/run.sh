#!/usr/bin/env bash
# Measures what a sweep costs the machine that runs it, against a simulated fleet on loopback.
# usage: run.sh [--vms N] [--jobs "64 256"] [--repeat N] [--out DIR]
set -euo pipefail
cd "$(dirname "$0")/.."

vms=1000 jobs="64 256" repeat=3 out=out/bench
while [ $# -gt 0 ]; do
    case "$1" in
        --vms) vms=$2; shift 2 ;;
        --jobs) jobs=$2; shift 2 ;;
        --repeat) repeat=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        *) sed -n '2,3s/^# //p' "$0" >&2; exit 2 ;;
    esac
done

build=build/release
rdpsweep=$build/scanner/rdpsweep
simfleet=$build/tests/simfleet/rdpsweep-simfleet
for program in "$rdpsweep" "$simfleet" /usr/bin/time; do
    [ -x "$program" ] && continue
    echo "run.sh: $program is missing; run scripts/setup.sh test, cmake --preset release and" >&2
    echo "  cmake --build --preset release --target rdpsweep rdpsweep-simfleet" >&2
    exit 1
done
# Figures of a debug build say nothing; nobody shall publish them by mistake.
if ! grep -qx 'CMAKE_BUILD_TYPE:STRING=Release' "$build/CMakeCache.txt"; then
    echo "run.sh: $build is not a release build" >&2
    exit 1
fi

rm -rf "$out"
mkdir -p "$out"
RDPSWEEP_PASSWORD=$(head -c 18 /dev/urandom | base64)
export RDPSWEEP_PASSWORD
mkfifo "$out/ready"
"$simfleet" --vms "$vms" --seed 1 --mix healthy --port 0 --state-dir "$out/fleet" \
    --user 'SIM\sweeper' --password-env RDPSWEEP_PASSWORD \
    --stats-file "$out/fleet-stats.json" >"$out/ready" 2>"$out/fleet.log" &
fleet=$!
trap 'kill "$fleet" 2>/dev/null || true; wait "$fleet" 2>/dev/null || true' EXIT
if ! read -r -t 120 _ <"$out/ready"; then
    echo "run.sh: the simulated fleet did not start:" >&2
    cat "$out/fleet.log" >&2
    exit 1
fi

# sweep JOBS NAME: one scan, its report in NAME.json and what it cost in NAME.time
sweep() {
    /usr/bin/time -v -o "$out/$2.time" "$rdpsweep" scan -i "$out/fleet/inventory.yaml" \
        --ca-file "$out/fleet/ca.pem" --state "$out/state" --jobs "$1" --connect-rate 100000 \
        --report "json:$out/$2.json" --quiet
}

# The fleet makes each VM and its certificate when it is first asked: not what is measured here.
sweep 64 warm-up
for count in $jobs; do
    for ((turn = 1; turn <= repeat; turn++)); do
        sweep "$count" "jobs-$count-$turn"
    done
done
# shellcheck disable=SC2086
python3 bench/table.py "$out" $jobs | tee "$out/table.md"
