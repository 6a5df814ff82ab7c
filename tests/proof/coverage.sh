#!/bin/sh
# coverage.sh: builds the safety room with clang 19, runs its tests, prints how many branches and
# conditions (MC/DC: each condition alone decides the outcome at least once) they take, and exits 1
# if any is left out that tests/proof/uncovered.txt does not give a reason for. To be run from the
# tree's root.
set -eu
room=controller/safety
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
flags="-std=c11 -O1 -g0 -ffp-contract=off -fno-math-errno -D_POSIX_C_SOURCE=200809L -I."

for tool in clang-19 llvm-profdata-19 llvm-cov-19; do
    command -v "$tool" >/dev/null || {
        echo "coverage: no $tool, which the package ${tool%%-*}-19 has" >&2
        exit 77
    }
done

# Only the room is measured; its tests and models are as they are.
for source in "$room"/*.c; do
    # shellcheck disable=SC2086 # flags are words
    clang-19 $flags -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc \
        -c "$source" -o "$work/room_$(basename "$source" .c).o" &
done
wait
for source in tests/proof/*_model.c; do
    # shellcheck disable=SC2086
    clang-19 $flags -c "$source" -o "$work/model_$(basename "$source" .c).o"
done

# Tests named after a file of the room, those of the judge, and the proofs.
tests="$(for source in "$room"/*.c; do
    ls "tests/controller/test_$(basename "$source" .c)"*.c 2>/dev/null || true
done | sort -u)
    tests/proof/test_permits.c tests/proof/test_judge_enumerated.c
    tests/proof/test_reaction_enumerated.c tests/proof/test_supervisor_enumerated.c"
programs=
for test in $tests; do
    case $test in
    # Walks all 2^23 sets, which takes minutes with every branch counted; the other one can do less.
    tests/controller/test_supervisor.c) continue ;;
    esac
    [ -f "$test" ] || continue
    name=$(basename "$test" .c)
    # shellcheck disable=SC2086
    clang-19 $flags -fprofile-instr-generate "$test" "$work"/room_*.o "$work"/model_*.o \
        ${KNEAD_LIBRARIES:-} -lcmocka -lm -o "$work/$name"
    LLVM_PROFILE_FILE="$work/$name.profraw" "$work/$name" quick >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
    programs="$programs -object $work/$name"
done
llvm-profdata-19 merge -o "$work/all.profdata" "$work"/*.profraw
# shellcheck disable=SC2086
llvm-cov-19 report $programs -instr-profile="$work/all.profdata" -show-mcdc-summary \
    -show-branch-summary -show-region-summary=false -sources "$room"/*.c |
    awk 'NR == 1 || /%/ { print }'
# shellcheck disable=SC2086
llvm-cov-19 export $programs -instr-profile="$work/all.profdata" -sources "$room"/*.c \
    >"$work/all.json"
python3 tests/proof/uncovered.py "$work/all.json" tests/proof/uncovered.txt
