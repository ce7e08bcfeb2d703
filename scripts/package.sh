#!/usr/bin/env bash
# Builds the Debian package of rdpsweep for the Debian that runs this. usage: package.sh [FOLDER]
#   FOLDER (out/package if not given) then holds rdpsweep_VERSION_ARCH.deb.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-out/package}
scripts/setup.sh build
umask 022
cmake --preset package -DCMAKE_MESSAGE_LOG_LEVEL=WARNING
cmake --build --preset package --target rdpsweep rdpsweep-disk rdpsweep_texts
mkdir -p "$out"
cpack --config build/package/CPackConfig.cmake -G DEB -B "$(realpath "$out")"
rm -rf "$out/_CPack_Packages"
