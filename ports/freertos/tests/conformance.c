/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance suite in a task of FreeRTOS, which polls by itself.
 *
 * All stacks lie below the arena, as the kernel's check of them wants it.
 */
#include "conformance.h"

#include <string.h>

#include "FreeRTOS.h"
#include "conformance_probe.h"
#ifdef WITHOUT_HEAP
#include "no_heap.h"
#endif
#include "sampan_freertos.h"
#include "target.h"
#include "task.h"

enum {
    SUITE_PRIORITY = 3,
    SUITE_STACK_WORDS = 2048,
    TASK_STACK_WORDS = 1536,
    LOG_LEN = 1024,
#if defined(__x86_64__) || defined(__aarch64__)
    ARENA_LEN = 4 * 1024 * 1024,
    /* The tick's signal comes on whatever stack is in use, and switches tasks there. */
    ENGINE_STACK_LEN = 1024 * 1024,
#else
    ARENA_LEN = 96 * 1024,
    ENGINE_STACK_LEN = 0,
#endif
};

static struct {
    StackType_t suite[SUITE_STACK_WORDS];
    StackType_t tasks[CONFORMANCE_TASKS][TASK_STACK_WORDS];
    uint8_t arena[ARENA_LEN];
} memory __attribute__((aligned(16)));

static struct {
    StaticTask_t storage;
    TaskHandle_t handle;
    conformance_function *function;
    void *ctx;
    volatile bool done;
} tasks[CONFORMANCE_TASKS];

static char log_text[LOG_LEN];
static size_t log_len;

static void put_to_log(const char *text, size_t len)
{
    len = len < LOG_LEN - log_len ? len : LOG_LEN - log_len;
    memcpy(&log_text[log_len], text, len);
    log_len += len;
}

static const char *log_taken(size_t *out_len)
{
    *out_len = log_len;
    log_len = 0;
    return log_text;
}

static void task_run(void *ctx)
{
    size_t idx = (size_t)(uintptr_t)ctx;
    tasks[idx].function(tasks[idx].ctx);
    tasks[idx].done = true;
    for (;;) {
        vTaskSuspend(NULL);
    }
}

static void task_start(uint32_t idx, int priority, conformance_function *function, void *ctx)
{
    tasks[idx].function = function;
    tasks[idx].ctx = ctx;
    tasks[idx].done = false;
    tasks[idx].handle = xTaskCreateStatic(task_run, "task", TASK_STACK_WORDS, (void *)(uintptr_t)idx,
                                          (UBaseType_t)(SUITE_PRIORITY + priority), memory.tasks[idx], &tasks[idx].storage);
}

static void task_join(uint32_t idx)
{
    while (!tasks[idx].done) {
        vTaskDelay(1);
    }
    vTaskDelete(tasks[idx].handle);
}

static void sleep_us(uint32_t us)
{
    vTaskDelay(pdMS_TO_TICKS((us + 999) / 1000) + 1);
}

static void run_expendable(conformance_function *function, void *ctx)
{
    function(ctx); /* a poll comes back from a defect */
}

#ifdef WITH_TICK_CLOCK
/* It comes by itself. */
static void wait_for_wrap(void)
{
}
#endif

static void suite_run(void *ctx)
{
    static struct sampan_freertos_hooks hooks;
    struct conformance_port port = {
#ifdef WITH_PACKED
        .name = "freertos-" SAMPAN_BOARD "-packed",
        .probe = conformance_probe_packed,
        .probe_len = conformance_probe_packed_len,
#else
        .name = "freertos-" SAMPAN_BOARD,
        .probe = conformance_probe,
        .probe_len = conformance_probe_len,
        .probe_memory_limit = CONFORMANCE_WASMI_MEMORY,
#endif
        .arena = memory.arena,
        .arena_len = sizeof memory.arena,
        .engine_stack_len = ENGINE_STACK_LEN,
        .put = target_put,
        .poll = sampan_freertos_poll,
        .wait = sampan_freertos_wait,
        .clock_step_us = target_clock_step_us,
        .slack_us = target_slack_us,
        .task_start = task_start,
        .task_join = task_join,
        .sleep = sleep_us,
        .strict_priorities = true,
        .interrupt_after = target_interrupt_after,
        .clock_near_wrap = target_clock_near_wrap,
        .near_wrap_us = target_near_wrap_us,
        .log_taken = log_taken,
        .run_expendable = run_expendable,
        .wiring = target_wiring,
#ifdef WITHOUT_HEAP
        .heap_used = no_heap_asked_for,
#endif
    };
    (void)ctx;
    hooks = target_hooks_with_devices();
    hooks.put = put_to_log;
#ifdef WITH_TICK_CLOCK
    /* The kernel's tick begins close to its wrap: see configINITIAL_TICK_COUNT. */
    hooks.counter = NULL;
    port.name = "freertos-" SAMPAN_BOARD "-tick";
    port.clock_step_us = 1000000 / configTICK_RATE_HZ;
    port.slack_us = 2 * port.clock_step_us;
    port.clock_near_wrap = wait_for_wrap;
    port.near_wrap_us = 400000;
#endif
    port.platform = sampan_freertos_platform(&hooks);
    uint32_t failed = conformance_run(&port);
    target_exit(failed == 0 ? 0 : 1);
}

int main(void)
{
    static StaticTask_t storage;
    target_init();
    xTaskCreateStatic(suite_run, "suite", SUITE_STACK_WORDS, NULL, SUITE_PRIORITY, memory.suite, &storage);
    vTaskStartScheduler();
    return 1;
}
