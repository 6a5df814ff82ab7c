// Every line gives one line, in order, whatever is in it; whoever waits gets an answer.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/cli/number_lines.h"

#define TEXT_CAPACITY_BYTES 200000

static number_result_t add(void* context, const double* numbers, char* answer)
{
    int* calls = context;
    ++*calls;
    if (numbers[0] < 0.0) {
        (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "too deep");
        return NUMBER_UNANSWERED;
    }
    if (numbers[0] > 1e6) {
        (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "too high");
        return NUMBER_MALFORMED;
    }
    (void)snprintf(answer, NUMBER_ANSWER_CAPACITY, "%g", numbers[0] + numbers[1]);
    return NUMBER_ANSWERED;
}

/// Sends `text` through a filter that adds two numbers; what came out is in `out`.
static number_lines_result_t run_with_key(const char* text, size_t size, const char* key, char* out)
{
    int calls = 0;
    const number_filter_t filter = {
        .count = 2, .expected = "two numbers", .key = key, .answer = add, .context = &calls};
    FILE* in = tmpfile();
    assert_non_null(in);
    assert_int_equal(fwrite(text, 1, size, in), size);
    rewind(in);
    FILE* stream = fmemopen(out, TEXT_CAPACITY_BYTES, "w");
    assert_non_null(stream);
    const number_lines_result_t result = number_lines_run(fileno(in), stream, &filter);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(fclose(in), 0);
    return result;
}

static number_lines_result_t run(const char* text, size_t size, char* out)
{
    return run_with_key(text, size, NULL, out);
}

static void assert_gives(const char* text, const char* expected, bool refused)
{
    static char out[TEXT_CAPACITY_BYTES];
    memset(out, 0, sizeof out);
    assert_int_equal(run(text, strlen(text), out),
                     refused ? NUMBER_LINES_SOME_REFUSED : NUMBER_LINES_DONE);
    assert_string_equal(out, expected);
}

static void numbers_stand_apart_by_blanks_commas_or_both(void** state)
{
    (void)state;
    assert_gives("1 2\n", "3\n", false);
    assert_gives("  1\t2  \r\n", "3\n", false);
    assert_gives("1,2\n1 , 2\n1, 2\n1 ,2\n", "3\n3\n3\n3\n", false);
    assert_gives("1 2", "3\n", false);
    assert_gives("", "", false);
}

static void blank_lines_and_comments_pass_as_they_are(void** state)
{
    (void)state;
    assert_gives("\n \t\n# a, b\n  # 1 2\n1 2\n#\n", "\n \t\n# a, b\n  # 1 2\n3\n#\n", false);
    assert_gives("# last", "# last\n", false);
}

static void what_is_wrong_is_said_in_its_place(void** state)
{
    (void)state;
    assert_gives("1 2\n1\n1 2 3\n3 4\n",
                 "3\n# line 2: 1 number; expected: two numbers\n"
                 "# line 3: 3 numbers; expected: two numbers\n7\n",
                 true);
    assert_gives(",1 2\n", "# line 1: a comma without a number before it; expected: two numbers\n",
                 true);
    assert_gives("1,,2\n", "# line 1: a comma without a number before it; expected: two numbers\n",
                 true);
    assert_gives("1,2,\n", "# line 1: a comma without a number behind it; expected: two numbers\n",
                 true);
    assert_gives("1 nan\n",
                 "# line 1: 'nan' is not a finite decimal number; expected: two numbers\n", true);
    assert_gives("1 2e\n", "# line 1: '2e' is not a finite decimal number; expected: two numbers\n",
                 true);
    assert_gives("1 \x1b[2J\n",
                 "# line 1: '?[2J' is not a finite decimal number; expected: two numbers\n", true);
    assert_gives("1 2 # no\n",
                 "# line 1: '#' is not a finite decimal number; expected: two numbers\n", true);
}

static void the_filter_may_refuse_too(void** state)
{
    (void)state;
    assert_gives("-1 0\n1 1\n", "# too deep\n2\n", true);
    assert_gives("1 1\n\n2e6 0\n", "2\n\n# line 3: too high; expected: two numbers\n", true);
}

static void a_zero_byte_is_no_number(void** state)
{
    (void)state;
    static char out[TEXT_CAPACITY_BYTES];
    memset(out, 0, sizeof out);
    assert_int_equal(run("1 2\0\n1 2\n", 9, out), NUMBER_LINES_SOME_REFUSED);
    assert_string_equal(
        out, "# line 1: '2?' is not a finite decimal number; expected: two numbers\n3\n");
}

static void a_line_may_be_as_long_as_the_capacity_and_no_longer(void** state)
{
    (void)state;
    static char text[NUMBER_LINE_CAPACITY + 16];
    static char out[TEXT_CAPACITY_BYTES];
    for (int more = 0; more <= 1; ++more) {
        memset(out, 0, sizeof out);
        const size_t size = NUMBER_LINE_CAPACITY + (size_t)more;
        memset(text, ' ', size);
        text[0] = '1';
        text[size - 1] = '2';
        text[size] = '\n';
        assert_int_equal(run(text, size + 1, out),
                         more == 0 ? NUMBER_LINES_DONE : NUMBER_LINES_SOME_REFUSED);
        assert_string_equal(
            out, more == 0 ? "3\n" : "# line 1: longer than 4096 bytes; expected: two numbers\n");
    }
}

static void a_comment_may_be_of_any_length(void** state)
{
    (void)state;
    static char text[150000];
    static char out[TEXT_CAPACITY_BYTES];
    memset(text, 'x', sizeof text - 1);
    text[0] = '#';
    text[sizeof text - 2] = '\n';
    memset(out, 0, sizeof out);
    assert_int_equal(run(text, strlen(text), out), NUMBER_LINES_DONE);
    assert_string_equal(out, text);
}

static void random_bytes_give_as_many_lines_as_they_have(void** state)
{
    (void)state;
    static const char alphabet[] = "0123456789.,-+e \t#\n\n\rx\x80";
    static char text[3000];
    static char out[TEXT_CAPACITY_BYTES];
    uint64_t stream = 0x6C696E6573u;
    print_message("seed %llu\n", (unsigned long long)stream);
    for (int n = 0; n < 300; ++n) {
        int lines = 0;
        for (size_t i = 0; i < sizeof text; ++i) {
            stream ^= stream << 13;
            stream ^= stream >> 7;
            stream ^= stream << 17;
            text[i] = i == sizeof text - 1 ? '\n' : alphabet[stream % (sizeof alphabet - 1)];
            lines += text[i] == '\n' ? 1 : 0;
        }
        memset(out, 0, sizeof out);
        (void)run(text, sizeof text, out);
        int answered = 0;
        for (const char* at = out; *at != '\0'; ++at) {
            answered += *at == '\n' ? 1 : 0;
        }
        assert_int_equal(answered, lines);
    }
}

static void an_input_that_cannot_be_read_says_so(void** state)
{
    (void)state;
    int calls = 0;
    const number_filter_t filter = {.count = 2, .expected = "", .answer = add, .context = &calls};
    FILE* out = tmpfile();
    assert_non_null(out);
    assert_int_equal(number_lines_run(-1, out, &filter), NUMBER_LINES_UNREADABLE);
    assert_int_equal(fclose(out), 0);
}

static void an_answer_goes_out_before_the_next_line_is_waited_for(void** state)
{
    (void)state;
    int there[2];
    int back[2];
    assert_int_equal(pipe(there), 0);
    assert_int_equal(pipe(back), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(there[1]);
        int calls = 0;
        const number_filter_t filter = {
            .count = 2, .expected = "", .answer = add, .context = &calls};
        FILE* out = fdopen(back[1], "w");
        const bool done =
            out != NULL && number_lines_run(there[0], out, &filter) == NUMBER_LINES_DONE;
        _exit(done ? 0 : 1);
    }
    (void)close(there[0]);
    (void)close(back[1]);
    for (int i = 0; i < 3; ++i) {
        char text[32];
        const int length = snprintf(text, sizeof text, "%d 1\n", i);
        assert_int_equal(write(there[1], text, (size_t)length), length);
        // Half a line more must not hold the answer up.
        assert_int_equal(write(there[1], " ", 1), 1);
        char answer[8] = "";
        assert_int_equal(read(back[0], answer, sizeof answer - 1), 2);
        assert_int_equal(answer[0], '1' + i);
    }
    (void)close(there[1]);
    (void)close(back[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    // The half line at the end was blank: it passed through.
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void with_a_key_every_line_is_an_object_of_json(void** state)
{
    (void)state;
    static const char text[] = "# told \"so\"\n\n1 2\n-1 0\n2e6 0\nwrong \"word\"\n1,2";
    static char out[TEXT_CAPACITY_BYTES];
    memset(out, 0, sizeof out);
    assert_int_equal(run_with_key(text, strlen(text), "sum", out), NUMBER_LINES_SOME_REFUSED);
    assert_string_equal(out, "{\"line\":1}\n"
                             "{\"line\":2}\n"
                             "{\"line\":3,\"sum\":[3]}\n"
                             "{\"line\":4,\"error\":\"too deep\"}\n"
                             "{\"line\":5,\"error\":\"too high\",\"expected\":\"two numbers\"}\n"
                             "{\"line\":6,\"error\":\"'wrong' is not a finite decimal number\","
                             "\"expected\":\"two numbers\"}\n"
                             "{\"line\":7,\"sum\":[3]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_key_every_line_is_an_object_of_json),
        cmocka_unit_test(numbers_stand_apart_by_blanks_commas_or_both),
        cmocka_unit_test(blank_lines_and_comments_pass_as_they_are),
        cmocka_unit_test(what_is_wrong_is_said_in_its_place),
        cmocka_unit_test(the_filter_may_refuse_too),
        cmocka_unit_test(a_zero_byte_is_no_number),
        cmocka_unit_test(a_line_may_be_as_long_as_the_capacity_and_no_longer),
        cmocka_unit_test(a_comment_may_be_of_any_length),
        cmocka_unit_test(random_bytes_give_as_many_lines_as_they_have),
        cmocka_unit_test(an_input_that_cannot_be_read_says_so),
        cmocka_unit_test(an_answer_goes_out_before_the_next_line_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
