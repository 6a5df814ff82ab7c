#include "controller/campaign/outcome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/json.h"

#define COUNT_MAX 1e15 // of anything that is counted: exact as a double

const char* campaign_kind_text(campaign_kind_t kind)
{
    static const char* const texts[CAMPAIGN_KIND_COUNT] = {
#define X(id, word, meaning) [id] = word,
        CAMPAIGN_KIND_LIST(X)
#undef X
    };
    return (unsigned)kind < CAMPAIGN_KIND_COUNT ? texts[kind] : "unknown";
}

const char* outcome_result_text(outcome_result_t result)
{
    static const char* const texts[OUTCOME_RESULT_COUNT] = {
#define X(id, word, meaning) [id] = word,
        OUTCOME_RESULT_LIST(X)
#undef X
    };
    return (unsigned)result < OUTCOME_RESULT_COUNT ? texts[result] : "unknown";
}

void outcome_id(const outcome_t* outcome, char id[OUTCOME_ID_CAPACITY])
{
    (void)snprintf(id, OUTCOME_ID_CAPACITY, "%s:%lld", campaign_kind_text(outcome->kind),
                   (long long)outcome->number);
}

void outcome_fail(outcome_t* outcome, const char* claim, double at_s, const char* text)
{
    outcome->result = OUTCOME_FAILED;
    if (outcome->failure_count < OUTCOME_FAILURE_CAPACITY) {
        outcome_failure_t* failure = &outcome->failures[outcome->failure_count];
        failure->at_s = at_s;
        (void)snprintf(failure->claim, sizeof failure->claim, "%s", claim);
        (void)snprintf(failure->text, sizeof failure->text, "%s", text);
    }
    ++outcome->failure_count;
}

// ---------------------------------------------------------------------------------- writing a line

static void write_events(json_t* json, const outcome_t* outcome)
{
    json_array_begin(json, "events");
    for (int i = 0; i < outcome->event_count; ++i) {
        const outcome_event_t* event = &outcome->events[i];
        json_object_begin(json, NULL);
        json_text(json, "kind", world_event_info(event->kind)->word);
        json_text(json, "target", event->target);
        json_number(json, "magnitude", event->magnitude);
        json_number(json, "at_s", event->at_s);
        json_number(json, "duration_s", event->duration_s);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_found(json_t* json, const outcome_t* outcome)
{
    json_number(json, "simulated_s", outcome->simulated_s);
    json_integer(json, "cycles", outcome->cycles);
    json_text(json, "first_rule", outcome->first_rule);
    json_text(json, "subject", outcome->subject);
    json_number(json, "measured", outcome->measured);
    json_number(json, "allowed", outcome->allowed);
    json_text(json, "reaction", reaction_text(outcome->reaction));
    json_number(json, "detected_s", outcome->detected_s);
    json_number(json, "released_s", outcome->released_s);
    json_number(json, "force_peak_N", outcome->force_peak_N);
    json_number(json, "force_bound_N", outcome->force_bound_N);
    json_number(json, "bound_ratio", outcome->bound_ratio);
    json_number(json, "rise_ratio", outcome->rise_ratio);
    json_number(json, "shear_peak_N", outcome->shear_peak_N);
    json_boolean(json, "healed", outcome->healed);
    json_number(json, "heal_s", outcome->heal_s);
    json_text(json, "mode_last", supervisor_mode_text(outcome->mode_last));
}

static void write_modes(json_t* json, const char* key, uint32_t modes)
{
    json_array_begin(json, key);
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        if ((modes >> mode & 1u) != 0) {
            json_text(json, NULL, supervisor_mode_text((supervisor_mode_t)mode));
        }
    }
    json_array_end(json);
}

static void write_happened(json_t* json, const outcome_t* outcome)
{
    write_modes(json, "modes", outcome->modes);
    json_object_begin(json, "transitions");
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        if (outcome->transitions[mode] != 0) {
            write_modes(json, supervisor_mode_text((supervisor_mode_t)mode),
                        outcome->transitions[mode]);
        }
    }
    json_object_end(json);
    json_array_begin(json, "rules");
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        if ((outcome->rules >> rule & 1u) != 0) {
            json_text(json, NULL, interlock_rule_info((interlock_rule_t)rule)->name);
        }
    }
    json_array_end(json);
    json_integer(json, "trips", outcome->trips);
    json_integer(json, "excused", outcome->excused);
}

static void write_failures(json_t* json, const outcome_t* outcome)
{
    json_integer(json, "failure_count", outcome->failure_count);
    json_array_begin(json, "failures");
    for (int i = 0; i < outcome->failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
        json_object_begin(json, NULL);
        json_text(json, "claim", outcome->failures[i].claim);
        json_number(json, "at_s", outcome->failures[i].at_s);
        json_text(json, "text", outcome->failures[i].text);
        json_object_end(json);
    }
    json_array_end(json);
}

bool outcome_write(const outcome_t* outcome, char* line, size_t capacity)
{
    json_t json = json_to_buffer(line, capacity);
    json_object_begin(&json, NULL);
    json_text(&json, "trial", campaign_kind_text(outcome->kind));
    json_integer(&json, "number", outcome->number);
    json_text(&json, "result", outcome_result_text(outcome->result));
    json_text(&json, "note", outcome->note);
    json_text(&json, "routine", outcome->routine);
    json_text(&json, "client", outcome->client);
    json_text(&json, "phase",
              outcome->phase >= 0 ? supervisor_mode_text((supervisor_mode_t)outcome->phase) : "");
    json_integer(&json, "magnitude", outcome->magnitude);
    write_events(&json, outcome);
    write_found(&json, outcome);
    write_happened(&json, outcome);
    write_failures(&json, outcome);
    json_object_end(&json);
    return !json.overflow;
}

bool campaign_header_write(const campaign_header_t* header, char* line, size_t capacity)
{
    json_t json = json_to_buffer(line, capacity);
    json_object_begin(&json, NULL);
    json_text(&json, "campaign", campaign_kind_text(header->kind));
    json_text(&json, "version", header->version);
    json_text(&json, "commit", header->commit);
    json_text(&json, "inputs", header->inputs);
    json_text(&json, "rules_off", header->rules_off);
    json_integer(&json, "first", header->first);
    json_integer(&json, "last", header->last);
    json_object_end(&json);
    return !json.overflow;
}

// ---------------------------------------------------------------------------------- reading a line

/// Reads what the functions above write and nothing else: what differs is damage.
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

/// A member's key and its colon, after a comma.
static void expect_key(scan_t* scan, const char* key)
{
    expect(scan, ",\"");
    expect(scan, key);
    expect(scan, "\":");
}

/// One character as the writer escapes it.
static bool scan_character(scan_t* scan, char* out)
{
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
        char digits[5] = "";
        (void)snprintf(digits, sizeof digits, "%s", scan->at + 2);
        const bool hexadecimal = strspn(digits, "0123456789abcdefABCDEF") == 4;
        const unsigned long point = hexadecimal ? strtoul(digits, NULL, 16) : 0;
        if (point == 0 || point >= 0x80) {
            return false; // the writer escapes control characters only
        }
        *out = (char)point;
        scan->at += 6;
        return true;
    }
    if (code != '"' && code != '\\' && code != 'n' && code != 't') {
        return false;
    }
    *out = code == 'n' ? '\n' : code == 't' ? '\t' : code;
    scan->at += 2;
    return true;
}

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

/// A number, or null, which is what the writer makes of one that is not finite.
static double scan_number(scan_t* scan)
{
    if (strncmp(scan->at, "null", 4) == 0) {
        scan->at += 4;
        return (double)NAN;
    }
    const bool digit = (*scan->at >= '0' && *scan->at <= '9') || *scan->at == '-';
    char* end = NULL;
    const double number = digit ? strtod(scan->at, &end) : 0.0;
    scan->ok = scan->ok && digit && end != scan->at;
    scan->at = scan->ok ? end : scan->at;
    return number;
}

static int64_t scan_integer(scan_t* scan)
{
    const double number = scan_number(scan);
    scan->ok = scan->ok && fabs(number) <= COUNT_MAX && number == floor(number);
    return scan->ok ? (int64_t)number : 0;
}

static bool scan_boolean(scan_t* scan)
{
    const bool truth = strncmp(scan->at, "true", 4) == 0;
    expect(scan, truth ? "true" : "false");
    return truth;
}

/// The place of a word among `count`; a word that is not there is damage.
static int scan_word(scan_t* scan, const char* (*text_of)(int), int count)
{
    char word[NAME_CAPACITY] = "";
    scan_text(scan, word, sizeof word);
    for (int i = 0; scan->ok && i < count; ++i) {
        if (strcmp(text_of(i), word) == 0) {
            return i;
        }
    }
    scan->ok = false;
    return 0;
}

static const char* kind_word(int index)
{
    return campaign_kind_text((campaign_kind_t)index);
}

static const char* result_word(int index)
{
    return outcome_result_text((outcome_result_t)index);
}

static const char* reaction_word(int index)
{
    return reaction_text((reaction_t)index);
}

static const char* mode_word(int index)
{
    return supervisor_mode_text((supervisor_mode_t)index);
}

static const char* rule_word(int index)
{
    return interlock_rule_info((interlock_rule_t)index)->name;
}

static const char* event_word(int index)
{
    return world_event_info((world_event_kind_t)index)->word;
}

/// An array of words as bits.
static uint64_t scan_words(scan_t* scan, const char* (*text_of)(int), int count)
{
    uint64_t bits = 0;
    bool first = true;
    expect(scan, "[");
    while (scan->ok && *scan->at != ']') {
        if (!first) {
            expect(scan, ",");
        }
        first = false;
        bits |= UINT64_C(1) << scan_word(scan, text_of, count);
    }
    expect(scan, "]");
    return bits;
}

static void scan_events(scan_t* scan, outcome_t* outcome)
{
    expect_key(scan, "events");
    expect(scan, "[");
    while (scan->ok && *scan->at != ']') {
        scan->ok = outcome->event_count < OUTCOME_EVENT_CAPACITY;
        if (!scan->ok) {
            return;
        }
        outcome_event_t* event = &outcome->events[outcome->event_count];
        expect(scan, outcome->event_count > 0 ? ",{\"kind\":" : "{\"kind\":");
        event->kind = (world_event_kind_t)scan_word(scan, event_word, WORLD_EVENT_KIND_COUNT);
        expect_key(scan, "target");
        scan_text(scan, event->target, sizeof event->target);
        expect_key(scan, "magnitude");
        event->magnitude = scan_number(scan);
        expect_key(scan, "at_s");
        event->at_s = scan_number(scan);
        expect_key(scan, "duration_s");
        event->duration_s = scan_number(scan);
        expect(scan, "}");
        ++outcome->event_count;
    }
    expect(scan, "]");
}

static double scan_member(scan_t* scan, const char* key)
{
    expect_key(scan, key);
    return scan_number(scan);
}

static int64_t scan_integer_member(scan_t* scan, const char* key)
{
    expect_key(scan, key);
    return scan_integer(scan);
}

static void scan_text_member(scan_t* scan, const char* key, char* text, size_t capacity)
{
    expect_key(scan, key);
    scan_text(scan, text, capacity);
}

static void scan_found(scan_t* scan, outcome_t* outcome)
{
    outcome->simulated_s = scan_member(scan, "simulated_s");
    outcome->cycles = scan_integer_member(scan, "cycles");
    scan_text_member(scan, "first_rule", outcome->first_rule, sizeof outcome->first_rule);
    scan_text_member(scan, "subject", outcome->subject, sizeof outcome->subject);
    outcome->measured = scan_member(scan, "measured");
    outcome->allowed = scan_member(scan, "allowed");
    expect_key(scan, "reaction");
    outcome->reaction = (reaction_t)scan_word(scan, reaction_word, REACTION_COUNT);
    outcome->detected_s = scan_member(scan, "detected_s");
    outcome->released_s = scan_member(scan, "released_s");
    outcome->force_peak_N = scan_member(scan, "force_peak_N");
    outcome->force_bound_N = scan_member(scan, "force_bound_N");
    outcome->bound_ratio = scan_member(scan, "bound_ratio");
    outcome->rise_ratio = scan_member(scan, "rise_ratio");
    outcome->shear_peak_N = scan_member(scan, "shear_peak_N");
    expect_key(scan, "healed");
    outcome->healed = scan_boolean(scan);
    outcome->heal_s = scan_member(scan, "heal_s");
    expect_key(scan, "mode_last");
    outcome->mode_last = (supervisor_mode_t)scan_word(scan, mode_word, MODE_COUNT);
}

static void scan_happened(scan_t* scan, outcome_t* outcome)
{
    expect_key(scan, "modes");
    outcome->modes = (uint32_t)scan_words(scan, mode_word, MODE_COUNT);
    expect_key(scan, "transitions");
    expect(scan, "{");
    for (bool first = true; scan->ok && *scan->at != '}'; first = false) {
        if (!first) {
            expect(scan, ",");
        }
        const int mode = scan_word(scan, mode_word, MODE_COUNT);
        expect(scan, ":");
        outcome->transitions[mode] = (uint16_t)scan_words(scan, mode_word, MODE_COUNT);
    }
    expect(scan, "}");
    expect_key(scan, "rules");
    outcome->rules = scan_words(scan, rule_word, INTERLOCK_RULE_COUNT);
    outcome->trips = (int)scan_integer_member(scan, "trips");
    outcome->excused = (uint32_t)scan_integer_member(scan, "excused");
}

static void scan_failures(scan_t* scan, outcome_t* outcome)
{
    outcome->failure_count = (int)scan_integer_member(scan, "failure_count");
    expect_key(scan, "failures");
    expect(scan, "[");
    for (int kept = 0; scan->ok && *scan->at != ']'; ++kept) {
        scan->ok = kept < OUTCOME_FAILURE_CAPACITY && kept < outcome->failure_count;
        if (!scan->ok) {
            return;
        }
        outcome_failure_t* failure = &outcome->failures[kept];
        expect(scan, kept > 0 ? ",{\"claim\":" : "{\"claim\":");
        scan_text(scan, failure->claim, sizeof failure->claim);
        failure->at_s = scan_member(scan, "at_s");
        scan_text_member(scan, "text", failure->text, sizeof failure->text);
        expect(scan, "}");
    }
    expect(scan, "]");
}

/// The end of the object and, if it is there, of the line.
static bool scan_end(scan_t* scan)
{
    expect(scan, "}");
    if (scan->ok && *scan->at == '\n') {
        ++scan->at;
    }
    return scan->ok && *scan->at == '\0';
}

bool outcome_read(const char* line, outcome_t* outcome)
{
    scan_t scan = {line, true};
    memset(outcome, 0, sizeof *outcome);
    expect(&scan, "{\"trial\":");
    outcome->kind = (campaign_kind_t)scan_word(&scan, kind_word, CAMPAIGN_KIND_COUNT);
    outcome->number = scan_integer_member(&scan, "number");
    expect_key(&scan, "result");
    outcome->result = (outcome_result_t)scan_word(&scan, result_word, OUTCOME_RESULT_COUNT);
    scan_text_member(&scan, "note", outcome->note, sizeof outcome->note);
    scan_text_member(&scan, "routine", outcome->routine, sizeof outcome->routine);
    scan_text_member(&scan, "client", outcome->client, sizeof outcome->client);
    expect_key(&scan, "phase");
    outcome->phase = -1;
    if (strncmp(scan.at, "\"\"", 2) == 0) {
        scan.at += 2;
    } else {
        outcome->phase = scan_word(&scan, mode_word, MODE_COUNT);
    }
    outcome->magnitude = (int)scan_integer_member(&scan, "magnitude");
    scan_events(&scan, outcome);
    scan_found(&scan, outcome);
    scan_happened(&scan, outcome);
    scan_failures(&scan, outcome);
    return scan_end(&scan);
}

bool campaign_header_read(const char* line, campaign_header_t* header)
{
    scan_t scan = {line, true};
    memset(header, 0, sizeof *header);
    expect(&scan, "{\"campaign\":");
    header->kind = (campaign_kind_t)scan_word(&scan, kind_word, CAMPAIGN_KIND_COUNT);
    scan_text_member(&scan, "version", header->version, sizeof header->version);
    scan_text_member(&scan, "commit", header->commit, sizeof header->commit);
    scan_text_member(&scan, "inputs", header->inputs, sizeof header->inputs);
    scan_text_member(&scan, "rules_off", header->rules_off, sizeof header->rules_off);
    header->first = scan_integer_member(&scan, "first");
    header->last = scan_integer_member(&scan, "last");
    return scan_end(&scan);
}
