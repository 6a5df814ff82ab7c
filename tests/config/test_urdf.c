/// The reading of URDF: arms against figures worked out by hand, every broken file against the
/// finding it must be told, and damaged bytes.
#include "tests/support/cmocka_prelude.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/urdf.h"

#define FOLDER "tests/data/urdf/broken"
#define UR5E "tests/data/urdf/ur5e_like.urdf"
#define RAIL "tests/data/urdf/rail_2r.urdf"
#define LINE_CAPACITY 1200
#define FILE_CAPACITY 20000
#define PI 3.14159265358979323846

static findings_t findings;
static urdf_arm_t arm;

static int forget(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    memset(&arm, 0, sizeof arm);
    return 0;
}

static void assert_numbers(const double* found, const double* expected, int count)
{
    for (int i = 0; i < count; i++)
        assert_near(found[i], expected[i], 1e-14);
}

#define ASSERT_NUMBERS(found, ...)                                                                 \
    assert_numbers(found, (const double[]){__VA_ARGS__},                                           \
                   (int)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)))

static void what_makers_leave_out_is_told_as_not_known(void** state)
{
    (void)state;
    assert_true(urdf_read_arm("tests/data/urdf/no_mass.urdf", "tool", NULL, &arm, &findings));
    assert_int_equal(arm.joint_count, 1);
    assert_true(arm.joints[0].drive_known);
    assert_false(arm.joints[0].body_known);
    assert_near(arm.joints[0].settings.mass_kg, 0.0, 0.0);
    assert_int_equal(forget(state), 0);
    assert_true(urdf_read_arm("tests/data/urdf/makers_way.urdf", "tool", NULL, &arm, &findings));
    assert_int_equal(findings.count, 0);
    assert_int_equal(arm.joint_count, 1);
    const urdf_joint_t* turn = &arm.joints[0];
    assert_true(turn->continuous);
    assert_false(turn->drive_known);
    assert_false(turn->body_known);
    ASSERT_NUMBERS(turn->settings.origin_xyz_m, 0.0, 0.0, 0.5);
    assert_near(turn->settings.position_max, 2.0 * PI, 1e-14);
    assert_int_equal(forget(state), 0);
    assert_true(urdf_read_arm(UR5E, "tool", NULL, &arm, &findings));
    for (int i = 0; i < arm.joint_count; i++) {
        assert_true(arm.joints[i].drive_known && arm.joints[i].body_known);
    }
}

static void a_rail_and_two_joints_come_out_as_by_hand(void** state)
{
    (void)state;
    assert_true(urdf_read_arm(RAIL, "tool", NULL, &arm, &findings));
    assert_int_equal(findings.count, 0);
    assert_string_equal(arm.robot, "rail_2r");
    assert_string_equal(arm.base, "floor");
    assert_string_equal(arm.tip, "tool");
    assert_int_equal(arm.joint_count, 3);
    const joint_settings_t* rail = &arm.joints[0].settings;
    assert_string_equal(rail->name, "rail");
    assert_string_equal(arm.joints[0].link, "carriage");
    assert_int_equal(arm.joints[0].merged_count, 1);
    assert_int_equal(rail->kind, JOINT_PRISMATIC);
    ASSERT_NUMBERS(rail->origin_xyz_m, 0.1, -0.6, 0.0);
    ASSERT_NUMBERS(rail->axis, 1.0, 0.0, 0.0); // where none is given
    assert_near(rail->position_min, 0.0, 0.0);
    assert_near(rail->position_max, 1.5, 0.0);
    assert_near(rail->velocity_max, 0.5, 0.0);
    assert_near(rail->effort_max, 400.0, 0.0);
    // The column stands on the carriage, turned: its centre is at (0, 0.1, 0.5), its moments about
    // x and y change places. About the common centre (0, 0.02, 0.1): 20 kg 0.02 and 0.1 m off, 5 kg
    // 0.08 and 0.4 m off.
    assert_near(rail->mass_kg, 25.0, 0.0);
    ASSERT_NUMBERS(rail->centre_of_mass_m, 0.0, 0.02, 0.1);
    ASSERT_NUMBERS(rail->inertia_kgm2, 1.74, 1.70, 0.99, 0.01, 0.0, -0.22);
    const joint_settings_t* shoulder = &arm.joints[1].settings;
    ASSERT_NUMBERS(shoulder->origin_xyz_m, 0.0, 0.2, 0.5);
    ASSERT_NUMBERS(shoulder->origin_rpy_rad, 0.0, 0.0, PI / 2.0);
    ASSERT_NUMBERS(shoulder->axis, 0.0, -1.0, 0.0);
    assert_near(shoulder->mass_kg, 4.0, 0.0);
    assert_int_equal(arm.joints[2].merged_count, 1);
    ASSERT_NUMBERS(arm.flange_xyz_m, 0.3, 0.0, 0.0);
    ASSERT_NUMBERS(arm.flange_rpy_rad, 0.0, PI / 2.0, 0.0);
}

static void a_six_axis_arm_keeps_the_makers_figures(void** state)
{
    (void)state;
    assert_true(urdf_read_arm(UR5E, "tool", "base_link", &arm, &findings));
    assert_int_equal(arm.joint_count, 6);
    assert_near(arm.joints[0].settings.origin_rpy_rad[2], PI, 1e-14);
    ASSERT_NUMBERS(arm.joints[1].settings.origin_xyz_m, 0.0, 0.0, 0.1625);
    ASSERT_NUMBERS(arm.joints[1].settings.origin_rpy_rad, PI / 2.0, 0.0, 0.0);
    ASSERT_NUMBERS(arm.joints[3].settings.origin_xyz_m, -0.3922, 0.0, 0.0);
    // The moments of the upper arm are given with z along it; in the joint's frame that is x.
    ASSERT_NUMBERS(arm.joints[1].settings.inertia_kgm2, 0.0151, 0.1339, 0.1339, 0.0, 0.0, 0.0);
    assert_near(arm.joints[2].settings.mass_kg, 3.346, 1e-15);
    assert_true(arm.joints[5].continuous);
    assert_false(arm.joints[4].continuous);
    assert_near(arm.joints[5].settings.position_min, -2.0 * PI, 0.0);
    assert_near(arm.joints[5].settings.position_max, 2.0 * PI, 0.0);
    ASSERT_NUMBERS(arm.flange_xyz_m, 0.0, 0.0, 0.0996);
    for (int i = 0; i < 6; i++) {
        assert_near(arm.joints[i].settings.acceleration_max, 0.0, 0.0);
        assert_string_equal(arm.joints[i].settings.drive, "");
    }
}

static void an_arm_may_begin_and_end_within_the_robot(void** state)
{
    (void)state;
    assert_true(urdf_read_arm(UR5E, "wrist_1", "shoulder", &arm, &findings));
    assert_int_equal(arm.joint_count, 3);
    assert_string_equal(arm.joints[0].settings.name, "shoulder_lift_joint");
    assert_string_equal(arm.base, "shoulder");
    ASSERT_NUMBERS(arm.flange_xyz_m, 0.0, 0.0, 0.0);
    // What stands still has no part in it, nor has what hangs beyond the tip.
    assert_near(arm.joints[0].settings.mass_kg, 8.058, 0.0);
    assert_near(arm.joints[2].settings.mass_kg, 1.37, 0.0);
}

static void an_arm_that_is_refused_leaves_the_target_alone(void** state)
{
    (void)state;
    memset(&arm, 0x5A, sizeof arm);
    static urdf_arm_t before;
    before = arm;
    assert_false(urdf_read_arm(FOLDER "/mimic.urdf", "tool", NULL, &arm, &findings));
    assert_memory_equal(&arm, &before, sizeof arm);
}

// ------------------------------------------------------------------------------ broken files

static bool starts_with(const char* text, const char* beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/// The lines of expected.txt that begin with a file's name.
static void expected_lines(char* text, size_t capacity, const char* name)
{
    FILE* file = fopen(FOLDER "/expected.txt", "r");
    assert_non_null(file);
    char beginning[320], line[LINE_CAPACITY];
    snprintf(beginning, sizeof beginning, "%s | ", name);
    size_t used = 0;
    text[0] = '\0';
    while (fgets(line, sizeof line, file) != NULL)
        if (starts_with(line, beginning) && used < capacity)
            used += (size_t)snprintf(text + used, capacity - used, "%s", line);
    fclose(file);
}

static void every_broken_file_is_refused_in_the_expected_words(void** state)
{
    (void)state;
    static char expected[1 << 14], found[1 << 14];
    DIR* folder = opendir(FOLDER);
    assert_non_null(folder);
    int read_count = 0, wrong_count = 0;
    for (const struct dirent* entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const size_t length = strlen(entry->d_name);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".urdf") != 0)
            continue;
        char path[TEXT_CAPACITY];
        snprintf(path, sizeof path, FOLDER "/%.150s", entry->d_name);
        memset(&findings, 0, sizeof findings);
        const char* base = starts_with(entry->d_name, "base_") ? "elsewhere" : NULL;
        const bool read = urdf_read_arm(path, "tool", base, &arm, &findings);
        size_t used = 0;
        found[0] = '\0';
        for (int i = 0; i < findings.count && used < sizeof found; i++)
            used += (size_t)snprintf(found + used, sizeof found - used, "%s | %d | %d | %s | %s\n",
                                     entry->d_name, findings.at[i].line, findings.at[i].column,
                                     findings.at[i].field, findings.at[i].message);
        expected_lines(expected, sizeof expected, entry->d_name);
        read_count++;
        if (read || findings.error_count == 0 || strcmp(found, expected) != 0) {
            print_error("%s: read %d\nexpected:\n%sfound:\n%s", entry->d_name, read, expected,
                        found);
            wrong_count++;
        }
    }
    closedir(folder);
    assert_int_equal(wrong_count, 0);
    assert_true(read_count >= 40);
}

static void the_file_they_are_made_from_is_in_order(void** state)
{
    (void)state;
    assert_true(urdf_read_arm("tests/data/urdf/smallest.urdf", "tool", NULL, &arm, &findings));
    assert_int_equal(arm.joint_count, 1);
    assert_near(arm.joints[0].settings.mass_kg, 4.0, 0.0);
}

static uint64_t random_next(uint64_t* seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void assert_arm_is_whole(void)
{
    assert_in_range(arm.joint_count, 1, JOINT_CAPACITY);
    for (int i = 0; i < arm.joint_count; i++) {
        const joint_settings_t* joint = &arm.joints[i].settings;
        assert_true(isfinite(joint->mass_kg) && joint->mass_kg > 0.0);
        assert_true(joint->position_min < joint->position_max);
        assert_true(joint->velocity_max > 0.0 && isfinite(joint->velocity_max));
        assert_true(joint->effort_max > 0.0 && isfinite(joint->effort_max));
        const double* axis = joint->axis;
        assert_near(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2], 1.0, 1e-12);
        for (int k = 0; k < 3; k++) {
            assert_true(isfinite(joint->origin_xyz_m[k]) && isfinite(joint->centre_of_mass_m[k]));
            assert_true(fabs(joint->origin_rpy_rad[k]) <= 2.0 * PI);
        }
    }
}

/// Reads what `size` bytes say, through a file.
static bool read_text(const char* text, size_t size)
{
    char path[] = "/tmp/knead-test-urdf-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool ok = urdf_read_arm(path, "tool", NULL, &arm, &findings);
    unlink(path);
    assert_int_equal(ok, findings.error_count == 0);
    return ok;
}

static void damaged_bytes_never_crash_and_never_read_nonsense(void** state)
{
    (void)state;
    static char original[FILE_CAPACITY], changed[FILE_CAPACITY];
    static const char alphabet[] = "0123456789.-+eE<>/='\"& \n\txyzrpl_NaN!$\x80\xFF\x01";
    FILE* file = fopen(RAIL, "rb");
    assert_non_null(file);
    const size_t size = fread(original, 1, sizeof original, file);
    fclose(file);
    uint64_t seed = 0x75726466ull;
    print_message("seed %llu\n", (unsigned long long)seed);
    int read = 0;
    for (int i = 0; i < 3000; i++) {
        memcpy(changed, original, size);
        const int damage_count = 1 + (int)(random_next(&seed) % 3);
        for (int j = 0; j < damage_count; j++)
            changed[random_next(&seed) % size] =
                alphabet[random_next(&seed) % (sizeof alphabet - 1)];
        if (read_text(changed, size)) {
            read++;
            assert_arm_is_whole();
        }
    }
    // A byte of a comment or another digit changes nothing that could be noticed.
    assert_in_range(read, 1, 2000);
    for (size_t length = 0; length < size - 1; length += 11)
        assert_false(read_text(original, length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_rail_and_two_joints_come_out_as_by_hand, forget),
        cmocka_unit_test_setup(what_makers_leave_out_is_told_as_not_known, forget),
        cmocka_unit_test_setup(a_six_axis_arm_keeps_the_makers_figures, forget),
        cmocka_unit_test_setup(an_arm_may_begin_and_end_within_the_robot, forget),
        cmocka_unit_test_setup(an_arm_that_is_refused_leaves_the_target_alone, forget),
        cmocka_unit_test_setup(every_broken_file_is_refused_in_the_expected_words, forget),
        cmocka_unit_test_setup(the_file_they_are_made_from_is_in_order, forget),
        cmocka_unit_test_setup(damaged_bytes_never_crash_and_never_read_nonsense, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
