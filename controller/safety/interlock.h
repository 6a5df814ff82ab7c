/// Decides every period whether the arm may go on. Reads measurements, limits and the last command;
/// commands nothing, knows no routine, no YAML, no planner, no vector library, allocates nothing.
///
/// Always holds: every rule is judged every period; a rule is a permit that has to be proven, so a
/// value that is missing, stale or not finite refuses; the first cause is latched and stays the
/// first; for the same contact, another refused rule never makes the reaction weaker.
#ifndef KNEAD_CONTROLLER_SAFETY_INTERLOCK_H
#define KNEAD_CONTROLLER_SAFETY_INTERLOCK_H

#include "controller/bus/bus.h"
#include "controller/safety/judge_limits.h"
#include "controller/safety/supervisor.h"

/// Weakest first, so that the strongest of several is their maximum.
typedef enum {
    REACTION_NONE,
    REACTION_LIFT,      // force to zero, rise above, wait
    REACTION_YIELD,     // away from the body, then a controlled stop
    REACTION_STOP,      // controlled stop, then power off (category 1)
    REACTION_POWER_OFF, // at once (category 0)
} reaction_t;
#define REACTION_COUNT 5
const char* reaction_text(reaction_t reaction);

/// How far the drives and their positions can still be trusted once a rule refuses.
typedef enum { TRUST_FULL, TRUST_PARTIAL, TRUST_NONE } trust_t;
#define TRUST_COUNT 3

/// What it takes to go on after a rule has refused; never less than a person.
typedef enum {
    LATCH_RESUME,      // lifted and above: a resume edge
    LATCH_ACKNOWLEDGE, // tripped: acknowledge, arm and start, each an edge of its own
    LATCH_INSPECTION,  // as above, but the rule refuses until the program is started anew
} latch_t;
#define LATCH_COUNT 3

/// Stands where a joint, a part of the arm or a rule could: there is none.
#define INTERLOCK_RULE_NONE (-1)
#define SUBJECT_NONE (-1)

/// Rule; name; numbers of the hazards it answers in the hazard analysis; trust_t that is left; the
/// reaction_t in contact where trust is full; the latch_t; budget in ms from the cause being
/// observable to the reaction being commanded (0: in the same period); unit of what is measured (""
/// where it is yes or no); what the text of a stop says. Causes stand before what they bring with
/// them: the first refused rule in this order tells the story.
#define INTERLOCK_RULE_LIST(X)                                                                     \
    X(INTERLOCK_LIMITS_INTACT, "limits_intact", "H46", NONE, YIELD, INSPECTION, 0, "",             \
      "the limits in memory have changed")                                                         \
    X(INTERLOCK_ARMED_FIRST, "armed_first", "H37 H46 H47", NONE, YIELD, INSPECTION, 0, "",         \
      "the drives are to have torque and were not armed")                                          \
    X(INTERLOCK_ESTOP, "estop", "H53", NONE, YIELD, ACKNOWLEDGE, 0, "",                            \
      "the emergency stop chain is open")                                                          \
    X(INTERLOCK_FINITE, "finite", "H45", NONE, YIELD, ACKNOWLEDGE, 0, "",                          \
      "a measured value is not a number")                                                          \
    X(INTERLOCK_COMMAND_RANGE, "command_range", "H21 H45", NONE, YIELD, ACKNOWLEDGE, 4,            \
      "rad or m", "a command was not one that may be given")                                       \
    X(INTERLOCK_ENCODER_JUMP, "encoder_jump", "H19", NONE, YIELD, INSPECTION, 0, "rad or m",       \
      "a position jumped farther than its joint can move")                                         \
    X(INTERLOCK_ENCODER_DISAGREES, "encoder_disagrees", "H19", NONE, YIELD, ACKNOWLEDGE, 0,        \
      "rad or m", "a position and its speed say different things")                                 \
    X(INTERLOCK_JOINT_POSITION, "joint_position", "H19", NONE, YIELD, ACKNOWLEDGE, 0, "rad or m",  \
      "a joint is past its limit")                                                                 \
    X(INTERLOCK_JOINT_SPEED, "joint_speed", "H19 H24", NONE, YIELD, ACKNOWLEDGE, 0,                \
      "rad/s or m/s", "a joint is too fast")                                                       \
    X(INTERLOCK_SPEED_FOLLOWING, "speed_following", "H19 H20 H24", NONE, YIELD, ACKNOWLEDGE, 8,    \
      "rad/s or m/s", "a joint moves at another speed than it is told to")                         \
    X(INTERLOCK_DRIVE_DEAF, "drive_deaf", "H23", NONE, YIELD, ACKNOWLEDGE, 28, "rad/s or m/s",     \
      "a joint does not brake when it is told to stop")                                            \
    X(INTERLOCK_DRIVE_SYNC, "drive_sync", "H25", NONE, YIELD, ACKNOWLEDGE, 12, "s",                \
      "a drive kept its torque longer than the others")                                            \
    X(INTERLOCK_POWER_RELAY, "power_relay", "H36 H53", NONE, YIELD, ACKNOWLEDGE, 100, "s",         \
      "the power relay is not where it was told to be")                                            \
    X(INTERLOCK_BRAKE_SLIPS, "brake_slips", "H26", NONE, YIELD, ACKNOWLEDGE, 500, "m",             \
      "the arm moves although its brakes are to hold it")                                          \
    X(INTERLOCK_CLOCK, "clock", "H41", FULL, YIELD, ACKNOWLEDGE, 0, "s",                           \
      "the clock does not go on as it should")                                                     \
    X(INTERLOCK_OVERRUN, "overrun", "H39", FULL, YIELD, ACKNOWLEDGE, 0, "periods",                 \
      "the control loop is late")                                                                  \
    X(INTERLOCK_IO_AGE, "io_age", "H28 H55", FULL, YIELD, ACKNOWLEDGE, 0, "s",                     \
      "the I/O coupler is silent")                                                                 \
    X(INTERLOCK_CLIENT_BUTTON, "client_button", "H55", FULL, YIELD, ACKNOWLEDGE, 0, "",            \
      "the client pressed the button")                                                             \
    X(INTERLOCK_CLIENT_PRESENT, "client_present", "H08", FULL, YIELD, ACKNOWLEDGE, 0, "",          \
      "nobody is on the table")                                                                    \
    X(INTERLOCK_DRIVE_AGE, "drive_age", "H28 H29", PARTIAL, YIELD, ACKNOWLEDGE, 0, "s",            \
      "a drive is silent")                                                                         \
    X(INTERLOCK_SAMPLE_LOSS, "sample_loss", "H29 H30 H31 H32", PARTIAL, YIELD, ACKNOWLEDGE, 60,    \
      "samples", "a device answers too seldom")                                                    \
    X(INTERLOCK_DRIVE_STATE, "drive_state", "H22 H25 H36", PARTIAL, YIELD, ACKNOWLEDGE, 0, "",     \
      "a drive left operation enabled, or the way there")                                          \
    X(INTERLOCK_ENCODER_FROZEN, "encoder_frozen", "H20", NONE, YIELD, INSPECTION, 20,              \
      "rad, m, Nm or N", "a joint is driven and its position stands still")                        \
    X(INTERLOCK_FOLLOWING, "following", "H20 H21 H24", FULL, YIELD, ACKNOWLEDGE, 0, "rad or m",    \
      "a joint does not follow its command")                                                       \
    X(INTERLOCK_FORCE_AGE, "force_age", "H28 H29 H38", FULL, YIELD, ACKNOWLEDGE, 0, "s",           \
      "the force sensor is silent")                                                                \
    X(INTERLOCK_FORCE_STATUS, "force_status", "H14", FULL, YIELD, ACKNOWLEDGE, 0, "",              \
      "the force sensor reports a fault")                                                          \
    X(INTERLOCK_FORCE_SATURATED, "force_saturated", "H14", FULL, YIELD, INSPECTION, 0,             \
      "of its range", "the force sensor is at the end of its range")                               \
    X(INTERLOCK_FORCE_FROZEN, "force_frozen", "H11", FULL, YIELD, ACKNOWLEDGE, 36, "samples",      \
      "the force sensor repeats itself")                                                           \
    X(INTERLOCK_FORCE_AXIS_FROZEN, "force_axis_frozen", "H11 H14", FULL, YIELD, ACKNOWLEDGE, 84,   \
      "samples", "an axis of the force sensor repeats itself")                                     \
    X(INTERLOCK_FORCE_NOISE, "force_noise", "H16", FULL, YIELD, ACKNOWLEDGE, 40, "N",              \
      "the force sensor is too noisy to be believed")                                              \
    X(INTERLOCK_FORCE_DIRECTION, "force_direction", "H15", FULL, YIELD, ACKNOWLEDGE, 20, "N",      \
      "the force does not point out of the skin")                                                  \
    X(INTERLOCK_FORCE_DRIFT, "force_drift", "H12 H13", FULL, YIELD, ACKNOWLEDGE, 200, "N",         \
      "a force is left where nothing touches the tool")                                            \
    X(INTERLOCK_FORCE_DISAGREES, "force_disagrees", "H12 H13 H15", FULL, YIELD, ACKNOWLEDGE, 110,  \
      "N", "force sensor and drive torques disagree")                                              \
    X(INTERLOCK_ENTANGLED, "entangled", "H10", FULL, STOP, ACKNOWLEDGE, 8, "N",                    \
      "something holds the tool back on its way off the body")                                     \
    X(INTERLOCK_FORCE_RETURNS, "force_returns", "H02 H19 H20", NONE, YIELD, INSPECTION, 8, "N",    \
      "the tool presses again on its way off a body that it had let go")                           \
    X(INTERLOCK_FORCE_CAP, "force_cap", "H01", FULL, YIELD, ACKNOWLEDGE, 4, "N",                   \
      "the force is above the region's cap")                                                       \
    X(INTERLOCK_FORCE_MAX, "force_max", "H01 H02", FULL, YIELD, ACKNOWLEDGE, 4, "N",               \
      "the force is above the limit of all")                                                       \
    X(INTERLOCK_FORCE_MARGIN, "force_margin", "H01 H07", FULL, YIELD, ACKNOWLEDGE, 50, "N",        \
      "the force passed its target too far")                                                       \
    X(INTERLOCK_FORCE_ENVELOPE, "force_envelope", "H01 H02", FULL, YIELD, ACKNOWLEDGE, 0, "N",     \
      "the force would pass the limit of all before the arm could let go")                         \
    X(INTERLOCK_FORCE_FREE, "force_free", "H03", FULL, YIELD, ACKNOWLEDGE, 0, "N",                 \
      "something touches a tool in free motion")                                                   \
    X(INTERLOCK_FORCE_RATE, "force_rate", "H07", FULL, YIELD, ACKNOWLEDGE, 12, "N/s",              \
      "the force changes faster than the plan makes it")                                           \
    X(INTERLOCK_SHEAR, "shear", "H04", FULL, YIELD, ACKNOWLEDGE, 0, "N",                           \
      "the force along the skin is too high")                                                      \
    X(INTERLOCK_TOOL_SPEED, "tool_speed", "H24", FULL, YIELD, ACKNOWLEDGE, 0, "m/s",               \
      "the tool is faster than allowed here")                                                      \
    X(INTERLOCK_WORKSPACE, "workspace", "H24 H44", FULL, YIELD, ACKNOWLEDGE, 0, "m",               \
      "the tool is outside of its workspace")                                                      \
    X(INTERLOCK_CONTACT_LOST, "contact_lost", "H08 H09", FULL, YIELD, ACKNOWLEDGE, 300, "s",       \
      "the tool lost the body")                                                                    \
    X(INTERLOCK_DWELL, "dwell", "H54", FULL, LIFT, RESUME, 0, "s",                                 \
      "one place has been pressed for too long")                                                   \
    X(INTERLOCK_SURFACE_MISSED, "surface_missed", "H06 H09", FULL, YIELD, ACKNOWLEDGE, 0, "m",     \
      "no skin where it should be")                                                                \
    X(INTERLOCK_LINK_CLEARANCE, "link_clearance", "H02", FULL, YIELD, ACKNOWLEDGE, 0, "m",         \
      "a link of the arm is too near the body")                                                    \
    X(INTERLOCK_ARM_CLEARANCE, "arm_clearance", "H02", FULL, YIELD, ACKNOWLEDGE, 0, "m",           \
      "a part of the arm is too near another or the table")                                        \
    X(INTERLOCK_REACH, "reach", "H44", FULL, YIELD, ACKNOWLEDGE, 0, "m",                           \
      "the arm can't follow the planned path")                                                     \
    X(INTERLOCK_NOT_CLEAR, "not_clear", "H37 H47", FULL, YIELD, ACKNOWLEDGE, 0, "m",               \
      "the tool is at the body: free it by hand before arming")                                    \
    X(INTERLOCK_TARE, "tare", "H12 H17 H18", FULL, YIELD, ACKNOWLEDGE, 0, "N",                     \
      "the force sensor's offset is too large to be one")                                          \
    X(INTERLOCK_ARMING_TIME, "arming_time", "H22", FULL, YIELD, ACKNOWLEDGE, 0, "s",               \
      "the drives took too long to be enabled")                                                    \
    X(INTERLOCK_SESSION_TIME, "session_time", "H54", FULL, YIELD, ACKNOWLEDGE, 0, "s",             \
      "the session has lasted too long")
typedef enum {
#define X(id, name, hazards, trust, in_contact, latch, budget_ms, unit, text) id,
    INTERLOCK_RULE_LIST(X)
#undef X
        INTERLOCK_RULE_COUNT
} interlock_rule_t;

/// A set of rules, a bit each.
typedef uint64_t interlock_rules_t;
#define INTERLOCK_RULE_CAPACITY 64
#define INTERLOCK_RULE(rule) ((interlock_rules_t)1 << (rule))

typedef struct {
    const char* name;
    const char* hazards;
    trust_t trust;
    reaction_t in_contact;
    latch_t latch;
    int budget_ms;
    const char* unit;
    const char* text;
} interlock_rule_info_t;
/// Null for what is no rule.
const interlock_rule_info_t* interlock_rule_info(interlock_rule_t rule);

/// Everything the judge reads in one period.
typedef struct {
    supervisor_mode_t mode;         // of the last period
    int64_t now_us;                 // when the feedback was read
    const bus_feedback_t* feedback; // raw
    const bus_command_t* commanded; // as last sent
    double normal_force_N;          // pressing positive, gravity and tare taken out
    double shear_force_N;
    double force_total_N;
    double force_disagreement_N;    // sensor against drive torques, along the normal
    double drive_force_N;           // the same as the drive torques say it, later
    double drive_force_deviation_N; // standard deviation of what they say
    double tool_position_m[3];      // measured, table frame
    double tool_speed_mps;          // measured
    double tool_giving_mps;         // the part of it that gives way to the force on the tool
    double tool_speed_allowed_mps;  // for the phase the plan is in
    double force_predicted_N;       // what letting go now would still reach, see envelope.h
    double force_target_N;          // as last commanded
    double force_rate_N_per_s;      // of it
    int64_t stay_planned_us;        // for which a technique that stays on one place is to; else 0
    double contact_gap_s;    // for which the plan leaves or eases the skin in each of its cycles
    double force_cap_N;      // of the region under the tool; the smallest where unknown
    double surface_gap_m;    // tool above (+) the expected skin along its normal
    double link_clearance_m; // of the nearest link to the expected skin
    int link_near_skin;      // which, or -1
    double arm_clearance_m;  // of the arm's two nearest parts, or of one and the table
    int arm_part, arm_other; // which, as in kinematics/clearance.h, or SUBJECT_NONE
    double path_error_m;     // what the inverse kinematics left over
    bool force_tared;
    bool tare_refused;    // an offset was measured and found too large
    double tare_offset_N; // as measured
    int64_t mode_us;      // since `mode` was entered
    unsigned overruns;    // periods missed in a row of late ones
    int64_t session_us;   // since arming
} judged_t;

/// What is remembered of one joint.
typedef struct {
    bool known;    // a sample has come
    int64_t at_us; // when it was taken
    double position, velocity;
    double astray;      // how far positions have moved beyond their speeds, fading
    int identical;      // samples in a row with the very same position
    double wanted;      // how far the command has gone meanwhile
    double effort;      // before the first of them, or as last measured while arming
    double effort_last; // with the newest sample
    bool commanded;     // the last command was to be followed
    double sent;        // it
    double sent_speed;
    double sent_before[2]; // speeds sent before that, newest first
    int followed;          // periods in a row in which its drive was to follow and could
    int off_speed;         // samples of them, in a row up to now, at another speed than commanded
    unsigned gaps;         // a bit per period, newest lowest: late, or without a sample
    drive_state_t walked;  // how far its drive has come while arming
    bool had_torque;       // its drive was enabled since arming began
    double ramp;           // the most that the joint may still be moving at while it stops
    double sample_loss;    // of its drive, see rules_device.c
} joint_watch_t;

#define FORCE_RATE_SAMPLES 3

/// What the judge remembers; only `interlock_record` writes it.
typedef struct {
    bool begun;
    supervisor_mode_t last_mode; // judged in the period before
    int64_t last_now_us;
    int64_t margin_us;       // how long the force has been over its margin
    int64_t disagreement_us; // how long sensor and drive torques have disagreed
    int64_t contact_lost_us; // how long contact has been lost
    int frozen_samples;      // identical force samples in a row
    double last_force[6];
    int64_t force_at_us;                      // when they were taken
    int axis_frozen[6];                       // the same, axis by axis
    interlock_rules_t over_last, over_before; // figures over their limits, one and two periods ago
    int force_count;                          // how many of these there are, newest first
    double force_N[FORCE_RATE_SAMPLES];       // normal
    int64_t force_taken_us[FORCE_RATE_SAMPLES];
    int sensor_samples;         // in a row, up to three
    double last_step_N[3];      // between the last two
    double noise_N2;            // variance, fading
    int64_t astray_us;          // how long the force has pointed elsewhere than out of the skin
    double clear_force_N;       // felt by a tool that stands clear, smoothed
    int64_t clear_us;           // how long it has
    bool retreat_felt;          // what is felt on the way off the body can be believed
    int pull_samples;           // periods in a row with a pull
    int let_go_samples;         // with next to no force while yielding: first in a row, then kept
    int return_samples;         // periods in a row that press again after that
    int64_t unfelt_us;          // the drives' pushing unfelt while yielding; once long, kept
    double place_m[3];          // that is being pressed
    int64_t dwell_us;           // how long
    int64_t unpowered_us;       // since the drives were to have torque
    int64_t split_us;           // how long some drives have kept their torque and others not
    int64_t relay_us;           // how long the power relay has read otherwise than told
    unsigned missed_in_row;     // periods missed in the present row of late ones
    double missed_before;       // in earlier rows, one taken off by each period on time since
    bool held;                  // the brakes are to hold the tool
    double held_m[3];           // where
    int64_t slipping_us;        // how long it has been elsewhere
    double force_loss, io_loss; // see rules_device.c
    joint_watch_t joints[JOINT_CAPACITY];
    interlock_rules_t inspection; // rules that refuse until the program is started anew
    bool tripped;                 // a reaction that ends in a trip has been asked for
    int first_rule;               // latched first cause, or INTERLOCK_RULE_NONE
    int first_subject, first_other;
    double first_measured, first_allowed;
} interlock_state_t;

typedef struct {
    interlock_rules_t refused;
    reaction_t reaction;
    trust_t trust;
    int rule;        // the most telling refused rule, or INTERLOCK_RULE_NONE
    int subject;     // where the rule is about one: joint, or part of the arm; else SUBJECT_NONE
    int other;       // what the subject is too near to: part of the arm, table, or SUBJECT_NONE
    double measured; // of that rule, and what is allowed: units with the rule
    double allowed;
    unsigned locked_joints; // bit per joint whose drive can't be used any more
} verdict_t;

/// Nothing remembered: how a run begins.
interlock_state_t interlock_begin(void);

/// The reaction to a set of refused rules: of each rule a table over trust left and contact, and
/// what the rule itself asks for in contact; of all rules the strongest. Pure.
reaction_t interlock_reaction(interlock_rules_t refused, bool contact);

/// Judges one period; pure.
verdict_t interlock_evaluate(const judge_limits_t* limits, const interlock_state_t* state,
                             const judged_t* judged);

/// The first cause was looked at: what is refused next is a new one.
void interlock_acknowledge(interlock_state_t* state);

/// Carries what the judge must remember into the next period, after the verdict was used.
void interlock_record(interlock_state_t* state, const judge_limits_t* limits,
                      const judged_t* judged, const verdict_t* verdict);

#ifdef KNEAD_RULES_OFF
/// Rules that do not refuse, to show what they are for; in no program that moves a machine.
extern interlock_rules_t interlock_rules_off;
#endif

#endif
