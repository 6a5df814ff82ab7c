// Whatever text and numbers go in, valid JSON comes out: escapes, broken UTF-8, numbers that are
// none, numbers read back to the same bits, buffers that are too small.
#include "tests/support/cmocka_prelude.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/json.h"

static void assert_text(const char* text, const char* expected)
{
    char buffer[256];
    json_t json = json_to_buffer(buffer, sizeof buffer);
    json_text(&json, NULL, text);
    assert_string_equal(buffer, expected);
    assert_false(json.overflow);
}

static void quotes_backslashes_and_controls_are_escaped(void** state)
{
    (void)state;
    assert_text("plain", "\"plain\"");
    assert_text("a\"b\\c", "\"a\\\"b\\\\c\"");
    assert_text("\n\t\r\x01\x1f\x7f", "\"\\n\\t\\u000d\\u0001\\u001f\\u007f\"");
    assert_text("</script>", "\"</script>\"");
    assert_text(NULL, "null");
}

static void good_utf_8_passes_and_broken_utf_8_is_replaced(void** state)
{
    (void)state;
    assert_text("\xC2\xB5m \xE2\x82\xAC \xF0\x9F\x98\x80",
                "\"\xC2\xB5m \xE2\x82\xAC \xF0\x9F\x98\x80\"");
    assert_text("a\xFFz", "\"a\xEF\xBF\xBDz\"");
    assert_text("\xC3", "\"\xEF\xBF\xBD\"");                                 // cut off
    assert_text("\xC0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");                 // overlong
    assert_text("\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""); // surrogate
}

static void numbers_read_back_as_the_same_bits(void** state)
{
    (void)state;
    const double numbers[] = {0.0, -0.0, 0.1, 1.0 / 3.0, -2.5e-308, DBL_MAX, DBL_MIN, 5e-324, 12.5};
    for (size_t index = 0; index < sizeof numbers / sizeof numbers[0]; index++) {
        char buffer[64];
        json_t json = json_to_buffer(buffer, sizeof buffer);
        json_number(&json, NULL, numbers[index]);
        const double back = strtod(buffer, NULL);
        assert_memory_equal(&back, &numbers[index], sizeof back);
    }
    char buffer[64];
    json_t json = json_to_buffer(buffer, sizeof buffer);
    json_number(&json, NULL, 0.1);
    assert_string_equal(buffer, "0.1");
}

static void what_is_not_finite_becomes_null(void** state)
{
    (void)state;
    const double numbers[] = {(double)NAN, HUGE_VAL, -HUGE_VAL};
    for (int index = 0; index < 3; index++) {
        char buffer[64];
        json_t json = json_to_buffer(buffer, sizeof buffer);
        json_number(&json, NULL, numbers[index]);
        assert_string_equal(buffer, "null");
    }
}

static void nesting_gets_its_commas(void** state)
{
    (void)state;
    char buffer[256];
    json_t json = json_to_buffer(buffer, sizeof buffer);
    json_object_begin(&json, NULL);
    json_integer(&json, "a", INT64_MIN);
    json_array_begin(&json, "b");
    json_object_begin(&json, NULL);
    json_object_end(&json);
    json_boolean(&json, NULL, true);
    json_array_end(&json);
    json_null(&json, "c");
    json_object_end(&json);
    assert_string_equal(buffer, "{\"a\":-9223372036854775808,\"b\":[{},true],\"c\":null}");
}

static void a_file_gets_a_member_a_line(void** state)
{
    (void)state;
    char* bytes = NULL;
    size_t size = 0;
    FILE* file = open_memstream(&bytes, &size);
    json_t json = json_to_file(file);
    json_object_begin(&json, NULL);
    json_text(&json, "a", "b");
    json_array_begin(&json, "c");
    json_array_end(&json);
    json_object_end(&json);
    fclose(file);
    assert_string_equal(bytes, "{\n  \"a\": \"b\",\n  \"c\": []\n}\n");
    free(bytes);
}

static void a_buffer_too_small_by_one_byte_says_so_and_stays_terminated(void** state)
{
    (void)state;
    char buffer[8];
    json_t json = json_to_buffer(buffer, sizeof buffer);
    json_text(&json, NULL, "12345");
    assert_false(json.overflow);
    assert_string_equal(buffer, "\"12345\"");
    json = json_to_buffer(buffer, sizeof buffer);
    json_text(&json, NULL, "123456");
    assert_true(json.overflow);
    assert_int_equal(buffer[7], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_backslashes_and_controls_are_escaped),
        cmocka_unit_test(good_utf_8_passes_and_broken_utf_8_is_replaced),
        cmocka_unit_test(numbers_read_back_as_the_same_bits),
        cmocka_unit_test(what_is_not_finite_becomes_null),
        cmocka_unit_test(nesting_gets_its_commas),
        cmocka_unit_test(a_file_gets_a_member_a_line),
        cmocka_unit_test(a_buffer_too_small_by_one_byte_says_so_and_stays_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
