// ctest label: slow
/// Thousands of routines are drawn from what their schema allows, most of them unfit. Those that
/// the static check accepts are walked again by other means, densely and with the client lying as
/// far from the model as the registration may be off: none comes nearer to a zone than its margin,
/// none passes a cap of force, pressure, speed, rhythm or time.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"
#include "routines/client_load.h"
#include "routines/player.h"
#include "routines/routine_check.h"
#include "routines/techniques/technique_kind.h"
#include "tests/support/drawn_stroke.h"

#define PI 3.14159265358979323846
#define SEED 20261122u
#define DRAWN_ROUTINES 2400
#define STROKE_TIME_MAX_S 15.0 // of a drawn stroke; a longer one is drawn again, this often:
#define REDRAWS 20
#define LOOK_STEP_S 0.005
#define LOOK_WAY_M 0.0001 // a place so near the last one has been looked at

static machine_settings_t machine;
static safety_settings_t safety;
static body_settings_t settings;
static body_t body;
static chain_t chains[PAD_CAPACITY];
static routine_t routine;
static findings_t findings;

// --------------------------------------------------------------------------------- the drawing

/// A value of a range; `lean` over 1 leans towards its lower end.
static double drawn_between(uint64_t* random, double low, double high, double lean)
{
    return low + (high - low) * pow(drawn(random, 0.0, 1.0), lean);
}

static int word_count(const char* const* words)
{
    int count = 0;
    while (words[count] != NULL) {
        count++;
    }
    return count;
}

static void draw_field(const field_t* field, void* target, double lean, uint64_t* random)
{
    char* value = (char*)target + field->offset;
    const double own_lean = field->dimension == DIMENSION_FREQUENCY ? 2.0
                            : field->dimension == DIMENSION_SPEED   ? 1.5
                                                                    : lean;
    const double drawn_value = drawn_between(random, field->minimum, field->maximum, own_lean);
    switch (field->kind) {
    case FIELD_QUANTITY:
        memcpy(value, &drawn_value, sizeof drawn_value);
        break;
    case FIELD_WHOLE: {
        const int whole = (int)floor(drawn_value + 0.5);
        memcpy(value, &whole, sizeof whole);
        break;
    }
    case FIELD_CHOICE: {
        const int choice = (int)drawn(random, 0.0, word_count(field->words));
        memcpy(value, &choice, sizeof choice);
        break;
    }
    case FIELD_RECORD:
        for (const field_t* inner = field->record->fields; inner->key != NULL; inner++) {
            draw_field(inner, value, 1.0, random);
        }
        break;
    case FIELD_SERIES: {
        const int count = (int)drawn(random, field->least, field->capacity + 1.0);
        double figure = field->minimum;
        for (int i = 0; i < count; i++) {
            figure = drawn_between(random, figure, field->maximum, 2.0 * lean);
            memcpy(value + (size_t)i * sizeof figure, &figure, sizeof figure);
        }
        memcpy((char*)target + field->count_offset, &count, sizeof count);
        break;
    }
    case FIELD_ADDRESS:
    case FIELD_WHOLE_US:
    case FIELD_FLAG:
    case FIELD_TEXT:
    case FIELD_NAME:
    case FIELD_WORD_SET:
    case FIELD_VECTOR:
    case FIELD_NAMES:
    case FIELD_FIGURE:
    case FIELD_LIST:
    case FIELD_NODE:
        fail_msg("'%s' is of a kind that no technique had", field->key);
    }
}

static technique_parameters_t draw_by_schema(technique_id_t technique, double lean,
                                             uint64_t* random)
{
    const technique_kind_t* kind = technique_kind(technique);
    technique_parameters_t p = {0};
    const char* key = NULL;
    do {
        for (const field_t* field = kind->fields; field->key != NULL; field++) {
            draw_field(field, &p, lean, random);
        }
        if (kind->complete != NULL) {
            kind->complete(&p);
        }
    } while (kind->refuse != NULL && kind->refuse(&p, &key) != NULL);
    return p;
}

/// Nothing is added where every draw lasts too long.
static void add_drawn_stroke(technique_id_t technique, int region, double lean, uint64_t* random)
{
    stroke_t stroke = {.technique = technique, .region = region, .step = routine.step_count};
    stroke.line = 9 + stroke.step;
    for (int i = 0; i < REDRAWS; i++) {
        stroke.parameters = draw_by_schema(technique, lean, random);
        stroke.duration_s = technique_duration_s(&body, &stroke);
        if (stroke.duration_s <= STROKE_TIME_MAX_S) {
            routine.step_line[stroke.step] = stroke.line;
            routine.step_column[stroke.step] = 5;
            routine.step_count++;
            routine.items[routine.item_count++] =
                (routine_item_t){.kind = ITEM_STROKE, .stroke = stroke};
            return;
        }
    }
}

/// One to three strokes on one region, more often than not with a warm-up first. Returns the pad.
static int draw_routine(uint64_t* random)
{
    memset(&findings, 0, sizeof findings);
    memset(&routine, 0, sizeof routine);
    snprintf(routine.path, sizeof routine.path, "drawn.yaml");
    const tool_settings_t* tool = &machine.arm.tool;
    const int pad = (int)drawn(random, 0.0, tool->pad_count);
    memcpy(routine.pad, tool->pads[pad].name, sizeof routine.pad);
    const int region = (int)drawn(random, 0.0, settings.region_count);
    if (drawn(random, 0.0, 1.0) < 0.7) {
        add_drawn_stroke(TECHNIQUE_EFFLEURAGE, region, 6.0, random);
    }
    const int count = routine.item_count + 1 + (int)drawn(random, 0.0, 1.3);
    const double lean = exp(drawn(random, 0.0, 3.0));
    while (routine.item_count < count) {
        const technique_id_t technique = (technique_id_t)drawn(random, 0.0, TECHNIQUE_COUNT);
        const bool fits = (settings.regions[region].techniques >> technique & 1u) != 0;
        if (fits || drawn(random, 0.0, 1.0) < 0.1) {
            add_drawn_stroke(technique, region, lean, random);
        }
    }
    // So that registration and margins decide, not the map alone.
    settings.registration_error_m = drawn(random, 0.0, 0.025);
    settings.registration_error_rad = drawn(random, 0.0, 0.03);
    return pad;
}

// --------------------------------------------------------------------------------- the witness

/// Between two places in a plane.
static double distance_to_box(const zone_settings_t* zone, double along_m, double across_m)
{
    const double sign = zone->side == SIDE_RIGHT ? -1.0 : 1.0;
    const double axis_m =
        zone->across_frame == ACROSS_LEG ? body_leg_axis_m(&body, zone->side) : 0.0;
    const double one_m = axis_m + sign * zone->across_min_m;
    const double two_m = axis_m + sign * zone->across_max_m;
    const double head_m = body_along_of_level(&body, zone->level_min);
    const double foot_m = body_along_of_level(&body, zone->level_max);
    const double off_along_m =
        along_m < head_m ? head_m - along_m : (along_m > foot_m ? along_m - foot_m : 0.0);
    const double low_m = one_m < two_m ? one_m : two_m;
    const double high_m = one_m < two_m ? two_m : one_m;
    const double off_across_m =
        across_m < low_m ? low_m - across_m : (across_m > high_m ? across_m - high_m : 0.0);
    return hypot(off_along_m, off_across_m);
}

/// The client shifted in every direction and turned both ways about C7, as far as may be: where the
/// pad then really is on him.
static void judge_zones(body_place_t place)
{
    for (int turn = -1; turn <= 1; turn++) {
        const double angle = turn * settings.registration_error_rad;
        const double along_m = cos(angle) * place.along_m - sin(angle) * place.across_m;
        const double across_m = sin(angle) * place.along_m + cos(angle) * place.across_m;
        for (int way = 0; way < 12; way++) {
            const double direction = way * PI / 6.0;
            const double shift_m = settings.registration_error_m;
            for (int i = 0; i < settings.zone_count; i++) {
                const double distance_m =
                    distance_to_box(&settings.zones[i], along_m + shift_m * cos(direction),
                                    across_m + shift_m * sin(direction));
                // A path may dip between two looks of the check by half of its shortest step.
                assert_true(distance_m >= settings.zones[i].margin_m.value - 0.0005);
            }
        }
    }
}

/// The force a technique, region, machine or pad lets the stroke have.
static double cap_N(const stroke_t* stroke, const pad_settings_t* pad)
{
    const region_settings_t* region = &settings.regions[stroke->region];
    const technique_limits_t* limits = &safety.techniques[stroke->technique];
    const double area_m2 = PI * pad->diameter_m * pad->diameter_m / 4.0;
    double cap = limits->force_max_N.value * region->force_factor;
    cap = fmin(cap, region->force_max_N.value);
    cap = fmin(cap, safety.contact_force_max_N.value - safety.contact_force_margin_N.value);
    cap = fmin(cap, area_m2 * region->pressure_max_Pa.value);
    return fmin(cap, area_m2 * limits->pressure_max_Pa.value);
}

/// Speeds and rates by differences of what the tool and the force really do.
static void judge_stroke(const stroke_t* stroke, const pad_settings_t* pad)
{
    const technique_limits_t* limits = &safety.techniques[stroke->technique];
    const double force_cap_N = cap_N(stroke, pad);
    assert_true((settings.regions[stroke->region].techniques >> stroke->technique & 1u) != 0);
    stroke_target_t before = technique_target(&body, stroke, 0.0);
    body_place_t looked_at = {HUGE_VAL, HUGE_VAL};
    for (double time_s = LOOK_STEP_S; time_s <= stroke->duration_s; time_s += LOOK_STEP_S) {
        const stroke_target_t target = technique_target(&body, stroke, time_s);
        if (hypot(target.place.along_m - looked_at.along_m,
                  target.place.across_m - looked_at.across_m) > LOOK_WAY_M) {
            judge_zones(target.place);
            looked_at = target.place;
        }
        assert_true(target.force_N <= force_cap_N + 1e-9);
        assert_true(target.shear_N <= safety.shear_force_max_N.value);
        const vec3_t way = vec3_sub(body_surface_at(&body, target.place).point_m,
                                    body_surface_at(&body, before.place).point_m);
        const double speed_mps = vec3_norm(way) / LOOK_STEP_S;
        assert_true(speed_mps <= safety.contact_speed_max_mps.value * 1.001);
        assert_true(speed_mps <= limits->speed_max_mps.value * 1.001);
        const double rate = fabs(target.force_N - before.force_N) / LOOK_STEP_S;
        assert_true(rate <= limits->force_rate_max_N_per_s.value * 1.001);
        before = target;
    }
    if (technique_info(stroke->technique)->limits != TECHNIQUE_STEADY) {
        assert_true(stroke->parameters.rate_Hz >= limits->rate_min_Hz.value);
        assert_true(stroke->parameters.rate_Hz <= limits->rate_max_Hz.value);
    }
    if (technique_info(stroke->technique)->limits == TECHNIQUE_IN_BOUTS) {
        assert_true(fmin(stroke->parameters.bout_s > 0.0 ? stroke->parameters.bout_s
                                                         : stroke->parameters.duration_s,
                         stroke->duration_s) <= limits->bout_max_s.value + 1e-9);
    }
}

/// The first stroke is light, and deep techniques have others before them.
static void judge_order(void)
{
    assert_true(routine.items[0].stroke.parameters.force_N <= 20.0);
    const technique_id_t first = routine.items[0].stroke.technique;
    assert_true(first != TECHNIQUE_DEEP_STROKE && first != TECHNIQUE_TRIGGER_POINT &&
                first != TECHNIQUE_FRICTION_CROSS);
}

// ------------------------------------------------------------------------------------- the tests

static int setup(void** state)
{
    (void)state;
    client_settings_t client;
    bool ok =
        load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings) &&
        load_safety("config/safety/default.yaml", &safety, &findings) &&
        load_body("config/bodies/prone.yaml", &settings, &findings) &&
        client_load("routines/clients/average-man.yaml", &client, &findings) &&
        body_build(&settings, &client, machine.neck_x_m, machine.table_length_m, &body) == BODY_OK;
    for (int pad = 0; ok && pad < machine.arm.tool.pad_count; pad++) {
        ok = chain_build(&machine.arm, pad, &chains[pad]);
    }
    return ok ? 0 : -1;
}

/// Shows H01, H05, I7.
static void no_accepted_routine_enters_a_zone_or_passes_a_cap(void** state)
{
    (void)state;
    uint64_t random = SEED;
    int accepted = 0;
    int by_technique[TECHNIQUE_COUNT] = {0};
    print_message("seed %u\n", SEED);
    for (int i = 0; i < DRAWN_ROUTINES; i++) {
        const int pad = draw_routine(&random);
        const pad_settings_t* pad_settings = &machine.arm.tool.pads[pad];
        const routine_check_inputs_t inputs = {.body = &body,
                                               .safety = &safety,
                                               .machine = &machine,
                                               .chain = &chains[pad],
                                               .pad = pad_settings};
        if (!routine_check(&routine, &inputs, NULL, &findings)) {
            assert_true(findings.error_count > 0);
            continue;
        }
        accepted++;
        judge_order();
        for (int item = 0; item < routine.item_count; item++) {
            judge_stroke(&routine.items[item].stroke, pad_settings);
            by_technique[routine.items[item].stroke.technique]++;
        }
    }
    print_message("%d of %d drawn routines accepted\n", accepted, DRAWN_ROUTINES);
    for (int i = 0; i < TECHNIQUE_COUNT; i++) {
        print_message("  %d strokes of %s\n", by_technique[i],
                      technique_info((technique_id_t)i)->name);
        assert_true(by_technique[i] > 0);
    }
    // Both answers must have been given often enough to mean something.
    assert_true(accepted > DRAWN_ROUTINES / 20);
    assert_true(accepted < DRAWN_ROUTINES * 19 / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_accepted_routine_enters_a_zone_or_passes_a_cap),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
