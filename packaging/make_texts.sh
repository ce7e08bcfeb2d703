#!/bin/sh
# Writes what the package has besides programs: manual pages, completions, changelog and notices. What
# Debian wants compressed is, without names and times.
# usage: make_texts.sh RDPSWEEP SOURCES FOLDER VERSION CONTACT
set -eu
umask 022
program=$1 sources=$2 folder=$3 version=$4 contact=$5
mkdir -p "$folder/man1"
"$program" manual all --out "$folder/man1"
day=$(sed -n 's/^\.TH [^ ]* 1 \([0-9-]*\) .*/\1/p' "$folder/man1/rdpsweep.1")
gzip -9n "$folder"/man1/*.1
"$program" completion bash >"$folder/rdpsweep.bash"
"$program" completion zsh >"$folder/_rdpsweep"
"$program" completion fish >"$folder/rdpsweep.fish"
# Debian's own form, which dates the package; what changed is in CHANGELOG.md beside it.
{
    printf 'rdpsweep (%s) unstable; urgency=medium\n\n' "$version"
    printf '  * What changed is in CHANGELOG.md.\n\n -- %s  %s\n' "$contact" "$(LC_ALL=C date -u -R -d "$day")"
} | gzip -9n >"$folder/changelog.gz"
# Their code is compiled in, and their licences ask for their notices (docs/third-party.md).
{
    cat "$sources/LICENSE"
    for package in nlohmann-json3-dev libcli11-dev libcpprest-dev; do
        printf '\n\n---- Compiled in, from %s:\n\n' "$package"
        cat "/usr/share/doc/$package/copyright"
    done
} >"$folder/copyright"
touch "$folder/stamp"
