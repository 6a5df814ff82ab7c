// What is typed becomes wishes: whole lines only, all that have arrived, without waiting and
// without end; on a terminal keys while the arm moves and lines otherwise, and Escape stops in
// either.
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/requests.h"

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

static request_input_t input;
static wish_t wish;

static uint32_t take_in(supervisor_mode_t mode)
{
    wish = wish_begin(5);
    request_input_read(&input, mode, 0, &wish);
    return wish.asked.requests;
}

static uint32_t take(void)
{
    return take_in(MODE_CONTACT);
}

static void nothing_typed_is_no_request_and_no_waiting(void** state)
{
    (void)state;
    request_input_open(&input, false, false, NULL);
    assert_int_equal(take(), 0);
    assert_true(input.open);
}

static void a_word_counts_when_its_line_is_whole(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    type(keyboard, "pau");
    assert_int_equal(take(), 0);
    type(keyboard, "se\n");
    assert_int_equal(take(), REQUEST_PAUSE);
    assert_int_equal(take(), 0);
}

static void lines_that_arrive_together_are_all_taken(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    type(keyboard, "pause\nnonsense\n\nintensity nan\nintensity 7 more\nstop\n");
    assert_int_equal(take(), REQUEST_PAUSE | REQUEST_INTENSITY | REQUEST_STOP);
    assert_int_equal(wish.asked.intensity_level, 7);
}

static void a_line_below_and_at_the_capacity_counts_and_one_above_does_not(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    for (int over = -1; over <= 1; ++over) {
        const size_t length = (size_t)(REQUEST_LINE_CAPACITY - 1 + over);
        char line[2 * REQUEST_LINE_CAPACITY];
        memset(line, 'x', sizeof line);
        memcpy(line, "pause ", 6);
        line[length] = '\n';
        line[length + 1] = '\0';
        type(keyboard, line);
        assert_int_equal(take(), over <= 0 ? REQUEST_PAUSE : 0);
    }
}

static void a_line_that_is_too_long_is_no_request_though_it_begins_or_ends_with_one(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    char line[3 * REQUEST_LINE_CAPACITY];
    memset(line, 'x', sizeof line);
    memcpy(line, "start", 5);
    memcpy(line + sizeof line - 7, "start\n", 7);
    type(keyboard, line);
    assert_int_equal(take(), 0);
    type(keyboard, "end\n");
    assert_int_equal(take(), REQUEST_END);
}

static void a_null_byte_spoils_its_line(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    assert_int_equal(write(*keyboard, "arm\0x\nstop\n", 11), 11);
    assert_int_equal(take(), REQUEST_STOP);
}

static void a_flood_is_taken_in_turns_and_a_stop_behind_it_comes_through(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    size_t written = 0;
    while (written < 60000) { // what a pipe holds, less the stop
        type(keyboard, "intensity 9 more\n");
        written += 17;
    }
    type(keyboard, "stop\n");
    int periods = 0;
    while ((take() & REQUEST_STOP) == 0) {
        assert_int_equal(wish.asked.requests, REQUEST_INTENSITY);
        assert_true(++periods <= 60000 / REQUEST_BYTES_PER_PERIOD + 1);
    }
    assert_true(periods > 5);
}

static void the_end_of_input_ends_reading_and_asks_for_nothing(void** state)
{
    int* keyboard = *state;
    request_input_open(&input, false, false, NULL);
    type(keyboard, "stop");
    assert_int_equal(close(*keyboard), 0);
    *keyboard = -1;
    assert_int_equal(take(), 0);
    assert_int_equal(take(), 0);
    assert_false(input.open);
    assert_int_equal(take(), 0);
}

static void keys_count_while_the_arm_moves_and_lines_before(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, true, NULL);
    type(keyboard, "start");
    assert_int_equal(take_in(MODE_ARMED), 0); // its s is not a skip
    assert_true(request_input_busy(&input));
    type(keyboard, "\n");
    assert_int_equal(take_in(MODE_ARMED), REQUEST_START);
    type(keyboard, "s");
    assert_int_equal(take_in(MODE_TRANSIT), REQUEST_SKIP);
    type(keyboard, "\033[A");
    assert_int_equal(take_in(MODE_CONTACT), 0);
    type(keyboard, " ");
    assert_int_equal(take_in(MODE_CONTACT), REQUEST_PAUSE);
    type(keyboard, " y");
    assert_int_equal(take_in(MODE_PAUSED), REQUEST_RESUME);
    type(keyboard, "stop\n"); // keys, one by one
    assert_int_equal(take_in(MODE_CONTACT) & (REQUEST_STOP | REQUEST_START), 0);
}

static void a_colon_begins_a_line_that_can_be_corrected(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, true, NULL);
    (void)take_in(MODE_CONTACT);
    type(keyboard, ":intensity 8\b7 caf\xc3\xa9\177\177e sx\n+");
    assert_int_equal(take_in(MODE_CONTACT), REQUEST_INTENSITY);
    assert_int_equal(wish.asked.intensity_level, 8); // 7, and the key behind the line one more
    type(keyboard, ":endless\025skip not this\n");
    assert_int_equal(take_in(MODE_CONTACT), REQUEST_SKIP);
    assert_string_equal(wish.reason, "not this");
}

static void escape_stops_in_the_middle_of_a_line_too(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, true, NULL);
    (void)take_in(MODE_CONTACT);
    type(keyboard, ":intensity 9\033");
    assert_int_equal(take_in(MODE_CONTACT), REQUEST_STOP);
    type(keyboard, "q"); // and keys are keys again
    assert_int_equal(take_in(MODE_CONTACT), REQUEST_END);
}

static void a_line_begun_before_the_arm_moves_is_not_finished_by_keys(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, true, NULL);
    type(keyboard, "re");
    assert_int_equal(take_in(MODE_ARMED), 0);
    type(keyboard, "\n");
    assert_int_equal(take_in(MODE_TRANSIT), 0);
    assert_int_equal(input.length, 0);
}

static void ctrl_d_is_the_end_of_input_on_a_terminal(void** state)
{
    const int* keyboard = *state;
    request_input_open(&input, false, true, NULL);
    type(keyboard, "\004");
    assert_int_equal(take_in(MODE_LOCKED), 0);
    assert_false(input.open);
    request_input_open(&input, false, true, NULL);
    (void)take_in(MODE_CONTACT);
    type(keyboard, "\004");
    assert_int_equal(take_in(MODE_CONTACT), 0);
    assert_false(input.open);
}

#define WITH_KEYBOARD(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_KEYBOARD(nothing_typed_is_no_request_and_no_waiting),
        WITH_KEYBOARD(a_word_counts_when_its_line_is_whole),
        WITH_KEYBOARD(lines_that_arrive_together_are_all_taken),
        WITH_KEYBOARD(a_line_below_and_at_the_capacity_counts_and_one_above_does_not),
        WITH_KEYBOARD(a_line_that_is_too_long_is_no_request_though_it_begins_or_ends_with_one),
        WITH_KEYBOARD(a_null_byte_spoils_its_line),
        WITH_KEYBOARD(a_flood_is_taken_in_turns_and_a_stop_behind_it_comes_through),
        WITH_KEYBOARD(the_end_of_input_ends_reading_and_asks_for_nothing),
        WITH_KEYBOARD(keys_count_while_the_arm_moves_and_lines_before),
        WITH_KEYBOARD(a_colon_begins_a_line_that_can_be_corrected),
        WITH_KEYBOARD(escape_stops_in_the_middle_of_a_line_too),
        WITH_KEYBOARD(a_line_begun_before_the_arm_moves_is_not_finished_by_keys),
        WITH_KEYBOARD(ctrl_d_is_the_end_of_input_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
