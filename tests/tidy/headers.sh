#!/bin/sh
# headers.sh ROOT [COMPILER]: every header compiles by itself, twice over. Prints what does not;
# exits 1 if anything.
set -eu
cd "$1"
compiler=${2:-cc}
bad=0
headers=$(find config kinematics routines controller sim tests -name '*.h' | LC_ALL=C sort)
for header in $headers; do
    if ! message=$("$compiler" -std=c11 -D_POSIX_C_SOURCE=200809L -I. -Wall -Wextra -Werror \
        -fsyntax-only -x c "$header" -include "$header" 2>&1); then
        printf '%s:1: does not compile by itself\n%s\n' "$header" "$message"
        bad=1
    fi
done
exit "$bad"
