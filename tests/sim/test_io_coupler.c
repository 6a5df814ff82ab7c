/// The relay's time, its latch after an emergency stop, the coupler's watchdog and its bits.
#include "tests/support/cmocka_prelude.h"

#include "sim/devices/io_coupler.h"
#include "tests/sim/table_under_test.h"

static void run(io_coupler_t* coupler, int steps)
{
    for (int i = 0; i < steps; ++i) {
        io_coupler_step(coupler, 1000);
    }
}

static io_coupler_t with_relay_shut(void)
{
    io_coupler_t coupler;
    io_coupler_init(&coupler, true);
    coupler.outputs = IO_OUTPUT_RELAY_CLOSE;
    run(&coupler, 50);
    assert_true(io_coupler_power(&coupler));
    return coupler;
}

static void relay_shuts_20_ms_after_its_output(void** state)
{
    (void)state;
    io_coupler_t coupler;
    io_coupler_init(&coupler, true);
    run(&coupler, 100);
    assert_false(io_coupler_power(&coupler));
    coupler.outputs = IO_OUTPUT_RELAY_CLOSE;
    run(&coupler, 19);
    assert_false(io_coupler_power(&coupler));
    run(&coupler, 1);
    assert_true(io_coupler_power(&coupler));
    coupler.outputs = 0;
    run(&coupler, 1);
    assert_false(io_coupler_power(&coupler));
}

static void lamp_alone_shuts_no_relay(void** state)
{
    (void)state;
    io_coupler_t coupler;
    io_coupler_init(&coupler, true);
    coupler.outputs = IO_OUTPUT_LAMP_MOVING;
    run(&coupler, 100);
    assert_false(io_coupler_power(&coupler));
}

static void estop_opens_the_relay_at_once_and_releasing_it_starts_nothing(void** state)
{
    (void)state;
    io_coupler_t coupler = with_relay_shut();
    coupler.estop_closed = false;
    assert_false(io_coupler_power(&coupler)); // the chain itself, before any step
    run(&coupler, 1);
    assert_false(coupler.relay_closed);
    coupler.estop_closed = true;
    run(&coupler, 1000);
    assert_false(io_coupler_power(&coupler));
    coupler.outputs = 0; // a new rising edge is needed
    run(&coupler, 1);
    coupler.outputs = IO_OUTPUT_RELAY_CLOSE;
    run(&coupler, 20);
    assert_true(io_coupler_power(&coupler));
}

static void clearing_the_output_while_the_chain_is_open_resets_nothing(void** state)
{
    (void)state;
    io_coupler_t coupler = with_relay_shut();
    coupler.estop_closed = false;
    run(&coupler, 1);
    coupler.outputs = 0;
    run(&coupler, 5);
    coupler.outputs = IO_OUTPUT_RELAY_CLOSE;
    run(&coupler, 5);
    coupler.estop_closed = true;
    run(&coupler, 100);
    assert_false(io_coupler_power(&coupler));
}

static void watchdog_clears_the_outputs_just_above_its_time(void** state)
{
    (void)state;
    io_coupler_t coupler = with_relay_shut();
    coupler.watchdog_us = 100000;
    coupler.write_age_us = 0;
    run(&coupler, 100);
    assert_true(io_coupler_power(&coupler));
    run(&coupler, 1);
    assert_false(io_coupler_power(&coupler));
    assert_int_equal(coupler.outputs, 0);
}

static void inputs_show_in_their_bits(void** state)
{
    (void)state;
    static device_profile_t force, io;
    table_other_profiles(&force, &io);
    register_file_t file;
    assert_true(register_file_init(&file, &io));
    io_coupler_t coupler;
    io_coupler_init(&coupler, true);
    io_coupler_latch(&coupler, &file);
    assert_int_equal(register_file_raw(&file, POINT_INPUTS), 0x0007);
    coupler = with_relay_shut();
    coupler.button_released = false;
    io_coupler_latch(&coupler, &file);
    assert_int_equal(register_file_raw(&file, POINT_INPUTS), 0x000D);
    assert_int_equal(register_file_raw(&file, POINT_OUTPUTS), 0x0001);
    io_coupler_init(&coupler, false);
    io_coupler_latch(&coupler, &file);
    assert_int_equal(register_file_raw(&file, POINT_INPUTS), 0x0003);
}

static void stuck_relay_stays_shut_once_it_has_shut(void** state)
{
    (void)state;
    io_coupler_t coupler;
    io_coupler_init(&coupler, true);
    coupler.relay_stuck = true;
    for (int i = 0; i < 100; ++i) {
        io_coupler_step(&coupler, 1000);
    }
    assert_false(io_coupler_power(&coupler)); // it has to shut before it can stay so
    coupler.outputs = IO_OUTPUT_RELAY_CLOSE;
    for (int i = 0; i < 30; ++i) {
        io_coupler_step(&coupler, 1000);
    }
    assert_true(io_coupler_power(&coupler));
    coupler.outputs = 0;
    io_coupler_step(&coupler, 1000);
    assert_true(io_coupler_power(&coupler) && coupler.relay_closed);
    coupler.estop_closed = false;
    io_coupler_step(&coupler, 1000);
    assert_false(io_coupler_power(&coupler));
    coupler.relay_stuck = false;
    io_coupler_step(&coupler, 1000);
    assert_false(coupler.relay_closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(relay_shuts_20_ms_after_its_output),
        cmocka_unit_test(lamp_alone_shuts_no_relay),
        cmocka_unit_test(estop_opens_the_relay_at_once_and_releasing_it_starts_nothing),
        cmocka_unit_test(clearing_the_output_while_the_chain_is_open_resets_nothing),
        cmocka_unit_test(watchdog_clears_the_outputs_just_above_its_time),
        cmocka_unit_test(inputs_show_in_their_bits),
        cmocka_unit_test(stuck_relay_stays_shut_once_it_has_shut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
