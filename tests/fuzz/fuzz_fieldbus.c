// The whole fieldbus over a wire that answers whatever it likes: replies of the virtual devices,
// cut, changed, replaced, late or missing as the input says. Whatever came, the feedback is finite
// where it was ever seen, no sample is young that was not fresh, and no request leaves the
// controller that the devices would refuse.
#include <math.h>

#include "config/load.h"
#include "controller/bus/fieldbus.h"
#include "sim/devices/register_file.h"
#include "tests/fuzz/fuzz_input.h"

#define PERIODS_MAX 24
#define PERIOD_US 4000

typedef struct {
    fuzz_input_t input;
    register_file_t files[DEVICE_CAPACITY];
} wire_t;

static machine_settings_t machine;

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    static findings_t findings;
    FUZZ_CLAIM(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    return 0;
}

static void count_sample(register_file_t* file)
{
    register_file_set_raw(file, POINT_SAMPLE_COUNTER,
                          register_file_raw(file, POINT_SAMPLE_COUNTER) + 1);
}

/// Lets the input meddle with a good reply; below 8 it stays good.
static port_result_t meddle(wire_t* wire, int device, pdu_t* reply)
{
    fuzz_input_t* input = &wire->input;
    switch (fuzz_take_byte(input) % 16) {
    case 8:
        reply->bytes[fuzz_take_byte(input) % (unsigned)reply->size] ^= fuzz_take_byte(input);
        return PORT_OK;
    case 9:
        reply->size = fuzz_take_byte(input) % (PDU_CAPACITY + 1);
        return PORT_OK;
    case 10:
        reply->size = fuzz_take_byte(input) % (PDU_CAPACITY + 1);
        fuzz_take(input, reply->bytes, (size_t)reply->size);
        return PORT_OK;
    case 11:
        reply->bytes[0] |= 0x80u;
        reply->bytes[1] = fuzz_take_byte(input);
        reply->size = 2;
        return PORT_OK;
    case 12: { // any word of the device, for its next replies
        register_file_t* file = &wire->files[device];
        file->words[fuzz_take_byte(input) % (unsigned)file->cell_count] = fuzz_take_word(input);
        return PORT_OK;
    }
    case 13:
        return PORT_TIMEOUT;
    case 14:
        return PORT_CLOSED;
    case 15:
        return (port_result_t)(fuzz_take_byte(input) % PORT_RESULT_COUNT);
    default:
        return PORT_OK;
    }
}

static void exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)timeout_us;
    wire_t* wire = context;
    for (int device = 0; device < machine.device_count; ++device) {
        batch->result[device] = PORT_NOT_ASKED;
        if (batch->request[device].size == 0) {
            continue;
        }
        bool wrote = false;
        pdu_t* reply = &batch->reply[device];
        count_sample(&wire->files[device]);
        FUZZ_CLAIM(
            register_file_request(&wire->files[device], &batch->request[device], reply, &wrote));
        FUZZ_CLAIM((reply->bytes[0] & 0x80u) == 0);
        batch->round_trip_us[device] = 100;
        batch->result[device] = meddle(wire, device, reply);
    }
}

static bool open_links(void* context, port_batch_t* batch, int64_t timeout_us)
{
    (void)timeout_us;
    wire_t* wire = context;
    bool all = true;
    for (int device = 0; device < machine.device_count; ++device) {
        const bool good = fuzz_take_byte(&wire->input) % 16 != 15;
        batch->result[device] = good ? PORT_OK : PORT_REFUSED;
        all = all && good;
    }
    return all;
}

static void close_links(void* context)
{
    (void)context;
}

static const port_vtable_t hostile = {
    .exchange = exchange, .open = open_links, .close = close_links};

static void claim_feedback(const fieldbus_t* bus, const bus_feedback_t* feedback)
{
    for (int joint = 0; joint < machine.arm.joint_count; ++joint) {
        const drive_feedback_t* drive = &feedback->drives[joint];
        FUZZ_CLAIM(isfinite(drive->position) && isfinite(drive->velocity));
        FUZZ_CLAIM(isfinite(drive->effort) && drive->age_us >= 0);
        FUZZ_CLAIM(drive->state >= 0 && drive->state < DRIVE_STATE_COUNT);
    }
    for (int axis = 0; axis < 3; ++axis) {
        FUZZ_CLAIM(isfinite(feedback->force.force_N[axis]));
        FUZZ_CLAIM(isfinite(feedback->force.torque_Nm[axis]));
    }
    for (int device = 0; device < machine.device_count; ++device) {
        const bus_device_frame_t* frame = &bus->frame.devices[device];
        FUZZ_CLAIM(frame->result >= 0 && frame->result < BUS_RESULT_COUNT);
        FUZZ_CLAIM((frame->result == BUS_FRESH) == (frame->age_us == 0));
        FUZZ_CLAIM(frame->result == BUS_FRESH || frame->age_us >= PERIOD_US);
        FUZZ_CLAIM(frame->words_in_count <= FIELDBUS_BLOCK_CAPACITY);
        FUZZ_CLAIM(frame->words_out_count <= FIELDBUS_BLOCK_CAPACITY);
    }
}

static void take_command(fuzz_input_t* input, bus_command_t* command)
{
    const uint8_t form = fuzz_take_byte(input);
    if ((form & 0xC0u) == 0xC0u) {
        const int joint = form % JOINT_CAPACITY;
        command->position[joint] = fuzz_take_double(input);
        command->request[joint] = (drive_request_t)(form >> 4 & 3u);
        command->power_relay_close = (form & 8u) != 0;
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    static wire_t wire;
    static fieldbus_t bus;
    static fieldbus_findings_t findings;
    memset(&findings, 0, sizeof findings);
    wire.input = (fuzz_input_t){bytes, count};
    for (int device = 0; device < machine.device_count; ++device) {
        const int profile = machine.devices[device].profile_index;
        FUZZ_CLAIM(register_file_init(&wire.files[device], &machine.profiles[profile]));
    }
    const port_t port = {&hostile, &wire, machine.device_count};
    FUZZ_CLAIM(fieldbus_init(&bus, &port, &machine, 1000, &findings));
    const bool configured = fieldbus_configure(&bus, 1000, &findings);
    FUZZ_CLAIM(configured == (findings.blocking_count == 0));
    bus_command_t command = {0};
    bus_feedback_t feedback;
    int64_t now_us = 0;
    for (int period = 0; period < PERIODS_MAX && wire.input.left > 0; ++period) {
        now_us += PERIOD_US;
        take_command(&wire.input, &command);
        (void)fieldbus_exchange(&bus, &command, now_us, &feedback);
        claim_feedback(&bus, &feedback);
    }
    fieldbus_close(&bus);
    return 0;
}
