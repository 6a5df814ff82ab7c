#!/bin/sh
# Poses to joints, line by line: what fk says of the answers is what was asked for, inside the
# limits; every other line says why there is none.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

# filter CODE VERB...: as expect, with what stands on standard input
filter() {
    wanted=$1
    shift
    status=0
    "$knead" "$@" >"$work/out" 2>"$work/err" || status=$?
    out=$(cat "$work/out")
    err=$(cat "$work/err")
    command_line=$*
    [ "$status" -eq "$wanted" ] || fail "$command_line: exit code $status, expected $wanted: $err"
}

# Two hundred postures inside the limits, by a recurrence of whole numbers.
awk 'BEGIN {
    lowest = "0 -2.9 -3.3 -2 -3.2 -2 -6"
    highest = "1.7 2.9 0.7 2.7 3.2 2 6"
    split(lowest, low, " "); split(highest, high, " ")
    state = 12345
    for (n = 0; n < 200; ++n) for (i = 1; i <= 7; ++i) {
        state = (state * 16807) % 2147483647
        printf "%.17g%s", low[i] + (high[i] - low[i]) * state / 2147483647, i < 7 ? " " : "\n"
    }
}' >"$work/joints"
filter 0 fk <"$work/joints"
cp "$work/out" "$work/poses"
for option in "" --seed-with-previous; do
    # shellcheck disable=SC2086 # none or one
    filter 0 ik $option <"$work/poses"
    cp "$work/out" "$work/solutions"
    awk 'NF != 7 || $1 < 0 || $1 > 1.7 || $3 > 0.7854 || $3 < -3.3162 { exit 1 }' \
        "$work/solutions" || fail "ik $option: outside the limits"
    filter 0 fk <"$work/solutions"
    paste -d ' ' "$work/poses" "$work/out" | awk '
        { place = ($1 - $8)^2 + ($2 - $9)^2 + ($3 - $10)^2
          same = $4 * $11 + $5 * $12 + $6 * $13 + $7 * $14
          # 1 - cos^2 of half the angle left
          if (place > 1.001e-10 || 1 - same * same > 1e-9) exit 1 }
        END { if (NR != 200) exit 1 }' || fail "ik $option: fk of a solution is not its pose"
done

# Without --seed-with-previous an answer depends on nothing but its line.
tac "$work/poses" >"$work/backwards"
filter 0 ik <"$work/poses"
cp "$work/out" "$work/forward"
filter 0 ik <"$work/backwards"
tac "$work/out" | cmp -s - "$work/forward" || fail "ik: answers depend on the lines before"

# No answer has its reason, what is wrong its place.
printf '9 9 9 0 0 0 1\n' >"$work/in"
filter 6 ik <"$work/in"
in_out "# pose out of reach: "
in_out " m and "
in_out " rad left"
head -n 1 "$work/poses" >"$work/one"
{
    printf '# first\n'
    cat "$work/one"
    printf '1 0 0.3 0 0 0\n1 0 0.3 0 0 0 0\n1 0 0.3 0 0 0 1.0011\n1 0 0.3 nan 0 0 1\n'
    printf '1e300 0 0 0 0 0 1\n1 0 0.3 1e200 0 0 1\n'
} >"$work/in"
filter 6 ik <"$work/in"
[ "$(wc -l <"$work/out")" -eq 8 ] || fail "not eight lines: $out"
in_out "# first"
in_out "# line 3: 6 numbers; expected: 7 numbers, x y z in metres and a unit quaternion qx qy qz qw"
in_out "# line 4: the quaternion's length is 0"
in_out "# line 5: the quaternion's length is 1.0011"
in_out "# line 6: 'nan' is not a finite decimal number"
in_out "# line 7: the numbers are too large for a pose"
in_out "# line 8: the quaternion's length is inf"

# A little off unit length is normalised: the same pose, the other sign too.
awk '{ for (i = 4; i <= 7; ++i) $i = $i * -1.0009; print }' OFMT=%.17g CONVFMT=%.17g "$work/one" \
    >"$work/in"
filter 0 ik <"$work/in"
filter 3 ik --pad no_such <"$work/in"
in_err "no pad 'no_such'"
filter 0 ik </dev/null
no_out
finish
