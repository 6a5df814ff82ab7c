/// Tables that say what a YAML file of ours may hold, and the one reader that turns a file into a
/// struct by such a table. The same tables print the JSON Schema (`knead schema KIND`), so what an
/// editor is told and what the reader accepts cannot part.
///
/// Always holds: after reading without an error every field of the struct is inside its stated
/// range; after an error the struct is not to be used. No default exists: a field that may be
/// absent says so in its table and is zeroed.
#ifndef KNEAD_CONFIG_FIELDS_H
#define KNEAD_CONFIG_FIELDS_H

#include <stddef.h>

#include "config/finding.h"
#include "config/yaml_document.h"

/// What a quantity measures; it fixes the units a file may use and the SI unit that comes out.
#define DIMENSION_LIST(X)                                                                          \
    X(DIMENSION_NONE, "", "a plain number")                                                        \
    X(DIMENSION_LENGTH, "m", "mm, cm or m")                                                        \
    X(DIMENSION_ANGLE, "rad", "deg, mrad or rad")                                                  \
    X(DIMENSION_TIME, "s", "us, ms, s or min")                                                     \
    X(DIMENSION_FREQUENCY, "Hz", "Hz or /min")                                                     \
    X(DIMENSION_RATE, "1/s", "/s")                                                                 \
    X(DIMENSION_MASS, "kg", "g or kg")                                                             \
    X(DIMENSION_FORCE, "N", "mN or N")                                                             \
    X(DIMENSION_IMPULSE, "Ns", "Ns or kNs")                                                        \
    X(DIMENSION_FORCE_RATE, "N/s", "N/s")                                                          \
    X(DIMENSION_TORQUE, "Nm", "Nm")                                                                \
    X(DIMENSION_PRESSURE, "Pa", "Pa, kPa or N/cm2")                                                \
    X(DIMENSION_SPEED, "m/s", "mm/s or m/s")                                                       \
    X(DIMENSION_ACCELERATION, "m/s2", "mm/s2 or m/s2")                                             \
    X(DIMENSION_ANGULAR_SPEED, "rad/s", "deg/s or rad/s")                                          \
    X(DIMENSION_ANGULAR_ACCELERATION, "rad/s2", "deg/s2 or rad/s2")                                \
    X(DIMENSION_STIFFNESS, "N/m", "N/mm or N/m")                                                   \
    X(DIMENSION_CONTACT_STIFFNESS, "N/m^1.5", "N/mm^1.5 or N/m^1.5")                               \
    X(DIMENSION_CONTACT_DAMPING, "s/m", "s/m")                                                     \
    X(DIMENSION_INERTIA, "kgm2", "kgm2")                                                           \
    X(DIMENSION_LENGTH_PER_MASS, "m/kg", "mm/kg or m/kg")
typedef enum {
#define X(id, si, units) id,
    DIMENSION_LIST(X)
#undef X
} dimension_t;

/// Reads "12.5 mm/s": a strict decimal number (no sign but '-', no hex, octal, underscore, exponent
/// allowed as in 1e-6), one space or none, one unit of the dimension. True and the SI value on
/// success. No locale, no NaN, no infinity, nothing left over.
/// At most 15 significant digits and a size from 1e-22 to 1e22 or zero, so that the conversion is
/// exact to the last bit.
bool quantity_parse(const char* text, dimension_t dimension, double* si_number);

#define FIELD_KEY_CAPACITY 64      // keys of one record that suggestions are drawn from
#define FIELD_VARIANT_CAPACITY 100 // variants of one list

typedef enum {
    FIELD_QUANTITY, // double, by dimension and range
    FIELD_WHOLE,    // int
    FIELD_ADDRESS,  // int, not negative: decimal, or hexadecimal behind 0x
    FIELD_WHOLE_US, // int64_t microseconds from a time quantity
    FIELD_FLAG,     // bool: true or false
    FIELD_TEXT,     // char[capacity]; any text that fits
    FIELD_NAME,     // char[capacity]; letters, digits, _ - . only
    FIELD_CHOICE,   // int (enum) by position in `words`
    FIELD_WORD_SET, // uint32_t: a sequence of `words`, a bit each
    FIELD_VECTOR,   // double[capacity]: a sequence of exactly that many quantities
    FIELD_NAMES,    // char[capacity][NAME_CAPACITY]: a sequence of names, their count behind it
    FIELD_SERIES,   // double[capacity]: `least` to `capacity` quantities, an int count at
                    // `count_offset`
    FIELD_FIGURE,   // figure_t: mapping with value, grade, source and optionally reviewer
    FIELD_RECORD,   // nested struct by `record`
    FIELD_LIST,     // array of structs by `record`, with an int count at `count_offset`
    FIELD_NODE,     // int: the node's index, which the loader reads by itself; -1 where absent
} field_kind_t;

struct record;

typedef struct {
    const char* key;
    field_kind_t kind;
    bool required;
    size_t offset; // of the value in the struct
    dimension_t dimension;
    double minimum, maximum; // SI; of a quantity, whole number, figure or vector component
    int capacity;        // text bytes, vector components, most names, list entries or quantities
    int least;           // fewest list entries or quantities of a series
    size_t count_offset; // names, list, series: where the count goes
    size_t element_size; // list: bytes of an entry
    const char* const* words; // choice, word set: ends with null
    const struct record* record;
    // List, instead of `record`: each entry is read by the one of these records whose name its own
    // key `variant_key` says; ends with null. Every variant has that key as a choice field.
    const struct record* const* variants;
    const char* variant_key;
    const char* meaning; // one sentence, for the schema
} field_t;

typedef struct record {
    const char* name;
    const char* meaning;
    const field_t* fields; // ends with a null key
} record_t;

/// Reads mapping `node` of `document` into `target` by `record`. Every unknown, duplicate, missing,
/// mistyped or out-of-range key becomes a finding; reading goes on behind it. `field_path` is what
/// stands before the keys in findings ("" at the root). True if this mapping had no error.
bool fields_read(const yaml_document_t* document, int node, const record_t* record, void* target,
                 const char* field_path, findings_t* findings);

/// The words of `grade`, by position in grade_t; ends with null.
extern const char* const fields_grade_words[GRADE_COUNT + 1];

/// An error at the place of a node; `field` is the key path.
void fields_refuse(const yaml_document_t* document, int node, const char* field,
                   findings_t* findings, const char* format, ...)
    __attribute__((format(printf, 5, 6)));
/// An error about the value at the key path `field` ("joints[2].parked"), at the deepest node of
/// that path which the document has: for rules across fields.
void fields_refuse_path(const yaml_document_t* document, const char* field, findings_t* findings,
                        const char* format, ...) __attribute__((format(printf, 4, 5)));
/// The node at the key path `field`, or -1 where the file has nothing there.
int fields_node(const yaml_document_t* document, const char* field);
/// The same as `fields_refuse`, as a warning.
void fields_warn(const yaml_document_t* document, int node, const char* field, findings_t* findings,
                 const char* format, ...) __attribute__((format(printf, 5, 6)));

/// Checks `kind: <kind>` and `version: 1` at the root; a finding if not. Those two keys are then
/// known to `fields_read` at the root. False also where the document holds what was refused while
/// reading it
/// (`refused_count`).
bool fields_expect_kind(const yaml_document_t* document, const char* kind, findings_t* findings);

/// Prints the JSON Schema (draft-07) of a record as an object schema fragment, without a line end.
/// At indent 0 it is a whole file of kind `record->name`: `$schema`, `kind` and `version` come with
/// it.
void fields_print_schema(const record_t* record, FILE* out, int indent);

#endif
