/// YAML to routine, or findings; and the static check of a routine against a body, a
/// machine and the limits before anything moves.
#ifndef KNEAD_ROUTINES_ROUTINE_LOAD_H
#define KNEAD_ROUTINES_ROUTINE_LOAD_H

#include "config/fields.h"
#include "routines/body.h"
#include "routines/routine.h"

/// Reads a routine against a body map: region names must exist there. Repeats are unrolled, region
/// lists become one stroke each, durations are computed on `body`. `body` may be null: then only
/// the form is checked, every stroke's region is -1 and its duration 0, and the routine is good for
/// nothing else. Whether the routine may be played is another question: see `routine_check`. All
/// findings come in one pass; on failure `routine` is untouched.
bool routine_load(const char* path, const body_t* body, routine_t* routine, findings_t* findings);

/// The same from memory; `path` is for messages.
bool routine_parse(const char* path, const char* bytes, size_t byte_count, const body_t* body,
                   routine_t* routine, findings_t* findings);

/// Prints the JSON Schema of kind routine or client; false for another kind.
bool routine_print_schema(const char* kind, FILE* out);

#endif
