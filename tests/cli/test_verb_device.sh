#!/bin/sh
# `knead device` lists, shows, probes and watches: what it says of the shipped files, and of a
# virtual table beside it that is as the profiles say, or is asked by the wrong unit, with the wrong
# profile, for a register that is not there, or has gone.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
table=
slave=
trap '[ -z "$table$slave" ] || kill $table $slave 2>/dev/null || true; rm -rf "$work"' EXIT
port=$((20000 + $$ % 190 * 20)) # apart from what runs beside, below what the system hands out

# member PYTHON: an expression over the last output, `d`; needs python3, as json_out does
member() {
    command -v python3 >/dev/null 2>&1 || return 0
    python3 -c "import json, sys
d = json.load(open('$work/out'))
sys.exit(0 if ($1) else 1)" || fail "$command_line: not so: $1"
}

# What the files say.
expect 0 "$knead" device list
for profile in config/devices/*.yaml; do
    in_out "$(basename "$profile" .yaml) "
done
expect 0 "$knead" device list --json
json_out
member "len(d['profiles']) == $(find config/devices -name '*.yaml' | wc -l)"
member "all(set(p) >= {'name', 'role', 'cyclic', 'verified', 'lost_controller', 'source'}
    for p in d['profiles'])"
expect 0 "$knead" device list --machine config/machines/rail6.yaml
in_out "drive_1 "
in_out "127.0.0.1:15021, unit 2"
in_out "joint_1"
expect 0 "$knead" device list --machine config/machines/rail6.yaml --json
json_out
member "d['devices'][1]['joint'] == 'joint_1' and d['devices'][7]['joint'] is None"

expect 0 "$knead" device show onrobot_hex
in_out "257 (0x0101, modicon 40258)"
in_out "what it reads is unknown"
in_out "unit 65"
in_out "lost controller  unknown"
expect 0 "$knead" device show drive_1
in_out "127.0.0.1:15021, unit 2"
in_out "starts motion"
in_out "on this machine: 1 exchange"
{
    echo '['
    for profile in config/devices/*.yaml; do
        expect 0 "$knead" device show "$profile" --json
        printf '%s,\n' "$out"
    done
    echo 'null]'
} >"$work/shown"
mv "$work/shown" "$work/out"
json_out
member "all(s['device'] is None and all(p['modicon'] > p['address'] for p in s['points'])
    for s in d[:-1]) and len(d) > 3"

# What is asked wrongly.
expect 2 "$knead" device prode
in_err "did you mean 'probe'?"
expect 2 "$knead" device show
expect 2 "$knead" device list anything
expect 2 "$knead" device show drive_l
in_err "did you mean 'drive_1'?"
expect 2 "$knead" device probe drive_l
expect 2 "$knead" device probe --unit 3
in_err "stand beside --profile"
expect 2 "$knead" device probe --profile onrobot_hex
in_err "--host ADDRESS, or --serial PATH"
expect 2 "$knead" device probe --profile onrobot_hex --host localhost
in_err "numeric IPv4"
expect 2 "$knead" device probe --profile onrobot_hex --host 127.0.0.1 --serial /dev/null
expect 2 "$knead" device probe --profile robotiq_ft300s --host 127.0.0.1
in_err "--port N"
expect 2 "$knead" device probe --profile robotiq_ft300s --serial /dev/null --baud 9600
in_err "but for 19200"
expect 3 "$knead" device probe --profile no_such_profile --host 127.0.0.1
expect 2 "$knead" device probe --count 1001
expect 4 "$knead" device probe --profile robotiq_ft300s --serial "$work/no_such_line"
in_err "mbpoll -0 -1 -m rtu -b 19200 -P none -s 1 -a 9 -t 4:hex -r 180 -c 6 $work/no_such_line"

# Nobody there: each device is told, with the line that shows it.
expect 4 "$knead" device probe --port-base "$port" force io
in_err "force (127.0.0.1:$((port + 7)), unit 8): connect: register 0 (0x0000, modicon 40001): "
in_err "try: mbpoll -0 -1 -m tcp -p $((port + 7)) -a 8 -t 4:hex -r 0 -c 8 127.0.0.1"
in_err "io (127.0.0.1:$((port + 8)), unit 9): connect: "
expect 4 "$knead" device watch --port-base "$port" --count 1 io
in_err "io (127.0.0.1:$((port + 8)), unit 9): connect: "

# The table. Its standard input is a pipe: it would take the end of a file for nothing typed.
mkfifo "$work/typed"
"$knead" table --port-base "$port" <"$work/typed" >"$work/table" 2>"$work/said" &
table=$!
exec 3>"$work/typed"
tries=0
until grep -q '^ready$' "$work/table" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || {
        fail "the table does not come: $(cat "$work/said")"
        finish
    }
    sleep 0.1
done

expect 0 "$knead" device probe --port-base "$port"
no_err
in_out "identity     as expected: 4020"
in_out "identity     as expected: 6060"
in_out "identity     as expected: 7000"
in_out "counter      moves"
in_out "reads 0 s, wanted 0.04 s: it is written before arming"
[ "$(grep -c 'verdict      ok' "$work/out")" -eq 9 ] || fail "not nine devices are ok: $out"

expect 0 "$knead" device probe --port-base "$port" --count 7 --json drive_2
json_out
member "d['ok'] and d['devices'][0]['device'] == 'drive_2'"
member "d['devices'][0]['identity'] == 'same' and d['devices'][0]['identity_read'] == 4020"
member "d['devices'][0]['round_trip']['answered'] == 7"
member "0 < d['devices'][0]['round_trip']['min_us'] <= d['devices'][0]['round_trip']['max_us']"
member "d['devices'][0]['watchdog'] == 'differs' and d['devices'][0]['watchdog_read_s'] == 0"
member "len(d['devices'][0]['points']) == 11 and d['devices'][0]['problems'] == []"
member "{f['state'] for f in d['devices'][0]['functions'] if f['function'] in (6, 16, 23)} ==
    {'not tried'}"

# A wrong unit: whoever keeps the other units answers for them, and is not taken for the device.
expect 4 "$knead" device probe --profile virtual_cia402 --host 127.0.0.1 --port "$((port + 1))" \
    --unit 77
in_err "unit 77): exception: register 0 (0x0000, modicon 40001): exception 0B, gateway target"
[ "$(wc -l <"$work/err")" -eq 1 ] || fail "one device that is not there is told more than once"

# A wrong profile with the same registers is known by its identity alone.
expect 4 "$knead" device probe --profile virtual_ft6 --host 127.0.0.1 --port "$((port + 1))" \
    --unit 2
in_err "identity: register 48 (0x0030, modicon 40049): reads 4020 where profile 'virtual_ft6' "
in_err "try: mbpoll -0 -1 -m tcp -p $((port + 1)) -a 2 -t 4:hex -r 48 -c 1 127.0.0.1"

# A profile with a register that the device has not.
sed 's/address: 33,/address: 40,/; s/^name:.*/name: holed/' config/devices/virtual_cia402.yaml \
    >"$work/holed.yaml"
expect 4 "$knead" device probe --profile "$work/holed.yaml" --host 127.0.0.1 \
    --port "$((port + 1))" --unit 2
in_err "exception: register 40 (0x0028, modicon 40041): exception 02, illegal data address; try: \
mbpoll -0 -1 -m tcp -p $((port + 1)) -a 2 -t 4:hex -r 40 -c 1 127.0.0.1"
[ "$(wc -l <"$work/err")" -eq 1 ] || fail "one hole is told more than once"
in_out "11 points: 1 failed"
# The line that is told does show it.
if command -v mbpoll >/dev/null 2>&1; then
    sed -n 's/.*try: //p' "$work/err" >"$work/line"
    sh "$work/line" >"$work/mbpoll" 2>&1 || true
    grep -q "Illegal data address" "$work/mbpoll" ||
        fail "mbpoll does not show it: $(cat "$work/mbpoll")"
else
    echo "note: no mbpoll, its line not tried"
fi
expect 4 "$knead" device probe --profile "$work/holed.yaml" --host 127.0.0.1 \
    --port "$((port + 1))" --unit 2 --json
json_out
member "not d['ok'] and d['devices'][0]['points_failed'] == 1"
member "[p['exception'] for p in d['devices'][0]['points'] if p['layer'] != 'good'] == [2]"
member "len(d['devices'][0]['problems']) == 1"

# Watching: a line a sample, as many as asked for, with the values of the device.
expect 0 "$knead" device watch --port-base "$port" --count 3 --period 20 force drive_1
[ "$(wc -l <"$work/out")" -eq 6 ] || fail "not three lines of two devices: $out"
in_out "identity=6060"
in_out "switch on disabled"
expect 0 "$knead" device watch --port-base "$port" --count 2 --period 20 --json io
[ "$(wc -l <"$work/out")" -eq 2 ] || fail "not two lines: $out"
if command -v python3 >/dev/null 2>&1; then
    python3 -c "import json
lines = [json.loads(line) for line in open('$work/out')]
assert lines[1]['values']['sample_counter'] != lines[0]['values']['sample_counter']
assert all(line['layer'] == 'good' and line['age_us'] >= 0 for line in lines)" ||
        fail "the objects of a watch are not as they should be: $out"
fi

# On a terminal the values stay in their place: the cursor goes home before each reading.
if command -v python3 >/dev/null 2>&1; then
    expect 0 python3 -c "import os, pty, sys
os.environ['TERM'] = 'xterm'
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))" \
        "$knead" device watch --port-base "$port" --count 3 --period 20 io
    [ "$(grep -c "$(printf '\033')\[Hknead device watch" "$work/out")" -eq 3 ] ||
        fail "not three pictures: $out"
    in_out "io (127.0.0.1:$((port + 8)), unit 9): ok, age "
    in_out "errors: none"
fi

# Nothing of all this has written a register: every watchdog still stands as it began.
expect 0 "$knead" device probe --port-base "$port" --json
member "all(p['value'] == 0 for d in d['devices'] for p in d['points']
    if p['name'] in ('watchdog', 'control_word', 'outputs'))"

# A device that goes while it is watched is told once, and the watch goes on.
: >"$work/watch"
"$knead" device watch --port-base "$port" --count 30 --period 50 io >"$work/watch" \
    2>"$work/watched" </dev/null &
watch=$!
until [ "$(wc -l <"$work/watch")" -ge 3 ]; do
    kill -0 "$watch" 2>/dev/null || break
    sleep 0.02
done
kill -INT "$table"
wait "$table" || true
table=
exec 3>&-
wait "$watch" || fail "the watch ends with $?"
[ "$(wc -l <"$work/watch")" -eq 30 ] || fail "the watch does not go on"
last=$(tail -n 1 "$work/watch")
echo "$last" | grep -q " io connect age=" || fail "the last line is '$last'"
grep -q "io (127.0.0.1:$((port + 8)), unit 9): .*try: mbpoll" "$work/watched" ||
    fail "the loss is not told: $(cat "$work/watched")"
[ "$(wc -l <"$work/watched")" -le 3 ] || fail "the loss is told with every line"

# On a serial line, against a slave that is not ours.
if ! command -v python3 >/dev/null 2>&1; then
    echo "note: no python3, nothing probed on a serial line"
    finish
    exit
fi
mkfifo "$work/told"
python3 tests/cli/rtu_slave.py 9 180-185 190-192 410-410 510-514 <"$work/told" >"$work/slave" &
slave=$!
exec 4>"$work/told"
# slave_says PATTERN: at most a minute
slave_says() {
    tries=0
    until grep -q "$1" "$work/slave" || [ "$tries" -ge 600 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
}
slave_says /dev/
line=$(head -n 1 "$work/slave")
expect 0 "$knead" device probe --profile robotiq_ft300s --serial "$line" --json
json_out
member "d['devices'][0]['place'] == '$line, 19200 baud, 8N1, unit 9'"
member "abs(d['devices'][0]['points'][0]['value'] - 1.81) < 1e-9"
member "[p['raw'] for p in d['devices'][0]['points']] ==
    [p['address'] + 1 for p in d['devices'][0]['points']]"
expect 4 "$knead" device probe --profile robotiq_ft300s --serial "$line" --unit 8
in_err "(/dev/"
in_err "19200 baud, 8N1, unit 8): timeout: register 180 "
in_err "try: mbpoll -0 -1 -m rtu -b 19200 -P none -s 1 -a 8 -t 4:hex -r 180 -c 6 /dev/"
echo spoil >&4
slave_says spoil
expect 4 "$knead" device probe --profile robotiq_ft300s --serial "$line"
in_err "frame: register 180 (0x00B4, modicon 40181): checksum of the reply is wrong; try: mbpoll"
echo answer >&4
slave_says answer
expect 0 "$knead" device watch --profile robotiq_ft300s --serial "$line" --count 2 --period 50
in_out "force_x=1.81 N"
exec 4>&-
wait "$slave" || fail "the slave ends with $?"
slave=
finish
