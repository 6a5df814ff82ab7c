#include "controller/cli/requests.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "controller/dataflow.h"

static const struct {
    const char* word;
    uint32_t request;
    const char* meaning;
} words[] = {
    {"acknowledge", REQUEST_ACKNOWLEDGE, "what stopped it has been looked at"},
    {"arm", REQUEST_ARM, "give the drives torque"},
    {"start", REQUEST_START, "play the routine"},
    {"pause", REQUEST_PAUSE, "lift and stay above"},
    {"resume", REQUEST_RESUME, "go on where it was"},
    {"end", REQUEST_END, "lift, park, finish"},
    {"stop", REQUEST_STOP, "yield and stop now"},
};
#define WORD_COUNT (sizeof words / sizeof words[0])

uint32_t request_of_word(const char* word)
{
    for (size_t i = 0; i < WORD_COUNT; ++i) {
        if (strcmp(word, words[i].word) == 0) {
            return words[i].request;
        }
    }
    return 0;
}

static void print_words(void)
{
    (void)fprintf(stderr, "Type one of these and Enter:\n");
    for (size_t i = 0; i < WORD_COUNT; ++i) {
        (void)fprintf(stderr, "  %-12s %s\n", words[i].word, words[i].meaning);
    }
}

void request_input_open(request_input_t* input, bool interactive)
{
    *input = (request_input_t){.open = true, .interactive = interactive};
    if (interactive) {
        print_words();
    }
}

static uint32_t take_line(request_input_t* input)
{
    input->line[input->length] = '\0';
    const uint32_t request = input->overlong ? 0 : request_of_word(input->line);
    if (request == 0 && input->length > 0) {
        (void)fprintf(stderr, "'%s' is no request\n", input->line);
        print_words();
    }
    input->length = 0;
    input->overlong = false;
    return request;
}

uint32_t request_input_read(request_input_t* input)
{
    uint32_t requests = 0;
    struct pollfd standard_input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (input->open && poll(&standard_input, 1, 0) > 0) {
        char byte;
        if (read(STDIN_FILENO, &byte, 1) != 1) {
            input->open = false;
        } else if (byte == '\n') {
            requests |= take_line(input);
        } else if (input->length < REQUEST_LINE_CAPACITY - 1) {
            input->line[input->length++] = byte;
        } else {
            input->overlong = true;
        }
    }
    return requests;
}
