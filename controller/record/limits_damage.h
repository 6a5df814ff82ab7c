/// What a run's judge compared with, where that was not what its files say: a bit that changed in
/// memory. The judge refuses then (limits_intact); the record keeps the change, so that even such a
/// run can be recomputed.
#ifndef KNEAD_CONTROLLER_RECORD_LIMITS_DAMAGE_H
#define KNEAD_CONTROLLER_RECORD_LIMITS_DAMAGE_H

#include "controller/safety/judge_limits.h"

#define LIMITS_WORDS ((int)(sizeof(judge_limits_t) / sizeof(uint64_t)))
#define LIMITS_WORD_NONE 0
#define LIMITS_WORD_MANY (-1) // more than one is other than it was: not kept in full

typedef struct {
    int word;        // 1 for the first, LIMITS_WORD_NONE, or LIMITS_WORD_MANY
    uint64_t change; // XOR of the word before and after
} limits_damage_t;

/// How `now` differs from `intact`.
limits_damage_t limits_damage(const judge_limits_t* intact, const judge_limits_t* now);

/// Makes intact limits the damaged ones. False, with `limits` untouched, for LIMITS_WORD_MANY and
/// for words that there are not.
bool limits_damage_apply(const limits_damage_t* damage, judge_limits_t* limits);

#endif
