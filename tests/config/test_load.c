/// Every shipped file loads without a finding; a file says its kind; and a machine and the limits
/// are refused together where the machine could not keep them.
#include "tests/support/cmocka_prelude.h"

#include <glob.h>
#include <string.h>

#include "config/load.h"

static machine_settings_t machine;
static safety_settings_t safety;
static findings_t findings;

static int load_shipped(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    return load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings) &&
                   load_safety("config/safety/default.yaml", &safety, &findings)
               ? 0
               : -1;
}

static void every_shipped_file_loads_without_a_finding(void** state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("config/*/*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc >= 6);
    static body_settings_t body;
    static device_profile_t profile;
    static screening_settings_t screening;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const char* path = files.gl_pathv[i];
        char kind[NAME_CAPACITY];
        assert_true(load_kind(path, kind, &findings));
        bool ok = false;
        if (strcmp(kind, "machine") == 0)
            ok = load_machine(path, "config/devices", &machine, &findings);
        else if (strcmp(kind, "safety") == 0)
            ok = load_safety(path, &safety, &findings);
        else if (strcmp(kind, "body") == 0)
            ok = load_body(path, &body, &findings);
        else if (strcmp(kind, "device") == 0)
            ok = load_device_profile(path, &profile, &findings);
        else if (strcmp(kind, "screening") == 0)
            ok = load_screening(path, &screening, &findings);
        findings_print(&findings, stderr);
        assert_true(ok);
    }
    globfree(&files);
    assert_int_equal(findings.count, 0);
}

static void a_file_says_its_kind(void** state)
{
    (void)state;
    char kind[NAME_CAPACITY] = "untouched";
    assert_true(load_kind("tests/data/valid/device_small.yaml", kind, &findings));
    assert_string_equal(kind, "device");
    assert_false(load_kind("tests/data/broken/safety_no_kind.yaml", kind, &findings));
    assert_false(load_kind("tests/data/broken/safety_root_list.yaml", kind, &findings));
    assert_false(load_kind("tests/data/broken/safety_empty.yaml", kind, &findings));
    assert_string_equal(kind, "device");
    assert_int_equal(findings.error_count, 3);
}

static void the_shipped_machine_can_keep_the_shipped_limits(void** state)
{
    (void)state;
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    assert_int_equal(findings.count, 0);
}

/// The only finding is about `field`.
static void assert_refused(const char* field)
{
    assert_false(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    if (findings.count != 1 || strcmp(findings.at[0].field, field) != 0)
        findings_print(&findings, stderr);
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.at[0].field, field);
    assert_string_equal(findings.at[0].path, "rail6.yaml");
    assert_int_equal(findings.at[0].line, 0);
}

static void two_periods_fit_into_the_age_of_a_sample(void** state)
{
    (void)state;
    machine.period_us = 5000;
    safety.overrun_count_max.value = 1.0;
    safety.sample_age_max_s.value = 0.010;
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    safety.sample_age_max_s.value = 0.0099;
    assert_refused("period");
}

/// Of 5 N/mm, 4 ms and 20 ms: 8 N need 66.7 mm/s.
static void force_that_builds_up_before_a_stop_stays_below_the_margin(void** state)
{
    (void)state;
    safety.normal_speed_max_mps.value = 8.0 / (0.024 * 5000.0);
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    safety.normal_speed_max_mps.value *= 1.001;
    assert_refused("normal_speed_max");
}

static void first_touch_stays_below_the_margin(void** state)
{
    (void)state;
    safety.touch_speed_max_mps.value = 8.01 / (0.024 * 5000.0);
    assert_refused("touch_speed_max");
}

static void unexpected_touch_stays_below_the_limit_of_all(void** state)
{
    (void)state;
    safety.transit_speed_max_mps.value = 60.0 / (0.024 * 5000.0);
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    safety.transit_speed_max_mps.value *= 1.001;
    assert_refused("transit_speed_max");
}

static void the_spring_gives_until_the_limit_of_all(void** state)
{
    (void)state;
    machine.arm.tool.spring_travel_m = 0.012;
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    machine.arm.tool.spring_travel_m = 0.0119;
    assert_refused("contact_force_max");
}

/// Shows H39.
static void late_periods_fit_into_the_watchdog(void** state)
{
    (void)state;
    safety.overrun_count_max.value = 10.0; // 40 ms
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    safety.overrun_count_max.value = 11.0;
    assert_refused("period"); // once, though seven drives have the same watchdog
}

static void a_slow_device_is_refused(void** state)
{
    (void)state;
    device_profile_t* sensor =
        &machine.profiles[machine.devices[machine.force_sensor].profile_index];
    sensor->sample_age_max_s = 0.016;
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    sensor->sample_age_max_s = 0.0161;
    assert_refused("devices");
}

/// Nothing is played over a profile that can only be looked at.
static void a_device_that_is_not_cyclic_is_refused(void** state)
{
    (void)state;
    device_profile_t* sensor =
        &machine.profiles[machine.devices[machine.force_sensor].profile_index];
    sensor->cyclic = false;
    assert_refused("devices");
}

static void yielding_unloads_the_spring(void** state)
{
    (void)state;
    safety.yield_distance_m.value = 0.03;
    assert_true(load_check_together(&machine, &safety, "rail6.yaml", &findings));
    safety.yield_distance_m.value = 0.0299;
    assert_refused("tool.spring_travel");
}

/// Shows H42, I15.
static void what_is_not_a_number_is_never_permitted(void** state)
{
    (void)state;
    safety.normal_speed_max_mps.value = (double)NAN;
    assert_refused("normal_speed_max");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_shipped_file_loads_without_a_finding, load_shipped),
        cmocka_unit_test_setup(a_file_says_its_kind, load_shipped),
        cmocka_unit_test_setup(the_shipped_machine_can_keep_the_shipped_limits, load_shipped),
        cmocka_unit_test_setup(two_periods_fit_into_the_age_of_a_sample, load_shipped),
        cmocka_unit_test_setup(force_that_builds_up_before_a_stop_stays_below_the_margin,
                               load_shipped),
        cmocka_unit_test_setup(first_touch_stays_below_the_margin, load_shipped),
        cmocka_unit_test_setup(unexpected_touch_stays_below_the_limit_of_all, load_shipped),
        cmocka_unit_test_setup(the_spring_gives_until_the_limit_of_all, load_shipped),
        cmocka_unit_test_setup(late_periods_fit_into_the_watchdog, load_shipped),
        cmocka_unit_test_setup(a_slow_device_is_refused, load_shipped),
        cmocka_unit_test_setup(a_device_that_is_not_cyclic_is_refused, load_shipped),
        cmocka_unit_test_setup(yielding_unloads_the_spring, load_shipped),
        cmocka_unit_test_setup(what_is_not_a_number_is_never_permitted, load_shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
