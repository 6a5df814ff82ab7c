/// From URDF to a machine and back: what is imported is refused until every open key has a value,
/// each by a finding of its own; once complete it loads, and the chain built of it stands where the
/// maker's own formulas have it.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/load.h"
#include "config/urdf_machine.h"
#include "kinematics/fk.h"

#define UR5E "tests/data/urdf/ur5e_like.urdf"
#define RAIL "tests/data/urdf/rail_2r.urdf"
#define TEXT_SIZE 40000
#define PAD_LENGTH_M 0.1
#define PI 3.14159265358979323846
#define ALL -1

static findings_t findings;
static machine_settings_t machine;
static urdf_arm_t arm;

/// What a person writes behind each open key; matched by the key and the beginning of its comment.
static const struct {
    const char* open;
    const char* filled;
} fills[] = {
    {"world: #", "world: virtual"},
    {"period: #", "period: 4 ms"},
    {"length: #", "length: 2 m"},
    {"width: #", "width: 0.7 m"},
    {"neck_x: #", "neck_x: 1.6 m"},
    {"xyz: #", "xyz: [0 m, 0 m, 0 m]"},
    {"rpy: #", "rpy: [0 deg, 0 deg, 0 deg]"},
    {"drive: #", "drive: drive_"}, // and the joint's number
    {"acceleration_max: # deg", "acceleration_max: 400 deg/s2"},
    {"acceleration_max: # m", "acceleration_max: 3 m/s2"},
    {"parked: # deg", "parked: 5 deg"},
    {"parked: # m", "parked: 0.5 m"},
    {"preferred: # deg", "preferred: 10 deg"},
    {"preferred: # m", "preferred: 0.6 m"},
    {"rotor_inertia: # kgm2", "rotor_inertia: 0.5 kgm2"},
    {"rotor_inertia: # kg,", "rotor_inertia: 12 kg"},
    {"mass: #", "mass: 0.9 kg"},
    {"centre_of_mass: #", "centre_of_mass: [0 m, 0 m, 0.05 m]"},
    {"spring_stiffness: #", "spring_stiffness: 5 N/mm"},
    {"spring_travel: #", "spring_travel: 30 mm"},
    {"pads: #", "pads: [{name: palm, diameter: 60 mm, length: 100 mm}]"},
    {"devices: #", "devices:"}, // and the devices
};
#define FILL_COUNT (int)(sizeof fills / sizeof fills[0])

static void write_devices(int joint_count, FILE* out)
{
    for (int i = 0; i < joint_count + 2; i++) {
        const int other = i - joint_count; // 0: force sensor, 1: I/O
        if (other < 0)
            fprintf(out, "  - {name: drive_%d, profile: virtual_cia402", i);
        else
            fprintf(out, "  - {name: %s, profile: %s", other == 0 ? "force" : "io",
                    other == 0 ? "virtual_ft6" : "virtual_io");
        fprintf(out, ", host: 127.0.0.1, port: %d, unit: %d}\n", 15020 + i, 1 + i);
    }
}

/// Copies the imported text with its open keys filled in, but for the one of number `left_open`.
/// Returns how many open keys there are.
static int fill_in(const char* text, int left_open, FILE* out)
{
    int open_count = 0, drive = 0;
    while (*text != '\0') {
        const char* end = strchr(text, '\n') + 1;
        const size_t indent = strspn(text, " ");
        int fill = 0;
        while (fill < FILL_COUNT &&
               strncmp(text + indent, fills[fill].open, strlen(fills[fill].open)) != 0)
            fill++;
        const bool is_drive = fill < FILL_COUNT && strncmp(fills[fill].open, "drive", 5) == 0;
        if (fill == FILL_COUNT || open_count++ == left_open) {
            fwrite(text, 1, (size_t)(end - text), out);
        } else {
            fprintf(out, "%.*s%s", (int)indent, text, fills[fill].filled);
            if (is_drive)
                fprintf(out, "%d", drive);
            fputc('\n', out);
            if (strncmp(fills[fill].open, "devices", 7) == 0)
                write_devices(arm.joint_count, out);
        }
        drive += is_drive ? 1 : 0;
        text = end;
    }
    return open_count;
}

static void import(const char* path, char* text)
{
    memset(&findings, 0, sizeof findings);
    assert_true(urdf_read_arm(path, "tool", NULL, &arm, &findings));
    FILE* out = fmemopen(text, TEXT_SIZE, "w");
    assert_non_null(out);
    urdf_write_machine(&arm, "imported", path, out);
    assert_int_equal(fclose(out), 0);
}

/// Loads the imported text, completed but for one key; `open_count` may be null.
static bool load_completed(const char* text, int left_open, int* open_count)
{
    char path[] = "/tmp/knead-test-import-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    const int count = fill_in(text, left_open, file);
    assert_int_equal(fclose(file), 0);
    memset(&findings, 0, sizeof findings);
    const bool ok = load_machine(path, "config/devices", &machine, &findings);
    unlink(path);
    if (open_count != NULL)
        *open_count = count;
    return ok;
}

static void assert_completed(const char* path)
{
    static char text[TEXT_SIZE];
    import(path, text);
    const bool loaded = load_completed(text, ALL, NULL);
    if (!loaded)
        findings_print(&findings, stderr);
    assert_true(loaded);
    assert_int_equal(machine.arm.joint_count, arm.joint_count);
}

static void every_open_key_is_a_finding_of_its_own(void** state)
{
    (void)state;
    static char text[TEXT_SIZE];
    static const char* const paths[] = {RAIL, UR5E};
    for (int file = 0; file < 2; file++) {
        import(paths[file], text);
        int open_count = 0;
        assert_true(load_completed(text, ALL, &open_count));
        assert_int_equal(open_count, 7 + 5 * arm.joint_count + 6);
        for (int i = 0; i < open_count; i++) {
            assert_false(load_completed(text, i, NULL));
            assert_int_equal(findings.count, 1);
            const char* message = findings.at[0].message;
            assert_true(strcmp(message, "has no value") == 0 ||
                        strcmp(message, "a list is expected here, not a single value") == 0);
            assert_true(findings.at[0].line > 5);
        }
    }
}

static void nothing_filled_in_is_refused_key_by_key(void** state)
{
    (void)state;
    static char text[TEXT_SIZE];
    import(UR5E, text);
    char path[] = "/tmp/knead-test-import-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    const ssize_t length = (ssize_t)strlen(text);
    assert_true(write(descriptor, text, (size_t)length) == length);
    close(descriptor);
    assert_false(load_machine(path, "config/devices", &machine, &findings));
    unlink(path);
    // All of them in one look.
    assert_int_equal(findings.error_count, 7 + 5 * 6 + 6);
    assert_int_equal(findings.count, findings.error_count);
}

static void what_urdf_knows_arrives_unchanged(void** state)
{
    (void)state;
    static const char* const paths[] = {RAIL, UR5E};
    for (int file = 0; file < 2; file++) {
        assert_completed(paths[file]);
        for (int i = 0; i < arm.joint_count; i++) {
            const joint_settings_t* read = &arm.joints[i].settings;
            const joint_settings_t* loaded = &machine.arm.joints[i];
            assert_string_equal(loaded->name, read->name);
            assert_int_equal(loaded->kind, read->kind);
            assert_near(loaded->position_min, read->position_min, 1e-14);
            assert_near(loaded->position_max, read->position_max, 1e-14);
            assert_near(loaded->velocity_max, read->velocity_max, 1e-14);
            assert_near(loaded->effort_max, read->effort_max, 0.0);
            assert_near(loaded->mass_kg, read->mass_kg, 1e-14);
            for (int k = 0; k < 3; k++) {
                assert_near(loaded->origin_xyz_m[k], read->origin_xyz_m[k], 2e-15);
                assert_near(loaded->origin_rpy_rad[k], read->origin_rpy_rad[k], 2e-14);
                assert_near(loaded->axis[k], read->axis[k], 2e-15);
                assert_near(loaded->centre_of_mass_m[k], read->centre_of_mass_m[k], 2e-15);
            }
            for (int k = 0; k < 6; k++)
                assert_near(loaded->inertia_kgm2[k], read->inertia_kgm2[k], 1e-14);
        }
    }
}

static void small_and_large_numbers_survive_the_machine_file(void** state)
{
    (void)state;
    static char text[TEXT_SIZE];
    import(RAIL, text);
    static const double lengths_m[] = {1.23456789012345e-9, -4.0e-12, 9.87654321098765e-5,
                                       1.0 / 3.0,           4.99999,  -1e-15};
    for (int i = 0; i < 6; i++) {
        arm.joints[1].settings.origin_xyz_m[i % 3] = lengths_m[i];
        FILE* out = fmemopen(text, TEXT_SIZE, "w");
        urdf_write_machine(&arm, "imported", RAIL, out);
        fclose(out);
        assert_true(load_completed(text, ALL, NULL));
        assert_near(machine.arm.joints[1].origin_xyz_m[i % 3], lengths_m[i], 1.01e-15);
    }
}

static void foreign_text_stays_in_its_comment(void** state)
{
    (void)state;
    static char text[TEXT_SIZE];
    import(RAIL, text);
    snprintf(arm.robot, sizeof arm.robot, "a\nname: b\r\x01");
    snprintf(arm.tip, sizeof arm.tip, "\nkind: c");
    snprintf(arm.joints[0].link, sizeof arm.joints[0].link, "\n- d");
    FILE* out = fmemopen(text, TEXT_SIZE, "w");
    urdf_write_machine(&arm, "imported", "path\nversion: 9", out);
    fclose(out);
    assert_true(load_completed(text, ALL, NULL));
    assert_string_equal(machine.name, "imported");
}

// ---------------------------------------------------------------------------------- poses

typedef struct {
    double at[4][4];
} matrix_t;

static matrix_t multiply(const matrix_t* a, const matrix_t* b)
{
    matrix_t product = {0};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            for (int k = 0; k < 4; k++)
                product.at[i][j] += a->at[i][k] * b->at[k][j];
    return product;
}

/// One row of Denavit and Hartenberg: Rz(angle) Tz(d) Tx(a) Rx(alpha).
static matrix_t denavit_hartenberg(double angle_rad, double d_m, double a_m, double alpha_rad)
{
    const double c = cos(angle_rad), s = sin(angle_rad);
    const double ca = cos(alpha_rad), sa = sin(alpha_rad);
    return (matrix_t){{{c, -s * ca, s * sa, a_m * c},
                       {s, c * ca, -c * sa, a_m * s},
                       {0.0, sa, ca, d_m},
                       {0.0, 0.0, 0.0, 1.0}}};
}

static pose_t pose_of(const char* path, const joints_t* joints)
{
    static chain_t chain;
    assert_completed(path);
    assert_true(chain_build(&machine.arm, 0, &chain));
    return fk_tool_pose(&chain, joints);
}

static void assert_place(pose_t pose, double x_m, double y_m, double z_m)
{
    assert_near(pose.position_m.x, x_m, 1e-12);
    assert_near(pose.position_m.y, y_m, 1e-12);
    assert_near(pose.position_m.z, z_m, 1e-12);
}

static void the_rail_arm_stands_where_it_does_on_paper(void** state)
{
    (void)state;
    // Stretched out across the rail, along y: 0.2 to the shoulder, 0.4, 0.3 and the pad.
    assert_place(pose_of(RAIL, &(joints_t){{0.5, 0.0, 0.0}}), 0.6, 0.4, 0.5);
    // The shoulder turns about -y of its frame: up.
    assert_place(pose_of(RAIL, &(joints_t){{0.5, PI / 2.0, 0.0}}), 0.6, -0.4, 1.3);
    // The elbow turns about +y: level again, 0.4 higher.
    const pose_t bent = pose_of(RAIL, &(joints_t){{0.0, PI / 2.0, PI / 2.0}});
    assert_place(bent, 0.1, 0.0, 0.9);
    // The pad looks along y.
    const vec3_t out = quat_rotate(bent.orientation, vec3(0.0, 0.0, 1.0));
    assert_near(out.y, 1.0, 1e-12);
}

static void the_six_axis_arm_stands_where_the_makers_formula_has_it(void** state)
{
    (void)state;
    static const double d_m[6] = {0.1625, 0.0, 0.0, 0.1333, 0.0997, 0.0996 + PAD_LENGTH_M};
    static const double a_m[6] = {0.0, -0.425, -0.3922, 0.0, 0.0, 0.0};
    static const double alpha_rad[6] = {PI / 2.0, 0.0, 0.0, PI / 2.0, -PI / 2.0, 0.0};
    // At zero: a2 + a3 out, d4 + d6 aside, d1 - d5 up; the foot is turned half about.
    assert_place(pose_of(UR5E, &(joints_t){{0.0}}), 0.8172, 0.1333 + 0.0996 + PAD_LENGTH_M, 0.0628);
    uint64_t stream = 0x75723565ull;
    print_message("seed %llu\n", (unsigned long long)stream);
    static chain_t chain;
    assert_completed(UR5E);
    assert_true(chain_build(&machine.arm, 0, &chain));
    for (int n = 0; n < 200; n++) {
        joints_t joints = {{0.0}};
        matrix_t expected = denavit_hartenberg(PI, 0.0, 0.0, 0.0);
        for (int i = 0; i < 6; i++) {
            stream ^= stream << 13;
            stream ^= stream >> 7;
            stream ^= stream << 17;
            joints.at[i] = (double)(stream >> 11) * 0x1p-53 * 2.0 * PI - PI;
            const matrix_t row = denavit_hartenberg(joints.at[i], d_m[i], a_m[i], alpha_rad[i]);
            expected = multiply(&expected, &row);
        }
        const pose_t pose = fk_tool_pose(&chain, &joints);
        assert_place(pose, expected.at[0][3], expected.at[1][3], expected.at[2][3]);
        const vec3_t x = quat_rotate(pose.orientation, vec3(1.0, 0.0, 0.0));
        const vec3_t z = quat_rotate(pose.orientation, vec3(0.0, 0.0, 1.0));
        assert_near(x.x, expected.at[0][0], 1e-12);
        assert_near(x.y, expected.at[1][0], 1e-12);
        assert_near(z.x, expected.at[0][2], 1e-12);
        assert_near(z.z, expected.at[2][2], 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_open_key_is_a_finding_of_its_own),
        cmocka_unit_test(nothing_filled_in_is_refused_key_by_key),
        cmocka_unit_test(what_urdf_knows_arrives_unchanged),
        cmocka_unit_test(small_and_large_numbers_survive_the_machine_file),
        cmocka_unit_test(foreign_text_stays_in_its_comment),
        cmocka_unit_test(the_rail_arm_stands_where_it_does_on_paper),
        cmocka_unit_test(the_six_axis_arm_stands_where_the_makers_formula_has_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
