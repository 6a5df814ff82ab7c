#include "sim/random.h"

uint64_t random_splitmix(uint64_t* state)
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
}

static uint64_t rotate_left(uint64_t word, int count)
{
    return (word << count) | (word >> (64 - count));
}

random_stream_t random_stream(uint64_t seed, uint64_t purpose)
{
    // Mixed once each, so that neighbouring seeds and purposes give streams without a family
    // likeness.
    uint64_t state = purpose;
    state = seed ^ random_splitmix(&state);
    random_stream_t stream;
    for (int i = 0; i < 4; ++i) {
        stream.word[i] = random_splitmix(&state);
    }
    return stream;
}

uint64_t random_next(random_stream_t* stream)
{
    uint64_t* word = stream->word;
    const uint64_t result = rotate_left(word[0] + word[3], 23) + word[0];
    const uint64_t shifted = word[1] << 17;
    word[2] ^= word[0];
    word[3] ^= word[1];
    word[1] ^= word[2];
    word[0] ^= word[3];
    word[2] ^= shifted;
    word[3] = rotate_left(word[3], 45);
    return result;
}

double random_between(random_stream_t* stream, double least, double most)
{
    const double uniform = (double)(random_next(stream) >> 11) * 0x1p-53;
    return least + (most - least) * uniform;
}

/// Twelve uniform numbers of 16 bits lie in three words; their sum has variance 1 (each has 1/12).
static double gaussian_of_words(uint64_t first, uint64_t second, uint64_t third)
{
    const uint64_t words[3] = {first, second, third};
    int64_t sum = 0;
    for (int i = 0; i < 3; ++i) {
        sum += (int64_t)(words[i] & 0xFFFFu) + (int64_t)((words[i] >> 16) & 0xFFFFu) +
               (int64_t)((words[i] >> 32) & 0xFFFFu) + (int64_t)(words[i] >> 48);
    }
    // Each 16-bit number stands for the middle of its interval: hence the 12 halves.
    return ((double)sum + 6.0) * 0x1p-16 - 6.0;
}

double random_gaussian(random_stream_t* stream)
{
    const uint64_t first = random_next(stream);
    const uint64_t second = random_next(stream);
    return gaussian_of_words(first, second, random_next(stream));
}

/// Where splitmix begins for one number of one key.
static uint64_t state_at(uint64_t key, uint64_t index)
{
    uint64_t state = index * 0xD1342543DE82EF95u;
    return key ^ random_splitmix(&state);
}

double random_part_at(uint64_t key, uint64_t index)
{
    uint64_t state = state_at(key, index);
    return (double)(random_splitmix(&state) >> 11) * 0x1p-53;
}

double random_gaussian_at(uint64_t key, uint64_t index)
{
    uint64_t state = state_at(key, index);
    const uint64_t first = random_splitmix(&state);
    const uint64_t second = random_splitmix(&state);
    return gaussian_of_words(first, second, random_splitmix(&state));
}
