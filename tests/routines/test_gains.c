/// The gains of a machine: those of its file, and where it has none the stated ones; every row is
/// inside its own range.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "config/load.h"
#include "routines/gains.h"

static machine_settings_t machine; // large

static void a_machine_without_gains_gets_those_that_fit_any(void** state)
{
    (void)state;
    const gains_t gains = gains_of_machine(&machine);
    assert_true(gains.force_crossover_rad == 0.5236);
    for (int i = 0; i < GAIN_COUNT; ++i) {
        assert_true(gains_get(&gains, i) == gain_info(i)->otherwise);
    }
}

static void every_gain_lies_in_its_own_range_and_is_found_by_its_key(void** state)
{
    (void)state;
    for (int i = 0; i < GAIN_COUNT; ++i) {
        const gain_info_t* info = gain_info(i);
        assert_true(info->lowest > 0.0);
        assert_true(info->otherwise >= info->lowest && info->otherwise <= info->highest);
        assert_int_equal(gain_named(info->key), i);
    }
    assert_int_equal(gain_named("stiffness"), -1);
}

static void what_is_given_to_a_machine_is_what_it_is_controlled_with(void** state)
{
    (void)state;
    machine_settings_t* own = calloc(1, sizeof *own);
    gains_t gains = {0};
    for (int i = 0; i < GAIN_COUNT; ++i) {
        gains_set(&gains, i, 0.5 * (gain_info(i)->lowest + gain_info(i)->highest));
    }
    gains_give_machine(&gains, own);
    const gains_t back = gains_of_machine(own);
    for (int i = 0; i < GAIN_COUNT; ++i) {
        assert_true(gains_get(&back, i) == gains_get(&gains, i));
    }
    free(own);
}

static void every_shipped_machine_states_its_gains_with_their_sources(void** state)
{
    (void)state;
    static const char* const paths[] = {"config/machines/rail6.yaml",
                                        "config/machines/rtu_lines.yaml",
                                        "config/machines/rtu_seven.yaml"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; ++i) {
        machine_settings_t* shipped = calloc(1, sizeof *shipped);
        findings_t* findings = calloc(1, sizeof *findings);
        assert_true(load_machine(paths[i], "config/devices", shipped, findings));
        const gain_figures_t* file = &shipped->gains;
#define X(member, key, dimension, lowest, highest, otherwise, meaning)                             \
    assert_true(file->member.value > 0.0);                                                         \
    assert_true(file->member.source[0] != '\0');
        GAIN_LIST(X)
#undef X
        free(findings);
        free(shipped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_machine_without_gains_gets_those_that_fit_any),
        cmocka_unit_test(every_gain_lies_in_its_own_range_and_is_found_by_its_key),
        cmocka_unit_test(what_is_given_to_a_machine_is_what_it_is_controlled_with),
        cmocka_unit_test(every_shipped_machine_states_its_gains_with_their_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
