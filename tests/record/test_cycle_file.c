// A run's cycles come back bit for bit whatever is in them; a file that was cut or changed anywhere
// says so and gives every whole block; a full disk ends recording and nothing else. The check sum
// is checked against its published value.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/record/cycle_code.h"
#include "tests/support/record_sample.h"

static cycle_file_header_t sample_header(void)
{
    machine_settings_t* machine = calloc(1, sizeof *machine);
    assert_non_null(machine);
    sample_machine(machine);
    digest_t inputs = {{1, 2, 3}};
    cycle_file_header_t header;
    cycle_file_header_make(machine, 42, &inputs, &header);
    free(machine);
    return header;
}

static double random_double(uint64_t* random)
{
    const uint64_t choice = sample_random(random) % 8;
    const uint64_t bits = sample_random(random);
    double number = 0.0;
    switch (choice) {
    case 0:
        return (double)NAN;
    case 1:
        return bits & 1 ? HUGE_VAL : -HUGE_VAL;
    case 2:
        return bits & 1 ? 0.0 : -0.0;
    case 3:
        return sample_counts(sample_noise(random), SAMPLE_POSITION_SCALE);
    case 4:
        return (double)(float)sample_noise(random);
    default:
        memcpy(&number, &bits, sizeof number); // NaN with any payload among them
        return number;
    }
}

static float random_float(uint64_t* random)
{
    const uint32_t bits = (uint32_t)sample_random(random);
    float number = 0.0f;
    memcpy(&number, &bits, sizeof number);
    return sample_random(random) % 4 == 0 ? 0.0f : number;
}

static int64_t random_integer(uint64_t* random)
{
    const uint64_t bits = sample_random(random);
    return (int64_t)(bits >> (sample_random(random) % 64));
}

/// Some fields new, the others as they were: as in a run, and with the codes for both.
static void random_record(uint64_t* random, cycle_record_t* record)
{
    cycle_input_t* in = &record->input;
    const int64_t jump = random_integer(random) % (CYCLE_CLOCK_MAX / 2);
    in->now_us = sample_random(random) % 8 ? in->now_us + SAMPLE_PERIOD_US : jump;
    in->cycle = sample_random(random) % 8 ? in->cycle + 1 : jump;
    in->requests = (uint32_t)sample_random(random);
    in->overruns = (unsigned)sample_random(random);
    for (int joint = 0; joint < JOINT_CAPACITY; joint++) {
        drive_feedback_t* drive = &in->feedback.drives[joint];
        if (sample_random(random) % 2) {
            drive->position = random_double(random);
            drive->velocity = random_double(random);
            drive->effort = random_double(random);
            record->command.position[joint] = random_double(random);
        }
        drive->state = (drive_state_t)(sample_random(random) % DRIVE_STATE_COUNT);
        drive->fault_code = (uint16_t)sample_random(random);
        drive->age_us = sample_random(random) % 4 ? random_integer(random) : AGE_NEVER_US;
        record->command.request[joint] = (drive_request_t)(sample_random(random) % 4);
    }
    for (int axis = 0; axis < 3; axis++) {
        in->feedback.force.force_N[axis] = random_double(random);
        in->feedback.force.torque_Nm[axis] = random_double(random);
    }
    const uint64_t flags = sample_random(random);
    in->feedback.force.status_ok = flags & 1;
    in->feedback.force.age_us = random_integer(random);
    in->feedback.io.estop_closed = flags & 2;
    in->feedback.io.client_button_released = flags & 4;
    in->feedback.io.client_present = flags & 8;
    in->feedback.io.power_relay_closed = flags & 16;
    in->feedback.io.age_us = random_integer(random);
    record->command.power_relay_close = flags & 32;
    record->command.lamp_moving = flags & 64;
    record->force_tared = flags & 128;
    record->touching = flags & 256;
    record->mode = (supervisor_mode_t)(sample_random(random) % MODE_COUNT);
    record->verdict.refused =
        sample_random(random) >> (INTERLOCK_RULE_CAPACITY - INTERLOCK_RULE_COUNT);
    record->verdict.reaction = (reaction_t)(sample_random(random) % REACTION_COUNT);
    record->verdict.trust = (trust_t)(sample_random(random) % TRUST_COUNT);
    record->verdict.rule = (int)(sample_random(random) % (INTERLOCK_RULE_COUNT + 1)) - 1;
    record->verdict.subject = (int)random_integer(random);
    record->verdict.other = (int)random_integer(random);
    record->verdict.measured = random_double(random);
    record->verdict.allowed = random_double(random);
    record->verdict.locked_joints = (unsigned)sample_random(random);
    in->intensity_level = (int)sample_random(random);
    record->answers = sample_random(random);
    record->intensity_asked = (int)sample_random(random);
    record->intensity_level = (int)sample_random(random);
    record->intensity_capped = flags & 512;
    record->conditions = (conditions_t)sample_random(random);
    record->ik_result = (ik_result_t)(sample_random(random) % (IK_BAD_INPUT + 1));
    record->item = (int)random_integer(random);
    record->region = (int)random_integer(random);
#define X(field, origin) record->field = random_float(random);
    CYCLE_TELEMETRY_LIST(X)
#undef X
}

static void write_random_file(const char* path, uint64_t seed, int count, cycle_record_t* records)
{
    const cycle_file_header_t header = sample_header();
    cycle_file_t* file = cycle_file_create(path, &header);
    assert_non_null(file);
    uint64_t random = seed;
    for (int index = 0; index < count; index++) {
        if (index > 0) {
            memcpy(&records[index], &records[index - 1], sizeof records[index]);
        }
        random_record(&random, &records[index]);
        cycle_file_append_record(file, &records[index]);
    }
    assert_int_equal(cycle_file_records(file), count);
    assert_true(cycle_file_close(file));
}

static void random_records_come_back_bit_for_bit(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/cycles.bin", directory);
    enum { COUNT = 900 };
    cycle_record_t* records = calloc(COUNT, sizeof *records);
    cycle_record_t* read = calloc(1, sizeof *read);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        memset(records, 0, COUNT * sizeof *records);
        write_random_file(path, seed, COUNT, records);
        cycle_file_header_t header;
        cycle_reader_t* reader = NULL;
        assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_OK);
        assert_int_equal(header.seed, 42);
        assert_int_equal(header.joint_count, SAMPLE_JOINTS);
        assert_int_equal(header.inputs.bytes[2], 3);
        for (int pass = 0; pass < 2; pass++) {
            for (int index = 0; index < COUNT; index++) {
                assert_int_equal(cycle_reader_next(reader, read), CYCLE_READ_RECORD);
                // Stricter than field by field: NaN payloads and signs of zero count. Padding is
                // zero on both sides.
                assert_memory_equal(read, &records[index], sizeof *read);
            }
            assert_int_equal(cycle_reader_next(reader, read), CYCLE_READ_END);
            assert_int_equal(cycle_reader_next(reader, read), CYCLE_READ_END);
            cycle_reader_rewind(reader);
        }
        cycle_reader_close(reader);
    }
    free(records);
    free(read);
    sample_remove(directory);
}

static void a_typical_run_needs_at_most_200_bytes_a_cycle(void** state)
{
    (void)state;
    char directory[64], path[96], again[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/a.bin", directory);
    snprintf(again, sizeof again, "%s/b.bin", directory);
    sample_session_t* sample = sample_session(0.3);
    const cycle_file_header_t header = sample_header();
    cycle_input_t in;
    cycle_output_t out;
    int64_t bytes = 0, records = 0;
    for (int twice = 0; twice < 2; twice++) {
        sample_run_t run;
        sample_run_begin(&run, sample, 7);
        cycle_file_t* file = cycle_file_create(twice ? again : path, &header);
        assert_non_null(file);
        bool more = true;
        while (more) {
            more = sample_run_step(&run, &in, &out);
            cycle_file_append(file, &in, &out);
        }
        bytes = cycle_file_bytes(file);
        records = cycle_file_records(file);
        assert_true(cycle_file_close(file));
    }
    print_message("%.1f bytes a cycle over %lld cycles\n", (double)bytes / (double)records,
                  (long long)records);
    assert_true(bytes <= 200 * records);
    size_t size = 0, size_again = 0;
    char* first = sample_read_file(path, &size);
    char* second = sample_read_file(again, &size_again);
    assert_int_equal(size, size_again);
    assert_memory_equal(first, second, size);
    free(first);
    free(second);
    free(sample);
    sample_remove(directory);
}

/// How many records of a file can be read, and how it ends.
static int count_records(const char* path, cycle_read_t* end)
{
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    cycle_record_t record;
    assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_OK);
    int count = 0;
    while ((*end = cycle_reader_next(reader, &record)) == CYCLE_READ_RECORD) {
        count++;
    }
    cycle_reader_close(reader);
    return count;
}

static void write_bytes(const char* path, const char* bytes, size_t size)
{
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/// A file of two blocks: a full one, and a second of three records that a flush ends.
static char* two_blocks(const char* path, size_t* first_end, size_t* second_end, size_t* size)
{
    const cycle_file_header_t header = sample_header();
    cycle_file_t* file = cycle_file_create(path, &header);
    cycle_record_t record = {.verdict.rule = INTERLOCK_RULE_NONE};
    uint64_t random = 5;
    for (int index = 0; index < CYCLE_BLOCK_RECORDS; index++) {
        record.input.cycle = index;
        cycle_file_append_record(file, &record);
    }
    *first_end = (size_t)cycle_file_bytes(file);
    for (int index = 0; index < 3; index++) {
        random_record(&random, &record);
        record.mode = MODE_CONTACT;
        cycle_file_append_record(file, &record);
    }
    cycle_file_flush(file);
    *second_end = (size_t)cycle_file_bytes(file);
    assert_true(cycle_file_close(file));
    return sample_read_file(path, size);
}

static void a_tail_torn_at_any_byte_of_the_last_block_loses_that_block_only(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/cycles.bin", directory);
    size_t first_end = 0, second_end = 0, size = 0;
    char* bytes = two_blocks(path, &first_end, &second_end, &size);
    cycle_read_t end = CYCLE_READ_RECORD;
    assert_int_equal(count_records(path, &end), CYCLE_BLOCK_RECORDS + 3);
    assert_int_equal(end, CYCLE_READ_END);
    for (size_t cut = first_end; cut < size; cut++) {
        write_bytes(path, bytes, cut);
        const int expected = CYCLE_BLOCK_RECORDS + (cut >= second_end ? 3 : 0);
        assert_int_equal(count_records(path, &end), expected);
        assert_int_equal(end, CYCLE_READ_TORN);
    }
    free(bytes);
    sample_remove(directory);
}

/// Shows H51.
static void a_flipped_byte_anywhere_is_found(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/cycles.bin", directory);
    size_t first_end = 0, second_end = 0, size = 0;
    char* bytes = two_blocks(path, &first_end, &second_end, &size);
    for (size_t at = 0; at < size; at += at < first_end ? 41 : 1) {
        bytes[at] = (char)(bytes[at] ^ 0x10);
        write_bytes(path, bytes, size);
        cycle_file_header_t header;
        cycle_reader_t* reader = NULL;
        if (cycle_reader_open(path, &header, &reader) == CYCLE_OPEN_OK) {
            cycle_reader_close(reader);
            cycle_read_t end = CYCLE_READ_RECORD;
            const int count = count_records(path, &end);
            assert_int_equal(end, CYCLE_READ_DAMAGED);
            assert_int_equal(count, at < first_end    ? 0
                                    : at < second_end ? CYCLE_BLOCK_RECORDS
                                                      : CYCLE_BLOCK_RECORDS + 3);
        }
        bytes[at] = (char)(bytes[at] ^ 0x10);
    }
    free(bytes);
    sample_remove(directory);
}

static void bytes_that_pass_the_check_sum_but_mean_nothing_are_refused(void** state)
{
    (void)state;
    const cycle_file_header_t header = sample_header();
    const cycle_scales_t scales = cycle_scales_make(&header);
    uint64_t random = 99;
    print_message("seed 99\n");
    uint8_t bytes[CYCLE_CODED_CAPACITY];
    cycle_record_t record;
    for (int trial = 0; trial < 20000; trial++) {
        cycle_memory_t memory = {0};
        for (size_t at = 0; at < sizeof bytes; at++) {
            bytes[at] = (uint8_t)(sample_random(&random) >> (sample_random(&random) % 8));
        }
        const size_t size = sample_random(&random) % sizeof bytes;
        const size_t taken = cycle_decode(&scales, &memory, bytes, size, &record);
        assert_true(taken <= size);
        if (taken > 0) {
            assert_true((unsigned)record.mode < MODE_COUNT);
        }
    }
}

static bool comes_back(int64_t now_us, int64_t cycle)
{
    const cycle_file_header_t header = sample_header();
    const cycle_scales_t scales = cycle_scales_make(&header);
    cycle_memory_t before = {0}, after = {0};
    cycle_record_t record = {0};
    record.input.now_us = now_us;
    record.input.cycle = cycle;
    uint8_t bytes[CYCLE_CODED_CAPACITY];
    const size_t size = cycle_encode(&scales, &before, &record, bytes);
    return cycle_decode(&scales, &after, bytes, size, &record) == size &&
           record.input.now_us == now_us && record.input.cycle == cycle;
}

static void a_clock_or_count_that_no_run_can_reach_is_refused(void** state)
{
    (void)state;
    const int64_t limit = CYCLE_CLOCK_MAX;
    assert_true(comes_back(limit - 1, 0) && comes_back(limit, 0) && !comes_back(limit + 1, 0));
    assert_true(comes_back(0, limit - 1) && comes_back(0, limit) && !comes_back(0, limit + 1));
    assert_true(comes_back(-limit, -limit));
    assert_false(comes_back(-limit - 1, 0) || comes_back(0, -limit - 1));
    assert_false(comes_back(INT64_MAX, 0) || comes_back(INT64_MIN, 0));
}

/// Shows H50.
static void a_full_disk_ends_recording_and_nothing_else(void** state)
{
    (void)state;
    const cycle_file_header_t header = sample_header();
    cycle_file_t* file = cycle_file_create("/dev/full", &header);
    assert_non_null(file);
    int error = 0;
    assert_true(cycle_file_failed(file, &error));
    assert_int_equal(error, 28); // ENOSPC
    cycle_record_t record = {0};
    for (int index = 0; index < 2 * CYCLE_BLOCK_RECORDS; index++) {
        cycle_file_append_record(file, &record);
    }
    assert_int_equal(cycle_file_records(file), 0);
    assert_false(cycle_file_close(file));
    assert_null(cycle_file_create("/nowhere/at/all", &header));
}

static void what_is_no_file_of_cycles_is_told_apart(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/cycles.bin", directory);
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_NO_FILE);
    write_bytes(path, "", 0);
    assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_NOT_OURS);
    const char* const other_versions[] = {"KNEADCYC\4\0\0\0", "KNEADCYC\6\0\0\0"};
    for (int i = 0; i < 2; i++) {
        write_bytes(path, other_versions[i], 12);
        assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_VERSION);
    }
    write_bytes(path, "KNEADCYC\5\0\0\0", 12);
    assert_int_equal(cycle_reader_open(path, &header, &reader), CYCLE_OPEN_DAMAGED);
    sample_remove(directory);
}

static void a_stop_is_on_the_disk_at_once(void** state)
{
    (void)state;
    char directory[64], path[96];
    sample_directory(directory, sizeof directory);
    snprintf(path, sizeof path, "%s/cycles.bin", directory);
    const cycle_file_header_t header = sample_header();
    cycle_file_t* file = cycle_file_create(path, &header);
    cycle_record_t record = {.mode = MODE_CONTACT, .verdict.rule = INTERLOCK_RULE_NONE};
    cycle_file_append_record(file, &record);
    record.mode = MODE_YIELD;
    cycle_file_append_record(file, &record);
    cycle_read_t end = CYCLE_READ_RECORD;
    assert_int_equal(count_records(path, &end), 2);
    assert_int_equal(end, CYCLE_READ_TORN);
    assert_true(cycle_file_close(file));
    sample_remove(directory);
}

static void every_answer_comes_back_for_its_own_request(void** state)
{
    (void)state;
    cycle_output_t out = {0};
    const cycle_input_t in = {0};
    cycle_record_t record;
    for (int index = 0; index < REQUEST_COUNT; index++) {
        for (int result = 0; result < REQUEST_RESULT_COUNT; result++) {
            out.live.results[index] = (request_result_t)result;
            out.live.results[(index + 1) % REQUEST_COUNT] = REQUEST_NOT_MADE;
            cycle_record_make(&in, &out, &record);
            assert_int_equal(cycle_answer(&record, index), result);
            assert_int_equal(cycle_answer(&record, (index + 1) % REQUEST_COUNT), REQUEST_NOT_MADE);
        }
    }
    record.answers = UINT64_MAX; // a file that nobody of ours wrote
    for (int index = -1; index <= REQUEST_COUNT; index++) {
        assert_int_equal(cycle_answer(&record, index), REQUEST_NOT_MADE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_records_come_back_bit_for_bit),
        cmocka_unit_test(a_typical_run_needs_at_most_200_bytes_a_cycle),
        cmocka_unit_test(a_tail_torn_at_any_byte_of_the_last_block_loses_that_block_only),
        cmocka_unit_test(a_flipped_byte_anywhere_is_found),
        cmocka_unit_test(a_clock_or_count_that_no_run_can_reach_is_refused),
        cmocka_unit_test(bytes_that_pass_the_check_sum_but_mean_nothing_are_refused),
        cmocka_unit_test(a_full_disk_ends_recording_and_nothing_else),
        cmocka_unit_test(what_is_no_file_of_cycles_is_told_apart),
        cmocka_unit_test(every_answer_comes_back_for_its_own_request),
        cmocka_unit_test(a_stop_is_on_the_disk_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
