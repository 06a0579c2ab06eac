/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of the host's sockets, none of which blocks.
 *
 * A socket's number is its place, and below it how often the place was used: one that was closed is none. What is watched is a
 * word of its own, which whoever tells of it clears, so that each bit is told once.
 */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "devices.h"

enum {
    SOCKETS = 16,
    BACKLOG = 4,
    NAME_LEN = 64,
};

struct place {
    _Atomic int fd; /* one more than it, 0 if the place is free */
    atomic_uint watched;
    atomic_uint uses;
    bool connecting;
};

static struct place places[SOCKETS];
static struct sampan_runtime *_Atomic watcher;

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static uint32_t number_of(const struct place *place)
{
    return (place->uses << 8 | (uint32_t)(place - places)) & UINT32_MAX;
}

static struct place *place_of(uint32_t socket)
{
    struct place *place = &places[(socket & 0xff) % SOCKETS];
    return place->fd != 0 && number_of(place) == socket ? place : NULL;
}

static int fd_of(const struct place *place)
{
    return place->fd - 1;
}

static int32_t status_of(int error)
{
    switch (error) {
    case 0:
    case EISCONN:
        return SAMPAN_STATUS_OK;
    case EAGAIN:
    case EINTR:
    case EINPROGRESS:
    case EALREADY:
        return SAMPAN_STATUS_BUSY;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL:
        return SAMPAN_STATUS_NOT_FOUND;
    case EADDRINUSE:
    case EDESTADDRREQ:
    case EINVAL:
    case ENOTCONN:
    case EPIPE:
        return SAMPAN_STATUS_WRONG_STATE;
    case EMSGSIZE:
        return SAMPAN_STATUS_OUT_OF_BOUNDS;
    case EAFNOSUPPORT:
    case EOPNOTSUPP:
        return SAMPAN_STATUS_UNSUPPORTED;
    case EMFILE:
    case ENFILE:
        return SAMPAN_STATUS_TABLE_FULL;
    default:
        return SAMPAN_STATUS_PLATFORM;
    }
}

static int32_t result(int returned)
{
    return status_of(returned < 0 ? errno : 0);
}

static socklen_t to_host(const struct sampan_net_address *from, union address *to)
{
    memset(to, 0, sizeof *to);
    if (from->ip_len == 4) {
        to->v4.sin_family = AF_INET;
        to->v4.sin_port = htons(from->port);
        memcpy(&to->v4.sin_addr, from->ip, 4);
        return sizeof to->v4;
    }
    to->v6.sin6_family = AF_INET6;
    to->v6.sin6_port = htons(from->port);
    memcpy(&to->v6.sin6_addr, from->ip, 16);
    return sizeof to->v6;
}

static void from_host(const union address *from, struct sampan_net_address *to)
{
    memset(to, 0, sizeof *to);
    if (from->any.sa_family == AF_INET6) {
        to->ip_len = 16;
        to->port = ntohs(from->v6.sin6_port);
        memcpy(to->ip, &from->v6.sin6_addr, 16);
    } else {
        to->ip_len = 4;
        to->port = from->any.sa_family == AF_INET ? ntohs(from->v4.sin_port) : 0;
        memcpy(to->ip, &from->v4.sin_addr, from->any.sa_family == AF_INET ? 4 : 0);
    }
}

/* Takes a descriptor into the table, or closes it. */
static int32_t adopt(int fd, uint32_t *out_socket)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
    for (uint32_t idx = 0; idx < SOCKETS; idx++) {
        struct place *place = &places[idx];
        if (place->fd == 0) {
            place->uses++;
            place->watched = 0;
            place->connecting = false;
            place->fd = fd + 1;
            *out_socket = number_of(place);
            return SAMPAN_STATUS_OK;
        }
    }
    close(fd);
    return SAMPAN_STATUS_TABLE_FULL;
}

static int32_t net_open(void *ctx, uint8_t kind, uint8_t ip_len, uint32_t *out_socket)
{
    (void)ctx;
    if ((kind != SAMPAN_SOCKET_KIND_STREAM && kind != SAMPAN_SOCKET_KIND_DATAGRAM) || (ip_len != 4 && ip_len != 16)) {
        return SAMPAN_STATUS_UNSUPPORTED;
    }
    int fd = socket(ip_len == 4 ? AF_INET : AF_INET6, kind == SAMPAN_SOCKET_KIND_STREAM ? SOCK_STREAM : SOCK_DGRAM, 0);
    return fd < 0 ? result(fd) : adopt(fd, out_socket);
}

static int32_t net_bind(void *ctx, uint32_t socket, const struct sampan_net_address *address)
{
    union address to;
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    socklen_t len = to_host(address, &to);
    return result(bind(fd_of(place), &to.any, len));
}

static int32_t net_local(void *ctx, uint32_t socket, struct sampan_net_address *out_address)
{
    union address from = { .any.sa_family = AF_UNSPEC };
    socklen_t len = sizeof from;
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    int32_t status = result(getsockname(fd_of(place), &from.any, &len));
    if (status == SAMPAN_STATUS_OK) {
        from_host(&from, out_address);
    }
    return status;
}

static int32_t net_listen(void *ctx, uint32_t socket)
{
    struct place *place = place_of(socket);
    (void)ctx;
    return place == NULL ? (int32_t)SAMPAN_STATUS_INVALID_ARGUMENT : result(listen(fd_of(place), BACKLOG));
}

static int32_t net_accept(void *ctx, uint32_t socket, uint32_t *out_socket, struct sampan_net_address *out_address)
{
    union address from = { .any.sa_family = AF_UNSPEC };
    socklen_t len = sizeof from;
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    int fd = accept(fd_of(place), &from.any, &len);
    int32_t status = fd < 0 ? result(fd) : adopt(fd, out_socket);
    if (status == SAMPAN_STATUS_OK) {
        from_host(&from, out_address);
    }
    return status;
}

/* How far a connection has come that is being made: the host tells its failure once. */
static int32_t progress(struct place *place)
{
    struct pollfd ready = { .fd = fd_of(place), .events = POLLOUT };
    int error = 0;
    socklen_t len = sizeof error;
    if (poll(&ready, 1, 0) == 0) {
        return SAMPAN_STATUS_BUSY;
    }
    place->connecting = false;
    return getsockopt(fd_of(place), SOL_SOCKET, SO_ERROR, &error, &len) < 0 ? result(-1) : status_of(error);
}

static int32_t net_connect(void *ctx, uint32_t socket, const struct sampan_net_address *address)
{
    union address to;
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    if (place->connecting) {
        return progress(place);
    }
    socklen_t len = to_host(address, &to);
    int32_t status = result(connect(fd_of(place), &to.any, len));
    place->connecting = status == SAMPAN_STATUS_BUSY;
    return status;
}

static int32_t net_send(void *ctx, uint32_t socket, const uint8_t *bytes, size_t len, const struct sampan_net_address *address,
                        uint32_t *out_len)
{
    union address to;
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    socklen_t to_len = address != NULL ? to_host(address, &to) : 0;
    ssize_t sent = sendto(fd_of(place), bytes, len, MSG_NOSIGNAL, address != NULL ? &to.any : NULL, to_len);
    if (sent < 0) {
        return result(-1);
    }
    *out_len = (uint32_t)sent;
    return SAMPAN_STATUS_OK;
}

static int32_t net_receive(void *ctx, uint32_t socket, uint8_t *buf, size_t len, uint32_t *out_len,
                           struct sampan_net_address *out_address)
{
    union address from = { .any.sa_family = AF_UNSPEC };
    socklen_t from_len = sizeof from;
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    ssize_t got = recvfrom(fd_of(place), buf, len, 0, &from.any, &from_len);
    if (got < 0) {
        return result(-1);
    }
    *out_len = (uint32_t)got;
    from_host(&from, out_address);
    return SAMPAN_STATUS_OK;
}

static int32_t net_watch(void *ctx, struct sampan_runtime *rt, uint32_t socket, uint32_t readiness)
{
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    watcher = rt;
    place->watched = readiness;
    return SAMPAN_STATUS_OK;
}

static int32_t net_close(void *ctx, uint32_t socket)
{
    struct place *place = place_of(socket);
    (void)ctx;
    if (place == NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    int fd = fd_of(place);
    place->watched = 0;
    place->fd = 0;
    close(fd);
    return SAMPAN_STATUS_OK;
}

/* Addresses alone: a name would have to be asked for by a thread. */
static int32_t net_resolve(void *ctx, const char *name, size_t name_len, const struct sampan_operation *operation,
                           struct sampan_net_address *out_address)
{
    char text[NAME_LEN];
    struct sampan_net_address address = { .ip_len = 4 };
    (void)ctx, (void)operation;
    if (name_len >= sizeof text) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    memcpy(text, name, name_len);
    text[name_len] = '\0';
    if (inet_pton(AF_INET, text, address.ip) != 1) {
        if (inet_pton(AF_INET6, text, address.ip) != 1) {
            return SAMPAN_STATUS_NOT_FOUND;
        }
        address.ip_len = 16;
    }
    *out_address = address;
    return SAMPAN_STATUS_OK;
}

const struct sampan_net host_net = {
    .size = sizeof host_net,
    .open = net_open,
    .bind = net_bind,
    .local = net_local,
    .listen = net_listen,
    .accept = net_accept,
    .connect = net_connect,
    .send = net_send,
    .receive = net_receive,
    .watch = net_watch,
    .close = net_close,
    .resolve = net_resolve,
};

void host_sockets_serve(void)
{
    for (uint32_t idx = 0; idx < SOCKETS; idx++) {
        struct place *place = &places[idx];
        uint32_t watched = place->watched;
        struct pollfd ready = {
            .fd = fd_of(place),
            .events = (short)((watched & SAMPAN_READY_READ ? POLLIN : 0) | (watched & SAMPAN_READY_WRITE ? POLLOUT : 0)),
        };
        if (watched == 0 || ready.fd < 0 || poll(&ready, 1, 0) <= 0) {
            continue;
        }
        /* An error or an end makes whatever is waited for ready: asked, it tells. */
        uint32_t now = (ready.revents & ~(POLLIN | POLLOUT) ? watched : 0) | (ready.revents & POLLIN ? SAMPAN_READY_READ : 0) |
                       (ready.revents & POLLOUT ? SAMPAN_READY_WRITE : 0);
        now &= atomic_fetch_and(&place->watched, ~now);
        if (now != 0) {
            sampan_device_event(watcher, SAMPAN_DEVICE_KIND_NET, number_of(place), now);
        }
    }
}
