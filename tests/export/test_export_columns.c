// Names are ones that tools can take apart, and numbers keep their digits.
#include "tests/support/cmocka_prelude.h"

#include <ctype.h>
#include <string.h>

#include "controller/export/export_columns.h"
#include "tests/support/export_sample.h"

static bool ends_in(const char* name, const char* ending)
{
    const size_t length = strlen(name);
    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

static void names_are_identifiers_that_stand_once(void** state)
{
    const export_sample_t* fixture = *state;
    static export_columns_t columns;
    export_columns_make(&fixture->sample->session, &columns);
    assert_string_equal(columns.at[0].name, "time");
    assert_true(columns.count > 100);
    for (int i = 0; i < columns.count; ++i) {
        const char* name = columns.at[i].name;
        assert_true(isalpha((unsigned char)name[0]));
        for (const char* at = name; *at != '\0'; ++at) {
            assert_true(isalnum((unsigned char)*at) || *at == '_');
        }
        for (int k = 0; k < i; ++k) {
            assert_string_not_equal(columns.at[k].name, name);
        }
        assert_true(strlen(columns.at[i].meaning) > 0);
        assert_true(i == 0 || columns.at[i].group >= columns.at[i - 1].group);
    }
}

static void numbers_name_their_unit(void** state)
{
    const export_sample_t* fixture = *state;
    static export_columns_t columns;
    static const char* const units[] = {"_s",   "_N",       "_Nm",        "_m",
                                        "_rad", "_m_per_s", "_rad_per_s", "_N_per_m"};
    // Without a unit, or with that of another column.
    static const char* const without[] = {"time",
                                          "rule_measured",
                                          "rule_allowed",
                                          "tool_qx_measured",
                                          "tool_qy_measured",
                                          "tool_qz_measured",
                                          "tool_qw_measured",
                                          "surface_normal_x",
                                          "surface_normal_y",
                                          "surface_normal_z"};
    export_columns_make(&fixture->sample->session, &columns);
    for (int i = 0; i < columns.count; ++i) {
        const export_column_t* column = &columns.at[i];
        bool named = column->kind != EXPORT_NUMBER && column->kind != EXPORT_SINGLE;
        for (size_t k = 0; k < sizeof units / sizeof units[0]; ++k) {
            named = named || ends_in(column->name, units[k]);
        }
        for (size_t k = 0; k < sizeof without / sizeof without[0]; ++k) {
            named = named || strcmp(column->name, without[k]) == 0;
        }
        if (!named) {
            fail_msg("%s has no unit", column->name);
        }
    }
}

static void singles_keep_their_bits_and_numbers_twelve_digits(void** state)
{
    (void)state;
    uint64_t random = 77;
    export_digits_t single = {0};
    export_digits_t number = {0};
    for (int i = 0; i < 100000; ++i) {
        const double value = sample_noise(&random) * pow(10.0, (double)(i % 30) - 15.0);
        const char* text = export_digits(&single, EXPORT_SINGLE, (double)(float)value);
        assert_true(strtof(text, NULL) == (float)value);
        text = export_digits(&number, EXPORT_NUMBER, value);
        assert_true(fabs(strtod(text, NULL) - value) <= 5e-12 * fabs(value));
        assert_true(strlen(text) < EXPORT_DIGITS_CAPACITY);
        assert_ptr_equal(export_digits(&number, EXPORT_NUMBER, value), text);
    }
    assert_string_equal(export_digits(&number, EXPORT_NUMBER, 0.0), "0");
    assert_string_equal(export_digits(&number, EXPORT_NUMBER, -0.0), "-0");
    assert_string_equal(export_digits(&number, EXPORT_NUMBER, 3 * 0.1), "0.3");
    assert_string_equal(export_digits(&number, EXPORT_NUMBER, HUGE_VAL), "inf");
}

/// A record whose every number is one that no run has: nothing outside the session is read.
static void numbers_out_of_every_range_name_nothing(void** state)
{
    const export_sample_t* fixture = *state;
    export_row_t row = export_row_begin(&fixture->sample->session);
    static export_columns_t columns;
    static export_value_t values[EXPORT_COLUMN_CAPACITY];
    export_columns_make(&fixture->sample->session, &columns);
    for (int number = -3; number < 3000; number = number < 0 ? number + 1 : 2 * number + 1) {
        cycle_record_t record;
        memset(&record, 0, sizeof record);
        record.item = number;
        record.region = number;
        record.verdict.rule = number;
        record.verdict.subject = number;
        record.verdict.refused = UINT64_MAX;
        record.input.requests = UINT32_MAX;
        export_row_take(&row, &record, NULL, values);
        for (int i = 0; i < columns.count; ++i) {
            assert_true(columns.at[i].kind != EXPORT_WORD || !values[i].known ||
                        strlen(values[i].word) > 0);
        }
    }
}

/// Three numbers, three meanings: a joint, an axis of the force sensor, a link.
static void an_axis_of_the_force_sensor_is_never_called_a_joint(void** state)
{
    const export_sample_t* fixture = *state;
    const struct {
        interlock_rule_t rule;
        bool joint, axis;
    } rows[] = {{INTERLOCK_FOLLOWING, true, false},
                {INTERLOCK_FORCE_AXIS_FROZEN, false, true},
                {INTERLOCK_LINK_CLEARANCE, true, false}};
    static export_columns_t columns;
    static export_value_t values[EXPORT_COLUMN_CAPACITY];
    export_columns_make(&fixture->sample->session, &columns);
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; ++row) {
        export_row_t taken = export_row_begin(&fixture->sample->session);
        cycle_record_t record;
        memset(&record, 0, sizeof record);
        record.verdict.rule = (int)rows[row].rule;
        record.verdict.subject = 2;
        export_row_take(&taken, &record, NULL, values);
        int seen = 0;
        for (int i = 0; i < columns.count; ++i) {
            if (strcmp(columns.at[i].name, "rule_joint") == 0) {
                assert_int_equal(values[i].known, rows[row].joint);
                seen++;
            } else if (strcmp(columns.at[i].name, "rule_axis") == 0) {
                assert_int_equal(values[i].known, rows[row].axis);
                assert_true(!values[i].known || strcmp(values[i].word, "z") == 0);
                seen++;
            }
        }
        assert_int_equal(seen, 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name)                                                                                \
    cmocka_unit_test_setup_teardown(name, export_sample_setup, export_sample_teardown)
        CLAIM(names_are_identifiers_that_stand_once),
        CLAIM(numbers_name_their_unit),
        CLAIM(singles_keep_their_bits_and_numbers_twelve_digits),
        CLAIM(numbers_out_of_every_range_name_nothing),
        CLAIM(an_axis_of_the_force_sensor_is_never_called_a_joint),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
