#include "sim/devices/force_sensor.h"

#include <math.h>
#include <string.h>

#include "sim/gravity.h"

// What is drawn by sample number, besides the noise of a sound sensor.
#define KEY_OF_FAULT_NOISE 0x9D39247E33776D41u
#define KEY_OF_SPIKES 0x2AF7398005AAA5C7u
#define KEY_OF_DROPOUTS 0x44DB015024623547u

static const force_sensor_faults_t no_faults = {
    .scale = 1.0, .count_factor = 1.0, .saturation_N = (double)INFINITY};

bool force_sensor_init(force_sensor_t* sensor, const force_sensor_settings_t* settings,
                       double force_bias_max_N, int64_t latency_us, uint64_t seed)
{
    const double latency_s = (double)latency_us * 1e-6;
    const double delay_steps = floor(0.5 * latency_s / settings->step_s + 0.5);
    if (!(latency_us >= 0 && delay_steps < FORCE_SENSOR_DELAY_CAPACITY)) {
        return false;
    }
    *sensor = (force_sensor_t){
        .settings = *settings, .delay_steps = (int)delay_steps, .faults = no_faults};
    const double filter_s = latency_s - sensor->delay_steps * settings->step_s;
    sensor->filter_part = settings->step_s / (settings->step_s + filter_s);
    random_stream_t stream = random_stream(seed, 0);
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        const double most = axis < 3 ? force_bias_max_N : force_bias_max_N * FORCE_SENSOR_LEVER_M;
        sensor->bias[axis] = random_between(&stream, -most, most);
    }
    sensor->noise_key = random_next(&stream);
    return true;
}

void force_sensor_step(force_sensor_t* sensor, const pose_t* flange, vec3_t tool_m,
                       const wrench_t* load, vec3_t acceleration_mps2)
{
    sensor->sample_counter += 1;
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
    const int copies = sensor->settled ? 1 : FORCE_SENSOR_RING;
    for (int copy = 0; copy < copies; ++copy) {
        sensor->newest = sensor->newest + 1 < FORCE_SENSOR_RING ? sensor->newest + 1 : 0;
        for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
            sensor->delayed[sensor->newest][axis] = sensor->filtered[axis];
        }
    }
    sensor->settled = true;
}

void force_sensor_carry(force_sensor_t* sensor, double tool_mass_kg)
{
    sensor->settings.tool_mass_kg = tool_mass_kg;
}

/// Of something stated in N: itself on a force axis, by the lever on a torque axis.
static double on_axis(double stated_N, int axis)
{
    return axis < 3 ? stated_N : stated_N * FORCE_SENSOR_LEVER_M;
}

static double sound_noise(const force_sensor_t* sensor, int axis)
{
    const uint64_t index = (uint64_t)sensor->sample_counter * FORCE_SENSOR_AXES + (uint64_t)axis;
    const double deviation =
        axis < 3 ? sensor->settings.force_noise_N : sensor->settings.torque_noise_Nm;
    return deviation * random_gaussian_at(sensor->noise_key, index);
}

/// What is sampled, with the sensor's own offset, so many steps late.
static void read_delayed(const force_sensor_t* sensor, int delay_steps, double* reading)
{
    const int place = sensor->newest - delay_steps;
    const double* sampled = sensor->delayed[place < 0 ? place + FORCE_SENSOR_RING : place];
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        reading[axis] = sampled[axis] + sensor->bias[axis];
    }
}

/// Exchanges the axes of a force or a torque: one of six orders, then a sign bit each.
static void turn_axes(int turn, double* vector)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const double before[3] = {vector[0], vector[1], vector[2]};
    for (int axis = 0; axis < 3; ++axis) {
        const double taken = before[orders[turn / 8][axis]];
        vector[axis] = turn >> axis & 1 ? -taken : taken;
    }
}

/// What the faults add to a reading, N or Nm.
static double added_by_faults(const force_sensor_t* sensor, int axis)
{
    const force_sensor_faults_t* faults = &sensor->faults;
    const uint64_t index = (uint64_t)sensor->sample_counter * FORCE_SENSOR_AXES + (uint64_t)axis;
    const double age_s =
        (double)(sensor->sample_counter - faults->drift_began[axis]) * sensor->settings.step_s;
    double added_N = faults->zero_N[axis] + faults->drift_N_per_s[axis] * age_s;
    added_N += faults->noise_N * random_gaussian_at(sensor->noise_key ^ KEY_OF_FAULT_NOISE, index);
    if (random_part_at(sensor->noise_key ^ KEY_OF_SPIKES, index) < FORCE_SENSOR_SPIKE_PART) {
        added_N += faults->spike_N[axis];
    }
    return on_axis(added_N, axis);
}

/// The newest sample as the faults leave it.
static void read_faulty(const force_sensor_t* sensor, double* reading)
{
    const force_sensor_faults_t* faults = &sensor->faults;
    if (faults->frozen || faults->stopped) {
        memcpy(reading, faults->held, sizeof faults->held);
        return;
    }
    read_delayed(sensor, sensor->delay_steps + faults->delay_steps, reading);
    turn_axes(faults->turn, reading);
    turn_axes(faults->turn, reading + 3);
    const bool nothing = random_part_at(sensor->noise_key ^ KEY_OF_DROPOUTS,
                                        sensor->sample_counter) < faults->dropout_part;
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        const double sign = faults->reversed[axis] ? -1.0 : 1.0;
        const double most = on_axis(faults->saturation_N, axis);
        const double step = on_axis(faults->step_N, axis);
        double value = sign * faults->scale * reading[axis] + sound_noise(sensor, axis);
        value = (value + added_by_faults(sensor, axis)) / faults->count_factor;
        value = fmin(fmax(value, -most), most);
        value = step > 0.0 ? step * round(value / step) : value;
        reading[axis] = nothing ? 0.0 : value;
    }
}

static uint32_t counter_shown(const force_sensor_t* sensor)
{
    return sensor->faults.stopped ? sensor->faults.stopped_at
                                  : sensor->sample_counter - sensor->samples_missed;
}

/// Keeps what the registers would hold now, for while they are to stand still.
static void hold(force_sensor_t* sensor)
{
    double reading[FORCE_SENSOR_AXES];
    read_faulty(sensor, reading);
    memcpy(sensor->faults.held, reading, sizeof reading);
}

static void freeze_or_thaw(force_sensor_t* sensor, bool freezes)
{
    if (freezes) {
        hold(sensor);
    }
    sensor->faults.frozen = freezes;
}

static void stop_or_go_on(force_sensor_t* sensor, bool stops)
{
    if (stops) {
        hold(sensor);
        sensor->faults.stopped_at = counter_shown(sensor);
    } else {
        sensor->samples_missed = sensor->sample_counter - sensor->faults.stopped_at;
    }
    sensor->faults.stopped = stops;
}

void force_sensor_event(force_sensor_t* sensor, const world_event_t* event, bool begins)
{
    force_sensor_faults_t* faults = &sensor->faults;
    const double size = begins ? event->magnitude : 0.0;
    const int axis = event->axis;
    if (!(axis >= 0 && axis < FORCE_SENSOR_AXES)) {
        return;
    }
    sensor->touched = true;
    switch (event->kind) {
    case WORLD_EVENT_FORCE_FREEZE:
        freeze_or_thaw(sensor, begins);
        break;
    case WORLD_EVENT_FORCE_COUNTER:
        stop_or_go_on(sensor, begins);
        break;
    case WORLD_EVENT_FORCE_BIAS:
        faults->zero_N[axis] = size;
        break;
    case WORLD_EVENT_FORCE_DRIFT:
        faults->drift_N_per_s[axis] = size;
        faults->drift_began[axis] = sensor->sample_counter;
        break;
    case WORLD_EVENT_FORCE_SCALE:
        faults->scale = begins ? event->magnitude : 1.0;
        break;
    case WORLD_EVENT_FORCE_SATURATION:
        faults->saturation_N = begins ? event->magnitude : (double)INFINITY;
        break;
    case WORLD_EVENT_FORCE_SIGN:
        faults->reversed[axis] = begins;
        break;
    case WORLD_EVENT_FORCE_SWAP:
        faults->turn = (int)fmin(fmax(round(size), 0.0), FORCE_SENSOR_TURNS - 1.0);
        break;
    case WORLD_EVENT_FORCE_SPIKE:
        faults->spike_N[axis] = size;
        break;
    case WORLD_EVENT_FORCE_NOISE:
        faults->noise_N = size;
        break;
    case WORLD_EVENT_FORCE_STEPS:
        faults->step_N = size;
        break;
    case WORLD_EVENT_FORCE_DROPOUT:
        faults->dropout_part = size;
        break;
    case WORLD_EVENT_FORCE_DELAY:
        faults->delay_steps = (int)fmin(fmax(round(size / sensor->settings.step_s), 0.0),
                                        FORCE_SENSOR_FAULT_DELAY_MAX - 1.0);
        break;
    case WORLD_EVENT_FORCE_PATTERN:
        faults->blank = begins;
        break;
    case WORLD_EVENT_FORCE_STATUS:
        faults->overload = begins;
        break;
    case WORLD_EVENT_FORCE_WRONG_DEVICE:
        faults->count_factor = begins ? event->magnitude : 1.0;
        break;
        // clang-format off
    ENCODER_EVENT_LIST(WORLD_EVENT_CASE) DRIVE_EVENT_LIST(WORLD_EVENT_CASE)
    POWER_EVENT_LIST(WORLD_EVENT_CASE) BUS_EVENT_LIST(WORLD_EVENT_CASE)
    HOST_EVENT_LIST(WORLD_EVENT_CASE) CLIENT_EVENT_LIST(WORLD_EVENT_CASE)
    OPERATOR_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

void force_sensor_latch(const force_sensor_t* sensor, register_file_t* file)
{
    static const point_id_t points[FORCE_SENSOR_AXES] = {POINT_FORCE_X,  POINT_FORCE_Y,
                                                         POINT_FORCE_Z,  POINT_TORQUE_X,
                                                         POINT_TORQUE_Y, POINT_TORQUE_Z};
    double reading[FORCE_SENSOR_AXES];
    if (sensor->touched) {
        read_faulty(sensor, reading);
    } else {
        read_delayed(sensor, sensor->delay_steps, reading);
        for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
            reading[axis] += sound_noise(sensor, axis);
        }
    }
    uint32_t status =
        sensor->faults.overload ? FORCE_SENSOR_STATUS_OVERLOAD : FORCE_SENSOR_STATUS_OK;
    for (int axis = 0; axis < FORCE_SENSOR_AXES; ++axis) {
        if (register_file_has(file, points[axis]) &&
            !register_file_set(file, points[axis], reading[axis])) {
            status |= FORCE_SENSOR_STATUS_OVERLOAD;
        }
    }
    file->blank = sensor->faults.blank;
    register_file_set_raw(file, POINT_STATUS, status);
    register_file_set_raw(file, POINT_SAMPLE_COUNTER, counter_shown(sensor));
}
