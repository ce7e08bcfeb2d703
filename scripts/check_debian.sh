#!/usr/bin/env bash
# Builds and tries rdpsweep on another Debian: a chroot, in it the unit tests, the demo and the test
# of SSH against real servers. Every source is compiled by itself there, so this also shows that none
# lives by its neighbours' headers.
# usage: check_debian.sh [13] [FOLDER]   (as root; FOLDER, build/debian-13 if not given, is kept:
#        the packages are installed once, and ccache makes a second run short)
# Touches nothing but FOLDER; servers listen on loopback. Not part of every CI run: see
# CONTRIBUTING.md for how long it takes.
set -euo pipefail
cd "$(dirname "$0")/.."

release=${1:-13}
case $release in
    12) suite=bookworm ;;
    13) suite=trixie ;;
    *) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
esac
folder=$(realpath -m "${2:-build/debian-$release}")
root=$folder/root

# A mount namespace of its own: what is mounted below is gone with this script, however it ends.
if [ "${RDPSWEEP_CHROOT_NAMESPACE:-}" != yes ]; then
    [ "$(id -u)" -eq 0 ] || { echo "check_debian.sh: run as root" >&2; exit 2; }
    command -v mmdebstrap >/dev/null || scripts/setup.sh chroot
    RDPSWEEP_CHROOT_NAMESPACE=yes exec unshare --mount --propagation private "$0" "$release" "$folder"
fi

if [ ! -e "$folder/made" ]; then
    mkdir -p "$folder"
    rm -rf "$root"
    mmdebstrap --variant=minbase --include=ca-certificates "$suite" "$root"
    touch "$folder/made"
fi
mount --bind /proc "$root/proc"
mount --rbind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"

# The sources as they are here, with what is not committed yet; the build folder stays.
rm -rf "$root/rdpsweep.new"
mkdir "$root/rdpsweep.new"
git ls-files -z -co --exclude-standard | while IFS= read -r -d '' file; do
    [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar -c --null -T - | tar -x -C "$root/rdpsweep.new"
rm -rf "$root/rdpsweep.old"
if [ -d "$root/rdpsweep" ]; then
    mv "$root/rdpsweep" "$root/rdpsweep.old"
    # What is built anew is decided by time. A file that differs from that of the last run is new,
    # whenever it was written: it may come from another work tree.
    (cd "$root/rdpsweep.new" && find . -type f -print0) | while IFS= read -r -d '' file; do
        if cmp -s "$root/rdpsweep.new/$file" "$root/rdpsweep.old/$file"; then
            touch -r "$root/rdpsweep.old/$file" "$root/rdpsweep.new/$file"
        else
            touch "$root/rdpsweep.new/$file"
        fi
    done
    [ ! -d "$root/rdpsweep.old/build" ] || mv "$root/rdpsweep.old/build" "$root/rdpsweep.new/build"
fi
mv "$root/rdpsweep.new" "$root/rdpsweep"

inside() {
    echo "check_debian.sh: $*"
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
        chroot "$root" /bin/bash -euo pipefail -c "cd /rdpsweep && $*"
}

inside scripts/setup.sh build
inside "cmake --preset dev -DRDPSWEEP_UNITY=OFF && cmake --build --preset dev --target unit -- -k 0"
inside "ctest --preset dev -L unit"
inside "scripts/demo.sh --vms 200"
# What each release's libssh2 speaks differs most: against real servers, hardened ones too.
inside scripts/setup.sh ssh
inside "RDPSWEEP_BUILD=build/release python3 tests/integration/ssh_real.py"
