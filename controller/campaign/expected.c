#include "controller/campaign/expected.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define M(name) (1u << MODE_##name)
#define ANY_PHASE 0u
#define IN_CONTACT (M(CONTACT))
// The force sensor is tared and its samples are judged.
#define TARED                                                                                      \
    (M(ARMED) | M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT) | M(PAUSED) |         \
     M(PARKING))
#define MOVING (M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT) | M(PARKING))

// What a force that is wrong, or right and too large, may be told by.
#define FORCE_RULES                                                                                \
    "force_saturated force_frozen force_axis_frozen force_noise force_direction force_drift "      \
    "force_disagrees force_cap force_max force_margin force_envelope force_free force_rate "       \
    "entangled shear contact_lost surface_missed tare not_clear tool_speed workspace dwell "
// What a position or a speed that is wrong may be told by.
#define JOINT_RULES                                                                                \
    "command_range encoder_jump encoder_disagrees encoder_frozen joint_position joint_speed "      \
    "speed_following "                                                                             \
    "drive_deaf drive_sync drive_state following brake_slips link_clearance arm_clearance reach "  \
    "arming_time " FORCE_RULES
#define AGE_RULES "io_age drive_age force_age sample_loss "
#define DRIVE_RULES "drive_state drive_sync drive_deaf power_relay following arming_time "

// A sample that is missing is told 20 ms after the last good one, in the period after.
#define AGE_MS 40
// One period of waiting for the sample, one that decides, and the coupler's own.
#define AT_ONCE_MS 20
#define SLOW_MS 10000

#define ROW(kind, phases, target, least, below, expectation, rules, reaction, ms, reason)          \
    {                                                                                              \
        WORLD_EVENT_##kind, phases, target, least, below, EXPECT_##expectation, rules,             \
            REACTION_##reaction, ms, reason                                                        \
    }
#define EITHER(kind, rules, reason)                                                                \
    ROW(kind, ANY_PHASE, NULL, 0.0, HUGE_VAL, EITHER, rules, NONE, SLOW_MS, reason)
#define HARMLESS(kind, reason)                                                                     \
    ROW(kind, ANY_PHASE, NULL, 0.0, HUGE_VAL, HARMLESS, "", NONE, SLOW_MS, reason)
#define ALWAYS(kind, rules, reaction, ms, reason)                                                  \
    ROW(kind, ANY_PHASE, NULL, 0.0, HUGE_VAL, DETECTED, rules, reaction, ms, reason)

static const expected_row_t rows[] = {
    // The force sensor.
    ROW(FORCE_FREEZE, TARED, NULL, 0, HUGE_VAL, DETECTED, "force_frozen", YIELD, 60,
        "eight samples repeat"),
    EITHER(FORCE_FREEZE, "force_frozen tare arming_time", "judged once the sensor is tared"),
    ALWAYS(FORCE_COUNTER, "force_age arming_time", YIELD, AGE_MS, "samples age"),
    ROW(FORCE_BIAS, IN_CONTACT, "z", 40, HUGE_VAL, DETECTED, FORCE_RULES, YIELD, 500,
        "sensor and drive torques disagree, or the force leaves its band"),
    EITHER(FORCE_BIAS, FORCE_RULES,
           "too small to tell, along an axis that nothing acts on, or tared away"),
    EITHER(FORCE_DRIFT, FORCE_RULES, "told once it has grown"),
    ROW(FORCE_SCALE, IN_CONTACT, NULL, 3, HUGE_VAL, DETECTED, FORCE_RULES, YIELD, 2000,
        "the force loop lets go, or sensor and drive torques disagree"),
    EITHER(FORCE_SCALE, FORCE_RULES, "without force there is nothing to scale"),
    EITHER(FORCE_SATURATION, FORCE_RULES, "told where more than that is wanted"),
    ROW(FORCE_SIGN, IN_CONTACT, "z", 0, HUGE_VAL, DETECTED, FORCE_RULES, YIELD, 500,
        "sensor and drive torques disagree"),
    EITHER(FORCE_SIGN, FORCE_RULES, "without force there is no sign"),
    EITHER(FORCE_SWAP, FORCE_RULES, "without force all axes are alike"),
    EITHER(FORCE_SPIKE, FORCE_RULES, "one sample alone may be noise"),
    EITHER(FORCE_NOISE, FORCE_RULES, "told where a sum leaves its band"),
    EITHER(FORCE_STEPS, FORCE_RULES "arming_time", "coarse is not wrong"),
    ROW(FORCE_DROPOUT, TARED, NULL, 0.9, HUGE_VAL, DETECTED, FORCE_RULES "force_age force_status ",
        YIELD, 500, "zeros repeat"),
    EITHER(FORCE_DROPOUT, FORCE_RULES "force_age force_status ", "a zero now and then is noise"),
    EITHER(FORCE_DELAY, FORCE_RULES "force_age", "told where the force swings"),
    ALWAYS(FORCE_PATTERN, "force_status force_age finite arming_time " FORCE_RULES, YIELD, 60,
           "an empty word is no sample"),
    ALWAYS(FORCE_STATUS, "force_status", YIELD, AT_ONCE_MS, "the sensor says so"),
    EITHER(FORCE_WRONG_DEVICE, FORCE_RULES "force_age",
           "told where its counts are held against the drives"),
    // What drives say of their joints.
    ROW(ENCODER_JUMP, MOVING, NULL, 0.5, HUGE_VAL, DETECTED, JOINT_RULES, YIELD, 40,
        "no joint jumps"),
    EITHER(ENCODER_JUMP, JOINT_RULES, "small ones lie within what following allows"),
    EITHER(ENCODER_FREEZE, JOINT_RULES, "a joint that rests reads the same"),
    EITHER(ENCODER_DRIFT, JOINT_RULES, "told once it has grown"),
    EITHER(ENCODER_WRAP, JOINT_RULES, "not every joint comes to a multiple"),
    EITHER(ENCODER_SIGN, JOINT_RULES, "a joint that rests has no direction"),
    EITHER(ENCODER_SCALE, JOINT_RULES, "a joint that rests has no way"),
    // What drives do.
    ALWAYS(DRIVE_FAULT, DRIVE_RULES, YIELD, AT_ONCE_MS, "the drive says so"),
    EITHER(DRIVE_DEAF_TO_STOP, JOINT_RULES, "told once it is to stop"),
    EITHER(DRIVE_DEAF, JOINT_RULES, "a joint that is to rest does"),
    EITHER(DRIVE_LATE, JOINT_RULES, "a little late lies within what following allows"),
    ROW(DRIVE_WRONG_MODE, M(ARMING), NULL, 0, HUGE_VAL, DETECTED, "drive_state", YIELD, 100,
        "the drive says so once it is enabled"),
    ALWAYS(DRIVE_WRONG_MODE, "drive_state", YIELD, AT_ONCE_MS, "the drive says so"),
    EITHER(DRIVE_UNLIMITED, JOINT_RULES, "a limit that nothing reaches"),
    EITHER(DRIVE_WEAK, JOINT_RULES, "enough may be left"),
    ROW(DRIVE_RUNAWAY, MOVING | M(ARMED) | M(PAUSED), NULL, 0.5, HUGE_VAL, DETECTED, JOINT_RULES,
        YIELD, 60, "the joint leaves its commanded speed"),
    EITHER(DRIVE_RUNAWAY, JOINT_RULES, "told once it has gone some way"),
    EITHER(DRIVE_OSCILLATES, JOINT_RULES, "told where it swings far"),
    EITHER(DRIVE_STUCK_STATE, JOINT_RULES, "told once another state is wanted"),
    ALWAYS(DRIVE_DISABLES, DRIVE_RULES, YIELD, AT_ONCE_MS, "the drive says so"),
    EITHER(DRIVE_WATCHDOG_OFF, "drive_state", "nothing until the bus is lost"),
    // Brakes and supply.
    EITHER(BRAKE_SLIPS, JOINT_RULES, "an open brake holds nothing"),
    EITHER(BRAKE_LATE, JOINT_RULES, "an open brake holds nothing"),
    EITHER(BRAKE_STUCK, JOINT_RULES, "told where it should have opened"),
    ALWAYS(UNDERVOLTAGE, DRIVE_RULES, YIELD, AT_ONCE_MS, "the drive says so"),
    ALWAYS(POWER_CUT, DRIVE_RULES "estop", YIELD, AT_ONCE_MS, "the drives say so"),
    ALWAYS(ESTOP_PRESSED, "estop", POWER_OFF, AT_ONCE_MS, "the chain is read every period"),
    HARMLESS(ESTOP_RELEASED, "it was not pressed"),
    HARMLESS(RELAY_STUCK, "it is to be shut all the while"),
    // The bus.
    ALWAYS(DEVICE_SILENT, AGE_RULES "arming_time", YIELD, AGE_MS, "samples age"),
    HARMLESS(DEVICE_BACK, "it was not silent"),
    ROW(BUS_LOSS, ANY_PHASE, NULL, 0.95, HUGE_VAL, DETECTED, AGE_RULES, YIELD, 500, "samples age"),
    EITHER(BUS_LOSS, AGE_RULES JOINT_RULES, "a lost reply now and then is bridged"),
    EITHER(BUS_REQUEST_LOSS, AGE_RULES JOINT_RULES DRIVE_RULES,
           "a lost request now and then is bridged"),
    EITHER(BUS_BURST, AGE_RULES JOINT_RULES DRIVE_RULES, "short ones are bridged"),
    EITHER(BUS_DELAY, AGE_RULES JOINT_RULES, "within the period it is nothing"),
    EITHER(BUS_JITTER, AGE_RULES JOINT_RULES, "within the period it is nothing"),
    EITHER(BUS_DUPLICATE, AGE_RULES, "a second reply is dropped"),
    EITHER(BUS_REORDER, AGE_RULES JOINT_RULES, "a reply out of order is dropped"),
    ALWAYS(BUS_STALE, AGE_RULES, YIELD, AGE_MS + 20, "the counter stands"),
    EITHER(BUS_BIT_FLIP,
           AGE_RULES JOINT_RULES "estop client_button client_present finite force_status",
           "a frame that does not match is dropped"),
    EITHER(BUS_CORRUPT,
           AGE_RULES JOINT_RULES "estop client_button client_present finite force_status",
           "a register that cannot be is dropped"),
    EITHER(BUS_TRUNCATED, AGE_RULES JOINT_RULES, "a short frame is dropped"),
    EITHER(BUS_GLUED, AGE_RULES JOINT_RULES, "what is glued on is dropped"),
    EITHER(BUS_DRIP, AGE_RULES JOINT_RULES DRIVE_RULES, "within the period it is nothing"),
    ALWAYS(BUS_WRONG_UNIT, AGE_RULES, YIELD, AGE_MS + 20, "such replies are dropped"),
    ALWAYS(BUS_WRONG_TRANSACTION, AGE_RULES, YIELD, AGE_MS + 20, "such replies are dropped"),
    ALWAYS(BUS_WRONG_LENGTH, AGE_RULES, YIELD, AGE_MS + 20, "such replies are dropped"),
    ALWAYS(BUS_WRONG_FUNCTION, AGE_RULES, YIELD, AGE_MS + 20, "such replies are dropped"),
    ALWAYS(BUS_EXCEPTION, AGE_RULES, YIELD, AGE_MS + 20, "an exception is no sample"),
    EITHER(BUS_RESET, AGE_RULES DRIVE_RULES, "the device proves itself again"),
    ALWAYS(BUS_REFUSED, AGE_RULES DRIVE_RULES, YIELD, AGE_MS + 20, "samples age"),
    EITHER(ROGUE_MASTER, JOINT_RULES AGE_RULES, "told where the joint leaves its command"),
    EITHER(DEVICES_SWAPPED, JOINT_RULES AGE_RULES, "told where two joints differ"),
    // The computer.
    EITHER(HOST_CRASH, "*", "nobody is left to tell; the drives' watchdogs stop"),
    EITHER(HOST_HANG, "overrun clock drive_state " AGE_RULES JOINT_RULES, "a short one is bridged"),
    EITHER(HOST_OVERRUN, "overrun clock " AGE_RULES JOINT_RULES, "a little late is on time"),
    EITHER(HOST_THROTTLED, "overrun clock drive_state " AGE_RULES JOINT_RULES,
           "a short one is bridged"),
    EITHER(HOST_CLOCK_JUMP, "overrun clock drive_state " AGE_RULES JOINT_RULES,
           "a clock that nothing asks changes nothing"),
    ALWAYS(HOST_LIMITS_FLIP, "limits_intact", POWER_OFF, AT_ONCE_MS,
           "the check word no longer fits"),
    // Who lies there.
    ROW(BODY_SHIFT, IN_CONTACT, NULL, 0.08, HUGE_VAL, DETECTED, FORCE_RULES JOINT_RULES, LIFT, 1500,
        "the force leaves its band"),
    EITHER(BODY_SHIFT, FORCE_RULES JOINT_RULES, "force control follows a slow one"),
    EITHER(CLIENT_BREATHES_DEEP, FORCE_RULES, "force control follows a breath"),
    EITHER(CLIENT_COUGHS, FORCE_RULES, "force control follows a light one"),
    EITHER(CLIENT_ROLLS, FORCE_RULES JOINT_RULES, "force control follows a slow one"),
    EITHER(CLIENT_PUSHES_UP, FORCE_RULES JOINT_RULES, "force control follows a slow one"),
    ALWAYS(CLIENT_LEAVES, "client_present", YIELD, AT_ONCE_MS, "the switch opens"),
    ROW(CLIENT_GONE_UNSEEN, IN_CONTACT, NULL, 0, HUGE_VAL, DETECTED, FORCE_RULES JOINT_RULES, LIFT,
        6000, "the skin is gone"),
    EITHER(CLIENT_GONE_UNSEEN, FORCE_RULES JOINT_RULES, "told where the skin is looked for"),
    ROW(CLIENT_GRABS, TARED, NULL, 60, HUGE_VAL, DETECTED, FORCE_RULES JOINT_RULES, LIFT, 500,
        "nothing pulls like that"),
    EITHER(CLIENT_GRABS, FORCE_RULES JOINT_RULES, "a light pull is friction"),
    EITHER(CLIENT_TETHER, FORCE_RULES JOINT_RULES, "told where the tool is to go elsewhere"),
    EITHER(CLIENT_HARD_SPOT, FORCE_RULES, "force control copes"),
    EITHER(CLIENT_SOFT_SPOT, FORCE_RULES, "force control copes"),
    EITHER(SKIN_FRICTION, FORCE_RULES, "told where it drags too much"),
    ALWAYS(BUTTON_PRESSED, "client_button", YIELD, AT_ONCE_MS, "the button is read every period"),
    HARMLESS(BUTTON_RELEASED, "it was not pressed"),
    // Who set it up.
    EITHER(TOOL_HEAVIER, FORCE_RULES JOINT_RULES, "a little lies within the tare"),
    EITHER(TOOL_LOST, FORCE_RULES JOINT_RULES, "told where its weight or the skin is missed"),
    EITHER(BODY_MIRRORED, FORCE_RULES JOINT_RULES, "people are nearly the same on both sides"),
    EITHER(BODY_ELSEWHERE, FORCE_RULES JOINT_RULES,
           "told where the skin is not where it should be"),
    HARMLESS(OPERATOR_STARTS_TWICE, "what runs already is not begun again"),
    HARMLESS(OPERATOR_ACKNOWLEDGES_EARLY, "there is nothing to acknowledge"),
    EITHER(OPERATOR_STARTS_AND_STOPS, "", "the stop wins; it is nobody's fault"),
};
#define ROW_COUNT ((int)(sizeof rows / sizeof rows[0]))

const expected_row_t* expected_rows(int* count)
{
    *count = ROW_COUNT;
    return rows;
}

const expected_row_t* expected_row(world_event_kind_t kind, int phase, const char* target,
                                   double magnitude)
{
    for (int i = 0; i < ROW_COUNT; ++i) {
        const expected_row_t* row = &rows[i];
        const bool phase_fits =
            row->phases == ANY_PHASE || (phase >= 0 && (row->phases >> phase & 1u) != 0);
        const bool target_fits = row->target == NULL || strcmp(row->target, target) == 0;
        if (row->kind == kind && phase_fits && target_fits && fabs(magnitude) >= row->at_least &&
            fabs(magnitude) < row->below) {
            return row;
        }
    }
    return NULL;
}

bool expected_names(const char* names, const char* name)
{
    if (strcmp(names, "*") == 0) {
        return true;
    }
    const size_t length = strlen(name);
    for (const char* at = names; length > 0 && (at = strstr(at, name)) != NULL; at += length) {
        const bool begins = at == names || at[-1] == ' ';
        if (begins && (at[length] == ' ' || at[length] == '\0')) {
            return true;
        }
    }
    return false;
}

static void fail(outcome_t* outcome, const char* claim, double at_s, const char* expected,
                 const char* found)
{
    char text[TEXT_CAPACITY];
    (void)snprintf(text, sizeof text, "expected %.120s; found %.60s", expected, found);
    outcome_fail(outcome, claim, at_s, text);
}

void expected_judge(const expected_row_t* row, outcome_t* outcome)
{
    const bool tripped = !isnan(outcome->detected_s);
    const double at_s = outcome->events[0].at_s;
    if (row == NULL) {
        fail(outcome, "detected", at_s, "a row of the table", "none");
    } else if (row->expectation == EXPECT_HARMLESS) {
        if (tripped) {
            fail(outcome, "harmless", at_s, row->reason, outcome->first_rule);
        }
    } else if (!tripped) {
        if (row->expectation == EXPECT_DETECTED) {
            fail(outcome, "detected", at_s, row->rules, "nothing refused");
        }
    } else {
        if (!expected_names(row->rules, outcome->first_rule)) {
            fail(outcome, "rule", at_s, row->rules, outcome->first_rule);
        }
        if (outcome->reaction < row->reaction_least) {
            fail(outcome, "reaction", at_s, reaction_text(row->reaction_least),
                 reaction_text(outcome->reaction));
        }
        if (row->expectation == EXPECT_DETECTED && !(outcome->detected_s * 1e3 <= row->within_ms)) {
            char most[NAME_CAPACITY], found[NAME_CAPACITY];
            (void)snprintf(most, sizeof most, "%d ms", row->within_ms);
            (void)snprintf(found, sizeof found, "%.0f ms by %.24s", outcome->detected_s * 1e3,
                           outcome->first_rule);
            fail(outcome, "in_time", at_s, most, found);
        }
    }
}

#define BIT(number) INVARIANT_BIT(INVARIANT_##number)
#define DRIVE_ITSELF "the drive itself moves its joint, until it is cut off"
#define FALLS "an arm that nothing holds falls, as fast and as hard as its weight makes it"

uint32_t expected_excused(world_event_kind_t kind, const char** reason)
{
    static const struct {
        world_event_kind_t kind;
        uint32_t excused;
        const char* reason;
    } excuses[] = {
        {WORLD_EVENT_DRIVE_DEAF_TO_STOP, BIT(I3),
         "a drive that does not obey keeps its torque until the relay opens"},
        {WORLD_EVENT_DRIVE_STUCK_STATE, BIT(I3),
         "a drive that does not obey keeps its torque until the relay opens"},
        {WORLD_EVENT_ENCODER_JUMP, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_FREEZE, BIT(I6) | BIT(I7), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_DRIFT, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_WRAP, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_SIGN, BIT(I6) | BIT(I7), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_SCALE, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_DRIVE_RUNAWAY, BIT(I2) | BIT(I6) | BIT(I7), DRIVE_ITSELF},
        {WORLD_EVENT_DRIVE_OSCILLATES, BIT(I2) | BIT(I6) | BIT(I7), DRIVE_ITSELF},
        {WORLD_EVENT_ROGUE_MASTER, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_DEVICES_SWAPPED, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_DRIVE_WEAK, BIT(I2) | BIT(I6) | BIT(I7), FALLS},
        {WORLD_EVENT_BRAKE_SLIPS, BIT(I2) | BIT(I6) | BIT(I7), FALLS},
        {WORLD_EVENT_BRAKE_LATE, BIT(I2) | BIT(I6) | BIT(I7), FALLS},
        {WORLD_EVENT_CLIENT_TETHER, BIT(I6), "a tether pulls the tool"},
        {WORLD_EVENT_CLIENT_GRABS, BIT(I6), "a hand pulls the tool"},
        {WORLD_EVENT_CLIENT_ROLLS, BIT(I6) | BIT(I7), "the client moves against the tool"},
        {WORLD_EVENT_CLIENT_PUSHES_UP, BIT(I6) | BIT(I7), "the client moves against the tool"},
        {WORLD_EVENT_BODY_SHIFT, BIT(I6) | BIT(I7), "the client moves against the tool"},
        {WORLD_EVENT_BODY_ELSEWHERE, BIT(I7),
         "where the client lies beyond what was promised, zones lie there too"},
        {WORLD_EVENT_BODY_MIRRORED, BIT(I7),
         "where the client lies beyond what was promised, zones lie there too"},
        {WORLD_EVENT_HOST_CRASH, BIT(I3) | BIT(I13),
         "a controller that is gone commands nothing; the drives' watchdogs stop the arm"},
        {WORLD_EVENT_RELAY_STUCK, BIT(I3),
         "the relay is the fault; the drives are still told to let go"},
        {WORLD_EVENT_HOST_LIMITS_FLIP, BIT(I5) | BIT(I6) | BIT(I13),
         "the limits that the judge holds are not those that the invariants hold"},
    };
    for (size_t i = 0; i < sizeof excuses / sizeof excuses[0]; ++i) {
        if (excuses[i].kind == kind) {
            *reason = excuses[i].reason;
            return excuses[i].excused;
        }
    }
    *reason = NULL;
    return 0;
}
