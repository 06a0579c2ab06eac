/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices of a host: those that are wires and registers are made of variables, the flash is a file, the sockets are the host's.
 *
 * For runners on a host, whatever runs their tasks.
 */
#ifndef POSIX_DEVICES_H
#define POSIX_DEVICES_H

#include "conformance.h"

enum { HOST_DEVICES_LEN = 7 };

extern const struct sampan_device host_devices[HOST_DEVICES_LEN];
extern const struct conformance_wiring host_wiring;
extern const struct sampan_net host_net;

/* The flash, on a new file; NULL if that can't be made. Once. */
const struct sampan_flash *host_flash_make(void);

/* Microseconds since 1970. */
uint64_t host_wall_us(void *ctx);

/* Ends what is pending, and tells which sockets are ready. Every millisecond or so, from a thread or the tick's signal. */
void host_devices_serve(void);

#endif
