#include "routines/player.h"

static int64_t item_duration_us(const routine_item_t* item)
{
    const double duration_s = item->kind == ITEM_STROKE ? item->stroke.duration_s : item->rest_s;
    return (int64_t)(duration_s * 1e6 + 0.5);
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

player_view_t player_view(const body_t* body, const routine_t* routine, const player_state_t* state)
{
    player_view_t view = {0};
    if (state->item < 0 || state->item >= routine->item_count) {
        view.done = true;
        view.target = resting_target(body, routine, routine->item_count);
        return view;
    }
    const routine_item_t* item = &routine->items[state->item];
    const int64_t duration_us = item_duration_us(item);
    view.item_finished = state->elapsed_us >= duration_us;
    view.remaining_s = view.item_finished ? 0.0 : 1e-6 * (double)(duration_us - state->elapsed_us);
    view.rest = item->kind == ITEM_REST;
    view.target = view.rest
                      ? resting_target(body, routine, state->item)
                      : technique_target(body, &item->stroke, 1e-6 * (double)state->elapsed_us);
    return view;
}

void player_advance(const routine_t* routine, player_state_t* state, int64_t period_us)
{
    if (state->item < 0 || state->item >= routine->item_count || period_us <= 0) {
        return;
    }
    const int64_t duration_us = item_duration_us(&routine->items[state->item]);
    const int64_t left_us = duration_us - state->elapsed_us;
    state->elapsed_us = period_us >= left_us ? duration_us : state->elapsed_us + period_us;
}

void player_next(const routine_t* routine, player_state_t* state)
{
    if (state->item < routine->item_count) {
        state->item++;
    }
    state->elapsed_us = 0;
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
