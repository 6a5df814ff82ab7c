/// Proves that every request gets the answer its mode, its company in the same period and its own
/// conditions ask for, against a table written by hand; that what is granted is what the supervisor
/// then does; that intensity climbs slowly, falls at once and never leaves its levels whatever
/// floods in; and that nothing here depends on anything but its arguments.
#include "tests/support/cmocka_prelude.h"

#include <limits.h>

#include "controller/live.h"
#include "routines/intensity.h"
#include "tests/support/gantry.h"

#define SEED 20240603u
#define PERIODS_OF(us) ((int)((us) / GANTRY_PERIOD_US))

static gantry_t* gantry;
static player_state_t player;
static live_view_t view;
static live_state_t state;
static cycle_input_t in;

static void add_item(int step, double duration_s)
{
    routine_item_t* item = &gantry->routine.items[gantry->routine.item_count++];
    item->kind = ITEM_STROKE;
    item->stroke = (stroke_t){
        .technique = TECHNIQUE_KNEADING,
        .step = step,
        .duration_s = duration_s,
        .parameters = {
            .force_N = 15.0, .rate_Hz = 0.5, .radius_m = 0.01, .duration_s = duration_s}};
}

/// Three steps of a minute, 20 s into the second; well, standing, where it was left.
static int setup(void** context)
{
    (void)context;
    gantry = gantry_make();
    region_settings_t* region = &gantry->body_settings.regions[0];
    region->level_max = 0.5;
    region->across_max_m = 0.1;
    for (int i = 0; i < 5; ++i) {
        gantry->body.landmark_along_m[i] = 0.4 * i;
    }
    for (int step = 0; step < 3; ++step) {
        add_item(step, 60.0);
    }
    player = (player_state_t){.item = 1, .elapsed_us = 20000000};
    view =
        (live_view_t){.mode = MODE_CONTACT, .player = &player, .healthy = true, .standing = true};
    live_begin(&gantry->session, &state);
    memset(&in, 0, sizeof in);
    return 0;
}

static int teardown(void** context)
{
    (void)context;
    free(gantry);
    return 0;
}

/// A new wish, not one that is held.
static live_t ask(uint32_t requests)
{
    state.requests_before = 0;
    in.requests = requests;
    const live_t live = live_step(&gantry->session, &state, &view, &in);
    in.requests = 0;
    return live;
}

static request_result_t answer(supervisor_mode_t mode, request_bit_t request)
{
    view.mode = mode;
    live_begin(&gantry->session, &state);
    const live_t live = ask(request);
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        if ((1u << index) != (uint32_t)request) {
            assert_int_equal(live.results[index], REQUEST_NOT_MADE);
        } else {
            assert_int_not_equal(live.results[index], REQUEST_NOT_MADE);
            assert_int_equal(live.granted, live.results[index] == REQUEST_GRANTED ? request : 0);
        }
    }
    return live.results[__builtin_ctz((unsigned)request)];
}

/// One letter a mode, in the order of MODE_LIST: Granted, Already, - for not now.
static const struct {
    request_bit_t request;
    const char* answers;
} table[] = {
    //                    locked ready arming armed transit approach contact retract paused parking
    //                    parked lift yield stopping tripped
    {REQUEST_ACKNOWLEDGE, "GA------------G"}, {REQUEST_ARM, "-GAA-----------"},
    {REQUEST_START, "---GAAAA-------"},       {REQUEST_PAUSE, "----GGGGAG-A---"},
    {REQUEST_RESUME, "----AAAAG------"},      {REQUEST_END, "-GGGGGGGGGAG---"},
    {REQUEST_STOP, "--GGGGGGGG-GAA-"},        {REQUEST_SKIP, "----GGGGG--G---"},
    {REQUEST_REPEAT, "----GGGGG--G---"},      {REQUEST_EXTEND, "-----GG-G--G---"},
    {REQUEST_INTENSITY, "---GGGGGG--G---"},
};

static void every_request_gets_its_answer_in_every_mode(void** context)
{
    (void)context;
    in.intensity_level = 4;
    for (size_t row = 0; row < sizeof table / sizeof table[0]; ++row) {
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            const char letter = table[row].answers[mode];
            const request_result_t expected = letter == 'G'   ? REQUEST_GRANTED
                                              : letter == 'A' ? REQUEST_ALREADY
                                                              : REQUEST_NOT_NOW;
            assert_int_equal(answer((supervisor_mode_t)mode, table[row].request), expected);
        }
    }
    assert_int_equal(sizeof table / sizeof table[0], REQUEST_COUNT);
}

static void what_is_granted_is_what_the_supervisor_does(void** context)
{
    (void)context;
    static const struct {
        request_bit_t request;
        conditions_t condition;
    } pairs[] = {
        {REQUEST_ACKNOWLEDGE, CONDITION(CONDITION_ACKNOWLEDGE)},
        {REQUEST_ARM, CONDITION(CONDITION_ARM)},
        {REQUEST_START, CONDITION(CONDITION_START)},
        {REQUEST_PAUSE, CONDITION(CONDITION_PAUSE)},
        {REQUEST_RESUME, CONDITION(CONDITION_RESUME)},
        {REQUEST_STOP, CONDITION(CONDITION_STOP)},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; ++i) {
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            const supervisor_mode_t at = (supervisor_mode_t)mode;
            // Nobody's stop ends the way off the body: the cycle does not pass it on there.
            const bool kept_back = at == MODE_YIELD && pairs[i].request == REQUEST_STOP;
            const bool moves = !kept_back && supervisor_next(at, pairs[i].condition) != at;
            assert_int_equal(answer(at, pairs[i].request) == REQUEST_GRANTED, moves);
        }
    }
}

static void what_changes_a_stroke_is_refused_without_torque_and_while_stopping(void** context)
{
    (void)context;
    const supervisor_mode_t modes[] = {MODE_LOCKED, MODE_READY,    MODE_PARKED,
                                       MODE_YIELD,  MODE_STOPPING, MODE_TRIPPED};
    const request_bit_t changes[] = {REQUEST_SKIP, REQUEST_REPEAT, REQUEST_EXTEND,
                                     REQUEST_INTENSITY};
    in.intensity_level = 7;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; ++i) {
        for (size_t k = 0; k < sizeof changes / sizeof changes[0]; ++k) {
            assert_true(request_refused(answer(modes[i], changes[k])));
        }
    }
}

static void a_stop_voids_everything_else_and_an_end_everything_but_the_stop(void** context)
{
    (void)context;
    const uint32_t all = (1u << REQUEST_COUNT) - 1u;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        view.mode = (supervisor_mode_t)mode;
        live_begin(&gantry->session, &state);
        live_t live = ask(all);
        assert_int_equal(live.granted & ~(uint32_t)REQUEST_STOP, 0);
        live_begin(&gantry->session, &state);
        live = ask(all & ~(uint32_t)REQUEST_STOP);
        assert_int_equal(live.granted & ~(uint32_t)(REQUEST_END | REQUEST_ACKNOWLEDGE), 0);
        for (int index = 0; index < REQUEST_COUNT; ++index) {
            assert_int_equal(live.results[index] == REQUEST_NOT_MADE,
                             (1u << index) == (uint32_t)REQUEST_STOP);
        }
    }
}

static void a_pause_voids_what_starts(void** context)
{
    (void)context;
    const struct {
        supervisor_mode_t mode;
        request_bit_t start;
    } rows[] = {
        {MODE_READY, REQUEST_ARM}, {MODE_ARMED, REQUEST_START}, {MODE_PAUSED, REQUEST_RESUME}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        view.mode = rows[i].mode;
        assert_int_equal(ask(rows[i].start | REQUEST_PAUSE).granted & rows[i].start, 0);
    }
}

/// Shows H47.
static void a_refusing_rule_leaves_only_the_stop(void** context)
{
    (void)context;
    view.healthy = false;
    in.intensity_level = 7;
    for (size_t row = 0; row < sizeof table / sizeof table[0]; ++row) {
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            const bool granted =
                answer((supervisor_mode_t)mode, table[row].request) == REQUEST_GRANTED;
            assert_true(!granted || table[row].request == REQUEST_STOP);
        }
    }
}

static void resuming_takes_an_arm_that_stands_where_it_was_left(void** context)
{
    (void)context;
    const double at_limit_m = LIVE_DISPLACED_MAX_M;
    const struct {
        bool standing;
        double deviation_m;
        request_result_t answer;
    } rows[] = {{true, 0.0, REQUEST_GRANTED},
                {true, at_limit_m, REQUEST_GRANTED},
                {true, nextafter(at_limit_m, 1.0), REQUEST_DISPLACED},
                {true, (double)NAN, REQUEST_DISPLACED},
                {true, (double)INFINITY, REQUEST_DISPLACED},
                {false, 0.0, REQUEST_MOVING}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        view.standing = rows[i].standing;
        view.tool_deviation_m = rows[i].deviation_m;
        assert_int_equal(answer(MODE_PAUSED, REQUEST_RESUME), rows[i].answer);
    }
}

static void a_level_below_at_and_above_the_bounds(void** context)
{
    (void)context;
    const struct {
        int level;
        request_result_t answer;
    } rows[] = {{-1, REQUEST_OUT_OF_RANGE},     {0, REQUEST_GRANTED},
                {5, REQUEST_ALREADY},           {10, REQUEST_GRANTED},
                {11, REQUEST_OUT_OF_RANGE},     {INT_MAX, REQUEST_OUT_OF_RANGE},
                {INT_MIN, REQUEST_OUT_OF_RANGE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        in.intensity_level = rows[i].level;
        assert_int_equal(answer(MODE_CONTACT, REQUEST_INTENSITY), rows[i].answer);
        const int expected = rows[i].answer == REQUEST_GRANTED ? rows[i].level : 5;
        assert_int_equal(state.intensity_asked, expected);
    }
}

static void intensity_climbs_a_level_at_a_time_and_falls_at_once(void** context)
{
    (void)context;
    in.intensity_level = 8;
    live_t live = ask(REQUEST_INTENSITY);
    assert_int_equal(live.intensity_asked, 8);
    assert_int_equal(live.intensity_level, 6);
    for (int level = 7; level <= 8; ++level) {
        for (int period = 1; period < PERIODS_OF(LIVE_CLIMB_US); ++period) {
            assert_int_equal(ask(0).intensity_level, level - 1);
        }
        assert_int_equal(ask(0).intensity_level, level);
    }
    for (int period = 0; period < 2 * PERIODS_OF(LIVE_CLIMB_US); ++period) {
        assert_int_equal(ask(0).intensity_level, 8);
    }
    in.intensity_level = 1;
    assert_int_equal(ask(REQUEST_INTENSITY).intensity_level, 1);
}

static void a_flood_of_levels_climbs_no_faster(void** context)
{
    (void)context;
    print_message("seed %u\n", SEED);
    uint64_t random = SEED;
    int before = state.intensity_level;
    int since_climb = PERIODS_OF(LIVE_CLIMB_US);
    for (int period = 0; period < 200000; ++period) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        in.intensity_level = (int)(random >> 33) % 14 - 1; // a line every period
        const live_t live = ask(REQUEST_INTENSITY);
        ++since_climb;
        assert_true(intensity_level_known(live.intensity_level));
        assert_true(intensity_level_known(live.intensity_asked));
        assert_true(live.intensity_level <= before + 1);
        if (live.intensity_level > before) {
            assert_true(since_climb >= PERIODS_OF(LIVE_CLIMB_US));
            since_climb = 0;
        }
        before = live.intensity_level;
    }
}

static void
the_session_says_where_intensity_begins_and_where_a_trip_brings_it_back_to(void** context)
{
    (void)context;
    gantry->session.intensity_start = 4;
    memset(&state, 0, sizeof state); // as cycle_begin leaves it
    assert_int_equal(ask(0).intensity_level, 4);
    in.intensity_level = 9;
    (void)ask(REQUEST_INTENSITY);
    view.mode = MODE_TRIPPED;
    assert_int_equal(ask(0).intensity_level, 4);
    view.mode = MODE_CONTACT;
    in.intensity_level = 2;
    (void)ask(REQUEST_INTENSITY);
    view.mode = MODE_TRIPPED;
    assert_int_equal(ask(0).intensity_level, 2); // a trip never makes it harder
}

static void a_step_is_repeated_so_often_and_another_counts_for_itself(void** context)
{
    (void)context;
    for (int i = 0; i < LIVE_REPEAT_LIMIT; ++i) {
        state.since_change_us = LIVE_INTERVAL_US;
        assert_int_equal(ask(REQUEST_REPEAT).results[REQUEST_REPEAT_INDEX], REQUEST_GRANTED);
    }
    state.since_change_us = LIVE_INTERVAL_US;
    assert_int_equal(ask(REQUEST_REPEAT).results[REQUEST_REPEAT_INDEX], REQUEST_REPEATED);
    player.item = 2;
    assert_int_equal(ask(REQUEST_REPEAT).results[REQUEST_REPEAT_INDEX], REQUEST_GRANTED);
    player = (player_state_t){.item = 0}; // nothing played yet
    state.since_change_us = LIVE_INTERVAL_US;
    assert_int_equal(ask(REQUEST_REPEAT).results[REQUEST_REPEAT_INDEX], REQUEST_NOT_BEGUN);
}

static void a_key_that_is_held_down_is_one_wish(void** context)
{
    (void)context;
    int granted = 0;
    for (int period = 0; period <= PERIODS_OF(LIVE_INTERVAL_US); ++period) {
        const live_t live = ask(REQUEST_SKIP | REQUEST_REPEAT | REQUEST_EXTEND);
        granted += __builtin_popcount(live.granted);
    }
    assert_int_equal(granted, 1);
    assert_int_equal(__builtin_popcount(ask(REQUEST_SKIP).granted), 1);
    assert_int_equal(ask(REQUEST_SKIP).results[REQUEST_SKIP_INDEX], REQUEST_TOO_SOON);
}

static void what_moves_takes_a_new_wish_and_what_stops_does_not(void** context)
{
    (void)context;
    static const struct {
        uint32_t request;
        supervisor_mode_t mode;
        request_result_t held;
    } rows[] = {
        {REQUEST_ACKNOWLEDGE, MODE_TRIPPED, REQUEST_HELD},
        {REQUEST_ARM, MODE_READY, REQUEST_HELD},
        {REQUEST_START, MODE_ARMED, REQUEST_HELD},
        {REQUEST_RESUME, MODE_PAUSED, REQUEST_HELD},
        {REQUEST_PAUSE, MODE_CONTACT, REQUEST_GRANTED},
        {REQUEST_END, MODE_CONTACT, REQUEST_ALREADY},
        {REQUEST_STOP, MODE_CONTACT, REQUEST_GRANTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        const int index = __builtin_ctz(rows[i].request);
        live_begin(&gantry->session, &state);
        view.mode = MODE_YIELD; // it is held since before it could be granted
        in.requests = rows[i].request;
        (void)live_step(&gantry->session, &state, &view, &in);
        view.mode = rows[i].mode;
        for (int period = 0; period < 1000; ++period) {
            const live_t live = live_step(&gantry->session, &state, &view, &in);
            assert_int_equal(live.results[index], period == 0 ? rows[i].held
                                                  : rows[i].held == REQUEST_HELD
                                                      ? REQUEST_HELD
                                                      : live.results[index]);
            assert_int_equal((live.granted & rows[i].request) != 0,
                             live.results[index] == REQUEST_GRANTED);
        }
        in.requests = 0;
        (void)live_step(&gantry->session, &state, &view, &in);
        in.requests = rows[i].request;
        const live_t live = live_step(&gantry->session, &state, &view, &in);
        assert_true(rows[i].held != REQUEST_HELD || live.results[index] == REQUEST_GRANTED);
    }
    in.requests = 0;
}

static void what_would_make_the_session_too_long_is_refused(void** context)
{
    (void)context;
    // 20 s of 60 are played, 40 + 60 s are left; a repeat makes it 120, an extension 130.
    const struct {
        request_bit_t request;
        double needs_s;
    } rows[] = {{REQUEST_REPEAT, 120.0}, {REQUEST_EXTEND, 130.0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        gantry->safety.session_time_max_s.value = 1000.0;
        view.session_us = (int64_t)((1000.0 - rows[i].needs_s) * 1e6);
        assert_int_equal(answer(MODE_CONTACT, rows[i].request), REQUEST_GRANTED);
        view.session_us += 1;
        assert_int_equal(answer(MODE_CONTACT, rows[i].request), REQUEST_SESSION);
        gantry->safety.session_time_max_s.value = (double)NAN;
        assert_int_equal(answer(MODE_CONTACT, rows[i].request), REQUEST_SESSION);
    }
}

static void ending_stands_through_a_pause_and_no_step_changes_after_it(void** context)
{
    (void)context;
    assert_true(ask(REQUEST_END).ending);
    assert_int_equal(ask(REQUEST_SKIP).results[REQUEST_SKIP_INDEX], REQUEST_ENDING);
    assert_int_equal(ask(REQUEST_END).results[REQUEST_END_INDEX], REQUEST_ALREADY);
    view.mode = MODE_PARKING;
    assert_true(ask(0).ending);
    assert_false(ask(REQUEST_PAUSE).ending); // held
    view.mode = MODE_PAUSED;
    assert_false(ask(0).ending);
    assert_int_equal(ask(REQUEST_SKIP).results[REQUEST_SKIP_INDEX], REQUEST_ENDING);
    assert_true(ask(REQUEST_RESUME).ending); // and on the way home again
    view.mode = MODE_PARKING;
    (void)ask(REQUEST_PAUSE);
    view.mode = MODE_PAUSED;
    assert_true(ask(REQUEST_END).ending);
}

static void a_routine_that_is_done_has_no_step_to_change(void** context)
{
    (void)context;
    player = (player_state_t){.item = 3};
    const request_bit_t changes[] = {REQUEST_SKIP, REQUEST_REPEAT, REQUEST_EXTEND};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; ++i) {
        assert_true(request_refused(answer(MODE_PAUSED, changes[i])));
    }
}

static void the_same_arguments_give_the_same_bytes_and_unknown_bits_do_nothing(void** context)
{
    (void)context;
    uint64_t random = SEED;
    for (int i = 0; i < 20000; ++i) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        view.mode = (supervisor_mode_t)((random >> 20) % MODE_COUNT);
        view.healthy = (random >> 30 & 3u) != 0;
        in.intensity_level = (int)(random >> 40) % 14 - 1;
        in.requests = (uint32_t)(random >> 32);
        live_state_t copy = state;
        const live_t first = live_step(&gantry->session, &state, &view, &in);
        const live_t second = live_step(&gantry->session, &copy, &view, &in);
        assert_memory_equal(&first, &second, sizeof first);
        assert_memory_equal(&state, &copy, sizeof state);
        assert_int_equal(first.granted & ~in.requests, 0);
        assert_int_equal(first.granted >> REQUEST_COUNT, 0);
    }
}

static void every_request_and_every_answer_has_words_of_its_own(void** context)
{
    (void)context;
    for (int a = 0; a < REQUEST_RESULT_COUNT; ++a) {
        for (int b = 0; b < a; ++b) {
            assert_string_not_equal(request_result_name((request_result_t)a),
                                    request_result_name((request_result_t)b));
            assert_string_not_equal(request_result_text((request_result_t)a),
                                    request_result_text((request_result_t)b));
        }
        assert_int_equal(request_refused((request_result_t)a), a > REQUEST_ALREADY);
    }
    for (int a = 0; a < REQUEST_COUNT; ++a) {
        for (int b = 0; b < a; ++b) {
            assert_string_not_equal(request_word(a), request_word(b));
            assert_string_not_equal(request_meaning(a), request_meaning(b));
        }
    }
    assert_string_equal(request_word(-1), "unknown");
    assert_string_equal(request_word(REQUEST_COUNT), "unknown");
    assert_string_equal(request_result_text((request_result_t)REQUEST_RESULT_COUNT), "unknown");
}

#define WITH_GANTRY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GANTRY(every_request_gets_its_answer_in_every_mode),
        WITH_GANTRY(what_is_granted_is_what_the_supervisor_does),
        WITH_GANTRY(what_changes_a_stroke_is_refused_without_torque_and_while_stopping),
        WITH_GANTRY(a_stop_voids_everything_else_and_an_end_everything_but_the_stop),
        WITH_GANTRY(a_pause_voids_what_starts),
        WITH_GANTRY(a_refusing_rule_leaves_only_the_stop),
        WITH_GANTRY(resuming_takes_an_arm_that_stands_where_it_was_left),
        WITH_GANTRY(a_level_below_at_and_above_the_bounds),
        WITH_GANTRY(intensity_climbs_a_level_at_a_time_and_falls_at_once),
        WITH_GANTRY(a_flood_of_levels_climbs_no_faster),
        WITH_GANTRY(the_session_says_where_intensity_begins_and_where_a_trip_brings_it_back_to),
        WITH_GANTRY(a_step_is_repeated_so_often_and_another_counts_for_itself),
        WITH_GANTRY(a_key_that_is_held_down_is_one_wish),
        WITH_GANTRY(what_would_make_the_session_too_long_is_refused),
        WITH_GANTRY(ending_stands_through_a_pause_and_no_step_changes_after_it),
        WITH_GANTRY(a_routine_that_is_done_has_no_step_to_change),
        WITH_GANTRY(the_same_arguments_give_the_same_bytes_and_unknown_bits_do_nothing),
        WITH_GANTRY(what_moves_takes_a_new_wish_and_what_stops_does_not),
        cmocka_unit_test(every_request_and_every_answer_has_words_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
