/// Staging and judging a scenario, without a controller: its outputs are written by hand.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/campaign/scenario_run.h"
#include "tests/sim/table_under_test.h"

#define PERIOD_US 4000

static machine_settings_t machine;
static session_t session;
static routine_t routine;
static scenario_t scenario;
static scenario_run_t run;
static world_t* world;
static judge_limits_t limits;
static cycle_output_t out;

static void begin(void)
{
    world_settings_t settings;
    table_machine(&machine);
    table_quiet_settings(&settings, &machine, NULL, NULL);
    assert_true(scenario_give_world(&scenario, &settings));
    world = world_create(&settings);
    assert_non_null(world);
    memset(&session, 0, sizeof session);
    memset(&routine, 0, sizeof routine);
    session.machine = &machine;
    session.routine = &routine;
    session.chain.joint_count = TABLE_JOINTS;
    routine.item_count = 2;
    routine.items[1].stroke.step = 1;
    memset(&limits, 0, sizeof limits);
    assert_true(scenario_run_begin(&run, &scenario, &session, world, 1, &limits, sizeof limits));
    memset(&out, 0, sizeof out);
    out.mode = MODE_LOCKED;
    out.verdict.rule = INTERLOCK_RULE_NONE;
}

static void end(void)
{
    scenario_run_end(&run);
    world_destroy(world);
}

/// One period in which the controller comes into `mode`; returns what the operator asked for.
static uint32_t period(supervisor_mode_t mode)
{
    const uint32_t asked = scenario_run_before_exchange(&run, &out);
    out.mode = mode;
    scenario_run_after_step(&run, &out);
    world_advance_to(world, world_now_us(world) + PERIOD_US);
    return asked;
}

static void set_event(world_event_kind_t kind, onset_t onset, int64_t duration_us)
{
    memset(&scenario, 0, sizeof scenario);
    scenario.event_count = 1;
    scenario.events[0] =
        (world_event_t){.kind = kind, .at_us = onset.at_us, .duration_us = duration_us};
    scenario.onsets[0] = onset;
}

static int judged(void)
{
    FILE* nowhere = tmpfile();
    assert_non_null(nowhere);
    const int failed = scenario_run_judge(&run, nowhere);
    (void)fclose(nowhere);
    return failed;
}

static void an_event_of_a_phase_begins_with_it_and_is_timed_from_there(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_BUTTON_PRESSED,
              (onset_t){.kind = ONSET_PHASE, .phase = RUN_PHASE_CONTACT, .nth = 1}, 0);
    scenario.expect = SCENARIO_ENDING_YIELD;
    scenario.require = (scenario_requirements_t){
        .reacts = true, .reaction = SCENARIO_ENDING_YIELD, .within_us = 2 * PERIOD_US};
    begin();
    (void)period(MODE_APPROACH);
    (void)period(MODE_CONTACT);
    assert_true(run.measured.onset_us < 0);
    (void)period(MODE_CONTACT); // sees that contact was reached, and presses the button
    assert_true(run.measured.onset_us == 2 * PERIOD_US);
    const uint16_t inputs = table_read(world, TABLE_IO, IO_AT_INPUTS);
    assert_int_equal(inputs & IO_INPUT_BUTTON_RELEASED, 0);
    (void)period(MODE_CONTACT);
    out.verdict = (verdict_t){.rule = INTERLOCK_CLIENT_BUTTON, .reaction = REACTION_YIELD};
    (void)period(MODE_YIELD);
    assert_true(run.measured.stop_us == 4 * PERIOD_US);
    assert_int_equal(scenario_run_ending(&run), SCENARIO_ENDING_YIELD);
    assert_int_equal(judged(), 0);
    scenario.require.within_us = 2 * PERIOD_US - 1;
    assert_int_equal(judged(), 1);
    end();
}

static void each_requirement_fails_by_itself(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_ESTOP_PRESSED, (onset_t){.kind = ONSET_AT}, 0);
    scenario.expect = SCENARIO_ENDING_POWER_OFF;
    begin();
    (void)period(MODE_READY);
    out.verdict = (verdict_t){.rule = INTERLOCK_ESTOP, .reaction = REACTION_POWER_OFF};
    (void)period(MODE_TRIPPED);
    assert_int_equal(judged(), 0);
    run.measured.force_peak_N = 30.0;
    run.measured.travel_m = 0.010;
    const scenario_requirements_t rows[] = {
        {.reacts = true, .reaction = SCENARIO_ENDING_YIELD},
        {.within_us = 1},
        {.force_max_N = 29.999},
        {.travel_max_m = 0.00999},
        {.cause_count = 2, .causes = {"force_cap", "force_max"}},
        {.must_not_count = 1, .must_not = {"estop"}},
        {.must_not_count = 1, .must_not = {"power_off"}},
    };
    const scenario_requirements_t met[] = {
        {.reacts = true, .reaction = SCENARIO_ENDING_POWER_OFF},
        {.within_us = PERIOD_US},
        {.force_max_N = 30.0},
        {.travel_max_m = 0.010},
        {.cause_count = 2, .causes = {"force_cap", "estop"}},
        {.must_not_count = 2, .must_not = {"force_max", "yield"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        scenario.require = rows[i];
        assert_int_equal(judged(), 1);
    }
    for (size_t i = 0; i < sizeof met / sizeof met[0]; ++i) {
        scenario.require = met[i];
        assert_int_equal(judged(), 0);
    }
    run.measured.force_peak_N = (double)NAN;
    scenario.require = met[2];
    assert_int_equal(judged(), 1);
    end();
}

static void an_event_that_never_begins_fails_whatever_else_came_true(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_FORCE_FREEZE, (onset_t){.kind = ONSET_FORCE, .force_N = 50.0}, 0);
    scenario.expect = SCENARIO_ENDING_FINISHED;
    begin();
    (void)period(MODE_CONTACT);
    (void)period(MODE_PARKED);
    assert_int_equal(judged(), 1);
    end();
}

/// What the judge says, for looking into.
static const char* said(void)
{
    static char text[4096];
    memset(text, 0, sizeof text);
    FILE* told = fmemopen(text, sizeof text - 1, "w");
    assert_non_null(told);
    (void)scenario_run_judge(&run, told);
    (void)fclose(told);
    return text;
}

static void every_event_is_to_happen(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_FORCE_FREEZE, (onset_t){.kind = ONSET_AT}, 0);
    scenario.event_count = 3;
    scenario.events[1] = (world_event_t){.kind = WORLD_EVENT_POWER_CUT};
    scenario.onsets[1] = (onset_t){.kind = ONSET_FORCE, .force_N = 400.0};
    scenario.events[2] =
        (world_event_t){.kind = WORLD_EVENT_ESTOP_PRESSED, .at_us = INT64_C(7000000000)};
    scenario.onsets[2] = (onset_t){.kind = ONSET_AT, .at_us = INT64_C(7000000000)};
    scenario.expect = SCENARIO_ENDING_FINISHED;
    begin();
    (void)period(MODE_CONTACT);
    (void)period(MODE_PARKED);
    assert_int_equal(judged(), 2);
    assert_non_null(strstr(said(), "events[1] power_cut"));
    assert_non_null(strstr(said(), "events[2] estop_pressed"));
    end();
    // Stopped as expected, what was to come later is not missed; what waits for a force is.
    scenario.expect = SCENARIO_ENDING_YIELD;
    begin();
    (void)period(MODE_CONTACT);
    out.verdict = (verdict_t){.rule = INTERLOCK_FORCE_FROZEN, .reaction = REACTION_YIELD};
    (void)period(MODE_YIELD);
    assert_int_equal(judged(), 1);
    assert_non_null(strstr(said(), "events[1] power_cut"));
    end();
}

static void a_stop_before_the_event_is_no_reaction_to_it(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_BUTTON_PRESSED,
              (onset_t){.kind = ONSET_PHASE, .phase = RUN_PHASE_YIELD, .nth = 1}, 0);
    scenario.expect = SCENARIO_ENDING_YIELD;
    scenario.require = (scenario_requirements_t){.reacts = true,
                                                 .reaction = SCENARIO_ENDING_YIELD,
                                                 .within_us = 8000,
                                                 .cause_count = 1,
                                                 .causes = {"force_age"}};
    begin();
    (void)period(MODE_CONTACT);
    out.verdict = (verdict_t){.rule = INTERLOCK_FORCE_AGE, .reaction = REACTION_YIELD};
    (void)period(MODE_YIELD);
    (void)period(MODE_YIELD);
    assert_int_equal(judged(), 3);
    assert_non_null(strstr(said(), "reaction within 8 ms at most, found a stop 4 ms before the "
                                   "first event"));
    end();
}

static void what_must_not_be_is_looked_for_in_the_whole_run(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_BUTTON_PRESSED, (onset_t){.kind = ONSET_AT}, 0);
    scenario.expect = SCENARIO_ENDING_YIELD;
    scenario.require = (scenario_requirements_t){
        .must_not_count = 3, .must_not = {"stop", "power_off", "speed_following"}};
    begin();
    (void)period(MODE_CONTACT);
    out.verdict = (verdict_t){.rule = INTERLOCK_CLIENT_BUTTON, .reaction = REACTION_YIELD};
    (void)period(MODE_YIELD);
    assert_int_equal(judged(), 0);
    out.verdict = (verdict_t){.rule = INTERLOCK_SPEED_FOLLOWING, .reaction = REACTION_POWER_OFF};
    (void)period(MODE_TRIPPED);
    assert_int_equal(judged(), 2);
    end();
}

static void a_run_that_never_began_is_not_finished(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_ESTOP_PRESSED, (onset_t){.kind = ONSET_AT}, 0);
    scenario.expect = SCENARIO_ENDING_FINISHED;
    begin();
    (void)period(MODE_LOCKED);
    assert_int_equal(judged(), 1);
    scenario.expect = SCENARIO_ENDING_UNFINISHED;
    assert_int_equal(judged(), 0);
    end();
}

static void a_step_counts_from_one_as_the_routine_is_written(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_ESTOP_PRESSED, (onset_t){.kind = ONSET_STEP, .step = 2}, 0);
    begin();
    out.target.item = 0;
    (void)period(MODE_CONTACT);
    (void)period(MODE_CONTACT);
    assert_true(run.measured.onset_us < 0);
    out.target.item = 1;
    (void)period(MODE_CONTACT);
    assert_true(run.measured.onset_us == 2 * PERIOD_US);
    end();
}

static void the_operators_requests_are_those_of_the_controller(void** state)
{
    (void)state;
    const struct {
        world_event_kind_t kind;
        uint32_t requests;
    } rows[] = {{WORLD_EVENT_OPERATOR_STARTS_TWICE, REQUEST_ARM | REQUEST_START},
                {WORLD_EVENT_OPERATOR_ACKNOWLEDGES_EARLY, REQUEST_ACKNOWLEDGE},
                {WORLD_EVENT_OPERATOR_STARTS_AND_STOPS, REQUEST_START | REQUEST_STOP}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        set_event(rows[i].kind, (onset_t){.kind = ONSET_AT, .at_us = 2 * PERIOD_US}, PERIOD_US);
        begin();
        assert_int_equal(period(MODE_LOCKED), 0);
        assert_int_equal(period(MODE_LOCKED), 0);
        assert_int_equal(period(MODE_LOCKED), rows[i].requests);
        assert_int_equal(period(MODE_LOCKED), 0);
        end();
    }
}

static void a_bit_of_the_limits_that_were_handed_over_turns(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_HOST_LIMITS_FLIP, (onset_t){.kind = ONSET_AT}, 0);
    scenario.events[0].magnitude = 9.0;
    begin();
    (void)period(MODE_LOCKED);
    assert_int_equal(((const uint8_t*)&limits)[1], 2);
    end();
}

static void a_controller_that_never_comes_back_ends_so(void** state)
{
    (void)state;
    set_event(WORLD_EVENT_HOST_CRASH, (onset_t){.kind = ONSET_AT}, 0);
    scenario.expect = SCENARIO_ENDING_GONE;
    begin();
    (void)period(MODE_LOCKED);
    const timebase_t timebase = scenario_run_timebase(&run);
    assert_false(timebase.vtable->sleep_until(timebase.context, world_now_us(world) + PERIOD_US));
    run.measured.gone = true;
    assert_int_equal(judged(), 0);
    end();
}

static void names_of_rules_are_looked_up(void** state)
{
    (void)state;
    findings_t findings = {0};
    scenario_t named = {.require = {.cause_count = 1,
                                    .causes = {"force_max"},
                                    .must_not_count = 2,
                                    .must_not = {"estop", "power_off"}}};
    assert_true(scenario_run_names_known(&named, "file", &findings));
    (void)snprintf(named.require.causes[0], NAME_CAPACITY, "force_mux");
    assert_false(scenario_run_names_known(&named, "file", &findings));
    assert_non_null(strstr(findings.at[0].message, "force_max"));
    (void)snprintf(named.require.causes[0], NAME_CAPACITY, "power_off"); // an ending is no cause
    assert_false(scenario_run_names_known(&named, "file", &findings));
}

static void names_and_steps_are_refused_at_their_place(void** state)
{
    (void)state;
    char path[] = "/tmp/knead-test-scenario-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    (void)fputs("kind: scenario\nversion: 1\nname: tried\nmeaning: A sentence.\nexpect: yield\n"
                "require: {cause: [speed_folowing], must_not: [powr_of]}\n"
                "events:\n  - {step: 3, event: estop_pressed}\n",
                file);
    (void)fclose(file);
    findings_t findings = {0};
    table_machine(&machine);
    assert_true(scenario_read(path, &machine, &scenario, &findings));
    assert_false(scenario_run_names_known(&scenario, path, &findings));
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.at[0].line, 6);
    assert_int_equal(findings.at[0].column, 19);
    assert_non_null(strstr(findings.at[0].message, "did you mean 'speed_following'"));
    assert_string_equal(findings.at[1].field, "require.must_not[0]");
    assert_int_equal(findings.at[1].column, 47);
    assert_non_null(strstr(findings.at[1].message, "did you mean 'power_off'"));
    assert_non_null(strstr(findings.at[1].message, "finished, lift, yield"));
    routine.step_count = 3;
    assert_true(scenario_run_fits_routine(&scenario, &routine, path, &findings));
    routine.step_count = 2;
    assert_false(scenario_run_fits_routine(&scenario, &routine, path, &findings));
    assert_string_equal(findings.at[2].field, "events[0].step");
    assert_int_equal(findings.at[2].line, 8);
    assert_non_null(strstr(findings.at[2].message, "1 to 2"));
    (void)remove(path);
}

static void modes_that_are_no_phase_of_a_run_have_none(void** state)
{
    (void)state;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        const run_phase_t phase = scenario_run_phase((supervisor_mode_t)mode);
        assert_int_equal(phase, run_phase_of(supervisor_mode_text((supervisor_mode_t)mode)));
    }
    assert_int_equal(scenario_run_phase(MODE_LOCKED), RUN_PHASE_NONE);
    assert_int_equal(scenario_run_phase(MODE_STOPPING), RUN_PHASE_NONE);
    assert_int_equal(scenario_run_phase(MODE_CONTACT), RUN_PHASE_CONTACT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_of_a_phase_begins_with_it_and_is_timed_from_there),
        cmocka_unit_test(each_requirement_fails_by_itself),
        cmocka_unit_test(an_event_that_never_begins_fails_whatever_else_came_true),
        cmocka_unit_test(every_event_is_to_happen),
        cmocka_unit_test(a_stop_before_the_event_is_no_reaction_to_it),
        cmocka_unit_test(what_must_not_be_is_looked_for_in_the_whole_run),
        cmocka_unit_test(a_run_that_never_began_is_not_finished),
        cmocka_unit_test(a_step_counts_from_one_as_the_routine_is_written),
        cmocka_unit_test(the_operators_requests_are_those_of_the_controller),
        cmocka_unit_test(a_bit_of_the_limits_that_were_handed_over_turns),
        cmocka_unit_test(a_controller_that_never_comes_back_ends_so),
        cmocka_unit_test(names_of_rules_are_looked_up),
        cmocka_unit_test(names_and_steps_are_refused_at_their_place),
        cmocka_unit_test(modes_that_are_no_phase_of_a_run_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
