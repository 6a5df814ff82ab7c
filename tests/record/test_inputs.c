// Files are known by what is in them.
#include "tests/support/cmocka_prelude.h"

#include <string.h>

#include "controller/record/inputs.h"
#include "tests/support/record_sample.h"

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
    assert_true(inputs_add(&here, INPUT_SAFETY, path));
    assert_true(inputs_add(&here, INPUT_SAFETY, path));
    assert_int_equal(here.count, 1);
    digest_text(&here.at[0].digest, text);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(inputs_add(&there, INPUT_SAFETY, other));
    const digest_t first = inputs_digest(&here), second = inputs_digest(&there);
    assert_memory_equal(&first, &second, sizeof first);
    assert_false(inputs_add(&here, INPUT_SAFETY, "/nowhere/abc"));
    assert_int_equal(here.count, 1);
    here.count = INPUT_CAPACITY;
    assert_false(inputs_add(&here, INPUT_SAFETY, other));
}

static void a_run_keeps_a_copy_of_each_file_by_its_role(void** state)
{
    folder_t* fixture = *state;
    char machine[128], device[128], path[256];
    snprintf(machine, sizeof machine, "%s/arm.yaml", fixture->directory);
    snprintf(device, sizeof device, "%s/drive.yaml", fixture->directory);
    sample_write_file(machine, "abc");
    sample_write_file(device, "");
    inputs_t inputs = {0};
    assert_true(inputs_add(&inputs, INPUT_MACHINE, machine));
    assert_true(inputs_add(&inputs, INPUT_DEVICE, device));
    assert_true(inputs_copy(&inputs, fixture->directory));
    size_t size = 0;
    snprintf(path, sizeof path, "%s/inputs/machines/arm.yaml", fixture->directory);
    char* copy = sample_read_file(path, &size);
    assert_int_equal(size, 3);
    assert_memory_equal(copy, "abc", 3);
    free(copy);
    snprintf(path, sizeof path, "%s/inputs/devices/drive.yaml", fixture->directory);
    copy = sample_read_file(path, &size);
    assert_int_equal(size, 0);
    free(copy);
    char name[64];
    assert_true(input_copy_name(&inputs.at[0], name, sizeof name));
    assert_string_equal(name, "inputs/machines/arm.yaml");
    assert_false(input_copy_name(&inputs.at[0], name, strlen("inputs/machines/arm.yaml")));
    assert_false(inputs_copy(&inputs, "/nowhere"));
    snprintf(inputs.at[0].path, sizeof inputs.at[0].path, "/nowhere/arm.yaml");
    assert_false(inputs_copy(&inputs, fixture->directory));
}

static void every_role_is_known_by_its_word(void** state)
{
    (void)state;
    for (int index = 0; index < INPUT_ROLE_COUNT; index++) {
        input_role_t role = INPUT_ROLE_COUNT - 1 - index;
        assert_true(input_role_named(input_role_text((input_role_t)index), &role));
        assert_int_equal(role, index);
    }
    input_role_t role = INPUT_CLIENT;
    assert_false(input_role_named("machines", &role));
    assert_int_equal(role, INPUT_CLIENT);
    assert_string_equal(input_role_text((input_role_t)INPUT_ROLE_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
        CLAIM(inputs_are_known_by_their_contents),
        CLAIM(a_run_keeps_a_copy_of_each_file_by_its_role),
        CLAIM(every_role_is_known_by_its_word),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
