/// Figures are told in the units people use, and two that differ never look the same.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "controller/explain/explain_words.h"

static void figures_are_told_in_units_of_their_size(void** context)
{
    (void)context;
    const struct {
        quantity_t quantity;
        joint_kind_t kind;
        double figure;
        const char* text;
    } rows[] = {
        {QUANTITY_TIME, JOINT_REVOLUTE, 0.024, "24 ms"},
        {QUANTITY_TIME, JOINT_REVOLUTE, 3.0, "3 s"},
        {QUANTITY_TIME, JOINT_REVOLUTE, 5400.0, "90 min"},
        {QUANTITY_FORCE, JOINT_REVOLUTE, 12.34, "12.3 N"},
        {QUANTITY_FORCE, JOINT_REVOLUTE, 1234.4, "1234 N"},
        {QUANTITY_PERIODS, JOINT_REVOLUTE, 900250.0, "900250 periods"},
        {QUANTITY_LENGTH, JOINT_REVOLUTE, 0.0401, "40.1 mm"},
        {QUANTITY_LENGTH, JOINT_REVOLUTE, 1.25, "1.25 m"},
        {QUANTITY_SPEED, JOINT_REVOLUTE, 0.325, "325 mm/s"},
        {QUANTITY_JOINT_WAY, JOINT_REVOLUTE, 0.0349066, "2 deg"},
        {QUANTITY_JOINT_WAY, JOINT_PRISMATIC, 0.005, "5 mm"},
        {QUANTITY_JOINT_SPEED, JOINT_REVOLUTE, 2.0943951, "120 deg/s"},
        {QUANTITY_JOINT_SPEED, JOINT_PRISMATIC, 0.8, "800 mm/s"},
        {QUANTITY_JOINT_EFFORT, JOINT_REVOLUTE, -70.0, "-70 Nm"},
        {QUANTITY_JOINT_EFFORT, JOINT_PRISMATIC, 112.5, "112 N"},
        {QUANTITY_PERIODS, JOINT_REVOLUTE, 6.0, "6 periods"},
        {QUANTITY_PART, JOINT_REVOLUTE, 1.02, "102 %"},
        {QUANTITY_LENGTH, JOINT_REVOLUTE, 3e-10, "0 mm"},
        {QUANTITY_FORCE, JOINT_REVOLUTE, (double)NAN, "unknown"},
        {QUANTITY_TIME, JOINT_REVOLUTE, HUGE_VAL, "without end"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[FIGURE_TEXT_CAPACITY];
        figure_text(rows[i].quantity, rows[i].kind, rows[i].figure, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void two_figures_that_differ_never_look_the_same(void** context)
{
    (void)context;
    for (double apart = 1.0; apart > 1e-6; apart /= 10.0) {
        char measured[FIGURE_TEXT_CAPACITY], allowed[FIGURE_TEXT_CAPACITY];
        figure_pair_text(QUANTITY_FORCE, JOINT_REVOLUTE, 60.0 + apart, 60.0, measured, allowed);
        assert_string_not_equal(measured, allowed);
        assert_string_equal(allowed, "60 N");
    }
}

static void every_place_is_replaced_and_the_end_is_cut(void** context)
{
    (void)context;
    char text[32] = "{a} is {a}, not {b}";
    words_replace(text, sizeof text, "{a}", "one");
    words_replace(text, sizeof text, "{b}", "");
    assert_string_equal(text, "one is one, not ");
    char same[16] = "{a}"; // what is put in is not looked at again
    words_replace(same, sizeof same, "{a}", "{a}{a}");
    assert_string_equal(same, "{a}{a}");
    for (size_t capacity = 4; capacity < 30; capacity++) {
        char cut[32] = "{a}";
        cut[capacity + 1] = '#';
        words_replace(cut, capacity, "{a}", "0123456789012345678901234");
        assert_true(strlen(cut) < capacity);
        assert_int_equal(cut[capacity + 1], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_told_in_units_of_their_size),
        cmocka_unit_test(two_figures_that_differ_never_look_the_same),
        cmocka_unit_test(every_place_is_replaced_and_the_end_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
