/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel calls: its tick, and when something is wrong. */
#include <string.h>

#include "FreeRTOS.h"
#include "board.h"
#include "periodic.h"
#include "task.h"

void kernel_assert_failed(const char *file, int line)
{
    (void)line; /* for a debugger */
    board_fatal(file, strlen(file));
}

void vApplicationStackOverflowHook(TaskHandle_t task, char *name)
{
    (void)task;
    board_fatal(name, strlen(name));
}

void vApplicationTickHook(void)
{
    periodic_tick();
}

#if defined(__riscv)
void freertos_risc_v_application_exception_handler(void);

void freertos_risc_v_application_exception_handler(void)
{
    board_fatal("exception", 9);
}
#endif
