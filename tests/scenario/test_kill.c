/// Kills the controller with SIGKILL while the tool presses, over real sockets, and looks at the
/// virtual drives with libmodbus, not with our own client: they come to rest by their own watchdog,
/// nothing that starts afterwards moves them without being acknowledged, and what was recorded up
/// to the last block can be read. The table is in lock-step and this test moves its clock once
/// nobody else does, so that a busy machine changes nothing.
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <modbus.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "controller/record/cycle_file.h"
#include "controller/record/run_directory.h"

#define PROGRAM KNEAD_PROGRAM
#define CLOCK_PORT 9 // behind the nine devices
#define CLOCK_ADVANCE_ADDRESS 0
#define CLOCK_NOW_ADDRESS 2
#define STATUS_ADDRESS 1
#define POSITION_ADDRESS 2
#define DRIVE_COUNT 7
#define STATUS_STATE_MASK 0x4F // CiA 402-2
#define STATUS_FAULT 0x08

typedef struct {
    pid_t table;
    int port_base;
    char folder[64];
} scene_t;

static void sleep_ms(long duration_ms)
{
    const struct timespec wait = {.tv_sec = duration_ms / 1000,
                                  .tv_nsec = duration_ms % 1000 * 1000000};
    (void)nanosleep(&wait, NULL);
}

static pid_t start(const char* const* arguments, const char* log)
{
    const pid_t process = fork();
    if (process == 0) {
        const int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int in = open("/dev/null", O_RDONLY);
        (void)dup2(in, STDIN_FILENO);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        (void)execv(PROGRAM, (char* const*)(uintptr_t)arguments);
        _exit(127);
    }
    assert_true(process > 0);
    return process;
}

static bool file_holds(const char* path, const char* words)
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

static bool wait_for_words(const char* path, const char* words, long limit_ms, pid_t process)
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

static void path_in(const scene_t* scene, const char* name, char* path, size_t capacity)
{
    (void)snprintf(path, capacity, "%s/%s", scene->folder, name);
}

static scene_t scene_open(void)
{
    scene_t scene = {.port_base = 10000 + (int)(getpid() % 300) * 10};
    (void)snprintf(scene.folder, sizeof scene.folder, "/tmp/knead-kill-XXXXXX");
    assert_non_null(mkdtemp(scene.folder));
    char port[16], log[128];
    (void)snprintf(port, sizeof port, "%d", scene.port_base);
    path_in(&scene, "table.txt", log, sizeof log);
    const char* const arguments[] = {"knead", "table", "--lock-step", "--port-base", port, NULL};
    scene.table = start(arguments, log);
    assert_true(wait_for_words(log, "ready", 20000, scene.table));
    return scene;
}

static void scene_close(scene_t* scene)
{
    (void)kill(scene->table, SIGTERM);
    (void)waitpid(scene->table, NULL, 0);
    char command[160];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", scene->folder);
    assert_int_equal(system(command), 0);
}

static pid_t start_run(const scene_t* scene, const char* name, const char* more)
{
    char port[16], out[128], log[160];
    (void)snprintf(port, sizeof port, "%d", scene->port_base);
    path_in(scene, name, out, sizeof out);
    (void)snprintf(log, sizeof log, "%s.txt", out);
    const char* const arguments[] = {"knead",       "run",     "routines/library/short-back.yaml",
                                     "--yes",       "--quiet", "--lock-step",
                                     "--port-base", port,      "--out",
                                     out,           more,      NULL};
    return start(arguments, log);
}

static int exit_code_of(pid_t process)
{
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

typedef struct {
    uint16_t status[DRIVE_COUNT];
    int32_t position[DRIVE_COUNT];
} drives_t;

static modbus_t* connect_to(const scene_t* scene, int device, int unit)
{
    modbus_t* client = modbus_new_tcp("127.0.0.1", scene->port_base + device);
    assert_non_null(client);
    (void)modbus_set_slave(client, unit);
    (void)modbus_set_response_timeout(client, 5, 0);
    assert_int_equal(modbus_connect(client), 0);
    return client;
}

static void let_time_pass(const scene_t* scene, uint32_t duration_us)
{
    modbus_t* clock = connect_to(scene, CLOCK_PORT, 1);
    uint16_t words[2];
    assert_int_equal(modbus_read_registers(clock, CLOCK_NOW_ADDRESS, 2, words), 2);
    const uint32_t to_us = ((uint32_t)words[0] << 16 | words[1]) + duration_us;
    words[0] = (uint16_t)(to_us >> 16);
    words[1] = (uint16_t)to_us;
    assert_int_equal(modbus_write_registers(clock, CLOCK_ADVANCE_ADDRESS, 2, words), 2);
    modbus_close(clock);
    modbus_free(clock);
}

/// By libmodbus, so that our own client is not its own witness.
static drives_t look_at_drives(const scene_t* scene)
{
    drives_t drives = {0};
    for (int i = 0; i < DRIVE_COUNT; ++i) {
        modbus_t* client = connect_to(scene, i, i + 1);
        uint16_t words[3];
        assert_int_equal(modbus_read_registers(client, STATUS_ADDRESS, 3, words), 3);
        drives.status[i] = words[0];
        drives.position[i] = (int32_t)((uint32_t)words[1] << 16 | words[2]);
        modbus_close(client);
        modbus_free(client);
    }
    return drives;
}

static void assert_stands_still(const scene_t* scene, int tolerance_counts)
{
    const drives_t before = look_at_drives(scene);
    let_time_pass(scene, 300000);
    const drives_t after = look_at_drives(scene);
    for (int i = 0; i < DRIVE_COUNT; ++i) {
        assert_true(abs(after.position[i] - before.position[i]) <= tolerance_counts);
    }
}

static void read_what_was_recorded(const scene_t* scene, const char* name)
{
    char path[160];
    path_in(scene, name, path, sizeof path);
    assert_int_equal(run_directory_state(path), RUN_STATE_RUNNING);
    (void)strcat(path, "/" RUN_CYCLES);
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_OK);
    cycle_record_t record;
    long records = 0;
    cycle_read_t result;
    while ((result = cycle_reader_next(reader, &record)) == CYCLE_READ_RECORD) {
        ++records;
    }
    assert_int_equal(result, CYCLE_READ_TORN);
    print_message("%ld cycles readable after the kill\n", records);
    assert_true(records > 500);
    cycle_reader_close(reader);
}

/// A run that was killed in contact, well into its first stroke of several virtual seconds.
static void kill_in_contact(const scene_t* scene, const char* name)
{
    char events[160];
    path_in(scene, name, events, sizeof events);
    (void)strcat(events, "/" RUN_EVENTS);
    const pid_t run = start_run(scene, name, NULL);
    assert_true(wait_for_words(events, "\"to\":\"contact\"", 120000, run));
    sleep_ms(30); // a second or two of virtual time
    assert_int_equal(waitpid(run, NULL, WNOHANG), 0);
    (void)kill(run, SIGKILL);
    (void)waitpid(run, NULL, 0);
}

/// Shows H36, H37, H38.
static void a_killed_controller_leaves_drives_at_rest_that_want_to_be_acknowledged(void** context)
{
    (void)context;
    scene_t scene = scene_open();
    char log[160];
    kill_in_contact(&scene, "killed");
    let_time_pass(&scene,
                  500000); // the drives' watchdog is 40 ms, braking and brakes take the rest
    const drives_t drives = look_at_drives(&scene);
    for (int i = 0; i < DRIVE_COUNT; ++i) {
        assert_int_equal(drives.status[i] & STATUS_STATE_MASK, STATUS_FAULT);
    }
    assert_stands_still(&scene, 200); // 0.2 mrad: the client under the pad breathes
    read_what_was_recorded(&scene, "killed");

    const int refused = exit_code_of(start_run(&scene, "again", NULL));
    assert_int_equal(refused, 5);
    path_in(&scene, "again.txt", log, sizeof log);
    assert_true(file_holds(log, "--acknowledge"));
    assert_true(file_holds(log, "drive_3 (127.0.0.1:"));
    assert_stands_still(&scene, 200);

    // Acknowledged, it still will not arm while the tool presses: that force would be tared away.
    const int pressing = exit_code_of(start_run(&scene, "pressing", "--acknowledge"));
    assert_int_equal(pressing, 5);
    path_in(&scene, "pressing.txt", log, sizeof log);
    assert_true(file_holds(log, "the tool is at the body"));
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_controller_leaves_drives_at_rest_that_want_to_be_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
