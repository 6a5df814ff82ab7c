#!/bin/sh
# Clients that are not ours on the virtual table: pymodbus and mbpoll read and write it, compare
# with known values and get exceptions where there are holes.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
table=
trap '[ -z "$table" ] || kill "$table" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$((24000 + $$ % 190 * 20)) # apart from what runs beside, below what the system hands out

# Debian's own python3, wherever another one stands before it in the path.
python=/usr/bin/python3
if ! "$python" -c 'import pymodbus.client' 2>"$work/import"; then
    cat "$work/import"
    fail "no pymodbus: apt-get install python3-pymodbus python3-serial-asyncio"
fi
command -v mbpoll >/dev/null || fail "no mbpoll: apt-get install mbpoll"
[ "$failures" -eq 0 ] || finish

"$knead" table --port-base "$port" </dev/null >"$work/table" 2>"$work/said" &
table=$!
tries=0
until grep -q '^ready$' "$work/table"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 600 ] || ! kill -0 "$table" 2>/dev/null; then
        fail "the table does not get ready: $(cat "$work/said")"
        finish
    fi
    sleep 0.1
done

expect 0 "$python" tests/bus/pymodbus_client.py tcp "$work/table"
in_out "9 devices"

# mbpoll counts from 1 unless told otherwise; -0 is as on the wire.
poll() { mbpoll -m tcp -p "$port" -a 1 -0 -1 -q "$@"; }
expect 0 poll -t 4 -r 48 -c 1 127.0.0.1
in_out "4020"
expect 0 poll -t 4 -r 32 127.0.0.1 -- 77
expect 0 poll -t 4 -r 32 -c 1 127.0.0.1
in_out "77"
expect 0 poll -t 4:int -B -r 17 127.0.0.1 -- 1234567
expect 0 poll -t 4:int -B -r 17 -c 1 127.0.0.1
in_out "1234567"
expect 1 poll -t 4 -r 100 -c 1 127.0.0.1
in_err "Illegal data address"
expect 1 poll -t 4 -r 32 127.0.0.1 -- 1001
in_err "Illegal data value"

kill -INT "$table"
status=0
wait "$table" || status=$?
table=
[ "$status" -eq 0 ] || fail "the table ends with $status: $(cat "$work/said")"
grep -q " 0 broken frames" "$work/said" || fail "broken frames: $(cat "$work/said")"
finish
