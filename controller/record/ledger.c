#include "controller/record/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "controller/record/json.h"
#include "routines/client_load.h"

#define CHAIN_KEY ",\"chain\":\""
#define CHAIN_END "\"}"
#define CHAIN_DIGITS (DIGEST_TEXT_CAPACITY - 1)
#define DAY_S 86400
#define PI 3.14159265358979323846

const char* ledger_result_text(ledger_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        LEDGER_RESULT_LIST(X)
#undef X
    }
    return "unknown";
}

static void chain_begin(char chain[DIGEST_TEXT_CAPACITY])
{
    memset(chain, '0', CHAIN_DIGITS);
    chain[CHAIN_DIGITS] = '\0';
}

/// The chain of a line: over the chain before it and its own bytes.
static void chain_next(char chain[DIGEST_TEXT_CAPACITY], const char* bytes, size_t count)
{
    digest_stream_t stream;
    digest_begin(&stream);
    digest_add(&stream, chain, CHAIN_DIGITS);
    digest_add(&stream, bytes, count);
    const digest_t digest = digest_end(&stream);
    digest_text(&digest, chain);
}

/// UTC as text: "2026-11-22T14:31:00Z".
static void time_text_of(int64_t time_s, char text[NAME_CAPACITY])
{
    char day_text[NAME_CAPACITY];
    const int second_of_day = (int)(time_s % DAY_S);
    client_day_text((int)(time_s / DAY_S), day_text);
    (void)snprintf(text, NAME_CAPACITY, "%.10sT%02d:%02d:%02dZ", day_text, second_of_day / 3600,
                   second_of_day / 60 % 60, second_of_day % 60);
}

// ---------------------------------------------------------------------------------- reading a line

/// Reads a line as `ledger_append` writes it and nothing else: what differs is damage.
typedef struct {
    const char* at;
    bool ok;
} scan_t;

static void expect(scan_t* scan, const char* text)
{
    const size_t length = strlen(text);
    scan->ok = scan->ok && strncmp(scan->at, text, length) == 0;
    scan->at += scan->ok ? length : 0;
}

/// One character of a JSON string as the writer escapes it; its bytes go to `out`.
static bool scan_character(scan_t* scan, char* out)
{
    static const char escaped[] = "\"\\/bfnrt";
    static const char meant[] = "\"\\/\b\f\n\r\t";
    const unsigned char byte = (unsigned char)*scan->at;
    if (byte < 0x20 || byte == '"') {
        return false;
    }
    if (byte != '\\') {
        *out = *scan->at++;
        return true;
    }
    const char code = scan->at[1];
    if (code == 'u') {
        char digits[5] = {0};
        for (int i = 0; i < 4 && scan->at[2 + i] != '\0'; i++) {
            digits[i] = scan->at[2 + i];
        }
        char* end = NULL;
        const unsigned long point = strtoul(digits, &end, 16);
        if (strlen(digits) != 4 || *end != '\0' || point == 0 || point >= 0x80) {
            return false; // the writer escapes control characters only
        }
        *out = (char)point;
        scan->at += 6;
        return true;
    }
    const char* found = code != '\0' ? strchr(escaped, code) : NULL;
    if (found == NULL) {
        return false;
    }
    *out = meant[found - escaped];
    scan->at += 2;
    return true;
}

/// Reads a JSON string that fits.
static void scan_text(scan_t* scan, char* text, size_t capacity)
{
    expect(scan, "\"");
    size_t length = 0;
    while (scan->ok && *scan->at != '"') {
        char byte = '\0';
        scan->ok = length + 1 < capacity && scan_character(scan, &byte);
        text[length] = byte;
        length += scan->ok ? 1 : 0;
    }
    text[length] = '\0';
    expect(scan, "\"");
}

/// A finite number of at least 0.
static double scan_number(scan_t* scan)
{
    if (!scan->ok || *scan->at < '0' || *scan->at > '9') {
        scan->ok = false;
        return 0.0;
    }
    char* end = NULL;
    const double number = strtod(scan->at, &end);
    scan->ok = end != scan->at && isfinite(number);
    scan->at = end;
    return number;
}

/// Two digits of a text, or -1.
static int two_digits(const char* text)
{
    const bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return digits ? 10 * (text[0] - '0') + (text[1] - '0') : -1;
}

/// "2026-11-22T14:31:00Z" to seconds; only a time that is written back the same way is one.
static int64_t scan_time(scan_t* scan)
{
    char text[NAME_CAPACITY] = "", day_text[NAME_CAPACITY] = "", back[NAME_CAPACITY];
    scan_text(scan, text, sizeof text);
    scan->ok = scan->ok && strlen(text) == strlen("2026-11-22T14:31:00Z");
    if (!scan->ok) {
        return 0;
    }
    int day = 0;
    memcpy(day_text, text, 10);
    const int hour = two_digits(text + 11), minute = two_digits(text + 14);
    const int second = two_digits(text + 17);
    scan->ok = client_day_parse(day_text, &day) && hour >= 0 && minute >= 0 && second >= 0;
    const int64_t time_s = (((int64_t)day * 24 + hour) * 60 + minute) * 60 + second;
    if (scan->ok) {
        time_text_of(time_s, back);
        scan->ok = strcmp(back, text) == 0;
    }
    return time_s;
}

static void scan_region(scan_t* scan, dose_total_t* total)
{
    expect(scan, "{\"region\":");
    scan_text(scan, total->region, sizeof total->region);
    expect(scan, ",\"contact_s\":");
    total->dose.contact_s = scan_number(scan);
    expect(scan, ",\"impulse_Ns\":");
    total->dose.impulse_Ns = scan_number(scan);
    expect(scan, ",\"pressure_peak_Pa\":");
    total->dose.pressure_peak_Pa = scan_number(scan);
    expect(scan, ",\"pressure_time_Pa_s\":");
    total->dose.pressure_time_Pa_s = scan_number(scan);
    expect(scan, ",\"strokes\":");
    const double strokes = scan_number(scan);
    scan->ok = scan->ok && strokes <= 1e6;
    total->dose.strokes = scan->ok ? (int)strokes : 0;
    expect(scan, "}");
}

/// The members of a line, up to its chain.
static bool scan_entry(const char* line, ledger_entry_t* entry)
{
    char world[NAME_CAPACITY];
    scan_t scan = {line, true};
    memset(entry, 0, sizeof *entry);
    expect(&scan, "{\"version\":1,\"time\":");
    entry->time_s = scan_time(&scan);
    expect(&scan, ",\"client\":");
    scan_text(&scan, entry->client, sizeof entry->client);
    expect(&scan, ",\"routine\":");
    scan_text(&scan, entry->routine, sizeof entry->routine);
    expect(&scan, ",\"run\":");
    scan_text(&scan, entry->run, sizeof entry->run);
    expect(&scan, ",\"world\":");
    scan_text(&scan, world, sizeof world);
    entry->world = strcmp(world, "real") == 0 ? WORLD_REAL : WORLD_VIRTUAL;
    expect(&scan, ",\"verdict\":");
    scan_text(&scan, entry->verdict, sizeof entry->verdict);
    expect(&scan, ",\"regions\":[");
    while (scan.ok && *scan.at != ']') {
        scan.ok = entry->region_count < REGION_CAPACITY;
        if (scan.ok && entry->region_count > 0) {
            expect(&scan, ",");
        }
        if (scan.ok) {
            scan_region(&scan, &entry->regions[entry->region_count++]);
        }
    }
    expect(&scan, "]");
    return scan.ok && *scan.at == '\0';
}

/// Takes a line without its end: checks its chain, and reads it.
static bool take_line(char* line, char chain[DIGEST_TEXT_CAPACITY], ledger_entry_t* entry)
{
    const size_t tail = strlen(CHAIN_KEY) + CHAIN_DIGITS + strlen(CHAIN_END);
    const size_t length = strlen(line);
    if (length < tail) {
        return false;
    }
    char* key = line + length - tail;
    const char* stated = key + strlen(CHAIN_KEY);
    chain_next(chain, line, (size_t)(key - line));
    if (strncmp(key, CHAIN_KEY, strlen(CHAIN_KEY)) != 0 ||
        memcmp(stated, chain, CHAIN_DIGITS) != 0 || strcmp(stated + CHAIN_DIGITS, CHAIN_END) != 0) {
        return false;
    }
    *key = '\0';
    return scan_entry(line, entry);
}

// ----------------------------------------------------------------------------------- the whole
// file

/// What goes through a file line by line.
typedef struct {
    const char* client; // whose it has to be, or null
    int64_t now_s;
    dose_sum_t* week; // null: not summed up
    ledger_report_t* report;
    char chain[DIGEST_TEXT_CAPACITY];
    int64_t whole_bytes; // up to the end of the last whole line
    bool unended;        // the last whole line lacks its line feed
} pass_t;

static ledger_result_t judge_entry(pass_t* pass, const ledger_entry_t* entry)
{
    ledger_report_t* report = pass->report;
    const char* owner = pass->client != NULL ? pass->client : report->client;
    if (owner[0] != '\0' && strcmp(entry->client, owner) != 0) {
        memcpy(report->client, entry->client, sizeof report->client);
        return LEDGER_OTHER_CLIENT;
    }
    memcpy(report->client, entry->client, sizeof report->client);
    // A clock that was set back makes a session look older than it is; it is at least as late as
    // the one above it.
    int64_t time_s = entry->time_s;
    if (report->session_count > 0 && time_s < report->last_s) {
        report->clock_back_line =
            report->clock_back_line == 0 ? report->line : report->clock_back_line;
        time_s = report->last_s;
    }
    report->session_count++;
    report->last_s = time_s;
    if (pass->week == NULL) {
        return LEDGER_OK;
    }
    if (time_s > pass->now_s) {
        return LEDGER_IN_FUTURE;
    }
    if (time_s <= pass->now_s - DOSE_WEEK_S) {
        return LEDGER_OK;
    }
    pass->week->session_count++;
    for (int i = 0; i < entry->region_count; i++) {
        if (!dose_sum_add(pass->week, entry->regions[i].region, &entry->regions[i].dose)) {
            return LEDGER_FULL;
        }
    }
    return LEDGER_OK;
}

static ledger_result_t pass_lines(pass_t* pass, FILE* file)
{
    ledger_entry_t entry;
    char* line = NULL;
    size_t capacity = 0;
    ledger_result_t result = LEDGER_OK;
    chain_begin(pass->chain);
    for (ssize_t length = 0;
         result == LEDGER_OK && (length = getline(&line, &capacity, file)) > 0;) {
        pass->report->line++;
        char before[DIGEST_TEXT_CAPACITY];
        memcpy(before, pass->chain, sizeof before);
        const bool ended = line[length - 1] == '\n';
        line[length - (ended ? 1 : 0)] = '\0';
        const bool whole = strlen(line) == (size_t)(length - (ended ? 1 : 0)) &&
                           length < LEDGER_LINE_CAPACITY && take_line(line, pass->chain, &entry);
        if (whole) {
            result = judge_entry(pass, &entry);
            pass->whole_bytes += length;
            pass->unended = !ended;
        } else if (!ended) {
            pass->report->torn = true; // nothing can come behind it
            memcpy(pass->chain, before, sizeof before);
        } else {
            result = LEDGER_DAMAGED;
        }
    }
    free(line);
    if (ferror(file)) {
        return LEDGER_UNREADABLE;
    }
    pass->report->line = result == LEDGER_OK ? 0 : pass->report->line;
    return result;
}

ledger_result_t ledger_read(const char* path, const char* client, int64_t now_s, dose_sum_t* week,
                            ledger_report_t* report)
{
    memset(week, 0, sizeof *week);
    memset(report, 0, sizeof *report);
    FILE* file = fopen(path, "rb");
    if (file == NULL) {
        return errno == ENOENT ? LEDGER_OK : LEDGER_UNREADABLE;
    }
    pass_t pass = {.client = client, .now_s = now_s, .week = week, .report = report};
    const ledger_result_t result = pass_lines(&pass, file);
    (void)fclose(file);
    return result;
}

void ledger_tell(const char* path, ledger_result_t result, const ledger_report_t* report,
                 findings_t* findings)
{
    if (result == LEDGER_OTHER_CLIENT) {
        finding_add(findings, FINDING_ERROR, path, (int)report->line, 1, "", NULL, "%s ('%s')",
                    ledger_result_text(result), report->client);
    } else if (result != LEDGER_OK) {
        finding_add(findings, FINDING_ERROR, path, (int)report->line, report->line > 0 ? 1 : 0, "",
                    NULL, "%s", ledger_result_text(result));
    }
    if (report->torn) {
        finding_add(findings, FINDING_WARNING, path, (int)report->session_count + 1, 1, "", NULL,
                    "the last line was cut off and does not count: ask the client whether there "
                    "was a session");
    }
    if (report->clock_back_line > 0) {
        finding_add(findings, FINDING_WARNING, path, (int)report->clock_back_line, 1, "", NULL,
                    "dated before the line above it: the clock was set back; it counts as of the "
                    "same time as that");
    }
}

// ---------------------------------------------------------------------------------- adding a line

static void write_members(json_t* json, const ledger_entry_t* entry, const char* time_text)
{
    json_object_begin(json, NULL);
    json_integer(json, "version", 1);
    json_text(json, "time", time_text);
    json_text(json, "client", entry->client);
    json_text(json, "routine", entry->routine);
    json_text(json, "run", entry->run);
    json_text(json, "world", entry->world == WORLD_REAL ? "real" : "virtual");
    json_text(json, "verdict", entry->verdict);
    json_array_begin(json, "regions");
    for (int i = 0; i < entry->region_count; i++) {
        const dose_total_t* total = &entry->regions[i];
        json_object_begin(json, NULL);
        json_text(json, "region", total->region);
        json_number(json, "contact_s", total->dose.contact_s);
        json_number(json, "impulse_Ns", total->dose.impulse_Ns);
        json_number(json, "pressure_peak_Pa", total->dose.pressure_peak_Pa);
        json_number(json, "pressure_time_Pa_s", total->dose.pressure_time_Pa_s);
        json_integer(json, "strokes", total->dose.strokes);
        json_object_end(json);
    }
    json_array_end(json);
}

/// The bytes of an entry behind `chain`, with their line feed; false if they do not fit, or would
/// not be read back.
static bool line_of(const ledger_entry_t* entry, char chain[DIGEST_TEXT_CAPACITY],
                    char bytes[LEDGER_LINE_CAPACITY])
{
    ledger_entry_t back;
    char time_text[NAME_CAPACITY];
    const size_t tail = strlen(CHAIN_KEY) + CHAIN_DIGITS + strlen(CHAIN_END "\n") + 1;
    json_t json = json_to_buffer(bytes, LEDGER_LINE_CAPACITY - tail);
    time_text_of(entry->time_s, time_text);
    write_members(&json, entry, time_text);
    if (json.overflow || !scan_entry(bytes, &back)) {
        return false;
    }
    chain_next(chain, bytes, json.length);
    (void)snprintf(bytes + json.length, LEDGER_LINE_CAPACITY - json.length,
                   CHAIN_KEY "%s" CHAIN_END "\n", chain);
    return true;
}

static bool write_all(int descriptor, const char* bytes, size_t count)
{
    while (count > 0) {
        const ssize_t written = write(descriptor, bytes, count);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return false;
        }
        bytes += written;
        count -= (size_t)written;
    }
    return true;
}

/// A new file's name is on the disk once its folder is.
static bool sync_folder(const char* path)
{
    const char* slash = strrchr(path, '/');
    char folder[1024];
    const int length = slash != NULL
                           ? snprintf(folder, sizeof folder, "%.*s/", (int)(slash - path), path)
                           : snprintf(folder, sizeof folder, ".");
    if (length < 0 || (size_t)length >= sizeof folder) {
        return false;
    }
    const int descriptor = open(folder, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) {
        return false;
    }
    const bool synced = fsync(descriptor) == 0;
    (void)close(descriptor);
    return synced;
}

/// Adds the line to the open, locked file.
static ledger_result_t append_locked(int descriptor, FILE* file, const ledger_entry_t* entry,
                                     ledger_report_t* report)
{
    char bytes[LEDGER_LINE_CAPACITY];
    pass_t pass = {.client = entry->client, .report = report};
    const ledger_result_t result = pass_lines(&pass, file);
    if (result != LEDGER_OK) {
        return result;
    }
    if (!line_of(entry, pass.chain, bytes)) {
        return LEDGER_FULL;
    }
    if (report->torn && ftruncate(descriptor, (off_t)pass.whole_bytes) != 0) {
        return LEDGER_UNWRITABLE;
    }
    const bool written = lseek(descriptor, 0, SEEK_END) >= 0 &&
                         (!pass.unended || write_all(descriptor, "\n", 1)) &&
                         write_all(descriptor, bytes, strlen(bytes)) && fsync(descriptor) == 0;
    return written ? LEDGER_OK : LEDGER_UNWRITABLE;
}

ledger_result_t ledger_append(const char* path, const ledger_entry_t* entry,
                              ledger_report_t* report)
{
    memset(report, 0, sizeof *report);
    const int descriptor = open(path, O_RDWR | O_CREAT, 0600);
    if (descriptor < 0) {
        return LEDGER_UNWRITABLE;
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(descriptor, F_SETLK, &lock) != 0) {
        (void)close(descriptor);
        return LEDGER_UNWRITABLE;
    }
    FILE* file = fdopen(descriptor, "r+b");
    if (file == NULL) {
        (void)close(descriptor);
        return LEDGER_UNREADABLE;
    }
    ledger_result_t result = append_locked(descriptor, file, entry, report);
    if (fclose(file) != 0 && result == LEDGER_OK) {
        result = LEDGER_UNWRITABLE;
    }
    if (result == LEDGER_OK && !sync_folder(path)) {
        result = LEDGER_UNWRITABLE;
    }
    return result;
}

/// The end of a path, of bytes that read back as they are written.
static void take_run(const char* path, char run[TEXT_CAPACITY])
{
    const size_t length = strlen(path);
    const char* from = path + (length < TEXT_CAPACITY ? 0 : length - (TEXT_CAPACITY - 1));
    size_t count = 0;
    for (; from[count] != '\0'; count++) {
        const bool plain = from[count] >= 0x20 && from[count] < 0x7f;
        run[count] = plain ? from[count] : '?';
    }
    run[count] = '\0';
}

void ledger_entry_of(const summary_t* summary, int64_t time_s, const char* run,
                     ledger_entry_t* entry)
{
    const session_t* session = summary->session;
    const body_settings_t* body = session->body->settings;
    const pad_settings_t* pad = &session->machine->arm.tool.pads[session->pad_index];
    const double area_m2 = 0.25 * PI * pad->diameter_m * pad->diameter_m;
    memset(entry, 0, sizeof *entry);
    entry->time_s = time_s;
    entry->world = session->machine->world;
    memcpy(entry->client, session->body->client.name, sizeof entry->client);
    memcpy(entry->routine, session->routine->name, sizeof entry->routine);
    take_run(run, entry->run);
    (void)snprintf(entry->verdict, sizeof entry->verdict, "%s",
                   run_verdict_text(summary_verdict(summary)));
    for (int i = 0; i < body->region_count; i++) {
        const force_figures_t* figures = &summary->regions[i];
        if (figures->cycles == 0) {
            continue;
        }
        dose_total_t* total = &entry->regions[entry->region_count++];
        memcpy(total->region, body->regions[i].name, sizeof total->region);
        // What pulled rather than pressed in the sum gave nothing.
        const double impulse_Ns = fmax(0.0, force_figures_impulse_Ns(figures, session->period_s));
        total->dose =
            (dose_region_t){.contact_s = force_figures_seconds(figures, session->period_s),
                            .impulse_Ns = impulse_Ns,
                            .pressure_peak_Pa = figures->peak_N / area_m2,
                            .pressure_time_Pa_s = impulse_Ns / area_m2,
                            .strokes = figures->strokes};
    }
}

bool ledger_path(const char* folder, const char* client, char* path, size_t capacity)
{
    char name[NAME_CAPACITY];
    size_t length = 0;
    for (; client[length] != '\0' && length + 1 < sizeof name; length++) {
        const char c = client[length];
        const bool small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        name[length] = small ? c : c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : '-';
    }
    name[length] = '\0';
    const int written = snprintf(path, capacity, "%s/dose-%s.jsonl", folder, name);
    return written >= 0 && (size_t)written < capacity;
}
