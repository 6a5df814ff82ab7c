// The line of progress says the right figures, keeps to its width, and is plain where nobody looks
// at a terminal.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/cli/progress.h"

static const progress_view_t halfway = {.done_part = 0.5,
                                        .step = 2,
                                        .step_count = 9,
                                        .doing = "contact",
                                        .region = "lumbar.left",
                                        .force_N = 11.94,
                                        .force_target_N = 12.0,
                                        .remaining_s = 83.4};

static void the_line_tells_part_time_step_region_and_force(void** state)
{
    (void)state;
    char line[PROGRESS_LINE_CAPACITY];
    progress_line(&halfway, 200, true, line, sizeof line);
    assert_string_equal(line, "[##########..........]  50 %  1:23 left  step 3 of 9  "
                              "contact lumbar.left  11.9 of 12.0 N");
    progress_line(&halfway, 200, false, line, sizeof line);
    assert_string_equal(line, " 50 %  1:23 left  step 3 of 9  contact lumbar.left  "
                              "11.9 of 12.0 N");
}

static void a_note_stands_at_the_end_where_there_is_one(void** state)
{
    (void)state;
    progress_view_t view = halfway;
    view.note = "intensity 7";
    char line[PROGRESS_LINE_CAPACITY];
    progress_line(&view, 200, false, line, sizeof line);
    assert_string_equal(line, " 50 %  1:23 left  step 3 of 9  contact lumbar.left  "
                              "11.9 of 12.0 N  intensity 7");
    view.note = "";
    progress_line(&view, 200, false, line, sizeof line);
    assert_string_equal(line, " 50 %  1:23 left  step 3 of 9  contact lumbar.left  "
                              "11.9 of 12.0 N");
}

static void away_from_the_body_there_is_no_force(void** state)
{
    (void)state;
    progress_view_t view = halfway;
    view.region = "";
    view.doing = "transit";
    char line[PROGRESS_LINE_CAPACITY];
    progress_line(&view, 200, false, line, sizeof line);
    assert_string_equal(line, " 50 %  1:23 left  step 3 of 9  transit");
}

static void the_line_is_never_wider_than_asked(void** state)
{
    (void)state;
    for (int width = 0; width < 120; ++width) {
        char line[PROGRESS_LINE_CAPACITY];
        progress_line(&halfway, width, true, line, sizeof line);
        assert_true(strlen(line) <= (size_t)width);
    }
}

static void figures_that_are_none_do_no_harm(void** state)
{
    (void)state;
    static const double odd[] = {
        -1.0, 0.0, 1.0, 7.0, (double)NAN, (double)INFINITY, (double)-INFINITY, 1e300};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; ++i) {
        progress_view_t view = halfway;
        view.done_part = odd[i];
        view.remaining_s = odd[i];
        char line[PROGRESS_LINE_CAPACITY];
        progress_line(&view, 200, true, line, sizeof line);
        const bool full = odd[i] >= 1.0;
        assert_non_null(strstr(line, full ? "[####################] 100 %" : "  0 %"));
    }
}

/// What is written for a whole run of 10 steps, shown 1000 times, into a file.
static size_t run_shown(char* text, size_t capacity)
{
    FILE* out = tmpfile();
    assert_non_null(out);
    progress_t progress = progress_open(out);
    assert_false(progress.terminal);
    assert_false(progress.colour);
    for (int i = 0; i <= 1000; ++i) {
        progress_view_t view = halfway;
        view.done_part = i / 1000.0;
        view.step = i * 9 / 1000;
        progress_show(&progress, &view, (int64_t)i * 4000);
    }
    progress_close(&progress);
    rewind(out);
    const size_t size = fread(text, 1, capacity - 1, out);
    text[size] = '\0';
    assert_int_equal(fclose(out), 0);
    return size;
}

static void a_file_gets_a_few_plain_lines(void** state)
{
    (void)state;
    char text[8000];
    (void)run_shown(text, sizeof text);
    int lines = 0;
    for (const char* at = text; *at != '\0'; ++at) {
        lines += *at == '\n' ? 1 : 0;
        assert_true(*at != '\r' && *at != '\033');
    }
    // Eleven tenths and ten steps, some of them at once.
    assert_in_range(lines, 11, 21);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_tells_part_time_step_region_and_force),
        cmocka_unit_test(a_note_stands_at_the_end_where_there_is_one),
        cmocka_unit_test(away_from_the_body_there_is_no_force),
        cmocka_unit_test(the_line_is_never_wider_than_asked),
        cmocka_unit_test(figures_that_are_none_do_no_harm),
        cmocka_unit_test(a_file_gets_a_few_plain_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
