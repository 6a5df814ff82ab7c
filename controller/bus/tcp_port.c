#define _GNU_SOURCE // ppoll, for deadlines below a
                    // millisecond

#include "controller/bus/tcp_port.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <modbus.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "controller/bus/reply_stream.h"

#define CONNECT_TIME_MAX_US 1000000 // an attempt that took longer is given up and made anew

typedef enum { LINK_DOWN, LINK_CONNECTING, LINK_UP, LINK_ELSEWHERE } link_state_t;

typedef struct {
    tcp_endpoint_t endpoint;
    modbus_t* modbus; // owns the socket
    link_state_t state;
    int64_t since_us;    // when connecting began
    int64_t retry_at_us; // not before this while down
    int retry_step;
    uint64_t connect_count;

    int64_t sent_at_us;
    reply_stream_t stream;
} tcp_link_t;

struct tcp_port {
    int count;
    tcp_link_t links[DEVICE_CAPACITY];
};

int tcp_endpoints_of_machine(const machine_settings_t* machine,
                             tcp_endpoint_t endpoints[DEVICE_CAPACITY])
{
    for (int i = 0; i < machine->device_count; i++) {
        const device_settings_t* device = &machine->devices[i];
        tcp_endpoint_t* endpoint = &endpoints[i];
        (void)snprintf(endpoint->host, sizeof endpoint->host, "%s", device->host);
        endpoint->port = device->port;
        endpoint->unit = device->unit;
        endpoint->elsewhere = device->line != 0;
    }
    return machine->device_count;
}

// ---------------------------------------------------------------------------------------- links

static bool link_has_socket(const tcp_link_t* link)
{
    return link->state == LINK_CONNECTING || link->state == LINK_UP;
}

static void link_drop(tcp_link_t* link, int64_t now_us)
{
    modbus_close(link->modbus);
    link->state = LINK_DOWN;
    reply_stream_forget(&link->stream);
    link->retry_at_us = now_us + reply_stream_retry_us(link->retry_step++);
}

static void link_came_up(tcp_link_t* link)
{
    link->state = LINK_UP;
    link->connect_count++;
}

// Begins to connect; never waits. PORT_OK means that the link is up or on its way.
static port_result_t link_connect(tcp_link_t* link, int64_t now_us)
{
    const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket_fd < 0) {
        link->retry_at_us = now_us + reply_stream_retry_us(link->retry_step);
        return PORT_NOT_CONNECTED;
    }
    (void)modbus_set_socket(link->modbus, socket_fd);
    const int yes = 1;
    (void)setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)link->endpoint.port)};
    (void)inet_pton(AF_INET, link->endpoint.host, &address.sin_addr); // checked at creation
    link->since_us = now_us;
    if (connect(socket_fd, (const struct sockaddr*)&address, sizeof address) == 0) {
        link_came_up(link);
        return PORT_OK;
    }
    if (errno == EINPROGRESS || errno == EINTR) {
        link->state = LINK_CONNECTING;
        return PORT_OK;
    }
    const bool refused = errno == ECONNREFUSED;
    link_drop(link, now_us);
    return refused ? PORT_REFUSED : PORT_NOT_CONNECTED;
}

// Looks whether a connection on its way has been made or has failed; call when the socket is
// writable.
static port_result_t link_finish(tcp_link_t* link, int64_t now_us)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(modbus_get_socket(link->modbus), SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        error = errno;
    }
    if (error == 0) {
        link_came_up(link);
        return PORT_OK;
    }
    link_drop(link, now_us);
    return error == ECONNREFUSED ? PORT_REFUSED : PORT_NOT_CONNECTED;
}

static port_result_t link_send(tcp_link_t* link, const pdu_t* request, int64_t now_us)
{
    uint8_t frame[FRAME_CAPACITY];
    const int size = reply_stream_ask(&link->stream, request, frame);
    const ssize_t sent =
        send(modbus_get_socket(link->modbus), frame, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != size) { // closed, or a peer that has not read for so long that the buffer is full
        link_drop(link, now_us);
        return PORT_CLOSED;
    }
    link->sent_at_us = now_us;
    reply_stream_sent(&link->stream);
    return PORT_OK;
}

// Takes what has arrived into the stream. PORT_NOT_ASKED: nothing has; PORT_CLOSED: nothing will.
static port_result_t link_take(tcp_link_t* link)
{
    reply_stream_t* stream = &link->stream;
    const size_t room = sizeof stream->received - (size_t)stream->received_count;
    const ssize_t count = recv(modbus_get_socket(link->modbus),
                               stream->received + stream->received_count, room, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return PORT_NOT_ASKED;
    }
    if (count <= 0) {
        return PORT_CLOSED;
    }
    stream->received_count += (int)count;
    return PORT_OK;
}

// PORT_NOT_ASKED: more is needed. Anything but that and PORT_OK drops the link.
static port_result_t link_receive(tcp_link_t* link, pdu_t* reply)
{
    const port_result_t taken = link_take(link);
    return taken == PORT_OK ? reply_stream_sort(&link->stream, reply) : taken;
}

// Bytes that come while nothing is asked are late replies or answer nothing; an end of the stream
// may be among them.
static port_result_t link_take_unasked(tcp_link_t* link, int64_t now_us)
{
    port_result_t result = link_take(link);
    if (result != PORT_CLOSED) {
        result = reply_stream_sort_unasked(&link->stream);
    }
    if (result != PORT_OK) {
        link_drop(link, now_us);
    }
    return result;
}

// The reply did not come in time. Its link stays for a while: it is known by its transaction if it
// comes.
static void link_give_up_waiting(tcp_link_t* link)
{
    if (!reply_stream_give_up(&link->stream)) {
        link_drop(link, port_now_us());
    }
}

// ------------------------------------------------------------------------------------- the port

static void wait_for(struct pollfd* descriptors, int count, int64_t wait_us)
{
    const struct timespec wait = {.tv_sec = wait_us / 1000000,
                                  .tv_nsec = (long)(wait_us % 1000000) * 1000};
    // A signal or an error wakes us early; the callers look at the sockets and the clock
    // themselves.
    (void)ppoll(descriptors, (nfds_t)count, &wait, NULL);
}

// Before anything is asked: one look at all links, without waiting. Says in `result` why one cannot
// be used now.
static void progress_all(tcp_port_t* port, port_result_t* result)
{
    struct pollfd descriptors[DEVICE_CAPACITY];
    const int64_t now_us = port_now_us();
    for (int i = 0; i < port->count; i++) {
        tcp_link_t* link = &port->links[i];
        if (link->state == LINK_DOWN && now_us >= link->retry_at_us) {
            (void)link_connect(link, now_us);
        }
        descriptors[i] =
            (struct pollfd){.fd = link_has_socket(link) ? modbus_get_socket(link->modbus) : -1,
                            .events = link->state == LINK_CONNECTING ? POLLOUT : POLLIN};
    }
    const bool looked = poll(descriptors, (nfds_t)port->count, 0) > 0;
    for (int i = 0; i < port->count; i++) {
        tcp_link_t* link = &port->links[i];
        const bool ready = looked && descriptors[i].revents != 0;
        if (link->state == LINK_ELSEWHERE) {
            continue;
        }
        result[i] = PORT_NOT_CONNECTED;
        if (link->state == LINK_CONNECTING && ready) {
            (void)link_finish(link, now_us);
        } else if (link->state == LINK_UP && ready) {
            result[i] = link_take_unasked(link, now_us);
        } else if (link->state == LINK_CONNECTING &&
                   now_us - link->since_us > CONNECT_TIME_MAX_US) {
            link_drop(link, now_us);
        }
    }
}

static void send_all(tcp_port_t* port, port_batch_t* batch)
{
    progress_all(port, batch->result);
    for (int i = 0; i < port->count; i++) {
        tcp_link_t* link = &port->links[i];
        const pdu_t* request = &batch->request[i];
        if (link->state == LINK_ELSEWHERE) {
            continue;
        }
        batch->round_trip_us[i] = 0;
        if (request->size == 0) {
            batch->result[i] = PORT_NOT_ASKED;
            continue;
        }
        if (link->state == LINK_UP) {
            batch->result[i] = link_send(link, request, port_now_us());
        }
    }
}

static void collect(tcp_link_t* link, port_batch_t* batch, int i)
{
    const port_result_t result = link_receive(link, &batch->reply[i]);
    if (result == PORT_NOT_ASKED) {
        return;
    }
    const int64_t now_us = port_now_us();
    batch->result[i] = result;
    if (result != PORT_OK) {
        link_drop(link, now_us);
        return;
    }
    link->retry_step = 0;
    batch->round_trip_us[i] = now_us - link->sent_at_us;
}

static void exchange(void* context, port_batch_t* batch, int64_t timeout_us)
{
    tcp_port_t* port = context;
    const int64_t started_us = port_now_us();
    const int64_t deadline_us = started_us + timeout_us;
    send_all(port, batch);
    for (;;) {
        struct pollfd descriptors[DEVICE_CAPACITY];
        int of_link[DEVICE_CAPACITY];
        int waiting = 0;
        for (int i = 0; i < port->count; i++) {
            if (port->links[i].stream.waiting) {
                descriptors[waiting] = (struct pollfd){
                    .fd = modbus_get_socket(port->links[i].modbus), .events = POLLIN};
                of_link[waiting++] = i;
            }
        }
        if (waiting == 0) {
            break;
        }
        // At the deadline still one look without waiting: what is here in time counts, even if this
        // thread was kept from looking.
        const int64_t left_us = deadline_us - port_now_us();
        wait_for(descriptors, waiting, left_us > 0 ? left_us : 0);
        for (int k = 0; k < waiting; k++) {
            if (descriptors[k].revents != 0) {
                collect(&port->links[of_link[k]], batch, of_link[k]);
            }
        }
        if (left_us <= 0) {
            break;
        }
    }
    for (int i = 0; i < port->count; i++) {
        if (port->links[i].stream.waiting) {
            batch->result[i] = PORT_TIMEOUT;
            link_give_up_waiting(&port->links[i]);
        }
    }
    batch->elapsed_us = port_now_us() - started_us;
}

static int connecting_links(tcp_port_t* port, struct pollfd* descriptors, int* of_link)
{
    int count = 0;
    for (int i = 0; i < port->count; i++) {
        if (port->links[i].state == LINK_CONNECTING) {
            descriptors[count] =
                (struct pollfd){.fd = modbus_get_socket(port->links[i].modbus), .events = POLLOUT};
            of_link[count++] = i;
        }
    }
    return count;
}

static bool open_links(void* context, port_batch_t* batch, int64_t timeout_us)
{
    tcp_port_t* port = context;
    const int64_t deadline_us = port_now_us() + timeout_us;
    for (int i = 0; i < port->count; i++) {
        tcp_link_t* link = &port->links[i];
        if (link->state == LINK_ELSEWHERE) {
            continue;
        }
        batch->round_trip_us[i] = 0;
        batch->result[i] = PORT_OK;
        if (link->state == LINK_DOWN) {
            link->retry_step = 0;
            batch->result[i] = link_connect(link, port_now_us());
        }
    }
    for (;;) {
        struct pollfd descriptors[DEVICE_CAPACITY];
        int of_link[DEVICE_CAPACITY];
        const int count = connecting_links(port, descriptors, of_link);
        const int64_t left_us = deadline_us - port_now_us();
        if (count == 0 || left_us <= 0) {
            break;
        }
        wait_for(descriptors, count, left_us);
        for (int k = 0; k < count; k++) {
            if (descriptors[k].revents != 0) {
                batch->result[of_link[k]] = link_finish(&port->links[of_link[k]], port_now_us());
            }
        }
    }
    bool all_open = true;
    for (int i = 0; i < port->count; i++) {
        if (port->links[i].state == LINK_CONNECTING) {
            batch->result[i] = PORT_TIMEOUT;
            link_drop(&port->links[i], port_now_us());
        }
        all_open =
            all_open && (port->links[i].state == LINK_UP || port->links[i].state == LINK_ELSEWHERE);
    }
    return all_open;
}

static void close_links(void* context)
{
    tcp_port_t* port = context;
    for (int i = 0; i < port->count; i++) {
        if (port->links[i].state == LINK_ELSEWHERE) {
            continue;
        }
        modbus_close(port->links[i].modbus);
        port->links[i].state = LINK_DOWN;
        reply_stream_forget(&port->links[i].stream);
        port->links[i].retry_at_us = 0;
        port->links[i].retry_step = 0;
    }
}

// -------------------------------------------------------------------------------------- life

static bool endpoint_usable(const tcp_endpoint_t* endpoint)
{
    struct in_addr address;
    return inet_pton(AF_INET, endpoint->host, &address) == 1 && endpoint->port >= 1 &&
           endpoint->port <= UINT16_MAX && endpoint->unit >= 0 && endpoint->unit <= UINT8_MAX;
}

tcp_port_t* tcp_port_create(const tcp_endpoint_t* endpoints, int count)
{
    if (count < 1 || count > DEVICE_CAPACITY) {
        return NULL;
    }
    tcp_port_t* port = calloc(1, sizeof *port);
    if (port == NULL) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        tcp_link_t* link = &port->links[i];
        link->endpoint = endpoints[i];
        link->stream.unit = endpoints[i].unit;
        if (endpoints[i].elsewhere) {
            link->state = LINK_ELSEWHERE;
            port->count++;
            continue;
        }
        if (endpoint_usable(&endpoints[i])) {
            link->modbus = modbus_new_tcp(endpoints[i].host, endpoints[i].port);
        }
        if (link->modbus == NULL) {
            tcp_port_destroy(port);
            return NULL;
        }
        port->count++;
    }
    return port;
}

void tcp_port_destroy(tcp_port_t* port)
{
    if (port == NULL) {
        return;
    }
    close_links(port);
    for (int i = 0; i < port->count; i++) {
        modbus_free(port->links[i].modbus);
    }
    free(port);
}

static uint64_t connect_count(void* context, int device)
{
    return tcp_port_connect_count(context, device);
}

port_t tcp_port_view(tcp_port_t* port)
{
    static const port_vtable_t vtable = {.exchange = exchange,
                                         .open = open_links,
                                         .close = close_links,
                                         .connect_count = connect_count};
    return (port_t){.vtable = &vtable, .context = port, .device_count = port->count};
}

uint64_t tcp_port_connect_count(const tcp_port_t* port, int device)
{
    assert(device >= 0 && device < port->count);
    return port->links[device].connect_count;
}
