#include "controller/cli/keys.h"

#define ESCAPE '\033'
#define END_OF_TRANSMISSION '\004' // Ctrl-D

typedef struct {
    char key;
    uint32_t request; // 0 for the keys of their own below
    int step;         // of intensity
    const char* reason;
} key_row_t;

static const key_row_t rows[] = {
    {'x', REQUEST_STOP, 0, "key x"},       {ESCAPE, REQUEST_STOP, 0, "key Escape"},
    {'q', REQUEST_END, 0, "key q"},        {'s', REQUEST_SKIP, 0, "key s"},
    {'r', REQUEST_REPEAT, 0, "key r"},     {'e', REQUEST_EXTEND, 0, "key e"},
    {'+', REQUEST_INTENSITY, 1, "key +"},  {'=', REQUEST_INTENSITY, 1, "key ="},
    {'-', REQUEST_INTENSITY, -1, "key -"}, {'_', REQUEST_INTENSITY, -1, "key _"},
};

const char* keys_text(keys_meaning_t meaning)
{
    switch (meaning) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        KEYS_LIST(X)
#undef X
    }
    return "";
}

const char* keys_line(void)
{
    return "keys: space pause  + - intensity  s skip  r repeat  e extend  q end  x or Esc stop  "
           ": line  ? help";
}

const char* keys_help(void)
{
    return "  space    pause: lift and stay above; once paused: resume, which y or Enter confirms\n"
           "  + or -   intensity one up or down: up at most one level in 3 s, down at once\n"
           "  s        skip: lift and go on with the next step\n"
           "  r        repeat: lift and play the step again from its beginning\n"
           "  e        extend: play this stroke longer, half a minute at a time\n"
           "  q        end: lift, park, finish\n"
           "  x, Esc   stop: yield and stop now\n"
           "  :        type a line, for example ':intensity 7 client asks for more'\n"
           "  ?        this help\n";
}

static keys_meaning_t take_plain(keys_t* keys, char byte, supervisor_mode_t mode, int64_t now_us,
                                 wish_t* wish)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
        if (rows[i].key != byte) {
            continue;
        }
        if (rows[i].request == REQUEST_INTENSITY) {
            wish_add_level(wish, true, rows[i].step, rows[i].reason);
        } else {
            wish_add(wish, rows[i].request, rows[i].reason);
        }
        return KEYS_WISH;
    }
    if (byte == ' ' && mode == MODE_PAUSED) {
        keys->confirm_until_us = now_us + KEYS_CONFIRM_US;
        return KEYS_CONFIRM;
    }
    if (byte == ' ') {
        wish_add(wish, REQUEST_PAUSE, "key space");
        return KEYS_WISH;
    }
    return byte == '?'                   ? KEYS_HELP
           : byte == ':'                 ? KEYS_LINE
           : byte == END_OF_TRANSMISSION ? KEYS_END_OF_INPUT
           : byte == '\n'                ? KEYS_NOTHING
                                         : KEYS_UNKNOWN;
}

keys_meaning_t keys_take(keys_t* keys, char byte, supervisor_mode_t mode, int64_t now_us,
                         wish_t* wish)
{
    const bool asked = keys->confirm_until_us != 0 && mode == MODE_PAUSED;
    const bool in_time = now_us <= keys->confirm_until_us;
    keys->confirm_until_us = 0;
    if (asked && (byte == 'y' || byte == '\n')) {
        if (!in_time) {
            return KEYS_LEFT;
        }
        wish_add(wish, REQUEST_RESUME, "key space, confirmed");
        return KEYS_WISH;
    }
    const keys_meaning_t meaning = take_plain(keys, byte, mode, now_us, wish);
    return asked && meaning == KEYS_UNKNOWN ? KEYS_LEFT : meaning;
}

size_t keys_sequence_length(const char* bytes, size_t count)
{
    if (count < 3 || bytes[0] != ESCAPE) {
        return 0;
    }
    if (bytes[1] == 'O') {
        return 3;
    }
    if (bytes[1] != '[') {
        return 0;
    }
    for (size_t i = 2; i < count; ++i) {
        if (bytes[i] >= 0x40 && bytes[i] <= 0x7E) { // ECMA-48, 5.4: the final byte
            return i + 1;
        }
    }
    return 0;
}
