#include "tests/support/table_process.h"

#include <fcntl.h>
#include <modbus.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/cmocka_prelude.h"
#include "tests/support/replay_runs.h"

#define PROGRAM KNEAD_PROGRAM
#define CLOCK_PORT 9 // behind the nine devices
#define CLOCK_ADVANCE_ADDRESS 0
#define CLOCK_NOW_ADDRESS 2
#define STATUS_ADDRESS 1
#define LOOK_COUNT 5 // status, position, speed
#define STILL_US 300000
// Ports of processes that run beside each other: a test of its own may use one of these.
#define PORT_FIRST 10000
#define PORT_STRIDE 10
#define PORT_PLACES 300

void sleep_ms(long duration_ms)
{
    const struct timespec wait = {.tv_sec = duration_ms / 1000,
                                  .tv_nsec = duration_ms % 1000 * 1000000};
    (void)nanosleep(&wait, NULL);
}

pid_t process_start(const char* const* arguments, const char* log, process_prepare_t* prepare)
{
    const pid_t process = fork();
    if (process == 0) {
        const int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int in = open("/dev/null", O_RDONLY);
        (void)dup2(in, STDIN_FILENO);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        if (prepare != NULL) {
            prepare();
        }
        (void)execv(PROGRAM, (char* const*)(uintptr_t)arguments);
        _exit(127);
    }
    assert_true(process > 0);
    return process;
}

bool file_holds(const char* path, const char* words)
{
    char line[4096];
    bool found = false;
    FILE* file = fopen(path, "r");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found = strstr(line, words) != NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

bool file_gets(const char* path, const char* words, long limit_ms, pid_t process)
{
    for (long waited_ms = 0; waited_ms < limit_ms; waited_ms += 20) {
        if (file_holds(path, words)) {
            return true;
        }
        if (process > 0 && waitpid(process, NULL, WNOHANG) == process) {
            return false;
        }
        sleep_ms(20);
    }
    return false;
}

void table_process_path(const table_process_t* scene, const char* name, char* path, size_t capacity)
{
    const int length = snprintf(path, capacity, "%s/%s", scene->folder, name);
    assert_true(length > 0 && (size_t)length < capacity);
}

table_process_t table_process_open(void)
{
    table_process_t scene = {.port_base = PORT_FIRST + (int)(getpid() % PORT_PLACES) * PORT_STRIDE};
    (void)snprintf(scene.folder, sizeof scene.folder, "/tmp/knead-table-XXXXXX");
    assert_non_null(mkdtemp(scene.folder));
    char port[16];
    char log[128];
    (void)snprintf(port, sizeof port, "%d", scene.port_base);
    table_process_path(&scene, "table.txt", log, sizeof log);
    const char* const arguments[] = {"knead", "table", "--lock-step", "--port-base", port, NULL};
    scene.table = process_start(arguments, log, NULL);
    assert_true(file_gets(log, "ready", 20000, scene.table));
    return scene;
}

static void disconnect(modbus_t* client)
{
    if (client != NULL) {
        modbus_close(client);
        modbus_free(client);
    }
}

void table_process_close(table_process_t* scene)
{
    for (int i = 0; i < TABLE_DRIVE_COUNT; ++i) {
        disconnect(scene->drives[i]);
    }
    disconnect(scene->clock);
    (void)kill(scene->table, SIGTERM);
    (void)waitpid(scene->table, NULL, 0);
    replay_every_run(scene->folder);
    char command[160];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", scene->folder);
    assert_int_equal(system(command), 0);
}

pid_t table_process_run(const table_process_t* scene, const char* routine, const char* name,
                        const char* more)
{
    char port[16];
    char out[128];
    char log[160];
    (void)snprintf(port, sizeof port, "%d", scene->port_base);
    table_process_path(scene, name, out, sizeof out);
    (void)snprintf(log, sizeof log, "%s.txt", out);
    const char* const arguments[] = {"knead",       "run",         routine, "--yes",
                                     "--quiet",     "--lock-step", "--out", out,
                                     "--port-base", port,          more,    NULL};
    return process_start(arguments, log, NULL);
}

int process_exit_code(pid_t process)
{
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static modbus_t* connect_to(const table_process_t* scene, int device, int unit)
{
    modbus_t* client = modbus_new_tcp("127.0.0.1", scene->port_base + device);
    assert_non_null(client);
    (void)modbus_set_slave(client, unit);
    (void)modbus_set_response_timeout(client, 5, 0);
    assert_int_equal(modbus_connect(client), 0);
    return client;
}

uint32_t table_process_now_us(table_process_t* scene)
{
    if (scene->clock == NULL) {
        scene->clock = connect_to(scene, CLOCK_PORT, 1);
    }
    uint16_t words[2];
    assert_int_equal(modbus_read_registers(scene->clock, CLOCK_NOW_ADDRESS, 2, words), 2);
    return (uint32_t)words[0] << 16 | words[1];
}

void table_process_let_pass(table_process_t* scene, uint32_t duration_us)
{
    const uint32_t to_us = table_process_now_us(scene) + duration_us;
    const uint16_t words[2] = {(uint16_t)(to_us >> 16), (uint16_t)to_us};
    assert_int_equal(modbus_write_registers(scene->clock, CLOCK_ADVANCE_ADDRESS, 2, words), 2);
}

static int32_t signed_long(const uint16_t words[2])
{
    return (int32_t)((uint32_t)words[0] << 16 | words[1]);
}

table_drives_t table_process_look(table_process_t* scene)
{
    table_drives_t drives = {0};
    for (int i = 0; i < TABLE_DRIVE_COUNT; ++i) {
        if (scene->drives[i] == NULL) {
            scene->drives[i] = connect_to(scene, i, i + 1);
        }
        uint16_t words[LOOK_COUNT];
        assert_int_equal(modbus_read_registers(scene->drives[i], STATUS_ADDRESS, LOOK_COUNT, words),
                         LOOK_COUNT);
        drives.status[i] = words[0] & TABLE_STATE_MASK;
        drives.position[i] = signed_long(&words[1]);
        drives.speed[i] = signed_long(&words[3]);
    }
    return drives;
}

void table_process_stands_still(table_process_t* scene, int tolerance_counts)
{
    const table_drives_t before = table_process_look(scene);
    table_process_let_pass(scene, STILL_US);
    const table_drives_t after = table_process_look(scene);
    for (int i = 0; i < TABLE_DRIVE_COUNT; ++i) {
        assert_true(abs(after.position[i] - before.position[i]) <= tolerance_counts);
    }
}
