#include "controller/record/recording.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static run_directory_result_t result_now(void)
{
    return errno == ENOSPC   ? RUN_DIRECTORY_NO_SPACE
           : errno == EACCES ? RUN_DIRECTORY_FORBIDDEN
                             : RUN_DIRECTORY_REFUSED;
}

static void close_all(recording_t* recording)
{
    (void)recorder_close(recording->recorder);
    (void)cycle_file_close(recording->cycles);
    (void)events_close(recording->events);
}

/// Nothing but the figures in memory.
static run_directory_result_t begin_figures(recording_t* recording,
                                            const recording_settings_t* settings)
{
    const recorder_sinks_t sinks = {.summary = &recording->summary};
    summary_begin(&recording->summary, settings->session, settings->inputs, settings->seed);
    recording->recorder = recorder_create(&sinks, settings->threaded);
    return recording->recorder ? RUN_DIRECTORY_OK : result_now();
}

run_directory_result_t recording_begin(recording_t* recording, const recording_settings_t* settings)
{
    memset(recording, 0, sizeof *recording);
    if (settings->figures_only) {
        return begin_figures(recording, settings);
    }
    const session_t* session = settings->session;
    const run_directory_result_t made = run_directory_create(
        settings->directory, session->routine->path, settings->now, &recording->run);
    if (made != RUN_DIRECTORY_OK) {
        return made;
    }
    recording->limits = &session->limits;
    recording->limits_intact = session->limits;
    char path[RUN_PATH_CAPACITY + NAME_CAPACITY];
    summary_begin(&recording->summary, session, settings->inputs, settings->seed);
    if (!inputs_copy(settings->inputs, recording->run.path)) {
        return result_now();
    }
    const digest_t inputs = inputs_digest(settings->inputs);
    cycle_file_header_t header;
    cycle_file_header_make(session->machine, settings->seed, &inputs, &header);
    header.period_us = session->period_us;
    bool opened = run_directory_file(&recording->run, RUN_SUMMARY, path, sizeof path) &&
                  summary_write(&recording->summary, path);
    if (opened && run_directory_file(&recording->run, RUN_CYCLES, path, sizeof path)) {
        recording->cycles = cycle_file_create(path, &header);
    }
    if (recording->cycles && run_directory_file(&recording->run, RUN_EVENTS, path, sizeof path)) {
        recording->events = events_create(path, session);
    }
    if (recording->events) {
        const recorder_sinks_t sinks = {recording->cycles, recording->events, &recording->summary};
        recording->recorder = recorder_create(&sinks, settings->threaded);
    }
    if (!recording->recorder) {
        const run_directory_result_t result = result_now();
        close_all(recording);
        return result;
    }
    return RUN_DIRECTORY_OK;
}

void recording_append(recording_t* recording, const cycle_input_t* input,
                      const cycle_output_t* output)
{
    // The judge tells for certain when they are not what they were; the files of the run do not.
    if ((output->verdict.refused & INTERLOCK_RULE(INTERLOCK_LIMITS_INTACT)) != 0) {
        const limits_damage_t damage = limits_damage(&recording->limits_intact, recording->limits);
        recorder_damage(recording->recorder, &damage);
    }
    recorder_append(recording->recorder, input, output);
}

void recording_note(recording_t* recording, int64_t time_us, int64_t cycle, event_kind_t kind,
                    const char* text)
{
    recorder_note(recording->recorder, time_us, cycle, kind, text);
}

void recording_reason(recording_t* recording, uint32_t requests, const char* reason)
{
    recorder_reason(recording->recorder, requests, reason);
}

bool recording_finish(recording_t* recording, const run_outcome_t* outcome)
{
    run_outcome_t whole = *outcome;
    whole.cycles_dropped = recorder_close(recording->recorder);
    const bool on_disk = recording->events != NULL;
    if (on_disk) {
        digest_t cycles;
        whole.event_count = events_count(recording->events, whole.events_chain);
        (void)cycle_file_end(recording->cycles, &cycles);
        digest_text(&cycles, whole.cycles_digest);
    }
    const bool cycles_kept = cycle_file_close(recording->cycles);
    const bool events_kept = events_close(recording->events);
    recording->recorder = NULL;
    recording->cycles = NULL;
    recording->events = NULL;
    whole.recording_complete = on_disk && cycles_kept && events_kept && whole.cycles_dropped == 0;
    summary_finish(&recording->summary, &whole);
    if (!on_disk) {
        return true;
    }
    char path[RUN_PATH_CAPACITY + NAME_CAPACITY];
    const bool written = run_directory_file(&recording->run, RUN_SUMMARY, path, sizeof path) &&
                         summary_write(&recording->summary, path);
    return written && whole.recording_complete;
}
