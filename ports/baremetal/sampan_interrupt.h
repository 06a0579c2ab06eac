/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampan without an operating system, polled by an exception: main and the interrupts keep their own rhythm.
 *
 * The exception has the lowest priority there is: PendSV on Cortex-M, the machine's software interrupt on RISC-V. A
 * wake of the runtime and the board's alarm make it pending. It preempts main, for a slice at most, and every
 * interrupt preempts it. So firmware whose main loop can't be divided, or has none, needs no call in it.
 *
 * Main may call any sampan_* function: while it's in one the exception doesn't poll, and comes again afterwards. What main
 * and host functions share needs as much care as what main and interrupts share.
 */
#ifndef SAMPAN_INTERRUPT_H
#define SAMPAN_INTERRUPT_H

#include <stddef.h>
#include <stdint.h>

#include "sampan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The platform to put in struct sampan_config, instead of sampan_baremetal_platform. Lives for ever. Any context. */
const struct sampan_platform *sampan_interrupt_platform(void);

/*
 * The exception polls `rt` from now on. While containers never rest, main has the core for at least `rest_us` after each
 * slice; with 0 they starve it. Thread context.
 */
void sampan_interrupt_start(struct sampan_runtime *rt, uint32_t rest_us);

/*
 * The exception polls no more: needed before sampan_runtime_deinit, and for whoever wants to poll himself. Returns what
 * the last poll did, and writes when the next one was due. A poll that fails is the last one: SAMPAN_STATUS_INTERNAL is a
 * defect of the runtime, which can be initialised again. Thread context.
 *
 * `out_deadline_us`: may be NULL.
 */
sampan_status sampan_interrupt_stop(uint64_t *out_deadline_us);

/* What the last poll returned: SAMPAN_STATUS_OK while the exception polls. Any context. */
sampan_status sampan_interrupt_status(void);

/*
 * Main has nothing to do: containers get what is left of its time, and if they rest too the core sleeps until any
 * interrupt. Firmware whose interrupts hand work to main masks interrupts, asks whether there is work, and calls
 * this while still masked, as with sampan_baremetal_wait. May return early: call it in a loop. Thread context.
 */
void sampan_interrupt_wait(void);

/*
 * To be called by the exception's routine, PendSV_Handler on Cortex-M, and by nothing else. On its stack the packed
 * engine takes up to 3 KB, wasmi 2 KB, and host functions what they do.
 */
void sampan_interrupt_serve(void);

#ifdef __cplusplus
}
#endif

#endif
