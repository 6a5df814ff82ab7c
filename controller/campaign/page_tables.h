/// The parts of a campaign's page below its head.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_PAGE_TABLES_H
#define KNEAD_CONTROLLER_CAMPAIGN_PAGE_TABLES_H

#include <stdio.h>

#include "controller/campaign/tally.h"

/// Fault by phase: the slowest detection, the highest force, coloured by what it left of its bound.
void page_write_matrix(FILE* out, const tally_t* tally);

/// What happened in a trial, a line for each.
void page_write_events(FILE* out, const outcome_t* outcome);

/// The trials whose true force was the most over the limit of all; nothing where none was by much.
void page_write_over(FILE* out, const tally_t* tally);

/// Claims that failed, and the invariants with what they left.
void page_write_invariants(FILE* out, const tally_t* tally);

/// How often each rule was the first cause.
void page_write_rules(FILE* out, const tally_t* tally);

/// What has to happen sometimes for a campaign to say anything; zeros stand out.
void page_write_sometimes(FILE* out, const tally_t* tally);

#endif
