// A script of requests is read strictly, its entries come due once and in order, and nothing in it
// can arm or start; what ships is read.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/cli/request_script.h"

#define HEAD "kind: requests\nversion: 1\nname: try\nmeaning: To try.\nrequests:\n"

static request_script_t script;
static findings_t findings;

static bool load(const char* text)
{
    char path[] = "/tmp/knead-requests-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    assert_int_equal(close(file), 0);
    findings = (findings_t){0};
    const bool good = request_script_load(path, &script, &findings);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(good, findings.error_count == 0);
    return good;
}

static void entries_come_due_once_and_in_their_order(void** state)
{
    (void)state;
    assert_true(load(HEAD "  - {at: 1 s, request: intensity, level: 8, reason: more}\n"
                          "  - {at: 2 s, request: pause, reason: a cough}\n"
                          "  - {at: 2 s, request: intensity, level: 3, reason: less}\n"
                          "  - {at: 2.5 s, request: resume, reason: well again}\n"));
    assert_int_equal(script.count, 4);
    wish_t wish = wish_begin(5);
    request_script_take(&script, 999999, &wish);
    assert_int_equal(wish.asked.requests, 0);
    request_script_take(&script, 1000000, &wish);
    assert_int_equal(wish.asked.requests, REQUEST_INTENSITY);
    assert_int_equal(wish.asked.intensity_level, 8);
    assert_string_equal(wish.reason, "more");
    wish = wish_begin(8);
    request_script_take(&script, 2100000, &wish); // a period later than it says is late, not never
    assert_int_equal(wish.asked.requests, REQUEST_PAUSE | REQUEST_INTENSITY);
    assert_int_equal(wish.asked.intensity_level, 3);
    assert_true(request_script_pending(&script));
    wish = wish_begin(3);
    request_script_take(&script, 9000000, &wish);
    assert_int_equal(wish.asked.requests, REQUEST_RESUME);
    assert_false(request_script_pending(&script));
    wish = wish_begin(3);
    request_script_take(&script, 99000000, &wish);
    assert_int_equal(wish.asked.requests, 0);
}

static void what_is_wrong_is_refused_and_leaves_the_script_alone(void** state)
{
    (void)state;
    static const char* const wrong[] = {
        HEAD "  []\n",
        HEAD "  - {at: 1 s, request: start, reason: now}\n",
        HEAD "  - {at: 1 s, request: arm, reason: now}\n",
        HEAD "  - {at: 1 s, request: acknowledge, reason: now}\n",
        HEAD "  - {at: 1 s, request: pause}\n",
        HEAD "  - {at: 1, request: pause, reason: now}\n",
        HEAD "  - {at: 1 s, request: pause, level: 3, reason: now}\n",
        HEAD "  - {at: 1 s, request: intensity, reason: now}\n",
        HEAD "  - {at: 1 s, request: intensity, level: -1, reason: now}\n",
        HEAD "  - {at: 1 s, request: intensity, level: 11, reason: now}\n",
        HEAD "  - {at: 1 s, request: intensity, level: 7.5, reason: now}\n",
        HEAD "  - {at: 1 s, request: intensity, level: .nan, reason: now}\n",
        HEAD "  - {at: -1 s, request: pause, reason: now}\n",
        (HEAD "  - {at: 2 s, request: pause, reason: now}\n"
              "  - {at: 1 s, request: end, reason: then}\n"),
        ("kind: scenario\nversion: 1\nname: try\nmeaning: To try.\nrequests:\n"
         "  - {at: 1 s, request: pause, reason: now}\n"),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
        script = (request_script_t){.count = 77};
        assert_false(load(wrong[i]));
        assert_int_equal(script.count, 77);
        assert_true(findings.at[0].line > 0);
    }
}

static void levels_at_both_ends_are_read(void** state)
{
    (void)state;
    assert_true(load(HEAD "  - {at: 0 s, request: intensity, level: 0, reason: least}\n"
                          "  - {at: 7200 s, request: intensity, level: 10, reason: most}\n"));
}

static void what_ships_is_read(void** state)
{
    (void)state;
    findings = (findings_t){0};
    assert_true(
        request_script_load("routines/requests/client-asks-for-more.yaml", &script, &findings));
    assert_true(script.count > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_due_once_and_in_their_order),
        cmocka_unit_test(what_is_wrong_is_refused_and_leaves_the_script_alone),
        cmocka_unit_test(levels_at_both_ends_are_read),
        cmocka_unit_test(what_ships_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
