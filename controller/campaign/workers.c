#include "controller/campaign/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/campaign/outcome.h"

typedef struct {
    pid_t process; // 0: none
    int to, from;  // numbers out, lines in
    int64_t number;
    bool busy;
    size_t length;
    char line[OUTCOME_LINE_CAPACITY];
} worker_t;

static bool write_all(int file, const void* bytes, size_t count)
{
    const char* at = bytes;
    while (count > 0) {
        const ssize_t written = write(file, at, count);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        at += written > 0 ? written : 0;
        count -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool read_all(int file, void* bytes, size_t count)
{
    char* at = bytes;
    while (count > 0) {
        const ssize_t got = read(file, at, count);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        at += got > 0 ? got : 0;
        count -= got > 0 ? (size_t)got : 0;
    }
    return true;
}

/// What a worker does until nobody gives it a number any more.
static _Noreturn void work_on(const work_t* work, int from_parent, int to_parent)
{
    static const char line_end = '\n';
    char* line = malloc(OUTCOME_LINE_CAPACITY);
    int64_t number;
    while (line != NULL && read_all(from_parent, &number, sizeof number)) {
        if (!work->play(work->context, number, line, OUTCOME_LINE_CAPACITY)) {
            line[0] = '\0';
        }
        if (!write_all(to_parent, line, strlen(line)) || !write_all(to_parent, &line_end, 1)) {
            break;
        }
    }
    _exit(line == NULL ? 1 : 0);
}

static void close_links(worker_t* worker)
{
    (void)close(worker->to);
    (void)close(worker->from);
    worker->process = 0;
}

/// `all` are the workers there are: a child must not keep their links open.
static bool hire(const work_t* work, worker_t* all, int count, worker_t* worker)
{
    int down[2], up[2];
    if (pipe(down) != 0) {
        return false;
    }
    if (pipe(up) != 0) {
        (void)close(down[0]);
        (void)close(down[1]);
        return false;
    }
    const pid_t process = fork();
    if (process == 0) {
        for (int i = 0; i < count; ++i) {
            if (all[i].process != 0) {
                close_links(&all[i]);
            }
        }
        (void)close(down[1]);
        (void)close(up[0]);
        work_on(work, down[0], up[1]);
    }
    (void)close(down[0]);
    (void)close(up[1]);
    if (process < 0) {
        (void)close(down[1]);
        (void)close(up[0]);
        return false;
    }
    worker->process = process;
    worker->to = down[1];
    worker->from = up[0];
    worker->busy = false;
    worker->length = 0;
    return true;
}

static void dismiss(worker_t* worker, int* status)
{
    const pid_t process = worker->process;
    close_links(worker);
    while (waitpid(process, status, 0) < 0 && errno == EINTR) {
    }
}

/// True if it has been given something to do.
static bool employ(const work_t* work, worker_t* worker)
{
    if (!work->next(work->context, &worker->number)) {
        return false;
    }
    worker->busy = true;
    worker->length = 0;
    // A worker that is gone shows at its other link.
    (void)write_all(worker->to, &worker->number, sizeof worker->number);
    return true;
}

/// Takes what has come. False if the worker is gone.
static bool listen_to(const work_t* work, worker_t* worker)
{
    const ssize_t got =
        read(worker->from, worker->line + worker->length, sizeof worker->line - 1 - worker->length);
    if (got < 0 && errno == EINTR) {
        return true;
    }
    if (got <= 0) {
        return false;
    }
    worker->length += (size_t)got;
    char* end = memchr(worker->line, '\n', worker->length);
    if (end != NULL) {
        *end = '\0';
        worker->busy = false;
        work->take(work->context, worker->number, worker->line);
    }
    return end != NULL || worker->length < sizeof worker->line - 1;
}

static bool run_alone(const work_t* work)
{
    char* line = malloc(OUTCOME_LINE_CAPACITY);
    int64_t number;
    while (line != NULL && work->next(work->context, &number)) {
        if (!work->play(work->context, number, line, OUTCOME_LINE_CAPACITY)) {
            line[0] = '\0';
        }
        work->take(work->context, number, line);
    }
    free(line);
    return line != NULL;
}

/// One wait for all that are at work. False if a worker that died could not be replaced.
static bool attend(const work_t* work, worker_t* workers, int count)
{
    struct pollfd polled[WORKER_CAPACITY];
    for (int i = 0; i < count; ++i) {
        const bool busy = workers[i].process != 0 && workers[i].busy;
        polled[i] = (struct pollfd){.fd = busy ? workers[i].from : -1, .events = POLLIN};
    }
    if (poll(polled, (nfds_t)count, -1) < 0) {
        return errno == EINTR;
    }
    for (int i = 0; i < count; ++i) {
        if (polled[i].fd < 0 || polled[i].revents == 0) {
            continue;
        }
        worker_t* worker = &workers[i];
        if (!listen_to(work, worker)) {
            int status = 0;
            dismiss(worker, &status);
            work->died(work->context, worker->number, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                       WIFEXITED(status) ? WEXITSTATUS(status) : 0);
            worker->busy = false;
            if (!hire(work, workers, count, worker)) {
                return false;
            }
        }
        if (!worker->busy) {
            (void)employ(work, worker);
        }
    }
    return true;
}

bool workers_run(const work_t* work, int jobs)
{
    if (jobs <= 1) {
        return run_alone(work);
    }
    const int count = jobs < WORKER_CAPACITY ? jobs : WORKER_CAPACITY;
    worker_t* workers = calloc((size_t)count, sizeof *workers);
    struct sigaction ignored = {.sa_handler = SIG_IGN}, before;
    sigemptyset(&ignored.sa_mask);
    sigaction(SIGPIPE, &ignored, &before);
    bool well = workers != NULL;
    bool busy = well;
    for (int i = 0; well && i < count; ++i) {
        well = hire(work, workers, count, &workers[i]);
        if (well) {
            (void)employ(work, &workers[i]);
        }
    }
    while (well && busy) {
        busy = false;
        for (int i = 0; i < count; ++i) {
            busy = busy || workers[i].busy;
        }
        well = !busy || attend(work, workers, count);
    }
    for (int i = 0; workers != NULL && i < count; ++i) {
        int status;
        if (workers[i].process != 0) {
            dismiss(&workers[i], &status);
        }
    }
    sigaction(SIGPIPE, &before, NULL);
    free(workers);
    return well;
}
