/// Answers what people ask for while a run goes on: grants a request or says why not, and keeps the
/// intensity. Runs after the interlock and before the supervisor; moves nothing itself.
///
/// Always holds:
///   - every request made gets an answer in the same period;
///   - a stop, asked for or wanted by a rule, voids everything else asked for in that period;
///   - what changes a stroke (skip, repeat, extend, intensity) is refused wherever the drives are
///     without torque or the arm is being stopped;
///   - acknowledging, arming, starting and resuming are granted to a new wish alone: one that was
///     not there in the period before;
///   - resuming is granted only to an arm that stands where it was left, with no rule refusing;
///   - the level that holds never rises by more than one every LIVE_CLIMB_US and falls at once.
#ifndef KNEAD_CONTROLLER_LIVE_H
#define KNEAD_CONTROLLER_LIVE_H

#include "controller/dataflow.h"
#include "controller/session.h"
#include "routines/player.h"

// Between two steps up in intensity: what pressed too hard is felt before it presses harder
// (judgement).
#define LIVE_CLIMB_US INT64_C(3000000)
// Between two of skip, repeat and extend: a key that is held down is one wish.
#define LIVE_INTERVAL_US INT64_C(1000000)
// How often one step of the routine as written may be played again on request (judgement).
#define LIVE_REPEAT_LIMIT 3
// How far the tool may be from where it is commanded when a pause ends: what the drives' standing
// error explains.
#define LIVE_DISPLACED_MAX_M 0.010

typedef struct {
    bool begun;               // the intensity has its starting value
    bool ending;              // asked to end: lift, park, finish
    bool held;                // paused after that: ends when resumed or asked to end again
    uint32_t requests_before; // of the last period, request_bit_t
    int intensity_asked;
    int intensity_level;
    int64_t since_climb_us;
    int64_t since_change_us;                // skip, repeat or extend
    uint8_t repeats[ROUTINE_STEP_CAPACITY]; // by step as written
} live_state_t;

/// What the answers depend on, all of the period before but the verdict and the measurements.
typedef struct {
    supervisor_mode_t mode;
    const player_state_t* player;
    int64_t session_us;      // since arming
    bool healthy;            // no rule refuses
    bool standing;           // nothing commanded, nothing measured moves
    double tool_deviation_m; // measured from commanded
} live_view_t;

/// Intensity and every "as often as" begin anew.
void live_begin(const session_t* session, live_state_t* state);

live_t live_step(const session_t* session, live_state_t* state, const live_view_t* view,
                 const cycle_input_t* in);

/// The word of a request, its meaning, and what an answer says; by index and value, "unknown" for
/// anything else.
const char* request_word(int index);
const char* request_meaning(int index);
const char* request_result_name(request_result_t result);
const char* request_result_text(request_result_t result);

/// True where something was asked for and not granted.
bool request_refused(request_result_t result);

#endif
