/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What port.c promises beyond what every port does: how few waits a long sleep takes, that any interrupt ends one, and that
 * a defect in a poll leaves the firmware's registers as they were.
 */
#include "board.h"
#include "images.h"
#include "print.h"
#include "sampan_baremetal.h"
#include "test.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };
static const struct sampan_container_options permitted = {
    .size = sizeof permitted,
    .permissions = permissions,
    .permissions_len = sizeof permissions / sizeof permissions[0],
};

enum {
    MS = 1000,
    S = 1000 * MS,
    LONG_SLEEP_S = 500, /* longer than any of the counters takes to wrap */
};

static struct sampan_runtime *runtime;
static volatile sampan_status status_in_host_function;

static uint64_t now_us(void)
{
    const struct sampan_platform *platform = sampan_baremetal_platform();
    return platform->now_us(platform->ctx);
}

static void on_heartbeat(uint32_t late_ticks)
{
    (void)late_ticks;
}

/* Waits once and returns how long it took. */
static uint32_t waited_us(uint64_t deadline_us)
{
    uint64_t begun_us = now_us();
    sampan_baremetal_wait(deadline_us);
    return (uint32_t)(now_us() - begun_us);
}

static void test_long_sleep(void)
{
    uint64_t end_us = now_us() + (uint64_t)LONG_SLEEP_S * S;
    uint32_t waits = 0;
    for (; now_us() < end_us; waits++) {
        sampan_baremetal_wait(end_us);
    }
    uint32_t late_us = (uint32_t)(now_us() - end_us);
    test_check(late_us < MS, "a long sleep ends in time", late_us);
    test_check(waits >= 2 && waits < 20, "a long sleep takes a few waits", waits);
    print("port sleep=passed waits=%u\n", (unsigned)waits);
}

static void test_interrupts(void)
{
    board_heartbeat_start(100, on_heartbeat);
    uint32_t took_us = waited_us(SAMPAN_NEVER);
    test_check(took_us <= 10 * MS + 100, "any interrupt ends the wait", took_us);

    /* An interrupt between question and sleep stays pending: the wait returns at once. */
    uint32_t masked = arch_interrupts_mask();
    uint64_t late_us = now_us() + 12 * MS;
    while (now_us() < late_us) {
    }
    took_us = waited_us(SAMPAN_NEVER);
    arch_interrupts_restore(masked);
    test_check(took_us < 100, "a pending interrupt isn't slept through", took_us);
    print("port interrupts=passed\n");
}

static int32_t host_reenter(void *ctx, struct sampan_call *call, uint64_t *values)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    (void)ctx, (void)call;
    status_in_host_function = sampan_runtime_stats(runtime, &stats);
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

/* Stands in for a defect: the runtime calls fatal from wherever it is. */
static int32_t host_break(void *ctx, struct sampan_call *call, uint64_t *values)
{
    static const char message[] = "broken on purpose";
    const struct sampan_platform *platform = sampan_baremetal_platform();
    (void)ctx, (void)call, (void)values;
#if defined(__ARM_FP)
    /* Registers that belong to the caller of the poll. */
    __asm volatile("vmov s16, %0\n\tvmov s31, %0" : : "r"(0x7fc00000) : "s16", "s31");
#endif
    platform->fatal(platform->ctx, message, sizeof message - 1);
    return SAMPAN_STATUS_INTERNAL;
}

static void start_control(const struct test_module *module)
{
    uint32_t id = 0;
    sampan_status status = sampan_container_create(runtime, module->image, *module->image_len, &permitted, &id);
    test_check(status == SAMPAN_STATUS_OK, "a container is created", (uint32_t)status);
    status = sampan_container_start(runtime, id);
    test_check(status == SAMPAN_STATUS_OK, "a container starts", (uint32_t)status);
}

/* Last, since the runtime is of no use afterwards. wasmi has a stack of its own that the way back leads out of. */
static void test_calls(const struct test_module *module)
{
    static const struct sampan_host_function get = { sizeof get, "oven", "temperature", "()i", host_break, NULL, NULL };
    static const struct sampan_host_function set = { sizeof set, "oven", "set-setpoint", "(i)i", host_reenter, NULL, NULL };
    uint64_t deadline_us = 0;
    volatile float kept = 1.5f;
    float sum = kept;
    test_check(sampan_host_register(runtime, &get) == SAMPAN_STATUS_OK, "a function is offered", 1);
    test_check(sampan_host_register(runtime, &set) == SAMPAN_STATUS_OK, "a function is offered", 2);
    start_control(module);
    sampan_status status = SAMPAN_STATUS_OK;
    for (uint32_t poll = 0; poll < 100 && status == SAMPAN_STATUS_OK; poll++) {
        status = sampan_baremetal_poll(runtime, &deadline_us);
        sum += kept;
        if (status == SAMPAN_STATUS_OK) {
            sampan_baremetal_wait(deadline_us);
        }
    }
    test_check(status_in_host_function == SAMPAN_STATUS_WRONG_CONTEXT, "a host function is refused the lock",
               (uint32_t)status_in_host_function);
    test_check(status == SAMPAN_STATUS_INTERNAL, "a defect in a poll is told as one", (uint32_t)status);
    test_check(sum > 1.5f && sum < 200.0f, "the firmware's registers are as they were", 0);
    uint32_t beats_waited_us = waited_us(SAMPAN_NEVER);
    test_check(beats_waited_us <= 10 * MS + 100, "interrupts go on", beats_waited_us);
    print("port calls=passed module=%s\n", module->name);
}

static void start_runtime(void)
{
    static uint8_t arena[96 * 1024];
    sampan_status status = sampan_baremetal_init(arena, sizeof arena, &runtime);
    test_check(status == SAMPAN_STATUS_OK, "the runtime starts", (uint32_t)status);
}

int main(void)
{
    static const struct test_module packed = { "packed", image_control, &image_control_len };
    static const struct test_module plain = { "plain", module_control, &module_control_len };
    start_runtime();
    test_long_sleep();
    test_interrupts();
    test_calls(&packed);
    sampan_status status = sampan_runtime_deinit(runtime);
    test_check(status == SAMPAN_STATUS_OK, "the runtime is taken out of service", (uint32_t)status);
    start_runtime();
    test_calls(&plain);
    print("port result=passed\n");
    return 0;
}
