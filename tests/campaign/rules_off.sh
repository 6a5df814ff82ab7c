#!/bin/sh
# rules_off.sh BUILD OUTCOMES [MOST]: what notices that a rule of the judge is switched off, a row
# of a table a rule. BUILD was configured with -DKNEAD_RULES_OFF=ON; OUTCOMES is the file of a whole
# matrix with all rules on. Of the trials whose first cause is the rule, MOST (default 12), spread
# over all of them, are played again without it: a trial notices if it fails. The judge's own tests
# are run without it too, and what provokes the rule on the virtual table is played, to see what
# tells instead. A rule that neither trial nor test notices may be taken away unseen: exit code 1.
set -eu
build=$1
outcomes=$2
most=${3:-12}
program=$build/knead
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Rule and number of each trial that passed.
sed -n 's/.*"number":\([0-9]*\),"result":"passed".*"first_rule":"\([a-z_]*\)".*/\2 \1/p' \
    "$outcomes" >"$work/causes"
"$program" campaign matrix --seeds 0-0 >"$work/text" || [ $? -eq 6 ]

# trials RULE: the numbers of those to play.
trials() {
    awk -v rule="$1" -v most="$most" '
        $1 == rule { all[count++] = $2 }
        END {
            step = count > most ? count / most : 1
            for (i = 0; i < count && i / step < most; i += step) print all[int(i)]
        }' "$work/causes"
}

# others FILE: the rules that told instead, the most frequent first.
others() {
    sed -n 's/.*first cause \([a-z_]*\) .*/\1/p' "$1" | sort | uniq -c | sort -rn |
        awk '{ printf "%s%s %d", (NR > 1 ? ", " : ""), $2, $1 }'
}

# unit: whether the judge's own tests pass.
unit() {
    "$build/tests/test_interlock" >"$work/unit" 2>&1 &&
        "$build/tests/test_interlock_rules" >"$work/unit" 2>&1
}

# provoked RULE: what ends the runs that provoke the rule.
provoked() {
    "$build/tests/test_explained_rules" "$1" 2>/dev/null |
        awk '$1 == "BAD" || $1 == "ok" { printf "%s%s", (told++ ? ", " : ""), $2 }' || true
}
unit || { echo "rules_off.sh: the judge's own tests fail with all rules on" >&2; exit 2; }

bad=0
echo '| rule | first cause of | played without it | fail | told instead | its own tests |' \
    'provoked |'
echo '| --- | ---: | ---: | ---: | --- | --- | --- |'
for rule in $(sed -n 's/^rule *\([a-z_]*\): .*/\1/p' "$work/text"); do
    : >"$work/played"
    for number in $(trials "$rule"); do
        "$program" campaign --replay "matrix:$number" --rules-off "$rule" >>"$work/played" ||
            [ $? -eq 6 ]
    done
    all=$(grep -c "^$rule " "$work/causes" || true)
    played=$(grep -c '^matrix:' "$work/played" || true)
    failed=$(grep -c '^matrix:[0-9]* failed' "$work/played" || true)
    export KNEAD_RULE_OFF="$rule"
    unit_word=fail
    ! unit || unit_word='NOTICE NOTHING'
    provoked_word=$(provoked "$rule")
    unset KNEAD_RULE_OFF
    [ "$failed" -gt 0 ] || [ "$unit_word" = fail ] || bad=1
    echo "| $rule | $all | $played | $failed | $(others "$work/played") | $unit_word |" \
        "$provoked_word |"
done
exit "$bad"
