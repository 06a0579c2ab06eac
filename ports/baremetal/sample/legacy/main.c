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

#ifdef WITH_SAMPAN
#include "demo.h"
#include "images.h"
#include "sampan_baremetal.h"

static uint8_t arena[112 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;

static int32_t host_get(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    values[0] = (uint32_t)plant_temperature_mc();
    return SAMPAN_STATUS_OK;
}

static int32_t host_set(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    values[0] = !controller_set_setpoint_mc((int32_t)values[0]);
    return SAMPAN_STATUS_OK;
}

static const struct sampan_host_function oven_get = { sizeof oven_get, "oven", "temperature", "()i", host_get, NULL, NULL };
static const struct sampan_host_function oven_set = { sizeof oven_set, "oven", "set-setpoint", "(i)i", host_set, NULL, NULL };
#endif

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
#ifdef WITH_SAMPAN
    uint64_t deadline_us = UINT64_MAX;
    sampan_baremetal_poll(runtime, &deadline_us);
#endif

    /* Masked from the question to the sleep, so that a beat in between isn't slept through. */
    uint32_t masked = arch_interrupts_mask();
    if (!heartbeat_pending()) {
#ifdef WITH_SAMPAN
        sampan_baremetal_wait(deadline_us);
#else
        arch_wait_for_interrupt();
#endif
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
#ifdef WITH_SAMPAN
    const struct sampan_container_options options = { .size = sizeof options, .name = "control",
                                                      .permissions = (const char *const[]){ "clock", "log" }, .permissions_len = 2 };
    uint32_t id;
    bool started = !sampan_baremetal_init(arena, sizeof arena, &runtime) && !sampan_host_register(runtime, &oven_get) &&
                   !sampan_host_register(runtime, &oven_set) &&
                   !sampan_container_create(runtime, SAMPLE_IMAGE(control), &options, &id) &&
                   !sampan_container_start(runtime, id);
    print("containers: %s\n", started ? "started" : "not started");
#ifdef WITH_DEMO
    demo_run(&(const struct demo_firmware){ &runtime, arena, sizeof arena, { &oven_get, &oven_set } });
#endif
#endif
    for (;;) {
        firmware_round();
    }
}
