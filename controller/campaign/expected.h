/// What has to come of every event, as one table: whether it is detected, by which rules, how
/// strongly the arm answers and how soon; and which invariants an event excuses because it breaks
/// what they rest on. Nothing else excuses anything.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_EXPECTED_H
#define KNEAD_CONTROLLER_CAMPAIGN_EXPECTED_H

#include "controller/campaign/invariants.h"
#include "controller/campaign/outcome.h"

typedef enum {
    EXPECT_DETECTED, // a rule of the row refuses, in time, and the arm answers within its range
    EXPECT_HARMLESS, // nothing trips
    EXPECT_EITHER,   // if something trips it is a rule of the row, in time; invariants say the rest
} expectation_t;

typedef struct {
    world_event_kind_t kind;
    unsigned phases;    // bit per supervisor_mode_t; 0: all
    const char* target; // device role (drive, force, io) or axis; null: any
    double at_least;    // of the magnitude, whatever its sign
    double below;       // likewise
    expectation_t expectation;
    const char* rules; // names with blanks between; "*" any
    reaction_t reaction_least;
    int within_ms; // from the onset
    const char* reason;
} expected_row_t;

/// The first row that fits; every kind has one that fits everything.
const expected_row_t* expected_row(world_event_kind_t kind, int phase, const char* target,
                                   double magnitude);

/// All rows, for tests and pages.
const expected_row_t* expected_rows(int* count);

/// Holds the outcome of a trial with one event against its row and notes what is wrong.
void expected_judge(const expected_row_t* row, outcome_t* outcome);

/// Which invariants an event excuses (INVARIANT_BIT), and why; 0 for most.
uint32_t expected_excused(world_event_kind_t kind, const char** reason);

/// True if `name` is one of the names in `names`.
bool expected_names(const char* names, const char* name);

#endif
