#include "controller/record/cycle_difference.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "controller/live.h"

/// The list as it is filled.
typedef struct {
    cycle_difference_t* at;
    int count;
} list_t;

// --------------------------------------------------------------------------- one kind of figure
// each

static cycle_difference_t* add(list_t* list, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

static cycle_difference_t* add(list_t* list, const char* format, ...)
{
    // Were there more, the last would be written over: all the callers together stay below.
    cycle_difference_t* next = &list->at[list->count];
    list->count += list->count < CYCLE_DIFFERENCE_MOST - 1 ? 1 : 0;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(next->field, sizeof next->field, format, arguments);
    va_end(arguments);
    return next;
}

static void write_double(double number, const char* unit, char text[CYCLE_FIGURE_CAPACITY])
{
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    if (isnan(number)) {
        (void)snprintf(text, CYCLE_FIGURE_CAPACITY, "nan (0x%016llx)", (unsigned long long)bits);
    } else {
        (void)snprintf(text, CYCLE_FIGURE_CAPACITY, "%.17g%s%s", number, unit[0] != '\0' ? " " : "",
                       unit);
    }
}

static void write_float(float number, const char* unit, char text[CYCLE_FIGURE_CAPACITY])
{
    uint32_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    if (isnan(number)) {
        (void)snprintf(text, CYCLE_FIGURE_CAPACITY, "nan (0x%08x)", (unsigned)bits);
    } else {
        (void)snprintf(text, CYCLE_FIGURE_CAPACITY, "%.9g%s%s", (double)number,
                       unit[0] != '\0' ? " " : "", unit);
    }
}

static void see_double(list_t* list, const char* field, const char* of, const char* unit,
                       double first, double second)
{
    if (memcmp(&first, &second, sizeof first) != 0) {
        cycle_difference_t* found =
            of != NULL ? add(list, "%s of %s", field, of) : add(list, "%s", field);
        write_double(first, unit, found->first);
        write_double(second, unit, found->second);
    }
}

/// The unit of a telemetry field stands at the end of its name.
static const char* unit_of(const char* field)
{
    static const struct {
        const char *ending, *unit;
    } units[] = {
        {"_N_per_m", "N/m"}, {"_mps", "m/s"}, {"_N", "N"}, {"_m", "m"}, {"_s", "s"},
    };
    const size_t length = strlen(field);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; ++i) {
        const size_t ending = strlen(units[i].ending);
        if (length > ending && strcmp(field + length - ending, units[i].ending) == 0) {
            return units[i].unit;
        }
    }
    return "";
}

static void see_float(list_t* list, const char* field, float first, float second)
{
    if (memcmp(&first, &second, sizeof first) != 0) {
        cycle_difference_t* found = add(list, "%s", field);
        write_float(first, unit_of(field), found->first);
        write_float(second, unit_of(field), found->second);
    }
}

static void see_whole(list_t* list, const char* field, int64_t first, int64_t second)
{
    if (first != second) {
        cycle_difference_t* found = add(list, "%s", field);
        (void)snprintf(found->first, sizeof found->first, "%lld", (long long)first);
        (void)snprintf(found->second, sizeof found->second, "%lld", (long long)second);
    }
}

static void see_bits(list_t* list, const char* field, uint64_t first, uint64_t second)
{
    if (first != second) {
        cycle_difference_t* found = add(list, "%s", field);
        (void)snprintf(found->first, sizeof found->first, "0x%llx", (unsigned long long)first);
        (void)snprintf(found->second, sizeof found->second, "0x%llx", (unsigned long long)second);
    }
}

static void see_word(list_t* list, const char* field, const char* of, const char* first,
                     const char* second)
{
    if (strcmp(first, second) != 0) {
        cycle_difference_t* found =
            of != NULL ? add(list, "%s of %s", field, of) : add(list, "%s", field);
        (void)snprintf(found->first, sizeof found->first, "%s", first);
        (void)snprintf(found->second, sizeof found->second, "%s", second);
    }
}

static const char* truth(bool is)
{
    return is ? "yes" : "no";
}

// ------------------------------------------------------------------------------- groups of fields

static const char* rule_name(int rule)
{
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
    return info != NULL ? info->name : "none";
}

static const char* request_to_drive(drive_request_t request)
{
    switch (request) {
    case DRIVE_REQUEST_DISABLE:
        return "disable";
    case DRIVE_REQUEST_ENABLE:
        return "enable";
    case DRIVE_REQUEST_QUICK_STOP:
        return "quick stop";
    case DRIVE_REQUEST_RESET_FAULT:
        return "reset fault";
    }
    return "unknown";
}

static void see_rules(list_t* list, interlock_rules_t first, interlock_rules_t second)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const bool by_first = (first & INTERLOCK_RULE(rule)) != 0;
        const bool by_second = (second & INTERLOCK_RULE(rule)) != 0;
        see_word(list, "refused", rule_name(rule), truth(by_first), truth(by_second));
    }
}

static void see_verdict(list_t* list, const verdict_t* first, const verdict_t* second)
{
    see_rules(list, first->refused, second->refused);
    see_word(list, "reaction", NULL, reaction_text(first->reaction),
             reaction_text(second->reaction));
    see_whole(list, "trust", (int64_t)first->trust, (int64_t)second->trust);
    see_word(list, "rule", NULL, rule_name(first->rule), rule_name(second->rule));
    see_whole(list, "subject", first->subject, second->subject);
    see_whole(list, "other", first->other, second->other);
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)first->rule);
    const char* unit = info != NULL ? info->unit : "";
    see_double(list, "measured", NULL, unit, first->measured, second->measured);
    see_double(list, "allowed", NULL, unit, first->allowed, second->allowed);
    see_bits(list, "locked_joints", first->locked_joints, second->locked_joints);
}

static void see_command(list_t* list, const machine_settings_t* machine, const bus_command_t* first,
                        const bus_command_t* second)
{
    const arm_settings_t* arm = &machine->arm;
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        const bool known = joint < arm->joint_count;
        const char* name = known ? arm->joints[joint].name : "a joint that there is not";
        const char* unit = known && arm->joints[joint].kind == JOINT_PRISMATIC ? "m" : "rad";
        see_double(list, "commanded position", name, unit, first->position[joint],
                   second->position[joint]);
        see_word(list, "request to the drive", name, request_to_drive(first->request[joint]),
                 request_to_drive(second->request[joint]));
    }
    see_word(list, "power_relay_close", NULL, truth(first->power_relay_close),
             truth(second->power_relay_close));
    see_word(list, "lamp_moving", NULL, truth(first->lamp_moving), truth(second->lamp_moving));
}

static void see_answers(list_t* list, const cycle_record_t* first, const cycle_record_t* second)
{
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        see_word(list, "answer to", request_word(index),
                 request_result_name(cycle_answer(first, index)),
                 request_result_name(cycle_answer(second, index)));
    }
    see_whole(list, "intensity_asked", first->intensity_asked, second->intensity_asked);
    see_whole(list, "intensity_level", first->intensity_level, second->intensity_level);
    see_word(list, "intensity_capped", NULL, truth(first->intensity_capped),
             truth(second->intensity_capped));
}

int cycle_differences(const machine_settings_t* machine, const cycle_record_t* first,
                      const cycle_record_t* second,
                      cycle_difference_t differences[CYCLE_DIFFERENCE_MOST])
{
    list_t list = {.at = differences};
    see_word(&list, "mode", NULL, supervisor_mode_text(first->mode),
             supervisor_mode_text(second->mode));
    see_verdict(&list, &first->verdict, &second->verdict);
    see_answers(&list, first, second);
    see_bits(&list, "conditions", first->conditions, second->conditions);
    see_command(&list, machine, &first->command, &second->command);
    see_whole(&list, "item", first->item, second->item);
    see_whole(&list, "region", first->region, second->region);
    see_whole(&list, "ik_result", (int64_t)first->ik_result, (int64_t)second->ik_result);
    see_word(&list, "force_tared", NULL, truth(first->force_tared), truth(second->force_tared));
    see_word(&list, "touching", NULL, truth(first->touching), truth(second->touching));
#define X(field, origin) see_float(&list, #field, first->field, second->field);
    CYCLE_TELEMETRY_LIST(X)
#undef X
    return list.count;
}

// -------------------------------------------------------------------------------------- decisions

static bool commands_otherwise(const cycle_file_header_t* header, const bus_command_t* first,
                               const bus_command_t* second)
{
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        const double count = fabs(header->position[joint].scale);
        const double most = isfinite(count) && count > 0.0 ? count : COMMAND_NOISE;
        const double difference = first->position[joint] - second->position[joint];
        // Written so that a difference that is not finite is one.
        if (first->request[joint] != second->request[joint] || !(fabs(difference) <= most)) {
            return true;
        }
    }
    return first->power_relay_close != second->power_relay_close ||
           first->lamp_moving != second->lamp_moving;
}

bool cycle_decides_otherwise(const cycle_file_header_t* header, const cycle_record_t* first,
                             const cycle_record_t* second)
{
    const verdict_t* a = &first->verdict;
    const verdict_t* b = &second->verdict;
    return first->mode != second->mode || a->refused != b->refused || a->reaction != b->reaction ||
           a->rule != b->rule || a->subject != b->subject || a->other != b->other ||
           a->locked_joints != b->locked_joints || first->answers != second->answers ||
           first->item != second->item ||
           commands_otherwise(header, &first->command, &second->command);
}

// ------------------------------------------------------------------------------------------ words

void cycle_place_text(const session_t* session, const cycle_record_t* record, char* text,
                      size_t capacity)
{
    text[0] = '\0';
    const routine_t* routine = session->routine;
    if (record->item < 0 || record->item >= routine->item_count) {
        return;
    }
    const routine_item_t* item = &routine->items[record->item];
    if (item->kind == ITEM_REST) {
        (void)snprintf(text, capacity, "rest, step %d, %s", item->stroke.step + 1, routine->path);
        return;
    }
    const body_settings_t* body = session->body->settings;
    const int region = item->stroke.region;
    (void)snprintf(
        text, capacity, "%s on %s, step %d, %s:%d", technique_info(item->stroke.technique)->name,
        region >= 0 && region < body->region_count ? body->regions[region].name : "no region",
        item->stroke.step + 1, routine->path, item->stroke.line);
}

void cycle_decision_text(const session_t* session, const cycle_record_t* record, char* text,
                         size_t capacity)
{
    char place[2 * TEXT_CAPACITY];
    char why[2 * TEXT_CAPACITY] = "no rule refuses";
    cycle_place_text(session, record, place, sizeof place);
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)record->verdict.rule);
    if (info != NULL && info->unit[0] != '\0') {
        (void)snprintf(why, sizeof why, "%s refuses: %s, %.4g %s measured, %.4g %s allowed",
                       info->name, info->text, record->verdict.measured, info->unit,
                       record->verdict.allowed, info->unit);
    } else if (info != NULL) {
        (void)snprintf(why, sizeof why, "%s refuses: %s", info->name, info->text);
    }
    (void)snprintf(text, capacity, "%s%s%s, %.1f N of %.1f N; %s",
                   supervisor_mode_text(record->mode), place[0] != '\0' ? ", " : "", place,
                   (double)record->normal_force_N, (double)record->force_target_N, why);
}
