/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oven firmware that knows nothing of containers: a thread controls the temperature, main tells it every second.
 *
 * docs/integrate-zephyr.md shows what containers add to it, as a diff.
 */
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>

LOG_MODULE_REGISTER(oven, LOG_LEVEL_INF);

enum { AMBIENT_MC = 20000, STEP_MS = 10, REPORT_MS = 1000 };

static atomic_t temperature_mc = ATOMIC_INIT(AMBIENT_MC);
static atomic_t setpoint_mc = ATOMIC_INIT(40000);

/* Heats towards the setpoint, and loses a little to the room. */
static void control_run(void *unused_0, void *unused_1, void *unused_2)
{
    ARG_UNUSED(unused_0);
    ARG_UNUSED(unused_1);
    ARG_UNUSED(unused_2);
    for (;;) {
        int32_t now_mc = (int32_t)atomic_get(&temperature_mc);
        int32_t heating_mc = ((int32_t)atomic_get(&setpoint_mc) - now_mc) / 32;
        int32_t loss_mc = (now_mc - AMBIENT_MC) / 4096;
        (void)atomic_set(&temperature_mc, now_mc + heating_mc - loss_mc);
        k_msleep(STEP_MS);
    }
}

K_THREAD_DEFINE(control, 1024, control_run, NULL, NULL, NULL, 5, 0, 0);

int main(void)
{
    for (;;) {
        k_msleep(REPORT_MS);
        LOG_INF("setpoint %d mC, temperature %d mC", (int)atomic_get(&setpoint_mc), (int)atomic_get(&temperature_mc));
    }
}
