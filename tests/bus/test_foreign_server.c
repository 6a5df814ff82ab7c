/// knead's client on somebody else's server, over TCP and on a serial line (two pseudo-terminals
/// joined by a thread): pymodbus (tests/bus/pymodbus_server.py), whose numbers
/// of every type and word order are packed by Python's struct. So neither our server nor our codec
/// is its own witness. Needs Debian's python3-pymodbus and python3-serial-asyncio, and fails
/// without them.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // posix_openpt and its kin
#endif
// ctest: alone
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "controller/bus/modbus_pdu.h"
#include "controller/bus/registers.h"
#include "controller/bus/rtu_port.h"
#include "controller/bus/tcp_port.h"

#define PYTHON "/usr/bin/python3" // Debian's own, wherever another stands before it in the path
#define UNIT 5
#define PORT_FIRST 27000
#define PORT_PLACES 900
#define SEED "4711"
#define TIMEOUT_US 10000000 // of a server in Python on a shared machine
#define EACH 60
#define TYPE_COUNT 5
#define ORDER_COUNT 4
#define NUMBER_COUNT (EACH * TYPE_COUNT)
#define DOUBLE_ADDRESS 10000
#define ORDER_ADDRESS(order) (20000 + 2000 * (order))
#define SCRATCH_ADDRESS 31000
#define CHUNK 100 // words of a read

#define TURNAROUND_S 1.0 // likewise

/// Two pseudo-terminals whose masters a thread joins: a line with two ends.
typedef struct {
    int masters[2];
    int held[2]; // the other ends, so that a master reads no error while nobody has them open
    char paths[2][PATH_CAPACITY];
    pthread_t thread;
    atomic_bool stop;
} cable_t;

typedef struct {
    pid_t server;
    tcp_port_t* tcp;
    rtu_port_t* rtu;
    cable_t cable;
    port_t port;
} scene_t;

static port_batch_t batch;

static void* join_ends(void* context)
{
    cable_t* cable = context;
    while (!atomic_load(&cable->stop)) {
        struct pollfd ends[2] = {{.fd = cable->masters[0], .events = POLLIN},
                                 {.fd = cable->masters[1], .events = POLLIN}};
        uint8_t bytes[512];
        if (poll(ends, 2, 20) <= 0) {
            continue;
        }
        for (int i = 0; i < 2; ++i) {
            const ssize_t got =
                ends[i].revents != 0 ? read(cable->masters[i], bytes, sizeof bytes) : 0;
            if (got > 0) {
                (void)!write(cable->masters[1 - i], bytes, (size_t)got);
            }
        }
    }
    return NULL;
}

static void lay_cable(cable_t* cable)
{
    for (int i = 0; i < 2; ++i) {
        struct termios raw;
        cable->masters[i] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_true(cable->masters[i] >= 0);
        assert_int_equal(grantpt(cable->masters[i]), 0);
        assert_int_equal(unlockpt(cable->masters[i]), 0);
        assert_int_equal(ptsname_r(cable->masters[i], cable->paths[i], PATH_CAPACITY), 0);
        cable->held[i] = open(cable->paths[i], O_RDWR | O_NOCTTY | O_CLOEXEC);
        assert_int_equal(tcgetattr(cable->held[i], &raw), 0);
        cfmakeraw(&raw);
        assert_int_equal(tcsetattr(cable->held[i], TCSANOW, &raw), 0);
    }
    atomic_store(&cable->stop, false);
    assert_int_equal(pthread_create(&cable->thread, NULL, join_ends, cable), 0);
}

static void take_cable_away(cable_t* cable)
{
    atomic_store(&cable->stop, true);
    assert_int_equal(pthread_join(cable->thread, NULL), 0);
    for (int i = 0; i < 2; ++i) {
        (void)close(cable->held[i]);
        (void)close(cable->masters[i]);
    }
}

static pid_t start_server(const char* where, const char* port)
{
    int told[2];
    char said[8] = "";
    assert_int_equal(pipe(told), 0);
    const pid_t server = fork();
    if (server == 0) {
        (void)dup2(told[1], STDOUT_FILENO);
        (void)close(told[0]);
        (void)execl(PYTHON, PYTHON, "tests/bus/pymodbus_server.py", where, port, SEED, (char*)NULL);
        _exit(127);
    }
    (void)close(told[1]);
    bool ready = true;
    for (int i = 0; i < 6 && ready; ++i) { // it may come in parts
        ready = read(told[0], &said[i], 1) == 1;
    }
    ready = ready && strcmp(said, "ready\n") == 0;
    (void)close(told[0]);
    if (!ready) {
        (void)kill(server, SIGKILL);
        (void)waitpid(server, NULL, 0);
    }
    return ready ? server : 0;
}

static void say_what_is_missing(void)
{
    print_error("pymodbus does not serve: apt-get install python3-pymodbus "
                "python3-serial-asyncio\n");
}

static int open_over_tcp(void** state)
{
    static scene_t scene;
    tcp_endpoint_t endpoint = {.host = "127.0.0.1", .unit = UNIT};
    for (int attempt = 0; attempt < 3 && scene.server == 0; ++attempt) {
        char port[16];
        endpoint.port = PORT_FIRST + (int)((getpid() + 101 * attempt) % PORT_PLACES);
        (void)snprintf(port, sizeof port, "%d", endpoint.port);
        scene.server = start_server("tcp", port);
    }
    if (scene.server == 0) {
        say_what_is_missing();
        return -1;
    }
    scene.tcp = tcp_port_create(&endpoint, 1);
    scene.port = tcp_port_view(scene.tcp);
    *state = &scene;
    return scene.port.vtable->open(scene.port.context, &batch, TIMEOUT_US) ? 0 : -1;
}

static int open_over_rtu(void** state)
{
    static scene_t scene;
    lay_cable(&scene.cable);
    scene.server = start_server("rtu", scene.cable.paths[0]);
    if (scene.server == 0) {
        say_what_is_missing();
        return -1;
    }
    line_settings_t line = {
        .name = "line_1", .baud = 115200, .parity = PARITY_EVEN, .stop_bits = 1};
    const rtu_endpoint_t endpoint = {.unit = UNIT, .turnaround_s = TURNAROUND_S};
    (void)snprintf(line.path, sizeof line.path, "%s", scene.cable.paths[1]);
    scene.rtu = rtu_port_create(&line, &endpoint, 1);
    assert_non_null(scene.rtu);
    scene.port = rtu_port_view(scene.rtu);
    *state = &scene;
    return scene.port.vtable->open(scene.port.context, &batch, TIMEOUT_US) ? 0 : -1;
}

static int close_scene(void** state)
{
    scene_t* scene = *state;
    tcp_port_destroy(scene->tcp);
    rtu_port_destroy(scene->rtu);
    (void)kill(scene->server, SIGTERM);
    (void)waitpid(scene->server, NULL, 0);
    if (scene->rtu != NULL) {
        take_cable_away(&scene->cable);
    }
    return 0;
}

/// Asks by knead's own port. MODBUS_OK with the words, or MODBUS_EXCEPTION with its code.
static modbus_result_t ask(const scene_t* scene, const modbus_request_t* request, uint16_t* words,
                           int* exception)
{
    modbus_encode_request(request, &batch.request[0]);
    scene->port.vtable->exchange(scene->port.context, &batch, TIMEOUT_US);
    assert_int_equal(batch.result[0], PORT_OK);
    return modbus_decode_reply(request, &batch.reply[0], words, exception);
}

static void read_words(const scene_t* scene, modbus_function_t function, int address, int count,
                       uint16_t* words)
{
    for (int done = 0; done < count; done += CHUNK) {
        const int part = count - done < CHUNK ? count - done : CHUNK;
        const modbus_request_t request = {
            .function = function, .read_address = address + done, .read_count = part};
        int exception = 0;
        assert_int_equal(ask(scene, &request, words + done, &exception), MODBUS_OK);
    }
}

static void known_registers_are_read_by_every_reading_function(void** state)
{
    const scene_t* scene = *state;
    const modbus_function_t functions[] = {MODBUS_READ_HOLDING, MODBUS_READ_INPUT};
    for (int i = 0; i < 2; ++i) {
        uint16_t words[1000];
        read_words(scene, functions[i], 0, 1000, words);
        for (int address = 0; address < 1000; ++address) {
            assert_int_equal(words[address], address);
        }
        const modbus_request_t longest = {
            .function = functions[i], .read_address = 7, .read_count = MODBUS_READ_COUNT_MAX};
        int exception = 0;
        assert_int_equal(ask(scene, &longest, words, &exception), MODBUS_OK);
        assert_int_equal(words[124], 131);
    }
}

static void what_is_written_by_every_writing_function_is_read_back(void** state)
{
    const scene_t* scene = *state;
    modbus_request_t request = {
        .function = MODBUS_WRITE_SINGLE, .write_address = SCRATCH_ADDRESS, .write_count = 1};
    uint16_t words[4];
    int exception = 0;
    request.write_words[0] = 0xBEEF;
    assert_int_equal(ask(scene, &request, NULL, &exception), MODBUS_OK);
    read_words(scene, MODBUS_READ_HOLDING, SCRATCH_ADDRESS, 1, words);
    assert_int_equal(words[0], 0xBEEF);
    request.function = MODBUS_WRITE_MULTIPLE;
    request.write_count = MODBUS_WRITE_COUNT_MAX;
    for (int i = 0; i < request.write_count; ++i) {
        request.write_words[i] = (uint16_t)(50000 + i);
    }
    assert_int_equal(ask(scene, &request, NULL, &exception), MODBUS_OK);
    read_words(scene, MODBUS_READ_HOLDING, SCRATCH_ADDRESS + 119, 4, words);
    assert_int_equal(words[3], 50122);
    request.function = MODBUS_READ_WRITE; // writes before it reads
    request.write_count = 2;
    request.write_words[0] = 0x1234;
    request.write_words[1] = 0x5678;
    request.read_address = SCRATCH_ADDRESS;
    request.read_count = 3;
    assert_int_equal(ask(scene, &request, words, &exception), MODBUS_OK);
    assert_int_equal(words[0], 0x1234);
    assert_int_equal(words[1], 0x5678);
    assert_int_equal(words[2], 50002);
}

static void what_is_not_there_is_an_exception_with_its_code(void** state)
{
    const scene_t* scene = *state;
    const modbus_request_t past_the_end = {
        .function = MODBUS_READ_HOLDING, .read_address = 31999, .read_count = 2};
    uint16_t words[2];
    int exception = 0;
    assert_int_equal(ask(scene, &past_the_end, words, &exception), MODBUS_EXCEPTION);
    assert_int_equal(exception, MODBUS_ILLEGAL_ADDRESS);
    const modbus_request_t last = {
        .function = MODBUS_READ_HOLDING, .read_address = 31999, .read_count = 1};
    assert_int_equal(ask(scene, &last, words, &exception), MODBUS_OK);
}

/// A double from four words, the high one first.
static double double_of(const uint16_t words[4])
{
    uint64_t bits = 0;
    double number;
    for (int i = 0; i < 4; ++i) {
        bits = bits << 16 | words[i];
    }
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void numbers_of_every_type_are_what_python_packed_in_every_word_order(void** state)
{
    const scene_t* scene = *state;
    static const word_type_t types[TYPE_COUNT] = {WORD_U16, WORD_S16, WORD_U32, WORD_S32, WORD_F32};
    static const word_order_t orders[ORDER_COUNT] = {
        WORDS_HIGH_FIRST, WORDS_LOW_FIRST, WORDS_HIGH_FIRST_SWAPPED, WORDS_LOW_FIRST_SWAPPED};
    static uint16_t doubles[4 * NUMBER_COUNT];
    static uint16_t packed[2 * NUMBER_COUNT];
    read_words(scene, MODBUS_READ_HOLDING, DOUBLE_ADDRESS, 4 * NUMBER_COUNT, doubles);
    for (int order = 0; order < ORDER_COUNT; ++order) {
        read_words(scene, MODBUS_READ_INPUT, ORDER_ADDRESS(order), 2 * NUMBER_COUNT, packed);
        for (int number = 0; number < NUMBER_COUNT; ++number) {
            const point_settings_t point = {
                .id = POINT_OTHER, .type = types[number / EACH], .scale = 1.0};
            const double truth = double_of(&doubles[4 * number]);
            uint16_t words[2] = {0, 0};
            double decoded = -1.0;
            assert_true(registers_decode(&point, orders[order], &packed[2 * number], &decoded));
            assert_true(decoded == truth);
            assert_true(registers_encode(&point, orders[order], truth, words));
            // Of a zero the sign does not come over.
            if (truth != 0.0) {
                assert_memory_equal(words, &packed[2 * number], sizeof words);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_registers_are_read_by_every_reading_function),
        cmocka_unit_test(what_is_written_by_every_writing_function_is_read_back),
        cmocka_unit_test(what_is_not_there_is_an_exception_with_its_code),
        cmocka_unit_test(numbers_of_every_type_are_what_python_packed_in_every_word_order),
    };
    const int over_tcp = cmocka_run_group_tests_name("over TCP", tests, open_over_tcp, close_scene);
    const int over_rtu = cmocka_run_group_tests_name("over RTU", tests, open_over_rtu, close_scene);
    return over_tcp != 0 || over_rtu != 0;
}
