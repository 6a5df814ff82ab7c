/// What always has to hold, whatever goes wrong: judged on every cycle from the truth of the
/// virtual table, from what the controller was told and from what it commands. Independent of the
/// judge: it is held against the settings and the truth, not against the judge's own sums.
#ifndef KNEAD_CONTROLLER_CAMPAIGN_INVARIANTS_H
#define KNEAD_CONTROLLER_CAMPAIGN_INVARIANTS_H

#include "controller/campaign/stage.h"
#include "controller/cycle.h"
#include "controller/dataflow.h"

/// Number, name of the claim, whether it is judged here, what it says.
#define INVARIANT_LIST(X)                                                                          \
    X(INVARIANT_I1, "I1", true,                                                                    \
      "a measured force over the limit of all, in two samples of three, is answered in the "       \
      "same period, and no later "                                                                 \
      "command moves the tool faster towards the body")                                            \
    X(INVARIANT_I2, "I2", true,                                                                    \
      "the true force on the body stays below the bound that follows from speed, stiffness and "   \
      "reaction time")                                                                             \
    X(INVARIANT_I3, "I3", true,                                                                    \
      "a latched trip takes the drives' torque away within the time for yielding and stopping")    \
    X(INVARIANT_I4, "I4", true, "no command moves a joint unless arm and start were granted")      \
    X(INVARIANT_I5, "I5", true, "with a sample older than its limit the arm does not go on")       \
    X(INVARIANT_I6, "I6", true, "the tool, commanded and true, is never faster than allowed")      \
    X(INVARIANT_I7, "I7", true, "the middle of the pad never presses into a forbidden zone")       \
    X(INVARIANT_I8, "I8", true,                                                                    \
      "every set-point is finite and within position, speed and acceleration limits, and a drive " \
      "that was told to stop goes on no sooner than its torque was taken away")                    \
    X(INVARIANT_I9, "I9", true, "every trip has one first cause, which stays until acknowledged")  \
    X(INVARIANT_I10, "I10", true, "stop beats start in the same period")                           \
    X(INVARIANT_I11, "I11", true,                                                                  \
      "the reaction is at least as strong as the least trust among the refused rules asks for, "   \
      "the arm obeys it in the same period, and nothing begins while a rule is refused")           \
    X(INVARIANT_I12, "I12", false,                                                                 \
      "two controllers agree: there is no second one in this process")                             \
    X(INVARIANT_I13, "I13", true, "yielding ends without torque within its time")                  \
    X(INVARIANT_I14, "I14", false, "no waiting in the cycle: shown by its objects and the loop")   \
    X(INVARIANT_I15, "I15", true, "what is unknown counts as unhealthy")                           \
    X(INVARIANT_I16, "I16", false, "records verify: shown where they are written")                 \
    X(INVARIANT_I17, "I17", true,                                                                  \
      "the true force is over the limit of all by at most 15 N, but for lost drives, an arm "      \
      "without torque, and clients faster or farther than a yield goes")                           \
    X(INVARIANT_I18, "I18", true,                                                                  \
      "after a stop the true force is below 5 N within 300 ms, as long as drives answer and but "  \
      "for the time in which a body follows the tool at half of a yield's speed and more, and "    \
      "no sooner is their torque taken away unless a refused rule asks for it")
typedef enum {
#define X(id, name, judged, text) id,
    INVARIANT_LIST(X)
#undef X
} invariant_t;
#define INVARIANT_COUNT 18
#define INVARIANT_BIT(id) (UINT32_C(1) << (id))
const char* invariant_name(invariant_t invariant);
const char* invariant_text(invariant_t invariant);

// What the body may feel beyond the limit of all, whatever bound a trial's own speeds and reaction
// times give.
#define PRESS_OVER_MAX_N 15.0

// The true force that counts as let go.
#define INVARIANT_RELEASED_N 5.0

#define INVARIANT_PRESS_CAPACITY 16 // periods of a reaction time

/// How tool and skin come together, over the last periods and since the true force crossed the
/// limit of all. Speeds are along the skin's normal.
typedef struct {
    double into_mps[INVARIANT_PRESS_CAPACITY]; // of the tool into the body, newest at `at`
    double late_s[INVARIANT_PRESS_CAPACITY];   // by which its controller was late to see and to act
    int at;
    bool over;                    // the true force is over the limit, but for a swing through it
    int under;                    // periods in a row below it since then
    double since_s;               // it crossed it
    double tool_mps;              // the fastest within a reaction time of that, before and after
    double near_was_mps;          // how fast what the arm can't help came nearer as it crossed it
    double tissue_was_N_per_m1_5; // under the tool as it crossed it
    double firmer_N;              // by what firmer tissue since may have added to the limit's force
    double damped_N; // by what the tissue's damping may have grown since, at the limit's force
    double skin_mps; // as it crossed it; no faster than a yield ends
    double longer_s; // that the reaction may take beyond what is declared
    // By which the skin has come nearer since than it would have with `skin_mps`, and an arm whose
    // torque went has sagged until its brakes shut.
    double skin_m;
    // Worst of all: force to bound, and what each is over the limit of all.
    double ratio, rise_ratio;
    double bound_N; // at the worst rise; NaN where the force was never over the limit
    double over_N;  // the most by which the force was over the limit; 0: never
    bool lost;      // a drive was lost since: the other joints go on and move the tool elsewhere
    // No yield ends such a press: the arm stood without torque as the force crossed the limit, or
    // since the skin was touched it came nearer faster, or by more, than a yield goes.
    bool braked, outrun;
    double rise_m; // of the skin since it was touched
} press_watch_t;

/// What must be remembered between two periods.
typedef struct {
    const stage_t* stage;
    const world_settings_t* world; // as the trial has it
    bool begun;
    int64_t judged_us;      // time of the last period
    supervisor_mode_t mode; // after the last period
    double command[JOINT_CAPACITY];
    double speed[JOINT_CAPACITY];
    bool enabled[JOINT_CAPACITY];
    bool given_up[JOINT_CAPACITY]; // told to stop since the arm had torque
    int lost_periods; // for which what a lost drive does to the others is still looked for
    vec3_t tool_commanded_m;
    double inward_mps;
    unsigned overs; // of the last three periods: the measured force was over the limit
    bool was_over;
    vec3_t tool_true_m;
    press_watch_t press;
    int fast_periods;
    double turn_s;       // the longest time between two periods since yielding or stopping began
    int64_t reaction_us; // since yielding or stopping began; -1: neither
    int64_t yield_us;    // since yielding began; -1
    int64_t answer_us;   // since a refusal was answered by lifting, yielding or stopping; -1
    bool lost;           // a drive was, in the last period
    int64_t tripped_us;
    int first_rule;
    bool armed, started; // granted since torque was off
    uint32_t excused; // INVARIANT_BIT of what the faults of this period excuse; the trial's to set
    double excused_s[INVARIANT_COUNT]; // for how long in all
    // What was found: the first of each that was not excused then.
    uint32_t violated;
    double at_s[INVARIANT_COUNT];
    char found[INVARIANT_COUNT][TEXT_CAPACITY];
} invariants_t;

/// Both are borrowed.
void invariants_begin(invariants_t* invariants, const stage_t* stage,
                      const world_settings_t* world);

/// One period: `truth` when the input was read, `state` after the step. The time of `in` is the
/// world's, whatever clock the controller has.
void invariants_judge(invariants_t* invariants, const cycle_input_t* in, const cycle_output_t* out,
                      const cycle_state_t* state, const world_truth_t* truth);

/// The most that the body may feel: the limit of all, and by what the force rises while the arm
/// lets go as its machine declares (controller/safety/envelope.h), with `longer_s` on top of the
/// reaction time, from `closing_mps` of tool and skin, and by `skin_m` that the skin came nearer
/// beyond that. The limit alone where nothing closes. NaN where anything is unknown.
double invariants_force_bound_N(const session_t* session, double stiffness_N_per_m,
                                double closing_mps, double longer_s, double skin_m);

#endif
