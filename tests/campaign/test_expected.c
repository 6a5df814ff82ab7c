#include "controller/campaign/expected.h"

#include <math.h>
#include <string.h>

#include "tests/support/cmocka_prelude.h"

static void every_kind_has_a_row_that_fits_everything(void** context)
{
    (void)context;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        for (int phase = -1; phase < MODE_COUNT; ++phase) {
            assert_non_null(expected_row((world_event_kind_t)kind, phase, "nothing", 0.0));
            assert_non_null(expected_row((world_event_kind_t)kind, phase, "", 1e9));
        }
    }
}

static bool is_rule(const char* name)
{
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (strcmp(interlock_rule_info((interlock_rule_t)rule)->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void every_rule_that_is_named_is_one(void** context)
{
    (void)context;
    int count;
    const expected_row_t* rows = expected_rows(&count);
    for (int i = 0; i < count; ++i) {
        char names[2048];
        const bool any = strcmp(rows[i].rules, "*") == 0;
        assert_true(strlen(rows[i].rules) < sizeof names);
        memcpy(names, rows[i].rules, strlen(rows[i].rules) + 1);
        int known = any ? 1 : 0;
        for (char* name = strtok(names, " "); !any && name != NULL; name = strtok(NULL, " ")) {
            if (!is_rule(name)) {
                fail_msg("%s: there is no rule '%s'", world_event_info(rows[i].kind)->word, name);
            }
            ++known;
        }
        assert_true(rows[i].expectation != EXPECT_DETECTED || known > 0);
        assert_true(rows[i].reason[0] != '\0');
    }
}

/// What is not heard keeps its last speed; the force sensor's samples and a joint far from the body
/// have no such excuse.
static void a_joint_that_is_not_heard_may_seem_to_approach_the_skin(void** context)
{
    (void)context;
    const struct {
        int phase;
        const char* target;
        double magnitude;
        bool allowed;
    } asked[] = {{MODE_RETRACT, "drive_3", 0.05, true},  {MODE_CONTACT, "drive_1", 0.29, true},
                 {MODE_TRANSIT, "drive_3", 0.05, false}, {MODE_RETRACT, "force", 0.05, false},
                 {MODE_RETRACT, "io", 0.05, false},      {MODE_RETRACT, "drive_3", 0.3, false}};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; ++i) {
        const expected_row_t* row = expected_row(WORLD_EVENT_BUS_REORDER, asked[i].phase,
                                                 asked[i].target, asked[i].magnitude);
        assert_int_equal(expected_names(row->rules, "force_envelope"), asked[i].allowed);
        assert_true(expected_names(row->rules, "sample_loss"));
    }
}

static void names_are_whole_words(void** context)
{
    (void)context;
    assert_true(expected_names("force_max shear", "shear"));
    assert_true(expected_names("force_max shear", "force_max"));
    assert_true(expected_names("force_max_more force_max", "force_max"));
    assert_false(expected_names("force_max_more", "force_max"));
    assert_false(expected_names("my_shear", "shear"));
    assert_false(expected_names("shear", ""));
    assert_true(expected_names("*", "anything"));
}

static outcome_t tripped(const char* rule, reaction_t reaction, double after_s)
{
    outcome_t outcome = {.reaction = reaction, .detected_s = after_s, .event_count = 1};
    (void)snprintf(outcome.first_rule, sizeof outcome.first_rule, "%s", rule);
    return outcome;
}

static const char* claim_of(const expected_row_t* row, outcome_t outcome)
{
    static char claim[NAME_CAPACITY];
    expected_judge(row, &outcome);
    (void)snprintf(claim, sizeof claim, "%s",
                   outcome.failure_count > 0 ? outcome.failures[0].claim : "");
    return claim;
}

static void an_outcome_is_held_against_rule_reaction_and_time(void** context)
{
    (void)context;
    const expected_row_t row = {.expectation = EXPECT_DETECTED,
                                .rules = "shear",
                                .reaction_least = REACTION_YIELD,
                                .within_ms = 20,
                                .reason = "so"};
    assert_string_equal(claim_of(&row, tripped("shear", REACTION_YIELD, 0.020)), "");
    assert_string_equal(claim_of(&row, tripped("shear", REACTION_STOP, 0.0)), "");
    assert_string_equal(claim_of(&row, tripped("shear", REACTION_YIELD, 0.0201)), "in_time");
    assert_string_equal(claim_of(&row, tripped("shear", REACTION_LIFT, 0.0)), "reaction");
    assert_string_equal(claim_of(&row, tripped("force_max", REACTION_YIELD, 0.0)), "rule");
    assert_string_equal(claim_of(&row, tripped("", REACTION_NONE, (double)NAN)), "detected");
    expected_row_t other = row;
    other.expectation = EXPECT_EITHER;
    assert_string_equal(claim_of(&other, tripped("", REACTION_NONE, (double)NAN)), "");
    assert_string_equal(claim_of(&other, tripped("shear", REACTION_YIELD, 0.020)), "");
    assert_string_equal(claim_of(&other, tripped("shear", REACTION_YIELD, 5.0)), "in_time");
    assert_string_equal(claim_of(&other, tripped("estop", REACTION_YIELD, 0.0)), "rule");
    other.expectation = EXPECT_HARMLESS;
    assert_string_equal(claim_of(&other, tripped("", REACTION_NONE, (double)NAN)), "");
    assert_string_equal(claim_of(&other, tripped("shear", REACTION_YIELD, 0.0)), "harmless");
    assert_string_equal(claim_of(NULL, tripped("shear", REACTION_YIELD, 0.0)), "detected");
}

static void whatever_excuses_an_invariant_says_why(void** context)
{
    (void)context;
    int excusing = 0;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const char* reason = "untouched";
        const uint32_t excused = expected_excused((world_event_kind_t)kind, &reason);
        assert_true((excused == 0) == (reason == NULL));
        excusing += excused != 0 ? 1 : 0;
        // Nothing excuses going on with a force over the limit, moving unasked, or starting
        // against a stop.
        assert_int_equal(excused & (INVARIANT_BIT(INVARIANT_I1) | INVARIANT_BIT(INVARIANT_I4) |
                                    INVARIANT_BIT(INVARIANT_I10) | INVARIANT_BIT(INVARIANT_I11)),
                         0);
    }
    assert_true(excusing > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_row_that_fits_everything),
        cmocka_unit_test(every_rule_that_is_named_is_one),
        cmocka_unit_test(a_joint_that_is_not_heard_may_seem_to_approach_the_skin),
        cmocka_unit_test(names_are_whole_words),
        cmocka_unit_test(an_outcome_is_held_against_rule_reaction_and_time),
        cmocka_unit_test(whatever_excuses_an_invariant_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
