// What happens in a run becomes lines, each thing once and in its order, and no line can be
// changed, removed or added without being noticed. The chain's first link is checked against
// sha256sum.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/events.h"
#include "tests/support/record_sample.h"

typedef struct {
    char directory[64];
    char path[96];
    sample_session_t* sample;
    events_t* events;
} fixture_t;

static int setup(void** state)
{
    static fixture_t fixture;
    memset(&fixture, 0, sizeof fixture);
    sample_directory(fixture.directory, sizeof fixture.directory);
    snprintf(fixture.path, sizeof fixture.path, "%s/events.jsonl", fixture.directory);
    fixture.sample = sample_session(0.05);
    fixture.events = events_create(fixture.path, &fixture.sample->session);
    assert_non_null(fixture.events);
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    fixture_t* fixture = *state;
    free(fixture->sample);
    sample_remove(fixture->directory);
    return 0;
}

/// A quiet cycle: everything fresh, nothing refused.
static cycle_record_t quiet_record(int64_t cycle, supervisor_mode_t mode)
{
    cycle_record_t record = {.mode = mode,
                             .item = 0,
                             .region = 0,
                             .verdict.rule = INTERLOCK_RULE_NONE,
                             .verdict.subject = -1};
    record.input.cycle = cycle;
    record.input.now_us = cycle * SAMPLE_PERIOD_US;
    record.normal_force_N = 12.0f;
    return record;
}

static int count_kind(const char* text, event_kind_t kind)
{
    char needle[NAME_CAPACITY];
    snprintf(needle, sizeof needle, "\"kind\":\"%s\"", event_kind_text(kind));
    int count = 0;
    for (const char* at = strstr(text, needle); at; at = strstr(at + 1, needle)) {
        count++;
    }
    return count;
}

static char* finish(fixture_t* fixture)
{
    assert_true(events_close(fixture->events));
    return sample_read_file(fixture->path, NULL);
}

static void a_run_tells_its_modes_and_every_step_once(void** state)
{
    fixture_t* fixture = *state;
    sample_run_t run;
    sample_run_begin(&run, fixture->sample, 3);
    cycle_input_t in;
    cycle_output_t out;
    cycle_record_t record;
    bool more = true;
    while (more) {
        more = sample_run_step(&run, &in, &out);
        cycle_record_make(&in, &out, &record);
        events_observe(fixture->events, &record);
    }
    char* text = finish(fixture);
    const int items = fixture->sample->routine.item_count;
    assert_int_equal(count_kind(text, EVENT_STEP_STARTED), items);
    assert_int_equal(count_kind(text, EVENT_STEP_FINISHED), items);
    assert_int_equal(count_kind(text, EVENT_REQUEST), 1);
    assert_int_equal(count_kind(text, EVENT_STOP), 0);
    assert_non_null(strstr(text, "\"text\":\"effleurage on lumbar.left\""));
    assert_non_null(strstr(text, "\"text\":\"parked, was parking\""));
    assert_non_null(strstr(text, "\"text\":\"rest for 2 s\""));
    free(text);
    assert_true(events_read(fixture->path, NULL, NULL, NULL, NULL));
}

/// Shows I9.
static void a_stop_names_rule_figures_and_joint_once(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t record = quiet_record(0, MODE_CONTACT);
    events_observe(fixture->events, &record);
    record = quiet_record(1, MODE_YIELD);
    record.verdict = (verdict_t){.refused = INTERLOCK_RULE(INTERLOCK_FOLLOWING),
                                 .reaction = REACTION_YIELD,
                                 .rule = INTERLOCK_FOLLOWING,
                                 .subject = 2,
                                 .measured = 0.031,
                                 .allowed = 0.02};
    events_observe(fixture->events, &record);
    record.mode = MODE_STOPPING;
    events_observe(fixture->events, &record);
    record.mode = MODE_TRIPPED;
    events_observe(fixture->events, &record);
    char* text = finish(fixture);
    assert_int_equal(count_kind(text, EVENT_STOP), 1);
    assert_int_equal(count_kind(text, EVENT_RULE_REFUSED), 1);
    assert_int_equal(count_kind(text, EVENT_MODE_CHANGE), 4);
    assert_non_null(strstr(text, "\"rule\":\"following\""));
    assert_non_null(strstr(text, "\"measured\":0.031,\"allowed\":0.02,\"joint\":\"joint_2\""));
    // Two seconds before are before the run; one second after are 250 cycles.
    assert_non_null(strstr(text, "\"from_cycle\":0,\"to_cycle\":251"));
    free(text);
}

static void a_stop_for_two_parts_too_near_names_both(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t record = quiet_record(0, MODE_CONTACT);
    events_observe(fixture->events, &record);
    record = quiet_record(1, MODE_YIELD);
    record.verdict = (verdict_t){.refused = INTERLOCK_RULE(INTERLOCK_ARM_CLEARANCE),
                                 .reaction = REACTION_YIELD,
                                 .rule = INTERLOCK_ARM_CLEARANCE,
                                 .subject = fixture->sample->machine.arm.joint_count,
                                 .other = PART_TABLE};
    events_observe(fixture->events, &record);
    char* text = finish(fixture);
    assert_non_null(strstr(text, "reaction yield: a part of the arm is too near another or the "
                                 "table: the tool and the table top\""));
    free(text);
}

static void a_rule_that_flutters_is_told_once_a_second(void** state)
{
    fixture_t* fixture = *state;
    for (int cycle = 0; cycle < 500; cycle++) { // 2 s, refused every other period
        cycle_record_t record = quiet_record(cycle, MODE_CONTACT);
        record.verdict.refused = cycle % 2 ? INTERLOCK_RULE(INTERLOCK_SHEAR) : 0;
        events_observe(fixture->events, &record);
    }
    char* text = finish(fixture);
    assert_int_equal(count_kind(text, EVENT_RULE_REFUSED), 2);
    free(text);
}

static void a_device_is_silent_just_above_the_age_allowed(void** state)
{
    fixture_t* fixture = *state;
    const int64_t allowed_us = 30000;
    const int64_t ages_us[] = {0, allowed_us, allowed_us + 1, AGE_NEVER_US, 0};
    for (int cycle = 0; cycle < 5; cycle++) {
        cycle_record_t record = quiet_record(cycle, MODE_CONTACT);
        record.input.feedback.force.age_us = ages_us[cycle];
        events_observe(fixture->events, &record);
    }
    char* text = finish(fixture);
    assert_non_null(strstr(text, "device_8: silent"));
    assert_non_null(strstr(strstr(text, "device_8: silent"), "device_8: answers"));
    assert_null(strstr(strstr(text, "device_8: silent") + 1, "device_8: silent"));
    free(text);
}

static void drives_that_change_or_fail_and_late_periods_are_told(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t record = quiet_record(0, MODE_CONTACT);
    events_observe(fixture->events, &record);
    record = quiet_record(1, MODE_CONTACT);
    record.input.feedback.drives[3].state = DRIVE_FAULT;
    record.input.feedback.drives[3].fault_code = 0x8611;
    record.input.overruns = 1;
    events_observe(fixture->events, &record);
    record.input.overruns = 2;
    events_observe(fixture->events, &record);
    char* text = finish(fixture);
    assert_non_null(strstr(text, "drive_4: fault code 0x8611"));
    assert_non_null(strstr(text, "\"text\":\"drive_4: fault\""));
    assert_int_equal(count_kind(text, EVENT_OVERRUN), 1);
    free(text);
}

/// Shows H51, I16.
static void any_changed_missing_or_added_line_breaks_the_chain(void** state)
{
    fixture_t* fixture = *state;
    for (int index = 0; index < 20; index++) {
        char note[64];
        snprintf(note, sizeof note, "note %d with \"quotes\" and ,\"chain\":\" inside", index);
        events_note(fixture->events, index * 1000, index, EVENT_NOTE, note);
    }
    char written_chain[DIGEST_TEXT_CAPACITY], read_chain[DIGEST_TEXT_CAPACITY];
    assert_int_equal(events_count(fixture->events, written_chain), 20);
    char* text = finish(fixture);
    int64_t broken = -1;
    assert_true(events_read(fixture->path, NULL, NULL, &broken, read_chain));
    assert_string_equal(written_chain, read_chain);
    const size_t size = strlen(text);
    for (size_t at = 0; at < size; at += 13) {
        FILE* file = fopen(fixture->path, "wb");
        const char was = text[at];
        text[at] = was == 'x' ? 'y' : 'x';
        fwrite(text, 1, size, file);
        fclose(file);
        text[at] = was;
        assert_false(events_read(fixture->path, NULL, NULL, &broken, NULL));
    }
    const char* second = strchr(text, '\n') + 1;
    FILE* file = fopen(fixture->path, "wb"); // the first line is gone
    fwrite(second, 1, size - (size_t)(second - text), file);
    fclose(file);
    assert_false(events_read(fixture->path, NULL, NULL, &broken, NULL));
    assert_int_equal(broken, 1);
    free(text);
}

static void a_missing_file_is_line_zero(void** state)
{
    fixture_t* fixture = *state;
    assert_true(events_close(fixture->events));
    int64_t broken = -1;
    assert_false(events_read("/nowhere/events.jsonl", NULL, NULL, &broken, NULL));
    assert_int_equal(broken, 0);
}

typedef struct {
    event_line_t first;
    int count;
} visited_t;

static void remember_first(void* context, const event_line_t* line)
{
    visited_t* visited = context;
    if (visited->count++ == 0) {
        visited->first = *line;
    }
}

static void text_comes_back_in_a_line_that_is_safe_to_print(void** state)
{
    fixture_t* fixture = *state;
    const char* text = "caf\xC3\xA9 \"x\" \\ \n\t <b> \x01";
    events_note(fixture->events, 1250000, 3, EVENT_NOTE, text);
    assert_true(events_close(fixture->events));
    visited_t visited = {0};
    assert_true(events_read(fixture->path, remember_first, &visited, NULL, NULL));
    assert_int_equal(visited.count, 1);
    assert_near(visited.first.time_s, 1.25, 0.0);
    assert_string_equal(visited.first.kind, "note");
    assert_string_equal(visited.first.text, "caf\xC3\xA9 \"x\" \\ ?? <b> ?");
    assert_true(visited.first.chained);
}

/// printf '%064d%s' 0 '{"time_s":0,"cycle":0,"kind":"note","text":"a"' | sha256sum
static void the_first_link_is_sha_256_of_zeros_and_the_line(void** state)
{
    fixture_t* fixture = *state;
    events_note(fixture->events, 0, 0, EVENT_NOTE, "a");
    char* text = finish(fixture);
    assert_string_equal(text,
                        "{\"time_s\":0,\"cycle\":0,\"kind\":\"note\",\"text\":\"a\",\"chain\":\""
                        "c37f04e0fdb8b82f8b9b526df12345be9f5d5cf871661134e55058bc05fb2e3c\"}\n");
    free(text);
}

/// Shows H50.
static void a_full_disk_is_told_at_the_end(void** state)
{
    fixture_t* fixture = *state;
    assert_true(events_close(fixture->events));
    events_t* events = events_create("/dev/full", &fixture->sample->session);
    assert_non_null(events);
    events_note(events, 0, 0, EVENT_NOTE, "lost");
    assert_false(events_close(events));
}

static void answer_with(cycle_record_t* record, int index, request_result_t result)
{
    record->input.requests |= 1u << index;
    record->answers |= (uint64_t)result << (CYCLE_ANSWER_BITS * index);
}

static void a_request_tells_its_reason_its_answer_and_the_step(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t record = quiet_record(0, MODE_CONTACT);
    record.intensity_asked = record.intensity_level = 5;
    events_observe(fixture->events, &record);

    events_reason(fixture->events, REQUEST_INTENSITY, "client asks for \"more\"\n");
    record = quiet_record(1, MODE_CONTACT);
    answer_with(&record, REQUEST_INTENSITY_INDEX, REQUEST_GRANTED);
    record.input.intensity_level = 8;
    record.intensity_asked = 8;
    record.intensity_level = 6;
    events_observe(fixture->events, &record);

    record = quiet_record(2, MODE_CONTACT);
    record.intensity_asked = 8;
    record.intensity_level = 6;
    answer_with(&record, REQUEST_SKIP_INDEX, REQUEST_TOO_SOON);
    events_observe(fixture->events, &record);
    char* text = finish(fixture);
    assert_non_null(strstr(text, "\"text\":\"asked for intensity 8\",\"request\":\"intensity\","
                                 "\"answer\":\"granted\","
                                 "\"reason\":\"client asks for \\\"more\\\"\\n\","
                                 "\"from\":5,\"to\":8,\"item\":0,\"step\":0"));
    assert_non_null(strstr(text, "\"text\":\"intensity is 6, was 5\",\"from\":5,\"to\":6,"
                                 "\"asked\":8"));
    assert_non_null(strstr(text, "asked to skip, refused: the last one was only a moment ago"));
    assert_null(strstr(strstr(text, "asked to skip"), "reason")); // not the one before
    free(text);
    assert_true(events_read(fixture->path, NULL, NULL, NULL, NULL));
}

static void a_pause_is_no_stop_and_a_lift_that_a_rule_wants_is_one(void** state)
{
    fixture_t* fixture = *state;
    cycle_record_t record = quiet_record(0, MODE_CONTACT);
    events_observe(fixture->events, &record);
    record = quiet_record(1, MODE_LIFT);
    answer_with(&record, REQUEST_PAUSE_INDEX, REQUEST_GRANTED);
    events_observe(fixture->events, &record);
    record = quiet_record(2, MODE_CONTACT);
    events_observe(fixture->events, &record);
    record = quiet_record(3, MODE_LIFT);
    record.verdict.reaction = REACTION_LIFT;
    events_observe(fixture->events, &record);
    char* text = finish(fixture);
    assert_int_equal(count_kind(text, EVENT_STOP), 1);
    free(text);
}

static void a_cap_is_told_when_it_begins_to_hold(void** state)
{
    fixture_t* fixture = *state;
    for (int cycle = 0; cycle < 10; cycle++) {
        cycle_record_t record = quiet_record(cycle, MODE_CONTACT);
        record.intensity_level = record.intensity_asked = 9;
        record.intensity_capped = cycle >= 3 && cycle != 6;
        events_observe(fixture->events, &record);
    }
    char* text = finish(fixture);
    assert_int_equal(count_kind(text, EVENT_INTENSITY), 2);
    assert_non_null(strstr(text, "a cap keeps the force below what intensity 9 asks for"));
    free(text);
}

static void a_flood_of_requests_leaves_room_for_what_matters(void** state)
{
    fixture_t* fixture = *state;
    int64_t cycle = 0;
    for (; cycle < EVENT_CAPACITY + 10; cycle++) {
        cycle_record_t record = quiet_record(cycle, MODE_CONTACT);
        record.input.intensity_level = (int)(cycle % 11); // another one every period
        record.intensity_asked = record.intensity_level = 5;
        answer_with(&record, REQUEST_INTENSITY_INDEX, REQUEST_GRANTED);
        events_observe(fixture->events, &record);
    }
    cycle_record_t record = quiet_record(cycle, MODE_YIELD);
    record.verdict = (verdict_t){.refused = INTERLOCK_RULE(INTERLOCK_CLIENT_BUTTON),
                                 .reaction = REACTION_YIELD,
                                 .rule = INTERLOCK_CLIENT_BUTTON,
                                 .subject = -1};
    events_observe(fixture->events, &record);
    char* text = finish(fixture);
    assert_int_equal(count_kind(text, EVENT_REQUEST), EVENT_REQUEST_CAPACITY);
    assert_int_equal(count_kind(text, EVENT_STOP), 1);
    assert_non_null(strstr(text, "further requests are not written"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(a_run_tells_its_modes_and_every_step_once),
        CLAIM(a_stop_names_rule_figures_and_joint_once),
        CLAIM(a_rule_that_flutters_is_told_once_a_second),
        CLAIM(a_stop_for_two_parts_too_near_names_both),
        CLAIM(a_device_is_silent_just_above_the_age_allowed),
        CLAIM(drives_that_change_or_fail_and_late_periods_are_told),
        CLAIM(any_changed_missing_or_added_line_breaks_the_chain),
        CLAIM(a_missing_file_is_line_zero),
        CLAIM(text_comes_back_in_a_line_that_is_safe_to_print),
        CLAIM(the_first_link_is_sha_256_of_zeros_and_the_line),
        CLAIM(a_full_disk_is_told_at_the_end),
        CLAIM(a_request_tells_its_reason_its_answer_and_the_step),
        CLAIM(a_pause_is_no_stop_and_a_lift_that_a_rule_wants_is_one),
        CLAIM(a_cap_is_told_when_it_begins_to_hold),
        CLAIM(a_flood_of_requests_leaves_room_for_what_matters),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
