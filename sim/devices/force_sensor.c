#include "sim/devices/force_sensor.h"

#include <math.h>

#include "sim/gravity.h"

#define BIAS_LEVER_M 0.02

bool force_sensor_init(force_sensor_t* sensor, const force_sensor_settings_t* settings,
                       double force_bias_max_N, int64_t latency_us, uint64_t seed)
{
    const double latency_s = (double)latency_us * 1e-6;
    const double delay_steps = floor(0.5 * latency_s / settings->step_s + 0.5);
    if (!(latency_us >= 0 && delay_steps < FORCE_SENSOR_DELAY_CAPACITY)) {
        return false;
    }
    *sensor =
        (force_sensor_t){.settings = *settings, .delay_steps = (int)delay_steps, .scale = 1.0};
    const double filter_s = latency_s - sensor->delay_steps * settings->step_s;
    sensor->filter_part = settings->step_s / (settings->step_s + filter_s);
    random_stream_t stream = random_stream(seed, 0);
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        const double most = axis < 3 ? force_bias_max_N : force_bias_max_N * BIAS_LEVER_M;
        sensor->bias[axis] = random_between(&stream, -most, most);
    }
    sensor->noise_key = random_next(&stream);
    return true;
}

void force_sensor_step(force_sensor_t* sensor, const pose_t* flange, vec3_t tool_m,
                       const wrench_t* load, vec3_t acceleration_mps2)
{
    sensor->sample_counter += 1;
    if (sensor->frozen) {
        return;
    }
    sensor->noise_index = sensor->sample_counter;
    const quat_t into_sensor = quat_conjugate(flange->orientation);
    const vec3_t weight_N =
        quat_rotate(into_sensor, vec3_scale(vec3_sub(GRAVITY_MPS2, acceleration_mps2),
                                            sensor->settings.tool_mass_kg));
    const vec3_t load_N = quat_rotate(into_sensor, load->force_N);
    const vec3_t lever_m = vec3_sub(tool_m, flange->position_m);
    const vec3_t load_Nm =
        quat_rotate(into_sensor, vec3_add(load->torque_Nm, vec3_cross(lever_m, load->force_N)));
    const vec3_t force_N = vec3_add(weight_N, load_N);
    const vec3_t torque_Nm =
        vec3_add(load_Nm, vec3_cross(sensor->settings.tool_centre_of_mass_m, weight_N));

    const double sensed[FORCE_SENSOR_AXES] = {force_N.x,   force_N.y,   force_N.z,
                                              torque_Nm.x, torque_Nm.y, torque_Nm.z};
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        const double part = sensor->settled ? sensor->filter_part : 1.0;
        sensor->filtered[axis] += part * (sensed[axis] - sensor->filtered[axis]);
    }
    // The filter and the delay line start full of the first sample: a sensor long switched on.
    const int copies = sensor->settled ? 1 : FORCE_SENSOR_DELAY_CAPACITY;
    for (int copy = 0; copy < copies; ++copy) {
        sensor->newest = (sensor->newest + 1) % FORCE_SENSOR_DELAY_CAPACITY;
        for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
            sensor->delayed[sensor->newest][axis] = sensor->filtered[axis];
        }
    }
    sensor->settled = true;
}

void force_sensor_freeze(force_sensor_t* sensor)
{
    sensor->frozen = true;
}

void force_sensor_scale(force_sensor_t* sensor, double scale)
{
    sensor->scale = scale;
}

void force_sensor_shift(force_sensor_t* sensor, double step_N)
{
    sensor->bias[2] += step_N;
}

void force_sensor_latch(const force_sensor_t* sensor, register_file_t* file)
{
    static const point_id_t points[FORCE_SENSOR_AXES] = {POINT_FORCE_X,  POINT_FORCE_Y,
                                                         POINT_FORCE_Z,  POINT_TORQUE_X,
                                                         POINT_TORQUE_Y, POINT_TORQUE_Z};
    const int place = (sensor->newest + FORCE_SENSOR_DELAY_CAPACITY - sensor->delay_steps) %
                      FORCE_SENSOR_DELAY_CAPACITY;
    uint32_t status = FORCE_SENSOR_STATUS_OK;
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        const uint64_t index = (uint64_t)sensor->noise_index * FORCE_SENSOR_AXES + (uint64_t)axis;
        const double deviation =
            axis < 3 ? sensor->settings.force_noise_N : sensor->settings.torque_noise_Nm;
        const double noise = deviation * random_gaussian_at(sensor->noise_key, index);
        const double reading =
            sensor->scale * (sensor->delayed[place][axis] + sensor->bias[axis]) + noise;
        if (register_file_has(file, points[axis]) &&
            !register_file_set(file, points[axis], reading)) {
            status |= FORCE_SENSOR_STATUS_OVERLOAD;
        }
    }
    register_file_set_raw(file, POINT_STATUS, status);
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, sensor->sample_counter);
}
