/// A chain through the lines of a file, so that a changed, missing, added or moved line is found
/// when it is read: each line is an object of JSON whose last member, `"chain"`, is SHA-256 over
/// the chain of the line before (64 zeros before the first) and the line's own bytes up to
/// `,"chain"`. A line taken off the end is found only by whoever knows the last chain from
/// elsewhere.
#ifndef KNEAD_CONTROLLER_RECORD_LINE_CHAIN_H
#define KNEAD_CONTROLLER_RECORD_LINE_CHAIN_H

#include "config/digest.h"

/// Bytes that a chain adds to a line, without its end.
#define LINE_CHAIN_BYTES (sizeof ",\"chain\":\"\"}" - 1 + DIGEST_TEXT_CAPACITY - 1)

typedef struct {
    char text[DIGEST_TEXT_CAPACITY]; // of the last line, in hexadecimal
} line_chain_t;

/// Before the first line.
void line_chain_begin(line_chain_t* chain);

/// Moves on to a line of `length` own bytes: an object without its closing brace. `tail` gets what
/// has to stand behind them, without a line end.
void line_chain_add(line_chain_t* chain, const char* line, size_t length,
                    char tail[LINE_CHAIN_BYTES + 1]);

/// Moves on to a line that was read, of `length` bytes without its end: to the chain that it
/// states, or, if it ends with none, not at all. True if that follows from the line before;
/// `own_length` is then how many bytes of the line come before its chain.
bool line_chain_follow(line_chain_t* chain, const char* line, size_t length, size_t* own_length);

#endif
