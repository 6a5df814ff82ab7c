#include "controller/record/export_csv.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/export_columns.h"

typedef struct {
    FILE* out;
    int64_t bytes;
    export_columns_t columns;
    export_value_t values[EXPORT_COLUMN_CAPACITY];
    export_digits_t digits[EXPORT_COLUMN_CAPACITY];
    export_row_t row;
} table_t;

const char* export_result_text(export_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        EXPORT_RESULT_LIST(X)
#undef X
    }
    return "unknown";
}

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
    const export_value_t* value = &table->values[column];
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
    *figures = (export_figures_t){0};
    table_t* table = calloc(1, sizeof *table);
    if (table == NULL) {
        errno = ENOMEM;
        return EXPORT_NO_MEMORY;
    }
    table->out = out;
    export_columns_make(source->session, &table->columns);
    table->row = export_row_begin(source->session);
    put_names(table);
    cycle_record_t record;
    figures->end = cycle_reader_next(source->reader, &record);
    while (figures->end == CYCLE_READ_RECORD && ferror(out) == 0) {
        const bool shown = figures->cycles % source->every == 0;
        export_row_take(&table->row, &record, NULL, shown ? table->values : NULL);
        figures->last_s = (double)table->row.time_us / 1e6;
        if (shown) {
            put_row(table);
            figures->messages++;
        }
        if (figures->cycles == 0) {
            figures->first_s = figures->last_s;
        }
        if (source->watch != NULL && figures->cycles % EXPORT_WATCH_CYCLES == 0) {
            source->watch(source->watch_context, figures->last_s);
        }
        figures->cycles++;
        figures->end = cycle_reader_next(source->reader, &record);
    }
    figures->bytes = table->bytes;
    free(table);
    return fflush(out) == 0 && ferror(out) == 0 ? EXPORT_OK : EXPORT_NOT_WRITTEN;
}
