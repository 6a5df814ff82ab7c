// The figures of a run against figures worked out by hand, the limits at, below and above what they
// allow, the verdicts, and what summary.json and the table say.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/histogram_json.h"
#include "controller/record/summary.h"
#include "tests/support/record_sample.h"

typedef struct {
    sample_session_t* sample;
    summary_t* summary;
    cycle_record_t record;
} fixture_t;

static int setup(void** state)
{
    static fixture_t fixture;
    memset(&fixture, 0, sizeof fixture);
    fixture.sample = sample_session(0.05);
    fixture.summary = calloc(1, sizeof *fixture.summary);
    assert_non_null(fixture.summary);
    const inputs_t inputs = {0};
    summary_begin(fixture.summary, &fixture.sample->session, &inputs, UINT64_MAX);
    fixture.record.verdict.rule = INTERLOCK_RULE_NONE;
    fixture.record.verdict.subject = -1;
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    fixture_t* fixture = *state;
    free(fixture->sample);
    free(fixture->summary);
    return 0;
}

/// One period; time goes on.
static void observe(fixture_t* fixture, supervisor_mode_t mode)
{
    fixture->record.mode = mode;
    summary_observe(fixture->summary, &fixture->record);
    fixture->record.input.cycle++;
    fixture->record.input.now_us += SAMPLE_PERIOD_US;
}

static void observe_force(fixture_t* fixture, int item, double force_N, double target_N,
                          double cap_N)
{
    fixture->record.item = item;
    fixture->record.region = item;
    fixture->record.normal_force_N = (float)force_N;
    fixture->record.force_target_N = (float)target_N;
    fixture->record.force_cap_N = (float)cap_N;
    observe(fixture, MODE_CONTACT);
}

static void finish(fixture_t* fixture)
{
    const run_outcome_t outcome = {.planned_s = 10.0, .wall_s = 0.5, .recording_complete = true};
    summary_finish(fixture->summary, &outcome);
}

/// Forces 9, 13, 12, 10 against 10, 10, 12, 12: errors -1, 3, 0, -2; mean 0, RMS sqrt(14/4).
static void four_samples_give_the_figures_worked_out_by_hand(void** state)
{
    fixture_t* fixture = *state;
    observe(fixture, MODE_APPROACH);
    observe_force(fixture, 0, 9.0, 10.0, 40.0);
    observe_force(fixture, 0, 13.0, 10.0, 38.0);
    observe_force(fixture, 0, 12.0, 12.0, 40.0);
    observe_force(fixture, 0, 10.0, 12.0, 40.0);
    observe(fixture, MODE_RETRACT);
    const force_figures_t figures = summary_technique(fixture->summary, TECHNIQUE_EFFLEURAGE);
    assert_int_equal(figures.cycles, 4);
    assert_int_equal(figures.strokes, 1);
    assert_int_equal(figures.touch_downs, 1);
    assert_near(force_figures_seconds(&figures, 0.004), 0.016, 1e-12);
    assert_near(force_figures_error_rms_N(&figures), 1.8708286933869707, 1e-12);
    assert_near(force_figures_error_mean_N(&figures), 0.0, 1e-12);
    assert_near(force_figures_target_mean_N(&figures), 11.0, 1e-12);
    assert_near(force_figures_force_mean_N(&figures), 11.0, 1e-12);
    assert_near(force_figures_impulse_Ns(&figures, 0.004), 0.176, 1e-12);
    assert_near(figures.peak_N, 13.0, 0.0);
    assert_near(figures.overshoot_N, 3.0, 0.0);
    assert_near(figures.cap_N, 38.0, 0.0);
    assert_true(force_figures_ok(&figures));
    // 11 N over a pad of 60 mm: 11 / (pi 0.03^2)
    assert_near(summary_region_pressure_Pa(fixture->summary, 0), 3890.4541644741, 1e-6);
    assert_near(summary_contact_s(fixture->summary), 0.016, 1e-12);
    const force_figures_t other = summary_technique(fixture->summary, TECHNIQUE_KNEADING);
    assert_int_equal(other.cycles, 0);
    assert_false(force_figures_ok(&other));
}

static void the_force_is_known_as_long_as_positions_are_trusted_while_there_is_power(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t record = {.input.now_us = 1000000, .mode = MODE_LOCKED};
    record.verdict.refused = 1;
    record.verdict.trust = TRUST_NONE; // before there is power it says nothing
    summary_observe(fixture->summary, &record);
    assert_int_equal(fixture->summary->force_lost_us, -1);
    record = (cycle_record_t){.input.now_us = 2000000, .mode = MODE_CONTACT};
    summary_observe(fixture->summary, &record);
    record.verdict.refused = 1;
    record.verdict.trust = TRUST_PARTIAL;
    summary_observe(fixture->summary, &record);
    assert_int_equal(fixture->summary->force_lost_us, -1);
    record.input.now_us = 3000000;
    record.verdict.trust = TRUST_NONE;
    record.mode = MODE_TRIPPED;
    summary_observe(fixture->summary, &record);
    record.input.now_us = 4000000;
    summary_observe(fixture->summary, &record);
    assert_int_equal(fixture->summary->force_lost_us, 3000000);
}

static void a_pull_is_a_figure_of_its_own(void** state)
{
    fixture_t* fixture = *state;
    fixture->record.force_tared = false;
    observe_force(fixture, 0, -200.0, 10.0, 20.0); // before taring nothing is known
    fixture->record.force_tared = true;
    observe_force(fixture, 0, 4.0, 10.0, 20.0);
    assert_near(fixture->summary->pull_peak_N, 0.0, 0.0);
    observe_force(fixture, 0, -130.0, 10.0, 20.0);
    observe_force(fixture, 0, -20.0, 10.0, 20.0);
    assert_near(fixture->summary->pull_peak_N, 130.0, 0.0);
    assert_near(fixture->summary->force_peak_N, 4.0, 0.0);
}

static void overshoot_counts_up_to_a_second_after_touching(void** state)
{
    fixture_t* fixture = *state;
    // Touched at 0: the sample at 1.000 s still counts, the one after it does not.
    for (int cycle = 0; cycle < 250; cycle++) {
        observe_force(fixture, 0, 10.0, 10.0, 40.0);
    }
    observe_force(fixture, 0, 14.0, 10.0, 40.0);
    observe_force(fixture, 0, 17.0, 10.0, 40.0);
    force_figures_t figures = summary_technique(fixture->summary, TECHNIQUE_EFFLEURAGE);
    assert_near(figures.overshoot_N, 4.0, 0.0);
    assert_near(figures.peak_N, 17.0, 0.0);
    // Touching again opens a new window.
    observe(fixture, MODE_RETRACT);
    observe_force(fixture, 0, 16.5, 10.0, 40.0);
    figures = summary_technique(fixture->summary, TECHNIQUE_EFFLEURAGE);
    assert_near(figures.overshoot_N, 6.5, 0.0);
    assert_int_equal(figures.touch_downs, 2);
    assert_false(force_figures_overshoot_ok(&figures));
}

static force_figures_t figures_of(fixture_t* fixture, double force_N, double target_N, double cap_N)
{
    const inputs_t inputs = {0};
    summary_begin(fixture->summary, &fixture->sample->session, &inputs, 0);
    observe_force(fixture, 0, force_N, target_N, cap_N);
    return summary_technique(fixture->summary, TECHNIQUE_EFFLEURAGE);
}

static void limits_are_kept_below_and_at_them_and_not_above(void** state)
{
    fixture_t* fixture = *state;
    // RMS: 2 N up to a target of 20 N, 10 % of it above.
    force_figures_t figures = figures_of(fixture, 12.0, 10.0, 40.0);
    assert_true(force_figures_rms_ok(&figures));
    figures = figures_of(fixture, 12.001, 10.0, 40.0);
    assert_false(force_figures_rms_ok(&figures));
    figures = figures_of(fixture, 32.9, 30.0, 40.0);
    assert_true(force_figures_rms_ok(&figures));
    figures = figures_of(fixture, 33.1, 30.0, 40.0);
    assert_false(force_figures_rms_ok(&figures));
    // Overshoot: 5 N.
    figures = figures_of(fixture, 65.0, 60.0, 80.0);
    assert_true(force_figures_overshoot_ok(&figures));
    figures = figures_of(fixture, 65.001, 60.0, 80.0);
    assert_false(force_figures_overshoot_ok(&figures));
    // Cap: no sample over it.
    figures = figures_of(fixture, 40.0, 40.0, 40.0);
    assert_true(force_figures_cap_ok(&figures));
    figures = figures_of(fixture, 40.001, 40.0, 40.0);
    assert_false(force_figures_cap_ok(&figures));
    assert_int_equal(figures.over_cap_cycles, 1);
    figures = figures_of(fixture, 40.0, 40.0, (double)NAN);
    assert_false(force_figures_cap_ok(&figures));
}

static void a_force_that_is_no_number_is_never_within_its_limits(void** state)
{
    fixture_t* fixture = *state;
    observe_force(fixture, 0, 10.0, 10.0, 40.0);
    observe_force(fixture, 0, (double)NAN, 10.0, 40.0);
    observe_force(fixture, 0, 10.0, HUGE_VAL, 40.0);
    const force_figures_t figures = summary_technique(fixture->summary, TECHNIQUE_EFFLEURAGE);
    assert_int_equal(figures.cycles, 3);
    assert_int_equal(figures.unknown_cycles, 2);
    assert_near(force_figures_error_rms_N(&figures), 0.0, 0.0);
    assert_false(force_figures_rms_ok(&figures));
    assert_false(force_figures_overshoot_ok(&figures));
    assert_false(force_figures_cap_ok(&figures));
}

static void techniques_and_steps_add_up_their_items(void** state)
{
    fixture_t* fixture = *state;
    observe_force(fixture, 0, 11.0, 10.0, 40.0); // effleurage, step 0
    observe(fixture, MODE_RETRACT);
    observe_force(fixture, 4, 23.0, 20.0, 50.0); // effleurage, step 3
    const force_figures_t sum = summary_technique(fixture->summary, TECHNIQUE_EFFLEURAGE);
    assert_int_equal(sum.strokes, 2);
    assert_near(force_figures_error_rms_N(&sum), 2.23606797749979, 1e-12); // sqrt((1 + 9)/2)
    assert_near(sum.peak_N, 23.0, 0.0);
    assert_near(sum.cap_N, 40.0, 0.0);
    const force_figures_t step = summary_step(fixture->summary, 3);
    assert_near(step.peak_N, 23.0, 0.0);
    assert_int_equal(step.cycles, 1);
}

static void a_joint_is_measured_against_the_command_of_the_period_before(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t* record = &fixture->record;
    drive_feedback_t* drive = &record->input.feedback.drives[1];
    drive->state = DRIVE_OPERATION_ENABLED;
    record->command.request[1] = DRIVE_REQUEST_ENABLE;
    const double commanded[] = {0.10, 0.20, 0.25}, measured[] = {9.0, 0.13, 0.16};
    for (int cycle = 0; cycle < 3; cycle++) {
        record->command.position[1] = commanded[cycle];
        drive->position = measured[cycle];
        drive->velocity = -1.5;
        drive->effort = 7.0;
        observe(fixture, MODE_TRANSIT);
    }
    const joint_figures_t* joint = &fixture->summary->joints[1];
    assert_int_equal(joint->cycles, 2); // nothing was commanded before the first
    assert_near(joint->following_peak, 0.04, 1e-12);
    assert_near(summary_following_rms(joint), 0.035355339059327376, 1e-12); // of 0.03 and 0.04
    assert_near(joint->speed_peak, 1.5, 0.0);
    assert_near(joint->effort_peak, 7.0, 0.0);
    assert_near(joint->position_min, 0.13, 0.0);
    assert_near(joint->position_max, 0.16, 0.0);
    assert_near(summary_following_limit(fixture->summary->session, 0), 0.005, 0.0);
    assert_near(summary_following_limit(fixture->summary->session, 1), 0.02, 0.0);
}

static void refusals_count_once_a_rise_and_only_in_use(void** state)
{
    fixture_t* fixture = *state;
    const interlock_rules_t shear = INTERLOCK_RULE(INTERLOCK_SHEAR);
    const interlock_rules_t refused[] = {shear, 0, shear, shear, 0, shear};
    for (int cycle = 0; cycle < 6; cycle++) {
        fixture->record.verdict.refused = refused[cycle];
        observe(fixture, cycle == 0 ? MODE_LOCKED : MODE_CONTACT);
    }
    assert_int_equal(fixture->summary->refusals[INTERLOCK_SHEAR], 2);
}

static void verdicts_follow_from_how_it_ended(void** state)
{
    fixture_t* fixture = *state;
    const summary_t* summary = fixture->summary;
    observe(fixture, MODE_CONTACT);
    assert_int_equal(summary_verdict(summary), VERDICT_RUNNING);
    finish(fixture);
    assert_int_equal(summary_verdict(summary), VERDICT_ENDED); // left before it was parked
    observe(fixture, MODE_PARKED);
    assert_int_equal(summary_verdict(summary), VERDICT_FINISHED);
    fixture->record.input.requests = REQUEST_END;
    observe(fixture, MODE_PARKED);
    assert_int_equal(summary_verdict(summary), VERDICT_ENDED);
    snprintf(fixture->summary->outcome.failure, TEXT_CAPACITY, "no bus");
    assert_int_equal(summary_verdict(summary), VERDICT_FAILED);
    char sentence[TEXT_CAPACITY];
    summary_sentence(summary, sentence, sizeof sentence);
    assert_string_equal(sentence, "It could not be carried out: no bus.");
}

static void requests_count_by_what_became_of_them(void** state)
{
    fixture_t* fixture = *state;
    const summary_t* summary = fixture->summary;
    cycle_record_t* record = &fixture->record;
    observe(fixture, MODE_CONTACT);
    record->input.requests = REQUEST_SKIP | REQUEST_END;
    record->answers = (uint64_t)REQUEST_GRANTED << (CYCLE_ANSWER_BITS * REQUEST_SKIP_INDEX) |
                      (uint64_t)REQUEST_NOT_NOW << (CYCLE_ANSWER_BITS * REQUEST_END_INDEX);
    observe(fixture, MODE_CONTACT);
    record->answers = (uint64_t)REQUEST_TOO_SOON << (CYCLE_ANSWER_BITS * REQUEST_SKIP_INDEX) |
                      (uint64_t)REQUEST_NOT_NOW << (CYCLE_ANSWER_BITS * REQUEST_END_INDEX);
    observe(fixture, MODE_CONTACT); // a key held down: told once
    record->input.requests = 0;
    record->answers = 0;
    observe(fixture, MODE_PARKED);
    finish(fixture);
    assert_int_equal(summary->granted[REQUEST_SKIP_INDEX], 1);
    assert_int_equal(summary->granted[REQUEST_END_INDEX], 0);
    assert_int_equal(summary->refused_requests, 1);
    assert_int_equal(summary_verdict(summary), VERDICT_FINISHED); // the end was not granted
    char sentence[TEXT_CAPACITY];
    summary_sentence(summary, sentence, sizeof sentence);
    assert_string_equal(sentence, "The routine was played to its end but for 1 skipped step, "
                                  "and the arm is parked.");
}

static void the_first_stop_is_the_cause_and_stays_it(void** state)
{
    fixture_t* fixture = *state;
    observe(fixture, MODE_CONTACT);
    fixture->record.verdict = (verdict_t){.refused = INTERLOCK_RULE(INTERLOCK_FOLLOWING),
                                          .reaction = REACTION_YIELD,
                                          .rule = INTERLOCK_FOLLOWING,
                                          .subject = 2,
                                          .measured = 0.031,
                                          .allowed = 0.02};
    observe(fixture, MODE_YIELD);
    fixture->record.verdict.rule = INTERLOCK_ESTOP;
    observe(fixture, MODE_TRIPPED);
    finish(fixture);
    assert_int_equal(fixture->summary->stops, 1);
    assert_int_equal(summary_verdict(fixture->summary), VERDICT_STOPPED);
    char sentence[TEXT_CAPACITY];
    summary_sentence(fixture->summary, sentence, sizeof sentence);
    assert_string_equal(sentence,
                        "Stopped after 0.0 s: a joint does not follow its command: joint_2 "
                        "(0.031 rad, allowed 0.02).");
}

static void a_stop_for_two_parts_too_near_names_both(void** state)
{
    fixture_t* fixture = *state;
    observe(fixture, MODE_CONTACT);
    fixture->record.verdict = (verdict_t){.refused = INTERLOCK_RULE(INTERLOCK_ARM_CLEARANCE),
                                          .reaction = REACTION_YIELD,
                                          .rule = INTERLOCK_ARM_CLEARANCE,
                                          .subject = 2,
                                          .other = PART_TABLE,
                                          .measured = 0.008,
                                          .allowed = 0.01};
    observe(fixture, MODE_YIELD);
    finish(fixture);
    char sentence[TEXT_CAPACITY];
    summary_sentence(fixture->summary, sentence, sizeof sentence);
    assert_string_equal(sentence,
                        "Stopped after 0.0 s: a part of the arm is too near another or the table: "
                        "link joint_2 and the table top (0.008 m, allowed 0.01).");
}

static void a_stop_by_a_silent_device_names_it_and_its_address(void** state)
{
    fixture_t* fixture = *state;
    observe(fixture, MODE_CONTACT);
    fixture->record.verdict = (verdict_t){.refused = INTERLOCK_RULE(INTERLOCK_DRIVE_AGE),
                                          .reaction = REACTION_YIELD,
                                          .rule = INTERLOCK_DRIVE_AGE,
                                          .subject = 2,
                                          .measured = 0.024,
                                          .allowed = 0.02};
    observe(fixture, MODE_YIELD);
    finish(fixture);
    const machine_settings_t* machine = fixture->sample->session.machine;
    const device_settings_t* device = &machine->devices[machine->drive_of_joint[2]];
    char expected[TEXT_CAPACITY];
    (void)snprintf(expected, sizeof expected,
                   "Stopped after 0.0 s: a drive is silent: %s at %s:%d unit %d (0.024 s, allowed "
                   "0.02).",
                   device->name, device->host, device->port, device->unit);
    char sentence[TEXT_CAPACITY];
    summary_sentence(fixture->summary, sentence, sizeof sentence);
    assert_string_equal(sentence, expected);
}

static void booting_locked_is_no_stop(void** state)
{
    fixture_t* fixture = *state;
    observe(fixture, MODE_LOCKED);
    observe(fixture, MODE_TRIPPED);
    observe(fixture, MODE_READY);
    assert_int_equal(fixture->summary->stops, 0);
}

static void a_different_last_bit_of_one_command_is_another_hash(void** state)
{
    fixture_t* fixture = *state;
    digest_t digests[3];
    const double positions[] = {0.5, 0.5, nextafter(0.5, 1.0)};
    for (int run = 0; run < 3; run++) {
        const inputs_t inputs = {0};
        summary_begin(fixture->summary, &fixture->sample->session, &inputs, 0);
        fixture->record.command.position[6] = positions[run];
        observe(fixture, MODE_CONTACT);
        digests[run] = summary_decisions(fixture->summary);
    }
    assert_memory_equal(&digests[0], &digests[1], sizeof digests[0]);
    assert_memory_not_equal(&digests[0], &digests[2], sizeof digests[0]);
}

static void the_file_says_running_first_and_the_verdict_at_the_end(void** state)
{
    fixture_t* fixture = *state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/summary.json", directory);
    assert_true(summary_write(fixture->summary, path));
    char* text = sample_read_file(path, NULL);
    assert_non_null(strstr(text, "\"verdict\": \"running\""));
    assert_non_null(strstr(text, "\"wall_s\": null"));
    free(text);
    observe_force(fixture, 0, 11.0, 10.0, 40.0);
    observe(fixture, MODE_PARKED);
    finish(fixture);
    assert_true(summary_write(fixture->summary, path));
    text = sample_read_file(path, NULL);
    assert_non_null(strstr(text, "\"verdict\": \"finished\""));
    assert_non_null(strstr(text, "\"seed\": \"18446744073709551615\""));
    assert_non_null(strstr(text, "\"error_rms_N\": 1,"));
    assert_non_null(strstr(text, "\"technique\": \"effleurage\""));
    assert_non_null(strstr(text, "\"region\": \"lumbar.left\""));
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    free(text);
    snprintf(path, sizeof path, "%s/summary.json.draft", directory);
    assert_null(fopen(path, "rb")); // no draft is left behind
    sample_remove(directory);
    assert_false(summary_write(fixture->summary, path));
}

/// The file as it is read back; the caller frees it.
static json_value_t* written(const fixture_t* fixture)
{
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/summary.json", directory);
    assert_true(summary_write(fixture->summary, path));
    json_value_t* value = json_parse_file(path);
    assert_non_null(value);
    sample_remove(directory);
    return value;
}

static void what_was_timed_stands_there_as_histograms(void** state)
{
    fixture_t* fixture = *state;
    static loop_timing_t timing;
    static histogram_t round_trips, read;
    histogram_add(&timing.wake_up_us, 14);
    histogram_add(&timing.wake_up_us, 1144);
    histogram_add(&timing.exchange_us, 170);
    histogram_add(&timing.compute_us, 30);
    histogram_add(&round_trips, 49);
    observe(fixture, MODE_PARKED);
    const run_outcome_t outcome = {
        .device_count = 2,
        .timing = &timing,
        .devices = {{.name = "a", .round_trips_us = &round_trips}, {.name = "b"}}};
    summary_finish(fixture->summary, &outcome);
    json_value_t* value = written(fixture);
    const json_value_t* timed = json_member(value, "timing");
    const json_value_t* bus = json_member(value, "bus");
    assert_true(histogram_read(json_member(timed, "wake_up_us"), &read));
    assert_memory_equal(&read, &timing.wake_up_us, sizeof read);
    assert_true(histogram_read(json_member(timed, "exchange_us"), &read));
    assert_memory_equal(&read, &timing.exchange_us, sizeof read);
    assert_true(histogram_read(json_member(timed, "compute_us"), &read));
    assert_memory_equal(&read, &timing.compute_us, sizeof read);
    assert_null(json_as_text(json_member(timed, "reason")));
    assert_true(histogram_read(json_member(json_at(bus, 0), "round_trip_us"), &read));
    assert_memory_equal(&read, &round_trips, sizeof read);
    assert_null(json_as_text(json_member(json_at(bus, 0), "round_trip_reason")));
    assert_false(histogram_read(json_member(json_at(bus, 1), "round_trip_us"), &read));
    assert_non_null(json_as_text(json_member(json_at(bus, 1), "round_trip_reason")));
    json_free(value);
}

static void what_was_not_timed_is_null_with_the_reason(void** state)
{
    fixture_t* fixture = *state;
    static histogram_t read;
    for (int over = 0; over < 2; ++over) {
        if (over == 1) {
            observe(fixture, MODE_PARKED);
            finish(fixture);
        }
        json_value_t* value = written(fixture);
        const json_value_t* timed = json_member(value, "timing");
        const char* reason = json_as_text(json_member(timed, "reason"));
        assert_non_null(reason);
        assert_non_null(strstr(reason, over == 1 ? "virtual" : "not over"));
        assert_false(histogram_read(json_member(timed, "wake_up_us"), &read));
        json_free(value);
    }
}

static void the_table_fits_a_terminal_and_names_what_was_not_kept(void** state)
{
    fixture_t* fixture = *state;
    observe_force(fixture, 0, 17.0, 10.0, 12.0);
    observe(fixture, MODE_PARKED);
    finish(fixture);
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    summary_print(fixture->summary, out);
    fclose(out);
    assert_non_null(strstr(text, "no: RMS overshoot cap"));
    assert_non_null(strstr(text, "effleurage"));
    assert_null(strstr(text, "kneading"));
    for (const char* line = text; *line;) {
        const size_t length = strcspn(line, "\n");
        assert_true(length <= 100);
        line += length + (line[length] == '\n');
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(four_samples_give_the_figures_worked_out_by_hand),
        CLAIM(a_pull_is_a_figure_of_its_own),
        CLAIM(the_force_is_known_as_long_as_positions_are_trusted_while_there_is_power),
        CLAIM(overshoot_counts_up_to_a_second_after_touching),
        CLAIM(limits_are_kept_below_and_at_them_and_not_above),
        CLAIM(a_force_that_is_no_number_is_never_within_its_limits),
        CLAIM(techniques_and_steps_add_up_their_items),
        CLAIM(a_joint_is_measured_against_the_command_of_the_period_before),
        CLAIM(refusals_count_once_a_rise_and_only_in_use),
        CLAIM(requests_count_by_what_became_of_them),
        CLAIM(verdicts_follow_from_how_it_ended),
        CLAIM(the_first_stop_is_the_cause_and_stays_it),
        CLAIM(a_stop_for_two_parts_too_near_names_both),
        CLAIM(a_stop_by_a_silent_device_names_it_and_its_address),
        CLAIM(booting_locked_is_no_stop),
        CLAIM(a_different_last_bit_of_one_command_is_another_hash),
        CLAIM(what_was_timed_stands_there_as_histograms),
        CLAIM(the_table_fits_a_terminal_and_names_what_was_not_kept),
        CLAIM(what_was_not_timed_is_null_with_the_reason),
        CLAIM(the_file_says_running_first_and_the_verdict_at_the_end),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
