/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One suite for every port: what `struct sampan_platform` promises, checked on the port's own target.
 *
 * The port's runner fills `struct conformance_port` and calls conformance_run from the context that polls: the
 * superloop, or a task. The suite knows no operating system; what an environment doesn't have is a
 * hook that stays NULL, and the checks that need it are reported as not applicable. Each check prints one line,
 *
 *   conformance PORT CHECK passed
 *   conformance PORT CHECK not-applicable WHY
 *   conformance PORT CHECK failed WHAT (VALUE)
 *
 * and the last line counts them: `conformance PORT result=passed passed=N not_applicable=N failed=0`.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of arena that the suite needs: the library's tables, an engine's stack, two containers, offsets. */
#define CONFORMANCE_ARENA_LEN (80u * 1024u)

/* The same where the packed engine alone is linked, and pointers have 32 bits. */
#define CONFORMANCE_PACKED_ARENA_LEN (9u * 1024u)

/* What the probe needs with wasmi, whose estimate is too low for it; with pointers of 64 bits twice as much. */
#define CONFORMANCE_WASMI_MEMORY (28u * 1024u * (uint32_t)(sizeof(void *) / 4))

/* Tasks that exist at a time at most, beside the one that runs the suite. */
#define CONFORMANCE_TASKS 4

/* What is run in another context. */
typedef void conformance_function(void *ctx);

/* What the devices of the platform's table are wired to. Zero the struct, then name what there is. */
struct conformance_wiring {
    /* A line that can be set, and one that then reads the same; they may be one. */
    const char *gpio_out;
    const char *gpio_in;
    /* Whether the latter tells its edges. */
    bool gpio_edges;
    /* An analogue input, what is on it, and how far a conversion may be off. */
    const char *adc;
    int32_t adc_uv;
    int32_t adc_tolerance_uv;
    /* A bus, and an address of 7 bits where nobody is. */
    const char *i2c;
    uint16_t i2c_nobody;
    /* Who is on it: two registers that keep the high byte of what is written, of 1 or 2 bytes; 0: nobody. */
    uint16_t i2c_address;
    uint8_t i2c_register_len;
    uint8_t i2c_registers[2];
    /* A peripheral that gives back what it's sent. */
    const char *spi;
    /* A serial line whose two ends are connected. */
    const char *uart;
    /* A sensor, and what its first channel tells. */
    const char *sensor;
    int32_t sensor_min;
    int32_t sensor_max;
};

/* What a port's runner gives the suite. Zero the struct, then set the members; those under "optional" may stay. */
struct conformance_port {
    /* Names port and target in the output, as in `freertos-mps2-an386`. No spaces. */
    const char *name;
    /* What is checked. */
    const struct sampan_platform *platform;
    /* At least CONFORMANCE_ARENA_LEN bytes, or CONFORMANCE_PACKED_ARENA_LEN, of any alignment. */
    uint8_t *arena;
    size_t arena_len;
    /* The probe, an image for an engine that is linked: see probe/build. */
    const uint8_t *probe;
    size_t probe_len;
    /* As in struct sampan_container_options: wasmi takes CONFORMANCE_WASMI_MEMORY for it, the packed engine 0. */
    uint32_t probe_memory_limit;
    /* As in struct sampan_config; 0: the default. */
    uint32_t engine_stack_len;
    /* Puts text on the console. Called by the task that runs the suite only. */
    void (*put)(const char *text, size_t len);
    /* The port's wait between two polls: until the deadline, a wake, or earlier. */
    void (*wait)(uint64_t deadline_us);
    /* The smallest step of the clock, at most. */
    uint32_t clock_step_us;
    /* How long after its deadline a wait may end, and a sleep of a container. */
    uint32_t slack_us;
    /* Times that a runtime is taken out of service and made again. 0: 100. */
    uint32_t rounds;

    /* ---- optional: the port's own poll, where it has one ---- */

    /* NULL: sampan_runtime_poll. */
    sampan_status (*poll)(struct sampan_runtime *rt, uint64_t *out_deadline_us);

    /* ---- optional: tasks ---- */

    /*
     * Starts task `idx` (below CONFORMANCE_TASKS), which runs `function` and then ends; `priority` is relative to the
     * suite's own: -1, 0, 1 or 2. With stack enough to create a container.
     */
    void (*task_start)(uint32_t idx, int priority, conformance_function *function, void *ctx);
    /* Waits until task `idx` has ended and is gone. */
    void (*task_join)(uint32_t idx);
    /* Lets other tasks run for at least so long. */
    void (*sleep)(uint32_t us);
    /* Whether a ready task of higher priority always runs before one of lower. */
    bool strict_priorities;

    /* ---- optional: interrupts ---- */

    /* Runs `function` once in interrupt context, at least `delay_us` from now; returns at once. */
    void (*interrupt_after)(uint32_t delay_us, conformance_function *function, void *ctx);

    /* ---- optional: what can be forced or seen ---- */

    /* Moves the counter under the clock close before its wrap, without a jump of the clock of more than a wrap. */
    void (*clock_near_wrap)(void);
    /* How long the clock's counter then takes to wrap, at most. */
    uint32_t near_wrap_us;
    /* What the port's log has put out since the last call; the text is good until the next. */
    const char *(*log_taken)(size_t *out_len);
    /* Bytes of the operating system's or libc's heap that are in use. */
    size_t (*heap_used)(void);
    /*
     * Runs `function` where the port's `fatal` may end it, and returns when it has ended either way. NULL: fatal ends
     * the whole system. Where `poll` comes back from a fatal by itself, this just calls `function`.
     */
    void (*run_expendable)(conformance_function *function, void *ctx);

    /* ---- optional: devices ---- */

    /* NULL: nothing is known of what the platform's table has, if it has anything. */
    const struct conformance_wiring *wiring;
};

/* Runs every check and prints what came out. Returns the number of checks that failed. */
uint32_t conformance_run(const struct conformance_port *port);

#ifdef __cplusplus
}
#endif

#endif
