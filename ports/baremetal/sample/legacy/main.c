/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oven firmware: a PI control loop at 100 Hz, a console, a heartbeat from a timer interrupt.
 *
 * A superloop without an operating system. The interrupt only counts beats; the loop takes them up, steps
 * the controller, serves the console and sleeps.
 */
#include "firmware.h"

#include "board.h"
#include "console.h"
#include "controller.h"
#include "heartbeat.h"
#include "plant.h"
#include "print.h"

static struct firmware_loop_report loop;

static void control_step(uint32_t expired_ticks)
{
    uint32_t late_ticks = board_ticks() - expired_ticks;
    if (late_ticks > loop.late_most_ticks) {
        loop.late_most_ticks = late_ticks;
    }
    loop.steps++;
    uint32_t duty_permille = controller_step(HEARTBEAT_PERIOD_MS, plant_temperature_mc());
    plant_step(HEARTBEAT_PERIOD_MS, duty_permille);
}

void firmware_loop_read(struct firmware_loop_report *out_report, bool restart)
{
    *out_report = loop;
    if (restart) {
        loop.late_most_ticks = 0;
    }
}

void firmware_round(void)
{
    uint32_t expired_ticks;
    while (heartbeat_take(&expired_ticks)) {
        control_step(expired_ticks);
    }
    console_poll();

    /* Masked from the question to the sleep, so that a beat in between isn't slept through. */
    uint32_t masked = arch_interrupts_mask();
    if (!heartbeat_pending()) {
        arch_wait_for_interrupt();
    }
    arch_interrupts_restore(masked);
}

int main(void)
{
    plant_init();
    controller_init();
    console_init();
    heartbeat_start();
    print("oven firmware ready\n");
    for (;;) {
        firmware_round();
    }
}
