#include "controller/campaign/outcome_file.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/atomic_file.h"

const char* outcome_file_result_text(outcome_file_result_t result)
{
    static const char* const texts[OUTCOME_FILE_RESULT_COUNT] = {
#define X(id, text) [id] = text,
        OUTCOME_FILE_RESULT_LIST(X)
#undef X
    };
    return (unsigned)result < OUTCOME_FILE_RESULT_COUNT ? texts[result] : "unknown";
}

bool campaign_header_same(const campaign_header_t* a, const campaign_header_t* b)
{
    return a->kind == b->kind && strcmp(a->version, b->version) == 0 &&
           strcmp(a->commit, b->commit) == 0 && strcmp(a->inputs, b->inputs) == 0 &&
           strcmp(a->rules_off, b->rules_off) == 0 && a->first == b->first && a->last == b->last;
}

/// True for a line that ends; its end is cut off. What does not end, or is too long, is no line.
static bool read_line(FILE* in, char* line)
{
    if (fgets(line, OUTCOME_LINE_CAPACITY, in) == NULL) {
        line[0] = '\0';
        return false;
    }
    char* end = strchr(line, '\n');
    if (end != NULL) {
        *end = '\0';
    }
    return end != NULL;
}

static outcome_file_result_t read_open(FILE* in, char* line, outcome_file_t* file,
                                       void (*take)(void*, const outcome_t*, const char*),
                                       void* context)
{
    outcome_t* outcome = malloc(sizeof *outcome);
    if (outcome == NULL) {
        return OUTCOME_FILE_UNREADABLE;
    }
    file->line = 1;
    outcome_file_result_t result = OUTCOME_FILE_OK;
    if (!read_line(in, line) || !campaign_header_read(line, &file->header)) {
        result = OUTCOME_FILE_NO_HEADER;
    } else {
        file->whole_bytes = (int64_t)ftell(in);
    }
    while (result == OUTCOME_FILE_OK) {
        ++file->line;
        const bool ends = read_line(in, line);
        if (!ends && line[0] == '\0') {
            break;
        }
        if (!ends) {
            file->torn = true;
            result = fgetc(in) == EOF ? OUTCOME_FILE_OK : OUTCOME_FILE_DAMAGED;
            break;
        }
        if (!outcome_read(line, outcome)) {
            result = OUTCOME_FILE_DAMAGED;
        } else {
            file->whole_bytes = (int64_t)ftell(in);
            take(context, outcome, line);
        }
    }
    free(outcome);
    return ferror(in) ? OUTCOME_FILE_UNREADABLE : result;
}

outcome_file_result_t outcome_file_read(const char* path, outcome_file_t* file,
                                        void (*take)(void* context, const outcome_t* outcome,
                                                     const char* line),
                                        void* context)
{
    memset(file, 0, sizeof *file);
    char* line = malloc(OUTCOME_LINE_CAPACITY);
    FILE* in = fopen(path, "r");
    outcome_file_result_t result = OUTCOME_FILE_UNREADABLE;
    if (in != NULL && line != NULL) {
        result = read_open(in, line, file, take, context);
    }
    if (in != NULL) {
        (void)fclose(in);
    }
    free(line);
    return result;
}

// ------------------------------------------------------------------------------------------
// merging

typedef struct {
    int64_t number;
    char* line;
} kept_t;

typedef struct {
    int64_t count, capacity;
    kept_t* kept;
    bool short_of_memory;
} collection_t;

static void keep(void* context, const outcome_t* outcome, const char* line)
{
    collection_t* all = context;
    if (all->count == all->capacity) {
        const int64_t larger = all->capacity > 0 ? 2 * all->capacity : 1024;
        kept_t* kept = realloc(all->kept, (size_t)larger * sizeof *kept);
        if (kept == NULL) {
            all->short_of_memory = true;
            return;
        }
        all->kept = kept;
        all->capacity = larger;
    }
    const size_t size = strlen(line) + 1;
    char* copy = malloc(size);
    if (copy == NULL) {
        all->short_of_memory = true;
        return;
    }
    memcpy(copy, line, size);
    kept_t* kept = &all->kept[all->count++];
    kept->number = outcome->number;
    kept->line = copy;
}

static int by_number(const void* a, const void* b)
{
    const int64_t first = ((const kept_t*)a)->number, second = ((const kept_t*)b)->number;
    return first < second ? -1 : first > second ? 1 : 0;
}

static outcome_file_result_t write_merged(const collection_t* all, const campaign_header_t* header,
                                          const char* path)
{
    atomic_file_t out;
    char line[OUTCOME_LINE_CAPACITY];
    if (!atomic_file_open(&out, path)) {
        return OUTCOME_FILE_UNWRITABLE;
    }
    (void)campaign_header_write(header, line, sizeof line);
    (void)fprintf(out.file, "%s\n", line);
    outcome_file_result_t result = OUTCOME_FILE_OK;
    for (int64_t i = 0; all->kept != NULL && i < all->count; ++i) {
        const bool again = i > 0 && all->kept[i].number == all->kept[i - 1].number;
        if (!again) {
            (void)fprintf(out.file, "%s\n", all->kept[i].line);
        } else if (strcmp(all->kept[i].line, all->kept[i - 1].line) != 0) {
            result = OUTCOME_FILE_CONFLICT;
        }
    }
    if (result != OUTCOME_FILE_OK) {
        (void)fclose(out.file);
        (void)remove(out.draft);
        return result;
    }
    return atomic_file_commit(&out) ? OUTCOME_FILE_OK : OUTCOME_FILE_UNWRITABLE;
}

outcome_file_result_t outcome_file_merge(int count, char* const* paths, const char* out,
                                         int* failed)
{
    collection_t all = {0};
    outcome_file_t first, file;
    outcome_file_result_t result = OUTCOME_FILE_OK;
    *failed = -1;
    for (int i = 0; result == OUTCOME_FILE_OK && i < count; ++i) {
        result = outcome_file_read(paths[i], &file, keep, &all);
        if (i == 0) {
            first = file;
        }
        if (result == OUTCOME_FILE_OK && !campaign_header_same(&file.header, &first.header)) {
            result = OUTCOME_FILE_OTHER;
        }
        *failed = result != OUTCOME_FILE_OK ? i : -1;
    }
    if (result == OUTCOME_FILE_OK && all.short_of_memory) {
        result = OUTCOME_FILE_UNREADABLE;
    }
    if (result == OUTCOME_FILE_OK && count > 0) {
        if (all.kept != NULL) {
            qsort(all.kept, (size_t)all.count, sizeof *all.kept, by_number);
        }
        result = write_merged(&all, &first.header, out);
    }
    for (int64_t i = 0; all.kept != NULL && i < all.count; ++i) {
        free(all.kept[i].line);
    }
    free(all.kept);
    return result;
}
