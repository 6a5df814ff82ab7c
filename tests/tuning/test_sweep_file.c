/// Files of sweeps: shards joined give the bytes of the whole, a torn last line is left out, and
/// whatever is damaged, of another sweep or contradicts itself is refused.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/tuning/made_sweep.h"

static char folder[] = "/tmp/knead-sweep-file-XXXXXX";

static const char* path_of(const char* name)
{
    static char paths[4][128];
    static int next;
    char* path = paths[next++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static int make_folder(void** state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void** state)
{
    (void)state;
    static const char* const names[] = {"whole", "shard-0", "shard-1", "merged", "torn"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
        (void)unlink(path_of(names[i]));
    }
    return rmdir(folder);
}

static sweep_t* made_sweep(const sweep_header_t* header, int shard, int shards)
{
    sweep_t* sweep = sweep_begin(header);
    assert_non_null(sweep);
    for (int64_t number = shard; number < sweep_trials(header); number += shards) {
        const sweep_row_t row = made_row(number);
        assert_true(sweep_take(sweep, &row));
    }
    return sweep;
}

static size_t read_all(const char* path, char bytes[65536])
{
    FILE* file = fopen(path, "rb");
    assert_non_null(file);
    const size_t count = fread(bytes, 1, 65535, file);
    (void)fclose(file);
    bytes[count] = '\0';
    return count;
}

static void write_all(const char* path, const char* bytes, size_t count)
{
    FILE* file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, count, file), count);
    assert_int_equal(fclose(file), 0);
}

static void shards_joined_are_the_whole_to_the_byte(void** state)
{
    (void)state;
    static char whole[65536], merged[65536];
    sweep_header_t* header = made_header("machine.period=1,2,3,4");
    sweep_t* all = made_sweep(header, 0, 1);
    assert_int_equal(sweep_file_write(path_of("whole"), all), SWEEP_FILE_OK);
    sweep_t* joined = sweep_begin(header);
    for (int shard = 0; shard < 2; ++shard) {
        char name[16];
        (void)snprintf(name, sizeof name, "shard-%d", shard);
        sweep_t* part = made_sweep(header, shard, 2);
        assert_int_equal(sweep_file_write(path_of(name), part), SWEEP_FILE_OK);
        int64_t bytes, line;
        assert_int_equal(sweep_file_read(path_of(name), joined, &bytes, &line), SWEEP_FILE_OK);
        sweep_end(part);
    }
    assert_int_equal(joined->count, sweep_trials(header));
    assert_int_equal(sweep_file_write(path_of("merged"), joined), SWEEP_FILE_OK);
    assert_int_equal(read_all(path_of("whole"), whole), read_all(path_of("merged"), merged));
    assert_string_equal(whole, merged);
    sweep_end(joined);
    sweep_end(all);
    free(header);
}

/// Cut anywhere behind its first line, the file gives the trials whose lines are whole.
static void a_file_that_was_cut_off_anywhere_gives_its_whole_lines(void** state)
{
    (void)state;
    static char whole[65536];
    sweep_header_t* header = made_header("machine.period=1,2");
    sweep_t* all = made_sweep(header, 0, 1);
    assert_int_equal(sweep_file_write(path_of("whole"), all), SWEEP_FILE_OK);
    const size_t count = read_all(path_of("whole"), whole);
    const size_t first = (size_t)(strchr(whole, '\n') - whole) + 1;
    for (size_t cut = first; cut <= count; cut += 3) {
        write_all(path_of("torn"), whole, cut);
        sweep_t* part = sweep_begin(header);
        int64_t bytes, line;
        assert_int_equal(sweep_file_read(path_of("torn"), part, &bytes, &line), SWEEP_FILE_OK);
        assert_true(bytes <= (int64_t)cut && whole[bytes - 1] == '\n');
        int64_t lines = -1;
        for (int64_t i = 0; i < bytes; ++i) {
            lines += whole[i] == '\n';
        }
        assert_int_equal(part->count, lines);
        sweep_end(part);
    }
    sweep_end(all);
    free(header);
}

static void what_is_damaged_or_of_another_sweep_is_refused(void** state)
{
    (void)state;
    static char whole[65536], changed[65536];
    sweep_header_t* header = made_header("machine.period=1,2");
    sweep_header_t* other = made_header("machine.period=1,3");
    sweep_t* all = made_sweep(header, 0, 1);
    int64_t bytes, line;
    assert_int_equal(sweep_file_write(path_of("whole"), all), SWEEP_FILE_OK);
    sweep_t* of_other = sweep_begin(other);
    assert_int_equal(sweep_file_read(path_of("whole"), of_other, &bytes, &line), SWEEP_FILE_OTHER);
    assert_int_equal(sweep_file_read(path_of("nothing"), of_other, &bytes, &line),
                     SWEEP_FILE_UNREADABLE);
    const size_t count = read_all(path_of("whole"), whole);
    memcpy(changed, whole, count + 1);
    strstr(changed, "\"number\"")[1] = 'x';
    write_all(path_of("torn"), changed, count);
    sweep_t* part = sweep_begin(header);
    assert_int_equal(sweep_file_read(path_of("torn"), part, &bytes, &line), SWEEP_FILE_DAMAGED);
    assert_int_equal(line, 2);
    write_all(path_of("torn"), whole + 1, count - 1);
    assert_int_equal(sweep_file_read(path_of("torn"), part, &bytes, &line), SWEEP_FILE_NO_HEADER);
    // The same trial with another figure.
    memcpy(changed, whole, count + 1);
    char* figure = strstr(changed, "\"simulated_s\":10");
    assert_non_null(figure);
    figure[strlen("\"simulated_s\":1")] = '9';
    write_all(path_of("torn"), changed, count);
    assert_int_equal(sweep_file_read(path_of("torn"), all, &bytes, &line), SWEEP_FILE_CONFLICT);
    assert_int_equal(sweep_file_read(path_of("whole"), all, &bytes, &line), SWEEP_FILE_OK);
    assert_int_equal(all->count, sweep_trials(header));
    sweep_end(part);
    sweep_end(of_other);
    sweep_end(all);
    free(header);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shards_joined_are_the_whole_to_the_byte),
        cmocka_unit_test(a_file_that_was_cut_off_anywhere_gives_its_whole_lines),
        cmocka_unit_test(what_is_damaged_or_of_another_sweep_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
