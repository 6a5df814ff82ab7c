// The ring between the loop and the disk: what it keeps comes out in order and whole, whatever it
// does not keep is counted, and the loop never waits.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // RUSAGE_THREAD
#endif
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "controller/record/recorder.h"
#include "tests/support/record_sample.h"

#define PIPE_TEXT_CAPACITY 8000000 // more than a ring of events

static cycle_file_header_t bare_header(void)
{
    return (cycle_file_header_t){.joint_count = SAMPLE_JOINTS, .period_us = SAMPLE_PERIOD_US};
}

/// What the ring keeps comes out in order, and whatever does not is counted.
static void the_ring_loses_nothing_that_it_does_not_count(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/cycles.bin", directory);
    const cycle_file_header_t header = bare_header();
    cycle_file_t* file = cycle_file_create(path, &header);
    const recorder_sinks_t sinks = {.cycles = file};
    recorder_t* recorder = recorder_create(&sinks, true);
    assert_non_null(recorder);
    cycle_input_t in = {0};
    cycle_output_t out = {.verdict.rule = INTERLOCK_RULE_NONE};
    enum { COUNT = 60000 }; // many times round the ring
    for (int cycle = 0; cycle < COUNT; cycle++) {
        in.cycle = cycle;
        in.now_us = cycle * INT64_C(4000);
        out.command.position[3] = 0.001 * cycle;
        recorder_append(recorder, &in, &out);
        if (cycle % 500 == 0) {
            recorder_note(recorder, in.now_us, cycle, EVENT_NOTE, "half a thousand");
            const struct timespec pause = {0, 500000};
            nanosleep(&pause, NULL);
        }
    }
    // Notes have no sink here; a dropped one may be counted with the cycles.
    const int64_t dropped = recorder_close(recorder);
    const int64_t kept = cycle_file_records(file);
    assert_true(cycle_file_close(file));
    print_message("%lld kept, %lld dropped\n", (long long)kept, (long long)dropped);
    assert_true(kept + dropped >= COUNT && kept <= COUNT);
    cycle_reader_t* reader = NULL;
    cycle_file_header_t read_header;
    cycle_record_t record;
    assert_int_equal(cycle_reader_open(path, &read_header, &reader), CYCLE_OPEN_OK);
    int64_t last = -1, count = 0;
    while (cycle_reader_next(reader, &record) == CYCLE_READ_RECORD) {
        assert_true(record.input.cycle > last);
        assert_near(record.command.position[3], 0.001 * (double)record.input.cycle, 0.0);
        last = record.input.cycle;
        count++;
    }
    assert_int_equal(count, kept);
    cycle_reader_close(reader);
    sample_remove(directory);
}

static void a_reason_reaches_the_request_it_is_for_in_both_ways(void** state)
{
    (void)state;
    for (int threaded = 0; threaded < 2; threaded++) {
        char directory[64], path[96];
        sample_directory(directory, sizeof directory);
        snprintf(path, sizeof path, "%s/events.jsonl", directory);
        sample_session_t* sample = sample_session(0.05);
        events_t* events = events_create(path, &sample->session);
        const recorder_sinks_t sinks = {.events = events};
        recorder_t* recorder = recorder_create(&sinks, threaded == 1);
        cycle_input_t in = {0};
        cycle_output_t out = {.verdict.rule = INTERLOCK_RULE_NONE, .mode = MODE_CONTACT};
        recorder_append(recorder, &in, &out);
        recorder_reason(recorder, 0, "for nothing");
        recorder_reason(recorder, REQUEST_PAUSE, "a cough");
        in.requests = REQUEST_PAUSE;
        recorder_append(recorder, &in, &out);
        in.requests = REQUEST_RESUME;
        recorder_append(recorder, &in, &out);
        assert_int_equal(recorder_close(recorder), 0);
        assert_true(events_close(events));
        char* text = sample_read_file(path, NULL);
        const char* paused = strstr(text, "asked to pause");
        assert_non_null(paused);
        const char* reason = strstr(text, "\"reason\":\"a cough\"");
        assert_true(reason != NULL && reason > paused);
        assert_null(strstr(reason + 8, "reason"));
        free(text);
        free(sample);
        sample_remove(directory);
    }
}

/// Reads a pipe to its end.
static void* read_to_the_end(void* context)
{
    const int descriptor = *(const int*)context;
    char* text = calloc(1, PIPE_TEXT_CAPACITY);
    size_t size = 0;
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};
    for (;;) {
        (void)poll(&wait, 1, -1);
        const ssize_t count = read(descriptor, text + size, PIPE_TEXT_CAPACITY - 1 - size);
        if (count <= 0) {
            return text;
        }
        size += (size_t)count;
    }
}

/// The disk is a pipe that nobody reads at first: it blocks whoever writes, and must not block the
/// loop.
/// Shows H50.
static void a_disk_that_blocks_costs_cycles_and_never_time(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/events.jsonl", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    int descriptor = open(path, O_RDONLY | O_NONBLOCK);
    sample_session_t* sample = sample_session(0.05);
    events_t* events = events_create(path, &sample->session);
    assert_non_null(events);
    const recorder_sinks_t sinks = {.events = events};
    recorder_t* recorder = recorder_create(&sinks, true);
    cycle_input_t in = {0};
    cycle_output_t out = {.verdict.rule = INTERLOCK_RULE_NONE, .mode = MODE_CONTACT};
    while (recorder_dropped(recorder) < 10) {
        in.requests = in.cycle % 2 ? REQUEST_PAUSE : REQUEST_RESUME; // an event each
        recorder_append(recorder, &in, &out);
        in.cycle++;
    }
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_to_the_end, &descriptor), 0);
    // One that finds room again, so that there is a cycle to tell the drops with.
    const struct timespec pause = {0, 1000000};
    for (int64_t dropped = -1; dropped != recorder_dropped(recorder);) {
        dropped = recorder_dropped(recorder);
        nanosleep(&pause, NULL);
        recorder_append(recorder, &in, &out);
    }
    assert_true(recorder_close(recorder) >= 10);
    assert_true(events_close(events));
    void* text = NULL;
    assert_int_equal(pthread_join(reader, &text), 0);
    assert_non_null(strstr(text, "cycles were not recorded: the disk is too slow"));
    close(descriptor);
    free(text);
    free(sample);
    sample_remove(directory);
}

/// Copies what comes out of a pipe into a file, to its end.
typedef struct {
    int descriptor;
    const char* path;
} spill_t;

static void* spill(void* context)
{
    const spill_t* from = context;
    FILE* file = fopen(from->path, "wb");
    char bytes[4096];
    struct pollfd wait = {.fd = from->descriptor, .events = POLLIN};
    for (;;) {
        (void)poll(&wait, 1, -1);
        const ssize_t count = read(from->descriptor, bytes, sizeof bytes);
        if (count <= 0) {
            (void)fclose(file);
            return NULL;
        }
        (void)fwrite(bytes, 1, (size_t)count, file);
    }
}

static int64_t processor_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/// Cycles that the disk can't pack into nothing, so that the pipe is full soon.
static void make_noise(cycle_input_t* in, cycle_output_t* out, uint64_t* random)
{
    for (int joint = 0; joint < SAMPLE_JOINTS; joint++) {
        in->feedback.drives[joint].position = sample_noise(random);
        out->command.position[joint] = sample_noise(random);
    }
}

/// What is told of missing cycles in a file of events, added up.
static int64_t told_missing(const char* path)
{
    char* text = sample_read_file(path, NULL);
    int64_t told = 0;
    for (const char* at = text; (at = strstr(at, "\"text\":\"")) != NULL;) {
        at += strlen("\"text\":\"");
        char* end = NULL;
        const long long count = strtoll(at, &end, 10);
        told += strncmp(end, " cycles ", 8) == 0 ? count : 0;
    }
    free(text);
    return told;
}

/// The disk of the cycles is a pipe that nobody reads: appending goes on without ever waiting,
/// which the thread's count of waits shows, and costs what it does otherwise. What was lost is
/// told, cycle by cycle, in the events and by the recorder. Shows H50.
static void cycles_on_a_disk_that_blocks_never_keep_the_loop(void** state)
{
    (void)state;
    char directory[64], pipe_path[96], events_path[96], kept_path[96];
    sample_directory(directory, sizeof directory);
    snprintf(pipe_path, sizeof pipe_path, "%s/cycles.bin", directory);
    snprintf(events_path, sizeof events_path, "%s/events.jsonl", directory);
    snprintf(kept_path, sizeof kept_path, "%s/kept.bin", directory);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    const int descriptor = open(pipe_path, O_RDONLY | O_NONBLOCK);
    sample_session_t* sample = sample_session(0.05);
    const cycle_file_header_t header = bare_header();
    cycle_file_t* cycles = cycle_file_create(pipe_path, &header);
    events_t* events = events_create(events_path, &sample->session);
    assert_true(cycles != NULL && events != NULL);
    const recorder_sinks_t sinks = {.cycles = cycles, .events = events};
    recorder_t* recorder = recorder_create(&sinks, true);
    cycle_input_t in = {0};
    cycle_output_t out = {.verdict.rule = INTERLOCK_RULE_NONE, .mode = MODE_CONTACT};
    uint64_t random = 3;
    int64_t most_ns = 0, all_ns = 0;
    struct rusage before, after;
    assert_int_equal(getrusage(RUSAGE_THREAD, &before), 0);
    while (recorder_dropped(recorder) < 2 * RECORDER_RING_CAPACITY) {
        make_noise(&in, &out, &random);
        const int64_t began_ns = processor_ns();
        recorder_append(recorder, &in, &out);
        const int64_t took_ns = processor_ns() - began_ns;
        most_ns = took_ns > most_ns ? took_ns : most_ns;
        all_ns += took_ns;
        in.cycle++;
    }
    assert_int_equal(getrusage(RUSAGE_THREAD, &after), 0);
    print_message("%lld appends to a blocked disk: %.2f us each, %.1f us at most\n",
                  (long long)in.cycle, 1e-3 * (double)all_ns / (double)in.cycle,
                  1e-3 * (double)most_ns);
    assert_int_equal(after.ru_nvcsw, before.ru_nvcsw); // it never waited for anything
    assert_true(all_ns / in.cycle < 20000);            // ten times what it takes
    spill_t from = {descriptor, kept_path};
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, spill, &from), 0);
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    for (int i = 0; i < 10; i++) { // some of them find room again
        recorder_append(recorder, &in, &out);
        in.cycle++;
    }
    const int64_t dropped = recorder_close(recorder);
    const int64_t kept = cycle_file_records(cycles);
    assert_true(cycle_file_close(cycles));
    assert_true(events_close(events));
    assert_int_equal(pthread_join(reader, NULL), 0);
    assert_int_equal(kept + dropped, in.cycle);
    assert_int_equal(told_missing(events_path), dropped);
    cycle_reader_t* file = NULL;
    cycle_file_header_t read_header;
    cycle_record_t record;
    assert_int_equal(cycle_reader_open(kept_path, &read_header, &file), CYCLE_OPEN_OK);
    int64_t count = 0;
    while (cycle_reader_next(file, &record) == CYCLE_READ_RECORD) {
        count++;
    }
    assert_int_equal(cycle_reader_next(file, &record), CYCLE_READ_END);
    assert_int_equal(count, kept);
    cycle_reader_close(file);
    close(descriptor);
    free(sample);
    sample_remove(directory);
}

static void a_disk_that_refuses_is_told_once_in_the_events(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/events.jsonl", directory);
    sample_session_t* sample = sample_session(0.05);
    const cycle_file_header_t header = bare_header();
    cycle_file_t* cycles = cycle_file_create("/dev/full", &header);
    events_t* events = events_create(path, &sample->session);
    const recorder_sinks_t sinks = {.cycles = cycles, .events = events};
    recorder_t* recorder = recorder_create(&sinks, false);
    cycle_input_t in = {0};
    const cycle_output_t out = {.verdict.rule = INTERLOCK_RULE_NONE};
    for (; in.cycle < 600; in.cycle++) {
        recorder_append(recorder, &in, &out);
    }
    assert_int_equal(recorder_close(recorder), 0);
    assert_false(cycle_file_close(cycles));
    assert_true(events_close(events));
    char* text = sample_read_file(path, NULL);
    const char* told = strstr(text, "cycles are not recorded any more: No space left on device");
    assert_non_null(told);
    assert_null(strstr(told + 20, "not recorded any more"));
    free(text);
    free(sample);
    sample_remove(directory);
}

static void without_sinks_nothing_happens(void** state)
{
    (void)state;
    const recorder_sinks_t sinks = {0};
    const cycle_input_t in = {0};
    const cycle_output_t out = {0};
    for (int threaded = 0; threaded < 2; threaded++) {
        recorder_t* recorder = recorder_create(&sinks, threaded);
        assert_non_null(recorder);
        recorder_append(recorder, &in, &out);
        recorder_note(recorder, 0, 0, EVENT_NOTE, "nobody hears");
        assert_int_equal(recorder_close(recorder), 0);
    }
    assert_int_equal(recorder_close(NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reason_reaches_the_request_it_is_for_in_both_ways),
        cmocka_unit_test(the_ring_loses_nothing_that_it_does_not_count),
        cmocka_unit_test(a_disk_that_blocks_costs_cycles_and_never_time),
        cmocka_unit_test(cycles_on_a_disk_that_blocks_never_keep_the_loop),
        cmocka_unit_test(a_disk_that_refuses_is_told_once_in_the_events),
        cmocka_unit_test(without_sinks_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
