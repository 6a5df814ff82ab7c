/// The figures of a campaign are those of its outcomes, whatever their order.
#include "tests/campaign/made_outcomes.h"

#include "controller/campaign/invariants.h"

#define DRAWN_COUNT 3000

static tally_t* begin(int64_t last)
{
    const campaign_header_t header = made_header(CAMPAIGN_MATRIX, 0, last);
    tally_t* tally = tally_begin(&header);
    assert_non_null(tally);
    return tally;
}

static void an_outcome_is_counted_in_its_cell(void** context)
{
    (void)context;
    tally_t* tally = begin(9);
    outcome_t outcome = made_outcome(4, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    tally_observe(tally, &outcome);
    const tally_cell_t* cell = &tally->cells[WORLD_EVENT_FORCE_FREEZE][MODE_CONTACT];
    assert_int_equal(cell->trials, 1);
    assert_near(cell->detected_s, 0.02, 0.0);
    assert_near(cell->force_N, 20.0, 0.0);
    assert_near(cell->margin, 0.5, 1e-15);
    assert_int_equal(cell->margin_number, 4);
    assert_int_equal(tally->kinds[WORLD_EVENT_FORCE_FREEZE], 1);
    assert_int_equal(tally->rules_first[INTERLOCK_FORCE_MAX], 1);
    assert_int_equal(tally->transitions[MODE_CONTACT][MODE_YIELD], 1);
    assert_int_equal(tally->recoveries[RECOVERY_ARMED], 1);
    assert_int_equal(tally_missing(tally), 9);
    outcome = made_outcome(5, WORLD_EVENT_FORCE_FREEZE, MODE_CONTACT);
    outcome.event_count = 2;
    outcome.events[1] = outcome.events[0];
    tally_observe(tally, &outcome);
    assert_int_equal(cell->trials, 1);
    assert_int_equal(tally->cells[TALLY_ROW_SEVERAL][MODE_CONTACT].trials, 1);
    assert_int_equal(tally->kinds[WORLD_EVENT_FORCE_FREEZE], 2); // trials, not events
    outcome.event_count = 0;
    outcome.phase = -1;
    tally_observe(tally, &outcome);
    assert_int_equal(tally->cells[TALLY_ROW_NONE][TALLY_PHASE_NONE].trials, 1);
    tally_end(tally);
}

static void what_was_skipped_or_not_measured_counts_for_nothing(void** context)
{
    (void)context;
    tally_t* tally = begin(1);
    outcome_t outcome = made_outcome(0, WORLD_EVENT_FORCE_BIAS, MODE_TRANSIT);
    outcome.result = OUTCOME_SKIPPED;
    (void)snprintf(outcome.note, sizeof outcome.note, "why");
    tally_observe(tally, &outcome);
    const tally_cell_t* cell = &tally->cells[WORLD_EVENT_FORCE_BIAS][MODE_TRANSIT];
    assert_int_equal(cell->trials, 0);
    assert_int_equal(cell->skipped, 1);
    assert_string_equal(cell->note, "why");
    assert_near(tally->simulated_s, 0.0, 0.0);
    assert_int_equal(tally->kinds[WORLD_EVENT_FORCE_BIAS], 0);
    outcome = made_outcome(1, WORLD_EVENT_FORCE_BIAS, MODE_TRANSIT);
    outcome.detected_s = (double)NAN;
    outcome.bound_ratio = (double)NAN;
    outcome.force_peak_N = (double)NAN;
    tally_observe(tally, &outcome);
    assert_true(isnan(cell->detected_s) && isnan(cell->force_N) && isnan(cell->margin));
    outcome = made_outcome(1, WORLD_EVENT_FORCE_BIAS, MODE_TRANSIT);
    outcome.excused = INVARIANT_BIT(INVARIANT_I2);
    tally_observe(tally, &outcome);
    assert_near(cell->force_N, 20.0, 0.0);
    assert_true(isnan(cell->margin)); // the fault takes away what the bound rests on
    tally_end(tally);
}

static int backwards(const void* left, const void* right)
{
    const outcome_t* a = left;
    const outcome_t* b = right;
    return (a->number < b->number) - (a->number > b->number);
}

static void the_order_of_outcomes_does_not_matter(void** context)
{
    (void)context;
    uint64_t state = 20;
    print_message("seed %llu\n", (unsigned long long)state);
    outcome_t* outcomes = calloc(DRAWN_COUNT, sizeof *outcomes);
    assert_non_null(outcomes);
    tally_t* one = begin(DRAWN_COUNT - 1);
    tally_t* other = begin(DRAWN_COUNT - 1);
    for (int i = 0; i < DRAWN_COUNT; ++i) {
        outcomes[i] = drawn_outcome(&state, i);
        outcomes[i].simulated_s = 32.0; // a sum without rounding
        tally_observe(one, &outcomes[i]);
    }
    qsort(outcomes, DRAWN_COUNT, sizeof *outcomes, backwards);
    for (int i = 0; i < DRAWN_COUNT; ++i) {
        tally_observe(other, &outcomes[i]);
    }
    assert_int_equal(tally_missing(one), 0);
    assert_int_equal(one->trials, other->trials);
    assert_int_equal(one->failed, other->failed);
    assert_true(one->failed > 10 && one->skipped > 10);
    assert_memory_equal(one->cells, other->cells, sizeof one->cells);
    assert_memory_equal(&one->whole, &other->whole, sizeof one->whole);
    assert_memory_equal(one->rules_first, other->rules_first, sizeof one->rules_first);
    tally_end(one);
    tally_end(other);
    free(outcomes);
}

static void of_many_failures_those_with_the_smallest_numbers_are_kept(void** context)
{
    (void)context;
    tally_t* tally = begin(999);
    for (int64_t number = 999; number >= 0; --number) {
        outcome_t outcome = made_outcome(number, WORLD_EVENT_POWER_CUT, MODE_CONTACT);
        outcome_fail(&outcome, "I2", 1.0, "too much");
        tally_observe(tally, &outcome);
    }
    assert_int_equal(tally->failed, 1000);
    assert_int_equal(tally->failure_count, TALLY_KEPT_CAPACITY);
    for (int i = 0; i < TALLY_KEPT_CAPACITY; ++i) {
        assert_true(tally->failures[i].number < TALLY_KEPT_CAPACITY);
    }
    assert_int_equal(tally->claims[0].failures, 1000);
    assert_int_equal(tally->claims[0].first_number, 0);
    assert_int_equal(tally->cells[WORLD_EVENT_POWER_CUT][MODE_CONTACT].failed_number, 0);
    tally_end(tally);
}

static void the_highest_forces_over_the_limit_are_kept_worst_first(void** context)
{
    (void)context;
    tally_t* tally = begin(199);
    for (int i = 0; i < 200; ++i) {
        outcome_t outcome = made_outcome(i, WORLD_EVENT_BODY_SHIFT, MODE_CONTACT);
        outcome.force_over_N = (double)(i * 37 % 100); // each twice
        tally_observe(tally, &outcome);
    }
    assert_int_equal(tally->over_count, 2 * 84); // 16 to 99: 15 itself is allowed
    assert_int_equal(tally->over_kept, TALLY_OVER_CAPACITY);
    for (int i = 0; i < TALLY_OVER_CAPACITY; ++i) {
        const int highest_N = 99 - i / 2;
        assert_near(tally->over[i].force_over_N, (double)highest_N, 0.0);
        assert_true(i % 2 == 0 || tally->over[i].number > tally->over[i - 1].number);
    }
    tally_end(tally);
}

static void recoveries_and_excused_times_are_added_up(void** context)
{
    (void)context;
    tally_t* tally = begin(2);
    outcome_t outcome = made_outcome(0, WORLD_EVENT_BODY_SHIFT, MODE_CONTACT);
    outcome.excused_s[INVARIANT_I7] = 4.5;
    tally_observe(tally, &outcome);
    outcome.number = 1;
    outcome.recovery = RECOVERY_HANDS;
    tally_observe(tally, &outcome);
    outcome.result = OUTCOME_SKIPPED; // says nothing
    tally_observe(tally, &outcome);
    assert_near(tally->excused_s[INVARIANT_I7], 9.0, 0.0);
    assert_near(tally->excused_s[INVARIANT_I6], 0.0, 0.0);
    assert_int_equal(tally->recoveries[RECOVERY_ARMED], 1);
    assert_int_equal(tally->recoveries[RECOVERY_HANDS], 1);
    assert_int_equal(tally->recoveries[RECOVERY_NOT_NEEDED], 0);
    tally_end(tally);
}

static void more_claims_than_there_is_room_for_are_counted_together(void** context)
{
    (void)context;
    tally_t* tally = begin(99);
    for (int64_t number = 99; number >= 0; --number) {
        char claim[NAME_CAPACITY];
        (void)snprintf(claim, sizeof claim, "claim_%d", (int)number);
        outcome_t outcome = made_outcome(number, WORLD_EVENT_POWER_CUT, MODE_CONTACT);
        outcome_fail(&outcome, claim, 1.0, "");
        tally_observe(tally, &outcome);
    }
    assert_int_equal(tally->claim_count, TALLY_CLAIM_CAPACITY);
    const tally_claim_t* others = &tally->claims[TALLY_CLAIM_CAPACITY - 1];
    assert_string_equal(others->name, "others");
    assert_int_equal(others->failures, 100 - (TALLY_CLAIM_CAPACITY - 1));
    assert_int_equal(others->first_number, 0);
    tally_end(tally);
}

/// What is missing of trials that took as long each, of a shard and with hours.
static int64_t missing(campaign_header_t header, int trials, double each_s)
{
    tally_t* tally = tally_begin(&header);
    assert_non_null(tally);
    int64_t number = header.first;
    for (int i = 0; i < trials; ++i, ++number) {
        while (!campaign_header_has(&header, number)) {
            ++number;
        }
        outcome_t outcome = made_outcome(number, WORLD_EVENT_POWER_CUT, MODE_CONTACT);
        outcome.simulated_s = each_s;
        tally_observe(tally, &outcome);
    }
    const int64_t found = tally_missing(tally);
    char text[TEXT_CAPACITY];
    tally_missing_text(tally, text);
    assert_true((text[0] != '\0') == (found > 0));
    tally_end(tally);
    return found;
}

static void a_shard_misses_its_own_numbers_alone(void** context)
{
    (void)context;
    campaign_header_t header = made_header(CAMPAIGN_MATRIX, 5, 14); // ten: 4, 3 and 3 of them
    header.shards = 3;
    assert_int_equal(missing(header, 4, 1.0), 0);
    assert_int_equal(missing(header, 3, 1.0), 1);
    header.shard = 3;
    assert_int_equal(missing(header, 3, 1.0), 0);
    assert_int_equal(missing(header, 2, 1.0), 1);
    header.shard = 11;
    header.shards = 11; // more shards than trials
    assert_int_equal(missing(header, 0, 1.0), 0);
    header.shard = 10;
    assert_int_equal(missing(header, 0, 1.0), 1);
}

static void with_hours_nothing_is_missing_once_they_are_simulated(void** context)
{
    (void)context;
    campaign_header_t header = made_header(CAMPAIGN_SWARM, 0, 99);
    assert_int_equal(missing(header, 4, 1800.0), 96);
    header.hours = 2;
    assert_int_equal(missing(header, 4, 1799.9), 96); // below
    assert_int_equal(missing(header, 4, 1800.0), 0);  // at
    assert_int_equal(missing(header, 4, 1800.1), 0);  // above
    assert_int_equal(missing(header, 4, (double)NAN), 96);
    header.last = 3; // or all of them were played
    assert_int_equal(missing(header, 4, 1.0), 0);
    assert_int_equal(missing(header, 3, 1.0), 1);
    header.last = 99;
    header.shard = 2;
    header.shards = 50; // 1 and 51
    assert_int_equal(missing(header, 2, 1.0), 0);
    assert_int_equal(missing(header, 1, 7199.0), 1);
    assert_int_equal(missing(header, 1, 7200.0), 0);
}

static void of_joined_shards_each_has_to_have_its_hours(void** context)
{
    (void)context;
    campaign_header_t header = made_header(CAMPAIGN_SWARM, 0, 9);
    header.hours = 1;
    header.shard = 0;
    header.shards = 3; // 0 3 6 9, 1 4 7, 2 5 8
    tally_t* tally = tally_begin(&header);
    assert_non_null(tally);
    outcome_t outcome = made_outcome(3, WORLD_EVENT_POWER_CUT, MODE_CONTACT);
    outcome.simulated_s = 3.0 * 3600.0; // as much as all three were asked for
    tally_observe(tally, &outcome);
    assert_int_equal(tally_missing(tally), 3 + 3);
    char text[TEXT_CAPACITY];
    tally_missing_text(tally, text);
    assert_string_equal(text,
                        "1 simulated hours of each shard are not reached, and 6 trials are left");
    for (int64_t number = 1; number < 9; number += 3) { // all it has, in less than its hour
        outcome = made_outcome(number, WORLD_EVENT_POWER_CUT, MODE_CONTACT);
        tally_observe(tally, &outcome);
    }
    assert_int_equal(tally_missing(tally), 3);
    outcome = made_outcome(8, WORLD_EVENT_POWER_CUT, MODE_CONTACT);
    outcome.simulated_s = 3600.0;
    tally_observe(tally, &outcome);
    assert_int_equal(tally_missing(tally), 0);
    tally_end(tally);
}

static void a_trial_is_played_again_with_what_was_given(void** context)
{
    (void)context;
    campaign_header_t header = made_header(CAMPAIGN_SWARM, 0, 9);
    char text[TALLY_REPLAY_CAPACITY];
    tally_replay(&header, 7, text);
    assert_string_equal(text, "knead campaign --replay swarm:7");
    (void)snprintf(header.rules_off, sizeof header.rules_off, "shear");
    (void)snprintf(header.given, sizeof header.given, " --machine 'a b.yaml'");
    tally_replay(&header, 7, text);
    assert_string_equal(text,
                        "knead campaign --replay swarm:7 --rules-off shear --machine 'a b.yaml'");
}

static void possible_ways_are_those_that_any_set_of_conditions_takes(void** context)
{
    (void)context;
    bool possible[MODE_COUNT][MODE_COUNT] = {{false}};
    for (int from = 0; from < MODE_COUNT; ++from) {
        for (conditions_t set = 0; set < (conditions_t)1 << CONDITION_COUNT; ++set) {
            possible[from][supervisor_next((supervisor_mode_t)from, set)] = true;
        }
    }
    for (int from = 0; from < MODE_COUNT; ++from) {
        for (int to = 0; to < MODE_COUNT; ++to) {
            assert_int_equal(
                tally_transition_possible((supervisor_mode_t)from, (supervisor_mode_t)to),
                from != to && possible[from][to]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outcome_is_counted_in_its_cell),
        cmocka_unit_test(what_was_skipped_or_not_measured_counts_for_nothing),
        cmocka_unit_test(the_order_of_outcomes_does_not_matter),
        cmocka_unit_test(of_many_failures_those_with_the_smallest_numbers_are_kept),
        cmocka_unit_test(the_highest_forces_over_the_limit_are_kept_worst_first),
        cmocka_unit_test(recoveries_and_excused_times_are_added_up),
        cmocka_unit_test(more_claims_than_there_is_room_for_are_counted_together),
        cmocka_unit_test(a_shard_misses_its_own_numbers_alone),
        cmocka_unit_test(with_hours_nothing_is_missing_once_they_are_simulated),
        cmocka_unit_test(of_joined_shards_each_has_to_have_its_hours),
        cmocka_unit_test(a_trial_is_played_again_with_what_was_given),
        cmocka_unit_test(possible_ways_are_those_that_any_set_of_conditions_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
