/// Messages of a loop in real time: they arrive whole and in order, and a reader that stands still
/// or is gone never holds up who writes them.
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/messages.h"

#define HELD_UP_S 60 // the alarm ends a test that hangs

static int kept_error;
static int far_end;

/// Standard error is a pipe; the test reads its other end.
static void lead_errors_here(void)
{
    int ends[2];
    kept_error = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    far_end = ends[0];
    assert_true(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    (void)close(ends[1]);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(HELD_UP_S);
}

static void lead_errors_back(void)
{
    (void)dup2(kept_error, STDERR_FILENO);
    (void)close(kept_error);
    (void)alarm(0);
}

static void what_is_told_arrives_whole_and_in_order(void** state)
{
    (void)state;
    lead_errors_here();
    assert_true(messages_begin());
    assert_false(messages_begin());
    for (int line = 0; line < 100; ++line) {
        (void)fprintf(stderr, "line %d\n", line);
    }
    messages_end();
    (void)fprintf(stderr, "after it\n");
    lead_errors_back();
    FILE* told = fdopen(far_end, "r");
    char line[64];
    char wanted[64];
    for (int index = 0; index < 100; ++index) {
        (void)snprintf(wanted, sizeof wanted, "line %d\n", index);
        assert_non_null(fgets(line, sizeof line, told));
        assert_string_equal(line, wanted);
    }
    assert_non_null(fgets(line, sizeof line, told));
    assert_string_equal(line, "after it\n");
    assert_null(fgets(line, sizeof line, told));
    (void)fclose(told);
}

/// Shows H39.
static void a_reader_that_stands_still_holds_nobody_up(void** state)
{
    (void)state;
    lead_errors_here();
    assert_true(messages_begin());
    char text[200];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (int line = 0; line < 5000; ++line) { // a megabyte, where pipes hold 64 kB each
        (void)fprintf(stderr, "%04d%s\n", line, text);
    }
    messages_end(); // gives up on what nobody reads
    lead_errors_back();
    FILE* told = fdopen(far_end, "r");
    char line[300];
    int last = -1;
    for (int read = 0; read < 300; ++read) {
        assert_non_null(fgets(line, sizeof line, told));
        assert_int_equal(strlen(line), 4 + sizeof text - 1 + 1); // whole
        const int number =
            (int)strtol((char[]){line[0], line[1], line[2], line[3], '\0'}, NULL, 10);
        assert_true(number > last);
        last = number;
    }
    (void)fclose(told);
}

static void a_reader_that_is_gone_holds_nobody_up(void** state)
{
    (void)state;
    lead_errors_here();
    (void)close(far_end);
    assert_true(messages_begin());
    for (int line = 0; line < 5000; ++line) {
        (void)fprintf(stderr, "line %d of many that nobody will ever read\n", line);
    }
    messages_end();
    assert_int_equal(ferror(stderr), 0);
    lead_errors_back();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_arrives_whole_and_in_order),
        cmocka_unit_test(a_reader_that_is_gone_holds_nobody_up),
        // The last: its thread stays behind.
        cmocka_unit_test(a_reader_that_stands_still_holds_nobody_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
