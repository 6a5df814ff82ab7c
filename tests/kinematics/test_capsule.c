/// Capsule distances against figures by hand and against a search along both stretches.
#include "tests/support/cmocka_prelude.h"

#include "kinematics/capsule.h"
#include "tests/kinematics/arms.h"

static capsule_t capsule(const float from_m[3], const float to_m[3], float radius_m)
{
    capsule_t c = {{0.0f}, {0.0f}, radius_m};
    memcpy(c.from_m, from_m, sizeof c.from_m);
    memcpy(c.to_m, to_m, sizeof c.to_m);
    return c;
}

static void crossing_parallel_and_end_to_end_distances(void** state)
{
    (void)state;
    const capsule_t along_x =
        capsule((float[3]){0.0f, 0.0f, 0.0f}, (float[3]){1.0f, 0.0f, 0.0f}, 0.1f);
    const capsule_t crossing =
        capsule((float[3]){0.5f, -1.0f, 0.5f}, (float[3]){0.5f, 1.0f, 0.5f}, 0.05f);
    const capsule_t parallel =
        capsule((float[3]){0.25f, 0.0f, 0.4f}, (float[3]){3.0f, 0.0f, 0.4f}, 0.05f);
    const capsule_t ahead =
        capsule((float[3]){1.3f, 0.4f, 0.0f}, (float[3]){2.0f, 0.4f, 0.0f}, 0.05f);
    const capsule_t ball =
        capsule((float[3]){-0.3f, 0.0f, 0.4f}, (float[3]){-0.3f, 0.0f, 0.4f}, 0.2f);
    assert_near((double)capsule_distance_m(&along_x, &crossing), 0.35, 1e-6);
    assert_near((double)capsule_distance_m(&along_x, &parallel), 0.25, 1e-6);
    assert_near((double)capsule_distance_m(&along_x, &ahead), 0.35, 1e-6);
    assert_near((double)capsule_distance_m(&along_x, &ball), 0.2, 1e-6);
    assert_near((double)capsule_distance_m(&ball, &along_x), 0.2, 1e-6);
    assert_near((double)capsule_distance_m(&ball, &ball), -0.4, 1e-6);
    assert_near((double)capsule_length_m(&ahead), 0.7, 1e-6);
}

static double searched_distance_m(const capsule_t* a, const capsule_t* b)
{
    double nearest_m = 1e9;
    for (int i = 0; i <= 300; i++) {
        for (int j = 0; j <= 300; j++) {
            float on_a[3];
            float on_b[3];
            capsule_point(a, (float)i / 300.0f, on_a);
            capsule_point(b, (float)j / 300.0f, on_b);
            const vec3_t between = vec3((double)(on_a[0] - on_b[0]), (double)(on_a[1] - on_b[1]),
                                        (double)(on_a[2] - on_b[2]));
            nearest_m = fmin(nearest_m, vec3_norm(between));
        }
    }
    return nearest_m - (double)a->radius_m - (double)b->radius_m;
}

static capsule_t random_capsule(uint64_t* random)
{
    capsule_t c = {{0.0f}, {0.0f}, (float)arm_random_between(random, 0.0, 0.2)};
    for (int k = 0; k < 3; k++) {
        c.from_m[k] = (float)arm_random_between(random, -0.5, 0.5);
        c.to_m[k] = (float)arm_random_between(random, -0.5, 0.5);
    }
    return c;
}

static void distance_is_what_a_search_finds(void** state)
{
    (void)state;
    uint64_t random = 81;
    print_message("seed 81\n");
    for (int trial = 0; trial < 200; trial++) {
        const capsule_t a = random_capsule(&random);
        const capsule_t b = random_capsule(&random);
        const double searched_m = searched_distance_m(&a, &b);
        const double distance_m = (double)capsule_distance_m(&a, &b);
        assert_near(distance_m, (double)capsule_distance_m(&b, &a), 1e-5);
        assert_true(distance_m <= searched_m + 1e-6);
        assert_near(distance_m, searched_m, 4e-3); // the search's spacing
    }
}

static const table_top_t TABLE = {2.0f, 0.8f};

static double to_table_m(const float from_m[3], const float to_m[3], float radius_m)
{
    const capsule_t at = capsule(from_m, to_m, radius_m);
    return (double)capsule_to_table_m(&at, TABLE);
}

static void distance_to_the_table_is_that_to_a_plate(void** state)
{
    (void)state;
    // Level above the top, sinking over the edge, beside, below, through it from top to bottom.
    assert_near(to_table_m((float[3]){0.5f, 0.0f, 0.3f}, (float[3]){1.0f, 0.0f, 0.3f}, 0.1f), 0.2,
                1e-4);
    assert_near(to_table_m((float[3]){1.0f, 0.0f, 0.5f}, (float[3]){1.0f, 0.3f, 0.15f}, 0.1f), 0.05,
                1e-4);
    assert_near(to_table_m((float[3]){1.0f, 0.6f, -0.4f}, (float[3]){1.0f, 0.6f, 0.9f}, 0.1f), 0.1,
                1e-4);
    assert_near(to_table_m((float[3]){1.0f, 0.0f, -0.4f}, (float[3]){1.5f, 0.0f, -0.3f}, 0.1f), 0.1,
                1e-4);
    assert_near(to_table_m((float[3]){1.0f, 0.0f, 0.2f}, (float[3]){1.0f, 0.0f, -0.2f}, 0.1f),
                -0.05 - 0.1, 1e-4);
    // Off a corner by 0.03, 0.04 and 0.12: 0.13 in all.
    assert_near(to_table_m((float[3]){2.03f, 0.44f, 0.12f}, (float[3]){3.0f, 1.0f, 0.9f}, 0.1f),
                0.03, 1e-4);
    // Leaning over the edge: past (0.4, 0) at 45 degrees, 0.1 from it, with both ends far away.
    const double off = 0.1 * sqrt(2.0);
    assert_near(to_table_m((float[3]){1.0f, (float)(0.4 + off - 1.0), 1.0f},
                           (float[3]){1.0f, (float)(0.4 + off + 0.5), -0.5f}, 0.04f),
                0.06, 1e-4);
}

/// Both against thousands of points along the stretch, each measured by hand.
static double sampled_to_table_m(const capsule_t* a)
{
    double least_m = HUGE_VAL;
    for (int i = 0; i <= 4000; i++) {
        float at_m[3];
        capsule_point(a, (float)i / 4000.0f, at_m);
        const double x = fmax(fmax(-(double)at_m[0], (double)at_m[0] - 2.0), 0.0);
        const double y = fmax(fabs((double)at_m[1]) - 0.4, 0.0);
        const double z = fmax(fmax((double)at_m[2], -0.1 - (double)at_m[2]), 0.0);
        double off_m = sqrt(x * x + y * y + z * z);
        if (!(off_m > 0.0)) {
            off_m = -fmin(
                fmin(-(double)at_m[2], 0.1 + (double)at_m[2]),
                fmin(fmin((double)at_m[0], 2.0 - (double)at_m[0]), 0.4 - fabs((double)at_m[1])));
        }
        least_m = fmin(least_m, off_m);
    }
    return least_m - (double)a->radius_m;
}

static void distance_to_the_table_is_what_a_search_finds(void** state)
{
    (void)state;
    uint64_t random = 6021;
    print_message("seed 6021\n");
    int inside = 0;
    for (int trial = 0; trial < 1000; trial++) {
        const capsule_t a = random_capsule(&random);
        const double sampled_m = sampled_to_table_m(&a);
        assert_near((double)capsule_to_table_m(&a, TABLE), sampled_m, 5e-4);
        inside += sampled_m < 0.0;
    }
    print_message("%d of 1000 overlap it\n", inside);
    assert_true(inside > 50 && inside < 950);
}

static void not_a_number_stays_one(void** state)
{
    (void)state;
    const capsule_t good =
        capsule((float[3]){0.5f, 0.0f, 0.3f}, (float[3]){1.0f, 0.0f, 0.3f}, 0.1f);
    for (int k = 0; k < 3; k++) {
        capsule_t bad = good;
        bad.to_m[k] = NAN;
        assert_true(isnan(capsule_distance_m(&good, &bad)));
        assert_true(isnan(capsule_distance_m(&bad, &good)));
        assert_true(isnan(capsule_to_table_m(&bad, TABLE)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crossing_parallel_and_end_to_end_distances),
        cmocka_unit_test(distance_is_what_a_search_finds),
        cmocka_unit_test(distance_to_the_table_is_that_to_a_plate),
        cmocka_unit_test(distance_to_the_table_is_what_a_search_finds),
        cmocka_unit_test(not_a_number_stays_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
