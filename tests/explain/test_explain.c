/// What is said of a run's end, cycle by cycle: the cause is what was refused when the arm stopped
/// and nothing later, figures mean what they say, and runs that no rule stopped are told apart.
#include "tests/support/record_sample.h"

#include <string.h>

#include "controller/explain/explain_print.h"
#include "controller/live.h"

#define PERIOD_S (1e-6 * SAMPLE_PERIOD_US)

typedef struct {
    sample_session_t* sample;
    explain_t* explain;
    cycle_record_t record; // the next one to be observed
} story_t;

/// A story in which nothing happens: in contact, in the routine's second stroke.
static story_t begin(void)
{
    story_t story = {.sample = sample_session(1.0)};
    session_t* session = &story.sample->session;
    session->limits = judge_limits_make(&story.sample->machine, &story.sample->safety);
    session->limits.touch_force_N = 2.0;
    story.explain = explain_create(session);
    assert_non_null(story.explain);
    cycle_record_t* record = &story.record;
    record->mode = MODE_LOCKED;
    record->verdict.rule = INTERLOCK_RULE_NONE;
    record->verdict.subject = record->verdict.other = SUBJECT_NONE;
    record->item = 1;
    record->region = 1;
    record->force_tared = true;
    record->normal_force_N = 15.0f;
    record->force_cap_N = 40.0f;
    for (int joint = 0; joint < SAMPLE_JOINTS; joint++) {
        record->input.feedback.drives[joint].state = DRIVE_OPERATION_ENABLED;
        record->command.request[joint] = DRIVE_REQUEST_ENABLE;
    }
    return story;
}

static void end(story_t* story)
{
    explain_destroy(story->explain);
    free(story->sample);
}

static void step(story_t* story, supervisor_mode_t mode, int periods)
{
    for (int i = 0; i < periods; i++) {
        story->record.mode = mode;
        explain_observe(story->explain, &story->record);
        story->record.input.cycle++;
        story->record.input.now_us += SAMPLE_PERIOD_US;
        story->record.input.requests = 0;
        story->record.answers = 0;
    }
}

/// From switching on into the middle of a stroke.
static void into_contact(story_t* story)
{
    step(story, MODE_LOCKED, 10);
    step(story, MODE_READY, 10);
    step(story, MODE_ARMING, 10);
    step(story, MODE_TRANSIT, 100);
    step(story, MODE_CONTACT, 600);
}

static void refuse(story_t* story, interlock_rule_t rule, int subject, double measured,
                   double allowed, reaction_t reaction)
{
    verdict_t* verdict = &story->record.verdict;
    verdict->refused |= INTERLOCK_RULE(rule);
    verdict->rule = (int)rule;
    verdict->subject = subject;
    verdict->measured = measured;
    verdict->allowed = allowed;
    verdict->reaction = reaction;
}

static void beside(story_t* story, interlock_rule_t rule)
{
    story->record.verdict.refused |= INTERLOCK_RULE(rule);
}

static void ask(story_t* story, request_index_t index, request_result_t answer)
{
    story->record.input.requests |= 1u << index;
    story->record.answers |= (uint64_t)answer << (CYCLE_ANSWER_BITS * index);
}

static const explanation_t* settle(story_t* story, run_verdict_t verdict)
{
    explain_settle(story->explain, true, verdict, "");
    return explain_result(story->explain);
}

static const explain_fault_t* fault_of(const explanation_t* explanation, interlock_rule_t rule)
{
    for (int i = 0; i < explanation->fault_count; i++) {
        if (explanation->faults[i].rule == (int)rule) {
            return &explanation->faults[i];
        }
    }
    static const explain_fault_t none = {.rule = INTERLOCK_RULE_NONE};
    fail_msg("the rule is not among the faults");
    return &none;
}

// ------------------------------------------------------------------------------------- the cause

static void what_is_refused_after_the_stop_is_never_its_cause(void** context)
{
    (void)context;
    story_t story = begin();
    into_contact(&story);
    refuse(&story, INTERLOCK_DRIVE_AGE, 3, 0.036, 0.030, REACTION_YIELD);
    step(&story, MODE_YIELD, 1);
    // Rules that stand before the cause in the judge's order take over its verdict.
    refuse(&story, INTERLOCK_ENCODER_DISAGREES, 3, 0.02, 0.01, REACTION_POWER_OFF);
    step(&story, MODE_YIELD, 20);
    refuse(&story, INTERLOCK_ESTOP, SUBJECT_NONE, 0.0, 1.0, REACTION_POWER_OFF);
    step(&story, MODE_TRIPPED, 100);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    assert_int_equal(told->ending, EXPLAIN_STOPPED);
    assert_int_equal(told->cause.rule, INTERLOCK_DRIVE_AGE);
    assert_int_equal(told->cause.joint, 3);
    assert_int_equal(told->cause.device, 3);
    assert_true(told->cause.measured == 0.036 && told->cause.allowed == 0.030);
    assert_string_equal(told->cause.unit, "s");
    assert_non_null(strstr(told->cause.sentence, "was 36 ms old, allowed 30 ms"));
    assert_int_equal(fault_of(told, INTERLOCK_ENCODER_DISAGREES)->role, EXPLAIN_CONSEQUENCE);
    // Somebody who presses the emergency stop as well is no consequence of a silent drive.
    assert_int_equal(fault_of(told, INTERLOCK_ESTOP)->role, EXPLAIN_BY_ITSELF);
    assert_ptr_equal(explain_own_fault(told), fault_of(told, INTERLOCK_ESTOP));
    assert_int_equal(told->fault_count, 2);
    assert_int_equal(told->step.line, story.sample->routine.items[1].stroke.line);
    assert_int_equal(told->mode_before, MODE_CONTACT);
    end(&story);
}

static void rules_of_the_same_period_stand_beside_the_cause_without_figures(void** context)
{
    (void)context;
    story_t story = begin();
    into_contact(&story);
    refuse(&story, INTERLOCK_FORCE_CAP, SUBJECT_NONE, 41.0, 40.0, REACTION_YIELD);
    beside(&story, INTERLOCK_SHEAR);
    step(&story, MODE_YIELD, 10);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    assert_int_equal(told->cause.rule, INTERLOCK_FORCE_CAP);
    assert_int_equal(told->cause.region, 1);
    const explain_fault_t* shear = fault_of(told, INTERLOCK_SHEAR);
    assert_int_equal(shear->role, EXPLAIN_BESIDE);
    assert_false(shear->figures_known);
    assert_true(isnan(shear->measured) && isnan(shear->allowed));
    assert_string_equal(shear->unit, "");
    end(&story);
}

/// Other devices that fall silent are faults of their own, unless the controller itself was late.
static void a_second_silent_device_is_a_fault_of_its_own(void** context)
{
    (void)context;
    const struct {
        interlock_rule_t cause;
        explain_role_t role;
    } rows[] = {{INTERLOCK_DRIVE_AGE, EXPLAIN_BY_ITSELF}, {INTERLOCK_OVERRUN, EXPLAIN_CONSEQUENCE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, rows[i].cause, 3, 6.0, 5.0, REACTION_YIELD);
        step(&story, MODE_YIELD, 5);
        refuse(&story, INTERLOCK_FORCE_AGE, SUBJECT_NONE, 0.036, 0.030, REACTION_YIELD);
        step(&story, MODE_TRIPPED, 5);
        const explanation_t* told = settle(&story, VERDICT_STOPPED);
        assert_int_equal(told->cause.rule, rows[i].cause);
        assert_int_equal(fault_of(told, INTERLOCK_FORCE_AGE)->role, rows[i].role);
        end(&story);
    }
}

/// The judge turns some comparisons around; people are told the figures as they are.
static void figures_mean_what_they_say(void** context)
{
    (void)context;
    const double min = -2.9, max = 2.9;
    const struct {
        interlock_rule_t rule;
        double position, measured, allowed;
        double told_measured, told_allowed;
        sense_t sense;
        const char* unit;
        const char* words;
    } rows[] = {
        {INTERLOCK_JOINT_POSITION, -3.0, 3.0, 2.9087266, -3.0, -2.9087266, SENSE_AT_LEAST, "rad",
         "-172 deg"},
        {INTERLOCK_JOINT_POSITION, 3.0, 3.0, 2.9087266, 3.0, 2.9087266, SENSE_AT_MOST, "rad",
         "172 deg"},
        {INTERLOCK_COMMAND_RANGE, 0.0, 3.0, max, 3.0, max, SENSE_AT_MOST, "rad", "the place"},
        {INTERLOCK_COMMAND_RANGE, 0.0, -3.0, min, -3.0, min, SENSE_AT_LEAST, "rad", "the place"},
        {INTERLOCK_COMMAND_RANGE, 0.0, 2.5, 2.000002, 2.5, 2.000002, SENSE_AT_MOST, "rad/s",
         "the speed"},
        {INTERLOCK_COMMAND_RANGE, 0.0, 0.1, 0.04, 0.1, 0.04, SENSE_AT_MOST, "rad/s",
         "the change of its speed"},
        {INTERLOCK_ENCODER_FROZEN, 0.0, 0.006, 0.005, 0.006, 0.005, SENSE_AT_MOST, "rad",
         "its command went on by"},
        {INTERLOCK_ENCODER_FROZEN, 0.0, 31.0, 30.0, 31.0, 30.0, SENSE_AT_MOST, "Nm",
         "its effort changed by"},
        {INTERLOCK_CLOCK, 0.0, -0.002, 0.012, -0.002, 0.012, SENSE_AT_MOST, "s",
         "went back by 2 ms"},
        {INTERLOCK_CLOCK, 0.0, 0.0, 0.012, 0.0, 0.012, SENSE_AT_MOST, "s", "stood still"},
        {INTERLOCK_DRIVE_AGE, 0.0, HUGE_VAL, 0.03, HUGE_VAL, 0.03, SENSE_AT_MOST, "s",
         "never answered"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        story_t story = begin();
        judge_joint_limits_t* limits = &story.sample->session.limits.joints[2];
        limits->measured_min = -2.9087266;
        limits->measured_max = 2.9087266;
        limits->frozen_command = 0.005;
        limits->frozen_effort = 30.0;
        into_contact(&story);
        story.record.input.feedback.drives[2].position = rows[i].position;
        refuse(&story, rows[i].rule, 2, rows[i].measured, rows[i].allowed, REACTION_POWER_OFF);
        step(&story, MODE_TRIPPED, 10);
        const explain_fault_t* cause = &settle(&story, VERDICT_STOPPED)->cause;
        print_message("%s\n", cause->sentence);
        assert_true(cause->figures_known);
        assert_true(cause->measured == rows[i].told_measured);
        assert_true(cause->allowed == rows[i].told_allowed);
        assert_int_equal(cause->sense, rows[i].sense);
        assert_string_equal(cause->unit, rows[i].unit);
        assert_non_null(strstr(cause->sentence, rows[i].words));
        end(&story);
    }
}

/// A rule that refuses on, until somebody inspects, has no figures left.
static void what_was_measured_earlier_is_unknown_and_not_nought(void** context)
{
    (void)context;
    const interlock_rule_t latched[] = {INTERLOCK_FORCE_SATURATED, INTERLOCK_ENCODER_JUMP,
                                        INTERLOCK_BRAKE_SLIPS};
    for (size_t i = 0; i < sizeof latched / sizeof latched[0]; i++) {
        story_t story = begin();
        step(&story, MODE_LOCKED, 10);
        refuse(&story, latched[i], SUBJECT_NONE, 0.0, 1.0, REACTION_POWER_OFF);
        step(&story, MODE_LOCKED, 100);
        const explanation_t* told = settle(&story, VERDICT_FAILED);
        assert_int_equal(told->ending, EXPLAIN_NEVER_READY);
        assert_int_equal(told->cause.rule, latched[i]);
        assert_false(told->cause.figures_known);
        assert_true(told->cause.note[0] != '\0');
        assert_null(strstr(told->cause.sentence, "unknown"));
        end(&story);
    }
}

static void every_rule_has_a_sentence_and_something_to_do(void** context)
{
    (void)context;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        const rule_words_t* info = rule_words(rule);
        assert_non_null(info->sentence);
        assert_true(info->for_operator != NULL);
        assert_true((info->quantity == QUANTITY_NONE) ==
                    (strstr(info->sentence, "{measured}") == NULL));
        assert_true((info->quantity == QUANTITY_NONE) == (info->sense == SENSE_NONE));
        // In any period, with figures and without, no name is left open.
        for (int subject = SUBJECT_NONE; subject <= SAMPLE_JOINTS; subject++) {
            story_t story = begin();
            into_contact(&story);
            refuse(&story, (interlock_rule_t)rule, subject, 2.0, 1.0, REACTION_YIELD);
            step(&story, MODE_YIELD, 2);
            const explanation_t* told = settle(&story, VERDICT_STOPPED);
            assert_int_equal(told->cause.rule, rule);
            assert_null(strchr(told->cause.sentence, '{'));
            assert_true(told->cause.sentence[0] != '\0');
            end(&story);
        }
    }
    assert_null(rule_words(INTERLOCK_RULE_NONE));
    assert_null(rule_words(INTERLOCK_RULE_COUNT));
}

/// Nobody is told to push an arm that its brakes hold.
static void who_is_to_move_the_arm_is_told_to_release_its_brakes(void** context)
{
    (void)context;
    int told = 0;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        const char* advice = rule_words(rule)->for_operator;
        const bool moves = strstr(advice, "move the arm") != NULL ||
                           strstr(advice, "move it by hand") != NULL ||
                           strstr(advice, "ree the tool") != NULL;
        if (moves) {
            told++;
            assert_non_null(strstr(advice, "release its brakes"));
        }
    }
    assert_true(told >= 5);
}

/// The number that a verdict has for its subject is a joint with some rules only.
static void an_axis_or_a_part_is_never_called_a_joint(void** context)
{
    (void)context;
    const interlock_rule_t others[] = {INTERLOCK_FORCE_AXIS_FROZEN, INTERLOCK_LINK_CLEARANCE,
                                       INTERLOCK_ARM_CLEARANCE, INTERLOCK_ESTOP};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, others[i], 2, 0.0, 0.01, REACTION_YIELD);
        step(&story, MODE_YIELD, 2);
        const explain_fault_t* cause = &settle(&story, VERDICT_STOPPED)->cause;
        assert_int_equal(cause->joint, -1);
        assert_false(rule_subject_is_joint((int)others[i]));
        end(&story);
    }
    assert_string_equal(rule_subject_axis(INTERLOCK_FORCE_AXIS_FROZEN, 0), "x");
    assert_string_equal(rule_subject_axis(INTERLOCK_FORCE_AXIS_FROZEN, 5), "rz");
    assert_null(rule_subject_axis(INTERLOCK_FORCE_AXIS_FROZEN, SUBJECT_NONE));
    assert_null(rule_subject_axis(INTERLOCK_FORCE_AXIS_FROZEN, 6));
    assert_null(rule_subject_axis(INTERLOCK_FOLLOWING, 2));
    assert_null(rule_subject_axis(INTERLOCK_RULE_NONE, 2));
    assert_true(rule_subject_is_joint(INTERLOCK_FOLLOWING));
    assert_true(rule_subject_is_joint(INTERLOCK_DRIVE_AGE));
    assert_false(rule_subject_is_joint(INTERLOCK_RULE_NONE));
}

// ------------------------------------------------------------------------------------ the endings

static void a_lift_that_was_resumed_did_not_stop_the_run(void** context)
{
    (void)context;
    for (int resumed = 0; resumed < 2; resumed++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, INTERLOCK_DWELL, SUBJECT_NONE, 30.004, 30.0, REACTION_LIFT);
        step(&story, MODE_LIFT, 10);
        story.record.verdict = (verdict_t){.rule = INTERLOCK_RULE_NONE, .subject = SUBJECT_NONE};
        step(&story, MODE_PAUSED, 100);
        if (resumed != 0) {
            step(&story, MODE_TRANSIT, 100);
            step(&story, MODE_CONTACT, 100);
        }
        step(&story, MODE_PARKING, 100);
        step(&story, MODE_PARKED, 25);
        const explanation_t* told = settle(&story, VERDICT_FINISHED);
        assert_int_equal(told->earlier_stops, resumed);
        assert_int_equal(told->ending, resumed != 0 ? EXPLAIN_FINISHED : EXPLAIN_STOPPED);
        assert_int_equal(told->cause.rule, resumed != 0 ? INTERLOCK_RULE_NONE : INTERLOCK_DWELL);
        end(&story);
    }
}

static void a_stop_after_which_it_was_started_again_did_not_end_the_run(void** context)
{
    (void)context;
    story_t story = begin();
    into_contact(&story);
    refuse(&story, INTERLOCK_CLIENT_BUTTON, SUBJECT_NONE, 0.0, 1.0, REACTION_YIELD);
    step(&story, MODE_YIELD, 10);
    story.record.verdict = (verdict_t){.rule = INTERLOCK_RULE_NONE, .subject = SUBJECT_NONE};
    static const supervisor_mode_t again[] = {MODE_TRIPPED, MODE_READY,   MODE_ARMING,
                                              MODE_ARMED,   MODE_TRANSIT, MODE_CONTACT,
                                              MODE_PARKING, MODE_PARKED};
    for (size_t i = 0; i < sizeof again / sizeof again[0]; i++) {
        step(&story, again[i], 25);
    }
    const explanation_t* told = settle(&story, VERDICT_FINISHED);
    assert_int_equal(told->earlier_stops, 1);
    assert_int_equal(told->ending, EXPLAIN_FINISHED);
    end(&story);
}

static void somebodys_stop_is_told_with_his_reason(void** context)
{
    (void)context;
    story_t story = begin();
    into_contact(&story);
    ask(&story, REQUEST_INTENSITY_INDEX, REQUEST_GRANTED);
    step(&story, MODE_CONTACT, 100);
    const double asked_s = 1e-6 * (double)story.record.input.now_us;
    ask(&story, REQUEST_STOP_INDEX, REQUEST_GRANTED);
    step(&story, MODE_YIELD, 100);
    refuse(&story, INTERLOCK_POWER_RELAY, SUBJECT_NONE, 0.104, 0.1, REACTION_POWER_OFF);
    step(&story, MODE_TRIPPED, 100);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    const event_line_t lines[] = {
        {.time_s = asked_s - 1.0, .kind = "request", .text = "asked to stop", .reason = "another"},
        {.time_s = asked_s, .kind = "request", .text = "asked to stop", .reason = "enough"},
        {.time_s = asked_s, .kind = "request", .text = "asked to skip", .reason = "no"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        explain_event(story.explain, &lines[i]);
    }
    assert_int_equal(told->ending, EXPLAIN_ASKED);
    assert_int_equal(told->cause.rule, INTERLOCK_RULE_NONE);
    assert_int_equal(told->asked.index, REQUEST_STOP_INDEX);
    assert_string_equal(told->asked.reason, "enough");
    assert_int_equal(told->request_count, 2);
    assert_int_equal(told->requests[0].index, REQUEST_INTENSITY_INDEX);
    // Whatever is refused after a person's stop is no consequence of his wish.
    const explain_fault_t* relay = fault_of(told, INTERLOCK_POWER_RELAY);
    assert_ptr_equal(explain_own_fault(told), relay);
    assert_true(relay->measured == 0.104);
    end(&story);
}

static void runs_that_no_rule_stopped_are_told_apart(void** context)
{
    (void)context;
    story_t story = begin(); // not a single cycle
    assert_int_equal(settle(&story, VERDICT_RUNNING)->ending, EXPLAIN_CUT_OFF);
    end(&story);
    story = begin();
    step(&story, MODE_LOCKED, 100);
    assert_int_equal(settle(&story, VERDICT_FAILED)->ending, EXPLAIN_NEVER_STARTED);
    end(&story);
    story = begin();
    into_contact(&story);
    assert_int_equal(settle(&story, VERDICT_RUNNING)->ending, EXPLAIN_CUT_OFF);
    assert_int_equal(explain_result(story.explain)->mode_last, MODE_CONTACT);
    end(&story);
    story = begin();
    into_contact(&story);
    explain_settle(story.explain, true, VERDICT_FAILED, "time was lost");
    assert_int_equal(explain_result(story.explain)->ending, EXPLAIN_FAILED);
    assert_string_equal(explain_result(story.explain)->failure, "time was lost");
    end(&story);
    story = begin(); // what comes after a break is not the end that the summary tells of
    into_contact(&story);
    explain_settle(story.explain, false, VERDICT_FAILED, "time was lost");
    assert_int_equal(explain_result(story.explain)->ending, EXPLAIN_CUT_OFF);
    assert_string_equal(explain_result(story.explain)->failure, "");
    end(&story);
    story = begin();
    into_contact(&story);
    ask(&story, REQUEST_END_INDEX, REQUEST_GRANTED);
    step(&story, MODE_RETRACT, 10);
    step(&story, MODE_PARKING, 10);
    step(&story, MODE_PARKED, 10);
    const explanation_t* told = settle(&story, VERDICT_ENDED);
    assert_int_equal(told->ending, EXPLAIN_ENDED);
    assert_int_equal(told->asked.index, REQUEST_END_INDEX);
    assert_int_equal(told->mode_before, MODE_CONTACT);
    end(&story);
    story = begin();
    into_contact(&story);
    step(&story, MODE_STOPPING, 10); // nobody knows why
    assert_int_equal(settle(&story, VERDICT_STOPPED)->ending, EXPLAIN_STOPPED_UNKNOWN);
    end(&story);
}

// ------------------------------------------------------------------------------ before and after

static void the_two_seconds_before_are_looked_at_and_no_more(void** context)
{
    (void)context;
    story_t story = begin();
    story.record.normal_force_N = 99.0f; // long before
    into_contact(&story);
    story.record.normal_force_N = 10.0f;
    step(&story, MODE_CONTACT, 400);
    for (int i = 0; i < 100; i++) {
        story.record.normal_force_N += 0.1f;
        step(&story, MODE_CONTACT, 1);
    }
    story.record.input.feedback.force.age_us = 36000;
    refuse(&story, INTERLOCK_FORCE_AGE, SUBJECT_NONE, 0.036, 0.030, REACTION_YIELD);
    step(&story, MODE_YIELD, 100);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    assert_true(fabs(told->window_s - 2.0) < 1e-9);
    const explain_trend_t* force = &told->trends[TREND_FORCE];
    assert_int_equal(force->samples, 501);
    assert_true(fabs(force->first - 10.0) < 1e-3);
    assert_true(fabs(force->least - 10.0) < 1e-3);
    assert_true(fabs(force->most - 20.0) < 1e-3 && force->most == force->last);
    assert_true(force->allowed == 40.0);
    assert_string_equal(force->word, "rose");
    assert_true(told->trends[TREND_FORCE_AGE].last == 0.036);
    assert_false(told->trends[TREND_JOINT_SPEED].known); // the cause is about no joint
    end(&story);
}

static void what_was_allowed_is_what_was_in_the_period_of_the_stop(void** context)
{
    (void)context;
    story_t story = begin();
    story.record.force_cap_N = 25.0f; // of a tenderer region
    into_contact(&story);
    story.record.force_cap_N = 40.0f;
    step(&story, MODE_CONTACT, 100);
    story.record.normal_force_N = 41.0f;
    refuse(&story, INTERLOCK_FORCE_MAX, SUBJECT_NONE, 41.0, 40.0, REACTION_POWER_OFF);
    step(&story, MODE_TRIPPED, 10);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    assert_true(told->trends[TREND_FORCE].allowed == 40.0);
    end(&story);
}

static void letting_go_is_timed_and_never_assumed(void** context)
{
    (void)context;
    for (int heard = 0; heard < 2; heard++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, INTERLOCK_CLIENT_BUTTON, SUBJECT_NONE, 0.0, 1.0, REACTION_YIELD);
        step(&story, MODE_YIELD, 20);
        story.record.normal_force_N = 0.1f;
        // A sensor that is silent does not say that the force is gone.
        story.record.input.feedback.force.age_us = heard != 0 ? 0 : 60000;
        step(&story, MODE_YIELD, 20);
        for (int joint = 0; joint < SAMPLE_JOINTS; joint++) {
            story.record.command.request[joint] = DRIVE_REQUEST_DISABLE;
        }
        step(&story, MODE_TRIPPED, 50);
        const explanation_t* told = settle(&story, VERDICT_STOPPED);
        assert_true(heard != 0 ? fabs(told->released_s - 20 * PERIOD_S) < 1e-9
                               : isnan(told->released_s));
        assert_true(fabs(told->power_off_s - 40 * PERIOD_S) < 1e-9);
        assert_true(told->peak_after_N == 15.0);
        end(&story);
    }
}

/// Lifting off, the plan is at the next item already.
static void the_step_is_the_one_that_was_played(void** context)
{
    (void)context;
    const struct {
        supervisor_mode_t mode;
        int item; // of the record
        int told;
    } rows[] = {{MODE_CONTACT, 1, 1}, {MODE_RETRACT, 3, 1},  {MODE_PARKING, 10, 1},
                {MODE_TRANSIT, 3, 3}, {MODE_APPROACH, 3, 3}, {MODE_TRANSIT, 2, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        story_t story = begin();
        const routine_t* routine = &story.sample->routine;
        into_contact(&story);
        story.record.item = rows[i].item;
        step(&story, rows[i].mode, 10);
        refuse(&story, INTERLOCK_CLIENT_BUTTON, SUBJECT_NONE, 0.0, 1.0, REACTION_YIELD);
        step(&story, MODE_YIELD, 2);
        const explain_step_t* told = &settle(&story, VERDICT_STOPPED)->step;
        assert_true(told->known);
        assert_int_equal(told->item, rows[i].told);
        assert_int_equal(told->rest, routine->items[rows[i].told].kind == ITEM_REST);
        if (!told->rest) {
            assert_int_equal(told->line, routine->items[rows[i].told].stroke.line);
        }
        assert_true(isfinite(told->elapsed_s) == (rows[i].told == rows[i].item));
        end(&story);
    }
}

/// A sensor that is the cause is no witness of how the force went.
static void a_lying_sensor_is_not_asked_whether_the_force_is_gone(void** context)
{
    (void)context;
    const interlock_rule_t causes[] = {INTERLOCK_FORCE_FROZEN, INTERLOCK_FORCE_STATUS,
                                       INTERLOCK_FORCE_AXIS_FROZEN, INTERLOCK_CLIENT_BUTTON};
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, causes[i], SUBJECT_NONE, 9.0, 8.0, REACTION_YIELD);
        step(&story, MODE_YIELD, 2);
        story.record.normal_force_N = 0.0f;
        step(&story, MODE_TRIPPED, 10);
        static explain_record_t record;
        static char text[EXPLAIN_PARAGRAPH_CAPACITY];
        memset(&record, 0, sizeof record);
        explain_paragraph(&story.sample->session, settle(&story, VERDICT_STOPPED), &record, text);
        const bool lies = causes[i] != INTERLOCK_CLIENT_BUTTON;
        assert_int_equal(strstr(text, "how the force went is not sure") != NULL, lies);
        assert_int_equal(strstr(text, "the force was gone after 8 ms") != NULL, !lies);
        end(&story);
    }
}

/// A force stop makes no position wrong: whoever finds that out later is told with a fault of his
/// own, and neither ways nor forces that hang on the position are told as if they were known.
static void what_makes_positions_doubtful_is_no_consequence_of_a_force_stop(void** context)
{
    (void)context;
    const interlock_rule_t doubts[] = {INTERLOCK_ENCODER_JUMP,   INTERLOCK_ENCODER_DISAGREES,
                                       INTERLOCK_ENCODER_FROZEN, INTERLOCK_SPEED_FOLLOWING,
                                       INTERLOCK_JOINT_SPEED,    INTERLOCK_JOINT_POSITION};
    for (size_t i = 0; i < sizeof doubts / sizeof doubts[0]; i++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, INTERLOCK_FORCE_ENVELOPE, SUBJECT_NONE, 430.0, 60.0, REACTION_YIELD);
        step(&story, MODE_YIELD, 5);
        story.record.tool_z_m += 0.108f;
        story.record.normal_force_N = 0.0f;
        refuse(&story, doubts[i], 2, 0.5, 0.2, REACTION_POWER_OFF);
        story.record.verdict.trust = TRUST_NONE;
        step(&story, MODE_TRIPPED, 1);
        for (int joint = 0; joint < SAMPLE_JOINTS; joint++) {
            story.record.command.request[joint] = DRIVE_REQUEST_DISABLE;
        }
        step(&story, MODE_TRIPPED, 100);
        const explanation_t* told = settle(&story, VERDICT_STOPPED);
        assert_int_equal(told->cause.rule, INTERLOCK_FORCE_ENVELOPE);
        assert_int_equal(fault_of(told, doubts[i])->role, EXPLAIN_BY_ITSELF);
        assert_true(explain_in_doubt(told));
        assert_true(isnan(told->moved_m));
        assert_false(told->force_told);
        assert_true(fabs(told->doubted_s - 5.0 * PERIOD_S) < 1e-9);
        static explain_record_t record;
        static char text[EXPLAIN_PARAGRAPH_CAPACITY];
        memset(&record, 0, sizeof record);
        explain_paragraph(&story.sample->session, told, &record, text);
        assert_null(strstr(text, "108 mm"));
        assert_non_null(strstr(text, "how far it moved is not known"));
        assert_non_null(strstr(text, "no position can be trusted"));
        assert_non_null(strstr(text, "look at the drives' encoders first"));
        assert_null(strstr(text, "start again."));
        assert_null(strstr(text, "arm and start"));
        end(&story);
    }
}

/// Positions stay what they are after an emergency stop, after joints that sag or are moved by hand
/// without power, and after the fault of one device that tells itself in two ways.
static void what_leaves_positions_as_they_are_is_not_told_as_a_doubt(void** context)
{
    (void)context;
    const struct {
        interlock_rule_t cause, later;
        int subject;
        supervisor_mode_t mode; // that the later rule finds the arm in
        explain_role_t role;
        bool moved; // is told
    } rows[] = {
        {INTERLOCK_FORCE_CAP, INTERLOCK_ESTOP, SUBJECT_NONE, MODE_YIELD, EXPLAIN_BY_ITSELF, true},
        {INTERLOCK_FORCE_CAP, INTERLOCK_JOINT_SPEED, 2, MODE_TRIPPED, EXPLAIN_CONSEQUENCE, true},
        {INTERLOCK_DRIVE_AGE, INTERLOCK_ENCODER_JUMP, 3, MODE_YIELD, EXPLAIN_CONSEQUENCE, false},
        {INTERLOCK_CLOCK, INTERLOCK_ENCODER_JUMP, 3, MODE_YIELD, EXPLAIN_CONSEQUENCE, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        story_t story = begin();
        into_contact(&story);
        refuse(&story, rows[i].cause, 3, 41.0, 40.0, REACTION_YIELD);
        step(&story, MODE_YIELD, 5);
        step(&story, rows[i].mode, 5);
        story.record.tool_z_m += 0.108f;
        refuse(&story, rows[i].later, rows[i].subject, 2.0, 1.0, REACTION_POWER_OFF);
        step(&story, MODE_TRIPPED, 10);
        const explanation_t* told = settle(&story, VERDICT_STOPPED);
        assert_int_equal(fault_of(told, rows[i].later)->role, rows[i].role);
        assert_false(explain_in_doubt(told));
        assert_int_equal(isfinite(told->moved_m), rows[i].moved);
        end(&story);
    }
}

/// A brake that slips lets the joint fall: the joint's speed is not what has to be looked at.
static void an_arm_that_falls_without_power_raises_no_doubt(void** context)
{
    (void)context;
    story_t story = begin();
    into_contact(&story);
    ask(&story, REQUEST_STOP_INDEX, REQUEST_GRANTED);
    step(&story, MODE_STOPPING, 5);
    step(&story, MODE_TRIPPED, 5);
    refuse(&story, INTERLOCK_JOINT_SPEED, 2, 2.4, 2.3, REACTION_POWER_OFF);
    step(&story, MODE_TRIPPED, 1);
    refuse(&story, INTERLOCK_BRAKE_SLIPS, SUBJECT_NONE, 0.004, 0.002, REACTION_POWER_OFF);
    step(&story, MODE_TRIPPED, 5);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    assert_false(explain_in_doubt(told));
    assert_true(isfinite(told->moved_m));
    end(&story);
}

/// A rule that doubts positions leaves no trust; of the others that leave none, a stop and its
/// power bring some with them, and one is about commands.
static void whatever_doubts_positions_leaves_no_trust(void** context)
{
    (void)context;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        const bool none = interlock_rule_info((interlock_rule_t)rule)->trust == TRUST_NONE;
        const bool about_position =
            none && rule != INTERLOCK_COMMAND_RANGE &&
            (!rule_words(rule)->by_itself || rule == INTERLOCK_FORCE_RETURNS);
        assert_int_equal(rule_doubts_position(rule), about_position);
    }
    assert_false(rule_doubts_position(INTERLOCK_RULE_NONE));
}

/// What takes an inspection to go on takes it as well where it was refused after the stop.
static void an_own_fault_can_ask_for_more_than_the_cause(void** context)
{
    (void)context;
    story_t story = begin();
    into_contact(&story);
    refuse(&story, INTERLOCK_FORCE_CAP, SUBJECT_NONE, 41.0, 40.0, REACTION_YIELD);
    step(&story, MODE_YIELD, 5);
    refuse(&story, INTERLOCK_ENCODER_JUMP, 2, 0.5, 0.2, REACTION_POWER_OFF);
    step(&story, MODE_TRIPPED, 5);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    assert_int_equal(told->latch, LATCH_INSPECTION);
    assert_non_null(strstr(explain_latch_text(told), "inspected"));
    end(&story);
}

static void the_paragraph_ends_whole_whatever_the_names(void** context)
{
    (void)context;
    story_t story = begin();
    session_t* session = &story.sample->session;
    memset(story.sample->routine.path, 'p', sizeof story.sample->routine.path - 1);
    memset(story.sample->machine.devices[3].name, 'd', NAME_CAPACITY - 1);
    memset(story.sample->machine.arm.joints[3].name, 'j', NAME_CAPACITY - 1);
    into_contact(&story);
    refuse(&story, INTERLOCK_DRIVE_AGE, 3, 0.036, 0.030, REACTION_YIELD);
    step(&story, MODE_YIELD, 10);
    const explanation_t* told = settle(&story, VERDICT_STOPPED);
    static explain_record_t record;
    static char text[EXPLAIN_PARAGRAPH_CAPACITY];
    memset(&record, 0, sizeof record);
    record.scenario = true;
    memset(record.expected, 'e', sizeof record.expected - 1);
    explain_paragraph(session, told, &record, text);
    const char* last = "acknowledge, arm and start.";
    assert_true(strlen(text) > strlen(last));
    assert_string_equal(text + strlen(text) - strlen(last), last);
    end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused_after_the_stop_is_never_its_cause),
        cmocka_unit_test(rules_of_the_same_period_stand_beside_the_cause_without_figures),
        cmocka_unit_test(a_second_silent_device_is_a_fault_of_its_own),
        cmocka_unit_test(figures_mean_what_they_say),
        cmocka_unit_test(what_was_measured_earlier_is_unknown_and_not_nought),
        cmocka_unit_test(every_rule_has_a_sentence_and_something_to_do),
        cmocka_unit_test(who_is_to_move_the_arm_is_told_to_release_its_brakes),
        cmocka_unit_test(an_axis_or_a_part_is_never_called_a_joint),
        cmocka_unit_test(a_lift_that_was_resumed_did_not_stop_the_run),
        cmocka_unit_test(a_stop_after_which_it_was_started_again_did_not_end_the_run),
        cmocka_unit_test(somebodys_stop_is_told_with_his_reason),
        cmocka_unit_test(runs_that_no_rule_stopped_are_told_apart),
        cmocka_unit_test(the_two_seconds_before_are_looked_at_and_no_more),
        cmocka_unit_test(letting_go_is_timed_and_never_assumed),
        cmocka_unit_test(what_was_allowed_is_what_was_in_the_period_of_the_stop),
        cmocka_unit_test(the_step_is_the_one_that_was_played),
        cmocka_unit_test(a_lying_sensor_is_not_asked_whether_the_force_is_gone),
        cmocka_unit_test(what_makes_positions_doubtful_is_no_consequence_of_a_force_stop),
        cmocka_unit_test(what_leaves_positions_as_they_are_is_not_told_as_a_doubt),
        cmocka_unit_test(an_arm_that_falls_without_power_raises_no_doubt),
        cmocka_unit_test(whatever_doubts_positions_leaves_no_trust),
        cmocka_unit_test(an_own_fault_can_ask_for_more_than_the_cause),
        cmocka_unit_test(the_paragraph_ends_whole_whatever_the_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
