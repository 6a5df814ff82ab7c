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

# Cut off within its first line, nothing was played yet: it is begun anew.
for bytes in 1 40 "$(head -n 1 "$work/whole" | tr -d '\n' | wc -c)"; do
    head -c "$bytes" "$work/whole" >"$work/torn"
    "$knead" campaign matrix $seeds --resume --out "$work/torn" >/dev/null || [ $? -eq 6 ]
    cmp "$work/torn" "$work/whole" || fail "a file of $bytes bytes is not begun anew"
done
printf 'a note' >"$work/torn"
code=0
"$knead" campaign matrix $seeds --resume --out "$work/torn" >/dev/null 2>&1 || code=$?
[ "$code" -eq 3 ] || fail "a file of another kind gave $code"
[ "$(cat "$work/torn")" = "a note" ] || fail "a file of another kind is lost"

# The same trial twice: the same bytes count once, for the page and for merging too; others don't.
cp "$work/whole" "$work/twice"
sed -n 2p "$work/whole" >>"$work/twice"
"$knead" campaign matrix $seeds --resume --out "$work/twice" --page "$work/page_twice" \
    >"$work/text" || [ $? -eq 6 ]
grep -q "^24 trials" "$work/text" || fail "a doubled line counts twice"
grep -q '<dt>trials</dt><dd>24<' "$work/page_twice" || fail "a doubled line counts on the page"
"$knead" campaign merge "$work/twice" --out "$work/once"
cmp "$work/once" "$work/whole" || fail "a doubled line is merged twice"
sed -n 2p "$work/whole" | sed 's/"cycles":/"cycles":1/' >>"$work/twice"
cp "$work/twice" "$work/kept"
for verb in "matrix $seeds --resume" "merge $work/twice"; do
    code=0
    out=$work/twice
    [ "${verb#merge}" = "$verb" ] || out=$work/other
    # shellcheck disable=SC2086 # several words
    "$knead" campaign $verb --out "$out" >/dev/null 2>"$work/said" || code=$?
    [ "$code" -eq 3 ] || fail "'$verb' of two outcomes of a trial gave $code"
    grep -q "twice:27: the same trial has two" "$work/said" || fail "the line is not said"
done
cmp "$work/twice" "$work/kept" || fail "a file that contradicts itself is changed"

# Another shard's file is not gone on with.
code=0
"$knead" campaign matrix $seeds --shard 1/3 --resume --out "$work/shard2" >/dev/null 2>&1 || code=$?
[ "$code" -eq 3 ] || fail "another shard's file gave $code"

# A second process is told that a first one is at work, and changes nothing.
: >"$work/long"
"$knead" campaign matrix --quiet --out "$work/long" >/dev/null &
first=$!
tries=0
until [ "$(wc -l <"$work/long")" -gt 1 ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 600 ] || fail "the first process writes nothing"
    sleep 0.1
done
for how in "" --resume; do
    code=0
    # shellcheck disable=SC2086 # none or one
    "$knead" campaign matrix --out "$work/long" $how >/dev/null 2>"$work/said" || code=$?
    [ "$code" -eq 2 ] || fail "a second process gave $code"
    grep -q "another process is writing to '$work/long'" "$work/said" || fail "it is not said"
done
kill -KILL "$first"
wait "$first" 2>/dev/null || true

# With hours: whole if they are simulated or all was played, as its file was begun. The first of the
# files has half of the trials, and says of one that it took an hour.
sed 's/"hours":0/"hours":1/' "$work/whole" >"$work/all_hours"
head -n 13 "$work/all_hours" >"$work/too_short"
sed '2s/"simulated_s":[0-9.]*/"simulated_s":3600/' "$work/too_short" >"$work/an_hour"
for file in an_hour:0 all_hours:0 too_short:6; do
    code=0
    "$knead" campaign merge "$work/${file%:*}" --out "$work/judged" --page "$work/page_hours" \
        --junit "$work/junit_hours" 2>"$work/said" || code=$?
    [ "$code" -eq "${file#*:}" ] || fail "${file%:*} gave $code"
    bad=$((code / 6))
    [ "$(grep -c "Not whole: 1 simulated hours are not reached" "$work/page_hours")" -eq "$bad" ] ||
        fail "the page of ${file%:*} says otherwise"
    [ "$(grep -c "message=\"1 simulated hours" "$work/junit_hours")" -eq "$bad" ] ||
        fail "the JUnit file of ${file%:*} says otherwise"
done
grep -q "not whole: 1 simulated hours are not reached, and 12 trials are left" "$work/said" ||
    fail "hours that are missing are not said"
cp "$work/an_hour" "$work/judged"
"$knead" campaign matrix $seeds --hours 1 --resume --out "$work/judged" >/dev/null ||
    fail "hours that are reached have not passed"
cmp "$work/judged" "$work/an_hour" || fail "after its hours a campaign goes on"
"$knead" campaign matrix $seeds --hours 2 --resume --out "$work/judged" >/dev/null ||
    fail "a campaign can't go on for more hours"
[ "$(wc -l <"$work/judged")" -eq 25 ] || fail "more hours play no more"

# A failure's line plays it again as it is typed, with the files that were given. A healthy person
# is no reason to stop, but with a limit this low is one.
mkdir "$work/an it's"
awk '/^force_rate_max/ { at = 1 } at && /value:/ { sub(/400/, "100"); at = 0 } { print }' \
    config/safety/default.yaml >"$work/an it's/low.yaml"
code=0
"$knead" campaign healthy --seeds 1-1 --safety "$work/an it's/low.yaml" --out "$work/failed" \
    --page "$work/page" --junit "$work/junit" >"$work/text" || code=$?
[ "$code" -eq 6 ] || fail "a limit that stops healthy people gave $code"
grep "knead campaign --replay" "$work/text" | sed 's/ *#.*//; s/^ *//' >"$work/lines"
for file in page junit; do
    sed -n "s/.*\(knead campaign --replay [^<]*\).*/\1/p" "$work/$file" |
        sed "s/&#39;/'/g" >>"$work/lines"
done
[ "$(wc -l <"$work/lines")" -eq 3 ] || fail "a failure has not its line in all three places"
sort -u "$work/lines" >"$work/different" # those of the page and the JUnit file are alike
while read -r line; do
    code=0
    eval "\"\$knead\" ${line#knead}" >"$work/again" || code=$?
    [ "$code" -eq 6 ] && grep -q '^healthy:1 failed' "$work/again" || fail "'$line' gave $code"
done <"$work/different"

# What can't be played was not passed.
code=0
"$knead" campaign matrix --seeds 9999999-9999999 >/dev/null 2>"$work/said" || code=$?
[ "$code" -eq 6 ] || fail "a campaign of nothing gave $code"
grep -q "nothing could be played" "$work/said" || fail "a campaign of nothing is not said"
# Nor what a shard has none of, whether there is a file or not.
for file in "" "--out $work/none"; do
    code=0
    # shellcheck disable=SC2086 # none or two
    "$knead" campaign matrix --seeds 0-1 --shard 3/3 $file >/dev/null 2>"$work/said" || code=$?
    [ "$code" -eq 6 ] || fail "a shard of nothing gave $code"
    grep -q "no trial gave an outcome" "$work/said" || fail "a shard of nothing is not said"
done

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
