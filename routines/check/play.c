// The routine is played from the parked posture and back to it as the control cycle would play it,
// with longer steps: same places, same sweeps, same tracking, same limits of the joints. What a
// joint cannot do shows as a tool that falls behind.
#include "routines/check/check.h"

#include <math.h>

#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "routines/bandwidth.h"
#include "routines/tool_motion.h"

#define PI 3.14159265358979323846

// Steps of the play, no shorter than the machine's own. A turn is cut into so many that its peaks
// of acceleration come out as they do at the machine's period: the acceleration at which kneading,
// friction and tapping are refused is that of twice as many steps, to 1 %; with 16 the peaks came
// out too high.
#define PLAY_STEP_S 0.020
#define PLAY_STEPS_A_TURN 40
// Half of what the interlock allows the tool to fall behind.
#define PLAY_ERROR_MAX_M 0.005
// Spare freedom settles within seconds; what a longer rest would show is nothing new.
#define PLAY_REST_MAX_S 10.0
// Limits that hold back nothing, to learn what a joint would have to do.
#define FREE_VELOCITY 1e3
#define FREE_ACCELERATION 1e5

typedef struct {
    check_t* check;
    const stroke_t* stroke; // at whose step findings stand
    const char* phase;      // for messages: over, on the way to
    chain_t free;           // the chain without limits of velocity and acceleration
    joints_t joints, speeds;
    pose_t target;  // where the tool should be now
    bool held;      // the tool has fallen behind since the last step that went well
    joints_t asked; // speeds that would have kept up when it began to
    ik_result_t asked_result;
    bool touches;     // the skin, or is about to: the arm may have to yield
    bool failed;      // the stroke is not played on
    double elapsed_s; // of the session, whether it could be played or not
    double unseen_s;  // since links and parts were last looked at
} play_t;

// -------------------------------------------------------------------------------- what was found

static const char* unit_of(joint_kind_t kind)
{
    return kind == JOINT_PRISMATIC ? "mm" : "deg";
}

static double in_unit(joint_kind_t kind, double coordinate)
{
    return kind == JOINT_PRISMATIC ? 1e3 * coordinate : coordinate * 180.0 / PI;
}

static const char* region_name(const play_t* play)
{
    return check_region(play->check, play->stroke)->name;
}

/// The joint that speeds take nearest to, or farthest past, its limit.
static int fastest_joint(const chain_t* chain, const joints_t* speeds, double* share)
{
    int fastest = 0;
    *share = 0.0;
    for (int i = 0; i < chain->joint_count; i++) {
        const double part = fabs(speeds->at[i]) / chain->velocity_max.at[i];
        if (!(part <= *share)) {
            *share = part;
            fastest = i;
        }
    }
    return fastest;
}

static void refuse_speed(play_t* play, const joints_t* speeds)
{
    const chain_t* chain = play->check->chain;
    double share = 0.0;
    const int i = fastest_joint(chain, speeds, &share);
    const char* name = play->check->machine->arm.joints[i].name;
    const char* unit = unit_of(chain->kind[i]);
    if (share > JOINT_SPEED_SHARE_MAX) {
        const finding_figures_t speed = finding_figures(
            in_unit(chain->kind[i], fabs(speeds->at[i])),
            in_unit(chain->kind[i], JOINT_SPEED_SHARE_MAX * chain->velocity_max.at[i]), 0);
        check_refuse(play->check, play->stroke, ROUTINE_RULE_JOINT_SPEED,
                     "%s %s joint '%s' would have to move at %s %s/s; at most %s %s/s "
                     "(%.0f %% of its limit)",
                     play->phase, region_name(play), name, speed.measured, unit, speed.allowed,
                     unit, 100.0 * JOINT_SPEED_SHARE_MAX);
    } else {
        check_refuse(play->check, play->stroke, ROUTINE_RULE_JOINT_SPEED,
                     "%s %s joint '%s' cannot change its speed quickly enough", play->phase,
                     region_name(play), name);
    }
}

static int joint_nearest_its_limit(const chain_t* chain, const joints_t* joints, double* room)
{
    int nearest = 0;
    *room = HUGE_VAL;
    for (int i = 0; i < chain->joint_count; i++) {
        const double left = fmin(joints->at[i] - chain->position_min.at[i],
                                 chain->position_max.at[i] - joints->at[i]);
        if (left < *room) {
            *room = left;
            nearest = i;
        }
    }
    return nearest;
}

static void refuse_reach(play_t* play)
{
    double room = 0.0;
    const int joint = joint_nearest_its_limit(play->check->chain, &play->joints, &room);
    const bool limit = play->asked_result == IK_JOINT_LIMIT;
    check_refuse(play->check, play->stroke, ROUTINE_RULE_REACH,
                 "%s %s the tool cannot follow at x %.0f, y %.0f, z %.0f mm: %s%s%s%s", play->phase,
                 region_name(play), 1e3 * play->target.position_m.x,
                 1e3 * play->target.position_m.y, 1e3 * play->target.position_m.z,
                 ik_result_text(play->asked_result), limit ? " ('" : "",
                 limit ? play->check->machine->arm.joints[joint].name : "", limit ? "')" : "");
}

/// The tool has fallen too far behind: because joints are too slow, or because no posture leads on.
static void refuse_lag(play_t* play)
{
    if (play->asked_result == IK_OK) {
        refuse_speed(play, &play->asked);
    } else {
        refuse_reach(play);
    }
    play->failed = true;
}

/// Where the skin is touched the joints have to have what the limits count on when the arm lets go.
static void judge_yield(play_t* play)
{
    check_t* check = play->check;
    const normal_motion_t most = bandwidth_of_posture(check->chain, &play->joints);
    const double speed_mps = check->safety->yield_speed_mps.value;
    const double acceleration_mps2 = bandwidth_yield_acceleration_mps2(check->machine);
    check->figures.yield_speed_min_mps = fmin(check->figures.yield_speed_min_mps, most.speed_mps);
    check->figures.yield_acceleration_min_mps2 =
        fmin(check->figures.yield_acceleration_min_mps2, most.acceleration_mps2);
    if (!(most.speed_mps >= speed_mps)) {
        const finding_figures_t speed = finding_figures(1e3 * most.speed_mps, 1e3 * speed_mps, 0);
        check_refuse(check, play->stroke, ROUTINE_RULE_YIELD,
                     "over %s the joints' speeds let the tool leave the body at %s mm/s; at least "
                     "%s mm/s (yield_speed)",
                     region_name(play), speed.measured, speed.allowed);
        play->failed = true;
    } else if (!(most.acceleration_mps2 >= acceleration_mps2)) {
        const finding_figures_t acceleration =
            finding_figures(most.acceleration_mps2, acceleration_mps2, 1);
        check_refuse(check, play->stroke, ROUTINE_RULE_YIELD,
                     "over %s the joints' accelerations let the tool leave the body with %s m/s2; "
                     "at least %s m/s2 (yield_deceleration, and what every yield asks for)",
                     region_name(play), acceleration.measured, acceleration.allowed);
        play->failed = true;
    }
}

static void judge_posture(play_t* play, double step_s)
{
    check_t* check = play->check;
    double room = 0.0;
    const int nearest = joint_nearest_its_limit(check->chain, &play->joints, &room);
    check->figures.joint_margin_min = fmin(check->figures.joint_margin_min, room);
    const joint_kind_t kind = check->chain->kind[nearest];
    const double margin = kind == JOINT_PRISMATIC ? JOINT_ROOM_MIN_M : JOINT_ROOM_MIN_RAD;
    if (!(room >= margin)) {
        check_warn(check, play->stroke, ROUTINE_RULE_JOINT_ROOM,
                   "%s %s joint '%s' comes within %.1f %s of its limit", play->phase,
                   region_name(play), check->machine->arm.joints[nearest].name, in_unit(kind, room),
                   unit_of(kind));
    }
    double share = 0.0;
    const int fastest = fastest_joint(check->chain, &play->speeds, &share);
    if (share > check->figures.joint_speed_share_max) {
        check->figures.joint_speed_share_max = share;
        check->figures.fastest_joint = fastest;
    }
    if (!(share <= JOINT_SPEED_SHARE_MAX)) {
        refuse_speed(play, &play->speeds);
        play->failed = true;
        return;
    }
    // What is played in shorter steps goes no faster: its links are looked at as often as others.
    play->unseen_s += step_s;
    if (play->unseen_s >= PLAY_STEP_S * (1.0 - 1e-9)) {
        chain_frames_t frames;
        fk_frames(check->chain, &play->joints, &frames);
        play->failed = !check_frames(check, play->stroke, &frames, play->phase);
        if (play->touches && !play->failed) {
            judge_yield(play);
        }
        play->unseen_s = 0.0;
    }
}

// --------------------------------------------------------------------------------- one step of it

/// Follows the tool's target for `step_s`.
static void follow(play_t* play, pose_t goal, double step_s)
{
    if (play->failed) {
        return;
    }
    check_t* check = play->check;
    const gains_t gains = gains_of_machine(check->machine);
    const ik_track_settings_t track = tool_track_settings(step_s, &gains, &check->body->surface);
    const twist_t way = pose_difference(play->target, goal);
    const twist_t feedforward = {vec3_scale(way.linear_mps, 1.0 / step_s),
                                 vec3_scale(way.angular_radps, 1.0 / step_s)};
    joints_t next;
    joints_t speeds;
    const ik_result_t result = ik_track(check->chain, &track, &play->joints, &play->speeds,
                                        &play->target, &feedforward, 0, &next, &speeds);
    if (result == IK_OK) {
        play->held = false;
    } else if (!play->held) {
        joints_t unused;
        play->held = true;
        play->asked_result = ik_track(&play->free, &track, &play->joints, &play->speeds,
                                      &play->target, &feedforward, 0, &unused, &play->asked);
    }
    play->joints = next;
    play->speeds = speeds;
    play->target = goal;
    const pose_t reached = fk_tool_pose(check->chain, &next);
    const double error_m = vec3_norm(vec3_sub(reached.position_m, goal.position_m));
    if (!(error_m <= PLAY_ERROR_MAX_M)) {
        refuse_lag(play);
        return;
    }
    judge_posture(play, step_s);
}

/// Lets time pass and says in how many equal steps it is to be played; 0 where there is no use: the
/// stroke has failed, or the session is over.
static int step_count(play_t* play, double duration_s, double step_s)
{
    play->elapsed_s += duration_s;
    const bool plays = !play->failed && duration_s > 0.0 &&
                       play->elapsed_s <= play->check->safety->session_time_max_s.value;
    return plays ? (int)ceil(duration_s / step_s) : 0;
}

// ------------------------------------------------------------------------------------ the phases

static pose_t pose_at(const play_t* play, body_place_t place, double height_m)
{
    vec3_t normal;
    const pose_t on_skin = tool_pose_on_skin(play->check->body, place, &normal);
    return tool_pose_above(on_skin, normal, height_m);
}

static void travel_to(play_t* play, pose_t goal)
{
    const check_t* check = play->check;
    const tool_travel_t travel =
        tool_travel_plan(&check->body->surface, &play->target, &goal,
                         check->safety->transit_speed_max_mps.value, PLAY_STEP_S);
    const int count = step_count(play, travel.duration_s, PLAY_STEP_S);
    for (int i = 1; i <= count && !play->failed; i++) {
        follow(play, tool_travel_pose(&travel, travel.duration_s * i / count),
               travel.duration_s / count);
    }
}

static void rest(play_t* play, double duration_s)
{
    const int count = step_count(play, duration_s, PLAY_STEP_S);
    const int settled = (int)(PLAY_REST_MAX_S / PLAY_STEP_S);
    for (int i = 0; i < count && i < settled && !play->failed; i++) {
        follow(play, play->target, PLAY_STEP_S);
    }
}

/// From one height over a place to another, from rest to rest.
static void move_along_normal(play_t* play, body_place_t place, double from_m, double to_m)
{
    const double speed_mps = play->check->safety->approach_speed_max_mps.value;
    const double duration_s = 1.875 * fabs(to_m - from_m) / speed_mps; // peak of the smooth part
    const int count = step_count(play, duration_s, PLAY_STEP_S);
    for (int i = 1; i <= count && !play->failed; i++) {
        const double part = tool_smooth_part((double)i / count);
        follow(play, pose_at(play, place, from_m + part * (to_m - from_m)), duration_s / count);
    }
}

/// Short enough for the stroke's rhythm, where the tool moves in it and not its force alone.
static double stroke_step_s(const play_t* play, const stroke_t* stroke)
{
    const bool moves = technique_radius_m(stroke) != 0.0 ||
                       technique_stroke_peaks(play->check->body, stroke).hop_m != 0.0;
    if (!moves) {
        return PLAY_STEP_S;
    }
    const double period_s = 1e-6 * (double)play->check->machine->period_us;
    const double rate_Hz = stroke->parameters.rate_Hz;
    const double turn_s = rate_Hz > 0.0 ? 1.0 / rate_Hz : HUGE_VAL;
    return fmax(period_s, fmin(PLAY_STEP_S, turn_s / PLAY_STEPS_A_TURN));
}

static void touch(play_t* play, const stroke_t* stroke)
{
    const body_t* body = play->check->body;
    const int count = step_count(play, stroke->duration_s, stroke_step_s(play, stroke));
    const double step_s = count > 0 ? stroke->duration_s / count : 0.0;
    tool_facing_t facing = {vec3(0.0, 0.0, 0.0), vec3(0.0, 0.0, 0.0)};
    play->touches = true;
    for (int i = 1; i <= count && !play->failed; i++) {
        const stroke_target_t target = technique_target(body, stroke, i * step_s);
        vec3_t normal;
        pose_t pose = tool_pose_on_skin(body, target.place, &normal);
        const vec3_t slow = tool_face_slowly(&facing, i == 1, normal, step_s);
        if (target.contact == CONTACT_BROKEN) {
            normal = slow;
            pose.orientation = tool_looking_along(body, slow);
        }
        follow(play, tool_pose_above(pose, normal, target.hop_m), step_s);
    }
    play->touches = false;
}

/// Another stroke can be judged though the one before could not be played: from the posture that
/// the inverse kinematics finds above it.
static void begin_anew(play_t* play, pose_t above)
{
    const check_t* check = play->check;
    play->failed = ik_solve(check->chain, &above, &check->chain->preferred, &play->joints, NULL) !=
                   IK_OK; // said already, by the check of the places
    play->speeds = (joints_t){{0.0}};
    play->target = above;
    play->held = false;
}

static void play_stroke(play_t* play, const stroke_t* stroke, double rest_s)
{
    const body_t* body = play->check->body;
    const body_place_t first = technique_target(body, stroke, 0.0).place;
    const body_place_t last = technique_target(body, stroke, stroke->duration_s).place;
    const pose_t above = pose_at(play, first, TOOL_HOVER_HEIGHT_M);
    play->stroke = stroke;
    if (play->failed) {
        begin_anew(play, above);
    } else {
        play->phase = "on the way to";
        travel_to(play, above);
    }
    play->phase = "over";
    rest(play, rest_s);
    move_along_normal(play, first, TOOL_HOVER_HEIGHT_M, 0.0);
    touch(play, stroke);
    move_along_normal(play, last, 0.0, TOOL_HOVER_HEIGHT_M);
}

static void park(play_t* play)
{
    const check_t* check = play->check;
    if (play->failed || play->stroke == NULL) {
        return;
    }
    play->phase = "on the way home from";
    travel_to(play, fk_tool_pose(check->chain, &check->chain->parked));
    const joints_t from = play->joints;
    const double duration_s =
        tool_parking_s(check->chain, &from, check->safety->transit_speed_max_mps.value);
    const int count = step_count(play, duration_s, PLAY_STEP_S);
    for (int i = 1; i <= count && !play->failed; i++) {
        const joints_t next =
            tool_parking_joints(check->chain, &from, duration_s, duration_s * i / count);
        for (int j = 0; j < check->chain->joint_count; j++) {
            play->speeds.at[j] = (next.at[j] - play->joints.at[j]) * count / duration_s;
        }
        play->joints = next;
        judge_posture(play, duration_s / count);
    }
}

// --------------------------------------------------------------------------------------- the whole

void check_play(check_t* check)
{
    if (check->pad == NULL) {
        return;
    }
    play_t play = {.check = check,
                   .free = *check->chain,
                   .joints = check->chain->parked,
                   .target = fk_tool_pose(check->chain, &check->chain->parked)};
    for (int i = 0; i < check->chain->joint_count; i++) {
        play.free.velocity_max.at[i] = FREE_VELOCITY;
        play.free.acceleration_max.at[i] = FREE_ACCELERATION;
    }
    double rest_s = 0.0;
    for (int i = 0; i < check->routine->item_count; i++) {
        const routine_item_t* item = &check->routine->items[i];
        if (item->kind == ITEM_REST) {
            rest_s += item->rest_s;
            continue;
        }
        const stroke_t* stroke = &item->stroke;
        if (check->unreachable[stroke->step][stroke->region]) {
            play.elapsed_s += stroke->duration_s + rest_s;
            play.failed = true;
            rest_s = 0.0;
            continue;
        }
        play_stroke(&play, stroke, rest_s);
        check->unreachable[stroke->step][stroke->region] = play.failed;
        rest_s = 0.0;
    }
    park(&play);
    check->figures.session_s = play.elapsed_s + rest_s;
}
