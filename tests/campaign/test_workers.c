#include "controller/campaign/workers.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka_prelude.h"

#define TRIAL_COUNT 300
#define LONG_LINE 9000
#define DEADLY 117
#define LEAVING 205

typedef struct {
    int64_t next;
    int taken[TRIAL_COUNT];
    int died, signal, exit_code;
    int64_t died_on;
    bool deadly;
} room_t;

/// A line that tells its trial all along, longer than a pipe's atomic write.
static bool play(void* context, int64_t number, char* line, size_t capacity)
{
    const room_t* room = context;
    if (room->deadly && number == DEADLY) {
        (void)raise(SIGKILL);
    }
    if (room->deadly && number == LEAVING) {
        _exit(7);
    }
    int length = 0;
    while (length < LONG_LINE) {
        length += snprintf(line + length, capacity - (size_t)length, "%lld ", (long long)number);
    }
    return true;
}

static bool next(void* context, int64_t* number)
{
    room_t* room = context;
    *number = room->next;
    return room->next++ < TRIAL_COUNT;
}

static void take(void* context, int64_t number, const char* line)
{
    room_t* room = context;
    char expected[LONG_LINE + 64];
    assert_true(play(&(room_t){0}, number, expected, sizeof expected));
    assert_string_equal(line, expected);
    ++room->taken[number];
}

static void died(void* context, int64_t number, int signal_number, int exit_code)
{
    room_t* room = context;
    ++room->died;
    room->died_on += number;
    room->signal += signal_number;
    room->exit_code += exit_code;
}

static void every_trial_comes_back_once_whole(void** context)
{
    (void)context;
    for (int jobs = 1; jobs <= 4; ++jobs) {
        room_t room = {0};
        const work_t work = {&room, play, next, take, died};
        assert_true(workers_run(&work, jobs));
        for (int i = 0; i < TRIAL_COUNT; ++i) {
            assert_int_equal(room.taken[i], 1);
        }
        assert_int_equal(room.died, 0);
    }
}

static void a_worker_that_dies_is_told_and_replaced(void** context)
{
    (void)context;
    room_t room = {.deadly = true};
    const work_t work = {&room, play, next, take, died};
    assert_true(workers_run(&work, 2));
    for (int i = 0; i < TRIAL_COUNT; ++i) {
        assert_int_equal(room.taken[i], i == DEADLY || i == LEAVING ? 0 : 1);
    }
    assert_int_equal(room.died, 2);
    assert_int_equal(room.died_on, DEADLY + LEAVING);
    assert_int_equal(room.signal, SIGKILL);
    assert_int_equal(room.exit_code, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_trial_comes_back_once_whole),
        cmocka_unit_test(a_worker_that_dies_is_told_and_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
