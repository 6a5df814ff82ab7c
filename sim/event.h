/// What can happen to the virtual table: every fault and every doing of a client, an operator or a
/// host that can be let happen, as one table that the scenario files, the typed lines, the campaign
/// and the world all read. What stands here is implemented; a fault that is not gets refused by its
/// name.
///
/// An event begins at a moment and lasts for its duration, or for good where that is 0. Ending, it
/// leaves things as they were before it: a sensor that was frozen measures again, a cable that was
/// out is in. What has happened in between is not undone. Some happen and are over, or take
/// something back for good (world_event_lasts): they have no duration in a file.
///
/// Several at once: of one kind on one target (device or axis) the later replaces the earlier, and
/// the end of the earlier is no longer waited for. Only what lifts the body (`body_shift`,
/// `client_rolls`, `client_pushes_up`) and `host_hang` add up: each lift ends by its own duration,
/// whatever others begin or end meanwhile, and hangs of one period follow one another. Different
/// kinds act together, in the order that their object's header states.
#ifndef KNEAD_SIM_EVENT_H
#define KNEAD_SIM_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "config/fields.h"
#include "config/settings.h"

/// Where a fault sits; the columns of the campaign's page.
#define EVENT_CLASS_LIST(X)                                                                        \
    X(EVENT_CLASS_SENSOR, "sensor", "the force sensor")                                            \
    X(EVENT_CLASS_ENCODER, "encoder", "what a drive says of its joint")                            \
    X(EVENT_CLASS_DRIVE, "drive", "what a drive does")                                             \
    X(EVENT_CLASS_POWER, "power", "brakes, supply and the emergency stop")                         \
    X(EVENT_CLASS_BUS, "bus", "requests and replies on their way")                                 \
    X(EVENT_CLASS_HOST, "host", "the computer that controls")                                      \
    X(EVENT_CLASS_CLIENT, "client", "who lies on the table")                                       \
    X(EVENT_CLASS_OPERATOR, "operator", "who set it up and stands beside it")
typedef enum {
#define X(id, name, meaning) id,
    EVENT_CLASS_LIST(X)
#undef X
} event_class_t;
#define EVENT_CLASS_COUNT 8

/// What an event happens to.
typedef enum {
    EVENT_TARGET_NONE,   // there is only one such thing
    EVENT_TARGET_DEVICE, // any device of the machine
    EVENT_TARGET_DRIVE,  // one of its drives
    EVENT_TARGET_AXIS,   // an axis of the force sensor: x y z rx ry rz
} event_target_t;
#define EVENT_AXIS_COUNT 6

/// Enumerator, word, class, target, dimension of the magnitude (a plain 0 to 0: there is none),
/// least and most of it, what happens.
/// A list a class, so that a switch over the kinds of one class can name the others.
#define SENSOR_EVENT_LIST(X)                                                                       \
    X(WORLD_EVENT_FORCE_FREEZE, "force_freeze", SENSOR, NONE, NONE, 0, 0,                          \
      "The force sensor repeats its last sample; its counter goes on.")                            \
    X(WORLD_EVENT_FORCE_COUNTER, "force_counter", SENSOR, NONE, NONE, 0, 0,                        \
      "The force sensor stops measuring: values and counter stand still.")                         \
    X(WORLD_EVENT_FORCE_BIAS, "force_bias", SENSOR, AXIS, FORCE, -200, 200,                        \
      "The sensor's zero jumps on one axis.")                                                      \
    X(WORLD_EVENT_FORCE_DRIFT, "force_drift", SENSOR, AXIS, FORCE_RATE, -20, 20,                   \
      "The sensor's zero wanders on one axis.")                                                    \
    X(WORLD_EVENT_FORCE_SCALE, "force_scale", SENSOR, NONE, NONE, -10, 10,                         \
      "The sensor reads so many times what is so; -1 turns its signs around.")                     \
    X(WORLD_EVENT_FORCE_SATURATION, "force_saturation", SENSOR, NONE, FORCE, 1, 200,               \
      "No axis reads more than this, either way.")                                                 \
    X(WORLD_EVENT_FORCE_SIGN, "force_sign", SENSOR, AXIS, NONE, 0, 0,                              \
      "One axis reads with the other sign.")                                                       \
    X(WORLD_EVENT_FORCE_SWAP, "force_swap", SENSOR, NONE, NONE, 1, 47,                             \
      "The three axes are exchanged and turned around; 1 to 47 are the ways that are not right.")  \
    X(WORLD_EVENT_FORCE_SPIKE, "force_spike", SENSOR, AXIS, FORCE, -500, 500,                      \
      "One sample in ten is off by this.")                                                         \
    X(WORLD_EVENT_FORCE_NOISE, "force_noise", SENSOR, NONE, FORCE, 0, 50,                          \
      "Noise of this standard deviation on every axis.")                                           \
    X(WORLD_EVENT_FORCE_STEPS, "force_steps", SENSOR, NONE, FORCE, 0.1, 50,                        \
      "The sensor reads only multiples of this.")                                                  \
    X(WORLD_EVENT_FORCE_DROPOUT, "force_dropout", SENSOR, NONE, NONE, 0, 1,                        \
      "So large a part of its samples reads nothing but zeros.")                                   \
    X(WORLD_EVENT_FORCE_DELAY, "force_delay", SENSOR, NONE, TIME, 0, 0.5,                          \
      "Samples are this much older than they say.")                                                \
    X(WORLD_EVENT_FORCE_PATTERN, "force_pattern", SENSOR, NONE, NONE, 0, 0,                        \
      "All registers read as an empty word, 0xFFFF.")                                              \
    X(WORLD_EVENT_FORCE_STATUS, "force_status", SENSOR, NONE, NONE, 0, 0,                          \
      "The sensor reports an overload.")                                                           \
    X(WORLD_EVENT_FORCE_WRONG_DEVICE, "force_wrong_device", SENSOR, NONE, NONE, 0.01, 100,         \
      "Another sensor answers, whose counts mean so many times as much.")
#define ENCODER_EVENT_LIST(X)                                                                      \
    X(WORLD_EVENT_ENCODER_JUMP, "encoder_jump", ENCODER, DRIVE, NONE, -7, 7,                       \
      "The position jumps, in rad or m, and stays off.")                                           \
    X(WORLD_EVENT_ENCODER_FREEZE, "encoder_freeze", ENCODER, DRIVE, NONE, 0, 0,                    \
      "The position stays what it was, and the speed 0.")                                          \
    X(WORLD_EVENT_ENCODER_DRIFT, "encoder_drift", ENCODER, DRIVE, NONE, -0.5, 0.5,                 \
      "The position wanders off, in rad/s or m/s.")                                                \
    X(WORLD_EVENT_ENCODER_WRAP, "encoder_wrap", ENCODER, DRIVE, NONE, 0.1, 7,                      \
      "The position wraps around at multiples of this, in rad or m.")                              \
    X(WORLD_EVENT_ENCODER_SIGN, "encoder_sign", ENCODER, DRIVE, NONE, 0, 0,                        \
      "Position changes and speed count the other way.")                                           \
    X(WORLD_EVENT_ENCODER_SCALE, "encoder_scale", ENCODER, DRIVE, NONE, 0.1, 10,                   \
      "Position changes and speed count so many times too much.")
#define DRIVE_EVENT_LIST(X)                                                                        \
    X(WORLD_EVENT_DRIVE_FAULT, "drive_fault", DRIVE, DRIVE, NONE, 0, 0,                            \
      "A drive reports a fault and brakes.")                                                       \
    X(WORLD_EVENT_DRIVE_DEAF_TO_STOP, "drive_deaf_to_stop", DRIVE, DRIVE, NONE, 0, 0,              \
      "A drive goes on whatever its control word asks for.")                                       \
    X(WORLD_EVENT_DRIVE_DEAF, "drive_deaf", DRIVE, DRIVE, NONE, 0, 0,                              \
      "A drive answers, and takes no new set-point.")                                              \
    X(WORLD_EVENT_DRIVE_LATE, "drive_late", DRIVE, DRIVE, TIME, 0, 0.5,                            \
      "A drive acts on what it is told only after this time.")                                     \
    X(WORLD_EVENT_DRIVE_WRONG_MODE, "drive_wrong_mode", DRIVE, DRIVE, NONE, 0, 0,                  \
      "A drive leaves the cyclic position mode, and says so.")                                     \
    X(WORLD_EVENT_DRIVE_UNLIMITED, "drive_unlimited", DRIVE, DRIVE, NONE, 0, 0,                    \
      "A drive keeps no torque limit.")                                                            \
    X(WORLD_EVENT_DRIVE_WEAK, "drive_weak", DRIVE, DRIVE, NONE, 0, 1,                              \
      "A drive has only this part of its torque.")                                                 \
    X(WORLD_EVENT_DRIVE_RUNAWAY, "drive_runaway", DRIVE, DRIVE, NONE, -3, 3,                       \
      "A drive runs at this speed, in rad/s or m/s, whatever it is told.")                         \
    X(WORLD_EVENT_DRIVE_OSCILLATES, "drive_oscillates", DRIVE, DRIVE, NONE, 0, 0.5,                \
      "A drive swings about its set-point at 8 Hz, this far in rad or m.")                         \
    X(WORLD_EVENT_DRIVE_STUCK_STATE, "drive_stuck_state", DRIVE, DRIVE, NONE, 0, 0,                \
      "A drive's state machine stays where it is, and its state word too.")                        \
    X(WORLD_EVENT_DRIVE_DISABLES, "drive_disables", DRIVE, DRIVE, NONE, 0, 0,                      \
      "A drive takes its torque away and shuts its brake, without a fault.")                       \
    X(WORLD_EVENT_DRIVE_WATCHDOG_OFF, "drive_watchdog_off", DRIVE, DRIVE, NONE, 0, 0,              \
      "A drive's watchdog no longer acts, whatever its register says.")
#define POWER_EVENT_LIST(X)                                                                        \
    X(WORLD_EVENT_BRAKE_SLIPS, "brake_slips", POWER, DRIVE, NONE, 0, 1,                            \
      "A brake holds only this part of what it should.")                                           \
    X(WORLD_EVENT_BRAKE_LATE, "brake_late", POWER, DRIVE, TIME, 0, 2,                              \
      "A brake shuts this much later.")                                                            \
    X(WORLD_EVENT_BRAKE_STUCK, "brake_stuck", POWER, DRIVE, NONE, 0, 0, "A brake does not open.")  \
    X(WORLD_EVENT_UNDERVOLTAGE, "undervoltage", POWER, DRIVE, NONE, 0, 0,                          \
      "A drive finds its supply too low, and reports it.")                                         \
    X(WORLD_EVENT_POWER_CUT, "power_cut", POWER, NONE, NONE, 0, 0,                                 \
      "The drives lose their supply; their logic stays.")                                          \
    X(WORLD_EVENT_ESTOP_PRESSED, "estop_pressed", POWER, NONE, NONE, 0, 0,                         \
      "The emergency stop chain opens.")                                                           \
    X(WORLD_EVENT_ESTOP_RELEASED, "estop_released", POWER, NONE, NONE, 0, 0,                       \
      "The emergency stop chain is whole again.")                                                  \
    X(WORLD_EVENT_RELAY_STUCK, "relay_stuck", POWER, NONE, NONE, 0, 0,                             \
      "The power relay does not open any more; the emergency stop still opens its own contact.")
#define BUS_EVENT_LIST(X)                                                                          \
    X(WORLD_EVENT_DEVICE_SILENT, "device_silent", BUS, DEVICE, NONE, 0, 0,                         \
      "A device answers nothing any more, and hears nothing.")                                     \
    X(WORLD_EVENT_DEVICE_BACK, "device_back", BUS, DEVICE, NONE, 0, 0,                             \
      "A silent device answers again.")                                                            \
    X(WORLD_EVENT_BUS_LOSS, "bus_loss", BUS, DEVICE, NONE, 0, 1,                                   \
      "So large a part of the replies is lost; the requests arrive.")                              \
    X(WORLD_EVENT_BUS_REQUEST_LOSS, "bus_request_loss", BUS, DEVICE, NONE, 0, 1,                   \
      "So large a part of the requests is lost.")                                                  \
    X(WORLD_EVENT_BUS_BURST, "bus_burst", BUS, NONE, NONE, 1, 50,                                  \
      "Of every hundred periods so many in a row get no reply at all.")                            \
    X(WORLD_EVENT_BUS_DELAY, "bus_delay", BUS, DEVICE, TIME, 0, 0.5,                               \
      "Replies come this much later; what is too late is dropped.")                                \
    X(WORLD_EVENT_BUS_JITTER, "bus_jitter", BUS, DEVICE, TIME, 0, 0.5,                             \
      "Replies come up to this much later.")                                                       \
    X(WORLD_EVENT_BUS_DUPLICATE, "bus_duplicate", BUS, DEVICE, NONE, 0, 1,                         \
      "So large a part of the replies comes twice.")                                               \
    X(WORLD_EVENT_BUS_REORDER, "bus_reorder", BUS, DEVICE, NONE, 0, 1,                             \
      "So large a part of the replies comes after the next one.")                                  \
    X(WORLD_EVENT_BUS_STALE, "bus_stale", BUS, DEVICE, NONE, 0, 0,                                 \
      "A gateway answers with the last reply it saw, for ever.")                                   \
    X(WORLD_EVENT_BUS_BIT_FLIP, "bus_bit_flip", BUS, DEVICE, NONE, 0, 1,                           \
      "In so large a part of the replies one bit of the frame is turned.")                         \
    X(WORLD_EVENT_BUS_CORRUPT, "bus_corrupt", BUS, DEVICE, NONE, 0, 1,                             \
      "In so large a part of the replies a register is another, with a right checksum.")           \
    X(WORLD_EVENT_BUS_TRUNCATED, "bus_truncated", BUS, DEVICE, NONE, 0, 1,                         \
      "So large a part of the replies is cut short.")                                              \
    X(WORLD_EVENT_BUS_GLUED, "bus_glued", BUS, DEVICE, NONE, 0, 1,                                 \
      "So large a part of the replies has another one glued to its end.")                          \
    X(WORLD_EVENT_BUS_DRIP, "bus_drip", BUS, DEVICE, TIME, 0, 0.1,                                 \
      "Replies come byte by byte, with this time between two.")                                    \
    X(WORLD_EVENT_BUS_WRONG_UNIT, "bus_wrong_unit", BUS, DEVICE, NONE, 0, 0,                       \
      "Replies name another unit.")                                                                \
    X(WORLD_EVENT_BUS_WRONG_TRANSACTION, "bus_wrong_transaction", BUS, DEVICE, NONE, 0, 0,         \
      "Replies name another transaction.")                                                         \
    X(WORLD_EVENT_BUS_WRONG_LENGTH, "bus_wrong_length", BUS, DEVICE, NONE, 0, 0,                   \
      "Replies state another length.")                                                             \
    X(WORLD_EVENT_BUS_WRONG_FUNCTION, "bus_wrong_function", BUS, DEVICE, NONE, 0, 0,               \
      "Replies answer another function.")                                                          \
    X(WORLD_EVENT_BUS_EXCEPTION, "bus_exception", BUS, DEVICE, NONE, 1, 11,                        \
      "Every request is answered with this exception.")                                            \
    X(WORLD_EVENT_BUS_RESET, "bus_reset", BUS, DEVICE, NONE, 0, 0,                                 \
      "The connection is reset, and taken again after half a second.")                             \
    X(WORLD_EVENT_BUS_REFUSED, "bus_refused", BUS, DEVICE, NONE, 0, 0,                             \
      "The connection is reset, and refused from then on.")                                        \
    X(WORLD_EVENT_ROGUE_MASTER, "rogue_master", BUS, DRIVE, NONE, -0.5, 0.5,                       \
      "Somebody else writes set-points to a drive, so far off in rad or m.")                       \
    X(WORLD_EVENT_DEVICES_SWAPPED, "devices_swapped", BUS, DRIVE, NONE, 0, 0,                      \
      "A drive and the one after it answer under each other's address.")
#define HOST_EVENT_LIST(X)                                                                         \
    X(WORLD_EVENT_HOST_CRASH, "host_crash", HOST, NONE, NONE, 0, 0, "The controller is gone.")     \
    X(WORLD_EVENT_HOST_HANG, "host_hang", HOST, NONE, TIME, 0.004, 10,                             \
      "The controller stands still for this time.")                                                \
    X(WORLD_EVENT_HOST_OVERRUN, "host_overrun", HOST, NONE, TIME, 0.0005, 0.05,                    \
      "Every period is late by this much.")                                                        \
    X(WORLD_EVENT_HOST_THROTTLED, "host_throttled", HOST, NONE, TIME, 0.004, 0.5,                  \
      "Once a second the controller is held up for this time.")                                    \
    X(WORLD_EVENT_HOST_CLOCK_JUMP, "host_clock_jump", HOST, NONE, TIME, -3600, 3600,               \
      "The controller's clock jumps.")                                                             \
    X(WORLD_EVENT_HOST_LIMITS_FLIP, "host_limits_flip", HOST, NONE, NONE, 0, 100000,               \
      "A bit of the limits in the controller's memory turns; which one.")
#define CLIENT_EVENT_LIST(X)                                                                       \
    X(WORLD_EVENT_BODY_SHIFT, "body_shift", CLIENT, NONE, LENGTH, -0.5, 0.5,                       \
      "The body rises within 0.3 s.")                                                              \
    X(WORLD_EVENT_CLIENT_BREATHES_DEEP, "client_breathes_deep", CLIENT, NONE, LENGTH, 0, 0.03,     \
      "Breaths lift the thorax this far.")                                                         \
    X(WORLD_EVENT_CLIENT_COUGHS, "client_coughs", CLIENT, NONE, LENGTH, 0, 0.03,                   \
      "The skin rises this far and is back within 0.3 s.")                                         \
    X(WORLD_EVENT_CLIENT_ROLLS, "client_rolls", CLIENT, NONE, LENGTH, 0, 0.1,                      \
      "The client rolls over: the skin rises this far within 0.5 s.")                              \
    X(WORLD_EVENT_CLIENT_PUSHES_UP, "client_pushes_up", CLIENT, NONE, LENGTH, 0, 0.3,              \
      "The client pushes up: the skin rises this far within 0.8 s.")                               \
    X(WORLD_EVENT_CLIENT_LEAVES, "client_leaves", CLIENT, NONE, NONE, 0, 0,                        \
      "The client slides off the table; the presence switch opens.")                               \
    X(WORLD_EVENT_CLIENT_GONE_UNSEEN, "client_gone_unseen", CLIENT, NONE, NONE, 0, 0,              \
      "The client slides off the table, and the presence switch stays shut.")                      \
    X(WORLD_EVENT_CLIENT_GRABS, "client_grabs", CLIENT, NONE, FORCE, -150, 150,                    \
      "Somebody pulls the tool across the table, to the side that y counts up to.")                \
    X(WORLD_EVENT_CLIENT_TETHER, "client_tether", CLIENT, NONE, STIFFNESS, 100, 20000,             \
      "Hair or cloth is caught: a tether of this stiffness holds the tool where it is.")           \
    X(WORLD_EVENT_CLIENT_HARD_SPOT, "client_hard_spot", CLIENT, NONE, NONE, 1, 20,                 \
      "The tissue is so many times as stiff.")                                                     \
    X(WORLD_EVENT_CLIENT_SOFT_SPOT, "client_soft_spot", CLIENT, NONE, NONE, 0.05, 1,               \
      "The tissue has only this part of its stiffness.")                                           \
    X(WORLD_EVENT_SKIN_FRICTION, "skin_friction", CLIENT, NONE, NONE, 0, 1.5,                      \
      "Friction of the pad on the skin: oiled 0.15, dry about 0.46.")                              \
    X(WORLD_EVENT_BUTTON_PRESSED, "button_pressed", CLIENT, NONE, NONE, 0, 0,                      \
      "The client presses the button.")                                                            \
    X(WORLD_EVENT_BUTTON_RELEASED, "button_released", CLIENT, NONE, NONE, 0, 0,                    \
      "The client lets go of the button.")
#define OPERATOR_EVENT_LIST(X)                                                                     \
    X(WORLD_EVENT_TOOL_HEAVIER, "tool_heavier", OPERATOR, NONE, MASS, -1, 3,                       \
      "The tool weighs so much more than the machine's file says.")                                \
    X(WORLD_EVENT_TOOL_LOST, "tool_lost", OPERATOR, NONE, NONE, 0, 0,                              \
      "The tool falls off: its weight and the contact are gone; back once clear of the body.")     \
    X(WORLD_EVENT_BODY_MIRRORED, "body_mirrored", OPERATOR, NONE, NONE, 0, 0,                      \
      "The client lies the other way round, left for right.")                                      \
    X(WORLD_EVENT_BODY_ELSEWHERE, "body_elsewhere", OPERATOR, NONE, LENGTH, -0.2, 0.2,             \
      "The client lies so much further footward than registered.")                                 \
    X(WORLD_EVENT_OPERATOR_STARTS_TWICE, "operator_starts_twice", OPERATOR, NONE, NONE, 0, 0,      \
      "Arm and start are asked for again, in every period.")                                       \
    X(WORLD_EVENT_OPERATOR_ACKNOWLEDGES_EARLY, "operator_acknowledges_early", OPERATOR, NONE,      \
      NONE, 0, 0, "Acknowledge is asked for in every period.")                                     \
    X(WORLD_EVENT_OPERATOR_STARTS_AND_STOPS, "operator_starts_and_stops", OPERATOR, NONE, NONE, 0, \
      0, "Start and stop are asked for in the same period.")
#define WORLD_EVENT_LIST(X)                                                                        \
    SENSOR_EVENT_LIST(X)                                                                           \
    ENCODER_EVENT_LIST(X)                                                                          \
    DRIVE_EVENT_LIST(X)                                                                            \
    POWER_EVENT_LIST(X)                                                                            \
    BUS_EVENT_LIST(X)                                                                              \
    HOST_EVENT_LIST(X)                                                                             \
    CLIENT_EVENT_LIST(X)                                                                           \
    OPERATOR_EVENT_LIST(X)
/// For a switch: the labels of a list.
#define WORLD_EVENT_CASE(id, word, klass, target, dimension, least, most, meaning) case id:
typedef enum {
#define X(id, word, klass, target, dimension, least, most, meaning) id,
    WORLD_EVENT_LIST(X)
#undef X
} world_event_kind_t;
#define WORLD_EVENT_KIND_COUNT 93

typedef struct {
    const char* word;
    const char* meaning;
    event_class_t klass;
    event_target_t target;
    dimension_t dimension;
    double least, most; // of the magnitude, SI; both 0 where it has none
} world_event_info_t;
const world_event_info_t* world_event_info(world_event_kind_t kind);

/// The kind of that word, or -1.
int world_event_kind_of(const char* word);

typedef struct {
    world_event_kind_t kind;
    int64_t at_us;       // virtual time
    int64_t duration_us; // 0: for good
    int device;          // index into machine_settings_t.devices, where the kind needs one
    int axis;            // of the force sensor, 0 to 5, where the kind needs one
    double magnitude;    // where the kind needs one; unit with the kind
} world_event_t;

/// What lets a kind happen.
typedef enum {
    EVENT_HOME_WORLD,    // sim/world.h
    EVENT_HOME_WIRE,     // sim/wire.h
    EVENT_HOME_HOST,     // sim/host_faults.h
    EVENT_HOME_OPERATOR, // sim/operator_faults.h
} event_home_t;
event_home_t world_event_home(world_event_kind_t kind);

/// False for what happens once (`drive_fault`, which a reset takes back, `client_coughs`,
/// `bus_reset`, `host_hang` by its own time), for a controller that is gone, and for what takes
/// something back: nothing is left to end. A duration of theirs means nothing.
bool world_event_lasts(world_event_kind_t kind);

/// True for the kinds of which several at once add up.
bool world_event_adds_up(world_event_kind_t kind);

/// False for a part where the kind's magnitude is a count or a number of something.
bool world_event_counts_fit(const world_event_t* event);

/// Faults that tables of hazards name and that nothing here lets happen yet: a file that asks for
/// one is refused by its name. Word, why.
#define EVENT_MISSING_LIST(X)                                                                      \
    X("malloc_failure", "the cycle takes no memory; elsewhere the program ends with a message")    \
    X("disk_full", "needs a file system of its own")                                               \
    X("fsync_error", "needs a file system of its own")                                             \
    X("bus_half_open", "'bus_loss' of 1 looks the same to the controller")                         \
    X("wrong_posture", "'body_mirrored' and 'body_elsewhere' are what of it can be tried")         \
    X("wrong_tool", "'tool_heavier' is what of it can be tried")                                   \
    X("wrong_routine", "a routine is bound to its client before it is played")                     \
    X("config_swap", "files are read once, before the run")
/// Why a fault of that word is missing, or null if the word is none of them.
const char* event_missing_text(const char* word);

/// True if the event's target is there in this machine and its magnitude in range.
bool world_event_fits(const world_event_t* event, const machine_settings_t* machine);

/// What a serial line lacks, for whoever refuses a fault on one.
#define SERIAL_LINE_LACKS_TEXT                                                                     \
    "it has no connections, transactions or lengths, and no two replies under way"

/// True for the faults that need one of these, so that they can happen over TCP alone. All others
/// can happen over TCP and on lines; none needs a line.
bool world_event_needs_tcp(world_event_kind_t kind);

/// True unless the event needs TCP and its device is on a serial line. The event must fit the
/// machine.
bool world_event_has_way(const world_event_t* event, const machine_settings_t* machine);

#endif
