/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port of Sampan for Zephyr: fills struct sampan_platform from kernel objects, all of them static.
 *
 * Knows no board and no container. The thread that polls is in runtime.c.
 */
#include "port.h"

#include <string.h>

#include <zephyr/drivers/entropy.h>
#include <zephyr/logging/log.h>
#include <zephyr/random/random.h>
#include <zephyr/sys/iterable_sections.h>
#include <zephyr/sys/util.h>

#ifdef CONFIG_SAMPAN_NET
#include "net/net.h"
#endif

LOG_MODULE_REGISTER(sampan, CONFIG_SAMPAN_LOG_LEVEL);

/* A wait no longer than this, so that no conversion to ticks overflows; then the runtime is polled once more. */
#define WAIT_MAX_US (24 * (uint64_t)3600 * USEC_PER_SEC)

static K_MUTEX_DEFINE(lock);
static K_SEM_DEFINE(wakes, 0, 1);

#ifdef CONFIG_TIMER_HAS_64BIT_CYCLE_COUNTER
static uint64_t cycles_extended(void)
{
    return k_cycle_get_64();
}
#else
/*
 * Extends the counter to 64 bits. How often it has wrapped since the last call is told by the ticks, which the kernel
 * counts anyway: so nothing has to read the counter once a wrap.
 */
static uint64_t cycles_extended(void)
{
    static struct k_spinlock guard;
    static uint64_t extended;
    static int64_t last_ticks;
    k_spinlock_key_t key = k_spin_lock(&guard);
    uint32_t cycles = k_cycle_get_32();
    int64_t ticks = k_uptime_ticks();
    uint32_t passed = cycles - (uint32_t)extended;
    uint64_t estimate = (uint64_t)(ticks - last_ticks) * sys_clock_hw_cycles_per_sec() / CONFIG_SYS_CLOCK_TICKS_PER_SEC;
    uint64_t wraps = estimate > passed ? (estimate - passed + BIT(31)) >> 32 : 0;
    extended += (wraps << 32) + passed;
    last_ticks = ticks;
    uint64_t result = extended;
    k_spin_unlock(&guard, key);
    return result;
}
#endif

uint64_t port_now_us(void *ctx)
{
    ARG_UNUSED(ctx);
    uint64_t cycles = cycles_extended();
    uint32_t hz = sys_clock_hw_cycles_per_sec();
    if (hz % USEC_PER_SEC == 0) {
        return cycles / (hz / USEC_PER_SEC);
    }
    /* Seconds apart, since cycles times a million would overflow in days. */
    uint64_t seconds = cycles / hz;
    return seconds * USEC_PER_SEC + (cycles - seconds * hz) * USEC_PER_SEC / hz;
}

static int32_t port_lock(void *ctx)
{
    ARG_UNUSED(ctx);
    /* Only the owner itself can see itself as the owner, so this needs no lock. */
    if (k_is_in_isr() || lock.owner == k_current_get()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    return k_mutex_lock(&lock, K_FOREVER) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

static void port_unlock(void *ctx)
{
    ARG_UNUSED(ctx);
    (void)k_mutex_unlock(&lock);
}

void port_wake(void *ctx)
{
    ARG_UNUSED(ctx);
    k_sem_give(&wakes);
}

static int32_t port_entropy(void *ctx, uint8_t *buf, size_t len)
{
    ARG_UNUSED(ctx);
#if defined(CONFIG_ENTROPY_HAS_DRIVER) && DT_HAS_CHOSEN(zephyr_entropy)
    const struct device *const source = DEVICE_DT_GET(DT_CHOSEN(zephyr_entropy));
    if (!device_is_ready(source)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    while (len > 0) {
        uint16_t part = (uint16_t)MIN(len, UINT16_MAX);
        if (entropy_get_entropy(source, buf, part) != 0) {
            return SAMPAN_STATUS_PLATFORM;
        }
        buf += part;
        len -= part;
    }
    return SAMPAN_STATUS_OK;
#elif defined(CONFIG_TEST_RANDOM_GENERATOR)
    sys_rand_get(buf, len);
    return SAMPAN_STATUS_OK;
#else
    ARG_UNUSED(buf);
    ARG_UNUSED(len);
    return SAMPAN_STATUS_PLATFORM; /* the build has warned of it */
#endif
}

/* Ends a text, which the logger wants. */
static void copy_text(char *out, size_t out_len, const char *text, size_t len)
{
    len = MIN(len, out_len - 1);
    memcpy(out, text, len);
    out[len] = '\0';
}

static void port_log(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t line_len)
{
    char name[SAMPAN_MAX_NAME + 1];
    char text[SAMPAN_MAX_LOG_LINE + 1];
    ARG_UNUSED(ctx);
    copy_text(name, sizeof name, source, source_len);
    copy_text(text, sizeof text, line, line_len);
    switch (level) {
    case SAMPAN_LOG_LEVEL_ERROR:
        LOG_ERR("%s: %s", name, text);
        break;
    case SAMPAN_LOG_LEVEL_WARNING:
        LOG_WRN("%s: %s", name, text);
        break;
    case SAMPAN_LOG_LEVEL_INFO:
        LOG_INF("%s: %s", name, text);
        break;
    default:
        LOG_DBG("%s: %s", name, text);
        break;
    }
}

/* Ends the thread that met the defect; the runtime thread, if that is another one, ends by itself. */
static void port_fatal(void *ctx, const char *message, size_t len)
{
    static const char source[] = "sampan";
    port_log(ctx, SAMPAN_LOG_LEVEL_ERROR, source, sizeof source - 1, message, len);
    if (k_is_in_isr()) {
        k_panic(); /* a promise broken by the caller: there is no thread to end */
    }
    runtime_failed();
    if (lock.owner == k_current_get()) {
        (void)k_mutex_unlock(&lock);
    }
    k_thread_abort(k_current_get());
    CODE_UNREACHABLE;
}

const struct sampan_platform *sampan_zephyr_platform(void)
{
    static struct sampan_platform platform = {
        .size = sizeof platform,
        .now_us = port_now_us,
        .lock = port_lock,
        .unlock = port_unlock,
        .wake = port_wake,
        .entropy = port_entropy,
        .log = port_log,
        .fatal = port_fatal,
        .wall_us = port_wall_us,
#ifdef CONFIG_SAMPAN_NET
        .net = &port_net,
#endif
    };
    STRUCT_SECTION_START_EXTERN(sampan_device);
    STRUCT_SECTION_COUNT(sampan_device, &platform.devices_len);
    platform.devices = STRUCT_SECTION_START(sampan_device);
    return &platform;
}

static void nothing(struct k_work *work)
{
    ARG_UNUSED(work);
}

/* Answers are handed on by the system's work queue, one after another: so a last one comes after them. */
void sampan_zephyr_quiet(void)
{
    static K_WORK_DEFINE(last, nothing);
    struct k_work_sync sync;
#ifdef CONFIG_SAMPAN_NET
    port_net_quiet();
#endif
    if (k_current_get() != k_work_queue_thread_get(&k_sys_work_q)) {
        (void)k_work_submit(&last);
        (void)k_work_flush(&last, &sync);
    }
}

void sampan_zephyr_wait(uint64_t deadline_us)
{
    k_timeout_t timeout = K_FOREVER;
    if (deadline_us != SAMPAN_NEVER) {
        uint64_t now_us = port_now_us(NULL);
        uint64_t left_us = deadline_us > now_us ? MIN(deadline_us - now_us, WAIT_MAX_US) : 0;
        timeout = K_TICKS((k_ticks_t)MIN(k_us_to_ticks_ceil64(left_us), (uint64_t)INT32_MAX / 2));
    }
    (void)k_sem_take(&wakes, timeout);
}
