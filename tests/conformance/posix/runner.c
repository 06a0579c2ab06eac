/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The suite on a host: threads are its tasks, and a timer's signal is its interrupt.
 *
 * A mutex that checks for errors is the lock; a semaphore, which a signal handler may post, is the wake. Signals
 * have a stack of their own, so that they need no room on an engine's.
 */
#define _GNU_SOURCE /* sem_clockwait */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "conformance.h"
#include "conformance_probe.h"
#include "devices.h"

enum {
    INTERRUPT_STACK_LEN = 64 * 1024,
    LOG_LEN = 4096,
    NS_PER_US = 1000,
    US_PER_S = 1000000,
};

static pthread_mutex_t mutex;
static sem_t wakes;
static timer_t timer;
static _Thread_local volatile bool in_interrupt;
static _Thread_local volatile bool holds_lock;

static conformance_function *interrupt_function;
static void *interrupt_ctx;

static char log_text[LOG_LEN];
static size_t log_len;

/* A failure of the runner itself, not of what it checks. */
static void must(bool held, const char *what)
{
    if (!held) {
        perror(what);
        abort();
    }
}

static struct timespec time_at(uint64_t time_us)
{
    return (struct timespec){ (time_t)(time_us / US_PER_S), (long)(time_us % US_PER_S * NS_PER_US) };
}

/* ---- the platform ---- */

static uint64_t host_now_us(void *ctx)
{
    struct timespec time;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * US_PER_S + (uint64_t)time.tv_nsec / NS_PER_US;
}

static int32_t host_lock(void *ctx)
{
    (void)ctx;
    if (in_interrupt || pthread_mutex_lock(&mutex) == EDEADLK) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    holds_lock = true;
    return SAMPAN_STATUS_OK;
}

static void host_unlock(void *ctx)
{
    (void)ctx;
    holds_lock = false;
    must(pthread_mutex_unlock(&mutex) == 0, "unlock");
}

static void host_wake(void *ctx)
{
    int count = 0;
    (void)ctx;
    sem_getvalue(&wakes, &count);
    if (count == 0) {
        sem_post(&wakes);
    }
}

static int32_t host_entropy(void *ctx, uint8_t *buf, size_t len)
{
    (void)ctx;
    while (len > 0) {
        ssize_t got = getrandom(buf, len, 0);
        if (got <= 0) {
            return SAMPAN_STATUS_PLATFORM;
        }
        buf += got;
        len -= (size_t)got;
    }
    return SAMPAN_STATUS_OK;
}

static void log_put(const char *text, size_t len)
{
    size_t room = LOG_LEN - log_len;
    len = len < room ? len : room;
    if (len > 0) {
        memcpy(&log_text[log_len], text, len);
        log_len += len;
    }
}

static void host_log(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t line_len)
{
    (void)ctx;
    log_put(level <= SAMPAN_LOG_LEVEL_DEBUG ? &"?EWID"[level] : "?", 1);
    log_put(" ", 1);
    log_put(source, source_len);
    log_put(": ", 2);
    log_put(line, line_len);
    log_put("\n", 1);
}

/* ---- a context that fatal may end ---- */

static _Thread_local jmp_buf *expendable_base;

struct expendable {
    conformance_function *function;
    void *ctx;
};

static void *run_in_peril(void *argument)
{
    const struct expendable *expendable = argument;
    jmp_buf base;
    expendable_base = &base;
    if (setjmp(base) == 0) {
        expendable->function(expendable->ctx);
    }
    return NULL;
}

/* Back to the thread's own stack, which then ends: nothing can unwind what is on an engine's. */
static void host_fatal(void *ctx, const char *message, size_t len)
{
    host_log(ctx, SAMPAN_LOG_LEVEL_ERROR, "sampan", 6, message, len);
    must(expendable_base != NULL, "fatal where nobody expects it");
    if (holds_lock) {
        host_unlock(ctx);
    }
    longjmp(*expendable_base, 1);
}

static void run_expendable(conformance_function *function, void *ctx)
{
    struct expendable expendable = { function, ctx };
    pthread_t thread;
    must(pthread_create(&thread, NULL, run_in_peril, &expendable) == 0, "pthread_create");
    must(pthread_join(thread, NULL) == 0, "pthread_join");
}

/* ---- hooks ---- */

static void put(const char *text, size_t len)
{
    fwrite(text, 1, len, stdout);
    fflush(stdout);
}

static void host_wait(uint64_t deadline_us)
{
    struct timespec deadline = time_at(deadline_us < (uint64_t)INT64_MAX ? deadline_us : (uint64_t)INT64_MAX);
    sem_clockwait(&wakes, CLOCK_MONOTONIC, &deadline); /* a signal ends it early, which it may */
}

struct task {
    pthread_t thread;
    conformance_function *function;
    void *ctx;
};

static struct task tasks[CONFORMANCE_TASKS];

static void *task_run(void *argument)
{
    struct task *task = argument;
    task->function(task->ctx);
    return NULL;
}

static void task_start(uint32_t idx, int priority, conformance_function *function, void *ctx)
{
    (void)priority;
    tasks[idx] = (struct task){ .function = function, .ctx = ctx };
    must(pthread_create(&tasks[idx].thread, NULL, task_run, &tasks[idx]) == 0, "pthread_create");
}

static void task_join(uint32_t idx)
{
    must(pthread_join(tasks[idx].thread, NULL) == 0, "pthread_join");
}

static void sleep_us(uint32_t us)
{
    struct timespec deadline = time_at(host_now_us(NULL) + us);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR) {
    }
}

static void on_signal(int number)
{
    int saved = errno;
    (void)number;
    in_interrupt = true;
    interrupt_function(interrupt_ctx);
    in_interrupt = false;
    errno = saved;
}

static void interrupt_after(uint32_t delay_us, conformance_function *function, void *ctx)
{
    const struct itimerspec once = { .it_value = time_at(delay_us) };
    interrupt_function = function;
    interrupt_ctx = ctx;
    must(timer_settime(timer, 0, &once, NULL) == 0, "timer_settime");
}

static const char *log_taken(size_t *out_len)
{
    static char taken[LOG_LEN];
    memcpy(taken, log_text, log_len);
    *out_len = log_len;
    log_len = 0;
    return taken;
}

/* Only the thread that runs the suite is interrupted: the others are started with the signal blocked. */
static void interrupts_init(void)
{
    static char stack[INTERRUPT_STACK_LEN];
    const stack_t alternative = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN };
    event._sigev_un._tid = gettid();
    sigfillset(&action.sa_mask);
    must(sigaltstack(&alternative, NULL) == 0, "sigaltstack");
    must(sigaction(SIGRTMIN, &action, NULL) == 0, "sigaction");
    must(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0, "timer_create");
}

/* Interrupts of the devices: a thread, which the signal of the others doesn't reach. */
static void *serve(void *argument)
{
    (void)argument;
    for (;;) {
        host_devices_serve();
        sleep_us(1000);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static uint8_t arena[4 * 1024 * 1024];
    static struct sampan_platform platform = {
        .size = sizeof platform,
        .now_us = host_now_us,
        .lock = host_lock,
        .unlock = host_unlock,
        .wake = host_wake,
        .entropy = host_entropy,
        .log = host_log,
        .fatal = host_fatal,
        .wall_us = host_wall_us,
        .devices = host_devices,
        .devices_len = HOST_DEVICES_LEN,
        .net = &host_net,
    };
    bool packed = argc > 1 && strcmp(argv[1], "packed") == 0;
    const struct conformance_port port = {
        .name = packed ? "posix-packed" : "posix",
        .platform = &platform,
        .arena = arena,
        .arena_len = sizeof arena,
        .probe = packed ? conformance_probe_packed : conformance_probe,
        .probe_len = packed ? conformance_probe_packed_len : conformance_probe_len,
        .probe_memory_limit = packed ? 0 : CONFORMANCE_WASMI_MEMORY,
        .put = put,
        .wait = host_wait,
        .clock_step_us = 1000,
        .slack_us = 500000, /* the host may have other work; a wrong unit would still be seen */
        .rounds = 1000,
        .task_start = task_start,
        .task_join = task_join,
        .sleep = sleep_us,
        .interrupt_after = interrupt_after,
        .log_taken = log_taken,
        .run_expendable = run_expendable,
        .wiring = &host_wiring,
    };
    pthread_t server;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    sem_init(&wakes, 0, 0);
    interrupts_init();
    platform.flash = host_flash_make();
    must(platform.flash != NULL, "a file for the flash");
    must(pthread_create(&server, NULL, serve, NULL) == 0, "pthread_create");
    return conformance_run(&port) == 0 ? 0 : 1;
}
