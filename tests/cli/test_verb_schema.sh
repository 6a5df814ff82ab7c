#!/bin/sh
# Every kind has a schema that is JSON and says which draft; another word is refused with a near
# match.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

kinds="machine safety body device routine client scenario requests"
for kind in $kinds; do
    expect 0 "$knead" schema "$kind"
    no_err
    json_out
    # shellcheck disable=SC2016 # a key, not a variable
    in_out '"$schema": "http://json-schema.org/draft-07/schema#"'
    in_out '"additionalProperties": false'
    in_out '"kind"'
    in_out '"version"'
done
expect 0 "$knead" schema machine
in_out '"joints"'
expect 0 "$knead" schema routine
in_out '"steps"'

expect 2 "$knead" schema machin
in_err "there is no kind 'machin'; did you mean 'machine'?"
no_out
expect 2 "$knead" schema
expect 2 "$knead" schema machine safety
finish
