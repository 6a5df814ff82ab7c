// What is made of a record afterwards, from hostile cycles that a file of cycles can hold: figures,
// explanation, report, table, MCAP file and recomputing. The record begins as a real run on the
// virtual table did, up to anywhere in it; hostile records follow, coded as the file codes them, so
// that they are a real cycle's but for what the input meddles with; then the real run goes on from
// anywhere. The rest of the input are the events.
//
// Whatever stands in it, all of it can be told, drawn and exported, nothing is lost on the way from
// the file to the figures, and the same record gives the same words twice.
#include <errno.h>
#include <sys/stat.h>

#include "controller/explain/explain_print.h"
#include "controller/export/export_csv.h"
#include "controller/export/export_mcap.h"
#include "controller/record/cycle_code.h"
#include "controller/record/run_directory.h"
#include "controller/report/report.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/support/closed_loop.h"

#define REAL_MAX 12000
#define HOSTILE_MAX 64
#define WORDS_CAPACITY (256 << 10)

/// What is asked of the record beside its explanation, by the low bits of the input's first byte:
/// mostly nothing, as all of these take far longer.
typedef enum { ASK_REPORT = 28, ASK_CSV, ASK_MCAP, ASK_RECOMPUTED } ask_t;
#define ASK_BITS 31u
#define ASK_TORN 32u // that the cycles be taken for broken off
#define ASK_THIN 64u // that every few cycles be exported

static const session_t* session;
static cycle_file_header_t header;
static cycle_scales_t scales;
static int real_count;
static cycle_record_t real[REAL_MAX];

static char folder[64];
static char cycles_path[96], events_path[96], report_path[96], export_path[96];

static void forget_folder(void)
{
    const char* const paths[] = {cycles_path, events_path, report_path, export_path};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        (void)unlink(paths[i]);
    }
    (void)rmdir(folder);
}

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/dev/shm/knead-fuzz-%ld.run", (long)getpid());
    (void)snprintf(cycles_path, sizeof cycles_path, "%s/%s", folder, RUN_CYCLES);
    (void)snprintf(events_path, sizeof events_path, "%s/%s", folder, RUN_EVENTS);
    (void)snprintf(report_path, sizeof report_path, "%s/%s", folder, RUN_REPORT);
    (void)snprintf(export_path, sizeof export_path, "%s/export", folder);
    FUZZ_CLAIM(mkdir(folder, 0700) == 0 || errno == EEXIST);
    (void)atexit(forget_folder);
}

static void play(closed_loop_t* loop, int cycles)
{
    for (int cycle = 0; cycle < cycles && real_count < REAL_MAX; cycle++) {
        const bool going = closed_loop_step(loop);
        cycle_input_t input = loop->in;
        input.cycle--;
        cycle_record_make(&input, &loop->out, &real[real_count++]);
        if (!going) {
            return;
        }
    }
}

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    static closed_loop_t* loop; // stays: the session is its
    loop = closed_loop_open(NULL, NULL, NULL, 1);
    session = &loop->assembly->session;
    while (loop->state.mode != MODE_CONTACT && real_count < REAL_MAX / 2) {
        play(loop, 1);
    }
    play(loop, 1000);
    loop->extra_requests = REQUEST_PAUSE;
    play(loop, 1000);
    loop->extra_requests = REQUEST_RESUME;
    play(loop, 1500);
    loop->extra_requests = REQUEST_STOP;
    play(loop, 1500);
    const digest_t none = {0};
    cycle_file_header_make(session->machine, 1, &none, &header);
    scales = cycle_scales_make(&header);
    make_folder();
    (void)fprintf(stderr, "%d real cycles\n", real_count);
    return 0;
}

// --------------------------------------------------------------------------------- the record

/// Adds real cycles; `memory` goes along, as the reader's does. Returns how many.
static int add_real(fuzz_input_t* input, cycle_file_t* file, cycle_memory_t* memory)
{
    const int from = fuzz_take_word(input) % real_count;
    const int wanted = fuzz_take_byte(input);
    const int count = wanted < real_count - from ? wanted : real_count - from;
    uint8_t coded[CYCLE_CODED_CAPACITY];
    for (int i = 0; i < count; i++) {
        cycle_file_append_record(file, &real[from + i]);
        (void)cycle_encode(&scales, memory, &real[from + i], coded);
    }
    return count;
}

static int add_hostile(fuzz_input_t* input, cycle_file_t* file, cycle_memory_t* memory)
{
    const int wanted = fuzz_take_byte(input) % HOSTILE_MAX;
    int count = 0;
    cycle_record_t record;
    memset(&record, 0, sizeof record);
    while (count < wanted) {
        const size_t taken = cycle_decode(&scales, memory, input->at, input->left, &record);
        if (taken == 0) {
            break;
        }
        input->at += taken;
        input->left -= taken;
        cycle_file_append_record(file, &record);
        count++;
    }
    return count;
}

static int write_record(fuzz_input_t* input)
{
    cycle_memory_t memory;
    memset(&memory, 0, sizeof memory);
    cycle_file_t* file = cycle_file_create(cycles_path, &header);
    FUZZ_CLAIM(file != NULL);
    int count = add_real(input, file, &memory);
    count += add_hostile(input, file, &memory);
    count += add_real(input, file, &memory);
    FUZZ_CLAIM(cycle_file_close(file));
    FILE* events = fopen(events_path, "wb");
    FUZZ_CLAIM(events != NULL);
    (void)fwrite(input->at, 1, input->left, events);
    FUZZ_CLAIM(fclose(events) == 0);
    return count;
}

// -------------------------------------------------------------------------- what is made of it

static void see_event(void* context, const event_line_t* line)
{
    explain_event(context, line);
}

/// The explanation in all its forms, into `words`.
static void explain_record(bool whole, const summary_t* summary, char words[WORDS_CAPACITY])
{
    memset(words, 0, WORDS_CAPACITY);
    cycle_file_header_t found;
    cycle_reader_t* reader = NULL;
    FUZZ_CLAIM(cycle_reader_open(cycles_path, &found, &reader) == CYCLE_OPEN_OK);
    explain_t* explain = explain_create(session);
    FUZZ_CLAIM(explain != NULL);
    cycle_record_t cycle;
    explain_record_t record = {.directory = folder, .cycles_end = CYCLE_READ_END};
    while (cycle_reader_next(reader, &cycle) == CYCLE_READ_RECORD) {
        explain_observe(explain, &cycle);
    }
    cycle_reader_close(reader);
    explain_settle(explain, whole, summary_verdict(summary), summary->outcome.failure);
    record.events_whole =
        events_read(events_path, see_event, explain, &record.events_broken_line, NULL);
    FILE* out = fmemopen(words, WORDS_CAPACITY, "w");
    FUZZ_CLAIM(out != NULL);
    explain_print(session, explain_result(explain), &record, out);
    explain_write_json(session, explain_result(explain), &record, out);
    summary_print(summary, out);
    summary_put(summary, out);
    FUZZ_CLAIM(fclose(out) == 0 && words[WORDS_CAPACITY - 1] == '\0');
    explain_destroy(explain);
}

static void export_record(uint8_t asked, int count)
{
    static const char* const notes[] = {"sentence", "it was fuzzed"};
    cycle_file_header_t found;
    cycle_reader_t* reader = NULL;
    FUZZ_CLAIM(cycle_reader_open(cycles_path, &found, &reader) == CYCLE_OPEN_OK);
    const export_source_t source = {.session = session,
                                    .reader = reader,
                                    .events_path = events_path,
                                    .every = (asked & ASK_THIN) != 0 ? 7 : 1,
                                    .recompute = (asked & ASK_BITS) == ASK_RECOMPUTED};
    export_figures_t figures;
    FILE* out = fopen(export_path, "wb");
    FUZZ_CLAIM(out != NULL);
    const export_result_t result = (asked & ASK_BITS) != ASK_MCAP
                                       ? export_csv(&source, out, &figures)
                                       : export_mcap(&source, "fuzz", notes, 1, out, &figures);
    FUZZ_CLAIM(result == EXPORT_OK && fclose(out) == 0);
    FUZZ_CLAIM(figures.end == CYCLE_READ_END && figures.cycles == count);
    FUZZ_CLAIM(figures.recomputed >= 0 && figures.recomputed <= figures.cycles);
    cycle_reader_close(reader);
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    static summary_t summary;
    static char words[WORDS_CAPACITY], again[WORDS_CAPACITY];
    fuzz_input_t input = {bytes, count};
    const uint8_t asked = fuzz_take_byte(&input);
    const inputs_t inputs = {0};
    const int written = write_record(&input);
    cycle_read_t end;
    summary_begin(&summary, session, &inputs, 1);
    FUZZ_CLAIM(report_read_cycles(cycles_path, &summary, &end) == CYCLE_OPEN_OK);
    FUZZ_CLAIM(end == CYCLE_READ_END && summary.cycles == written);
    const bool whole = (asked & ASK_TORN) == 0;
    explain_record(whole, &summary, words);
    explain_record(whole, &summary, again);
    FUZZ_CLAIM(strcmp(words, again) == 0);
    if ((asked & ASK_BITS) > ASK_REPORT) {
        export_record(asked, written);
    }
    if ((asked & ASK_BITS) == ASK_REPORT) {
        FUZZ_CLAIM(report_write_to(folder, &summary, report_path) == REPORT_OK);
    }
    return 0;
}
