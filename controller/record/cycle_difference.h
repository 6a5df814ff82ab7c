/// Where two records of the same cycle differ, in words and physical units, and whether that makes
/// them different decisions.
#ifndef KNEAD_CONTROLLER_RECORD_CYCLE_DIFFERENCE_H
#define KNEAD_CONTROLLER_RECORD_CYCLE_DIFFERENCE_H

#include "controller/record/cycle_file.h"
#include "controller/session.h"

// A command that no drive is told is none: positions go out as counts of a register. Where the
// machine's file says no scale, what is less than this, rad or m, is arithmetic's. [judgement]
#define COMMAND_NOISE 1e-6

#define CYCLE_FIELD_CAPACITY 96   // bytes of a field's name
#define CYCLE_FIGURE_CAPACITY 120 // bytes of a figure with its unit
#define CYCLE_DIFFERENCE_MOST 128 // more than a record has fields

typedef struct {
    char field[CYCLE_FIELD_CAPACITY];
    char first[CYCLE_FIGURE_CAPACITY];
    char second[CYCLE_FIGURE_CAPACITY];
} cycle_difference_t;

/// Fills `differences` with every field whose bits differ; returns how many there are, at most
/// CYCLE_DIFFERENCE_MOST. `machine` names the joints.
int cycle_differences(const machine_settings_t* machine, const cycle_record_t* first,
                      const cycle_record_t* second,
                      cycle_difference_t differences[CYCLE_DIFFERENCE_MOST]);

/// True if the arm would be told something else or for another reason: another mode, other rules
/// that refuse, another answer to a request, another item of the routine, another request to a
/// drive, relay or lamp, or a commanded position that differs by more than one count of the drive's
/// register (`header`; COMMAND_NOISE without one). Telemetry alone is no decision.
bool cycle_decides_otherwise(const cycle_file_header_t* header, const cycle_record_t* first,
                             const cycle_record_t* second);

/// What the cycle decided, in one line: mode, where in the routine, force, and what refuses.
void cycle_decision_text(const session_t* session, const cycle_record_t* record, char* text,
                         size_t capacity);

/// Where in the routine the cycle is: "kneading on back.left, step 3, FILE:LINE"; empty where it is
/// nowhere.
void cycle_place_text(const session_t* session, const cycle_record_t* record, char* text,
                      size_t capacity);

#endif
