/// Packs the bytes of a block of cycles and unpacks them again: zstd frames (RFC 8878) of their
/// own, without a dictionary. The only place that sees libzstd.
///
/// Always holds: all memory is taken at creation; unpacking never writes past what it is told, and
/// trusts no size that stands in a frame.
#ifndef KNEAD_CONTROLLER_RECORD_BLOCK_PACK_H
#define KNEAD_CONTROLLER_RECORD_BLOCK_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of ten densest minutes: level 1 leaves 88.8 of 113.6 MB an hour and takes 0.7 us a cycle, level 3
// 88.0 MB for 1.2 us, level -1 93.1 MB for 0.5 us. What is left is noise, which nothing packs.
#define BLOCK_PACK_LEVEL 1

typedef struct block_packer block_packer_t;

/// Null if memory is short. The caller's, to be destroyed; null is allowed there.
block_packer_t* block_packer_create(void);
void block_packer_destroy(block_packer_t* packer);

/// Packs `size` bytes into at most `capacity`; returns how many they became, or 0 where they did
/// not become fewer: such bytes are stored as they are.
size_t block_pack(block_packer_t* packer, const uint8_t* bytes, size_t size, uint8_t* packed,
                  size_t capacity);

typedef struct block_unpacker block_unpacker_t;
block_unpacker_t* block_unpacker_create(void);
void block_unpacker_destroy(block_unpacker_t* unpacker);

/// True if `packed` is exactly one frame of exactly `size` bytes, which are then in `bytes`; else
/// these hold anything.
bool block_unpack(block_unpacker_t* unpacker, const uint8_t* packed, size_t packed_size,
                  uint8_t* bytes, size_t size);

#endif
