#include "controller/cli/latency_host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATENCY_PATH_CAPACITY 512
#define PROCESSORS_MAX 1024

/// The first line of a file, without its end; empty where there is none.
static bool first_line(const char* root, const char* path, char* line, size_t capacity)
{
    char whole[LATENCY_PATH_CAPACITY];
    line[0] = '\0';
    (void)snprintf(whole, sizeof whole, "%s%s", root, path);
    FILE* file = fopen(whole, "r");
    if (file == NULL) {
        return false;
    }
    const bool read = fgets(line, (int)capacity, file) != NULL;
    (void)fclose(file);
    line[strcspn(line, "\n")] = '\0';
    return read;
}

static void read_governors(const char* root, latency_host_t* host)
{
    for (int i = 0; i < PROCESSORS_MAX; ++i) {
        char path[LATENCY_PATH_CAPACITY];
        char governor[LATENCY_TEXT_CAPACITY];
        (void)snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor",
                       i);
        if (!first_line(root, path, governor, sizeof governor)) {
            continue;
        }
        host->governors_known += 1;
        if (strcmp(governor, "performance") != 0) {
            host->governors_saving += 1;
            if (host->governor[0] == '\0') {
                memcpy(host->governor, governor, sizeof governor);
            }
        }
    }
}

/// Counts the processors, and asks the first one whether it is a virtual one.
static void read_processors(const char* root, latency_host_t* host)
{
    char path[LATENCY_PATH_CAPACITY];
    char line[4096]; // flags of a processor take some 2000 bytes
    (void)snprintf(path, sizeof path, "%s/proc/cpuinfo", root);
    FILE* file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        host->processors += strncmp(line, "processor\t", 10) == 0;
        if (strncmp(line, "flags\t", 6) == 0 && strstr(line, " hypervisor") != NULL) {
            host->virtual_machine = true;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

void latency_host_read(const char* root, latency_host_t* host)
{
    char line[LATENCY_TEXT_CAPACITY];
    *host = (latency_host_t){.stolen_part = (double)NAN, .others_busy = (double)NAN};
    read_processors(root, host);
    read_governors(root, host);
    (void)first_line(root, "/proc/sys/kernel/version", host->kernel, sizeof host->kernel);
    // Kernels before 6.12 tell it in a file of its own, all tell it in their version.
    host->preempt_rt =
        (first_line(root, "/sys/kernel/realtime", line, sizeof line) && strcmp(line, "1") == 0) ||
        strstr(host->kernel, "PREEMPT_RT") != NULL;
}

/// Columns of the first line of /proc/stat, proc(5), all in ticks.
#define STAT_LIST(X) X(USER) X(NICE) X(SYSTEM) X(IDLE) X(WAITING) X(INTERRUPT) X(SOFT) X(STOLEN)
typedef enum {
#define X(id) STAT_##id,
    STAT_LIST(X)
#undef X
        STAT_COUNT
} stat_column_t;

/// False where a column is missing.
static bool read_columns(const char* line, double ticks[STAT_COUNT])
{
    static const char head[] = "cpu ";
    if (strncmp(line, head, strlen(head)) != 0) {
        return false;
    }
    const char* at = line + strlen(head);
    for (int column = 0; column < STAT_COUNT; ++column) {
        char* end = NULL;
        ticks[column] = strtod(at, &end);
        if (end == at) {
            return false;
        }
        at = end;
    }
    return true;
}

latency_processors_t latency_processors_read(const char* root, double ticks_per_s)
{
    char line[512];
    double ticks[STAT_COUNT];
    latency_processors_t processors = {.known = false};
    if (!(ticks_per_s > 0.0) || !first_line(root, "/proc/stat", line, sizeof line) ||
        !read_columns(line, ticks)) {
        return processors;
    }
    const double busy = ticks[STAT_USER] + ticks[STAT_NICE] + ticks[STAT_SYSTEM] +
                        ticks[STAT_INTERRUPT] + ticks[STAT_SOFT];
    const double rest = ticks[STAT_IDLE] + ticks[STAT_WAITING] + ticks[STAT_STOLEN];
    processors.known = true;
    processors.busy_s = busy / ticks_per_s;
    processors.stolen_s = ticks[STAT_STOLEN] / ticks_per_s;
    processors.all_s = (busy + rest) / ticks_per_s;
    return processors;
}

void latency_host_compare(const latency_processors_t* before, const latency_processors_t* after,
                          double elapsed_s, double own_s, latency_host_t* host)
{
    const double all_s = after->all_s - before->all_s;
    if (!before->known || !after->known || !(all_s > 0.0) || !(elapsed_s > 0.0)) {
        host->stolen_part = host->others_busy = (double)NAN;
        return;
    }
    host->stolen_part = fmax((after->stolen_s - before->stolen_s) / all_s, 0.0);
    host->others_busy = fmax((after->busy_s - before->busy_s - own_s) / elapsed_s, 0.0);
}
