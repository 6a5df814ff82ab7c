/// Walks every transition the supervisor has: each mode with each of the 2^24 sets of conditions,
/// 251 658 240 in all. Each is held against a model that was written from the contract, and against
/// properties that model and table could have wrong together. What starts, from how many edges, is
/// read off the transitions that were found.
// ctest label: slow
#include "tests/support/cmocka_prelude.h"

#include "tests/proof/supervisor_model.h"

#define SETS ((conditions_t)1 << CONDITION_COUNT)
#define EVERY_MODE ((1u << MODE_COUNT) - 1)

#define HAS(name) ((set & CONDITION(CONDITION_##name)) != 0)
#define IN(mode, modes) (((modes) >> (mode)&1u) != 0)
#define M(name) (1u << MODE_##name)

#define UNPOWERED_MODES (M(LOCKED) | M(READY) | M(PARKED) | M(TRIPPED))
#define MOVING_MODES (EVERY_MODE & ~(UNPOWERED_MODES | M(ARMING) | M(ARMED)))
#define STILL_DECIDING (EVERY_MODE & ~(UNPOWERED_MODES | M(YIELD) | M(STOPPING)))
#define STOPS                                                                                      \
    (CONDITION(CONDITION_POWER_OFF) | CONDITION(CONDITION_STOP) | CONDITION(CONDITION_YIELD))

/// The property of the transition that does not hold; null where all do.
static const char* broken_property(supervisor_mode_t mode, conditions_t set, supervisor_mode_t next)
{
    const bool powered = !IN(mode, UNPOWERED_MODES);
    const bool gains = !powered && !IN(next, UNPOWERED_MODES);
    if ((unsigned)next >= MODE_COUNT) {
        return "what follows is a mode";
    }
    if (powered && HAS(POWER_OFF) && next != MODE_TRIPPED) {
        return "power off wins";
    }
    if (powered && (set & STOPS) != 0 && !IN(next, M(YIELD) | M(STOPPING) | M(TRIPPED))) {
        return "stop beats whatever else is wanted";
    }
    if (!powered && (set & STOPS) != 0 && gains) {
        return "stop beats arm";
    }
    if (gains && !(mode == MODE_READY && next == MODE_ARMING && HAS(ARM) && !HAS(NOT_HEALTHY))) {
        return "torque comes by an arm edge from ready with everything well";
    }
    if (IN(mode, M(LOCKED) | M(TRIPPED)) && next != mode &&
        !(next == MODE_READY && HAS(ACKNOWLEDGE) && !HAS(NOT_HEALTHY))) {
        return "out of locked and tripped leads an acknowledge, to ready";
    }
    if (mode == MODE_PAUSED && next != MODE_PAUSED && (set & STOPS) == 0 && !HAS(LATCHED) &&
        !(next == MODE_TRANSIT && HAS(RESUME) && !HAS(NOT_HEALTHY)) &&
        !(next == MODE_PARKING && HAS(END))) {
        return "out of a pause leads resuming or the way home";
    }
    if (HAS(NOT_HEALTHY) && next != mode &&
        (IN(next, M(READY) | M(ARMING) | M(ARMED) | M(APPROACH)) ||
         (next == MODE_TRANSIT && mode != MODE_RETRACT))) {
        return "nothing starts while a rule refuses";
    }
    if ((mode == MODE_YIELD && !IN(next, M(YIELD) | M(STOPPING) | M(TRIPPED))) ||
        (mode == MODE_STOPPING && !IN(next, M(STOPPING) | M(TRIPPED)))) {
        return "a reaction ends in no torque only";
    }
    if (next == MODE_CONTACT && !IN(mode, M(CONTACT) | M(APPROACH))) {
        return "to the body leads the approach only";
    }
    if (HAS(LATCHED) && (IN(mode, STILL_DECIDING) ? next != MODE_TRIPPED : gains)) {
        return "with a latched cause nothing but a reaction moves";
    }
    if (mode == MODE_PARKED && next != MODE_PARKED) {
        return "parked stays parked";
    }
    return NULL;
}

static void judge_transition(supervisor_mode_t mode, conditions_t set)
{
    const supervisor_mode_t next = supervisor_next(mode, set);
    const supervisor_mode_t expected = supervisor_model_next(mode, set);
    const char* broken = broken_property(mode, set, next);
    if (next != expected || broken != NULL) {
        print_error("from %s with 0x%06x to %s, the model says %s%s%s\n",
                    supervisor_model_text(mode), set, supervisor_model_text(next),
                    supervisor_model_text(expected), broken != NULL ? "; broken: " : "",
                    broken != NULL ? broken : "");
        fail();
    }
}

static int bits(conditions_t set)
{
    int count = 0;
    for (; set != 0; set &= set - 1) {
        count += 1;
    }
    return count;
}

static void every_small_and_every_nearly_full_set_equals_the_model(void** context)
{
    (void)context;
    for (conditions_t set = 0; set < SETS; ++set) {
        if (bits(set) > 3) {
            continue;
        }
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            judge_transition((supervisor_mode_t)mode, set);
            judge_transition((supervisor_mode_t)mode, ~set & (SETS - 1));
        }
    }
}

/// Shows H47, I10.
static void every_transition_equals_the_model_and_keeps_the_properties(void** context)
{
    (void)context;
    unsigned long transitions = 0;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (conditions_t set = 0; set < SETS; ++set) {
            judge_transition((supervisor_mode_t)mode, set);
            transitions += 1;
        }
    }
    print_message("%lu transitions\n", transitions);
    assert_true(transitions == (unsigned long)MODE_COUNT << CONDITION_COUNT);
}

/// Modes that can be reached from boot while `withheld` is never true, whatever else is.
static unsigned reachable_without(conditions_t withheld)
{
    unsigned followers[MODE_COUNT] = {0};
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (conditions_t set = 0; set < SETS; ++set) {
            if ((set & withheld) == 0) {
                followers[mode] |= 1u << supervisor_next((supervisor_mode_t)mode, set);
            }
        }
    }
    unsigned reached = M(LOCKED);
    for (int round = 0; round < MODE_COUNT; ++round) {
        for (int mode = 0; mode < MODE_COUNT; ++mode) {
            reached |= IN(mode, reached) ? followers[mode] : 0u;
        }
    }
    return reached;
}

/// Shows H37, H47, I4.
static void without_acknowledge_arm_or_start_nothing_moves_after_boot(void** context)
{
    (void)context;
    assert_int_equal(reachable_without(CONDITION(CONDITION_ACKNOWLEDGE)), M(LOCKED));
    assert_int_equal(reachable_without(CONDITION(CONDITION_ARM)), M(LOCKED) | M(READY));
    // Arming and its stop are all there is without a start.
    assert_int_equal(reachable_without(CONDITION(CONDITION_START)),
                     UNPOWERED_MODES | M(ARMING) | M(ARMED) | M(STOPPING));
    // And with everything, everything: none of the modes above is out of reach for another reason.
    assert_int_equal(reachable_without(0), EVERY_MODE);
}

static void one_step_starts_no_motion_from_locked_ready_tripped_or_parked(void** context)
{
    (void)context;
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (conditions_t set = 0; IN(mode, UNPOWERED_MODES) && set < SETS; ++set) {
            assert_false(IN(supervisor_next((supervisor_mode_t)mode, set), MOVING_MODES));
        }
    }
}

static void every_stop_ends_without_torque(void** context)
{
    (void)context;
    const conditions_t stops[] = {CONDITION(CONDITION_POWER_OFF), CONDITION(CONDITION_STOP),
                                  CONDITION(CONDITION_YIELD)};
    const conditions_t ends = CONDITION(CONDITION_YIELDED) | CONDITION(CONDITION_STANDSTILL);
    for (int mode = 0; mode < MODE_COUNT; ++mode) {
        for (int stop = 0; stop < 3 && !IN(mode, UNPOWERED_MODES); ++stop) {
            supervisor_mode_t now = supervisor_next((supervisor_mode_t)mode, stops[stop]);
            for (int step = 0; step < 2; ++step) { // the longest: yield, stopping, tripped
                now = supervisor_next(now, ends);
            }
            assert_int_equal(now, MODE_TRIPPED);
        }
    }
}

static void a_value_that_is_no_mode_is_repaired_to_tripped(void** context)
{
    (void)context;
    const int none[] = {MODE_COUNT, MODE_COUNT + 1, 16, 31, 32,  33,  63,       64, 255,
                        256,        INT32_MAX,      -1, -2, -15, -32, INT32_MIN};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; ++i) {
        const supervisor_mode_t mode = (supervisor_mode_t)none[i];
        for (conditions_t set = 0; set < SETS; set += 4099) {
            assert_int_equal(supervisor_next(mode, set), MODE_TRIPPED);
        }
        assert_int_equal(supervisor_next(mode, SETS - 1), MODE_TRIPPED);
        assert_false(supervisor_mode_powered(mode));
        assert_false(supervisor_mode_touches(mode));
        assert_string_equal(supervisor_mode_text(mode), "unknown");
    }
}

static void what_a_mode_means_is_what_the_model_says(void** context)
{
    (void)context;
    for (int i = 0; i < MODE_COUNT; ++i) {
        const supervisor_mode_t mode = (supervisor_mode_t)i;
        assert_int_equal(supervisor_mode_powered(mode), supervisor_model_powered(mode));
        assert_int_equal(supervisor_mode_touches(mode), supervisor_model_touches(mode));
        assert_string_equal(supervisor_mode_text(mode), supervisor_model_text(mode));
        assert_int_equal(supervisor_model_powered(mode), !IN(i, UNPOWERED_MODES));
    }
}

/// With an argument only what takes no time: for builds that count every branch.
int main(int argument_count, char** arguments)
{
    (void)arguments;
    const struct CMUnitTest quick[] = {
        cmocka_unit_test(what_a_mode_means_is_what_the_model_says),
        cmocka_unit_test(a_value_that_is_no_mode_is_repaired_to_tripped),
        cmocka_unit_test(every_small_and_every_nearly_full_set_equals_the_model),
        cmocka_unit_test(every_stop_ends_without_torque),
    };
    const struct CMUnitTest sweeps[] = {
        cmocka_unit_test(every_transition_equals_the_model_and_keeps_the_properties),
        cmocka_unit_test(one_step_starts_no_motion_from_locked_ready_tripped_or_parked),
        cmocka_unit_test(without_acknowledge_arm_or_start_nothing_moves_after_boot),
    };
    const int failed = cmocka_run_group_tests(quick, NULL, NULL);
    return failed != 0 || argument_count > 1 ? failed : cmocka_run_group_tests(sweeps, NULL, NULL);
}
