#include "routines/bandwidth.h"

#include <math.h>

#include "kinematics/cholesky.h"
#include "kinematics/fk.h"

#define PI 3.14159265358979323846

#define SAMPLES_PER_CYCLE 64
#define SAMPLE_CAPACITY 20000
// Keeps the posture's equations solvable at a singular one; far below what an arm moves by.
#define POSTURE_DAMPING 1e-8
#define STILL 1e-9

const char* bandwidth_reason_text(bandwidth_reason_t reason)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        BANDWIDTH_REASON_LIST(X)
#undef X
    };
    return texts[reason];
}

machine_delays_t bandwidth_delays(const machine_settings_t* machine)
{
    machine_delays_t delays = {0.0, 0.0, 0.0, 0.0};
    for (int joint = 0; joint < machine->arm.joint_count; ++joint) {
        const device_settings_t* device = &machine->devices[machine->drive_of_joint[joint]];
        delays.drive_lag_s =
            fmax(delays.drive_lag_s, machine->profiles[device->profile_index].response_lag_s);
    }
    const device_settings_t* sensor = &machine->devices[machine->force_sensor];
    const double period_s = (double)machine->period_us * 1e-6;
    delays.sensor_s = machine->profiles[sensor->profile_index].sample_age_max_s;
    delays.command_s = period_s + delays.drive_lag_s;
    delays.loop_s = delays.sensor_s + 0.5 * period_s + delays.command_s;
    return delays;
}

static void take_lower(bandwidth_t* bandwidth, double rate_Hz, bandwidth_reason_t reason)
{
    const double known_Hz = isfinite(rate_Hz) && rate_Hz > 0.0 ? rate_Hz : 0.0;
    if (known_Hz < bandwidth->rate_max_Hz) {
        *bandwidth = (bandwidth_t){known_Hz, reason};
    }
}

bandwidth_t bandwidth_of_motion(const bandwidth_limits_t* limits, const normal_motion_t* motion,
                                double rate_Hz)
{
    // 1 - 1 / sqrt(1 + (w lag)^2) = lost part
    const double kept = 1.0 - BANDWIDTH_LOST_PART;
    const double lag_radps = sqrt(1.0 / (kept * kept) - 1.0) / limits->drive_lag_s;
    bandwidth_t bandwidth = {HUGE_VAL, BANDWIDTH_SPEED};
    take_lower(&bandwidth, rate_Hz * limits->speed_max_mps / motion->speed_mps, BANDWIDTH_SPEED);
    take_lower(&bandwidth,
               rate_Hz * sqrt(limits->acceleration_max_mps2 / motion->acceleration_mps2),
               BANDWIDTH_ACCELERATION);
    take_lower(&bandwidth, lag_radps / (2.0 * PI), BANDWIDTH_LAG);
    take_lower(&bandwidth, 1.0 / (BANDWIDTH_DELAYS_PER_CYCLE * limits->loop_delay_s),
               BANDWIDTH_DELAY);
    return bandwidth;
}

bandwidth_t bandwidth_of_hop(const bandwidth_limits_t* limits, double hop_m, double hop_part)
{
    // h/2 (1 - cos(2 pi f t / part)) at f = 1 Hz
    const normal_motion_t motion = {PI * hop_m / hop_part,
                                    2.0 * PI * PI * hop_m / (hop_part * hop_part)};
    return bandwidth_of_motion(limits, &motion, 1.0);
}

bandwidth_t bandwidth_of_swing(const bandwidth_limits_t* limits, double swing_N,
                               double stiffness_N_per_m)
{
    const double swing_m = swing_N / stiffness_N_per_m;
    const normal_motion_t motion = {2.0 * PI * swing_m, 4.0 * PI * PI * swing_m};
    return bandwidth_of_motion(limits, &motion, 1.0);
}

double bandwidth_stiffness_N_per_m(const tissue_settings_t* tissue, double spring_N_per_m,
                                   double force_N)
{
    // Slope of F = k d^1.5 at F: 1.5 k^(2/3) F^(1/3).
    const double k = tissue->stiffness_N_per_m1_5;
    const double slope = 1.5 * cbrt(k * k * fmax(force_N, 1.0));
    return slope * spring_N_per_m / (slope + spring_N_per_m);
}

normal_motion_t bandwidth_stroke_motion(const body_t* body, const stroke_t* stroke,
                                        double stiffness_N_per_m)
{
    normal_motion_t peaks = {0.0, 0.0};
    const double rate_Hz = stroke->parameters.rate_Hz;
    if (!(rate_Hz > 0.0)) {
        return peaks;
    }
    const double step_s = 1.0 / (SAMPLES_PER_CYCLE * rate_Hz);
    const int count = (int)fmin(ceil(stroke->duration_s / step_s), SAMPLE_CAPACITY);
    double before_mps = 0.0;
    for (int i = 0; i <= count; ++i) {
        const stroke_target_t target = technique_target(body, stroke, i * step_s);
        const double speed_mps =
            target.hop_rate_mps - target.force_rate_N_per_s / stiffness_N_per_m;
        const double acceleration_mps2 = i > 0 ? (speed_mps - before_mps) / step_s : 0.0;
        peaks.speed_mps = fmax(peaks.speed_mps, fabs(speed_mps));
        peaks.acceleration_mps2 = fmax(peaks.acceleration_mps2, fabs(acceleration_mps2));
        before_mps = speed_mps;
    }
    return peaks;
}

normal_motion_t bandwidth_of_posture(const chain_t* chain, const joints_t* joints)
{
    chain_frames_t frames;
    jacobian_t jacobian;
    fk_frames(chain, joints, &frames);
    fk_jacobian(chain, &frames, &jacobian);
    cholesky_t square = {{{0.0}}};
    for (int row = 0; row < 6; ++row) {
        for (int column = 0; column <= row; ++column) {
            for (int joint = 0; joint < chain->joint_count; ++joint) {
                square.at[row][column] += jacobian.at[row][joint] * jacobian.at[column][joint];
            }
        }
        square.at[row][row] += POSTURE_DAMPING;
    }
    const vec3_t axis = quat_rotate(frames.tool.orientation, vec3(0.0, 0.0, 1.0));
    double forces[CHOLESKY_CAPACITY] = {axis.x, axis.y, axis.z};
    if (!cholesky_factor(&square, 6)) {
        return (normal_motion_t){0.0, 0.0};
    }
    cholesky_solve(&square, 6, forces);
    normal_motion_t most = {HUGE_VAL, HUGE_VAL};
    vec3_t moved = {0.0, 0.0, 0.0};
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        double share = 0.0; // of the joint, for 1 m/s of the tool
        for (int row = 0; row < 6; ++row) {
            share += jacobian.at[row][joint] * forces[row];
        }
        moved = vec3_add(moved, vec3_scale(vec3(jacobian.at[0][joint], jacobian.at[1][joint],
                                                jacobian.at[2][joint]),
                                           share));
        if (fabs(share) > STILL) {
            most.speed_mps = fmin(most.speed_mps, chain->velocity_max.at[joint] / fabs(share));
            most.acceleration_mps2 =
                fmin(most.acceleration_mps2, chain->acceleration_max.at[joint] / fabs(share));
        }
    }
    const bool moves = vec3_dot(moved, axis) > 0.99;
    return moves ? most : (normal_motion_t){0.0, 0.0};
}
