/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets of WASI, as far as wasi-libc doesn't have them: the functions that WAMR adds to preview 1, and their types. */
#ifndef WASI_SOCKET_H
#define WASI_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#define WASI_SOCKET(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

enum wasi_family { WASI_INET4, WASI_INET6, WASI_UNSPECIFIED };
enum wasi_type { WASI_DGRAM, WASI_STREAM };

struct wasi_ip4_port {
    uint8_t address[4];
    uint16_t port;
};

struct wasi_ip6_port {
    uint16_t address[8];
    uint16_t port;
};

struct wasi_address {
    uint32_t kind; /* 0: IPv4, 1: IPv6 */
    union {
        struct wasi_ip4_port ip4;
        struct wasi_ip6_port ip6;
    } u;
};

struct wasi_found {
    struct wasi_address address;
    int32_t type;
};

struct wasi_hints {
    int32_t type;
    uint32_t family;
    uint8_t enabled;
};

struct wasi_vector {
    void *bytes;
    size_t len;
};

/* Each answers an error number, which is that of wasi-libc's errno, or 0. */
WASI_SOCKET(sock_open) int wasi_open(int pool, int family, int type, int *fd);
WASI_SOCKET(sock_bind) int wasi_bind(int fd, const struct wasi_address *address);
WASI_SOCKET(sock_connect) int wasi_connect(int fd, const struct wasi_address *address);
WASI_SOCKET(sock_listen) int wasi_listen(int fd, unsigned backlog);
WASI_SOCKET(sock_addr_remote) int wasi_remote(int fd, struct wasi_address *address);
WASI_SOCKET(sock_addr_resolve)
int wasi_resolve(const char *host, const char *service, const struct wasi_hints *hints, struct wasi_found *found, size_t room,
                 size_t *count);
WASI_SOCKET(sock_send_to)
int wasi_send_to(int fd, const struct wasi_vector *vectors, size_t count, int flags, const struct wasi_address *to, size_t *sent);
WASI_SOCKET(sock_recv_from)
int wasi_recv_from(int fd, const struct wasi_vector *vectors, size_t count, int flags, struct wasi_address *from, size_t *taken);
WASI_SOCKET(sock_set_reuse_addr) int wasi_set_reuse_addr(int fd, int reuse);

#endif
