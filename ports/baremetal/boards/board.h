/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a board offers to the firmware that runs on it.
 *
 * The functions under "port" are all that the port of Sampan needs; the rest serves the sample. None
 * blocks for longer than its comment says, and those marked "any context" may be called from an ISR.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"

/* ---- port ---- */

/* Free-running counter: counts up, wraps at 2^32, never stops while the core sleeps. Any context. */
uint32_t board_ticks(void);

/* Frequency of board_ticks. Constant. */
uint32_t board_ticks_hz(void);

/* Raises an interrupt once, `ticks` counts from now (at least 1); replaces an earlier alarm. Thread context. */
void board_alarm_start(uint32_t ticks);

/* No alarm any more. Thread context. */
void board_alarm_stop(void);

/* The alarm's interrupt routine calls it. The interrupt-driven form defines it; elsewhere it does nothing. */
void board_alarm_expired(void);

/* Writes text to the console: the UART, or the debugger's. Thread context; waits while the UART is full. */
void board_put(const char *text, size_t len);

/* Fills `buf` with random bytes; 0, or negative if the source failed. Thread context. */
int32_t board_entropy(uint8_t *buf, size_t len);

/* The runtime met a defect of its own and nothing can go on with it. Does not return. */
_Noreturn void board_fatal(const char *message, size_t len);

/* ---- sample ---- */

/* Called by the start-up code before main: clocks, UART, counter. Interrupts are still masked. */
void board_init(void);

/* The UART, be it the console or not. */
void board_uart_put(const char *text, size_t len);

/* One received character, or -1. */
int board_get(void);

/*
 * Calls `isr` from the interrupt of a periodic timer. `late_ticks` says how long ago the timer expired, by
 * the timer itself and in counts of board_ticks_hz, which makes the jitter of the interrupt visible.
 */
void board_heartbeat_start(uint32_t hz, void (*isr)(uint32_t late_ticks));

/* Switches the first LED. Not on riscv32-virt, which has none. */
void board_led(bool on);

/* Ends the firmware: in QEMU the process exits with `code`. */
_Noreturn void board_exit(int code);

#endif
