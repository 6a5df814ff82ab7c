/// Somebody else's client on the virtual table over RTU: pymodbus (tests/bus/pymodbus_client.py)
/// reads and writes all devices of the shipped machine as units of one pseudo-terminal, compares
/// with known values and gets exceptions for holes. The same over TCP, by way of `knead table`, is
/// in tests/cli/test_table_strangers.sh. Needs Debian's python3-pymodbus and
/// python3-serial-asyncio, and fails without them.
// ctest: alone
#include "tests/support/cmocka_prelude.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/server.h"
#include "tests/support/closed_loop.h"

#define PYTHON "/usr/bin/python3" // Debian's own, wherever another stands before it in the path
#define PORT_FIRST 29500
#define BAUD "115200"
#define ARGUMENT_CAPACITY (NAME_CAPACITY + 8)

typedef struct {
    closed_loop_t* loop;
    serial_line_t line;
    atomic_bool stop, ready;
    server_result_t result;
    server_counters_t counters;
} scene_t;

static void say_ready(void* context)
{
    scene_t* scene = context;
    atomic_store(&scene->ready, true);
}

static void* serve(void* context)
{
    scene_t* scene = context;
    static machine_settings_t machine; // as shipped, and a line beside its sockets
    machine = scene->loop->assembly->machine;
    machine.line_count = 1;
    server_settings_t settings = {.machine = &machine,
                                  .bind_address = SERVER_BIND_ADDRESS,
                                  .port_base = PORT_FIRST + (int)(getpid() % 100) * 20,
                                  .stop = &scene->stop,
                                  .ready = say_ready,
                                  .context = scene,
                                  .lines = &scene->line};
    for (int i = 0; i < machine.device_count; ++i) {
        settings.also_unit[i] = machine.devices[i].unit;
    }
    scene->result = server_run(&settings, &scene->loop->host, &scene->counters);
    atomic_store(&scene->ready, true);
    return NULL;
}

/// The exit code of pymodbus's client on that line.
static int run_client(const scene_t* scene)
{
    const machine_settings_t* machine = &scene->loop->assembly->machine;
    static char units[DEVICE_CAPACITY][ARGUMENT_CAPACITY];
    const char* arguments[DEVICE_CAPACITY + 6] = {PYTHON, "tests/bus/pymodbus_client.py", "rtu",
                                                  scene->line.path, BAUD};
    for (int i = 0; i < machine->device_count; ++i) {
        (void)snprintf(units[i], sizeof units[i], "%d:%s", machine->devices[i].unit,
                       machine->devices[i].name);
        arguments[5 + i] = units[i];
    }
    const pid_t client = fork();
    if (client == 0) {
        (void)execv(PYTHON, (char* const*)arguments); // it takes them as they are
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(client, &status, 0), client);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void pymodbus_reads_and_writes_all_devices_on_one_serial_line(void** state)
{
    (void)state;
    static scene_t scene;
    pthread_t thread;
    scene.loop = closed_loop_open(NULL, NULL, NULL, 30);
    assert_int_equal(serial_line_make_pty(&scene.line, ""), SERIAL_OPENED);
    assert_int_equal(pthread_create(&thread, NULL, serve, &scene), 0);
    while (!atomic_load(&scene.ready)) {
        (void)poll(NULL, 0, 1);
    }
    const int code = run_client(&scene);
    atomic_store(&scene.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    if (code != 0) {
        print_error("if pymodbus is missing: apt-get install python3-pymodbus "
                    "python3-serial-asyncio\n");
    }
    assert_int_equal(scene.result, SERVER_ENDED);
    assert_int_equal(code, 0);
    assert_true(scene.counters.line_requests > 100);
    assert_int_equal(scene.counters.broken_rtu, 0);
    serial_line_close(&scene.line);
    closed_loop_close(scene.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pymodbus_reads_and_writes_all_devices_on_one_serial_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
