/* SPDX-License-Identifier: Apache-2.0 */
/* How long a kill or a stop takes, whatever the container is doing. */
#ifndef DEMO_LATENCY_H
#define DEMO_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "sampan.h"

/*
 * Registers the host function oven.next-beat, which the heartbeat's interrupt answers. From now on the
 * heartbeat's notification is taken.
 */
sampan_status demo_beat_offer(struct sampan_runtime *rt);

/* Stops and resumes the beats that containers get: while an image is verified none of them runs, and beats would be lost. */
void demo_beats_hold(bool held);

/* Has the next beat's interrupt ask for a kill, waits for it, kills `id`; returns ticks from interrupt to end. */
uint32_t demo_kill_from_interrupt(struct sampan_runtime *rt, uint32_t id);

/* Measures kill and stop of a busy loop, a sleep and a pending host call on either engine; a line for each. */
void demo_latency_run(struct sampan_runtime *rt);

#endif
