/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime thread: polls, sleeps until the deadline or a wake, and leaves threads of lower priority their part of the
 * processor.
 *
 * There is one, with one arena. It may end by sampan_zephyr_deinit or by a defect, and be started again.
 */
#include <string.h>

#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include "port.h"

BUILD_ASSERT(CONFIG_SAMPAN_THREAD_PRIORITY >= 0 && CONFIG_SAMPAN_THREAD_PRIORITY < CONFIG_NUM_PREEMPT_PRIORITIES,
             "CONFIG_SAMPAN_THREAD_PRIORITY must be a preemptible priority");

#define TICK_US ((int64_t)MAX(USEC_PER_SEC / CONFIG_SYS_CLOCK_TICKS_PER_SEC, 1))

/* How much longer than asked a sleep is at most because of ticks; what threads of higher priority took isn't credited. */
#define CREDIT_MAX_US (2 * TICK_US)

/* A pause is no longer than this, nor is more owed, however long threads of higher priority kept a poll from its end. */
#define PAUSE_MAX_US (100 * (int64_t)USEC_PER_MSEC)

enum state {
    STATE_OUT,      /* no runtime */
    STATE_CHANGING, /* init or deinit is under way */
    STATE_IN,       /* in service */
    STATE_FAILED,   /* a defect ended it */
};

SAMPAN_ZEPHYR_MEMORY_DEFINE(memory, CONFIG_SAMPAN_THREAD_STACK_SIZE, CONFIG_SAMPAN_ARENA_SIZE);

static struct k_thread thread;
static bool thread_started; /* changed in STATE_CHANGING only */
static struct sampan_runtime *runtime;
static atomic_t state = ATOMIC_INIT(STATE_OUT);
static const struct sampan_authority *authority;
static bool signed_only;

/*
 * Sleeps for what lower priorities are owed, if that is a tick or more; else lets equal ones run. Returns what is owed
 * then: less than nothing if the sleep was longer, as ticks make it.
 */
static int64_t leave_time(int64_t owed_us)
{
    if (owed_us < TICK_US) {
        k_yield();
        return owed_us;
    }
    uint64_t begun_us = port_now_us(NULL);
    (void)k_sleep(K_USEC(MIN(owed_us, PAUSE_MAX_US)));
    return MAX(owed_us - (int64_t)(port_now_us(NULL) - begun_us), -CREDIT_MAX_US);
}

static void runtime_run(void *rt, void *unused_1, void *unused_2)
{
    int64_t owed_us = 0;
    ARG_UNUSED(unused_1);
    ARG_UNUSED(unused_2);
    while (atomic_get(&state) == STATE_IN) {
        uint64_t deadline_us;
        uint64_t begun_us = port_now_us(NULL);
        if (sampan_runtime_poll(rt, &deadline_us) != SAMPAN_STATUS_OK) {
            return; /* out of service because of a defect in another thread's call */
        }
#ifdef CONFIG_ARCH_POSIX
        k_busy_wait(CONFIG_SAMPAN_NATIVE_POLL_US);
#endif
        uint64_t ended_us = port_now_us(NULL);
        int64_t spent_us = (int64_t)(ended_us - begun_us);
        owed_us += spent_us * (100 - CONFIG_SAMPAN_CPU_PERCENT) / CONFIG_SAMPAN_CPU_PERCENT;
        owed_us = MIN(owed_us, PAUSE_MAX_US);
        if (deadline_us > ended_us) {
            sampan_zephyr_wait(deadline_us);
            owed_us = MIN(owed_us, MAX(owed_us - (int64_t)(port_now_us(NULL) - ended_us), 0));
        } else {
            owed_us = leave_time(owed_us);
        }
    }
}

void runtime_failed(void)
{
    if (atomic_cas(&state, STATE_IN, STATE_FAILED)) {
        port_wake(NULL);
    }
}

/* Waits until a thread that was told to end has done so. */
static void thread_join(void)
{
    if (thread_started) {
        (void)k_thread_join(&thread, K_FOREVER);
        thread_started = false;
    }
}

static bool wrong_context(void)
{
    return k_is_in_isr() || k_current_get() == &thread;
}

void sampan_zephyr_authority(const struct sampan_authority *new_authority, bool new_signed_only)
{
    authority = new_authority;
    signed_only = new_signed_only;
}

sampan_status sampan_zephyr_init(sampan_zephyr_event *event, void *event_ctx, struct sampan_runtime **out_runtime)
{
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = memory.arena,
        .arena_len = sizeof memory.arena,
        .platform = sampan_zephyr_platform(),
        .max_containers = CONFIG_SAMPAN_MAX_CONTAINERS,
        .max_host_functions = CONFIG_SAMPAN_MAX_HOST_FUNCTIONS,
        .slice_fuel = CONFIG_SAMPAN_SLICE_FUEL,
#ifdef CONFIG_SAMPAN_HAS_WASMI
        .engine_stack_len = CONFIG_SAMPAN_ENGINE_STACK_SIZE,
#endif
        .event = event,
        .event_ctx = event_ctx,
        .authority = authority,
        .signed_only = signed_only,
    };
    if (wrong_context()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    if (out_runtime == NULL) {
        return SAMPAN_STATUS_NULL_POINTER;
    }
    if (!atomic_cas(&state, STATE_OUT, STATE_CHANGING) && !atomic_cas(&state, STATE_FAILED, STATE_CHANGING)) {
        return SAMPAN_STATUS_WRONG_STATE;
    }
    thread_join();
    sampan_zephyr_quiet(); /* what a runtime left that a defect has ended */
    sampan_status status = sampan_runtime_init(&config, &runtime);
    if (status != SAMPAN_STATUS_OK) {
        (void)atomic_set(&state, STATE_OUT);
        return status;
    }
    *out_runtime = runtime;
    (void)k_thread_create(&thread, memory.stack, K_KERNEL_STACK_SIZEOF(memory.stack), runtime_run, runtime, NULL, NULL,
                          CONFIG_SAMPAN_THREAD_PRIORITY, 0, K_FOREVER);
    (void)k_thread_name_set(&thread, "sampan");
    thread_started = true;
    (void)atomic_set(&state, STATE_IN);
    k_thread_start(&thread); /* after the state, which it looks at; a deinit in between waits for it */
    return SAMPAN_STATUS_OK;
}

sampan_status sampan_zephyr_deinit(void)
{
    if (wrong_context()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    if (!atomic_cas(&state, STATE_IN, STATE_CHANGING)) {
        return SAMPAN_STATUS_WRONG_STATE;
    }
    port_wake(NULL);
    thread_join();
    sampan_zephyr_quiet();
    sampan_status status = sampan_runtime_deinit(runtime);
    (void)atomic_set(&state, STATE_OUT);
    return status;
}

struct sampan_runtime *sampan_zephyr_runtime(void)
{
    return atomic_get(&state) == STATE_IN ? runtime : NULL;
}

k_tid_t sampan_zephyr_thread(void)
{
    return thread_started ? &thread : NULL;
}

const struct sampan_zephyr_image *sampan_zephyr_image_find(const char *name)
{
    STRUCT_SECTION_FOREACH(sampan_zephyr_image, image) {
        if (strcmp(image->name, name) == 0) {
            return image;
        }
    }
    return NULL;
}
