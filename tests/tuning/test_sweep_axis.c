/// What stands behind --set: ranges with both ends, lists, combinations; everything else is refused
/// with a sentence.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/tuning/sweep_axis.h"

static sweep_axes_t axes; // large

static void a_range_has_both_its_ends_and_even_steps(void** state)
{
    (void)state;
    char wrong[TEXT_CAPACITY];
    assert_true(sweep_axes_read("machine.gains.tracking=0.1:0.5:5", &axes, wrong));
    assert_int_equal(axes.axis_count, 1);
    assert_int_equal(axes.axes[0].kind, SWEEP_MACHINE);
    assert_string_equal(axes.axes[0].field, "gains.tracking");
    assert_int_equal(axes.axes[0].count, 5);
    static const double expected[] = {0.1, 0.2, 0.3, 0.4, 0.5};
    for (int i = 0; i < 5; ++i) {
        assert_true(axes.axes[0].values[i] == expected[i]); // as written, to the bit
    }
}

static void several_fields_make_every_combination_the_last_quickest(void** state)
{
    (void)state;
    char wrong[TEXT_CAPACITY];
    assert_true(
        sweep_axes_read("client.weight=55,70;safety.a.b=-1:1:3;person.body_lie=0,1", &axes, wrong));
    assert_int_equal(sweep_axes_points(&axes), 12);
    int64_t point = 0;
    for (int a = 0; a < 2; ++a) {
        for (int b = 0; b < 3; ++b) {
            for (int c = 0; c < 2; ++c, ++point) {
                double values[SWEEP_AXIS_CAPACITY];
                sweep_axes_values(&axes, point, values);
                assert_true(values[0] == (a == 0 ? 55.0 : 70.0));
                assert_true(values[1] == b - 1.0);
                assert_true(values[2] == (double)c);
            }
        }
    }
}

static void what_cannot_be_varied_is_refused_with_a_sentence(void** state)
{
    (void)state;
    static const char* const bad[] = {
        "",
        "gains.tracking=1,2",
        "machine=1,2",
        "machine.=1",
        "machine.period",
        "machine.period=",
        "machine.period=fast",
        "machine.period=1,",
        "machine.period=1,,2",
        "machine.period=1:2",
        "machine.period=1:2:1",
        "machine.period=2:1:3",
        "machine.period=1:2:2.5",
        "machine.period=1:2:1001",
        "machine.period=1:2:3:4",
        "machine.period=nan",
        "machine.period=inf:1:2",
        "machine.period=1;",
        "machine.period=1 ms",
        "person.shoe_size=40",
        "machine.a=1;machine.b=1;machine.c=1;machine.d=1;machine.e=1",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i) {
        char wrong[TEXT_CAPACITY] = "";
        if (sweep_axes_read(bad[i], &axes, wrong)) {
            fail_msg("'%s' was taken", bad[i]);
        }
        assert_true(strlen(wrong) > 0);
    }
}

static void more_points_than_may_be_are_none(void** state)
{
    (void)state;
    char wrong[TEXT_CAPACITY];
    assert_true(sweep_axes_read("machine.a=1:2:100;machine.b=1:2:1000", &axes, wrong));
    assert_int_equal(sweep_axes_points(&axes), 100000);
    assert_true(sweep_axes_read("machine.a=1:2:101;machine.b=1:2:1000", &axes, wrong));
    assert_int_equal(sweep_axes_points(&axes), 0);
}

static void a_person_is_given_what_is_varied_of_him(void** state)
{
    (void)state;
    rehearsal_person_t person = rehearsal_person();
    assert_true(sweep_give_person(&person, "tissue_factor", 1.5));
    assert_true(sweep_give_person(&person, "breathing_rate", 0.3));
    assert_true(person.tissue_factor == 1.5);
    assert_true(person.breathing_rate_Hz == 0.3);
    assert_false(sweep_give_person(&person, "tissue", 1.5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_has_both_its_ends_and_even_steps),
        cmocka_unit_test(several_fields_make_every_combination_the_last_quickest),
        cmocka_unit_test(what_cannot_be_varied_is_refused_with_a_sentence),
        cmocka_unit_test(more_points_than_may_be_are_none),
        cmocka_unit_test(a_person_is_given_what_is_varied_of_him),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
