#include "controller/cli/number_lines.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/quantity.h"
#include "controller/record/json.h"

#define CHUNK_CAPACITY 65536
#define JSON_ANSWER_CAPACITY 4096 // bytes of an answer, its numbers or reasons escaped
#define WORD_SHOWN_MAX 40         // bytes of a wrong word that a message repeats

typedef enum {
    LINE_BLANK,   // nothing but blanks so far; they are kept
    LINE_COMMENT, // goes out as it comes
    LINE_NUMBERS, // kept until its end
} line_kind_t;

typedef struct {
    line_kind_t kind;
    bool too_long;
    size_t length;
    char text[NUMBER_LINE_CAPACITY];
} line_t;

/// The stream as far as it has been read.
typedef struct {
    const number_filter_t* filter;
    FILE* out;
    int64_t line_number; // of the line that is being read, from 1
    bool refused;        // any line
    line_t line;
} stream_t;

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/// `out` is where comments go as they come; null: nowhere.
static void line_take(line_t* line, char byte, FILE* out)
{
    if (line->kind == LINE_BLANK && byte == '#') {
        if (out != NULL) {
            (void)fwrite(line->text, 1, line->length, out);
        }
        line->kind = LINE_COMMENT;
    }
    if (line->kind == LINE_COMMENT) {
        if (out != NULL) {
            (void)putc(byte, out);
        }
        return;
    }
    if (!is_blank(byte)) {
        line->kind = LINE_NUMBERS;
    }
    if (line->length < sizeof line->text) {
        line->text[line->length++] = byte;
    } else {
        line->too_long = true;
        line->kind = LINE_NUMBERS;
    }
}

/// Says that a word is no number; what a terminal could not show becomes '?'.
static void refuse_word(const char* word, size_t length, char* reason)
{
    char shown[WORD_SHOWN_MAX + 1];
    const size_t count = length < WORD_SHOWN_MAX ? length : WORD_SHOWN_MAX;
    for (size_t i = 0; i < count; ++i) {
        shown[i] = word[i];
        if (word[i] < ' ' || word[i] > '~') {
            shown[i] = '?';
        }
    }
    shown[count] = '\0';
    (void)snprintf(reason, NUMBER_ANSWER_CAPACITY, "'%s' is not a finite decimal number", shown);
}

/// Reads the numbers of a line. False, with a reason, if they are not as many as the filter wants.
static bool line_read(const line_t* line, int wanted, double* numbers, char* reason)
{
    const char* at = line->text;
    const char* end = line->text + line->length;
    int count = 0;
    bool comma = false; // stands before what is to come
    for (;;) {
        while (at < end && is_blank(*at)) {
            ++at;
        }
        if (at == end) {
            break;
        }
        const char* word = at;
        while (at < end && !is_blank(*at) && *at != ',') {
            ++at;
        }
        if (word == at) {
            (void)snprintf(reason, NUMBER_ANSWER_CAPACITY, "a comma without a number before it");
            return false;
        }
        double number = 0.0;
        if (!quantity_parse_decimal(word, (size_t)(at - word), &number)) {
            refuse_word(word, (size_t)(at - word), reason);
            return false;
        }
        if (count < wanted) {
            numbers[count] = number;
        }
        ++count;
        while (at < end && is_blank(*at)) {
            ++at;
        }
        comma = at < end && *at == ',';
        at += comma ? 1 : 0;
    }
    if (comma) {
        (void)snprintf(reason, NUMBER_ANSWER_CAPACITY, "a comma without a number behind it");
        return false;
    }
    if (count != wanted) {
        (void)snprintf(reason, NUMBER_ANSWER_CAPACITY, "%d number%s", count, count == 1 ? "" : "s");
    }
    return count == wanted;
}

/// The numbers of an answer, which stand apart by single blanks.
static void put_numbers(json_t* json, const char* key, const char* answer)
{
    json_array_begin(json, key);
    for (;;) {
        char* end = NULL;
        const double number = strtod(answer, &end);
        if (end == answer) {
            break;
        }
        json_number(json, NULL, number);
        answer = end;
    }
    json_array_end(json);
}

/// `answer` is null for a line that asks nothing.
static void put_json(const stream_t* stream, number_result_t result, const char* answer)
{
    char text[JSON_ANSWER_CAPACITY];
    json_t json = json_to_buffer(text, sizeof text);
    json_object_begin(&json, NULL);
    json_integer(&json, "line", stream->line_number);
    if (answer != NULL && result == NUMBER_ANSWERED) {
        put_numbers(&json, stream->filter->key, answer);
    } else if (answer != NULL) {
        json_text(&json, "error", answer);
    }
    if (answer != NULL && result == NUMBER_MALFORMED) {
        json_text(&json, "expected", stream->filter->expected);
    }
    json_object_end(&json);
    assert(!json.overflow);
    (void)fprintf(stream->out, "%s\n", text);
}

static void answer_line(stream_t* stream)
{
    const number_filter_t* filter = stream->filter;
    char answer[NUMBER_ANSWER_CAPACITY] = "";
    double numbers[NUMBER_LINE_COUNT_MAX] = {0};
    number_result_t result = NUMBER_MALFORMED;
    if (stream->line.too_long) {
        (void)snprintf(answer, sizeof answer, "longer than %d bytes", NUMBER_LINE_CAPACITY);
    } else if (line_read(&stream->line, filter->count, numbers, answer)) {
        result = filter->answer(filter->context, numbers, answer);
    }
    stream->refused = stream->refused || result != NUMBER_ANSWERED;
    if (filter->key != NULL) {
        put_json(stream, result, answer);
        return;
    }
    switch (result) {
    case NUMBER_ANSWERED:
        (void)fprintf(stream->out, "%s\n", answer);
        break;
    case NUMBER_UNANSWERED:
        (void)fprintf(stream->out, "# %s\n", answer);
        break;
    case NUMBER_MALFORMED:
        (void)fprintf(stream->out, "# line %lld: %s; expected: %s\n",
                      (long long)stream->line_number, answer, filter->expected);
        break;
    }
}

static void end_line(stream_t* stream)
{
    line_t* line = &stream->line;
    if (line->kind == LINE_NUMBERS) {
        answer_line(stream);
    } else if (stream->filter->key != NULL) {
        put_json(stream, NUMBER_ANSWERED, NULL);
    } else {
        if (line->kind == LINE_BLANK) {
            (void)fwrite(line->text, 1, line->length, stream->out);
        }
        (void)putc('\n', stream->out);
    }
    line->kind = LINE_BLANK;
    line->too_long = false;
    line->length = 0;
    ++stream->line_number;
}

static void take_chunk(stream_t* stream, const char* bytes, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        if (bytes[i] == '\n') {
            end_line(stream);
        } else {
            line_take(&stream->line, bytes[i], stream->filter->key == NULL ? stream->out : NULL);
        }
    }
}

number_lines_result_t number_lines_run(int descriptor, FILE* out, const number_filter_t* filter)
{
    assert(filter->count >= 1 && filter->count <= NUMBER_LINE_COUNT_MAX);
    stream_t stream = {.filter = filter, .out = out, .line_number = 1};
    char chunk[CHUNK_CAPACITY];
    // Whatever is due goes out before more input is waited for: the other end may be waiting too.
    while (fflush(out) == 0) {
        const ssize_t got = read(descriptor, chunk, sizeof chunk);
        if (got < 0 && errno != EINTR) {
            return NUMBER_LINES_UNREADABLE;
        }
        if (got == 0) {
            break;
        }
        take_chunk(&stream, chunk, got > 0 ? (size_t)got : 0);
    }
    if (stream.line.kind == LINE_COMMENT || stream.line.length > 0) {
        end_line(&stream);
    }
    return stream.refused ? NUMBER_LINES_SOME_REFUSED : NUMBER_LINES_DONE;
}
