/* SPDX-License-Identifier: Apache-2.0 */
/* The runtime thread: who may start and end it and when, that it leaves lower priorities their part, and that it can fail. */
#include <string.h>

#include <zephyr/ztest.h>

#include "sampan_zephyr.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

enum { LIVES = 100, LIMIT_MS = 5000 };

static struct sampan_runtime *runtime;

static void start(sampan_zephyr_event *event)
{
    zassert_equal(sampan_zephyr_init(event, NULL, &runtime), SAMPAN_STATUS_OK);
}

static uint32_t run(const char *name)
{
    const struct sampan_zephyr_image *image = sampan_zephyr_image_find(name);
    const struct sampan_container_options options = { .size = sizeof options, .name = name,
                                                      .permissions = permissions, .permissions_len = sizeof permissions / sizeof permissions[0] };
    uint32_t id = 0;
    zassert_not_null(image, "%s", name);
    zassert_equal(sampan_container_create(runtime, image->bytes, image->len, &options, &id), SAMPAN_STATUS_OK);
    zassert_equal(sampan_container_start(runtime, id), SAMPAN_STATUS_OK);
    return id;
}

static struct sampan_container_status status_of(uint32_t id)
{
    struct sampan_container_status status = { .size = sizeof status };
    zassert_equal(sampan_container_status(runtime, id, &status), SAMPAN_STATUS_OK);
    return status;
}

static void stop_runtime(void *unused)
{
    ARG_UNUSED(unused);
    if (sampan_zephyr_runtime() != NULL) {
        zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_OK);
    }
}

ZTEST_SUITE(runtime, NULL, NULL, NULL, stop_runtime, NULL);

static K_SEM_DEFINE(ended, 0, 1);
static struct sampan_event last_event;
static sampan_status status_on_thread;

static void on_event(void *ctx, const struct sampan_event *event)
{
    ARG_UNUSED(ctx);
    if (event->exit_kind != SAMPAN_EXIT_KIND_NONE) {
        last_event = *event;
        status_on_thread = sampan_zephyr_deinit();
        k_sem_give(&ended);
    }
}

ZTEST(runtime, test_lives)
{
    for (int life = 0; life < LIVES; life++) {
        start(on_event);
        uint32_t id = run("tiny");
        zassert_ok(k_sem_take(&ended, K_MSEC(LIMIT_MS)), "life %d", life);
        zassert_equal(last_event.container, id);
        zassert_equal(last_event.exit_kind, SAMPAN_EXIT_KIND_EXITED);
        zassert_equal(last_event.exit_code, 42);
        zassert_equal(status_on_thread, SAMPAN_STATUS_WRONG_CONTEXT);
        zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_OK);
        zassert_is_null(sampan_zephyr_runtime());
    }
}

ZTEST(runtime, test_wrong_state)
{
    struct sampan_runtime *second = NULL;
    zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_WRONG_STATE);
    zassert_equal(sampan_zephyr_init(NULL, NULL, NULL), SAMPAN_STATUS_NULL_POINTER);
    start(NULL);
    zassert_equal(sampan_zephyr_init(NULL, NULL, &second), SAMPAN_STATUS_WRONG_STATE);
    zassert_is_null(second);
    zassert_equal(sampan_zephyr_runtime(), runtime);
}

static sampan_status statuses_in_interrupt[3];

static void in_interrupt(struct k_timer *timer)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    struct sampan_runtime *second;
    ARG_UNUSED(timer);
    statuses_in_interrupt[0] = sampan_zephyr_init(NULL, NULL, &second);
    statuses_in_interrupt[1] = sampan_zephyr_deinit();
    statuses_in_interrupt[2] = sampan_runtime_stats(runtime, &stats);
    k_sem_give(&ended);
}

static K_TIMER_DEFINE(timer, in_interrupt, NULL);

ZTEST(runtime, test_interrupt_is_refused)
{
    start(NULL);
    k_timer_start(&timer, K_MSEC(2), K_NO_WAIT);
    zassert_ok(k_sem_take(&ended, K_MSEC(LIMIT_MS)));
    for (size_t idx = 0; idx < ARRAY_SIZE(statuses_in_interrupt); idx++) {
        zassert_equal(statuses_in_interrupt[idx], SAMPAN_STATUS_WRONG_CONTEXT, "call %u", (unsigned int)idx);
    }
}

static uint32_t rounds_of_lower;

static void count_rounds(void *unused_0, void *unused_1, void *unused_2)
{
    ARG_UNUSED(unused_0);
    ARG_UNUSED(unused_1);
    ARG_UNUSED(unused_2);
    for (;;) {
        rounds_of_lower++;
        k_busy_wait(100);
    }
}

K_THREAD_DEFINE(lower, 1024, count_rounds, NULL, NULL, NULL, CONFIG_SAMPAN_THREAD_PRIORITY + 1, 0, SYS_FOREVER_MS);

ZTEST(runtime, test_lower_priority_has_its_part)
{
    enum { MEASURED_MS = 1000 };
    start(NULL);
    uint32_t id = run("rogue-loop");
    k_thread_start(lower);
    k_msleep(MEASURED_MS);
    uint32_t percent = rounds_of_lower * 100 / (MEASURED_MS * 10);
    k_thread_suspend(lower);
    struct sampan_container_stats stats = { .size = sizeof stats };
    zassert_equal(sampan_container_stats(runtime, id, &stats), SAMPAN_STATUS_OK);
    TC_PRINT("lower_percent=%u cpu_us=%u\n", (unsigned int)percent, (unsigned int)stats.cpu_us);
    zassert_between_inclusive(percent, 14, 28, "the lower thread had %u %%", (unsigned int)percent);
    zassert_equal(status_of(id).state, SAMPAN_CONTAINER_STATE_RUNNING);
    zassert_equal(sampan_container_kill(runtime, id), SAMPAN_STATUS_OK);
}

/* Stands in for a defect: the runtime calls fatal from wherever it is. */
static int32_t break_down(void *ctx, struct sampan_call *call, uint64_t *values)
{
    static const char message[] = "broken on purpose";
    const struct sampan_platform *platform = sampan_zephyr_platform();
    ARG_UNUSED(ctx);
    ARG_UNUSED(call);
    ARG_UNUSED(values);
    platform->fatal(platform->ctx, message, sizeof message - 1);
    return SAMPAN_STATUS_INTERNAL;
}

static int32_t answer(void *ctx, struct sampan_call *call, uint64_t *values)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(call);
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

ZTEST(runtime, test_defect_ends_the_runtime_alone)
{
    static const struct sampan_host_function get = { sizeof get, "oven", "temperature", "()i", break_down, NULL, NULL };
    static const struct sampan_host_function set = { sizeof set, "oven", "set-setpoint", "(i)i", answer, NULL, NULL };
    for (int round = 0; round < 3; round++) {
        start(on_event);
        zassert_equal(sampan_host_register(runtime, &get), SAMPAN_STATUS_OK);
        zassert_equal(sampan_host_register(runtime, &set), SAMPAN_STATUS_OK);
        run("control");
        zassert_ok(k_thread_join(sampan_zephyr_thread(), K_MSEC(LIMIT_MS)), "the thread ends");
        zassert_is_null(sampan_zephyr_runtime());
        zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_WRONG_STATE);
        /* What the library does itself when it meets a defect of its own. */
        zassert_equal(sampan_runtime_deinit(runtime), SAMPAN_STATUS_OK, "the lock is free");

        start(on_event);
        run("tiny");
        zassert_ok(k_sem_take(&ended, K_MSEC(LIMIT_MS)), "containers run again");
        zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_OK);
    }
}
