#!/bin/sh
# A table of profiles answers anybody's client, here mbpoll, with the same values over TCP and over
# a pty; tells a second master, turns away who is not allowed, lets faults happen to frames.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
table=
trap '[ -z "$table" ] || kill "$table" 2>/dev/null || true; rm -rf "$work"' EXIT
port=$((12000 + $$ % 190 * 20))
devices=config/devices/virtual_cia402.yaml,config/devices/robotiq_ft300s.yaml

table_start() {
    rm -f "$work/typed" "$work/table"
    mkfifo "$work/typed"
    "$knead" table "$@" <"$work/typed" >"$work/table" 2>"$work/said" &
    table=$!
    exec 3>"$work/typed"
    wait_for "$work/table" '^ready$'
}

table_end() {
    kill -INT "$table"
    status=0
    wait "$table" || status=$?
    table=
    exec 3>&-
    [ "$status" -eq 0 ] || fail "the table ends with $status: $(cat "$work/said")"
}

# What can't be is refused before anything is opened.
expect 2 "$knead" table --profile "$devices" --host 0.0.0.0 --port-base "$port"
in_err "--allow"
expect 2 "$knead" table --profile "$devices" --allow here --port-base "$port"
in_err "'here' is no IPv4 address"
expect 2 "$knead" table --profile "$devices" --serial pty --parity mark --port-base "$port"
in_err "none, even or odd"
expect 2 "$knead" table --profile "$devices" --serial pty --baud 12345 --port-base "$port"
in_err "12345"
expect 2 "$knead" table --serial pty --port-base "$port"
in_err "no serial line"
expect 2 "$knead" table --baud 9600 --port-base "$port"
in_err "--profile"
expect 3 "$knead" table --profile config/machines/rail6.yaml --port-base "$port"
expect 4 "$knead" table --profile "$devices" --serial /nowhere/tty --port-base "$port"
in_err "can't be opened"
echo kept >"$work/file"
expect 4 "$knead" table --profile "$devices" --pty-link "$work/file" --port-base "$port"
in_err "no link"
[ "$(cat "$work/file")" = kept ] || fail "a file was replaced by a link"

# Every line of a machine gets a pty.
table_start --machine config/machines/rtu_lines.yaml --port-base "$port" \
    --pty-link "line_1=$work/line_1,line_force=$work/line_force"
grep -q "^line_1  *$work/line_1\$" "$work/table" || fail "no link of line_1: $(cat "$work/table")"
[ -c "$(readlink -f "$work/line_force")" ] || fail "line_force is no device"
table_end
[ ! -e "$work/line_1" ] || fail "the link is left behind"

if ! command -v mbpoll >/dev/null 2>&1; then
    echo "SKIPPED: no mbpoll here (apt-get install mbpoll); what another client reads is not shown"
    finish
    exit
fi
over_tcp() { mbpoll -m tcp -p "$port" -a 1 -0 -1 -q "$@"; }
over_pty() { mbpoll -m rtu -b 19200 -P none -s 1 -0 -1 -q "$@"; }
value() { sed -n 's/^\[[0-9]*\]:[^0-9-]*\(-*[0-9]*\).*/\1/p' "$work/out" | tr '\n' ' '; }
# value_is WANTED COMMAND...: reads as WANTED
value_is() {
    wanted_value=$1
    shift
    expect 0 "$@"
    [ "$(value)" = "$wanted_value " ] || fail "$*: $(value), expected $wanted_value"
}

table_start --profile "$devices" --pty-link "$work/line" --port-base "$port"
value_is 4020 over_tcp -r 48 -c 1 127.0.0.1
value_is 4020 over_pty -a 1 -r 48 -c 1 "$work/line"
# Written over one, read over the other, both ways; target_position is two words, high first.
expect 0 over_tcp -r 33 127.0.0.1 250
value_is 250 over_pty -a 1 -r 33 -c 1 "$work/line"
expect 0 over_pty -a 1 -r 17 "$work/line" 15 16960
value_is "15 16960" over_tcp -r 17 -c 2 127.0.0.1
value_is 1000000 over_tcp -r 17 -c 1 -t 4:int -B 127.0.0.1
expect 0 over_pty -a 9 -r 180 -c 6 "$work/line"
[ "$(value | wc -w)" -eq 6 ] || fail "no six words of force and torque: $out"
# Refusals have the same names; a foreign unit on the line says nothing.
expect 1 over_tcp -r 60 -c 1 127.0.0.1
in_err "Illegal data address"
expect 1 over_pty -a 1 -r 60 -c 1 "$work/line"
in_err "Illegal data address"
expect 1 over_pty -a 1 -r 33 "$work/line" 65535
in_err "Illegal data value"
expect 1 over_pty -a 77 -r 48 -c 1 -o 0.2 "$work/line"
in_err "timed out"
# A broadcast writes and gets no reply; mbpoll has none.
python3 - "$work/line" <<'END' || fail "the broadcast was answered"
import os, select, sys
line = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
frame = bytes([0, 6, 0, 33, 0, 77])
crc = 0xFFFF
for byte in frame:
    crc ^= byte
    for _ in range(8):
        crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
os.write(line, frame + crc.to_bytes(2, "little"))
sys.exit(1 if select.select([line], [], [], 0.3)[0] else 0)
END
value_is 77 over_tcp -r 33 -c 1 127.0.0.1

# Faults typed at the table happen to real frames, and end.
echo "bus_exception virtual_cia402 6" >&3
wait_for "$work/said" "^table: bus_exception"
expect 1 over_pty -a 1 -r 48 -c 1 "$work/line"
in_err "busy"
echo "end bus_exception virtual_cia402" >&3
wait_for "$work/said" "^table: end bus_exception"
for fault in "bus_bit_flip virtual_cia402 1" "bus_truncated virtual_cia402 1" \
    "bus_loss virtual_cia402 1" "device_silent virtual_cia402"; do
    echo "$fault" >&3
    wait_for "$work/said" "^table: $fault"
    expect 1 over_pty -a 1 -r 48 -c 1 -o 0.2 "$work/line"
    case $fault in
    bus_*)
        echo "end ${fault% 1}" >&3
        wait_for "$work/said" "^table: end ${fault% 1}"
        ;;
    *)
        echo "device_back virtual_cia402" >&3
        wait_for "$work/said" "^table: device_back"
        ;;
    esac
done
value_is 4020 over_pty -a 1 -r 48 -c 1 "$work/line"
echo "bus_drip virtual_cia402 0.01" >&3
wait_for "$work/said" "bus_drip.* can't be made"
echo "force_freeze" >&3
wait_for "$work/said" "force_freeze' needs a world"

# A client that holds its connection and writes is the master; the next one that writes is told.
python3 - "$port" <<'END' || fail "the two masters were not both answered"
import socket, sys
def connect():
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    return s
def write(s, word):
    s.sendall(bytes([0, 1, 0, 0, 0, 6, 1, 6, 0, 33]) + word.to_bytes(2, "big"))
    assert len(s.recv(12)) == 12
a, b = connect(), connect()
write(a, 100)
write(b, 101)
write(b, 102)
END
wait_for "$work/table" "^second master at 127.0.0.1:[0-9]* writes virtual_cia402"
[ "$(grep -c "^second master" "$work/table")" -eq 1 ] || fail "told more than once"
table_end
grep -q " 2 writes of second masters" "$work/said" || fail "not counted: $(cat "$work/said")"

# Who is not on the list gets nothing.
table_start --profile "$devices" --host 0.0.0.0 --allow 127.0.0.2 --port-base "$port"
expect 1 over_tcp -r 48 -c 1 127.0.0.1
wait_for "$work/table" "^turned away 127.0.0.1:"
table_end
grep -q " 1 clients turned away" "$work/said" || fail "not counted: $(cat "$work/said")"
finish
