/// Numbers changed in a file: everything else stays byte for byte, wherever the number stands and
/// whatever surrounds it.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/tuning/number_edit.h"
#include "sim/random.h"

static const char text[] = "# caf\303\251 1 N  # not this\n"
                           "kind: machine   # 2\n"
                           "period: 4 ms # keep\n"
                           "gains:\n"
                           "  tracking: {value: 25 /s, grade: judgement, source: \"25 /s\"}\n"
                           "  note: {source: \"\303\274ber 3\", value: 0.5}\n"
                           "joints:\n"
                           "  - name: rail\n"
                           "    velocity_max:   0.8 m/s\n"
                           "  - {name: joint_1, velocity_max: \"120 deg/s\"}\n"
                           "steps:\n"
                           "  - technique: kneading\n"
                           "    force: -1.5e1 N\n"
                           "word: fast\n"
                           "block: >-\n"
                           "  12 N\n";

static yaml_document_t parse(const char* bytes, size_t count)
{
    yaml_document_t document;
    findings_t* findings = calloc(1, sizeof *findings);
    assert_true(yaml_document_parse("a.yaml", bytes, count, &document, findings));
    free(findings);
    return document;
}

static number_edit_result_t change(const char* field, double number, char out[2 * sizeof text])
{
    size_t count = sizeof text - 1;
    memcpy(out, text, sizeof text);
    yaml_document_t document = parse(out, count);
    number_place_t place;
    number_edit_result_t result = number_edit_find(&document, field, &place);
    yaml_document_free(&document);
    if (result == NUMBER_EDIT_OK) {
        result = number_edit_replace(out, &count, 2 * sizeof text - 1, &place, number);
        out[count] = '\0';
    }
    return result;
}

/// The text with `before` replaced by `after` where it first stands.
static void expect_changed(const char* field, double number, const char* before, const char* after)
{
    char changed[2 * sizeof text], expected[2 * sizeof text];
    const char* at = strstr(text, before);
    assert_non_null(at);
    (void)snprintf(expected, sizeof expected, "%.*s%s%s", (int)(at - text), text, after,
                   at + strlen(before));
    assert_int_equal(change(field, number, changed), NUMBER_EDIT_OK);
    assert_string_equal(changed, expected);
}

static void only_the_number_changes_wherever_it_stands(void** state)
{
    (void)state;
    expect_changed("period", 8.0, "4 ms", "8 ms");
    expect_changed("gains.tracking", 31.5, "value: 25 /s", "value: 31.5 /s");
    expect_changed("gains.tracking.value", 7.0, "value: 25 /s", "value: 7 /s");
    expect_changed("gains.note", 0.25, "value: 0.5", "value: 0.25");
    expect_changed("joints[0].velocity_max", 0.75, "0.8 m/s", "0.75 m/s");
    expect_changed("joints[rail].velocity_max", 1.0, "0.8 m/s", "1 m/s");
    expect_changed("joints[joint_1].velocity_max", 90.0, "\"120 deg/s\"", "\"90 deg/s\"");
    expect_changed("steps[kneading].force", 20.0, "-1.5e1 N", "20 N");
}

static void what_is_no_number_or_not_there_is_refused(void** state)
{
    (void)state;
    char changed[2 * sizeof text];
    static const char* const nowhere[] = {"gain",
                                          "gains",
                                          "joints",
                                          "joints[2].velocity_max",
                                          "joints[arm].velocity_max",
                                          "joints[0",
                                          "gains.tracking.value.more",
                                          "steps[0][0]",
                                          ""};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; ++i) {
        assert_int_equal(change(nowhere[i], 1.0, changed), NUMBER_EDIT_NO_FIELD);
    }
    assert_int_equal(change("word", 1.0, changed), NUMBER_EDIT_NO_NUMBER);
    assert_int_equal(change("block", 1.0, changed), NUMBER_EDIT_NO_NUMBER);
    assert_int_equal(change("gains.tracking.grade", 1.0, changed), NUMBER_EDIT_NO_NUMBER);
}

static void a_file_that_would_grow_past_its_room_stays_as_it_was(void** state)
{
    (void)state;
    char bytes[sizeof text];
    memcpy(bytes, text, sizeof text);
    size_t count = sizeof text - 1;
    yaml_document_t document = parse(bytes, count);
    number_place_t place;
    assert_int_equal(number_edit_find(&document, "period", &place), NUMBER_EDIT_OK);
    yaml_document_free(&document);
    assert_int_equal(number_edit_replace(bytes, &count, sizeof text - 1, &place, 4.25),
                     NUMBER_EDIT_TOO_LONG);
    assert_int_equal(count, sizeof text - 1);
    assert_string_equal(bytes, text);
}

/// Any number with up to 15 digits reads back as itself from the shortest text.
static void a_number_is_written_as_short_as_it_can_be_and_reads_back(void** state)
{
    (void)state;
    char written[NUMBER_TEXT_CAPACITY];
    number_edit_write(0.3, written);
    assert_string_equal(written, "0.3");
    number_edit_write(25.0, written);
    assert_string_equal(written, "25");
    number_edit_write(90.0, written);
    assert_string_equal(written, "90");
    const uint64_t seed = 20261123;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_stream_t stream = random_stream(seed, 1);
    for (int i = 0; i < 10000; ++i) {
        const double number =
            random_between(&stream, -1.0, 1.0) * pow(10.0, random_between(&stream, -6.0, 6.0));
        number_edit_write(number, written);
        assert_near(strtod(written, NULL), number, 5e-15 * fabs(number));
        const double rounded = number_edit_round(number);
        assert_near(rounded, number, 0.00501 * fabs(number));
        number_edit_write(rounded, written);
        assert_true(strtod(written, NULL) == rounded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_number_changes_wherever_it_stands),
        cmocka_unit_test(what_is_no_number_or_not_there_is_refused),
        cmocka_unit_test(a_file_that_would_grow_past_its_room_stays_as_it_was),
        cmocka_unit_test(a_number_is_written_as_short_as_it_can_be_and_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
