/// Proves that no machine touches anybody whose bus is too slow for its period or one of whose
/// drives is not known to stop by itself, and that the findings say which and why.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/cli/bus_admission.h"

#define ROUTINE "routines/library/short-back.yaml"

static options_t no_options(void)
{
    options_t options = {0};
    options.whole[OPTION_SEED] = OPTION_SEED_DEFAULT;
    return options;
}

/// The shipped table with a routine that is admitted on it.
static int setup(void** state)
{
    assembly_t* assembly = assembly_create();
    const options_t options = no_options();
    *state = assembly;
    return assembly != NULL && assembly_load_table(assembly, &options) &&
                   assembly_load_routine(assembly, ROUTINE)
               ? 0
               : -1;
}

static int teardown(void** state)
{
    assembly_destroy(*state);
    return 0;
}

static bool found(const findings_t* findings, const char* text)
{
    for (int i = 0; i < findings->count; ++i) {
        if (strstr(findings->at[i].message, text) != NULL) {
            return true;
        }
    }
    return false;
}

static bool admitted(assembly_t* assembly)
{
    assembly->findings = (findings_t){0};
    const bool good = bus_admit_contact(assembly);
    assert_int_equal(good, assembly->findings.error_count == 0);
    return good;
}

static device_profile_t* drive_profile(machine_settings_t* machine, int joint)
{
    return &machine->profiles[machine->devices[machine->drive_of_joint[joint]].profile_index];
}

static void only_a_drive_that_was_seen_to_stop_counts(void** state)
{
    machine_settings_t* machine = &((assembly_t*)*state)->machine;
    device_profile_t* profile = drive_profile(machine, 3);
    static const lost_controller_t reactions[] = {LOST_UNKNOWN, LOST_GOES_ON, LOST_STOPS};
    static const verified_t levels[] = {VERIFIED_NO, VERIFIED_MANUAL, VERIFIED_PUBLIC_CODE,
                                        VERIFIED_BENCH, VERIFIED_VIRTUAL};
    for (size_t i = 0; i < sizeof reactions / sizeof reactions[0]; ++i) {
        for (size_t j = 0; j < sizeof levels / sizeof levels[0]; ++j) {
            profile->lost_controller = reactions[i];
            profile->lost_controller_verified = levels[j];
            const bool stops = reactions[i] == LOST_STOPS;
            machine->world = WORLD_REAL;
            assert_int_equal(bus_drive_surely_stops(machine, 3),
                             stops && levels[j] == VERIFIED_BENCH);
            machine->world = WORLD_VIRTUAL;
            assert_int_equal(bus_drive_surely_stops(machine, 3),
                             stops &&
                                 (levels[j] == VERIFIED_BENCH || levels[j] == VERIFIED_VIRTUAL));
        }
    }
}

static void a_joint_whose_drive_may_go_on_is_named_with_device_and_profile(void** state)
{
    assembly_t* assembly = *state;
    machine_settings_t* machine = &assembly->machine;
    assert_true(admitted(assembly));
    // One joint gets a drive of its own kind.
    const int device = machine->drive_of_joint[4];
    device_profile_t* other = &machine->profiles[machine->profile_count];
    *other = *drive_profile(machine, 4);
    (void)snprintf(other->name, sizeof other->name, "odd_drive");
    machine->devices[device].profile_index = machine->profile_count++;
    assert_true(admitted(assembly));
    static const struct {
        lost_controller_t reaction;
        verified_t verified;
        const char* text;
    } cases[] = {
        {LOST_UNKNOWN, VERIFIED_VIRTUAL, "nobody knows what it does without its controller"},
        {LOST_GOES_ON, VERIFIED_BENCH, "it goes on without its controller"},
        {LOST_STOPS, VERIFIED_MANUAL, "that it stops without its controller was not seen"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        other->lost_controller = cases[i].reaction;
        other->lost_controller_verified = cases[i].verified;
        assert_false(admitted(assembly));
        assert_int_equal(assembly->findings.error_count, 1);
        assert_true(found(&assembly->findings, cases[i].text));
        assert_true(
            found(&assembly->findings, "'drive_4' of joint 'joint_4' has the profile 'odd_drive'"));
        assert_string_equal(assembly->findings.at[0].path, assembly->machine_path);
        assert_true(assembly->findings.at[0].line > 0);
    }
}

static void a_real_machine_needs_every_drive_seen_on_a_bench(void** state)
{
    assembly_t* assembly = *state;
    assembly->machine.world = WORLD_REAL;
    assert_false(admitted(assembly));
    assert_int_equal(assembly->findings.error_count, assembly->machine.arm.joint_count);
    drive_profile(&assembly->machine, 0)->lost_controller_verified = VERIFIED_BENCH;
    assert_true(admitted(assembly));
}

static void a_period_shorter_than_the_bus_takes_is_refused(void** state)
{
    assembly_t* assembly = *state;
    machine_settings_t* machine = &assembly->machine;
    // 1.2 ms of exchange over TCP, of which a period is six tenths at most: 2 ms.
    machine->period_us = 2000;
    assert_true(admitted(assembly));
    machine->period_us = 1999;
    assert_false(admitted(assembly));
    assert_true(found(&assembly->findings, "1.999 ms leave 1.199 ms; at least 2 ms"));
    assert_true(found(&assembly->findings, "takes 1.20 ms (virtual_cia402) = 1.200 ms"));
}

static void an_over_force_is_shown_with_its_arithmetic(void** state)
{
    assembly_t* assembly = *state;
    safety_settings_t* safety = &assembly->safety;
    // 4 + 3 x 4 + 10 = 26 ms; 4.375 x (20 x 0.026 + 0.08) = 2.625 N where bones are hardest.
    safety->contact_force_margin_N.value = 2.63;
    assert_true(admitted(assembly));
    safety->contact_force_margin_N.value = 2.62;
    assert_false(admitted(assembly));
    assert_int_equal(assembly->findings.error_count, 1);
    assert_true(
        found(&assembly->findings,
              "over-force: 4.38 N/mm x (20 mm/s x 26.0 ms + (20 mm/s)^2 / (2 x 2.5 m/s2)) = "
              "2.63 N over the target on "));
    assert_true(found(&assembly->findings, ", at most 2.62 N (contact_force_margin)"));
    assert_true(found(&assembly->findings, "26.0 ms are 4 of the sensor, 3 periods of 4 and 10 of "
                                           "the drives"));
    assert_string_equal(assembly->findings.at[0].path, ROUTINE);
    assert_true(assembly->findings.at[0].line > 0);
}

static void a_line_speed_that_cannot_be_set_is_refused(void** state)
{
    machine_settings_t* machine = &((assembly_t*)*state)->machine;
    findings_t findings = {0};
    machine->line_count = 2;
    machine->lines[0] = (line_settings_t){.baud = 115200};
    machine->lines[1] = (line_settings_t){.baud = 250000};
    assert_false(bus_admit_machine(machine, "no/such/file.yaml", &findings));
    assert_int_equal(findings.error_count, 1);
    assert_string_equal(findings.at[0].field, "lines[1].baud");
    assert_true(found(&findings, "250000 baud; 230400 is the nearest"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(only_a_drive_that_was_seen_to_stop_counts),
        TEST(a_joint_whose_drive_may_go_on_is_named_with_device_and_profile),
        TEST(a_real_machine_needs_every_drive_seen_on_a_bench),
        TEST(a_period_shorter_than_the_bus_takes_is_refused),
        TEST(an_over_force_is_shown_with_its_arithmetic),
        TEST(a_line_speed_that_cannot_be_set_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
