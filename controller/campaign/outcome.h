/// What one trial of a campaign yields, and the line of JSON that keeps it. Pages, JUnit files and
/// merges are made from these lines alone.
///
/// A file of outcomes is text, an object a line: first the campaign's own (campaign_header_t), then
/// one for each trial, in any order. The same trial gives the same bytes wherever and whenever it
/// is run: no line holds a wall-clock time or the name of a computer.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_OUTCOME_H
#define KNEAD_CONTROLLER_CAMPAIGN_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/digest.h"
#include "config/settings.h"
#include "controller/campaign/invariants.h"
#include "controller/safety/interlock.h"
#include "sim/event.h"

#define OUTCOME_EVENT_CAPACITY 24
#define OUTCOME_FAILURE_CAPACITY 4 // more are counted, not kept
#define OUTCOME_LINE_CAPACITY 16384
#define OUTCOME_ID_CAPACITY 40
#define CAMPAIGN_TRIALS_MAX INT64_C(100000000) // from the first number to the last
#define CAMPAIGN_GIVEN_CAPACITY 2048           // escaped six times as long, it still fits a line

/// Enumerator, word, meaning.
#define CAMPAIGN_KIND_LIST(X)                                                                      \
    X(CAMPAIGN_MATRIX, "matrix", "every fault in every phase, three magnitudes, every target")     \
    X(CAMPAIGN_SWARM, "swarm", "whole routines with faults and people drawn from a seed")          \
    X(CAMPAIGN_HEALTHY, "healthy", "whole routines without faults: nothing may stop them")
typedef enum {
#define X(id, word, meaning) id,
    CAMPAIGN_KIND_LIST(X)
#undef X
} campaign_kind_t;
#define CAMPAIGN_KIND_COUNT 3
const char* campaign_kind_text(campaign_kind_t kind);

/// Enumerator, word, meaning.
#define OUTCOME_RESULT_LIST(X)                                                                     \
    X(OUTCOME_PASSED, "passed", "every invariant held and what was expected came")                 \
    X(OUTCOME_FAILED, "failed", "see its failures")                                                \
    X(OUTCOME_SKIPPED, "skipped", "could not be tried; the note says why")
typedef enum {
#define X(id, word, meaning) id,
    OUTCOME_RESULT_LIST(X)
#undef X
} outcome_result_t;
#define OUTCOME_RESULT_COUNT 3
const char* outcome_result_text(outcome_result_t result);

/// How it stood once the faults were gone and a person had asked for what is next.
/// Enumerator, word, meaning.
#define RECOVERY_LIST(X)                                                                           \
    X(RECOVERY_UNTRIED, "untried", "it was not tried")                                             \
    X(RECOVERY_NOT_NEEDED, "not_needed", "no stop held it: it went on, or was parked")             \
    X(RECOVERY_ARMED, "armed", "it was acknowledged and armed again")                              \
    X(RECOVERY_HANDS, "hands", "a person has to move the arm by hand before it can be armed")      \
    X(RECOVERY_INSPECTION, "inspection", "a person has to inspect it and start the program anew")  \
    X(RECOVERY_GONE, "gone", "the controller never came back; the table went on without it")       \
    X(RECOVERY_FAILED, "failed", "nothing of this in time")
typedef enum {
#define X(id, word, meaning) id,
    RECOVERY_LIST(X)
#undef X
} recovery_t;
#define RECOVERY_COUNT 7
const char* recovery_text(recovery_t recovery);
const char* recovery_meaning(recovery_t recovery);

/// An event as it was let happen.
typedef struct {
    world_event_kind_t kind;
    char target[NAME_CAPACITY]; // device or axis; empty where the kind has none
    double magnitude;           // SI, unit with the kind; 0 where it has none
    double at_s;                // from the beginning of the trial
    double duration_s;          // 0: to the end of the harm
} outcome_event_t;

/// One thing that was not as it has to be.
typedef struct {
    char claim[NAME_CAPACITY]; // "I2" ..., "detected", "reaction", "in_time", "ready", "phase"
    double at_s;
    char text[TEXT_CAPACITY]; // what it claims, what was found instead
} outcome_failure_t;

typedef struct {
    campaign_kind_t kind;
    int64_t number; // with its kind the name of the trial: matrix:17, swarm:12345
    outcome_result_t result;
    char note[TEXT_CAPACITY]; // why it was skipped; else what is worth knowing, or empty
    char routine[NAME_CAPACITY];
    char client[NAME_CAPACITY];
    int phase;     // supervisor_mode_t in which the first event began; -1 where there was none
    int magnitude; // of the matrix: 0 small, 1 middle, 2 large; -1 elsewhere
    int event_count;
    outcome_event_t events[OUTCOME_EVENT_CAPACITY];

    double simulated_s; // virtual time of the whole trial
    int64_t cycles;
    // The first trip after the first event; a trial without events: the first at all.
    char first_rule[NAME_CAPACITY]; // name of the rule, empty where nothing tripped
    char subject[NAME_CAPACITY];    // what it names: joint, part or axis; empty where it names none
    double measured, allowed;       // units with the rule
    reaction_t reaction;            // REACTION_NONE where nothing tripped
    double detected_s;              // from the first event's onset; NaN where nothing tripped
    double released_s;              // from detection until the true force stayed low; NaN likewise
    double force_peak_N;            // true, on the body, whole trial
    double force_bound_N; // at the rise_ratio; NaN where it was never over the limit of all
    // The largest part of its bound that the true force ever was, in any period; 0 without force.
    double bound_ratio;
    double rise_ratio; // the same of what both are over the limit of all; 0 where it never was
    double shear_peak_N;
    double force_over_N; // the most by which the true force was over the limit of all; 0: never
    recovery_t recovery;
    double recovery_s; // time that took
    supervisor_mode_t mode_last;

    // What has happened at least once, for the counts of the whole campaign.
    uint32_t modes;                   // bit per supervisor_mode_t
    uint16_t transitions[MODE_COUNT]; // by the mode before: bit per mode after
    uint64_t rules;                   // bit per interlock_rule_t that was a first cause
    int trips;
    uint32_t excused; // bit per invariant that a fault excused for a time, see expected.h
    double excused_s[INVARIANT_COUNT]; // for how long

    int failure_count; // met, kept or not
    outcome_failure_t failures[OUTCOME_FAILURE_CAPACITY];
} outcome_t;

/// Of the whole file.
typedef struct {
    campaign_kind_t kind;
    char version[NAME_CAPACITY]; // of the program
    char commit[NAME_CAPACITY];
    char inputs[DIGEST_TEXT_CAPACITY]; // fingerprint of all files that the trials are made from
    char rules_off[NAME_CAPACITY];     // name of the rule that was switched off; empty: none
    int64_t first, last;               // numbers of the trials asked for, over all shards
    // Begin no more trials after so many simulated hours; 0: play all of them. As the file was
    // begun: a later call that went on with it may have asked for others.
    int64_t hours;
    // The numbers of index shard - 1, shard - 1 + shards and so on; 1 of 1 is all of them. 0 of
    // several is what was merged of shards that had their hours each.
    int64_t shard, shards;
    // The options that name what the trials are made from, as they were given: each with a blank
    // before it, quoted for a shell. No claim: `inputs` tells whether the files are the same.
    char given[CAMPAIGN_GIVEN_CAPACITY];
} campaign_header_t;

/// "matrix:17".
void outcome_id(const outcome_t* outcome, char id[OUTCOME_ID_CAPACITY]);

/// Notes a failure; the first OUTCOME_FAILURE_CAPACITY are kept. The result becomes OUTCOME_FAILED.
void outcome_fail(outcome_t* outcome, const char* claim, double at_s, const char* text);

/// The line without its end. False if `capacity` is too small; OUTCOME_LINE_CAPACITY always does.
bool outcome_write(const outcome_t* outcome, char* line, size_t capacity);

/// Reads what outcome_write wrote; anything else, also a line cut short, gives false with `outcome`
/// undefined. A line end behind it may be there.
bool outcome_read(const char* line, outcome_t* outcome);

/// Whether a trial of that number is one of those that the header's shard has.
bool campaign_header_has(const campaign_header_t* header, int64_t number);

bool campaign_header_write(const campaign_header_t* header, char* line, size_t capacity);
/// False also for numbers that no campaign has: more trials than CAMPAIGN_TRIALS_MAX, or shard 4 of
/// 3.
bool campaign_header_read(const char* line, campaign_header_t* header);

#endif
