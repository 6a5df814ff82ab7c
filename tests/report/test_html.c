// Numbers as people write them.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>

#include "controller/report/html.h"

static void numbers_have_true_minus_signs_and_no_negative_zero(void** state)
{
    (void)state;
    const double numbers[] = {-1.25, -0.001, 0.0, (double)NAN, 1e6};
    const char* const expected[] = {"\u22121.2", "0.0", "0.0", "\u2013", "1000000.0"};
    for (int index = 0; index < 5; index++) {
        char* text = NULL;
        size_t size = 0;
        FILE* out = open_memstream(&text, &size);
        html_number(out, numbers[index], 1);
        fclose(out);
        assert_string_equal(text, expected[index]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_have_true_minus_signs_and_no_negative_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
