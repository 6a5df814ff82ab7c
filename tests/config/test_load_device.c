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
        cmocka_unit_test(a_profile_that_is_refused_leaves_the_target_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
