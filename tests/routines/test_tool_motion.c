// What is proven: the way between two places begins and ends at rest where it should, keeps its
// speed and clears the skin; the way home ends parked; a tool that turns slowly comes to face the
// skin.
#include "tests/support/cmocka_prelude.h"

#include "routines/tool_motion.h"
#include "tests/support/sample_body.h"

#define SPEED_MAX_MPS 0.25

static body_settings_t settings;
static body_t body;

static int setup(void** state)
{
    (void)state;
    sample_body_settings(&settings);
    const client_settings_t client = sample_average_man();
    return body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &body) == BODY_OK
               ? 0
               : -1;
}

static pose_t above(const char* region, double height_m)
{
    vec3_t normal;
    const body_place_t place =
        body_place_in_region(&body, body_region_named(&settings, region), 0.5, 0.0);
    const pose_t on_skin = tool_pose_on_skin(&body, place, &normal);
    return tool_pose_above(on_skin, normal, height_m);
}

static void tool_looks_into_the_skin_from_the_height_asked_for(void** state)
{
    (void)state;
    const pose_t pose = above("gluteus.left", 0.05);
    const pose_t touching = above("gluteus.left", 0.0);
    const vec3_t up = vec3_sub(pose.position_m, touching.position_m);
    assert_near(vec3_norm(up), 0.05, 1e-12);
    const surface_sample_t skin =
        surface_at(&body.surface, touching.position_m.x, touching.position_m.y);
    const vec3_t looks = quat_rotate(touching.orientation, vec3(0.0, 0.0, 1.0));
    assert_near(vec3_dot(looks, skin.normal), -1.0, 1e-12);
    assert_near(vec3_dot(looks, up), -0.05, 1e-12);
}

static void way_begins_and_ends_at_rest_and_keeps_its_speed(void** state)
{
    (void)state;
    const pose_t from = above("trapezius.left", TOOL_HOVER_HEIGHT_M);
    const pose_t to = above("calf.right", TOOL_HOVER_HEIGHT_M);
    const tool_travel_t way = tool_travel_plan(&body.surface, &from, &to, SPEED_MAX_MPS, 0.004);
    assert_near(pose_difference(tool_travel_pose(&way, 0.0), from).linear_mps.x, 0.0, 1e-12);
    const twist_t left = pose_difference(tool_travel_pose(&way, way.duration_s + 1.0), to);
    assert_near(vec3_norm(left.linear_mps), 0.0, 1e-12);
    const double step_s = 0.001;
    vec3_t before = from.position_m;
    double speed_before_mps = 0.0;
    double speed_peak_mps = 0.0;
    for (double time_s = step_s; time_s < way.duration_s + step_s; time_s += step_s) {
        const vec3_t at = tool_travel_pose(&way, time_s).position_m;
        const double speed_mps = vec3_norm(vec3_sub(at, before)) / step_s;
        assert_true(fabs(speed_mps - speed_before_mps) < 2.0 * step_s);
        speed_peak_mps = fmax(speed_peak_mps, speed_mps);
        before = at;
        speed_before_mps = speed_mps;
    }
    assert_true(speed_peak_mps <= SPEED_MAX_MPS * 1.001);
    assert_true(speed_peak_mps > 0.5 * SPEED_MAX_MPS);
    assert_true(speed_before_mps < 0.01);
}

/// Shows H03.
static void way_over_the_body_keeps_off_the_skin(void** state)
{
    (void)state;
    const char* const regions[] = {"trapezius.left", "lumbar.right", "gluteus.left", "calf.right"};
    for (int i = 0; i < 16; i++) {
        const pose_t from = above(regions[i / 4], TOOL_HOVER_HEIGHT_M);
        const pose_t to = above(regions[i % 4], TOOL_HOVER_HEIGHT_M);
        const tool_travel_t way = tool_travel_plan(&body.surface, &from, &to, SPEED_MAX_MPS, 0.004);
        for (int part = 0; part <= 200; part++) {
            const vec3_t at = tool_travel_pose(&way, way.duration_s * part / 200.0).position_m;
            assert_true(surface_distance_m(&body.surface, at, NULL) > 0.03);
        }
    }
}

static void way_to_where_the_tool_is_takes_the_least_time_asked_for(void** state)
{
    (void)state;
    const pose_t here = above("lumbar.left", TOOL_HOVER_HEIGHT_M);
    const tool_travel_t way = tool_travel_plan(&body.surface, &here, &here, SPEED_MAX_MPS, 0.02);
    assert_near(way.duration_s, 0.02, 0.0);
}

static void way_home_ends_parked(void** state)
{
    (void)state;
    chain_t chain = {.joint_count = 2, .kind = {JOINT_PRISMATIC, JOINT_REVOLUTE}};
    chain.parked.at[0] = 0.5;
    const joints_t from = {{1.0, -0.25}};
    // 0.5 m and 0.25 rad of a 1.2 m arm: 0.8 m of sweep at most.
    assert_near(tool_parking_s(&chain, &from, SPEED_MAX_MPS), 1.875 * 0.8 / SPEED_MAX_MPS, 1e-12);
    assert_near(tool_parking_s(&chain, &chain.parked, SPEED_MAX_MPS), 2.0, 0.0);
    const joints_t first = tool_parking_joints(&chain, &from, 6.0, 0.0);
    const joints_t middle = tool_parking_joints(&chain, &from, 6.0, 3.0);
    const joints_t last = tool_parking_joints(&chain, &from, 6.0, 7.0);
    assert_near(first.at[0], 1.0, 0.0);
    assert_near(middle.at[0], 0.75, 1e-12);
    assert_near(middle.at[1], -0.125, 1e-12);
    assert_near(last.at[0], 0.5, 1e-12);
    assert_near(last.at[1], 0.0, 1e-12);
}

static void slow_tool_turns_to_a_new_normal_without_a_jump(void** state)
{
    (void)state;
    const vec3_t up = vec3(0.0, 0.0, 1.0);
    const vec3_t leaning = vec3(sin(0.3), 0.0, cos(0.3));
    tool_facing_t facing = {leaning, leaning};
    vec3_t at = tool_face_slowly(&facing, true, up, 0.004);
    assert_near(vec3_dot(at, up), 1.0, 1e-12);
    for (int i = 0; i < 400; i++) {
        const vec3_t next = tool_face_slowly(&facing, false, leaning, 0.004);
        assert_near(vec3_norm(next), 1.0, 1e-12);
        assert_true(vec3_norm(vec3_sub(next, at)) < 0.004); // at most 1 rad/s
        at = next;
    }
    assert_near(vec3_dot(at, leaning), 1.0, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tool_looks_into_the_skin_from_the_height_asked_for),
        cmocka_unit_test(way_begins_and_ends_at_rest_and_keeps_its_speed),
        cmocka_unit_test(way_over_the_body_keeps_off_the_skin),
        cmocka_unit_test(way_to_where_the_tool_is_takes_the_least_time_asked_for),
        cmocka_unit_test(way_home_ends_parked),
        cmocka_unit_test(slow_tool_turns_to_a_new_normal_without_a_jump),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
