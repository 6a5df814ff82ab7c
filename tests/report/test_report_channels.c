// However long a run is, its highest and lowest samples are in the stretches, at their time and in
// their order, and what does not count in the figures of the run is not among them.
#include "tests/support/cmocka_prelude.h"

#include "controller/report/report_channels.h"
#include "tests/support/record_sample.h"

#define PERIOD_US 4000
#define CYCLES 2500000 // ten thousand seconds: 41 cycles a stretch

typedef struct {
    sample_session_t* sample;
    report_channels_t channels;
} fixture_t;

static int setup(void** state)
{
    static fixture_t fixture;
    fixture.sample = sample_session(0.3);
    *state = &fixture;
    return 0;
}

static int teardown(void** state)
{
    fixture_t* fixture = *state;
    report_channels_free(&fixture->channels);
    free(fixture->sample);
    return 0;
}

static void begin(fixture_t* fixture, int64_t from_us, int64_t to_us)
{
    assert_true(
        report_channels_begin(&fixture->channels, &fixture->sample->session, from_us, to_us));
}

static cycle_record_t record_at(int64_t now_us, double force_N)
{
    cycle_record_t record = {.mode = MODE_CONTACT, .force_tared = true};
    record.input.now_us = now_us;
    record.normal_force_N = (float)force_N;
    record.force_target_N = 10.0f;
    record.force_cap_N = 40.0f;
    record.input.feedback.drives[0].state = DRIVE_OPERATION_ENABLED;
    record.command.request[0] = DRIVE_REQUEST_ENABLE;
    return record;
}

static double highest_of(const report_stretch_t* stretches, int count, int* where)
{
    double highest = -HUGE_VAL;
    for (int index = 0; index < count; index++) {
        if (stretches[index].highest > highest) {
            highest = stretches[index].highest;
            *where = index;
        }
    }
    return highest;
}

static void no_peak_is_lost_in_a_long_run(void** state)
{
    fixture_t* fixture = *state;
    report_channels_t* channels = &fixture->channels;
    const int64_t peak_cycle = 1234567;
    begin(fixture, 0, (int64_t)(CYCLES - 1) * PERIOD_US);
    assert_true(channels->fine.count <= REPORT_FINE_STRETCHES_MAX);
    assert_true(channels->slow.count <= REPORT_JOINT_STRETCHES_MAX);
    for (int64_t cycle = 0; cycle < CYCLES; cycle += 1 + cycle % 7) {
        const cycle_record_t record = record_at(cycle * PERIOD_US, cycle % 2 == 0 ? 5.0 : 6.0);
        report_channels_observe(channels, &record);
    }
    const cycle_record_t peak = record_at(peak_cycle * PERIOD_US, 33.25);
    report_channels_observe(channels, &peak);
    int where = -1;
    const report_stretch_t* force = channels->tool[REPORT_FORCE];
    assert_near(highest_of(force, channels->fine.count, &where), 33.25, 0.0);
    const int64_t from_us = channels->fine.from_us + where * channels->fine.stretch_us;
    assert_true(from_us <= peak_cycle * PERIOD_US &&
                peak_cycle * PERIOD_US < from_us + channels->fine.stretch_us);
}

static void the_order_of_the_extremes_is_kept(void** state)
{
    fixture_t* fixture = *state;
    report_channels_t* channels = &fixture->channels;
    begin(fixture, 0, 4 * PERIOD_US);
    assert_int_equal(channels->fine.stretch_us, 2 * PERIOD_US);
    const double forces_N[] = {7.0, 3.0, 3.0, 7.0};
    for (int cycle = 0; cycle < 4; cycle++) {
        const cycle_record_t record = record_at(cycle * PERIOD_US, forces_N[cycle]);
        report_channels_observe(channels, &record);
    }
    const report_stretch_t* force = channels->tool[REPORT_FORCE];
    assert_true(force[0].highest_first && !force[1].highest_first);
    for (int index = 0; index < 2; index++) {
        assert_near(force[index].lowest, 3.0, 0.0);
        assert_near(force[index].highest, 7.0, 0.0);
    }
}

static void what_the_figures_leave_out_is_left_out(void** state)
{
    fixture_t* fixture = *state;
    report_channels_t* channels = &fixture->channels;
    begin(fixture, 0, 100 * PERIOD_US);
    cycle_record_t record = record_at(0, 50.0);
    record.force_tared = false;
    record.mode = MODE_TRANSIT;
    report_channels_observe(channels, &record);
    assert_true(isnan(channels->tool[REPORT_FORCE][0].highest));
    assert_true(isnan(channels->tool[REPORT_TARGET][0].highest));
    record = record_at(4 * PERIOD_US, (double)NAN);
    report_channels_observe(channels, &record);
    assert_true(isnan(channels->tool[REPORT_FORCE][2].highest));
    record = record_at(-PERIOD_US, 60.0); // outside the run
    report_channels_observe(channels, &record);
    record = record_at(1000 * PERIOD_US, 60.0);
    report_channels_observe(channels, &record);
    int where = -1;
    assert_true(highest_of(channels->tool[REPORT_FORCE], channels->fine.count, &where) < 0.0);
}

/// The first joint follows from its second sample on; before, and without torque, it rests.
static void a_joint_counts_while_it_is_to_follow(void** state)
{
    fixture_t* fixture = *state;
    report_channels_t* channels = &fixture->channels;
    begin(fixture, 0, 40 * 10 * PERIOD_US);
    for (int cycle = 0; cycle < 30; cycle++) {
        cycle_record_t record = record_at(cycle * PERIOD_US, 5.0);
        record.input.feedback.drives[0].position = 0.1 * cycle;
        record.command.position[0] = 0.1 * cycle + 0.15; // of the next period: 0.05 ahead
        if (cycle >= 20) {
            record.input.feedback.drives[0].state = DRIVE_SWITCH_ON_DISABLED;
        }
        report_channels_observe(channels, &record);
    }
    const report_stretch_t* first = channels->joints[0][REPORT_POSITION];
    assert_near(first[0].lowest, 0.1, 1e-12);
    assert_near(first[1].highest, 1.9, 1e-12);
    assert_true(isnan(first[2].lowest));
    assert_near(channels->joints[0][REPORT_FOLLOWING][0].highest, 0.05, 1e-12);
    assert_near(channels->joints[0][REPORT_FOLLOWING][1].lowest, 0.05, 1e-12);
    assert_near(channels->joints[0][REPORT_SPEED_COMMANDED][1].highest, 0.1 / 4e-3, 1e-9);
    assert_near(channels->resting[0][0].highest, 0.0, 0.0);
    assert_near(channels->resting[0][2].lowest, 2.0, 1e-12);
    assert_near(channels->resting[0][2].highest, 2.9, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CLAIM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        CLAIM(no_peak_is_lost_in_a_long_run),
        CLAIM(the_order_of_the_extremes_is_kept),
        CLAIM(what_the_figures_leave_out_is_left_out),
        CLAIM(a_joint_counts_while_it_is_to_follow),
#undef CLAIM
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
