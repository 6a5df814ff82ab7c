// What the JSON of a histogram looks like, byte for byte, since programs and pages read it; and
// that it reads back as the same histogram, and nothing else does.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/histogram_json.h"

static void every_bucket_with_a_count_stands_there_with_its_edges(void** state)
{
    (void)state;
    static histogram_t histogram;
    histogram_add(&histogram, 3);
    histogram_add(&histogram, 3);
    histogram_add(&histogram, 65);
    histogram_add(&histogram, HISTOGRAM_RANGE);
    char text[1024];
    json_t json = json_to_buffer(text, sizeof text);
    histogram_write(&json, NULL, &histogram);
    assert_false(json.overflow);
    assert_string_equal(text, "{\"count\":4,\"min\":3,\"max\":4294967296,\"mean\":1073741841.75,"
                              "\"sum\":4294967367,\"p50\":3,\"p90\":4294967296,\"p99\":4294967296,"
                              "\"p99_9\":4294967296,\"p99_99\":4294967296,"
                              "\"buckets\":[[3,4,2],[64,66,1],[4294967296,null,1]]}");
}

static void an_empty_one_has_no_figures_and_an_unmeasured_one_is_null(void** state)
{
    (void)state;
    static const histogram_t histogram;
    char text[1024];
    json_t json = json_to_buffer(text, sizeof text);
    json_object_begin(&json, NULL);
    histogram_write(&json, "empty", &histogram);
    histogram_write(&json, "unmeasured", NULL);
    json_object_end(&json);
    assert_string_equal(text, "{\"empty\":{\"count\":0,\"min\":null,\"max\":null,\"mean\":null,"
                              "\"sum\":0,\"p50\":null,\"p90\":null,\"p99\":null,\"p99_9\":null,"
                              "\"p99_99\":null,\"buckets\":[]},\"unmeasured\":null}");
}

#define TEXT_BYTES 65536

static bool read_text(const char* text, histogram_t* histogram)
{
    json_value_t* value = json_parse(text, strlen(text));
    const bool read = histogram_read(value, histogram);
    json_free(value);
    return read;
}

static void any_histogram_reads_back_bucket_for_bucket(void** state)
{
    (void)state;
    static char text[TEXT_BYTES];
    uint64_t random = 74;
    print_message("seed 74\n");
    for (int round = 0; round < 200; ++round) {
        histogram_t written = {0};
        histogram_t read = {.count = 7};
        for (int i = 0; i < round; ++i) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            histogram_add(&written, (int64_t)(random >> (30 + round % 33)));
        }
        json_t json = json_to_buffer(text, sizeof text);
        histogram_write(&json, NULL, &written);
        assert_false(json.overflow);
        assert_true(read_text(text, &read));
        assert_memory_equal(&read, &written, sizeof read);
    }
}

static void what_does_not_add_up_is_refused_and_leaves_it_empty(void** state)
{
    (void)state;
    static const char* const broken[] = {
        "null",
        "7",
        "[]",
        "{}",
        "{\"count\":-1,\"sum\":0,\"buckets\":[]}",
        "{\"count\":0,\"sum\":1,\"buckets\":[]}",
        "{\"count\":0,\"sum\":0,\"buckets\":[[1,2,1]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[[1,2,2]]}",
        "{\"count\":2,\"min\":1,\"max\":1,\"sum\":2,\"buckets\":[[1,2,1]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[[1,3,1]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[[1,2]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[[1,2,1,1]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[[1,null,1]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":1,\"buckets\":[[1,2,1.5]]}",
        "{\"count\":1,\"min\":65,\"max\":65,\"sum\":65,\"buckets\":[[65,66,1]]}",
        "{\"count\":1,\"min\":2,\"max\":2,\"sum\":2,\"buckets\":[[1,2,1]]}",
        "{\"count\":1,\"min\":1,\"max\":2,\"sum\":1,\"buckets\":[[1,2,1]]}",
        "{\"count\":1,\"min\":1,\"max\":1,\"sum\":2,\"buckets\":[[1,2,1]]}",
        "{\"count\":2,\"min\":1,\"max\":3,\"sum\":4,\"buckets\":[[3,4,1],[1,2,1]]}",
        "{\"count\":2,\"min\":1,\"max\":1,\"sum\":2,\"buckets\":[[1,2,1],[1,2,1]]}",
        "{\"count\":9,\"min\":1,\"max\":1,\"sum\":9,\"buckets\":[[1,2,9007199254740993]]}",
    };
    static const histogram_t empty;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; ++i) {
        histogram_t histogram = {.count = 3};
        assert_false(read_text(broken[i], &histogram));
        assert_memory_equal(&histogram, &empty, sizeof empty);
    }
    assert_false(histogram_read(NULL, &(histogram_t){0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bucket_with_a_count_stands_there_with_its_edges),
        cmocka_unit_test(an_empty_one_has_no_figures_and_an_unmeasured_one_is_null),
        cmocka_unit_test(any_histogram_reads_back_bucket_for_bucket),
        cmocka_unit_test(what_does_not_add_up_is_refused_and_leaves_it_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
