#include "config/device_rules.h"

#include <math.h>
#include <string.h>

const char* const device_role_words[] = {
    [DEVICE_DRIVE] = "drive", [DEVICE_FORCE_TORQUE] = "force_torque", [DEVICE_IO] = "io", NULL};
const char* const device_type_words[] = {[WORD_U16] = "u16", [WORD_S16] = "s16", [WORD_U32] = "u32",
                                         [WORD_S32] = "s32", [WORD_F32] = "f32", NULL};
const char* const device_point_words[POINT_ID_COUNT + 1] = {
#define X(id, text) [id] = text,
    POINT_LIST(X)
#undef X
};

// --------------------------------------------------------------------------- Modicon's notation

// Numbers of five digits reach the first 9999 registers of a table, those of six digits all.
bool device_address_of_modicon(int modicon, int* address, bool* input_table)
{
    static const struct {
        int first, count;
        bool input_table;
    } ranges[] = {{40001, 9999, false},
                  {400001, DEVICE_ADDRESS_COUNT, false},
                  {30001, 9999, true},
                  {300001, DEVICE_ADDRESS_COUNT, true}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (modicon < ranges[i].first || modicon >= ranges[i].first + ranges[i].count)
            continue;
        *address = modicon - ranges[i].first;
        *input_table = ranges[i].input_table;
        return true;
    }
    return false;
}

/// The shorter of the two Modicon numbers that an address has.
static int modicon_of_address(int address, bool input_table)
{
    if (address < 9999)
        return address + (input_table ? 30001 : 40001);
    return address + (input_table ? 300001 : 400001);
}

void device_address_text(int address, bool input_table, char text[DEVICE_ADDRESS_TEXT_CAPACITY])
{
    snprintf(text, DEVICE_ADDRESS_TEXT_CAPACITY, "%d (0x%04X, modicon %d)", address,
             (unsigned)address, modicon_of_address(address, input_table));
}

// ------------------------------------------------------------------------------- rules of points

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
                      [POINT_IDENTITY] = USE_NEEDED,
                      [POINT_OTHER] = USE_OPTIONAL},
    [DEVICE_FORCE_TORQUE] = {[POINT_SAMPLE_COUNTER] = USE_READ,
                             [POINT_STATUS] = USE_READ,
                             [POINT_FORCE_X] = USE_READ,
                             [POINT_FORCE_Y] = USE_READ,
                             [POINT_FORCE_Z] = USE_READ,
                             [POINT_TORQUE_X] = USE_READ,
                             [POINT_TORQUE_Y] = USE_READ,
                             [POINT_TORQUE_Z] = USE_READ,
                             [POINT_IDENTITY] = USE_NEEDED,
                             [POINT_OTHER] = USE_OPTIONAL},
    [DEVICE_IO] = {[POINT_SAMPLE_COUNTER] = USE_READ,
                   [POINT_INPUTS] = USE_READ,
                   [POINT_OUTPUTS] = USE_WRITTEN,
                   [POINT_WATCHDOG] = USE_OPTIONAL,
                   [POINT_IDENTITY] = USE_NEEDED,
                   [POINT_OTHER] = USE_OPTIONAL},
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

static bool point_is_given(const point_check_t* check, const char* key)
{
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "points[%d].%s", check->index, key);
    return fields_node(check->document, path) >= 0;
}

/// As `refuse_point`, at the key that the file says the place with.
static void refuse_place(const point_check_t* check, const char* message)
{
    refuse_point(check, point_is_given(check, "modicon") ? "modicon" : "address", message);
}

static void check_point_in_block(const point_check_t* check, const char* block, int address,
                                 int count)
{
    const int first = check->point->address;
    const int last = first + type_registers(check->point->type) - 1;
    if (check->point->input_table) {
        refuse_point(check, "table", "what is exchanged every period is a holding register");
        return;
    }
    if (count == 0 || (first >= address && last < address + count))
        return; // that a block is missing is said once
    char message[FINDING_MESSAGE_CAPACITY];
    snprintf(message, sizeof message,
             "registers %d to %d (modicon %d to %d) of '%s' lie outside the %s block %d to %d",
             first, last, modicon_of_address(first, false), modicon_of_address(last, false),
             check->point->name, block, address, address + count - 1);
    refuse_place(check, message);
}

/// The point belongs to the role, and of a device that is played over it lies where the role's
/// traffic touches it.
static void check_point_use(const point_check_t* check)
{
    const device_profile_t* profile = check->profile;
    const point_use_t use = point_uses[profile->role][check->point->id];
    char message[FINDING_MESSAGE_CAPACITY];
    if (use == USE_NONE) {
        snprintf(message, sizeof message, "a device of role '%s' has no point '%s'",
                 device_role_words[profile->role], device_point_words[check->point->id]);
        refuse_point(check, "point", message);
    }
    if (!profile->cyclic)
        return;
    if (use == USE_READ)
        check_point_in_block(check, "read", profile->read_address, profile->read_count);
    if (use != USE_WRITTEN)
        return;
    if (!check->point->writable)
        refuse_point(check, "writable", "this point is written every period; write true");
    check_point_in_block(check, "write", profile->write_address, profile->write_count);
}

/// A writable point states limits that its registers can hold.
static void check_point_limits(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    if (!point->writable)
        return;
    if (!point_is_given(check, "minimum") || !point_is_given(check, "maximum") ||
        !(point->minimum < point->maximum)) {
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
             fmin(a, b), fmax(a, b), device_type_words[point->type], lowest, highest);
    refuse_point(check, "maximum", message);
}

/// What has no scale is read as it stands; the cycle takes it from one register.
static void check_point_raw(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    if (!point_is_raw(point->id))
        return;
    if (!(point->scale == 1.0 && point->offset == 0.0))
        refuse_point(check, "scale", "a counter, code or bit field has scale 1 and no offset");
    if (check->profile->cyclic && point->type != WORD_U16)
        refuse_point(check, "type", "a counter, code or bit field is u16");
    else if (point->type == WORD_F32)
        refuse_point(check, "type", "a counter, code or bit field is a whole number");
}

/// Functions the device has to answer so that the point can be reached.
static void check_point_functions(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    const uint32_t functions = check->profile->functions;
    if (point->input_table && (functions & (1u << 4)) == 0)
        refuse_point(check, "table",
                     "input registers are read with function 4, which this device "
                     "does not answer");
    if (!point->writable)
        return;
    if (point->input_table)
        refuse_point(check, "writable", "input registers can't be written");
    const uint32_t several = 1u << 16 | 1u << 23;
    if (type_registers(point->type) == 2 && (functions & several) == 0)
        refuse_point(check, "writable",
                     "two registers are written with function 16 or 23, neither "
                     "of which this device answers");
    else if ((functions & (several | 1u << 6)) == 0)
        refuse_point(check, "writable",
                     "a register is written with function 6, 16 or 23, none of "
                     "which this device answers");
}

static void check_point(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    check_point_use(check);
    if (point->address + type_registers(point->type) > DEVICE_ADDRESS_COUNT)
        refuse_place(check, "the value reaches past the last register");
    if (point->scale == 0.0)
        refuse_point(check, "scale", "a scale of 0 loses the value");
    else
        check_point_limits(check);
    check_point_raw(check);
    check_point_functions(check);
}

/// A name that means one point only: no other point has it, and no meaning is called so.
static void check_point_name(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    char message[FINDING_MESSAGE_CAPACITY];
    for (int id = 0; id < POINT_ID_COUNT && point->id == POINT_OTHER; id++) {
        if (strcmp(point->name, device_point_words[id]) != 0)
            continue;
        snprintf(message, sizeof message, "'%s' is a meaning; write point: %s, or another name",
                 point->name, point->name);
        refuse_point(check, "name", message);
    }
    for (int i = 0; i < check->index; i++) {
        const point_settings_t* other = &check->profile->points[i];
        if (other->id != point->id || strcmp(other->name, point->name) != 0)
            continue;
        snprintf(message, sizeof message, "the point '%s' stands twice", point->name);
        refuse_point(check, point->id == POINT_OTHER ? "name" : "point", message);
    }
}

/// No two points share a register. The two tables are apart.
static void check_points_apart(const point_check_t* check)
{
    const point_settings_t* point = check->point;
    const int end = point->address + type_registers(point->type);
    for (int i = 0; i < check->index; i++) {
        const point_settings_t* other = &check->profile->points[i];
        if ((other->id == point->id && strcmp(other->name, point->name) == 0) ||
            other->input_table != point->input_table || other->address >= end ||
            point->address >= other->address + type_registers(other->type))
            continue;
        const int shared = other->address > point->address ? other->address : point->address;
        char text[DEVICE_ADDRESS_TEXT_CAPACITY], message[FINDING_MESSAGE_CAPACITY];
        device_address_text(shared, point->input_table, text);
        snprintf(message, sizeof message, "shares register %s with '%s'", text, other->name);
        refuse_place(check, message);
    }
}

// ---------------------------------------------------------------------- rules of the whole device

static bool has_point(const device_profile_t* profile, point_id_t id)
{
    for (int i = 0; i < profile->point_count; i++)
        if (profile->points[i].id == id)
            return true;
    return false;
}

/// What is played over has everything that its role's traffic is made of. The counter is part of
/// it: without one a device that hands out the same sample for ever looks like one that is still.
static void check_points_complete(const yaml_document_t* document, const device_profile_t* profile,
                                  findings_t* findings)
{
    for (int id = 0; id < POINT_ID_COUNT; id++) {
        const point_use_t use = point_uses[profile->role][id];
        if (profile->cyclic && use >= USE_NEEDED && !has_point(profile, (point_id_t)id))
            fields_refuse_path(document, "points", findings,
                               "a device of role '%s' needs the point '%s'",
                               device_role_words[profile->role], device_point_words[id]);
    }
    if (!profile->cyclic && profile->identity_known && !has_point(profile, POINT_IDENTITY))
        fields_refuse_path(document, "identity_expected", findings,
                           "there is no point 'identity' that could say so");
}

/// What a file may leave out only where nothing is played over the device.
static void check_cyclic_keys(const yaml_document_t* document, const device_profile_t* profile,
                              findings_t* findings)
{
    static const char* const keys[] = {"read_block", "identity_expected", "watchdog",
                                       "sample_age_max"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (profile->cyclic && fields_node(document, keys[i]) < 0)
            fields_refuse_path(document, keys[i], findings,
                               "is missing; only a profile that says cyclic: false does without");
}

/// Where a role is commanded every period there is a block to do it with.
static void check_write_block(const yaml_document_t* document, const device_profile_t* profile,
                              findings_t* findings)
{
    if (profile->cyclic && profile->role != DEVICE_FORCE_TORQUE && profile->write_count == 0)
        fields_refuse_path(document, "write_block", findings,
                           "is missing; a device of role '%s' is written every period",
                           device_role_words[profile->role]);
}

/// A block is one request that the device takes.
static void check_block(const yaml_document_t* document, const device_profile_t* profile,
                        const char* block, int address, int count, findings_t* findings)
{
    char path[FINDING_FIELD_CAPACITY];
    if (count == 0)
        return;
    if (address + count > DEVICE_ADDRESS_COUNT) {
        snprintf(path, sizeof path, "%s.count", block);
        fields_refuse_path(document, path, findings, "reaches past the last register");
    }
    if (address % profile->word_alignment != 0 || count % profile->word_alignment != 0) {
        snprintf(path, sizeof path, "%s.%s", block,
                 address % profile->word_alignment != 0 ? "address" : "count");
        fields_refuse_path(document, path, findings, "is no multiple of word_alignment %d",
                           profile->word_alignment);
    }
}

static void check_blocks(const yaml_document_t* document, const device_profile_t* profile,
                         findings_t* findings)
{
    check_block(document, profile, "read_block", profile->read_address, profile->read_count,
                findings);
    check_block(document, profile, "write_block", profile->write_address, profile->write_count,
                findings);
    if (profile->read_count > profile->read_words_max)
        fields_refuse_path(document, "read_block.count", findings,
                           "is more than read_words_max, %d", profile->read_words_max);
    bool reads_holding = false;
    for (int i = 0; i < profile->point_count; i++)
        reads_holding = reads_holding || !profile->points[i].input_table;
    if (reads_holding && (profile->functions & (1u << 3 | 1u << 23)) == 0)
        fields_refuse_path(document, "functions", findings,
                           "holding registers are read with function 3 or 23; neither stands here");
    else if (profile->read_count > 0 && (profile->functions & (1u << 3)) == 0)
        fields_refuse_path(document, "functions", findings,
                           "a read block is read with function 3, which does not stand here");
    if (profile->write_count > 0 && (profile->functions & (1u << 16 | 1u << 23)) == 0)
        fields_refuse_path(document, "functions", findings,
                           "a write block is written with function 16 or 23; neither stands here");
}

/// Force control is made for the time a drive takes to answer: without it there is no gain.
static void check_response_lag(const yaml_document_t* document, const device_profile_t* profile,
                               findings_t* findings)
{
    if (profile->cyclic && profile->role == DEVICE_DRIVE && !(profile->response_lag_s > 0.0))
        fields_refuse_path(document, "response_lag", findings,
                           "a drive must state its response_lag, above 0 s");
}

/// A watchdog that is stated can be written: the point is there, writable, and takes the time.
static void check_watchdog(const yaml_document_t* document, const device_profile_t* profile,
                           findings_t* findings)
{
    if (profile->cyclic && profile->role == DEVICE_DRIVE && !(profile->watchdog_s > 0.0) &&
        fields_node(document, "watchdog") >= 0)
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

/// What makes a device safe can be written: nothing in the list is refused by the profile itself.
static void check_safe_state(const yaml_document_t* document, const device_profile_t* profile,
                             findings_t* findings)
{
    for (int i = 0; i < profile->safe_write_count; i++) {
        const safe_write_t* write = &profile->safe_writes[i];
        char path[FINDING_FIELD_CAPACITY];
        if (write->point < 0)
            continue;
        const point_settings_t* point = &profile->points[write->point];
        snprintf(path, sizeof path, "safe_state[%d].%s", i, point->writable ? "value" : "point");
        if (!point->writable)
            fields_refuse_path(document, path, findings, "'%s' is not writable", point->name);
        else if (!(write->si_number >= point->minimum && write->si_number <= point->maximum))
            fields_refuse_path(document, path, findings,
                               "%.6g is outside what '%s' takes; allowed: %.6g to %.6g",
                               write->si_number, point->name, point->minimum, point->maximum);
    }
}

void device_rules_check(const yaml_document_t* document, const device_profile_t* profile,
                        findings_t* findings)
{
    for (int i = 0; i < profile->point_count; i++) {
        const point_check_t check = {document, profile, &profile->points[i], i, findings};
        check_point(&check);
        check_point_name(&check);
        check_points_apart(&check);
    }
    check_points_complete(document, profile, findings);
    check_cyclic_keys(document, profile, findings);
    check_write_block(document, profile, findings);
    check_blocks(document, profile, findings);
    check_watchdog(document, profile, findings);
    check_response_lag(document, profile, findings);
    check_safe_state(document, profile, findings);
}
