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

static void every_kind_of_event_can_be_written(void** state)
{
    (void)state;
    assert_true(read_text(HEAD "  - {at: 1 s, event: device_silent, device: force}\n"
                               "  - {at: 2 s, event: device_back, device: force}\n"
                               "  - {at: 3 s, event: button_pressed}\n"
                               "  - {at: 4 s, event: button_released}\n"
                               "  - {at: 5 s, event: estop_pressed}\n"
                               "  - {at: 6 s, event: estop_released}\n"
                               "  - {at: 7 s, event: drive_fault, device: drive_6}\n"
                               "  - {at: 8 s, event: force_freeze}\n"
                               "  - {at: 9 s, event: force_bias, magnitude: -12.5 N}\n"
                               "  - {at: 10 s, event: force_scale, magnitude: -1}\n"
                               "  - {at: 10500 us, event: body_shift, magnitude: 40 mm}\n"
                               "  - {at: 0 s, event: skin_friction, magnitude: 0.46}\n"));
    assert_int_equal(scenario.event_count, WORLD_EVENT_KIND_COUNT);
    for (int i = 0; i < scenario.event_count; ++i) {
        assert_int_equal(scenario.events[i].kind, i);
    }
    assert_int_equal(scenario.events[0].device, TABLE_FORCE_SENSOR);
    assert_int_equal(scenario.events[6].device, 6);
    assert_near(scenario.events[8].magnitude, -12.5, 0.0);
    assert_near(scenario.events[9].magnitude, -1.0, 0.0);
    assert_near(scenario.events[10].magnitude, 0.04, 1e-15);
    assert_true(scenario.events[10].at_us == 10500);
    assert_near(scenario.events[11].magnitude, 0.46, 0.0);
    assert_int_equal(scenario.expect, SCENARIO_ENDING_YIELD);
    assert_string_equal(scenario.name, "tried");
    assert_string_equal(scenario_ending_text(SCENARIO_ENDING_POWER_OFF), "power_off");
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
    assert_true(scenario_event_from_line("force_bias -12", &machine, &event));
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
                                        "force_bias 1e9",
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
        cmocka_unit_test(wrong_scenarios_are_refused_with_their_place),
        cmocka_unit_test(scenarios_past_the_worlds_capacity_are_refused_whole),
        cmocka_unit_test(typed_lines_become_events),
        cmocka_unit_test(wrong_lines_leave_the_event_alone),
    };
    return cmocka_run_group_tests(tests, set_machine, NULL);
}
