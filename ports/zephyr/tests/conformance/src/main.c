/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance suite on Zephyr: kernel threads are its tasks, a kernel timer is its interrupt.
 *
 * The suite polls by itself, in a thread whose stack lies below the arena, as those of all threads that poll here must
 * on Armv8-M.
 */
#include <time.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/clock.h>
#include <zephyr/sys/util.h>

#include "conformance.h"
#include "conformance_probe.h"
#include "devices.h"
#include "log_capture.h"
#include "sampan_zephyr.h"

#define STACK_LEN (IS_ENABLED(CONFIG_ARCH_POSIX) ? 65536 : 8192)
#define ARENA_LEN                                                                                                  \
    (IS_ENABLED(CONFIG_ARCH_POSIX) ? 4 * 1024 * 1024 : (IS_ENABLED(CONFIG_SAMPAN_HAS_WASMI) ? 2 : 1) * CONFORMANCE_ARENA_LEN)

enum { SUITE_PRIORITY = 7 };

static struct {
    K_KERNEL_STACK_MEMBER(suite_stack, STACK_LEN);
    K_KERNEL_STACK_MEMBER(expendable_stack, STACK_LEN);
    K_KERNEL_STACK_MEMBER(task_0_stack, STACK_LEN);
    K_KERNEL_STACK_MEMBER(task_1_stack, STACK_LEN);
    K_KERNEL_STACK_MEMBER(task_2_stack, STACK_LEN);
    K_KERNEL_STACK_MEMBER(task_3_stack, STACK_LEN);
    uint8_t arena[ARENA_LEN] __aligned(8);
} memory __noinit;

static struct k_thread suite_thread, expendable_thread, task_threads[CONFORMANCE_TASKS];
static k_thread_stack_t *const task_stacks[CONFORMANCE_TASKS] = { memory.task_0_stack, memory.task_1_stack,
                                                                  memory.task_2_stack, memory.task_3_stack };

static struct sampan_platform platform;

#ifdef CONFIG_ARCH_POSIX
/* Code takes no time on native_sim: who waits by looking at the clock would wait for ever if looking took none. */
static uint64_t now_us_taking_time(void *ctx)
{
    if (!k_is_in_isr()) {
        k_busy_wait(1);
    }
    return sampan_zephyr_platform()->now_us(ctx);
}
#endif

static void thread_run(void *function, void *ctx, void *unused)
{
    conformance_function *run = (conformance_function *)function;
    ARG_UNUSED(unused);
    run(ctx);
}

static void thread_start(struct k_thread *thread, k_thread_stack_t *stack, int priority, conformance_function *function,
                         void *ctx)
{
    (void)k_thread_create(thread, stack, STACK_LEN, thread_run, (void *)function, ctx, NULL, priority, 0, K_NO_WAIT);
}

static void task_start(uint32_t idx, int priority, conformance_function *function, void *ctx)
{
    thread_start(&task_threads[idx], task_stacks[idx], SUITE_PRIORITY - priority, function, ctx);
}

static void task_join(uint32_t idx)
{
    (void)k_thread_join(&task_threads[idx], K_FOREVER);
}

static void run_expendable(conformance_function *function, void *ctx)
{
    thread_start(&expendable_thread, memory.expendable_stack, SUITE_PRIORITY, function, ctx);
    (void)k_thread_join(&expendable_thread, K_FOREVER);
}

static void sleep_us(uint32_t us)
{
    (void)k_sleep(K_USEC(us));
}

static conformance_function *interrupt_function;
static void *interrupt_ctx;

static void on_timer(struct k_timer *timer)
{
    ARG_UNUSED(timer);
    interrupt_function(interrupt_ctx);
}

static K_TIMER_DEFINE(timer, on_timer, NULL);

static void interrupt_after(uint32_t delay_us, conformance_function *function, void *ctx)
{
    interrupt_function = function;
    interrupt_ctx = ctx;
    k_timer_start(&timer, K_USEC(delay_us), K_NO_WAIT);
}

static void put(const char *text, size_t len)
{
    printk("%.*s", (int)len, text);
}

#ifdef CONFIG_THREAD_MONITOR
static void print_stack(const struct k_thread *thread, void *unused)
{
    size_t unused_len = 0;
    ARG_UNUSED(unused);
    if (k_thread_stack_space_get(thread, &unused_len) == 0) {
        printk("stack name=%s size=%u used=%u\n", k_thread_name_get((k_tid_t)thread), (unsigned int)thread->stack_info.size,
               (unsigned int)(thread->stack_info.size - unused_len));
    }
}
#endif

static void run_suite(void *unused_0, void *unused_1, void *unused_2)
{
    const struct conformance_port port = {
        .name = "zephyr-" CONFIG_BOARD_TARGET,
        .platform = &platform,
        .arena = memory.arena,
        .arena_len = sizeof memory.arena,
        .probe = IS_ENABLED(CONFIG_SAMPAN_HAS_WASMI) ? conformance_probe : conformance_probe_packed,
        .probe_len = IS_ENABLED(CONFIG_SAMPAN_HAS_WASMI) ? conformance_probe_len : conformance_probe_packed_len,
        .probe_memory_limit = IS_ENABLED(CONFIG_SAMPAN_HAS_WASMI) ? CONFORMANCE_WASMI_MEMORY : 0,
        .put = put,
        .wait = sampan_zephyr_wait,
        .clock_step_us = 100, /* reading it takes 45 us in QEMU as the board starts it */
        .slack_us = 5 * USEC_PER_SEC / CONFIG_SYS_CLOCK_TICKS_PER_SEC,
        .task_start = task_start,
        .task_join = task_join,
        .sleep = sleep_us,
        .strict_priorities = true,
        .interrupt_after = interrupt_after,
        .log_taken = log_capture_taken,
        .run_expendable = run_expendable,
        .wiring = devices_prepare(&platform),
    };
    ARG_UNUSED(unused_0);
    ARG_UNUSED(unused_1);
    ARG_UNUSED(unused_2);
    (void)conformance_run(&port);
#ifdef CONFIG_THREAD_MONITOR
    k_thread_foreach(print_stack, NULL);
#endif
}

/* Where no real-time clock has told it. */
static void set_time_of_day(void)
{
    static const struct timespec begun = { .tv_sec = 1767323045 };
    if (!IS_ENABLED(CONFIG_SAMPAN_WALL_RTC)) {
        __ASSERT(platform.wall_us(platform.ctx) == 0, "a time of day that nobody has set is known");
        (void)sys_clock_settime(SYS_CLOCK_REALTIME, &begun);
    }
}

int main(void)
{
    platform = *sampan_zephyr_platform();
    set_time_of_day();
#ifdef CONFIG_ARCH_POSIX
    platform.now_us = now_us_taking_time;
#endif
    (void)k_thread_create(&suite_thread, memory.suite_stack, STACK_LEN, run_suite, NULL, NULL, NULL, SUITE_PRIORITY, 0,
                          K_NO_WAIT);
    (void)k_thread_name_set(&suite_thread, "suite");
    (void)k_thread_join(&suite_thread, K_FOREVER);
    return 0;
}
