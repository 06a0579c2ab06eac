/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this port share; no part of its interface. */
#ifndef SAMPAN_ZEPHYR_PORT_H
#define SAMPAN_ZEPHYR_PORT_H

#include "sampan_zephyr.h"

/* Members of the platform that the runtime thread needs too. */
uint64_t port_now_us(void *ctx);
void port_wake(void *ctx);

/* The time of day: a member of the platform. */
uint64_t port_wall_us(void *ctx);

/* A defect has ended the runtime: its thread, unless it is the one that calls, ends soon. Thread context. */
void runtime_failed(void);

#endif
