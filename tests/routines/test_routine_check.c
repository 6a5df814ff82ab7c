// What is proven: each rule passes what lies at its limit and refuses what lies just beyond, at the
// step's place and with the rule's word; and over drawn routines, that none which is accepted comes
// nearer to a zone than its margin or asks for more than any cap. Reach is judged with a gantry
// whose limits say by hand what it reaches.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "kinematics/clearance.h"
#include "kinematics/ik.h"
#include "routines/bandwidth.h"
#include "routines/player.h"
#include "routines/routine_check.h"
#include "tests/support/drawn_stroke.h"
#include "tests/support/sample_body.h"

#define PI 3.14159265358979323846
#define SEED 7151129u
#define DRAWN_ROUTINES 400

static body_settings_t settings;
static body_t body;
static safety_settings_t safety;
static machine_settings_t machine;
static chain_t chain;
static routine_t routine;
static findings_t findings; // errors alone
static findings_t warnings;
static routine_figures_t figures;

static void add_joint(arm_settings_t* arm, joint_kind_t kind, int axis, double low, double high)
{
    joint_settings_t* joint = &arm->joints[arm->joint_count++];
    snprintf(joint->name, sizeof joint->name, "joint_%d", arm->joint_count);
    joint->kind = kind;
    joint->axis[axis] = 1.0;
    joint->position_min = low;
    joint->position_max = high;
    joint->velocity_max = kind == JOINT_PRISMATIC ? 1.0 : 3.0;
    joint->acceleration_max = kind == JOINT_PRISMATIC ? 5.0 : 15.0;
    joint->effort_max = 200.0;
    joint->mass_kg = 1.0;
    joint->inertia_kgm2[0] = joint->inertia_kgm2[1] = joint->inertia_kgm2[2] = 0.01;
    joint->parked = joint->preferred = 0.5 * (low + high);
}

/// A gantry over the table that turns its tool about z, y and x; the tool points down.
static void build_gantry(double y_reach_m)
{
    memset(&machine, 0, sizeof machine);
    machine.table_length_m = SAMPLE_TABLE_LENGTH_M;
    machine.period_us = 4000;
    machine.profiles[0].response_lag_s = 0.010;
    machine.profiles[0].sample_age_max_s = 0.004;
    machine.neck_x_m = SAMPLE_NECK_X_M;
    arm_settings_t* arm = &machine.arm;
    add_joint(arm, JOINT_PRISMATIC, 0, 0.0, 2.0);
    add_joint(arm, JOINT_PRISMATIC, 1, -y_reach_m, y_reach_m);
    add_joint(arm, JOINT_PRISMATIC, 2, 0.0, 1.0);
    add_joint(arm, JOINT_REVOLUTE, 2, -3.0, 3.0);
    add_joint(arm, JOINT_REVOLUTE, 1, -1.4, 1.4);
    add_joint(arm, JOINT_REVOLUTE, 0, -1.4, 1.4);
    tool_settings_t* tool = &arm->tool;
    tool->flange_rpy_rad[0] = PI;
    tool->mass_kg = 0.5;
    tool->spring_stiffness_N_per_m = 5000.0;
    tool->pad_count = 2;
    tool->pads[0] = (pad_settings_t){.name = "palm_60", .diameter_m = 0.060, .length_m = 0.1};
    tool->pads[1] = (pad_settings_t){.name = "thumb_20", .diameter_m = 0.020, .length_m = 0.1};
    machine.period_us = 4000;
    machine.device_count = 2;
    machine.devices[0] = (device_settings_t){.role = DEVICE_DRIVE, .profile_index = 0};
    machine.devices[1] = (device_settings_t){.role = DEVICE_FORCE_TORQUE, .profile_index = 1};
    machine.force_sensor = 1;
    machine.profile_count = 2;
    machine.profiles[0].response_lag_s = 0.010;
    machine.profiles[1].sample_age_max_s = 0.004;
    assert_true(chain_build(arm, 0, &chain));
}

static stroke_t* add_stroke(technique_id_t technique, const char* region,
                            technique_parameters_t parameters)
{
    body_lay_patches(&body); // tests change them
    routine_item_t* item = &routine.items[routine.item_count++];
    const int step = routine.step_count++;
    routine.step_line[step] = 10 * (step + 1);
    routine.step_column[step] = 5;
    snprintf(routine.step_field[step], NAME_CAPACITY, "steps[%d]", step);
    *item = (routine_item_t){.kind = ITEM_STROKE};
    item->stroke = (stroke_t){.technique = technique,
                              .region = body_region_named(&settings, region),
                              .parameters = parameters,
                              .step = step,
                              .line = routine.step_line[step]};
    item->stroke.duration_s = technique_duration_s(&body, &item->stroke);
    return &item->stroke;
}

static technique_parameters_t effleurage(double force_N)
{
    return (technique_parameters_t){.force_N = force_N, .speed_mps = 0.05, .passes = 2};
}

static int reset(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    memset(&routine, 0, sizeof routine);
    snprintf(routine.path, sizeof routine.path, "test.yaml");
    snprintf(routine.pad, sizeof routine.pad, "palm_60");
    sample_body_settings(&settings);
    sample_safety(&safety);
    build_gantry(0.6);
    return 0;
}

static int setup(void** state)
{
    sample_body_settings(&settings);
    const client_settings_t client = sample_average_man();
    if (body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &body) != BODY_OK) {
        return -1;
    }
    return reset(state);
}

/// Takes the warnings out of the findings.
static void part_findings(void)
{
    memset(&warnings, 0, sizeof warnings);
    int kept = 0;
    for (int i = 0; i < findings.count; i++) {
        if (findings.at[i].severity == FINDING_WARNING) {
            warnings.at[warnings.count++] = findings.at[i];
        } else {
            findings.at[kept++] = findings.at[i];
        }
    }
    assert_int_equal(warnings.count, findings.warning_count);
    findings.count = kept;
}

static bool check(void)
{
    memset(&findings, 0, sizeof findings);
    body_lay_patches(&body); // tests change them
    const routine_check_inputs_t inputs = {.body = &body,
                                           .safety = &safety,
                                           .machine = &machine,
                                           .chain = &chain,
                                           .pad = &machine.arm.tool.pads[0]};
    const bool ok = routine_check(&routine, &inputs, &figures, &findings);
    assert_int_equal(ok, findings.error_count == 0);
    part_findings();
    return ok;
}

static int count_word(const findings_t* list, routine_rule_t rule)
{
    char begin[64];
    snprintf(begin, sizeof begin, "%s: ", routine_rule_text(rule));
    int count = 0;
    for (int i = 0; i < list->count; i++) {
        count += strncmp(list->at[i].message, begin, strlen(begin)) == 0;
    }
    return count;
}

static int count_warning(routine_rule_t rule)
{
    return count_word(&warnings, rule);
}

static int count_rule(routine_rule_t rule)
{
    return count_word(&findings, rule);
}

static void assert_accepted(void)
{
    const bool ok = check();
    if (!ok) {
        findings_print(&findings, stderr);
    }
    assert_true(ok);
    assert_int_equal(findings.count, 0);
}

/// Refused by this rule alone, at the last step added.
static void assert_refused_by(routine_rule_t rule)
{
    assert_false(check());
    if (findings.error_count != 1 || count_rule(rule) != 1) {
        findings_print(&findings, stderr);
    }
    assert_int_equal(findings.error_count, 1);
    assert_int_equal(count_rule(rule), 1);
    assert_string_equal(findings.at[0].path, "test.yaml");
    if (findings.at[0].line > 0) {
        assert_int_equal(findings.at[0].line, 10 * routine.step_count);
        assert_int_equal(findings.at[0].column, 5);
    }
}

static void good_routine_passes_and_has_its_figures(void** state)
{
    (void)state;
    const stroke_t* first = add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    add_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.right", effleurage(18.0));
    routine.items[routine.item_count++] = (routine_item_t){.kind = ITEM_REST, .rest_s = 30.0};
    assert_accepted();
    assert_near(figures.planned_s, player_planned_s(&routine), 1e-12);
    assert_near(figures.contact_s, figures.planned_s - 30.0, 1e-9);
    assert_near(figures.force_max_N, 18.0, 1e-12);
    assert_true(figures.speed_max_mps >= 0.05 && figures.speed_max_mps < 0.08);
    assert_true(figures.place_count > 20);
    assert_true(figures.reach_error_max_m <= IK_POSITION_TOLERANCE_M);
    assert_true(figures.joint_margin_min > 0.0);
    assert_true(first->duration_s > 0.0);
}

static void technique_a_region_leaves_out_is_refused(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    const int region = body_region_named(&settings, "lumbar.left");
    settings.regions[region].techniques = 1u << TECHNIQUE_EFFLEURAGE;
    assert_accepted();
    settings.regions[region].techniques = SAMPLE_ALL_TECHNIQUES & ~(1u << TECHNIQUE_EFFLEURAGE);
    assert_refused_by(ROUTINE_RULE_TECHNIQUE);
    assert_string_equal(findings.at[0].message,
                        "technique-not-allowed: effleurage is not for lumbar.left");
}

/// A light stroke first, so that the order is right, then one of `force_N`.
static void press_on(const char* region, double force_N)
{
    routine.item_count = 0;
    routine.step_count = 0;
    add_stroke(TECHNIQUE_EFFLEURAGE, region, effleurage(8.0));
    add_stroke(TECHNIQUE_EFFLEURAGE, region, effleurage(force_N));
}

/// Shows H01.
static void force_up_to_the_techniques_ceiling_times_the_factor_passes(void** state)
{
    (void)state;
    // Effleurage 30 N; trapezius 0.7: 21 N.
    press_on("trapezius.left", 20.99);
    assert_accepted();
    press_on("trapezius.left", 21.01);
    assert_refused_by(ROUTINE_RULE_TECHNIQUE_FORCE);
    press_on("trapezius.left", (double)NAN);
    assert_false(check());
    assert_true(count_rule(ROUTINE_RULE_TECHNIQUE_FORCE) >= 1);
}

/// Shows H01.
static void force_up_to_the_regions_cap_passes(void** state)
{
    (void)state;
    const int region = body_region_named(&settings, "lumbar.left");
    settings.regions[region].force_max_N.value = 25.0;
    press_on("lumbar.left", 24.99);
    assert_accepted();
    press_on("lumbar.left", 25.0);
    assert_accepted();
    press_on("lumbar.left", 25.01);
    assert_refused_by(ROUTINE_RULE_REGION_FORCE);
}

/// Shows H01.
static void force_up_to_the_safety_limit_less_its_margin_passes(void** state)
{
    (void)state;
    safety.contact_force_max_N.value = 30.0;
    safety.contact_force_margin_N.value = 8.0;
    press_on("lumbar.left", 22.0);
    assert_accepted();
    press_on("lumbar.left", 22.01);
    assert_refused_by(ROUTINE_RULE_SAFETY_FORCE);
}

static void swell_of_kneading_counts_as_force(void** state)
{
    (void)state;
    const int region = body_region_named(&settings, "gluteus.left");
    const technique_parameters_t p = {
        .force_N = 16.0, .rate_Hz = 0.5, .radius_m = 0.02, .duration_s = 20.0};
    add_stroke(TECHNIQUE_KNEADING, "gluteus.left", p);
    settings.regions[region].force_max_N.value = 20.001;
    assert_accepted();
    settings.regions[region].force_max_N.value = 19.999;
    assert_refused_by(ROUTINE_RULE_REGION_FORCE);
}

/// Shows H01.
static void pressure_is_force_over_the_pads_face(void** state)
{
    (void)state;
    // 20 N on 60 mm: 20 / (pi 0.03^2) = 7073.6 Pa.
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(20.0));
    const int region = body_region_named(&settings, "lumbar.left");
    settings.regions[region].pressure_max_Pa.value = 7074.0;
    assert_accepted();
    settings.regions[region].pressure_max_Pa.value = 7073.0;
    assert_refused_by(ROUTINE_RULE_PRESSURE);
}

static void force_that_changes_too_quickly_is_refused(void** state)
{
    (void)state;
    // Half a cosine over T: pi/2 x 17 N / T = 40 N/s at T = 0.6676 s, below the shortest ramp; over
    // 37 N at T = 1.4530 s.
    technique_parameters_t p = {
        .force_N = 40.0, .press_s = 1.454, .hold_s = 1.0, .release_s = 2.0, .passes = 2};
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(10.0));
    stroke_t* press = add_stroke(TECHNIQUE_COMPRESSION, "lumbar.left", p);
    assert_accepted();
    press->parameters.press_s = 1.452;
    assert_refused_by(ROUTINE_RULE_FORCE_RATE);
}

static void speed_over_the_skin_stays_under_both_limits(void** state)
{
    (void)state;
    // Long enough to get up to speed.
    settings.regions[body_region_named(&settings, "lumbar.left")].level_min = 0.2;
    stroke_t* stroke = add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
    const double speed_mps = figures.speed_max_mps;
    safety.contact_speed_max_mps.value = speed_mps + 1e-6;
    assert_accepted();
    safety.contact_speed_max_mps.value = speed_mps - 1e-6;
    assert_refused_by(ROUTINE_RULE_SAFETY_SPEED);

    // The technique's 150 mm/s, counted over the sloping skin.
    safety.contact_speed_max_mps.value = 0.20;
    const double stretch = speed_mps / stroke->parameters.speed_mps;
    assert_true(stretch >= 1.0 && stretch < 1.2);
    stroke->parameters.speed_mps = 0.1499 / stretch;
    stroke->duration_s = technique_duration_s(&body, stroke);
    assert_accepted();
    stroke->parameters.speed_mps = 0.1503 / stretch;
    stroke->duration_s = technique_duration_s(&body, stroke);
    assert_refused_by(ROUTINE_RULE_TECHNIQUE_SPEED);
}

static void rhythm_stays_in_the_techniques_range(void** state)
{
    (void)state;
    const struct {
        double rate_Hz;
        bool accepted;
    } cases[] = {{0.199, false}, {0.2, true}, {1.2, true}, {1.201, false}, {(double)NAN, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        reset(NULL);
        stroke_t* stroke =
            add_stroke(TECHNIQUE_KNEADING, "gluteus.left",
                       (technique_parameters_t){
                           .force_N = 12.0, .rate_Hz = 0.5, .radius_m = 0.008, .duration_s = 20.0});
        stroke->parameters.rate_Hz = cases[i].rate_Hz;
        assert_int_equal(check(), cases[i].accepted);
        assert_int_equal(count_rule(ROUTINE_RULE_RATE), cases[i].accepted ? 0 : 1);
    }
}

/// A vibration of `rate_Hz` on the buttock; nothing but the arm is in its way.
static void reset_to_vibration(double rate_Hz)
{
    reset(NULL);
    technique_limits_t* limits = &safety.techniques[TECHNIQUE_VIBRATION];
    limits->rate_max_Hz.value = 15.0;
    limits->force_rate_max_N_per_s.value = 500.0;
    (void)add_stroke(TECHNIQUE_VIBRATION, "gluteus.left",
                     (technique_parameters_t){
                         .force_N = 10.0, .swing_N = 2.0, .rate_Hz = rate_Hz, .duration_s = 10.0});
}

static void rhythm_that_the_arm_cannot_follow_is_refused_with_the_figures(void** state)
{
    (void)state;
    reset_to_vibration(10.0);
    assert_false(check());
    assert_int_equal(count_rule(ROUTINE_RULE_BANDWIDTH), 1);
    assert_non_null(strstr(findings.at[0].message, "10.00 Hz"));
    assert_non_null(strstr(findings.at[0].message, "Hz at most, for the speed allowed"));
    // By hand: spring and tissue in series at 10 N, people softer than the map in mind, and what
    // breathing leaves of 40 mm/s.
    const double tissue = 1.5 * cbrt(30000.0 * 30000.0 * 10.0);
    const double stiffness = 0.8 * tissue * 5000.0 / (tissue + 5000.0);
    const double most_Hz = (0.04 - BANDWIDTH_BREATH_MPS) * stiffness / (2.0 * PI * 2.0);
    reset_to_vibration(0.85 * most_Hz); // the ramps take a little too
    assert_true(check());
    reset_to_vibration(1.01 * most_Hz);
    assert_false(check());
    // With a bus ten times slower the loop itself is in the way, for any motion.
    reset_to_vibration(0.85 * most_Hz);
    machine.period_us = 40000;
    assert_false(check());
    assert_int_equal(count_rule(ROUTINE_RULE_BANDWIDTH), 1);
    assert_non_null(strstr(findings.at[0].message, "the delay of the loop"));
    machine.period_us = 4000;
}

static void circle_must_fit_its_region(void** state)
{
    (void)state;
    // Lumbar leaves 12 mm across: at least 0.3 of the radius, so up to 40 mm.
    technique_parameters_t p = {
        .force_N = 12.0, .rate_Hz = 0.25, .radius_m = 0.0399, .duration_s = 20.0};
    stroke_t* stroke = add_stroke(TECHNIQUE_KNEADING, "lumbar.left", p);
    assert_accepted();
    stroke->parameters.radius_m = 0.0401;
    assert_refused_by(ROUTINE_RULE_RADIUS);
}

/// Shows H05.
static void path_keeps_margin_and_registration_error_from_every_zone(void** state)
{
    (void)state;
    // Medial lane at 24 + 8 = 32 mm; the spine's edge at 10 mm: 22 mm of distance.
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    const int spine = settings.zone_count - 1;
    settings.registration_error_m = 0.010;
    settings.zones[spine].margin_m.value = 0.012;
    assert_accepted();
    settings.zones[spine].margin_m.value = 0.0121;
    assert_refused_by(ROUTINE_RULE_ZONE);
    settings.zones[spine].margin_m.value = 0.012;
    settings.registration_error_m = 0.0101;
    assert_refused_by(ROUTINE_RULE_ZONE);
    settings.registration_error_m = 0.010;
    settings.registration_error_rad = 0.001;
    assert_refused_by(ROUTINE_RULE_ZONE);
    settings.zones[spine].margin_m.value = (double)NAN;
    settings.registration_error_rad = 0.0;
    assert_false(check());
    assert_int_equal(count_rule(ROUTINE_RULE_ZONE), 1);
}

static void skin_whose_height_is_less_sure_than_the_search_is_refused(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    settings.registration_error_m = 0.008;
    safety.surface_search_m.value = 0.008;
    assert_accepted();
    safety.surface_search_m.value = 0.0079;
    assert_refused_by(ROUTINE_RULE_HEIGHT);
    safety.surface_search_m.value = (double)NAN;
    assert_refused_by(ROUTINE_RULE_HEIGHT);
}

static void skin_steeper_than_a_pad_holds_on_is_refused(void** state)
{
    (void)state;
    const int region = body_region_named(&settings, "lumbar.left");
    settings.zone_count = 0;
    settings.regions[region].across_min_m = 0.10;
    settings.regions[region].across_max_m = 0.19; // far down the flank
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_refused_by(ROUTINE_RULE_SKIN);
}

static void first_stroke_on_a_region_is_light(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(20.0));
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(25.0));
    assert_accepted();
    // Another region, though it lies beside the first, begins anew.
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.right", effleurage(20.01));
    assert_refused_by(ROUTINE_RULE_ORDER);
}

/// Shows H54.
static void session_lasts_no_longer_than_allowed(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    routine.items[routine.item_count++] = (routine_item_t){.kind = ITEM_REST, .rest_s = 100.0};
    assert_accepted();
    // Ways to and from the body come on top of touch and rest.
    const double session_s = figures.session_s;
    assert_true(session_s > player_planned_s(&routine) + 5.0);
    safety.session_time_max_s.value = session_s;
    assert_accepted();
    safety.session_time_max_s.value = session_s - 0.001;
    assert_refused_by(ROUTINE_RULE_SESSION);
    assert_int_equal(findings.at[0].line, 0);
}

static void routine_that_touches_nothing_is_refused(void** state)
{
    (void)state;
    routine.items[routine.item_count++] = (routine_item_t){.kind = ITEM_REST, .rest_s = 10.0};
    assert_refused_by(ROUTINE_RULE_EMPTY);
}

/// Shows H17.
static void pad_the_machine_does_not_have_is_refused(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    snprintf(routine.pad, sizeof routine.pad, "palm_06");
    assert_refused_by(ROUTINE_RULE_PAD_UNKNOWN);
    assert_non_null(strstr(findings.at[0].message, "did you mean 'palm_60'?"));
    memset(&findings, 0, sizeof findings);
    const routine_check_inputs_t inputs = {
        .body = &body, .safety = &safety, .machine = &machine, .chain = &chain};
    assert_false(routine_check(&routine, &inputs, NULL, &findings));
}

static void skin_within_the_gantrys_width_is_reached_and_no_further(void** state)
{
    (void)state;
    // Gluteus reaches to 117 mm; a normal leaning outwards puts the flange, 100 to 180 mm above,
    // further out still. A gantry of 100 mm to a side can't follow.
    add_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.left", effleurage(12.0));
    assert_accepted();
    build_gantry(0.10);
    assert_refused_by(ROUTINE_RULE_REACH);
    assert_non_null(strstr(findings.at[0].message, "gluteus.left"));
    assert_true(figures.reach_error_max_m > 0.005);
}

/// Shows H44.
static void place_reached_only_on_the_skin_is_refused_for_its_hover(void** state)
{
    (void)state;
    // Skin of the lumbar region is 0.2 m high; the flange stands 0.1 m above, hovering 0.18 m.
    build_gantry(0.6);
    machine.arm.joints[2].position_max = 0.33;
    machine.arm.joints[2].preferred = 0.2;
    assert_true(chain_build(&machine.arm, 0, &chain));
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_refused_by(ROUTINE_RULE_REACH);
    assert_non_null(strstr(findings.at[0].message, "80 mm above"));
}

/// A tool that comes to the place but can't be turned to the skin is said to lack the angle.
static void what_is_short_of_a_place_is_told_as_a_way_or_an_angle(void** state)
{
    (void)state;
    machine.arm.joints[5].position_min = -0.01;
    machine.arm.joints[5].position_max = 0.01;
    assert_true(chain_build(&machine.arm, 0, &chain));
    add_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.left", effleurage(12.0));
    assert_refused_by(ROUTINE_RULE_REACH);
    assert_non_null(strstr(findings.at[0].message, " degrees short)"));
    assert_null(strstr(findings.at[0].message, "(0 mm"));
}

/// A gantry whose carriage hangs 0.9 m beside the head and `drop_m` below it, the head 0.4 m above
/// the pad, over a table so wide that the carriage is over it as well.
static void build_hanging_gantry(double drop_m, double radius_m)
{
    build_gantry(0.6);
    arm_settings_t* arm = &machine.arm;
    joint_settings_t* carriage = &arm->joints[2];
    (void)snprintf(carriage->name, NAME_CAPACITY, "carriage");
    carriage->radius_m = radius_m;
    carriage->origin_xyz_m[1] = -0.9;
    carriage->origin_xyz_m[2] = -drop_m;
    carriage->parked = 0.9;
    arm->joints[3].origin_xyz_m[1] = 0.9;
    arm->joints[3].origin_xyz_m[2] = drop_m;
    arm->tool.flange_xyz_m[2] = -0.3;
    machine.table_width_m = 2.0;
    assert_true(chain_build(arm, 0, &chain));
}

/// Shows H02.
static void a_link_too_near_the_table_is_refused_by_name(void** state)
{
    // The head comes down to 0.58 m over the lumbar skin; the carriage hangs below and is 40 mm
    // thick.
    build_hanging_gantry(0.50, 0.04);
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
    assert_true(figures.arm_clearance_min_m > CLEARANCE_CHECKED_M);
    assert_true(figures.arm_clearance_min_m < 0.060);
    assert_int_equal(reset(state), 0);
    build_hanging_gantry(0.53, 0.04);
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_refused_by(ROUTINE_RULE_PARTS);
    print_message("%s\n", findings.at[0].message);
    assert_non_null(strstr(findings.at[0].message, "link carriage and the table top are "));
    assert_non_null(strstr(findings.at[0].message, "mm apart over lumbar.left; at least 20 mm"));
    assert_true(figures.arm_clearance_min_m < CLEARANCE_CHECKED_M);
    assert_int_equal(reset(state), 0);
    // Without a thickness it is nothing that could touch.
    build_hanging_gantry(0.53, 0.0);
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
}

static void a_parked_posture_at_the_table_is_refused_whatever_the_routine(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    for (int i = 0; i < 2; i++) {
        build_gantry(0.6);
        machine.table_width_m = 0.7;
        machine.arm.joints[2].parked = i == 0 ? 0.121 : 0.119; // less 100 mm of tool
        assert_true(chain_build(&machine.arm, 0, &chain));
        if (i == 0) {
            assert_accepted();
        }
    }
    assert_false(check());
    // The way from there to the first place is too near at its beginning.
    assert_int_equal(count_rule(ROUTINE_RULE_PARTS), findings.error_count);
    assert_non_null(strstr(findings.at[0].message, "the tool and the table top are 19 mm apart in "
                                                   "the parked posture; at least 20 mm"));
}

/// Shows H02.
static void a_link_too_near_the_skin_is_refused_by_name(void** state)
{
    (void)state;
    // The wrist stands 0.1 m above the pad: a radius of 60 mm leaves 40 mm, one of 80 mm leaves 20.
    const double radii_m[] = {0.060, 0.080};
    for (int i = 0; i < 2; i++) {
        build_gantry(0.6);
        const int last = machine.arm.joint_count - 1;
        (void)snprintf(machine.arm.joints[last].name, NAME_CAPACITY, "wrist");
        machine.arm.joints[last].radius_m = radii_m[i];
        assert_true(chain_build(&machine.arm, 0, &chain));
        add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
        if (i == 0) {
            assert_accepted();
        } else {
            assert_refused_by(ROUTINE_RULE_CLEARANCE);
            assert_non_null(strstr(findings.at[0].message, "'wrist'"));
        }
        assert_int_equal(reset(state), 0);
    }
}

static void repeated_step_is_reported_once(void** state)
{
    (void)state;
    press_on("trapezius.left", 25.0);
    for (int i = 0; i < 5; i++) {
        routine.items[routine.item_count] = routine.items[1];
        routine.item_count++;
    }
    assert_refused_by(ROUTINE_RULE_TECHNIQUE_FORCE);
}

static void every_mistake_of_a_routine_is_found_in_one_pass(void** state)
{
    (void)state;
    safety.session_time_max_s.value = 11.0;
    snprintf(routine.pad, sizeof routine.pad, "palm");
    add_stroke(TECHNIQUE_COMPRESSION, "calf.left",
               (technique_parameters_t){
                   .force_N = 50.0, .press_s = 0.8, .hold_s = 10.0, .release_s = 2.0, .passes = 2});
    assert_false(check());
    assert_int_equal(count_rule(ROUTINE_RULE_PAD_UNKNOWN), 1);
    assert_int_equal(count_rule(ROUTINE_RULE_ORDER), 1);
    assert_int_equal(count_rule(ROUTINE_RULE_TECHNIQUE_FORCE), 1);
    assert_int_equal(count_rule(ROUTINE_RULE_REGION_FORCE), 1);
    assert_int_equal(count_rule(ROUTINE_RULE_FORCE_RATE), 1);
    assert_int_equal(count_rule(ROUTINE_RULE_SESSION), 1);
    assert_int_equal(findings.error_count, 6);
}

/// Shows H44.
static void joint_that_cannot_keep_up_is_refused_by_name(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
    // The fastest joint of the whole play, ways included, then uses just what it may.
    const int fastest = figures.fastest_joint;
    const double speed = figures.joint_speed_share_max * chain.velocity_max.at[fastest];
    assert_true(figures.joint_speed_share_max > 0.05 && figures.joint_speed_share_max < 0.9);
    chain.velocity_max.at[fastest] = speed / JOINT_SPEED_SHARE_MAX * (1.0 + 1e-6);
    assert_accepted();
    assert_near(figures.joint_speed_share_max, JOINT_SPEED_SHARE_MAX, 1e-5);
    chain.velocity_max.at[fastest] = speed / JOINT_SPEED_SHARE_MAX * (1.0 - 1e-6);
    assert_refused_by(ROUTINE_RULE_JOINT_SPEED);
    // However little it is, it reads as too much.
    const char* message = findings.at[0].message;
    const char* asked = strstr(message, "would have to move at ");
    const char* most = strstr(message, "; at most ");
    assert_non_null(asked);
    assert_non_null(most);
    assert_true(strtod(asked + strlen("would have to move at "), NULL) >
                strtod(most + strlen("; at most "), NULL));
    assert_non_null(strstr(findings.at[0].message, machine.arm.joints[fastest].name));
    // Half of that: the joint is not only over its share but falls behind.
    chain.velocity_max.at[fastest] = 0.5 * speed;
    assert_refused_by(ROUTINE_RULE_JOINT_SPEED);
    assert_non_null(strstr(findings.at[0].message, machine.arm.joints[fastest].name));
}

static void joint_that_cannot_speed_up_in_time_is_refused(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    chain.acceleration_max.at[0] = 0.05;
    assert_refused_by(ROUTINE_RULE_JOINT_SPEED);
    assert_non_null(strstr(findings.at[0].message, "quickly enough"));
}

/// A message's figures, as they read: what there is, and what there should be at least.
static void assert_reads_as_too_little(const char* before)
{
    const char* there = strstr(findings.at[0].message, before);
    const char* least = strstr(findings.at[0].message, "; at least ");
    assert_non_null(there);
    assert_non_null(least);
    assert_true(strtod(there + strlen(before), NULL) < strtod(least + strlen("; at least "), NULL));
}

/// Shows H01, H03.
static void arm_that_could_not_let_go_as_limits_count_on_is_refused(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
    const double there_mps2 = figures.yield_acceleration_min_mps2;
    assert_true(there_mps2 > 2.5 && there_mps2 < 50.0);
    // What the machine's file says it surely has, and what every yield asks for.
    machine.yield_deceleration_mps2.value = there_mps2 * (1.0 - 1e-6);
    assert_accepted();
    machine.yield_deceleration_mps2.value = there_mps2 * (1.0 + 1e-6);
    assert_refused_by(ROUTINE_RULE_YIELD);
    assert_reads_as_too_little("leave the body with ");
    machine.yield_deceleration_mps2.value = (double)NAN;
    assert_refused_by(ROUTINE_RULE_YIELD);
    machine.yield_deceleration_mps2.value = 0.0; // nobody knows
    const double part = 2.0 / 0.9 / there_mps2;
    const joints_t given = chain.acceleration_max;
    for (int above = 1; above >= 0; --above) {
        for (int i = 0; i < chain.joint_count; ++i) {
            chain.acceleration_max.at[i] = given.at[i] * part * (above != 0 ? 1.001 : 0.999);
        }
        if (above != 0) {
            assert_accepted();
        } else {
            assert_refused_by(ROUTINE_RULE_YIELD);
        }
    }
    chain.acceleration_max = given;
    // The speed of a yield.
    safety.yield_speed_mps.value = figures.yield_speed_min_mps * (1.0 - 1e-6);
    assert_accepted();
    safety.yield_speed_mps.value = figures.yield_speed_min_mps * (1.0 + 1e-6);
    assert_refused_by(ROUTINE_RULE_YIELD);
    assert_reads_as_too_little("leave the body at ");
    safety.yield_speed_mps.value = (double)NAN;
    assert_refused_by(ROUTINE_RULE_YIELD);
}

static void way_that_a_joints_limit_cuts_is_refused(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    add_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.left", effleurage(12.0));
    chain.position_min.at[2] = 0.45; // the slide cannot come down as far as the skin
    assert_false(check());
    assert_true(count_rule(ROUTINE_RULE_REACH) == 2);
    assert_int_equal(findings.error_count, 2);
}

static void joint_near_its_limit_is_warned_of(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_JOINT_ROOM), 0);
    // The lowest the slide comes, found by the margin it leaves to a limit set below it.
    double lowest = 0.4;
    chain.position_min.at[2] = lowest;
    for (int i = 0; i < 40 && !check(); i++) {
        chain.position_min.at[2] = lowest -= 0.005;
    }
    assert_accepted();
    lowest += figures.joint_margin_min;
    chain.position_min.at[2] = lowest - JOINT_ROOM_MIN_M - 0.0005;
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_JOINT_ROOM), 0);
    chain.position_min.at[2] = lowest - JOINT_ROOM_MIN_M + 0.0005;
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_JOINT_ROOM), 1);
    assert_int_equal(warnings.at[0].line, 10);
}

static void sliding_that_may_drag_too_hard_is_warned_of(void** state)
{
    (void)state;
    // 0.61 of 20 N: 12.2 N.
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(20.0));
    safety.shear_force_max_N.value = 12.3;
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_DRAG), 0);
    assert_near(figures.drag_max_N, 12.2, 0.05);
    safety.shear_force_max_N.value = 12.1;
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_DRAG), 1);
    // A press does not slide.
    reset(NULL);
    safety.shear_force_max_N.value = 3.0;
    add_stroke(TECHNIQUE_COMPRESSION, "gluteus.left",
               (technique_parameters_t){
                   .force_N = 20.0, .press_s = 2.0, .hold_s = 2.0, .release_s = 2.0, .passes = 3});
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_DRAG), 0);
}

/// Shows H54.
static void press_is_held_no_longer_than_anything_needs(void** state)
{
    (void)state;
    technique_parameters_t p = {
        .force_N = 20.0, .press_s = 2.0, .hold_s = 80.0, .release_s = 2.0, .passes = 2};
    stroke_t* stroke = add_stroke(TECHNIQUE_COMPRESSION, "gluteus.left", p);
    assert_accepted();
    // 3 to 20 N and back by half cosines: over 10 N from 0.887 s of 2 s on, so hold and 2 x 1.113
    // s.
    assert_near(figures.held_max_s, 82.226, 0.06);
    stroke->parameters.hold_s = 87.7;
    stroke->duration_s = technique_duration_s(&body, stroke);
    assert_accepted();
    stroke->parameters.hold_s = 87.9;
    stroke->duration_s = technique_duration_s(&body, stroke);
    assert_refused_by(ROUTINE_RULE_HELD);
    // Lightly a hand may rest for as long as it likes.
    stroke->parameters.force_N = 9.9;
    assert_accepted();
    assert_near(figures.held_max_s, 0.0, 0.0);
}

static void rhythm_needs_little_lag(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_KNEADING, "gluteus.left",
               (technique_parameters_t){
                   .force_N = 12.0, .rate_Hz = 0.8, .radius_m = 0.01, .duration_s = 20.0});
    assert_accepted();
    // Four loop delays to a cycle: sensor, one and a half periods, drive.
    machine.profiles[1].sample_age_max_s = 0.25 / 0.8 - 0.006 - 0.010 - 1e-9;
    machine.profiles[0].response_lag_s = 0.010;
    assert_accepted();
    machine.profiles[0].response_lag_s = 0.010 + 1e-6;
    assert_refused_by(ROUTINE_RULE_BANDWIDTH);
    machine.profiles[0].response_lag_s = (double)NAN;
    machine.profiles[1].sample_age_max_s = (double)NAN;
    assert_refused_by(ROUTINE_RULE_BANDWIDTH);
}

static void left_and_right_that_get_unlike_shares_are_warned_of(void** state)
{
    (void)state;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(12.0));
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_BALANCE), 1);
    assert_int_equal(warnings.at[0].line, 10);
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.right", effleurage(12.0));
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_BALANCE), 0);
    const int left = body_region_named(&settings, "lumbar.left");
    assert_near(figures.dose.regions[left].contact_s, 0.5 * figures.contact_s, 1e-9);
    assert_int_equal(figures.dose.regions[left].strokes, 1);
    // As long, but harder: more force times time.
    routine.items[1].stroke.parameters.force_N = 20.0;
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_BALANCE), 1);
    assert_int_equal(warnings.at[0].line, 20);
}

static void deep_work_in_a_lymphatic_session_is_warned_of(void** state)
{
    (void)state;
    // 4 kPa on 60 mm: 11.31 N.
    add_stroke(TECHNIQUE_EFFLEURAGE, "calf.left", effleurage(11.3));
    add_stroke(TECHNIQUE_EFFLEURAGE, "calf.right", effleurage(11.32));
    assert_accepted();
    assert_int_equal(warnings.count, 0);
    snprintf(routine.goal, sizeof routine.goal, "lymphatic");
    assert_accepted();
    assert_int_equal(count_warning(ROUTINE_RULE_GOAL), 1);
    assert_int_equal(warnings.at[0].line, 20);
}

static technique_parameters_t trigger_point(double along)
{
    return (technique_parameters_t){.force_N = 12.0,
                                    .step_N = {8.0, 12.0},
                                    .step_count = 2,
                                    .hold_s = 8.0,
                                    .point = {.along = along}};
}

static void deep_techniques_want_a_warm_up_on_their_region(void** state)
{
    (void)state;
    const technique_id_t deep[] = {TECHNIQUE_DEEP_STROKE, TECHNIQUE_TRIGGER_POINT,
                                   TECHNIQUE_FRICTION_CROSS};
    for (int i = 0; i < 3; i++) {
        reset(NULL);
        technique_parameters_t p = trigger_point(0.5);
        p.speed_mps = 0.02;
        p.passes = 1;
        p.rate_Hz = 1.0;
        p.length_m = 0.01;
        p.duration_s = 10.0;
        add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.right", effleurage(8.0)); // the other side
        add_stroke(deep[i], "lumbar.left", p);
        assert_refused_by(ROUTINE_RULE_WARM_UP);
        reset(NULL);
        add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(8.0));
        add_stroke(deep[i], "lumbar.left", p);
        assert_accepted();
    }
}

static void point_is_pressed_twice_a_session_at_most(void** state)
{
    (void)state;
    // A gluteus of 0.25 m and more: a twentieth of it is more than the 10 mm of one point.
    add_stroke(TECHNIQUE_EFFLEURAGE, "gluteus.left", effleurage(8.0));
    add_stroke(TECHNIQUE_TRIGGER_POINT, "gluteus.left", trigger_point(0.50));
    add_stroke(TECHNIQUE_TRIGGER_POINT, "gluteus.left", trigger_point(0.51));
    add_stroke(TECHNIQUE_TRIGGER_POINT, "gluteus.left", trigger_point(0.60));
    assert_accepted();
    add_stroke(TECHNIQUE_TRIGGER_POINT, "gluteus.left", trigger_point(0.505));
    assert_refused_by(ROUTINE_RULE_VISITS);
}

static void pressure_stays_under_the_techniques_limit(void** state)
{
    (void)state;
    // 20 N on 60 mm: 7073.6 Pa.
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(20.0));
    safety.techniques[TECHNIQUE_EFFLEURAGE].pressure_max_Pa.value = 7074.0;
    assert_accepted();
    safety.techniques[TECHNIQUE_EFFLEURAGE].pressure_max_Pa.value = 7073.0;
    assert_refused_by(ROUTINE_RULE_TECHNIQUE_PRESSURE);
    safety.techniques[TECHNIQUE_EFFLEURAGE].pressure_max_Pa.value = (double)NAN;
    assert_refused_by(ROUTINE_RULE_TECHNIQUE_PRESSURE);
}

/// Shows H54.
static void bout_lasts_no_longer_than_its_technique_allows(void** state)
{
    (void)state;
    const technique_parameters_t p = {.force_N = 8.0,
                                      .rate_Hz = 2.0,
                                      .height_m = 0.005,
                                      .advance_m = 0.004,
                                      .bout_s = 10.0,
                                      .pause_s = 2.0,
                                      .bouts = 2};
    const stroke_t* stroke = add_stroke(TECHNIQUE_TAPPING, "gluteus.left", p);
    const double bout_s = technique_stroke_peaks(&body, stroke).bout_s;
    assert_near(bout_s, 10.0, 0.6); // whole taps
    safety.techniques[TECHNIQUE_TAPPING].bout_max_s.value = bout_s;
    check();
    assert_int_equal(count_rule(ROUTINE_RULE_BOUT), 0);
    safety.techniques[TECHNIQUE_TAPPING].bout_max_s.value = bout_s - 0.001;
    check();
    assert_int_equal(count_rule(ROUTINE_RULE_BOUT), 1);
}

/// Shows H54.
static void technique_lasts_no_longer_on_a_region_than_allowed(void** state)
{
    (void)state;
    const stroke_t* stroke = add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(8.0));
    const double once_s = stroke->duration_s;
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.right", effleurage(8.0)); // counts by itself
    add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(8.0));
    safety.techniques[TECHNIQUE_EFFLEURAGE].region_time_max_s.value = 2.0 * once_s + 1e-9;
    assert_accepted();
    safety.techniques[TECHNIQUE_EFFLEURAGE].region_time_max_s.value = 2.0 * once_s - 0.001;
    assert_refused_by(ROUTINE_RULE_TECHNIQUE_TIME);
}

static void path_that_cannot_be_told_to_stay_in_its_region_is_refused(void** state)
{
    (void)state;
    stroke_t* stroke = add_stroke(TECHNIQUE_EFFLEURAGE, "lumbar.left", effleurage(8.0));
    settings.regions[stroke->region].across_min_m = (double)NAN;
    assert_false(check());
    assert_int_equal(count_rule(ROUTINE_RULE_REGION), 1);
}

static void draw_routine(uint64_t* random)
{
    reset(NULL);
    settings.registration_error_m = drawn(random, 0.0, 0.02);
    for (int i = 0; i < settings.zone_count; i++) {
        settings.zones[i].margin_m.value = drawn(random, 0.0, 0.02);
    }
    const int count = (int)drawn(random, 1.0, 4.0);
    for (int i = 0; i < count; i++) {
        const int region = (int)drawn(random, 0.0, settings.region_count);
        const technique_id_t technique = (technique_id_t)drawn(random, 0.0, TECHNIQUE_COUNT);
        technique_parameters_t p = drawn_parameters(technique, random);
        p.force_N = fmin(p.force_N, drawn(random, 4.0, 24.0));
        p.duration_s = fmin(p.duration_s, 20.0);
        add_stroke(technique, settings.regions[region].name, p);
    }
}

/// Looks at a whole stroke every 20 ms, by other means than the check's.
static void judge_accepted(const stroke_t* stroke)
{
    const region_settings_t* region = &settings.regions[stroke->region];
    const double area_m2 = PI * 0.03 * 0.03;
    for (double time_s = 0.0; time_s <= stroke->duration_s; time_s += 0.02) {
        const stroke_target_t target = technique_target(&body, stroke, time_s);
        for (int i = 0; i < settings.zone_count; i++) {
            const double needed_m =
                settings.zones[i].margin_m.value + settings.registration_error_m;
            assert_true(body_distance_to_zone_m(&body, i, target.place) >= needed_m - 0.0005);
        }
        assert_true(body_region_holds(&body, stroke->region, target.place, 0.0));
        assert_true(target.force_N <= region->force_max_N.value + 1e-9);
        assert_true(target.force_N <=
                    region->force_factor * safety.techniques[stroke->technique].force_max_N.value +
                        1e-9);
        assert_true(target.force_N <=
                    safety.contact_force_max_N.value - safety.contact_force_margin_N.value + 1e-9);
        assert_true(target.force_N / area_m2 <= region->pressure_max_Pa.value);
        assert_true(fabs(target.force_rate_N_per_s) <= STROKE_FORCE_RATE_MAX_N_PER_S + 1e-6);
        const vec3_t n = body_surface_at(&body, target.place).normal;
        const double x = -target.along_speed_mps;
        const double y = target.across_speed_mps;
        const double z = -(n.x * x + n.y * y) / n.z;
        const double speed_mps = sqrt(x * x + y * y + z * z);
        assert_true(speed_mps <= safety.contact_speed_max_mps.value + 1e-6);
        assert_true(speed_mps <= safety.techniques[stroke->technique].speed_max_mps.value + 1e-6);
    }
}

/// Shows H01, H05, I7.
static void no_accepted_routine_comes_too_near_or_asks_for_too_much(void** state)
{
    (void)state;
    uint64_t random = SEED;
    int accepted = 0;
    for (int i = 0; i < DRAWN_ROUTINES; i++) {
        draw_routine(&random);
        if (!check()) {
            continue;
        }
        accepted++;
        for (int item = 0; item < routine.item_count; item++) {
            judge_accepted(&routine.items[item].stroke);
        }
    }
    print_message("seed %u: %d of %d drawn routines accepted\n", SEED, accepted, DRAWN_ROUTINES);
    // Both answers must have been given often enough to mean something.
    assert_true(accepted > DRAWN_ROUTINES / 20);
    assert_true(accepted < DRAWN_ROUTINES * 19 / 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(good_routine_passes_and_has_its_figures, reset),
        cmocka_unit_test_setup(technique_a_region_leaves_out_is_refused, reset),
        cmocka_unit_test_setup(force_up_to_the_techniques_ceiling_times_the_factor_passes, reset),
        cmocka_unit_test_setup(force_up_to_the_regions_cap_passes, reset),
        cmocka_unit_test_setup(force_up_to_the_safety_limit_less_its_margin_passes, reset),
        cmocka_unit_test_setup(swell_of_kneading_counts_as_force, reset),
        cmocka_unit_test_setup(pressure_is_force_over_the_pads_face, reset),
        cmocka_unit_test_setup(force_that_changes_too_quickly_is_refused, reset),
        cmocka_unit_test_setup(speed_over_the_skin_stays_under_both_limits, reset),
        cmocka_unit_test_setup(rhythm_stays_in_the_techniques_range, reset),
        cmocka_unit_test_setup(rhythm_that_the_arm_cannot_follow_is_refused_with_the_figures,
                               reset),
        cmocka_unit_test_setup(circle_must_fit_its_region, reset),
        cmocka_unit_test_setup(path_keeps_margin_and_registration_error_from_every_zone, reset),
        cmocka_unit_test_setup(skin_whose_height_is_less_sure_than_the_search_is_refused, reset),
        cmocka_unit_test_setup(skin_steeper_than_a_pad_holds_on_is_refused, reset),
        cmocka_unit_test_setup(first_stroke_on_a_region_is_light, reset),
        cmocka_unit_test_setup(session_lasts_no_longer_than_allowed, reset),
        cmocka_unit_test_setup(routine_that_touches_nothing_is_refused, reset),
        cmocka_unit_test_setup(pad_the_machine_does_not_have_is_refused, reset),
        cmocka_unit_test_setup(skin_within_the_gantrys_width_is_reached_and_no_further, reset),
        cmocka_unit_test_setup(what_is_short_of_a_place_is_told_as_a_way_or_an_angle, reset),
        cmocka_unit_test_setup(place_reached_only_on_the_skin_is_refused_for_its_hover, reset),
        cmocka_unit_test_setup(a_link_too_near_the_skin_is_refused_by_name, reset),
        cmocka_unit_test_setup(a_link_too_near_the_table_is_refused_by_name, reset),
        cmocka_unit_test_setup(a_parked_posture_at_the_table_is_refused_whatever_the_routine,
                               reset),
        cmocka_unit_test_setup(repeated_step_is_reported_once, reset),
        cmocka_unit_test_setup(every_mistake_of_a_routine_is_found_in_one_pass, reset),
        cmocka_unit_test_setup(joint_that_cannot_keep_up_is_refused_by_name, reset),
        cmocka_unit_test_setup(joint_that_cannot_speed_up_in_time_is_refused, reset),
        cmocka_unit_test_setup(arm_that_could_not_let_go_as_limits_count_on_is_refused, reset),
        cmocka_unit_test_setup(way_that_a_joints_limit_cuts_is_refused, reset),
        cmocka_unit_test_setup(joint_near_its_limit_is_warned_of, reset),
        cmocka_unit_test_setup(sliding_that_may_drag_too_hard_is_warned_of, reset),
        cmocka_unit_test_setup(press_is_held_no_longer_than_anything_needs, reset),
        cmocka_unit_test_setup(rhythm_needs_little_lag, reset),
        cmocka_unit_test_setup(left_and_right_that_get_unlike_shares_are_warned_of, reset),
        cmocka_unit_test_setup(deep_work_in_a_lymphatic_session_is_warned_of, reset),
        cmocka_unit_test_setup(deep_techniques_want_a_warm_up_on_their_region, reset),
        cmocka_unit_test_setup(point_is_pressed_twice_a_session_at_most, reset),
        cmocka_unit_test_setup(pressure_stays_under_the_techniques_limit, reset),
        cmocka_unit_test_setup(bout_lasts_no_longer_than_its_technique_allows, reset),
        cmocka_unit_test_setup(technique_lasts_no_longer_on_a_region_than_allowed, reset),
        cmocka_unit_test_setup(path_that_cannot_be_told_to_stay_in_its_region_is_refused, reset),
        cmocka_unit_test_setup(no_accepted_routine_comes_too_near_or_asks_for_too_much, reset),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
