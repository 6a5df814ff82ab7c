// What the JSON of a histogram looks like, byte for byte: programs and pages read it.
#include "tests/support/cmocka_prelude.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bucket_with_a_count_stands_there_with_its_edges),
        cmocka_unit_test(an_empty_one_has_no_figures_and_an_unmeasured_one_is_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
