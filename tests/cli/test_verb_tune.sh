#!/bin/sh
# Tuning from the command line: finds, shows, writes back only numbers and keeps the old file; a
# stop leaves the best so far.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
press=tests/data/tuning/one-press.yaml
slow="$work/slow.yaml"
cp tests/data/tuning/rail6_slow.yaml "$slow"
quick="--client routines/clients/average-man.yaml --set force_crossover --quiet"

chmod 640 "$slow"

# Without --write nothing is written.
# shellcheck disable=SC2086 # the options are several words
expect 0 "$knead" tune "$press" --machine "$slow" $quick --count 6
in_out "force_crossover"
in_out "compression"
in_out "worst force RMS"
cmp -s "$slow" tests/data/tuning/rail6_slow.yaml || fail "the file was changed without --write"

# shellcheck disable=SC2086
expect 0 "$knead" tune "$press" --machine "$slow" $quick --count 6 --json --write --jobs 2 \
    --page "$work/page.html"
json_out
in_out '"improved": true'
in_out '"improvement_percent"'
in_err "1 gains written"
grep -q 'class="gains"' "$work/page.html" || fail "the page shows no gains"
cmp -s "$slow.before-1" tests/data/tuning/rail6_slow.yaml || fail "the old file was not kept"
# One line differs, and in it only the number.
[ "$(diff "$slow" "$slow.before-1" | grep -c '^[<>]')" -eq 2 ] || fail "more than a line changed"
sed 's/force_crossover: {value: [0-9.]*,/force_crossover: {value: 0.06,/' "$slow" |
    cmp -s - "$slow.before-1" || fail "more than the number changed"
expect 0 "$knead" check "$slow"
# Who may read and write them stays as it was.
for file in "$slow" "$slow.before-1"; do
    case $(ls -l "$file") in
    -rw-r-----*) ;;
    *) fail "$file has other permissions than the old file: $(ls -l "$file")" ;;
    esac
done

# A link is not replaced by a file, and that is said before the search.
ln -s slow.yaml "$work/link.yaml"
# shellcheck disable=SC2086
expect 3 "$knead" tune "$press" --machine "$work/link.yaml" $quick --count 6 --write
in_err "is a link, which --write would replace"
[ -L "$work/link.yaml" ] || fail "a link was replaced"

# A disk that is full, which the longest file that the system allows stands for: nothing is left
# behind.
cp -p "$slow.before-1" "$work/full.yaml"
# shellcheck disable=SC2086
expect 1 sh -c 'trap "" XFSZ; ulimit -f 4; exec "$@"' - "$knead" tune "$press" \
    --machine "$work/full.yaml" $quick --count 6 --write
in_err "File too large"
cmp -s "$work/full.yaml" "$slow.before-1" || fail "a refused write changed the file"
for file in "$work/full.yaml"?*; do
    [ ! -e "$file" ] || fail "$file is left behind"
done

# One try is where it begins: nothing better, nothing written.
# shellcheck disable=SC2086
expect 0 "$knead" tune "$press" --machine "$slow" $quick --count 1 --write
in_err "nothing better was found"
[ ! -e "$slow.before-2" ] || fail "a file was kept though nothing was written"

# A machine without gains can't be written to; the lines it needs are shown.
sed '/^gains:/,/^  posture:/d' "$slow" >"$work/none.yaml"
expect 3 "$knead" tune --machine "$work/none.yaml" --client routines/clients/average-man.yaml \
    --set tap_skin_speed --quiet --count 4 --write
in_err "gains:"
in_err "value: 25 /s"

expect 2 "$knead" tune "$press" --set force_crossing
in_err "there is no gain 'force_crossing'"
expect 3 "$knead" tune routines/library/nothing.yaml
expect 3 "$knead" tune "$press" --machine tests/data/broken/machine_gain.yaml
in_err "gains.force_crossover.value: '1.2' is out of range"

# Stopped in the middle: the best so far, said so, and the exit code of an interruption.
"$knead" tune "$press" --machine "$slow.before-1" --client routines/clients/average-man.yaml \
    --count 100000 >"$work/out" 2>"$work/err" &
tuning=$!
wait_for "$work/err" "try "
sleep 1
kill -INT "$tuning"
status=0
wait "$tuning" || status=$?
[ "$status" -eq 130 ] || fail "a stopped tuning ends with $status"
grep -q "this is the best so far" "$work/err" || fail "a stopped tuning does not say so"
grep -q "worst force RMS" "$work/out" || fail "a stopped tuning shows nothing"

exit "$failures"
