#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "controller/record/block_pack.h"
#include "controller/record/cycle_block.h"
#include "controller/record/little_endian.h"

struct cycle_reader {
    FILE* file;
    cycle_read_t state; // CYCLE_READ_RECORD while there may be more
    uint32_t sequence;
    uint32_t records_left; // in the block
    size_t block_size;
    size_t block_at;
    uint64_t records; // handed out
    cycle_scales_t scales;
    cycle_memory_t memory;
    crc32c_tables_t crc;
    block_unpacker_t* unpacker;
    uint8_t packed[CYCLE_BLOCK_CAPACITY];
    uint8_t block[CYCLE_BLOCK_CAPACITY]; // unpacked
};

const char* cycle_read_text(cycle_read_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        CYCLE_READ_LIST(X)
#undef X
    }
    return "unknown";
}

const char* cycle_open_text(cycle_open_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        CYCLE_OPEN_LIST(X)
#undef X
    }
    return "unknown";
}

cycle_open_t cycle_reader_open(const char* path, cycle_file_header_t* header,
                               cycle_reader_t** reader)
{
    FILE* file = fopen(path, "rb");
    if (!file) {
        return CYCLE_OPEN_NO_FILE;
    }
    cycle_reader_t* opened = calloc(1, sizeof *opened);
    if (!opened) {
        (void)fclose(file);
        return CYCLE_OPEN_NO_MEMORY;
    }
    crc32c_tables_make(&opened->crc);
    uint8_t bytes[CYCLE_HEADER_BYTES] = {0};
    const size_t count = fread(bytes, 1, sizeof bytes, file);
    cycle_open_t result = cycle_header_load(&opened->crc, bytes, header);
    if (count < sizeof bytes && result == CYCLE_OPEN_OK) {
        result = CYCLE_OPEN_DAMAGED;
    }
    if (result == CYCLE_OPEN_OK) {
        opened->unpacker = block_unpacker_create();
        result = opened->unpacker ? CYCLE_OPEN_OK : CYCLE_OPEN_NO_MEMORY;
    }
    if (result != CYCLE_OPEN_OK) {
        (void)fclose(file);
        free(opened);
        return result;
    }
    opened->file = file;
    opened->scales = cycle_scales_make(header);
    *reader = opened;
    return CYCLE_OPEN_OK;
}

static bool unpack(cycle_reader_t* reader, const cycle_block_t* block)
{
    if (block->byte_count == block->unpacked_count) {
        memcpy(reader->block, reader->packed, block->byte_count);
        return true;
    }
    return block_unpack(reader->unpacker, reader->packed, block->byte_count, reader->block,
                        block->unpacked_count);
}

/// Fetches and checks the next block; the state says what there is.
static cycle_read_t read_block(cycle_reader_t* reader)
{
    uint8_t bytes[CYCLE_BLOCK_HEADER_BYTES];
    cycle_block_t block;
    if (fread(bytes, 1, sizeof bytes, reader->file) < sizeof bytes) {
        return CYCLE_READ_TORN;
    }
    if (!cycle_block_load(&reader->crc, bytes, &block) || block.sequence != reader->sequence) {
        return CYCLE_READ_DAMAGED;
    }
    if (fread(reader->packed, 1, block.byte_count, reader->file) < block.byte_count) {
        return CYCLE_READ_TORN;
    }
    if (crc32c(&reader->crc, reader->packed, block.byte_count) != block.crc ||
        !unpack(reader, &block)) {
        return CYCLE_READ_DAMAGED;
    }
    if (block.record_count == 0) {
        const bool all = block.unpacked_count == 8 &&
                         le_load_u64(reader->block) == reader->records &&
                         fgetc(reader->file) == EOF;
        return all ? CYCLE_READ_END : CYCLE_READ_DAMAGED;
    }
    reader->sequence++;
    reader->records_left = block.record_count;
    reader->block_size = block.unpacked_count;
    reader->block_at = 0;
    memset(&reader->memory, 0, sizeof reader->memory);
    return CYCLE_READ_RECORD;
}

cycle_read_t cycle_reader_next(cycle_reader_t* reader, cycle_record_t* record)
{
    if (reader->state == CYCLE_READ_RECORD && reader->records_left == 0) {
        reader->state = read_block(reader);
    }
    if (reader->state != CYCLE_READ_RECORD) {
        return reader->state;
    }
    const size_t taken =
        cycle_decode(&reader->scales, &reader->memory, reader->block + reader->block_at,
                     reader->block_size - reader->block_at, record);
    reader->block_at += taken;
    reader->records_left--;
    if (taken == 0 || (reader->records_left == 0 && reader->block_at != reader->block_size)) {
        reader->state = CYCLE_READ_DAMAGED;
        return CYCLE_READ_DAMAGED;
    }
    reader->records++;
    return CYCLE_READ_RECORD;
}

void cycle_reader_rewind(cycle_reader_t* reader)
{
    (void)fseek(reader->file, CYCLE_HEADER_BYTES, SEEK_SET);
    reader->state = CYCLE_READ_RECORD;
    reader->sequence = 0;
    reader->records_left = 0;
    reader->records = 0;
}

void cycle_reader_close(cycle_reader_t* reader)
{
    if (reader) {
        (void)fclose(reader->file);
        block_unpacker_destroy(reader->unpacker);
        free(reader);
    }
}
