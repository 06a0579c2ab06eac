/* SPDX-License-Identifier: Apache-2.0 */
#include "periodic.h"

#include "board.h"

/* When the newest tick began, by the board's counter, and which one it was. */
static volatile uint32_t tick_at;
static volatile TickType_t tick_count;

void periodic_tick(void)
{
    tick_at = board_ticks();
    tick_count = xTaskGetTickCountFromISR();
}

/* Counts of the board since tick number `due` began. */
static uint32_t late_ticks(TickType_t due)
{
    taskENTER_CRITICAL();
    uint32_t since = board_ticks() - tick_at;
    TickType_t ticks = tick_count - due;
    taskEXIT_CRITICAL();
    return ticks * (board_ticks_hz() / configTICK_RATE_HZ) + since;
}

static void run(void *ctx)
{
    struct periodic *periodic = ctx;
    TickType_t due = xTaskGetTickCount();
    for (;;) {
        xTaskDelayUntil(&due, periodic->period_ticks);
        uint32_t late = late_ticks(due);
        if (late > periodic->late_most_ticks) {
            periodic->late_most_ticks = late;
        }
        periodic->step();
        periodic->steps++;
    }
}

void periodic_start(struct periodic *periodic)
{
    periodic->task = xTaskCreateStatic(run, periodic->name, PERIODIC_STACK_WORDS, periodic, periodic->priority,
                                       periodic->stack, &periodic->storage);
}

void periodic_read(struct periodic *periodic, struct periodic_report *out_report, bool restart)
{
    uint32_t counts_per_us = board_ticks_hz() / 1000000;
    taskENTER_CRITICAL();
    out_report->steps = periodic->steps;
    out_report->late_most_us = periodic->late_most_ticks / counts_per_us;
    if (restart) {
        periodic->steps = 0;
        periodic->late_most_ticks = 0;
    }
    taskEXIT_CRITICAL();
    out_report->stack_unused = uxTaskGetStackHighWaterMark(periodic->task) * sizeof(StackType_t);
}
