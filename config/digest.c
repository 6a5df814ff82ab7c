#include "config/digest.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(digest_stream_t), "room for the state");
_Static_assert(crypto_hash_sha256_BYTES == DIGEST_SIZE, "SHA-256");

// The stream is moved in and out of the library's own type, so that no header of ours needs it.
void digest_begin(digest_stream_t* stream)
{
    crypto_hash_sha256_state state;
    memset(stream, 0, sizeof *stream);
    (void)crypto_hash_sha256_init(&state);
    memcpy(stream, &state, sizeof state);
}

void digest_add(digest_stream_t* stream, const void* bytes, size_t count)
{
    crypto_hash_sha256_state state;
    memcpy(&state, stream, sizeof state);
    (void)crypto_hash_sha256_update(&state, bytes, count);
    memcpy(stream, &state, sizeof state);
}

digest_t digest_end(digest_stream_t* stream)
{
    crypto_hash_sha256_state state;
    digest_t digest;
    memcpy(&state, stream, sizeof state);
    (void)crypto_hash_sha256_final(&state, digest.bytes);
    return digest;
}

bool digest_file(const char* path, digest_t* digest)
{
    FILE* file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    digest_stream_t stream;
    digest_begin(&stream);
    uint8_t bytes[4096];
    size_t count = 0;
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0) {
        digest_add(&stream, bytes, count);
    }
    const bool whole = ferror(file) == 0;
    (void)fclose(file);
    *digest = digest_end(&stream);
    return whole;
}

bool digest_equal(const digest_t* a, const digest_t* b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

void digest_text(const digest_t* digest, char text[DIGEST_TEXT_CAPACITY])
{
    hex_write(digest->bytes, DIGEST_SIZE, text);
}

void hex_write(const uint8_t* bytes, size_t count, char* text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; ++i) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0x0F];
    }
    text[2 * count] = '\0';
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_read(const char* text, uint8_t* bytes, size_t count)
{
    if (strlen(text) != 2 * count) {
        return false;
    }
    for (size_t i = 0; i < 2 * count; ++i) {
        if (hex_digit(text[i]) < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < count; ++i) {
        bytes[i] = (uint8_t)(hex_digit(text[2 * i]) << 4 | hex_digit(text[2 * i + 1]));
    }
    return true;
}
