/// Scenario files and typed lines: what they turn into, and that what is wrong is refused with its
/// place.
#include "tests/support/cmocka_prelude.h"

#include "sim/scenario.h"
#include "tests/sim/table_under_test.h"

static machine_settings_t machine;
static findings_t findings;
static scenario_t scenario;

static bool read_text(const char* text)
{
    char path[] = "/tmp/knead-test-scenario-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool good = scenario_read(path, &machine, &scenario, &findings);
    (void)remove(path);
    return good;
}

#define HEAD                                                                                       \
    "kind: scenario\nversion: 1\nname: tried\nmeaning: A sentence.\nexpect: yield\nevents:\n"

static void shipped_scenarios_load_and_give_a_world(void** state)
{
    (void)state;
    static const struct {
        const char* path;
        world_event_kind_t first;
        int device;
    } rows[] = {
        {"sim/scenarios/device-dies.yaml", WORLD_EVENT_DEVICE_SILENT, 3},
        {"sim/scenarios/client-button.yaml", WORLD_EVENT_BUTTON_PRESSED, 0},
        {"sim/scenarios/estop.yaml", WORLD_EVENT_ESTOP_PRESSED, 0},
        {"sim/scenarios/client-rises.yaml", WORLD_EVENT_BODY_SHIFT, 0},
        {"sim/scenarios/force-freezes.yaml", WORLD_EVENT_FORCE_FREEZE, 0},
        {"sim/scenarios/drive-fault.yaml", WORLD_EVENT_DRIVE_FAULT, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        world_settings_t settings;
        table_quiet_settings(&settings, &machine, NULL, NULL);
        memset(&findings, 0, sizeof findings);
        const bool loaded = scenario_load(rows[i].path, &settings, &findings);
        findings_print(&findings, stderr);
        assert_true(loaded);
        assert_int_equal(settings.events[0].kind, rows[i].first);
        assert_int_equal(settings.events[0].device, rows[i].device);
        assert_true(settings.events[0].at_us == 30000000);
        world_t* world = world_create(&settings);
        assert_non_null(world);
        world_destroy(world);
    }
}

/// The middle of a kind's magnitudes, or the next whole number where the middle is no count.
static double middle_of(int kind)
{
    const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
    const double middle = 0.5 * (info->least + info->most);
    const world_event_t event = {.kind = (world_event_kind_t)kind, .magnitude = middle};
    return world_event_counts_fit(&event) ? middle : round(middle);
}

/// A line of YAML for a kind, with the middle of its magnitudes.
static void write_event(int kind, char* text, size_t capacity)
{
    const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
    static const char* const targets[] = {[EVENT_TARGET_NONE] = "",
                                          [EVENT_TARGET_DEVICE] = ", device: force",
                                          [EVENT_TARGET_DRIVE] = ", device: drive_6",
                                          [EVENT_TARGET_AXIS] = ", axis: ry"};
    static const char* const units[] = {
        [DIMENSION_NONE] = "",         [DIMENSION_LENGTH] = " m", [DIMENSION_TIME] = " s",
        [DIMENSION_MASS] = " kg",      [DIMENSION_FORCE] = " N",  [DIMENSION_FORCE_RATE] = " N/s",
        [DIMENSION_STIFFNESS] = " N/m"};
    char magnitude[64] = "";
    if (info->least < info->most) {
        (void)snprintf(magnitude, sizeof magnitude, ", magnitude: %.9g%s", middle_of(kind),
                       units[info->dimension]);
    }
    (void)snprintf(text, capacity, "  - {at: %d s, event: %s%s%s}\n", kind, info->word,
                   targets[info->target], magnitude);
}

static void every_kind_of_event_can_be_written(void** state)
{
    (void)state;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s", HEAD);
        write_event(kind, text + strlen(text), sizeof text - strlen(text));
        const bool good = read_text(text);
        if (!good) {
            findings_print(&findings, stderr);
        }
        assert_true(good);
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        const world_event_t* event = &scenario.events[0];
        assert_int_equal(event->kind, kind);
        assert_true(event->at_us == (int64_t)kind * 1000000);
        assert_true(event->duration_us == 0);
        assert_true(world_event_fits(event, &machine));
        assert_int_equal(event->device, info->target == EVENT_TARGET_DEVICE  ? TABLE_FORCE_SENSOR
                                        : info->target == EVENT_TARGET_DRIVE ? 6
                                                                             : 0);
        assert_int_equal(event->axis, info->target == EVENT_TARGET_AXIS ? 4 : 0);
        assert_near(event->magnitude, middle_of(kind), 1e-6);
        assert_int_equal(scenario.onsets[0].kind, ONSET_AT);
    }
    assert_int_equal(scenario.expect, SCENARIO_ENDING_YIELD);
    assert_string_equal(scenario.name, "tried");
    assert_string_equal(scenario_ending_text(SCENARIO_ENDING_POWER_OFF), "power_off");
    assert_false(scenario.require.reacts);
}

static void an_event_may_begin_with_a_phase_a_step_or_a_force(void** state)
{
    (void)state;
    assert_true(read_text(HEAD "  - {phase: contact, event: estop_pressed}\n"
                               "  - {phase: yield, nth: 2, after: 200 ms, event: estop_pressed}\n"
                               "  - {step: 3, after: 1 s, event: estop_pressed, duration: 40 ms}\n"
                               "  - {force: 20 N, event: force_bias, axis: z, magnitude: -3 N}\n"
                               "  - {at: 0 s, event: bus_loss, device: io, magnitude: 0.1}\n"));
    const onset_t* onsets = scenario.onsets;
    assert_int_equal(onsets[0].kind, ONSET_PHASE);
    assert_int_equal(onsets[0].phase, RUN_PHASE_CONTACT);
    assert_int_equal(onsets[0].nth, 1);
    assert_true(onsets[0].after_us == 0);
    assert_int_equal(onsets[1].phase, RUN_PHASE_YIELD);
    assert_int_equal(onsets[1].nth, 2);
    assert_true(onsets[1].after_us == 200000);
    assert_int_equal(onsets[2].kind, ONSET_STEP);
    assert_int_equal(onsets[2].step, 3);
    assert_true(onsets[2].after_us == 1000000);
    assert_true(scenario.events[2].duration_us == 40000);
    assert_int_equal(onsets[3].kind, ONSET_FORCE);
    assert_near(onsets[3].force_N, 20.0, 0.0);
    assert_int_equal(scenario.events[3].axis, 2);
    assert_int_equal(onsets[4].kind, ONSET_AT);
    for (int i = 0; i < 5; ++i) {
        assert_false(scenario_event_is_worlds(&scenario, i));
    }
}

static void what_is_required_is_read(void** state)
{
    (void)state;
    assert_true(read_text("kind: scenario\nversion: 1\nname: tried\nmeaning: A sentence.\n"
                          "expect: gone\n"
                          "require: {reaction: yield, within: 20 ms, force_max: 65 N, "
                          "travel_max: 15 mm, cause: [force_cap, force_max], "
                          "must_not: [power_off]}\n"
                          "events:\n  - {at: 1 s, event: host_crash}\n"));
    const scenario_requirements_t* require = &scenario.require;
    assert_int_equal(scenario.expect, SCENARIO_ENDING_GONE);
    assert_true(require->reacts);
    assert_int_equal(require->reaction, SCENARIO_ENDING_YIELD);
    assert_true(require->within_us == 20000);
    assert_near(require->force_max_N, 65.0, 0.0);
    assert_near(require->travel_max_m, 0.015, 1e-15);
    assert_int_equal(require->cause_count, 2);
    assert_string_equal(require->causes[1], "force_max");
    assert_int_equal(require->must_not_count, 1);
    assert_string_equal(require->must_not[0], "power_off");
    assert_int_equal(scenario_ending_of("power_off"), SCENARIO_ENDING_POWER_OFF);
    assert_int_equal(scenario_ending_of("force_max"), -1);
}

static void faults_that_are_known_by_name_only_are_refused_by_it(void** state)
{
    (void)state;
    assert_false(read_text(HEAD "  - {at: 1 s, event: estop_pressed}\n"
                                "  - {at: 1 s, event: disk_full}\n"));
    assert_int_equal(findings.error_count, 1);
    assert_int_equal(findings.at[0].line, 8);
    assert_non_null(
        strstr(findings.at[0].message, "known, but nothing here can let it happen: disk_full"));
    assert_string_equal(findings.at[0].field, "events[1].event");
    assert_null(event_missing_text("estop_pressed"));
#define X(word, why) assert_int_equal(world_event_kind_of(word), -1);
    EVENT_MISSING_LIST(X)
#undef X
}

static void a_table_behind_sockets_refuses_what_it_can_not_do(void** state)
{
    (void)state;
    static const char* const lines[] = {
        "  - {phase: contact, event: estop_pressed}\n",
        "  - {step: 2, event: estop_pressed}\n",
        "  - {force: 10 N, event: estop_pressed}\n",
        "  - {at: 1 s, event: bus_loss, device: io, magnitude: 0.5}\n",
        "  - {at: 1 s, event: host_crash}\n",
        "  - {at: 1 s, event: operator_starts_twice}\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; ++i) {
        char path[] = "/tmp/knead-test-scenario-XXXXXX";
        const int descriptor = mkstemp(path);
        assert_true(descriptor >= 0);
        FILE* file = fdopen(descriptor, "w");
        assert_non_null(file);
        (void)fprintf(file, "%s  - {at: 2 s, event: estop_pressed}\n%s", HEAD, lines[i]);
        (void)fclose(file);
        world_settings_t settings;
        table_quiet_settings(&settings, &machine, NULL, NULL);
        memset(&findings, 0, sizeof findings);
        assert_false(scenario_load(path, &settings, &findings));
        (void)remove(path);
        assert_int_equal(settings.event_count, 0);
        assert_int_equal(findings.error_count, 1);
        assert_string_equal(findings.at[0].field, "events[1]");
        assert_non_null(strstr(findings.at[0].message, "'knead sim' can"));
    }
}

static void wrong_scenarios_are_refused_with_their_place(void** state)
{
    (void)state;
    static const struct {
        const char* text;
        int line;
        const char* says;
    } rows[] = {
        {HEAD "  - {at: 1 s, event: device_silent, device: drive_33}\n", 7, "drive_3"},
        {HEAD "  - {at: 1 s, event: drive_fault, device: io}\n", 7, "not a drive"},
        {HEAD "  - {at: 1 s, event: device_silent}\n", 7, "device"},
        {HEAD "  - {at: 1 s, event: estop_pressed, device: io}\n", 7, "device"},
        {HEAD "  - {at: 1 s, event: body_shift, magnitude: 5 N}\n", 7, ""},
        {HEAD "  - {at: 1 s, event: body_shift, magnitude: 0.6 m}\n", 7, ""},
        {HEAD "  - {at: 1 s, event: force_bias, magnitude: 201 N}\n", 7, ""},
        {HEAD "  - {at: 1 s, event: skin_friction, magnitude: 1.6}\n", 7, ""},
        {HEAD "  - {at: 1 s, event: skin_friction, magnitude: -0.1}\n", 7, ""},
        {HEAD "  - {at: -1 s, event: estop_pressed}\n", 7, ""},
        {HEAD "  - {at: 1 s, event: force_bias, magnitude: 20 N}\n", 7, "axis"},
        {HEAD "  - {event: estop_pressed}\n", 7, "exactly one"},
        {HEAD "  - {at: 1 s, phase: contact, event: estop_pressed}\n", 7, "exactly one"},
        {HEAD "  - {at: 1 s, after: 1 s, event: estop_pressed}\n", 7, "'after' does not go"},
        {HEAD "  - {step: 1, nth: 2, event: estop_pressed}\n", 7, "'nth' does not go"},
        {HEAD "  - {phase: none, event: estop_pressed}\n", 7, ""},
        {HEAD "  - {phase: contact, nth: 0, event: estop_pressed}\n", 7, ""},
        {HEAD "  - {step: 0, event: estop_pressed}\n", 7, ""},
        {HEAD "  - {force: 0.4 N, event: estop_pressed}\n", 7, ""},
        {HEAD "  - 5\n", 7, ""},
        {HEAD "  7\n", 7, ""},
        {HEAD "  - {at: 1 s, event: estop_presed}\n", 7, "estop_pressed"},
        {HEAD "  []\n", 7, ""},
        {"kind: machine\nversion: 1\n", 0, "scenario"},
    };
    const scenario_t before = scenario;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) {
        assert_false(read_text(rows[i].text));
        assert_true(findings.error_count >= 1);
        bool said = false;
        for (int k = 0; k < findings.count; ++k) {
            said = said || ((rows[i].line == 0 || findings.at[k].line == rows[i].line) &&
                            (strstr(findings.at[k].message, rows[i].says) ||
                             strstr(findings.at[k].field, rows[i].says)));
        }
        if (!said) {
            findings_print(&findings, stderr);
            fail();
        }
        assert_memory_equal(&scenario, &before, sizeof scenario); // untouched
    }
}

static void what_needs_tcp_is_refused_on_a_serial_line(void** state)
{
    (void)state;
    const machine_settings_t before = machine;
    machine.line_count = 1;
    (void)snprintf(machine.lines[0].name, sizeof machine.lines[0].name, "line_6");
    machine.devices[6].line = 1;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const event_target_t target = world_event_info((world_event_kind_t)kind)->target;
        if (target != EVENT_TARGET_DEVICE && target != EVENT_TARGET_DRIVE) {
            continue;
        }
        char text[512];
        (void)snprintf(text, sizeof text, "%s", HEAD);
        write_event(kind, text + strlen(text), sizeof text - strlen(text));
        assert_true(read_text(text)); // the force sensor is not on the line, nor needs a drive TCP
        char* device = strstr(text, "device: force");
        if (device == NULL) {
            continue;
        }
        memmove(device + strlen("device: io"), device + strlen("device: force"),
                strlen(device + strlen("device: force")) + 1);
        memcpy(device, "device: io", strlen("device: io"));
        machine.devices[TABLE_IO].line = 1;
        const bool needs_tcp = world_event_needs_tcp((world_event_kind_t)kind);
        assert_int_equal(read_text(text), !needs_tcp);
        machine.devices[TABLE_IO].line = 0;
        if (needs_tcp) {
            assert_int_equal(findings.error_count, 1);
            assert_int_equal(findings.at[0].line, 7);
            assert_true(findings.at[0].column > 1);
            assert_string_equal(findings.at[0].field, "events[0].event");
            assert_non_null(strstr(findings.at[0].message, "'io' is on serial line 'line_6'"));
            assert_non_null(strstr(findings.at[0].message, "bus_refused")); // whole, to its end
        }
    }
    machine = before;
}

static void scenarios_past_the_worlds_capacity_are_refused_whole(void** state)
{
    (void)state;
    world_settings_t settings;
    table_quiet_settings(&settings, &machine, NULL, NULL);
    settings.event_count = WORLD_EVENT_CAPACITY - 1;
    memset(&findings, 0, sizeof findings);
    assert_true(scenario_load("sim/scenarios/client-rises.yaml", &settings, &findings));
    assert_int_equal(settings.event_count, WORLD_EVENT_CAPACITY);
    settings.event_count = WORLD_EVENT_CAPACITY - 1;
    assert_false(scenario_load("sim/scenarios/estop.yaml", &settings, &findings)); // two events
    assert_int_equal(settings.event_count, WORLD_EVENT_CAPACITY - 1);
    assert_int_equal(findings.error_count, 1);
}

static void typed_lines_become_events(void** state)
{
    (void)state;
    world_event_t event;
    assert_true(scenario_event_from_line("estop_pressed", &machine, &event));
    assert_int_equal(event.kind, WORLD_EVENT_ESTOP_PRESSED);
    assert_true(scenario_event_from_line("device_silent drive_3", &machine, &event));
    assert_int_equal(event.kind, WORLD_EVENT_DEVICE_SILENT);
    assert_int_equal(event.device, 3);
    assert_true(scenario_event_from_line("body_shift 0.02", &machine, &event));
    assert_near(event.magnitude, 0.02, 0.0);
    assert_true(scenario_event_from_line("force_bias x -12", &machine, &event));
    assert_near(event.magnitude, -12.0, 0.0);
    assert_true(scenario_event_from_line("skin_friction 0.5", &machine, &event));
    assert_near(event.magnitude, 0.5, 0.0);
}

static void wrong_lines_leave_the_event_alone(void** state)
{
    (void)state;
    static const char* const lines[] = {"",
                                        " ",
                                        "estop",
                                        "estop_pressed ",
                                        "estop_pressed now",
                                        "body_shift",
                                        "body_shift ",
                                        "body_shift 0.6",
                                        "body_shift nan",
                                        "body_shift 1 2",
                                        "skin_friction 1.6",
                                        "skin_friction -0.1",
                                        "device_back",
                                        "drive_fault io",
                                        "device_silent drive_9",
                                        "force_bias z 1e9",
                                        "force_bias 12",
                                        "force_bias q 12",
                                        "malloc_failure",
                                        "force_scale",
                                        "force_scale 11",
                                        "force_scale -1 N",
                                        "ESTOP_PRESSED"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; ++i) {
        world_event_t event = {.at_us = 77};
        assert_false(scenario_event_from_line(lines[i], &machine, &event));
        assert_true(event.at_us == 77);
    }
}

static int set_machine(void** state)
{
    (void)state;
    table_machine(&machine);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_scenarios_load_and_give_a_world),
        cmocka_unit_test(every_kind_of_event_can_be_written),
        cmocka_unit_test(an_event_may_begin_with_a_phase_a_step_or_a_force),
        cmocka_unit_test(what_is_required_is_read),
        cmocka_unit_test(faults_that_are_known_by_name_only_are_refused_by_it),
        cmocka_unit_test(a_table_behind_sockets_refuses_what_it_can_not_do),
        cmocka_unit_test(wrong_scenarios_are_refused_with_their_place),
        cmocka_unit_test(what_needs_tcp_is_refused_on_a_serial_line),
        cmocka_unit_test(scenarios_past_the_worlds_capacity_are_refused_whole),
        cmocka_unit_test(typed_lines_become_events),
        cmocka_unit_test(wrong_lines_leave_the_event_alone),
    };
    return cmocka_run_group_tests(tests, set_machine, NULL);
}
