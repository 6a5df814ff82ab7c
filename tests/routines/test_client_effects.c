/// What a client's answers do, over every condition of the shipped list: a new row is tested by
/// being there. Effects only take away; a path through a place of the client's is refused.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "config/load.h"
#include "routines/client_effects.h"

#define PAD_DIAMETER_M 0.060

static findings_t findings;
static screening_settings_t screening;
static body_settings_t settings;
static body_t body;
static routine_t routine;
static client_settings_t client;
static client_effects_t effects;
static const pad_settings_t pad = {.name = "palm_60", .diameter_m = PAD_DIAMETER_M};

static int setup(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    const client_settings_t man = {.sex = SEX_MALE, .stature_m = 1.756, .mass_kg = 85.5};
    const bool ok = load_screening("config/screening/published.yaml", &screening, &findings) &&
                    load_body("config/bodies/prone.yaml", &settings, &findings) &&
                    body_build(&settings, &man, 1.62, 2.0, &body) == BODY_OK;
    return ok ? 0 : -1;
}

/// A client who has answered no to everything.
static void answer_all_no(void)
{
    memset(&client, 0, sizeof client);
    memset(&findings, 0, sizeof findings);
    client.screened = true;
    client.screening_day = 20000;
    snprintf(client.name, sizeof client.name, "test");
    snprintf(client.path, sizeof client.path, "client.yaml");
    for (int i = 0; i < screening.condition_count; i++) {
        client_answer_t* answer = &client.answers[client.answer_count++];
        memcpy(answer->condition, screening.conditions[i].name, sizeof answer->condition);
        answer->line = 10 + i;
        answer->column = 5;
    }
}

static void add_place(int answer, place_kind_t kind, const char* region, double radius_m)
{
    client_place_t* place = &client.places[client.place_count++];
    *place = (client_place_t){.kind = kind, .along_part = 0.5, .radius_m = radius_m};
    place->answer = answer;
    place->line = 99;
    snprintf(place->region, sizeof place->region, "%s", region);
}

static bool work_out(void)
{
    return client_effects(&client, &screening, &settings, &effects, &findings);
}

static bool refused(void)
{
    return !client_refuse(&client, &screening, &effects, FINDING_ERROR, &findings);
}

static bool found(client_rule_t rule)
{
    const char* word = client_rule_text(rule);
    for (int i = 0; i < findings.count; i++) {
        if (strncmp(findings.at[i].message, word, strlen(word)) == 0) {
            return true;
        }
    }
    return false;
}

/// Answers yes to a condition, with a place where it has places.
static void answer_yes(int condition)
{
    answer_all_no();
    client.answers[condition].answer = ANSWER_YES;
    if (screening.conditions[condition].zone_margin_m.value > 0.0) {
        add_place(condition, PLACE_IN_REGION, "gluteus.left", 0.020);
    }
}

/// Has a condition cleared by the first who may.
static void clear(int condition)
{
    static const char* const words[] = {
#define X(id, text) [id] = text,
        PROFESSION_LIST(X)
#undef X
    };
    answer_yes(condition);
    client_answer_t* answer = &client.answers[condition];
    answer->answer = ANSWER_CLEARED;
    answer->cleared_day = 19990;
    int profession = 0;
    while ((screening.conditions[condition].clearance_by & (1u << profession)) == 0) {
        profession++;
    }
    snprintf(answer->profession, sizeof answer->profession, "%s", words[profession]);
}

// ------------------------------------------------------------------------------------ the answers

static void a_client_without_a_condition_keeps_everything(void** state)
{
    (void)state;
    answer_all_no();
    assert_true(work_out());
    assert_false(refused());
    assert_int_equal(findings.count, 0);
    assert_false(effects.blocked);
    assert_int_equal(effects.banned_techniques, 0);
    assert_int_equal(effects.zone_count, 0);
    assert_true(isinf(client_force_cap_N(&effects, -1, settings.region_count, 0.003)));
}

static void every_yes_does_what_its_class_says(void** state)
{
    (void)state;
    for (int i = 0; i < screening.condition_count; i++) {
        const condition_settings_t* condition = &screening.conditions[i];
        answer_yes(i);
        assert_true(work_out());
        assert_int_equal(findings.count, 0);
        const bool blocks = condition->condition_class == CONDITION_ABSOLUTE ||
                            condition->condition_class == CONDITION_CLEARANCE;
        assert_int_equal(effects.blocked, blocks);
        assert_int_equal(refused(), blocks);
        if (blocks) {
            assert_int_equal(findings.error_count, 1);
            assert_int_equal(findings.at[0].line, 10 + i);
            assert_non_null(strstr(findings.at[0].message, condition->name));
            assert_true(found(condition->condition_class == CONDITION_ABSOLUTE
                                  ? CLIENT_RULE_ABSOLUTE
                                  : CLIENT_RULE_CLEARANCE));
        }
        if (condition->condition_class == CONDITION_LOCAL) {
            assert_int_equal(effects.zone_count, 1);
            assert_string_equal(effects.zones[0].name, condition->name);
            assert_near(effects.zones[0].margin_m, condition->zone_margin_m.value, 0.0);
        }
    }
}

static void every_condition_lowers_and_bans_what_its_row_says(void** state)
{
    (void)state;
    for (int i = 0; i < screening.condition_count; i++) {
        const condition_settings_t* condition = &screening.conditions[i];
        const double factor = condition->force_factor.value;
        answer_yes(i);
        assert_true(work_out());
        assert_int_equal(effects.banned_techniques, condition->banned_techniques);
        for (int region = 0; region < settings.region_count; region++) {
            const region_settings_t* at = &settings.regions[region];
            if (factor > 0.0) {
                assert_near(effects.force_cap_N[region], factor * at->force_max_N.value, 1e-12);
                assert_near(effects.pressure_cap_Pa[region], factor * at->pressure_max_Pa.value,
                            1e-9);
            } else {
                assert_true(isinf(effects.force_cap_N[region]));
            }
        }
    }
}

static void every_clearance_opens_what_it_may_and_leaves_the_rest(void** state)
{
    (void)state;
    int cleared = 0;
    for (int i = 0; i < screening.condition_count; i++) {
        const condition_settings_t* condition = &screening.conditions[i];
        if (condition->clearance_by == 0) {
            answer_all_no();
            client.answers[i].answer = ANSWER_CLEARED;
            snprintf(client.answers[i].profession, NAME_CAPACITY, "physician");
            assert_false(work_out());
            assert_true(found(CLIENT_RULE_ANSWER));
            assert_true(effects.blocked);
            continue;
        }
        cleared++;
        clear(i);
        assert_true(work_out());
        assert_false(refused());
        assert_int_equal(effects.clearance_day, 19990);
        assert_int_equal(effects.banned_techniques, condition->banned_techniques);
        assert_int_equal(effects.zone_count, condition->zone_margin_m.value > 0.0 ? 1 : 0);
        snprintf(client.answers[i].profession, NAME_CAPACITY, "friend");
        assert_false(work_out());
        assert_true(found(CLIENT_RULE_ANSWER));
    }
    assert_true(cleared >= 10);
}

static void every_condition_has_to_be_answered(void** state)
{
    (void)state;
    for (int i = 0; i < screening.condition_count; i++) {
        answer_all_no();
        snprintf(client.answers[i].condition, NAME_CAPACITY, "something_else");
        assert_false(work_out());
        assert_int_equal(findings.error_count, 2);
        assert_true(found(CLIENT_RULE_UNANSWERED));
        assert_true(found(CLIENT_RULE_UNKNOWN));
        assert_non_null(strstr(findings.at[0].message, screening.conditions[i].name));
        assert_true(effects.blocked);
    }
}

static void nobody_asked_is_a_warning_and_no_real_machine(void** state)
{
    (void)state;
    answer_all_no();
    client.screened = false;
    client.answer_count = 0;
    assert_true(work_out());
    assert_int_equal(findings.error_count, 0);
    assert_int_equal(findings.warning_count, 1);
    assert_false(effects.blocked);
    assert_false(client_screening_holds(&client, &screening, &effects, 20000, &findings));
    assert_true(found(CLIENT_RULE_UNSCREENED));
    assert_false(client_may_have(&client, "fever"));
}

static bool holds_on(int today)
{
    memset(&findings, 0, sizeof findings);
    return client_screening_holds(&client, &screening, &effects, today, &findings);
}

static void answers_and_clearances_hold_for_as_long_as_the_list_says(void** state)
{
    (void)state;
    answer_all_no();
    assert_true(work_out());
    const int answer_days = (int)screening.answer_days_max.value;
    assert_true(holds_on(20000));
    assert_true(holds_on(20000 + answer_days));
    assert_false(holds_on(20000 + answer_days + 1));
    assert_true(found(CLIENT_RULE_OUTDATED));
    assert_false(holds_on(19999)); // answered tomorrow
    assert_false(holds_on(-1));    // no clock
    int clearable = 0;
    while (screening.conditions[clearable].clearance_by == 0) {
        clearable++;
    }
    clear(clearable);
    const int clearance_days = (int)screening.clearance_days_max.value;
    client.answers[clearable].cleared_day = 20000 - clearance_days;
    assert_true(work_out());
    assert_true(holds_on(20000));
    client.answers[clearable].cleared_day--;
    assert_false(holds_on(20000));
    client.answers[clearable].cleared_day = 20001;
    assert_false(holds_on(20000));
}

static void a_routine_can_ask_what_a_client_may_have(void** state)
{
    (void)state;
    answer_all_no();
    assert_false(client_may_have(&client, "fever"));
    client.answers[0].answer = ANSWER_CLEARED;
    assert_true(client_may_have(&client, screening.conditions[0].name));
    assert_true(client_may_have(&client, "what_nobody_asked"));
}

// ------------------------------------------------------------------------------- places and caps

static void the_lowest_of_all_caps_counts(void** state)
{
    (void)state;
    const int gluteus = body_region_named(&settings, "gluteus.left");
    const int calf = body_region_named(&settings, "calf.left");
    answer_all_no();
    client.force_max_N = 40.0;
    client.cap_count = 2;
    snprintf(client.caps[0].region, NAME_CAPACITY, "gluteus.left");
    client.caps[0].force_max_N = 20.0;
    snprintf(client.caps[1].region, NAME_CAPACITY, "calf.left");
    client.caps[1].pressure_max_Pa = 10e3;
    assert_true(work_out());
    const double area_m2 = 0.002;
    assert_near(client_force_cap_N(&effects, gluteus, settings.region_count, area_m2), 20.0, 0.0);
    assert_near(client_force_cap_N(&effects, calf, settings.region_count, area_m2), 20.0, 1e-12);
    assert_near(client_force_cap_N(&effects, calf, settings.region_count, 1.0), 40.0, 0.0);
    assert_near(client_force_cap_N(&effects, -1, settings.region_count, area_m2), 20.0, 1e-12);
    assert_near(client_force_cap_N(&effects, 1000, settings.region_count, 0.001), 10.0, 1e-12);
    assert_true(isinf(client_force_cap_N(NULL, calf, settings.region_count, area_m2)));
}

static void a_target_keeps_room_to_the_cap(void** state)
{
    (void)state;
    assert_near(client_target_cap_N(10.0), 8.0, 0.0);
    assert_near(client_target_cap_N(20.0), 18.0, 0.0);
    assert_near(client_target_cap_N(50.0), 45.0, 0.0);
    assert_near(client_target_cap_N(1.0), 0.0, 0.0);
    assert_near(client_target_cap_N((double)NAN), 0.0, 0.0);
    assert_true(isinf(client_target_cap_N(HUGE_VAL)));
}

static void names_that_are_not_there_are_refused(void** state)
{
    (void)state;
    answer_all_no();
    client.cap_count = 1;
    snprintf(client.caps[0].region, NAME_CAPACITY, "gluteus.lef");
    add_place(-1, PLACE_REGION, "knee", 0.0);
    assert_false(work_out());
    assert_int_equal(findings.error_count, 2);
    assert_true(found(CLIENT_RULE_REGION));
    assert_true(effects.blocked);
}

static void distances_are_those_of_circles_and_rectangles(void** state)
{
    (void)state;
    const int gluteus = body_region_named(&settings, "gluteus.left");
    answer_all_no();
    add_place(-1, PLACE_IN_REGION, "gluteus.left", 0.030);
    add_place(-1, PLACE_ON_TABLE, "", 0.010);
    client.places[1].x_m = 1.0;
    client.places[1].y_m = -0.1;
    add_place(-1, PLACE_REGION, "gluteus.left", 0.0);
    assert_true(work_out());
    const body_place_t middle = body_place_in_region(&body, gluteus, 0.5, 0.0);
    const body_place_t beside = {middle.along_m + 0.04, middle.across_m + 0.03};
    assert_near(client_zone_distance_m(&effects, 0, &body, middle), 0.0, 0.0);
    assert_near(client_zone_distance_m(&effects, 0, &body, beside), 0.05 - 0.03, 1e-12);
    const body_place_t on_table = {body.neck_x_m - 1.0 + 0.03, -0.1};
    assert_near(client_zone_distance_m(&effects, 1, &body, on_table), 0.02, 1e-12);
    // The whole region: inside, past one edge, past a corner.
    const body_place_t head = body_place_in_region(&body, gluteus, 1.0, 1.0);
    assert_near(client_zone_distance_m(&effects, 2, &body, middle), 0.0, 0.0);
    const body_place_t above = {head.along_m - 0.03, head.across_m - 0.01};
    const body_place_t corner = {head.along_m - 0.03, head.across_m + 0.04};
    assert_near(client_zone_distance_m(&effects, 2, &body, above), 0.03, 1e-12);
    assert_near(client_zone_distance_m(&effects, 2, &body, corner), 0.05, 1e-12);
    const body_place_t nowhere = {(double)NAN, 0.0};
    for (int zone = 0; zone < 3; zone++) {
        assert_near(client_zone_distance_m(&effects, zone, &body, nowhere), 0.0, 0.0);
    }
    const double needed_m = screening.avoid_margin_m.value + 0.5 * PAD_DIAMETER_M +
                            settings.registration_error_m +
                            settings.registration_error_rad * hypot(0.3, 0.4);
    const body_place_t far = {0.3, 0.4};
    assert_near(client_zone_needed_m(&effects, 0, &body, &pad, far), needed_m, 1e-12);
}

// -------------------------------------------------------------------------------------- a routine

static void take_stroke(technique_id_t technique, const char* region, double force_N)
{
    memset(&routine, 0, sizeof routine);
    routine.item_count = 1;
    routine.step_count = 1;
    routine.step_line[0] = 7;
    snprintf(routine.path, sizeof routine.path, "routine.yaml");
    stroke_t* stroke = &routine.items[0].stroke;
    *stroke = (stroke_t){.technique = technique,
                         .region = body_region_named(&settings, region),
                         .parameters = {.force_N = force_N,
                                        .speed_mps = 0.06,
                                        .passes = 2,
                                        .rate_Hz = 0.5,
                                        .radius_m = 0.015,
                                        .duration_s = 20.0,
                                        .press_s = 2.0,
                                        .hold_s = 2.0,
                                        .release_s = 2.0},
                         .line = 7};
    assert_true(stroke->region >= 0);
    stroke->duration_s = technique_duration_s(&body, stroke);
}

static bool check(void)
{
    memset(&findings, 0, sizeof findings);
    return client_check_routine(&routine, &body, &effects, &pad, &findings);
}

static void a_path_through_the_place_of_every_local_condition_is_refused(void** state)
{
    (void)state;
    static const technique_id_t techniques[] = {TECHNIQUE_EFFLEURAGE, TECHNIQUE_KNEADING,
                                                TECHNIQUE_COMPRESSION};
    int local = 0;
    for (int i = 0; i < screening.condition_count; i++) {
        if (screening.conditions[i].condition_class != CONDITION_LOCAL) {
            continue;
        }
        local++;
        answer_yes(i);
        assert_true(work_out());
        for (size_t t = 0; t < sizeof techniques / sizeof techniques[0]; t++) {
            take_stroke(techniques[t], "gluteus.left", 10.0);
            assert_false(check());
            assert_int_equal(findings.error_count, 1);
            assert_true(found(CLIENT_RULE_ZONE));
            assert_non_null(strstr(findings.at[0].message, screening.conditions[i].name));
            assert_int_equal(findings.at[0].line, 7);
            take_stroke(techniques[t], "erector_spinae_thoracic.right", 10.0);
            assert_true(check());
        }
    }
    assert_true(local >= 5);
}

/// A straight stroke along the lumbar muscle, and a circle beside it that just leaves room.
static void a_place_is_kept_to_the_millimetre(void** state)
{
    (void)state;
    take_stroke(TECHNIQUE_EFFLEURAGE, "erector_spinae_lumbar.left", 10.0);
    const stroke_t* stroke = &routine.items[0].stroke;
    const body_place_t start = technique_target(&body, stroke, 0.0).place;
    double lateral_m = start.across_m;
    for (double t = 0.0; t < stroke->duration_s; t += 0.01) {
        lateral_m = fmax(lateral_m, technique_target(&body, stroke, t).place.across_m);
    }
    const int region = stroke->region;
    const body_place_t middle = body_place_in_region(&body, region, 0.5, 0.0);
    for (int i = 0; i < 2; i++) {
        answer_all_no();
        add_place(-1, PLACE_ON_TABLE, "", 0.020);
        client.places[0].x_m = body.neck_x_m - middle.along_m;
        assert_true(work_out());
        const double needed_m = client_zone_needed_m(&effects, 0, &body, &pad, middle);
        client.places[0].y_m = lateral_m + 0.020 + needed_m + (i == 0 ? 0.001 : -0.001);
        assert_true(work_out());
        assert_int_equal(check(), i == 0);
    }
}

/// Shows H43.
static void a_banned_technique_is_refused_by_the_name_of_what_bans_it(void** state)
{
    (void)state;
    answer_all_no();
    screening_settings_t list = screening;
    list.conditions[0].condition_class = CONDITION_LYMPH;
    list.conditions[0].banned_techniques = 1u << TECHNIQUE_KNEADING;
    client.answers[0].answer = ANSWER_YES;
    assert_true(client_effects(&client, &list, &settings, &effects, &findings));
    take_stroke(TECHNIQUE_KNEADING, "gluteus.left", 10.0);
    assert_false(check());
    assert_true(found(CLIENT_RULE_TECHNIQUE));
    assert_non_null(strstr(findings.at[0].message, list.conditions[0].name));
    take_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.left", 10.0);
    assert_true(check());
}

static void forces_below_at_and_above_a_clients_cap(void** state)
{
    (void)state;
    answer_all_no();
    client.force_max_N = 20.0;
    assert_true(work_out());
    static const struct {
        double force_N;
        bool passes;
    } cases[] = {{17.9, true}, {18.0, true}, {18.1, false}, {30.0, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        take_stroke(TECHNIQUE_COMPRESSION, "gluteus.left", cases[i].force_N);
        assert_int_equal(check(), cases[i].passes);
        assert_int_equal(found(CLIENT_RULE_FORCE), !cases[i].passes);
    }
    answer_all_no();
    const double area_m2 = 0.25 * 3.14159265358979323846 * PAD_DIAMETER_M * PAD_DIAMETER_M;
    client.pressure_max_Pa = 20.0 / area_m2;
    assert_true(work_out());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        take_stroke(TECHNIQUE_COMPRESSION, "gluteus.left", cases[i].force_N - 0.01);
        assert_int_equal(check(), cases[i].passes);
        assert_int_equal(found(CLIENT_RULE_PRESSURE), !cases[i].passes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_without_a_condition_keeps_everything),
        cmocka_unit_test(every_yes_does_what_its_class_says),
        cmocka_unit_test(every_condition_lowers_and_bans_what_its_row_says),
        cmocka_unit_test(every_clearance_opens_what_it_may_and_leaves_the_rest),
        cmocka_unit_test(every_condition_has_to_be_answered),
        cmocka_unit_test(nobody_asked_is_a_warning_and_no_real_machine),
        cmocka_unit_test(answers_and_clearances_hold_for_as_long_as_the_list_says),
        cmocka_unit_test(a_routine_can_ask_what_a_client_may_have),
        cmocka_unit_test(the_lowest_of_all_caps_counts),
        cmocka_unit_test(a_target_keeps_room_to_the_cap),
        cmocka_unit_test(names_that_are_not_there_are_refused),
        cmocka_unit_test(distances_are_those_of_circles_and_rectangles),
        cmocka_unit_test(a_path_through_the_place_of_every_local_condition_is_refused),
        cmocka_unit_test(a_place_is_kept_to_the_millimetre),
        cmocka_unit_test(a_banned_technique_is_refused_by_the_name_of_what_bans_it),
        cmocka_unit_test(forces_below_at_and_above_a_clients_cap),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
