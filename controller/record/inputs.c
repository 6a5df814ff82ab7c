#include "controller/record/inputs.h"

#include <stdio.h>
#include <string.h>

#include <sys/types.h>

#include <sha2.h>

void digest_text(const digest_t* digest, char text[DIGEST_TEXT_CAPACITY])
{
    static const char digits[] = "0123456789abcdef";
    for (int index = 0; index < DIGEST_SIZE; index++) {
        text[2 * index] = digits[digest->bytes[index] >> 4];
        text[2 * index + 1] = digits[digest->bytes[index] & 0x0F];
    }
    text[2 * DIGEST_SIZE] = '\0';
}

static bool digest_file(const char* path, digest_t* digest)
{
    FILE* file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    SHA2_CTX hash;
    SHA256Init(&hash);
    uint8_t bytes[4096];
    size_t count = 0;
    while ((count = fread(bytes, 1, sizeof bytes, file)) > 0) {
        SHA256Update(&hash, bytes, count);
    }
    const bool whole = !ferror(file);
    (void)fclose(file);
    SHA256Final(digest->bytes, &hash);
    return whole;
}

bool inputs_add(inputs_t* inputs, const char* path)
{
    for (int index = 0; index < inputs->count; index++) {
        if (strcmp(inputs->at[index].path, path) == 0) {
            return true;
        }
    }
    digest_t digest;
    if (inputs->count >= INPUT_CAPACITY || strlen(path) >= INPUT_PATH_CAPACITY ||
        !digest_file(path, &digest)) {
        return false;
    }
    input_file_t* added = &inputs->at[inputs->count++];
    *added = (input_file_t){.digest = digest};
    memcpy(added->path, path, strlen(path) + 1);
    return true;
}

digest_t inputs_digest(const inputs_t* inputs)
{
    SHA2_CTX hash;
    SHA256Init(&hash);
    for (int index = 0; index < inputs->count; index++) {
        SHA256Update(&hash, inputs->at[index].digest.bytes, DIGEST_SIZE);
    }
    digest_t digest;
    SHA256Final(digest.bytes, &hash);
    return digest;
}
