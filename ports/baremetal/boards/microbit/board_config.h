/* SPDX-License-Identifier: Apache-2.0 */
/* BBC micro:bit: nRF51822, a Cortex-M0 at 16 MHz. */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_TIMER0_IRQ 8u

/* The small sample: containers, and the memory that they and the runtime share. */
#define BOARD_SMALL_CONTAINERS 2
#define BOARD_SMALL_ARENA_LEN (9 * 1024)

#endif
