/// SHA-256 fingerprints (FIPS 180-4) of files and of anything else: what a run was made from, what
/// an approval is bound to, how a chain of lines hangs together.
#ifndef KNEAD_CONFIG_DIGEST_H
#define KNEAD_CONFIG_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SIZE 32
#define DIGEST_TEXT_CAPACITY 65 // hexadecimal, with its terminator

typedef struct {
    uint8_t bytes[DIGEST_SIZE];
} digest_t;

/// A fingerprint on its way; plain bytes, may be copied to look at it half-way.
typedef struct {
    uint64_t state[16];
} digest_stream_t;

void digest_begin(digest_stream_t* stream);
void digest_add(digest_stream_t* stream, const void* bytes, size_t count);

/// The fingerprint of all bytes added. The stream is used up.
digest_t digest_end(digest_stream_t* stream);

/// Of a file's contents. False, with errno, if it can't be read to its end.
bool digest_file(const char* path, digest_t* digest);

bool digest_equal(const digest_t* a, const digest_t* b);

/// Lower-case hexadecimal.
void digest_text(const digest_t* digest, char text[DIGEST_TEXT_CAPACITY]);

/// Writes `count` bytes as 2 * count lower-case hexadecimal digits and a terminator.
void hex_write(const uint8_t* bytes, size_t count, char* text);

/// Reads exactly 2 * count lower-case hexadecimal digits and nothing else; false, with `bytes`
/// untouched, for any other text.
bool hex_read(const char* text, uint8_t* bytes, size_t count);

#endif
