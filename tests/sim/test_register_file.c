// A virtual device by its profile: what may be read and written, which exception answers what may
// not, and that a refused or random request changes nothing.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/bus/registers.h"
#include "tests/support/virtual_machine.h"

static device_profile_t drive_profile;
static register_file_t drive;

static int setup(void** state)
{
    (void)state;
    drive_profile = virtual_drive_profile();
    return register_file_init(&drive, &drive_profile) ? 0 : -1;
}

// Sends a request; returns the exception, or MODBUS_EXCEPTION_NONE with the words read.
static int ask(register_file_t* file, const modbus_request_t* request, uint16_t* words, bool* wrote)
{
    pdu_t pdu;
    pdu_t reply;
    int exception = MODBUS_EXCEPTION_NONE;
    modbus_encode_request(request, &pdu);
    assert_true(register_file_request(file, &pdu, &reply, wrote));
    const modbus_result_t result = modbus_decode_reply(request, &reply, words, &exception);
    assert_true(result == MODBUS_OK || result == MODBUS_EXCEPTION);
    assert_true(result == MODBUS_OK || !*wrote);
    return exception;
}

static int ask_read(int address, int count, uint16_t* words)
{
    bool wrote;
    const modbus_request_t request = {MODBUS_READ_HOLDING, address, count, 0, 0, {0}};
    return ask(&drive, &request, words, &wrote);
}

static int ask_write(int address, int count, uint16_t first, uint16_t second)
{
    bool wrote;
    const modbus_request_t request = {MODBUS_WRITE_MULTIPLE, 0, 0, address, count, {first, second}};
    const int exception = ask(&drive, &request, NULL, &wrote);
    assert_int_equal(wrote, exception == MODBUS_EXCEPTION_NONE);
    return exception;
}

static void all_functions_reach_the_same_words(void** state)
{
    (void)state;
    uint16_t words[8];
    bool wrote;
    assert_true(register_file_set(&drive, POINT_POSITION, -0.001));
    assert_int_equal(ask_read(102, 2, words), 0);
    assert_int_equal(words[0], 0xFFFF);
    assert_int_equal(words[1], 0xFC18);
    const modbus_request_t input = {MODBUS_READ_INPUT, 103, 1, 0, 0, {0}};
    assert_int_equal(ask(&drive, &input, words, &wrote), 0);
    assert_int_equal(words[0], 0xFC18);
    const modbus_request_t single = {MODBUS_WRITE_SINGLE, 0, 0, 200, 1, {15}};
    assert_int_equal(ask(&drive, &single, NULL, &wrote), 0);
    assert_true(wrote);
    assert_int_equal(register_file_raw(&drive, POINT_CONTROL_WORD), 15);
    assert_int_equal(ask_write(201, 2, 0x000F, 0x4240), 0);
    double target = 0.0;
    assert_true(register_file_get(&drive, POINT_TARGET_POSITION, &target));
    assert_near(target, 1.0, 1e-12);
}

static void read_write_writes_first_and_reads_what_was_measured(void** state)
{
    (void)state;
    uint16_t words[4];
    bool wrote;
    (void)register_file_set(&drive, POINT_POSITION, 0.5);
    const modbus_request_t own = {MODBUS_READ_WRITE, 200, 4, 200, 4, {15, 0x000F, 0x4240, 500}};
    assert_int_equal(ask(&drive, &own, words, &wrote), 0);
    assert_int_equal(words[2], 0x4240); // written words read back at once
    const modbus_request_t measured = {MODBUS_READ_WRITE, 102, 2, 201, 2, {0x001E, 0x8480}};
    assert_int_equal(ask(&drive, &measured, words, &wrote), 0);
    assert_int_equal(((uint32_t)words[0] << 16) | words[1], 500000); // not yet the new target
}

static void addresses_that_do_not_exist_are_refused(void** state)
{
    (void)state;
    uint16_t words[20];
    assert_int_equal(ask_read(99, 1, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_read(99, 2, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_read(107, 2, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_read(100, 8, words), 0);
    assert_int_equal(ask_read(100, 9, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_read(0, 1, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_read(65535, 1, words), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_write(204, 1, 0, 0), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_write(102, 2, 0, 0), MODBUS_ILLEGAL_ADDRESS); // measured, not writable
    assert_int_equal(ask_write(201, 1, 0, 0), MODBUS_ILLEGAL_ADDRESS); // half a point
    assert_int_equal(ask_write(202, 1, 0, 0), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(ask_write(202, 2, 0, 0), MODBUS_ILLEGAL_ADDRESS);
}

static void values_outside_a_points_limits_are_refused_and_change_nothing(void** state)
{
    (void)state;
    assert_int_equal(ask_write(201, 2, 0x002D, 0xC6C0), 0); // 3.000000
    assert_int_equal(ask_write(201, 2, 0x002D, 0xC6C1), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(ask_write(201, 2, 0x7FFF, 0xFFFF), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(register_file_raw(&drive, POINT_TARGET_POSITION), 3000000);
    // One bad word refuses the whole block, whichever place it has.
    bool wrote;
    const modbus_request_t block = {MODBUS_WRITE_MULTIPLE,     0, 0, 200, 4,
                                    {15, 0x000F, 0x4240, 3001}};
    assert_int_equal(ask(&drive, &block, NULL, &wrote), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(register_file_raw(&drive, POINT_CONTROL_WORD), 0);
    assert_int_equal(register_file_raw(&drive, POINT_TARGET_POSITION), 3000000);
    // A read part that does not exist refuses the write part too.
    uint16_t words[4];
    const modbus_request_t both = {MODBUS_READ_WRITE, 5, 1, 200, 1, {15}};
    assert_int_equal(ask(&drive, &both, words, &wrote), MODBUS_ILLEGAL_ADDRESS);
    assert_int_equal(register_file_raw(&drive, POINT_CONTROL_WORD), 0);
}

static void reserved_words_of_a_block_read_zero_and_take_zero_only(void** state)
{
    (void)state;
    device_profile_t profile = virtual_drive_profile();
    profile.write_count = 6; // 204 and 205 belong to no point
    profile.read_count = 9;  // nor does 108
    assert_true(register_file_init(&drive, &profile));
    uint16_t words[9];
    assert_int_equal(ask_read(108, 1, words), 0);
    assert_int_equal(words[0], 0);
    assert_int_equal(ask_write(204, 2, 0, 0), 0);
    assert_int_equal(ask_write(204, 2, 0, 1), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(ask_write(108, 1, 0, 0), MODBUS_ILLEGAL_ADDRESS);
}

static void functions_and_lengths_that_are_wrong_get_their_exception(void** state)
{
    (void)state;
    const struct {
        int size;
        uint8_t bytes[8];
        uint8_t exception;
    } cases[] = {
        {5, {0x01, 0, 100, 0, 1}, MODBUS_ILLEGAL_FUNCTION},
        {1, {0x2B}, MODBUS_ILLEGAL_FUNCTION},
        {5, {0x03, 0, 100, 0, 0}, MODBUS_ILLEGAL_VALUE},
        {5, {0x03, 0, 100, 0, 126}, MODBUS_ILLEGAL_VALUE},
        {4, {0x03, 0, 100, 0}, MODBUS_ILLEGAL_VALUE},
        {8, {0x10, 0, 200, 0, 1, 3, 0, 0}, MODBUS_ILLEGAL_VALUE},
    };
    for (int i = 0; i < (int)(sizeof cases / sizeof cases[0]); i++) {
        pdu_t request = {.size = cases[i].size};
        pdu_t reply;
        bool wrote = true;
        memcpy(request.bytes, cases[i].bytes, sizeof cases[i].bytes);
        assert_true(register_file_request(&drive, &request, &reply, &wrote));
        assert_int_equal(reply.size, 2);
        assert_int_equal(reply.bytes[0], cases[i].bytes[0] | 0x80);
        assert_int_equal(reply.bytes[1], cases[i].exception);
        assert_false(wrote);
    }
    const pdu_t nothing = {.size = 0};
    pdu_t reply;
    bool wrote;
    assert_false(register_file_request(&drive, &nothing, &reply, &wrote));
}

static void identity_is_there_from_the_start(void** state)
{
    (void)state;
    assert_int_equal(register_file_raw(&drive, POINT_IDENTITY), VIRTUAL_IDENTITY);
    assert_true(register_file_has(&drive, POINT_WATCHDOG));
    assert_false(register_file_has(&drive, POINT_FORCE_X));
}

static void a_device_saturates_and_never_wraps(void** state)
{
    (void)state;
    double effort = 0.0;
    assert_true(register_file_set(&drive, POINT_EFFORT, 327.67));
    assert_false(register_file_set(&drive, POINT_EFFORT, 400.0));
    assert_true(register_file_get(&drive, POINT_EFFORT, &effort));
    assert_near(effort, 327.67, 1e-9);
    assert_false(register_file_set(&drive, POINT_EFFORT, -400.0));
    assert_true(register_file_get(&drive, POINT_EFFORT, &effort));
    assert_near(effort, -327.68, 1e-9);
    assert_false(register_file_set(&drive, POINT_EFFORT, (double)NAN));
    assert_true(register_file_get(&drive, POINT_EFFORT, &effort));
    assert_near(effort, -327.68, 1e-9);
    assert_false(register_file_set(&drive, POINT_FORCE_X, 1.0));
    assert_false(register_file_get(&drive, POINT_FORCE_X, &effort));
    register_file_set_raw(&drive, POINT_SAMPLE_COUNTER, 65536 + 7);
    assert_int_equal(register_file_raw(&drive, POINT_SAMPLE_COUNTER), 7);
    // What others may not write, the device itself may show.
    assert_true(register_file_set(&drive, POINT_TARGET_POSITION, 9.0));
}

static void profiles_that_contradict_themselves_are_refused(void** state)
{
    (void)state;
    device_profile_t profile = virtual_drive_profile();
    profile.points[3].address = 103; // half of position
    assert_false(register_file_init(&drive, &profile));
    profile = virtual_drive_profile();
    profile.points[3].id = POINT_POSITION;
    assert_false(register_file_init(&drive, &profile));
    profile = virtual_drive_profile();
    profile.points[2].address = 65535;
    assert_false(register_file_init(&drive, &profile));
    profile = virtual_drive_profile();
    profile.read_count = MODBUS_READ_COUNT_MAX + 1;
    assert_false(register_file_init(&drive, &profile));
    profile = virtual_drive_profile();
    profile.write_address = 65534;
    assert_false(register_file_init(&drive, &profile));
}

static void the_fullest_profile_fits(void** state)
{
    (void)state;
    device_profile_t profile = {.read_address = 0,
                                .read_count = MODBUS_READ_COUNT_MAX,
                                .write_address = 1000,
                                .write_count = MODBUS_READ_WRITE_COUNT_MAX,
                                .point_count = POINT_ID_COUNT};
    for (int i = 0; i < POINT_ID_COUNT; i++) {
        profile.points[i] = virtual_point((point_id_t)i, 5000 + 3 * i, WORD_U32, 1.0);
    }
    assert_true(register_file_init(&drive, &profile));
    uint16_t words[MODBUS_READ_COUNT_MAX];
    assert_int_equal(ask_read(0, MODBUS_READ_COUNT_MAX, words), 0);
    assert_int_equal(ask_read(5000 + 3 * 19, 2, words), 0);
    assert_int_equal(ask_read(5002, 1, words), MODBUS_ILLEGAL_ADDRESS);
}

static void random_bytes_get_an_answer_and_only_permitted_writes_happen(void** state)
{
    (void)state;
    uint64_t random = 20240229;
    print_message("seed %llu\n", (unsigned long long)random);
    int writes = 0;
    for (int round = 0; round < 300000; round++) {
        static const uint8_t functions[] = {3, 4, 6, 16, 23, 200};
        pdu_t request = {.size = 1 + round % 16};
        for (int i = 0; i < request.size; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            const uint8_t byte = (uint8_t)(random >> 56);
            static const uint8_t likely[] = {0, 0, 0, 200, 201, 1, 2, 4};
            request.bytes[i] = (random >> 40) % 4 != 0 ? likely[byte % 8] : byte;
        }
        request.bytes[0] = functions[(random >> 20) % 6];
        request.size = request.bytes[0] == MODBUS_WRITE_SINGLE ? 5 : request.size;
        const uint32_t identity = register_file_raw(&drive, POINT_IDENTITY);
        pdu_t reply = {.size = -1};
        bool wrote = false;
        assert_true(register_file_request(&drive, &request, &reply, &wrote));
        assert_true(reply.size >= 2 && reply.size <= PDU_CAPACITY);
        assert_int_equal(register_file_raw(&drive, POINT_IDENTITY), identity);
        double target;
        assert_true(register_file_get(&drive, POINT_TARGET_POSITION, &target));
        assert_true(target >= -3.0 && target <= 3.0);
        writes += wrote ? 1 : 0;
    }
    assert_true(writes > 100);
}

static void blank_file_reads_all_ones_and_keeps_what_it_holds(void** state)
{
    (void)state;
    register_file_set_raw(&drive, POINT_SAMPLE_COUNTER, 7);
    uint16_t before[2], words[2];
    assert_int_equal(ask_read(drive_profile.read_address, 2, before), MODBUS_EXCEPTION_NONE);
    drive.blank = true;
    assert_int_equal(ask_read(drive_profile.read_address, 2, words), MODBUS_EXCEPTION_NONE);
    assert_true(words[0] == 0xFFFF && words[1] == 0xFFFF && before[0] != 0xFFFF);
    drive.blank = false;
    assert_int_equal(ask_read(drive_profile.read_address, 2, words), MODBUS_EXCEPTION_NONE);
    assert_memory_equal(words, before, sizeof words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_functions_reach_the_same_words, setup),
        cmocka_unit_test_setup(read_write_writes_first_and_reads_what_was_measured, setup),
        cmocka_unit_test_setup(addresses_that_do_not_exist_are_refused, setup),
        cmocka_unit_test_setup(values_outside_a_points_limits_are_refused_and_change_nothing,
                               setup),
        cmocka_unit_test_setup(reserved_words_of_a_block_read_zero_and_take_zero_only, setup),
        cmocka_unit_test_setup(functions_and_lengths_that_are_wrong_get_their_exception, setup),
        cmocka_unit_test_setup(identity_is_there_from_the_start, setup),
        cmocka_unit_test_setup(a_device_saturates_and_never_wraps, setup),
        cmocka_unit_test_setup(profiles_that_contradict_themselves_are_refused, setup),
        cmocka_unit_test_setup(the_fullest_profile_fits, setup),
        cmocka_unit_test_setup(random_bytes_get_an_answer_and_only_permitted_writes_happen, setup),
        cmocka_unit_test_setup(blank_file_reads_all_ones_and_keeps_what_it_holds, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
