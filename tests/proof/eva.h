/// What the drivers of the value analysis (`sh tests/proof/eva.sh`) share: numbers of which nothing
/// is known but their range. Frama-C brings their meaning; other compilers only look at the code.
#ifndef KNEAD_TESTS_PROOF_EVA_H
#define KNEAD_TESTS_PROOF_EVA_H

#ifdef __FRAMAC__
#include <__fc_builtin.h>
// Frama-C 25 does not know it; the compilers of the build have judged it.
#define _Static_assert(holds, text) extern int eva_static_assert
#define EVA_INT(lowest, highest) Frama_C_interval((lowest), (highest))
#define EVA_UNSIGNED(lowest, highest) Frama_C_unsigned_int_interval((lowest), (highest))
#define EVA_FILL(bytes, count) Frama_C_make_unknown((bytes), (count))
#else
#include <stddef.h>
int eva_int(int lowest, int highest);
unsigned eva_unsigned(unsigned lowest, unsigned highest);
void eva_fill(char* bytes, size_t count);
#define EVA_INT(lowest, highest) eva_int((lowest), (highest))
#define EVA_UNSIGNED(lowest, highest) eva_unsigned((lowest), (highest))
#define EVA_FILL(bytes, count) eva_fill((bytes), (count))
#endif

/// Any bytes: of doubles NaN, infinities and all others.
#define EVA_ANY(object) EVA_FILL((char*)&(object), sizeof(object))

#endif
