/// A parsed routine: a bounded, flat list of what to do, repeats unrolled, plain data.
#ifndef KNEAD_ROUTINES_ROUTINE_H
#define KNEAD_ROUTINES_ROUTINE_H

#include "config/settings.h"
#include "routines/technique.h"

#define ROUTINE_ITEM_CAPACITY 1024 // strokes and rests after unrolling
#define ROUTINE_STEP_CAPACITY 256  // steps as written
#define ROUTINE_NOTES_CAPACITY 600 // bytes, with the terminator
#define ROUTINE_CONTRAINDICATION_CAPACITY 16

typedef enum { ITEM_STROKE, ITEM_REST } item_kind_t;

typedef struct {
    item_kind_t kind;
    stroke_t stroke; // where kind is ITEM_STROKE; of a rest only its step
    double rest_s;   // where kind is ITEM_REST: lifted, above the last place
} routine_item_t;

typedef struct {
    char name[TEXT_CAPACITY];
    char goal[NAME_CAPACITY];
    char aim[TEXT_CAPACITY];
    char notes[ROUTINE_NOTES_CAPACITY]; // for the therapist
    char pad[NAME_CAPACITY];
    // Conditions of the screening list for whose bearers this routine is not.
    int contraindication_count;
    char contraindications[ROUTINE_CONTRAINDICATION_CAPACITY][NAME_CAPACITY];
    int item_count;
    routine_item_t items[ROUTINE_ITEM_CAPACITY];
    int step_count; // strokes and rests as written, repeats counted once
    int step_line[ROUTINE_STEP_CAPACITY];
    int step_column[ROUTINE_STEP_CAPACITY];
    char step_field[ROUTINE_STEP_CAPACITY][NAME_CAPACITY]; // key path: steps[2].steps[0]
    char path[TEXT_CAPACITY];                              // the file, for messages
} routine_t;

#endif
