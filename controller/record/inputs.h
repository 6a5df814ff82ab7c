/// Which files a run was made from, with their fingerprints, and the copies of them that a run
/// keeps so that it can be recomputed whatever becomes of the originals.
#ifndef KNEAD_CONTROLLER_RECORD_INPUTS_H
#define KNEAD_CONTROLLER_RECORD_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config/digest.h"

#define INPUT_CAPACITY 32 // files of one run
#define INPUT_PATH_CAPACITY 512

/// What a file is for: enumerator, word, folder of its copy. The folders lie beside each other as
/// in the source tree, so that a copied machine finds its copied devices.
#define INPUT_ROLE_LIST(X)                                                                         \
    X(INPUT_MACHINE, "machine", "machines")                                                        \
    X(INPUT_DEVICE, "device", "devices")                                                           \
    X(INPUT_SAFETY, "safety", "safety")                                                            \
    X(INPUT_BODY, "body", "bodies")                                                                \
    X(INPUT_SCREENING, "screening", "screening")                                                   \
    X(INPUT_CLIENT, "client", "clients")                                                           \
    X(INPUT_SCAN, "scan", "scans")                                                                 \
    X(INPUT_ROUTINE, "routine", "routines")                                                        \
    X(INPUT_SCENARIO, "scenario", "scenarios")                                                     \
    X(INPUT_REQUESTS, "requests", "requests")
typedef enum {
#define X(id, word, folder) id,
    INPUT_ROLE_LIST(X)
#undef X
} input_role_t;
#define INPUT_ROLE_COUNT 10
const char* input_role_text(input_role_t role);
/// The role of a word; false, with `role` untouched, if it is none.
bool input_role_named(const char* word, input_role_t* role);

typedef struct {
    input_role_t role;
    char path[INPUT_PATH_CAPACITY]; // as the person gave it
    digest_t digest;                // of the contents
} input_file_t;

typedef struct {
    int count;
    input_file_t at[INPUT_CAPACITY];
} inputs_t;

/// Reads and remembers a file. False, with `inputs` untouched, if it can't be read, its path is too
/// long, or the list is full. Adding the same path twice keeps one.
bool inputs_add(inputs_t* inputs, input_role_t role, const char* path);

/// The fingerprint of a file that was added under this path; false, with `digest` untouched, if
/// none was.
bool inputs_find(const inputs_t* inputs, const char* path, digest_t* digest);

/// Fingerprint of all contents in their order. Paths are left out: a copy of the files elsewhere
/// counts as the same inputs.
digest_t inputs_digest(const inputs_t* inputs);

/// Where the copy of a file lies in a run's directory: inputs/FOLDER/NAME. False if that would pass
/// `capacity`. Of one role no two files of a run share a name.
bool input_copy_name(const input_file_t* input, char* name, size_t capacity);

/// Copies every file into `directory`, which exists. False, with errno, if one can't be read or
/// written. A file that was changed since it was added is copied as it is now; its fingerprint
/// tells.
bool inputs_copy(const inputs_t* inputs, const char* directory);

#endif
