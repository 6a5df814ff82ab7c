#!/bin/sh
# A routine plays on a machine marked real only as a named professional approved it: one byte of the
# routine, the limits or the body map changed, another key or no approval, and it is refused before
# anything is connected.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

cp routines/library/short-back.yaml "$work/back.yaml"
cp config/safety/default.yaml "$work/safety.yaml"
cp config/bodies/prone.yaml "$work/body.yaml"
mkdir "$work/machines"
cp -r config/devices "$work/devices"

expect 2 "$knead" key "$work/key"
expect 0 "$knead" key "$work/key" --by "Ada Example, physiotherapist"
in_out "approvers:"
cp "$work/out" "$work/approvers"
[ "$(stat -c %a "$work/key")" = 600 ] || fail "others may read the key"
expect 2 "$knead" key "$work/key" --by "Ada Example, physiotherapist"
in_err "never overwritten"
expect 0 "$knead" key "$work/stranger" --by "Somebody else"
expect 0 "$knead" check "$work/key"

# The shipped machine as a real one whose drives were seen to stop on a bench, with and without
# approvers.
sed -i '/^lost_controller:/s/verified: virtual/verified: bench/' "$work/devices/virtual_cia402.yaml"
sed 's/^world: virtual/world: real/' config/machines/rail6.yaml >"$work/machines/nobody.yaml"
cat "$work/machines/nobody.yaml" "$work/approvers" >"$work/machines/real.yaml"
expect 0 "$knead" check "$work/machines/real.yaml"

# A real machine asks for answers of today.
sed "s/^  date: .*/  date: \"$(date +%F)\"/" routines/clients/average-man.yaml >"$work/client.yaml"

# try CODE MACHINE: on a port where nobody answers, so that an approved run ends with 4
try() {
    expect "$1" "$knead" run "$work/back.yaml" --machine "$work/machines/$2.yaml" \
        --safety "$work/safety.yaml" --body "$work/body.yaml" --host 127.0.0.1 --port-base 9 \
        --client "$work/client.yaml" --ledger "$work/dose.jsonl" --quiet --out "$work/run"
}

try 3 real
in_err "not-approved: nobody has approved"
expect 2 "$knead" sign "$work/back.yaml"
expect 0 "$knead" sign "$work/back.yaml" --key "$work/key" --safety "$work/safety.yaml" \
    --body "$work/body.yaml"
in_out "approved by Ada Example, physiotherapist"
expect 0 "$knead" check "$work/back.approval.yaml"
expect 0 "$knead" verify "$work/back.yaml" --machine "$work/machines/real.yaml" \
    --safety "$work/safety.yaml" --body "$work/body.yaml"
in_out "holds on"
try 4 real
try 3 nobody
in_err "does not name this approver"

# One byte, in the comment at the top of each file in turn.
for file in back safety body; do
    cp "$work/$file.yaml" "$work/kept"
    printf '!' | dd of="$work/$file.yaml" bs=1 seek=2 conv=notrunc 2>/dev/null
    cmp -s "$work/kept" "$work/$file.yaml" && fail "$file.yaml was not changed"
    try 3 real
    in_err "not-approved"
    cp "$work/kept" "$work/$file.yaml"
done
try 4 real

# One digit of the approval; a stranger's approval; a routine that the check refuses is not signed.
cp "$work/back.approval.yaml" "$work/kept"
sed -i 's/^date: "20/date: "21/' "$work/back.approval.yaml"
try 3 real
in_err "the signature is not that of the key"
cp "$work/kept" "$work/back.approval.yaml"
expect 0 "$knead" sign "$work/back.yaml" --key "$work/stranger" --safety "$work/safety.yaml" \
    --body "$work/body.yaml"
try 3 real
in_err "does not name this approver"
sed 's/force: 18 N/force: 108 N/' "$work/back.yaml" >"$work/hard.yaml"
expect 3 "$knead" sign "$work/hard.yaml" --key "$work/key"
[ ! -e "$work/hard.approval.yaml" ] || fail "a refused routine was approved"

# The virtual table plays what nobody approved.
expect 0 "$knead" sim routines/library/short-back.yaml --quiet --out "$work/sim"
finish
