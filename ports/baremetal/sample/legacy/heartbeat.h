/* SPDX-License-Identifier: Apache-2.0 */
/* The beat that drives the firmware: a periodic timer interrupt that the main loop takes up. */
#ifndef HEARTBEAT_H
#define HEARTBEAT_H

#include <stdbool.h>
#include <stdint.h>

enum { HEARTBEAT_HZ = 100, HEARTBEAT_PERIOD_MS = 1000 / HEARTBEAT_HZ };

struct heartbeat_report {
    uint32_t beats;
    uint32_t late_least_ticks; /* from expiry of the timer to its interrupt routine */
    uint32_t late_most_ticks;
};

void heartbeat_start(void);

/* Calls `routine` at each beat, from the interrupt; NULL: no more. */
void heartbeat_notify(void (*routine)(void));

/* Whether a beat waits to be taken. To sleep on the answer, ask with interrupts masked. */
bool heartbeat_pending(void);

/* Takes one beat and says when its timer expired; false if there is none. */
bool heartbeat_take(uint32_t *out_expired_ticks);

/* Copies the figures; then starts them anew, but for the count, if `restart`. */
void heartbeat_read(struct heartbeat_report *out_report, bool restart);

#endif
