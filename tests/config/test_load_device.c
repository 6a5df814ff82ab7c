/// The device loader: a profile's numbers come out as written. Refusals of whole files are in
/// routines/test_broken_files.c.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"

static void a_drive_profile_comes_out_as_written(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile;
    assert_true(load_device_profile("config/devices/virtual_cia402.yaml", &profile, &findings));
    assert_string_equal(profile.name, "virtual_cia402");
    assert_int_equal(profile.verified, VERIFIED_VIRTUAL);
    assert_int_equal(profile.role, DEVICE_DRIVE);
    assert_int_equal(profile.word_order, WORDS_HIGH_FIRST);
    assert_int_equal(profile.read_address, 0);
    assert_int_equal(profile.read_count, 8);
    assert_int_equal(profile.write_address, 16);
    assert_int_equal(profile.write_count, 3);
    assert_int_equal(profile.identity_expected, 4020);
    assert_near(profile.watchdog_s, 0.040, 0.0);
    assert_int_equal(profile.point_count, 11);
    const point_settings_t* target = &profile.points[7];
    assert_int_equal(target->id, POINT_TARGET_POSITION);
    assert_int_equal(target->address, 17);
    assert_int_equal(target->type, WORD_S32);
    assert_near(target->scale, 1e-6, 0.0);
    assert_near(target->offset, 0.0, 0.0);
    assert_true(target->writable);
    assert_near(target->minimum, -7.0, 0.0);
    assert_near(target->maximum, 7.0, 0.0);
}

static void a_sensor_writes_nothing(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile;
    assert_true(load_device_profile("config/devices/virtual_ft6.yaml", &profile, &findings));
    assert_int_equal(profile.role, DEVICE_FORCE_TORQUE);
    assert_int_equal(profile.write_count, 0);
    assert_near(profile.watchdog_s, 0.0, 0.0);
}

static void all_that_a_profile_says_of_its_lines_comes_out(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile;
    assert_true(load_device_profile("tests/data/valid/device_shown.yaml", &profile, &findings));
    assert_false(profile.cyclic);
    assert_false(profile.identity_known);
    assert_int_equal(profile.functions, 1u << 3 | 1u << 6 | 1u << 16);
    assert_int_equal(profile.tcp_port, 502);
    assert_int_equal(profile.tcp_unit, 1);
    assert_int_equal(profile.baud_count, 2);
    assert_int_equal(profile.bauds[0], 9600);
    assert_int_equal(profile.bauds[1], 19200);
    assert_int_equal(profile.rtu_parity, PARITY_EVEN);
    assert_int_equal(profile.rtu_stop_bits, 1);
    assert_int_equal(profile.rtu_unit, 9);
    assert_near(profile.silent_interval_s, 0.005, 0.0);
    assert_near(profile.turnaround_s, 0.001, 0.0);
    assert_int_equal(profile.lost_controller, LOST_STOPS);
    assert_int_equal(profile.lost_controller_verified, VERIFIED_MANUAL);
    assert_string_equal(profile.lost_controller_source, "a test");
    assert_int_equal(profile.safe_write_count, 1);
    assert_int_equal(profile.safe_writes[0].point, 0);
    assert_near(profile.safe_writes[0].si_number, 0.0, 0.0);
    assert_int_equal(profile.read_count, 0);
    assert_int_equal(profile.write_count, 0);
}

static void a_point_has_a_name_a_unit_and_a_place(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile;
    assert_true(load_device_profile("tests/data/valid/device_shown.yaml", &profile, &findings));
    const point_settings_t* mode = &profile.points[0];
    const point_settings_t* temperature = &profile.points[1];
    const point_settings_t* target = &profile.points[2];
    assert_string_equal(mode->name, "mode");
    assert_string_equal(mode->unit, "");
    assert_int_equal(mode->address, 0x10);
    assert_true(mode->starts_motion);
    assert_string_equal(temperature->name, "coil_temperature");
    assert_string_equal(temperature->unit, "degC");
    assert_int_equal(temperature->address, 356);
    assert_false(temperature->input_table);
    assert_false(temperature->starts_motion);
    assert_string_equal(target->name, "target_position");
    assert_true(target->starts_motion); // though the file does not say so
}

static void what_a_file_leaves_out_is_what_its_schema_says(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile;
    assert_true(load_device_profile("tests/data/valid/device_small.yaml", &profile, &findings));
    assert_true(profile.cyclic);
    assert_true(profile.identity_known);
    assert_int_equal(profile.functions, 1u << 3 | 1u << 6 | 1u << 16);
    assert_int_equal(profile.lost_controller, LOST_UNKNOWN);
    assert_int_equal(profile.lost_controller_verified, VERIFIED_NO);
    assert_int_equal(profile.tcp_port, 0);
    assert_int_equal(profile.baud_count, 0);
    assert_int_equal(profile.rtu_unit, 0);
    assert_int_equal(profile.rtu_parity, PARITY_EVEN);
    assert_int_equal(profile.rtu_stop_bits, 1);
    assert_near(profile.turnaround_s, 0.0, 0.0);
    assert_near(profile.silent_interval_s, 0.0, 0.0);
    assert_int_equal(profile.read_words_max, 125);
    assert_int_equal(profile.word_alignment, 1);
    assert_int_equal(profile.safe_write_count, 0);
}

/// A drive whose controller falls silent: only the watchdog that is written and read back counts.
static void the_virtual_drive_stops_without_its_controller(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile;
    assert_true(load_device_profile("config/devices/virtual_cia402.yaml", &profile, &findings));
    assert_int_equal(profile.lost_controller, LOST_STOPS);
    assert_int_equal(profile.lost_controller_verified, VERIFIED_VIRTUAL);
    assert_true((profile.functions & 1u << 23) != 0);
    assert_true(profile.turnaround_s > 0.0);
    assert_true(profile.baud_count > 0);
}

static void a_profile_that_is_refused_leaves_the_target_alone(void** state)
{
    (void)state;
    static findings_t findings;
    device_profile_t profile, before;
    memset(&profile, 0x5A, sizeof profile);
    memset(&before, 0x5A, sizeof before);
    assert_false(load_device_profile("tests/data/broken/device_overlap.yaml", &profile, &findings));
    assert_memory_equal(&profile, &before, sizeof profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drive_profile_comes_out_as_written),
        cmocka_unit_test(a_sensor_writes_nothing),
        cmocka_unit_test(all_that_a_profile_says_of_its_lines_comes_out),
        cmocka_unit_test(a_point_has_a_name_a_unit_and_a_place),
        cmocka_unit_test(what_a_file_leaves_out_is_what_its_schema_says),
        cmocka_unit_test(the_virtual_drive_stops_without_its_controller),
        cmocka_unit_test(a_profile_that_is_refused_leaves_the_target_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
