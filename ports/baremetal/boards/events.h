/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heartbeat and alarm of a board whose counter and timer have 32 bits: the timer raises one interrupt at a time,
 * for the nearer of the two.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include <stdint.h>

/* The timer's interrupt routine calls this, having done what its hardware asks for. */
void events_serve(void);

/*
 * What the board supplies: one interrupt, `ticks` counts of board_ticks from now, in place of what was set before;
 * none for UINT32_MAX. 0 and what is too short for the hardware come as soon as they can. Interrupts are masked.
 */
void board_timer_set(uint32_t ticks);

#endif
