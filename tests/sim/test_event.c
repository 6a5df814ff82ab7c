/// The table of what can happen: words, homes, and what fits a machine.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "sim/event.h"
#include "tests/sim/table_under_test.h"

static machine_settings_t machine;

static void every_kind_is_known_by_its_own_word(void** state)
{
    (void)state;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        assert_int_equal(world_event_kind_of(info->word), kind);
        assert_true(strlen(info->meaning) > 10);
        assert_true(info->least <= info->most);
        assert_null(event_missing_text(info->word));
    }
    assert_null(world_event_info((world_event_kind_t)WORLD_EVENT_KIND_COUNT));
    assert_int_equal(world_event_kind_of("nothing"), -1);
}

static void every_kind_has_the_home_of_its_class(void** state)
{
    (void)state;
    int of_home[4] = {0};
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const event_home_t home = world_event_home((world_event_kind_t)kind);
        const event_class_t klass = world_event_info((world_event_kind_t)kind)->klass;
        of_home[home]++;
        assert_true(home != EVENT_HOME_WIRE || klass == EVENT_CLASS_BUS);
        assert_true((home == EVENT_HOME_HOST) == (klass == EVENT_CLASS_HOST));
        assert_true(home != EVENT_HOME_OPERATOR || klass == EVENT_CLASS_OPERATOR);
    }
    // A silent device is the world's matter; what sets the table up wrongly is too.
    assert_int_equal(world_event_home(WORLD_EVENT_DEVICE_SILENT), EVENT_HOME_WORLD);
    assert_int_equal(world_event_home(WORLD_EVENT_DEVICE_BACK), EVENT_HOME_WORLD);
    assert_int_equal(world_event_home(WORLD_EVENT_BODY_MIRRORED), EVENT_HOME_WORLD);
    assert_int_equal(of_home[EVENT_HOME_WIRE], 22);
    assert_int_equal(of_home[EVENT_HOME_HOST], 6);
    assert_int_equal(of_home[EVENT_HOME_OPERATOR], 3);
}

static void an_event_fits_up_to_its_bounds_and_not_beyond(void** state)
{
    (void)state;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        const world_event_info_t* info = world_event_info((world_event_kind_t)kind);
        world_event_t event = {.kind = (world_event_kind_t)kind, .magnitude = info->least};
        assert_true(world_event_fits(&event, &machine));
        event.magnitude = info->most;
        assert_true(world_event_fits(&event, &machine));
        if (info->least < info->most) {
            event.magnitude = nextafter(info->most, HUGE_VAL);
            assert_false(world_event_fits(&event, &machine));
            event.magnitude = nextafter(info->least, -HUGE_VAL);
            assert_false(world_event_fits(&event, &machine));
            event.magnitude = (double)NAN;
            assert_false(world_event_fits(&event, &machine));
        }
        event.magnitude = info->most;
        event.duration_us = -1;
        assert_false(world_event_fits(&event, &machine));
    }
}

static void an_event_needs_its_target(void** state)
{
    (void)state;
    world_event_t event = {.kind = WORLD_EVENT_DRIVE_FAULT, .device = TABLE_IO};
    assert_false(world_event_fits(&event, &machine));
    event.device = TABLE_JOINTS - 1;
    assert_true(world_event_fits(&event, &machine));
    event.device = -1;
    assert_false(world_event_fits(&event, &machine));
    event = (world_event_t){.kind = WORLD_EVENT_DEVICE_SILENT, .device = TABLE_IO};
    assert_true(world_event_fits(&event, &machine));
    event.device = TABLE_IO + 1;
    assert_false(world_event_fits(&event, &machine));
    event = (world_event_t){.kind = WORLD_EVENT_FORCE_SIGN, .axis = EVENT_AXIS_COUNT - 1};
    assert_true(world_event_fits(&event, &machine));
    event.axis = EVENT_AXIS_COUNT;
    assert_false(world_event_fits(&event, &machine));
    event.axis = -1;
    assert_false(world_event_fits(&event, &machine));
}

static void a_serial_line_has_way_for_all_but_what_needs_tcp(void** state)
{
    (void)state;
    static const world_event_kind_t tcp_alone[] = {
        WORLD_EVENT_BUS_REORDER, WORLD_EVENT_BUS_WRONG_TRANSACTION, WORLD_EVENT_BUS_WRONG_LENGTH,
        WORLD_EVENT_BUS_RESET, WORLD_EVENT_BUS_REFUSED};
    machine_settings_t mixed = machine;
    mixed.devices[3].line = 1;
    for (int kind = 0; kind < WORLD_EVENT_KIND_COUNT; ++kind) {
        bool needs = false;
        for (size_t i = 0; i < sizeof tcp_alone / sizeof tcp_alone[0]; ++i) {
            needs = needs || (int)tcp_alone[i] == kind;
        }
        world_event_t event = {.kind = (world_event_kind_t)kind, .device = 3};
        assert_int_equal(world_event_needs_tcp(event.kind), needs);
        assert_true(world_event_has_way(&event, &machine)); // nothing needs a line
        assert_int_equal(world_event_has_way(&event, &mixed), !needs);
        event.device = 2;
        assert_true(world_event_has_way(&event, &mixed));
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
        cmocka_unit_test(every_kind_is_known_by_its_own_word),
        cmocka_unit_test(every_kind_has_the_home_of_its_class),
        cmocka_unit_test(an_event_fits_up_to_its_bounds_and_not_beyond),
        cmocka_unit_test(an_event_needs_its_target),
        cmocka_unit_test(a_serial_line_has_way_for_all_but_what_needs_tcp),
    };
    return cmocka_run_group_tests(tests, set_machine, NULL);
}
