#include "controller/live.h"

#include <math.h>
#include <string.h>

#include "routines/intensity.h"

#define M(name) (1u << MODE_##name)
#define AT_BODY (M(APPROACH) | M(CONTACT) | M(RETRACT) | M(LIFT))
#define PLAYING (AT_BODY | M(TRANSIT) | M(PAUSED))
#define MOVES ((uint32_t)(REQUEST_ACKNOWLEDGE | REQUEST_ARM | REQUEST_START | REQUEST_RESUME))
#define CHANGES_STEP ((uint32_t)(REQUEST_SKIP | REQUEST_REPEAT | REQUEST_EXTEND))

/// Where a request means something, and where what it asks for is so already. What beyond that is
/// asked of it stands in its own function.
typedef struct {
    uint32_t modes;
    uint32_t already;
} request_row_t;

static const request_row_t rows[REQUEST_COUNT] = {
    [REQUEST_ACKNOWLEDGE_INDEX] = {M(LOCKED) | M(TRIPPED), M(READY)},
    [REQUEST_ARM_INDEX] = {M(READY), M(ARMING) | M(ARMED)},
    [REQUEST_START_INDEX] = {M(ARMED), M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT)},
    [REQUEST_PAUSE_INDEX] = {M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT) | M(PARKING),
                             M(LIFT) | M(PAUSED)},
    [REQUEST_RESUME_INDEX] = {M(PAUSED), M(TRANSIT) | M(APPROACH) | M(CONTACT) | M(RETRACT)},
    [REQUEST_END_INDEX] = {M(READY) | M(ARMING) | M(ARMED) | PLAYING | M(PARKING), M(PARKED)},
    [REQUEST_STOP_INDEX] = {M(ARMING) | M(ARMED) | PLAYING | M(PARKING), M(YIELD) | M(STOPPING)},
    [REQUEST_SKIP_INDEX] = {PLAYING, 0},
    [REQUEST_REPEAT_INDEX] = {PLAYING, 0},
    [REQUEST_EXTEND_INDEX] = {M(APPROACH) | M(CONTACT) | M(LIFT) | M(PAUSED), 0},
    [REQUEST_INTENSITY_INDEX] = {M(ARMED) | PLAYING, 0},
};

static bool in(supervisor_mode_t mode, uint32_t modes)
{
    return (modes >> mode & 1u) != 0;
}

/// What mode and health and the other requests of the period leave of one. What stops comes before
/// what moves: a stop voids all else, ending all but the stop, a pause whatever starts. What was
/// asked for in the period before as well is no new wish to move: a button that is stuck, or held
/// since before the arm stopped.
static request_result_t by_mode(const live_view_t* view, uint32_t asked, uint32_t asked_before,
                                uint32_t request, const request_row_t* row)
{
    const uint32_t starts = REQUEST_ARM | REQUEST_START | REQUEST_RESUME;
    if (in(view->mode, row->already)) {
        return REQUEST_ALREADY;
    }
    if (!in(view->mode, row->modes)) {
        return REQUEST_NOT_NOW;
    }
    if (request == REQUEST_STOP) {
        return REQUEST_GRANTED;
    }
    if ((asked & REQUEST_STOP) != 0 || ((asked & REQUEST_PAUSE) != 0 && (request & starts) != 0)) {
        return REQUEST_STOP_FIRST;
    }
    if ((request & MOVES & asked_before) != 0) {
        return REQUEST_HELD;
    }
    if (!view->healthy) {
        return REQUEST_NOT_HEALTHY;
    }
    const bool ends = (asked & REQUEST_END) != 0;
    return ends && request != REQUEST_END && request != REQUEST_ACKNOWLEDGE ? REQUEST_ENDING
                                                                            : REQUEST_GRANTED;
}

static request_result_t may_resume(const live_view_t* view)
{
    if (!view->standing) {
        return REQUEST_MOVING;
    }
    return isfinite(view->tool_deviation_m) && view->tool_deviation_m <= LIVE_DISPLACED_MAX_M
               ? REQUEST_GRANTED
               : REQUEST_DISPLACED;
}

/// True if what would be left to play fits into what is left of the session; way between strokes
/// comes on top, the interlock's limit on the session holds whatever is said here.
static bool session_holds(const session_t* session, const live_view_t* view,
                          const player_state_t* player)
{
    const double passed_s = 1e-6 * (double)view->session_us;
    return passed_s + player_remaining_s(session->routine, player) <=
           session->safety->session_time_max_s.value;
}

/// The step as written that a repeat would play now; -1 for none.
static int step_to_repeat(const session_t* session, const live_view_t* view)
{
    player_state_t again = *view->player;
    return player_repeat(session->routine, &again) ? session->routine->items[again.item].stroke.step
                                                   : -1;
}

static request_result_t may_repeat(const session_t* session, const live_state_t* state,
                                   const live_view_t* view)
{
    const int step = step_to_repeat(session, view);
    if (step < 0) {
        return REQUEST_NOT_BEGUN;
    }
    if (step >= ROUTINE_STEP_CAPACITY || state->repeats[step] >= LIVE_REPEAT_LIMIT) {
        return REQUEST_REPEATED;
    }
    player_state_t again = *view->player;
    (void)player_repeat(session->routine, &again);
    return session_holds(session, view, &again) ? REQUEST_GRANTED : REQUEST_SESSION;
}

static request_result_t may_extend(const session_t* session, const live_view_t* view)
{
    player_state_t longer = *view->player;
    if (!player_extend(session->body, session->routine, &longer)) {
        return REQUEST_EXTENDED;
    }
    return session_holds(session, view, &longer) ? REQUEST_GRANTED : REQUEST_SESSION;
}

static request_result_t may_change_intensity(const live_state_t* state, int level)
{
    if (!intensity_level_known(level)) {
        return REQUEST_OUT_OF_RANGE;
    }
    return level == state->intensity_asked ? REQUEST_ALREADY : REQUEST_GRANTED;
}

/// Skip, repeat and extend; `granted` has those that were granted before in this period.
static request_result_t may_change_step(const session_t* session, const live_state_t* state,
                                        const live_view_t* view, uint32_t request, uint32_t granted)
{
    if (state->ending) {
        return REQUEST_ENDING;
    }
    if (state->since_change_us < LIVE_INTERVAL_US || (granted & CHANGES_STEP) != 0) {
        return REQUEST_TOO_SOON;
    }
    if (view->player->item >= session->routine->item_count) {
        return REQUEST_NOT_NOW; // all is played, the arm is on its way home
    }
    return request == REQUEST_REPEAT   ? may_repeat(session, state, view)
           : request == REQUEST_EXTEND ? may_extend(session, view)
                                       : REQUEST_GRANTED;
}

/// What a request that its mode allows meets beside it.
static request_result_t judge(const session_t* session, const live_state_t* state,
                              const live_view_t* view, const cycle_input_t* asked, uint32_t request,
                              uint32_t granted)
{
    if ((request & CHANGES_STEP) != 0) {
        return may_change_step(session, state, view, request, granted);
    }
    if (request == REQUEST_INTENSITY) {
        return may_change_intensity(state, asked->intensity_level);
    }
    if (request == REQUEST_END) {
        return state->ending && !state->held ? REQUEST_ALREADY : REQUEST_GRANTED;
    }
    return request == REQUEST_RESUME ? may_resume(view) : REQUEST_GRANTED;
}

static void take_intensity(const session_t* session, live_state_t* state, const live_view_t* view,
                           const cycle_input_t* asked, uint32_t granted)
{
    if ((granted & REQUEST_INTENSITY) != 0) {
        state->intensity_asked = asked->intensity_level;
    }
    if (view->mode == MODE_TRIPPED && state->intensity_asked > session->intensity_start) {
        state->intensity_asked = session->intensity_start; // what made it trip may have been this
    }
    state->since_climb_us += session->period_us;
    if (state->intensity_level > state->intensity_asked) {
        state->intensity_level = state->intensity_asked;
    } else if (state->intensity_level < state->intensity_asked &&
               state->since_climb_us >= LIVE_CLIMB_US) {
        state->intensity_level += 1;
        state->since_climb_us = 0;
    }
}

static void take_steps(const session_t* session, live_state_t* state, const live_view_t* view,
                       uint32_t granted)
{
    state->since_change_us += session->period_us;
    if ((granted & CHANGES_STEP) != 0) {
        state->since_change_us = 0;
    }
    if ((granted & REQUEST_REPEAT) != 0) {
        state->repeats[step_to_repeat(session, view)] += 1;
    }
}

void live_begin(const session_t* session, live_state_t* state)
{
    memset(state, 0, sizeof *state);
    state->begun = true;
    state->intensity_asked = session->intensity_start;
    state->intensity_level = session->intensity_start;
    state->since_climb_us = LIVE_CLIMB_US;
    state->since_change_us = LIVE_INTERVAL_US;
}

live_t live_step(const session_t* session, live_state_t* state, const live_view_t* view,
                 const cycle_input_t* asked)
{
    if (!state->begun) {
        live_begin(session, state);
    }
    live_t live;
    memset(&live, 0, sizeof live); // padding too: the output is compared byte by byte
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        const uint32_t request = 1u << index;
        if ((asked->requests & request) == 0) {
            continue;
        }
        request_result_t result =
            by_mode(view, asked->requests, state->requests_before, request, &rows[index]);
        if (result == REQUEST_GRANTED) {
            result = judge(session, state, view, asked, request, live.granted);
        }
        live.results[index] = result;
        live.granted |= result == REQUEST_GRANTED ? request : 0u;
    }
    state->requests_before = asked->requests;
    // Ending is remembered whenever it is asked for: whoever wants it over is not told to wait.
    if ((asked->requests & REQUEST_END) != 0) {
        state->ending = true;
        state->held = false;
    }
    state->held = (state->held || (live.granted & REQUEST_PAUSE) != 0) &&
                  (live.granted & REQUEST_RESUME) == 0;
    take_intensity(session, state, view, asked, live.granted);
    take_steps(session, state, view, live.granted);
    live.ending = state->ending && !state->held;
    live.intensity_asked = state->intensity_asked;
    live.intensity_level = state->intensity_level;
    return live;
}

// ------------------------------------------------------------------------------------- the words

const char* request_word(int index)
{
    static const char* const words[REQUEST_COUNT] = {
#define X(id, word, meaning) word,
        REQUEST_LIST(X)
#undef X
    };
    return index >= 0 && index < REQUEST_COUNT ? words[index] : "unknown";
}

const char* request_meaning(int index)
{
    static const char* const meanings[REQUEST_COUNT] = {
#define X(id, word, meaning) meaning,
        REQUEST_LIST(X)
#undef X
    };
    return index >= 0 && index < REQUEST_COUNT ? meanings[index] : "unknown";
}

const char* request_result_name(request_result_t result)
{
    static const char* const names[REQUEST_RESULT_COUNT] = {
#define X(id, name, text) name,
        REQUEST_RESULT_LIST(X)
#undef X
    };
    return (unsigned)result < REQUEST_RESULT_COUNT ? names[result] : "unknown";
}

const char* request_result_text(request_result_t result)
{
    static const char* const texts[REQUEST_RESULT_COUNT] = {
#define X(id, name, text) text,
        REQUEST_RESULT_LIST(X)
#undef X
    };
    return (unsigned)result < REQUEST_RESULT_COUNT ? texts[result] : "unknown";
}

bool request_refused(request_result_t result)
{
    return result >= REQUEST_NOT_NOW;
}
