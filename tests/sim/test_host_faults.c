/// A host that goes wrong, on a clock made by hand; and an operator's requests at the wrong time.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "sim/host_faults.h"

#define PERIOD_US 4000

typedef struct {
    int64_t now_us;
    int looks;
    int64_t moves_until_us;
} hand_t;

static hand_t hand;
static host_faults_t faults;
static timebase_t timebase;

static int64_t hand_now_us(void* context)
{
    return ((hand_t*)context)->now_us;
}

static bool hand_sleep_until(void* context, int64_t deadline_us)
{
    hand_t* self = context;
    self->now_us = deadline_us > self->now_us ? deadline_us : self->now_us;
    return true;
}

static bool look(void* context)
{
    hand_t* self = context;
    self->looks++;
    return self->now_us < self->moves_until_us;
}

static const timebase_vtable_t hand_vtable = {hand_now_us, hand_sleep_until};

static void begin(void)
{
    memset(&hand, 0, sizeof hand);
    hand.now_us = 1000000;
    faults = host_faults_begin((timebase_t){&hand_vtable, &hand});
    faults.watch = look;
    faults.context = &hand;
    timebase = host_faults_timebase(&faults);
}

static void inject(world_event_kind_t kind, double magnitude, int64_t duration_us)
{
    host_faults_inject(
        &faults,
        &(world_event_t){.kind = kind, .magnitude = magnitude, .duration_us = duration_us});
}

/// One period of a loop; returns how much longer than it the sleep was.
static int64_t period_late_us(void)
{
    const int64_t deadline_us = timebase.vtable->now_us(timebase.context) + PERIOD_US;
    assert_true(timebase.vtable->sleep_until(timebase.context, deadline_us));
    return timebase.vtable->now_us(timebase.context) - deadline_us;
}

static void without_a_fault_it_is_the_clock_behind_it(void** state)
{
    (void)state;
    begin();
    for (int i = 0; i < 10; ++i) {
        assert_true(period_late_us() == 0);
    }
    assert_true(hand.now_us == 1040000);
    assert_int_equal(hand.looks, 0);
    inject(WORLD_EVENT_BUS_LOSS, 1.0, 0);
    inject(WORLD_EVENT_FORCE_FREEZE, 0.0, 0);
    assert_true(period_late_us() == 0);
}

static void a_hang_makes_one_sleep_longer_while_the_world_is_watched(void** state)
{
    (void)state;
    begin();
    inject(WORLD_EVENT_HOST_HANG, 0.5, 0);
    assert_true(period_late_us() == 500000);
    assert_int_equal(hand.looks, 504);
    assert_true(faults.stood_still_us == 504000);
    assert_true(period_late_us() == 0);
}

static void hangs_of_one_period_follow_one_another(void** state)
{
    (void)state;
    begin();
    inject(WORLD_EVENT_HOST_HANG, 0.5, 0);
    inject(WORLD_EVENT_HOST_HANG, 0.25, 0);
    assert_true(period_late_us() == 750000);
    assert_true(world_event_adds_up(WORLD_EVENT_HOST_HANG));
    assert_false(world_event_adds_up(WORLD_EVENT_HOST_OVERRUN));
}

static void an_overrun_makes_every_period_late_until_it_ends(void** state)
{
    (void)state;
    begin();
    inject(WORLD_EVENT_HOST_OVERRUN, 0.006, 100000);
    for (int i = 0; i < 10; ++i) { // ten milliseconds each
        assert_true(period_late_us() == 6000);
    }
    assert_true(period_late_us() == 0);
}

static void a_throttled_host_is_held_up_once_a_second(void** state)
{
    (void)state;
    begin();
    inject(WORLD_EVENT_HOST_THROTTLED, 0.02, 0);
    int held_up = 0;
    const int64_t until_us = hand.now_us + 4990000;
    while (hand.now_us < until_us) {
        const int64_t late_us = period_late_us();
        assert_true(late_us == 0 || late_us == 20000);
        held_up += late_us > 0 ? 1 : 0;
    }
    assert_int_equal(held_up, 5);
}

static void a_clock_that_jumps_ahead_is_read_so_and_sleeps_no_longer(void** state)
{
    (void)state;
    begin();
    inject(WORLD_EVENT_HOST_CLOCK_JUMP, 3600.0, 0);
    assert_true(timebase.vtable->now_us(timebase.context) == hand.now_us + INT64_C(3600000000));
    const int64_t before_us = hand.now_us;
    assert_true(period_late_us() == 0);
    assert_true(hand.now_us == before_us + PERIOD_US);
}

static void a_clock_that_jumps_back_makes_its_controller_wait(void** state)
{
    (void)state;
    begin();
    const int64_t deadline_us = timebase.vtable->now_us(timebase.context) + PERIOD_US;
    inject(WORLD_EVENT_HOST_CLOCK_JUMP, -2.0, 0);
    const int64_t before_us = hand.now_us;
    assert_true(timebase.vtable->sleep_until(timebase.context, deadline_us));
    assert_true(hand.now_us == before_us + 2000000 + PERIOD_US);
}

static void a_clock_that_jumps_back_too_far_loses_the_controller(void** state)
{
    (void)state;
    begin();
    const int64_t deadline_us = timebase.vtable->now_us(timebase.context) + PERIOD_US;
    inject(WORLD_EVENT_HOST_CLOCK_JUMP, -1e-6 * (double)HOST_AWAY_MAX_US - 1.0, 0);
    assert_false(timebase.vtable->sleep_until(timebase.context, deadline_us));
}

static void after_a_crash_the_world_goes_on_until_nothing_moves(void** state)
{
    (void)state;
    begin();
    inject(WORLD_EVENT_HOST_CRASH, 0.0, 0);
    hand.moves_until_us = hand.now_us + 730000;
    assert_false(timebase.vtable->sleep_until(timebase.context, hand.now_us + PERIOD_US));
    assert_true(hand.now_us >= 1730000 && hand.now_us <= 1930000);
    begin();
    inject(WORLD_EVENT_HOST_CRASH, 0.0, 0);
    hand.moves_until_us = INT64_MAX; // something that never rests
    assert_false(timebase.vtable->sleep_until(timebase.context, hand.now_us + PERIOD_US));
    assert_true(hand.now_us == 1000000 + HOST_AWAY_MAX_US);
}

static void one_bit_of_the_limits_turns_and_turns_back(void** state)
{
    (void)state;
    uint8_t limits[16] = {0};
    uint8_t expected[16] = {0};
    begin();
    inject(WORLD_EVENT_HOST_LIMITS_FLIP, 11.0, 0); // nothing was handed over
    faults.limits = limits;
    faults.limits_size = sizeof limits;
    inject(WORLD_EVENT_HOST_LIMITS_FLIP, 128.0 + 11.0, 20000); // wraps around
    expected[1] = 1u << 3;
    assert_memory_equal(limits, expected, sizeof limits);
    for (int i = 0; i < 5; ++i) {
        (void)period_late_us();
    }
    expected[1] = 0;
    assert_memory_equal(limits, expected, sizeof limits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_fault_it_is_the_clock_behind_it),
        cmocka_unit_test(a_hang_makes_one_sleep_longer_while_the_world_is_watched),
        cmocka_unit_test(hangs_of_one_period_follow_one_another),
        cmocka_unit_test(an_overrun_makes_every_period_late_until_it_ends),
        cmocka_unit_test(a_throttled_host_is_held_up_once_a_second),
        cmocka_unit_test(a_clock_that_jumps_ahead_is_read_so_and_sleeps_no_longer),
        cmocka_unit_test(a_clock_that_jumps_back_makes_its_controller_wait),
        cmocka_unit_test(a_clock_that_jumps_back_too_far_loses_the_controller),
        cmocka_unit_test(after_a_crash_the_world_goes_on_until_nothing_moves),
        cmocka_unit_test(one_bit_of_the_limits_turns_and_turns_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
