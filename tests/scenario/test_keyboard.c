/// A person at a terminal: the program on a pseudo terminal, a virtual table in lock-step behind
/// it. Words start it, single keys change it, a pause is left by two keys only, and the terminal is
/// as it was whether the run ends, is stopped, or the program is ended from outside.
#define _XOPEN_SOURCE 700 // pseudo terminals
#include "tests/support/cmocka_prelude.h"
#include "tests/support/replay_runs.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define PROGRAM KNEAD_PROGRAM
#define ROUTINE "routines/library/relaxing-back.yaml" // eleven minutes: nobody is in a hurry here
#define HEARD_CAPACITY (1 << 20)
#define PATIENCE_MS 60000

typedef struct {
    pid_t table, run;
    int keyboard; // master side of the pseudo terminal
    int terminal; // the other side, to look at its settings
    char folder[64];
    char heard[HEARD_CAPACITY];
    size_t length;
    size_t seen; // behind what was waited for last
} scene_t;

static pid_t start_table(int port_base, const char* folder)
{
    char port[16], log[96];
    (void)snprintf(port, sizeof port, "%d", port_base);
    (void)snprintf(log, sizeof log, "%s/table.txt", folder);
    const pid_t process = fork();
    if (process == 0) {
        const int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        const int in = open("/dev/null", O_RDONLY);
        (void)dup2(in, STDIN_FILENO);
        (void)dup2(out, STDOUT_FILENO);
        (void)dup2(out, STDERR_FILENO);
        (void)execl(PROGRAM, "knead", "table", "--lock-step", "--port-base", port, (char*)NULL);
        _exit(127);
    }
    for (int waited_ms = 0; waited_ms < PATIENCE_MS; waited_ms += 20) {
        char line[256];
        FILE* file = fopen(log, "r");
        bool ready = false;
        while (file != NULL && fgets(line, sizeof line, file) != NULL) {
            ready = ready || strcmp(line, "ready\n") == 0;
        }
        if (file != NULL) {
            (void)fclose(file);
        }
        if (ready) {
            return process;
        }
        (void)poll(NULL, 0, 20);
    }
    fail_msg("no table");
    return 0;
}

static void start_run(scene_t* scene, int port_base)
{
    const char* path = ptsname(scene->keyboard);
    char port[16], out[96];
    (void)snprintf(port, sizeof port, "%d", port_base);
    (void)snprintf(out, sizeof out, "%s/run", scene->folder);
    scene->run = fork();
    if (scene->run == 0) {
        (void)setsid();
        const int terminal = open(path, O_RDWR); // becomes its controlling terminal
        (void)dup2(terminal, STDIN_FILENO);
        (void)dup2(terminal, STDOUT_FILENO);
        (void)dup2(terminal, STDERR_FILENO);
        (void)execl(PROGRAM, "knead", "run", "--lock-step", "--port-base", port, "--out", out,
                    ROUTINE, (char*)NULL);
        _exit(127);
    }
    assert_true(scene->run > 0);
}

static int setup(void** state)
{
    static int scenes;
    scene_t* scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    (void)snprintf(scene->folder, sizeof scene->folder, "/tmp/knead-keys-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    const int port_base = 13000 + (int)(getpid() % 100) * 20 + 10 * (scenes++ % 2);
    scene->table = start_table(port_base, scene->folder);
    scene->keyboard = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(scene->keyboard >= 0);
    assert_int_equal(grantpt(scene->keyboard) | unlockpt(scene->keyboard), 0);
    scene->terminal = open(ptsname(scene->keyboard), O_RDWR | O_NOCTTY);
    assert_true(scene->terminal >= 0);
    start_run(scene, port_base);
    *state = scene;
    return 0;
}

static int teardown(void** state)
{
    scene_t* scene = *state;
    (void)kill(scene->table, SIGTERM);
    (void)waitpid(scene->table, NULL, 0);
    close(scene->keyboard);
    close(scene->terminal);
    replay_every_run(scene->folder);
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", scene->folder);
    const int removed = system(command);
    free(scene);
    return removed;
}

/// Takes in what the program says; false if nothing came for a while.
static bool listen_once(scene_t* scene, int wait_ms)
{
    struct pollfd said = {.fd = scene->keyboard, .events = POLLIN};
    if (poll(&said, 1, wait_ms) <= 0) {
        return false;
    }
    assert_true(scene->length < HEARD_CAPACITY - 1);
    const ssize_t count =
        read(scene->keyboard, scene->heard + scene->length, HEARD_CAPACITY - 1 - scene->length);
    if (count <= 0) {
        return false;
    }
    for (ssize_t i = 0; i < count; ++i) { // no null bytes: they would end the search
        char* at = &scene->heard[scene->length + (size_t)i];
        *at = *at == '\0' ? ' ' : *at;
    }
    scene->length += (size_t)count;
    return true;
}

/// Waits until the program has said it, behind what was waited for before.
static bool hears(scene_t* scene, const char* words, int limit_ms)
{
    for (int waited_ms = 0; waited_ms <= limit_ms;) {
        const char* found = strstr(scene->heard + scene->seen, words);
        if (found != NULL) {
            scene->seen = (size_t)(found - scene->heard) + strlen(words);
            return true;
        }
        waited_ms += listen_once(scene, 50) ? 0 : 50;
    }
    return false;
}

static void wait_for(scene_t* scene, const char* words)
{
    if (!hears(scene, words, PATIENCE_MS)) {
        fail_msg("'%s' was not said; last: %s", words,
                 scene->heard + (scene->length > 500 ? scene->length - 500 : 0));
    }
}

static void type(const scene_t* scene, const char* keys)
{
    assert_int_equal(write(scene->keyboard, keys, strlen(keys)), strlen(keys));
}

static void start_by_words(scene_t* scene)
{
    wait_for(scene, "locked: type 'acknowledge'");
    type(scene, "acknowledge\n");
    wait_for(scene, "ready: type 'arm'");
    type(scene, "arx\177m\n"); // with a slip that is corrected
    wait_for(scene, "armed: type 'start'");
    type(scene, "start the client is ready\n");
    wait_for(scene, "keys: space pause");
}

/// The exit code; the terminal is whole again.
static int end_of_run(scene_t* scene)
{
    int status = 0;
    while (waitpid(scene->run, &status, WNOHANG) == 0) {
        (void)listen_once(scene, 20); // or it would wait for room to speak
    }
    struct termios settings;
    assert_int_equal(tcgetattr(scene->terminal, &settings), 0);
    assert_true((settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void keys_change_a_run_and_its_record_says_who_and_why(void** state)
{
    scene_t* scene = *state;
    start_by_words(scene);
    wait_for(scene, "contact");
    type(scene, " "); // from here on the run waits for the keyboard
    wait_for(scene, "paused: space and y resume");
    type(scene, "+");
    wait_for(scene, "intensity 6 (was 5): done");
    type(scene, ":intensity 3 client winces\n");
    wait_for(scene, "intensity 3 (was 6): done");
    type(scene, "\033[A?");
    wait_for(scene, "this help"); // an arrow is not Escape
    type(scene, "s");
    wait_for(scene, "skip: done");
    type(scene, "q");
    wait_for(scene, "end: done");
    wait_for(scene, "record:");
    assert_int_equal(end_of_run(scene), 0);
    char command[256];
    (void)snprintf(command, sizeof command,
                   "grep -q '\"reason\":\"client winces\"' %s/run/events.jsonl", scene->folder);
    assert_int_equal(system(command), 0);
}

static void a_pause_is_left_by_two_keys_only(void** state)
{
    scene_t* scene = *state;
    start_by_words(scene);
    wait_for(scene, "contact");
    type(scene, " ");
    wait_for(scene, "paused: space and y resume");
    type(scene, "yy\n"); // nobody asked
    assert_false(hears(scene, "resume", 300));
    type(scene, " ");
    wait_for(scene, "resume? y or Enter");
    type(scene, "n");
    wait_for(scene, "stays paused");
    do { // refused as long as the arm has not come to rest
        type(scene, " y");
    } while (!hears(scene, "transit", 300));
    wait_for(scene, "contact");
    type(scene, "\033");
    wait_for(scene, "yield");
    assert_int_equal(end_of_run(scene), 5);
}

static void the_terminal_is_given_back_when_the_program_is_ended_from_outside(void** state)
{
    scene_t* scene = *state;
    start_by_words(scene);
    wait_for(scene, "contact");
    assert_int_equal(kill(scene->run, SIGHUP), 0);
    assert_int_equal(end_of_run(scene), 130); // lifted and parked first
}

static void the_terminal_is_given_back_when_the_program_crashes(void** state)
{
    scene_t* scene = *state;
    start_by_words(scene);
    wait_for(scene, "contact");
    assert_int_equal(kill(scene->run, SIGABRT), 0);
    assert_int_equal(end_of_run(scene), 1000 + SIGABRT);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLAIM(keys_change_a_run_and_its_record_says_who_and_why),
        CLAIM(a_pause_is_left_by_two_keys_only),
        CLAIM(the_terminal_is_given_back_when_the_program_is_ended_from_outside),
        CLAIM(the_terminal_is_given_back_when_the_program_crashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
