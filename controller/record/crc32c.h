/// CRC-32C (Castagnoli polynomial 0x1EDC6F41, reflected, as in RFC 3720 appendix B.4).
#ifndef KNEAD_CONTROLLER_RECORD_CRC32C_H
#define KNEAD_CONTROLLER_RECORD_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// Eight bytes a step ("slicing by 8", Kounavis and Berry 2005). Filled once, const ever after.
typedef struct {
    uint32_t at[8][256];
} crc32c_tables_t;

void crc32c_tables_make(crc32c_tables_t* tables);

/// Of `size` bytes. The check value of "123456789" is 0xE3069283.
uint32_t crc32c(const crc32c_tables_t* tables, const uint8_t* bytes, size_t size);

#endif
