#include "routines/tool_motion.h"

#include <math.h>

#include "kinematics/clearance.h"

// What a travelling tool keeps from the skin, and at how many places of its way that is looked at.
#define TRAVEL_CLEARANCE_M 0.045
#define TRAVEL_SAMPLES 32
// The first and the last part of a way, in which the tool rises and comes down.
#define TRAVEL_RAMP_PART 0.35
#define TURN_SPEED_MAX_RADPS 0.8
#define TRAVEL_ACCELERATION_MAX_MPS2 0.8
// A joint-space motion sweeps the tool by at most this much per radian (arm's length with tool).
#define ARM_SWEEP_M_PER_RAD 1.2
#define PARKING_MIN_S 2.0
// From tap to tap the place moves quickly; over a ridge of the back the tool would have to turn as
// quickly, which takes more of the joints than the hop. It turns within two of these times instead.
#define FACING_TIME_S 0.15
// Peak speed and acceleration of s(t) = 10t^3 - 15t^4 + 6t^5 over unit time.
#define QUINTIC_PEAK_SPEED 1.875
#define QUINTIC_PEAK_ACCELERATION 5.7735

double tool_smooth_part(double part)
{
    const double t = fmin(fmax(part, 0.0), 1.0);
    return t * t * t * (10.0 + t * (-15.0 + 6.0 * t));
}

quat_t tool_looking_along(const body_t* body, vec3_t normal)
{
    return quat_from_z_and_x(vec3_scale(normal, -1.0), body_headward(body));
}

vec3_t tool_face_slowly(tool_facing_t* facing, bool begins, vec3_t normal, double period_s)
{
    const double part = period_s / FACING_TIME_S;
    if (begins) {
        *facing = (tool_facing_t){normal, normal};
    }
    facing->slow = vec3_lerp(facing->slow, normal, part);
    facing->facing = vec3_lerp(facing->facing, facing->slow, part);
    const double length = vec3_norm(facing->facing); // two normals never are opposed
    return length > 0.5 ? vec3_scale(facing->facing, 1.0 / length) : normal;
}

pose_t tool_pose_on_skin(const body_t* body, body_place_t place, vec3_t* normal)
{
    const surface_sample_t skin = body_surface_at(body, place);
    *normal = skin.normal;
    return (pose_t){skin.point_m, tool_looking_along(body, skin.normal)};
}

pose_t tool_pose_above(pose_t on_skin, vec3_t normal, double height_m)
{
    return (pose_t){vec3_add(on_skin.position_m, vec3_scale(normal, height_m)),
                    on_skin.orientation};
}

/// How much of the raise holds at part `t` of the way.
static double raised_part(double t)
{
    const double from_end = fmin(t, 1.0 - t);
    return tool_smooth_part(from_end / TRAVEL_RAMP_PART);
}

static vec3_t travel_position(const tool_travel_t* travel, double t)
{
    vec3_t position_m = vec3_lerp(travel->start.position_m, travel->goal.position_m, t);
    position_m.z += travel->raise_m * raised_part(t);
    return position_m;
}

/// The raise that keeps the whole way clear of the skin; the ends lie where they lie.
static double clearing_raise_m(const surface_t* surface, const pose_t* start, const pose_t* goal)
{
    double raise_m = 0.0;
    for (int i = 1; i < TRAVEL_SAMPLES; ++i) {
        const double t = (double)i / TRAVEL_SAMPLES;
        const vec3_t straight = vec3_lerp(start->position_m, goal->position_m, t);
        const surface_sample_t skin = surface_at(surface, straight.x, straight.y);
        const double wanted_m = skin.point_m.z + TRAVEL_CLEARANCE_M - straight.z;
        const double part = raised_part(t);
        if (part > 0.25) { // nearer to the ends the ends' own height decides
            raise_m = fmax(raise_m, wanted_m / part);
        }
    }
    return raise_m;
}

/// Steepest metres of way per unit of t: what the quintic's peak speed multiplies.
static double travel_steepness_m(const tool_travel_t* travel)
{
    double steepest_m = 0.0;
    vec3_t before = travel_position(travel, 0.0);
    for (int i = 1; i <= TRAVEL_SAMPLES; ++i) {
        const vec3_t at = travel_position(travel, (double)i / TRAVEL_SAMPLES);
        steepest_m = fmax(steepest_m, vec3_norm(vec3_sub(at, before)) * TRAVEL_SAMPLES);
        before = at;
    }
    return steepest_m;
}

tool_travel_t tool_travel_plan(const surface_t* skin, const pose_t* start, const pose_t* goal,
                               double speed_max_mps, double least_s)
{
    tool_travel_t travel = {
        .start = *start, .goal = *goal, .raise_m = clearing_raise_m(skin, start, goal)};
    const double steepest_m = travel_steepness_m(&travel);
    const double turn_rad = vec3_norm(pose_difference(*start, *goal).angular_radps);
    const double by_speed_s = QUINTIC_PEAK_SPEED * steepest_m / speed_max_mps;
    const double by_turn_s = QUINTIC_PEAK_SPEED * turn_rad / TURN_SPEED_MAX_RADPS;
    const double by_acceleration_s =
        sqrt(QUINTIC_PEAK_ACCELERATION * steepest_m / TRAVEL_ACCELERATION_MAX_MPS2);
    travel.duration_s = fmax(fmax(by_speed_s, by_turn_s), fmax(by_acceleration_s, least_s));
    return travel;
}

pose_t tool_travel_pose(const tool_travel_t* travel, double elapsed_s)
{
    const double part = tool_smooth_part(elapsed_s / travel->duration_s);
    return (pose_t){travel_position(travel, part),
                    quat_slerp(travel->start.orientation, travel->goal.orientation, part)};
}

double tool_parking_s(const chain_t* chain, const joints_t* from, double speed_max_mps)
{
    double sweep_m = 0.0;
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        const double way = fabs(chain->parked.at[joint] - from->at[joint]);
        sweep_m += chain->kind[joint] == JOINT_PRISMATIC ? way : way * ARM_SWEEP_M_PER_RAD;
    }
    return fmax(QUINTIC_PEAK_SPEED * sweep_m / speed_max_mps, PARKING_MIN_S);
}

joints_t tool_parking_joints(const chain_t* chain, const joints_t* from, double duration_s,
                             double elapsed_s)
{
    const double part = tool_smooth_part(elapsed_s / duration_s);
    joints_t joints = {{0.0}};
    for (int joint = 0; joint < chain->joint_count; ++joint) {
        const double start = from->at[joint];
        joints.at[joint] = start + part * (chain->parked.at[joint] - start);
    }
    return joints;
}

ik_track_settings_t tool_track_settings(double period_s, const gains_t* gains,
                                        const surface_t* skin)
{
    return (ik_track_settings_t){
        .period_s = period_s,
        .gain_per_s = gains->tracking_per_s,
        .damping = 0.05,
        .singular_floor = 0.05,
        .posture_gain_per_s = gains->posture_per_s,
        .angle_weight_m = 0.3,     // a radian at the wrist moves the pad by about the tool's length
        .keep_off_m = LINK_NEAR_M, // four times what the interlock allows
        .spin_free = true,         // pads are round
        .skin = skin,
    };
}
