#include "controller/record/summary.h"

#include <math.h>
#include <string.h>

#include "controller/live.h"
#include "controller/record/little_endian.h"
#include "controller/record/rule_words.h"

// ---------------------------------------------------------------------------------- force figures

static double mean_of(double sum, const force_figures_t* figures)
{
    return sum / (double)figures->errors; // 0/0 is NaN: not known
}

double force_figures_seconds(const force_figures_t* figures, double period_s)
{
    return (double)figures->cycles * period_s;
}

double force_figures_error_rms_N(const force_figures_t* figures)
{
    return sqrt(mean_of(figures->error_square_sum_N2, figures));
}

double force_figures_error_mean_N(const force_figures_t* figures)
{
    return mean_of(figures->error_sum_N, figures);
}

double force_figures_target_mean_N(const force_figures_t* figures)
{
    return mean_of(figures->target_sum_N, figures);
}

double force_figures_force_mean_N(const force_figures_t* figures)
{
    return figures->force_sum_N / (double)(figures->cycles - figures->unknown_cycles);
}

double force_figures_impulse_Ns(const force_figures_t* figures, double period_s)
{
    return figures->force_sum_N * period_s;
}

double force_figures_error_rms_limit_N(const force_figures_t* figures)
{
    const double floor_N = figures->rms_floor_N > 0.0 ? figures->rms_floor_N : FORCE_RMS_FLOOR_N;
    return fmax(floor_N, FORCE_RMS_PART * force_figures_target_mean_N(figures));
}

bool force_figures_rms_ok(const force_figures_t* figures)
{
    return figures->unknown_cycles == 0 &&
           force_figures_error_rms_N(figures) <= force_figures_error_rms_limit_N(figures);
}

bool force_figures_overshoot_ok(const force_figures_t* figures)
{
    return figures->unknown_cycles == 0 && figures->overshoot_N <= FORCE_OVERSHOOT_MAX_N;
}

bool force_figures_cap_ok(const force_figures_t* figures)
{
    return figures->unknown_cycles == 0 && figures->over_cap_cycles == 0;
}

bool force_figures_ok(const force_figures_t* figures)
{
    return figures->cycles > 0 && force_figures_rms_ok(figures) &&
           force_figures_overshoot_ok(figures) && force_figures_cap_ok(figures);
}

static force_figures_t no_figures(void)
{
    return (force_figures_t){.cap_N = (double)INFINITY};
}

/// One error, of a cycle or of a tap's peak.
static void figures_add_error(force_figures_t* figures, double error_N, double target_N)
{
    figures->errors++;
    figures->error_sum_N += error_N;
    figures->error_square_sum_N2 += error_N * error_N;
    figures->target_sum_N += target_N;
}

/// What a cycle adds; `taps` says that the force is judged by the peaks of taps instead.
static void figures_observe(force_figures_t* figures, double force_N, double target_N, double cap_N,
                            bool just_touched, bool taps)
{
    figures->cycles++;
    if (!isfinite(force_N) || !isfinite(target_N)) {
        figures->unknown_cycles++;
        return;
    }
    const double error_N = force_N - target_N;
    if (!taps) {
        figures_add_error(figures, error_N, target_N);
    }
    figures->force_sum_N += force_N;
    if (figures->peak_N < force_N) {
        figures->peak_N = force_N;
    }
    if (cap_N < figures->cap_N) {
        figures->cap_N = cap_N;
    }
    if (!(force_N <= cap_N)) {
        figures->over_cap_cycles++;
    }
    if (just_touched && figures->overshoot_N < error_N) {
        figures->overshoot_N = error_N;
    }
}

static void figures_merge(force_figures_t* sum, const force_figures_t* part)
{
    sum->cycles += part->cycles;
    sum->unknown_cycles += part->unknown_cycles;
    sum->over_cap_cycles += part->over_cap_cycles;
    sum->errors += part->errors;
    const bool stricter = sum->rms_floor_N == 0.0 || part->rms_floor_N < sum->rms_floor_N;
    if (part->rms_floor_N > 0.0 && stricter) {
        sum->rms_floor_N = part->rms_floor_N;
    }
    sum->strokes += part->strokes;
    sum->touch_downs += part->touch_downs;
    sum->error_sum_N += part->error_sum_N;
    sum->error_square_sum_N2 += part->error_square_sum_N2;
    sum->target_sum_N += part->target_sum_N;
    sum->force_sum_N += part->force_sum_N;
    sum->peak_N = fmax(sum->peak_N, part->peak_N);
    sum->cap_N = fmin(sum->cap_N, part->cap_N);
    sum->overshoot_N = fmax(sum->overshoot_N, part->overshoot_N);
}

// -------------------------------------------------------------------------------------- observing

void summary_begin(summary_t* summary, const session_t* session, const inputs_t* inputs,
                   uint64_t seed)
{
    memset(summary, 0, sizeof *summary);
    summary->session = session;
    summary->inputs = *inputs;
    summary->seed = seed;
    summary->outcome.planned_s = (double)NAN;
    summary->outcome.wall_s = (double)NAN;
    summary->item = -1;
    summary->force_lost_us = -1;
    for (int item = 0; item < ROUTINE_ITEM_CAPACITY; item++) {
        summary->items[item] = no_figures();
    }
    for (int region = 0; region < REGION_CAPACITY; region++) {
        summary->regions[region] = no_figures();
    }
    digest_begin(&summary->decisions);
}

/// 60 bytes at most for seven joints: one round of SHA-256 a cycle.
static void hash_decision(summary_t* summary, const cycle_record_t* record)
{
    uint8_t bytes[4 + 8 * JOINT_CAPACITY];
    const bus_command_t* command = &record->command;
    unsigned requests = 0;
    uint8_t* out = bytes + 4;
    for (int joint = 0; joint < summary->session->machine->arm.joint_count; joint++) {
        uint64_t bits = 0;
        memcpy(&bits, &command->position[joint], sizeof bits);
        le_store_u64(out, bits);
        out += 8;
        requests |= ((unsigned)command->request[joint] & 3u) << (2 * joint);
    }
    bytes[0] = (uint8_t)record->mode;
    bytes[1] = (uint8_t)requests;
    bytes[2] = (uint8_t)(requests >> 8);
    bytes[3] = (uint8_t)((command->power_relay_close ? 1u : 0u) | (command->lamp_moving ? 2u : 0u));
    digest_add(&summary->decisions, bytes, (size_t)(out - bytes));
}

/// The greater of the two; the peak so far where `number` is not a number.
static double peak_of(double peak, double number)
{
    return number > peak ? number : peak;
}

static void observe_joints(summary_t* summary, const cycle_record_t* record)
{
    for (int joint = 0; joint < summary->session->machine->arm.joint_count; joint++) {
        const drive_feedback_t* drive = &record->input.feedback.drives[joint];
        joint_figures_t* figures = &summary->joints[joint];
        if (drive->state != DRIVE_OPERATION_ENABLED || !summary->any ||
            summary->command.request[joint] != DRIVE_REQUEST_ENABLE) {
            continue;
        }
        const double following = fabs(summary->command.position[joint] - drive->position);
        if (figures->cycles == 0) {
            figures->position_min = drive->position;
            figures->position_max = drive->position;
        }
        figures->cycles++;
        figures->position_min = -peak_of(-figures->position_min, -drive->position);
        figures->position_max = peak_of(figures->position_max, drive->position);
        figures->speed_peak = peak_of(figures->speed_peak, fabs(drive->velocity));
        figures->effort_peak = peak_of(figures->effort_peak, fabs(drive->effort));
        figures->following_peak = peak_of(figures->following_peak, following);
        figures->following_square_sum += following * following;
    }
}

static bool mode_in_use(supervisor_mode_t mode)
{
    return mode >= MODE_ARMED && mode != MODE_PARKED && mode != MODE_TRIPPED;
}

bool summary_is_stop(const cycle_record_t* record)
{
    return record->mode == MODE_YIELD || record->mode == MODE_STOPPING ||
           record->mode == MODE_TRIPPED ||
           (record->mode == MODE_LIFT && record->verdict.reaction == REACTION_LIFT);
}

static void observe_stops(summary_t* summary, const cycle_record_t* record)
{
    const interlock_rules_t rising = record->verdict.refused & ~summary->refused;
    if (rising != 0 && mode_in_use(summary->mode)) {
        for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
            summary->refusals[rule] += (rising >> rule) & 1u;
        }
    }
    // Tripping out of arming counts as well: then the drives had begun to move towards power.
    const bool stopped = summary_is_stop(record);
    const bool stops = summary->any && stopped && !summary->stopped && summary->mode != MODE_LOCKED;
    summary->stopped = stopped;
    if (!stops) {
        return;
    }
    summary->stops++;
    if (!summary->first_stop.any) {
        summary->first_stop = (stop_cause_t){.any = true,
                                             .rule = record->verdict.rule,
                                             .subject = record->verdict.subject,
                                             .other = record->verdict.other,
                                             .reaction = record->verdict.reaction,
                                             .measured = record->verdict.measured,
                                             .allowed = record->verdict.allowed,
                                             .time_us = record->input.now_us,
                                             .item = record->item,
                                             .asked = record->input.requests & REQUEST_STOP};
    }
}

/// What the stroke wanted and got in this cycle beside its force; true if the force is to be judged
/// by the peaks of taps.
static bool observe_touch(summary_t* summary, const cycle_record_t* record, bool touched)
{
    const session_t* session = summary->session;
    const routine_item_t* item = &session->routine->items[record->item];
    if (item->kind != ITEM_STROKE) {
        return false;
    }
    if (touched) {
        summary->touch = (touch_watch_t){0};
    }
    const touch_sample_t sample = {
        .stroke = &item->stroke,
        .wanted = technique_target(session->body, &item->stroke, (double)record->item_elapsed_s),
        .force_N = (double)record->normal_force_N,
        .force_target_N = (double)record->force_target_N,
        .tool_m =
            vec3((double)record->tool_x_m, (double)record->tool_y_m, (double)record->tool_z_m),
        .now_us = record->input.now_us,
    };
    touch_figures_t* figures = &summary->touches[record->item];
    const touch_figures_t before = *figures;
    touch_figures_observe(figures, &summary->touch, session, &sample);
    force_figures_t* force = &summary->items[record->item];
    if (figures->taps > before.taps) {
        figures_add_error(force, figures->tap_error_sum_N - before.tap_error_sum_N,
                          figures->tap_wanted_sum_N - before.tap_wanted_sum_N);
    }
    force->rms_floor_N =
        sample.wanted.contact == CONTACT_EASED ? FORCE_RMS_FLOOR_EASED_N : FORCE_RMS_FLOOR_N;
    return sample.wanted.contact == CONTACT_BROKEN;
}

static void observe_force(summary_t* summary, const cycle_record_t* record)
{
    if (summary->force_lost_us < 0 && summary->any && supervisor_mode_powered(summary->mode) &&
        record->verdict.refused != 0 && record->verdict.trust == TRUST_NONE) {
        summary->force_lost_us = record->input.now_us;
    }
    if (record->force_tared) {
        const double force_N = (double)record->normal_force_N;
        summary->force_peak_N = peak_of(summary->force_peak_N, force_N);
        summary->pull_peak_N = peak_of(summary->pull_peak_N, -force_N);
    }
    if (record->mode != MODE_CONTACT) {
        return;
    }
    const bool touched = !summary->any || summary->mode != MODE_CONTACT;
    if (touched) {
        summary->touched_us = record->input.now_us;
    }
    const bool just_touched = record->input.now_us - summary->touched_us <= FORCE_TOUCH_WINDOW_US;
    const double force_N = (double)record->normal_force_N;
    const double target_N = (double)record->force_target_N;
    const double cap_N = (double)record->force_cap_N;
    bool taps = false;
    if (record->item >= 0 && record->item < summary->session->routine->item_count) {
        force_figures_t* item = &summary->items[record->item];
        item->strokes = 1;
        item->touch_downs += touched;
        taps = observe_touch(summary, record, touched);
        figures_observe(item, force_N, target_N, cap_N, just_touched, taps);
    }
    if (record->region >= 0 && record->region < REGION_CAPACITY) {
        force_figures_t* region = &summary->regions[record->region];
        region->touch_downs += touched;
        region->strokes += record->item != summary->item || region->cycles == 0;
        figures_observe(region, force_N, target_N, cap_N, just_touched, taps);
    }
    summary->item = record->item;
    summary->shear_peak_N = peak_of(summary->shear_peak_N, (double)record->shear_force_N);
}

/// A refusal that stands for many periods is one.
static void observe_requests(summary_t* summary, const cycle_record_t* record)
{
    const interlock_rules_t rising = record->input.requests & ~summary->requests;
    for (int index = 0; record->input.requests != 0 && index < REQUEST_COUNT; index++) {
        const request_result_t answer = cycle_answer(record, index);
        summary->granted[index] += answer == REQUEST_GRANTED;
        summary->refused_requests += request_refused(answer) && (rising >> index & 1u) != 0;
    }
    const bool ends = (record->input.requests & REQUEST_END) != 0 &&
                      !request_refused(cycle_answer(record, REQUEST_END_INDEX));
    summary->end_requested = summary->end_requested || ends;
    summary->requests = record->input.requests;
}

void summary_observe(summary_t* summary, const cycle_record_t* record)
{
    hash_decision(summary, record);
    observe_joints(summary, record);
    observe_stops(summary, record);
    observe_force(summary, record);
    if (!summary->any) {
        summary->first_us = record->input.now_us;
    }
    summary->last_us = record->input.now_us;
    summary->cycles++;
    summary->overruns += record->input.overruns > 0;
    if (summary->overruns_row < (int64_t)record->input.overruns) {
        summary->overruns_row = (int64_t)record->input.overruns;
    }
    summary->mode_cycles[record->mode]++;
    summary->tool_speed_peak_mps =
        peak_of(summary->tool_speed_peak_mps, (double)record->tool_speed_mps);
    observe_requests(summary, record);
    summary->mode = record->mode;
    summary->refused = record->verdict.refused;
    summary->command = record->command;
    summary->any = true;
}

void summary_finish(summary_t* summary, const run_outcome_t* outcome)
{
    summary->outcome = *outcome;
}

// -------------------------------------------------------------------------------------- questions

force_figures_t summary_technique(const summary_t* summary, technique_id_t technique)
{
    const routine_t* routine = summary->session->routine;
    force_figures_t sum = no_figures();
    for (int item = 0; item < routine->item_count; item++) {
        if (routine->items[item].kind == ITEM_STROKE &&
            routine->items[item].stroke.technique == technique) {
            figures_merge(&sum, &summary->items[item]);
        }
    }
    return sum;
}

touch_figures_t summary_touch(const summary_t* summary, technique_id_t technique)
{
    const routine_t* routine = summary->session->routine;
    touch_figures_t sum = {0};
    for (int item = 0; item < routine->item_count; item++) {
        if (routine->items[item].kind == ITEM_STROKE &&
            routine->items[item].stroke.technique == technique) {
            touch_figures_merge(&sum, &summary->touches[item]);
        }
    }
    return sum;
}

force_figures_t summary_step(const summary_t* summary, int step)
{
    const routine_t* routine = summary->session->routine;
    force_figures_t sum = no_figures();
    for (int item = 0; item < routine->item_count; item++) {
        if (routine->items[item].kind == ITEM_STROKE && routine->items[item].stroke.step == step) {
            figures_merge(&sum, &summary->items[item]);
        }
    }
    return sum;
}

double summary_region_pressure_Pa(const summary_t* summary, int region)
{
    const session_t* session = summary->session;
    const pad_settings_t* pad = &session->machine->arm.tool.pads[session->pad_index];
    const double area_m2 = 0.25 * 3.14159265358979323846 * pad->diameter_m * pad->diameter_m;
    return force_figures_force_mean_N(&summary->regions[region]) / area_m2;
}

double summary_virtual_s(const summary_t* summary)
{
    const int64_t period_us = summary->any ? summary->session->period_us : 0;
    return (double)(summary->last_us - summary->first_us + period_us) / 1e6;
}

double summary_contact_s(const summary_t* summary)
{
    return (double)summary->mode_cycles[MODE_CONTACT] * summary->session->period_s;
}

double summary_speed_factor(const summary_t* summary)
{
    return summary_virtual_s(summary) / summary->outcome.wall_s;
}

double summary_following_rms(const joint_figures_t* joint)
{
    return sqrt(joint->following_square_sum / (double)joint->cycles);
}

double summary_following_limit(const session_t* session, int joint)
{
    const bool prismatic = session->machine->arm.joints[joint].kind == JOINT_PRISMATIC;
    return prismatic ? session->safety->rail_following_error_m.value
                     : session->safety->following_error_rad.value;
}

digest_t summary_decisions(const summary_t* summary)
{
    digest_stream_t copy = summary->decisions;
    return digest_end(&copy);
}

const char* run_verdict_text(run_verdict_t verdict)
{
    switch (verdict) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        VERDICT_LIST(X)
#undef X
    }
    return "unknown";
}

run_verdict_t summary_verdict(const summary_t* summary)
{
    if (summary->outcome.failure[0] != '\0') {
        return VERDICT_FAILED;
    }
    if (isnan(summary->outcome.wall_s)) {
        return VERDICT_RUNNING;
    }
    if (summary->mode == MODE_PARKED) {
        return summary->end_requested ? VERDICT_ENDED : VERDICT_FINISHED;
    }
    return summary->first_stop.any ? VERDICT_STOPPED : VERDICT_ENDED;
}

/// The device a rule is about, or null.
static const device_settings_t* stop_device(const machine_settings_t* machine,
                                            const stop_cause_t* stop)
{
    switch ((interlock_rule_t)stop->rule) {
    case INTERLOCK_IO_AGE:
        return &machine->devices[machine->io_coupler];
    case INTERLOCK_FORCE_AGE:
    case INTERLOCK_FORCE_STATUS:
    case INTERLOCK_FORCE_FROZEN:
    case INTERLOCK_FORCE_SATURATED:
    case INTERLOCK_FORCE_AXIS_FROZEN:
    case INTERLOCK_FORCE_NOISE:
    case INTERLOCK_FORCE_DIRECTION:
    case INTERLOCK_FORCE_DRIFT:
    case INTERLOCK_FORCE_DISAGREES:
        return &machine->devices[machine->force_sensor];
    case INTERLOCK_DRIVE_AGE:
    case INTERLOCK_DRIVE_STATE:
    case INTERLOCK_SAMPLE_LOSS:
    case INTERLOCK_ENCODER_JUMP:
    case INTERLOCK_ENCODER_DISAGREES:
    case INTERLOCK_ENCODER_FROZEN:
    case INTERLOCK_DRIVE_DEAF:
        return stop->subject >= 0 && stop->subject < machine->arm.joint_count
                   ? &machine->devices[machine->drive_of_joint[stop->subject]]
                   : NULL;
    case INTERLOCK_RULE_COUNT:
    case INTERLOCK_LIMITS_INTACT:
    case INTERLOCK_ARMED_FIRST:
    case INTERLOCK_ESTOP:
    case INTERLOCK_FINITE:
    case INTERLOCK_JOINT_POSITION:
    case INTERLOCK_JOINT_SPEED:
    case INTERLOCK_SPEED_FOLLOWING:
    case INTERLOCK_CLIENT_BUTTON:
    case INTERLOCK_CLIENT_PRESENT:
    case INTERLOCK_FOLLOWING:
    case INTERLOCK_FORCE_CAP:
    case INTERLOCK_FORCE_MAX:
    case INTERLOCK_FORCE_MARGIN:
    case INTERLOCK_FORCE_ENVELOPE:
    case INTERLOCK_FORCE_FREE:
    case INTERLOCK_SHEAR:
    case INTERLOCK_TOOL_SPEED:
    case INTERLOCK_CONTACT_LOST:
    case INTERLOCK_SURFACE_MISSED:
    case INTERLOCK_LINK_CLEARANCE:
    case INTERLOCK_ARM_CLEARANCE:
    case INTERLOCK_REACH:
    case INTERLOCK_OVERRUN:
    case INTERLOCK_NOT_CLEAR:
    case INTERLOCK_TARE:
    case INTERLOCK_ARMING_TIME:
    case INTERLOCK_SESSION_TIME:
    case INTERLOCK_COMMAND_RANGE:
    case INTERLOCK_DRIVE_SYNC:
    case INTERLOCK_POWER_RELAY:
    case INTERLOCK_BRAKE_SLIPS:
    case INTERLOCK_CLOCK:
    case INTERLOCK_ENTANGLED:
    case INTERLOCK_FORCE_RETURNS:
    case INTERLOCK_FORCE_RATE:
    case INTERLOCK_WORKSPACE:
    case INTERLOCK_DWELL:
        break;
    }
    return NULL;
}

/// The unit of a rule's figures. One about joints names the turning joint's first: "rad or m".
static void stop_unit(const machine_settings_t* machine, const stop_cause_t* stop,
                      char unit[NAME_CAPACITY])
{
    (void)snprintf(unit, NAME_CAPACITY, "%s",
                   interlock_rule_info((interlock_rule_t)stop->rule)->unit);
    char* choice = strstr(unit, " or ");
    if (choice != NULL && stop->subject >= 0 && stop->subject < machine->arm.joint_count) {
        if (machine->arm.joints[stop->subject].kind == JOINT_PRISMATIC) {
            memmove(unit, choice + 4, strlen(choice + 4) + 1);
        } else {
            *choice = '\0';
        }
    }
}

static void stop_sentence(const summary_t* summary, char* text, size_t capacity)
{
    const stop_cause_t* stop = &summary->first_stop;
    const machine_settings_t* machine = summary->session->machine;
    const double time_s = (double)stop->time_us / 1e6;
    if (stop->rule == INTERLOCK_RULE_NONE) {
        (void)snprintf(text, capacity, "Stopped after %.1f s: %s.", time_s,
                       stop->asked ? "somebody asked for it" : "no rule refused");
        return;
    }
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)stop->rule);
    const device_settings_t* device = stop_device(machine, stop);
    const bool joint = rule_subject_is_joint(stop->rule) && stop->subject >= 0 &&
                       stop->subject < machine->arm.joint_count;
    char subject[PATH_CAPACITY + 3 * NAME_CAPACITY] = "";
    char figures[NAME_CAPACITY * 2] = "";
    if (device != NULL) {
        const bool on_line = device->line > 0 && device->line <= machine->line_count;
        char place[PATH_CAPACITY + NAME_CAPACITY];
        if (on_line) {
            (void)snprintf(place, sizeof place, "%s", machine->lines[device->line - 1].path);
        } else {
            (void)snprintf(place, sizeof place, "%s:%d", device->host, device->port);
        }
        (void)snprintf(subject, sizeof subject, ": %s at %s unit %d", device->name, place,
                       device->unit);
    } else if (stop->rule == INTERLOCK_ARM_CLEARANCE) {
        const part_name_t part = clearance_part_name(&machine->arm, stop->subject);
        const part_name_t other = clearance_part_name(&machine->arm, stop->other);
        (void)snprintf(subject, sizeof subject, ": %s%s and %s%s", part.kind, part.name, other.kind,
                       other.name);
    } else if (stop->rule == INTERLOCK_LINK_CLEARANCE && stop->subject >= 0) {
        const part_name_t part = clearance_part_name(&machine->arm, stop->subject);
        (void)snprintf(subject, sizeof subject, ": %s%s", part.kind, part.name);
    } else if (joint) {
        (void)snprintf(subject, sizeof subject, ": %s", machine->arm.joints[stop->subject].name);
    }
    char unit[NAME_CAPACITY];
    stop_unit(machine, stop, unit);
    if (unit[0] != '\0') {
        (void)snprintf(figures, sizeof figures, " (%.6g %s, allowed %.6g)", stop->measured, unit,
                       stop->allowed);
    }
    (void)snprintf(text, capacity, "Stopped after %.1f s: %s%s%s.", time_s, info->text, subject,
                   figures);
}

void summary_sentence(const summary_t* summary, char* text, size_t capacity)
{
    switch (summary_verdict(summary)) {
    case VERDICT_RUNNING:
        (void)snprintf(text, capacity, "The run is not over, or it was cut off.");
        break;
    case VERDICT_FINISHED:
        if (summary->granted[REQUEST_SKIP_INDEX] > 0) {
            const long long skipped = (long long)summary->granted[REQUEST_SKIP_INDEX];
            (void)snprintf(text, capacity,
                           "The routine was played to its end but for %lld skipped step%s, and "
                           "the arm is parked.",
                           skipped, skipped == 1 ? "" : "s");
        } else {
            (void)snprintf(text, capacity,
                           "The routine was played to its end and the arm is parked.");
        }
        break;
    case VERDICT_STOPPED:
        stop_sentence(summary, text, capacity);
        break;
    case VERDICT_ENDED:
        (void)snprintf(text, capacity, "Ended early after %.1f s, as somebody asked.",
                       summary_virtual_s(summary));
        break;
    case VERDICT_FAILED:
        (void)snprintf(text, capacity, "It could not be carried out: %s.",
                       summary->outcome.failure);
        break;
    }
}
