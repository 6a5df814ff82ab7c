#include "controller/record/rule_words.h"

#include <stddef.h>

// Advice that several rules share.
#define LOOK_AT_CLIENT "See how the client is before anything else. "
// Brakes are shut where there is no power: an arm that is only pushed does not move.
#define MOVE_BY_HAND                                                                               \
    "Without power the brakes hold the arm: hold it, release its brakes as its maker says, and "   \
    "move it by hand "
#define CHECK_CABLE                                                                                \
    "Check its supply, its cable and its address with 'knead device probe'; the report has its "   \
    "lost replies and round trips."
#define CHECK_TWO_DEVICES                                                                          \
    "If several fell silent at once, look at the switch or the line they share."
#define NOTHING_TO_FIX "Nothing is wrong with the machine."
#define TEST_MEMORY                                                                                \
    "Test this computer's memory and keep the record; do not use the machine with a client "       \
    "before "
#define CHECK_ENCODER                                                                              \
    "Compare the drive's own position display with the joint by hand, check the encoder's cable "  \
    "and its shield, and the drive's list of faults."
#define CHECK_TUNING                                                                               \
    "Look for something that blocks the joint, a brake that drags, a drive whose gains or torque " \
    "limit were changed."
#define CHECK_SENSOR                                                                               \
    "Press on the unpowered tool with a known weight and compare with 'knead device watch'; "      \
    "check "                                                                                       \
    "cable and mounting, replace the sensor if it is off."
#define WAS_IT_THE_CLIENT "Ask the client whether it hurt or whether he moved. "

static const rule_words_t rules[INTERLOCK_RULE_COUNT] = {
    [INTERLOCK_LIMITS_INTACT] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_NOTHING, true,
         "the limits that the controller compares with have changed in its memory",
         "Leave the machine off and call the engineer.", NULL,
         TEST_MEMORY "that; the limits are read from their file again when the program starts."},
    [INTERLOCK_ARMED_FIRST] = {QUANTITY_NONE, SENSE_NONE, ABOUT_NOTHING, true,
                               "the drives were to have torque although nobody had armed the arm",
                               "Leave the machine off and call the engineer.", NULL,
                               TEST_MEMORY
                               "that; compare the program with the one that was released."},
    [INTERLOCK_ESTOP] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_IO, true, "the emergency stop chain was open",
         LOOK_AT_CLIENT "Find out who pressed the emergency stop and why. Unlock it, then "
                        "acknowledge, arm and start.",
         NULL,
         "If nobody pressed it: check every contact, plug and wire of the chain and the coupler's "
         "input."},
    [INTERLOCK_FINITE] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_SOME_DEVICE, false,
         "{place} sent a value that is not a number", "Call the engineer.", NULL,
         "Check with 'knead device watch' what the device sends: its firmware, its profile's word "
         "order and types."},
    [INTERLOCK_COMMAND_RANGE] =
        {QUANTITY_JOINT_WAY, SENSE_AT_MOST, ABOUT_JOINT, false,
         "{place} was told what it must not be told: {what} was {measured}, allowed {allowed}",
         "Leave the machine off and call the engineer.", NULL,
         "This is a mistake of the program or of its memory: keep the record, recompute it with "
         "'knead replay' and report it."},
    [INTERLOCK_ENCODER_JUMP] =
        {QUANTITY_JOINT_WAY, SENSE_AT_MOST, ABOUT_DRIVE, false,
         "the position of {place} jumped by {measured} from one sample to the next; its joint can "
         "move {allowed} at most in that time",
         "Call the engineer: this must be looked at before the program is started anew.", NULL,
         CHECK_ENCODER},
    [INTERLOCK_ENCODER_DISAGREES] =
        {QUANTITY_JOINT_WAY, SENSE_AT_MOST, ABOUT_DRIVE, false,
         "the position of {place} and its speed are {measured} apart, allowed {allowed}",
         "Do not go on with a client; call the engineer.", NULL, CHECK_ENCODER},
    [INTERLOCK_JOINT_POSITION] =
        {QUANTITY_JOINT_WAY, SENSE_AT_MOST, ABOUT_JOINT, false,
         "{place} was found at {measured}, past its limit of {allowed}",
         MOVE_BY_HAND "back inside, then acknowledge and arm.", NULL,
         "If it got there by itself: check the drive's zero and the limits in the machine's file."},
    [INTERLOCK_JOINT_SPEED] =
        {QUANTITY_JOINT_SPEED, SENSE_AT_MOST, ABOUT_JOINT, false,
         "{place} moved at {measured}, allowed {allowed}",
         LOOK_AT_CLIENT "Do not go on with a client; call the engineer.", NULL,
         "Check the drive's gains, its encoder and whether another master writes to it."},
    [INTERLOCK_SPEED_FOLLOWING] =
        {QUANTITY_JOINT_SPEED, SENSE_AT_MOST, ABOUT_JOINT, false,
         "{place} moved {measured} faster or slower than it was told to, allowed {allowed}",
         LOOK_AT_CLIENT "Do not go on with a client; call the engineer.", NULL,
         "Check the drive's gains and torque, its encoder, and whether another master writes to "
         "it."},
    [INTERLOCK_DRIVE_DEAF] =
        {QUANTITY_JOINT_SPEED, SENSE_AT_MOST, ABOUT_JOINT, true,
         "{place} did not brake when it was told to stop: it still moved at {measured}, allowed "
         "were {allowed} by then",
         "Do not go on with a client; call the engineer.", NULL,
         "Try the stop of this drive without a client; check its mode, its ramps and whether it "
         "takes its control word."},
    [INTERLOCK_DRIVE_SYNC] =
        {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_SOME_DRIVE, true,
         "{place} kept its torque for {measured} when it was to be taken away, allowed {allowed}",
         "Do not go on with a client; call the engineer.", NULL,
         "Check that the drive takes its control word and that the power relay and its safe torque "
         "off are wired to it."},
    [INTERLOCK_POWER_RELAY] =
        {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_IO, true,
         "the power relay was not where it was told to be for {measured}, allowed {allowed}",
         "Switch the machine off at its main switch and call the engineer.", NULL,
         "Check the relay for welded contacts, its auxiliary contact and the coupler's output."},
    [INTERLOCK_BRAKE_SLIPS] =
        {QUANTITY_LENGTH, SENSE_AT_MOST, ABOUT_NOTHING, true,
         "the tool moved by {measured} although the brakes were to hold the arm, allowed {allowed}",
         LOOK_AT_CLIENT "Keep people away from under the arm; call the engineer.", NULL,
         "Test each brake against its joint's weight without a client. If somebody moved the arm "
         "by hand with the brakes released, nothing is wrong."},
    [INTERLOCK_CLOCK] =
        {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_NOTHING, false,
         "{measured} passed on the clock from one period to the next, allowed {allowed}",
         "Acknowledge, arm and start once more; if it happens again, call the engineer.", NULL,
         "See what held the computer up ('knead latency'): power saving, a virtual machine, other "
         "programs; the clock must be monotonic."},
    [INTERLOCK_OVERRUN] =
        {QUANTITY_PERIODS, SENSE_AT_MOST, ABOUT_NOTHING, false,
         "the control loop missed {measured} in short succession, allowed {allowed}",
         "See that this computer does not go to sleep and close other programs on it, then "
         "acknowledge, arm and start.",
         NULL,
         "See with 'knead latency' what holds the loop up: real-time priority, power saving, the "
         "bus; the report has the loop's times."},
    [INTERLOCK_IO_AGE] = {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_IO, false,
                          "the last sample of {place} was {measured} old, allowed {allowed}; "
                          "without it nobody knows the emergency stop",
                          "See that the coupler has power and its plug is in.", NULL,
                          CHECK_CABLE " " CHECK_TWO_DEVICES},
    [INTERLOCK_CLIENT_BUTTON] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_IO, true, "the client pressed the button",
         LOOK_AT_CLIENT "Let go of the button; acknowledge, arm and start only if the client wants "
                        "to go on.",
         "Ask what was unpleasant, and lower the force or leave out the step.",
         "If the client did not press it: check the button's cable, an open wire counts as "
         "pressed."},
    [INTERLOCK_CLIENT_PRESENT] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_IO, true, "the table reported that nobody lies on it",
         "See that the client lies on the table as he was registered; if he moved, register him "
         "again before starting.",
         NULL, "If he never left: check the presence switch, its cable and the coupler's input."},
    [INTERLOCK_DRIVE_AGE] = {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_DRIVE, false,
                             "the last sample of {place} was {measured} old, allowed {allowed}",
                             "See that the drive has power and its plug is in.", NULL,
                             CHECK_CABLE " " CHECK_TWO_DEVICES},
    [INTERLOCK_SAMPLE_LOSS] =
        {QUANTITY_SAMPLES, SENSE_AT_MOST, ABOUT_SOME_DEVICE, false,
         "{place} answered too seldom: {measured} were missed more than were made up for, allowed "
         "{allowed}",
         "Acknowledge, arm and start once more; if it happens again, call the engineer.", NULL,
         CHECK_CABLE},
    [INTERLOCK_DRIVE_STATE] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_DRIVE, false,
         "{place} is to be in the state 'operation enabled' and says '{what}'",
         "See whether the emergency stop, the supply or the drive's display tell why.", NULL,
         "Look the fault code up in the drive's manual; without one, somebody or something took "
         "its enable or its supply away. Clear it with --acknowledge."},
    [INTERLOCK_ENCODER_FROZEN] =
        {QUANTITY_JOINT_WAY, SENSE_AT_MOST, ABOUT_DRIVE, false,
         "{place} was driven and its position stood still: {what} {measured}, allowed "
         "{allowed}",
         "Do not go on with a client; call the engineer.", NULL,
         CHECK_ENCODER " A brake that does not open looks the same."},
    [INTERLOCK_FOLLOWING] =
        {QUANTITY_JOINT_WAY, SENSE_AT_MOST, ABOUT_JOINT, false,
         "{place} was {measured} away from where it was told to be, allowed {allowed} at its speed",
         LOOK_AT_CLIENT "See whether something holds the arm.", NULL, CHECK_TUNING},
    [INTERLOCK_FORCE_AGE] = {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_FORCE_SENSOR, false,
                             "the last sample of {place} was {measured} old, allowed {allowed}",
                             "See that the force sensor has power and its plug is in.", NULL,
                             CHECK_CABLE " " CHECK_TWO_DEVICES},
    [INTERLOCK_FORCE_STATUS] =
        {QUANTITY_NONE, SENSE_NONE, ABOUT_FORCE_SENSOR, false,
         "{place} reported a fault of its own",
         "Take any weight off the tool; if the fault stays, call the engineer.", NULL,
         "Read its status with 'knead device watch' and look it up in its manual: overload, "
         "supply, "
         "temperature. " CHECK_SENSOR},
    [INTERLOCK_FORCE_SATURATED] =
        {QUANTITY_PART, SENSE_AT_MOST, ABOUT_FORCE_AXIS, false,
         "{place} was at {measured} of its range, where it can tell nothing more; allowed "
         "{allowed}",
         LOOK_AT_CLIENT "Call the engineer: an overloaded sensor may be damaged and must be "
                        "inspected.",
         NULL, CHECK_SENSOR},
    [INTERLOCK_FORCE_FROZEN] =
        {QUANTITY_SAMPLES, SENSE_AT_MOST, ABOUT_FORCE_SENSOR, false,
         "{place} repeated all of its six values {measured} in a row, allowed {allowed}",
         "Do not go on with a client; call the engineer.", NULL,
         "It answers without measuring: switch it off and on, check its firmware and its "
         "profile. "},
    [INTERLOCK_FORCE_AXIS_FROZEN] =
        {QUANTITY_SAMPLES, SENSE_AT_MOST, ABOUT_FORCE_AXIS, false,
         "{place} repeated the same value {measured} in a row, allowed {allowed}",
         "Do not go on with a client; call the engineer.", NULL, CHECK_SENSOR},
    [INTERLOCK_FORCE_NOISE] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_FORCE_SENSOR, false,
         "{place} was too noisy to be believed: {measured}, allowed {allowed}",
         "Do not go on with a client; call the engineer.", NULL,
         "Check the sensor's shield and earth, loose screws of the tool, and what was switched on "
         "near it. "},
    [INTERLOCK_FORCE_DIRECTION] =
        {QUANTITY_FORCE, SENSE_AT_LEAST, ABOUT_FORCE_SENSOR, false,
         "the force did not point out of the skin: along the skin's normal it was {measured}, at "
         "least {allowed} were to be expected",
         WAS_IT_THE_CLIENT "See that nothing but the pad touches the body.", NULL,
         "Check signs and axes of the sensor with a hand on the tool. " CHECK_SENSOR},
    [INTERLOCK_FORCE_DRIFT] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_FORCE_SENSOR, false,
         "{measured} were felt where nothing touches the tool, allowed {allowed}",
         "See that nothing hangs on the tool; then acknowledge and arm, which tares the sensor "
         "again.",
         NULL, "If it comes again, the sensor drifts or the tool is loose. " CHECK_SENSOR},
    [INTERLOCK_FORCE_DISAGREES] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_FORCE_SENSOR, false,
         "the force sensor and the drives' torques were {measured} apart, allowed {allowed}",
         LOOK_AT_CLIENT "See whether something but the pad touches or holds the arm.", NULL,
         CHECK_SENSOR " If the sensor is right, a joint's friction, a brake or the tool's mass in "
                      "the machine's file is not."},
    [INTERLOCK_ENTANGLED] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, true,
         "something held the tool back with {measured} on its way off the body, allowed {allowed}",
         LOOK_AT_CLIENT "Free hair, jewellery or cloth by hand; the arm has no power. Acknowledge "
                        "only when the tool is free.",
         "Have hair tied and cloth tucked away before the next start.",
         "If nothing was caught: " CHECK_SENSOR},
    [INTERLOCK_FORCE_RETURNS] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, true,
         "the tool had let the body go, and pressed again with {measured} on its way off, allowed "
         "{allowed}",
         LOOK_AT_CLIENT "The arm has no power: move it off the body by hand, with the brakes "
                        "released, if it rests there. Do not arm it again.",
         NULL,
         "A yield that comes back is steered by a position that does not tell the truth: check "
         "encoders and their scale, couplings and gears, joint by joint. If the client rose "
         "quickly, it may have been him."},
    [INTERLOCK_FORCE_CAP] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, false,
         "the force was {measured}; {region} may get {allowed}", WAS_IT_THE_CLIENT,
         "If he lay still, lower the force or the intensity of this step.",
         "Compare the force before the stop with its target: gains that overshoot, a stiffer "
         "place, a wrong cap in the body map."},
    [INTERLOCK_FORCE_MAX] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, false,
         "the force was {measured}, above the limit of {allowed} that holds everywhere",
         LOOK_AT_CLIENT WAS_IT_THE_CLIENT, "If he lay still, lower the force of this step.",
         "Compare force sensor and drive torques before the stop; if only the sensor says "
         "so: " CHECK_SENSOR},
    [INTERLOCK_FORCE_MARGIN] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, false,
         "the force stayed at {measured}, with its target and the margin {allowed} were allowed",
         WAS_IT_THE_CLIENT "If he coughed or moved, acknowledge, arm and start again.",
         "If he lay still, lower the force or the speed of this step.",
         "Force control did not follow: look at the force before the stop, and at the gains with "
         "'knead tune'."},
    [INTERLOCK_FORCE_ENVELOPE] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, false,
         "the force would have come to {measured} before the arm could let go, allowed {allowed}",
         WAS_IT_THE_CLIENT "If he rose or moved quickly, see that he lies as before and start "
                           "again.",
         "If he lay still, lower the speed or the force of this step.",
         "A body that comes towards the tool, a place much harder than the body map says, or a "
         "sensor whose force changes too fast."},
    [INTERLOCK_FORCE_FREE] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_NOTHING, false,
         "the tool felt {measured} in free motion, allowed {allowed}",
         "Find what or whom the tool touched; see that the way is free and that the "
         "pad is still on the tool.",
         NULL,
         "If it touched nothing: the tool is loose or another one than in the "
         "machine's file. " CHECK_SENSOR},
    [INTERLOCK_FORCE_RATE] =
        {QUANTITY_FORCE_RATE, SENSE_AT_MOST, ABOUT_REGION, false,
         "the force changed by {measured}, allowed {allowed}",
         WAS_IT_THE_CLIENT "If he jerked or coughed, see that he lies as before and start again.",
         NULL,
         "If he lay still: an edge or a bone under the pad, or a sensor that jumps. " CHECK_SENSOR},
    [INTERLOCK_SHEAR] = {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_REGION, false,
                         "the force along the skin was {measured}, allowed {allowed}",
                         WAS_IT_THE_CLIENT "Put oil on dry skin; see that nobody holds the tool.",
                         "Lower the force or the speed of this step if the skin is dry.",
                         "If only the sensor says so: " CHECK_SENSOR},
    [INTERLOCK_TOOL_SPEED] =
        {QUANTITY_SPEED, SENSE_AT_MOST, ABOUT_NOTHING, false,
         "the tool moved at {measured}, allowed {allowed} here",
         LOOK_AT_CLIENT "See whether somebody pushed the arm.", NULL,
         "If nobody did: a joint moved otherwise than told; compare the joints' speeds before the "
         "stop."},
    [INTERLOCK_WORKSPACE] =
        {QUANTITY_LENGTH, SENSE_AT_MOST, ABOUT_TABLE_AXIS, false,
         "the tool was at {place} = {measured}, outside of its workspace, which ends at {allowed}",
         MOVE_BY_HAND "back over the table.", NULL,
         "Check base and joint zeros in the machine's file, and the routine's way there."},
    [INTERLOCK_CONTACT_LOST] =
        {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_REGION, false,
         "the tool had lost the body for {measured}, allowed {allowed}",
         "See that the client lies as he was registered; register him again if he moved.",
         "If he lay still, the stroke leaves the body: shorten it or choose another region.",
         "If the tool was on the skin all the time: " CHECK_SENSOR},
    [INTERLOCK_DWELL] =
        {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_REGION, false,
         "one place was pressed for {measured}, allowed {allowed}",
         "Resume, skip the step, or end the session.",
         "Shorten the step, or choose a technique that is meant to stay on one place.",
         "If the tool was to move on: compare commanded and measured way before the stop."},
    [INTERLOCK_SURFACE_MISSED] =
        {QUANTITY_LENGTH, SENSE_AT_MOST, ABOUT_REGION, false,
         "the tool was {measured} below where the skin was expected, allowed {allowed}",
         "See that the client lies as he was registered; register him again, best with a scan.",
         NULL,
         "If he lies right: check the table's height and the tool's length in the machine's "
         "file."},
    [INTERLOCK_LINK_CLEARANCE] =
        {QUANTITY_LENGTH, SENSE_AT_LEAST, ABOUT_LINK, false,
         "{place} of the arm was {measured} from the skin, at least {allowed} are to be kept",
         LOOK_AT_CLIENT MOVE_BY_HAND "away; register the client again.",
         "Leave out the step for this client if it comes again.",
         "Check the arm's posture there: its preferred posture, the links' radii in the machine's "
         "file."},
    [INTERLOCK_ARM_CLEARANCE] =
        {QUANTITY_LENGTH, SENSE_AT_LEAST, ABOUT_PARTS, false,
         "{place} were {measured} apart, at least {allowed} are to be kept",
         MOVE_BY_HAND "until its parts are apart, then acknowledge and arm.", NULL,
         "Check the arm's posture there: its preferred posture, the links' radii in the machine's "
         "file."},
    [INTERLOCK_REACH] =
        {QUANTITY_LENGTH, SENSE_AT_MOST, ABOUT_NOTHING, false,
         "the arm was {measured} off the planned path, allowed {allowed}",
         "See that the client lies within the arm's reach; register him again if he moved.",
         "Leave out the step for this client if it comes again.",
         "Run 'knead plan' for this client; a joint at its limit or a drive that is locked keeps "
         "the arm from the path."},
    [INTERLOCK_NOT_CLEAR] =
        {QUANTITY_LENGTH, SENSE_AT_LEAST, ABOUT_NOTHING, false,
         "the tool was {measured} above the skin when the arm was armed, at least {allowed} are "
         "wanted",
         MOVE_BY_HAND "off the body, then acknowledge, arm and start.", NULL, NULL},
    [INTERLOCK_TARE] =
        {QUANTITY_FORCE, SENSE_AT_MOST, ABOUT_FORCE_SENSOR, false,
         "the force sensor's offset was {measured}, at most {allowed} can be tared away",
         "Take off whatever hangs on the tool or touches it; mount the pad that the routine names.",
         NULL, "Compare the tool's mass with the machine's file. " CHECK_SENSOR},
    [INTERLOCK_ARMING_TIME] =
        {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_SOME_DRIVE, false,
         "enabling the drives took {measured}, allowed {allowed}; not enabled: {place}",
         "See that the emergency stop is unlocked and the drives have power; then acknowledge and "
         "arm.",
         NULL, "Look at that drive's state and fault code with 'knead device watch'."},
    [INTERLOCK_SESSION_TIME] = {QUANTITY_TIME, SENSE_AT_MOST, ABOUT_NOTHING, false,
                                "the session had lasted {measured}, allowed {allowed}",
                                "End the session here. A new one begins with a new start.",
                                "Shorten the routine, or repeat and extend fewer steps.",
                                NOTHING_TO_FIX},
};

bool rule_subject_is_joint(int rule)
{
    const rule_words_t* info = rule_words(rule);
    return info != NULL && (info->about == ABOUT_JOINT || info->about == ABOUT_DRIVE ||
                            info->about == ABOUT_SOME_DRIVE || info->about == ABOUT_SOME_DEVICE);
}

const char* rule_subject_axis(int rule, int subject)
{
    static const char* const axes[6] = {"x", "y", "z", "rx", "ry", "rz"};
    const rule_words_t* info = rule_words(rule);
    const bool of_axis = info != NULL && info->about == ABOUT_FORCE_AXIS;
    return of_axis && subject >= 0 && subject < 6 ? axes[subject] : NULL;
}

bool rule_doubts_position(int rule)
{
    return rule == INTERLOCK_ENCODER_JUMP || rule == INTERLOCK_ENCODER_DISAGREES ||
           rule == INTERLOCK_ENCODER_FROZEN || rule == INTERLOCK_FINITE ||
           rule == INTERLOCK_JOINT_POSITION || rule == INTERLOCK_JOINT_SPEED ||
           rule == INTERLOCK_SPEED_FOLLOWING || rule == INTERLOCK_FORCE_RETURNS;
}

const rule_words_t* rule_words(int rule)
{
    return rule >= 0 && rule < INTERLOCK_RULE_COUNT ? &rules[rule] : NULL;
}
