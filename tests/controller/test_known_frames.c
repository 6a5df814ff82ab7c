/// Frames that makers print, built from the shipped profiles: registers by the point's type, scale
/// and word order, the request by the codec, and the checksum by a second algorithm of its own.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "config/load.h"
#include "controller/bus/modbus_pdu.h"
#include "controller/bus/registers.h"

#define RTU_CAPACITY (PDU_CAPACITY + 3)

static device_profile_t profile;

static void load(const char* name)
{
    static findings_t findings;
    char path[TEXT_CAPACITY];
    snprintf(path, sizeof path, "config/devices/%s.yaml", name);
    assert_true(load_device_profile(path, &profile, &findings));
}

static const point_settings_t* point(const char* name)
{
    int index = 0;
    while (index < profile.point_count && strcmp(profile.points[index].name, name) != 0) {
        index++;
    }
    assert_in_range(index, 0, profile.point_count - 1);
    return &profile.points[index];
}

/// CRC-16 of Modbus over serial line V1.02, appendix B, bit by bit as polynomial division.
static uint16_t checksum(const uint8_t* bytes, int count)
{
    uint16_t remainder = 0xFFFF;
    for (int i = 0; i < count; i++) {
        remainder ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            remainder = (uint16_t)((remainder >> 1) ^ ((remainder & 1u) != 0 ? 0xA001u : 0u));
        }
    }
    return remainder;
}

static void assert_frame(int unit, const modbus_request_t* request, const char* expected)
{
    pdu_t pdu;
    uint8_t frame[RTU_CAPACITY];
    char text[3 * RTU_CAPACITY + 1] = "";
    assert_true(modbus_request_allowed(request));
    modbus_encode_request(request, &pdu);
    frame[0] = (uint8_t)unit;
    memcpy(frame + 1, pdu.bytes, (size_t)pdu.size);
    const uint16_t sum = checksum(frame, pdu.size + 1);
    frame[pdu.size + 1] = (uint8_t)(sum & 0xFFu);
    frame[pdu.size + 2] = (uint8_t)(sum >> 8);
    for (int i = 0; i < pdu.size + 3; i++) {
        snprintf(text + 3 * i, sizeof text - 3 * (size_t)i, "%02X ", frame[i]);
    }
    text[3 * (pdu.size + 3) - 1] = '\0';
    assert_string_equal(text, expected);
}

/// Puts a value of the profile's unit into a request that writes from `write_address`.
static void put(modbus_request_t* request, const char* name, double si_number)
{
    const point_settings_t* to = point(name);
    const int at = to->address - request->write_address;
    assert_in_range(at, 0, MODBUS_WRITE_COUNT_MAX - 2);
    assert_true(registers_encode(to, profile.word_order, si_number, &request->write_words[at]));
    const int end = at + registers_word_count(to->type);
    request->write_count = request->write_count > end ? request->write_count : end;
}

static void robotiq_force_is_asked_for_as_its_manual_does(void** state)
{
    (void)state;
    load("robotiq_ft300s");
    const modbus_request_t one = {.function = MODBUS_READ_HOLDING,
                                  .read_address = point("force_x")->address,
                                  .read_count = 1};
    assert_frame(profile.rtu_unit, &one, "09 03 00 B4 00 01 C5 64");
    const modbus_request_t wrench = {.function = MODBUS_READ_HOLDING,
                                     .read_address = profile.read_address,
                                     .read_count = profile.read_count};
    assert_frame(profile.rtu_unit, &wrench, "09 03 00 B4 00 06 84 A6");
}

static void oriental_position_is_written_as_its_faq_does(void** state)
{
    (void)state;
    load("oriental_az");
    modbus_request_t request = {.function = MODBUS_WRITE_MULTIPLE,
                                .write_address = point("operation_0_position")->address};
    put(&request, "operation_0_position", -1000.0);
    assert_frame(1, &request, "01 10 18 02 00 02 04 FF FF FC 18 99 58");
}

static void leadshine_move_is_written_as_its_manual_does(void** state)
{
    (void)state;
    load("leadshine_cs2rs");
    modbus_request_t request = {.function = MODBUS_WRITE_MULTIPLE,
                                .write_address = point("pr0_mode")->address};
    put(&request, "pr0_mode", 1.0);
    put(&request, "pr0_position", 10000.0);
    put(&request, "pr0_velocity", 0.0); // the example's own, against its text
    put(&request, "pr0_acceleration", 10000.0);
    put(&request, "pr0_deceleration", 10000.0);
    put(&request, "pr0_dwell", 0.0);
    put(&request, "pr0_trigger", 0x10);
    assert_frame(7, &request,
                 "07 10 62 00 00 08 10 00 01 00 00 27 10 00 00 27 10 27 10 00 00 00 10 8D 50");
}

/// Words as they come from a device, against the value its map says they are.
static void assert_read(const char* name, uint16_t first, uint16_t second, double si_number)
{
    const uint16_t words[] = {first, second};
    double read = 0.0;
    assert_true(registers_decode(point(name), profile.word_order, words, &read));
    assert_near(read, si_number, 1e-12 * fabs(si_number));
}

static void values_come_out_in_the_units_of_the_maps(void** state)
{
    (void)state;
    load("robotiq_ft300s"); // 0.01 N and 0.001 Nm
    assert_read("force_z", 0xFFFF, 0, -0.01);
    assert_read("force_x", 0x7FFF, 0, 327.67);
    assert_read("torque_x", 1000, 0, 1.0);
    load("onrobot_hex"); // 0.1 N and 0.001 Nm
    assert_read("force_z", 0xFF9C, 0, -10.0);
    assert_read("torque_z", 250, 0, 0.25);
    load("iris_orca"); // um and mN, low word first
    assert_read("position", 0x86A0, 0x0001, 0.1);
    assert_read("effort", 0xD8F0, 0xFFFF, -10.0);
    load("iai_rcon"); // 0.01 mm/s
    assert_read("velocity", 0xFFFF, 0xFF9C, -1e-3);
    load("kollmorgen_akd"); // mA
    assert_read("current", 0x0000, 0x05DC, 1.5);
    load("delta_asda"); // s, low word first
    assert_read("watchdog", 20, 0, 20.0);
}

/// Where the rule of addresses changed between generations, the one of A2, B2 and A3.
static void delta_parameters_stand_at_twice_their_number(void** state)
{
    (void)state;
    static const struct {
        const char* name;
        int group, number;
    } known[] = {
        {"p3_02", 3, 2}, {"link_fault_reaction", 3, 3}, {"watchdog", 3, 4}, {"p5_07", 5, 7}};
    load("delta_asda");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        assert_int_equal(point(known[i].name)->address, known[i].group * 256 + 2 * known[i].number);
    }
}

static void akd2g_counts_from_one_and_the_wire_from_zero(void** state)
{
    (void)state;
    load("kollmorgen_akd2g");
    assert_int_equal(point("position")->address, 0);
    assert_int_equal(point("target_position")->address, 30);
    assert_int_equal(point("task_control")->address, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(robotiq_force_is_asked_for_as_its_manual_does),
        cmocka_unit_test(oriental_position_is_written_as_its_faq_does),
        cmocka_unit_test(leadshine_move_is_written_as_its_manual_does),
        cmocka_unit_test(values_come_out_in_the_units_of_the_maps),
        cmocka_unit_test(delta_parameters_stand_at_twice_their_number),
        cmocka_unit_test(akd2g_counts_from_one_and_the_wire_from_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
