// The shipped files are found and fit together; a seed lays the true client where the registration
// may have him, the same seed at the same place.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>

#include "controller/cli/assembly.h"

#define SEED_COUNT 200 // enough to see a draw that leaves its ball

static options_t no_options(void)
{
    options_t options = {0};
    options.whole[OPTION_SEED] = OPTION_SEED_DEFAULT;
    return options;
}

static int setup(void** state)
{
    assembly_t* assembly = assembly_create();
    *state = assembly;
    return assembly != NULL ? 0 : -1;
}

static int teardown(void** state)
{
    assembly_destroy(*state);
    return unsetenv("KNEAD_DATA");
}

static void the_shipped_files_fit_together(void** state)
{
    assembly_t* assembly = *state;
    const options_t options = no_options();
    const bool loaded = assembly_load_table(assembly, &options);
    if (!loaded) {
        findings_print(&assembly->findings, stderr);
    }
    assert_true(loaded);
    assert_int_equal(assembly->findings.error_count, 0);
    assert_int_equal(assembly->machine.arm.joint_count, 7);
    assert_true(assembly->body.surface.row_count > 0);
    assert_true(assembly_choose_pad(assembly, NULL));
    assert_int_equal(assembly->pad_index, 0);
    assert_true(assembly_build_world(assembly, &options));
    assert_ptr_equal(assembly->world.surface, &assembly->body.surface);
    assert_int_equal(assembly->world.tissue_count, assembly->body_settings.region_count);
}

static double offset_m(const world_settings_t* world)
{
    const double* offset = world->body_offset_m;
    return sqrt(offset[0] * offset[0] + offset[1] * offset[1] + offset[2] * offset[2]);
}

static void the_true_client_lies_within_the_registration_error(void** state)
{
    assembly_t* assembly = *state;
    options_t options = no_options();
    assert_true(assembly_load_table(assembly, &options));
    const body_settings_t* body = &assembly->body_settings;
    double largest_m = 0.0;
    double largest_rad = 0.0;
    for (int seed = 0; seed < SEED_COUNT; ++seed) {
        options.whole[OPTION_SEED] = seed;
        assert_true(assembly_build_world(assembly, &options));
        assert_true(offset_m(&assembly->world) <= body->registration_error_m);
        assert_true(fabs(assembly->world.body_turn_rad) <= body->registration_error_rad);
        largest_m = fmax(largest_m, offset_m(&assembly->world));
        largest_rad = fmax(largest_rad, fabs(assembly->world.body_turn_rad));
    }
    // The whole of what is allowed is drawn from: of 200 draws none in the outer tenth would be one
    // in 1e27 for the ball and one in 1e9 for the turn.
    assert_true(largest_m > 0.9 * body->registration_error_m);
    assert_true(largest_rad > 0.9 * body->registration_error_rad);
}

static void a_seed_lays_the_client_at_the_same_place_again(void** state)
{
    assembly_t* assembly = *state;
    options_t options = no_options();
    assert_true(assembly_load_table(assembly, &options));
    assert_true(assembly_build_world(assembly, &options));
    const world_settings_t first = assembly->world;
    options.whole[OPTION_SEED] = OPTION_SEED_DEFAULT + 1;
    assert_true(assembly_build_world(assembly, &options));
    assert_memory_not_equal(assembly->world.body_offset_m, first.body_offset_m,
                            sizeof first.body_offset_m);
    options.whole[OPTION_SEED] = OPTION_SEED_DEFAULT;
    assert_true(assembly_build_world(assembly, &options));
    assert_memory_equal(assembly->world.body_offset_m, first.body_offset_m,
                        sizeof first.body_offset_m);
    assert_true(assembly->world.seed == first.seed);
}

static void an_option_names_another_file_and_every_missing_one_is_told(void** state)
{
    assembly_t* assembly = *state;
    options_t options = no_options();
    options.text[OPTION_MACHINE] = "no/such/machine.yaml";
    options.text[OPTION_CLIENT] = "no/such/client.yaml";
    assert_false(assembly_load_table(assembly, &options));
    bool machine_told = false;
    bool client_told = false;
    for (int i = 0; i < assembly->findings.count; ++i) {
        const char* path = assembly->findings.at[i].path;
        machine_told = machine_told || strcmp(path, "no/such/machine.yaml") == 0;
        client_told = client_told || strcmp(path, "no/such/client.yaml") == 0;
    }
    assert_true(machine_told);
    assert_true(client_told);
}

static void a_session_begins_as_strongly_as_the_client_likes(void** state)
{
    assembly_t* assembly = *state;
    options_t options = no_options();
    options.text[OPTION_CLIENT] = "routines/clients/sore-runner.yaml";
    assert_true(assembly_load_table(assembly, &options));
    assert_int_equal(assembly->client.intensity_over_written, -1);
    assert_true(assembly_load_routine(assembly, "tests/data/techniques/legs-lightly.yaml"));
    static const struct {
        int over_written, level;
    } cases[] = {{-1, 4}, {0, 5}, {-5, 0}, {5, 10}, {-6, 0}, {6, 10}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
        assembly->client.intensity_over_written = cases[i].over_written;
        assert_true(assembly_build_session(assembly));
        assert_int_equal(assembly->session.intensity_start, cases[i].level);
    }
}

static void a_path_that_does_not_fit_is_refused(void** state)
{
    assembly_t* assembly = *state;
    char path[ASSEMBLY_PATH_CAPACITY];
    assert_int_equal(setenv("KNEAD_DATA", "/where/the/data/is", 1), 0);
    assert_true(assembly_data_path("config/x.yaml", path, sizeof path));
    assert_string_equal(path, "/where/the/data/is/config/x.yaml");
    assert_true(assembly_data_path("config/x.yaml", path, strlen(path) + 1));
    assert_false(assembly_data_path("config/x.yaml", path, strlen(path)));

    char long_name[ASSEMBLY_PATH_CAPACITY + 2];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    options_t options = no_options();
    options.text[OPTION_SAFETY] = long_name;
    assert_false(assembly_load_table(assembly, &options));
    assert_true(assembly->findings.error_count > 0);
}

static void device_profiles_are_looked_for_beside_the_machine_first(void** state)
{
    (void)state;
    char path[ASSEMBLY_PATH_CAPACITY];
    assert_true(assembly_device_directory("config/machines/other.yaml", path, sizeof path));
    assert_string_equal(path, "config/machines/../devices");
    assert_true(assembly_device_directory("other.yaml", path, sizeof path));
    assert_string_equal(path, "config/devices");
    assert_true(assembly_device_directory("/nowhere/at/all/other.yaml", path, sizeof path));
    assert_string_equal(path, "config/devices");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_shipped_files_fit_together, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_begins_as_strongly_as_the_client_likes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_true_client_lies_within_the_registration_error, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_seed_lays_the_client_at_the_same_place_again, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_option_names_another_file_and_every_missing_one_is_told,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_that_does_not_fit_is_refused, setup, teardown),
        cmocka_unit_test(device_profiles_are_looked_for_beside_the_machine_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
