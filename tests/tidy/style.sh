#!/bin/sh
# style.sh ROOT: the rules of form that no other tool knows. Prints FILE:LINE: what is wrong; exits
# 1 if anything is.
#  - a header has the guard KNEAD_PATH_H
#  - a function is at most 70 lines long, a line at most 100 characters
#  - no word that puts work off, no file whose name tells no job
#  - no document cited that is not in the tree
#  - every source has a test named after it, or a row in tests/tidy/untested.txt that names another
set -eu
cd "$1"
rooms=$(for room in config kinematics routines controller sim tests; do
    [ ! -d "$room" ] || echo "$room"
done)
# files NAME-PATTERN...: those of the rooms, in order
files() {
    for pattern in "$@"; do
        # shellcheck disable=SC2086 # one word a room
        find $rooms -type f -name "$pattern"
    done | LC_ALL=C sort
}

guards() {
    files '*.h' | while read -r file; do
        guard=KNEAD_$(printf '%s' "$file" | tr 'a-z/.' 'A-Z__')
        awk -v guard="$guard" '
            $1 == "#ifndef" && $2 == guard && !first { first = NR }
            $1 == "#define" && $2 == guard && NR == first + 1 { second = 1 }
            END { exit !(second && $1 == "#endif") }' "$file" ||
            echo "$file:1: include guard is not $guard"
    done
}

lengths() {
    # shellcheck disable=SC2016 # awk's own dollars
    files '*.c' '*.h' '*.sh' | LC_ALL=C xargs -r awk '
        { text = $0; gsub(/[\200-\277]/, "", text) } # a character, not a byte
        length(text) > 100 { print FILENAME ":" FNR ": line longer than 100 characters" }
        FNR == 1 { start = 0 }
        /^\{/ && FILENAME ~ /\.[ch]$/ { start = FNR }
        /^\}/ && start {
            lines = FNR - start + 1
            if (lines > 70) print FILENAME ":" start ": function of " lines " lines, 70 are allowed"
            start = 0
        }'
}

words() {
    # Written so that this file does not refuse itself.
    postponed='\b(TO[D]O|FIX[M]E|XX[X]|[Pp]lace[h]older|[Ff]or[ ]now|[Nn]ot[ ]implemented)\b'
    {
        files '*'
        ls README.md CHANGELOG.md CMakeLists.txt dev .clang-tidy .ci/run 2>/dev/null || true
    } | xargs -r grep -EnH -- "$postponed" |
        sed 's/^\([^:]*:[0-9]*\):.*/\1: a word that puts work off/'
}

names() {
    files '*' | grep -E '/(utils?|common|misc|helpers?)(/|\.[^/]*$)' |
        sed 's/$/:1: a name that tells no job/' || true
}

documents() {
    files '*.c' '*.h' '*.yaml' '*.txt' | xargs -r grep -EnHo '[A-Za-z0-9_/-]+\.md' |
        while IFS=: read -r file line document; do
            [ -e "$document" ] || echo "$file:$line: cites $document, which is not in the tree"
        done
}

tests_of_sources() {
    list=tests/tidy/untested.txt
    find config kinematics routines controller sim -type f -name '*.c' | LC_ALL=C sort |
        while read -r file; do
            folder=$(dirname "$file")
            name=test_$(basename "$file" .c)
            test=tests/${file%%/*}/$name.c
            near=tests/$(basename "$folder")/$name # of sub-rooms with a folder of their own
            listed=0
            [ -f "$list" ] && grep -q "^$file: ." "$list" && listed=1
            if [ -f "$test" ] || [ -f "$near.c" ] || [ -f "$near.sh" ]; then
                [ "$listed" -eq 0 ] || echo "$list:1: $file has a test after all"
            else
                [ "$listed" -eq 1 ] || echo "$file:1: neither $test nor a row in $list"
            fi
        done
    [ ! -f "$list" ] || grep -v '^#' "$list" | while IFS=: read -r file reason; do
        [ -f "$file" ] || echo "$list:1: $file is not there"
        test=$(printf '%s\n' "$reason" | grep -o 'tests/[a-z0-9_/.]*[a-z]' | head -n 1)
        [ -n "$test" ] && [ -f "$test" ] || echo "$list:1: $file: names no test that is there"
    done
}

found=$(
    guards
    lengths
    words
    names
    documents
    tests_of_sources
)
[ -z "$found" ] || {
    printf '%s\n' "$found"
    exit 1
}
