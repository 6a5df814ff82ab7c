#include "config/load.h"

#include <string.h>

bool load_kind(const char* path, char* kind, findings_t* findings)
{
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    const int node = yaml_child(&document, 0, "kind");
    const bool ok = node >= 0 && document.nodes[node].kind == YAML_NODE_SCALAR &&
                    document.nodes[node].text[0] != '\0' &&
                    strlen(document.nodes[node].text) < NAME_CAPACITY;
    if (ok)
        snprintf(kind, NAME_CAPACITY, "%s", document.nodes[node].text);
    else
        fields_refuse_path(&document, "kind", findings,
                           "the file does not say what it is; write for example kind: routine");
    yaml_document_free(&document);
    return ok;
}

const record_t* load_record(const char* kind)
{
    static const record_t* const records[] = {&load_machine_record, &load_safety_record,
                                              &load_body_record, &load_device_record,
                                              &load_screening_record};
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++)
        if (strcmp(records[i]->name, kind) == 0)
            return records[i];
    return NULL;
}

// ------------------------------------------------------------------- a machine and its limits

/// A sentence that has to hold; complains about the machine where it does not.
static void expect_below(double value, double limit, const char* field, const char* sentence,
                         const char* unit, const char* machine_path, findings_t* findings)
{
    if (!(value <= limit * (1.0 + 1e-9)))
        finding_add(findings, FINDING_ERROR, machine_path, 0, 0, field, NULL,
                    "%s (%.4g %s, allowed %.4g %s)", sentence, value, unit, limit, unit);
}

/// What can happen between a force arising and the arm answering: the newest sample may be
/// `sample_age_max` old and the answer leaves a period later.
static void check_force_build_up(const machine_settings_t* machine, const safety_settings_t* safety,
                                 const char* machine_path, findings_t* findings)
{
    const double delay_s = (double)machine->period_us * 1e-6 + safety->sample_age_max_s.value;
    const double stiffness_N_per_m = machine->arm.tool.spring_stiffness_N_per_m;
    // The spring is in series with the tissue: no contact is stiffer than it.
    expect_below(safety->normal_speed_max_mps.value * delay_s * stiffness_N_per_m,
                 safety->contact_force_margin_N.value, "normal_speed_max",
                 "the force that can build up before a stop, normal_speed_max x (period + "
                 "sample_age_max) x spring_stiffness, has to stay below contact_force_margin",
                 "N", machine_path, findings);
    expect_below(safety->touch_speed_max_mps.value * delay_s * stiffness_N_per_m,
                 safety->contact_force_margin_N.value, "touch_speed_max",
                 "the force of the first touch, touch_speed_max x (period + sample_age_max) x "
                 "spring_stiffness, has to stay below contact_force_margin",
                 "N", machine_path, findings);
    expect_below(safety->tap_speed_max_mps.value * delay_s * stiffness_N_per_m,
                 safety->contact_force_max_N.value, "tap_speed_max",
                 "the force of a tap that meets something hard, tap_speed_max x (period + "
                 "sample_age_max) x spring_stiffness, has to stay below contact_force_max",
                 "N", machine_path, findings);
    expect_below(safety->transit_speed_max_mps.value * delay_s * stiffness_N_per_m,
                 safety->contact_force_max_N.value, "transit_speed_max",
                 "the force of an unexpected touch, transit_speed_max x (period + sample_age_max) "
                 "x spring_stiffness, has to stay below contact_force_max",
                 "N", machine_path, findings);
    expect_below(safety->contact_force_max_N.value,
                 stiffness_N_per_m * machine->arm.tool.spring_travel_m, "contact_force_max",
                 "the spring has to give until contact_force_max: spring_stiffness x "
                 "spring_travel has to reach it",
                 "N", machine_path, findings);
}

bool load_check_together(const machine_settings_t* machine, const safety_settings_t* safety,
                         const char* machine_path, findings_t* findings)
{
    const int errors_before = findings->error_count;
    const double period_s = (double)machine->period_us * 1e-6;
    expect_below(2.0 * period_s, safety->sample_age_max_s.value, "period",
                 "one lost frame must not stop the arm: two periods have to fit into "
                 "sample_age_max",
                 "s", machine_path, findings);
    check_force_build_up(machine, safety, machine_path, findings);
    for (int i = 0; i < machine->device_count; i++) {
        const device_profile_t* profile = &machine->profiles[machine->devices[i].profile_index];
        if (!profile->cyclic)
            finding_add(findings, FINDING_ERROR, machine_path, 0, 0, "devices", NULL,
                        "nothing can be played over '%s': the profile '%s' says cyclic: false",
                        machine->devices[i].name, profile->name);
        // Otherwise the drives would stop by themselves before the controller brakes in order.
        if (machine->devices[i].role == DEVICE_DRIVE)
            expect_below(safety->overrun_count_max.value * period_s, profile->watchdog_s, "period",
                         "overrun_count_max late periods have to fit into the drives' watchdog",
                         "s", machine_path, findings);
        expect_below(profile->sample_age_max_s + period_s, safety->sample_age_max_s.value,
                     "devices",
                     "a device's own sample_age_max and a period have to fit into the limit "
                     "sample_age_max",
                     "s", machine_path, findings);
    }
    // Clear of the body means above what the spring can reach back to.
    expect_below(machine->arm.tool.spring_travel_m, safety->yield_distance_m.value,
                 "tool.spring_travel",
                 "yielding has to unload the spring: yield_distance is at least spring_travel", "m",
                 machine_path, findings);
    return findings->error_count == errors_before;
}
