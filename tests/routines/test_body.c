// What is proven: predicted dimensions meet the means and percentiles of ANSUR II; the surface is
// the same left and right, smooth, and as high as the dimensions say; levels, regions and zones are
// where their definitions put them.
#include "tests/support/cmocka_prelude.h"

#include "routines/body.h"
#include "tests/support/sample_body.h"

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

typedef struct {
    body_dimension_id_t id;
    double women_mm[3]; // 5th percentile, mean, 95th percentile of the survey
    double men_mm[3];
} published_t;

static const published_t published[] = {
    {BODY_cervicale_height, {1300, 1396, 1498}, {1416, 1517, 1623}},
    {BODY_acromion_height, {1242, 1335, 1434}, {1339, 1441, 1546}},
    {BODY_axilla_height, {1149, 1239, 1333}, {1234, 1329, 1427}},
    {BODY_tenth_rib_height, {976, 1056, 1140}, {1034, 1121, 1211}},
    {BODY_iliac_crest_height, {918, 996, 1080}, {977, 1062, 1148}},
    {BODY_buttock_height, {761, 834, 911}, {809, 888, 972}},
    {BODY_crotch_height, {712, 782, 857}, {771, 846, 925}},
    {BODY_knee_height, {408, 449, 493}, {443, 488, 536}},
    {BODY_ankle_height, {54, 63, 71}, {64, 73, 83}},
    {BODY_biacromial_breadth, {335, 365, 396}, {384, 416, 447}},
    {BODY_bideltoid_breadth, {406, 450, 499}, {459, 510, 567}},
    {BODY_chest_breadth, {241, 269, 302}, {261, 289, 320}},
    {BODY_chest_depth, {205, 247, 296}, {211, 254, 298}},
    {BODY_waist_breadth, {250, 300, 356}, {272, 326, 385}},
    {BODY_waist_depth, {169, 213, 271}, {188, 238, 300}},
    {BODY_hip_breadth, {311, 354, 400}, {308, 346, 387}},
    {BODY_buttock_depth, {196, 233, 277}, {204, 246, 291}},
    {BODY_neck_circumference, {302, 330, 363}, {360, 398, 443}},
    {BODY_thigh_circumference, {527, 616, 711}, {532, 625, 723}},
    {BODY_lower_thigh_circumference, {347, 401, 465}, {359, 409, 463}},
    {BODY_calf_circumference, {328, 373, 423}, {346, 392, 443}},
    {BODY_ankle_circumference, {193, 216, 242}, {206, 229, 254}},
};
#define PUBLISHED_COUNT (sizeof published / sizeof published[0])

static void dimensions_of_the_mean_client_are_the_published_means(void** state)
{
    (void)state;
    assert_int_equal(PUBLISHED_COUNT, BODY_DIMENSION_COUNT);
    const client_settings_t clients[] = {sample_client(SEX_FEMALE, 1.629, 67.8),
                                         sample_average_man()};
    for (int c = 0; c < 2; c++) {
        body_t other;
        assert_int_equal(
            body_build(&settings, &clients[c], SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &other),
            BODY_OK);
        for (size_t i = 0; i < PUBLISHED_COUNT; i++) {
            const double* mm = c == 0 ? published[i].women_mm : published[i].men_mm;
            // The regression passes through the means; they are published in whole millimetres.
            assert_near(1e3 * other.dimension_m[published[i].id], mm[1], 1.6);
        }
    }
}

static void dimensions_grow_towards_the_published_percentiles(void** state)
{
    (void)state;
    // A client at one percentile of stature and mass is not at that percentile of every dimension,
    // but lies between the mean and beyond it on that side for heights, which stature governs.
    const client_settings_t small = sample_client(SEX_FEMALE, 1.525, 51.0);
    const client_settings_t tall = sample_client(SEX_MALE, 1.870, 110.0);
    body_t low, high;
    assert_int_equal(body_build(&settings, &small, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &low),
                     BODY_OK);
    assert_int_equal(body_build(&settings, &tall, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &high),
                     BODY_OK);
    for (size_t i = 0; i < PUBLISHED_COUNT; i++) {
        const double residual_mm = 1e3 * settings.fits[SEX_FEMALE][published[i].id].residual_m;
        assert_near(1e3 * low.dimension_m[published[i].id], published[i].women_mm[0],
                    2.0 * residual_mm);
        assert_near(1e3 * high.dimension_m[published[i].id], published[i].men_mm[2],
                    2.5 * residual_mm);
    }
}

static void left_and_right_are_the_same_to_the_last_bit(void** state)
{
    (void)state;
    const int last = body.surface.column_count - 1;
    for (int row = 0; row < body.surface.row_count; row++) {
        for (int column = 0; column <= last; column++) {
            assert_true(body.surface.height_m[row][column] ==
                        body.surface.height_m[row][last - column]);
        }
    }
    assert_near(body.surface.origin_y_m, -0.5 * last * body.surface.spacing_m, 1e-12);
}

static void building_twice_gives_the_same_bytes(void** state)
{
    (void)state;
    body_t again;
    const client_settings_t client = sample_average_man();
    assert_int_equal(body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &again),
                     BODY_OK);
    assert_memory_equal(&again, &body, sizeof body);
}

static void skin_is_as_high_as_chest_waist_and_buttock_are_deep(void** state)
{
    (void)state;
    const double* d = body.dimension_m;
    const double prone = settings.prone_depth_factor;
    const double chest_m = d[BODY_cervicale_height] - d[BODY_axilla_height] + 0.03;
    const double buttock_m = d[BODY_cervicale_height] - d[BODY_buttock_height];
    const struct {
        double along_m;
        double depth_m;
    } stations[] = {
        {chest_m, prone * d[BODY_chest_depth]},
        {body.landmark_along_m[1], prone * d[BODY_waist_depth]},
        {buttock_m, prone * d[BODY_buttock_depth]},
    };
    for (int i = 0; i < 3; i++) {
        double highest_m = 0.0;
        for (double across_m = -0.12; across_m <= 0.12; across_m += 0.005) {
            const body_place_t place = {stations[i].along_m, across_m};
            highest_m = fmax(highest_m, body_surface_at(&body, place).point_m.z);
        }
        assert_near(highest_m, stations[i].depth_m, 0.015);
    }
}

static double height_m(double along_m, double across_m)
{
    return body_surface_at(&body, (body_place_t){along_m, across_m}).point_m.z;
}

static void spine_lies_in_a_furrow_between_two_ridges(void** state)
{
    (void)state;
    const double along_m = 0.5 * body.landmark_along_m[1];
    const double ridge_m = height_m(along_m, settings.paraspinal_offset_m);
    assert_true(ridge_m > height_m(along_m, 0.0) + 0.003);
    assert_true(ridge_m > height_m(along_m, settings.paraspinal_offset_m + 0.05));
}

static void back_is_hollow_between_ribs_and_buttocks(void** state)
{
    (void)state;
    const double hollow_m = height_m(0.43, 0.08);
    assert_true(hollow_m < height_m(0.25, 0.08));
    assert_true(hollow_m < height_m(0.60, 0.08));
}

static void legs_are_two_and_buttocks_are_two(void** state)
{
    (void)state;
    const double axis_m = body_leg_axis_m(&body, SIDE_LEFT);
    assert_near(body_leg_axis_m(&body, SIDE_RIGHT), -axis_m, 0.0);
    const double calf_m = body_along_of_level(&body, 3.3);
    assert_true(height_m(calf_m, axis_m) > height_m(calf_m, 0.0) + 0.05);
    const double buttock_m = body_along_of_level(&body, 1.85);
    assert_true(height_m(buttock_m, 0.07) > height_m(buttock_m, 0.0) + 0.01);
    // Calf depth is its circumference over pi, and a little of the ankle's lift.
    assert_near(height_m(calf_m, axis_m), body.dimension_m[BODY_calf_circumference] / 3.14159265,
                0.015);
}

static void skin_is_continuous_and_nowhere_steeper_than_its_skirt(void** state)
{
    (void)state;
    double steepest = 0.0;
    for (int row = 1; row < body.surface.row_count; row++) {
        for (int column = 1; column < body.surface.column_count; column++) {
            const double here = (double)body.surface.height_m[row][column];
            const double rise_x = here - (double)body.surface.height_m[row - 1][column];
            const double rise_y = here - (double)body.surface.height_m[row][column - 1];
            steepest = fmax(steepest, fmax(fabs(rise_x), fabs(rise_y)) / body.surface.spacing_m);
        }
    }
    assert_true(steepest <= 1.71);
}

static void table_is_bare_beside_the_body(void** state)
{
    (void)state;
    assert_near(height_m(0.3, 0.36), 0.0, 1e-6);
    assert_near(height_m(-0.29, 0.0), 0.0, 2e-4); // the crown is smoothed a little way out
    assert_near(height_m(1.75, 0.1), 0.0, 1e-6);
}

static void slope_of_the_skin_is_continuous_along_a_glide(void** state)
{
    (void)state;
    // A slope that changed by jumps would change by as much over a step however short.
    for (double across_m = 0.03; across_m < 0.12; across_m += 0.03) {
        double previous = 0.0;
        for (double along_m = -0.05; along_m < 1.4; along_m += 0.0005) {
            const vec3_t normal = body_surface_at(&body, (body_place_t){along_m, across_m}).normal;
            if (along_m > -0.05) {
                assert_true(fabs(normal.x - previous) < 0.02);
            }
            previous = normal.x;
        }
    }
}

static void every_client_from_5th_to_95th_percentile_fits_the_table(void** state)
{
    (void)state;
    const client_settings_t clients[] = {
        sample_client(SEX_FEMALE, 1.525, 51.0), sample_client(SEX_FEMALE, 1.737, 87.5),
        sample_client(SEX_MALE, 1.645, 64.0),   sample_client(SEX_MALE, 1.870, 110.0),
        sample_client(SEX_FEMALE, 1.737, 51.0), sample_client(SEX_MALE, 1.645, 110.0)};
    for (size_t i = 0; i < sizeof clients / sizeof clients[0]; i++) {
        body_t other;
        assert_int_equal(
            body_build(&settings, &clients[i], SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &other),
            BODY_OK);
        for (int region = 0; region < settings.region_count; region++) {
            const surface_sample_t skin =
                body_surface_at(&other, body_place_in_region(&other, region, 0.5, 0.0));
            assert_true(skin.inside && skin.point_m.z > 0.05 && skin.normal.z > 0.8);
        }
    }
}

static void clients_outside_the_fits_are_refused(void** state)
{
    (void)state;
    body_t other;
    const struct {
        double stature_m, mass_kg;
        body_result_t expected;
    } cases[] = {
        {1.40, 80.0, BODY_OK},
        {1.3999, 80.0, BODY_CLIENT_OUT_OF_RANGE},
        {2.0501, 80.0, BODY_CLIENT_OUT_OF_RANGE},
        {1.75, 37.9, BODY_CLIENT_OUT_OF_RANGE},
        {1.75, 144.1, BODY_CLIENT_OUT_OF_RANGE},
        {1.75, 144.0, BODY_OK},
        {(double)NAN, 80.0, BODY_CLIENT_OUT_OF_RANGE},
        {1.75, (double)NAN, BODY_CLIENT_OUT_OF_RANGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const client_settings_t client =
            sample_client(SEX_MALE, cases[i].stature_m, cases[i].mass_kg);
        assert_int_equal(
            body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &other),
            cases[i].expected);
    }
}

static void ankles_may_pass_the_foot_end_by_300_mm_at_most(void** state)
{
    (void)state;
    body_t other;
    const client_settings_t client = sample_average_man();
    const double ankle_m = body.landmark_along_m[4];
    assert_int_equal(body_build(&settings, &client, ankle_m - 0.299, SAMPLE_TABLE_LENGTH_M, &other),
                     BODY_OK);
    assert_int_equal(body_build(&settings, &client, ankle_m - 0.301, SAMPLE_TABLE_LENGTH_M, &other),
                     BODY_TOO_LONG_FOR_TABLE);
    assert_int_equal(body_build(&settings, &client, 2.01, 2.0, &other), BODY_TOO_LONG_FOR_TABLE);
}

static void levels_and_lengths_translate_into_each_other(void** state)
{
    (void)state;
    for (int landmark = 0; landmark < 5; landmark++) {
        assert_near(body_along_of_level(&body, landmark), body.landmark_along_m[landmark], 1e-12);
    }
    for (double level = -0.5; level <= 4.5; level += 0.01) {
        assert_near(body_level_of_along(&body, body_along_of_level(&body, level)), level, 1e-9);
    }
    // C7 1517 and iliac crest 1062 mm over the floor: the crests lie 455 mm below C7.
    assert_near(body_along_of_level(&body, 1.0), 0.455, 0.002);
    assert_near(body_along_of_level(&body, 2.0), 1.517 - 0.846, 0.002);
}

static void place_in_a_region_is_found_in_that_region(void** state)
{
    (void)state;
    for (int region = 0; region < settings.region_count; region++) {
        for (double along = 0.0; along <= 1.0; along += 0.125) {
            for (double across = -1.0; across <= 1.0; across += 0.25) {
                const body_place_t place = body_place_in_region(&body, region, along, across);
                assert_int_equal(body_region_at(&body, place), region);
                assert_true(body_region_holds(&body, region, place, -1e-9));
            }
        }
        assert_int_equal(body_region_named(&settings, settings.regions[region].name), region);
    }
    assert_int_equal(body_region_named(&settings, "nose"), -1);
}

static void region_runs_from_foot_to_head_and_from_middle_to_side(void** state)
{
    (void)state;
    const int left = body_region_named(&settings, "lumbar.left");
    const int right = body_region_named(&settings, "lumbar.right");
    const body_place_t foot_medial = body_place_in_region(&body, left, 0.0, -1.0);
    const body_place_t head_lateral = body_place_in_region(&body, left, 1.0, 1.0);
    assert_near(foot_medial.along_m, body.landmark_along_m[1], 1e-12);
    assert_near(foot_medial.across_m, 0.024, 1e-12);
    assert_near(head_lateral.along_m, 0.72 * body.landmark_along_m[1], 1e-12);
    assert_near(head_lateral.across_m, 0.064, 1e-12);
    assert_near(body_place_in_region(&body, right, 0.0, -1.0).across_m, -0.024, 1e-12);
    assert_near(body_region_length_m(&body, left), 0.28 * body.landmark_along_m[1], 1e-12);
    assert_near(body_region_width_m(&body, right), 0.040, 1e-12);
    const int calf = body_region_named(&settings, "calf.right");
    assert_near(body_place_in_region(&body, calf, 0.5, 0.0).across_m,
                body_leg_axis_m(&body, SIDE_RIGHT), 1e-12);
}

static void places_outside_every_region_belong_to_none(void** state)
{
    (void)state;
    const body_place_t places[] = {{0.4, 0.0}, {0.4, 0.2},         {-0.2, 0.0},
                                   {3.0, 0.0}, {(double)NAN, 0.0}, {0.4, (double)NAN}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        assert_int_equal(body_region_at(&body, places[i]), -1);
    }
    const int region = body_region_named(&settings, "lumbar.left");
    assert_false(body_region_holds(&body, region, (body_place_t){(double)NAN, 0.04}, 0.0));
    const body_place_t edge = body_place_in_region(&body, region, 0.5, -1.0);
    assert_false(body_region_holds(&body, region, edge, 0.001));
}

static void region_grid_agrees_with_the_rectangles(void** state)
{
    (void)state;
    int covered = 0;
    for (int row = 0; row < body.surface.row_count; row++) {
        for (int column = 0; column < body.surface.column_count; column++) {
            const body_place_t place = {
                body.neck_x_m - (body.surface.origin_x_m + row * body.surface.spacing_m),
                body.surface.origin_y_m + column * body.surface.spacing_m};
            const int region = body_region_at(&body, place);
            assert_int_equal(body.region_at[row][column], region < 0 ? REGION_NONE : region);
            covered += region >= 0;
        }
    }
    assert_true(covered > 1000);
}

static void zone_distance_is_measured_from_the_zones_edge(void** state)
{
    (void)state;
    int zone = -1;
    assert_near(body_zone_distance_m(&body, (body_place_t){0.3, 0.0}, &zone), 0.0, 0.0);
    assert_string_equal(settings.zones[zone].name, "spine");
    assert_near(body_zone_distance_m(&body, (body_place_t){0.3, 0.035}, &zone), 0.025, 1e-12);
    assert_near(body_zone_distance_m(&body, (body_place_t){0.3, -0.035}, NULL), 0.025, 1e-12);
    // Off a corner: 30 mm across and 40 mm along are 50 mm.
    assert_near(body_zone_distance_m(&body, (body_place_t){-0.04, 0.04}, &zone), 0.05, 1e-12);
    const double knee_m = body_along_of_level(&body, 3.0);
    const double axis_m = body_leg_axis_m(&body, SIDE_RIGHT);
    assert_near(body_zone_distance_m(&body, (body_place_t){knee_m, axis_m}, &zone), 0.0, 0.0);
    assert_string_equal(settings.zones[zone].name, "knee_hollow.right");
    assert_near(body_zone_distance_m(&body, (body_place_t){(double)NAN, 0.2}, NULL), 0.0, 0.0);
}

static void body_without_zones_is_infinitely_far_from_them(void** state)
{
    (void)state;
    static body_settings_t bare;
    bare = settings;
    bare.zone_count = 0;
    body_t other = body;
    other.settings = &bare;
    int zone = 5;
    assert_true(isinf(body_zone_distance_m(&other, (body_place_t){0.3, 0.0}, &zone)));
    assert_int_equal(zone, -1);
}

static void table_frame_has_the_head_at_high_x_and_the_left_at_high_y(void** state)
{
    (void)state;
    const surface_sample_t skin = body_surface_at(&body, (body_place_t){0.25, 0.04});
    assert_near(skin.point_m.x, SAMPLE_NECK_X_M - 0.25, 1e-12);
    assert_near(skin.point_m.y, 0.04, 1e-12);
    assert_near(vec3_norm(skin.normal), 1.0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dimensions_of_the_mean_client_are_the_published_means),
        cmocka_unit_test(dimensions_grow_towards_the_published_percentiles),
        cmocka_unit_test(left_and_right_are_the_same_to_the_last_bit),
        cmocka_unit_test(building_twice_gives_the_same_bytes),
        cmocka_unit_test(skin_is_as_high_as_chest_waist_and_buttock_are_deep),
        cmocka_unit_test(spine_lies_in_a_furrow_between_two_ridges),
        cmocka_unit_test(back_is_hollow_between_ribs_and_buttocks),
        cmocka_unit_test(legs_are_two_and_buttocks_are_two),
        cmocka_unit_test(skin_is_continuous_and_nowhere_steeper_than_its_skirt),
        cmocka_unit_test(table_is_bare_beside_the_body),
        cmocka_unit_test(slope_of_the_skin_is_continuous_along_a_glide),
        cmocka_unit_test(every_client_from_5th_to_95th_percentile_fits_the_table),
        cmocka_unit_test(clients_outside_the_fits_are_refused),
        cmocka_unit_test(ankles_may_pass_the_foot_end_by_300_mm_at_most),
        cmocka_unit_test(levels_and_lengths_translate_into_each_other),
        cmocka_unit_test(place_in_a_region_is_found_in_that_region),
        cmocka_unit_test(region_runs_from_foot_to_head_and_from_middle_to_side),
        cmocka_unit_test(places_outside_every_region_belong_to_none),
        cmocka_unit_test(region_grid_agrees_with_the_rectangles),
        cmocka_unit_test(zone_distance_is_measured_from_the_zones_edge),
        cmocka_unit_test(body_without_zones_is_infinitely_far_from_them),
        cmocka_unit_test(table_frame_has_the_head_at_high_x_and_the_left_at_high_y),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
