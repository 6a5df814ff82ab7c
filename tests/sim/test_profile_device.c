// Any profile as a device: what it refuses by its own rules, how it walks and moves, and what it
// does when nobody writes any more.
#include "tests/support/cmocka_prelude.h"

#include <math.h>
#include <string.h>

#include "config/load.h"
#include "controller/bus/cia402.h"
#include "sim/profile_table.h"

static machine_settings_t machine;
static profile_table_t table;

static void load(const char* path)
{
    findings_t findings = {0};
    memset(&machine, 0, sizeof machine);
    machine.device_count = machine.profile_count = 1;
    if (!load_device_profile(path, &machine.profiles[0], &findings)) {
        findings_print(&findings, stdout);
        fail();
    }
    machine.devices[0].role = machine.profiles[0].role;
}

static void make(void)
{
    int failed = -1;
    assert_true(profile_table_init(&table, &machine, &failed));
}

static int ask(const modbus_request_t* request, uint16_t* words)
{
    pdu_t sent, reply = {0};
    int exception = 0;
    const device_host_t host = profile_table_host(&table);
    modbus_encode_request(request, &sent);
    assert_true(host.request(host.context, 0, &sent, &reply));
    const modbus_result_t result = modbus_decode_reply(request, &reply, words, &exception);
    assert_true(result == MODBUS_OK || result == MODBUS_EXCEPTION);
    return exception;
}

static int read_at(modbus_function_t function, int address, int count, uint16_t* words)
{
    const modbus_request_t request = {
        .function = function, .read_address = address, .read_count = count};
    return ask(&request, words);
}

static int write_at(int address, uint16_t word)
{
    const modbus_request_t request = {.function = MODBUS_WRITE_MULTIPLE,
                                      .write_address = address,
                                      .write_count = 1,
                                      .write_words = {word}};
    return ask(&request, NULL);
}

static void pass_ms(int64_t time_ms)
{
    const device_host_t host = profile_table_host(&table);
    host.advance_to(host.context, host.now_us(host.context) + time_ms * 1000);
}

static drive_state_t state_now(int address)
{
    uint16_t word = 0;
    assert_int_equal(read_at(MODBUS_READ_HOLDING, address, 1, &word), 0);
    return cia402_state(word);
}

static void enable(int control)
{
    pass_ms(200);
    assert_int_equal(write_at(control, CIA402_SHUTDOWN), 0);
    pass_ms(5);
    assert_int_equal(write_at(control, CIA402_SWITCH_ON), 0);
    pass_ms(5);
    assert_int_equal(write_at(control, CIA402_ENABLE_OPERATION), 0);
    pass_ms(200);
}

static void every_shipped_profile_lives_and_shows_its_identity(void** state)
{
    (void)state;
    static const char* const paths[] = {
        "config/devices/cia402_generic.yaml", "config/devices/onrobot_hex.yaml",
        "config/devices/robotiq_ft300s.yaml", "config/devices/oriental_az.yaml",
        "config/devices/iai_rcon.yaml",       "config/devices/iris_orca.yaml",
        "config/devices/kollmorgen_akd.yaml", "config/devices/kollmorgen_akd2g.yaml",
        "config/devices/lexium_32m.yaml",     "config/devices/leadshine_cs2rs.yaml",
        "config/devices/delta_asda.yaml",     "config/devices/nanotec.yaml",
        "config/devices/beckhoff_ek9000.yaml"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        load(paths[i]);
        make();
        pass_ms(3000);
        double identity = 0.0;
        if (machine.profiles[0].identity_known) {
            assert_true(register_file_get(&table.devices[0].file, POINT_IDENTITY, &identity));
            assert_int_equal((int)identity, machine.profiles[0].identity_expected);
        }
    }
}

static void a_drive_after_cia_402_walks_moves_and_stops(void** state)
{
    (void)state;
    load("config/devices/virtual_cia402.yaml");
    make();
    assert_int_equal(state_now(1), DRIVE_NOT_READY);
    enable(16);
    assert_int_equal(state_now(1), DRIVE_OPERATION_ENABLED);
    const modbus_request_t target = {.function = MODBUS_WRITE_MULTIPLE,
                                     .write_address = 17,
                                     .write_count = 2,
                                     .write_words = {0x000F, 0x4240}}; // 1.0
    assert_int_equal(ask(&target, NULL), 0);
    double before = -1.0;
    for (int i = 0; i < 40; i++) {
        double position = 0.0;
        pass_ms(50);
        assert_true(register_file_get(&table.devices[0].file, POINT_POSITION, &position));
        assert_true(position >= before && position <= 1.0 + 1e-9);
        assert_true(position - (before < 0.0 ? 0.0 : before) <= 1.4 * 0.05 + 1e-6);
        before = position;
    }
    assert_true(fabs(before - 1.0) < 1e-6);
    assert_int_equal(write_at(16, CIA402_QUICK_STOP), 0);
    pass_ms(600);
    assert_int_equal(state_now(1), DRIVE_SWITCH_ON_DISABLED);
}

static void silence_past_the_watchdog_is_a_fault_and_the_safe_state(void** state)
{
    (void)state;
    load("config/devices/virtual_cia402.yaml");
    machine.profiles[0].safe_write_count = 1;
    for (int i = 0; i < machine.profiles[0].point_count; i++) {
        if (machine.profiles[0].points[i].id == POINT_EFFORT_LIMIT) {
            machine.profiles[0].safe_writes[0] = (safe_write_t){.point = i, .si_number = 12.0};
        }
    }
    make();
    enable(16);
    assert_int_equal(write_at(32, 40), 0); // ms
    pass_ms(40);
    assert_int_equal(state_now(1), DRIVE_OPERATION_ENABLED);
    pass_ms(600);
    uint16_t word = 0;
    assert_int_equal(state_now(1), DRIVE_FAULT);
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 7, 1, &word), 0);
    assert_int_equal(word, DRIVE_FAULT_WATCHDOG);
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 33, 1, &word), 0);
    assert_int_equal(word, 120);
    // Back again: the fault stays until it is reset.
    assert_int_equal(write_at(16, CIA402_ENABLE_OPERATION), 0);
    pass_ms(5);
    assert_int_equal(state_now(1), DRIVE_FAULT);
    assert_int_equal(write_at(16, CIA402_FAULT_RESET), 0);
    pass_ms(5);
    assert_int_equal(state_now(1), DRIVE_SWITCH_ON_DISABLED);
}

static void a_device_refuses_what_its_profile_does_not_do(void** state)
{
    (void)state;
    uint16_t words[125];
    load("config/devices/onrobot_hex.yaml"); // functions 3 and 6
    make();
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 0x0101, 8, words), 0);
    assert_int_equal(read_at(MODBUS_READ_INPUT, 0x0101, 8, words), MODBUS_ILLEGAL_FUNCTION);
    assert_int_equal(write_at(0, 1), MODBUS_ILLEGAL_FUNCTION); // 16
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 0x0001, 1, words), MODBUS_ILLEGAL_ADDRESS);
    const modbus_request_t zero = {
        .function = MODBUS_WRITE_SINGLE, .write_count = 1, .write_words = {2}};
    assert_int_equal(ask(&zero, NULL), MODBUS_ILLEGAL_VALUE);

    load("config/devices/virtual_ft6.yaml");
    machine.profiles[0].read_words_max = 4;
    machine.profiles[0].word_alignment = 2;
    make();
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 0, 4, words), 0);
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 0, 6, words), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 0, 3, words), MODBUS_ILLEGAL_VALUE);
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 1, 2, words), MODBUS_ILLEGAL_ADDRESS);
}

static void input_registers_are_read_by_function_4_alone(void** state)
{
    (void)state;
    uint16_t word = 0;
    load("config/devices/virtual_ft6.yaml");
    device_profile_t* profile = &machine.profiles[0];
    profile->functions |= 1u << MODBUS_READ_INPUT;
    point_settings_t* point = &profile->points[profile->point_count++];
    *point = (point_settings_t){.id = POINT_OTHER,
                                .name = "temperature",
                                .unit = "degC",
                                .address = 48, // where a holding register is too
                                .input_table = true,
                                .type = WORD_S16,
                                .scale = 1.0};
    make();
    assert_true(register_file_set_at(&table.devices[0].file, profile->point_count - 1, 37.0));
    assert_int_equal(read_at(MODBUS_READ_INPUT, 48, 1, &word), 0);
    assert_int_equal(word, 37);
    assert_int_equal(read_at(MODBUS_READ_HOLDING, 48, 1, &word), 0);
    assert_int_equal(word, profile->identity_expected);
    assert_int_equal(read_at(MODBUS_READ_INPUT, 0, 1, &word), MODBUS_ILLEGAL_ADDRESS);
}

static void a_silent_device_says_nothing_until_it_is_back(void** state)
{
    (void)state;
    load("config/devices/virtual_ft6.yaml");
    make();
    const device_host_t host = profile_table_host(&table);
    const pdu_t request = {.size = 5, .bytes = {3, 0, 0, 0, 1}};
    pdu_t reply = {0};
    world_event_t event = {.kind = WORLD_EVENT_DEVICE_SILENT};
    assert_true(profile_table_inject(&table, &event));
    assert_false(host.request(host.context, 0, &request, &reply));
    event.kind = WORLD_EVENT_DEVICE_BACK;
    assert_true(profile_table_inject(&table, &event));
    assert_true(host.request(host.context, 0, &request, &reply));
    event.kind = WORLD_EVENT_FORCE_FREEZE;
    assert_false(profile_table_inject(&table, &event));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_profile_lives_and_shows_its_identity),
        cmocka_unit_test(a_drive_after_cia_402_walks_moves_and_stops),
        cmocka_unit_test(silence_past_the_watchdog_is_a_fault_and_the_safe_state),
        cmocka_unit_test(a_device_refuses_what_its_profile_does_not_do),
        cmocka_unit_test(input_registers_are_read_by_function_4_alone),
        cmocka_unit_test(a_silent_device_says_nothing_until_it_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
