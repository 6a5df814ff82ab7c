#!/bin/sh
# 'knead why' explains runs from their folders: stopped by a rule, by somebody, ended, finished,
# never begun, broken off, without devices, and one that a scenario expected otherwise.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/short-back.yaml

# play NAME EXIT-CODE OPTION...: the run is in $work/NAME
play() {
    name=$1
    wanted_code=$2
    shift 2
    expect "$wanted_code" "$knead" sim --quiet --seed 11 "$@" --out "$work/$name" "$routine"
}

# why RUN: explained, with its lines joined, as they break anywhere
why() {
    expect 0 "$knead" why "$1"
    no_err
    out=$(printf '%s' "$out" | tr -s ' \n' '  ')
}

# member KEY: a member of the last command's JSON, as python prints it; nothing without python3
member() {
    python3 -c 'import json, sys
found = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    found = found[int(key)] if isinstance(found, list) else found[key]
print(found)' "$work/out" "$1"
}
is() {
    command -v python3 >/dev/null 2>&1 || return 0
    found=$(member "$1")
    [ "$found" = "$2" ] || fail "$command_line: $1 is '$found', expected '$2'"
}

cat >"$work/silent.yaml" <<EOF
kind: scenario
version: 1
name: silent
meaning: The force sensor falls silent in the first stroke.
expect: finished
events:
  - {phase: contact, after: 2 s, event: device_silent, device: force}
EOF
play silent 6 --scenario "$work/silent.yaml"
why "$work/silent"
in_out "force sensor 'force' (127.0.0.1:15027 unit 8) was 24 ms old, allowed 20 ms"
in_out "$routine:13"
in_out "erector_spinae_lumbar.left"
in_out "What to do:"
in_out "hazards H28 H29 H38"
in_out "NOT AS EXPECTED"
no_err
expect 0 "$knead" why --json "$work/silent"
json_out
is ending stopped
is cause.rule force_age
is cause.measured 0.024
is cause.allowed 0.02
is cause.unit s
is cause.sense at_most
is cause.device force
is step.file "$routine"
is step.line 13
is moment.reaction yield
is scenario.met False
is record.cycles_whole True
is record.events_whole True
is before.trends.force_age.most 0.024

# requests NAME TIME REQUEST REASON
requests() {
    cat >"$work/$1.yaml" <<EOF
kind: requests
version: 1
name: $1
meaning: Somebody asks for it in the first stroke.
requests:
  - {at: $2, request: $3, reason: $4}
EOF
}
requests stop "8 s" stop "the client turns over"
play stop 5 --requests "$work/stop.yaml"
why "$work/stop"
in_out "somebody asked to stop, because: the client turns over"
expect 0 "$knead" why --json "$work/stop"
is ending stopped_on_request
is cause None
is asked.request stop
is asked.reason "the client turns over"
is moment.time_s 8
requests end "8 s" end "the phone rings"
play end 0 --requests "$work/end.yaml"
why "$work/end"
in_out "ended early"
in_out "the phone rings"

play whole 0
why "$work/whole"
in_out "Nothing stopped it"
expect 0 "$knead" why --json "$work/whole"
is ending finished
is cause None

# A bit of the limits turns in memory: one bit, as the scenario has it.
play turned 5 --scenario sim/scenarios/host-limits-turned.yaml
why "$work/turned"
in_out "have changed in its memory; 1 bit of word"

# The page says it as the terminal does: names and paths as they are in the files.
play runs_away 5 --report --scenario sim/scenarios/drive-runs-away.yaml
why "$work/runs_away"
in_out "where joint 'joint_2'"
grep -qF '<td>joint &#39;joint_2&#39;</td>' "$work/runs_away/report.html" ||
    fail "the page changes the name of a joint"

# Never armed: a rule refused from the beginning.
cat >"$work/open.yaml" <<EOF
kind: scenario
version: 1
name: open
meaning: The emergency stop is pressed from the beginning.
expect: unfinished
events:
  - {at: 0 s, event: estop_pressed}
EOF
play never 5 --scenario "$work/open.yaml"
why "$work/never"
in_out "It never began"
in_out "emergency stop chain was open"
expect 0 "$knead" why --json "$work/never"
is ending never_ready
is scenario.met True
is cause.rule estop

# Killed: the cycles end in the middle of a block, the summary still says that it runs.
cp -r "$work/whole" "$work/torn"
size=$(wc -c <"$work/torn/cycles.bin")
head -c "$((size / 3))" "$work/whole/cycles.bin" >"$work/torn/cycles.bin"
head -n 20 "$work/whole/events.jsonl" >"$work/torn/events.jsonl"
sed 's/"verdict": "finished"/"verdict": "running"/' "$work/whole/summary.json" \
    >"$work/torn/summary.json"
why "$work/torn"
in_out "The record breaks off"
in_out "the file breaks off"
expect 0 "$knead" why --json "$work/torn"
is ending cut_off
is record.cycles_whole False
is record.events_whole True

# Cut after the run had closed it: what the run said of its end is told, and no end made up.
cp -r "$work/silent" "$work/cut"
size=$(wc -c <"$work/silent/cycles.bin")
head -c "$((size / 3))" "$work/silent/cycles.bin" >"$work/cut/cycles.bin"
expect 3 "$knead" why "$work/cut"
in_err "is not the file that the run closed"
out=$(printf '%s' "$out" | tr -s ' \n' '  ')
in_out "can be read only to"
in_out 'At its end the run said: "Stopped after'
case $out in
*"was killed"* | *somebody*) fail "an end was made up: $out" ;;
esac
expect 3 "$knead" why --json "$work/cut"
is ending cut_off

# The cycles of another run.
cp "$work/whole/cycles.bin" "$work/cut/cycles.bin"
expect 3 "$knead" why "$work/cut"
in_err "is not the file that the run closed"
in_out "not those that this run recorded"

# A pipe is not waited for.
rm "$work/cut/cycles.bin"
mkfifo "$work/cut/cycles.bin"
expect 3 "$knead" why "$work/cut"
in_err "is not a file"

# A changed event is told, and the run explained all the same.
cp -r "$work/silent" "$work/changed"
sed 's/was contact/was transit/' "$work/silent/events.jsonl" >"$work/changed/events.jsonl"
why "$work/changed"
in_out "does not follow from the one before"

# A scenario of another time that can't be read: the run is explained, and what is missing is said.
cp -r "$work/silent" "$work/unread"
copy=$work/unread/inputs/scenarios/silent.yaml
was=$(sha256sum <"$copy" | cut -d ' ' -f 1)
sed 's/device_silent/device_sulks/' "$work/silent.yaml" >"$copy"
is_now=$(sha256sum <"$copy" | cut -d ' ' -f 1)
sed "s/$was/$is_now/" "$work/silent/summary.json" >"$work/unread/summary.json"
expect 0 "$knead" why "$work/unread"
in_out "force_age"
in_err "$copy"
in_err "the run's scenario can't be read; what it expects is left out"
in_err "device_sulks"

# Nobody answers: the record says who was looked for.
expect 4 "$knead" run --yes --quiet --port-base 47310 --out "$work/nobody" "$routine"
in_err "record: $work/nobody"
why "$work/nobody"
in_out "drive_rail (127.0.0.1:47310, unit 1): cannot be reached"
in_out "9 findings about devices in all"
expect 0 "$knead" why --json "$work/nobody"
is ending failed
is moment None

rm -r "$work/torn" "$work/cut" "$work/changed" "$work/unread" # damaged: no replay holds
expect 3 "$knead" why "$work"
expect 3 "$knead" why /nowhere
expect 2 "$knead" why
finish
