#!/bin/sh
# test_export_mcap.sh KNEAD WRITE_RANDOM FOLDER: MCAP files of knead are read by readers that do not
# come from knead: the npm packages of mcap/package.json, installed once into FOLDER. Exits with 77,
# and says why, where there is no Node.js or no way to its packages.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
write_random=$2
witness=$3

skip() {
    echo "SKIPPED: MCAP files were not read by anybody else: $1"
    exit 77
}

command -v node >/dev/null 2>&1 || skip "no Node.js here (Debian: nodejs)"
command -v npm >/dev/null 2>&1 || skip "no npm here (Debian: npm)"
mkdir -p "$witness"
cp tests/export/mcap/*.mjs "$witness"
cmp -s tests/export/mcap/package-lock.json "$witness/installed.json" || {
    cp tests/export/mcap/package.json tests/export/mcap/package-lock.json "$witness"
    (cd "$witness" && npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm" 2>&1 || {
        tail -n 5 "$work/npm"
        skip "npm ci could not install tests/export/mcap/package.json"
    }
    cp tests/export/mcap/package-lock.json "$witness/installed.json"
}

# node_run SCRIPT ARGUMENT...: its claims hold
node_run() {
    script=$1
    shift
    expect 0 node "$witness/$script" "$@"
    printf '%s\n' "$out"
}

# What was drawn is what is read: packed and not, from front to back and through the indexes.
seed=1
while [ "$seed" -le 4 ]; do
    "$write_random" "$work/random.mcap" "$seed" 1500 >"$work/random.txt"
    node_run check_random.mjs "$work/random.mcap" "$work/random.txt" "$seed"
    seed=$((seed + 1))
done
# Nothing at all is a file too; and a byte that was changed anywhere shows.
"$write_random" "$work/random.mcap" 7 1 >"$work/random.txt"
node_run check_random.mjs "$work/random.mcap" "$work/random.txt" 7
for seed in 8 9; do
    "$write_random" "$work/random.mcap" "$seed" 12 >"$work/random.txt"
    node_run check_random.mjs "$work/random.mcap" "$work/random.txt" "$seed" flip
done

# exported RUN PAD: both formats of it say the same, and fit what they say of themselves.
exported() {
    expect 0 "$knead" export "$1" --format csv
    expect 0 "$knead" export "$1" --format mcap
    node_run check_export.mjs "$1/run.mcap" "$1/cycles.csv" "$knead" "$1"/inputs/machines/*.yaml \
        "$2"
}

# A run that is ended after its first strokes, and one that a safety rule ends.
cat >"$work/end.yaml" <<'END'
kind: requests
version: 1
name: ended-early
meaning: Somebody has seen enough.
requests:
  - {at: 15 s, request: end, reason: enough was seen}
END
expect 0 "$knead" sim routines/library/short-back.yaml --quiet --requests "$work/end.yaml" \
    --out "$work/ended"
exported "$work/ended" palm_60
expect 5 "$knead" sim routines/library/short-back.yaml --quiet \
    --scenario sim/scenarios/client-button.yaml --out "$work/stopped"
exported "$work/stopped" palm_60
grep -q ',client_button,' "$work/stopped/cycles.csv" || fail "no rule stands in the table"
finish
