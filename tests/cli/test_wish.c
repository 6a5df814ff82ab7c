// A typed line is a wish or nothing: known words, whole levels, and why; what stops is heard in
// capitals too, and no bytes of a reason reach a terminal or the record as anything but text.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/cli/wish.h"
#include "controller/live.h"

static wish_t wish;

static wish_line_t read_line(const char* line)
{
    wish = wish_begin(5);
    return wish_read_line(line, &wish);
}

static void every_word_is_its_request(void** state)
{
    (void)state;
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        char line[64];
        const char* level = index == REQUEST_INTENSITY_INDEX ? " 7" : "";
        (void)snprintf(line, sizeof line, "%s%s", request_word(index), level);
        assert_int_equal(read_line(line), WISH_LINE_TAKEN);
        assert_int_equal(wish.asked.requests, 1u << index);
        assert_int_equal(wish.reasoned, 1u << index);
        assert_string_equal(wish.reason, "typed without a reason");
        (void)snprintf(line, sizeof line, "  %s%s \t because  of this \r", request_word(index),
                       level);
        assert_int_equal(read_line(line), WISH_LINE_TAKEN);
        assert_int_equal(wish.asked.requests, 1u << index);
        assert_int_equal(strncmp(wish.reason, "because  of this", 16), 0);
    }
}

static void other_words_are_no_request(void** state)
{
    (void)state;
    static const char* const others[] = {"sto",        "stopp",    "s",       "Arm", "START",
                                         "resume!",    "Resume",   "skip,",   "7",   "+1",
                                         "intensity7", "\xff\xfe", "stop\x01"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
        assert_int_equal(read_line(others[i]), WISH_LINE_UNKNOWN);
        assert_int_equal(wish.asked.requests, 0);
    }
    static const char* const blanks[] = {"", " ", "\t \r"};
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; ++i) {
        assert_int_equal(read_line(blanks[i]), WISH_LINE_EMPTY);
    }
}

static void what_stops_is_heard_in_capitals(void** state)
{
    (void)state;
    assert_int_equal(read_line("STOP"), WISH_LINE_TAKEN);
    assert_int_equal(wish.asked.requests, REQUEST_STOP);
    assert_int_equal(read_line("Pause please"), WISH_LINE_TAKEN);
    assert_int_equal(wish.asked.requests, REQUEST_PAUSE);
    assert_int_equal(read_line("END"), WISH_LINE_TAKEN);
    assert_int_equal(wish.asked.requests, REQUEST_END);
}

static void a_level_is_a_whole_number_or_a_step(void** state)
{
    (void)state;
    const struct {
        const char* line;
        int level;
    } good[] = {{"intensity 7", 7},        {"intensity 0", 0},   {"intensity 10", 10},
                {"intensity +1", 6},       {"intensity -1", 4},  {"intensity -2 too hard", 3},
                {"intensity 8 client", 8}, {"intensity 11", 11}, // the cycle refuses it
                {"intensity 999", 999},    {"intensity 007", 7}};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; ++i) {
        assert_int_equal(read_line(good[i].line), WISH_LINE_TAKEN);
        assert_int_equal(wish.asked.intensity_level, good[i].level);
    }
    static const char* const wrong[] = {"intensity",
                                        "intensity ",
                                        "intensity nan",
                                        "intensity inf",
                                        "intensity 7.5",
                                        "intensity 1e1",
                                        "intensity 0x7",
                                        "intensity seven",
                                        "intensity +",
                                        "intensity --1",
                                        "intensity 7x",
                                        "intensity 9999",
                                        "intensity 99999999999999999999",
                                        "intensity + 1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
        assert_int_equal(read_line(wrong[i]), WISH_LINE_LEVEL);
        assert_int_equal(wish.asked.requests, 0);
    }
}

static void wishes_of_a_period_add_up_in_their_order(void** state)
{
    (void)state;
    wish = wish_begin(5);
    assert_int_equal(wish_read_line("intensity +1 a", &wish), WISH_LINE_TAKEN);
    assert_int_equal(wish_read_line("intensity +1 b", &wish), WISH_LINE_TAKEN);
    assert_int_equal(wish.asked.intensity_level, 7);
    assert_int_equal(wish_read_line("intensity 2 c", &wish), WISH_LINE_TAKEN);
    assert_int_equal(wish_read_line("intensity -1 d", &wish), WISH_LINE_TAKEN);
    assert_int_equal(wish.asked.intensity_level, 1);
    assert_int_equal(wish_read_line("pause e", &wish), WISH_LINE_TAKEN);
    assert_int_equal(wish_read_line("nonsense", &wish), WISH_LINE_UNKNOWN);
    assert_int_equal(wish.asked.requests, REQUEST_INTENSITY | REQUEST_PAUSE);
    assert_int_equal(wish.reasoned, REQUEST_PAUSE); // the last that gave one
    assert_string_equal(wish.reason, "e");
    wish_add(&wish, 0, "nobody");
    assert_string_equal(wish.reason, "e");
}

static void a_reason_is_cut_and_controls_no_terminal(void** state)
{
    (void)state;
    char line[3 * EVENT_REASON_CAPACITY];
    memset(line, 'x', sizeof line);
    memcpy(line, "pause ", 6);
    line[sizeof line - 1] = '\0';
    assert_int_equal(read_line(line), WISH_LINE_TAKEN);
    assert_int_equal(strlen(wish.reason), EVENT_REASON_CAPACITY - 1);
    assert_int_equal(read_line("pause \033[2Jgone\x7f\x01 caf\xc3\xa9"), WISH_LINE_TAKEN);
    assert_string_equal(wish.reason, "?[2Jgone?? caf\xc3\xa9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_its_request),
        cmocka_unit_test(other_words_are_no_request),
        cmocka_unit_test(what_stops_is_heard_in_capitals),
        cmocka_unit_test(a_level_is_a_whole_number_or_a_step),
        cmocka_unit_test(wishes_of_a_period_add_up_in_their_order),
        cmocka_unit_test(a_reason_is_cut_and_controls_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
