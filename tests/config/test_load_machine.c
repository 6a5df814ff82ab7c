/// The machine loader: units of both kinds of joint, the devices that belong together, and that no
/// damaged file gets through. Refusals of whole files are in routines/test_broken_files.c.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"

#define SMALL "tests/data/valid/machine_small.yaml"
#define SHIPPED "config/machines/rail6.yaml"
#define FILE_CAPACITY 20000
#define PI 3.14159265358979323846

static findings_t findings;
static machine_settings_t machine;

static int forget(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    memset(&machine, 0, sizeof machine);
    return 0;
}

static void joints_come_out_in_si_by_their_kind(void** state)
{
    (void)state;
    assert_true(load_machine(SMALL, "config/devices", &machine, &findings));
    const joint_settings_t* rail = &machine.arm.joints[0];
    const joint_settings_t* turn = &machine.arm.joints[1];
    assert_int_equal(machine.arm.joint_count, 2);
    assert_int_equal(rail->kind, JOINT_PRISMATIC);
    assert_near(rail->position_max, 1.7, 0.0);
    assert_near(rail->effort_max, 450.0, 0.0);
    assert_near(rail->rotor_inertia, 15.0, 0.0);
    assert_int_equal(turn->kind, JOINT_REVOLUTE);
    assert_near(turn->position_min, -170.0 * PI / 180.0, 1e-15);
    assert_near(turn->velocity_max, 120.0 * PI / 180.0, 1e-15);
    assert_near(turn->origin_rpy_rad[2], PI / 2.0, 1e-15);
    assert_near(turn->inertia_kgm2[2], 0.06, 0.0);
    assert_int_equal(machine.period_us, 4000);
    assert_int_equal(machine.world, WORLD_VIRTUAL);
    assert_near(machine.arm.tool.spring_stiffness_N_per_m, 5000.0, 0.0);
}

static void devices_are_tied_to_joints_and_profiles(void** state)
{
    (void)state;
    assert_true(load_machine(SHIPPED, "config/devices", &machine, &findings));
    assert_int_equal(machine.arm.joint_count, 7);
    assert_int_equal(machine.device_count, 9);
    assert_int_equal(machine.profile_count, 3);
    for (int i = 0; i < 7; i++) {
        const device_settings_t* drive = &machine.devices[machine.drive_of_joint[i]];
        assert_int_equal(drive->role, DEVICE_DRIVE);
        assert_string_equal(drive->name, machine.arm.joints[i].drive);
        assert_string_equal(machine.profiles[drive->profile_index].name, "virtual_cia402");
    }
    assert_int_equal(machine.devices[machine.force_sensor].role, DEVICE_FORCE_TORQUE);
    assert_int_equal(machine.devices[machine.io_coupler].role, DEVICE_IO);
}

static void a_device_is_on_a_line_or_over_tcp(void** state)
{
    (void)state;
    assert_true(
        load_machine("tests/data/valid/machine_lines.yaml", "config/devices", &machine, &findings));
    assert_int_equal(findings.count, 0);
    assert_int_equal(machine.line_count, 2);
    const line_settings_t* line = &machine.lines[0];
    assert_string_equal(line->name, "line_1");
    assert_string_equal(line->path, "/dev/ttyUSB0");
    assert_int_equal(line->baud, 115200);
    assert_int_equal(line->parity, PARITY_EVEN);
    assert_int_equal(line->stop_bits, 1); // the file leaves it out
    assert_int_equal(machine.lines[1].parity, PARITY_NONE);
    assert_int_equal(machine.lines[1].stop_bits, 1); // the file says one
    assert_int_equal(machine.devices[0].line, 0);
    assert_int_equal(machine.devices[0].port, 15020);
    const device_settings_t* force = &machine.devices[machine.force_sensor];
    assert_int_equal(force->line, 1);
    assert_int_equal(force->unit, 3);
    assert_string_equal(force->host, "");
    assert_int_equal(force->port, 0);
}

static void a_machine_that_is_refused_leaves_the_target_alone(void** state)
{
    (void)state;
    memset(&machine, 0x5A, sizeof machine);
    static machine_settings_t before;
    before = machine;
    assert_false(load_machine("tests/data/broken/machine_unit_text.yaml", "config/devices",
                              &machine, &findings));
    assert_memory_equal(&machine, &before, sizeof machine);
}

static void a_profile_directory_that_is_not_there_is_named_once_a_profile(void** state)
{
    (void)state;
    assert_false(load_machine(SMALL, "no/such/folder", &machine, &findings));
    assert_int_equal(findings.error_count, 6); // three profiles: the file, and who wanted it
    assert_string_equal(findings.at[0].path, "no/such/folder/virtual_cia402.yaml");
}

// ---------------------------------------------------------------------------------- damaged files

static char file_text[FILE_CAPACITY];

static size_t read_file(const char* path)
{
    FILE* file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(file_text, 1, sizeof file_text - 1, file);
    fclose(file);
    assert_true(size < sizeof file_text - 1);
    file_text[size] = '\0';
    return size;
}

/// Loads what `size` bytes of text say, through a file.
static bool load_text(const char* text, size_t size)
{
    char path[] = "/tmp/knead-test-machine-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool ok = load_machine(path, "config/devices", &machine, &findings);
    unlink(path);
    assert_int_equal(ok, findings.error_count == 0);
    return ok;
}

/// Puts `with` in place of the first `words` of the text that was read.
static void replace(const char* words, const char* with)
{
    static char changed[FILE_CAPACITY];
    const char* found = strstr(file_text, words);
    assert_non_null(found);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(found - file_text), file_text, with,
             found + strlen(words));
    memcpy(file_text, changed, sizeof changed);
}

static void another_parity_than_the_delivered_one_is_told(void** state)
{
    (void)state;
    read_file("tests/data/valid/machine_lines.yaml");
    replace("baud: 115200, parity: even", "baud: 115200, parity: none");
    assert_true(load_text(file_text, strlen(file_text)));
    assert_int_equal(machine.lines[0].stop_bits, 2); // stands in for the parity
    assert_int_equal(findings.warning_count, 2);     // two devices are on the line
    assert_string_equal(findings.at[0].field, "devices[2].line");
    assert_non_null(strstr(findings.at[0].message, "delivered with parity even and 1"));
    assert_non_null(strstr(findings.at[0].message, "parity none and 2"));
}

static void a_device_nothing_can_be_played_over_is_told(void** state)
{
    (void)state;
    read_file(SMALL);
    replace("virtual_ft6", "onrobot_hex");
    assert_true(load_text(file_text, strlen(file_text)));
    assert_int_equal(findings.warning_count, 1);
    assert_string_equal(findings.at[0].field, "devices[2].profile");
    assert_non_null(strstr(findings.at[0].message, "nothing can be played over 'onrobot_hex'"));
}

static void a_device_without_known_speeds_has_no_place_on_a_line(void** state)
{
    (void)state;
    read_file("tests/data/valid/machine_lines.yaml");
    replace("virtual_ft6", "onrobot_hex");
    assert_false(load_text(file_text, strlen(file_text)));
    assert_string_equal(findings.at[0].field, "devices[2].line");
    assert_non_null(strstr(findings.at[0].message, "lists no line speed"));
}

/// The text with line `line` left out (copies 0) or doubled (copies 2). False past the last line or
/// where the line is a comment.
static bool change_line(char* changed, int line, int copies, bool* comment)
{
    const char* start = file_text;
    for (int i = 0; i < line && start != NULL; i++) {
        start = strchr(start, '\n');
        start = start != NULL ? start + 1 : NULL;
    }
    if (start == NULL || *start == '\0')
        return false;
    const size_t length = strcspn(start, "\n") + 1;
    *comment = start[strspn(start, " ")] == '#';
    char* at = changed;
    memcpy(at, file_text, (size_t)(start - file_text));
    at += start - file_text;
    for (int i = 0; i < copies; i++, at += length)
        memcpy(at, start, length);
    snprintf(at, FILE_CAPACITY, "%s", start + length);
    return true;
}

/// Tries a file with each of its lines `copies` times; only comments may be missing or doubled.
static void assert_lines_are_needed(const char* path, int copies)
{
    static char changed[2 * FILE_CAPACITY];
    read_file(path);
    bool comment = false;
    int tried = 0;
    for (int line = 0; change_line(changed, line, copies, &comment); line++) {
        const bool ok = load_text(changed, strlen(changed));
        if (ok != comment)
            print_error("%s: line %d, %d times\n", path, line + 1, copies);
        assert_int_equal(ok, comment);
        tried++;
    }
    assert_true(tried > 50);
}

/// Shows H42.
static void every_line_left_out_is_refused(void** state)
{
    (void)state;
    assert_lines_are_needed(SMALL, 0);
}

/// Shows H42.
static void every_line_doubled_is_refused(void** state)
{
    (void)state;
    assert_lines_are_needed(SMALL, 2);
    assert_lines_are_needed(SHIPPED, 2);
}

static uint64_t random_next(uint64_t* seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

/// What a loaded machine always is, whatever its file said.
static void assert_machine_is_whole(void)
{
    assert_in_range(machine.period_us, 1000, 20000);
    assert_in_range(machine.arm.joint_count, 1, JOINT_CAPACITY);
    assert_in_range(machine.device_count, 3, DEVICE_CAPACITY);
    for (int i = 0; i < machine.arm.joint_count; i++) {
        const joint_settings_t* joint = &machine.arm.joints[i];
        assert_true(joint->position_min < joint->position_max);
        assert_true(joint->parked >= joint->position_min && joint->parked <= joint->position_max);
        assert_true(joint->velocity_max > 0.0 && isfinite(joint->velocity_max));
        assert_true(joint->mass_kg > 0.0 && isfinite(joint->mass_kg));
        assert_near(joint->axis[0] * joint->axis[0] + joint->axis[1] * joint->axis[1] +
                        joint->axis[2] * joint->axis[2],
                    1.0, 1e-12);
        assert_in_range(machine.drive_of_joint[i], 0, machine.device_count - 1);
    }
}

/// Shows H42.
static void damaged_bytes_never_crash_and_never_load_nonsense(void** state)
{
    (void)state;
    static char changed[FILE_CAPACITY];
    static const char alphabet[] =
        "0123456789.-+eE:,[]{}'\"#&*!|>%@`~ \n\tabmndgs/_NaN\x80\xFF\x01";
    uint64_t seed = 0x6B6E656164ull;
    print_message("seed %llu\n", (unsigned long long)seed);
    const size_t size = read_file(SMALL);
    int loaded = 0;
    for (int i = 0; i < 4000; i++) {
        memcpy(changed, file_text, size);
        const int damage_count = 1 + (int)(random_next(&seed) % 3);
        for (int j = 0; j < damage_count; j++)
            changed[random_next(&seed) % size] =
                alphabet[random_next(&seed) % (sizeof alphabet - 1)];
        if (load_text(changed, size)) {
            loaded++;
            assert_machine_is_whole();
        }
    }
    // Another digit is often as good a machine: the test would prove nothing if all were refused.
    assert_in_range(loaded, 1, 2000);
}

static void files_cut_short_are_refused(void** state)
{
    (void)state;
    const size_t size = read_file(SMALL);
    for (size_t length = 0; length < size - 1; length += 7)
        assert_false(load_text(file_text, length));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(joints_come_out_in_si_by_their_kind, forget),
        cmocka_unit_test_setup(devices_are_tied_to_joints_and_profiles, forget),
        cmocka_unit_test_setup(a_device_is_on_a_line_or_over_tcp, forget),
        cmocka_unit_test_setup(a_machine_that_is_refused_leaves_the_target_alone, forget),
        cmocka_unit_test_setup(a_profile_directory_that_is_not_there_is_named_once_a_profile,
                               forget),
        cmocka_unit_test_setup(another_parity_than_the_delivered_one_is_told, forget),
        cmocka_unit_test_setup(a_device_nothing_can_be_played_over_is_told, forget),
        cmocka_unit_test_setup(a_device_without_known_speeds_has_no_place_on_a_line, forget),
        cmocka_unit_test_setup(every_line_left_out_is_refused, forget),
        cmocka_unit_test_setup(every_line_doubled_is_refused, forget),
        cmocka_unit_test_setup(damaged_bytes_never_crash_and_never_load_nonsense, forget),
        cmocka_unit_test_setup(files_cut_short_are_refused, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
