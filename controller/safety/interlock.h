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
    X(INTERLOCK_ESTOP, "estop", "H53", NONE, YIELD, ACKNOWLEDGE, 0, "",                            \
      "the emergency stop chain is open")                                                          \
    X(INTERLOCK_FINITE, "finite", "H45", NONE, YIELD, ACKNOWLEDGE, 0, "",                          \
      "a measured value is not a number")                                                          \
    X(INTERLOCK_JOINT_POSITION, "joint_position", "H19", NONE, YIELD, ACKNOWLEDGE, 0, "rad or m",  \
      "a joint is past its limit")                                                                 \
    X(INTERLOCK_JOINT_SPEED, "joint_speed", "H24", NONE, YIELD, ACKNOWLEDGE, 0, "rad/s or m/s",    \
      "a joint is too fast")                                                                       \
    X(INTERLOCK_OVERRUN, "overrun", "H39", FULL, YIELD, ACKNOWLEDGE, 0, "periods",                 \
      "the control loop is late")                                                                  \
    X(INTERLOCK_IO_AGE, "io_age", "H55", FULL, YIELD, ACKNOWLEDGE, 0, "s",                         \
      "the I/O coupler is silent")                                                                 \
    X(INTERLOCK_CLIENT_BUTTON, "client_button", "H55", FULL, YIELD, ACKNOWLEDGE, 0, "",            \
      "the client pressed the button")                                                             \
    X(INTERLOCK_CLIENT_PRESENT, "client_present", "H08", FULL, YIELD, ACKNOWLEDGE, 0, "",          \
      "nobody is on the table")                                                                    \
    X(INTERLOCK_DRIVE_AGE, "drive_age", "H28", PARTIAL, YIELD, ACKNOWLEDGE, 0, "s",                \
      "a drive is silent")                                                                         \
    X(INTERLOCK_DRIVE_STATE, "drive_state", "H22", PARTIAL, YIELD, ACKNOWLEDGE, 0, "",             \
      "a drive left operation enabled")                                                            \
    X(INTERLOCK_FOLLOWING, "following", "H21", FULL, YIELD, ACKNOWLEDGE, 0, "rad or m",            \
      "a joint does not follow its command")                                                       \
    X(INTERLOCK_FORCE_AGE, "force_age", "H28", FULL, YIELD, ACKNOWLEDGE, 0, "s",                   \
      "the force sensor is silent")                                                                \
    X(INTERLOCK_FORCE_STATUS, "force_status", "H14", FULL, YIELD, ACKNOWLEDGE, 0, "",              \
      "the force sensor reports a fault")                                                          \
    X(INTERLOCK_FORCE_FROZEN, "force_frozen", "H11", FULL, YIELD, ACKNOWLEDGE, 36, "samples",      \
      "the force sensor repeats itself")                                                           \
    X(INTERLOCK_FORCE_DISAGREES, "force_disagrees", "H12", FULL, YIELD, ACKNOWLEDGE, 110, "N",     \
      "force sensor and drive torques disagree")                                                   \
    X(INTERLOCK_FORCE_CAP, "force_cap", "H01", FULL, YIELD, ACKNOWLEDGE, 0, "N",                   \
      "the force is above the region's cap")                                                       \
    X(INTERLOCK_FORCE_MAX, "force_max", "H01", FULL, YIELD, ACKNOWLEDGE, 0, "N",                   \
      "the force is above the limit of all")                                                       \
    X(INTERLOCK_FORCE_MARGIN, "force_margin", "H01", FULL, YIELD, ACKNOWLEDGE, 50, "N",            \
      "the force passed its target too far")                                                       \
    X(INTERLOCK_FORCE_FREE, "force_free", "H03", FULL, YIELD, ACKNOWLEDGE, 0, "N",                 \
      "something touches a tool in free motion")                                                   \
    X(INTERLOCK_SHEAR, "shear", "H04", FULL, YIELD, ACKNOWLEDGE, 0, "N",                           \
      "the force along the skin is too high")                                                      \
    X(INTERLOCK_TOOL_SPEED, "tool_speed", "H24", FULL, YIELD, ACKNOWLEDGE, 0, "m/s",               \
      "the tool is faster than allowed here")                                                      \
    X(INTERLOCK_CONTACT_LOST, "contact_lost", "H08", FULL, YIELD, ACKNOWLEDGE, 300, "s",           \
      "the tool lost the body")                                                                    \
    X(INTERLOCK_SURFACE_MISSED, "surface_missed", "H09", FULL, YIELD, ACKNOWLEDGE, 0, "m",         \
      "no skin where it should be")                                                                \
    X(INTERLOCK_LINK_CLEARANCE, "link_clearance", "H02", FULL, YIELD, ACKNOWLEDGE, 0, "m",         \
      "a link of the arm is too near the body")                                                    \
    X(INTERLOCK_ARM_CLEARANCE, "arm_clearance", "H02", FULL, YIELD, ACKNOWLEDGE, 0, "m",           \
      "a part of the arm is too near another or the table")                                        \
    X(INTERLOCK_REACH, "reach", "H44", FULL, YIELD, ACKNOWLEDGE, 0, "m",                           \
      "the arm can't follow the planned path")                                                     \
    X(INTERLOCK_NOT_CLEAR, "not_clear", "H12", FULL, YIELD, ACKNOWLEDGE, 0, "m",                   \
      "the tool is at the body: free it by hand before arming")                                    \
    X(INTERLOCK_TARE, "tare", "H12", FULL, YIELD, ACKNOWLEDGE, 0, "N",                             \
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
    const bus_feedback_t* feedback; // raw
    const bus_command_t* commanded; // as last sent
    double normal_force_N;          // pressing positive, gravity and tare taken out
    double shear_force_N;
    double force_total_N;
    double force_disagreement_N;    // sensor against drive torques, along the normal
    double drive_force_deviation_N; // standard deviation of what the drive torques say
    double tool_speed_mps;          // measured
    double tool_speed_allowed_mps;  // for the phase the plan is in
    double force_target_N;          // as last commanded
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

/// What the judge remembers; only `interlock_record` writes it.
typedef struct {
    int64_t margin_us;            // how long the force has been over its margin
    int64_t disagreement_us;      // how long sensor and drive torques have disagreed
    int64_t contact_lost_us;      // how long contact has been lost
    int frozen_samples;           // identical force samples in a row
    interlock_rules_t inspection; // rules that refuse until the program is started anew
    double last_force[6];
    int first_rule; // latched first cause, or INTERLOCK_RULE_NONE
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

/// Carries what the judge must remember into the next period, after the verdict was used.
void interlock_record(interlock_state_t* state, const judge_limits_t* limits,
                      const judged_t* judged, const verdict_t* verdict);

#endif
