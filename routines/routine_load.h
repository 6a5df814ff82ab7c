/// YAML to routine and client, or findings; and the static check of a routine against a body, a machine
/// and the limits before anything moves.
#ifndef KNEAD_ROUTINES_ROUTINE_LOAD_H
#define KNEAD_ROUTINES_ROUTINE_LOAD_H

#include "config/fields.h"
#include "routines/body.h"
#include "routines/routine.h"

/// Reads a routine against a body map: region names must exist there. Repeats are unrolled, region lists
/// become one stroke each, durations are computed on `body`. On failure `routine` is untouched.
bool routine_load(const char* path, const body_t* body, routine_t* routine, findings_t* findings);

/// Reads only the form of a routine, without a body: for `knead check` without a client.
bool client_load(const char* path, client_settings_t* client, findings_t* findings);

/// Prints the JSON Schema of kind routine or client; false for another kind.
bool routine_print_schema(const char* kind, FILE* out);

#endif
