#include <math.h>
#include <string.h>

#include "config/load.h"

// What a technique may do, by the limits it has.
#define X(member, text, unit, lowest, highest, sentence)                                           \
    {.key = text,                                                                                  \
     .kind = FIELD_FIGURE,                                                                         \
     .required = true,                                                                             \
     .offset = offsetof(technique_limits_t, member),                                               \
     .dimension = unit,                                                                            \
     .minimum = lowest,                                                                            \
     .maximum = highest,                                                                           \
     .meaning = sentence},
static const field_t fields_of_TECHNIQUE_STEADY[] = {TECHNIQUE_LIMIT_LIST(X){0}};
static const field_t fields_of_TECHNIQUE_RHYTHMIC[] = {TECHNIQUE_LIMIT_LIST(X)
                                                           TECHNIQUE_RATE_LIMIT_LIST(X){0}};
static const field_t fields_of_TECHNIQUE_IN_BOUTS[] = {
    TECHNIQUE_LIMIT_LIST(X) TECHNIQUE_RATE_LIMIT_LIST(X) TECHNIQUE_BOUT_LIMIT_LIST(X){0}};
#undef X

static const record_t technique_records[TECHNIQUE_COUNT] = {
#define X(id, text, limits, sentence)                                                              \
    [id] = {.name = text, .meaning = sentence, .fields = fields_of_##limits},
    TECHNIQUE_LIST(X)
#undef X
};
static const field_t technique_fields[] = {
#define X(id, text, limits, sentence)                                                              \
    {.key = text,                                                                                  \
     .kind = FIELD_RECORD,                                                                         \
     .required = true,                                                                             \
     .offset = (id) * sizeof(technique_limits_t),                                                  \
     .record = &technique_records[id],                                                             \
     .meaning = sentence},
    TECHNIQUE_LIST(X)
#undef X
        {0},
};
static const record_t techniques_record = {
    .name = "techniques", .meaning = "What each technique may do.", .fields = technique_fields};

static const field_t safety_fields[] = {
    {.key = "name",
     .kind = FIELD_NAME,
     .required = true,
     .offset = offsetof(safety_settings_t, name),
     .capacity = NAME_CAPACITY,
     .meaning = "What this set of limits is called."},
#define X(member, text, unit, lowest, highest, sentence)                                           \
    {.key = text,                                                                                  \
     .kind = FIELD_FIGURE,                                                                         \
     .required = true,                                                                             \
     .offset = offsetof(safety_settings_t, member),                                                \
     .dimension = unit,                                                                            \
     .minimum = lowest,                                                                            \
     .maximum = highest,                                                                           \
     .meaning = sentence},
    SAFETY_LIMIT_LIST(X)
#undef X
        {.key = "techniques",
         .kind = FIELD_RECORD,
         .required = true,
         .offset = offsetof(safety_settings_t, techniques),
         .record = &techniques_record,
         .meaning = "What each technique may do."},
    {0},
};
const record_t load_safety_record = {
    .name = "safety", .meaning = "Every limit with its source.", .fields = safety_fields};

/// The smaller limit stays below the larger one.
static void check_below(const yaml_document_t* document, const figure_t* smaller,
                        const char* smaller_key, const figure_t* larger, const char* larger_key,
                        findings_t* findings)
{
    if (smaller->value < larger->value)
        return;
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "%s.value", smaller_key);
    fields_refuse_path(document, path, findings, "%s has to be below %s (%.6g is not below %.6g)",
                       smaller_key, larger_key, smaller->value, larger->value);
}

/// What one session may give has room in a week.
static void check_at_most(const yaml_document_t* document, const figure_t* session,
                          const char* session_key, const figure_t* week, const char* week_key,
                          findings_t* findings)
{
    if (session->value <= week->value)
        return;
    char path[FINDING_FIELD_CAPACITY];
    snprintf(path, sizeof path, "%s.value", session_key);
    fields_refuse_path(document, path, findings, "%s can't be over %s (%.6g is over %.6g)",
                       session_key, week_key, session->value, week->value);
}

static void check_techniques(const yaml_document_t* document, const safety_settings_t* safety,
                             findings_t* findings)
{
    static const char* const words[TECHNIQUE_COUNT] = {
#define X(id, text, limits, meaning) [id] = text,
        TECHNIQUE_LIST(X)
#undef X
    };
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        const technique_limits_t* limits = &safety->techniques[i];
        if (limits->rate_min_Hz.value <= limits->rate_max_Hz.value)
            continue;
        char path[FINDING_FIELD_CAPACITY];
        snprintf(path, sizeof path, "techniques.%s.rate_min.value", words[i]);
        fields_refuse_path(document, path, findings, "%.6g Hz is above rate_max, %.6g Hz",
                           limits->rate_min_Hz.value, limits->rate_max_Hz.value);
    }
}

static void check_across(const yaml_document_t* document, const safety_settings_t* safety,
                         findings_t* findings)
{
    // A touch is felt before it counts as an unexpected one, that before it is too much for
    // anybody.
    check_below(document, &safety->touch_force_N, "touch_force", &safety->free_force_max_N,
                "free_force_max", findings);
    check_below(document, &safety->free_force_max_N, "free_force_max", &safety->contact_force_max_N,
                "contact_force_max", findings);
    check_below(document, &safety->contact_force_margin_N, "contact_force_margin",
                &safety->contact_force_max_N, "contact_force_max", findings);
    check_below(document, &safety->shear_force_max_N, "shear_force_max",
                &safety->contact_force_max_N, "contact_force_max", findings);
    // What may be tared away must not hide a touch in free motion.
    check_below(document, &safety->tare_force_max_N, "tare_force_max", &safety->free_force_max_N,
                "free_force_max", findings);
    // What is left of an offset must not hide a touch either.
    check_below(document, &safety->force_drift_max_N, "force_drift_max", &safety->free_force_max_N,
                "free_force_max", findings);
    // The nearer the skin, the slower.
    check_below(document, &safety->touch_speed_max_mps, "touch_speed_max",
                &safety->approach_speed_max_mps, "approach_speed_max", findings);
    check_below(document, &safety->approach_speed_max_mps, "approach_speed_max",
                &safety->transit_speed_max_mps, "transit_speed_max", findings);
    // The force loop must be slower than what gets the tool away.
    check_below(document, &safety->normal_speed_max_mps, "normal_speed_max",
                &safety->yield_speed_mps, "yield_speed", findings);
    check_below(document, &safety->tap_speed_max_mps, "tap_speed_max",
                &safety->transit_speed_max_mps, "transit_speed_max", findings);
    check_below(document, &safety->contact_force_margin_time_s, "contact_force_margin_time",
                &safety->contact_loss_time_s, "contact_loss_time", findings);
    const double yield_time_s = safety->yield_distance_m.value / safety->yield_speed_mps.value;
    if (!(yield_time_s <= safety->yield_time_max_s.value))
        fields_refuse_path(document, "yield_time_max.value", findings,
                           "yielding takes at least yield_distance / yield_speed = %.3g s",
                           yield_time_s);
    check_at_most(document, &safety->region_time_max_s, "region_time_max",
                  &safety->region_week_time_max_s, "region_week_time_max", findings);
    check_at_most(document, &safety->region_impulse_max_Ns, "region_impulse_max",
                  &safety->region_week_impulse_max_Ns, "region_week_impulse_max", findings);
    check_techniques(document, safety, findings);
    const double overruns = safety->overrun_count_max.value;
    if (overruns != floor(overruns))
        fields_refuse_path(document, "overrun_count_max.value", findings,
                           "%.6g periods: a whole number is expected", overruns);
}

bool load_safety(const char* path, safety_settings_t* safety, findings_t* findings)
{
    const int errors_before = findings->error_count;
    yaml_document_t document;
    if (!yaml_document_read(path, &document, findings))
        return false;
    safety_settings_t read = {0};
    bool ok = fields_expect_kind(&document, load_safety_record.name, findings);
    if (fields_read(&document, 0, &load_safety_record, &read, "", findings))
        check_across(&document, &read, findings);
    ok = ok && findings->error_count == errors_before;
    if (ok)
        *safety = read;
    yaml_document_free(&document);
    return ok;
}
