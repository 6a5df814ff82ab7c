#!/bin/sh
# Every version that a report of a mistake needs is there, for people and for tools.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

expect 0 "$knead" version
no_err
for part in knead commit libmodbus libyaml cglm expat libsodium compiler; do
    printf '%s\n' "$out" | grep -Eq "^$part [^ ]" || fail "no version of $part"
done
in_out "knead $(sed -n 's/^project(knead VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)"
cp "$work/out" "$work/first"
expect 0 "$knead" --version
cmp -s "$work/first" "$work/out" || fail "--version and version differ"
expect 0 "$knead" version --json
json_out
in_out '"libmodbus"'
finish
