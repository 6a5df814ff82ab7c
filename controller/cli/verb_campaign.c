#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/bus/port.h"
#include "controller/campaign/coverage.h"
#include "controller/campaign/detection.h"
#include "controller/campaign/junit.h"
#include "controller/campaign/matrix.h"
#include "controller/campaign/outcome_file.h"
#include "controller/campaign/page.h"
#include "controller/campaign/shrink.h"
#include "controller/campaign/workers.h"
#include "controller/cli/campaign_stages.h"
#include "controller/cli/trials.h"
#include "controller/cli/verb.h"
#include "controller/cli/version.h"
#include "controller/record/json.h"

#define SEEDS_DEFAULT_FIRST 1
#define SEEDS_DEFAULT_LAST 100
#define SHOW_EVERY_US 1000000
#define FAILED_CAPACITY 1000 // numbers of failed trials that are kept for JSON

typedef struct {
    const options_t* options;
    campaign_stages_t kept;
    stages_t stages;
    const machine_settings_t* machine;
    campaign_header_t header;
    trials_shard_t shard;
    int64_t next;  // index of the next trial, from the first on
    uint8_t* done; // by index: it stands in the file already
    FILE* out;     // or null
    coverage_t coverage;
    detection_t detection;
    int64_t to_play, played, died;
    int64_t failed_count; // met, kept or not
    int64_t failed[FAILED_CAPACITY];
    int64_t began_us, shown_us;
    bool written; // every line so far
    bool terminal;
} campaign_t;

/// Where what is told goes: standard output, unless that is for JSON.
static FILE* for_people(const campaign_t* campaign)
{
    return campaign->options->given[OPTION_JSON] ? stderr : stdout;
}

// ------------------------------------------------------------------------------- what was asked
// for

static exit_code_t say_usage(const char* what, const char* text)
{
    (void)fprintf(stderr, "knead campaign: %s '%s'\nSee 'knead campaign --help'.\n", what, text);
    return EXIT_USAGE;
}

static bool kind_of(const char* word, campaign_kind_t* kind)
{
    for (int i = 0; i < CAMPAIGN_KIND_COUNT; ++i) {
        if (strcmp(word, campaign_kind_text((campaign_kind_t)i)) == 0) {
            *kind = (campaign_kind_t)i;
            return true;
        }
    }
    return false;
}

static exit_code_t read_scope(campaign_t* campaign)
{
    const options_t* options = campaign->options;
    campaign_header_t* header = &campaign->header;
    header->first = SEEDS_DEFAULT_FIRST;
    header->last = SEEDS_DEFAULT_LAST;
    if (header->kind == CAMPAIGN_MATRIX) {
        header->first = 0;
        header->last = matrix_count(campaign->machine) - 1;
    }
    const char* seeds = options->text[OPTION_SEEDS];
    if (seeds != NULL && !trials_read_range(seeds, &header->first, &header->last)) {
        return say_usage("--seeds takes A-B, with A up to B and 100000000 of them at most, not",
                         seeds);
    }
    if (!trials_read_shard(options->text[OPTION_SHARD], &campaign->shard)) {
        return say_usage("--shard takes I/N, with I from 1 to N, not", options->text[OPTION_SHARD]);
    }
    static const option_id_t of_out[] = {OPTION_RESUME, OPTION_PAGE, OPTION_JUNIT};
    header->hours = options->whole[OPTION_HOURS];
    header->shard = campaign->shard.first + 1;
    header->shards = campaign->shard.step;
    for (size_t i = 0; i < sizeof of_out / sizeof of_out[0]; ++i) {
        if (options->given[of_out[i]] && options->text[OPTION_OUT] == NULL) {
            return say_usage("without --out there is nothing for", "--resume, --page and --junit");
        }
    }
    return EXIT_DONE;
}

#ifdef KNEAD_RULES_OFF
static exit_code_t switch_rule_off(campaign_t* campaign)
{
    const char* name = campaign->options->text[OPTION_RULES_OFF];
    if (name == NULL) {
        return EXIT_DONE;
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if (strcmp(interlock_rule_info((interlock_rule_t)rule)->name, name) == 0) {
            interlock_rules_off = INTERLOCK_RULE(rule);
            (void)snprintf(campaign->header.rules_off, sizeof campaign->header.rules_off, "%s",
                           name);
            return EXIT_DONE;
        }
    }
    return say_usage("there is no rule", name);
}
#else
static exit_code_t switch_rule_off(campaign_t* campaign)
{
    const char* name = campaign->options->text[OPTION_RULES_OFF];
    return name == NULL ? EXIT_DONE
                        : say_usage("this program can't switch off a rule, such as", name);
}
#endif

/// Loads what every trial starts from.
static exit_code_t prepare(campaign_t* campaign)
{
    if (!campaign_stages_given(campaign->options, campaign->header.given)) {
        return say_usage("the names of files are too long together, such as",
                         "--machine, --safety, --body and --screening");
    }
    campaign_stages_begin(&campaign->kept, campaign->options);
    campaign->stages = campaign_stages(&campaign->kept);
    campaign->machine = campaign_stages_machine(&campaign->kept, campaign->header.inputs);
    if (campaign->machine == NULL) {
        return EXIT_INVALID_FILE;
    }
    (void)snprintf(campaign->header.version, sizeof campaign->header.version, "%s",
                   program_version());
    (void)snprintf(campaign->header.commit, sizeof campaign->header.commit, "%s", program_commit());
    return switch_rule_off(campaign);
}

// ------------------------------------------------------------------------------------ one by one

static void print_replay(const campaign_t* campaign, const replay_t* replay)
{
    FILE* out = for_people(campaign);
    char text[REPLAY_CAPACITY];
    replay_write(replay, text);
    (void)fprintf(out, "  knead campaign --replay '%s'%s%s%s   # %s %s, inputs %.12s\n", text,
                  campaign->header.rules_off[0] != '\0' ? " --rules-off " : "",
                  campaign->header.rules_off, campaign->header.given, campaign->header.version,
                  campaign->header.commit, campaign->header.inputs);
}

static void print_failures(const outcome_t* outcome, FILE* out)
{
    char id[OUTCOME_ID_CAPACITY];
    outcome_id(outcome, id);
    (void)fprintf(out, "%s %s", id, outcome_result_text(outcome->result));
    for (int i = 0; i < outcome->event_count; ++i) {
        const outcome_event_t* event = &outcome->events[i];
        (void)fprintf(out, "%s %s%s%s %g at %.3f s", i > 0 ? "," : ":",
                      world_event_info(event->kind)->word, event->target[0] != '\0' ? " " : "",
                      event->target, event->magnitude, event->at_s);
    }
    (void)fprintf(out, "%s%s\n", outcome->phase >= 0 ? " in " : "",
                  outcome->phase >= 0 ? supervisor_mode_text((supervisor_mode_t)outcome->phase)
                                      : "");
    for (int i = 0; i < outcome->failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
        (void)fprintf(out, "  %s at %.3f s: %s\n", outcome->failures[i].claim,
                      outcome->failures[i].at_s, outcome->failures[i].text);
    }
    if (outcome->failure_count > OUTCOME_FAILURE_CAPACITY) {
        (void)fprintf(out, "  and %d more\n", outcome->failure_count - OUTCOME_FAILURE_CAPACITY);
    }
}

static void print_outcome(const outcome_t* outcome, FILE* out)
{
    print_failures(outcome, out);
    (void)fprintf(
        out,
        "  %s on %s, %.3f s; first cause %s (%s), reaction %s after %.0f ms, let go after "
        "%.0f ms,\n  true force %.1f N at most (%.3f of its bound; over the limit %.3f of "
        "what %.1f N grants), along the skin %.1f N; %s, ends %s\n",
        outcome->routine, outcome->client, outcome->simulated_s,
        outcome->first_rule[0] != '\0' ? outcome->first_rule : "none", outcome->subject,
        reaction_text(outcome->reaction), outcome->detected_s * 1e3, outcome->released_s * 1e3,
        outcome->force_peak_N, outcome->bound_ratio, outcome->rise_ratio, outcome->force_bound_N,
        outcome->shear_peak_N, recovery_meaning(outcome->recovery),
        supervisor_mode_text(outcome->mode_last));
    if (outcome->note[0] != '\0') {
        (void)fprintf(out, "  %s\n", outcome->note);
    }
}

/// A trial as its line in a file of outcomes, and what it was shrunk to.
static void put_trials(const outcome_t* outcome, const shrink_t* shrunk)
{
    char line[OUTCOME_LINE_CAPACITY];
    (void)outcome_write(outcome, line, sizeof line);
    (void)printf("{\"kind\":\"campaign_trial\",\"version\":1,\"trial\":%s,\"shrunk\":", line);
    if (shrunk == NULL) {
        (void)puts("null}");
        return;
    }
    char replay[REPLAY_CAPACITY];
    char text[2 * REPLAY_CAPACITY];
    replay_write(&shrunk->replay, replay);
    json_t json = json_to_buffer(text, sizeof text);
    json_text(&json, NULL, replay);
    (void)outcome_write(&shrunk->outcome, line, sizeof line);
    (void)printf("{\"runs\":%d,\"replay\":%s,\"trial\":%s}}\n", shrunk->runs, text, line);
}

static exit_code_t play_again(campaign_t* campaign)
{
    const char* text = campaign->options->text[OPTION_REPLAY];
    replay_t replay;
    if (!replay_read(text, &replay)) {
        return say_usage("--replay takes KIND:NUMBER as a failure names it, not", text);
    }
    const exit_code_t prepared = prepare(campaign);
    if (prepared != EXIT_DONE) {
        return prepared;
    }
    trial_t trial;
    if (!replay_trial(&replay, &campaign->stages, campaign->machine, &trial)) {
        return say_usage("there is no trial", text);
    }
    outcome_t outcome;
    (void)trial_run(&trial, &campaign->stages, &outcome);
    FILE* out = for_people(campaign);
    print_outcome(&outcome, out);
    shrink_t shrunk;
    const bool smaller = campaign->options->given[OPTION_SHRINK] &&
                         outcome.result == OUTCOME_FAILED &&
                         shrink(&replay, &outcome, &campaign->stages, campaign->machine, &shrunk);
    if (smaller) {
        (void)fprintf(out, "after %d runs, with %d events:\n", shrunk.runs,
                      shrunk.replay.event_count);
        print_outcome(&shrunk.outcome, out);
        print_replay(campaign, &shrunk.replay);
    }
    if (campaign->options->given[OPTION_JSON]) {
        put_trials(&outcome, smaller ? &shrunk : NULL);
    }
    return outcome.result == OUTCOME_FAILED ? EXIT_EXPECTATION_FAILED : EXIT_DONE;
}

// ---------------------------------------------------------------------------------------- all of
// it

/// Adds an outcome to all figures.
static void count(campaign_t* campaign, const outcome_t* outcome)
{
    coverage_add(&campaign->coverage, outcome);
    detection_add(&campaign->detection, outcome);
    if (outcome->result != OUTCOME_FAILED) {
        return;
    }
    if (campaign->failed_count < FAILED_CAPACITY) {
        campaign->failed[campaign->failed_count] = outcome->number;
    }
    ++campaign->failed_count;
}

static bool play(void* context, int64_t number, char* line, size_t capacity)
{
    campaign_t* campaign = context;
    const replay_t replay = {.kind = campaign->header.kind, .number = number};
    trial_t trial;
    outcome_t outcome;
    if (!replay_trial(&replay, &campaign->stages, campaign->machine, &trial)) {
        outcome = (outcome_t){.kind = campaign->header.kind,
                              .number = number,
                              .result = OUTCOME_SKIPPED,
                              .phase = -1,
                              .magnitude = -1,
                              .note = "no routine was found for a client"};
    } else {
        (void)trial_run(&trial, &campaign->stages, &outcome);
    }
    return outcome_write(&outcome, line, capacity);
}

static bool next(void* context, int64_t* number)
{
    campaign_t* campaign = context;
    const int64_t count = campaign->header.last - campaign->header.first + 1;
    const int64_t hours = campaign->options->whole[OPTION_HOURS];
    const bool enough = hours > 0 && campaign->coverage.simulated_s >= (double)hours * 3600.0;
    while (campaign->next < count && campaign->done[campaign->next] != 0) {
        campaign->next += campaign->shard.step;
    }
    if (enough || campaign->next >= count) {
        return false;
    }
    *number = campaign->header.first + campaign->next;
    campaign->next += campaign->shard.step;
    return true;
}

static void show(campaign_t* campaign)
{
    const int64_t now_us = port_now_us();
    if (!campaign->terminal || now_us - campaign->shown_us < SHOW_EVERY_US) {
        return;
    }
    campaign->shown_us = now_us;
    const double rate = 1e6 * (double)campaign->played / (double)(now_us - campaign->began_us);
    const double left_s =
        (double)(campaign->to_play - campaign->played) / (rate > 0.0 ? rate : 1.0);
    (void)fprintf(stderr,
                  "\r\033[K%" PRId64 " of %" PRId64 " trials, %" PRId64
                  " failed, %.1f h simulated, %.0f min left",
                  campaign->played, campaign->to_play, campaign->coverage.failed,
                  campaign->coverage.simulated_s / 3600.0, left_s / 60.0);
}

static void note_failure(campaign_t* campaign, const outcome_t* outcome)
{
    if (campaign->terminal) {
        (void)fprintf(stderr, "\r\033[K");
    }
    print_failures(outcome, for_people(campaign));
    const replay_t replay = {.kind = outcome->kind, .number = outcome->number};
    print_replay(campaign, &replay);
    (void)fflush(stdout);
}

static void take(void* context, int64_t number, const char* line)
{
    campaign_t* campaign = context;
    outcome_t outcome;
    ++campaign->played;
    if (!outcome_read(line, &outcome) || outcome.number != number) {
        (void)fprintf(stderr, "knead campaign: trial %" PRId64 " gave no outcome\n", number);
        ++campaign->died;
        return;
    }
    count(campaign, &outcome);
    if (campaign->out != NULL) {
        campaign->written = trials_put(campaign->out, line) && campaign->written;
    }
    if (outcome.result == OUTCOME_FAILED) {
        note_failure(campaign, &outcome);
    }
    show(campaign);
}

static void died(void* context, int64_t number, int signal, int exit_code)
{
    campaign_t* campaign = context;
    ++campaign->played;
    ++campaign->died;
    (void)fprintf(stderr,
                  "knead campaign: the process that played %s:%" PRId64
                  " died (signal %d, exit code %d); it is not in the file, --resume tries it "
                  "again\n",
                  campaign_kind_text(campaign->header.kind), number, signal, exit_code);
}

static void already(void* context, const outcome_t* outcome, const char* line)
{
    campaign_t* campaign = context;
    (void)line;
    // Whether the file is of this campaign is asked when it is read; until then it is any other's.
    if (campaign_header_has(&campaign->header, outcome->number)) {
        campaign->done[outcome->number - campaign->header.first] = 1;
        count(campaign, outcome);
    }
}

static exit_code_t refuse_file(const char* path, outcome_file_result_t result,
                               const outcome_file_t* file)
{
    (void)fprintf(stderr, "%s:%" PRId64 ": %s\n", path, file->line,
                  outcome_file_result_text(result));
    return EXIT_INVALID_FILE;
}

static exit_code_t say_unwritten(const char* path)
{
    (void)fprintf(stderr, "knead campaign: can't write '%s': %s\n", path, strerror(errno));
    return EXIT_INTERNAL;
}

/// Goes on with the open file, behind its last whole line.
static exit_code_t resume(campaign_t* campaign, const char* path)
{
    outcome_file_t file;
    outcome_file_result_t result = outcome_file_read_open(campaign->out, &file, already, campaign);
    if (result == OUTCOME_FILE_OK && !campaign_header_goes_on(&file.header, &campaign->header)) {
        result = OUTCOME_FILE_OTHER;
        file.line = 1;
    }
    if (result != OUTCOME_FILE_OK) {
        return refuse_file(path, result, &file);
    }
    return trials_go_on("campaign", path, file.whole_bytes, campaign->out);
}

static exit_code_t open_out(campaign_t* campaign)
{
    const char* path = campaign->options->text[OPTION_OUT];
    if (path == NULL) {
        return EXIT_DONE;
    }
    char line[OUTCOME_LINE_CAPACITY];
    if (!campaign_header_write(&campaign->header, line, sizeof line)) {
        errno = E2BIG;
        return say_unwritten(path);
    }
    bool holds;
    const exit_code_t code = trials_open(
        "campaign", path, line, campaign->options->given[OPTION_RESUME], &campaign->out, &holds);
    return code == EXIT_DONE && holds ? resume(campaign, path) : code;
}

static void tell_tally(void* context, const outcome_t* outcome, const char* line)
{
    (void)line;
    tally_observe(context, outcome);
}

/// Whether nothing was tried, which is not to have passed; then it is said.
static bool nothing_played(int64_t trials, int64_t skipped)
{
    if (trials == skipped) {
        (void)fprintf(stderr, "knead campaign: nothing could be played: %s\n",
                      trials > 0 ? "every trial was skipped" : "no trial gave an outcome");
    }
    return trials == skipped;
}

/// The page and the JUnit file that were asked for, and whether what was counted has passed.
static exit_code_t write_tally(const tally_t* tally, const options_t* options)
{
    const char* page = options->text[OPTION_PAGE];
    const char* junit = options->text[OPTION_JUNIT];
    char missing[TEXT_CAPACITY];
    tally_missing_text(tally, missing);
    exit_code_t code = EXIT_DONE;
    if (missing[0] != '\0') {
        (void)fprintf(stderr, "knead campaign: '%s' is not whole: %s\n", options->text[OPTION_OUT],
                      missing);
        code = EXIT_EXPECTATION_FAILED;
    }
    code = nothing_played(tally->trials, tally->skipped) || tally->failed > 0
               ? EXIT_EXPECTATION_FAILED
               : code;
    code = page != NULL && !page_write(tally, page) ? say_unwritten(page) : code;
    return junit != NULL && !junit_write(tally, junit) ? say_unwritten(junit) : code;
}

/// What stands in the file of outcomes, told: page, JUnit file and exit code say the same of it.
static exit_code_t judge_file(const options_t* options)
{
    outcome_file_t file = {0};
    const char* path = options->text[OPTION_OUT];
    outcome_file_result_t result = outcome_file_header(path, &file.header);
    tally_t* tally = result == OUTCOME_FILE_OK ? tally_begin(&file.header) : NULL;
    exit_code_t code = EXIT_INTERNAL;
    if (result == OUTCOME_FILE_OK && tally == NULL) {
        (void)fprintf(stderr, "knead campaign: out of memory\n");
        return code;
    }
    result = result == OUTCOME_FILE_OK ? outcome_file_read(path, &file, tell_tally, tally) : result;
    code =
        result == OUTCOME_FILE_OK ? write_tally(tally, options) : refuse_file(path, result, &file);
    tally_end(tally);
    return code;
}

/// The figures as JSON; its keys are stable.
static void put_figures(const campaign_t* campaign)
{
    const campaign_header_t* header = &campaign->header;
    json_t json = json_to_file(stdout);
    json_object_begin(&json, NULL);
    json_text(&json, "kind", "campaign");
    json_integer(&json, "version", 1);
    json_text(&json, "campaign", campaign_kind_text(header->kind));
    json_text(&json, "program", header->version);
    json_text(&json, "commit", header->commit);
    json_text(&json, "inputs_sha256", header->inputs);
    json_text(&json, "rules_off", header->rules_off[0] != '\0' ? header->rules_off : NULL);
    json_integer(&json, "first", header->first);
    json_integer(&json, "last", header->last);
    json_integer(&json, "died", campaign->died);
    coverage_write(&campaign->coverage, &json);
    // In any order: shards end as they do.
    json_array_begin(&json, "failed_trials");
    for (int64_t i = 0; i < campaign->failed_count && i < FAILED_CAPACITY; ++i) {
        json_integer(&json, NULL, campaign->failed[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
}

static void print_figures(const campaign_t* campaign)
{
    const coverage_t* coverage = &campaign->coverage;
    if (campaign->terminal) {
        (void)fprintf(stderr, "\r\033[K");
    }
    if (campaign->options->given[OPTION_JSON]) {
        put_figures(campaign);
        return;
    }
    coverage_print(coverage, stdout);
    if (campaign->header.kind == CAMPAIGN_MATRIX) {
        detection_print(&campaign->detection, stdout);
    }
    (void)printf("%" PRId64 " trials: %" PRId64 " passed, %" PRId64 " failed, %" PRId64
                 " skipped; %" PRId64 " trips in %.2f simulated hours; %d things never happened\n",
                 coverage->trials, coverage->passed, coverage->failed, coverage->skipped,
                 coverage->trips, coverage->simulated_s / 3600.0, coverage_zeros(coverage));
}

/// Where there is no file: of what was played here.
static exit_code_t judge_played(const coverage_t* coverage)
{
    return nothing_played(coverage->trials, coverage->skipped) || coverage->failed > 0
               ? EXIT_EXPECTATION_FAILED
               : EXIT_DONE;
}

static exit_code_t conclude(campaign_t* campaign)
{
    const coverage_t* coverage = &campaign->coverage;
    print_figures(campaign);
    bool written = campaign->written;
    if (campaign->out != NULL) {
        written = fclose(campaign->out) == 0 && written;
        campaign->out = NULL;
    }
    if (!written) {
        (void)fprintf(stderr, "knead campaign: '%s' could not be written to its end\n",
                      campaign->options->text[OPTION_OUT]);
    }
    const bool judged = campaign->options->text[OPTION_OUT] != NULL && written;
    const exit_code_t code = judged ? judge_file(campaign->options) : judge_played(coverage);
    return written && campaign->died == 0 ? code : EXIT_INTERNAL;
}

static exit_code_t play_all(campaign_t* campaign)
{
    exit_code_t code = prepare(campaign);
    code = code == EXIT_DONE ? read_scope(campaign) : code;
    if (code != EXIT_DONE) {
        return code;
    }
    const int64_t count = campaign->header.last - campaign->header.first + 1;
    campaign->done = calloc((size_t)count, 1);
    if (campaign->done == NULL) {
        (void)fprintf(stderr, "knead campaign: out of memory\n");
        return EXIT_INTERNAL;
    }
    campaign->written = true;
    code = open_out(campaign);
    if (code != EXIT_DONE) {
        return code;
    }
    for (int64_t i = campaign->shard.first; i < count; i += campaign->shard.step) {
        campaign->to_play += campaign->done[i] == 0 ? 1 : 0;
    }
    campaign->next = campaign->shard.first;
    campaign->terminal = !campaign->options->given[OPTION_QUIET] && isatty(fileno(stderr)) == 1;
    campaign->began_us = port_now_us();
    const work_t work = {campaign, play, next, take, died};
    const int64_t jobs = campaign->options->whole[OPTION_JOBS];
    (void)fflush(stdout);
    if (!workers_run(&work, jobs > 0 ? (int)jobs : 1)) {
        (void)fprintf(stderr, "knead campaign: no process for a worker: %s\n", strerror(errno));
        (void)conclude(campaign);
        return EXIT_INTERNAL;
    }
    return conclude(campaign);
}

static void merged(void* context, const outcome_t* outcome, const char* line)
{
    (void)line;
    count(context, outcome);
}

static exit_code_t merge(campaign_t* campaign)
{
    const options_t* options = campaign->options;
    const char* out = options->text[OPTION_OUT];
    if (out == NULL || options->operand_count < 2) {
        return say_usage("merge takes files and --out, beside", "merge");
    }
    int failed = -1;
    int64_t line = 0;
    const outcome_file_result_t result =
        outcome_file_merge(options->operand_count - 1, options->operands + 1, out, &failed, &line);
    if (result == OUTCOME_FILE_UNWRITABLE) {
        return say_unwritten(out);
    }
    if (result != OUTCOME_FILE_OK && failed >= 0) {
        return refuse_file(options->operands[1 + failed], result, &(outcome_file_t){.line = line});
    }
    if (result != OUTCOME_FILE_OK) {
        (void)fprintf(stderr, "knead campaign: the files together: %s\n",
                      outcome_file_result_text(result));
        return EXIT_INVALID_FILE;
    }
    if (options->given[OPTION_JSON]) {
        outcome_file_t file;
        const outcome_file_result_t read = outcome_file_read(out, &file, merged, campaign);
        if (read != OUTCOME_FILE_OK) {
            return refuse_file(out, read, &file);
        }
        campaign->header = file.header;
        put_figures(campaign);
    }
    return judge_file(options);
}

exit_code_t verb_campaign(const options_t* options, assembly_t* assembly)
{
    (void)assembly;
    campaign_t* campaign = calloc(1, sizeof *campaign);
    if (campaign == NULL) {
        (void)fprintf(stderr, "knead campaign: out of memory\n");
        return EXIT_INTERNAL;
    }
    campaign->options = options;
    exit_code_t code = EXIT_DONE;
    if (options->operand_count > 0 && strcmp(options->operands[0], "merge") == 0) {
        code = merge(campaign);
    } else if (options->operand_count > 1) {
        code = say_usage("what is this for:", options->operands[1]);
    } else if (options->operand_count == 1 &&
               !kind_of(options->operands[0], &campaign->header.kind)) {
        code = say_usage("there is no campaign called", options->operands[0]);
    } else if (options->text[OPTION_REPLAY] != NULL) {
        code = play_again(campaign);
    } else {
        code = play_all(campaign);
    }
    if (campaign->out != NULL) {
        (void)fclose(campaign->out);
    }
    free(campaign->done);
    campaign_stages_end(&campaign->kept);
    free(campaign);
    return code;
}
