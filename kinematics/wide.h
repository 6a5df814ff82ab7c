/// Functions whose loops over all links or joints are worth code of their own for processors that
/// work on four doubles at once; which one runs is decided when the program starts.
///
/// Both give the same bits: every operation stays one IEEE operation, in the same order (no
/// contraction, and so no fused operations even where the processor has them).
#ifndef KNEAD_KINEMATICS_WIDE_H
#define KNEAD_KINEMATICS_WIDE_H

// `flatten`: what such a function calls is only written out for four at once where it is part of
// it. Sanitizers instrument before the choice can be made, and other compilers have no such choice.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) &&                             \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WIDE __attribute__((target_clones("avx", "default"), flatten))
#else
#define WIDE
#endif

#endif
