/// Scenarios whose fields can all be read and that make no sense: refused, each with its place.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "sim/scenario.h"
#include "tests/sim/table_under_test.h"

static machine_settings_t machine;
static findings_t findings;

/// Reads a scenario that expects `expect`, with a line `require` and one event.
static bool reads(const char* expect, const char* require, const char* event)
{
    static scenario_t scenario;
    char path[] = "/tmp/knead-test-scenario-XXXXXX";
    const int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE* file = fdopen(descriptor, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "kind: scenario\nversion: 1\nname: tried\nmeaning: A sentence.\nexpect: %s\n"
                  "%s\nevents:\n  - {at: 1 s, event: %s}\n",
                  expect, require, event);
    (void)fclose(file);
    memset(&findings, 0, sizeof findings);
    const bool good = scenario_read(path, &machine, &scenario, &findings);
    (void)remove(path);
    return good;
}

static void requirements_that_say_nothing_or_two_things_are_refused(void** state)
{
    (void)state;
    static const struct {
        const char *expect, *require, *field, *says;
        int column;
    } rows[] = {
        {"yield", "require: {}", "require", "reaction, within", 10},
        {"yield", "require: {cause: []}", "require.cause", "names of rules", 18},
        {"yield", "require: {must_not: []}", "require.must_not", "endings", 21},
        {"yield", "require: {cause: [estop, estop]}", "require.cause[1]", "already", 26},
        {"yield", "require: {must_not: [gone, gone]}", "require.must_not[1]", "already", 28},
        {"yield", "require: {must_not: [yield]}", "require.must_not[0]", "'expect'", 22},
        {"gone", "require: {reaction: stop, must_not: [stop]}", "require.must_not[0]",
         "'require.reaction'", 38},
        {"yield", "require: {cause: [estop], must_not: [estop]}", "require.must_not[0]",
         "'require.cause'", 38},
        {"yield", "require: {reaction: stop}", "require.reaction", "the same, or none", 21},
        {"finished", "require: {reaction: stop}", "require.reaction", "power_off, gone", 21},
        {"finished", "require: {within: 1 s}", "require.within", "power_off, gone", 19},
        {"unfinished", "require: {cause: [estop]}", "require.cause", "power_off, gone", 18},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        assert_false(reads(rows[i].expect, rows[i].require, "estop_pressed"));
        assert_int_equal(findings.error_count, 1);
        assert_int_equal(findings.at[0].line, 6);
        assert_int_equal(findings.at[0].column, rows[i].column);
        assert_string_equal(findings.at[0].field, rows[i].field);
        assert_non_null(strstr(findings.at[0].message, rows[i].says));
    }
    assert_true(reads("yield", "require: {reaction: yield, cause: [estop], must_not: [gone, tare]}",
                      "estop_pressed"));
    assert_true(reads("gone", "require: {reaction: yield, within: 1 s}", "host_crash"));
    assert_true(reads("finished", "require: {must_not: [yield]}", "estop_pressed"));
}

static void a_duration_means_something_or_is_refused(void** state)
{
    (void)state;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        static const char* const targets[] = {[EVENT_TARGET_NONE] = "",
                                              [EVENT_TARGET_DEVICE] = ", device: force",
                                              [EVENT_TARGET_DRIVE] = ", device: drive_6",
                                              [EVENT_TARGET_AXIS] = ", axis: z"};
        char event[256];
        if (info->least < info->most && info->dimension != DIMENSION_TIME &&
            info->dimension != DIMENSION_LENGTH) {
            continue; // no kind of these is without an end
        }
        const char* unit = info->dimension == DIMENSION_TIME ? " s" : " m";
        char magnitude[64] = "";
        if (info->least < info->most) {
            (void)snprintf(magnitude, sizeof magnitude, ", magnitude: %.6g%s", info->most, unit);
        }
        (void)snprintf(event, sizeof event, "%s%s%s, duration: 100 ms", info->word,
                       targets[info->target], magnitude);
        const bool lasts = world_event_lasts((world_event_kind_t)kind);
        assert_int_equal(reads("yield", "", event), lasts);
        if (!lasts) {
            assert_string_equal(findings.at[0].field, "events[0].duration");
            assert_int_equal(findings.at[0].line, 8);
        }
    }
}

static void what_is_counted_is_whole(void** state)
{
    (void)state;
    static const char* const rows[][2] = {
        {"force_swap, magnitude: 1.5", "from 1 to 47"},
        {"bus_exception, device: io, magnitude: 10.7", "from 1 to 11"},
        {"bus_burst, magnitude: 1.5", "from 1 to 50"},
        {"host_limits_flip, magnitude: 0.5", "from 0 to 100000"},
    };
    world_event_t typed;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        assert_false(reads("yield", "", rows[i][0]));
        assert_string_equal(findings.at[0].field, "events[0].magnitude");
        assert_int_equal(findings.at[0].line, 8);
        assert_non_null(strstr(findings.at[0].message, rows[i][1]));
    }
    assert_true(reads("yield", "", "force_swap, magnitude: 2"));
    assert_false(scenario_event_from_line("force_swap 1.5", &machine, &typed));
    assert_true(scenario_event_from_line("force_swap 2", &machine, &typed));
}

static void a_device_that_is_not_there_is_told_with_those_that_are(void** state)
{
    (void)state;
    assert_false(reads("yield", "", "drive_fault, device: force"));
    assert_non_null(strstr(findings.at[0].message, "its drives are "));
    assert_null(strstr(findings.at[0].message, "io"));
    assert_false(reads("yield", "", "device_silent, device: qqqqqq"));
    assert_non_null(strstr(findings.at[0].message, "it has "));
    assert_non_null(strstr(findings.at[0].message, "force, io"));
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
        cmocka_unit_test(requirements_that_say_nothing_or_two_things_are_refused),
        cmocka_unit_test(a_duration_means_something_or_is_refused),
        cmocka_unit_test(what_is_counted_is_whole),
        cmocka_unit_test(a_device_that_is_not_there_is_told_with_those_that_are),
    };
    return cmocka_run_group_tests(tests, set_machine, NULL);
}
