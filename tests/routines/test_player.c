// What is proven: time passes only when it is let pass, items follow each other, rests stay above
// the last place touched, and nothing is played past the end.
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
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
