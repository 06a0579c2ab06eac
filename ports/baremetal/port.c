/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port of Sampan for firmware without an operating system.
 *
 * One thread of control and its interrupts: so the lock never waits, it only refuses who must not be
 * there. Knows no board; board.h is the board's, arch.h tells Cortex-M from RISC-V.
 */
#include "sampan_baremetal.h"

#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

#include "arch.h"
#include "board.h"
#include "port.h"

static const uint32_t ALARM_MAX_TICKS = UINT32_MAX / 2;

static const uint32_t US_PER_S = 1000000;

static volatile bool wake_requested;
static bool lock_held;
static jmp_buf *volatile poll_recovery;

/* Extends the counter to 64 bits. Interrupts are masked so that no reader sees half of the state. */
static uint64_t ticks_extended(void)
{
    static uint32_t wraps;
    static uint32_t last_ticks;
    uint32_t masked = arch_interrupts_mask();
    uint32_t ticks = board_ticks();
    if (ticks < last_ticks) {
        wraps++;
    }
    last_ticks = ticks;
    uint64_t extended = (uint64_t)wraps << 32 | ticks;
    arch_interrupts_restore(masked);
    return extended;
}

static uint64_t port_now_us(void *ctx)
{
    (void)ctx;
    uint64_t ticks = ticks_extended();
    uint32_t hz = board_ticks_hz();
    if (hz % US_PER_S == 0) {
        return ticks / (hz / US_PER_S);
    }
    /* Seconds apart, since ticks times a million would overflow in days. */
    uint64_t seconds = ticks / hz;
    return seconds * US_PER_S + (ticks - seconds * hz) * US_PER_S / hz;
}

static int32_t port_lock(void *ctx)
{
    (void)ctx;
    if (arch_in_interrupt() || lock_held) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    lock_held = true;
    return SAMPAN_STATUS_OK;
}

static void port_unlock(void *ctx)
{
    (void)ctx;
    lock_held = false;
}

static void port_wake(void *ctx)
{
    (void)ctx;
    wake_requested = true;
    arch_send_event();
}

static int32_t port_entropy(void *ctx, uint8_t *buf, size_t len)
{
    (void)ctx;
    return board_entropy(buf, len) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

static void port_log(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t line_len)
{
    static const char letters[] = "?EWID";
    char prefix[] = "[?] ";
    (void)ctx;
    prefix[1] = level < sizeof letters - 1 ? letters[level] : '?';
    board_put(prefix, sizeof prefix - 1);
    board_put(source, source_len);
    board_put(": ", 2);
    board_put(line, line_len);
    board_put("\n", 1);
}

static void port_fatal(void *ctx, const char *message, size_t len)
{
    static const char source[] = "sampan";
    jmp_buf *recovery = poll_recovery;
    if (recovery == NULL || arch_in_interrupt()) {
        board_fatal(message, len);
    }
    port_log(ctx, 1, source, sizeof source - 1, message, len);
    longjmp(*recovery, 1);
}

const struct sampan_platform *sampan_baremetal_platform(void)
{
    static const struct sampan_platform platform = {
        .size = sizeof platform,
        .now_us = port_now_us,
        .lock = port_lock,
        .unlock = port_unlock,
        .wake = port_wake,
        .entropy = port_entropy,
        .log = port_log,
        .fatal = port_fatal,
    };
    return &platform;
}

sampan_status sampan_baremetal_init(void *arena, size_t arena_len, struct sampan_runtime **out_runtime)
{
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = arena,
        .arena_len = arena_len,
        .platform = sampan_baremetal_platform(),
    };
    return sampan_runtime_init(&config, out_runtime);
}

sampan_status sampan_baremetal_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us)
{
    jmp_buf recovery;
    if (arch_in_interrupt() || poll_recovery != NULL) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    arch_save_callers_floats();
    if (setjmp(recovery) != 0) {
        poll_recovery = NULL;
        lock_held = false;
        return SAMPAN_STATUS_INTERNAL;
    }
    poll_recovery = &recovery;
    sampan_status status = sampan_runtime_poll(rt, out_deadline_us);
    poll_recovery = NULL;
    return status;
}

uint32_t port_ticks_until(uint64_t deadline_us)
{
    uint64_t now_us = port_now_us(NULL);
    if (deadline_us <= now_us) {
        return 0;
    }
    uint64_t left_us = deadline_us - now_us;
    uint32_t hz = board_ticks_hz();
    if (left_us >= (uint64_t)ALARM_MAX_TICKS * US_PER_S / hz) {
        return ALARM_MAX_TICKS;
    }
    return (uint32_t)((left_us * hz + US_PER_S - 1) / US_PER_S);
}

void sampan_baremetal_wait(uint64_t deadline_us)
{
    /* Masked from the question to the sleep: an interrupt in between stays pending and ends the sleep. */
    uint32_t masked = arch_interrupts_mask();
    uint32_t ticks = port_ticks_until(deadline_us);
    if (!wake_requested && ticks > 0) {
        board_alarm_start(ticks);
        arch_wait_for_interrupt();
        board_alarm_stop();
    }
    wake_requested = false;
    arch_interrupts_restore(masked);
}
