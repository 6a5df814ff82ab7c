#include "controller/cli/trials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "controller/record/atomic_file.h"

/// A number of digits alone at `*text`, which is moved behind it.
static bool take_number(const char** text, int64_t* number)
{
    char* end;
    const bool digits = **text >= '0' && **text <= '9';
    errno = 0;
    *number = strtoll(*text, &end, 10);
    *text = end;
    return digits && errno == 0;
}

/// The character `wanted` at `*text`, which is moved behind it.
static bool take_character(const char** text, char wanted)
{
    const bool there = **text == wanted;
    *text += there ? 1 : 0;
    return there;
}

bool trials_read_range(const char* text, int64_t* first, int64_t* last)
{
    bool good = take_number(&text, first);
    *last = *first;
    if (good && take_character(&text, '-')) {
        good = take_number(&text, last);
    }
    return good && *text == '\0' && *last >= *first && *last - *first < CAMPAIGN_TRIALS_MAX;
}

bool trials_read_shard(const char* text, trials_shard_t* shard)
{
    int64_t number = 1, count = 1;
    if (text != NULL && !(take_number(&text, &number) && take_character(&text, '/') &&
                          take_number(&text, &count) && *text == '\0')) {
        return false;
    }
    *shard = (trials_shard_t){.first = number - 1, .step = count};
    return number >= 1 && number <= count && count <= CAMPAIGN_TRIALS_MAX;
}

static exit_code_t say_unwritten(const char* verb, const char* path)
{
    (void)fprintf(stderr, "knead %s: can't write '%s': %s\n", verb, path, strerror(errno));
    return EXIT_INTERNAL;
}

/// Opens a file, or makes it, and locks it. Null with errno: EACCES or EAGAIN of the lock come as
/// EBUSY.
static FILE* open_locked(const char* path)
{
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return fopen(path, "w");
    }
    const int descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0) {
        return NULL;
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const bool locked = fcntl(descriptor, F_SETLK, &lock) == 0;
    const int error = errno == EACCES || errno == EAGAIN ? EBUSY : errno;
    FILE* file = locked ? fdopen(descriptor, "a+") : NULL;
    if (file == NULL) {
        (void)close(descriptor);
        errno = locked ? errno : error;
    }
    return file;
}

/// Whether all that a file holds is a part of its first line, of which at least the end is missing.
/// The file is then at any place.
static bool cut_within(FILE* file, const char* first_line)
{
    rewind(file);
    int byte = fgetc(file);
    const char* at = first_line;
    while (byte != EOF && *at != '\0' && byte == (unsigned char)*at) {
        ++at;
        byte = fgetc(file);
    }
    return byte == EOF && ferror(file) == 0;
}

static exit_code_t begin(const char* verb, const char* path, const char* first_line, FILE* file)
{
    struct stat status;
    const bool regular = fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode);
    const bool emptied =
        !regular || (fseeko(file, 0, SEEK_SET) == 0 && ftruncate(fileno(file), 0) == 0);
    return emptied && trials_put(file, first_line) ? EXIT_DONE : say_unwritten(verb, path);
}

exit_code_t trials_open(const char* verb, const char* path, const char* first_line, bool resume,
                        FILE** out, bool* holds)
{
    *holds = false;
    *out = open_locked(path);
    if (*out == NULL && errno == EBUSY) {
        (void)fprintf(stderr, "knead %s: another process is writing to '%s'\n", verb, path);
        return EXIT_USAGE;
    }
    if (*out == NULL) {
        return say_unwritten(verb, path);
    }
    // Only under the lock is what is there what will be there.
    const bool some = atomic_file_would_lose(path);
    if (some && !resume) {
        (void)fprintf(stderr,
                      "knead %s: what was played before stands there; --resume goes on with it, "
                      "another --out begins anew: '%s'\nSee 'knead %s --help'.\n",
                      verb, path, verb);
        return EXIT_USAGE;
    }
    if (some && !cut_within(*out, first_line)) {
        *holds = true;
        rewind(*out);
        return EXIT_DONE;
    }
    return begin(verb, path, first_line, *out);
}

exit_code_t trials_go_on(const char* verb, const char* path, int64_t whole_bytes, FILE* out)
{
    const bool cut = fseeko(out, 0, SEEK_END) == 0 && // what was read ahead is forgotten
                     ftruncate(fileno(out), (off_t)whole_bytes) == 0;
    return cut ? EXIT_DONE : say_unwritten(verb, path);
}

bool trials_put(FILE* out, const char* line)
{
    return fprintf(out, "%s\n", line) > 0 && fflush(out) == 0;
}
