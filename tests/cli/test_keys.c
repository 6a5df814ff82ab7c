// One key stops, and no key alone starts anything: of all bytes in all modes only a confirmation
// that was asked for within its time resumes. Arrow keys are not Escape.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/cli/keys.h"

static const supervisor_mode_t playing[] = {MODE_TRANSIT, MODE_APPROACH, MODE_CONTACT, MODE_RETRACT,
                                            MODE_PAUSED,  MODE_PARKING,  MODE_LIFT,    MODE_YIELD};
#define PLAYING_COUNT (sizeof playing / sizeof playing[0])

static wish_t press(keys_t* keys, char byte, supervisor_mode_t mode, int64_t now_us,
                    keys_meaning_t* meaning)
{
    wish_t wish = wish_begin(5);
    *meaning = keys_take(keys, byte, mode, now_us, &wish);
    assert_int_equal(*meaning == KEYS_WISH, wish.asked.requests != 0);
    return wish;
}

static void every_key_is_its_request_in_every_mode_that_plays(void** state)
{
    (void)state;
    const struct {
        char key;
        uint32_t request;
    } rows[] = {{'x', REQUEST_STOP},      {'\033', REQUEST_STOP},  {'q', REQUEST_END},
                {'s', REQUEST_SKIP},      {'r', REQUEST_REPEAT},   {'e', REQUEST_EXTEND},
                {'+', REQUEST_INTENSITY}, {'-', REQUEST_INTENSITY}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        for (size_t k = 0; k < PLAYING_COUNT; ++k) {
            keys_t keys = {0};
            keys_meaning_t meaning;
            const wish_t wish = press(&keys, rows[i].key, playing[k], 1000, &meaning);
            assert_int_equal(wish.asked.requests, rows[i].request);
            assert_true(strlen(wish.reason) > 4); // which key it was
            if (rows[i].request == REQUEST_INTENSITY) {
                assert_int_equal(wish.asked.intensity_level, rows[i].key == '+' ? 6 : 4);
            }
        }
    }
}

static void no_key_alone_starts_anything(void** state)
{
    (void)state;
    const uint32_t starts = REQUEST_ACKNOWLEDGE | REQUEST_ARM | REQUEST_START | REQUEST_RESUME;
    for (int byte = 0; byte < 256; ++byte) {
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            keys_t keys = {0};
            keys_meaning_t meaning;
            const wish_t wish =
                press(&keys, (char)byte, (supervisor_mode_t)mode, 1000000, &meaning);
            assert_int_equal(wish.asked.requests & starts, 0);
        }
    }
}

static void only_the_confirmation_of_a_question_resumes(void** state)
{
    (void)state;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            keys_t keys = {0};
            keys_meaning_t meaning;
            (void)press(&keys, (char)first, MODE_PAUSED, 1000, &meaning);
            const wish_t wish = press(&keys, (char)second, MODE_PAUSED, 2000, &meaning);
            const bool confirmed = first == ' ' && (second == 'y' || second == '\n');
            assert_int_equal((wish.asked.requests & REQUEST_RESUME) != 0, confirmed);
        }
    }
}

static void space_pauses_what_plays_and_asks_what_is_paused(void** state)
{
    (void)state;
    for (size_t k = 0; k < PLAYING_COUNT; ++k) {
        keys_t keys = {0};
        keys_meaning_t meaning;
        const wish_t wish = press(&keys, ' ', playing[k], 0, &meaning);
        const bool paused = playing[k] == MODE_PAUSED;
        assert_int_equal(wish.asked.requests, paused ? 0 : REQUEST_PAUSE);
        assert_int_equal(meaning, paused ? KEYS_CONFIRM : KEYS_WISH);
    }
}

static void a_confirmation_counts_below_and_at_its_time_and_not_above(void** state)
{
    (void)state;
    const struct {
        int64_t after_us;
        bool resumes;
    } rows[] = {{0, true}, {KEYS_CONFIRM_US, true}, {KEYS_CONFIRM_US + 1, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        keys_t keys = {0};
        keys_meaning_t meaning;
        (void)press(&keys, ' ', MODE_PAUSED, 77, &meaning);
        const wish_t wish = press(&keys, 'y', MODE_PAUSED, 77 + rows[i].after_us, &meaning);
        assert_int_equal(wish.asked.requests, rows[i].resumes ? REQUEST_RESUME : 0);
        assert_int_equal(meaning, rows[i].resumes ? KEYS_WISH : KEYS_LEFT);
    }
}

static void a_question_is_dropped_by_another_key_and_by_another_mode(void** state)
{
    (void)state;
    keys_t keys = {0};
    keys_meaning_t meaning;
    (void)press(&keys, ' ', MODE_PAUSED, 0, &meaning);
    (void)press(&keys, 'n', MODE_PAUSED, 10, &meaning);
    assert_int_equal(meaning, KEYS_LEFT);
    assert_int_equal(press(&keys, 'y', MODE_PAUSED, 20, &meaning).asked.requests, 0);

    (void)press(&keys, ' ', MODE_PAUSED, 30, &meaning);
    assert_int_equal(press(&keys, 'x', MODE_PAUSED, 40, &meaning).asked.requests, REQUEST_STOP);
    assert_int_equal(press(&keys, 'y', MODE_PAUSED, 50, &meaning).asked.requests, 0);

    (void)press(&keys, ' ', MODE_PAUSED, 60, &meaning);
    assert_int_equal(press(&keys, 'y', MODE_PARKING, 70, &meaning).asked.requests, 0);
}

static void help_line_end_and_unknown_keys_ask_for_nothing(void** state)
{
    (void)state;
    const struct {
        char key;
        keys_meaning_t meaning;
    } rows[] = {{'?', KEYS_HELP},     {':', KEYS_LINE},    {'\004', KEYS_END_OF_INPUT},
                {'\n', KEYS_NOTHING}, {'a', KEYS_UNKNOWN}, {'S', KEYS_UNKNOWN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        keys_t keys = {0};
        keys_meaning_t meaning;
        (void)press(&keys, rows[i].key, MODE_CONTACT, 0, &meaning);
        assert_int_equal(meaning, rows[i].meaning);
    }
    assert_non_null(strstr(keys_help(), "intensity"));
    assert_null(strchr(keys_line(), '\n'));
}

static void arrows_and_function_keys_are_one_key_and_escape_alone_is_another(void** state)
{
    (void)state;
    const struct {
        const char* bytes;
        size_t length;
    } rows[] = {{"\033[A", 3}, {"\033[1;5C", 6}, {"\033[15~x", 5}, {"\033OP", 3},     {"\033", 0},
                {"\033x", 0},  {"\033[", 0},     {"\033[1;", 0},   {"\033\033[A", 0}, {"abc", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        assert_int_equal(keys_sequence_length(rows[i].bytes, strlen(rows[i].bytes)),
                         rows[i].length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_its_request_in_every_mode_that_plays),
        cmocka_unit_test(no_key_alone_starts_anything),
        cmocka_unit_test(only_the_confirmation_of_a_question_resumes),
        cmocka_unit_test(space_pauses_what_plays_and_asks_what_is_paused),
        cmocka_unit_test(a_confirmation_counts_below_and_at_its_time_and_not_above),
        cmocka_unit_test(a_question_is_dropped_by_another_key_and_by_another_mode),
        cmocka_unit_test(help_line_end_and_unknown_keys_ask_for_nothing),
        cmocka_unit_test(arrows_and_function_keys_are_one_key_and_escape_alone_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
