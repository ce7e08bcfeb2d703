#!/bin/sh
# Runs a compiler through ccache. usage: through_ccache.sh CCACHE COMPILER ARGUMENTS...
# A precompiled header that is made anew is removed first: the compiler is told to -include the header
# whose place it takes, so that ccache would count the old one as what goes in, look no further, and
# hand out what came of it.
set -eu
for argument in "$@"; do
    case $argument in *.gch) rm -f "$argument" ;; esac
done
exec "$@"
