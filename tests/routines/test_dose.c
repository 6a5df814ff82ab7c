/// The dose of a region is force times time, whatever it comes from, and the limits hold below, at
/// and above, in a session and in a week.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "routines/dose.h"
#include "tests/support/sample_body.h"

#define AREA_M2 0.002

static findings_t findings;
static body_settings_t settings;
static body_t body;
static safety_settings_t safety;
static routine_t routine;
static dose_t planned;
static const pad_settings_t pad = {.name = "palm_60", .diameter_m = 0.060};

static int setup(void** state)
{
    (void)state;
    sample_body_settings(&settings);
    sample_safety(&safety);
    const client_settings_t client = sample_average_man();
    const body_result_t built =
        body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &body);
    return built == BODY_OK ? 0 : -1;
}

static void a_steady_press_gives_force_times_time(void** state)
{
    (void)state;
    dose_region_t dose = {0};
    dose_add(&dose, 10.0, 4.0, AREA_M2);
    dose_add(&dose, 20.0, 1.0, AREA_M2);
    assert_near(dose.contact_s, 5.0, 0.0);
    assert_near(dose.impulse_Ns, 60.0, 1e-12);
    assert_near(dose.pressure_peak_Pa, 10e3, 1e-9);
    assert_near(dose_pressure_mean_Pa(&dose), 6e3, 1e-9);
}

static void what_is_not_a_number_adds_no_force_and_no_time_without_length(void** state)
{
    (void)state;
    dose_region_t dose = {0};
    dose_add(&dose, 10.0, 0.0, AREA_M2);
    dose_add(&dose, 10.0, -1.0, AREA_M2);
    dose_add(&dose, 10.0, (double)NAN, AREA_M2);
    assert_near(dose.contact_s, 0.0, 0.0);
    assert_near(dose_pressure_mean_Pa(&dose), 0.0, 0.0);
    dose_add(&dose, (double)NAN, 2.0, AREA_M2);
    assert_near(dose.contact_s, 2.0, 0.0);
    assert_near(dose.impulse_Ns, 0.0, 0.0);
}

static stroke_t* add_stroke(technique_id_t technique, const char* region, double force_N)
{
    routine_item_t* item = &routine.items[routine.item_count++];
    item->kind = ITEM_STROKE;
    item->stroke = (stroke_t){.technique = technique,
                              .region = body_region_named(&settings, region),
                              .parameters = {.force_N = force_N,
                                             .speed_mps = 0.05,
                                             .passes = 3,
                                             .rate_Hz = 0.7,
                                             .radius_m = 0.01,
                                             .duration_s = 30.0,
                                             .press_s = 2.0,
                                             .hold_s = 5.0,
                                             .release_s = 3.0}};
    item->stroke.duration_s = technique_duration_s(&body, &item->stroke);
    return &item->stroke;
}

/// Simpson's rule with far finer steps is the witness.
static double impulse_of(const stroke_t* stroke)
{
    const int parts = 200000;
    const double step_s = stroke->duration_s / parts;
    double sum = 0.0;
    for (int i = 0; i <= parts; i++) {
        const double weight = i == 0 || i == parts ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
        sum += weight * technique_target(&body, stroke, i * step_s).force_N;
    }
    return sum * step_s / 3.0;
}

static void a_planned_stroke_gives_the_integral_of_its_force(void** state)
{
    (void)state;
    static const technique_id_t techniques[] = {TECHNIQUE_EFFLEURAGE, TECHNIQUE_KNEADING,
                                                TECHNIQUE_COMPRESSION};
    for (size_t i = 0; i < sizeof techniques / sizeof techniques[0]; i++) {
        memset(&routine, 0, sizeof routine);
        const stroke_t* stroke = add_stroke(techniques[i], "gluteus.left", 15.0);
        const dose_region_t* dose = &planned.regions[stroke->region];
        dose_of_routine(&routine, &body, &pad, &planned);
        assert_near(dose->contact_s, stroke->duration_s, 1e-9);
        const double witness_Ns = impulse_of(stroke);
        assert_near(dose->impulse_Ns, witness_Ns, 1e-4 * witness_Ns);
        assert_int_equal(dose->strokes, 1);
        double speed_mps = 0.0, peak_N = 0.0;
        technique_peaks(&body, stroke, &speed_mps, &peak_N);
        assert_true(dose->pressure_peak_Pa * 0.25 * 3.141592653589793 * 0.0036 <= peak_N + 1e-9);
        assert_true(dose_pressure_mean_Pa(dose) < dose->pressure_peak_Pa);
    }
}

static void strokes_add_up_and_regions_stay_apart(void** state)
{
    (void)state;
    memset(&routine, 0, sizeof routine);
    const stroke_t* left = add_stroke(TECHNIQUE_COMPRESSION, "gluteus.left", 15.0);
    (void)add_stroke(TECHNIQUE_COMPRESSION, "gluteus.left", 15.0);
    const stroke_t* right = add_stroke(TECHNIQUE_COMPRESSION, "gluteus.right", 15.0);
    routine.items[routine.item_count++] = (routine_item_t){.kind = ITEM_REST, .rest_s = 60.0};
    dose_of_routine(&routine, &body, &pad, &planned);
    const dose_region_t* twice = &planned.regions[left->region];
    const dose_region_t* once = &planned.regions[right->region];
    assert_int_equal(twice->strokes, 2);
    assert_near(twice->contact_s, 2.0 * once->contact_s, 1e-9);
    assert_near(twice->impulse_Ns, 2.0 * once->impulse_Ns, 1e-9);
    assert_near(twice->pressure_peak_Pa, once->pressure_peak_Pa, 0.0);
}

static void a_stroke_without_end_is_over_every_limit(void** state)
{
    (void)state;
    memset(&routine, 0, sizeof routine);
    memset(&findings, 0, sizeof findings);
    add_stroke(TECHNIQUE_COMPRESSION, "gluteus.left", 15.0)->duration_s = (double)NAN;
    dose_of_routine(&routine, &body, &pad, &planned);
    assert_false(dose_check(&planned, NULL, &settings, &safety, "r.yaml", &findings));
}

static bool check_with(double time_s, double impulse_Ns, const dose_sum_t* week)
{
    memset(&planned, 0, sizeof planned);
    memset(&findings, 0, sizeof findings);
    planned.regions[2] = (dose_region_t){.contact_s = time_s, .impulse_Ns = impulse_Ns};
    return dose_check(&planned, week, &settings, &safety, "r.yaml", &findings);
}

static void assert_found(dose_rule_t rule)
{
    assert_int_equal(findings.count, 1);
    const char* word = dose_rule_text(rule);
    assert_int_equal(strncmp(findings.at[0].message, word, strlen(word)), 0);
    assert_non_null(strstr(findings.at[0].message, settings.regions[2].name));
    assert_string_equal(findings.at[0].path, "r.yaml");
}

/// Shows H54.
static void a_session_is_refused_above_its_limits_only(void** state)
{
    (void)state;
    assert_true(check_with(899.9, 17999.0, NULL));
    assert_true(check_with(900.0, 18000.0, NULL));
    assert_false(check_with(900.1, 18000.0, NULL));
    assert_found(DOSE_RULE_SESSION_TIME);
    assert_false(check_with(900.0, 18000.1, NULL));
    assert_found(DOSE_RULE_SESSION_IMPULSE);
    assert_false(check_with((double)NAN, 1.0, NULL));
    assert_false(check_with(1.0, (double)NAN, NULL));
}

/// Shows H54.
static void a_week_counts_what_was_and_what_would_come(void** state)
{
    (void)state;
    dose_sum_t week = {0};
    const dose_region_t given = {.contact_s = 1200.0, .impulse_Ns = 30e3};
    assert_true(dose_sum_add(&week, settings.regions[2].name, &given));
    assert_true(check_with(600.0, 6000.0, &week));
    assert_false(check_with(600.1, 6000.0, &week));
    assert_found(DOSE_RULE_WEEK_TIME);
    assert_non_null(strstr(findings.at[0].message, "20.0 min"));
    assert_false(check_with(600.0, 6000.1, &week));
    assert_found(DOSE_RULE_WEEK_IMPULSE);
    // What has had too much already is refused only where it would get more.
    const dose_region_t more = {.contact_s = 5000.0};
    assert_true(dose_sum_add(&week, settings.regions[3].name, &more));
    assert_true(check_with(600.0, 6000.0, &week));
}

static void a_sum_holds_as_many_names_as_it_has_room_for(void** state)
{
    (void)state;
    static dose_sum_t sum;
    const dose_region_t dose = {.contact_s = 1.0, .pressure_peak_Pa = 5.0, .strokes = 2};
    char name[NAME_CAPACITY];
    for (int i = 0; i < DOSE_TOTAL_CAPACITY; i++) {
        snprintf(name, sizeof name, "region_%d", i);
        assert_true(dose_sum_add(&sum, name, &dose));
    }
    assert_false(dose_sum_add(&sum, "one_more", &dose));
    assert_true(dose_sum_add(&sum, "region_0", &dose));
    assert_near(dose_sum_of(&sum, "region_0").contact_s, 2.0, 0.0);
    assert_near(dose_sum_of(&sum, "region_0").pressure_peak_Pa, 5.0, 0.0);
    assert_int_equal(dose_sum_of(&sum, "region_0").strokes, 4);
    assert_near(dose_sum_of(&sum, "one_more").contact_s, 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_press_gives_force_times_time),
        cmocka_unit_test(what_is_not_a_number_adds_no_force_and_no_time_without_length),
        cmocka_unit_test(a_planned_stroke_gives_the_integral_of_its_force),
        cmocka_unit_test(strokes_add_up_and_regions_stay_apart),
        cmocka_unit_test(a_stroke_without_end_is_over_every_limit),
        cmocka_unit_test(a_session_is_refused_above_its_limits_only),
        cmocka_unit_test(a_week_counts_what_was_and_what_would_come),
        cmocka_unit_test(a_sum_holds_as_many_names_as_it_has_room_for),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
