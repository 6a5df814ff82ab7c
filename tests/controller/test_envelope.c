/// Proves the force envelope against a witness that knows nothing of its formulas: an arm stepped
/// in small steps of time. What is measured there never passes what was foretold, the speed that is
/// permitted uses the room it is given and no more, and whatever is unknown permits nothing.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <stdint.h>

#include "controller/safety/envelope.h"

#define SEED 20261122u
#define CASES 2000
#define STEP_S 1e-5

static uint64_t random_state = SEED;

static double random_between(double least, double most)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return least + (most - least) * ((double)(random_state >> 11) * 0x1p-53);
}

static envelope_reaction_t random_reaction(void)
{
    return (envelope_reaction_t){random_between(0.002, 0.060), random_between(0.5, 15.0)};
}

/// How far a force rises when the closing goes on for `late_s` and slows down from then on.
static double witnessed_rise_N(double stiffness_N_per_m, double speed_mps, double late_s,
                               double deceleration_mps2)
{
    double way_m = 0.0;
    double left_mps = speed_mps;
    for (double at_s = 0.0; left_mps > 0.0; at_s += STEP_S) {
        way_m += left_mps * STEP_S;
        left_mps -= at_s >= late_s ? deceleration_mps2 * STEP_S : 0.0;
    }
    return stiffness_N_per_m * way_m;
}

/// Shows H01.
static void no_press_rises_further_than_foretold(void** context)
{
    (void)context;
    double nearest = 0.0;
    for (int i = 0; i < CASES; ++i) {
        const envelope_reaction_t reaction = random_reaction();
        const double stiffness = random_between(200.0, 60000.0);
        const double speed_mps = random_between(0.001, 0.3);
        // Seen at some time of its period, and slowed down no worse than declared.
        const double late_s = reaction.reaction_s * random_between(0.5, 1.0);
        const double deceleration_mps2 = reaction.deceleration_mps2 * random_between(1.0, 1.5);
        const double foretold_N = envelope_rise_N(&reaction, stiffness, speed_mps);
        const double seen_N = witnessed_rise_N(stiffness, speed_mps, late_s, deceleration_mps2);
        const double grain_N = 3.0 * stiffness * speed_mps * STEP_S; // of the witness's steps
        assert_true(seen_N <= foretold_N + grain_N);
        nearest = fmax(nearest, seen_N / foretold_N);
    }
    assert_true(nearest > 0.9); // and some come near
}

static void the_rise_is_what_the_specification_tabulates(void** context)
{
    (void)context;
    // k in N/mm, v in mm/s, t in ms, a in m/s2, and the force; figures rounded as tabulated.
    static const double rows[][5] = {
        {1, 25, 5, 5.0, 0.2},    {5, 50, 20, 5.0, 6.2},   {10, 50, 20, 5.0, 12.5},
        {10, 250, 20, 5.0, 112}, {35, 250, 50, 5.0, 656}, {60, 100, 30, 5.0, 240},
        {10, 50, 20, 2.5, 15},   {35, 150, 20, 2.5, 263}, {10, 25, 20, 1.0, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        const envelope_reaction_t reaction = {rows[i][2] * 1e-3, rows[i][3]};
        const double rise_N = envelope_rise_N(&reaction, rows[i][0] * 1e3, rows[i][1] * 1e-3);
        assert_true(fabs(rise_N - rows[i][4]) <= fmax(0.02 * rows[i][4], 0.07));
    }
}

static void the_speed_uses_all_of_its_room_and_no_more(void** context)
{
    (void)context;
    for (int i = 0; i < CASES; ++i) {
        const envelope_reaction_t reaction = random_reaction();
        const double stiffness = random_between(200.0, 60000.0);
        const double room_N = exp(random_between(log(1e-6), log(200.0)));
        const double speed_mps = envelope_speed_max_mps(&reaction, stiffness, room_N);
        assert_true(speed_mps > 0.0);
        assert_near(envelope_rise_N(&reaction, stiffness, speed_mps), room_N, 1e-9 * room_N);
        // More room, more speed; harder, slower, or later: less.
        assert_true(envelope_speed_max_mps(&reaction, stiffness, 1.1 * room_N) > speed_mps);
        assert_true(envelope_speed_max_mps(&reaction, 1.1 * stiffness, room_N) < speed_mps);
        const envelope_reaction_t later = {1.1 * reaction.reaction_s, reaction.deceleration_mps2};
        const envelope_reaction_t weaker = {reaction.reaction_s, 0.9 * reaction.deceleration_mps2};
        assert_true(envelope_speed_max_mps(&later, stiffness, room_N) < speed_mps);
        assert_true(envelope_speed_max_mps(&weaker, stiffness, room_N) < speed_mps);
    }
}

static const envelope_reaction_t sound = {0.022, 4.0};
static const envelope_press_t press = {.force_N = 20.0,
                                       .force_age_s = 0.0,
                                       .force_rate_N_per_s = 0.0,
                                       .tool_mps = 0.0,
                                       .stiffness_N_per_m = 5000.0,
                                       .felt_N_per_m = 2000.0};

static void what_closes_in_counts_whichever_of_both_moves(void** context)
{
    (void)context;
    assert_near(envelope_force_N(&sound, &press), 20.0, 1e-12);
    envelope_press_t tool = press;
    tool.tool_mps = 0.05; // 5000 (1.1 mm + 0.3125 mm)
    assert_near(envelope_force_N(&sound, &tool), 20.0 + 7.0625, 1e-9);
    envelope_press_t skin = press;
    skin.force_rate_N_per_s = 400.0; // 0.2 m/s on 2000 N/m: 4.4 mm + 5 mm
    assert_near(envelope_force_N(&sound, &skin), 20.0 + 18.8, 1e-9);
    envelope_press_t both = skin;
    both.tool_mps = 0.05;
    assert_near(envelope_force_N(&sound, &both), 20.0 + 18.8, 1e-9);
    // An old sample: the force has gone on rising.
    skin.force_age_s = 0.008;
    assert_near(envelope_force_N(&sound, &skin), 20.0 + 3.2 + 18.8, 1e-9);
    // What moves apart or falls adds nothing, and takes nothing away.
    envelope_press_t leaving = press;
    leaving.tool_mps = -0.25;
    leaving.force_rate_N_per_s = -400.0;
    leaving.force_age_s = 0.008;
    assert_near(envelope_force_N(&sound, &leaving), 20.0, 1e-12);
}

/// Shows I15.
static void whatever_is_unknown_permits_nothing(void** context)
{
    (void)context;
    const double wrong[] = {(double)NAN, (double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
        const envelope_press_t presses[] = {
            {wrong[i], 0.0, 0.0, 0.0, 5000.0, 2000.0},  {20.0, wrong[i], 0.0, 0.0, 5000.0, 2000.0},
            {20.0, 0.0, wrong[i], 0.0, 5000.0, 2000.0}, {20.0, 0.0, 0.0, wrong[i], 5000.0, 2000.0},
            {20.0, 0.0, 0.0, 0.0, wrong[i], 2000.0},    {20.0, 0.0, 0.0, 0.0, 5000.0, wrong[i]},
        };
        for (size_t j = 0; j < sizeof presses / sizeof presses[0]; ++j) {
            assert_true(isnan(envelope_force_N(&sound, &presses[j])));
        }
        const envelope_reaction_t reactions[] = {{wrong[i], 4.0}, {0.022, wrong[i]}};
        for (size_t j = 0; j < sizeof reactions / sizeof reactions[0]; ++j) {
            assert_true(isnan(envelope_force_N(&reactions[j], &press)));
            assert_true(isnan(envelope_rise_N(&reactions[j], 5000.0, 0.0)));
            assert_near(envelope_speed_max_mps(&reactions[j], 5000.0, 10.0), 0.0, 0.0);
        }
        assert_near(envelope_speed_max_mps(&sound, wrong[i], 10.0), 0.0, 0.0);
        assert_near(envelope_speed_max_mps(&sound, 5000.0, wrong[i]), 0.0, 0.0);
    }
}

static void a_reaction_no_machine_has_permits_nothing(void** context)
{
    (void)context;
    const envelope_reaction_t reactions[] = {{0.0, 4.0}, {-0.01, 4.0}, {0.022, 0.0}, {0.022, -4.0}};
    for (size_t i = 0; i < sizeof reactions / sizeof reactions[0]; ++i) {
        assert_true(isnan(envelope_force_N(&reactions[i], &press)));
        assert_near(envelope_speed_max_mps(&reactions[i], 5000.0, 10.0), 0.0, 0.0);
    }
    envelope_press_t young = press;
    young.force_age_s = -0.001;
    assert_true(isnan(envelope_force_N(&sound, &young)));
    assert_near(envelope_speed_max_mps(&sound, 0.0, 10.0), 0.0, 0.0);
    assert_near(envelope_speed_max_mps(&sound, -1.0, 10.0), 0.0, 0.0);
    assert_near(envelope_speed_max_mps(&sound, 5000.0, 0.0), 0.0, 0.0);
    assert_near(envelope_speed_max_mps(&sound, 5000.0, -10.0), 0.0, 0.0);
}

/// Nothing closes in: the force stays what it was measured to be, to the last bit.
static void what_draws_back_brings_no_force(void** context)
{
    (void)context;
    const envelope_reaction_t reaction = {0.025, 5.0};
    const double speeds_mps[] = {0.0, -0.005, -1.0};
    for (int i = 0; i < 3; ++i) {
        const envelope_press_t released = {.force_N = 12.0,
                                           .force_age_s = 0.5,
                                           .force_rate_N_per_s = 1000.0 * speeds_mps[i],
                                           .tool_mps = speeds_mps[i],
                                           .stiffness_N_per_m = 20000.0,
                                           .felt_N_per_m = 2000.0};
        assert_near(envelope_rise_N(&reaction, 20000.0, speeds_mps[i]), 0.0, 0.0);
        assert_near(envelope_force_N(&reaction, &released), 12.0, 0.0);
    }
}

static void a_force_of_endless_age_is_unknown(void** context)
{
    (void)context;
    const envelope_reaction_t reaction = {0.025, 5.0};
    const envelope_press_t released = {.force_N = 12.0,
                                       .force_age_s = (double)INFINITY,
                                       .force_rate_N_per_s = 10.0,
                                       .stiffness_N_per_m = 20000.0,
                                       .felt_N_per_m = 2000.0};
    assert_true(isnan(envelope_force_N(&reaction, &released)));
}

static void where_there_is_no_room_there_is_no_speed(void** context)
{
    (void)context;
    const envelope_reaction_t reaction = {0.025, 5.0};
    const double rooms_N[] = {0.0, -1e-6, -10.0, (double)NAN, (double)INFINITY};
    for (int i = 0; i < 5; ++i) {
        assert_near(envelope_speed_max_mps(&reaction, 20000.0, rooms_N[i]), 0.0, 0.0);
        assert_near(envelope_speed_max_mps(&reaction, rooms_N[i], 1.0), 0.0, 0.0);
    }
}

int main(void)
{
    print_message("seed %u\n", SEED);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_press_rises_further_than_foretold),
        cmocka_unit_test(the_rise_is_what_the_specification_tabulates),
        cmocka_unit_test(the_speed_uses_all_of_its_room_and_no_more),
        cmocka_unit_test(what_closes_in_counts_whichever_of_both_moves),
        cmocka_unit_test(whatever_is_unknown_permits_nothing),
        cmocka_unit_test(a_reaction_no_machine_has_permits_nothing),
        cmocka_unit_test(what_draws_back_brings_no_force),
        cmocka_unit_test(a_force_of_endless_age_is_unknown),
        cmocka_unit_test(where_there_is_no_room_there_is_no_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
