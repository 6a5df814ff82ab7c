#!/bin/sh
# A routine plays on the virtual table from the command line: its record is whole, a seed gives the
# same bytes again, and how it ended is in the exit code.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/short-back.yaml

expect 0 "$knead" sim --quiet --json --report --seed 7 --out "$work/first" "$routine"
json_out
in_out '"verdict": "finished"'
no_err
for file in summary.json events.jsonl cycles.bin report.html; do
    [ -s "$work/first/$file" ] || fail "no $file in the record"
done
cmp -s "$work/out" "$work/first/summary.json" || fail "standard output is not the summary"

# The same seed once more, for people this time; then another.
expect 0 "$knead" sim --seed 7 --out "$work/second" "$routine"
in_out "finished"
in_out "$work/second"
in_err "step 1 of"
for file in events.jsonl cycles.bin; do
    cmp -s "$work/first/$file" "$work/second/$file" || fail "$file differs between equal seeds"
done
expect 0 "$knead" sim --quiet --seed 8 --out "$work/third" "$routine"
no_err
! cmp -s "$work/first/cycles.bin" "$work/third/cycles.bin" || fail "seeds 7 and 8 give the same"

# A record is never written over.
expect 1 "$knead" sim --quiet --out "$work/first" "$routine"
in_err "$work/first"

# A safety stop, and files that are refused before anything moves.
expect 5 "$knead" sim --quiet --scenario sim/scenarios/estop.yaml --out "$work/stop" "$routine"
in_out "emergency stop"
grep -q estop "$work/stop/events.jsonl" || fail "no estop among the events"
expect 3 "$knead" sim --quiet --scenario "$routine" --out "$work/none" "$routine"
expect 3 "$knead" sim --quiet --out "$work/none" tests/data/broken/safety_empty.yaml
[ ! -e "$work/none" ] || fail "a refused file leaves a record"
finish
