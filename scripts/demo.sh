#!/usr/bin/env bash
# A simulated fleet, swept: installs, builds, starts the fleet, scans it, compares every verdict
# with the fleet's own truth and writes the report.
# usage: demo.sh [--vms N] [--seed S] [--mix NAME] [--out DIR] [--keep]
#        --keep leaves the fleet running, to try commands on, and says how to end it
set -euo pipefail
cd "$(dirname "$0")/.."

vms=2000 seed=1 mix=demo out=out/demo keep=
while [ $# -gt 0 ]; do
    case "$1" in
        --vms) vms=$2; shift 2 ;;
        --seed) seed=$2; shift 2 ;;
        --mix) mix=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        --keep) keep=yes; shift ;;
        *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
    esac
done

scripts/setup.sh build
cmake --preset release -DCMAKE_MESSAGE_LOG_LEVEL=WARNING
cmake --build --preset release --target rdpsweep rdpsweep-simfleet
bin=build/release

mkdir -p "$out"
rm -rf "$out/state"
RDPSWEEP_PASSWORD=$(head -c 18 /dev/urandom | base64)
export RDPSWEEP_PASSWORD
mkfifo "$out/ready.$$"
"$bin/tests/simfleet/rdpsweep-simfleet" --vms "$vms" --seed "$seed" --mix "$mix" \
    --port 15986 --http-port 15985 --rdp-port 15389 --ssh-port 15022 --ssh-share 60 --state-dir "$out/fleet" --user 'SIM\sweeper' --password-env RDPSWEEP_PASSWORD \
    --stats-file "$out/fleet-stats.json" >"$out/ready.$$" 2>"$out/fleet.log" </dev/null &
fleet=$!
trap 'kill "$fleet" 2>/dev/null || true; wait "$fleet" 2>/dev/null || true; rm -f "$out/ready.$$"' EXIT
if ! read -r -t 60 _ <"$out/ready.$$"; then
    echo "demo.sh: the simulated fleet did not start:" >&2
    cat "$out/fleet.log" >&2
    exit 1
fi

# Findings (10), unreachable hosts (11) or both (12) are what a mixed fleet is for.
status=0
"$bin/scanner/rdpsweep" scan -i "$out/fleet/inventory.yaml" --ca-file "$out/fleet/ca.pem" \
    --known-hosts "$out/fleet/known_hosts" --jobs 256 \
    --state "$out/state" --quota-delay 500ms --step-timeout 10s --run-deadline 10m \
    --report text --report "html:$out/report.html" --report "json:$out/report.json" || status=$?
case $status in 0 | 10 | 11 | 12) ;; *) echo "demo.sh: the scan ended with $status" >&2; exit 1 ;; esac

python3 tests/integration/compare_truth.py "$out/fleet/truth.json" "$out/report.json"

ways="--ca-file $out/fleet/ca.pem --known-hosts $out/fleet/known_hosts --state $out/state"
echo
echo "Open $out/report.html in a browser. Then try:"
[ -n "$keep" ] || echo "(the first two on what is stored; for the third, start with: scripts/demo.sh --keep)"
cat <<END
  $bin/scanner/rdpsweep explain TLS.PROTO
  $bin/scanner/rdpsweep fix plan last --state $out/state --max-percent 100 --max-targets 5000 -o $out/plan.json
  RDPSWEEP_PASSWORD=\$(cat $out/password) $bin/scanner/rdpsweep check -i $out/fleet/inventory.yaml $ways --limit 5
END
if [ -n "$keep" ]; then
    (umask 077 && printf '%s' "$RDPSWEEP_PASSWORD" >"$out/password")
    rm -f "$out/ready.$$"
    trap - EXIT
    disown "$fleet"
    echo "The fleet goes on running. This ends it: kill $fleet"
fi
