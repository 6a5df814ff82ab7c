#include "controller/replay/run_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/cycle_difference.h"
#include "controller/record/events_check.h"
#include "controller/record/summary_check.h"

#define PROGRESS_CYCLES 4096
#define FILE_PATH_CAPACITY (RUN_PATH_CAPACITY + NAME_CAPACITY)

/// What one pass through the cycles works with.
typedef struct {
    const run_check_settings_t* settings;
    run_check_t* check;
    recompute_t recompute;
    summary_t summary; // for the fingerprint of the decisions and the figures
    events_t* events;  // computed anew; null where nobody asked
    char* computed;    // their lines
    size_t computed_size;
    event_reasons_t reasons;
} pass_t;

const char* run_check_word(run_check_id_t check)
{
    static const char* const words[] = {
#define X(id, word, text) [id] = word,
        RUN_CHECK_LIST(X)
#undef X
    };
    return words[check];
}

const char* run_check_text(run_check_id_t check)
{
    static const char* const texts[] = {
#define X(id, word, text) [id] = text,
        RUN_CHECK_LIST(X)
#undef X
    };
    return texts[check];
}

static void tell(run_check_t* check, run_check_id_t id, run_check_state_t state, const char* format,
                 ...) __attribute__((format(printf, 4, 5)));

static void tell(run_check_t* check, run_check_id_t id, run_check_state_t state, const char* format,
                 ...)
{
    va_list arguments;
    va_start(arguments, format);
    check->state[id] = state;
    (void)vsnprintf(check->told[id], sizeof check->told[id], format, arguments);
    va_end(arguments);
}

static void judge(run_check_t* check, run_check_id_t id, bool holds, const char* otherwise)
{
    tell(check, id, holds ? RUN_CHECK_HOLDS : RUN_CHECK_FAILS, "%s", holds ? "" : otherwise);
}

static bool path_of(const run_check_settings_t* settings, const char* name,
                    char path[FILE_PATH_CAPACITY])
{
    const int length = snprintf(path, FILE_PATH_CAPACITY, "%s/%s", settings->directory, name);
    return length > 0 && length < FILE_PATH_CAPACITY;
}

// ------------------------------------------------------------------------------------ the cycles

static bool pass_begin(pass_t* pass, const run_check_settings_t* settings, run_check_t* check)
{
    pass->settings = settings;
    pass->check = check;
    recompute_begin(&pass->recompute, settings->session);
    summary_begin(&pass->summary, settings->session, &settings->file->inputs, settings->file->seed);
    if (!settings->whole || settings->changed || settings->stored) {
        return true;
    }
    char path[FILE_PATH_CAPACITY];
    if (path_of(settings, RUN_EVENTS, path)) {
        (void)event_reasons_read(path, &pass->reasons); // what can't be read is told in the end
    }
    FILE* stream = open_memstream(&pass->computed, &pass->computed_size);
    pass->events = stream != NULL ? events_to_stream(stream, settings->session) : NULL;
    return pass->events != NULL;
}

static void pass_end(pass_t* pass)
{
    if (pass == NULL) {
        return;
    }
    free(pass->computed);
    event_reasons_free(&pass->reasons);
    free(pass);
}

static void remember(run_check_t* check, const cycle_record_t* record)
{
    if (check->before_count == RUN_CHECK_BEFORE) {
        memmove(check->before, check->before + 1, sizeof check->before - sizeof check->before[0]);
        check->before_count--;
    }
    check->before[check->before_count++] = *record;
}

/// One recorded cycle; false where nothing more is to be learnt.
static bool take_cycle(pass_t* pass, const cycle_record_t* record)
{
    const run_check_settings_t* settings = pass->settings;
    run_check_t* check = pass->check;
    check->first_us = check->recorded == 0 ? record->input.now_us : check->first_us;
    check->last_us = record->input.now_us;
    check->recorded++;
    summary_observe(&pass->summary, record);
    if (check->gap || settings->stored) {
        return true;
    }
    const recompute_result_t result = recompute_next(&pass->recompute, record);
    if (result == RECOMPUTE_GAP || result == RECOMPUTE_DAMAGED) {
        check->gap = true;
        check->gap_before = check->recorded - 1;
        check->why_gap = result;
        return !settings->changed;
    }
    const cycle_record_t* computed = &pass->recompute.recomputed;
    check->compared++;
    check->different += result == RECOMPUTE_DIFFERENT ? 1 : 0;
    if (pass->events != NULL) {
        event_reasons_give(&pass->reasons, record->input.cycle, pass->events);
        events_observe(pass->events, computed);
    }
    const bool finds = settings->changed
                           ? cycle_decides_otherwise(settings->header, record, computed)
                           : result == RECOMPUTE_DIFFERENT;
    if (finds && !check->found) {
        check->found = true;
        check->was = *record;
        check->is = *computed;
    } else if (!check->found) {
        remember(check, record);
    }
    return !(settings->changed && check->found);
}

static void take_cycles(pass_t* pass)
{
    run_check_t* check = pass->check;
    cycle_record_t record;
    bool going = true;
    while (going &&
           (check->end = cycle_reader_next(pass->settings->reader, &record)) == CYCLE_READ_RECORD) {
        going = take_cycle(pass, &record);
        if (pass->settings->progress != NULL && check->recorded % PROGRESS_CYCLES == 0) {
            pass->settings->progress(pass->settings->context, check->recorded);
        }
    }
}

// ------------------------------------------------------------------------------------ the checks

static void check_blocks(run_check_t* check)
{
    const bool torn = check->end == CYCLE_READ_TORN;
    if (check->end == CYCLE_READ_END) {
        judge(check, RUN_CHECK_BLOCKS, true, "");
    } else if (torn && check->cut_off) {
        tell(check, RUN_CHECK_BLOCKS, RUN_CHECK_UNTOLD,
             "the run was cut off: the file breaks off behind cycle %lld, all blocks before match",
             (long long)(check->recorded - 1));
    } else if (check->end != CYCLE_READ_RECORD) {
        tell(check, RUN_CHECK_BLOCKS, RUN_CHECK_FAILS, "behind %lld good cycles: %s",
             (long long)check->recorded, cycle_read_text(check->end));
    }
}

static void check_fingerprint(const run_check_settings_t* settings, run_check_t* check)
{
    char path[FILE_PATH_CAPACITY];
    digest_t digest;
    char text[DIGEST_TEXT_CAPACITY] = "";
    if (settings->file->verdict == VERDICT_RUNNING) {
        tell(check, RUN_CHECK_FINGERPRINT, RUN_CHECK_UNTOLD,
             "the run was cut off before summary.json could hold one");
        return;
    }
    if (path_of(settings, RUN_CYCLES, path) && digest_file(path, &digest)) {
        digest_text(&digest, text);
    }
    judge(check, RUN_CHECK_FINGERPRINT,
          text[0] != '\0' && strcmp(text, settings->file->outcome.cycles_digest) == 0,
          "cycles.bin is not the file that the run closed");
}

static void check_header(const run_check_settings_t* settings, run_check_t* check)
{
    const cycle_file_header_t* is = settings->header;
    const session_t* session = settings->session;
    const digest_t inputs = inputs_digest(&settings->file->inputs);
    cycle_file_header_t wanted;
    cycle_file_header_make(session->machine, settings->file->seed, &inputs, &wanted);
    const bool same = is->joint_count == wanted.joint_count &&
                      is->device_count == wanted.device_count &&
                      is->period_us == session->period_us && is->seed == wanted.seed &&
                      digest_equal(&is->inputs, &wanted.inputs) &&
                      memcmp(is->position, wanted.position, sizeof is->position) == 0 &&
                      memcmp(is->velocity, wanted.velocity, sizeof is->velocity) == 0 &&
                      memcmp(is->effort, wanted.effort, sizeof is->effort) == 0 &&
                      memcmp(is->force, wanted.force, sizeof is->force) == 0 &&
                      memcmp(is->torque, wanted.torque, sizeof is->torque) == 0;
    judge(check, RUN_CHECK_HEADER, same,
          "the header of cycles.bin does not go with summary.json and the files kept with it");
}

static void check_decisions(const pass_t* pass, run_check_t* check)
{
    const summary_file_t* file = pass->settings->file;
    if (check->cut_off) {
        const char* why = "the run was cut off: cycles.bin does not hold all its cycles";
        tell(check, RUN_CHECK_COUNT, RUN_CHECK_UNTOLD, "%s", why);
        tell(check, RUN_CHECK_DECISIONS, RUN_CHECK_UNTOLD, "%s", why);
        return;
    }
    const digest_t decisions = summary_decisions(&pass->summary);
    char text[DIGEST_TEXT_CAPACITY];
    digest_text(&decisions, text);
    tell(check, RUN_CHECK_COUNT,
         check->recorded == file->cycles ? RUN_CHECK_HOLDS : RUN_CHECK_FAILS,
         "%lld in cycles.bin, %lld in summary.json", (long long)check->recorded,
         (long long)file->cycles);
    judge(check, RUN_CHECK_DECISIONS, strcmp(text, file->decisions) == 0,
          "modes and commands in cycles.bin are not those of the run");
}

static void check_figures(pass_t* pass, run_check_t* check)
{
    const run_check_settings_t* settings = pass->settings;
    char path[FILE_PATH_CAPACITY];
    char told[TEXT_CAPACITY];
    if (check->cut_off || check->recorded != settings->file->cycles) {
        tell(check, RUN_CHECK_FIGURES, RUN_CHECK_UNTOLD,
             "cycles.bin does not hold all cycles of the run");
        return;
    }
    summary_finish(&pass->summary, &settings->file->outcome);
    if (!path_of(settings, RUN_SUMMARY, path) ||
        summary_check(&pass->summary, path, told) == SUMMARY_CHECK_UNREADABLE) {
        judge(check, RUN_CHECK_FIGURES, false, "summary.json can't be read again");
        return;
    }
    judge(check, RUN_CHECK_FIGURES, told[0] == '\0', told);
}

static void check_recomputed(const run_check_settings_t* settings, run_check_t* check)
{
    if (settings->changed || settings->stored) {
        return;
    }
    if (check->different > 0) {
        tell(check, RUN_CHECK_RECOMPUTED, RUN_CHECK_FAILS, "%lld of %lld cycles come out different",
             (long long)check->different, (long long)check->compared);
    } else if (check->gap) {
        tell(check, RUN_CHECK_RECOMPUTED, RUN_CHECK_UNTOLD, "the first %lld cycles do; then: %s",
             (long long)check->compared, recompute_text(check->why_gap));
    } else {
        judge(check, RUN_CHECK_RECOMPUTED, true, "");
    }
}

/// Lines of a file, and whether the last one is whole.
static int64_t count_lines(const char* path, bool* whole)
{
    int64_t lines = 0;
    int last = '\n';
    FILE* file = fopen(path, "rb");
    for (int byte = 0; file != NULL && (byte = fgetc(file)) != EOF;) {
        lines += last == '\n' ? 1 : 0;
        last = byte;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    *whole = last == '\n';
    return lines;
}

static void check_chain(const run_check_settings_t* settings, run_check_t* check, const char* path)
{
    const run_outcome_t* outcome = &settings->file->outcome;
    char chain[DIGEST_TEXT_CAPACITY];
    int64_t broken = 0;
    bool whole = false;
    const int64_t lines = count_lines(path, &whole);
    const bool chained = events_read(path, NULL, NULL, &broken, chain);
    const bool running = settings->file->verdict == VERDICT_RUNNING;
    // The line that was being written when the run was cut off.
    const bool cut_line = running && !whole && broken == lines;
    if (!chained && broken == 0) {
        judge(check, RUN_CHECK_CHAIN, false, "there is no events.jsonl that can be read");
    } else if (!chained && !cut_line) {
        tell(check, RUN_CHECK_CHAIN, RUN_CHECK_FAILS,
             "line %lld of events.jsonl does not follow from the one before it", (long long)broken);
    } else {
        judge(check, RUN_CHECK_CHAIN, true, "");
    }
    if (running) {
        tell(check, RUN_CHECK_LAST_EVENT, RUN_CHECK_UNTOLD,
             "the run was cut off before summary.json could hold it");
        return;
    }
    const bool last =
        lines == outcome->event_count && (lines == 0 || strcmp(chain, outcome->events_chain) == 0);
    tell(check, RUN_CHECK_LAST_EVENT, last ? RUN_CHECK_HOLDS : RUN_CHECK_FAILS,
         "%lld lines in events.jsonl, %lld in summary.json%s", (long long)lines,
         (long long)outcome->event_count,
         lines == outcome->event_count ? ", and the last is another one" : "");
}

static void check_events(const pass_t* pass, run_check_t* check, const char* path)
{
    int64_t line = 0;
    const events_follow_t follow = events_follow(path, pass->computed, pass->computed_size, &line);
    const bool short_of_cycles = check->cut_off || check->gap;
    if (check->recorded == 0 && follow == EVENTS_FOLLOW_FURTHER) {
        tell(check, RUN_CHECK_EVENTS, RUN_CHECK_UNTOLD,
             "no cycle was played: what is told are the devices' own words");
    } else if (follow == EVENTS_FOLLOW) {
        judge(check, RUN_CHECK_EVENTS, true, "");
    } else if (follow == EVENTS_FOLLOW_FURTHER && short_of_cycles) {
        tell(check, RUN_CHECK_EVENTS, RUN_CHECK_UNTOLD,
             "up to line %lld they do; the cycles of the others are not there to compare with",
             (long long)line - 1);
    } else {
        tell(check, RUN_CHECK_EVENTS, RUN_CHECK_FAILS, "line %lld of events.jsonl: %s",
             (long long)line,
             follow == EVENTS_FOLLOW_FURTHER ? "more events than the cycles bring about"
                                             : events_follow_text(follow));
    }
}

/// What the files say without a cycle being read.
static void check_files(const run_check_settings_t* settings, run_check_t* check)
{
    char path[FILE_PATH_CAPACITY] = "";
    (void)path_of(settings, RUN_EVENTS, path);
    check_fingerprint(settings, check);
    check_header(settings, check);
    check_chain(settings, check, path);
}

static void check_cycles(pass_t* pass, run_check_t* check)
{
    const run_check_settings_t* settings = pass->settings;
    char path[FILE_PATH_CAPACITY] = "";
    (void)path_of(settings, RUN_EVENTS, path);
    check_blocks(check);
    check_recomputed(settings, check);
    if (settings->whole && !settings->changed) {
        check_decisions(pass, check);
        check_figures(pass, check);
    }
    if (pass->computed != NULL) {
        check_events(pass, check, path);
    }
}

bool run_check(const run_check_settings_t* settings, run_check_t* check)
{
    memset(check, 0, sizeof *check);
    if (settings->whole && !settings->changed) {
        check_files(settings, check);
    }
    if (settings->stored && !run_check_intact(check)) {
        return true;
    }
    pass_t* pass = calloc(1, sizeof *pass);
    if (pass == NULL || !pass_begin(pass, settings, check)) {
        pass_end(pass);
        return false;
    }
    take_cycles(pass);
    // Without the last summary, or with one that says that not all could be written.
    check->cut_off = settings->file->verdict == VERDICT_RUNNING ||
                     (check->end == CYCLE_READ_TORN && !settings->file->outcome.recording_complete);
    if (pass->events != NULL) {
        (void)events_close(pass->events);
        pass->events = NULL;
    }
    check_cycles(pass, check);
    pass_end(pass);
    return true;
}

bool run_check_intact(const run_check_t* check)
{
    for (int id = 0; id < RUN_CHECK_COUNT_OF; ++id) {
        if (id != RUN_CHECK_RECOMPUTED && check->state[id] == RUN_CHECK_FAILS) {
            return false;
        }
    }
    return true;
}
