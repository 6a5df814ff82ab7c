#include "controller/record/limits_damage.h"

#include <string.h>

static uint64_t word_at(const judge_limits_t* limits, int index)
{
    uint64_t word = 0;
    memcpy(&word, (const unsigned char*)limits + (size_t)index * sizeof word, sizeof word);
    return word;
}

limits_damage_t limits_damage(const judge_limits_t* intact, const judge_limits_t* now)
{
    limits_damage_t damage = {.word = LIMITS_WORD_NONE};
    for (int index = 0; index < LIMITS_WORDS; ++index) {
        const uint64_t change = word_at(intact, index) ^ word_at(now, index);
        if (change != 0) {
            if (damage.word != LIMITS_WORD_NONE) {
                return (limits_damage_t){.word = LIMITS_WORD_MANY};
            }
            damage = (limits_damage_t){.word = index + 1, .change = change};
        }
    }
    return damage;
}

bool limits_damage_apply(const limits_damage_t* damage, judge_limits_t* limits)
{
    if (damage->word == LIMITS_WORD_NONE) {
        return true;
    }
    if (damage->word < 1 || damage->word > LIMITS_WORDS) {
        return false;
    }
    const uint64_t word = word_at(limits, damage->word - 1) ^ damage->change;
    memcpy((unsigned char*)limits + (size_t)(damage->word - 1) * sizeof word, &word, sizeof word);
    return true;
}
