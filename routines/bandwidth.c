#include "routines/bandwidth.h"

#include <math.h>
#include <stddef.h>

#include "kinematics/cholesky.h"
#include "kinematics/fk.h"
#include "kinematics/ik.h"

#define PI 3.14159265358979323846

#define SAMPLES_PER_CYCLE 64
#define SAMPLE_CAPACITY 20000
// Keeps the posture's equations solvable at a singular one; far below what an arm moves by.
#define POSTURE_DAMPING 1e-8
#define POSTURE_MOVES 0.99 // of a motion asked for that a posture has to give
#define STILL 1e-9
// Spring and tissue in series where the tissue is as soft as one person in ten has it: 0.6 of the
// map's, by the spread of 40 % between people. [computed from a judgement]
#define BANDWIDTH_SOFT_PART 0.8

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

bool bandwidth_posture(const chain_t* chain, const joints_t* joints, posture_shares_t* posture)
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
    if (!cholesky_factor(&square, 6)) {
        return false;
    }
    posture->joint_count = chain->joint_count;
    posture->axis = quat_rotate(frames.tool.orientation, vec3(0.0, 0.0, 1.0));
    const double axis[3] = {posture->axis.x, posture->axis.y, posture->axis.z};
    double moved = 0.0; // along the axis, of 1 m/s asked for
    for (int along = 0; along < 3; ++along) {
        double task[CHOLESKY_CAPACITY] = {0.0};
        task[along] = 1.0;
        cholesky_solve(&square, 6, task);
        for (int joint = 0; joint < chain->joint_count; ++joint) {
            double share = 0.0;
            for (int row = 0; row < 6; ++row) {
                share += jacobian.at[row][joint] * task[row];
            }
            posture->share[joint][along] = share;
            moved += axis[along] * share *
                     (axis[0] * jacobian.at[0][joint] + axis[1] * jacobian.at[1][joint] +
                      axis[2] * jacobian.at[2][joint]);
        }
    }
    return moved > POSTURE_MOVES;
}

/// The largest part of a joint's limit that a motion of the tool takes.
static double joint_part(const posture_shares_t* posture, const joints_t* limits, vec3_t motion)
{
    double part = 0.0;
    for (int joint = 0; joint < posture->joint_count; ++joint) {
        const double* share = posture->share[joint];
        const double taken = share[0] * motion.x + share[1] * motion.y + share[2] * motion.z;
        part = fmax(part, fabs(taken) / limits->at[joint]);
    }
    return part;
}

normal_motion_t bandwidth_of_posture(const chain_t* chain, const joints_t* joints)
{
    posture_shares_t posture;
    if (!bandwidth_posture(chain, joints, &posture)) {
        return (normal_motion_t){0.0, 0.0};
    }
    return (normal_motion_t){1.0 / joint_part(&posture, &chain->velocity_max, posture.axis),
                             1.0 / joint_part(&posture, &chain->acceleration_max, posture.axis)};
}

double bandwidth_yield_acceleration_mps2(const machine_settings_t* machine)
{
    const double declared_mps2 = machine->yield_deceleration_mps2.value; // NaN stays so
    const double least_mps2 = BANDWIDTH_YIELD_MIN_MPS2 / BANDWIDTH_JOINT_PART;
    return declared_mps2 <= least_mps2 ? least_mps2 : declared_mps2;
}

normal_motion_t bandwidth_stroke_motion(const body_t* body, const stroke_t* stroke,
                                        double stiffness_N_per_m, const chain_t* chain,
                                        const posture_shares_t* posture)
{
    const double step_s = 1.0 / (SAMPLES_PER_CYCLE * stroke->parameters.rate_Hz);
    const int count = (int)fmin(ceil(stroke->duration_s / step_s), SAMPLE_CAPACITY);
    const vec3_t out = vec3_scale(posture->axis, -1.0);
    const double whole = joint_part(posture, &chain->acceleration_max, out);
    normal_motion_t peaks = {0.0, 0.0};
    vec3_t before_mps = {0.0, 0.0, 0.0};
    for (int i = 0; i <= count; ++i) {
        const stroke_target_t target = technique_target(body, stroke, i * step_s);
        const double rising_mps =
            target.hop_rate_mps - target.force_rate_N_per_s / stiffness_N_per_m;
        const vec3_t speed_mps =
            vec3_add(vec3(-target.along_speed_mps, target.across_speed_mps, 0.0),
                     vec3_scale(out, rising_mps));
        const vec3_t change_mps = vec3_sub(speed_mps, i > 0 ? before_mps : speed_mps);
        const double part =
            joint_part(posture, &chain->acceleration_max, vec3_scale(change_mps, 1.0 / step_s));
        peaks.speed_mps = fmax(peaks.speed_mps, fabs(rising_mps));
        peaks.acceleration_mps2 = fmax(peaks.acceleration_mps2, part / whole);
        before_mps = speed_mps;
    }
    return peaks;
}

bandwidth_t bandwidth_of_stroke(const body_t* body, const stroke_t* stroke,
                                const machine_settings_t* machine, const safety_settings_t* safety,
                                const chain_t* chain, const joints_t* seed)
{
    const bandwidth_t endless = {HUGE_VAL, BANDWIDTH_SPEED};
    const double rate_Hz = stroke->parameters.rate_Hz;
    const stroke_target_t middle = technique_target(body, stroke, 0.5 * stroke->duration_s);
    const surface_sample_t skin = body_surface_at(body, middle.place);
    const pose_t pose = {skin.point_m,
                         quat_from_z_and_x(vec3_scale(skin.normal, -1.0), vec3(1.0, 0.0, 0.0))};
    joints_t joints = *seed;
    if (!(rate_Hz > 0.0) || ik_solve(chain, &pose, seed, &joints, NULL) != IK_OK) {
        return endless;
    }
    posture_shares_t posture;
    if (!bandwidth_posture(chain, &joints, &posture)) {
        return (bandwidth_t){0.0, BANDWIDTH_ACCELERATION};
    }
    const double normal_mps = safety->normal_speed_max_mps.value;
    const machine_delays_t delays = bandwidth_delays(machine);
    const bandwidth_limits_t limits = {
        .loop_delay_s = delays.loop_s,
        .drive_lag_s = delays.drive_lag_s,
        .speed_max_mps = middle.contact == CONTACT_BROKEN
                             ? safety->tap_speed_max_mps.value
                             : fmax(normal_mps - BANDWIDTH_BREATH_MPS, 0.5 * normal_mps),
        .acceleration_max_mps2 =
            BANDWIDTH_JOINT_PART / joint_part(&posture, &chain->acceleration_max, posture.axis)};
    const tissue_settings_t* tissue = &body->settings->regions[stroke->region].tissue;
    const double stiffness_N_per_m =
        BANDWIDTH_SOFT_PART *
        bandwidth_stiffness_N_per_m(tissue, machine->arm.tool.spring_stiffness_N_per_m,
                                    stroke->parameters.force_N);
    normal_motion_t motion =
        bandwidth_stroke_motion(body, stroke, stiffness_N_per_m, chain, &posture);
    motion.speed_mps = fmax(motion.speed_mps, STILL);
    motion.acceleration_mps2 = fmax(motion.acceleration_mps2, STILL);
    return bandwidth_of_motion(&limits, &motion, rate_Hz);
}
