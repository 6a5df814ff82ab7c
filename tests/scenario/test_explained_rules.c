/// Provokes every rule of the judge and checks what `knead why` would say of it: the rule, what was
/// measured and what was allowed with its unit, the joint, device, axis, part or region, and the
/// line of the routine. What is expected comes from the fault and from the files, as plain numbers,
/// never from the code that explains. With a rule's name as its argument it plays that rule only.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "controller/campaign/scenario_run.h"
#include "controller/cli/assembly.h"
#include "controller/explain/explain_print.h"
#include "controller/loop.h"
#include "controller/operator.h"
#include "tests/support/replay_witness.h"

#define SEED 11
#define AFTER_US INT64_C(1000000)       // a run goes on so long after it has come to its end
#define NEVER_READY_US INT64_C(1000000) // of a run that is not armed
#define RUN_MAX_US INT64_C(200000000)
#define EXCHANGE_TIMEOUT_US INT64_C(1000000)
#define ROUTINE "routines/library/short-back.yaml"

typedef struct room room_t;

typedef struct {
    interlock_rule_t rule;
    // What provokes it: a fault as it would be typed, from then on a hook in every period, before
    // the bus is asked, or one that touches what the controller is about to read.
    const char* event;
    void (*hook)(room_t* room);
    void (*feed)(room_t* room, cycle_input_t* in);
    // When: `after_s` after the phase was first entered, with `step` once it is that step's;
    // RUN_PHASE_NONE: at that time of the run.
    run_phase_t phase;
    int step;
    double after_s;
    bool stopped; // somebody stops it `stopped_after_s` later: the rule tells only then
    double stopped_after_s;
    bool yields; // the arm yields already, for another cause
    // What has to be told: without a unit no figures; the place and the words have to be in it.
    const char* unit;
    double measured, measured_within;
    double allowed, allowed_within;
    const char* where;
    const char* words;
    int line; // of the routine's file
} row_t;

struct room {
    const row_t* row;
    assembly_t* assembly;
    cycle_state_t state;
    cycle_output_t last;
    explain_t* explain;
    replay_witness_t replay;
    scenario_run_t staged;
    operator_t automatic;
    int64_t now_us;
    int64_t phase_us; // when the phase began; -1 before
    int64_t began_us; // when the onset came; -1 before
    int periods;      // since then
    bool stop_asked;
    bool was_powered;
    int64_t over_us;
};

// ----------------------------------------------------------------------------- what provokes rules

/// A word of the controller's memory is another: the mode.
static void turn_mode(room_t* room)
{
    if (room->periods == 0) {
        room->state.mode = MODE_ARMED;
    }
}

/// The last command.
static void turn_command(room_t* room)
{
    if (room->periods == 0) {
        room->state.command.position[2] = 1.0;
    }
}

/// How long the session has lasted.
static void age_session(room_t* room)
{
    if (room->periods == 0) {
        room->state.session_us = INT64_C(5400000000);
    }
}

/// What the inverse kinematics left over.
static void leave_path(room_t* room)
{
    room->state.path_error_m = 0.0123;
}

static void shorten_rail(room_t* room)
{
    room->assembly->session.limits.joints[0].measured_max = 0.5;
    judge_limits_seal(&room->assembly->session.limits);
}

static void lower_workspace(room_t* room)
{
    room->assembly->session.limits.workspace_max_m[2] = 0.3;
    judge_limits_seal(&room->assembly->session.limits);
}

static void shorten_dwell(room_t* room)
{
    room->assembly->session.limits.dwell_time_max_us = 20000;
    judge_limits_seal(&room->assembly->session.limits);
}

/// A region may get less than it was thought to.
static void lower_caps(room_t* room)
{
    for (int region = 0; region < REGION_CAPACITY; region++) {
        room->assembly->body_settings.regions[region].force_max_N.value = 4.0;
    }
}

/// As if the model of the arm had been too slim.
static void widen_upper_arm(room_t* room)
{
    room->assembly->session.pairs.radius_m[2] = 0.30f;
}

static void widen_forearm(room_t* room)
{
    room->assembly->session.chain.link_radius_m[5] = 0.40;
}

/// The client lies so high that 30 mm are left under the tool.
static void raise_client(room_t* room)
{
    if (room->periods == 0) {
        surface_t* surface = &room->assembly->body.surface;
        const float rise_m = (float)(room->last.estimate.surface_gap_m - 0.030);
        for (int row = 0; row < surface->row_count; row++) {
            for (int column = 0; column < surface->column_count; column++) {
                surface->height_m[row][column] += rise_m;
            }
        }
    }
}

static void feed_no_number(room_t* room, cycle_input_t* in)
{
    (void)room;
    in->feedback.drives[3].position = (double)NAN;
}

/// The position wanders off, and the speed does not say so.
static void feed_wandering(room_t* room, cycle_input_t* in)
{
    in->feedback.drives[3].position += 0.001 * room->periods;
}

static void feed_overload(room_t* room, cycle_input_t* in)
{
    (void)room;
    in->feedback.force.force_N[1] = -326.0;
}

static void feed_fast_joint(room_t* room, cycle_input_t* in)
{
    (void)room;
    in->feedback.drives[2].velocity = 2.5;
}

static void feed_fast_rail(room_t* room, cycle_input_t* in)
{
    (void)room;
    in->feedback.drives[0].velocity = 0.5;
}

/// The clock goes back by 6 ms, once.
static void feed_clock_back(room_t* room, cycle_input_t* in)
{
    in->now_us -= room->periods == 1 ? 6000 : 0;
}

// Every second sample is lost.
static void feed_drive_losses(room_t* room, cycle_input_t* in)
{
    in->feedback.drives[3].age_us = room->periods % 2 != 0 ? 4000 : 0;
}

static void feed_force_losses(room_t* room, cycle_input_t* in)
{
    in->feedback.force.age_us = room->periods % 2 != 0 ? 4000 : 0;
}

static void feed_io_losses(room_t* room, cycle_input_t* in)
{
    in->feedback.io.age_us = room->periods % 2 != 0 ? 4000 : 0;
}

/// The client pressed the button; the drives push against nothing, and 0.2 s later something
/// presses on the tool.
static void feed_pressed_again(room_t* room, cycle_input_t* in)
{
    in->feedback.io.client_button_released = room->periods > 10;
    in->feedback.drives[2].effort += 60.0;
    in->feedback.force.force_N[2] -= room->periods >= 50 ? 40.0 : 0.0;
}

#define LEFT "erector_spinae_lumbar.left"
#define IN_CONTACT .phase = RUN_PHASE_CONTACT, .after_s = 2.0, .line = 13
#define IN_TRANSIT .phase = RUN_PHASE_TRANSIT, .after_s = 1.0, .line = 13
#define STOPPED_IN_TRANSIT IN_TRANSIT, .stopped = true
#define FIGURES(u, m, mw, a, aw)                                                                   \
    .unit = (u), .measured = (m), .measured_within = (mw), .allowed = (a), .allowed_within = (aw)

// Limits are those of config/safety/default.yaml and config/machines/rail6.yaml, lines those of
// routines/library/short-back.yaml.
static const row_t rows[] = {
    {INTERLOCK_LIMITS_INTACT, .event = "host_limits_flip 700", IN_CONTACT,
     .words = "limits that the controller compares with"},
    {INTERLOCK_ARMED_FIRST, .hook = turn_mode, .after_s = 0.15, .line = 13,
     .words = "nobody had armed"},
    {INTERLOCK_ESTOP, .event = "estop_pressed", IN_CONTACT, .where = "'io'", .words = "emergency"},
    {INTERLOCK_FINITE, .feed = feed_no_number, IN_CONTACT, .where = "'drive_3'",
     .words = "position"},
    {INTERLOCK_COMMAND_RANGE, .hook = turn_command, IN_CONTACT,
     FIGURES("rad", 1.0, 0, 0.785398, 1e-6), .where = "'joint_2'", .words = "the place"},
    {INTERLOCK_ENCODER_JUMP, .event = "encoder_jump drive_3 0.3", IN_CONTACT,
     FIGURES("rad", 0.3, 2e-3, 0.0198496, 1e-6), .where = "'drive_3' of joint 'joint_3'"},
    {INTERLOCK_ENCODER_DISAGREES, .feed = feed_wandering, IN_CONTACT,
     FIGURES("rad", 0.0178, 4e-4, 0.0174533, 1e-6), .where = "'drive_3' of joint 'joint_3'"},
    {INTERLOCK_JOINT_POSITION, .hook = shorten_rail, .line = 13, FIGURES("m", 0.85, 1e-3, 0.5, 0),
     .where = "'rail'"},
    {INTERLOCK_JOINT_SPEED, .feed = feed_fast_joint, IN_CONTACT,
     FIGURES("rad/s", 2.5, 0, 2.303835, 1e-5), .where = "'joint_2'"},
    {INTERLOCK_SPEED_FOLLOWING, .event = "drive_runaway drive_2 0.3", IN_CONTACT,
     FIGURES("rad/s", 0.3, 0.08, 0.167552, 1e-6), .where = "'joint_2'"},
    {INTERLOCK_DRIVE_DEAF, .event = "drive_runaway drive_1 0.1", .phase = RUN_PHASE_ARMED,
     .after_s = 0.02, .line = 13, .stopped = true, .stopped_after_s = 0.06,
     FIGURES("rad/s", 0.1, 0.02, 0.07, 0.03), .where = "'joint_1'", .words = "told to stop"},
    {INTERLOCK_DRIVE_SYNC, .event = "drive_stuck_state drive_4", STOPPED_IN_TRANSIT,
     FIGURES("s", 0.012, 0.004, 0.008, 0), .where = "'drive_4'"},
    {INTERLOCK_POWER_RELAY, .event = "relay_stuck", STOPPED_IN_TRANSIT,
     FIGURES("s", 0.104, 1e-6, 0.1, 1e-9), .where = "'io'", .words = "power relay"},
    {INTERLOCK_BRAKE_SLIPS, .event = "brake_slips drive_3 0.08", STOPPED_IN_TRANSIT,
     FIGURES("m", 0.004, 0.002, 0.002, 0), .words = "brakes"},
    {INTERLOCK_CLOCK, .feed = feed_clock_back, IN_CONTACT, FIGURES("s", -0.002, 1e-6, 0.012, 1e-9),
     .words = "went back by 2 ms"},
    {INTERLOCK_OVERRUN, .event = "host_overrun 0.006", IN_CONTACT, FIGURES("periods", 6, 0, 5, 0)},
    {INTERLOCK_IO_AGE, .event = "device_silent io", IN_CONTACT, FIGURES("s", 0.024, 1e-6, 0.02, 0),
     .where = "I/O coupler 'io' (127.0.0.1:15028 unit 9)", .words = "24 ms old, allowed 20 ms"},
    {INTERLOCK_CLIENT_BUTTON, .event = "button_pressed", .phase = RUN_PHASE_CONTACT, .step = 4,
     .after_s = 3.0, .line = 25, .where = "'io'", .words = "client pressed"},
    {INTERLOCK_CLIENT_PRESENT, .event = "client_leaves", IN_CONTACT, .where = "'io'",
     .words = "nobody lies"},
    {INTERLOCK_DRIVE_AGE, .event = "device_silent drive_3", IN_CONTACT,
     FIGURES("s", 0.024, 1e-6, 0.02, 0),
     .where = "drive 'drive_3' of joint 'joint_3' (127.0.0.1:15023 unit 4)",
     .words = "24 ms old, allowed 20 ms"},
    {INTERLOCK_SAMPLE_LOSS, .feed = feed_drive_losses, IN_CONTACT,
     FIGURES("samples", 12.5, 0.5, 12, 0), .where = "'drive_3'"},
    {INTERLOCK_SAMPLE_LOSS, .feed = feed_force_losses, IN_CONTACT,
     FIGURES("samples", 12.5, 0.5, 12, 0), .where = "'force'"},
    {INTERLOCK_SAMPLE_LOSS, .feed = feed_io_losses, IN_CONTACT,
     FIGURES("samples", 12.5, 0.5, 12, 0), .where = "'io'"},
    {INTERLOCK_DRIVE_STATE, .event = "drive_fault drive_3", .phase = RUN_PHASE_CONTACT, .step = 5,
     .after_s = 3.0, .line = 32, .where = "'drive_3' of joint 'joint_3'", .words = "0x2310"},
    {INTERLOCK_ENCODER_FROZEN, .event = "encoder_freeze drive_2", IN_CONTACT,
     FIGURES("Nm", 85, 15, 70, 1e-9), .where = "'drive_2'", .words = "its effort changed by"},
    {INTERLOCK_FOLLOWING, .event = "drive_deaf drive_2", IN_CONTACT,
     FIGURES("rad", 0.0355, 6e-4, 0.0349066, 1e-3), .where = "'joint_2'"},
    {INTERLOCK_FORCE_AGE, .event = "device_silent force", IN_CONTACT,
     FIGURES("s", 0.024, 1e-6, 0.02, 0), .where = "force sensor 'force' (127.0.0.1:15027 unit 8)",
     .words = "24 ms old, allowed 20 ms"},
    {INTERLOCK_FORCE_STATUS, .event = "force_status", .phase = RUN_PHASE_CONTACT, .step = 3,
     .after_s = 3.0, .line = 19, .where = "'force'"},
    {INTERLOCK_FORCE_SATURATED, .feed = feed_overload, IN_CONTACT,
     FIGURES("of its range", 326.0 / (0.98 * 327.67), 1e-6, 1, 0),
     .where = "axis y of the force sensor"},
    {INTERLOCK_FORCE_FROZEN, .event = "force_freeze", IN_CONTACT, FIGURES("samples", 9, 0, 8, 0),
     .where = "'force'"},
    {INTERLOCK_FORCE_AXIS_FROZEN, .event = "force_steps 2", IN_CONTACT,
     FIGURES("samples", 21, 0, 20, 0), .where = "axis x of the force sensor"},
    {INTERLOCK_FORCE_NOISE, .event = "force_noise 3", IN_TRANSIT, FIGURES("N", 1.65, 0.15, 1.5, 0),
     .where = "'force'"},
    {INTERLOCK_FORCE_DIRECTION, .event = "force_drift x 20", IN_CONTACT, FIGURES("N", 5, 4, 6, 4),
     .where = "'force'"},
    {INTERLOCK_FORCE_DRIFT, .event = "force_bias x 4", IN_TRANSIT, FIGURES("N", 3.1, 0.1, 3, 0),
     .where = "'force'"},
    {INTERLOCK_FORCE_DISAGREES, .event = "force_drift z 4", IN_CONTACT, FIGURES("N", 14, 4, 12, 4),
     .where = "'force'"},
    {INTERLOCK_ENTANGLED, .event = "client_tether 2000", .phase = RUN_PHASE_RETRACT, .line = 13,
     FIGURES("N", 10.6, 0.6, 10, 0), .where = LEFT},
    {INTERLOCK_FORCE_RETURNS, .feed = feed_pressed_again, IN_CONTACT, .yields = true,
     FIGURES("N", 40, 2, 22.5, 0), .where = LEFT, .words = "let the body go"},
    {INTERLOCK_FORCE_CAP, .hook = lower_caps, .phase = RUN_PHASE_CONTACT, .after_s = 4.0,
     .line = 13, FIGURES("N", 4.5, 0.5, 4, 0), .where = LEFT},
    {INTERLOCK_FORCE_MAX, .event = "force_bias z 70", IN_CONTACT, FIGURES("N", 70, 8, 60, 0),
     .where = LEFT},
    {INTERLOCK_FORCE_MARGIN, .event = "client_pushes_up 0.15", IN_CONTACT,
     FIGURES("N", 17, 4, 12.5, 0.5), .where = LEFT},
    {INTERLOCK_FORCE_ENVELOPE, .event = "body_shift 0.1", .phase = RUN_PHASE_CONTACT, .step = 4,
     .after_s = 4.0, .line = 25, FIGURES("N", 66, 6, 60, 0), .where = "gluteus.left"},
    {INTERLOCK_FORCE_FREE, .event = "force_bias x 10", IN_TRANSIT, FIGURES("N", 10, 0.6, 8, 0)},
    {INTERLOCK_FORCE_RATE, .event = "force_bias z 30", IN_CONTACT,
     FIGURES("N/s", 2500, 200, 410, 10), .where = LEFT},
    {INTERLOCK_SHEAR, .event = "client_grabs 40", IN_CONTACT, FIGURES("N", 40, 3, 25, 0),
     .where = LEFT},
    {INTERLOCK_TOOL_SPEED, .feed = feed_fast_rail, IN_TRANSIT,
     FIGURES("m/s", 0.5, 0.2, 0.325, 1e-6)},
    {INTERLOCK_WORKSPACE, .hook = lower_workspace, IN_TRANSIT, FIGURES("m", 0.56, 0.05, 0.3, 0),
     .where = "z"},
    {INTERLOCK_CONTACT_LOST, .event = "client_gone_unseen", IN_CONTACT,
     FIGURES("s", 0.304, 1e-6, 0.3, 0), .where = LEFT},
    {INTERLOCK_DWELL, .hook = shorten_dwell, IN_CONTACT, FIGURES("s", 0.07, 0.06, 0.02, 0),
     .where = LEFT},
    {INTERLOCK_SURFACE_MISSED, .event = "client_gone_unseen", .phase = RUN_PHASE_APPROACH,
     .line = 13, FIGURES("m", 0.0401, 1e-4, 0.04, 0), .where = LEFT},
    {INTERLOCK_LINK_CLEARANCE, .hook = widen_forearm, IN_CONTACT, FIGURES("m", 0, 0.5, 0.015, 0),
     .where = "link joint_5"},
    {INTERLOCK_ARM_CLEARANCE, .hook = widen_upper_arm, IN_CONTACT,
     FIGURES("m", -0.027, 0.01, 0.010, 0), .where = "link joint_2 and the table top"},
    {INTERLOCK_REACH, .hook = leave_path, IN_CONTACT, FIGURES("m", 0.0123, 0, 0.010, 0)},
    {INTERLOCK_NOT_CLEAR, .hook = raise_client, .phase = RUN_PHASE_ARMING, .line = 13,
     FIGURES("m", 0.030, 5e-4, 0.040, 0)},
    {INTERLOCK_TARE, .event = "tool_heavier 1", .line = 13, FIGURES("N", 9.81, 0.6, 5, 0),
     .where = "'force'"},
    {INTERLOCK_ARMING_TIME, .event = "drive_stuck_state drive_4", .line = 13,
     FIGURES("s", 3.004, 1e-6, 3, 0), .where = "'drive_4'", .words = "not ready"},
    {INTERLOCK_SESSION_TIME, .hook = age_session, IN_CONTACT,
     FIGURES("s", 5400.002, 0.003, 5400, 0)},
};

// ------------------------------------------------------------------------------------- the playing

/// Whether the row's provocation has begun.
static void look_for_onset(room_t* room, const cycle_output_t* last)
{
    const row_t* row = room->row;
    const session_t* session = &room->assembly->session;
    const bool anywhere = row->phase == RUN_PHASE_NONE;
    const int item = last != NULL ? last->target.item : -1;
    const bool step =
        row->step == 0 || (item >= 0 && item < session->routine->item_count &&
                           session->routine->items[item].stroke.step == row->step - 1);
    const bool here =
        anywhere || (last != NULL && scenario_run_phase(last->mode) == row->phase && step);
    if (room->phase_us < 0 && here) {
        room->phase_us = room->now_us;
    }
    const int64_t after_us = (int64_t)(row->after_s * 1e6);
    if (room->began_us < 0 && room->phase_us >= 0 && room->now_us - room->phase_us >= after_us) {
        room->began_us = room->now_us;
    }
}

static asked_t ask(void* context, const cycle_output_t* last, int64_t now_us)
{
    (void)now_us; // the controller's clock may be wrong
    room_t* room = context;
    const row_t* row = room->row;
    asked_t asked = {0, 0};
    room->now_us = world_now_us(room->staged.world);
    look_for_onset(room, last);
    if (room->began_us >= 0 && row->hook != NULL) {
        row->hook(room); // may reach into state and session, which no record knows
        replay_witness_stop(&room->replay);
    }
    if (room->began_us >= 0) {
        const int64_t stopped_us = (int64_t)(row->stopped_after_s * 1e6);
        if (row->stopped && !room->stop_asked && room->now_us - room->began_us >= stopped_us) {
            room->stop_asked = true;
            asked.requests |= REQUEST_STOP;
        }
        room->periods++;
    }
    asked.requests |= operator_requests(&room->automatic, last, room->assembly->session.period_us);
    asked.requests |= scenario_run_before_exchange(&room->staged, last);
    return asked;
}

static bool observe(void* context, const cycle_input_t* in, const cycle_output_t* out,
                    const bus_frame_t* frame)
{
    (void)frame;
    room_t* room = context;
    static cycle_record_t record;
    cycle_record_make(in, out, &record);
    replay_witness_see(&room->replay, &room->assembly->session, in, out);
    explain_observe(room->explain, &record);
    scenario_run_after_step(&room->staged, out);
    room->was_powered = room->was_powered || supervisor_mode_powered(out->mode);
    const bool ended =
        out->mode == MODE_PARKED || out->mode == MODE_TRIPPED || out->mode == MODE_LOCKED;
    const bool over = room->was_powered ? ended : room->now_us > NEVER_READY_US;
    room->over_us = over ? room->over_us + room->assembly->session.period_us : 0;
    room->last = *out;
    return room->over_us < AFTER_US && room->now_us < RUN_MAX_US;
}

/// The loop with a hand on the feedback.
static void loop_fed(room_t* room, fieldbus_t* bus, timebase_t timebase)
{
    const session_t* session = &room->assembly->session;
    static cycle_input_t in;
    static cycle_output_t out;
    memset(&in, 0, sizeof in);
    bool going = true;
    for (in.cycle = 0; going; in.cycle++) {
        in.now_us = timebase.vtable->now_us(timebase.context);
        in.requests = ask(room, in.cycle > 0 ? &out : NULL, in.now_us).requests;
        fieldbus_exchange(bus, &room->state.command, in.now_us, &in.feedback);
        if (room->began_us >= 0) {
            room->row->feed(room, &in);
        }
        cycle_step(session, &room->state, &in, &out);
        going = observe(room, &in, &out, NULL);
        going =
            timebase.vtable->sleep_until(timebase.context, in.now_us + session->period_us) && going;
    }
}

static run_verdict_t verdict_of(const room_t* room)
{
    return !room->was_powered               ? VERDICT_FAILED
           : room->last.mode == MODE_PARKED ? VERDICT_FINISHED
                                            : VERDICT_STOPPED;
}

/// The scenario that a row's event is.
static void stage(const row_t* row, assembly_t* assembly)
{
    scenario_t* scenario = &assembly->scenario;
    assembly->expects = true;
    if (row->event == NULL) {
        return;
    }
    assert_true(scenario_event_from_line(row->event, &assembly->machine, &scenario->events[0]));
    scenario->event_count = 1;
    const int64_t after_us = (int64_t)(row->after_s * 1e6);
    onset_t* onset = &scenario->onsets[0];
    *onset = (onset_t){.kind = ONSET_PHASE, .phase = row->phase, .nth = 1, .after_us = after_us};
    if (row->phase == RUN_PHASE_NONE) {
        *onset = (onset_t){.kind = ONSET_AT, .at_us = after_us};
    } else if (row->step > 0) {
        *onset = (onset_t){.kind = ONSET_STEP, .step = row->step, .after_us = after_us};
    }
    scenario->events[0].at_us = onset->at_us;
}

static assembly_t* load(const row_t* row)
{
    options_t options = {0};
    options.whole[OPTION_SEED] = SEED;
    assembly_t* assembly = assembly_create();
    assert_non_null(assembly);
    const bool loaded = assembly_load_table(assembly, &options) &&
                        assembly_load_routine(assembly, ROUTINE) &&
                        assembly_build_session(assembly);
    if (!loaded) {
        findings_print(&assembly->findings, stderr);
    }
    assert_true(loaded);
    stage(row, assembly);
    assert_true(assembly_build_run_world(assembly, &options));
    return assembly;
}

/// Plays a row. Explanation and assembly stay in the room, to be destroyed.
static void play(const row_t* row, room_t* room)
{
    static fieldbus_t bus;
    memset(room, 0, sizeof *room);
    room->row = row;
    room->assembly = load(row);
    room->phase_us = room->began_us = -1;
    session_t* session = &room->assembly->session;
    world_t* world = world_create(&room->assembly->world);
    room->explain = explain_create(session);
    assert_true(world != NULL && room->explain != NULL);
    assert_true(scenario_run_begin(&room->staged, &room->assembly->scenario, session, world, SEED,
                                   &session->limits, sizeof session->limits));
    const port_t port = scenario_run_port(&room->staged);
    const timebase_t timebase = scenario_run_timebase(&room->staged);
    fieldbus_findings_t findings = {0};
    assert_true(fieldbus_init(&bus, &port, session->machine, EXCHANGE_TIMEOUT_US, &findings));
    assert_true(fieldbus_configure(&bus, EXCHANGE_TIMEOUT_US, &findings));
    cycle_begin(&room->state);
    if (row->feed != NULL) {
        loop_fed(room, &bus, timebase);
    } else {
        const loop_client_t client = {.context = room, .ask = ask, .observe = observe};
        loop_timing_t timing;
        (void)loop_run(session, &bus, timebase, &client, &room->state, &timing);
    }
    replay_witness_tell(&room->replay);
    explain_settle(room->explain, true, verdict_of(room), "");
    fieldbus_close(&bus);
    scenario_run_end(&room->staged);
    world_destroy(world);
}

// ------------------------------------------------------------------------------------ the judging

static bool near(double found, double expected, double within)
{
    return fabs(found - expected) <= within;
}

/// A figure that stops the arm is on the wrong side of the other.
static bool figures_told(const row_t* row, const explain_fault_t* fault)
{
    if (row->unit == NULL) {
        return !fault->figures_known && fault->unit[0] == '\0';
    }
    const bool violated = fault->rule == INTERLOCK_CLOCK || // which may go back, too
                          (fault->sense == SENSE_AT_LEAST ? fault->measured < fault->allowed
                                                          : fault->measured > fault->allowed);
    return fault->figures_known && violated && strcmp(fault->unit, row->unit) == 0 &&
           near(fault->measured, row->measured, row->measured_within) &&
           near(fault->allowed, row->allowed, row->allowed_within);
}

static const char* rule_name(int rule)
{
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)rule);
    return info != NULL ? info->name : "none";
}

/// The judge latched the same rule, and whoever stood beside the run saw it stop by the same.
static bool witnessed(const room_t* room, const explanation_t* explanation)
{
    const int cause = explanation->cause.rule;
    const bool stopped = room->staged.measured.stop_us >= 0;
    return room->row->stopped || room->row->yields || !stopped ||
           (room->staged.measured.rule == cause && room->state.interlock.first_rule == cause);
}

static bool check(const room_t* room, const explanation_t* explanation)
{
    const row_t* row = room->row;
    // Rules that judge only how the arm stops are told beside what stopped it, as faults of their
    // own.
    const explain_fault_t* own = explain_own_fault(explanation);
    const bool beside = row->stopped || row->yields;
    static const explain_fault_t nothing = {.rule = -1};
    const explain_fault_t* fault = !beside ? &explanation->cause : own != NULL ? own : &nothing;
    const bool rule = fault->rule == (int)row->rule &&
                      fault->role == (beside ? EXPLAIN_BY_ITSELF : EXPLAIN_CAUSE) &&
                      (!row->stopped || explanation->asked.index == REQUEST_STOP_INDEX) &&
                      witnessed(room, explanation);
    const bool figures = figures_told(row, fault);
    const bool where =
        row->where == NULL ? fault->place[0] == '\0' : strstr(fault->place, row->where) != NULL;
    const bool words = row->words == NULL || strstr(fault->sentence, row->words) != NULL ||
                       strstr(fault->note, row->words) != NULL;
    const int line = explanation->step.known ? explanation->step.line : 0;
    const bool good = rule && figures && where && words && line == row->line;
    print_message("%s %-18s %10.5g > %-9.5g %-12s line %2d  %s%s%s\n", good ? "ok " : "BAD",
                  rule_name(fault->rule), fault->measured, fault->allowed, fault->unit, line,
                  fault->sentence, fault->note[0] != '\0' ? "; " : "", fault->note);
    if (!good) {
        print_error("    wanted: %s %.6g / %.6g %s at '%s' line %d; wrong:%s%s%s%s%s\n",
                    rule_name((int)row->rule), row->measured, row->allowed,
                    row->unit != NULL ? row->unit : "-", row->where != NULL ? row->where : "",
                    row->line, rule ? "" : " rule", figures ? "" : " figures",
                    where ? "" : " place", words ? "" : " words", line == row->line ? "" : " line");
    }
    return good;
}

static const char* asked_rule; // NULL: every one

static void every_rule_is_told_with_its_figures_place_and_line(void** context)
{
    (void)context;
    static room_t room;
    int bad = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (asked_rule != NULL && strcmp(asked_rule, rule_name((int)rows[i].rule)) != 0) {
            continue;
        }
        play(&rows[i], &room);
        bad += check(&room, explain_result(room.explain)) ? 0 : 1;
        explain_destroy(room.explain);
        assembly_destroy(room.assembly);
    }
    print_message("%zu rows for %d rules\n", sizeof rows / sizeof rows[0], INTERLOCK_RULE_COUNT);
    assert_int_equal(bad, 0);
}

static void every_rule_has_a_row(void** context)
{
    (void)context;
    interlock_rules_t rowed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        rowed |= INTERLOCK_RULE(rows[i].rule);
    }
    for (int rule = 0; rule < INTERLOCK_RULE_COUNT; rule++) {
        if ((rowed & INTERLOCK_RULE(rule)) == 0) {
            print_error("%s has no row\n", rule_name(rule));
        }
    }
    assert_true(rowed == INTERLOCK_RULE(INTERLOCK_RULE_COUNT) - 1);
}

int main(int count, char** words)
{
    asked_rule = count > 1 ? words[1] : NULL;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_a_row),
        cmocka_unit_test(every_rule_is_told_with_its_figures_place_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
