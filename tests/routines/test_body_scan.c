/// Scans laid on a body: the surface follows what was measured to the stated error in spite of
/// noise and outliers, the model goes on where nothing was, and what is not a scan of this body is
/// refused.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "routines/body_scan.h"
#include "tests/support/sample_body.h"

#define SEED 4711u
#define POINT_COUNT 150000

static body_settings_t settings;
static body_t body, plain;
static ply_points_t points;
static body_scan_report_t report;
static uint64_t stream;

static double draw(double low, double high)
{
    stream ^= stream >> 12;
    stream ^= stream << 25;
    stream ^= stream >> 27;
    return low + (high - low) * (double)((stream * 2685821657736338717u) >> 11) * 0x1p-53;
}

static int set_up(void** state)
{
    (void)state;
    const client_settings_t client = {.sex = SEX_MALE, .stature_m = 1.756, .mass_kg = 85.5};
    stream = SEED;
    sample_body_settings(&settings);
    if (body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &plain) != BODY_OK)
        return -1;
    body = plain;
    points.count = 0;
    points.at = malloc(sizeof points.at[0] * POINT_COUNT);
    return points.at != NULL ? 0 : -1;
}

static int tear_down(void** state)
{
    (void)state;
    ply_points_free(&points);
    return 0;
}

/// The true skin: thicker than the model, with a hump beside the spine.
static double true_height_m(double x_m, double y_m)
{
    const double along = (x_m - 1.3) / 0.06;
    const double across = (y_m - 0.08) / 0.05;
    return surface_at(&plain.surface, x_m, y_m).point_m.z + 0.012 +
           0.015 * exp(-along * along - across * across);
}

/// Points over part of the table, a few of them nonsense.
static void scan_area(double x_min_m, double x_max_m, double noise_m, double nonsense)
{
    while (points.count < POINT_COUNT) {
        const double x_m = draw(x_min_m, x_max_m);
        const double y_m = draw(-0.3, 0.3);
        double z_m = true_height_m(x_m, y_m) + draw(-noise_m, noise_m);
        if (draw(0.0, 1.0) < nonsense)
            z_m += draw(-0.2, 0.2);
        float* point = points.at[points.count++];
        point[0] = (float)x_m;
        point[1] = (float)y_m;
        point[2] = (float)z_m;
    }
}

static void measured_skin_is_met_to_the_stated_error(void** state)
{
    (void)state;
    scan_area(0.6, 1.8, 0.004, 0.05);
    assert_int_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
    assert_highest_known(&body.surface);
    assert_near(report.shift_m, 0.013, 0.002);
    assert_true(report.outlier_count > POINT_COUNT / 100);
    double worst_m = 0.0;
    for (int i = 0; i < 4000; i++) {
        const body_place_t place = {draw(0.02, 0.7), draw(-0.11, 0.11)};
        const surface_sample_t skin = body_surface_at(&body, place);
        const double off_m = skin.point_m.z - true_height_m(skin.point_m.x, skin.point_m.y);
        worst_m = fmax(worst_m, fabs(off_m));
        assert_true(body_uncertainty(&body, place).height_m < 0.02);
    }
    print_message("seed %u: at most %.1f mm off\n", SEED, 1e3 * worst_m);
    assert_true(worst_m <= settings.scan_error_m);
    const int lumbar = body_region_named(&settings, "lumbar.left");
    assert_near(report.region_share[lumbar], 1.0, 0.0);
}

static void where_nothing_was_scanned_the_model_goes_on(void** state)
{
    (void)state;
    scan_area(1.2, 1.8, 0.002, 0.0); // head end only
    assert_int_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
    assert_highest_known(&body.surface);
    const int calf = body_region_named(&settings, "calf.left");
    assert_near(report.region_share[calf], 0.0, 0.0);
    const body_place_t there = body_place_in_region(&body, calf, 0.5, 0.0);
    assert_near(body_surface_at(&body, there).point_m.z, body_surface_at(&plain, there).point_m.z,
                1e-9);
    assert_near(body_uncertainty(&body, there).height_m, settings.registration_error_m, 1e-15);
    // From measured to modelled without a step: nowhere steeper than a fade of 13 mm over 80 mm.
    for (double x_m = 1.25; x_m > 1.0; x_m -= 0.005) {
        const double off_m = surface_at(&body.surface, x_m, 0.05).point_m.z -
                             surface_at(&plain.surface, x_m, 0.05).point_m.z;
        const double next_m = surface_at(&body.surface, x_m - 0.005, 0.05).point_m.z -
                              surface_at(&plain.surface, x_m - 0.005, 0.05).point_m.z;
        assert_true(fabs(off_m - next_m) < 0.003);
        assert_true(off_m > -0.003 && off_m < 0.020);
    }
}

static void small_holes_are_filled_from_their_rim_and_large_ones_are_not(void** state)
{
    (void)state;
    for (int large = 0; large < 2; large++) {
        const double radius_m = large == 1 ? 0.06 : 0.012;
        body = plain;
        points.count = 0;
        scan_area(0.6, 1.8, 0.001, 0.0);
        int kept = 0;
        for (int i = 0; i < points.count; i++)
            if (hypot((double)points.at[i][0] - 1.2, (double)points.at[i][1] - 0.05) > radius_m)
                memmove(points.at[kept++], points.at[i], sizeof points.at[0]);
        points.count = kept;
        assert_int_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
        const surface_t* surface = &body.surface;
        const int row = (int)((1.2 - surface->origin_x_m) / surface->spacing_m + 0.5);
        const int column = (int)((0.05 - surface->origin_y_m) / surface->spacing_m + 0.5);
        assert_int_equal(body.scan_at[row][column], large == 1 ? 0 : 1);
        if (large == 0)
            assert_near(surface_at(surface, 1.2, 0.05).point_m.z, true_height_m(1.2, 0.05), 0.003);
    }
}

static void assert_refused(body_scan_result_t expected)
{
    assert_int_equal(body_lay_scan(&body, &points, &report), expected);
    assert_memory_equal(&body, &plain, sizeof body);
}

static void another_unit_or_frame_is_refused(void** state)
{
    (void)state;
    scan_area(0.6, 1.8, 0.002, 0.0);
    for (int i = 0; i < points.count; i++)
        for (int axis = 0; axis < 3; axis++)
            points.at[i][axis] *= 1000.0F;
    assert_refused(BODY_SCAN_ELSEWHERE);
    points.count = 0;
    scan_area(0.6, 1.8, 0.002, 0.0);
    for (int i = 0; i < points.count; i++)
        points.at[i][2] += 0.06F; // over the floor of another table
    assert_refused(BODY_SCAN_DISAGREES);
    points.count = 0;
    scan_area(0.6, 1.8, 0.002, 0.0);
    for (int i = 0; i < points.count; i++)
        points.at[i][2] = -points.at[i][2];
    assert_refused(BODY_SCAN_DISAGREES);
    points.count = 0;
    scan_area(0.6, 1.8, 0.002, 0.6);
    assert_refused(BODY_SCAN_DISAGREES);
}

static void too_few_points_are_refused(void** state)
{
    (void)state;
    assert_refused(BODY_SCAN_ELSEWHERE);
    scan_area(1.2, 1.3, 0.002, 0.0); // a stripe is enough
    assert_int_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
    body = plain;
    points.count = 0;
    scan_area(1.2, 1.3, 0.002, 0.0);
    points.count = 900;
    assert_refused(BODY_SCAN_ELSEWHERE);
    for (int i = 0; i < POINT_COUNT; i++) // many points in one place
        memcpy(points.at[i], points.at[0], sizeof points.at[0]);
    points.at[0][0] = 1.2F;
    points.count = POINT_COUNT;
    assert_int_not_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
    assert_memory_equal(&body, &plain, sizeof body);
}

static void the_order_of_points_does_not_matter(void** state)
{
    (void)state;
    static body_t first;
    scan_area(0.6, 1.8, 0.004, 0.05);
    assert_int_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
    first = body;
    for (int i = 0; i < points.count / 2; i++) {
        float kept[3];
        memcpy(kept, points.at[i], sizeof kept);
        memcpy(points.at[i], points.at[points.count - 1 - i], sizeof kept);
        memcpy(points.at[points.count - 1 - i], kept, sizeof kept);
    }
    body = plain;
    assert_int_equal(body_lay_scan(&body, &points, &report), BODY_SCAN_OK);
    assert_memory_equal(&body, &first, sizeof body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(measured_skin_is_met_to_the_stated_error, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(where_nothing_was_scanned_the_model_goes_on, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            small_holes_are_filled_from_their_rim_and_large_ones_are_not, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_unit_or_frame_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(too_few_points_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_order_of_points_does_not_matter, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
