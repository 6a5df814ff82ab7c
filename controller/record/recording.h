/// Everything that keeps one run, in one piece: its directory with copies of the files it was
/// made from, its cycle file, its events, its figures and the recorder that feeds them.
#ifndef KNEAD_CONTROLLER_RECORD_RECORDING_H
#define KNEAD_CONTROLLER_RECORD_RECORDING_H

#include "controller/record/recorder.h"
#include "controller/record/run_directory.h"

typedef struct {
    const session_t* session; // borrowed until the recording is finished
    const inputs_t* inputs;   // copied
    const char* directory;    // or null for a dated one under `runs`
    bool figures_only;        // no directory and no files: the summary in memory is all there is
    uint64_t seed;
    bool threaded; // for real time; see recorder.h
    time_t now;    // wall clock, for the directory's name only
} recording_settings_t;

typedef struct {
    run_directory_t run;  // an empty path,
    cycle_file_t* cycles; // and null twice, where only figures are kept
    events_t* events;
    summary_t summary;
    recorder_t* recorder;
    const judge_limits_t* limits; // that the judge reads; borrowed of the session
    judge_limits_t limits_intact; // as they were in the beginning
} recording_t;

/// Makes the directory and opens everything in it; summary.json says "running" from now on. On
/// failure nothing is open, and the result says why.
run_directory_result_t recording_begin(recording_t* recording,
                                       const recording_settings_t* settings);

/// One cycle, right after it was computed.
void recording_append(recording_t* recording, const cycle_input_t* input,
                      const cycle_output_t* output);

/// An event of the caller's own.
void recording_note(recording_t* recording, int64_t time_us, int64_t cycle, event_kind_t kind,
                    const char* text);

/// Why the requests of the next cycle are made, see events_reason.
void recording_reason(recording_t* recording, uint32_t requests, const char* reason);

/// Closes everything and writes the final summary.json; fills in what `outcome` leaves to the
/// recording (drops, completeness, events). `recording->summary` stays readable. False if anything
/// that was to be on the disk is missing there; the figures in memory are whole all the same.
bool recording_finish(recording_t* recording, const run_outcome_t* outcome);

#endif
