/// What a sweep varies: numbers of settings by their key path, each over a range or a list. Several
/// make every combination.
///
///     machine.gains.tracking=5:50:10           ten values from 5 to 50, both among them
///     client.weight=55,70,90                   these three
///     safety.normal_speed_max=20:60:5;machine.period=2,4,8
///
/// The path begins with the kind of file: machine, safety, body, client or routine; or with person,
/// which is how who really lies there differs from what the controller believes
/// (person.tissue_factor and the others of SWEEP_PERSON_LIST). Numbers are in the file's own unit.
#ifndef KNEAD_CONTROLLER_TUNING_SWEEP_AXIS_H
#define KNEAD_CONTROLLER_TUNING_SWEEP_AXIS_H

#include <stdint.h>

#include "controller/tuning/rehearsal.h"

#define SWEEP_AXIS_CAPACITY 4
#define SWEEP_VALUE_CAPACITY 1000 // of one axis
#define SWEEP_POINT_MAX 100000

#define SWEEP_KIND_LIST(X)                                                                         \
    X(SWEEP_MACHINE, "machine")                                                                    \
    X(SWEEP_SAFETY, "safety")                                                                      \
    X(SWEEP_BODY, "body")                                                                          \
    X(SWEEP_CLIENT, "client")                                                                      \
    X(SWEEP_ROUTINE, "routine")                                                                    \
    X(SWEEP_PERSON, "person")
typedef enum {
#define X(id, word) id,
    SWEEP_KIND_LIST(X)
#undef X
} sweep_kind_t;
#define SWEEP_KIND_COUNT 6
#define SWEEP_FILE_KIND_COUNT 5 // the first so many are files
const char* sweep_kind_text(sweep_kind_t kind);

/// Members of rehearsal_person_t that can be varied, SI: member, key.
#define SWEEP_PERSON_LIST(X)                                                                       \
    X(tissue_factor, "tissue_factor")                                                              \
    X(tissue_spread, "tissue_spread")                                                              \
    X(body_lie, "body_lie")                                                                        \
    X(breathing_amplitude_m, "breathing_amplitude")                                                \
    X(breathing_rate_Hz, "breathing_rate")

typedef struct {
    sweep_kind_t kind;
    char field[TEXT_CAPACITY]; // key path within its kind
    char unit[NAME_CAPACITY];  // of the file; filled in by who reads it
    int count;
    double values[SWEEP_VALUE_CAPACITY];
} sweep_axis_t;

typedef struct {
    int axis_count;
    sweep_axis_t axes[SWEEP_AXIS_CAPACITY];
} sweep_axes_t;

/// Reads what stands behind --set. False with a sentence about what is wrong, and what was
/// expected.
bool sweep_axes_read(const char* text, sweep_axes_t* axes, char wrong[TEXT_CAPACITY]);

/// How many points there are; 0 where they would be more than SWEEP_POINT_MAX.
int64_t sweep_axes_points(const sweep_axes_t* axes);

/// The values at a point; the last axis runs quickest.
void sweep_axes_values(const sweep_axes_t* axes, int64_t point, double values[SWEEP_AXIS_CAPACITY]);

/// Sets one member of a person by its key; false if there is none of that name.
bool sweep_give_person(rehearsal_person_t* person, const char* key, double value);

#endif
