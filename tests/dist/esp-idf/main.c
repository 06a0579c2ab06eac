/* SPDX-License-Identifier: Apache-2.0 */
/* The component's example, with a look at what came of it: a container prints, sleeps by esp_timer and ends. */
#include <string.h>

#include "board.h"
#include "conformance_probe.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sampan_esp.h"

static struct sampan_runtime *runtime;

static int32_t next(void *ctx, struct sampan_call *call, uint64_t *values)
{
    /* The probe of the conformance suite: prints 20 bytes, sleeps 5 ms, ends with code 7. */
    static const uint32_t steps[] = { 2u << 24 | 20, 1u << 24 | 5, 0u << 24 | 7 };
    static uint32_t step;
    (void)ctx, (void)call;
    values[0] = steps[step++];
    return SAMPAN_STATUS_OK;
}

static int32_t wait(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call, (void)values;
    return SAMPAN_STATUS_UNSUPPORTED;
}

static _Noreturn void end(const char *what, int code)
{
    board_put(what, strlen(what));
    board_put("\n", 1);
    board_exit(code);
}

static void app_main(void *ctx)
{
    static const struct sampan_host_function functions[] = {
        { sizeof functions[0], "conformance", "next", "(i)i", next, NULL },
        { sizeof functions[0], "conformance", "wait", "()i", wait, NULL },
    };
    struct sampan_container_status status = { .size = sizeof status };
    uint32_t id = 0;
    (void)ctx;
    if (sampan_esp_start(&runtime) != SAMPAN_STATUS_OK) {
        end("no runtime", 1);
    }
    if (sampan_host_register(runtime, &functions[0]) != SAMPAN_STATUS_OK ||
        sampan_host_register(runtime, &functions[1]) != SAMPAN_STATUS_OK) {
        end("no functions", 2);
    }
    if (sampan_container_create(runtime, conformance_probe_packed, conformance_probe_packed_len, NULL, &id) !=
            SAMPAN_STATUS_OK ||
        sampan_container_start(runtime, id) != SAMPAN_STATUS_OK) {
        end("no container", 3);
    }
    vTaskDelay(50);
    if (sampan_container_status(runtime, id, &status) != SAMPAN_STATUS_OK ||
        status.exit_kind != SAMPAN_EXIT_KIND_EXITED || status.exit_code != 7) {
        end("the container didn't end as it should", 4);
    }
    end("component works", 0);
}

int main(void)
{
    extern void freertos_risc_v_trap_handler(void);
    static StaticTask_t task;
    static StackType_t stack[1536];
    arch_interrupts_mask();
    __asm volatile("csrw mtvec, %0" : : "r"(freertos_risc_v_trap_handler));
    xTaskCreateStatic(app_main, "main", sizeof stack / sizeof stack[0], NULL, 3, stack, &task);
    vTaskStartScheduler();
    return 1;
}
