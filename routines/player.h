/// Where in the routine we are. Pure: the position in the routine is a value the caller keeps, time
/// passes only while the caller says so (in contact, or resting), so that a pause costs nothing.
#ifndef KNEAD_ROUTINES_PLAYER_H
#define KNEAD_ROUTINES_PLAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "routines/body.h"
#include "routines/routine.h"

// What one extension adds to a stroke, and how many one stroke may get each time it is played; all
// together never more than the stroke itself once more (judgement).
#define PLAYER_EXTENSION_US INT64_C(30000000)
#define PLAYER_EXTENSION_LIMIT 2
// How far past the time asked for the technique's next light moment is waited for (judgement).
#define PLAYER_EXTENSION_WAIT_US INT64_C(20000000)
// In the last part of an extension the force goes back to the light touch (judgement).
#define PLAYER_EXTENSION_EBB_US INT64_C(2000000)

typedef struct {
    int item;             // index into routine->items; item_count when the routine is done
    int64_t elapsed_us;   // within the item, or within the part of it that is played again
    int64_t extension_us; // how much of the stroke is played again after its end
    int extensions;       // how often it was extended
    bool extending;       // that part is being played
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

/// Takes up an item that was left in its middle: goes back to where its stroke lay on the skin, see
/// technique_rejoin_s. Does nothing to one that has not begun, to a rest, and past the end.
void player_rejoin(const body_t* body, const routine_t* routine, player_state_t* state);

/// Goes on after the end of the item: to the part of a stroke that is to be played again, or to the
/// next item.
void player_next(const routine_t* routine, player_state_t* state);

/// Leaves the step: to the first item of another step, or to the end of the routine.
void player_skip(const routine_t* routine, player_state_t* state);

/// Goes back to the beginning of the step, as far as it was unrolled this time: a step on two
/// regions begins with the first of them, a step that is repeated with its present repetition.
/// Before a step has begun, back to the last one that touched. False, and nothing is changed, where
/// there is none before, and where the routine is done.
bool player_repeat(const routine_t* routine, player_state_t* state);

/// Makes the stroke longer by PLAYER_EXTENSION_US: after its end its beginning is played again, up
/// to the next light moment of the technique's cycle. Only its own path is used, which has been
/// checked. False, and nothing is changed, for a rest, past the end, and where the stroke is as
/// long already as it may become.
bool player_extend(const body_t* body, const routine_t* routine, player_state_t* state);

/// Time that is left to be played from here on, s; travel is not in it.
double player_remaining_s(const routine_t* routine, const player_state_t* state);

/// Place where the item `item` first touches, and its region; false if it never does (a rest).
bool player_first_place(const body_t* body, const routine_t* routine, int item, body_place_t* place,
                        int* region);

/// Planned time in contact and in rests, s; travel between items is not in it.
double player_planned_s(const routine_t* routine);

#endif
