/* SPDX-License-Identifier: Apache-2.0 */
/* An emulated board of ports/baremetal under the kernel. */
#include <string.h>

#include "FreeRTOS.h"
#include "board.h"
#include "devices.h"
#include "target.h"
#include "task.h"
#include "wiring.h"

const uint32_t target_clock_step_us = 5;
const uint32_t target_slack_us = 1000000 / configTICK_RATE_HZ + 500;
const uint32_t target_near_wrap_us = 20000;

static volatile uint32_t counter_offset;

static uint32_t counter(void)
{
    return board_ticks() + counter_offset;
}

static void clock_near_wrap(void)
{
    counter_offset = 0 - board_ticks() - board_ticks_hz() / 100;
}

void (*const target_clock_near_wrap)(void) = clock_near_wrap;

const struct sampan_freertos_hooks target_hooks = {
    .counter = counter,
    .counter_hz = configCPU_CLOCK_HZ,
    .entropy = board_entropy,
    .put = target_put,
};

const struct conformance_wiring *const target_wiring = &board_wiring;

struct sampan_freertos_hooks target_hooks_with_devices(void)
{
    struct sampan_freertos_hooks hooks = target_hooks;
    board_flash_init();
    hooks.wall_us = board_wall_us;
    hooks.devices = board_devices;
    hooks.devices_len = board_devices_len;
    hooks.flash = &board_flash;
    return hooks;
}

void target_init(void)
{
#if defined(__riscv)
    extern void freertos_risc_v_trap_handler(void);
    arch_interrupts_mask();
    __asm volatile("csrw mtvec, %0" : : "r"(freertos_risc_v_trap_handler));
#endif
}

void target_put(const char *text, size_t len)
{
    board_put(text, len);
}

_Noreturn void target_exit(int code)
{
    board_exit(code);
}

void vApplicationTickHook(void)
{
    target_interrupt_serve();
}

#if defined(__riscv)
/* The kernel's trap handler comes here with anything that isn't its own. */
void freertos_risc_v_application_exception_handler(void);
void freertos_risc_v_application_exception_handler(void)
{
    board_put("fault: exception\n", 17);
    board_exit(99);
}
#endif
