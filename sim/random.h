/// Random numbers that are the same everywhere: integer arithmetic only, no library function whose
/// last bit could differ. Two kinds: a stream (xoshiro256++, Blackman and Vigna 2019, seeded by
/// splitmix64), and a draw by number, whose value depends on nothing but its key and its index.
/// Noise is drawn by number, so that what one sample holds does not depend on which others were
/// read.
#ifndef KNEAD_SIM_RANDOM_H
#define KNEAD_SIM_RANDOM_H

#include <stdint.h>

typedef struct {
    uint64_t word[4]; // never all 0
} random_stream_t;

/// A stream; `purpose` tells streams of the same seed apart.
random_stream_t random_stream(uint64_t seed, uint64_t purpose);

/// The next 64 bits.
uint64_t random_next(random_stream_t* stream);

/// Uniform, `least` to below `most`.
double random_between(random_stream_t* stream, double least, double most);

/// Mean 0, standard deviation 1, never beyond 6: the sum of twelve uniform numbers.
double random_gaussian(random_stream_t* stream);

/// The same by number.
double random_gaussian_at(uint64_t key, uint64_t index);

/// Uniform, 0 to below 1, by number.
double random_part_at(uint64_t key, uint64_t index);

/// One step of splitmix64 (Steele, Lea, Flood 2014): moves `state` on and returns 64 mixed bits.
uint64_t random_splitmix(uint64_t* state);

#endif
