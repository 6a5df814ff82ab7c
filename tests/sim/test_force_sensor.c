/// The sensor's sign and frame by hand, its delay, noise, offset and faults.
#include "tests/support/cmocka_prelude.h"

#include "sim/devices/force_sensor.h"
#include "tests/sim/table_under_test.h"

#define WEIGHT_N (1.5 * 9.80665)

static const force_sensor_settings_t quiet = {
    .tool_mass_kg = 1.5, .tool_centre_of_mass_m = {0.0, 0.0, 0.04}, .step_s = 0.001};
static const wrench_t nothing;
static const vec3_t at_rest;

static register_file_t registers(void)
{
    static device_profile_t force, io;
    register_file_t file;
    table_other_profiles(&force, &io);
    assert_true(register_file_init(&file, &force));
    return file;
}

static double reading(const force_sensor_t* sensor, register_file_t* file, int axis)
{
    double value = (double)NAN;
    force_sensor_latch(sensor, file);
    assert_true(register_file_get(file, (point_id_t)(POINT_FORCE_X + axis), &value));
    return value;
}

static void let(force_sensor_t* sensor, world_event_kind_t kind, int axis, double magnitude,
                bool begins)
{
    const world_event_t event = {.kind = kind, .axis = axis, .magnitude = magnitude};
    force_sensor_event(sensor, &event, begins);
}

static void weight_shows_in_the_sensors_axes(void** state)
{
    (void)state;
    register_file_t file = registers();
    // Hanging straight down: sensor z is table -z, weight along +z.
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 4000, 1));
    force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
    assert_near(reading(&sensor, &file, 2), WEIGHT_N, 0.006);
    for (int axis = 0; axis < 6; ++axis) {
        if (axis != 2) {
            assert_near(reading(&sensor, &file, axis), 0.0, 0.006);
        }
    }
    // Lying along table x (z of the sensor is table x, x of the sensor is table -z): weight along
    // +x, and 14.7 N on a lever of 40 mm turn it about +y.
    const pose_t level = {{0, 0, 1}, quat_from_rpy(0.0, 0.5 * PI, 0.0)};
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 4000, 1));
    force_sensor_step(&sensor, &level, vec3(0.1, 0, 1), &nothing, at_rest);
    assert_near(reading(&sensor, &file, 0), WEIGHT_N, 0.006);
    assert_near(reading(&sensor, &file, 2), 0.0, 0.006);
    assert_near(reading(&sensor, &file, 4), 0.04 * WEIGHT_N, 0.001);
}

static void pressing_down_makes_z_negative(void** state)
{
    (void)state;
    register_file_t file = registers();
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 1));
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    // 30 N up from the body and 4 N of friction along table x, 0.1 m below the flange.
    const wrench_t load = {{4.0, 0.0, 30.0}, {0.0, 0.0, 0.0}};
    force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &load, at_rest);
    assert_near(reading(&sensor, &file, 0), 4.0, 0.006);
    assert_near(reading(&sensor, &file, 2), WEIGHT_N - 30.0, 0.006);
    assert_near(reading(&sensor, &file, 4), 0.1 * 4.0, 0.001); // z lever times x force
}

static void accelerating_down_takes_weight_off(void** state)
{
    (void)state;
    register_file_t file = registers();
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 1));
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, vec3(0.0, 0.0, -2.0));
    assert_near(reading(&sensor, &file, 2), WEIGHT_N - 3.0, 0.006);
}

static void step_arrives_late_by_the_latency(void** state)
{
    (void)state;
    register_file_t file = registers();
    const int64_t latencies_us[] = {0, 4000, 10000};
    for (int k = 0; k < 3; ++k) {
        force_sensor_t sensor;
        const force_sensor_settings_t weightless = {.step_s = 0.001};
        assert_true(force_sensor_init(&sensor, &weightless, 0.0, latencies_us[k], 1));
        const pose_t upright = pose_identity();
        const wrench_t load = {{0.0, 0.0, 10.0}, {0.0, 0.0, 0.0}};
        force_sensor_step(&sensor, &upright, vec3(0, 0, 0), &nothing, at_rest);
        double missing_Ns = 0.0; // the area between step and answer is 10 N times the mean delay
        for (int i = 0; i < 200; ++i) {
            force_sensor_step(&sensor, &upright, vec3(0, 0, 0), &load, at_rest);
            missing_Ns += (10.0 - reading(&sensor, &file, 2)) * 0.001;
        }
        assert_near(reading(&sensor, &file, 2), 10.0, 0.006);
        assert_near(missing_Ns / 10.0, (double)latencies_us[k] * 1e-6, 0.0003);
    }
}

static void noise_has_the_stated_deviation_and_bias_its_bound(void** state)
{
    (void)state;
    register_file_t file = registers();
    force_sensor_settings_t noisy = quiet;
    noisy.force_noise_N = 0.15;
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    double widest_N = 0.0;
    for (uint64_t seed = 0; seed < 20; ++seed) {
        force_sensor_t sensor;
        assert_true(force_sensor_init(&sensor, &noisy, 2.0, 4000, seed));
        double sum = 0.0, squares = 0.0;
        for (int i = 0; i < 5000; ++i) {
            force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
            const double x = reading(&sensor, &file, 0);
            sum += x;
            squares += x * x;
        }
        const double mean_N = sum / 5000.0;
        assert_true(fabs(mean_N) <= 2.0 + 0.01);
        widest_N = fmax(widest_N, fabs(mean_N));
        assert_near(sqrt(squares / 5000.0 - mean_N * mean_N), 0.15, 0.01);
    }
    assert_true(widest_N > 1.0);
}

static void what_a_sample_holds_does_not_depend_on_who_read_the_last(void** state)
{
    (void)state;
    register_file_t file = registers();
    force_sensor_settings_t noisy = quiet;
    noisy.force_noise_N = 0.15;
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_t often, seldom;
    assert_true(force_sensor_init(&often, &noisy, 2.0, 4000, 9));
    assert_true(force_sensor_init(&seldom, &noisy, 2.0, 4000, 9));
    for (int i = 0; i < 100; ++i) {
        force_sensor_step(&often, &down, vec3(0, 0, 0.9), &nothing, at_rest);
        force_sensor_step(&seldom, &down, vec3(0, 0, 0.9), &nothing, at_rest);
        (void)reading(&often, &file, 0);
    }
    const double again_N = reading(&often, &file, 0);
    assert_true(reading(&often, &file, 0) == again_N && reading(&seldom, &file, 0) == again_N);
}

static void frozen_sensor_repeats_itself_and_counts_on(void** state)
{
    (void)state;
    register_file_t file = registers();
    force_sensor_settings_t noisy = quiet;
    noisy.force_noise_N = 0.15;
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &noisy, 2.0, 4000, 9));
    for (int i = 0; i < 10; ++i) {
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
    }
    const double before_N = reading(&sensor, &file, 2);
    const uint32_t count = register_file_raw(&file, POINT_SAMPLE_COUNTER);
    let(&sensor, WORLD_EVENT_FORCE_FREEZE, 0, 0.0, true);
    const wrench_t load = {{0.0, 0.0, 50.0}, {0.0, 0.0, 0.0}};
    for (int i = 0; i < 100; ++i) {
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &load, at_rest);
        assert_true(reading(&sensor, &file, 2) == before_N);
    }
    assert_int_equal(register_file_raw(&file, POINT_SAMPLE_COUNTER), count + 100);
}

static void scaled_sensor_reads_weight_and_load_times_its_factor(void** state)
{
    (void)state;
    register_file_t file = registers();
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    const wrench_t load = {{0.0, 0.0, 20.0}, {0.0, 0.0, 0.0}};
    const double factors[] = {-1.0, 0.5, 0.0};
    for (int i = 0; i < 3; ++i) {
        force_sensor_t sensor;
        assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 9));
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &load, at_rest);
        const double sound_N = reading(&sensor, &file, 2);
        assert_true(fabs(sound_N) > 1.0);
        let(&sensor, WORLD_EVENT_FORCE_SCALE, 0, factors[i], true);
        assert_near(reading(&sensor, &file, 2), factors[i] * sound_N, 0.02);
    }
}

static void overload_shows_in_the_status(void** state)
{
    (void)state;
    register_file_t file = registers();
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 9));
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    const double loads_N[] = {300.0, 400.0}; // a word of 0.01 N ends at 327.67 N
    for (int k = 0; k < 2; ++k) {
        const wrench_t load = {{loads_N[k], 0.0, 0.0}, {0.0, 0.0, 0.0}};
        for (int i = 0; i < 100; ++i) {
            force_sensor_step(&sensor, &down, vec3(0, 0, 1), &load, at_rest);
        }
        force_sensor_latch(&sensor, &file);
        assert_int_equal(register_file_raw(&file, POINT_STATUS) != 0, k);
    }
    assert_near(reading(&sensor, &file, 0), 327.67, 1e-9);
}

static void latency_past_the_delay_line_is_refused(void** state)
{
    (void)state;
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 126000, 1));
    assert_false(force_sensor_init(&sensor, &quiet, 0.0, 128000, 1));
    assert_false(force_sensor_init(&sensor, &quiet, 0.0, -1, 1));
}

#define SAMPLES 20000

/// Samples of one axis of a quiet sensor with one fault.
static void sample(world_event_kind_t kind, double magnitude, uint64_t seed, double* values)
{
    register_file_t file = registers();
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, seed));
    let(&sensor, kind, 2, magnitude, true);
    for (int i = 0; i < SAMPLES; ++i) {
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
        values[i] = reading(&sensor, &file, 2);
    }
}

static void faults_of_chance_come_as_often_and_as_large_as_stated(void** state)
{
    (void)state;
    static double values[SAMPLES], again[SAMPLES];
    sample(WORLD_EVENT_FORCE_SPIKE, 50.0, 3, values);
    int spikes = 0;
    for (int i = 0; i < SAMPLES; ++i) {
        assert_true(fabs(values[i] - WEIGHT_N) < 0.006 ||
                    fabs(values[i] - WEIGHT_N - 50.0) < 0.006);
        spikes += values[i] > 30.0 ? 1 : 0;
    }
    assert_near(spikes, 0.1 * SAMPLES, 4.0 * sqrt(0.09 * SAMPLES));
    sample(WORLD_EVENT_FORCE_SPIKE, 50.0, 3, again);
    assert_memory_equal(values, again, sizeof values);
    sample(WORLD_EVENT_FORCE_SPIKE, 50.0, 4, again);
    assert_memory_not_equal(values, again, sizeof values);

    sample(WORLD_EVENT_FORCE_DROPOUT, 0.3, 3, values);
    int dropped = 0;
    for (int i = 0; i < SAMPLES; ++i) {
        assert_true(values[i] == 0.0 || fabs(values[i] - WEIGHT_N) < 0.006);
        dropped += values[i] == 0.0 ? 1 : 0;
    }
    assert_near(dropped, 0.3 * SAMPLES, 4.0 * sqrt(0.21 * SAMPLES));

    const double deviations_N[] = {0.0, 5.0, 50.0};
    for (int k = 0; k < 3; ++k) {
        sample(WORLD_EVENT_FORCE_NOISE, deviations_N[k], 3, values);
        double sum = 0.0, squares = 0.0;
        for (int i = 0; i < SAMPLES; ++i) {
            sum += values[i] - WEIGHT_N;
            squares += (values[i] - WEIGHT_N) * (values[i] - WEIGHT_N);
        }
        assert_near(sum / SAMPLES, 0.0, 0.03 * deviations_N[k] + 0.006);
        assert_near(sqrt(squares / SAMPLES), deviations_N[k], 0.03 * deviations_N[k] + 0.006);
    }
}

static void delay_shows_a_step_so_many_samples_later(void** state)
{
    (void)state;
    register_file_t file = registers();
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    const wrench_t load = {{0.0, 0.0, 20.0}, {0.0, 0.0, 0.0}};
    const int delays[] = {0, 7, 500};
    for (int k = 0; k < 3; ++k) {
        force_sensor_t sensor;
        assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 1));
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
        let(&sensor, WORLD_EVENT_FORCE_DELAY, 2, delays[k] * 0.001, true);
        int waited = 0;
        while (reading(&sensor, &file, 2) > WEIGHT_N - 1.0) {
            force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &load, at_rest);
            ++waited;
            assert_true(waited <= 600);
        }
        assert_int_equal(waited, delays[k] + 1);
    }
}

static void drift_grows_from_its_beginning_and_is_gone_with_its_end(void** state)
{
    (void)state;
    register_file_t file = registers();
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 1));
    for (int i = 0; i < 100; ++i) {
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
    }
    let(&sensor, WORLD_EVENT_FORCE_DRIFT, 4, 5.0, true); // a torque: 5 N/s on 20 mm
    assert_near(reading(&sensor, &file, 4), 0.0, 0.001);
    for (int i = 0; i < 2000; ++i) {
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
    }
    assert_near(reading(&sensor, &file, 4), 2.0 * 5.0 * 0.02, 0.001);
    assert_near(reading(&sensor, &file, 2), WEIGHT_N, 0.006);
    let(&sensor, WORLD_EVENT_FORCE_DRIFT, 4, 5.0, false);
    assert_near(reading(&sensor, &file, 4), 0.0, 0.001);
}

static void exchanged_axes_are_48_different_ways_that_keep_lengths(void** state)
{
    (void)state;
    register_file_t file = registers();
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    const wrench_t load = {{3.0, 5.0, 30.0}, {0.0, 0.0, 0.0}};
    double seen[48][3];
    for (int way = 0; way < 48; ++way) {
        force_sensor_t sensor;
        assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 1));
        force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &load, at_rest);
        let(&sensor, WORLD_EVENT_FORCE_SWAP, 0, way, true);
        for (int axis = 0; axis < 3; ++axis) {
            seen[way][axis] = reading(&sensor, &file, axis);
        }
        const double length_N = hypot(hypot(seen[way][0], seen[way][1]), seen[way][2]);
        assert_near(length_N, hypot(hypot(3.0, 5.0), 30.0 - WEIGHT_N), 0.02);
        for (int other = 0; other < way; ++other) {
            assert_true(fabs(seen[way][0] - seen[other][0]) > 0.5 ||
                        fabs(seen[way][1] - seen[other][1]) > 0.5 ||
                        fabs(seen[way][2] - seen[other][2]) > 0.5);
        }
    }
    assert_near(seen[0][0], 3.0, 0.006); // 0 is the right way
}

static void faults_act_together_in_the_stated_order(void** state)
{
    (void)state;
    register_file_t file = registers();
    const pose_t down = {{0, 0, 1}, quat_from_rpy(PI, 0.0, 0.0)};
    force_sensor_t sensor;
    assert_true(force_sensor_init(&sensor, &quiet, 0.0, 0, 1));
    force_sensor_step(&sensor, &down, vec3(0, 0, 0.9), &nothing, at_rest);
    let(&sensor, WORLD_EVENT_FORCE_BIAS, 2, 10.0, true); // then scale, though it came first
    let(&sensor, WORLD_EVENT_FORCE_SCALE, 0, 2.0, true);
    assert_near(reading(&sensor, &file, 2), 2.0 * WEIGHT_N + 10.0, 0.006);
    let(&sensor, WORLD_EVENT_FORCE_SIGN, 2, 0.0, true);
    assert_near(reading(&sensor, &file, 2), -2.0 * WEIGHT_N + 10.0, 0.006);
    let(&sensor, WORLD_EVENT_FORCE_SATURATION, 0, 15.0, true);
    assert_near(reading(&sensor, &file, 2), -15.0, 0.006);
    let(&sensor, WORLD_EVENT_FORCE_STEPS, 0, 4.0, true);
    assert_near(reading(&sensor, &file, 2), -16.0, 0.006);
    let(&sensor, WORLD_EVENT_FORCE_FREEZE, 0, 0.0, true);
    let(&sensor, WORLD_EVENT_FORCE_SCALE, 0, 1.0, false); // it stands still all the same
    assert_near(reading(&sensor, &file, 2), -16.0, 0.006);
    let(&sensor, WORLD_EVENT_FORCE_FREEZE, 0, 0.0, false);
    assert_near(reading(&sensor, &file, 2), -4.0, 0.006); // -14.71 + 10 in steps of 4
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weight_shows_in_the_sensors_axes),
        cmocka_unit_test(pressing_down_makes_z_negative),
        cmocka_unit_test(accelerating_down_takes_weight_off),
        cmocka_unit_test(step_arrives_late_by_the_latency),
        cmocka_unit_test(noise_has_the_stated_deviation_and_bias_its_bound),
        cmocka_unit_test(what_a_sample_holds_does_not_depend_on_who_read_the_last),
        cmocka_unit_test(frozen_sensor_repeats_itself_and_counts_on),
        cmocka_unit_test(scaled_sensor_reads_weight_and_load_times_its_factor),
        cmocka_unit_test(overload_shows_in_the_status),
        cmocka_unit_test(latency_past_the_delay_line_is_refused),
        cmocka_unit_test(faults_of_chance_come_as_often_and_as_large_as_stated),
        cmocka_unit_test(delay_shows_a_step_so_many_samples_later),
        cmocka_unit_test(drift_grows_from_its_beginning_and_is_gone_with_its_end),
        cmocka_unit_test(exchanged_axes_are_48_different_ways_that_keep_lengths),
        cmocka_unit_test(faults_act_together_in_the_stated_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
