#include "controller/cli/wish.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "controller/live.h"

#define BLANKS " \t\r"
#define LEVEL_DIGITS_MAX 3 // more are no level anybody means, and would not fit a number

// Whoever is in a hurry is not to fail for the shift key.
#define STOPS ((uint32_t)(REQUEST_STOP | REQUEST_PAUSE | REQUEST_END))

const char* wish_line_text(wish_line_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        WISH_LINE_LIST(X)
#undef X
    }
    return "unknown";
}

wish_t wish_begin(int intensity_asked)
{
    return (wish_t){.intensity_before = intensity_asked};
}

static void give_reason(wish_t* wish, uint32_t requests, const char* reason)
{
    wish->reasoned = requests;
    (void)snprintf(wish->reason, sizeof wish->reason, "%s", reason);
    for (char* at = wish->reason; *at != '\0'; ++at) {
        const unsigned char byte = (unsigned char)*at;
        *at = byte < 0x20 || byte == 0x7F ? '?' : *at;
    }
}

void wish_add(wish_t* wish, uint32_t requests, const char* reason)
{
    if (requests != 0) {
        wish->asked.requests |= requests;
        give_reason(wish, requests, reason);
    }
}

void wish_add_level(wish_t* wish, bool step, int level, const char* reason)
{
    const bool before = (wish->asked.requests & REQUEST_INTENSITY) != 0;
    const int from = before ? wish->asked.intensity_level : wish->intensity_before;
    wish->asked.intensity_level = step ? from + level : level;
    wish->asked.requests |= REQUEST_INTENSITY;
    give_reason(wish, REQUEST_INTENSITY, reason);
}

/// The request whose word begins the line, and what stands behind it; -1 if there is none.
static int take_word(const char* line, const char** rest)
{
    const size_t length = strcspn(line, BLANKS);
    *rest = line + length + strspn(line + length, BLANKS);
    for (int index = 0; index < REQUEST_COUNT; ++index) {
        const char* word = request_word(index);
        const bool stops = (STOPS >> index & 1u) != 0;
        if (strlen(word) == length &&
            (strncmp(word, line, length) == 0 || (stops && strncasecmp(word, line, length) == 0))) {
            return index;
        }
    }
    return -1;
}

/// "7", "+1", "-2": digits and nothing else.
static bool take_level(const char* text, bool* step, int* level, const char** rest)
{
    const size_t length = strcspn(text, BLANKS);
    const size_t sign = text[0] == '+' || text[0] == '-' ? 1 : 0;
    const size_t digits = strspn(text + sign, "0123456789");
    if (digits == 0 || digits > LEVEL_DIGITS_MAX || sign + digits != length) {
        return false;
    }
    *level = 0;
    for (size_t i = 0; i < digits; ++i) {
        *level = 10 * *level + (text[sign + i] - '0');
    }
    *level = text[0] == '-' ? -*level : *level;
    *step = sign != 0;
    *rest = text + length + strspn(text + length, BLANKS);
    return true;
}

wish_line_t wish_read_line(const char* line, wish_t* wish)
{
    const char* rest = line + strspn(line, BLANKS);
    if (rest[0] == '\0') {
        return WISH_LINE_EMPTY;
    }
    const int index = take_word(rest, &rest);
    if (index < 0) {
        return WISH_LINE_UNKNOWN;
    }
    bool step = false;
    int level = 0;
    const bool levelled = index == REQUEST_INTENSITY_INDEX;
    if (levelled && !take_level(rest, &step, &level, &rest)) {
        return WISH_LINE_LEVEL;
    }
    const char* reason = rest[0] != '\0' ? rest : "typed without a reason";
    if (levelled) {
        wish_add_level(wish, step, level, reason);
    } else {
        wish_add(wish, 1u << index, reason);
    }
    return WISH_LINE_TAKEN;
}
