#include "controller/record/json_read.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MAX 9007199254740992.0 // 2^53

json_value_t* json_parse(const char* text, size_t length)
{
    const char* end = NULL;
    json_value_t* value = cJSON_ParseWithLengthOpts(text, length, &end, false);
    const char* const behind = text + length;
    while (value != NULL && end < behind && strchr(" \t\r\n", *end) != NULL && *end != '\0') {
        ++end;
    }
    if (value != NULL && end != behind) {
        cJSON_Delete(value);
        value = NULL;
    }
    return value;
}

/// The bytes of a file; null with errno. The caller's.
static char* bytes_of(const char* path, size_t* length)
{
    FILE* file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char* bytes = NULL;
    size_t capacity = 0;
    size_t count = 0;
    errno = 0;
    do {
        if (count == capacity) {
            capacity = capacity == 0 ? 65536 : 2 * capacity;
            char* larger = capacity <= JSON_FILE_CAPACITY ? realloc(bytes, capacity) : NULL;
            if (larger == NULL) {
                errno = capacity <= JSON_FILE_CAPACITY ? ENOMEM : EFBIG;
                break;
            }
            bytes = larger;
        }
        count += fread(bytes + count, 1, capacity - count, file);
    } while (feof(file) == 0 && ferror(file) == 0);
    const int error = errno;
    const bool whole = feof(file) != 0 && ferror(file) == 0;
    (void)fclose(file);
    if (!whole) {
        free(bytes);
        errno = error != 0 ? error : EIO;
        return NULL;
    }
    *length = count;
    return bytes;
}

json_value_t* json_parse_file(const char* path)
{
    size_t length = 0;
    char* bytes = bytes_of(path, &length);
    if (bytes == NULL) {
        return NULL;
    }
    json_value_t* value = json_parse(bytes, length);
    free(bytes);
    errno = 0;
    return value;
}

void json_free(json_value_t* value)
{
    cJSON_Delete(value);
}

const json_value_t* json_member(const json_value_t* object, const char* name)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

int json_count(const json_value_t* array)
{
    return cJSON_IsArray(array) ? cJSON_GetArraySize(array) : 0;
}

const json_value_t* json_at(const json_value_t* array, int index)
{
    return cJSON_IsArray(array) ? cJSON_GetArrayItem(array, index) : NULL;
}

const json_value_t* json_next(const json_value_t* element)
{
    return element != NULL ? element->next : NULL;
}

const json_value_t* json_first(const json_value_t* parent)
{
    return cJSON_IsObject(parent) || cJSON_IsArray(parent) ? parent->child : NULL;
}

const char* json_name(const json_value_t* member)
{
    return member != NULL ? member->string : NULL;
}

bool json_same_kind(const json_value_t* a, const json_value_t* b)
{
    return a != NULL && b != NULL &&
           ((cJSON_IsBool(a) && cJSON_IsBool(b)) || (a->type & 0xFF) == (b->type & 0xFF));
}

const char* json_as_text(const json_value_t* value)
{
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

bool json_as_number(const json_value_t* value, double* number)
{
    if (!cJSON_IsNumber(value)) {
        return false;
    }
    *number = value->valuedouble;
    return true;
}

bool json_as_boolean(const json_value_t* value, bool* truth)
{
    if (!cJSON_IsBool(value)) {
        return false;
    }
    *truth = cJSON_IsTrue(value) != 0;
    return true;
}

bool json_as_whole(const json_value_t* value, int64_t* number)
{
    if (!cJSON_IsNumber(value) || !(fabs(value->valuedouble) <= WHOLE_MAX) ||
        value->valuedouble != floor(value->valuedouble)) {
        return false;
    }
    *number = (int64_t)value->valuedouble;
    return true;
}

bool json_get_text(const json_value_t* object, const char* name, char* text, size_t capacity)
{
    const char* found = json_as_text(json_member(object, name));
    if (found == NULL || strlen(found) >= capacity) {
        return false;
    }
    memcpy(text, found, strlen(found) + 1);
    return true;
}

void json_make_line(char* text)
{
    unsigned char before = 0;
    for (unsigned char* at = (unsigned char*)text; *at != '\0'; ++at) {
        const bool c1 = before == 0xC2 && *at >= 0x80 && *at < 0xA0;
        before = *at;
        if (*at < 0x20 || *at == 0x7F) {
            *at = '?';
        } else if (c1) {
            at[-1] = '?';
            *at = '?';
        }
    }
}

bool json_get_line(const json_value_t* object, const char* name, char* text, size_t capacity)
{
    const bool found = json_get_text(object, name, text, capacity);
    if (found) {
        json_make_line(text);
    }
    return found;
}

bool json_get_number(const json_value_t* object, const char* name, double* number)
{
    return json_as_number(json_member(object, name), number);
}

bool json_get_whole(const json_value_t* object, const char* name, int64_t* number)
{
    return json_as_whole(json_member(object, name), number);
}

bool json_get_boolean(const json_value_t* object, const char* name, bool* truth)
{
    return json_as_boolean(json_member(object, name), truth);
}
