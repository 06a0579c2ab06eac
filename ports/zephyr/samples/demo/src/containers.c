/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An oven that a useful container heats and another one prints, a beat that a third one waits for, and what is done
 * to programs that behave as the rogues of guests/ do.
 */
#include "containers.h"

#include <string.h>

#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

enum { REASON_LEN = 64, BEAT_MS = 10, ROGUE_MEMORY_LIMIT = 24 * 1024 };

struct guest {
    const char *name; /* of its image too */
    uint32_t memory_limit;
    bool rogue;
    uint8_t state; /* in which the demonstration finds it */
    uint8_t exit_kind;
    int32_t exit_code;
};

static const struct guest guests[] = {
    { "control", 0, false, SAMPAN_CONTAINER_STATE_RUNNING, SAMPAN_EXIT_KIND_NONE, 0 },
    { "printer", 0, false, SAMPAN_CONTAINER_STATE_RUNNING, SAMPAN_EXIT_KIND_NONE, 0 },
    { "waiter", 0, false, SAMPAN_CONTAINER_STATE_RUNNING, SAMPAN_EXIT_KIND_NONE, 0 },
    { "rogue-loop", 0, true, SAMPAN_CONTAINER_STATE_RUNNING, SAMPAN_EXIT_KIND_NONE, 0 },
    { "rogue-write", 0, true, SAMPAN_CONTAINER_STATE_FAULTED, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS },
    { "rogue-recursion", 0, true, SAMPAN_CONTAINER_STATE_FAULTED, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_STACK_OVERFLOW },
    { "rogue-memory", ROGUE_MEMORY_LIMIT, true, SAMPAN_CONTAINER_STATE_FAULTED, SAMPAN_EXIT_KIND_TRAPPED,
      SAMPAN_TRAP_KIND_UNREACHABLE },
};

static int32_t temperature_mc = 20000;
static int32_t setpoint_mc = 20000;
static struct sampan_runtime *runtime;
static uint32_t beats; /* of the timer's interrupt alone */

/* The parked call, in two words that only the lock's holder and the interrupt use: full while `has_waiter`. */
static uint64_t waiter;
static atomic_t has_waiter;

static int32_t oven_temperature(void *ctx, struct sampan_call *call, uint64_t *values)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(call);
    temperature_mc += (setpoint_mc - temperature_mc) / 8; /* an oven that is read warms up by an eighth */
    values[0] = (uint32_t)temperature_mc;
    return SAMPAN_STATUS_OK;
}

static int32_t oven_set_setpoint(void *ctx, struct sampan_call *call, uint64_t *values)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(call);
    setpoint_mc = (int32_t)values[0];
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

/* Answered by the next beat. One container may wait at a time. */
static int32_t oven_next_beat(void *ctx, struct sampan_call *call, uint64_t *values)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(values);
    if (atomic_get(&has_waiter) != 0) {
        return SAMPAN_STATUS_BUSY;
    }
    sampan_status status = sampan_call_defer(call, &waiter);
    if (status != SAMPAN_STATUS_OK) {
        return status;
    }
    (void)atomic_set(&has_waiter, 1);
    return SAMPAN_STATUS_PENDING;
}

static void on_beat(struct k_timer *timer)
{
    ARG_UNUSED(timer);
    if (atomic_get(&has_waiter) != 0) {
        uint64_t token = waiter;
        (void)atomic_set(&has_waiter, 0);
        beats++;
        (void)sampan_call_complete(runtime, token, beats);
    }
}

static K_TIMER_DEFINE(beat, on_beat, NULL);

bool containers_offer(struct sampan_runtime *rt)
{
    static const struct sampan_host_function functions[] = {
        { sizeof functions[0], "oven", "temperature", "()i", oven_temperature, NULL, NULL },
        { sizeof functions[0], "oven", "set-setpoint", "(i)i", oven_set_setpoint, NULL, NULL },
        { sizeof functions[0], "oven", "next-beat", "()i", oven_next_beat, NULL, NULL },
    };
    bool offered = true;
    runtime = rt;
    for (size_t idx = 0; idx < ARRAY_SIZE(functions); idx++) {
        offered &= sampan_host_register(rt, &functions[idx]) == SAMPAN_STATUS_OK;
    }
    k_timer_start(&beat, K_MSEC(BEAT_MS), K_MSEC(BEAT_MS));
    return offered;
}

static sampan_status create(struct sampan_runtime *rt, const char *name, uint32_t memory_limit, uint32_t *out_id)
{
    const struct sampan_zephyr_image *image = sampan_zephyr_image_find(name);
    const struct sampan_container_options options = {
        .size = sizeof options,
        .permissions = permissions,
        .permissions_len = sizeof permissions / sizeof permissions[0],
        .name = name,
        .memory_limit = memory_limit,
    };
    if (image == NULL) {
        return SAMPAN_STATUS_NOT_FOUND;
    }
    return sampan_container_create(rt, image->bytes, image->len, &options, out_id);
}

bool containers_start(struct sampan_runtime *rt)
{
    bool started = true;
    uint32_t id;
    for (size_t idx = 0; idx < ARRAY_SIZE(guests); idx++) {
        sampan_status status = create(rt, guests[idx].name, guests[idx].memory_limit, &id);
        if (status == SAMPAN_STATUS_OK) {
            status = sampan_container_start(rt, id);
        }
        if (status != SAMPAN_STATUS_OK) {
            printk("%s: %s\n", guests[idx].name, sampan_status_text(status));
            started = false;
        }
    }
    sampan_status status = create(rt, "rogue-import", 0, &id);
    printk("container name=rogue-import state=refused exit=\"%s\"\n", sampan_status_text(status));
    return started && status == SAMPAN_STATUS_UNKNOWN_IMPORT;
}

/* Prints what became of one, ends it if it runs, and removes it. */
static bool report(struct sampan_runtime *rt, const struct guest *guest)
{
    char reason[REASON_LEN];
    uint32_t id;
    struct sampan_container_status status = { .size = sizeof status };
    struct sampan_container_stats stats = { .size = sizeof stats };
    if (sampan_container_find(rt, guest->name, strlen(guest->name), &id) != SAMPAN_STATUS_OK ||
        sampan_container_status(rt, id, &status) != SAMPAN_STATUS_OK ||
        sampan_container_stats(rt, id, &stats) != SAMPAN_STATUS_OK) {
        printk("container name=%s is not there\n", guest->name);
        return false;
    }
    (void)sampan_exit_text(status.exit_kind, status.exit_code, reason, sizeof reason);
    printk("container name=%s state=%s exit=\"%s\" activations=%u host_calls=%u cpu_us=%u longest_us=%u memory_peak=%u\n",
           guest->name, sampan_state_text(status.state), reason, (unsigned int)stats.activations,
           (unsigned int)stats.host_calls, (unsigned int)stats.cpu_us, (unsigned int)stats.longest_us,
           (unsigned int)stats.memory_peak);
    bool as_expected = status.state == guest->state && status.exit_kind == guest->exit_kind &&
                       status.exit_code == guest->exit_code && (guest->rogue || stats.host_calls > 1);
    if (status.state == SAMPAN_CONTAINER_STATE_RUNNING) {
        as_expected &= sampan_container_kill(rt, id) == SAMPAN_STATUS_OK;
    }
    return (sampan_container_remove(rt, id) == SAMPAN_STATUS_OK) && as_expected;
}

bool containers_report(struct sampan_runtime *rt)
{
    bool as_expected = true;
    k_timer_stop(&beat);
    for (size_t idx = 0; idx < ARRAY_SIZE(guests); idx++) {
        as_expected &= report(rt, &guests[idx]);
    }
    return as_expected;
}
