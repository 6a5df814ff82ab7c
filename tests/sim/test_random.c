/// The generators give the published numbers, and what is drawn from them has the spread it says.
#include "tests/support/cmocka_prelude.h"

#include "sim/random.h"

// Known answers published with the generator (splitmix64, seed 1234567).
static void splitmix_gives_its_published_numbers(void** state)
{
    (void)state;
    uint64_t word = 1234567;
    assert_true(random_splitmix(&word) == 6457827717110365317u);
    assert_true(random_splitmix(&word) == 3203168211198807973u);
    assert_true(random_splitmix(&word) == 9817491932198370423u);
    assert_true(random_splitmix(&word) == 4593380528125082431u);
}

// Known answers of xoshiro256++ from the state 1, 2, 3, 4; the first two can be worked out by hand:
// rotl(1 + 4, 23) + 1 = 5 * 2^23 + 1.
static void xoshiro_gives_its_published_numbers(void** state)
{
    (void)state;
    random_stream_t stream = {{1, 2, 3, 4}};
    assert_true(random_next(&stream) == 41943041u);
    assert_true(random_next(&stream) == 58720359u);
    assert_true(random_next(&stream) == 3588806011781223u);
    assert_true(random_next(&stream) == 3591011842654386u);
}

static void gaussian_has_mean_0_and_deviation_1(void** state)
{
    (void)state;
    random_stream_t stream = random_stream(7, 0);
    double sum = 0.0, squares = 0.0, fourth = 0.0, most = 0.0;
    const int count = 200000;
    for (int i = 0; i < count; ++i) {
        const double x = i % 2 ? random_gaussian(&stream) : random_gaussian_at(99, (uint64_t)i);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
        most = fmax(most, fabs(x));
    }
    assert_near(sum / count, 0.0, 0.01); // 4.5 standard errors
    assert_near(squares / count, 1.0, 0.015);
    assert_near(fourth / count, 2.9, 0.1); // twelve uniform numbers: 3 - 6/(5 * 12)
    assert_true(most > 3.5 && most <= 6.0);
}

static void between_stays_between(void** state)
{
    (void)state;
    random_stream_t stream = random_stream(3, 1);
    double least = 1.0, most = 0.0;
    for (int i = 0; i < 100000; ++i) {
        const double x = random_between(&stream, -2.0, 5.0);
        assert_true(x >= -2.0 && x < 5.0);
        least = fmin(least, x);
        most = fmax(most, x);
    }
    assert_true(least < -1.999 && most > 4.999);
}

static void seeds_and_purposes_give_different_streams(void** state)
{
    (void)state;
    random_stream_t streams[] = {random_stream(1, 0), random_stream(2, 0), random_stream(1, 1),
                                 random_stream(0, 0), random_stream(0, 1)};
    for (int i = 0; i < 5; ++i) {
        for (int j = 0; j < i; ++j) {
            random_stream_t a = streams[i], b = streams[j];
            assert_false(random_next(&a) == random_next(&b));
        }
    }
}

static void numbered_draws_do_not_depend_on_each_other(void** state)
{
    (void)state;
    const double tenth = random_gaussian_at(5, 10);
    (void)random_gaussian_at(5, 11);
    assert_true(random_gaussian_at(5, 10) == tenth);
    assert_false(random_gaussian_at(6, 10) == tenth);
    // Neighbours are not alike: correlation of successive numbers.
    double product = 0.0;
    for (uint64_t i = 0; i < 100000; ++i) {
        product += random_gaussian_at(5, i) * random_gaussian_at(5, i + 1);
    }
    assert_near(product / 100000.0, 0.0, 0.015);
}

static void numbered_parts_are_even_and_do_not_depend_on_each_other(void** state)
{
    (void)state;
    int below_tenth = 0;
    double sum = 0.0;
    for (uint64_t i = 0; i < 100000; ++i) {
        const double part = random_part_at(9, i);
        assert_true(part >= 0.0 && part < 1.0);
        below_tenth += part < 0.1 ? 1 : 0;
        sum += part;
    }
    assert_near(below_tenth, 10000.0, 400.0); // four standard errors
    assert_near(sum / 100000.0, 0.5, 0.004);
    const double tenth = random_part_at(9, 10);
    (void)random_part_at(9, 11);
    assert_true(random_part_at(9, 10) == tenth);
    assert_false(random_part_at(10, 10) == tenth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splitmix_gives_its_published_numbers),
        cmocka_unit_test(xoshiro_gives_its_published_numbers),
        cmocka_unit_test(gaussian_has_mean_0_and_deviation_1),
        cmocka_unit_test(between_stays_between),
        cmocka_unit_test(seeds_and_purposes_give_different_streams),
        cmocka_unit_test(numbered_draws_do_not_depend_on_each_other),
        cmocka_unit_test(numbered_parts_are_even_and_do_not_depend_on_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
