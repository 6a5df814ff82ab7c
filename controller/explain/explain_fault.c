#include "controller/explain/explain_fault.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "controller/explain/explain_words.h"
#include "kinematics/clearance.h"

static const char* const sensor_axes[6] = {"x", "y", "z", "rx", "ry", "rz"};
static const char* const table_axes[3] = {"x", "y", "z"};

/// What a rule's reading goes by.
typedef struct {
    const session_t* session;
    const explain_window_t* window;
    const cycle_record_t* record;     // in which it refused
    const cycle_record_t* before;     // a period earlier; the same where there is none
    bool telling;                     // the verdict's figures are this rule's
    char what[EXPLAIN_TEXT_CAPACITY]; // takes the place of {what}
} reading_t;

explain_fault_t explain_fault_none(void)
{
    return (explain_fault_t){.rule = INTERLOCK_RULE_NONE,
                             .measured = (double)NAN,
                             .allowed = (double)NAN,
                             .joint = -1,
                             .device = -1,
                             .axis = -1,
                             .part = -1,
                             .other = -1,
                             .region = -1};
}

static joint_kind_t kind_of(const reading_t* reading, const explain_fault_t* fault)
{
    const arm_settings_t* arm = &reading->session->machine->arm;
    return fault->joint >= 0 ? arm->joints[fault->joint].kind : JOINT_REVOLUTE;
}

/// A joint whose drive this is, or -1.
static int joint_of_device(const machine_settings_t* machine, int device)
{
    for (int joint = 0; joint < machine->arm.joint_count; joint++) {
        if (machine->drive_of_joint[joint] == device) {
            return joint;
        }
    }
    return -1;
}

void explain_device_text(const machine_settings_t* machine, int device,
                         char text[EXPLAIN_PLACE_CAPACITY])
{
    if (device < 0 || device >= machine->device_count) {
        (void)snprintf(text, EXPLAIN_PLACE_CAPACITY, "a device that is not known");
        return;
    }
    const device_settings_t* at = &machine->devices[device];
    const int joint = joint_of_device(machine, device);
    const char* what = device == machine->force_sensor ? "force sensor '"
                       : device == machine->io_coupler ? "I/O coupler '"
                                                       : "drive '";
    char of_joint[NAME_CAPACITY + 16] = "";
    if (joint >= 0) {
        (void)snprintf(of_joint, sizeof of_joint, " of joint '%s'",
                       machine->arm.joints[joint].name);
    }
    char address[PATH_CAPACITY + NAME_CAPACITY / 2];
    if (at->line > 0 && at->line <= machine->line_count) {
        (void)snprintf(address, sizeof address, "%s", machine->lines[at->line - 1].path);
    } else {
        (void)snprintf(address, sizeof address, "%s:%d", at->host, at->port);
    }
    (void)snprintf(text, EXPLAIN_PLACE_CAPACITY, "%s%s'%s (%s unit %d)", what, at->name, of_joint,
                   address, at->unit);
}

// ---------------------------------------------------------------------------------------- figures

static bool same(double a, double b)
{
    return a <= b && a >= b;
}

/// A position under its lower limit is judged with the signs turned around.
static void read_position(const reading_t* reading, explain_fault_t* fault)
{
    const judge_joint_limits_t* limits = &reading->session->limits.joints[fault->joint];
    const double position = reading->record->input.feedback.drives[fault->joint].position;
    if (same(fault->allowed, -limits->measured_min) && same(fault->measured, -position) &&
        !same(fault->measured, position)) {
        fault->measured = position;
        fault->allowed = limits->measured_min;
        fault->sense = SENSE_AT_LEAST;
    }
}

/// A command is judged by its place, its speed and by how its speed changed.
static void read_command(reading_t* reading, explain_fault_t* fault)
{
    const judge_joint_limits_t* limits = &reading->session->limits.joints[fault->joint];
    const char* what = "the place";
    if (same(fault->allowed, limits->commanded_min) &&
        !(same(fault->allowed, limits->commanded_max) && fault->measured > fault->allowed)) {
        fault->sense = SENSE_AT_LEAST;
    } else if (!same(fault->allowed, limits->commanded_max)) {
        // Both are speeds, but for the judge's own allowance for rounding.
        const bool speed = fault->allowed >= limits->commanded_speed_max &&
                           fault->allowed <= 1.001 * limits->commanded_speed_max;
        fault->quantity = QUANTITY_JOINT_SPEED;
        what = speed ? "the speed" : "the change of its speed within one period";
    }
    (void)snprintf(reading->what, sizeof reading->what, "%s", what);
}

/// A position that stands still is held against the command's way and against the effort.
static void read_frozen(reading_t* reading, explain_fault_t* fault)
{
    const judge_joint_limits_t* limits = &reading->session->limits.joints[fault->joint];
    const bool effort = !same(fault->allowed, limits->frozen_command) &&
                        same(fault->allowed, limits->frozen_effort);
    fault->quantity = effort ? QUANTITY_JOINT_EFFORT : QUANTITY_JOINT_WAY;
    (void)snprintf(reading->what, sizeof reading->what, "%s",
                   effort ? "its effort changed by" : "its command went on by");
}

static void note(explain_fault_t* fault, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

/// Adds to what else the record tells.
static void note(explain_fault_t* fault, const char* format, ...)
{
    const size_t used = strlen(fault->note);
    va_list arguments;
    va_start(arguments, format);
    (void)snprintf(fault->note + used, sizeof fault->note - used, "%s", used > 0 ? "; " : "");
    const size_t begun = strlen(fault->note);
    (void)vsnprintf(fault->note + begun, sizeof fault->note - begun, format, arguments);
    va_end(arguments);
}

static void read_state(reading_t* reading, explain_fault_t* fault)
{
    const bus_feedback_t* feedback = &reading->record->input.feedback;
    const drive_feedback_t* drive = &feedback->drives[fault->joint];
    (void)snprintf(reading->what, sizeof reading->what, "%s", drive_state_text(drive->state));
    if (drive->fault_code != 0) {
        note(fault, "it reports fault code 0x%04X", drive->fault_code);
    } else {
        note(fault, "it reports no fault code");
    }
    int left = 0;
    for (int joint = 0; joint < reading->session->machine->arm.joint_count; joint++) {
        left += feedback->drives[joint].state != DRIVE_OPERATION_ENABLED;
    }
    if (left > 1 && reading->before->mode != MODE_ARMING) {
        note(fault, "%d drives in all left it in that period: look at what they share", left);
    }
}

/// Devices that were too old in that period; more than one share something that failed.
static void note_silent(const reading_t* reading, explain_fault_t* fault)
{
    const bus_feedback_t* feedback = &reading->record->input.feedback;
    const int64_t most_us = reading->session->limits.sample_age_max_us;
    int silent = (feedback->force.age_us > most_us) + (feedback->io.age_us > most_us);
    for (int joint = 0; joint < reading->session->machine->arm.joint_count; joint++) {
        silent += feedback->drives[joint].age_us > most_us;
    }
    if (silent > 1) {
        note(fault, "%d devices in all were silent then: look at what they share", silent);
    }
}

/// A clock that is set looks like a loop that is late.
static void note_clock(const reading_t* reading, explain_fault_t* fault)
{
    char passed[FIGURE_TEXT_CAPACITY];
    figure_text(QUANTITY_TIME, JOINT_REVOLUTE,
                1e-6 * (double)(reading->record->input.now_us - reading->before->input.now_us),
                passed);
    note(fault, "%s passed on the clock since the period before", passed);
}

/// One bit is a fault of the memory; many are somebody who wrote over it.
static void note_damage(const reading_t* reading, explain_fault_t* fault)
{
    const limits_damage_t* damage = &reading->record->limits;
    if (damage->word == LIMITS_WORD_NONE) {
        return;
    }
    int bits = 0;
    for (uint64_t left = damage->change; left != 0; left &= left - 1) {
        bits++;
    }
    if (damage->word == LIMITS_WORD_MANY) {
        note(fault, "more than one of their %d words", LIMITS_WORDS);
    } else {
        note(fault, "%d bit%s of word %d of %d", bits, bits == 1 ? "" : "s", damage->word,
             LIMITS_WORDS);
    }
}

/// What the second channel says of a force that only the sensor measures.
static void note_drive_force(const reading_t* reading, explain_fault_t* fault)
{
    const double force_N = (double)reading->record->drive_force_N;
    const double deviation_N = (double)reading->record->drive_force_deviation_N;
    if (isfinite(force_N) && isfinite(deviation_N) && reading->telling) {
        note(fault, "the drives' torques, which tell it later, said %.1f N, %.1f N more or less",
             force_N, 2.0 * deviation_N);
    }
}

/// Figures that say less than they seem to are taken away.
static void drop_figures(explain_fault_t* fault, const char* why)
{
    fault->figures_known = false;
    fault->measured = (double)NAN;
    fault->allowed = (double)NAN;
    note(fault, "%s", why);
}

static void read_figures(reading_t* reading, explain_fault_t* fault)
{
    const rule_words_t* info = rule_words(fault->rule);
    const verdict_t* verdict = &reading->record->verdict;
    fault->quantity = info->quantity;
    fault->sense = info->sense;
    if (!reading->telling || info->quantity == QUANTITY_NONE) {
        return;
    }
    fault->figures_known = true;
    fault->measured = verdict->measured;
    fault->allowed = verdict->allowed;
    // What refuses on, without being judged anew, says yes or no.
    const bool yes_or_no =
        same(fault->measured, 0.0) && same(fault->allowed, 1.0) && verdict->subject == SUBJECT_NONE;
    const bool inspected =
        interlock_rule_info((interlock_rule_t)fault->rule)->latch == LATCH_INSPECTION;
    if (yes_or_no && fault->rule == INTERLOCK_BRAKE_SLIPS) {
        drop_figures(fault, "it had moved a moment before; how far is not in this period");
    } else if (yes_or_no && inspected) {
        drop_figures(fault, "it refused earlier and does so until the program is started anew");
    }
}

// ----------------------------------------------------------------------------------------- places

static bool has_torque(const drive_feedback_t* drive)
{
    return drive->state == DRIVE_OPERATION_ENABLED || drive->state == DRIVE_NOT_FOLLOWING;
}

/// The drives with torque, or without; returns how many, and the first joint of them.
static int drives_with(const reading_t* reading, bool torque, int* first)
{
    const bus_feedback_t* feedback = &reading->record->input.feedback;
    int count = 0;
    *first = -1;
    for (int joint = 0; joint < reading->session->machine->arm.joint_count; joint++) {
        if (has_torque(&feedback->drives[joint]) == torque) {
            *first = count == 0 ? joint : *first;
            count++;
        }
    }
    return count;
}

static void find_drive(const reading_t* reading, explain_fault_t* fault)
{
    const bool torque = fault->rule == INTERLOCK_DRIVE_SYNC;
    const int count = drives_with(reading, torque, &fault->joint);
    if (fault->rule == INTERLOCK_ARMING_TIME && fault->joint >= 0) {
        const drive_feedback_t* drive = &reading->record->input.feedback.drives[fault->joint];
        note(fault, "it says '%s', fault code 0x%04X", drive_state_text(drive->state),
             drive->fault_code);
    }
    if (count > 1) {
        note(fault, "%d drives in all %s", count, torque ? "had torque" : "were not enabled");
    }
}

/// Of force sensor and I/O coupler the one that missed more of its samples in the window.
static int missed_most(const reading_t* reading)
{
    const machine_settings_t* machine = reading->session->machine;
    const judge_limits_t* limits = &reading->session->limits;
    int force = 0, io = 0;
    for (int back = 0; back < reading->window->count; back++) {
        const bus_feedback_t* feedback = &explain_window_at(reading->window, back)->input.feedback;
        force += feedback->force.age_us >= limits->force_spacing_us;
        io += feedback->io.age_us >= limits->io_spacing_us;
    }
    return force > io ? machine->force_sensor : io > force ? machine->io_coupler : -1;
}

/// The device that sent what is not a number, or that answered too seldom.
static void find_device(reading_t* reading, explain_fault_t* fault)
{
    const machine_settings_t* machine = reading->session->machine;
    if (fault->joint >= 0) {
        fault->device = machine->drive_of_joint[fault->joint];
    } else if (fault->rule == INTERLOCK_SAMPLE_LOSS) {
        fault->device = missed_most(reading);
    } else if (reading->telling) {
        fault->device = machine->force_sensor; // drives are judged as joints
    }
    if (fault->rule != INTERLOCK_FINITE) {
        return;
    }
    const bus_feedback_t* feedback = &reading->record->input.feedback;
    for (int axis = 0; fault->joint < 0 && axis < 6 && fault->axis < 0; axis++) {
        const double number =
            axis < 3 ? feedback->force.force_N[axis] : feedback->force.torque_Nm[axis - 3];
        fault->axis = isfinite(number) ? -1 : axis;
    }
    if (fault->axis >= 0) {
        note(fault, "its axis %s", sensor_axes[fault->axis]);
    } else if (fault->joint >= 0) {
        const drive_feedback_t* drive = &feedback->drives[fault->joint];
        note(fault, "its %s",
             !isfinite(drive->position)   ? "position"
             : !isfinite(drive->velocity) ? "speed"
                                          : "effort");
    }
}

/// The axis of the force sensor that is nearest to the end of its range.
static void find_axis(const reading_t* reading, explain_fault_t* fault)
{
    const judge_limits_t* limits = &reading->session->limits;
    const force_feedback_t* force = &reading->record->input.feedback.force;
    double most = -1.0;
    for (int axis = 0; axis < 6; axis++) {
        const double part =
            axis < 3 ? fabs(force->force_N[axis]) / limits->force_raw_max_N[axis]
                     : fabs(force->torque_Nm[axis - 3]) / limits->torque_raw_max_Nm[axis - 3];
        if (part > most) {
            most = part;
            fault->axis = axis;
        }
    }
}

static void find_table_axis(const reading_t* reading, explain_fault_t* fault)
{
    const judge_limits_t* limits = &reading->session->limits;
    const double tool_m[3] = {(double)reading->record->tool_x_m, (double)reading->record->tool_y_m,
                              (double)reading->record->tool_z_m};
    for (int axis = 0; axis < 3 && fault->figures_known; axis++) {
        const bool here = fabs(tool_m[axis] - fault->measured) <= 1e-6 * (1.0 + fabs(tool_m[axis]));
        const bool low = same(fault->allowed, limits->workspace_min_m[axis]);
        if (here && (low || same(fault->allowed, limits->workspace_max_m[axis]))) {
            fault->axis = axis;
            fault->sense = low ? SENSE_AT_LEAST : SENSE_AT_MOST;
        }
    }
}

static void name_joint(const reading_t* reading, explain_fault_t* fault)
{
    if (fault->joint >= 0) {
        (void)snprintf(fault->place, sizeof fault->place, "joint '%s'",
                       reading->session->machine->arm.joints[fault->joint].name);
    } else {
        (void)snprintf(fault->place, sizeof fault->place, "a joint (which is not in the record)");
    }
}

static void name_device(const reading_t* reading, explain_fault_t* fault, const char* unknown)
{
    if (fault->device >= 0) {
        explain_device_text(reading->session->machine, fault->device, fault->place);
    } else {
        (void)snprintf(fault->place, sizeof fault->place, "%s", unknown);
    }
}

static void name_parts(const reading_t* reading, explain_fault_t* fault, bool both)
{
    const arm_settings_t* arm = &reading->session->machine->arm;
    const part_name_t part = clearance_part_name(arm, fault->part);
    const part_name_t other = clearance_part_name(arm, fault->other);
    if (fault->part < 0) {
        (void)snprintf(fault->place, sizeof fault->place, "%s",
                       both ? "two parts of the arm (which is not in the record)"
                            : "a link (which is not in the record)");
    } else if (both) {
        (void)snprintf(fault->place, sizeof fault->place, "%s%s and %s%s", part.kind, part.name,
                       other.kind, other.name);
    } else {
        (void)snprintf(fault->place, sizeof fault->place, "%s%s", part.kind, part.name);
    }
}

static void name_region(const reading_t* reading, explain_fault_t* fault)
{
    const body_settings_t* body = reading->session->body->settings;
    // The judge compared with what was commanded a period before.
    const int region = reading->before->region;
    fault->region = region >= 0 && region < body->region_count ? region : -1;
    (void)snprintf(fault->place, sizeof fault->place, "%s",
                   fault->region >= 0 ? body->regions[fault->region].name
                                      : "the place under the tool");
}

/// Takes the verdict's subject as what it is with this rule, and names it.
static void read_place(reading_t* reading, explain_fault_t* fault)
{
    const machine_settings_t* machine = reading->session->machine;
    const verdict_t* verdict = &reading->record->verdict;
    const int subject = reading->telling ? verdict->subject : SUBJECT_NONE;
    const int joint = subject >= 0 && subject < machine->arm.joint_count ? subject : -1;
    switch (rule_words(fault->rule)->about) {
    case ABOUT_NOTHING:
        break;
    case ABOUT_JOINT:
        fault->joint = joint;
        fault->device = joint >= 0 ? machine->drive_of_joint[joint] : -1;
        name_joint(reading, fault);
        break;
    case ABOUT_DRIVE:
    case ABOUT_SOME_DRIVE:
        fault->joint = joint;
        if (rule_words(fault->rule)->about == ABOUT_SOME_DRIVE) {
            find_drive(reading, fault);
        }
        fault->device = fault->joint >= 0 ? machine->drive_of_joint[fault->joint] : -1;
        name_device(reading, fault, "a drive (which is not in the record)");
        break;
    case ABOUT_SOME_DEVICE:
        fault->joint = joint;
        find_device(reading, fault);
        name_device(reading, fault, "a device (which is not in the record)");
        break;
    case ABOUT_FORCE_SENSOR:
        fault->device = machine->force_sensor;
        name_device(reading, fault, "the force sensor");
        break;
    case ABOUT_FORCE_AXIS:
        fault->device = machine->force_sensor;
        fault->axis = subject >= 0 && subject < 6 ? subject : -1;
        if (fault->rule == INTERLOCK_FORCE_SATURATED && fault->figures_known) {
            find_axis(reading, fault);
        }
        (void)snprintf(fault->place, sizeof fault->place, "%s%s of the force sensor '%s'",
                       fault->axis >= 0 ? "axis " : "an axis",
                       fault->axis >= 0 ? sensor_axes[fault->axis] : "",
                       machine->devices[machine->force_sensor].name);
        break;
    case ABOUT_IO:
        fault->device = machine->io_coupler;
        name_device(reading, fault, "the I/O coupler");
        break;
    case ABOUT_LINK:
    case ABOUT_PARTS:
        fault->part = subject;
        fault->other = reading->telling ? verdict->other : -1;
        name_parts(reading, fault, rule_words(fault->rule)->about == ABOUT_PARTS);
        break;
    case ABOUT_REGION:
        name_region(reading, fault);
        break;
    case ABOUT_TABLE_AXIS:
        find_table_axis(reading, fault);
        (void)snprintf(fault->place, sizeof fault->place, "%s",
                       fault->axis >= 0 ? table_axes[fault->axis] : "x, y or z");
        break;
    }
}

// -------------------------------------------------------------------------------------- sentences

static bool is_age(int rule)
{
    return rule == INTERLOCK_IO_AGE || rule == INTERLOCK_DRIVE_AGE || rule == INTERLOCK_FORCE_AGE;
}

/// What a rule's sentence cannot say of figures that are none, or that turn it around.
static void say_otherwise(explain_fault_t* fault)
{
    char* sentence = fault->sentence;
    const size_t capacity = sizeof fault->sentence;
    if (is_age(fault->rule) && fault->figures_known && isinf(fault->measured)) {
        (void)snprintf(sentence, capacity, "%s never answered", fault->place);
    } else if (fault->rule == INTERLOCK_CLOCK && fault->figures_known && fault->measured < 0.0) {
        char back[FIGURE_TEXT_CAPACITY];
        figure_text(QUANTITY_TIME, JOINT_REVOLUTE, -fault->measured, back);
        (void)snprintf(sentence, capacity, "the clock went back by %s", back);
    } else if (fault->rule == INTERLOCK_CLOCK && fault->figures_known &&
               same(fault->measured, 0.0)) {
        (void)snprintf(sentence, capacity, "the clock stood still from one period to the next");
    } else if (fault->rule == INTERLOCK_DRIVE_STATE && fault->joint < 0) {
        (void)snprintf(sentence, capacity, "a drive left the state 'operation enabled'");
    } else if (interlock_rule_info((interlock_rule_t)fault->rule)->unit[0] != '\0' &&
               !fault->figures_known) {
        // The rule's own words: a sentence without its figures says nothing.
        (void)snprintf(sentence, capacity, "%s",
                       interlock_rule_info((interlock_rule_t)fault->rule)->text);
    }
}

static void say(reading_t* reading, explain_fault_t* fault)
{
    char measured[FIGURE_TEXT_CAPACITY], allowed[FIGURE_TEXT_CAPACITY];
    const joint_kind_t kind = kind_of(reading, fault);
    (void)snprintf(fault->unit, sizeof fault->unit, "%s",
                   fault->figures_known ? figure_unit(fault->quantity, kind) : "");
    figure_pair_text(fault->quantity, kind, fault->measured, fault->allowed, measured, allowed);
    char* sentence = fault->sentence;
    const size_t capacity = sizeof fault->sentence;
    (void)snprintf(sentence, capacity, "%s", rule_words(fault->rule)->sentence);
    words_replace(sentence, capacity, "{place}", fault->place);
    words_replace(sentence, capacity, "{region}", fault->place);
    words_replace(sentence, capacity, "{what}", reading->what[0] != '\0' ? reading->what : "it");
    words_replace(sentence, capacity, "{measured}", measured);
    words_replace(sentence, capacity, "{allowed}", allowed);
    say_otherwise(fault);
}

/// What figures and record mean with a rule of several comparisons, and what else they tell.
static void read_meaning(reading_t* reading, explain_fault_t* fault)
{
    const bool of_joint = reading->telling && fault->joint >= 0;
    if (of_joint && fault->rule == INTERLOCK_JOINT_POSITION) {
        read_position(reading, fault);
    } else if (of_joint && fault->rule == INTERLOCK_COMMAND_RANGE) {
        read_command(reading, fault);
    } else if (of_joint && fault->rule == INTERLOCK_ENCODER_FROZEN) {
        read_frozen(reading, fault);
    } else if (of_joint && fault->rule == INTERLOCK_DRIVE_STATE) {
        read_state(reading, fault);
    } else if (is_age(fault->rule)) {
        note_silent(reading, fault);
    } else if (fault->rule == INTERLOCK_LIMITS_INTACT) {
        note_damage(reading, fault);
    } else if (fault->rule == INTERLOCK_OVERRUN) {
        note_clock(reading, fault);
    } else if (fault->rule == INTERLOCK_FORCE_CAP || fault->rule == INTERLOCK_FORCE_MAX ||
               fault->rule == INTERLOCK_FORCE_MARGIN || fault->rule == INTERLOCK_ENTANGLED) {
        note_drive_force(reading, fault);
    }
}

void explain_fault_read(const session_t* session, const explain_window_t* window, int rule,
                        explain_fault_t* fault)
{
    const cycle_record_t* record = explain_window_at(window, 0);
    const cycle_record_t* before = explain_window_at(window, 1);
    reading_t reading = {.session = session,
                         .window = window,
                         .record = record,
                         .before = before != NULL ? before : record,
                         .telling = record->verdict.rule == rule};
    *fault = explain_fault_none();
    fault->rule = rule;
    fault->time_us = record->input.now_us;
    fault->cycle = record->input.cycle;
    fault->mode = reading.before->mode;
    read_figures(&reading, fault);
    read_place(&reading, fault);
    read_meaning(&reading, fault);
    say(&reading, fault);
}
