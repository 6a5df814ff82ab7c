/// Where in the routine we are. Pure: the position in the routine is a value the caller keeps, time
/// passes only while the caller says so (in contact, or resting), so that a pause costs nothing.
#ifndef KNEAD_ROUTINES_PLAYER_H
#define KNEAD_ROUTINES_PLAYER_H

#include <stdint.h>

#include "routines/body.h"
#include "routines/routine.h"

typedef struct {
    int item;           // index into routine->items; item_count when the routine is done
    int64_t elapsed_us; // within the item
} player_state_t;

typedef struct {
    bool done;              // nothing left to play
    bool rest;              // the item is a rest: stay above
    bool item_finished;     // the item's time is up: lift and go on
    stroke_target_t target; // where to be; for a rest and past the end the last place touched
    double remaining_s;     // of the item
} player_view_t;

/// What the routine wants now.
player_view_t player_view(const body_t* body, const routine_t* routine,
                          const player_state_t* state);

/// Lets `period_us` of the item pass.
void player_advance(const routine_t* routine, player_state_t* state, int64_t period_us);

/// Goes to the next item.
void player_next(const routine_t* routine, player_state_t* state);

/// Place where the item `item` first touches, and its region; false if it never does (a rest).
bool player_first_place(const body_t* body, const routine_t* routine, int item, body_place_t* place,
                        int* region);

/// Planned time in contact and in rests, s; travel between items is not in it.
double player_planned_s(const routine_t* routine);

#endif
