#!/bin/sh
# Every verb that prints figures prints them as JSON with --json, and nothing else on standard
# output; every verb without --json stands here with the reason. A new verb is refused until it is
# in one of both lists.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

command -v python3 >/dev/null 2>&1 || {
    echo "note: no python3, nothing is parsed"
    exit 0
}

# The verbs whose output is no figures.
without_figures() {
    case $1 in
    table) echo "serves until it is ended, and tells on the way what happens" ;;
    schema) echo "prints JSON by itself" ;;
    import) echo "prints a machine's file, in YAML" ;;
    key | sign) echo "writes a file and says so" ;;
    man) echo "prints a page, in roff" ;;
    completion) echo "prints a script" ;;
    *) return 1 ;;
    esac
}

run=$work/run
routine=routines/library/short-back.yaml
press=tests/data/tuning/one-press.yaml
pose='0.15 0.73 0.145 -0.5 0.5 0.5 0.5'
base=$((24000 + $$ % 3000))

# json_of VERB: runs it with --json; figures in $work/out. Exit codes 3 to 6 are verdicts.
json_of() {
    case $1 in
    check | plan | verify) set -- "$1" --json "$routine" ;;
    sim) set -- sim --json --quiet --out "$run" "$routine" ;;
    run) # nobody listens: it ends as soon as it begins
        set -- run --json --quiet --yes --port-base 1 --out "$work/none" "$routine" ;;
    demo) set -- demo --json --quiet --port-base "$base" --out "$work/demo" "$routine" ;;
    device) set -- device list --json ;;
    dose) set -- dose --json --client routines/clients/average-man.yaml ;;
    fk) echo '0 0 0 0 0 0 0' >"$work/in" && set -- fk --json ;;
    ik) echo "$pose" >"$work/in" && set -- ik --json ;;
    campaign) set -- campaign matrix --seeds=2616-2617 --json --quiet ;;
    bench) set -- bench --quick --json ;;
    export) set -- export --json --quiet --format csv --out "$work/csv" "$run" ;;
    tune)
        set -- tune "$press" --json --quiet --count 1 --set force_crossover \
            --client routines/clients/average-man.yaml ;;
    sweep)
        set -- sweep "$press" --json --quiet --seeds 1-1 --set machine.gains.force_crossover=0.5 ;;
    latency) set -- latency --count 20 --quiet --json ;;
    version) set -- version --json ;;
    *) # by its operands, as its usage line has them
        json_of_operands "$1" "$("$knead" help "$1" | sed -n '1s/^Usage: .* \[OPTION...\] *//p')"
        return ;;
    esac
    run_json "$@"
}

# A verb that has no line above, by its operands.
json_of_operands() {
    case $2 in
    '') run_json "$1" --json ;;
    'FIRST SECOND') run_json "$1" --json "$run" "$run" ;;
    RUN*) run_json "$1" --json "$run" ;;
    ROUTINE*) run_json "$1" --json "$routine" ;;
    *) fail "$1: this test does not know how to call it with '$2'" ;;
    esac
}

run_json() {
    status=0
    "$knead" "$@" <"$work/in" >"$work/out" 2>"$work/err" || status=$?
    command_line="knead $*"
    case $status in
    0 | 3 | 4 | 5 | 6) ;;
    *) fail "$command_line: exit code $status: $(cat "$work/err")" ;;
    esac
}

: >"$work/in"
"$knead" sim --quiet --out "$run" "$routine" >"$work/out" 2>"$work/err" ||
    fail "no run: $(cat "$work/err")"
rm -rf "$work/kept"
verbs=$("$knead" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
[ -n "$verbs" ] || fail "the help has no verbs"
for verb in $verbs; do
    : >"$work/in"
    if "$knead" help "$verb" | grep -q '^  --json '; then
        ! without_figures "$verb" >/dev/null ||
            fail "$verb has --json, and a reason for not having it"
        [ "$verb" != sim ] || rm -rf "$run"
        json_of "$verb"
        # A verb that was refused before there were figures prints none.
        if [ -s "$work/out" ]; then
            python3 -m json.tool <"$work/out" >/dev/null 2>"$work/json" ||
                fail "$command_line: not JSON: $(cat "$work/json")"
        elif [ "$verb" != run ]; then
            fail "$command_line: nothing on standard output: $(cat "$work/err")"
        fi
    else
        without_figures "$verb" >/dev/null ||
            fail "$verb prints no JSON; give it --json, or a reason here"
    fi
done

# fk and ik: an object a line, whatever is asked.
printf '# a comment\n\n%s\n1 2 3\n0 0 9 0 0 0 1\nnonsense\n' "$pose" >"$work/in"
run_json ik --json
python3 - "$work/out" <<'END' || fail "ik --json: not as its header says: $(cat "$work/out")"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert [line["line"] for line in lines] == [1, 2, 3, 4, 5, 6]
assert set(lines[0]) == set(lines[1]) == {"line"}
assert len(lines[2]["joints"]) == 7
assert set(lines[3]) == set(lines[5]) == {"line", "error", "expected"}
assert set(lines[4]) == {"line", "error"} and "out of reach" in lines[4]["error"]
json.dump(" ".join(repr(joint) for joint in lines[2]["joints"]), open(sys.argv[1] + ".joints", "w"))
END
tr -d '"' <"$work/out.joints" >"$work/in"
run_json fk --json
python3 - "$work/out" "$pose" <<'END' || fail "fk does not undo ik: $(cat "$work/out")"
import json, sys
found = json.loads(open(sys.argv[1]).read())["pose"]
wanted = [float(word) for word in sys.argv[2].split()]
if found[6] * wanted[6] < 0:
    wanted[3:] = [-part for part in wanted[3:]]
assert max(abs(a - b) for a, b in zip(found, wanted)) < 2e-5
END

# A campaign's figures are the same from one piece and from shards.
"$knead" campaign matrix --seeds=2616-2621 --json --quiet --out "$work/whole" >"$work/figures"
for i in 1 2; do
    "$knead" campaign matrix --seeds=2616-2621 --quiet --shard "$i/2" \
        --out "$work/shard$i" >/dev/null
done
"$knead" campaign merge "$work/shard2" "$work/shard1" --json --out "$work/joined" >"$work/merged"
cmp "$work/figures" "$work/merged" || fail "shards give other figures than the whole"
: >"$work/in"
run_json campaign --replay matrix:2616 --json
python3 -c "import json, sys
d = json.load(open('$work/out'))
sys.exit(0 if d['kind'] == 'campaign_trial' and d['trial']['number'] == 2616 and
         d['shrunk'] is None else 1)" || fail "a trial is not as told: $(cat "$work/out")"
finish
