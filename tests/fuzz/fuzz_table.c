// The virtual table's registers and world under hostile requests: every request that has a byte
// gets a reply that the strict client takes for a reply or an exception; what was refused changed
// nothing; what was written reads back. The first byte says whether one device's registers or the
// whole world is asked.
#include <math.h>

#include "config/load.h"
#include "sim/devices/register_file.h"
#include "sim/world.h"
#include "tests/fuzz/fuzz_input.h"

#define REQUESTS_MAX 24
#define ADVANCE_MAX_US 20000

static machine_settings_t machine;
static register_file_t fresh[DEVICE_CAPACITY]; // by profile

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    static findings_t findings;
    FUZZ_CLAIM(load_machine("config/machines/rail6.yaml", "config/devices", &machine, &findings));
    for (int i = 0; i < machine.profile_count; ++i) {
        FUZZ_CLAIM(register_file_init(&fresh[i], &machine.profiles[i]));
    }
    return 0;
}

/// Judges a reply as a strict client would; true if the device did as asked.
static bool claim_answers(const pdu_t* request, const pdu_t* reply)
{
    modbus_request_t asked;
    const modbus_result_t understood = modbus_decode_request(request, &asked);
    if (understood != MODBUS_OK) {
        FUZZ_CLAIM(reply->size == 2 && reply->bytes[0] == (request->bytes[0] | 0x80));
        FUZZ_CLAIM(reply->bytes[1] == modbus_refusal(understood));
        return false;
    }
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception = 0;
    const modbus_result_t result = modbus_decode_reply(&asked, reply, words, &exception);
    FUZZ_CLAIM(result == MODBUS_OK || result == MODBUS_EXCEPTION);
    FUZZ_CLAIM(result == MODBUS_OK ||
               (exception >= MODBUS_ILLEGAL_FUNCTION && exception <= MODBUS_DEVICE_BUSY));
    return result == MODBUS_OK;
}

/// A request of raw bytes, or a whole one near the addresses that exist.
static pdu_t take_request(fuzz_input_t* input, const device_profile_t* profile)
{
    const uint8_t form = fuzz_take_byte(input);
    pdu_t pdu = {.size = fuzz_take_byte(input) % (PDU_CAPACITY + 1)};
    if ((form & 1u) != 0) {
        fuzz_take(input, pdu.bytes, (size_t)pdu.size);
        return pdu;
    }
    static const modbus_function_t functions[] = {MODBUS_READ_HOLDING, MODBUS_WRITE_SINGLE,
                                                  MODBUS_WRITE_MULTIPLE, MODBUS_READ_WRITE};
    modbus_request_t request = {.function = functions[form >> 1 & 3u]};
    const int point = fuzz_take_byte(input);
    const int count = 1 + fuzz_take_byte(input) % 8;
    const bool reads =
        request.function == MODBUS_READ_HOLDING || request.function == MODBUS_READ_WRITE;
    if (reads) {
        request.read_address = profile->read_address + point % 16;
        request.read_count = count;
    }
    if (request.function != MODBUS_READ_HOLDING) {
        const int chosen = point % (profile->point_count + 1);
        request.write_address = chosen < profile->point_count ? profile->points[chosen].address
                                                              : profile->write_address;
        request.write_count = request.function == MODBUS_WRITE_SINGLE ? 1 : count;
        for (int i = 0; i < request.write_count; ++i) {
            request.write_words[i] = fuzz_take_word(input);
        }
    }
    if (modbus_request_allowed(&request)) {
        modbus_encode_request(&request, &pdu);
    }
    return pdu;
}

/// What FC 16 wrote stands in the registers.
static void claim_written(register_file_t* file, const pdu_t* request)
{
    modbus_request_t asked;
    if (modbus_decode_request(request, &asked) != MODBUS_OK ||
        asked.function != MODBUS_WRITE_MULTIPLE) {
        return;
    }
    const modbus_request_t back = {.function = MODBUS_READ_HOLDING,
                                   .read_address = asked.write_address,
                                   .read_count = asked.write_count};
    pdu_t question, reply;
    bool wrote = true;
    modbus_encode_request(&back, &question);
    FUZZ_CLAIM(register_file_request(file, &question, &reply, &wrote) && !wrote);
    uint16_t words[MODBUS_READ_COUNT_MAX];
    int exception;
    FUZZ_CLAIM(modbus_decode_reply(&back, &reply, words, &exception) == MODBUS_OK);
    FUZZ_CLAIM(memcmp(words, asked.write_words, (size_t)asked.write_count * sizeof *words) == 0);
}

static void try_registers(fuzz_input_t* input)
{
    register_file_t file = fresh[fuzz_take_byte(input) % machine.profile_count];
    for (int i = 0; i < REQUESTS_MAX && input->left > 0; ++i) {
        const pdu_t request = take_request(input, file.profile);
        const register_file_t before = file;
        pdu_t reply = {0};
        bool wrote = false;
        const bool answered = register_file_request(&file, &request, &reply, &wrote);
        FUZZ_CLAIM(answered == (request.size > 0));
        if (answered && claim_answers(&request, &reply)) {
            claim_written(&file, &request);
        } else {
            FUZZ_CLAIM(!wrote && memcmp(file.words, before.words, sizeof file.words) == 0);
        }
    }
}

static void claim_finite(const world_t* world)
{
    world_truth_t truth;
    world_truth(world, &truth);
    for (int joint = 0; joint < machine.arm.joint_count; ++joint) {
        FUZZ_CLAIM(isfinite(truth.joint_position[joint]));
        FUZZ_CLAIM(isfinite(truth.joint_velocity[joint]));
    }
}

static void try_world(fuzz_input_t* input)
{
    world_settings_t settings;
    world_settings_defaults(&settings);
    settings.machine = &machine;
    settings.seed = fuzz_take_byte(input);
    world_t* world = world_create(&settings);
    FUZZ_CLAIM(world != NULL);
    for (int i = 0; i < REQUESTS_MAX && input->left > 0; ++i) {
        const int device = fuzz_take_byte(input) % machine.device_count;
        const device_profile_t* profile = &machine.profiles[machine.devices[device].profile_index];
        const pdu_t request = take_request(input, profile);
        pdu_t reply = {0};
        if (world_request(world, device, &request, &reply)) {
            FUZZ_CLAIM(request.size > 0);
            (void)claim_answers(&request, &reply);
        }
        const int64_t ahead_us = fuzz_take_word(input) % (ADVANCE_MAX_US + 1);
        world_advance_to(world, world_now_us(world) + ahead_us);
        claim_finite(world);
    }
    world_destroy(world);
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    fuzz_input_t input = {bytes, count};
    if ((fuzz_take_byte(&input) & 0x0Fu) == 0x0Fu) {
        try_world(&input);
    } else {
        try_registers(&input);
    }
    return 0;
}
