#include "controller/campaign/expected.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define M(name) (1u << MODE_##name)
#define ANY_PHASE 0u
#define IN_CONTACT (M(CONTACT))
#define NOT_TOUCHING (M(TRANSIT) | M(PAUSED) | M(PARKING))
#define AT_SKIN (M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT))

// What a force says that is not there, or is there and should not be.
#define FORCE_WRONG                                                                                \
    "force_free force_drift force_direction force_disagrees force_cap force_max force_margin "     \
    "force_envelope force_rate entangled shear tare "
#define TOUCHED                                                                                    \
    "force_free force_drift force_direction force_disagrees force_cap force_max force_margin "     \
    "force_envelope force_rate entangled shear "
// A joint that is not where it says, or not where it is told to be, shows by itself or in what the
// tool does and feels.
#define ENCODER_WRONG                                                                              \
    "encoder_jump encoder_disagrees encoder_frozen speed_following following joint_speed "         \
    "tool_speed contact_lost " FORCE_WRONG
#define DRIVE_WRONG                                                                                \
    "encoder_disagrees encoder_frozen speed_following following joint_speed tool_speed "           \
    "arming_time " FORCE_WRONG
#define AGE_RULES "io_age drive_age force_age sample_loss "
#define HOST_LATE "overrun clock drive_state encoder_disagrees "
// What a value may be told by that came over the bus and is another than was sent.
#define GARBLED                                                                                    \
    AGE_RULES "estop client_button client_present finite force_status drive_state "                \
              "command_range encoder_jump tool_speed joint_speed joint_position speed_following "  \
              "following "                                                                         \
              "encoder_disagrees " FORCE_WRONG

// A sample that is missing is told 20 ms after the last good one, in the period after.
#define AGE_MS 28
// The period that decides, and the one before in which the device was asked.
#define AT_ONCE_MS 8
// The tare takes 128 ms and is judged at its end.
#define TARE_MS 160
// What tells of a brake that does not hold, and why the elbow's always does.
#define SINKS "brake_slips joint_speed joint_position"
#define ELBOW_CARRIES "the elbow carries the forearm and the tool in every posture"
// As long as a trial watches.
#define WATCHED_MS 3000
// A stop is asked for 500 ms after the onset; a yield, the stop and the relay take up to 1.5 s.
#define STOPPED_MS 2500
// Arming may last three seconds.
#define ARMED_MS 3000

#define ROW(kind, phases, target, least, below, expectation, rules, reaction, ms, reason)          \
    {                                                                                              \
        WORLD_EVENT_##kind, phases, target, least, below, EXPECT_##expectation, rules,             \
            REACTION_##reaction, ms, reason                                                        \
    }
#define DEMAND(kind, phases, least, below, rules, reaction, ms, reason)                            \
    ROW(kind, phases, NULL, least, below, DETECTED, rules, reaction, ms, reason)
#define MAY_IN(kind, phases, least, below, rules, ms, reason)                                      \
    ROW(kind, phases, NULL, least, below, EITHER, rules, NONE, ms, reason)
#define MAY(kind, least, below, rules, ms, reason)                                                 \
    MAY_IN(kind, ANY_PHASE, least, below, rules, ms, reason)
// Told, if at all, only when the arm stops.
#define LATE(kind, rules, reason) MAY(kind, 0, HUGE_VAL, rules, STOPPED_MS, reason)
#define HARMLESS_RANGE(kind, least, below, reason)                                                 \
    ROW(kind, ANY_PHASE, NULL, least, below, HARMLESS, "", NONE, 0, reason)
#define HARMLESS(kind, reason) HARMLESS_RANGE(kind, 0, HUGE_VAL, reason)
#define HARMLESS_BELOW(kind, below, reason) HARMLESS_RANGE(kind, 0, below, reason)
#define HARMLESS_FROM(kind, least, reason) HARMLESS_RANGE(kind, least, HUGE_VAL, reason)
#define TORQUE(kind, axis)                                                                         \
    ROW(kind, ANY_PHASE, axis, 0, HUGE_VAL, HARMLESS, "", NONE, 0, "nothing reads the torques")
#define TORQUES(kind) TORQUE(kind, "rx"), TORQUE(kind, "ry"), TORQUE(kind, "rz")
#define OF_DEVICE(kind, least, below, also, ms, reason)                                            \
    ROW(kind, ANY_PHASE, "force", least, below, DETECTED, also "force_age", YIELD, ms, reason),    \
        ROW(kind, ANY_PHASE, "io", least, below, DETECTED, also "io_age", YIELD, ms, reason),      \
        ROW(kind, ANY_PHASE, NULL, least, below, DETECTED, also "drive_age", YIELD, ms, reason)
// Some samples are lost. A joint that is not heard keeps the speed it had: while others take the
// tool away from the body it may seem to approach it.
#define SOME_LOST "too many samples are lost"
#define LOSES_SOME(kind)                                                                           \
    ROW(kind, ANY_PHASE, "force", 0, 0.3, DETECTED, "sample_loss force_age", YIELD, 1000,          \
        SOME_LOST),                                                                                \
        ROW(kind, ANY_PHASE, "io", 0, 0.3, DETECTED, "sample_loss io_age", YIELD, 1000,            \
            SOME_LOST),                                                                            \
        ROW(kind, AT_SKIN, NULL, 0, 0.3, DETECTED, "sample_loss drive_age force_envelope", YIELD,  \
            1000, SOME_LOST),                                                                      \
        ROW(kind, ANY_PHASE, NULL, 0, 0.3, DETECTED, "sample_loss drive_age", YIELD, 1000,         \
            SOME_LOST)
// The body rises; where the tool is above it, by enough to reach it there.
#define CLIENT_MOVES(kind)                                                                         \
    HARMLESS_BELOW(kind, 0.02, "force control follows so little"),                                 \
        DEMAND(kind, AT_SKIN | M(PAUSED), 0.1, HUGE_VAL, TOUCHED "contact_lost ", LIFT, 1000,      \
               "the force leaves its band, or a tool that should be free is touched"),             \
        MAY(kind, 0.02, HUGE_VAL, TOUCHED "contact_lost ", WATCHED_MS,                             \
            "force control follows a slow one, or the tool is elsewhere")

static const expected_row_t rows[] = {
    // The force sensor. The three torques are read by nobody: what is wrong with them alone
    // changes nothing.
    DEMAND(FORCE_FREEZE, M(ARMING), 0, HUGE_VAL, "force_frozen tare", YIELD, TARE_MS,
           "eight samples repeat while it is tared"),
    DEMAND(FORCE_FREEZE, ANY_PHASE, 0, HUGE_VAL, "force_frozen", YIELD, 60, "eight samples repeat"),
    DEMAND(FORCE_COUNTER, ANY_PHASE, 0, HUGE_VAL, "force_age", YIELD, AGE_MS, "samples age"),
    TORQUES(FORCE_BIAS),
    DEMAND(FORCE_BIAS, M(ARMING), 10, HUGE_VAL, "tare", YIELD, TARE_MS, "no tare is so large"),
    DEMAND(FORCE_BIAS, ANY_PHASE, 10, HUGE_VAL, FORCE_WRONG, YIELD, 1200,
           "more than anything pulls there"),
    ROW(FORCE_BIAS, M(ARMING), NULL, 0, 10, HARMLESS, "", NONE, 0, "it is tared away"),
    DEMAND(FORCE_BIAS, NOT_TOUCHING, 0, 10, "force_drift force_free", YIELD, 2500,
           "nothing touches, and a force stays"),
    MAY(FORCE_BIAS, 0, 10, "force_drift force_direction", WATCHED_MS,
        "small beside the force on the skin; told above it"),
    TORQUES(FORCE_DRIFT),
    MAY_IN(FORCE_DRIFT, AT_SKIN, 2, 10, FORCE_WRONG, WATCHED_MS,
           "told once it stands out of the force on the skin"),
    DEMAND(FORCE_DRIFT, ANY_PHASE, 2, HUGE_VAL, FORCE_WRONG, YIELD, WATCHED_MS,
           "it grows to what nothing pulls"),
    HARMLESS_BELOW(FORCE_DRIFT, 2, "grows by less than 2 N while it is watched"),
    HARMLESS_RANGE(FORCE_SCALE, 0.5, 0.9, "within what the force loop's limits allow for"),
    DEMAND(FORCE_SCALE, ANY_PHASE, 0, HUGE_VAL, FORCE_WRONG, YIELD, 1200,
           "the tool's own weight, or the force on the skin, is not what it should be"),
    DEMAND(FORCE_SATURATION, ANY_PHASE, 0, 5, FORCE_WRONG "force_axis_frozen force_frozen ", YIELD,
           1500, "the tool's own weight is more"),
    HARMLESS_FROM(FORCE_SATURATION, 50, "nothing reaches it"),
    MAY(FORCE_SATURATION, 5, 50, "force_axis_frozen force_saturated ", WATCHED_MS,
        "told where the force stays there"),
    TORQUES(FORCE_SIGN),
    ROW(FORCE_SIGN, NOT_TOUCHING | M(ARMING), "z", 0, HUGE_VAL, DETECTED, "tare " FORCE_WRONG,
        YIELD, TARE_MS, "the tool's own weight points upwards"),
    MAY(FORCE_SIGN, 0, HUGE_VAL, FORCE_WRONG, WATCHED_MS,
        "without force along the axis it has no sign"),
    DEMAND(FORCE_SWAP, ANY_PHASE, 10, HUGE_VAL, FORCE_WRONG, YIELD, 1200,
           "the tool's own weight points elsewhere"),
    MAY(FORCE_SWAP, 0, 10, FORCE_WRONG, WATCHED_MS, "1: two axes along which next to nothing acts"),
    TORQUES(FORCE_SPIKE),
    DEMAND(FORCE_SPIKE, ANY_PHASE, 20, HUGE_VAL, "force_noise " FORCE_WRONG, YIELD, 200,
           "samples leap as no skin does"),
    MAY(FORCE_SPIKE, 0, 20, "force_noise force_rate force_direction", WATCHED_MS,
        "as small as the noise that is allowed"),
    DEMAND(FORCE_NOISE, ANY_PHASE, 3, HUGE_VAL, "force_noise " FORCE_WRONG, YIELD, 250,
           "more noise than the sensor has"),
    HARMLESS_BELOW(FORCE_NOISE, 3, "the sensor's own noise is of that size"),
    DEMAND(FORCE_STEPS, ANY_PHASE, 0, HUGE_VAL, "force_axis_frozen force_frozen " FORCE_WRONG,
           YIELD, 1500, "an axis does not move at all for too long"),
    DEMAND(FORCE_DROPOUT, ANY_PHASE, 0.3, HUGE_VAL, "force_frozen force_noise " FORCE_WRONG, YIELD,
           200, "samples leap to zero, or zeros repeat"),
    MAY(FORCE_DROPOUT, 0, 0.3, "force_noise " FORCE_WRONG, WATCHED_MS,
        "a zero now and then is noise where the force is small"),
    MAY(FORCE_DELAY, 0, HUGE_VAL, FORCE_WRONG, WATCHED_MS,
        "the force of a stroke changes slowly, and older samples look the same"),
    DEMAND(FORCE_PATTERN, ANY_PHASE, 0, HUGE_VAL, "force_age", YIELD, AGE_MS,
           "an empty word is no sample"),
    DEMAND(FORCE_STATUS, ANY_PHASE, 0, HUGE_VAL, "force_status", YIELD, AT_ONCE_MS,
           "the sensor says so"),
    MAY_IN(FORCE_WRONG_DEVICE, IN_CONTACT | M(ARMING), 0.3, 3, FORCE_WRONG, WATCHED_MS,
           "half as much is within what the tare and the tissue may be"),
    DEMAND(FORCE_WRONG_DEVICE, ANY_PHASE, 0, HUGE_VAL, FORCE_WRONG, YIELD, 1500,
           "the tool's own weight is not what it should be"),
    // What drives say of their joints.
    DEMAND(ENCODER_JUMP, ANY_PHASE, 0.03, HUGE_VAL, "encoder_jump", POWER_OFF, AT_ONCE_MS,
           "no joint jumps"),
    MAY(ENCODER_JUMP, 0, 0.03,
        "encoder_jump encoder_disagrees encoder_frozen speed_following tool_speed", 60,
        "less than a joint may move in a period; the arm is off by so little"),
    ROW(ENCODER_FREEZE, ANY_PHASE, "drive_6", 0, HUGE_VAL, EITHER, ENCODER_WRONG, NONE, WATCHED_MS,
        "the tool is round: about its own axis it hardly turns"),
    DEMAND(ENCODER_FREEZE, M(ARMING) | M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT),
           0, HUGE_VAL, ENCODER_WRONG, YIELD, 1000,
           "its joint is to move, and goes on without being seen"),
    MAY(ENCODER_FREEZE, 0, HUGE_VAL, ENCODER_WRONG, WATCHED_MS,
        "a joint that rests reads the same"),
    DEMAND(ENCODER_DRIFT, ANY_PHASE, 0.01, HUGE_VAL, ENCODER_WRONG, YIELD, 2500,
           "position and command part"),
    MAY(ENCODER_DRIFT, 0, 0.01, "following speed_following ", WATCHED_MS,
        "off by less than 0.03 while it is watched"),
    DEMAND(ENCODER_WRAP, AT_SKIN | M(PAUSED) | M(PARKING), 0, 0.5, "encoder_jump", POWER_OFF, 2500,
           "a position jumps by the whole range"),
    ROW(ENCODER_WRAP, ANY_PHASE, "drive_3", 0, 0.5, DETECTED, "encoder_jump", POWER_OFF, AT_ONCE_MS,
        "the elbow is bent by more than the range wherever the tool is over the table"),
    MAY(ENCODER_WRAP, 0, HUGE_VAL, "encoder_jump", WATCHED_MS,
        "not every joint comes to a multiple; those that do jump"),
    ROW(ENCODER_SIGN, ANY_PHASE, "drive_6", 0, HUGE_VAL, EITHER, ENCODER_WRONG, NONE, WATCHED_MS,
        "the tool is round: about its own axis it hardly turns"),
    DEMAND(ENCODER_SIGN, ANY_PHASE, 0, HUGE_VAL, ENCODER_WRONG, YIELD, WATCHED_MS,
           "the joint runs away from its command"),
    MAY(ENCODER_SCALE, 0, HUGE_VAL, ENCODER_WRONG, WATCHED_MS,
        "a joint that rests has no way, and a short one is hardly longer"),
    // What drives do.
    DEMAND(DRIVE_FAULT, ANY_PHASE, 0, HUGE_VAL, "drive_state", YIELD, AT_ONCE_MS,
           "the drive says so"),
    LATE(DRIVE_DEAF_TO_STOP, "drive_deaf drive_state drive_sync brake_slips",
         "it follows its set-point to a stand, and the relay takes its torque when the others let "
         "go"),
    MAY(DRIVE_DEAF, 0, HUGE_VAL, DRIVE_WRONG, WATCHED_MS, "a joint that is to rest does"),
    HARMLESS_BELOW(DRIVE_LATE, 0.01, "within what following allows for"),
    MAY(DRIVE_LATE, 0, HUGE_VAL, "drive_sync drive_deaf " DRIVE_WRONG, WATCHED_MS,
        "a joint that is to rest is never late"),
    DEMAND(DRIVE_WRONG_MODE, M(ARMING), 0, HUGE_VAL, "drive_state", YIELD, 100,
           "the drive says so once it is enabled"),
    DEMAND(DRIVE_WRONG_MODE, ANY_PHASE, 0, HUGE_VAL, "drive_state", YIELD, AT_ONCE_MS,
           "the drive says so"),
    HARMLESS(DRIVE_UNLIMITED, "a limit that nothing reaches"),
    HARMLESS_FROM(DRIVE_WEAK, 0.7, "enough is left"),
    ROW(DRIVE_WEAK, ANY_PHASE, "drive_3", 0, 0.1, DETECTED, "force_noise " DRIVE_WRONG, YIELD, 200,
        ELBOW_CARRIES),
    MAY(DRIVE_WEAK, 0, 0.7, "force_noise " DRIVE_WRONG, WATCHED_MS,
        "joints that carry little hold with nothing"),
    DEMAND(DRIVE_RUNAWAY, ANY_PHASE, 0.5, HUGE_VAL, DRIVE_WRONG, YIELD, 160,
           "the joint leaves its commanded speed"),
    DEMAND(DRIVE_RUNAWAY, ANY_PHASE, 0.2, HUGE_VAL, DRIVE_WRONG, YIELD, 800,
           "the joint leaves its command"),
    DEMAND(DRIVE_RUNAWAY, ANY_PHASE, 0, 0.2, DRIVE_WRONG, YIELD, WATCHED_MS,
           "the joint leaves its command slowly"),
    DEMAND(DRIVE_OSCILLATES, ANY_PHASE, 0.1, HUGE_VAL, "force_noise " DRIVE_WRONG, YIELD, 160,
           "no command swings like that"),
    MAY(DRIVE_OSCILLATES, 0, 0.1, "force_noise " DRIVE_WRONG, WATCHED_MS,
        "told where the joint's lever makes it a fast tool"),
    DEMAND(DRIVE_STUCK_STATE, M(ARMING), 0, HUGE_VAL, "arming_time", STOP, ARMED_MS,
           "it never comes to its torque"),
    DEMAND(DRIVE_STUCK_STATE, ANY_PHASE, 0, HUGE_VAL, "drive_sync drive_state", STOP, STOPPED_MS,
           "told when it is to be stopped, by what its state word says"),
    DEMAND(DRIVE_DISABLES, ANY_PHASE, 0, HUGE_VAL, "drive_state", YIELD, AT_ONCE_MS,
           "the drive says so"),
    HARMLESS(DRIVE_WATCHDOG_OFF, "its register still says on: nothing can tell until the bus is "
                                 "lost as well"),
    // Brakes and supply.
    ROW(BRAKE_SLIPS, ANY_PHASE, "drive_3", 0, 0.1, DETECTED, SINKS, POWER_OFF, STOPPED_MS,
        ELBOW_CARRIES),
    LATE(BRAKE_SLIPS, SINKS, "told where the arm sinks"),
    ROW(BRAKE_LATE, ANY_PHASE, "drive_3", 0.3, HUGE_VAL, DETECTED, SINKS, POWER_OFF, STOPPED_MS,
        ELBOW_CARRIES),
    LATE(BRAKE_LATE, SINKS, "told where the arm sinks"),
    MAY(BRAKE_STUCK, 0, HUGE_VAL, DRIVE_WRONG, WATCHED_MS,
        "the drive pushes its joint through its brake, or the joint rests"),
    DEMAND(UNDERVOLTAGE, ANY_PHASE, 0, HUGE_VAL, "drive_state", YIELD, AT_ONCE_MS,
           "the drive says so"),
    DEMAND(POWER_CUT, ANY_PHASE, 0, HUGE_VAL, "drive_state power_relay estop", YIELD, AT_ONCE_MS,
           "the drives say so"),
    DEMAND(ESTOP_PRESSED, ANY_PHASE, 0, HUGE_VAL, "estop", POWER_OFF, AT_ONCE_MS,
           "the chain is read every period"),
    HARMLESS(ESTOP_RELEASED, "it was not pressed"),
    DEMAND(RELAY_STUCK, ANY_PHASE, 0, HUGE_VAL, "power_relay", STOP, STOPPED_MS,
           "told when it should have opened"),
    // The bus. Of the force sensor the force's age tells, of the coupler the I/O's, of a drive its
    // own.
    OF_DEVICE(DEVICE_SILENT, 0, HUGE_VAL, "", AGE_MS, "samples age"),
    HARMLESS(DEVICE_BACK, "it was not silent"),
    OF_DEVICE(BUS_LOSS, 0.9, HUGE_VAL, "", AGE_MS, "samples age"),
    OF_DEVICE(BUS_LOSS, 0.3, 0.9, "sample_loss ", 160, "soon five in a row are lost"),
    MAY(BUS_LOSS, 0, 0.3, AGE_RULES, WATCHED_MS, "a lost reply now and then is bridged"),
    OF_DEVICE(BUS_REQUEST_LOSS, 0.9, HUGE_VAL, "", AGE_MS, "samples age"),
    OF_DEVICE(BUS_REQUEST_LOSS, 0.3, 0.9, "sample_loss ", 160, "soon five in a row are lost"),
    MAY(BUS_REQUEST_LOSS, 0, 0.3, AGE_RULES "force_noise force_envelope ", WATCHED_MS,
        "a lost request now and then is bridged; the joint lags and leaps"),
    DEMAND(BUS_BURST, ANY_PHASE, 0, HUGE_VAL, AGE_RULES, YIELD, 450,
           "every hundred periods samples age"),
    HARMLESS_BELOW(BUS_DELAY, 0.002, "within the period it is nothing"),
    OF_DEVICE(BUS_DELAY, 0.002, HUGE_VAL, "", AGE_MS, "what is too late is no sample"),
    HARMLESS_BELOW(BUS_JITTER, 0.002, "within the period it is nothing"),
    OF_DEVICE(BUS_JITTER, 0.002, HUGE_VAL, "sample_loss ", 60, "what is too late is no sample"),
    OF_DEVICE(BUS_DUPLICATE, 0.3, HUGE_VAL, "sample_loss ", 160, "each reply is one behind"),
    LOSES_SOME(BUS_DUPLICATE),
    OF_DEVICE(BUS_REORDER, 0.3, HUGE_VAL, "sample_loss ", 160, "each reply is one behind"),
    LOSES_SOME(BUS_REORDER),
    OF_DEVICE(BUS_STALE, 0, HUGE_VAL, "", AGE_MS + 4, "the counter stands"),
    DEMAND(BUS_BIT_FLIP, ANY_PHASE, 0.3, HUGE_VAL, GARBLED, YIELD, 160,
           "a frame that does not match is no sample, one that does is not plausible"),
    DEMAND(BUS_BIT_FLIP, ANY_PHASE, 0, 0.3, GARBLED, YIELD, 1500, "too many frames do not match"),
    DEMAND(BUS_CORRUPT, ANY_PHASE, 0.3, HUGE_VAL, GARBLED, YIELD, 160,
           "the values are not plausible"),
    DEMAND(BUS_CORRUPT, ANY_PHASE, 0, 0.3, GARBLED, YIELD, 1500, "the values are not plausible"),
    OF_DEVICE(BUS_TRUNCATED, 0.3, HUGE_VAL, "sample_loss ", 160, "a short frame is no sample"),
    LOSES_SOME(BUS_TRUNCATED),
    OF_DEVICE(BUS_GLUED, 0.3, HUGE_VAL, "sample_loss ", 160, "each reply is one behind"),
    LOSES_SOME(BUS_GLUED),
    HARMLESS_BELOW(BUS_DRIP, 0.0001, "within the period it is nothing"),
    OF_DEVICE(BUS_DRIP, 0.0001, HUGE_VAL, "", AGE_MS, "what is too late is no sample"),
    OF_DEVICE(BUS_WRONG_UNIT, 0, HUGE_VAL, "", AGE_MS, "such replies are dropped"),
    OF_DEVICE(BUS_WRONG_TRANSACTION, 0, HUGE_VAL, "", AGE_MS, "such replies are dropped"),
    OF_DEVICE(BUS_WRONG_LENGTH, 0, HUGE_VAL, "", AGE_MS, "such replies are dropped"),
    OF_DEVICE(BUS_WRONG_FUNCTION, 0, HUGE_VAL, "", AGE_MS, "such replies are dropped"),
    OF_DEVICE(BUS_EXCEPTION, 0, HUGE_VAL, "", AGE_MS, "an exception is no sample"),
    OF_DEVICE(BUS_RESET, 0, HUGE_VAL, "", AGE_MS, "samples age"),
    OF_DEVICE(BUS_REFUSED, 0, HUGE_VAL, "", AGE_MS, "samples age"),
    DEMAND(ROGUE_MASTER, ANY_PHASE, 0.1, HUGE_VAL,
           "drive_state joint_speed tool_speed speed_following", YIELD, 100,
           "the drive itself refuses so large a step"),
    MAY(ROGUE_MASTER, 0, 0.1, "force_noise " DRIVE_WRONG, 250,
        "told where the joint's lever makes it a fast tool"),
    DEMAND(DEVICES_SWAPPED, ANY_PHASE, 0, HUGE_VAL, "encoder_jump", POWER_OFF, AT_ONCE_MS,
           "two joints do not stand alike"),
    // The computer.
    HARMLESS(HOST_CRASH, "nobody is left to tell: that the drives' watchdogs stop is judged "
                         "instead"),
    HARMLESS_BELOW(HOST_HANG, 0.012, "two periods are bridged"),
    DEMAND(HOST_HANG, ANY_PHASE, 0.012, HUGE_VAL, HOST_LATE, YIELD, 1020,
           "told in the first period after it"),
    HARMLESS_BELOW(HOST_OVERRUN, 0.002, "a little late is on time"),
    DEMAND(HOST_OVERRUN, ANY_PHASE, 0.002, HUGE_VAL, HOST_LATE, YIELD, 80,
           "told after a few late periods"),
    HARMLESS_BELOW(HOST_THROTTLED, 0.012, "two periods are bridged"),
    DEMAND(HOST_THROTTLED, ANY_PHASE, 0.012, HUGE_VAL, HOST_LATE, YIELD, 320,
           "told in the first period after it"),
    DEMAND(HOST_CLOCK_JUMP, ANY_PHASE, 0, HUGE_VAL, HOST_LATE, YIELD, 1020,
           "told in the first period after it; the loop waits where the clock went back"),
    DEMAND(HOST_LIMITS_FLIP, ANY_PHASE, 0, HUGE_VAL, "limits_intact", POWER_OFF, AT_ONCE_MS,
           "the check word no longer fits"),
    // Who lies there.
    CLIENT_MOVES(BODY_SHIFT),
    HARMLESS(CLIENT_BREATHES_DEEP, "force control follows a breath"),
    HARMLESS_BELOW(CLIENT_COUGHS, 0.02, "force control follows"),
    DEMAND(CLIENT_COUGHS, AT_SKIN, 0.02, HUGE_VAL, TOUCHED "contact_lost ", LIFT, 600,
           "the force leaves its band"),
    MAY(CLIENT_COUGHS, 0.02, HUGE_VAL, TOUCHED "contact_lost ", 1000,
        "over before the force leaves its band, or the tool is elsewhere"),
    CLIENT_MOVES(CLIENT_ROLLS),
    CLIENT_MOVES(CLIENT_PUSHES_UP),
    DEMAND(CLIENT_LEAVES, ANY_PHASE, 0, HUGE_VAL, "client_present", YIELD, AT_ONCE_MS,
           "the switch opens"),
    DEMAND(CLIENT_GONE_UNSEEN, IN_CONTACT, 0, HUGE_VAL, TOUCHED "contact_lost ", LIFT, 500,
           "the skin is gone"),
    MAY(CLIENT_GONE_UNSEEN, 0, HUGE_VAL, TOUCHED "contact_lost surface_missed ", WATCHED_MS,
        "told where the skin is looked for"),
    DEMAND(CLIENT_GRABS, ANY_PHASE, 20, HUGE_VAL, TOUCHED "tare speed_following ", LIFT, TARE_MS,
           "nothing pulls like that"),
    MAY(CLIENT_GRABS, 0, 20, TOUCHED "tare ", 2000, "a light pull is friction"),
    DEMAND(CLIENT_TETHER, M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT), 0, HUGE_VAL,
           TOUCHED "speed_following ", LIFT, 2500, "the tool is to go, and is held"),
    MAY(CLIENT_TETHER, 0, HUGE_VAL, TOUCHED "speed_following following ", WATCHED_MS,
        "told where the tool is to go"),
    HARMLESS_BELOW(CLIENT_HARD_SPOT, 10, "force control copes"),
    MAY(CLIENT_HARD_SPOT, 10, HUGE_VAL, TOUCHED, 500,
        "told where it comes under a tool that presses"),
    HARMLESS(CLIENT_SOFT_SPOT, "force control copes"),
    MAY(SKIN_FRICTION, 0, HUGE_VAL, "shear force_direction", WATCHED_MS,
        "told where it drags too much"),
    DEMAND(BUTTON_PRESSED, ANY_PHASE, 0, HUGE_VAL, "client_button", YIELD, AT_ONCE_MS,
           "the button is read every period"),
    HARMLESS(BUTTON_RELEASED, "it was not pressed"),
    // Who set it up.
    DEMAND(TOOL_HEAVIER, ANY_PHASE, 1, HUGE_VAL, "tare " TOUCHED, YIELD, TARE_MS,
           "more than anything pulls there"),
    DEMAND(TOOL_HEAVIER, NOT_TOUCHING, 0.3, 1, TOUCHED, YIELD, TARE_MS,
           "nothing touches, and a force stays"),
    MAY(TOOL_HEAVIER, 0, 1, "tare " TOUCHED, 2000,
        "a little lies within the tare, or the skin carries it"),
    MAY_IN(TOOL_LOST, IN_CONTACT, 0, HUGE_VAL, TOUCHED "contact_lost ", WATCHED_MS,
           "told where its weight or the skin is missed"),
    DEMAND(TOOL_LOST, ANY_PHASE, 0, HUGE_VAL, "tare contact_lost " TOUCHED, YIELD, 1500,
           "its weight is missed"),
    MAY(BODY_MIRRORED, 0, HUGE_VAL, TOUCHED "contact_lost surface_missed ", WATCHED_MS,
        "people are nearly the same on both sides"),
    MAY(BODY_ELSEWHERE, 0, HUGE_VAL, TOUCHED "contact_lost surface_missed ", WATCHED_MS,
        "a back is nearly as high a hand farther"),
    HARMLESS(OPERATOR_STARTS_TWICE, "what runs already is not begun again"),
    HARMLESS(OPERATOR_ACKNOWLEDGES_EARLY, "there is nothing to acknowledge"),
    HARMLESS(OPERATOR_STARTS_AND_STOPS, "the stop wins; it is nobody's fault"),
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
        if (!(outcome->detected_s * 1e3 <= row->within_ms)) {
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
// The only encoder of a joint lies: nothing on the machine knows where the tool is. See
// sim/LIMITS.md.
#define TOOL_ELSEWHERE                                                                             \
    "the tool is not where its only encoders say, nor are the zones, and a yield goes by them"
#define KEEPS_TORQUE                                                                               \
    "a drive that does not obey keeps its torque until the relay opens, and shuts its brake after"
#define FALLS "an arm that nothing holds falls, as fast and as hard as its weight makes it"
#define NO_ANSWER "a drive that does not do what it is told does not let go with the others"
#define LATE_ALWAYS "a controller that is late in every period lets go as late"

uint32_t expected_excused(world_event_kind_t kind, const char** reason)
{
    static const struct {
        world_event_kind_t kind;
        uint32_t excused;
        const char* reason;
    } excuses[] = {
        {WORLD_EVENT_DRIVE_DEAF_TO_STOP, BIT(I3) | BIT(I6), KEEPS_TORQUE},
        {WORLD_EVENT_DRIVE_STUCK_STATE, BIT(I3) | BIT(I6), KEEPS_TORQUE},
        {WORLD_EVENT_DRIVE_DEAF, BIT(I18), NO_ANSWER},
        {WORLD_EVENT_DRIVE_LATE, BIT(I18), NO_ANSWER},
        {WORLD_EVENT_BRAKE_STUCK, BIT(I18), NO_ANSWER},
        {WORLD_EVENT_ENCODER_JUMP, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_FREEZE, BIT(I6) | BIT(I7), TOOL_ELSEWHERE},
        {WORLD_EVENT_ENCODER_DRIFT, BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18), TOOL_ELSEWHERE},
        {WORLD_EVENT_ENCODER_WRAP, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_ENCODER_SIGN, BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18), TOOL_ELSEWHERE},
        {WORLD_EVENT_ENCODER_SCALE, BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18), TOOL_ELSEWHERE},
        {WORLD_EVENT_DRIVE_RUNAWAY, BIT(I2) | BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18),
         DRIVE_ITSELF},
        {WORLD_EVENT_DRIVE_OSCILLATES, BIT(I2) | BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18),
         DRIVE_ITSELF},
        {WORLD_EVENT_ROGUE_MASTER, BIT(I6) | BIT(I17) | BIT(I18), DRIVE_ITSELF},
        {WORLD_EVENT_DEVICES_SWAPPED, BIT(I6), DRIVE_ITSELF},
        {WORLD_EVENT_DRIVE_WEAK, BIT(I2) | BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18), FALLS},
        {WORLD_EVENT_BRAKE_SLIPS, BIT(I2) | BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18), FALLS},
        {WORLD_EVENT_BRAKE_LATE, BIT(I2) | BIT(I6) | BIT(I7) | BIT(I17) | BIT(I18), FALLS},
        {WORLD_EVENT_HOST_OVERRUN, BIT(I18), LATE_ALWAYS},
        {WORLD_EVENT_HOST_THROTTLED, BIT(I18), LATE_ALWAYS},
        {WORLD_EVENT_CLIENT_TETHER, BIT(I6) | BIT(I7), "a tether pulls the tool where it wants"},
        {WORLD_EVENT_CLIENT_GRABS, BIT(I6) | BIT(I7), "a hand pulls the tool where it wants"},
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
