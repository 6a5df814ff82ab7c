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
#include "controller/record/json_read.h"
#include "controller/record/line_chain.h"
#include "routines/client_load.h"

#define DAY_S 86400
#define STROKES_MAX 1e6 // that one session gives a region
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

/// UTC as text: "2026-11-22T14:31:00Z".
static void time_text_of(int64_t time_s, char text[NAME_CAPACITY])
{
    char day_text[NAME_CAPACITY];
    const int second_of_day = (int)(time_s % DAY_S);
    client_day_text((int)(time_s / DAY_S), day_text);
    (void)snprintf(text, NAME_CAPACITY, "%.10sT%02d:%02d:%02dZ", day_text, second_of_day / 3600,
                   second_of_day / 60 % 60, second_of_day % 60);
}

// -------------------------------------------------------------------------------------- one line

/// Two digits of a text, or -1.
static int two_digits(const char* text)
{
    const bool digits = text[0] >= '0' && text[0] <= '9' && text[1] >= '0' && text[1] <= '9';
    return digits ? 10 * (text[0] - '0') + (text[1] - '0') : -1;
}

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

/// "2026-11-22T14:31:00Z" to seconds; only a time that is written back the same way is one.
static bool time_of(const char* text, int64_t* time_s)
{
    char day_text[NAME_CAPACITY] = "", back[NAME_CAPACITY];
    int day = 0;
    if (text == NULL || strlen(text) != strlen("2026-11-22T14:31:00Z")) {
        return false;
    }
    memcpy(day_text, text, 10);
    const int hour = two_digits(text + 11), minute = two_digits(text + 14);
    const int second = two_digits(text + 17);
    if (!client_day_parse(day_text, &day) || hour < 0 || minute < 0 || second < 0) {
        return false;
    }
    *time_s = (((int64_t)day * 24 + hour) * 60 + minute) * 60 + second;
    time_text_of(*time_s, back);
    return strcmp(back, text) == 0;
}

/// A number of at least 0.
static bool amount_of(const json_value_t* row, const char* name, double* amount)
{
    return json_get_number(row, name, amount) && *amount >= 0.0 && isfinite(*amount);
}

static bool region_of(const json_value_t* row, dose_total_t* total)
{
    double strokes = 0.0;
    dose_region_t* dose = &total->dose;
    const bool read = json_get_text(row, "region", total->region, sizeof total->region) &&
                      amount_of(row, "contact_s", &dose->contact_s) &&
                      amount_of(row, "impulse_Ns", &dose->impulse_Ns) &&
                      amount_of(row, "pressure_peak_Pa", &dose->pressure_peak_Pa) &&
                      amount_of(row, "pressure_time_Pa_s", &dose->pressure_time_Pa_s) &&
                      amount_of(row, "strokes", &strokes) && strokes <= STROKES_MAX;
    dose->strokes = read ? (int)strokes : 0;
    return read;
}

static bool members_of(const json_value_t* root, ledger_entry_t* entry)
{
    const char* world = json_as_text(json_member(root, "world"));
    const json_value_t* rows = json_member(root, "regions");
    const int count = json_count(rows);
    bool read = world != NULL && count <= REGION_CAPACITY &&
                time_of(json_as_text(json_member(root, "time")), &entry->time_s) &&
                json_get_text(root, "client", entry->client, sizeof entry->client) &&
                json_get_text(root, "routine", entry->routine, sizeof entry->routine) &&
                json_get_text(root, "run", entry->run, sizeof entry->run) &&
                json_get_text(root, "verdict", entry->verdict, sizeof entry->verdict);
    entry->world = read && strcmp(world, "real") == 0 ? WORLD_REAL : WORLD_VIRTUAL;
    for (; read && entry->region_count < count; entry->region_count++) {
        read = region_of(json_at(rows, entry->region_count), &entry->regions[entry->region_count]);
    }
    return read;
}

/// Reads the own bytes of a line, an object without its closing brace. Only what is written back
/// as the same bytes is one of ours.
static bool entry_of(const char* line, size_t length, ledger_entry_t* entry)
{
    char bytes[LEDGER_LINE_CAPACITY];
    char time_text[NAME_CAPACITY];
    memset(entry, 0, sizeof *entry);
    if (length + 2 > sizeof bytes) {
        return false;
    }
    memcpy(bytes, line, length);
    bytes[length] = '}';
    json_value_t* root = json_parse(bytes, length + 1);
    const bool read = root != NULL && members_of(root, entry);
    json_free(root);
    json_t json = json_to_buffer(bytes, sizeof bytes);
    time_text_of(entry->time_s, time_text);
    write_members(&json, entry, time_text);
    return read && !json.overflow && json.length == length && memcmp(bytes, line, length) == 0;
}

// --------------------------------------------------------------------------------- the whole file

/// What goes through a file line by line.
typedef struct {
    const char* client; // whose it has to be, or null
    int64_t now_s;
    dose_sum_t* week; // null: not summed up
    ledger_report_t* report;
    line_chain_t chain;
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
    line_chain_begin(&pass->chain);
    for (ssize_t length = 0;
         result == LEDGER_OK && (length = getline(&line, &capacity, file)) > 0;) {
        pass->report->line++;
        const line_chain_t before = pass->chain;
        const bool ended = line[length - 1] == '\n';
        const size_t bytes = (size_t)length - (ended ? 1 : 0);
        size_t own = 0;
        const bool whole = length < LEDGER_LINE_CAPACITY &&
                           line_chain_follow(&pass->chain, line, bytes, &own) &&
                           entry_of(line, own, &entry);
        if (whole) {
            result = judge_entry(pass, &entry);
            pass->whole_bytes += length;
            pass->unended = !ended;
        } else if (!ended) {
            pass->report->torn = true; // nothing can come behind it
            pass->chain = before;
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
        report->absent = errno == ENOENT;
        return report->absent ? LEDGER_OK : LEDGER_UNREADABLE;
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

/// The bytes of an entry behind `chain`, with their line feed; false if they do not fit, or would
/// not be read back.
static bool line_of(const ledger_entry_t* entry, line_chain_t* chain,
                    char bytes[LEDGER_LINE_CAPACITY])
{
    ledger_entry_t back;
    char time_text[NAME_CAPACITY];
    char tail[LINE_CHAIN_BYTES + 1];
    json_t json = json_to_buffer(bytes, LEDGER_LINE_CAPACITY - LINE_CHAIN_BYTES - 1);
    time_text_of(entry->time_s, time_text);
    write_members(&json, entry, time_text);
    if (json.overflow || !entry_of(bytes, json.length, &back)) {
        return false;
    }
    line_chain_add(chain, bytes, json.length, tail);
    (void)snprintf(bytes + json.length, LEDGER_LINE_CAPACITY - json.length, "%s\n", tail);
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
    if (!line_of(entry, &pass.chain, bytes)) {
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
