/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each thread wakes at multiples of its period, whatever it did before, works a little and notes how late it was.
 * A period is missed if the thread has not had its turn before the next one begins.
 */
#include "natives.h"

#include <stdint.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

enum {
    STACK_LEN = IS_ENABLED(CONFIG_ARCH_POSIX) ? 8192 : 1024,
    WORK_US = 200,
};

struct native {
    const char *name;
    int priority;
    uint32_t period_ms;
    uint32_t activations;
    uint32_t missed;
    int64_t late_most_ticks;
    struct k_thread thread;
};

static struct native natives[] = {
    { .name = "higher", .priority = CONFIG_SAMPAN_THREAD_PRIORITY - 2, .period_ms = 5 },
    { .name = "equal", .priority = CONFIG_SAMPAN_THREAD_PRIORITY, .period_ms = 20 },
    { .name = "lower", .priority = CONFIG_SAMPAN_THREAD_PRIORITY + 2, .period_ms = 50 },
};

static K_THREAD_STACK_ARRAY_DEFINE(stacks, ARRAY_SIZE(natives), STACK_LEN);

static void native_run(void *argument, void *unused_0, void *unused_1)
{
    struct native *native = argument;
    const int64_t period_ticks = k_ms_to_ticks_ceil64(native->period_ms);
    ARG_UNUSED(unused_0);
    ARG_UNUSED(unused_1);
    for (int64_t due_ticks = k_uptime_ticks() + period_ticks;; due_ticks += period_ticks) {
        (void)k_sleep(K_TIMEOUT_ABS_TICKS(due_ticks));
        int64_t late_ticks = k_uptime_ticks() - due_ticks;
        k_sched_lock(); /* with natives_begin and natives_report */
        native->activations++;
        native->missed += late_ticks >= period_ticks;
        native->late_most_ticks = MAX(native->late_most_ticks, late_ticks);
        k_sched_unlock();
        k_busy_wait(WORK_US);
    }
}

void natives_start(void)
{
    for (size_t idx = 0; idx < ARRAY_SIZE(natives); idx++) {
        struct native *native = &natives[idx];
        (void)k_thread_create(&native->thread, stacks[idx], STACK_LEN, native_run, native, NULL, NULL, native->priority, 0,
                              K_NO_WAIT);
        (void)k_thread_name_set(&native->thread, native->name);
    }
}

void natives_begin(void)
{
    k_sched_lock();
    for (size_t idx = 0; idx < ARRAY_SIZE(natives); idx++) {
        natives[idx].activations = 0;
        natives[idx].missed = 0;
        natives[idx].late_most_ticks = 0;
    }
    k_sched_unlock();
}

bool natives_report(void)
{
    bool kept = true;
    for (size_t idx = 0; idx < ARRAY_SIZE(natives); idx++) {
        k_sched_lock();
        uint32_t activations = natives[idx].activations;
        uint32_t missed = natives[idx].missed;
        uint32_t late_us = (uint32_t)k_ticks_to_us_ceil64(natives[idx].late_most_ticks);
        k_sched_unlock();
        kept &= activations > 0 && missed == 0;
        printk("native name=%s priority=%d period_ms=%u activations=%u missed=%u late_most_us=%u\n", natives[idx].name,
               natives[idx].priority, (unsigned int)natives[idx].period_ms, (unsigned int)activations,
               (unsigned int)missed, (unsigned int)late_us);
    }
    return kept;
}
