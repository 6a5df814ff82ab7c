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
    assert_int_equal(tally->healed, 1);
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
        cmocka_unit_test(more_claims_than_there_is_room_for_are_counted_together),
        cmocka_unit_test(possible_ways_are_those_that_any_set_of_conditions_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
