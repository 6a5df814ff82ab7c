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

/// Whether they play the same trials in the same way, whichever of them.
static bool same_trials(const campaign_header_t* a, const campaign_header_t* b)
{
    return a->kind == b->kind && strcmp(a->version, b->version) == 0 &&
           strcmp(a->commit, b->commit) == 0 && strcmp(a->inputs, b->inputs) == 0 &&
           strcmp(a->rules_off, b->rules_off) == 0 && a->first == b->first && a->last == b->last;
}

bool campaign_header_goes_on(const campaign_header_t* begun, const campaign_header_t* asked)
{
    return same_trials(begun, asked) && begun->shard == asked->shard &&
           begun->shards == asked->shards;
}

bool campaign_header_joins(const campaign_header_t* a, const campaign_header_t* b)
{
    return same_trials(a, b) && a->hours == b->hours && (a->hours == 0 || a->shards == b->shards);
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

/// A file that is being read.
typedef struct {
    FILE* in;
    char* line;
    outcome_t* outcome;
    int64_t*
        began; // by index of the trial: where its line begins; 0, where the header is: none yet
    outcome_file_t* file;
    void (*take)(void* context, const outcome_t* outcome, const char* line);
    void* context;
} reading_t;

/// Whether the line that begins at that place is this one; leaves the file where it was.
static bool is_line_at(FILE* in, int64_t began, const char* line)
{
    const off_t here = ftello(in);
    bool same = fseeko(in, (off_t)began, SEEK_SET) == 0;
    for (const char* at = line; same && *at != '\0'; ++at) {
        same = fgetc(in) == (unsigned char)*at;
    }
    same = same && fgetc(in) == '\n';
    return fseeko(in, here, SEEK_SET) == 0 && same;
}

/// Hands on a line that ends, unless it only says again what stood there already.
static outcome_file_result_t take_line(const reading_t* reading)
{
    const campaign_header_t* header = &reading->file->header;
    const outcome_t* outcome = reading->outcome;
    if (!outcome_read(reading->line, reading->outcome) || outcome->kind != header->kind ||
        !campaign_header_has(header, outcome->number)) {
        return OUTCOME_FILE_DAMAGED;
    }
    int64_t* began = &reading->began[outcome->number - header->first];
    if (*began != 0) {
        return is_line_at(reading->in, *began, reading->line) ? OUTCOME_FILE_OK
                                                              : OUTCOME_FILE_CONFLICT;
    }
    *began = reading->file->whole_bytes;
    reading->take(reading->context, outcome, reading->line);
    return OUTCOME_FILE_OK;
}

static outcome_file_result_t read_lines(const reading_t* reading)
{
    outcome_file_t* file = reading->file;
    outcome_file_result_t result = OUTCOME_FILE_OK;
    while (result == OUTCOME_FILE_OK) {
        ++file->line;
        const bool ends = read_line(reading->in, reading->line);
        if (!ends && reading->line[0] == '\0') {
            break;
        }
        if (!ends) {
            file->torn = true;
            result = fgetc(reading->in) == EOF ? OUTCOME_FILE_OK : OUTCOME_FILE_DAMAGED;
            break;
        }
        result = take_line(reading);
        file->whole_bytes =
            result == OUTCOME_FILE_OK ? (int64_t)ftello(reading->in) : file->whole_bytes;
    }
    return ferror(reading->in) ? OUTCOME_FILE_UNREADABLE : result;
}

outcome_file_result_t outcome_file_read_open(FILE* in, outcome_file_t* file,
                                             void (*take)(void* context, const outcome_t* outcome,
                                                          const char* line),
                                             void* context)
{
    memset(file, 0, sizeof *file);
    file->line = 1;
    outcome_file_result_t result = OUTCOME_FILE_UNREADABLE;
    reading_t reading = {.in = in,
                         .line = malloc(OUTCOME_LINE_CAPACITY),
                         .outcome = malloc(sizeof *reading.outcome),
                         .file = file,
                         .take = take,
                         .context = context};
    if (reading.line != NULL && reading.outcome != NULL) {
        const bool headed =
            read_line(in, reading.line) && campaign_header_read(reading.line, &file->header);
        result = headed ? OUTCOME_FILE_OK : OUTCOME_FILE_NO_HEADER;
    }
    if (result == OUTCOME_FILE_OK) {
        const int64_t count = file->header.last - file->header.first + 1;
        file->whole_bytes = (int64_t)ftello(in);
        reading.began = calloc((size_t)count + 1, sizeof *reading.began);
        result = reading.began != NULL ? read_lines(&reading) : OUTCOME_FILE_UNREADABLE;
    }
    free(reading.began);
    free(reading.outcome);
    free(reading.line);
    return result;
}

outcome_file_result_t outcome_file_read(const char* path, outcome_file_t* file,
                                        void (*take)(void* context, const outcome_t* outcome,
                                                     const char* line),
                                        void* context)
{
    memset(file, 0, sizeof *file);
    FILE* in = fopen(path, "r");
    if (in == NULL) {
        return OUTCOME_FILE_UNREADABLE;
    }
    const outcome_file_result_t result = outcome_file_read_open(in, file, take, context);
    (void)fclose(in);
    return result;
}

outcome_file_result_t outcome_file_header(const char* path, campaign_header_t* header)
{
    char* line = malloc(OUTCOME_LINE_CAPACITY);
    FILE* in = fopen(path, "r");
    outcome_file_result_t result = OUTCOME_FILE_UNREADABLE;
    if (in != NULL && line != NULL) {
        result = read_line(in, line) && campaign_header_read(line, header) ? OUTCOME_FILE_OK
                                                                           : OUTCOME_FILE_NO_HEADER;
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
    campaign_header_t joined = *header;
    const bool each_its_hours = header->hours > 0 && header->shards > 1;
    joined.shard = each_its_hours ? 0 : 1;
    joined.shards = each_its_hours ? header->shards : 1;
    if (!atomic_file_open(&out, path)) {
        return OUTCOME_FILE_UNWRITABLE;
    }
    (void)campaign_header_write(&joined, line, sizeof line);
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
                                         int* failed, int64_t* line)
{
    collection_t all = {0};
    outcome_file_t first, file;
    outcome_file_result_t result = OUTCOME_FILE_OK;
    *failed = -1;
    *line = 0;
    for (int i = 0; result == OUTCOME_FILE_OK && i < count; ++i) {
        result = outcome_file_read(paths[i], &file, keep, &all);
        if (i == 0) {
            first = file;
        }
        if (result == OUTCOME_FILE_OK && !campaign_header_joins(&file.header, &first.header)) {
            result = OUTCOME_FILE_OTHER;
            file.line = 1;
        }
        if (result != OUTCOME_FILE_OK) {
            *failed = i;
            *line = file.line;
        }
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
