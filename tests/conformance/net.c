/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, over the way from the machine to itself: streams, datagrams, names, and when something is ready. */
#include "suite.h"

#include <string.h>

enum { LIMIT_US = 5 * S };

static const struct sampan_net *net;
static const struct sampan_net_address any_port = { .ip = { 127, 0, 0, 1 }, .ip_len = 4 };

static uint32_t socket_open(uint8_t kind)
{
    uint32_t socket = UINT32_MAX;
    expect_status(SAMPAN_STATUS_OK, net->open(net->ctx, kind, 4, &socket), "a socket is made");
    return socket;
}

static void socket_close(uint32_t socket)
{
    expect_status(SAMPAN_STATUS_OK, net->close(net->ctx, socket), "a socket is closed");
}

static struct sampan_net_address socket_bind(uint32_t socket)
{
    struct sampan_net_address address = { .ip_len = 0 };
    expect_status(SAMPAN_STATUS_OK, net->bind(net->ctx, socket, &any_port), "a socket gets an address");
    expect_status(SAMPAN_STATUS_OK, net->local(net->ctx, socket, &address), "its address is told");
    expect(address.ip_len == 4 && memcmp(address.ip, any_port.ip, 4) == 0 && address.port != 0, "it got what it asked for",
           address.port);
    return address;
}

/* Watches for readiness and waits until that is told. */
static void ready(struct sampan_runtime *rt, uint32_t socket, uint32_t readiness)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    sampan_runtime_stats(rt, &stats);
    uint32_t before = stats.device_events;
    expect_status(SAMPAN_STATUS_OK, net->watch(net->ctx, rt, socket, readiness), "a socket is watched");
    for (uint64_t until_us = now_us() + LIMIT_US; stats.device_events == before && now_us() < until_us;) {
        uint64_t deadline_us = SAMPAN_NEVER;
        expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds");
        sampan_runtime_stats(rt, &stats);
        if (stats.device_events == before) {
            port->wait(deadline_us < until_us ? deadline_us : until_us);
        }
    }
    expect(stats.device_events != before, "that a socket is ready is told", readiness);
}

static sampan_status socket_connect(struct sampan_runtime *rt, uint32_t socket, const struct sampan_net_address *to)
{
    uint64_t begun_us = now_us();
    sampan_status status = net->connect(net->ctx, socket, to);
    while (status == SAMPAN_STATUS_BUSY && now_us() < begun_us + LIMIT_US) {
        ready(rt, socket, SAMPAN_READY_WRITE);
        status = net->connect(net->ctx, socket, to);
    }
    return status;
}

/* Takes exactly `len` bytes of a stream, or fewer if it ends. */
static size_t receive_all(struct sampan_runtime *rt, uint32_t socket, uint8_t *buf, size_t len)
{
    struct sampan_net_address from;
    size_t got = 0;
    for (uint64_t until_us = now_us() + LIMIT_US; got < len && now_us() < until_us;) {
        uint32_t count = 0;
        sampan_status status = net->receive(net->ctx, socket, &buf[got], len - got, &count, &from);
        if (status == SAMPAN_STATUS_BUSY) {
            ready(rt, socket, SAMPAN_READY_READ);
        } else if (!expect_status(SAMPAN_STATUS_OK, status, "bytes are received") || count == 0) {
            break;
        }
        got += count;
    }
    return got;
}

static void send_all(uint32_t socket, const char *text)
{
    uint32_t count = 0;
    size_t len = strlen(text);
    expect_status(SAMPAN_STATUS_OK, net->send(net->ctx, socket, (const uint8_t *)text, len, NULL, &count), "bytes are sent");
    expect(count == len, "a few bytes are sent at once", count);
}

static void expect_text(struct sampan_runtime *rt, uint32_t socket, const char *text)
{
    uint8_t buf[64];
    size_t len = strlen(text);
    size_t got = receive_all(rt, socket, buf, len);
    expect(got == len && memcmp(buf, text, len) == 0, "what was sent is received", (int64_t)got);
}

static void stream(struct sampan_runtime *rt)
{
    uint8_t byte;
    uint32_t server = UINT32_MAX;
    struct sampan_net_address from = { .ip_len = 0 };
    uint32_t listener = socket_open(SAMPAN_SOCKET_KIND_STREAM);
    struct sampan_net_address address = socket_bind(listener);
    expect_status(SAMPAN_STATUS_OK, net->listen(net->ctx, listener), "a socket listens");
    expect_status(SAMPAN_STATUS_BUSY, net->accept(net->ctx, listener, &server, &from), "nobody has come yet");
    uint32_t client = socket_open(SAMPAN_SOCKET_KIND_STREAM);
    expect_status(SAMPAN_STATUS_OK, socket_connect(rt, client, &address), "a connection is made");
    ready(rt, listener, SAMPAN_READY_READ);
    if (!expect_status(SAMPAN_STATUS_OK, net->accept(net->ctx, listener, &server, &from), "a connection is taken")) {
        return;
    }
    expect(from.ip_len == 4 && memcmp(from.ip, any_port.ip, 4) == 0, "who connects is told", from.ip_len);
    uint32_t count = 77;
    expect_status(SAMPAN_STATUS_BUSY, net->receive(net->ctx, server, &byte, 1, &count, &from), "nothing has come yet");
    send_all(client, "over there");
    expect_text(rt, server, "over there");
    send_all(server, "and back");
    expect_text(rt, client, "and back");
    socket_close(client);
    expect(receive_all(rt, server, &byte, 1) == 0, "the end of a stream is told", 0);
    socket_close(server);
    socket_close(listener);
}

static void refused(struct sampan_runtime *rt)
{
    uint32_t nobody = socket_open(SAMPAN_SOCKET_KIND_STREAM);
    struct sampan_net_address address = socket_bind(nobody);
    socket_close(nobody);
    uint32_t client = socket_open(SAMPAN_SOCKET_KIND_STREAM);
    expect_status(SAMPAN_STATUS_NOT_FOUND, socket_connect(rt, client, &address), "where nobody listens nothing connects");
    socket_close(client);
}

static void datagram(struct sampan_runtime *rt)
{
    static const uint8_t sent[] = { 1, 2, 3, 0, 255 };
    uint8_t buf[16];
    uint32_t count = 0;
    struct sampan_net_address from = { .ip_len = 0 };
    uint32_t first = socket_open(SAMPAN_SOCKET_KIND_DATAGRAM), second = socket_open(SAMPAN_SOCKET_KIND_DATAGRAM);
    struct sampan_net_address first_at = socket_bind(first), second_at = socket_bind(second);
    expect_status(SAMPAN_STATUS_BUSY, net->receive(net->ctx, second, buf, sizeof buf, &count, &from), "nothing has come yet");
    expect_status(SAMPAN_STATUS_OK, net->send(net->ctx, first, sent, sizeof sent, &second_at, &count), "a datagram is sent");
    expect(count == sizeof sent, "a datagram is sent whole", count);
    ready(rt, second, SAMPAN_READY_READ);
    expect_status(SAMPAN_STATUS_OK, net->receive(net->ctx, second, buf, sizeof buf, &count, &from), "a datagram is received");
    expect(count == sizeof sent && memcmp(buf, sent, sizeof sent) == 0, "it's what was sent", count);
    expect(from.port == first_at.port && memcmp(from.ip, first_at.ip, 4) == 0, "where it came from is told", from.port);
    socket_close(first);
    socket_close(second);
}

static void closed(struct sampan_runtime *rt)
{
    uint32_t socket = socket_open(SAMPAN_SOCKET_KIND_STREAM), other;
    struct sampan_net_address address = any_port;
    uint8_t byte = 0;
    uint32_t count;
    (void)rt;
    socket_close(socket);
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->close(net->ctx, socket), "a socket is closed once");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->bind(net->ctx, socket, &address), "none is bound after that");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->listen(net->ctx, socket), "none listens");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->connect(net->ctx, socket, &address), "none connects");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->accept(net->ctx, socket, &other, &address), "none accepts");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->send(net->ctx, socket, &byte, 1, NULL, &count), "none sends");
    expect_status(SAMPAN_STATUS_INVALID_ARGUMENT, net->receive(net->ctx, UINT32_MAX, &byte, 1, &count, &address),
                  "there is no such socket");
    expect_status(SAMPAN_STATUS_UNSUPPORTED, net->open(net->ctx, 0, 4, &other), "there is no such kind of socket");
}

/* More sockets than any port has, and all of them come back. */
static void all_in_use(struct sampan_runtime *rt)
{
    enum { MANY = 64 };
    static uint32_t sockets[MANY];
    uint32_t counts[2];
    (void)rt;
    for (int round = 0; round < 2; round++) {
        uint32_t count = 0;
        sampan_status status = SAMPAN_STATUS_OK;
        while (count < MANY && (status = net->open(net->ctx, SAMPAN_SOCKET_KIND_DATAGRAM, 4, &sockets[count])) == SAMPAN_STATUS_OK) {
            count++;
        }
        expect(status == SAMPAN_STATUS_OK || status == SAMPAN_STATUS_TABLE_FULL, "too many sockets are refused", status);
        counts[round] = count;
        while (count > 0) {
            socket_close(sockets[--count]);
        }
    }
    expect(counts[0] > 1 && counts[0] == counts[1], "sockets that are closed can be made again", counts[1]);
}

static void resolve(struct sampan_runtime *rt)
{
    static const struct sampan_operation at_once = { .size = sizeof at_once };
    struct sampan_net_address address = { .ip_len = 0 };
    (void)rt;
    sampan_status status = net->resolve(net->ctx, "127.0.0.1|", 9, &at_once, &address);
    expect_status(SAMPAN_STATUS_OK, status, "an address is its own name");
    expect(address.ip_len == 4 && memcmp(address.ip, any_port.ip, 4) == 0, "it's the address that it says", address.ip_len);
    status = net->resolve(net->ctx, "no name at all", 14, &at_once, &address);
    expect(status == SAMPAN_STATUS_NOT_FOUND || status == SAMPAN_STATUS_INVALID_ARGUMENT || status == SAMPAN_STATUS_BUSY,
           "what is no name isn't found", status);
}

void checks_net(void)
{
    static const struct {
        const char *name;
        void (*check)(struct sampan_runtime *rt);
    } checks[] = {
        { "net.stream", stream }, { "net.refused", refused },       { "net.datagram", datagram },
        { "net.closed", closed }, { "net.all-in-use", all_in_use }, { "net.resolve", resolve },
    };
    net = port->platform->net;
    for (size_t idx = 0; idx < sizeof checks / sizeof checks[0]; idx++) {
        if (net != NULL) {
            suite_check_runtime(checks[idx].name, checks[idx].check);
        } else {
            suite_skip(checks[idx].name, "no sockets");
        }
    }
}
