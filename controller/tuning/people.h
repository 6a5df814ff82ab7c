/// The people that gains are tried on: bodies from the smallest to the largest shipped client,
/// tissue from soft to hard, breathing from quiet to deep, lying as people lie.
///
/// Stiffness of the back under an indenter varies by about 40 % between people: 0.6 and 1.7 are
/// about one standard deviation of its logarithm and a bit more either side (judgement). Quiet
/// breathing in prone lifts the back by 2 to 5 mm; 7 mm at 16 a minute is as quick as what a stroke
/// reckons with (BANDWIDTH_BREATH_MPS of routines/bandwidth.h).
#ifndef KNEAD_CONTROLLER_TUNING_PEOPLE_H
#define KNEAD_CONTROLLER_TUNING_PEOPLE_H

#include "controller/tuning/rehearsal.h"

/// Name, shipped client, tissue factor, part of the largest lie, breathing amplitude in m and rate
/// in Hz (NAN: quiet), seed.
#define PEOPLE_LIST(X)                                                                             \
    X("soft and small", "small-woman", 0.6, 0.5, NAN, NAN, 1)                                      \
    X("as the map has it", "average-man", 1.0, 0.5, NAN, NAN, 2)                                   \
    X("hard and tall", "tall-man", 1.7, 0.5, NAN, NAN, 3)                                          \
    X("breathing deeply", "average-woman", 1.0, 0.5, 0.0035, 0.27, 4)                              \
    X("hard and small", "small-man", 1.7, 1.0, NAN, NAN, 5)                                        \
    X("soft and tall", "tall-woman", 0.6, 1.0, 0.003, 0.25, 6)
#define PEOPLE_COUNT 6

typedef struct {
    const char* name;
    const char* client; // name of the file in routines/clients
    rehearsal_person_t person;
    uint64_t seed;
} people_row_t;

/// `index` from 0 to PEOPLE_COUNT - 1.
people_row_t people_row(int index);

#endif
