/* SPDX-License-Identifier: Apache-2.0 */
/* The clock: never goes back, is fine enough, outlives its counter, and can be read anywhere. */
#include "suite.h"

enum {
    READINGS = 20000,
    READINGS_MAX = 20000000, /* by then any clock has gone on, be it a tick on a busy host */
    CHANGES = 50,
    INTERRUPTS = 20,
};

static void monotonic(void)
{
    uint64_t begun_us = now_us();
    uint64_t last_us = begun_us;
    for (uint32_t reading = 0; reading < READINGS || (last_us == begun_us && reading < READINGS_MAX);
         reading++) {
        uint64_t time_us = now_us();
        if (!expect(time_us >= last_us, "the clock doesn't go back", (int64_t)(last_us - time_us))) {
            return;
        }
        last_us = time_us;
    }
    expect(last_us > begun_us, "the clock goes on", 0);
    expect(begun_us < SAMPAN_NEVER / 2, "the clock has room to go on", 0);
}

/* The smallest of many steps, so that an interrupt or another task in between doesn't count. */
static void resolution(void)
{
    uint64_t smallest_us = UINT64_MAX;
    for (uint32_t change = 0; change < CHANGES; change++) {
        uint64_t before_us = now_us();
        uint64_t after_us;
        do {
            after_us = now_us();
        } while (after_us == before_us);
        smallest_us = after_us - before_us < smallest_us ? after_us - before_us : smallest_us;
    }
    expect(smallest_us <= port->clock_step_us, "the clock's steps are as small as stated", (int64_t)smallest_us);
}

struct reading {
    atomic_bool done;
    volatile uint64_t time_us;
};

static void read_in_interrupt(void *ctx)
{
    struct reading *reading = ctx;
    reading->time_us = now_us();
    reading->done = true;
}

/* The interrupt comes at any place of the reading that it interrupts. */
static void interrupt(void)
{
    static struct reading reading;
    for (uint32_t round = 0; round < INTERRUPTS; round++) {
        reading.done = false;
        uint64_t begun_us = now_us();
        uint64_t last_us = begun_us;
        port->interrupt_after(100 + round * 37, read_in_interrupt, &reading);
        while (!reading.done && last_us < begun_us + S) {
            uint64_t time_us = now_us();
            expect(time_us >= last_us, "the clock doesn't go back across an interrupt", (int64_t)(last_us - time_us));
            last_us = time_us;
        }
        expect(reading.done, "an interrupt came", round);
        uint64_t after_us = now_us();
        expect(reading.time_us >= begun_us && reading.time_us <= after_us, "an interrupt reads the same clock",
               (int64_t)(reading.time_us - begun_us));
    }
}

static void wrap(void)
{
    port->clock_near_wrap();
    uint64_t begun_us = now_us();
    uint64_t end_us = begun_us + port->near_wrap_us + 2 * (uint64_t)port->slack_us;
    for (uint64_t last_us = begun_us; last_us < end_us;) {
        port->wait(end_us);
        uint64_t time_us = now_us();
        if (!expect(time_us >= last_us, "the clock doesn't go back when its counter wraps", (int64_t)(last_us - time_us)) ||
            !expect(time_us <= end_us + port->slack_us, "the clock doesn't jump when its counter wraps",
                    (int64_t)(time_us - end_us))) {
            return;
        }
        last_us = time_us;
    }
}

void checks_clock(void)
{
    suite_check("clock.monotonic", monotonic);
    suite_check("clock.resolution", resolution);
    if (port->clock_near_wrap != NULL) {
        suite_check("clock.wrap", wrap);
    } else {
        suite_skip("clock.wrap", "the counter can't be moved");
    }
    if (port->interrupt_after != NULL) {
        suite_check("clock.interrupt", interrupt);
    } else {
        suite_skip("clock.interrupt", "no interrupts");
    }
}
