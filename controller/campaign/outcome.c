#include "controller/campaign/outcome.h"

#include <stdio.h>
#include <string.h>

#include "controller/record/json.h"

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

const char* recovery_text(recovery_t recovery)
{
    static const char* const texts[RECOVERY_COUNT] = {
#define X(id, word, meaning) [id] = word,
        RECOVERY_LIST(X)
#undef X
    };
    return (unsigned)recovery < RECOVERY_COUNT ? texts[recovery] : "unknown";
}

const char* recovery_meaning(recovery_t recovery)
{
    static const char* const meanings[RECOVERY_COUNT] = {
#define X(id, word, meaning) [id] = meaning,
        RECOVERY_LIST(X)
#undef X
    };
    return (unsigned)recovery < RECOVERY_COUNT ? meanings[recovery] : "unknown";
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
    json_number(json, "force_over_N", outcome->force_over_N);
    json_text(json, "recovery", recovery_text(outcome->recovery));
    json_number(json, "recovery_s", outcome->recovery_s);
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
    json_object_begin(json, "excused_s");
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        if (outcome->excused_s[i] > 0.0) {
            json_number(json, invariant_name((invariant_t)i), outcome->excused_s[i]);
        }
    }
    json_object_end(json);
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

bool campaign_header_has(const campaign_header_t* header, int64_t number)
{
    return number >= header->first && number <= header->last &&
           (header->shard == 0 || (number - header->first) % header->shards == header->shard - 1);
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
    json_integer(&json, "hours", header->hours);
    json_integer(&json, "shard", header->shard);
    json_integer(&json, "shards", header->shards);
    json_text(&json, "given", header->given);
    json_object_end(&json);
    return !json.overflow;
}
