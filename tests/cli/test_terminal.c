// The terminal gives single keys while asked to and is as it was afterwards, whichever way the
// program ends; where standard input is no terminal nothing is touched. Tried on a pseudo terminal
// with a child in front of it.
#define _XOPEN_SOURCE 700 // pseudo terminals
#include "tests/support/cmocka_prelude.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "controller/cli/terminal.h"

typedef enum { LEAVE_EXIT, LEAVE_ABORT, LEAVE_SIGNAL, LEAVE_PROPERLY } leave_t;

static void told(int signal_number)
{
    (void)signal_number;
}

/// What the child does: takes the terminal as its own, asks for keys, and leaves.
static void child(const char* path, int ready, leave_t leave)
{
    (void)setsid();
    const int terminal = open(path, O_RDWR); // becomes its controlling terminal
    if (terminal < 0 || dup2(terminal, STDIN_FILENO) < 0) {
        _exit(101);
    }
    (void)signal(SIGSEGV, SIG_DFL); // cmocka's, not the program's
    struct sigaction handled = {.sa_handler = told};
    sigemptyset(&handled.sa_mask);
    (void)sigaction(SIGTERM, &handled, NULL); // somebody else's: stays so
    if (!terminal_keys_begin()) {
        _exit(102);
    }
    struct sigaction still;
    (void)sigaction(SIGTERM, NULL, &still);
    if (still.sa_handler != told || write(ready, "k", 1) != 1) {
        _exit(103);
    }
    if (leave == LEAVE_EXIT) {
        exit(0);
    }
    if (leave == LEAVE_ABORT) {
        abort();
    }
    if (leave == LEAVE_PROPERLY) {
        terminal_keys_end();
        terminal_keys_end();
        _exit(0);
    }
    for (;;) {
        (void)pause();
    }
}

static bool edits_lines(int terminal)
{
    struct termios settings;
    assert_int_equal(tcgetattr(terminal, &settings), 0);
    return (settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0 &&
           settings.c_cc[VSUSP] != _POSIX_VDISABLE;
}

/// Runs a child to its end; `signal_number` is sent once it has its keys, 0 for none.
static int run_child(leave_t leave, int signal_number)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master) | unlockpt(master), 0);
    const char* path = ptsname(master);
    const int slave = open(path, O_RDWR | O_NOCTTY);
    assert_true(slave >= 0 && edits_lines(slave));
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        child(path, ends[1], leave);
    }
    close(ends[1]);
    char byte = 0;
    const bool began = read(ends[0], &byte, 1) == 1;
    if (signal_number != 0) {
        assert_true(began && !edits_lines(slave));
        assert_int_equal(kill(process, signal_number), 0);
    }
    int status = 0;
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(began);
    assert_true(edits_lines(slave));
    close(ends[0]);
    close(slave);
    close(master);
    return status;
}

static void leaving_by_any_exit_puts_it_back(void** state)
{
    (void)state;
    assert_int_equal(run_child(LEAVE_PROPERLY, 0), 0);
    assert_int_equal(run_child(LEAVE_EXIT, 0), 0);
    const int status = run_child(LEAVE_ABORT, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_signal_that_ends_the_program_puts_it_back_and_still_ends_it(void** state)
{
    (void)state;
    const int signals[] = {SIGHUP, SIGQUIT, SIGSEGV, SIGUSR1, SIGPIPE, SIGINT};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; ++i) {
        const int status = run_child(LEAVE_SIGNAL, signals[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
    }
}

static void what_is_no_terminal_is_left_alone(void** state)
{
    (void)state;
    const int before = dup(STDIN_FILENO);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[0], STDIN_FILENO) >= 0);
    assert_false(terminal_keys_begin());
    terminal_keys_end();
    assert_true(dup2(before, STDIN_FILENO) >= 0);
    close(before);
    close(ends[0]);
    close(ends[1]);
}

static void a_terminal_with_another_program_in_front_is_left_alone(void** state)
{
    (void)state;
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(master >= 0);
    assert_int_equal(grantpt(master) | unlockpt(master), 0);
    const int slave = open(ptsname(master), O_RDWR | O_NOCTTY); // not ours
    const int before = dup(STDIN_FILENO);
    assert_true(dup2(slave, STDIN_FILENO) >= 0);
    assert_false(terminal_keys_begin());
    assert_true(edits_lines(slave));
    assert_true(dup2(before, STDIN_FILENO) >= 0);
    close(before);
    close(slave);
    close(master);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaving_by_any_exit_puts_it_back),
        cmocka_unit_test(a_signal_that_ends_the_program_puts_it_back_and_still_ends_it),
        cmocka_unit_test(what_is_no_terminal_is_left_alone),
        cmocka_unit_test(a_terminal_with_another_program_in_front_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
