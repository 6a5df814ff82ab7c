#!/bin/sh
# Joints to poses, line by line: against poses worked out by hand, and whatever else may stand in a
# line.
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

# With every joint at zero the shipped arm is stretched out level across the table: the rail 0.15 m
# from the foot end, y from the base by 25 + 560 + 515 + 90 mm and the pad, z from the base by
# 400 + 25 mm. The tool's z is along y, its x points down.
printf '0 0 0 0 0 0 0\n' >"$work/in"
filter 0 fk <"$work/in"
printf '%s\n' "$out" | awk 'NF != 7 { exit 1 }
    { exit !(($1 - 0.15)^2 + ($2 - 0.73)^2 + ($3 - 0.145)^2 < 1e-24 &&
             ($4^2 + $5^2 + $6^2 + $7^2 - 1)^2 < 1e-24 &&
             # z axis of the tool: 2(xz + wy), 2(yz - wx), 1 - 2(xx + yy)
             (2 * ($4 * $6 + $7 * $5))^2 < 1e-24 &&
             (2 * ($5 * $6 - $7 * $4) - 1)^2 < 1e-24) }' ||
    fail "the arm at zero: $out"
no_err

# The rail moves the pose along x and nothing else; joint_1 turns it about the vertical.
printf '1 0 0 0 0 0 0\n0.5, 0, 0, 0, 0, 0, 0\n0,1.57079632679489662,0,0,0,0,0\n' >"$work/in"
filter 0 fk <"$work/in"
printf '%s\n' "$out" | awk '
    NR == 1 { x = 1.15; y = 0.73 }
    NR == 2 { x = 0.65; y = 0.73 }
    NR == 3 { x = 0.15 - 1.35; y = -0.62 } # towards the foot end
    { if (($1 - x)^2 + ($2 - y)^2 + ($3 - 0.145)^2 > 1e-24) exit 1 }
    END { if (NR != 3) exit 1 }' || fail "moved: $out"

# Of the two quaternions of an orientation it is the one whose w is not negative.
awk 'BEGIN { for (q = -6; q <= 6; q += 0.25) print "0 0 0 0 0 0 " q }' >"$work/in"
filter 0 fk <"$work/in"
awk '$7 < 0 { exit 1 } END { if (NR != 49) exit 1 }' "$work/out" || fail "a negative w: $out"

# Another pad is as much longer or shorter as it is.
printf '0 0 0 0 0 0 0\n' >"$work/in"
filter 0 fk --pad thumb_20 <"$work/in"
filter 3 fk --pad no_such <"$work/in"
in_err "no pad 'no_such'"
no_out
filter 3 fk --machine "$work/none.yaml" <"$work/in"
in_err "none.yaml"

# One line for each, in order; the wrong ones say what is wrong and make the exit code.
printf '# a\n\n0 0 0\n0 0 0 0 0 0 x\n0 0 0 0 0 0 0' >"$work/in"
filter 6 fk <"$work/in"
[ "$(wc -l <"$work/out")" -eq 5 ] || fail "not five lines: $out"
in_out "# a"
in_out "# line 3: 3 numbers; expected: 7 numbers, rail [m] joint_1 [rad]"
in_out "# line 4: 'x' is not a finite decimal number"
for word in nan NaN inf -inf 1e999 0x10 1,,1 '' ' ' 1f; do
    printf '%s 0 0 0 0 0 0\n' "$word" >"$work/in"
    filter 6 fk <"$work/in"
    in_out "# line 1: "
done
printf '1.7e308 1.7e308 1.7e308 1e308 1e308 1e308 -1e308\n' >"$work/in"
filter 0 fk <"$work/in"
case $out in *nan* | *inf*) fail "large numbers: $out" ;; esac
filter 0 fk </dev/null
no_out

# As a coprocess: an answer comes though the input stays open.
mkfifo "$work/to" "$work/from"
"$knead" fk <"$work/to" >"$work/from" &
exec 3>"$work/to" 4<"$work/from"
printf '0 0 0 0 0 0 0\n' >&3
read -r line <&4
[ "$(printf '%s\n' "$line" | wc -w)" -eq 7 ] || fail "coprocess: $line"
printf '# and\n' >&3
read -r line <&4
[ "$line" = "# and" ] || fail "coprocess: $line"
exec 3>&-
wait "$!" || fail "coprocess ended with $?"
exec 4<&-

# A full disk is no success.
if [ -w /dev/full ]; then
    status=0
    printf '0 0 0 0 0 0 0\n' | "$knead" fk >/dev/full 2>"$work/err" || status=$?
    [ "$status" -eq 1 ] || fail "output to a full disk: exit code $status, expected 1"
fi
finish
