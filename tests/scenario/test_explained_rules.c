/// Provokes every rule of the judge and checks what `knead why` would say of it: the rule, what was
/// measured and what was allowed with its unit, the joint, device, axis, part or region, and the
/// line of the routine. What is expected comes from the fault and from the files, as plain numbers,
/// never from the code that explains.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "controller/campaign/scenario_run.h"
#include "controller/cli/assembly.h"
#include "controller/loop.h"
#include "controller/operator.h"
#include "controller/record/explain_print.h"

#define SEED 11
#define AFTER_US INT64_C(1000000) // a run goes on so long after it has come to its end
#define RUN_MAX_US INT64_C(200000000)
#define ROUTINE "routines/library/short-back.yaml"

typedef struct room room_t;

typedef struct {
    interlock_rule_t rule;
    const char* event; // as typed, or null
    run_phase_t phase; // in which it begins; RUN_PHASE_NONE: at `after_s` of the run
    double after_s;
    void (*hook)(room_t* room); // called in every period from then on, or null
    uint32_t asked;             // by somebody, once, `asked_after_s` after that
    double asked_after_s;
    explain_role_t role;
    double measured, tolerance; // NaN: not known or yes or no
    double allowed, allowed_tolerance;
    const char* unit;
    const char* where; // must stand in the place
    const char* text;  // must stand in the sentence or the note
    int line;          // of the routine's step; 0: there is none
} row_t;

struct room {
    const row_t* row;
    assembly_t* assembly;
    cycle_state_t* state;
    explain_t* explain;
    scenario_run_t staged;
    operator_t automatic;
    int64_t began_us; // when the row's onset came, -1 before
    int64_t now_us;
    bool asked_done;
    bool was_powered;
    int64_t over_us;
    int hooked;
    supervisor_mode_t mode;
};

#include "tests/scenario/explained_rows.h"

static bool onset_reached(const room_t* room, const cycle_output_t* last, int64_t since_phase_us)
{
    (void)last;
    return since_phase_us >= (int64_t)(room->row->after_s * 1e6);
}

static asked_t ask(void* context, const cycle_output_t* last, int64_t now_us)
{
    (void)now_us;
    room_t* room = context;
    static int64_t phase_us; // since the phase was first entered
    const row_t* row = room->row;
    room->now_us = world_now_us(room->staged.world);
    if (last == NULL) {
        phase_us = -1;
    }
    const bool here =
        row->phase == RUN_PHASE_NONE || (last != NULL && scenario_run_phase(last->mode) == row->phase);
    if (phase_us < 0 && here) {
        phase_us = room->now_us;
    }
    if (room->began_us < 0 && phase_us >= 0 &&
        onset_reached(room, last, room->now_us - phase_us)) {
        room->began_us = room->now_us;
    }
    uint32_t asked = 0;
    if (room->began_us >= 0) {
        if (row->hook != NULL) {
            row->hook(room);
        }
        room->hooked++;
        if (row->asked != 0 && !room->asked_done &&
            room->now_us - room->began_us >= (int64_t)(row->asked_after_s * 1e6)) {
            room->asked_done = true;
            asked = row->asked;
        }
    }
    return (asked_t){
        .requests = asked |
                    operator_requests(&room->automatic, last, room->assembly->session.period_us) |
                    scenario_run_before_exchange(&room->staged, last)};
}

static bool observe(void* context, const cycle_input_t* in, const cycle_output_t* out,
                    const bus_frame_t* frame)
{
    (void)frame;
    room_t* room = context;
    static cycle_record_t record;
    cycle_record_make(in, out, &record);
    explain_observe(room->explain, &record);
    scenario_run_after_step(&room->staged, out);
    room->was_powered = room->was_powered || supervisor_mode_powered(out->mode);
    const bool over =
        out->mode == MODE_PARKED ||
        (room->was_powered && (out->mode == MODE_TRIPPED || out->mode == MODE_LOCKED)) ||
        (!room->was_powered && room->now_us > INT64_C(6000000));
    room->over_us = over ? room->over_us + room->assembly->session.period_us : 0;
    room->mode = out->mode;
    return room->over_us < AFTER_US && room->now_us < RUN_MAX_US;
}

static run_verdict_t verdict_of(const room_t* room)
{
    return !room->was_powered              ? VERDICT_FAILED
           : room->mode == MODE_PARKED ? VERDICT_FINISHED
                                       : VERDICT_STOPPED;
}

/// The scenario that a row's event is.
static void stage(const row_t* row, assembly_t* assembly)
{
    scenario_t* scenario = &assembly->scenario;
    memset(scenario, 0, sizeof *scenario);
    if (row->event == NULL) {
        return;
    }
    assert_true(scenario_event_from_line(row->event, &assembly->machine, &scenario->events[0]));
    scenario->event_count = 1;
    scenario->onsets[0] =
        row->phase == RUN_PHASE_NONE
            ? (onset_t){.kind = ONSET_AT, .at_us = (int64_t)(row->after_s * 1e6)}
            : (onset_t){.kind = ONSET_PHASE,
                        .phase = row->phase,
                        .nth = 1,
                        .after_us = (int64_t)(row->after_s * 1e6)};
    scenario->events[0].at_us = scenario->onsets[0].at_us;
}

/// Plays a row; the explanation is in `room->explain`, to be destroyed with the assembly.
static void play(const row_t* row, room_t* room)
{
    static fieldbus_t bus;
    static cycle_state_t state;
    options_t options = {0};
    options.whole[OPTION_SEED] = SEED;
    assembly_t* assembly = assembly_create();
    assert_non_null(assembly);
    const bool loaded = assembly_load_table(assembly, &options) &&
                        assembly_load_routine(assembly, ROUTINE) && assembly_build_session(assembly);
    if (!loaded) {
        findings_print(&assembly->findings, stderr);
    }
    assert_true(loaded);
    stage(row, assembly);
    assembly->expects = true;
    assert_true(assembly_build_run_world(assembly, &options));
    world_t* world = world_create(&assembly->world);
    assert_non_null(world);
    memset(room, 0, sizeof *room);
    room->row = row;
    room->assembly = assembly;
    room->state = &state;
    room->began_us = -1;
    room->explain = explain_create(&assembly->session);
    assert_non_null(room->explain);
    assert_true(scenario_run_begin(&room->staged, &assembly->scenario, &assembly->session, world,
                                   SEED, &assembly->session.limits,
                                   sizeof assembly->session.limits));
    const port_t port = scenario_run_port(&room->staged);
    fieldbus_findings_t findings = {0};
    assert_true(fieldbus_init(&bus, &port, &assembly->machine, 1000000, &findings));
    assert_true(fieldbus_configure(&bus, 1000000, &findings));
    cycle_begin(&state);
    const loop_client_t client = {.context = room, .ask = ask, .observe = observe};
    loop_timing_t timing;
    const loop_result_t result =
        loop_run(&assembly->session, &bus, scenario_run_timebase(&room->staged), &client, &state,
                 &timing);
    explain_settle(room->explain, verdict_of(room),
                   result == LOOP_TIME_LOST ? "the controller never came back" : "");
    fieldbus_close(&bus);
    scenario_run_end(&room->staged);
    world_destroy(world);
}

static const explain_fault_t* fault_told(const row_t* row, const explanation_t* explanation)
{
    if (row->role == EXPLAIN_CAUSE) {
        return &explanation->cause;
    }
    const explain_fault_t* own = explain_own_fault(explanation);
    return own != NULL ? own : &explanation->cause;
}

static bool near(double found, double expected, double tolerance)
{
    return isnan(expected) ? isnan(found) : fabs(found - expected) <= tolerance;
}

static bool check(const row_t* row, const explanation_t* explanation)
{
    const explain_fault_t* fault = fault_told(row, explanation);
    const interlock_rule_info_t* info = interlock_rule_info((interlock_rule_t)fault->rule);
    const bool rule = fault->rule == (int)row->rule && fault->role == row->role;
    const bool figures = near(fault->measured, row->measured, row->tolerance) &&
                         near(fault->allowed, row->allowed, row->allowed_tolerance) &&
                         strcmp(fault->unit, row->unit) == 0;
    const bool where = row->where == NULL ? fault->place[0] == '\0'
                                          : strstr(fault->place, row->where) != NULL;
    const bool text = row->text == NULL || strstr(fault->sentence, row->text) != NULL ||
                      strstr(fault->note, row->text) != NULL;
    const int line = explanation->step.known ? explanation->step.line : 0;
    const bool good = rule && figures && where && text && line == row->line;
    print_message("%s %-18s %-9s %.6g / %.6g %s | %s | line %d | %s%s%s\n", good ? "ok " : "BAD",
                  info != NULL ? info->name : "none", explain_role_text(fault->role),
                  fault->measured, fault->allowed, fault->unit, fault->place, line,
                  fault->sentence, fault->note[0] != '\0' ? "; " : "", fault->note);
    if (!good) {
        print_error("  wanted %s %.6g / %.6g %s | %s | line %d | %s;%s%s%s%s%s\n",
                    interlock_rule_info(row->rule)->name, row->measured, row->allowed, row->unit,
                    row->where != NULL ? row->where : "-", row->line,
                    row->text != NULL ? row->text : "-", rule ? "" : " RULE",
                    figures ? "" : " FIGURES", where ? "" : " WHERE", text ? "" : " TEXT",
                    line == row->line ? "" : " LINE");
    }
    return good;
}

static void every_rule_is_named_with_its_figures_place_and_line(void** context)
{
    (void)context;
    static room_t room;
    int bad = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        play(&rows[i], &room);
        bad += check(&rows[i], explain_result(room.explain)) ? 0 : 1;
        explain_destroy(room.explain);
        assembly_destroy(room.assembly);
    }
    print_message("%zu rows\n", sizeof rows / sizeof rows[0]);
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
            print_error("%s has no row\n", interlock_rule_info((interlock_rule_t)rule)->name);
        }
    }
    assert_true(rowed == INTERLOCK_RULE(INTERLOCK_RULE_COUNT) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_a_row),
        cmocka_unit_test(every_rule_is_named_with_its_figures_place_and_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
