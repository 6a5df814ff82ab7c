#include "routines/dose.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define PI 3.14159265358979323846
// A sum is compared with a limit it may just reach; this much of it is rounding.
#define ROUNDING_PART 1e-9

const char* dose_rule_text(dose_rule_t rule)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        DOSE_RULE_LIST(X)
#undef X
    };
    return texts[rule];
}

void dose_add(dose_region_t* dose, double force_N, double duration_s, double pad_area_m2)
{
    if (!(isfinite(duration_s) && duration_s > 0.0)) {
        return;
    }
    dose->contact_s += duration_s;
    if (!isfinite(force_N)) {
        return;
    }
    dose->impulse_Ns += force_N * duration_s;
    dose->pressure_time_Pa_s += force_N * duration_s / pad_area_m2;
    dose->pressure_peak_Pa = fmax(dose->pressure_peak_Pa, force_N / pad_area_m2);
}

void dose_merge(dose_region_t* sum, const dose_region_t* part)
{
    sum->contact_s += part->contact_s;
    sum->impulse_Ns += part->impulse_Ns;
    sum->pressure_time_Pa_s += part->pressure_time_Pa_s;
    sum->pressure_peak_Pa = fmax(sum->pressure_peak_Pa, part->pressure_peak_Pa);
    sum->strokes += part->strokes;
}

double dose_pressure_mean_Pa(const dose_region_t* dose)
{
    return dose->contact_s > 0.0 ? dose->pressure_time_Pa_s / dose->contact_s : 0.0;
}

/// Adds a stroke that is given so many times, in equal parts, each with the force in its middle: of
/// second order, as the force is continuous.
static void add_stroke(const stroke_t* stroke, int times, const body_t* body, double area_m2,
                       dose_t* dose)
{
    if (stroke->duration_s <= 0.0) {
        return;
    }
    if (!isfinite(stroke->duration_s)) {
        dose->regions[stroke->region].contact_s = HUGE_VAL; // over every limit
        return;
    }
    const int parts = (int)fmin(ceil(stroke->duration_s / DOSE_PLAN_STEP_S), DOSE_PLAN_PARTS_MAX);
    const double part_s = stroke->duration_s / parts;
    bool touched[REGION_CAPACITY] = {false};
    for (int i = 0; i < parts; i++) {
        const stroke_target_t target = technique_target(body, stroke, (i + 0.5) * part_s);
        const int below = body_region_at(body, target.place);
        const int region = below >= 0 ? below : stroke->region;
        dose->regions[region].strokes += touched[region] ? 0 : times;
        touched[region] = true;
        dose_add(&dose->regions[region], target.force_N, times * part_s, area_m2);
    }
}

void dose_of_routine(const routine_t* routine, const body_t* body, const pad_settings_t* pad,
                     dose_t* dose)
{
    memset(dose, 0, sizeof *dose);
    const double area_m2 = pad != NULL ? 0.25 * PI * pad->diameter_m * pad->diameter_m : HUGE_VAL;
    int times[ROUTINE_STEP_CAPACITY][REGION_CAPACITY] = {{0}};
    for (int i = 0; i < routine->item_count; i++) {
        if (routine->items[i].kind == ITEM_STROKE) {
            times[routine->items[i].stroke.step][routine->items[i].stroke.region]++;
        }
    }
    for (int i = 0; i < routine->item_count; i++) {
        const stroke_t* stroke = &routine->items[i].stroke;
        if (routine->items[i].kind == ITEM_STROKE && times[stroke->step][stroke->region] > 0) {
            add_stroke(stroke, times[stroke->step][stroke->region], body, area_m2, dose);
            times[stroke->step][stroke->region] = 0;
        }
    }
}

// ------------------------------------------------------------------------------------------- sums

static int total_named(const dose_sum_t* sum, const char* region)
{
    for (int i = 0; i < sum->total_count; i++) {
        if (strcmp(sum->totals[i].region, region) == 0) {
            return i;
        }
    }
    return -1;
}

bool dose_sum_add(dose_sum_t* sum, const char* region, const dose_region_t* dose)
{
    int index = total_named(sum, region);
    if (index < 0) {
        if (sum->total_count >= DOSE_TOTAL_CAPACITY) {
            return false;
        }
        index = sum->total_count++;
        memset(&sum->totals[index], 0, sizeof sum->totals[index]);
        snprintf(sum->totals[index].region, NAME_CAPACITY, "%s", region);
    }
    dose_merge(&sum->totals[index].dose, dose);
    return true;
}

dose_region_t dose_sum_of(const dose_sum_t* sum, const char* region)
{
    const int index = total_named(sum, region);
    return index >= 0 ? sum->totals[index].dose : (dose_region_t){0};
}

// ------------------------------------------------------------------------------------- the limits

typedef struct {
    const char* path;
    findings_t* findings;
    int errors;
} check_t;

static void refuse(check_t* check, dose_rule_t rule, const char* format, ...)
    __attribute__((format(printf, 3, 4)));
static void refuse(check_t* check, dose_rule_t rule, const char* format, ...)
{
    char text[FINDING_MESSAGE_CAPACITY - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    check->errors++;
    finding_add(check->findings, FINDING_ERROR, check->path, 0, 0, "", NULL, "%s: %s",
                dose_rule_text(rule), text);
}

static bool keeps(double amount, double limit)
{
    return isfinite(amount) && amount <= limit * (1.0 + ROUNDING_PART);
}

static void check_session(check_t* check, const char* region, const dose_region_t* planned,
                          const safety_settings_t* safety)
{
    if (!keeps(planned->contact_s, safety->region_time_max_s.value)) {
        const finding_figures_t spent =
            finding_figures(planned->contact_s / 60.0, safety->region_time_max_s.value / 60.0, 1);
        refuse(check, DOSE_RULE_SESSION_TIME, "%s gets %s min in contact; at most %s min", region,
               spent.measured, spent.allowed);
    }
    if (!keeps(planned->impulse_Ns, safety->region_impulse_max_Ns.value)) {
        const finding_figures_t impulse =
            finding_figures(planned->impulse_Ns, safety->region_impulse_max_Ns.value, 0);
        refuse(check, DOSE_RULE_SESSION_IMPULSE, "%s gets %s Ns; at most %s Ns", region,
               impulse.measured, impulse.allowed);
    }
}

static void check_week(check_t* check, const char* region, const dose_region_t* planned,
                       const dose_region_t* given, const safety_settings_t* safety)
{
    const double time_max_s = safety->region_week_time_max_s.value;
    if (!keeps(given->contact_s + planned->contact_s, time_max_s)) {
        const finding_figures_t spent =
            finding_figures((given->contact_s + planned->contact_s) / 60.0, time_max_s / 60.0, 1);
        refuse(check, DOSE_RULE_WEEK_TIME,
               "%s had %.1f min in contact in the last seven days and would get %.1f min more, "
               "together %s min; at most %s min",
               region, given->contact_s / 60.0, planned->contact_s / 60.0, spent.measured,
               spent.allowed);
    }
    const double impulse_max_Ns = safety->region_week_impulse_max_Ns.value;
    if (!keeps(given->impulse_Ns + planned->impulse_Ns, impulse_max_Ns)) {
        const finding_figures_t impulse =
            finding_figures(given->impulse_Ns + planned->impulse_Ns, impulse_max_Ns, 0);
        refuse(check, DOSE_RULE_WEEK_IMPULSE,
               "%s had %.0f Ns in the last seven days and would get %.0f Ns more, together %s Ns; "
               "at most %s Ns",
               region, given->impulse_Ns, planned->impulse_Ns, impulse.measured, impulse.allowed);
    }
}

bool dose_check(const dose_t* planned, const dose_sum_t* week, const body_settings_t* body,
                const safety_settings_t* safety, const char* path, findings_t* findings)
{
    check_t check = {path, findings, 0};
    for (int i = 0; i < body->region_count; i++) {
        const dose_region_t* dose = &planned->regions[i];
        if (dose->contact_s == 0.0) {
            continue;
        }
        check_session(&check, body->regions[i].name, dose, safety);
        if (week != NULL) {
            const dose_region_t given = dose_sum_of(week, body->regions[i].name);
            check_week(&check, body->regions[i].name, dose, &given, safety);
        }
    }
    return check.errors == 0;
}
