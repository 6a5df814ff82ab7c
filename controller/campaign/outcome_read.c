#include <math.h>
#include <string.h>

#include "controller/campaign/outcome.h"
#include "controller/record/json_read.h"

// A line is read member by member and then written again: only what is the same bytes was written
// here, so that members too many, in another order or in another form are damage as well.

/// An object that is read; `ok` falls with the first member that is not as it has to be.
typedef struct {
    const json_value_t* at;
    bool ok;
} members_t;

static double take_number(members_t* members, const char* name)
{
    double number = (double)NAN; // what null stands for
    (void)json_get_number(members->at, name, &number);
    return number;
}

static int64_t take_whole(members_t* members, const char* name)
{
    int64_t number = 0;
    members->ok = members->ok && json_get_whole(members->at, name, &number);
    return number;
}

static void take_text(members_t* members, const char* name, char* text, size_t capacity)
{
    members->ok = members->ok && json_get_text(members->at, name, text, capacity);
}

/// The place of a word among `count`; a word that is not there is damage.
static int word_at(members_t* members, const char* word, const char* (*text_of)(int), int count)
{
    for (int i = 0; members->ok && word != NULL && i < count; ++i) {
        if (strcmp(text_of(i), word) == 0) {
            return i;
        }
    }
    members->ok = false;
    return 0;
}

static int take_word(members_t* members, const char* name, const char* (*text_of)(int), int count)
{
    return word_at(members, json_as_text(json_member(members->at, name)), text_of, count);
}

/// An array of words as bits.
static uint64_t take_words(members_t* members, const char* name, const char* (*text_of)(int),
                           int count)
{
    uint64_t bits = 0;
    const json_value_t* word = json_at(json_member(members->at, name), 0);
    for (; members->ok && word != NULL; word = json_next(word)) {
        bits |= UINT64_C(1) << word_at(members, json_as_text(word), text_of, count);
    }
    return bits;
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

static const char* recovery_word(int index)
{
    return recovery_text((recovery_t)index);
}

static const char* rule_word(int index)
{
    return interlock_rule_info((interlock_rule_t)index)->name;
}

static const char* event_word(int index)
{
    return world_event_info((world_event_kind_t)index)->word;
}

static void take_events(members_t* members, outcome_t* outcome)
{
    const json_value_t* rows = json_member(members->at, "events");
    outcome->event_count = json_count(rows);
    members->ok = members->ok && outcome->event_count <= OUTCOME_EVENT_CAPACITY;
    for (int i = 0; members->ok && i < outcome->event_count; ++i) {
        members_t row = {json_at(rows, i), true};
        outcome_event_t* event = &outcome->events[i];
        event->kind =
            (world_event_kind_t)take_word(&row, "kind", event_word, WORLD_EVENT_KIND_COUNT);
        take_text(&row, "target", event->target, sizeof event->target);
        event->magnitude = take_number(&row, "magnitude");
        event->at_s = take_number(&row, "at_s");
        event->duration_s = take_number(&row, "duration_s");
        members->ok = row.ok;
    }
}

static void take_found(members_t* members, outcome_t* outcome)
{
    outcome->simulated_s = take_number(members, "simulated_s");
    outcome->cycles = take_whole(members, "cycles");
    take_text(members, "first_rule", outcome->first_rule, sizeof outcome->first_rule);
    take_text(members, "subject", outcome->subject, sizeof outcome->subject);
    outcome->measured = take_number(members, "measured");
    outcome->allowed = take_number(members, "allowed");
    outcome->reaction = (reaction_t)take_word(members, "reaction", reaction_word, REACTION_COUNT);
    outcome->detected_s = take_number(members, "detected_s");
    outcome->released_s = take_number(members, "released_s");
    outcome->force_peak_N = take_number(members, "force_peak_N");
    outcome->force_bound_N = take_number(members, "force_bound_N");
    outcome->bound_ratio = take_number(members, "bound_ratio");
    outcome->rise_ratio = take_number(members, "rise_ratio");
    outcome->shear_peak_N = take_number(members, "shear_peak_N");
    outcome->force_over_N = take_number(members, "force_over_N");
    outcome->recovery = (recovery_t)take_word(members, "recovery", recovery_word, RECOVERY_COUNT);
    outcome->recovery_s = take_number(members, "recovery_s");
    outcome->mode_last = (supervisor_mode_t)take_word(members, "mode_last", mode_word, MODE_COUNT);
}

static void take_happened(members_t* members, outcome_t* outcome)
{
    outcome->modes = (uint32_t)take_words(members, "modes", mode_word, MODE_COUNT);
    members_t transitions = {json_member(members->at, "transitions"), members->ok};
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        outcome->transitions[mode] =
            (uint16_t)take_words(&transitions, mode_word(mode), mode_word, MODE_COUNT);
    }
    members->ok = transitions.ok;
    outcome->rules = take_words(members, "rules", rule_word, INTERLOCK_RULE_COUNT);
    outcome->trips = (int)take_whole(members, "trips");
    outcome->excused = (uint32_t)take_whole(members, "excused");
    members_t excused = {json_member(members->at, "excused_s"), members->ok};
    for (int i = 0; i < INVARIANT_COUNT; ++i) {
        const char* name = invariant_name((invariant_t)i);
        outcome->excused_s[i] =
            json_member(excused.at, name) != NULL ? take_number(&excused, name) : 0.0;
    }
}

static void take_failures(members_t* members, outcome_t* outcome)
{
    const json_value_t* rows = json_member(members->at, "failures");
    outcome->failure_count = (int)take_whole(members, "failure_count");
    members->ok = members->ok && json_count(rows) <= OUTCOME_FAILURE_CAPACITY;
    for (int i = 0; members->ok && i < json_count(rows); ++i) {
        members_t row = {json_at(rows, i), true};
        outcome_failure_t* failure = &outcome->failures[i];
        take_text(&row, "claim", failure->claim, sizeof failure->claim);
        failure->at_s = take_number(&row, "at_s");
        take_text(&row, "text", failure->text, sizeof failure->text);
        members->ok = row.ok;
    }
}

static void take_outcome(members_t* members, outcome_t* outcome)
{
    outcome->kind = (campaign_kind_t)take_word(members, "trial", kind_word, CAMPAIGN_KIND_COUNT);
    outcome->number = take_whole(members, "number");
    outcome->result =
        (outcome_result_t)take_word(members, "result", result_word, OUTCOME_RESULT_COUNT);
    take_text(members, "note", outcome->note, sizeof outcome->note);
    take_text(members, "routine", outcome->routine, sizeof outcome->routine);
    take_text(members, "client", outcome->client, sizeof outcome->client);
    const char* phase = json_as_text(json_member(members->at, "phase"));
    outcome->phase =
        phase != NULL && phase[0] == '\0' ? -1 : word_at(members, phase, mode_word, MODE_COUNT);
    outcome->magnitude = (int)take_whole(members, "magnitude");
    take_events(members, outcome);
    take_found(members, outcome);
    take_happened(members, outcome);
    take_failures(members, outcome);
}

/// Bytes of a line without its end.
static size_t length_of(const char* line)
{
    const size_t length = strlen(line);
    return length > 0 && line[length - 1] == '\n' ? length - 1 : length;
}

static bool same_line(const char* line, size_t length, const char* written)
{
    return strlen(written) == length && memcmp(line, written, length) == 0;
}

bool outcome_read(const char* line, outcome_t* outcome)
{
    char written[OUTCOME_LINE_CAPACITY];
    const size_t length = length_of(line);
    json_value_t* root = json_parse(line, length);
    members_t members = {root, root != NULL};
    memset(outcome, 0, sizeof *outcome);
    take_outcome(&members, outcome);
    json_free(root);
    return members.ok && outcome_write(outcome, written, sizeof written) &&
           same_line(line, length, written);
}

/// Whether its numbers are those of a campaign.
static bool header_counts(const campaign_header_t* header)
{
    const bool range = header->first >= 0 && header->last >= header->first - 1 &&
                       header->last - header->first < CAMPAIGN_TRIALS_MAX;
    const bool one = header->shard >= 1 && header->shard <= header->shards;
    const bool merged = header->shard == 0 && header->shards > 1 && header->hours > 0;
    return range && header->hours >= 0 && header->shards <= CAMPAIGN_TRIALS_MAX && (one || merged);
}

bool campaign_header_read(const char* line, campaign_header_t* header)
{
    char written[OUTCOME_LINE_CAPACITY];
    const size_t length = length_of(line);
    json_value_t* root = json_parse(line, length);
    members_t members = {root, root != NULL};
    memset(header, 0, sizeof *header);
    header->kind = (campaign_kind_t)take_word(&members, "campaign", kind_word, CAMPAIGN_KIND_COUNT);
    take_text(&members, "version", header->version, sizeof header->version);
    take_text(&members, "commit", header->commit, sizeof header->commit);
    take_text(&members, "inputs", header->inputs, sizeof header->inputs);
    take_text(&members, "rules_off", header->rules_off, sizeof header->rules_off);
    header->first = take_whole(&members, "first");
    header->last = take_whole(&members, "last");
    header->hours = take_whole(&members, "hours");
    header->shard = take_whole(&members, "shard");
    header->shards = take_whole(&members, "shards");
    take_text(&members, "given", header->given, sizeof header->given);
    json_free(root);
    return members.ok && header_counts(header) &&
           campaign_header_write(header, written, sizeof written) &&
           same_line(line, length, written);
}
