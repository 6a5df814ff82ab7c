// What other programs wrote is read strictly, and nothing is taken for what it is not.
#include "tests/support/cmocka_prelude.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/json_read.h"
#include "tests/support/record_sample.h"

static json_value_t* parse(const char* text)
{
    return json_parse(text, strlen(text));
}

static void one_whole_value_is_read_and_nothing_behind_it(void** state)
{
    (void)state;
    json_value_t* value = parse(" {\"a\":1} \r\n\t ");
    assert_non_null(value);
    json_free(value);
    static const char* const refused[] = {"",      " ",    "{\"a\":1}x", "{\"a\":1}{}", "{\"a\":1",
                                          "{a:1}", "[1,2", "tru",        "\"x",         "{\"a\":}"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        assert_null(parse(refused[i]));
    }
    assert_null(json_parse("{\"a\":1}\0{}", 10));
}

static void a_member_of_another_kind_leaves_the_variable_alone(void** state)
{
    (void)state;
    json_value_t* value =
        parse("{\"text\":\"abc\",\"whole\":-7,\"half\":0.5,\"true\":true,\"null\":null,"
              "\"large\":9007199254740994,\"Text\":1}");
    assert_non_null(value);
    char text[4] = "old";
    double number = 1.25;
    int64_t whole = 5;
    bool truth = false;
    assert_true(json_get_text(value, "text", text, sizeof text));
    assert_string_equal(text, "abc");
    assert_false(json_get_text(value, "text", text, 3)); // no room for the terminator
    assert_false(json_get_text(value, "whole", text, sizeof text));
    assert_string_equal(text, "abc");
    assert_true(json_get_whole(value, "whole", &whole));
    assert_int_equal(whole, -7);
    assert_false(json_get_whole(value, "half", &whole));
    assert_false(json_get_whole(value, "large", &whole));
    assert_false(json_get_whole(value, "null", &whole));
    assert_int_equal(whole, -7);
    assert_true(json_get_number(value, "half", &number));
    assert_true(number == 0.5);
    assert_false(json_get_number(value, "true", &number));
    assert_false(json_get_number(value, "absent", &number));
    assert_true(number == 0.5);
    assert_true(json_get_boolean(value, "true", &truth));
    assert_true(truth);
    assert_false(json_get_boolean(value, "whole", &truth));
    assert_null(json_as_text(json_member(json_member(value, "absent"), "absent")));
    json_free(value);
}

/// A run's folder may come from a stranger, and its texts go to a terminal.
static void a_line_holds_nothing_that_steers_a_terminal(void** state)
{
    (void)state;
    json_value_t* value = parse("{\"a\":\"x\\u001b[2J\\n\\u009b1m\\u007f \xc3\xa4\"}");
    char text[64] = "";
    assert_true(json_get_line(value, "a", text, sizeof text));
    assert_string_equal(text, "x?[2J???1m? \xc3\xa4");
    assert_false(json_get_line(value, "b", text, sizeof text));
    json_free(value);
}

static void arrays_are_walked_in_their_order_and_end(void** state)
{
    (void)state;
    json_value_t* value = parse("[\"a\",\"b\",\"c\"]");
    assert_int_equal(json_count(value), 3);
    assert_string_equal(json_as_text(json_at(value, 2)), "c");
    assert_null(json_at(value, 3));
    assert_null(json_at(value, -1));
    const json_value_t* element = json_at(value, 0);
    element = json_next(json_next(element));
    assert_string_equal(json_as_text(element), "c");
    assert_null(json_next(element));
    assert_null(json_next(NULL));
    assert_int_equal(json_count(json_at(value, 0)), 0);
    json_free(value);
    json_free(NULL);
}

/// The depth a hostile file may nest is cJSON's own limit.
static void a_thousand_open_brackets_are_survived(void** state)
{
    (void)state;
    char* deep = malloc(100000);
    assert_non_null(deep);
    memset(deep, '[', 100000);
    assert_null(json_parse(deep, 100000));
    free(deep);
}

static void a_file_tells_whether_it_was_missing_or_wrong(void** state)
{
    folder_t* fixture = *state;
    char path[160];
    snprintf(path, sizeof path, "%s/file.json", fixture->directory);
    assert_null(json_parse_file(path));
    assert_int_equal(errno, ENOENT);
    sample_write_file(path, "{\"a\":");
    assert_null(json_parse_file(path));
    assert_int_equal(errno, 0);
    sample_write_file(path, "{\"a\":1}\n");
    json_value_t* value = json_parse_file(path);
    assert_non_null(value);
    json_free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whole_value_is_read_and_nothing_behind_it),
        cmocka_unit_test(a_member_of_another_kind_leaves_the_variable_alone),
        cmocka_unit_test(a_line_holds_nothing_that_steers_a_terminal),
        cmocka_unit_test(arrays_are_walked_in_their_order_and_end),
        cmocka_unit_test(a_thousand_open_brackets_are_survived),
        cmocka_unit_test_setup_teardown(a_file_tells_whether_it_was_missing_or_wrong, folder_setup,
                                        folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
