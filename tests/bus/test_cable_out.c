/// The cable is pulled out in the middle of a stroke and put back, for all devices at once, while
/// the real cycle and the real bus code play: in process, and over sockets whose server dies or
/// falls silent. The claims: the arm is made to let go or to stop, and comes to rest by itself;
/// nothing moves when the devices are there again; it takes an acknowledgement, arming and a start,
/// in that order, until a set-point changes.
#include "tests/support/cmocka_prelude.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/tcp_port.h"
#include "sim/server.h"
#include "tests/support/closed_loop.h"

#define STROKE_N 8.0              // in full contact
#define OUT_PERIODS 500           // how long the cable is out: 2 s
#define BACK_PERIODS 1000         // how long nobody acknowledges
#define OFFER_PERIODS 50          // after each request, nothing may happen before the next
#define HONEST_TIMEOUT_US 2000000 // of an exchange with a server on a shared machine
#define SILENT_TIMEOUT_US 2000
#define PORT_FIRST 22000
#define TRAVEL_PERIODS 300      // until it is under way
#define RECONNECT_PAUSE_US 1000 // virtual time flies, connections are made anew on the clock
#define STILL_SPEED 0.01        // rad/s or m/s
#define STILL_PLACE 1e-3        // rad or m

typedef enum { CUT_SILENT, CUT_CLOSED } cut_t;

/// The world behind sockets, in a thread that can be ended and started anew.
typedef struct {
    closed_loop_t* loop;
    pthread_mutex_t lock; // the world is moved by the test while the server may still answer
    atomic_bool stop, silent, ready, failed;
    pthread_t thread;
    bool running;
    int port_base;
    tcp_port_t* tcp;
} cabled_t;

static void sleep_us(int64_t duration_us)
{
    const struct timespec wait = {.tv_sec = duration_us / 1000000,
                                  .tv_nsec = (long)(duration_us % 1000000) * 1000};
    (void)nanosleep(&wait, NULL);
}

static bool request(void* context, int device, const pdu_t* asked, pdu_t* reply)
{
    cabled_t* cabled = context;
    if (atomic_load(&cabled->silent)) {
        return false;
    }
    (void)pthread_mutex_lock(&cabled->lock);
    device_host_t* host = &cabled->loop->host;
    const bool answered = host->request(host->context, device, asked, reply);
    (void)pthread_mutex_unlock(&cabled->lock);
    return answered;
}

static int64_t now_us(void* context)
{
    (void)context;
    return 0; // the test moves the world, the server only answers
}

static void advance_to(void* context, int64_t to_us)
{
    (void)context;
    (void)to_us;
}

static void say_ready(void* context)
{
    cabled_t* cabled = context;
    atomic_store(&cabled->ready, true);
}

static void* serve(void* context)
{
    cabled_t* cabled = context;
    const device_host_t host = {
        .context = cabled, .request = request, .now_us = now_us, .advance_to = advance_to};
    const server_settings_t settings = {.machine = &cabled->loop->assembly->machine,
                                        .bind_address = SERVER_BIND_ADDRESS,
                                        .port_base = cabled->port_base,
                                        .lock_step = true,
                                        .stop = &cabled->stop,
                                        .ready = say_ready,
                                        .context = cabled};
    server_settings_t clocked = settings;
    clocked.clock_port = cabled->port_base + cabled->loop->assembly->machine.device_count;
    server_counters_t counters;
    atomic_store(&cabled->failed, server_run(&clocked, &host, &counters) != SERVER_ENDED);
    return NULL;
}

static bool plug_in(cabled_t* cabled)
{
    atomic_store(&cabled->stop, false);
    atomic_store(&cabled->ready, false);
    atomic_store(&cabled->failed, false);
    assert_int_equal(pthread_create(&cabled->thread, NULL, serve, cabled), 0);
    while (!atomic_load(&cabled->ready) && !atomic_load(&cabled->failed)) {
        sleep_us(200);
    }
    cabled->running = !atomic_load(&cabled->failed);
    if (!cabled->running) {
        (void)pthread_join(cabled->thread, NULL);
    }
    return cabled->running;
}

static void pull_out(cabled_t* cabled)
{
    atomic_store(&cabled->stop, true);
    if (cabled->running) {
        assert_int_equal(pthread_join(cabled->thread, NULL), 0);
    }
    cabled->running = false;
}

/// A loop whose bus goes over sockets.
static void open_over_sockets(cabled_t* cabled)
{
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    fieldbus_findings_t findings = {0};
    cabled->loop = closed_loop_open(NULL, NULL, NULL, 21);
    assert_int_equal(pthread_mutex_init(&cabled->lock, NULL), 0);
    for (int attempt = 0; attempt < 50 && !cabled->running; ++attempt) {
        cabled->port_base = PORT_FIRST + (int)((getpid() + 7 * attempt) % 200) * 20;
        (void)plug_in(cabled);
    }
    assert_true(cabled->running);
    const machine_settings_t* machine = &cabled->loop->assembly->machine;
    const int count = tcp_endpoints_of_machine(machine, endpoints);
    for (int i = 0; i < count; ++i) {
        (void)snprintf(endpoints[i].host, sizeof endpoints[i].host, SERVER_BIND_ADDRESS);
        endpoints[i].port = cabled->port_base + i;
    }
    cabled->tcp = tcp_port_create(endpoints, count);
    assert_non_null(cabled->tcp);
    const port_t port = tcp_port_view(cabled->tcp);
    assert_true(fieldbus_init(&cabled->loop->bus, &port, machine, HONEST_TIMEOUT_US, &findings));
    assert_true(fieldbus_configure(&cabled->loop->bus, HONEST_TIMEOUT_US, &findings));
}

static void close_over_sockets(cabled_t* cabled)
{
    closed_loop_close(cabled->loop);
    pull_out(cabled);
    tcp_port_destroy(cabled->tcp);
    (void)pthread_mutex_destroy(&cabled->lock);
}

// ------------------------------------------------------------------------------------- what
// happens

static void reach_full_contact(closed_loop_t* loop)
{
    assert_true(closed_loop_until(loop, MODE_CONTACT, 60.0));
    for (int i = 0; i < 2000 && loop->out.target.force_target_N < STROKE_N; ++i) {
        assert_true(closed_loop_step(loop));
    }
    assert_true(loop->out.target.force_target_N >= STROKE_N);
}

typedef struct {
    int count;
    double at[JOINT_CAPACITY];
} posture_t;

static posture_t true_posture(const closed_loop_t* loop)
{
    posture_t posture = {.count = loop->assembly->session.chain.joint_count};
    memcpy(posture.at, loop->truth.joint_position, sizeof posture.at);
    return posture;
}

static void assert_stands(const closed_loop_t* loop, const posture_t* posture)
{
    for (int joint = 0; joint < posture->count; ++joint) {
        assert_true(fabs(loop->truth.joint_position[joint] - posture->at[joint]) < STILL_PLACE);
        assert_true(fabs(loop->truth.joint_velocity[joint]) < STILL_SPEED);
    }
}

/// Of this period's command: no drive is asked for torque.
static void assert_asks_no_torque(const closed_loop_t* loop)
{
    for (int joint = 0; joint < loop->assembly->session.chain.joint_count; ++joint) {
        assert_true(loop->out.command.request[joint] == DRIVE_REQUEST_DISABLE ||
                    loop->out.command.request[joint] == DRIVE_REQUEST_RESET_FAULT);
    }
}

static bool all_fresh(const closed_loop_t* loop)
{
    bool fresh = true;
    for (int i = 0; i < loop->bus.frame.device_count; ++i) {
        fresh = fresh && loop->bus.frame.devices[i].result == BUS_FRESH;
    }
    return fresh;
}

/// Nor is there any power.
static void assert_commands_nothing(const closed_loop_t* loop)
{
    assert_false(loop->out.command.power_relay_close);
    assert_asks_no_torque(loop);
}

/// The cable is out from now on: the first mode after `before`, at rest in the end.
static supervisor_mode_t follow_cable_out(closed_loop_t* loop, supervisor_mode_t before)
{
    supervisor_mode_t first = before;
    int periods = 0;
    bool going = true;
    while (periods < OUT_PERIODS && going) {
        going = closed_loop_step(loop);
        ++periods;
        first = first == before ? loop->out.mode : first;
    }
    assert_int_equal(loop->out.mode, MODE_TRIPPED);
    assert_int_not_equal(loop->out.verdict.refused, 0);
    loop->unattended = true;
    for (; periods < OUT_PERIODS; ++periods) {
        (void)closed_loop_step(loop);
        assert_int_equal(loop->out.mode, MODE_TRIPPED);
        assert_commands_nothing(loop);
    }
    const posture_t posture = true_posture(loop);
    (void)closed_loop_step(loop);
    assert_stands(loop, &posture);
    return first;
}

/// The devices are there again. Nobody acknowledges, somebody keeps asking for motion.
static void follow_cable_back(closed_loop_t* loop, int64_t pause_us)
{
    const posture_t posture = true_posture(loop);
    int fresh_after = -1;
    for (int i = 0; i < BACK_PERIODS; ++i) {
        loop->extra_requests = REQUEST_ARM | REQUEST_START | REQUEST_RESUME;
        (void)closed_loop_step(loop);
        fresh_after = fresh_after < 0 && all_fresh(loop) ? i : fresh_after;
        assert_int_equal(loop->out.mode, MODE_TRIPPED);
        assert_commands_nothing(loop);
        assert_stands(loop, &posture);
        sleep_us(fresh_after < 0 ? pause_us : 0);
    }
    print_message("all devices fresh again after %d periods\n", fresh_after);
    assert_true(fresh_after >= 0);
}

static void step_unmoved(closed_loop_t* loop, const posture_t* posture, int periods)
{
    for (int i = 0; i < periods; ++i) {
        (void)closed_loop_step(loop);
        assert_asks_no_torque(loop); // acknowledging closes the relay, and that alone
        assert_stands(loop, posture);
    }
}

/// Where the brakes hold the pad on the client, arming is refused: somebody has to free him first.
static void assert_arms_not_on_the_client(closed_loop_t* loop)
{
    loop->extra_requests = REQUEST_ACKNOWLEDGE;
    const posture_t posture = true_posture(loop);
    step_unmoved(loop, &posture, OFFER_PERIODS);
    assert_int_equal(loop->out.mode, MODE_READY);
    loop->extra_requests = REQUEST_ARM;
    assert_false(closed_loop_until(loop, MODE_ARMED, 20.0));
    assert_int_equal(loop->out.mode, MODE_TRIPPED);
    assert_int_equal(loop->state.interlock.first_rule, INTERLOCK_NOT_CLEAR);
    (void)closed_loop_step(loop);
    assert_stands(loop, &posture);
}

/// Acknowledge, arm, start: only the last one makes a set-point move.
static void follow_the_way_back_to_motion(closed_loop_t* loop)
{
    const posture_t posture = true_posture(loop);
    loop->extra_requests = REQUEST_ACKNOWLEDGE;
    step_unmoved(loop, &posture, OFFER_PERIODS);
    assert_int_equal(loop->out.mode, MODE_READY);
    loop->extra_requests = REQUEST_START; // one step too early
    step_unmoved(loop, &posture, OFFER_PERIODS);
    assert_int_equal(loop->out.mode, MODE_READY);
    loop->extra_requests = REQUEST_ARM;
    assert_true(closed_loop_until(loop, MODE_ARMED, 20.0));
    const bus_command_t held = loop->out.command;
    for (int i = 0; i < OFFER_PERIODS; ++i) {
        assert_true(closed_loop_step(loop));
        assert_int_equal(loop->out.mode, MODE_ARMED);
        assert_memory_equal(held.position, loop->out.command.position,
                            (size_t)posture.count * sizeof held.position[0]);
        assert_stands(loop, &posture);
    }
    loop->extra_requests = REQUEST_START;
    bool moved = false;
    for (int i = 0; i < 2000 && !moved; ++i) {
        (void)closed_loop_step(loop);
        for (int joint = 0; joint < posture.count; ++joint) {
            moved = moved ||
                    fabs(loop->truth.joint_position[joint] - posture.at[joint]) > 10 * STILL_PLACE;
        }
    }
    assert_true(moved);
}

static void inject_all(closed_loop_t* loop, world_event_kind_t kind)
{
    for (int device = 0; device < loop->assembly->machine.device_count; ++device) {
        const world_event_t event = {.kind = kind, .at_us = loop->in.now_us, .device = device};
        (void)world_inject(loop->world, &event);
    }
}

/// Where the arm is when the cable comes out.
typedef enum { ON_THE_CLIENT, IN_TRAVEL } place_t;

static void reach(closed_loop_t* loop, place_t place)
{
    if (place == ON_THE_CLIENT) {
        reach_full_contact(loop);
        return;
    }
    assert_true(closed_loop_until(loop, MODE_TRANSIT, 60.0));
    for (int period = 0; period < TRAVEL_PERIODS; ++period) {
        assert_true(closed_loop_step(loop));
    }
    assert_int_equal(loop->out.mode, MODE_TRANSIT);
}

static void assert_gave_way(place_t place, supervisor_mode_t first, const closed_loop_t* loop)
{
    print_message("cable out %s: %s, first cause %s\n",
                  place == ON_THE_CLIENT ? "in contact" : "in travel", supervisor_mode_text(first),
                  interlock_rule_info((interlock_rule_t)loop->state.interlock.first_rule)->name);
    // The jolt of joints that stop by themselves can look like a touch; then yielding is right too.
    assert_true(first == MODE_YIELD || (place == IN_TRAVEL && first == MODE_STOPPING));
}

static void go_on(closed_loop_t* loop, place_t place)
{
    if (place == ON_THE_CLIENT) {
        assert_arms_not_on_the_client(loop);
    } else {
        follow_the_way_back_to_motion(loop);
    }
}

static void play_in_process(place_t place)
{
    closed_loop_t* loop = closed_loop_open(NULL, NULL, NULL, 20);
    reach(loop, place);
    inject_all(loop, WORLD_EVENT_DEVICE_SILENT);
    assert_gave_way(place, follow_cable_out(loop, loop->out.mode), loop);
    inject_all(loop, WORLD_EVENT_DEVICE_BACK);
    follow_cable_back(loop, 0);
    go_on(loop, place);
    closed_loop_close(loop);
}

static void play_over_sockets(cut_t cut, place_t place)
{
    static cabled_t cabled;
    memset(&cabled, 0, sizeof cabled);
    open_over_sockets(&cabled);
    closed_loop_t* loop = cabled.loop;
    reach(loop, place);
    if (cut == CUT_CLOSED) {
        pull_out(&cabled);
    } else {
        atomic_store(&cabled.silent, true);
        loop->bus.timeout_us = SILENT_TIMEOUT_US;
    }
    assert_gave_way(place, follow_cable_out(loop, loop->out.mode), loop);
    if (cut == CUT_CLOSED) {
        assert_true(plug_in(&cabled));
    } else {
        atomic_store(&cabled.silent, false);
        loop->bus.timeout_us = HONEST_TIMEOUT_US;
    }
    follow_cable_back(loop, RECONNECT_PAUSE_US);
    for (int i = 0; i < loop->bus.frame.device_count; ++i) {
        assert_true(loop->bus.devices[i].counters.reconnects > 0);
    }
    go_on(loop, place);
    close_over_sockets(&cabled);
}

/// Shows H28, H55, I1, I3, drive_age, io_age, force_age, not_clear.
static void a_cable_out_and_back_in_process_moves_nothing_until_started_again(void** state)
{
    (void)state;
    play_in_process(ON_THE_CLIENT);
    play_in_process(IN_TRAVEL);
}

/// Shows H28, H33, H55, I1, I3.
static void a_server_that_dies_and_comes_back_moves_nothing_until_started_again(void** state)
{
    (void)state;
    play_over_sockets(CUT_CLOSED, ON_THE_CLIENT);
    play_over_sockets(CUT_CLOSED, IN_TRAVEL);
}

/// Shows H28, H33, H55, I1, I3.
static void devices_that_fall_silent_on_open_sockets_move_nothing_until_started_again(void** state)
{
    (void)state;
    play_over_sockets(CUT_SILENT, ON_THE_CLIENT);
    play_over_sockets(CUT_SILENT, IN_TRAVEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cable_out_and_back_in_process_moves_nothing_until_started_again),
        cmocka_unit_test(a_server_that_dies_and_comes_back_moves_nothing_until_started_again),
        cmocka_unit_test(devices_that_fall_silent_on_open_sockets_move_nothing_until_started_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
