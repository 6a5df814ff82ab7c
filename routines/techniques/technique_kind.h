/// What a technique's file provides: its parameters as a table for the routine's reader, and its
/// motion. `technique.c` finds it by the technique's row in `TECHNIQUE_LIST`.
///
/// Always holds: the functions are pure; `target` gets times within 0..duration and parameters that
/// the table and `refuse` let pass.
#ifndef KNEAD_ROUTINES_TECHNIQUES_TECHNIQUE_KIND_H
#define KNEAD_ROUTINES_TECHNIQUES_TECHNIQUE_KIND_H

#include <stddef.h>

#include "config/fields.h"
#include "routines/technique.h"

#define TECHNIQUE_FIELD_CAPACITY 12 // parameters of a technique

typedef struct {
    const field_t* fields; // of technique_parameters_t; ends with a null key
    contact_rule_t contact;

    double (*duration_s)(const body_t* body, const stroke_t* stroke);
    stroke_target_t (*target)(const body_t* body, const stroke_t* stroke, double time_s);
    stroke_peaks_t (*peaks)(const body_t* body, const stroke_t* stroke);

    // Null where the technique has no use for it.
    double (*radius_m)(const stroke_t* stroke); // asked for
    double (*radius_across_m)(const body_t* body, const stroke_t* stroke);
    void (*complete)(technique_parameters_t* parameters); // fills in what follows from the rest
    double (*rejoin_s)(const body_t* body, const stroke_t* stroke, double time_s);
    // Why parameters that are each in range do not go together, and the key at fault; null where
    // they do.
    const char* (*refuse)(const technique_parameters_t* parameters, const char** key);
} technique_kind_t;

#define X(id, text, limits, meaning) extern const technique_kind_t kind_of_##id;
TECHNIQUE_LIST(X)
#undef X

const technique_kind_t* technique_kind(technique_id_t id);

// Rows of a technique's table.
#define PARAMETER_QUANTITY(name, member, dim, low, high, text)                                     \
    {                                                                                              \
        .key = (name), .kind = FIELD_QUANTITY, .required = true,                                   \
        .offset = offsetof(technique_parameters_t, member), .dimension = (dim), .minimum = (low),  \
        .maximum = (high), .meaning = (text)                                                       \
    }
#define PARAMETER_COUNT(name, member, low, high, text)                                             \
    {                                                                                              \
        .key = (name), .kind = FIELD_WHOLE, .required = true,                                      \
        .offset = offsetof(technique_parameters_t, member), .minimum = (low), .maximum = (high),   \
        .meaning = (text)                                                                          \
    }
#define PARAMETER_POINT                                                                            \
    {                                                                                              \
        .key = "point", .kind = FIELD_RECORD, .required = true,                                    \
        .offset = offsetof(technique_parameters_t, point), .record = &region_point_record,         \
        .meaning = "Where in the region."                                                          \
    }
#define PARAMETERS_END                                                                             \
    {                                                                                              \
        .key = NULL                                                                                \
    }

extern const record_t region_point_record;

#endif
