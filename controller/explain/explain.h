/// Why a run ended as it did: looks at its cycles and its events in their order and says what
/// stopped it, measured against allowed, where, in which step of the routine, what led there, and
/// which later events are consequences of it.
///
/// Knows no files and prints nothing: `explain_print` and `explain_write_json` do.
///
/// Always holds: the cause is what the judge found in the period in which the arm was stopped, the
/// first refused rule in its order, or the request of a person; what was refused later is never
/// called the cause. A figure or a place that the record does not hold is said to be unknown. The
/// same records give the same explanation.
#ifndef KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_H
#define KNEAD_CONTROLLER_EXPLAIN_EXPLAIN_H

#include "controller/record/cycle_file.h"
#include "controller/record/events.h"
#include "controller/record/rule_words.h"
#include "controller/record/summary.h"
#include "controller/session.h"

#define EXPLAIN_BEFORE_US EVENT_BEFORE_US // looked back from the stop
#define EXPLAIN_FAULT_CAPACITY 32
#define EXPLAIN_REQUEST_CAPACITY 12
#define EXPLAIN_LATER_CAPACITY 40
#define EXPLAIN_TEXT_CAPACITY 600
#define EXPLAIN_PLACE_CAPACITY (PATH_CAPACITY + 5 * NAME_CAPACITY)
#define EXPLAIN_SAMPLE_CAPACITY 2048 // periods looked back at most

#define EXPLAIN_ENDING_LIST(X)                                                                     \
    X(EXPLAIN_FINISHED, "finished")        /* the routine was played to its end */                 \
    X(EXPLAIN_ENDED, "ended")              /* somebody ended it early: lifted, parked */           \
    X(EXPLAIN_STOPPED, "stopped")          /* a rule stopped it */                                 \
    X(EXPLAIN_ASKED, "stopped_on_request") /* somebody stopped it */                               \
    X(EXPLAIN_STOPPED_UNKNOWN,                                                                     \
      "stopped_unknown")                      /* neither a rule nor a request is in the record */  \
    X(EXPLAIN_NEVER_READY, "never_ready")     /* a rule refused from the beginning: never armed */ \
    X(EXPLAIN_NEVER_STARTED, "never_started") /* nothing refused, and nobody armed it */           \
    X(EXPLAIN_FAILED, "failed")               /* it could not be carried out, or broke off */      \
    X(EXPLAIN_CUT_OFF, "cut_off")             /* the record breaks off in the middle of the run */
typedef enum {
#define X(id, text) id,
    EXPLAIN_ENDING_LIST(X)
#undef X
} explain_ending_t;
#define EXPLAIN_ENDING_COUNT 9
const char* explain_ending_text(explain_ending_t ending);

/// What a refused rule is to the stop.
#define EXPLAIN_ROLE_LIST(X)                                                                       \
    X(EXPLAIN_CAUSE, "cause")             /* it stopped the run, or kept it from beginning */      \
    X(EXPLAIN_BEFORE, "before")           /* refused in the two seconds before */                  \
    X(EXPLAIN_BESIDE, "same_period")      /* refused in the very period of the cause */            \
    X(EXPLAIN_CONSEQUENCE, "consequence") /* refused later, as the stop or its cause brings it */  \
    X(EXPLAIN_BY_ITSELF, "own_fault")     /* refused later, and no stop brings that with it */
typedef enum {
#define X(id, text) id,
    EXPLAIN_ROLE_LIST(X)
#undef X
} explain_role_t;
#define EXPLAIN_ROLE_COUNT 5
const char* explain_role_text(explain_role_t role);

/// One refused rule.
typedef struct {
    int rule; // or INTERLOCK_RULE_NONE
    explain_role_t role;
    int64_t time_us, cycle;
    supervisor_mode_t mode; // it was judged in
    // The judge gives figures for the most telling rule of a period alone, and for yes-or-no rules
    // none.
    bool figures_known;
    double measured, allowed; // SI, NaN where not known
    sense_t sense;
    quantity_t quantity;
    char unit[UNIT_CAPACITY]; // of both; "" without figures
    // Where; -1 and "" for what it is not about, or not known.
    int joint, device, axis, part, other, region;
    char place[EXPLAIN_PLACE_CAPACITY];   // as the sentence names it
    char sentence[EXPLAIN_TEXT_CAPACITY]; // begins small, no full stop
    char note[EXPLAIN_TEXT_CAPACITY];     // what else the record tells about it, or ""
} explain_fault_t;

/// Somebody's request.
typedef struct {
    int index; // request_index_t, or -1
    int64_t time_us, cycle;
    request_result_t answer;
    int level;                          // of intensity
    char reason[EVENT_REASON_CAPACITY]; // "" where none was given
} explain_request_t;

/// The step that was playing, or the next one.
typedef struct {
    bool known;
    int item;
    int step; // from 1
    int line; // of the routine's file
    bool rest;
    char technique[NAME_CAPACITY]; // or "rest"
    char region[NAME_CAPACITY];    // of the stroke; "" of a rest
    char under[NAME_CAPACITY];     // region under the tool at that moment; "" for none
    const char* doing;             // "playing", "on the way to", ...
    double elapsed_s;              // into it
} explain_step_t;

/// How one signal went in the time before.
#define EXPLAIN_TREND_LIST(X)                                                                      \
    X(TREND_FORCE, "normal_force", QUANTITY_FORCE, "force along the normal")                       \
    X(TREND_FORCE_TARGET, "force_target", QUANTITY_FORCE, "its target")                            \
    X(TREND_DRIVE_FORCE, "drive_force", QUANTITY_FORCE, "force as the drives feel it")             \
    X(TREND_SHEAR, "shear_force", QUANTITY_FORCE, "force along the skin")                          \
    X(TREND_TOOL_SPEED, "tool_speed", QUANTITY_SPEED, "tool speed")                                \
    X(TREND_GAP, "surface_gap", QUANTITY_LENGTH, "tool above the expected skin")                   \
    X(TREND_PATH_ERROR, "path_error", QUANTITY_LENGTH, "off the planned path")                     \
    X(TREND_FORCE_AGE, "force_age", QUANTITY_TIME, "age of the force sample")                      \
    X(TREND_IO_AGE, "io_age", QUANTITY_TIME, "age of the I/O sample")                              \
    X(TREND_DRIVE_AGE, "drive_age", QUANTITY_TIME, "age of the oldest drive sample")               \
    X(TREND_OVERRUNS, "overruns", QUANTITY_PERIODS, "periods missed in a row")                     \
    X(TREND_JOINT_FOLLOWING, "joint_following", QUANTITY_JOINT_WAY, "joint off its command")       \
    X(TREND_JOINT_SPEED, "joint_speed", QUANTITY_JOINT_SPEED, "joint speed")                       \
    X(TREND_JOINT_EFFORT, "joint_effort", QUANTITY_JOINT_EFFORT, "joint effort")
typedef enum {
#define X(id, name, quantity, text) id,
    EXPLAIN_TREND_LIST(X)
#undef X
} trend_id_t;
#define TREND_COUNT 14

typedef struct {
    bool known;   // any sample was a number
    int samples;  // that were
    double first; // mean of the first quarter
    double last;  // in the period of the stop, or before it where that is no number
    double least, most;
    double allowed;   // in the period of the stop, or before it where none was; NaN: no limit
    int joint;        // of those of one joint; else -1
    const char* word; // "steady", "rose", "fell", "came and went"
} explain_trend_t;
const char* explain_trend_name(trend_id_t trend);
const char* explain_trend_text(trend_id_t trend);
quantity_t explain_trend_quantity(trend_id_t trend);

/// A line of the events after the stop.
typedef struct {
    double time_s;
    char kind[NAME_CAPACITY];
    char text[EVENT_TEXT_CAPACITY];
    explain_role_t role; // consequence, or a fault of its own; "cause" for the stop's own lines
} explain_later_t;

typedef struct {
    explain_ending_t ending;
    run_verdict_t verdict;
    bool armed;              // the drives had torque at some time
    bool any;                // there is at least one cycle
    explain_fault_t cause;   // rule INTERLOCK_RULE_NONE where no rule stopped it
    explain_request_t asked; // that ended or stopped it; index -1 where none did
    // The moment: of the stop, of the end request, else of the last cycle.
    int64_t time_us, cycle;
    supervisor_mode_t mode_before, mode_after, mode_last;
    reaction_t reaction;
    trust_t trust;
    conditions_t conditions;
    explain_step_t step;
    int64_t first_us, last_us, cycles;
    double window_s; // that the trends look back over
    explain_trend_t trends[TREND_COUNT];
    int overruns_before; // late periods in the window
    int fault_count;     // all but the cause, in their order
    int faults_left_out;
    explain_fault_t faults[EXPLAIN_FAULT_CAPACITY];
    int request_count; // made in the window, and the one that ended it
    explain_request_t requests[EXPLAIN_REQUEST_CAPACITY];
    int before_count, later_count, later_left_out;
    explain_later_t before[EXPLAIN_LATER_CAPACITY]; // events of the window, oldest first
    explain_later_t later[EXPLAIN_LATER_CAPACITY];
    // How the arm came to rest, NaN where it did not in the record.
    double released_s;   // from the stop until the force stayed below that of a touch
    double power_off_s;  // from the stop until the drives were to have no torque
    double peak_after_N; // along the normal, either way
    // What the force did afterwards can be relied on: positions are trusted, and it was heard while
    // the arm came to rest. Else both figures of it are NaN.
    bool force_told;
    // The farthest that the tool was from where it was at the stop; NaN where positions were
    // doubted.
    double moved_m;
    double doubted_s; // from the stop until a rule doubted positions, before the power was off; NaN
    int earlier_stops; // stops that were gone on from
    char failure[TEXT_CAPACITY];
    int devices_told; // findings about devices, of a run without a cycle
    latch_t latch;    // what it takes to go on
} explanation_t;

typedef struct explain explain_t;

/// `session` is borrowed. Null if memory is short.
explain_t* explain_create(const session_t* session);
void explain_destroy(explain_t* explain);

/// Looks at the next cycle.
void explain_observe(explain_t* explain, const cycle_record_t* record);

/// Looks at the next line of the events. After all cycles.
void explain_event(explain_t* explain, const event_line_t* line);

/// After all cycles, before the events: settles what the moment is. `verdict` is the run's as its
/// summary says, `failure` why it could not be carried out, or "". Both are left out where the
/// cycles are not `whole`: what lies behind a break can't be told, whatever is said of the end.
void explain_settle(explain_t* explain, bool whole, run_verdict_t verdict, const char* failure);

/// The explanation, borrowed from `explain`.
const explanation_t* explain_result(const explain_t* explain);

/// The later fault that has to be looked at as much as the cause, or null: the first that no stop
/// brings with it; before all others one by which positions can't be trusted.
const explain_fault_t* explain_own_fault(const explanation_t* explanation);

/// True if a fault after the stop, of its own, says that positions can't be trusted: what the stop
/// itself would advise does not hold then.
bool explain_in_doubt(const explanation_t* explanation);

#endif
