#include "controller/campaign/coverage.h"

#include <math.h>

#include "controller/campaign/invariants.h"
#include "controller/campaign/tally.h"

/// How near the true force came to its bound, where there was one to keep.
static void add_ratio(coverage_t* coverage, const outcome_t* outcome)
{
    const double ratio = outcome->rise_ratio;
    if (outcome->result == OUTCOME_SKIPPED || !isfinite(ratio) ||
        (outcome->excused & INVARIANT_BIT(INVARIANT_I2)) != 0) {
        return;
    }
    if (!(ratio > 0.0)) {
        ++coverage->below_limit;
        return;
    }
    const int last = COVERAGE_RATIO_COUNT - 1;
    ++coverage->over_limit;
    ++coverage->ratios[ratio > 1.0 ? last : (int)fmin(ratio * last, last - 1)];
    if (ratio > coverage->ratio_worst ||
        (!(ratio < coverage->ratio_worst) && outcome->number < coverage->ratio_number)) {
        coverage->ratio_worst = ratio;
        coverage->ratio_number = outcome->number;
    }
}

static void print_ratios(const coverage_t* coverage, FILE* out)
{
    (void)fprintf(out,
                  "I2: %lld trials below the limit of all, %lld over it, by tenths of what "
                  "the envelope grants:",
                  (long long)coverage->below_limit, (long long)coverage->over_limit);
    for (int tenth = 0; tenth < COVERAGE_RATIO_COUNT - 1; ++tenth) {
        (void)fprintf(out, " %lld", (long long)coverage->ratios[tenth]);
    }
    (void)fprintf(out, ", more than all: %lld; worst %.3f in trial %lld\n",
                  (long long)coverage->ratios[COVERAGE_RATIO_COUNT - 1], coverage->ratio_worst,
                  (long long)coverage->ratio_number);
}

void coverage_add(coverage_t* coverage, const outcome_t* outcome)
{
    add_ratio(coverage, outcome);
    ++coverage->trials;
    coverage->passed += outcome->result == OUTCOME_PASSED ? 1 : 0;
    coverage->failed += outcome->result == OUTCOME_FAILED ? 1 : 0;
    coverage->skipped += outcome->result == OUTCOME_SKIPPED ? 1 : 0;
    coverage->trips += outcome->trips;
    coverage->simulated_s += isfinite(outcome->simulated_s) ? outcome->simulated_s : 0.0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        coverage->modes[mode] += outcome->modes >> mode & 1u;
        for (int to = 0; to < MODE_COUNT; ++to) {
            coverage->transitions[mode][to] += outcome->transitions[mode] >> to & 1u;
        }
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        coverage->rules[rule] += (int64_t)(outcome->rules >> rule & 1u);
    }
    uint64_t seen[(WORLD_EVENT_KIND_COUNT + 63) / 64] = {0};
    for (int i = 0; i < outcome->event_count; ++i) {
        seen[outcome->events[i].kind / 64] |= UINT64_C(1) << (outcome->events[i].kind % 64);
    }
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        coverage->events[kind] += (int64_t)(seen[kind / 64] >> (kind % 64) & 1u);
    }
}

static void print_count(FILE* out, const char* what, const char* name, const char* next,
                        int64_t count)
{
    (void)fprintf(out, "%-10s %s%s%s: %lld%s\n", what, name, next[0] != '\0' ? " to " : "", next,
                  (long long)count, count == 0 ? "  NEVER" : "");
}

void coverage_print(const coverage_t* coverage, FILE* out)
{
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        print_count(out, "mode", supervisor_mode_text((supervisor_mode_t)mode), "",
                    coverage->modes[mode]);
    }
    for (int from = 0; from < MODE_COUNT; ++from) {
        for (int to = 0; to < MODE_COUNT; ++to) {
            if (tally_transition_possible((supervisor_mode_t)from, (supervisor_mode_t)to)) {
                print_count(out, "transition", supervisor_mode_text((supervisor_mode_t)from),
                            supervisor_mode_text((supervisor_mode_t)to),
                            coverage->transitions[from][to]);
            }
        }
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        print_count(out, "rule", interlock_rule_info((interlock_rule_t)rule)->name, "",
                    coverage->rules[rule]);
    }
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        print_count(out, "event", world_event_info((world_event_kind_t)kind)->word, "",
                    coverage->events[kind]);
    }
    print_ratios(coverage, out);
}

int coverage_zeros(const coverage_t* coverage)
{
    int zeros = 0;
    for (int from = 0; from < MODE_COUNT; ++from) {
        zeros += coverage->modes[from] == 0 ? 1 : 0;
        for (int to = 0; to < MODE_COUNT; ++to) {
            zeros +=
                coverage->transitions[from][to] == 0 &&
                        tally_transition_possible((supervisor_mode_t)from, (supervisor_mode_t)to)
                    ? 1
                    : 0;
        }
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        zeros += coverage->rules[rule] == 0 ? 1 : 0;
    }
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        zeros += coverage->events[kind] == 0 ? 1 : 0;
    }
    return zeros;
}

static void write_transitions(const coverage_t* coverage, json_t* json)
{
    json_object_begin(json, "transitions");
    for (int from = 0; from < MODE_COUNT; ++from) {
        for (int to = 0; to < MODE_COUNT; ++to) {
            char key[2 * NAME_CAPACITY];
            (void)snprintf(key, sizeof key, "%s>%s", supervisor_mode_text((supervisor_mode_t)from),
                           supervisor_mode_text((supervisor_mode_t)to));
            if (coverage->transitions[from][to] > 0) {
                json_integer(json, key, coverage->transitions[from][to]);
            }
        }
    }
    json_object_end(json);
}

void coverage_write(const coverage_t* coverage, json_t* json)
{
    json_integer(json, "trials", coverage->trials);
    json_integer(json, "passed", coverage->passed);
    json_integer(json, "failed", coverage->failed);
    json_integer(json, "skipped", coverage->skipped);
    json_integer(json, "trips", coverage->trips);
    json_number(json, "simulated_s", coverage->simulated_s);
    json_integer(json, "never_happened", coverage_zeros(coverage));
    json_object_begin(json, "modes");
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        json_integer(json, supervisor_mode_text((supervisor_mode_t)mode), coverage->modes[mode]);
    }
    json_object_end(json);
    write_transitions(coverage, json);
    json_object_begin(json, "rules");
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; ++rule) {
        json_integer(json, interlock_rule_info((interlock_rule_t)rule)->name,
                     coverage->rules[rule]);
    }
    json_object_end(json);
    json_object_begin(json, "events");
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        json_integer(json, world_event_info((world_event_kind_t)kind)->word,
                     coverage->events[kind]);
    }
    json_object_end(json);
    json_object_begin(json, "force");
    json_integer(json, "below_limit", coverage->below_limit);
    json_integer(json, "over_limit", coverage->over_limit);
    json_number(json, "worst_part", coverage->over_limit > 0 ? coverage->ratio_worst : (double)NAN);
    if (coverage->over_limit > 0) {
        json_integer(json, "worst_trial", coverage->ratio_number);
    } else {
        json_null(json, "worst_trial");
    }
    json_object_end(json);
}
