#!/bin/sh
# purity.sh BUILD: looks into the objects of a build and refuses what purity.txt, beside this
# script, forbids their sources. Objects do not lie: macros, inline functions and the compiler's own
# calls are in them. Prints SOURCE: what is wrong; exits 1 if anything is.
set -eu
rules=$(cd "$(dirname "$0")" && pwd)/purity.txt
cd "$1"
objects=$(find . -path ./tests -prune -o -name '*.c.o' -print | LC_ALL=C sort)
[ -n "$objects" ] || { echo "$1: no objects in it"; exit 1; }

# symbols CLASS: the calls a class stands for
symbols() {
    case $1 in
    heap) echo 'malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup|strndup' ;;
    output) echo '(__)?v?(f|d)?printf(_chk)?|f?puts|f?putc|putchar|fwrite|write|perror' ;;
    text) echo '(__)?v?sn?printf(_chk)?' ;;
    files) echo 'f?open(64|at)?|fdopen|fclose|f?read|f?getc|fgets|close|socket|recv|send|getenv' ;;
    clock) echo 'clock_gettime|gettimeofday|time|clock|nanosleep|clock_nanosleep|sleep|usleep' ;;
    chance) echo 's?rand(om)?|rand_r|[dejlmn]rand48|getrandom|arc4random.*' ;;
    esac
}

bad=0
# shellcheck disable=SC2086 # one word an object
for object in $objects; do
    # CMakeFiles/knead_sim.dir/sim/world.c.o comes from sim/world.c
    source=${object##*.dir/}
    source=${source%.o}
    classes=$(awk -v source="$source" '
        /^#/ { next }
        NF > 1 && source ~ "^" $1 "$" { for (i = 2; i <= NF; ++i) print $i }' "$rules" | sort -u)
    for class in $classes; do
        if [ "$class" = writable ]; then
            found=$(objdump -t "$object" | awk '$2 == "O" || $3 == "O" {
                section = $2 == "O" ? $3 : $4
                if (section ~ /^\.(bss|data)/ && section !~ /^\.data\.rel\.ro/) print $NF }')
        else
            called=$(nm -u "$object" | awk '{ print $NF }')
            found=$(printf '%s\n' "$called" | grep -Ex "$(symbols "$class")") || found=
        fi
        for symbol in $found; do
            echo "$source: $class: $symbol"
            bad=1
        done
    done
done
exit "$bad"
