#include "controller/export/mcap_file.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "controller/record/crc32.h"
#include "controller/record/little_endian.h"

// Figures compress well and Foxglove unpacks every level at the same speed; more costs time only.
#define ZSTD_LEVEL 3

static const uint8_t magic[8] = {0x89, 'M', 'C', 'A', 'P', '0', '\r', '\n'};

typedef enum {
    OPCODE_HEADER = 0x01,
    OPCODE_FOOTER = 0x02,
    OPCODE_SCHEMA = 0x03,
    OPCODE_CHANNEL = 0x04,
    OPCODE_MESSAGE = 0x05,
    OPCODE_CHUNK = 0x06,
    OPCODE_MESSAGE_INDEX = 0x07,
    OPCODE_CHUNK_INDEX = 0x08,
    OPCODE_STATISTICS = 0x0B,
    OPCODE_METADATA = 0x0C,
    OPCODE_METADATA_INDEX = 0x0D,
    OPCODE_SUMMARY_OFFSET = 0x0E,
    OPCODE_DATA_END = 0x0F,
} opcode_t;

/// Bytes that grow as they are added.
typedef struct {
    uint8_t* at;
    size_t size, capacity;
} bytes_t;

typedef struct {
    uint64_t log_time_ns, offset;
} index_entry_t;

typedef struct {
    char* topic;
    uint16_t schema;
    uint32_t sequence; // of the next message: their count too
    size_t entry_count, entry_capacity;
    index_entry_t* entries; // of the chunk that is open
} channel_t;

typedef struct {
    char* name;
    char* text;
} schema_t;

typedef struct {
    uint64_t first_ns, last_ns;
    uint64_t offset, length; // of the chunk record
    uint64_t index_length;   // of its message indexes, behind it
    uint64_t packed, unpacked;
    uint64_t index_offset[MCAP_CHANNEL_CAPACITY]; // of a channel's, 0 where it has no message
} chunk_t;

typedef struct {
    char name[64];
    uint64_t offset, length;
} metadata_t;

struct mcap_file {
    FILE* out;
    bool compressed;
    mcap_result_t result;
    int error; // errno of it
    uint64_t written;
    uint32_t crc; // of the section that is being written
    crc32_tables_t tables;
    ZSTD_CCtx* packer;
    bytes_t record; // the next one, being put together
    bytes_t chunk;  // records of the open chunk
    bytes_t packed;
    uint64_t chunk_first_ns, chunk_last_ns;
    int schema_count;
    schema_t schemas[MCAP_SCHEMA_CAPACITY];
    int channel_count;
    channel_t channels[MCAP_CHANNEL_CAPACITY];
    int metadata_count;
    metadata_t metadata[MCAP_METADATA_CAPACITY];
    size_t chunk_count, chunk_capacity;
    chunk_t* chunks;
    uint64_t message_count, first_ns, last_ns;
};

const char* mcap_result_text(mcap_result_t result)
{
    switch (result) {
#define X(id, text)                                                                                \
    case id:                                                                                       \
        return text;
        MCAP_RESULT_LIST(X)
#undef X
    }
    return "unknown";
}

mcap_result_t mcap_file_result(const mcap_file_t* file)
{
    return file->result;
}

static void fail(mcap_file_t* file, mcap_result_t result)
{
    if (file->result == MCAP_OK) {
        file->error = errno;
        file->result = result;
    }
}

// ------------------------------------------------------------------------------ putting together

static bool bytes_reserve(bytes_t* bytes, size_t more)
{
    if (more <= bytes->capacity - bytes->size) {
        return true;
    }
    size_t capacity = bytes->capacity == 0 ? 4096 : bytes->capacity;
    while (capacity - bytes->size < more) {
        if (capacity > SIZE_MAX / 2) {
            return false;
        }
        capacity *= 2;
    }
    uint8_t* grown = realloc(bytes->at, capacity);
    if (grown == NULL) {
        return false;
    }
    bytes->at = grown;
    bytes->capacity = capacity;
    return true;
}

static void add_bytes(mcap_file_t* file, bytes_t* to, const void* from, size_t size)
{
    if (size == 0 || file->result != MCAP_OK) {
        return;
    }
    if (!bytes_reserve(to, size)) {
        fail(file, MCAP_NO_MEMORY);
        return;
    }
    memcpy(to->at + to->size, from, size);
    to->size += size;
}

static void add_u16(mcap_file_t* file, bytes_t* to, uint16_t number)
{
    const uint8_t bytes[2] = {(uint8_t)number, (uint8_t)(number >> 8)};
    add_bytes(file, to, bytes, sizeof bytes);
}

static void add_u32(mcap_file_t* file, bytes_t* to, uint32_t number)
{
    uint8_t bytes[4];
    le_store_u32(bytes, number);
    add_bytes(file, to, bytes, sizeof bytes);
}

static void add_u64(mcap_file_t* file, bytes_t* to, uint64_t number)
{
    uint8_t bytes[8];
    le_store_u64(bytes, number);
    add_bytes(file, to, bytes, sizeof bytes);
}

/// Size and bytes. What does not fit 32 bits is refused.
static void add_text(mcap_file_t* file, bytes_t* to, const char* text)
{
    const size_t length = strlen(text);
    if (length > UINT32_MAX) {
        fail(file, MCAP_TOO_LARGE);
        return;
    }
    add_u32(file, to, (uint32_t)length);
    add_bytes(file, to, text, length);
}

// -------------------------------------------------------------------------------------- writing

static void write_bytes(mcap_file_t* file, const void* bytes, size_t size)
{
    if (file->result != MCAP_OK) {
        return;
    }
    if (fwrite(bytes, 1, size, file->out) != size) {
        fail(file, MCAP_NOT_WRITTEN);
        return;
    }
    file->crc = crc32_add(&file->tables, file->crc, bytes, size);
    file->written += size;
}

/// Opcode and length of a record, into 9 bytes.
static void head_store(opcode_t opcode, uint64_t length, uint8_t head[9])
{
    head[0] = (uint8_t)opcode;
    le_store_u64(head + 1, length);
}

/// Writes what `file->record` holds as a record of its own.
static void write_record(mcap_file_t* file, opcode_t opcode)
{
    uint8_t head[9];
    head_store(opcode, file->record.size, head);
    write_bytes(file, head, sizeof head);
    write_bytes(file, file->record.at, file->record.size);
    file->record.size = 0;
}

static void write_schema(mcap_file_t* file, int index)
{
    add_u16(file, &file->record, (uint16_t)(index + 1));
    add_text(file, &file->record, file->schemas[index].name);
    add_text(file, &file->record, "jsonschema");
    add_text(file, &file->record, file->schemas[index].text);
    write_record(file, OPCODE_SCHEMA);
}

static void write_channel(mcap_file_t* file, int index)
{
    add_u16(file, &file->record, (uint16_t)(index + 1));
    add_u16(file, &file->record, file->channels[index].schema);
    add_text(file, &file->record, file->channels[index].topic);
    add_text(file, &file->record, "json");
    add_u32(file, &file->record, 0); // no metadata
    write_record(file, OPCODE_CHANNEL);
}

/// The indexes of the chunk that was just written, and what its own index will say of them.
static void write_message_indexes(mcap_file_t* file, chunk_t* chunk)
{
    const uint64_t from = file->written;
    for (int i = 0; i < file->channel_count; ++i) {
        channel_t* channel = &file->channels[i];
        if (channel->entry_count == 0) {
            continue;
        }
        chunk->index_offset[i] = file->written;
        add_u16(file, &file->record, (uint16_t)(i + 1));
        // A chunk's records fit 32 bits, and an entry is smaller than its message.
        add_u32(file, &file->record, (uint32_t)(channel->entry_count * 16));
        for (size_t k = 0; k < channel->entry_count; ++k) {
            add_u64(file, &file->record, channel->entries[k].log_time_ns);
            add_u64(file, &file->record, channel->entries[k].offset);
        }
        write_record(file, OPCODE_MESSAGE_INDEX);
        channel->entry_count = 0;
    }
    chunk->index_length = file->written - from;
}

static chunk_t* next_chunk(mcap_file_t* file)
{
    if (file->chunk_count == file->chunk_capacity) {
        const size_t capacity = file->chunk_capacity == 0 ? 64 : 2 * file->chunk_capacity;
        chunk_t* grown = realloc(file->chunks, capacity * sizeof *grown);
        if (grown == NULL) {
            fail(file, MCAP_NO_MEMORY);
            return NULL;
        }
        file->chunks = grown;
        file->chunk_capacity = capacity;
    }
    chunk_t* chunk = &file->chunks[file->chunk_count++];
    *chunk = (chunk_t){.first_ns = file->chunk_first_ns,
                       .last_ns = file->chunk_last_ns,
                       .offset = file->written,
                       .unpacked = file->chunk.size};
    return chunk;
}

/// The open chunk's records as they go out: packed, or as they are. Null with a failure.
static const bytes_t* pack(mcap_file_t* file)
{
    if (!file->compressed) {
        return &file->chunk;
    }
    file->packed.size = 0;
    if (!bytes_reserve(&file->packed, ZSTD_compressBound(file->chunk.size))) {
        fail(file, MCAP_NO_MEMORY);
        return NULL;
    }
    const size_t size = ZSTD_compressCCtx(file->packer, file->packed.at, file->packed.capacity,
                                          file->chunk.at, file->chunk.size, ZSTD_LEVEL);
    if (ZSTD_isError(size)) {
        fail(file, MCAP_NO_MEMORY); // the only error left: room is enough for any input
        return NULL;
    }
    file->packed.size = size;
    return &file->packed;
}

static void write_chunk(mcap_file_t* file)
{
    if (file->result != MCAP_OK || file->chunk.size == 0) {
        return;
    }
    const bytes_t* packed = pack(file);
    chunk_t* chunk = packed != NULL ? next_chunk(file) : NULL;
    if (chunk == NULL) {
        return;
    }
    bytes_t* record = &file->record;
    add_u64(file, record, chunk->first_ns);
    add_u64(file, record, chunk->last_ns);
    add_u64(file, record, chunk->unpacked);
    add_u32(file, record, crc32_add(&file->tables, 0, file->chunk.at, file->chunk.size));
    add_text(file, record, file->compressed ? "zstd" : "");
    add_u64(file, record, packed->size);
    add_bytes(file, record, packed->at, packed->size);
    chunk->packed = packed->size;
    write_record(file, OPCODE_CHUNK);
    chunk->length = file->written - chunk->offset;
    write_message_indexes(file, chunk);
    file->chunk.size = 0;
}

// ------------------------------------------------------------------------------------- the parts

mcap_file_t* mcap_file_begin(FILE* out, const char* library, bool compressed)
{
    mcap_file_t* file = calloc(1, sizeof *file);
    if (file == NULL) {
        return NULL;
    }
    file->out = out;
    file->compressed = compressed;
    file->packer = ZSTD_createCCtx();
    if (file->packer == NULL) {
        free(file);
        return NULL;
    }
    crc32_tables_make(&file->tables);
    write_bytes(file, magic, sizeof magic);
    add_text(file, &file->record, "");
    add_text(file, &file->record, library);
    write_record(file, OPCODE_HEADER);
    return file;
}

static char* copy_of(mcap_file_t* file, const char* text)
{
    char* copy = malloc(strlen(text) + 1);
    if (copy == NULL) {
        fail(file, MCAP_NO_MEMORY);
        return NULL;
    }
    memcpy(copy, text, strlen(text) + 1);
    return copy;
}

uint16_t mcap_file_schema(mcap_file_t* file, const char* name, const char* text)
{
    assert(file->schema_count < MCAP_SCHEMA_CAPACITY);
    schema_t* schema = &file->schemas[file->schema_count++];
    schema->name = copy_of(file, name);
    schema->text = copy_of(file, text);
    if (file->result == MCAP_OK) {
        write_schema(file, file->schema_count - 1);
    }
    return (uint16_t)file->schema_count;
}

uint16_t mcap_file_channel(mcap_file_t* file, const char* topic, uint16_t schema)
{
    assert(file->channel_count < MCAP_CHANNEL_CAPACITY);
    assert(schema >= 1 && schema <= file->schema_count);
    channel_t* channel = &file->channels[file->channel_count++];
    channel->topic = copy_of(file, topic);
    channel->schema = schema;
    if (file->result == MCAP_OK) {
        write_channel(file, file->channel_count - 1);
    }
    return (uint16_t)file->channel_count;
}

static bool add_entry(channel_t* channel, uint64_t log_time_ns, uint64_t offset)
{
    if (channel->entry_count == channel->entry_capacity) {
        const size_t capacity = channel->entry_capacity == 0 ? 256 : 2 * channel->entry_capacity;
        index_entry_t* grown = realloc(channel->entries, capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        channel->entries = grown;
        channel->entry_capacity = capacity;
    }
    channel->entries[channel->entry_count++] = (index_entry_t){log_time_ns, offset};
    return true;
}

/// Widens a span of times by one more, the first of all where `any` is false.
static void widen(bool any, uint64_t time_ns, uint64_t* first_ns, uint64_t* last_ns)
{
    *first_ns = !any || time_ns < *first_ns ? time_ns : *first_ns;
    *last_ns = !any || time_ns > *last_ns ? time_ns : *last_ns;
}

void mcap_file_message(mcap_file_t* file, uint16_t channel, uint64_t log_time_ns, const char* bytes,
                       size_t size)
{
    assert(channel >= 1 && channel <= file->channel_count);
    if (file->result != MCAP_OK) {
        return;
    }
    if (size > UINT32_MAX / 4) { // so that a chunk and its indexes fit 32 bits
        fail(file, MCAP_TOO_LARGE);
        return;
    }
    channel_t* at = &file->channels[channel - 1];
    bytes_t* chunk = &file->chunk;
    widen(chunk->size > 0, log_time_ns, &file->chunk_first_ns, &file->chunk_last_ns);
    widen(file->message_count > 0, log_time_ns, &file->first_ns, &file->last_ns);
    if (!add_entry(at, log_time_ns, chunk->size)) {
        fail(file, MCAP_NO_MEMORY);
        return;
    }
    uint8_t head[9];
    head_store(OPCODE_MESSAGE, 2 + 4 + 8 + 8 + size, head);
    add_bytes(file, chunk, head, sizeof head);
    add_u16(file, chunk, channel);
    add_u32(file, chunk, at->sequence++);
    add_u64(file, chunk, log_time_ns);
    add_u64(file, chunk, log_time_ns); // published when it was logged
    add_bytes(file, chunk, bytes, size);
    file->message_count++;
    if (chunk->size >= MCAP_CHUNK_BYTES) {
        write_chunk(file);
    }
}

void mcap_file_metadata(mcap_file_t* file, const char* name, const char* const* pairs, int count)
{
    assert(file->metadata_count < MCAP_METADATA_CAPACITY);
    metadata_t* metadata = &file->metadata[file->metadata_count++];
    assert(strlen(name) < sizeof metadata->name);
    memcpy(metadata->name, name, strlen(name) + 1);
    write_chunk(file); // what stands before it was logged before it
    size_t map_bytes = 0;
    for (int i = 0; i < 2 * count; ++i) {
        map_bytes += 4 + strlen(pairs[i]);
    }
    if (map_bytes > UINT32_MAX) {
        fail(file, MCAP_TOO_LARGE);
        return;
    }
    add_text(file, &file->record, name);
    add_u32(file, &file->record, (uint32_t)map_bytes);
    for (int i = 0; i < 2 * count; ++i) {
        add_text(file, &file->record, pairs[i]);
    }
    metadata->offset = file->written;
    write_record(file, OPCODE_METADATA);
    metadata->length = file->written - metadata->offset;
}

// ----------------------------------------------------------------------------------- the summary

static void write_statistics(mcap_file_t* file)
{
    bytes_t* record = &file->record;
    add_u64(file, record, file->message_count);
    add_u16(file, record, (uint16_t)file->schema_count);
    add_u32(file, record, (uint32_t)file->channel_count);
    add_u32(file, record, 0); // attachments
    add_u32(file, record, (uint32_t)file->metadata_count);
    add_u32(file, record, (uint32_t)file->chunk_count);
    add_u64(file, record, file->first_ns);
    add_u64(file, record, file->last_ns);
    add_u32(file, record, (uint32_t)file->channel_count * 10);
    for (int i = 0; i < file->channel_count; ++i) {
        add_u16(file, record, (uint16_t)(i + 1));
        add_u64(file, record, file->channels[i].sequence);
    }
    write_record(file, OPCODE_STATISTICS);
}

static void write_chunk_index(mcap_file_t* file, const chunk_t* chunk)
{
    bytes_t* record = &file->record;
    uint32_t indexes = 0;
    for (int i = 0; i < file->channel_count; ++i) {
        indexes += chunk->index_offset[i] != 0;
    }
    add_u64(file, record, chunk->first_ns);
    add_u64(file, record, chunk->last_ns);
    add_u64(file, record, chunk->offset);
    add_u64(file, record, chunk->length);
    add_u32(file, record, indexes * 10);
    for (int i = 0; i < file->channel_count; ++i) {
        if (chunk->index_offset[i] != 0) {
            add_u16(file, record, (uint16_t)(i + 1));
            add_u64(file, record, chunk->index_offset[i]);
        }
    }
    add_u64(file, record, chunk->index_length);
    add_text(file, record, file->compressed ? "zstd" : "");
    add_u64(file, record, chunk->packed);
    add_u64(file, record, chunk->unpacked);
    write_record(file, OPCODE_CHUNK_INDEX);
}

static void write_group(mcap_file_t* file, opcode_t group)
{
    switch (group) {
    case OPCODE_SCHEMA:
        for (int i = 0; i < file->schema_count; ++i) {
            write_schema(file, i);
        }
        return;
    case OPCODE_CHANNEL:
        for (int i = 0; i < file->channel_count; ++i) {
            write_channel(file, i);
        }
        return;
    case OPCODE_STATISTICS:
        write_statistics(file);
        return;
    case OPCODE_CHUNK_INDEX:
        for (size_t i = 0; i < file->chunk_count; ++i) {
            write_chunk_index(file, &file->chunks[i]);
        }
        return;
    case OPCODE_METADATA_INDEX:
        for (int i = 0; i < file->metadata_count; ++i) {
            add_u64(file, &file->record, file->metadata[i].offset);
            add_u64(file, &file->record, file->metadata[i].length);
            add_text(file, &file->record, file->metadata[i].name);
            write_record(file, OPCODE_METADATA_INDEX);
        }
        return;
    case OPCODE_HEADER:
    case OPCODE_FOOTER:
    case OPCODE_MESSAGE:
    case OPCODE_CHUNK:
    case OPCODE_MESSAGE_INDEX:
    case OPCODE_METADATA:
    case OPCODE_SUMMARY_OFFSET:
    case OPCODE_DATA_END:
        break;
    }
    assert(false);
}

static void write_summary(mcap_file_t* file)
{
    static const opcode_t groups[] = {OPCODE_SCHEMA, OPCODE_CHANNEL, OPCODE_STATISTICS,
                                      OPCODE_CHUNK_INDEX, OPCODE_METADATA_INDEX};
    enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };
    uint64_t starts[GROUP_COUNT + 1];
    const uint64_t summary_start = file->written;
    file->crc = 0;
    for (int i = 0; i < GROUP_COUNT; ++i) {
        starts[i] = file->written;
        write_group(file, groups[i]);
    }
    starts[GROUP_COUNT] = file->written;
    const uint64_t offset_start = file->written;
    for (int i = 0; i < GROUP_COUNT; ++i) {
        if (starts[i + 1] > starts[i]) {
            const uint8_t group = (uint8_t)groups[i];
            add_bytes(file, &file->record, &group, 1);
            add_u64(file, &file->record, starts[i]);
            add_u64(file, &file->record, starts[i + 1] - starts[i]);
            write_record(file, OPCODE_SUMMARY_OFFSET);
        }
    }
    // The footer's check sum covers the summary and the footer up to itself.
    uint8_t footer[9 + 20];
    head_store(OPCODE_FOOTER, 20, footer);
    le_store_u64(footer + 9, summary_start);
    le_store_u64(footer + 17, offset_start);
    le_store_u32(footer + 25, crc32_add(&file->tables, file->crc, footer, 25));
    write_bytes(file, footer, sizeof footer);
    write_bytes(file, magic, sizeof magic);
}

static void release(mcap_file_t* file)
{
    for (int i = 0; i < file->schema_count; ++i) {
        free(file->schemas[i].name);
        free(file->schemas[i].text);
    }
    for (int i = 0; i < file->channel_count; ++i) {
        free(file->channels[i].topic);
        free(file->channels[i].entries);
    }
    free(file->chunks);
    free(file->record.at);
    free(file->chunk.at);
    free(file->packed.at);
    (void)ZSTD_freeCCtx(file->packer);
    free(file);
}

mcap_result_t mcap_file_end(mcap_file_t* file, mcap_figures_t* figures)
{
    write_chunk(file);
    add_u32(file, &file->record, file->crc); // of all before this record
    write_record(file, OPCODE_DATA_END);
    write_summary(file);
    if (file->result == MCAP_OK && fflush(file->out) != 0) {
        fail(file, MCAP_NOT_WRITTEN);
    }
    if (figures != NULL) {
        *figures = (mcap_figures_t){.messages = file->message_count,
                                    .chunks = (uint32_t)file->chunk_count,
                                    .bytes = file->written,
                                    .first_ns = file->first_ns,
                                    .last_ns = file->last_ns};
    }
    const mcap_result_t result = file->result;
    const int error = file->error;
    release(file);
    errno = error;
    return result;
}
