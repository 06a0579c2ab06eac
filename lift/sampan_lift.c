/* SPDX-License-Identifier: Apache-2.0 */
#include "sampan_lift.h"

#include <string.h>

/* Buffers begin at multiples of this, as malloc's would. */
#define ALIGNMENT 8u
#define DEFAULT_LIMIT_US 1000000u

static void signal(struct sampan_lift *lift)
{
    if (lift->options.signal != NULL) {
        lift->options.signal(lift->options.ctx);
    }
}

/* next(values, buffer): the container waits for a call. */
static int32_t next(void *ctx, struct sampan_call *call, uint64_t *values)
{
    struct sampan_lift *lift = ctx;
    lift->values_at = (uint32_t)values[0];
    lift->buffer_at = (uint32_t)values[1];
    sampan_call_defer(call, &lift->token);
    atomic_store(&lift->is_ready, 1);
    signal(lift);
    return SAMPAN_STATUS_PENDING;
}

static uint32_t aligned(int64_t len)
{
    return ((uint32_t)len + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* done(result): the container has carried out its call. What it wrote is fetched before its caller goes on. */
static int32_t done(void *ctx, struct sampan_call *call, uint64_t *values)
{
    struct sampan_lift *lift = ctx;
    uint8_t *bytes;
    if (!lift->is_calling) {
        return SAMPAN_STATUS_WRONG_STATE;
    }
    sampan_status status = sampan_call_slice(call, lift->buffer_at, lift->buffer_len, &bytes);
    if (status != SAMPAN_STATUS_OK) {
        return status;
    }
    for (uint32_t idx = 0; idx < lift->buffers_len; idx++) {
        const struct sampan_lift_buffer *buffer = &lift->buffers[idx];
        if (buffer->out != NULL) {
            memcpy(buffer->out, bytes, (size_t)buffer->len);
        }
        bytes += aligned(buffer->len);
    }
    lift->result = values[0];
    lift->is_calling = false;
    atomic_store(&lift->is_done, 1);
    signal(lift);
    return 0;
}

sampan_status sampan_lift_start(struct sampan_lift *lift, const struct sampan_lift_options *options)
{
    if (lift == NULL || options == NULL || options->now_us == NULL || options->wait == NULL) {
        return SAMPAN_STATUS_NULL_POINTER;
    }
    struct sampan_host_function function = {
        .size = sizeof function, .module = lift->module, .name = "next", .signature = "(ii)i", .call = next, .ctx = lift,
    };
    lift->options = *options;
    if (options->limit_us == 0) {
        lift->options.limit_us = DEFAULT_LIMIT_US;
    }
    lift->is_calling = false;
    atomic_store(&lift->is_ready, 0);
    sampan_status status = sampan_host_register(options->runtime, &function);
    if (status == SAMPAN_STATUS_OK) {
        function.name = "done";
        function.signature = "(I)";
        function.call = done;
        status = sampan_host_register(options->runtime, &function);
    }
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_container_create(options->runtime, options->image, options->image_len, options->container,
                                         &lift->container);
    }
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_container_start(options->runtime, lift->container);
    }
    if (status != SAMPAN_STATUS_OK) {
        lift->options.runtime = NULL;
    }
    return status;
}

static bool is_running(const struct sampan_lift *lift)
{
    struct sampan_container_status status = {.size = sizeof status};
    return sampan_container_status(lift->options.runtime, lift->container, &status) == SAMPAN_STATUS_OK &&
           status.state == SAMPAN_CONTAINER_STATE_RUNNING;
}

/* Waits for `flag`, as long as the container runs and there is time. */
static bool wait_for(struct sampan_lift *lift, sampan_lift_flag *flag, uint64_t deadline_us)
{
    while (!atomic_load(flag)) {
        if (!is_running(lift) || lift->options.now_us(lift->options.ctx) >= deadline_us) {
            return false;
        }
        lift->options.wait(lift->options.ctx, deadline_us);
    }
    return true;
}

/* Whether all that the pointers point to has a place in the container. */
static bool fits(const struct sampan_lift *lift, const struct sampan_lift_buffer *buffers, uint32_t buffers_len)
{
    int64_t left = lift->buffer_len;
    for (uint32_t idx = 0; idx < buffers_len; idx++) {
        if (buffers[idx].len < 0 || buffers[idx].len > left) {
            return false;
        }
        left -= aligned(buffers[idx].len);
    }
    return true;
}

/* Puts what the pointers point to into the container, one after the other. A NULL of the caller's stays one. */
static bool hand_over(struct sampan_lift *lift, uint64_t *values, const struct sampan_lift_buffer *buffers,
                      uint32_t buffers_len)
{
    uint32_t at = lift->buffer_at;
    for (uint32_t idx = 0; idx < buffers_len; idx++) {
        const struct sampan_lift_buffer *buffer = &buffers[idx];
        values[buffer->value] = buffer->in == NULL && buffer->out == NULL ? 0 : at;
        if (buffer->in != NULL && sampan_pending_write(lift->options.runtime, lift->token, at, buffer->in,
                                                       (size_t)buffer->len) != SAMPAN_STATUS_OK) {
            return false;
        }
        at += aligned(buffer->len);
    }
    return true;
}

static bool carry_out(struct sampan_lift *lift, uint32_t function, uint64_t *values, uint32_t values_len,
                      uint64_t deadline_us)
{
    struct sampan_runtime *rt = lift->options.runtime;
    atomic_store(&lift->is_ready, 0);
    return sampan_pending_write(rt, lift->token, lift->values_at, (const uint8_t *)values,
                                values_len * sizeof *values) == SAMPAN_STATUS_OK &&
           sampan_call_complete(rt, lift->token, function) == SAMPAN_STATUS_OK &&
           wait_for(lift, &lift->is_done, deadline_us);
}

bool sampan_lift_call(struct sampan_lift *lift, uint32_t function, uint64_t *values, uint32_t values_len,
                      struct sampan_lift_buffer *buffers, uint32_t buffers_len, uint64_t *out_result)
{
    /* What the caller got wrong is not the library's fault: it waits on. */
    if (lift->options.runtime == NULL || !fits(lift, buffers, buffers_len)) {
        return false;
    }
    uint64_t deadline_us = lift->options.now_us(lift->options.ctx) + lift->options.limit_us;
    if (wait_for(lift, &lift->is_ready, deadline_us) && hand_over(lift, values, buffers, buffers_len)) {
        lift->buffers = buffers;
        lift->buffers_len = buffers_len;
        lift->is_calling = true;
        atomic_store(&lift->is_done, 0);
        if (carry_out(lift, function, values, values_len, deadline_us)) {
            *out_result = lift->result;
            return true;
        }
    }
    /* From the kill on nothing of the container runs, so nothing is written to the caller's buffers any more. */
    sampan_container_kill(lift->options.runtime, lift->container);
    lift->is_calling = false;
    atomic_store(&lift->is_ready, 0);
    sampan_container_restart(lift->options.runtime, lift->container);
    return false;
}
