#include "controller/cli/tune_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"
#include "controller/record/atomic_file.h"
#include "controller/tuning/number_edit.h"

#define KEPT_MAX 99 // old files beside a new one

typedef struct {
    char bytes[YAML_FILE_CAPACITY];
    size_t count;
    mode_t mode; // of its file: permissions
} text_t;

static bool say(const char* path, const char* what)
{
    (void)fprintf(stderr, "knead tune: %s: %s\n", path, what);
    return false;
}

/// Changes one gain in the text. The text is parsed anew for each: places move.
static bool change(const char* path, text_t* text, int gain, double number)
{
    char field[NAME_CAPACITY];
    findings_t findings = {0};
    yaml_document_t document;
    number_place_t place;
    (void)snprintf(field, sizeof field, "gains.%s", gain_info(gain)->key);
    if (!yaml_document_parse(path, text->bytes, text->count, &document, &findings)) {
        findings_print(&findings, stderr);
        return false;
    }
    number_edit_result_t result = number_edit_find(&document, field, &place);
    yaml_document_free(&document);
    if (result == NUMBER_EDIT_OK) {
        result = number_edit_replace(text->bytes, &text->count, sizeof text->bytes, &place, number);
    }
    return result == NUMBER_EDIT_OK || say(field, number_edit_text(result));
}

static bool read_text(const char* path, text_t* text)
{
    FILE* file = fopen(path, "rb");
    if (file == NULL) {
        return say(path, strerror(errno));
    }
    struct stat status;
    text->count = fread(text->bytes, 1, sizeof text->bytes, file);
    const bool whole = ferror(file) == 0 && feof(file) != 0 && fstat(fileno(file), &status) == 0;
    text->mode = whole ? status.st_mode & 07777 : 0;
    (void)fclose(file);
    return whole || say(path, "it can't be read, or is too long");
}

/// Writes all of a file that was just made, and closes it. False with errno.
static bool fill(int descriptor, const text_t* text)
{
    FILE* file = fdopen(descriptor, "wb");
    if (file == NULL) {
        (void)close(descriptor);
        return false;
    }
    const bool written = fchmod(descriptor, text->mode) == 0 &&
                         fwrite(text->bytes, 1, text->count, file) == text->count &&
                         fflush(file) == 0 && fsync(descriptor) == 0;
    const int error = errno;
    const bool closed = fclose(file) == 0;
    errno = written ? errno : error;
    return written && closed;
}

/// Keeps the old file under a name that is free.
static bool keep(const char* path, const text_t* old, char kept[ASSEMBLY_PATH_CAPACITY])
{
    for (int number = 1; number <= KEPT_MAX; ++number) {
        const int length = snprintf(kept, ASSEMBLY_PATH_CAPACITY, "%s.before-%d", path, number);
        if (length < 0 || length >= ASSEMBLY_PATH_CAPACITY) {
            return say(path, "the path is too long");
        }
        const int file = open(kept, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (file < 0 && errno == EEXIST) {
            continue;
        }
        if (file < 0) {
            return say(kept, strerror(errno));
        }
        if (!fill(file, old)) {
            (void)say(kept, strerror(errno));
            (void)unlink(kept);
            return false;
        }
        return true;
    }
    return say(path, "too many old files stand beside it");
}

/// Reads the draft as a machine of that place; true if it has exactly these gains.
static bool holds(const char* draft, const char* path, const gains_t* gains)
{
    char devices[ASSEMBLY_PATH_CAPACITY];
    findings_t findings = {0};
    machine_settings_t* machine = calloc(1, sizeof *machine);
    bool good = machine != NULL && assembly_device_directory(path, devices, sizeof devices) &&
                load_machine(draft, devices, machine, &findings);
    findings_print(&findings, stderr);
    const gains_t read = good ? gains_of_machine(machine) : (gains_t){0};
    for (int i = 0; good && i < GAIN_COUNT; ++i) {
        // Bit for bit: the number that was measured is the number that stands there.
        good = !(gains_get(&read, i) < gains_get(gains, i)) &&
               !(gains_get(&read, i) > gains_get(gains, i));
    }
    free(machine);
    return good;
}

static bool replace(const char* path, const text_t* text, const gains_t* gains)
{
    atomic_file_t target;
    if (!atomic_file_open(&target, path)) {
        return say(path, strerror(errno));
    }
    (void)fwrite(text->bytes, 1, text->count, target.file);
    if (fchmod(fileno(target.file), text->mode) != 0 || fflush(target.file) != 0) {
        (void)say(path, strerror(errno));
        atomic_file_discard(&target);
        return false;
    }
    if (!holds(target.draft, path, gains)) {
        atomic_file_discard(&target);
        return say(path, "with the new gains it would be refused; it is as it was");
    }
    return atomic_file_commit(&target) || say(path, strerror(errno));
}

bool tune_write_allows(const char* path)
{
    struct stat status;
    const bool link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    return !link || say(path, "is a link, which --write would replace; name the file it leads to");
}

bool tune_write(const char* path, const gains_t* before, const gains_t* after, FILE* out)
{
    static text_t old, text; // large, and once a process
    char kept[ASSEMBLY_PATH_CAPACITY];
    if (!tune_write_allows(path) || !read_text(path, &old)) {
        return false;
    }
    text = old;
    int changed = 0;
    for (int i = 0; i < GAIN_COUNT; ++i) {
        const double gain = gains_get(after, i);
        if (gain < gains_get(before, i) || gain > gains_get(before, i)) {
            if (!change(path, &text, i, gain)) {
                return false;
            }
            ++changed;
        }
    }
    if (!keep(path, &old, kept)) {
        return false;
    }
    if (!replace(path, &text, after)) {
        (void)unlink(kept); // the old file stands where it was
        return false;
    }
    (void)fprintf(out, "%s: %d gains written; the old file is %s\n", path, changed, kept);
    return true;
}

void tune_write_block(const gains_t* gains, FILE* out)
{
    (void)fputs("gains:\n", out);
    for (int i = 0; i < GAIN_COUNT; ++i) {
        char number[NUMBER_TEXT_CAPACITY];
        const gain_info_t* info = gain_info(i);
        number_edit_write(gains_get(gains, i), number);
        (void)fprintf(out,
                      "  %s:\n    value: %s%s\n    grade: computed\n    source: found by knead "
                      "tune\n    reviewer: nobody yet\n",
                      info->key, number, info->unit[0] != '\0' ? " /s" : "");
    }
}
