#include "controller/cli/messages.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES 4096

static bool begun;
static int original = -1; // where standard error led to
static int source = -1;   // what the thread reads
static sem_t carried;     // posted when the thread is through

static bool write_all(int file, const char* bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = write(file, bytes, count);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static void* carry(void* unused)
{
    (void)unused;
    char chunk[CHUNK_BYTES];
    bool heard = true; // once nobody is there any more, all is read and left out
    while (true) {
        const ssize_t count = read(source, chunk, sizeof chunk);
        if (count == 0 || (count < 0 && errno != EINTR)) {
            break;
        }
        heard = heard && (count < 0 || write_all(original, chunk, (size_t)count));
    }
    (void)sem_post(&carried);
    return NULL;
}

static bool start_thread(void)
{
    pthread_t thread;
    if (sem_init(&carried, 0, 0) != 0) {
        return false;
    }
    if (pthread_create(&thread, NULL, carry, NULL) != 0) {
        (void)sem_destroy(&carried);
        return false;
    }
    (void)pthread_detach(thread);
    return true;
}

bool messages_begin(void)
{
    int ends[2];
    if (begun || pipe(ends) != 0) {
        return false;
    }
    original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    source = ends[0];
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    begun = original >= 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0 && start_thread();
    if (begun) {
        (void)dup2(ends[1], STDERR_FILENO);
    } else {
        (void)close(ends[0]);
        (void)close(original);
    }
    (void)close(
        ends[1]); // descriptor 2 is the one that is left: closing it ends what the thread reads
    return begun;
}

void messages_end(void)
{
    if (!begun) {
        return;
    }
    begun = false;
    (void)fflush(stderr);
    (void)dup2(original, STDERR_FILENO); // the thread reads to the end of the pipe
    clearerr(stderr);                    // what was left out is no error of what follows
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += MESSAGES_LAST_WAIT_S;
    int waited = -1;
    do {
        waited = sem_timedwait(&carried, &until);
    } while (waited != 0 && errno == EINTR);
    if (waited == 0) {
        (void)sem_destroy(&carried);
        (void)close(source);
        (void)close(original);
    } // else the thread still writes, and what it needs stays
}
