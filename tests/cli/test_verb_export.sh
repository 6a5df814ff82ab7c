#!/bin/sh
# A run can be given away as a table and as MCAP: every cycle or some of them, into the run's
# folder, a file or a pipe; what is torn or damaged is told; a file appears whole or not at all.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

cat >"$work/end.yaml" <<'END'
kind: requests
version: 1
name: ended-early
meaning: Somebody has seen enough.
requests:
  - {at: 6 s, request: end, reason: enough was seen}
END
run=$work/run
expect 0 "$knead" sim routines/library/short-back.yaml --quiet --requests "$work/end.yaml" \
    --out "$run"
cycles=$(sed -n 's/^  "cycles": \([0-9]*\).*/\1/p' "$run/summary.json")

# Which format: as --format says, else as the file ends; and nothing else.
expect 0 "$knead" export "$run" --format csv
in_out "$run/cycles.csv: $cycles rows of $cycles cycles"
no_err
[ "$(wc -l <"$run/cycles.csv")" -eq $((cycles + 1)) ] || fail "a line a cycle and the names"
head -n 1 "$run/cycles.csv" | grep -q '^time,cycle,' || fail "time stands first"
expect 0 "$knead" export "$run" --format mcap --json
json_out
in_out '"complete": true'
in_out "\"cycles\": $cycles"
[ "$(head -c 5 "$run/run.mcap" | tail -c 4)" = MCAP ] || fail "no MCAP file"
expect 0 "$knead" export "$run" --out "$work/x.mcap" --quiet
cmp "$work/x.mcap" "$run/run.mcap" || fail "the same run gives the same bytes"
expect 0 "$knead" export "$run" --json
json_out
in_out '"format": "csv"'
expect 2 "$knead" export "$run" --format xlsx
in_err "--format xlsx: not one of csv and mcap"
expect 2 "$knead" export
expect 2 "$knead" export "$run" --format csv --out - --json
expect 3 "$knead" export "$work" --format csv
expect 3 "$knead" export "$work/nowhere" --format csv
in_err "is not the folder of a run"

# Into a pipe, and every fifth cycle of it.
expect 0 "$knead" export "$run" --format csv --out -
cmp "$work/out" "$run/cycles.csv" || fail "the pipe says the same as the file"
expect 0 "$knead" export "$run" --every 5 --out "$work/fifth.csv"
awk -F, 'NR == 1 || (NR - 2) % 5 == 0' "$run/cycles.csv" >"$work/picked.csv"
cmp "$work/fifth.csv" "$work/picked.csv" || fail "every fifth cycle"

# The highest force is the one of the summary.
peak=$(awk -F, '
    NR == 1 { for (i = 1; i <= NF; ++i) at[$i] = i }
    NR > 1 && $at["force_tared"] == 1 && $at["force_measured_N"] + 0 > peak {
        peak = $at["force_measured_N"] + 0
    }
    END { printf "%.4f", peak }' "$run/cycles.csv")
told=$(sed -n 's/^ *"force_peak_N": \([0-9.e+-]*\).*/\1/p' "$run/summary.json" | head -n 1)
[ "$(printf '%.4f' "$told")" = "$peak" ] || fail "highest force $peak, the summary says $told"

# A disk that is full, which the longest file that the system allows stands for: nothing is left
# behind, and what stood there before stands.
full='trap "" XFSZ; ulimit -f 16; exec "$@"'
echo old >"$work/full.csv"
expect 1 sh -c "$full" - "$knead" export "$run" --out "$work/full.csv"
in_err "File too large"
[ "$(cat "$work/full.csv")" = old ] || fail "a refused export changed the file"
[ ! -e "$work/full.csv.draft" ] || fail "the draft stays behind"
expect 1 sh -c "$full" - "$knead" export "$run" --out "$work/full.mcap"
in_err "File too large"
[ ! -e "$work/full.mcap" ] || fail "half a file appears"
# What is no file is not replaced.
expect 1 "$knead" export "$run" --out /dev/full
in_err "Operation not permitted"
[ -c /dev/full ] || fail "a device was replaced"
expect 1 "$knead" export "$run" --out "$work/no/such/folder.csv"
in_err "No such file"
# The same of the page of the run.
expect 1 "$knead" report "$run" --out "$work/no/such/page.html"
in_err "the page can't be written: No such file"
expect 1 "$knead" report "$run" --out /dev/full
in_err "the page can't be written: Operation not permitted"

# What a run recorded is never written over, under whatever name.
ln -s "$run/cycles.bin" "$work/another.csv"
cp "$run/cycles.bin" "$work/before.bin"
for own in cycles.bin inputs/../events.jsonl summary.json ../another.csv; do
    expect 2 "$knead" export "$run" --out "$run/$own"
    in_err "is a part of the run's record"
done
expect 2 "$knead" report "$run" --out "$run/summary.json"
expect 2 "$knead" diff "$run" "$run" --page "$run/events.jsonl"
cmp "$run/cycles.bin" "$work/before.bin" || fail "the cycles were written over"
rm "$work/before.bin"

# A record that was cut off is written as far as it goes; one that was changed is refused, with what
# stands before the damage.
cp -r "$run" "$work/torn"
size=$(wc -c <"$run/cycles.bin")
head -c $((size * 2 / 3)) "$run/cycles.bin" >"$work/torn/cycles.bin"
for format in csv mcap; do
    expect 0 "$knead" export "$work/torn" --format "$format"
    in_err "breaks off"
done
lines=$(wc -l <"$work/torn/cycles.csv")
[ "$lines" -gt $((cycles / 2)) ] && [ "$lines" -le "$cycles" ] || fail "$lines lines of a torn run"
head -n "$lines" "$run/cycles.csv" | cmp - "$work/torn/cycles.csv" || fail "the torn run's lines"
expect 0 "$knead" export "$work/torn" --format csv --json
in_out '"complete": false'
cp -r "$run" "$work/damaged"
printf 'X' | dd of="$work/damaged/cycles.bin" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
expect 3 "$knead" export "$work/damaged" --format csv
in_err "does not match its check sum"
rm "$work/damaged/events.jsonl"
expect 3 "$knead" export "$work/damaged" --format mcap
in_err "events.jsonl"
rm -r "$work/torn" "$work/damaged" # no whole runs, and so not to be replayed
finish
