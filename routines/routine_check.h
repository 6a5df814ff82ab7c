/// Refuses, before anything moves, a routine that this machine can't reach, the limits forbid, or
/// the body map denies. Every finding names the step's line and the rule.
#ifndef KNEAD_ROUTINES_ROUTINE_CHECK_H
#define KNEAD_ROUTINES_ROUTINE_CHECK_H

#include "config/finding.h"
#include "kinematics/chain.h"
#include "routines/body.h"
#include "routines/client_effects.h"
#include "routines/dose.h"
#include "routines/routine.h"

/// All a routine is judged against, borrowed. What may be null is then not known: it refuses
/// nothing, and nothing is made up for it.
typedef struct {
    const body_t* body;
    const safety_settings_t* safety;
    const machine_settings_t* machine;
    const chain_t* chain;                  // of the machine's arm, with the pad
    const pad_settings_t* pad;             // null: the machine has none of the routine's name
    const client_settings_t* client;       // null: anybody
    const screening_settings_t* screening; // null: names of conditions are not looked up
    const client_effects_t* effects;       // of that client by that list; null: none
    const dose_sum_t* week;                // what the client got in the last seven days, or null
} routine_check_inputs_t;

typedef struct {
    double planned_s; // contact and rests
    double session_s; // with the ways between; planned_s where the pad is not known
    double contact_s;
    double force_max_N;
    double speed_max_mps;
    double reach_error_max_m;     // worst IK error over the checked places
    double joint_margin_min;      // smallest distance to a joint limit, rad or m
    double link_clearance_min_m;  // of any link to the skin
    double arm_clearance_min_m;   // of two parts of the arm, or of one and the table
    int place_count;              // places whose reach was checked
    double joint_speed_share_max; // highest joint speed over its limit, 0 to 1
    int fastest_joint;            // whose that is
    double yield_speed_min_mps;   // that the joints leave for letting go, where the skin is touched
    double yield_acceleration_min_mps2;
    double held_max_s; // longest press on one place
    double drag_max_N; // along dry skin, at FRICTION_DRY
    dose_t dose;       // what each region gets
} routine_figures_t;

/// Words that begin a finding's message, one a rule; stable, for tools and tests.
#define ROUTINE_RULE_LIST(X)                                                                       \
    X(ROUTINE_RULE_PAD_UNKNOWN, "pad-unknown")         /* the machine has no such pad */           \
    X(ROUTINE_RULE_TECHNIQUE, "technique-not-allowed") /* the region's list leaves it out */       \
    X(ROUTINE_RULE_TECHNIQUE_FORCE,                                                                \
      "force-over-technique")                             /* ceiling times the region's factor */  \
    X(ROUTINE_RULE_REGION_FORCE, "force-over-region-cap") /* the region's cap */                   \
    X(ROUTINE_RULE_SAFETY_FORCE,                                                                   \
      "force-over-safety-limit")                         /* contact_force_max less its margin */   \
    X(ROUTINE_RULE_PRESSURE, "pressure-over-region-cap") /* force over the pad's face */           \
    X(ROUTINE_RULE_FORCE_RATE, "force-rate")             /* of the technique */                    \
    X(ROUTINE_RULE_TECHNIQUE_SPEED, "speed-over-technique") /* along the skin */                   \
    X(ROUTINE_RULE_SAFETY_SPEED, "speed-over-safety-limit") /* contact_speed_max */                \
    X(ROUTINE_RULE_RATE, "rate-outside-technique")          /* circles a second */                 \
    X(ROUTINE_RULE_BANDWIDTH, "rate-over-bandwidth")        /* what bus and drives can follow */   \
    X(ROUTINE_RULE_RADIUS, "radius-too-wide")     /* the region has no room for the circle */      \
    X(ROUTINE_RULE_ZONE, "zone-too-near")         /* pad's centre: margin and registration */      \
    X(ROUTINE_RULE_REGION, "path-outside-region") /* the stroke leaves its region */               \
    X(ROUTINE_RULE_SKIN, "skin-too-steep")        /* SKIN_SLOPE_MAX_RAD */                         \
    X(ROUTINE_RULE_ORDER, "deep-before-light")    /* first stroke on a region */                   \
    X(ROUTINE_RULE_SESSION, "session-too-long")   /* session_time_max */                           \
    X(ROUTINE_RULE_EMPTY, "nothing-to-do")        /* no stroke at all */                           \
    X(ROUTINE_RULE_HEIGHT, "skin-height-unsure")  /* surface_search */                             \
    X(ROUTINE_RULE_CLEARANCE, "link-too-near")    /* LINK_CLEARANCE_MIN_M to the skin */           \
    X(ROUTINE_RULE_PARTS, "parts-too-near")       /* CLEARANCE_CHECKED_M, table and each other */  \
    X(ROUTINE_RULE_REACH, "unreachable") /* no posture, or none that the tool can follow */        \
    X(ROUTINE_RULE_JOINT_SPEED, "joint-too-fast")  /* JOINT_SPEED_SHARE_MAX all the way */         \
    X(ROUTINE_RULE_JOINT_ROOM, "joint-limit-near") /* warning: JOINT_ROOM_MIN */                   \
    X(ROUTINE_RULE_YIELD, "yield-too-slow")        /* what letting go of a body takes */           \
    X(ROUTINE_RULE_TECHNIQUE_PRESSURE, "pressure-over-technique") /* force over the pad's face */  \
    X(ROUTINE_RULE_BOUT, "bout-too-long")                         /* of the technique */           \
    X(ROUTINE_RULE_TECHNIQUE_TIME, "technique-too-long") /* on a region, of the technique */       \
    X(ROUTINE_RULE_WARM_UP, "no-warm-up")                /* before a deep technique */             \
    X(ROUTINE_RULE_VISITS, "point-too-often")            /* POINT_VISITS_MAX */                    \
    X(ROUTINE_RULE_SHEAR, "shear-over-safety-limit")     /* wanted: shear_force_max */             \
    X(ROUTINE_RULE_DRAG, "drag-over-safety-limit")       /* warning: expected on dry skin */       \
    X(ROUTINE_RULE_HELD, "held-too-long")                /* HELD_MAX_S on one place */             \
    X(ROUTINE_RULE_BALANCE, "left-right-differ")         /* warning: BALANCE_PART_MAX */           \
    X(ROUTINE_RULE_GOAL, "goal-too-deep")                /* warning: LYMPHATIC_PRESSURE_MAX_PA */
typedef enum {
#define X(id, text) id,
    ROUTINE_RULE_LIST(X)
#undef X
        ROUTINE_RULE_COUNT
} routine_rule_t;
const char* routine_rule_text(routine_rule_t rule);

// The first stroke on a region asks for no more than this: light before deep keeps muscles at rest,
// deep first raised their activity by 235 % (Roberts 2011, IJTMB); 20 N is where stronger touch
// begins (Chen 2022, IJERPH 19:13191).
#define FIRST_STROKE_FORCE_MAX_N 20.0
#define SKIN_SLOPE_MAX_RAD 0.87 // 50 degrees: beyond, a pad slides off a flank (judgement)
// No link of the arm but its tool comes nearer to the skin than this: twice what the interlock
// allows, as the posture that is played differs a little from the one that is checked.
#define LINK_CLEARANCE_MIN_M 0.030
// The rest of a joint's speed belongs to force control (judgement).
#define JOINT_SPEED_SHARE_MAX 0.9
// Nearer to its limit a joint holds back what force control may still want (judgement).
#define JOINT_ROOM_MIN_RAD 0.035
#define JOINT_ROOM_MIN_M 0.010
// Visits to one trigger point in a session, and how near two points are one: half a small pad
// (judgement; 30 to 60 s of pressure do in all, Gemmell 2008, Clin. Chiropr.).
#define POINT_VISITS_MAX 2
#define SAME_POINT_M 0.010
// Friction of silicone on untreated dry skin, 0.61 +- 0.21; of five materials 0.46 +- 0.15 (Zhang
// and Mak 1999). What the pad is made of and whether there is oil no file says, so that the higher
// mean warns and refuses nothing; a run is stopped by what is measured.
#define FRICTION_DRY 0.61
// A press counts as held from the force where stronger touch begins to act (10 N and less did
// little: Chen 2022, IJERPH 19:13191), while the pad's middle stays within this of where it began.
#define HELD_FORCE_N 10.0
#define HELD_RADIUS_M 0.005
// Held pressure works over 30 to 60 s in all (Gemmell 2008, Clin. Chiropr.); half as much again is
// the most that anything needs (judgement).
#define HELD_MAX_S 90.0
// At the end of a slow drag of the fascia, which is held for 90 to 120 s (judgement).
#define HELD_DRAG_MAX_S 120.0
#define BALANCE_PART_MAX 0.2 // of the side that gets more (judgement)
// Lymph drainage stays under 40 g/cm2, about 4 kPa (Springer, Lymphedema, ch. 28).
#define LYMPHATIC_PRESSURE_MAX_PA 4000.0
#define HOVER_HEIGHT_M 0.080 // above the skin, where reach is checked a second time

/// The one proof, before anything moves, that a routine may be played here; everybody who asks gets
/// the same answer. Besides the rules above those of the client (`routines/client_effects.h`) and
/// of the dose (`routines/dose.h`). Of every stroke: force by
/// region and technique, pressure by pad area, rates of force, speed, rhythm and bouts, the path
/// against forbidden zones (with their margins and how far the model may be off) and its own
/// region, the skin's slope and how surely its height is known, forces along the skin, how long one
/// place is pressed. Of the whole: light before deep, a warm-up before deep techniques, visits to a
/// point, times by technique, left against right, session length. Then the whole routine is played
/// through the kinematics, from the parked posture and back, as the control cycle will: ways,
/// descents, strokes and lifts with the joints' limits of position, speed and acceleration, the
/// links' and tool's clearances at every step, and what the joints leave for letting go wherever
/// the skin is touched (`routines/check/play.c`).
///
/// Adds all findings in one pass, at the step's line, each beginning with its rule's word; one
/// finding a rule, step and region. Warnings refuse nothing. True if there was no error. Zone
/// margins are measured from the pad's centre. Without a pad pressure and reach are not checked,
/// but the answer is no. `figures` may be null. An hour of routine takes about a second.
bool routine_check(const routine_t* routine, const routine_check_inputs_t* inputs,
                   routine_figures_t* figures, findings_t* findings);

#endif
