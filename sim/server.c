#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/modbus_pdu.h"
#include "sim/world.h"

#define LISTENER_CAPACITY (DEVICE_CAPACITY + 1) // and the clock
#define LISTEN_BACKLOG 16
#define RECEIVE_CAPACITY (2 * FRAME_CAPACITY)
#define EVENT_CAPACITY 32
#define REAL_TIME_WAIT_MS 1  // how coarsely the world follows the clock when nobody asks
#define LOCK_STEP_WAIT_MS 50 // how late a stop is seen
#define CATCH_UP_MAX_US                                                                            \
    50000 // of world time at a stretch, so that requests are answered in between
#define NOBODY (-1)

typedef struct {
    int fd;     // -1: this place is free
    int device; // device_count: the clock
    int received_count;
    int unsent_from, unsent_count; // of a reply that the peer has not yet taken
    uint8_t received[RECEIVE_CAPACITY];
    uint8_t unsent[FRAME_CAPACITY];
} connection_t;

typedef struct {
    const server_settings_t* settings;
    const device_host_t* host;
    server_counters_t* counters;
    int device_count;
    int listener_count;
    int epoll_fd;
    int64_t started_us; // of the monotonic clock, when the world was at `started_world_us`
    int64_t started_world_us;
    uint32_t clock_asked; // last time written to the clock
    modbus_t* listeners[LISTENER_CAPACITY];
    int listener_fds[LISTENER_CAPACITY];
    int writer_of[DEVICE_CAPACITY]; // place of the connection that writes to a device
    connection_t connections[SERVER_CONNECTION_CAPACITY];
} server_t;

const char* server_result_text(server_result_t result)
{
    static const char* const texts[] = {
#define X(id, text) [id] = text,
        SERVER_RESULT_LIST(X)
#undef X
    };
    return texts[result];
}

static int64_t monotonic_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); // cannot fail on Linux
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

// ------------------------------------------------------------------------------------ requests

static uint32_t clock_now(const server_t* server)
{
    return (uint32_t)(uint64_t)server->host->now_us(server->host->context);
}

// Moves the world to a time given modulo 2^32. False if that is too far ahead.
static bool clock_advance(server_t* server, uint32_t to)
{
    const int64_t now_us = server->host->now_us(server->host->context);
    const int64_t ahead_us = (int32_t)(to - (uint32_t)(uint64_t)now_us); // the nearer way round
    if (ahead_us > CLOCK_ADVANCE_MAX_US) {
        return false;
    }
    server->clock_asked = to;
    if (ahead_us > 0) {
        server->host->advance_to(server->host->context, now_us + ahead_us);
    }
    return true;
}

static modbus_exception_t clock_answer(server_t* server, const modbus_request_t* request,
                                       uint16_t words[CLOCK_REGISTER_COUNT])
{
    if (request->function == MODBUS_WRITE_SINGLE) {
        return MODBUS_ILLEGAL_FUNCTION; // half a time
    }
    if (request->read_count > 0 &&
        request->read_address + request->read_count > CLOCK_REGISTER_COUNT) {
        return MODBUS_ILLEGAL_ADDRESS;
    }
    if (request->write_count > 0) {
        if (request->write_address != CLOCK_ADVANCE_TO_ADDRESS || request->write_count != 2) {
            return MODBUS_ILLEGAL_ADDRESS;
        }
        if (!clock_advance(server,
                           ((uint32_t)request->write_words[0] << 16) | request->write_words[1])) {
            return MODBUS_ILLEGAL_VALUE;
        }
    }
    const uint32_t now = clock_now(server);
    const uint16_t registers[CLOCK_REGISTER_COUNT] = {
        (uint16_t)(server->clock_asked >> 16), (uint16_t)(server->clock_asked & 0xFFFFu),
        (uint16_t)(now >> 16), (uint16_t)(now & 0xFFFFu)};
    for (int i = 0; i < request->read_count; i++) {
        words[i] = registers[request->read_address + i];
    }
    return MODBUS_EXCEPTION_NONE;
}

static void clock_request(server_t* server, const pdu_t* request, pdu_t* reply)
{
    modbus_request_t decoded;
    uint16_t words[CLOCK_REGISTER_COUNT];
    const modbus_result_t result = modbus_decode_request(request, &decoded);
    const modbus_exception_t refusal =
        result == MODBUS_OK ? clock_answer(server, &decoded, words) : modbus_refusal(result);
    if (refusal != MODBUS_EXCEPTION_NONE) {
        modbus_encode_exception(request->bytes[0], refusal, reply);
    } else {
        modbus_encode_reply(&decoded, words, reply);
    }
}

// Two masters that command one device are a mistake somewhere; it is allowed here, and told.
static void watch_writers(server_t* server, const connection_t* connection, const pdu_t* request)
{
    const uint8_t function = request->bytes[0];
    if (function != MODBUS_WRITE_SINGLE && function != MODBUS_WRITE_MULTIPLE &&
        function != MODBUS_READ_WRITE) {
        return;
    }
    const int place = (int)(connection - server->connections);
    if (server->writer_of[connection->device] == NOBODY) {
        server->writer_of[connection->device] = place;
    } else if (server->writer_of[connection->device] != place) {
        server->counters->second_masters++;
    }
}

// True if there is a reply to be sent.
static bool answer(server_t* server, const connection_t* connection, const frame_t* frame,
                   pdu_t* reply)
{
    const bool is_clock = connection->device == server->device_count;
    const int unit =
        is_clock ? CLOCK_UNIT : server->settings->machine->devices[connection->device].unit;
    if (frame->unit != unit) {
        server->counters->foreign_unit++;
        modbus_encode_exception(frame->pdu.bytes[0], MODBUS_GATEWAY_TARGET, reply);
        return true;
    }
    if (is_clock) {
        clock_request(server, &frame->pdu, reply);
        server->counters->requests++;
        return true;
    }
    watch_writers(server, connection, &frame->pdu);
    reply->size = 0;
    const bool answered =
        server->host->request(server->host->context, connection->device, &frame->pdu, reply) &&
        reply->size > 0;
    if (answered) {
        server->counters->requests++;
    } else {
        server->counters->silent++;
    }
    return answered;
}

// ---------------------------------------------------------------------------------- connections

static void connection_close(server_t* server, connection_t* connection)
{
    (void)close(connection->fd); // leaves the epoll set with it
    connection->fd = -1;
    const int place = (int)(connection - server->connections);
    for (int device = 0; device < server->device_count; device++) {
        if (server->writer_of[device] == place) {
            server->writer_of[device] = NOBODY;
        }
    }
}

static void connection_watch(server_t* server, connection_t* connection, uint32_t events)
{
    struct epoll_event event = {.events = events};
    event.data.u32 = (uint32_t)(LISTENER_CAPACITY + (connection - server->connections));
    (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

// Sends what it can; what the peer does not take waits, and until then nothing more is read from
// it. False if the connection is to be closed.
static bool connection_send(server_t* server, connection_t* connection)
{
    const ssize_t sent = send(connection->fd, connection->unsent + connection->unsent_from,
                              (size_t)connection->unsent_count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        return false;
    }
    const int taken = sent > 0 ? (int)sent : 0;
    connection->unsent_from += taken;
    connection->unsent_count -= taken;
    if (connection->unsent_count > 0) {
        connection_watch(server, connection, EPOLLOUT);
    }
    return true;
}

// Answers every whole frame received, as long as the peer takes the replies. False if the
// connection is to be closed.
static bool connection_serve(server_t* server, connection_t* connection)
{
    int used = 0;
    bool alive = true;
    while (alive && connection->unsent_count == 0) {
        frame_t frame;
        int size = 0;
        const frame_result_t result = frame_decode(
            connection->received + used, connection->received_count - used, &frame, &size);
        if (result == FRAME_INCOMPLETE) {
            break;
        }
        if (result != FRAME_COMPLETE) { // where the next frame begins can't be known any more
            server->counters->broken_frames++;
            return false;
        }
        used += size;
        pdu_t reply;
        if (answer(server, connection, &frame, &reply)) {
            connection->unsent_from = 0;
            connection->unsent_count =
                frame_encode(frame.transaction, frame.unit, &reply, connection->unsent);
            alive = connection_send(server, connection);
        }
    }
    connection->received_count -= used;
    memmove(connection->received, connection->received + used, (size_t)connection->received_count);
    return alive;
}

static void connection_ready(server_t* server, connection_t* connection, uint32_t events)
{
    bool alive = true;
    if ((events & EPOLLOUT) != 0 && connection->unsent_count > 0) {
        alive = connection_send(server, connection);
        if (alive && connection->unsent_count == 0) {
            connection_watch(server, connection, EPOLLIN);
            alive = connection_serve(server, connection);
        }
    } else {
        // Room is never 0: a whole frame fits twice, and whole frames are taken out at once.
        const ssize_t count =
            recv(connection->fd, connection->received + connection->received_count,
                 sizeof connection->received - (size_t)connection->received_count, MSG_DONTWAIT);
        if (count > 0) {
            connection->received_count += (int)count;
            alive = connection_serve(server, connection);
        } else {
            alive = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
        }
    }
    if (!alive) {
        connection_close(server, connection);
    }
}

static void accept_client(server_t* server, int listener)
{
    int listening_fd = server->listener_fds[listener];
    const int fd = modbus_tcp_accept(server->listeners[listener], &listening_fd);
    if (fd < 0) {
        return; // gone again before it was taken
    }
    // The context listens only; the connection is ours to close.
    (void)modbus_set_socket(server->listeners[listener], -1);
    connection_t* connection = NULL;
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY && connection == NULL; i++) {
        if (server->connections[i].fd < 0) {
            connection = &server->connections[i];
        }
    }
    const int flags = fcntl(fd, F_GETFL);
    if (connection == NULL || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        server->counters->turned_away++;
        (void)close(fd);
        return;
    }
    const int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connection->fd = fd;
    connection->device = listener;
    connection->received_count = connection->unsent_from = connection->unsent_count = 0;
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u32 = (uint32_t)(LISTENER_CAPACITY + (connection - server->connections));
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        server->counters->turned_away++;
        connection_close(server, connection);
        return;
    }
    server->counters->connections++;
}

// ---------------------------------------------------------------------------------- the server

static int listener_port(const server_t* server, int listener)
{
    const server_settings_t* settings = server->settings;
    if (listener == server->device_count && settings->clock_port > 0) {
        return settings->clock_port;
    }
    if (settings->port_base > 0) {
        return settings->port_base + listener;
    }
    return listener < server->device_count ? settings->machine->devices[listener].port : 0;
}

static server_result_t listen_at(server_t* server, int listener)
{
    struct in_addr address;
    const char* bind_address = server->settings->bind_address;
    const int port = listener_port(server, listener);
    server->counters->failed_device = listener;
    if (inet_pton(AF_INET, bind_address, &address) != 1 || port < 1 || port > UINT16_MAX) {
        return SERVER_BAD_SETTINGS;
    }
    modbus_t* context = modbus_new_tcp(bind_address, port);
    if (context == NULL) {
        return SERVER_NO_RESOURCES;
    }
    server->listeners[listener] = context;
    const int fd = modbus_tcp_listen(context, LISTEN_BACKLOG);
    if (fd < 0) {
        return SERVER_CANNOT_LISTEN;
    }
    server->listener_fds[listener] = fd;
    const int flags = fcntl(fd, F_GETFL); // a client that is gone again must not make accept wait
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u32 = (uint32_t)listener;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
        epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        return SERVER_NO_RESOURCES;
    }
    server->counters->failed_device = NOBODY;
    return SERVER_ENDED;
}

// In real time, lets the world follow the clock: in whole steps, never ahead of it.
static void follow_clock(server_t* server)
{
    if (server->settings->lock_step) {
        return;
    }
    const int64_t due_us = server->started_world_us + monotonic_us() - server->started_us;
    const int64_t now_us = server->host->now_us(server->host->context);
    const int64_t to_us = due_us - now_us > CATCH_UP_MAX_US ? now_us + CATCH_UP_MAX_US : due_us;
    if (to_us - now_us >= WORLD_STEP_US) {
        server->host->advance_to(server->host->context, to_us / WORLD_STEP_US * WORLD_STEP_US);
    }
}

static void serve(server_t* server)
{
    const int wait_ms = server->settings->lock_step ? LOCK_STEP_WAIT_MS : REAL_TIME_WAIT_MS;
    server->started_us = monotonic_us();
    server->started_world_us = server->host->now_us(server->host->context);
    while (!atomic_load(server->settings->stop)) {
        struct epoll_event events[EVENT_CAPACITY];
        const int count = epoll_wait(server->epoll_fd, events, EVENT_CAPACITY, wait_ms);
        follow_clock(server);
        for (int i = 0; i < count; i++) {
            const uint32_t place = events[i].data.u32;
            if (place < LISTENER_CAPACITY) {
                accept_client(server, (int)place);
            } else if (server->connections[place - LISTENER_CAPACITY].fd >= 0) {
                connection_ready(server, &server->connections[place - LISTENER_CAPACITY],
                                 events[i].events);
            }
        }
    }
}

static void close_all(server_t* server)
{
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY; i++) {
        if (server->connections[i].fd >= 0) {
            connection_close(server, &server->connections[i]);
        }
    }
    for (int i = 0; i < LISTENER_CAPACITY; i++) {
        if (server->listener_fds[i] >= 0) {
            (void)close(server->listener_fds[i]);
        }
        modbus_free(server->listeners[i]);
    }
    if (server->epoll_fd >= 0) {
        (void)close(server->epoll_fd);
    }
}

server_result_t server_run(const server_settings_t* settings, const device_host_t* host,
                           server_counters_t* counters)
{
    *counters = (server_counters_t){.failed_device = NOBODY};
    server_t* server = calloc(1, sizeof *server);
    if (server == NULL) {
        return SERVER_NO_RESOURCES;
    }
    server->settings = settings;
    server->host = host;
    server->counters = counters;
    server->device_count = settings->machine->device_count;
    server->listener_count = server->device_count + (settings->lock_step ? 1 : 0);
    for (int i = 0; i < LISTENER_CAPACITY; i++) {
        server->listener_fds[i] = -1;
    }
    for (int i = 0; i < DEVICE_CAPACITY; i++) {
        server->writer_of[i] = NOBODY;
    }
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY; i++) {
        server->connections[i].fd = -1;
    }
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server_result_t result = server->epoll_fd >= 0 ? SERVER_ENDED : SERVER_NO_RESOURCES;
    for (int i = 0; i < server->listener_count && result == SERVER_ENDED; i++) {
        result = listen_at(server, i);
    }
    if (result == SERVER_ENDED) {
        if (settings->ready != NULL) {
            settings->ready(settings->context);
        }
        serve(server);
    }
    close_all(server);
    free(server);
    return result;
}
