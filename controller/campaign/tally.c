#include "controller/campaign/tally.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/campaign/invariants.h"
#include "controller/campaign/stop_track.h"

// What a sum of many times may differ by if it is taken in another order; less than a period.
#define ROUNDING_S 1e-3

static void begin_cell(tally_cell_t* cell)
{
    cell->detected_s = (double)NAN;
    cell->force_N = (double)NAN;
    cell->margin = (double)NAN;
    cell->failed_number = -1;
}

tally_t* tally_begin(const campaign_header_t* header)
{
    tally_t* tally = calloc(1, sizeof *tally);
    if (tally == NULL) {
        return NULL;
    }
    tally->header = *header;
    tally->part_count = header->shard == 0 && header->shards > 1 ? header->shards : 1;
    tally->parts = calloc((size_t)tally->part_count, sizeof *tally->parts);
    if (tally->parts == NULL) {
        free(tally);
        return NULL;
    }
    begin_cell(&tally->whole);
    for (int row = 0; row < TALLY_ROW_COUNT; ++row) {
        for (int phase = 0; phase < TALLY_PHASE_COUNT; ++phase) {
            begin_cell(&tally->cells[row][phase]);
        }
    }
    return tally;
}

void tally_end(tally_t* tally)
{
    if (tally != NULL) {
        free(tally->parts);
        free(tally);
    }
}

int tally_row(const outcome_t* outcome)
{
    if (outcome->event_count <= 0) {
        return TALLY_ROW_NONE;
    }
    const unsigned kind = (unsigned)outcome->events[0].kind;
    return outcome->event_count == 1 && kind < WORLD_EVENT_KIND_COUNT ? (int)kind
                                                                      : TALLY_ROW_SEVERAL;
}

int tally_phase(const outcome_t* outcome)
{
    return outcome->phase >= 0 && outcome->phase < MODE_COUNT ? outcome->phase : TALLY_PHASE_NONE;
}

/// Takes `value` where it is worse, and of two that are alike the smaller number, so that the order
/// of the outcomes does not show. `sign` 1: the larger is worse, -1: the smaller.
static void worsen(double* worst, int64_t* worst_number, double value, double sign, int64_t number)
{
    if (isfinite(value) && (isnan(*worst) || sign * value > sign * *worst ||
                            (!(sign * value < sign * *worst) && number < *worst_number))) {
        *worst = value;
        *worst_number = number;
    }
}

static void observe_cell(tally_cell_t* cell, const outcome_t* outcome)
{
    if (outcome->result == OUTCOME_SKIPPED) {
        ++cell->skipped;
        if (cell->note[0] == '\0' || strcmp(outcome->note, cell->note) < 0) {
            (void)snprintf(cell->note, sizeof cell->note, "%s", outcome->note);
        }
        return;
    }
    ++cell->trials;
    cell->simulated_s += outcome->simulated_s;
    cell->tripped += outcome->first_rule[0] != '\0';
    worsen(&cell->detected_s, &cell->detected_number, outcome->detected_s, 1.0, outcome->number);
    worsen(&cell->force_N, &cell->force_number, outcome->force_peak_N, 1.0, outcome->number);
    // Where the fault takes away what the bound rests on, there is none to keep.
    if ((outcome->excused & INVARIANT_BIT(INVARIANT_I2)) == 0) {
        worsen(&cell->margin, &cell->margin_number, 1.0 - outcome->bound_ratio, -1.0,
               outcome->number);
    }
    if (outcome->result == OUTCOME_FAILED) {
        ++cell->failed;
        if (cell->failed_number < 0 || outcome->number < cell->failed_number) {
            cell->failed_number = outcome->number;
        }
    }
}

static void observe_claim(tally_t* tally, const char* name, int64_t number)
{
    int at = 0;
    while (at < tally->claim_count && strcmp(tally->claims[at].name, name) != 0) {
        ++at;
    }
    if (at == tally->claim_count) {
        if (at >= TALLY_CLAIM_CAPACITY - 1) {
            name = "others";
            at = TALLY_CLAIM_CAPACITY - 1;
        }
        tally->claim_count = tally->claim_count > at ? tally->claim_count : at + 1;
        if (tally->claims[at].failures == 0) {
            (void)snprintf(tally->claims[at].name, sizeof tally->claims[at].name, "%s", name);
            tally->claims[at].first_number = number;
        }
    }
    tally_claim_t* claim = &tally->claims[at];
    ++claim->failures;
    claim->first_number = number < claim->first_number ? number : claim->first_number;
}

static void observe_counters(tally_t* tally, const outcome_t* outcome)
{
    bool seen[WORLD_EVENT_KIND_COUNT] = {false};
    for (int i = 0; i < outcome->event_count && i < OUTCOME_EVENT_CAPACITY; ++i) {
        const unsigned kind = (unsigned)outcome->events[i].kind;
        if (kind < WORLD_EVENT_KIND_COUNT && !seen[kind]) {
            seen[kind] = true;
            ++tally->kinds[kind];
        }
    }
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        tally->modes[mode] += outcome->modes >> mode & 1u;
        for (int to = 0; to < MODE_COUNT; ++to) {
            tally->transitions[mode][to] += outcome->transitions[mode] >> to & 1u;
        }
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        tally->rules[rule] += (int64_t)(outcome->rules >> rule & 1u);
    }
    for (int invariant = 0; invariant < INVARIANT_COUNT; ++invariant) {
        tally->excused[invariant] += outcome->excused >> invariant & 1u;
        tally->excused_s[invariant] += outcome->excused_s[invariant];
    }
    if ((unsigned)outcome->recovery < RECOVERY_COUNT) {
        ++tally->recoveries[outcome->recovery];
    }
    if (outcome->first_rule[0] != '\0') {
        const int rule = stop_track_rule(outcome->first_rule);
        if (rule == INTERLOCK_RULE_NONE) {
            ++tally->rules_unknown;
        } else {
            ++tally->rules_first[rule];
        }
        ++tally->tripped;
    }
    if ((unsigned)outcome->reaction < REACTION_COUNT) {
        ++tally->reactions[outcome->reaction];
    }
}

/// Keeps the failures with the smallest numbers.
static void keep_failure(tally_t* tally, const outcome_t* outcome)
{
    int at = tally->failure_count;
    if (at < TALLY_KEPT_CAPACITY) {
        ++tally->failure_count;
    } else {
        at = 0;
        for (int i = 1; i < TALLY_KEPT_CAPACITY; ++i) {
            at = tally->failures[i].number > tally->failures[at].number ? i : at;
        }
        if (outcome->number >= tally->failures[at].number) {
            return;
        }
    }
    tally->failures[at] = *outcome;
}

/// Whether the force of the one was higher; of two that are alike the smaller number comes first.
static bool over_before(const outcome_t* one, const outcome_t* other)
{
    return one->force_over_N > other->force_over_N ||
           (!(one->force_over_N < other->force_over_N) && one->number < other->number);
}

static void keep_over(tally_t* tally, const outcome_t* outcome)
{
    if (!(outcome->force_over_N > PRESS_OVER_MAX_N)) {
        return;
    }
    ++tally->over_count;
    int at = tally->over_kept;
    while (at > 0 && over_before(outcome, &tally->over[at - 1])) {
        --at;
    }
    if (at < TALLY_OVER_CAPACITY) {
        tally->over_kept += tally->over_kept < TALLY_OVER_CAPACITY ? 1 : 0;
        memmove(&tally->over[at + 1], &tally->over[at],
                (size_t)(tally->over_kept - 1 - at) * sizeof tally->over[0]);
        tally->over[at] = *outcome;
    }
}

static void observe_part(tally_t* tally, const outcome_t* outcome)
{
    const int64_t index = outcome->number - tally->header.first;
    tally_part_t* part = &tally->parts[index >= 0 ? index % tally->part_count : 0];
    ++part->trials;
    part->simulated_s += isfinite(outcome->simulated_s) ? outcome->simulated_s : 0.0;
}

void tally_observe(tally_t* tally, const outcome_t* outcome)
{
    if (tally->trials < TALLY_KEPT_CAPACITY) {
        tally->few[tally->few_count++] = *outcome;
    }
    ++tally->trials;
    observe_part(tally, outcome);
    observe_cell(&tally->whole, outcome);
    observe_cell(&tally->cells[tally_row(outcome)][tally_phase(outcome)], outcome);
    if (outcome->result == OUTCOME_SKIPPED) {
        ++tally->skipped;
        return;
    }
    tally->simulated_s += outcome->simulated_s;
    tally->cycles += outcome->cycles;
    observe_counters(tally, outcome);
    keep_over(tally, outcome);
    if (outcome->result == OUTCOME_FAILED) {
        ++tally->failed;
        for (int i = 0; i < outcome->failure_count && i < OUTCOME_FAILURE_CAPACITY; ++i) {
            observe_claim(tally, outcome->failures[i].claim, outcome->number);
        }
        keep_failure(tally, outcome);
    }
}

/// How many trials of a part are missing.
static int64_t missing_of(const tally_t* tally, int64_t part)
{
    const campaign_header_t* header = &tally->header;
    const int64_t first = tally->part_count > 1 ? part : header->shard - 1;
    const int64_t count = header->last - header->first + 1;
    const int64_t asked = first < count ? (count - first - 1) / header->shards + 1 : 0;
    const tally_part_t* found = &tally->parts[part];
    if (header->hours > 0 && found->simulated_s + ROUNDING_S >= 3600.0 * (double)header->hours) {
        return 0;
    }
    return asked > found->trials ? asked - found->trials : 0;
}

int64_t tally_missing(const tally_t* tally)
{
    int64_t missing = 0;
    for (int64_t i = 0; i < tally->part_count; ++i) {
        missing += missing_of(tally, i);
    }
    return missing;
}

void tally_missing_text(const tally_t* tally, char text[TEXT_CAPACITY])
{
    const int64_t missing = tally_missing(tally);
    text[0] = '\0';
    if (missing > 0 && tally->header.hours > 0) {
        (void)snprintf(text, TEXT_CAPACITY,
                       "%" PRId64 " simulated hours%s are not reached, and %" PRId64
                       " trials are left",
                       tally->header.hours, tally->part_count > 1 ? " of each shard" : "", missing);
    } else if (missing > 0) {
        (void)snprintf(text, TEXT_CAPACITY, "%" PRId64 " trials are missing", missing);
    }
}

bool tally_transition_possible(supervisor_mode_t from, supervisor_mode_t to)
{
    if (from == to) {
        return false;
    }
    // Two conditions at most are needed by any row, and one row beats another only by what it needs
    // itself: pairs of conditions find them all.
    for (int first = 0; first < CONDITION_COUNT; ++first) {
        for (int second = first; second < CONDITION_COUNT; ++second) {
            if (supervisor_next(from, (conditions_t)1 << first | (conditions_t)1 << second) == to) {
                return true;
            }
        }
    }
    return false;
}

void tally_replay(const campaign_header_t* header, int64_t number, char text[TALLY_REPLAY_CAPACITY])
{
    (void)snprintf(text, TALLY_REPLAY_CAPACITY, "knead campaign --replay %s:%lld%s%s%s",
                   campaign_kind_text(header->kind), (long long)number,
                   header->rules_off[0] != '\0' ? " --rules-off " : "", header->rules_off,
                   header->given);
}
