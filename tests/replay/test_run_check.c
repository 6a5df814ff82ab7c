// ctest label: slow
/// The record of a short real run is held against itself: whatever byte is flipped, wherever a file
/// is cut, whichever line or block is missing, twice there or in another place, it is found, from
/// what the files say of each other alone. A changed input comes to light at its own cycle.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/record/cycle_block.h"
#include "controller/record/little_endian.h"
#include "tests/support/record_sample.h"
#include "tests/support/small_run.h"

#define PERIODS 300 // 1.2 s: through arming, to the first way of the arm
#define SEED 5

typedef struct {
    folder_t* folder;
    char directory[96];
    small_run_t run;
    char path[2][160]; // cycles and events
    char* bytes[2];
    size_t size[2];
} scene_t;

enum { CYCLES, EVENTS };

static void write_bytes(const char* path, const char* bytes, size_t size)
{
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void scene_open(void** state, scene_t* scene)
{
    static const char* const names[2] = {RUN_CYCLES, RUN_EVENTS};
    memset(scene, 0, sizeof *scene);
    scene->folder = *state;
    (void)snprintf(scene->directory, sizeof scene->directory, "%s/run", scene->folder->directory);
    small_run_make(scene->directory, NULL, SEED, PERIODS);
    small_run_open(scene->directory, &scene->run);
    for (int file = 0; file < 2; ++file) {
        (void)snprintf(scene->path[file], sizeof scene->path[file], "%s/%s", scene->directory,
                       names[file]);
        scene->bytes[file] = sample_read_file(scene->path[file], &scene->size[file]);
    }
}

static void scene_close(scene_t* scene)
{
    free(scene->bytes[CYCLES]);
    free(scene->bytes[EVENTS]);
    small_run_close(&scene->run);
}

static bool found(const scene_t* scene)
{
    static run_check_t check;
    small_run_check(&scene->run, true, &check);
    return !run_check_intact(&check);
}

static void put_back(const scene_t* scene, int file)
{
    write_bytes(scene->path[file], scene->bytes[file], scene->size[file]);
}

static void an_untouched_run_is_whole_and_comes_out_the_same(void** state)
{
    static scene_t scene;
    static run_check_t check;
    scene_open(state, &scene);
    small_run_check(&scene.run, false, &check);
    for (int id = 0; id < RUN_CHECK_COUNT_OF; ++id) {
        print_message("%s: %d %s\n", run_check_word((run_check_id_t)id), (int)check.state[id],
                      check.told[id]);
        assert_int_equal(check.state[id], RUN_CHECK_HOLDS);
    }
    assert_int_equal(check.recorded, PERIODS);
    assert_int_equal(check.compared, PERIODS);
    assert_false(check.found);
    assert_false(found(&scene));
    scene_close(&scene);
}

/// Writes summary.json with `was` in it changed to `is`, or with nothing from there to the end of
/// the line, and checks the record.
static void check_with(const scene_t* scene, const char* was, const char* is, run_check_t* check)
{
    char path[160];
    (void)snprintf(path, sizeof path, "%s/" RUN_SUMMARY, scene->directory);
    size_t size = 0;
    char* bytes = sample_read_file(path, &size);
    const char* at = strstr(bytes, was);
    assert_non_null(at);
    const char* behind = is != NULL ? at + strlen(was) : strchr(at, '\n');
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    (void)fprintf(file, "%.*s%s%s", (int)(at - bytes), bytes, is != NULL ? is : "", behind);
    assert_int_equal(fclose(file), 0);
    small_run_check(&scene->run, true, check);
    write_bytes(path, bytes, size);
    free(bytes);
}

/// Shows H51.
static void a_figure_that_is_not_what_the_cycles_give_is_found_and_named(void** state)
{
    static const struct {
        const char* was;
        const char* is;
        const char* told;
    } edits[] = {
        {"\"force_peak_N\": ", "\"force_peak_N\": 1", "force_peak_N is 1"},
        {"\"speed_peak\": ", "\"speed_peak\": 7", "joints[0].speed_peak is 7"},
        {"\"verdict\": \"", "\"verdict\": \"not ", "verdict is 'not "},
        {"\"mode_s\": {", "\"mode_s\": {\"armed_too\": 1,", "mode_s.armed_too is 1 there"},
        {"\"shear_peak_N\"", "\"shear_peak\"", "shear_peak_N is nothing there"},
        {"\"steps\": [", "\"steps\": [1", "steps[0] is 1 there, and nothing by"},
    };
    static scene_t scene;
    static run_check_t check;
    scene_open(state, &scene);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; ++i) {
        check_with(&scene, edits[i].was, edits[i].is, &check);
        assert_int_equal(check.state[RUN_CHECK_FIGURES], RUN_CHECK_FAILS);
        print_message("%s\n", check.told[RUN_CHECK_FIGURES]);
        assert_non_null(strstr(check.told[RUN_CHECK_FIGURES], edits[i].told));
        assert_false(run_check_intact(&check));
    }
    // No cycle knows how long it took; a record of before has no pull.
    check_with(&scene, "\"wall_s\": ", "\"wall_s\": 9", &check);
    assert_true(run_check_intact(&check));
    check_with(&scene, "\"pull_peak_N\"", NULL, &check);
    assert_true(run_check_intact(&check));
    scene_close(&scene);
}

/// Flips bits in place: a bit of each byte through the whole check.
static void flip_every_byte(const scene_t* scene, int file)
{
    FILE* stream = fopen(scene->path[file], "r+b");
    assert_non_null(stream);
    for (size_t at = 0; at < scene->size[file]; ++at) {
        const unsigned char was = (unsigned char)scene->bytes[file][at];
        (void)fseek(stream, (long)at, SEEK_SET);
        (void)fputc(was ^ 1 << at % 8, stream);
        (void)fflush(stream);
        if (!found(scene)) {
            fail_msg("bit %zu of byte %zu of %s", at % 8, at, scene->path[file]);
        }
        (void)fseek(stream, (long)at, SEEK_SET);
        (void)fputc(was, stream);
        (void)fflush(stream);
    }
    (void)fclose(stream);
    print_message("%zu bytes of %s, a bit of each flipped: all found\n", scene->size[file],
                  file == CYCLES ? RUN_CYCLES : RUN_EVENTS);
    assert_false(found(scene));
}

/// Shows H51.
static void a_flipped_byte_anywhere_in_the_cycles_is_found(void** state)
{
    static scene_t scene;
    scene_open(state, &scene);
    flip_every_byte(&scene, CYCLES);
    scene_close(&scene);
}

/// Shows H51.
static void a_flipped_byte_anywhere_in_the_events_is_found(void** state)
{
    static scene_t scene;
    scene_open(state, &scene);
    flip_every_byte(&scene, EVENTS);
    scene_close(&scene);
}

/// The two that guard each file by themselves, without summary.json: some bits of each byte of the
/// events, one of each byte of the cycles.
static void a_flipped_bit_is_found_by_check_sums_and_chain_alone(void** state)
{
    static scene_t scene;
    scene_open(state, &scene);
    static cycle_record_t record;
    for (int file = 0; file < 2; ++file) {
        FILE* stream = fopen(scene.path[file], "r+b");
        assert_non_null(stream);
        for (size_t bit = 0; bit < 8 * scene.size[file]; bit += file == CYCLES ? 9 : 5) {
            const unsigned char was = (unsigned char)scene.bytes[file][bit / 8];
            (void)fseek(stream, (long)(bit / 8), SEEK_SET);
            (void)fputc(was ^ 1 << bit % 8, stream);
            (void)fflush(stream);
            cycle_file_header_t header;
            cycle_reader_t* reader = NULL;
            bool whole = false;
            if (file == EVENTS) {
                whole = events_read(scene.path[EVENTS], NULL, NULL, NULL, NULL);
            } else if (cycle_reader_open(scene.path[CYCLES], &header, &reader) == CYCLE_OPEN_OK) {
                cycle_read_t end;
                do {
                    end = cycle_reader_next(reader, &record);
                } while (end == CYCLE_READ_RECORD);
                whole = end == CYCLE_READ_END;
                cycle_reader_close(reader);
            }
            assert_false(whole);
            (void)fseek(stream, (long)(bit / 8), SEEK_SET);
            (void)fputc(was, stream);
        }
        (void)fclose(stream);
    }
    scene_close(&scene);
}

/// Shows H51.
static void a_file_cut_at_any_byte_is_found(void** state)
{
    static scene_t scene;
    scene_open(state, &scene);
    for (int file = 0; file < 2; ++file) {
        for (size_t size = scene.size[file]; size-- > 0;) {
            assert_int_equal(truncate(scene.path[file], (off_t)size), 0);
            if (!found(&scene)) {
                fail_msg("%s cut after %zu bytes", scene.path[file], size);
            }
        }
        put_back(&scene, file);
    }
    assert_false(found(&scene));
    scene_close(&scene);
}

// ----------------------------------------------------------------------------- parts as a whole

#define PART_CAPACITY 200

/// Where the lines of the events or the blocks of the cycles lie.
static int parts_of(const scene_t* scene, int file, size_t begin[PART_CAPACITY + 1])
{
    int count = 0;
    size_t at = file == CYCLES ? CYCLE_HEADER_BYTES : 0;
    while (at < scene->size[file]) {
        assert_true(count < PART_CAPACITY);
        begin[count++] = at;
        const char* bytes = scene->bytes[file] + at;
        at += file == CYCLES ? CYCLE_BLOCK_HEADER_BYTES + le_load_u32((const uint8_t*)bytes + 12)
                             : (size_t)(strchr(bytes, '\n') - bytes) + 1;
    }
    begin[count] = at;
    return count;
}

/// Writes the parts in another order: `order` has `count` indexes.
static void write_parts(const scene_t* scene, int file, const size_t* begin, const int* order,
                        int count)
{
    FILE* stream = fopen(scene->path[file], "wb");
    assert_non_null(stream);
    (void)fwrite(scene->bytes[file], 1, begin[0], stream);
    for (int i = 0; i < count; ++i) {
        const size_t from = begin[order[i]];
        (void)fwrite(scene->bytes[file] + from, 1, begin[order[i] + 1] - from, stream);
    }
    assert_int_equal(fclose(stream), 0);
}

/// Shows H51.
static void a_part_that_is_missing_twice_there_or_in_another_place_is_found(void** state)
{
    static scene_t scene;
    scene_open(state, &scene);
    for (int file = 0; file < 2; ++file) {
        size_t begin[PART_CAPACITY + 1];
        int order[PART_CAPACITY + 1];
        const int count = parts_of(&scene, file, begin);
        assert_true(count >= 3);
        for (int part = 0; part < count; ++part) {
            int kept = 0;
            for (int i = 0; i < count; ++i) { // missing
                order[kept] = i;
                kept += i != part ? 1 : 0;
            }
            write_parts(&scene, file, begin, order, count - 1);
            assert_true(found(&scene));
            for (int i = 0; i <= count; ++i) { // twice
                order[i] = i <= part ? i : i - 1;
            }
            write_parts(&scene, file, begin, order, count + 1);
            assert_true(found(&scene));
            for (int other = 0; other < part; ++other) { // exchanged
                for (int i = 0; i < count; ++i) {
                    order[i] = i == part ? other : i == other ? part : i;
                }
                write_parts(&scene, file, begin, order, count);
                assert_true(found(&scene));
            }
        }
        print_message("%d parts of file %d\n", count, file);
        put_back(&scene, file);
    }
    assert_false(found(&scene));
    scene_close(&scene);
}

/// A block of another run in the place of one: its check sum is right, and so is its number.
static void a_block_of_another_run_is_found(void** state)
{
    static scene_t scene;
    scene_open(state, &scene);
    char other[128];
    (void)snprintf(other, sizeof other, "%s/other", scene.folder->directory);
    small_run_make(other, NULL, SEED + 1, PERIODS);
    (void)strcat(other, "/" RUN_CYCLES);
    size_t size = 0;
    char* bytes = sample_read_file(other, &size);
    size_t begin[PART_CAPACITY + 1];
    (void)parts_of(&scene, CYCLES, begin);
    const size_t there =
        CYCLE_BLOCK_HEADER_BYTES + le_load_u32((const uint8_t*)bytes + CYCLE_HEADER_BYTES + 12);
    FILE* stream = fopen(scene.path[CYCLES], "wb");
    (void)fwrite(scene.bytes[CYCLES], 1, CYCLE_HEADER_BYTES, stream);
    (void)fwrite(bytes + CYCLE_HEADER_BYTES, 1, there, stream);
    (void)fwrite(scene.bytes[CYCLES] + begin[1], 1, scene.size[CYCLES] - begin[1], stream);
    (void)fclose(stream);
    assert_true(found(&scene));
    static run_check_t check;
    small_run_check(&scene.run, false, &check);
    assert_int_equal(check.state[RUN_CHECK_BLOCKS], RUN_CHECK_HOLDS);
    assert_int_equal(check.state[RUN_CHECK_FINGERPRINT], RUN_CHECK_FAILS);
    free(bytes);
    scene_close(&scene);
}

// --------------------------------------------------------------------------------- the trip-wire

/// Writes the cycles anew, whole and with good check sums, one of them changed.
static void forge(const scene_t* scene, int64_t cycle, void (*change)(cycle_record_t*))
{
    cycle_file_header_t header;
    cycle_reader_t* reader = NULL;
    char forged[200];
    (void)snprintf(forged, sizeof forged, "%s.forged", scene->path[CYCLES]);
    put_back(scene, CYCLES);
    assert_int_equal(cycle_reader_open(scene->path[CYCLES], &header, &reader), CYCLE_OPEN_OK);
    cycle_file_t* file = cycle_file_create(forged, &header);
    static cycle_record_t record;
    while (cycle_reader_next(reader, &record) == CYCLE_READ_RECORD) {
        if (record.input.cycle == cycle) {
            change(&record);
        }
        cycle_file_append_record(file, &record);
    }
    cycle_reader_close(reader);
    assert_true(cycle_file_close(file));
    assert_int_equal(rename(forged, scene->path[CYCLES]), 0);
}

static void turn_a_bit_of_the_force(cycle_record_t* record)
{
    uint64_t bits;
    memcpy(&bits, &record->input.feedback.force.force_N[2], sizeof bits);
    bits ^= UINT64_C(1) << 40;
    memcpy(&record->input.feedback.force.force_N[2], &bits, sizeof bits);
}

static void press_the_stop(cycle_record_t* record)
{
    record->input.feedback.io.estop_closed = false;
}

static void turn_the_last_bit_of_a_command(cycle_record_t* record)
{
    uint64_t bits;
    memcpy(&bits, &record->command.position[3], sizeof bits);
    bits ^= 1;
    memcpy(&record->command.position[3], &bits, sizeof bits);
}

static void a_changed_bit_comes_to_light_at_its_own_cycle(void** state)
{
    static scene_t scene;
    static run_check_t check;
    scene_open(state, &scene);
    void (*const changes[])(cycle_record_t*) = {turn_a_bit_of_the_force, press_the_stop,
                                                turn_the_last_bit_of_a_command};
    for (int64_t cycle = 100; cycle < PERIODS; cycle += 37) {
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; ++i) {
            forge(&scene, cycle, changes[i]);
            small_run_check(&scene.run, false, &check);
            assert_true(check.found);
            assert_int_equal(check.was.input.cycle, cycle);
            assert_int_equal(check.before_count, RUN_CHECK_BEFORE);
            assert_int_equal(check.before[RUN_CHECK_BEFORE - 1].input.cycle, cycle - 1);
            assert_int_equal(check.state[RUN_CHECK_RECOMPUTED], RUN_CHECK_FAILS);
            assert_int_equal(check.state[RUN_CHECK_BLOCKS], RUN_CHECK_HOLDS);
            assert_int_equal(check.state[RUN_CHECK_FINGERPRINT], RUN_CHECK_FAILS);
        }
    }
    scene_close(&scene);
}

static void make_a_gap(cycle_record_t* record)
{
    record->input.cycle += 1000000; // as no cycle of the run has it
}

static void behind_a_gap_nothing_is_claimed(void** state)
{
    static scene_t scene;
    static run_check_t check;
    scene_open(state, &scene);
    forge(&scene, 250, make_a_gap);
    small_run_check(&scene.run, false, &check);
    assert_true(check.gap);
    assert_int_equal(check.gap_before, 250);
    assert_int_equal(check.compared, 250);
    assert_int_equal(check.recorded, PERIODS);
    assert_false(check.found);
    assert_int_equal(check.state[RUN_CHECK_RECOMPUTED], RUN_CHECK_UNTOLD);
    scene_close(&scene);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(an_untouched_run_is_whole_and_comes_out_the_same),
        IN_FOLDER(a_figure_that_is_not_what_the_cycles_give_is_found_and_named),
        IN_FOLDER(a_flipped_byte_anywhere_in_the_cycles_is_found),
        IN_FOLDER(a_flipped_byte_anywhere_in_the_events_is_found),
        IN_FOLDER(a_flipped_bit_is_found_by_check_sums_and_chain_alone),
        IN_FOLDER(a_file_cut_at_any_byte_is_found),
        IN_FOLDER(a_part_that_is_missing_twice_there_or_in_another_place_is_found),
        IN_FOLDER(a_block_of_another_run_is_found),
        IN_FOLDER(a_changed_bit_comes_to_light_at_its_own_cycle),
        IN_FOLDER(behind_a_gap_nothing_is_claimed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
