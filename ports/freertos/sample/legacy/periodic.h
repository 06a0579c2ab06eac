/* SPDX-License-Identifier: Apache-2.0 */
/* A task that does its work once a period, and how well it keeps to it. */
#ifndef PERIODIC_H
#define PERIODIC_H

#include <stdbool.h>
#include <stdint.h>

#include "FreeRTOS.h"
#include "task.h"

enum { PERIODIC_STACK_WORDS = 256 };

struct periodic {
    const char *name;
    UBaseType_t priority;
    TickType_t period_ticks;
    void (*step)(void);
    /* Set by periodic_start, and then by the task. */
    TaskHandle_t task;
    volatile uint32_t steps;
    volatile uint32_t late_most_ticks; /* of the board's counter, from the start of the tick that is due */
    StaticTask_t storage;
    StackType_t stack[PERIODIC_STACK_WORDS];
};

/* Makes the task, which lives for ever. */
void periodic_start(struct periodic *periodic);

struct periodic_report {
    uint32_t steps;
    uint32_t late_most_us;
    uint32_t stack_unused; /* bytes */
};

/* Copies the figures; then starts them anew, if `restart`. */
void periodic_read(struct periodic *periodic, struct periodic_report *out_report, bool restart);

/* Called by the tick's interrupt, so that lateness is told from a tick's start. */
void periodic_tick(void);

#endif
