#include "controller/cli/terminal.h"

#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

static struct termios as_it_was;
static volatile sig_atomic_t changed;

void terminal_keys_end(void)
{
    if (!changed) {
        return;
    }
    changed = 0;
    // From the background this would stop us instead of putting anything back.
    struct sigaction before;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    (void)sigaction(SIGTTOU, &ignore, &before);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
    (void)sigaction(SIGTTOU, &before, NULL);
}

/// Calls only what a signal's handler may call (POSIX, 2.4.3); the signal then ends us as it would
/// have.
static void put_back_and_die(int signal_number)
{
    terminal_keys_end();
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigemptyset(&usual.sa_mask);
    (void)sigaction(signal_number, &usual, NULL);
    (void)raise(signal_number);
}

/// Takes over the signals that would end the program; those that somebody handles stay with him.
static void watch_signals(void)
{
    static const int deadly[] = {SIGHUP, SIGQUIT, SIGILL,  SIGABRT, SIGBUS,
                                 SIGFPE, SIGSEGV, SIGPIPE, SIGALRM, SIGTERM,
                                 SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, SIGSYS};
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; ++i) {
        struct sigaction before;
        struct sigaction action = {.sa_handler = put_back_and_die};
        sigemptyset(&action.sa_mask);
        if (sigaction(deadly[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL) {
            (void)sigaction(deadly[i], &action, NULL);
        }
    }
}

bool terminal_keys_begin(void)
{
    static bool watched;
    if (isatty(STDIN_FILENO) != 1 || tcgetpgrp(STDIN_FILENO) != getpgrp() ||
        tcgetattr(STDIN_FILENO, &as_it_was) != 0) {
        return false;
    }
    if (!watched) {
        watched = true;
        (void)atexit(terminal_keys_end);
        watch_signals();
    }
    struct termios keys = as_it_was;
    keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    keys.c_cc[VSUSP] = _POSIX_VDISABLE;
    keys.c_cc[VQUIT] = _POSIX_VDISABLE;
    changed = 1; // before it is: a signal in between puts back what is there anyway
    if (tcsetattr(STDIN_FILENO, TCSANOW, &keys) != 0) {
        changed = 0;
        return false;
    }
    return true;
}
