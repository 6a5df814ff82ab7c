/// Two records of the same cycles are the same; each way of being worse is told by its own figure,
/// at its tolerance and not below it; inputs and decisions part at the cycle that was changed.
#include "tests/support/cmocka_prelude.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "controller/report/compare_page.h"
#include "tests/support/record_sample.h"

typedef void change_t(cycle_record_t* record);

typedef struct {
    folder_t folder;
    sample_session_t* sample;
    compare_run_t runs[2];
    cycle_file_header_t headers[2];
    summary_file_t files[2];
    summary_t summaries[2];
    compare_t compare;
} scene_t;

static int scene_setup(void** state)
{
    scene_t* scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    sample_directory(scene->folder.directory, sizeof scene->folder.directory);
    scene->sample = sample_session(0.2);
    *state = scene;
    return 0;
}

static int scene_teardown(void** state)
{
    scene_t* scene = *state;
    sample_remove(scene->folder.directory);
    free(scene->sample);
    free(scene);
    return 0;
}

/// Writes a sample run, cycles from `from` on changed, and opens it.
static void make_run(scene_t* scene, int which, int64_t from, change_t* change)
{
    char path[96];
    (void)snprintf(path, sizeof path, "%s/%d.bin", scene->folder.directory, which);
    const inputs_t inputs = {0};
    const digest_t digest = {{0}};
    cycle_file_header_make(&scene->sample->machine, 1, &digest, &scene->headers[which]);
    cycle_file_t* file = cycle_file_create(path, &scene->headers[which]);
    sample_run_t run;
    sample_run_begin(&run, scene->sample, 7);
    cycle_input_t in;
    cycle_output_t out;
    int64_t cycles = 0;
    for (bool more = true; more; ++cycles) {
        cycle_record_t record;
        more = sample_run_step(&run, &in, &out);
        cycle_record_make(&in, &out, &record);
        if (change != NULL && in.cycle >= from) {
            change(&record);
        }
        cycle_file_append_record(file, &record);
    }
    assert_true(cycle_file_close(file));
    summary_begin(&scene->summaries[which], &scene->sample->session, &inputs, 1);
    scene->files[which].verdict = VERDICT_FINISHED;
    scene->files[which].cycles = cycles;
    cycle_reader_t* reader = NULL;
    assert_int_equal(cycle_reader_open(path, &scene->headers[which], &reader), CYCLE_OPEN_OK);
    scene->runs[which] = (compare_run_t){reader, &scene->headers[which], &scene->files[which],
                                         &scene->summaries[which]};
}

static void compare(scene_t* scene, int64_t from, change_t* change,
                    const compare_tolerances_t* tolerances)
{
    const compare_tolerances_t as_listed = compare_tolerances();
    make_run(scene, 0, 0, NULL);
    make_run(scene, 1, from, change);
    compare_runs(&scene->runs[0], &scene->runs[1], tolerances != NULL ? tolerances : &as_listed,
                 &scene->compare);
    cycle_reader_close(scene->runs[0].reader);
    cycle_reader_close(scene->runs[1].reader);
}

static void the_same_run_is_the_same_in_every_figure(void** state)
{
    scene_t* scene = *state;
    compare(scene, 0, NULL, NULL);
    assert_false(compare_regressed(&scene->compare));
    assert_false(scene->compare.inputs_part);
    assert_false(scene->compare.decisions_part);
    for (int id = 0; id < COMPARE_COUNT; ++id) {
        const compare_row_t* row = &scene->compare.rows[id];
        assert_true(row->verdict == COMPARE_SAME || row->verdict == COMPARE_UNKNOWN);
    }
    assert_int_equal(scene->compare.rows[COMPARE_RMS].verdict, COMPARE_SAME);
    assert_int_equal(scene->compare.end[0], CYCLE_READ_END);
}

static void press_harder(cycle_record_t* record)
{
    record->normal_force_N += record->mode == MODE_CONTACT ? 3.0f : 0.0f;
}

static void harder_is_worse_and_a_tolerance_forgives_it(void** state)
{
    scene_t* scene = *state;
    compare(scene, 0, press_harder, NULL);
    assert_true(compare_regressed(&scene->compare));
    assert_int_equal(scene->compare.rows[COMPARE_RMS].verdict, COMPARE_WORSE);
    assert_int_equal(scene->compare.rows[COMPARE_PEAK].verdict, COMPARE_WORSE);
    assert_int_equal(scene->compare.rows[COMPARE_CONTACT].verdict, COMPARE_SAME);
    assert_false(scene->compare.inputs_part); // only telemetry was changed
    assert_false(scene->compare.decisions_part);
    compare_tolerances_t wide = compare_tolerances();
    const char* wrong = NULL;
    assert_true(compare_tolerances_read("force_error_rms_N=4,force_error_mean_N=4,force_peak_N=4,"
                                        "force_overshoot_N=4,impulse_Ns=1e4,over_cap_s=100",
                                        &wide, &wrong));
    compare(scene, 0, press_harder, &wide);
    assert_false(compare_regressed(&scene->compare));
}

static void pull(cycle_record_t* record)
{
    record->normal_force_N = record->force_tared ? -130.0f : record->normal_force_N;
}

static void a_larger_pull_is_worse_though_the_highest_force_is_lower(void** state)
{
    scene_t* scene = *state;
    compare(scene, 0, pull, NULL);
    const compare_row_t* row = &scene->compare.rows[COMPARE_PULL];
    assert_true(fabs(row->second - 130.0) < 1e-9);
    assert_int_equal(row->verdict, COMPARE_WORSE);
    assert_int_equal(scene->compare.rows[COMPARE_PEAK].verdict, COMPARE_BETTER);
}

static void figures_of_whole_runs_are_compared_only_of_runs_that_ended_alike(void** state)
{
    scene_t* scene = *state;
    const compare_tolerances_t as_listed = compare_tolerances();
    for (int id = 0; id < 2; ++id) {
        make_run(scene, 0, 0, NULL);
        make_run(scene, 1, 0, id == 0 ? NULL : press_harder);
        scene->files[0].verdict = VERDICT_STOPPED;
        compare_runs(&scene->runs[0], &scene->runs[1], &as_listed, &scene->compare);
        const compare_row_t* rows = scene->compare.rows;
        assert_int_equal(rows[COMPARE_DURATION].verdict, COMPARE_OF_WHOLE_RUNS);
        assert_int_equal(rows[COMPARE_IMPULSE].verdict, COMPARE_OF_WHOLE_RUNS);
        assert_int_equal(rows[COMPARE_REGIONS].verdict, COMPARE_OF_WHOLE_RUNS);
        assert_int_equal(rows[COMPARE_ENDING].verdict, COMPARE_BETTER);
        // What can be worse in any part of a run still is.
        assert_int_equal(rows[COMPARE_PEAK].verdict, id == 0 ? COMPARE_SAME : COMPARE_WORSE);
        assert_true(compare_regressed(&scene->compare) == (id == 1));
        cycle_reader_close(scene->runs[0].reader);
        cycle_reader_close(scene->runs[1].reader);
    }
}

static void read_another_force(cycle_record_t* record)
{
    record->input.feedback.force.force_N[1] += 0.5;
}

static void command_elsewhere(cycle_record_t* record)
{
    record->command.position[2] += 3.0 * SAMPLE_POSITION_SCALE;
}

static void runs_part_at_the_cycle_that_was_changed(void** state)
{
    scene_t* scene = *state;
    compare(scene, 501, read_another_force, NULL);
    assert_true(scene->compare.inputs_part);
    assert_int_equal(scene->compare.input[0].input.cycle, 501);
    assert_false(scene->compare.decisions_part);
    compare(scene, 777, command_elsewhere, NULL);
    assert_false(scene->compare.inputs_part);
    assert_true(scene->compare.decisions_part);
    assert_int_equal(scene->compare.decision[1].input.cycle, 777);
}

static void lose_the_force(cycle_record_t* record)
{
    record->normal_force_N = (float)NAN;
}

static void what_was_known_and_is_not_any_more_is_worse(void** state)
{
    scene_t* scene = *state;
    compare(scene, 0, lose_the_force, NULL);
    assert_int_equal(scene->compare.rows[COMPARE_RMS].verdict, COMPARE_WORSE);
    assert_true(compare_regressed(&scene->compare));
}

/// A run that was cut off has no cycles in its summary.
static void runs_that_were_cut_off_are_drawn_as_far_as_they_go(void** state)
{
    scene_t* scene = *state;
    const compare_tolerances_t as_listed = compare_tolerances();
    for (int which = 0; which < 2; ++which) {
        make_run(scene, which, 0, NULL);
        scene->files[which].verdict = VERDICT_RUNNING;
        scene->files[which].cycles = 0;
    }
    compare_runs(&scene->runs[0], &scene->runs[1], &as_listed, &scene->compare);
    const compare_t* drawn = &scene->compare;
    const double period_s = scene->sample->session.period_s;
    const double last_s = (double)(drawn->cycles[0] - 1) * period_s;
    assert_true(last_s > 2.0);
    assert_true(fabs(drawn->drawn_s - last_s) < 2.0 * period_s);
    const compare_column_t* last = &drawn->columns[0][(int)(last_s / drawn->column_s)];
    assert_true(isfinite(last->force_max_N));
    double highest_N = 0.0;
    for (int column = 0; column < COMPARE_COLUMN_COUNT; ++column) {
        highest_N = fmax(highest_N, drawn->columns[1][column].force_max_N);
    }
    assert_true(fabs(highest_N - scene->summaries[1].force_peak_N) < 1e-6);
    cycle_reader_close(scene->runs[0].reader);
    cycle_reader_close(scene->runs[1].reader);
}

static void tolerances_are_read_or_refused(void** state)
{
    (void)state;
    const char* const refused[] = {"stops",     "stops=", "stops=x",     "stops=-1",
                                   "stops=nan", "stop=1", "stops=1;x=2", "stops=inf"};
    compare_tolerances_t tolerances = compare_tolerances();
    const char* wrong = NULL;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; ++i) {
        assert_false(compare_tolerances_read(refused[i], &tolerances, &wrong));
        assert_ptr_equal(wrong, refused[i]);
    }
    assert_true(compare_tolerances_read("stops=2,following_rms=0.5", &tolerances, &wrong));
    assert_true(tolerances.at[COMPARE_STOPS] == 2.0);
    assert_true(tolerances.at[COMPARE_FOLLOWING_RMS] == 0.5);
    assert_true(isnan(tolerances.at[COMPARE_PEAK]));
}

static void the_page_draws_the_extremes_of_both(void** state)
{
    scene_t* scene = *state;
    char path[96];
    compare(scene, 0, press_harder, NULL);
    double highest_N = 0.0;
    for (int column = 0; column < COMPARE_COLUMN_COUNT; ++column) {
        highest_N = fmax(highest_N, scene->compare.columns[1][column].force_max_N);
    }
    assert_true(fabs(highest_N - scene->summaries[1].force_peak_N) < 1e-6);
    const session_t* session = &scene->sample->session;
    const compare_page_t page = {
        .names = {"a <b>", "c"}, .sessions = {session, session}, .compare = &scene->compare};
    (void)snprintf(path, sizeof path, "%s/page.html", scene->folder.directory);
    assert_true(compare_page_write(&page, path));
    char* text = sample_read_file(path, NULL);
    assert_non_null(strstr(text, "a &lt;b&gt;"));
    assert_non_null(strstr(text, "data-run=\"0\" d=\"M"));
    assert_non_null(strstr(text, "data-run=\"1\" d=\"M"));
    assert_non_null(strstr(text, "id=\"force_peak_N\""));
    assert_null(strstr(text, "nan"));
    free(text);
    assert_false(compare_page_write(&page, "/nowhere/at/all"));
}

int main(void)
{
#define WITH_SCENE(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)
    const struct CMUnitTest tests[] = {
        WITH_SCENE(the_same_run_is_the_same_in_every_figure),
        WITH_SCENE(harder_is_worse_and_a_tolerance_forgives_it),
        WITH_SCENE(a_larger_pull_is_worse_though_the_highest_force_is_lower),
        WITH_SCENE(figures_of_whole_runs_are_compared_only_of_runs_that_ended_alike),
        WITH_SCENE(runs_part_at_the_cycle_that_was_changed),
        WITH_SCENE(what_was_known_and_is_not_any_more_is_worse),
        WITH_SCENE(the_page_draws_the_extremes_of_both),
        WITH_SCENE(runs_that_were_cut_off_are_drawn_as_far_as_they_go),
        cmocka_unit_test(tolerances_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
