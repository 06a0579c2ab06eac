/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests need of the machine, an emulated board or the host. */
#ifndef TARGET_H
#define TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampan_freertos.h"

struct conformance_wiring;

/* What the port is given. */
extern const struct sampan_freertos_hooks target_hooks;
/* The same with what devices, flash and sockets there are, and what they're wired to. Once. */
struct sampan_freertos_hooks target_hooks_with_devices(void);
extern const struct conformance_wiring *const target_wiring;

/* Before the kernel is started. */
void target_init(void);
/* Text on the console. Thread context. */
void target_put(const char *text, size_t len);
/* Ends the firmware. */
_Noreturn void target_exit(int code);

/* Steps of the clock at most, and how late a wait may end: a tick, and what the machine adds. */
extern const uint32_t target_clock_step_us;
extern const uint32_t target_slack_us;
/* How long to wait for the clock's counter to wrap, once target_clock_near_wrap was called. */
extern const uint32_t target_near_wrap_us;
/* NULL if it can't be moved. */
extern void (*const target_clock_near_wrap)(void);

/* Runs `function` in the tick's interrupt, once so long has passed. Thread context. */
void target_interrupt_after(uint32_t delay_us, void (*function)(void *ctx), void *ctx);
/* For the kernel's tick hook of the target: does so if it's time. */
void target_interrupt_serve(void);

#endif
