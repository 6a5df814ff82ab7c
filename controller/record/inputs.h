/// Which files a run was made from, and SHA-256 fingerprints (FIPS 180-4) of them and of anything
/// else.
#ifndef KNEAD_CONTROLLER_RECORD_INPUTS_H
#define KNEAD_CONTROLLER_RECORD_INPUTS_H

#include <stdbool.h>
#include <stdint.h>

#define DIGEST_SIZE 32
#define DIGEST_TEXT_CAPACITY 65 // hexadecimal, with its terminator
#define INPUT_CAPACITY 32       // files of one run
#define INPUT_PATH_CAPACITY 512

typedef struct {
    uint8_t bytes[DIGEST_SIZE];
} digest_t;

/// Lower-case hexadecimal.
void digest_text(const digest_t* digest, char text[DIGEST_TEXT_CAPACITY]);

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

/// Fingerprint of all contents in their order. Paths are left out: a copy of the files elsewhere
/// counts as the same inputs.
digest_t inputs_digest(const inputs_t* inputs);

#endif
