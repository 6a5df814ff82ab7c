/// What a person types while a run goes on: one word a line on standard input, turned into requests
/// to the cycle. Never waits.
#ifndef KNEAD_CONTROLLER_CLI_REQUESTS_H
#define KNEAD_CONTROLLER_CLI_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_LINE_CAPACITY 64 // longer lines are no request

typedef struct {
    bool open;
    bool interactive; // answers on standard error
    bool overlong;
    size_t length;
    char line[REQUEST_LINE_CAPACITY];
} request_input_t;

/// `interactive` says what can be typed.
void request_input_open(request_input_t* input, bool interactive);

/// The requests (request_bit_t) of all whole lines that have arrived.
uint32_t request_input_read(request_input_t* input);

/// The request a word stands for, 0 if none.
uint32_t request_of_word(const char* word);

#endif
