/// A sweep with made-up figures, for the tests of its files, figures and page.
#ifndef KNEAD_TESTS_TUNING_MADE_SWEEP_H
#define KNEAD_TESTS_TUNING_MADE_SWEEP_H

#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/tuning/sweep_file.h"

static inline sweep_header_t* made_header(const char* set)
{
    char wrong[TEXT_CAPACITY];
    sweep_header_t* header = calloc(1, sizeof *header);
    assert_non_null(header);
    assert_true(sweep_axes_read(set, &header->axes, wrong));
    (void)snprintf(header->version, sizeof header->version, "0.1.0");
    (void)snprintf(header->commit, sizeof header->commit, "abc");
    (void)snprintf(header->inputs, sizeof header->inputs, "%s", "0123");
    (void)snprintf(header->axes.axes[0].unit, sizeof header->axes.axes[0].unit, "N/mm & <b>");
    header->routine_count = 1;
    header->client_count = 2;
    (void)snprintf(header->routines[0], TEXT_CAPACITY, "a \"quoted\" routine.yaml");
    (void)snprintf(header->clients[0], TEXT_CAPACITY, "one.yaml");
    (void)snprintf(header->clients[1], TEXT_CAPACITY, "two, the other.yaml");
    header->seed_first = 5;
    header->seed_last = 7;
    return header;
}

/// Plays nothing: every third trial is refused, every fifth stopped.
static inline sweep_row_t made_row(int64_t number)
{
    if (number % 3 == 2) {
        return sweep_row_refused(number, "machine.yaml:1:2: period: too <long>, \"really\"");
    }
    rehearsal_figures_t figures = {.ending = REHEARSAL_FINISHED,
                                   .simulated_s = 10.0 + (double)number,
                                   .contact_s = 5.0,
                                   .force_rms_N = 0.1 + 0.01 * (double)number,
                                   .path_rms_m = 1e-3 / 3.0,
                                   .overshoot_N = 0.7,
                                   .force_peak_N = 20.0 + (double)number,
                                   .swing_N = (double)NAN};
    if (number % 5 == 4) {
        figures.ending = REHEARSAL_STOPPED;
        (void)snprintf(figures.rule, sizeof figures.rule, "force_margin");
    }
    return sweep_row_of(number, &figures);
}

#endif
