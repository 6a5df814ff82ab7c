/// Skins with known heights and normals, and continuity where grid cells meet.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/surface.h"
#include "tests/kinematics/arms.h"

#define SPACING_M 0.01

static surface_t surface; // too large for a stack; every test fills it anew

typedef double height_fn_t(double x_m, double y_m);

static void fill_surface(int rows, int columns, height_fn_t* height_m)
{
    surface.origin_x_m = 0.5;
    surface.origin_y_m = -0.3;
    surface.spacing_m = SPACING_M;
    surface.row_count = rows;
    surface.column_count = columns;
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
            surface.height_m[i][j] =
                (float)height_m(0.5 + SPACING_M * (double)i, -0.3 + SPACING_M * (double)j);
        }
    }
}

static double plane_m(double x_m, double y_m)
{
    return 0.1 + 0.25 * x_m - 0.5 * y_m;
}
static double parabola_m(double x_m, double y_m)
{
    return 0.2 - 2.0 * x_m * x_m + 1.5 * x_m * y_m;
}
static double sphere_m(double x_m, double y_m)
{
    const double dx = x_m - 0.8;
    const double square = 1.0 - dx * dx - y_m * y_m;
    return sqrt(fmax(square, 0.0)) - 0.7;
}
static double rough_m(double x_m, double y_m)
{
    return 0.2 + 0.02 * sin(70.0 * x_m) * cos(50.0 * y_m) + 0.01 * sin(130.0 * (x_m + y_m));
}

static void plane_stays_a_plane_up_to_the_rim(void** state)
{
    (void)state;
    fill_surface(40, 50, plane_m);
    uint64_t random = 41;
    const double slope = sqrt(1.0 + 0.0625 + 0.25);
    for (int i = 0; i < 3000; i++) {
        const double x_m = 0.5 + 0.39 * arm_random(&random);
        const double y_m = -0.3 + 0.49 * arm_random(&random);
        const surface_sample_t sample = surface_at(&surface, x_m, y_m);
        assert_true(sample.inside);
        assert_near(sample.point_m.z, plane_m(x_m, y_m), 1e-7);
        assert_near(sample.normal.x, -0.25 / slope, 1e-5);
        assert_near(sample.normal.y, 0.5 / slope, 1e-5);
        assert_near(sample.normal.z, 1.0 / slope, 1e-5);
    }
}

static void parabola_is_off_by_spacing_and_curvature_only(void** state)
{
    (void)state;
    fill_surface(40, 50, parabola_m);
    uint64_t random = 42;
    // Second derivative -4 along x, none along y: -4 h^2 / 6 everywhere but next to the rim.
    const double offset_m = -4.0 * SPACING_M * SPACING_M / 6.0;
    for (int i = 0; i < 3000; i++) {
        const double x_m = 0.51 + 0.37 * arm_random(&random);
        const double y_m = -0.29 + 0.47 * arm_random(&random);
        const surface_sample_t sample = surface_at(&surface, x_m, y_m);
        assert_near(sample.point_m.z, parabola_m(x_m, y_m) + offset_m, 2e-7);
        assert_near(sample.normal.x / sample.normal.z, 4.0 * x_m - 1.5 * y_m, 2e-5);
        assert_near(sample.normal.y / sample.normal.z, -1.5 * x_m, 2e-5);
    }
}

static void sphere_normals_point_from_its_centre(void** state)
{
    (void)state;
    fill_surface(60, 60, sphere_m);
    uint64_t random = 43;
    for (int i = 0; i < 3000; i++) {
        const double x_m = 0.8 + arm_random_between(&random, -0.2, 0.2);
        const double y_m = arm_random_between(&random, -0.2, 0.2);
        const surface_sample_t sample = surface_at(&surface, x_m, y_m);
        const vec3_t outward =
            vec3_unit(vec3(x_m - 0.8, y_m, sphere_m(x_m, y_m) + 0.7), vec3(0.0, 0.0, 1.0));
        assert_near(vec3_norm(sample.normal), 1.0, 1e-14);
        assert_near(sample.normal.x, outward.x, 5e-5);
        assert_near(sample.normal.y, outward.y, 5e-5);
        assert_near(sample.point_m.z, sphere_m(x_m, y_m), 5e-5);
        const vec3_t above = vec3_add(sample.point_m, vec3_scale(sample.normal, 0.001));
        vec3_t normal;
        assert_near(surface_distance_m(&surface, above, &normal), 0.001, 1e-6);
        assert_near(vec3_dot(normal, sample.normal), 1.0, 1e-5);
    }
}

static void height_and_normal_are_continuous_across_cells(void** state)
{
    (void)state;
    fill_surface(50, 50, rough_m);
    uint64_t random = 44;
    const double step_m = 1e-9;
    for (int i = 0; i < 5000; i++) {
        // On a grid line of one axis, anywhere on the other.
        const int line = 1 + (int)(47.0 * arm_random(&random));
        const double free_m = 0.49 * arm_random(&random);
        const double line_m = SPACING_M * (double)line;
        const bool along_x = i % 2 == 0;
        const double x_m = 0.5 + (along_x ? line_m : free_m);
        const double y_m = -0.3 + (along_x ? free_m : line_m);
        const surface_sample_t below =
            surface_at(&surface, x_m - (along_x ? step_m : 0.0), y_m - (along_x ? 0.0 : step_m));
        const surface_sample_t above =
            surface_at(&surface, x_m + (along_x ? step_m : 0.0), y_m + (along_x ? 0.0 : step_m));
        assert_near(above.point_m.z, below.point_m.z, 1e-8);
        assert_near(vec3_norm(vec3_sub(above.normal, below.normal)), 0.0, 1e-6);
    }
}

static void normal_is_the_slope_of_the_height(void** state)
{
    (void)state;
    fill_surface(50, 50, rough_m);
    uint64_t random = 45;
    const double step_m = 1e-6;
    for (int i = 0; i < 2000; i++) {
        const double x_m = 0.501 + 0.488 * arm_random(&random);
        const double y_m = -0.299 + 0.488 * arm_random(&random);
        const surface_sample_t sample = surface_at(&surface, x_m, y_m);
        const double slope_x = (surface_at(&surface, x_m + step_m, y_m).point_m.z -
                                surface_at(&surface, x_m - step_m, y_m).point_m.z) /
                               (2.0 * step_m);
        const double slope_y = (surface_at(&surface, x_m, y_m + step_m).point_m.z -
                                surface_at(&surface, x_m, y_m - step_m).point_m.z) /
                               (2.0 * step_m);
        assert_near(-sample.normal.x / sample.normal.z, slope_x, 1e-7);
        assert_near(-sample.normal.y / sample.normal.z, slope_y, 1e-7);
    }
}

static void place_off_the_grid_reads_the_nearest_on_it(void** state)
{
    (void)state;
    fill_surface(40, 50, plane_m);
    const double x_end_m = 0.5 + SPACING_M * 39.0;
    const double y_end_m = -0.3 + SPACING_M * 49.0;
    assert_true(surface_at(&surface, 0.5, -0.3).inside);
    assert_true(surface_at(&surface, x_end_m - 1e-9, y_end_m - 1e-9).inside);
    const double places[][4] = {{0.4, 0.0, 0.5, 0.0},
                                {2.0, 0.0, x_end_m, 0.0},
                                {0.6, -5.0, 0.6, -0.3},
                                {0.6, (double)INFINITY, 0.6, y_end_m}};
    for (int i = 0; i < 4; i++) {
        const surface_sample_t sample = surface_at(&surface, places[i][0], places[i][1]);
        assert_false(sample.inside);
        assert_near(sample.point_m.x, places[i][2], 1e-15);
        assert_near(sample.point_m.y, places[i][3], 1e-15);
        assert_near(sample.point_m.z, plane_m(places[i][2], places[i][3]), 1e-7);
    }
}

static void not_a_number_reads_the_first_point(void** state)
{
    (void)state;
    fill_surface(40, 50, plane_m);
    const double nan = (double)NAN;
    const double places[][2] = {{nan, 0.0}, {0.6, nan}, {nan, nan}};
    for (int i = 0; i < 3; i++) {
        const surface_sample_t sample = surface_at(&surface, places[i][0], places[i][1]);
        assert_false(sample.inside);
        assert_near(sample.point_m.x, 0.5, 0.0);
        assert_near(sample.point_m.y, -0.3, 0.0);
        assert_near(sample.point_m.z, plane_m(0.5, -0.3), 1e-7);
        assert_true(vec3_finite(sample.normal));
    }
    assert_true(isnan(surface_distance_m(&surface, vec3(nan, 0.0, 0.0), NULL)));
    assert_true(isfinite(surface_highest_m(&surface, nan, nan, nan, nan)));
}

static void small_grids_are_read_whole(void** state)
{
    (void)state;
    for (int rows = 1; rows <= 4; rows++) {
        for (int columns = 1; columns <= 4; columns++) {
            fill_surface(rows, columns, plane_m);
            const double x_m = 0.5 + 0.7 * SPACING_M * (double)(rows - 1);
            const double y_m = -0.3 + 0.2 * SPACING_M * (double)(columns - 1);
            const surface_sample_t sample = surface_at(&surface, x_m, y_m);
            assert_true(sample.inside);
            assert_near(sample.point_m.z, plane_m(x_m, y_m), 1e-7);
            assert_true(vec3_finite(sample.normal));
            assert_near(surface_highest_m(&surface, 0.0, 1.0, -1.0, 1.0),
                        plane_m(0.5 + SPACING_M * (double)(rows - 1), -0.3), 1e-7);
        }
    }
}

static void impossible_grid_reads_as_level(void** state)
{
    (void)state;
    fill_surface(10, 10, plane_m);
    surface.row_count = SURFACE_ROW_CAPACITY + 1;
    assert_false(surface_at(&surface, 0.55, -0.25).inside);
    surface.row_count = 0;
    assert_false(surface_at(&surface, 0.55, -0.25).inside);
    surface.row_count = 10;
    surface.spacing_m = (double)NAN;
    const surface_sample_t sample = surface_at(&surface, 0.55, -0.25);
    assert_false(sample.inside);
    assert_near(sample.normal.z, 1.0, 0.0);
    assert_near(surface_highest_m(&surface, 0.5, 0.6, -0.3, -0.2), 0.0, 0.0);
}

static void highest_bounds_the_skin_closely(void** state)
{
    (void)state;
    fill_surface(50, 50, rough_m);
    uint64_t random = 46;
    for (int i = 0; i < 200; i++) {
        const double x_m = 0.5 + 0.3 * arm_random(&random);
        const double y_m = -0.3 + 0.3 * arm_random(&random);
        const double bound_m = surface_highest_m(&surface, x_m, x_m + 0.1, y_m, y_m + 0.12);
        double wider_m = -1.0; // one cell more all around holds every cell the rectangle touches
        for (int k = 0; k < 2500; k++) {
            const double place_x_m = x_m - 0.01 + 0.12 * (double)(k % 50) / 49.0;
            const double place_y_m = y_m - 0.01 + 0.14 * floor((double)k / 50.0) / 49.0;
            const double height_m = surface_at(&surface, place_x_m, place_y_m).point_m.z;
            wider_m = fmax(wider_m, height_m);
            if (place_x_m >= x_m && place_x_m <= x_m + 0.1 && place_y_m >= y_m &&
                place_y_m <= y_m + 0.12) {
                assert_true(height_m <= bound_m);
            }
        }
        // The hull's excess: an eighth of spacing^2 times the curvatures, here up to 500 1/m
        // together.
        assert_true(bound_m <= wider_m + 500.0 * SPACING_M * SPACING_M / 8.0);
    }
}

static void the_bound_is_never_under_the_skin_and_infinite_off_the_grid(void** state)
{
    (void)state;
    fill_surface(30, 30, rough_m);
    for (int i = 0; i < 20000; i++) {
        const double x_m = surface.origin_x_m + i / 20000.0 * 29.0 * surface.spacing_m;
        const double y_m = surface.origin_y_m + (i % 97) / 97.0 * 29.0 * surface.spacing_m;
        assert_true(surface_bound_m(&surface, x_m, y_m) >=
                    surface_at(&surface, x_m, y_m).point_m.z - 1e-9);
    }
    assert_true(isinf(surface_bound_m(&surface, (double)NAN, 0.0)));
    assert_true(isinf(surface_bound_m(&surface, surface.origin_x_m - 1.0, 0.0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plane_stays_a_plane_up_to_the_rim),
        cmocka_unit_test(parabola_is_off_by_spacing_and_curvature_only),
        cmocka_unit_test(sphere_normals_point_from_its_centre),
        cmocka_unit_test(the_bound_is_never_under_the_skin_and_infinite_off_the_grid),
        cmocka_unit_test(height_and_normal_are_continuous_across_cells),
        cmocka_unit_test(normal_is_the_slope_of_the_height),
        cmocka_unit_test(place_off_the_grid_reads_the_nearest_on_it),
        cmocka_unit_test(not_a_number_reads_the_first_point),
        cmocka_unit_test(small_grids_are_read_whole),
        cmocka_unit_test(impossible_grid_reads_as_level),
        cmocka_unit_test(highest_bounds_the_skin_closely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
