#!/bin/sh
# clang_tidy.sh BUILD FILE: clang-tidy on one file by the compile commands of BUILD; prints only
# what it found.
set -u
if output=$(clang-tidy --quiet -p "$1" "$2" 2>/dev/null); then
    exit 0
fi
printf '%s\n' "$output"
exit 1
