#!/bin/sh
# layers.sh ROOT: refuses an include that layers.txt or libraries.txt, both beside this script, do
# not allow. Prints FILE:LINE: what is wrong; exits 1 if anything is.
set -eu
rules=$(cd "$(dirname "$0")" && pwd)
cd "$1"
find config kinematics routines controller sim tests -name '*.[ch]' | LC_ALL=C sort |
    awk -v layers="$rules/layers.txt" -v libraries="$rules/libraries.txt" '
        function table_read(path, left, right,    line, parts, count) {
            count = 0
            while ((getline line < path) > 0) {
                if (line ~ /^#/ || line ~ /^[ \t]*$/) continue
                split(line, parts, /[ \t]+/)
                left[++count] = parts[1]
                right[count] = substr(line, length(parts[1]) + 1)
            }
            if (count == 0) { print path ": no rules in it"; bad = 1 }
            return count
        }
        function matches(text, patterns,    parts, count, i) {
            count = split(patterns, parts, " ")
            for (i = 1; i <= count; ++i) if (text ~ "^" parts[i] "$") return 1
            return 0
        }
        function refuse(what) { print file ":" number ": " what; bad = 1 }
        function judge_ours(header,    own, i) {
            own = file
            sub(/\.c$/, ".h", own)
            if (header == own) return
            if (header !~ /\//) { refuse("write \"" header "\" from the root"); return }
            for (i = 1; i <= layer_count; ++i) {
                if (file ~ "^" layer_file[i] "$") {
                    if (!matches(header, layer_allowed[i])) refuse("may not include " header)
                    return
                }
            }
            refuse("no row of layers.txt says what it may include")
        }
        function judge_library(header,    i) {
            for (i = 1; i <= library_count; ++i)
                if (header ~ "^" library[i] "$" && !matches(file, library_users[i]))
                    refuse("may not include <" header ">")
        }
        BEGIN {
            layer_count = table_read(layers, layer_file, layer_allowed)
            library_count = table_read(libraries, library, library_users)
        }
        {
            file = $0
            number = 0
            while ((getline text < file) > 0) {
                ++number
                if (text !~ /^[ \t]*#[ \t]*include/) continue
                if (split(text, quoted, "\"") >= 3) judge_ours(quoted[2])
                else if (match(text, /<[^>]*>/))
                    judge_library(substr(text, RSTART + 1, RLENGTH - 2))
            }
            close(file)
        }
        END { exit bad }'
