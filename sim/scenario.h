/// Scenarios: what happens to the virtual table, its wire, the host and the operator, when, and
/// what is required of the run, as a YAML file of kind `scenario`; and events as typed lines.
#ifndef KNEAD_SIM_SCENARIO_H
#define KNEAD_SIM_SCENARIO_H

#include "config/fields.h"
#include "sim/fault_plan.h"
#include "sim/world.h"

/// How a run under a scenario is to end; reactions stand weakest first. A run ends by what the stop
/// began with that the arm did not go on from: stopped, armed and started again and played to its
/// end, it is finished.
#define SCENARIO_ENDING_LIST(X)                                                                    \
    X(SCENARIO_ENDING_FINISHED, "finished")     /* the routine plays to its end */                 \
    X(SCENARIO_ENDING_LIFT, "lift")             /* the tool rises and waits */                     \
    X(SCENARIO_ENDING_YIELD, "yield")           /* away from the body, then a controlled stop */   \
    X(SCENARIO_ENDING_STOP, "stop")             /* a controlled stop */                            \
    X(SCENARIO_ENDING_POWER_OFF, "power_off")   /* power is cut at once */                         \
    X(SCENARIO_ENDING_GONE, "gone")             /* the controller never came back */               \
    X(SCENARIO_ENDING_UNFINISHED, "unfinished") /* never begun or not gone on with; no stop */
typedef enum {
#define X(id, text) id,
    SCENARIO_ENDING_LIST(X)
#undef X
} scenario_ending_t;
#define SCENARIO_ENDING_COUNT 7
const char* scenario_ending_text(scenario_ending_t ending);
/// The ending of that word, or -1.
int scenario_ending_of(const char* word);

#define SCENARIO_NAME_CAPACITY 8 // causes, and things that must not be

/// What is required of a run beside its ending; what is not given is 0. *Onset* is the beginning of
/// the first event: the period in which it was let happen, or its time on the world's clock. The
/// *first stop* is the first period whose verdict stops an armed arm; one before the onset is no
/// reaction to it and meets nothing. Forces and ways are the world's own, looked at once a period,
/// and once a millisecond while the controller stands still.
///
/// Every event is to happen: one that never did fails, but for those of a time after the end of a
/// run that stopped as expected, after its onset.
typedef struct {
    bool reacts;
    scenario_ending_t reaction; // of the first stop
    int64_t within_us;          // from onset to the first stop
    double force_max_N;         // normal force on the body, in the whole run
    double travel_max_m; // of the pad into the body, from where it was at the onset, along the
                         // skin's normal there, until the arm is at rest or the run is over
    int cause_count;     // rules, one of which is to be the cause of the first stop
    char causes[SCENARIO_NAME_CAPACITY][NAME_CAPACITY];
    int must_not_count; // rules that must not be a cause of any stop in the whole run or make one
                        // harder, and endings and reactions that must not be
    char must_not[SCENARIO_NAME_CAPACITY][NAME_CAPACITY];
} scenario_requirements_t;

typedef struct {
    char name[NAME_CAPACITY];
    char meaning[TEXT_CAPACITY];
    scenario_ending_t expect;
    scenario_requirements_t require;
    int event_count;
    world_event_t events[WORLD_EVENT_CAPACITY]; // as written; `at_us` of those begun by time alone
    onset_t onsets[WORLD_EVENT_CAPACITY];       // of each
} scenario_t;

/// Reads a scenario against the machine whose devices it names. On failure `scenario` is untouched.
/// The names of rules are not looked at: this room knows none.
bool scenario_read(const char* path, const machine_settings_t* machine, scenario_t* scenario,
                   findings_t* findings);

/// True for an event that a world alone can let happen: its home is the world, and its onset a
/// time.
bool scenario_event_is_worlds(const scenario_t* scenario, int index);

/// Adds the events that are the world's to those of `world`; the others are left for whoever steps
/// the controller beside it. False, with `world` untouched, where there is no room for all of them.
bool scenario_give_world(const scenario_t* scenario, world_settings_t* world);

/// True if every event is the world's own, as a table needs it that knows nothing of the
/// controller's run; else findings about `path`.
bool scenario_fits_table(const scenario_t* scenario, const char* path, findings_t* findings);

/// For a table that knows nothing of the controller's run: reads a scenario and gives its events to
/// `world`, whose machine must be set. One that is not the world's is refused. On failure, and
/// where there is no room for all of them, `world` is untouched.
bool scenario_load(const char* path, world_settings_t* world, findings_t* findings);

/// "estop_pressed", "device_silent drive_3", "force_bias z 30", "body_shift 0.02": the event, then
/// its device or axis and its magnitude in SI units where it has them, one space between. False,
/// with `event` untouched, for anything else. Its time is 0, for an injection. Kinds of every home
/// are read.
bool scenario_event_from_line(const char* line, const machine_settings_t* machine,
                              world_event_t* event);

/// The record of the kind, for `knead schema scenario`.
const record_t* scenario_record(void);

#endif
