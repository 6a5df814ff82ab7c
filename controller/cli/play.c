#include "controller/cli/play.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/fieldbus.h"
#include "controller/cli/messages.h"
#include "controller/cli/progress.h"
#include "controller/cli/real_time.h"
#include "controller/cli/requests.h"
#include "controller/cli/terminal.h"
#include "controller/loop.h"
#include "controller/operator.h"
#include "controller/record/ledger.h"
#include "controller/report/report.h"
#include "routines/intensity.h"

// Waiting for the links to open, all of them together.
#define OPEN_TIMEOUT_US INT64_C(1000000)
// Before arming a reply may take this long: devices are asked for parameters, not for samples.
#define CONFIGURE_TIMEOUT_US INT64_C(100000)
// On a serial line one after the other answers.
#define CONFIGURE_LINE_TIMEOUT_US (DEVICE_CAPACITY * CONFIGURE_TIMEOUT_US)
// Periods played after the arm has come to its end, so that the last command has been carried out.
#define FAREWELL_PERIODS 25
// And after a trip, so that the record shows how the arm came to rest and whether its brakes hold.
#define TRIP_FAREWELL_US EVENT_AFTER_US
// A table that refuses to be acknowledged for this long is not going to be.
#define REFUSED_TIME_US INT64_C(3000000)
// Without anybody at the keys a run is over where the arm has not been in use for this long: longer
// than arming takes, and whatever a scenario lets go wrong meanwhile.
#define IDLE_TIME_US INT64_C(60000000)
// The same answer to the same request is told this often at most, to whoever holds a key down.
#define ANSWER_REPEAT_US INT64_C(500000)

static volatile sig_atomic_t interrupts;

static void count_interrupt(int signal_number)
{
    (void)signal_number;
    interrupts = interrupts + 1;
}

typedef struct {
    const play_t* play;
    const session_t* session;
    recording_t* recording;
    operator_t automatic;
    request_input_t typed;
    request_script_t script;
    uint32_t asked; // by people and scripts this period: they hear the answers
    int level;      // of intensity, asked for up to the last period
    request_result_t answered[REQUEST_COUNT]; // last, and when
    int64_t answered_us[REQUEST_COUNT];
    progress_t progress;
    sig_atomic_t interrupts_seen;
    supervisor_mode_t mode; // of the last period
    int farewell;
    int64_t refused_us;
    int64_t idle_us; // since the arm was last in use
    bool idle;       // for too long
    stop_track_t stops;
    int last_refusal; // rule that kept the lock closed, or INTERLOCK_RULE_NONE
    bool was_powered;
    bool unattended; // nobody can start it: standard input is closed
    bool gave_up;
    int64_t began_s;                                   // seconds since 1970
    double items_planned_s[ROUTINE_ITEM_CAPACITY + 1]; // planned time before each item
    double ways_stretch; // how much longer all takes with the ways between the strokes
} player_room_t;

static int64_t wall_now_us(void)
{
    const timebase_t wall = timebase_monotonic();
    return wall.vtable->now_us(wall.context);
}

/// First Ctrl-C: lift, park, finish. Second: yield and stop.
static uint32_t interrupt_requests(player_room_t* room)
{
    if (interrupts == room->interrupts_seen) {
        return 0;
    }
    room->interrupts_seen = interrupts;
    return interrupts > 1 ? REQUEST_STOP : REQUEST_END;
}

static asked_t ask(void* context, const cycle_output_t* last, int64_t now_us)
{
    player_room_t* room = context;
    const supervisor_mode_t mode = last != NULL ? last->mode : MODE_LOCKED;
    room->level = last != NULL ? last->live.intensity_asked : room->session->intensity_start;
    wish_t wish = wish_begin(room->level);
    request_input_read(&room->typed, mode, wall_now_us(), &wish);
    request_script_take(&room->script, now_us, &wish);
    if (!room->typed.open && !request_script_pending(&room->script) && mode == MODE_PAUSED) {
        wish_add(&wish, REQUEST_END, "nobody is left who could resume");
    }
    const uint32_t interrupted = interrupt_requests(room);
    wish_add(&wish, interrupted, "the program was interrupted");
    recording_reason(room->recording, wish.reasoned, wish.reason);
    room->asked = wish.asked.requests;
    if (room->play->automatic && interrupted == 0) {
        wish.asked.requests |= operator_requests(&room->automatic, last, room->session->period_us);
    }
    if (room->play->scenario != NULL) {
        wish.asked.requests |= scenario_run_before_exchange(room->play->scenario, last);
    }
    return wish.asked;
}

/// How hard, for the progress line: nothing while all is as written.
static void describe_intensity(const cycle_output_t* out, char* text, size_t capacity)
{
    const live_t* live = &out->live;
    const bool climbing = live->intensity_level != live->intensity_asked;
    text[0] = '\0';
    if (live->intensity_level != INTENSITY_AS_WRITTEN || climbing) {
        char goal[NAME_CAPACITY] = "";
        (void)snprintf(goal, sizeof goal, " to %d", live->intensity_asked);
        (void)snprintf(text, capacity, "intensity %d%s%s", live->intensity_level,
                       climbing ? goal : "", out->target.intensity_capped ? " (cap)" : "");
    }
}

static void show(player_room_t* room, const cycle_output_t* out)
{
    const session_t* session = room->session;
    const routine_t* routine = session->routine;
    const int item =
        out->target.item < routine->item_count ? out->target.item : routine->item_count;
    const double planned_s = room->items_planned_s[routine->item_count];
    const double done_s = item < routine->item_count
                              ? room->items_planned_s[item] + out->target.item_elapsed_s
                              : planned_s;
    char intensity[NAME_CAPACITY];
    describe_intensity(out, intensity, sizeof intensity);
    const progress_view_t view = {
        .note = intensity,
        .done_part = planned_s > 0.0 ? done_s / planned_s : 0.0,
        .step =
            item < routine->item_count ? routine->items[item].stroke.step : routine->step_count - 1,
        .step_count = routine->step_count,
        .doing = supervisor_mode_text(out->mode),
        .region = out->target.region >= 0
                      ? session->body->settings->regions[out->target.region].name
                      : "",
        .force_N = out->estimate.normal_force_N,
        .force_target_N = out->target.force_target_N,
        .remaining_s = (planned_s - done_s) * room->ways_stretch,
    };
    progress_show(&room->progress, &view, wall_now_us());
}

/// Whether nobody goes on with a run that waits for nobody: automatic, in virtual time, with no
/// request still to come.
static bool is_idle(player_room_t* room, supervisor_mode_t mode)
{
    // Armed over and over again, and stopped before it is started, it is not in use either.
    const bool in_use = supervisor_mode_powered(mode) && mode != MODE_ARMING &&
                        mode != MODE_ARMED && mode != MODE_STOPPING && mode != MODE_YIELD;
    const bool awaited =
        !room->play->automatic || room->play->real_time || request_script_pending(&room->script);
    room->idle_us = in_use || awaited ? 0 : room->idle_us + room->session->period_us;
    return room->idle_us >= IDLE_TIME_US;
}

/// True as long as there is something left to do.
static bool goes_on(player_room_t* room, const cycle_output_t* out)
{
    room->was_powered = room->was_powered || supervisor_mode_powered(out->mode);
    const bool over =
        out->mode == MODE_PARKED ||
        (room->was_powered && (out->mode == MODE_TRIPPED || out->mode == MODE_LOCKED));
    room->farewell = over ? room->farewell + 1 : 0;
    const bool refused = !room->was_powered && out->verdict.refused != 0;
    room->refused_us = refused ? room->refused_us + room->session->period_us : 0;
    if (refused) {
        room->last_refusal = out->verdict.rule;
    }
    const bool waits = room->play->automatic && !room->was_powered;
    room->unattended = !room->play->automatic && !room->typed.open && !room->was_powered;
    room->idle = is_idle(room, out->mode);
    room->gave_up = (waits && room->refused_us >= REFUSED_TIME_US) || room->unattended ||
                    room->idle || (!room->was_powered && room->interrupts_seen > 0);
    const int after_trip = (int)(TRIP_FAREWELL_US / room->session->period_us);
    const int farewell = out->mode == MODE_PARKED ? FAREWELL_PERIODS : after_trip;
    return room->farewell < farewell && !room->gave_up;
}

/// On a run that a person starts: what the controller is doing, and what it waits for.
static void tell_mode(player_room_t* room, supervisor_mode_t before, supervisor_mode_t mode)
{
    if (room->play->automatic || mode == before) {
        return;
    }
    const char* paused =
        room->typed.single_keys ? ": space and y resume, q ends" : ": type 'resume' or 'end'";
    const char* next = mode == MODE_LOCKED    ? ": type 'acknowledge'"
                       : mode == MODE_READY   ? ": type 'arm'"
                       : mode == MODE_ARMED   ? ": type 'start'"
                       : mode == MODE_PAUSED  ? paused
                       : mode == MODE_TRIPPED ? ": power is off"
                                              : "";
    progress_close(&room->progress);
    (void)fprintf(stderr, "%s%s\n", supervisor_mode_text(mode), next);
}

static void tell_answer(player_room_t* room, const cycle_input_t* in, int index,
                        request_result_t answer)
{
    const bool refused = request_refused(answer);
    const int64_t wall_us = wall_now_us();
    const bool again =
        answer == room->answered[index] && wall_us - room->answered_us[index] < ANSWER_REPEAT_US;
    if ((again && answer != REQUEST_GRANTED) ||
        (!refused && room->play->options->given[OPTION_QUIET])) {
        return;
    }
    room->answered[index] = answer;
    room->answered_us[index] = wall_us;
    char level[NAME_CAPACITY] = "";
    if (index == REQUEST_INTENSITY_INDEX) {
        (void)snprintf(level, sizeof level, " %d (was %d)", in->intensity_level, room->level);
    }
    progress_close(&room->progress);
    (void)fprintf(stderr, "%.1f s: %s%s%s%s\n", 1e-6 * (double)in->now_us, request_word(index),
                  level, refused ? " refused: " : ": ", request_result_text(answer));
}

static void tell_answers(player_room_t* room, const cycle_input_t* in, const cycle_output_t* out)
{
    for (int index = 0; room->asked != 0 && index < REQUEST_COUNT; ++index) {
        if ((room->asked >> index & 1u) != 0) {
            tell_answer(room, in, index, out->live.results[index]);
        }
    }
}

static bool watch(void* context, const cycle_input_t* in, const cycle_output_t* out,
                  const bus_frame_t* frame)
{
    player_room_t* room = context;
    (void)frame;
    recording_append(room->recording, in, out);
    (void)stop_track_see(&room->stops, out->mode, &out->verdict);
    if (room->play->scenario != NULL) {
        scenario_run_after_step(room->play->scenario, out);
    }
    tell_mode(room, in->cycle == 0 ? MODE_TRIPPED : room->mode, out->mode);
    tell_answers(room, in, out);
    room->mode = out->mode;
    if (!room->play->options->given[OPTION_QUIET] && in->cycle % 16 == 0 &&
        !request_input_busy(&room->typed)) {
        show(room, out);
    }
    return goes_on(room, out);
}

static void print_device_findings(const fieldbus_findings_t* findings)
{
    for (int i = 0; i < findings->count; ++i) {
        (void)fprintf(stderr, "%s\n", findings->at[i].message);
    }
}

/// Devices that do not answer, or are not what the machine file says, end it here; drives that
/// remember a fault want somebody to say that its cause has been looked at.
static exit_code_t configure(const play_t* play, fieldbus_t* bus, fieldbus_findings_t* findings)
{
    const machine_settings_t* machine = &play->assembly->machine;
    const bool fits = fieldbus_init(
        bus, &play->port, machine,
        machine->line_count > 0 ? CONFIGURE_LINE_TIMEOUT_US : CONFIGURE_TIMEOUT_US, findings);
    if (!fits || !fieldbus_configure(bus, OPEN_TIMEOUT_US, findings)) {
        print_device_findings(findings);
        return EXIT_DEVICE;
    }
    bus->timeout_us = play->exchange_timeout_us;
    bool faults = false;
    for (int i = 0; i < findings->count; ++i) {
        faults = faults || findings->at[i].result == FIELDBUS_DRIVE_FAULT;
    }
    if (faults && !play->options->given[OPTION_ACKNOWLEDGE]) {
        print_device_findings(findings);
        (void)fprintf(
            stderr,
            "knead %s: nothing moves until this is acknowledged. Look at the arm and at the "
            "client,\nfree whoever is held, find the cause; then start again with "
            "--acknowledge.\n",
            play->verb);
        return EXIT_SAFETY_STOP;
    }
    return EXIT_DONE;
}

static void fill_device_figures(const fieldbus_t* bus, const play_t* play, run_outcome_t* outcome)
{
    outcome->device_count = play->assembly->machine.device_count;
    for (int i = 0; i < outcome->device_count; ++i) {
        const device_settings_t* device = &play->assembly->machine.devices[i];
        const bus_counters_t* counters = &bus->devices[i].counters;
        link_figures_t* figures = &outcome->devices[i];
        (void)snprintf(figures->name, sizeof figures->name, "%s", device->name);
        (void)snprintf(figures->host, sizeof figures->host, "%s", device->host);
        figures->port = device->port;
        if (device->line > 0) {
            (void)snprintf(figures->line, sizeof figures->line, "%s",
                           play->assembly->machine.lines[device->line - 1].path);
        }
        figures->unit = device->unit;
        figures->exchanges = (int64_t)counters->exchanges;
        figures->timeouts = (int64_t)counters->timeouts;
        figures->mismatches = (int64_t)counters->mismatches;
        figures->crc_errors = (int64_t)counters->crc_errors;
        figures->exceptions = (int64_t)counters->exceptions;
        figures->stale = (int64_t)counters->stale;
        figures->no_turns = (int64_t)counters->no_turns;
        figures->connects = (int64_t)fieldbus_connect_count(bus, i);
        figures->reconnects = (int64_t)counters->reconnects;
        figures->round_trip_mean_us = histogram_mean(&counters->round_trips_us);
        figures->round_trip_max_us = counters->round_trips_us.max;
        figures->round_trips_us = play->in_process ? NULL : &counters->round_trips_us;
    }
}

static void explain_failure(const player_room_t* room, loop_result_t result, char* text,
                            size_t capacity)
{
    text[0] = '\0';
    if (result == LOOP_TIME_LOST) {
        (void)snprintf(text, capacity, "%s",
                       room->play->scenario != NULL ? SCENARIO_RUN_GONE_TEXT
                                                    : loop_result_text(result));
    } else if (room->idle) {
        (void)snprintf(text, capacity,
                       "nobody went on: for %.0f s the arm was not in use, at the end it was %s",
                       1e-6 * (double)room->idle_us, supervisor_mode_text(room->mode));
    } else if (room->unattended) {
        (void)snprintf(text, capacity,
                       "nobody can arm and start: standard input is closed "
                       "(--yes starts by itself on a virtual machine)");
    } else if (room->gave_up && room->interrupts_seen == 0) {
        const interlock_rule_info_t* info =
            interlock_rule_info((interlock_rule_t)room->last_refusal);
        const bool silent =
            room->last_refusal == INTERLOCK_IO_AGE && !room->play->options->given[OPTION_LOCK_STEP];
        (void)snprintf(text, capacity, "the table was never ready: %s%s",
                       info != NULL ? info->text : "unknown",
                       silent ? " (a 'knead table --lock-step' waits for '--lock-step' here too)"
                              : "");
    }
}

static void print_timing(const play_t* play, const loop_timing_t* timing)
{
    if (play->real_time && timing->cycles > 0) {
        const double cycles = (double)timing->cycles;
        (void)fprintf(
            stderr,
            "loop: %lld periods, %lld late by more than one (%lld in a row at most); wake-up "
            "%.0f us late on average, %lld at most; busy %.0f us, %lld at most\n",
            (long long)timing->cycles, (long long)timing->overruns,
            (long long)timing->overruns_in_row, histogram_mean(&timing->wake_up_us),
            (long long)timing->wake_up_us.max, timing->busy_sum_us / cycles,
            (long long)timing->busy_max_us);
    }
}

static exit_code_t exit_code_of(const player_room_t* room, const summary_t* summary)
{
    switch (summary_verdict(summary)) {
    case VERDICT_FINISHED:
        return EXIT_DONE;
    case VERDICT_ENDED:
    case VERDICT_RUNNING:
        return room->interrupts_seen > 0 ? EXIT_INTERRUPTED : EXIT_DONE;
    case VERDICT_STOPPED:
        return EXIT_SAFETY_STOP;
    case VERDICT_FAILED:
        break;
    }
    return room->gave_up ? EXIT_SAFETY_STOP : EXIT_DEVICE;
}

/// A run that ended other than its scenario says is a failed expectation, whatever else it is.
static exit_code_t judged_code(const player_room_t* room, bool recorded, exit_code_t code)
{
    const assembly_t* assembly = room->play->assembly;
    const scenario_run_t* scenario = room->play->scenario;
    const scenario_ending_t ending =
        scenario != NULL ? scenario_run_ending(scenario) : stop_track_ending(&room->stops, false);
    FILE* out = room->play->options->given[OPTION_JSON] ? stderr : stdout;
    const int failed = scenario != NULL ? scenario_run_judge(scenario, out) : 0;
    if (assembly->expects && ending != assembly->scenario.expect) {
        (void)fprintf(stderr, "knead %s: the scenario expects '%s', the run ended with '%s'\n",
                      room->play->verb, scenario_ending_text(assembly->scenario.expect),
                      scenario_ending_text(ending));
        return EXIT_EXPECTATION_FAILED;
    }
    if (failed > 0) {
        (void)fprintf(stderr, "knead %s: the scenario expects what did not come true\n",
                      room->play->verb);
        return EXIT_EXPECTATION_FAILED;
    }
    return code == EXIT_DONE && !recorded ? EXIT_INTERNAL : code;
}

/// Adds to the client's ledger what this run gave, where one is kept.
static bool keep_dose(const player_room_t* room)
{
    const play_t* play = room->play;
    const char* path = play->assembly->ledger_path;
    if (path[0] == '\0') {
        return true;
    }
    if (!play->options->given[OPTION_LEDGER]) {
        (void)mkdir(RUN_PARENT_DEFAULT, 0777); // the record may lie elsewhere
    }
    ledger_entry_t entry;
    ledger_report_t report;
    ledger_entry_of(&room->recording->summary, room->began_s, room->recording->run.path, &entry);
    const ledger_result_t result = ledger_append(path, &entry, &report);
    if (result != LEDGER_OK) {
        (void)fprintf(stderr,
                      "knead %s: what this session gave is not in the ledger %s: %s. Write it down "
                      "by hand; it is in the record.\n",
                      play->verb, path, ledger_result_text(result));
    }
    return result == LEDGER_OK;
}

static exit_code_t finish(player_room_t* room, const run_outcome_t* outcome)
{
    const play_t* play = room->play;
    recording_t* recording = room->recording;
    const bool recorded = recording_finish(recording, outcome);
    if (!recorded) {
        (void)fprintf(stderr, "knead %s: the record in %s is not complete: is the disk full?\n",
                      play->verb, recording->run.path);
    }
    if (play->options->given[OPTION_JSON]) {
        summary_put(&recording->summary, stdout);
    } else {
        summary_print(&recording->summary, stdout);
        (void)printf("record: %s\n", play->no_record ? "none" : recording->run.path);
    }
    if (play->report) {
        const report_result_t written = report_write(recording->run.path, &recording->summary);
        if (written != REPORT_OK) {
            const int error = errno;
            (void)fprintf(stderr, "knead %s: no report: %s%s%s\n", play->verb, report_text(written),
                          written == REPORT_NOT_WRITTEN ? ": " : "",
                          written == REPORT_NOT_WRITTEN ? strerror(error) : "");
        } else if (!play->options->given[OPTION_JSON]) {
            (void)printf("report: %s/%s\n", recording->run.path, RUN_REPORT);
        }
    }
    return judged_code(room, keep_dose(room) && recorded, exit_code_of(room, &recording->summary));
}

/// What others send to end a program ends the massage first: the arm lifts and parks. A reader that
/// went away, or a file that may not grow, is no reason to leave the arm to its watchdogs.
static void heed_signals(void)
{
    static const int ending[] = {SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
                                 SIGUSR1, SIGUSR2, SIGALRM, SIGXCPU};
    static const int harmless[] = {SIGPIPE, SIGXFSZ};
    struct sigaction action = {.sa_handler = count_interrupt};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; ++i) {
        struct sigaction before;
        // What whoever started it wants ignored, stays so (nohup); Ctrl-C always means something.
        const bool ignored =
            sigaction(ending[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN;
        if (!ignored || ending[i] == SIGINT || ending[i] == SIGTERM) {
            (void)sigaction(ending[i], &action, NULL);
        }
    }
    action.sa_handler = SIG_IGN;
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; ++i) {
        (void)sigaction(harmless[i], &action, NULL);
    }
}

static void room_open(player_room_t* room, const play_t* play, recording_t* recording)
{
    memset(room, 0, sizeof *room);
    room->play = play;
    room->session = &play->assembly->session;
    room->recording = recording;
    room->progress = progress_open(stderr);
    room->last_refusal = INTERLOCK_RULE_NONE;
    room->stops = stop_track_begin();
    room->script = play->assembly->script;
    const routine_t* routine = room->session->routine;
    for (int item = 0; item < routine->item_count; ++item) {
        const routine_item_t* planned = &routine->items[item];
        room->items_planned_s[item + 1] =
            room->items_planned_s[item] +
            (planned->kind == ITEM_REST ? planned->rest_s : planned->stroke.duration_s);
    }
    const routine_figures_t* figures = &play->assembly->figures;
    const double stretch = figures->session_s / figures->planned_s;
    room->ways_stretch = stretch >= 1.0 && isfinite(stretch) ? stretch : 1.0;
    heed_signals();
    // After the signals that are handled: the terminal watches over the others.
    const bool single_keys = play->keys && terminal_keys_begin();
    request_input_open(&room->typed, !play->automatic, single_keys, &room->progress);
}

static bool begin_record(const play_t* play, recording_t* recording, time_t now)
{
    const recording_settings_t settings = {.session = &play->assembly->session,
                                           .inputs = &play->assembly->inputs,
                                           .directory = play->options->text[OPTION_OUT],
                                           .figures_only = play->no_record,
                                           .seed = (uint64_t)play->options->whole[OPTION_SEED],
                                           .threaded = play->real_time,
                                           .now = now};
    const run_directory_result_t made = recording_begin(recording, &settings);
    if (made != RUN_DIRECTORY_OK) {
        (void)fprintf(stderr, "knead %s: no record can be kept in %s: %s\n", play->verb,
                      settings.directory != NULL ? settings.directory : RUN_PARENT_DEFAULT,
                      run_directory_text(made));
    }
    return made == RUN_DIRECTORY_OK;
}

/// A run that never came to its first cycle is kept too: what its devices said explains it.
static void record_refusal(const play_t* play, const fieldbus_findings_t* findings,
                           recording_t* recording)
{
    if (play->no_record || findings->count == 0 || !begin_record(play, recording, time(NULL))) {
        return;
    }
    run_outcome_t outcome = {.planned_s = play->assembly->figures.planned_s};
    for (int i = 0; i < findings->count; ++i) {
        recording_note(recording, 0, 0, EVENT_NOTE, findings->at[i].message);
    }
    (void)snprintf(outcome.failure, sizeof outcome.failure, "%.*s", (int)sizeof outcome.failure - 1,
                   findings->at[0].message);
    (void)recording_finish(recording, &outcome);
    (void)fprintf(stderr, "record: %s\n", recording->run.path);
}

exit_code_t play(const play_t* play)
{
    // Large and needed once a process: not for the stack.
    static fieldbus_t bus;
    static recording_t recording;
    static cycle_state_t state;
    static player_room_t room;

    static fieldbus_findings_t findings;
    const exit_code_t configured = configure(play, &bus, &findings);
    const time_t now = time(NULL);
    if (configured != EXIT_DONE) {
        fieldbus_close(&bus);
        record_refusal(play, &findings, &recording);
        return configured;
    }
    if (!begin_record(play, &recording, now)) {
        fieldbus_close(&bus);
        return EXIT_INTERNAL;
    }
    room_open(&room, play, &recording);
    room.began_s = (int64_t)now;
    cycle_begin(&state);
    const loop_client_t client = {.context = &room, .ask = ask, .observe = watch};
    static loop_timing_t timing; // large; in the record until it is written
    if (play->real_time) {
        (void)messages_begin();
        const int64_t period_us = play->assembly->session.period_us;
        real_time_ask(play->verb, (int64_t)(REAL_TIME_PERIOD_PART * (double)period_us), period_us);
    }
    const int64_t start_us = wall_now_us();
    const loop_result_t result =
        loop_run(&play->assembly->session, &bus, play->timebase, &client, &state, &timing);
    run_outcome_t outcome = {.planned_s = play->assembly->figures.planned_s,
                             .wall_s = (double)(wall_now_us() - start_us) * 1e-6};
    terminal_keys_end();
    progress_close(&room.progress);
    messages_end();
    if (play->scenario != NULL) {
        play->scenario->measured.gone = result == LOOP_TIME_LOST;
    }
    explain_failure(&room, result, outcome.failure, sizeof outcome.failure);
    fill_device_figures(&bus, play, &outcome);
    outcome.timing = play->real_time ? &timing : NULL;
    fieldbus_close(&bus);
    print_timing(play, &timing);
    return finish(&room, &outcome);
}
