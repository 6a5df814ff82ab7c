/// The page of a tuning: what it shows is what was measured, well-formed, nothing from outside.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/tuning/tuning_page.h"

#define PAGE_CAPACITY 200000

static tuning_case_t cases[2];

static tuning_result_t* made_result(void)
{
    tuning_result_t* result = calloc(1, sizeof *result);
    assert_non_null(result);
    for (int i = 0; i < GAIN_COUNT; ++i) {
        gains_set(&result->start.gains, i, gain_info(i)->otherwise);
        gains_set(&result->found.gains, i, gain_info(i)->otherwise);
    }
    gains_set(&result->found.gains, 0, 0.717);
    result->improved = true;
    result->tries = 3;
    result->start.worst_force_N = 2.0;
    result->found.worst_force_N = 1.0;
    result->start.cost = 2.5;
    result->found.cost = 1.25;
    for (int i = 0; i < 2; ++i) {
        result->start.figures[i].force_rms_N = 2.0;
        result->start.figures[i].swing_N = (double)NAN;
        result->start.figures[i].techniques[TECHNIQUE_KNEADING] =
            (rehearsal_touch_t){.contact_s = 4.0, .force_rms_N = 1.875};
        result->found.figures[i] = result->start.figures[i];
        result->found.figures[i].force_rms_N = 1.0;
        (void)snprintf(cases[i].name, sizeof cases[i].name, "<soft> & \"small\"");
    }
    result->trace_count = 3;
    result->trace[0].cost = 2.5;
    result->trace[1].cost = 40.0; // far off: drawn at the edge
    result->trace[2].cost = 1.25;
    return result;
}

static char* page_of(const tuning_result_t* result)
{
    char path[] = "/tmp/knead-tuning-page-XXXXXX";
    const int made = mkstemp(path);
    assert_true(made >= 0);
    (void)close(made);
    const tuning_t tuning = {.case_count = 2, .cases = cases};
    assert_true(tuning_page_write(&tuning, result, "machines/<x>.yaml", path));
    char* page = calloc(1, PAGE_CAPACITY);
    FILE* file = fopen(path, "rb");
    assert_true(page != NULL && file != NULL);
    assert_true(fread(page, 1, PAGE_CAPACITY - 1, file) > 1000);
    (void)fclose(file);
    (void)unlink(path);
    return page;
}

static void the_page_says_what_was_measured(void** state)
{
    (void)state;
    tuning_result_t* result = made_result();
    char* page = page_of(result);
    assert_non_null(strstr(page, "The worst force RMS is 50.0 % smaller"));
    assert_non_null(strstr(page, "0.5236 \342\206\222 0.717"));
    assert_non_null(strstr(page, "kneading"));
    assert_null(strstr(page, "compression")); // nobody played it
    assert_non_null(strstr(page, "1.8"));
    assert_non_null(strstr(page, "class=\"trace\""));
    free(page);
    free(result);
}

static void the_page_needs_nothing_from_outside_and_escapes_every_name(void** state)
{
    (void)state;
    tuning_result_t* result = made_result();
    char* page = page_of(result);
    assert_non_null(strstr(page, "</body></html>"));
    assert_null(strstr(page, "http"));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<soft>"));
    assert_null(strstr(page, "<x>"));
    assert_null(strstr(page, "nan"));
    free(page);
    free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_says_what_was_measured),
        cmocka_unit_test(the_page_needs_nothing_from_outside_and_escapes_every_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
