/// Which files a run was made from, with their fingerprints.
#ifndef KNEAD_CONTROLLER_RECORD_INPUTS_H
#define KNEAD_CONTROLLER_RECORD_INPUTS_H

#include <stdbool.h>

#include "config/digest.h"

#define INPUT_CAPACITY 32 // files of one run
#define INPUT_PATH_CAPACITY 512

typedef struct {
    char path[INPUT_PATH_CAPACITY]; // as the person gave it
    digest_t digest;                // of the contents
} input_file_t;

typedef struct {
    int count;
    input_file_t at[INPUT_CAPACITY];
} inputs_t;

/// Reads and remembers a file. False, with `inputs` untouched, if it can't be read, its path is too
/// long, or the list is full. Adding the same path twice keeps one.
bool inputs_add(inputs_t* inputs, const char* path);

/// The fingerprint of a file that was added under this path; false, with `digest` untouched, if
/// none was.
bool inputs_find(const inputs_t* inputs, const char* path, digest_t* digest);

/// Fingerprint of all contents in their order. Paths are left out: a copy of the files elsewhere
/// counts as the same inputs.
digest_t inputs_digest(const inputs_t* inputs);

#endif
