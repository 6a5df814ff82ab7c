// Files of cycles from hostile bytes. The first byte says how: as they are, with every check sum
// repaired so that what lies behind it is reached, straight into the unpacker of blocks, or
// straight into the decoder of records. What the decoder takes, the encoder writes so that it is
// the same record again.
#include "controller/record/block_pack.h"
#include "controller/record/cycle_block.h"
#include "controller/record/little_endian.h"
#include "tests/fuzz/fuzz_input.h"

#define FILE_CAPACITY 8192
#define RECORDS_MAX 64

static crc32c_tables_t crc;
static block_packer_t* packer;
static block_unpacker_t* unpacker;

int fuzz_begin(const int* argc, char*** argv)
{
    (void)argc;
    (void)argv;
    crc32c_tables_make(&crc);
    packer = block_packer_create();
    unpacker = block_unpacker_create();
    FUZZ_CLAIM(packer != NULL && unpacker != NULL);
    return 0;
}

/// Makes every block that the bytes can hold one that the reader lets in.
static void repair(uint8_t* bytes, size_t count)
{
    static const uint8_t begin[] = {'K', 'N', 'E', 'A', 'D', 'C', 'Y', 'C'};
    if (count < CYCLE_HEADER_BYTES) {
        return;
    }
    memcpy(bytes, begin, sizeof begin);
    le_store_u32(bytes + 8, CYCLE_FILE_VERSION);
    le_store_u32(bytes + 12, CYCLE_HEADER_BYTES);
    le_store_u32(bytes + CYCLE_HEADER_BYTES - 4, crc32c(&crc, bytes, CYCLE_HEADER_BYTES - 4));
    size_t at = CYCLE_HEADER_BYTES;
    for (uint32_t sequence = 0; at + CYCLE_BLOCK_HEADER_BYTES <= count; ++sequence) {
        const size_t left = count - at - CYCLE_BLOCK_HEADER_BYTES;
        cycle_block_t block = {.sequence = sequence,
                               .record_count = bytes[at + 8] % 16u,
                               .byte_count = le_load_u32(bytes + at + 12) % 4096u};
        block.byte_count = block.byte_count < left ? block.byte_count : (uint32_t)left;
        // As they are, or a frame that says anything of its size.
        const uint32_t more = le_load_u32(bytes + at + 16) % (CYCLE_BLOCK_CAPACITY - 4096u);
        block.unpacked_count = block.byte_count + (bytes[at + 9] % 2u == 0 ? 0 : more);
        block.crc = crc32c(&crc, bytes + at + CYCLE_BLOCK_HEADER_BYTES, block.byte_count);
        cycle_block_store(&crc, &block, bytes + at);
        at += CYCLE_BLOCK_HEADER_BYTES + block.byte_count;
    }
}

static void try_file(fuzz_input_t* input, bool mended)
{
    static uint8_t bytes[FILE_CAPACITY];
    const size_t count = input->left < sizeof bytes ? input->left : sizeof bytes;
    fuzz_take(input, bytes, count);
    if (mended) {
        repair(bytes, count);
    }
    (void)fuzz_file_store(bytes, count);
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    const cycle_open_t opened = cycle_reader_open(fuzz_file_path(), &header, &reader);
    FUZZ_CLAIM(cycle_open_text(opened) != NULL && (opened == CYCLE_OPEN_OK) == (reader != NULL));
    if (reader == NULL) {
        return;
    }
    FUZZ_CLAIM(header.joint_count >= 0 && header.joint_count <= JOINT_CAPACITY);
    FUZZ_CLAIM(header.device_count >= 0 && header.device_count <= DEVICE_CAPACITY);
    cycle_record_t record;
    int64_t first_count = 0;
    int64_t second_count = 0;
    while (cycle_reader_next(reader, &record) == CYCLE_READ_RECORD) {
        first_count++;
    }
    const cycle_read_t end = cycle_reader_next(reader, &record);
    FUZZ_CLAIM(end != CYCLE_READ_RECORD && cycle_read_text(end) != NULL);
    cycle_reader_rewind(reader);
    while (cycle_reader_next(reader, &record) == CYCLE_READ_RECORD) {
        second_count++;
    }
    FUZZ_CLAIM(first_count == second_count && cycle_reader_next(reader, &record) == end);
    cycle_reader_close(reader);
}

/// A frame from hostile bytes, or a good one with bytes of it changed: it is unpacked within bounds
/// or refused, and what is packed comes back.
static void try_frame(fuzz_input_t* input)
{
    static uint8_t bytes[FILE_CAPACITY];
    static uint8_t packed[FILE_CAPACITY];
    static uint8_t back[FILE_CAPACITY];
    const size_t size = fuzz_take_byte(input) * 16u;
    const bool good = fuzz_take_byte(input) % 2 == 0;
    const size_t count = input->left < sizeof bytes ? input->left : sizeof bytes;
    fuzz_take(input, bytes, count);
    if (!good) {
        (void)block_unpack(unpacker, bytes, count, back, size);
        return;
    }
    const size_t packed_size = block_pack(packer, bytes, count, packed, sizeof packed);
    FUZZ_CLAIM(packed_size == 0 || packed_size < count);
    if (packed_size > 0) {
        FUZZ_CLAIM(block_unpack(unpacker, packed, packed_size, back, count));
        FUZZ_CLAIM(memcmp(back, bytes, count) == 0);
        packed[size % packed_size] ^= 0x10;
        (void)block_unpack(unpacker, packed, packed_size, back, count);
    }
}

static void take_header(fuzz_input_t* input, cycle_file_header_t* header)
{
    static const double usual[] = {0.0, 1e-6, 1.0, 0.01, 0.1};
    *header = (cycle_file_header_t){.joint_count = JOINT_CAPACITY, .period_us = 4000};
    const uint8_t form = fuzz_take_byte(input);
    const double scale = form < 5 ? usual[form] : fuzz_take_double(input);
    const double offset = form < 5 ? 0.0 : fuzz_take_double(input);
    for (int joint = 0; joint < JOINT_CAPACITY; ++joint) {
        header->position[joint] = (cycle_scale_t){scale, offset};
        header->velocity[joint] = (cycle_scale_t){scale, 0.0};
    }
}

/// The rows that the format keeps, so that nothing else (padding, what is not kept) is compared.
static void claim_same_records(const cycle_scales_t* scales, const cycle_record_t* record,
                               cycle_memory_t* memory_in, cycle_memory_t* memory_out)
{
    uint8_t coded[CYCLE_CODED_CAPACITY];
    cycle_record_t back;
    memset(&back, 0, sizeof back);
    const size_t size = cycle_encode(scales, memory_in, record, coded);
    FUZZ_CLAIM(size > 0 && size <= sizeof coded);
    FUZZ_CLAIM(cycle_decode(scales, memory_out, coded, size, &back) == size);
    FUZZ_CLAIM(memcmp(&memory_in->last, &memory_out->last, sizeof memory_in->last) == 0);
}

static void try_records(fuzz_input_t* input)
{
    cycle_file_header_t header;
    take_header(input, &header);
    const cycle_scales_t scales = cycle_scales_make(&header);
    cycle_memory_t memory, memory_in, memory_out;
    memset(&memory, 0, sizeof memory);
    memset(&memory_in, 0, sizeof memory_in);
    memset(&memory_out, 0, sizeof memory_out);
    for (int i = 0; i < RECORDS_MAX; ++i) {
        cycle_record_t record;
        memset(&record, 0, sizeof record);
        const size_t taken = cycle_decode(&scales, &memory, input->at, input->left, &record);
        FUZZ_CLAIM(taken <= input->left);
        if (taken == 0) {
            return;
        }
        input->at += taken;
        input->left -= taken;
        claim_same_records(&scales, &record, &memory_in, &memory_out);
        for (int request = -1; request <= REQUEST_COUNT; ++request) {
            FUZZ_CLAIM(cycle_answer(&record, request) < REQUEST_RESULT_COUNT);
        }
    }
}

int fuzz_one(const uint8_t* bytes, size_t count)
{
    fuzz_input_t input = {bytes, count};
    switch (fuzz_take_byte(&input) % 8) {
    case 0:
        try_file(&input, false);
        break;
    case 1:
        try_file(&input, true);
        break;
    case 2:
        try_frame(&input);
        break;
    default:
        try_records(&input);
        break;
    }
    return 0;
}
