// ctest label: slow
/// A host that gives knead less than it wants: no room on the disk, no right to write, no right to
/// real-time priority. Each is told in a clear message, and none of them keeps the arm from being
/// commanded or stopped.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE // setgroups
#endif
#include "tests/support/cmocka_prelude.h"

#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "controller/record/cycle_file.h"
#include "controller/record/run_directory.h"
#include "tests/support/table_process.h"

#define ROUTINE "routines/library/short-back.yaml"
#define NOBODY 65534
#define SMALL_FILE_BYTES 65536
#define REAL_TIME_PORTS (-4000) // from the lock-step table to the one in real time

/// The disk is full after so many bytes of a file.
static void allow_small_files_only(void)
{
    const struct rlimit limit = {SMALL_FILE_BYTES, SMALL_FILE_BYTES};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        _exit(126);
    }
}

/// No right to anything that is not everybody's, and none to priority.
static void become_nobody(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_RTPRIO, &none) != 0 || setrlimit(RLIMIT_MEMLOCK, &none) != 0) {
        _exit(126);
    }
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        _exit(126);
    }
}

/// Shows H50.
static void a_full_disk_ends_the_record_and_not_the_massage(void** context)
{
    (void)context;
    table_process_t scene = table_process_open();
    char out[128];
    char log[128];
    table_process_path(&scene, "full", out, sizeof out);
    table_process_path(&scene, "full.txt", log, sizeof log);
    const char* const arguments[] = {"knead", "sim", ROUTINE,   "--seed", "3",
                                     "--out", out,   "--quiet", NULL};
    const int code = process_exit_code(process_start(arguments, log, allow_small_files_only));
    assert_int_equal(code, 1);
    assert_true(file_holds(log, "finished"));
    assert_true(file_holds(log, "not complete: is the disk full?"));
    // What fitted can be read, to the last whole block.
    (void)strcat(out, "/" RUN_CYCLES);
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    assert_int_equal(cycle_reader_open(out, &header, &reader), CYCLE_OPEN_OK);
    cycle_record_t record;
    int64_t records = 0;
    while (cycle_reader_next(reader, &record) == CYCLE_READ_RECORD) {
        ++records;
    }
    cycle_reader_close(reader);
    assert_true(records >= CYCLE_BLOCK_RECORDS);
    table_process_close(&scene);
}

static void a_directory_that_may_not_be_written_is_told_before_anything_moves(void** context)
{
    (void)context;
    table_process_t scene = table_process_open();
    char out[128];
    char log[128];
    char port[16];
    table_process_path(&scene, "shut", out, sizeof out);
    assert_int_equal(mkdir(out, 0555), 0);
    assert_int_equal(chmod(scene.folder, 0755), 0);
    (void)strcat(out, "/run");
    table_process_path(&scene, "shut.txt", log, sizeof log);
    (void)snprintf(port, sizeof port, "%d", scene.port_base);
    const char* const arguments[] = {"knead",   "run",         ROUTINE,       "--yes",
                                     "--quiet", "--lock-step", "--port-base", port,
                                     "--out",   out,           NULL};
    const int code = process_exit_code(process_start(arguments, log, become_nobody));
    assert_int_equal(code, 1);
    assert_true(file_holds(log, "no record can be kept in"));
    assert_true(file_holds(log, "Permission denied") || file_holds(log, "permission"));
    const table_drives_t drives = table_process_look(&scene);
    for (int i = 0; i < TABLE_DRIVE_COUNT; ++i) {
        assert_int_equal(drives.speed[i], 0);
    }
    table_process_close(&scene);
}

/// In real time: only there priority is asked for.
static void without_priority_the_run_says_so_and_goes_on(void** context)
{
    (void)context;
    table_process_t scene = table_process_open();
    assert_int_equal(chmod(scene.folder, 0777), 0);
    char port[16];
    char log[128];
    char out[128];
    (void)snprintf(port, sizeof port, "%d", scene.port_base + REAL_TIME_PORTS);
    table_process_path(&scene, "real.txt", log, sizeof log);
    const char* const table_arguments[] = {"knead", "table", "--port-base", port, NULL};
    const pid_t table = process_start(table_arguments, log, NULL);
    assert_true(file_gets(log, "ready", 20000, table));
    table_process_path(&scene, "plain", out, sizeof out);
    table_process_path(&scene, "plain.txt", log, sizeof log);
    const char* const arguments[] = {"knead",       "run", ROUTINE, "--yes", "--quiet",
                                     "--port-base", port,  "--out", out,     NULL};
    const pid_t run = process_start(arguments, log, become_nobody);
    char events[160];
    (void)snprintf(events, sizeof events, "%s/" RUN_EVENTS, out);
    assert_true(file_gets(events, "\"to\":\"ready\"", 60000, run));
    assert_true(file_holds(log, "no real-time scheduling (Operation not permitted)"));
    assert_true(file_holds(log, "CAP_SYS_NICE"));
    assert_true(file_holds(log, "memory could not be locked"));
    (void)kill(run, SIGINT);
    sleep_ms(100);
    (void)kill(run, SIGINT);
    const int code = process_exit_code(run);
    assert_true(code == 5 || code == 130);
    (void)kill(table, SIGTERM);
    (void)waitpid(table, NULL, 0);
    table_process_close(&scene);
}

/// What closes a terminal, or a connection to one, is no reason to let go of a client in the middle
/// of a stroke; nor is a reader that went away.
/// Shows H38.
static void a_closed_terminal_lifts_and_parks_before_the_program_ends(void** context)
{
    (void)context;
    table_process_t scene = table_process_open();
    char port[16];
    char log[128];
    char out[128];
    char events[160];
    (void)snprintf(port, sizeof port, "%d", scene.port_base);
    table_process_path(&scene, "closed", out, sizeof out);
    table_process_path(&scene, "closed.txt", log, sizeof log);
    (void)snprintf(events, sizeof events, "%s/" RUN_EVENTS, out);
    const char* const arguments[] = {"knead",   "run",         ROUTINE,       "--yes",
                                     "--quiet", "--lock-step", "--port-base", port,
                                     "--out",   out,           NULL};
    const pid_t run = process_start(arguments, log, NULL);
    assert_true(file_gets(events, "\"to\":\"contact\"", 60000, run));
    (void)kill(run, SIGPIPE);
    (void)kill(run, SIGHUP);
    assert_int_equal(process_exit_code(run), 130);
    assert_true(file_holds(events, "\"to\":\"retract\""));
    assert_true(file_holds(events, "\"to\":\"parked\""));
    table_process_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_ends_the_record_and_not_the_massage),
        cmocka_unit_test(a_directory_that_may_not_be_written_is_told_before_anything_moves),
        cmocka_unit_test(without_priority_the_run_says_so_and_goes_on),
        cmocka_unit_test(a_closed_terminal_lifts_and_parks_before_the_program_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
