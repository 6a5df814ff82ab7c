/// Numbers to bytes and back, lowest byte first, whatever the machine.
#ifndef KNEAD_CONTROLLER_RECORD_LITTLE_ENDIAN_H
#define KNEAD_CONTROLLER_RECORD_LITTLE_ENDIAN_H

#include <stdint.h>

// Written out, because compilers merge such lines into one access and loops of them not always.

static inline void le_store_u32(uint8_t* bytes, uint32_t number)
{
    bytes[0] = (uint8_t)number;
    bytes[1] = (uint8_t)(number >> 8);
    bytes[2] = (uint8_t)(number >> 16);
    bytes[3] = (uint8_t)(number >> 24);
}

static inline void le_store_u64(uint8_t* bytes, uint64_t number)
{
    bytes[0] = (uint8_t)number;
    bytes[1] = (uint8_t)(number >> 8);
    bytes[2] = (uint8_t)(number >> 16);
    bytes[3] = (uint8_t)(number >> 24);
    bytes[4] = (uint8_t)(number >> 32);
    bytes[5] = (uint8_t)(number >> 40);
    bytes[6] = (uint8_t)(number >> 48);
    bytes[7] = (uint8_t)(number >> 56);
}

static inline uint32_t le_load_u32(const uint8_t* bytes)
{
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static inline uint64_t le_load_u64(const uint8_t* bytes)
{
    return (uint64_t)le_load_u32(bytes) | (uint64_t)le_load_u32(bytes + 4) << 32;
}

#endif
