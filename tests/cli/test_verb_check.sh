#!/bin/sh
# Every shipped file is in order; every broken one is refused with a finding that names file, line
# and column; what is data goes to standard output and what is not does not.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

# One machine is shipped to be refused: tests/cli/test_bus_budget.sh shows how.
shipped=$(find config routines sim -name '*.yaml' ! -name rtu_seven.yaml | LC_ALL=C sort)
[ -n "$shipped" ] || fail "no shipped file found"
for file in $shipped; do
    expect 0 "$knead" check "$file"
    in_out "$file: ok"
    case $err in *error*) fail "$file: $err" ;; esac
done
for folder in config/machines config/safety config/bodies config/devices routines/library \
    routines/clients routines/requests; do
    printf '%s\n' "$shipped" | grep -q "^$folder/" || fail "nothing is shipped in $folder"
done

# All at once, for people and for tools.
# shellcheck disable=SC2086 # one word a file
expect 0 "$knead" check $shipped
[ "$(printf '%s\n' "$out" | grep -c ': ok$')" -eq "$(printf '%s\n' "$shipped" | wc -l)" ] ||
    fail "not one ok a file"
# shellcheck disable=SC2086
expect 0 "$knead" check --json $shipped
json_out
no_err
in_out '"figures"'

broken=$(find tests/data/broken -name '*.yaml' | LC_ALL=C sort)
[ -n "$broken" ] || fail "no broken file found"
for file in $broken; do
    expect 3 "$knead" check "$file"
    no_out
    # A place, unless there is nothing in the file that could have one.
    printf '%s\n' "$err" | grep -Eq '[^ ]+:[0-9]+:[0-9]+: |the file is empty' ||
        fail "$file: no place in: $err"
done
# shellcheck disable=SC2086
expect 3 "$knead" check --json $broken
json_out
no_err
[ "$(printf '%s\n' "$out" | grep -c '"ok": false')" -eq "$(printf '%s\n' "$broken" | wc -l)" ] ||
    fail "not one refusal a file"

# A good file is checked though a bad one stands before it, and the answer is the worse one.
# shellcheck disable=SC2086
set -- $broken
expect 3 "$knead" check "$1" routines/clients/average-man.yaml
in_out "routines/clients/average-man.yaml: ok"

# What is not there, not a file, or of no kind.
expect 3 "$knead" check "$work/none.yaml"
in_err "none.yaml"
expect 3 "$knead" check "$work"
printf 'kind: machin\nversion: 1\n' >"$work/odd.yaml"
expect 3 "$knead" check "$work/odd.yaml"
in_err "did you mean 'machine'?"
: >"$work/empty.yaml"
expect 3 "$knead" check "$work/empty.yaml"

# A routine is checked on the table that the options name.
routine=$(find routines/library -name '*.yaml' | LC_ALL=C sort | head -n 1)
expect 0 "$knead" check "$routine"
for figure in planned "in contact" force drag reach joints clearance region "Ns"; do
    in_out "$figure"
done
expect 0 "$knead" check --json "$routine"
for figure in session_s contact_s force_max_N drag_max_N held_max_s joint_margin_min \
    joint_speed_share_max fastest_joint yield_speed_min_mps \
    yield_acceleration_min_mps2 link_clearance_min_m check_processor_s impulse_Ns; do
    in_out "\"$figure\""
done
expect 3 "$knead" check --machine "$work/none.yaml" "$routine"
in_err "none.yaml"
expect 3 "$knead" check --client "$work/odd.yaml" "$routine"
sed 's/^pad: .*/pad: no_such_pad/' "$routine" >"$work/pad.yaml"
expect 3 "$knead" check "$work/pad.yaml"
in_err "pad"

# An hour of touch, no step like another, much of it in quick rhythm: how long that takes to check
# is printed, not judged.
{
    printf '%s: %s\n' kind routine version 1 name 'An hour' goal wellness position prone pad palm_60
    printf 'steps:\n'
    for region in trapezius_upper rhomboids erector_spinae_thoracic erector_spinae_lumbar gluteus \
        hamstring calf; do
        for side in left right; do
            at="region: $region.$side"
            cat <<END
  - {technique: effleurage, $at, force: 8 N, speed: 50 mm/s, passes: 3}
  - {technique: kneading, $at, force: 10 N, rate: 1 Hz, radius: 6 mm, duration: 20 s}
END
            for along in 0.20 0.35 0.50; do
                point="point: {along: $along, across: 0.1}"
                cat <<END
  - technique: friction_circular
    $at
    force: 8 N
    rate: 1 Hz
    radius: 5 mm
    duration: 20 s
    $point
  - technique: friction_cross
    $at
    force: 8 N
    rate: 1.2 Hz
    length: 10 mm
    duration: 20 s
    $point
END
            done
            cat <<END
  - {technique: vibration, $at, force: 8 N, swing: 1 N, rate: 3 Hz, speed: 8 mm/s, duration: 30 s}
  - technique: tapping
    $at
    force: 6 N
    rate: 1.2 Hz
    height: 5 mm
    advance: 10 mm
    bout: 15 s
    pause: 5 s
    bouts: 3
END
        done
    done
} >"$work/hour.yaml"
expect 0 "$knead" check --json "$work/hour.yaml"
printf '%s\n' "$out" | grep -E '"(session_s|check_processor_s)"'

# For whom a routine is not: by the names of the screening list.
sed '/^contraindications:/d; s/^steps:/contraindications: [bruise, pregnancy]\n&/' "$routine" \
    >"$work/bruise.yaml"
expect 0 "$knead" check "$work/bruise.yaml"
expect 3 "$knead" check --client routines/clients/sore-runner.yaml "$work/bruise.yaml"
in_err "contraindicated-for-routine: bruise"
sed -i 's/bruise,/bruises,/' "$work/bruise.yaml"
expect 3 "$knead" check "$work/bruise.yaml"
in_err "did you mean 'bruise'?"

# The shipped files are found from any folder, and where KNEAD_DATA says.
here=$PWD
absolute=$(cd "$(dirname "$knead")" && pwd)/$(basename "$knead")
case $absolute in
"$here"/build/*)
    expect 0 env -C / "$absolute" check "$here/$routine"
    ;;
*) echo "note: knead does not lie in build/PRESET, search beside it not tried" ;;
esac
expect 0 env -C / KNEAD_DATA="$here" "$absolute" check "$here/$routine"
expect 3 env KNEAD_DATA="$work" "$knead" check "$routine"
in_err "$work"
finish
