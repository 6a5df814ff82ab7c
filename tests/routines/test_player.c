// What is proven: time passes only when it is let pass, items follow each other, rests stay above
// the last place touched, and nothing is played past the end; skipping, repeating and extending
// land where they say and change nothing else.
#include "tests/support/cmocka_prelude.h"

#include "routines/player.h"
#include "tests/support/sample_body.h"

static body_settings_t settings;
static body_t body;
static routine_t routine;

static stroke_t make_stroke(const char* region, double force_N)
{
    stroke_t stroke = {
        .technique = TECHNIQUE_EFFLEURAGE,
        .region = body_region_named(&settings, region),
        .parameters = {.force_N = force_N, .speed_mps = 0.06, .passes = 2},
    };
    stroke.duration_s = technique_duration_s(&body, &stroke);
    return stroke;
}

/// Rest, stroke, rest, stroke.
static int setup(void** state)
{
    (void)state;
    sample_body_settings(&settings);
    const client_settings_t client = sample_average_man();
    if (body_build(&settings, &client, SAMPLE_NECK_X_M, SAMPLE_TABLE_LENGTH_M, &body) != BODY_OK) {
        return -1;
    }
    memset(&routine, 0, sizeof routine);
    routine.item_count = 4;
    routine.items[0] = (routine_item_t){.kind = ITEM_REST, .rest_s = 2.0};
    routine.items[1] =
        (routine_item_t){.kind = ITEM_STROKE, .stroke = make_stroke("lumbar.left", 12.0)};
    routine.items[2] = (routine_item_t){.kind = ITEM_REST, .rest_s = 5.0};
    routine.items[3] =
        (routine_item_t){.kind = ITEM_STROKE, .stroke = make_stroke("gluteus.right", 15.0)};
    return 0;
}

static void planned_time_is_the_sum_of_strokes_and_rests(void** state)
{
    (void)state;
    assert_near(player_planned_s(&routine),
                7.0 + routine.items[1].stroke.duration_s + routine.items[3].stroke.duration_s,
                1e-12);
}

static void time_stands_still_until_it_is_let_pass(void** state)
{
    (void)state;
    const player_state_t at = {.item = 1, .elapsed_us = 1234000};
    const player_view_t first = player_view(&body, &routine, &at);
    const player_view_t again = player_view(&body, &routine, &at);
    assert_memory_equal(&first, &again, sizeof first);
    const stroke_target_t expected =
        technique_target(&body, &routine.items[1].stroke, 1e-6 * 1234000.0);
    assert_near(first.target.force_N, expected.force_N, 0.0);
    assert_near(first.target.place.along_m, expected.place.along_m, 0.0);
    assert_near(first.remaining_s, routine.items[1].stroke.duration_s - 1.234, 1e-6);
}

static void whole_routine_plays_in_its_planned_time(void** state)
{
    (void)state;
    player_state_t at = {0};
    int64_t played_us = 0;
    int items = 0;
    while (!player_view(&body, &routine, &at).done) {
        if (player_view(&body, &routine, &at).item_finished) {
            player_next(&routine, &at);
            items++;
        } else {
            player_advance(&routine, &at, 4000);
            played_us += 4000;
        }
    }
    assert_int_equal(items, 4);
    // Each item ends inside the period in which its time is up.
    assert_near(1e-6 * (double)played_us, player_planned_s(&routine), 4 * 0.004);
}

static void item_finishes_exactly_when_its_time_is_up(void** state)
{
    (void)state;
    player_state_t at = {.item = 2, .elapsed_us = 4999999};
    assert_false(player_view(&body, &routine, &at).item_finished);
    assert_true(player_view(&body, &routine, &at).rest);
    player_advance(&routine, &at, 1);
    assert_true(player_view(&body, &routine, &at).item_finished);
    player_advance(&routine, &at, 4000);
    assert_int_equal(at.elapsed_us, 5000000);
    assert_near(player_view(&body, &routine, &at).remaining_s, 0.0, 0.0);
}

static void rest_stays_where_the_last_stroke_ended(void** state)
{
    (void)state;
    const player_state_t at = {.item = 2, .elapsed_us = 1000};
    const player_view_t view = player_view(&body, &routine, &at);
    const stroke_t* stroke = &routine.items[1].stroke;
    const stroke_target_t last = technique_target(&body, stroke, stroke->duration_s);
    assert_near(view.target.place.along_m, last.place.along_m, 0.0);
    assert_near(view.target.place.across_m, last.place.across_m, 0.0);
    assert_near(view.target.force_N, 0.0, 0.0);
}

static void rest_before_anything_stays_over_the_first_place_to_touch(void** state)
{
    (void)state;
    const player_state_t at = {0};
    const player_view_t view = player_view(&body, &routine, &at);
    body_place_t place;
    int region = -1;
    assert_true(player_first_place(&body, &routine, 1, &place, &region));
    assert_near(view.target.place.along_m, place.along_m, 0.0);
    assert_int_equal(region, body_region_named(&settings, "lumbar.left"));
}

static void only_strokes_have_a_first_place(void** state)
{
    (void)state;
    body_place_t place;
    int region;
    assert_false(player_first_place(&body, &routine, 0, &place, &region));
    assert_false(player_first_place(&body, &routine, 4, &place, &region));
    assert_false(player_first_place(&body, &routine, -1, &place, &region));
    assert_true(player_first_place(&body, &routine, 3, &place, &region));
}

static void nothing_is_played_past_the_end(void** state)
{
    (void)state;
    player_state_t at = {.item = 3};
    player_next(&routine, &at);
    player_next(&routine, &at);
    assert_int_equal(at.item, 4);
    player_advance(&routine, &at, 1000000);
    assert_int_equal(at.elapsed_us, 0);
    const player_view_t view = player_view(&body, &routine, &at);
    assert_true(view.done);
    assert_near(view.target.force_N, 0.0, 0.0);
    const stroke_t* stroke = &routine.items[3].stroke;
    assert_near(view.target.place.along_m,
                technique_target(&body, stroke, stroke->duration_s).place.along_m, 0.0);
}

static void time_never_runs_backwards(void** state)
{
    (void)state;
    player_state_t at = {.item = 1, .elapsed_us = 500};
    player_advance(&routine, &at, -400);
    assert_int_equal(at.elapsed_us, 500);
    player_advance(&routine, &at, INT64_MAX);
    assert_true(player_view(&body, &routine, &at).item_finished);
}

static void empty_routine_is_done_at_once(void** state)
{
    (void)state;
    static routine_t nothing;
    const player_state_t at = {0};
    assert_true(player_view(&body, &nothing, &at).done);
    assert_near(player_planned_s(&nothing), 0.0, 0.0);
}

// ------------------------------------------------------------------------- skip, repeat, extend

static routine_item_t item_of(technique_id_t technique, int step, int region, double duration_s)
{
    routine_item_t item = {.kind = ITEM_STROKE};
    item.stroke = (stroke_t){.technique = technique,
                             .region = region,
                             .parameters = {.force_N = 15.0,
                                            .speed_mps = 0.06,
                                            .rate_Hz = 0.5,
                                            .radius_m = 0.01,
                                            .duration_s = duration_s,
                                            .passes = 12},
                             .step = step};
    item.stroke.duration_s = technique_duration_s(&body, &item.stroke);
    return item;
}

/// Step 0 on two regions, a rest, step 2 on two regions twice over, step 3.
static routine_t* steps_routine(void)
{
    static routine_t steps;
    memset(&steps, 0, sizeof steps);
    const int regions[] = {0, 1, 0, 0, 1, 0, 1, 2};
    const int step[] = {0, 0, 1, 2, 2, 2, 2, 3};
    for (int i = 0; i < 8; ++i) {
        steps.items[i] = item_of(TECHNIQUE_KNEADING, step[i], regions[i], 60.0);
    }
    steps.items[2] = (routine_item_t){.kind = ITEM_REST, .rest_s = 4.0, .stroke.step = 1};
    steps.item_count = 8;
    return &steps;
}

static void assert_begins(const player_state_t* at, int item)
{
    const player_state_t expected = {.item = item};
    assert_memory_equal(at, &expected, sizeof expected);
}

static void skipping_goes_to_the_first_item_of_another_step(void** state)
{
    (void)state;
    const routine_t* steps = steps_routine();
    const int next[] = {2, 2, 3, 7, 7, 7, 7, 8};
    for (int item = 0; item < 8; ++item) {
        player_state_t at = {.item = item, .elapsed_us = 777, .extension_us = 5, .extensions = 1};
        player_skip(steps, &at);
        assert_begins(&at, next[item]);
    }
    player_state_t over = {.item = 8};
    player_skip(steps, &over);
    assert_begins(&over, 8);
}

static void repeating_goes_to_the_beginning_of_this_round_of_the_step(void** state)
{
    (void)state;
    const routine_t* steps = steps_routine();
    const int begin[] = {0, 0, 2, 3, 3, 5, 5, 7};
    for (int item = 0; item < 8; ++item) {
        player_state_t at = {.item = item, .elapsed_us = 777, .extending = true};
        assert_true(player_repeat(steps, &at));
        assert_begins(&at, begin[item]);
    }
}

static void before_a_step_has_begun_the_last_that_touched_is_repeated(void** state)
{
    (void)state;
    const routine_t* steps = steps_routine();
    const struct {
        int item, begin;
    } rows[] = {{2, 0}, {3, 0}, {5, 3}, {7, 5}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        player_state_t at = {.item = rows[i].item};
        assert_true(player_repeat(steps, &at));
        assert_begins(&at, rows[i].begin);
    }
    player_state_t at = {.item = 0}; // nothing before
    assert_false(player_repeat(steps, &at));
    assert_begins(&at, 0);
    at.item = 8; // all done
    assert_false(player_repeat(steps, &at));
    player_state_t before_all = {.item = 0}; // a rest first, nothing touched before the stroke
    assert_false(player_repeat(&routine, &before_all));
    before_all.item = 1;
    assert_false(player_repeat(&routine, &before_all));
}

/// How long the item plays altogether, and the highest force in the last half second.
static double play_through(const routine_t* steps, player_state_t* at, double* last_force_N)
{
    const int item = at->item;
    int64_t played_us = 0;
    *last_force_N = 0.0;
    while (at->item == item) {
        const player_view_t view = player_view(&body, steps, at);
        if (view.item_finished) {
            *last_force_N = view.target.force_N;
            player_next(steps, at);
        } else {
            player_advance(steps, at, 4000);
            played_us += 4000;
        }
    }
    return 1e-6 * (double)played_us;
}

static void an_extension_adds_its_time_and_ends_light(void** state)
{
    (void)state;
    routine_t* steps = steps_routine();
    double force_N = 0.0;
    player_state_t at = {.item = 0, .elapsed_us = 9000000};
    assert_true(player_extend(&body, steps, &at));
    assert_int_equal(at.extension_us, PLAYER_EXTENSION_US); // kneading has no light moment
    assert_near(player_remaining_s(steps, &at), 60.0 - 9.0 + 30.0 + 6 * 60.0 + 4.0, 1e-6);
    assert_near(play_through(steps, &at, &force_N), 51.0 + 30.0, 0.01);
    assert_near(force_N, STROKE_LIGHT_FORCE_N, 1e-9);
    assert_begins(&at, 1); // the next is not extended

    // A long stroke is left on its light way back, not in the middle of pressing.
    steps->items[0] = item_of(TECHNIQUE_EFFLEURAGE, 0, 0, 0.0);
    stroke_t* lanes = &steps->items[0].stroke;
    lanes->parameters.passes = 40;
    lanes->duration_s = technique_duration_s(&body, lanes);
    assert_true(steps->items[0].stroke.duration_s > 80.0);
    player_state_t stroked = {.item = 0, .elapsed_us = 1};
    assert_true(player_extend(&body, steps, &stroked));
    assert_true(stroked.extension_us >= PLAYER_EXTENSION_US);
    assert_true(stroked.extension_us <= PLAYER_EXTENSION_US + PLAYER_EXTENSION_WAIT_US);
    const stroke_target_t end =
        technique_target(&body, &steps->items[0].stroke, 1e-6 * (double)stroked.extension_us);
    assert_true(end.force_N <= STROKE_RETURN_FORCE_N + 1e-6);
}

static void extending_is_bounded_by_number_and_by_the_stroke_itself(void** state)
{
    (void)state;
    routine_t* steps = steps_routine();
    steps->items[0] = item_of(TECHNIQUE_KNEADING, 0, 0, 200.0);
    player_state_t at = {.item = 0};
    assert_true(player_extend(&body, steps, &at));
    assert_true(player_extend(&body, steps, &at));
    assert_int_equal(at.extension_us, 2 * PLAYER_EXTENSION_US);
    const player_state_t before = at;
    assert_false(player_extend(&body, steps, &at));
    assert_memory_equal(&at, &before, sizeof at);

    steps->items[0] = item_of(TECHNIQUE_KNEADING, 0, 0, 12.0); // shorter than an extension
    player_state_t brief = {.item = 0};
    assert_true(player_extend(&body, steps, &brief));
    assert_int_equal(brief.extension_us, 12000000);
    assert_false(player_extend(&body, steps, &brief));

    player_state_t rest = {.item = 2};
    assert_false(player_extend(&body, steps, &rest));
    player_state_t over = {.item = 8};
    assert_false(player_extend(&body, steps, &over));
}

static void the_force_of_an_extension_is_continuous_with_its_rate(void** state)
{
    (void)state;
    const routine_t* steps = steps_routine();
    player_state_t at = {.item = 0};
    assert_true(player_extend(&body, steps, &at));
    at.extending = true;
    double before_N = player_view(&body, steps, &at).target.force_N;
    while (!player_view(&body, steps, &at).item_finished) {
        player_advance(steps, &at, 1000);
        const stroke_target_t target = player_view(&body, steps, &at).target;
        assert_near((target.force_N - before_N) / 0.001, target.force_rate_N_per_s, 0.2);
        before_N = target.force_N;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planned_time_is_the_sum_of_strokes_and_rests),
        cmocka_unit_test(time_stands_still_until_it_is_let_pass),
        cmocka_unit_test(whole_routine_plays_in_its_planned_time),
        cmocka_unit_test(item_finishes_exactly_when_its_time_is_up),
        cmocka_unit_test(rest_stays_where_the_last_stroke_ended),
        cmocka_unit_test(rest_before_anything_stays_over_the_first_place_to_touch),
        cmocka_unit_test(only_strokes_have_a_first_place),
        cmocka_unit_test(nothing_is_played_past_the_end),
        cmocka_unit_test(time_never_runs_backwards),
        cmocka_unit_test(empty_routine_is_done_at_once),
        cmocka_unit_test(skipping_goes_to_the_first_item_of_another_step),
        cmocka_unit_test(repeating_goes_to_the_beginning_of_this_round_of_the_step),
        cmocka_unit_test(before_a_step_has_begun_the_last_that_touched_is_repeated),
        cmocka_unit_test(an_extension_adds_its_time_and_ends_light),
        cmocka_unit_test(extending_is_bounded_by_number_and_by_the_stroke_itself),
        cmocka_unit_test(the_force_of_an_extension_is_continuous_with_its_rate),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
