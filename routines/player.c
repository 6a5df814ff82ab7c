#include "routines/player.h"

#include <math.h>

// How finely a stroke is searched for its next light moment.
#define LIGHT_SEARCH_STEP_US INT64_C(100000)
// What still counts as light: rounding apart, the way back of a long stroke.
#define LIGHT_FORCE_N (STROKE_RETURN_FORCE_N + 1e-6)

static int64_t item_duration_us(const routine_item_t* item)
{
    const double duration_s = item->kind == ITEM_STROKE ? item->stroke.duration_s : item->rest_s;
    return (int64_t)(duration_s * 1e6 + 0.5);
}

static bool plays_item(const routine_t* routine, const player_state_t* state)
{
    return state->item >= 0 && state->item < routine->item_count;
}

/// Of what is being played: the item, or the part of it that is played again.
static int64_t part_duration_us(const routine_t* routine, const player_state_t* state)
{
    return state->extending ? state->extension_us : item_duration_us(&routine->items[state->item]);
}

/// Where the tool stays while nothing is to be touched: the end of the last stroke, or before any,
/// the beginning of the first.
static stroke_target_t resting_target(const body_t* body, const routine_t* routine, int item)
{
    stroke_target_t target = {0};
    for (int i = item - 1; i >= 0; i--) {
        if (routine->items[i].kind == ITEM_STROKE) {
            const stroke_t* stroke = &routine->items[i].stroke;
            target.place = technique_target(body, stroke, stroke->duration_s).place;
            return target;
        }
    }
    for (int i = item; i < routine->item_count; i++) {
        if (routine->items[i].kind == ITEM_STROKE) {
            target.place = technique_target(body, &routine->items[i].stroke, 0.0).place;
            return target;
        }
    }
    return target;
}

/// Lets the force go in the last part of an extension, which may end in the middle of a stroke.
static void ebb(int64_t left_us, stroke_target_t* target)
{
    const double loaded_N = target->force_N - STROKE_LIGHT_FORCE_N;
    if (left_us >= PLAYER_EXTENSION_EBB_US || !(loaded_N > 0.0)) {
        return;
    }
    const double t = fmax(0.0, (double)left_us / (double)PLAYER_EXTENSION_EBB_US);
    const double part = t * t * (3.0 - 2.0 * t);
    const double part_per_s = -6.0 * t * (1.0 - t) * 1e6 / (double)PLAYER_EXTENSION_EBB_US;
    target->force_rate_N_per_s = part * target->force_rate_N_per_s + part_per_s * loaded_N;
    target->force_N = STROKE_LIGHT_FORCE_N + part * loaded_N;
}

player_view_t player_view(const body_t* body, const routine_t* routine, const player_state_t* state)
{
    player_view_t view = {0};
    if (!plays_item(routine, state)) {
        view.done = true;
        view.target = resting_target(body, routine, routine->item_count);
        return view;
    }
    const routine_item_t* item = &routine->items[state->item];
    const int64_t duration_us = part_duration_us(routine, state);
    view.item_finished = state->elapsed_us >= duration_us;
    view.remaining_s = view.item_finished ? 0.0 : 1e-6 * (double)(duration_us - state->elapsed_us);
    view.rest = item->kind == ITEM_REST;
    view.target = view.rest
                      ? resting_target(body, routine, state->item)
                      : technique_target(body, &item->stroke, 1e-6 * (double)state->elapsed_us);
    if (state->extending) {
        ebb(duration_us - state->elapsed_us, &view.target);
    }
    return view;
}

void player_advance(const routine_t* routine, player_state_t* state, int64_t period_us)
{
    if (!plays_item(routine, state) || period_us <= 0) {
        return;
    }
    const int64_t duration_us = part_duration_us(routine, state);
    const int64_t left_us = duration_us - state->elapsed_us;
    state->elapsed_us = period_us >= left_us ? duration_us : state->elapsed_us + period_us;
}

void player_rejoin(const body_t* body, const routine_t* routine, player_state_t* state)
{
    if (!plays_item(routine, state) || routine->items[state->item].kind != ITEM_STROKE) {
        return;
    }
    const stroke_t* stroke = &routine->items[state->item].stroke;
    const double elapsed_s = 1e-6 * (double)state->elapsed_us;
    const double rejoin_s = technique_rejoin_s(body, stroke, elapsed_s);
    if (rejoin_s < elapsed_s) {
        state->elapsed_us = (int64_t)ceil(1e6 * rejoin_s); // not before it: there is a hop
    }
}

/// At the beginning of `item`, nothing of it extended.
static void go_to(player_state_t* state, int item)
{
    *state = (player_state_t){.item = item};
}

void player_next(const routine_t* routine, player_state_t* state)
{
    if (plays_item(routine, state) && state->extension_us > 0 && !state->extending) {
        state->extending = true;
        state->elapsed_us = 0;
        return;
    }
    go_to(state, state->item < routine->item_count ? state->item + 1 : state->item);
}

static int step_of(const routine_t* routine, int item)
{
    return routine->items[item].stroke.step;
}

void player_skip(const routine_t* routine, player_state_t* state)
{
    if (!plays_item(routine, state)) {
        return;
    }
    int item = state->item;
    while (item < routine->item_count && step_of(routine, item) == step_of(routine, state->item)) {
        item++;
    }
    go_to(state, item);
}

/// The first item of the step as it is played this time. A step unrolled several times in a row
/// goes over the same regions again: the round begins where its first region comes back.
static int round_begin(const routine_t* routine, int item)
{
    const int step = step_of(routine, item);
    int first = item;
    while (first > 0 && step_of(routine, first - 1) == step) {
        first--;
    }
    int length = 1;
    while (first + length <= item &&
           routine->items[first + length].stroke.region != routine->items[first].stroke.region) {
        length++;
    }
    return first + (item - first) / length * length;
}

bool player_repeat(const routine_t* routine, player_state_t* state)
{
    if (!plays_item(routine, state)) {
        return false;
    }
    int item = state->item;
    if (state->elapsed_us == 0 && !state->extending && round_begin(routine, item) == item) {
        do {
            item--;
        } while (item >= 0 && routine->items[item].kind != ITEM_STROKE);
    }
    if (item < 0) {
        return false;
    }
    go_to(state, round_begin(routine, item));
    return true;
}

/// The first moment from `from_us` on at which the stroke's force is light: there a cycle of the
/// technique ends. The stroke's own end is one. `from_us` if none is near.
static int64_t light_moment_us(const body_t* body, const stroke_t* stroke, int64_t from_us,
                               int64_t duration_us)
{
    for (int64_t waited_us = 0; waited_us <= PLAYER_EXTENSION_WAIT_US;
         waited_us += LIGHT_SEARCH_STEP_US) {
        const int64_t at_us = from_us + waited_us;
        if (at_us >= duration_us) {
            return duration_us;
        }
        if (technique_target(body, stroke, 1e-6 * (double)at_us).force_N <= LIGHT_FORCE_N) {
            return at_us;
        }
    }
    return from_us;
}

bool player_extend(const body_t* body, const routine_t* routine, player_state_t* state)
{
    if (!plays_item(routine, state) || routine->items[state->item].kind != ITEM_STROKE) {
        return false;
    }
    const stroke_t* stroke = &routine->items[state->item].stroke;
    const int64_t duration_us = item_duration_us(&routine->items[state->item]);
    if (state->extensions >= PLAYER_EXTENSION_LIMIT || state->extension_us >= duration_us) {
        return false;
    }
    state->extensions++;
    state->extension_us =
        light_moment_us(body, stroke, state->extensions * PLAYER_EXTENSION_US, duration_us);
    return true;
}

double player_remaining_s(const routine_t* routine, const player_state_t* state)
{
    if (!plays_item(routine, state)) {
        return 0.0;
    }
    int64_t remaining_us = part_duration_us(routine, state) - state->elapsed_us +
                           (state->extending ? 0 : state->extension_us);
    for (int item = state->item + 1; item < routine->item_count; item++) {
        remaining_us += item_duration_us(&routine->items[item]);
    }
    return 1e-6 * (double)remaining_us;
}

bool player_first_place(const body_t* body, const routine_t* routine, int item, body_place_t* place,
                        int* region)
{
    if (item < 0 || item >= routine->item_count || routine->items[item].kind != ITEM_STROKE) {
        return false;
    }
    const stroke_t* stroke = &routine->items[item].stroke;
    *place = technique_target(body, stroke, 0.0).place;
    *region = stroke->region;
    return true;
}

double player_planned_s(const routine_t* routine)
{
    double planned_s = 0.0;
    for (int i = 0; i < routine->item_count; i++) {
        const routine_item_t* item = &routine->items[i];
        planned_s += item->kind == ITEM_STROKE ? item->stroke.duration_s : item->rest_s;
    }
    return planned_s;
}
