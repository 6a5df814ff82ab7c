#include "sim/world.h"

#include <stdlib.h>

#include "sim/arm.h"
#include "sim/client.h"
#include "sim/contact.h"
#include "sim/devices/drive.h"
#include "sim/devices/force_sensor.h"
#include "sim/devices/io_coupler.h"
#include "sim/pull.h"
#include "sim/random.h"
#include "sim/tissue.h"

#define STEP_S (WORLD_STEP_US * 1e-6)

/// What the seed is spent on; a purpose of its own each, so that drawing more for one thing leaves
/// the others as they were.
enum {
    PURPOSE_ARM,
    PURPOSE_BREATHING,
    PURPOSE_TISSUE,
    PURPOSE_FORCE_SENSOR,
    PURPOSE_BODY,
};

/// One device as the wire sees it.
typedef struct {
    device_role_t role;
    int joint; // of a drive, -1 for one that moves nothing
    bool silent;
    bool written; // since the last step
    bool latched; // the registers hold the last step
    register_file_t registers;
} world_device_t;

struct world {
    int64_t now_us;
    const machine_settings_t* machine;
    int device_count;
    world_device_t devices[DEVICE_CAPACITY];
    int force_sensor_device;
    int io_device;
    drive_t drives[JOINT_CAPACITY]; // by joint
    force_sensor_t force_sensor;
    io_coupler_t io;
    arm_t arm;
    tissue_map_t tissues;
    contact_settings_t contact_settings;
    contact_state_t contact;
    client_t client;
    vec3_t tool_centre_of_mass_m; // in the tool's frame
    vec3_t tool_velocity_mps;     // of that point, last step
    // What can be otherwise than it was at the beginning.
    bool touched; // something has happened: the sound path is not enough
    bool power_cut;
    bool tool_lost, tool_comes_back;    // back as soon as there is room for it
    double tool_mass_kg, tool_extra_kg; // what the file says, and what is more
    double usual_friction;
    pull_t pull;
    double pull_N; // last step
    int event_count;
    int next_event;
    world_event_t events[WORLD_EVENT_CAPACITY]; // by rising time
    int ending_count;
    world_event_t ending[WORLD_ENDING_CAPACITY]; // those that end, by when they began
};

void world_settings_defaults(world_settings_t* settings)
{
    *settings = (world_settings_t){
        .seed = 1,
        // A body just where its model is; `world_settings_draw_body` lays it down as people lie.
        .body_offset_m = {0.0, 0.0, 0.0},
        .body_turn_rad = 0.0,
        // 5 mm peak to peak, 15 breaths a minute: the upper end of quiet breathing lying prone (2
        // to 5 mm, judgement; anaesthetised: 2.3 mm at T7, Saghbiny 2023), the middle of 12 to 20 a
        // minute.
        .breathing_amplitude_m = 0.0025,
        .breathing_rate_Hz = 0.25,
        // Stiffness of the back under an indenter varies by about 40 % between people. [judgement]
        .tissue_spread = 0.4,
        // Skin with massage oil; dry skin on plastic has 0.3 to 0.6 (Derler and Gerhardt 2012), oil
        // lowers it to about a third. [judgement]
        .friction = 0.15,
        // A 200 N strain gauge sensor read at 1 kHz: noise of about a thousandth of its range.
        .force_noise_N = 0.15,
        .torque_noise_Nm = 0.005,
        // Offset after warming up, before any taring. [judgement]
        .force_bias_N = 2.0,
        // Internal low-pass and one update of the fieldbus module. [judgement]
        .force_latency_us = 4000,
    };
}

void world_settings_draw_body(world_settings_t* settings, double offset_max_m, double turn_max_rad)
{
    random_stream_t stream = random_stream(settings->seed, PURPOSE_BODY);
    vec3_t part; // of the ball: drawn in the cube around it until inside
    do {
        part.x = random_between(&stream, -1.0, 1.0);
        part.y = random_between(&stream, -1.0, 1.0);
        part.z = random_between(&stream, -1.0, 1.0);
    } while (!(vec3_dot(part, part) <= 1.0));
    settings->body_offset_m[0] = offset_max_m * part.x;
    settings->body_offset_m[1] = offset_max_m * part.y;
    settings->body_offset_m[2] = offset_max_m * part.z;
    settings->body_turn_rad = random_between(&stream, -turn_max_rad, turn_max_rad);
}

static bool finite_and_at_least(double value, double least)
{
    return isfinite(value) && value >= least;
}

static bool settings_fit(const world_settings_t* settings)
{
    const machine_settings_t* machine = settings->machine;
    bool fit = machine && machine->device_count >= 1 && machine->device_count <= DEVICE_CAPACITY &&
               machine->profile_count <= PROFILE_CAPACITY && machine->period_us > 0 &&
               settings->pad_index >= 0 && settings->pad_index < machine->arm.tool.pad_count &&
               machine->arm.tool.pads[settings->pad_index].diameter_m > 0.0 &&
               machine->arm.tool.spring_stiffness_N_per_m > 0.0 &&
               (!settings->surface || (settings->tissues && settings->tissue_count >= 1)) &&
               settings->event_count >= 0 && settings->event_count <= WORLD_EVENT_CAPACITY;
    fit = fit && isfinite(settings->body_offset_m[0]) && isfinite(settings->body_offset_m[1]) &&
          isfinite(settings->body_offset_m[2]) && isfinite(settings->body_turn_rad) &&
          finite_and_at_least(settings->breathing_amplitude_m, 0.0) &&
          finite_and_at_least(settings->breathing_rate_Hz, 0.0) &&
          finite_and_at_least(settings->tissue_spread, 0.0) &&
          finite_and_at_least(settings->friction, 0.0) &&
          finite_and_at_least(settings->force_noise_N, 0.0) &&
          finite_and_at_least(settings->torque_noise_Nm, 0.0) &&
          finite_and_at_least(settings->force_bias_N, 0.0);
    for (int i = 0; fit && i < settings->event_count; ++i) {
        fit = world_event_fits(&settings->events[i], machine);
    }
    return fit;
}

/// Sorts the events by time; those of one time keep their order.
static void take_events(world_t* world, const world_settings_t* settings)
{
    for (int i = 0; i < settings->event_count; ++i) {
        int place = world->event_count;
        while (place > 0 && world->events[place - 1].at_us > settings->events[i].at_us) {
            world->events[place] = world->events[place - 1];
            --place;
        }
        world->events[place] = settings->events[i];
        ++world->event_count;
    }
}

static bool device_has_role(const machine_settings_t* machine, int device, device_role_t role)
{
    return device >= 0 && device < machine->device_count && machine->devices[device].role == role;
}

static bool build_devices(world_t* world, const world_settings_t* settings)
{
    const machine_settings_t* machine = settings->machine;
    world->device_count = machine->device_count;
    for (int i = 0; i < machine->device_count; ++i) {
        world_device_t* device = &world->devices[i];
        const int profile = machine->devices[i].profile_index;
        device->role = machine->devices[i].role;
        device->joint = -1;
        if (profile < 0 || profile >= machine->profile_count ||
            !register_file_init(&device->registers, &machine->profiles[profile])) {
            return false;
        }
    }
    for (int joint = 0; joint < machine->arm.joint_count; ++joint) {
        const int device = machine->drive_of_joint[joint];
        if (!device_has_role(machine, device, DEVICE_DRIVE) || world->devices[device].joint >= 0) {
            return false;
        }
        const double position = world->arm.position.at[joint];
        register_file_t* registers = &world->devices[device].registers;
        world->devices[device].joint = joint;
        drive_init(&world->drives[joint], &machine->arm.joints[joint], machine->period_us,
                   position);
        // As sold: the whole torque, and the place where it stands for a target.
        (void)register_file_set(registers, POINT_EFFORT_LIMIT, world->drives[joint].effort_max);
        (void)register_file_set(registers, POINT_TARGET_POSITION, position);
    }
    world->force_sensor_device = machine->force_sensor;
    world->io_device = machine->io_coupler;
    io_coupler_init(&world->io, settings->surface != NULL);
    const tool_settings_t* tool = &machine->arm.tool;
    const force_sensor_settings_t sensor = {
        .tool_mass_kg = tool->mass_kg,
        .tool_centre_of_mass_m =
            vec3(tool->centre_of_mass_m[0], tool->centre_of_mass_m[1], tool->centre_of_mass_m[2]),
        .force_noise_N = settings->force_noise_N,
        .torque_noise_Nm = settings->torque_noise_Nm,
        .step_s = STEP_S,
    };
    random_stream_t stream = random_stream(settings->seed, PURPOSE_FORCE_SENSOR);
    return device_has_role(machine, machine->force_sensor, DEVICE_FORCE_TORQUE) &&
           device_has_role(machine, machine->io_coupler, DEVICE_IO) &&
           force_sensor_init(&world->force_sensor, &sensor, settings->force_bias_N,
                             settings->force_latency_us, random_next(&stream));
}

static bool build_client(world_t* world, const world_settings_t* settings)
{
    const pad_settings_t* pad = &settings->machine->arm.tool.pads[settings->pad_index];
    world->contact_settings =
        contact_settings_of(&settings->machine->arm.tool, settings->pad_index, settings->friction);
    const double* offset_m = settings->body_offset_m;
    client_init(&world->client, settings->surface, settings->machine->neck_x_m,
                vec3(offset_m[0], offset_m[1], offset_m[2]), settings->body_turn_rad,
                settings->breathing_amplitude_m, settings->breathing_rate_Hz,
                random_stream(settings->seed, PURPOSE_BREATHING));
    if (!settings->surface) {
        return true;
    }
    // A person is firm or soft as a whole (four fifths of the spread), and here and there (three
    // fifths; the squares add up to one).
    random_stream_t stream = random_stream(settings->seed, PURPOSE_TISSUE);
    const double whole = random_gaussian(&stream);
    double factors[TISSUE_CAPACITY];
    for (int i = 0; i < TISSUE_CAPACITY; ++i) {
        factors[i] = exp(settings->tissue_spread * (0.8 * whole + 0.6 * random_gaussian(&stream)));
    }
    return tissue_map_build(settings->surface, settings->tissue_at, settings->tissues,
                            settings->tissue_count, factors, pad->diameter_m, &world->tissues);
}

static bool build(world_t* world, const world_settings_t* settings)
{
    world->machine = settings->machine;
    world->tool_mass_kg = settings->machine->arm.tool.mass_kg;
    world->usual_friction = settings->friction;
    random_stream_t stream = random_stream(settings->seed, PURPOSE_ARM);
    if (!arm_init(&world->arm, &settings->machine->arm, settings->pad_index, &stream) ||
        !build_devices(world, settings) || !build_client(world, settings)) {
        return false;
    }
    take_events(world, settings);
    const pose_t tool_in_flange = pose_multiply(pose_inverse(world->arm.chain.flange_in_last_link),
                                                world->arm.chain.tool_in_last_link);
    world->tool_centre_of_mass_m = pose_transform_point(
        pose_inverse(tool_in_flange), world->force_sensor.settings.tool_centre_of_mass_m);
    world->contact.pad_m = contact_pad_m(&world->contact, &world->arm.motion.tool);
    return true;
}

world_t* world_create(const world_settings_t* settings)
{
    if (!settings_fit(settings)) {
        return NULL;
    }
    world_t* world = calloc(1, sizeof *world);
    if (world && !build(world, settings)) {
        free(world);
        world = NULL;
    }
    return world;
}

void world_destroy(world_t* world)
{
    free(world);
}

int64_t world_now_us(const world_t* world)
{
    return world->now_us;
}

/// The drive that an event happens to, if any.
static drive_t* drive_of(world_t* world, const world_event_t* event, double* position)
{
    const int device = event->device;
    const bool known = device >= 0 && device < world->device_count;
    const int joint = known ? world->devices[device].joint : -1;
    *position = joint >= 0 ? world->arm.position.at[joint] : 0.0;
    return joint >= 0 ? &world->drives[joint] : NULL;
}

static void happen_to_drive(world_t* world, const world_event_t* event, bool begins)
{
    double position = 0.0;
    drive_t* drive = drive_of(world, event, &position);
    if (drive) {
        drive_event(drive, event, begins, position);
    }
}

static void happen_to_power(world_t* world, const world_event_t* event, bool begins)
{
    switch (event->kind) {
    case WORLD_EVENT_BRAKE_SLIPS:
    case WORLD_EVENT_BRAKE_LATE:
    case WORLD_EVENT_BRAKE_STUCK:
    case WORLD_EVENT_UNDERVOLTAGE:
        happen_to_drive(world, event, begins);
        break;
    case WORLD_EVENT_POWER_CUT:
        world->power_cut = begins;
        break;
    case WORLD_EVENT_ESTOP_PRESSED:
        world->io.estop_closed = !begins;
        break;
    case WORLD_EVENT_ESTOP_RELEASED:
        world->io.estop_closed = begins;
        break;
    case WORLD_EVENT_RELAY_STUCK:
        world->io.relay_stuck = begins;
        break;
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) ENCODER_EVENT_LIST(WORLD_EVENT_CASE)
    DRIVE_EVENT_LIST(WORLD_EVENT_CASE) BUS_EVENT_LIST(WORLD_EVENT_CASE)
    HOST_EVENT_LIST(WORLD_EVENT_CASE) CLIENT_EVENT_LIST(WORLD_EVENT_CASE)
    OPERATOR_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

static void happen_to_client(world_t* world, const world_event_t* event, bool begins)
{
    const double size = begins ? event->magnitude : 0.0;
    client_event(&world->client, event, begins);
    switch (event->kind) {
    case WORLD_EVENT_CLIENT_LEAVES: // the switch sees whom it lets see
        world->io.client_present = !begins && world->client.surface;
        break;
    case WORLD_EVENT_CLIENT_GRABS:
        world->pull.grab_N = size;
        break;
    case WORLD_EVENT_CLIENT_TETHER:
        world->pull.tether_N_per_m = size;
        world->pull.anchor_m = world->arm.motion.tool.position_m;
        break;
    case WORLD_EVENT_SKIN_FRICTION:
        world->contact_settings.friction = begins ? event->magnitude : world->usual_friction;
        break;
    case WORLD_EVENT_BUTTON_PRESSED:
        world->io.button_released = !begins;
        break;
    case WORLD_EVENT_BUTTON_RELEASED:
        world->io.button_released = begins;
        break;
    case WORLD_EVENT_BODY_SHIFT: // with the body alone
    case WORLD_EVENT_CLIENT_BREATHES_DEEP:
    case WORLD_EVENT_CLIENT_COUGHS:
    case WORLD_EVENT_CLIENT_ROLLS:
    case WORLD_EVENT_CLIENT_PUSHES_UP:
    case WORLD_EVENT_CLIENT_GONE_UNSEEN:
    case WORLD_EVENT_CLIENT_HARD_SPOT:
    case WORLD_EVENT_CLIENT_SOFT_SPOT:
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) ENCODER_EVENT_LIST(WORLD_EVENT_CASE)
    DRIVE_EVENT_LIST(WORLD_EVENT_CASE) POWER_EVENT_LIST(WORLD_EVENT_CASE)
    BUS_EVENT_LIST(WORLD_EVENT_CASE) HOST_EVENT_LIST(WORLD_EVENT_CASE)
    OPERATOR_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

/// Hangs the true tool from arm and sensor: heavier or lighter than the file says, or none.
static void hang_tool(world_t* world)
{
    const double mass_kg =
        world->tool_lost ? 0.0 : fmax(world->tool_mass_kg + world->tool_extra_kg, 0.0);
    arm_carry(&world->arm, mass_kg);
    force_sensor_carry(&world->force_sensor, mass_kg);
    if (world->tool_lost) {
        world->contact = (contact_state_t){.slid_m = world->contact.slid_m};
    }
    world->contact.pad_m = contact_pad_m(&world->contact, &world->arm.motion.tool);
}

static void happen_to_setup(world_t* world, const world_event_t* event, bool begins)
{
    switch (event->kind) {
    case WORLD_EVENT_TOOL_HEAVIER:
        world->tool_extra_kg = begins ? event->magnitude : 0.0;
        hang_tool(world);
        break;
    case WORLD_EVENT_TOOL_LOST:
        world->tool_lost = world->tool_lost || begins;
        world->tool_comes_back = !begins;
        hang_tool(world);
        break;
    case WORLD_EVENT_BODY_MIRRORED:
    case WORLD_EVENT_BODY_ELSEWHERE:
        client_event(&world->client, event, begins);
        break;
    case WORLD_EVENT_OPERATOR_STARTS_TWICE: // of the controller's requests
    case WORLD_EVENT_OPERATOR_ACKNOWLEDGES_EARLY:
    case WORLD_EVENT_OPERATOR_STARTS_AND_STOPS:
        // clang-format off
    SENSOR_EVENT_LIST(WORLD_EVENT_CASE) ENCODER_EVENT_LIST(WORLD_EVENT_CASE)
    DRIVE_EVENT_LIST(WORLD_EVENT_CASE) POWER_EVENT_LIST(WORLD_EVENT_CASE)
    BUS_EVENT_LIST(WORLD_EVENT_CASE) HOST_EVENT_LIST(WORLD_EVENT_CASE)
    CLIENT_EVENT_LIST(WORLD_EVENT_CASE)
            // clang-format on
            break;
    }
}

bool world_event_known(world_event_kind_t kind)
{
    const world_event_info_t* info = world_event_info(kind);
    if (!info) {
        return false;
    }
    switch (info->klass) {
    case EVENT_CLASS_SENSOR:
    case EVENT_CLASS_ENCODER:
    case EVENT_CLASS_DRIVE:
    case EVENT_CLASS_POWER:
    case EVENT_CLASS_CLIENT:
        return true;
    case EVENT_CLASS_BUS:
        return kind == WORLD_EVENT_DEVICE_SILENT || kind == WORLD_EVENT_DEVICE_BACK;
    case EVENT_CLASS_HOST:
        return false;
    case EVENT_CLASS_OPERATOR:
        return kind == WORLD_EVENT_TOOL_HEAVIER || kind == WORLD_EVENT_TOOL_LOST ||
               kind == WORLD_EVENT_BODY_MIRRORED || kind == WORLD_EVENT_BODY_ELSEWHERE;
    }
    return false;
}

static void happen(world_t* world, const world_event_t* event, bool begins)
{
    world->touched = true;
    switch (world_event_info(event->kind)->klass) {
    case EVENT_CLASS_SENSOR:
        force_sensor_event(&world->force_sensor, event, begins);
        break;
    case EVENT_CLASS_ENCODER:
    case EVENT_CLASS_DRIVE:
        happen_to_drive(world, event, begins);
        break;
    case EVENT_CLASS_POWER:
        happen_to_power(world, event, begins);
        break;
    case EVENT_CLASS_CLIENT:
        happen_to_client(world, event, begins);
        break;
    case EVENT_CLASS_BUS: // a device falls silent, or what it was is over
        world->devices[event->device].silent = (event->kind == WORLD_EVENT_DEVICE_SILENT) == begins;
        break;
    case EVENT_CLASS_OPERATOR:
        happen_to_setup(world, event, begins);
        break;
    case EVENT_CLASS_HOST:
        break;
    }
}

/// True if both are the same happening to the same thing.
static bool same_happening(const world_event_t* one, const world_event_t* other)
{
    const event_target_t target = world_event_info(one->kind)->target;
    const bool has_device = target == EVENT_TARGET_DEVICE || target == EVENT_TARGET_DRIVE;
    return one->kind == other->kind && (!has_device || one->device == other->device) &&
           (target != EVENT_TARGET_AXIS || one->axis == other->axis);
}

/// Ends the waited-for event at `place`.
static void end_event(world_t* world, int place)
{
    const world_event_t ended = world->ending[place];
    world->ending_count -= 1;
    for (int i = place; i < world->ending_count; ++i) {
        world->ending[i] = world->ending[i + 1];
    }
    happen(world, &ended, false);
}

bool world_inject(world_t* world, const world_event_t* event)
{
    if (!world_event_known(event->kind) || !world_event_fits(event, world->machine)) {
        return false;
    }
    int earlier = 0;
    while (earlier < world->ending_count && !same_happening(&world->ending[earlier], event)) {
        ++earlier;
    }
    if (earlier < world->ending_count && !world_event_adds_up(event->kind)) {
        end_event(world, earlier);
    } else if (event->duration_us > 0 && world->ending_count == WORLD_ENDING_CAPACITY) {
        return false;
    }
    happen(world, event, true);
    if (event->duration_us > 0) {
        world->ending[world->ending_count] = *event;
        world->ending[world->ending_count].at_us = world->now_us;
        world->ending_count += 1;
    }
    return true;
}

/// Ends what is over, the first begun first.
static void end_events(world_t* world)
{
    for (int i = 0; i < world->ending_count;) {
        const world_event_t* event = &world->ending[i];
        if (world->now_us - event->at_us >= event->duration_us) {
            end_event(world, i);
        } else {
            ++i;
        }
    }
}

static void take_written(world_t* world)
{
    for (int i = 0; i < world->device_count; ++i) {
        world_device_t* device = &world->devices[i];
        device->latched = false;
        if (!device->written) {
            continue;
        }
        device->written = false;
        if (device->joint >= 0) {
            drive_take_written(&world->drives[device->joint], &device->registers);
        } else if (i == world->io_device) {
            io_coupler_take_written(&world->io, &device->registers);
        }
    }
}

/// What pulls at the tool besides the skin; nothing pulls at one that is lost.
static void pull_tool(world_t* world, arm_load_t* load)
{
    const chain_motion_t* motion = &world->arm.motion;
    world->pull_N = 0.0;
    if (!world->tool_lost) {
        world->pull_N = pull_add(&world->pull, motion->tool.position_m,
                                 motion->tool_twist.linear_mps, STEP_S, load);
    }
    world->contact.pad_m = contact_pad_m(&world->contact, &motion->tool);
}

/// What lies under the pad, as firm as it is now; nothing off the body.
static tissue_settings_t tissue_under(const world_t* world, const client_skin_t* skin)
{
    if (!skin->touchable) {
        return (tissue_settings_t){.relaxation_time_s = 1.0};
    }
    tissue_settings_t tissue = tissue_map_at(&world->tissues, skin->body_x_m, skin->body_y_m);
    tissue.stiffness_N_per_m1_5 *= world->client.stiffness_factor;
    return tissue;
}

/// Puts a lost tool back on, but not where it would stick in the body: nobody could.
static void put_tool_back(world_t* world, const client_skin_t* skin)
{
    if (world->tool_comes_back && !(skin->touchable && skin->depth_m > 0.0)) {
        world->tool_comes_back = world->tool_lost = false;
        hang_tool(world);
    }
}

/// Moves the arm, the pad and the client by one step; returns what the tool felt.
static wrench_t step_bodies(world_t* world)
{
    arm_t* arm = &world->arm;
    arm_actuation_t actuation[JOINT_CAPACITY];
    for (int joint = 0; joint < arm->chain.joint_count; ++joint) {
        actuation[joint] = drive_actuation(&world->drives[joint]);
    }
    client_step(&world->client, STEP_S);
    const pose_t tool = arm->motion.tool;
    const client_skin_t skin =
        client_skin_near(&world->client, contact_pad_m(&world->contact, &tool));
    put_tool_back(world, &skin);
    const tissue_settings_t tissue = tissue_under(world, &skin);
    arm_load_t load = world->tool_lost
                          ? (arm_load_t){.wrench = {{0.0, 0.0, 0.0}, {0.0, 0.0, 0.0}}}
                          : contact_advance(&world->contact_settings, &world->contact, &tool,
                                            &arm->motion.tool_twist, &skin, &tissue, STEP_S);
    if (world->touched) {
        pull_tool(world, &load);
    }
    arm_advance(arm, actuation, &load, STEP_S);
    arm_prepare(arm);
    return load.wrench;
}

static void step_sensor(world_t* world, const wrench_t* load)
{
    const chain_motion_t* motion = &world->arm.motion;
    const vec3_t lever_m = quat_rotate(motion->tool.orientation, world->tool_centre_of_mass_m);
    const vec3_t velocity_mps =
        vec3_add(world->arm.motion.tool_twist.linear_mps,
                 vec3_cross(world->arm.motion.tool_twist.angular_radps, lever_m));
    const vec3_t acceleration_mps2 =
        vec3_scale(vec3_sub(velocity_mps, world->tool_velocity_mps), 1.0 / STEP_S);
    world->tool_velocity_mps = velocity_mps;
    force_sensor_step(&world->force_sensor, &motion->flange, motion->tool.position_m, load,
                      acceleration_mps2);
}

static void step(world_t* world)
{
    if (world->ending_count > 0) {
        end_events(world);
    }
    while (world->next_event < world->event_count &&
           world->events[world->next_event].at_us <= world->now_us) {
        (void)world_inject(world, &world->events[world->next_event]);
        ++world->next_event;
    }
    take_written(world);
    io_coupler_step(&world->io, WORLD_STEP_US);
    const bool power = io_coupler_power(&world->io) && !world->power_cut;
    for (int joint = 0; joint < world->arm.chain.joint_count; ++joint) {
        drive_step(&world->drives[joint], power, world->arm.position.at[joint],
                   world->arm.speed.at[joint], WORLD_STEP_US);
    }
    const wrench_t load = step_bodies(world);
    step_sensor(world, &load);
    world->now_us += WORLD_STEP_US;
}

void world_advance_to(world_t* world, int64_t to_us)
{
    while (to_us - world->now_us >= WORLD_STEP_US) {
        step(world);
    }
}

/// Brings a device's registers up to the last step. Only what is asked for is latched; noise is
/// drawn by sample number, so what a register holds does not depend on who else asked.
static void latch(world_t* world, int index)
{
    world_device_t* device = &world->devices[index];
    if (device->latched) {
        return;
    }
    device->latched = true;
    if (device->joint >= 0) {
        const int joint = device->joint;
        drive_latch(&world->drives[joint], world->arm.position.at[joint],
                    world->arm.speed.at[joint], world->arm.effort.at[joint], &device->registers);
    } else if (index == world->force_sensor_device) {
        force_sensor_latch(&world->force_sensor, &device->registers);
    } else if (index == world->io_device) {
        io_coupler_latch(&world->io, &device->registers);
    }
}

bool world_request(world_t* world, int device, const pdu_t* request, pdu_t* reply)
{
    if (device < 0 || device >= world->device_count || world->devices[device].silent) {
        return false;
    }
    world_device_t* asked = &world->devices[device];
    latch(world, device);
    bool wrote = false;
    const bool answered = register_file_request(&asked->registers, request, reply, &wrote);
    asked->written = asked->written || wrote;
    return answered;
}

/// How much more force a little more depth would give while tool and skin go on as they do: the
/// slope of the spring, on its stop or not, and of the tissue, in series.
static double stiffness_N_per_m(const world_t* world, const client_skin_t* skin,
                                const tissue_settings_t* tissue)
{
    const vec3_t nearing_mps =
        vec3_sub(skin->velocity_mps, world->arm.motion.tool_twist.linear_mps);
    const double closing_mps = fmax(vec3_dot(nearing_mps, skin->normal), 0.0);
    const contact_settings_t* tool = &world->contact_settings;
    const bool stopped = world->contact.compression_m > tool->spring_travel_m;
    const double spring_N_per_m =
        tool->spring_stiffness_N_per_m + (stopped ? tool->stop_stiffness_N_per_m : 0.0);
    const double tissue_N_per_m =
        tissue_force(tissue, world->contact.depth_m, closing_mps, 0.0).by_depth_N_per_m;
    return tissue_N_per_m * spring_N_per_m / (tissue_N_per_m + spring_N_per_m);
}

void world_truth(const world_t* world, world_truth_t* truth)
{
    *truth = (world_truth_t){.tissue = TISSUE_NONE};
    for (int joint = 0; joint < world->arm.chain.joint_count; ++joint) {
        truth->joint_position[joint] = world->arm.position.at[joint];
        truth->joint_velocity[joint] = world->arm.speed.at[joint];
        truth->drives_enabled =
            truth->drives_enabled || drive_actuation(&world->drives[joint]).powered;
    }
    const pose_t tool = world->arm.motion.tool;
    truth->pad = (pose_t){contact_pad_m(&world->contact, &tool), tool.orientation};
    truth->normal_force_N = world->contact.normal_force_N;
    truth->shear_force_N = vec3_norm(world->contact.shear_N);
    truth->pull_N = world->pull_N;
    truth->skin_stretch_m = world->contact.stretch_m;
    truth->slid_m = world->contact.slid_m;
    truth->penetration_m = fmax(world->contact.depth_m, 0.0);
    const client_skin_t skin = client_skin_at(&world->client, truth->pad.position_m);
    truth->skin_normal = skin.touchable ? skin.normal : vec3(0.0, 0.0, 1.0);
    truth->surface_speed_mps = vec3_dot(skin.velocity_mps, truth->skin_normal);
    if (skin.touchable) {
        truth->tissue = tissue_map_kind_at(&world->tissues, skin.body_x_m, skin.body_y_m);
        const tissue_settings_t tissue = tissue_under(world, &skin);
        truth->stiffness_N_per_m = stiffness_N_per_m(world, &skin, &tissue);
        truth->damping_s_per_m = tissue.damping_s_per_m;
        truth->tissue_N_per_m1_5 = tissue.stiffness_N_per_m1_5;
    }
}
