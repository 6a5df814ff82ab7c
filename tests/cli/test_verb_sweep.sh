#!/bin/sh
# Sweeps from the command line: whole, in shards, cut off and resumed give the same bytes; a value
# that a file may not have is a finding at its point; the originals are never touched.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
press=tests/data/tuning/one-press.yaml
TMPDIR=$work
export TMPDIR
what="--set machine.gains.force_crossover=0.2,0.5,1.5 --seeds 1-2 --quiet"
originals() { cksum config/machines/rail6.yaml "$press" routines/clients/average-man.yaml; }
before=$(originals)

# shellcheck disable=SC2086 # the options are several words
expect 0 "$knead" sweep "$press" $what --out "$work/whole.jsonl" --page "$work/whole.html" \
    --csv "$work/whole.csv" --json
json_out
in_out '"refused": 2'
in_out "config/machines/rail6.yaml:"
in_out "'1.5' is out of range; allowed: 0.05 to 1"
[ "$(wc -l <"$work/whole.jsonl")" -eq 7 ] || fail "six trials are six lines and a first one"
[ "$(wc -l <"$work/whole.csv")" -eq 7 ] || fail "six trials are six lines of CSV and a first one"
head -1 "$work/whole.csv" | grep -q '^number,"machine.gains.force_crossover",' ||
    fail "no names in the CSV"
grep -q 'class="curve"' "$work/whole.html" || fail "the page has no curve"

for shard in 1 2; do
    # shellcheck disable=SC2086
    expect 0 "$knead" sweep "$press" $what --shard "$shard/2" --jobs 2 \
        --out "$work/part-$shard.jsonl"
done
expect 0 "$knead" sweep merge "$work/part-1.jsonl" "$work/part-2.jsonl" --out "$work/merged.jsonl" \
    --page "$work/merged.html"
in_out "6 of 6 trials"
cmp -s "$work/whole.jsonl" "$work/merged.jsonl" || fail "the shards are not the whole"
cmp -s "$work/whole.html" "$work/merged.html" || fail "the page of the shards is another"

expect 1 "$knead" sweep merge "$work/part-1.jsonl" --out "$work/no/such/file"
in_err "can't write '$work/no/such/file': No such file"

# Cut off in the middle of a line, it goes on behind its last whole one.
head -c 1500 "$work/whole.jsonl" >"$work/cut.jsonl"
# shellcheck disable=SC2086
expect 0 "$knead" sweep "$press" $what --resume --out "$work/cut.jsonl"
sort "$work/cut.jsonl" >"$work/cut.sorted"
sort "$work/whole.jsonl" | cmp -s - "$work/cut.sorted" || fail "what was resumed is not the whole"

# Cut off within its first line, nothing was swept yet: it is begun anew.
head -c 40 "$work/whole.jsonl" >"$work/torn.jsonl"
# shellcheck disable=SC2086
expect 0 "$knead" sweep "$press" $what --resume --out "$work/torn.jsonl"
cmp -s "$work/torn.jsonl" "$work/whole.jsonl" || fail "a torn first line is not begun anew"

# Nor is a file begun anew, and lost.
# shellcheck disable=SC2086
expect 2 "$knead" sweep "$press" $what --out "$work/cut.jsonl"
in_err "resume goes on with it"
sort "$work/cut.jsonl" | cmp -s - "$work/cut.sorted" || fail "what was swept is lost"

# Another sweep's file is not gone on with.
expect 3 "$knead" sweep "$press" --set machine.period=4 --resume --out "$work/whole.jsonl" --quiet
in_err "it is of another sweep"

# Nor is one whose machine has another device profile, or that asks clients by other rules.
mkdir "$work/own" "$work/own/machines"
cp -r config/devices "$work/own/devices"
cp config/machines/rail6.yaml "$work/own/machines/rail6.yaml"
cp config/screening/published.yaml "$work/own/screening.yaml"
own="--machine $work/own/machines/rail6.yaml --screening $work/own/screening.yaml"
own="$own --set machine.period=4 --quiet --resume --out $work/own.jsonl"
# shellcheck disable=SC2086
expect 0 "$knead" sweep "$press" $own
# shellcheck disable=SC2086
expect 0 "$knead" sweep "$press" $own
profile=$(sed -n 's/.*profile: \([a-z0-9_]*\),.*/\1/p' config/machines/rail6.yaml | head -n 1)
for changed in "$work/own/devices/$profile.yaml" "$work/own/screening.yaml"; do
    cp "$changed" "$work/own/kept"
    echo "# another" >>"$changed"
    # shellcheck disable=SC2086
    expect 3 "$knead" sweep "$press" $own
    in_err "it is of another sweep"
    cp "$work/own/kept" "$changed"
done

# What can't be written is said, with the reason.
if [ -w /dev/full ]; then
    expect 1 "$knead" sweep "$press" --set machine.period=4 --quiet --out /dev/full
    in_err "can't write '/dev/full': No space left on device"
fi

# Every kind of file, entries by name and by number, and who really lies there.
expect 0 "$knead" sweep "$press" --quiet --set "machine.joints[joint_2].velocity_max=100;\
safety.techniques.compression.force_max=40;client.weight=70;routine.steps[0].force=15,18"
in_out "machine.joints[joint_2].velocity_max, deg/s"
in_out "routine.steps[0].force, N"
in_out "2 of 2 trials: 0 refused, 0 stopped"
expect 0 "$knead" sweep "$press" --quiet \
    --set "body.regions[gluteus].force_factor=1;person.tissue_factor=1.5"
in_out "1 of 1 trials: 0 refused, 0 stopped"

# A rule across files speaks up as well, and where no value is accepted the exit code says so.
expect 3 "$knead" sweep "$press" --quiet --set safety.techniques.compression.force_max=5
in_out "force-over-technique"

expect 2 "$knead" sweep "$press"
in_err "what is to be varied?"
expect 2 "$knead" sweep --set period=1,2
in_err "a field begins with machine."
expect 2 "$knead" sweep --set machine.period=4 --shard 3/2
expect 2 "$knead" sweep merge
expect 3 "$knead" sweep --set machine.perio=1,2
in_err "perio: the file has nothing there"
expect 3 "$knead" sweep --set machine.name=1,2
in_err "is no number"
expect 3 "$knead" sweep merge "$press"
in_err "does not begin with the line of a sweep"

# Stopped in the middle: what is there is kept, and nothing is left behind.
"$knead" sweep "$press" --set machine.gains.tracking=5:50:1000 --out "$work/long.jsonl" \
    >"$work/out" 2>"$work/err" &
sweeping=$!
wait_for "$work/long.jsonl" '"number":1,'
expect 2 "$knead" sweep "$press" --set machine.gains.tracking=5:50:1000 --resume \
    --out "$work/long.jsonl"
in_err "another process is writing to '$work/long.jsonl'"
kill -INT "$sweeping"
status=0
wait "$sweeping" || status=$?
[ "$status" -eq 130 ] || fail "a stopped sweep ends with $status"
grep -q -- "--resume goes on" "$work/err" || fail "a stopped sweep does not say how it goes on"
if ls "$work" | grep -q knead-sweep; then
    fail "copies were left behind"
fi
[ "$(originals)" = "$before" ] || fail "an original was changed"

exit "$failures"
