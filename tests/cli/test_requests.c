// What is typed becomes requests: whole known words only, all that have arrived, without waiting.
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/requests.h"
#include "controller/dataflow.h"

/// The end to type at; the other end has taken the place of standard input.
static int setup(void** state)
{
    static int keyboard;
    int ends[2];
    if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0 || close(ends[0]) != 0) {
        return -1;
    }
    keyboard = ends[1];
    *state = &keyboard;
    return 0;
}

static int teardown(void** state)
{
    const int* keyboard = *state;
    return *keyboard >= 0 ? close(*keyboard) : 0;
}

static void type(const int* keyboard, const char* text)
{
    assert_int_equal(write(*keyboard, text, strlen(text)), strlen(text));
}

static void every_word_is_its_request_and_no_other_word_is_one(void** state)
{
    (void)state;
    assert_int_equal(request_of_word("acknowledge"), REQUEST_ACKNOWLEDGE);
    assert_int_equal(request_of_word("arm"), REQUEST_ARM);
    assert_int_equal(request_of_word("start"), REQUEST_START);
    assert_int_equal(request_of_word("pause"), REQUEST_PAUSE);
    assert_int_equal(request_of_word("resume"), REQUEST_RESUME);
    assert_int_equal(request_of_word("end"), REQUEST_END);
    assert_int_equal(request_of_word("stop"), REQUEST_STOP);
    static const char* const others[] = {"", "sto", "stopp", "STOP", " stop", "stop ", "s"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; ++i) {
        assert_int_equal(request_of_word(others[i]), 0);
    }
}

static void nothing_typed_is_no_request_and_no_waiting(void** state)
{
    (void)state;
    request_input_t input;
    request_input_open(&input, false);
    assert_int_equal(request_input_read(&input), 0);
    assert_true(input.open);
}

static void a_word_counts_when_its_line_is_whole(void** state)
{
    const int* keyboard = *state;
    request_input_t input;
    request_input_open(&input, false);
    type(keyboard, "pau");
    assert_int_equal(request_input_read(&input), 0);
    type(keyboard, "se\n");
    assert_int_equal(request_input_read(&input), REQUEST_PAUSE);
    assert_int_equal(request_input_read(&input), 0);
}

static void lines_that_arrive_together_are_all_taken(void** state)
{
    const int* keyboard = *state;
    request_input_t input;
    request_input_open(&input, false);
    type(keyboard, "pause\nnonsense\n\nstop\n");
    assert_int_equal(request_input_read(&input), REQUEST_PAUSE | REQUEST_STOP);
}

static void a_line_that_is_too_long_is_no_request_though_it_begins_or_ends_with_one(void** state)
{
    const int* keyboard = *state;
    request_input_t input;
    request_input_open(&input, false);
    char line[3 * REQUEST_LINE_CAPACITY];
    memset(line, 'x', sizeof line);
    memcpy(line, "start", 5);
    memcpy(line + sizeof line - 7, "start\n", 7);
    type(keyboard, line);
    assert_int_equal(request_input_read(&input), 0);
    type(keyboard, "end\n");
    assert_int_equal(request_input_read(&input), REQUEST_END);
}

static void the_end_of_input_ends_reading_and_asks_for_nothing(void** state)
{
    int* keyboard = *state;
    request_input_t input;
    request_input_open(&input, false);
    type(keyboard, "stop");
    assert_int_equal(close(*keyboard), 0);
    *keyboard = -1;
    assert_int_equal(request_input_read(&input), 0);
    assert_false(input.open);
    assert_int_equal(request_input_read(&input), 0);
}

#define WITH_KEYBOARD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_is_its_request_and_no_other_word_is_one),
        WITH_KEYBOARD(nothing_typed_is_no_request_and_no_waiting),
        WITH_KEYBOARD(a_word_counts_when_its_line_is_whole),
        WITH_KEYBOARD(lines_that_arrive_together_are_all_taken),
        WITH_KEYBOARD(a_line_that_is_too_long_is_no_request_though_it_begins_or_ends_with_one),
        WITH_KEYBOARD(the_end_of_input_ends_reading_and_asks_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
