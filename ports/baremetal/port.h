/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this port share. */
#ifndef PORT_H
#define PORT_H

#include <stdint.h>

/*
 * Counts of board_ticks until the deadline, rounded up so that it has passed when they have; 0 if it has already. No more
 * than half a wrap of the counter, since that must be read once a wrap.
 */
uint32_t port_ticks_until(uint64_t deadline_us);

#endif
