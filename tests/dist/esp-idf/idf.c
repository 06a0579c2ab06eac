/* SPDX-License-Identifier: Apache-2.0 */
/* What ESP-IDF has and this firmware needs: its kernel's other names, its timer, and what its libc brings. */
#include <stdio.h>

#include "board.h"
#include "esp_random.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"

void vPortEnterCritical(void)
{
    portENTER_CRITICAL();
}

void vPortExitCritical(void)
{
    portEXIT_CRITICAL();
}

/* The kernel's trap handler runs on a stack of its own. */
BaseType_t xPortInIsrContext(void)
{
    extern const StackType_t xISRStackTop;
    uintptr_t sp;
    __asm volatile("mv %0, sp" : "=r"(sp));
    return sp <= xISRStackTop && xISRStackTop - sp < configISR_STACK_SIZE_WORDS * sizeof(StackType_t);
}

int64_t esp_timer_get_time(void)
{
    return board_ticks() / (board_ticks_hz() / 1000000);
}

void esp_fill_random(void *buf, size_t len)
{
    board_entropy(buf, len);
}

static int put(char byte, FILE *file)
{
    (void)file;
    board_put(&byte, 1);
    return byte;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, NULL, _FDEV_SETUP_WRITE);
FILE *const stdout = &console;

#if !defined(__riscv_atomic)
/* ESP-IDF has these for the chips without atomic instructions. */
unsigned __atomic_fetch_add_4(volatile void *at, unsigned value, int order);
unsigned __atomic_fetch_add_4(volatile void *at, unsigned value, int order)
{
    (void)order;
    uint32_t masked = arch_interrupts_mask();
    unsigned before = *(volatile unsigned *)at;
    *(volatile unsigned *)at = before + value;
    arch_interrupts_restore(masked);
    return before;
}
#endif

/* ---- what the kernel's configuration asks a firmware for ---- */

void kernel_assert_failed(const char *file, int line)
{
    (void)file, (void)line;
    board_exit(97);
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
    (void)task, (void)name;
    board_exit(96);
}

void vApplicationTickHook(void)
{
}

void freertos_risc_v_application_exception_handler(void);
void freertos_risc_v_application_exception_handler(void)
{
    board_exit(99);
}
