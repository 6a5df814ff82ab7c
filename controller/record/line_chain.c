#include "controller/record/line_chain.h"

#include <stdio.h>
#include <string.h>

#define CHAIN_KEY ",\"chain\":\""
#define CHAIN_END "\"}"
#define CHAIN_DIGITS (DIGEST_TEXT_CAPACITY - 1)

void line_chain_begin(line_chain_t* chain)
{
    memset(chain->text, '0', CHAIN_DIGITS);
    chain->text[CHAIN_DIGITS] = '\0';
}

static void text_behind(const line_chain_t* chain, const char* line, size_t length,
                        char text[DIGEST_TEXT_CAPACITY])
{
    digest_stream_t stream;
    digest_begin(&stream);
    digest_add(&stream, chain->text, CHAIN_DIGITS);
    digest_add(&stream, line, length);
    const digest_t digest = digest_end(&stream);
    digest_text(&digest, text);
}

void line_chain_add(line_chain_t* chain, const char* line, size_t length,
                    char tail[LINE_CHAIN_BYTES + 1])
{
    char text[DIGEST_TEXT_CAPACITY];
    text_behind(chain, line, length, text);
    memcpy(chain->text, text, sizeof chain->text);
    (void)snprintf(tail, LINE_CHAIN_BYTES + 1, CHAIN_KEY "%s" CHAIN_END, text);
}

/// Whether there are as many digits as a chain has, and nothing but the end behind them.
static bool is_chain(const char* stated)
{
    return strspn(stated, "0123456789abcdef") >= CHAIN_DIGITS &&
           memcmp(stated + CHAIN_DIGITS, CHAIN_END, strlen(CHAIN_END)) == 0;
}

bool line_chain_follow(line_chain_t* chain, const char* line, size_t length, size_t* own_length)
{
    if (length < LINE_CHAIN_BYTES) {
        return false;
    }
    const char* key = line + length - LINE_CHAIN_BYTES;
    const char* stated = key + strlen(CHAIN_KEY);
    if (memcmp(key, CHAIN_KEY, strlen(CHAIN_KEY)) != 0 || !is_chain(stated)) {
        return false;
    }
    char expected[DIGEST_TEXT_CAPACITY];
    *own_length = length - LINE_CHAIN_BYTES;
    text_behind(chain, line, *own_length, expected);
    memcpy(chain->text, stated, CHAIN_DIGITS);
    return memcmp(stated, expected, CHAIN_DIGITS) == 0;
}
