#!/bin/sh
# The frame of the command line: help of every verb, near matches, exit codes, streams.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

# Help goes to standard output and ends well; without a verb it is a mistake.
for form in --help -h help; do
    expect 0 "$knead" "$form"
    in_out "Usage: knead VERB"
    in_out "Exit codes:
    0  done"
    no_err
done
expect 2 "$knead"
in_err "Usage: knead VERB"
no_out

verbs=$("$knead" --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
for verb in check schema version; do
    printf '%s\n' "$verbs" | grep -qx "$verb" || fail "verb $verb is not in the help"
done
for verb in $verbs; do
    expect 0 "$knead" "$verb" --help
    in_out "Usage: knead $verb"
    in_out "--help"
    no_err
    cp "$work/out" "$work/first"
    expect 0 "$knead" help "$verb"
    cmp -s "$work/first" "$work/out" || fail "help $verb and $verb --help differ"
    # No verb takes an option it does not know, wherever it stands.
    expect 2 "$knead" "$verb" --no-such-option
    in_err "unknown option '--no-such-option'"
    in_err "knead $verb --help"
    no_out
    expect 2 "$knead" "$verb" -z
    in_err "unknown option '-z'"
done

# What was probably meant.
expect 2 "$knead" chek file
in_err "unknown verb 'chek'; did you mean 'check'?"
no_out
expect 2 "$knead" help chek
in_err "did you mean 'check'?"
expect 2 "$knead" --helf
in_err "unknown option '--helf'; did you mean '--help'?"
expect 2 "$knead" qqqqqqqq
in_err "unknown verb 'qqqqqqqq'"
case $err in *"did you mean"*) fail "a far word has a near match: $err" ;; esac
expect 2 "$knead" ""
expect 2 "$knead" check --jsno file
in_err "unknown option '--jsno'; did you mean '--json'?"
expect 2 "$knead" check --mashine=x file
in_err "did you mean '--machine'?"

# Operands and arguments of options.
expect 2 "$knead" check
in_err "needs FILE..."
expect 2 "$knead" version extra
in_err "what is 'extra' for?"
expect 2 "$knead" check file --machine
in_err "--machine needs FILE"
expect 2 "$knead" check --machine= file
in_err "nothing stands behind it"
expect 2 "$knead" check --json=yes file
in_err "--json takes nothing"
expect 2 "$knead" check --json --json file
in_err "twice"
# Behind -- everything is an operand.
expect 3 "$knead" check -- --json
in_err "--json"

# What could not be written is not done.
if [ -w /dev/full ]; then
    status=0
    "$knead" version >/dev/full 2>"$work/err" || status=$?
    [ "$status" -eq 1 ] || fail "output to a full disk: exit code $status, expected 1"
    grep -q "could not be written" "$work/err" || fail "output to a full disk: no message"
fi
finish
