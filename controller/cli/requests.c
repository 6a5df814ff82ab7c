#include "controller/cli/requests.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "controller/live.h"

#define BACKSPACE '\b'
#define DELETE '\177'
#define KILL_LINE '\025' // Ctrl-U
#define END_OF_TRANSMISSION '\004'
#define ESCAPE '\033'

static void print_words(void)
{
    (void)fprintf(stderr, "Type one of these and Enter, behind it why:\n");
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        (void)fprintf(stderr, "  %-12s %s\n", request_word(index), request_meaning(index));
    }
}

static void clear_the_way(const request_input_t* input)
{
    if (input->progress != NULL) {
        progress_close(input->progress);
    }
}

void request_input_open(request_input_t* input, bool interactive, bool single_keys,
                        progress_t* progress)
{
    *input = (request_input_t){.open = true,
                               .single_keys = single_keys,
                               .typing = true,
                               .progress = progress,
                               .complained_us = -REQUEST_COMPLAINT_US};
    if (interactive) {
        print_words();
    }
}

/// Whoever floods is not answered every time: what he hears would flood back.
static bool may_complain(request_input_t* input, int64_t now_us)
{
    if (now_us - input->complained_us < REQUEST_COMPLAINT_US) {
        return false;
    }
    input->complained_us = now_us;
    clear_the_way(input);
    return true;
}

static void take_line(request_input_t* input, int64_t now_us, wish_t* wish)
{
    input->line[input->length] = '\0';
    const wish_line_t result =
        input->overlong ? WISH_LINE_UNKNOWN : wish_read_line(input->line, wish);
    const bool wrong = result != WISH_LINE_TAKEN && result != WISH_LINE_EMPTY;
    if (wrong && may_complain(input, now_us)) {
        (void)fprintf(stderr, "'%.40s%s' %s\n", input->line, input->length > 40 ? "..." : "",
                      input->overlong ? "is too long a line" : wish_line_text(result));
        if (result == WISH_LINE_UNKNOWN) {
            print_words();
        }
    }
    input->length = 0;
    input->overlong = false;
}

/// A byte of a line, as it comes from a pipe or from a terminal that edits lines itself.
static void take_byte(request_input_t* input, char byte, int64_t now_us, wish_t* wish)
{
    if (byte == '\n') {
        take_line(input, now_us, wish);
    } else if (byte == '\0') {
        input->overlong = true; // no line of ours has one: what is behind it would not be seen
    } else if (input->length < REQUEST_LINE_CAPACITY - 1) {
        input->line[input->length++] = byte;
    } else {
        input->overlong = true;
    }
}

static void echo(const char* text)
{
    (void)fputs(text, stderr);
    (void)fflush(stderr);
}

/// The same where nobody edits the line but us. Escape stops, here too.
static void take_typed(request_input_t* input, char byte, int64_t now_us, wish_t* wish)
{
    if (byte == ESCAPE) {
        input->length = 0;
        echo("\n");
        wish_add(wish, REQUEST_STOP, "key Escape");
        input->typing = !input->moving;
    } else if (byte == '\n') {
        echo("\n");
        take_byte(input, byte, now_us, wish);
        input->typing = !input->moving;
    } else if (byte == BACKSPACE || byte == DELETE || byte == KILL_LINE) {
        while (input->length > 0) {
            input->length--;
            const bool continues = ((unsigned char)input->line[input->length] & 0xC0u) == 0x80u;
            if (!continues) {
                echo("\b \b");
            }
            if (!continues && byte != KILL_LINE) {
                break;
            }
        }
    } else if (byte == END_OF_TRANSMISSION) {
        input->open = input->length > 0;
    } else if ((unsigned char)byte >= 0x20) {
        const char typed[] = {byte, '\0'};
        echo(typed);
        take_byte(input, byte, now_us, wish);
    }
}

static void take_key(request_input_t* input, char byte, supervisor_mode_t mode, int64_t now_us,
                     wish_t* wish)
{
    const keys_meaning_t meaning = keys_take(&input->keys, byte, mode, now_us, wish);
    if (meaning == KEYS_LINE) {
        clear_the_way(input);
        echo(":");
        input->typing = true;
    } else if (meaning == KEYS_END_OF_INPUT) {
        input->open = false;
    } else if (meaning == KEYS_HELP) {
        clear_the_way(input);
        echo(keys_help());
    } else if (keys_text(meaning)[0] != '\0' &&
               (meaning != KEYS_UNKNOWN || may_complain(input, now_us))) {
        clear_the_way(input);
        (void)fprintf(stderr, "%s\n", keys_text(meaning));
    }
}

/// Single keys mean something once the arm moves; before that lines do.
static void follow_mode(request_input_t* input, supervisor_mode_t mode)
{
    const bool moving = supervisor_mode_powered(mode) && mode != MODE_ARMING && mode != MODE_ARMED;
    if (input->single_keys && moving != input->moving) {
        input->typing = !moving;
        input->length = 0;
        if (moving) {
            clear_the_way(input);
            (void)fprintf(stderr, "%s\n", keys_line());
        }
    }
    input->moving = moving;
}

static void take_bytes(request_input_t* input, const char* bytes, size_t count,
                       supervisor_mode_t mode, int64_t now_us, wish_t* wish)
{
    for (size_t i = 0; i < count && input->open; ++i) {
        if (!input->single_keys) {
            take_byte(input, bytes[i], now_us, wish);
            continue;
        }
        const size_t sequence = keys_sequence_length(bytes + i, count - i);
        if (sequence > 0) {
            i += sequence - 1; // an arrow or a function key
        } else if (input->typing) {
            take_typed(input, bytes[i], now_us, wish);
        } else {
            take_key(input, bytes[i], mode, now_us, wish);
        }
    }
}

void request_input_read(request_input_t* input, supervisor_mode_t mode, int64_t now_us,
                        wish_t* wish)
{
    follow_mode(input, mode);
    struct pollfd standard_input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (!input->open || poll(&standard_input, 1, 0) <= 0) {
        return;
    }
    char bytes[REQUEST_BYTES_PER_PERIOD];
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) {
        input->open = false;
        return;
    }
    take_bytes(input, bytes, (size_t)count, mode, now_us, wish);
}

bool request_input_busy(const request_input_t* input)
{
    return input->single_keys && input->typing && input->length > 0;
}
