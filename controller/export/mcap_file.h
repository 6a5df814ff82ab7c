/// Writes MCAP (https://mcap.dev/spec, version 0), the container of Foxglove: schemas, channels and
/// messages in chunks that are compressed with zstd and found by their indexes.
///
/// Written is: header, schemas and channels, chunks each with the index of its messages, metadata,
/// data end; then the summary: schemas, channels, statistics, chunk and metadata indexes, their
/// offsets; footer. Every check sum of the format is filled in.
///
/// Always holds: the file goes out from front to back, nothing is read back; of a whole run only
/// the chunk indexes stay in memory; the same calls give the same bytes. The first trouble stays:
/// calls after it do nothing.
#ifndef KNEAD_CONTROLLER_EXPORT_MCAP_FILE_H
#define KNEAD_CONTROLLER_EXPORT_MCAP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MCAP_SCHEMA_CAPACITY 32
#define MCAP_CHANNEL_CAPACITY 32
#define MCAP_METADATA_CAPACITY 8
/// A chunk is closed once it holds so much, uncompressed. Foxglove reads a chunk at a time.
#define MCAP_CHUNK_BYTES (1024u * 1024u)

#define MCAP_RESULT_LIST(X)                                                                        \
    X(MCAP_OK, "ok")                                                                               \
    X(MCAP_NOT_WRITTEN, "the file can't be written")                                               \
    X(MCAP_NO_MEMORY, "memory is short")                                                           \
    X(MCAP_TOO_LARGE, "a message or a count is larger than the format can hold")
typedef enum {
#define X(id, text) id,
    MCAP_RESULT_LIST(X)
#undef X
} mcap_result_t;
const char* mcap_result_text(mcap_result_t result);

typedef struct mcap_file mcap_file_t;

/// What the statistics of the file say.
typedef struct {
    uint64_t messages;
    uint32_t chunks;
    uint64_t bytes;             // of the file so far
    uint64_t first_ns, last_ns; // log times, 0 without messages
} mcap_figures_t;

/// Begins a file on `out` (borrowed, at its beginning). `library` is the program that writes it.
/// `compressed` false leaves the chunks as they are. Null if memory is short.
mcap_file_t* mcap_file_begin(FILE* out, const char* library, bool compressed);

/// Declares a schema; `text` is that of a JSON Schema. Returns its number for channels.
uint16_t mcap_file_schema(mcap_file_t* file, const char* name, const char* text);

/// Declares a channel of JSON messages. Returns its number for messages.
uint16_t mcap_file_channel(mcap_file_t* file, const char* topic, uint16_t schema);

/// Adds a message of a channel that was declared. Log times may come in any order; readers like
/// them rising.
void mcap_file_message(mcap_file_t* file, uint16_t channel, uint64_t log_time_ns, const char* bytes,
                       size_t size);

/// Adds a record of names and texts: `pairs` holds 2 * `count` texts, name and text in turn.
void mcap_file_metadata(mcap_file_t* file, const char* name, const char* const* pairs, int count);

/// The first trouble, or MCAP_OK.
mcap_result_t mcap_file_result(const mcap_file_t* file);

/// Ends the file, flushes it and frees. `figures` may be null. On anything but MCAP_OK the file is
/// not whole; errno then says why the stream refused.
mcap_result_t mcap_file_end(mcap_file_t* file, mcap_figures_t* figures);

#endif
