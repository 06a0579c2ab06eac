/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel calls when something is wrong, and the interrupt that the tests borrow from its tick. */
#include <string.h>

#include "FreeRTOS.h"
#include "target.h"
#include "task.h"

static void (*volatile interrupt_function)(void *ctx);
static void *volatile interrupt_ctx;
static volatile uint32_t interrupt_ticks;

static void put_text(const char *text)
{
    target_put(text, strlen(text));
}

void kernel_assert_failed(const char *file, int line)
{
    char digits[] = "00000\n";
    for (size_t at = 5; at-- > 0; line /= 10) {
        digits[at] = (char)('0' + line % 10);
    }
    put_text("failed: an assertion of the kernel: ");
    put_text(file);
    put_text(" line ");
    put_text(digits);
    target_exit(97);
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
    (void)task;
    put_text("failed: stack overflow of ");
    put_text(name);
    put_text("\n");
    target_exit(96);
}

void target_interrupt_after(uint32_t delay_us, void (*function)(void *ctx), void *ctx)
{
    taskENTER_CRITICAL();
    interrupt_ticks = delay_us * (uint64_t)configTICK_RATE_HZ / 1000000 + 1;
    interrupt_ctx = ctx;
    interrupt_function = function;
    taskEXIT_CRITICAL();
}

void target_interrupt_serve(void)
{
    void (*function)(void *ctx) = interrupt_function;
    if (function != NULL && --interrupt_ticks == 0) {
        interrupt_function = NULL;
        function(interrupt_ctx);
    }
}
