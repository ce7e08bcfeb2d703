#!/usr/bin/env bash
# Tries a package where nothing of this tree is: in a chroot of Debian it is installed, an ordinary user
# runs doctor and scans the simulated fleet, it is upgraded, and purged, which leaves his runs alone.
# usage: check_package.sh PACKAGE.deb SIMFLEET [12|13]   (as root; SIMFLEET: the program
#        rdpsweep-simfleet of a build; PACKAGE: made on that Debian, by scripts/package.sh)
# Touches a folder below /tmp, which it removes; the fleet listens on loopback.
set -euo pipefail
here=$(dirname "$(realpath "$0")")

usage() { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
package=$(realpath "$1") simfleet=$(realpath "$2") release=${3:-12}
case $release in
    12) suite=bookworm ;;
    13) suite=trixie ;;
    *) usage ;;
esac
# A mount namespace of its own: what is mounted below is gone with this script, however it ends.
if [ "${RDPSWEEP_CHROOT_NAMESPACE:-}" != yes ]; then
    [ "$(id -u)" -eq 0 ] || { echo "check_package.sh: run as root" >&2; exit 2; }
    command -v mmdebstrap >/dev/null || "$here/setup.sh" chroot
    RDPSWEEP_CHROOT_NAMESPACE=yes exec unshare --mount --propagation private "$0" "$package" "$simfleet" "$release"
fi

scratch=$(mktemp -d) fleet=
root=$scratch/root
end() {
    [ -z "$fleet" ] || { kill "$fleet" 2>/dev/null || true; wait "$fleet" 2>/dev/null || true; }
    umount -l "$root/dev" "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$scratch"
}
trap end EXIT
fail() { echo "check_package.sh: FAILED: $*" >&2; exit 1; }

inside() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
        chroot "$root" /bin/bash -euo pipefail -c "$1"
}
as_user() {
    inside "runuser -u anna -- env HOME=/home/anna RDPSWEEP_PASSWORD='$RDPSWEEP_PASSWORD' $1"
}

echo "check_package.sh: a Debian $release"
mmdebstrap --quiet --variant=minbase "$suite" "$root"
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
find "$root/etc" "$root/usr" "$root/var/lib" | LC_ALL=C sort >"$scratch/before"
cp "$package" "$root/tmp/"
name=$(basename "$package")

echo "check_package.sh: install"
inside "apt-get update -q >/dev/null && cd /tmp && apt-get install -y -q ./$name >/tmp/apt.log 2>&1" ||
    { cat "$root/tmp/apt.log" >&2; fail "apt install ./$name"; }
inside "useradd --create-home anna"

export RDPSWEEP_PASSWORD=package-test-$RANDOM$RANDOM
mkfifo "$scratch/ready"
"$simfleet" --vms 60 --mix demo --seed 1 --port any --http-port any --rdp-port 0 --ssh-port 0 \
    --state-dir "$scratch/fleet" --user 'SIM\sweeper' --password-env RDPSWEEP_PASSWORD >"$scratch/ready" &
fleet=$!
read -r -t 60 _ <"$scratch/ready" || fail "the simulated fleet did not start"
cp -r "$scratch/fleet" "$root/home/anna/fleet"
inside "chown -R anna: /home/anna/fleet"

echo "check_package.sh: doctor and a scan, as an ordinary user"
as_user "rdpsweep --version" | head -2
as_user "rdpsweep doctor -i /home/anna/fleet/inventory.yaml" || fail "doctor"
status=0
as_user "rdpsweep scan -i /home/anna/fleet/inventory.yaml --ca-file /home/anna/fleet/ca.pem \
    --report json:/home/anna/report.json --report html:/home/anna/report.html" >"$scratch/scan.txt" || status=$?
case $status in 0 | 10 | 11 | 12) ;; *) cat "$scratch/scan.txt" >&2; fail "the scan ended with $status" ;; esac
python3 "$here/../tests/integration/compare_truth.py" "$scratch/fleet/truth.json" "$root/home/anna/report.json"

echo "check_package.sh: upgrade"
inside "cd /tmp && dpkg-deb -R $name new && sed -i 's/^Version: .*/&+1/' new/DEBIAN/control &&
    dpkg-deb --root-owner-group -b new new.deb >/dev/null && apt-get install -y -q ./new.deb >/tmp/apt.log 2>&1" ||
    { cat "$root/tmp/apt.log" >&2; fail "the upgrade"; }
inside "dpkg-query -W -f='\${Version}\n' rdpsweep" | grep -q '+1$' || fail "the upgrade changed no version"
as_user "rdpsweep report last --report json:-" >"$scratch/again.json" || status=$?
python3 - "$root/home/anna/report.json" "$scratch/again.json" <<'PY' || fail "the run reads differently after the upgrade"
import json, sys
first, again = (json.load(open(path))["totals"] for path in sys.argv[1:])
sys.exit(first != again or not first["targets"])
PY

echo "check_package.sh: purge"
inside "apt-get purge -y -q rdpsweep >/tmp/apt.log 2>&1" || fail "the purge"
[ -d "$root/home/anna/.local/state/rdpsweep/runs" ] || fail "the purge took a user's runs with it"
left=$(find "$root/etc" "$root/usr" "$root/var/lib" | LC_ALL=C sort | comm -13 "$scratch/before" - |
    sed "s|^$root||" | grep -i rdpsweep || true)
[ -z "$left" ] || fail "the purge left $left"
echo "check_package.sh: ok"
