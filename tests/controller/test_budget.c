/// Proves the bus budget against times worked out by hand from the serial guide's character times
/// and silences, and its limits against each other: what a period leaves, and the shortest period
/// that leaves enough.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "controller/bus/budget.h"
#include "controller/bus/rtu_frame.h"

#define FC(n) (1u << (n))
#define ALL_FUNCTIONS (FC(3) | FC(4) | FC(6) | FC(16) | FC(23))
#define NEAR_S 1e-8 // of figures written to a tenth of a microsecond at least

static device_profile_t profile(int read_count, int write_count, uint32_t functions)
{
    return (device_profile_t){.read_address = 0,
                              .read_count = read_count,
                              .write_address = 100,
                              .write_count = write_count,
                              .functions = functions};
}

/// A machine of `count` devices of one profile on one line; the first is its force sensor.
static void on_one_line(machine_settings_t* machine, const device_profile_t* of, int count,
                        line_settings_t line)
{
    memset(machine, 0, sizeof *machine);
    machine->period_us = 8000;
    machine->profiles[0] = *of;
    machine->profile_count = 1;
    machine->lines[0] = line;
    machine->line_count = 1;
    machine->device_count = count;
    for (int i = 0; i < count; i++) {
        machine->devices[i].line = 1;
    }
}

static line_settings_t line_of(int baud, parity_t parity)
{
    return (line_settings_t){.baud = baud, .parity = parity, .stop_bits = 1};
}

static double exchange_s(const device_profile_t* of, int count, line_settings_t line)
{
    machine_settings_t machine;
    on_one_line(&machine, of, count, line);
    return budget_of_machine(&machine).exchange_s;
}

static void a_force_sensor_is_read_as_often_as_its_line_allows(void** state)
{
    (void)state;
    // Six registers: 8 bytes of request, 5 + 12 of reply, 25 characters. At 19200 8N1 a character
    // is 10 / 19200 s, and a silence 3.5 of them, 1.8229 ms: 13.0208 + 2 x 1.8229 + 1 assumed =
    // 17.6667 ms, 57 a second.
    device_profile_t sensor = profile(6, 0, ALL_FUNCTIONS);
    assert_near(exchange_s(&sensor, 1, line_of(19200, PARITY_NONE)), 17.6666667e-3, NEAR_S);
    // At 115200 8E1: 25 x 11 / 115200 = 2.3871528 ms, and two silences of 1.75 ms; a device that
    // answers within 1 ms still waits for the silence: 5.8871528 ms.
    sensor.turnaround_s = 1e-3;
    assert_near(exchange_s(&sensor, 1, line_of(115200, PARITY_EVEN)), 5.8871528e-3, NEAR_S);
    // Nobody knows how quickly it answers: the silence and 1 ms, 6.8871528 ms, 145 a second.
    sensor.turnaround_s = 0.0;
    assert_near(exchange_s(&sensor, 1, line_of(115200, PARITY_EVEN)), 6.8871528e-3, NEAR_S);
    // One that takes longer than the silence takes what it says: 2.3871528 + 1.75 + 4.
    sensor.turnaround_s = 4e-3;
    assert_near(exchange_s(&sensor, 1, line_of(115200, PARITY_EVEN)), 8.1371528e-3, NEAR_S);
}

static void six_axes_on_one_line_take_as_long_as_worked_out_by_hand(void** state)
{
    (void)state;
    // Six read, four written. FC16: 9 + 8 and 8 bytes, FC03: 8 and 5 + 12, 50 characters and two
    // exchanges. FC23: 13 + 8 and 5 + 12, 38 characters and one.
    const device_profile_t apart = profile(6, 4, FC(3) | FC(6) | FC(16));
    const device_profile_t combined = profile(6, 4, ALL_FUNCTIONS);
    static const struct {
        int baud;
        parity_t parity;
        double apart_s, combined_s;
    } cases[] = {
        // 6 x (500 / 19200 + 2 x (2 x 35 / 19200 + 1 ms)): 4.7 Hz;
        // 6 x (380 / 19200 + 2 x 35 / 19200 + 1 ms): 6.8 Hz
        {19200, PARITY_NONE, 212.0e-3, 146.625e-3},
        // 6 x (550 / 115200 + 9 ms): 12 Hz; 6 x (418 / 115200 + 4.5 ms): 20 Hz
        {115200, PARITY_EVEN, 82.6458333e-3, 48.7708333e-3},
        // 15 and 26 Hz
        {230400, PARITY_EVEN, 68.3229167e-3, 37.8854167e-3},
        // 17 and 34 Hz: silences and turnaround are nearly all of it
        {1000000, PARITY_EVEN, 57.3e-3, 29.508e-3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const line_settings_t line = line_of(cases[i].baud, cases[i].parity);
        assert_near(exchange_s(&apart, 6, line), cases[i].apart_s, NEAR_S);
        assert_near(exchange_s(&combined, 6, line), cases[i].combined_s, NEAR_S);
    }
}

static void a_device_is_asked_by_the_functions_it_has(void** state)
{
    (void)state;
    machine_settings_t machine;
    const line_settings_t line = line_of(115200, PARITY_EVEN);
    static const struct {
        int read_count, write_count;
        uint32_t functions, asked;
        int exchange_count, request_bytes, reply_bytes;
    } cases[] = {
        {8, 3, ALL_FUNCTIONS, FC(23), 1, 19, 21},
        {8, 3, FC(3) | FC(16), FC(16) | FC(3), 2, 15 + 8, 8 + 21},
        // Three registers one by one, by a device that has no other way.
        {8, 3, FC(3) | FC(6), FC(6) | FC(3), 4, 3 * 8 + 8, 3 * 8 + 21},
        {8, 0, ALL_FUNCTIONS, FC(3), 1, 8, 21},
        {0, 3, ALL_FUNCTIONS, FC(16), 1, 15, 8},
        {0, 0, ALL_FUNCTIONS, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const device_profile_t of =
            profile(cases[i].read_count, cases[i].write_count, cases[i].functions);
        on_one_line(&machine, &of, 1, line);
        const bus_budget_t budget = budget_of_machine(&machine);
        assert_int_equal(budget.devices[0].functions, cases[i].asked);
        assert_int_equal(budget.devices[0].exchange_count, cases[i].exchange_count);
        assert_int_equal(budget.devices[0].request_bytes, cases[i].request_bytes);
        assert_int_equal(budget.devices[0].reply_bytes, cases[i].reply_bytes);
        const double each_s = 1.75e-3 + 2.75e-3;
        const int bytes = cases[i].request_bytes + cases[i].reply_bytes;
        assert_near(budget.exchange_s, bytes * 11.0 / 115200.0 + cases[i].exchange_count * each_s,
                    NEAR_S);
    }
}

static void input_registers_are_read_with_their_own_function(void** state)
{
    (void)state;
    machine_settings_t machine;
    device_profile_t of = profile(8, 0, ALL_FUNCTIONS);
    of.point_count = 1;
    of.points[0] = (point_settings_t){.address = 7, .input_table = true};
    on_one_line(&machine, &of, 1, line_of(115200, PARITY_EVEN));
    assert_int_equal(budget_of_machine(&machine).devices[0].functions, FC(4));
    machine.profiles[0].points[0].address = 8; // behind the block: read by nobody in a period
    assert_int_equal(budget_of_machine(&machine).devices[0].functions, FC(3));
}

static void a_device_may_want_longer_silences_than_the_standard(void** state)
{
    (void)state;
    // 40 characters of 11 bits, 3.8194444 ms; the silence before the request and, as nobody knows
    // better, the one that ends it are 5 ms each, and 1 ms is assumed: 14.8194444 ms.
    device_profile_t drive = profile(8, 3, ALL_FUNCTIONS);
    drive.silent_interval_s = 5e-3;
    assert_near(exchange_s(&drive, 1, line_of(115200, PARITY_EVEN)), 14.8194444e-3, NEAR_S);
    drive.silent_interval_s = 1e-3; // shorter than the standard's: 3.8194444 + 2 x 1.75 + 1
    assert_near(exchange_s(&drive, 1, line_of(115200, PARITY_EVEN)), 8.3194444e-3, NEAR_S);
}

static void silences_shrink_with_the_characters_up_to_19200_baud_only(void** state)
{
    (void)state;
    const device_profile_t none = profile(1, 0, ALL_FUNCTIONS);
    machine_settings_t machine;
    on_one_line(&machine, &none, 1, line_of(19200, PARITY_EVEN));
    assert_near(budget_of_machine(&machine).devices[0].silence_s, 3.5 * 11 / 19200, NEAR_S);
    machine.lines[0].baud = 19201;
    assert_near(budget_of_machine(&machine).devices[0].silence_s, 1.75e-3, NEAR_S);
}

static void what_is_assumed_is_said(void** state)
{
    (void)state;
    machine_settings_t machine;
    const device_profile_t of = profile(1, 0, ALL_FUNCTIONS);
    on_one_line(&machine, &of, 1, line_of(115200, PARITY_EVEN));
    assert_true(budget_of_machine(&machine).devices[0].assumed);
    machine.profiles[0].turnaround_s = 1e-6;
    assert_false(budget_of_machine(&machine).devices[0].assumed);
    machine.profiles[0].turnaround_s = (double)NAN;
    assert_true(budget_of_machine(&machine).devices[0].assumed);
}

static void lines_and_sockets_run_at_the_same_time(void** state)
{
    (void)state;
    machine_settings_t machine;
    const device_profile_t of = profile(8, 3, ALL_FUNCTIONS);
    on_one_line(&machine, &of, 6, line_of(115200, PARITY_EVEN));
    machine.lines[1] = line_of(1000000, PARITY_EVEN);
    machine.line_count = 2;
    // Lines 1 2 1 2 2 and a socket, 3 of them on the quick line.
    machine.devices[1].line = machine.devices[3].line = machine.devices[4].line = 2;
    machine.devices[5].line = 0;
    const bus_budget_t budget = budget_of_machine(&machine);
    assert_int_equal(budget.link_count, 3);
    assert_int_equal(budget.device_count, 6);
    assert_int_equal(budget.links[0].line, 1);
    assert_int_equal(budget.links[0].device_count, 2);
    assert_int_equal(budget.devices[budget.links[0].first + 1].device, 2);
    assert_int_equal(budget.links[1].line, 2);
    assert_int_equal(budget.links[1].device_count, 3);
    assert_int_equal(budget.devices[budget.links[1].first + 2].device, 4);
    assert_int_equal(budget.links[2].line, 0);
    assert_int_equal(budget.links[2].device_count, 1);
    // Two of 8.3194444 ms against three of 0.44 + 4.5 ms.
    assert_int_equal(budget.slowest_link, 0);
    assert_near(budget.links[0].busy_s, 16.6388889e-3, NEAR_S);
    assert_near(budget.links[1].busy_s, 14.82e-3, NEAR_S);
    assert_near(budget.exchange_s, budget.links[0].busy_s, NEAR_S);
}

static void sockets_take_no_turns_even_at_one_address(void** state)
{
    (void)state;
    machine_settings_t machine;
    device_profile_t of = profile(8, 3, ALL_FUNCTIONS);
    of.turnaround_s = 2e-3;
    on_one_line(&machine, &of, 9, line_of(115200, PARITY_EVEN));
    for (int i = 0; i < 9; i++) {
        machine.devices[i].line = 0;
    }
    const bus_budget_t budget = budget_of_machine(&machine);
    assert_int_equal(budget.link_count, 9);
    assert_near(budget.exchange_s, BUDGET_TCP_EXCHANGE_S + 2e-3, NEAR_S);
    // MBAP of 7 bytes instead of unit and checksum.
    assert_int_equal(budget.devices[0].request_bytes, 23);
    assert_int_equal(budget.devices[0].reply_bytes, 25);
}

static void a_period_fits_from_the_shortest_possible_one_on(void** state)
{
    (void)state;
    machine_settings_t machine;
    const device_profile_t of = profile(8, 3, ALL_FUNCTIONS);
    on_one_line(&machine, &of, 1, line_of(115200, PARITY_EVEN));
    // 8.3194444 ms to whole microseconds, 8320, and 1600 for the rest.
    assert_int_equal(budget_of_machine(&machine).period_min_us, 9920);
    machine.period_us = 9919;
    assert_false(budget_of_machine(&machine).fits);
    machine.period_us = 9920;
    assert_true(budget_of_machine(&machine).fits);
    assert_near(budget_of_machine(&machine).limit_s, 8.32e-3, NEAR_S);
}

static void the_machine_is_blind_for_sample_period_and_exchange(void** state)
{
    (void)state;
    machine_settings_t machine;
    device_profile_t of = profile(8, 3, ALL_FUNCTIONS);
    of.sample_age_max_s = 4e-3;
    on_one_line(&machine, &of, 1, line_of(115200, PARITY_EVEN));
    machine.period_us = 12000;
    assert_near(budget_of_machine(&machine).blind_s, 24.3194444e-3, NEAR_S);
    // Of a period that is too short the shortest possible one counts: 4 + 9.92 + 8.3194444.
    machine.period_us = 4000;
    assert_near(budget_of_machine(&machine).blind_s, 22.2394444e-3, NEAR_S);
}

static void a_period_leaves_what_it_does_not_keep(void** state)
{
    (void)state;
    assert_int_equal(budget_exchange_limit_us(1000), 600);
    assert_int_equal(budget_exchange_limit_us(3999), 2399); // 2399.4
    assert_int_equal(budget_exchange_limit_us(4000), 2400);
    assert_int_equal(budget_exchange_limit_us(4001), 2401);
    assert_int_equal(budget_exchange_limit_us(20000), 18400);
}

static void no_shorter_period_leaves_enough(void** state)
{
    (void)state;
    for (int exchange_us = 0; exchange_us <= 20000; exchange_us++) {
        const int64_t period_us = budget_period_min_us(exchange_us * 1e-6);
        assert_true(period_us >= BUDGET_PERIOD_MIN_US);
        assert_true(budget_exchange_limit_us(period_us) >= exchange_us);
        assert_true(period_us == BUDGET_PERIOD_MIN_US ||
                    budget_exchange_limit_us(period_us - 1) < exchange_us);
    }
    assert_int_equal(budget_period_min_us(600e-6), 1000);
    assert_int_equal(budget_period_min_us(600.01e-6), 1002); // 601 / 0.6
    assert_true(budget_period_min_us((double)NAN) == INT64_MAX);
    assert_true(budget_period_min_us(HUGE_VAL) == INT64_MAX);
}

static void speeds_that_no_serial_device_can_be_set_to_are_known(void** state)
{
    (void)state;
    static const int known[] = {300, 9600, 19200, 115200, 460800, 1000000, 4000000};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_true(rtu_baud_known(known[i]));
        assert_int_equal(budget_baud_nearest(known[i]), known[i]);
    }
    assert_false(rtu_baud_known(115201));
    assert_int_equal(budget_baud_nearest(115201), 115200);
    assert_false(rtu_baud_known(14400));
    assert_int_equal(budget_baud_nearest(14400), 9600); // as far from 19200
    assert_int_equal(budget_baud_nearest(14401), 19200);
    assert_int_equal(budget_baud_nearest(250000), 230400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_force_sensor_is_read_as_often_as_its_line_allows),
        cmocka_unit_test(six_axes_on_one_line_take_as_long_as_worked_out_by_hand),
        cmocka_unit_test(a_device_is_asked_by_the_functions_it_has),
        cmocka_unit_test(input_registers_are_read_with_their_own_function),
        cmocka_unit_test(a_device_may_want_longer_silences_than_the_standard),
        cmocka_unit_test(silences_shrink_with_the_characters_up_to_19200_baud_only),
        cmocka_unit_test(what_is_assumed_is_said),
        cmocka_unit_test(lines_and_sockets_run_at_the_same_time),
        cmocka_unit_test(sockets_take_no_turns_even_at_one_address),
        cmocka_unit_test(a_period_fits_from_the_shortest_possible_one_on),
        cmocka_unit_test(the_machine_is_blind_for_sample_period_and_exchange),
        cmocka_unit_test(a_period_leaves_what_it_does_not_keep),
        cmocka_unit_test(no_shorter_period_leaves_enough),
        cmocka_unit_test(speeds_that_no_serial_device_can_be_set_to_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
