// What regions get: how long a press stays on one place, how much each region gets in all, and
// whether left and right get the same.
#include "routines/check/check.h"

#include <math.h>
#include <string.h>

#define HELD_STEP_S 0.05

/// The longest press of a stroke on one place.
typedef struct {
    double duration_s;
    body_place_t at;
} held_press_t;

/// Looks at a stroke in the middle of equal steps of time.
static held_press_t longest_press(const body_t* body, const stroke_t* stroke)
{
    held_press_t longest = {0};
    const double wanted = ceil(stroke->duration_s / HELD_STEP_S);
    const int count = wanted >= 1.0 && wanted < 1e7 ? (int)wanted : 1;
    const double step_s = stroke->duration_s / count;
    body_place_t anchor = {HUGE_VAL, HUGE_VAL};
    double held_s = 0.0;
    for (int i = 0; i < count; i++) {
        const stroke_target_t target = technique_target(body, stroke, (i + 0.5) * step_s);
        const double along_m = target.place.along_m - anchor.along_m;
        const double across_m = target.place.across_m - anchor.across_m;
        const bool here = along_m * along_m + across_m * across_m <= HELD_RADIUS_M * HELD_RADIUS_M;
        // What is not known to be light or elsewhere goes on.
        const bool light = target.force_N < HELD_FORCE_N;
        if (light || !here) {
            anchor = light ? (body_place_t){HUGE_VAL, HUGE_VAL} : target.place;
            held_s = 0.0;
        }
        held_s += light ? 0.0 : step_s;
        if (!(held_s <= longest.duration_s)) {
            longest = (held_press_t){held_s, anchor};
        }
    }
    return longest;
}

void check_held(check_t* check, const stroke_t* stroke)
{
    const held_press_t held = longest_press(check->body, stroke);
    check->figures.held_max_s = fmax(check->figures.held_max_s, held.duration_s);
    const bool drags = stroke->technique == TECHNIQUE_MYOFASCIAL_RELEASE;
    const double allowed_s = drags ? HELD_DRAG_MAX_S : HELD_MAX_S;
    if (!(held.duration_s <= allowed_s)) {
        const finding_figures_t spent = finding_figures(held.duration_s, allowed_s, 0);
        check_refuse(check, stroke, ROUTINE_RULE_HELD,
                     "%s is pressed with %.0f N or more for %s s on one place (%.0f mm along, "
                     "%.0f mm across); at most %s s",
                     check_region(check, stroke)->name, HELD_FORCE_N, spent.measured,
                     1e3 * held.at.along_m, 1e3 * held.at.across_m, spent.allowed);
    }
}

void check_technique_time(check_t* check, const stroke_t* stroke)
{
    const double allowed_s = check->safety->techniques[stroke->technique].region_time_max_s.value;
    double* spent_s = &check->technique_s[stroke->technique][stroke->region];
    *spent_s += stroke->duration_s;
    if (!(*spent_s <= allowed_s) && *spent_s - stroke->duration_s <= allowed_s) {
        const finding_figures_t spent = finding_figures(*spent_s, allowed_s, 0);
        check_refuse(check, stroke, ROUTINE_RULE_TECHNIQUE_TIME,
                     "with this step %s of %s comes to %s s or more in a session; at most %s s",
                     technique_info(stroke->technique)->name, check_region(check, stroke)->name,
                     spent.measured, spent.allowed);
    }
}

/// The region on the other side, or -1.
static int other_side(const body_settings_t* settings, int region)
{
    const region_settings_t* left = &settings->regions[region];
    const size_t stem = strlen(left->name) - strlen(".left");
    char name[NAME_CAPACITY];
    snprintf(name, sizeof name, "%.*s.right", (int)stem, left->name);
    for (int i = 0; i < settings->region_count; i++) {
        if (strcmp(settings->regions[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool differ(double a, double b)
{
    return !(fabs(a - b) <= BALANCE_PART_MAX * fmax(a, b));
}

static void check_balance(check_t* check)
{
    const body_settings_t* settings = check->body->settings;
    for (int left = 0; left < settings->region_count; left++) {
        const int right =
            settings->regions[left].side == SIDE_LEFT ? other_side(settings, left) : -1;
        if (right < 0) {
            continue;
        }
        const dose_region_t* a = &check->figures.dose.regions[left];
        const dose_region_t* b = &check->figures.dose.regions[right];
        if (differ(a->contact_s, b->contact_s) || differ(a->impulse_Ns, b->impulse_Ns)) {
            const bool more_left = a->impulse_Ns >= b->impulse_Ns;
            check_warn(check, check->first_stroke[more_left ? left : right], ROUTINE_RULE_BALANCE,
                       "%s gets %.0f s and %.0f Ns, %s %.0f s and %.0f Ns; they differ by more "
                       "than %.0f %%",
                       settings->regions[left].name, a->contact_s, a->impulse_Ns,
                       settings->regions[right].name, b->contact_s, b->impulse_Ns,
                       100.0 * BALANCE_PART_MAX);
        }
    }
}

void check_dose(check_t* check)
{
    dose_of_routine(check->routine, check->body, check->pad, &check->figures.dose);
    if (!dose_check(&check->figures.dose, check->inputs->week, check->body->settings, check->safety,
                    check->routine->path, check->findings)) {
        check->errors++;
    }
    check_balance(check);
}
