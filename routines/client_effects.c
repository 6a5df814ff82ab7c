#include "routines/client_effects.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define PI 3.14159265358979323846

// A path is walked with steps as long as the distance to the nearest zone allows, but no shorter
// than this: half of it is how deep a path could hide inside a margin.
#define WALK_STEP_MIN_M 0.001
#define WALK_STEP_MAX_M 0.010
#define WALK_STILL_S 0.5 // a stroke that does not move is looked at this often
#define ROUNDING_M 1e-9

static const char* const profession_words[PROFESSION_COUNT + 1] = {
#define X(id, text) [id] = text,
    PROFESSION_LIST(X)
#undef X
};

static const char* const technique_words[TECHNIQUE_COUNT + 1] = {
#define X(id, text, ...) [id] = text,
    TECHNIQUE_LIST(X)
#undef X
};

const char* client_rule_text(client_rule_t rule)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        CLIENT_RULE_LIST(X)
#undef X
    };
    return texts[rule];
}

/// What a client's file says to what a list asks.
typedef struct {
    const client_settings_t* client;
    const screening_settings_t* screening;
    const body_settings_t* body;
    client_effects_t* effects;
    findings_t* findings;
} reading_t;

static void tell(const client_settings_t* client, findings_t* findings, finding_severity_t severity,
                 int line, int column, const char* field, client_rule_t rule, const char* format,
                 ...) __attribute__((format(printf, 8, 9)));
static void tell(const client_settings_t* client, findings_t* findings, finding_severity_t severity,
                 int line, int column, const char* field, client_rule_t rule, const char* format,
                 ...)
{
    char text[FINDING_MESSAGE_CAPACITY - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    finding_add(findings, severity, client->path, line, column, field, NULL, "%s: %s",
                client_rule_text(rule), text);
}

static void refuse_answer(const reading_t* reading, int answer, client_rule_t rule,
                          const char* message, const char* detail)
{
    const client_answer_t* said = &reading->client->answers[answer];
    char field[FINDING_FIELD_CAPACITY];
    snprintf(field, sizeof field, "screening.answers.%s", said->condition);
    tell(reading->client, reading->findings, FINDING_ERROR, said->line, said->column, field, rule,
         "%s%s", message, detail);
}

// ------------------------------------------------------------------------------------ the answers

static int condition_named(const screening_settings_t* screening, const char* name)
{
    for (int i = 0; i < screening->condition_count; i++) {
        if (strcmp(screening->conditions[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

static int answer_to(const client_settings_t* client, const char* condition)
{
    for (int i = 0; i < client->answer_count; i++) {
        if (strcmp(client->answers[i].condition, condition) == 0) {
            return i;
        }
    }
    return -1;
}

bool client_may_have(const client_settings_t* client, const char* condition)
{
    const int answer = answer_to(client, condition);
    return client->screened && !(answer >= 0 && client->answers[answer].answer == ANSWER_NO);
}

static bool has_place(const client_settings_t* client, int answer)
{
    for (int i = 0; i < client->place_count; i++) {
        if (client->places[i].answer == answer) {
            return true;
        }
    }
    return false;
}

/// The professions of a set, joined with commas.
static void join_professions(uint32_t set, char* text, size_t capacity)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < PROFESSION_COUNT; i++) {
        if ((set & (1u << i)) != 0 && used < capacity) {
            used += (size_t)snprintf(text + used, capacity - used, "%s%s", used > 0 ? ", " : "",
                                     profession_words[i]);
        }
    }
}

static bool check_clearance(const reading_t* reading, int answer,
                            const condition_settings_t* condition)
{
    if (condition->clearance_by == 0) {
        refuse_answer(reading, answer, CLIENT_RULE_ANSWER,
                      "nobody can clear this; answer yes or no", "");
        return false;
    }
    const char* profession = reading->client->answers[answer].profession;
    for (int i = 0; i < PROFESSION_COUNT; i++) {
        if ((condition->clearance_by & (1u << i)) != 0 &&
            strcmp(profession, profession_words[i]) == 0) {
            return true;
        }
    }
    char allowed[160];
    join_professions(condition->clearance_by, allowed, sizeof allowed);
    char detail[240];
    snprintf(detail, sizeof detail, "'%.40s' can't clear this; allowed: %s", profession, allowed);
    refuse_answer(reading, answer, CLIENT_RULE_ANSWER, "", detail);
    return false;
}

/// True if the answer is one that its condition takes.
static bool check_answer(const reading_t* reading, int answer,
                         const condition_settings_t* condition)
{
    const client_answer_t* said = &reading->client->answers[answer];
    const bool placed = has_place(reading->client, answer);
    bool ok = said->answer != ANSWER_CLEARED || check_clearance(reading, answer, condition);
    if (said->answer != ANSWER_NO && condition->condition_class == CONDITION_LOCAL && !placed) {
        refuse_answer(reading, answer, CLIENT_RULE_ANSWER,
                      "places have to say where it is, so that it can be left alone", "");
        ok = false;
    }
    if (placed && !(condition->zone_margin_m.value > 0.0)) {
        refuse_answer(reading, answer, CLIENT_RULE_ANSWER, "this condition has no places", "");
        ok = false;
    }
    return ok;
}

static void refuse_session(client_effects_t* effects, client_rule_t rule, int condition, int answer)
{
    assert(effects->refusal_count < CONDITION_CAPACITY);
    effects->refusals[effects->refusal_count++] =
        (client_refusal_t){.rule = rule, .condition = condition, .answer = answer};
    effects->blocked = true;
}

/// What a condition that is there does.
static void take_condition(const reading_t* reading, int index, int answer)
{
    const condition_settings_t* condition = &reading->screening->conditions[index];
    const client_answer_t* said = &reading->client->answers[answer];
    client_effects_t* effects = reading->effects;
    if (said->answer == ANSWER_CLEARED) {
        const bool oldest =
            effects->clearance_day == 0 || said->cleared_day < effects->clearance_day;
        effects->clearance_day = oldest ? said->cleared_day : effects->clearance_day;
    } else if (condition->condition_class == CONDITION_ABSOLUTE) {
        refuse_session(effects, CLIENT_RULE_ABSOLUTE, index, answer);
    } else if (condition->condition_class == CONDITION_CLEARANCE) {
        refuse_session(effects, CLIENT_RULE_CLEARANCE, index, answer);
    }
    if (condition->force_factor.value > 0.0) {
        effects->force_factor = fmin(effects->force_factor, condition->force_factor.value);
    }
    for (int technique = 0; technique < TECHNIQUE_COUNT; technique++) {
        const uint32_t bit = 1u << technique;
        if ((condition->banned_techniques & bit & ~effects->banned_techniques) != 0) {
            effects->banned_techniques |= bit;
            memcpy(effects->banned_by[technique], condition->name, NAME_CAPACITY);
        }
    }
}

static bool read_answers(const reading_t* reading)
{
    const client_settings_t* client = reading->client;
    const screening_settings_t* screening = reading->screening;
    bool ok = true;
    for (int i = 0; i < screening->condition_count; i++) {
        const condition_settings_t* condition = &screening->conditions[i];
        const int answer = answer_to(client, condition->name);
        if (answer < 0) {
            tell(client, reading->findings, FINDING_ERROR, client->screening_line,
                 client->screening_column, "screening", CLIENT_RULE_UNANSWERED, "%s: %s",
                 condition->name, condition->question);
            ok = false;
        } else if (!check_answer(reading, answer, condition)) {
            ok = false;
        } else if (client->answers[answer].answer != ANSWER_NO) {
            take_condition(reading, i, answer);
        }
    }
    const char* words[CONDITION_CAPACITY + 1] = {NULL};
    for (int i = 0; i < screening->condition_count; i++) {
        words[i] = screening->conditions[i].name;
    }
    for (int i = 0; i < client->answer_count; i++) {
        if (condition_named(screening, client->answers[i].condition) < 0) {
            const char* nearest = finding_nearest(client->answers[i].condition, words);
            char detail[NAME_CAPACITY + 24] = "";
            if (nearest != NULL) {
                snprintf(detail, sizeof detail, "; did you mean '%s'?", nearest);
            }
            refuse_answer(reading, i, CLIENT_RULE_UNKNOWN, "the list does not ask for this",
                          detail);
            ok = false;
        }
    }
    return ok;
}

// ------------------------------------------------------------------------------- places and caps

static int region_named(const reading_t* reading, const char* name, int line, int column,
                        const char* field)
{
    const int region = body_region_named(reading->body, name);
    if (region < 0) {
        const char* words[REGION_CAPACITY + 1] = {NULL};
        for (int i = 0; i < reading->body->region_count; i++) {
            words[i] = reading->body->regions[i].name;
        }
        const char* nearest = finding_nearest(name, words);
        tell(reading->client, reading->findings, FINDING_ERROR, line, column, field,
             CLIENT_RULE_REGION, "no region of '%s' is called '%s'%s%s%s", reading->body->name,
             name, nearest != NULL ? "; did you mean '" : "", nearest != NULL ? nearest : "",
             nearest != NULL ? "'?" : "");
    }
    return region;
}

/// The margin of a place: its condition's, or that of what is to be avoided. Below 0 where its
/// answer is refused already.
static double margin_of(const reading_t* reading, const client_place_t* place, const char** name)
{
    *name = "avoid";
    if (place->answer < 0) {
        return reading->screening->avoid_margin_m.value;
    }
    *name = reading->client->answers[place->answer].condition;
    const int condition = condition_named(reading->screening, *name);
    return condition < 0 ? -1.0 : reading->screening->conditions[condition].zone_margin_m.value;
}

static bool read_places(const reading_t* reading)
{
    client_effects_t* effects = reading->effects;
    bool ok = true;
    for (int i = 0; i < reading->client->place_count; i++) {
        const client_place_t* place = &reading->client->places[i];
        const char* name = NULL;
        const double margin_m = margin_of(reading, place, &name);
        const int region = place->kind == PLACE_ON_TABLE
                               ? -1
                               : region_named(reading, place->region, place->line, place->column,
                                              place->answer < 0 ? "avoid" : "screening.answers");
        if (place->kind != PLACE_ON_TABLE && region < 0) {
            ok = false;
        } else if (margin_m >= 0.0) {
            client_zone_t* zone = &effects->zones[effects->zone_count++];
            *zone = (client_zone_t){.place = *place, .region = region, .margin_m = margin_m};
            snprintf(zone->name, sizeof zone->name, "%s", name);
        }
    }
    return ok;
}

static void lower(double* cap, double given)
{
    if (given > 0.0) {
        *cap = fmin(*cap, given);
    }
}

static bool read_caps(const reading_t* reading)
{
    const client_settings_t* client = reading->client;
    client_effects_t* effects = reading->effects;
    const bool lowers = effects->force_factor < 1.0;
    for (int i = 0; i < REGION_CAPACITY; i++) {
        effects->force_cap_N[i] = HUGE_VAL;
        effects->pressure_cap_Pa[i] = HUGE_VAL;
        lower(&effects->force_cap_N[i], client->force_max_N);
        lower(&effects->pressure_cap_Pa[i], client->pressure_max_Pa);
        if (lowers && i < reading->body->region_count) {
            const region_settings_t* region = &reading->body->regions[i];
            lower(&effects->force_cap_N[i], effects->force_factor * region->force_max_N.value);
            lower(&effects->pressure_cap_Pa[i],
                  effects->force_factor * region->pressure_max_Pa.value);
        }
    }
    bool ok = true;
    for (int i = 0; i < client->cap_count; i++) {
        const client_cap_t* cap = &client->caps[i];
        const int region =
            region_named(reading, cap->region, cap->line, cap->column, "caps.regions");
        if (region < 0) {
            ok = false;
        } else {
            lower(&effects->force_cap_N[region], cap->force_max_N);
            lower(&effects->pressure_cap_Pa[region], cap->pressure_max_Pa);
        }
    }
    return ok;
}

bool client_effects(const client_settings_t* client, const screening_settings_t* screening,
                    const body_settings_t* body, client_effects_t* effects, findings_t* findings)
{
    memset(effects, 0, sizeof *effects);
    effects->force_factor = 1.0;
    effects->screened = client->screened;
    effects->answers_day = client->screening_day;
    const reading_t reading = {client, screening, body, effects, findings};
    bool ok = true;
    if (client->screened) {
        ok = read_answers(&reading);
    } else {
        tell(client, findings, FINDING_WARNING, 0, 0, "screening", CLIENT_RULE_UNSCREENED,
             "%s was not asked what speaks against a massage; no real machine will start",
             client->name);
    }
    ok = read_places(&reading) && ok;
    ok = read_caps(&reading) && ok;
    effects->blocked = effects->blocked || !ok;
    return ok;
}

// ------------------------------------------------------------------------------ may it begin at
// all

bool client_refuse(const client_settings_t* client, const screening_settings_t* screening,
                   const client_effects_t* effects, finding_severity_t severity,
                   findings_t* findings)
{
    for (int i = 0; i < effects->refusal_count; i++) {
        const client_refusal_t* refusal = &effects->refusals[i];
        const condition_settings_t* condition = &screening->conditions[refusal->condition];
        const client_answer_t* said = &client->answers[refusal->answer];
        char field[FINDING_FIELD_CAPACITY];
        snprintf(field, sizeof field, "screening.answers.%s", said->condition);
        char professions[160];
        join_professions(condition->clearance_by, professions, sizeof professions);
        tell(client, findings, severity, said->line, said->column, field, refusal->rule,
             "%s: no session%s%s", condition->name,
             condition->clearance_by != 0 ? " until it is cleared, with name and date, by: " : "",
             professions);
    }
    return effects->refusal_count == 0;
}

/// A day that must not lie ahead, nor more than `days_max` back.
static bool check_age(const client_settings_t* client, const char* what, int day, int today,
                      double days_max, findings_t* findings)
{
    const int age = today - day;
    if (age >= 0 && age <= days_max) {
        return true;
    }
    if (age < 0) {
        tell(client, findings, FINDING_ERROR, client->screening_line, client->screening_column,
             "screening", CLIENT_RULE_OUTDATED, "%s lies %d days ahead", what, -age);
    } else {
        tell(client, findings, FINDING_ERROR, client->screening_line, client->screening_column,
             "screening", CLIENT_RULE_OUTDATED, "%s is %d days old; at most %.0f", what, age,
             days_max);
    }
    return false;
}

bool client_screening_holds(const client_settings_t* client, const screening_settings_t* screening,
                            const client_effects_t* effects, int today, findings_t* findings)
{
    if (!effects->screened) {
        tell(client, findings, FINDING_ERROR, 0, 0, "screening", CLIENT_RULE_UNSCREENED,
             "%s was not asked what speaks against a massage; a real machine does not start",
             client->name);
        return false;
    }
    bool ok = check_age(client, "the screening", effects->answers_day, today,
                        screening->answer_days_max.value, findings);
    for (int i = 0; i < client->answer_count; i++) {
        const client_answer_t* said = &client->answers[i];
        if (said->answer == ANSWER_CLEARED) {
            char what[2 * NAME_CAPACITY];
            snprintf(what, sizeof what, "the clearance of %s", said->condition);
            ok = check_age(client, what, said->cleared_day, today,
                           screening->clearance_days_max.value, findings) &&
                 ok;
        }
    }
    return ok;
}

// ------------------------------------------------------------------------------------------- caps

double client_force_cap_N(const client_effects_t* effects, int region, int region_count,
                          double pad_area_m2)
{
    if (effects == NULL) {
        return HUGE_VAL;
    }
    const bool known = region >= 0 && region < region_count;
    double cap_N = HUGE_VAL;
    for (int i = known ? region : 0; i < (known ? region + 1 : region_count); i++) {
        cap_N = fmin(cap_N, effects->force_cap_N[i]);
        cap_N = fmin(cap_N, effects->pressure_cap_Pa[i] * pad_area_m2);
    }
    return cap_N;
}

double client_target_cap_N(double cap_N)
{
    if (isinf(cap_N)) {
        return cap_N;
    }
    const double room_N = fmax(CLIENT_CAP_ROOM_N, CLIENT_CAP_ROOM_PART * cap_N);
    return cap_N > room_N ? cap_N - room_N : 0.0; // nothing under a cap that is not a number
}

// ------------------------------------------------------------------------------------------ zones

double client_zone_distance_m(const client_effects_t* effects, int zone, const body_t* body,
                              body_place_t place)
{
    assert(zone >= 0 && zone < effects->zone_count);
    if (!isfinite(place.along_m) || !isfinite(place.across_m)) {
        return 0.0;
    }
    const client_zone_t* z = &effects->zones[zone];
    if (z->place.kind == PLACE_REGION) {
        const body_place_t foot = body_place_in_region(body, z->region, 0.0, -1.0);
        const body_place_t head = body_place_in_region(body, z->region, 1.0, 1.0);
        const double along_m =
            fmax(0.0, fmax(head.along_m - place.along_m, place.along_m - foot.along_m));
        const double across_m =
            fmax(0.0, fmax(fmin(head.across_m, foot.across_m) - place.across_m,
                           place.across_m - fmax(head.across_m, foot.across_m)));
        return hypot(along_m, across_m);
    }
    const body_place_t centre =
        z->place.kind == PLACE_IN_REGION
            ? body_place_in_region(body, z->region, z->place.along_part, z->place.across_part)
            : body_place_of_table(body, z->place.x_m, z->place.y_m);
    const double distance_m =
        hypot(place.along_m - centre.along_m, place.across_m - centre.across_m);
    return fmax(0.0, distance_m - z->place.radius_m);
}

double client_zone_needed_m(const client_effects_t* effects, int zone, const body_t* body,
                            const pad_settings_t* pad, body_place_t place)
{
    assert(zone >= 0 && zone < effects->zone_count);
    // What a client's file gives in the table's frame was seen there and has no such error; taking
    // it all the same only makes the zone larger.
    const double error_m = body_uncertainty_m(body, place);
    const double pad_m = pad != NULL ? 0.5 * pad->diameter_m : 0.0;
    return effects->zones[zone].margin_m + pad_m + error_m;
}

// -------------------------------------------------------------------------------------- a routine

/// One pass over a routine.
typedef struct {
    const routine_t* routine;
    const body_t* body;
    const client_effects_t* effects;
    const pad_settings_t* pad;
    findings_t* findings;
    int errors;
} check_t;

static void refuse(check_t* check, const stroke_t* stroke, client_rule_t rule, const char* format,
                   ...) __attribute__((format(printf, 4, 5)));
static void refuse(check_t* check, const stroke_t* stroke, client_rule_t rule, const char* format,
                   ...)
{
    char text[FINDING_MESSAGE_CAPACITY - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    check->errors++;
    finding_add(check->findings, FINDING_ERROR, check->routine->path, stroke->line,
                check->routine->step_column[stroke->step], check->routine->step_field[stroke->step],
                NULL, "%s: %s", client_rule_text(rule), text);
}

static void check_force(check_t* check, const stroke_t* stroke, double force_N)
{
    const char* region = check->body->settings->regions[stroke->region].name;
    const double cap_N = check->effects->force_cap_N[stroke->region];
    if (!(force_N <= client_target_cap_N(cap_N))) {
        const finding_figures_t force = finding_figures(force_N, client_target_cap_N(cap_N), 1);
        refuse(check, stroke, CLIENT_RULE_FORCE,
               "up to %s N on %s; at most %s N, which leaves room to the cap of %.1f N",
               force.measured, region, force.allowed, cap_N);
    }
    if (check->pad == NULL) {
        return;
    }
    const double area_m2 = 0.25 * PI * check->pad->diameter_m * check->pad->diameter_m;
    const double pressure_cap_Pa = check->effects->pressure_cap_Pa[stroke->region];
    const double allowed_N = client_target_cap_N(pressure_cap_Pa * area_m2);
    if (!(force_N <= allowed_N)) {
        const finding_figures_t pressure =
            finding_figures(1e-3 * force_N / area_m2, 1e-3 * allowed_N / area_m2, 1);
        refuse(check, stroke, CLIENT_RULE_PRESSURE,
               "%.1f N under pad %s are %s kPa on %s; at most %s kPa, which leaves room to the "
               "cap of %.1f kPa",
               force_N, check->pad->name, pressure.measured, region, pressure.allowed,
               1e-3 * pressure_cap_Pa);
    }
}

/// Looks at one place of a stroke; the least distance left to any margin, m.
static double check_zones(check_t* check, const stroke_t* stroke, body_place_t place,
                          bool reported[PLACE_CAPACITY])
{
    double left_m = WALK_STEP_MAX_M;
    for (int zone = 0; zone < check->effects->zone_count; zone++) {
        const double distance_m = client_zone_distance_m(check->effects, zone, check->body, place);
        const double needed_m =
            client_zone_needed_m(check->effects, zone, check->body, check->pad, place);
        left_m = fmin(left_m, distance_m - needed_m);
        if (!(distance_m >= needed_m - ROUNDING_M) && !reported[zone]) {
            reported[zone] = true;
            const finding_figures_t distance = finding_figures(1e3 * distance_m, 1e3 * needed_m, 1);
            refuse(check, stroke, CLIENT_RULE_ZONE,
                   "%s passes %s (line %d of the client's file) at %s mm; at least %s mm "
                   "(margin, half the pad and registration)",
                   check->body->settings->regions[stroke->region].name,
                   check->effects->zones[zone].name, check->effects->zones[zone].place.line,
                   distance.measured, distance.allowed);
        }
    }
    return left_m;
}

static void walk_stroke(check_t* check, const stroke_t* stroke, double speed_max_mps)
{
    bool reported[PLACE_CAPACITY] = {false};
    bool last = false;
    for (double time_s = 0.0; !last;) {
        last = !(time_s < stroke->duration_s);
        const stroke_target_t target =
            technique_target(check->body, stroke, fmin(time_s, stroke->duration_s));
        const double left_m = check_zones(check, stroke, target.place, reported);
        const double step_m = fmin(WALK_STEP_MAX_M, fmax(WALK_STEP_MIN_M, left_m));
        time_s += speed_max_mps > 0.0 ? fmin(WALK_STILL_S, step_m / speed_max_mps) : WALK_STILL_S;
    }
}

static void check_stroke(check_t* check, const stroke_t* stroke)
{
    const uint32_t bit = 1u << stroke->technique;
    if ((check->effects->banned_techniques & bit) != 0) {
        refuse(check, stroke, CLIENT_RULE_TECHNIQUE, "no %s for this client, because of %s",
               technique_words[stroke->technique], check->effects->banned_by[stroke->technique]);
    }
    double speed_mps = 0.0;
    double force_N = 0.0;
    technique_peaks(check->body, stroke, &speed_mps, &force_N);
    check_force(check, stroke, force_N);
    if (check->effects->zone_count > 0) {
        walk_stroke(check, stroke, speed_mps);
    }
}

bool client_check_routine(const routine_t* routine, const body_t* body,
                          const client_effects_t* effects, const pad_settings_t* pad,
                          findings_t* findings)
{
    check_t check = {routine, body, effects, pad, findings, 0};
    bool seen[ROUTINE_STEP_CAPACITY][REGION_CAPACITY] = {{false}};
    for (int i = 0; i < routine->item_count; i++) {
        const stroke_t* stroke = &routine->items[i].stroke;
        if (routine->items[i].kind == ITEM_STROKE && !seen[stroke->step][stroke->region]) {
            seen[stroke->step][stroke->region] = true;
            check_stroke(&check, stroke);
        }
    }
    return check.errors == 0;
}
