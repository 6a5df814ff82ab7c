#include "controller/record/run_directory.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sys/stat.h>

#include "config/settings.h"

#define RUNNING_MARK "\"verdict\": \"running\""
#define VERDICT_MARK "\"verdict\": \""

const char* run_directory_text(run_directory_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        RUN_DIRECTORY_LIST(X)
#undef X
    }
    return "unknown";
}

const char* run_state_text(run_state_t state)
{
    switch (state) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        RUN_STATE_LIST(X)
#undef X
    }
    return "unknown";
}

static run_directory_result_t result_of_error(int error)
{
    if (error == EACCES || error == EPERM || error == EROFS) {
        return RUN_DIRECTORY_FORBIDDEN;
    }
    if (error == ENOSPC || error == EDQUOT) {
        return RUN_DIRECTORY_NO_SPACE;
    }
    if (error == ENAMETOOLONG) {
        return RUN_DIRECTORY_NAME_TOO_LONG;
    }
    if (error == ENOENT) {
        return RUN_DIRECTORY_NO_PARENT;
    }
    return error == ENOTDIR ? RUN_DIRECTORY_NOT_A_DIRECTORY : RUN_DIRECTORY_REFUSED;
}

static run_directory_result_t check_empty(const char* path)
{
    DIR* directory = opendir(path);
    if (!directory) {
        return result_of_error(errno);
    }
    bool empty = true;
    for (const struct dirent* entry = readdir(directory); entry; entry = readdir(directory)) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    }
    (void)closedir(directory);
    return empty ? RUN_DIRECTORY_OK : RUN_DIRECTORY_NOT_EMPTY;
}

/// The routine's file name without folder and ending, in characters every file system takes.
static void slug_of(const char* routine_path, char* slug, size_t capacity)
{
    const char* slash = strrchr(routine_path, '/');
    const char* name = slash ? slash + 1 : routine_path;
    const char* dot = strrchr(name, '.');
    const size_t length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    size_t out = 0;
    for (size_t index = 0; index < length && out + 1 < capacity; index++) {
        const unsigned char letter = (unsigned char)name[index];
        if (letter < 0x80 && isalnum(letter)) {
            slug[out++] = (char)tolower(letter);
        } else if (out > 0 && slug[out - 1] != '-') {
            slug[out++] = '-';
        }
    }
    while (out > 0 && slug[out - 1] == '-') {
        out--;
    }
    slug[out] = '\0';
}

static run_directory_result_t create_named(const char* directory, run_directory_t* run)
{
    if (strlen(directory) >= sizeof run->path || directory[0] == '\0') {
        return directory[0] == '\0' ? RUN_DIRECTORY_NO_PARENT : RUN_DIRECTORY_NAME_TOO_LONG;
    }
    if (mkdir(directory, 0755) != 0) {
        const run_directory_result_t result =
            errno == EEXIST ? check_empty(directory) : result_of_error(errno);
        if (result != RUN_DIRECTORY_OK) {
            return result;
        }
    }
    memcpy(run->path, directory, strlen(directory) + 1);
    return RUN_DIRECTORY_OK;
}

static run_directory_result_t create_dated(const char* routine_path, time_t now,
                                           run_directory_t* run)
{
    if (mkdir(RUN_PARENT_DEFAULT, 0755) != 0 && errno != EEXIST) {
        return result_of_error(errno);
    }
    char slug[NAME_CAPACITY];
    slug_of(routine_path, slug, sizeof slug);
    struct tm utc;
    char stamp[32] = "undated";
    if (gmtime_r(&now, &utc)) {
        (void)strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    }
    const char* dash = slug[0] ? "-" : "";
    for (int number = 1; number <= RUN_SAME_SECOND_MAX; number++) {
        char again[8] = "";
        if (number > 1) {
            (void)snprintf(again, sizeof again, "-%d", number);
        }
        (void)snprintf(run->path, sizeof run->path, RUN_PARENT_DEFAULT "/%s%s%s%s", stamp, dash,
                       slug, again);
        if (mkdir(run->path, 0755) == 0) {
            return RUN_DIRECTORY_OK;
        }
        if (errno != EEXIST) {
            return result_of_error(errno);
        }
    }
    return RUN_DIRECTORY_REFUSED;
}

run_directory_result_t run_directory_create(const char* directory, const char* routine_path,
                                            time_t now, run_directory_t* run)
{
    return directory ? create_named(directory, run) : create_dated(routine_path, now, run);
}

bool run_directory_file(const run_directory_t* run, const char* name, char* path, size_t capacity)
{
    const int length = snprintf(path, capacity, "%s/%s", run->path, name);
    return length >= 0 && (size_t)length < capacity;
}

run_state_t run_directory_state(const char* directory)
{
    char path[RUN_PATH_CAPACITY + sizeof RUN_SUMMARY];
    (void)snprintf(path, sizeof path, "%s/" RUN_SUMMARY, directory);
    FILE* file = fopen(path, "rb");
    if (!file) {
        return RUN_STATE_NOT_A_RUN;
    }
    // The verdict stands among the first members.
    char head[512];
    const size_t count = fread(head, 1, sizeof head - 1, file);
    head[count] = '\0';
    (void)fclose(file);
    if (!strstr(head, VERDICT_MARK)) {
        return RUN_STATE_NOT_A_RUN;
    }
    return strstr(head, RUNNING_MARK) ? RUN_STATE_RUNNING : RUN_STATE_COMPLETE;
}
