// A chain tells a line that was changed, taken out, put in or moved.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/line_chain.h"

#define LINES 3

static void chained_lines(char lines[LINES][160])
{
    static const char* const own[LINES] = {"{\"a\":1", "{\"b\":\"two\"", "{\"c\":3"};
    line_chain_t chain;
    char tail[LINE_CHAIN_BYTES + 1];
    line_chain_begin(&chain);
    for (int i = 0; i < LINES; i++) {
        line_chain_add(&chain, own[i], strlen(own[i]), tail);
        snprintf(lines[i], 160, "%s%s", own[i], tail);
    }
}

static bool follow(line_chain_t* chain, const char* line)
{
    size_t own = 0;
    return line_chain_follow(chain, line, strlen(line), &own);
}

/// printf '%064d{"a":1' 0 | sha256sum
static void the_first_link_is_what_another_program_computes(void** state)
{
    (void)state;
    char lines[LINES][160];
    chained_lines(lines);
    assert_string_equal(
        lines[0],
        "{\"a\":1,\"chain\":\"a6fc8d7dbf738917ee8344e1cd5486b01255b25fe5de4df9be7af29689f6a1aa\"}");
}

static void whole_lines_in_their_order_follow(void** state)
{
    (void)state;
    char lines[LINES][160];
    chained_lines(lines);
    line_chain_t chain;
    size_t own = 0;
    line_chain_begin(&chain);
    for (int i = 0; i < LINES; i++) {
        assert_true(line_chain_follow(&chain, lines[i], strlen(lines[i]), &own));
    }
    assert_int_equal(own, strlen("{\"c\":3"));
}

static void every_changed_bit_is_found(void** state)
{
    (void)state;
    char lines[LINES][160];
    chained_lines(lines);
    for (size_t at = 0; at < strlen(lines[1]); at++) {
        for (int bit = 0; bit < 8; bit++) {
            line_chain_t chain;
            line_chain_begin(&chain);
            char changed[160];
            memcpy(changed, lines[1], sizeof changed);
            changed[at] = (char)(changed[at] ^ (1 << bit));
            size_t own = 0;
            assert_true(follow(&chain, lines[0]));
            assert_false(line_chain_follow(&chain, changed, strlen(lines[1]), &own));
        }
    }
}

static void a_line_that_is_missing_doubled_or_moved_is_found(void** state)
{
    (void)state;
    char lines[LINES][160];
    chained_lines(lines);
    line_chain_t chain;
    line_chain_begin(&chain);
    assert_false(follow(&chain, lines[1]));
    line_chain_begin(&chain);
    assert_true(follow(&chain, lines[0]));
    assert_false(follow(&chain, lines[0]));
    line_chain_begin(&chain);
    assert_true(follow(&chain, lines[0]));
    assert_false(follow(&chain, lines[2]));
}

/// So that what is broken is told by its first line, not by all behind it.
static void the_lines_behind_a_changed_one_follow_again(void** state)
{
    (void)state;
    char lines[LINES][160];
    chained_lines(lines);
    lines[0][4] = 'x';
    line_chain_t chain;
    line_chain_begin(&chain);
    assert_false(follow(&chain, lines[0]));
    assert_true(follow(&chain, lines[1]));
    assert_true(follow(&chain, lines[2]));
    assert_false(follow(&chain, "{}"));
    assert_false(follow(&chain, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_link_is_what_another_program_computes),
        cmocka_unit_test(whole_lines_in_their_order_follow),
        cmocka_unit_test(every_changed_bit_is_found),
        cmocka_unit_test(a_line_that_is_missing_doubled_or_moved_is_found),
        cmocka_unit_test(the_lines_behind_a_changed_one_follow_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
