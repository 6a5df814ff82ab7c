#!/bin/sh
# URDF in, machine file out: what is imported is refused until a person has completed it, and then
# it is a machine like any other; broken files give findings and nothing else.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

urdf=tests/data/urdf
expect 0 "$knead" import urdf "$urdf/rail_2r.urdf" --tip tool
no_err
in_out "kind: machine"
in_out "name: rail_2r"
in_out "# moves link carriage and 1 more fixed to it"
cp "$work/out" "$work/machine.yaml"
expect 3 "$knead" check "$work/machine.yaml"
[ "$(printf '%s\n' "$err" | grep -c 'has no value$\|a list is expected here')" -eq 31 ] ||
    fail "not 31 open keys: $err"
in_err "machine.yaml:7:7: world: has no value"
in_err "joints[0].acceleration_max: has no value"
in_err "joints[2].rotor_inertia: has no value"
in_err "tool.pads: a list is expected here"

# What a maker left out is left open: drive limits of a continuous joint, masses.
expect 0 "$knead" import urdf "$urdf/makers_way.urdf" --tip tool
no_err
in_out "continuous in the URDF: two pi either way stand here"
in_out "# the URDF gives neither this link nor what is fixed to it a mass"
cp "$work/out" "$work/makers_way.yaml"
expect 3 "$knead" check "$work/makers_way.yaml"
for key in velocity_max effort_max mass; do
    in_err "joints[0].$key: has no value"
done
in_err "joints[0].inertia: a list is expected here"

# Completed as a person would.
drives=$(printf 'drive_%d ' 1 2 3)
awk -v drives="$drives" '
    BEGIN { split(drives, drive, " ") }
    /^world:/ { print "world: virtual"; next }
    /^period:/ { print "period: 4 ms"; next }
    /^  length:/ { print "  length: 2 m"; next }
    /^  width:/ { print "  width: 0.7 m"; next }
    /^  neck_x:/ { print "  neck_x: 1.6 m"; next }
    /^  xyz:/ { print "  xyz: [0 m, 0 m, 0 m]"; next }
    /^  rpy:/ { print "  rpy: [0 deg, 0 deg, 0 deg]"; next }
    /^    drive:/ { print "    drive: " drive[++count]; next }
    /^    acceleration_max: # deg/ { print "    acceleration_max: 400 deg/s2"; next }
    /^    acceleration_max: # m/ { print "    acceleration_max: 3 m/s2"; next }
    /^    (parked|preferred): # deg/ { print "    " $1 " 0 deg"; next }
    /^    (parked|preferred): # m/ { print "    " $1 " 0.5 m"; next }
    /^    rotor_inertia: # kgm2/ { print "    rotor_inertia: 0.5 kgm2"; next }
    /^    rotor_inertia: # kg,/ { print "    rotor_inertia: 12 kg"; next }
    /^    radius:/ { print "    radius: 60 mm"; next }
    /^  mass:/ { print "  mass: 0.9 kg"; next }
    /^  centre_of_mass:/ { print "  centre_of_mass: [0 m, 0 m, 0.05 m]"; next }
    /^  spring_stiffness:/ { print "  spring_stiffness: 5 N/mm"; next }
    /^  spring_travel:/ { print "  spring_travel: 30 mm"; next }
    /^  pads:/ { print "  pads: [{name: palm, diameter: 60 mm, length: 100 mm}]"; next }
    /^devices:/ {
        print "devices:"
        for (i = 1; i <= 5; ++i)
            printf "  - {name: %s, profile: %s, host: 127.0.0.1, port: %d, unit: %d}\n",
                i < 4 ? drive[i] : i < 5 ? "force" : "io",
                i < 4 ? "virtual_cia402" : i < 5 ? "virtual_ft6" : "virtual_io", 15020 + i, i
        next
    }
    { print }' "$work/machine.yaml" >"$work/whole.yaml"
expect 0 "$knead" check "$work/whole.yaml"
in_out "whole.yaml: ok"
# Stretched out across the rail: 0.2 + 0.4 + 0.3 m and a pad of 0.1 m from y -0.6, 0.5 m up.
status=0
out=$(printf '0.5 0 0\n' | "$knead" fk --machine "$work/whole.yaml") || status=$?
printf '%s\n' "$out" | awk '{ exit !(($1 - 0.6)^2 + ($2 - 0.4)^2 + ($3 - 0.5)^2 < 1e-24) }' ||
    fail "fk of the imported machine: $out"
[ "$status" -eq 0 ] || fail "fk of the imported machine: exit code $status"

# Base, tip and name.
expect 0 "$knead" import urdf "$urdf/ur5e_like.urdf" --tip wrist_1 --base shoulder --name short
in_out "name: short"
in_out "from link shoulder to link wrist_1"
[ "$(printf '%s\n' "$out" | grep -c '  - name: ')" -eq 3 ] || fail "not three joints: $out"
expect 0 "$knead" import urdf "$urdf/ur5e_like.urdf" --tip tool
in_out "continuous in the URDF: two pi either way stand here"
in_out "position_max: 360 deg"

# Every broken file is refused with a place and without a machine.
broken=$(find "$urdf/broken" -name '*.urdf' | LC_ALL=C sort)
for file in $broken; do
    base=
    case $file in */base_*) base="--base elsewhere" ;; esac
    # shellcheck disable=SC2086 # none or two words
    expect 3 "$knead" import urdf "$file" --tip tool $base
    no_out
    printf '%s\n' "$err" | grep -Eq "^$file:[0-9]+:[0-9]+: " || fail "$file: no place in: $err"
done
expect 3 "$knead" import urdf "$work/none.urdf" --tip tool
in_err "none.urdf: can't be read: No such file or directory"
expect 3 "$knead" import urdf config --tip tool

# Usage.
expect 2 "$knead" import
expect 2 "$knead" import urdf
expect 2 "$knead" import urdf "$urdf/rail_2r.urdf"
in_err "needs --tip LINK"
expect 2 "$knead" import sdf "$urdf/rail_2r.urdf" --tip tool
in_err "the only format is 'urdf', not 'sdf'"
expect 2 "$knead" import urdf "$urdf/rail_2r.urdf" --tip tool --name "two words"
in_err "not 'two words'"
sed 's/name="rail_2r"/name="two words"/' "$urdf/rail_2r.urdf" >"$work/named.urdf"
expect 2 "$knead" import urdf "$work/named.urdf" --tip tool
in_err "give --name NAME"
no_out
finish
