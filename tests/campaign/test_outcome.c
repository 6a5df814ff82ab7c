#include "controller/campaign/outcome.h"

#include <math.h>
#include <string.h>

#include "tests/support/cmocka_prelude.h"

static outcome_t sample(void)
{
    outcome_t outcome = {.kind = CAMPAIGN_SWARM,
                         .number = 123456789012,
                         .note = "a \"quoted\" note\nof two lines \\ and a tab\t",
                         .routine = "short-back",
                         .client = "average-man",
                         .phase = MODE_CONTACT,
                         .magnitude = -1,
                         .event_count = 2,
                         .simulated_s = 12.25,
                         .cycles = 3062,
                         .first_rule = "force_max",
                         .subject = "joint_3",
                         .measured = -61.5,
                         .allowed = 60.0,
                         .reaction = REACTION_YIELD,
                         .detected_s = 0.1,
                         .released_s = (double)NAN,
                         .force_peak_N = 70.125,
                         .force_bound_N = (double)NAN,
                         .bound_ratio = 0.625,
                         .rise_ratio = 0.375,
                         .recovery = RECOVERY_ARMED,
                         .recovery_s = 1.5,
                         .mode_last = MODE_ARMED,
                         .modes = 1u << MODE_LOCKED | 1u << MODE_TRIPPED,
                         .rules = UINT64_C(1) << INTERLOCK_FORCE_MAX,
                         .trips = 2,
                         .excused = 6};
    outcome.events[0] = (outcome_event_t){WORLD_EVENT_FORCE_BIAS, "z", -20.0, 3.5, 0.25};
    outcome.events[1] = (outcome_event_t){WORLD_EVENT_BUTTON_PRESSED, "", 0.0, 4.0, 0.0};
    outcome.transitions[MODE_LOCKED] = 1u << MODE_READY | 1u << MODE_TRIPPED;
    outcome_fail(&outcome, "I2", 3.75, "too much");
    outcome_fail(&outcome, "ready", 4.75, "not \"armed\"");
    return outcome;
}

static void a_line_reads_back_and_is_written_again_the_same(void** context)
{
    (void)context;
    const outcome_t outcome = sample();
    char line[OUTCOME_LINE_CAPACITY], again[OUTCOME_LINE_CAPACITY];
    outcome_t back;
    assert_true(outcome_write(&outcome, line, sizeof line));
    assert_true(outcome_read(line, &back));
    assert_true(outcome_write(&back, again, sizeof again));
    assert_string_equal(line, again);
    assert_int_equal(back.number, outcome.number);
    assert_int_equal(back.transitions[MODE_LOCKED], outcome.transitions[MODE_LOCKED]);
    assert_true(back.rules == outcome.rules);
    assert_true(isnan(back.released_s));
    assert_near(back.bound_ratio, 0.625, 0.0);
    assert_near(back.rise_ratio, 0.375, 0.0);
    assert_string_equal(back.note, outcome.note);
    assert_int_equal(back.failure_count, 2);
}

static void a_line_cut_anywhere_is_no_outcome(void** context)
{
    (void)context;
    const outcome_t outcome = sample();
    char line[OUTCOME_LINE_CAPACITY];
    outcome_t back;
    assert_true(outcome_write(&outcome, line, sizeof line));
    for (size_t length = strlen(line) - 1; length > 0; --length) {
        line[length] = '\0';
        assert_false(outcome_read(line, &back));
    }
}

static void a_word_that_is_none_is_no_outcome(void** context)
{
    (void)context;
    const outcome_t outcome = sample();
    char line[OUTCOME_LINE_CAPACITY];
    outcome_t back;
    assert_true(outcome_write(&outcome, line, sizeof line));
    char* rule = strstr(line, "\"force_max\"]");
    assert_non_null(rule);
    rule[1] = 'g';
    assert_false(outcome_read(line, &back));
}

static void a_buffer_too_small_is_told(void** context)
{
    (void)context;
    const outcome_t outcome = sample();
    char line[64];
    assert_false(outcome_write(&outcome, line, sizeof line));
}

static void failures_beyond_the_capacity_are_counted(void** context)
{
    (void)context;
    outcome_t outcome = {.result = OUTCOME_PASSED};
    for (int i = 0; i < OUTCOME_FAILURE_CAPACITY + 3; ++i) {
        outcome_fail(&outcome, "I1", i, "again");
    }
    assert_int_equal(outcome.failure_count, OUTCOME_FAILURE_CAPACITY + 3);
    assert_int_equal(outcome.result, OUTCOME_FAILED);
}

static void a_header_reads_back(void** context)
{
    (void)context;
    const campaign_header_t header = {
        CAMPAIGN_HEALTHY,           "0.1.0", "abc", "00ff", "shear", 3, 99, 20, 2, 7,
        " --machine 'a \"b\".yaml'"};
    char line[OUTCOME_LINE_CAPACITY];
    campaign_header_t back;
    assert_true(campaign_header_write(&header, line, sizeof line));
    assert_true(campaign_header_read(line, &back));
    assert_int_equal(back.kind, CAMPAIGN_HEALTHY);
    assert_string_equal(back.rules_off, "shear");
    assert_int_equal(back.last, 99);
    assert_int_equal(back.hours, 20);
    assert_int_equal(back.shard, 2);
    assert_int_equal(back.shards, 7);
    assert_string_equal(back.given, header.given);
    assert_false(campaign_header_read("{\"campaign\":\"other\"}", &back));
}

static void a_header_with_the_longest_options_fits_a_line(void** context)
{
    (void)context;
    campaign_header_t header = {.last = 9, .shard = 1, .shards = 1};
    char line[OUTCOME_LINE_CAPACITY];
    campaign_header_t back;
    memset(header.given, '\x01', sizeof header.given - 1);
    assert_true(campaign_header_write(&header, line, sizeof line));
    assert_true(campaign_header_read(line, &back));
    assert_string_equal(back.given, header.given);
}

/// Whether a header with these numbers is one.
static bool is_read(int64_t first, int64_t last, int64_t hours, int64_t shard, int64_t shards)
{
    const campaign_header_t header = {
        .first = first, .last = last, .hours = hours, .shard = shard, .shards = shards};
    char line[OUTCOME_LINE_CAPACITY];
    campaign_header_t back;
    assert_true(campaign_header_write(&header, line, sizeof line));
    return campaign_header_read(line, &back);
}

static void a_header_with_numbers_of_no_campaign_is_none(void** context)
{
    (void)context;
    assert_true(is_read(5, 5, 0, 1, 1));
    assert_true(is_read(5, 4, 0, 1, 1)); // of nothing
    assert_false(is_read(5, 3, 0, 1, 1));
    assert_false(is_read(-1, 3, 0, 1, 1));
    assert_true(is_read(7, 7 + CAMPAIGN_TRIALS_MAX - 1, 0, 1, 1));
    assert_false(is_read(7, 7 + CAMPAIGN_TRIALS_MAX, 0, 1, 1));
    assert_false(is_read(0, 9, -1, 1, 1));
    assert_true(is_read(0, 9, 0, 3, 3));
    assert_false(is_read(0, 9, 0, 4, 3));
    assert_false(is_read(0, 9, 0, -1, 3));
    assert_true(is_read(0, 9, 0, 1, CAMPAIGN_TRIALS_MAX));
    assert_false(is_read(0, 9, 0, 1, CAMPAIGN_TRIALS_MAX + 1));
    // All of several, each with its hours; without hours they are one.
    assert_true(is_read(0, 9, 1, 0, 2));
    assert_false(is_read(0, 9, 0, 0, 2));
    assert_false(is_read(0, 9, 1, 0, 1));
    assert_false(is_read(0, 9, 1, 0, 0));
}

static void a_shard_has_every_so_manieth_number_from_its_own_on(void** context)
{
    (void)context;
    campaign_header_t header = {.first = 10, .last = 19, .shard = 2, .shards = 3};
    static const int64_t own[] = {11, 14, 17};
    int count = 0;
    for (int64_t number = 0; number < 30; ++number) {
        if (campaign_header_has(&header, number)) {
            assert_true(count < 3);
            assert_int_equal(number, own[count++]);
        }
    }
    assert_int_equal(count, 3);
    header.shard = 0;
    for (int64_t number = 0; number < 30; ++number) {
        assert_true(campaign_header_has(&header, number) == (number >= 10 && number <= 19));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_reads_back_and_is_written_again_the_same),
        cmocka_unit_test(a_line_cut_anywhere_is_no_outcome),
        cmocka_unit_test(a_word_that_is_none_is_no_outcome),
        cmocka_unit_test(a_buffer_too_small_is_told),
        cmocka_unit_test(failures_beyond_the_capacity_are_counted),
        cmocka_unit_test(a_header_reads_back),
        cmocka_unit_test(a_header_with_the_longest_options_fits_a_line),
        cmocka_unit_test(a_header_with_numbers_of_no_campaign_is_none),
        cmocka_unit_test(a_shard_has_every_so_manieth_number_from_its_own_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
