/// Writes JSON (RFC 8259), to a stream or into a bounded buffer, member by member. Commas, escapes
/// and nesting are its business, so that no writer of files needs format strings for them.
///
/// Always holds: what comes out is valid UTF-8 and valid JSON, whatever text and numbers go in:
/// bytes that are not UTF-8 become U+FFFD, numbers that are not finite become null. The C locale is
/// assumed.
#ifndef KNEAD_CONTROLLER_RECORD_JSON_H
#define KNEAD_CONTROLLER_RECORD_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_DEPTH_CAPACITY 16

typedef struct {
    FILE* file;   // or null, and then:
    char* buffer; // always terminated
    size_t capacity;
    size_t length;
    bool overflow; // something did not fit the buffer: what is in it is not whole
    bool indented; // a member a line
    int depth;
    bool member_before[JSON_DEPTH_CAPACITY]; // a comma is due
} json_t;

/// Writes to `file` (borrowed), a member a line. Errors of the stream stay with the stream
/// (ferror).
json_t json_to_file(FILE* file);

/// Writes into `buffer`, all on one line. `capacity` at least 1.
json_t json_to_buffer(char* buffer, size_t capacity);

/// `key` is null inside an array and for the outermost value, in all functions here.
/// Deeper nesting than JSON_DEPTH_CAPACITY is a programming error.
void json_object_begin(json_t* json, const char* key);
void json_object_end(json_t* json);
void json_array_begin(json_t* json, const char* key);
void json_array_end(json_t* json);

/// Null text becomes null.
void json_text(json_t* json, const char* key, const char* text);

/// The shortest of 15 to 17 digits that reads back as the same bits; not finite becomes null.
void json_number(json_t* json, const char* key, double number);
/// A number that was written already, as JSON has numbers: digits of the caller's own choice.
void json_digits(json_t* json, const char* key, const char* digits);
void json_integer(json_t* json, const char* key, int64_t number);
void json_boolean(json_t* json, const char* key, bool truth);
void json_null(json_t* json, const char* key);

#endif
