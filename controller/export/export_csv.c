#include "controller/export/export_csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "controller/export/export_columns.h"

typedef struct {
    FILE* out;
    int64_t bytes;
    export_columns_t columns;
    export_digits_t digits[EXPORT_COLUMN_CAPACITY];
    export_walk_t walk;
} table_t;

static void put(table_t* table, const char* text)
{
    const size_t length = strlen(text);
    (void)fwrite(text, 1, length, table->out);
    table->bytes += (int64_t)length;
}

static void put_word(table_t* table, const char* word)
{
    if (strpbrk(word, ",\"\r\n") == NULL) {
        put(table, word);
        return;
    }
    put(table, "\"");
    for (const char* at = word; *at != '\0'; ++at) {
        const char letter[2] = {*at, '\0'};
        put(table, *at == '"' ? "\"\"" : letter);
    }
    put(table, "\"");
}

static void put_value(table_t* table, int column)
{
    const export_value_t* value = &table->walk.values[column];
    if (!value->known) {
        return;
    }
    switch (table->columns.at[column].kind) {
    case EXPORT_NUMBER:
    case EXPORT_SINGLE:
        put(table,
            export_digits(&table->digits[column], table->columns.at[column].kind, value->number));
        return;
    case EXPORT_WHOLE: {
        char digits[EXPORT_DIGITS_CAPACITY];
        (void)snprintf(digits, sizeof digits, "%" PRId64, value->whole);
        put(table, digits);
        return;
    }
    case EXPORT_TRUTH:
        put(table, value->whole != 0 ? "1" : "0");
        return;
    case EXPORT_WORD:
        put_word(table, value->word);
        return;
    }
}

static void put_row(table_t* table)
{
    for (int i = 0; i < table->columns.count; ++i) {
        if (i > 0) {
            put(table, ",");
        }
        put_value(table, i);
    }
    put(table, "\n");
}

static void put_names(table_t* table)
{
    for (int i = 0; i < table->columns.count; ++i) {
        put(table, i > 0 ? "," : "");
        put_word(table, table->columns.at[i].name);
    }
    put(table, "\n");
}

export_result_t export_csv(const export_source_t* source, FILE* out, export_figures_t* figures)
{
    table_t* table = calloc(1, sizeof *table);
    if (table == NULL || !export_walk_begin(&table->walk, source, figures)) {
        free(table);
        errno = ENOMEM;
        return EXPORT_NO_MEMORY;
    }
    table->out = out;
    export_columns_make(source->session, &table->columns);
    put_names(table);
    cycle_record_t taken;
    while (figures->end == CYCLE_READ_RECORD && ferror(out) == 0) {
        if (export_walk_take(&table->walk, &taken)) {
            put_row(table);
            figures->messages++;
        }
    }
    figures->bytes = table->bytes;
    export_walk_end(&table->walk);
    free(table);
    return fflush(out) == 0 && ferror(out) == 0 ? EXPORT_OK : EXPORT_NOT_WRITTEN;
}
