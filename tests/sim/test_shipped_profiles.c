/// What each shipped device profile claims, by itself: a profile that gains or loses a point, or
/// begins to claim more, shows here. The list is written by hand from the files' sources.
#include "tests/support/cmocka_prelude.h"

#include <glob.h>
#include <string.h>

#include "config/load.h"
#include "sim/devices/register_file.h"

typedef struct {
    const char* name;
    device_role_t role;
    bool cyclic;
    verified_t verified;
    int point_count, writable_count, motion_count;
    lost_controller_t lost_controller;
    int safe_write_count;
} claim_t;

// A real drive's reaction to a lost controller is known only where somebody says so.
static const claim_t claims[] = {
    {"beckhoff_ek9000", DEVICE_IO, false, VERIFIED_MANUAL, 3, 1, 0, LOST_UNKNOWN, 0},
    {"cia402_generic", DEVICE_DRIVE, false, VERIFIED_NO, 13, 7, 3, LOST_UNKNOWN, 1},
    {"delta_asda", DEVICE_DRIVE, false, VERIFIED_MANUAL, 4, 2, 0, LOST_GOES_ON, 0},
    {"iai_rcon", DEVICE_DRIVE, false, VERIFIED_MANUAL, 13, 4, 1, LOST_UNKNOWN, 0},
    {"iris_orca", DEVICE_DRIVE, false, VERIFIED_PUBLIC_CODE, 32, 4, 3, LOST_UNKNOWN, 1},
    {"kollmorgen_akd", DEVICE_DRIVE, false, VERIFIED_PUBLIC_CODE, 12, 0, 0, LOST_GOES_ON, 0},
    {"kollmorgen_akd2g", DEVICE_DRIVE, false, VERIFIED_MANUAL, 13, 5, 2, LOST_UNKNOWN, 0},
    {"leadshine_cs2rs", DEVICE_DRIVE, false, VERIFIED_MANUAL, 13, 8, 2, LOST_UNKNOWN, 0},
    {"lexium_32m", DEVICE_DRIVE, false, VERIFIED_MANUAL, 13, 0, 0, LOST_UNKNOWN, 0},
    {"nanotec", DEVICE_DRIVE, false, VERIFIED_PUBLIC_CODE, 4, 4, 3, LOST_UNKNOWN, 1},
    {"onrobot_hex", DEVICE_FORCE_TORQUE, false, VERIFIED_PUBLIC_CODE, 15, 1, 0, LOST_UNKNOWN, 0},
    {"oriental_az", DEVICE_DRIVE, false, VERIFIED_PUBLIC_CODE, 19, 10, 2, LOST_UNKNOWN, 1},
    {"robotiq_ft300s", DEVICE_FORCE_TORQUE, false, VERIFIED_MANUAL, 15, 0, 0, LOST_UNKNOWN, 0},
    {"virtual_cia402", DEVICE_DRIVE, true, VERIFIED_VIRTUAL, 11, 4, 2, LOST_STOPS, 0},
    {"virtual_ft6", DEVICE_FORCE_TORQUE, true, VERIFIED_VIRTUAL, 9, 0, 0, LOST_GOES_ON, 0},
    {"virtual_io", DEVICE_IO, true, VERIFIED_VIRTUAL, 5, 2, 0, LOST_STOPS, 0},
};
#define CLAIM_COUNT ((int)(sizeof claims / sizeof claims[0]))

static findings_t findings;
static device_profile_t profile;

static void load(const char* name)
{
    char path[TEXT_CAPACITY];
    memset(&findings, 0, sizeof findings);
    snprintf(path, sizeof path, "config/devices/%s.yaml", name);
    const bool loaded = load_device_profile(path, &profile, &findings);
    findings_print(&findings, stderr);
    assert_true(loaded);
    assert_int_equal(findings.count, 0);
    assert_string_equal(profile.name, name);
}

static void every_profile_claims_what_stands_in_the_list(void** state)
{
    (void)state;
    for (int i = 0; i < CLAIM_COUNT; i++) {
        const claim_t* claim = &claims[i];
        load(claim->name);
        int writable_count = 0, motion_count = 0;
        for (int p = 0; p < profile.point_count; p++) {
            writable_count += profile.points[p].writable;
            motion_count += profile.points[p].starts_motion;
        }
        print_message("%s: %d points, %d writable, %d start motion\n", claim->name,
                      profile.point_count, writable_count, motion_count);
        assert_int_equal(profile.role, claim->role);
        assert_int_equal(profile.cyclic, claim->cyclic);
        assert_int_equal(profile.verified, claim->verified);
        assert_int_equal(profile.point_count, claim->point_count);
        assert_int_equal(writable_count, claim->writable_count);
        assert_int_equal(motion_count, claim->motion_count);
        assert_int_equal(profile.lost_controller, claim->lost_controller);
        assert_int_equal(profile.safe_write_count, claim->safe_write_count);
    }
}

static void every_shipped_profile_is_in_the_list(void** state)
{
    (void)state;
    glob_t files;
    assert_int_equal(glob("config/devices/*.yaml", 0, NULL, &files), 0);
    assert_int_equal(files.gl_pathc, CLAIM_COUNT);
    for (int i = 0; i < CLAIM_COUNT; i++) {
        char path[TEXT_CAPACITY];
        snprintf(path, sizeof path, "config/devices/%s.yaml", claims[i].name);
        assert_string_equal(files.gl_pathv[i], path); // both in alphabetical order
    }
    globfree(&files);
}

/// Nothing was tried on hardware, and only virtual devices are played over.
static void no_real_device_is_said_to_be_more_than_read_about(void** state)
{
    (void)state;
    for (int i = 0; i < CLAIM_COUNT; i++) {
        load(claims[i].name);
        const bool is_virtual = strncmp(profile.name, "virtual_", strlen("virtual_")) == 0;
        assert_int_equal(profile.cyclic, is_virtual);
        assert_int_equal(profile.verified == VERIFIED_VIRTUAL, is_virtual);
        assert_true(profile.verified != VERIFIED_BENCH);
        assert_true(profile.lost_controller_verified != VERIFIED_BENCH);
        assert_true(profile.lost_controller == LOST_UNKNOWN ||
                    profile.lost_controller_verified != VERIFIED_NO);
        assert_true(profile.source[0] != '\0');
    }
}

static void every_profile_can_be_made_a_device(void** state)
{
    (void)state;
    static register_file_t device;
    for (int i = 0; i < CLAIM_COUNT; i++) {
        load(claims[i].name);
        assert_true(register_file_init(&device, &profile));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_profile_claims_what_stands_in_the_list),
        cmocka_unit_test(every_shipped_profile_is_in_the_list),
        cmocka_unit_test(no_real_device_is_said_to_be_more_than_read_about),
        cmocka_unit_test(every_profile_can_be_made_a_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
