/* SPDX-License-Identifier: Apache-2.0 */
#include "heartbeat.h"

#include <stddef.h>

#include "board.h"

/* Written by the interrupt; the main loop reads them with interrupts masked. */
static volatile uint32_t beats;
static volatile uint32_t expired_ticks;
static volatile uint32_t late_least_ticks = UINT32_MAX;
static volatile uint32_t late_most_ticks;
static void (*volatile beat_routine)(void);

static uint32_t beats_taken;

static void beat(uint32_t late_ticks)
{
    expired_ticks = board_ticks() - late_ticks;
    beats++;
    if (late_ticks < late_least_ticks) {
        late_least_ticks = late_ticks;
    }
    if (late_ticks > late_most_ticks) {
        late_most_ticks = late_ticks;
    }
    if (beat_routine != NULL) {
        beat_routine();
    }
}

void heartbeat_start(void)
{
    board_heartbeat_start(HEARTBEAT_HZ, beat);
}

void heartbeat_notify(void (*routine)(void))
{
    beat_routine = routine;
}

bool heartbeat_pending(void)
{
    return beats != beats_taken;
}

bool heartbeat_take(uint32_t *out_expired_ticks)
{
    uint32_t masked = arch_interrupts_mask();
    bool pending = heartbeat_pending();
    if (pending) {
        /* Of beats that were missed, the oldest is reported as late as it is. */
        uint32_t missed = beats - beats_taken - 1;
        *out_expired_ticks = expired_ticks - missed * (board_ticks_hz() / HEARTBEAT_HZ);
        beats_taken++;
    }
    arch_interrupts_restore(masked);
    return pending;
}

void heartbeat_read(struct heartbeat_report *out_report, bool restart)
{
    uint32_t masked = arch_interrupts_mask();
    uint32_t least_ticks = late_least_ticks <= late_most_ticks ? late_least_ticks : late_most_ticks; /* none yet: 0 */
    *out_report = (struct heartbeat_report){ beats, least_ticks, late_most_ticks };
    if (restart) {
        late_least_ticks = UINT32_MAX;
        late_most_ticks = 0;
    }
    arch_interrupts_restore(masked);
}
