#include "tests/support/closed_loop.h"

#include <stdlib.h>
#include <string.h>

#include "sim/sim_port.h"
#include "tests/support/cmocka_prelude.h"

#define PURPOSE_PERSON 100 // of the seed, beside the world's own
#define PERSON_DRAWS_MAX 50
#define DEFAULT_ROUTINE "routines/library/short-back.yaml"

static closed_loop_t* make(const options_t* options)
{
    closed_loop_t* loop = calloc(1, sizeof *loop);
    assert_non_null(loop);
    loop->assembly = assembly_create();
    assert_non_null(loop->assembly);
    if (!assembly_load_table(loop->assembly, options)) {
        findings_print(&loop->assembly->findings, stderr);
        fail_msg("a file was refused");
    }
    return loop;
}

static bool prepare(closed_loop_t* loop, const char* routine, const options_t* options)
{
    if (!assembly_load_routine(loop->assembly, routine != NULL ? routine : DEFAULT_ROUTINE) ||
        !assembly_build_session(loop->assembly) || !assembly_build_world(loop->assembly, options)) {
        findings_print(&loop->assembly->findings, stderr);
        return false;
    }
    return true;
}

static void switch_on(closed_loop_t* loop)
{
    loop->world = world_create(&loop->assembly->world);
    assert_non_null(loop->world);
    loop->host = world_host(loop->world);
    const port_t port = sim_port(&loop->host, loop->assembly->machine.device_count);
    fieldbus_findings_t findings = {0};
    assert_true(fieldbus_init(&loop->bus, &port, &loop->assembly->machine, 1000000, &findings));
    assert_true(fieldbus_configure(&loop->bus, 1000000, &findings));
    cycle_begin(&loop->state);
}

static void start(closed_loop_t* loop, const char* routine, const options_t* options)
{
    if (!prepare(loop, routine, options)) {
        fail_msg("a file was refused");
    }
    switch_on(loop);
}

closed_loop_t* closed_loop_open(const char* routine, const char* client, const char* scenario,
                                int64_t seed)
{
    options_t options = {0};
    options.text[OPTION_CLIENT] = client;
    options.text[OPTION_SCENARIO] = scenario;
    options.whole[OPTION_SEED] = seed;
    closed_loop_t* loop = make(&options);
    start(loop, routine, &options);
    return loop;
}

closed_loop_t* closed_loop_open_turned(const char* routine, const char* client, int64_t seed,
                                       double x_m, double y_m, double turn_rad)
{
    options_t options = {0};
    options.text[OPTION_CLIENT] = client;
    options.whole[OPTION_SEED] = seed;
    closed_loop_t* loop = make(&options);
    const double neck_x_m = loop->assembly->machine.neck_x_m;
    client_settings_t* touched = &loop->assembly->client;
    for (int id = 0; id < LANDMARK_COUNT; ++id) {
        const vec3_t at = body_landmark_point(&loop->assembly->body, (landmark_id_t)id);
        const double dx_m = at.x - neck_x_m;
        touched->landmarks[id] =
            (landmark_settings_t){(landmark_id_t)id,
                                  {neck_x_m + x_m + dx_m * cos(turn_rad) - at.y * sin(turn_rad),
                                   y_m + dx_m * sin(turn_rad) + at.y * cos(turn_rad), at.z}};
    }
    touched->landmark_count = LANDMARK_COUNT;
    touched->landmark_error_m = 0.003;
    assert_int_equal(body_build(&loop->assembly->body_settings, touched, neck_x_m,
                                loop->assembly->machine.table_length_m, &loop->assembly->body),
                     BODY_OK);
    start(loop, routine, &options);
    return loop;
}

closed_loop_t* closed_loop_open_altered(const char* routine, const char* scenario, int64_t seed,
                                        const closed_loop_altered_t* altered)
{
    options_t options = {0};
    options.text[OPTION_SCENARIO] = scenario;
    options.whole[OPTION_SEED] = seed;
    closed_loop_t* loop = make(&options);
    if (altered->spring_N_per_m > 0.0) {
        loop->assembly->machine.arm.tool.spring_stiffness_N_per_m = altered->spring_N_per_m;
    }
    if (!prepare(loop, routine, &options)) {
        fail_msg("a file was refused");
    }
    world_settings_t* world = &loop->assembly->world;
    world->body_offset_m[2] += altered->rise_m;
    if (altered->tissue_N_per_m > 0.0) {
        world->tissue_spread = 0.0;
        for (int i = 0; i < world->tissue_count; ++i) {
            loop->assembly->tissues[i] =
                (tissue_settings_t){.stiffness_N_per_m1_5 = 1.0,
                                    .bone_stiffness_N_per_m = altered->tissue_N_per_m,
                                    .relaxation_time_s = 1.0};
        }
    }
    if (altered->quiet) {
        world->breathing_amplitude_m = 0.0;
        // A sensor without any would pass for a frozen one.
        world->force_noise_N = 0.02;
        world->torque_noise_Nm = 0.002;
    }
    if (altered->moves) {
        loop->moving = malloc(sizeof *loop->moving);
        assert_non_null(loop->moving);
        *loop->moving = loop->assembly->body.surface;
        // The world looks for the skin below the highest place that it ever saw.
        loop->moving->height_m[0][0] = 1.0f;
        world->surface = loop->moving;
    }
    switch_on(loop);
    if (altered->moves) {
        closed_loop_rise(loop, 0.0);
    }
    return loop;
}

void closed_loop_rise(closed_loop_t* loop, double rise_m)
{
    const surface_t* lying = &loop->assembly->body.surface;
    for (int row = 0; row < lying->row_count; ++row) {
        for (int column = 0; column < lying->column_count; ++column) {
            loop->moving->height_m[row][column] = lying->height_m[row][column] + (float)rise_m;
        }
    }
}

/// Draws a person and registers him by his landmarks; false if that is to be tried again.
static bool lay_person(closed_loop_t* loop, random_stream_t* stream)
{
    assembly_t* assembly = loop->assembly;
    const true_client_table_t table = {assembly->machine.neck_x_m,
                                       assembly->machine.table_length_m};
    if (!true_client_draw(&assembly->body_settings, &assembly->client, &table, stream,
                          loop->person)) {
        return false;
    }
    true_client_touch(loop->person, stream, &assembly->client);
    return body_build(&assembly->body_settings, &assembly->client, table.neck_x_m,
                      table.table_length_m, &assembly->body) == BODY_OK &&
           true_client_lies_within(loop->person, &assembly->body);
}

static void put_person_into_world(closed_loop_t* loop)
{
    world_settings_t* world = &loop->assembly->world;
    const true_client_t* person = loop->person;
    world->surface = &person->body.surface;
    // C11 wants the cast: a pointer to an array does not gain `const` by itself.
    world->tissue_at = (const uint8_t(*)[SURFACE_COLUMN_CAPACITY])person->body.region_at;
    world->body_offset_m[0] = person->shift_x_m;
    world->body_offset_m[1] = person->shift_y_m;
    world->body_offset_m[2] = 0.0;
    world->body_turn_rad = person->turn_rad;
}

closed_loop_t* closed_loop_open_person(const char* routine, const char* client, int64_t seed)
{
    options_t options = {0};
    options.text[OPTION_CLIENT] = client;
    options.whole[OPTION_SEED] = seed;
    closed_loop_t* loop = make(&options);
    loop->person = calloc(1, sizeof *loop->person);
    assert_non_null(loop->person);
    random_stream_t stream = random_stream((uint64_t)seed, PURPOSE_PERSON);
    while (!lay_person(loop, &stream)) {
        loop->redrawn++;
        assert_true(loop->redrawn < PERSON_DRAWS_MAX);
    }
    // Where the landmarks leave the skin's height too open for the routine, he is scanned.
    if (!assembly_load_routine(loop->assembly, routine)) {
        memset(&loop->assembly->findings, 0, sizeof loop->assembly->findings);
        loop->scanned = true;
        true_client_scan(loop->person, &stream, &loop->assembly->body);
    }
    if (!prepare(loop, routine, &options)) {
        closed_loop_close(loop);
        return NULL;
    }
    put_person_into_world(loop);
    switch_on(loop);
    return loop;
}

void closed_loop_close(closed_loop_t* loop)
{
    replay_witness_tell(&loop->replay);
    if (loop->world != NULL) {
        fieldbus_close(&loop->bus);
    }
    world_destroy(loop->world);
    free(loop->moving);
    free(loop->person);
    assembly_destroy(loop->assembly);
    free(loop);
}

bool closed_loop_step(closed_loop_t* loop)
{
    const session_t* session = &loop->assembly->session;
    const bool first = loop->in.cycle == 0 && loop->in.now_us == 0;
    loop->in.now_us = world_now_us(loop->world);
    world_truth(loop->world, &loop->truth);
    loop->in.requests = loop->extra_requests;
    loop->in.intensity_level = loop->extra_level;
    loop->extra_requests = 0;
    if (!loop->unattended) {
        loop->in.requests |=
            operator_requests(&loop->automatic, first ? NULL : &loop->out, session->period_us);
    }
    fieldbus_exchange(&loop->bus, &loop->state.command, loop->in.now_us, &loop->in.feedback);
    cycle_step(session, &loop->state, &loop->in, &loop->out);
    replay_witness_see(&loop->replay, session, &loop->in, &loop->out);
    loop->in.cycle += 1;
    const int64_t end_us = loop->in.now_us + session->period_us;
    while (loop->watch != NULL && world_now_us(loop->world) + WORLD_STEP_US <= end_us) {
        loop->host.advance_to(loop->host.context, world_now_us(loop->world) + WORLD_STEP_US);
        loop->watch(loop, loop->watch_context);
    }
    loop->host.advance_to(loop->host.context, end_us);
    return loop->out.mode != MODE_PARKED && loop->out.mode != MODE_TRIPPED;
}

bool closed_loop_until(closed_loop_t* loop, supervisor_mode_t mode, double limit_s)
{
    const int64_t limit_us = loop->in.now_us + (int64_t)(limit_s * 1e6);
    while (loop->in.now_us < limit_us) {
        const bool going = closed_loop_step(loop);
        if (loop->out.mode == mode) {
            return true;
        }
        if (!going) {
            return false;
        }
    }
    return false;
}
