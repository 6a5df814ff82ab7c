#include <math.h>
#include <string.h>

#include "config/device_rules.h"
#include "config/load.h"

// Functions that a profile may name; more is not spoken here.
#define FUNCTION_CAPACITY 5
#define FUNCTION_BITS(n) (1u << (n))

/// A point as written.
typedef struct {
    point_settings_t point; // first: the records count from its beginning
    int modicon;            // 0 where the file says an address
    int table;
} point_entry_t;

typedef enum { TABLE_HOLDING, TABLE_INPUT } register_table_t;

typedef struct {
    char point[NAME_CAPACITY];
    double si_number;
} safe_entry_t;

/// A device file as written.
typedef struct {
    device_profile_t profile; // first: the other records count from its beginning
    int function_count;
    double functions[FUNCTION_CAPACITY];
    int baud_count;
    double bauds[BAUD_CAPACITY];
    int safe_count;
    safe_entry_t safe_state[SAFE_WRITE_CAPACITY];
    int point_count;
    point_entry_t points[POINT_CAPACITY];
} device_file_t;

static const char* const word_order_words[] = {[WORDS_HIGH_FIRST] = "high_first",
                                               [WORDS_LOW_FIRST] = "low_first",
                                               [WORDS_HIGH_FIRST_SWAPPED] = "high_first_swapped",
                                               [WORDS_LOW_FIRST_SWAPPED] = "low_first_swapped",
                                               NULL};
static const char* const verified_words[] = {[VERIFIED_NO] = "no",
                                             [VERIFIED_MANUAL] = "manual",
                                             [VERIFIED_PUBLIC_CODE] = "public-code",
                                             [VERIFIED_BENCH] = "bench",
                                             [VERIFIED_VIRTUAL] = "virtual",
                                             NULL};
static const char* const table_words[] = {
    [TABLE_HOLDING] = "holding", [TABLE_INPUT] = "input", NULL};
static const char* const parity_words[] = {
    [PARITY_NONE] = "none", [PARITY_EVEN] = "even", [PARITY_ODD] = "odd", NULL};
static const char* const lost_words[] = {
    [LOST_UNKNOWN] = "unknown", [LOST_GOES_ON] = "goes_on", [LOST_STOPS] = "stops", NULL};

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
     .words = device_point_words,
     .meaning = "What the register means; other where no word here says it."},
    {.key = "name",
     .kind = FIELD_NAME,
     .offset = offsetof(point_settings_t, name),
     .capacity = NAME_CAPACITY,
     .meaning = "Of an other point, and required there; the rest are called what they mean."},
    {.key = "unit",
     .kind = FIELD_TEXT,
     .offset = offsetof(point_settings_t, unit),
     .capacity = UNIT_CAPACITY,
     .meaning = "Of raw x scale + offset, as people write it."},
    {.key = "address",
     .kind = FIELD_ADDRESS,
     .offset = offsetof(point_settings_t, address),
     .maximum = DEVICE_ADDRESS_COUNT - 1,
     .meaning = "PDU address of the first register, from 0; this or modicon."},
    {.key = "modicon",
     .kind = FIELD_WHOLE,
     .offset = offsetof(point_entry_t, modicon),
     .minimum = 30001,
     .maximum = 465536,
     .meaning = "The same as manuals count from 1: 40001 is holding register 0, 30001 input "
                "register 0; this or address."},
    {.key = "table",
     .kind = FIELD_CHOICE,
     .offset = offsetof(point_entry_t, table),
     .words = table_words,
     .meaning = "Holding registers, read with function 03, where absent; input: function 04."},
    {.key = "type",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(point_settings_t, type),
     .words = device_type_words,
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
    {.key = "starts_motion",
     .kind = FIELD_FLAG,
     .offset = offsetof(point_settings_t, starts_motion),
     .meaning = "Whether writing it may move something; a drive's control_word and "
                "target_position always may, others where it is said."},
    {0},
};
static const record_t point_record = {
    .name = "point", .meaning = "One quantity behind registers.", .fields = point_fields};

// Blocks, deliveries and the claim about a lost controller lie flat in device_profile_t, so their
// records count from its beginning.
static const field_t read_block_fields[] = {
    {.key = "address",
     .kind = FIELD_ADDRESS,
     .required = true,
     .offset = offsetof(device_profile_t, read_address),
     .maximum = DEVICE_ADDRESS_COUNT - 1,
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
     .kind = FIELD_ADDRESS,
     .required = true,
     .offset = offsetof(device_profile_t, write_address),
     .maximum = DEVICE_ADDRESS_COUNT - 1,
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

static const field_t tcp_fields[] = {
    {.key = "port",
     .kind = FIELD_WHOLE,
     .required = true,
     .offset = offsetof(device_profile_t, tcp_port),
     .minimum = 1,
     .maximum = 65535,
     .meaning = "TCP port."},
    {.key = "unit",
     .kind = FIELD_WHOLE,
     .offset = offsetof(device_profile_t, tcp_unit),
     .maximum = 255,
     .meaning = "Unit identifier; where absent 255, that of a device behind no gateway."},
    {0},
};
static const record_t tcp_record = {
    .name = "tcp", .meaning = "Modbus TCP as the device is delivered.", .fields = tcp_fields};

static const field_t rtu_fields[] = {
    {.key = "bauds",
     .kind = FIELD_SERIES,
     .offset = offsetof(device_file_t, bauds),
     .count_offset = offsetof(device_file_t, baud_count),
     .minimum = LINE_BAUD_MIN,
     .maximum = LINE_BAUD_MAX,
     .least = 1,
     .capacity = BAUD_CAPACITY,
     .meaning = "Line speeds that the device is made for; absent where nobody knows them."},
    {.key = "parity",
     .kind = FIELD_CHOICE,
     .offset = offsetof(device_profile_t, rtu_parity),
     .words = parity_words,
     .meaning = "As delivered; where absent even, as the standard has it."},
    {.key = "stop_bits",
     .kind = FIELD_WHOLE,
     .offset = offsetof(device_profile_t, rtu_stop_bits),
     .minimum = 1,
     .maximum = 2,
     .meaning = "As delivered; where absent 1, or 2 without parity, as the standard has it."},
    {.key = "unit",
     .kind = FIELD_WHOLE,
     .offset = offsetof(device_profile_t, rtu_unit),
     .minimum = 1,
     .maximum = LINE_UNIT_MAX,
     .meaning = "Address on the line as delivered; absent where nobody knows it."},
    {.key = "silent_interval",
     .kind = FIELD_QUANTITY,
     .offset = offsetof(device_profile_t, silent_interval_s),
     .dimension = DIMENSION_TIME,
     .maximum = 1.0,
     .meaning = "Silence it needs before a request; absent where the standard's 3.5 characters "
                "are enough."},
    {0},
};
static const record_t rtu_record = {
    .name = "rtu", .meaning = "Modbus RTU as the device is delivered.", .fields = rtu_fields};

static const field_t lost_fields[] = {
    {.key = "reaction",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(device_profile_t, lost_controller),
     .words = lost_words,
     .meaning = "What the device does by itself when its controller is gone."},
    {.key = "verified",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = offsetof(device_profile_t, lost_controller_verified),
     .words = verified_words,
     .meaning = "What that was checked against."},
    {.key = "source",
     .kind = FIELD_TEXT,
     .required = true,
     .offset = offsetof(device_profile_t, lost_controller_source),
     .capacity = TEXT_CAPACITY,
     .meaning = "Who says so."},
    {0},
};
static const record_t lost_record = {
    .name = "lost_controller",
    .meaning = "What the device does by itself when its controller is gone; absent: nobody knows.",
    .fields = lost_fields};

static const field_t safe_fields[] = {
    {.key = "point",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(safe_entry_t, point),
     .capacity = NAME_CAPACITY,
     .meaning = "Meaning of the point, or the name of an other one."},
    {.key = "value",
     .kind = FIELD_QUANTITY,
     .required = true,
     .offset = offsetof(safe_entry_t, si_number),
     .minimum = -POINT_VALUE_MAX,
     .maximum = POINT_VALUE_MAX,
     .meaning = "SI value to write."},
    {0},
};
static const record_t safe_record = {
    .name = "safe_write", .meaning = "One write that makes it safe.", .fields = safe_fields};

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
     .words = device_role_words,
     .meaning = "What the device is for."},
    {.key = "cyclic",
     .kind = FIELD_FLAG,
     .offset = PROFILE(cyclic),
     .meaning = "Whether a routine can be played over it; true where absent. False: it can be "
                "shown, probed, watched and served."},
    {.key = "word_order",
     .kind = FIELD_CHOICE,
     .required = true,
     .offset = PROFILE(word_order),
     .words = word_order_words,
     .meaning = "Which register of a 32-bit value comes first; swapped: and which byte of each."},
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
     .meaning = "What the map was checked against; \"no\" in quotes, as some readers of YAML "
                "take it for false."},
    {.key = "functions",
     .kind = FIELD_SERIES,
     .offset = offsetof(device_file_t, functions),
     .count_offset = offsetof(device_file_t, function_count),
     .minimum = 3,
     .maximum = 23,
     .least = 1,
     .capacity = FUNCTION_CAPACITY,
     .meaning = "Functions it answers, of 3, 4, 6, 16 and 23; where absent 3, 6 and 16."},
    {.key = "tcp",
     .kind = FIELD_RECORD,
     .offset = offsetof(device_file_t, profile),
     .record = &tcp_record,
     .meaning = "Modbus TCP as the device is delivered; absent where it has none."},
    {.key = "rtu",
     .kind = FIELD_RECORD,
     .offset = offsetof(device_file_t, profile),
     .record = &rtu_record,
     .meaning = "Modbus RTU as the device is delivered; absent where it has none."},
    {.key = "turnaround",
     .kind = FIELD_QUANTITY,
     .offset = PROFILE(turnaround_s),
     .dimension = DIMENSION_TIME,
     .maximum = 1.0,
     .meaning = "Longest silence between a request and its reply; absent where nobody knows."},
    {.key = "read_words_max",
     .kind = FIELD_WHOLE,
     .offset = PROFILE(read_words_max),
     .minimum = 1,
     .maximum = BLOCK_READ_MAX,
     .meaning = "Registers of one request; 125 where absent."},
    {.key = "word_alignment",
     .kind = FIELD_WHOLE,
     .offset = PROFILE(word_alignment),
     .minimum = 1,
     .maximum = 2,
     .meaning = "Addresses and counts of a request are multiples of it; 1 where absent."},
    {.key = "read_block",
     .kind = FIELD_RECORD,
     .offset = offsetof(device_file_t, profile),
     .record = &read_block_record,
     .meaning = "Registers read every period; required where cyclic."},
    {.key = "write_block",
     .kind = FIELD_RECORD,
     .offset = offsetof(device_file_t, profile),
     .record = &write_block_record,
     .meaning = "Registers written every period."},
    {.key = "identity_expected",
     .kind = FIELD_WHOLE,
     .offset = PROFILE(identity_expected),
     .maximum = 65535,
     .meaning = "Raw value of the point identity; required where cyclic."},
    {.key = "watchdog",
     .kind = FIELD_QUANTITY,
     .offset = PROFILE(watchdog_s),
     .dimension = DIMENSION_TIME,
     .maximum = 10.0,
     .meaning = "Silence after which the device stops by itself, to be written to the point "
                "watchdog; 0 s where it can't. Required where cyclic."},
    {.key = "lost_controller",
     .kind = FIELD_RECORD,
     .offset = offsetof(device_file_t, profile),
     .record = &lost_record,
     .meaning = "What the device does by itself when its controller is gone."},
    {.key = "sample_age_max",
     .kind = FIELD_QUANTITY,
     .offset = PROFILE(sample_age_max_s),
     .dimension = DIMENSION_TIME,
     .maximum = 1.0,
     .meaning = "Age a sample may have when the device hands it out; required where cyclic."},
    {.key = "response_lag",
     .kind = FIELD_QUANTITY,
     .offset = PROFILE(response_lag_s),
     .dimension = DIMENSION_TIME,
     .maximum = 0.5,
     .meaning =
         "Of a drive, from a written target to the axis being there, while it moves evenly."},
    {.key = "safe_state",
     .kind = FIELD_LIST,
     .offset = offsetof(device_file_t, safe_state),
     .count_offset = offsetof(device_file_t, safe_count),
     .element_size = sizeof(safe_entry_t),
     .least = 1,
     .capacity = SAFE_WRITE_CAPACITY,
     .record = &safe_record,
     .meaning = "Writes that make the device safe, in this order; absent where nobody knows."},
    {.key = "points",
     .kind = FIELD_LIST,
     .required = true,
     .offset = offsetof(device_file_t, points),
     .count_offset = offsetof(device_file_t, point_count),
     .element_size = sizeof(point_entry_t),
     .least = 1,
     .capacity = POINT_CAPACITY,
     .record = &point_record,
     .meaning = "The register map."},
    {0},
};
const record_t load_device_record = {
    .name = "device", .meaning = "Register map of a Modbus device.", .fields = device_fields};

// ---------------------------------------------------------------------- from the file to settings

static bool is_given(const yaml_document_t* document, const char* list, int index, const char* key)
{
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "%s[%d].%s", list, index, key);
    return fields_node(document, path) >= 0;
}

static void refuse_entry(const yaml_document_t* document, const char* list, int index,
                         const char* key, findings_t* findings, const char* message)
{
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "%s[%d].%s", list, index, key);
    fields_refuse_path(document, path, findings, "%s", message);
}

/// Where the point's registers are: an address or a Modicon number, never both and never neither.
static void place_point(const yaml_document_t* document, int index, point_entry_t* entry,
                        findings_t* findings)
{
    point_settings_t* point = &entry->point;
    point->input_table = entry->table == TABLE_INPUT;
    const bool has_address = is_given(document, "points", index, "address");
    const bool has_modicon = is_given(document, "points", index, "modicon");
    if (has_address && has_modicon) {
        refuse_entry(document, "points", index, "modicon", findings,
                     "stands beside address; write one of them");
        return;
    }
    if (!has_address && !has_modicon) {
        refuse_entry(document, "points", index, "address", findings,
                     "is missing; write address, from 0, or modicon, from 40001");
        return;
    }
    if (has_address)
        return;
    bool input_table;
    if (!device_address_of_modicon(entry->modicon, &point->address, &input_table)) {
        refuse_entry(document, "points", index, "modicon", findings,
                     "is no number of a register: 40001 to 49999 and 400001 to 465536 are holding "
                     "registers, 30001 to 39999 and 300001 to 365536 input registers");
        return;
    }
    if (is_given(document, "points", index, "table") && input_table != point->input_table)
        refuse_entry(document, "points", index, "table", findings,
                     input_table ? "the number in modicon is that of an input register"
                                 : "the number in modicon is that of a holding register");
    point->input_table = input_table;
}

/// Of the drive's own points that command it, writing moves it, whether or not the file says so.
static void mark_motion(const yaml_document_t* document, device_role_t role, int index,
                        point_settings_t* point, findings_t* findings)
{
    const bool commands = point->writable && role == DEVICE_DRIVE &&
                          (point->id == POINT_CONTROL_WORD || point->id == POINT_TARGET_POSITION);
    if (commands && is_given(document, "points", index, "starts_motion") && !point->starts_motion)
        refuse_entry(document, "points", index, "starts_motion", findings,
                     "a drive's control_word and target_position may always move it");
    if (!point->writable && point->starts_motion)
        refuse_entry(document, "points", index, "starts_motion", findings,
                     "what can't be written starts no motion");
    point->starts_motion = point->starts_motion || commands;
}

static void name_point(const yaml_document_t* document, int index, point_settings_t* point,
                       findings_t* findings)
{
    const bool has_name = is_given(document, "points", index, "name");
    if (point->id == POINT_OTHER && !has_name)
        refuse_entry(document, "points", index, "name", findings,
                     "is missing; an other point needs a name of its own");
    if (point->id != POINT_OTHER && has_name)
        refuse_entry(document, "points", index, "name", findings,
                     "only other points have a name of their own");
    if (point->id != POINT_OTHER)
        snprintf(point->name, sizeof point->name, "%s", device_point_words[point->id]);
}

static void take_points(const yaml_document_t* document, device_file_t* file, findings_t* findings)
{
    device_profile_t* profile = &file->profile;
    profile->point_count = file->point_count;
    for (int i = 0; i < file->point_count; i++) {
        place_point(document, i, &file->points[i], findings);
        name_point(document, i, &file->points[i].point, findings);
        mark_motion(document, profile->role, i, &file->points[i].point, findings);
        profile->points[i] = file->points[i].point;
    }
}

/// The index of the point with this name, or -1.
static int point_named(const device_profile_t* profile, const char* name)
{
    for (int i = 0; i < profile->point_count; i++)
        if (strcmp(profile->points[i].name, name) == 0)
            return i;
    return -1;
}

static void take_safe_state(const yaml_document_t* document, device_file_t* file,
                            findings_t* findings)
{
    device_profile_t* profile = &file->profile;
    profile->safe_write_count = file->safe_count;
    for (int i = 0; i < file->safe_count; i++) {
        const safe_entry_t* entry = &file->safe_state[i];
        profile->safe_writes[i] =
            (safe_write_t){point_named(profile, entry->point), entry->si_number};
        if (profile->safe_writes[i].point < 0)
            refuse_entry(document, "safe_state", i, "point", findings,
                         "no point of this profile is called so");
    }
}

static void take_functions(const yaml_document_t* document, device_file_t* file,
                           findings_t* findings)
{
    static const uint32_t known = FUNCTION_BITS(3) | FUNCTION_BITS(4) | FUNCTION_BITS(6) |
                                  FUNCTION_BITS(16) | FUNCTION_BITS(23);
    uint32_t* functions = &file->profile.functions;
    *functions =
        file->function_count > 0 ? 0 : FUNCTION_BITS(3) | FUNCTION_BITS(6) | FUNCTION_BITS(16);
    for (int i = 0; i < file->function_count; i++) {
        const uint32_t bit = FUNCTION_BITS((unsigned)file->functions[i]);
        char path[FINDING_FIELD_CAPACITY];
        snprintf(path, sizeof path, "functions[%d]", i);
        if (!(floor(file->functions[i]) >= file->functions[i]) || (bit & known) == 0)
            fields_refuse_path(document, path, findings,
                               "%.6g is not spoken here; allowed: 3, 4, 6, 16 and 23",
                               file->functions[i]);
        else if ((*functions & bit) != 0)
            fields_refuse_path(document, path, findings, "%.6g stands twice", file->functions[i]);
        *functions |= bit;
    }
}

static void take_bauds(const yaml_document_t* document, device_file_t* file, findings_t* findings)
{
    file->profile.baud_count = file->baud_count;
    for (int i = 0; i < file->baud_count; i++) {
        file->profile.bauds[i] = (int)file->bauds[i];
        char path[FINDING_FIELD_CAPACITY];
        snprintf(path, sizeof path, "rtu.bauds[%d]", i);
        if (!(floor(file->bauds[i]) >= file->bauds[i]))
            fields_refuse_path(document, path, findings, "%.9g is not a whole number",
                               file->bauds[i]);
        if (i > 0 && !(file->bauds[i] > file->bauds[i - 1]))
            fields_refuse_path(document, path, findings, "line speeds stand in rising order");
    }
}

/// What holds where the file says nothing, as the fields' meanings have it.
static void fill_absent(const yaml_document_t* document, device_profile_t* profile)
{
    profile->cyclic = profile->cyclic || fields_node(document, "cyclic") < 0;
    profile->identity_known = fields_node(document, "identity_expected") >= 0;
    if (profile->read_words_max == 0)
        profile->read_words_max = BLOCK_READ_MAX;
    if (profile->word_alignment == 0)
        profile->word_alignment = 1;
    // 255 is not significant (Modbus messaging on TCP/IP V1.0b, 4.4.1.2).
    if (profile->tcp_port > 0 && fields_node(document, "tcp.unit") < 0)
        profile->tcp_unit = 255;
    // Even parity is the default, and two stop bits stand in for it (Modbus over serial line V1.02,
    // 2.5.1).
    if (fields_node(document, "rtu.parity") < 0)
        profile->rtu_parity = PARITY_EVEN;
    if (profile->rtu_stop_bits == 0)
        profile->rtu_stop_bits = profile->rtu_parity == PARITY_NONE ? 2 : 1;
}

bool load_device_profile(const char* path, device_profile_t* profile, findings_t* findings)
{
    const int errors_before = findings->error_count;
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    device_file_t file = {0};
    bool ok = fields_expect_kind(&document, load_device_record.name, findings);
    if (fields_read(&document, 0, &load_device_record, &file, "", findings)) {
        fill_absent(&document, &file.profile);
        take_functions(&document, &file, findings);
        take_bauds(&document, &file, findings);
        take_points(&document, &file, findings);
        take_safe_state(&document, &file, findings);
        device_rules_check(&document, &file.profile, findings);
    }
    ok = ok && findings->error_count == errors_before;
    if (ok)
        *profile = file.profile;
    yaml_document_free(&document);
    return ok;
}
