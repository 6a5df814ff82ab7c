/// The I/O coupler: the emergency stop chain, the client's button and the table's presence switch
/// come in, the power relay and the lamp go out. Bits are those of `IO_INPUT_*` and `IO_OUTPUT_*`.
///
/// The relay is a safety relay: it shuts IO_RELAY_CLOSE_US after its output is set, opens with the
/// output at once, and opens with the emergency stop chain at once whatever the output says. After
/// that it stays open until the output has been cleared and set again, so that releasing the button
/// starts nothing (ISO 13850). A relay that is stuck (welded contacts) breaks that: then only the
/// chain's own contact takes the power away, and releasing the button gives it back.
#ifndef KNEAD_SIM_DEVICES_IO_COUPLER_H
#define KNEAD_SIM_DEVICES_IO_COUPLER_H

#include "controller/bus/bus.h"
#include "sim/devices/register_file.h"

#define IO_RELAY_CLOSE_US 20000

typedef struct {
    bool estop_closed;
    bool button_released;
    bool client_present;
    uint16_t outputs;    // as last written
    int64_t watchdog_us; // 0 for off
    int64_t write_age_us;
    bool relay_latched_open; // until the output has been seen clear
    int64_t relay_age_us;    // since its output was set
    bool relay_closed;
    bool relay_stuck; // fault: once shut it stays so, and its feedback says so
    uint32_t sample_counter;
} io_coupler_t;

/// A coupler at power-up: chain whole, button released, all outputs clear.
void io_coupler_init(io_coupler_t* coupler, bool client_present);

/// Takes what was written to the registers; call once for the writes of a step.
void io_coupler_take_written(io_coupler_t* coupler, const register_file_t* file);

/// Lets `step_us` pass. Without a write for longer than its watchdog it clears its outputs.
void io_coupler_step(io_coupler_t* coupler, int64_t step_us);

/// True if drives have power: what their safe-torque-off inputs see.
bool io_coupler_power(const io_coupler_t* coupler);

/// Writes inputs, outputs and counter into the registers.
void io_coupler_latch(const io_coupler_t* coupler, register_file_t* file);

#endif
