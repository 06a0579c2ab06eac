/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How little it takes: a firmware that keeps a room, on a part with 32 KB of RAM or less, and what it has lifted out
 * into containers of 2 KB linear memory each. Runs for some seconds, looks at all of it, and ends.
 *
 * The archive has the packed engine alone, so an image is run where it lies and the poll runs on main's stack.
 */
#include <stdbool.h>
#include <string.h>

#include "board.h"
#include "board_config.h"
#include "images.h"
#include "print.h"
#include "sampan_baremetal.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

enum {
    BEAT_HZ = 100,
    RUN_BEATS = 400,
    LINEAR_LEN = 2048,
    STACK_PATTERN = 0x5a,
    STACK_UNPAINTED = 64, /* what painting uses itself */
    OUTSIDE_MC = 5000,
    HEATER_MC_A_BEAT = 250,
    ROOM_LOSS_BEATS = 100, /* the difference to outside would be gone after so many */
    WARM_MC = 20000,
    HOT_MC = 22000,
    LED_CHANGES_LEAST = RUN_BEATS / 11, /* one every 100 ms */
};

struct program {
    const char *name;
    const uint8_t *image;
    const uint32_t *image_len;
};

/* The first BOARD_SMALL_CONTAINERS of them run. */
static const struct program programs[] = {
    { "thermostat", image_thermostat, &image_thermostat_len },
    { "blink", image_blink, &image_blink_len },
    { "meter", image_meter, &image_meter_len },
};

_Static_assert(BOARD_SMALL_CONTAINERS <= sizeof programs / sizeof programs[0], "there is a program for each container");

static uint8_t arena[BOARD_SMALL_ARENA_LEN] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;
static uint32_t containers[BOARD_SMALL_CONTAINERS];

static volatile uint32_t beats;
static int32_t temperature_mc = 18000;
static bool heating;
static uint32_t led_changes;

static uint32_t checks_made;
static uint32_t checks_failed;

extern uint8_t __flash_used[], __flash_size[], __ram_used[], __ram_size[];
extern uint8_t __interrupt_stack_top[], __thread_stack_top[];

static void check(bool held, const char *what)
{
    checks_made++;
    if (!held) {
        checks_failed++;
        print("check failed: %s\n", what);
    }
}

static void beat(uint32_t late_ticks)
{
    (void)late_ticks;
    beats++;
}

static void room_step(void)
{
    temperature_mc += (heating ? HEATER_MC_A_BEAT : 0) - (temperature_mc - OUTSIDE_MC) / ROOM_LOSS_BEATS;
}

static int32_t host_temperature(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    values[0] = (uint32_t)temperature_mc;
    return SAMPAN_STATUS_OK;
}

static int32_t host_heat(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    heating = (uint32_t)values[0] != 0;
    return SAMPAN_STATUS_OK;
}

static int32_t host_led(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    board_led((uint32_t)values[0] != 0);
    led_changes++;
    return SAMPAN_STATUS_OK;
}

static const struct sampan_host_function functions[] = {
    { sizeof functions[0], "room", "temperature", "()i", host_temperature, NULL, NULL },
    { sizeof functions[0], "room", "heat", "(i)", host_heat, NULL, NULL },
    { sizeof functions[0], "board", "led", "(i)", host_led, NULL, NULL },
};

enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

static sampan_status containers_start(void)
{
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = arena,
        .arena_len = sizeof arena,
        .platform = sampan_baremetal_platform(),
        .max_containers = BOARD_SMALL_CONTAINERS,
        .max_host_functions = FUNCTIONS,
    };
    sampan_status status = sampan_runtime_init(&config, &runtime);
    for (size_t idx = 0; idx < FUNCTIONS && status == SAMPAN_STATUS_OK; idx++) {
        status = sampan_host_register(runtime, &functions[idx]);
    }
    for (size_t idx = 0; idx < BOARD_SMALL_CONTAINERS && status == SAMPAN_STATUS_OK; idx++) {
        const struct program *program = &programs[idx];
        const struct sampan_container_options options = { .size = sizeof options, .name = program->name,
                                                      .permissions = permissions, .permissions_len = sizeof permissions / sizeof permissions[0] };
        status = sampan_container_create(runtime, program->image, *program->image_len, &options, &containers[idx]);
        if (status == SAMPAN_STATUS_OK) {
            status = sampan_container_start(runtime, containers[idx]);
        }
    }
    return status;
}

/* The firmware as it was, but for the two calls of the port. */
static void firmware_run(void)
{
    uint32_t beats_taken = 0;
    while (beats_taken < RUN_BEATS) {
        uint64_t deadline_us = SAMPAN_NEVER;
        while (beats_taken != beats) {
            beats_taken++;
            room_step();
        }
        check(sampan_baremetal_poll(runtime, &deadline_us) == SAMPAN_STATUS_OK, "a poll succeeds");
        uint32_t masked = arch_interrupts_mask();
        if (beats_taken == beats) {
            sampan_baremetal_wait(deadline_us);
        }
        arch_interrupts_restore(masked);
    }
}

static void container_report(const char *name, uint32_t id)
{
    struct sampan_container_status status = { .size = sizeof status };
    struct sampan_container_stats stats = { .size = sizeof stats };
    check(sampan_container_status(runtime, id, &status) == SAMPAN_STATUS_OK, "a container tells its status");
    check(sampan_container_stats(runtime, id, &stats) == SAMPAN_STATUS_OK, "a container tells its figures");
    check(status.state == SAMPAN_CONTAINER_STATE_RUNNING, "a container runs on");
    check(status.engine == SAMPAN_ENGINE_KIND_PACKED, "it runs on the packed engine");
    check(stats.memory_linear == LINEAR_LEN, "it has 2 KB of linear memory");
    check(stats.host_calls >= RUN_BEATS / 11, "it gets on");
    print("small container=%-10s engine=%s state=%s memory_used=%u linear=%u host_calls=%llu cpu_us=%llu\n", name,
          status.engine == SAMPAN_ENGINE_KIND_PACKED ? "packed" : "other", sampan_state_text(status.state),
          (unsigned)stats.memory_used, (unsigned)stats.memory_linear, (unsigned long long)stats.host_calls,
          (unsigned long long)stats.cpu_us);
}

/* The stack is painted but for what is in use, so that what is used of it later can be told. Not inlined: what main needs
 * lies above. */
__attribute__((noinline)) static void stack_paint(void)
{
    const uint8_t *in_use = __builtin_frame_address(0);
    memset(__interrupt_stack_top, STACK_PATTERN, (size_t)(in_use - __interrupt_stack_top) - STACK_UNPAINTED);
}

static uint32_t stack_peak(void)
{
    const uint8_t *lowest = __interrupt_stack_top;
    while (lowest < __thread_stack_top && *lowest == STACK_PATTERN) {
        lowest++;
    }
    return (uint32_t)(__thread_stack_top - lowest);
}

static void memory_report(void)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    uint32_t stack_len = (uint32_t)(__thread_stack_top - __interrupt_stack_top);
    uint32_t peak = stack_peak();
    check(sampan_runtime_stats(runtime, &stats) == SAMPAN_STATUS_OK, "the runtime tells its figures");
    check(peak < stack_len, "the stack is large enough");
    print("memory flash_used=%u flash_size=%u ram_used=%u ram_size=%u\n", (unsigned)(uintptr_t)__flash_used,
          (unsigned)(uintptr_t)__flash_size, (unsigned)(uintptr_t)__ram_used, (unsigned)(uintptr_t)__ram_size);
    print("arena len=%u used=%u overhead_per_container=%u stack_len=%u stack_peak=%u\n", (unsigned)sizeof arena,
          (unsigned)stats.arena_used, (unsigned)stats.container_overhead, (unsigned)stack_len, (unsigned)peak);
}

int main(void)
{
    stack_paint();
    board_heartbeat_start(BEAT_HZ, beat);
    print("Sampan %s on %s\n", sampan_version(), BOARD_NAME);
    sampan_status status = containers_start();
    if (status != SAMPAN_STATUS_OK) {
        print("containers: %s\n", sampan_status_text(status));
        return 1;
    }
    firmware_run();
    for (size_t idx = 0; idx < BOARD_SMALL_CONTAINERS; idx++) {
        container_report(programs[idx].name, containers[idx]);
    }
    check(temperature_mc > WARM_MC && temperature_mc < HOT_MC, "the room is kept warm");
    check(led_changes >= LED_CHANGES_LEAST || BOARD_SMALL_CONTAINERS < 2, "the lamp blinks");
    print("small temperature_mc=%d led_changes=%u beats=%u\n", (int)temperature_mc, (unsigned)led_changes,
          (unsigned)beats);
    memory_report();
    print("small containers=%u checks=%u failed=%u result=%s\n", (unsigned)BOARD_SMALL_CONTAINERS,
          (unsigned)checks_made, (unsigned)checks_failed, checks_failed == 0 ? "passed" : "failed");
    return checks_failed == 0 ? 0 : 1;
}
