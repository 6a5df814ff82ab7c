#!/bin/sh
# run.sh [-s SECONDS | -n RUNS] [-l] [TARGET...]: builds the libFuzzer targets and runs each
# (default: all, 5 s each) on what earlier runs here found, on seeds made of the shipped files, and
# on the inputs in found/ that once broke something. Prints a row a target; with -l adds it to
# ledger.md. Nobody could build the programs of such a row again where the tree is not as committed
# but for that file: there -l is refused. Fails if a claim, a sanitizer or a limit of time or memory
# was broken; the input then stands in build/fuzz/found.
# run.sh -t: what the ledger adds up to.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
ledger=tests/fuzz/ledger.md
budget=-max_total_time=5
record=

tally() {
    awk -F'|' '
        /^\| *[a-z_]+ *\| *[0-9]/ {
            gsub(/ /, "")
            runs[$2] += $3
            seconds[$2] += $4
            all_runs += $3
            all_seconds += $4
        }
        function row(name, runs, seconds) {
            printf "%-12s %14d executions %9d s\n", name, runs, seconds
        }
        END {
            for (name in runs) row(name, runs[name], seconds[name])
            row("together", all_runs, all_seconds)
        }' "$ledger" | LC_ALL=C sort
}

while getopts s:n:lt option; do
    case $option in
    s) budget=-max_total_time=$OPTARG ;;
    n) budget=-runs=$OPTARG ;;
    l) record=yes ;;
    t) tally && exit 0 ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))

# Of the tree as it is before the first row is added to it.
commit=$(git describe --always --dirty)
if [ -n "$record" ]; then
    changed=$(git status --porcelain -- . ":(exclude)$ledger") || exit 1
    if [ -n "$changed" ]; then
        printf 'run.sh: no row for the ledger from a tree that is not committed:\n%s\n' \
            "$changed" >&2
        exit 1
    fi
    commit=$(git describe --always)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cmake --preset fuzz >"$log" 2>&1 || ! cmake --build --preset fuzz >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
programs=build/fuzz/tests/fuzz
corpora=build/fuzz/corpus
found=build/fuzz/found
mkdir -p "$found"
# shellcheck disable=SC2046 # one word a target
[ $# -gt 0 ] || set -- $(for source in tests/fuzz/fuzz_*.c; do
    basename "$source" .c | sed 's/^fuzz_//'
done)

# seed FOLDER OCTAL FILE...: copies with that byte in front.
seed() {
    seed_folder=$1
    seed_byte=$2
    shift 2
    for file in "$@"; do
        [ ! -f "$file" ] || { printf '%b' "\\0$seed_byte" && cat "$file"; } \
            >"$seed_folder/$seed_byte-$(basename "$file")"
    done
}

# The numbers are those of `kinds` in fuzz_files.c.
seed_files() {
    seed "$1" 000 config/machines/*.yaml tests/data/*/machine_*.yaml
    seed "$1" 001 config/devices/*.yaml tests/data/*/device_*.yaml
    seed "$1" 002 config/safety/*.yaml tests/data/*/safety_*.yaml
    seed "$1" 003 config/bodies/*.yaml tests/data/*/body_*.yaml
    seed "$1" 004 routines/library/*.yaml tests/data/broken/routine_*.yaml
    seed "$1" 005 routines/clients/*.yaml tests/data/broken/client_*.yaml
    seed "$1" 006 sim/scenarios/*.yaml
    seed "$1" 007 tests/fuzz/seeds/approval.yaml
    seed "$1" 010 tests/fuzz/seeds/signing_key.yaml
    seed "$1" 011 config/screening/*.yaml tests/data/broken/screening_*.yaml
    seed "$1" 012 routines/requests/*.yaml
    seed "$1" 013 routines/library/*.yaml
}

seed_import() {
    seed "$1" 000 tests/data/urdf/*.urdf tests/data/urdf/broken/*.urdf
    seed "$1" 001 tests/data/ply/*.ply
}

# A real run up to some cycle, then cycles that come as foreseen: of these all bytes are zero.
seed_reading() {
    for asked in 000 034 035 036 037 040; do
        for from in 001 005 011 015 021; do
            { printf '%b' "\\0$asked\\0000\\0$from\\0200\\0040" && head -c 1200 /dev/zero; } \
                >"$1/$asked-$from"
        done
    done
}

# Words of the shipped files, so that mutations name what loaders know.
words() {
    {
        cat config/*/*.yaml routines/*/*.yaml sim/scenarios/*.yaml | grep -oE '[a-z_]{3,}'
        grep -ohE '<[a-z_]+|[a-z]+=' tests/data/urdf/*.urdf
        printf '%s\n' ' N' ' mm' ' mm/s' ' kg' ' deg' ' Hz' ' s' ' ms' ' Nm' ' kPa' ': ' '- ' \
            '&a' '*a' '!!' '{' '[' ': [' '1e' 'property float ' 'property list ' \
            'element vertex ' 'end_header'
    } | LC_ALL=C sort -u | sed 's/.*/"&"/'
}

run_one() {
    target=$1
    corpus=$corpora/$target
    mkdir -p "$corpus" "$corpora/seeds-$target"
    case $target in
    files | import | reading) "seed_$target" "$corpora/seeds-$target" ;;
    esac
    words >"$corpora/words"
    longest=4096
    case $target in
    modbus | registers | text) longest=300 ;;
    files | import) longest=40000 ;;
    esac
    set -- "$corpus" "$corpora/seeds-$target"
    [ ! -d "tests/fuzz/found/$target" ] || set -- "$@" "tests/fuzz/found/$target"
    status=0
    start=$(date +%s)
    "$programs/fuzz_$target" "$budget" -print_final_stats=1 -len_control=20 -max_len=$longest \
        -timeout=25 -rss_limit_mb=3000 -dict="$corpora/words" -artifact_prefix="$found/$target-" \
        "$@" >"$log" 2>&1 || status=$?
    seconds=$(($(date +%s) - start))
    runs=$(awk '/stat::number_of_executed_units/ { runs = $2 } END { print runs + 0 }' "$log")
    edges=$(grep -o 'cov: [0-9]*' "$log" | tail -1 | grep -o '[0-9]*')
    verdict=none
    [ "$status" -eq 0 ] || verdict=BROKEN
    printf '| %-10s | %12s | %7s | %6s | %-7s | %s |\n' "$target" "${runs:-0}" "$seconds" \
        "${edges:-0}" "$commit" "$verdict" >"$corpora/row"
    cat "$corpora/row"
    [ -z "$record" ] || cat "$corpora/row" >>"$ledger"
    [ "$status" -eq 0 ] || tail -60 "$log" >&2
    return "$status"
}

failed=
for target in "$@"; do
    run_one "$target" || failed=yes
done
[ -z "$failed" ]
