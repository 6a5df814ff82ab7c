#include "controller/record/crc32c.h"

#include "controller/record/little_endian.h"

#define POLYNOMIAL_REFLECTED 0x82F63B78u

void crc32c_tables_make(crc32c_tables_t* tables)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1u) ? POLYNOMIAL_REFLECTED : 0u);
        }
        tables->at[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int slice = 1; slice < 8; slice++) {
            const uint32_t crc = tables->at[slice - 1][byte];
            tables->at[slice][byte] = (crc >> 8) ^ tables->at[0][crc & 0xFFu];
        }
    }
}

uint32_t crc32c(const crc32c_tables_t* tables, const uint8_t* bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (; size >= 8; size -= 8, bytes += 8) {
        const uint32_t low = crc ^ le_load_u32(bytes);
        const uint32_t high = le_load_u32(bytes + 4);
        crc = tables->at[7][low & 0xFFu] ^ tables->at[6][(low >> 8) & 0xFFu] ^
              tables->at[5][(low >> 16) & 0xFFu] ^ tables->at[4][low >> 24] ^
              tables->at[3][high & 0xFFu] ^ tables->at[2][(high >> 8) & 0xFFu] ^
              tables->at[1][(high >> 16) & 0xFFu] ^ tables->at[0][high >> 24];
    }
    for (; size > 0; size--, bytes++) {
        crc = (crc >> 8) ^ tables->at[0][(crc ^ *bytes) & 0xFFu];
    }
    return ~crc;
}
