/// Puts the parts of a run together: finds the shipped files, loads what the options name, and
/// builds body, routine, session and virtual world from it. One struct holds everything, `main`
/// owns it, and nothing in it is taken from the heap after its loading.
#ifndef KNEAD_CONTROLLER_CLI_ASSEMBLY_H
#define KNEAD_CONTROLLER_CLI_ASSEMBLY_H

#include "config/finding.h"
#include "config/settings.h"
#include "controller/cli/options.h"
#include "controller/cli/request_script.h"
#include "controller/record/inputs.h"
#include "controller/session.h"
#include "routines/approval.h"
#include "routines/body.h"
#include "routines/client_effects.h"
#include "routines/dose.h"
#include "routines/routine.h"
#include "routines/routine_check.h"
#include "sim/scenario.h"
#include "sim/world.h"

#define ASSEMBLY_PATH_CAPACITY 1024                          // bytes of a path, with its terminator
#define ASSEMBLY_SCREENING "config/screening/published.yaml" // where --screening names none

/// What is loaded stays where it is: session and world point into it.
typedef struct {
    findings_t findings; // of everything loaded so far
    inputs_t inputs;     // the files loaded so far, for the record
    char machine_path[ASSEMBLY_PATH_CAPACITY];
    char scan_path[ASSEMBLY_PATH_CAPACITY]; // of the client's scan, where it does not lie where his
                                            // file says; else empty
    machine_settings_t machine;
    safety_settings_t safety;
    body_settings_t body_settings;
    client_settings_t client;
    screening_settings_t screening;
    client_effects_t effects;                 // of the client's answers and wishes
    char ledger_path[ASSEMBLY_PATH_CAPACITY]; // of the client; empty where none is kept
    bool week_known;
    dose_sum_t week; // what the client got in the last seven days, where known
    body_t body;
    routine_t routine;
    approved_files_t files; // what an approval of the routine is bound to
    int pad_index;          // of the routine's pad on the machine's tool
    routine_figures_t figures;
    double check_processor_s; // that the check of the routine took
    session_t session;
    tissue_settings_t tissues[REGION_CAPACITY];
    world_settings_t world;
    request_script_t script; // requests at set times
    bool expects;            // a scenario was loaded, which says how the run is to end
    scenario_t scenario;
} assembly_t;

/// Null if memory is short.
assembly_t* assembly_create(void);
void assembly_destroy(assembly_t* assembly);

/// The path of a shipped file, `name` as it stands in the source tree (config/machines/rail6.yaml).
/// The tree is looked for in $KNEAD_DATA, the current folder, beside the program's build folder and
/// in
/// ../share/knead of the program, in this order; without any of them the path is the name alone, so
/// that the message about the missing file tells it. False if the path would pass `capacity`.
bool assembly_data_path(const char* name, char* path, size_t capacity);

/// The folder of the device profiles that belong to a machine's file: ../devices beside the file's
/// own folder if there is one, else the shipped one. False if the path would pass `capacity`.
bool assembly_device_directory(const char* machine_path, char* path, size_t capacity);

/// Loads the machine alone, as `--machine` names it or as shipped, and builds its arm with the pad
/// of `--pad`. False with findings if either was refused.
bool assembly_load_arm(assembly_t* assembly, const options_t* options, chain_t* chain);

/// Loads machine, safety limits, body map, screening list and client, as `options` name them or as
/// shipped, and builds the client's body. False with findings if any of it was refused.
bool assembly_load_table(assembly_t* assembly, const options_t* options);

/// Judges a client's file by the body map and the screening list that `options` name: what of it is
/// wrong is an error, what speaks against a session a warning. True without errors.
bool assembly_judge_client(assembly_t* assembly, const options_t* options,
                           const client_settings_t* client);

/// Reads what the client of the table got in the seven days before `now_s` (seconds since 1970):
/// from the ledger that `--ledger` names, or, where `own` says so, from the client's own in runs/.
/// Without either nothing is known and nothing will be written. False with findings where the
/// ledger can't be relied on; a torn line and a clock that was set back are warnings.
bool assembly_load_ledger(assembly_t* assembly, const options_t* options, bool own, int64_t now_s);

/// Whether the client's answers let a real machine start on day `today` (since 1970-01-01); false
/// with findings.
bool assembly_judge_screening(assembly_t* assembly, int today);

/// Loads a routine for the table loaded before, and nothing more: for a run that was played
/// already. False with findings if it was refused.
bool assembly_read_routine(assembly_t* assembly, const char* path);

/// Loads a routine for the table loaded before, and checks it against all of it: body, limits,
/// machine, the client's answers and wishes, and the dose, on top of the ledger where there is one;
/// and whether the machine's bus and drives allow contact work (`bus_admission.h`). Fills
/// `figures`.
/// False with findings if it was refused. May be called again for the next routine.
bool assembly_load_routine(assembly_t* assembly, const char* path);

/// Judges the approval of the routine that is loaded, which stands beside its file: `approval` is
/// what it says. False with findings if there is none, it can't be read, or it does not hold on the
/// machine that is loaded.
bool assembly_judge_approval(assembly_t* assembly, approval_t* approval);

/// Reads `--scenario` for a run: what is to happen and what is expected. Where the run is not
/// `in_process`, a scenario that a table behind sockets can't do is refused. False with findings.
bool assembly_load_expectation(assembly_t* assembly, const options_t* options, bool in_process);

/// Loads the requests of `--requests`. False with findings if the file was refused.
bool assembly_load_requests(assembly_t* assembly, const options_t* options);

/// Mounts the pad called `name`, or the machine's first where `name` is null; a routine that is
/// loaded names its own. False with a finding if there is none of that name.
bool assembly_choose_pad(assembly_t* assembly, const char* name);

/// Where the devices are instead of where the machine's file says: all at `host` unless that is
/// null, the first at `port_base` and the others behind it unless that is 0. Before the session is
/// built, so that every message names the address that was really used.
void assembly_move_devices(assembly_t* assembly, const char* host, int port_base);

/// Builds the session from what is loaded, a routine included. It begins with the intensity the
/// client likes. False with a finding if no session can be made of it.
bool assembly_build_session(assembly_t* assembly);

/// Builds the settings of the virtual world from what is loaded. The true client lies where the
/// model has him but for an error that `--seed` draws, as large as the body map says the
/// registration's may be. Loads `--scenario`. False with findings if that was refused.
bool assembly_build_world(assembly_t* assembly, const options_t* options);

/// The same for a run in this process: the scenario has been loaded for it, and only the events
/// that are the world's own are given to it.
bool assembly_build_run_world(assembly_t* assembly, const options_t* options);

#endif
