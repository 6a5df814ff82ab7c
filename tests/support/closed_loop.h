/// The whole program in one process, one period at a time: shipped or given files, the real cycle,
/// the real bus code, the virtual table, and the table's truth beside what the controller believes.
/// For tests that say something about every cycle of a run.
#ifndef KNEAD_TESTS_SUPPORT_CLOSED_LOOP_H
#define KNEAD_TESTS_SUPPORT_CLOSED_LOOP_H

#include "controller/bus/fieldbus.h"
#include "controller/cli/assembly.h"
#include "controller/cycle.h"
#include "controller/operator.h"
#include "sim/device_host.h"
#include "sim/world.h"
#include "tests/support/replay_witness.h"
#include "tests/support/true_client.h"

typedef struct closed_loop closed_loop_t;

struct closed_loop {
    assembly_t* assembly;
    world_t* world;
    device_host_t host;
    fieldbus_t bus;
    cycle_state_t state;
    operator_t automatic;
    uint32_t extra_requests; // added to the automatic operator's, for one period
    int extra_level;         // of intensity, where that is among them
    bool unattended;         // no automatic operator
    cycle_input_t in;        // of the last period, as are the next two
    cycle_output_t out;
    world_truth_t truth; // when the input was read
    // Called after every step of the world, WORLD_STEP_US, where it is set.
    void (*watch)(closed_loop_t* loop, void* context);
    void* watch_context;
    surface_t* moving;       // the body that `closed_loop_rise` moves, or null
    true_client_t* person;   // who lies on the table where it is not the model's body; else null
    int redrawn;             // persons drawn before one lay within what the model states
    replay_witness_t replay; // of every cycle
    bool scanned;            // the landmarks alone were not enough for the routine
};

/// Any path may be null for the shipped default; `scenario` null for none. Fails the test on a
/// refused file.
closed_loop_t* closed_loop_open(const char* routine, const char* client, const char* scenario,
                                int64_t seed);

/// The same for a client who lies shifted and turned about C7, with all landmarks touched there.
closed_loop_t* closed_loop_open_turned(const char* routine, const char* client, int64_t seed,
                                       double x_m, double y_m, double turn_rad);

/// The same for a person who is not the model (true_client.h), drawn from the seed until one lies
/// within the stated uncertainty. He is registered by his landmarks and, if the routine is refused
/// for him then, by a scan as well. Null, with the findings printed, if the routine is refused for
/// him.
closed_loop_t* closed_loop_open_person(const char* routine, const char* client, int64_t seed);
void closed_loop_close(closed_loop_t* loop);

/// What a run may have that the shipped files do not say; 0 for as shipped.
typedef struct {
    double spring_N_per_m; // of the tool
    double tissue_N_per_m; // of all tissue, which gives like a spring then
    double rise_m;         // of the true body over where it would lie
    bool quiet;            // a sensor with next to no noise, a client who does not breathe
    bool moves;            // the body can be moved by `closed_loop_rise`
} closed_loop_altered_t;

/// The same as `closed_loop_open` with a table that was altered: the controller knows of the spring
/// alone.
closed_loop_t* closed_loop_open_altered(const char* routine, const char* scenario, int64_t seed,
                                        const closed_loop_altered_t* altered);

/// Lifts the whole body to `rise_m` over where it lay, at once: for motions of the client that are
/// played step by step from `watch`.
void closed_loop_rise(closed_loop_t* loop, double rise_m);

/// One period. False once the run is over: parked, or tripped after having been armed.
bool closed_loop_step(closed_loop_t* loop);

/// Steps until the mode is reached; false if the run is over before or it takes longer than
/// `limit_s`.
bool closed_loop_until(closed_loop_t* loop, supervisor_mode_t mode, double limit_s);

#endif
