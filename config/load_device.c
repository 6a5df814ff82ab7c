#include <math.h>
#include <string.h>

#include "config/load.h"

/// A device file as written.
typedef struct {
    device_profile_t profile;
} device_file_t;

static const char* const role_words[] = {
    [DEVICE_DRIVE] = "drive", [DEVICE_FORCE_TORQUE] = "force_torque", [DEVICE_IO] = "io", NULL};
static const char* const word_order_words[] = {
    [WORDS_HIGH_FIRST] = "high_first", [WORDS_LOW_FIRST] = "low_first", NULL};
static const char* const verified_words[] = {[VERIFIED_NO] = "no",
                                             [VERIFIED_MANUAL] = "manual",
                                             [VERIFIED_PUBLIC_CODE] = "public-code",
                                             [VERIFIED_BENCH] = "bench",
                                             [VERIFIED_VIRTUAL] = "virtual",
                                             NULL};
static const char* const type_words[] = {[WORD_U16] = "u16", [WORD_S16] = "s16", [WORD_U32] = "u32",
                                         [WORD_S32] = "s32", [WORD_F32] = "f32", NULL};
static const char* const point_words[POINT_ID_COUNT + 1] = {
#define X(id, text) [id] = text,
    POINT_LIST(X)
#undef X
};

#define REGISTER_COUNT 65536
// Function 23 reads at most 125 and writes at most 121 registers (Modbus application protocol
// V1.1b3, 6.17).
#define BLOCK_READ_MAX 125
#define BLOCK_WRITE_MAX 121
#define POINT_VALUE_MAX 4294967296.0

static const field_t point_fields[] = {
    {.key = "point",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(point_settings_t, id),
     .words = point_words,
     .meaning = "What the register means."},
    {.key = "address",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(point_settings_t, address),
     .maximum = REGISTER_COUNT - 1,
     .meaning = "PDU address of the first register, from 0."},
    {.key = "type",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(point_settings_t, type),
     .words = type_words,
     .meaning = "How the registers hold the raw value."},
    {.key = "scale",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(point_settings_t, scale),
     .minimum = -1e6,
     .maximum = 1e6,
     .meaning = "SI value of one count; 1 for bit fields and counters."},
    {.key = "offset",
     .kind = FIELD_QUANTITY,
     .offset = offsetof(point_settings_t, offset),
     .minimum = -1e6,
     .maximum = 1e6,
     .meaning = "SI value at raw 0; 0 where absent."},
    {.key = "writable",
     .kind = FIELD_FLAG,
     .required = true,
     .offset = offsetof(point_settings_t, writable),
     .meaning = "Whether the controller may write it."},
    {.key = "minimum",
     .kind = FIELD_QUANTITY,
     .offset = offsetof(point_settings_t, minimum),
     .minimum = -POINT_VALUE_MAX,
     .maximum = POINT_VALUE_MAX,
     .meaning = "Lowest SI value that may be written; required where writable."},
    {.key = "maximum",
     .kind = FIELD_QUANTITY,
     .offset = offsetof(point_settings_t, maximum),
     .minimum = -POINT_VALUE_MAX,
     .maximum = POINT_VALUE_MAX,
     .meaning = "Highest SI value that may be written; required where writable."},
    {0},
};
static const record_t point_record = {
    .name = "point", .meaning = "One quantity behind registers.", .fields = point_fields};

// Blocks lie flat in device_profile_t, so their records count from its beginning.
static const field_t read_block_fields[] = {
    {.key = "address",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(device_profile_t, read_address),
     .maximum = REGISTER_COUNT - 1,
     .meaning = "First register."},
    {.key = "count",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(device_profile_t, read_count),
     .minimum = 1,
     .maximum = BLOCK_READ_MAX,
     .meaning = "Registers."},
    {0},
};
static const record_t read_block_record = {
    .name = "read_block", .meaning = "Registers read every period.", .fields = read_block_fields};

static const field_t write_block_fields[] = {
    {.key = "address",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(device_profile_t, write_address),
     .maximum = REGISTER_COUNT - 1,
     .meaning = "First register."},
    {.key = "count",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(device_profile_t, write_count),
     .minimum = 1,
     .maximum = BLOCK_WRITE_MAX,
     .meaning = "Registers."},
    {0},
};
static const record_t write_block_record = {
    .name = "write_block",
    .meaning = "Registers written every period; absent where nothing is written.",
    .fields = write_block_fields};

#define PROFILE(member) (offsetof(device_file_t, profile) + offsetof(device_profile_t, member))
static const field_t device_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = PROFILE(name),
     .capacity = NAME_CAPACITY,
     .meaning = "The profile's name: the file's without .yaml."},
    {.key = "role",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = PROFILE(role),
     .words = role_words,
     .meaning = "What the device is for."},
    {.key = "word_order",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = PROFILE(word_order),
     .words = word_order_words,
     .meaning = "Which register of a 32-bit value comes first."},
    {.key = "source",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = PROFILE(source),
     .capacity = TEXT_CAPACITY,
     .meaning = "Where the register map comes from."},
    {.key = "verified",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = PROFILE(verified),
     .words = verified_words,
     .meaning = "What the map was checked against."},
    {.key = "read_block",
     .kind = FIELD_RECORD,
     .required = true,
     .offset = offsetof(device_file_t, profile),
     .record = &read_block_record,
     .meaning = "Registers read every period."},
    {.key = "write_block",
     .kind = FIELD_RECORD,
     .offset = offsetof(device_file_t, profile),
     .record = &write_block_record,
     .meaning = "Registers written every period."},
    {.key = "identity_expected",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = PROFILE(identity_expected),
     .maximum = 65535,
     .meaning = "Raw value of the point identity."},
    {.key = "watchdog",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = PROFILE(watchdog_s),
     .dimension = DIMENSION_TIME,
     .maximum = 10.0,
     .meaning = "Silence after which the device stops by itself; 0 s where it can't."},
    {.key = "sample_age_max",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = PROFILE(sample_age_max_s),
     .dimension = DIMENSION_TIME,
     .maximum = 1.0,
     .meaning = "Age a sample may have when the device hands it out."},
    {.key = "response_lag",
     .kind = FIELD_QUANTITY,
     .offset = PROFILE(response_lag_s),
     .dimension = DIMENSION_TIME,
     .maximum = 0.5,
     .meaning =
         "Of a drive, from a written target to the axis being there, while it moves evenly."},
    {.key = "points",
     .kind = FIELD_LIST,
     .required = true,
     .offset = PROFILE(points),
     .count_offset = PROFILE(point_count),
     .element_size = sizeof(point_settings_t),
     .least = 1,
     .capacity = POINT_CAPACITY,
     .record = &point_record,
     .meaning = "The register map."},
    {0},
};
const record_t load_device_record = {
    .name = "device", .meaning = "Register map of a Modbus device.", .fields = device_fields};

// ----------------------------------------------------------------------------- rules across fields

/// How a role uses a point.
typedef enum {
    USE_NONE,     // the role has no such point
    USE_OPTIONAL, // may be there, outside the period's blocks
    USE_NEEDED,   // must be there, outside the period's blocks
    USE_READ,     // must be there and inside the read block
    USE_WRITTEN,  // must be there, writable and inside the write block
} point_use_t;

static const point_use_t point_uses[][POINT_ID_COUNT] = {
    [DEVICE_DRIVE] = {[POINT_SAMPLE_COUNTER] = USE_READ,
                      [POINT_STATUS_WORD] = USE_READ,
                      [POINT_POSITION] = USE_READ,
                      [POINT_VELOCITY] = USE_READ,
                      [POINT_EFFORT] = USE_READ,
                      [POINT_FAULT_CODE] = USE_READ,
                      [POINT_CONTROL_WORD] = USE_WRITTEN,
                      [POINT_TARGET_POSITION] = USE_WRITTEN,
                      [POINT_WATCHDOG] = USE_NEEDED,
                      [POINT_EFFORT_LIMIT] = USE_OPTIONAL,
                      [POINT_IDENTITY] = USE_NEEDED},
    [DEVICE_FORCE_TORQUE] = {[POINT_SAMPLE_COUNTER] = USE_READ,
                             [POINT_STATUS] = USE_READ,
                             [POINT_FORCE_X] = USE_READ,
                             [POINT_FORCE_Y] = USE_READ,
                             [POINT_FORCE_Z] = USE_READ,
                             [POINT_TORQUE_X] = USE_READ,
                             [POINT_TORQUE_Y] = USE_READ,
                             [POINT_TORQUE_Z] = USE_READ,
                             [POINT_IDENTITY] = USE_NEEDED},
    [DEVICE_IO] = {[POINT_SAMPLE_COUNTER] = USE_READ,
                   [POINT_INPUTS] = USE_READ,
                   [POINT_OUTPUTS] = USE_WRITTEN,
                   [POINT_WATCHDOG] = USE_OPTIONAL,
                   [POINT_IDENTITY] = USE_NEEDED},
};

/// Counters, bit fields and codes are no quantities: their raw value is what they mean.
static bool point_is_raw(point_id_t id)
{
    return id == POINT_SAMPLE_COUNTER || id == POINT_STATUS_WORD || id == POINT_FAULT_CODE ||
           id == POINT_CONTROL_WORD || id == POINT_IDENTITY || id == POINT_STATUS ||
           id == POINT_INPUTS || id == POINT_OUTPUTS;
}

static int type_registers(word_type_t type)
{
    return type == WORD_U16 || type == WORD_S16 ? 1 : 2;
}

static void type_range(word_type_t type, double* lowest, double* highest)
{
    static const double ranges[][2] = {[WORD_U16] = {0.0, 65535.0},
                                       [WORD_S16] = {-32768.0, 32767.0},
                                       [WORD_U32] = {0.0, 4294967295.0},
                                       [WORD_S32] = {-2147483648.0, 2147483647.0},
                                       [WORD_F32] = {-3.4e38, 3.4e38}};
    *lowest = ranges[type][0];
    *highest = ranges[type][1];
}

/// What a rule over one point needs.
typedef struct {
    const yaml_document_t* document;
    const device_profile_t* profile;
    const point_settings_t* point;
    int index;
    findings_t* findings;
} point_check_t;

static void refuse_point(const point_check_t* check, const char* key, const char* message)
{
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "points[%d].%s", check->index, key);
    fields_refuse_path(check->document, path, check->findings, "%s", message);
}

static void check_point_in_block(const point_check_t* check, const char* block, int address,
                                 int count)
{
    const int first = check->point->address;
    const int end = first + type_registers(check->point->type);
    if (first >= address && end <= address + count)
        return;
    char message[FINDING_MESSAGE_CAPACITY];
    snprintf(message, sizeof message,
             "registers %d to %d of '%s' lie outside the %s block %d to %d", first, end - 1,
             point_words[check->point->id], block, address, address + count - 1);
    refuse_point(check, "address", message);
}

/// The point belongs to the role and lies where the role's traffic touches it.
static void check_point_use(const point_check_t* check)
{
    const device_profile_t* profile = check->profile;
    char message[FINDING_MESSAGE_CAPACITY];
    switch (point_uses[profile->role][check->point->id]) {
    case USE_NONE:
        snprintf(message, sizeof message, "a device of role '%s' has no point '%s'",
                 role_words[profile->role], point_words[check->point->id]);
        refuse_point(check, "point", message);
        break;
    case USE_OPTIONAL:
    case USE_NEEDED:
        break;
    case USE_READ:
        check_point_in_block(check, "read", profile->read_address, profile->read_count);
        break;
    case USE_WRITTEN:
        if (!check->point->writable)
            refuse_point(check, "writable", "this point is written every period; write true");
        check_point_in_block(check, "write", profile->write_address, profile->write_count);
        break;
    }
}

/// A writable point states limits that its registers can hold.
static void check_point_limits(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    if (!point->writable)
        return;
    if (!(point->minimum < point->maximum)) {
        refuse_point(check, "minimum",
                     "a writable point needs minimum and maximum, minimum below maximum");
        return;
    }
    double lowest, highest;
    type_range(point->type, &lowest, &highest);
    const double a = (point->minimum - point->offset) / point->scale;
    const double b = (point->maximum - point->offset) / point->scale;
    if (fmin(a, b) >= lowest - 0.5 && fmax(a, b) <= highest + 0.5)
        return;
    char message[FINDING_MESSAGE_CAPACITY];
    snprintf(message, sizeof message,
             "minimum to maximum are raw %.0f to %.0f, which %s can't hold (%.0f to %.0f)",
             fmin(a, b), fmax(a, b), type_words[point->type], lowest, highest);
    refuse_point(check, "maximum", message);
}

static void check_point(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    check_point_use(check);
    if (point->address + type_registers(point->type) > REGISTER_COUNT)
        refuse_point(check, "address", "the value reaches past the last register");
    if (point->scale == 0.0)
        refuse_point(check, "scale", "a scale of 0 loses the value");
    else
        check_point_limits(check);
    if (!point_is_raw(point->id))
        return;
    if (!(point->scale == 1.0 && point->offset == 0.0))
        refuse_point(check, "scale", "a counter, code or bit field has scale 1 and no offset");
    if (point->type != WORD_U16)
        refuse_point(check, "type", "a counter, code or bit field is u16");
}

/// No two points are the same or share a register.
static void check_points_apart(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    const int end = point->address + type_registers(point->type);
    for (int i = 0; i < check->index; i++) {
        const point_settings_t* other = &check->profile->points[i];
        char message[FINDING_MESSAGE_CAPACITY];
        if (other->id == point->id) {
            snprintf(message, sizeof message, "the point '%s' stands twice",
                     point_words[point->id]);
            refuse_point(check, "point", message);
        } else if (other->address < end &&
                   point->address < other->address + type_registers(other->type)) {
            snprintf(message, sizeof message, "shares a register with '%s'",
                     point_words[other->id]);
            refuse_point(check, "address", message);
        }
    }
}

static bool has_point(const device_profile_t* profile, point_id_t id)
{
    for (int i = 0; i < profile->point_count; i++)
        if (profile->points[i].id == id)
            return true;
    return false;
}

static void check_points_complete(const yaml_document_t* document, const device_profile_t* profile,
                                  findings_t* findings)
{
    for (int id = 0; id < POINT_ID_COUNT; id++) {
        const point_use_t use = point_uses[profile->role][id];
        if (use >= USE_NEEDED && !has_point(profile, (point_id_t)id))
            fields_refuse_path(document, "points", findings,
                               "a device of role '%s' needs the point '%s'",
                               role_words[profile->role], point_words[id]);
    }
}

/// Force control is made for the time a drive takes to answer: without it there is no gain.
static void check_response_lag(const yaml_document_t* document, const device_profile_t* profile,
                               findings_t* findings)
{
    if (profile->role == DEVICE_DRIVE && !(profile->response_lag_s > 0.0))
        fields_refuse_path(document, "response_lag", findings,
                           "a drive must state its response_lag, above 0 s");
}

/// A watchdog that is stated can be written: the point is there, writable, and takes the time.
static void check_watchdog(const yaml_document_t* document, const device_profile_t* profile,
                           findings_t* findings)
{
    if (profile->role == DEVICE_DRIVE && !(profile->watchdog_s > 0.0))
        fields_refuse_path(document, "watchdog", findings,
                           "a drive that touches people needs a watchdog above 0 s");
    if (!(profile->watchdog_s > 0.0))
        return;
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        if (point->id == POINT_WATCHDOG && point->writable &&
            profile->watchdog_s >= point->minimum && profile->watchdog_s <= point->maximum)
            return;
    }
    fields_refuse_path(document, "watchdog", findings, "no writable point 'watchdog' takes %.6g s",
                       profile->watchdog_s);
}

static void check_across(const yaml_document_t* document, const device_profile_t* profile,
                         findings_t* findings)
{
    for (int i = 0; i < profile->point_count; i++) {
        const point_check_t check = {document, profile, &profile->points[i], i, findings};
        check_point(&check);
        check_points_apart(&check);
    }
    check_points_complete(document, profile, findings);
    check_watchdog(document, profile, findings);
    check_response_lag(document, profile, findings);
}

bool load_device_profile(const char* path, device_profile_t* profile, findings_t* findings)
{
    const int errors_before = findings->error_count;
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    device_file_t file = {0};
    bool ok = fields_expect_kind(&document, load_device_record.name, findings);
    if (fields_read(&document, 0, &load_device_record, &file, "", findings))
        check_across(&document, &file.profile, findings);
    ok = ok && findings->error_count == errors_before;
    if (ok)
        *profile = file.profile;
    yaml_document_free(&document);
    return ok;
}
