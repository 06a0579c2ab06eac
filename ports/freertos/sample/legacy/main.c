/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Oven firmware on FreeRTOS: a sensor task at 100 Hz, a control task at 50 Hz, telemetry at 20 Hz and a console.
 *
 * Every object is static; the kernel is built without a heap.
 */
#include "firmware.h"

#include <string.h>

#include "board.h"
#include "controller.h"
#include "plant.h"
#include "print.h"

#ifdef WITH_DEMO
#include "demo.h"
#endif

#ifdef WITH_SAMPAN
#include "images.h"
#include "sampan_freertos.h"

static uint8_t memory[200 * 1024];
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

static const char *const permissions[] = { "clock", "log" }; /* whatever is not listed is denied */
static const struct sampan_container_options permitted = { .size = sizeof permitted, .permissions = permissions,
                                                           .permissions_len = 2 };
static const struct sampan_host_function oven_get = { sizeof oven_get, "oven", "temperature", "()i", host_get, NULL, NULL };
static const struct sampan_host_function oven_set = { sizeof oven_set, "oven", "set-setpoint", "(i)i", host_set, NULL, NULL };
static const struct sampan_freertos_hooks hooks = { .counter = board_ticks, .counter_hz = configCPU_CLOCK_HZ, .entropy = board_entropy, .put = board_put };
#endif

enum {
    SENSOR_MS = 10,
    CONTROL_MS = 20,
    TELEMETRY_MS = 50,
    CONSOLE_MS = 20,
};

static volatile int32_t measured_mc;
static volatile int32_t reported_mc;

/* A first-order filter over what the sensor says. */
static void sensor_step(void)
{
    measured_mc += (plant_temperature_mc() - measured_mc) / 4;
}

static void control_step(void)
{
    plant_step(CONTROL_MS, controller_step(CONTROL_MS, measured_mc));
}

/* Where a product would put a message into a queue. */
static void telemetry_step(void)
{
    reported_mc = measured_mc;
}

static void console_step(void)
{
    switch (board_get()) {
    case 't':
        print("temperature_mc=%d setpoint_mc=%d\n", (int)reported_mc, (int)controller_setpoint_mc());
        break;
    case '?':
        print("t: temperature\n");
        break;
    default:
        break;
    }
}

struct periodic sensor = { .name = "sensor", .priority = 5, .period_ticks = SENSOR_MS, .step = sensor_step };
struct periodic control = { .name = "control", .priority = 3, .period_ticks = CONTROL_MS, .step = control_step };
struct periodic telemetry = { .name = "telemetry", .priority = 1, .period_ticks = TELEMETRY_MS, .step = telemetry_step };
struct periodic console = { .name = "console", .priority = 2, .period_ticks = CONSOLE_MS, .step = console_step };

int main(void)
{
#if defined(__riscv)
    extern void freertos_risc_v_trap_handler(void);
    arch_interrupts_mask();
    __asm volatile("csrw mtvec, %0" : : "r"(freertos_risc_v_trap_handler));
#endif
    plant_init();
    controller_init();
    print("oven firmware ready\n");
    periodic_start(&sensor);
    periodic_start(&control);
    periodic_start(&telemetry);
    periodic_start(&console);
#ifdef WITH_SAMPAN
    const struct sampan_freertos_config config = { .size = sizeof config, .memory = memory, .memory_len = sizeof memory,
                                                   .priority = 3, .hooks = &hooks };
    uint32_t id;
    bool started = !sampan_freertos_start(&config, &runtime) && !sampan_host_register(runtime, &oven_get) &&
                   !sampan_host_register(runtime, &oven_set) &&
                   !sampan_container_create(runtime, image_control, image_control_len, &permitted, &id) &&
                   !sampan_container_start(runtime, id);
    print("containers: %s\n", started ? "started" : "not started");
#ifdef WITH_DEMO
    demo_start(runtime);
#endif
#endif
    vTaskStartScheduler();
    return 1;
}
