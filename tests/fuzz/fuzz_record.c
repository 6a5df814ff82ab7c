// Chained lines of JSON from hostile bytes: events of a run and the ledger of a client. The first
// byte says which, and whether each line gets the chain that makes it a whole one, so that what
// lies behind the chain is reached.
#include <math.h>

#include "controller/record/events.h"
#include "controller/record/ledger.h"
#include "tests/fuzz/fuzz_input.h"

#define FILE_CAPACITY 32768
#define CHAIN_DIGITS (DIGEST_TEXT_CAPACITY - 1)
#define NOW_S INT64_C(1800000000)

typedef struct {
    size_t size;
    char bytes[FILE_CAPACITY];
} text_t;

static void add(text_t* text, const char* bytes, size_t count)
{
    if (count <= sizeof text->bytes - text->size) {
        memcpy(text->bytes + text->size, bytes, count);
        text->size += count;
    }
}

/// Ends every line with the chain that its bytes ask for.
static void add_chained(text_t* text, const char* bytes, size_t count)
{
    char chain[DIGEST_TEXT_CAPACITY];
    memset(chain, '0', CHAIN_DIGITS);
    const char* end = bytes + count;
    while (bytes < end) {
        const char* stop = memchr(bytes, '\n', (size_t)(end - bytes));
        const size_t length = (size_t)((stop != NULL ? stop : end) - bytes);
        digest_stream_t stream;
        digest_begin(&stream);
        digest_add(&stream, chain, CHAIN_DIGITS);
        digest_add(&stream, bytes, length);
        const digest_t digest = digest_end(&stream);
        digest_text(&digest, chain);
        add(text, bytes, length);
        add(text, ",\"chain\":\"", 10);
        add(text, chain, CHAIN_DIGITS);
        add(text, "\"}\n", 3);
        bytes += length + 1;
    }
}

static void visit(void* context, const event_line_t* line)
{
    int64_t* lines = context;
    ++*lines;
    FUZZ_CLAIM(memchr(line->kind, '\0', sizeof line->kind) != NULL);
    FUZZ_CLAIM(memchr(line->text, '\0', sizeof line->text) != NULL);
}

static void try_events(void)
{
    int64_t lines = 0;
    int64_t broken = -1;
    char chain[DIGEST_TEXT_CAPACITY];
    const bool whole = events_read(fuzz_file_path(), visit, &lines, &broken, chain);
    FUZZ_CLAIM(whole == (broken == -1));
    FUZZ_CLAIM(whole || (broken >= 1 && broken <= lines));
    FUZZ_CLAIM(strnlen(chain, sizeof chain) == CHAIN_DIGITS);
}

static void try_append(const ledger_report_t* before)
{
    static ledger_entry_t entry;
    memset(&entry, 0, sizeof entry);
    entry.time_s = NOW_S;
    (void)snprintf(entry.client, sizeof entry.client, "%s",
                   before->client[0] != '\0' ? before->client : "anna");
    (void)snprintf(entry.verdict, sizeof entry.verdict, "finished");
    ledger_report_t report;
    FUZZ_CLAIM(ledger_append(fuzz_file_path(), &entry, &report) == LEDGER_OK);
    dose_sum_t week;
    FUZZ_CLAIM(ledger_read(fuzz_file_path(), entry.client, NOW_S, &week, &report) == LEDGER_OK);
    FUZZ_CLAIM(!report.torn && report.session_count == before->session_count + 1);
}

static void try_ledger(bool append)
{
    static findings_t findings;
    memset(&findings, 0, sizeof findings);
    static dose_sum_t week;
    ledger_report_t report = {0};
    const ledger_result_t result = ledger_read(fuzz_file_path(), NULL, NOW_S, &week, &report);
    ledger_tell(fuzz_file_path(), result, &report, &findings);
    FUZZ_CLAIM((result == LEDGER_OK) == (findings.error_count == 0));
    FUZZ_CLAIM(ledger_result_text(result) != NULL);
    FUZZ_CLAIM(memchr(report.client, '\0', sizeof report.client) != NULL);
    if (result == LEDGER_OK && append) {
        try_append(&report);
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    static text_t text;
    fuzz_input_t input = {bytes, count};
    const uint8_t form = fuzz_take_byte(&input);
    text.size = 0;
    if ((form & 1u) != 0) {
        add_chained(&text, (const char*)input.at, input.left);
    } else {
        add(&text, (const char*)input.at, input.left);
    }
    (void)fuzz_file_store(text.bytes, text.size);
    if ((form & 2u) != 0) {
        try_events();
    } else {
        try_ledger((form & 4u) != 0);
    }
    return 0;
}
