#include "controller/cli/device_words.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "config/load.h"

static const field_t* field_named(const record_t* record, const char* key, size_t length)
{
    const field_t* field = record->fields;
    while (field->key != NULL &&
           (strncmp(field->key, key, length) != 0 || field->key[length] != '\0')) {
        field++;
    }
    return field->key != NULL ? field : NULL;
}

const char* device_word(const char* key, int number)
{
    const record_t* record = &load_device_record;
    const char* dot = strchr(key, '.');
    while (dot != NULL) {
        const field_t* outer = field_named(record, key, (size_t)(dot - key));
        assert(outer != NULL && outer->record != NULL);
        record = outer->record;
        key = dot + 1;
        dot = strchr(key, '.');
    }
    const field_t* field = field_named(record, key, strlen(key));
    assert(field != NULL && field->kind == FIELD_CHOICE);
    for (int i = 0; i <= number; i++) {
        assert(number >= 0 && field->words[i] != NULL);
    }
    return field->words[number];
}
