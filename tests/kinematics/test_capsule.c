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

static void only_what_is_over_the_table_counts(void** state)
{
    (void)state;
    const table_top_t table = {2.0f, 0.8f};
    const capsule_t level =
        capsule((float[3]){0.5f, 0.0f, 0.3f}, (float[3]){1.0f, 0.0f, 0.3f}, 0.1f);
    const capsule_t sinking =
        capsule((float[3]){1.0f, 0.0f, 0.5f}, (float[3]){1.0f, 0.8f, 0.1f}, 0.1f);
    const capsule_t beside =
        capsule((float[3]){1.0f, 0.5f, -0.4f}, (float[3]){1.0f, 0.6f, 0.9f}, 0.1f);
    const capsule_t through =
        capsule((float[3]){1.0f, 0.0f, 0.2f}, (float[3]){1.0f, 0.0f, -0.2f}, 0.1f);
    assert_near((double)capsule_over_table_m(&level, table), 0.2, 1e-6);
    // Its stretch leaves the table half way, at z = 0.3.
    assert_near((double)capsule_over_table_m(&sinking, table), 0.2, 1e-6);
    assert_true(capsule_over_table_m(&beside, table) == INFINITY);
    assert_near((double)capsule_over_table_m(&through, table), -0.3, 1e-6);
}

static void not_a_number_stays_one(void** state)
{
    (void)state;
    const table_top_t table = {2.0f, 0.8f};
    const capsule_t good =
        capsule((float[3]){0.5f, 0.0f, 0.3f}, (float[3]){1.0f, 0.0f, 0.3f}, 0.1f);
    for (int k = 0; k < 3; k++) {
        capsule_t bad = good;
        bad.to_m[k] = NAN;
        assert_true(isnan(capsule_distance_m(&good, &bad)));
        assert_true(isnan(capsule_distance_m(&bad, &good)));
        assert_true(isnan(capsule_over_table_m(&bad, table)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crossing_parallel_and_end_to_end_distances),
        cmocka_unit_test(distance_is_what_a_search_finds),
        cmocka_unit_test(only_what_is_over_the_table_counts),
        cmocka_unit_test(not_a_number_stays_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
