#include "controller/tuning/tuning.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "controller/campaign/workers.h"
#include "controller/tuning/number_edit.h"
#include "controller/tuning/rehearsal_line.h"

/// One try on its way through the workers.
typedef struct {
    const tuning_t* tuning;
    tuning_try_t* tried;
    int next, played;
} batch_t;

typedef struct {
    const tuning_t* tuning;
    tuning_result_t* result;
    tuning_try_t tried;
    double best_cost, best_force_N;
    gains_t best;
} run_t;

static bool play(void* context, int64_t number, char* line, size_t capacity)
{
    const batch_t* batch = context;
    rehearsal_t rehearsal = batch->tuning->cases[number].rehearsal;
    rehearsal_figures_t figures;
    rehearsal.gains = &batch->tried->gains;
    rehearsal_play(&rehearsal, &figures);
    return rehearsal_write(&figures, line, capacity);
}

static bool asked_to_stop(const tuning_t* tuning)
{
    return tuning->stop != NULL && tuning->stop(tuning->context);
}

static bool next(void* context, int64_t* number)
{
    batch_t* batch = context;
    if (batch->next >= batch->tuning->case_count || asked_to_stop(batch->tuning)) {
        return false;
    }
    *number = batch->next++;
    return true;
}

static void take(void* context, int64_t number, const char* line)
{
    batch_t* batch = context;
    batch->played += rehearsal_read(line, &batch->tried->figures[number]);
}

static void died(void* context, int64_t number, int signal, int exit_code)
{
    batch_t* batch = context;
    (void)signal;
    (void)exit_code;
    batch->tried->figures[number] = (rehearsal_figures_t){.ending = REHEARSAL_NOT_PLAYED};
    ++batch->played;
}

void tuning_try(const tuning_t* tuning, const gains_t* gains, tuning_try_t* tried)
{
    *tried = (tuning_try_t){.gains = *gains};
    batch_t batch = {.tuning = tuning, .tried = tried};
    const work_t work = {.context = &batch, .play = play, .next = next, .take = take, .died = died};
    const int jobs = tuning->jobs < tuning->case_count ? tuning->jobs : tuning->case_count;
    tried->whole = workers_run(&work, jobs) && batch.played == tuning->case_count;
    tried->cost =
        tried->whole ? objective_of_all(gains, tried->figures, tuning->case_count) : HUGE_VAL;
    tried->worst_force_N = objective_worst_force_N(tried->figures, tuning->case_count);
    tried->stopped = objective_stopped(tried->figures, tuning->case_count);
}

static void note(run_t* run, bool looking)
{
    const tuning_t* tuning = run->tuning;
    tuning_result_t* result = run->result;
    const tuning_try_t* tried = &run->tried;
    for (int i = 0; i < tuning->case_count; ++i) {
        result->simulated_s += tried->figures[i].simulated_s;
    }
    if (result->tries == 0) {
        result->start = *tried;
    }
    ++result->tries;
    if (tried->whole && result->trace_count < TUNING_TRACE_CAPACITY) {
        result->trace[result->trace_count++] =
            (tuning_trace_t){tried->gains, tried->cost, tried->worst_force_N};
    }
    if (tried->cost < run->best_cost) {
        run->best_cost = tried->cost;
        run->best_force_N = tried->worst_force_N;
        run->best = tried->gains;
    }
    if (tuning->show != NULL) {
        const tuning_progress_t progress = {.tries = result->tries,
                                            .tries_max = tuning->tries_max,
                                            .looking = looking,
                                            .cost = tried->cost,
                                            .best_cost = run->best_cost,
                                            .best_force_N = run->best_force_N,
                                            .simulated_s = result->simulated_s};
        tuning->show(tuning->context, &progress);
    }
}

/// The numbers of the search are the tuned gains, in their order.
static gains_t gains_of(const tuning_t* tuning, const double* numbers)
{
    gains_t gains = tuning->start;
    for (int i = 0, number = 0; i < GAIN_COUNT; ++i) {
        if (tuning->tuned[i]) {
            gains_set(&gains, i, numbers[number++]);
        }
    }
    return gains;
}

static double value(void* context, const double* numbers, bool looking)
{
    run_t* run = context;
    const gains_t gains = gains_of(run->tuning, numbers);
    tuning_try(run->tuning, &gains, &run->tried);
    note(run, looking);
    return run->tried.cost;
}

static bool stop(void* context)
{
    const run_t* run = context;
    const double most_s = run->tuning->simulated_max_s;
    return asked_to_stop(run->tuning) || (most_s > 0.0 && run->result->simulated_s >= most_s);
}

/// A gain as it can be written into a file, inside its range.
static double written(int index, double gain)
{
    const gain_info_t* info = gain_info(index);
    return fmin(fmax(number_edit_round(gain), info->lowest), info->highest);
}

/// Measures the best as it would be written. Somebody who stopped the search gets that too.
static void settle(run_t* run)
{
    const tuning_t* tuning = run->tuning;
    tuning_result_t* result = run->result;
    tuning_t patient = *tuning;
    patient.stop = NULL;
    result->found = result->start;
    if (!(run->best_cost < result->start.cost)) {
        return;
    }
    gains_t gains = run->best;
    for (int i = 0; i < GAIN_COUNT; ++i) {
        if (tuning->tuned[i]) {
            gains_set(&gains, i, written(i, gains_get(&run->best, i)));
        }
    }
    tuning_try(&patient, &gains, &run->tried);
    for (int i = 0; i < tuning->case_count; ++i) {
        result->simulated_s += run->tried.figures[i].simulated_s;
    }
    if (run->tried.cost < result->start.cost) {
        result->found = run->tried;
        result->improved = true;
    }
}

tuning_result_t* tuning_run(const tuning_t* tuning)
{
    tuning_result_t* result = calloc(1, sizeof *result);
    run_t* run = calloc(1, sizeof *run);
    if (result == NULL || run == NULL) {
        free(result);
        free(run);
        return NULL;
    }
    run->tuning = tuning;
    run->result = result;
    run->best_cost = HUGE_VAL;
    run->best_force_N = (double)NAN;
    search_t search = {.calls_max = tuning->tries_max,
                       .settled = TUNING_SETTLED,
                       .context = run,
                       .value = value,
                       .stop = stop};
    for (int i = 0; i < GAIN_COUNT; ++i) {
        if (tuning->tuned[i]) {
            search.lowest[search.count] = gain_info(i)->lowest;
            search.highest[search.count] = gain_info(i)->highest;
            search.start[search.count++] = gains_get(&tuning->start, i);
        }
    }
    const search_result_t ended = search_run(&search);
    result->ending = ended.ending;
    settle(run);
    free(run);
    return result;
}

double tuning_change_percent(double before, double after)
{
    return isfinite(before) && isfinite(after) && before > 0.0 ? 100.0 * (1.0 - after / before)
                                                               : 0.0;
}
