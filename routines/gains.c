#include "routines/gains.h"

#include <stddef.h>
#include <string.h>

// Units of the dimensions that gains have.
#define DIMENSION_NONE ""
#define DIMENSION_RATE "1/s"

static const gain_info_t infos[GAIN_COUNT] = {
#define X(member, key, dimension, lowest, highest, otherwise, meaning)                             \
    {key, lowest, highest, otherwise, dimension, meaning},
    GAIN_LIST(X)
#undef X
};

static const size_t offsets[GAIN_COUNT] = {
#define X(member, key, dimension, lowest, highest, otherwise, meaning) offsetof(gains_t, member),
    GAIN_LIST(X)
#undef X
};

const gain_info_t* gain_info(int index)
{
    return &infos[index];
}

int gain_named(const char* key)
{
    for (int i = 0; i < GAIN_COUNT; ++i) {
        if (strcmp(key, infos[i].key) == 0) {
            return i;
        }
    }
    return -1;
}

double gains_get(const gains_t* gains, int index)
{
    double gain;
    memcpy(&gain, (const char*)gains + offsets[index], sizeof gain);
    return gain;
}

void gains_set(gains_t* gains, int index, double gain)
{
    memcpy((char*)gains + offsets[index], &gain, sizeof gain);
}

gains_t gains_of_machine(const machine_settings_t* machine)
{
    const gain_figures_t* file = &machine->gains;
    return (gains_t){
#define X(member, key, dimension, lowest, highest, otherwise, meaning)                             \
    .member = file->member.value > 0.0 ? file->member.value : (otherwise),
        GAIN_LIST(X)
#undef X
    };
}

void gains_give_machine(const gains_t* gains, machine_settings_t* machine)
{
#define X(member, key, dimension, lowest, highest, otherwise, meaning)                             \
    machine->gains.member.value = gains->member;
    GAIN_LIST(X)
#undef X
}
