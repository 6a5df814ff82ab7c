#include "tests/support/closed_loop.h"

#include <stdlib.h>

#include "sim/sim_port.h"
#include "tests/support/cmocka_prelude.h"

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

static void start(closed_loop_t* loop, const char* routine, const options_t* options)
{
    if (!assembly_load_routine(loop->assembly, routine != NULL ? routine : DEFAULT_ROUTINE) ||
        !assembly_build_session(loop->assembly) || !assembly_build_world(loop->assembly, options)) {
        findings_print(&loop->assembly->findings, stderr);
        fail_msg("a file was refused");
    }
    loop->world = world_create(&loop->assembly->world);
    assert_non_null(loop->world);
    loop->host = world_host(loop->world);
    const port_t port = sim_port(&loop->host, loop->assembly->machine.device_count);
    fieldbus_findings_t findings = {0};
    assert_true(fieldbus_init(&loop->bus, &port, &loop->assembly->machine, 1000000, &findings));
    assert_true(fieldbus_configure(&loop->bus, 1000000, &findings));
    cycle_begin(&loop->state);
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

void closed_loop_close(closed_loop_t* loop)
{
    fieldbus_close(&loop->bus);
    world_destroy(loop->world);
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
    loop->in.cycle += 1;
    loop->host.advance_to(loop->host.context, loop->in.now_us + session->period_us);
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
