/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets and names, as the platform's member `net`; no part of the port's interface. */
#ifndef SAMPAN_ZEPHYR_NET_H
#define SAMPAN_ZEPHYR_NET_H

#include <stdbool.h>

#include "sampan.h"

extern const struct sampan_net port_net;

/* Closes all sockets, and drops names that are looked up: nothing is told of any more. Thread context. */
void port_net_quiet(void);

/* Reads an address that is written as one. */
bool port_net_parse(const char *text, size_t len, struct sampan_net_address *out_address);

/* The member `resolve`, and its part of port_net_quiet. */
int32_t port_net_resolve(void *ctx, const char *name, size_t name_len, const struct sampan_operation *operation,
                         struct sampan_net_address *out_address);
void port_net_resolve_quiet(void);

#endif
