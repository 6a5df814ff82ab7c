#include "controller/campaign/replay.h"

#include <math.h>
#include <string.h>

#include "tests/support/campaign_stage.h"
#include "tests/support/cmocka_prelude.h"

static void lines_read_back(void** context)
{
    (void)context;
    static const char* const lines[] = {"matrix:0",        "swarm:12345",       "healthy:7",
                                        "swarm:12345/",    "swarm:9/0",         "swarm:9/0,3d2h1",
                                        "matrix:7029/0h9", "swarm:1/2d9,1h4,0", "swarm:0"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; ++i) {
        replay_t replay;
        char text[REPLAY_CAPACITY];
        assert_true(replay_read(lines[i], &replay));
        replay_write(&replay, text);
        assert_string_equal(text, lines[i]);
    }
}

static void anything_else_is_refused(void** context)
{
    (void)context;
    static const char* const lines[] = {"",
                                        "matrix",
                                        "matrix:",
                                        "matrix:-1",
                                        "other:1",
                                        "matrix:1 ",
                                        "swarm:1/a",
                                        "swarm:1/0,",
                                        "swarm:1/0d",
                                        "swarm:1/0x2",
                                        "swarm:1/0d10",
                                        "swarm:1//",
                                        "mat:1",
                                        "matrixx:1",
                                        "swarm:1/24",
                                        "swarm:0x1",
                                        ":1",
                                        "swarm:1.5",
                                        "swarm:99999999999999999999"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; ++i) {
        replay_t replay;
        assert_false(replay_read(lines[i], &replay));
    }
}

static void only_the_events_that_are_named_stay_halved_as_often_as_said(void** context)
{
    (void)context;
    const campaign_stage_t* stage = campaign_stage();
    replay_t replay;
    trial_t whole, part;
    assert_true(replay_read("matrix:130", &replay));
    assert_true(replay_trial(&replay, &stage->stages, stage->machine, &whole));
    assert_true(replay_read("matrix:130/0h2", &replay));
    assert_true(replay_trial(&replay, &stage->stages, stage->machine, &part));
    assert_int_equal(part.event_count, 1);
    assert_near(part.events[0].event.magnitude, 0.25 * whole.events[0].event.magnitude, 1e-12);
    assert_true(replay_read("matrix:130/", &replay));
    assert_true(replay_trial(&replay, &stage->stages, stage->machine, &part));
    assert_int_equal(part.event_count, 0);
    assert_true(replay_read("matrix:130/1", &replay));
    assert_false(replay_trial(&replay, &stage->stages, stage->machine, &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_read_back),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(only_the_events_that_are_named_stay_halved_as_often_as_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
