#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/cli/progress.h"
#include "controller/cli/run_open.h"
#include "controller/record/cycle_difference.h"
#include "controller/record/json.h"
#include "controller/replay/run_check.h"
#include "controller/timebase.h"

#define LINE_CAPACITY 1200
#define DIFFERENCES_SHOWN 20

typedef struct {
    const options_t* options;
    const session_t* session;
    const run_record_t* run;
    const run_check_t* check;
    double took_s;
} replayed_t;

static int64_t wall_now_us(void)
{
    const timebase_t wall = timebase_monotonic();
    return wall.vtable->now_us(wall.context);
}

static double run_s(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    const int64_t period_us = replayed->session->period_us;
    return check->recorded > 0 ? 1e-6 * (double)(check->last_us - check->first_us + period_us)
                               : 0.0;
}

static exit_code_t code_of(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    if (!run_check_intact(check)) {
        return EXIT_INVALID_FILE;
    }
    const bool changed = replayed->options->given[OPTION_WITH];
    return check->different > 0 && !changed ? EXIT_EXPECTATION_FAILED : EXIT_DONE;
}

// ------------------------------------------------------------------------------------- for people

static void print_cycle(const replayed_t* replayed, const char* head, const cycle_record_t* record)
{
    char text[LINE_CAPACITY];
    cycle_decision_text(replayed->session, record, text, sizeof text);
    (void)printf("  %-11s%s\n", head, text);
}

static void print_differences(const replayed_t* replayed)
{
    static cycle_difference_t differences[CYCLE_DIFFERENCE_MOST]; // large, and once a process
    const run_check_t* check = replayed->check;
    const int count =
        cycle_differences(replayed->session->machine, &check->was, &check->is, differences);
    (void)printf("  %-36s %-26s %s\n", "field", "recorded", "recomputed");
    for (int i = 0; i < count && i < DIFFERENCES_SHOWN; ++i) {
        (void)printf("  %-36s %-26s %s\n", differences[i].field, differences[i].first,
                     differences[i].second);
    }
    if (count > DIFFERENCES_SHOWN) {
        (void)printf("  and %d fields more\n", count - DIFFERENCES_SHOWN);
    }
}

static void print_found(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    const bool changed = replayed->options->given[OPTION_WITH];
    (void)printf("cycle %lld, %.3f s: the first that %s\n", (long long)check->was.input.cycle,
                 1e-6 * (double)check->was.input.now_us,
                 changed ? "decides otherwise" : "does not come out as it was recorded");
    for (int i = 0; i < check->before_count; ++i) {
        char head[NAME_CAPACITY];
        (void)snprintf(head, sizeof head, "%.3f s", 1e-6 * (double)check->before[i].input.now_us);
        print_cycle(replayed, head, &check->before[i]);
    }
    print_cycle(replayed, "recorded", &check->was);
    print_cycle(replayed, changed ? "with it" : "recomputed", &check->is);
    print_differences(replayed);
}

/// What keeps the figures from being about the whole run.
static void print_ends(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    if (check->gap) {
        (void)printf("Behind the first %lld of %lld cycles what the controller remembered is not "
                     "known: %s.\nNothing behind them is recomputed.\n",
                     (long long)check->gap_before, (long long)check->recorded,
                     recompute_text(check->why_gap));
    }
    if (check->cut_off) {
        (void)printf("The run was cut off%s: this is what was kept of it up to the tear.\n",
                     replayed->run->state == RUN_STATE_RUNNING ? ", or goes on"
                                                               : " by a full disk");
    }
}

static void print_with(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    const char* with = replayed->options->text[OPTION_WITH];
    if (!check->found) {
        (void)printf("With %s every one of %lld cycles decides as it did", with,
                     (long long)check->compared);
        (void)printf(check->different > 0 ? "; %lld differ in figures that decide nothing.\n"
                                          : ".\n",
                     (long long)check->different);
        return;
    }
    print_found(replayed);
    (void)printf("Up to there, %lld of %lld cycles differ, in figures that decide nothing.\n",
                 (long long)check->different - 1, (long long)check->compared - 1);
    (void)printf("From there on the recorded inputs no longer answer the changed commands: what "
                 "would have followed\nonly 'knead sim' with the changed file can show.\n");
}

static void print_checks(const run_check_t* check)
{
    static const char* const words[] = {
        [RUN_CHECK_UNTOLD] = "?", [RUN_CHECK_HOLDS] = "ok", [RUN_CHECK_FAILS] = "FAILS"};
    for (int id = 0; id < RUN_CHECK_COUNT_OF; ++id) {
        const bool holds = check->state[id] == RUN_CHECK_HOLDS;
        (void)printf("  %-6s %s%s%s\n", words[check->state[id]], run_check_text((run_check_id_t)id),
                     holds ? "" : ": ", holds ? "" : check->told[id]);
    }
}

static void print_people(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    (void)printf("%lld cycles, %.1f s, recomputed in %.2f s: %.0f times real time\n",
                 (long long)check->compared, run_s(replayed), replayed->took_s,
                 replayed->took_s > 0.0 ? run_s(replayed) / replayed->took_s : 0.0);
    if (replayed->options->given[OPTION_WITH]) {
        print_with(replayed);
    } else if (check->found) {
        print_found(replayed);
        (void)printf("%lld of %lld cycles come out different.\n", (long long)check->different,
                     (long long)check->compared);
    } else if (run_check_intact(check)) {
        (void)printf("Every cycle the same, bit for bit.\n");
    }
    print_ends(replayed);
    if (replayed->options->given[OPTION_VERIFY]) {
        print_checks(check);
    } else if (check->state[RUN_CHECK_BLOCKS] == RUN_CHECK_FAILS) {
        (void)printf("The record is damaged: %s.\n", check->told[RUN_CHECK_BLOCKS]);
    }
}

// ----------------------------------------------------------------------------------- for programs

static void write_found(json_t* json, const replayed_t* replayed)
{
    static cycle_difference_t differences[CYCLE_DIFFERENCE_MOST];
    const run_check_t* check = replayed->check;
    char text[LINE_CAPACITY];
    json_object_begin(json, "first_difference");
    json_integer(json, "cycle", check->was.input.cycle);
    json_number(json, "time_s", 1e-6 * (double)check->was.input.now_us);
    cycle_place_text(replayed->session, &check->was, text, sizeof text);
    json_text(json, "place", text);
    cycle_decision_text(replayed->session, &check->was, text, sizeof text);
    json_text(json, "recorded", text);
    cycle_decision_text(replayed->session, &check->is, text, sizeof text);
    json_text(json, "recomputed", text);
    json_array_begin(json, "fields");
    const int count =
        cycle_differences(replayed->session->machine, &check->was, &check->is, differences);
    for (int i = 0; i < count; ++i) {
        json_object_begin(json, NULL);
        json_text(json, "field", differences[i].field);
        json_text(json, "recorded", differences[i].first);
        json_text(json, "recomputed", differences[i].second);
        json_object_end(json);
    }
    json_array_end(json);
    json_object_end(json);
}

static void write_checks(json_t* json, const run_check_t* check)
{
    static const char* const words[] = {
        [RUN_CHECK_UNTOLD] = "untold", [RUN_CHECK_HOLDS] = "holds", [RUN_CHECK_FAILS] = "fails"};
    json_array_begin(json, "checks");
    for (int id = 0; id < RUN_CHECK_COUNT_OF; ++id) {
        json_object_begin(json, NULL);
        json_text(json, "check", run_check_word((run_check_id_t)id));
        json_text(json, "state", words[check->state[id]]);
        json_text(json, "why", check->state[id] == RUN_CHECK_HOLDS ? NULL : check->told[id]);
        json_object_end(json);
    }
    json_array_end(json);
}

static void print_json(const replayed_t* replayed)
{
    const run_check_t* check = replayed->check;
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "run", replayed->run->run.path);
    json_text(&json, "with", replayed->options->text[OPTION_WITH]);
    json_integer(&json, "cycles_recorded", check->recorded);
    json_integer(&json, "cycles_compared", check->compared);
    json_integer(&json, "cycles_different", check->different);
    json_number(&json, "run_s", run_s(replayed));
    json_number(&json, "took_s", replayed->took_s);
    json_boolean(&json, "same", check->different == 0);
    json_boolean(&json, "intact", run_check_intact(check));
    json_boolean(&json, "cut_off", check->cut_off);
    json_boolean(&json, "gap", check->gap);
    if (check->found) {
        write_found(&json, replayed);
    } else {
        json_null(&json, "first_difference");
    }
    if (replayed->options->given[OPTION_VERIFY]) {
        write_checks(&json, check);
    }
    json_object_end(&json);
}

// --------------------------------------------------------------------------------------- the verb

/// The part that is done, in place on a terminal; elsewhere nothing.
typedef struct {
    int64_t cycles; // of the whole run
    int percent;
} watcher_t;

static void watch(void* context, int64_t cycles)
{
    watcher_t* watcher = context;
    const int percent = cycles < watcher->cycles ? (int)(100 * cycles / watcher->cycles) : 100;
    if (percent != watcher->percent) {
        watcher->percent = percent;
        (void)fprintf(stderr, "\r\033[K%3d %% recomputed", percent);
        (void)fflush(stderr);
    }
}

exit_code_t verb_replay(const options_t* options, assembly_t* assembly)
{
    static run_record_t run; // large, and once a process
    static run_check_t check;
    const exit_code_t opened =
        run_open(options->operands[0], options->text[OPTION_WITH], assembly, &run);
    if (opened != EXIT_DONE) {
        return opened;
    }
    watcher_t watcher = {.cycles = run.file.cycles, .percent = -1};
    const bool watched = progress_open(stderr).terminal && !options->given[OPTION_QUIET];
    const run_check_settings_t settings = {.session = &assembly->session,
                                           .directory = run.run.path,
                                           .file = &run.file,
                                           .header = &run.header,
                                           .reader = run.reader,
                                           .whole = options->given[OPTION_VERIFY],
                                           .changed = options->given[OPTION_WITH],
                                           .progress = watched ? watch : NULL,
                                           .context = &watcher};
    const int64_t began_us = wall_now_us();
    const bool done = run_check(&settings, &check);
    run_close(&run);
    if (watched) {
        (void)fprintf(stderr, "\r\033[K");
    }
    if (!done) {
        (void)fprintf(stderr, "knead replay: out of memory\n");
        return EXIT_INTERNAL;
    }
    const replayed_t replayed = {.options = options,
                                 .session = &assembly->session,
                                 .run = &run,
                                 .check = &check,
                                 .took_s = 1e-6 * (double)(wall_now_us() - began_us)};
    if (options->given[OPTION_JSON]) {
        print_json(&replayed);
    } else {
        print_people(&replayed);
    }
    return code_of(&replayed);
}
