/// Breathing and movement: how far, how fast, where, and that the speed is the slope of the height.
#include "tests/support/cmocka_prelude.h"

#include "sim/client.h"

#define STEP_S 0.001

static surface_t surface;

static void lay_flat(double height_m)
{
    surface.origin_x_m = 0.0;
    surface.origin_y_m = -0.3;
    surface.spacing_m = 0.01;
    surface.row_count = 180;
    surface.column_count = 61;
    for (int row = 0; row < 180; ++row) {
        for (int column = 0; column < 61; ++column) {
            surface.height_m[row][column] = (float)height_m;
        }
    }
}

static client_t breathing_client(double rate_Hz, uint64_t seed)
{
    client_t client;
    lay_flat(0.25);
    client_init(&client, &surface, 1.4, vec3(0.0, 0.0, 0.0), 0.0, 0.0025, rate_Hz,
                random_stream(seed, 1));
    return client;
}

static void breathing_lifts_the_thorax_by_5_mm_at_15_a_minute(void** state)
{
    (void)state;
    client_t client = breathing_client(0.25, 11);
    const vec3_t thorax = vec3(1.4 - 0.25, 0.0, 0.25);
    double least_m = 1.0, most_m = -1.0, highest_sum_m = 0.0, breath_most_m = 0.0;
    int breaths = 0;
    double last_lift_m = client.lift_m;
    bool rising = false;
    for (int i = 0; i < 400000; ++i) { // 100 breaths
        client_step(&client, STEP_S);
        const double depth_m = client_skin_at(&client, thorax).depth_m;
        least_m = fmin(least_m, depth_m);
        most_m = fmax(most_m, depth_m);
        breath_most_m = fmax(breath_most_m, depth_m);
        const bool rises = client.lift_m > last_lift_m;
        if (rises && !rising) { // a breath out ended
            ++breaths;
            highest_sum_m += breath_most_m;
            breath_most_m = 0.0;
        }
        rising = rises;
        last_lift_m = client.lift_m;
    }
    assert_in_range(breaths, 93, 107);
    // The grid holds floats: 0.25 is one exactly. 5 mm on average, each breath within 20 %.
    assert_near(least_m, 0.0, 1e-5);
    assert_near(highest_sum_m / breaths, 0.005, 0.0003);
    assert_true(most_m <= 0.005 * 1.2 + 1e-9 && most_m >= 0.0052);
}

static void breaths_differ_but_stay_between_12_and_20_a_minute(void** state)
{
    (void)state;
    client_t client = breathing_client(0.25, 12);
    double least_Hz = 1.0, most_Hz = 0.0;
    for (int i = 0; i < 400000; ++i) {
        client_step(&client, STEP_S);
        least_Hz = fmin(least_Hz, client.breath_rate_Hz);
        most_Hz = fmax(most_Hz, client.breath_rate_Hz);
    }
    assert_true(most_Hz > least_Hz * 1.05);
    assert_true(least_Hz >= 12.0 / 60.0 && most_Hz <= 20.0 / 60.0);
}

static void breathing_in_takes_two_fifths_of_a_breath(void** state)
{
    (void)state;
    client_t client = breathing_client(0.25, 13);
    int in = 0, out = 0;
    for (int i = 0; i < 400000; ++i) {
        client_step(&client, STEP_S);
        in += client.lift_speed_mps > 0.0;
        out += client.lift_speed_mps < 0.0;
    }
    assert_near((double)out / in, 1.5, 0.02);
}

static void breathing_is_felt_most_at_the_lower_thorax_and_not_at_the_thighs(void** state)
{
    (void)state;
    assert_near(client_breathing_share(0.25), 1.0, 1e-12);
    assert_near(client_breathing_share(-0.10), 0.55, 1e-12); // C1: 1.3 of 2.3 mm
    assert_near(client_breathing_share(0.46), 0.75, 0.06);   // L4: 1.6 of 2.3 mm
    assert_true(client_breathing_share(0.95) == 0.0 && client_breathing_share(1.4) == 0.0);
    for (double along_m = 0.25; along_m < 1.0; along_m += 0.01) {
        assert_true(client_breathing_share(along_m + 0.01) <= client_breathing_share(along_m));
    }
}

static void skin_speed_is_the_slope_of_its_height(void** state)
{
    (void)state;
    client_t client = breathing_client(0.3, 14);
    client_shift(&client, 0.02);
    const vec3_t point = vec3(1.1, 0.0, 0.25);
    double before_m = client_skin_at(&client, point).depth_m;
    for (int i = 0; i < 20000; ++i) {
        client_step(&client, STEP_S);
        const client_skin_t skin = client_skin_at(&client, point);
        // A midpoint rule: the speed at the end is half a step late, by at most 1.4 m/s2 here.
        assert_near((skin.depth_m - before_m) / STEP_S, skin.velocity_mps.z, 0.002);
        before_m = skin.depth_m;
    }
}

static void shift_takes_300_ms_and_adds_to_the_last(void** state)
{
    (void)state;
    client_t client = breathing_client(0.0, 15);
    const vec3_t point = vec3(0.2, 0.0, 0.25); // the legs, where no breath is felt
    client_shift(&client, 0.060);
    for (int i = 0; i < 150; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client_skin_at(&client, point).depth_m, 0.030, 1e-4);
    for (int i = 0; i < 150; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client_skin_at(&client, point).depth_m, 0.060, 1e-6);
    client_step(&client, STEP_S);
    assert_true(client_skin_at(&client, point).velocity_mps.z == 0.0);
    client_shift(&client, -0.010);
    for (int i = 0; i < 400; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client_skin_at(&client, point).depth_m, 0.050, 1e-6);
}

static void offset_and_turn_move_the_body_about_its_neck(void** state)
{
    (void)state;
    lay_flat(0.2);
    surface.height_m[40][30] = 0.3F; // a bump at x 0.40, y 0.00
    client_t client;
    client_init(&client, &surface, 0.9, vec3(0.01, -0.02, 0.003), 0.5 * 3.14159265358979323846, 0.0,
                0.25, random_stream(1, 1));
    // The neck is at (0.9, 0). A quarter turn takes (-0.5, 0) to (0, -0.5).
    const client_skin_t skin = client_skin_at(&client, vec3(0.9 + 0.01, -0.5 - 0.02, 0.2));
    assert_true(skin.touchable);
    assert_near(skin.body_x_m, 0.40, 1e-9);
    assert_near(skin.body_y_m, 0.0, 1e-9);
    // A cubic spline gives a lone grid value 4/9 of its height.
    assert_near(skin.depth_m, 0.003 + 0.1 * 4.0 / 9.0, 1e-6);
    assert_near(skin.normal.z, 1.0, 1e-6);
}

static void normals_turn_with_the_body(void** state)
{
    (void)state;
    lay_flat(0.2);
    for (int row = 0; row < 180; ++row) {
        for (int column = 0; column < 61; ++column) {
            surface.height_m[row][column] = 0.1F + 0.001F * (float)row; // rises along x by 0.1 m/m
        }
    }
    client_t client;
    client_init(&client, &surface, 0.895, vec3(0, 0, 0), 0.5 * 3.14159265358979323846, 0.0, 0.25,
                random_stream(1, 1));
    const client_skin_t skin = client_skin_at(&client, vec3(0.895, 0.0, 0.19));
    const double z = 1.0 / sqrt(1.01);
    assert_near(skin.normal.x, 0.0, 1e-6);
    assert_near(skin.normal.y, -0.1 * z, 1e-6);
    assert_near(skin.normal.z, z, 1e-6);
}

static void nothing_is_touched_off_the_body_or_high_above_it(void** state)
{
    (void)state;
    client_t client = breathing_client(0.25, 16);
    assert_false(client_skin_at(&client, vec3(1.0, 0.31, 0.2)).touchable);
    assert_true(client_skin_at(&client, vec3(1.0, 0.0, 0.4)).touchable);
    assert_false(client_skin_near(&client, vec3(1.0, 0.0, 0.4)).touchable);
    assert_false(client_skin_at(&client, vec3((double)NAN, (double)NAN, (double)NAN)).touchable);
    assert_false(client_skin_near(&client, vec3((double)NAN, (double)NAN, (double)NAN)).touchable);
    assert_true(client_skin_near(&client, vec3(1.0, 0.0, 0.27)).touchable);
    client_t nobody;
    client_init(&nobody, NULL, 1.4, vec3(0, 0, 0), 0.0, 0.0025, 0.25, random_stream(1, 1));
    client_step(&nobody, STEP_S);
    assert_false(client_skin_at(&nobody, vec3(1.0, 0.0, 0.0)).touchable);
}

static void let(client_t* client, world_event_kind_t kind, double magnitude, bool begins)
{
    const world_event_t event = {.kind = kind, .magnitude = magnitude};
    client_event(client, &event, begins);
}

static void cough_rises_by_its_height_and_is_over_after_300_ms(void** state)
{
    (void)state;
    client_t client = breathing_client(0.0, 17);
    const vec3_t point = vec3(0.2, 0.0, 0.25);
    let(&client, WORLD_EVENT_CLIENT_COUGHS, 0.03, true);
    const double rest_m = client_skin_at(&client, point).depth_m;
    double before_m = rest_m, highest_m = 0.0;
    for (int i = 0; i < 301; ++i) {
        client_step(&client, STEP_S);
        const client_skin_t skin = client_skin_at(&client, point);
        // The speed at the end of a step is half a step late, by at most 6.6 m/s2.
        assert_near((skin.depth_m - before_m) / STEP_S, skin.velocity_mps.z, 0.0035);
        before_m = skin.depth_m;
        highest_m = fmax(highest_m, before_m);
    }
    assert_near(highest_m, 0.03, 1e-5);
    assert_true(client_skin_at(&client, point).depth_m == rest_m);
    assert_true(client_skin_at(&client, point).velocity_mps.z == 0.0);
}

static void rises_of_all_kinds_add_up_and_sink_by_themselves(void** state)
{
    (void)state;
    client_t client = breathing_client(0.0, 18);
    const vec3_t point = vec3(0.2, 0.0, 0.25);
    static const struct {
        world_event_kind_t kind;
        bool begins;
        double depth_m;
    } rows[] = {{WORLD_EVENT_CLIENT_ROLLS, true, 0.02}, {WORLD_EVENT_CLIENT_PUSHES_UP, true, 0.04},
                {WORLD_EVENT_BODY_SHIFT, true, 0.06},   {WORLD_EVENT_CLIENT_ROLLS, false, 0.04},
                {WORLD_EVENT_BODY_SHIFT, false, 0.02},  {WORLD_EVENT_CLIENT_PUSHES_UP, false, 0.0}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; ++k) {
        let(&client, rows[k].kind, 0.02, rows[k].begins);
        for (int i = 0; i < 801; ++i) {
            client_step(&client, STEP_S);
        }
        assert_near(client_skin_at(&client, point).depth_m, rows[k].depth_m, 1e-9);
    }
}

static void sliding_skin_moves_footward_as_fast_as_it_goes(void** state)
{
    (void)state;
    client_t client = breathing_client(0.0, 19);
    let(&client, WORLD_EVENT_BODY_ELSEWHERE, 0.1, true);
    double way_m = 0.0;
    for (int i = 0; i < 600; ++i) {
        client_step(&client, STEP_S);
        way_m += client_skin_at(&client, vec3(1.0, 0.0, 0.25)).velocity_mps.x * STEP_S;
    }
    assert_near(way_m, -0.1, 1e-5);
    assert_near(client_skin_at(&client, vec3(1.0, 0.0, 0.25)).body_x_m, 1.1, 1e-9);
    let(&client, WORLD_EVENT_BODY_ELSEWHERE, 0.1, false);
    for (int i = 0; i < 600; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client_skin_at(&client, vec3(1.0, 0.0, 0.25)).body_x_m, 1.0, 1e-12);
}

static void mirrored_body_is_met_at_the_other_side_as_it_lies(void** state)
{
    (void)state;
    lay_flat(0.2);
    client_t client;
    client_init(&client, &surface, 0.9, vec3(0.01, -0.02, 0.003), 0.1, 0.0, 0.25,
                random_stream(1, 1));
    const client_skin_t before = client_skin_at(&client, vec3(1.0, 0.11, 0.2));
    let(&client, WORLD_EVENT_BODY_MIRRORED, 0.0, true);
    const client_skin_t after = client_skin_at(&client, vec3(1.0, -0.11, 0.2));
    assert_near(after.body_x_m, before.body_x_m, 1e-12);
    assert_near(after.body_y_m, before.body_y_m, 1e-12);
    assert_near(after.depth_m, before.depth_m, 1e-12);
    assert_near(after.normal.y, -before.normal.y, 1e-12);
}

static void who_was_gone_comes_back_from_below_and_not_at_once(void** state)
{
    (void)state;
    client_t client = breathing_client(0.0, 20);
    const vec3_t point = vec3(0.2, 0.0, 0.25);
    let(&client, WORLD_EVENT_CLIENT_LEAVES, 0.0, true);
    let(&client, WORLD_EVENT_CLIENT_GONE_UNSEEN, 0.0, true);
    client_step(&client, STEP_S);
    assert_false(client_skin_at(&client, point).touchable);
    let(&client, WORLD_EVENT_CLIENT_LEAVES, 0.0, false);
    client_step(&client, STEP_S);
    assert_false(client_skin_at(&client, point).touchable); // still gone the other way
    let(&client, WORLD_EVENT_CLIENT_GONE_UNSEEN, 0.0, false);
    client_step(&client, STEP_S);
    assert_near(client_skin_at(&client, point).depth_m, -0.3, 1e-4);
    for (int i = 0; i < 801; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client_skin_at(&client, point).depth_m, 0.0, 1e-9);
}

static void spots_change_the_stiffness_within_100_ms_and_multiply(void** state)
{
    (void)state;
    client_t client = breathing_client(0.0, 21);
    let(&client, WORLD_EVENT_CLIENT_HARD_SPOT, 3.0, true);
    for (int i = 0; i < 50; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client.stiffness_factor, 2.0, 1e-9);
    for (int i = 0; i < 51; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client.stiffness_factor, 3.0, 1e-12);
    let(&client, WORLD_EVENT_CLIENT_SOFT_SPOT, 0.5, true);
    for (int i = 0; i < 101; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client.stiffness_factor, 1.5, 1e-12);
    let(&client, WORLD_EVENT_CLIENT_HARD_SPOT, 3.0, false);
    let(&client, WORLD_EVENT_CLIENT_SOFT_SPOT, 0.5, false);
    for (int i = 0; i < 101; ++i) {
        client_step(&client, STEP_S);
    }
    assert_near(client.stiffness_factor, 1.0, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breathing_lifts_the_thorax_by_5_mm_at_15_a_minute),
        cmocka_unit_test(breaths_differ_but_stay_between_12_and_20_a_minute),
        cmocka_unit_test(breathing_in_takes_two_fifths_of_a_breath),
        cmocka_unit_test(breathing_is_felt_most_at_the_lower_thorax_and_not_at_the_thighs),
        cmocka_unit_test(skin_speed_is_the_slope_of_its_height),
        cmocka_unit_test(shift_takes_300_ms_and_adds_to_the_last),
        cmocka_unit_test(offset_and_turn_move_the_body_about_its_neck),
        cmocka_unit_test(normals_turn_with_the_body),
        cmocka_unit_test(nothing_is_touched_off_the_body_or_high_above_it),
        cmocka_unit_test(cough_rises_by_its_height_and_is_over_after_300_ms),
        cmocka_unit_test(rises_of_all_kinds_add_up_and_sink_by_themselves),
        cmocka_unit_test(sliding_skin_moves_footward_as_fast_as_it_goes),
        cmocka_unit_test(mirrored_body_is_met_at_the_other_side_as_it_lies),
        cmocka_unit_test(who_was_gone_comes_back_from_below_and_not_at_once),
        cmocka_unit_test(spots_change_the_stiffness_within_100_ms_and_multiply),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
