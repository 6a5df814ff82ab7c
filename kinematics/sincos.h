/// Sine and cosine of all joints of a chain at once: no calls and no branches between them, so that
/// the compiler does several at a time, and the same bits whatever mathematical library is there.
///
/// The absolute error is below 4e-16 up to 1e6 rad; beyond that, and for infinities, the library's
/// functions answer. NaN in, NaN out.
/// (Cody, Waite 1980: reduction by a pi in three parts; polynomials by Remez's exchange.)
#ifndef KNEAD_KINEMATICS_SINCOS_H
#define KNEAD_KINEMATICS_SINCOS_H

#include "kinematics/chain.h"

static inline void sincos_joints(const joints_t* restrict angles, joints_t* restrict sines,
                                 joints_t* restrict cosines)
{
    // Half turns to the nearest, by rounding in the last place of a large number.
    static const double rounder = 6755399441055744.0; // 1.5 x 2^52
    static const double per_pi = 0.3183098861837907;
    // The first two parts have 33 bits, so that their products with whole numbers are exact.
    static const double pi_high = 0x1.921fb54400000p+1;
    static const double pi_middle = 0x1.0b4611a600000p-33;
    static const double pi_low = 0x1.3198a2e037073p-68;
    int beyond = 0;
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        const double angle = angles->at[i];
        const double turns = (angle * per_pi + rounder) - rounder;
        const double r = ((angle - turns * pi_high) - turns * pi_middle) - turns * pi_low;
        // -1 for an odd number of half turns.
        const double odd = turns - 2.0 * ((turns * 0.5 + rounder) - rounder);
        const double sign = 1.0 - 2.0 * odd * odd;
        const double z = r * r;
        const double s =
            -0x1.5555555555555p-3 +
            z * (0x1.1111111111093p-7 +
                 z * (-0x1.a01a01a012738p-13 +
                      z * (0x1.71de3a51c6a74p-19 +
                           z * (-0x1.ae64547ea0a11p-26 +
                                z * (0x1.6123ba0e237a6p-33 +
                                     z * (-0x1.ae3f19ec6f963p-41 + z * 0x1.87c6d13fe2564p-49))))));
        const double c =
            0x1.55555555554ddp-5 +
            z * (-0x1.6c16c16c10219p-10 +
                 z * (0x1.a01a019ba74bcp-16 +
                      z * (-0x1.27e4f9f341a65p-22 +
                           z * (0x1.1eecfaed9ad9bp-29 +
                                z * (-0x1.93573ff1b548ep-37 + z * 0x1.9fc8dd0f077b4p-45)))));
        sines->at[i] = sign * (r + r * (z * s));
        cosines->at[i] = sign * ((1.0 - 0.5 * z) + z * (z * c));
    }
    for (int i = 0; i < JOINT_CAPACITY; i++) {
        beyond |= fabs(angles->at[i]) > 1e6;
    }
    for (int i = 0; beyond && i < JOINT_CAPACITY; i++) {
        sines->at[i] = sin(angles->at[i]);
        cosines->at[i] = cos(angles->at[i]);
    }
}

#endif
