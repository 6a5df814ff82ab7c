#!/bin/sh
# test_verb_campaign.sh PROGRAM: shards join to the whole, a file that was cut off is gone on with,
# a trial that failed plays again the same, wrong calls are refused.
set -eu
knead=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "test_verb_campaign.sh: $1"
    exit 1
}

# 24 trials: a fault that is harmless, one that is told, none that takes long.
seeds=--seeds=2616-2639
"$knead" campaign matrix $seeds --out "$work/whole" >"$work/text" || [ $? -eq 6 ]
[ "$(wc -l <"$work/whole")" -eq 25 ] || fail "not a line a trial"
grep -q "24 trials" "$work/text" || fail "the sum is not told"

for i in 1 2 3; do
    "$knead" campaign matrix $seeds --shard $i/3 --jobs 2 --out "$work/shard$i" >/dev/null ||
        [ $? -eq 6 ]
done
"$knead" campaign merge "$work/shard3" "$work/shard1" "$work/shard2" --out "$work/joined" \
    --page "$work/page" --junit "$work/junit"
[ -s "$work/page" ] && [ -s "$work/junit" ] || fail "no page or no JUnit file"
cmp "$work/joined" "$work/whole" || fail "the shards together are not the whole"

# Cut in the middle of a line, gone on with: the same trials, the same bytes.
size=$(wc -c <"$work/whole")
head -c $((size * 2 / 3)) "$work/whole" >"$work/cut"
[ "$(tail -c 1 "$work/cut" | wc -l)" -eq 0 ] || fail "the cut is not in a line"
"$knead" campaign matrix $seeds --resume --out "$work/cut" >/dev/null || [ $? -eq 6 ]
cmp "$work/cut" "$work/whole" || fail "what was gone on with is not the whole"
# Nothing is left to do: the file stays.
"$knead" campaign matrix $seeds --resume --out "$work/cut" >/dev/null || [ $? -eq 6 ]
cmp "$work/cut" "$work/whole" || fail "what was whole is changed"

# Nor is it begun anew, and lost, without a word.
code=0
"$knead" campaign matrix $seeds --out "$work/cut" >/dev/null 2>"$work/said" || code=$?
[ "$code" -eq 2 ] || fail "a file of outcomes was begun anew: $code"
grep -q "resume goes on with it" "$work/said" || fail "it is not said how to go on"
cmp "$work/cut" "$work/whole" || fail "a file of outcomes was lost"

# What can't be played was not passed.
code=0
"$knead" campaign matrix --seeds 9999999-9999999 >/dev/null 2>"$work/said" || code=$?
[ "$code" -eq 6 ] || fail "a campaign of nothing gave $code"
grep -q "nothing could be played" "$work/said" || fail "a campaign of nothing is not said"

# What can't be written is said, with the reason.
if [ -w /dev/full ]; then
    code=0
    "$knead" campaign swarm --seeds 1-1 --out /dev/full 2>"$work/said" || code=$?
    [ "$code" -eq 1 ] || fail "a full disk gave $code"
    grep -q "can't write '/dev/full': No space left" "$work/said" || fail "a full disk is not said"
fi

# Another campaign's file is not gone on with.
code=0
"$knead" campaign matrix --seeds 0-3 --resume --out "$work/cut" >/dev/null 2>"$work/said" || code=$?
[ "$code" -eq 3 ] || fail "another campaign's file was taken"
cmp "$work/cut" "$work/whole" || fail "another campaign's file was changed"

"$knead" campaign --replay matrix:2616 >"$work/first" || [ $? -eq 6 ]
"$knead" campaign --replay matrix:2616 >"$work/second" || [ $? -eq 6 ]
cmp "$work/first" "$work/second" || fail "a replay differs"

for wrong in "--replay matrix" "--replay other:1" "--shard 3/2" "--shard 0/2" "--seeds 5-3" \
    "nothing" "--resume" "matrix swarm" "merge" "--replay matrix:99999999"; do
    code=0
    # shellcheck disable=SC2086 # several words
    "$knead" campaign $wrong >/dev/null 2>"$work/said" || code=$?
    [ "$code" -eq 2 ] || fail "'$wrong' gave $code"
    [ -s "$work/said" ] || fail "'$wrong' says nothing"
done
