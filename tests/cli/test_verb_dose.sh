#!/bin/sh
# What a session gave stands in the client's ledger, is counted by the next check, and is shown;
# clients whom something speaks against are refused, and a real machine asks for fresh answers.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/short-back.yaml
ledger=$work/dose.jsonl

# Nothing was given yet. A ledger that was named and is not there may be a slip of the pen; a
# client's own one is not there before his first session.
expect 3 "$knead" dose --ledger "$ledger"
in_err "dose.jsonl: there is no such file yet"
expect 3 "$knead" dose --ledger "$ledger" --client routines/clients/average-man.yaml
expect 3 "$knead" dose --json --ledger "$work/no/such/folder.jsonl"
in_err "there is no such file yet"
[ ! -e "$ledger" ] || fail "a ledger that was only looked for"
here=$(pwd)
program=$(cd "$(dirname "$knead")" && pwd)/$(basename "$knead")
mkdir "$work/first" && cd "$work/first"
expect 0 "$program" dose --client "$here/routines/clients/average-man.yaml"
in_out "Average man: 0 sessions"
in_out "there is no such file yet: runs/dose-average-man.jsonl"
expect 0 "$program" dose --json --client "$here/routines/clients/average-man.yaml"
in_out '"exists": false'
cd "$here"
expect 2 "$knead" dose
in_err "whose?"

# Without --ledger a virtual session is not kept; with it each one is a line more.
expect 0 "$knead" sim --quiet --out "$work/none" "$routine"
[ ! -e "$ledger" ] || fail "a ledger that nobody asked for"
for run in one two; do
    expect 0 "$knead" sim --quiet --ledger "$ledger" --out "$work/$run" "$routine"
done
[ "$(wc -l <"$ledger")" -eq 2 ] || fail "not one line a session"
expect 0 "$knead" dose --ledger "$ledger" --client routines/clients/average-man.yaml
in_out "Average man: 2 sessions, 2 in the last seven days"
in_out "gluteus.left"
in_out "allowed in seven days"
expect 0 "$knead" dose --json --ledger "$ledger"
json_out
in_out '"week_session_count": 2'
in_out '"exists": true'

# What was given is what the summary says.
if command -v python3 >/dev/null 2>&1; then
    python3 - "$ledger" "$work/one/summary.json" <<'PYTHON' || fail "ledger and summary differ"
import json, sys
line = json.loads(open(sys.argv[1]).readline())
regions = {r["region"]: r for r in json.load(open(sys.argv[2]))["regions"]}
assert line["verdict"] == "finished" and line["world"] == "virtual"
assert len(line["regions"]) == len(regions) >= 4
for r in line["regions"]:
    said = regions[r["region"]]
    assert abs(r["impulse_Ns"] - said["impulse_Ns"]) < 1e-6 * r["impulse_Ns"], (r, said)
PYTHON
fi

# A week's limit that two sessions have nearly used up: checked, refused, nothing moves.
expect 0 "$knead" check --ledger "$ledger" "$routine"
sed '/^region_week_time_max:/,/value:/s/value: .*/value: 1.1 min/
    /^region_time_max:/,/value:/s/value: .*/value: 1 min/' config/safety/default.yaml \
    >"$work/safety.yaml"
expect 0 "$knead" check --safety "$work/safety.yaml" "$routine"
expect 3 "$knead" check --safety "$work/safety.yaml" --ledger "$ledger" "$routine"
in_err "region-time-over-week: erector_spinae_lumbar.left had"
expect 3 "$knead" sim --safety "$work/safety.yaml" --ledger "$ledger" --out "$work/no" "$routine"
[ ! -e "$work/no" ] || fail "a refused session leaves a record"

# Torn: told, and counted without it. Damaged, another client's: refused with the line.
head -c -20 "$ledger" >"$work/torn.jsonl"
expect 0 "$knead" dose --ledger "$work/torn.jsonl"
in_err "torn.jsonl:2:1: warning"
in_out "1 sessions"
sed '1s/"strokes":1/"strokes":2/' "$ledger" >"$work/damaged.jsonl"
expect 3 "$knead" check --ledger "$work/damaged.jsonl" "$routine"
in_err "damaged.jsonl:1:1: "
expect 3 "$knead" dose --ledger "$ledger" --client routines/clients/tall-man.yaml
in_err "another client's ('Average man')"

# Who may not be massaged, where not, and how strongly.
expect 0 "$knead" check routines/clients/not-today.yaml
in_err "warning"
in_err "contraindication-absolute: deep_vein_thrombosis"
expect 3 "$knead" check --client routines/clients/not-today.yaml "$routine"
in_err "contraindication-absolute: deep_vein_thrombosis"
expect 3 "$knead" sim --client routines/clients/not-today.yaml --out "$work/no" "$routine"
expect 3 "$knead" check --client routines/clients/sore-runner.yaml "$routine"
in_err "zone-of-client: erector_spinae_lumbar.left passes bruise"
expect 0 "$knead" check --client routines/clients/cleared-by-physician.yaml "$routine"

# Nobody asked: told in a check, played in simulation, refused on a real machine; so is what is old.
sed '/^screening:/,$d' routines/clients/average-man.yaml >"$work/unscreened.yaml"
expect 0 "$knead" check "$work/unscreened.yaml"
in_err "not-screened"
expect 0 "$knead" sim --quiet --client "$work/unscreened.yaml" --out "$work/asked" "$routine"
mkdir "$work/machines" && cp -r config/devices "$work/devices"
# Contact work on a real machine needs drives that were seen to stop on a bench.
sed -i '/^lost_controller:/s/verified: virtual/verified: bench/' "$work/devices/virtual_cia402.yaml"
sed 's/^world: virtual/world: real/' config/machines/rail6.yaml >"$work/machines/real.yaml"
# refuses TEXT CLIENT: what a real machine says, before it asks any device
refuses() {
    expect 3 "$knead" run --machine "$work/machines/real.yaml" --client "$2" --host 127.0.0.1 \
        --port-base 9 --ledger "$work/real.jsonl" --out "$work/no" "$routine"
    in_err "$1"
}
refuses not-screened "$work/unscreened.yaml"
sed 's/^  date: .*/  date: "2020-02-29"/' routines/clients/average-man.yaml >"$work/old.yaml"
refuses "screening-out-of-date: the screening is" "$work/old.yaml"
sed 's/^  date: .*/  date: "2999-01-01"/' routines/clients/average-man.yaml >"$work/ahead.yaml"
refuses "days ahead" "$work/ahead.yaml"
[ ! -e "$work/real.jsonl" ] || fail "a ledger of a session that did not begin"
finish
