#include "controller/record/inputs.h"

#include <string.h>

bool inputs_find(const inputs_t* inputs, const char* path, digest_t* digest)
{
    for (int index = 0; index < inputs->count; index++) {
        if (strcmp(inputs->at[index].path, path) == 0) {
            *digest = inputs->at[index].digest;
            return true;
        }
    }
    return false;
}

bool inputs_add(inputs_t* inputs, const char* path)
{
    digest_t digest;
    if (inputs_find(inputs, path, &digest)) {
        return true;
    }
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
    digest_stream_t stream;
    digest_begin(&stream);
    for (int index = 0; index < inputs->count; index++) {
        digest_add(&stream, inputs->at[index].digest.bytes, DIGEST_SIZE);
    }
    return digest_end(&stream);
}
