// What the user writes behind a verb is read exactly, or refused with a sentence; nothing is
// guessed.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/cli/options.h"

#define ARGUMENT_CAPACITY 8

/// Reads the arguments as words behind the verb "verb"; the messages are left in `said`.
static bool read_words(const char* const* words, uint32_t accepted, options_t* options, char* said,
                       size_t capacity)
{
    static char verb[] = "verb"; // operands point into these after the call
    static char copies[ARGUMENT_CAPACITY][64];
    static char* arguments[ARGUMENT_CAPACITY + 2];
    int count = 0;
    arguments[count++] = verb;
    for (int i = 0; words[i] != NULL; ++i) {
        assert_true(i < ARGUMENT_CAPACITY);
        (void)snprintf(copies[i], sizeof copies[i], "%s", words[i]);
        arguments[count++] = copies[i];
    }
    arguments[count] = NULL;
    memset(said, 0, capacity);
    FILE* messages = fmemopen(said, capacity, "w");
    assert_non_null(messages);
    const bool good = options_read(count, arguments, accepted, options, messages);
    assert_int_equal(fclose(messages), 0);
    return good;
}

#define READ(options, said, accepted, ...)                                                         \
    read_words((const char* const[]){__VA_ARGS__, NULL}, accepted, options, said, sizeof said)

static void options_and_operands_may_stand_in_any_order(void** state)
{
    (void)state;
    options_t options;
    char said[400];
    const uint32_t accepted = OPTION_BIT(OPTION_SEED) | OPTION_BIT(OPTION_JSON);
    assert_true(READ(&options, said, accepted, "a", "--seed", "7", "b", "--json"));
    assert_int_equal(options.whole[OPTION_SEED], 7);
    assert_true(options.given[OPTION_SEED] && options.given[OPTION_JSON]);
    assert_false(options.help);
    assert_int_equal(options.operand_count, 2);
    assert_string_equal(options.operands[0], "a");
    assert_string_equal(options.operands[1], "b");
    assert_string_equal(said, "");
}

static void what_is_not_given_is_null_and_the_seed_has_its_default(void** state)
{
    (void)state;
    options_t options;
    char said[400];
    assert_true(READ(&options, said, OPTION_BITS_TABLE, "a"));
    for (int id = 0; id < OPTION_COUNT; ++id) {
        assert_false(options.given[id]);
        assert_null(options.text[id]);
    }
    assert_int_equal(options.whole[OPTION_SEED], OPTION_SEED_DEFAULT);
}

static void whole_numbers_are_taken_up_to_their_limits_and_refused_beyond(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        bool good;
        int64_t number;
    } rows[] = {
        {"1", true, 1},
        {"65000", true, 65000},
        {"0", false, 0},
        {"65001", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"99999999999999999999999", false, 0},
        {"", false, 0},
        {"nan", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        options_t options;
        char said[400];
        const bool good =
            READ(&options, said, OPTION_BIT(OPTION_PORT_BASE), "--port-base", rows[i].text);
        assert_int_equal(good, rows[i].good);
        if (good) {
            assert_int_equal(options.whole[OPTION_PORT_BASE], rows[i].number);
        } else {
            assert_non_null(strstr(said, "from 1 to 65000"));
        }
    }
}

static void the_largest_seed_is_the_largest_number(void** state)
{
    (void)state;
    options_t options;
    char said[400];
    assert_true(READ(&options, said, OPTION_BIT(OPTION_SEED), "--seed=9223372036854775807"));
    assert_true(options.whole[OPTION_SEED] == INT64_MAX);
    assert_false(READ(&options, said, OPTION_BIT(OPTION_SEED), "--seed=9223372036854775808"));
}

static void an_option_that_the_verb_does_not_take_is_unknown(void** state)
{
    (void)state;
    options_t options;
    char said[400];
    assert_false(READ(&options, said, OPTION_BIT(OPTION_JSON), "--seed", "1"));
    assert_non_null(strstr(said, "unknown option '--seed'"));
    assert_non_null(strstr(said, "knead verb --help"));
}

static void an_option_stands_once(void** state)
{
    (void)state;
    options_t options;
    char said[400];
    assert_false(READ(&options, said, OPTION_BIT(OPTION_OUT), "--out", "a", "--out", "b"));
    assert_non_null(strstr(said, "--out stands there twice"));
}

static void unknown_letters_are_refused_one_by_one(void** state)
{
    (void)state;
    options_t options;
    char said[400];
    assert_false(READ(&options, said, OPTION_BIT(OPTION_JSON), "a", "-xy"));
    assert_non_null(strstr(said, "unknown option '-x'"));
    assert_false(READ(&options, said, OPTION_BIT(OPTION_JSON), "-hy"));
    assert_non_null(strstr(said, "unknown option '-y'"));
    assert_true(READ(&options, said, OPTION_BIT(OPTION_JSON), "-h"));
    assert_true(options.help);
}

static void help_names_every_option_that_is_taken_and_no_other(void** state)
{
    (void)state;
    char text[4000] = "";
    FILE* out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    options_print_help(OPTION_BIT(OPTION_MACHINE) | OPTION_BIT(OPTION_JSON), out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "--machine FILE"));
    assert_non_null(strstr(text, "--json"));
    assert_non_null(strstr(text, "--help"));
    assert_null(strstr(text, "--seed"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_may_stand_in_any_order),
        cmocka_unit_test(what_is_not_given_is_null_and_the_seed_has_its_default),
        cmocka_unit_test(whole_numbers_are_taken_up_to_their_limits_and_refused_beyond),
        cmocka_unit_test(the_largest_seed_is_the_largest_number),
        cmocka_unit_test(an_option_that_the_verb_does_not_take_is_unknown),
        cmocka_unit_test(an_option_stands_once),
        cmocka_unit_test(unknown_letters_are_refused_one_by_one),
        cmocka_unit_test(help_names_every_option_that_is_taken_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
