#!/bin/sh
# What a routine does can be read and looked at before anything moves: steps with their lines,
# regions with what they get, a picture with every zone; a refused routine is shown with why.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh
routine=routines/library/relaxing-back.yaml

expect 0 "$knead" plan "$routine" --svg "$work/plan.svg"
in_out "Relaxing back"
in_out "effleurage"
in_out "gluteus.left"
# Every written step that touches stands there with its line.
grep -n "technique:" "$routine" | cut -d: -f1 | while read -r line; do
    grep -q "^ *$line  " "$work/out" || echo "$line"
done >"$work/missing"
[ ! -s "$work/missing" ] || fail "no row for lines $(tr '\n' ' ' <"$work/missing")"

# The picture is XML with a region a region, a zone a zone, and nothing from elsewhere.
command -v python3 >/dev/null 2>&1 && python3 - "$work/plan.svg" <<'END' || fail "the picture"
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
classes = [e.get("class", "") for e in root.iter()]
assert root.tag == "{http://www.w3.org/2000/svg}svg", root.tag
assert sum(c.startswith("region") for c in classes) >= 20
assert classes.count("zone") >= 7
assert sum(c.startswith("way") for c in classes) > 20
assert not any("href" in a for e in root.iter() for a in e.attrib)
END

expect 0 "$knead" plan "$routine" --json
json_out
in_out '"impulse_Ns"'

# What the check refuses is shown, with the finding and its exit code; what can't be read is not.
sed 's/force: 22 N/force: 59 N/' "$routine" >"$work/hard.yaml"
expect 3 "$knead" plan "$work/hard.yaml"
in_err "force-over"
in_out "gluteus.left"
printf 'kind: routine\nversion: 1\n' >"$work/empty.yaml"
expect 3 "$knead" plan "$work/empty.yaml"
no_out
expect 1 "$knead" plan "$routine" --svg "$work/no/such/folder.svg"
in_err "No such file"
finish
