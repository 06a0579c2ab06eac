/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime's own task: started and stopped many times with containers in it, called by several tasks at once,
 * and ended by defects wherever they can happen.
 */
#include <stdatomic.h>
#include <string.h>

#include "FreeRTOS.h"
#include "conformance_probe.h"
#include "sampan_freertos.h"
#include "target.h"
#include "task.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };
static const struct sampan_container_options permitted = {
    .size = sizeof permitted,
    .permissions = permissions,
    .permissions_len = sizeof permissions / sizeof permissions[0],
};

enum {
    CALLERS = 3,
    RUNTIME_PRIORITY = 3,
    STACK_WORDS = 1536,
#if defined(__x86_64__) || defined(__aarch64__)
    MEMORY_LEN = 4 * 1024 * 1024,
    ROUNDS = 1000,
#else
    MEMORY_LEN = 64 * 1024,
    ROUNDS = 100,
#endif
    DEFECT_ROUNDS = 3,
    EXIT_CODE = 5,
};

static struct {
    StackType_t tests[STACK_WORDS];
    StackType_t callers[CALLERS][STACK_WORDS];
    uint8_t runtime[MEMORY_LEN];
} memory __attribute__((aligned(16)));

static StaticTask_t caller_storage[CALLERS];
static TaskHandle_t callers[CALLERS];
static volatile bool callers_stop;
static atomic_uint calls_made[CALLERS];
static atomic_uint callers_resting;

static struct sampan_runtime *runtime;
static volatile bool break_in_poll;
static volatile uint32_t fatal_told;
static volatile uint32_t container_steps;

static void put_text(const char *text)
{
    target_put(text, strlen(text));
}

static void must(bool held, const char *what)
{
    if (!held) {
        put_text("failed: ");
        put_text(what);
        put_text("\n");
        target_exit(1);
    }
}

static void passed(const char *name)
{
    put_text("task ");
    put_text(name);
    put_text(" passed\n");
}

static void told_fatal(const char *message, size_t len)
{
    (void)message, (void)len;
    fatal_told++;
}

static void no_log(const char *text, size_t len)
{
    (void)text, (void)len;
}

static struct sampan_freertos_hooks hooks;

static void break_down(void)
{
    const struct sampan_platform *platform = sampan_freertos_platform(&hooks);
    platform->fatal(platform->ctx, "on purpose", 10);
}

/* The probe is told to sleep for a millisecond, and at last to end. */
static int32_t host_next(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    if (break_in_poll) {
        break_in_poll = false;
        break_down();
    }
    values[0] = ++container_steps % 4 == 0 ? EXIT_CODE : 1u << 24 | 1;
    return SAMPAN_STATUS_OK;
}

static int32_t host_wait(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

static void start(void)
{
    static const struct sampan_host_function next = { sizeof next, "conformance", "next", "(i)i", host_next, NULL, NULL };
    static const struct sampan_host_function wait = { sizeof wait, "conformance", "wait", "()i", host_wait, NULL, NULL };
    hooks = target_hooks;
    hooks.fatal = told_fatal;
    hooks.put = no_log;
    const struct sampan_config settings = { .size = sizeof settings, .max_containers = 2, .max_host_functions = 2 };
    const struct sampan_freertos_config config = {
        .size = sizeof config,
        .memory = memory.runtime,
        .memory_len = sizeof memory.runtime,
        .priority = RUNTIME_PRIORITY,
        .hooks = &hooks,
        .runtime = &settings,
    };
    container_steps = 0;
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_OK, "the runtime starts");
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_WRONG_STATE, "a second one is refused");
    must(sampan_host_register(runtime, &next) == SAMPAN_STATUS_OK, "a function is offered");
    must(sampan_host_register(runtime, &wait) == SAMPAN_STATUS_OK, "a function is offered");
}

static sampan_status create(void *ctx)
{
    sampan_status status = sampan_container_create(runtime, conformance_probe_packed, conformance_probe_packed_len, &permitted, ctx);
    return status == SAMPAN_STATUS_OK ? sampan_container_start(runtime, *(uint32_t *)ctx) : status;
}

static uint8_t exit_kind(uint32_t id, int32_t *out_code)
{
    struct sampan_container_status status = { .size = sizeof status };
    must(sampan_container_status(runtime, id, &status) == SAMPAN_STATUS_OK, "a status is told");
    *out_code = status.exit_code;
    return status.exit_kind;
}

/* A container runs to its end in the runtime's task while this one looks on. */
static void live(void)
{
    uint32_t id;
    int32_t code;
    must(sampan_freertos_call(create, &id) == SAMPAN_STATUS_OK, "a container starts, by the runtime's task");
    for (uint32_t ticks = 0; exit_kind(id, &code) == SAMPAN_EXIT_KIND_NONE; ticks++) {
        must(ticks < 10000, "a container ends");
        vTaskDelay(1);
    }
    must(exit_kind(id, &code) == SAMPAN_EXIT_KIND_EXITED && code == EXIT_CODE, "it ends as it should");
    must(sampan_container_remove(runtime, id) == SAMPAN_STATUS_OK, "it is removed");
}

static sampan_status look(void *ctx)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    (void)ctx;
    return sampan_runtime_stats(runtime, &stats);
}

/* One of several tasks that call all the time, directly and through the runtime's task; rests while it's told to. */
static void caller_run(void *ctx)
{
    size_t number = (size_t)(uintptr_t)ctx;
    for (;;) {
        if (callers_stop) {
            atomic_fetch_add(&callers_resting, 1);
            while (callers_stop) {
                vTaskDelay(1);
            }
            atomic_fetch_sub(&callers_resting, 1);
        }
        uint32_t ids[2];
        size_t count;
        must(look(NULL) == SAMPAN_STATUS_OK, "a task looks");
        must(sampan_container_list(runtime, ids, 2, &count) == SAMPAN_STATUS_OK, "a task lists");
        must(sampan_freertos_call(look, NULL) == SAMPAN_STATUS_OK, "a task has the runtime's task look");
        sampan_runtime_wake(runtime);
        atomic_fetch_add(&calls_made[number], 1);
        if (atomic_load(&calls_made[number]) % 8 == 0) {
            vTaskDelay(1);
        }
    }
}

static void callers_pause(void)
{
    callers_stop = true;
    while (atomic_load(&callers_resting) < CALLERS) {
        vTaskDelay(1);
    }
}

static void callers_go(void)
{
    callers_stop = false;
    while (atomic_load(&callers_resting) > 0) {
        vTaskDelay(1);
    }
}

/* Each round a runtime, containers in it, calls from everywhere, and an end with whatever is left running. */
static void test_rounds(void)
{
    for (uint32_t round = 0; round < ROUNDS; round++) {
        start();
        callers_go();
        if (round % 10 == 0) {
            live();
        } else {
            uint32_t id;
            must(sampan_freertos_call(create, &id) == SAMPAN_STATUS_OK, "a container starts");
        }
        callers_pause();
        must(sampan_freertos_stack_unused() > 0, "the stack was enough");
        must(sampan_freertos_stop() == SAMPAN_STATUS_OK, "the runtime stops");
        must(sampan_freertos_stop() == SAMPAN_STATUS_WRONG_STATE, "it has stopped");
        must(sampan_freertos_call(look, NULL) == SAMPAN_STATUS_WRONG_STATE, "nobody serves a call then");
    }
    for (size_t number = 0; number < CALLERS; number++) {
        must(atomic_load(&calls_made[number]) >= ROUNDS, "every task made its calls");
    }
    passed("rounds");
}

static sampan_status break_in_call(void *ctx)
{
    (void)ctx;
    break_down();
    return SAMPAN_STATUS_OK;
}

/* In a slice, and in a call that the runtime's task serves: the task ends, who waits is told, and it starts again. */
static void test_defects(void)
{
    for (uint32_t round = 0; round < DEFECT_ROUNDS; round++) {
        uint32_t id;
        uint32_t told = fatal_told;
        start();
        break_in_poll = true;
        must(sampan_freertos_call(create, &id) == SAMPAN_STATUS_OK, "a container starts");
        for (uint32_t ticks = 0; break_in_poll; ticks++) {
            must(ticks < 1000, "the container breaks the runtime");
            vTaskDelay(1);
        }
        vTaskDelay(2);
        must(sampan_freertos_call(look, NULL) == SAMPAN_STATUS_INTERNAL, "a call learns of the defect");
        must(sampan_freertos_stop() == SAMPAN_STATUS_OK, "a broken runtime is stopped");
        start();
        must(sampan_freertos_call(break_in_call, NULL) == SAMPAN_STATUS_INTERNAL, "a call that breaks is told");
        must(sampan_freertos_stop() == SAMPAN_STATUS_OK, "a broken runtime is stopped");
        must(fatal_told == told + 2, "firmware is told of each defect");
        start();
        live();
        must(sampan_freertos_stop() == SAMPAN_STATUS_OK, "the next one is whole");
    }
    passed("defects");
}

static void test_arguments(void)
{
    struct sampan_freertos_config config = { .size = sizeof config, .memory = memory.runtime, .hooks = &target_hooks };
    must(sampan_freertos_start(NULL, &runtime) == SAMPAN_STATUS_NULL_POINTER, "no config");
    must(sampan_freertos_start(&config, NULL) == SAMPAN_STATUS_NULL_POINTER, "nowhere to put it");
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_INVALID_ARGUMENT, "no memory");
    config.memory_len = SAMPAN_FREERTOS_STACK_LEN + 64;
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_NO_MEMORY, "room for a stack alone");
    config.memory_len = sizeof memory.runtime;
    config.stack_len = 100;
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_INVALID_ARGUMENT, "a stack too small");
    config.stack_len = 0;
    config.priority = configMAX_PRIORITIES;
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_INVALID_ARGUMENT, "no such priority");
    config.priority = 0;
    config.size = 4;
    must(sampan_freertos_start(&config, &runtime) == SAMPAN_STATUS_INVALID_ARGUMENT, "a struct too short");
    must(sampan_freertos_call(NULL, NULL) == SAMPAN_STATUS_NULL_POINTER, "nothing to call");
    passed("arguments");
}

static void tests_run(void *ctx)
{
    (void)ctx;
    callers_stop = true;
    for (size_t number = 0; number < CALLERS; number++) {
        callers[number] = xTaskCreateStatic(caller_run, "caller", STACK_WORDS, (void *)(uintptr_t)number,
                                            RUNTIME_PRIORITY - 1 + (UBaseType_t)number, memory.callers[number],
                                            &caller_storage[number]);
    }
    test_arguments();
    test_defects();
    test_rounds();
    put_text("task result=passed\n");
    target_exit(0);
}

int main(void)
{
    static StaticTask_t storage;
    target_init();
    xTaskCreateStatic(tests_run, "tests", STACK_WORDS, NULL, RUNTIME_PRIORITY + 2, memory.tests, &storage);
    vTaskStartScheduler();
    return 1;
}
