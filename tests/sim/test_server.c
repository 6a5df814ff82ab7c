// Virtual devices behind sockets, in a child process as in use: libmodbus's own client as a
// witness, clients that drip, flood and babble beside one that works, lock-step with the same
// traffic in process giving the same bytes, and an end that closes everything.
#define _DEFAULT_SOURCE // memory shared with a child

#include "tests/support/cmocka_prelude.h"

#include <arpa/inet.h>
#include <errno.h>
#include <modbus.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "config/load.h"
#include "controller/bus/fieldbus.h"
#include "controller/bus/tcp_port.h"
#include "sim/lockstep.h"
#include "sim/server.h"
#include "sim/sim_port.h"
#include "tests/sim/table_under_test.h"
#include "tests/support/virtual_machine.h"

#define WAIT_US 10000000 // for anything that is bound to happen, on a busy machine

static machine_settings_t machine;
static fieldbus_t bus;
static fieldbus_findings_t findings;

// What the child tells: shared, so that it can be looked at when the child is gone.
typedef struct {
    server_counters_t counters;
    server_result_t result;
    virtual_devices_t devices;
    world_truth_t truth; // of the world, where there is one
} told_t;

typedef struct {
    pid_t pid;
    int port_base;
    told_t* told;
} table_t;

static atomic_bool stop_asked;
static int ready_pipe[2];
static int64_t table_begins_at_us;
static const world_settings_t* table_world; // behind the table instead of the simple devices

static void on_terminate(int number)
{
    (void)number;
    atomic_store(&stop_asked, true);
}

static void tell_ready(void* context)
{
    (void)context;
    (void)!write(ready_pipe[1], "r", 1);
}

static void child_main(const server_settings_t* settings, told_t* told)
{
    struct sigaction action = {.sa_handler = on_terminate};
    (void)sigaction(SIGTERM, &action, NULL);
    world_t* world = table_world != NULL ? world_create(table_world) : NULL;
    const device_host_t host =
        world != NULL ? world_host(world) : virtual_devices_host(&told->devices);
    told->result = server_run(settings, &host, &told->counters);
    if (world != NULL) {
        world_truth(world, &told->truth);
        world_destroy(world);
    }
    _exit(0);
}

// Starts a table at some free ports; `silent` is a device that never answers, or -1.
static table_t table_start(bool lock_step, int silent)
{
    for (int attempt = 0; attempt < 50; attempt++) {
        table_t table = {.port_base = 20000 + (getpid() * 37 + attempt * 101) % 10000};
        table.told = mmap(NULL, sizeof *table.told, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        assert_true(table.told != MAP_FAILED);
        virtual_devices_init(&table.told->devices, &machine);
        table.told->devices.now_us = table_begins_at_us;
        if (silent >= 0) {
            table.told->devices.silent[silent] = true;
        }
        const server_settings_t settings = {.machine = &machine,
                                            .bind_address = SERVER_BIND_ADDRESS,
                                            .port_base = table.port_base,
                                            .lock_step = lock_step,
                                            .stop = &stop_asked,
                                            .ready = tell_ready};
        assert_int_equal(pipe(ready_pipe), 0);
        table.pid = fork();
        assert_true(table.pid >= 0);
        if (table.pid == 0) {
            child_main(&settings, table.told);
        }
        (void)close(ready_pipe[1]);
        char byte;
        const bool ready = read(ready_pipe[0], &byte, 1) == 1; // 0 at its end: it could not listen
        (void)close(ready_pipe[0]);
        if (ready) {
            return table;
        }
        (void)waitpid(table.pid, NULL, 0);
        (void)munmap(table.told, sizeof *table.told);
    }
    fail_msg("no free ports");
    return (table_t){0};
}

static void table_stop(table_t* table)
{
    int status = -1;
    (void)kill(table->pid, SIGTERM);
    assert_int_equal(waitpid(table->pid, &status, 0), table->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(table->told->result, SERVER_ENDED);
}

static void table_free(table_t* table)
{
    (void)munmap(table->told, sizeof *table->told);
}

static int setup(void** state)
{
    (void)state;
    virtual_machine(&machine);
    memset(&findings, 0, sizeof findings);
    table_begins_at_us = 0;
    table_world = NULL;
    return 0;
}

static int connect_to(int port)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(connect(fd, (const struct sockaddr*)&address, sizeof address), 0);
    const struct timeval patience = {.tv_sec = 10};
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    return fd;
}

static modbus_t* witness_at(int port, int unit)
{
    modbus_t* witness = modbus_new_tcp("127.0.0.1", port);
    modbus_set_slave(witness, unit);
    modbus_set_response_timeout(witness, 10, 0);
    assert_int_equal(modbus_connect(witness), 0);
    return witness;
}

static void witness_end(modbus_t* witness)
{
    modbus_close(witness); // freeing alone leaves the socket open
    modbus_free(witness);
}

static void sleep_ms(int duration_ms)
{
    const struct timespec wait = {.tv_sec = duration_ms / 1000,
                                  .tv_nsec = (long)(duration_ms % 1000) * 1000000};
    (void)nanosleep(&wait, NULL);
}

// ------------------------------------------------------------------------------------- witness

static void libmodbus_reads_and_writes_the_devices(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    modbus_t* drive = witness_at(table.port_base + 2, 3);
    uint16_t words[16] = {0};
    assert_int_equal(modbus_read_registers(drive, 310, 2, words), 2);
    assert_int_equal(((uint32_t)words[0] << 16) | words[1], VIRTUAL_IDENTITY);
    assert_int_equal(modbus_read_input_registers(drive, 100, 8, words), 8);
    assert_int_equal(words[1], cia402_status_word(DRIVE_SWITCH_ON_DISABLED));
    assert_int_equal(modbus_write_register(drive, 300, 250), 1);
    assert_int_equal(modbus_read_registers(drive, 300, 1, words), 1);
    assert_int_equal(words[0], 250);
    const uint16_t target[2] = {0x000F, 0x4240};
    assert_int_equal(modbus_write_registers(drive, 201, 2, target), 2);
    const uint16_t block[4] = {6, 0xFFF0, 0xBDC0, 500};
    assert_int_equal(modbus_write_and_read_registers(drive, 200, 4, block, 200, 4, words), 4);
    assert_memory_equal(words, block, sizeof block);

    assert_int_equal(modbus_read_registers(drive, 109, 1, words), -1);
    assert_int_equal(errno, EMBXILADD);
    assert_int_equal(modbus_write_register(drive, 300, 1001), -1);
    assert_int_equal(errno, EMBXILVAL);
    uint8_t bit;
    assert_int_equal(modbus_read_bits(drive, 0, 1, &bit), -1);
    assert_int_equal(errno, EMBXILFUN);
    assert_int_equal(modbus_read_registers(drive, 100, 1, words), 1); // and goes on
    witness_end(drive);
    table_stop(&table);
    assert_int_equal(table.told->counters.requests, 10);
    assert_int_equal(table.told->counters.connections, 1);
    table_free(&table);
}

static void another_unit_is_refused_by_name(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    modbus_t* witness = witness_at(table.port_base, 77);
    uint16_t word;
    assert_int_equal(modbus_read_registers(witness, 100, 1, &word), -1);
    assert_int_equal(errno, EMBXGTAR);
    modbus_set_slave(witness, 1);
    assert_int_equal(modbus_read_registers(witness, 100, 1, &word), 1);
    witness_end(witness);
    table_stop(&table);
    assert_int_equal(table.told->counters.foreign_unit, 1);
    table_free(&table);
}

static void a_silent_device_sends_nothing_and_the_others_answer(void** state)
{
    (void)state;
    table_t table = table_start(true, 4);
    modbus_t* silent = witness_at(table.port_base + 4, 5);
    modbus_set_response_timeout(silent, 0, 100000);
    uint16_t word;
    assert_int_equal(modbus_read_registers(silent, 100, 1, &word), -1);
    assert_int_equal(errno, ETIMEDOUT);
    modbus_t* other = witness_at(table.port_base + 5, 6);
    assert_int_equal(modbus_read_registers(other, 100, 1, &word), 1);
    witness_end(silent);
    witness_end(other);
    table_stop(&table);
    assert_int_equal(table.told->counters.silent, 1);
    table_free(&table);
}

static void a_second_master_may_write_and_is_counted(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    modbus_t* first = witness_at(table.port_base, 1);
    modbus_t* second = witness_at(table.port_base, 1);
    uint16_t word;
    assert_int_equal(modbus_write_register(first, 300, 10), 1);
    assert_int_equal(modbus_read_registers(second, 300, 1, &word), 1); // reading is no offence
    assert_int_equal(modbus_write_register(second, 300, 20), 1);
    assert_int_equal(modbus_write_register(first, 300, 30), 1);
    assert_int_equal(modbus_read_registers(second, 300, 1, &word), 1);
    assert_int_equal(word, 30);
    witness_end(first);
    sleep_ms(50); // the first has left: the second is now the only one
    assert_int_equal(modbus_write_register(second, 300, 40), 1);
    witness_end(second);
    table_stop(&table);
    assert_int_equal(table.told->counters.second_masters, 1);
    table_free(&table);
}

// ----------------------------------------------------------------------------- hostile clients

static void a_client_that_drips_or_never_reads_holds_up_nobody(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    const uint8_t request[12] = {0, 1, 0, 0, 0, 6, 1, 3, 0, 100, 0, 8};
    const int dripping = connect_to(table.port_base);
    // Asks and never reads, until nothing more can be sent: the replies fill every buffer.
    const int deaf = connect_to(table.port_base);
    int asked = 0;
    while (asked < 2000000 &&
           send(deaf, request, sizeof request, MSG_DONTWAIT) == (ssize_t)sizeof request) {
        asked++;
    }
    modbus_t* good = witness_at(table.port_base, 1);
    uint16_t words[8];
    for (int i = 0; i < (int)sizeof request; i++) {
        assert_int_equal(send(dripping, request + i, 1, 0), 1);
        for (int k = 0; k < 5; k++) {
            assert_int_equal(modbus_read_registers(good, 100, 8, words), 8);
        }
    }
    uint8_t reply[25];
    assert_int_equal(recv(dripping, reply, sizeof reply, MSG_WAITALL), sizeof reply);
    assert_int_equal(reply[7], 3);
    assert_int_equal(reply[8], 16);
    (void)close(dripping);
    (void)close(deaf);
    assert_int_equal(modbus_read_registers(good, 100, 8, words), 8);
    witness_end(good);
    table_stop(&table);
    table_free(&table);
}

static void many_requests_in_one_segment_get_their_replies_in_order(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    const int fd = connect_to(table.port_base);
    uint8_t requests[100 * 12];
    for (int i = 0; i < 100; i++) {
        const uint8_t request[12] = {0x12, (uint8_t)i, 0, 0, 0, 6, 1, 3, 0, 100, 0, 1};
        memcpy(requests + 12 * i, request, sizeof request);
    }
    assert_int_equal(send(fd, requests, sizeof requests, 0), sizeof requests);
    for (int i = 0; i < 100; i++) {
        uint8_t reply[11];
        assert_int_equal(recv(fd, reply, sizeof reply, MSG_WAITALL), sizeof reply);
        assert_int_equal(reply[0], 0x12);
        assert_int_equal(reply[1], i);
    }
    (void)close(fd);
    table_stop(&table);
    table_free(&table);
}

static void any_bytes_leave_the_table_standing(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    uint32_t random = 99;
    print_message("seed %u\n", (unsigned)random);
    modbus_t* good = witness_at(table.port_base + 1, 2);
    for (int round = 0; round < 300; round++) {
        const int fd = connect_to(table.port_base + round % (VIRTUAL_DEVICES + 1));
        uint8_t bytes[700];
        for (int i = 0; i < (int)sizeof bytes; i++) {
            random = random * 1664525u + 1013904223u;
            bytes[i] = (uint8_t)(random >> 24);
        }
        if (round % 3 != 0) { // a sound header, for garbage behind it
            const int length = 2 + (int)((random >> 8) % 253);
            memset(bytes, 0, 5);
            bytes[5] = (uint8_t)length;
            const int device = round % (VIRTUAL_DEVICES + 1);
            bytes[6] = (uint8_t)(device == VIRTUAL_DEVICES ? CLOCK_UNIT : 1 + device);
            static const uint8_t functions[] = {3, 4, 6, 16, 23};
            bytes[7] = functions[(random >> 4) % 5];
        }
        (void)!send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
        if (round % 2 == 0) {
            const struct linger now = {.l_onoff = 1, .l_linger = 0};
            (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
        (void)close(fd);
        uint16_t word;
        assert_int_equal(modbus_read_registers(good, 310, 1, &word), 1);
    }
    witness_end(good);
    table_stop(&table);
    assert_true(table.told->counters.broken_frames > 50);
    table_free(&table);
}

static void clients_beyond_the_capacity_are_turned_away(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    modbus_t* good = witness_at(table.port_base, 1);
    int crowd[SERVER_CONNECTION_CAPACITY + 8];
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY + 8; i++) {
        crowd[i] = connect_to(table.port_base + i % VIRTUAL_DEVICES);
    }
    uint16_t word;
    for (int i = 0; i < 20; i++) {
        assert_int_equal(modbus_read_registers(good, 100, 1, &word), 1);
    }
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY + 8; i++) {
        (void)close(crowd[i]);
    }
    sleep_ms(100);
    modbus_t* later = witness_at(table.port_base, 1);
    assert_int_equal(modbus_read_registers(later, 100, 1, &word), 1);
    witness_end(later);
    witness_end(good);
    table_stop(&table);
    assert_true(table.told->counters.turned_away >= 9);
    table_free(&table);
}

// ------------------------------------------------------------------------------------- the clock

static void the_clock_moves_the_table_and_nothing_else_does(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    modbus_t* clock = witness_at(table.port_base + VIRTUAL_DEVICES, CLOCK_UNIT);
    modbus_t* drive = witness_at(table.port_base, 1);
    uint16_t words[4];
    sleep_ms(30);
    assert_int_equal(modbus_read_registers(drive, 100, 1, words), 1);
    assert_int_equal(words[0], 0);           // no wall clock here
    const uint16_t to[2] = {0x0001, 0x3880}; // 80 000 us
    assert_int_equal(modbus_write_and_read_registers(clock, CLOCK_ADVANCE_TO_ADDRESS, 2, to,
                                                     CLOCK_NOW_ADDRESS, 2, words),
                     2);
    assert_memory_equal(words, to, sizeof to);
    assert_int_equal(modbus_read_registers(drive, 100, 1, words), 1);
    assert_int_equal(words[0], 80);
    const uint16_t past[2] = {0, 1000};
    assert_int_equal(modbus_write_registers(clock, CLOCK_ADVANCE_TO_ADDRESS, 2, past), 2);
    assert_int_equal(modbus_read_registers(clock, 0, 4, words), 4);
    assert_int_equal(words[1], 1000);
    assert_int_equal(words[3], 0x3880);
    const uint16_t too_far[2] = {0x0200, 0};
    assert_int_equal(modbus_write_registers(clock, CLOCK_ADVANCE_TO_ADDRESS, 2, too_far), -1);
    assert_int_equal(errno, EMBXILVAL);
    assert_int_equal(modbus_write_register(clock, 1, 5), -1);
    assert_int_equal(errno, EMBXILFUN);
    assert_int_equal(modbus_write_registers(clock, 1, 1, past), -1);
    assert_int_equal(errno, EMBXILADD);
    assert_int_equal(modbus_write_registers(clock, 2, 2, past), -1);
    assert_int_equal(errno, EMBXILADD);
    assert_int_equal(modbus_read_registers(clock, 3, 2, words), -1);
    assert_int_equal(errno, EMBXILADD);
    witness_end(drive);
    witness_end(clock);
    table_stop(&table);
    assert_true(table.told->devices.now_us == 80000);
    table_free(&table);
}

static void lock_step_time_runs_over_32_bits(void** state)
{
    (void)state;
    const int64_t turn_us = (int64_t)1 << 32;
    table_begins_at_us = turn_us - 2000296; // a whole number of steps
    table_t table = table_start(true, -1);
    lockstep_t* lockstep = lockstep_create("127.0.0.1", table.port_base + VIRTUAL_DEVICES, WAIT_US);
    assert_non_null(lockstep);
    const timebase_t timebase = lockstep_timebase(lockstep);
    assert_true(timebase.vtable->now_us(timebase.context) == table_begins_at_us);
    assert_true(timebase.vtable->sleep_until(timebase.context, turn_us - 4296));
    assert_true(timebase.vtable->now_us(timebase.context) == turn_us - 4296);
    assert_true(timebase.vtable->sleep_until(timebase.context, 1000)); // passed: at once
    assert_true(timebase.vtable->now_us(timebase.context) == turn_us - 4296);
    const int64_t beyond_us = turn_us + 25000000; // in several ticks
    assert_true(timebase.vtable->sleep_until(timebase.context, beyond_us));
    const int64_t now_us = timebase.vtable->now_us(timebase.context);
    assert_true(now_us >= beyond_us && now_us < beyond_us + VIRTUAL_STEP_US);
    table_stop(&table);
    assert_true(table.told->devices.now_us == now_us);
    assert_false(timebase.vtable->sleep_until(timebase.context, now_us + 4000));
    assert_false(timebase.vtable->sleep_until(timebase.context, now_us + 8000));
    lockstep_destroy(lockstep);
    table_free(&table);
}

static void a_clock_that_is_not_there_is_told(void** state)
{
    (void)state;
    table_t table = table_start(false, -1); // real time: no clock
    assert_null(lockstep_create("127.0.0.1", table.port_base + VIRTUAL_DEVICES, WAIT_US));
    assert_null(lockstep_create("not an address", 1, WAIT_US));
    table_stop(&table);
    table_free(&table);
    lockstep_destroy(NULL);
}

// ------------------------------------------------------------------- the same over any transport

#define RUN_PERIODS 500

static bus_feedback_t run_in_process[RUN_PERIODS];
static bus_feedback_t run_over_tcp[RUN_PERIODS];

static void run(const port_t* port, timebase_t timebase, bus_feedback_t* feedback)
{
    memset(feedback, 0, RUN_PERIODS * sizeof *feedback);
    memset(&findings, 0, sizeof findings);
    assert_true(fieldbus_init(&bus, port, &machine, WAIT_US, &findings));
    assert_true(fieldbus_configure(&bus, WAIT_US, &findings));
    static bus_command_t command;
    command.power_relay_close = true; // drives without power do nothing
    for (int period = 0; period < RUN_PERIODS; period++) {
        for (int i = 0; i < VIRTUAL_DRIVES; i++) {
            command.request[i] = period < 400 ? DRIVE_REQUEST_ENABLE : DRIVE_REQUEST_QUICK_STOP;
            command.position[i] =
                machine.arm.joints[i].parked + 0.01 * (1.0 - cos(0.02 * period)) * (1 + i % 2);
        }
        const int64_t now_us = timebase.vtable->now_us(timebase.context);
        assert_true(fieldbus_exchange(&bus, &command, now_us, &feedback[period]));
        assert_true(timebase.vtable->sleep_until(timebase.context, now_us + 4000));
    }
}

/// Where a table with this port base has the machine's devices.
static int endpoints_at(int port_base, tcp_endpoint_t endpoints[DEVICE_CAPACITY])
{
    const int count = tcp_endpoints_of_machine(&machine, endpoints);
    for (int i = 0; i < count; i++) {
        (void)snprintf(endpoints[i].host, sizeof endpoints[i].host, "127.0.0.1");
        endpoints[i].port = port_base + i;
    }
    return count;
}

static void lock_step_over_sockets_and_in_process_give_the_same_bytes(void** state)
{
    (void)state;
    static virtual_devices_t local;
    virtual_devices_init(&local, &machine);
    const device_host_t host = virtual_devices_host(&local);
    const port_t in_process = sim_port(&host, VIRTUAL_DEVICES);
    run(&in_process, sim_timebase(&host), run_in_process);

    table_t table = table_start(true, -1);
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    tcp_port_t* tcp_port = tcp_port_create(endpoints, endpoints_at(table.port_base, endpoints));
    lockstep_t* lockstep = lockstep_create("127.0.0.1", table.port_base + VIRTUAL_DEVICES, WAIT_US);
    assert_non_null(lockstep);
    const port_t over_tcp = tcp_port_view(tcp_port);
    run(&over_tcp, lockstep_timebase(lockstep), run_over_tcp);
    lockstep_destroy(lockstep);
    tcp_port_destroy(tcp_port);
    table_stop(&table);

    assert_memory_equal(run_in_process, run_over_tcp, sizeof run_in_process);
    assert_true(local.now_us == table.told->devices.now_us);
    for (int i = 0; i < VIRTUAL_DEVICES; i++) {
        assert_memory_equal(local.files[i].words, table.told->devices.files[i].words,
                            sizeof local.files[i].words);
    }
    assert_int_equal(table.told->counters.second_masters, 0);
    table_free(&table);
}

static void the_shipped_machine_in_its_world_moves_alike_over_sockets_and_in_process(void** state)
{
    (void)state;
    static findings_t file_findings;
    static surface_t surface;
    static world_settings_t settings;
    assert_true(
        load_machine("config/machines/rail6.yaml", "config/devices", &machine, &file_findings));
    table_flat_body(&surface, 0.2);
    const tissue_settings_t tissue = table_tissue();
    world_settings_defaults(&settings); // with its noise, friction and breathing
    settings.machine = &machine;
    settings.surface = &surface;
    settings.tissues = &tissue;
    settings.tissue_count = 1;
    settings.seed = 31;
    print_message("seed %llu\n", (unsigned long long)settings.seed);

    world_t* world = world_create(&settings);
    assert_non_null(world);
    const device_host_t host = world_host(world);
    const port_t in_process = sim_port(&host, machine.device_count);
    run(&in_process, sim_timebase(&host), run_in_process);
    world_truth_t truth;
    world_truth(world, &truth);
    world_destroy(world);
    assert_int_equal(findings.count, 0);
    assert_int_equal(run_in_process[399].drives[0].state, DRIVE_OPERATION_ENABLED);
    assert_near(truth.joint_position[1], machine.arm.joints[1].parked + 0.02, 0.03);

    table_world = &settings;
    table_t table = table_start(true, -1);
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    tcp_port_t* tcp_port = tcp_port_create(endpoints, endpoints_at(table.port_base, endpoints));
    lockstep_t* lockstep =
        lockstep_create("127.0.0.1", table.port_base + machine.device_count, WAIT_US);
    assert_non_null(lockstep);
    const port_t over_tcp = tcp_port_view(tcp_port);
    run(&over_tcp, lockstep_timebase(lockstep), run_over_tcp);
    lockstep_destroy(lockstep);
    tcp_port_destroy(tcp_port);
    table_stop(&table);
    assert_memory_equal(run_in_process, run_over_tcp, sizeof run_in_process);
    assert_memory_equal(truth.joint_position, table.told->truth.joint_position,
                        sizeof truth.joint_position);
    assert_memory_equal(truth.joint_velocity, table.told->truth.joint_velocity,
                        sizeof truth.joint_velocity);
    table_free(&table);
}

// ------------------------------------------------------------------------------------ real time

static void in_real_time_the_table_moves_without_clients(void** state)
{
    (void)state;
    table_t table = table_start(false, -1);
    sleep_ms(100);
    modbus_t* drive = witness_at(table.port_base, 1);
    uint16_t first;
    uint16_t second;
    assert_int_equal(modbus_read_registers(drive, 100, 1, &first), 1);
    sleep_ms(100);
    assert_int_equal(modbus_read_registers(drive, 100, 1, &second), 1);
    assert_true(first >= 20); // steps of 1 ms, on however busy a machine
    assert_true(second >= first + 20);
    witness_end(drive);
    table_stop(&table);
    table_free(&table);
}

static void a_table_that_dies_and_comes_back_is_found_again(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    tcp_endpoint_t endpoints[DEVICE_CAPACITY];
    tcp_port_t* tcp_port = tcp_port_create(endpoints, endpoints_at(table.port_base, endpoints));
    const port_t port = tcp_port_view(tcp_port);
    static bus_command_t command;
    static bus_feedback_t feedback;
    assert_true(fieldbus_init(&bus, &port, &machine, WAIT_US, &findings));
    assert_true(fieldbus_configure(&bus, WAIT_US, &findings));
    assert_true(fieldbus_exchange(&bus, &command, 0, &feedback));
    table_stop(&table);
    for (int period = 1; period < 20; period++) {
        assert_false(fieldbus_exchange(&bus, &command, period * 4000, &feedback));
        assert_true(feedback.drives[0].age_us == period * 4000);
        sleep_ms(4);
    }
    // Nothing is listening: configuring says so for every device, at once.
    assert_false(fieldbus_configure(&bus, WAIT_US, &findings));
    assert_int_equal(findings.count, VIRTUAL_DEVICES);
    assert_non_null(strstr(findings.at[0].message, "connection refused"));
    table_free(&table);
    tcp_port_destroy(tcp_port);
}

// ------------------------------------------------------------------------------------ refusals

static void ports_that_cannot_be_had_are_told(void** state)
{
    (void)state;
    table_t table = table_start(true, -1);
    static atomic_bool stop;
    static virtual_devices_t devices;
    virtual_devices_init(&devices, &machine);
    const device_host_t host = virtual_devices_host(&devices);
    server_settings_t settings = {.machine = &machine,
                                  .bind_address = SERVER_BIND_ADDRESS,
                                  .port_base = table.port_base - VIRTUAL_DEVICES + 1,
                                  .stop = &stop};
    server_counters_t counters;
    // All but the last device may find their ports free; the last meets the running table.
    assert_int_equal(server_run(&settings, &host, &counters), SERVER_CANNOT_LISTEN);
    assert_true(counters.failed_device >= 0);
    settings.port_base = 65530;
    assert_int_not_equal(server_run(&settings, &host, &counters), SERVER_ENDED);
    settings.port_base = table.port_base;
    settings.bind_address = "localhost";
    assert_int_equal(server_run(&settings, &host, &counters), SERVER_BAD_SETTINGS);
    assert_int_equal(counters.failed_device, 0);
    table_stop(&table);
    table_free(&table);
    for (int i = 0; i < SERVER_RESULT_COUNT; i++) {
        assert_true(strlen(server_result_text((server_result_t)i)) > 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(libmodbus_reads_and_writes_the_devices, setup),
        cmocka_unit_test_setup(another_unit_is_refused_by_name, setup),
        cmocka_unit_test_setup(a_silent_device_sends_nothing_and_the_others_answer, setup),
        cmocka_unit_test_setup(a_second_master_may_write_and_is_counted, setup),
        cmocka_unit_test_setup(a_client_that_drips_or_never_reads_holds_up_nobody, setup),
        cmocka_unit_test_setup(many_requests_in_one_segment_get_their_replies_in_order, setup),
        cmocka_unit_test_setup(any_bytes_leave_the_table_standing, setup),
        cmocka_unit_test_setup(clients_beyond_the_capacity_are_turned_away, setup),
        cmocka_unit_test_setup(the_clock_moves_the_table_and_nothing_else_does, setup),
        cmocka_unit_test_setup(lock_step_time_runs_over_32_bits, setup),
        cmocka_unit_test_setup(a_clock_that_is_not_there_is_told, setup),
        cmocka_unit_test_setup(lock_step_over_sockets_and_in_process_give_the_same_bytes, setup),
        cmocka_unit_test_setup(
            the_shipped_machine_in_its_world_moves_alike_over_sockets_and_in_process, setup),
        cmocka_unit_test_setup(in_real_time_the_table_moves_without_clients, setup),
        cmocka_unit_test_setup(a_table_that_dies_and_comes_back_is_found_again, setup),
        cmocka_unit_test_setup(ports_that_cannot_be_had_are_told, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
