#!/bin/sh
# rules_off.sh PROGRAM SHARD: what the campaign's matrix says with each of the judge's rules
# switched off, a line a rule: its name, trials that fail without it and with it. PROGRAM is
# built with -DKNEAD_RULES_OFF=ON, SHARD is I/N of the matrix (1/1: all, some minutes a rule).
# A rule without which no more trials fail is not proven by the matrix to be needed: exit code 1.
set -eu
program=$1
shard=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# failed FILE...: how many trials of the file failed
failed() {
    grep -c '"result":"failed"' "$1" || true
}

"$program" campaign matrix --shard "$shard" --out "$work/all" >"$work/text" || [ $? -eq 6 ]
with=$(failed "$work/all")
bad=0
for rule in $(sed -n 's/^rule *\([a-z_]*\): .*/\1/p' "$work/text"); do
    "$program" campaign matrix --shard "$shard" --rules-off "$rule" --out "$work/$rule" \
        >/dev/null || [ $? -eq 6 ]
    without=$(failed "$work/$rule")
    [ "$without" -gt "$with" ] && needed=needed || needed='NOT SHOWN TO BE NEEDED'
    [ "$needed" = needed ] || bad=1
    echo "$rule: $without without it, $with with it: $needed"
done
exit "$bad"
