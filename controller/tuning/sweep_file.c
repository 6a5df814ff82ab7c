#include "controller/tuning/sweep_file.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/atomic_file.h"

const char* sweep_file_result_text(sweep_file_result_t result)
{
    static const char* const texts[SWEEP_FILE_RESULT_COUNT] = {
#define X(id, text) [id] = text,
        SWEEP_FILE_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

sweep_t* sweep_begin(const sweep_header_t* header)
{
    const int64_t trials = sweep_trials(header);
    sweep_t* sweep = calloc(1, sizeof *sweep);
    sweep_row_t* rows = trials > 0 ? calloc((size_t)trials, sizeof *rows) : NULL;
    if (sweep == NULL || rows == NULL) {
        free(sweep);
        free(rows);
        return NULL;
    }
    sweep->header = *header;
    sweep->rows = rows;
    for (int64_t i = 0; i < trials; ++i) {
        rows[i].number = -1;
    }
    return sweep;
}

void sweep_end(sweep_t* sweep)
{
    if (sweep != NULL) {
        free(sweep->rows);
        free(sweep);
    }
}

/// Two rows of a trial are the same where their lines are.
static bool same(const sweep_header_t* header, const sweep_row_t* a, const sweep_row_t* b)
{
    char first[SWEEP_LINE_CAPACITY], second[SWEEP_LINE_CAPACITY];
    return sweep_row_write(header, a, first, sizeof first) &&
           sweep_row_write(header, b, second, sizeof second) && strcmp(first, second) == 0;
}

bool sweep_take(sweep_t* sweep, const sweep_row_t* row)
{
    if (row->number < 0 || row->number >= sweep_trials(&sweep->header)) {
        return false;
    }
    sweep_row_t* kept = &sweep->rows[row->number];
    if (kept->number >= 0) {
        return same(&sweep->header, kept, row);
    }
    *kept = *row;
    ++sweep->count;
    return true;
}

/// True for a line that ends; its end is cut off. What does not end, or is too long, is no line.
static bool read_line(FILE* in, char* line)
{
    if (fgets(line, SWEEP_HEADER_CAPACITY, in) == NULL) {
        line[0] = '\0';
        return false;
    }
    char* end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
    }
    return end != NULL;
}

sweep_file_result_t sweep_file_header(const char* path, sweep_header_t* header)
{
    FILE* in = fopen(path, "r");
    char* line = malloc(SWEEP_HEADER_CAPACITY);
    sweep_file_result_t result = SWEEP_FILE_UNREADABLE;
    if (in != NULL && line != NULL) {
        result = read_line(in, line) && sweep_header_read(line, header) ? SWEEP_FILE_OK
                                                                        : SWEEP_FILE_NO_HEADER;
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    free(line);
    return result;
}

/// Whether a header line is that of the sweep.
static bool is_of(const sweep_t* sweep, const char* line)
{
    char* own = malloc(SWEEP_HEADER_CAPACITY);
    const bool is = own != NULL && sweep_header_write(&sweep->header, own, SWEEP_HEADER_CAPACITY) &&
                    strcmp(own, line) == 0;
    free(own);
    return is;
}

static sweep_file_result_t read_rows(FILE* in, char* text, sweep_t* sweep, int64_t* whole_bytes,
                                     int64_t* line)
{
    while (true) {
        sweep_row_t row;
        ++*line;
        if (!read_line(in, text)) {
            // What the last line lost when it was cut off is played again.
            return text[0] == '\0' || fgetc(in) == EOF ? SWEEP_FILE_OK : SWEEP_FILE_DAMAGED;
        }
        if (!sweep_row_read(text, &row) || row.number >= sweep_trials(&sweep->header)) {
            return SWEEP_FILE_DAMAGED;
        }
        if (!sweep_take(sweep, &row)) {
            return SWEEP_FILE_CONFLICT;
        }
        *whole_bytes = (int64_t)ftell(in);
    }
}

sweep_file_result_t sweep_file_read_open(FILE* in, sweep_t* sweep, int64_t* whole_bytes,
                                         int64_t* line)
{
    char* text = malloc(SWEEP_HEADER_CAPACITY);
    sweep_header_t* header = malloc(sizeof *header);
    sweep_file_result_t result = SWEEP_FILE_UNREADABLE;
    *whole_bytes = 0;
    *line = 1;
    if (text != NULL && header != NULL) {
        const bool headed = read_line(in, text) && sweep_header_read(text, header);
        result = !headed              ? SWEEP_FILE_NO_HEADER
                 : is_of(sweep, text) ? SWEEP_FILE_OK
                                      : SWEEP_FILE_OTHER;
    }
    if (result == SWEEP_FILE_OK) {
        *whole_bytes = (int64_t)ftell(in);
        result = read_rows(in, text, sweep, whole_bytes, line);
        result = ferror(in) != 0 ? SWEEP_FILE_UNREADABLE : result;
    }
    free(header);
    free(text);
    return result;
}

sweep_file_result_t sweep_file_read(const char* path, sweep_t* sweep, int64_t* whole_bytes,
                                    int64_t* line)
{
    *whole_bytes = 0;
    *line = 1;
    FILE* in = fopen(path, "r");
    if (in == NULL) {
        return SWEEP_FILE_UNREADABLE;
    }
    const sweep_file_result_t result = sweep_file_read_open(in, sweep, whole_bytes, line);
    (void)fclose(in);
    return result;
}

sweep_file_result_t sweep_file_write(const char* path, const sweep_t* sweep)
{
    atomic_file_t target;
    char* line = malloc(SWEEP_HEADER_CAPACITY);
    if (line == NULL || !atomic_file_open(&target, path)) {
        free(line);
        return SWEEP_FILE_UNWRITABLE;
    }
    (void)sweep_header_write(&sweep->header, line, SWEEP_HEADER_CAPACITY);
    (void)fprintf(target.file, "%s\n", line);
    for (int64_t i = 0; i < sweep_trials(&sweep->header); ++i) {
        if (sweep->rows[i].number >= 0) {
            (void)sweep_row_write(&sweep->header, &sweep->rows[i], line, SWEEP_HEADER_CAPACITY);
            (void)fprintf(target.file, "%s\n", line);
        }
    }
    free(line);
    return atomic_file_commit(&target) ? SWEEP_FILE_OK : SWEEP_FILE_UNWRITABLE;
}
