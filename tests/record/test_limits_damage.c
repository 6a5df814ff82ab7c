/// Any one word of the judge's limits that changed is told and put back into intact limits just as
/// it was; more than one is told apart, and what no word is, is refused.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/limits_damage.h"

static void set_word(judge_limits_t* limits, int index, uint64_t word)
{
    memcpy((unsigned char*)limits + (size_t)index * sizeof word, &word, sizeof word);
}

static void every_bit_comes_back(void** state)
{
    (void)state;
    judge_limits_t intact;
    memset(&intact, 0x5A, sizeof intact);
    for (int bit = 0; bit < 64 * LIMITS_WORDS; ++bit) {
        judge_limits_t damaged = intact;
        ((unsigned char*)&damaged)[bit / 8] ^= (unsigned char)(1u << bit % 8);
        const limits_damage_t damage = limits_damage(&intact, &damaged);
        assert_int_equal(damage.word, bit / 64 + 1);
        judge_limits_t again = intact;
        assert_true(limits_damage_apply(&damage, &again));
        assert_memory_equal(&again, &damaged, sizeof again);
    }
}

static void none_and_many_are_told_apart(void** state)
{
    (void)state;
    judge_limits_t intact;
    memset(&intact, 0, sizeof intact);
    judge_limits_t damaged = intact;
    limits_damage_t damage = limits_damage(&intact, &damaged);
    assert_int_equal(damage.word, LIMITS_WORD_NONE);
    assert_true(limits_damage_apply(&damage, &damaged));
    assert_memory_equal(&intact, &damaged, sizeof damaged);
    set_word(&damaged, 3, 1);
    set_word(&damaged, LIMITS_WORDS - 1, 1);
    damage = limits_damage(&intact, &damaged);
    assert_int_equal(damage.word, LIMITS_WORD_MANY);
    const int none[] = {LIMITS_WORD_MANY, -2, LIMITS_WORDS + 1};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; ++i) {
        damage = (limits_damage_t){.word = none[i], .change = 1};
        judge_limits_t same = intact;
        assert_false(limits_damage_apply(&damage, &same));
        assert_memory_equal(&same, &intact, sizeof same);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_comes_back),
        cmocka_unit_test(none_and_many_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
