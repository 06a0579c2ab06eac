/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sampan on Zephyr: one thread that runs containers on one arena.
 *
 * sampan_zephyr_init starts it with what Kconfig says; from then on sampan.h is all that an application
 * needs, from any thread in supervisor mode. Interrupt routines may call only what that header marks as ISR-safe, and
 * zero-latency ones nothing at all.
 */
#ifndef SAMPAN_ZEPHYR_H
#define SAMPAN_ZEPHYR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/iterable_sections.h>

#include "sampan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An image that is part of the firmware; the shell finds it by its name. */
struct sampan_zephyr_image {
    const char *name;
    const uint8_t *bytes;
    size_t len;
};

/* Makes an image known. CMake's sampan_add_image writes this. */
#define SAMPAN_ZEPHYR_IMAGE_DEFINE(symbol, image_name, image_bytes, image_len)                                         \
    const STRUCT_SECTION_ITERABLE(sampan_zephyr_image, symbol) = { image_name, image_bytes, image_len }

/*
 * Memory for a thread that polls by itself: members `stack` and `arena`, in this order. On Armv8-M the kernel
 * sets a thread's stack limit anew when it is switched to, so the engine's stack, which is part of the arena, must lie above
 * the thread's.
 */
#define SAMPAN_ZEPHYR_MEMORY_DEFINE(name, stack_len, arena_len)                                                        \
    static struct {                                                                                                    \
        K_KERNEL_STACK_MEMBER(stack, stack_len);                                                                       \
        uint8_t arena[arena_len] __aligned(8);                                                                         \
    } name __noinit

/* What an event is told to: see struct sampan_config. */
typedef void sampan_zephyr_event(void *ctx, const struct sampan_event *event);

/*
 * Initialises the runtime and starts its thread.
 *
 * `event` may be NULL; it is called on the runtime thread, with `event_ctx`. `out_runtime` is written on success only.
 * Returns what sampan_runtime_init does; SAMPAN_STATUS_WRONG_STATE too while the runtime is in service, and
 * SAMPAN_STATUS_WRONG_CONTEXT in an interrupt or on the runtime thread. After a defect ended the runtime this
 * may be called again. Thread context; waits for a runtime thread that is about to end.
 */
sampan_status sampan_zephyr_init(sampan_zephyr_event *event, void *event_ctx, struct sampan_runtime **out_runtime);

/*
 * Says whose signed images run, from the next sampan_zephyr_init on: `authority` is borrowed as in struct sampan_config; with
 * `signed_only` nothing else runs. NULL and false, as at the beginning: no signed image does. Thread context, while the runtime
 * isn't in service.
 */
void sampan_zephyr_authority(const struct sampan_authority *authority, bool signed_only);

/*
 * Ends the runtime thread and takes the runtime out of service; its containers are gone. No other call on it
 * is under way nor comes later. Returns SAMPAN_STATUS_OK, _WRONG_STATE if it isn't in service, or
 * _WRONG_CONTEXT as above. Thread context; waits for a slice at most.
 */
sampan_status sampan_zephyr_deinit(void);

/* The runtime that is in service, else NULL. Any context. */
struct sampan_runtime *sampan_zephyr_runtime(void);

/* The runtime thread, for its stack and its time; NULL before the first init. Any context. */
k_tid_t sampan_zephyr_thread(void);

/* The image of that name, NULL if there is none. Any context. */
const struct sampan_zephyr_image *sampan_zephyr_image_find(const char *name);

/* The platform to put in struct sampan_config, for a thread that polls by itself. Any context. */
const struct sampan_platform *sampan_zephyr_platform(void);

/*
 * Closes the sockets of all containers and waits until devices have answered what is under way: call it before
 * sampan_runtime_deinit, in a thread that polls by itself. Thread context, not the system's work queue.
 */
void sampan_zephyr_quiet(void);

/*
 * The wait between two polls: until `deadline_us`, a wake, or earlier. Returns at once if the deadline has passed or
 * a wake came since the last wait. For a thread that polls by itself.
 */
void sampan_zephyr_wait(uint64_t deadline_us);

#ifdef __cplusplus
}
#endif

#endif
