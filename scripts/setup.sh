#!/usr/bin/env bash
# Installs what rdpsweep needs on Debian 12 or 13. The only place that names packages.
# usage: setup.sh [build|test|dev|bench|ssh|chroot]
#        (default: test; each but chroot includes build, test also ssh, dev also test)
set -euo pipefail

release=$(. /etc/os-release && echo "${VERSION_ID:-}")
# What has another name there: Debian 12's, Debian 13's. "" is nothing at all.
case $release in
    13) catch=libcatch2-dev freerdp=freerdp3-shadow-x11 winpr=winpr3-utils format='' clang=''
        node='nodejs npm' ;;
    *) catch=catch2 freerdp=freerdp2-shadow-x11 winpr=winpr-utils format=clang-format-14
       clang='clang-14 clang-tidy-14' node='' ;;
esac
# A Node.js from elsewhere brings its npm, and Debian's packages cannot stand beside it.
command -v npm >/dev/null && node=''

build=(
    g++ cmake ninja-build ccache pkg-config python3
    libboost-dev libssl-dev zlib1g-dev
    nlohmann-json3-dev libsimdjson-dev libsqlite3-dev libyaml-dev libyaml-cpp-dev libpugixml-dev libcli11-dev
    libkrb5-dev libssh2-1-dev libcpprest-dev libvterm-dev
    libfsntfs-dev libbfio-dev libevtx-dev libseccomp-dev # disks, and a sandbox for what reads them
    libssh-dev         # the simulated fleet's SSH servers
    $catch             # the tests are part of the default build
    gss-ntlmssp        # NTLM, loaded by GSSAPI at run time
    ca-certificates
)
ssh=(openssh-server openssh-client dropbear-bin libnss-wrapper python3-asyncssh) # real servers on loopback
test=(
    python3-yaml python3-jsonschema sqlite3 jq          # sqlite3 and jq read what is stored
    xrdp $freerdp $winpr xvfb                            # RDP servers nobody here wrote
    python3-winrm python3-requests-kerberos curl openssl # clients nobody here wrote
    wsl uuid-runtime                                     # a client of WS-Management in shell
    python3-gssapi                                       # for a WinRM server nobody here wrote
    krb5-kdc krb5-admin-server krb5-user                 # a real KDC on loopback
    python3-junitparser prometheus cmark-gfm             # what reads the reports
    chromium-headless-shell fonts-dejavu-core poppler-utils
    azure-cli python3-websocket                          # clients of Azure nobody here wrote
    ansible-core nmap                                    # whose inventories we read
    $node                                                # for Microsoft's clients of Azure
    libregf-utils libhivex-bin libwin-hivex-perl libfsntfs-utils libevtx-utils ntfs-3g # readers of disks nobody
    mtools dosfstools fdisk gdisk attr qemu-utils forensics-samples-ntfs forensics-samples-vfat # here wrote, and disks
    python3-hivex python3-cryptography                   # what fills hives and stores of tests
    wine wine64                                          # a Win32 nobody here wrote, for the scripts (tests/wine)
    mandoc zsh fish lintian                              # what reads manual pages, completions, the package
    $format git time procps valgrind                     # the format is that of version 14
)
# Debian has no .NET SDK. Where one is installed, the scripts for VMs run on a PowerShell engine too
# (tests/powershell); NuGet then serves the engine. Debian 12 has no Node.js 20. Where one is
# installed, Microsoft's clients meet the simulated Azure (tests/azure-sdk), and a storage account
# holds disks (tests/azure-storage); npm then serves them.
dev=($clang)
bench=(openssh-client python3-asyncssh clustershell pssh nmap xrdp valgrind time ansible-core
    python3-winrm golang-go golang-github-masterzen-winrm-dev) # what bench/ compares with

case "${1:-test}" in
    build) wanted=("${build[@]}") ;;
    test) wanted=("${build[@]}" "${ssh[@]}" "${test[@]}") ;;
    dev) wanted=("${build[@]}" "${ssh[@]}" "${test[@]}" "${dev[@]}") ;;
    ssh) wanted=("${build[@]}" "${ssh[@]}") ;;
    bench) wanted=("${build[@]}" "${bench[@]}") ;;
    chroot) wanted=(mmdebstrap debian-archive-keyring) ;; # of check_debian.sh
    *) echo "usage: $0 [build|test|dev|bench|ssh|chroot]" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
        missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "setup.sh: run as root, or install sudo" >&2; exit 1; }
    sudo=(sudo)
fi
echo "setup.sh: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -q
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}"
