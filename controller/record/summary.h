/// The figures of a run, gathered once a cycle and written as `summary.json` and as a table for
/// people.
///
/// Always holds: `summary_observe` takes constant time and no memory, and the same records give the
/// same figures and the same hash of the decisions. *Contact* is the time in MODE_CONTACT. A sample
/// that is not finite is counted and left out of sums, and then nothing is said to be within its
/// limit.
#ifndef KNEAD_CONTROLLER_RECORD_SUMMARY_H
#define KNEAD_CONTROLLER_RECORD_SUMMARY_H

#include <stdio.h>

#include "controller/loop.h"
#include "controller/record/cycle_file.h"
#include "controller/record/touch_figures.h"
#include "controller/session.h"

#define SUMMARY_VERSION 2

// What a technique's force must keep to be called ok [J].
#define FORCE_RMS_FLOOR_N 2.0
#define FORCE_RMS_FLOOR_EASED_N 1.0 // where the force is to fall to nothing in every cycle
#define FORCE_RMS_PART 0.10         // of the mean target
#define FORCE_OVERSHOOT_MAX_N 5.0
#define FORCE_TOUCH_WINDOW_US                                                                      \
    INT64_C(1000000) // in which a peak counts as overshoot of touching down

/// Sums over samples in contact.
typedef struct {
    int64_t cycles;         // in contact
    int64_t unknown_cycles; // of them, force or target not finite
    int64_t over_cap_cycles;
    int64_t errors; // in the sums of error and target: cycles, but of taps only their peaks
    int strokes;    // items that touched
    int touch_downs;
    double error_sum_N; // measured less target
    double error_square_sum_N2;
    double target_sum_N;
    double rms_floor_N; // of the limit; 0 for FORCE_RMS_FLOOR_N
    double force_sum_N;
    double peak_N;
    double cap_N;       // lowest that held
    double overshoot_N; // highest force less target within the window after touching down
} force_figures_t;

double force_figures_seconds(const force_figures_t* figures, double period_s);
double force_figures_error_rms_N(const force_figures_t* figures);
double force_figures_error_mean_N(const force_figures_t* figures);
double force_figures_target_mean_N(const force_figures_t* figures);
double force_figures_force_mean_N(const force_figures_t* figures);
double force_figures_impulse_Ns(const force_figures_t* figures, double period_s);
double force_figures_error_rms_limit_N(const force_figures_t* figures);
bool force_figures_rms_ok(const force_figures_t* figures);
bool force_figures_overshoot_ok(const force_figures_t* figures);
bool force_figures_cap_ok(const force_figures_t* figures);
/// All three, for figures that hold any contact.
bool force_figures_ok(const force_figures_t* figures);

typedef struct {
    double position_min, position_max; // measured while powered, rad or m
    double speed_peak;
    double effort_peak;
    double following_peak; // commanded a period before less measured
    double following_square_sum;
    int64_t cycles; // in operation enabled
} joint_figures_t;

#define VERDICT_LIST(X)                                                                            \
    X(VERDICT_RUNNING, "running")   /* not over, or cut off before it was */                       \
    X(VERDICT_FINISHED, "finished") /* the routine was played to its end and the arm parked */     \
    X(VERDICT_STOPPED, "stopped")   /* a safety rule or somebody's stop ended it */                \
    X(VERDICT_ENDED, "ended")       /* somebody ended it early */                                  \
    X(VERDICT_FAILED, "failed")     /* it could not be carried out */
typedef enum {
#define X(id, text) id,
    VERDICT_LIST(X)
#undef X
} run_verdict_t;
const char* run_verdict_text(run_verdict_t verdict);

/// What one device's link went through.
typedef struct {
    char name[NAME_CAPACITY];
    char host[NAME_CAPACITY]; // over TCP; of a device on a serial line nothing, and port 0
    int port;
    char line[PATH_CAPACITY]; // of a device on a serial line; empty over TCP
    int unit;
    int64_t exchanges;
    int64_t timeouts;
    int64_t mismatches; // replies that did not match their request
    int64_t crc_errors; // replies of a serial line whose checksum was wrong
    int64_t exceptions;
    int64_t stale;    // good replies without a new sample
    int64_t no_turns; // periods in which it was not asked, its line being busy until too late
    int64_t connects; // times its link was made; 0 in process
    int64_t reconnects;
    double round_trip_mean_us;
    int64_t round_trip_max_us;
    const histogram_t* round_trips_us; // borrowed; null where nothing crossed a wire
} link_figures_t;

/// What the cycles cannot tell; handed over once the run is over.
typedef struct {
    char failure[TEXT_CAPACITY]; // why it could not be carried out; empty if it could
    double planned_s;            // contact and rests
    double wall_s;               // the machine's own clock, from start to end of the run
    int device_count;
    link_figures_t devices[DEVICE_CAPACITY];
    const loop_timing_t* timing; // borrowed; null where the machine's clock was not kept to
    int64_t cycles_dropped;      // not recorded, because the disk did not keep up
    bool recording_complete;     // cycles and events are all in their files
    char events_chain[DIGEST_TEXT_CAPACITY]; // of the last line; empty if there is none
    int64_t event_count;
    char cycles_digest[DIGEST_TEXT_CAPACITY]; // SHA-256 of cycles.bin; empty while it is written
} run_outcome_t;

/// Why the arm was first stopped after it had been armed.
typedef struct {
    bool any;
    int rule; // or INTERLOCK_RULE_NONE
    int subject, other;
    reaction_t reaction;
    double measured, allowed;
    int64_t time_us;
    int item;
    bool asked; // somebody's stop
} stop_cause_t;

typedef struct {
    const session_t* session; // borrowed
    uint64_t seed;
    inputs_t inputs;
    run_outcome_t outcome;
    // From here on written by summary_observe.
    int64_t cycles;
    int64_t first_us, last_us;
    int64_t overruns;     // late periods
    int64_t overruns_row; // longest row of them
    int64_t stops;
    int64_t mode_cycles[MODE_COUNT];
    int64_t refusals[INTERLOCK_RULE_COUNT]; // times a rule began to refuse while the arm was in use
    int64_t granted[REQUEST_COUNT];         // requests, by request_index_t
    int64_t refused_requests;
    stop_cause_t first_stop;
    bool end_requested;
    force_figures_t items[ROUTINE_ITEM_CAPACITY];
    touch_figures_t touches[ROUTINE_ITEM_CAPACITY]; // by item
    touch_watch_t touch;
    force_figures_t regions[REGION_CAPACITY];
    joint_figures_t joints[JOINT_CAPACITY];
    double tool_speed_peak_mps;
    double shear_peak_N;
    // Along the normal, from taring on in every mode: yielding and tripping too.
    double force_peak_N;   // into the body
    double pull_peak_N;    // away from it, 0 or more: what is tethered to the arm pulls it so
    int64_t force_lost_us; // from here on no position could be trusted, and so no force told; -1:
                           // never while the arm had power
    bool any;
    supervisor_mode_t mode;    // of the last cycle
    interlock_rules_t refused; // of the last cycle
    uint32_t requests;         // of the last cycle
    bool stopped;              // in the last cycle
    bus_command_t command;     // of the last cycle
    int item;                  // of the last cycle
    int64_t touched_us;        // when the skin was last touched
    digest_stream_t decisions;
} summary_t;

/// `session` must outlive the summary; `inputs` is copied.
void summary_begin(summary_t* summary, const session_t* session, const inputs_t* inputs,
                   uint64_t seed);

/// True where the arm is being stopped or has been. Lifting is a stop where a rule asked for it,
/// not where somebody paused.
bool summary_is_stop(const cycle_record_t* record);

/// Takes in the next cycle.
void summary_observe(summary_t* summary, const cycle_record_t* record);

/// Hands over what the cycles can't tell. May come before or after observing, at most once.
void summary_finish(summary_t* summary, const run_outcome_t* outcome);

run_verdict_t summary_verdict(const summary_t* summary);

/// One sentence for people: why it ended the way it did. `text` gets at most `capacity` bytes.
void summary_sentence(const summary_t* summary, char* text, size_t capacity);

/// Figures of all items of one technique, or of one step of the routine as written.
force_figures_t summary_technique(const summary_t* summary, technique_id_t technique);
force_figures_t summary_step(const summary_t* summary, int step);

touch_figures_t summary_touch(const summary_t* summary, technique_id_t technique);

/// Mean normal force over the pad's area while the tool was on the region, Pa. NaN without contact.
double summary_region_pressure_Pa(const summary_t* summary, int region);

double summary_virtual_s(const summary_t* summary);
double summary_contact_s(const summary_t* summary);
/// Virtual over wall time; NaN where the wall time is not known.
double summary_speed_factor(const summary_t* summary);
double summary_following_rms(const joint_figures_t* joint);

/// Following error a joint may show at rest, rad or m.
double summary_following_limit(const session_t* session, int joint);

/// SHA-256 over mode and command of every cycle so far.
digest_t summary_decisions(const summary_t* summary);

/// Writes `summary.json` at `path`, whole or not at all (a new file takes the old one's name).
///
/// How the run kept to the machine's clock stands in it as
///   "timing": {"reason": null or text, "wake_up_us", "exchange_us", "compute_us"}
/// and of every row of "bus" as "round_trip_us", with "round_trip_reason": histograms as
/// histogram_json.h lays them out, of every period and of every good reply. Wake-up counts from the
/// deadline, exchange until every device had answered or was given up, compute is all else until
/// the period's work was done. What was not measured is null, and the reason says why.
/// Before the run is over its verdict is "running". False if the disk refuses.
bool summary_write(const summary_t* summary, const char* path);

/// What `summary_write` writes, to a stream.
void summary_put(const summary_t* summary, FILE* out);

/// A table for the terminal. Plain text, at most 100 columns.
void summary_print(const summary_t* summary, FILE* out);

#endif
