#include "controller/record/cycle_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/record/block_pack.h"
#include "controller/record/cycle_block.h"
#include "controller/record/little_endian.h"

struct cycle_file {
    int descriptor;
    int error; // errno of the first refusal, or 0
    uint32_t sequence;
    uint32_t block_records;
    size_t block_bytes;
    int64_t records;
    int64_t bytes;
    bool ended;
    digest_stream_t digest; // of the bytes
    supervisor_mode_t last_mode;
    cycle_scales_t scales;
    cycle_memory_t memory;
    crc32c_tables_t crc;
    block_packer_t* packer;
    uint8_t coded[CYCLE_BLOCK_CAPACITY]; // records of the block under way
    uint8_t block[CYCLE_BLOCK_HEADER_BYTES + CYCLE_BLOCK_CAPACITY]; // in one piece for one write
};

void cycle_file_header_make(const machine_settings_t* machine, uint64_t seed,
                            const digest_t* inputs, cycle_file_header_t* header)
{
    *header = (cycle_file_header_t){.joint_count = machine->arm.joint_count,
                                    .device_count = machine->device_count,
                                    .period_us = machine->period_us,
                                    .seed = seed,
                                    .inputs = *inputs};
    const device_settings_t* sensor = &machine->devices[machine->force_sensor];
    const device_profile_t* profile = &machine->profiles[sensor->profile_index];
    for (int index = 0; index < profile->point_count; index++) {
        const point_settings_t* point = &profile->points[index];
        const cycle_scale_t scale = {point->scale, point->offset};
        if (point->id >= POINT_FORCE_X && point->id <= POINT_FORCE_Z) {
            header->force[point->id - POINT_FORCE_X] = scale;
        } else if (point->id >= POINT_TORQUE_X && point->id <= POINT_TORQUE_Z) {
            header->torque[point->id - POINT_TORQUE_X] = scale;
        }
    }
    for (int joint = 0; joint < machine->arm.joint_count; joint++) {
        const device_settings_t* drive = &machine->devices[machine->drive_of_joint[joint]];
        profile = &machine->profiles[drive->profile_index];
        for (int index = 0; index < profile->point_count; index++) {
            const point_settings_t* point = &profile->points[index];
            const cycle_scale_t scale = {point->scale, point->offset};
            if (point->id == POINT_POSITION) {
                header->position[joint] = scale;
            } else if (point->id == POINT_VELOCITY) {
                header->velocity[joint] = scale;
            } else if (point->id == POINT_EFFORT) {
                header->effort[joint] = scale;
            }
        }
    }
}

/// Writes all bytes, or remembers why not; after that nothing is written any more.
static void write_all(cycle_file_t* file, const uint8_t* bytes, size_t count)
{
    while (count > 0 && file->error == 0) {
        const ssize_t written = write(file->descriptor, bytes, count);
        if (written > 0) {
            digest_add(&file->digest, bytes, (size_t)written);
            bytes += written;
            count -= (size_t)written;
            file->bytes += written;
        } else if (written < 0 && errno != EINTR) {
            file->error = errno;
        } else if (written == 0) {
            file->error = ENOSPC;
        }
    }
}

cycle_file_t* cycle_file_create(const char* path, const cycle_file_header_t* header)
{
    cycle_file_t* file = malloc(sizeof *file);
    if (!file) {
        errno = ENOMEM;
        return NULL;
    }
    // Touches every page now, so that none is fetched while a run is on.
    memset(file, 0, sizeof *file);
    file->packer = block_packer_create();
    if (!file->packer) {
        free(file);
        errno = ENOMEM;
        return NULL;
    }
    file->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file->descriptor < 0) {
        const int error = errno;
        block_packer_destroy(file->packer);
        free(file);
        errno = error;
        return NULL;
    }
    digest_begin(&file->digest);
    crc32c_tables_make(&file->crc);
    file->scales = cycle_scales_make(header);
    uint8_t bytes[CYCLE_HEADER_BYTES];
    cycle_header_store(&file->crc, header, bytes);
    write_all(file, bytes, sizeof bytes);
    return file;
}

static void write_block(cycle_file_t* file)
{
    uint8_t* payload = file->block + CYCLE_BLOCK_HEADER_BYTES;
    size_t size =
        block_pack(file->packer, file->coded, file->block_bytes, payload, CYCLE_BLOCK_CAPACITY);
    if (size == 0) {
        size = file->block_bytes;
        memcpy(payload, file->coded, size);
    }
    const cycle_block_t block = {.sequence = file->sequence,
                                 .record_count = file->block_records,
                                 .byte_count = (uint32_t)size,
                                 .unpacked_count = (uint32_t)file->block_bytes,
                                 .crc = crc32c(&file->crc, payload, size)};
    cycle_block_store(&file->crc, &block, file->block);
    write_all(file, file->block, CYCLE_BLOCK_HEADER_BYTES + size);
    file->sequence++;
    file->block_records = 0;
    file->block_bytes = 0;
    memset(&file->memory, 0, sizeof file->memory);
}

void cycle_file_flush(cycle_file_t* file)
{
    if (file->error == 0 && file->block_records > 0) {
        write_block(file);
    }
}

void cycle_file_append_record(cycle_file_t* file, const cycle_record_t* record)
{
    if (file->error != 0 || file->ended) {
        return;
    }
    uint8_t* out = file->coded + file->block_bytes;
    file->block_bytes += cycle_encode(&file->scales, &file->memory, record, out);
    file->block_records++;
    file->records++;
    // What led to a stop is worth most: it goes to the disk before anything else can happen.
    const bool stopped = record->mode != file->last_mode && record->mode >= MODE_LIFT;
    file->last_mode = record->mode;
    if (stopped || file->block_records == CYCLE_BLOCK_RECORDS) {
        write_block(file);
    }
}

void cycle_file_append(cycle_file_t* file, const cycle_input_t* input, const cycle_output_t* output)
{
    cycle_record_t record;
    cycle_record_make(input, output, &record);
    cycle_file_append_record(file, &record);
}

bool cycle_file_failed(const cycle_file_t* file, int* error)
{
    if (file->error != 0 && error) {
        *error = file->error;
    }
    return file->error != 0;
}

int64_t cycle_file_bytes(const cycle_file_t* file)
{
    return file->bytes + (int64_t)file->block_bytes;
}

int64_t cycle_file_records(const cycle_file_t* file)
{
    return file->records;
}

bool cycle_file_end(cycle_file_t* file, digest_t* digest)
{
    cycle_file_flush(file);
    if (file->error == 0 && !file->ended) {
        le_store_u64(file->coded, (uint64_t)file->records);
        file->block_bytes = 8;
        write_block(file);
    }
    file->ended = true;
    if (digest) {
        digest_stream_t all = file->digest;
        *digest = digest_end(&all);
    }
    return file->error == 0;
}

bool cycle_file_close(cycle_file_t* file)
{
    if (!file) {
        return true;
    }
    const bool whole = cycle_file_end(file, NULL);
    const bool closed = close(file->descriptor) == 0;
    block_packer_destroy(file->packer);
    free(file);
    return whole && closed;
}
