/// A filter for lines of numbers, for the verbs that answer one line with one line: standard input
/// to standard output, for files, pipes and coprocesses.
///
/// Always holds: every line gives exactly one line, in order. Whoever waits for an answer gets it:
/// what is due is flushed before more input is waited for. Bounded memory, whatever comes in.
#ifndef KNEAD_CONTROLLER_CLI_NUMBER_LINES_H
#define KNEAD_CONTROLLER_CLI_NUMBER_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define NUMBER_LINE_CAPACITY 4096 // bytes of a line of numbers; comments may be longer
#define NUMBER_LINE_COUNT_MAX 16  // numbers of a line
#define NUMBER_ANSWER_CAPACITY 512

typedef enum {
    NUMBER_ANSWERED,
    NUMBER_UNANSWERED, // `answer` says why; it is printed behind "# "
    NUMBER_MALFORMED,  // `answer` says what is wrong; it is printed behind "# line N: "
} number_result_t;

typedef struct {
    int count;            // numbers of every line, at most NUMBER_LINE_COUNT_MAX
    const char* expected; // what a line has to hold, in words
    const char* key;      // answers are JSON, with this key; null: they are plain
    /// Answers one line; the numbers are finite. `answer` has room for NUMBER_ANSWER_CAPACITY.
    number_result_t (*answer)(void* context, const double* numbers, char* answer);
    void* context;
} number_filter_t;

typedef enum {
    NUMBER_LINES_DONE,
    NUMBER_LINES_SOME_REFUSED, // at least one line was malformed or had no answer
    NUMBER_LINES_UNREADABLE,   // the input could not be read; errno says why
} number_lines_result_t;

/// Reads `descriptor` to its end. Numbers are decimal (`quantity_parse_decimal`), with blanks
/// (spaces, tabs), a comma or both between them; a carriage return at the end of a line is dropped.
/// Blank lines and those whose first character that is no blank is # pass through as they are. Ends
/// early where `out` refuses to be written (ferror).
///
/// With a key every line of the output is an object of JSON: "line" (from 1), and the key with the
/// numbers of the answer, or "error" with the reason, and where the line is malformed "expected".
/// A blank line or a comment has "line" alone.
number_lines_result_t number_lines_run(int descriptor, FILE* out, const number_filter_t* filter);

#endif
