/// The figures of a campaign, gathered from its outcomes one after the other: what its page and its
/// JUnit file say. The order of the outcomes does not matter, so that shards can be put together.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_TALLY_H
#define KNEAD_CONTROLLER_CAMPAIGN_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "controller/campaign/outcome.h"

/// Rows: a fault that happened alone, then trials with several and trials with none.
#define TALLY_ROW_SEVERAL WORLD_EVENT_KIND_COUNT
#define TALLY_ROW_NONE (WORLD_EVENT_KIND_COUNT + 1)
#define TALLY_ROW_COUNT (WORLD_EVENT_KIND_COUNT + 2)
/// Columns: the mode in which the first event began, then trials in which none did.
#define TALLY_PHASE_NONE MODE_COUNT
#define TALLY_PHASE_COUNT (MODE_COUNT + 1)

#define TALLY_KEPT_CAPACITY 200 // failed trials, and trials of a small campaign, kept whole
#define TALLY_OVER_CAPACITY 40
#define TALLY_CLAIM_CAPACITY 48 // different claims that failed; the last takes all others
#define TALLY_REPLAY_CAPACITY (CAMPAIGN_GIVEN_CAPACITY + TEXT_CAPACITY)

/// All trials of one fault in one phase. What was not measured in any of them is NaN.
typedef struct {
    int64_t trials; // tried, that is without those skipped
    int64_t failed, skipped;
    int64_t tripped;
    double simulated_s;
    // The worst of all, and the number of the trial it was in.
    double detected_s, force_N, margin; // margin: part of the bound that the force left free
    int64_t detected_number, force_number, margin_number;
    int64_t failed_number;    // the smallest
    char note[TEXT_CAPACITY]; // of one that was skipped
} tally_cell_t;

typedef struct {
    char name[NAME_CAPACITY];
    int64_t failures;
    int64_t first_number; // smallest of a trial it failed in
} tally_claim_t;

/// What is there of a shard.
typedef struct {
    int64_t trials;
    double simulated_s;
} tally_part_t;

typedef struct {
    campaign_header_t header;
    int64_t part_count; // of the header's shards, where several were joined that had hours; else 1
    tally_part_t* parts;
    int64_t trials, failed, skipped; // all, skipped ones among them
    int64_t cycles, tripped;
    int64_t recoveries[RECOVERY_COUNT];
    double simulated_s;
    tally_cell_t whole; // worst of all cells
    tally_cell_t cells[TALLY_ROW_COUNT][TALLY_PHASE_COUNT];
    // Number of trials in which it happened at least once.
    int64_t kinds[WORLD_EVENT_KIND_COUNT];
    int64_t modes[MODE_COUNT];
    int64_t transitions[MODE_COUNT][MODE_COUNT];
    int64_t rules[INTERLOCK_RULE_COUNT];       // a first cause
    int64_t rules_first[INTERLOCK_RULE_COUNT]; // the first cause after the first event
    int64_t rules_unknown; // first causes of a name that this program has no rule of
    int64_t reactions[REACTION_COUNT];
    int64_t excused[INVARIANT_COUNT];  // trials
    double excused_s[INVARIANT_COUNT]; // for how long in all
    // Those in which the true force was the most over the limit of all, worst first, where that was
    // more than PRESS_OVER_MAX_N; and how many there were.
    int64_t over_count;
    int over_kept;
    outcome_t over[TALLY_OVER_CAPACITY];

    int claim_count;
    tally_claim_t claims[TALLY_CLAIM_CAPACITY];
    int failure_count; // kept: those with the smallest numbers
    outcome_t failures[TALLY_KEPT_CAPACITY];
    int few_count; // kept while there are few; else as many as there were room for
    outcome_t few[TALLY_KEPT_CAPACITY];
} tally_t;

/// Empty, on the heap; null where memory is short. `header` is as campaign_header_read gives one.
tally_t* tally_begin(const campaign_header_t* header);
void tally_end(tally_t* tally);

/// Each trial once, as files of outcomes are read.
void tally_observe(tally_t* tally, const outcome_t* outcome);

/// Row and column of an outcome.
int tally_row(const outcome_t* outcome);
int tally_phase(const outcome_t* outcome);

/// Trials that were asked for and are not there. A campaign or shard with hours misses none once
/// they are simulated, a shard none of another's; of joined shards each is asked for its own.
int64_t tally_missing(const tally_t* tally);

/// That in words, for behind "Not whole: "; empty where none is missing.
void tally_missing_text(const tally_t* tally, char text[TEXT_CAPACITY]);

/// Whether a supervisor that is asked for one or two things at once may go from one mode to the
/// other: the transitions that a campaign can be expected to see.
bool tally_transition_possible(supervisor_mode_t from, supervisor_mode_t to);

/// The command that plays a trial of this campaign again.
void tally_replay(const campaign_header_t* header, int64_t number,
                  char text[TALLY_REPLAY_CAPACITY]);

#endif
