#!/bin/sh
# test_web_build.sh KNEAD CMAKE: knead builds without Node.js, without npm's registry and with the
# option off, and its reports can say so; with the option on it refuses. What failed is tried again.
cmake=$2
tree=$PWD
. tests/cli/harness.sh

# built NAME [OPTION...]: configures and builds the folder of the script; what it holds is in $out
built() {
    where=$work/$1
    shift
    expect 0 "$cmake" -S "$tree/tests/report/web/build" -B "$where" -DTREE="$tree" "$@"
    expect 0 "$cmake" --build "$where"
    expect 0 "$where/tell"
}

built off -DKNEAD_WEB=OFF
in_out "script missing, style missing"
in_out "KNEAD_WEB=OFF"
in_out "nodejs and npm"

built no_node -DKNEAD_WEB=AUTO -DKNEAD_NODE=
in_out "Node.js was missing when knead was built"
in_out "install Debian's packages nodejs and npm"

expect 1 "$cmake" -S tests/report/web/build -B "$work/on" -DTREE="$tree" -DKNEAD_WEB=ON \
    -DKNEAD_NODE=
in_err "KNEAD_WEB is ON, and Node.js was missing"

if ! command -v npm >/dev/null || ! { command -v node || command -v nodejs; } >/dev/null; then
    echo "SKIPPED: npm without its registry is not tried: install Debian's packages nodejs and npm"
    [ "$failures" -eq 0 ] || exit 1
    exit 77
fi

# Nobody listens on port 9 of this machine, and the cache is empty.
npm_config_registry=http://127.0.0.1:9/
npm_config_cache=$work/cache
export npm_config_registry npm_config_cache
built no_registry -DKNEAD_WEB=AUTO
in_out "script missing, style missing"
in_out "npm could not fetch"
in_out "nodejs and npm"
expect 0 "$cmake" --build "$work/no_registry"
case $out in *Bundling*) fail "the build tries npm again without being configured again" ;; esac
expect 0 "$cmake" -S tests/report/web/build -B "$work/no_registry"
expect 0 "$cmake" --build "$work/no_registry"
in_out "Bundling"

expect 0 "$cmake" -S tests/report/web/build -B "$work/required" -DTREE="$tree" -DKNEAD_WEB=ON
expect 2 "$cmake" --build "$work/required"
finish
