/// Codes one record of `cycles.bin` as a difference to the one before it, and back; the format is
/// in `cycle_file.h`. Pure: no I/O, no heap.
#ifndef KNEAD_CONTROLLER_RECORD_CYCLE_CODE_H
#define KNEAD_CONTROLLER_RECORD_CYCLE_CODE_H

#include <stddef.h>

#include "controller/record/cycle_file.h"

#define CYCLE_SCALED_COUNT (3 * JOINT_CAPACITY + 6) // doubles that come from registers
#define CYCLE_DOUBLE_COUNT (CYCLE_SCALED_COUNT + JOINT_CAPACITY + 2)
#define CYCLE_FLOAT_COUNT CYCLE_TELEMETRY_COUNT
#define CYCLE_INTEGER_COUNT (24 + 4 * JOINT_CAPACITY + 1)

#define CYCLE_NIBBLE_BYTES ((CYCLE_DOUBLE_COUNT + CYCLE_FLOAT_COUNT + 1) / 2)
#define CYCLE_BITMAP_BYTES ((CYCLE_INTEGER_COUNT + 7) / 8)
/// Room one coded record can need, and the 8 bytes a store may reach past its end.
#define CYCLE_CODED_CAPACITY                                                                       \
    (CYCLE_NIBBLE_BYTES + CYCLE_BITMAP_BYTES + CYCLE_DOUBLE_COUNT * 8 + CYCLE_FLOAT_COUNT * 4 +    \
     CYCLE_INTEGER_COUNT * 10 + 8)

/// Largest time in microseconds, and number of a cycle, in a record: 31 years.
#define CYCLE_CLOCK_MAX INT64_C(1000000000000000)

/// A record as three rows of numbers, in the order of the format.
typedef struct {
    uint64_t doubles[CYCLE_DOUBLE_COUNT]; // bits
    uint32_t floats[CYCLE_FLOAT_COUNT];   // bits
    int64_t integers[CYCLE_INTEGER_COUNT];
} cycle_row_t;

/// What writer and reader both remember within a block, and forget at its end.
typedef struct {
    cycle_row_t last;
    uint64_t before_last_doubles[CYCLE_DOUBLE_COUNT];
    uint32_t before_last_floats[CYCLE_FLOAT_COUNT];
    int64_t counts[CYCLE_SCALED_COUNT];
    int64_t counts_before[CYCLE_SCALED_COUNT];
} cycle_memory_t;

/// What stays the same for a file.
typedef struct {
    int64_t period_us;
    cycle_scale_t scale[CYCLE_SCALED_COUNT];
    double counts_per_unit[CYCLE_SCALED_COUNT]; // 0 where there is no scale
} cycle_scales_t;

/// The scales of a file, in the order of the format.
cycle_scales_t cycle_scales_make(const cycle_file_header_t* header);

/// Writes at most CYCLE_CODED_CAPACITY bytes to `bytes`; returns how many count.
size_t cycle_encode(const cycle_scales_t* scales, cycle_memory_t* memory,
                    const cycle_record_t* record, uint8_t* bytes);

/// Reads one record from `size` bytes; returns how many it took, or 0 if they are no record.
/// `bytes` may hold anything.
size_t cycle_decode(const cycle_scales_t* scales, cycle_memory_t* memory, const uint8_t* bytes,
                    size_t size, cycle_record_t* record);

#endif
