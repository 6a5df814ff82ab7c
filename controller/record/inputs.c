#include "controller/record/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define COPIES "inputs"
#define COPY_PATH_CAPACITY 2048
#define NAME_ROOM 32 // for `inputs/FOLDER/`

typedef struct {
    const char* word;
    const char* folder;
} role_words_t;

static const role_words_t role_words[INPUT_ROLE_COUNT] = {
#define X(id, word, folder) [id] = {word, folder},
    INPUT_ROLE_LIST(X)
#undef X
};

const char* input_role_text(input_role_t role)
{
    return (int)role >= 0 && role < INPUT_ROLE_COUNT ? role_words[role].word : "unknown";
}

bool input_role_named(const char* word, input_role_t* role)
{
    for (int index = 0; index < INPUT_ROLE_COUNT; index++) {
        if (strcmp(word, role_words[index].word) == 0) {
            *role = (input_role_t)index;
            return true;
        }
    }
    return false;
}

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

bool inputs_add(inputs_t* inputs, input_role_t role, const char* path)
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
    *added = (input_file_t){.role = role, .digest = digest};
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

bool input_copy_name(const input_file_t* input, char* name, size_t capacity)
{
    const char* slash = strrchr(input->path, '/');
    const int length = snprintf(name, capacity, COPIES "/%s/%s", role_words[input->role].folder,
                                slash != NULL ? slash + 1 : input->path);
    return length >= 0 && (size_t)length < capacity;
}

static bool join(const char* directory, const char* name, char path[COPY_PATH_CAPACITY])
{
    const int length = snprintf(path, COPY_PATH_CAPACITY, "%s/%s", directory, name);
    return length >= 0 && length < COPY_PATH_CAPACITY;
}

static bool copy_file(const char* from, const char* onto)
{
    FILE* source = fopen(from, "rb");
    FILE* target = source != NULL ? fopen(onto, "wb") : NULL;
    if (target == NULL) {
        if (source != NULL) {
            (void)fclose(source);
        }
        return false;
    }
    char bytes[16384];
    size_t count = 0;
    bool copied = true;
    do {
        count = fread(bytes, 1, sizeof bytes, source);
        copied = fwrite(bytes, 1, count, target) == count;
    } while (copied && count == sizeof bytes);
    copied = copied && ferror(source) == 0;
    (void)fclose(source);
    return fclose(target) == 0 && copied;
}

static bool make_folder(const char* path)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST;
}

bool inputs_copy(const inputs_t* inputs, const char* directory)
{
    char path[COPY_PATH_CAPACITY];
    char name[INPUT_PATH_CAPACITY + NAME_ROOM];
    bool copied = inputs->count == 0 || (join(directory, COPIES, path) && make_folder(path));
    for (int index = 0; copied && index < inputs->count; index++) {
        const input_file_t* input = &inputs->at[index];
        char folder[NAME_ROOM];
        (void)snprintf(folder, sizeof folder, COPIES "/%s", role_words[input->role].folder);
        copied = join(directory, folder, path) && make_folder(path) &&
                 input_copy_name(input, name, sizeof name) && join(directory, name, path) &&
                 copy_file(input->path, path);
    }
    return copied;
}
