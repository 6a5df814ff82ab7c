/// The people gains are tried on: the shipped clients from the smallest to the largest, tissue to
/// either side of the map's, breathing no quicker than what strokes reckon with.
#include "tests/support/cmocka_prelude.h"

#include <string.h>
#include <unistd.h>

#include "controller/tuning/people.h"
#include "routines/bandwidth.h"

static void every_person_is_a_shipped_client_of_his_own(void** state)
{
    (void)state;
    for (int i = 0; i < PEOPLE_COUNT; ++i) {
        const people_row_t row = people_row(i);
        char path[TEXT_CAPACITY];
        (void)snprintf(path, sizeof path, "routines/clients/%s.yaml", row.client);
        assert_int_equal(access(path, R_OK), 0);
        for (int j = 0; j < i; ++j) {
            assert_string_not_equal(people_row(j).client, row.client);
            assert_true(people_row(j).seed != row.seed);
        }
    }
}

static void they_are_softer_and_harder_than_the_map(void** state)
{
    (void)state;
    double softest = HUGE_VAL, hardest = 0.0;
    for (int i = 0; i < PEOPLE_COUNT; ++i) {
        softest = fmin(softest, people_row(i).person.tissue_factor);
        hardest = fmax(hardest, people_row(i).person.tissue_factor);
        assert_true(people_row(i).person.body_lie >= 0.0 && people_row(i).person.body_lie <= 1.0);
    }
    assert_true(softest <= 0.6 && hardest >= 1.7);
}

static void nobody_breathes_quicker_than_strokes_reckon_with(void** state)
{
    (void)state;
    int deep = 0;
    for (int i = 0; i < PEOPLE_COUNT; ++i) {
        const rehearsal_person_t person = people_row(i).person;
        const double quickest_mps =
            2.0 * 3.14159265358979 * person.breathing_rate_Hz * person.breathing_amplitude_m;
        if (isfinite(quickest_mps)) {
            ++deep;
            assert_true(quickest_mps <= BANDWIDTH_BREATH_MPS);
        }
    }
    assert_true(deep >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_person_is_a_shipped_client_of_his_own),
        cmocka_unit_test(they_are_softer_and_harder_than_the_map),
        cmocka_unit_test(nobody_breathes_quicker_than_strokes_reckon_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
