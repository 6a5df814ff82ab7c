/// What cmocka needs before it, in its order; every test includes this first.
#ifndef KNEAD_TESTS_SUPPORT_CMOCKA_PRELUDE_H
#define KNEAD_TESTS_SUPPORT_CMOCKA_PRELUDE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>

/// cmocka 1.1.5 compares floats only. Fails with both values if they are further apart than
/// `tolerance` or either is not finite.
#define assert_near(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        const double actual_ = (actual), expected_ = (expected), tolerance_ = (tolerance);         \
        if (!(fabs(actual_ - expected_) <= tolerance_)) {                                          \
            print_error("%s = %.12g, expected %.12g within %g\n", #actual, actual_, expected_,     \
                        tolerance_);                                                               \
            fail();                                                                                \
        }                                                                                          \
    } while (0)

#endif
