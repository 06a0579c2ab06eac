/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <stdbool.h>

#include "board.h"

/* When the timer is wanted. The interrupt is masked where one of these changes. */
struct event {
    bool wanted;
    uint32_t at_ticks;
};

static struct event heartbeat;
static struct event alarm;
static uint32_t heartbeat_period_ticks;
static void (*heartbeat_isr)(uint32_t late_ticks);

/* Ticks until an event; 0 if it is due, UINT32_MAX if there is none. Events are less than half a wrap away. */
static uint32_t ticks_left(const struct event *event, uint32_t now_ticks)
{
    if (!event->wanted) {
        return UINT32_MAX;
    }
    int32_t left = (int32_t)(event->at_ticks - now_ticks);
    return left > 0 ? (uint32_t)left : 0;
}

static void timer_set(void)
{
    uint32_t now_ticks = board_ticks();
    uint32_t until_heartbeat = ticks_left(&heartbeat, now_ticks);
    uint32_t until_alarm = ticks_left(&alarm, now_ticks);
    board_timer_set(until_heartbeat < until_alarm ? until_heartbeat : until_alarm);
}

static void event_set(struct event *event, bool wanted, uint32_t at_ticks)
{
    uint32_t masked = arch_interrupts_mask();
    *event = (struct event){ wanted, at_ticks };
    timer_set();
    arch_interrupts_restore(masked);
}

void board_alarm_start(uint32_t ticks)
{
    event_set(&alarm, true, board_ticks() + ticks);
}

void board_alarm_stop(void)
{
    event_set(&alarm, false, 0);
}

void board_heartbeat_start(uint32_t hz, void (*isr)(uint32_t late_ticks))
{
    heartbeat_isr = isr;
    heartbeat_period_ticks = board_ticks_hz() / hz;
    event_set(&heartbeat, true, board_ticks() + heartbeat_period_ticks);
}

__attribute__((weak)) void board_alarm_expired(void)
{
}

void events_serve(void)
{
    uint32_t now_ticks = board_ticks();
    if (ticks_left(&alarm, now_ticks) == 0) {
        alarm.wanted = false; /* the interrupt alone ends a sleep */
        board_alarm_expired();
    }
    if (ticks_left(&heartbeat, now_ticks) == 0) {
        uint32_t late_ticks = now_ticks - heartbeat.at_ticks;
        heartbeat.at_ticks += heartbeat_period_ticks;
        heartbeat_isr(late_ticks);
    }
    timer_set();
}
