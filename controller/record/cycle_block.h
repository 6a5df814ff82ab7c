/// Header and block framing of `cycles.bin`, shared by its writer and its reader; the format is in
/// `cycle_file.h`.
#ifndef KNEAD_CONTROLLER_RECORD_CYCLE_BLOCK_H
#define KNEAD_CONTROLLER_RECORD_CYCLE_BLOCK_H

#include "controller/record/crc32c.h"
#include "controller/record/cycle_code.h"

#define CYCLE_HEADER_BYTES (8 + 4 + 4 + 4 + 4 + 8 + 8 + DIGEST_SIZE + CYCLE_SCALED_COUNT * 16 + 4)
#define CYCLE_BLOCK_HEADER_BYTES 28
#define CYCLE_BLOCK_CAPACITY (CYCLE_BLOCK_RECORDS * CYCLE_CODED_CAPACITY)

typedef struct {
    uint32_t sequence;
    uint32_t record_count; // 0 in the last block
    uint32_t byte_count;
    uint32_t unpacked_count; // as many: the bytes are not packed
    uint32_t crc;            // of the bytes
} cycle_block_t;

void cycle_header_store(const crc32c_tables_t* tables, const cycle_file_header_t* header,
                        uint8_t bytes[CYCLE_HEADER_BYTES]);

/// CYCLE_OPEN_OK, or why the bytes are no header; `header` is then untouched.
cycle_open_t cycle_header_load(const crc32c_tables_t* tables,
                               const uint8_t bytes[CYCLE_HEADER_BYTES],
                               cycle_file_header_t* header);

void cycle_block_store(const crc32c_tables_t* tables, const cycle_block_t* block,
                       uint8_t bytes[CYCLE_BLOCK_HEADER_BYTES]);

/// False if the bytes are no block header, or one no writer makes.
bool cycle_block_load(const crc32c_tables_t* tables, const uint8_t bytes[CYCLE_BLOCK_HEADER_BYTES],
                      cycle_block_t* block);

#endif
