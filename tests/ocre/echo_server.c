// SPDX-License-Identifier: Apache-2.0
/* A server, by WASI's sockets alone: takes one connection and tells what came by it, then sends one datagram back. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wasi_socket.h"

#define PORT 7

static int failed(const char *step, int error)
{
    printf("%s: error %d\n", step, error);
    return 1;
}

/* A socket with the server's address. */
static int bound(int type, int *fd)
{
    const struct wasi_address any = {.u.ip4 = {.port = PORT}};
    int error = wasi_open(-1, WASI_INET4, type, fd);
    if (error == 0)
        error = wasi_set_reuse_addr(*fd, 1);
    return error != 0 ? error : wasi_bind(*fd, &any);
}

/* Takes all that its client sends before it waits for an answer, which is the sum of it. */
static int serve(int stream)
{
    unsigned char part[512];
    unsigned total = 0, sum = 0;
    while (total < 10000) {
        ssize_t len = recv(stream, part, sizeof part, 0);
        if (len <= 0)
            return failed("recv", errno);
        total += (unsigned)len;
        for (ssize_t i = 0; i < len; i++)
            sum += part[i];
    }
    printf("took %u bytes of a stream\n", total);
    if (write(stream, &sum, sizeof sum) != sizeof sum)
        return failed("write", errno);
    if (read(stream, part, 1) != 0)
        return failed("read at the end", errno);
    return close(stream);
}

int main(void)
{
    struct wasi_address from;
    char bytes[16];
    struct wasi_vector vector = {bytes, sizeof bytes};
    size_t len;
    int listener, datagrams;

    int error = bound(WASI_STREAM, &listener);
    if (error != 0)
        return failed("bind", error);
    error = wasi_listen(listener, 1);
    if (error != 0)
        return failed("listen", error);
    int stream = accept(listener, NULL, NULL); /* waits */
    if (stream < 0)
        return failed("accept", errno);
    error = wasi_remote(stream, &from);
    if (error != 0)
        return failed("remote", error);
    const uint8_t *ip = from.u.ip4.address;
    int type;
    socklen_t type_len = sizeof type;
    if (getsockopt(stream, SOL_SOCKET, SO_TYPE, &type, &type_len) != 0)
        return failed("getsockopt", errno);
    printf("from %d.%d.%d.%d, of kind %d\n", ip[0], ip[1], ip[2], ip[3], type);
    if (serve(stream) != 0)
        return 1;

    error = bound(WASI_DGRAM, &datagrams);
    if (error != 0)
        return failed("bind of datagrams", error);
    error = wasi_recv_from(datagrams, &vector, 1, 0, &from, &len); /* waits */
    if (error != 0)
        return failed("recv_from", error);
    printf("a datagram of %d bytes\n", (int)len);
    vector.len = len;
    error = wasi_send_to(datagrams, &vector, 1, 0, &from, &len);
    return error != 0 ? failed("send_to", error) : 0;
}
