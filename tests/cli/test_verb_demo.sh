#!/bin/sh
# One command starts a table, plays a whole routine on it over sockets, and leaves a report.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
port=$((20000 + $$ % 2000 * 20))

expect 0 "$knead" demo --quiet --port-base "$port" --out "$work/demo" \
    routines/library/short-back.yaml
in_out "finished"
in_out "$work/demo/report.html"
for file in summary.json events.jsonl cycles.bin report.html; do
    [ -s "$work/demo/$file" ] || fail "no $file in the record"
done
expect 3 "$knead" demo --quiet --port-base "$port" --out "$work/none" "$work/none.yaml"
in_err "none.yaml"
finish
