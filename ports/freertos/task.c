/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime's task: polls, serves calls of other tasks, leaves the core to lower tasks now and then, and blocks
 * until the next deadline or a wake.
 *
 * It never deletes itself: whatever ends it, a stop or a defect, it stands still on its own stack until
 * sampan_freertos_stop deletes it from outside, and then its memory is free at once.
 */
#include "port.h"

#include <stdatomic.h>
#include <string.h>

#include "kernel_needs.h"
#include "semphr.h"

enum {
    BUSY_TICKS_DEFAULT = 9,
    REST_TICKS = 2, /* the tick under way, and a whole one */
    STACK_MIN_LEN = 1024,
};

const void *volatile port_arena_start;

static StaticTask_t task_storage;
static volatile TaskHandle_t task;
static struct sampan_runtime *runtime;
static uint32_t busy_ticks;
static atomic_bool stop_requested;
static volatile bool ended;

/* One call of another task at a time: who has `call_turn` sets it, and `call_over` is given when it's over. */
static SemaphoreHandle_t call_turn;
static SemaphoreHandle_t call_over;
static SemaphoreHandle_t task_over;
static sampan_freertos_function *volatile call_function;
static void *call_ctx;
static sampan_status call_status;

static void call_end(sampan_status status)
{
    call_status = status;
    call_function = NULL;
    xSemaphoreGive(call_over);
}

static void serve_call(void)
{
    if (call_function != NULL) {
        call_end(call_function(call_ctx));
    }
}

/* Blocks until there is something to do; keeps to `busy_ticks` if there always is. */
static void rest(uint64_t deadline_us, TickType_t *busy_since)
{
    if (port_wait(deadline_us)) {
        *busy_since = xTaskGetTickCount();
    } else if (busy_ticks != UINT32_MAX && xTaskGetTickCount() - *busy_since >= busy_ticks) {
        vTaskDelay(REST_TICKS);
        *busy_since = xTaskGetTickCount();
    } else {
        taskYIELD(); /* to tasks of the same priority, should the kernel not slice time */
    }
}

static void work(void *ctx)
{
    TickType_t busy_since = xTaskGetTickCount();
    sampan_status status = SAMPAN_STATUS_OK;
    (void)ctx;
    while (!atomic_load(&stop_requested) && status == SAMPAN_STATUS_OK) {
        uint64_t deadline_us = 0;
        serve_call();
        status = sampan_runtime_poll(runtime, &deadline_us);
        if (status == SAMPAN_STATUS_OK && call_function == NULL) {
            rest(deadline_us, &busy_since);
        }
    }
}

static void task_run(void *ctx)
{
    port_protected(work, ctx);
    ended = true;
    if (call_function != NULL) {
        call_end(SAMPAN_STATUS_INTERNAL);
    }
    xSemaphoreGive(task_over);
    for (;;) {
        vTaskSuspend(NULL);
    }
}

void port_task_failed(void)
{
    atomic_store(&stop_requested, true);
    port_wake_task();
}

static void make_semaphores(void)
{
    static StaticSemaphore_t turn_storage, call_storage, task_storage_over;
    if (call_turn == NULL) {
        call_turn = xSemaphoreCreateMutexStatic(&turn_storage);
        call_over = xSemaphoreCreateBinaryStatic(&call_storage);
        task_over = xSemaphoreCreateBinaryStatic(&task_storage_over);
    }
    xSemaphoreTake(call_over, 0);
    xSemaphoreTake(task_over, 0);
}

/* The part of `memory` that is the task's stack: aligned at both ends. Its length in words; 0 if it doesn't fit. */
static size_t stack_of(const struct sampan_freertos_config *config, StackType_t **out_stack)
{
    size_t len = config->stack_len != 0 ? config->stack_len : SAMPAN_FREERTOS_STACK_LEN;
    size_t skip = (size_t)(0 - (uintptr_t)config->memory) & portBYTE_ALIGNMENT_MASK;
    len &= ~(size_t)portBYTE_ALIGNMENT_MASK;
    if (len < STACK_MIN_LEN || config->memory_len < skip || config->memory_len - skip < len) {
        return 0;
    }
    *out_stack = (StackType_t *)(void *)((uint8_t *)config->memory + skip);
    return len / sizeof(StackType_t);
}

sampan_status sampan_freertos_start(const struct sampan_freertos_config *config, struct sampan_runtime **out_runtime)
{
    StackType_t *stack;
    struct sampan_config settings = { 0 };
    if (config == NULL || config->memory == NULL || config->hooks == NULL || out_runtime == NULL) {
        return SAMPAN_STATUS_NULL_POINTER;
    }
    size_t stack_words = config->size >= sizeof *config ? stack_of(config, &stack) : 0;
    if (stack_words == 0 || config->priority >= configMAX_PRIORITIES ||
        (config->hooks->counter != NULL && config->hooks->counter_hz == 0)) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    if (task != NULL) {
        return SAMPAN_STATUS_WRONG_STATE;
    }
    if (config->runtime != NULL) {
        settings = *config->runtime;
    }
    settings.size = sizeof settings;
    settings.arena = &stack[stack_words];
    settings.arena_len = config->memory_len - (size_t)((uint8_t *)settings.arena - (uint8_t *)config->memory);
    settings.platform = sampan_freertos_platform(config->hooks);
    sampan_status status = sampan_runtime_init(&settings, &runtime);
    if (status != SAMPAN_STATUS_OK) {
        return status;
    }
    make_semaphores();
    port_arena_start = settings.arena;
    busy_ticks = config->busy_ticks != 0 ? config->busy_ticks : BUSY_TICKS_DEFAULT;
    ended = false;
    atomic_store(&stop_requested, false);
    *out_runtime = runtime;
    task = xTaskCreateStatic(task_run, "sampan", stack_words, NULL, config->priority, stack, &task_storage);
    return SAMPAN_STATUS_OK;
}

sampan_status sampan_freertos_stop(void)
{
    TaskHandle_t ending = task;
    if (ending == NULL) {
        return SAMPAN_STATUS_WRONG_STATE;
    }
    if (needs_in_interrupt() || ending == xTaskGetCurrentTaskHandle()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    port_task_failed();
    xSemaphoreTake(task_over, portMAX_DELAY);
    task = NULL;
    sampan_freertos_detach();
    vTaskDelete(ending);
    port_arena_start = NULL;
    sampan_status status = sampan_runtime_deinit(runtime);
    /* After a defect it was out of service already. */
    return status == SAMPAN_STATUS_INVALID_ARGUMENT ? SAMPAN_STATUS_OK : status;
}

sampan_status sampan_freertos_call(sampan_freertos_function *function, void *ctx)
{
    if (function == NULL) {
        return SAMPAN_STATUS_NULL_POINTER;
    }
    if (needs_in_interrupt()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    if (task == NULL) {
        return SAMPAN_STATUS_WRONG_STATE;
    }
    if (task == xTaskGetCurrentTaskHandle()) {
        return function(ctx);
    }
    xSemaphoreTake(call_turn, portMAX_DELAY);
    sampan_status status = SAMPAN_STATUS_INTERNAL;
    taskENTER_CRITICAL();
    bool taken = task != NULL && !ended && !atomic_load(&stop_requested);
    if (taken) {
        call_ctx = ctx;
        call_function = function;
    }
    taskEXIT_CRITICAL();
    if (taken) {
        port_wake_task();
        xSemaphoreTake(call_over, portMAX_DELAY);
        status = call_status;
    }
    xSemaphoreGive(call_turn);
    return status;
}

size_t sampan_freertos_stack_unused(void)
{
    return task != NULL ? uxTaskGetStackHighWaterMark(task) * sizeof(StackType_t) : 0;
}
