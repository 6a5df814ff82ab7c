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

# Without a record the figures are the same, but for what only a record has, and nothing is written.
mkdir "$work/empty"
here=$(pwd)
(cd "$work/empty" && "$knead" sim --quiet --json --no-record --seed 7 "$here/$routine" \
    >"$work/bare" 2>"$work/err") || fail "no run without a record: $(cat "$work/err")"
[ -z "$(ls -A "$work/empty")" ] || fail "written without a record: $(ls -A "$work/empty")"
figures() {
    only_kept='event_count|events_chain|cycles_sha256|recording_complete'
    grep -vE "\"(wall_s|speed_factor|$only_kept)\"|\\.yaml\"" "$1"
}
figures "$work/bare" >"$work/bare_figures"
figures "$work/first/summary.json" >"$work/first_figures"
cmp -s "$work/bare_figures" "$work/first_figures" || fail "other figures without a record"
expect 0 "$knead" sim --no-record --quiet "$routine"
in_out "record: none"
for other in "--out $work/kept" --report "--ledger $work/ledger.jsonl"; do
    # shellcheck disable=SC2086 # an option and its argument
    expect 2 "$knead" sim --no-record $other "$routine"
    in_err "belong to a record"
done

# Requests at set times: what became of each is said and kept, twice the same, and refused in words.
asked=routines/requests/client-asks-for-more.yaml
expect 0 "$knead" sim --requests "$asked" --seed 7 --out "$work/asked" "$routine"
in_out "but for 1 skipped step"
in_out "pause 1×, resume 1×, skip 1×, repeat 1×, extend 1×, intensity 2×"
in_err "12.0 s: intensity 8 (was 5): done"
grep -q '"reason":"client asks for more","from":5,"to":8,"item":0,"step":0' \
    "$work/asked/events.jsonl" || fail "no reason, levels and step among the events"
expect 0 "$knead" sim --quiet --requests "$asked" --seed 7 --out "$work/again" "$routine"
no_err
for file in events.jsonl cycles.bin; do
    cmp -s "$work/asked/$file" "$work/again/$file" || fail "$file differs with equal requests"
done
cat >"$work/early.yaml" <<EOF
kind: requests
version: 1
name: early
meaning: Refused before anything moves, then a stop in the middle of a stroke.
requests:
  - {at: 0 s, request: skip, reason: in a hurry}
  - {at: 8 s, request: stop, reason: enough}
EOF
expect 5 "$knead" sim --quiet --requests "$work/early.yaml" --out "$work/early" "$routine"
in_err "0.0 s: skip refused: not possible in this mode"
in_out "somebody asked for it"
expect 3 "$knead" sim --quiet --requests "$routine" --out "$work/none" "$routine"

# Typed lines are read too; what is no request is said and changes nothing.
printf 'nonsense\nintensity nan\nintensity 7\n' |
    "$knead" sim --quiet --out "$work/typed" "$routine" >"$work/out" 2>"$work/err" ||
    fail "typed lines end the run"
grep -q "'nonsense' is no request" "$work/err" || fail "nonsense is not told: $(cat "$work/err")"

# A record is never written over.
expect 1 "$knead" sim --quiet --out "$work/first" "$routine"
in_err "$work/first"

# What a scenario requires is told with what was measured; what did not come true is code 6.
cat >"$work/cut.yaml" <<EOF
kind: scenario
version: 1
name: cut
meaning: All replies of a drive are lost from a second of contact on.
expect: yield
require: {within: 40 ms, force_max: 40 N, must_not: [power_off]}
events:
  - {phase: contact, after: 1 s, event: bus_loss, device: drive_3, magnitude: 1}
EOF
expect 5 "$knead" sim --quiet --scenario "$work/cut.yaml" --out "$work/cut" "$routine"
in_out "as expected: no power_off, found none"
sed 's/within: 40 ms/within: 4 ms/' "$work/cut.yaml" >"$work/tight.yaml"
expect 6 "$knead" sim --quiet --scenario "$work/tight.yaml" --out "$work/tight" "$routine"
in_out "NOT AS EXPECTED: reaction within 4 ms at most"
sed 's/expect: yield/expect: stop/' "$work/cut.yaml" >"$work/other.yaml"
expect 6 "$knead" sim --quiet --scenario "$work/other.yaml" --out "$work/other" "$routine"
sed 's/power_off/power_of/' "$work/cut.yaml" >"$work/unknown.yaml"
expect 3 "$knead" sim --quiet --scenario "$work/unknown.yaml" --out "$work/none" "$routine"
in_err "there is no rule 'power_of' and no ending"
expect 3 "$knead" demo --quiet --scenario "$work/cut.yaml" --out "$work/none" "$routine"
in_err "a table behind sockets can't do this"
expect 3 "$knead" table --scenario "$work/cut.yaml"
in_err "a table behind sockets can't do this"

# A run with which nobody goes on ends by itself: locked again before it was armed.
cat >"$work/locked.yaml" <<EOF
kind: scenario
version: 1
name: locked
meaning: The button is pressed for a moment before the arm is armed.
expect: unfinished
events:
  - {at: 150 ms, duration: 20 ms, event: button_pressed}
EOF
expect 5 timeout 60 "$knead" sim --quiet --scenario "$work/locked.yaml" --out "$work/locked" \
    "$routine"
in_out "nobody went on: for 60 s the arm was not in use, at the end it was locked"
expect 0 "$knead" why "$work/locked"
in_out "nobody went on"
in_out "the record can't tell"
# A controller that is gone before it began is gone for 'why' too.
cat >"$work/gone.yaml" <<EOF
kind: scenario
version: 1
name: gone
meaning: The controller crashes at once.
expect: gone
events:
  - {at: 0 s, event: host_crash}
EOF
expect 4 "$knead" sim --quiet --scenario "$work/gone.yaml" --out "$work/gone" "$routine"
expect 0 "$knead" why --json "$work/gone"
in_out '"met": true'

# What only TCP can have is refused for a drive on a serial line, in the same words by all who read
# it, and for no drive over TCP.
sed 's/bus_loss/bus_reorder/' "$work/cut.yaml" >"$work/reorder.yaml"
lines=config/machines/rtu_lines.yaml
refused="$work/reorder.yaml:8:41: events[0].event: 'drive_3' is on serial line 'line_3'"
expect 3 "$knead" check --machine "$lines" "$work/reorder.yaml"
in_err "$refused"
expect 3 "$knead" sim --machine "$lines" --quiet --scenario "$work/reorder.yaml" \
    --out "$work/none" "$routine"
in_err "$refused"
expect 3 "$knead" table --machine "$lines" --scenario "$work/reorder.yaml"
in_err "$refused"
expect 0 "$knead" check --machine "$lines" "$work/cut.yaml"
expect 0 "$knead" check "$work/reorder.yaml"

# A safety stop, and files that are refused before anything moves.
expect 5 "$knead" sim --quiet --scenario sim/scenarios/estop.yaml --out "$work/stop" "$routine"
in_out "emergency stop"
grep -q estop "$work/stop/events.jsonl" || fail "no estop among the events"
expect 3 "$knead" sim --quiet --scenario "$routine" --out "$work/none" "$routine"
expect 3 "$knead" sim --quiet --out "$work/none" tests/data/broken/safety_empty.yaml
[ ! -e "$work/none" ] || fail "a refused file leaves a record"
finish
