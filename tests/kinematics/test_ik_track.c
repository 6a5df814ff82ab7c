/// `ik_track` run along paths, good and impossible ones. Its output is differentiated period by
/// period: limits of position, velocity and acceleration hold always, whatever is asked, and where
/// the tool is not on its path a reason was given.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "tests/kinematics/arms.h"

static const double PERIOD_S = 0.004;

static ik_track_settings_t usual_settings(void)
{
    return (ik_track_settings_t){.period_s = PERIOD_S,
                                 .gain_per_s = 25.0,
                                 .damping = 0.05,
                                 .singular_floor = 0.05,
                                 .posture_gain_per_s = 0.5,
                                 .angle_weight_m = 0.3,
                                 .spin_free = false};
}

/// A smooth path from a pose: sines along and about three axes, faded in over a second.
typedef struct {
    pose_t start;
    vec3_t sway_m;
    vec3_t turn_rad;
    double rate_radps;
} path_t;

static pose_t path_pose(const path_t* path, double time_s)
{
    const double part = time_s < 1.0 ? time_s : 1.0;
    const double fade = part * part * (3.0 - 2.0 * part);
    const double phase = path->rate_radps * time_s;
    const vec3_t sway =
        vec3(fade * path->sway_m.x * sin(phase), fade * path->sway_m.y * sin(1.3 * phase),
             fade * path->sway_m.z * (1.0 - cos(0.7 * phase)));
    const vec3_t turn =
        vec3(fade * path->turn_rad.x * sin(0.9 * phase), fade * path->turn_rad.y * sin(phase),
             fade * path->turn_rad.z * sin(0.5 * phase));
    return (pose_t){vec3_add(path->start.position_m, sway),
                    quat_multiply(quat_from_rotation_vector(turn), path->start.orientation)};
}

static twist_t path_twist(const path_t* path, double time_s)
{
    const double step_s = 1e-4;
    const twist_t change =
        pose_difference(path_pose(path, time_s - step_s), path_pose(path, time_s + step_s));
    return (twist_t){vec3_scale(change.linear_mps, 0.5 / step_s),
                     vec3_scale(change.angular_radps, 0.5 / step_s)};
}

static path_t random_path(const chain_t* chain, const joints_t* start, uint64_t* random,
                          double size)
{
    const double x = size * arm_random_between(random, 0.02, 0.5);
    const double y = size * arm_random_between(random, 0.02, 0.5);
    const double z = size * arm_random_between(random, -0.2, 0.2);
    const double turn = size * arm_random_between(random, 0.0, 1.0);
    const double other = size * arm_random_between(random, -0.5, 0.5);
    return (path_t){fk_tool_pose(chain, start), vec3(x, y, z), vec3(turn, other, turn),
                    arm_random_between(random, 0.5, 4.0)};
}

/// Distance a joint needs to come to rest after a period at `speed`, slowing by the limit each
/// period.
static double braking_distance(double speed, double acceleration)
{
    const double change = acceleration * PERIOD_S;
    double distance = 0.0;
    for (double left = speed - change; left > 0.0; left -= change) {
        distance += left * PERIOD_S;
    }
    return distance;
}

static void assert_step_within_limits(const chain_t* chain, const joints_t* joints,
                                      const joints_t* speeds, const joints_t* next,
                                      const joints_t* next_speeds)
{
    for (int i = 0; i < chain->joint_count; i++) {
        const double speed = next_speeds->at[i];
        const double velocity_max = chain->velocity_max.at[i];
        const double change_max = chain->acceleration_max.at[i] * PERIOD_S;
        const double range = chain->position_max.at[i] - chain->position_min.at[i];
        assert_true(next->at[i] >= chain->position_min.at[i]);
        assert_true(next->at[i] <= chain->position_max.at[i]);
        assert_true(fabs(speed) <= velocity_max * (1.0 + 1e-9));
        assert_true(fabs(speed - speeds->at[i]) <= change_max * (1.0 + 1e-9));
        assert_near(next->at[i], joints->at[i] + PERIOD_S * speed, 1e-12 * range);
        const double room = speed > 0.0 ? chain->position_max.at[i] - next->at[i]
                                        : next->at[i] - chain->position_min.at[i];
        assert_true(braking_distance(fabs(speed), chain->acceleration_max.at[i]) <=
                    room + 1e-9 * range);
    }
}

/// What a run along a path came to.
typedef struct {
    int reasons;      // periods with a result other than IK_OK
    double error_m;   // largest pose error while no reason was given for half a second
    double error_rad; // the same
    double last_error_m;
} run_t;

/// Angle between the tool's z axis and the goal's: what is left of the error where the spin is
/// free.
static double tilt_rad(const chain_t* chain, const joints_t* joints, const pose_t* goal)
{
    const vec3_t up = vec3(0.0, 0.0, 1.0);
    const vec3_t tool = quat_rotate(fk_tool_pose(chain, joints).orientation, up);
    const vec3_t wanted = quat_rotate(goal->orientation, up);
    return atan2(vec3_norm(vec3_cross(tool, wanted)), vec3_dot(tool, wanted));
}

static run_t follow_path(const chain_t* chain, const ik_track_settings_t* settings,
                         const path_t* path, joints_t* joints, unsigned locked, double time_max_s)
{
    run_t run = {0, 0.0, 0.0, 0.0};
    joints_t speeds = {{0.0}};
    double trusted_from_s = 0.0;
    const int periods = (int)(time_max_s / settings->period_s);
    for (int k = 0; k < periods; k++) {
        const double time_s = settings->period_s * (double)k;
        const pose_t target = path_pose(path, time_s);
        const twist_t feedforward = path_twist(path, time_s);
        joints_t next;
        joints_t next_speeds;
        const ik_result_t result = ik_track(chain, settings, joints, &speeds, &target, &feedforward,
                                            locked, &next, &next_speeds);
        assert_int_not_equal(result, IK_BAD_INPUT);
        assert_step_within_limits(chain, joints, &speeds, &next, &next_speeds);
        for (int i = 0; i < chain->joint_count; i++) {
            if ((locked >> i) & 1u) {
                assert_near(next.at[i], joints->at[i], 0.0);
            }
        }
        *joints = next;
        speeds = next_speeds;
        if (result != IK_OK) {
            run.reasons++;
            trusted_from_s = time_s + 0.5;
        }
        const pose_t goal = path_pose(path, time_s + settings->period_s);
        const twist_t error = pose_difference(fk_tool_pose(chain, joints), goal);
        run.last_error_m = vec3_norm(error.linear_mps);
        if (time_s >= trusted_from_s) {
            run.error_m = fmax(run.error_m, run.last_error_m);
            run.error_rad =
                fmax(run.error_rad, settings->spin_free ? tilt_rad(chain, joints, &goal)
                                                        : vec3_norm(error.angular_radps));
        }
    }
    return run;
}

typedef struct {
    const char* name;
    chain_t chain;
} named_chain_t;

#define ARM_COUNT 5

static void fill_arms(named_chain_t arms[ARM_COUNT])
{
    arms[0] = (named_chain_t){"kr6", arm_chain(arm_kr6())};
    arms[1] = (named_chain_t){"rail and kr6", arm_chain(arm_rail_kr6())};
    arms[2] = (named_chain_t){"ur5e", arm_chain(arm_ur5e())};
    arms[3] = (named_chain_t){"iiwa", arm_chain(arm_iiwa())};
    arms[4] = (named_chain_t){"panda", arm_chain(arm_panda())};
}

/// Runs `paths` random paths an arm, any start posture, paths of `size` that mostly leave reach,
/// limits and singular postures no room.
static void follow_random_paths(uint64_t seed, int paths, double size, bool spin_free)
{
    named_chain_t arms[ARM_COUNT];
    fill_arms(arms);
    for (int a = 0; a < ARM_COUNT; a++) {
        uint64_t random = seed;
        int clean = 0;
        double error_m = 0.0;
        double error_rad = 0.0;
        for (int p = 0; p < paths; p++) {
            ik_track_settings_t settings = usual_settings();
            settings.spin_free = spin_free;
            joints_t joints = arm_random_joints(&arms[a].chain, &random, 0.02);
            const path_t path = random_path(&arms[a].chain, &joints, &random, size);
            const run_t run = follow_path(&arms[a].chain, &settings, &path, &joints, 0u, 4.0);
            clean += run.reasons == 0 ? 1 : 0;
            error_m = fmax(error_m, run.error_m);
            error_rad = fmax(error_rad, run.error_rad);
        }
        print_message("%s, seed %d, spin %s: %d of %d paths without a reason; error without "
                      "one at most %.3f mm, %.3f mrad\n",
                      arms[a].name, (int)seed, spin_free ? "free" : "bound", clean, paths,
                      1e3 * error_m, 1e3 * error_rad);
        assert_true(error_m <= 1e-3);
        assert_true(error_rad <= 5e-3);
    }
}

/// Shows H44, I8.
static void limits_hold_on_wild_paths_and_errors_have_reasons(void** state)
{
    (void)state;
    follow_random_paths(71, 60, 1.0, false);
    follow_random_paths(72, 60, 1.0, true);
}

static void small_paths_are_mostly_followed_without_a_reason(void** state)
{
    (void)state;
    follow_random_paths(73, 40, 0.15, false);
    follow_random_paths(74, 40, 0.15, true);
}

/// Rail and KR 6 above a table, tool pointing down, at its preferred posture.
static joints_t table_posture(const chain_t* chain)
{
    joints_t joints = chain->preferred;
    joints.at[0] = -0.5;
    return joints;
}

static void long_stroke_is_followed_exactly_and_the_rail_carries_it(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    ik_track_settings_t settings = usual_settings();
    settings.spin_free = true;
    joints_t joints = table_posture(&chain);
    const path_t path = {fk_tool_pose(&chain, &joints), vec3(0.35, 0.1, 0.05), vec3(0.1, 0.1, 0.0),
                         0.6};
    const run_t run = follow_path(&chain, &settings, &path, &joints, 0u, 20.0);
    print_message("error at most %.4f mm\n", 1e3 * run.error_m);
    assert_int_equal(run.reasons, 0);
    assert_true(run.error_m <= 1e-4);
    for (int i = 1; i < 4; i++) {
        assert_true(fabs(joints.at[i] - chain.preferred.at[i]) < 0.8);
    }
}

static void links_leave_the_skin_while_the_tool_stays(void** state)
{
    (void)state;
    static surface_t mound; // under the elbow only
    chain_t chain = arm_chain(arm_rail_kr6());
    for (int i = 3; i < chain.joint_count; i++) {
        chain.link_radius_m[i] = 0.05; // the forearm and what hangs from it
    }
    ik_track_settings_t settings = usual_settings();
    settings.spin_free = true;
    settings.posture_gain_per_s = 0.0;
    joints_t start = table_posture(&chain);
    start.at[1] += 0.6; // leaning sideways holds the elbow lower than it need be
    chain_frames_t frames;
    fk_frames(&chain, &start, &frames);
    const double* elbow_m = frames.origin_m[3];
    mound.spacing_m = 0.02;
    mound.row_count = 9;
    mound.column_count = 9;
    mound.origin_x_m = elbow_m[0] - 0.08;
    mound.origin_y_m = elbow_m[1] - 0.08;
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 9; j++) {
            mound.height_m[i][j] = (float)(elbow_m[2] - 0.08); // 30 mm below the elbow's sphere
        }
    }
    settings.skin = &mound;
    settings.keep_off_m = 0.06;
    const double before_m = clearance_links_to_skin(&chain, &frames, &mound).distance_m;
    joints_t joints = start;
    joints_t speeds = {{0.0}};
    const pose_t target = frames.tool;
    const twist_t still = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    for (int period = 0; period < 1000; period++) {
        joints_t next;
        joints_t next_speeds;
        (void)ik_track(&chain, &settings, &joints, &speeds, &target, &still, 0u, &next,
                       &next_speeds);
        joints = next;
        speeds = next_speeds;
    }
    fk_frames(&chain, &joints, &frames);
    const double after_m = clearance_links_to_skin(&chain, &frames, &mound).distance_m;
    print_message("clearance %.1f mm before, %.1f mm after\n", 1e3 * before_m, 1e3 * after_m);
    assert_true(after_m > before_m + 0.002);
    assert_true(vec3_norm(vec3_sub(frames.tool.position_m, target.position_m)) < 1e-3);
}

static void drift_to_the_preferred_posture_leaves_the_tool_alone(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    ik_track_settings_t settings = usual_settings();
    settings.spin_free = true;
    joints_t joints = table_posture(&chain);
    joints.at[1] += 0.6; // the shoulder turned away: the rail must bring it back
    const path_t path = {fk_tool_pose(&chain, &joints), {0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}, 1.0};
    const run_t run = follow_path(&chain, &settings, &path, &joints, 0u, 20.0);
    assert_int_equal(run.reasons, 0);
    assert_true(run.error_m <= 2e-5);
    print_message("shoulder %.4f, rail %.4f\n", joints.at[1], joints.at[0]);
    assert_true(fabs(joints.at[1] - chain.preferred.at[1]) < 0.1);
    assert_true(fabs(joints.at[0] + 0.5) > 0.1);
}

static void locked_rail_stays_and_the_arm_goes_on(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const ik_track_settings_t settings = usual_settings();
    joints_t joints = table_posture(&chain);
    const path_t path = {fk_tool_pose(&chain, &joints), vec3(0.1, 0.1, 0.05), vec3(0.1, 0.1, 0.0),
                         1.0};
    const run_t run = follow_path(&chain, &settings, &path, &joints, 1u, 10.0);
    assert_int_equal(run.reasons, 0);
    assert_true(run.error_m <= 1e-4);
}

static void every_joint_may_be_locked(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const ik_track_settings_t settings = usual_settings();
    for (unsigned locked = 1u; locked < 1u << 7; locked += 5u) {
        joints_t joints = table_posture(&chain);
        const path_t path = {fk_tool_pose(&chain, &joints), vec3(0.1, 0.1, 0.05),
                             vec3(0.1, 0.1, 0.0), 1.0};
        follow_path(&chain, &settings, &path, &joints, locked, 1.0);
    }
}

static void far_error_is_made_good_without_overshoot(void** state)
{
    (void)state;
    named_chain_t arms[ARM_COUNT];
    fill_arms(arms);
    const double gains_per_s[] = {5.0, 25.0, 1.0 / 0.004, 1e5};
    for (int g = 0; g < 4; g++) {
        const chain_t* chain = &arms[1].chain;
        ik_track_settings_t settings = usual_settings();
        settings.gain_per_s = gains_per_s[g];
        settings.posture_gain_per_s = 0.0;
        joints_t joints = table_posture(chain);
        joints_t speeds = {{0.0}};
        pose_t target = fk_tool_pose(chain, &joints);
        const double from_x_m = target.position_m.x;
        target.position_m.x += 0.1;
        const twist_t still = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
        double furthest_m = 0.0;
        for (int k = 0; k < 1000; k++) {
            joints_t next;
            joints_t next_speeds;
            ik_track(chain, &settings, &joints, &speeds, &target, &still, 0u, &next, &next_speeds);
            assert_step_within_limits(chain, &joints, &speeds, &next, &next_speeds);
            joints = next;
            speeds = next_speeds;
            furthest_m = fmax(furthest_m, fk_tool_pose(chain, &joints).position_m.x - from_x_m);
        }
        print_message("gain %g/s: furthest %.6f m\n", gains_per_s[g], furthest_m);
        assert_true(furthest_m <= 0.1 + 1e-5);
        assert_near(fk_tool_pose(chain, &joints).position_m.x - from_x_m, 0.1, 1e-5);
    }
}

/// Shows H44.
static void path_through_the_wrist_singularity_is_survived(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_kr6());
    uint64_t random = 75;
    print_message("seed 75\n");
    for (int p = 0; p < 30; p++) {
        const ik_track_settings_t settings = usual_settings();
        joints_t joints = chain.preferred;
        joints.at[4] = arm_random_between(&random, -0.02, 0.02); // axes 4 and 6 all but in line
        joints.at[3] = arm_random_between(&random, -1.0, 1.0);
        const path_t path = random_path(&chain, &joints, &random, 0.1);
        const run_t run = follow_path(&chain, &settings, &path, &joints, 0u, 12.0);
        assert_true(run.error_m <= 1e-3);
    }
}

/// A circle that opens, for a while grows beyond what the joints' accelerations allow, comes back,
/// closes, and ends in a rest.
typedef struct {
    pose_t start;
    vec3_t right, up;
    double radius_m;
    double growth; // of the radius, in the middle of the burst
    double rate_radps;
} circle_t;

static const double CIRCLE_OPEN_S = 1.0;
static const double BURST_FROM_S = 1.0;
static const double BURST_END_S = 2.5;
static const double CIRCLE_CLOSES_S = 4.0;
static const double CIRCLE_REST_S = 5.0;
static const double CIRCLE_END_S = 5.5;
/// Before and after its burst the circle takes so much of the acceleration of some joint.
static const double STEADY_LOAD = 0.8;

static double smooth_part(double part)
{
    const double p = fmin(fmax(part, 0.0), 1.0);
    return p * p * p * (10.0 + p * (6.0 * p - 15.0));
}

static pose_t circle_pose(const circle_t* circle, double time_s)
{
    const double open = smooth_part(time_s / CIRCLE_OPEN_S) *
                        smooth_part((CIRCLE_REST_S - time_s) / (CIRCLE_REST_S - CIRCLE_CLOSES_S));
    const double burst_s = BURST_END_S - BURST_FROM_S;
    const double burst = smooth_part(2.0 * (time_s - BURST_FROM_S) / burst_s) *
                         smooth_part(2.0 * (BURST_END_S - time_s) / burst_s);
    const double radius_m = circle->radius_m * open * (1.0 + circle->growth * burst);
    const double turn = circle->rate_radps * time_s;
    const vec3_t from_start = vec3_add(vec3_scale(circle->right, radius_m * sin(turn)),
                                       vec3_scale(circle->up, radius_m * (1.0 - cos(turn))));
    return (pose_t){vec3_add(circle->start.position_m, from_start), circle->start.orientation};
}

static vec3_t random_direction(uint64_t* random)
{
    const double x = arm_random_between(random, -1.0, 1.0);
    const double y = arm_random_between(random, -1.0, 1.0);
    const double z = arm_random_between(random, -1.0, 1.0);
    const vec3_t direction = vec3(x, y, z + 1e-6);
    return vec3_scale(direction, 1.0 / vec3_norm(direction));
}

/// What following a circle came to.
typedef struct {
    bool held;            // a reason was given at least once
    double unreasoned_m;  // largest error while no reason was given for half a second
    double largest_m;     // error over all
    double after_burst_m; // in the last half second before the circle closes
    double rest_m;        // at the end
    double acceleration;  // highest share of any joint's limit
    double speed;         // the same
} circle_run_t;

/// Follows a circle on `chain`; shares are counted in the limits of `limits`.
static circle_run_t follow_circle(const chain_t* chain, const chain_t* limits,
                                  const ik_track_settings_t* settings, const circle_t* circle,
                                  joints_t joints)
{
    circle_run_t run = {0};
    joints_t speeds = {{0.0}};
    double trusted_from_s = 0.0;
    for (int k = 0; PERIOD_S * k < CIRCLE_END_S; k++) {
        const double time_s = PERIOD_S * k;
        const pose_t target = circle_pose(circle, time_s);
        const pose_t goal = circle_pose(circle, time_s + PERIOD_S);
        const twist_t way = pose_difference(target, goal);
        const twist_t feedforward = {vec3_scale(way.linear_mps, 1.0 / PERIOD_S),
                                     vec3_scale(way.angular_radps, 1.0 / PERIOD_S)};
        joints_t next;
        joints_t next_speeds;
        const ik_result_t result = ik_track(chain, settings, &joints, &speeds, &target,
                                            &feedforward, 0u, &next, &next_speeds);
        assert_int_not_equal(result, IK_BAD_INPUT);
        assert_step_within_limits(chain, &joints, &speeds, &next, &next_speeds);
        for (int i = 0; i < chain->joint_count; i++) {
            const double change = fabs(next_speeds.at[i] - speeds.at[i]) / PERIOD_S;
            run.acceleration = fmax(run.acceleration, change / limits->acceleration_max.at[i]);
            run.speed = fmax(run.speed, fabs(next_speeds.at[i]) / limits->velocity_max.at[i]);
        }
        joints = next;
        speeds = next_speeds;
        if (result != IK_OK) {
            run.held = true;
            trusted_from_s = time_s + 0.5;
        }
        const vec3_t reached_m = fk_tool_pose(chain, &joints).position_m;
        run.rest_m = vec3_norm(vec3_sub(reached_m, goal.position_m));
        run.largest_m = fmax(run.largest_m, run.rest_m);
        if (time_s >= trusted_from_s) {
            run.unreasoned_m = fmax(run.unreasoned_m, run.rest_m);
        }
        if (time_s >= CIRCLE_CLOSES_S - 0.5 && time_s < CIRCLE_CLOSES_S) {
            run.after_burst_m = fmax(run.after_burst_m, run.rest_m);
        }
    }
    return run;
}

/// Gives the chain such limits of acceleration that the circle without its burst takes `load` of
/// them at its worst. False where, with the burst, other limits or a singular posture are in the
/// way.
static bool load_chain(const ik_track_settings_t* settings, double load, const circle_t* circle,
                       const joints_t* joints, chain_t* chain)
{
    chain_t free = *chain;
    for (int i = 0; i < chain->joint_count; i++) {
        free.acceleration_max.at[i] = 1e5;
    }
    circle_t steady = *circle;
    steady.growth = 0.0;
    const circle_run_t run = follow_circle(&free, chain, settings, &steady, *joints);
    if (run.held) {
        return false;
    }
    const circle_run_t with_burst = follow_circle(&free, chain, settings, circle, *joints);
    for (int i = 0; i < chain->joint_count; i++) {
        chain->acceleration_max.at[i] *= run.acceleration / load;
    }
    return !with_burst.held && with_burst.speed < 0.8;
}

static circle_t random_circle(const chain_t* chain, const joints_t* joints, uint64_t* random)
{
    circle_t circle = {.start = fk_tool_pose(chain, joints)};
    circle.right = random_direction(random);
    const vec3_t across = vec3_cross(circle.right, random_direction(random));
    circle.up = vec3_scale(across, 1.0 / vec3_norm(across));
    circle.radius_m = arm_random_between(random, 0.005, 0.03);
    circle.rate_radps = arm_random_between(random, 4.0, 20.0);
    circle.growth = arm_random_between(random, 0.4, 2.0);
    return circle;
}

static void circle_beyond_accelerations_is_left_and_found_again(void** state)
{
    (void)state;
    named_chain_t arms[ARM_COUNT];
    fill_arms(arms);
    uint64_t random = 77;
    print_message("seed 77\n");
    int circles = 0;
    int lost = 0; // still beside the circle a second after the burst
    for (int a = 0; a < ARM_COUNT; a++) {
        int tried = 0;
        int held = 0;
        circle_run_t worst = {0};
        double radii = 0.0;
        for (int p = 0; p < 80; p++) {
            ik_track_settings_t settings = usual_settings();
            settings.spin_free = p % 2 == 0;
            chain_t chain = arms[a].chain;
            const joints_t joints = arm_random_joints(&chain, &random, 0.3);
            chain.preferred =
                joints; // else the arm wanders off to where the circle is another load
            const circle_t circle = random_circle(&chain, &joints, &random);
            if (!load_chain(&settings, STEADY_LOAD, &circle, &joints, &chain)) {
                continue;
            }
            const circle_run_t run = follow_circle(&chain, &chain, &settings, &circle, joints);
            tried++;
            held += run.held ? 1 : 0;
            lost += run.after_burst_m > 3e-4 ? 1 : 0;
            radii = fmax(radii, run.largest_m / (circle.radius_m * (1.0 + circle.growth)));
            worst.unreasoned_m = fmax(worst.unreasoned_m, run.unreasoned_m);
            worst.after_burst_m = fmax(worst.after_burst_m, run.after_burst_m);
            worst.rest_m = fmax(worst.rest_m, run.rest_m);
        }
        print_message("%s: %d of %d circles held back; error at most %.2f radii, without a reason "
                      "%.3f mm, again on the circle %.3f mm, at rest %.5f mm\n",
                      arms[a].name, held, tried, radii, 1e3 * worst.unreasoned_m,
                      1e3 * worst.after_burst_m, 1e3 * worst.rest_m);
        assert_true(tried >= 5 && 2 * held >= tried);
        assert_true(radii <= 3.0);
        assert_true(worst.unreasoned_m <= 1e-3);
        assert_true(worst.rest_m <= 1e-4);
        circles += tried;
    }
    // Joints whose errors feed each other can be kept saturated even at this load, by rare circles.
    print_message("%d of %d circles not found again before they close\n", lost, circles);
    assert_true(30 * lost <= circles);
}

static void target_behind_a_limit_is_reported_and_found_again(void** state)
{
    (void)state;
    arm_settings_t arm = arm_kr6();
    arm.joints[0].position_min = -0.3;
    arm.joints[0].position_max = 0.3;
    const chain_t chain = arm_chain(arm);
    const ik_track_settings_t settings = usual_settings();
    joints_t joints = chain.preferred;
    const path_t path = {fk_tool_pose(&chain, &joints), vec3(0.0, 0.35, 0.0), vec3(0.0, 0.0, 0.0),
                         0.5};
    joints_t speeds = {{0.0}};
    int held = 0;
    int held_near_the_end = 0;
    const int periods = 4850; // two waves: it ends inside
    for (int k = 0; k < periods; k++) {
        const double time_s = PERIOD_S * (double)k;
        const pose_t target = path_pose(&path, time_s);
        const twist_t feedforward = path_twist(&path, time_s);
        joints_t next;
        joints_t next_speeds;
        const ik_result_t result = ik_track(&chain, &settings, &joints, &speeds, &target,
                                            &feedforward, 0u, &next, &next_speeds);
        assert_step_within_limits(&chain, &joints, &speeds, &next, &next_speeds);
        joints = next;
        speeds = next_speeds;
        held += result == IK_JOINT_LIMIT ? 1 : 0;
        held_near_the_end += result != IK_OK && k >= periods - 100 ? 1 : 0;
    }
    const twist_t left =
        pose_difference(fk_tool_pose(&chain, &joints), path_pose(&path, PERIOD_S * periods));
    print_message("held %d periods; error in the end %.4f mm\n", held,
                  1e3 * vec3_norm(left.linear_mps));
    assert_true(held > 100);
    assert_int_equal(held_near_the_end, 0);
    assert_true(vec3_norm(left.linear_mps) <= 1e-4);
}

static void tight_limits_in_the_feedback_direction_keep_the_path(void** state)
{
    (void)state;
    // One slow joint: the tool slows down on its straight line and does not leave it.
    arm_settings_t arm = arm_kr6();
    arm.joints[1].velocity_max = 0.05;
    const chain_t chain = arm_chain(arm);
    const ik_track_settings_t settings = usual_settings();
    joints_t joints = chain.preferred;
    joints_t speeds = {{0.0}};
    pose_t target = fk_tool_pose(&chain, &joints);
    const vec3_t from_m = target.position_m;
    target.position_m.z += 0.08;
    const twist_t still = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    for (int k = 0; k < 3000; k++) {
        joints_t next;
        joints_t next_speeds;
        ik_track(&chain, &settings, &joints, &speeds, &target, &still, 0u, &next, &next_speeds);
        assert_step_within_limits(&chain, &joints, &speeds, &next, &next_speeds);
        joints = next;
        speeds = next_speeds;
        const vec3_t moved = vec3_sub(fk_tool_pose(&chain, &joints).position_m, from_m);
        assert_near(moved.x, 0.0, 5e-4);
        assert_near(moved.y, 0.0, 5e-4);
    }
    assert_near(fk_tool_pose(&chain, &joints).position_m.z, target.position_m.z, 1e-5);
}

static void state_outside_limits_brakes_and_comes_back(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const ik_track_settings_t settings = usual_settings();
    joints_t joints = table_posture(&chain);
    joints_t speeds = {{0.0}};
    const pose_t target = fk_tool_pose(&chain, &joints);
    const twist_t still = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    joints.at[0] = chain.position_max.at[0] + 0.01;
    speeds.at[0] = 0.2; // and still going outwards
    joints_t next;
    joints_t next_speeds;
    for (int k = 0; k < 500; k++) {
        ik_track(&chain, &settings, &joints, &speeds, &target, &still, 0u, &next, &next_speeds);
        const double change = next_speeds.at[0] - speeds.at[0];
        assert_true(fabs(change) <= chain.acceleration_max.at[0] * PERIOD_S * (1.0 + 1e-9));
        if (speeds.at[0] > 0.0) {
            assert_true(next_speeds.at[0] <= fmax(speeds.at[0] - 0.0119, 0.0));
        }
        joints = next;
        speeds = next_speeds;
    }
    assert_true(joints.at[0] < chain.position_max.at[0]);
}

/// Shows H45.
static void bad_input_brakes_to_standstill_and_is_never_nan(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, 1e308, -1e300};
    for (int b = 0; b < 5; b++) {
        for (int field = 0; field < 17; field++) {
            ik_track_settings_t settings = usual_settings();
            joints_t joints = table_posture(&chain);
            joints_t speeds = {{0.3, 1.0, -1.0, 0.5, 0.0, 1.0, -2.0}};
            pose_t target = fk_tool_pose(&chain, &joints);
            twist_t feedforward = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
            double* const fields[17] = {&target.position_m.x,
                                        &target.position_m.z,
                                        &target.orientation.x,
                                        &target.orientation.w,
                                        &feedforward.linear_mps.x,
                                        &feedforward.angular_radps.z,
                                        &joints.at[0],
                                        &joints.at[6],
                                        &speeds.at[0],
                                        &speeds.at[6],
                                        &settings.period_s,
                                        &settings.gain_per_s,
                                        &settings.damping,
                                        &settings.singular_floor,
                                        &settings.posture_gain_per_s,
                                        &settings.angle_weight_m,
                                        &target.position_m.y};
            *fields[field] = bad[b];
            joints_t next;
            joints_t next_speeds;
            assert_int_equal(ik_track(&chain, &settings, &joints, &speeds, &target, &feedforward,
                                      0u, &next, &next_speeds),
                             IK_BAD_INPUT);
            for (int i = 0; i < JOINT_CAPACITY; i++) {
                assert_true(isfinite(next.at[i]) && isfinite(next_speeds.at[i]));
                if (isfinite(speeds.at[i]) && field != 6 && field != 7) {
                    assert_true(fabs(next_speeds.at[i]) <= fabs(speeds.at[i]));
                }
            }
        }
    }
}

static void speed_dies_away_while_the_input_is_bad(void** state)
{
    (void)state;
    const chain_t chain = arm_chain(arm_rail_kr6());
    const ik_track_settings_t settings = usual_settings();
    joints_t joints = table_posture(&chain);
    joints_t speeds = {{0.3, 1.0, -1.0, 0.5, 0.0, 1.0, -2.0}};
    pose_t target = fk_tool_pose(&chain, &joints);
    target.orientation = (quat_t){0.0, 0.0, 0.0, 0.0};
    const twist_t still = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}};
    for (int k = 0; k < 40; k++) {
        joints_t next;
        joints_t next_speeds;
        assert_int_equal(
            ik_track(&chain, &settings, &joints, &speeds, &target, &still, 0u, &next, &next_speeds),
            IK_BAD_INPUT);
        assert_step_within_limits(&chain, &joints, &speeds, &next, &next_speeds);
        joints = next;
        speeds = next_speeds;
    }
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        assert_near(speeds.at[i], 0.0, 0.0);
    }
}

static void small_changes_of_the_input_change_the_step_little(void** state)
{
    (void)state;
    named_chain_t arms[ARM_COUNT];
    fill_arms(arms);
    uint64_t random = 76;
    print_message("seed 76\n");
    double worst = 0.0;
    for (int trial = 0; trial < 4000; trial++) {
        const chain_t* chain = &arms[trial % ARM_COUNT].chain;
        const int nudged = trial % 6; // every arm has six joints at least
        ik_track_settings_t settings = usual_settings();
        settings.spin_free = trial % 3 == 0;
        joints_t joints = arm_random_joints(chain, &random, 0.0);
        joints_t speeds = {{0.0}};
        for (int i = 0; i < chain->joint_count; i++) {
            speeds.at[i] = arm_random_between(&random, -0.1, 0.1);
        }
        pose_t target = fk_tool_pose(chain, &joints);
        target.position_m.x += arm_random_between(&random, -0.05, 0.05);
        target.position_m.z += arm_random_between(&random, -0.05, 0.05);
        const twist_t feedforward = {{0.1, -0.05, arm_random(&random)}, {0.1, 0.3, 0.2}};
        joints_t next;
        joints_t next_speeds;
        ik_track(chain, &settings, &joints, &speeds, &target, &feedforward, 0u, &next,
                 &next_speeds);
        const double nudge = 1e-9;
        for (int way = 0; way < 3; way++) {
            joints_t nudged_joints = joints;
            joints_t nudged_speeds = speeds;
            pose_t nudged_target = target;
            nudged_joints.at[nudged] += way == 0 ? nudge : 0.0;
            nudged_speeds.at[nudged] += way == 1 ? nudge : 0.0;
            nudged_target.position_m.y += way == 2 ? nudge : 0.0;
            joints_t other;
            joints_t other_speeds;
            ik_track(chain, &settings, &nudged_joints, &nudged_speeds, &nudged_target, &feedforward,
                     0u, &other, &other_speeds);
            for (int i = 0; i < chain->joint_count; i++) {
                worst = fmax(worst, fabs(other_speeds.at[i] - next_speeds.at[i]) / nudge);
            }
        }
    }
    print_message("steepest change of speed with input: %g per unit\n", worst);
    assert_true(worst <= 1e3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_hold_on_wild_paths_and_errors_have_reasons),
        cmocka_unit_test(small_paths_are_mostly_followed_without_a_reason),
        cmocka_unit_test(long_stroke_is_followed_exactly_and_the_rail_carries_it),
        cmocka_unit_test(links_leave_the_skin_while_the_tool_stays),
        cmocka_unit_test(drift_to_the_preferred_posture_leaves_the_tool_alone),
        cmocka_unit_test(locked_rail_stays_and_the_arm_goes_on),
        cmocka_unit_test(every_joint_may_be_locked),
        cmocka_unit_test(far_error_is_made_good_without_overshoot),
        cmocka_unit_test(path_through_the_wrist_singularity_is_survived),
        cmocka_unit_test(circle_beyond_accelerations_is_left_and_found_again),
        cmocka_unit_test(target_behind_a_limit_is_reported_and_found_again),
        cmocka_unit_test(tight_limits_in_the_feedback_direction_keep_the_path),
        cmocka_unit_test(state_outside_limits_brakes_and_comes_back),
        cmocka_unit_test(bad_input_brakes_to_standstill_and_is_never_nan),
        cmocka_unit_test(speed_dies_away_while_the_input_is_bad),
        cmocka_unit_test(small_changes_of_the_input_change_the_step_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
