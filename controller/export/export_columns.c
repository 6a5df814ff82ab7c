#include "controller/export/export_columns.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/rule_words.h"
#include "kinematics/fk.h"

/// A figure of what the cycle came to, where that is known.
#define OUTPUT(field) (row->output != NULL ? (float)row->output->field : (float)NAN)

/// Kind, group, name, value, meaning. `row` and `record` stand for what the values are read from.
#define SCALAR_LIST(X)                                                                             \
    X(NUMBER, CYCLE, "time", micros_to_s(row->time_us),                                            \
      "seconds since the run began; strictly rising")                                              \
    X(WHOLE, CYCLE, "cycle", record->input.cycle, "number of the cycle")                           \
    X(NUMBER, CYCLE, "clock_s", micros_to_s(record->input.now_us),                                 \
      "the clock as the cycle read it, seconds since the run began")                               \
    X(WHOLE, CYCLE, "late_periods", record->input.overruns, "late periods in a row, up to this")   \
    X(WORD, CYCLE, "mode", mode_of(record), "mode of the arm")                                     \
    X(WORD, CYCLE, "reaction", reaction_text(record->verdict.reaction), "what the judge asks for") \
    X(WORD, CYCLE, "rule", rule_of(record), "the most telling rule that refuses")                  \
    X(WORD, CYCLE, "rule_joint", joint_of(row, record), "the joint that it is about")              \
    X(WORD, CYCLE, "rule_axis", axis_of(record), "the force sensor's axis that it is about")       \
    X(NUMBER, CYCLE, "rule_measured", judged(record, record->verdict.measured),                    \
      "what that rule measured, in its unit")                                                      \
    X(NUMBER, CYCLE, "rule_allowed", judged(record, record->verdict.allowed), "what it allows")    \
    X(WORD, CYCLE, "rule_unit", rule_unit_of(record), "unit of both")                              \
    X(WORD, CYCLE, "rules_refused", row->rules, "every rule that refuses, blanks between them")    \
    X(WORD, CYCLE, "requests", row->requests, "what people asked for, blanks between them")        \
    X(WHOLE, CYCLE, "intensity_asked_level", record->intensity_asked, "intensity asked for")       \
    X(WHOLE, CYCLE, "intensity_level", record->intensity_level, "intensity that holds, 0 to 10")   \
    X(TRUTH, CYCLE, "intensity_capped", record->intensity_capped,                                  \
      "a cap keeps the force below what the intensity asks for")                                   \
    X(WHOLE, CYCLE, "item", record->item, "item of the routine, repeats unrolled, from 0")         \
    X(SINGLE, CYCLE, "item_elapsed_s", record->item_elapsed_s, "time of the item played")          \
    X(WHOLE_OR_NONE, CYCLE, "step", step_of(row, record), "step as written, from 0")               \
    X(WHOLE_OR_NONE, CYCLE, "line", line_of(row, record),                                          \
      "line of the step in the routine's file")                                                    \
    X(WORD, CYCLE, "technique", technique_of(row, record), "way of touching, or rest")             \
    X(WORD, CYCLE, "region", region_of(row, record), "region of the body under the tool")          \
    X(WORD, CYCLE, "ik_result", ik_result_text(record->ik_result),                                 \
      "what the inverse kinematics said")                                                          \
    X(TRUTH, CYCLE, "estop_closed", record->input.feedback.io.estop_closed,                        \
      "the emergency stop chain is whole")                                                         \
    X(TRUTH, CYCLE, "client_button_released", record->input.feedback.io.client_button_released,    \
      "the client's button is not pressed")                                                        \
    X(TRUTH, CYCLE, "client_present", record->input.feedback.io.client_present,                    \
      "somebody lies on the table")                                                                \
    X(TRUTH, CYCLE, "power_relay_measured", record->input.feedback.io.power_relay_closed,          \
      "the drives' relay is closed")                                                               \
    X(TRUTH, CYCLE, "power_relay_commanded", record->command.power_relay_close,                    \
      "the drives' relay is to be closed")                                                         \
    X(TRUTH, CYCLE, "lamp_commanded", record->command.lamp_moving, "the lamp of a moving arm")     \
    X(NUMBER, CYCLE, "io_age_s", age_s(record->input.feedback.io.age_us),                          \
      "age of the I/O coupler's sample")                                                           \
    X(TRUTH, CYCLE, "recomputed", row->output != NULL,                                             \
      "figures are known that only recomputing the cycle tells")                                   \
    X(SINGLE, FORCE, "force_measured_N", record->normal_force_N,                                   \
      "along the skin's normal, pressing positive, gravity and tare taken out")                    \
    X(SINGLE, FORCE, "force_target_N", record->force_target_N, "wanted along the normal")          \
    X(SINGLE, FORCE, "force_cap_N", record->force_cap_N, "of the region under the tool")           \
    X(SINGLE, FORCE, "force_from_drives_N", record->drive_force_N,                                 \
      "along the normal, from the drives' efforts")                                                \
    X(SINGLE, FORCE, "force_from_drives_deviation_N", record->drive_force_deviation_N,             \
      "its standard deviation")                                                                    \
    X(SINGLE, FORCE, "force_disagreement_N", OUTPUT(estimate.force_disagreement_N),                \
      "of sensor and drives, filtered alike; recomputed")                                          \
    X(SINGLE, FORCE, "force_predicted_N", OUTPUT(estimate.force_predicted_N),                      \
      "that letting go now would still reach at most; recomputed")                                 \
    X(SINGLE, FORCE, "contact_force_x_N", OUTPUT(estimate.contact_force_N.x),                      \
      "on the body, table frame; recomputed")                                                      \
    X(SINGLE, FORCE, "contact_force_y_N", OUTPUT(estimate.contact_force_N.y), "the same")          \
    X(SINGLE, FORCE, "contact_force_z_N", OUTPUT(estimate.contact_force_N.z), "the same")          \
    X(SINGLE, FORCE, "shear_force_measured_N", record->shear_force_N, "along the skin")            \
    X(SINGLE, FORCE, "stiffness_N_per_m", record->stiffness_N_per_m,                               \
      "of spring and tissue in series, as felt")                                                   \
    X(TRUTH, FORCE, "force_tared", record->force_tared, "the sensor's offset is known")            \
    X(TRUTH, FORCE, "touching", record->touching, "the skin is felt")                              \
    X(NUMBER, FORCE, "sensor_force_x_N", record->input.feedback.force.force_N[0],                  \
      "raw, in the sensor's axes")                                                                 \
    X(NUMBER, FORCE, "sensor_force_y_N", record->input.feedback.force.force_N[1],                  \
      "raw, in the sensor's axes")                                                                 \
    X(NUMBER, FORCE, "sensor_force_z_N", record->input.feedback.force.force_N[2],                  \
      "raw, in the sensor's axes")                                                                 \
    X(NUMBER, FORCE, "sensor_torque_x_Nm", record->input.feedback.force.torque_Nm[0],              \
      "raw, in the sensor's axes")                                                                 \
    X(NUMBER, FORCE, "sensor_torque_y_Nm", record->input.feedback.force.torque_Nm[1],              \
      "raw, in the sensor's axes")                                                                 \
    X(NUMBER, FORCE, "sensor_torque_z_Nm", record->input.feedback.force.torque_Nm[2],              \
      "raw, in the sensor's axes")                                                                 \
    X(TRUTH, FORCE, "sensor_ok", record->input.feedback.force.status_ok, "its own status")         \
    X(NUMBER, FORCE, "sensor_age_s", age_s(record->input.feedback.force.age_us),                   \
      "age of the sensor's sample")                                                                \
    X(SINGLE, TOOL, "tool_x_measured_m", record->tool_x_m, "pad's face, table frame")              \
    X(SINGLE, TOOL, "tool_y_measured_m", record->tool_y_m, "pad's face, table frame")              \
    X(SINGLE, TOOL, "tool_z_measured_m", record->tool_z_m, "pad's face, table frame")              \
    X(SINGLE, TOOL, "tool_qx_measured", (float)row->tool_measured.orientation.x,                   \
      "unit quaternion of the pad's face, table frame, of the measured joints")                    \
    X(SINGLE, TOOL, "tool_qy_measured", (float)row->tool_measured.orientation.y, "the same")       \
    X(SINGLE, TOOL, "tool_qz_measured", (float)row->tool_measured.orientation.z, "the same")       \
    X(SINGLE, TOOL, "tool_qw_measured", (float)row->tool_measured.orientation.w, "the same")       \
    X(SINGLE, TOOL, "tool_x_commanded_m", (float)row->tool_commanded.position_m.x,                 \
      "pad's face, table frame, of the commanded joints")                                          \
    X(SINGLE, TOOL, "tool_y_commanded_m", (float)row->tool_commanded.position_m.y, "the same")     \
    X(SINGLE, TOOL, "tool_z_commanded_m", (float)row->tool_commanded.position_m.z, "the same")     \
    X(SINGLE, TOOL, "tool_x_desired_m", desired(row).x,                                            \
      "pad's face as planned, before force control, table frame; recomputed")                      \
    X(SINGLE, TOOL, "tool_y_desired_m", desired(row).y, "the same")                                \
    X(SINGLE, TOOL, "tool_z_desired_m", desired(row).z, "the same")                                \
    X(SINGLE, TOOL, "tool_speed_measured_m_per_s", record->tool_speed_mps, "over the table")       \
    X(SINGLE, TOOL, "tool_speed_allowed_m_per_s", record->speed_allowed_mps,                       \
      "what the judge allows here")                                                                \
    X(SINGLE, TOOL, "surface_gap_m", record->surface_gap_m,                                        \
      "tool above the skin where the model has it, positive above")                                \
    X(SINGLE, TOOL, "normal_offset_commanded_m", record->normal_offset_m,                          \
      "what force control added along the normal")                                                 \
    X(SINGLE, TOOL, "surface_normal_x", OUTPUT(estimate.surface_normal.x),                         \
      "unit normal of the skin as modelled, table frame; recomputed")                              \
    X(SINGLE, TOOL, "surface_normal_y", OUTPUT(estimate.surface_normal.y), "the same")             \
    X(SINGLE, TOOL, "surface_normal_z", OUTPUT(estimate.surface_normal.z), "the same")             \
    X(SINGLE, TOOL, "link_clearance_m", OUTPUT(estimate.link_clearance_m),                         \
      "of the nearest link to the skin; recomputed")                                               \
    X(SINGLE, TOOL, "arm_clearance_m", OUTPUT(estimate.arm_nearest.distance_m),                    \
      "of the arm's two nearest parts, or of one and the table; recomputed")                       \
    X(SINGLE, TOOL, "path_error_m", record->path_error_m, "what the inverse kinematics left over")

/// Kind, name behind the joint's, what the unit is made from, value, meaning. `drive` and `i` stand
/// for the joint's.
#define JOINT_LIST(X)                                                                              \
    X(NUMBER, "position_measured", UNIT_POSITION, drive->position, "as its drive says")            \
    X(SINGLE, "position_desired", UNIT_POSITION, OUTPUT(joints.position.at[i]),                    \
      "as wanted before the last limits; recomputed")                                              \
    X(NUMBER, "position_commanded", UNIT_POSITION, record->command.position[i],                    \
      "as sent in this cycle")                                                                     \
    X(SINGLE, "following_error", UNIT_POSITION, (float)following_error(row, drive, i),             \
      "commanded a cycle before less measured")                                                    \
    X(NUMBER, "velocity_measured", UNIT_VELOCITY, drive->velocity, "as its drive says")            \
    X(NUMBER, "effort_measured", UNIT_EFFORT, drive->effort, "as its drive says, at the joint")    \
    X(WORD, "drive_state", UNIT_NONE, drive_state_text(drive->state), "of its drive, CiA 402")     \
    X(WORD, "drive_request", UNIT_NONE, request_of(record, i), "what its drive is told to do")     \
    X(WHOLE, "fault_code", UNIT_NONE, drive->fault_code, "of its drive, 0 without a fault")        \
    X(NUMBER, "age", UNIT_TIME, age_s(drive->age_us), "age of its drive's sample")

typedef enum { UNIT_NONE, UNIT_POSITION, UNIT_VELOCITY, UNIT_EFFORT, UNIT_TIME } unit_t;

// How a kind of the lists is kept.
#define KIND_NUMBER EXPORT_NUMBER
#define KIND_SINGLE EXPORT_SINGLE
#define KIND_WHOLE EXPORT_WHOLE
#define KIND_WHOLE_OR_NONE EXPORT_WHOLE
#define KIND_TRUTH EXPORT_TRUTH
#define KIND_WORD EXPORT_WORD

const char* export_group_name(export_group_t group)
{
    switch (group) {
#define X(id, name, meaning)                                                                       \
    case id:                                                                                       \
        return name;
        EXPORT_GROUP_LIST(X)
#undef X
    }
    return "unknown";
}

const char* export_group_meaning(export_group_t group)
{
    switch (group) {
#define X(id, name, meaning)                                                                       \
    case id:                                                                                       \
        return meaning;
        EXPORT_GROUP_LIST(X)
#undef X
    }
    return "";
}

// ------------------------------------------------------------------------------- single values

static export_value_t value_NUMBER(double number)
{
    return (export_value_t){.known = !isnan(number), .number = number};
}

static export_value_t value_SINGLE(float number)
{
    return (export_value_t){.known = !isnan(number), .number = (double)number};
}

static export_value_t value_WHOLE(int64_t whole)
{
    return (export_value_t){.known = true, .whole = whole};
}

/// Below zero is none.
static export_value_t value_WHOLE_OR_NONE(int64_t whole)
{
    return (export_value_t){.known = whole >= 0, .whole = whole};
}

static export_value_t value_TRUTH(bool truth)
{
    return (export_value_t){.known = true, .whole = truth};
}

static export_value_t value_WORD(const char* word)
{
    return (export_value_t){.known = word[0] != '\0', .word = word};
}

static double micros_to_s(int64_t micros)
{
    return (double)micros / 1e6;
}

static double age_s(int64_t age_us)
{
    return age_us == AGE_NEVER_US ? (double)NAN : micros_to_s(age_us);
}

static void write_digits(export_kind_t kind, double number, char text[EXPORT_DIGITS_CAPACITY])
{
    if (!isfinite(number)) {
        (void)snprintf(text, EXPORT_DIGITS_CAPACITY, "%s", number > 0.0 ? "inf" : "-inf");
        return;
    }
    if (kind == EXPORT_NUMBER) {
        (void)snprintf(text, EXPORT_DIGITS_CAPACITY, "%.12g", number);
        return;
    }
    for (int precision = 6; precision <= 9; ++precision) {
        (void)snprintf(text, EXPORT_DIGITS_CAPACITY, "%.*g", precision, number);
        if (strtof(text, NULL) == (float)number) {
            break;
        }
    }
}

const char* export_digits(export_digits_t* digits, export_kind_t kind, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    if (!digits->any || digits->bits != bits) {
        digits->any = true;
        digits->bits = bits;
        write_digits(kind, number, digits->text);
    }
    return digits->text;
}

// ------------------------------------------------------------------- what a record's numbers mean

static const char* mode_of(const cycle_record_t* record)
{
    return supervisor_mode_text(record->mode);
}

static const interlock_rule_info_t* info_of(const cycle_record_t* record)
{
    return record->verdict.rule == INTERLOCK_RULE_NONE
               ? NULL
               : interlock_rule_info((interlock_rule_t)record->verdict.rule);
}

static const char* rule_of(const cycle_record_t* record)
{
    const interlock_rule_info_t* info = info_of(record);
    return info != NULL ? info->name : "";
}

static const char* rule_unit_of(const cycle_record_t* record)
{
    const interlock_rule_info_t* info = info_of(record);
    return info != NULL ? info->unit : "";
}

/// A figure of the judge counts only beside a rule.
static double judged(const cycle_record_t* record, double figure)
{
    return info_of(record) != NULL ? figure : (double)NAN;
}

/// Of a rule about two parts of the arm the subject is a part: a link, which has its joint's name.
static const char* joint_of(const export_row_t* row, const cycle_record_t* record)
{
    const arm_settings_t* arm = &row->session->machine->arm;
    const int subject = record->verdict.subject;
    return info_of(record) != NULL && rule_subject_axis(record->verdict.rule, subject) == NULL &&
                   subject >= 0 && subject < arm->joint_count
               ? arm->joints[subject].name
               : "";
}

static const char* axis_of(const cycle_record_t* record)
{
    const char* axis = rule_subject_axis(record->verdict.rule, record->verdict.subject);
    return axis != NULL ? axis : "";
}

static const routine_item_t* item_of(const export_row_t* row, const cycle_record_t* record)
{
    const routine_t* routine = row->session->routine;
    return record->item >= 0 && record->item < routine->item_count ? &routine->items[record->item]
                                                                   : NULL;
}

static int step_of(const export_row_t* row, const cycle_record_t* record)
{
    const routine_item_t* item = item_of(row, record);
    return item != NULL ? item->stroke.step : -1;
}

static int line_of(const export_row_t* row, const cycle_record_t* record)
{
    const int step = step_of(row, record);
    return step >= 0 && step < row->session->routine->step_count
               ? row->session->routine->step_line[step]
               : -1;
}

static const char* technique_of(const export_row_t* row, const cycle_record_t* record)
{
    const routine_item_t* item = item_of(row, record);
    return item == NULL              ? ""
           : item->kind == ITEM_REST ? "rest"
                                     : technique_info(item->stroke.technique)->name;
}

static const char* region_of(const export_row_t* row, const cycle_record_t* record)
{
    const body_settings_t* body = row->session->body->settings;
    return record->region >= 0 && record->region < body->region_count
               ? body->regions[record->region].name
               : "";
}

static const char* request_of(const cycle_record_t* record, int joint)
{
    switch (record->command.request[joint]) {
    case DRIVE_REQUEST_DISABLE:
        return "disable";
    case DRIVE_REQUEST_ENABLE:
        return "enable";
    case DRIVE_REQUEST_QUICK_STOP:
        return "quick_stop";
    case DRIVE_REQUEST_RESET_FAULT:
        return "reset_fault";
    }
    return "";
}

static double quat_square(quat_t q)
{
    return q.x * q.x + q.y * q.y + q.z * q.z + q.w * q.w;
}

/// Outside of motion of the joints alone; a pose that nobody planned has no orientation.
static bool has_desired_pose(const export_row_t* row)
{
    return row->output != NULL && !row->output->target.joint_motion &&
           fabs(quat_square(row->output->target.tool_desired.orientation) - 1.0) < 1e-3;
}

typedef struct {
    float x, y, z;
} place_t;

static place_t desired(const export_row_t* row)
{
    const vec3_t place_m = has_desired_pose(row) ? row->output->target.tool_desired.position_m
                                                 : vec3((double)NAN, (double)NAN, (double)NAN);
    return (place_t){(float)place_m.x, (float)place_m.y, (float)place_m.z};
}

static double following_error(const export_row_t* row, const drive_feedback_t* drive, int joint)
{
    return row->follows ? row->command_before.position[joint] - drive->position : (double)NAN;
}

/// Appends a word behind a blank; what does not fit is left out.
static size_t add_word(char words[EXPORT_WORDS_CAPACITY], size_t used, const char* word)
{
    const int length =
        snprintf(words + used, EXPORT_WORDS_CAPACITY - used, "%s%s", used > 0 ? " " : "", word);
    return length < 0 || (size_t)length >= EXPORT_WORDS_CAPACITY - used ? used
                                                                        : used + (size_t)length;
}

static void list_rules(interlock_rules_t refused, char words[EXPORT_WORDS_CAPACITY])
{
    size_t used = 0;
    words[0] = '\0';
    for (int rule = 0; refused != 0 && rule < INTERLOCK_RULE_COUNT; ++rule) {
        if ((refused & INTERLOCK_RULE(rule)) != 0) {
            used = add_word(words, used, interlock_rule_info((interlock_rule_t)rule)->name);
        }
    }
    words[used] = '\0';
}

static void list_requests(uint32_t requests, char words[EXPORT_WORDS_CAPACITY])
{
    static const char* const names[REQUEST_COUNT] = {
#define X(id, word, meaning) word,
        REQUEST_LIST(X)
#undef X
    };
    size_t used = 0;
    words[0] = '\0';
    for (int i = 0; requests != 0 && i < REQUEST_COUNT; ++i) {
        if ((requests & (1u << i)) != 0) {
            used = add_word(words, used, names[i]);
        }
    }
    words[used] = '\0';
}

// --------------------------------------------------------------------------------- the columns

static const char* unit_ending(unit_t unit, joint_kind_t kind)
{
    const bool turns = kind == JOINT_REVOLUTE;
    switch (unit) {
    case UNIT_NONE:
        return "";
    case UNIT_POSITION:
        return turns ? "_rad" : "_m";
    case UNIT_VELOCITY:
        return turns ? "_rad_per_s" : "_m_per_s";
    case UNIT_EFFORT:
        return turns ? "_Nm" : "_N";
    case UNIT_TIME:
        return "_s";
    }
    return "";
}

static export_column_t* next_column(export_columns_t* columns, export_group_t group,
                                    export_kind_t kind, const char* meaning)
{
    assert(columns->count < EXPORT_COLUMN_CAPACITY);
    export_column_t* column = &columns->at[columns->count++];
    *column = (export_column_t){.group = group, .kind = kind, .meaning = meaning};
    return column;
}

void export_columns_make(const session_t* session, export_columns_t* columns)
{
    columns->count = 0;
#define X(kind, group, text, value, meaning)                                                       \
    (void)snprintf(next_column(columns, EXPORT_##group, KIND_##kind, meaning)->name,               \
                   EXPORT_NAME_CAPACITY, "%s", text);
    SCALAR_LIST(X)
#undef X
    const arm_settings_t* arm = &session->machine->arm;
    for (int i = 0; i < arm->joint_count; ++i) {
        const char* joint = arm->joints[i].name;
        const joint_kind_t moves = arm->joints[i].kind;
#define X(kind, text, unit, value, meaning)                                                        \
    (void)snprintf(next_column(columns, EXPORT_JOINTS, KIND_##kind, meaning)->name,                \
                   EXPORT_NAME_CAPACITY, "%s_%s%s", joint, text, unit_ending(unit, moves));
        JOINT_LIST(X)
#undef X
    }
}

// ------------------------------------------------------------------------------------ the rows

export_row_t export_row_begin(const session_t* session)
{
    return (export_row_t){.session = session};
}

static void fill(const export_row_t* row, const cycle_record_t* record, export_value_t* values)
{
#define X(kind, group, text, value, meaning) *values++ = value_##kind(value);
    SCALAR_LIST(X)
#undef X
    for (int i = 0; i < row->session->machine->arm.joint_count; ++i) {
        const drive_feedback_t* drive = &record->input.feedback.drives[i];
#define X(kind, text, unit, value, meaning) *values++ = value_##kind(value);
        JOINT_LIST(X)
#undef X
    }
}

void export_row_take(export_row_t* row, const cycle_record_t* record, const cycle_output_t* output,
                     export_value_t* values)
{
    const int64_t before_us = row->time_us;
    const int64_t clock_us = record->input.now_us;
    row->time_us =
        !row->any || clock_us > before_us ? clock_us : before_us + row->session->period_us;
    row->follows = row->any && record->input.cycle == row->cycle + 1;
    row->any = true;
    row->cycle = record->input.cycle;
    row->output = output;
    if (values != NULL) {
        joints_t measured = {0};
        joints_t commanded = {0};
        for (int i = 0; i < row->session->chain.joint_count; ++i) {
            measured.at[i] = record->input.feedback.drives[i].position;
            commanded.at[i] = record->command.position[i];
        }
        row->tool_measured = fk_tool_pose(&row->session->chain, &measured);
        row->tool_commanded = fk_tool_pose(&row->session->chain, &commanded);
        list_rules(record->verdict.refused, row->rules);
        list_requests(record->input.requests, row->requests);
        fill(row, record, values);
    }
    row->command_before = record->command;
}
