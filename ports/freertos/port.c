/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library asks of FreeRTOS: time, the lock, the wake, and a way out of a defect.
 *
 * A wake is a flag and a task notification: the flag is what counts, the notification only ends the block, so a host
 * function that takes notifications of its own loses none. The lock is a static mutex of the kernel's with a holder
 * beside it. Nothing here is allocated. The runtime's task is in task.c.
 */
#include "port.h"

#include <setjmp.h>
#include <stdatomic.h>
#include <string.h>

#include "kernel_needs.h"
#include "semphr.h"

enum {
    LOG_LEN = SAMPAN_MAX_LOG_LINE + SAMPAN_MAX_NAME + 8,
    TICK_BITS = 8 * sizeof(TickType_t),
};

static const uint64_t US_PER_S = 1000000;

static const struct sampan_freertos_hooks no_hooks;
static const struct sampan_freertos_hooks *hooks = &no_hooks;

static SemaphoreHandle_t lock;
static volatile TaskHandle_t lock_holder;
/* The lock before the scheduler runs, when there is one thread of control. */
static volatile bool lock_held_early;
/* Counts defects: who waited for the lock across one must not go on with the runtime. */
static atomic_uint defects;

static atomic_bool wake_requested;
static volatile TaskHandle_t waiter;

/* Where the task that is protected goes back to from a defect. */
static jmp_buf *volatile protected_base;
static volatile TaskHandle_t protected_task;

/* ---- masking, in any context ---- */

UBaseType_t port_mask(void)
{
    if (needs_in_interrupt()) {
        return taskENTER_CRITICAL_FROM_ISR();
    }
    taskENTER_CRITICAL();
    return 0;
}

void port_unmask(UBaseType_t masked)
{
    if (needs_in_interrupt()) {
        taskEXIT_CRITICAL_FROM_ISR(masked);
    } else {
        (void)masked;
        taskEXIT_CRITICAL();
    }
}

/* ---- clock ---- */

/* The kernel counts its tick's wraps itself, so they are missed by nobody. */
static uint64_t ticks_extended(void)
{
    TimeOut_t time;
    UBaseType_t masked = port_mask();
    vTaskInternalSetTimeOutState(&time);
    port_unmask(masked);
    return TICK_BITS < 64 ? (uint64_t)(UBaseType_t)time.xOverflowCount << TICK_BITS % 64 | time.xTimeOnEntering
                          : time.xTimeOnEntering;
}

/* Counter and state are read under one mask, so that no reader sees one without the other. */
static uint64_t counter_extended(void)
{
    static uint32_t wraps;
    static uint32_t last;
    UBaseType_t masked = port_mask();
    uint32_t count = hooks->counter();
    if (count < last) {
        wraps++;
    }
    last = count;
    uint64_t extended = (uint64_t)wraps << 32 | count;
    port_unmask(masked);
    return extended;
}

static uint64_t port_now_us(void *ctx)
{
    (void)ctx;
    bool fine = hooks->counter != NULL;
    uint64_t count = fine ? counter_extended() : ticks_extended();
    uint32_t hz = fine ? hooks->counter_hz : configTICK_RATE_HZ;
    /* Seconds apart, since counts times a million would overflow in days. */
    uint64_t seconds = count / hz;
    return seconds * US_PER_S + (count - seconds * hz) * US_PER_S / hz;
}

/* ---- lock ---- */

static void lock_make(void)
{
    static StaticSemaphore_t storage;
    if (lock == NULL) {
        lock = xSemaphoreCreateMutexStatic(&storage);
    }
}

/*
 * The kernel's check for an overflow takes a stack pointer below the task's stack for one; so a task whose stack lies above
 * the arena must not get onto the engine's stack, which is in there.
 */
static bool stack_is_safe(void)
{
#if configCHECK_FOR_STACK_OVERFLOW > 0 && (defined(__arm__) || defined(__riscv))
    uint8_t here;
    return port_arena_start == NULL || (uintptr_t)&here < (uintptr_t)port_arena_start;
#else
    return true;
#endif
}

static int32_t port_lock(void *ctx)
{
    (void)ctx;
    if (needs_in_interrupt()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    BaseType_t state = xTaskGetSchedulerState();
    if (state == taskSCHEDULER_NOT_STARTED) {
        bool held = lock_held_early;
        lock_held_early = true;
        return held ? SAMPAN_STATUS_WRONG_CONTEXT : SAMPAN_STATUS_OK;
    }
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    if (state == taskSCHEDULER_SUSPENDED || lock_holder == self || !stack_is_safe()) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    unsigned defects_before = atomic_load(&defects);
    xSemaphoreTake(lock, portMAX_DELAY);
    if (atomic_load(&defects) != defects_before) {
        xSemaphoreGive(lock);
        return SAMPAN_STATUS_PLATFORM;
    }
    lock_holder = self;
    return SAMPAN_STATUS_OK;
}

static void port_unlock(void *ctx)
{
    (void)ctx;
    if (xTaskGetSchedulerState() == taskSCHEDULER_NOT_STARTED) {
        lock_held_early = false;
        return;
    }
    lock_holder = NULL;
    xSemaphoreGive(lock);
}

/* ---- wake and wait ---- */

void port_wake_task(void)
{
    atomic_store(&wake_requested, true);
    if (needs_in_interrupt()) {
        BaseType_t switch_needed = pdFALSE;
        UBaseType_t masked = taskENTER_CRITICAL_FROM_ISR();
        if (waiter != NULL) {
            vTaskNotifyGiveFromISR(waiter, &switch_needed);
        }
        taskEXIT_CRITICAL_FROM_ISR(masked);
        portYIELD_FROM_ISR(switch_needed);
        return;
    }
    taskENTER_CRITICAL(); /* so that the waiter isn't detached and deleted in between */
    if (waiter != NULL) {
        xTaskNotifyGive(waiter);
    }
    taskEXIT_CRITICAL();
}

static void port_wake(void *ctx)
{
    (void)ctx;
    port_wake_task();
}

/* Ticks until the deadline, rounded up so that it has passed when they have; 0 if it has already. */
static TickType_t ticks_until(uint64_t deadline_us)
{
    uint64_t now_us = port_now_us(NULL);
    if (deadline_us <= now_us) {
        return 0;
    }
    /* The counter must be read once a wrap; sleeping no longer than half of one sees to it. */
    uint64_t most_s = hooks->counter != NULL ? UINT32_MAX / 2 / hooks->counter_hz : UINT64_MAX / 2 / US_PER_S;
    uint64_t left_us = deadline_us - now_us;
    if (left_us > most_s * US_PER_S) {
        left_us = most_s * US_PER_S;
        if (hooks->counter == NULL) {
            return portMAX_DELAY;
        }
    }
    uint64_t seconds = left_us / US_PER_S;
    uint64_t rest_us = left_us - seconds * US_PER_S;
    uint64_t ticks = seconds * configTICK_RATE_HZ + (rest_us * configTICK_RATE_HZ + US_PER_S - 1) / US_PER_S;
    return ticks < portMAX_DELAY ? (TickType_t)ticks : portMAX_DELAY - 1;
}

bool port_wait(uint64_t deadline_us)
{
    waiter = xTaskGetCurrentTaskHandle();
    TickType_t ticks = ticks_until(deadline_us);
    bool block = !atomic_load(&wake_requested) && ticks > 0;
    if (block) {
        ulTaskNotifyTake(pdTRUE, ticks);
    }
    /* What comes between here and the poll is seen by the poll. */
    atomic_store(&wake_requested, false);
    return block;
}

void sampan_freertos_wait(uint64_t deadline_us)
{
    port_wait(deadline_us);
}

void sampan_freertos_detach(void)
{
    UBaseType_t masked = port_mask();
    waiter = NULL;
    port_unmask(masked);
}

/* ---- entropy and log ---- */

static int32_t port_entropy(void *ctx, uint8_t *buf, size_t len)
{
    (void)ctx;
    if (len == 0) {
        return SAMPAN_STATUS_OK;
    }
    return hooks->entropy != NULL && hooks->entropy(buf, len) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

static size_t append(char *text, size_t at, const char *part, size_t len)
{
    len = len < LOG_LEN - 1 - at ? len : LOG_LEN - 1 - at;
    if (len > 0) {
        memcpy(&text[at], part, len);
    }
    return at + len;
}

/* In one piece, so that what other tasks print doesn't come in between. The lock guards the text. */
static void port_log(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t line_len)
{
    static const char letters[] = "?EWID";
    static char text[LOG_LEN];
    const char prefix[] = { '[', level < sizeof letters - 1 ? letters[level] : '?', ']', ' ' };
    (void)ctx;
    if (hooks->put == NULL) {
        return;
    }
    size_t len = append(text, 0, prefix, sizeof prefix);
    len = append(text, len, source, source_len);
    len = append(text, len, ": ", 2);
    len = append(text, len, line, line_len);
    text[len] = '\n';
    hooks->put(text, len + 1);
}

/* ---- a defect ---- */

/*
 * On v8-M the stack's limit is the engine's while that runs, and the task's stack lies below it: no limit until the
 * way back is done.
 */
static inline uintptr_t stack_limit_read(void)
{
    uintptr_t limit = 0;
#if defined(__ARM_ARCH_8M_MAIN__)
    __asm volatile("mrs %0, psplim" : "=r"(limit));
#endif
    return limit;
}

static inline void stack_limit_set(uintptr_t limit)
{
#if defined(__ARM_ARCH_8M_MAIN__)
    __asm volatile("msr psplim, %0" : : "r"(limit) : "memory");
#else
    (void)limit;
#endif
}

/*
 * Makes the calling function save every floating-point register that belongs to its caller: needed around setjmp, since
 * newlib's for Cortex-M leaves them out.
 */
static inline void save_callers_floats(void)
{
#if defined(__arm__) && defined(__ARM_FP)
    __asm volatile("" : : : "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15");
#endif
}

static void port_fatal(void *ctx, const char *message, size_t len)
{
    TaskHandle_t self = xTaskGetCurrentTaskHandle();
    atomic_fetch_add(&defects, 1);
    port_log(ctx, SAMPAN_LOG_LEVEL_ERROR, "sampan", 6, message, len);
    if (hooks->fatal != NULL) {
        hooks->fatal(message, len);
    }
    if (lock_holder == self || lock_held_early) {
        port_unlock(ctx);
    }
    if (protected_base != NULL && protected_task == self) {
        stack_limit_set(0);
        longjmp(*protected_base, 1);
    }
    while (xTaskGetSchedulerState() == taskSCHEDULER_NOT_STARTED) {
        /* In main, which can't be left out. */
    }
    port_task_failed(); /* the runtime's task finds nothing to poll any more */
    for (;;) {
        vTaskSuspend(NULL);
    }
}

bool port_protected(void (*run)(void *ctx), void *ctx)
{
    jmp_buf recovery;
    const volatile uintptr_t limit = stack_limit_read();
    save_callers_floats();
    if (setjmp(recovery) != 0) {
        stack_limit_set(limit);
        protected_base = NULL;
        return false;
    }
    protected_task = xTaskGetCurrentTaskHandle();
    protected_base = &recovery;
    run(ctx);
    protected_base = NULL;
    return true;
}

struct poll {
    struct sampan_runtime *rt;
    uint64_t *out_deadline_us;
    sampan_status status;
};

static void poll(void *ctx)
{
    struct poll *this = ctx;
    this->status = sampan_runtime_poll(this->rt, this->out_deadline_us);
}

sampan_status sampan_freertos_poll(struct sampan_runtime *rt, uint64_t *out_deadline_us)
{
    struct poll this = { rt, out_deadline_us, SAMPAN_STATUS_OK };
    if (needs_in_interrupt() || protected_base != NULL) {
        return SAMPAN_STATUS_WRONG_CONTEXT;
    }
    return port_protected(poll, &this) ? this.status : SAMPAN_STATUS_INTERNAL;
}

const struct sampan_platform *sampan_freertos_platform(const struct sampan_freertos_hooks *board)
{
    static struct sampan_platform platform = {
        .size = sizeof platform,
        .now_us = port_now_us,
        .lock = port_lock,
        .unlock = port_unlock,
        .wake = port_wake,
        .entropy = port_entropy,
        .log = port_log,
        .fatal = port_fatal,
    };
    hooks = board != NULL ? board : &no_hooks;
    platform.wall_us = hooks->wall_us;
    platform.devices = hooks->devices;
    platform.devices_len = hooks->devices_len;
    platform.flash = hooks->flash;
    platform.net = hooks->net;
    lock_make();
    return &platform;
}
