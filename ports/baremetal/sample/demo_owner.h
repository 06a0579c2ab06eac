/* SPDX-License-Identifier: Apache-2.0 */
/* The owner's side of the demonstration's firmware: vendor, root keys, counters, and a runtime that takes signed images only. */
#ifndef DEMO_OWNER_H
#define DEMO_OWNER_H

#include "sampan.h"

/* Takes the firmware's runtime out of service, and puts one for signed images alone in its place, with a trust store in
 * force. The firmware's functions have to be offered again. */
void demo_owner_take_over(struct sampan_runtime **rt, void *arena, size_t arena_len);

/* Sequence number of the newest image of a container that proved healthy. */
uint64_t demo_owner_counter(const char *container);

/* The last error that the runtime has written to its log. */
const char *demo_owner_last_error(void);

#endif
