/// Numbers with units as files write them: "12.5 mm/s". What the reader, its messages and the
/// schema know about units comes from the one table here; other rooms use `quantity_parse`
/// (`config/fields.h`).
#ifndef KNEAD_CONFIG_QUANTITY_H
#define KNEAD_CONFIG_QUANTITY_H

#include <stdint.h>

#include "config/fields.h"

/// One way to write a dimension: SI value = number * 10^exponent * factor. Powers of ten stand
/// apart from other factors, so that "12.3 mm" is the double nearest to 0.0123.
typedef struct {
    dimension_t dimension;
    const char* text;
    int exponent;
    double factor;
} unit_t;

/// All units; ends with a null text. The first of a dimension is the one examples use.
extern const unit_t quantity_units[];

/// What a file may write, in words: "mm, cm or m".
const char* quantity_dimension_units(dimension_t dimension);

const unit_t* quantity_first_unit(dimension_t dimension);

/// An SI value as a number of this unit; for messages, not exact.
double quantity_in_unit(double si_number, const unit_t* unit);

typedef enum {
    QUANTITY_OK,
    QUANTITY_NOT_A_NUMBER,
    QUANTITY_UNIT_MISSING,
    QUANTITY_UNIT_UNKNOWN,
} quantity_result_t;

/// Reads text into an SI value; `unit` receives the unit it was written in, `number_length` how
/// many bytes its number has. Both are set on success; the length also where only the unit is
/// wrong.
quantity_result_t quantity_read(const char* text, dimension_t dimension, double* si_number,
                                const unit_t** unit, int* number_length);

#define QUANTITY_DECIMAL_CAPACITY 128 // bytes of a number as a program may print it

/// Reads the `length` bytes at `text` as a plain decimal number the way programs print it: a sign,
/// digits with or without a point, an exponent ("-1", "+.5", "2.", "1e-05"). Any number of digits
/// up to QUANTITY_DECIMAL_CAPACITY; the nearest double, so that 17 digits bring back the same bits.
/// False, with `number` untouched, for anything else: blanks, hex, infinity, NaN, and what is too
/// large for a double.
bool quantity_parse_decimal(const char* text, size_t length, double* number);

/// The fields of a figure are the same everywhere but for what its value measures: four, then an
/// end.
#define FIGURE_FIELD_COUNT 4
void fields_of_figure(const field_t* field, field_t fields[FIGURE_FIELD_COUNT + 1]);

#endif
