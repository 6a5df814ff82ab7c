#!/bin/sh
# The bench runs, has its keys and leaves nothing behind. How fast anything is nobody claims here.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

mkdir "$work/scratch"
TMPDIR=$work/scratch
export TMPDIR
expect 0 "$knead" bench --quick --json
json_out
for key in processor compiler optimised quick machine joints figures; do
    in_out "\"$key\": "
done
for figure in fk fk_jacobian ik_solve_random ik_solve_near ik_solve_servo ik_track \
    inverse_dynamics forward_dynamics control_cycle control_cycle_in_run bus_exchange \
    record_cycle record_hand_over simulated_step simulated_period simulated_period_bare \
    bus_tcp_exchange bus_tcp_one_by_one bus_tcp_cpu bus_tcp_cpu_libmodbus; do
    in_out "\"$figure\": {"
done
for key in meaning median_ns p99_ns batch samples; do
    [ "$(printf '%s\n' "$out" | grep -c "\"$key\": ")" -eq 20 ] || fail "not 20 of $key: $out"
done
[ "$(printf '%s\n' "$out" | grep -c '"solved": ')" -eq 4 ] || fail "not 4 of solved: $out"
for ratio in bus_tcp_time_ratio bus_tcp_cpu_ratio; do
    in_out "\"$ratio\": {"
done
for key in times_real_time recorded not_recorded; do
    in_out "\"$key\": "
done
expect 0 "$knead" bench --quick
in_out "loopback TCP: client and table"
in_out "at most 0.35, better 0.22"
in_out "machine rail6, 7 joints"
in_out "median"
in_out "control cycle in contact"
in_out "times real time recorded"
[ -z "$(ls "$work/scratch")" ] || fail "left behind: $(ls "$work/scratch")"
expect 1 env TMPDIR="$work/none" "$knead" bench --quick
in_err "no record can be kept"
expect 2 "$knead" bench extra
finish
