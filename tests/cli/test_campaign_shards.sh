#!/bin/sh
# The same campaign whole, in shards one after the other, in shards through GNU parallel where it is
# installed, and as the tasks of a Slurm array would play it: the same bytes, page and JUnit file.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
trials="matrix --seeds 100-108"

# same FILE: is what the whole campaign gave
same() {
    cmp -s "$work/whole.jsonl" "$1" || fail "$1 is not what the whole campaign gave"
}

# shellcheck disable=SC2086 # the trials are several words
"$knead" campaign $trials --quiet --out "$work/whole.jsonl" --page "$work/whole.html" \
    --junit "$work/whole.xml" >/dev/null || [ $? -eq 6 ] || fail "the whole campaign does not run"
[ "$(wc -l <"$work/whole.jsonl")" -eq 10 ] || fail "nine trials are nine lines and a first one"

for shard in 1 2 3; do
    # shellcheck disable=SC2086
    "$knead" campaign $trials --quiet --resume --shard "$shard/3" --out "$work/one-$shard.jsonl" \
        >/dev/null || [ $? -eq 6 ] || fail "shard $shard does not run"
done
"$knead" campaign merge "$work"/one-*.jsonl --out "$work/merged.jsonl" --page "$work/merged.html" \
    --junit "$work/merged.xml" || [ $? -eq 6 ] || fail "shards can't be merged"
same "$work/merged.jsonl"
cmp -s "$work/whole.html" "$work/merged.html" || fail "the page of the shards is another"
cmp -s "$work/whole.xml" "$work/merged.xml" || fail "the JUnit file of the shards is another"

# A shard is missing: that is not a campaign that passed.
expect 6 "$knead" campaign merge "$work/one-1.jsonl" "$work/one-3.jsonl" \
    --out "$work/part.jsonl" --page "$work/part.html" --junit "$work/part.xml"
in_err "not whole: 3 trials are missing"
grep -q '3 trials are missing' "$work/part.html" || fail "the page does not miss a shard"
grep -q 'message="3 trials are missing' "$work/part.xml" || fail "the JUnit file does not miss one"

# A shard that has its own trials is whole, and the campaign of all of them too.
# shellcheck disable=SC2086
expect 0 "$knead" campaign $trials --quiet --resume --shard 2/3 --out "$work/one-2.jsonl" \
    --page "$work/shard.html" --junit "$work/shard.xml"
grep -q 'Every one of 3 trials passed' "$work/shard.html" || fail "a shard's page has not passed"
grep -q 'failures="0"' "$work/shard.xml" || fail "a shard's JUnit file has not passed"
expect 0 "$knead" campaign merge "$work"/one-*.jsonl --out "$work/merged.jsonl"

# A shard that was cut off in the middle of a line goes on behind its last whole one.
head -c 2000 "$work/one-2.jsonl" >"$work/cut.jsonl"
# shellcheck disable=SC2086
"$knead" campaign $trials --quiet --resume --shard 2/3 --out "$work/cut.jsonl" >/dev/null ||
    [ $? -eq 6 ] || fail "a shard that was cut off does not go on"
cmp -s "$work/one-2.jsonl" "$work/cut.jsonl" || fail "a shard that was cut off ends otherwise"

if command -v parallel >/dev/null && parallel --version 2>/dev/null | grep -q 'GNU parallel'; then
    seq 3 | parallel -j2 --will-cite --sshlogin : "'$knead' campaign $trials --quiet --resume \
        --shard {}/3 --out '$work/parallel-{}.jsonl' >/dev/null || [ \$? -eq 6 ]" ||
        fail "a shard does not run in parallel"
    "$knead" campaign merge "$work"/parallel-*.jsonl --out "$work/parallel.jsonl" ||
        [ $? -eq 6 ] || fail "shards of parallel can't be merged"
    same "$work/parallel.jsonl"
else
    echo "note: no GNU parallel, its recipe is not tried"
fi

for shard in 1 2 3; do
    # shellcheck disable=SC2086
    SLURM_ARRAY_TASK_ID=$shard KNEAD=$knead CAMPAIGN=$work/slurm \
        sh controller/campaign/shards.sbatch 3 $trials >/dev/null ||
        fail "task $shard of the array does not run"
done
"$knead" campaign merge "$work"/slurm/shard-*.jsonl --out "$work/slurm.jsonl" ||
    [ $? -eq 6 ] || fail "tasks of the array can't be merged"
same "$work/slurm.jsonl"

# What is wrong with the command itself is no result.
! SLURM_ARRAY_TASK_ID=1 KNEAD=$knead CAMPAIGN=$work/slurm \
    sh controller/campaign/shards.sbatch 3 nonsense 2>/dev/null || fail "nonsense is a campaign"
finish
