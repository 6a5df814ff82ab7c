#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
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
#define FIRST_CONNECTION LISTENER_CAPACITY // among the numbers that events carry
#define FIRST_LINE (FIRST_CONNECTION + SERVER_CONNECTION_CAPACITY)
#define LINE_WRITER(line) (SERVER_CONNECTION_CAPACITY + (line)) // among the writers' places
#define LINE_AWAY_WAIT_MS 5 // how often a pty without a client is looked at

/// Reply bytes that the peer has not yet taken; nothing more is read from it until then.
typedef struct {
    int from, count;
    int64_t due_us; // not before
    uint8_t bytes[REPLY_BYTES_CAPACITY];
} outbox_t;

typedef struct {
    int fd;     // -1: this place is free
    int device; // device_count: the clock
    bool told;  // that it is a second master
    int received_count;
    uint8_t received[RECEIVE_CAPACITY];
    outbox_t out;
    char client[SERVER_CLIENT_CAPACITY];
} connection_t;

typedef struct {
    bool watched; // in the epoll set: somebody is there
    bool gone;    // a serial device that was unplugged
    bool told[DEVICE_CAPACITY];
    outbox_t out;
} line_state_t;

typedef struct {
    const server_settings_t* settings;
    const device_host_t* host;
    server_counters_t* counters;
    int device_count;
    int listener_count;
    int line_count;
    int epoll_fd;
    int64_t started_us; // of the monotonic clock, when the world was at `started_world_us`
    int64_t started_world_us;
    uint32_t clock_asked;  // last time written to the clock
    uint32_t last_refused; // address that was told last
    modbus_t* listeners[LISTENER_CAPACITY];
    int listener_fds[LISTENER_CAPACITY];
    int writer_of[DEVICE_CAPACITY]; // place of the connection or line that writes to a device
    connection_t connections[SERVER_CONNECTION_CAPACITY];
    line_state_t lines[SERIAL_LINE_CAPACITY];
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

static bool writes(const pdu_t* request)
{
    const uint8_t function = request->bytes[0];
    return function == MODBUS_WRITE_SINGLE || function == MODBUS_WRITE_MULTIPLE ||
           function == MODBUS_READ_WRITE;
}

static void tell(const server_t* server, server_news_kind_t kind, int device, const char* client)
{
    if (server->settings->tell != NULL) {
        const server_news_t news = {.kind = kind, .device = device, .client = client};
        server->settings->tell(server->settings->context, &news);
    }
}

// Two masters that command one device are a mistake somewhere; it is allowed here, and told once.
static void watch_writers(server_t* server, int device, int writer, const char* client, bool* told,
                          const pdu_t* request)
{
    if (!writes(request)) {
        return;
    }
    if (server->writer_of[device] == NOBODY) {
        server->writer_of[device] = writer;
    } else if (server->writer_of[device] != writer) {
        server->counters->second_masters++;
        if (!*told) {
            *told = true;
            tell(server, SERVER_SECOND_MASTER, device, client);
        }
    }
}

static bool ask_device(server_t* server, int device, const pdu_t* request, pdu_t* reply)
{
    reply->size = 0;
    const device_host_t* host = server->host;
    const bool answered =
        (server->settings->faults != NULL
             ? reply_faults_ask(server->settings->faults, host, device, request, reply)
             : host->request(host->context, device, request, reply)) &&
        reply->size > 0;
    if (answered) {
        server->counters->requests++;
    } else {
        server->counters->silent++;
    }
    return answered;
}

// True if there is a reply to be sent.
static bool answer(server_t* server, connection_t* connection, const frame_t* frame, pdu_t* reply)
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
    watch_writers(server, connection->device, (int)(connection - server->connections),
                  connection->client, &connection->told, &frame->pdu);
    return ask_device(server, connection->device, &frame->pdu, reply);
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
    event.data.u32 = (uint32_t)(FIRST_CONNECTION + (connection - server->connections));
    (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

// Sends what it can; what the peer does not take waits, and until then nothing more is read from
// it. False if the connection is to be closed.
static bool connection_send(server_t* server, connection_t* connection)
{
    outbox_t* out = &connection->out;
    if (out->due_us > monotonic_us()) {
        connection_watch(server, connection, 0); // the loop looks at it when it is due
        return true;
    }
    const ssize_t sent = send(connection->fd, out->bytes + out->from, (size_t)out->count,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        return false;
    }
    const int taken = sent > 0 ? (int)sent : 0;
    out->from += taken;
    out->count -= taken;
    if (out->count > 0) {
        connection_watch(server, connection, EPOLLOUT);
    }
    return true;
}

// Frames a reply into the connection's outbox.
static void connection_reply(server_t* server, connection_t* connection, const frame_t* frame,
                             pdu_t* reply)
{
    outbox_t* out = &connection->out;
    reply_faults_t* faults =
        connection->device < server->device_count ? server->settings->faults : NULL;
    out->from = 0;
    out->due_us = 0;
    if (faults == NULL) {
        out->count = frame_encode(frame->transaction, frame->unit, reply, out->bytes);
        return;
    }
    const int64_t delay_us = reply_faults_delay_us(faults, connection->device);
    out->due_us = delay_us > 0 ? monotonic_us() + delay_us : 0;
    out->count = reply_faults_frame_tcp(faults, connection->device, frame->transaction, frame->unit,
                                        reply, out->bytes);
}

// Answers every whole frame received, as long as the peer takes the replies. False if the
// connection is to be closed.
static bool connection_serve(server_t* server, connection_t* connection)
{
    int used = 0;
    bool alive = true;
    while (alive && connection->out.count == 0) {
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
            connection_reply(server, connection, &frame, &reply);
            alive = connection->out.count == 0 || connection_send(server, connection);
        }
    }
    connection->received_count -= used;
    memmove(connection->received, connection->received + used, (size_t)connection->received_count);
    return alive;
}

static void connection_ready(server_t* server, connection_t* connection, uint32_t events)
{
    bool alive = true;
    if (connection->out.count > 0) {
        // A peer that goes away while its reply is held back is told by no more than this.
        alive = (events & (EPOLLERR | EPOLLHUP)) == 0 && connection_send(server, connection);
        if (alive && connection->out.count == 0) {
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

static bool is_allowed(const server_settings_t* settings, uint32_t address)
{
    for (int i = 0; i < settings->allowed_count; i++) {
        if (settings->allowed[i] == address) {
            return true;
        }
    }
    return settings->allowed_count == 0;
}

// Takes the name of who connected, and says whether it may. Tells those that may not.
static bool admit(server_t* server, int listener, int fd, char client[SERVER_CLIENT_CAPACITY])
{
    struct sockaddr_in peer = {0};
    socklen_t size = sizeof peer;
    char address[INET_ADDRSTRLEN] = "?";
    const bool known = getpeername(fd, (struct sockaddr*)&peer, &size) == 0;
    (void)inet_ntop(AF_INET, &peer.sin_addr, address, sizeof address);
    (void)snprintf(client, SERVER_CLIENT_CAPACITY, "%s:%d", address, ntohs(peer.sin_port));
    if (known && is_allowed(server->settings, peer.sin_addr.s_addr)) {
        return listener == server->device_count || server->settings->faults == NULL ||
               !reply_faults_refuse(server->settings->faults, listener);
    }
    if (server->counters->not_allowed++ == 0 || peer.sin_addr.s_addr != server->last_refused) {
        tell(server, SERVER_TURNED_AWAY, listener, client);
    }
    server->last_refused = peer.sin_addr.s_addr;
    return false;
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
    char client[SERVER_CLIENT_CAPACITY];
    if (!admit(server, listener, fd, client)) {
        (void)close(fd);
        return;
    }
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
    connection->told = false;
    connection->received_count = connection->out.from = connection->out.count = 0;
    memcpy(connection->client, client, sizeof client);
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u32 = (uint32_t)(FIRST_CONNECTION + (connection - server->connections));
    if (epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        server->counters->turned_away++;
        connection_close(server, connection);
        return;
    }
    server->counters->connections++;
}

// ---------------------------------------------------------------------------------------- lines

// The unit of a device on a line; 0: it is not there.
static int unit_on_line(const server_t* server, int device, int line)
{
    const device_settings_t* settings = &server->settings->machine->devices[device];
    if (settings->line == 1 + line) {
        return settings->unit;
    }
    return settings->line == 0 && line == 0 ? server->settings->also_unit[device] : 0;
}

static void line_watch(server_t* server, int line, bool watched)
{
    const int fd = server->settings->lines[line].fd;
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u32 = (uint32_t)(FIRST_LINE + line);
    (void)epoll_ctl(server->epoll_fd, watched ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
    server->lines[line].watched = watched;
}

// Its client left, or its plug was pulled.
static void line_lost(server_t* server, int line)
{
    serial_line_t* serial = &server->settings->lines[line];
    line_state_t* state = &server->lines[line];
    line_watch(server, line, false);
    serial_line_forget(serial);
    state->out.count = 0;
    memset(state->told, 0, sizeof state->told);
    for (int device = 0; device < server->device_count; device++) {
        if (server->writer_of[device] == LINE_WRITER(line)) {
            server->writer_of[device] = NOBODY;
        }
    }
    if (!serial->is_pty) {
        state->gone = true;
        tell(server, SERVER_LINE_GONE, NOBODY, serial->path);
    }
}

// What the other end does not take is lost, as on a line.
static void line_send(server_t* server, int line)
{
    outbox_t* out = &server->lines[line].out;
    if (out->count > 0 && out->due_us <= monotonic_us()) {
        (void)!write(server->settings->lines[line].fd, out->bytes, (size_t)out->count);
        out->count = 0;
    }
}

static void line_answer(server_t* server, int line, int device, uint8_t unit, const pdu_t* request)
{
    outbox_t* out = &server->lines[line].out;
    reply_faults_t* faults = server->settings->faults;
    const serial_line_t* serial = &server->settings->lines[line];
    pdu_t reply;
    watch_writers(server, device, LINE_WRITER(line), serial->path,
                  &server->lines[line].told[device], request);
    server->counters->line_requests++;
    if (!ask_device(server, device, request, &reply) || unit == 0) {
        return;
    }
    // On a wire the silence that ends the request comes first; a pty has no such wire.
    const int64_t delay_us = (serial->is_pty ? 0 : serial->silence_us) +
                             (faults != NULL ? reply_faults_delay_us(faults, device) : 0);
    out->from = 0;
    out->due_us = delay_us > 0 ? monotonic_us() + delay_us : 0;
    out->count = faults != NULL ? reply_faults_frame_rtu(faults, device, unit, &reply, out->bytes)
                                : rtu_frame_encode(unit, &reply, out->bytes);
    line_send(server, line);
}

static void line_request(server_t* server, int line, uint8_t unit, const pdu_t* request)
{
    if (unit == 0 && !writes(request)) {
        return; // nobody could answer
    }
    bool known = false;
    for (int device = 0; device < server->device_count; device++) {
        const int own = unit_on_line(server, device, line);
        if (own > 0 && (unit == 0 || unit == own)) {
            line_answer(server, line, device, unit, request);
            known = true;
        }
    }
    server->counters->foreign_unit += known ? 0 : 1;
}

// Goes through what a line has received.
static void line_serve(server_t* server, int line)
{
    serial_line_t* serial = &server->settings->lines[line];
    uint8_t unit = 0;
    pdu_t request;
    serial_verdict_t verdict = SERIAL_REQUEST;
    while (verdict != SERIAL_NOTHING && server->lines[line].out.count == 0) {
        verdict = serial_line_next(serial, monotonic_us(), &unit, &request);
        if (verdict == SERIAL_REQUEST) {
            line_request(server, line, unit, &request);
        }
        server->counters->broken_rtu += verdict == SERIAL_DROPPED ? 1 : 0;
    }
}

static void line_ready(server_t* server, int line)
{
    if (!serial_line_receive(&server->settings->lines[line], monotonic_us())) {
        line_lost(server, line);
    } else {
        line_serve(server, line);
    }
}

// What time alone brings about: silences that end, replies that are due, clients that come.
static void lines_pass_time(server_t* server)
{
    for (int line = 0; line < server->line_count; line++) {
        line_state_t* state = &server->lines[line];
        serial_line_t* serial = &server->settings->lines[line];
        if (!state->watched && !state->gone && serial_line_is_attended(serial)) {
            line_watch(server, line, true);
        }
        if (state->out.count > 0) {
            line_send(server, line);
        }
        if (state->watched && serial_line_wake_us(serial) <= monotonic_us()) {
            line_serve(server, line);
        }
    }
}

// The same for connections: replies that are due, and those that are to be reset.
static void connections_pass_time(server_t* server)
{
    if (server->settings->faults == NULL) {
        return;
    }
    bool reset[DEVICE_CAPACITY];
    for (int device = 0; device < server->device_count; device++) {
        reset[device] = reply_faults_reset(server->settings->faults, device);
    }
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY; i++) {
        connection_t* connection = &server->connections[i];
        if (connection->fd < 0) {
            continue;
        }
        const outbox_t* out = &connection->out;
        if (connection->device < server->device_count && reset[connection->device]) {
            connection_close(server, connection);
        } else if (out->count > 0 && out->due_us > 0 && out->due_us <= monotonic_us()) {
            connection_ready(server, connection, EPOLLOUT);
        }
    }
}

// How long the loop may sleep, given how long it would without lines and late replies.
static int wait_ms(const server_t* server, int usual_ms)
{
    int wait = usual_ms;
    for (int line = 0; line < server->line_count; line++) {
        const line_state_t* state = &server->lines[line];
        const bool soon = state->out.count > 0 ||
                          serial_line_wake_us(&server->settings->lines[line]) != INT64_MAX;
        const int most = soon ? 1 : state->watched ? usual_ms : LINE_AWAY_WAIT_MS;
        wait = most < wait ? most : wait;
    }
    for (int i = 0; i < SERVER_CONNECTION_CAPACITY; i++) {
        const connection_t* connection = &server->connections[i];
        if (connection->fd >= 0 && connection->out.count > 0 && connection->out.due_us > 0) {
            wait = 1;
        }
    }
    return wait;
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
    const int usual_ms = server->settings->lock_step ? LOCK_STEP_WAIT_MS : REAL_TIME_WAIT_MS;
    server->started_us = monotonic_us();
    server->started_world_us = server->host->now_us(server->host->context);
    while (!atomic_load(server->settings->stop)) {
        struct epoll_event events[EVENT_CAPACITY];
        const int count =
            epoll_wait(server->epoll_fd, events, EVENT_CAPACITY, wait_ms(server, usual_ms));
        follow_clock(server);
        lines_pass_time(server);
        connections_pass_time(server);
        for (int i = 0; i < count; i++) {
            const uint32_t place = events[i].data.u32;
            if (place < LISTENER_CAPACITY) {
                accept_client(server, (int)place);
            } else if (place >= FIRST_LINE) {
                if (server->lines[place - FIRST_LINE].watched) {
                    line_ready(server, (int)place - FIRST_LINE);
                }
            } else if (server->connections[place - FIRST_CONNECTION].fd >= 0) {
                connection_ready(server, &server->connections[place - FIRST_CONNECTION],
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
    server->line_count = settings->lines != NULL ? settings->machine->line_count : 0;
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
        const bool on_line = i < server->device_count && settings->machine->devices[i].line > 0;
        result = on_line ? SERVER_ENDED : listen_at(server, i);
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
