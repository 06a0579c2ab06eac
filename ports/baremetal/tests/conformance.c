/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conformance suite without an operating system, in a superloop or with an exception that polls: no tasks, and a timer's
 * interrupt.
 */
#include "conformance.h"

#include <string.h>

#include "board.h"
#include "conformance_probe.h"
#include "no_heap.h"
#include "sampan_baremetal.h"
#ifdef WITH_DEVICES
#include "devices.h"
#include "wiring.h"
#endif
#include "sampan_interrupt.h"

enum {
    INTERRUPT_HZ = 1000,
    LOG_LEN = 512,
};

void __real_board_put(const char *text, size_t len);
void __wrap_board_put(const char *text, size_t len);

#ifdef WITH_PACKED_ALONE
static uint8_t arena[CONFORMANCE_PACKED_ARENA_LEN];
#else
static uint8_t arena[CONFORMANCE_ARENA_LEN];
#endif

static char log_text[LOG_LEN];
static size_t log_len;

static conformance_function *volatile interrupt_function;
static void *volatile interrupt_ctx;
static volatile uint32_t interrupt_beats;

/* What the port's log puts out is kept; the suite's own output goes past this. */
void __wrap_board_put(const char *text, size_t len)
{
    len = len < LOG_LEN - log_len ? len : LOG_LEN - log_len;
    if (len > 0) {
        memcpy(&log_text[log_len], text, len);
        log_len += len;
    }
}

static const char *log_taken(size_t *out_len)
{
    *out_len = log_len;
    log_len = 0;
    return log_text;
}

static void on_beat(uint32_t late_ticks)
{
    conformance_function *function = interrupt_function;
    (void)late_ticks;
    if (function != NULL && --interrupt_beats == 0) {
        interrupt_function = NULL;
        function(interrupt_ctx);
    }
}

static void interrupt_after(uint32_t delay_us, conformance_function *function, void *ctx)
{
    static bool started;
    uint32_t masked = arch_interrupts_mask();
    interrupt_beats = (uint32_t)((uint64_t)delay_us * INTERRUPT_HZ / 1000000) + 1;
    interrupt_ctx = ctx;
    interrupt_function = function;
    arch_interrupts_restore(masked);
    if (!started) {
        started = true;
        board_heartbeat_start(INTERRUPT_HZ, on_beat);
    }
}

/* It comes by itself, after a time that costs an emulated machine that sleeps nothing. */
static void wait_for_wrap(void)
{
}

static void run_expendable(conformance_function *function, void *ctx)
{
    function(ctx); /* a poll comes back from a defect */
}

#ifdef WITH_EXCEPTION

#define PORT_NAME "baremetal-" BOARD_NAME "-exception"
#define PORT_PLATFORM sampan_interrupt_platform()
#define PORT_POLL poll_in_exception

/* Has the exception poll once: it comes before this has returned from starting it. */
static sampan_status poll_in_exception(struct sampan_runtime *rt, uint64_t *out_deadline_us)
{
    sampan_interrupt_start(rt, 0);
    return sampan_interrupt_stop(out_deadline_us);
}

#else

#define PORT_NAME "baremetal-" BOARD_NAME
#define PORT_PLATFORM sampan_baremetal_platform()
#define PORT_POLL sampan_baremetal_poll

#endif

int main(void)
{
    static struct sampan_platform platform;
    platform = *PORT_PLATFORM;
#ifdef WITH_DEVICES
    platform.wall_us = board_wall_us;
    platform.devices = board_devices;
    platform.devices_len = board_devices_len;
    platform.flash = &board_flash;
    board_flash_init();
#endif
    const struct conformance_port port = {
        .platform = &platform,
#ifdef WITH_PACKED
        .name = PORT_NAME "-packed",
        .probe = conformance_probe_packed,
        .probe_len = conformance_probe_packed_len,
#else
        .name = PORT_NAME,
        .probe = conformance_probe,
        .probe_len = conformance_probe_len,
        .probe_memory_limit = CONFORMANCE_WASMI_MEMORY,
#endif
        .arena = arena,
        .arena_len = sizeof arena,
        .put = __real_board_put,
        .poll = PORT_POLL,
        .wait = sampan_baremetal_wait,
        .clock_step_us = 5,
        .slack_us = 200,
        .interrupt_after = interrupt_after,
        .clock_near_wrap = wait_for_wrap,
        .near_wrap_us = 500000000, /* longer than any of the boards' counters takes */
        .log_taken = log_taken,
        .heap_used = no_heap_asked_for,
        .run_expendable = run_expendable,
#ifdef WITH_DEVICES
        .wiring = &board_wiring,
#endif
    };
    return conformance_run(&port) == 0 ? 0 : 1;
}
