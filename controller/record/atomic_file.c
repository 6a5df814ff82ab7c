#include "controller/record/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool atomic_file_open(atomic_file_t* target, const char* path)
{
    if (strlen(path) >= sizeof target->path) {
        errno = ENAMETOOLONG;
        return false;
    }
    struct stat status;
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        errno = EPERM; // a device or a pipe would be lost
        return false;
    }
    memcpy(target->path, path, strlen(path) + 1);
    (void)snprintf(target->draft, sizeof target->draft, "%s.draft", path);
    // What lies under the draft's name is left over, or somebody's link to a file elsewhere.
    (void)unlink(target->draft);
    const int descriptor =
        open(target->draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    target->file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    return target->file != NULL;
}

/// The name itself is durable only once the directory is.
static void sync_directory(const char* path)
{
    char directory[ATOMIC_PATH_CAPACITY];
    memcpy(directory, path, strlen(path) + 1);
    char* slash = strrchr(directory, '/');
    if (slash) {
        slash[slash == directory] = '\0';
    }
    const int descriptor = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        (void)close(descriptor);
    }
}

bool atomic_file_commit(atomic_file_t* target)
{
    bool whole = fflush(target->file) == 0 && !ferror(target->file);
    whole = whole && fsync(fileno(target->file)) == 0;
    int error = errno;
    if (fclose(target->file) != 0 && whole) {
        whole = false;
        error = errno;
    }
    target->file = NULL;
    if (whole && rename(target->draft, target->path) == 0) {
        sync_directory(target->path);
        return true;
    }
    error = whole ? errno : error;
    (void)unlink(target->draft);
    errno = error;
    return false;
}

void atomic_file_discard(atomic_file_t* target)
{
    const int error = errno;
    (void)fclose(target->file);
    target->file = NULL;
    (void)unlink(target->draft);
    errno = error;
}

bool atomic_file_would_lose(const char* path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}
