/// Scenarios: what happens to the world and when, as a YAML file of kind `scenario`, and as a typed
/// line.
#ifndef KNEAD_SIM_SCENARIO_H
#define KNEAD_SIM_SCENARIO_H

#include "config/fields.h"
#include "sim/world.h"

/// How a run under a scenario is to end, weakest first.
#define SCENARIO_ENDING_LIST(X)                                                                    \
    X(SCENARIO_ENDING_FINISHED, "finished")   /* the routine plays to its end */                   \
    X(SCENARIO_ENDING_LIFT, "lift")           /* the tool rises and waits */                       \
    X(SCENARIO_ENDING_YIELD, "yield")         /* away from the body, then a controlled stop */     \
    X(SCENARIO_ENDING_STOP, "stop")           /* a controlled stop */                              \
    X(SCENARIO_ENDING_POWER_OFF, "power_off") /* power is cut at once */
typedef enum {
#define X(id, text) id,
    SCENARIO_ENDING_LIST(X)
#undef X
} scenario_ending_t;
#define SCENARIO_ENDING_COUNT 5
const char* scenario_ending_text(scenario_ending_t ending);

typedef struct {
    char name[NAME_CAPACITY];
    char meaning[TEXT_CAPACITY];
    scenario_ending_t expect;
    int event_count;
    world_event_t events[WORLD_EVENT_CAPACITY]; // as written
} scenario_t;

/// Reads a scenario against the machine whose devices it names. On failure `scenario` is untouched.
bool scenario_read(const char* path, const machine_settings_t* machine, scenario_t* scenario,
                   findings_t* findings);

/// Reads a scenario and adds its events to those of `world`, whose machine must be set. On failure,
/// and where there is no room for all of them, `world` is untouched.
bool scenario_load(const char* path, world_settings_t* world, findings_t* findings);

/// "estop_pressed", "device_silent drive_3", "force_bias z 30", "body_shift 0.02": the event, then
/// its device or axis and its magnitude in SI units where it has them, one space between. False, with `event` untouched, for anything else. Its
/// time is 0, for an injection.
bool scenario_event_from_line(const char* line, const machine_settings_t* machine,
                              world_event_t* event);

/// The record of the kind, for `knead schema scenario`.
const record_t* scenario_record(void);

#endif
