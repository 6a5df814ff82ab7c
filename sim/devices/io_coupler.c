#include "sim/devices/io_coupler.h"

#include <math.h>

void io_coupler_init(io_coupler_t* coupler, bool client_present)
{
    *coupler = (io_coupler_t){
        .estop_closed = true, .button_released = true, .client_present = client_present};
}

void io_coupler_take_written(io_coupler_t* coupler, const register_file_t* file)
{
    coupler->outputs = (uint16_t)register_file_raw(file, POINT_OUTPUTS);
    double watchdog_s = 0.0;
    if (register_file_get(file, POINT_WATCHDOG, &watchdog_s)) {
        coupler->watchdog_us = (int64_t)llround(watchdog_s * 1e6);
    }
    coupler->write_age_us = 0;
}

void io_coupler_step(io_coupler_t* coupler, int64_t step_us)
{
    coupler->sample_counter += 1;
    coupler->write_age_us += step_us;
    if (coupler->watchdog_us > 0 && coupler->write_age_us > coupler->watchdog_us) {
        coupler->outputs = 0;
    }
    const bool wanted = (coupler->outputs & IO_OUTPUT_RELAY_CLOSE) != 0;
    if (!coupler->estop_closed) {
        coupler->relay_latched_open = true;
    } else if (!wanted) {
        coupler->relay_latched_open = false;
    }
    coupler->relay_age_us =
        wanted && !coupler->relay_latched_open ? coupler->relay_age_us + step_us : 0;
    const bool welded = coupler->relay_stuck && coupler->relay_closed;
    coupler->relay_closed = welded || coupler->relay_age_us >= IO_RELAY_CLOSE_US;
}

bool io_coupler_power(const io_coupler_t* coupler)
{
    return coupler->estop_closed && coupler->relay_closed;
}

void io_coupler_latch(const io_coupler_t* coupler, register_file_t* file)
{
    const uint32_t inputs = (coupler->estop_closed ? IO_INPUT_ESTOP_CLOSED : 0u) |
                            (coupler->button_released ? IO_INPUT_BUTTON_RELEASED : 0u) |
                            (coupler->client_present ? IO_INPUT_CLIENT_PRESENT : 0u) |
                            (coupler->relay_closed ? IO_INPUT_RELAY_CLOSED : 0u);
    register_file_set_raw(file, POINT_INPUTS, inputs);
    register_file_set_raw(file, POINT_OUTPUTS, coupler->outputs);
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, coupler->sample_counter);
}
