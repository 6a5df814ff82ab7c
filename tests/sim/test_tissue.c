/// The tissue law against numbers worked out by hand, and the map against its own edges.
#include "tests/support/cmocka_prelude.h"

#include "sim/random.h"
#include "sim/tissue.h"

// 1 N/mm^1.5 is 31622.7766 N/m^1.5 (1 / 0.001^1.5).
#define PER_MM_1_5 31622.7766016838

static const tissue_settings_t muscle = {.stiffness_N_per_m1_5 = 1.0 * PER_MM_1_5,
                                         .damping_s_per_m = 3.0,
                                         .bone_depth_m = 0.020,
                                         .bone_stiffness_N_per_m = 35000.0,
                                         .relaxation_fraction = 0.3,
                                         .relaxation_time_s = 8.0};

static void four_millimetres_press_back_with_eight_newtons(void** state)
{
    (void)state;
    // 1 N/mm^1.5 * 4^1.5 mm^1.5 = 8 N; slope 1.5 * 1 * 2 = 3 N/mm.
    const tissue_force_t force = tissue_force(&muscle, 0.004, 0.0, 0.0);
    assert_near(force.force_N, 8.0, 1e-9);
    assert_near(force.by_depth_N_per_m, 3000.0, 1e-6);
}

static void sinking_at_100_mm_per_s_adds_30_percent(void** state)
{
    (void)state;
    const tissue_force_t force = tissue_force(&muscle, 0.004, 0.1, 0.0);
    assert_near(force.force_N, 8.0 * 1.3, 1e-9);
    assert_near(force.by_rate_Ns_per_m, 24.0, 1e-9);
}

static void bone_floor_adds_35_newtons_per_millimetre(void** state)
{
    (void)state;
    const double above_N = tissue_force(&muscle, 0.020, 0.0, 0.0).force_N;
    assert_near(above_N, pow(20.0, 1.5), 1e-6);
    const double below_N = tissue_force(&muscle, 0.022, 0.0, 0.0).force_N;
    assert_near(below_N, pow(22.0, 1.5) + 70.0, 1e-6);
}

static void force_is_zero_at_and_above_the_skin(void** state)
{
    (void)state;
    const double depths_m[] = {0.0, -1e-9, -0.1, (double)NAN};
    for (size_t i = 0; i < sizeof depths_m / sizeof *depths_m; ++i) {
        const tissue_force_t force = tissue_force(&muscle, depths_m[i], 1.0, 0.0);
        assert_true(force.force_N == 0.0 && force.by_depth_N_per_m == 0.0 &&
                    force.by_rate_Ns_per_m == 0.0);
    }
}

static void tissue_never_pulls_and_its_slopes_match_its_force(void** state)
{
    (void)state;
    const uint64_t seed = 20;
    print_message("seed %d\n", (int)seed);
    random_stream_t stream = random_stream(seed, 0);
    for (int i = 0; i < 20000; ++i) {
        const double depth_m = random_between(&stream, -0.01, 0.04);
        const double rate_mps = random_between(&stream, -1.0, 1.0);
        const double slow_N = random_between(&stream, 0.0, 60.0);
        const tissue_force_t force = tissue_force(&muscle, depth_m, rate_mps, slow_N);
        assert_true(force.force_N >= 0.0);
        assert_true(force.by_depth_N_per_m >= 0.0 && force.by_rate_Ns_per_m >= 0.0);
        const double step_m = 1e-8;
        if (force.force_N > 0.1 && fabs(depth_m - muscle.bone_depth_m) > 1e-6) {
            const double ahead_N =
                tissue_force(&muscle, depth_m + step_m, rate_mps, slow_N).force_N;
            const double behind_N =
                tissue_force(&muscle, depth_m - step_m, rate_mps, slow_N).force_N;
            assert_near((ahead_N - behind_N) / (2.0 * step_m), force.by_depth_N_per_m,
                        1e-3 * force.by_depth_N_per_m + 1.0);
        }
    }
}

static void held_force_falls_by_the_fraction_with_the_time_constant(void** state)
{
    (void)state;
    double slow_N = 0.0;
    for (int i = 0; i < 8000; ++i) {
        slow_N = tissue_slow_after(&muscle, slow_N, 0.009, 0.0, 0.02, 0.001);
    }
    // 27 N at 9 mm; after one time constant 63.2 % of the 30 % are gone.
    assert_near(tissue_force(&muscle, 0.009, 0.0, slow_N).force_N,
                27.0 * (1.0 - 0.3 * (1.0 - exp(-1.0))), 0.01);
    for (int i = 0; i < 100000; ++i) {
        slow_N = tissue_slow_after(&muscle, slow_N, 0.009, 0.0, 0.02, 0.001);
    }
    assert_near(tissue_force(&muscle, 0.009, 0.0, slow_N).force_N, 27.0 * 0.7, 0.001);
}

static void sliding_on_meets_fresh_tissue(void** state)
{
    (void)state;
    double slow_N = 8.1;
    for (int i = 0; i < 1000; ++i) { // 60 mm/s for a second with a 40 mm pad: three radii
        slow_N = tissue_slow_after(&muscle, slow_N, 0.009, 60e-6, 0.02, 0.001);
    }
    assert_true(slow_N < 0.1 * 8.1);
}

static void slow_branch_stays_bounded_for_any_step_and_speed(void** state)
{
    (void)state;
    random_stream_t stream = random_stream(4, 0);
    double slow_N = 0.0;
    for (int i = 0; i < 10000; ++i) {
        slow_N = tissue_slow_after(&muscle, slow_N, random_between(&stream, -0.01, 0.009),
                                   random_between(&stream, 0.0, 10.0), 0.02,
                                   random_between(&stream, 0.0, 100.0));
        assert_true(slow_N >= 0.0 && slow_N <= 0.3 * 27.0 + 1e-9);
    }
}

static surface_t surface;
static uint8_t kinds[SURFACE_ROW_CAPACITY][SURFACE_COLUMN_CAPACITY];

static void lay_grid(double spacing_m)
{
    surface.spacing_m = spacing_m;
    surface.origin_x_m = 0.0;
    surface.origin_y_m = 0.0;
    surface.row_count = 101;
    surface.column_count = 41;
    for (int row = 0; row < 101; ++row) {
        for (int column = 0; column < 41; ++column) {
            kinds[row][column] = row < 50 ? 0 : 1;
        }
    }
}

static void neighbours_run_into_each_other_without_a_jump(void** state)
{
    (void)state;
    tissue_settings_t both[2] = {muscle, muscle};
    both[1].stiffness_N_per_m1_5 = 5.0 * PER_MM_1_5;
    const double spacings_m[] = {0.0025, 0.005, 0.01};
    for (int k = 0; k < 3; ++k) {
        lay_grid(spacings_m[k]);
        tissue_map_t map;
        assert_true(tissue_map_build(&surface, (const uint8_t(*)[SURFACE_COLUMN_CAPACITY])kinds,
                                     both, 2, NULL, TISSUE_REFERENCE_PAD_M, &map));
        const double edge_m = 49.5 * spacings_m[k], y_m = 7.3 * spacings_m[k];
        double last = tissue_map_at(&map, edge_m - 0.02, y_m).stiffness_N_per_m1_5;
        assert_near(last, 1.0 * PER_MM_1_5, 1e-6);
        for (double x_m = edge_m - 0.02; x_m < edge_m + 0.02; x_m += 1e-5) {
            const double now = tissue_map_at(&map, x_m, y_m).stiffness_N_per_m1_5;
            assert_true(now >= last - 1e-6);
            // 4 N/mm^1.5 over about 10 mm: no step of 10 um may do more than three times its share.
            assert_true(now - last <= 3.0 * 4.0 * PER_MM_1_5 * 1e-5 / 0.010);
            last = now;
        }
        assert_near(last, 5.0 * PER_MM_1_5, 1e-6);
        assert_near(tissue_map_at(&map, edge_m, y_m).stiffness_N_per_m1_5, 3.0 * PER_MM_1_5, 1e-3);
    }
}

static void pad_of_four_times_the_diameter_meets_twice_the_stiffness(void** state)
{
    (void)state;
    lay_grid(0.01);
    tissue_map_t map;
    const double factors[1] = {1.5};
    assert_true(tissue_map_build(&surface, NULL, &muscle, 1, factors, 0.160, &map));
    assert_near(tissue_map_at(&map, 0.1, 0.1).stiffness_N_per_m1_5, 3.0 * PER_MM_1_5, 1e-6);
}

static void empty_places_and_places_off_the_grid_are_answered(void** state)
{
    (void)state;
    lay_grid(0.01);
    tissue_settings_t both[2] = {muscle, muscle};
    both[1].stiffness_N_per_m1_5 = 2.0 * PER_MM_1_5;
    kinds[0][0] = TISSUE_NONE;
    tissue_map_t map;
    assert_true(tissue_map_build(&surface, (const uint8_t(*)[SURFACE_COLUMN_CAPACITY])kinds, both,
                                 2, NULL, TISSUE_REFERENCE_PAD_M, &map));
    assert_int_equal(tissue_map_kind_at(&map, 0.0, 0.0), TISSUE_NONE);
    assert_int_equal(tissue_map_kind_at(&map, 0.9, 0.2), 1);
    const double places[] = {-1e300,     -1.0, 0.0, 5.0, 1e300, (double)INFINITY, -(double)INFINITY,
                             (double)NAN};
    for (int i = 0; i < 8; ++i) {
        for (int j = 0; j < 8; ++j) {
            const tissue_settings_t tissue = tissue_map_at(&map, places[i], places[j]);
            assert_true(tissue.stiffness_N_per_m1_5 >= 1.0 * PER_MM_1_5 - 1e-6 &&
                        tissue.stiffness_N_per_m1_5 <= 2.0 * PER_MM_1_5 + 1e-6);
            (void)tissue_map_kind_at(&map, places[i], places[j]);
        }
    }
}

static void too_many_or_no_kinds_are_refused(void** state)
{
    (void)state;
    static tissue_settings_t many[TISSUE_CAPACITY + 1];
    tissue_map_t map;
    assert_true(tissue_map_build(&surface, NULL, many, TISSUE_CAPACITY, NULL, 0.04, &map));
    assert_false(tissue_map_build(&surface, NULL, many, TISSUE_CAPACITY + 1, NULL, 0.04, &map));
    assert_false(tissue_map_build(&surface, NULL, many, 0, NULL, 0.04, &map));
    assert_false(tissue_map_build(&surface, NULL, many, 1, NULL, (double)NAN, &map));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(four_millimetres_press_back_with_eight_newtons),
        cmocka_unit_test(sinking_at_100_mm_per_s_adds_30_percent),
        cmocka_unit_test(bone_floor_adds_35_newtons_per_millimetre),
        cmocka_unit_test(force_is_zero_at_and_above_the_skin),
        cmocka_unit_test(tissue_never_pulls_and_its_slopes_match_its_force),
        cmocka_unit_test(held_force_falls_by_the_fraction_with_the_time_constant),
        cmocka_unit_test(sliding_on_meets_fresh_tissue),
        cmocka_unit_test(slow_branch_stays_bounded_for_any_step_and_speed),
        cmocka_unit_test(neighbours_run_into_each_other_without_a_jump),
        cmocka_unit_test(pad_of_four_times_the_diameter_meets_twice_the_stiffness),
        cmocka_unit_test(empty_places_and_places_off_the_grid_are_answered),
        cmocka_unit_test(too_many_or_no_kinds_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
