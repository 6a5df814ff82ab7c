// The container's own promises: the same calls give the same bytes, and a stream that refuses is
// told once and for all. That others read it is shown by tests/export/test_export_mcap.sh.
#include "tests/support/cmocka_prelude.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "controller/export/mcap_file.h"
#include "controller/record/little_endian.h"

#define FOOTER_BYTES 29 // with its head
#define MAGIC_BYTES 8

/// Writes `messages` messages of `size` bytes on two channels.
static mcap_result_t write_sample(FILE* out, int messages, size_t size, mcap_figures_t* figures)
{
    mcap_file_t* file = mcap_file_begin(out, "test", true);
    assert_non_null(file);
    const uint16_t schema = mcap_file_schema(file, "sample", "{\"type\": \"string\"}");
    const uint16_t channels[] = {mcap_file_channel(file, "/a", schema),
                                 mcap_file_channel(file, "/b", schema)};
    char* message = malloc(size);
    assert_non_null(message);
    memset(message, '7', size);
    for (int i = 0; i < messages; ++i) {
        mcap_file_message(file, channels[i % 2], 1000u + (uint64_t)i, message, size);
    }
    free(message);
    return mcap_file_end(file, figures);
}

static void the_same_calls_give_the_same_bytes(void** state)
{
    (void)state;
    char* bytes[2] = {NULL, NULL};
    size_t sizes[2] = {0, 0};
    mcap_figures_t figures;
    for (int i = 0; i < 2; ++i) {
        FILE* out = open_memstream(&bytes[i], &sizes[i]);
        assert_non_null(out);
        assert_int_equal(write_sample(out, 5000, 700, &figures), MCAP_OK);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(figures.bytes, sizes[i]);
        assert_int_equal(figures.messages, 5000);
        assert_int_equal(figures.first_ns, 1000);
        assert_int_equal(figures.last_ns, 5999);
        // 5000 messages of 731 bytes with their heads, in chunks of a mebibyte and what is left.
        assert_int_equal(figures.chunks, 4);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
}

static void a_file_without_messages_is_whole(void** state)
{
    (void)state;
    char* bytes = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&bytes, &size);
    assert_non_null(out);
    mcap_figures_t figures;
    assert_int_equal(mcap_file_end(mcap_file_begin(out, "", false), &figures), MCAP_OK);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(figures.messages, 0);
    assert_int_equal(figures.chunks, 0);
    assert_true(size > 2 * MAGIC_BYTES + FOOTER_BYTES);
    assert_memory_equal(bytes, "\x89MCAP0\r\n", MAGIC_BYTES);
    assert_memory_equal(bytes + size - MAGIC_BYTES, "\x89MCAP0\r\n", MAGIC_BYTES);
    const uint8_t* footer = (const uint8_t*)bytes + size - MAGIC_BYTES - FOOTER_BYTES;
    assert_int_equal(footer[0], 2);
    assert_int_equal(le_load_u64(footer + 1), 20);
    assert_in_range(le_load_u64(footer + 9), MAGIC_BYTES, size);
    free(bytes);
}

static void a_message_larger_than_a_chunk_has_one_of_its_own(void** state)
{
    (void)state;
    char* bytes = NULL;
    size_t size = 0;
    FILE* out = open_memstream(&bytes, &size);
    assert_non_null(out);
    mcap_figures_t figures;
    assert_int_equal(write_sample(out, 3, 3u * MCAP_CHUNK_BYTES, &figures), MCAP_OK);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(figures.chunks, 3);
    free(bytes);
}

static void a_full_disk_is_told_with_its_reason(void** state)
{
    (void)state;
    for (int messages = 0; messages <= 20000; messages += 20000) {
        FILE* full = fopen("/dev/full", "wb");
        assert_non_null(full);
        errno = 0;
        assert_int_equal(write_sample(full, messages, 500, NULL), MCAP_NOT_WRITTEN);
        assert_int_equal(errno, ENOSPC);
        (void)fclose(full);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_calls_give_the_same_bytes),
        cmocka_unit_test(a_file_without_messages_is_whole),
        cmocka_unit_test(a_message_larger_than_a_chunk_has_one_of_its_own),
        cmocka_unit_test(a_full_disk_is_told_with_its_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
