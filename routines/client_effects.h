/// What a client's answers and wishes do to a session: whether there may be one, which techniques
/// are banned, how strongly each region may be touched, and which skin is left alone.
///
/// Always holds: effects only take away. A cap never lies above the region's own, a ban never lifts
/// another, a zone never replaces one of the body's. Everything is settled before the first move;
/// the cycle takes the effects const.
#ifndef KNEAD_ROUTINES_CLIENT_EFFECTS_H
#define KNEAD_ROUTINES_CLIENT_EFFECTS_H

#include "config/finding.h"
#include "config/settings.h"
#include "routines/body.h"
#include "routines/routine.h"

/// Words that begin a finding's message, one a rule; stable, for tools and tests.
#define CLIENT_RULE_LIST(X)                                                                        \
    X(CLIENT_RULE_UNSCREENED, "not-screened")         /* the file has no screening */              \
    X(CLIENT_RULE_UNANSWERED, "condition-unanswered") /* the list asks for it */                   \
    X(CLIENT_RULE_UNKNOWN, "condition-unknown")       /* the list has none of that name */         \
    X(CLIENT_RULE_ANSWER, "answer-not-possible") /* cleared by nobody who may, no place, ... */    \
    X(CLIENT_RULE_REGION, "region-unknown")      /* of a cap or a place */                         \
    X(CLIENT_RULE_ABSOLUTE, "contraindication-absolute") /* yes to such a condition */             \
    X(CLIENT_RULE_CLEARANCE, "clearance-missing")        /* yes, and nobody cleared it */          \
    X(CLIENT_RULE_OUTDATED, "screening-out-of-date")     /* answers or clearance too old */        \
    X(CLIENT_RULE_TECHNIQUE, "technique-banned-for-client")                                        \
    X(CLIENT_RULE_FORCE, "force-over-client-cap")                                                  \
    X(CLIENT_RULE_PRESSURE, "pressure-over-client-cap")                                            \
    X(CLIENT_RULE_ZONE, "zone-of-client") /* pad's edge: margin and registration */                \
    X(CLIENT_RULE_ROUTINE, "contraindicated-for-routine") /* the routine names such a condition */
typedef enum {
#define X(id, text) id,
    CLIENT_RULE_LIST(X)
#undef X
} client_rule_t;
const char* client_rule_text(client_rule_t rule);

// Between the highest force asked for and the cap, at which the arm yields: what force control
// passes its target by. The same 2 N and 10 % that a run's force may be off to be called ok.
#define CLIENT_CAP_ROOM_N 2.0
#define CLIENT_CAP_ROOM_PART 0.10

/// Skin that is left alone. Where it lies in metres depends on how the body lies, so that is asked
/// of the body each time.
typedef struct {
    char name[NAME_CAPACITY]; // the condition's, or "avoid"
    client_place_t place;
    int region;      // of the place, or -1 where it is given on the table
    double margin_m; // between its edge and the pad's, registration error not counted
} client_zone_t;

/// Why there can be no session.
typedef struct {
    client_rule_t rule; // CLIENT_RULE_ABSOLUTE or CLIENT_RULE_CLEARANCE
    int condition;      // index into the screening list
    int answer;         // index into the client's answers
} client_refusal_t;

typedef struct {
    bool screened;
    bool blocked; // there is a refusal
    int refusal_count;
    client_refusal_t refusals[CONDITION_CAPACITY];
    uint32_t banned_techniques;                     // bit per technique_id_t
    char banned_by[TECHNIQUE_COUNT][NAME_CAPACITY]; // the first condition that bans it, or empty
    double force_factor;                            // on every region's own caps; 1 for none
    double force_cap_N[REGION_CAPACITY];            // infinite where the client lowers nothing
    double pressure_cap_Pa[REGION_CAPACITY];        // the same
    int zone_count;
    client_zone_t zones[PLACE_CAPACITY];
    int answers_day;   // of the screening, days since 1970-01-01; 0 where not screened
    int clearance_day; // of the oldest clearance that lets the session be; 0 where none is needed
} client_effects_t;

/// True where the client was screened and did not answer no to a condition of that name: for
/// routines that are not for everybody.
bool client_may_have(const client_settings_t* client, const char* condition);

/// Works out the effects. Pure. Adds an error, at the client's line, for every condition left
/// unanswered, every condition and region that is not there, every answer that its condition does
/// not take (a clearance nobody may give or by the wrong profession, a yes to a local condition
/// without a place, a place of a condition that has none); a warning where there was no screening
/// at all. A condition that lowers the force does so for the answers yes and cleared; where several
/// do, the lowest factor counts. That a session is refused is no error of the file: see
/// `client_refuse`. True without errors; otherwise `effects` block the session.
bool client_effects(const client_settings_t* client, const screening_settings_t* screening,
                    const body_settings_t* body, client_effects_t* effects, findings_t* findings);

/// Adds a finding for each reason why there can be no session, at the client's line, beginning with
/// the rule's word; errors before a session, warnings where only the file is looked at. True if
/// there is none.
bool client_refuse(const client_settings_t* client, const screening_settings_t* screening,
                   const client_effects_t* effects, finding_severity_t severity,
                   findings_t* findings);

/// Before a real machine: not screened, answers older than the list allows on day `today` (days
/// since 1970-01-01), a clearance older than that, or either dated after today is an error. True
/// without errors.
bool client_screening_holds(const client_settings_t* client, const screening_settings_t* screening,
                            const client_effects_t* effects, int today, findings_t* findings);

/// The client's cap of force on a region under a pad of that area, N: the lower of his cap of force
/// and his cap of pressure. Infinite where he lowers nothing; the smallest of all regions where
/// `region` is none of the body's. `effects` may be null: nothing is lowered.
double client_force_cap_N(const client_effects_t* effects, int region, int region_count,
                          double pad_area_m2);

/// The highest force that may be asked for under such a cap, N: CLIENT_CAP_ROOM_N or
/// CLIENT_CAP_ROOM_PART of it below, never under 0; infinite stays infinite.
double client_target_cap_N(double cap_N);

/// Distance from a place to a zone without its margin, m; 0 inside, and for a place that is not
/// finite.
double client_zone_distance_m(const client_effects_t* effects, int zone, const body_t* body,
                              body_place_t place);

/// What the middle of a pad has to keep from a zone at a place, m: margin, the pad's radius and the
/// registration error there.
double client_zone_needed_m(const client_effects_t* effects, int zone, const body_t* body,
                            const pad_settings_t* pad, body_place_t place);

/// The part of `routine_check` that is the client's: checks every stroke of a routine against bans,
/// caps and zones. Adds errors at the step's line,
/// each beginning with the rule's word; one finding a rule, step and region. `pad` may be null
/// where the machine has none of the routine's name: then pressure is not checked and a pad without
/// width is walked past the zones. True without errors.
bool client_check_routine(const routine_t* routine, const body_t* body,
                          const client_effects_t* effects, const pad_settings_t* pad,
                          findings_t* findings);

#endif
