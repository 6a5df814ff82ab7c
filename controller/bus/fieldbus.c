#include "controller/bus/fieldbus.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "controller/bus/cia402.h"
#include "controller/bus/mbpoll_line.h"
#include "controller/bus/registers.h"

// ---------------------------------------------------------------------------------------- texts

const char* bus_result_text(bus_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        BUS_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

const char* fieldbus_result_text(fieldbus_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        FIELDBUS_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

// ------------------------------------------------------------------------------------- findings

static bool answers(const device_profile_t* profile, modbus_function_t function)
{
    return profile->functions == 0 || (profile->functions >> (unsigned)function & 1u) != 0;
}

// Whether the register there is one of the input table, which function 04 reads.
static bool input_table_at(const fieldbus_device_t* device, int address)
{
    for (int i = 0; device->profile != NULL && i < device->profile->point_count; i++) {
        const point_settings_t* point = &device->profile->points[i];
        if (point->input_table && address >= point->address &&
            address < point->address + registers_word_count(point->type)) {
            return true;
        }
    }
    return false;
}

// `address` and `count` are the read that shows what is meant, as the reader can repeat it by hand.
__attribute__((format(printf, 7, 8))) static void add_finding(fieldbus_findings_t* findings,
                                                              const fieldbus_t* bus, int device,
                                                              fieldbus_result_t result, int address,
                                                              int count, const char* format, ...)
{
    const bool blocking = result != FIELDBUS_DRIVE_FAULT;
    findings->blocking_count += blocking ? 1 : 0;
    if (findings->count == FIELDBUS_FINDING_CAPACITY) {
        return;
    }
    fieldbus_finding_t* finding = &findings->at[findings->count++];
    *finding = (fieldbus_finding_t){.result = result, .device = device, .blocking = blocking};
    char text[MBPOLL_LINE_CAPACITY];
    device_place_text(bus->machine, device, text);
    size_t used = (size_t)snprintf(finding->message, sizeof finding->message,
                                   "%s (%s): ", bus->machine->devices[device].name, text);
    va_list arguments;
    va_start(arguments, format);
    used += (size_t)vsnprintf(finding->message + used, sizeof finding->message - used, format,
                              arguments);
    va_end(arguments);
    if (used < sizeof finding->message && count > 0) {
        mbpoll_line(bus->machine, device, input_table_at(&bus->devices[device], address), address,
                    count, text);
        (void)snprintf(finding->message + used, sizeof finding->message - used, "; try: %s", text);
    }
}

// --------------------------------------------------------------------------------------- layout

static const point_id_t drive_points[] = {POINT_STATUS_WORD, POINT_POSITION, POINT_VELOCITY,
                                          POINT_EFFORT};
static const point_id_t drive_written_points[] = {POINT_CONTROL_WORD, POINT_TARGET_POSITION};
static const point_id_t force_points[] = {POINT_STATUS,  POINT_FORCE_X,  POINT_FORCE_Y,
                                          POINT_FORCE_Z, POINT_TORQUE_X, POINT_TORQUE_Y,
                                          POINT_TORQUE_Z};
static const point_id_t io_points[] = {POINT_INPUTS};
static const point_id_t io_written_points[] = {POINT_OUTPUTS};
#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))

// Place of a point inside a block, or -1 if it is not wholly in it.
static int place_in_block(const point_settings_t* point, int address, int count)
{
    const int at = point->address - address;
    return at >= 0 && at + registers_word_count(point->type) <= count ? at : -1;
}

static void require_points(fieldbus_t* bus, int device, const point_id_t* ids, int count,
                           const int* places, const char* block, fieldbus_findings_t* findings)
{
    for (int i = 0; i < count; i++) {
        if (places[ids[i]] < 0) {
            add_finding(findings, bus, device, FIELDBUS_PROFILE_UNFIT, 0, 0,
                        "profile '%s' has no point '%s' in its %s block",
                        bus->devices[device].profile->name, registers_point_text(ids[i]), block);
        }
    }
}

static void require_role(fieldbus_t* bus, int device, fieldbus_findings_t* findings)
{
    const fieldbus_device_t* laid = &bus->devices[device];
    switch (laid->profile->role) {
    case DEVICE_DRIVE:
        require_points(bus, device, drive_points, COUNT_OF(drive_points), laid->read_at, "read",
                       findings);
        require_points(bus, device, drive_written_points, COUNT_OF(drive_written_points),
                       laid->write_at, "write", findings);
        break;
    case DEVICE_FORCE_TORQUE:
        require_points(bus, device, force_points, COUNT_OF(force_points), laid->read_at, "read",
                       findings);
        break;
    case DEVICE_IO:
        require_points(bus, device, io_points, COUNT_OF(io_points), laid->read_at, "read",
                       findings);
        require_points(bus, device, io_written_points, COUNT_OF(io_written_points), laid->write_at,
                       "write", findings);
        break;
    }
}

static void add_check(fieldbus_device_t* device, point_id_t id, fieldbus_result_t failure,
                      bool to_write, const uint16_t* words)
{
    assert(device->check_count < FIELDBUS_CHECK_CAPACITY);
    device->checks[device->check_count++] = (fieldbus_check_t){.point = device->points[id],
                                                               .failure = failure,
                                                               .to_write = to_write,
                                                               .words = {words[0], words[1]}};
}

// A parameter that is written before arming: its words, or a finding that it does not fit.
static void add_parameter_check(fieldbus_t* bus, int device, point_id_t id, double si_number,
                                fieldbus_result_t failure, fieldbus_findings_t* findings)
{
    fieldbus_device_t* laid = &bus->devices[device];
    const point_settings_t* point = laid->points[id];
    uint16_t words[2] = {0, 0};
    if (point == NULL || !point->writable ||
        !registers_encode(point, laid->profile->word_order, si_number, words)) {
        add_finding(findings, bus, device, FIELDBUS_PROFILE_UNFIT, 0, 0,
                    "profile '%s': '%s' cannot be set to %g", laid->profile->name,
                    registers_point_text(id), si_number);
        return;
    }
    add_check(laid, id, failure, true, words);
}

static void lay_out_checks(fieldbus_t* bus, int device, fieldbus_findings_t* findings)
{
    fieldbus_device_t* laid = &bus->devices[device];
    const point_settings_t* identity = laid->points[POINT_IDENTITY];
    const uint32_t expected = (uint32_t)laid->profile->identity_expected;
    if (identity != NULL && registers_word_count(identity->type) == 1 && expected > UINT16_MAX) {
        add_finding(findings, bus, device, FIELDBUS_PROFILE_UNFIT, 0, 0,
                    "profile '%s' expects an identity that does not fit its register",
                    laid->profile->name);
    } else if (identity != NULL) {
        uint16_t words[2] = {0, 0};
        registers_set_raw(identity, laid->profile->word_order, expected, words);
        add_check(laid, POINT_IDENTITY, FIELDBUS_WRONG_IDENTITY, false, words);
    }
    if (laid->profile->watchdog_s > 0.0) {
        add_parameter_check(bus, device, POINT_WATCHDOG, laid->profile->watchdog_s,
                            FIELDBUS_WATCHDOG_UNSET, findings);
    }
    const point_settings_t* effort_limit = laid->points[POINT_EFFORT_LIMIT];
    if (laid->joint >= 0 && effort_limit != NULL && effort_limit->writable) {
        add_parameter_check(bus, device, POINT_EFFORT_LIMIT,
                            bus->machine->arm.joints[laid->joint].effort_max,
                            FIELDBUS_EFFORT_LIMIT_UNSET, findings);
    }
}

static bool blocks_fit(const device_profile_t* profile)
{
    return profile->read_count >= 1 && profile->read_count <= FIELDBUS_BLOCK_CAPACITY &&
           profile->read_address >= 0 &&
           profile->read_address <= MODBUS_ADDRESS_COUNT - profile->read_count &&
           profile->write_count >= 0 && profile->write_count <= FIELDBUS_BLOCK_CAPACITY &&
           profile->write_address >= 0 &&
           profile->write_address <= MODBUS_ADDRESS_COUNT - profile->write_count;
}

// Points of one block lie in one table, and both tables may have registers of the same address.
static bool block_in_input_table(const device_profile_t* profile, bool* mixed)
{
    int in_input = 0;
    int in_holding = 0;
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        if (place_in_block(point, profile->read_address, profile->read_count) >= 0) {
            in_input += point->input_table ? 1 : 0;
            in_holding += point->input_table ? 0 : 1;
        }
    }
    *mixed = in_input > 0 && in_holding > 0;
    return in_input > 0;
}

// Words behind the read block that may be read with it now and then: those of the point that begins
// there. 0 where there is none.
static int words_behind_block(const device_profile_t* profile, bool input_table)
{
    for (int i = 0; i < profile->point_count; i++) {
        const point_settings_t* point = &profile->points[i];
        const int words = registers_word_count(point->type);
        const int limit =
            profile->read_words_max > 0 ? profile->read_words_max : MODBUS_READ_COUNT_MAX;
        if (point->input_table == input_table &&
            point->address == profile->read_address + profile->read_count &&
            profile->read_count + words <= limit &&
            (profile->word_alignment <= 1 || words % profile->word_alignment == 0)) {
            return words;
        }
    }
    return 0;
}

// How the blocks of a device are asked for: in one request, or in two of the same period.
static void lay_out_requests(fieldbus_t* bus, int device, fieldbus_findings_t* findings)
{
    fieldbus_device_t* laid = &bus->devices[device];
    const device_profile_t* profile = laid->profile;
    bool mixed = false;
    laid->input_table = block_in_input_table(profile, &mixed);
    if (mixed) {
        add_finding(findings, bus, device, FIELDBUS_PROFILE_UNFIT, 0, 0,
                    "profile '%s': the read block lies in two tables at once", profile->name);
    }
    laid->written_apart =
        profile->write_count > 0 && (laid->input_table || !answers(profile, MODBUS_READ_WRITE));
    if (laid->written_apart && !answers(profile, MODBUS_WRITE_MULTIPLE) &&
        (profile->write_count > 1 || !answers(profile, MODBUS_WRITE_SINGLE))) {
        add_finding(findings, bus, device, FIELDBUS_PROFILE_UNFIT, 0, 0,
                    "profile '%s': its write block of %d words takes function 16 or 23, and it "
                    "answers neither",
                    profile->name, profile->write_count);
    }
    // On a line an old reply to an equal request cannot be told from the new one, but for the
    // device's own counter: without one, requests in a row differ where the registers allow it.
    if (laid->settings->line != 0 && laid->points[POINT_SAMPLE_COUNTER] == NULL) {
        laid->extra_words = words_behind_block(profile, laid->input_table);
    }
}

static void lay_out_device(fieldbus_t* bus, int device, fieldbus_findings_t* findings)
{
    fieldbus_device_t* laid = &bus->devices[device];
    const machine_settings_t* machine = bus->machine;
    laid->settings = &machine->devices[device];
    laid->profile = &machine->profiles[laid->settings->profile_index];
    laid->joint = -1;
    for (int joint = 0; joint < machine->arm.joint_count; joint++) {
        if (machine->drive_of_joint[joint] == device) {
            laid->joint = joint;
        }
    }
    for (int id = 0; id < POINT_ID_COUNT; id++) {
        const point_settings_t* point = registers_find_point(laid->profile, (point_id_t)id);
        laid->points[id] = point;
        laid->read_at[id] = laid->write_at[id] = -1;
        if (point != NULL) {
            laid->read_at[id] =
                place_in_block(point, laid->profile->read_address, laid->profile->read_count);
            laid->write_at[id] =
                place_in_block(point, laid->profile->write_address, laid->profile->write_count);
        }
    }
    if (!blocks_fit(laid->profile)) {
        add_finding(findings, bus, device, FIELDBUS_PROFILE_UNFIT, 0, 0,
                    "profile '%s': blocks must have at most %d words and end by address 65535",
                    laid->profile->name, FIELDBUS_BLOCK_CAPACITY);
        return;
    }
    require_role(bus, device, findings);
    lay_out_requests(bus, device, findings);
    lay_out_checks(bus, device, findings);
}

static void forget_samples(fieldbus_t* bus)
{
    bus->feedback = (bus_feedback_t){.force.age_us = AGE_NEVER_US, .io.age_us = AGE_NEVER_US};
    for (int joint = 0; joint < JOINT_CAPACITY; joint++) {
        bus->feedback.drives[joint].age_us = AGE_NEVER_US;
    }
    for (int i = 0; i < bus->machine->device_count; i++) {
        fieldbus_device_t* device = &bus->devices[i];
        device->seen = device->counter_known = device->target_known = false;
        device->link_lost = false;
        device->checks_left = device->restart_run = 0;
    }
}

bool fieldbus_init(fieldbus_t* bus, const port_t* port, const machine_settings_t* machine,
                   int64_t timeout_us, fieldbus_findings_t* findings)
{
    assert(machine->device_count >= 1 && machine->device_count <= DEVICE_CAPACITY);
    assert(port->device_count == machine->device_count);
    memset(bus, 0, sizeof *bus);
    bus->port = *port;
    bus->machine = machine;
    bus->timeout_us = timeout_us;
    const int before = findings->blocking_count;
    for (int device = 0; device < machine->device_count; device++) {
        lay_out_device(bus, device, findings);
    }
    forget_samples(bus);
    return findings->blocking_count == before;
}

// ------------------------------------------------------------------------------------- requests

// Bits of a point of the read block, 0 if the device does not have it.
static uint32_t read_bits(const fieldbus_device_t* from, point_id_t id, const uint16_t* words)
{
    const int at = from->read_at[id];
    return at < 0 ? 0 : registers_raw(from->points[id], from->profile->word_order, words + at);
}

static void write_bits(const fieldbus_device_t* to, point_id_t id, uint32_t bits, uint16_t* words)
{
    registers_set_raw(to->points[id], to->profile->word_order, bits, words + to->write_at[id]);
}

static void ask_read(fieldbus_t* bus, int device, int address, int count)
{
    modbus_request_t* request = &bus->devices[device].request;
    request->function =
        input_table_at(&bus->devices[device], address) ? MODBUS_READ_INPUT : MODBUS_READ_HOLDING;
    request->read_address = address;
    request->read_count = count;
    request->write_address = request->write_count = 0;
    modbus_encode_request(request, &bus->batch.request[device]);
}

static void ask_write(fieldbus_t* bus, int device, const fieldbus_check_t* check)
{
    modbus_request_t* request = &bus->devices[device].request;
    const int count = registers_word_count(check->point->type);
    request->function = count == 1 && answers(bus->devices[device].profile, MODBUS_WRITE_SINGLE)
                            ? MODBUS_WRITE_SINGLE
                            : MODBUS_WRITE_MULTIPLE;
    request->read_address = request->read_count = 0;
    request->write_address = check->point->address;
    request->write_count = count;
    memcpy(request->write_words, check->words, (size_t)count * sizeof check->words[0]);
    modbus_encode_request(request, &bus->batch.request[device]);
}

static void ask_nothing(fieldbus_t* bus)
{
    for (int device = 0; device < DEVICE_CAPACITY; device++) {
        bus->batch.request[device].size = 0;
    }
}

static void exchange_batch(fieldbus_t* bus, int64_t timeout_us)
{
    bus->batch.elapsed_us = 0;
    bus->port.vtable->exchange(bus->port.context, &bus->batch, timeout_us);
    for (int device = 0; device < bus->machine->device_count; device++) {
        if (bus->batch.request[device].size > 0) {
            bus->devices[device].counters.exchanges++;
        }
    }
}

// Judges one reply: BUS_FRESH here only means that `words` may be looked at.
static bus_result_t take_reply(fieldbus_t* bus, int device, uint16_t* words, uint8_t* exception)
{
    fieldbus_device_t* from = &bus->devices[device];
    bus_counters_t* counters = &from->counters;
    int code = 0;
    switch (bus->batch.result[device]) {
    case PORT_OK:
        break;
    case PORT_TIMEOUT:
        counters->timeouts++;
        return BUS_TIMEOUT;
    case PORT_BAD_FRAME:
        counters->mismatches++;
        return BUS_MISMATCH;
    case PORT_CLOSED:
        counters->closed++;
        return BUS_CLOSED;
    case PORT_BAD_CRC:
        counters->crc_errors++;
        return BUS_BAD_CRC;
    case PORT_NO_TURN:
        counters->no_turns++;
        return BUS_NO_TURN;
    case PORT_NOT_ASKED:
    case PORT_NOT_CONNECTED:
    case PORT_REFUSED:
    case PORT_NO_LINE:
        return BUS_NOT_CONNECTED;
    }
    switch (modbus_decode_reply(&from->request, &bus->batch.reply[device], words, &code)) {
    case MODBUS_OK:
        histogram_add(&counters->round_trips_us, bus->batch.round_trip_us[device]);
        return BUS_FRESH;
    case MODBUS_EXCEPTION:
        counters->exceptions++;
        *exception = (uint8_t)code;
        return BUS_EXCEPTION;
    case MODBUS_EMPTY:
    case MODBUS_WRONG_FUNCTION:
    case MODBUS_WRONG_LENGTH:
    case MODBUS_WRONG_BYTE_COUNT:
    case MODBUS_WRONG_ADDRESS:
    case MODBUS_WRONG_COUNT:
    case MODBUS_WRONG_VALUE:
        break;
    }
    counters->mismatches++;
    return BUS_MISMATCH;
}

// ------------------------------------------------------------------------------------ configure

static void report_bad_reply(fieldbus_t* bus, int device, fieldbus_result_t result,
                             bus_result_t reply, uint8_t exception, int address, int count,
                             fieldbus_findings_t* findings)
{
    if (reply == BUS_EXCEPTION) {
        add_finding(findings, bus, device, result, address, count,
                    "%s: register %d (0x%04X): exception %02X, %s", bus_result_text(reply), address,
                    (unsigned)address, (unsigned)exception, modbus_exception_text(exception));
        return;
    }
    add_finding(findings, bus, device, result, address, count, "%s: register %d (0x%04X): %s",
                fieldbus_result_text(result), address, (unsigned)address, bus_result_text(reply));
}

// One request for check number `number` of every device that is still `usable`: writes, or reads
// back and compares. A device that fails is no longer usable.
static void run_check(fieldbus_t* bus, int number, bool writing, bool usable[DEVICE_CAPACITY],
                      fieldbus_findings_t* findings)
{
    ask_nothing(bus);
    for (int device = 0; device < bus->machine->device_count; device++) {
        const fieldbus_device_t* asked = &bus->devices[device];
        if (!usable[device] || number >= asked->check_count) {
            continue;
        }
        const fieldbus_check_t* check = &asked->checks[number];
        if (!writing) {
            ask_read(bus, device, check->point->address, registers_word_count(check->point->type));
        } else if (check->to_write) {
            ask_write(bus, device, check);
        }
    }
    exchange_batch(bus, bus->timeout_us);
    for (int device = 0; device < bus->machine->device_count; device++) {
        if (bus->batch.request[device].size == 0) {
            continue;
        }
        const fieldbus_check_t* check = &bus->devices[device].checks[number];
        const int count = registers_word_count(check->point->type);
        uint16_t words[MODBUS_READ_COUNT_MAX];
        uint8_t exception = 0;
        const bus_result_t reply = take_reply(bus, device, words, &exception);
        if (reply != BUS_FRESH) {
            report_bad_reply(bus, device, check->failure, reply, exception, check->point->address,
                             count, findings);
            usable[device] = false;
        } else if (!writing && memcmp(words, check->words, (size_t)count * sizeof words[0]) != 0) {
            const word_order_t order = bus->devices[device].profile->word_order;
            add_finding(findings, bus, device, check->failure, check->point->address, count,
                        "%s: '%s' reads %lu where %lu is expected",
                        fieldbus_result_text(check->failure),
                        registers_point_text(check->point->id),
                        (unsigned long)registers_raw(check->point, order, words),
                        (unsigned long)registers_raw(check->point, order, check->words));
            usable[device] = false;
        }
    }
}

// Reads the block of every usable device once: that it can be read at all, and what drives report.
static void read_states(fieldbus_t* bus, bool usable[DEVICE_CAPACITY],
                        fieldbus_findings_t* findings)
{
    ask_nothing(bus);
    for (int device = 0; device < bus->machine->device_count; device++) {
        if (usable[device]) {
            const device_profile_t* profile = bus->devices[device].profile;
            ask_read(bus, device, profile->read_address, profile->read_count);
        }
    }
    exchange_batch(bus, bus->timeout_us);
    for (int device = 0; device < bus->machine->device_count; device++) {
        if (!usable[device]) {
            continue;
        }
        const fieldbus_device_t* from = &bus->devices[device];
        const device_profile_t* profile = from->profile;
        uint16_t words[MODBUS_READ_COUNT_MAX];
        uint8_t exception = 0;
        const bus_result_t reply = take_reply(bus, device, words, &exception);
        if (reply != BUS_FRESH) {
            report_bad_reply(bus, device, FIELDBUS_NO_REPLY, reply, exception,
                             profile->read_address, profile->read_count, findings);
            usable[device] = false;
            continue;
        }
        if (profile->role != DEVICE_DRIVE) {
            continue;
        }
        const drive_state_t state =
            cia402_state((uint16_t)read_bits(from, POINT_STATUS_WORD, words));
        if (state == DRIVE_FAULT || state == DRIVE_FAULT_REACTION) {
            add_finding(findings, bus, device, FIELDBUS_DRIVE_FAULT, profile->read_address,
                        profile->read_count, "%s, code 0x%04X", drive_state_text(state),
                        (unsigned)read_bits(from, POINT_FAULT_CODE, words));
        }
    }
}

bool fieldbus_configure(fieldbus_t* bus, int64_t open_timeout_us, fieldbus_findings_t* findings)
{
    const int before = findings->blocking_count;
    bool usable[DEVICE_CAPACITY] = {false};
    forget_samples(bus);
    ask_nothing(bus);
    (void)bus->port.vtable->open(bus->port.context, &bus->batch, open_timeout_us);
    for (int device = 0; device < bus->machine->device_count; device++) {
        usable[device] = bus->batch.result[device] == PORT_OK;
        if (!usable[device]) {
            const device_profile_t* profile = bus->devices[device].profile;
            add_finding(findings, bus, device, FIELDBUS_UNREACHABLE, profile->read_address,
                        profile->read_count, "%s: %s", fieldbus_result_text(FIELDBUS_UNREACHABLE),
                        port_result_text(bus->batch.result[device]));
        }
    }
    // Identity is the first check of a device that has one: nothing is written to a stranger.
    for (int number = 0; number < FIELDBUS_CHECK_CAPACITY; number++) {
        run_check(bus, number, true, usable, findings);
        run_check(bus, number, false, usable, findings);
    }
    read_states(bus, usable, findings);
    return findings->blocking_count == before;
}

uint64_t fieldbus_connect_count(const fieldbus_t* bus, int device)
{
    const port_vtable_t* vtable = bus->port.vtable;
    return vtable->connect_count != NULL ? vtable->connect_count(bus->port.context, device) : 0;
}

void fieldbus_close(fieldbus_t* bus)
{
    bus->port.vtable->close(bus->port.context);
}

// ------------------------------------------------------------------------------------- commands

// The words of the read block, and the next ones in every other request where that tells replies
// apart.
static int block_read_count(const fieldbus_device_t* of)
{
    return of->profile->read_count + (of->longer ? of->extra_words : 0);
}

static void ask_read_block(fieldbus_t* bus, int device)
{
    const fieldbus_device_t* to = &bus->devices[device];
    ask_read(bus, device, to->profile->read_address, block_read_count(to));
}

// Writes, and reads the block in the same request where the device can do both.
static void ask_written(fieldbus_t* bus, int device, int address, int count, const uint16_t* words)
{
    fieldbus_device_t* to = &bus->devices[device];
    modbus_request_t* request = &to->request;
    request->function = MODBUS_READ_WRITE;
    request->read_address = to->profile->read_address;
    request->read_count = block_read_count(to);
    if (to->written_apart) {
        request->function = answers(to->profile, MODBUS_WRITE_MULTIPLE) ? MODBUS_WRITE_MULTIPLE
                                                                        : MODBUS_WRITE_SINGLE;
        request->read_address = request->read_count = 0;
    }
    request->write_address = address;
    request->write_count = count;
    memcpy(request->write_words, words, (size_t)count * sizeof words[0]);
    modbus_encode_request(request, &bus->batch.request[device]);
}

// The control word alone: all that can be said to a drive that never had a good target.
static void ask_control_word_only(fieldbus_t* bus, int device, uint16_t control_word)
{
    const fieldbus_device_t* to = &bus->devices[device];
    const point_settings_t* point = to->points[POINT_CONTROL_WORD];
    uint16_t words[REGISTERS_WORDS_PER_POINT_MAX];
    registers_set_raw(point, to->profile->word_order, control_word, words);
    ask_written(bus, device, point->address, registers_word_count(point->type), words);
}

static void ask_block(fieldbus_t* bus, int device, const uint16_t* words)
{
    const device_profile_t* profile = bus->devices[device].profile;
    ask_written(bus, device, profile->write_address, profile->write_count, words);
}

static void put_check_words(const fieldbus_device_t* to, point_id_t id, uint16_t* words)
{
    for (int i = 0; i < to->check_count; i++) {
        const fieldbus_check_t* check = &to->checks[i];
        if (check->point->id == id && to->write_at[id] >= 0) {
            memcpy(words + to->write_at[id], check->words,
                   (size_t)registers_word_count(check->point->type) * sizeof words[0]);
        }
    }
}

static void ask_drive(fieldbus_t* bus, int device, const bus_command_t* command)
{
    fieldbus_device_t* to = &bus->devices[device];
    const point_settings_t* target = to->points[POINT_TARGET_POSITION];
    drive_request_t request = command->request[to->joint];
    if (registers_encode(target, to->profile->word_order, command->position[to->joint],
                         to->target)) {
        to->target_known = true;
    } else {
        bus->frame.devices[device].command_refused = true;
        to->counters.refused++;
        request = DRIVE_REQUEST_QUICK_STOP;
    }
    const uint16_t control_word = cia402_control_word(
        request, bus->feedback.drives[to->joint].state, (bus->period & 1u) != 0);
    if (!to->target_known) {
        ask_control_word_only(bus, device, control_word);
        return;
    }
    uint16_t words[FIELDBUS_BLOCK_CAPACITY] = {0};
    write_bits(to, POINT_CONTROL_WORD, control_word, words);
    memcpy(words + to->write_at[POINT_TARGET_POSITION], to->target,
           (size_t)registers_word_count(target->type) * sizeof words[0]);
    // Parameters that lie in the block are written with it, always as they were checked.
    put_check_words(to, POINT_EFFORT_LIMIT, words);
    put_check_words(to, POINT_WATCHDOG, words);
    ask_block(bus, device, words);
}

static void ask_io(fieldbus_t* bus, int device, const bus_command_t* command)
{
    const fieldbus_device_t* to = &bus->devices[device];
    uint16_t words[FIELDBUS_BLOCK_CAPACITY] = {0};
    write_bits(to, POINT_OUTPUTS,
               (command->power_relay_close ? IO_OUTPUT_RELAY_CLOSE : 0u) |
                   (command->lamp_moving ? IO_OUTPUT_LAMP_MOVING : 0u),
               words);
    put_check_words(to, POINT_WATCHDOG, words);
    ask_block(bus, device, words);
}

static void ask_device(fieldbus_t* bus, int device, const bus_command_t* command)
{
    const fieldbus_device_t* to = &bus->devices[device];
    if (to->checks_left > 0) {
        const fieldbus_check_t* check = &to->checks[to->check_count - to->checks_left];
        ask_read(bus, device, check->point->address, registers_word_count(check->point->type));
    } else if (to->joint >= 0) {
        ask_drive(bus, device, command);
    } else if (device == bus->machine->io_coupler) {
        ask_io(bus, device, command);
    } else {
        ask_read_block(bus, device);
    }
}

// ------------------------------------------------------------------------------------- feedback

// Decodes a point of the read block; true for points the device does not have, which stay 0.
static bool decode_point(const fieldbus_device_t* from, const uint16_t* words, point_id_t id,
                         double* si_number)
{
    const int at = from->read_at[id];
    return at < 0 ||
           registers_decode(from->points[id], from->profile->word_order, words + at, si_number);
}

static bool decode_drive(const fieldbus_device_t* from, const uint16_t* words,
                         drive_feedback_t* drive)
{
    drive->state = cia402_state((uint16_t)read_bits(from, POINT_STATUS_WORD, words));
    drive->fault_code = (uint16_t)read_bits(from, POINT_FAULT_CODE, words);
    return decode_point(from, words, POINT_POSITION, &drive->position) &&
           decode_point(from, words, POINT_VELOCITY, &drive->velocity) &&
           decode_point(from, words, POINT_EFFORT, &drive->effort);
}

static bool decode_force(const fieldbus_device_t* from, const uint16_t* words,
                         force_feedback_t* force)
{
    force->status_ok = read_bits(from, POINT_STATUS, words) == 0;
    return decode_point(from, words, POINT_FORCE_X, &force->force_N[0]) &&
           decode_point(from, words, POINT_FORCE_Y, &force->force_N[1]) &&
           decode_point(from, words, POINT_FORCE_Z, &force->force_N[2]) &&
           decode_point(from, words, POINT_TORQUE_X, &force->torque_Nm[0]) &&
           decode_point(from, words, POINT_TORQUE_Y, &force->torque_Nm[1]) &&
           decode_point(from, words, POINT_TORQUE_Z, &force->torque_Nm[2]);
}

static io_feedback_t decode_io(const fieldbus_device_t* from, const uint16_t* words)
{
    const unsigned inputs = read_bits(from, POINT_INPUTS, words);
    return (io_feedback_t){
        .estop_closed = (inputs & IO_INPUT_ESTOP_CLOSED) != 0,
        .client_button_released = (inputs & IO_INPUT_BUTTON_RELEASED) != 0,
        .client_present = (inputs & IO_INPUT_CLIENT_PRESENT) != 0,
        .power_relay_closed = (inputs & IO_INPUT_RELAY_CLOSED) != 0,
    };
}

// Steps forward from one counter value to another of the same width: none, or less than half a
// turn.
static bool moved_forward(const point_settings_t* point, uint32_t from, uint32_t to)
{
    const uint32_t mask = registers_word_count(point->type) == 1 ? UINT16_MAX : UINT32_MAX;
    const uint32_t steps = (to - from) & mask;
    return steps != 0 && steps <= mask / 2;
}

// True if this reply carries a sample newer than the newest.
static bool counter_moved(fieldbus_device_t* from, const uint16_t* words)
{
    const int at = from->read_at[POINT_SAMPLE_COUNTER];
    if (at < 0) {
        return true; // such a device is aged from its replies
    }
    const point_settings_t* point = from->points[POINT_SAMPLE_COUNTER];
    const uint32_t counter = registers_raw(point, from->profile->word_order, words + at);
    const bool forward = !from->counter_known || moved_forward(point, from->counter, counter);
    if (!forward && moved_forward(point, from->counter_met, counter)) {
        from->restart_run++;
    } else if (forward || counter != from->counter_met) {
        from->restart_run = 0;
    }
    from->counter_met = counter;
    const bool restarted = from->restart_run >= FIELDBUS_RESTART_SAMPLES;
    if (forward || restarted) {
        from->counter = counter;
        from->counter_known = true;
        from->restart_run = 0;
        return true;
    }
    return false;
}

// Feeds a fresh sample if all of it decodes; otherwise nothing of it.
static bool feed(fieldbus_t* bus, int device, const uint16_t* words)
{
    const fieldbus_device_t* from = &bus->devices[device];
    if (from->joint >= 0) {
        drive_feedback_t drive = {0};
        if (!decode_drive(from, words, &drive)) {
            return false;
        }
        bus->feedback.drives[from->joint] = drive;
    } else if (device == bus->machine->force_sensor) {
        force_feedback_t force = {0};
        if (!decode_force(from, words, &force)) {
            return false;
        }
        bus->feedback.force = force;
    } else if (device == bus->machine->io_coupler) {
        bus->feedback.io = decode_io(from, words);
    }
    return true;
}

// A reply to a check after a link came back.
static bus_result_t take_check(fieldbus_device_t* from, const uint16_t* words)
{
    const fieldbus_check_t* check = &from->checks[from->check_count - from->checks_left];
    const int count = registers_word_count(check->point->type);
    if (memcmp(words, check->words, (size_t)count * sizeof words[0]) != 0) {
        from->counters.wrong_device++;
        return BUS_WRONG_DEVICE;
    }
    from->checks_left--;
    return BUS_CHECKED;
}

static bus_result_t take_sample(fieldbus_t* bus, int device, const uint16_t* words, int64_t now_us)
{
    fieldbus_device_t* from = &bus->devices[device];
    bus_device_frame_t* frame = &bus->frame.devices[device];
    frame->words_in_count = from->profile->read_count;
    memcpy(frame->words_in, words, (size_t)frame->words_in_count * sizeof words[0]);
    if (!counter_moved(from, words)) {
        from->counters.stale++;
        return BUS_STALE;
    }
    if (!feed(bus, device, words)) {
        from->counters.mismatches++;
        return BUS_BAD_VALUE;
    }
    from->seen = true;
    from->sampled_at_us = now_us;
    return BUS_FRESH;
}

// What a good link has now and then, too: only many in a row make it a lost one.
static bool only_missed(bus_result_t result)
{
    return result == BUS_TIMEOUT || result == BUS_BAD_CRC || result == BUS_NO_TURN;
}

// A link that failed may come back as another device.
static void watch_link(fieldbus_device_t* device, bus_result_t result)
{
    device->missed_in_row = only_missed(result) ? device->missed_in_row + 1 : 0;
    if (only_missed(result) && device->missed_in_row <= PORT_LATE_REPLY_MAX) {
        return;
    }
    switch (result) {
    case BUS_NOT_CONNECTED:
    case BUS_TIMEOUT:
    case BUS_BAD_CRC:
    case BUS_NO_TURN:
    case BUS_CLOSED:
    case BUS_MISMATCH:
        device->link_lost = true;
        device->checks_left = device->check_count;
        break;
    case BUS_FRESH:
    case BUS_STALE:
    case BUS_CHECKED:
    case BUS_EXCEPTION:
    case BUS_BAD_VALUE:
    case BUS_WRONG_DEVICE:
        if (device->link_lost) {
            device->link_lost = false;
            device->counters.reconnects++;
        }
        break;
    }
}

static void keep_written(fieldbus_t* bus, int device)
{
    const modbus_request_t* request = &bus->devices[device].request;
    bus_device_frame_t* frame = &bus->frame.devices[device];
    frame->words_out_count = request->write_count;
    memcpy(frame->words_out, request->write_words,
           (size_t)request->write_count * sizeof request->write_words[0]);
}

static void settle_device(fieldbus_t* bus, int device, bus_result_t result, int64_t now_us)
{
    fieldbus_device_t* from = &bus->devices[device];
    bus_device_frame_t* frame = &bus->frame.devices[device];
    frame->result = result;
    watch_link(from, result);
    frame->age_us = from->seen ? now_us - from->sampled_at_us : AGE_NEVER_US;
    if (from->joint >= 0) {
        bus->feedback.drives[from->joint].age_us = frame->age_us;
    } else if (device == bus->machine->force_sensor) {
        bus->feedback.force.age_us = frame->age_us;
    } else if (device == bus->machine->io_coupler) {
        bus->feedback.io.age_us = frame->age_us;
    }
}

static void take_device(fieldbus_t* bus, int device, int64_t now_us)
{
    fieldbus_device_t* from = &bus->devices[device];
    bus_device_frame_t* frame = &bus->frame.devices[device];
    uint16_t words[MODBUS_READ_COUNT_MAX];
    frame->round_trip_us += bus->batch.round_trip_us[device];
    from->longer = from->longer != (bus->batch.result[device] != PORT_NO_TURN);
    bus_result_t result = take_reply(bus, device, words, &frame->exception);
    if (result == BUS_FRESH) {
        result = from->checks_left > 0 ? take_check(from, words)
                                       : take_sample(bus, device, words, now_us);
    }
    settle_device(bus, device, result, now_us);
}

// What was written apart is confirmed, or this period's end for the device. True if its block is
// still to be read.
static bool take_confirmation(fieldbus_t* bus, int device, int64_t now_us)
{
    bus_device_frame_t* frame = &bus->frame.devices[device];
    uint16_t nothing[MODBUS_READ_COUNT_MAX];
    frame->round_trip_us = bus->batch.round_trip_us[device];
    const bus_result_t result = take_reply(bus, device, nothing, &frame->exception);
    if (result != BUS_FRESH) {
        settle_device(bus, device, result, now_us);
    }
    return result == BUS_FRESH;
}

// The second pass of a period, within what the first one left of its time: the blocks of those that
// were written to in the first.
static void read_the_written(fieldbus_t* bus, const bool to_read[DEVICE_CAPACITY], int64_t now_us)
{
    const int64_t left_us = bus->timeout_us - bus->batch.elapsed_us;
    ask_nothing(bus);
    for (int device = 0; device < bus->machine->device_count && left_us > 0; device++) {
        if (to_read[device]) {
            ask_read_block(bus, device);
        }
    }
    if (left_us > 0) {
        exchange_batch(bus, left_us);
    }
    for (int device = 0; device < bus->machine->device_count; device++) {
        if (to_read[device] && left_us > 0) {
            take_device(bus, device, now_us);
        } else if (to_read[device]) {
            bus->devices[device].counters.no_turns++;
            settle_device(bus, device, BUS_NO_TURN, now_us);
        }
    }
}

// Words past the counts are nobody's and stay as they are: clearing them would cost more than all
// the rest.
static void clear_frame(bus_device_frame_t* frame)
{
    frame->result = BUS_NOT_CONNECTED;
    frame->exception = 0;
    frame->command_refused = false;
    frame->age_us = 0;
    frame->round_trip_us = 0;
    frame->words_out_count = 0;
    frame->words_in_count = 0;
}

bool fieldbus_exchange(fieldbus_t* bus, const bus_command_t* command, int64_t now_us,
                       bus_feedback_t* feedback)
{
    const int device_count = bus->machine->device_count;
    bool all_well = true;
    ask_nothing(bus);
    bus->frame.device_count = device_count;
    for (int device = 0; device < device_count; device++) {
        clear_frame(&bus->frame.devices[device]);
        ask_device(bus, device, command);
    }
    exchange_batch(bus, bus->timeout_us);
    bool to_read[DEVICE_CAPACITY] = {false};
    bool any_to_read = false;
    for (int device = 0; device < device_count; device++) {
        keep_written(bus, device);
        if (bus->devices[device].request.read_count > 0) {
            take_device(bus, device, now_us);
        } else {
            to_read[device] = take_confirmation(bus, device, now_us);
            any_to_read = any_to_read || to_read[device];
        }
    }
    if (any_to_read) {
        read_the_written(bus, to_read, now_us);
    }
    for (int device = 0; device < device_count; device++) {
        const bus_device_frame_t* frame = &bus->frame.devices[device];
        all_well = all_well && (frame->result == BUS_FRESH || frame->result == BUS_STALE) &&
                   !frame->command_refused;
    }
    bus->period++;
    *feedback = bus->feedback;
    return all_well;
}
