#include "controller/tuning/search.h"

#include <math.h>
#include <nlopt.h>
#include <string.h>

// First steps of the simplex: a third of a factor of e, which is about half or twice in three.
#define FIRST_STEP 0.35

typedef struct {
    const search_t* search;
    search_result_t result;
    nlopt_opt optimiser; // null in the coarse part
    bool over;
} run_t;

const char* search_ending_text(search_ending_t ending)
{
    static const char* const texts[SEARCH_ENDING_COUNT] = {
#define X(id, text) [id] = text,
        SEARCH_ENDING_LIST(X)
#undef X
    };
    return texts[ending];
}

static void end(run_t* run, search_ending_t ending)
{
    run->over = true;
    run->result.ending = ending;
    if (run->optimiser != NULL) {
        (void)nlopt_force_stop(run->optimiser);
    }
}

/// The value at a place, and whether it is the best so far. Infinite once the search is over.
static double look(run_t* run, const double* numbers)
{
    const search_t* search = run->search;
    search_result_t* result = &run->result;
    if (!run->over && result->calls >= search->calls_max) {
        end(run, SEARCH_COUNT);
    } else if (!run->over && search->stop != NULL && search->stop(search->context)) {
        end(run, SEARCH_STOPPED);
    }
    if (run->over) {
        return HUGE_VAL;
    }
    const double value = search->value(search->context, numbers, run->optimiser == NULL);
    ++result->calls;
    if (result->calls == 1 || value < result->best_value) {
        result->best_value = value;
        memcpy(result->best, numbers, sizeof result->best);
    }
    return value;
}

/// Along each number, evenly in its logarithm, the ends left out.
static void look_coarsely(run_t* run)
{
    const search_t* search = run->search;
    for (int i = 0; i < search->count; ++i) {
        double place[SEARCH_CAPACITY];
        memcpy(place, run->result.best, sizeof place);
        const double from = log(search->lowest[i]), to = log(search->highest[i]);
        for (int step = 0; step < SEARCH_COARSE_PLACES; ++step) {
            place[i] = exp(from + (to - from) * (step + 0.5) / SEARCH_COARSE_PLACES);
            (void)look(run, place);
        }
    }
}

// NOLINTNEXTLINE(readability-non-const-parameter): the type is NLopt's
static double value_at(unsigned count, const double* logarithms, double* gradient, void* context)
{
    run_t* run = context;
    double numbers[SEARCH_CAPACITY] = {0.0};
    (void)gradient; // never asked for by a method without derivatives
    for (unsigned i = 0; i < count; ++i) {
        numbers[i] =
            fmin(fmax(exp(logarithms[i]), run->search->lowest[i]), run->search->highest[i]);
    }
    return look(run, numbers);
}

static bool look_finely(run_t* run)
{
    const search_t* search = run->search;
    double lowest[SEARCH_CAPACITY], highest[SEARCH_CAPACITY], place[SEARCH_CAPACITY];
    for (int i = 0; i < search->count; ++i) {
        lowest[i] = log(search->lowest[i]);
        highest[i] = log(search->highest[i]);
        place[i] = fmin(fmax(log(run->result.best[i]), lowest[i]), highest[i]);
    }
    run->optimiser = nlopt_create(NLOPT_LN_SBPLX, (unsigned)search->count);
    if (run->optimiser == NULL) {
        return false;
    }
    double value = HUGE_VAL;
    const bool ready = nlopt_set_lower_bounds(run->optimiser, lowest) > 0 &&
                       nlopt_set_upper_bounds(run->optimiser, highest) > 0 &&
                       nlopt_set_min_objective(run->optimiser, value_at, run) > 0 &&
                       nlopt_set_initial_step1(run->optimiser, FIRST_STEP) > 0 &&
                       nlopt_set_xtol_abs1(run->optimiser, search->settled) > 0;
    const nlopt_result ended =
        ready ? nlopt_optimize(run->optimiser, place, &value) : NLOPT_FAILURE;
    nlopt_destroy(run->optimiser);
    run->optimiser = NULL;
    return ready && (ended > 0 || ended == NLOPT_FORCED_STOP || ended == NLOPT_ROUNDOFF_LIMITED);
}

search_result_t search_run(const search_t* search)
{
    run_t run = {.search = search, .result = {.ending = SEARCH_SETTLED, .best_value = HUGE_VAL}};
    memcpy(run.result.best, search->start, sizeof run.result.best);
    (void)look(&run, search->start);
    look_coarsely(&run);
    if (!run.over && !look_finely(&run) && !run.over) {
        run.result.ending = SEARCH_FAILED;
    }
    return run.result;
}
