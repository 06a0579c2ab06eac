/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interrupt-driven form: a native job in main and one in an interrupt keep their periods, calm and beside rogues; main calls
 * into the runtime whenever it likes; and a core whose containers sleep sleeps with them.
 */
#include "board.h"
#include "exception.h"
#include "images.h"
#include "print.h"
#include "sampan_interrupt.h"
#include "test.h"

enum {
    MS = 1000,
    S = 1000 * MS,
    BEAT_HZ = 100,
    RUN_BEATS = 300,
    REST_US = 200,
    ISR_LATE_MAX_US = 20,
    JOB_LATE_MAX_US = MS / 2, /* a slice, and what is native */
    BLINK_US = 100 * MS,
    QUIET_S = 5,
};

static struct sampan_runtime *runtime;
static volatile uint32_t beats;
static volatile uint32_t isr_late_ticks;
static volatile uint64_t beat_us;
static volatile uint64_t beat_token;
static volatile uint32_t led_changes;

static uint64_t now_us(void)
{
    const struct sampan_platform *platform = sampan_interrupt_platform();
    return platform->now_us(platform->ctx);
}

/* Wakes whoever waits for a beat; the exception sees to it once this has returned. */
static void on_beat(uint32_t late_ticks)
{
    uint64_t token = beat_token;
    beat_us = now_us();
    isr_late_ticks = late_ticks > isr_late_ticks ? late_ticks : isr_late_ticks;
    beats++;
    if (token != 0) {
        beat_token = 0;
        sampan_call_complete(runtime, token, beats);
    }
}

static int32_t host_next_beat(void *ctx, struct sampan_call *call, uint64_t *values)
{
    uint64_t token = 0;
    (void)ctx, (void)values;
    sampan_status status = sampan_call_defer(call, &token);
    if (status != SAMPAN_STATUS_OK) {
        return status;
    }
    beat_token = token;
    return SAMPAN_STATUS_PENDING;
}

static int32_t host_led(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call, (void)values;
    led_changes++;
    return SAMPAN_STATUS_OK;
}

/* Thousands of containers end here; that each ended as it should is checked, not logged. */
static void log_nothing(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line,
                        size_t line_len)
{
    (void)ctx, (void)level, (void)source, (void)source_len, (void)line, (void)line_len;
}

static uint32_t start(const char *name, const uint8_t *image, uint32_t image_len)
{
    static const char *const permissions[] = { "clock", "log" };
    const struct sampan_container_options options = { .size = sizeof options, .name = name, .permissions = permissions,
                                                      .permissions_len = sizeof permissions / sizeof permissions[0] };
    uint32_t id = 0;
    sampan_status status = sampan_container_create(runtime, image, image_len, &options, &id);
    test_check(status == SAMPAN_STATUS_OK, "a container is created", (uint32_t)status);
    status = sampan_container_start(runtime, id);
    test_check(status == SAMPAN_STATUS_OK, "a container starts", (uint32_t)status);
    return id;
}

static void start_runtime(void)
{
    static uint8_t arena[96 * 1024];
    static const struct sampan_host_function next_beat = { sizeof next_beat, "oven", "next-beat", "()i", host_next_beat, NULL, NULL };
    static const struct sampan_host_function led = { sizeof led, "board", "led", "(i)", host_led, NULL, NULL };
    struct sampan_platform platform = *sampan_interrupt_platform();
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = arena,
        .arena_len = sizeof arena,
        .platform = &platform,
    };
    platform.log = log_nothing;
    sampan_status status = sampan_runtime_init(&config, &runtime);
    test_check(status == SAMPAN_STATUS_OK, "the runtime starts", (uint32_t)status);
    test_check(sampan_host_register(runtime, &next_beat) == SAMPAN_STATUS_OK, "a function is offered", 1);
    test_check(sampan_host_register(runtime, &led) == SAMPAN_STATUS_OK, "a function is offered", 2);
    sampan_interrupt_start(runtime, REST_US);
}

/* No timer is on but the alarm: the core wakes as often as the container does, and a little for what that entails. */
static void test_quiet(void)
{
    uint64_t end_us = now_us() + (uint64_t)QUIET_S * S;
    uint32_t entries = exception_entries();
    uint32_t wakes = 0;
    led_changes = 0;
    for (; now_us() < end_us; wakes++) {
        sampan_interrupt_wait();
    }
    entries = exception_entries() - entries;
    uint32_t expected = QUIET_S * S / BLINK_US;
    test_check(led_changes >= expected - 1 && led_changes <= expected + 1, "a container gets on in time", led_changes);
    test_check(wakes <= 3 * expected, "the core sleeps between deadlines", wakes);
    test_check(entries <= 3 * expected, "the exception comes when there is something to do", entries);
    print("interrupt quiet=passed changes=%u wakes=%u entries=%u\n", (unsigned)led_changes, (unsigned)wakes,
          (unsigned)entries);
}

/* What main does once a beat, with a look at the runtime; how late it was. */
static uint32_t job(void)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    uint32_t late_us = (uint32_t)(now_us() - beat_us);
    sampan_status status = sampan_runtime_stats(runtime, &stats);
    test_check(status == SAMPAN_STATUS_OK, "main is told figures", (uint32_t)status);
    return late_us;
}

/* Main's job and the interrupt's, for some seconds. */
static void test_periods(const char *during)
{
    uint32_t jobs = 0;
    uint32_t job_late_us = 0;
    uint32_t begun = beats;
    uint32_t led_before = led_changes;
    isr_late_ticks = 0;
    while (jobs < RUN_BEATS) {
        uint32_t masked = arch_interrupts_mask();
        if (beats - begun == jobs) {
            sampan_interrupt_wait();
        }
        arch_interrupts_restore(masked);
        if (beats - begun > jobs) {
            uint32_t late_us = job();
            job_late_us = late_us > job_late_us ? late_us : job_late_us;
            jobs++;
            test_check(beats - begun == jobs, "main misses no beat", jobs);
        }
    }
    uint32_t isr_late_us = (uint32_t)((uint64_t)isr_late_ticks * S / board_ticks_hz());
    uint32_t expected = RUN_BEATS * (S / BEAT_HZ) / BLINK_US;
    test_check(isr_late_us <= ISR_LATE_MAX_US, "an interrupt keeps its period", isr_late_us);
    test_check(job_late_us <= JOB_LATE_MAX_US, "main keeps its period", job_late_us);
    test_check(led_changes - led_before >= expected - 1, "a container gets on", led_changes - led_before);
    print("interrupt during=%s isr_late_us=%u main_late_us=%u kept=yes\n", during, (unsigned)isr_late_us,
          (unsigned)job_late_us);
}

/* Main never rests, and comes and goes in the runtime while the exception wants to. */
static void test_calls(void)
{
    static const struct test_module tiny = TEST_PACKED(tiny);
    uint32_t locked = exception_entries_locked();
    uint32_t led_before = led_changes;
    uint32_t lives = 0;
    uint64_t begun_us = now_us();
    for (uint64_t end_us = begun_us + S; now_us() < end_us; lives++) {
        uint32_t id = start("passing", tiny.image, *tiny.image_len);
        test_status(runtime, id);
        sampan_status status = sampan_container_kill(runtime, id);
        test_check(status == SAMPAN_STATUS_OK || status == SAMPAN_STATUS_WRONG_STATE, "main kills it", (uint32_t)status);
        status = sampan_container_remove(runtime, id);
        test_check(status == SAMPAN_STATUS_OK, "main removes it", (uint32_t)status);
    }
    locked = exception_entries_locked() - locked;
    uint32_t expected = (uint32_t)(now_us() - begun_us) / BLINK_US;
    test_check(locked > 0, "the exception finds main in a call now and then", lives);
    test_check(led_changes - led_before + 1 >= expected, "containers get on meanwhile", led_changes - led_before);
    print("interrupt calls=passed lives=%u met=%u\n", (unsigned)lives, (unsigned)locked);
}

static void test_rogues(void)
{
    uint32_t waiter = start("waiter", image_waiter, image_waiter_len);
    uint32_t loop = start("loop", image_rogue_loop, image_rogue_loop_len);
    uint32_t recursion = start("recursion", image_rogue_recursion, image_rogue_recursion_len);
    uint32_t write = start("write", image_rogue_write, image_rogue_write_len);
    test_periods("rogues");
    test_calls();
    test_check(test_status(runtime, waiter).exit_kind == SAMPAN_EXIT_KIND_NONE, "a wake from an interrupt is in time", 0);
    test_check(test_status(runtime, loop).exit_kind == SAMPAN_EXIT_KIND_NONE, "one that loops runs on", 0);
    test_check(test_status(runtime, recursion).exit_kind == SAMPAN_EXIT_KIND_TRAPPED, "one without end is ended", 0);
    test_check(test_status(runtime, write).exit_kind == SAMPAN_EXIT_KIND_TRAPPED, "one that writes outside is ended", 0);
}

int main(void)
{
    start_runtime();
    start("blink", image_blink, image_blink_len);
    test_quiet();
    board_heartbeat_start(BEAT_HZ, on_beat);
    test_periods("calm");
    test_rogues();
    sampan_status status = sampan_interrupt_stop(NULL);
    test_check(status == SAMPAN_STATUS_OK, "every poll succeeded", (uint32_t)status);
    status = sampan_runtime_deinit(runtime);
    test_check(status == SAMPAN_STATUS_OK, "the runtime is taken out of service", (uint32_t)status);
    print("interrupt result=passed\n");
    return 0;
}
