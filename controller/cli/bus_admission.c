#include "controller/cli/bus_admission.h"

#include <string.h>

#include "config/fields.h"
#include "controller/bus/rtu_frame.h"
#include "controller/over_force.h"

#define LINK_TEXT_CAPACITY 80
#define SUM_TEXT_CAPACITY 200
#define ASKED_TEXT_CAPACITY 32 // five functions of four letters and a space

// ---------------------------------------------------------------------------------------- texts

static double ms(double seconds)
{
    return 1e3 * seconds;
}

static double period_ms(int64_t period_us)
{
    return 1e-3 * (double)period_us;
}

static char parity_letter(parity_t parity)
{
    switch (parity) {
    case PARITY_NONE:
        return 'N';
    case PARITY_EVEN:
        return 'E';
    case PARITY_ODD:
        return 'O';
    }
    return '?';
}

/// "line_1, 115200 8E1" or "127.0.0.1:15020".
static void link_text(const machine_settings_t* machine, const bus_budget_t* budget, int index,
                      char text[LINK_TEXT_CAPACITY])
{
    const budget_link_t* link = &budget->links[index];
    if (link->line > 0) {
        const line_settings_t* line = &machine->lines[link->line - 1];
        (void)snprintf(text, LINK_TEXT_CAPACITY, "%s, %d 8%c%d", line->name, line->baud,
                       parity_letter(line->parity), line->stop_bits);
    } else {
        const device_settings_t* device = &machine->devices[budget->devices[link->first].device];
        (void)snprintf(text, LINK_TEXT_CAPACITY, "%s:%d", device->host, device->port);
    }
}

static const device_profile_t* profile_of(const machine_settings_t* machine, int device)
{
    return &machine->profiles[machine->devices[device].profile_index];
}

/// "7 x 7.32 ms (virtual_cia402) + 6.27 ms (virtual_ft6)": the devices of a link, those of one
/// profile together.
static void sum_text(const machine_settings_t* machine, const bus_budget_t* budget,
                     const budget_link_t* link, char text[SUM_TEXT_CAPACITY])
{
    int used = 0;
    text[0] = '\0';
    for (int i = 0; i < link->device_count && used < SUM_TEXT_CAPACITY;) {
        const budget_device_t* device = &budget->devices[link->first + i];
        const device_profile_t* profile = profile_of(machine, device->device);
        int count = 1;
        while (i + count < link->device_count &&
               profile_of(machine, budget->devices[link->first + i + count].device) == profile) {
            ++count;
        }
        char times[16] = "";
        if (count > 1) {
            (void)snprintf(times, sizeof times, "%d x ", count);
        }
        used += snprintf(text + used, (size_t)(SUM_TEXT_CAPACITY - used), "%s%s%.2f ms (%s)",
                         i > 0 ? " + " : "", times, ms(device->exchange_s), profile->name);
        i += count;
    }
}

// ---------------------------------------------------------------------------------------- table

/// The functions by which a device is asked, in the order in which they are sent: "FC16 FC03".
static void asked_text(const budget_device_t* device, char text[ASKED_TEXT_CAPACITY])
{
    static const int functions[] = {23, 6, 16, 3, 4};
    int used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) {
        if ((device->functions >> (unsigned)functions[i] & 1u) != 0) {
            used += snprintf(text + used, (size_t)(ASKED_TEXT_CAPACITY - used), "%sFC%02d",
                             used > 0 ? " " : "", functions[i]);
        }
    }
}

static void print_link(const machine_settings_t* machine, const bus_budget_t* budget, int index,
                       FILE* out)
{
    const budget_link_t* link = &budget->links[index];
    const double period_s = 1e-6 * (double)budget->period_us;
    char text[LINK_TEXT_CAPACITY];
    link_text(machine, budget, index, text);
    for (int i = 0; i < link->device_count; ++i) {
        const budget_device_t* device = &budget->devices[link->first + i];
        char asked[ASKED_TEXT_CAPACITY];
        asked_text(device, asked);
        (void)fprintf(out, "  %-32s %-12s %-11s %4d + %3d %8.2f ms %6.0f %%%s\n",
                      i == 0 ? text : "", machine->devices[device->device].name, asked,
                      device->request_bytes, device->reply_bytes, ms(device->exchange_s),
                      100.0 * device->exchange_s / period_s, device->assumed ? "  *" : "");
    }
    if (link->device_count > 1) {
        (void)fprintf(out, "  %-32s %-12s %-11s %10s %8.2f ms %6.0f %%\n", "", "in turn", "", "",
                      ms(link->busy_s), 100.0 * link->busy_s / period_s);
    }
}

static bool anything_assumed(const bus_budget_t* budget)
{
    for (int i = 0; i < budget->device_count; ++i) {
        if (budget->devices[i].assumed) {
            return true;
        }
    }
    return false;
}

void bus_budget_print(const machine_settings_t* machine, FILE* out)
{
    const bus_budget_t budget = budget_of_machine(machine);
    const int64_t period_us = budget.fits ? budget.period_us : budget.period_min_us;
    (void)fprintf(out, "  %-32s %-12s %-11s %10s %11s %8s\n", "link", "device", "asked by", "bytes",
                  "exchange", "period");
    for (int i = 0; i < budget.link_count; ++i) {
        print_link(machine, &budget, i, out);
    }
    (void)fprintf(out,
                  "  the bus takes %.2f ms; a period of %.6g ms leaves it %.2f ms; the shortest "
                  "possible is %.6g ms\n",
                  ms(budget.exchange_s), period_ms(budget.period_us), ms(budget.limit_s),
                  period_ms(budget.period_min_us));
    (void)fprintf(out,
                  "  blind for up to %.2f ms: %.2f ms in the force sensor, a period of %.6g ms, "
                  "%.2f ms of exchange\n",
                  ms(budget.blind_s), ms(budget.sensor_s), period_ms(period_us),
                  ms(budget.exchange_s));
    if (anything_assumed(&budget)) {
        (void)fprintf(out,
                      "  * its profile does not say how long it takes to answer: %.6g ms are "
                      "assumed\n",
                      ms(BUDGET_TURNAROUND_ASSUMED_S));
    }
}

static void write_link(json_t* json, const machine_settings_t* machine, const bus_budget_t* budget,
                       int index)
{
    const budget_link_t* link = &budget->links[index];
    char text[LINK_TEXT_CAPACITY];
    link_text(machine, budget, index, text);
    json_object_begin(json, NULL);
    json_text(json, "link", text);
    json_number(json, "busy_s", link->busy_s);
    json_array_begin(json, "devices");
    for (int i = 0; i < link->device_count; ++i) {
        const budget_device_t* device = &budget->devices[link->first + i];
        json_object_begin(json, NULL);
        json_text(json, "device", machine->devices[device->device].name);
        json_integer(json, "exchange_count", device->exchange_count);
        json_integer(json, "request_bytes", device->request_bytes);
        json_integer(json, "reply_bytes", device->reply_bytes);
        json_number(json, "turnaround_s", device->turnaround_s);
        json_boolean(json, "turnaround_assumed", device->assumed);
        json_number(json, "exchange_s", device->exchange_s);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

void bus_budget_write(json_t* json, const machine_settings_t* machine)
{
    const bus_budget_t budget = budget_of_machine(machine);
    json_object_begin(json, "bus_budget");
    json_number(json, "exchange_s", budget.exchange_s);
    json_number(json, "limit_s", budget.limit_s);
    json_number(json, "period_s", 1e-6 * (double)budget.period_us);
    json_number(json, "period_min_s", 1e-6 * (double)budget.period_min_us);
    json_boolean(json, "fits", budget.fits);
    json_number(json, "blind_s", budget.blind_s);
    json_array_begin(json, "links");
    for (int i = 0; i < budget.link_count; ++i) {
        write_link(json, machine, &budget, i);
    }
    json_array_end(json);
    json_object_end(json);
}

// ------------------------------------------------------------------------------------ admission

/// A finding in the machine's file at `field`, or for the whole file where it can't be read again.
static void refuse(const char* path, const char* field, const char* message, findings_t* findings)
{
    yaml_document_t document;
    findings_t ignored = {0};
    if (yaml_document_read(path, &document, &ignored)) {
        fields_refuse_path(&document, field, findings, "%s", message);
        yaml_document_free(&document);
    } else {
        finding_add(findings, FINDING_ERROR, path, 0, 0, field, "", "%s", message);
    }
}

static void refuse_period(const machine_settings_t* machine, const bus_budget_t* budget,
                          const char* path, findings_t* findings)
{
    const budget_link_t* link = &budget->links[budget->slowest_link];
    char where[LINK_TEXT_CAPACITY];
    char sum[SUM_TEXT_CAPACITY];
    char message[FINDING_MESSAGE_CAPACITY];
    link_text(machine, budget, budget->slowest_link, where);
    sum_text(machine, budget, link, sum);
    const finding_figures_t busy = finding_figures(ms(link->busy_s), ms(budget->limit_s), 2);
    (void)snprintf(
        message, sizeof message,
        "bus-over-budget: %s takes %s = %s ms; %.6g ms leave %s ms; at least %.6g ms%s", where, sum,
        busy.measured, period_ms(budget->period_us), busy.allowed, period_ms(budget->period_min_us),
        budget->period_min_us > BUDGET_PERIOD_MAX_US ? ", more than the 20 ms a machine may have"
                                                     : "");
    refuse(path, "period", message, findings);
}

bool bus_admit_machine(const machine_settings_t* machine, const char* machine_path,
                       findings_t* findings)
{
    const int errors_before = findings->error_count;
    const bus_budget_t budget = budget_of_machine(machine);
    for (int i = 0; i < machine->line_count; ++i) {
        const line_settings_t* line = &machine->lines[i];
        if (!rtu_baud_known(line->baud)) {
            char field[FINDING_FIELD_CAPACITY];
            char message[FINDING_MESSAGE_CAPACITY];
            (void)snprintf(field, sizeof field, "lines[%d].baud", i);
            (void)snprintf(message, sizeof message,
                           "baud-unsupported: no serial device can be set to %d baud; %d is the "
                           "nearest that can",
                           line->baud, budget_baud_nearest(line->baud));
            refuse(machine_path, field, message, findings);
        }
    }
    if (!budget.fits) {
        refuse_period(machine, &budget, machine_path, findings);
    }
    return findings->error_count == errors_before;
}

bool bus_drive_surely_stops(const machine_settings_t* machine, int joint)
{
    const device_profile_t* profile = profile_of(machine, machine->drive_of_joint[joint]);
    const verified_t verified = profile->lost_controller_verified;
    return profile->lost_controller == LOST_STOPS &&
           (verified == VERIFIED_BENCH ||
            (verified == VERIFIED_VIRTUAL && machine->world == WORLD_VIRTUAL));
}

static const char* lost_text(const device_profile_t* profile)
{
    switch (profile->lost_controller) {
    case LOST_UNKNOWN:
        return "nobody knows what it does without its controller";
    case LOST_GOES_ON:
        return "it goes on without its controller";
    case LOST_STOPS:
        return "that it stops without its controller was not seen on a bench";
    }
    return "unknown";
}

static void refuse_drives(assembly_t* assembly)
{
    const machine_settings_t* machine = &assembly->machine;
    for (int joint = 0; joint < machine->arm.joint_count; ++joint) {
        if (bus_drive_surely_stops(machine, joint)) {
            continue;
        }
        const int device = machine->drive_of_joint[joint];
        const device_profile_t* profile = profile_of(machine, device);
        char field[FINDING_FIELD_CAPACITY];
        char message[FINDING_MESSAGE_CAPACITY];
        (void)snprintf(field, sizeof field, "devices[%d].profile", device);
        (void)snprintf(message, sizeof message,
                       "controller-loss: '%s' of joint '%s' has the profile '%s': %s; no contact "
                       "work with it",
                       machine->devices[device].name, machine->arm.joints[joint].name,
                       profile->name, lost_text(profile));
        refuse(assembly->machine_path, field, message, &assembly->findings);
    }
}

static void refuse_over_force(assembly_t* assembly, const over_force_t* over_force,
                              int64_t period_us)
{
    const routine_t* routine = &assembly->routine;
    const stroke_t* stroke = &routine->items[over_force->item].stroke;
    const double sensor_s = budget_of_machine(&assembly->machine).sensor_s;
    const double reaction_s = over_force->reaction.reaction_s;
    const finding_figures_t force = finding_figures(over_force->rise_N, over_force->allowed_N, 1);
    finding_add(&assembly->findings, FINDING_ERROR, routine->path, routine->step_line[stroke->step],
                routine->step_column[stroke->step], routine->step_field[stroke->step], NULL,
                "over-force: %.2f N/mm x (%.0f mm/s x %.1f ms + (%.0f mm/s)^2 / (2 x %.3g m/s2)) = "
                "%s N over the target on %s, at most %s N (%s); %.1f ms are %.3g of the "
                "sensor, 3 periods of %.6g and %.3g of the drives",
                1e-3 * over_force->stiffness_N_per_m, 1e3 * over_force->speed_mps, ms(reaction_s),
                1e3 * over_force->speed_mps, over_force->reaction.deceleration_mps2, force.measured,
                assembly->body_settings.regions[stroke->region].name, force.allowed,
                over_force->tap ? "contact_force_max less the tap" : "contact_force_margin",
                ms(reaction_s), ms(sensor_s), period_ms(period_us),
                ms(reaction_s - sensor_s) - 3.0 * period_ms(period_us));
}

bool bus_admit_contact(assembly_t* assembly)
{
    const int errors_before = assembly->findings.error_count;
    const machine_settings_t* machine = &assembly->machine;
    const bus_budget_t budget = budget_of_machine(machine);
    const int64_t period_us = budget.fits ? budget.period_us : budget.period_min_us;
    (void)bus_admit_machine(machine, assembly->machine_path, &assembly->findings);
    refuse_drives(assembly);
    over_force_t worst;
    if (over_force_worst(machine, &assembly->safety, &assembly->body, &assembly->routine,
                         1e-6 * (double)period_us, &worst) &&
        !over_force_within(&worst)) {
        refuse_over_force(assembly, &worst, period_us);
    }
    return assembly->findings.error_count == errors_before;
}
