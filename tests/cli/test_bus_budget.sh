#!/bin/sh
# What a machine's bus takes of its period is printed, a bus that takes too much is refused contact
# work with the arithmetic, and a slower machine whose bus fits plays the demonstration's routine.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

routine=routines/library/relaxing-back.yaml
seven=config/machines/rtu_seven.yaml
lines=config/machines/rtu_lines.yaml

# Nine sockets run at the same time.
expect 0 "$knead" check config/machines/rail6.yaml
in_out "the bus takes 1.20 ms; a period of 4 ms leaves it 2.40 ms; the shortest possible is 2 ms"
in_out "blind for up to 9.20 ms: 4.00 ms in the force sensor, a period of 4 ms, 1.20 ms of exchange"

# Seven drives, force sensor and coupler in turn at 115200 8E1, 11 bits a character. A drive: 19 +
# 21 bytes, 3.8194 ms, and two silences of 1.75 ms. The sensor: 8 + 21 bytes, 6.2691 ms. The
# coupler: 15 + 9 bytes, 5.7917 ms. Together 7 x 7.3194 + 6.2691 + 5.7917 = 63.2969 ms.
seven_sum="line_1, 115200 8E1 takes 7 x 7.32 ms (virtual_cia402) + 6.27 ms (virtual_ft6) + 5.79 ms\
 (virtual_io) = 63.30 ms; 8 ms leave 6.40 ms; at least 64.897 ms, more than the 20 ms a machine may\
 have"
expect 3 "$knead" check "$seven"
in_err "$seven:"
in_err "period: bus-over-budget: $seven_sum"
in_out "the bus takes 63.30 ms; a period of 8 ms leaves it 6.40 ms"
in_out "the shortest possible is 64.897 ms"
case $out in *"$seven: ok"*) fail "a machine that is refused is said to be in order" ;; esac
expect 3 "$knead" check --json "$seven"
json_out
in_out '"period_min_s": 0.064897'
in_out '"fits": false'

# The reaction is 4 + 3 x 64.897 + 10 = 208.7 ms, so that a touch may end
# 4.375 x (20 x 0.2087 + 0.05) = 18.5 N over what was wanted.
for verb in check sim run demo; do
    expect 3 "$knead" $verb --machine "$seven" "$routine"
    in_err "bus-over-budget: $seven_sum"
    in_err "over-force: 4.38 N/mm x (20 mm/s x 208.7 ms + (20 mm/s)^2 / (2 x 2.5 m/s2)) = 18.6 N"
    in_err "at most 8.0 N (contact_force_margin); 208.7 ms are 4 of the sensor, 3 periods of 64.897"
done

# A line for each device: 4.45 ms, as the slowest of nine.
expect 0 "$knead" check "$lines"
in_out "$lines: ok"
in_out "the bus takes 4.45 ms; a period of 8 ms leaves it 6.40 ms"
in_out "the shortest possible is 6.055 ms"
expect 0 "$knead" check --json "$lines"
json_out
in_out '"fits": true'
sed 's/^period: 8 ms/period: 6.055 ms/' "$lines" >"$work/shortest.yaml"
expect 0 "$knead" check "$work/shortest.yaml"
sed 's/^period: 8 ms/period: 6.054 ms/' "$lines" >"$work/short.yaml"
expect 3 "$knead" check "$work/short.yaml"
in_err "bus-over-budget: line_rail, 460800 8E1 takes 4.45 ms (virtual_cia402) = 4.455 ms"
in_err "at least 6.055 ms"

# Five late periods would outlast the drives' watchdog, however slowly the bus may go.
sed 's/^period: 8 ms/period: 9 ms/; s/baud: 460800/baud: 115200/' "$lines" >"$work/slow.yaml"
expect 0 "$knead" check "$work/slow.yaml"
expect 3 "$knead" check --machine "$work/slow.yaml" "$routine"
in_err "overrun_count_max late periods have to fit into the drives' watchdog"

# A drive of which nobody knows what it does without its controller touches nobody.
mkdir -p "$work/machines" "$work/devices"
cp config/machines/rail6.yaml "$work/machines/"
cp config/devices/virtual_*.yaml "$work/devices/"
unknown='{reaction: unknown, verified: "no", source: nobody asked}'
sed -i "s/^lost_controller: .*/lost_controller: $unknown/" \
    "$work/devices/virtual_cia402.yaml"
expect 0 "$knead" check "$work/machines/rail6.yaml"
expect 3 "$knead" check --machine "$work/machines/rail6.yaml" "$routine"
in_err "controller-loss: 'drive_rail' of joint 'rail' has the profile 'virtual_cia402'"
in_err "controller-loss: 'drive_6' of joint 'joint_6' has the profile 'virtual_cia402'"

# The demonstration's whole routine at the machine's own slower period.
expect 0 "$knead" sim --machine "$lines" --quiet --out "$work/run" "$routine"
in_out "finished"
in_out "cycles of 8 ms"
finish
