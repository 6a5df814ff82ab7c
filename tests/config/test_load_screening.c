/// The shipped screening list says for every condition what it does, and a list that leaves that
/// open is refused.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"

#define SHIPPED "config/screening/published.yaml"

static findings_t findings;
static screening_settings_t shipped;

static int load_shipped(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    return load_screening(SHIPPED, &shipped, &findings) ? 0 : -1;
}

static void the_shipped_list_has_every_class_and_a_source_for_all_of_it(void** state)
{
    (void)state;
    int count[CONDITION_CLASS_COUNT] = {0};
    for (int i = 0; i < shipped.condition_count; i++) {
        const condition_settings_t* condition = &shipped.conditions[i];
        count[condition->condition_class]++;
        assert_true(strchr(condition->question, '?') != NULL);
        assert_true(condition->source[0] != '\0');
        assert_string_equal(condition->reviewer, "nobody yet");
        assert_true(condition->force_factor.value == 0.0 ||
                    condition->force_factor.source[0] != '\0');
        assert_true(condition->zone_margin_m.value == 0.0 ||
                    condition->zone_margin_m.source[0] != '\0');
    }
    for (int i = 0; i < CONDITION_CLASS_COUNT; i++)
        assert_true(count[i] >= 4);
}

static void a_class_has_what_its_answer_needs(void** state)
{
    (void)state;
    for (int i = 0; i < shipped.condition_count; i++) {
        const condition_settings_t* condition = &shipped.conditions[i];
        const bool clearable = condition->clearance_by != 0;
        assert_true(condition->condition_class != CONDITION_CLEARANCE || clearable);
        assert_true(condition->condition_class != CONDITION_LOCAL ||
                    condition->zone_margin_m.value >= 0.02);
        assert_true(!clearable || condition->condition_class == CONDITION_ABSOLUTE ||
                    condition->condition_class == CONDITION_CLEARANCE);
        // No bit stands for a technique that is not there.
        assert_int_equal((uint64_t)condition->banned_techniques >> TECHNIQUE_COUNT, 0);
    }
}

/// Loads a list of one lymph condition that bans these words.
static bool load_with_bans(const char* bans, screening_settings_t* screening)
{
    static const char path[] = "/tmp/knead-test-screening.yaml";
    FILE* file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "kind: screening\nversion: 1\nname: test\n"
            "answer_days_max: {value: 1, grade: judgement, source: a test}\n"
            "clearance_days_max: {value: 90, grade: judgement, source: a test}\n"
            "avoid_margin: {value: 10 mm, grade: judgement, source: a test}\n"
            "conditions:\n"
            "  - {name: one, question: 'One?', class: lymph, bans: %s, grade: general,\n"
            "     source: a test, reviewer: nobody yet}\n",
            bans);
    fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool ok = load_screening(path, screening, &findings);
    remove(path);
    return ok;
}

static void a_ban_is_of_a_technique_that_the_trade_knows(void** state)
{
    (void)state;
    static screening_settings_t read;
    assert_true(load_with_bans("[kneading, lymph_drainage]", &read));
    assert_true((read.conditions[0].banned_techniques & (1u << TECHNIQUE_KNEADING)) != 0);
    assert_true((read.conditions[0].banned_techniques & (1u << TECHNIQUE_EFFLEURAGE)) == 0);
    static screening_settings_t before;
    before = read;
    assert_false(load_with_bans("[lymph_drainag]", &read));
    assert_non_null(strstr(findings.at[0].message, "did you mean 'lymph_drainage'?"));
    assert_memory_equal(&before, &read, sizeof read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_shipped_list_has_every_class_and_a_source_for_all_of_it,
                               load_shipped),
        cmocka_unit_test_setup(a_class_has_what_its_answer_needs, load_shipped),
        cmocka_unit_test(a_ban_is_of_a_technique_that_the_trade_knows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
