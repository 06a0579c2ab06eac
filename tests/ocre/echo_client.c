// SPDX-License-Identifier: Apache-2.0
/* The other side of echo_server.c: looks its host up, sends more than the way holds, and a datagram. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wasi_socket.h"

#define TOTAL 10000

static int failed(const char *step, int error)
{
    printf("%s: error %d\n", step, error);
    return 1;
}

/* Sends what the server adds up, and checks that it did. */
static int stream_to(const struct wasi_address *server)
{
    static unsigned char bytes[TOTAL];
    unsigned expected = 0, sum = 0;
    int fd;
    for (int i = 0; i < TOTAL; i++)
        expected += bytes[i] = (unsigned char)(i % 41);
    int error = wasi_open(-1, WASI_INET4, WASI_STREAM, &fd);
    if (error == 0)
        error = wasi_connect(fd, server);
    if (error != 0)
        return failed("connect", error);
    for (size_t sent = 0; sent < TOTAL;) {
        ssize_t len = send(fd, bytes + sent, TOTAL - sent, 0); /* waits for room */
        if (len <= 0)
            return failed("send", errno);
        sent += (size_t)len;
    }
    if (recv(fd, &sum, sizeof sum, 0) != sizeof sum || sum != expected) /* waits for the answer */
        return failed("sum", errno);
    printf("%d bytes, sum %u\n", TOTAL, sum);
    return close(fd);
}

int main(void)
{
    const struct wasi_hints hints = {.type = WASI_STREAM, .family = WASI_INET4, .enabled = 1};
    struct wasi_found found;
    char bytes[8] = "ping";
    struct wasi_vector vector = {bytes, 4};
    size_t count;
    int fd;

    usleep(100000); /* until the server listens */
    int error = wasi_resolve("localhost", "7", &hints, &found, 1, &count);
    if (error != 0 || count != 1)
        return failed("look up", error);
    const uint8_t *ip = found.address.u.ip4.address;
    printf("localhost is %d.%d.%d.%d\n", ip[0], ip[1], ip[2], ip[3]);
    if (stream_to(&found.address) != 0)
        return 1;

    error = wasi_open(-1, WASI_INET4, WASI_DGRAM, &fd);
    if (error == 0)
        error = wasi_connect(fd, &found.address);
    if (error != 0)
        return failed("connect of datagrams", error);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || recv(fd, bytes, sizeof bytes, 0) != -1)
        return failed("what there isn't yet", errno);
    printf("nothing yet: %d\n", errno);
    usleep(100000); /* until the server takes datagrams */
    if (fcntl(fd, F_SETFL, 0) != 0 || send(fd, "ping", 4, 0) != 4)
        return failed("send of a datagram", errno);
    memset(bytes, 0, sizeof bytes);
    struct wasi_address from;
    vector.len = sizeof bytes;
    error = wasi_recv_from(fd, &vector, 1, 0, &from, &count); /* waits */
    if (error != 0 || count != 4)
        return failed("recv_from", error);
    printf("got %s\n", bytes);
    close(fd);
    send(fd, "ping", 4, 0);
    printf("closed: %d\n", errno);
    return errno == EBADF ? 0 : 1;
}
