/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt-driven form: the port's platform with an unlock and a wake that make the exception pending, and the
 * exception's routine, which decides by the clock whether to poll or to set the alarm.
 *
 * The exception preempts main and never the other way round. So the lock that main may hold needs no masking: the
 * exception finds it held, leaves, and unlock makes it pending again. A storm of wakes costs an entry each, and no poll
 * before main has had its rest.
 */
#include "sampan_interrupt.h"

#include <stdbool.h>

#include "arch.h"
#include "board.h"
#include "port.h"
#include "sampan_baremetal.h"

/* Changed by main with interrupts masked, or by the exception. */
static struct sampan_runtime *volatile polled;
static volatile sampan_status last_status = SAMPAN_STATUS_OK;
static uint64_t deadline_us; /* when the next poll is due without a wake */
static uint64_t rest_until_us;
static uint32_t rest_us;

static volatile bool wake_requested;
static volatile bool lock_was_held; /* when the exception wanted it */

static uint64_t now_us(void)
{
    const struct sampan_platform *base = sampan_baremetal_platform();
    return base->now_us(base->ctx);
}

static void interrupt_unlock(void *ctx)
{
    sampan_baremetal_platform()->unlock(ctx);
    if (lock_was_held) {
        arch_exception_pend();
    }
}

static void interrupt_wake(void *ctx)
{
    wake_requested = true;
    sampan_baremetal_platform()->wake(ctx); /* for whoever polls and waits himself */
    arch_exception_pend();
}

const struct sampan_platform *sampan_interrupt_platform(void)
{
    static struct sampan_platform platform;
    if (platform.size == 0) {
        platform = *sampan_baremetal_platform();
        platform.unlock = interrupt_unlock;
        platform.wake = interrupt_wake;
    }
    return &platform;
}

void sampan_interrupt_start(struct sampan_runtime *rt, uint32_t least_rest_us)
{
    uint32_t masked = arch_interrupts_mask();
    polled = rt;
    last_status = SAMPAN_STATUS_OK;
    deadline_us = 0;
    rest_until_us = 0;
    rest_us = least_rest_us;
    arch_exception_prepare();
    arch_exception_pend();
    arch_interrupts_restore(masked);
}

sampan_status sampan_interrupt_stop(uint64_t *out_deadline_us)
{
    uint32_t masked = arch_interrupts_mask();
    polled = NULL;
    board_alarm_stop();
    if (out_deadline_us != NULL) {
        *out_deadline_us = deadline_us;
    }
    arch_interrupts_restore(masked);
    return last_status;
}

sampan_status sampan_interrupt_status(void)
{
    return last_status;
}

void sampan_interrupt_wait(void)
{
    uint32_t masked = arch_interrupts_mask();
    if (polled != NULL && (wake_requested || deadline_us <= now_us())) {
        rest_until_us = 0;
        arch_exception_pend();
    } else {
        arch_wait_for_interrupt();
    }
    arch_interrupts_restore(masked);
}

/* The board's: its alarm has come. */
void board_alarm_expired(void)
{
    arch_exception_pend();
}

/* When the exception has something to do at the earliest. */
static uint64_t due_us(void)
{
    uint64_t wanted_us = wake_requested ? 0 : deadline_us;
    return wanted_us > rest_until_us ? wanted_us : rest_until_us;
}

static void poll_once(void)
{
    wake_requested = false; /* what comes from here on is seen by the poll, or has the next one made */
    sampan_status status = sampan_baremetal_poll(polled, &deadline_us);
    rest_until_us = now_us() + rest_us;
    if (status != SAMPAN_STATUS_OK) {
        polled = NULL;
        last_status = status;
    }
}

/* Whether main is in a call. It can't begin one before the exception ends. */
static bool main_holds_lock(void)
{
    const struct sampan_platform *base = sampan_baremetal_platform();
    lock_was_held = base->lock(base->ctx) != SAMPAN_STATUS_OK;
    if (!lock_was_held) {
        base->unlock(base->ctx);
    }
    return lock_was_held;
}

void sampan_interrupt_serve(void)
{
    if (polled == NULL || main_holds_lock()) {
        return;
    }
    if (due_us() <= now_us()) {
        poll_once();
    }
    if (polled != NULL) {
        /* At least a tick, or the alarm would come before main gets on. */
        uint32_t ticks = port_ticks_until(due_us());
        board_alarm_start(ticks > 0 ? ticks : 1);
    }
}
