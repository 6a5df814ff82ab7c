# shellcheck shell=sh disable=SC2034 # variables are for those who source this
# For the tests of the command line: sourced with the path of knead in $1, from the tree's root.
# expect CODE COMMAND...: runs it; its output is then in $out (standard output) and $err.
knead=$1
failures=0
[ -x "$knead" ] || {
    echo "FAILED: '$knead' is no program"
    exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}

expect() {
    wanted=$1
    shift
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
    out=$(cat "$work/out")
    err=$(cat "$work/err")
    command_line=$*
    if [ "$status" -ne "$wanted" ]; then
        fail "$command_line: exit code $status, expected $wanted"
        printf '%s\n%s\n' "$out" "$err"
    fi
}

# in_out TEXT, in_err TEXT: the last command said it there
in_out() {
    case $out in
    *"$1"*) ;;
    *) fail "$command_line: '$1' is not on standard output: $out" ;;
    esac
}
in_err() {
    case $err in
    *"$1"*) ;;
    *) fail "$command_line: '$1' is not on standard error: $err" ;;
    esac
}
no_out() { [ -z "$out" ] || fail "$command_line: unexpected standard output: $out"; }
no_err() { [ -z "$err" ] || fail "$command_line: unexpected standard error: $err"; }

# The last command's standard output is JSON; needs python3, which not every machine has.
json_out() {
    if command -v python3 >/dev/null 2>&1; then
        python3 -m json.tool <"$work/out" >/dev/null 2>"$work/json" ||
            fail "$command_line: not JSON: $(cat "$work/json")"
    else
        echo "note: no python3, JSON of '$command_line' not parsed"
    fi
}

# wait_for FILE TEXT: at most a minute
wait_for() {
    tries=0
    until grep -q -- "$2" "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || {
            fail "'$2' does not come: $(cat "$1")"
            finish
        }
        sleep 0.1
    done
}

# replay_all: every run of this test comes out again, bit for bit, from its record alone
replay_all() {
    find "$work" -name cycles.bin | LC_ALL=C sort >"$work/runs_to_replay"
    replayed=0
    while read -r cycles; do
        expect 0 "$knead" replay --verify "$(dirname "$cycles")"
        replayed=$((replayed + 1))
    done <"$work/runs_to_replay"
    [ "$replayed" -eq 0 ] || echo "replayed: $replayed runs, all the same"
}

# Replays what was recorded, and ends the test.
finish() {
    replay_all
    [ "$failures" -eq 0 ] || exit 1
    echo "ok"
}
