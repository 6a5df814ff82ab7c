/// What the drivers of the value analysis (`sh tests/proof/eva.sh`) share: numbers of which nothing
/// is known but their range. Frama-C brings their meaning; other compilers only look at the code.
#ifndef KNEAD_TESTS_PROOF_EVA_H
#define KNEAD_TESTS_PROOF_EVA_H

#ifdef __FRAMAC__
#include <__fc_builtin.h>
// Frama-C 25 does not know it; the compilers of the build have judged it.
#define _Static_assert(holds, text) extern int eva_static_assert
#else
#include <stddef.h>
int Frama_C_interval(int lowest, int highest);
unsigned Frama_C_unsigned_int_interval(unsigned lowest, unsigned highest);
void Frama_C_make_unknown(char* bytes, size_t count);
#endif

/// Any bytes: of doubles NaN, infinities and all others.
#define EVA_ANY(object) Frama_C_make_unknown((char*)&(object), sizeof(object))

#endif
