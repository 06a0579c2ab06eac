/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampan on FreeRTOS: the runtime has a task of its own, and sleeps in it until there is something to do.
 *
 * Nothing is allocated but what firmware gives: one block of memory, whose start is the stack of that task and the
 * rest the arena. Firmware that would rather poll in a task of its own leaves sampan_freertos_start out and uses
 * sampan_freertos_platform, _poll and _wait. One core; tasks are privileged.
 */
#ifndef SAMPAN_FREERTOS_H
#define SAMPAN_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#include "FreeRTOS.h"

#include "sampan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stack of the runtime's task in bytes, where nobody says otherwise: the library's part, and 1 KB for host functions. */
#define SAMPAN_FREERTOS_STACK_LEN 6144u

/* What the board gives the port. Zero the struct, then set the members; each may stay NULL. Kept by reference. */
struct sampan_freertos_hooks {
    /*
     * A counter that runs freely, counts up, wraps at 2^32 and counts while the core sleeps. Any context. NULL: time
     * is as fine as the tick.
     */
    uint32_t (*counter)(void);
    /* Its frequency. */
    uint32_t counter_hz;
    /* Fills `buf` with random bytes; 0 on success. Thread context. NULL: containers get none, and are told so. */
    int32_t (*entropy)(uint8_t *buf, size_t len);
    /* Takes a line of the log, its end included. Thread context; should not block. NULL: there is no log. */
    void (*put)(const char *text, size_t len);
    /*
     * Told of a defect of the runtime, in the task that met it. If that is another one than the runtime's, say one that
     * created a container, it's held for ever once this returns; so reset the system here if it can't be spared.
     */
    void (*fatal)(const char *message, size_t len);
    /* What containers may be granted; each as in struct sampan_platform, and nothing if it stays NULL. */
    uint64_t (*wall_us)(void *ctx);
    const struct sampan_device *devices;
    size_t devices_len;
    const struct sampan_flash *flash;
    const struct sampan_net *net;
};

/* What the owner of the runtime's task decides. Zero the struct, then set `size` and the members. */
struct sampan_freertos_config {
    /* sizeof(struct sampan_freertos_config) as the caller compiled it. */
    uint32_t size;
    /* The task's stack, and behind it the arena. Any alignment; theirs until sampan_freertos_stop. Not NULL. */
    void *memory;
    size_t memory_len;
    /* Bytes of it that are stack. 0: SAMPAN_FREERTOS_STACK_LEN. */
    uint32_t stack_len;
    /* Of the task: best below everything with a deadline. */
    UBaseType_t priority;
    /*
     * Ticks that the task works on end while containers never rest; then it leaves the core to tasks of lower
     * priority for one tick at least. 0: 9. UINT32_MAX: it never does, and they starve.
     */
    uint32_t busy_ticks;
    /* Not NULL; see there. */
    const struct sampan_freertos_hooks *hooks;
    /* The rest of what the library asks; its arena and platform are the port's to set. NULL: defaults. */
    const struct sampan_config *runtime;
};

/* What is to run in the runtime's task. */
typedef sampan_status sampan_freertos_function(void *ctx);

/*
 * Makes a runtime and its task. Callable before the scheduler is started, and again after sampan_freertos_stop.
 *
 * Returns what sampan_runtime_init does; SAMPAN_STATUS_NULL_POINTER, _INVALID_ARGUMENT for a stack or a `size` too
 * small, _WRONG_STATE if there is one already. Thread context.
 */
sampan_status sampan_freertos_start(const struct sampan_freertos_config *config, struct sampan_runtime **out_runtime);

/*
 * Ends the runtime and its task, also those that a defect has ended before; their memory is the caller's again.
 * Returns SAMPAN_STATUS_OK, _WRONG_STATE if there is none, _WRONG_CONTEXT from the runtime's own task. Waits
 * for the slice or the load that is under way. Thread context; the scheduler runs.
 */
sampan_status sampan_freertos_stop(void);

/*
 * Runs `function` in the runtime's task, between two polls, and returns what it does. For tasks whose stack is too
 * small to create a container, or lies above the arena (see docs/integrate-freertos.md). Calls from several tasks
 * take turns. From the runtime's own task it just calls. SAMPAN_STATUS_WRONG_STATE if there is no task,
 * _INTERNAL if it ends before it gets to it. Thread context; the scheduler runs.
 */
sampan_status sampan_freertos_call(sampan_freertos_function *function, void *ctx);

/* Bytes of the runtime's task's stack that were never used; 0 if there is no task. Thread context. */
size_t sampan_freertos_stack_unused(void);

/* ---- for firmware that polls in a task of its own ---- */

/*
 * The platform to put in struct sampan_config. `hooks`: kept by reference. Thread context. The arena must lie above the
 * stacks of all tasks that poll or create containers, where the kernel checks stacks: see docs/integrate-freertos.md.
 */
const struct sampan_platform *sampan_freertos_platform(const struct sampan_freertos_hooks *hooks);

/*
 * sampan_runtime_poll, and a way back should the runtime meet a defect of its own: then SAMPAN_STATUS_INTERNAL, and
 * the runtime is of no use any more. One task at a time.
 */
sampan_status sampan_freertos_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us);

/*
 * Blocks the task until `deadline_us` or a wake of the runtime; returns at once if the deadline has passed or a wake came
 * since the last wait. SAMPAN_NEVER: no deadline. May return early: call it in a loop. Always the same task.
 */
void sampan_freertos_wait(uint64_t deadline_us);

/* Before that task is deleted: wakes no longer go to it. Thread context. */
void sampan_freertos_detach(void);

#ifdef __cplusplus
}
#endif

#endif
