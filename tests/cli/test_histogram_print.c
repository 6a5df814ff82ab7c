// A drawn histogram shows every doubling from the least to the greatest number, and rare numbers
// beside frequent ones.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/cli/histogram_print.h"

static char* drawn(const histogram_t* histogram)
{
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    histogram_print("wake-up", "us", histogram, out);
    (void)fclose(out);
    return text;
}

static void a_rare_number_has_a_mark_beside_a_million(void** state)
{
    (void)state;
    histogram_t histogram = {0};
    for (int i = 0; i < 1000000; ++i) {
        histogram_add(&histogram, 5);
    }
    histogram_add(&histogram, 0);
    histogram_add(&histogram, 16);
    char* text = drawn(&histogram);
    assert_string_equal(text,
                        "wake-up, us\n"
                        "  from           0           1  ##\n"
                        "  from           1           0\n"
                        "  from           2           0\n"
                        "  from           4     1000000  ########################################\n"
                        "  from           8           0\n"
                        "  from          16           1  ##\n"
                        "  half up to 5, 99 % up to 5, 99.99 % up to 5, all up to 16\n");
    free(text);
}

static void no_line_is_longer_than_80_columns(void** state)
{
    (void)state;
    histogram_t histogram = {0};
    for (int bit = 0; bit < 63; ++bit) {
        histogram_add(&histogram, INT64_C(1) << bit);
    }
    char* text = drawn(&histogram);
    for (char* line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        assert_true(strlen(line) <= 80 || strstr(line, "half up to") != NULL);
    }
    free(text);
}

static void an_empty_one_says_that_nothing_was_measured(void** state)
{
    (void)state;
    const histogram_t histogram = {0};
    char* text = drawn(&histogram);
    assert_string_equal(text, "wake-up: nothing was measured\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rare_number_has_a_mark_beside_a_million),
        cmocka_unit_test(no_line_is_longer_than_80_columns),
        cmocka_unit_test(an_empty_one_says_that_nothing_was_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
