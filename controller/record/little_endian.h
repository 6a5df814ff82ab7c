/// Numbers to bytes and back, lowest byte first, whatever the machine.
#ifndef KNEAD_CONTROLLER_RECORD_LITTLE_ENDIAN_H
#define KNEAD_CONTROLLER_RECORD_LITTLE_ENDIAN_H

#include <stdint.h>

static inline void le_store_u32(uint8_t* bytes, uint32_t number)
{
    for (int index = 0; index < 4; index++) {
        bytes[index] = (uint8_t)(number >> (8 * index));
    }
}

static inline void le_store_u64(uint8_t* bytes, uint64_t number)
{
    for (int index = 0; index < 8; index++) {
        bytes[index] = (uint8_t)(number >> (8 * index));
    }
}

static inline uint32_t le_load_u32(const uint8_t* bytes)
{
    uint32_t number = 0;
    for (int index = 0; index < 4; index++) {
        number |= (uint32_t)bytes[index] << (8 * index);
    }
    return number;
}

static inline uint64_t le_load_u64(const uint8_t* bytes)
{
    uint64_t number = 0;
    for (int index = 0; index < 8; index++) {
        number |= (uint64_t)bytes[index] << (8 * index);
    }
    return number;
}

#endif
