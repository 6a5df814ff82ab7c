#!/bin/sh
# Two runs side by side: the same run is the same, a worse one is told with its figure and exit code
# 6, a tolerance can be given, and the page stands alone.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/short-back.yaml

"$knead" sim --quiet --seed 4 --out "$work/first" "$routine" >"$work/told" || fail "sim"
cat >"$work/cut.yaml" <<EOF
kind: scenario
version: 1
name: cut
meaning: All replies of a drive are lost from a second of contact on.
expect: yield
events:
  - {phase: contact, after: 1 s, event: bus_loss, device: drive_3, magnitude: 1}
EOF
status=0
"$knead" sim --quiet --seed 4 --scenario "$work/cut.yaml" --out "$work/second" "$routine" \
    >"$work/told" 2>&1 || status=$?
[ "$status" -eq 5 ] || fail "the scenario ends with $status: $(cat "$work/told")"

expect 0 "$knead" diff "$work/first" "$work/first"
in_out "files: both were made from the same"
in_out "inputs: the same in all cycles that both have"
in_out "decisions: the same in all cycles that both have"
expect 6 "$knead" diff "$work/first" "$work/second"
in_out "The second run is worse."
in_out "decisions part at cycle"
in_out "second   contact, effleurage on"
in_out "  field                                first"
in_out "and not compared: the first is finished, the second stopped"
expect 6 "$knead" diff --json "$work/first" "$work/second"
json_out
in_out '"ending": {'
in_out '"verdict": "worse"'
in_out '"verdict": "not compared"'
in_out '"field": "'

# The other way round it is better; what takes longer because it went on is no figure of it.
expect 0 "$knead" diff --page "$work/page.html" \
    --tolerance force_peak_N=50,pull_peak_N=50,shear_peak_N=50 \
    "$work/second" "$work/first"
[ -s "$work/page.html" ] || fail "no page"
! grep -Eq 'src=|href=|<script' "$work/page.html" || fail "the page is not alone"
grep -q 'data-run="1"' "$work/page.html" || fail "the second run is not drawn"

expect 2 "$knead" diff --tolerance nonsense=1 "$work/first" "$work/first"
in_err "'nonsense=1' is not FIGURE=NUMBER"
expect 2 "$knead" diff "$work/first"
expect 3 "$knead" diff "$work/first" "$work/nowhere"

finish
