/// Plays every scenario in sim/scenarios with the shipped routine and machine, as `knead sim` does,
/// and checks that everything it expects came true.
#include "tests/support/cmocka_prelude.h"

#include <glob.h>
#include <string.h>

#include "controller/campaign/scenario_run.h"
#include "controller/cli/assembly.h"
#include "controller/loop.h"
#include "controller/operator.h"
#include "tests/support/replay_witness.h"

#define SEED 1              // as where nobody asks for another
#define FAREWELL_PERIODS 25 // as a run has them: so that the last command has been carried out
#define RUN_MAX_US INT64_C(300000000)

typedef struct {
    scenario_run_t staged;
    operator_t automatic;
    replay_witness_t replay;
    const session_t* session;
    bool was_powered;
    int farewell;
} room_t;

static asked_t ask(void* context, const cycle_output_t* last, int64_t now_us)
{
    (void)now_us;
    room_t* room = context;
    return (asked_t){.requests =
                         operator_requests(&room->automatic, last, room->session->period_us) |
                         scenario_run_before_exchange(&room->staged, last)};
}

static bool observe(void* context, const cycle_input_t* in, const cycle_output_t* out,
                    const bus_frame_t* frame)
{
    (void)frame;
    room_t* room = context;
    replay_witness_see(&room->replay, room->session, in, out);
    scenario_run_after_step(&room->staged, out);
    room->was_powered = room->was_powered || supervisor_mode_powered(out->mode);
    const bool over =
        out->mode == MODE_PARKED ||
        (room->was_powered && (out->mode == MODE_TRIPPED || out->mode == MODE_LOCKED));
    room->farewell = over ? room->farewell + 1 : 0;
    return room->farewell < FAREWELL_PERIODS && in->cycle * room->session->period_us < RUN_MAX_US;
}

/// Returns how many expectations of the scenario did not come true.
static int play(const char* path)
{
    static fieldbus_t bus;
    static cycle_state_t state;
    static room_t room;
    options_t options = {0};
    options.text[OPTION_SCENARIO] = path;
    options.whole[OPTION_SEED] = SEED;
    assembly_t* assembly = assembly_create();
    assert_non_null(assembly);
    const bool loaded = assembly_load_table(assembly, &options) &&
                        assembly_load_routine(assembly, "routines/library/short-back.yaml") &&
                        assembly_build_session(assembly) &&
                        assembly_load_expectation(assembly, &options, true) &&
                        assembly_build_run_world(assembly, &options);
    if (!loaded) {
        findings_print(&assembly->findings, stderr);
    }
    assert_true(loaded);
    world_t* world = world_create(&assembly->world);
    assert_non_null(world);
    memset(&room, 0, sizeof room);
    room.session = &assembly->session;
    assert_true(scenario_run_begin(&room.staged, &assembly->scenario, &assembly->session, world,
                                   SEED, &assembly->session.limits,
                                   sizeof assembly->session.limits));
    const port_t port = scenario_run_port(&room.staged);
    fieldbus_findings_t findings = {0};
    assert_true(fieldbus_init(&bus, &port, &assembly->machine, 1000000, &findings));
    assert_true(fieldbus_configure(&bus, 1000000, &findings));
    cycle_begin(&state);
    const loop_client_t client = {.context = &room, .ask = ask, .observe = observe};
    loop_timing_t timing;
    room.staged.measured.gone =
        loop_run(&assembly->session, &bus, scenario_run_timebase(&room.staged), &client, &state,
                 &timing) == LOOP_TIME_LOST;
    print_message("%s, %.1f s\n", assembly->scenario.name, 1e-6 * (double)world_now_us(world));
    replay_witness_tell(&room.replay);
    const int failed = scenario_run_judge(&room.staged, stdout);
    (void)fflush(stdout);
    fieldbus_close(&bus);
    scenario_run_end(&room.staged);
    world_destroy(world);
    assembly_destroy(assembly);
    return failed;
}

static void every_shipped_scenario_comes_true(void** context)
{
    (void)context;
    glob_t files;
    assert_int_equal(glob("sim/scenarios/*.yaml", 0, NULL, &files), 0);
    int failed = 0;
    for (size_t i = 0; i < files.gl_pathc; ++i) {
        const bool good = play(files.gl_pathv[i]) == 0;
        if (!good) {
            print_error("%s: not as it says\n", files.gl_pathv[i]);
        }
        failed += good ? 0 : 1;
    }
    print_message("%zu scenarios\n", files.gl_pathc);
    assert_true(files.gl_pathc >= 30);
    globfree(&files);
    assert_int_equal(failed, 0);
}

static void every_class_of_events_has_a_scenario(void** context)
{
    (void)context;
    static scenario_t scenario;
    int of_class[EVENT_CLASS_COUNT] = {0};
    options_t options = {0};
    assembly_t* assembly = assembly_create();
    assert_non_null(assembly);
    assert_true(assembly_load_table(assembly, &options));
    glob_t files;
    assert_int_equal(glob("sim/scenarios/*.yaml", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; ++i) {
        assert_true(
            scenario_read(files.gl_pathv[i], &assembly->machine, &scenario, &assembly->findings));
        for (int k = 0; k < scenario.event_count; ++k) {
            of_class[world_event_info(scenario.events[k].kind)->klass]++;
        }
    }
    globfree(&files);
    assembly_destroy(assembly);
    for (int klass = 0; klass < EVENT_CLASS_COUNT; ++klass) {
        assert_true(of_class[klass] >= 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_class_of_events_has_a_scenario),
        cmocka_unit_test(every_shipped_scenario_comes_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
