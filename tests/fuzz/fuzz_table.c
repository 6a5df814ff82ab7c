// The registers of the virtual devices under hostile requests: every request that has a byte gets a
// reply that the strict client takes for a reply or an exception; what was refused changed nothing;
// what was written reads back.
#include "config/load.h"
#include "sim/devices/register_file.h"
#include "tests/fuzz/fuzz_requests.h"

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

int fuzz_one(const uint8_t* bytes, size_t count)
{
    fuzz_input_t input = {bytes, count};
    register_file_t file = fresh[fuzz_take_byte(&input) % machine.profile_count];
    for (int i = 0; i < FUZZ_REQUESTS_MAX && input.left > 0; ++i) {
        const pdu_t request = fuzz_take_request(&input, file.profile);
        uint16_t before[REGISTER_CELL_CAPACITY];
        memcpy(before, file.words, sizeof before);
        pdu_t reply = {0};
        bool wrote = false;
        const bool answered = register_file_request(&file, &request, &reply, &wrote);
        FUZZ_CLAIM(answered == (request.size > 0));
        if (answered && fuzz_claim_answers(&request, &reply)) {
            claim_written(&file, &request);
        } else {
            FUZZ_CLAIM(!wrote && memcmp(file.words, before, sizeof file.words) == 0);
        }
    }
    return 0;
}
