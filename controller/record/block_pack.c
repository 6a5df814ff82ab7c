#include "controller/record/block_pack.h"

#include <stdlib.h>

// The functions that use memory handed to them; Debian's library exports them.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

struct block_packer {
    ZSTD_CCtx* context; // in `memory`
    max_align_t memory[];
};

struct block_unpacker {
    ZSTD_DCtx* context;
    max_align_t memory[];
};

block_packer_t* block_packer_create(void)
{
    const size_t size = ZSTD_estimateCCtxSize(BLOCK_PACK_LEVEL);
    block_packer_t* packer = calloc(1, sizeof *packer + size);
    if (packer == NULL) {
        return NULL;
    }
    packer->context = ZSTD_initStaticCCtx(packer->memory, size);
    if (packer->context == NULL) {
        free(packer);
        return NULL;
    }
    return packer;
}

void block_packer_destroy(block_packer_t* packer)
{
    free(packer);
}

size_t block_pack(block_packer_t* packer, const uint8_t* bytes, size_t size, uint8_t* packed,
                  size_t capacity)
{
    const size_t packed_size =
        ZSTD_compressCCtx(packer->context, packed, capacity, bytes, size, BLOCK_PACK_LEVEL);
    return ZSTD_isError(packed_size) || packed_size >= size ? 0 : packed_size;
}

block_unpacker_t* block_unpacker_create(void)
{
    const size_t size = ZSTD_estimateDCtxSize();
    block_unpacker_t* unpacker = calloc(1, sizeof *unpacker + size);
    if (unpacker == NULL) {
        return NULL;
    }
    unpacker->context = ZSTD_initStaticDCtx(unpacker->memory, size);
    if (unpacker->context == NULL) {
        free(unpacker);
        return NULL;
    }
    return unpacker;
}

void block_unpacker_destroy(block_unpacker_t* unpacker)
{
    free(unpacker);
}

bool block_unpack(block_unpacker_t* unpacker, const uint8_t* packed, size_t packed_size,
                  uint8_t* bytes, size_t size)
{
    // Several frames in a row would be unpacked one behind the other: only one is ours.
    const size_t frame = ZSTD_findFrameCompressedSize(packed, packed_size);
    if (ZSTD_isError(frame) || frame != packed_size) {
        return false;
    }
    const size_t unpacked =
        ZSTD_decompressDCtx(unpacker->context, bytes, size, packed, packed_size);
    return !ZSTD_isError(unpacked) && unpacked == size;
}
