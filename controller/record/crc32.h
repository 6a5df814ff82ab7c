/// CRC-32 as MCAP, zip and Ethernet have it (polynomial 0x04C11DB7, reflected; ISO/IEC 8802-3).
/// `crc32c.h` has another polynomial, for knead's own files.
#ifndef KNEAD_CONTROLLER_RECORD_CRC32_H
#define KNEAD_CONTROLLER_RECORD_CRC32_H

#include <stddef.h>
#include <stdint.h>

/// Four bytes a step. Filled once, const ever after.
typedef struct {
    uint32_t at[4][256];
} crc32_tables_t;

void crc32_tables_make(crc32_tables_t* tables);

/// Goes on from `crc`, which is 0 before the first byte, over `size` more bytes. The check value of
/// "123456789" is 0xCBF43926.
uint32_t crc32_add(const crc32_tables_t* tables, uint32_t crc, const uint8_t* bytes, size_t size);

#endif
