/// What the controller and its devices exchange once a period, in SI units, and what can go wrong.
/// Registers, profiles and sockets are below this line; the cycle knows only these values.
#ifndef KNEAD_CONTROLLER_BUS_BUS_H
#define KNEAD_CONTROLLER_BUS_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/settings.h"

/// CiA 402 states of a drive, as its status word says (CiA 402-2, state machine; masks 0x4F, 0x6F),
/// in the order in which a drive walks to its torque. One that is enabled and says by bit 12 that
/// it does not follow its set-points (in cyclic synchronous position mode) stands for itself.
#define DRIVE_STATE_LIST(X)                                                                        \
    X(DRIVE_UNKNOWN, "unknown")                                                                    \
    X(DRIVE_NOT_READY, "not ready to switch on")                                                   \
    X(DRIVE_SWITCH_ON_DISABLED, "switch on disabled")                                              \
    X(DRIVE_READY_TO_SWITCH_ON, "ready to switch on")                                              \
    X(DRIVE_SWITCHED_ON, "switched on")                                                            \
    X(DRIVE_OPERATION_ENABLED, "operation enabled")                                                \
    X(DRIVE_QUICK_STOP, "quick stop active")                                                       \
    X(DRIVE_FAULT_REACTION, "fault reaction active")                                               \
    X(DRIVE_FAULT, "fault")                                                                        \
    X(DRIVE_NOT_FOLLOWING, "enabled without following its set-points")
typedef enum {
#define X(id, text) id,
    DRIVE_STATE_LIST(X)
#undef X
} drive_state_t;
#define DRIVE_STATE_COUNT 10
const char* drive_state_text(drive_state_t state);

/// What the controller wants of a drive; the next control word follows from it and the drive's
/// state.
typedef enum {
    DRIVE_REQUEST_DISABLE,     // no torque
    DRIVE_REQUEST_ENABLE,      // walk to operation enabled and follow the target
    DRIVE_REQUEST_QUICK_STOP,  // brake by itself, then no torque
    DRIVE_REQUEST_RESET_FAULT, // clear a latched fault (rising edge)
} drive_request_t;

/// A sample's age counts from when the device's own counter last moved, not from when a reply came.
#define AGE_NEVER_US INT64_MAX

typedef struct {
    double position; // rad or m, joint side
    double velocity; // per second
    double effort;   // Nm or N
    drive_state_t state;
    uint16_t fault_code;
    int64_t age_us;
} drive_feedback_t;

typedef struct {
    double force_N[3]; // in the sensor's axes: what the world does to the tool
    double torque_Nm[3];
    bool status_ok;
    int64_t age_us;
} force_feedback_t;

typedef struct {
    bool estop_closed;           // the chain is whole; false stops
    bool client_button_released; // normally closed; false stops
    bool client_present;
    bool power_relay_closed;
    int64_t age_us;
} io_feedback_t;

typedef struct {
    drive_feedback_t drives[JOINT_CAPACITY]; // by joint
    force_feedback_t force;
    io_feedback_t io;
} bus_feedback_t;

typedef struct {
    double position[JOINT_CAPACITY]; // rad or m, by joint
    drive_request_t request[JOINT_CAPACITY];
    bool power_relay_close;
    bool lamp_moving;
} bus_command_t;

/// Bits of POINT_INPUTS and POINT_OUTPUTS of the I/O coupler.
#define IO_INPUT_ESTOP_CLOSED 0x0001u
#define IO_INPUT_BUTTON_RELEASED 0x0002u
#define IO_INPUT_CLIENT_PRESENT 0x0004u
#define IO_INPUT_RELAY_CLOSED 0x0008u
#define IO_OUTPUT_RELAY_CLOSE 0x0001u
#define IO_OUTPUT_LAMP_MOVING 0x0002u

#endif
