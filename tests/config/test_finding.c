/// Findings as people and tools read them, and the words they suggest.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config/finding.h"

static findings_t findings;

static int forget(void** state)
{
    (void)state;
    memset(&findings, 0, sizeof findings);
    return 0;
}

static void assert_printed(void (*print)(const findings_t*, FILE*), const char* expected)
{
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    assert_non_null(out);
    print(&findings, out);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void findings_are_printed_in_order_of_place_with_a_caret(void** state)
{
    (void)state;
    finding_add(&findings, FINDING_ERROR, "b.yaml", 2, 8, "force", "force: 12\nspeed: 3",
                "'12' has no unit");
    finding_add(&findings, FINDING_WARNING, "b.yaml", 1, 1, "", "kind: x", "odd");
    finding_add(&findings, FINDING_ERROR, "a.yaml", 0, 0, "", NULL, "the file is empty");
    assert_printed(findings_print, "b.yaml:1:1: warning: odd\n"
                                   "    kind: x\n"
                                   "    ^\n"
                                   "b.yaml:2:8: force: '12' has no unit\n"
                                   "    force: 12\n"
                                   "           ^\n"
                                   "a.yaml: the file is empty\n");
    assert_int_equal(findings.error_count, 2);
    assert_int_equal(findings.warning_count, 1);
}

static void what_is_not_kept_is_counted(void** state)
{
    (void)state;
    for (int i = 0; i < FINDING_CAPACITY + 3; i++)
        finding_add(&findings, FINDING_ERROR, "a", i + 1, 1, "", NULL, "wrong");
    assert_int_equal(findings.count, FINDING_CAPACITY);
    assert_int_equal(findings.error_count, FINDING_CAPACITY + 3);
    char* text = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&text, &size);
    findings_print(&findings, out);
    fclose(out);
    assert_non_null(strstr(text, "\n... and 3 more\n"));
    free(text);
}

static void the_same_finding_is_kept_once(void** state)
{
    (void)state;
    finding_add(&findings, FINDING_ERROR, "a", 1, 1, "x", NULL, "wrong");
    finding_add(&findings, FINDING_ERROR, "a", 1, 1, "x", NULL, "wrong");
    finding_add(&findings, FINDING_ERROR, "a", 1, 1, "y", NULL, "wrong");
    assert_int_equal(findings.count, 2);
    assert_int_equal(findings.error_count, 2);
}

static void the_caret_stands_under_its_place_behind_wide_bytes_and_tabs(void** state)
{
    (void)state;
    finding_add(&findings, FINDING_ERROR, "a", 1, 7, "", "\xC3\xA4\xC3\xB6\t\x01\xFF: x", "here");
    assert_printed(findings_print, "a:1:7: here\n"
                                   "    \xC3\xA4\xC3\xB6 ??: x\n"
                                   "          ^\n");
}

static void a_place_far_to_the_right_is_still_shown(void** state)
{
    (void)state;
    char line[400];
    memset(line, '-', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    line[299] = 'X';
    finding_add(&findings, FINDING_ERROR, "a", 1, 300, "", line, "here");
    assert_int_equal(findings.at[0].excerpt[40], 'X');
    assert_int_equal(strlen(findings.at[0].excerpt), FINDING_EXCERPT_CAPACITY - 1);
}

static void long_texts_are_cut_at_a_whole_character(void** state)
{
    (void)state;
    char text[FINDING_MESSAGE_CAPACITY + 20] = "";
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "\xE2\x82\xAC", 4);
    finding_add(&findings, FINDING_ERROR, "a", 1, 1, text, text, "%s", text);
    assert_int_equal(strlen(findings.at[0].message) % 3, 0);
    assert_true(strlen(findings.at[0].message) >= FINDING_MESSAGE_CAPACITY - 4);
    assert_int_equal(strlen(findings.at[0].field) % 3, 0);
    assert_int_equal(strlen(findings.at[0].excerpt) % 3, 0);
}

static void json_escapes_what_has_to_be(void** state)
{
    (void)state;
    finding_add(&findings, FINDING_ERROR, "a\"b", 1, 2, "x", "c\\d", "t\tn\n\xFF!");
    assert_printed(
        findings_print_json,
        "[\n  {\"severity\": \"error\", \"path\": \"a\\\"b\", \"line\": 1, \"column\": 2, "
        "\"field\": \"x\", \"message\": \"t\\u0009n\\u000a\\ufffd!\", "
        "\"excerpt\": \"c\\\\d\"}\n]\n");
}

static void nothing_found_is_an_empty_array(void** state)
{
    (void)state;
    assert_printed(findings_print_json, "[]\n");
    assert_printed(findings_print, "");
}

static void the_nearest_word_is_what_was_meant(void** state)
{
    (void)state;
    static const char* const words[] = {"effleurage", "kneading", "compression", "force",
                                        "force_max",  "m",        NULL};
    static const struct {
        const char *given, *nearest;
    } rows[] = {{"efleurage", "effleurage"},
                {"Kneading", "kneading"},
                {"kneadnig", "kneading"},
                {"compresion", "compression"},
                {"forse", "force"},
                {"force_maximum", "force_max"},
                {"compr", "compression"},
                {"zebra", NULL},
                {"", NULL},
                {"mm", "m"},
                {"tapotement", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char* nearest = finding_nearest(rows[i].given, words);
        if (rows[i].nearest == NULL)
            assert_null(nearest);
        else
            assert_string_equal(nearest == NULL ? "" : nearest, rows[i].nearest);
    }
}

static void words_too_long_to_compare_are_nobodys_neighbour(void** state)
{
    (void)state;
    char given[300];
    memset(given, 'a', sizeof given - 1);
    given[sizeof given - 1] = '\0';
    const char* const words[] = {given, "a", NULL};
    assert_null(finding_nearest(given, words));
}

/// What is refused is seen to be past what is allowed, however little it is; both have as many
/// decimals, so that rounding leaves them in their order.
static void a_refused_figure_reads_as_past_what_is_allowed(void** state)
{
    (void)state;
    const struct {
        double measured, allowed;
        int decimals;
        const char *measured_text, *allowed_text;
    } rows[] = {
        {25.0, 18.0, 0, "25", "18"},         {18.2, 18.0, 0, "18.2", "18.0"},
        {17.6, 18.4, 0, "17.6", "18.4"},     {50.0004, 50.0, 1, "50.0004", "50.0000"},
        {18.0, 18.0, 1, "18.0", "18.0"},     {1e-12, 0.0, 0, "0.000000000", "0.000000000"},
        {(double)NAN, 18.0, 0, "nan", "18"}, {HUGE_VAL, 18.0, 0, "inf", "18"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const finding_figures_t texts =
            finding_figures(rows[i].measured, rows[i].allowed, rows[i].decimals);
        const bool nan = isnan(rows[i].measured);
        assert_string_equal(texts.measured + (nan && texts.measured[0] == '-'),
                            rows[i].measured_text);
        assert_string_equal(texts.allowed, rows[i].allowed_text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(findings_are_printed_in_order_of_place_with_a_caret, forget),
        cmocka_unit_test_setup(what_is_not_kept_is_counted, forget),
        cmocka_unit_test_setup(the_same_finding_is_kept_once, forget),
        cmocka_unit_test_setup(the_caret_stands_under_its_place_behind_wide_bytes_and_tabs, forget),
        cmocka_unit_test_setup(a_place_far_to_the_right_is_still_shown, forget),
        cmocka_unit_test_setup(long_texts_are_cut_at_a_whole_character, forget),
        cmocka_unit_test_setup(json_escapes_what_has_to_be, forget),
        cmocka_unit_test_setup(nothing_found_is_an_empty_array, forget),
        cmocka_unit_test_setup(the_nearest_word_is_what_was_meant, forget),
        cmocka_unit_test_setup(words_too_long_to_compare_are_nobodys_neighbour, forget),
        cmocka_unit_test_setup(a_refused_figure_reads_as_past_what_is_allowed, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
