/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampan in a superloop, without an operating system.
 *
 * The main loop calls sampan_baremetal_poll, does its own work, and sleeps with sampan_baremetal_wait.
 * Everything runs in thread mode; interrupt routines may call only what the header of Sampan marks as
 * ISR-safe. What the port needs of the board is in the board's own board.h: see README.md.
 */
#ifndef SAMPAN_BAREMETAL_H
#define SAMPAN_BAREMETAL_H

#include <stddef.h>
#include <stdint.h>

#include "sampan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The platform to put in struct sampan_config. Lives for ever. Any context. */
const struct sampan_platform *sampan_baremetal_platform(void);

/*
 * Initialises the runtime on `arena` with this platform and the defaults of everything else; firmware that
 * wants more calls sampan_runtime_init itself. Returns what that does. Thread context.
 */
sampan_status sampan_baremetal_init(void *arena, size_t arena_len, struct sampan_runtime **out_runtime);

/*
 * sampan_runtime_poll, and a way back should the runtime meet a defect of its own: then this returns
 * SAMPAN_STATUS_INTERNAL, the firmware goes on without containers, and the runtime may be initialised
 * again. The same defect in any other call ends in board_fatal.
 *
 * `out_deadline_us` is written only on success. Thread context.
 */
sampan_status sampan_baremetal_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us);

/*
 * Sleeps until `deadline_us`, a wake of the runtime, or any interrupt; returns at once if the deadline has
 * passed or a wake came since the last wait. UINT64_MAX: no deadline. May return early: call it in a loop.
 *
 * Firmware whose interrupts hand work to the main loop masks interrupts, asks whether there is work, and
 * calls this while still masked: an interrupt in between ends the sleep, and runs once the caller unmasks.
 * Thread context.
 */
void sampan_baremetal_wait(uint64_t deadline_us);

#ifdef __cplusplus
}
#endif

#endif
