#!/bin/sh
# A validator that shares no code with knead reads every kind's schema, lets every shipped file
# pass, and every routine that is only unfit and not wrong in form; what is wrong in form it refuses
# as knead does, but for what a schema cannot say. Needs python3 with jsonschema and yaml, which
# ./dev installs.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
witness=tests/cli/schema_witness.py

if ! python3 -c 'import jsonschema, yaml' 2>/dev/null; then
    echo "note: no python3 with jsonschema and yaml, no witness of the schemas"
    finish
    exit 0
fi

# of_kind KIND FOLDER...: the files of that kind
of_kind() {
    kind=$1
    shift
    grep -rl --include='*.yaml' "^kind: $kind\$" "$@" | LC_ALL=C sort
}

for kind in machine safety body device screening routine client scenario; do
    "$knead" schema "$kind" >"$work/$kind.json"
    files=$(of_kind "$kind" config routines sim)
    [ -n "$files" ] || fail "no file of kind $kind is shipped"
    # shellcheck disable=SC2086 # one word a file
    expect 0 python3 "$witness" "$work/$kind.json" $files
done
# shellcheck disable=SC2046
expect 0 python3 "$witness" "$work/routine.json" $(of_kind routine tests/data/techniques \
    tests/data/refused)

# The range of a value with a unit, and which regions a body has, a schema cannot say.
beyond_schemas="routine_negative_rest.yaml routine_unknown_region.yaml"
for file in tests/data/broken/routine_*.yaml; do
    case " $beyond_schemas " in
    *" ${file##*/} "*) expect 0 python3 "$witness" "$work/routine.json" "$file" ;;
    *) expect 1 python3 "$witness" "$work/routine.json" "$file" ;;
    esac
    expect 3 "$knead" check "$file"
done

# The witness itself: what is no schema, and what is no YAML.
echo '{"type": "nothing"}' >"$work/none.json"
expect 2 python3 "$witness" "$work/none.json"
printf 'kind: [\n' >"$work/torn.yaml"
expect 1 python3 "$witness" "$work/routine.json" "$work/torn.yaml"
finish
