#!/bin/sh
# A run is recomputed from its folder alone, wherever that lies; damage, a difference and a tear are
# told apart by exit code and in words; other limits show the first decision that changes.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/short-back.yaml

"$knead" sim --quiet --seed 4 --out "$work/run" "$routine" >"$work/told" || fail "sim"
expect 0 "$knead" replay "$work/run"
in_out "Every cycle the same, bit for bit."
in_out "times real time"
no_err
mv "$work/run" "$work/moved"
expect 0 "$knead" replay --verify "$work/moved"
in_out "ok     every event follows from the cycles, and none is missing"
expect 0 "$knead" replay --verify --json "$work/moved"
json_out
in_out '"same": true'
in_out '"check": "fingerprint",'

# What is no run, and what can take the place of no kept file.
expect 3 "$knead" replay "$work/nowhere"
expect 3 "$knead" replay "$work/moved" --with config/devices/virtual_io.yaml
expect 2 "$knead" replay

# Limits that matter, and limits that do not.
sed 's/^name: default/name: tight/; /^shear_force_max:/,/value/ s/value: 25 N/value: 2 N/' \
    config/safety/default.yaml >"$work/tight.yaml"
expect 0 "$knead" replay "$work/moved" --with "$work/tight.yaml"
in_out "the first that decides otherwise"
in_out "shear refuses: the force along the skin is too high"
in_out "$routine:"
in_out "no longer answer the changed commands"
expect 0 "$knead" replay "$work/moved" --json --with "$work/tight.yaml"
json_out
in_out '"field": "refused of shear'
sed 's/^name: default/name: wide/; /^contact_force_max:/,/value/ s/value: 60 N/value: 59 N/' \
    config/safety/default.yaml >"$work/wide.yaml"
expect 0 "$knead" replay "$work/moved" --with "$work/wide.yaml"
in_out "decides as it did"

# A flipped byte, in either file. The middle byte is anything but the one that stands there.
for file in cycles.bin events.jsonl; do
    cp -r "$work/moved" "$work/flipped"
    middle=$(($(wc -c <"$work/flipped/$file") / 2))
    byte=$(od -An -tu1 -j "$middle" -N 1 "$work/flipped/$file")
    # shellcheck disable=SC2059 # an octal byte
    printf "\\$(printf '%03o' $(((byte + 1) % 256)))" |
        dd of="$work/flipped/$file" bs=1 seek="$middle" conv=notrunc 2>/dev/null
    expect 3 "$knead" replay --verify "$work/flipped"
    in_out "FAILS"
    rm -r "$work/flipped"
done

# A figure made prettier.
cp -r "$work/moved" "$work/edited"
sed 's/^  "force_peak_N": [0-9.e+-]*/  "force_peak_N": 1.5/' "$work/moved/summary.json" \
    >"$work/edited/summary.json"
expect 3 "$knead" replay --verify "$work/edited"
in_out "every figure in summary.json is what the cycles give: force_peak_N is 1.5 there"
rm -r "$work/edited"

# Another safety file in the place of the kept one, its fingerprint made to fit: a difference.
cp -r "$work/moved" "$work/forged"
was=$(sha256sum <"$work/forged/inputs/safety/default.yaml" | cut -d ' ' -f 1)
cp "$work/tight.yaml" "$work/forged/inputs/safety/default.yaml"
is=$(sha256sum <"$work/forged/inputs/safety/default.yaml" | cut -d ' ' -f 1)
sed "s/$was/$is/" "$work/forged/summary.json" >"$work/summary.json"
mv "$work/summary.json" "$work/forged/summary.json"
expect 6 "$knead" replay "$work/forged"
in_out "the first that does not come out as it was recorded"
in_out "cycles come out different"
expect 3 "$knead" replay --verify "$work/forged"
in_out "cycles.bin was made from the files that were kept: the header"
rm -r "$work/forged"

# Cut off by a kill: what is there is replayed, and it is said that there is not more.
"$knead" sim --quiet --seed 4 --out "$work/killed" routines/library/full-back-of-body.yaml \
    >"$work/told" 2>&1 &
process=$!
wait_for "$work/killed/events.jsonl" '"to":"contact"'
kill -9 "$process"
wait "$process" 2>/dev/null || true
expect 0 "$knead" replay --verify "$work/killed"
in_out "The run was cut off"
in_out "Every cycle the same, bit for bit."
in_out "?      cycles.bin has the fingerprint in summary.json"

finish
