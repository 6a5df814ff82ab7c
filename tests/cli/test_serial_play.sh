#!/bin/sh
# A whole routine is played over nine serial lines, each a pty with one device of the virtual table,
# in the table's own time: what comes of it is what comes of it in one process.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

routine=routines/library/short-back.yaml
names="rail 1 2 3 4 5 6 force io"
port=$((16000 + $$ % 190 * 20)) # below what the system hands out
links=
for name in $names; do
    links="$links${links:+,}line_$name=$work/line_$name"
done
sed "s#path: /tmp/knead/#path: $work/#" config/machines/rtu_lines.yaml >"$work/lines.yaml"
mkdir "$work/machines"
mv "$work/lines.yaml" "$work/machines/"
machine=$work/machines/lines.yaml

# The table ends with its standard input or by a signal.
mkfifo "$work/typed"
"$knead" table --machine "$machine" --lock-step --port-base "$port" --pty-link "$links" \
    <"$work/typed" >"$work/table" 2>&1 &
table=$!
exec 3>"$work/typed"
tries=0
until grep -q '^ready' "$work/table"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || {
        fail "the table is not ready: $(cat "$work/table")"
        break
    }
    sleep 0.1
done
expect 0 "$knead" run --machine "$machine" --lock-step --host 127.0.0.1 --port-base "$port" \
    --yes --quiet --out "$work/run" "$routine"
in_out "finished"
in_out "cycles of 8 ms; 0 late"
kill "$table" 2>/dev/null || true
wait "$table" || true
exec 3>&-
over_lines=$(printf '%s\n' "$out" | grep -E 'effleurage|kneading|compression|highest')
expect 0 "$knead" sim --machine "$machine" --quiet --out "$work/sim" "$routine"
[ "$over_lines" = "$(printf '%s\n' "$out" | grep -E 'effleurage|kneading|compression|highest')" ] ||
    fail "played otherwise in one process: $over_lines; $out"
finish
