/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of sockets, none of which blocks, and a thread that waits for all that are watched.
 *
 * A socket's number is its place, and above it how often the place was used: one that was closed is none. The thread polls
 * in rounds. What was ready is told and watched no more, so each bit is told once; a change of what is watched ends a
 * round, and a socket of a round is closed after it only, since the network stack's objects can't be freed while polled. So that
 * this takes no longer than a switch or two, the thread's priority is the one above the runtime's.
 */
#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/fdtable.h>
#include <zephyr/sys/util.h>
#include <zephyr/zvfs/eventfd.h>

#include "net.h"

LOG_MODULE_DECLARE(sampan, CONFIG_SAMPAN_LOG_LEVEL);

enum { SOCKETS = CONFIG_SAMPAN_NET_SOCKETS, BACKLOG = 4, RETRY_MS = 1 };

/* A stream that is watched for both takes two of the kernel's poll events. */
BUILD_ASSERT(CONFIG_ZVFS_POLL_MAX >= 2 * SOCKETS + 1,
             "set CONFIG_ZVFS_POLL_MAX to twice CONFIG_SAMPAN_NET_SOCKETS and 1 at least");
BUILD_ASSERT(CONFIG_ZVFS_EVENTFD_MAX >= 1 + IS_ENABLED(CONFIG_NET_SOCKETS_SERVICE),
             "set CONFIG_ZVFS_EVENTFD_MAX to 2 at least: one for sampan, one for the network's own socket service");

struct place {
    bool used;
    bool polled; /* in the round that is under way */
    int fd;
    uint32_t uses;
    uint32_t watched;
};

/* Guards all that follows; whoever has it takes no other lock but the network's own. */
static K_MUTEX_DEFINE(table);
static K_CONDVAR_DEFINE(round_over);
static struct place places[SOCKETS];
static struct sampan_runtime *watcher;
static int changes = -1; /* ends the round: the eventfd that each round polls, once the thread has made it */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static uint32_t number_of(const struct place *place)
{
    return place->uses << 8 | (uint32_t)(place - places);
}

static struct place *place_of(uint32_t socket)
{
    uint32_t idx = socket & 0xff;
    return idx < SOCKETS && places[idx].used && number_of(&places[idx]) == socket ? &places[idx] : NULL;
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
    case ENOBUFS: /* no room in the network's buffers */
    case ENOMEM:
        return SAMPAN_STATUS_BUSY;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case ETIMEDOUT:
        return SAMPAN_STATUS_NOT_FOUND;
    case EADDRINUSE:
    case EDESTADDRREQ:
    case EINVAL:
    case ENOTCONN:
    case EPIPE:
    case ESHUTDOWN:
        return SAMPAN_STATUS_WRONG_STATE;
    case EMSGSIZE:
        return SAMPAN_STATUS_OUT_OF_BOUNDS;
    case EAFNOSUPPORT:
    case EPFNOSUPPORT:
    case EPROTONOSUPPORT:
    case EPROTOTYPE:
#if ENOTSUP != EOPNOTSUPP
    case ENOTSUP:
#endif
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

static socklen_t to_zephyr(const struct sampan_net_address *from, union address *to)
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

static void from_zephyr(const union address *from, struct sampan_net_address *to)
{
    memset(to, 0, sizeof *to);
    if (from->any.sa_family == AF_INET6) {
        to->ip_len = 16;
        to->port = ntohs(from->v6.sin6_port);
        memcpy(to->ip, &from->v6.sin6_addr, 16);
    } else if (from->any.sa_family == AF_INET) {
        to->ip_len = 4;
        to->port = ntohs(from->v4.sin_port);
        memcpy(to->ip, &from->v4.sin_addr, 4);
    } else {
        to->ip_len = 4; /* a stream doesn't say again who is at its other end */
    }
}

/* Ends the round that is under way, and so begins one with what is watched now. */
static void end_round(void)
{
    if (changes >= 0) {
        (void)zvfs_eventfd_write(changes, 1);
    }
}

/* Takes a descriptor into the table, or closes it. */
static int32_t adopt(int fd, uint32_t *out_socket)
{
    if (zsock_fcntl(fd, ZVFS_F_SETFL, ZVFS_O_NONBLOCK) == 0) {
        for (uint32_t idx = 0; idx < SOCKETS; idx++) {
            struct place *place = &places[idx];
            if (!place->used) {
                *place = (struct place){ .used = true, .fd = fd, .uses = place->uses + 1 };
                *out_socket = number_of(place);
                return SAMPAN_STATUS_OK;
            }
        }
    }
    (void)zsock_close(fd);
    return SAMPAN_STATUS_TABLE_FULL;
}

static int32_t net_open(void *ctx, uint8_t kind, uint8_t ip_len, uint32_t *out_socket)
{
    ARG_UNUSED(ctx);
    if ((kind != SAMPAN_SOCKET_KIND_STREAM && kind != SAMPAN_SOCKET_KIND_DATAGRAM) || (ip_len != 4 && ip_len != 16)) {
        return SAMPAN_STATUS_UNSUPPORTED;
    }
    bool stream = kind == SAMPAN_SOCKET_KIND_STREAM;
    int fd = zsock_socket(ip_len == 4 ? AF_INET : AF_INET6, stream ? SOCK_STREAM : SOCK_DGRAM, stream ? IPPROTO_TCP : IPPROTO_UDP);
    if (fd < 0) {
        /* The first two are what the network answers when all its contexts are in use. */
        bool full = errno == ENOENT || errno == ENOMEM || errno == ENOBUFS;
        return full ? SAMPAN_STATUS_TABLE_FULL : result(fd);
    }
    (void)k_mutex_lock(&table, K_FOREVER);
    int32_t status = adopt(fd, out_socket);
    (void)k_mutex_unlock(&table);
    return status;
}

/* Only closing ends a descriptor, and all calls are made with the runtime's lock held: so it's good after the lookup. */
static bool find(uint32_t socket, struct place **out_place)
{
    (void)k_mutex_lock(&table, K_FOREVER);
    *out_place = place_of(socket);
    (void)k_mutex_unlock(&table);
    return *out_place != NULL;
}

static int32_t net_bind(void *ctx, uint32_t socket, const struct sampan_net_address *address)
{
    union address to;
    struct place *place;
    ARG_UNUSED(ctx);
    if (!find(socket, &place)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    socklen_t len = to_zephyr(address, &to);
    return result(zsock_bind(place->fd, &to.any, len));
}

static int32_t net_local(void *ctx, uint32_t socket, struct sampan_net_address *out_address)
{
    union address from = { .any.sa_family = AF_UNSPEC };
    socklen_t len = sizeof from;
    struct place *place;
    ARG_UNUSED(ctx);
    if (!find(socket, &place)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    int32_t status = result(zsock_getsockname(place->fd, &from.any, &len));
    if (status == SAMPAN_STATUS_OK) {
        from_zephyr(&from, out_address);
    }
    return status;
}

static int32_t net_listen(void *ctx, uint32_t socket)
{
    struct place *place;
    ARG_UNUSED(ctx);
    return find(socket, &place) ? result(zsock_listen(place->fd, BACKLOG)) : (int32_t)SAMPAN_STATUS_INVALID_ARGUMENT;
}

static int32_t net_accept(void *ctx, uint32_t socket, uint32_t *out_socket, struct sampan_net_address *out_address)
{
    union address from = { .any.sa_family = AF_UNSPEC };
    socklen_t len = sizeof from;
    struct place *place;
    ARG_UNUSED(ctx);
    if (!find(socket, &place)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    int fd = zsock_accept(place->fd, &from.any, &len);
    if (fd < 0) {
        /* One that has gone again before it was taken is none. */
        return errno == ECONNABORTED ? (int32_t)SAMPAN_STATUS_BUSY : result(fd);
    }
    (void)k_mutex_lock(&table, K_FOREVER);
    int32_t status = adopt(fd, out_socket);
    (void)k_mutex_unlock(&table);
    if (status == SAMPAN_STATUS_OK) {
        from_zephyr(&from, out_address);
    }
    return status;
}

/* Asked again, the network tells how far the connection is that is being made; a failure stays with the socket. */
static int32_t net_connect(void *ctx, uint32_t socket, const struct sampan_net_address *address)
{
    union address to;
    struct place *place;
    ARG_UNUSED(ctx);
    if (!find(socket, &place)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    socklen_t len = to_zephyr(address, &to);
    return result(zsock_connect(place->fd, &to.any, len));
}

static int32_t net_send(void *ctx, uint32_t socket, const uint8_t *bytes, size_t len, const struct sampan_net_address *address,
                        uint32_t *out_len)
{
    union address to;
    struct place *place;
    ARG_UNUSED(ctx);
    if (!find(socket, &place)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    socklen_t to_len = address != NULL ? to_zephyr(address, &to) : 0;
    ssize_t sent = zsock_sendto(place->fd, bytes, len, ZSOCK_MSG_DONTWAIT, address != NULL ? &to.any : NULL, to_len);
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
    struct place *place;
    ARG_UNUSED(ctx);
    if (!find(socket, &place)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    ssize_t got = zsock_recvfrom(place->fd, buf, len, ZSOCK_MSG_DONTWAIT, &from.any, &from_len);
    if (got < 0) {
        return result(-1);
    }
    *out_len = (uint32_t)got;
    from_zephyr(&from, out_address);
    return SAMPAN_STATUS_OK;
}

static int32_t net_watch(void *ctx, struct sampan_runtime *rt, uint32_t socket, uint32_t readiness)
{
    ARG_UNUSED(ctx);
    (void)k_mutex_lock(&table, K_FOREVER);
    struct place *place = place_of(socket);
    if (place != NULL) {
        watcher = rt;
        place->watched = readiness;
    }
    (void)k_mutex_unlock(&table);
    end_round();
    return place != NULL ? SAMPAN_STATUS_OK : SAMPAN_STATUS_INVALID_ARGUMENT;
}

/* Has a place be in no round. With the table's lock, which is given back meanwhile. */
static void leave_round(struct place *place)
{
    place->watched = 0;
    while (place->polled) {
        end_round();
        (void)k_condvar_wait(&round_over, &table, K_FOREVER);
    }
}

/* With the table's lock, likewise. */
static void end(struct place *place)
{
    leave_round(place);
    (void)zsock_close(place->fd);
    place->used = false;
}

static int32_t net_close(void *ctx, uint32_t socket)
{
    ARG_UNUSED(ctx);
    (void)k_mutex_lock(&table, K_FOREVER);
    struct place *place = place_of(socket);
    if (place != NULL) {
        end(place);
    }
    (void)k_mutex_unlock(&table);
    return place != NULL ? SAMPAN_STATUS_OK : SAMPAN_STATUS_INVALID_ARGUMENT;
}

void port_net_quiet(void)
{
    (void)k_mutex_lock(&table, K_FOREVER);
    for (uint32_t idx = 0; idx < SOCKETS; idx++) {
        if (places[idx].used) {
            end(&places[idx]);
        }
    }
    (void)k_mutex_unlock(&table);
    port_net_resolve_quiet();
}

const struct sampan_net port_net = {
    .size = sizeof port_net,
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
    .resolve = port_net_resolve,
};

/* ---- the thread ---- */

static struct zsock_pollfd polled[1 + SOCKETS];
static struct place *polled_places[1 + SOCKETS];

/* Fills `polled` with what is watched now. Returns how many there are. */
static int begin_round(void)
{
    int count = 1;
    polled[0] = (struct zsock_pollfd){ .fd = changes, .events = ZSOCK_POLLIN };
    (void)k_mutex_lock(&table, K_FOREVER);
    for (uint32_t idx = 0; idx < SOCKETS; idx++) {
        struct place *place = &places[idx];
        place->polled = place->watched != 0;
        if (place->polled) {
            short events = ((place->watched & SAMPAN_READY_READ) != 0 ? ZSOCK_POLLIN : 0) |
                           ((place->watched & SAMPAN_READY_WRITE) != 0 ? ZSOCK_POLLOUT : 0);
            polled_places[count] = place;
            polled[count++] = (struct zsock_pollfd){ .fd = place->fd, .events = events };
        }
    }
    (void)k_mutex_unlock(&table);
    return count;
}

/* Tells that a socket is ready. False if the runtime couldn't take it: then it's told again. */
static bool tell(struct place *place, short events)
{
    /* An error or an end makes whatever is waited for ready: asked, it tells. */
    uint32_t now = ((events & ~(ZSOCK_POLLIN | ZSOCK_POLLOUT)) != 0 ? place->watched : 0) |
                   ((events & ZSOCK_POLLIN) != 0 ? SAMPAN_READY_READ : 0) | ((events & ZSOCK_POLLOUT) != 0 ? SAMPAN_READY_WRITE : 0);
    now &= place->watched;
    if (now != 0 && sampan_device_event(watcher, SAMPAN_DEVICE_KIND_NET, number_of(place), now) == SAMPAN_STATUS_BUSY) {
        return false;
    }
    place->watched &= ~now;
    return true;
}

/* Tells what is ready, and lets those go on who wait for the round's end. False if it should rest before the next one. */
static bool finish_round(int count, bool succeeded)
{
    bool told = succeeded;
    (void)k_mutex_lock(&table, K_FOREVER);
    for (int idx = 1; idx < count; idx++) {
        if (succeeded && polled[idx].revents != 0) {
            told &= tell(polled_places[idx], polled[idx].revents);
        }
        polled_places[idx]->polled = false;
    }
    (void)k_condvar_broadcast(&round_over);
    (void)k_mutex_unlock(&table);
    return told;
}

static void watch_run(void *unused_0, void *unused_1, void *unused_2)
{
    ARG_UNUSED(unused_0);
    ARG_UNUSED(unused_1);
    ARG_UNUSED(unused_2);
    changes = zvfs_eventfd(0, ZVFS_EFD_NONBLOCK);
    if (changes < 0) {
        LOG_ERR("no eventfd is left, so no socket is watched: %d", errno);
        return;
    }
    for (;;) {
        zvfs_eventfd_t count_of_changes;
        int count = begin_round();
        bool succeeded = zsock_poll(polled, count, -1) >= 0;
        if (!succeeded) {
            LOG_ERR("sockets can't be watched: %d", errno);
        }
        (void)zvfs_eventfd_read(changes, &count_of_changes);
        if (!finish_round(count, succeeded)) {
            (void)k_msleep(RETRY_MS);
        }
    }
}

K_THREAD_DEFINE(sampan_net, CONFIG_SAMPAN_NET_STACK_SIZE, watch_run, NULL, NULL, NULL, CONFIG_SAMPAN_THREAD_PRIORITY - 1, 0, 0);
