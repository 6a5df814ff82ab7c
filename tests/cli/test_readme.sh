#!/bin/sh
# What the README shows is true: its routine passes the check, its verbs are those of the program.
. tests/cli/harness.sh

example=$work/readme.yaml
awk '/^```yaml/ { inside = 1; next } /^```/ { if (inside) exit } inside' README.md >"$example"
expect 0 "$knead" check "$example"

verbs=$("$knead" --help |
    awk '/^Verbs:/ { inside = 1; next } /^$/ { inside = 0 } inside { print $1 }')
for verb in $verbs; do
    grep -q "^| \`$verb[ \`]" README.md || fail "the README's table has no verb '$verb'"
done
finish
