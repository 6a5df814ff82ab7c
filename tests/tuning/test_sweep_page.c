/// The page of a sweep: one field a curve, two a map, three a map of the worst; well-formed,
/// nothing from outside, and every text escaped.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <unistd.h>

#include "controller/tuning/sweep_page.h"
#include "tests/tuning/made_sweep.h"

#define PAGE_CAPACITY 500000

/// Writes and reads the page of a made sweep.
static char* page_of(const char* set)
{
    char path[] = "/tmp/knead-sweep-page-XXXXXX";
    const int made = mkstemp(path);
    assert_true(made >= 0);
    (void)close(made);
    sweep_header_t* header = made_header(set);
    sweep_t* sweep = sweep_begin(header);
    for (int64_t number = 0; number < sweep_trials(header); ++number) {
        const sweep_row_t row = made_row(number);
        assert_true(sweep_take(sweep, &row));
    }
    assert_true(sweep_page_write(sweep, path));
    char* page = calloc(1, PAGE_CAPACITY);
    FILE* file = fopen(path, "rb");
    assert_true(page != NULL && file != NULL);
    assert_true(fread(page, 1, PAGE_CAPACITY - 1, file) > 1000);
    (void)fclose(file);
    (void)unlink(path);
    sweep_end(sweep);
    free(header);
    return page;
}

static int occurrences(const char* page, const char* text)
{
    int count = 0;
    for (const char* at = strstr(page, text); at != NULL; at = strstr(at + 1, text)) {
        ++count;
    }
    return count;
}

static void expect_clean(const char* page)
{
    assert_non_null(strstr(page, "</body></html>"));
    assert_null(strstr(page, "http://"));
    assert_null(strstr(page, "https://"));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<b>")); // of the made unit
    assert_null(strstr(page, "too <long>"));
    assert_non_null(strstr(page, "N/mm &amp; &lt;b&gt;"));
    assert_null(strstr(page, "nan"));
    assert_null(strstr(page, "inf"));
}

static void one_field_is_a_curve_with_a_dot_for_each_point(void** state)
{
    (void)state;
    char* page = page_of("machine.period=1:5:9");
    expect_clean(page);
    assert_int_equal(occurrences(page, "class=\"curve\""), 1);
    assert_int_equal(occurrences(page, "class=\"dot\""), 9);
    assert_true(occurrences(page, "class=\"stopped\"") > 0);
    assert_true(occurrences(page, "class=\"refused\"") > 0);
    free(page);
}

static void two_fields_are_a_map_with_a_cell_for_each_point(void** state)
{
    (void)state;
    char* page = page_of("machine.period=1,2,3;person.body_lie=0,1");
    expect_clean(page);
    assert_int_equal(occurrences(page, "class=\"map\""), 1);
    assert_int_equal(occurrences(page, "<rect class=\"cell"), 6);
    free(page);
}

static void of_three_fields_the_map_is_of_the_first_two(void** state)
{
    (void)state;
    char* page = page_of("machine.period=1,2,3;person.body_lie=0,1;client.weight=60,70");
    expect_clean(page);
    assert_int_equal(occurrences(page, "<rect class=\"cell"), 6);
    assert_int_equal(occurrences(page, "<tr><th class=\"n\">"), 1 + 12); // the head, the points
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_field_is_a_curve_with_a_dot_for_each_point),
        cmocka_unit_test(two_fields_are_a_map_with_a_cell_for_each_point),
        cmocka_unit_test(of_three_fields_the_map_is_of_the_first_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
