#include "controller/record/cycle_block.h"

#include <string.h>

#include "controller/record/little_endian.h"

static const uint8_t file_magic[8] = {'K', 'N', 'E', 'A', 'D', 'C', 'Y', 'C'};
static const uint8_t block_magic[4] = {'K', 'B', 'L', 'K'};

#define OFFSET_VERSION 8
#define OFFSET_SIZE 12
#define OFFSET_JOINTS 16
#define OFFSET_DEVICES 20
#define OFFSET_PERIOD 24
#define OFFSET_SEED 32
#define OFFSET_INPUTS 40
#define OFFSET_SCALES (OFFSET_INPUTS + DIGEST_SIZE)
#define OFFSET_CRC (CYCLE_HEADER_BYTES - 4)

static uint64_t bits_of(double number)
{
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double number = 0.0;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/// The place of scale `index` of the format inside a header.
static const cycle_scale_t* scale_at(const cycle_file_header_t* header, int index)
{
    const int joint = index % JOINT_CAPACITY;
    switch (index / JOINT_CAPACITY) {
    case 0:
        return &header->position[joint];
    case 1:
        return &header->velocity[joint];
    case 2:
        return &header->effort[joint];
    default: // the six of the force sensor
        return joint < 3 ? &header->force[joint] : &header->torque[joint - 3];
    }
}

void cycle_header_store(const crc32c_tables_t* tables, const cycle_file_header_t* header,
                        uint8_t bytes[CYCLE_HEADER_BYTES])
{
    memcpy(bytes, file_magic, sizeof file_magic);
    le_store_u32(bytes + OFFSET_VERSION, CYCLE_FILE_VERSION);
    le_store_u32(bytes + OFFSET_SIZE, CYCLE_HEADER_BYTES);
    le_store_u32(bytes + OFFSET_JOINTS, (uint32_t)header->joint_count);
    le_store_u32(bytes + OFFSET_DEVICES, (uint32_t)header->device_count);
    le_store_u64(bytes + OFFSET_PERIOD, (uint64_t)header->period_us);
    le_store_u64(bytes + OFFSET_SEED, header->seed);
    memcpy(bytes + OFFSET_INPUTS, header->inputs.bytes, DIGEST_SIZE);
    for (int index = 0; index < CYCLE_SCALED_COUNT; index++) {
        const cycle_scale_t* scale = scale_at(header, index);
        le_store_u64(bytes + OFFSET_SCALES + 16 * index, bits_of(scale->scale));
        le_store_u64(bytes + OFFSET_SCALES + 16 * index + 8, bits_of(scale->offset));
    }
    le_store_u32(bytes + OFFSET_CRC, crc32c(tables, bytes, OFFSET_CRC));
}

cycle_open_t cycle_header_load(const crc32c_tables_t* tables,
                               const uint8_t bytes[CYCLE_HEADER_BYTES], cycle_file_header_t* header)
{
    if (memcmp(bytes, file_magic, sizeof file_magic) != 0) {
        return CYCLE_OPEN_NOT_OURS;
    }
    if (le_load_u32(bytes + OFFSET_VERSION) != CYCLE_FILE_VERSION) {
        return CYCLE_OPEN_VERSION;
    }
    const uint32_t joint_count = le_load_u32(bytes + OFFSET_JOINTS);
    const uint32_t device_count = le_load_u32(bytes + OFFSET_DEVICES);
    const int64_t period_us = (int64_t)le_load_u64(bytes + OFFSET_PERIOD);
    if (le_load_u32(bytes + OFFSET_CRC) != crc32c(tables, bytes, OFFSET_CRC) ||
        le_load_u32(bytes + OFFSET_SIZE) != CYCLE_HEADER_BYTES || joint_count > JOINT_CAPACITY ||
        device_count > DEVICE_CAPACITY || period_us <= 0) {
        return CYCLE_OPEN_DAMAGED;
    }
    cycle_file_header_t loaded = {.joint_count = (int)joint_count,
                                  .device_count = (int)device_count,
                                  .period_us = period_us,
                                  .seed = le_load_u64(bytes + OFFSET_SEED)};
    memcpy(loaded.inputs.bytes, bytes + OFFSET_INPUTS, DIGEST_SIZE);
    for (int index = 0; index < CYCLE_SCALED_COUNT; index++) {
        cycle_scale_t* scale = (cycle_scale_t*)scale_at(&loaded, index);
        scale->scale = double_of(le_load_u64(bytes + OFFSET_SCALES + 16 * index));
        scale->offset = double_of(le_load_u64(bytes + OFFSET_SCALES + 16 * index + 8));
    }
    *header = loaded;
    return CYCLE_OPEN_OK;
}

void cycle_block_store(const crc32c_tables_t* tables, const cycle_block_t* block,
                       uint8_t bytes[CYCLE_BLOCK_HEADER_BYTES])
{
    memcpy(bytes, block_magic, sizeof block_magic);
    le_store_u32(bytes + 4, block->sequence);
    le_store_u32(bytes + 8, block->record_count);
    le_store_u32(bytes + 12, block->byte_count);
    le_store_u32(bytes + 16, block->unpacked_count);
    le_store_u32(bytes + 20, block->crc);
    le_store_u32(bytes + 24, crc32c(tables, bytes, 24));
}

bool cycle_block_load(const crc32c_tables_t* tables, const uint8_t bytes[CYCLE_BLOCK_HEADER_BYTES],
                      cycle_block_t* block)
{
    if (memcmp(bytes, block_magic, sizeof block_magic) != 0 ||
        le_load_u32(bytes + 24) != crc32c(tables, bytes, 24)) {
        return false;
    }
    *block = (cycle_block_t){.sequence = le_load_u32(bytes + 4),
                             .record_count = le_load_u32(bytes + 8),
                             .byte_count = le_load_u32(bytes + 12),
                             .unpacked_count = le_load_u32(bytes + 16),
                             .crc = le_load_u32(bytes + 20)};
    return block->record_count <= CYCLE_BLOCK_RECORDS &&
           block->byte_count <= block->unpacked_count &&
           block->unpacked_count <= CYCLE_BLOCK_CAPACITY;
}
