/// Lines of a sweep: what is written comes back to the bit, and numbers lead to the right place.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "tests/tuning/made_sweep.h"

static void every_number_has_its_own_place(void** state)
{
    (void)state;
    sweep_header_t* header = made_header("machine.period=1,2,3,4");
    assert_int_equal(sweep_trials(header), 4 * 2 * 3);
    int64_t number = 0;
    for (int point = 0; point < 4; ++point) {
        for (int client = 0; client < 2; ++client) {
            for (int seed = 5; seed <= 7; ++seed, ++number) {
                const sweep_place_t place = sweep_place(header, number);
                assert_int_equal(place.point, point);
                assert_int_equal(place.client, client);
                assert_int_equal(place.routine, 0);
                assert_int_equal(place.seed, seed);
            }
        }
    }
    free(header);
}

static void a_row_comes_back_as_it_was(void** state)
{
    (void)state;
    sweep_header_t* header = made_header("machine.period=1,2,3,4");
    for (int64_t number = 0; number < sweep_trials(header); ++number) {
        const sweep_row_t row = made_row(number);
        char line[SWEEP_LINE_CAPACITY], again[SWEEP_LINE_CAPACITY];
        sweep_row_t back;
        assert_true(sweep_row_write(header, &row, line, sizeof line));
        assert_true(sweep_row_read(line, &back));
        assert_int_equal(back.number, number);
        assert_int_equal(back.result, row.result);
        assert_string_equal(back.note, row.note);
        assert_true(sweep_row_write(header, &back, again, sizeof again));
        assert_string_equal(line, again);
        line[strlen(line) - 1] = '\0';
        assert_false(sweep_row_read(line, &back));
    }
    free(header);
}

static void a_header_comes_back_as_it_was(void** state)
{
    (void)state;
    sweep_header_t* header = made_header("machine.period=1:20:7;person.body_lie=0,0.1,1e-9");
    sweep_header_t* back = calloc(1, sizeof *back);
    char* line = malloc(SWEEP_HEADER_CAPACITY);
    char* again = malloc(SWEEP_HEADER_CAPACITY);
    assert_true(back != NULL && line != NULL && again != NULL);
    assert_true(sweep_header_write(header, line, SWEEP_HEADER_CAPACITY));
    assert_true(sweep_header_read(line, back));
    assert_true(sweep_header_write(back, again, SWEEP_HEADER_CAPACITY));
    assert_string_equal(line, again);
    assert_int_equal(sweep_trials(back), sweep_trials(header));
    assert_false(sweep_header_read("{}", back));
    assert_false(sweep_header_read("{\"sweep\":2}", back));
    assert_false(sweep_header_read("", back));
    assert_false(sweep_header_write(header, line, 100));
    free(line);
    free(again);
    free(back);
    free(header);
}

/// The largest sweep that can be asked for fits the room that is kept for its first line.
static void the_longest_header_fits(void** state)
{
    (void)state;
    sweep_header_t* header = made_header("machine.period=1:20:7");
    header->axes.axis_count = SWEEP_AXIS_CAPACITY;
    for (int i = 0; i < SWEEP_AXIS_CAPACITY; ++i) {
        sweep_axis_t* axis = &header->axes.axes[i];
        memset(axis->field, 'x', sizeof axis->field - 1);
        axis->count = SWEEP_VALUE_CAPACITY;
        for (int j = 0; j < axis->count; ++j) {
            axis->values[j] = -1.23456789012e-100 * (j + 1);
        }
    }
    header->routine_count = header->client_count = SWEEP_NAME_CAPACITY;
    for (int i = 0; i < SWEEP_NAME_CAPACITY; ++i) {
        memset(header->routines[i], 'r', TEXT_CAPACITY - 1);
        memset(header->clients[i], 'c', TEXT_CAPACITY - 1);
    }
    char* line = malloc(SWEEP_HEADER_CAPACITY);
    assert_non_null(line);
    assert_true(sweep_header_write(header, line, SWEEP_HEADER_CAPACITY));
    free(line);
    free(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_own_place),
        cmocka_unit_test(a_row_comes_back_as_it_was),
        cmocka_unit_test(a_header_comes_back_as_it_was),
        cmocka_unit_test(the_longest_header_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
