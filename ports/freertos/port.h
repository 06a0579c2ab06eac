/* SPDX-License-Identifier: Apache-2.0 */
/* What port.c and task.c share. Nothing here is for firmware. */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>

#include "sampan_freertos.h"

/* Where the arena of the runtime's task begins; NULL if there is none, or firmware polls by itself. */
extern const void *volatile port_arena_start;

/* Masks interrupts that may use the kernel, in any context, and undoes exactly that. */
UBaseType_t port_mask(void);
void port_unmask(UBaseType_t masked);

/* Runs `run`; false if a defect of the runtime ended it. Not nested; one task at a time. */
bool port_protected(void (*run)(void *ctx), void *ctx);

/* sampan_freertos_wait; whether it blocked. */
bool port_wait(uint64_t deadline_us);

/* Ends the wait, or the next one. Any context. */
void port_wake_task(void);

/* A defect in another task has ended the runtime: its task is told. Thread context. */
void port_task_failed(void);

#endif
