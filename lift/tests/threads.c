/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks on a host, as on an RTOS: one thread polls the runtime, others call the library, a mutex around it.
 *
 *   threads IMAGE    the packed container of `faulty`
 */
#define _GNU_SOURCE /* sem_clockwait */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "checks.h"
#include "faulty.h"

enum { ARENA_LEN = 4 * 1024 * 1024, IMAGE_MOST = 64 * 1024, CALLERS = 3, CALLS = 500, NS_PER_US = 1000, US_PER_S = 1000000 };

static pthread_mutex_t runtime_lock = PTHREAD_MUTEX_INITIALIZER, library_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local bool holds_lock;
static sem_t wakes, answers;
static struct sampan_runtime *runtime;
static atomic_bool is_over;

static _Alignas(16) uint8_t arena[ARENA_LEN], image[IMAGE_MOST];

void checks_failed(const char *what, int line)
{
    fprintf(stderr, "checks.c, line %d: not so: %s\n", line, what);
}

static void must(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static uint64_t host_now_us(void *ctx)
{
    struct timespec now;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / NS_PER_US;
}

static int32_t host_lock(void *ctx)
{
    (void)ctx;
    if (holds_lock) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    pthread_mutex_lock(&runtime_lock);
    holds_lock = true;
    return 0;
}

static void host_unlock(void *ctx)
{
    (void)ctx;
    holds_lock = false;
    pthread_mutex_unlock(&runtime_lock);
}

static void host_wake(void *ctx)
{
    (void)ctx;
    sem_post(&wakes);
}

static int32_t host_entropy(void *ctx, uint8_t *buf, size_t len)
{
    (void)ctx;
    return getrandom(buf, len, 0) == (ssize_t)len ? 0 : SAMPAN_STATUS_PLATFORM;
}

static void host_log(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t line_len)
{
    (void)ctx, (void)level, (void)source, (void)source_len, (void)line, (void)line_len;
}

static void host_fatal(void *ctx, const char *message, size_t len)
{
    (void)ctx;
    fprintf(stderr, "%.*s\n", (int)len, message);
    abort();
}

static void wait_for(sem_t *semaphore, uint64_t deadline_us)
{
    if (deadline_us == SAMPAN_NEVER) {
        sem_wait(semaphore);
    } else {
        struct timespec at = {(time_t)(deadline_us / US_PER_S), (long)(deadline_us % US_PER_S * NS_PER_US)};
        sem_clockwait(semaphore, CLOCK_MONOTONIC, &at);
    }
}

static void *poll_thread(void *unused)
{
    (void)unused;
    while (!atomic_load(&is_over)) {
        uint64_t deadline_us;
        must(sampan_runtime_poll(runtime, &deadline_us) == SAMPAN_STATUS_OK, "a poll failed");
        if (deadline_us > host_now_us(NULL)) {
            wait_for(&wakes, deadline_us);
        }
    }
    return NULL;
}

/* A container that ends gives no signal, so the wait is a short one. */
static void caller_wait(void *ctx, uint64_t deadline_us)
{
    (void)ctx;
    uint64_t soon_us = host_now_us(NULL) + 1000;
    wait_for(&answers, soon_us < deadline_us ? soon_us : deadline_us);
}

static void caller_signal(void *ctx)
{
    (void)ctx;
    sem_post(&answers);
}

/* Calls that succeed and calls that fail, beside those of the other callers. */
static void *call_thread(void *number)
{
    const int first = (int)(intptr_t)number;
    uint8_t bytes[4], out[4];
    for (int call = 0; call < CALLS; call++) {
        for (unsigned idx = 0; idx < sizeof bytes; idx++) {
            bytes[idx] = (uint8_t)(first * 100 + call + (int)idx);
        }
        pthread_mutex_lock(&library_lock);
        faulty_reverse(bytes, sizeof bytes);
        bool failed_well = call % 50 != 0 || faulty_fail(FAULTY_TRAPS, out) == -3;
        pthread_mutex_unlock(&library_lock);
        must(bytes[0] == (uint8_t)(first * 100 + call + 3) && failed_well, "an answer is another call's");
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const struct sampan_platform platform = {
        .size = sizeof platform, .now_us = host_now_us, .lock = host_lock, .unlock = host_unlock, .wake = host_wake,
        .entropy = host_entropy, .log = host_log, .fatal = host_fatal,
    };
    const struct sampan_config config = {
        .size = sizeof config, .arena = arena, .arena_len = sizeof arena, .platform = &platform,
    };
    struct sampan_lift_options options = {
        .image = image, .now_us = host_now_us, .wait = caller_wait, .signal = caller_signal, .limit_us = 500000,
    };
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    must(file != NULL, "usage: threads IMAGE");
    options.image_len = fread(image, 1, sizeof image, file);
    fclose(file);
    sem_init(&wakes, 0, 0);
    sem_init(&answers, 0, 0);
    checks_before_start();
    sampan_status status = sampan_runtime_init(&config, &runtime);
    must(status == SAMPAN_STATUS_OK, sampan_status_text(status));
    options.runtime = runtime;
    must(sampan_lift_start(&faulty_lift, &options) == SAMPAN_STATUS_OK, "the library doesn't start");

    pthread_t poller, callers[CALLERS];
    pthread_create(&poller, NULL, poll_thread, NULL);
    checks_run(runtime);
    for (int idx = 0; idx < CALLERS; idx++) {
        pthread_create(&callers[idx], NULL, call_thread, (void *)(intptr_t)idx);
    }
    for (int idx = 0; idx < CALLERS; idx++) {
        pthread_join(callers[idx], NULL);
    }
    atomic_store(&is_over, true);
    sem_post(&wakes);
    pthread_join(poller, NULL);
    must(sampan_runtime_deinit(runtime) == SAMPAN_STATUS_OK, "the runtime doesn't end");
    unsigned made, failed = checks_result(&made);
    printf("lift checks=%u failed=%u callers=%d calls=%d\n", made, failed, CALLERS, CALLERS * CALLS);
    return failed != 0;
}
