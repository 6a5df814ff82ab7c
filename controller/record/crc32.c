#include "controller/record/crc32.h"

#include "controller/record/little_endian.h"

#define POLYNOMIAL_REFLECTED 0xEDB88320u

void crc32_tables_make(crc32_tables_t* tables)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1u) ? POLYNOMIAL_REFLECTED : 0u);
        }
        tables->at[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int slice = 1; slice < 4; slice++) {
            const uint32_t crc = tables->at[slice - 1][byte];
            tables->at[slice][byte] = (crc >> 8) ^ tables->at[0][crc & 0xFFu];
        }
    }
}

uint32_t crc32_add(const crc32_tables_t* tables, uint32_t crc, const uint8_t* bytes, size_t size)
{
    crc = ~crc;
    for (; size >= 4; size -= 4, bytes += 4) {
        crc ^= le_load_u32(bytes);
        crc = tables->at[3][crc & 0xFFu] ^ tables->at[2][(crc >> 8) & 0xFFu] ^
              tables->at[1][(crc >> 16) & 0xFFu] ^ tables->at[0][crc >> 24];
    }
    for (; size > 0; size--, bytes++) {
        crc = (crc >> 8) ^ tables->at[0][(crc ^ *bytes) & 0xFFu];
    }
    return ~crc;
}
