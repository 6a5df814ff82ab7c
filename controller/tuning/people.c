#include "controller/tuning/people.h"

#include <math.h>

people_row_t people_row(int index)
{
    static const struct {
        const char *name, *client;
        double tissue_factor, body_lie, breathing_amplitude_m, breathing_rate_Hz;
        uint64_t seed;
    } rows[PEOPLE_COUNT] = {
#define X(name, client, tissue, lie, amplitude_m, rate_Hz, seed)                                   \
    {name, client, tissue, lie, (double)(amplitude_m), (double)(rate_Hz), seed},
        PEOPLE_LIST(X)
#undef X
    };
    people_row_t row = {.name = rows[index].name,
                        .client = rows[index].client,
                        .person = rehearsal_person(),
                        .seed = rows[index].seed};
    row.person.tissue_factor = rows[index].tissue_factor;
    row.person.body_lie = rows[index].body_lie;
    row.person.breathing_amplitude_m = rows[index].breathing_amplitude_m;
    row.person.breathing_rate_Hz = rows[index].breathing_rate_Hz;
    return row;
}
