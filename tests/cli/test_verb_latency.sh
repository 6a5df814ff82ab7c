#!/bin/sh
# What 'knead latency' measures has its keys, whoever answers; what it cannot reach it names. How
# late this machine is nobody claims here.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

# fit_or_not COMMAND...: any verdict is one
fit_or_not() {
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    out=$(cat "$work/out")
    err=$(cat "$work/err")
    command_line=$*
    case $status in
    0 | 6) ;;
    *) fail "$command_line: exit code $status: $err" ;;
    esac
}

# member EXPRESSION of the document d
member() {
    command -v python3 >/dev/null 2>&1 || return 0
    python3 -c "import json, sys
d = json.load(open('$work/out'))
sys.exit(0 if ($1) else 1)" || fail "$command_line: not so: $1"
}

fit_or_not "$knead" latency --count 100 --quiet --json
no_err
json_out
member "d['kind'] == 'latency' and d['version'] == 1 and d['bus'] == 'loopback'"
member "d['period_us'] == 4000 and d['periods'] == 100 and d['calculated_us'] == 1000"
for histogram in wake_up_us compute_us exchange_us; do
    member "d['$histogram']['count'] == 100"
    member "sum(b[2] for b in d['$histogram']['buckets']) == 100"
    member "d['$histogram']['min'] <= d['$histogram']['p50'] <= d['$histogram']['p99']"
    member "d['$histogram']['p99'] <= d['$histogram']['p99_99'] <= d['$histogram']['max']"
done
member "len(d['devices']) == 9 and d['devices'][8]['device'] == 'io'"
member "all(r['round_trip_us']['count'] + r['unanswered'] == 100 for r in d['devices'])"
member "d['wake_up_and_compute']['limit_us'] == 1600 and d['exchange']['limit_us'] == 2400"
member "d['verdict'] in ('fit', 'marginal', 'unfit')"
member "bool(d['causes']) == (d['verdict'] != 'fit')"
member "{'cause', 'text', 'remedy'} <= set((d['causes'] + d['cautions'] + [dict(
    cause=0, text=0, remedy=0)])[0])"
[ "$status" -eq 6 ] && verdict=unfit || verdict='fit marginal'
member "d['verdict'] in '$verdict'.split()"

fit_or_not "$knead" latency --count 100
for text in 'machine rail6: 100 periods of 4.000 ms' 'wake-up after the deadline, us' \
    'one control cycle, us' 'all devices of a period, us' 'drive_rail' 'wake-up and cycle' \
    'deadlines were missed' 'fewer than 10000 periods'; do
    in_out "$text"
done
in_err 'measuring'

# A bus that its budget calls too slow is named, with the machine's own period.
expect 6 "$knead" latency --machine config/machines/rtu_seven.yaml --count 20 --json
json_out
member "d['verdict'] == 'unfit' and 'bus' in [c['cause'] for c in d['causes']]"
in_err 'bus-over-budget'

# Against a table that somebody else runs, which hears no write of it.
base=$((20000 + $$ % 4000))
"$knead" table --port-base "$base" <"/dev/null" >"$work/table" 2>&1 &
table=$!
wait_for "$work/table" ready
fit_or_not "$knead" latency --port-base "$base" --count 50 --quiet --json
json_out
member "d['bus'] == 'devices' and d['calculated_us'] == 0 and d['periods'] == 50"
kill "$table"
wait "$table" || true
expect 4 "$knead" latency --port-base "$base" --count 50
in_err 'drive_rail at 127.0.0.1'
no_out

expect 2 "$knead" latency --count 0
expect 2 "$knead" latency extra
expect 3 "$knead" latency --machine "$work/none.yaml"
finish
