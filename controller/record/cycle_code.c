#include "controller/record/cycle_code.h"

#include <math.h>
#include <string.h>

#include "controller/record/little_endian.h"

// Nibbles: 0 as foreseen, 1 to 8 low bytes of the XOR, then:
#define NIBBLE_COUNTS 8 // plus 1 to 4 bytes of register counts
#define NIBBLE_COUNTS_MAX 12
#define NIBBLE_HIGH_BYTES 13
#define NIBBLE_COUNTS_FORESEEN 14
#define HIGH_BYTES 5 // what a float's value leaves of a double's bits, rounded up to bytes

// Past this many counts a double no longer tells whole numbers of all scales apart.
#define COUNTS_MAX 4503599627370496.0

#define FIRST_COMMANDED CYCLE_SCALED_COUNT
#define FIRST_JUDGED (FIRST_COMMANDED + JOINT_CAPACITY)

enum {
    FLAG_FORCE_STATUS = 1 << 0,
    FLAG_ESTOP_CLOSED = 1 << 1,
    FLAG_BUTTON_RELEASED = 1 << 2,
    FLAG_CLIENT_PRESENT = 1 << 3,
    FLAG_RELAY_CLOSED = 1 << 4,
    FLAG_RELAY_CLOSE = 1 << 5,
    FLAG_LAMP = 1 << 6,
    FLAG_TARED = 1 << 7,
    FLAG_TOUCHING = 1 << 8,
    FLAG_INTENSITY_CAPPED = 1 << 9,
};

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

static uint32_t float_bits_of(float number)
{
    uint32_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float number = 0.0f;
    memcpy(&number, &bits, sizeof number);
    return number;
}

// --------------------------------------------------------------------------- record and its row

_Static_assert(sizeof(cycle_row_t) ==
                   CYCLE_DOUBLE_COUNT * 8 + CYCLE_FLOAT_COUNT * 4 + CYCLE_INTEGER_COUNT * 8,
               "a row without padding: rows are compared as bytes");

/// Either direction of one list of integers: from the record into the row, or back.
#define INTEGER_LIST(X, record)                                                                    \
    X(now_us, (record)->input.now_us, int64_t)                                                     \
    X(cycle, (record)->input.cycle, int64_t)                                                       \
    X(requests, (record)->input.requests, uint32_t)                                                \
    X(level, (record)->input.intensity_level, int)                                                 \
    X(overruns, (record)->input.overruns, unsigned)                                                \
    X(force_age, (record)->input.feedback.force.age_us, int64_t)                                   \
    X(io_age, (record)->input.feedback.io.age_us, int64_t)                                         \
    X(mode, (record)->mode, supervisor_mode_t)                                                     \
    X(refused, (record)->verdict.refused, uint64_t)                                                \
    X(reaction, (record)->verdict.reaction, reaction_t)                                            \
    X(trust, (record)->verdict.trust, trust_t)                                                     \
    X(rule, (record)->verdict.rule, int)                                                           \
    X(subject, (record)->verdict.subject, int)                                                     \
    X(other, (record)->verdict.other, int)                                                         \
    X(locked, (record)->verdict.locked_joints, unsigned)                                           \
    X(answers, (record)->answers, uint64_t)                                                        \
    X(asked, (record)->intensity_asked, int)                                                       \
    X(holding, (record)->intensity_level, int)                                                     \
    X(conditions, (record)->conditions, conditions_t)                                              \
    X(ik_result, (record)->ik_result, ik_result_t)                                                 \
    X(item, (record)->item, int)                                                                   \
    X(region, (record)->region, int)                                                               \
    X(limits_word, (record)->limits.word, int)                                                     \
    X(limits_change, (record)->limits.change, uint64_t)

static int64_t flags_of(const cycle_record_t* record)
{
    const bus_feedback_t* feedback = &record->input.feedback;
    return (feedback->force.status_ok ? FLAG_FORCE_STATUS : 0) |
           (feedback->io.estop_closed ? FLAG_ESTOP_CLOSED : 0) |
           (feedback->io.client_button_released ? FLAG_BUTTON_RELEASED : 0) |
           (feedback->io.client_present ? FLAG_CLIENT_PRESENT : 0) |
           (feedback->io.power_relay_closed ? FLAG_RELAY_CLOSED : 0) |
           (record->command.power_relay_close ? FLAG_RELAY_CLOSE : 0) |
           (record->command.lamp_moving ? FLAG_LAMP : 0) | (record->force_tared ? FLAG_TARED : 0) |
           (record->touching ? FLAG_TOUCHING : 0) |
           (record->intensity_capped ? FLAG_INTENSITY_CAPPED : 0);
}

static void row_of(const cycle_record_t* record, cycle_row_t* row)
{
    const bus_feedback_t* feedback = &record->input.feedback;
    // cppcheck-suppress ctuuninitvar ; the row is filled here
    int64_t* integer = row->integers;
#define X(name, place, type) *integer++ = (int64_t)place;
    INTEGER_LIST(X, record)
#undef X
    *integer++ = flags_of(record);
    for (int joint = 0; joint < JOINT_CAPACITY; joint++) {
        const drive_feedback_t* drive = &feedback->drives[joint];
        row->doubles[joint] = bits_of(drive->position);
        row->doubles[JOINT_CAPACITY + joint] = bits_of(drive->velocity);
        row->doubles[2 * JOINT_CAPACITY + joint] = bits_of(drive->effort);
        row->doubles[FIRST_COMMANDED + joint] = bits_of(record->command.position[joint]);
        *integer++ = (int64_t)drive->state;
        *integer++ = drive->fault_code;
        *integer++ = drive->age_us;
        *integer++ = (int64_t)record->command.request[joint];
    }
    for (int axis = 0; axis < 3; axis++) {
        row->doubles[3 * JOINT_CAPACITY + axis] = bits_of(feedback->force.force_N[axis]);
        row->doubles[3 * JOINT_CAPACITY + 3 + axis] = bits_of(feedback->force.torque_Nm[axis]);
    }
    row->doubles[FIRST_JUDGED] = bits_of(record->verdict.measured);
    row->doubles[FIRST_JUDGED + 1] = bits_of(record->verdict.allowed);
    uint32_t* number = row->floats;
#define X(field, origin) *number++ = float_bits_of(record->field);
    CYCLE_TELEMETRY_LIST(X)
#undef X
}

static void record_take_flags(cycle_record_t* record, int64_t flags)
{
    bus_feedback_t* feedback = &record->input.feedback;
    feedback->force.status_ok = flags & FLAG_FORCE_STATUS;
    feedback->io.estop_closed = flags & FLAG_ESTOP_CLOSED;
    feedback->io.client_button_released = flags & FLAG_BUTTON_RELEASED;
    feedback->io.client_present = flags & FLAG_CLIENT_PRESENT;
    feedback->io.power_relay_closed = flags & FLAG_RELAY_CLOSED;
    record->command.power_relay_close = flags & FLAG_RELAY_CLOSE;
    record->command.lamp_moving = flags & FLAG_LAMP;
    record->force_tared = flags & FLAG_TARED;
    record->touching = flags & FLAG_TOUCHING;
    record->intensity_capped = flags & FLAG_INTENSITY_CAPPED;
}

static void record_of(const cycle_row_t* row, cycle_record_t* record)
{
    memset(record, 0, sizeof *record);
    bus_feedback_t* feedback = &record->input.feedback;
    const int64_t* integer = row->integers;
#define X(name, place, type) place = (type)*integer++;
    INTEGER_LIST(X, record)
#undef X
    record_take_flags(record, *integer++);
    for (int joint = 0; joint < JOINT_CAPACITY; joint++) {
        drive_feedback_t* drive = &feedback->drives[joint];
        drive->position = double_of(row->doubles[joint]);
        drive->velocity = double_of(row->doubles[JOINT_CAPACITY + joint]);
        drive->effort = double_of(row->doubles[2 * JOINT_CAPACITY + joint]);
        record->command.position[joint] = double_of(row->doubles[FIRST_COMMANDED + joint]);
        drive->state = (drive_state_t)*integer++;
        drive->fault_code = (uint16_t)*integer++;
        drive->age_us = *integer++;
        record->command.request[joint] = (drive_request_t)*integer++;
    }
    for (int axis = 0; axis < 3; axis++) {
        feedback->force.force_N[axis] = double_of(row->doubles[3 * JOINT_CAPACITY + axis]);
        feedback->force.torque_Nm[axis] = double_of(row->doubles[3 * JOINT_CAPACITY + 3 + axis]);
    }
    record->verdict.measured = double_of(row->doubles[FIRST_JUDGED]);
    record->verdict.allowed = double_of(row->doubles[FIRST_JUDGED + 1]);
    const uint32_t* number = row->floats;
#define X(field, origin) record->field = float_of(*number++);
    CYCLE_TELEMETRY_LIST(X)
#undef X
}

bool cycle_record_same(const cycle_record_t* a, const cycle_record_t* b)
{
    cycle_row_t row_a;
    cycle_row_t row_b;
    row_of(a, &row_a);
    row_of(b, &row_b);
    return memcmp(&row_a, &row_b, sizeof row_a) == 0;
}

/// A clock or a count that sums and differences of may be taken without a second look.
static bool is_moderate(int64_t number)
{
    return number >= -CYCLE_CLOCK_MAX && number <= CYCLE_CLOCK_MAX;
}

/// Enumerations and indexes that whoever reads a record may use as indexes into tables.
static bool record_in_range(const cycle_record_t* record)
{
    bool inside = is_moderate(record->input.now_us) && is_moderate(record->input.cycle) &&
                  (unsigned)record->mode < MODE_COUNT &&
                  (unsigned)record->verdict.reaction < REACTION_COUNT &&
                  (unsigned)record->verdict.trust < TRUST_COUNT &&
                  record->verdict.rule >= INTERLOCK_RULE_NONE &&
                  record->verdict.rule < INTERLOCK_RULE_COUNT &&
                  record->verdict.refused >> INTERLOCK_RULE_COUNT == 0 &&
                  (unsigned)record->ik_result <= IK_BAD_INPUT &&
                  record->limits.word >= LIMITS_WORD_MANY && record->limits.word <= LIMITS_WORDS;
    for (int joint = 0; joint < JOINT_CAPACITY; joint++) {
        inside = inside &&
                 (unsigned)record->input.feedback.drives[joint].state < DRIVE_STATE_COUNT &&
                 (unsigned)record->command.request[joint] <= DRIVE_REQUEST_RESET_FAULT;
    }
    return inside;
}

// -------------------------------------------------------------------------------------- foreseen

static bool runs_straight(int index)
{
    return index < JOINT_CAPACITY || (index >= FIRST_COMMANDED && index < FIRST_JUDGED);
}

/// A line through two values is foreseen only where it is finite: the bits of a NaN that arithmetic
/// makes are the machine's choice.
static uint64_t foreseen_double(const cycle_memory_t* memory, int index)
{
    const uint64_t last_bits = memory->last.doubles[index];
    if (!runs_straight(index)) {
        return last_bits;
    }
    const double last = double_of(last_bits);
    const double line = last + (last - double_of(memory->before_last_doubles[index]));
    return isfinite(line) ? bits_of(line) : last_bits;
}

static uint32_t foreseen_float(const cycle_memory_t* memory, int index)
{
    const uint32_t last_bits = memory->last.floats[index];
    const float last = float_of(last_bits);
    const float line = last + (last - float_of(memory->before_last_floats[index]));
    return isfinite(line) ? float_bits_of(line) : last_bits;
}

static int64_t foreseen_counts(const cycle_memory_t* memory, int index)
{
    const int64_t last = memory->counts[index];
    return runs_straight(index) ? last + (last - memory->counts_before[index]) : last;
}

/// Wraps on purpose: any 64-bit number follows any other.
static int64_t foreseen_integer(const cycle_scales_t* scales, const cycle_memory_t* memory,
                                int index)
{
    const uint64_t step = index == 0 ? (uint64_t)scales->period_us : index == 1 ? 1u : 0u;
    return (int64_t)((uint64_t)memory->last.integers[index] + step);
}

static double value_of_counts(const cycle_scales_t* scales, int index, int64_t counts)
{
    return (double)counts * scales->scale[index].scale + scales->scale[index].offset;
}

static void memory_take(cycle_memory_t* memory, const cycle_row_t* row)
{
    memcpy(memory->before_last_doubles, memory->last.doubles, sizeof memory->last.doubles);
    memcpy(memory->before_last_floats, memory->last.floats, sizeof memory->last.floats);
    memory->last = *row;
}

static void memory_take_counts(cycle_memory_t* memory, int index, int64_t counts)
{
    memory->counts_before[index] = memory->counts[index];
    memory->counts[index] = counts;
}

static uint64_t zigzag(int64_t number)
{
    return ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0u);
}

static int64_t unzigzag(uint64_t code)
{
    return (int64_t)((code >> 1) ^ ((code & 1u) ? UINT64_MAX : 0u));
}

static int bytes_needed(uint64_t number)
{
    return number == 0 ? 0 : (71 - __builtin_clzll(number)) / 8;
}

// ---------------------------------------------------------------------------------------- encode

/// The counts behind a value, if it is exactly a number of counts.
static bool counts_of(const cycle_scales_t* scales, int index, uint64_t bits, int64_t* counts)
{
    const double number =
        (double_of(bits) - scales->scale[index].offset) * scales->counts_per_unit[index];
    if (!(fabs(number) < COUNTS_MAX) || scales->counts_per_unit[index] == 0.0) {
        return false;
    }
    *counts = (int64_t)(number < 0.0 ? number - 0.5 : number + 0.5);
    return bits_of(value_of_counts(scales, index, *counts)) == bits;
}

/// How one number is coded.
typedef struct {
    uint64_t code;
    int size; // low bytes of the code that count
    unsigned nibble;
} coded_t;

static coded_t code_double(const cycle_scales_t* scales, cycle_memory_t* memory, int index,
                           uint64_t bits)
{
    int64_t counts = 0;
    if (index < CYCLE_SCALED_COUNT && counts_of(scales, index, bits, &counts)) {
        const uint64_t code = zigzag(counts - foreseen_counts(memory, index));
        const int size = bytes_needed(code);
        if (size <= NIBBLE_COUNTS_MAX - NIBBLE_COUNTS) {
            memory_take_counts(memory, index, counts);
            // Nibble 0 means the bits foreseen, and those need not be the counts foreseen.
            const int nibble = size > 0 ? NIBBLE_COUNTS + size : NIBBLE_COUNTS_FORESEEN;
            return (coded_t){code, size, (unsigned)nibble};
        }
    }
    const uint64_t difference = bits ^ foreseen_double(memory, index);
    const int size = bytes_needed(difference);
    if (size > HIGH_BYTES && (difference & 0xFFFFFFu) == 0) {
        return (coded_t){difference >> 24, HIGH_BYTES, NIBBLE_HIGH_BYTES};
    }
    return (coded_t){difference, size, (unsigned)size};
}

static uint8_t* encode_varint(uint8_t* out, uint64_t code)
{
    while (code >= 0x80) {
        *out++ = (uint8_t)(code | 0x80);
        code >>= 7;
    }
    *out++ = (uint8_t)code;
    return out;
}

static void put_nibble(uint8_t* nibbles, int index, unsigned nibble)
{
    nibbles[index / 2] |= (uint8_t)(nibble << (4 * (index % 2)));
}

size_t cycle_encode(const cycle_scales_t* scales, cycle_memory_t* memory,
                    const cycle_record_t* record, uint8_t* bytes)
{
    cycle_row_t row;
    row_of(record, &row);
    uint8_t* nibbles = bytes;
    uint8_t* bitmap = bytes + CYCLE_NIBBLE_BYTES;
    uint8_t* out = bitmap + CYCLE_BITMAP_BYTES;
    memset(bytes, 0, CYCLE_NIBBLE_BYTES + CYCLE_BITMAP_BYTES);
    for (int index = 0; index < CYCLE_DOUBLE_COUNT; index++) {
        const coded_t coded = code_double(scales, memory, index, row.doubles[index]);
        le_store_u64(out, coded.code);
        out += coded.size;
        put_nibble(nibbles, index, coded.nibble);
    }
    for (int index = 0; index < CYCLE_FLOAT_COUNT; index++) {
        const uint32_t difference = row.floats[index] ^ foreseen_float(memory, index);
        const int size = bytes_needed(difference);
        le_store_u32(out, difference);
        out += size;
        put_nibble(nibbles, CYCLE_DOUBLE_COUNT + index, (unsigned)size);
    }
    for (int index = 0; index < CYCLE_INTEGER_COUNT; index++) {
        const int64_t foreseen = foreseen_integer(scales, memory, index);
        if (row.integers[index] != foreseen) {
            bitmap[index / 8] |= (uint8_t)(1u << (index % 8));
            const uint64_t difference = (uint64_t)row.integers[index] - (uint64_t)foreseen;
            out = encode_varint(out, zigzag((int64_t)difference));
        }
    }
    memory_take(memory, &row);
    return (size_t)(out - bytes);
}

// ---------------------------------------------------------------------------------------- decode

typedef struct {
    const uint8_t* at;
    const uint8_t* end;
    bool broken; // more was wanted than is there, or a code that nobody writes
} source_t;

static uint64_t take_bytes(source_t* source, int count)
{
    if (source->end - source->at < count) {
        source->broken = true;
        return 0;
    }
    uint64_t number = 0;
    for (int index = 0; index < count; index++) {
        number |= (uint64_t)source->at[index] << (8 * index);
    }
    source->at += count;
    return number;
}

static uint64_t take_varint(source_t* source)
{
    uint64_t code = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const uint64_t byte = take_bytes(source, 1);
        code |= (byte & 0x7F) << shift;
        if (byte < 0x80) {
            return code;
        }
    }
    source->broken = true;
    return 0;
}

static uint64_t decode_double(const cycle_scales_t* scales, cycle_memory_t* memory, int index,
                              unsigned nibble, source_t* source)
{
    if (nibble <= 8) {
        return foreseen_double(memory, index) ^ take_bytes(source, (int)nibble);
    }
    if (nibble == NIBBLE_HIGH_BYTES) {
        return foreseen_double(memory, index) ^ (take_bytes(source, HIGH_BYTES) << 24);
    }
    if ((nibble <= NIBBLE_COUNTS_MAX || nibble == NIBBLE_COUNTS_FORESEEN) &&
        index < CYCLE_SCALED_COUNT) {
        const int size = nibble == NIBBLE_COUNTS_FORESEEN ? 0 : (int)nibble - NIBBLE_COUNTS;
        const int64_t difference = unzigzag(take_bytes(source, size));
        const int64_t foreseen = foreseen_counts(memory, index);
        // A hostile file may walk the counts away in steps; they never get near an overflow.
        if (fabs((double)foreseen) < 2.0 * COUNTS_MAX) {
            memory_take_counts(memory, index, foreseen + difference);
            return bits_of(value_of_counts(scales, index, foreseen + difference));
        }
    }
    source->broken = true;
    return 0;
}

static unsigned nibble_at(const uint8_t* nibbles, int index)
{
    return (nibbles[index / 2] >> (4 * (index % 2))) & 0x0Fu;
}

size_t cycle_decode(const cycle_scales_t* scales, cycle_memory_t* memory, const uint8_t* bytes,
                    size_t size, cycle_record_t* record)
{
    if (size < CYCLE_NIBBLE_BYTES + CYCLE_BITMAP_BYTES) {
        return 0;
    }
    const uint8_t* nibbles = bytes;
    const uint8_t* bitmap = bytes + CYCLE_NIBBLE_BYTES;
    source_t source = {bitmap + CYCLE_BITMAP_BYTES, bytes + size, false};
    cycle_row_t row;
    for (int index = 0; index < CYCLE_DOUBLE_COUNT; index++) {
        row.doubles[index] =
            decode_double(scales, memory, index, nibble_at(nibbles, index), &source);
    }
    for (int index = 0; index < CYCLE_FLOAT_COUNT; index++) {
        const unsigned nibble = nibble_at(nibbles, CYCLE_DOUBLE_COUNT + index);
        source.broken = source.broken || nibble > 4;
        row.floats[index] = foreseen_float(memory, index) ^
                            (uint32_t)take_bytes(&source, nibble > 4 ? 0 : (int)nibble);
    }
    for (int index = 0; index < CYCLE_INTEGER_COUNT; index++) {
        const uint64_t foreseen = (uint64_t)foreseen_integer(scales, memory, index);
        const bool differs = bitmap[index / 8] & (1u << (index % 8));
        const uint64_t difference = differs ? (uint64_t)unzigzag(take_varint(&source)) : 0;
        row.integers[index] = (int64_t)(foreseen + difference);
    }
    if (source.broken) {
        return 0;
    }
    memory_take(memory, &row);
    record_of(&row, record);
    return record_in_range(record) ? (size_t)(source.at - bytes) : 0;
}

cycle_scales_t cycle_scales_make(const cycle_file_header_t* header)
{
    cycle_scales_t scales = {.period_us = header->period_us};
    for (int joint = 0; joint < JOINT_CAPACITY; joint++) {
        scales.scale[joint] = header->position[joint];
        scales.scale[JOINT_CAPACITY + joint] = header->velocity[joint];
        scales.scale[2 * JOINT_CAPACITY + joint] = header->effort[joint];
    }
    for (int axis = 0; axis < 3; axis++) {
        scales.scale[3 * JOINT_CAPACITY + axis] = header->force[axis];
        scales.scale[3 * JOINT_CAPACITY + 3 + axis] = header->torque[axis];
    }
    for (int index = 0; index < CYCLE_SCALED_COUNT; index++) {
        const double inverse = 1.0 / scales.scale[index].scale;
        const bool usable = isfinite(inverse) && isfinite(scales.scale[index].scale) &&
                            isfinite(scales.scale[index].offset);
        scales.counts_per_unit[index] = usable ? inverse : 0.0;
    }
    return scales;
}

// All answers are in one number that is nearly always 0.
_Static_assert(REQUEST_COUNT* CYCLE_ANSWER_BITS <= 64, "one word holds all answers");
_Static_assert(REQUEST_RESULT_COUNT <= 1 << CYCLE_ANSWER_BITS, "an answer fits its bits");

static uint64_t answers_of(const live_t* live)
{
    uint64_t answers = 0;
    for (int index = 0; index < REQUEST_COUNT; index++) {
        answers |= (uint64_t)live->results[index] << (CYCLE_ANSWER_BITS * index);
    }
    return answers;
}

request_result_t cycle_answer(const cycle_record_t* record, int index)
{
    if (index < 0 || index >= REQUEST_COUNT) {
        return REQUEST_NOT_MADE;
    }
    const unsigned answer = (unsigned)(record->answers >> (CYCLE_ANSWER_BITS * index)) &
                            ((1u << CYCLE_ANSWER_BITS) - 1u);
    return answer < REQUEST_RESULT_COUNT ? (request_result_t)answer : REQUEST_NOT_MADE;
}

void cycle_record_make(const cycle_input_t* input, const cycle_output_t* output,
                       cycle_record_t* record)
{
    *record = (cycle_record_t){.input = *input,
                               .mode = output->mode,
                               .verdict = output->verdict,
                               .answers = answers_of(&output->live),
                               .intensity_asked = output->live.intensity_asked,
                               .intensity_level = output->live.intensity_level,
                               .intensity_capped = output->target.intensity_capped,
                               .conditions = output->conditions,
                               .command = output->command,
                               .ik_result = output->joints.result,
                               .item = output->target.item,
                               .region = output->target.region,
                               .force_tared = output->estimate.force_tared,
                               .touching = output->estimate.touching};
#define X(field, origin) record->field = (float)output->origin;
    CYCLE_TELEMETRY_LIST(X)
#undef X
}
