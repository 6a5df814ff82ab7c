/// Reads JSON (RFC 8259) that a program wrote: summaries, ledgers, outcomes. The parsing is
/// cJSON's; this is the only place that sees it.
///
/// Always holds: what is absent or of another kind is told by false and leaves the caller's
/// variable untouched; nothing in a text can make a reader go on. A null value is asked for
/// anything in vain, so that calls can be nested. Numbers keep 53 bits.
#ifndef KNEAD_CONTROLLER_RECORD_JSON_READ_H
#define KNEAD_CONTROLLER_RECORD_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_FILE_CAPACITY (64u << 20) // bytes of a file that is read

typedef struct cJSON json_value_t;

/// Parses `length` bytes, which must be one whole value with nothing behind it but blanks. The
/// caller's, to be freed with json_free. Null if they are not, or memory is short.
json_value_t* json_parse(const char* text, size_t length);

/// The same of a file of at most JSON_FILE_CAPACITY bytes. Null with errno if it can't be read,
/// with errno 0 if it is no JSON.
json_value_t* json_parse_file(const char* path);

/// Frees a value that was parsed, with all inside it. Null is allowed.
void json_free(json_value_t* value);

/// A member of an object; null if there is none of that name. Stays the object's.
const json_value_t* json_member(const json_value_t* object, const char* name);

/// Values in an array; 0 for anything else.
int json_count(const json_value_t* array);
const json_value_t* json_at(const json_value_t* array, int index);
/// The value behind this one in its array, or null: constant time.
const json_value_t* json_next(const json_value_t* element);

/// The first member of an object or entry of an array, or null; json_next has the others.
const json_value_t* json_first(const json_value_t* parent);
/// The name of a member; null of an entry. Stays the object's.
const char* json_name(const json_value_t* member);
/// True if both are objects, both texts and so on; true and false are of one kind.
bool json_same_kind(const json_value_t* a, const json_value_t* b);

/// A text value, or null. Stays the value's.
const char* json_as_text(const json_value_t* value);
/// A number, for entries of arrays. False, with `number` untouched, if it is none.
bool json_as_number(const json_value_t* value, double* number);
/// The same for true and false.
bool json_as_boolean(const json_value_t* value, bool* truth);

/// A whole number of at most 53 bits. False, and `*number` as it was, for anything else.
bool json_as_whole(const json_value_t* value, int64_t* number);

/// The member's value. False if there is none, or it is of another kind. Text is refused where it
/// would not fit with its terminator; a whole number where it has a fraction or passes 53 bits.
bool json_get_text(const json_value_t* object, const char* name, char* text, size_t capacity);
/// The same for a text that goes to a terminal or into one line: control characters in it, which
/// could steer a terminal, become question marks.
void json_make_line(char* text);
bool json_get_line(const json_value_t* object, const char* name, char* text, size_t capacity);
bool json_get_number(const json_value_t* object, const char* name, double* number);
bool json_get_whole(const json_value_t* object, const char* name, int64_t* number);
bool json_get_boolean(const json_value_t* object, const char* name, bool* truth);

#endif
