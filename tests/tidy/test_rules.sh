#!/bin/sh
# The rules refuse what they are for: every rule meets a small tree with one violation of it, and a
# tree without any, which it must leave alone.
set -eu
rules=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
tree=$work/tree

# A tree in order: one header, its source and its test.
tree_in_order() {
    rm -rf "$tree"
    for room in config kinematics routines controller/safety sim tests/config tests/tidy; do
        mkdir -p "$tree/$room"
    done
    mkdir -p "$tree/controller/cli"
    cat >"$tree/config/part.h" <<'END'
#ifndef KNEAD_CONFIG_PART_H
#define KNEAD_CONFIG_PART_H
int part_count(void);
#endif
END
    cat >"$tree/config/part.c" <<'END'
#include "config/part.h"

int part_count(void)
{
    return 2;
}
END
    echo '#include "config/part.h"' >"$tree/tests/config/test_part.c"
}

fail() {
    echo "FAILED: $1"
    failures=$((failures + 1))
}

# accepts RULE: the tree as it stands
accepts() {
    if ! found=$(sh "$rules/$1.sh" "$tree" 2>&1); then
        fail "$1 refuses a tree in order: $found"
    fi
}

# refuses RULE TEXT: with TEXT in its message; the tree is in order again afterwards
refuses() {
    if found=$(sh "$rules/$1.sh" "$tree" 2>&1); then
        fail "$1 lets through: $2"
    elif ! printf '%s\n' "$found" | grep -qF -- "$2"; then
        fail "$1 does not say '$2' but: $found"
    fi
    tree_in_order
}

# source FILE LINE...: a file with these lines, and a test beside it where one is wanted
source_file() {
    file=$1
    shift
    mkdir -p "$tree/$(dirname "$file")"
    printf '%s\n' "$@" >"$tree/$file"
}

# Shows H52.
test_layers() {
    accepts layers
    for include in 'config/part.c kinematics/pose.h' 'config/settings.h config/part.h' \
        'kinematics/fk.c config/part.h' 'kinematics/fk.c routines/body.h' \
        'routines/body.c controller/session.h' 'controller/bus/bus.c kinematics/pose.h' \
        'controller/safety/interlock.c routines/body.h' \
        'controller/safety/interlock.c config/load.h' \
        'controller/safety/interlock.c controller/bus/fieldbus.h' \
        'controller/plan.c controller/estimate.h' 'controller/limit.c controller/plan.h' \
        'controller/cycle.c controller/loop.h' 'controller/cycle.c sim/world.h' \
        'controller/loop.c sim/world.h' 'controller/loop.c controller/cli/verb.h' \
        'controller/record/json.c sim/world.h' 'controller/record/json.c controller/cli/verb.h' \
        'sim/world.c controller/session.h' 'sim/world.c routines/body.h' \
        'sim/devices/drive.c controller/safety/interlock.h'; do
        source_file "${include% *}" "#include \"${include#* }\""
        refuses layers "${include% *}:1: may not include ${include#* }"
    done
    source_file config/part.c '#include "part.h"'
    refuses layers 'write "part.h" from the root'
    source_file controller/bus/deep/odd.x.h '#include "config/part.h"'
    accepts layers
    source_file controller/odd/odd.c '#include "config/part.h"'
    refuses layers 'no row of layers.txt'
    for include in 'config/part.c yaml.h' 'controller/loop.c modbus.h' 'sim/world.c modbus-tcp.h' \
        'routines/body.c cglm/struct.h' 'controller/loop.c sodium.h' \
        'tests/config/test_part.c cmocka.h'; do
        source_file "${include% *}" "#include <${include#* }>"
        refuses layers "${include% *}:1: may not include <${include#* }>"
    done
    source_file controller/plan.c '#include "controller/plan.h"' '#include "controller/session.h"' \
        '#include <math.h>'
    source_file controller/cli/main.c '#include "sim/world.h"'
    source_file config/yaml_document.c '#include <yaml.h>'
    accepts layers
    tree_in_order
}

long_function() {
    echo 'int part_count(void)'
    echo '{'
    lines=2
    while [ "$lines" -lt "$1" ]; do
        echo '    ;'
        lines=$((lines + 1))
    done
    echo '}'
}

test_style() {
    accepts style
    sed -i 's/CONFIG_PART_H/PART_H/' "$tree/config/part.h"
    refuses style 'config/part.h:1: include guard is not KNEAD_CONFIG_PART_H'
    source_file config/part.h 'int part_count(void);'
    refuses style 'config/part.h:1: include guard'
    long_function 70 >"$tree/config/part.c"
    accepts style
    long_function 71 >"$tree/config/part.c"
    refuses style 'config/part.c:2: function of 71 lines'
    line=// # 2 characters, and 98 more
    while [ ${#line} -lt 100 ]; do line="${line}x"; done
    source_file config/part.c "$line"
    accepts style
    source_file config/part.c "${line}x"
    refuses style 'config/part.c:1: line longer'
    # Half of each word, so that this file does not refuse itself.
    for word in 'TO DO' 'FIX ME' 'XX X' 'place holder'; do
        source_file config/part.c "// ${word% *}${word#* }: later"
        refuses style 'config/part.c:1: a word that puts work off'
    done
    source_file config/part.c "// for"" now"
    refuses style 'config/part.c:1: a word that puts work off'
    source_file config/part.c "// not"" implemented"
    refuses style 'config/part.c:1: a word that puts work off'
    for name in utils common misc helpers util helper; do
        source_file "config/$name.h" ''
        refuses style "config/$name.h:1: a name that tells no job"
        source_file "sim/$name/part.yaml" ''
        refuses style "sim/$name/part.yaml:1: a name that tells no job"
    done
    source_file config/part.c '// see plan.md 2.1'
    refuses style 'config/part.c:1: cites plan.md'
    rm "$tree/tests/config/test_part.c"
    refuses style 'config/part.c:1: neither tests/config/test_part.c nor a row'
    rm "$tree/tests/config/test_part.c"
    source_file tests/config/test_whole.c '#include "config/part.h"'
    source_file tests/tidy/untested.txt 'config/part.c: tests/config/test_whole.c'
    accepts style
    source_file tests/tidy/untested.txt 'config/part.c: tests/config/test_gone.c'
    refuses style 'config/part.c: names no test that is there'
    source_file tests/tidy/untested.txt 'config/part.c: needs none'
    refuses style 'config/part.c: names no test that is there'
    source_file tests/tidy/untested.txt 'config/part.c: tests/config/test_part.c'
    refuses style 'config/part.c has a test after all'
    source_file tests/tidy/untested.txt 'config/gone.c: tests/config/test_part.c'
    refuses style 'config/gone.c is not there'
}

test_headers() {
    accepts headers
    source_file config/part.h 'size_t part_count(void);'
    refuses headers 'config/part.h:1: does not compile by itself'
    source_file config/part.h 'typedef struct { int count; } part_t;'
    refuses headers 'config/part.h:1: does not compile by itself'
}

# object SOURCE LINE...: compiles the lines as if they were that source, into a tree of objects
object() {
    file=$1
    shift
    rm -rf "$tree"
    mkdir -p "$tree/knead.dir/$(dirname "$file")"
    printf '%s\n' "$@" >"$work/object.c"
    cc -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -c "$work/object.c" -o "$tree/knead.dir/$file.o"
}

# Shows I14.
test_purity() {
    object kinematics/fk.c 'static const int sizes[] = {1, 2};' \
        'static const char *const names[] = {"a", "b"};' \
        'int f(int i) { return sizes[i] + names[i][0]; }'
    accepts purity
    object kinematics/fk.c 'static int count; int f(void) { return ++count; }'
    refuses purity 'kinematics/fk.c: writable: count'
    object controller/plan.c 'int f(void) { static int last = 3; return last++; }'
    refuses purity 'controller/plan.c: writable: last'
    object sim/world.c 'int seen = 1;'
    refuses purity 'sim/world.c: writable: seen'
    object controller/safety/interlock.c '#include <stdlib.h>' 'void *f(void) { return malloc(9); }'
    refuses purity 'controller/safety/interlock.c: heap: malloc'
    object controller/limit.c '#include <stdio.h>' 'void f(int i) { printf("%d", i); }'
    refuses purity 'controller/limit.c: output: printf'
    object controller/cycle.c '#include <stdio.h>' 'void f(void) { puts("a"); }'
    refuses purity 'controller/cycle.c: output: puts'
    object controller/plan.c '#include <stdio.h>' \
        'void f(char *a, int i) { snprintf(a, 9, "%d", i); }'
    refuses purity 'controller/plan.c: text: snprintf'
    object kinematics/ik.c '#include <stdio.h>' 'void *f(void) { return fopen("a", "r"); }'
    refuses purity 'kinematics/ik.c: files: fopen'
    object routines/player.c '#include <time.h>' \
        'void f(struct timespec *t) { clock_gettime(CLOCK_MONOTONIC, t); }'
    refuses purity 'routines/player.c: clock: clock_gettime'
    object config/load.c '#include <time.h>' 'long f(void) { return (long)time(0); }'
    refuses purity 'config/load.c: clock: time'
    object sim/tissue.c '#include <stdlib.h>' 'int f(void) { return rand(); }'
    refuses purity 'sim/tissue.c: chance: rand'
    object sim/server.c '#include <time.h>' 'long f(void) { return (long)time(0); }'
    accepts purity
    rm -rf "$tree"
    mkdir -p "$tree"
    refuses purity 'no objects in it'
}

tree_in_order
test_layers
tree_in_order
test_style
tree_in_order
test_headers
test_purity
[ "$failures" -eq 0 ] || exit 1
echo "every rule refuses what it is for"
