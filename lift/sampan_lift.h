/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of native code into a library that was lifted into a container.
 *
 * `sampan lift` makes two C files of a description: a shim with the library's own functions, which firmware
 * links in the library's place, and the container's program around the library. A call of the shim is handed to
 * the container with copies of what its pointers point to, and comes back with copies of what the library wrote.
 * If the library traps, runs over its time or ends, the call fails with the value that the description gives, the
 * container is started anew, and nothing else in the firmware has noticed.
 *
 * One call at a time: firmware that calls from several tasks puts a mutex of its own around them.
 */
#ifndef SAMPAN_LIFT_H
#define SAMPAN_LIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampan.h"

#ifdef __cplusplus
#include <atomic>
typedef std::atomic_uint sampan_lift_flag;
extern "C" {
#else
#include <stdatomic.h>
typedef atomic_uint sampan_lift_flag;
#endif

/* Parameters of one function, at most. */
#define SAMPAN_LIFT_MAX_VALUES 12

/* What a pointer among the parameters points to. */
struct sampan_lift_buffer {
    const void *in;       /* what the library reads there; NULL: nothing */
    void *out;            /* where what it wrote goes; NULL: nowhere */
    int64_t len;          /* bytes; a call with less than 0, or more than fits, fails */
    uint8_t value;        /* which parameter it is */
};

/* How a library's container is run, and how its callers wait. Zero the struct, then set the members. */
struct sampan_lift_options {
    struct sampan_runtime *runtime;                    /* in service as long as the library is called; not NULL */
    const uint8_t *image;                              /* the container; readable as long as it lives; not NULL */
    size_t image_len;
    const struct sampan_container_options *container;  /* NULL: defaults */
    uint64_t (*now_us)(void *ctx);                     /* the platform's clock; not NULL */
    /*
     * Waits for progress of the containers, until `deadline_us` at the latest: polls the runtime in a superloop, takes a
     * semaphore on an RTOS. May return early. Called by the task that calls the library; not NULL.
     */
    void (*wait)(void *ctx, uint64_t deadline_us);
    /* Ends `wait`, on an RTOS. Called by the task that polls, the runtime's lock held. NULL: nothing to do. */
    void (*signal)(void *ctx);
    void *ctx;                                         /* handed back to the three */
    uint32_t limit_us;                                 /* how long one call may take; 0: one second */
};

/* A lifted library. The shim has it; its members are its own. */
struct sampan_lift {
    const char *module;          /* import module of its two host functions */
    uint32_t buffer_len;         /* bytes in the container for what the pointers point to */
    struct sampan_lift_options options;
    uint32_t container;
    uint64_t token;              /* of the call in which the container waits for work */
    uint32_t values_at, buffer_at;
    bool is_calling;             /* a call is under way */
    struct sampan_lift_buffer *buffers;  /* its */
    uint32_t buffers_len;
    uint64_t result;
    sampan_lift_flag is_ready, is_done;
};

/*
 * Registers the library's two host functions, creates its container and starts it. Once for each runtime; the
 * options are copied.
 *
 * Returns what sampan_host_register, sampan_container_create and sampan_container_start return, or
 * SAMPAN_STATUS_NULL_POINTER. Thread context; takes the runtime's lock.
 */
sampan_status sampan_lift_start(struct sampan_lift *lift, const struct sampan_lift_options *options);

/*
 * Has the container carry out a function: the shim's half of each call.
 *
 * `values` are the parameters, those that `buffers` name excepted. Returns true with `out_result`; false if the library
 * was not started, has trapped, ended, or run over its time, or if the buffers don't fit: then nothing was
 * written to them. Thread context, not from a callback of the runtime; blocks for `limit_us` at most, and for
 * a slice of a container more.
 */
bool sampan_lift_call(struct sampan_lift *lift, uint32_t function, uint64_t *values, uint32_t values_len,
                      struct sampan_lift_buffer *buffers, uint32_t buffers_len, uint64_t *out_result);

#ifdef __cplusplus
}
#endif

#endif
