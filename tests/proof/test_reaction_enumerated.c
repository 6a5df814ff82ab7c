/// The reaction to every trust, contact and rule against the specification's table, and what has to
/// hold whatever stands in a table: it grows with every loss of trust and with every rule that is
/// added, by all pairs and by sets drawn at random.
#include "tests/support/cmocka_prelude.h"

#include "tests/proof/judge_model.h"

#define SEED 0x6b6e65616472u
#define CHAINS 20000
#define EVERY_RULE (INTERLOCK_RULE(INTERLOCK_RULE_COUNT) - 1)

static uint64_t random_state = SEED;

static uint64_t drawn(void)
{
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = random_state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static void every_rule_has_what_the_specification_gives_it(void** context)
{
    (void)context;
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
        const judge_model_rule_t* expected = judge_model_rule(rule);
        assert_non_null(info);
        assert_non_null(expected); // a new rule: say in the model what it is to do
        assert_string_equal(info->name, expected->name);
        assert_int_equal(info->trust, expected->trust);
        assert_int_equal(info->in_contact, expected->in_contact);
        assert_int_equal(info->latch, expected->latch);
        assert_true(info->text[0] != '\0' && info->hazards[0] == 'H' && info->unit != NULL);
        assert_true(info->budget_ms >= 0);
    }
    assert_null(judge_model_rule(INTERLOCK_RULE_COUNT));
    assert_null(interlock_rule_info((interlock_rule_t)INTERLOCK_RULE_COUNT));
    assert_null(interlock_rule_info((interlock_rule_t)-1));
}

static void every_pair_of_rules_in_and_out_of_contact_is_the_model_s(void** context)
{
    (void)context;
    for (int contact = 0; contact < 2; ++contact) {
        assert_int_equal(interlock_reaction(0, contact != 0), REACTION_NONE);
        for (int a = 0; a < INTERLOCK_RULE_CAPACITY; ++a) {
            for (int b = 0; b < INTERLOCK_RULE_CAPACITY; ++b) {
                const interlock_rules_t both = INTERLOCK_RULE(a) | INTERLOCK_RULE(b);
                const reaction_t reaction = interlock_reaction(both, contact != 0);
                assert_int_equal(reaction, judge_model_reaction(both, contact != 0));
                assert_true(reaction >= interlock_reaction(INTERLOCK_RULE(a), contact != 0));
                assert_true(reaction >= interlock_reaction(INTERLOCK_RULE(b), contact != 0));
            }
        }
    }
}

/// Losing trust: of two rules that ask for the same in contact, the one that leaves less trust
/// never asks for less; and no rule at all lets an arm go on.
static void the_reaction_grows_as_trust_is_lost(void** context)
{
    (void)context;
    for (int contact = 0; contact < 2; ++contact) {
        for (int a = 0; a < INTERLOCK_RULE_COUNT; ++a) {
            const interlock_rule_info_t* more = interlock_rule_info((interlock_rule_t)a);
            const reaction_t with = interlock_reaction(INTERLOCK_RULE(a), contact != 0);
            assert_true(with > REACTION_NONE);
            assert_true(contact == 1 || with >= REACTION_STOP); // lifting off what is not touched?
            for (int b = 0; b < INTERLOCK_RULE_COUNT; ++b) {
                const interlock_rule_info_t* less = interlock_rule_info((interlock_rule_t)b);
                const reaction_t without = interlock_reaction(INTERLOCK_RULE(b), contact != 0);
                if (less->trust > more->trust && less->in_contact >= more->in_contact) {
                    assert_true(without >= with);
                }
                if (less->trust == TRUST_NONE) {
                    assert_int_equal(without, REACTION_POWER_OFF);
                }
            }
        }
    }
}

/// Shows I11.
static void a_set_that_grows_rule_by_rule_never_gets_a_weaker_reaction(void** context)
{
    (void)context;
    print_message("seed %llu\n", (unsigned long long)SEED);
    for (int chain = 0; chain < CHAINS; ++chain) {
        for (int contact = 0; contact < 2; ++contact) {
            interlock_rules_t set = 0;
            reaction_t before = REACTION_NONE;
            while ((set & EVERY_RULE) != EVERY_RULE) {
                set |= INTERLOCK_RULE(drawn() % INTERLOCK_RULE_COUNT);
                const reaction_t reaction = interlock_reaction(set, contact != 0);
                assert_true(reaction >= before);
                assert_int_equal(reaction, judge_model_reaction(set, contact != 0));
                before = reaction;
            }
            assert_int_equal(before, REACTION_POWER_OFF);
        }
    }
}

static void a_bit_that_is_no_rule_s_takes_the_power_off(void** context)
{
    (void)context;
    for (int bit = INTERLOCK_RULE_COUNT; bit < INTERLOCK_RULE_CAPACITY; ++bit) {
        assert_int_equal(interlock_reaction(INTERLOCK_RULE(bit), true), REACTION_POWER_OFF);
        assert_int_equal(interlock_reaction(INTERLOCK_RULE(bit), false), REACTION_POWER_OFF);
    }
}

static void every_reaction_is_called_what_it_is(void** context)
{
    (void)context;
    static const char* const texts[] = {"none", "lift", "yield", "stop", "power off"};
    for (int reaction = 0; reaction < REACTION_COUNT; ++reaction) {
        assert_string_equal(reaction_text((reaction_t)reaction), texts[reaction]);
    }
    assert_string_equal(reaction_text((reaction_t)REACTION_COUNT), "unknown");
    assert_string_equal(reaction_text((reaction_t)-1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_what_the_specification_gives_it),
        cmocka_unit_test(every_pair_of_rules_in_and_out_of_contact_is_the_model_s),
        cmocka_unit_test(the_reaction_grows_as_trust_is_lost),
        cmocka_unit_test(a_set_that_grows_rule_by_rule_never_gets_a_weaker_reaction),
        cmocka_unit_test(a_bit_that_is_no_rule_s_takes_the_power_off),
        cmocka_unit_test(every_reaction_is_called_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
