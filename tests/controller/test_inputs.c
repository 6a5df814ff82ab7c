// Files are known by what is in them.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/inputs.h"
#include "tests/controller/record_sample.h"

/// echo -n abc | sha256sum: the first example of FIPS 180-4.
static void inputs_are_known_by_their_contents(void** state)
{
    folder_t* fixture = *state;
    char path[128], other[128], text[DIGEST_TEXT_CAPACITY];
    snprintf(path, sizeof path, "%s/abc", fixture->directory);
    snprintf(other, sizeof other, "%s/elsewhere", fixture->directory);
    sample_write_file(path, "abc");
    sample_write_file(other, "abc");
    inputs_t here = {0}, there = {0};
    assert_true(inputs_add(&here, path));
    assert_true(inputs_add(&here, path));
    assert_int_equal(here.count, 1);
    digest_text(&here.at[0].digest, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(inputs_add(&there, other));
    const digest_t first = inputs_digest(&here), second = inputs_digest(&there);
    assert_memory_equal(&first, &second, sizeof first);
    assert_false(inputs_add(&here, "/nowhere/abc"));
    assert_int_equal(here.count, 1);
    here.count = INPUT_CAPACITY;
    assert_false(inputs_add(&here, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(inputs_are_known_by_their_contents),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
