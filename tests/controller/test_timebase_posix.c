// The machine's clock runs forward, and nobody sleeps shorter than asked. How much longer is the
// machine's affair and is not tested.
#include "tests/support/cmocka_prelude.h"

#include "controller/timebase.h"

static void time_never_goes_backwards_and_is_never_negative(void** state)
{
    (void)state;
    const timebase_t timebase = timebase_monotonic();
    int64_t last_us = timebase.vtable->now_us(timebase.context);
    assert_true(last_us >= 0);
    for (int i = 0; i < 10000; ++i) {
        const int64_t now_us = timebase.vtable->now_us(timebase.context);
        assert_true(now_us >= last_us);
        last_us = now_us;
    }
}

static void sleeping_ends_at_the_deadline_or_after(void** state)
{
    (void)state;
    const timebase_t timebase = timebase_monotonic();
    for (int64_t ahead_us = 0; ahead_us <= 3000; ahead_us += 250) {
        const int64_t deadline_us = timebase.vtable->now_us(timebase.context) + ahead_us;
        assert_true(timebase.vtable->sleep_until(timebase.context, deadline_us));
        assert_true(timebase.vtable->now_us(timebase.context) >= deadline_us);
    }
}

static void a_deadline_in_the_past_is_no_trouble(void** state)
{
    (void)state;
    const timebase_t timebase = timebase_monotonic();
    const int64_t now_us = timebase.vtable->now_us(timebase.context);
    assert_true(timebase.vtable->sleep_until(timebase.context, now_us - 1000));
    assert_true(timebase.vtable->sleep_until(timebase.context, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_goes_backwards_and_is_never_negative),
        cmocka_unit_test(sleeping_ends_at_the_deadline_or_after),
        cmocka_unit_test(a_deadline_in_the_past_is_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
