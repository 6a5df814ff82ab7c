#!/bin/sh
# The manual page: no roff that a formatter complains of, and every verb, option and exit code of
# the program stands on it.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

expect 0 "$knead" man
no_err
cp "$work/out" "$work/knead.1"

# page TEXT: on the page as somebody reads it; blanks and line ends count alike
if command -v groff >/dev/null 2>&1; then
    groff -ww -b -man -Tutf8 "$work/knead.1" >"$work/formatted" 2>"$work/err" || fail "groff fails"
    [ ! -s "$work/err" ] || fail "groff: $(cat "$work/err")"
    # Bold and underlined come as escapes or as overstrikes, hyphens as the minus of the terminal.
    sed -e 's/\x1b\[[0-9;]*m//g' -e 's/.\x08//g' -e 's/\xe2\x88\x92/-/g' -e 's/\xe2\x80\x90/-/g' \
        "$work/formatted" | tr '\n' ' ' | tr -s ' ' >"$work/read"
    page() { grep -qF -- "$1" "$work/read" || fail "not on the page: $1"; }
else
    echo "note: no groff"
    sed -e 's/\\-/-/g' -e 's/\\f[BIR]//g' "$work/knead.1" | tr '\n' ' ' >"$work/read"
    page() { grep -qF -- "$1" "$work/read" || fail "not in the source: $1"; }
fi
if command -v man >/dev/null 2>&1; then
    MANROFFSEQ='' man -l --warnings "$work/knead.1" >/dev/null 2>"$work/err" || fail "man fails"
    [ ! -s "$work/err" ] || fail "man: $(cat "$work/err")"
fi
if command -v mandoc >/dev/null 2>&1; then
    # The page has no date, so that the same program gives the same page.
    mandoc -T lint -W warning "$work/knead.1" 2>&1 | grep -v 'missing date' >"$work/err" || true
    [ ! -s "$work/err" ] || fail "mandoc: $(cat "$work/err")"
fi

for section in NAME SYNOPSIS DESCRIPTION VERBS OPTIONS 'EXIT STATUS' ENVIRONMENT FILES EXAMPLES; do
    page "$section"
done
verbs=$("$knead" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
[ -n "$verbs" ] || fail "the help has no verbs"
for verb in $verbs; do
    page "knead $verb"
    for option in $("$knead" help "$verb" | sed -n '/^Options:/,$s/^  \(--[a-z-]*\).*/\1/p'); do
        page "$option"
        # With its verb, and with its meaning.
        sed -n "/^\.SS .*knead $verb\\\\f/,/^\.S[SH] /p" "$work/knead.1" | sed 's/\\-/-/g' |
            grep -qF -- "\\fB$option\\fR" || fail "$option is not with $verb"
    done
done
for code in 0 1 2 3 4 5 6 130; do
    grep -qx "\.B $code" "$work/knead.1" || fail "exit code $code is not on the page"
done
expect 2 "$knead" man extra
finish
