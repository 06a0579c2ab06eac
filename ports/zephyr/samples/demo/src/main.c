/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Native threads with a period beside useful containers and all rogues at once: who keeps its period, how the rogues
 * end, that their memory comes back, and how much of each stack was used.
 *
 * The lines are made to be read by a program; the last one tells the result.
 */
#include "containers.h"
#include "natives.h"

enum { MEASURED_MS = 2000 };

static size_t arena_used(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    (void)sampan_runtime_stats(rt, &stats);
    return stats.arena_used;
}

static void print_arena(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    (void)sampan_runtime_stats(rt, &stats);
    printk("arena len=%u peak=%u engine_stack_len=%u engine_stack_peak=%u\n", (unsigned int)stats.arena_len,
           (unsigned int)stats.arena_peak, (unsigned int)stats.engine_stack_len, (unsigned int)stats.engine_stack_peak);
}

static void print_stack(const struct k_thread *thread, void *unused)
{
    size_t free_len = 0;
    ARG_UNUSED(unused);
    if (k_thread_stack_space_get(thread, &free_len) == 0) {
        printk("stack name=%s size=%u used=%u\n", k_thread_name_get((k_tid_t)thread),
               (unsigned int)thread->stack_info.size, (unsigned int)(thread->stack_info.size - free_len));
    }
}

static bool run(struct sampan_runtime *rt)
{
    bool passed = containers_offer(rt);
    size_t used_before = arena_used(rt);
    natives_start();
    passed &= containers_start(rt);
    natives_begin();
    (void)k_msleep(MEASURED_MS);
    passed &= natives_report();
    passed &= containers_report(rt);
    bool returned = arena_used(rt) == used_before;
    printk("memory returned=%s\n", returned ? "yes" : "no");
    print_arena(rt);
    k_thread_foreach(print_stack, NULL);
    return passed && returned;
}

int main(void)
{
    struct sampan_runtime *rt;
    sampan_status status = sampan_zephyr_init(NULL, NULL, &rt);
    if (status != SAMPAN_STATUS_OK) {
        printk("no runtime: %s\n", sampan_status_text(status));
    }
    bool passed = status == SAMPAN_STATUS_OK && run(rt);
    printk("demo result=%s\n", passed ? "passed" : "failed");
    return 0;
}
