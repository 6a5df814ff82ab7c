#!/bin/sh
# The virtual table serves its devices over Modbus TCP, a routine plays on it from another process,
# what is typed at the table happens on it, and both end as they should. Lock-step, so that a slow
# machine changes nothing.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/short-back.yaml
table=
trap '[ -z "$table" ] || kill "$table" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$((16000 + $$ % 190 * 20)) # apart from what runs beside, below what the system hands out

# table_start [OPTION...]: the table in the background, its standard input a pipe on descriptor 3
table_start() {
    # What an earlier table printed must not be taken for this one's 'ready'.
    rm -f "$work/typed" "$work/table"
    mkfifo "$work/typed"
    "$knead" table "$@" --port-base "$port" <"$work/typed" >"$work/table" 2>"$work/said" &
    table=$!
    exec 3>"$work/typed"
    wait_for "$work/table" '^ready$'
}

# table_end CODE: asks it to end
table_end() {
    kill -INT "$table"
    status=0
    wait "$table" || status=$?
    table=
    exec 3>&-
    [ "$status" -eq "$1" ] || fail "the table ends with $status: $(cat "$work/said")"
}

table_start --lock-step
[ "$(grep -c "127.0.0.1:" "$work/table")" -eq 10 ] || fail "not nine devices and a clock"
grep -q "127.0.0.1:$port " "$work/table" || fail "the first device is not at $port"
expect 0 "$knead" run --lock-step --yes --quiet --port-base "$port" --out "$work/run" "$routine"
in_out "finished"
[ -s "$work/run/cycles.bin" ] || fail "no cycles in the record"
table_end 0
grep -q " 0 broken frames" "$work/said" || fail "broken frames: $(cat "$work/said")"

# An event typed while a stroke is played.
table_start --lock-step
"$knead" run --lock-step --yes --port-base "$port" --out "$work/stop" "$routine" \
    >"$work/run.out" 2>"$work/run.err" </dev/null &
run=$!
wait_for "$work/run.err" contact
echo estop_pressed >&3
status=0
wait "$run" || status=$?
[ "$status" -eq 5 ] || fail "after an emergency stop: exit code $status, expected 5"
grep -q "emergency stop" "$work/run.out" || fail "the emergency stop is not told"
table_end 0

# On the clock it starts and ends the same way; it has no clock device then.
table_start
[ "$(grep -c "127.0.0.1:" "$work/table")" -eq 9 ] || fail "not nine devices"
table_end 0

# Nobody there is a matter of the bus; what is asked wrongly is not.
expect 4 "$knead" run --yes --quiet --port-base "$port" --out "$work/none" "$routine"
expect 2 "$knead" run --port-base 0 "$routine"
expect 2 "$knead" table file
expect 3 "$knead" table --pad no_such_pad --port-base "$port"
in_err "no_such_pad"
finish
