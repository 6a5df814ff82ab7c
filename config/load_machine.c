#include <math.h>
#include <string.h>

#include "config/digest.h"
#include "config/load.h"

#define PI 3.14159265358979323846

static const char* const world_words[] = {[WORLD_VIRTUAL] = "virtual", [WORLD_REAL] = "real", NULL};
static const char* const joint_kind_words[] = {
    [JOINT_REVOLUTE] = "revolute", [JOINT_PRISMATIC] = "prismatic", NULL};

// Both kinds of joint fill the same members; what differs is how a coordinate is measured.
#define JOINT(member) offsetof(joint_settings_t, member)
// Rows are (key, kind, member, and what that kind needs); a joint's own units come in as macros.
#define JOINT_NAME_ROW(text, member_kind, member, sentence)                                        \
    {                                                                                              \
        .key = text, .kind = member_kind, .required = true, .offset = JOINT(member),               \
        .capacity = NAME_CAPACITY, .words = joint_kind_words, .meaning = sentence                  \
    }
#define JOINT_VECTOR_ROW(text, member, unit, bound, size, sentence)                                \
    {                                                                                              \
        .key = text, .kind = FIELD_VECTOR, .required = true, .offset = JOINT(member),              \
        .dimension = unit, .minimum = -(bound), .maximum = bound, .capacity = size,                \
        .meaning = sentence                                                                        \
    }
#define JOINT_ROW(text, member, unit, lowest, highest, sentence)                                   \
    {                                                                                              \
        .key = text, .kind = FIELD_QUANTITY, .required = true, .offset = JOINT(member),            \
        .dimension = unit, .minimum = lowest, .maximum = highest, .meaning = sentence              \
    }
#define JOINT_FIELDS(COORDINATE, COORDINATE_MAX, SPEED, SPEED_MAX, ACCELERATION, ACCELERATION_MAX, \
                     EFFORT, EFFORT_MAX, ROTOR)                                                    \
    JOINT_NAME_ROW("name", FIELD_NAME, name, "The joint's name."),                                 \
        JOINT_NAME_ROW("kind", FIELD_CHOICE, kind, "How the joint moves."),                        \
        JOINT_NAME_ROW("drive", FIELD_NAME, drive, "Name of the device that moves it."),           \
        JOINT_VECTOR_ROW("origin_xyz", origin_xyz_m, DIMENSION_LENGTH, 5.0, 3,                     \
                         "Origin in the frame of the joint before."),                              \
        JOINT_VECTOR_ROW("origin_rpy", origin_rpy_rad, DIMENSION_ANGLE, 2.0 * PI, 3,               \
                         "Fixed-axis roll, pitch, yaw."),                                          \
        JOINT_VECTOR_ROW("axis", axis, DIMENSION_NONE, 1.0, 3,                                     \
                         "Unit vector in the joint's frame."),                                     \
        JOINT_ROW("position_min", position_min, COORDINATE, -(COORDINATE_MAX), COORDINATE_MAX,     \
                  "Lower limit."),                                                                 \
        JOINT_ROW("position_max", position_max, COORDINATE, -(COORDINATE_MAX), COORDINATE_MAX,     \
                  "Upper limit."),                                                                 \
        JOINT_ROW("velocity_max", velocity_max, SPEED, 1e-3, SPEED_MAX, "Highest speed."),         \
        JOINT_ROW("acceleration_max", acceleration_max, ACCELERATION, 1e-2, ACCELERATION_MAX,      \
                  "Highest acceleration."),                                                        \
        JOINT_ROW("effort_max", effort_max, EFFORT, 0.1, EFFORT_MAX,                               \
                  "The drive's limit at the joint."),                                              \
        JOINT_ROW("parked", parked, COORDINATE, -(COORDINATE_MAX), COORDINATE_MAX,                 \
                  "Where the arm is left."),                                                       \
        JOINT_ROW("preferred", preferred, COORDINATE, -(COORDINATE_MAX), COORDINATE_MAX,           \
                  "Where spare freedom pulls the joint."),                                         \
        JOINT_ROW("mass", mass_kg, DIMENSION_MASS, 0.01, 500.0, "Mass of the link."),              \
        JOINT_VECTOR_ROW("centre_of_mass", centre_of_mass_m, DIMENSION_LENGTH, 2.0, 3,             \
                         "In the joint's frame."),                                                 \
        JOINT_VECTOR_ROW("inertia", inertia_kgm2, DIMENSION_INERTIA, 100.0, 6,                     \
                         "xx yy zz xy xz yz about the centre of mass."),                           \
        JOINT_ROW("rotor_inertia", rotor_inertia, ROTOR, 0.0, 200.0,                               \
                  "Of the motor, at the joint side of the gear."),                                 \
        JOINT_ROW("radius", radius_m, DIMENSION_LENGTH, 0.005, 0.5,                                \
                  "Of the link, as a capsule from this joint to the next.")

// The widest a file may state. A table arm needs no more; beyond this a figure is a slip of the
// pen.
static const field_t revolute_fields[] = {
    JOINT_FIELDS(DIMENSION_ANGLE, 4.0 * PI, DIMENSION_ANGULAR_SPEED, 6.5,
                 DIMENSION_ANGULAR_ACCELERATION, 100.0, DIMENSION_TORQUE, 1000.0,
                 DIMENSION_INERTIA),
    {0},
};
static const field_t prismatic_fields[] = {
    JOINT_FIELDS(DIMENSION_LENGTH, 5.0, DIMENSION_SPEED, 2.0, DIMENSION_ACCELERATION, 20.0,
                 DIMENSION_FORCE, 5000.0, DIMENSION_MASS),
    {0},
};
static const record_t revolute_record = {
    .name = "revolute", .meaning = "A joint that turns.", .fields = revolute_fields};
static const record_t prismatic_record = {
    .name = "prismatic", .meaning = "A joint that slides.", .fields = prismatic_fields};
static const record_t* const joint_variants[] = {&revolute_record, &prismatic_record, NULL};

static const field_t pad_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(pad_settings_t, name),
     .capacity = NAME_CAPACITY,
     .meaning = "What routines call it."},
    {.key = "diameter",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(pad_settings_t, diameter_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.010,
     .maximum = 0.150,
     .meaning = "Of the round face."},
    {.key = "length",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(pad_settings_t, length_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.010,
     .maximum = 0.600,
     .meaning = "From the mounting face to the pad's face, spring unloaded."},
    {0},
};
static const record_t pad_record = {
    .name = "pad", .meaning = "What touches the skin.", .fields = pad_fields};

#define TOOL(member) offsetof(tool_settings_t, member)
static const field_t tool_fields[] = {
    {.key = "flange_xyz",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = TOOL(flange_xyz_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -1.0,
     .maximum = 1.0,
     .capacity = 3,
     .meaning = "Mounting face of the pads in the last link's frame."},
    {.key = "flange_rpy",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = TOOL(flange_rpy_rad),
     .dimension = DIMENSION_ANGLE,
     .minimum = -2.0 * PI,
     .maximum = 2.0 * PI,
     .capacity = 3,
     .meaning = "Its roll, pitch, yaw; z points out of the pad."},
    {.key = "mass",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TOOL(mass_kg),
     .dimension = DIMENSION_MASS,
     .minimum = 0.01,
     .maximum = 10.0,
     .meaning = "Everything that hangs from the force sensor."},
    {.key = "centre_of_mass",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = TOOL(centre_of_mass_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -0.5,
     .maximum = 0.5,
     .capacity = 3,
     .meaning = "In the flange's frame."},
    {.key = "spring_stiffness",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TOOL(spring_stiffness_N_per_m),
     .dimension = DIMENSION_STIFFNESS,
     .minimum = 200.0,
     .maximum = 50000.0,
     .meaning = "Series spring between flange and pad."},
    {.key = "spring_travel",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = TOOL(spring_travel_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.001,
     .maximum = 0.200,
     .meaning = "Until the spring is solid."},
    {.key = "pads",
     .kind = FIELD_LIST,
     .required = true,
     .offset = TOOL(pads),
     .count_offset = TOOL(pad_count),
     .element_size = sizeof(pad_settings_t),
     .least = 1,
     .capacity = PAD_CAPACITY,
     .record = &pad_record,
     .meaning = "Pads that may be mounted."},
    {0},
};
static const record_t tool_record = {
    .name = "tool", .meaning = "What the arm carries.", .fields = tool_fields};

static const char* const parity_words[] = {
    [PARITY_NONE] = "none", [PARITY_EVEN] = "even", [PARITY_ODD] = "odd", NULL};

static const field_t line_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(line_settings_t, name),
     .capacity = NAME_CAPACITY,
     .meaning = "The line's name."},
    {.key = "path",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(line_settings_t, path),
     .capacity = PATH_CAPACITY,
     .meaning = "Of the serial device, such as /dev/ttyUSB0."},
    {.key = "baud",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(line_settings_t, baud),
     .minimum = LINE_BAUD_MIN,
     .maximum = LINE_BAUD_MAX,
     .meaning = "Bits a second; every device on the line has to be made for it."},
    {.key = "parity",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(line_settings_t, parity),
     .words = parity_words,
     .meaning = "Even is the standard's default."},
    {.key = "stop_bits",
     .kind = FIELD_WHOLE,
     .offset = offsetof(line_settings_t, stop_bits),
     .minimum = 1,
     .maximum = 2,
     .meaning = "Where absent 1, or 2 without parity, as the standard has it."},
    {0},
};
static const record_t line_record = {
    .name = "line", .meaning = "A serial line with Modbus RTU on it.", .fields = line_fields};

/// A device as written: its line is named, and becomes an index afterwards.
typedef struct {
    device_settings_t device; // first: the records count from its beginning
    char line[NAME_CAPACITY];
} device_entry_t;

static const field_t device_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(device_settings_t, name),
     .capacity = NAME_CAPACITY,
     .meaning = "The device's name."},
    {.key = "profile",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(device_settings_t, profile),
     .capacity = NAME_CAPACITY,
     .meaning = "Name of its register map."},
    {.key = "line",
     .kind = FIELD_NAME,
     .offset = offsetof(device_entry_t, line),
     .capacity = NAME_CAPACITY,
     .meaning = "Name of the serial line it is on; this or host and port."},
    {.key = "host",
     .kind = FIELD_NAME,
     .offset = offsetof(device_settings_t, host),
     .capacity = NAME_CAPACITY,
     .meaning = "Numeric IPv4 address."},
    {.key = "port",
     .kind = FIELD_WHOLE,
     .offset = offsetof(device_settings_t, port),
     .minimum = 1,
     .maximum = 65535,
     .meaning = "TCP port."},
    {.key = "unit",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(device_settings_t, unit),
     .maximum = 255,
     .meaning = "Modbus unit identifier; on a serial line the address, 1 to 247."},
    {0},
};
static const record_t device_entry_record = {
    .name = "device", .meaning = "One Modbus device.", .fields = device_fields};

// Table and base lie flat in their structs, so their records count from the structs' beginning.
#define MACHINE(member) offsetof(machine_settings_t, member)
static const field_t table_fields[] = {
    {.key = "length",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = MACHINE(table_length_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 1.0,
     .maximum = 3.0,
     .meaning = "Along x."},
    {.key = "width",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = MACHINE(table_width_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = 0.4,
     .maximum = 1.5,
     .meaning = "Along y."},
    {.key = "neck_x",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = MACHINE(neck_x_m),
     .dimension = DIMENSION_LENGTH,
     .maximum = 3.0,
     .meaning = "Where the seventh cervical vertebra of a client lies."},
    {0},
};
static const record_t table_record = {
    .name = "table", .meaning = "The table and how the client lies on it.", .fields = table_fields};

static const field_t base_fields[] = {
    {.key = "xyz",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = MACHINE(arm.base_xyz_m),
     .dimension = DIMENSION_LENGTH,
     .minimum = -5.0,
     .maximum = 5.0,
     .capacity = 3,
     .meaning = "In the table's frame."},
    {.key = "rpy",
     .kind = FIELD_VECTOR,
     .required = true,
     .offset = MACHINE(arm.base_rpy_rad),
     .dimension = DIMENSION_ANGLE,
     .minimum = -2.0 * PI,
     .maximum = 2.0 * PI,
     .capacity = 3,
     .meaning = "Roll, pitch, yaw."},
    {0},
};
static const record_t base_record = {.name = "base",
                                     .meaning = "Where the first joint's origin is measured from.",
                                     .fields = base_fields};

static const field_t gain_fields[] = {
#define X(member, text, unit, lowest, highest, otherwise, sentence)                                \
    {.key = text,                                                                                  \
     .kind = FIELD_FIGURE,                                                                         \
     .required = true,                                                                             \
     .offset = offsetof(gain_figures_t, member),                                                   \
     .dimension = unit,                                                                            \
     .minimum = lowest,                                                                            \
     .maximum = highest,                                                                           \
     .meaning = sentence},
    GAIN_LIST(X)
#undef X
        {0},
};
static const record_t gains_record = {
    .name = "gains", .meaning = "How hard the controller pulls.", .fields = gain_fields};

// A key is read as text and turned into its bytes afterwards.
typedef struct {
    char name[NAME_CAPACITY];
    char public_key[2 * PUBLIC_KEY_SIZE + 1];
} approver_text_t;

static const field_t approver_fields[] = {
    {.key = "name",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(approver_text_t, name),
     .capacity = NAME_CAPACITY,
     .meaning = "Name and profession."},
    {.key = "public_key",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(approver_text_t, public_key),
     .capacity = 2 * PUBLIC_KEY_SIZE + 1,
     .meaning = "As 'knead key' prints it: Ed25519, hexadecimal."},
    {0},
};
static const record_t approver_record = {.name = "approver",
                                         .meaning = "Whose approval of a routine counts here.",
                                         .fields = approver_fields};

/// A machine's file as written, around the settings that come of it.
typedef struct {
    machine_settings_t machine; // first: the other records count from the settings' beginning
    int device_count;
    device_entry_t devices[DEVICE_CAPACITY];
    int approver_count;
    approver_text_t approvers[APPROVER_CAPACITY];
} machine_file_t;

static const field_t machine_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = MACHINE(name),
     .capacity = NAME_CAPACITY,
     .meaning = "The machine's name."},
    {.key = "world",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = MACHINE(world),
     .words = world_words,
     .meaning = "Whether the devices are simulated or real."},
    {.key = "period",
     .kind = FIELD_WHOLE_US,
     .required = true,
     .offset = MACHINE(period_us),
     .dimension = DIMENSION_TIME,
     .minimum = 0.001,
     .maximum = 0.020,
     .meaning = "Of the control loop."},
    {.key = "table",
     .kind = FIELD_RECORD,
     .required = true,
     .record = &table_record,
     .meaning = "The table."},
    {.key = "base",
     .kind = FIELD_RECORD,
     .required = true,
     .record = &base_record,
     .meaning = "Where the arm stands."},
    {.key = "joints",
     .kind = FIELD_LIST,
     .required = true,
     .offset = MACHINE(arm.joints),
     .count_offset = MACHINE(arm.joint_count),
     .element_size = sizeof(joint_settings_t),
     .least = 1,
     .capacity = JOINT_CAPACITY,
     .variants = joint_variants,
     .variant_key = "kind",
     .meaning = "From the base to the tool."},
    {.key = "tool",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = MACHINE(arm.tool),
     .record = &tool_record,
     .meaning = "What the arm carries."},
    {.key = "lines",
     .kind = FIELD_LIST,
     .offset = MACHINE(lines),
     .count_offset = MACHINE(line_count),
     .element_size = sizeof(line_settings_t),
     .least = 1,
     .capacity = SERIAL_LINE_CAPACITY,
     .record = &line_record,
     .meaning = "Every serial line; absent where all devices are reached over TCP."},
    {.key = "devices",
     .kind = FIELD_LIST,
     .required = true,
     .offset = offsetof(machine_file_t, devices),
     .count_offset = offsetof(machine_file_t, device_count),
     .element_size = sizeof(device_entry_t),
     .least = 3,
     .capacity = DEVICE_CAPACITY,
     .record = &device_entry_record,
     .meaning = "Every Modbus device."},
    {.key = "yield_deceleration",
     .kind = FIELD_FIGURE,
     .required = false,
     .offset = MACHINE(yield_deceleration_mps2),
     .dimension = DIMENSION_ACCELERATION,
     .minimum = 0.2,
     .maximum = 20.0,
     .meaning =
         "Measured: what the arm surely slows down with along the tool's axis when it yields; "
         "a real machine has to state it, a virtual one without it counts as sluggish."},
    {.key = "gains",
     .kind = FIELD_RECORD,
     .required = false,
     .offset = MACHINE(gains),
     .record = &gains_record,
     .meaning = "What force control and tracking work with, all of them; without it those that fit "
                "any machine whose delays are known."},
    {.key = "approvers",
     .kind = FIELD_LIST,
     .required = false,
     .offset = offsetof(machine_file_t, approvers),
     .count_offset = offsetof(machine_file_t, approver_count),
     .element_size = sizeof(approver_text_t),
     .least = 1,
     .capacity = APPROVER_CAPACITY,
     .record = &approver_record,
     .meaning = "Whose approvals a real machine plays; without it none."},
    {0},
};
const record_t load_machine_record = {
    .name = "machine", .meaning = "A table arm and its devices.", .fields = machine_fields};

// ----------------------------------------------------------------------------- rules of the arm

/// What the rules look at and complain to.
typedef struct {
    const yaml_document_t* document;
    machine_settings_t* machine;
    findings_t* findings;
} check_t;

static const char* entry_path(char path[FINDING_FIELD_CAPACITY], const char* list, int index,
                              const char* key)
{
    snprintf(path, FINDING_FIELD_CAPACITY, "%s[%d].%s", list, index, key);
    return path;
}

static void check_joint_limits(const check_t* check, int index)
{
    const joint_settings_t* joint = &check->machine->arm.joints[index];
    char path[FINDING_FIELD_CAPACITY];
    if (!(joint->position_min < joint->position_max)) {
        fields_refuse_path(check->document, entry_path(path, "joints", index, "position_min"),
                           check->findings, "the lower limit has to be below the upper one");
        return;
    }
    if (!(joint->parked >= joint->position_min && joint->parked <= joint->position_max))
        fields_refuse_path(check->document, entry_path(path, "joints", index, "parked"),
                           check->findings, "lies outside the joint's limits");
    if (!(joint->preferred >= joint->position_min && joint->preferred <= joint->position_max))
        fields_refuse_path(check->document, entry_path(path, "joints", index, "preferred"),
                           check->findings, "lies outside the joint's limits");
}

/// Axes are unit vectors as written to six digits, and exactly so afterwards.
static void check_joint_axis(const check_t* check, int index)
{
    double* axis = check->machine->arm.joints[index].axis;
    const double length = sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
    if (!(fabs(length - 1.0) <= 1e-6)) {
        char path[FINDING_FIELD_CAPACITY];
        fields_refuse_path(check->document, entry_path(path, "joints", index, "axis"),
                           check->findings, "has length %.6g; a unit vector is expected", length);
        return;
    }
    for (int i = 0; i < 3; i++)
        axis[i] /= length;
}

/// Whether a symmetric matrix xx yy zz xy xz yz is positive definite (Sylvester).
static bool is_positive_definite(const double m[6])
{
    const double minor = m[0] * m[1] - m[3] * m[3];
    const double determinant = m[0] * (m[1] * m[2] - m[5] * m[5]) -
                               m[3] * (m[3] * m[2] - m[5] * m[4]) +
                               m[4] * (m[3] * m[5] - m[1] * m[4]);
    return m[0] > 0.0 && minor > 0.0 && determinant > 0.0;
}

/// An inertia some body can have: positive definite, and so is trace/2 - I, the second moment of
/// mass, whose eigenvalues are what the triangle inequality of the principal moments speaks of.
static void check_joint_inertia(const check_t* check, int index)
{
    const double* inertia = check->machine->arm.joints[index].inertia_kgm2;
    char path[FINDING_FIELD_CAPACITY];
    entry_path(path, "joints", index, "inertia");
    if (!is_positive_definite(inertia)) {
        fields_refuse_path(check->document, path, check->findings, "is not positive definite");
        return;
    }
    // A flat plate lies on the bound; a millionth of slack keeps it.
    const double half_trace = 0.5 * (inertia[0] + inertia[1] + inertia[2]) * (1.0 + 1e-6);
    const double moment[6] = {half_trace - inertia[0],
                              half_trace - inertia[1],
                              half_trace - inertia[2],
                              -inertia[3],
                              -inertia[4],
                              -inertia[5]};
    if (!is_positive_definite(moment))
        fields_refuse_path(check->document, path, check->findings,
                           "no body has such moments: each is at most the sum of the other two");
}

static void check_names_differ(const check_t* check, const char* list, const char* names,
                               size_t stride, int count)
{
    for (int i = 1; i < count; i++)
        for (int j = 0; j < i; j++) {
            const char* name = names + (size_t)i * stride;
            char path[FINDING_FIELD_CAPACITY];
            if (strcmp(name, names + (size_t)j * stride) == 0)
                fields_refuse_path(check->document, entry_path(path, list, i, "name"),
                                   check->findings, "the name '%s' is taken by %s[%d]", name, list,
                                   j);
        }
}

static void check_arm(const check_t* check)
{
    const arm_settings_t* arm = &check->machine->arm;
    for (int i = 0; i < arm->joint_count; i++) {
        check_joint_limits(check, i);
        check_joint_axis(check, i);
        check_joint_inertia(check, i);
    }
    check_names_differ(check, "joints", arm->joints[0].name, sizeof arm->joints[0],
                       arm->joint_count);
    check_names_differ(check, "tool.pads", arm->tool.pads[0].name, sizeof arm->tool.pads[0],
                       arm->tool.pad_count);
    if (check->machine->world == WORLD_REAL &&
        !(check->machine->yield_deceleration_mps2.value > 0.0))
        fields_refuse_path(check->document, "yield_deceleration", check->findings,
                           "is missing; what a real arm slows down with has to be measured on it");
    if (!(check->machine->neck_x_m < check->machine->table_length_m))
        fields_refuse_path(check->document, "table.neck_x", check->findings,
                           "has to lie on the table, before its head end");
}

// ------------------------------------------------------------------------- rules of the devices

static bool is_ipv4_address(const char* text)
{
    for (int part = 0; part < 4; part++) {
        int value = 0, digits = 0;
        for (; *text >= '0' && *text <= '9' && digits < 3; text++, digits++)
            value = value * 10 + (*text - '0');
        // A leading zero means octal to some readers and nothing to others.
        if (digits == 0 || value > 255 || (digits > 1 && text[-digits] == '0'))
            return false;
        if (*text != (part < 3 ? '.' : '\0'))
            return false;
        text++;
    }
    return true;
}

static int line_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->line_count; i++)
        if (strcmp(machine->lines[i].name, name) == 0)
            return i;
    return -1;
}

/// Lines differ in name and path; two lines over one serial device would talk into each other.
static void check_lines(const check_t* check)
{
    machine_settings_t* machine = check->machine;
    char path[FINDING_FIELD_CAPACITY];
    check_names_differ(check, "lines", machine->lines[0].name, sizeof machine->lines[0],
                       machine->line_count);
    for (int i = 0; i < machine->line_count; i++) {
        line_settings_t* line = &machine->lines[i];
        if (line->stop_bits == 0)
            line->stop_bits = line->parity == PARITY_NONE ? 2 : 1;
        for (int j = 0; j < i; j++)
            if (strcmp(line->path, machine->lines[j].path) == 0)
                fields_refuse_path(check->document, entry_path(path, "lines", i, "path"),
                                   check->findings, "'%s' is the path of '%s' as well", line->path,
                                   machine->lines[j].name);
    }
}

/// A device on a serial line: the line is there, and the address is one that a line has.
static void take_line(const check_t* check, int index, const char* line)
{
    device_settings_t* device = &check->machine->devices[index];
    char path[FINDING_FIELD_CAPACITY];
    device->line = 1 + line_named(check->machine, line);
    if (device->line == 0)
        fields_refuse_path(check->document, entry_path(path, "devices", index, "line"),
                           check->findings, "no line is called '%s'", line);
    if (device->unit < 1 || device->unit > LINE_UNIT_MAX)
        fields_refuse_path(check->document, entry_path(path, "devices", index, "unit"),
                           check->findings, "'%d' is no address on a serial line; allowed: 1 to %d",
                           device->unit, LINE_UNIT_MAX);
}

/// Devices are reached by a serial line or by host and port, never by both.
static void take_devices(const check_t* check, const device_entry_t* entries, int count)
{
    machine_settings_t* machine = check->machine;
    machine->device_count = count;
    for (int i = 0; i < count; i++) {
        device_settings_t* device = &machine->devices[i];
        *device = entries[i].device;
        char path[FINDING_FIELD_CAPACITY];
        const bool has_host = device->host[0] != '\0', has_port = device->port != 0;
        if (entries[i].line[0] != '\0') {
            take_line(check, i, entries[i].line);
            if (has_host || has_port)
                fields_refuse_path(
                    check->document, entry_path(path, "devices", i, has_host ? "host" : "port"),
                    check->findings, "stands beside line; a device has a line or host and port");
        } else if (!has_host || !has_port) {
            fields_refuse_path(check->document,
                               entry_path(path, "devices", i, has_host ? "port" : "host"),
                               check->findings, "is missing; a device has a line or host and port");
        } else if (!is_ipv4_address(device->host)) {
            fields_refuse_path(
                check->document, entry_path(path, "devices", i, "host"), check->findings,
                "'%s' is not a numeric IPv4 address such as 192.168.0.10", device->host);
        }
    }
}

static void check_device_addresses(const check_t* check)
{
    const machine_settings_t* machine = check->machine;
    char path[FINDING_FIELD_CAPACITY];
    for (int i = 0; i < machine->device_count; i++) {
        const device_settings_t* device = &machine->devices[i];
        for (int j = 0; j < i; j++) {
            const device_settings_t* other = &machine->devices[j];
            if ((device->line > 0 || device->host[0] != '\0') && device->line == other->line &&
                strcmp(device->host, other->host) == 0 && device->port == other->port &&
                device->unit == other->unit)
                fields_refuse_path(check->document, entry_path(path, "devices", i, "unit"),
                                   check->findings, "'%s' has the same %s and unit as '%s'",
                                   device->name, device->line > 0 ? "line" : "host, port",
                                   other->name);
        }
    }
    check_names_differ(check, "devices", machine->devices[0].name, sizeof machine->devices[0],
                       machine->device_count);
}

static int profile_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->profile_count; i++)
        if (strcmp(machine->profiles[i].name, name) == 0)
            return i;
    return -1;
}

/// Loads the profile called `name` unless it is there; its index, or -1 with findings.
static int load_profile(const check_t* check, const char* directory, const char* name,
                        const char* field)
{
    machine_settings_t* machine = check->machine;
    const int known = profile_named(machine, name);
    if (known >= 0)
        return known;
    if (machine->profile_count >= PROFILE_CAPACITY) {
        fields_refuse_path(check->document, field, check->findings,
                           "more than %d different device profiles", PROFILE_CAPACITY);
        return -1;
    }
    char path[TEXT_CAPACITY];
    if (snprintf(path, sizeof path, "%s/%s.yaml", directory, name) >= (int)sizeof path) {
        fields_refuse_path(check->document, field, check->findings,
                           "the path of this profile has more than %d bytes", TEXT_CAPACITY - 1);
        return -1;
    }
    device_profile_t* profile = &machine->profiles[machine->profile_count];
    if (!load_device_profile(path, profile, check->findings)) {
        fields_refuse_path(check->document, field, check->findings,
                           "the device profile %s could not be loaded", path);
        return -1;
    }
    if (strcmp(profile->name, name) != 0) {
        fields_refuse_path(check->document, field, check->findings,
                           "%s says its name is '%s', not '%s'", path, profile->name, name);
        return -1;
    }
    return machine->profile_count++;
}

static bool load_profiles(const check_t* check, const char* directory)
{
    machine_settings_t* machine = check->machine;
    bool ok = true;
    for (int i = 0; i < machine->device_count; i++) {
        device_settings_t* device = &machine->devices[i];
        // A profile that failed for an earlier device would only say the same again.
        bool failed_before = false;
        for (int j = 0; j < i; j++)
            failed_before =
                failed_before || (machine->devices[j].profile_index < 0 &&
                                  strcmp(machine->devices[j].profile, device->profile) == 0);
        char path[FINDING_FIELD_CAPACITY];
        device->profile_index = failed_before
                                    ? -1
                                    : load_profile(check, directory, device->profile,
                                                   entry_path(path, "devices", i, "profile"));
        ok = ok && device->profile_index >= 0;
        if (device->profile_index >= 0)
            device->role = machine->profiles[device->profile_index].role;
    }
    return ok;
}

static int device_named(const machine_settings_t* machine, const char* name)
{
    for (int i = 0; i < machine->device_count; i++)
        if (strcmp(machine->devices[i].name, name) == 0)
            return i;
    return -1;
}

static const point_settings_t* point_of(const device_profile_t* profile, point_id_t id)
{
    for (int i = 0; i < profile->point_count; i++)
        if (profile->points[i].id == id)
            return &profile->points[i];
    return NULL;
}

/// The drive can be told every position the joint may have, and no register limits it unseen.
static void check_drive_reach(const check_t* check, int joint_index, int device_index)
{
    const joint_settings_t* joint = &check->machine->arm.joints[joint_index];
    const device_settings_t* device = &check->machine->devices[device_index];
    const point_settings_t* target =
        point_of(&check->machine->profiles[device->profile_index], POINT_TARGET_POSITION);
    char path[FINDING_FIELD_CAPACITY];
    if (target == NULL ||
        (joint->position_min >= target->minimum && joint->position_max <= target->maximum))
        return;
    fields_refuse_path(check->document, entry_path(path, "joints", joint_index, "drive"),
                       check->findings,
                       "target_position of '%s' reaches from %.6g to %.6g, less than the joint",
                       device->profile, target->minimum, target->maximum);
}

/// Every joint has a drive and every drive a joint.
static void check_drives(const check_t* check)
{
    machine_settings_t* machine = check->machine;
    int joint_of_device[DEVICE_CAPACITY];
    for (int i = 0; i < DEVICE_CAPACITY; i++)
        joint_of_device[i] = -1;
    char path[FINDING_FIELD_CAPACITY];
    for (int i = 0; i < machine->arm.joint_count; i++) {
        const char* drive = machine->arm.joints[i].drive;
        const int device = device_named(machine, drive);
        entry_path(path, "joints", i, "drive");
        machine->drive_of_joint[i] = device;
        if (device < 0) {
            fields_refuse_path(check->document, path, check->findings, "no device is called '%s'",
                               drive);
        } else if (machine->devices[device].role != DEVICE_DRIVE) {
            fields_refuse_path(check->document, path, check->findings, "'%s' is not a drive",
                               drive);
        } else if (joint_of_device[device] >= 0) {
            fields_refuse_path(check->document, path, check->findings, "'%s' already moves '%s'",
                               drive, machine->arm.joints[joint_of_device[device]].name);
        } else {
            joint_of_device[device] = i;
            check_drive_reach(check, i, device);
        }
    }
    for (int i = 0; i < machine->device_count; i++)
        if (machine->devices[i].role == DEVICE_DRIVE && joint_of_device[i] < 0)
            fields_refuse_path(check->document, entry_path(path, "devices", i, "name"),
                               check->findings, "the drive '%s' moves no joint",
                               machine->devices[i].name);
}

/// The one device of a role; a finding and -1 where there is none or more than one.
static int find_only(const check_t* check, device_role_t role, const char* what)
{
    const machine_settings_t* machine = check->machine;
    int found = -1;
    for (int i = 0; i < machine->device_count; i++) {
        if (machine->devices[i].role != role)
            continue;
        char path[FINDING_FIELD_CAPACITY];
        if (found >= 0)
            fields_refuse_path(check->document, entry_path(path, "devices", i, "profile"),
                               check->findings, "'%s' is a second %s; exactly one is expected",
                               machine->devices[i].name, what);
        found = i;
    }
    if (found < 0)
        fields_refuse_path(check->document, "devices", check->findings,
                           "there is no %s; exactly one is expected", what);
    return found;
}

#define WATCHDOG_PERIODS_MIN 3 // fewer would trip on one lost frame
#define WATCHDOG_MAX_S 0.2     // longer leaves a drive pushing blindly for too long

/// A drive that hears nothing stops by itself: not at the first lost frame, but soon.
static void check_watchdogs(const check_t* check)
{
    const machine_settings_t* machine = check->machine;
    const double shortest_s = WATCHDOG_PERIODS_MIN * (double)machine->period_us * 1e-6;
    for (int i = 0; i < machine->device_count; i++) {
        const device_settings_t* device = &machine->devices[i];
        const double watchdog_s = machine->profiles[device->profile_index].watchdog_s;
        if (device->role != DEVICE_DRIVE || !machine->profiles[device->profile_index].cyclic ||
            (watchdog_s >= shortest_s * (1.0 - 1e-9) && watchdog_s <= WATCHDOG_MAX_S))
            continue;
        char path[FINDING_FIELD_CAPACITY];
        fields_refuse_path(check->document, entry_path(path, "devices", i, "profile"),
                           check->findings,
                           "the watchdog of '%s' is %.6g ms; allowed: %d periods (%.6g ms) to "
                           "%.6g ms",
                           device->profile, watchdog_s * 1e3, WATCHDOG_PERIODS_MIN,
                           shortest_s * 1e3, WATCHDOG_MAX_S * 1e3);
    }
}

/// The speeds of a profile as a sentence has them: "9600, 19200".
static void list_bauds(const device_profile_t* profile, char* text, size_t capacity)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < profile->baud_count && used < capacity; i++)
        used += (size_t)snprintf(text + used, capacity - used, "%s%d", i > 0 ? ", " : "",
                                 profile->bauds[i]);
}

static bool is_made_for(const device_profile_t* profile, int baud)
{
    for (int i = 0; i < profile->baud_count; i++)
        if (profile->bauds[i] == baud)
            return true;
    return false;
}

/// A device on a line is made for its speed. What parity it was delivered with can be set on it;
/// the reader is told that it has to be.
static void check_line_settings(const check_t* check)
{
    const machine_settings_t* machine = check->machine;
    for (int i = 0; i < machine->device_count; i++) {
        const device_settings_t* device = &machine->devices[i];
        if (device->line == 0)
            continue;
        const line_settings_t* line = &machine->lines[device->line - 1];
        const device_profile_t* profile = &machine->profiles[device->profile_index];
        char path[FINDING_FIELD_CAPACITY], bauds[BAUD_CAPACITY * 12];
        entry_path(path, "devices", i, "line");
        list_bauds(profile, bauds, sizeof bauds);
        if (profile->baud_count == 0)
            fields_refuse_path(check->document, path, check->findings,
                               "profile '%s' lists no line speed that the device is made for",
                               profile->name);
        else if (!is_made_for(profile, line->baud))
            fields_refuse_path(check->document, path, check->findings,
                               "'%s' is not made for the %d baud of '%s'; allowed: %s",
                               profile->name, line->baud, line->name, bauds);
        else if (line->parity != profile->rtu_parity || line->stop_bits != profile->rtu_stop_bits)
            fields_warn(check->document, fields_node(check->document, path), path, check->findings,
                        "'%s' is delivered with parity %s and %d stop bits, and '%s' has parity %s "
                        "and %d: set the device to that",
                        profile->name, parity_words[profile->rtu_parity], profile->rtu_stop_bits,
                        line->name, parity_words[line->parity], line->stop_bits);
    }
}

/// A machine whose devices can only be looked at is still a machine, for those who look.
static void warn_not_cyclic(const check_t* check)
{
    const machine_settings_t* machine = check->machine;
    for (int i = 0; i < machine->device_count; i++) {
        char path[FINDING_FIELD_CAPACITY];
        entry_path(path, "devices", i, "profile");
        if (!machine->profiles[machine->devices[i].profile_index].cyclic)
            fields_warn(check->document, fields_node(check->document, path), path, check->findings,
                        "nothing can be played over '%s': its profile says cyclic: false",
                        machine->devices[i].profile);
    }
}

static void check_devices(const check_t* check, const machine_file_t* file, const char* directory)
{
    check_lines(check);
    take_devices(check, file->devices, file->device_count);
    check_device_addresses(check);
    if (!load_profiles(check, directory))
        return;
    check_drives(check);
    check->machine->force_sensor = find_only(check, DEVICE_FORCE_TORQUE, "force sensor");
    check->machine->io_coupler = find_only(check, DEVICE_IO, "I/O coupler");
    check_watchdogs(check);
    check_line_settings(check);
    warn_not_cyclic(check);
}

/// Keys are bytes, and each belongs to one name.
static void check_approvers(const check_t* check, const machine_file_t* file)
{
    machine_settings_t* machine = check->machine;
    machine->approver_count = file->approver_count;
    for (int i = 0; i < file->approver_count; i++) {
        approver_settings_t* approver = &machine->approvers[i];
        char path[FINDING_FIELD_CAPACITY];
        entry_path(path, "approvers", i, "public_key");
        memcpy(approver->name, file->approvers[i].name, sizeof approver->name);
        if (!hex_read(file->approvers[i].public_key, approver->public_key, PUBLIC_KEY_SIZE)) {
            fields_refuse_path(check->document, path, check->findings,
                               "%d lower-case hexadecimal digits are expected",
                               2 * PUBLIC_KEY_SIZE);
            continue;
        }
        for (int j = 0; j < i; j++)
            if (memcmp(machine->approvers[j].public_key, approver->public_key, PUBLIC_KEY_SIZE) ==
                0)
                fields_refuse_path(check->document, path, check->findings,
                                   "is the key of approvers[%d] as well", j);
    }
}

bool load_machine(const char* path, const char* device_directory, machine_settings_t* machine,
                  findings_t* findings)
{
    const int errors_before = findings->error_count;
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    machine_file_t read = {0};
    bool ok = fields_expect_kind(&document, load_machine_record.name, findings);
    if (fields_read(&document, 0, &load_machine_record, &read, "", findings)) {
        const check_t check = {&document, &read.machine, findings};
        check_arm(&check);
        check_devices(&check, &read, device_directory);
        check_approvers(&check, &read);
    }
    ok = ok && findings->error_count == errors_before;
    if (ok)
        *machine = read.machine;
    yaml_document_free(&document);
    return ok;
}
