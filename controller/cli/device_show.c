#include "controller/cli/device_show.h"

#include <math.h>
#include <stdio.h>

#include "config/device_rules.h"
#include "config/load.h"
#include "controller/bus/budget.h"
#include "controller/bus/mbpoll_line.h"
#include "controller/bus/registers.h"
#include "controller/bus/rtu_frame.h"
#include "controller/cli/device_choice.h"
#include "controller/cli/device_words.h"
#include "controller/record/json.h"

static const int functions[] = {3, 4, 6, 16, 23};
#define FUNCTION_COUNT ((int)(sizeof functions / sizeof functions[0]))

static bool has_function(const device_profile_t* profile, int function)
{
    return (profile->functions & (UINT32_C(1) << function)) != 0;
}

static bool has_limits(const point_settings_t* point)
{
    return point->minimum < point->maximum;
}

// ------------------------------------------------------------------------------------- for people

static void print_points(const device_profile_t* profile)
{
    (void)printf("\n%-22s %-34s %-4s %-10s %-8s %-24s %s\n", "point", "register", "type", "scale",
                 "unit", "limits", "access");
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        char address[DEVICE_ADDRESS_TEXT_CAPACITY];
        char limits[64] = "-";
        char scale[48];
        device_address_text(point->address, point->input_table, address);
        if (has_limits(point)) {
            (void)snprintf(limits, sizeof limits, "%g .. %g", point->minimum, point->maximum);
        }
        (void)snprintf(scale, sizeof scale, point->offset != 0.0 ? "%g%+g" : "%g", point->scale,
                       point->offset);
        (void)printf("%-22s %-34s %-4s %-10s %-8s %-24s %s%s\n", point->name, address,
                     device_word("points.type", (int)point->type), scale,
                     point->unit[0] != '\0' ? point->unit : "-", limits,
                     point->writable      ? "read, write"
                     : point->input_table ? "read (function 4)"
                                          : "read",
                     point->starts_motion ? ", starts motion" : "");
    }
}

static void print_block(const char* what, int address, int count)
{
    if (count > 0) {
        char text[DEVICE_ADDRESS_TEXT_CAPACITY];
        device_address_text(address, false, text);
        (void)printf("%-16s %d registers from %s\n", what, count, text);
    } else {
        (void)printf("%-16s none\n", what);
    }
}

static void print_functions(const device_profile_t* profile)
{
    (void)printf("%-16s", "functions");
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        if (has_function(profile, functions[i])) {
            (void)printf(" %d", functions[i]);
        }
    }
    (void)printf("; at most %d registers a request%s\n", profile->read_words_max,
                 profile->word_alignment > 1 ? ", two at a time" : "");
}

static void print_delivery(const device_profile_t* profile)
{
    if (profile->tcp_port > 0) {
        (void)printf("%-16s port %d, unit %d\n", "over TCP", profile->tcp_port, profile->tcp_unit);
    }
    if (profile->baud_count > 0 || profile->rtu_unit > 0) {
        (void)printf("%-16s", "on a line");
        for (int i = 0; i < profile->baud_count; i++) {
            (void)printf(" %d", profile->bauds[i]);
        }
        (void)printf("%s, parity %s, stop bits %d, unit ",
                     profile->baud_count > 0 ? " baud" : " baud unknown",
                     device_word("rtu.parity", (int)profile->rtu_parity), profile->rtu_stop_bits);
        (void)printf(profile->rtu_unit > 0 ? "%d\n" : "unknown\n", profile->rtu_unit);
    }
    if (profile->silent_interval_s > 0.0) {
        (void)printf("%-16s %g ms before a request\n", "silence", 1e3 * profile->silent_interval_s);
    }
    if (profile->turnaround_s > 0.0) {
        (void)printf("%-16s %g ms at most\n", "turnaround", 1e3 * profile->turnaround_s);
    } else {
        (void)printf("%-16s unknown\n", "turnaround");
    }
}

static void print_watchdog(const device_profile_t* profile)
{
    if (profile->watchdog_s > 0.0) {
        (void)printf("%-16s %g ms, written and read back before arming\n", "watchdog",
                     1e3 * profile->watchdog_s);
    } else if (registers_find_point(profile, POINT_WATCHDOG) != NULL) {
        (void)printf("%-16s there is a register; which time is unknown\n", "watchdog");
    } else {
        (void)printf("%-16s none known\n", "watchdog");
    }
    (void)printf("%-16s %s", "lost controller",
                 device_word("lost_controller.reaction", (int)profile->lost_controller));
    if (profile->lost_controller != LOST_UNKNOWN) {
        (void)printf(
            " (verified: %s; %s)",
            device_word("lost_controller.verified", (int)profile->lost_controller_verified),
            profile->lost_controller_source);
    }
    (void)printf("\n");
}

static void print_safe_state(const device_profile_t* profile)
{
    (void)printf("%-16s", "safe state");
    for (int i = 0; i < profile->safe_write_count; i++) {
        const safe_write_t* write = &profile->safe_writes[i];
        const point_settings_t* point = &profile->points[write->point];
        (void)printf("%s %s = %g%s%s", i > 0 ? "," : "", point->name, write->si_number,
                     point->unit[0] != '\0' ? " " : "", point->unit);
    }
    (void)printf("%s\n", profile->safe_write_count > 0 ? "" : " unknown");
}

static void print_profile(const device_profile_t* profile)
{
    (void)printf("%-16s %s\n", "profile", profile->name);
    (void)printf("%-16s %s\n", "role", device_word("role", (int)profile->role));
    (void)printf("%-16s %s\n", "cyclic",
                 profile->cyclic ? "yes: the controller can play over it"
                                 : "no: shown, probed, watched and served, not played over");
    (void)printf("%-16s %s\n", "verified", device_word("verified", (int)profile->verified));
    (void)printf("%-16s %s\n", "source", profile->source);
    (void)printf("%-16s %s\n", "word order", device_word("word_order", (int)profile->word_order));
    print_functions(profile);
    print_delivery(profile);
    print_block("read block", profile->read_address, profile->read_count);
    print_block("write block", profile->write_address, profile->write_count);
    const point_settings_t* identity = registers_find_point(profile, POINT_IDENTITY);
    if (identity == NULL) {
        (void)printf("%-16s no register of it is known\n", "identity");
    } else if (profile->identity_known) {
        (void)printf("%-16s register %d reads %d\n", "identity", identity->address,
                     profile->identity_expected);
    } else {
        (void)printf("%-16s register %d; what it reads is unknown\n", "identity",
                     identity->address);
    }
    print_watchdog(profile);
    print_safe_state(profile);
}

/// Where a device is reckoned with: on its machine, or alone on a link that it is made for.
typedef struct {
    const char* where;
    const machine_settings_t* machine;
    int device;
} budget_place_t;

static void tell_budget(json_t* json, const budget_place_t* place)
{
    const bus_budget_t budget = budget_of_machine(place->machine);
    const budget_device_t* row = NULL;
    for (int i = 0; i < budget.device_count; i++) {
        row = budget.devices[i].device == place->device ? &budget.devices[i] : row;
    }
    const bool asked = row != NULL && row->exchange_count > 0;
    if (json != NULL) {
        json_object_begin(json, NULL);
        json_text(json, "where", place->where);
        json_integer(json, "exchanges", asked ? row->exchange_count : 0);
        json_number(json, "exchange_s", asked ? row->exchange_s : (double)NAN);
        json_boolean(json, "turnaround_assumed", asked && row->assumed);
        json_number(json, "period_min_s",
                    asked ? 1e-6 * (double)budget.period_min_us : (double)NAN);
        json_object_end(json);
    } else if (!asked) {
        (void)printf("%-16s %s: not asked in a period\n", "budget", place->where);
    } else {
        (void)printf("%-16s %s: %d exchange%s, %.3g ms%s; shortest period %.3g ms%s\n", "budget",
                     place->where, row->exchange_count, row->exchange_count > 1 ? "s" : "",
                     1e3 * row->exchange_s, row->assumed ? " with an assumed turnaround" : "",
                     1e-3 * (double)budget.period_min_us,
                     place->machine->device_count > 1 ? " for the whole machine" : "");
    }
}

static void tell_budget_alone(json_t* json, const device_profile_t* profile)
{
    machine_settings_t machine;
    device_choice_alone(profile, &machine);
    machine.period_us = BUDGET_PERIOD_MIN_US;
    if (profile->tcp_port > 0) {
        tell_budget(json, &(budget_place_t){"alone over TCP", &machine, 0});
    }
    for (int i = 0; i < profile->baud_count; i++) {
        char where[64];
        machine.line_count = 1;
        machine.devices[0].line = 1;
        machine.lines[0] = (line_settings_t){.name = "line",
                                             .baud = profile->bauds[i],
                                             .parity = profile->rtu_parity,
                                             .stop_bits = profile->rtu_stop_bits};
        (void)snprintf(where, sizeof where, "alone at %d baud%s", profile->bauds[i],
                       rtu_baud_known(profile->bauds[i]) ? "" : " (which Linux can't send)");
        tell_budget(json, &(budget_place_t){where, &machine, 0});
    }
}

/// `machine` is null for a profile alone; `json` where people read.
static void tell_budgets(json_t* json, const device_profile_t* profile,
                         const machine_settings_t* machine, int device)
{
    if (machine != NULL) {
        tell_budget(json, &(budget_place_t){"on this machine", machine, device});
    } else {
        tell_budget_alone(json, profile);
    }
}

// ----------------------------------------------------------------------------------- for programs

static void write_points(json_t* json, const device_profile_t* profile)
{
    json_array_begin(json, "points");
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        json_object_begin(json, NULL);
        json_text(json, "name", point->name);
        json_text(json, "point", device_point_words[point->id]);
        json_integer(json, "address", point->address);
        json_integer(json, "modicon",
                     device_modicon_of_address(point->address, point->input_table));
        json_text(json, "table", point->input_table ? "input" : "holding");
        json_text(json, "type", device_word("points.type", (int)point->type));
        json_number(json, "scale", point->scale);
        json_number(json, "offset", point->offset);
        json_text(json, "unit", point->unit);
        json_boolean(json, "writable", point->writable);
        json_number(json, "minimum", has_limits(point) ? point->minimum : (double)NAN);
        json_number(json, "maximum", has_limits(point) ? point->maximum : (double)NAN);
        json_boolean(json, "starts_motion", point->starts_motion);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_block(json_t* json, const char* key, int address, int count)
{
    if (count == 0) {
        json_null(json, key);
        return;
    }
    json_object_begin(json, key);
    json_integer(json, "address", address);
    json_integer(json, "count", count);
    json_object_end(json);
}

static void write_delivery(json_t* json, const device_profile_t* profile)
{
    if (profile->tcp_port > 0) {
        json_object_begin(json, "tcp");
        json_integer(json, "port", profile->tcp_port);
        json_integer(json, "unit", profile->tcp_unit);
        json_object_end(json);
    } else {
        json_null(json, "tcp");
    }
    if (profile->baud_count == 0 && profile->rtu_unit == 0) {
        json_null(json, "rtu");
        return;
    }
    json_object_begin(json, "rtu");
    json_array_begin(json, "bauds");
    for (int i = 0; i < profile->baud_count; i++) {
        json_integer(json, NULL, profile->bauds[i]);
    }
    json_array_end(json);
    json_text(json, "parity", device_word("rtu.parity", (int)profile->rtu_parity));
    json_integer(json, "stop_bits", profile->rtu_stop_bits);
    if (profile->rtu_unit > 0) {
        json_integer(json, "unit", profile->rtu_unit);
    } else {
        json_null(json, "unit");
    }
    json_object_end(json);
}

static void write_safe_state(json_t* json, const device_profile_t* profile)
{
    json_array_begin(json, "safe_state");
    for (int i = 0; i < profile->safe_write_count; i++) {
        const safe_write_t* write = &profile->safe_writes[i];
        json_object_begin(json, NULL);
        json_text(json, "name", profile->points[write->point].name);
        json_number(json, "value", write->si_number);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_profile(json_t* json, const device_profile_t* profile)
{
    json_text(json, "profile", profile->name);
    json_text(json, "role", device_word("role", (int)profile->role));
    json_boolean(json, "cyclic", profile->cyclic);
    json_text(json, "verified", device_word("verified", (int)profile->verified));
    json_text(json, "source", profile->source);
    json_text(json, "word_order", device_word("word_order", (int)profile->word_order));
    json_array_begin(json, "functions");
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        if (has_function(profile, functions[i])) {
            json_integer(json, NULL, functions[i]);
        }
    }
    json_array_end(json);
    json_integer(json, "read_words_max", profile->read_words_max);
    json_integer(json, "word_alignment", profile->word_alignment);
    write_delivery(json, profile);
    json_number(json, "turnaround_s",
                profile->turnaround_s > 0.0 ? profile->turnaround_s : (double)NAN);
    json_number(json, "silent_interval_s", profile->silent_interval_s);
    write_block(json, "read_block", profile->read_address, profile->read_count);
    write_block(json, "write_block", profile->write_address, profile->write_count);
    if (profile->identity_known) {
        json_integer(json, "identity_expected", profile->identity_expected);
    } else {
        json_null(json, "identity_expected");
    }
    json_number(json, "watchdog_s", profile->watchdog_s > 0.0 ? profile->watchdog_s : (double)NAN);
    json_text(json, "lost_controller",
              device_word("lost_controller.reaction", (int)profile->lost_controller));
    json_text(json, "lost_controller_verified",
              device_word("lost_controller.verified", (int)profile->lost_controller_verified));
    json_text(json, "lost_controller_source", profile->lost_controller_source);
    write_safe_state(json, profile);
    write_points(json, profile);
}

/// `machine` is null for a profile alone.
static void show(const device_profile_t* profile, const machine_settings_t* machine, int device,
                 bool wants_json)
{
    char place[DEVICE_PLACE_CAPACITY] = "";
    if (machine != NULL) {
        device_place_text(machine, device, place);
    }
    if (wants_json) {
        json_t json = json_to_file(stdout);
        json_object_begin(&json, NULL);
        json_text(&json, "device", machine != NULL ? machine->devices[device].name : NULL);
        json_text(&json, "place", machine != NULL ? place : NULL);
        write_profile(&json, profile);
        json_array_begin(&json, "budget");
        tell_budgets(&json, profile, machine, device);
        json_array_end(&json);
        json_object_end(&json);
        return;
    }
    if (machine != NULL) {
        (void)printf("%-16s %s\n%-16s %s\n", "device", machine->devices[device].name, "place",
                     place);
    }
    print_profile(profile);
    tell_budgets(NULL, profile, machine, device);
    print_points(profile);
}

exit_code_t device_show(const options_t* options, assembly_t* assembly, const char* name)
{
    device_profile_t profile;
    const bool wants_json = options->given[OPTION_JSON];
    findings_t* findings = &assembly->findings;
    if (!options->given[OPTION_MACHINE]) {
        if (device_choice_profile(name, &profile, findings)) {
            show(&profile, NULL, 0, wants_json);
            return EXIT_DONE;
        }
        if (findings->error_count > 0) {
            findings_print(findings, stderr);
            return EXIT_INVALID_FILE;
        }
    }
    const exit_code_t code = device_choice_machine(options, assembly);
    if (code != EXIT_DONE) {
        return code;
    }
    const machine_settings_t* machine = &assembly->machine;
    const int at = device_choice_named(machine, name);
    if (at < 0) {
        (void)fprintf(stderr, "'knead device list' names the profiles.\n");
        return EXIT_USAGE;
    }
    show(&machine->profiles[machine->devices[at].profile_index], machine, at, wants_json);
    return EXIT_DONE;
}
