/// `cycles.bin`: every cycle of a run, what the cycle read and what it decided, without loss, so
/// that a run can be recomputed bit for bit and looked at sample by sample.
///
/// File, all numbers little-endian:
///
///   header   "KNEADCYC" | u32 version | u32 header size | u32 joints | u32 devices | i64 period_us
///   |
///            u64 seed | 32 bytes SHA-256 of the inputs | 30 x (f64 scale, f64 offset) | u32
///            CRC-32C
///   block    "KBLK" | u32 sequence | u32 records | u32 bytes | u32 unpacked | u32 CRC-32C of the
///            bytes | u32 CRC-32C of the 24 bytes before | bytes
///   ...      up to CYCLE_BLOCK_RECORDS records a block; a block also ends where the arm is stopped
///   last     a block of 0 records whose 8 bytes are the u64 number of records: the file is whole
///
/// Where a block's bytes are fewer than its unpacked ones they are one zstd frame (RFC 8878) of
/// these; where they are as many they are these themselves. Unpacked, its records stand one behind
/// the other.
///
/// A record is a difference to the record before it in its block (the first: to all zeros):
///
///   56 nibbles   how each of 40 doubles and 16 floats is coded, low nibble first
///   57 bits      which of 57 integers differ from what was foreseen, low bit first
///   bytes        of the doubles, then the floats, then the integers (zigzag varints)
///
///   nibble 0       as foreseen          1 to 8   low bytes of the XOR with what was foreseen
///   nibble 9 to 12 1 to 4 bytes, zigzag: counts of the device's register less the counts foreseen
///   nibble 13      5 high bytes of the XOR      14       the counts foreseen
///
/// Foreseen is the last value for velocity, effort, force, torque and the judge's figures; the
/// straight line through the last two for positions, commanded positions and telemetry; for
/// integers the last value, one period later for the time and one more for the cycle. A register's
/// value is counts * scale + offset; a value that is not exactly that is coded by XOR.
///
/// Always holds: the same records give the same bytes with the same version of zstd; no wall clock
/// is in the file.
#ifndef KNEAD_CONTROLLER_RECORD_CYCLE_FILE_H
#define KNEAD_CONTROLLER_RECORD_CYCLE_FILE_H

#include "controller/dataflow.h"
#include "controller/record/inputs.h"
#include "controller/record/limits_damage.h"

#define CYCLE_FILE_VERSION 5
#define CYCLE_BLOCK_RECORDS 256

/// Telemetry kept in float: what figures and plots are made of.
#define CYCLE_TELEMETRY_LIST(X)                                                                    \
    X(normal_force_N, estimate.normal_force_N)                                                     \
    X(drive_force_N, estimate.drive_force_N)                                                       \
    X(drive_force_deviation_N, estimate.drive_force_deviation_N)                                   \
    X(force_target_N, target.force_target_N)                                                       \
    X(force_cap_N, target.force_cap_N)                                                             \
    X(shear_force_N, estimate.shear_force_N)                                                       \
    X(surface_gap_m, estimate.surface_gap_m)                                                       \
    X(tool_x_m, estimate.tool_measured.position_m.x)                                               \
    X(tool_y_m, estimate.tool_measured.position_m.y)                                               \
    X(tool_z_m, estimate.tool_measured.position_m.z)                                               \
    X(tool_speed_mps, estimate.tool_speed_mps)                                                     \
    X(speed_allowed_mps, target.speed_allowed_mps)                                                 \
    X(stiffness_N_per_m, estimate.stiffness_N_per_m)                                               \
    X(normal_offset_m, tool.normal_offset_m)                                                       \
    X(path_error_m, joints.path_error_m)                                                           \
    X(item_elapsed_s, target.item_elapsed_s)
#define CYCLE_TELEMETRY_COUNT 16
#define CYCLE_ANSWER_BITS 5 // of an answer to a request; that to the first one is the lowest

/// One cycle as it is kept. Input, decisions and command are exact; telemetry is rounded to float.
typedef struct {
    cycle_input_t input;
    limits_damage_t limits; // what the judge read beside it, where memory had changed
    supervisor_mode_t mode;
    verdict_t verdict;
    uint64_t answers;    // to the requests, see cycle_answer
    int intensity_asked; // level that was asked for last
    int intensity_level; // level that holds
    bool intensity_capped;
    conditions_t conditions;
    bus_command_t command;
    ik_result_t ik_result;
    int item;   // of the routine
    int region; // index, or -1
    bool force_tared;
    bool touching;
#define X(field, origin) float field;
    CYCLE_TELEMETRY_LIST(X)
#undef X
} cycle_record_t;

/// The record of one cycle whose judge's limits were intact.
void cycle_record_make(const cycle_input_t* input, const cycle_output_t* output,
                       cycle_record_t* record);

/// True if both keep the same bits, a NaN's among them, in every field that the file keeps.
bool cycle_record_same(const cycle_record_t* a, const cycle_record_t* b);

/// What became of the request of an index (request_index_t). REQUEST_NOT_MADE for an index that is
/// none, and for a value that nobody writes.
request_result_t cycle_answer(const cycle_record_t* record, int index);

/// SI value = counts * scale + offset of a register; scale 0 where a value is not read from counts.
typedef struct {
    double scale, offset;
} cycle_scale_t;

typedef struct {
    int joint_count;
    int device_count;
    int64_t period_us;
    uint64_t seed;
    digest_t inputs; // of the files the run was made from
    cycle_scale_t position[JOINT_CAPACITY];
    cycle_scale_t velocity[JOINT_CAPACITY];
    cycle_scale_t effort[JOINT_CAPACITY];
    cycle_scale_t force[3];
    cycle_scale_t torque[3];
} cycle_file_header_t;

/// The header for runs of a machine; scales come from its device profiles.
void cycle_file_header_make(const machine_settings_t* machine, uint64_t seed,
                            const digest_t* inputs, cycle_file_header_t* header);

// ------------------------------------------------------------------------------------- writing

typedef struct cycle_file cycle_file_t;

/// Creates or empties the file at `path`. Takes all memory it will ever need. Null if the file
/// can't be created or memory is short; errno says which.
cycle_file_t* cycle_file_create(const char* path, const cycle_file_header_t* header);

/// Adds one cycle. Never fails for the caller: when the disk refuses, recording ends, and
/// `cycle_file_failed` says so.
void cycle_file_append(cycle_file_t* file, const cycle_input_t* input,
                       const cycle_output_t* output);
void cycle_file_append_record(cycle_file_t* file, const cycle_record_t* record);

/// Writes out what was appended so far as a block of its own.
void cycle_file_flush(cycle_file_t* file);

/// True once the disk has refused; `error` (may be null) is set to the errno of the first refusal.
bool cycle_file_failed(const cycle_file_t* file, int* error);

/// Bytes and records that are in the file or on their way into it.
int64_t cycle_file_bytes(const cycle_file_t* file);
int64_t cycle_file_records(const cycle_file_t* file);

/// Ends the file: nothing is appended any more. False if anything of the run is missing from it;
/// `digest` (may be null) is that of all bytes in it, whatever is missing.
bool cycle_file_end(cycle_file_t* file, digest_t* digest);

/// Ends the file and frees the writer. False if anything of the run is missing from it. Null is
/// allowed.
bool cycle_file_close(cycle_file_t* file);

// ------------------------------------------------------------------------------------- reading

#define CYCLE_READ_LIST(X)                                                                         \
    X(CYCLE_READ_RECORD, "a record")                                                               \
    X(CYCLE_READ_END, "the end of a whole file")                                                   \
    X(CYCLE_READ_TORN, "the file breaks off: the run was cut short or the disk was full")          \
    X(CYCLE_READ_DAMAGED, "a block does not match its check sum")
typedef enum {
#define X(id, text) id,
    CYCLE_READ_LIST(X)
#undef X
} cycle_read_t;
const char* cycle_read_text(cycle_read_t result);

#define CYCLE_OPEN_LIST(X)                                                                         \
    X(CYCLE_OPEN_OK, "ok")                                                                         \
    X(CYCLE_OPEN_NO_FILE, "the file can't be opened")                                              \
    X(CYCLE_OPEN_NO_MEMORY, "memory is short")                                                     \
    X(CYCLE_OPEN_NOT_OURS, "not a file of cycles")                                                 \
    X(CYCLE_OPEN_VERSION, "written by another version of the format")                              \
    X(CYCLE_OPEN_DAMAGED, "the header does not match its check sum")
typedef enum {
#define X(id, text) id,
    CYCLE_OPEN_LIST(X)
#undef X
} cycle_open_t;
const char* cycle_open_text(cycle_open_t result);

typedef struct cycle_reader cycle_reader_t;

/// Opens a file and reads its header. On success `*reader` is the caller's, to be closed.
cycle_open_t cycle_reader_open(const char* path, cycle_file_header_t* header,
                               cycle_reader_t** reader);

/// The next record. After anything but CYCLE_READ_RECORD every further call says the same again.
/// All whole blocks before a torn or damaged one are read. Bytes in the file are never trusted.
cycle_read_t cycle_reader_next(cycle_reader_t* reader, cycle_record_t* record);

/// Starts again at the first record.
void cycle_reader_rewind(cycle_reader_t* reader);

/// Null is allowed.
void cycle_reader_close(cycle_reader_t* reader);

#endif
