/// Refuses, before anything moves, a routine that this machine can't reach, the limits forbid, or the
/// body map denies. Every finding names the step's line and the rule.
#ifndef KNEAD_ROUTINES_ROUTINE_CHECK_H
#define KNEAD_ROUTINES_ROUTINE_CHECK_H

#include "config/finding.h"
#include "kinematics/chain.h"
#include "routines/body.h"
#include "routines/routine.h"

typedef struct {
    double planned_s;          // contact and rests
    double contact_s;
    double force_max_N;
    double speed_max_mps;
    double reach_error_max_m;  // worst IK error over the checked places
    double joint_margin_min;   // smallest distance to a joint limit, rad or m
    int place_count;           // places whose reach was checked
} routine_figures_t;

/// Checks force × region × technique, pressure by pad area, speed, rhythm, forbidden zones with their
/// margins and the registration error, light before deep, session length, and reach: the inverse
/// kinematics of places along every stroke with the tool on the surface normal. Adds findings at the
/// step's line; true if there was no error. `figures` may be null.
bool routine_check(const routine_t* routine, const body_t* body, const safety_settings_t* safety,
                   const machine_settings_t* machine, const chain_t* chain,
                   const pad_settings_t* pad, routine_figures_t* figures, findings_t* findings);

#endif
