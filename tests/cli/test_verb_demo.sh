#!/bin/sh
# One command starts a table, plays a whole routine on it over sockets, and leaves a report.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
port=$((13000 + $$ % 150 * 20)) # below those that the system hands out itself

expect 0 "$knead" demo --quiet --port-base "$port" --out "$work/demo" \
    routines/library/short-back.yaml
in_out "finished"
in_out "$work/demo/report.html"
for file in summary.json events.jsonl cycles.bin report.html; do
    [ -s "$work/demo/$file" ] || fail "no $file in the record"
done
# The same seed in process gives the same bytes: the wire changes nothing.
expect 0 "$knead" sim --quiet --out "$work/sim" routines/library/short-back.yaml
cmp "$work/demo/cycles.bin" "$work/sim/cycles.bin" || fail "over TCP it decides otherwise"

# A device that dies in the middle: yield, stop, and a whole record that names it.
expect 5 "$knead" demo --quiet --port-base "$port" --out "$work/dies" \
    --scenario sim/scenarios/device-dies.yaml routines/library/short-back.yaml
in_out "a drive is silent: drive_3 at 127.0.0.1:"
for file in summary.json events.jsonl cycles.bin report.html; do
    [ -s "$work/dies/$file" ] || fail "no $file in the record of a stop"
done
grep -q '"recording_complete": true' "$work/dies/summary.json" || fail "the record is not whole"

expect 3 "$knead" demo --quiet --port-base "$port" --out "$work/none" "$work/none.yaml"
in_err "none.yaml"
finish
